#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What programs see of paths that carry less than their first link.

    pathmtu.py serve PORT ADDR...         the far host: echoes all that comes to
                                          these addresses
    pathmtu.py hold PROTO ADDR PORT       a stream that has carried something
    pathmtu.py PROTO GATE4 GATE6 BASE4 BASE6 PORT
                                          the checks; PROTO 0 is Linux's sockets

Each check of a family has an address of its own, BASE and a digit, since what is
learned of a path is kept by address. Prints one line per check, "NAME: what was
seen"; the routers must not limit their ICMP errors.
"""

import errno
import hashlib
import select
import selectors
import socket
import struct
import sys
import time

LARGE, MIDDLE, SMALL = 5000, 3500, 1400
# Longer than any loss and its repair takes on a busy machine.
PATIENCE = 60

# What the families call the same: level, IP_MTU_DISCOVER, IP_MTU, IP_RECVERR.
NAMES = {
    socket.AF_INET: (socket.IPPROTO_IP, 10, 14, 11),
    socket.AF_INET6: (socket.IPPROTO_IPV6, 23, 24, 25),
}
DONT, WANT, DO, PROBE, OMIT = 0, 1, 2, 3, 5
HEADERS = {socket.AF_INET: 28, socket.AF_INET6: 48}


def pattern(length):
    return (bytes(range(251)) * (length // 251 + 1))[:length]


def options(family):
    return dict(zip(('level', 'discover', 'mtu', 'recverr'), NAMES[family]))


class Datagrams:
    """A socket that sends to one address, and what it is told."""

    def __init__(self, proto, family, where, discover, connected=True):
        self.family, self.where = family, where
        self.names = options(family)
        self.sock = socket.socket(family, socket.SOCK_DGRAM, proto)
        self.set('discover', discover)
        self.connected = connected
        if connected:
            self.sock.connect(where)

    def set(self, name, value):
        self.sock.setsockopt(self.names['level'], self.names[name], value)

    def mtu(self):
        return self.sock.getsockopt(self.names['level'], self.names['mtu'])

    def send(self, length):
        """What a send returns; an error of an earlier one is not its."""
        self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        try:
            if self.connected:
                self.sock.send(pattern(length))
            else:
                self.sock.sendto(pattern(length), self.where)
        except OSError as error:
            return errno.errorcode[error.errno]
        return 'ok'

    def event(self, seconds):
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        events = dict(poll.poll(int(seconds * 1000)))
        return events.get(self.sock.fileno(), 0)

    def echoed(self, length):
        """Sends until it comes back whole."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.send(length)
            while self.event(1) & select.POLLIN:
                try:
                    data = self.sock.recv(65536)
                except OSError:
                    continue
                # Of an earlier one, which was sent twice.
                if len(data) != length:
                    continue
                return 'echo' if data == pattern(length) else 'damaged'
        return 'nothing'

    def told(self, length):
        """Sends one, and waits for what the error queue has to say of it."""
        said, end = self.send(length), time.monotonic() + PATIENCE
        while not self.event(PATIENCE / 3) & select.POLLERR:
            if time.monotonic() > end:
                return said, 'nothing'
            self.send(length)
        return said, self.error_queue(length)

    def error_queue(self, length):
        data, control, _, _ = self.sock.recvmsg(65536, 512,
                                                socket.MSG_ERRQUEUE)
        for level, kind, value in control:
            if (level, kind) == (self.names['level'], self.names['recverr']):
                number, origin, icmp, code, _, info, _ = \
                    struct.unpack('IBBBBII', value[:16])
                return (errno.errorcode[number], origin, icmp, code, info,
                        self.offender(value[16:]) if origin > 1 else '-',
                        pattern(length).startswith(data))
        return 'no error'

    def offender(self, name):
        at = 4 if self.family == socket.AF_INET else 8
        size = 4 if self.family == socket.AF_INET else 16
        return socket.inet_ntop(self.family, name[at:at + size])


# --- the checks: each of one family ------------------------------------------

CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


@check
def want(proto, family, where):
    """Fragments where they are needed, as small as routers say."""
    s = Datagrams(proto, family, where, WANT)
    yield s.mtu()
    for length in LARGE, MIDDLE, SMALL, 20000:
        yield s.echoed(length), s.mtu()


@check
def dont(proto, family, where):
    """Nothing is asked of IPv4's routers but to cut it."""
    s = Datagrams(proto, family, where, DONT)
    yield s.echoed(LARGE), s.mtu()


@check
def strict(proto, family, where):
    """Never in fragments: what does not fit is an error, which says why."""
    s = Datagrams(proto, family, where, DO, connected=False)
    s.set('recverr', 1)
    fits = 1280 - HEADERS[family]
    for length in LARGE, LARGE, MIDDLE, SMALL, fits + 1:
        yield s.told(length)
    yield s.echoed(fits)


@check
def strict_connected(proto, family, where):
    """Told by an error of the next call."""
    s = Datagrams(proto, family, where, DO)
    end = time.monotonic() + PATIENCE
    seen = []
    while s.mtu() > 1280 and time.monotonic() < end:
        sent = s.send(s.mtu() - HEADERS[family])
        s.event(PATIENCE / 3)
        try:
            s.sock.recv(1, socket.MSG_DONTWAIT)
            seen.append('data')
        except OSError as error:
            seen.append((sent, errno.errorcode[error.errno]))
    yield from seen
    yield s.mtu(), s.send(1281 - HEADERS[family])
    yield s.echoed(1280 - HEADERS[family])


@check
def probe(proto, family, where):
    """What is known of the path is not looked at."""
    s = Datagrams(proto, family, where, PROBE, connected=False)
    s.set('recverr', 1)
    yield s.told(SMALL), s.told(SMALL), s.echoed(1000)


@check
def stream(proto, family, where):
    """Both ways at once, of which the hash is compared."""
    with connect(proto, family, where) as s:
        sent, got = carry(s, 1 << 20)
        yield 'same' if sent == got else 'damaged'
        level, _, mtu, _ = NAMES[family]
        yield s.getsockopt(level, mtu)
        yield s.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)


# --- streams -----------------------------------------------------------------

def connect(proto, family, where):
    s = socket.socket(family, socket.SOCK_STREAM, proto)
    s.settimeout(PATIENCE)
    s.connect(where)
    return s


def carry(s, length):
    """The hashes of what is sent, and of what comes back meanwhile."""
    data, sent, got, n = pattern(length), 0, hashlib.sha256(), 0
    s.setblocking(False)
    while n < length:
        ready = select.select([s], [s] if sent < length else [], [], PATIENCE)
        if not any(ready):
            break
        if ready[1]:
            sent += s.send(data[sent:sent + 65536])
        if ready[0]:
            part = s.recv(65536)
            if not part:
                break
            got.update(part)
            n += len(part)
    s.settimeout(PATIENCE)
    return hashlib.sha256(data).hexdigest(), got.hexdigest()


def hold(proto, addr, port):
    family = socket.AF_INET6 if ':' in addr else socket.AF_INET
    with connect(proto, family, (addr, port)) as s:
        sent, got = carry(s, 1 << 20)
        print('same' if sent == got else 'damaged', flush=True)
        time.sleep(600)


# --- the far host ------------------------------------------------------------

class Echo:
    """A stream's bytes on their way back."""

    def __init__(self, sock):
        self.sock, self.data = sock, b''

    def ready(self, selector, events):
        try:
            if events & selectors.EVENT_WRITE and self.data:
                self.data = self.data[self.sock.send(self.data):]
            elif events & selectors.EVENT_READ:
                part = self.sock.recv(65536)
                self.data += part
                if not part:
                    raise ConnectionResetError
        except BlockingIOError:
            return
        except OSError:
            selector.unregister(self.sock)
            self.sock.close()
            return
        selector.modify(self.sock, selectors.EVENT_WRITE if self.data else
                        selectors.EVENT_READ, self.ready)


def answer(sock):
    try:
        data, where = sock.recvfrom(65536)
        sock.sendto(data, where)
    except OSError:
        pass    # said of an earlier one: it comes again


def serve(port, addrs):
    selector = selectors.DefaultSelector()

    def accept(server, _):
        sock, _ = server.accept()
        sock.setblocking(False)
        selector.register(sock, selectors.EVENT_READ, Echo(sock).ready)

    for addr in addrs:
        family = socket.AF_INET6 if ':' in addr else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.bind((addr, port))
        selector.register(sock, selectors.EVENT_READ,
                          lambda _, events, sock=sock: answer(sock))
    server = socket.create_server(('::', port), family=socket.AF_INET6,
                                  backlog=100, dualstack_ipv6=True)
    selector.register(server, selectors.EVENT_READ,
                      lambda _, events: accept(server, events))
    print('ready', flush=True)
    while True:
        for key, events in selector.select():
            key.data(selector, events)


def run(proto, gates, bases, port):
    for family, base, gate in zip(NAMES, bases, gates):
        for i, function in enumerate(CHECKS):
            name = f'{function.__name__}_{"46"[family != socket.AF_INET]}'
            try:
                seen = ', '.join(str(item) for item in function(
                    proto, family, (f'{base}{i}', port)))
            except OSError as error:
                seen = f'({errno.errorcode.get(error.errno, error)})'
            print(f'{name}:', seen.replace(f"'{gate}'", 'GATE'), flush=True)


def main():
    if sys.argv[1] == 'serve':
        serve(int(sys.argv[2]), sys.argv[3:])
    elif sys.argv[1] == 'hold':
        hold(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
    else:
        run(int(sys.argv[1]), sys.argv[2:4], sys.argv[4:6], int(sys.argv[6]))


main()
