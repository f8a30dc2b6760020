#!/bin/bash
# Programs that end with datagrams queued, in flight, and asleep.
# needs: uml uml-debug
# timeout: 60

. "$(dirname "$0")/../ksmol.sh"

none_in() { [ "$(owned "$1")" = 0 ]; }
# Requests for the peer's address may be on their way.
few_out() { [ "$(owned device)" -le 2 ]; }
no_sockets() { [ "$(grep -cE '^(udp|ping)' "$debug/sockets")" = 0 ]; }

start
t 'the peer pings us' pings -c 2 -i 0.1 $us
sink_on 9
sink=$bg_pid
at p udp flood $us 9 1000 700 >/dev/null
t 'a queue is full' test "$(owned socket)" -ge 100
disown -a	# bash shall not talk about what we kill
kill -9 "$sink"
t 'its program is killed, and the queue is home' wait_for 5 none_in socket
t 'what was unread is counted' test "$(drops purged)" -ge 100

tc qdisc add dev ks0 root netem delay 3s limit 10000
bg udp -p $proto flood 10.0.0.1 9 100000 1000
sender=$bg_pid
sleep 1
t 'a sender has frames in flight' test "$(owned device)" -gt 10
t 'and sleeps' grep -q '^State:.S' "/proc/$sender/status"
disown -a
kill -9 "$sender"
t 'it is killed, and its socket is gone at once' wait_for 2 no_sockets
t 'while its frames are still out' test "$(owned device)" -gt 10
t 'they come home' wait_for 10 few_out
tc qdisc del dev ks0 root

for i in $(seq 2001 2020); do
	bg udp -p $proto -t 60 echo $us "$i"
done
t 'twenty readers sleep' wait_for 5 bound 2020
at p timeout 1 ping -qf $us >/dev/null
bg_at p udp -n flood $us 2010 100000 100 >/dev/null
disown -a
for pid in "${background[@]}"; do
	kill -9 "$pid" 2>/dev/null
done
background=()
t 'they are killed, and no socket is left' wait_for 5 no_sockets
t 'everything is home' wait_for 5 idle

flood_on 0 60 7
for _ in $(seq 100); do
	timeout -s KILL 0.05 udp -p $proto -t 60 echo $us 7
done 2>/dev/null
flood_off
t 'a hundred programs came and went under a flood' wait_for 5 no_sockets
t 'ping is answered' pings -c 3 -i 0.1 $us
t 'everything is home' wait_for 5 idle
whole 'at the end'
