#!/bin/bash
# Ring sockets of IPv6: every byte arrives both ways, by both families and over
# one link, and what is sent is not copied.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

rings() { stat_of rings "$1"; }
no_memory() { [ "$(rings memory_kib)" = 0 ]; }

# echoes NAME ADDR COUNT MAX: all of them come back, and as they were.
echoes() {
	local before

	before=$(drops copy_ring_tx)
	load_to "$2" 7 "$3" 0 "$4" >"$scratch/load"
	cat "$scratch/load"
	t "$1: a ring echoes $3 datagrams" \
		grep -q "^sent $3 received $3 lost 0 corrupt 0 " "$scratch/load"
	# The first answers wait for the peer's address.
	t "$1: and sends without a copy" \
		test $(($(drops copy_ring_tx) - before)) -le 4
}

start6
count=$(scale 60000)

# --- every byte, both ways ---
copied=$(drops copy_user_out)
bg ksmol-ring-echo -p $proto -t 60 :: 7 >"$scratch/echo"
t 'a ring takes both families' wait_for 30 bound 7
echoes IPv6 $us6 "$count" 1452
echoes 'over the link' fe80::2%eth0 $((count / 2)) 1452
echoes 'IPv4, on the same socket' $us $((count / 2)) 1472
stop "$bg_pid"
cat "$scratch/echo"
t 'the program counted the same' test "$(word received <"$scratch/echo")" = \
	"$(word sent <"$scratch/echo")"
expect 'nothing was copied to a program' "$(drops copy_user_out)" "$copied"
t 'its memory is free again' wait_for 30 no_memory

# --- connected, to a port where nobody listens ---
ring -p $proto -m anon flood $peer6 9 "$count" 1000 >"$scratch/flood"
cat "$scratch/flood"
expect 'all that is sent is completed' \
	"$(word completed <"$scratch/flood")" "$count"
expect 'none with an error' "$(word failed <"$scratch/flood")" 0
ring -p $proto flood fe80::1%ks0 9 500 1452 >"$scratch/flood"
expect 'over the link, too' "$(word completed <"$scratch/flood")" 500
expect 'and without an error' "$(word failed <"$scratch/flood")" 0

# --- a group, to disk ---
bg ksmol-ring-record -p $proto -n 500 -t 60 -g ff02::1234%ks0 :: 7 \
	"$scratch/file" >"$scratch/record"
t 'a recorder joins a group' wait_for 30 bound 7
at p python3 -c '
import socket, time
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
dev = socket.if_nametoindex("eth0")
for i in range(500):
    s.sendto(b"%d\n" % i * 100, ("ff02::1234", 7, 0, dev))
    if i % 100 == 99:
        time.sleep(0.01)'
wait "$bg_pid"
cat "$scratch/record"
expect 'it receives all' "$(word received <"$scratch/record")" 500
t 'and writes every byte' cmp "$scratch/file" \
	<(seq 0 499 | awk '{ for (i = 0; i < 100; i++) print }')
rm "$scratch/file"

t 'no ring memory is left' wait_for 30 no_memory
t 'everything is home' wait_for 30 idle
whole 'at the end'
