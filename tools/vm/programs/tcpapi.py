#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What programs see of TCP sockets, check by check.

    tcpapi.py peer ADDR PORT SECONDS    the other side, on Linux's own TCP
    tcpapi.py PROTO LOCAL PEER PORT [CHECK...]
                                        the checks; PROTO 0 is Linux's TCP;
                                        addresses of either family

Prints one line per check, "NAME: what was seen". The same lines from both
stacks mean that a program could not tell them apart.

A connection to the peer begins with a line that says what the peer is to do
with it; see class Script.
"""

import array
import ctypes
import errno
import fcntl
import hashlib
import mmap
import os
import select
import signal
import socket
import struct
import sys
import termios
import threading
import time

SIOCATMARK = 0x8905
SIOCOUTQNSD = 0x894b
SO_PEEK_OFF = 42
TCP_INQ = 36
TCP_NOTSENT_LOWAT = 25
TCP_RTO_MAX_MS = 44     # Linux 6.15
TCP_CC_INFO = 26
TCP_ULP = 31
NAME_WAIT = 5.0

RESET = struct.pack('ii', 1, 0)


def pattern(count, start=0):
    """Bytes that differ at every place within 251."""
    once = bytes(range(251))
    first = start % 251
    return (once * (count // 251 + 2))[first:first + count]


def receive(sock, count):
    """Up to count bytes, fewer only at the end of the file."""
    data = bytearray()
    while len(data) < count:
        part = sock.recv(min(count - len(data), 1 << 16))
        if not part:
            break
        data += part
    return bytes(data)


# --- the peer ----------------------------------------------------------------

class Script:
    """What the peer does with one connection, words separated by ';'."""

    records = {}
    changed = threading.Condition()

    def __init__(self, sock, words):
        self.sock = sock
        self.words = words

    def run(self):
        for position, words in enumerate(self.words):
            word, *args = words.split()
            if word == 'call':
                self.call(args, self.words[position + 1:])
                return
            getattr(self, 'do_' + word)(*args)

    def call(self, args, words):
        """call PORT: the rest is for a connection to where this came from."""
        host = self.sock.getpeername()[0]
        with socket.create_connection((host, int(args[0])), 10) as sock:
            Script(sock, words).run()

    def do_echo(self):
        while part := self.sock.recv(1 << 16):
            self.sock.sendall(part)

    def do_send(self, count, start='0'):
        self.sock.sendall(pattern(int(count), int(start)))

    def do_oob(self, text):
        self.sock.send(text.encode(), socket.MSG_OOB)

    def do_wait(self, msec):
        time.sleep(int(msec) / 1000)

    def do_recv(self, count):
        receive(self.sock, int(count))

    def do_nodelay(self):
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_small(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    def do_eof(self):
        """Reads to the end."""
        while self.sock.recv(1 << 16):
            pass

    def do_hash(self):
        """Reads to the end, and answers with a hash."""
        digest = hashlib.sha256()
        while part := self.sock.recv(1 << 16):
            digest.update(part)
        self.sock.sendall(digest.hexdigest().encode())

    def do_inline(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)

    def do_mark(self):
        """Answers with what stands before the mark, and with the byte."""
        poller = select.poll()
        poller.register(self.sock, select.POLLPRI)
        poller.poll(5000)
        byte = self.sock.recv(1, socket.MSG_OOB)
        before = self.sock.recv(100)
        self.sock.sendall(before + b'/' + byte)

    def do_shut(self):
        self.sock.shutdown(socket.SHUT_WR)

    def do_reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.sock.close()

    def do_end(self, name):
        """Records how the connection ended for us."""
        count = 0
        try:
            while part := self.sock.recv(1 << 16):
                count += len(part)
            how = 'EOF'
        except OSError as err:
            how = errno.errorcode[err.errno]
        with self.changed:
            self.records[name] = f'{count} {how}'
            self.changed.notify_all()

    def do_report(self, name):
        """Answers with what was recorded."""
        with self.changed:
            self.changed.wait_for(lambda: name in self.records, NAME_WAIT)
            text = self.records.pop(name, 'nothing')
        self.sock.sendall(text.encode())


def handle(sock):
    with sock:
        line = b''
        while not line.endswith(b'\n'):
            byte = sock.recv(1)
            if not byte:
                return
            line += byte
        try:
            Script(sock, line.decode().strip().split(';')).run()
        except OSError:
            pass


def family_of(addr):
    return socket.AF_INET6 if ':' in addr else socket.AF_INET


def serve(addr, port, seconds):
    with socket.create_server((addr, port), family=family_of(addr),
                              backlog=100) as server:
        server.settimeout(1)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                sock, _ = server.accept()
            except TimeoutError:
                continue
            sock.settimeout(None)
            threading.Thread(target=handle, args=(sock,), daemon=True).start()


# --- the side that is checked ------------------------------------------------

class Setting:
    """From the command line."""
    proto = 0
    family = socket.AF_INET
    local = peer = ''
    port = 0
    silent = ''     # nobody has this address
    anybody = '0.0.0.0'
    foreign = '192.0.2.1'
    nowhere = '224.0.0.1', '255.255.255.255', '192.0.2.1'


CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def tcp():
    sock = socket.socket(Setting.family, socket.SOCK_STREAM, Setting.proto)
    return sock


def connected(*script, options=()):
    """A connection with which the peer does as told."""
    sock = tcp()
    for option in options:
        sock.setsockopt(*option)
    sock.connect((Setting.peer, Setting.port))
    sock.sendall((';'.join(script) + '\n').encode())
    return sock


def listener(backlog=8, options=()):
    sock = tcp()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for option in options:
        sock.setsockopt(*option)
    sock.bind((Setting.local, 0))
    sock.listen(backlog)
    return sock


def report(name):
    with connected(f'report {name}') as sock:
        return receive(sock, 100).decode()


def err(function, *args):
    """What a call returned, or the name of its error."""
    try:
        result = function(*args)
    except OSError as error:
        if isinstance(error, TimeoutError) and error.errno is None:
            return 'timeout'
        return errno.errorcode.get(error.errno, str(error))
    if isinstance(result, bytes):
        return repr(result)
    return 'ok' if result is None else str(result)


MASK = (('IN', select.POLLIN), ('PRI', select.POLLPRI),
        ('OUT', select.POLLOUT), ('ERR', select.POLLERR),
        ('HUP', select.POLLHUP), ('RDHUP', select.POLLRDHUP))


def mask_text(mask):
    return '|'.join(name for name, bit in MASK if mask & bit) or '0'


def polled(sock, events=None, msec=0):
    """poll()'s answer to everything, or the first to some events."""
    poller = select.poll()
    if events is None:
        events = (select.POLLIN | select.POLLPRI | select.POLLOUT |
                  select.POLLRDHUP)
    poller.register(sock, events)
    got = poller.poll(msec)
    return mask_text(got[0][1] if got else 0)


def wait_until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def number(sock, request):
    value = array.array('i', [0])
    fcntl.ioctl(sock, request, value)
    return value[0]


def arrived(sock, count):
    """Waits until so many bytes can be read; how many there are."""
    wait_until(lambda: number(sock, termios.FIONREAD) >= count)
    return number(sock, termios.FIONREAD)


def so_error(sock):
    value = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return errno.errorcode.get(value, str(value))


def state(sock):
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


def timed(function, *args, waker=None):
    """What it returned, and whether that took 0.2 to 5 seconds."""
    begin = time.monotonic()
    if waker:
        threading.Timer(0.3, *waker).start()
    result = err(function, *args)
    took = time.monotonic() - begin
    return f'{result} {"in time" if 0.2 <= took < 5 else "took %.2f" % took}'


def timeval(msec):
    return struct.pack('ll', msec // 1000, msec % 1000 * 1000)


def fill(sock):
    """Sends until no more goes in; how much that was."""
    sock.setblocking(False)
    total = 0
    try:
        while True:
            total += sock.send(pattern(1 << 16, total))
    except BlockingIOError:
        return total


def hide(text, *ports):
    text = str(text).replace(Setting.local, 'US').replace(Setting.peer, 'PEER')
    for port in ports:
        text = text.replace(str(port), 'PORT')
    return text.replace(str(Setting.port), 'SERVICE')


# --- states ------------------------------------------------------------------

@check
def fresh_socket():
    with tcp() as s:
        yield polled(s)
        yield err(s.recv, 1), err(s.send, b'x'), err(s.getpeername)
        yield err(s.shutdown, socket.SHUT_RDWR), err(s.accept)
        yield err(s.getsockname), so_error(s), state(s)
        yield err(s.send, b'x', socket.MSG_NOSIGNAL)
        yield err(s.recv, 1, socket.MSG_OOB)


@check
def names():
    with connected('echo') as s:
        host, port = s.getsockname()[:2]
        yield hide((host, port), port), hide(s.getpeername()[:2])
        yield state(s), polled(s)
        yield hide(err(s.connect, (Setting.peer, Setting.port)))
        yield err(s.bind, (Setting.local, 0)), err(s.listen)
        yield err(s.accept)


@check
def generic_options():
    with tcp() as s:
        for name in ('SO_TYPE', 'SO_DOMAIN', 'SO_ACCEPTCONN', 'SO_REUSEADDR',
                     'SO_KEEPALIVE', 'SO_OOBINLINE', 'SO_RCVLOWAT',
                     'SO_SNDLOWAT', 'SO_LINGER'):
            yield s.getsockopt(socket.SOL_SOCKET, getattr(socket, name))
    with listener() as s:
        yield s.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)


@check
def connect_refused():
    with tcp() as s:
        yield err(s.connect, (Setting.peer, 9))
        yield so_error(s), polled(s), state(s)
        yield err(s.connect, (Setting.peer, 9)), err(s.send, b'x')
        yield err(s.recv, 1)
        s.connect((Setting.peer, Setting.port))
        yield state(s)


@check
def connect_nonblocking():
    with tcp() as s:
        s.setblocking(False)
        yield err(s.connect, (Setting.peer, Setting.port))
        yield polled(s, select.POLLOUT, 5000), so_error(s)
        yield err(s.connect, (Setting.peer, Setting.port)), state(s)
        yield err(s.connect, (Setting.peer, Setting.port))


@check
def connect_nonblocking_refused():
    with tcp() as s:
        s.setblocking(False)
        yield err(s.connect, (Setting.peer, 9))
        polled(s, select.POLLOUT, 5000)
        yield polled(s), so_error(s), so_error(s), polled(s)


@check
def connect_nonblocking_refused_told_by_connect():
    with tcp() as s:
        s.setblocking(False)
        yield err(s.connect, (Setting.peer, 9))
        polled(s, select.POLLOUT, 5000)
        yield err(s.connect, (Setting.peer, 9)), so_error(s)


@check
def connect_in_progress():
    with tcp() as s:
        s.setblocking(False)
        yield err(s.connect, (Setting.silent, 9))
        yield err(s.connect, (Setting.silent, 9)), state(s), polled(s)
        yield err(s.send, b'x'), err(s.recv, 1), err(s.getpeername)[:7]
        yield number(s, termios.TIOCOUTQ), number(s, termios.FIONREAD)


@check
def connect_nobody_there():
    with tcp() as s:
        s.settimeout(20)
        yield err(s.connect, (Setting.silent, 9)), state(s)


@check
def connect_timeout():
    with tcp() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval(300))
        yield timed(s.connect, (Setting.silent, 9)), state(s)
        yield err(s.connect, (Setting.silent, 9))


@check
def connect_nowhere():
    for where in Setting.nowhere:
        with tcp() as s:
            yield err(s.connect, (where, 9)), state(s)


@check
def connect_bound():
    with tcp() as s:
        s.bind((Setting.local, 0))
        port = s.getsockname()[1]
        s.connect((Setting.peer, Setting.port))
        yield s.getsockname()[1] == port
        with tcp() as twin:
            yield err(twin.bind, (Setting.local, port))


@check
def disconnect():
    libc = ctypes.CDLL(None, use_errno=True)
    unspec = struct.pack('H14x', socket.AF_UNSPEC)
    with connected('echo') as s:
        s.sendall(b'x')
        yield err(s.recv, 1)
        yield libc.connect(s.fileno(), unspec, len(unspec)), state(s)
        yield err(s.getpeername), err(s.send, b'x'), polled(s)
        s.connect((Setting.peer, Setting.port))
        s.sendall(b'echo\nagain')
        yield err(receive, s, 5)


# --- data --------------------------------------------------------------------

@check
def echo():
    with connected('echo') as s:
        s.sendall(b'hello')
        yield err(receive, s, 5)
        yield err(s.sendto, b'y', (Setting.foreign, 9)), err(s.recvfrom, 10)


@check
def echo_much():
    count = 1 << 20
    with connected('echo') as s:
        data = pattern(count)
        thread = threading.Thread(target=s.sendall, args=(data,))
        thread.start()
        yield receive(s, count) == data
        thread.join()


@check
def hash_out():
    with connected('hash') as s:
        data = pattern(3000001)
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
        yield receive(s, 64).decode() == hashlib.sha256(data).hexdigest()


@check
def hash_in():
    with connected('send 3000001;shut;eof') as s:
        yield receive(s, 4000000) == pattern(3000001)


@check
def one_byte_at_a_time():
    with connected('nodelay;echo') as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        same = 0
        for i in range(200):
            s.sendall(bytes([i]))
            same += s.recv(1) == bytes([i])
        yield same


@check
def scattered():
    with connected('echo') as s:
        yield s.sendmsg([b'ab', b'', b'cde', pattern(5000)])
        into = [bytearray(1), bytearray(3), bytearray(5001)]
        arrived(s, 5005)
        count, _, flags, addr = s.recvmsg_into(into)
        yield count, flags, addr, bytes(into[0]), bytes(into[1])
        yield bytes(into[2]) == b'e' + pattern(5000)


@check
def nothing():
    with connected('echo') as s:
        yield err(s.send, b''), err(s.recv, 10, socket.MSG_DONTWAIT)
        s.sendall(b'abc')
        arrived(s, 3)
        yield err(s.recv, 0), err(s.recv, 10)


@check
def peek():
    with connected('send 10;eof') as s:
        arrived(s, 10)
        yield err(s.recv, 3, socket.MSG_PEEK), err(s.recv, 5, socket.MSG_PEEK)
        yield err(s.recv, 4), err(s.recv, 50, socket.MSG_PEEK)
        yield err(s.recv, 50)
        yield err(s.recv, 1, socket.MSG_PEEK | socket.MSG_DONTWAIT)


@check
def peek_waits_for_all():
    with connected('nodelay;send 5;wait 200;send 5 5;eof') as s:
        yield err(s.recv, 10, socket.MSG_PEEK | socket.MSG_WAITALL)
        yield err(s.recv, 10)


@check
def peek_at_end():
    with connected('send 2;shut;eof') as s:
        wait_until(lambda: 'RDHUP' in polled(s))
        yield err(s.recv, 9, socket.MSG_PEEK), err(s.recv, 9)
        yield err(s.recv, 9, socket.MSG_PEEK), err(s.recv, 9)


@check
def peek_offset():
    if tuple(map(int, os.uname().release.split('.')[:2])) < (6, 9):
        return
    with connected('send 20;eof') as s:
        arrived(s, 20)
        s.setsockopt(socket.SOL_SOCKET, SO_PEEK_OFF, 4)
        yield err(s.recv, 3, socket.MSG_PEEK), err(s.recv, 3, socket.MSG_PEEK)
        yield s.getsockopt(socket.SOL_SOCKET, SO_PEEK_OFF), err(s.recv, 5)
        yield s.getsockopt(socket.SOL_SOCKET, SO_PEEK_OFF)
        yield err(s.recv, 3, socket.MSG_PEEK)


@check
def wait_for_all():
    with connected('nodelay;send 5;wait 200;send 5 5;wait 100;shut;eof') as s:
        yield err(s.recv, 10, socket.MSG_WAITALL)
        yield err(s.recv, 10, socket.MSG_WAITALL)


@check
def wait_for_all_and_end():
    with connected('send 5;shut;eof') as s:
        yield err(s.recv, 10, socket.MSG_WAITALL)


@check
def wait_for_all_times_out():
    with connected('send 5;eof') as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval(300))
        arrived(s, 5)
        yield timed(s.recv, 10, socket.MSG_WAITALL)
        yield timed(s.recv, 10)


@check
def wait_for_all_not():
    flags = socket.MSG_WAITALL | socket.MSG_DONTWAIT
    with connected('send 5;eof') as s:
        arrived(s, 5)
        yield err(s.recv, 10, flags), err(s.recv, 10, flags)


@check
def wait_for_more_than_the_buffer():
    option = (socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    with connected('send 200000;shut;eof', options=[option]) as s:
        data = s.recv(200000, socket.MSG_WAITALL)
        yield data == pattern(200000)


@check
def discard():
    with connected('send 100;eof') as s:
        arrived(s, 100)
        buffer = bytearray(60)
        yield s.recv_into(buffer, 60, socket.MSG_TRUNC), bytes(buffer[:4])
        yield err(s.recv, 5)


@check
def waiting_ends():
    with connected('wait 100;send 3;eof') as s:
        yield err(s.recv, 10, socket.MSG_DONTWAIT), err(s.recv, 10)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval(300))
        yield timed(s.recv, 10)


@check
def message_flags():
    with connected('send 3;eof') as s:
        arrived(s, 3)
        data, ancillary, flags, addr = s.recvmsg(10, 100)
        yield data, ancillary, flags, addr
        yield err(s.recv, 10, socket.MSG_ERRQUEUE)
        yield err(s.sendmsg, [b'x'], [(socket.SOL_SOCKET, 999, b'1234')])
        yield err(s.sendmsg, [b'x'], [(socket.IPPROTO_IP, 999, b'1234')])
        yield err(s.send, b'x', socket.MSG_EOR), err(s.send, b'x', 0x4000000)


@check
def bytes_left():
    with connected('send 30;eof') as s:
        yield err(s.setsockopt, socket.IPPROTO_TCP, TCP_INQ, 2)
        s.setsockopt(socket.IPPROTO_TCP, TCP_INQ, 1)
        arrived(s, 30)
        for _ in range(2):
            data, ancillary, _, _ = s.recvmsg(20, 100)
            yield len(data), [(level, kind, int.from_bytes(value, 'little'))
                              for level, kind, value in ancillary]


@check
def when_it_came():
    for option in (29, 35, 63, 64):     # SO_TIMESTAMP, NS, and their new forms
        with connected('wait 100;send 30;shut;eof') as s:
            s.setsockopt(socket.SOL_SOCKET, option, 1)
            arrived(s, 30)
            now = time.time()
            for flags in (socket.MSG_PEEK, 0, 0, 0):
                data, ancillary, _, _ = s.recvmsg(20, 100, flags)
                yield len(data), [(level, kind, len(value), abs(
                    int.from_bytes(value[:8], 'little') - now) < 60)
                    for level, kind, value in ancillary]
    with connected('send 30;eof') as s:
        yield s.recvmsg(20, 100)[1]


@check
def faults():
    libc = ctypes.CDLL(None, use_errno=True)
    memory = mmap.mmap(-1, 3 * mmap.PAGESIZE)
    base = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    libc.mprotect(ctypes.c_void_p(base + mmap.PAGESIZE), mmap.PAGESIZE, 0)
    edge = base + mmap.PAGESIZE

    def call(function, address, count):
        result = function(s.fileno(), ctypes.c_void_p(address),
                          ctypes.c_size_t(count), 0x40)
        return result if result >= 0 else errno.errorcode[ctypes.get_errno()]

    with connected('echo') as s:
        yield call(libc.send, edge, 10), call(libc.recv, edge, 10)
        s.sendall(b'abcdef')
        arrived(s, 6)
        yield call(libc.recv, edge, 6), call(libc.recv, edge - 10, 3)
        yield memory[mmap.PAGESIZE - 10:mmap.PAGESIZE - 7], err(s.recv, 10)


@check
def queues():
    with connected('recv 1;wait 100;send 7;eof') as s:
        s.sendall(b'x')
        wait_until(lambda: not number(s, termios.TIOCOUTQ))
        yield number(s, termios.TIOCOUTQ), number(s, SIOCOUTQNSD)
        yield arrived(s, 7)
        s.recv(3)
        yield number(s, termios.FIONREAD)
    with listener() as s:
        yield err(number, s, termios.FIONREAD), err(number, s, termios.TIOCOUTQ)
        yield err(number, s, 0x89ff)


# --- urgent data -------------------------------------------------------------

URGENT = 'nodelay;send 3;wait 50;oob d;wait 50;send 2 3;eof'


@check
def urgent():
    with connected(URGENT) as s:
        polled(s, select.POLLPRI, 5000)
        arrived(s, 3)
        time.sleep(0.2)
        yield polled(s), number(s, termios.FIONREAD), number(s, SIOCATMARK)
        yield err(s.recv, 100), number(s, SIOCATMARK), polled(s)
        yield err(s.recv, 1, socket.MSG_OOB | socket.MSG_PEEK)
        yield err(s.recv, 1, socket.MSG_OOB), err(s.recv, 1, socket.MSG_OOB)
        yield polled(s), number(s, SIOCATMARK), err(s.recv, 100)
        yield number(s, SIOCATMARK), err(s.recv, 1, socket.MSG_OOB)


@check
def urgent_inline():
    option = (socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
    with connected(URGENT, options=[option]) as s:
        arrived(s, 6)
        yield polled(s), number(s, termios.FIONREAD), number(s, SIOCATMARK)
        yield err(s.recv, 1, socket.MSG_OOB)
        yield err(s.recv, 100), number(s, SIOCATMARK), err(s.recv, 100)
        yield number(s, SIOCATMARK), polled(s)


@check
def urgent_passed_over():
    with connected(URGENT) as s:
        polled(s, select.POLLPRI, 5000)
        time.sleep(0.3)
        yield err(s.recv, 100), err(s.recv, 100)
        yield err(s.recv, 1, socket.MSG_OOB), polled(s)


@check
def urgent_peeked():
    with connected(URGENT) as s:
        polled(s, select.POLLPRI, 5000)
        time.sleep(0.3)
        yield err(s.recv, 100, socket.MSG_PEEK), err(s.recv, 100)
        yield err(s.recv, 100, socket.MSG_PEEK), err(s.recv, 100)


@check
def urgent_twice():
    script = 'nodelay;oob a;wait 50;send 2;wait 50;oob b;wait 50;send 1;eof'
    with connected(script) as s:
        time.sleep(0.4)
        yield err(s.recv, 1, socket.MSG_OOB), err(s.recv, 9), err(s.recv, 9)


@check
def urgent_waits_for_all():
    with connected(URGENT) as s:
        polled(s, select.POLLPRI, 5000)
        time.sleep(0.3)
        yield err(s.recv, 5, socket.MSG_WAITALL)
        yield err(s.recv, 2, socket.MSG_WAITALL)


@check
def urgent_out():
    for words in ('mark', 'inline;mark'):
        with connected(words) as s:
            s.sendall(b'abc')
            yield err(s.send, b'xyz', socket.MSG_OOB)
            yield err(receive, s, 7) if words == 'mark' else 'sent'


@check
def urgent_signal():
    seen = []
    signal.signal(signal.SIGURG, lambda *_: seen.append(1))
    with connected('wait 100;oob d;eof') as s:
        fcntl.fcntl(s, fcntl.F_SETOWN, os.getpid())
        wait_until(lambda: seen)
        yield len(seen), err(s.recv, 1, socket.MSG_OOB)
    signal.signal(signal.SIGURG, signal.SIG_DFL)


@check
def urgent_none():
    with connected('echo') as s:
        yield err(s.recv, 1, socket.MSG_OOB), number(s, SIOCATMARK)


LITTLE = (socket.SOL_SOCKET, socket.SO_SNDBUF, 10000)


# --- the end -----------------------------------------------------------------

@check
def peer_closes():
    with connected('send 3') as s:
        wait_until(lambda: 'RDHUP' in polled(s))
        yield polled(s), state(s), number(s, termios.FIONREAD)
        yield err(s.recv, 10), err(s.recv, 10), polled(s)
        yield err(s.recv, 10, socket.MSG_DONTWAIT)
        yield err(s.shutdown, socket.SHUT_WR)
        wait_until(lambda: state(s) == 7)
        yield state(s), polled(s), err(s.send, b'x'), err(s.recv, 1)
        yield err(s.getpeername)[:7], err(s.shutdown, socket.SHUT_WR)


@check
def peer_closed_and_we_write():
    with connected('wait 1') as s:
        wait_until(lambda: 'RDHUP' in polled(s))
        yield err(s.send, b'x')
        wait_until(lambda: 'HUP' in polled(s).split('|'))
        yield polled(s), err(s.send, b'x'), err(s.send, b'x')
        yield so_error(s), err(s.recv, 1), state(s)


@check
def half_closed():
    with connected('hash;wait 100;send 5;shut') as s:
        s.sendall(b'abc')
        yield err(s.shutdown, socket.SHUT_WR), err(s.send, b'x')
        yield polled(s, select.POLLOUT)
        yield len(receive(s, 64)), err(receive, s, 100)
        wait_until(lambda: state(s) == 7)
        yield polled(s), err(s.recv, 1), err(s.shutdown, socket.SHUT_RD)


@check
def shut_for_reading():
    with connected('wait 200;send 5;eof') as s:
        yield err(s.shutdown, socket.SHUT_RD), polled(s), err(s.recv, 1)
        arrived(s, 5)
        yield err(s.recv, 10), err(s.recv, 10), err(s.send, b'x')
        yield err(s.shutdown, socket.SHUT_WR), polled(s)


@check
def shut_wrongly():
    with connected('eof') as s:
        yield err(s.shutdown, 3), err(s.shutdown, -1)


@check
def shutdown_wakes_reader():
    with connected('eof') as s:
        yield timed(s.recv, 10, waker=(s.shutdown, (socket.SHUT_RD,)))


@check
def shutdown_wakes_writer():
    with connected('small;wait 700', options=[LITTLE]) as s:
        fill(s)
        time.sleep(0.1)
        fill(s)
        s.setblocking(True)
        data = pattern(1 << 20)
        yield timed(s.send, data, waker=(s.shutdown, (socket.SHUT_WR,)))[-7:]
        yield err(s.send, b'x')


@check
def peer_resets():
    with connected('send 3;wait 100;reset') as s:
        wait_until(lambda: 'HUP' in polled(s).split('|'))
        yield polled(s), state(s)
        yield err(s.recv, 10), err(s.recv, 10)
        yield polled(s), so_error(s), err(s.send, b'x')
        yield err(s.getpeername), err(s.shutdown, socket.SHUT_WR)


@check
def peer_resets_an_empty_one():
    with connected('wait 100;reset') as s:
        yield err(s.recv, 10), err(s.recv, 10), polled(s)


@check
def peer_resets_and_we_write():
    with connected('wait 100;reset') as s:
        wait_until(lambda: 'HUP' in polled(s).split('|'))
        yield err(s.send, b'x'), err(s.send, b'x'), err(s.recv, 10)


@check
def peer_resets_and_we_ask():
    with connected('wait 100;reset') as s:
        wait_until(lambda: 'HUP' in polled(s).split('|'))
        yield so_error(s), so_error(s), err(s.recv, 10), polled(s)


@check
def close_with_nothing_unread():
    with connected('end a') as s:
        s.sendall(b'abc')
    yield report('a')


@check
def close_with_something_unread():
    with connected('send 3;end b') as s:
        arrived(s, 3)
    yield report('b')


@check
def close_by_reset():
    option = (socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    with connected('end c', options=[option]) as s:
        s.sendall(b'abc')
        wait_until(lambda: not number(s, termios.TIOCOUTQ))
        time.sleep(0.05)
    yield report('c')


@check
def close_with_data_on_the_way():
    data = pattern(500000)
    with connected('wait 100;end d') as s:
        s.sendall(data)
    yield report('d')


@check
def close_and_linger():
    linger = struct.pack('ii', 1, 5)
    option = (socket.SOL_SOCKET, socket.SO_LINGER, linger)
    s = connected('wait 300;end e', options=[option])
    s.sendall(pattern(300000))
    yield err(s.close)
    yield report('e')


@check
def linger_option():
    with tcp() as s:
        for pair in ((1, 5), (0, 9), (7, 0)):
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                         struct.pack('ii', *pair))
            yield struct.unpack('ii', s.getsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, 8))


# --- readiness ---------------------------------------------------------------

@check
def low_water():
    with connected('nodelay;send 5;wait 300;send 5 5;eof') as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 8)
        yield s.getsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT)
        arrived(s, 5)
        yield polled(s), polled(s, select.POLLIN, 3000)
        yield number(s, termios.FIONREAD), err(s.recv, 100)


@check
def low_water_blocks():
    # The reader sleeps before the first byte comes: see below.
    with connected('nodelay;wait 500;send 5;wait 200;send 5 5;eof') as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 8)
        yield err(s.recv, 100)


@check
def low_water_with_a_part():
    # Linux's reader, once it has taken five bytes, sleeps until there are
    # eight more. Ours has what it wants when three are there.
    with connected('nodelay;send 5;wait 500;send 5 5;eof',
                   options=[(socket.SOL_SOCKET, socket.SO_RCVTIMEO,
                             timeval(3000))]) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 8)
        arrived(s, 5)
        start = time.monotonic()
        yield err(s.recv, 100), time.monotonic() - start < 2.5


@check
def low_water_lowered():
    with connected('send 5;eof') as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 8)
        arrived(s, 5)
        yield polled(s)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 2)
        yield polled(s)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 0)
        yield s.getsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT)


@check
def low_water_and_end():
    with connected('send 5;shut;eof') as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 8)
        wait_until(lambda: 'RDHUP' in polled(s))
        yield polled(s), err(s.recv, 100), err(s.recv, 100)


@check
def full():
    with connected('small;wait 300;eof') as s:
        yield fill(s) > 10000
        time.sleep(0.1)
        yield fill(s) < 1000000, polled(s), err(s.send, b'x')
        yield polled(s, select.POLLOUT, 5000), s.send(b'x')


@check
def full_with_time_limit():
    with connected('small;wait 1000', options=[LITTLE]) as s:
        fill(s)
        time.sleep(0.2)
        fill(s)
        s.setblocking(True)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval(300))
        yield timed(s.send, b'x' * 100000)


@check
def full_and_blocking():
    count = 4000000
    with connected('small;wait 100;hash') as s:
        data = pattern(count)
        yield s.send(data) == count
        s.shutdown(socket.SHUT_WR)
        yield receive(s, 64).decode() == hashlib.sha256(data).hexdigest()


@check
def not_sent_low_water():
    with connected('small;wait 300;eof') as s:
        s.setsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, 8192)
        fill(s)
        time.sleep(0.1)
        fill(s)
        yield polled(s), number(s, SIOCOUTQNSD) < 200000
        yield polled(s, select.POLLOUT, 5000)


@check
def edges():
    with connected('nodelay;recv 1;send 3;recv 1;send 3 3;recv 1') as s, \
            select.epoll() as poll:
        poll.register(s, select.EPOLLIN | select.EPOLLOUT | select.EPOLLET |
                      select.EPOLLRDHUP)

        def seen(wanted):
            mask = 0
            end = time.monotonic() + 3
            while not mask & wanted and time.monotonic() < end:
                for _, bits in poll.poll(0.5):
                    mask |= bits
            return mask_text(mask & (wanted | select.EPOLLOUT))

        yield seen(select.EPOLLOUT), len(poll.poll(0.1))
        s.send(b'x')
        yield seen(select.EPOLLIN), len(poll.poll(0.1))
        yield err(s.recv, 2)
        s.send(b'x')
        yield seen(select.EPOLLIN), err(s.recv, 100), len(poll.poll(0.1))
        s.send(b'x')
        yield seen(select.EPOLLRDHUP)


@check
def edge_of_room():
    with connected('small;wait 300;eof') as s, select.epoll() as poll:
        poll.register(s, select.EPOLLOUT | select.EPOLLET)
        yield mask_text(poll.poll(1)[0][1])
        fill(s)
        time.sleep(0.1)
        fill(s)
        end = time.monotonic() + 5
        got = []
        while not got and time.monotonic() < end:
            got = [bits for _, bits in poll.poll(0.5) if err(s.send, b'x') ==
                   '1']
        yield mask_text(got[0]) if got else 'nothing'


@check
def many_at_once():
    socks = [connected('nodelay;echo') for _ in range(50)]
    with select.epoll() as poll:
        for s in socks:
            poll.register(s, select.EPOLLIN)
            s.send(b'12345')
        by_fd = {s.fileno(): s for s in socks}
        total = 0
        while total < 250:
            got = poll.poll(5)
            if not got:
                break
            total += sum(len(by_fd[fd].recv(10)) for fd, _ in got)
        yield total
    for s in socks:
        s.close()


@check
def asynchronous():
    seen = []
    signal.signal(signal.SIGIO, lambda *_: seen.append(1))
    with connected('wait 200;send 3;eof') as s:
        fcntl.fcntl(s, fcntl.F_SETOWN, os.getpid())
        flags = fcntl.fcntl(s, fcntl.F_GETFL)
        fcntl.fcntl(s, fcntl.F_SETFL, flags | os.O_ASYNC | os.O_NONBLOCK)
        wait_until(lambda: seen)
        wait_until(lambda: number(s, termios.FIONREAD) == 3)
        yield bool(seen), err(s.recv, 10)
    signal.signal(signal.SIGIO, signal.SIG_DFL)


# --- listening ---------------------------------------------------------------

def called(server, *script):
    """The peer calls; the connection through which it was asked to."""
    port = server.getsockname()[1]
    return connected(f'call {port}', *script)


@check
def accepting():
    with listener() as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        yield polled(server), err(server.accept), state(server)
        with called(server, 'send 3', 'eof'):
            yield polled(server, select.POLLIN, 5000)
            s, addr = server.accept()
            yield hide(addr[0]), hide(s.getsockname(), port), state(s)
            yield fcntl.fcntl(s, fcntl.F_GETFL) & os.O_NONBLOCK
            yield arrived(s, 3), err(s.recv, 10), polled(server)
            s.close()


@check
def accept_blocks():
    with listener() as server, called(server, 'wait 200', 'send 2', 'eof'):
        server.settimeout(5)
        s, _ = server.accept()
        s.setblocking(True)
        yield err(receive, s, 2)
        s.close()


@check
def accept_times_out():
    with listener() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval(300))
        yield timed(server.accept)


@check
def listener_refuses():
    with listener() as s:
        yield err(s.recv, 1), err(s.send, b'x'), err(s.getpeername)
        yield err(s.connect, (Setting.peer, Setting.port)), polled(s)
        yield err(s.listen, 3), err(s.bind, (Setting.local, 0))


@check
def listener_shut():
    with listener() as s:
        yield err(s.shutdown, socket.SHUT_RD), state(s), polled(s)
        yield err(s.accept), err(s.listen), state(s)


@check
def shutdown_wakes_accept():
    with listener() as s:
        yield timed(s.accept, waker=(s.shutdown, (socket.SHUT_RD,)))


@check
def listen_unbound():
    with tcp() as s:
        s.listen()
        yield s.getsockname()[1] > 0, hide(s.getsockname()[0])


@check
def inherited():
    options = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
               (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
               (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 77),
               (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
               (socket.SOL_SOCKET, socket.SO_RCVBUF, 20000),
               (socket.SOL_SOCKET, socket.SO_SNDBUF, 30000),
               (socket.SOL_SOCKET, socket.SO_OOBINLINE, 1),
               (socket.SOL_SOCKET, socket.SO_RCVLOWAT, 2),
               (socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, 5000),
               (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 9000),
               (socket.IPPROTO_IP, socket.IP_TOS, 0x10)]
    with listener(options=options) as server, called(server, 'eof'):
        s, _ = server.accept()
        for level, name, _ in options:
            yield s.getsockopt(level, name)
        yield s.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        s.close()


@check
def deferred():
    option = (socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5)
    with listener(options=[option]) as server:
        server.setblocking(False)
        with called(server, 'wait 400', 'send 3', 'eof'):
            time.sleep(0.2)
            yield err(server.accept)
            yield polled(server, select.POLLIN, 5000)
            s, _ = server.accept()
            yield number(s, termios.FIONREAD), err(s.recv, 10)
            s.close()


@check
def closed_with_children():
    server = listener()
    port = server.getsockname()[1]
    with connected(f'call {port}', 'end f'):
        polled(server, select.POLLIN, 5000)
        # The peer's connect() is to return before the reset comes.
        time.sleep(0.3)
        server.close()
    yield report('f')


@check
def closed_listener_refuses():
    server = listener()
    port = server.getsockname()[1]
    server.close()
    with connected(f'call {port}', 'end g') as s:
        yield err(receive, s, 1)
    with tcp() as again:
        yield err(again.bind, (Setting.local, port))


# --- ports -------------------------------------------------------------------

@check
def ports():
    reuse = (socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with listener() as server:
        where = server.getsockname()
        with tcp() as s:
            yield err(s.bind, where), err(s.bind, (Setting.foreign, 0))
            s.setsockopt(*reuse)
            yield err(s.bind, where), err(s.bind, (Setting.anybody, where[1]))
    with tcp() as one, tcp() as two:
        for s in (one, two):
            s.setsockopt(*reuse)
        one.bind((Setting.local, 0))
        yield err(two.bind, one.getsockname())
        yield err(one.listen), err(two.listen)


@check
def ports_shared():
    option = (socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    with listener(options=[option]) as one, tcp() as two:
        yield err(two.bind, one.getsockname())
        two.setsockopt(*option)
        yield err(two.bind, one.getsockname()), err(two.listen)


@check
def port_after_active_close():
    server = listener()
    where = server.getsockname()
    with called(server, 'eof', 'wait 50'):
        s, _ = server.accept()
        s.shutdown(socket.SHUT_WR)
        yield err(s.recv, 1)
        s.close()
    server.close()
    with tcp() as again:
        yield err(again.bind, where)
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        yield err(again.bind, where), err(again.listen)


# --- options -----------------------------------------------------------------

@check
def option_defaults():
    with tcp() as s:
        for name in ('TCP_NODELAY', 'TCP_MAXSEG', 'TCP_CORK', 'TCP_KEEPIDLE',
                     'TCP_KEEPINTVL', 'TCP_KEEPCNT', 'TCP_LINGER2',
                     'TCP_DEFER_ACCEPT', 'TCP_QUICKACK', 'TCP_USER_TIMEOUT'):
            value = s.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))
            yield f'{name[4:].lower()}={value}'
        for number_ in (TCP_NOTSENT_LOWAT, TCP_INQ, 17):
            yield s.getsockopt(socket.IPPROTO_TCP, number_)


def linux_has(option):
    """Whether the kernel is new enough to know it."""
    with socket.socket() as s:
        return err(s.getsockopt, socket.IPPROTO_TCP,
                   option) != 'ENOPROTOOPT'


@check
def option_ranges():
    for name, values in (('TCP_NODELAY', (0, 1, 7)),
                         ('TCP_MAXSEG', (0, 87, 88, 1000, 32767, 32768)),
                         ('TCP_CORK', (1, 0, -1)),
                         ('TCP_KEEPIDLE', (0, 1, 32767, 32768)),
                         ('TCP_KEEPINTVL', (-1, 1, 32767, 32768)),
                         ('TCP_KEEPCNT', (0, 1, 127, 128)),
                         ('TCP_SYNCNT', (0, 1, 127, 128)),
                         ('TCP_LINGER2', (-1, 5, 120, 121, 100000)),
                         ('TCP_DEFER_ACCEPT', (-1, 0, 1, 2, 5, 100, 1000)),
                         ('TCP_WINDOW_CLAMP', (0, 1, 100000)),
                         ('TCP_QUICKACK', (0, 1, 2)),
                         ('TCP_USER_TIMEOUT', (-1, 0, 5000)),
                         ('TCP_NOTSENT_LOWAT', (0, 1, -1)),
                         ('TCP_RTO_MAX_MS', (999, 1000, 120000, 120001))):
        option = getattr(socket, name, None) or globals()[name]
        if not linux_has(option):
            continue
        with tcp() as s:
            got = []
            for value in values:
                result = err(s.setsockopt, socket.IPPROTO_TCP, option, value)
                if result == 'ok':
                    result = s.getsockopt(socket.IPPROTO_TCP, option)
                got.append(str(result))
            yield f'{name[4:].lower()}={",".join(got)}'


@check
def option_lengths():
    with tcp() as s:
        yield err(s.setsockopt, socket.IPPROTO_TCP, socket.TCP_NODELAY, b'\1')
        yield err(s.setsockopt, socket.IPPROTO_TCP, socket.TCP_NODELAY, b'')
        yield err(s.getsockopt, socket.IPPROTO_TCP, socket.TCP_NODELAY, 2)
        yield err(s.getsockopt, socket.IPPROTO_TCP, socket.TCP_NODELAY, 9)
        yield err(s.getsockopt, socket.IPPROTO_TCP, 9999)
        yield err(s.setsockopt, socket.IPPROTO_TCP, 9999, 1)
        yield err(s.setsockopt, 9999, 1, 1), err(s.getsockopt, 9999, 1)
        yield err(s.getsockopt, socket.IPPROTO_TCP, TCP_CC_INFO, 40)
        yield err(s.getsockopt, socket.IPPROTO_TCP, TCP_ULP, 16)


@check
def option_congestion():
    def get(size=16):
        return s.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, size)

    def put(value):
        return err(s.setsockopt, socket.IPPROTO_TCP, socket.TCP_CONGESTION,
                   value)

    with connected('echo') as s:
        yield put(b'reno'), get(), put(b'cubic\0'), get(3), put(b'nosuch')
        yield put(b''), get()


@check
def option_cork():
    with connected('echo') as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        s.send(b'abc')
        yield polled(s, select.POLLIN, 60)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)
        yield polled(s, select.POLLIN, 3000), err(s.recv, 10)


@check
def option_nodelay_uncorks():
    with connected('echo') as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        s.send(b'abc')
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield polled(s, select.POLLIN, 3000), err(s.recv, 10)
        yield s.getsockopt(socket.IPPROTO_TCP, socket.TCP_CORK)


@check
def more_follows():
    with connected('echo') as s:
        s.send(b'abc', socket.MSG_MORE)
        yield polled(s, select.POLLIN, 60)
        s.send(b'd')
        yield polled(s, select.POLLIN, 3000), err(s.recv, 10)


@check
def option_buffers():
    with tcp() as s:
        for name in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            for value in (1, 10000, 100000):
                s.setsockopt(socket.SOL_SOCKET, name, value)
                yield s.getsockopt(socket.SOL_SOCKET, name)


@check
def option_ip():
    with connected('echo') as s:
        for value in (0x10, 0x13, 0xff):
            yield err(s.setsockopt, socket.IPPROTO_IP, socket.IP_TOS, value)
            yield s.getsockopt(socket.IPPROTO_IP, socket.IP_TOS)
        yield err(s.setsockopt, socket.IPPROTO_IP, socket.IP_TTL, 33)
        yield s.getsockopt(socket.IPPROTO_IP, socket.IP_TTL)
        s.sendall(b'x')
        yield err(s.recv, 1), err(s.getsockopt, socket.IPPROTO_IP, 14)
    with tcp() as s:
        yield err(s.getsockopt, socket.IPPROTO_IP, 14)


@check
def information():
    with connected('echo') as s:
        s.sendall(b'x' * 5000)
        receive(s, 5000)
        info = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 232)
        options, wscale = info[5], info[6]
        (rto, ato, snd_mss, rcv_mss, unacked, sacked, lost, retrans, _, last,
         _, _, _, pmtu, _, rtt, _, _, cwnd, advmss) = struct.unpack_from(
             '20I', info, 8)
        acked, received = struct.unpack_from('QQ', info, 120)
        yield len(info), info[0], options & 7, wscale > 0
        yield 200000 <= rto <= 1000000, ato > 0, snd_mss, rcv_mss > 500
        yield unacked, sacked, lost, retrans, last < 5000, pmtu, advmss
        yield rtt > 0, cwnd >= 10, acked >= 5005, received
    with listener(backlog=5) as s:
        info = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
        yield info[0], struct.unpack_from('II', info, 24)


@check
def small_segments():
    option = (socket.IPPROTO_TCP, socket.TCP_MAXSEG, 500)
    with connected('echo', options=[option]) as s:
        s.sendall(pattern(20000))
        yield receive(s, 20000) == pattern(20000)
        yield s.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)


# --- files -------------------------------------------------------------------

@check
def file_out():
    size = 1500001
    with open('/tmp/tcpapi.data', 'wb+') as file, connected('hash') as s:
        file.write(pattern(size))
        file.flush()
        sent = 0
        while sent < size:
            sent += os.sendfile(s.fileno(), file.fileno(), sent, size - sent)
        s.shutdown(socket.SHUT_WR)
        want = hashlib.sha256(pattern(size)).hexdigest()
        yield sent, receive(s, 64).decode() == want
    os.unlink('/tmp/tcpapi.data')


@check
def pipe_out():
    with connected('echo') as s:
        reader, writer = os.pipe()
        os.write(writer, b'abcdef')
        yield os.splice(reader, s.fileno(), 4)
        yield os.splice(reader, s.fileno(), 100)
        yield err(receive, s, 6)
        os.close(reader)
        os.close(writer)


def drain(sock, size):
    """Through a pipe, by splice(); the bytes."""
    reader, writer = os.pipe()
    data = bytearray()
    while len(data) < size:
        count = os.splice(sock.fileno(), writer, 65536)
        if not count:
            break
        while count:
            part = os.read(reader, count)
            data += part
            count -= len(part)
    os.close(reader)
    os.close(writer)
    return bytes(data)


@check
def pipe_in():
    with connected('send 1000001;shut;eof') as s:
        yield drain(s, 2000000) == pattern(1000001)


@check
def pipe_in_short_ones():
    script = ['nodelay'] + ['send 30', 'wait 5'] * 20 + ['shut', 'eof']
    with connected(*script) as s:
        time.sleep(0.2)
        yield drain(s, 1000) == pattern(30) * 20


@check
def pipe_in_nothing():
    with connected('wait 200;send 3;shut;eof') as s:
        reader, writer = os.pipe()
        s.setblocking(False)
        yield err(os.splice, s.fileno(), writer, 10)
        s.setblocking(True)
        yield err(os.splice, s.fileno(), writer, 10), os.read(reader, 10)
        yield err(os.splice, s.fileno(), writer, 10)
        os.close(reader)
        os.close(writer)


@check
def pipe_in_and_out():
    with connected('send 300000;shut;eof') as source, \
            connected('hash') as sink:
        reader, writer = os.pipe()
        total = 0
        while count := os.splice(source.fileno(), writer, 65536):
            total += count
            while count:
                count -= os.splice(reader, sink.fileno(), count)
        sink.shutdown(socket.SHUT_WR)
        want = hashlib.sha256(pattern(300000)).hexdigest()
        yield total, receive(sink, 64).decode() == want
        os.close(reader)
        os.close(writer)


# --- processes ---------------------------------------------------------------

@check
def broken_pipe():
    for flags in (0, socket.MSG_NOSIGNAL):
        with connected('eof') as s:
            s.shutdown(socket.SHUT_WR)
            child = os.fork()
            if not child:
                signal.signal(signal.SIGPIPE, signal.SIG_DFL)
                os._exit(42 if err(s.send, b'x', flags) == 'EPIPE' else 1)
            yield os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@check
def forked():
    with connected('echo') as s:
        child = os.fork()
        if not child:
            s.sendall(b'from the child')
            os._exit(0)
        os.waitpid(child, 0)
        yield err(receive, s, 14)


@check
def passed():
    left, right = socket.socketpair()
    with connected('echo') as s:
        socket.send_fds(left, [b'x'], [s.fileno()])
    _, fds, _, _ = socket.recv_fds(right, 1, 1)
    with socket.socket(fileno=fds[0]) as s:
        s.sendall(b'still there')
        yield err(receive, s, 11)
    left.close()
    right.close()


@check
def interrupted():
    signal.signal(signal.SIGALRM, lambda *_: None)
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(10)
    with connected('eof') as s:
        signal.siginterrupt(signal.SIGALRM, True)
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        yield libc.recv(s.fileno(), buffer, 10, 0)
        yield errno.errorcode[ctypes.get_errno()]
    signal.signal(signal.SIGALRM, signal.SIG_DFL)


@check
def descriptors_shared():
    with connected('end h') as s:
        twin = s.dup()
    twin.sendall(b'abc')
    twin.close()
    yield report('h')


def words(item):
    if isinstance(item, tuple):
        return ' '.join(str(part) for part in item)
    return str(item)


class Hung(Exception):
    pass


def hung(*_):
    raise Hung


def run_check(function):
    seen = []
    watch = threading.Timer(20, os.kill, (os.getpid(), signal.SIGUSR1))
    watch.start()
    try:
        for item in function():
            seen.append(words(item))
    except OSError as error:
        seen.append(f'({errno.errorcode.get(error.errno, error)})')
    except Hung:
        seen.append('(hung)')
    watch.cancel()
    print(f'{function.__name__}:', ', '.join(seen), flush=True)


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    if sys.argv[1] == 'peer':
        serve(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
        return
    Setting.proto = int(sys.argv[1])
    Setting.local, Setting.peer = sys.argv[2:4]
    Setting.port = int(sys.argv[4])
    Setting.family = family_of(Setting.local)
    if Setting.family == socket.AF_INET6:
        Setting.anybody, Setting.foreign = '::', '2001:db8::1'
        Setting.nowhere = 'ff02::1', 'ff05::1', '2001:db8::1'
    Setting.silent = Setting.peer[:-1] + '77'
    wanted = sys.argv[5:]
    signal.signal(signal.SIGUSR1, hung)
    for function in CHECKS:
        if not wanted or function.__name__ in wanted:
            run_check(function)


main()
