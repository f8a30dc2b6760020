#!/bin/bash
# Everything at once, for STORM_S seconds (tools/vm/boot's -e STORM_S=1800; 180
# in the debug kernel): a flood, a hundred verified TCP transfers, pings, ARP
# storms, an interface that comes and goes, policies that change, a tenth of all
# allocations failing, and programs killed at random. What is left of it at the
# end is nothing.
# needs: uml uml-debug
# timeout: 300

. "$(dirname "$0")/../ksmol.sh"

case $KSMOL_FLAVOR in
uml) seconds=30 ;;
*) seconds=180 ;;
esac
seconds=${STORM_S:-$seconds}
conns=50	# either way
port=9		# of the flood
bytes=$(scale $((4 << 20)))

on() { [ -e "$scratch/storm" ]; }
policy() { echo "$1" >"$params/tx_policy"; }
failed_to() { echo "$*" >>"$scratch/failed"; }

# --- the weather: each goes on as long as the storm does ---------------------

# transfers FILE CMD...: FILE has the last line of each round, FILE.open what is
# to be said of those that did not end.
transfers() {
	local file=$1

	shift
	while on; do
		"$@" -t 600 2>>"$file.open" | tail -n 1
	done >"$file"
}

floods() {
	local size

	while on; do
		for size in 60 600 1400; do
			flood_set "$(scale 40000)" $size $port
			at p sh -c 'echo start >/proc/net/pktgen/pgctrl'
			sleep 0.5
		done
	done
}

pings_us() {
	while on; do
		at "$1" timeout 5 ping -qf "$2"
	done >/dev/null
}

arp_storms() {
	while on; do
		frames_at p arp n=400 spa=10.0.0.%i sha=02:00:00:00:aa:%x
		frames_at p arp n=400 op=2 spa=10.0.0.%i sha=02:00:00:00:bb:%x
		frames_at p echo n=100 src=10.0.0.%i
	done >/dev/null
}

comings_and_goings() {
	while on; do
		attach ks2,10.0.2.2/24 || failed_to attach
		sleep "0.$((RANDOM % 5))"
		detach ks2 || failed_to detach
		echo cycle
	done >"$scratch/cycles"
}

policies() {
	local name

	while on; do
		for name in eager lazy reserve reserve lazy eager; do
			policy $name || failed_to switch
			sleep 0.05
		done
	done
}

# One program for each line; the peer has somebody for each of them.
victims=(
	"udp -p $proto sink $us $port"
	"udp -p $proto -t 60 echo $us 11"
	"udp -p $proto -n flood 10.0.0.1 12 1000000 1000"
	"udp -p $proto flood 10.0.0.77 13 1000000 100"
	"udp -p $proto -t 0.1 load 10.0.0.1 11 100000000 0 1472"
	"tcp -p $proto serve $us 8"
	"tcp -p $proto load 10.0.0.1 10 10 100000000 100000000"
	"ksmol run ping -qf 10.0.0.1"
)

# Kills one of them and starts it again, and so on; bash talks about each.
deaths() {
	local pids=() i

	while on; do
		i=$((RANDOM % ${#victims[@]}))
		[ -z "${pids[i]:-}" ] || kill -9 "${pids[i]}" && echo killed
		# shellcheck disable=SC2086 # a command and its arguments
		${victims[i]} >/dev/null &
		pids[i]=$!
		sleep "0.$((RANDOM % 4))"
	done >"$scratch/deaths"
	kill -9 "${pids[@]}"
	wait
}

# What the peer does with those who die.
company() {
	while on; do
		at p timeout 5 udp -t 0.1 load $us 11 100000000 0 1472
		at p timeout 5 tcp load $us 8 10 10000000 10000000
	done >/dev/null
}

# --- what must be so afterwards ----------------------------------------------

all_right() {
	cat "$1" "$1.open"
	[ -s "$1" ] && ! grep -qv "^done $conns failed 0 open 0 " "$1"
}

over() {
	local pid

	for pid in "${weather[@]}"; do
		! kill -0 "$pid" || return
	done
}

start pool_rx=1024 pool_tx=512 pool_shared=64 pool_reserve=32
t 'another peer is wired up' peer q -d ks2 -6 - -4 10.0.2.1/24
echo_on $us 14
serve_on $us 7
serve_at p 10.0.0.1 7
serve_at p 10.0.0.1 10 2>/dev/null
bg_at p udp -t 100000 echo 10.0.0.1 11 >/dev/null
t 'the peer pings us' pings -c 3 -i 0.1 $us
t 'transfers are right before it' to_us 7 $conns "$bytes" "$bytes"
frames_at p arp n=200 spa=10.0.0.%i sha=02:00:00:00:aa:%x >/dev/null
sleep 2
memory=$(stat_of pool memory_bytes)
before=$(kernel_kib)

touch "$scratch/storm" "$scratch/failed"
echo 10 >"$debug/fail_pbuf/percent"
weather=()
for job in "transfers $scratch/to_us to_us 7 $conns $bytes $bytes" \
	"transfers $scratch/to_peer to_peer 7 $conns $bytes $bytes" \
	floods "pings_us p $us" "pings_us q 10.0.2.2" arp_storms \
	comings_and_goings policies deaths company; do
	$job 2>>"$scratch/said" &
	weather+=($!)
done
sleep "$seconds"
echo 0 >"$debug/fail_pbuf/percent"
rm "$scratch/storm"
policy reserve
t 'in the calm after it all comes to its end' wait_for 240 over || {
	cat "$debug/tcp_sockets"
	at p ss -tnoi
}
wait "${weather[@]}"

t 'every byte was right: transfers to us' all_right "$scratch/to_us"
t 'every byte was right: transfers to the peer' all_right "$scratch/to_peer"
note "$(wc -l <"$scratch/to_us") rounds of transfers to us," \
	"$(wc -l <"$scratch/to_peer") to the peer, $conns connections each;" \
	"$(wc -l <"$scratch/cycles") times attached," \
	"$(wc -l <"$scratch/deaths") programs killed," \
	"$(stat_of pool injected) allocations failed," \
	"$(drops frames_in) frames in"
expect 'nothing that had to work has failed' "$(cat "$scratch/failed")" ''
t 'the interface came and went' test "$(wc -l <"$scratch/cycles")" -gt 10
t 'programs were killed' test "$(wc -l <"$scratch/deaths")" -gt 10
t 'allocations have failed' test "$(stat_of pool injected)" -gt 1000
for name in eager lazy reserve; do
	t "$name was in use" \
		grep -q "^$name  *[1-9]" "$debug/tokens"
done
t 'the peer pings us after it' pings -c 10 -i 0.1 $us
t 'transfers are right after it' to_us 7 $conns "$bytes" "$bytes"
t 'and to the peer' to_peer 7 $conns "$bytes" "$bytes"
t 'everything is home' wait_for 60 idle
expect 'the census is exact' "$(stat_of pool census)" exact
expect 'nothing was freed twice' "$(stat_of pool double_free)" 0
expect 'the pool has the memory it had' "$(stat_of pool memory_bytes)" "$memory"
t 'tokens ended exactly once' wait_for 5 tokens_fit
after=$(kernel_kib)
note "kernel memory $before KiB before, $after after"
# What the debug kernel notes of each stack and object grows for hours; there
# kmemleak has the word.
[ "$KSMOL_FLAVOR" != uml ] ||
	t 'kernel memory did not grow' test $((after - before)) -lt 8192
whole 'after the storm'
