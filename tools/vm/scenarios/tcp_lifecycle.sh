#!/bin/bash
# Connections of both families in every state when their interface, their
# namespace or the module goes: nobody hangs, nothing is leaked.
# needs: uml uml-debug
# timeout: 150

. "$(dirname "$0")/../ksmol.sh"

case $KSMOL_FLAVOR in
uml) cycles=100 ;;
uml-debug) cycles=25 ;;
*) cycles=10 ;;
esac
spec=ks0,$us/24,$us6/64,fe80::2/64,via=10.0.0.1,via=$peer6

cat >"$scratch/sleeper.py" <<'END_PY'
import errno, socket, sys, threading

def told(name, to, call, *args):
    try:
        call(*args)
        print(name, to, 'nothing', flush=True)
    except OSError as e:
        print(name, to, errno.errorcode[e.errno], flush=True)

def dial(to):
    return socket.create_connection((to, 7))

def write(s):
    while True:
        s.send(bytes(65536))

def sleep(*args):
    threading.Thread(target=told, args=args).start()

for to in '10.0.0.1', 'fd00::1', 'fe80::1%ks0':
    sleep('reader', to, dial(to).recv, 1)
    sleep('writer', to, write, dial(to))
for to in '10.9.9.9', '2001:db8::9':
    sleep('dialer', to, dial, to)
print('asleep', flush=True)
END_PY

tcp_sockets() { grep -c '^tcp' "$debug/sockets"; }
no_sockets() { [ "$(tcp_sockets)" = 0 ]; }
# shown STATE: some of each family.
shown() {
	ksmol ss -ns "$1" >"$scratch/shown" &&
		grep -qiE "^$1 .* $us:" "$scratch/shown" &&
		grep -qiE "^$1 .* \[$us6\]:" "$scratch/shown"
}
leave_open() {
	ksmol run python3 - 10.0.0.1 $peer6 <<-'END_PY'
	import socket, sys
	for to in sys.argv[1:]:
	    socket.create_connection((to, 9))
	END_PY
}
gauge_above() { [ "$(tcp_stat "$1")" -gt "$2" ]; }

# Ten connections that the peer does not read from lose their programs.
orphaned() {
	local addr

	kill -STOP "$server"
	pids=()
	for addr in 10.0.0.1 $peer6; do
		bg tcp -p $proto load "$addr" 7 5 10000000 0
		pids+=("$bg_pid")
	done
	wait_for 5 unread 10 7 || return
	kill_all "${pids[@]}"
	wait_for 5 gauge_is orphans 10
}

# Silent strangers, who leave half-open connections to port 7 behind.
strangers() {
	at p synflood eth0 "$(cat /sys/class/net/ks0/address)" 7 "$1" $us $us6
}

kill_all() {
	disown -a	# bash shall not talk about what we kill
	for pid; do
		kill -9 "$pid" || :
	done 2>/dev/null
}

# some_of_each N: connections in all states, by other addresses for each N; $pids are
# their programs.
some_of_each() {
	local here=("$us" "$us6" "$us_link") silent=(10.9.9.9 2001:db8::9)
	local there=(10.0.0.1 "$peer6" "$peer_link")

	pids=()
	serve_on :: 7
	pids+=("$bg_pid")
	from_peer "${here[$1 % 3]}" 7 5 1000 1000 >/dev/null || return
	from_us "${there[($1 + 1) % 3]}" 7 5 1000 1000 >/dev/null || return
	bg tcp -p $proto -h load "${there[($1 + 2) % 3]}" 7 5 100000 100000 >/dev/null
	pids+=("$bg_pid")
	bg_at p tcp load "${here[($1 + 1) % 3]}" 7 5 1000000000 1000000000 \
		>/dev/null 2>&1
	pids+=("$bg_pid")
	bg tcp -p $proto load "${silent[$1 % 2]}" 7 5 100 100 >/dev/null 2>&1
	pids+=("$bg_pid")
	strangers 20 >/dev/null
}

# Three cycles end in different orders, and then the addresses change.
cycle() {
	some_of_each $(($1 / 3)) || return
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
	some_of_each "$1" && ip link del ks0 &&
		wait_for 5 test ! -e "$debug/ifaces/ks0" &&
		kill_all "${pids[@]}" && wait_for 5 no_sockets || return
	ip netns del p
	wire6 && attach "$spec" && serve_at p :: 7
}

# A namespace whose device goes with it, and the peer that it had.
namespace() {
	local addr

	ip netns add c && ip netns add pc &&
		ip link add kc0 netns c type veth peer eth0 netns pc &&
		at pc ip addr add 10.0.0.1/24 dev eth0 &&
		at pc ip addr add $peer6/64 dev eth0 nodad &&
		at pc ip link set eth0 up && at c ip link set kc0 up &&
		attach -n c "kc0,${spec#*,}" || return
	serve_at pc :: 7
	pids=("$bg_pid")
	bg_at c tcp -p $proto serve :: 7 >/dev/null
	pids+=("$bg_pid")
	wait_for 5 bound 7
	for addr in $us $us6; do
		at pc tcp load "$addr" 7 5 1000 1000 >/dev/null || return
	done
	for addr in 10.0.0.1 $peer6; do
		at c tcp -p $proto load "$addr" 7 5 1000 1000 >/dev/null || return
		bg_at c tcp -p $proto load "$addr" 7 5 1000000000 10000 \
			>/dev/null 2>&1
		pids+=("$bg_pid")
	done
	sleep 0.2
	ip netns del c
	kill_all "${pids[@]}"
	wait_for 20 gone pc && ip netns del pc
}
gone() { ! at "$1" ip link show eth0; }
three_namespaces() { namespace && namespace && namespace; }

start6
t 'ks0 is detached' detach ks0
t 'and has gateways' attach "$spec"
serve_at p :: 7 2>/dev/null
server=$bg_pid
t 'we connect' both to_peer 7 5 1000 1000
# Who is first to send a FIN waits.
t 'and wait after it' wait_for 2 gauge_above in_timewait 0
t 'ksmol ss shows them' shown time-wait

kill -STOP "$server"
bg ksmol run python3 "$scratch/sleeper.py" >"$scratch/sleeper"
wait_for 20 grep -q asleep "$scratch/sleeper"
sleep 0.5
t 'ks0 is detached while connections sleep' detach ks0
for who in {reader,writer}\ {10.0.0.1,"$peer6","$peer_link"} \
	'dialer 10.9.9.9' 'dialer 2001:db8::9'; do
	t "the $who is told" wait_for 5 grep -q "$who ENETDOWN" "$scratch/sleeper"
done
expect 'no TIME-WAIT is left' "$(tcp_stat in_timewait)" 0
kill -CONT "$server"
t 'ks0 is attached' attach "$spec"

# What nobody acknowledges stays behind its program, for a while.
t 'killed programs leave orphans' orphaned
kill -CONT "$server"
t 'which end when the peer reads on' wait_for 20 gauge_is orphans 0
t 'others' orphaned
t 'end with their interface' detach ks0
t 'at once' wait_for 5 gauge_is orphans 0
kill -CONT "$server"
t 'and all is home' wait_for 5 idle
t 'ks0 is attached' attach "$spec"

began=$SECONDS
t "$cycles cycles of attach, traffic, detach" all_cycles
note "$cycles cycles took $((SECONDS - began)) s"
t 'we connect after them' both to_peer 7 5 1000 1000
serve_on :: 7
t 'strangers come, and leave connections half-open' strangers 20
t 'and counted' wait_for 2 gauge_above half_open 0
t 'and shown' shown syn-recv
stop "$bg_pid"
t 'which end with their listener' wait_for 2 gauge_is half_open 0
t 'ks0 is removed with all in it' remove 0
t 'once more' remove 1
t 'we connect after it' both to_peer 7 5 1000 1000
t 'ks0 is detached' detach ks0
t 'three namespaces die with connections in them' three_namespaces
t 'ks0 is attached' attach "$spec"
t 'we connect after it' both to_peer 7 5 1000 1000

# Neither TIME-WAIT, nor a peer that does not close, nor strangers keep the
# module.
serve_at p :: 9 2>/dev/null
deaf=$bg_pid
kill -STOP "$deaf"
t 'we close what the peer keeps open' leave_open
t 'it waits for that' wait_for 5 shown fin-wait-2
expect 'without a socket' "$(tcp_stat orphans)" 0
serve_on :: 7
strangers 20 >/dev/null
stop "$bg_pid"
t 'everything is home' wait_for 10 idle
whole 'before rmmod'
t 'connections wait' gauge_above in_timewait 0
t 'rmmod does not' wait_for 5 unload
kill -CONT "$deaf"
t 'and it comes back' load arp_probe_ms=0 "attach=$spec"
serve_on :: 7
t 'the peer connects' both to_us 7 5 1000 1000
t 'we connect' both to_peer 7 5 1000 1000
stop "$bg_pid"
t 'everything is home' wait_for 10 idle
whole 'at the end'
