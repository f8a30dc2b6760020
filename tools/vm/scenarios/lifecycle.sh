#!/bin/bash
# Attach, detach, link down, device removal and rmmod, all under traffic of both
# families.
# needs: uml uml-debug debian-6.1
# timeout: 200

. "$(dirname "$0")/../ksmol.sh"

case $KSMOL_FLAVOR in
uml) cycles=1000 ;;
uml-*) cycles=300 ;;
*) cycles=50 ;;
esac
spec=ks0,$us/24,$us6/64,fe80::2/64

# Without forks, so that a thousand are quick.
cycle() {
	local i

	for ((i = 0; i < cycles; i++)); do
		echo "$spec" >"$params/attach" || return
		read -rt 0.01 <>"$scratch/never"
		echo ks0 >"$params/detach" || return
	done
}

ten_times() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		"$@" || return
	done
}

flap() { ip link set ks0 down && ip link set ks0 up; }
reload() { unload && load arp_probe_ms=0 "attach=$spec" && sleep 0.1; }
answers() { at_once "$all_us" pings -c 3 -i 0.1 ADDR; }
sends_nothing() { at_once "$all_peer" fails ksmol run ping -q -c 1 -W 1 ADDR; }

cat >"$scratch/sleeper.py" <<'END'
import errno, socket, sys
family, kind, _, _, addr = socket.getaddrinfo(sys.argv[1], 9, type=socket.SOCK_DGRAM)[0]
s = socket.socket(family, kind)
s.connect(addr)
print('asleep', flush=True)
try:
    s.recv(100)
except OSError as e:
    print(errno.errorcode[e.errno], flush=True)
END
sleeps() { ksmol run python3 "$scratch/sleeper.py" "$1"; }
sleepers() { at_once "$all_peer" sleeps ADDR >"$scratch/sleepers"; }
sleepers_say() { [ "$(grep -cx "$1" "$scratch/sleepers")" = 3 ]; }

mkfifo "$scratch/never"
start6 pool_rx=256 pool_tx=64 pool_shared=0 pool_reserve=16
echo_on ::
t 'the peer pings us' answers

# A reader that sleeps on an interface that goes is told.
sleepers &
wait_for 5 sleepers_say asleep
sleep 0.2
t 'ks0 is detached' detach ks0
t 'who slept on it is woken' wait_for 2 sleepers_say ENETDOWN
t 'a sender without a route is told' sends_nothing

flood_on 0 60 7
t "$cycles cycles of attach, traffic, detach" cycle
t 'after which ks0 can be attached' attach "$spec"
seen=$(drops frames_in)
t 'traffic was seen in them' test "$seen" -gt "$cycles"
t 'ping is answered' answers

t 'the link goes down and up ten times' ten_times flap
ip link set ks0 down
t 'sending on a link that is down is an error' sends_nothing
ip link set ks0 up
t 'ping is answered after that' wait_for 5 answers
flood_off

for i in 1 2 3; do
	flood_on 0 60 7
	sleep 0.5
	t "ks0 is removed under traffic, time $i" ip link del ks0
	t 'it is detached' wait_for 5 test ! -e "$debug/ifaces/ks0"
	wait "$flood_pid"
	ip netns del p
	t 'a new one comes' wire6
	t 'and is attached' attach "$spec"
	t 'and answers' answers
done
t 'everything is home' wait_for 5 idle
whole 'before rmmod'

# The echo's socket keeps the module: programs come first.
t 'the module is in use while a socket is open' fails unload
for pid in "${background[@]}"; do
	stop "$pid"
done
background=()
# By who sleeps now and then: rmmod waits until every task did, which pktgen
# never does.
for addr in $us $us6; do
	bg_at p udp -t 0.01 load "$addr" 7 1000000000 60 600 >/dev/null 2>&1
	bg_at p ping -qf "$addr" >/dev/null
done
t 'rmmod under traffic, ten times' ten_times reload
for pid in "${background[@]}"; do
	stop "$pid"
done
background=()
t 'ping is answered after that' wait_for 10 answers
whole 'at the end'
