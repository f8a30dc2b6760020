#!/bin/bash
# Two million frames of both families at full speed into a small pool, to a
# socket that nobody reads: memory stays, ARP, neighbor discovery and ping
# answer, and every frame has its end.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

count=$(scale 2000000)
noise=6144	# KiB: slabs and page tables breathe that much

refused() { echo $(($(drops sock_full) + $(drops rx_share) + $(drops rx_floor))); }

start6 pool_rx=256 pool_tx=64 pool_shared=0 pool_reserve=16
sink_on :: 9
t 'the peer pings us' at_once "$all_us" pings -c 5 -i 0.1 ADDR
# The first frames fill queues and caches, which is not growth.
flood_on 20000 60 9
wait "$flood_pid"
sleep 1
before=$(kernel_kib) slab_before=$(slab_kib) frames_before=$(drops frames_in)

flood_on "$count" 60 9
t 'ping loses nothing while the flood lasts' \
	at_once "$all_us" pings -c 20 -i 0.1 ADDR
t 'arping loses nothing' at p arping -q -I eth0 -c 3 -w 6 $us
t 'nor does who asks by IPv6' arping6 p $us6 3
during=$(kernel_kib)
wait "$flood_pid"
sleep 1
after=$(kernel_kib) slab_after=$(slab_kib)
note "kernel memory $before KiB before, $during during, $after after;" \
	"slab $slab_before before, $slab_after after"

expect 'the flood was as large as that' "$(flooded)" "$count"
t 'and its frames came to us' \
	test $(($(drops frames_in) - frames_before)) -ge $((count * 9 / 10))
t 'memory did not grow during the flood' test $((during - before)) -lt $noise
t 'nor after it' test $((after - before)) -lt $noise
t 'nor did slab' test $((slab_after - slab_before)) -lt $noise
t 'frames beyond the queue have their reason' \
	test "$(refused)" -ge $((count * 8 / 10))
whole 'after the flood'
t 'the peer still pings us' at_once "$all_us" pings -c 5 -i 0.1 ADDR
echo_on ::
# The sink still sleeps on four fifths of the pool, and leaves others as much of
# the rest, whatever CPUs have in their caches.
before=$(($(drops rx_share) + $(drops rx_floor)))
t 'and we echo' at_once "$all_us" load_to ADDR 7 333 0 1452 -w 5
expect 'without a refusal' $(($(drops rx_share) + $(drops rx_floor) - before)) 0
