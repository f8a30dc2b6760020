#!/bin/bash
# Everything at once, for STORM_S seconds (tools/vm/boot's -e STORM_S=1800; 180
# in the debug kernel) and by both families: a flood, a hundred verified TCP
# transfers, pings, storms of ARP and neighbor discovery, an interface that comes
# and goes, policies that change, a tenth of all allocations failing, and programs
# killed at random. What is left of it at the end is nothing.
# needs: uml uml-debug
# timeout: 300

. "$(dirname "$0")/../ksmol.sh"

case $KSMOL_FLAVOR in
uml) seconds=30 ;;
*) seconds=180 ;;
esac
seconds=${STORM_S:-$seconds}
conns=25	# either way, of each family
port=9		# of the flood
bytes=$(scale $((4 << 20)))
ways=(to_us to_us6 to_peer to_peer6)	# of the transfers

on() { [ -e "$scratch/storm" ]; }
policy() { echo "$1" >"$params/tx_policy"; }
failed_to() { echo "$*" >>"$scratch/failed"; }

# --- the weather: each goes on as long as the storm does ---------------------

begin() {
	"$@" 2>>"$scratch/said" &
	weather+=($!)
}

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

# pings_us NAME ADDR ADDR: in turn.
pings_us() {
	while on; do
		at "$1" timeout 2 ping -qf "$2"
		at "$1" timeout 2 ping -qf "$3"
	done >/dev/null
}

neighbor_storms() {
	while on; do
		frames_at p arp n=400 spa=10.0.0.%i sha=02:00:00:00:aa:%x
		frames_at p arp n=400 op=2 spa=10.0.0.%i sha=02:00:00:00:bb:%x
		frames_at p echo n=100 src=10.0.0.%i
		frames6_at p ns n=400 src=fd00::%i opts=slla,02000000aa%x
		frames6_at p na n=400 src=fd00::%i target=fd00::%i flags=0x20 \
			opts=tlla,02000000bb%x
		frames6_at p echo n=100 src=fd00::%i
	done >/dev/null
}

comings_and_goings() {
	while on; do
		attach ks2,10.0.2.2/24,fd00:2::2/64 || failed_to attach
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

# One program for each line, with now one PEER and now the other, who has somebody
# for each of them.
victims=(
	"udp -p $proto sink :: $port"
	"udp -p $proto -t 60 echo :: 11"
	"udp -p $proto -n flood PEER 12 1000000 1000"
	"udp -p $proto flood PEER7 13 1000000 100"
	"udp -p $proto -t 0.1 load PEER 11 100000000 0 1452"
	"tcp -p $proto serve :: 8"
	"tcp -p $proto load PEER 10 10 100000000 100000000"
	"ksmol run ping -qf PEER"
)
either=(10.0.0.1 "$peer6")

# Kills one of them and starts it again, and so on; bash talks about each.
deaths() {
	local pids=() i

	while on; do
		i=$((RANDOM % ${#victims[@]}))
		[ -z "${pids[i]:-}" ] || kill -9 "${pids[i]}" && echo killed
		# shellcheck disable=SC2086 # a command and its arguments
		${victims[i]/PEER/${either[RANDOM % 2]}} >/dev/null &
		pids[i]=$!
		sleep "0.$((RANDOM % 4))"
	done >"$scratch/deaths"
	kill -9 "${pids[@]}"
	wait
}

# What the peer does with those who die.
company() {
	local addr

	while on; do
		for addr in $us $us6; do
			at p timeout 3 udp -t 0.1 load "$addr" 11 100000000 0 1452
			at p timeout 3 tcp load "$addr" 8 10 10000000 10000000
		done
	done >/dev/null
}

# --- what must be so afterwards ----------------------------------------------

all_right() {
	cat "$1" "$1.open"
	at p nstat -asz 'TcpExtTCPAbort*'
	[ -s "$1" ] && ! grep -qv "^done $conns failed 0 open 0 " "$1"
}

# Strangers may have three quarters of the table while they are asked.
few_asked() {
	[ "$(grep -cE ' (incomplete|delay|probe) ' "$debug/ifaces/ks0/neighbors")" -lt 128 ]
}

over() {
	local pid

	for pid in "${weather[@]}"; do
		! kill -0 "$pid" || return
	done
}

start6 pool_rx=1024 pool_tx=512 pool_shared=64 pool_reserve=32
t 'another peer is wired up' peer q -d ks2 -4 10.0.2.1/24 -6 fd00:2::1/64
echo_on :: 14
serve_on :: 7 -l
serve_at p :: 7
serve_at p :: 10 2>/dev/null
bg_at p udp -t 100000 echo :: 11 >/dev/null
t 'the peer pings us' at_once "$all_us" pings -c 3 -i 0.1 ADDR
t 'transfers are right before it' both to_us 7 $conns "$bytes" "$bytes"
frames_at p arp n=200 spa=10.0.0.%i sha=02:00:00:00:aa:%x >/dev/null
frames6_at p ns n=200 src=fd00::%i opts=slla,02000000aa%x >/dev/null
sleep 2
memory=$(stat_of pool memory_bytes)
before=$(kernel_kib)

touch "$scratch/storm" "$scratch/failed"
echo 10 >"$debug/fail_pbuf/percent"
weather=()
for way in "${ways[@]}"; do
	begin transfers "$scratch/$way" "$way" 7 $conns "$bytes" "$bytes"
done
begin pings_us p $us $us6
begin pings_us q 10.0.2.2 fd00:2::2
for job in floods neighbor_storms comings_and_goings policies deaths company; do
	begin $job
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

for way in "${ways[@]}"; do
	t "every byte was right: $way" all_right "$scratch/$way"
done
rounds=$(cd "$scratch" && grep -c "done" "${ways[@]}" | xargs)
note "rounds of transfers: $rounds, of $conns connections each;" \
	"$(wc -l <"$scratch/cycles") times attached," \
	"$(wc -l <"$scratch/deaths") programs killed," \
	"$(stat_of pool injected) allocations failed," \
	"$(drops frames_in) frames in"
expect 'nothing that had to work has failed' "$(cat "$scratch/failed")" ''
t 'the interface came and went' test "$(wc -l <"$scratch/cycles")" -gt 2
t 'programs were killed' test "$(wc -l <"$scratch/deaths")" -gt 4
t 'allocations have failed' test "$(stat_of pool injected)" -gt 1000
for name in eager lazy reserve; do
	t "$name was in use" \
		grep -q "^$name  *[1-9]" "$debug/tokens"
done
t 'strangers are given up' wait_for 20 few_asked
t 'the peer pings us after it' at_once "$all_us" pings -c 10 -i 0.1 ADDR || {
	cat "$debug/drops" "$debug/ifaces/ks0/neighbors"
	at p ip neigh
}
t 'transfers are right after it' both to_us 7 $conns "$bytes" "$bytes"
t 'and to the peer' both to_peer 7 $conns "$bytes" "$bytes"
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
