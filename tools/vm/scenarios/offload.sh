#!/bin/bash
# Checksums that were never computed, super-frames, tags and jumbo frames.
# needs: uml uml-debug
# timeout: 90

. "$(dirname "$0")/../ksmol.sh"

knobs() {
	# shellcheck disable=SC2086 # one knob per word
	ethtool -K ks0 $1 && at p ethtool -K eth0 $1
}

# One sendmsg of 40 datagrams of 1000 bytes, and one short one behind them.
cat >"$scratch/segments.py" <<'END'
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_UDP, 103, 1000)	# UDP_SEGMENT
s.connect((sys.argv[1], 9))
for i in range(20):
    s.send(bytes([i]) * 40500)
    time.sleep(0.01)
END

counted() {
	bg udp -p $proto -t 2 count $us 9 >"$scratch/count"
	wait_for 5 bound 9
	at p python3 "$scratch/segments.py" $us
	wait "$bg_pid"
	cat "$scratch/count"
}

start sock_rx=2048
echo_on 0.0.0.0
bg_at p udp -t 600 echo 10.0.0.1 8 >/dev/null
n=$(scale 20000)
while read -r name knobs; do
	t "$name: ethtool -K $knobs" knobs "$knobs"
	t "$name: we echo" load_to $us 7 "$n" 0 1472
	t "$name: the peer echoes" udp -p $proto load 10.0.0.1 8 "$n" 0 1472
	expect "$name: segmented datagrams arrive one by one" "$(counted)" \
		'received 820 bytes 810000'
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

frames_at p echo >/dev/null
bg_at p udp sink 10.0.0.1 1000
frames_table <<'END'
priority tag: udp vlan=0x6000 => delivered udp:5
tag of a VLAN: udp vlan=0x0005 => vlan -
echo with a priority tag: echo vlan=0xe000 data=abc => handled pong:3
END
ip link set ks0 mtu 9000
at p ip link set eth0 mtu 9000
t 'jumbo: we echo' load_to $us 7 "$n" 1473 8972
t 'jumbo: the peer echoes' udp -p $proto load 10.0.0.1 8 "$n" 1473 8972
expect 'nothing failed for its checksum' "$(drops udp_csum)" 0
t 'everything is home' wait_for 5 idle
whole 'at the end'
