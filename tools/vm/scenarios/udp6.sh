#!/bin/bash
# UDP and ping over IPv6: verified loads both ways, both families on one
# socket, link-local addresses, unmodified programs.
# needs: uml uml-debug debian-6.1
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

count=$(scale 200000)

# clean: the load said that nothing was lost or changed.
clean() { grep -q "^sent $1 received $1 lost 0 corrupt 0 " "$scratch/load"; }

cat >"$scratch/server.py" <<'END'
import socket, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind(('::', int(sys.argv[1])))
s.settimeout(60)
while True:
    data, addr = s.recvfrom(2000)
    s.sendto(data.strip().upper() + b' ' + addr[0].encode(), addr)
END

# say ADDRESS: what the server on port 702 answers to who asks from the peer.
say() { echo hello | at p socat -t 3 -T 3 - "$1:702"; }

start6
echo_on ::
t 'ss says that it takes both' grep -qE '^udp +\*:7 ' "$debug/sockets"
load_to $us6 7 "$count" 0 1452 >"$scratch/load"
cat "$scratch/load"
t "we echo $count datagrams" clean "$count"
load_to $us 7 $((count / 4)) 0 1472 >"$scratch/load"
t 'and those of IPv4, on the same socket' clean $((count / 4))
load_to fe80::2%eth0 7 $((count / 4)) 0 1452 >"$scratch/load"
t 'and those of the link' clean $((count / 4))

bg_at p udp -t 600 echo :: 8 >/dev/null
sleep 0.5
udp -p $proto load $peer6 8 $((count / 4)) 0 1452 >"$scratch/load"
t "the peer echoes $((count / 4)) of ours" clean $((count / 4))
udp -p $proto load ::ffff:10.0.0.1 8 $((count / 20)) 0 1472 >"$scratch/load"
t 'also where they went by IPv4' clean $((count / 20))
udp -p $proto load fe80::1%ks0 8 $((count / 20)) 0 1452 >"$scratch/load"
t 'and over the link' clean $((count / 20))
bg udp -p $proto -t 60 echo $us6 9 >/dev/null
wait_for 5 bound 9
udp -p $proto load $us6 9 $((count / 20)) 0 1452 >"$scratch/load"
t 'we echo to ourselves' clean $((count / 20))

bg ksmol run python3 "$scratch/server.py" 702
wait_for 5 bound 702
expect 'Python answers IPv6' "$(say "UDP6:[$us6]")" "HELLO $peer6"
expect 'and IPv4' "$(say "UDP4:$us")" 'HELLO ::ffff:10.0.0.1'

t 'the peer pings us' pings -6 -c 3 -i 0.2 $us6
t 'and over the link' pings -6 -c 2 -i 0.2 fe80::2%eth0
t 'we ping the peer' we_ping -c 3 -i 0.2 $peer6
for size in 0 1 255 257 1452; do
	t "with $size bytes" we_ping -c 2 -i 0.05 -s "$size" $peer6
done
t 'and over the link' we_ping -c 2 -i 0.2 fe80::1%ks0
t 'and ourselves' we_ping -c 2 -i 0.1 $us6
ksmol run ping -6 -c 1 -W 2 2001:db8::1 >"$scratch/unrouted" 2>&1
t 'ping shows that there is no route' \
	grep -q 'Network is unreachable' "$scratch/unrouted"
expect 'a closed port is told of' \
	"$(at p python3 -c "
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.connect(('$us6', 999))
s.send(b'x')
s.settimeout(5)
try:
    s.recv(1)
except OSError as err:
    print(err.errno)")" 111
t 'everything is home' wait_for 5 idle
whole 'after the load'
