#!/bin/bash
# MTU, MAC address and name change while we run.
# needs: uml uml-debug
# timeout: 60

. "$(dirname "$0")/../ksmol.sh"

mtus() {
	local mtu

	for mtu in "$@"; do
		ip link set ks0 mtu "$mtu" && at p ip link set eth0 mtu "$mtu" ||
			return
		sleep 0.1
	done
}

start
echo_on 0.0.0.0
t 'the peer pings us' pings -c 2 -i 0.1 $us
bg_at p udp -t 0.2 load $us 7 "$(scale 400000)" 0 1472 >"$scratch/load"
loader=$bg_pid
t 'the MTU changes under load' mtus 1400 600 1500 576 9000 1280 68 1500
t 'and the load comes through' wait "$loader"
cat "$scratch/load"
t 'what did not fit has its reason' \
	test $(($(drops tx_too_big) + $(stat_of reassembly complete) +
		$(stat_of reassembly contexts))) -gt 0

t 'with an MTU of 68' mtus 68
t 'small pings are answered' pings -c 3 -i 0.1 -s 40 $us
t 'small datagrams are echoed' load_to $us 7 500 0 40
t 'and larger ones in fragments' load_to $us 7 200 41 400
t 'with an MTU of 9000' mtus 9000
t 'jumbo datagrams are echoed' load_to $us 7 "$(scale 20000)" 4000 8972
t 'with an MTU of 1500' mtus 1500

mac=02:00:00:00:02:bb
bg_at p ping -q -i 0.1 -c 30 $us >"$scratch/ping"
pinger=$bg_pid
sleep 0.5
t 'our MAC address changes' ip link set ks0 address $mac
t 'the peer is told' wait_for 3 sh -c \
	"nsenter --net=/run/netns/p ip neigh show $us | grep -q $mac"
t 'ping goes on' wait "$pinger"
t 'with hardly a loss' sh -c "awk '/transmitted/ { exit \$4 < 25 }' $scratch/ping"
t 'frames leave with the new address' load_to $us 7 1000 0 1472

ip link set ks0 down
t 'the device gets another name' ip link set ks0 name new0
ip link set new0 up
t 'and keeps its address' pings -c 3 -i 0.1 $us
t 'debugfs knows its new name' grep -q "^$us " "$debug/ifaces/new0/addresses"
t 'the old name is not attached' fails detach ks0
t 'the new one is' detach new0
t 'it can be attached again' attach new0,$us/24
t 'everything is home' wait_for 5 idle
whole 'at the end'
