#!/bin/bash
# VLANs: on Linux's VLAN devices, and tags on the plain device.
# needs: uml uml-debug debian-6.12
# timeout: 90

. "$(dirname "$0")/../ksmol.sh"

# vlan VID: a VLAN device at both ends; the peer's has the address 10.0.VID.1.
vlan() {
	at p ip link add link eth0 name "eth0.$1" type vlan id "$1" &&
		at p ip addr add "10.0.$1.1/24" dev "eth0.$1" &&
		at p ip link set "eth0.$1" up &&
		ip link add link ks0 name "ks0.$1" type vlan id "$1" || return
	sysctl -qw "net.ipv6.conf.ks0/$1.disable_ipv6=1"
	ip link set "ks0.$1" up
}
sent_on() { stat_of "ifaces/$1/stats" tx_frames; }
drops_are() { [ "$(drops vlan)" = "$1" ]; }

mod 8021q || :
start
t 'there is a VLAN' vlan 5
t 'and another' vlan 6
t 'its device is attached' attach ks0.5,10.0.5.2/24
t 'the peer pings us there' pings -c 3 -i 0.1 10.0.5.2
t 'we ping the peer there' ksmol run ping -qc 3 -i 0.1 -W 2 10.0.5.1
t 'and on the plain device' ksmol run ping -qc 3 -i 0.1 -W 2 10.0.0.1
echo_on 0.0.0.0
t 'datagrams are echoed' load_to 10.0.5.2 7 "$(scale 5000)" 0 1472
t 'on the plain device, too' load_to $us 7 "$(scale 5000)" 0 1472
before=$(sent_on ks0.5)
serve_on 10.0.5.2 5001
t 'a stream passes both ways' at p tcp load 10.0.5.2 5001 2 100000 100000
t 'by the VLAN device' test "$(sent_on ks0.5)" -gt "$before"
expect 'and nothing was lost for its tag' "$(drops vlan)" 0

# A VLAN device that is not attached is Linux's, whoever has the plain one.
ip addr add 10.0.6.2/24 dev ks0.6
t 'the other VLAN stays with Linux' pings -c 3 -i 0.1 10.0.6.2
expect 'and is no business of ours' "$(drops vlan)" 0
at p ip link add link eth0 name eth0.7 type vlan id 7
at p ip addr add 10.0.7.1/24 dev eth0.7
at p ip link set eth0.7 up
at p ping -qc 1 -W 1 10.0.7.2 >/dev/null
t 'a VLAN that nobody has is dropped and counted' test "$(drops vlan)" -gt 0
frames_table <<'END'
a priority tag is no VLAN: echo vlan=0x6000 data=abc => handled pong:3
nor with drop eligibility: echo vlan=0xf000 data=abc => handled pong:3
a tag of a VLAN that nobody has: echo vlan=0x6008 data=abc => vlan -
END
t 'ks0.5 goes, attached as it is' ip link del ks0.5
t 'the plain device stays' pings -c 3 -i 0.1 $us
t 'and so does what came tagged' sh -c "! test -e $debug/ifaces/ks0.5"
t 'ks0 is detached' detach ks0
t 'and attached for both' attach "ks0,$us/24,shared"
before=$(drops vlan)
at p ping -qc 1 -W 1 10.0.7.2 >/dev/null
t 'what is tagged is passed on then' drops_are "$before"
whole 'at the end'
