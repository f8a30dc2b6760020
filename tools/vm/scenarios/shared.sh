#!/bin/bash
# Shared mode: one device for Linux's addresses of both families and for ours.
# needs: uml uml-debug qemu
# timeout: 60

. "$(dirname "$0")/../ksmol.sh"

# Linux's addresses: what the peer calls them.
theirs=10.0.0.3
theirs6=fd00::3
all_theirs="$theirs $theirs6 fe80::ff:fe00:201%eth0"
spec=ks0,$us/24,$us6/64,fe80::2/64

answered() { at_once "$1" pings -c 3 -i 0.1 ADDR; }
silent() { at_once "$1" fails at p ping -q -c 1 -W 0.3 ADDR; }

t 'the peer is wired up, and Linux has addresses, too' \
	peer p -l $theirs/24 -l $theirs6/64
t 'the peer has a link-local one' at p ip addr add fe80::1/64 dev eth0 nodad
t 'the module loads' load arp_probe_ms=0
t 'ks0 is attached in shared mode' attach $spec,shared
t 'the peer pings us' answered "$all_us"
t 'and Linux' wait_for 5 answered "$all_theirs"
t 'we are asked by ARP' at p arping -q -I eth0 -c 2 -w 4 $us
t 'so is Linux' at p arping -q -I eth0 -c 2 -w 4 $theirs
t 'we are asked by neighbor discovery' arping6 p $us6
t 'so is Linux, too' arping6 p $theirs6
t 'Linux pings the peer' at_once "$all_peer" ping -q -c 3 -i 0.1 -W 2 ADDR
t 'so do we' at_once "$all_peer" we_ping -c 3 -i 0.1 ADDR
echo_on ::
bg udp -t 600 echo :: 7 >/dev/null
n=$(scale 7000)
at_once "$all_theirs" load_to ADDR 7 "$n" 0 1452 >"$scratch/load" &
linux=$!
t 'we echo UDP' at_once "$all_us" load_to ADDR 7 "$n" 0 1452
t 'Linux echoes at the same time' wait "$linux"
cat "$scratch/load"
serve_on :: 7000
bg tcp serve :: 7000 >/dev/null
to_theirs() { at_once "$all_theirs" from_peer ADDR 7000 2 20000 20000; }
t "Linux's TCP works" wait_for 5 to_theirs
t 'so does ours' at_once "$all_us" from_peer ADDR 7000 2 20000 20000
t 'frames for Linux were passed on' test "$(drops passed)" -gt 0
whole 'after the load'
t 'ks0 is detached' detach ks0
t 'Linux goes on' answered "$all_theirs"
t 'we do not' silent "$all_us"
t 'ks0 is attached in exclusive mode' attach $spec,exclusive
t 'we answer again' answered "$all_us"
t 'Linux does not' silent "$all_theirs"
whole 'at the end'
