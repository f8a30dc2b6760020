#!/bin/bash
# Runs inside the test VM (tools/bench/run boots it): TCP between ksmol and
# Linux, and between Linux and Linux, over a veth pair each, in turns. Every
# figure is a line of guest.log.

. "$(dirname "$0")/../vm/ksmol.sh"

out=$KSMOL_RESULTS/guest.log
rounds=$((BENCH_ROUNDS / 2 + 1))
count=$BENCH_PACKETS
linux_us=10.0.1.2 linux_peer=10.0.1.1 own_peer=10.0.2.1
paths=(linux-linux ksmol-linux linux-ksmol)

say() { echo "test=$*" >>"$out"; }

# Time in which processors worked, in ns.
busy_ns() {
	awk -v hz="$(getconf CLK_TCK)" '/^cpu / {
		printf "%.0f", ($2 + $3 + $4 + $7 + $8) * 1e9 / hz }' /proc/stat
}

# Memory of the kernel's own; free pages also stand in lists of each CPU.
kernel_kib() {
	awk '$1 == "MemTotal:" { n += $2 }
		$1 ~ /^(MemFree|Buffers|Cached|AnonPages|PageTables|SReclaimable):/ {
			n -= $2
		}
		$1 == "count:" { n -= $2 * 4 }
		END { print n }' /proc/meminfo /proc/zoneinfo
}

# The sender has one processor, the receiver the other.
here() { taskset -c 1 "$@"; }

# offload on|off: of both pairs.
offload() {
	local sg=on dev ns

	[ "$1" = on ] || sg=off
	for ns in p q; do
		dev=ks0
		[ $ns = p ] || dev=ks1
		ethtool -K $dev sg $sg tx $sg tso $sg gso $sg gro $sg
		at $ns ethtool -K eth0 sg $sg tx $sg tso $sg gso $sg gro $sg
	done >/dev/null
}

# stream PATH ROUND OFFLOAD CMD...: iperf3's second, and nothing beside it.
stream() {
	local path=$1 round=$2 offload=$3 before after bits

	shift 3
	before=$(busy_ns)
	"$@" -t 1 -J >"$scratch/iperf3" || return
	after=$(busy_ns)
	bits=$(python3 -c '
import json, sys
print(json.load(sys.stdin)["end"]["sum_received"]["bits_per_second"])' \
		<"$scratch/iperf3") || return
	say "tcp_stream path=$path offload=$offload round=$round" \
		"mbps=$(awk -v b="$bits" 'BEGIN { printf "%.0f", b / 1e6 }')" \
		"cpu=$(awk -v b="$bits" -v n=$((after - before)) \
			'BEGIN { printf "%.0f", n / (b / 8 / 1024) }')"
}

# stream_on PATH ROUND OFFLOAD
stream_on() {
	case $1 in
	linux-linux) stream "$@" here iperf3 -c $linux_peer ;;
	ksmol-linux) stream "$@" here ksmol run iperf3 -c 10.0.0.1 ;;
	linux-ksmol)
		stream "$@" here nsenter --net=/run/netns/p iperf3 -c $us
		;;
	esac
}

# Each round begins with another: what comes first is no better off.
streams() {
	local round offload i

	for ((round = 1; round <= rounds; round++)); do
		for offload in on off; do
			offload $offload
			for i in 0 1 2; do
				stream_on "${paths[(round + i) % 3]}" "$round" \
					$offload
			done
		done
	done
	offload on
}

# one PATH WHAT PORT CMD...: what the program says.
one() {
	local path=$1 what=$2 where=two

	[ "$3" = 9 ] || where=one
	shift 3
	say "tcp_$what path=$path processors=$where $("$@")"
}

# A veth pair that ksmol has both ends of. What two stacks have in one processor's
# caches, Linux to Linux and this have there once.
wire_own() {
	ip netns add m && ip link add ks2 type veth peer name ks3 netns m &&
		ip link set ks2 up && at m ip link set ks3 up &&
		attach "ks2,10.0.2.2/24" && attach -n m "ks3,$own_peer/24"
}

served() { [ "$(grep -c ":$1 " "$debug/sockets")" = 2 ]; }

# small_on PATH WHAT PORT COUNT
small_on() {
	case $1 in
	linux-linux) one "$1" "$2" "$3" here tcptime "$2" $linux_peer "$3" "$4" ;;
	ksmol-linux)
		one "$1" "$2" "$3" here tcptime -p $proto "$2" 10.0.0.1 "$3" "$4"
		;;
	ksmol-ksmol)
		one "$1" "$2" "$3" here tcptime -p $proto "$2" $own_peer "$3" "$4"
		;;
	linux-ksmol)
		one "$1" "$2" "$3" here nsenter --net=/run/netns/p \
			tcptime "$2" $us "$3" "$4"
		;;
	esac
}

# small WHAT COUNT: one byte there and back, or connections, in turns as above.
# The server on port 9 has the other processor, that on port 10 has ours.
small() {
	local round port i ways=("${paths[@]}" ksmol-ksmol)

	for ((round = 1; round <= rounds; round++)); do
		for port in 9 10; do
			for i in 0 1 2 3; do
				small_on "${ways[(round + i) % 4]}" "$1" $port "$2"
			done
		done
	done
}

# idle STACK PROTO PEER COUNT: with so many connections open and quiet, memory
# of the kernel that they take at both ends, and what a byte takes meanwhile.
idle() {
	local before after held

	before=$(kernel_kib)
	bg tcp -p "$2" -h load "$3" 7 "$4" 1 1 >"$scratch/held"
	held=$bg_pid
	wait_for 60 grep -q held "$scratch/held" || return
	sleep 0.5
	after=$(kernel_kib)
	for _ in 1 2 3; do
		say "tcp_idle stack=$1 count=$4 kib=$((after - before))" \
			"$(here tcptime -p "$2" rr "$3" 10 "$((count / 2))")"
	done
	kill -TERM "$held"
	wait "$held"
}

idles() {
	local n

	for n in 1 100 1000 10000; do
		idle linux 0 $linux_peer "$n"
		idle ksmol $proto 10.0.0.1 "$n"
	done
}

# shellcheck disable=SC2086 # one word per parameter
start $BENCH_MODULE
t "Linux's own pair is wired up" peer q -d ks1 -4 $linux_peer/24 -l $linux_us/24
t "ksmol's own pair is, too" wire_own
ulimit -n 65536
echo "release=$(uname -r) cpus=$(nproc) rounds=$rounds packets=$count" >"$out"
for ns in p q; do
	addr=10.0.0.1
	[ $ns = p ] || addr=$linux_peer
	bg_at $ns taskset -c 0 iperf3 -s -B $addr >/dev/null 2>&1
	bg_at $ns taskset -c 0 tcptime pong $addr 9
	bg_at $ns taskset -c 1 tcptime pong $addr 10
	bg_at $ns taskset -c 0 tcp serve $addr 7 >/dev/null
done
bg taskset -c 0 ksmol run iperf3 -s -B $us >/dev/null 2>&1
bg taskset -c 0 tcptime -p $proto pong $us 9
bg taskset -c 1 tcptime -p $proto pong $us 10
bg_at m taskset -c 0 tcptime -p $proto pong $own_peer 9
bg_at m taskset -c 1 tcptime -p $proto pong $own_peer 10
wait_for 10 served 9
wait_for 10 served 10
wait_for 10 bound 5201
wait_for 10 listening p 5201
wait_for 10 listening q 5201
t 'throughput' streams
t 'one byte there and back' small rr "$count"
t 'connections' small churn $((count / 20))
t 'idle connections' idles
for file in pool drops tcp; do
	cat "$debug/$file" >"$KSMOL_RESULTS/tcp-$file.txt"
done
