#!/bin/bash
# Runs inside the test VM (tools/bench/run boots it): what programs receive and
# send by ksmol's ring sockets, by Linux's sockets, by AF_XDP in copy mode and by
# a packet ring, over one veth pair and of the same frames, in turns. Every
# figure is a line of guest.log.

. "$(dirname "$0")/../vm/ksmol.sh"

out=$KSMOL_RESULTS/guest.log
rounds=$((BENCH_ROUNDS / 12 + 1))
ringbench=$KSMOL_KO/tools/bench/programs/ringbench
length=1

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

# The time in which processor $1 worked, in ns.
busy_ns() {
	awk -v cpu="cpu$1" -v hz="$(getconf CLK_TCK)" '$1 == cpu {
		printf "%.0f", ($2 + $3 + $4 + $7 + $8) * 1e9 / hz }' /proc/stat
}

# one TEST WAY STACK SIZE ROUND: the program has processor 0.
one() {
	local before after line n

	stack "$3"
	before=$(busy_ns 0)
	line=$(taskset -c 0 "$ringbench" "${1#ring_}" "$2" ks0 \
		"$([ "$1" = ring_send ] && echo 10.0.0.1 || echo $us)" \
		9 "$4" $length) || return
	after=$(busy_ns 0)
	n=${line#packets=}
	say "$1 way=$2 size=$4 round=$5 $line" \
		"busy=$(((after - before) / ${n%% *}))"
}

# --- receiving: pktgen has processor 1, all that receives has processor 0 -----

receive_all() {
	local size=$1 round=$2

	one ring_receive recvmmsg linux "$size" "$round"
	one ring_receive ksmol-recvmmsg ksmol "$size" "$round"
	one ring_receive ring ksmol "$size" "$round"
	one ring_receive af_xdp none "$size" "$round"
	deaf
	one ring_receive tpacket none "$size" "$round"
	tc qdisc del dev ks0 clsact
}

receives() {
	local size round

	echo 1 >/sys/class/net/ks0/queues/rx-0/rps_cpus
	for size in 18 1472; do
		flood_on 0 $((size + 42)) 9
		for ((round = 1; round <= rounds; round++)); do
			receive_all $size "$round"
		done
		flood_off
	done
	echo 0 >/sys/class/net/ks0/queues/rx-0/rps_cpus
}

# --- sending: the peer drops what arrives before anything is done with it ----

sends() {
	local size round

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

start
ip link set ks0 mtu 9000
at p ip link set eth0 mtu 9000
echo "release=$(uname -r) cpus=$(nproc) rounds=$rounds seconds=$length" >"$out"
t 'receiving' receives
t 'sending' sends
for file in pool drops; do
	cat "$debug/$file" >"$KSMOL_RESULTS/ring-$file.txt"
done
