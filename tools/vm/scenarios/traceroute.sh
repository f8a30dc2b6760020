#!/bin/bash
# Debian's traceroute over a Linux router, by each way that it knows.
# needs: uml uml-debug
# timeout: 90

. "$(dirname "$0")/../ksmol.sh"

far=10.1.0.2

# trace OPTION...: both hops, in their order, by packets of $size bytes.
size=60
trace() {
	ksmol run traceroute -n -q 1 -w 3 -m 4 "$@" $far $size \
		>"$scratch/trace" 2>&1
	awk '$1 == 1 { first = $2 }
		$1 == 2 { second = $2 }
		END { exit !(first == "10.0.0.1" && second == "'$far'") }' \
		"$scratch/trace" || { cat "$scratch/trace"; return 1; }
}

# behind: a namespace q on the other side of p, which forwards.
behind() {
	ip netns add q &&
		at p ip link add r0 type veth peer eth0 netns q &&
		at p ip addr add 10.1.0.1/24 dev r0 &&
		at p ip link set r0 up &&
		at q ip addr add $far/24 dev eth0 &&
		at q ip link set eth0 up &&
		at q ip link set lo up &&
		at q ip route add default via 10.1.0.1 &&
		at p sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratelimit=0 &&
		at q sysctl -qw net.ipv4.icmp_ratelimit=0
}

t 'the peer is wired up' peer p -6 - || exit
t 'and routes to another' behind || exit
t 'the module loads' load arp_probe_ms=0 || exit
t 'ks0 is attached' attach "ks0,$us/24,via=10.0.0.1" || exit
t 'the far one is there' ksmol run ping -qc 2 -i 0.1 -W 2 $far
t 'by UDP, a port for each probe' trace
t 'by UDP to one port' trace -U
t 'by ICMP' trace -I
t 'by ICMP, without ping sockets' sh -c \
	'echo 1 0 >/proc/sys/net/ipv4/ping_group_range'
t 'there it is' trace -I
t 'by TCP, half open' trace -T
t 'by any protocol' trace -P 253
size=1500
t 'with all that goes into a frame' trace -I -F
t 'nothing is left' wait_for 5 idle
whole 'at the end'
