#!/usr/bin/env python3
"""Usage: pcapng.py FILE

Reads a pcapng stream and prints what the capture scenarios ask for: one line
"KEY COUNT" for packets in and out, for the longest packet, for frames lost, and
for each comment. Whatever is not well formed is an error.
"""

import collections
import struct
import sys

SECTION, INTERFACE, STATS, PACKET = 0x0A0D0D0A, 1, 5, 6
COMMENT, FLAGS, IFDROP = 1, 2, 5


def options(data):
    """The (code, value) pairs of a block's options."""
    while data:
        code, length = struct.unpack_from('=HH', data)
        if code == 0:
            assert not data[4:], 'bytes after the end of options'
            return
        yield code, data[4:4 + length]
        data = data[4 + (length + 3) // 4 * 4:]
    raise AssertionError('options without an end')


def blocks(data):
    while data:
        kind, length = struct.unpack_from('=II', data)
        assert 12 <= length <= len(data) and length % 4 == 0, length
        assert struct.unpack_from('=I', data, length - 4)[0] == length
        yield kind, data[8:length - 4]
        data = data[length:]


def packet(body, counts):
    iface, high, low, captured, original = struct.unpack_from('=IIIII', body)
    assert iface == 0 and captured <= original
    time = high << 32 | low
    assert time > 10 ** 18, 'not in nanoseconds'
    counts['longest'] = max(counts['longest'], original)
    for code, value in options(body[20 + (captured + 3) // 4 * 4:]):
        if code == FLAGS:
            flags = struct.unpack('=I', value)[0]
            counts['in' if flags == 1 else 'out'] += 1
        elif code == COMMENT:
            text = value.decode()
            counts['pool free' if text.startswith('pool free') else text] += 1


def main():
    counts = collections.Counter({'in': 0, 'out': 0, 'longest': 0, 'lost': 0})
    with open(sys.argv[1], 'rb') as file:
        data = file.read()
    for number, (kind, body) in enumerate(blocks(data)):
        assert (kind == SECTION) == (number == 0), 'one section, at first'
        assert (kind == INTERFACE) == (number == 1), 'one interface'
        if kind == PACKET:
            packet(body, counts)
        elif kind == STATS:
            for code, value in options(body[12:]):
                if code == IFDROP:
                    counts['lost'] = struct.unpack('=Q', value)[0]
    for key, count in counts.items():
        print(f'{key}: {count}')


main()
