#!/bin/bash
# Raw IP: a tun device has no link-layer header and no neighbors.
# needs: uml uml-debug qemu
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

mod tun || :
ip netns add p
bg tunpair tun0 - tun1 p 600
t 'two tun devices are paired' wait_for 5 at p ip link show tun1
sysctl -qw net.ipv6.conf.tun0.disable_ipv6=1
at p sysctl -qw net.ipv6.conf.tun1.disable_ipv6=1
ip link set tun0 up
at p ip addr add 10.0.0.1/24 dev tun1
at p ip link set tun1 up
t 'the module loads' load arp_probe_ms=1000
t 'tun0 is attached' attach tun0,$us/24,via=10.0.0.1
# No neighbors, so nobody to ask whether the address is taken.
t 'the peer pings us at once' pings -c 3 -i 0.2 $us
t 'we ping the peer' ksmol run ping -q -c 3 -i 0.2 10.0.0.1
t 'the peer pings with 1472 bytes' pings -c 3 -i 0.1 -s 1472 $us
echo_on 0.0.0.0
bg_at p udp -t 600 echo 10.0.0.1 8 >/dev/null
t 'we echo UDP' load_to $us 7 "$(scale 40000)" 0 1472
t 'the peer echoes UDP' udp -p $proto load 10.0.0.1 8 "$(scale 40000)" 0 1472
t 'a gateway needs no address' at p ip addr add 10.9.0.1/32 dev tun1
t 'and leads on' ksmol run ping -q -c 2 -i 0.2 10.9.0.1
t 'no neighbor was made' fails grep -q '^10\.' "$debug/ifaces/tun0/neighbors"
t 'everything is home' wait_for 5 idle
whole 'after the load'
t 'tun0 goes away while it is attached' ip link del tun0
t 'and is detached' wait_for 5 test ! -e "$debug/ifaces/tun0"
