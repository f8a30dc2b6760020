#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Multicast for scenarios.

mcast.py [-p PROTO] read LOCAL GROUP PORT COUNT [SOURCE]
    joins, says so, and prints how many of COUNT datagrams came: it waits a
    minute for the first, and five seconds for each one after it
mcast.py [-p PROTO] join LOCAL FIRST N SECONDS
    joins N groups from FIRST on, says so, and stays in them
mcast.py [-p PROTO] send LOCAL GROUP PORT COUNT SIZE
mcast.py query DEV VERSION [GROUP]
    an IGMP query, with a response time of one second
mcast.py reports DEV SECONDS
    prints each group that IGMP messages name: 'VERSION TYPE GROUP'
"""

import socket
import struct
import sys
import time

IP_MULTICAST_ALL = 49
IP_ADD_SOURCE_MEMBERSHIP = 39


def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def opened(proto, local):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, proto)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                    socket.inet_aton(local))
    return sock


def join(sock, local, group, source=None):
    if source:
        sock.setsockopt(socket.IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP,
                        socket.inet_aton(group) + socket.inet_aton(local) +
                        socket.inet_aton(source))
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                        socket.inet_aton(group) + socket.inet_aton(local))


def read(proto, local, group, port, count, source=None):
    sock = opened(proto, local)
    sock.setsockopt(socket.IPPROTO_IP, IP_MULTICAST_ALL, 0)
    sock.bind(('', int(port)))
    join(sock, local, group, source)
    print('joined', flush=True)
    sock.settimeout(60)
    got = 0
    try:
        while got < int(count):
            data = sock.recv(65536)
            if data != bytes([len(data) & 0xff]) * len(data):
                sys.exit('wrong bytes')
            got += 1
            sock.settimeout(5)
    except socket.timeout:
        pass
    print(got, flush=True)


def join_many(proto, local, first, count, seconds):
    base = struct.unpack('!I', socket.inet_aton(first))[0]
    sock = None
    for i in range(int(count)):
        if i % 20 == 0:     # most that one socket may join by default
            sock = opened(proto, local)
            keep.append(sock)
        join(sock, local, socket.inet_ntoa(struct.pack('!I', base + i)))
    print('joined', flush=True)
    time.sleep(float(seconds))


def send(proto, local, group, port, count, size):
    sock = opened(proto, local)
    data = bytes([int(size) & 0xff]) * int(size)
    for _ in range(int(count)):
        sock.sendto(data, (group, int(port)))
        time.sleep(0.001)


def mapped(group):
    low = struct.unpack('!I', socket.inet_aton(group))[0] & 0x7fffff
    return bytes([1, 0, 0x5e]) + struct.pack('!I', low)[1:]


def query(dev, version, group='0.0.0.0'):
    code = 0 if version == '1' else 10
    igmp = struct.pack('!BBH4s', 0x11, code, 0, socket.inet_aton(group))
    if version == '3':
        igmp += struct.pack('!BBH', 2, 125, 0)
    igmp = igmp[:2] + struct.pack('!H', checksum(igmp)) + igmp[4:]
    to = '224.0.0.1' if group == '0.0.0.0' else group
    ip = struct.pack('!BBHHHBBH4s4sI', 0x46, 0xc0, 24 + len(igmp), 1, 0, 1, 2,
                     0, socket.inet_aton('10.0.0.1'), socket.inet_aton(to),
                     0x94040000)
    ip = ip[:10] + struct.pack('!H', checksum(ip)) + ip[12:]
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((dev, 0))
    sock.send(mapped(to) + sock.getsockname()[4] + b'\x08\x00' + ip + igmp)


def name(data):
    return socket.inet_ntoa(data)


def told(igmp):
    if igmp[0] != 0x22:
        versions = {0x12: '1', 0x16: '2', 0x17: '2'}
        if igmp[0] in versions:
            print(versions[igmp[0]], '%02x' % igmp[0], name(igmp[4:8]),
                  flush=True)
        return
    at = 8
    for _ in range(struct.unpack('!H', igmp[6:8])[0]):
        kind, aux, sources, group = struct.unpack('!BBH4s', igmp[at:at + 8])
        print('3', kind, name(group), sources, flush=True)
        at += 8 + 4 * (aux + sources)


def reports(dev, seconds):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                         socket.htons(0x0800))
    sock.bind((dev, 0x0800))
    end = time.monotonic() + float(seconds)
    print('listening', flush=True)
    while time.monotonic() < end:
        sock.settimeout(max(end - time.monotonic(), 0.01))
        try:
            data, addr = sock.recvfrom(65536)
        except socket.timeout:
            break
        if data[9] != 2 or addr[2] == socket.PACKET_OUTGOING:
            continue
        if data[0] != 0x46 or data[20:24] != b'\x94\x04\x00\x00':
            print('no router alert', flush=True)
        told(data[(data[0] & 15) * 4:])


keep = []
words = sys.argv[1:]
number = 0
if words[0] == '-p':
    number = int(words[1])
    words = words[2:]
if words[0] in ('query', 'reports'):
    {'query': query, 'reports': reports}[words[0]](*words[1:])
else:
    {'read': read, 'join': join_many,
     'send': send}[words[0]](number, *words[1:])
