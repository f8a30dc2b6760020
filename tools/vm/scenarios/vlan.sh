#!/bin/bash
# VLANs: on Linux's VLAN devices, and tags on the plain device, for both families.
# needs: uml uml-debug debian-6.12
# timeout: 90

. "$(dirname "$0")/../ksmol.sh"

# vlan VID: a VLAN device at both ends; the peer's has the addresses 10.0.VID.1,
# fd00:VID::1 and fe80::1.
vlan() {
	ip link add link ks0 name "ks0.$1" type vlan id "$1" &&
		sysctl -qw "net.ipv6.conf.ks0/$1.disable_ipv6=1" &&
		ip link set "ks0.$1" up &&
		at p ip link add link eth0 name "eth0.$1" type vlan id "$1" &&
		at p ip addr add "10.0.$1.1/24" dev "eth0.$1" &&
		at p ip addr add "fd00:$1::1/64" dev "eth0.$1" nodad &&
		at p ip addr add fe80::1/64 dev "eth0.$1" nodad &&
		at p ip link set "eth0.$1" up
}
sent_on() { stat_of "ifaces/$1/stats" tx_frames; }
drops_are() { [ "$(drops vlan)" = "$1" ]; }

mod 8021q || :
start6
t 'there is a VLAN' vlan 5
t 'and another' vlan 6
t 'its device is attached' attach ks0.5,10.0.5.2/24,fd00:5::2/64,fe80::2/64
there='10.0.5.2 fd00:5::2 fe80::2%eth0.5'
t 'the peer pings us there' at_once "$there" pings -c 3 -i 0.1 ADDR
t 'we ping the peer there' \
	at_once '10.0.5.1 fd00:5::1 fe80::1%ks0.5' we_ping -c 3 -i 0.1 ADDR
t 'and on the plain device' at_once "$all_peer" we_ping -c 3 -i 0.1 ADDR
echo_on ::
t 'datagrams are echoed' \
	at_once "$there $all_us" load_to ADDR 7 "$(scale 1500)" 0 1452
before=$(sent_on ks0.5)
serve_on :: 5001
t 'streams pass both ways' at_once "$there" from_peer ADDR 5001 1 100000 100000
t 'by the VLAN device' test "$(sent_on ks0.5)" -gt "$before"
expect 'and nothing was lost for its tag' "$(drops vlan)" 0

# A VLAN device that is not attached is Linux's, whoever has the plain one.
sysctl -qw net.ipv6.conf.ks0/6.disable_ipv6=0
ip addr add 10.0.6.2/24 dev ks0.6
ip addr add fd00:6::2/64 dev ks0.6 nodad
t 'the other VLAN stays with Linux' \
	at_once '10.0.6.2 fd00:6::2' pings -c 3 -i 0.1 ADDR
expect 'and is no business of ours' "$(drops vlan)" 0
at p ip link add link eth0 name eth0.7 type vlan id 7
at p sysctl -qw net.ipv6.conf.eth0/7.disable_ipv6=1
at p ip addr add 10.0.7.1/24 dev eth0.7
at p ip link set eth0.7 up
at p ping -qc 1 -W 1 10.0.7.2 >/dev/null
t 'a VLAN that nobody has is dropped and counted' test "$(drops vlan)" -gt 0
# It asks for a neighbor even now, and each question is one more drop.
at p ip link set eth0.7 down
# And what was set up just now reports its groups for some seconds.
sleep 3
frames_table <<'END'
a priority tag is no VLAN: echo vlan=0x6000 data=abc => handled pong:3
nor with drop eligibility: echo vlan=0xf000 data=abc => handled pong:3
a tag of a VLAN that nobody has: echo vlan=0x6008 data=abc => vlan -
END
frames6_table <<'END'
a priority tag is no VLAN, IPv6: echo vlan=0x6000 data=abc => handled pong:3
a tag of a VLAN that nobody has, IPv6: echo vlan=0x6008 data=abc => vlan -
END
t 'ks0.5 goes, attached as it is' ip link del ks0.5
t 'the plain device stays' at_once "$all_us" pings -c 3 -i 0.1 ADDR
t 'and so does what came tagged' sh -c "! test -e $debug/ifaces/ks0.5"
t 'ks0 is detached' detach ks0
t 'and attached for both' attach "ks0,$us/24,$us6/64,shared"
before=$(drops vlan)
at p ip link set eth0.7 up
at p ping -qc 1 -W 1 10.0.7.2 >/dev/null
t 'what is tagged is passed on then' drops_are "$before"
whole 'at the end'
