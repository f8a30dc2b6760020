#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Raw IPv6 packets for scenarios, and what is said to them.

frames6.py DEV < TABLE    send each packet of TABLE, and look what happens
frames6.py DEV SPEC...    send one packet, print what is answered

As frames.py, which says what a TABLE is. DEV may be Ethernet or raw IP. What
neighbors ask each other is no answer, but to one SPEC of ns: then advertisements
are, and as many as there were questions are enough. A SPEC is a kind and words
KEY=VALUE:
  udp    sport dport data len csum  + those of ip
  echo   id seq data code csum      + those of ip
  icmp   type code rest quote data csum + those of ip
         (quote: a SPEC with commas for blanks)
  ip     next data                  + the following
  ns     target opts                + those of icmp; hop is 255, as for
  na     target flags opts          the following
  ra     hops flags life reach retrans opts
  redirect target dest opts
and for all: src dst hop tclass version plen (the payload length), ext=
TYPE:HEX/TYPE:HEX... extension headers of which HEX is all but the next header,
pad= bytes behind the packet, cut= bytes to leave, n= how many times, eth= the
destination MAC, vlan= a tag. opts= of neighbor discovery are separated by
slashes:
  slla,MAC tlla,MAC mtu,N raw,HEX (MAC and all else in hexadecimal)
  prefix,ADDR,LENGTH,FLAGS,VALID,PREFERRED  (FLAGS: letters of LA)
  route,ADDR,LENGTH,PREFERENCE,LIFETIME     (PREFERENCE: high, medium, low, bad)
  rdnss,ADDR,LIFETIME

A SPEC may also be a question: 'shows FILE REGEX' is answered by 'yes' as soon as
a line of FILE in ksmol's debugfs is like that, or by 'no' if none is for a while;
'lacks FILE REGEX' likewise as soon as none is.
"""

import re
import socket
import struct
import sys

import frames
from frames import checksum, mac, number, payload

US, PEER, ROUTER = 'fd00::2', 'fd00::1', 'fe80::1'
ALL_NODES = 'ff02::1'
ADVERTISEMENT = 136
PREFERENCES = {'high': 0x08, 'medium': 0, 'low': 0x18, 'bad': 0x10}


DEBUGFS = '/sys/kernel/debug/ksmol/'
SHOWN = 15
OBSERVE = frames.observe


def addr(text):
    return socket.inet_pton(socket.AF_INET6, text)


def ip(words, following, data):
    for part in reversed(words.get('ext', '').split('/')):
        if part:
            kind, text = part.split(':')
            data = bytes([following]) + bytes.fromhex(text) + data
            following = int(kind)
    return struct.pack('>IHBB', number(words, 'version', 6) << 28 |
                       number(words, 'tclass', 0) << 20,
                       number(words, 'plen', len(data)),
                       number(words, 'next', following),
                       number(words, 'hop', 64)) + \
        addr(words.get('src', PEER)) + addr(words.get('dst', US)) + data


def transport(words, proto, data, offset):
    pseudo = (addr(words.get('src', PEER)) + addr(words.get('dst', US)) +
              struct.pack('>II', len(data), proto))
    value = number(words, 'csum', checksum(pseudo + data))
    data = data[:offset] + struct.pack('>H', value) + data[offset + 2:]
    return ip(words, proto, data)


def udp(words):
    data = payload(words.get('data', 'hello'))
    return transport(words, 17, struct.pack(
        '>HHHH', number(words, 'sport', 1000), number(words, 'dport', 7),
        number(words, 'len', 8 + len(data)), 0) + data, 6)


def icmp(words, default_type=1):
    body = payload(words.get('data', ''))
    if 'quote' in words:
        body, inner = packet(words['quote'].replace(',', ' '))
        body = body[:number(inner, 'cut', len(body))]
    rest = number(words, 'rest', 0)
    if default_type == 128:
        rest = number(words, 'id', 77) << 16 | number(words, 'seq', 1)
    return transport(words, 58, struct.pack(
        '>BBHI', number(words, 'type', default_type), number(words, 'code', 0),
        0, rest) + body, 2)


# --- neighbor discovery ------------------------------------------------------

def option(text):
    kind, *args = text.split(',')
    if kind == 'raw':
        return bytes.fromhex(args[0])
    if kind in ('slla', 'tlla'):
        return bytes([1 + (kind == 'tlla'), 1]) + bytes.fromhex(args[0])
    if kind == 'mtu':
        return struct.pack('>BBHI', 5, 1, 0, int(args[0]))
    if kind == 'prefix':
        flags = 0x80 * ('L' in args[2]) | 0x40 * ('A' in args[2])
        return struct.pack('>BBBBIII', 3, 4, int(args[1]), flags,
                           int(args[3]), int(args[4]), 0) + addr(args[0])
    if kind == 'route':
        return struct.pack('>BBBBI', 24, 3, int(args[1]), PREFERENCES[args[2]],
                           int(args[3])) + addr(args[0])
    return struct.pack('>BBHI', 25, 3, 0, int(args[1])) + addr(args[0])


def discovery(words, kind, rest, body):
    words.setdefault('hop', '255')
    words['type'], words['rest'] = str(kind), str(rest)
    options = b''.join(option(o) for o in words.get('opts', '').split('/') if o)
    words['data'] = '0x' + (body + options).hex()
    if words.get('dst') == ALL_NODES:
        words.setdefault('eth', '33:33:00:00:00:01')
    return icmp(words)


def solicitation(words):
    target = addr(words.get('target', US))
    words.setdefault('dst', socket.inet_ntop(
        socket.AF_INET6, addr('ff02::1:ff00:0')[:13] + target[13:]))
    words.setdefault('eth', '33:33:ff:' + target[13:].hex(':'))
    if words.get('src') != '::':
        words.setdefault('opts', 'slla,' + frames.OUR_MAC.replace(':', ''))
    return discovery(words, 135, 0, target)


def advertisement(words):
    return discovery(words, ADVERTISEMENT, number(words, 'flags', 0) << 24,
                     addr(words.get('target', PEER)))


def router(words):
    words.setdefault('src', ROUTER)
    words.setdefault('dst', ALL_NODES)
    return discovery(
        words, 134, number(words, 'hops', 0) << 24 |
        number(words, 'flags', 0) << 16 | number(words, 'life', 1800),
        struct.pack('>II', number(words, 'reach', 0),
                    number(words, 'retrans', 0)))


def redirect(words):
    words.setdefault('src', ROUTER)
    return discovery(words, 137, 0, addr(words['target']) + addr(words['dest']))


def parse(spec):
    kind, *rest = spec.split()
    return kind, dict(word.split('=', 1) for word in rest)


def packet(spec):
    kind, words = parse(spec)
    makers = {
        'udp': udp, 'icmp': icmp, 'echo': lambda w: icmp(w, 128),
        'ip': lambda w: ip(w, 59, payload(w.get('data', ''))),
        'ns': solicitation, 'na': advertisement, 'ra': router,
        'redirect': redirect,
    }
    return makers[kind](words), words


def frame(spec):
    data, words = packet(spec)
    if 'cut' in words:
        data = data[:int(words['cut'])]
    data += b'\xee' * number(words, 'pad', 0)
    if frames.OUR_MAC:
        data = mac(words.get('eth', frames.US_MAC)) + mac(frames.OUR_MAC) + \
            frames.tag(words) + b'\x86\xdd' + data
    return data, words


def describe(data):
    """A packet from ksmol in a few words."""
    p = data[14:] if frames.OUR_MAC else data
    if p[0] >> 4 != 6:
        return 'not-ipv6'
    following, t = p[6], p[40:]
    if following == 44:
        return f'fragment:{struct.unpack(">H", t[2:4])[0] & 0xfff8}'
    if following == 17:
        return f'udp:{len(t) - 8}'
    if following != 58:
        return f'next:{following}'
    if t[0] == 129:
        return f'pong:{len(t) - 8}'
    if t[0] == ADVERTISEMENT:
        return 'na:' + socket.inet_ntop(socket.AF_INET6, t[8:24])
    rest, = struct.unpack('>I', t[4:8])
    return f'icmp:{t[0]}/{t[1]}' + (f'/{rest}' if t[0] == 4 else '')


def is_answer(data):
    """Not what stations of a link say to each other."""
    p = data[14:] if frames.OUR_MAC else data
    return len(p) > 40 and not (
        p[0] >> 4 == 6 and p[6] in (0, 58) and
        (p[6] == 0 or 130 <= p[40] <= 143))


def is_advertisement(data):
    p = data[14:]
    return len(p) >= 64 and p[6] == 58 and p[40] == ADVERTISEMENT


def answers(sock, patience, asked=0):
    """As frames.answers; if neighbors were asked, until so many have said it."""
    got, end = [], frames.time.monotonic() + patience
    counts = is_advertisement if asked else is_answer
    while len(got) < (asked or sys.maxsize) and \
            (left := end - frames.time.monotonic()) > 0:
        if not frames.select.select([sock], [], [], left)[0]:
            break
        data, sender = sock.recvfrom(65536)
        if sender[2] != socket.PACKET_OUTGOING and counts(data):
            got.append(describe(data))
    return got


def shown(path, like):
    with open(DEBUGFS + path, encoding='ascii') as file:
        return any(re.search(like, ' '.join(line.split())) for line in file)


def observe(sock, spec):
    if not spec.startswith(('shows ', 'lacks ')):
        return OBSERVE(sock, spec)
    word, path, like = spec.split(' ', 2)
    end = frames.time.monotonic() + SHOWN
    while shown(path, like) != (word == 'shows'):
        if frames.time.monotonic() > end:
            return 'no'
        frames.time.sleep(0.1)
    return 'yes'


def main():
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                         socket.htons(0x86dd))
    sock.bind((sys.argv[1], 0x86dd))
    frames.OUR_MAC = sock.getsockname()[4].hex(':')
    frames.frame, frames.answers = frame, answers
    frames.observe = observe
    if len(sys.argv) == 2:
        frames.run_table(sock)
        return
    spec = ' '.join(sys.argv[2:])
    frames.send(sock, spec)
    kind, words = parse(spec)
    asked = number(words, 'n', 1) if kind == 'ns' else 0
    print('\n'.join(answers(sock, frames.PATIENCE, asked)) or '-')


if __name__ == '__main__':
    main()
