#!/bin/bash
# A peer on this machine reads nothing for a while. It shall not have our pages: what
# goes to it then are copies, and they take no more memory than its window promised.
# needs: uml uml-debug
# timeout: 60

. "$(dirname "$0")/../ksmol.sh"

bytes=4500000

# Reads from when the file is there, and says how much came.
hoard='
import os, socket, sys, time
stream, _ = socket.create_server(("10.0.0.1", 8)).accept()
while not os.path.exists(sys.argv[1]):
    time.sleep(0.05)
n = 0
while part := stream.recv(1 << 20):
    n += len(part)
print(n)
'
pour='
import socket, sys
stream = socket.create_connection(("10.0.0.1", 8))
stream.sendall(bytes(int(sys.argv[1])))
'
hoarded() {
	[ "$(at p ss -Htn sport = :8 | awk '{ print $2 }')" -ge "$bytes" ]
}
copied() { awk '$1 == "bound" && $2 == "sent" { print $4 }' "$debug/copies"; }
kept() { stat_of pool quarantined; }
kept_no_more() { [ "$(kept)" = 0 ]; }

start pool_tx=128 pool_shared=0 pool_stream=8
at p sysctl -qw net.ipv4.tcp_rmem='4096 6291456 8388608'
bg_at p python3 -c "$hoard" "$scratch/read" >"$scratch/came"
serve_at p 10.0.0.1 7
t 'the peer listens' wait_for 10 listening p 8
t 'all of it can be sent' ksmol run python3 -c "$pour" $bytes
t 'the peer has it all' wait_for 10 hoarded
t 'most of it are copies' test "$(copied)" -gt $((bytes / 2))
t 'it keeps little of the pool' test "$(kept)" -lt 128
t 'others find pages' to_peer 7 4 65536 65536 -t 30
expect 'its memory is what it had promised' "$(at p nstat -asz \
	TcpExtPruneCalled TcpExtTCPRcvCollapsed TcpExtTCPRcvQDrop |
	awk '/^TcpExt/ { n += $2 } END { print n }')" 0
touch "$scratch/read"
t 'it reads' wait_for 10 grep -q . "$scratch/came"
expect 'all of it' "$(cat "$scratch/came")" $bytes
t 'and keeps nothing' wait_for 10 kept_no_more
whole 'at the end'
