# shellcheck shell=bash
# Runs inside the test VM (tools/bench/run boots it): pools of 16 to 4096 pbufs
# under each load and policy, alone and while TCP transfers want the same pbufs;
# then what a received packet pays for tokens, in turns with a module that has
# none. Every figure is a line of guest.log.

. "$(dirname "$0")/../vm/ksmol.sh"

out=$KSMOL_RESULTS/guest.log
bench=/sys/module/ksmol_bench/parameters
conns=8
with_tcp=15	# times as many packets: TCP takes its turns meanwhile

bench_on() {
	insmod "$KSMOL_KO/ksmol_bench.ko" "$@" || return
	sysctl -qw net.ipv6.conf.bench-ksmol.disable_ipv6=1
	ip link set bench-ksmol up
	attach bench-ksmol,10.77.2.1/24
}

# measure TEST NOTE: on one processor, and not the one that timers prefer.
measure() {
	echo " $2" >$bench/note
	taskset -c 1 sh -c "echo $1 >$bench/run"
}

# Lines of results since the log was looked at last.
collect() {
	dmesg -c | sed -n 's/.*ksmol_bench: test=/test=/p' | tr -s ' ' >>"$out"
}

# transfers FILE CMD...: one after the other, until the file "over" is there.
transfers() {
	local file=$1

	shift
	while [ ! -e "$scratch/over" ]; do
		taskset -c 0 "$@" -t 120 | tail -n 1
	done >"$file"
}

# Each policy and load while TCP transfers go on.
measure_mixed() {
	local bytes=$1 note=$2 up down all

	rm -f "$scratch/over"
	bg taskset -c 0 tcp -p $proto serve $us 7 >/dev/null
	wait_for 5 bound 7
	transfers "$scratch/up" nsenter --net=/run/netns/p \
		tcp load $us 7 $conns "$bytes" "$bytes" &
	up=$!
	transfers "$scratch/down" \
		tcp -p $proto load 10.0.0.1 7 $conns "$bytes" "$bytes" &
	down=$!
	echo $((BENCH_PACKETS * with_tcp)) >$bench/packets
	t "$note" measure exhaustion "$note"
	echo "$BENCH_PACKETS" >$bench/packets
	touch "$scratch/over"
	wait $up $down
	cat "$scratch/up" "$scratch/down" >"$scratch/all"
	t "$note: every byte of TCP is right" \
		fails grep -qv "^done $conns failed 0 open 0 " "$scratch/all"
	all=$(awk '{ bytes += $8; ms += $10 }
		END { printf "bytes=%.0f ms=%.0f", bytes, ms }' "$scratch/all")
	echo "test=exhaustion_tcp $note transfers=$(wc -l <"$scratch/all") $all" \
		>>"$out"
	stop "$bg_pid"
}

# pool SIZE: half for receiving, half for sending and the reserve.
pool() {
	local size=$1 reserve=$(($1 / 8)) tx

	[ $reserve -le 64 ] || reserve=64
	tx=$((size / 2 - reserve))
	t "pool of $size: loads" load arp_probe_ms=0 pool_rx=$((size / 2)) \
		pool_tx=$tx pool_shared=0 pool_reserve=$reserve \
		neigh_queue_total=$((tx < 128 ? tx / 2 : 64)) \
		"attach=ks0,$us/24" || return
	bench_on rounds="$BENCH_ROUNDS" packets="$BENCH_PACKETS"
	t "pool=$size tcp=no" measure exhaustion "pool=$size tcp=no"
	measure_mixed $((size < 64 ? 65536 : 1048576)) "pool=$size tcp=yes"
	collect
	t "pool of $size: everything is home" wait_for 10 idle
	t "pool of $size: every pbuf is accounted for" wait_for 5 census_ok
	rmmod ksmol_bench
	t "pool of $size: unloads" wait_for 5 unload
}

# Each time with other memory under the pool, and the best of them counts.
tokens() {
	local turn build

	for ((turn = 0; turn < BENCH_TURNS; turn++)); do
		for build in ksmol no_tokens; do
			insmod "$KSMOL_KO/$build.ko" arp_probe_ms=0 || return
			bench_on rounds=5 packets=20000
			measure tokens "build=$build turn=$turn" || return
			collect
			rmmod ksmol_bench
			wait_for 5 unload || return
		done
	done
}

t 'the peer is wired up' peer p -6 -
at p sysctl -qw net.ipv6.conf.all.disable_ipv6=1
serve_at p 10.0.0.1 7
echo "release=$(uname -r) cpus=$(nproc) rounds=$BENCH_ROUNDS packets=$BENCH_PACKETS" \
	>"$out"
for size in 16 64 256 1024 4096; do
	pool $size
done
t 'tokens, and a module without them' tokens
