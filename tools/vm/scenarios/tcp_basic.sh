#!/bin/bash
# TCP both ways, by each family: transfers, half close, and the errors that
# programs are told.
# needs: uml uml-debug qemu
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

# A server whose ports misbehave, one way each.
cat >"$scratch/server.py" <<'END_PY'
import socket, struct, threading, time

def listen(port, backlog=8):
    return socket.create_server(('::', port), family=socket.AF_INET6,
                                backlog=backlog, dualstack_ipv6=True)

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
# It accepts eighteen when somebody says so. Those that its backlog has no room for
# come again all at once, and should find it then: where they don't, they get a
# cookie and nothing more, since they have nothing to say.
slow = listen(705)
word = listen(706)
while True:
    word.accept()[0].close()
    for _ in range(18):
        c = slow.accept()[0]
        c.sendall(b'late')
        c.close()
END_PY

# Each check prints ADDRESS: NAME|GOT|WANT.
cat >"$scratch/client.py" <<'END_PY'
import errno, os, selectors, socket, sys, time

def start(to, port):
    s = socket.socket(socket.AF_INET6 if ':' in to else socket.AF_INET)
    s.setblocking(False)
    where = socket.getaddrinfo(to, port, type=socket.SOCK_STREAM)[0][4]
    return s, s.connect_ex(where)

def outcome(call, *args):
    try:
        return call(*args)
    except OSError as e:
        return errno.errorcode.get(e.errno, str(e))

def checks(to):
    def check(name, got, want):
        print(f'{to}: {name}|{got}|{want}', flush=True)

    def dial(port):
        return socket.create_connection((to, port), 20)

    check('a closed port', outcome(dial, 9), 'ECONNREFUSED')
    s, err = start(to, 9)
    check('connecting takes a while',
          err in (errno.EINPROGRESS, errno.ECONNREFUSED), True)
    sel = selectors.DefaultSelector()
    sel.register(s, selectors.EVENT_WRITE)
    check('poll tells its end', len(sel.select(5)), 1)
    check('and SO_ERROR how it was', errno.errorcode.get(
        s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)), 'ECONNREFUSED')
    s = dial(701)
    s.send(b'x')
    check('a reset is read as such', outcome(s.recv, 10), 'ECONNRESET')
    check('and then it is the end', outcome(s.recv, 10), b'')
    check('and writing', outcome(s.send, b'y'), 'EPIPE')
    s = dial(702)
    s.send(b'xyz')
    check('a close with unread data is a reset', outcome(s.recv, 10),
          'ECONNRESET')
    s = dial(703)
    question = os.urandom(200000)
    s.sendall(question)
    s.shutdown(socket.SHUT_WR)
    check('writing after shutdown', outcome(s.send, b'y'), 'EPIPE')
    answer = b''
    while piece := s.recv(65536):
        answer += piece
    check('but the answer to it arrives', answer == question[::-1], True)
    s = dial(704)
    where = s.getpeername()
    check("the peer's FIN is the end", s.recv(10), b'')
    check('and we may still write', outcome(s.sendall, question), None)
    s.shutdown(socket.SHUT_RDWR)
    check('connect on a connection', outcome(s.connect, where), 'EISCONN')
    s.close()

late = {to: [start(to, 705)[0] for _ in range(6)] for to in sys.argv[1:]}
for to in late:
    checks(to)
socket.create_connection((sys.argv[1], 706), 20).close()
for to, socks in late.items():
    for s in socks:
        s.settimeout(20)
    print(f'{to}: a full backlog delays, and no more|'
          f'{[outcome(s.recv, 10) for s in socks]}|{[b"late"] * 6}')
END_PY

# judged WHO CMD...: each line of its output is a test.
judged() {
	local who=$1 name got want lines=0

	shift
	while IFS='|' read -r name got want; do
		expect "$who $name" "$got" "$want"
		lines=$((lines + 1))
	done < <("$@" 2>&1)
	expect "$who: all was asked" $lines 42
}

# say_nc ADDR CMD...: what the server there answers to nc's hello.
say_nc() { echo hello | "${@:2}" timeout 10 nc -N "$1" 801; }

start6
size=$(scale "$(MiB 16)")
serve_on $us 7
serve_on $us6 7
for where in $us "\[$us6\]"; do
	t 'ksmol ss -i knows our listener' wait_for 5 \
		sh -c "ksmol ss -in | grep -q '^LISTEN .*$where:7 '"
done
serve_at p :: 7
t 'the peer connects, both ways carry megabytes' both to_us 7 1 "$size" "$size"
t 'we connect, and the same' both to_peer 7 1 "$size" "$size"
t 'to us alone' both to_us 7 1 "$size" 0
t 'from us alone' both to_peer 7 1 "$size" 0
t 'twenty connections at once, and 1 to 65537 bytes' both to_us 7 20 1 65537
t 'from us, too' both to_peer 7 20 65537 1
t 'nothing but SYN and FIN' both to_us 7 5 0 0
t 'from us, too' both to_peer 7 5 0 0

# A reader that is busier than the peer, and segments that come one by one: some
# of its ACKs are sent by the peer's processor.
steers() {
	at p taskset -c 1 tcp load $us 8 1 "$size" 0 || return
	[ "$(stat_of ifaces/ks0/stats tx_steered)" -gt 0 ]
}
bg taskset -c 0 tcp -p $proto serve :: 8 >/dev/null
wait_for 5 bound 8
at p ethtool -K eth0 tso off gso off >/dev/null
t 'from one processor to the other, which sends ACKs' wait_for 30 steers
at p ethtool -K eth0 tso on gso on >/dev/null

bg ksmol run socat TCP6-LISTEN:801,ipv6only=0,fork,reuseaddr EXEC:cat
bg_at p socat TCP6-LISTEN:801,ipv6only=0,fork,reuseaddr EXEC:cat
wait_for 5 bound 801
wait_for 5 listening p 801
for addr in $us $us6 $us_link; do
	expect "socat at $addr echoes to nc there" "$(say_nc "$addr" at p)" hello
done
for addr in 10.0.0.1 $peer6 $peer_link; do
	expect "socat at $addr echoes to nc here" \
		"$(say_nc "$addr" ksmol run)" hello
done

bg ksmol run python3 "$scratch/server.py"
bg_at p python3 "$scratch/server.py"
wait_for 20 listening p 706
wait_for 20 bound 706
judged 'we are told by' ksmol run python3 "$scratch/client.py" \
	10.0.0.1 $peer6 $peer_link
judged 'the peer is told by' at p python3 "$scratch/client.py" \
	$us $us6 $us_link

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
expect 'of IPv6 silence, without and with a scope, no route, a group' \
	"$(ksmol run python3 "$scratch/far.py" fd00::99 fe80::99%ks0 \
	2001:db8::1 ff02::1%ks0 | tr '\n' ' ')" \
	'EHOSTUNREACH EHOSTUNREACH ENETUNREACH ENETUNREACH '
t 'everything is home' wait_for 10 idle
whole 'at the end'
