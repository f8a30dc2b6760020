#!/bin/bash
# Connections in every state when their interface, their namespace or the module
# goes: nobody hangs, nothing is leaked.
# needs: uml uml-debug
# timeout: 150

. "$(dirname "$0")/../ksmol.sh"

case $KSMOL_FLAVOR in
uml) cycles=100 ;;
uml-debug) cycles=25 ;;
*) cycles=10 ;;
esac
spec=ks0,$us/24,via=10.0.0.1

cat >"$scratch/sleeper.py" <<'END_PY'
import errno, socket, sys, threading

def told(name, call, *args):
    try:
        call(*args)
        print(name, 'nothing', flush=True)
    except OSError as e:
        print(name, errno.errorcode[e.errno], flush=True)

def dial(to):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.connect((to, 7))
    return s

def write(s):
    while True:
        s.send(bytes(65536))

threads = [
    threading.Thread(target=told, args=('reader', dial('10.0.0.1').recv, 1)),
    threading.Thread(target=told, args=('writer', write, dial('10.0.0.1'))),
    threading.Thread(target=told, args=('dialer', dial, '10.9.9.9')),
]
for t in threads:
    t.start()
print('asleep', flush=True)
END_PY

tcp_sockets() { grep -c '^tcp' "$debug/sockets"; }
no_sockets() { [ "$(tcp_sockets)" = 0 ]; }
gauge_is() { [ "$(tcp_stat "$1")" = "$2" ]; }
shown() { ksmol ss -ns "$1" | grep -qi "^$1 "; }
leave_open() {
	ksmol run python3 -c 'import socket; socket.create_connection(("10.0.0.1", 9))'
}
gauge_above() { [ "$(tcp_stat "$1")" -gt "$2" ]; }
many_orphans() { gauge_above orphans 0; }

# Silent strangers, who leave half-open connections to port 7 behind.
strangers() {
	at p synflood eth0 "$(cat /sys/class/net/ks0/address)" $us 7 "$1"
}

kill_all() {
	disown -a	# bash shall not talk about what we kill
	for pid; do
		kill -9 "$pid" || :
	done 2>/dev/null
}

# some_of_each: connections in all states; $pids are their programs.
some_of_each() {
	pids=()
	serve_on $us 7
	pids+=("$bg_pid")
	to_us 7 5 1000 1000 >/dev/null || return
	to_peer 7 5 1000 1000 >/dev/null || return
	bg tcp -p $proto -h load 10.0.0.1 7 5 100000 100000 >/dev/null
	pids+=("$bg_pid")
	bg_at p tcp load $us 7 5 1000000000 1000000000 >/dev/null 2>&1
	pids+=("$bg_pid")
	bg tcp -p $proto load 10.9.9.9 7 5 100 100 >/dev/null 2>&1
	pids+=("$bg_pid")
	strangers 20 >/dev/null
}

# Each cycle ends in another order.
cycle() {
	some_of_each || return
	case $(($1 % 3)) in
	0) kill_all "${pids[@]}"; detach ks0 ;;
	1) detach ks0; kill_all "${pids[@]}" ;;
	2)
		kill_all "${pids[0]}"
		detach ks0
		kill_all "${pids[@]}"
		;;
	esac
	wait_for 5 no_sockets && wait_for 5 gauge_is orphans 0 && attach "$spec"
}

all_cycles() {
	local i

	for ((i = 0; i < cycles; i++)); do
		cycle "$i" || { echo "in cycle $i"; cat "$debug/sockets"; return 1; }
	done
}

remove() {
	some_of_each && ip link del ks0 && wait_for 5 test ! -e "$debug/ifaces/ks0" &&
		kill_all "${pids[@]}" && wait_for 5 no_sockets || return
	ip netns del p
	peer p -6 - && attach "$spec" && serve_at p 10.0.0.1 7
}

# A namespace whose device goes with it, and the peer that it had.
namespace() {
	ip netns add c && ip netns add pc &&
		ip link add kc0 netns c type veth peer eth0 netns pc &&
		at pc ip addr add 10.0.0.1/24 dev eth0 &&
		at pc ip link set eth0 up && at c ip link set kc0 up &&
		attach -n c "kc0,${spec#*,}" || return
	serve_at pc 10.0.0.1 7
	pids=("$bg_pid")
	bg_at c tcp -p $proto serve $us 7 >/dev/null
	pids+=("$bg_pid")
	wait_for 5 bound 7
	at pc tcp load $us 7 5 1000 1000 >/dev/null || return
	at c tcp -p $proto load 10.0.0.1 7 5 1000 1000 >/dev/null || return
	bg_at c tcp -p $proto load 10.0.0.1 7 5 1000000000 10000 >/dev/null 2>&1
	pids+=("$bg_pid")
	sleep 0.2
	ip netns del c
	kill_all "${pids[@]}"
	wait_for 20 gone pc && ip netns del pc
}
gone() { ! at "$1" ip link show eth0; }
three_namespaces() { namespace && namespace && namespace; }

start
t 'ks0 is detached' detach ks0
t 'and has a gateway' attach "$spec"
serve_at p 10.0.0.1 7 2>/dev/null
server=$bg_pid
t 'we connect' to_peer 7 5 1000 1000
# Who is first to send a FIN waits.
t 'and wait after it' wait_for 2 gauge_above in_timewait 0
t 'ksmol ss shows them' shown time-wait

kill -STOP "$server"
bg ksmol run python3 "$scratch/sleeper.py" >"$scratch/sleeper"
wait_for 20 grep -q asleep "$scratch/sleeper"
sleep 0.5
t 'ks0 is detached while connections sleep' detach ks0
for who in reader writer dialer; do
	t "the $who is told" wait_for 5 grep -q "$who ENETDOWN" "$scratch/sleeper"
done
expect 'no TIME-WAIT is left' "$(tcp_stat in_timewait)" 0
kill -CONT "$server"
t 'ks0 is attached' attach "$spec"

# What nobody acknowledges stays behind its program, for a while.
kill -STOP "$server"
bg tcp -p $proto load 10.0.0.1 7 5 10000000 0
sleep 1
kill_all "$bg_pid"
t 'killed programs leave orphans' wait_for 5 many_orphans
kill -CONT "$server"
t 'which end when the peer reads on' wait_for 20 gauge_is orphans 0
kill -STOP "$server"
bg tcp -p $proto load 10.0.0.1 7 5 10000000 0
sleep 1
kill_all "$bg_pid"
t 'others' wait_for 5 many_orphans
t 'end with their interface' detach ks0
t 'at once' wait_for 5 gauge_is orphans 0
kill -CONT "$server"
t 'and all is home' wait_for 5 idle
t 'ks0 is attached' attach "$spec"

began=$SECONDS
t "$cycles cycles of attach, traffic, detach" all_cycles
note "$cycles cycles took $((SECONDS - began)) s"
t 'we connect after them' to_peer 7 5 1000 1000
serve_on $us 7
t 'strangers come, and leave connections half-open' strangers 20
t 'and counted' wait_for 2 gauge_above half_open 0
t 'and shown' shown syn-recv
stop "$bg_pid"
t 'which end with their listener' wait_for 2 gauge_is half_open 0
t 'ks0 is removed with all in it' remove
t 'once more' remove
t 'we connect after it' to_peer 7 5 1000 1000
t 'ks0 is detached' detach ks0
t 'three namespaces die with connections in them' three_namespaces
t 'ks0 is attached' attach "$spec"
t 'we connect after it' to_peer 7 5 1000 1000

# Neither TIME-WAIT, nor a peer that does not close, nor strangers keep the
# module.
bg_at p socat -u TCP4-LISTEN:9,reuseaddr EXEC:'sleep 100'
wait_for 10 listening p 9
t 'we close what the peer keeps open' leave_open
t 'it waits for that' wait_for 5 shown fin-wait-2
expect 'without a socket' "$(tcp_stat orphans)" 0
serve_on $us 7
strangers 20 >/dev/null
stop "$bg_pid"
t 'everything is home' wait_for 10 idle
whole 'before rmmod'
t 'connections wait' gauge_above in_timewait 0
t 'rmmod does not' wait_for 5 unload
t 'and it comes back' load arp_probe_ms=0 "attach=$spec"
serve_on $us 7
t 'the peer connects' to_us 7 5 1000 1000
t 'we connect' to_peer 7 5 1000 1000
stop "$bg_pid"
t 'everything is home' wait_for 10 idle
whole 'at the end'
