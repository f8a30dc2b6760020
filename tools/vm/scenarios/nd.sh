#!/bin/bash
# Neighbor discovery with Linux: addresses are probed and asked for, neighbors
# resolved, doubted and forgotten; bad packets, a flood.
# needs: uml uml-debug
# timeout: 200

. "$(dirname "$0")/../ksmol.sh"

us6=fd00::2
addresses=$debug/ifaces/ks0/addresses

state_of() { awk -v a="$2" '$1 == a { print $3 }' "$debug/ifaces/$1/addresses"; }
is_state() { [ "$(state_of "$1" "$2")" = "$3" ]; }
linklocal() { awk '/^fe80:/ && $3 == "valid" { print $1 }' "$addresses"; }
has_linklocal() { [ -n "$(linklocal)" ]; }
neighbor() { grep -qE "^$1 .*$2" "$debug/ifaces/ks0/neighbors"; }
heard() { at p tcpdump -nr "$scratch/nd" 2>/dev/null | grep -c "$1"; }

t 'the peer is wired up' peer p -6 fd00::1/64 || exit
t 'another peer has the address that we shall want' \
	peer q -d ks1 -4 - -6 fd00:1::2/64
at p sysctl -qw net.ipv6.conf.eth0.ndisc_notify=1
t 'the module loads' load arp_probe_ms=5000 neigh_max=16 || exit

bg_at p tcpdump -U -nni eth0 -w "$scratch/nd" ip6 2>/dev/null
capture=$bg_pid
sleep 1
t 'ks0 is attached with both families' attach "ks0,$us/24,$us6/64"
t 'its address is tentative' is_state ks0 $us6 tentative
t 'and not answered for yet' fails at p ping -6 -qc 1 -W 0.1 $us6
t 'it becomes valid' wait_for 30 is_state ks0 $us6 valid
t 'and so does a link-local one' wait_for 30 has_linklocal
ll=$(linklocal)
stop "$capture"
expect 'it was asked for once' "$(heard ":: > ff02::1:ff00:2: .*who has $us6")" 1
t 'its group was reported' test "$(heard 'multicast listener report v2')" -ge 1
expect 'the device hears that group' \
	"$(ip maddr show dev ks0 | grep -c 33:33:ff:00:00:02)" 1

t 'ks1 is attached with an address that is taken' attach ks1,fd00:1::2/64
t 'the conflict shows' wait_for 30 is_state ks1 fd00:1::2 conflict
t 'it is in the log' sh -c 'dmesg | grep -q "ksmol:.*fd00:1::2"'
t 'ks1 is detached' detach ks1
at p sysctl -qw net.ipv6.conf.all.accept_dad=1 net.ipv6.conf.eth0.accept_dad=1
at p ip addr add $us6/64 dev eth0
t 'Linux finds that our address is taken' \
	wait_for 30 sh -c "nsenter --net=/run/netns/p ip -6 addr show dev eth0 |
		grep -q 'fd00::2.*dadfailed'"
at p ip addr del $us6/64 dev eth0
at p sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.eth0.accept_dad=0

t 'the peer pings us' pings -6 -c 5 -i 0.1 $us6
t 'and our link-local address' pings -6 -c 5 -i 0.1 "$ll%eth0"
t 'large ones' pings -6 -c 3 -i 0.1 -s 8000 $us6
t 'the IPv4 address becomes valid, too' wait_for 60 is_state ks0 $us valid
t 'and answers' pings -c 3 -i 0.1 $us
t 'we know the peer' neighbor fd00::1 02:00:00:00:01:01
t 'Linux knows us' sh -c "nsenter --net=/run/netns/p ip -6 neigh show $us6 |
	grep -q 02:00:00:00:02:01"
t 'in use, it is asked and stays known' wait_for 15 neighbor fd00::1 reachable
at p ip link set eth0 down
at p ip link set eth0 address 02:00:00:00:01:aa
at p ip link set eth0 up
at p ip addr add fd00::1/64 dev eth0 nodad 2>/dev/null
t 'a new address of the peer is learned' \
	wait_for 30 pings -6 -c 1 -W 1 $us6
t 'and shown' wait_for 5 neighbor fd00::1 02:00:00:00:01:aa

frames_dst='dst=ff02::1:ff00:2 eth=33:33:ff:00:00:02'
target=fd000000000000000000000000000002
mac=0101020000000166
frames6_table <<END
question of a stranger: icmp type=135 hop=255 $frames_dst src=fd00::66 data=0x$target$mac => handled -
from beyond a router: icmp type=135 hop=254 $frames_dst src=fd00::66 data=0x$target$mac => nd_hops -
probe for our address: icmp type=135 hop=255 $frames_dst src=:: data=0x$target => handled -
probe that says who it is: icmp type=135 hop=255 $frames_dst src=:: data=0x$target$mac => nd_addr -
probe to us alone: icmp type=135 hop=255 src=:: data=0x$target => nd_addr -
about a group: icmp type=135 hop=255 data=0xff020000000000000000000000000002 => nd_addr -
about another: icmp type=135 hop=255 data=0xfd000000000000000000000000000077 => nd_not_us -
option of no length: icmp type=135 hop=255 data=0x${target}0100020000000166 => nd_format -
option beyond the end: icmp type=135 hop=255 data=0x${target}0102020000000166 => nd_format -
message cut short: icmp type=135 hop=255 data=0xfd00 => nd_format -
code 1: icmp type=135 code=1 hop=255 data=0x$target => nd_format -
answer nobody asked for: icmp type=136 hop=255 rest=0x60000000 data=0xfd000000000000000000000000000077 => nd_not_us -
answer to all that says we asked: icmp type=136 hop=255 dst=ff02::1 eth=33:33:00:00:00:01 rest=0x60000000 data=0xfd000000000000000000000000000001 => nd_addr -
router that nobody asked: icmp type=134 hop=255 src=fe80::1 data=0x0000000000000000 => nd_ignored -
question to routers: icmp type=133 hop=255 src=fe80::1 => nd_ignored -
in fragments: icmp type=135 hop=255 ext=44:00000000000007 data=0x$target$mac => ipv6_ext -
MLD query from afar: icmp type=130 hop=2 src=fe80::1 data=0x00000000000000000000000000000000 => mld_type -
MLD query cut short: icmp type=130 hop=1 src=fe80::1 data=0x0000 => mld_short -
END

bg_at p ping -6 -q -i 0.1 $us6 >/dev/null
pinger=$bg_pid
frames6_at p icmp type=135 hop=255 'dst=ff02::1:ff00:2' 'eth=33:33:ff:00:00:02' \
	'src=fd00::%i' "data=0x${target}01010200000002%x" n=3000 >/dev/null
t 'a flood of strangers leaves the peer known' neighbor fd00::1 02:00:00:00:01:aa
t 'and the table is bounded' test \
	"$(grep -cE '^(fd00|fe80|10\.)' "$debug/ifaces/ks0/neighbors")" -le 16
stop "$pinger"
t 'the peer pings us still' pings -6 -c 3 -i 0.1 $us6
whole 'after all that'
t 'ks0 is detached' detach ks0
expect 'the device hears no more of it' \
	"$(ip maddr show dev ks0 | grep -c 33:33:ff:00:00:02)" 0
t 'everything is home' wait_for 5 idle
