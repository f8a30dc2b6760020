#!/bin/bash
# IPv6's network layer against Linux's: pings of all sizes, extension headers,
# fragments, errors. On a link without neighbors, which are a matter of their
# own.
# needs: uml uml-debug debian-6.1
# timeout: 300

. "$(dirname "$0")/../ksmol.sh"

us6=fd00::2

mod tun || :
ip netns add p
bg tunpair tun0 - tun1 p 600
t 'two tun devices are paired' wait_for 5 at p ip link show tun1
sysctl -qw net.ipv6.conf.tun0.disable_ipv6=1
at p sysctl -qw net.ipv6.conf.tun1.router_solicitations=0 \
	net.ipv6.conf.tun1.accept_dad=0
ip link set tun0 up
at p ip addr add fd00::1/64 dev tun1 nodad
at p ip addr add fe80::1/64 dev tun1 nodad
at p ip addr add 10.0.0.1/24 dev tun1
at p ip link set tun1 up
t 'the module loads' load arp_probe_ms=0 icmp_rate=1000
t 'an address that no host may have is refused' \
	fails attach tun0,fd00::/64
t 'so is a gateway of the other family' \
	fails attach "tun0,$us6/64,route=10.1.0.0/16@fd00::1"
t 'tun0 is attached with both families' \
	attach "tun0,$us6/64,fe80::2/64,10.0.0.2/24,via=fd00::1"
expect 'its addresses are listed' \
	"$(grep -c ' valid ' "$debug/ifaces/tun0/addresses")" 3
t 'and its routes' grep -qE '^fd00::  *64 -' "$debug/ifaces/tun0/routes"
t 'the default one as well' \
	grep -qE '^::  *0 fd00::1' "$debug/ifaces/tun0/routes"

for size in 0 56 1452 1453 2896 8000 65487; do
	t "the peer pings with $size bytes" \
		pings -6 -W 10 -c 3 -i 0.2 -s "$size" $us6
done
t 'the peer pings over IPv4' pings -c 3 -i 0.05 10.0.0.2
t 'our link-local address answers' pings -6 -c 3 -i 0.05 fe80::2%tun1
t 'from a link-local address, too' \
	pings -6 -c 3 -i 0.05 -I fe80::1%tun1 fe80::2
t 'a thousand pings at full speed' pings -6 -f -c "$(scale 1000)" $us6
# Not at full speed: ping leaves after two round trips, a slow machine's queue is longer.
t 'and large ones' pings -6 -i 0.05 -c 40 -s 20000 $us6
expect 'nothing waits for its rest' "$(stat_of reassembly pbufs)" 0

frames6_table tun1 <<'END'
nothing wrong: echo data=abc => handled pong:3
padding behind it: echo data=abc pad=7 => handled pong:3
hop limit 1: echo hop=1 => handled pong:0
header cut: echo cut=39 => ip_short -
packet cut: echo cut=45 => ip_short -
payload length beyond the packet: echo plen=9 => ip_short -
checksum: echo csum=1 => icmp_csum -
source loopback: echo src=::1 => ip_saddr -
source unspecified: echo src=:: => ip_saddr -
source multicast: echo src=ff02::1 => ip_saddr -
source IPv4-mapped: echo src=::ffff:10.0.0.1 => ip_saddr -
source our own: echo src=fd00::2 => ip_saddr -
destination loopback: echo dst=::1 => ip_daddr -
destination another: echo dst=fd00::77 => ip_not_us -
destination interface-local: echo dst=ff01::1 => ip_daddr -
destination a group: echo dst=ff02::77 => ip_no_group -
echo to all nodes: echo dst=ff02::1 => icmp_bcast -
closed port: udp dport=99 => udp_no_socket icmp:1/4
closed port, to all: udp dport=99 dst=ff02::1 => udp_no_socket -
without a checksum: udp dport=99 csum=0 => udp_no_csum -
protocol that nobody has: ip next=253 data=12345678 => ip_proto icmp:4/1/6
no next header: ip next=59 data=12345678 => handled -
no next header behind options: ip next=0 data=0x3b00010400000000 => handled -
padding options: echo ext=0:00010400000000/60:00010400000000 => handled pong:0
router alert: echo ext=0:00050200000100 => handled pong:0
unknown option, skipped: echo ext=60:001e0400000000 => handled pong:0
unknown option, discarded: echo ext=60:005e0400000000 => ipv6_option -
unknown option, told: echo ext=60:009e0400000000 => ipv6_option icmp:4/2/42
unknown option, told to one: echo ext=60:00de0400000000 => ipv6_option icmp:4/2/42
unknown option, told though to all: echo dst=ff02::1 ext=60:009e0400000000 => ipv6_option icmp:4/2/42
unknown option, not told, to all: echo dst=ff02::1 ext=60:00de0400000000 => ipv6_option -
unknown option in an error: icmp type=1 code=4 ext=60:009e0400000000 quote=udp,src=fd00::2,dst=fd00::1 => ipv6_option -
eight options: echo ext=60:021e001e001e001e001e001e001e001e00010400000000 => handled pong:0
nine options: echo ext=60:021e001e001e001e001e001e001e001e001e0001020000 => ipv6_many -
eight headers: echo ext=60:00010400000000/60:00010400000000/60:00010400000000/60:00010400000000/60:00010400000000/60:00010400000000/60:00010400000000/60:00010400000000 => handled pong:0
nine headers: echo ext=60:00010400000000/60:00010400000000/60:00010400000000/60:00010400000000/60:00010400000000/60:00010400000000/60:00010400000000/60:00010400000000/60:00010400000000 => ipv6_many -
option beyond its header: echo ext=60:001e0900000000 => ipv6_option -
jumbo payload: echo ext=0:00c20400010000 => ipv6_jumbo icmp:4/2/42
hop-by-hop second: echo ext=60:00010400000000/0:00010400000000 => ipv6_ext icmp:4/1/40
routing header done: echo ext=43:00030000000000 => handled pong:0
routing header type 0: echo ext=43:02000100000000fd000000000000000000000000000077 => ip_srcroute icmp:4/0/42
routing header of no known type: echo ext=43:00fd0100000000 => ip_srcroute icmp:4/0/42
that in an error: icmp type=1 ext=43:00fd0100000000 quote=udp,src=fd00::2,dst=fd00::1 => ip_srcroute -
header longer than the packet: echo ext=60:ff010400000000 => ipv6_ext -
atomic fragment: echo ext=44:00000000000007 => handled pong:0
that of a protocol nobody has: ip next=44 data=0xfd00000000000007aabbccdd => ip_proto icmp:4/1/40
fragment in a fragment: echo ext=44:00000000000007/44:00000000000008 => ipv6_ext -
fragment header cut short: ip next=44 data=0x3a000000 => ipv6_ext -
fragment of odd length: ip next=44 data=0x11000001000000010102030405 => frag_len icmp:4/0/4
fragment beyond 65535: ip next=44 data=0x3a00fff8000000010102030405060708 => frag_len icmp:4/0/42
first fragment without its headers: ip next=44 data=0x06000001000000020102030405060708 => frag_tiny icmp:4/3/0
error about nothing we sent: icmp type=1 code=4 quote=udp,src=fd00::2,dst=fd00::1 => icmp_quote -
one of no known type: icmp type=100 quote=udp,src=fd00::2,dst=fd00::1 => icmp_quote -
packet too small: icmp type=2 rest=1000 quote=udp,src=fd00::2,dst=fd00::1 => icmp_quote -
error that quotes too little: icmp type=1 code=4 quote=udp,cut=40 => icmp_short -
type that nobody has: icmp type=200 => icmp_type -
END
t 'unknown options were told so often' test "$(drops ipv6_option)" -ge 6

echo 10 >"$params/icmp_rate"
told=$(frames_by frames6.py p tun1 udp dport=99 n=100 | grep -c icmp)
t "errors are limited: $told for 100 datagrams" test "$told" -le 21
t 'those left out are counted' test "$(drops tx_icmp_rate)" -ge 70
t 'pings are not limited' pings -6 -f -c "$(scale 200)" $us6

at p sysctl -qw net.ipv6.ip6frag_time=2
at p tc qdisc add dev tun1 root netem loss 3% limit 10000 2>/dev/null || {
	mod sch_netem
	at p tc qdisc add dev tun1 root netem loss 3% limit 10000
}
t 'of large pings on a lossy link some come through' sh -c "
	nsenter --net=/run/netns/p ping -6 -q -c 60 -i 0.02 -W 1 -s 20000 $us6 |
		grep -qE ' [1-9][0-9]* received'"
at p tc qdisc del dev tun1 root
t 'and all when it loses nothing' pings -6 -W 10 -c 3 -i 0.2 -s 65487 $us6
whole 'after the pings'
t 'tun0 is detached' detach tun0
t 'everything is home' wait_for 5 idle
