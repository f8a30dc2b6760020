#!/bin/bash
# A million SYNs from random addresses: connections that are open lose nothing,
# new ones are accepted, and memory stays.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

count=$(($(scale 1000000) * 2))
[ "$count" -le 1000000 ] || count=1000000
noise=6144	# KiB: slabs and page tables breathe that much

# Memory that the kernel has taken and can't just drop, in KiB. Free pages also
# stand in lists of each CPU, which grow with use.
kernel_kib() {
	awk '$1 == "MemTotal:" { n += $2 }
		$1 ~ /^(MemFree|Buffers|Cached|AnonPages|SReclaimable):/ {
			n -= $2
		}
		$1 == "count:" { n -= $2 * 4 }
		END { print n }' /proc/meminfo /proc/zoneinfo
}
slab_kib() { awk '$1 == "SUnreclaim:" { print $2 }' /proc/meminfo; }

flood() {
	at p synflood eth0 "$(cat /sys/class/net/ks0/address)" $us "$1" "$2"
}
flooding() { kill -0 "$flood_pid"; }

start
# Answers to strangers have somewhere to go, and are silently lost there.
t 'ks0 is detached' detach ks0
t 'and has a gateway' attach ks0,$us/24,via=10.0.0.1
serve_on $us 7
serve_at p 10.0.0.1 7
t 'the peer connects' to_us 7 10 1000 1000
size=$(scale "$(MiB 4)")
bg_at p tcp -h -w 10 load $us 7 10 "$size" "$size" >"$scratch/held"
held=$bg_pid
t 'ten connections are held' wait_for 5 grep -q held "$scratch/held"
# The first segments fill queues and caches, which is not growth.
to_us 7 10 "$size" "$size" -w 10 >/dev/null
flood 7 20000 >/dev/null
sleep 1
before=$(kernel_kib) slab_before=$(slab_kib) frames_before=$(drops frames_in)

bg flood 7 "$count" >"$scratch/flood"
flood_pid=$bg_pid
sleep 0.2
kill -TERM "$held"
t 'connections held lose no data' wait "$held"
note "$(tail -n 1 "$scratch/held")"
t 'while the flood lasts' flooding
rounds=0
while flooding 2>/dev/null && [ "$failed" = 0 ]; do
	to_us 7 5 1000 1000 -t 20 >"$scratch/new" || break
	rounds=$((rounds + 1))
	sleep 0.1
done
t "$((rounds * 5)) new ones were accepted" test $rounds -gt 0
during=$(kernel_kib)
wait "$flood_pid"
expect 'the flood was as large as that' "$(cat "$scratch/flood")" "sent $count"
t 'and its SYNs came to us' \
	test $(($(drops frames_in) - frames_before)) -ge $((count * 9 / 10))
t 'cookies were sent' test "$(tcp_stat cookies_out)" -gt $((count / 2))
t 'and came back' test "$(tcp_stat cookies_in)" -gt 0
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
	to_us 7 5 1000 1000
t 'we connect meanwhile' to_peer 7 5 1000 1000
wait "$flood_pid"
t 'large transfers go on after it' to_us 7 4 "$(scale "$(MiB 4)")" 100
t 'everything is home' wait_for 10 idle
whole 'after the flood'
