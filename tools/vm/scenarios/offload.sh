#!/bin/bash
# Checksums that were never computed, super-frames, tags and jumbo frames, of both
# families.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

knobs() {
	# shellcheck disable=SC2086 # one knob per word
	ethtool -K ks0 $1 && at p ethtool -K eth0 $1
}

# One sendmsg of 40 datagrams of 1000 bytes, and one short one behind them.
cat >"$scratch/segments.py" <<'END'
import socket, sys, time
family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
s = socket.socket(family, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_UDP, 103, 1000)	# UDP_SEGMENT
s.connect((sys.argv[1], 9))
for i in range(20):
    s.send(bytes([i]) * 40500)
    time.sleep(0.01)
END

both_bound() { [ "$(grep -cE ':9 ' "$debug/sockets")" = 2 ]; }

# counted ADDR: what a socket there has received in the end.
counted() {
	udp -p $proto -t 2 count "$1" 9 &
	wait_for 5 both_bound
	at p python3 "$scratch/segments.py" "$1"
	wait
}

# echoes NAME COUNT MIN MAX: a third of them by each address, both ways.
echoes() {
	t "$1: we echo" at_once "$all_us" load_to ADDR 7 $(($2 / 3)) "$3" "$4"
	t "$1: the peer echoes" at_once "$all_peer" \
		udp -p $proto load ADDR 8 $(($2 / 3)) "$3" "$4"
}

start6 sock_rx=2048
echo_on ::
bg_at p udp -t 600 echo :: 8 >/dev/null
n=$(scale 20000)
while read -r name knobs; do
	t "$name: ethtool -K $knobs" knobs "$knobs"
	echoes "$name" "$n" 0 1452
	expect "$name: segmented datagrams arrive one by one" \
		"$(at_once "$us $us6" counted ADDR | uniq -c | xargs)" \
		'2 received 820 bytes 810000'
done <<'END'
default
no-checksums tx off rx off
checksums tx on rx on
no-segmentation gso off tso off
no-scatter sg off
segmentation sg on gso on tso on tx-udp-segmentation on
gro gro on
gro-forwarding rx-udp-gro-forwarding on
no-gro gro off
END

# After so much traffic the peer may ask who we are at any time, which counts, too.
at p sysctl -qw net.ipv4.neigh.eth0.delay_first_probe_time=600 \
	net.ipv6.neigh.eth0.delay_first_probe_time=600
frames_at p echo >/dev/null
bg_at p udp sink 10.0.0.1 1000
frames_table <<'END'
priority tag: udp vlan=0x6000 => delivered udp:5
tag of a VLAN: udp vlan=0x0005 => vlan -
echo with a priority tag: echo vlan=0xe000 data=abc => handled pong:3
END
bg_at p udp sink $peer6 1000
frames6_table <<'END'
priority tag, IPv6: udp vlan=0x6000 => delivered udp:5
tag of a VLAN, IPv6: udp vlan=0x0005 => vlan -
IPv6 echo with a priority tag: echo vlan=0xe000 data=abc => handled pong:3
END
ip link set ks0 mtu 9000
at p ip link set eth0 mtu 9000
echoes jumbo "$n" 1453 8952
expect 'nothing failed for its checksum' "$(drops udp_csum)" 0
t 'everything is home' wait_for 5 idle
whole 'at the end'
