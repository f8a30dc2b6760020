#!/bin/bash
# An address from a DHCP server, dnsmasq: got, renewed, lost, refused, released.
# needs: uml
# timeout: 300

. "$(dirname "$0")/../ksmol.sh"

log=$scratch/dnsmasq.log
here=$debug/ifaces/ks0

# serve [OPTION...]: a server whose leases take two minutes, the least that it
# can do, but are to be renewed after a few seconds.
serve() {
	bg_at p dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 \
		--interface=eth0 --bind-interfaces --no-ping --log-dhcp \
		--log-facility="$log" --dhcp-leasefile="$scratch/leases" \
		--user=root --pid-file --dhcp-authoritative \
		--dhcp-range=10.0.0.50,10.0.0.59,255.255.255.0,2m \
		--dhcp-option=option:T1,6 --dhcp-option=option:T2,12 \
		--dhcp-option=option:dns-server,10.0.0.1,10.0.0.9 \
		--dhcp-option=option:domain-name,ks.example "$@"
	server=$bg_pid
}

# said NAME: how often the server wrote of such a message.
said() { grep -cE "$1\(eth0\)" "$log"; }
more() { [ "$(said "$1")" -gt "$2" ]; }
state() { stat_of ifaces/ks0/dhcp state; }
is_state() { [ "$(state)" = "$1" ]; }
leased() { stat_of ifaces/ks0/dhcp address | sed 's,/.*,,'; }
addresses() { awk 'NR > 1' "$here/addresses" | wc -l; }
routes() { awk 'NR > 1' "$here/routes" | wc -l; }
bare() { [ "$(addresses)" = 0 ] && [ "$(routes)" = 0 ]; }

# squatter ADDR: a namespace q on the peer's link.
squatter() {
	ip netns add q &&
		at p ip link add link eth0 name m0 type macvlan mode bridge &&
		at p ip link set m0 netns q &&
		at q ip addr add "$1/24" dev m0 &&
		at q ip link set m0 up
}

t 'the peer is wired up' peer p -6 - || exit
at p sysctl -qw net.ipv6.conf.all.disable_ipv6=1
t 'the module loads' load arp_probe_ms=100 || exit
serve
t 'ks0 is attached' attach ks0,dhcp || exit
t 'a lease comes' wait_for 20 is_state bound || cat "$here/dhcp" "$log"
address=$(leased)
t 'its address is one of the pool' grep -q " $address " "$scratch/leases"
t 'and in use' grep -qE "^$address +24 valid" "$here/addresses"
t 'its router is the gateway' grep -qE '^0\.0\.0\.0 +0 10\.0\.0\.1' "$here/routes"
t 'the peer pings us' pings -c 2 -i 0.1 "$address"
t 'we ping the peer' ksmol run ping -qc 2 -i 0.1 -W 2 10.0.0.1
expect 'debugfs has the name servers' \
	"$(grep '^dns:' "$here/dhcp")" 'dns: 10.0.0.1 10.0.0.9'
expect 'the domain' "$(stat_of ifaces/ks0/dhcp domain)" ks.example
expect 'and every option as it came' \
	"$(stat_of ifaces/ks0/dhcp option_6)" 0a0000010a000009
t 'resolv.conf is written from it' \
	"$KSMOL_TREE/tools/ksmol/examples/resolvconf" ks0 "$scratch/resolv"
expect 'as it should be' "$(cat "$scratch/resolv")" 'nameserver 10.0.0.1
nameserver 10.0.0.9
search ks.example'

acks=$(said DHCPACK)
t 'it is renewed' wait_for 20 more DHCPACK "$acks"
t 'and bound again' wait_for 5 is_state bound
expect 'as often as it was asked for, and no more' "$(said DHCPREQUEST)" \
	"$(said DHCPACK)"
expect 'by the same address' "$(leased)" "$address"

acks=$(said DHCPACK)
echo 100 >"$debug/fail_pbuf/percent"
t 'without a pbuf it can not be renewed' wait_for 20 is_state renewing
sleep 1
expect 'and the server hears nothing' "$(said DHCPACK)" "$acks"
echo 0 >"$debug/fail_pbuf/percent"
t 'with pbufs it is' wait_for 10 more DHCPACK "$acks"
t 'and bound as before' wait_for 5 is_state bound
t 'the peer still pings us' pings -c 2 -i 0.1 "$address"

ip link set ks0 down
t 'without a link there is no address' bare
expect 'nor a lease' "$(state)" stopped
ip link set ks0 up
t 'with one there is again' wait_for 20 is_state bound

t 'ks0 is detached' detach ks0
t 'which gives the lease back' wait_for 5 more DHCPRELEASE 0
t 'the server has no lease any more' wait_for 5 fails grep -q . "$scratch/leases"

# Somebody else on the link has the address that it gives away.
stop "$server"
t 'there is a third on the link' squatter 10.0.0.77
serve --dhcp-host=02:00:00:00:02:01,10.0.0.77
t 'ks0 is attached again' attach ks0,dhcp
t 'an address that is taken is declined' wait_for 20 more DHCPDECLINE 0
t 'and never used' fails grep -q '10.0.0.77 .*valid' "$here/addresses"
t 'after a while there is another' wait_for 40 is_state bound
t 'of the pool' grep -q " $(leased) " "$scratch/leases"
t 'which works' pings -c 2 -i 0.1 "$(leased)"

# Nobody is there to ask.
stop "$server"
t 'the server is gone: others are asked' wait_for 30 is_state rebinding
t 'what was leased works on' pings -c 2 -i 0.1 "$(leased)"
t 'until its time is over' wait_for 150 bare
t 'servers are looked for' wait_for 5 is_state selecting
serve
t 'and found' wait_for 100 is_state bound
t 'the address works' pings -c 2 -i 0.1 "$(leased)"
t 'ks0 is detached with its lease' detach ks0
t 'all are home' wait_for 5 idle
whole 'at the end'
