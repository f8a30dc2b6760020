#!/bin/bash
# Pools of 64, 256 and 4096 pbufs, and 1, 16 and 200 connections at once by IPv6
# and by IPv4: all transfers finish, also when allocations fail.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

fail() { echo "$1" >"$debug/fail_pbuf/percent"; }

# Where so many are lost, some segment is lost ten times: pauses that double would
# have it wait for minutes.
again=(-m 1000)

# carry CONNS BYTES: both ways, by the peer's connections, which are of IPv6, and
# by ours, which are not.
carry() {
	local other status=0

	at p tcp -t 300 "${again[@]}" load $us6 7 "$1" "$2" "$2" &
	other=$!
	to_peer 7 "$1" "$2" "$2" -t 300 "${again[@]}" || status=$?
	wait "$other" && return "$status"
}

t 'the peer is wired up' peer p -6 "$peer6/64"
serve_at p 10.0.0.1 7 "${again[@]}"
while read -r pool rx tx reserve; do
	name="pool of $pool"
	t "$name: loads" load arp_probe_ms=0 pool_rx="$rx" pool_tx="$tx" \
		pool_reserve="$reserve" pool_shared=0 \
		"attach=ks0,$us/24,$us6/64" ||
		continue
	serve_on :: 7 "${again[@]}"
	server=$bg_pid
	while read -r conns kib; do
		began=$SECONDS
		t "$name: $conns connections" carry "$conns" \
			"$(scale $((kib * 1024)))"
		note "$name, $conns connections: $((SECONDS - began)) s"
		t "$name: everything is home" wait_for 10 idle
		t "$name: census" wait_for 5 census_ok
	done <<-'END_CONNS'
	1 8192
	16 512
	200 16
	END_CONNS
	before=$(stat_of pool injected)
	fail 30
	t "$name: 16 connections, 30 % of allocations fail" carry 16 \
		"$(scale $((48 * 1024)))"
	fail 0
	t "$name: they did" test "$(stat_of pool injected)" -gt "$before"
	t "$name: all is well after it" carry 16 "$(scale 65536)"
	t "$name: everything is home" wait_for 10 idle
	stop "$server"
	whole "$name"
	t "$name: unloads" wait_for 5 unload
done <<'END_POOLS'
64 32 24 8
256 128 112 16
4096 2048 1984 64
END_POOLS
