#!/bin/bash
# debugfs and tracepoints stay readable and right while a flood runs.
# needs: uml uml-debug
# timeout: 60

. "$(dirname "$0")/../ksmol.sh"

tracing=/sys/kernel/tracing
files() { find "$debug" -type f -perm -444 ! -path '*fail_pbuf/kernel*'; }

trace_on() { echo 1 >"$tracing/events/ksmol/$1/enable"; }

# readable: every file, within a second each, with bounded output.
readable() {
	local file

	for file in $(files); do
		timeout 2 cat "$file" >"$scratch/file" || return
		[ "$(wc -c <"$scratch/file")" -lt 65536 ] || return
	done
}

# well_formed FILE: 'key: value' lines, empty lines, or aligned columns.
well_formed() {
	awk '/^$/ { n = 0; next }
		/^[a-z0-9_]+: / { if (NF < 2) exit 1; next }
		!n { n = NF; next }
		NF < n { exit 1 }' "$1"
}

# never_backwards: counters of drops only grow, and the balance is no less than 0.
never_backwards() {
	for _ in $(seq 20); do
		awk -F': ' 'NR == FNR { old[$1] = $2; next }
			$1 == "balance" ? $2 < 0 : $2 < old[$1] { exit 1 }' \
			"$scratch/old" "$debug/drops" || return
		cp "$debug/drops" "$scratch/old"
	done
}

start6 pool_rx=256 pool_tx=64 pool_shared=0 pool_reserve=16
sink_on :: 9
echo_on ::
t 'the peer pings us' at_once "$all_us" pings -c 2 -i 0.1 ADDR
t 'the load is announced' \
	sh -c 'dmesg | grep -q "ksmol: loaded: pool of 256 rx, 64 tx"'
for event in ksmol_rx_drop ksmol_tx_drop ksmol_alloc_fail; do
	t "$event can be traced" trace_on $event
done
cp "$debug/drops" "$scratch/old"
flood_on 0 60 9
t 'every file is readable in a flood' readable
for _ in 1 2 3 4 5; do
	readable || not_ok 'and again'
done
t 'counters never go backwards in a flood' never_backwards
t 'ping is answered meanwhile' at_once "$all_us" pings -c 5 -i 0.1 ADDR
flood_off
for file in $(files); do
	t "${file#"$debug/"} is well formed" well_formed "$file"
done
for key in size free census memory_bytes; do
	t "pool says $key" stat_of pool $key
done
for key in frames_in delivered handled passed dropped balance; do
	t "drops says $key" drops $key
done
t 'the memory it took is bounded by what was asked' \
	test "$(stat_of pool memory_bytes)" -lt $((2 * 1024 * 1024))
t 'drops were traced by name' grep -qE 'ksmol_rx_drop: .*reason=(sock_full|rx_share|rx_floor)' \
	$tracing/trace
udp -p $proto -n flood 10.0.0.99 9 20 100 >/dev/null
t 'so were frames that could not be sent' \
	grep -q 'ksmol_tx_drop: .*reason=tx_neigh_queue' $tracing/trace
echo 100 >"$debug/fail_pbuf/percent"
udp -p $proto -n flood 10.0.0.1 9 20 100 >/dev/null
echo 0 >"$debug/fail_pbuf/percent"
t 'so were failed allocations' \
	grep -q 'ksmol_alloc_fail: .*injected=1' $tracing/trace
echo 0 >$tracing/events/ksmol/enable
t 'the sockets are listed' bound 9
while read -r name file line; do
	t "the $name is listed: $line" grep -qE "^$line" "$debug/ifaces/ks0/$file"
done <<END
neighbor neighbors 10\.0\.0\.1 +02:00:00:00:01:01
neighbor neighbors $peer6 +02:00:00:00:01:01
neighbor neighbors fe80::1 +02:00:00:00:01:01
route routes 10\.0\.0\.0 +24
route routes fd00:: +64
address addresses $us +24
address addresses $us6 +64
address addresses fe80::2 +64
END
exec 9<"$debug/ifaces/ks0/neighbors"
t 'ks0 is detached while a file of it is open' detach ks0
cat <&9 >/dev/null 2>&1
exec 9<&-
whole 'at the end'
