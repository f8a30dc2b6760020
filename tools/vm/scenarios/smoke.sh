#!/bin/bash
# The bench itself: two processors, and a peer that answers Linux.
# needs: uml uml-debug qemu
# timeout: 60

. "$(dirname "$0")/../guest.sh"

expect 'two processors' "$(nproc)" 2
t 'a peer is wired up' peer p -l 10.0.0.2/24 -l fd00::2/64 -k 'tso off'
t 'it answers over IPv4' ping -q -c 2 -i 0.2 -W 2 10.0.0.1
t 'it answers over IPv6' ping -q -c 2 -i 0.2 -W 2 fd00::1
t 'it reaches us' at p ping -q -c 1 -W 2 10.0.0.2
bg at p socat -u TCP-LISTEN:7,reuseaddr SYSTEM:'cat >/tmp/received'
t 'TCP reaches it' wait_for 5 sh -c \
	'echo hello | socat -u STDIN TCP:10.0.0.1:7'
t 'with its data' wait_for 5 grep -qx hello /tmp/received
t 'Python runs' /usr/bin/python3 -c 'import json, random, socket, struct'
t 'a wait ends' fails wait_for 0 false
