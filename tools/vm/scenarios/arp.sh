#!/bin/bash
# ARP: probing and announcing (RFC 5227), defence, bad packets, a flood.
# needs: uml uml-debug
# timeout: 90

. "$(dirname "$0")/../ksmol.sh"

state_of() { awk -v a="$2" '$1 == a { print $3 }' "$debug/ifaces/$1/addresses"; }
is_state() { [ "$(state_of "$1" "$2")" = "$3" ]; }
known() { grep -qE "^10\.0\.0\.1 .*$1" "$debug/ifaces/ks0/neighbors"; }
heard() { at p tcpdump -nr "$scratch/arp" 2>/dev/null | grep -c "$1"; }

t 'the peer is wired up' peer p -6 -
t 'another peer has the address that we shall want' peer q -d ks1 -4 10.0.1.2/24
at p sysctl -qw net.ipv6.conf.all.disable_ipv6=1
t 'the module loads' load arp_probe_ms=400 neigh_max=16

bg_at p tcpdump -U -nni eth0 -w "$scratch/arp" arp 2>/dev/null
capture=$bg_pid
sleep 1
t 'ks0 is attached' attach ks0,$us/24
t 'its address is tentative' is_state ks0 $us tentative
t 'and not answered for yet' fails at p ping -qc 1 -W 0.1 $us
t 'its address becomes valid' wait_for 10 is_state ks0 $us valid
sleep 3
stop "$capture"
expect 'it was probed three times' \
	"$(heard 'Request who-has 10.0.0.2 .*tell 0.0.0.0')" 3
expect 'and announced twice' "$(heard 'who-has 10.0.0.2 .*tell 10.0.0.2')" 2

echo 100 >"$params/arp_probe_ms"
t 'ks1 is attached with an address that is taken' attach ks1,10.0.1.2/24
t 'the conflict shows' wait_for 10 is_state ks1 10.0.1.2 conflict
t 'it is in the log' sh -c 'dmesg | grep -q "ksmol:.*10.0.1.2"'
t 'ks1 is detached' detach ks1

t 'the peer pings us' pings -c 2 -i 0.1 $us
t 'arping -D finds that the address is taken' \
	fails at p arping -qD -I eth0 -c 2 -w 2 $us
t 'arping is answered' at p arping -q -I eth0 -c 3 -w 5 $us
at p ip link set eth0 address 02:00:00:00:01:aa
t 'a gratuitous packet renews the entry' at p arping -qU -I eth0 -c 1 10.0.0.1
t 'the neighbor has its new address' wait_for 2 known 02:00:00:00:01:aa
t 'and we reach it' ksmol run ping -qc 2 -i 0.1 -W 1 10.0.0.1

frames_table <<'END'
somebody else claims our address: arp sha=02:00:00:00:01:ee spa=10.0.0.2 => handled request:10.0.0.2
answer with a multicast address: arp op=2 sha=01:00:5e:00:00:01 => arp_addr -
answer with the broadcast address: arp op=2 sha=ff:ff:ff:ff:ff:ff => arp_addr -
answer from 127.0.0.1: arp op=2 spa=127.0.0.1 => arp_addr -
hardware type of something else: arp htype=6 => arp_format -
hardware addresses of 8 bytes: arp hlen=8 => arp_format -
protocol addresses of 6 bytes: arp plen=6 => arp_format -
protocol type IPv6: arp ptype=0x86dd => arp_format -
operation 9: arp op=9 => arp_format -
packet cut short: arp cut=27 => arp_short -
request of the peer for another: arp tpa=10.0.0.77 => handled -
request of a stranger for another: arp spa=10.0.0.66 sha=02:00:00:00:01:66 tpa=10.0.0.77 => arp_not_us -
request for us: arp => handled reply:10.0.0.2
probe for our address: arp spa=0.0.0.0 => handled reply:10.0.0.2
request for us in a unicast frame: arp eth=02:00:00:00:02:01 => handled reply:10.0.0.2
END
t 'multicast senders taught us nothing' known 02:00:00:00:01:aa

frames_at p arp n=3000 spa=10.0.0.%i sha=02:00:00:00:aa:%x tpa=10.0.0.77 \
	>/dev/null
t 'requests for others leave the peer known' known 02:00:00:00:01:aa
expect 'and create no entry' "$(grep -c 02:00:00:00:aa "$debug/ifaces/ks0/neighbors")" 0
bg ksmol run ping -q -i 0.1 10.0.0.1 >/dev/null
pinger=$bg_pid
frames_at p arp n=3000 spa=10.0.0.%i sha=02:00:00:00:aa:%x >/dev/null
t 'a flood of forged senders leaves the peer known' known 02:00:00:00:01:aa
t 'and the table is bounded' test \
	"$(grep -c '^10\.' "$debug/ifaces/ks0/neighbors")" -le 16
stop "$pinger"
whole 'after all that'
