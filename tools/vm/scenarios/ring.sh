#!/bin/bash
# Ring sockets: every byte arrives both ways, what is in flight outlives its
# program, and a program that scribbles over its rings harms nobody.
# needs: uml uml-debug qemu
# timeout: 100

. "$(dirname "$0")/../ksmol.sh"

rings() { stat_of rings "$1"; }
no_memory() { [ "$(rings memory_kib)" = 0 ]; }
# ring_of PORT COLUMN: of that socket's line in debugfs rings.
ring_of() { awk -v port=":$1\$" -v col="$2" '$1 ~ port { print $col }' "$debug/rings"; }
locked_kib() { awk '/^Unevictable:/ { print $2 }' /proc/meminfo; }
echoed() { grep -q "^sent $1 received $1 lost 0 corrupt 0 " "$scratch/load"; }

start
count=$(scale 100000)

# --- what is asked for ---
while read -r line; do
	case $line in
	'ok - '*) ok "${line#ok - ring: }" ;;
	*) not_ok "${line#not ok - ring: }" ;;
	esac
done < <(ring -p $proto options 10.0.0.1 9)
t 'and nothing is left of it' wait_for 5 no_memory

# as_nobody KIB CMD...: without privileges, with so much memory to be locked.
as_nobody() {
	python3 -c '
import os, resource, sys
limit = int(sys.argv[1]) << 10
resource.setrlimit(resource.RLIMIT_MEMLOCK, (limit, limit))
os.setuid(65534)
os.execvp(sys.argv[2], sys.argv[2:])' "$@"
}
too_much() { as_nobody "$@" 2>&1 | grep -q 'No buffer space'; }
for kind in '' '-m anon'; do
	# shellcheck disable=SC2086 # an option and its value, or nothing
	t "RLIMIT_MEMLOCK is kept ${kind:-by ours}" \
		too_much 1024 ring -p $proto $kind flood 10.0.0.1 9 1 1
	# shellcheck disable=SC2086
	t "and enough of it will do ${kind:-by ours}" \
		as_nobody 4096 ring -p $proto $kind flood 10.0.0.1 9 1 1
done
echo 1024 >"$params/ring_memory"
t 'ring_memory is kept by the privileged too' \
	fails ring -p $proto flood 10.0.0.1 9 1 1
echo 262144 >"$params/ring_memory"
t 'nothing is left of all that' wait_for 5 no_memory

# --- every byte, both ways, out of memory of ours and of the program's own ---
# echo_case NAME OPTION...
echo_case() {
	local name=$1 before

	shift
	before=$(drops copy_ring_tx)
	bg ksmol-ring-echo -p $proto -t 60 "$@" 0.0.0.0 7 >"$scratch/echo"
	wait_for 5 bound 7
	load_to $us 7 "$count" 0 1472 >"$scratch/load"
	cat "$scratch/load"
	t "$name: a ring echoes $count datagrams" echoed "$count"
	t "$name: which debugfs shows" test "$(ring_of 7 7)" -ge "$count"
	t "$name: it is a ring among sockets" \
		grep -qE "^udp +\*:7 .* [0-9]+/512 +[0-9]+/512 " "$debug/sockets"
	# The first answers wait for the peer's address.
	t "$name: and sends without a copy" \
		test $(($(drops copy_ring_tx) - before)) -le 4
	stop "$bg_pid"
	t "$name: the program counted the same" \
		test "$(word received <"$scratch/echo")" = \
		"$(word sent <"$scratch/echo")"
	t "$name: its memory is free again" wait_for 5 no_memory
	t "$name: everything is home" wait_for 5 idle
	whole "$name"
}
before=$(drops copy_user_out)
echo_case 'memory of ours'
echo_case 'memory of its own' -m
expect 'nothing was copied to a program' "$(drops copy_user_out)" "$before"

# --- to disk ---
bg ksmol-ring-record -p $proto -n 2000 -t 20 $us 7 "$scratch/file" >"$scratch/record"
wait_for 5 bound 7
at p python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(2000):
    s.sendto(b"%d\n" % i * 100, ("'$us'", 7))
    if i % 100 == 99:
        time.sleep(0.01)'
wait "$bg_pid"
cat "$scratch/record"
expect 'a recorder receives all' "$(word received <"$scratch/record")" 2000
t 'and writes every byte' cmp "$scratch/file" \
	<(seq 0 1999 | awk '{ for (i = 0; i < 100; i++) print }')
rm "$scratch/file"

# --- killed with transmissions in flight ---
# killed KIND
killed() {
	local before

	tc qdisc add dev ks0 root netem delay 2s limit 10000
	before=$(locked_kib)
	bg ring -p $proto -m "$1" hold 10.0.0.1 9 200 1000 >"$scratch/hold"
	wait_for 5 grep -q holding "$scratch/hold"
	kill -KILL "$bg_pid"
	wait "$bg_pid" 2>/dev/null
	t "$1: a killed program's memory stays with the device" \
		test "$(rings memory_kib)" -ge 2048
	t "$1: until the last frame is out" wait_for 10 no_memory
	tc qdisc del dev ks0 root
	t "$1: no page is kept" wait_for 5 test "$(locked_kib)" -le "$before"
}
killed anon
killed memfd

# A user-mode kernel has no huge pages.
huge=/sys/kernel/mm/hugepages/hugepages-2048kB
huge_pages() { cat $huge/free_hugepages; }
huge_home() { [ "$(huge_pages)" = 4 ]; }
if [ -d $huge ]; then
	echo 4 >$huge/nr_hugepages
	t 'there are huge pages' huge_home
	killed huge
	t 'and all of them are free again' wait_for 5 huge_home
	echo 0 >$huge/nr_hugepages
fi

# A tap that reads nothing is given a copy, so it keeps nothing of the program's.
bg holder ks0
tap=$bg_pid
sleep 0.5
ring -p $proto -m anon flood 10.0.0.1 9 "$(scale 20000)" 1000 >"$scratch/flood"
cat "$scratch/flood"
expect 'with a tap on the device all is completed' \
	"$(word completed <"$scratch/flood")" "$(scale 20000)"
t 'and the memory is free' wait_for 5 no_memory
stop "$tap"

# --- hostile programs ---
pids=()
for seed in 1 2 3; do
	bg ring -p $proto scribble $us $((7 + seed)) 6 $seed >"$scratch/hostile.$seed"
	pids+=("$bg_pid")
done
bg ksmol-ring-echo -p $proto -t 60 0.0.0.0 7 >/dev/null
echo=$bg_pid
wait_for 5 bound 7
wait_for 5 bound 8
at p udp -n flood $us 8 "$(scale 20000)" 700 >/dev/null
load_to $us 7 "$(scale 20000)" 0 1472 >"$scratch/load"
cat "$scratch/load"
t 'programs that scribble over their rings disturb no other' \
	echoed "$(scale 20000)"
wait "${pids[@]}"
cat "$scratch"/hostile.*
for seed in 1 2 3; do
	t "program $seed was stopped" \
		test "$(word stopped <"$scratch/hostile.$seed")" -ge 1
	t 'and what it wrote was counted' \
		test "$(word bad_tx <"$scratch/hostile.$seed")" -ge 3
done
# An emulator's flood may be over before the first of them is up.
is_emulated || t 'entries that name no chunk were skipped' \
	test "$(word bad_fill <"$scratch/hostile.1")" -ge 1
t 'pings are answered' pings -c 5 -i 0.1 $us
stop "$echo"

# --- gone while in use ---
bg ring -p $proto count 0.0.0.0 7 >"$scratch/count"
reader=$bg_pid
wait_for 5 bound 7
flood_on 0 300 7
sleep 1
detach ks0
flood_off
stop "$reader"
cat "$scratch/count"
t 'a ring survives that its interface goes' \
	test "$(word received <"$scratch/count")" -gt 0
t 'no ring memory is left' wait_for 5 no_memory
t 'nothing is left in flight' wait_for 10 idle
whole 'at the end'
