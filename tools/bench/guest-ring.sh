#!/bin/bash
# Runs inside the test VM (tools/bench/run boots it): what programs receive and
# send by ksmol's ring sockets, by Linux's sockets, by AF_XDP in copy mode and by
# a packet ring, over one veth pair and of the same frames, in turns. Every
# figure is a line of guest.log.

. "$(dirname "$0")/../vm/ksmol.sh"

out=$KSMOL_RESULTS/guest.log
rounds=$((BENCH_ROUNDS / 4 + 1))
ringbench=$KSMOL_KO/tools/bench/programs/ringbench
length=0.3

say() { echo "test=$*" >>"$out"; }

# stack linux|ksmol|none: whose ks0 is.
stack() {
	! grep -q "^10.0.0.2" "$debug/ifaces/ks0/addresses" 2>/dev/null ||
		[ "$1" = ksmol ] || detach ks0
	ip addr flush dev ks0
	case $1 in
	linux) ip addr add $us/24 dev ks0 ;;
	ksmol) [ -d "$debug/ifaces/ks0" ] || attach ks0,$us/24 ;;
	esac
}

# Packets for nobody are not even looked at by Linux's stack.
deaf() {
	tc qdisc add dev ks0 clsact
	tc filter add dev ks0 ingress matchall action drop
}

# one TEST WAY STACK SIZE ROUND: in one program, on one processor.
one() {
	local line args=("${1#ring_}" "$2" ks0)

	stack "$3"
	if [ "$1" = ring_send ]; then
		args+=(10.0.0.1 9 "$4" "$length")
	else
		args+=("$us" 9 "$4" "$length" /run/netns/p)
	fi
	if ! line=$(taskset -c 1 "$ringbench" "${args[@]}" 2>"$scratch/why"); then
		not_ok "$1 by $2, $4 bytes" "$(cat "$scratch/why")"
		return
	fi
	say "$1 way=$2 size=$4 round=$5 $line"
}

# --- receiving ---------------------------------------------------------------

receive_all() {
	local size=$1 round=$2

	one ring_receive recvmmsg linux "$size" "$round"
	one ring_receive ksmol-recvmmsg ksmol "$size" "$round"
	one ring_receive ring ksmol "$size" "$round"
	one ring_receive af_xdp none "$size" "$round"
	one ring_receive af_xdp-skb none "$size" "$round"
	deaf
	one ring_receive tpacket none "$size" "$round"
	one ring_receive floor none "$size" "$round"
	tc qdisc del dev ks0 clsact
}

receives() {
	local size round

	for ((round = 1; round <= rounds; round++)); do
		for size in 18 1472; do
			receive_all $size "$round"
		done
	done
}

# --- sending: the peer drops what arrives before anything is done with it ----

sends() {
	local size round

	ip link set ks0 mtu 9000
	at p ip link set eth0 mtu 9000
	at p tc qdisc add dev eth0 clsact
	at p tc filter add dev eth0 ingress protocol ip matchall action drop
	for size in 18 1472 8972; do
		for ((round = 1; round <= rounds; round++)); do
			one ring_send sendmmsg linux $size "$round"
			one ring_send zerocopy linux $size "$round"
			one ring_send ksmol-sendmmsg ksmol $size "$round"
			one ring_send ring ksmol $size "$round"
		done
	done
}

# shellcheck disable=SC2086 # one word per parameter
start $BENCH_MODULE
echo "release=$(uname -r) cpus=$(nproc) rounds=$rounds seconds=$length" >"$out"
receives
sends
for file in pool drops; do
	cat "$debug/$file" >"$KSMOL_RESULTS/ring-$file.txt"
done
