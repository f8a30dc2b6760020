#!/bin/bash
# Two million frames at full speed into a small pool, to a socket that nobody
# reads: memory stays, ARP and ping answer, and every frame has its end.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

count=$(scale 2000000)
noise=6144	# KiB: per-CPU lists of free pages and slabs breathe that much

start pool_rx=256 pool_tx=64 pool_shared=0 pool_reserve=16
sink_on 9
t 'the peer pings us' pings -c 5 -i 0.1 $us
# The first frames fill queues and caches, which is not growth.
flood_on 20000 60 9
wait "$flood_pid"
sleep 1
before=$(kernel_kib) slab_before=$(slab_kib) frames_before=$(drops frames_in)

flood_on "$count" 60 9
t 'ping loses nothing while the flood lasts' pings -c 20 -i 0.1 $us
t 'arping loses nothing' at p arping -q -I eth0 -c 3 -w 6 $us
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
	test $(($(drops sock_full) + $(drops rx_share) + $(drops rx_floor))) -ge $((count / 2))
whole 'after the flood'
t 'the peer still pings us' pings -c 5 -i 0.1 $us
echo_on 0.0.0.0
# The sink still sleeps on nearly all of the pool: a few at a time.
t 'and we echo' load_to $us 7 200 0 1472 -w 8
