#!/bin/bash
# A module that uses ksmol's sockets: it receives without a copy and sends from
# pages of its own; it can't pin the pool, and goes at any time.
# needs: uml uml-debug debian-6.1
# timeout: 180

. "$(dirname "$0")/../ksmol.sh"

sink() { insmod "$KSMOL_KO/tools/samples/ksmol_sink/ksmol_sink.ko" "$@"; }
sink_off() { rmmod ksmol_sink; }
sunk() { stat_of ../ksmol_sink "$1"; }
set_sink() { echo "$2" >"/sys/module/ksmol_sink/parameters/$1"; }
received() { [ "$(sunk packets)" = "$1" ]; }
refused_room() { [ "$(sunk no_room)" -ge 5 ]; }
# All but what neighbors may have been asked and answered with meanwhile.
spared() { [ $(($(stat_of pool size) - $(stat_of pool free))) -lt 8 ]; }
kept() { [ "$(sunk hoarded)" = "$1" ]; }

# Random datagrams to the sink, and the sum of their bytes.
random_to() {
	at p python3 - "$1" "$2" <<-'END'
	import os, random, socket, sys
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.connect((sys.argv[1], 7))
	total = 0
	for i in range(int(sys.argv[2])):
	    data = os.urandom(random.randrange(1473))
	    total += sum(data)
	    s.send(data)
	print(total)
	END
}

start pool_rx=256 pool_tx=64 pool_shared=0 pool_reserve=16
t 'the sample loads' sink limit=16 || exit
t 'the module that it uses stays' fails rmmod ksmol
t 'its socket is among the others' bound 7

# --- receive -----------------------------------------------------------------

n=$(scale 100000)
at p udp flood $us 7 "$n" 1000 >"$scratch/flood"
t "$n datagrams are counted" wait_for 5 received "$n"
expect 'and their bytes' "$(sunk bytes)" $((n * 1000))
expect 'nothing was copied' "$(drops copy_kernel_out)" 0
t 'nothing is held' wait_for 5 idle

before=$(sunk sum)
want=$(random_to $us 500)
t 'datagrams of all lengths are counted' wait_for 5 received $((n + 500))
expect 'every byte was there' $(($(sunk sum) - before)) "$want"

# --- echo --------------------------------------------------------------------

set_sink echo Y
t 'what it sends back is what came' load_to $us 7 "$(scale 50000)" 0 1472
expect 'nothing was refused' "$(sunk failed)" 0
whole 'after the echo'

# --- hoarding ----------------------------------------------------------------

set_sink echo N
set_sink hoard 1000
full=$(drops sock_full)
at p udp flood $us 7 200 1000 >/dev/null
t 'it keeps what it may' wait_for 5 kept 16
expect 'and no more' "$(sunk refused)" 184
expect 'which has its reason' $(($(drops sock_full) - full)) 184
expect 'it is accounted for' "$(owned user)" 16
echo_on 0.0.0.0 8
t 'others receive and send' load_to $us 8 "$(scale 20000)" 0 1472
t 'pings are answered' pings -c 5 -i 0.1 $us
set_sink hoard 0
at p udp flood $us 7 1 10 >/dev/null
t 'it gives back what it kept' wait_for 5 kept 0
t 'and all is home' wait_for 5 idle
set_sink hoard 8
at p udp flood $us 7 20 700 >/dev/null
t 'some more are kept' wait_for 5 kept 8
mark_log
t 'it goes with them in hand' sink_off
t 'they were taken back' logged '8 packets taken back'
t 'and are home' wait_for 5 idle

# --- pages of its own --------------------------------------------------------

t 'it loads with pages of its own' sink own_pages=16 echo=1
expect 'they are a pool' "$(stat_of pools/ksmol_sink size)" 16
t 'what it sends from them is what came' load_to $us 7 "$(scale 50000)" 0 1472
t 'whose census is exact' wait_for 5 \
	grep -q 'census: exact' "$debug/pools/ksmol_sink"
bg holder ks0
tap=$bg_pid
sleep 0.5
t 'a tap that never reads is in nobody'"'"'s way' \
	load_to $us 7 "$(scale 20000)" 300 1472
t 'it goes while the tap is there' sink_off
stop "$tap"

# A device keeps its pages: so it can't have them back.
sink own_pages=16 echo=1
tc qdisc add dev ks0 root netem delay 60s limit 1000
at p udp flood $us 7 16 1000 >/dev/null
t 'all its pages are in the hands of the device' wait_for 5 \
	grep -qE 'free: 0$' "$debug/pools/ksmol_sink"
at p udp flood $us 7 5 1000 >/dev/null
t 'which costs nobody but it' wait_for 5 refused_room
t 'the pool has all of its own' wait_for 5 spared
mark_log
rmmod ksmol_sink &
waiter=$!
t 'unloading waits, and says for whom' wait_for 15 \
	logged 'ksmol_sink: waiting for 16 tx pbufs in the hands of: device'
t 'it waits on' kill -0 "$waiter"
tc qdisc del dev ks0 root
t 'it ends when the device is done' wait "$waiter"

# --- under traffic -----------------------------------------------------------

flood_on 0 200 7
for i in 1 2 3 4 5; do
	sink echo=1 own_pages=$((i % 2 * 32)) hoard=$((i % 3 * 10)) || break
	sleep 0.3
	sink_off || break
done
t 'it comes and goes five times under traffic' test "$i" = 5 -a \
	! -e /sys/module/ksmol_sink
flood_off
whole 'after that'

# --- the end of its namespace ------------------------------------------------

# Linux 6.1 has no two of a name, not even in two namespaces, while it makes one.
ip link del ks0
ip netns add c && ip netns add pc
ip link add ks0 netns c type veth peer eth0 netns pc
at c sysctl -qw net.ipv6.conf.all.disable_ipv6=1
at pc sysctl -qw net.ipv6.conf.all.disable_ipv6=1
at pc ip addr add 10.0.0.1/24 dev eth0
at c ip link set ks0 up && at pc ip link set eth0 up
t 'ks0 is attached in a namespace' attach -n c "ks0,$us/24"
t 'the sample loads there' at c insmod \
	"$KSMOL_KO/tools/samples/ksmol_sink/ksmol_sink.ko" echo=1 hoard=4
t 'and is heard there' at pc udp load $us 7 1000 0 1472
bg_at pc udp -t 0.05 load $us 7 100000000 0 1472 >/dev/null
mark_log
ip netns del c
t 'the namespace ends under traffic' wait_for 20 \
	fails at pc ip link show eth0
t 'it was told so' logged 'the namespace ends'
t 'and still has what it kept' kept 4
t 'it unloads after that' sink_off
t 'all is home' wait_for 5 idle
whole 'at the end'
