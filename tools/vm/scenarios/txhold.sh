#!/bin/bash
# Devices and taps that keep what was sent: it stays accounted for, senders
# sleep, replies go out all the same.
# needs: uml uml-debug
# timeout: 80

. "$(dirname "$0")/../ksmol.sh"

held() { owned device; }
none_held() { [ "$(held)" = 0 ]; }

start pool_rx=256 pool_tx=64 pool_shared=0 pool_reserve=16 sock_tx=48
echo_on 0.0.0.0
t 'the peer pings us' pings -c 2 -i 0.1 $us
# Without anybody there, some sends would end in ECONNREFUSED.
bg_at p udp sink 10.0.0.1 9
wait_for 5 at p sh -c "ss -Hlun | grep -q ':9 '"

# A queueing discipline holds each frame for 300 ms: 48 of them at a time.
tc qdisc add dev ks0 root netem delay 300ms limit 10000
udp -p $proto flood 10.0.0.1 9 600 1000 >"$scratch/flood" &
sender=$!
sleep 1
t 'frames are in the hands of the device' test "$(held)" -ge 16
t 'but never all of the TX class' test "$(held)" -lt 64
t 'the sender sleeps' grep -q '^State:.S' "/proc/$sender/status"
t 'pings are answered meanwhile' pings -c 10 -i 0.1 $us
t 'the sender ends' wait "$sender"
cat "$scratch/flood"
expect 'all was sent' "$(word sent <"$scratch/flood")" 600
t 'which took its time' test "$(word elapsed_ms <"$scratch/flood")" -ge 2000
t 'but no processor' test "$(word cpu_ms <"$scratch/flood")" -le 700
udp -p $proto -n flood 10.0.0.1 9 600 1000 >"$scratch/flood"
t 'who does not want to sleep is told' \
	test "$(word failed <"$scratch/flood")" -ge 400
t 'everything comes home' wait_for 5 idle

# More than the socket may have in flight, and then the socket is gone.
udp -p $proto -n flood 10.0.0.1 9 200 1000 >/dev/null
t 'frames of a closed socket are still out' test "$(held)" -gt 0
t 'and come home' wait_for 5 idle
tc qdisc del dev ks0 root

# A device that gives nothing back gets copies, and not many either.
# (Unlike netem, tbf leaves what it holds charged to the sender.)
tc qdisc add dev ks0 root tbf rate 1kbit burst 1600 limit 100000000
udp -p $proto -n flood 10.0.0.1 9 100 1000 >/dev/null
sleep 1.5
udp -p $proto -n flood 10.0.0.1 9 1000 1000 >"$scratch/flood"
cat "$scratch/flood"
t 'others are sent by copy' test "$(drops copy_bound)" -gt 0
t 'up to a limit' test "$(word failed <"$scratch/flood")" -ge 500
udp -p $proto flood 10.0.0.1 9 300 1000 >/dev/null &
sender=$!
sleep 0.5
t 'who sends more sleeps' grep -q '^State:.S' "/proc/$sender/status"
tc qdisc del dev ks0 root
t 'and goes on when they are gone' wait "$sender"
t 'everything comes home' wait_for 5 idle

# Linux copies for a tap, so one that never reads keeps nothing of ours.
bg holder ks0
tap=$bg_pid
sleep 0.5
t 'a tap that never reads does not stop the echo' \
	load_to $us 7 "$(scale 20000)" 600 1472
t 'what it keeps is bounded' test "$(held)" -lt 64
t 'pings are answered' pings -c 5 -i 0.1 $us
whole 'with the tap'
stop "$tap"
t 'everything comes home when the tap is closed' wait_for 10 idle
t 'and nothing waits in quarantine' \
	test "$(stat_of pool quarantined)" -eq 0
t 'full speed again' load_to $us 7 "$(scale 20000)" 0 1472
whole 'at the end'
