#!/bin/bash
# What routers say of a connection of either family: unreachable, too big, or
# nothing at all.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

# The peer as router for 10.2.TYPE.CODE and fd02::TYPE:CODE: says ICMP or ICMPv6
# TYPE, CODE of each SYN.
cat >"$scratch/objector.py" <<'END_PY'
import socket, struct

def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff

def object4(packet):
    if packet[9] == 6 and packet[16:18] == b'\x0a\x02':
        said = struct.pack('!BBHI', packet[18], packet[19], 0, 0) + packet[:28]
        said = said[:2] + struct.pack('!H', checksum(said)) + said[4:]
        icmp.sendto(said, (socket.inet_ntop(socket.AF_INET, packet[12:16]), 0))

def object6(packet):
    kind, code = struct.unpack('!HH', packet[36:40])
    if packet[6] == 6 and packet[24:36] == b'\xfd\x02' + bytes(10):
        said = struct.pack('!BBHI', kind, code, 0, 0) + packet[:60]
        icmp6.sendto(said, (socket.inet_ntop(socket.AF_INET6, packet[8:24]), 0))

tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
icmp = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
icmp6 = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
print('ready', flush=True)
while True:
    packet, where = tap.recvfrom(2000)
    if where[2] == socket.PACKET_OUTGOING:
        continue
    if where[1] == 0x0800:
        object4(packet)
    elif where[1] == 0x86dd:
        object6(packet)
END_PY

# A stream's socket for an address of either family.
cat >"$scratch/stream.py" <<'END_PY'
import errno, socket, struct

class Stream:
    def __init__(self, to):
        six = ':' in to
        self.level = socket.IPPROTO_IPV6 if six else socket.IPPROTO_IP
        self.recverr = 25 if six else 11
        self.s = socket.socket(socket.AF_INET6 if six else socket.AF_INET,
                               socket.SOCK_STREAM)

    def ask_for_errors(self):
        self.s.setsockopt(self.level, self.recverr, 1)

    def error_queue(self):
        _, control, _, _ = self.s.recvmsg(100, 512, socket.MSG_ERRQUEUE)
        for level, kind, data in control:
            if (level, kind) == (self.level, self.recverr):
                number, origin, icmp, code = struct.unpack('IBBB', data[:7])
                return f'{errno.errorcode[number]}/{origin}/{icmp}/{code}'
END_PY

# The error of a connection to each address; with recverr what the error queue
# says of it, too. Only 'briefly' takes silence for an answer.
cat >"$scratch/dial.py" <<'END_PY'
import concurrent.futures, errno, sys
from stream import Stream
how = sys.argv[1]
def dial(to):
    stream = Stream(to)
    stream.s.settimeout(3 if how == 'briefly' else 60)
    if how == 'recverr':
        stream.ask_for_errors()
    try:
        stream.s.connect((to, 80))
    except TimeoutError:
        return 'nothing'
    except OSError as e:
        return errno.errorcode[e.errno] + (
            f' {stream.error_queue()}' if how == 'recverr' else '')
with concurrent.futures.ThreadPoolExecutor() as pool:
    print(*pool.map(dial, sys.argv[2:]))
END_PY

# Connections to q, one of each family: what a send while there is no way leads to,
# and whether the answer comes when there is one again.
cat >"$scratch/cut.py" <<'END_PY'
import errno, socket, sys
from stream import Stream
how = sys.argv[1]

def open_one(to):
    stream = Stream(to)
    s = stream.s
    s.settimeout(60)
    if how == 'recverr':
        stream.ask_for_errors()
    if how == 'timeout':
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1500)
    s.connect((to, 801))
    s.sendall(b'a')
    assert s.recv(1) == b'a'
    return s

def without_a_way(s):
    s.settimeout(60 if how == 'recverr' else 1)
    while True:
        try:
            return s.recv(1).decode()
        except TimeoutError:
            if how != 'timeout':
                return 'none'
        except OSError as e:
            return errno.errorcode[e.errno]

def with_one_again(s, got):
    s.settimeout(60)
    while got != 'b':
        try:
            got = s.recv(1).decode()
        except OSError as e:    # each time that it is sent again
            assert errno.errorcode[e.errno] == got and how == 'recverr'
    return 'answered'

socks = [open_one(to) for to in sys.argv[2:]]
print('up', flush=True)
sys.stdin.readline()
for s in socks:
    s.sendall(b'b')
got = [without_a_way(s) for s in socks]
print(*got, flush=True)
if how != 'timeout':
    sys.stdin.readline()
    print(*(with_one_again(*pair) for pair in zip(socks, got)), flush=True)
END_PY

# told NAME WANT HOW ADDR...: on our sockets, and on those of Linux's at q.
told() {
	expect "$1" "$(ksmol run python3 "$scratch/dial.py" "${@:3}")" "$2"
	expect "Linux: $1" "$(at q python3 "$scratch/dial.py" "${@:3}")" "$2"
}

# A namespace q behind the peer, by a link whose MTU it need not tell.
routed() {
	ip netns add q && ip link add eth1 netns p type veth peer eth0 netns q &&
		at p ip addr add 10.1.0.254/24 dev eth1 &&
		at p ip addr add fd01::254/64 dev eth1 nodad noprefixroute &&
		at p ip link set eth1 up &&
		at q ip addr add 10.1.0.1/24 dev eth0 &&
		at q ip addr add fd01::1/64 dev eth0 nodad &&
		at q ip link set eth0 up && at q ip link set lo up &&
		at q ip route add default via 10.1.0.254 &&
		at q ip route add default via fd01::254 &&
		at p sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratelimit=0 \
			net.ipv6.conf.all.forwarding=1 net.ipv6.icmp.ratelimit=0 &&
		at p ip route add blackhole 10.2.0.0/16 &&
		at p ip route add blackhole fd02::/64
}

# path_mtu NET MTU
path_mtu() { at p ip route replace "$1" dev eth1 mtu lock "$2"; }

# Routes of the host's own beside those to its nets: there is always one of them.
no_way() {
	at p ip route add unreachable 10.1.0.1 && at p ip route add unreachable fd01::1
}
a_way() {
	at p ip route del unreachable 10.1.0.1 && at p ip route del unreachable fd01::1
}

mkfifo "$scratch/say"
said_more() { [ "$(wc -l <"$scratch/cut")" -gt 1 ]; }
# cut HOW: leaves the output of cut.py in $scratch/cut.
cut() {
	: >"$scratch/cut"
	exec {say}<>"$scratch/say"
	ksmol run python3 "$scratch/cut.py" "$1" 10.1.0.1 fd01::1 \
		<"$scratch/say" >"$scratch/cut" &
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
up() { from_us "$1" 7 2 "$2" 1000; }
both_up() {
	local other

	up 10.1.0.1 "$1" &
	other=$!
	up fd01::1 "$1" && wait "$other"
}

# Errors of IPv6 are of types below 128; neighbors still find each other.
icmp_silent() {
	at p tc qdisc add dev eth0 clsact &&
		at p tc filter add dev eth0 egress protocol ip u32 \
			match ip protocol 1 0xff action drop &&
		at p tc filter add dev eth0 egress protocol ipv6 u32 \
			match ip6 protocol 58 0xff match u8 0 0x80 at 40 action drop
}

start6
t 'ks0 is detached' detach ks0
t 'and has gateways' attach "ks0,$us/24,$us6/64,via=10.0.0.1,via=$peer6"
t 'there is a host behind the peer' routed
path_mtu 10.1.0.0/24 1500
path_mtu fd01::/64 1500
bg_at p python3 "$scratch/objector.py" >"$scratch/objector"
bg_at q tcp serve :: 7 >/dev/null
bg_at q socat TCP6-LISTEN:801,ipv6only=0,fork,reuseaddr EXEC:cat
wait_for 10 grep -q ready "$scratch/objector"
wait_for 10 listening q 7
wait_for 10 listening q 801

told 'net, host, protocol, port, prohibited, time exceeded end a connect()' \
	'ENETUNREACH EHOSTUNREACH ENOPROTOOPT ECONNREFUSED EHOSTUNREACH EHOSTUNREACH' \
	plain 10.2.3.0 10.2.3.1 10.2.3.2 10.2.3.3 10.2.3.13 10.2.11.0
told 'no route, prohibited, scope, address, port, policy, rejected do so' \
	'ENETUNREACH EACCES EHOSTUNREACH EHOSTUNREACH ECONNREFUSED EACCES EACCES' \
	plain fd02::1:{0,1,2,3,4,5,6}
told 'time exceeded, a header that is not understood, an error of no known type' \
	'EHOSTUNREACH EPROTO EPROTO' plain fd02::3:0 fd02::4:1 fd02::64:0
told 'source quench and packet too big do not' 'nothing nothing' \
	briefly 10.2.4.0 fd02::2:0
told 'IP_RECVERR says who it was' \
	'EHOSTUNREACH EHOSTUNREACH/2/3/1 ECONNREFUSED ECONNREFUSED/2/3/3' \
	recverr 10.2.3.1 10.2.3.3
told 'IPV6_RECVERR says it, too' \
	'ENETUNREACH ENETUNREACH/3/1/0 ECONNREFUSED ECONNREFUSED/3/1/4' \
	recverr fd02::1:0 fd02::1:4

expect 'connections outlive a route that is gone' "$(cut plain)" \
	'none none answered answered '
expect 'IP_RECVERR and IPV6_RECVERR tell of it, and they live on' \
	"$(cut recverr)" 'EHOSTUNREACH ENETUNREACH answered answered '
expect 'it is the reason of a time-out' "$(cut timeout)" \
	'EHOSTUNREACH ENETUNREACH '

size=$(scale "$(MiB 4)")
while read -r addr net narrow narrowest; do
	before=$(tcp_stat pmtu)
	t "data goes through the router to $addr" up "$addr" "$size"
	expect 'which has room' "$(tcp_stat pmtu)" "$before"
	path_mtu "$net" "$narrow"
	t 'data goes through a narrower one' up "$addr" "$size"
	t 'that has said so' test "$(tcp_stat pmtu)" -gt "$before"
	path_mtu "$net" "$narrowest"
	t 'and through the narrowest' up "$addr" "$size"
done <<-'END_PATHS'
10.1.0.1 10.1.0.0/24 1000 552
fd01::1 fd01::/64 1400 1280
END_PATHS
expect 'no timeout had to guess' "$(tcp_stat pmtu_blackhole)" 0

path_mtu 10.1.0.0/24 1200
path_mtu fd01::/64 1280
t 'a router is silent' icmp_silent
before=$(tcp_stat pmtu)
began=$SECONDS
t 'data goes through it' both_up "$((size / 8))"
note "a black hole takes $((SECONDS - began)) s"
expect 'of which nobody has said anything' "$(tcp_stat pmtu)" "$before"
t 'by smaller segments' test "$(tcp_stat pmtu_blackhole)" -gt 0
t 'everything is home' wait_for 10 idle
whole 'at the end'
