#!/bin/bash
# Network namespaces: attach acts in the writer's; equal names and addresses
# do not meet; one that dies takes what it had with it.
# needs: uml uml-debug debian-6.1
# timeout: 60

. "$(dirname "$0")/../ksmol.sh"

spec=ks0,$us/24,$us6/64,fe80::2/64

# pair A B: a namespace A with ks0, wired to eth0 (10.0.0.1, fd00::1) in B.
pair() {
	ip netns add "$1" && ip netns add "$2" || return
	ip link add ks0 netns "$1" type veth peer eth0 netns "$2" || return
	at "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	at "$2" ip addr add 10.0.0.1/24 dev eth0
	at "$2" ip addr add fd00::1/64 dev eth0 nodad
	at "$2" ip addr add fe80::1/64 dev eth0 nodad
	at "$1" ip link set ks0 up && at "$2" ip link set eth0 up
}

# answers NAME: that peer has answers by each address; silent NAME: by none.
answers() { at_once "$all_us" at "$1" ping -q -c 3 -i 0.1 -W 1 ADDR; }
silent() { at_once "$all_us" fails at "$1" ping -q -c 3 -i 0.1 -W 1 ADDR; }
gone() { ! at "$1" ip link show eth0; }
attached() { find "$debug/ifaces" -mindepth 1 -maxdepth 1 | wc -l; }
pairs() { pair a pa && pair b pb; }

# One more, up to its end.
live_and_die() {
	pair c pc && attach -n c "$spec" || return
	at_once "$us $us6" at pc ping -qf -w 2 ADDR >/dev/null &
	at_once "10.0.0.1 $peer6" \
		at c udp -p $proto -n flood ADDR 9 1000 500 >/dev/null &
	sleep 0.1
	ip netns del c
	wait_for 20 gone pc && ip netns del pc
}

ten_die() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		live_and_die || return
	done
}

mod veth || :
t 'namespaces a and b, with a peer each' pairs
t 'the module loads' load arp_probe_ms=0
t 'ks0 is not in our namespace' fails attach $spec
t 'it is attached in a' attach -n a $spec
t "a's peer is answered" answers pa
t "b's is not" silent pb
t 'detaching it from b fails' fails detach -n b ks0
t 'the same name and address are attached in b' attach -n b $spec
t "b's peer is answered" answers pb
t "a's still is" answers pa

bg_at a udp -p $proto -t 60 echo :: 7 >"$scratch/a"
in_a=$bg_pid
bg_at b udp -p $proto -t 60 echo :: 7 >"$scratch/b"
in_b=$bg_pid
sleep 0.5
t "a's UDP is echoed" at_once "$all_us" at pa udp load ADDR 7 700 0 1452
t "b's UDP is echoed, on the same port" \
	at_once "$all_us" at pb udp load ADDR 7 1000 0 1452
t 'no socket of ours is heard here' \
	at_once "$us $us6" fails udp -p $proto -t 0.05 load ADDR 7 1 1 1
stop "$in_b"
t 'each was heard by its own' grep -q 'received 3000 ' "$scratch/b"

# A namespace dies when the last socket in it is closed, under traffic.
for addr in $us $us6; do
	bg_at pa ping -qf "$addr" >/dev/null
	bg_at pa udp -t 0.05 load "$addr" 7 100000000 0 1452 >/dev/null
done
sleep 1
ip netns del a
t 'a socket keeps its namespace' answers pa
kill -9 "$in_a"
t 'which dies with the socket' wait_for 20 gone pa
expect 'one interface is left' "$(attached)" 1
t "b's peer is still answered" answers pb
t 'everything is home' wait_for 5 idle

t 'ten namespaces die with traffic in them' ten_die
whole 'at the end'
