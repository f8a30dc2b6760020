#!/bin/bash
# Attach, detach, link down, device removal and rmmod, all under traffic.
# needs: uml uml-debug debian-6.1
# timeout: 200

. "$(dirname "$0")/../ksmol.sh"

case $KSMOL_FLAVOR in
uml*) cycles=1000 ;;
*) cycles=100 ;;
esac

# Without forks, so that a thousand are quick.
cycle() {
	local i

	for ((i = 0; i < cycles; i++)); do
		echo "ks0,$us/24" >"$params/attach" || return
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
reload() { unload && load arp_probe_ms=0 "attach=ks0,$us/24" && sleep 0.1; }

sleeper() {
	cat >"$scratch/sleeper.py" <<-'END'
	import errno, socket
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.connect(('10.0.0.1', 9))
	print('asleep', flush=True)
	try:
	    s.recv(100)
	except OSError as e:
	    print(errno.errorcode[e.errno], flush=True)
	END
	ksmol run python3 "$scratch/sleeper.py" >"$scratch/sleeper"
}

mkfifo "$scratch/never"
start pool_rx=256 pool_tx=64 pool_shared=0 pool_reserve=16
echo_on 0.0.0.0
t 'the peer pings us' pings -c 2 -i 0.1 $us

# A reader that sleeps on an interface that goes is told.
sleeper &
wait_for 5 grep -q asleep "$scratch/sleeper"
sleep 0.2
t 'ks0 is detached' detach ks0
t 'who slept on it is woken' wait_for 2 grep -q ENETDOWN "$scratch/sleeper"
t 'a sender without a route is told' fails \
	ksmol run ping -q -c 1 -W 1 10.0.0.1

flood_on 0 60 7
t "$cycles cycles of attach, traffic, detach" cycle
t 'after which ks0 can be attached' attach ks0,$us/24
seen=$(drops frames_in)
t 'traffic was seen in them' test "$seen" -gt "$cycles"
t 'ping is answered' pings -c 3 -i 0.1 $us

t 'the link goes down and up ten times' ten_times flap
ip link set ks0 down
t 'sending on a link that is down is an error' fails \
	ksmol run ping -q -c 1 -W 1 10.0.0.1
ip link set ks0 up
t 'ping is answered after that' wait_for 5 pings -c 3 -i 0.1 $us
flood_off

for i in 1 2 3; do
	flood_on 0 60 7
	sleep 0.5
	t "ks0 is removed under traffic, time $i" ip link del ks0
	t 'it is detached' wait_for 5 test ! -e "$debug/ifaces/ks0"
	wait "$flood_pid"
	ip netns del p
	t 'a new one comes' peer p -6 -
	t 'and is attached' attach ks0,$us/24
	t 'and answers' pings -c 3 -i 0.1 $us
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
bg_at p udp -t 0.01 load $us 7 1000000000 60 600 >/dev/null 2>&1
bg_at p ping -qf $us >/dev/null
t 'rmmod under traffic, ten times' ten_times reload
t 'ping is answered after that' wait_for 10 pings -c 3 -i 0.1 $us
whole 'at the end'
