#!/bin/bash
# TCP both ways: transfers, half close, and the errors that programs are told.
# needs: uml uml-debug qemu
# timeout: 90

. "$(dirname "$0")/../ksmol.sh"

# A server whose ports misbehave, one way each.
cat >"$scratch/server.py" <<'END_PY'
import socket, struct, sys, threading, time

def listen(port, backlog=8):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((sys.argv[1], port))
    s.listen(backlog)
    return s

def reset(c):                   # as soon as something came
    c.recv(100)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    c.close()

def unread(c):                  # closes although something is there
    c.recv(1)
    time.sleep(0.1)
    c.close()

def half(c):                    # answers after the end of the question
    data = b''
    while piece := c.recv(65536):
        data += piece
    c.sendall(data[::-1])
    c.close()

def shut(c):                    # ends at once, but reads
    c.shutdown(socket.SHUT_WR)
    total = 0
    while piece := c.recv(65536):
        total += len(piece)
    c.close()

def serve(s, handle):
    while True:
        handle(s.accept()[0])

for port, handle in (701, reset), (702, unread), (703, half), (704, shut):
    threading.Thread(target=serve, args=(listen(port), handle)).start()
slow = listen(705, 2)           # and accepts nobody for a while
time.sleep(2.5)
while True:
    c = slow.accept()[0]
    c.sendall(b'late')
    c.close()
END_PY

# Each check prints NAME|GOT|WANT.
cat >"$scratch/client.py" <<'END_PY'
import errno, os, selectors, socket, sys, time

addr = sys.argv[1]

def dial(port, to=addr):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.settimeout(20)
    s.connect((to, port))
    return s

def outcome(*calls):
    for call in calls:
        try:
            got = call()
        except OSError as e:
            return errno.errorcode.get(e.errno, str(e))
    return got

def until_error(s):
    for _ in range(20):
        s.send(b'more')
        time.sleep(0.05)

def check(name, got, want):
    print(f'{name}|{got}|{want}', flush=True)

late = []
for _ in range(6):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.setblocking(False)
    s.connect_ex((addr, 705))
    late.append(s)
check('a closed port', outcome(lambda: dial(9)), 'ECONNREFUSED')
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.setblocking(False)
check('connecting takes a while',
      outcome(lambda: s.connect((addr, 9))) in ('EINPROGRESS', 'ECONNREFUSED'),
      True)
sel = selectors.DefaultSelector()
sel.register(s, selectors.EVENT_WRITE)
check('poll tells its end', len(sel.select(5)), 1)
check('and SO_ERROR how it was', errno.errorcode.get(
    s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)), 'ECONNREFUSED')
s = dial(701)
s.send(b'x')
check('a reset is read as such', outcome(lambda: s.recv(10)), 'ECONNRESET')
check('and then it is the end', outcome(lambda: s.recv(10)), b'')
check('and writing', outcome(lambda: s.send(b'y')), 'EPIPE')
s = dial(702)
s.send(b'xyz')
check('a close with unread data is a reset', outcome(lambda: s.recv(10)),
      'ECONNRESET')
s = dial(703)
question = os.urandom(200000)
s.sendall(question)
s.shutdown(socket.SHUT_WR)
check('writing after shutdown', outcome(lambda: s.send(b'y')), 'EPIPE')
answer = b''
while piece := s.recv(65536):
    answer += piece
check('but the answer to it arrives', answer == question[::-1], True)
s = dial(704)
check("the peer's FIN is the end", s.recv(10), b'')
check('and we may still write', outcome(lambda: s.sendall(question)), None)
s.shutdown(socket.SHUT_RDWR)
check('connect on a connection', outcome(lambda: s.connect((addr, 704))),
      'EISCONN')
s.close()
for s in late:
    s.settimeout(20)
check('a full backlog delays, and no more',
      [outcome(lambda: s.recv(10)) for s in late], [b'late'] * 6)
END_PY

# judged CMD...: each line of its output is a test.
judged() {
	local name got want lines=0

	while IFS='|' read -r name got want; do
		expect "$who: $name" "$got" "$want"
		lines=$((lines + 1))
	done < <("$@" 2>&1)
	expect "$who: all was asked" $lines 14
}

say_nc() { echo hello | "$@" timeout 10 nc -N "$addr" 801; }

start
size=$(scale "$(MiB 16)")
serve_on $us 7
serve_at p 10.0.0.1 7
t 'the peer connects, both ways carry megabytes' to_us 7 1 "$size" "$size"
t 'we connect, and the same' to_peer 7 1 "$size" "$size"
t 'to us alone' to_us 7 1 "$size" 0
t 'from us alone' to_peer 7 1 "$size" 0
t 'twenty connections at once, and 1 to 65537 bytes' to_us 7 20 1 65537
t 'from us, too' to_peer 7 20 65537 1
t 'nothing but SYN and FIN' to_us 7 5 0 0
t 'from us, too' to_peer 7 5 0 0
t 'ksmol ss -i knows our listener' \
	sh -c "ksmol ss -in | grep -q '^LISTEN .*$us:7 '"

bg ksmol run socat TCP4-LISTEN:801,fork,reuseaddr EXEC:cat
wait_for 5 bound 801
addr=$us
expect 'socat here echoes to nc there' "$(say_nc at p)" hello
bg_at p socat TCP4-LISTEN:801,fork,reuseaddr EXEC:cat
wait_for 5 listening p 801
addr=10.0.0.1
expect 'socat there echoes to nc here' "$(say_nc ksmol run)" hello

bg ksmol run python3 "$scratch/server.py" $us
bg_at p python3 "$scratch/server.py" 10.0.0.1
wait_for 20 listening p 705
wait_for 20 bound 705
who='we are told' judged ksmol run python3 "$scratch/client.py" 10.0.0.1
who='the peer is told' judged at p python3 "$scratch/client.py" $us

cat >"$scratch/far.py" <<'END_PY'
import errno, socket, sys
for to in sys.argv[1:]:
    try:
        socket.create_connection((to, 9), 20)
    except OSError as e:
        print(errno.errorcode[e.errno])
END_PY
expect 'silence, no route, everybody' "$(ksmol run python3 "$scratch/far.py" \
	10.0.0.99 10.9.0.1 10.0.0.255 224.0.0.1 | tr '\n' ' ')" \
	'EHOSTUNREACH ENETUNREACH ENETUNREACH ENETUNREACH '
t 'everything is home' wait_for 10 idle
whole 'at the end'
