#!/bin/bash
# Addresses and routes of a router, Debian's radvd, and what becomes of them
# when it says something else, or nothing any more.
# needs: uml uml-debug
# timeout: 180

. "$(dirname "$0")/../ksmol.sh"

radvd=${KSMOL_BUILD%/build/*}/unpacked/radvd/usr/sbin/radvd
dir=$debug/ifaces/ks0

# radvd_on PREFIX-LINES...: in the peer, with these lines for its interface.
radvd_on() {
	{
		echo 'interface eth0 {'
		echo 'AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4;'
		echo 'AdvDefaultLifetime 60;'
		printf '%s\n' "$@"
		echo '};'
	} >"$scratch/radvd.conf"
	bg_at p "$radvd" -n -C "$scratch/radvd.conf" -p "$scratch/radvd.pid" \
		-m stderr >"$scratch/radvd.log" 2>&1
	router=$bg_pid
}

state_in() { awk -v p="$1" 'index($1, p) == 1 { print $3 }' "$dir/addresses"; }
is_in() { [ "$(state_in "$1")" = "$2" ]; }
none_in() { [ -z "$(state_in "$1")" ]; }
temporary_in() {
	awk -v p="$1" 'index($1, p) == 1 && $3 == "valid" && $4 == "temporary" {
		print $1 }' "$dir/addresses"
}
has_temporary() { [ -n "$(temporary_in "$1")" ]; }
# source_to ADDR [PREFERENCE]: what a socket of ours would send from.
source_to() {
	ksmol run python3 -c "
import socket, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
for pref in sys.argv[2:]:
    s.setsockopt(socket.IPPROTO_IPV6, 72, int(pref))
s.connect((sys.argv[1], 9))
print(s.getsockname()[0])" "$@"
}
# hops_to ADDR: what a socket says of its hop limit, alone and connected, which
# then sends something to port 9.
hops_to() {
	ksmol run python3 -c "
import socket, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
alone = s.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS)
s.connect((sys.argv[1], 9))
print(alone, s.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS))
s.send(b'x')" "$1"
}
# heard_with HOPS: one that was sent again has come with that hop limit.
heard_with() {
	hops_to fd01::1 >/dev/null
	grep -qx "$1" "$scratch/hops"
}
address_in() { awk -v p="$1" 'index($1, p) == 1 { print $1 }' "$dir/addresses"; }
route() { grep -qE "^$1 +$2 ${3:-}" "$dir/routes"; }
no_route() { fails route "$@"; }
says() { grep -qE "$1" "$dir/routers"; }

t 'the peer is wired up' peer p -4 - -6 fd01::1/64 || exit
at p sysctl -qw net.ipv6.conf.all.forwarding=1
at p ip addr add 2001:db8::1/128 dev lo
t 'the module loads' load arp_probe_ms=200 \
	ipv6_secret=00112233445566778899aabbccddeeff || exit
t 'a secret that is none is refused' fails insmod "$KSMOL_KO/ksmol.ko" \
	ipv6_secret=12

radvd_on 'AdvLinkMTU 1400; AdvCurHopLimit 33; AdvDefaultPreference high;' \
	'AdvReachableTime 20000; AdvRetransTimer 2000;' \
	'prefix fd01::/64 { AdvValidLifetime 600; AdvPreferredLifetime 300; };' \
	'prefix fd02::/64 { AdvOnLink off; };' \
	'prefix fd03::/64 { AdvAutonomous off; };' \
	'route fd09::/48 { AdvRouteLifetime 60; };' \
	'RDNSS fd01::53 { AdvRDNSSLifetime 60; };'
t 'ks0 is attached' attach ks0,slaac
t 'a link-local address comes' wait_for 20 is_in fe80: valid
t 'an address comes in the first prefix' wait_for 20 is_in fd01: valid ||
	cat "$scratch/radvd.log"
t 'and in the second' wait_for 20 is_in fd02: valid
t 'none in that which is not for addresses' none_in fd03:
t 'the router is the default' wait_for 10 route :: 0 fe80::
t 'the first prefix is on the link' route fd01:: 64 -
t 'the second is not' no_route fd02:: 64
t 'the third is' route fd03:: 64 -
t 'the route it told of is there' route fd09:: 48 fe80::
t 'the resolver can be read' says '^resolver fd01::53 - [1-9]'
t 'and what it says of the link' \
	says '^link +mtu 1400 hops 33 reachable_ms 20000 retrans_ms 2000'
expect 'who is connected has its hop limit' "$(hops_to fd01::1)" '64 33'
bg_at p python3 -uc "
import socket, struct
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
s.bind(('::', 9))
while True:
    _, control, _, _ = s.recvmsg(10, 100)
    print(struct.unpack('i', control[0][2])[0])" >"$scratch/hops"
t 'and sends with it' wait_for 30 heard_with 33
stop "$bg_pid"
t 'its preference, too' says '^router +fe80::.* high '

mine=$(address_in fd01:)
other=$(address_in fd02:)
t 'the peer pings our address' pings -6 -c 5 -i 0.1 "$mine"
at p ip route add fd02::/64 dev eth0
t 'and the one that is not on the link, from afar' \
	pings -6 -c 5 -i 0.1 -I 2001:db8::1 "$other"
t 'and the link-local one' \
	pings -6 -c 3 -i 0.1 "$(address_in fe80:)%eth0"
t 'with more than the link carries' pings -6 -c 3 -i 0.1 -s 1400 "$mine"
t 'it is detached' detach ks0
t 'and attached' attach ks0,slaac
t 'its address is the same' wait_for 20 sh -c "grep -q '^$mine .* valid' $dir/addresses"
detach ks0
echo Y >"$params/ipv6_eui64"
t 'attached again, with addresses of the other kind' attach ks0,slaac
t 'they are made of the link-layer address' \
	wait_for 20 is_in fd01::ff:fe00:201 valid
t 'all of them' is_in fe80::ff:fe00:201 valid
detach ks0
echo N >"$params/ipv6_eui64"

t 'another word than 0, 1 or 2 is refused' \
	fails sh -c "echo 3 >$params/ipv6_temporary"
echo 1 >"$params/ipv6_temporary"
t 'attached again, with temporary addresses' attach ks0,slaac
t 'one comes in each prefix' wait_for 30 has_temporary fd01:
t 'really in each' wait_for 30 has_temporary fd02:
t 'the other is still there' wait_for 30 is_in "$mine" valid
temporary=$(temporary_in fd01:)
t 'debugfs tells how long it lasts' grep -qE \
	"^$temporary +64 valid +temporary +(600|5..) +(300|[12]..)$" \
	"$dir/addresses"
t 'the peer pings it' pings -6 -c 3 -i 0.1 "$temporary"
expect 'nobody prefers it' "$(source_to fd01::1)" "$mine"
expect 'but who asks for it' "$(source_to fd01::1 1)" "$temporary"
echo 2 >"$params/ipv6_temporary"
expect 'now it is preferred' "$(source_to fd01::1)" "$temporary"
expect 'but by who asks for the other' "$(source_to fd01::1 2)" "$mine"
detach ks0
echo 0 >"$params/ipv6_temporary"

t 'attached once more' attach ks0,slaac
t 'it has its address' wait_for 20 is_in fd01: valid
stop "$router"
t 'a router that takes its leave is none' wait_for 10 no_route :: 0
t 'addresses stay' is_in fd01: valid
radvd_on 'prefix fd01::/64 { AdvValidLifetime 60; AdvPreferredLifetime 0; };' \
	'prefix fd05::/64 { AdvValidLifetime 8; AdvPreferredLifetime 4; };'
t 'an address is deprecated' wait_for 20 is_in fd01: deprecated
t 'but not ended: not within two hours' \
	says '^prefix +fd01::/64 autonomous ([3-9]..|[1-9]...)'
t 'another comes for a short time' wait_for 20 is_in fd05: valid
kill -KILL "$router"
t 'which is deprecated first' wait_for 20 is_in fd05: deprecated
t 'then gone' wait_for 20 none_in fd05:
t 'and its route' no_route fd05:: 64
t 'the device listens no more than it has to' test \
	"$(ip maddr show dev ks0 | grep -c 33:33:ff)" -le 3
whole 'after all that'
t 'ks0 is detached' detach ks0
t 'everything is home' wait_for 5 idle
