#!/bin/bash
# Echo requests in both directions, and ping(8) on our sockets.
# needs: uml uml-debug qemu
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

big_mtu() {
	ip link set ks0 mtu 9000 && at p ip link set eth0 mtu 9000
}

start
t 'the peer pings us' pings -c 3 -i 0.2 $us
t 'we ping the peer' we_ping -c 3 -i 0.2 10.0.0.1
t 'with an MTU of 9000' big_mtu
for size in 0 1 7 56 255 256 257 1472 1473 4096 8000; do
	t "the peer pings with $size bytes" \
		pings -c 2 -i 0.05 -M 'do' -s "$size" $us
	t "we ping with $size bytes" we_ping -c 2 -i 0.05 -s "$size" 10.0.0.1
done
t 'the peer pings as fast as it can' pings -f -c "$(scale 10000)" $us
t 'we ping ourselves' we_ping -c 2 -i 0.1 $us
ksmol run ping -c 1 -W 8 10.0.0.99 >"$scratch/silent" 2>&1
t 'ping shows that a silent host is unreachable' \
	grep -qE 'Host Unreachable|No route to host' "$scratch/silent"
ksmol run ping -c 1 -W 2 192.0.2.1 >"$scratch/unrouted" 2>&1
t 'ping shows that there is no route' \
	grep -q 'Network is unreachable' "$scratch/unrouted"
expect 'requests that nobody sent are not answered to sockets' \
	"$(frames_at p icmp type=0 rest=0x12340001 data=x)" -
t 'and counted' test "$(drops ping_no_socket)" -eq 1
whole 'after all pings'
t 'everything is home' wait_for 5 idle
