#!/bin/bash
# Loss, reordering, duplicates, corruption and delay, both ways and by both
# families at once: every byte arrives, as it was sent. KIB in the environment is
# how much each of the four connections carries either way, for longer runs than
# these; CONNS is how many there are of each side's and family's, for more than
# one.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

# spoil WORD...: netem on both devices. What is not named in a change of netem
# stays as it was: there is a new one each time.
spoil() {
	clean
	tc qdisc add dev ks0 root netem limit 20000 "$@" &&
		at p tc qdisc add dev eth0 root netem limit 20000 "$@"
}

# offload on|off: of both devices.
offload() {
	ethtool -K ks0 tso "$1" gso "$1" gro "$1" &&
		at p ethtool -K eth0 tso "$1" gso "$1" gro "$1"
} >/dev/null

clean() {
	tc qdisc del dev ks0 root
	at p tc qdisc del dev eth0 root
} 2>/dev/null

# carry KIB: half of the connections are ours, half the peer's.
carry() {
	local bytes=$((${KIB:-$1} * 1024)) addr other others=() status=0

	for addr in $us $us6; do
		at p tcp -t "$limit" load "$addr" 7 "$conns" "$bytes" "$bytes" &
		others+=($!)
	done
	tcp -p $proto -t "$limit" load $peer6 7 "$conns" "$bytes" "$bytes" &
	others+=($!)
	to_peer 7 "$conns" "$bytes" "$bytes" -t "$limit" || status=$?
	for other in "${others[@]}"; do
		wait "$other" || status=$?
	done
	return "$status"
}

conns=${CONNS:-1}
limit=300
[ -z "${KIB:-}" ] || limit=3600	# seconds for one line of the table
start6
t 'the peer pings us' pings -c 2 -i 0.1 $us
serve_on :: 7
serve_at p :: 7

# Segments are lost one by one, not as the large ones that senders build; the
# last lines let them through.
offload off
while IFS='|' read -r kib words; do
	if [ "$words" = segments ]; then
		offload on
		continue
	fi
	# shellcheck disable=SC2086 # words
	spoil $words
	began=$SECONDS
	[ "$KSMOL_FLAVOR" = uml ] || kib=$((kib / 4))
	t "$words" carry "$kib"
	note "$words: $kib KiB, $((SECONDS - began)) s"
done <<'END_TABLE'
8192|delay 1ms 0.5ms
2048|delay 1ms 0.5ms loss 1%
1024|delay 1ms 0.5ms loss 5%
4096|delay 1ms 0.5ms reorder 25% 50%
4096|delay 1ms 0.5ms duplicate 5%
2048|delay 1ms 0.5ms corrupt 1%
1024|delay 50ms 10ms
256|delay 50ms 10ms loss 1%
128|delay 50ms 10ms loss 5%
512|delay 50ms reorder 25% 50%
512|delay 50ms 10ms duplicate 5%
256|delay 50ms 10ms corrupt 1%
0|segments
2048|delay 1ms loss 1% duplicate 5% reorder 25% 50% corrupt 1%
2048|rate 100mbit loss 0.5%
1024|rate 20mbit delay 5ms limit 20
END_TABLE

# One stream that fills a queue without end: it is stopped by its round trips,
# of which an ACK for many segments would tell too seldom.
offload off
spoil rate 20mbit delay 10ms
wait_for 10 idle	# what the others left has been acknowledged
before=$(tcp_stat hystart)
lost=$(tcp_stat retrans)
t 'a narrow link with a long queue' to_peer 7 1 $((4 << 20)) 1 -t "$limit"
t 'ends slow start' test "$(tcp_stat hystart)" -gt "$before"
t 'without a loss' test "$(tcp_stat retrans)" = "$lost"
clean
t 'what was spoiled was seen as such' test "$(tcp_stat csum_errors)" -gt 0
t 'and sent again' test "$(tcp_stat retrans)" -gt 0
t 'everything is home' wait_for 10 idle
whole 'after all of it'
