#!/bin/bash
# MTU, MAC address and name change while we run, by both families as far as IPv6
# goes: below an MTU of 1280 there is none.
# needs: uml uml-debug
# timeout: 90

. "$(dirname "$0")/../ksmol.sh"

spec=$us/24,$us6/64,fe80::2/64
mac=02:00:00:00:02:bb

mtus() {
	local mtu

	for mtu in "$@"; do
		ip link set ks0 mtu "$mtu" && at p ip link set eth0 mtu "$mtu" ||
			return
		sleep 0.1
	done
}

# Linux gives its addresses up below 1280.
peer6_again() {
	at p ip addr add "$peer6/64" dev eth0 nodad &&
		at p ip addr add fe80::1/64 dev eth0 nodad
}

load_on() { load_to "$1" 7 "$(scale "$2")" 0 1472 -t 0.2; }
pinged() { at p ping -q -i 0.1 -c 30 "$1" | hardly_a_loss; }
hardly_a_loss() { awk '{ print } /transmitted/ { ok = $4 >= 25 } END { exit !ok }'; }
told_to() { at p ip neigh show "${1%\%*}" | grep -q $mac; }
told() { at_once "$all_us" told_to ADDR; }

start6
echo_on ::
t 'the peer pings us' at_once "$all_us" pings -c 2 -i 0.1 ADDR
at_once "$all_us" load_on ADDR 150000 >"$scratch/load" &
loader=$!
t 'the MTU changes under load' mtus 1400 1280 1500 9000 1281 1500
t 'and the load comes through' wait "$loader"
cat "$scratch/load"
t 'what did not fit has its reason' \
	test $(($(drops tx_too_big) + $(stat_of reassembly complete) +
		$(stat_of reassembly contexts))) -gt 0

t 'with an MTU of 1280' mtus 1280
t 'pings are answered in fragments' \
	at_once "$all_us" pings -c 3 -i 0.1 -s 4000 ADDR
load_on $us 150000 >"$scratch/load" &
loader=$!
t 'smaller ones come under load of IPv4' mtus 600 1500 576 68 1500
t 'which comes through' wait "$loader"
cat "$scratch/load"
t 'with an MTU of 68' mtus 68
t 'small pings are answered' pings -c 3 -i 0.1 -s 40 $us
t 'small datagrams are echoed' load_to $us 7 500 0 40
t 'and larger ones in fragments' load_to $us 7 200 41 400
t 'IPv6 reaches nobody' \
	at_once "$peer6 $peer_link" fails ksmol run ping -q -c 1 -W 1 ADDR
t 'with an MTU of 9000' mtus 9000
t 'the peer has its addresses again' peer6_again
t 'and pings us' wait_for 5 at_once "$all_us" pings -c 2 -i 0.1 ADDR
t 'jumbo datagrams are echoed' \
	at_once "$all_us" load_to ADDR 7 "$(scale 8000)" 4000 8952
t 'with an MTU of 1500' mtus 1500

at_once "$all_us" pinged ADDR >"$scratch/ping" &
pinger=$!
sleep 0.5
t 'our MAC address changes' ip link set ks0 address $mac
t 'the peer is told' wait_for 3 told
t 'ping goes on with hardly a loss' wait "$pinger"
cat "$scratch/ping"
t 'frames leave with the new address' \
	at_once "$all_us" load_to ADDR 7 400 0 1452

ip link set ks0 down
t 'the device gets another name' ip link set ks0 name new0
ip link set new0 up
t 'and keeps its addresses' \
	wait_for 5 at_once "$all_us" pings -c 3 -i 0.1 ADDR
for addr in $us $us6 fe80::2; do
	t "debugfs has $addr by its new name" \
		grep -q "^$addr " "$debug/ifaces/new0/addresses"
done
t 'the old name is not attached' fails detach ks0
t 'the new one is' detach new0
t 'it can be attached again' attach "new0,$spec"
t 'and answers' at_once "$all_us" pings -c 3 -i 0.1 ADDR
t 'everything is home' wait_for 5 idle
whole 'at the end'
