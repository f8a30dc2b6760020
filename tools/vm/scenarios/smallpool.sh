#!/bin/bash
# The smallest pools that still work, for both families.
# needs: uml uml-debug
# timeout: 180

. "$(dirname "$0")/../ksmol.sh"

# Several pings at once can use up a pool of four: of each answer a page may be out
# until all who listen have read it. They come one after another there.
in_turn() {
	local addr addrs=$1

	shift
	for addr in $addrs; do
		"${@/#ADDR/$addr}" || return
	done
}

t 'the peer is wired up' wire6
while read -r rx tx reserve; do
	name="pool of $rx rx, $tx tx, $reserve reserve"
	each=at_once
	[ "$rx" -gt 4 ] || each=in_turn
	t "$name: loads" load arp_probe_ms=0 pool_rx="$rx" pool_tx="$tx" \
		pool_reserve="$reserve" pool_shared=0 \
		"attach=ks0,$us/24,$us6/64,fe80::2/64" || continue
	t "$name: ping" "$each" "$all_us" pings -c 20 -i 0.02 ADDR
	t "$name: large ping" "$each" "$all_us" pings -c 5 -i 0.02 -s 1452 ADDR
	t "$name: we ping" "$each" "$all_peer" we_ping -c 5 -i 0.1 ADDR
	echo_on ::
	echo=$bg_pid
	t "$name: UDP, one at a time" \
		at_once "$all_us" load_to ADDR 7 700 0 1452 -w 1
	t "$name: UDP, more than fits" \
		at_once "$all_us" load_to ADDR 7 700 0 1452 -t 0.02 -w "$rx"
	stop "$echo"
	sink_on :: 9
	sink=$bg_pid
	at_once "$all_us" at p udp flood ADDR 9 7000 100 >/dev/null
	t "$name: ping with a queue that is full" \
		"$each" "$all_us" pings -c 20 -i 0.02 ADDR
	t "$name: ARP, too" at p arping -q -I eth0 -c 2 -w 4 $us
	t "$name: and neighbor discovery" arping6 p $us6
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
