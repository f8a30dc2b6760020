#!/bin/bash
# Shared mode: one device for Linux's addresses and for ours.
# needs: uml uml-debug qemu
# timeout: 60

. "$(dirname "$0")/../ksmol.sh"

theirs=10.0.0.3
t 'the peer is wired up, and Linux has addresses, too' \
	peer p -l $theirs/24 -l fd00::3/64
t 'the module loads' load arp_probe_ms=0
t 'ks0 is attached in shared mode' attach ks0,$us/24,shared
t 'the peer pings us' pings -c 3 -i 0.1 $us
t 'and Linux' pings -c 3 -i 0.1 $theirs
t 'and Linux over IPv6' pings -c 3 -i 0.1 fd00::3
t 'we are asked by ARP' at p arping -q -I eth0 -c 2 -w 4 $us
t 'so is Linux' at p arping -q -I eth0 -c 2 -w 4 $theirs
t 'Linux pings the peer' ping -q -c 3 -i 0.1 -W 2 10.0.0.1
t 'so do we' ksmol run ping -q -c 3 -i 0.1 -W 2 10.0.0.1
echo_on 0.0.0.0
bg udp -t 600 echo $theirs 7 >/dev/null
bg at p udp load $theirs 7 "$(scale 20000)" 0 1472
linux=$bg_pid
t 'we echo UDP' load_to $us 7 "$(scale 20000)" 0 1472
t 'Linux echoes at the same time' wait "$linux"
bg socat -u TCP-LISTEN:7000,reuseaddr "SYSTEM:cat >$scratch/tcp"
t "Linux's TCP works" wait_for 5 at p sh -c \
	"echo hello | socat -u STDIN TCP:$theirs:7000"
t 'frames for Linux were passed on' test "$(drops passed)" -gt 0
whole 'after the load'
t 'ks0 is detached' detach ks0
t 'Linux goes on' pings -c 3 -i 0.1 $theirs
t 'we do not' fails at p ping -q -c 1 -W 0.3 $us
t 'ks0 is attached in exclusive mode' attach ks0,$us/24,exclusive
t 'we answer again' pings -c 3 -i 0.1 $us
t 'Linux does not' fails at p ping -q -c 1 -W 0.3 $theirs
whole 'at the end'
