#!/bin/bash
# Devices and taps that keep what was sent: it stays accounted for, senders
# sleep, replies go out all the same.
# needs: uml uml-debug
# timeout: 80

. "$(dirname "$0")/../ksmol.sh"

held() { owned device; }
full() { [ "$(held)" -ge 32 ]; }

# flood COUNT [OPTION...]: each of two programs sends so many, one by IPv4 and one
# by IPv6; $senders are their process ids, if they are waited for.
flood() {
	local to

	rm -f "$scratch"/flood.*
	senders=()
	for to in 10.0.0.1 $peer6; do
		udp -p $proto "${@:2}" flood "$to" 9 "$1" 1000 >"$scratch/flood.$to" &
		senders+=($!)
	done
}
ended() {
	local pid status=0

	for pid in "${senders[@]}"; do
		wait "$pid" || status=$?
	done
	cat "$scratch"/flood.*
	return "$status"
}
# said WORD: the numbers of both, the lesser first.
said() { cat "$scratch"/flood.* | word "$1" | sort -n; }
least() { said "$1" | head -n 1; }
most() { said "$1" | tail -n 1; }

start6 pool_rx=256 pool_tx=64 pool_shared=0 pool_reserve=16 sock_tx=28
echo_on ::
t 'the peer pings us' at_once "$all_us" pings -c 2 -i 0.1 ADDR
# Without anybody there, some sends would end in ECONNREFUSED.
bg_at p udp sink :: 9
wait_for 5 at p sh -c "ss -Hlun | grep -q ':9 '"

# A queueing discipline holds each frame for 300 ms: some dozens of them at a time.
tc qdisc add dev ks0 root netem delay 300ms limit 10000
flood 300
t 'frames are in the hands of the device' wait_for 5 full
t 'but never all of the TX class' test "$(held)" -lt 64
t 'the senders sleep' wait_for 5 asleep "${senders[@]}"
t 'pings are answered meanwhile' at_once "$all_us" pings -c 10 -i 0.1 ADDR
t 'the senders end' ended
expect 'all was sent' "$(least sent)" 300
t 'which took its time' test "$(least elapsed_ms)" -ge 2000
t 'but no processor' test "$(most cpu_ms)" -le 700
flood 300 -n
t 'who does not want to sleep does not' ended
t 'and is told' test "$(least failed)" -ge 200
t 'everything comes home' wait_for 5 idle

# More than the sockets may have in flight, and then the sockets are gone.
tc qdisc change dev ks0 root netem delay 1s limit 10000
flood 100 -n
ended >/dev/null
t 'frames of closed sockets are still out' test "$(held)" -gt 0
t 'and come home' wait_for 5 idle
tc qdisc del dev ks0 root

# A device that gives nothing back gets copies, and not many either.
# (Unlike netem, tbf leaves what it holds charged to the sender.)
tc qdisc add dev ks0 root tbf rate 100bit burst 1600 limit 100000000
flood 50 -n
ended >/dev/null
sleep 1.5
flood 500 -n
t 'others are sent' ended
t 'by copy' test "$(drops copy_bound)" -gt 0
t 'up to a limit' test "$(least failed)" -ge 250
flood 150
sleep 0.5
t 'who sends more sleeps' wait_for 5 asleep "${senders[@]}"
tc qdisc del dev ks0 root
t 'and goes on when they are gone' ended
t 'everything comes home' wait_for 5 idle

# Linux copies for a tap, so one that never reads keeps nothing of ours.
bg holder ks0
tap=$bg_pid
sleep 0.5
t 'a tap that never reads does not stop the echo' \
	at_once "$all_us" load_to ADDR 7 $(($(scale 20000) / 3)) 600 1452
t 'what it keeps is bounded' test "$(held)" -lt 64
t 'pings are answered' at_once "$all_us" pings -c 5 -i 0.1 ADDR
whole 'with the tap'
stop "$tap"
t 'everything comes home when the tap is closed' wait_for 10 idle
t 'and nothing waits in quarantine' \
	test "$(stat_of pool quarantined)" -eq 0
t 'full speed again' at_once "$all_us" load_to ADDR 7 $(($(scale 20000) / 3)) 0 1452
whole 'at the end'
