#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Raw frames for scenarios, and what is said to them.

frames.py DEV < TABLE     send each frame of TABLE, and look what happens
frames.py DEV SPEC...     send one frame, print what is answered

A line of TABLE is 'NAME: SPEC => DROP ANSWER'. DROP is the reason under which
ksmol shall count the frame (delivered, handled, or a key of debugfs drops),
ANSWER what shall come back: '-' for nothing. Printed is 'NAME|GOT|WANT'.

A SPEC is a kind and words KEY=VALUE; what is not said is right:
  udp    sport dport data len csum  + those of ip
  tcp    sport dport seq ack flags win urg doff opts data csum  + those of ip
         (flags: letters of FSRPAUEC)
  echo   id seq data code csum      + those of ip
  icmp   type code rest quote csum  + those of ip (quote: a SPEC with commas)
  ip     src dst ttl tos id frag proto hlen total version options csum data
  arp    op sha spa tha tpa htype ptype hlen plen
  raw    data
and for all: eth= the destination MAC, from= the source MAC, type=, pad= bytes
after the packet, cut= bytes to leave, vlan= a tag, n= how many times, where
%i in any word counts from 10 to 209 and %x from 00 to ff. Data is text, or N*C
for N times C, or 0x.. for hexadecimal.
"""

import os
import re
import select
import socket
import struct
import sys
import time

US_MAC = os.environ.get('US_MAC', '02:00:00:00:02:01')
US, PEER = '10.0.0.2', '10.0.0.1'
TCP_FLAGS = 'FSRPAUEC'
DROPS = '/sys/kernel/debug/ksmol/drops'
PATIENCE = float(os.environ.get('PATIENCE', '0.15'))


def mac(text):
    return bytes.fromhex(text.replace(':', ''))


def checksum(data):
    total = sum(struct.unpack(f'>{len(data) // 2}H', data[:len(data) & ~1]))
    if len(data) & 1:
        total += data[-1] << 8
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def payload(text):
    if text.startswith('0x'):
        return bytes.fromhex(text[2:])
    many = re.fullmatch(r'(\d+)\*(.)', text)
    return (many[2] * int(many[1]) if many else text).encode()


def number(words, key, default):
    return int(words.get(key, str(default)), 0)


def put_checksum(data, offset, words, key='csum', pseudo=b'', length=None):
    """Fills in the right checksum, or the one that is asked for."""
    value = number(words, key, checksum(pseudo + data[:length]))
    return data[:offset] + struct.pack('>H', value) + data[offset + 2:]


def ip(words, proto, data):
    options = payload(words.get('options', ''))
    options += b'\0' * (-len(options) % 4)
    hlen = number(words, 'hlen', 20 + len(options))
    total = number(words, 'total', 20 + len(options) + len(data))
    header = struct.pack('>BBHHHBBH4s4s',
                         number(words, 'version', 4) << 4 | hlen // 4,
                         number(words, 'tos', 0), total,
                         number(words, 'id', 1), number(words, 'frag', 0),
                         number(words, 'ttl', 64),
                         number(words, 'proto', proto), 0,
                         socket.inet_aton(words.get('src', PEER)),
                         socket.inet_aton(words.get('dst', US)))
    key = 'ipcsum' if proto else 'csum'
    return put_checksum(header + options, 10, words, key) + data


def udp(words):
    data = payload(words.get('data', 'hello'))
    length = number(words, 'len', 8 + len(data))
    pseudo = (socket.inet_aton(words.get('src', PEER)) +
              socket.inet_aton(words.get('dst', US)) +
              struct.pack('>HH', 17, length))
    segment = struct.pack('>HHHH', number(words, 'sport', 1000),
                          number(words, 'dport', 7), length, 0) + data
    return ip(words, 17, put_checksum(segment, 6, words, 'csum', pseudo,
                                      max(length, 8)))


def tcp(words):
    options = payload(words.get('opts', ''))
    options += b'\0' * (-len(options) % 4)
    flags = sum(1 << TCP_FLAGS.index(f) for f in words.get('flags', 'S'))
    doff = number(words, 'doff', 5 + len(options) // 4)
    segment = struct.pack('>HHIIBBHHH', number(words, 'sport', 1000),
                          number(words, 'dport', 7), number(words, 'seq', 1),
                          number(words, 'ack', 0), doff << 4, flags,
                          number(words, 'win', 1000), 0,
                          number(words, 'urg', 0))
    segment += options + payload(words.get('data', ''))
    pseudo = (socket.inet_aton(words.get('src', PEER)) +
              socket.inet_aton(words.get('dst', US)) +
              struct.pack('>HH', 6, len(segment)))
    words = {k: v for k, v in words.items() if k != 'data'}
    return ip(words, 6, put_checksum(segment, 16, words, 'csum', pseudo))


def icmp(words, default_type=3):
    kind = number(words, 'type', default_type)
    body = payload(words.get('data', ''))
    if 'quote' in words:
        _, body, inner = packet(words['quote'].replace(',', ' '))
        body = body[:number(inner, 'cut', len(body))]
    rest = number(words, 'rest', 0)
    if default_type == 8:
        rest = number(words, 'id', 77) << 16 | number(words, 'seq', 1)
    message = struct.pack('>BBHI', kind, number(words, 'code', 0), 0, rest)
    words = {k: v for k, v in words.items() if k != 'id'}
    return ip(words, 1, put_checksum(message + body, 2, words))


def arp(words):
    return struct.pack('>HHBBH6s4s6s4s', number(words, 'htype', 1),
                       number(words, 'ptype', 0x800),
                       number(words, 'hlen', 6), number(words, 'plen', 4),
                       number(words, 'op', 1), mac(words['sha']),
                       socket.inet_aton(words.get('spa', PEER)),
                       mac(words.get('tha', '00:00:00:00:00:00')),
                       socket.inet_aton(words.get('tpa', US)))


def packet(spec):
    """The EtherType, the packet and the words of a SPEC."""
    kind, *rest = spec.split()
    words = dict(word.split('=', 1) for word in rest)
    if kind == 'arp':
        words.setdefault('eth', 'ff:ff:ff:ff:ff:ff')
        words.setdefault('sha', OUR_MAC)
        return 0x806, arp(words), words
    makers = {
        'udp': udp, 'tcp': tcp, 'icmp': icmp, 'echo': lambda w: icmp(w, 8),
        'ip': lambda w: ip(w, 0, payload(w.get('data', ''))),
        'raw': lambda w: payload(w.get('data', '')),
    }
    return 0x800, makers[kind](words), words


def tag(words):
    """The tag of a VLAN, or of none."""
    if 'vlan' not in words:
        return b''
    return struct.pack('>HH', 0x8100, number(words, 'vlan', 0))


def frame(spec):
    kind, data, words = packet(spec)
    if 'cut' in words:
        data = data[:int(words['cut'])]
    data += b'\xee' * number(words, 'pad', 0)
    header = mac(words.get('eth', US_MAC)) + mac(words.get('from', OUR_MAC))
    # An ICMP message's type= is its own.
    if not spec.startswith(('icmp', 'echo')):
        kind = number(words, 'type', kind)
    return header + tag(words) + struct.pack('>H', kind) + data, words


def describe(data):
    """A frame from ksmol in a few words."""
    kind, p = struct.unpack('>H', data[12:14])[0], data[14:]
    if kind == 0x806:
        op, = struct.unpack('>H', p[6:8])
        return ('request' if op == 1 else 'reply') + \
            f':{socket.inet_ntoa(p[14:18])}'
    if kind != 0x800:
        return f'type-{kind:#x}'
    t = p[(p[0] & 15) * 4:]
    if p[9] == 17:
        return f'udp:{len(t) - 8}'
    if p[9] == 6:
        seq, ack = struct.unpack('>II', t[4:12])
        flags = ''.join(f for i, f in enumerate(TCP_FLAGS) if t[13] >> i & 1)
        return f'tcp:{flags}:' + (f'{seq}:{ack}' if 'R' in flags else f'{ack}')
    if p[9] == 1:
        return {0: f'pong:{len(t) - 8}', 8: 'ping'}.get(
            t[0], f'icmp:{t[0]}/{t[1]}')
    return f'proto:{p[9]}'


def answers(sock, patience):
    """What comes from ksmol until nothing came for so long. What it says by
    IPv6, to its neighbors for one, answers none of these frames."""
    got, end = [], time.monotonic() + patience
    while (left := end - time.monotonic()) > 0:
        if not select.select([sock], [], [], left)[0]:
            break
        data, addr = sock.recvfrom(65536)
        if addr[2] != socket.PACKET_OUTGOING and \
                data[6:12] == mac(US_MAC) and data[12:14] != b'\x86\xdd':
            got.append(describe(data))
    return got


def drops():
    table = {}
    with open(DROPS, encoding='ascii') as file:
        for line in file:
            if ':' in line:
                key, value = line.split(':')
                table[key] = int(value)
                if key == 'sock_closed':
                    break
    return table


def changed(before, after):
    """Under which names frames were counted."""
    skip = ('frames_in', 'dropped', 'balance')
    return ','.join(k if after[k] - before[k] == 1 else
                    f'{k}*{after[k] - before[k]}' for k in after
                    if k not in skip and after[k] != before[k]) or 'none'


def send(sock, spec):
    data, words = frame(spec.replace('%i', '10').replace('%x', '00'))
    for i in range(number(words, 'n', 1)):
        if '%' in spec:
            data, _ = frame(spec.replace('%i', str(i % 200 + 10))
                            .replace('%x', f'{i & 255:02x}'))
        sock.send(data)


def observe(sock, spec):
    """How a frame was counted, and what was answered."""
    before = drops()
    send(sock, spec)
    got = answers(sock, PATIENCE)
    return f'{changed(before, drops())} {",".join(sorted(set(got))) or "-"}'


def run_table(sock):
    for line in sys.stdin:
        line = line.strip()
        if not line or line.startswith('#'):
            continue
        name, rest = line.split(':', 1)
        spec, want = (' '.join(part.split()) for part in rest.split('=>'))
        # Something else may come between, ARP for one: then look again.
        got = observe(sock, spec)
        if got != want:
            got = observe(sock, spec)
        print(f'{name}|{got}|{want}', flush=True)


def main():
    global OUR_MAC
    dev = sys.argv[1]
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    sock.bind((dev, 3))
    OUR_MAC = sock.getsockname()[4].hex(':')
    if len(sys.argv) == 2:
        run_table(sock)
        return
    spec = ' '.join(sys.argv[2:])
    send(sock, spec)
    # ksmol may look for a neighbor at any time: that answers nothing but ARP.
    print('\n'.join(a for a in answers(sock, PATIENCE) if spec.startswith('arp')
                    or not a.startswith('request:')) or '-')


OUR_MAC = ''
if __name__ == '__main__':
    main()
