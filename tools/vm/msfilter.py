#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Source filters by the functions of RFC 3678, for scenarios.

msfilter.py PROTO LOCAL DEV
    sets and reads filters of a group on that interface in every way, and
    prints what came of it: the same on each stack. LOCAL may be of IPv6
"""

import ctypes
import errno
import socket
import struct
import sys

INCLUDE, EXCLUDE = 1, 0
GROUP, GROUP6 = '239.5.5.5', 'ff0e::5:5'
libc = ctypes.CDLL(None, use_errno=True)


def number(addr):
    return ctypes.c_uint32(struct.unpack('=I', socket.inet_aton(addr))[0])


def storage(addr):
    return struct.pack('=H2x4s120x', socket.AF_INET, socket.inet_aton(addr))


def result(err):
    return errno.errorcode[ctypes.get_errno()] if err else 'ok'


def old_set(fd, local, dev, mode, sources):
    slist = b''.join(socket.inet_aton(s) for s in sources)
    return result(libc.setipv4sourcefilter(
        fd, number(local), number(GROUP), mode, len(sources), slist))


def old_get(fd, local, dev, room):
    mode, count = ctypes.c_uint32(9), ctypes.c_uint32(room)
    slist = ctypes.create_string_buffer(4 * room + 4)
    err = libc.getipv4sourcefilter(fd, number(local), number(GROUP),
                                   ctypes.byref(mode), ctypes.byref(count),
                                   slist)
    got = [socket.inet_ntoa(slist.raw[i * 4:i * 4 + 4])
           for i in range(min(room, count.value))]
    return result(err), mode.value, count.value, sorted(got)


def storage6(addr):
    return struct.pack('=H6x16s104x', socket.AF_INET6,
                       socket.inet_pton(socket.AF_INET6, addr))


def new_set(fd, local, dev, mode, sources):
    slist = b''.join(storage(s) for s in sources)
    return result(libc.setsourcefilter(
        fd, socket.if_nametoindex(dev), storage(GROUP), 16, mode,
        len(sources), slist))


def six_set(fd, local, dev, mode, sources):
    slist = b''.join(storage6('fd09::' + s.rpartition('.')[2])
                     for s in sources)
    return result(libc.setsourcefilter(
        fd, socket.if_nametoindex(dev), storage6(GROUP6), 28, mode,
        len(sources), slist))


def six_get(fd, local, dev, room):
    mode, count = ctypes.c_uint32(9), ctypes.c_uint32(room)
    slist = ctypes.create_string_buffer(128 * room + 128)
    err = libc.getsourcefilter(fd, socket.if_nametoindex(dev),
                               storage6(GROUP6), 28, ctypes.byref(mode),
                               ctypes.byref(count), slist)
    got = [socket.inet_ntop(socket.AF_INET6,
                            slist.raw[i * 128 + 8:i * 128 + 24])
           for i in range(min(room, count.value))]
    return result(err), mode.value, count.value, sorted(got)


def new_get(fd, local, dev, room):
    mode, count = ctypes.c_uint32(9), ctypes.c_uint32(room)
    slist = ctypes.create_string_buffer(128 * room + 128)
    err = libc.getsourcefilter(fd, socket.if_nametoindex(dev), storage(GROUP),
                               16, ctypes.byref(mode), ctypes.byref(count),
                               slist)
    got = [socket.inet_ntoa(slist.raw[i * 128 + 4:i * 128 + 8])
           for i in range(min(room, count.value))]
    return result(err), mode.value, count.value, sorted(got)


def several(n):
    return [f'10.9.0.{i + 1}' for i in range(n)]


def join(sock, local, dev):
    if ':' not in local:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                        socket.inet_aton(GROUP) + socket.inet_aton(local))
        return
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                    socket.inet_pton(socket.AF_INET6, GROUP6) +
                    struct.pack('=I', socket.if_nametoindex(dev)))


def main():
    proto, local, dev = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    family, ways = socket.AF_INET, ((old_set, old_get), (new_set, new_get))
    if ':' in local:
        family, ways = socket.AF_INET6, ((six_set, six_get),)
    for put, get in ways:
        sock = socket.socket(family, socket.SOCK_DGRAM, proto)
        fd, to = sock.fileno(), (local, dev)
        print('not joined', put(fd, *to, EXCLUDE, several(1)),
              put(fd, *to, INCLUDE, []), get(fd, *to, 4))
        join(sock, local, dev)
        print('joined', get(fd, *to, 4))
        print('mode', put(fd, *to, 2, several(1)))
        for mode in EXCLUDE, INCLUDE:
            print('set', put(fd, *to, mode, several(3)), get(fd, *to, 4))
            print('room', get(fd, *to, 2), get(fd, *to, 0))
            print('other', put(fd, *to, mode, several(5)[3:]),
                  get(fd, *to, 8))
            print('ten', put(fd, *to, mode, several(10)), get(fd, *to, 10))
            print('many', put(fd, *to, mode, several(100)))
        print('none', put(fd, *to, EXCLUDE, []), get(fd, *to, 4))
        print('left', put(fd, *to, INCLUDE, []), get(fd, *to, 4))
        sock.close()


main()
