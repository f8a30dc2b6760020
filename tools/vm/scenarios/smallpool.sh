#!/bin/bash
# The smallest pools that still work.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

t 'the peer is wired up' peer p -6 -
at p sysctl -qw net.ipv6.conf.all.disable_ipv6=1
while read -r rx tx reserve; do
	name="pool of $rx rx, $tx tx, $reserve reserve"
	t "$name: loads" load arp_probe_ms=0 pool_rx="$rx" pool_tx="$tx" \
		pool_reserve="$reserve" pool_shared=0 "attach=ks0,$us/24" ||
		continue
	t "$name: ping" pings -c 20 -i 0.02 $us
	t "$name: large ping" pings -c 5 -i 0.02 -s 1472 $us
	t "$name: we ping" ksmol run ping -q -c 5 -i 0.1 -W 2 10.0.0.1
	echo_on 0.0.0.0
	echo=$bg_pid
	t "$name: UDP, one at a time" load_to $us 7 2000 0 1472 -w 1
	t "$name: UDP, more than fits" \
		load_to $us 7 2000 0 1472 -t 0.02 -w $((rx * 2))
	stop "$echo"
	sink_on 9
	sink=$bg_pid
	at p udp flood $us 9 20000 100 >/dev/null
	t "$name: ping with a queue that is full" pings -c 20 -i 0.02 $us
	t "$name: ARP, too" at p arping -q -I eth0 -c 2 -w 4 $us
	t "$name: not all is in the queue" test "$(owned socket)" -lt "$rx"
	stop "$sink"
	t "$name: everything is home" wait_for 5 idle
	whole "$name"
	t "$name: unloads" unload
done <<'END'
16 16 4
8 4 1
4 4 1
END
