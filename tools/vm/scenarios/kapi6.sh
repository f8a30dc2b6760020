#!/bin/bash
# A module's socket of IPv6: what comes by either family is received without a
# copy and goes back where it came from, over one link, too.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

sink() { insmod "$KSMOL_KO/tools/samples/ksmol_sink/ksmol_sink.ko" ipv6=1 "$@"; }
sink_off() { rmmod ksmol_sink; }
sunk() { stat_of ../ksmol_sink "$1"; }
set_sink() { echo "$2" >"/sys/module/ksmol_sink/parameters/$1"; }
received() { [ "$(sunk packets)" = "$1" ]; }
kept() { [ "$(sunk hoarded)" = "$1" ]; }

# loads NAME: by both families and over the link; what comes back is verified.
loads() {
	t "$1: IPv6" load_to $us6 7 "$(scale 40000)" 0 1452
	t "$1: over the link" load_to fe80::2%eth0 7 "$(scale 20000)" 0 1452
	t "$1: IPv4, on the same socket" load_to $us 7 "$(scale 20000)" 0 1472
}

start6 pool_rx=256 pool_tx=64 pool_shared=0 pool_reserve=16
t 'the sample loads' sink limit=16 || exit
t 'its socket is among the others' bound 7

# --- receive ---
n=$(scale 50000)
at p udp flood $us6 7 "$n" 1000
t "$n datagrams are counted" wait_for 30 received "$n"
expect 'and their bytes' "$(sunk bytes)" $((n * 1000))
expect 'nothing was copied' "$(drops copy_kernel_out)" 0
t 'nothing is held' wait_for 30 idle

# --- echo ---
set_sink echo Y
loads 'what it sends back is what came'
expect 'nothing was refused' "$(sunk failed)" 0
set_sink echo N

# --- hoarding ---
set_sink hoard 1000
full=$(drops sock_full)
at p udp flood $us6 7 200 1000 >/dev/null
t 'it keeps what it may' wait_for 30 kept 16
expect 'the rest has its reason' $(($(drops sock_full) - full)) 184
t 'pings are answered' pings -6 -c 3 -i 0.1 $us6
mark_log
t 'it goes with them in hand' sink_off
t 'they were taken back' logged '16 packets taken back'
t 'and are home' wait_for 30 idle

# --- pages of its own ---
t 'it loads with pages of its own' sink own_pages=16 echo=1
loads 'what it sends from them is what came'
t 'it goes' sink_off
t 'all is home' wait_for 30 idle
whole 'at the end'
