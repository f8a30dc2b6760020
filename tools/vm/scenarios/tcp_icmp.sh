#!/bin/bash
# What routers say of a connection: unreachable, too big, or nothing at all.
# needs: uml uml-debug
# timeout: 90

. "$(dirname "$0")/../ksmol.sh"

# The peer's router for 10.2.TYPE.CODE: says ICMP TYPE, CODE of each SYN.
cat >"$scratch/objector.py" <<'END_PY'
import socket, struct
tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
tap.bind(('eth0', 0x0800))
icmp = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff
print('ready', flush=True)
while True:
    packet = tap.recv(2000)
    if packet[9] != 6 or packet[16:18] != b'\x0a\x02':
        continue
    quote = packet[:28]
    said = struct.pack('!BBHI', packet[18], packet[19], 0, 0) + quote
    said = said[:2] + struct.pack('!H', checksum(said)) + said[4:]
    icmp.sendto(said, (socket.inet_ntoa(packet[12:16]), 0))
END_PY

# The error of a connection to each address; with recverr what the error queue
# says of it, too. Only 'briefly' takes silence for an answer.
cat >"$scratch/dial.py" <<'END_PY'
import errno, socket, struct, sys, time
recverr = sys.argv[1] == 'recverr'
def error_queue(s):
    _, control, _, _ = s.recvmsg(100, 512, socket.MSG_ERRQUEUE)
    for level, kind, data in control:
        if (level, kind) == (socket.IPPROTO_IP, 11):
            number, origin, icmp, code = struct.unpack('IBBB', data[:7])
            return f'{errno.errorcode[number]}/{origin}/{icmp}/{code}'
def dial(to):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.settimeout(3 if sys.argv[1] == 'briefly' else 60)
    if recverr:
        s.setsockopt(socket.IPPROTO_IP, 11, 1)
    try:
        s.connect((to, 80))
    except TimeoutError:
        return 'nothing'
    except OSError as e:
        return errno.errorcode[e.errno] + (f' {error_queue(s)}' if recverr else '')
print(*(dial(to) for to in sys.argv[2:]))
END_PY

# A connection to q: what a send while there is no way leads to, and whether the
# answer comes when there is one again.
cat >"$scratch/cut.py" <<'END_PY'
import errno, socket, sys, time
how = sys.argv[1]
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.settimeout(60)
if how == 'recverr':
    s.setsockopt(socket.IPPROTO_IP, 11, 1)
if how == 'timeout':
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1500)
s.connect(('10.1.0.1', 801))
s.sendall(b'a')
assert s.recv(1) == b'a'
print('up', flush=True)
sys.stdin.readline()
s.sendall(b'b')
s.settimeout(60 if how == 'recverr' else 1)
while True:
    try:
        got = s.recv(1)
    except TimeoutError:
        if how == 'timeout':
            continue
        got = b'none'
    except OSError as e:
        got = errno.errorcode[e.errno].encode()
    break
print(got.decode(), flush=True)
if how == 'timeout':
    sys.exit()
sys.stdin.readline()
s.settimeout(60)
got = b'b' if got == b'b' else b''
while got != b'b':
    try:
        got = s.recv(1)
    except OSError as e:    # each time that it is sent again
        assert how == 'recverr' and e.errno == errno.EHOSTUNREACH
print('answered', flush=True)
END_PY

dialled() { ksmol run python3 "$scratch/dial.py" "$@"; }

# A namespace q behind the peer, by a link whose MTU it need not tell.
routed() {
	ip netns add q && ip link add eth1 netns p type veth peer eth0 netns q &&
		at p ip addr add 10.1.0.254/24 dev eth1 &&
		at p ip link set eth1 up &&
		at q ip addr add 10.1.0.1/24 dev eth0 &&
		at q ip link set eth0 up && at q ip link set lo up &&
		at q ip route add default via 10.1.0.254 &&
		at p sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratelimit=0 &&
		at p ip route add blackhole 10.2.0.0/16
}
path_mtu() { at p ip route replace 10.1.0.0/24 dev eth1 mtu lock "$1"; }

# A route of the host's own beside that to its net: there is always one of them.
no_way() { at p ip route add unreachable 10.1.0.1; }
a_way() { at p ip route del unreachable 10.1.0.1; }

mkfifo "$scratch/say"
said_more() { [ "$(wc -l <"$scratch/cut")" -gt 1 ]; }
# cut HOW: leaves the output of cut.py in $scratch/cut.
cut() {
	: >"$scratch/cut"
	exec {say}<>"$scratch/say"
	ksmol run python3 "$scratch/cut.py" "$1" <"$scratch/say" >"$scratch/cut" &
	wait_for 20 grep -q up "$scratch/cut" || return
	no_way
	echo go >&"$say"
	if [ "$1" = timeout ]; then
		wait $!
		a_way
	else
		wait_for 20 said_more
		sleep 1
		a_way
		echo go >&"$say"
		wait $!
	fi
	exec {say}>&-
	tail -n +2 "$scratch/cut" | tr '\n' ' '
}

# Both connections carry so much there.
up() { tcp -p $proto load 10.1.0.1 7 2 "$1" 1000; }

icmp_silent() {
	at p tc qdisc add dev eth0 clsact &&
		at p tc filter add dev eth0 egress protocol ip u32 \
			match ip protocol 1 0xff action drop
}

start
t 'ks0 is detached' detach ks0
t 'and has a gateway' attach "ks0,$us/24,via=10.0.0.1"
t 'there is a host behind the peer' routed
path_mtu 1500
bg_at p python3 "$scratch/objector.py" >"$scratch/objector"
bg_at q tcp serve 10.1.0.1 7 >/dev/null
bg_at q socat TCP4-LISTEN:801,fork,reuseaddr EXEC:cat
wait_for 10 grep -q ready "$scratch/objector"
wait_for 10 listening q 7
wait_for 10 listening q 801

expect 'net, host, protocol, port, prohibited, time exceeded end a connect()' \
	"$(dialled plain 10.2.3.0 10.2.3.1 10.2.3.2 10.2.3.3 10.2.3.13 10.2.11.0)" \
	'ENETUNREACH EHOSTUNREACH ENOPROTOOPT ECONNREFUSED EHOSTUNREACH EHOSTUNREACH'
expect 'source quench does not' "$(dialled briefly 10.2.4.0)" nothing
expect 'IP_RECVERR says who it was' "$(dialled recverr 10.2.3.1 10.2.3.3)" \
	'EHOSTUNREACH EHOSTUNREACH/2/3/1 ECONNREFUSED ECONNREFUSED/2/3/3'

expect 'a connection outlives a route that is gone' "$(cut plain)" \
	'none answered '
expect 'IP_RECVERR tells of it, and it lives on' "$(cut recverr)" \
	'EHOSTUNREACH answered '
expect 'it is the reason of a time-out' "$(cut timeout)" 'EHOSTUNREACH '

size=$(scale "$(MiB 4)")
t 'data goes through the router' up "$size"
expect 'which has room' "$(tcp_stat pmtu)" 0
path_mtu 1000
t 'data goes through a narrower one' up "$size"
t 'that has said so' test "$(tcp_stat pmtu)" -gt 0
expect 'no timeout had to guess' "$(tcp_stat pmtu_blackhole)" 0
path_mtu 552
t 'and through the narrowest' up "$size"

path_mtu 1200
t 'a router is silent' icmp_silent
began=$SECONDS
t 'data goes through it' up "$((size / 8))"
note "a black hole takes $((SECONDS - began)) s"
t 'by smaller segments' test "$(tcp_stat pmtu_blackhole)" -gt 0
t 'everything is home' wait_for 10 idle
whole 'at the end'
