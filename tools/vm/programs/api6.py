#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What programs see of IPv6 sockets, check by check.

    api6.py peer ADDR PORT SECONDS      the other side, on Linux's own sockets
    api6.py PROTO DEV LOCAL PEER LOCAL4 PEER4 PORT [CHECK...]
                                        the checks; PROTO 0 is Linux's sockets

Prints one line per check, "NAME: what was seen". The same lines from both
stacks mean that a program could not tell them apart.
"""

import errno
import os
import socket
import struct
import sys
import threading

SIN6 = socket.AF_INET6
V6 = socket.IPPROTO_IPV6

# Those that Python has no name for, or not everywhere.
OPTIONS = {
    'V6ONLY': 26, 'UNICAST_HOPS': 16, 'MULTICAST_HOPS': 18,
    'MULTICAST_LOOP': 19, 'MULTICAST_IF': 17, 'MULTICAST_ALL': 29,
    'RECVPKTINFO': 49, 'RECVHOPLIMIT': 51, 'RECVTCLASS': 66, 'TCLASS': 67,
    'RECVERR': 25, 'MTU_DISCOVER': 23, 'MTU': 24, 'DONTFRAG': 62,
    'FREEBIND': 78, 'FLOWINFO_SEND': 33, 'RECVORIGDSTADDR': 74,
    'ADDR_PREFERENCES': 72, 'RECVPATHMTU': 60, 'AUTOFLOWLABEL': 70,
    'RECVHOPOPTS': 53, 'RECVDSTOPTS': 58, 'RECVRTHDR': 56,
    'NOTHING': 1999,
}
PKTINFO, HOPLIMIT, PATHMTU, ADD, DROP = 50, 52, 61, 20, 21
MCAST_JOIN, MCAST_LEAVE = 42, 45
# HOPOPTS, RTHDRDSTOPTS, RTHDR, DSTOPTS
HEADERS = 54, 55, 57, 59
TO_PEER = ('UNICAST_HOPS', 'MULTICAST_HOPS', 'TCLASS', 'MTU_DISCOVER')


class Setting:
    """From the command line."""
    proto = 0
    dev = ''
    local = peer = local4 = peer4 = ''
    port = 0
    ifindex = 0


CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def err(function, *args):
    """What a call returned, or the name of its error."""
    try:
        result = function(*args)
    except OSError as error:
        if isinstance(error, TimeoutError) and error.errno is None:
            return 'timeout'
        return errno.errorcode.get(error.errno, str(error))
    return 'ok' if result is None else str(result)


def udp(family=SIN6):
    sock = socket.socket(family, socket.SOCK_DGRAM, Setting.proto)
    sock.settimeout(3)
    return sock


def tcp(family=SIN6):
    sock = socket.socket(family, socket.SOCK_STREAM, Setting.proto)
    sock.settimeout(3)
    return sock


def hide(text, *ports):
    """Addresses, ports and the interface by what they stand for."""
    text = str(text)
    for number in ports:
        text = text.replace(str(number), 'PORT')
    for value, name in ((Setting.local4, 'US4'), (Setting.peer4, 'PEER4'),
                        (Setting.local, 'US'), (Setting.peer, 'PEER'),
                        (Setting.port, 'SERVICE'), (Setting.dev, 'DEV')):
        text = text.replace(str(value), name)
    return text.replace(f' {Setting.ifindex})', ' IF)')


def mapped(addr):
    return '::ffff:' + addr


# --- options -----------------------------------------------------------------

@check
def defaults():
    for make in udp, tcp:
        with make() as s:
            for name, number in OPTIONS.items():
                yield name, err(s.getsockopt, V6, number)


@check
def switches():
    with udp() as s:
        for name, number in OPTIONS.items():
            if name not in ('MTU', *TO_PEER, 'MULTICAST_IF',
                            'ADDR_PREFERENCES'):
                yield name, [(err(s.setsockopt, V6, number, value),
                              err(s.getsockopt, V6, number))
                             for value in (1, 0, 2, -1)]


@check
def preferences():
    """Which of its addresses it likes (RFC 5014)."""
    number = OPTIONS['ADDR_PREFERENCES']
    # What a second call leaves of the first is not the same in each Linux.
    for value in (1, 2, 3, 4, 5, 8, 0x100, 0x102, 0x400, 0x404, 0x800, 0x808,
                  0x1000):
        with udp() as s:
            yield (hex(value), err(s.setsockopt, V6, number, value),
                   err(s.getsockopt, V6, number),
                   err(s.setsockopt, V6, number, b'1'))


def unprivileged(function):
    """What it yields to somebody who may do nothing in particular."""
    out, into = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setuid(65534)
            os.write(into, repr(list(function())).encode())
        finally:
            os._exit(0)
    os.close(into)
    with open(out, encoding='utf-8') as seen:
        text = seen.read()
    os.waitpid(child, 0)
    if not text:
        raise RuntimeError('the unprivileged said nothing')
    return text


def header_options():
    header = b'\0\0\1\4\0\0\0\0'
    with udp() as s:
        for number in HEADERS:
            for value in header, b'', header[:4]:
                yield number, err(s.setsockopt, V6, number, value)
            yield err(s.getsockopt, V6, number, 8)
            for value in header, header[:1], header[:4]:
                yield err(s.sendmsg, [b'x'], [(V6, number, value)], 0,
                          (Setting.peer, Setting.port))


@check
def headers():
    """Extension headers of a program's own."""
    yield unprivileged(header_options)


@check
def headers_received():
    for name in 'RECVHOPOPTS', 'RECVDSTOPTS', 'RECVRTHDR', 'NOTHING':
        with udp() as s:
            if name != 'NOTHING':
                s.setsockopt(V6, OPTIONS[name], 1)
            s.sendto(b'headers', (Setting.peer, Setting.port))
            data, control, flags, _ = s.recvmsg(100, 500)
            yield name, data, control, flags


@check
def numbers():
    for make in udp, tcp:
        with make() as s:
            for name in TO_PEER:
                number = OPTIONS[name]
                yield name, [(err(s.setsockopt, V6, number, value),
                              err(s.getsockopt, V6, number))
                             for value in (0, 1, 5, 6, 7, 255, 256, -1, -2)]


@check
def lengths():
    with udp() as s:
        for name, number in OPTIONS.items():
            if name != 'MTU':
                yield name, err(s.setsockopt, V6, number, b'\1')
        yield len(s.getsockopt(V6, OPTIONS['TCLASS'], 8))
        yield len(s.getsockopt(V6, OPTIONS['TCLASS'], 2))


@check
def multicast_interface():
    with udp() as s:
        number = OPTIONS['MULTICAST_IF']
        yield err(s.setsockopt, V6, number, 9999)
        yield err(s.setsockopt, V6, number, Setting.ifindex)
        yield s.getsockopt(V6, number) == Setting.ifindex
        yield err(s.setsockopt, V6, number, 0)
    with tcp() as s:
        yield err(s.setsockopt, V6, number, Setting.ifindex)


@check
def v6only_after_bind():
    for make in udp, tcp:
        with make() as s:
            s.bind(('::', 0))
            yield err(s.setsockopt, V6, OPTIONS['V6ONLY'], 1)
        with make() as s:
            s.bind((Setting.local, 0))
            yield s.getsockopt(V6, OPTIONS['V6ONLY'])
        with make() as s:
            s.bind((mapped(Setting.local4), 0))
            yield s.getsockopt(V6, OPTIONS['V6ONLY'])


@check
def ipv4_level():
    """Options of IPv4 on a socket that may speak it."""
    with udp() as s:
        for number, value in ((1, 0x10), (2, 33), (10, 2), (33, 5), (8, 1)):
            yield number, err(s.setsockopt, 0, number, value)
            yield err(s.getsockopt, 0, number)
    with udp(socket.AF_INET) as s:
        yield err(s.setsockopt, V6, OPTIONS['V6ONLY'], 1)


@check
def groups():
    group = socket.inet_pton(SIN6, 'ff0e::1234')
    there = struct.pack('@16si', group, Setting.ifindex)
    wrong = struct.pack('@16si', socket.inet_pton(SIN6, 'fd00::9'), 0)
    sin6 = struct.pack('=HHI16sI', SIN6, 0, 0, group, 0).ljust(128, b'\0')
    req = struct.pack('@I4x', Setting.ifindex) + sin6
    with udp() as s:
        yield err(s.setsockopt, V6, ADD, wrong), err(s.setsockopt, V6, ADD, b'')
        yield err(s.setsockopt, V6, DROP, there)
        yield err(s.setsockopt, V6, ADD, struct.pack('@16si', group, 9999))
    with tcp() as s:
        yield err(s.setsockopt, V6, ADD, there)
    with udp() as s:
        yield err(s.setsockopt, V6, MCAST_JOIN, req[:20])
        yield err(s.setsockopt, V6, MCAST_LEAVE, req)


# --- addresses ---------------------------------------------------------------

@check
def names():
    with udp() as s:
        yield err(s.getpeername), hide(s.getsockname())
        s.connect((Setting.peer, Setting.port))
        port = s.getsockname()[1]
        yield hide(s.getsockname(), port), hide(s.getpeername())
    with udp() as s:
        s.connect((mapped(Setting.peer4), Setting.port))
        port = s.getsockname()[1]
        yield hide(s.getsockname(), port), hide(s.getpeername())
        yield s.getsockopt(V6, OPTIONS['V6ONLY'])


@check
def binding():
    for make in udp, tcp:
        for where in ('::', '::ffff:0.0.0.0', Setting.local,
                      mapped(Setting.local4), 'fd00:1::1',
                      mapped('10.99.0.1'), 'ff02::1', 'fe80::99'):
            with make() as s:
                yield hide(where), err(s.bind, (where, 0))


@check
def binding_twice():
    pairs = (('::', '::'), ('::', None), (None, '::'), ('::', Setting.local),
             (Setting.local, None), (mapped(Setting.local4), None),
             (Setting.local, mapped(Setting.local4)),
             ('::', mapped(Setting.local4)))
    for make in udp, tcp:
        for one, two in pairs:
            with bound(make, one, 0) as first:
                port = first.getsockname()[1]
                try:
                    with bound(make, two, port):
                        yield 'ok'
                except OSError as error:
                    yield errno.errorcode[error.errno]


def bound(make, where, port):
    sock = make(family_of(where))
    try:
        sock.bind((where or '0.0.0.0', port))
    except OSError:
        sock.close()
        raise
    return sock


@check
def binding_shared():
    """With SO_REUSEADDR or SO_REUSEPORT on both, or on one of them."""
    pairs = (('::', None), (None, '::'), ('::', mapped(Setting.local4)))
    for make in udp, tcp:
        for option in socket.SO_REUSEADDR, socket.SO_REUSEPORT:
            for one, two in pairs:
                yield [shared(make, option, one, two, which)
                       for which in ((1, 1), (1, 0), (0, 1))]


def shared(make, option, one, two, which):
    """The second of two binds; whether the first may still listen."""
    with make(family_of(one)) as first, make(family_of(two)) as second:
        for sock, value in zip((first, second), which):
            sock.setsockopt(socket.SOL_SOCKET, option, value)
        first.bind((one or '0.0.0.0', 0))
        result = err(second.bind, (two or '0.0.0.0', first.getsockname()[1]))
        if make is udp or result != 'ok':
            return result
        return err(first.listen), err(second.listen)


def family_of(where):
    return socket.AF_INET if where is None else SIN6


@check
def binding_apart():
    """With IPV6_V6ONLY both families have their own."""
    for make in udp, tcp:
        with make() as six, make(socket.AF_INET) as four:
            six.setsockopt(V6, OPTIONS['V6ONLY'], 1)
            six.bind(('::', 0))
            yield err(four.bind, ('0.0.0.0', six.getsockname()[1]))
            yield err(six.bind, ('::', 0))
        with make() as s:
            s.setsockopt(V6, OPTIONS['V6ONLY'], 1)
            yield err(s.bind, (mapped(Setting.local4), 0))


@check
def connecting():
    for make in udp, tcp:
        for where in ('2001:db8::1', 'fe80::1', mapped('192.0.2.1')):
            with make() as s:
                yield err(s.connect, (where, 9))
        with make() as s:
            s.setsockopt(V6, OPTIONS['V6ONLY'], 1)
            yield err(s.connect, (mapped(Setting.peer4), 9))
        with make() as s:
            s.bind((mapped(Setting.local4), 0))
            yield err(s.connect, (Setting.peer, Setting.port))
        with make() as s:
            s.bind((Setting.local, 0))
            yield err(s.connect, (mapped(Setting.peer4), Setting.port))
    with tcp() as s:
        yield err(s.connect, ('ff02::1', 9))


@check
def scopes():
    link = 'fe80::1'
    for make in udp, tcp:
        with make() as s:
            yield err(s.connect, (link, Setting.port, 0, Setting.ifindex))
            yield hide(s.getpeername())
        with make() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                         Setting.dev.encode())
            yield err(s.connect, (link, Setting.port, 0, Setting.ifindex + 1))
            yield err(s.connect, (link, Setting.port))
    with udp() as s:
        s.sendto(b'scope', (link, Setting.port, 0, Setting.ifindex))
        data, where = s.recvfrom(100)
        yield data, hide(where)


# --- datagrams ---------------------------------------------------------------

@check
def datagrams():
    with udp() as s:
        for where in Setting.peer, mapped(Setting.peer4):
            s.sendto(b'hello', (where, Setting.port))
            data, addr = s.recvfrom(100)
            yield data, hide(addr)
        yield err(s.sendto, b'x', (Setting.peer, 0)), err(s.send, b'x')
        s.connect((Setting.peer, Setting.port))
        s.send(b'again')
        yield s.recv(100)
        yield err(s.sendto, b'x' * 65528, (Setting.peer, Setting.port))


@check
def datagrams_without_ipv4():
    with udp() as s:
        s.setsockopt(V6, OPTIONS['V6ONLY'], 1)
        yield err(s.sendto, b'x', (mapped(Setting.peer4), Setting.port))
    with udp() as s:
        s.connect((mapped(Setting.peer4), Setting.port))
        s.send(b'mapped')
        yield s.recv(100)
        yield err(s.sendto, b'x', (Setting.peer, Setting.port))
        yield err(s.connect, (Setting.peer, Setting.port))


def told(s, where, flags=0):
    """The control messages that come with the peer's answer."""
    s.sendto(b'tell', (where, Setting.port))
    data, control, _, addr = s.recvmsg(100, 500, flags)
    for level, kind, value in control:
        if (level, kind) == (V6, PKTINFO):
            value = (hide(socket.inet_ntop(SIN6, value[:16])),
                     struct.unpack('i', value[16:])[0] == Setting.ifindex)
        yield level, kind, value


@check
def control_messages():
    for name in 'RECVPKTINFO', 'RECVHOPLIMIT', 'RECVTCLASS':
        with udp() as s:
            s.setsockopt(V6, OPTIONS[name], 1)
            for where in Setting.peer, mapped(Setting.peer4):
                yield name, list(told(s, where))


@check
def control_messages_out():
    pktinfo = socket.inet_pton(SIN6, Setting.local)
    with udp() as s:
        for kind, value in ((PKTINFO, pktinfo + struct.pack('i', 0)),
                            (PKTINFO, b'\0' * 20), (PKTINFO, b'\0' * 8),
                            (HOPLIMIT, struct.pack('i', 3)),
                            (HOPLIMIT, struct.pack('i', -1)),
                            (HOPLIMIT, struct.pack('i', 256)),
                            (67, struct.pack('i', 0x20)),
                            (67, struct.pack('i', 256)),
                            (62, struct.pack('i', 1)), (1999, b'1234')):
            yield err(s.sendmsg, [b'x'], [(V6, kind, value)], 0,
                      (Setting.peer, Setting.port))


@check
def errors():
    """Nobody is on the peer's next port."""
    for where in Setting.peer, mapped(Setting.peer4):
        with udp() as s:
            s.connect((where, Setting.port + 1))
            s.send(b'x')
            yield err(s.recv, 100)


@check
def error_queue():
    with udp() as s:
        s.setsockopt(V6, OPTIONS['RECVERR'], 1)
        s.sendto(b'lost', (Setting.peer, Setting.port + 1))
        yield err(s.recv, 100)
        data, control, flags, addr = s.recvmsg(100, 500, socket.MSG_ERRQUEUE)
        yield data, hide(addr), flags == socket.MSG_ERRQUEUE
        for level, kind, value in control:
            yield level, kind, struct.unpack('IBBBBII', value[:16])
            yield hide(socket.inet_ntop(SIN6, value[24:40]))


@check
def path_mtu():
    with udp() as s:
        for name in 'RECVPATHMTU', 'DONTFRAG':
            s.setsockopt(V6, OPTIONS[name], 1)
        yield err(s.sendto, b'x' * 3000, (Setting.peer, Setting.port))
        data, control, flags, addr = s.recvmsg(100, 500)
        yield data, flags, hide(addr)
        for level, kind, value in control:
            family, port, _, to, scope, mtu = struct.unpack('HHI16sII', value)
            yield (level, kind, family, port,
                   hide(socket.inet_ntop(SIN6, to)), scope, mtu)
        s.setblocking(False)
        yield err(s.recv, 1)
        yield err(s.getsockopt, V6, PATHMTU, 32)
        s.connect((Setting.peer, Setting.port))
        yield [err(s.getsockopt, V6, PATHMTU, room) for room in (31, 32, 40)]


@check
def too_big():
    with udp() as s:
        s.setsockopt(V6, OPTIONS['MTU_DISCOVER'], 2)
        s.connect((Setting.peer, Setting.port))
        yield s.getsockopt(V6, OPTIONS['MTU'])
        yield err(s.send, b'x' * 1452), err(s.send, b'x' * 1453)
    with udp() as s:
        s.setsockopt(V6, OPTIONS['DONTFRAG'], 1)
        s.connect((Setting.peer, Setting.port))
        yield err(s.send, b'x' * 1453)
    with udp() as s:
        yield err(s.getsockopt, V6, OPTIONS['MTU'])


# --- streams -----------------------------------------------------------------

@check
def streams():
    for where in Setting.peer, mapped(Setting.peer4):
        with tcp() as s:
            s.connect((where, Setting.port))
            port = s.getsockname()[1]
            yield hide(s.getsockname(), port), hide(s.getpeername())
            s.sendall(b'stream')
            yield s.recv(100), s.getsockopt(V6, OPTIONS['MTU'])
            yield s.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)


@check
def streams_accepted():
    """The peer calls back, by the family that was asked for."""
    with tcp() as server:
        server.bind(('::', 0))
        server.listen()
        port = server.getsockname()[1]
        for where in Setting.peer, mapped(Setting.peer4):
            with udp() as s:
                s.sendto(b'call %d' % port, (where, Setting.port))
                child, addr = server.accept()
                with child:
                    yield hide(addr[0]), hide(child.getsockname(), port)
                    yield addr == child.getpeername(), child.family.name
                    yield child.recv(100), child.getsockopt(V6,
                                                            OPTIONS['V6ONLY'])


@check
def streams_accepted_apart():
    """A listener of IPv6 alone leaves IPv4's connections to another's."""
    with tcp() as six, tcp(socket.AF_INET) as four, udp() as s:
        six.setsockopt(V6, OPTIONS['V6ONLY'], 1)
        six.bind(('::', 0))
        port = six.getsockname()[1]
        four.bind(('0.0.0.0', port))
        six.listen()
        four.listen()
        for where in Setting.peer, mapped(Setting.peer4):
            s.sendto(b'call %d' % port, (where, Setting.port))
        for server in six, four:
            child, addr = server.accept()
            with child:
                yield hide(addr[0]), hide(child.getsockname(), port)
                yield child.recv(100)
            server.settimeout(0.2)
            yield err(server.accept)


@check
def datagrams_received():
    """On one socket, by either family, and answered by that."""
    with udp() as s:
        s.bind(('::', 0))
        port = s.getsockname()[1]
        for where in Setting.peer, mapped(Setting.peer4):
            s.sendto(b'post %d' % port, (where, Setting.port))
            data, addr = s.recvfrom(100)
            yield data, hide(addr, addr[1]), addr[1] != Setting.port
            s.sendto(b'answer', addr)
            yield s.recv(100)


@check
def datagrams_received_apart():
    """Those of IPv4 go to its own socket, or come to nothing."""
    for with_four in True, False:
        with udp() as six, udp(socket.AF_INET) as four, udp() as s:
            six.setsockopt(V6, OPTIONS['V6ONLY'], 1)
            six.bind(('::', 0))
            port = six.getsockname()[1]
            if with_four:
                four.bind(('0.0.0.0', port))
            for where in Setting.peer, mapped(Setting.peer4):
                s.sendto(b'post %d' % port, (where, Setting.port))
            for sock in six, *[four] * with_four:
                data, addr = sock.recvfrom(100)
                yield data, hide(addr[0])
            six.settimeout(0.2)
            yield err(six.recv, 100)


# --- the peer ----------------------------------------------------------------

def call(host, port):
    with socket.create_connection((host, port), 5) as sock:
        sock.sendall(b'called')


def post(host, port):
    """From another socket, which says what it is answered, if anything."""
    with socket.socket(SIN6, socket.SOCK_DGRAM) as sock:
        sock.settimeout(1)
        sock.sendto(b'posted', (host, port))
        try:
            data, where = sock.recvfrom(100)
            sock.sendto(b'heard ' + data, where)
        except OSError:
            pass


def echo_datagrams(addr, port):
    with socket.socket(SIN6, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(V6, OPTIONS['V6ONLY'], 0)
        sock.setsockopt(V6, OPTIONS['UNICAST_HOPS'], 44)
        sock.setsockopt(V6, OPTIONS['TCLASS'], 0x48)
        sock.bind((addr, port))
        while True:
            data, where = sock.recvfrom(65536)
            if data.startswith((b'call ', b'post ')):
                threading.Thread(
                    target=call if data.startswith(b'call') else post,
                    args=(where[0], int(data[5:])), daemon=True).start()
            elif data == b'headers':
                # Padding, and an option that may be skipped (RFC 4727).
                sock.sendmsg([data], [
                    (V6, HEADERS[0], b'\0\0\1\4\0\0\0\0'),
                    (V6, HEADERS[3], b'\0\1\x1e\x0c' + b'experimental')],
                    0, where)
            else:
                sock.sendto(data, where)


def echo_stream(sock):
    with sock:
        while data := sock.recv(65536):
            sock.sendall(data)


def serve(addr, port, seconds):
    threading.Thread(target=echo_datagrams, args=(addr, port),
                     daemon=True).start()
    with socket.create_server((addr, port), family=SIN6, backlog=20,
                              dualstack_ipv6=True) as server:
        server.settimeout(seconds)
        while True:
            sock, _ = server.accept()
            threading.Thread(target=echo_stream, args=(sock,),
                             daemon=True).start()


def run_check(function):
    seen = []
    try:
        for item in function():
            seen.append(str(item))
    except OSError as error:
        seen.append(f'({errno.errorcode.get(error.errno, error)})')
    print(f'{function.__name__}:', ', '.join(seen), flush=True)


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    if sys.argv[1] == 'peer':
        serve(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
        return
    Setting.proto = int(sys.argv[1])
    Setting.dev, Setting.local, Setting.peer = sys.argv[2:5]
    Setting.local4, Setting.peer4 = sys.argv[5:7]
    Setting.port = int(sys.argv[7])
    Setting.ifindex = socket.if_nametoindex(Setting.dev)
    wanted = sys.argv[8:]
    for function in CHECKS:
        if not wanted or function.__name__ in wanted:
            run_check(function)


main()
