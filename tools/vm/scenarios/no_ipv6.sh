#!/bin/bash
# A kernel whose IPv6 is switched off at boot, or that has none: the module says
# what that means, and IPv4 is as ever.
# needs: uml uml-debug uml-noipv6 debian-6.1
# kernel: ipv6.disable=1
# timeout: 60

. "$(dirname "$0")/../ksmol.sh"

# error_of PROTO: what becomes of an AF_INET6 socket.
error_of() {
	python3 -c "
import errno, socket
try:
    socket.socket(socket.AF_INET6, socket.SOCK_DGRAM, $1)
except OSError as err:
    print(errno.errorcode[err.errno])"
}

expect 'Linux has no IPv6' "$(error_of 0)" EAFNOSUPPORT
t 'the peer is wired up' peer p -6 - || exit
t 'the module loads' load arp_probe_ms=0 || exit
why="Linux's IPv6 is switched off"
[ "$KSMOL_FLAVOR" != uml-noipv6 ] || why='this kernel has no IPv6'
t 'and says what it lacks' \
	grep -q "ksmol: $why: no AF_INET6 sockets" <(dmesg)
expect 'that is so' "$(error_of $proto)" EAFNOSUPPORT
t 'ks0 is attached' attach "ks0,$us/24" || exit
t 'the peer pings us' pings -c 5 -i 0.1 $us
echo_on $us
load_to $us 7 5000 0 1472 >"$scratch/load"
t 'we echo datagrams' grep -q '^sent 5000 received 5000 lost 0 corrupt 0 ' \
	"$scratch/load"
serve_on $us 5000
t 'and take streams' to_us 5000 2 200000 200000
t 'a port is answered for' at p python3 -c "
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(30)
s.connect(('$us', 999))
s.send(b'x')
try:
    s.recv(1)
except ConnectionRefusedError:
    raise SystemExit(0)
raise SystemExit(1)"
t 'everything is home' wait_for 30 idle
whole 'after all that'
t 'ks0 is detached' detach ks0
# What is spoken on the wire does not hang on Linux.
t 'it may have IPv6 addresses all the same' attach "ks0,$us/24,$us6/64"
t 'which are in use' wait_for 30 grep -q "^$us6 .* valid" \
	"$debug/ifaces/ks0/addresses"
t 'the peer pings us again' pings -c 3 -i 0.1 $us
t 'ks0 is detached again' detach ks0
