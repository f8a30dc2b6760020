#!/bin/bash
# A million SYNs from random addresses of both families: connections that are open
# lose nothing, new ones are accepted, and memory stays.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

count=$(($(scale 1000000) * 2))
[ "$count" -le 1000000 ] || count=1000000
noise=6144	# KiB: slabs and page tables breathe that much

# flood PORT COUNT: half of them by IPv6.
flood() {
	at p synflood eth0 "$(cat /sys/class/net/ks0/address)" "$1" "$2" $us $us6
}
flooding() { kill -0 "$flood_pid"; }

# hold ADDR: ten connections of the peer that are open, until it is killed.
hold() {
	bg_at p tcp -h -w 10 load "$1" 7 10 "$size" "$size" >"$scratch/held-$1"
	held[$1]=$bg_pid
	t "ten connections to $1 are held" \
		wait_for 5 grep -q held "$scratch/held-$1"
}

# new ADDR: five connections more; counts cookies that came back from them.
new() {
	local before

	before=$(tcp_stat cookies_in)
	from_peer "$1" 7 5 1000 1000 -t 20 >"$scratch/new" || return
	cookies[$1]=$((${cookies[$1]:-0} + $(tcp_stat cookies_in) - before))
}

addresses=("$us" "$us6" "$us_link")
declare -A held=() cookies=()
start6
# Answers to strangers have somewhere to go, and are silently lost there.
t 'ks0 is detached' detach ks0
t 'and has gateways' attach \
	"ks0,$us/24,$us6/64,fe80::2/64,via=10.0.0.1,via=$peer6"
serve_on :: 7
serve_at p :: 7
t 'the peer connects' both to_us 7 10 1000 1000
size=$(scale "$(MiB 2)")
for addr in "${addresses[@]}"; do
	hold "$addr"
done
# The first segments fill queues and caches, which is not growth.
both to_us 7 10 "$size" "$size" -w 10 >/dev/null
flood 7 20000 >/dev/null
sleep 1
before=$(kernel_kib) slab_before=$(slab_kib) frames_before=$(drops frames_in)

bg flood 7 "$count" >"$scratch/flood"
flood_pid=$bg_pid
sleep 0.2
kill -TERM "${held[@]}"
for addr in "${addresses[@]}"; do
	t "connections to $addr lose no data" wait "${held[$addr]}"
	note "$(tail -n 1 "$scratch/held-$addr")"
done
t 'while the flood lasts' flooding
rounds=0
while flooding 2>/dev/null && [ "$failed" = 0 ]; do
	for addr in "${addresses[@]}"; do
		new "$addr" || break 2
	done
	rounds=$((rounds + 1))
	sleep 0.1
done
t "$((rounds * 15)) new ones were accepted" test $rounds -gt 0
during=$(kernel_kib)
wait "$flood_pid"
expect 'the flood was as large as that' "$(cat "$scratch/flood")" "sent $count"
t 'and its SYNs came to us' \
	test $(($(drops frames_in) - frames_before)) -ge $((count * 9 / 10))
# Those of one family alone would be half as many.
t 'cookies were sent' test "$(tcp_stat cookies_out)" -gt $((count * 3 / 4))
for addr in "${addresses[@]}"; do
	t "and came back to $addr" test "${cookies[$addr]:-0}" -gt 0
done
after=$(kernel_kib) slab_after=$(slab_kib)
note "kernel memory $before KiB before, $during during, $after after;" \
	"slab $slab_before before, $slab_after after"
t 'memory did not grow during the flood' test $((during - before)) -lt $noise
t 'nor after it' test $((after - before)) -lt $noise
t 'nor did slab' test $((slab_after - slab_before)) -lt $noise

closed=$((count / 10))
bg flood 8 "$closed" >/dev/null
flood_pid=$bg_pid
t 'a port that is closed is flooded, and one that is open answers' \
	both to_us 7 5 1000 1000
t 'we connect meanwhile' both to_peer 7 5 1000 1000
wait "$flood_pid"
t 'large transfers go on after it' both to_us 7 4 "$(scale "$(MiB 2)")" 100
t 'everything is home' wait_for 10 idle
whole 'after the flood'
