#!/bin/bash
# Programs that end with datagrams of both families queued, in flight, and asleep.
# needs: uml uml-debug
# timeout: 60

. "$(dirname "$0")/../ksmol.sh"

none_in() { [ "$(owned "$1")" = 0 ]; }
# Requests for the peer's addresses may be on their way.
few_out() { [ "$(owned device)" -le 4 ]; }
many_out() { [ "$(owned device)" -gt 10 ]; }
no_sockets() { [ "$(grep -cE '^(udp|ping)' "$debug/sockets")" = 0 ]; }

start6
t 'the peer pings us' at_once "$all_us" pings -c 2 -i 0.1 ADDR
sink_on :: 9
sink=$bg_pid
at_once "$all_us" at p udp flood ADDR 9 300 700 >/dev/null
t 'a queue is full' test "$(owned socket)" -ge 100
disown -a	# bash shall not talk about what we kill
kill -9 "$sink"
t 'its program is killed, and the queue is home' wait_for 5 none_in socket
t 'what was unread is counted' test "$(drops purged)" -ge 100

tc qdisc add dev ks0 root netem delay 3s limit 10000
senders=()
for to in 10.0.0.1 $peer6; do
	bg udp -p $proto flood "$to" 9 100000 1000
	senders+=("$bg_pid")
done
t 'senders have frames in flight' wait_for 5 many_out
t 'and sleep' wait_for 5 asleep "${senders[@]}"
disown -a
kill -9 "${senders[@]}"
t 'they are killed, and their sockets are gone at once' wait_for 2 no_sockets
t 'while their frames are still out' many_out
t 'they come home' wait_for 10 few_out
tc qdisc del dev ks0 root

for i in $(seq 2001 2010); do
	bg udp -p $proto -t 60 echo $us "$i"
	bg udp -p $proto -t 60 echo $us6 "$i"
done
readers() { [ "$(grep -c '^udp .*:20[01]' "$debug/sockets")" = 20 ]; }
t 'twenty readers sleep' wait_for 5 readers
at_once "$all_us" at p timeout 1 ping -qf ADDR >/dev/null
for to in $us $us6; do
	bg_at p udp -n flood "$to" 2005 50000 100 >/dev/null
done
disown -a
for pid in "${background[@]}"; do
	kill -9 "$pid" 2>/dev/null
done
background=()
t 'they are killed, and no socket is left' wait_for 5 no_sockets
t 'everything is home' wait_for 5 idle

flood_on 0 60 7
for _ in $(seq 100); do
	timeout -s KILL 0.05 udp -p $proto -t 60 echo :: 7
done 2>/dev/null
flood_off
t 'a hundred programs came and went under a flood' wait_for 5 no_sockets
t 'ping is answered' at_once "$all_us" pings -c 3 -i 0.1 ADDR
t 'everything is home' wait_for 5 idle
whole 'at the end'
