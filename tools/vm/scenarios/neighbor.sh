#!/bin/bash
# Neighbors that don't answer: what waits for them is capped, told, and in
# nobody's way.
# needs: uml uml-debug
# timeout: 90

. "$(dirname "$0")/../ksmol.sh"

waiting() { owned neighbor; }
none_waits() { [ "$(waiting)" = 0 ]; }
to_silent() { udp -p $proto -n flood "$1" 9 "$2" 100 >/dev/null; }

# heard PATTERN: ARP packets with it in the capture.
heard() { at p tcpdump -nr "$scratch/arp" 2>/dev/null | grep -c "$1"; }

start neigh_queue=4 neigh_queue_total=16
t 'the peer pings us' pings -c 2 -i 0.1 $us

# Pitfall 4: their replies wait for addresses that nobody has.
frames_at p echo n=16 src=10.0.0.%i >/dev/null
t 'sixteen replies to silent addresses wait' test "$(waiting)" -ge 12
t 'and stall nobody else' pings -c 20 -i 0.05 $us
t 'until they are given up' wait_for 10 none_waits
t 'which is counted' test "$(drops tx_neigh_failed)" -ge 12

# All at once: three seconds later the first are given up.
cat >"$scratch/many.py" <<'END'
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, int(sys.argv[1]))
for i in range(100, 116):
    for _ in range(2):
        try:
            s.sendto(bytes(100), (f'10.0.0.{i}', 9))
        except OSError as e:
            assert e.errno == 105	# ENOBUFS: sixteen wait already
END
to_silent 10.0.0.99 20
expect 'four packets wait for one neighbor' "$(waiting)" 4
expect 'the rest is counted' "$(drops tx_neigh_queue)" 16
python3 "$scratch/many.py" $proto
expect 'sixteen wait in all' "$(waiting)" 16
t 'the rest is counted, too' test "$(drops tx_neigh_total)" -ge 10
at p ip addr add 10.0.0.99/24 dev eth0
bg_at p udp -t 4 count 10.0.0.99 9 >"$scratch/count"
counter=$bg_pid
wait "$counter"
t 'those for the first were not evicted for the others' \
	test "$(word received <"$scratch/count")" -eq 4
t 'the others are given up' wait_for 10 none_waits

# Pitfall 32.
at p ip addr add 10.0.0.98/24 dev eth0
bg_at p udp -t 3 count 10.0.0.98 9 >"$scratch/count"
counter=$bg_pid
sleep 0.5
to_silent 10.0.0.98 1
wait "$counter"
expect 'the first packet to a new neighbor arrives' \
	"$(word received <"$scratch/count")" 1

# Pitfall 28.
bg_at p tcpdump -U -nni eth0 -w "$scratch/arp" arp 2>/dev/null
capture=$bg_pid
sleep 1
began=$SECONDS
for _ in $(seq 40); do
	to_silent 10.0.0.97 5
	sleep 0.05
done
stop "$capture"
asked=$(heard 'who-has 10.0.0.97')
t 'solicitations are sent' test "$asked" -ge 1
t "and one a second at most: $asked for 200 packets" \
	test "$asked" -le $((SECONDS - began + 2))

# Pitfall 8 and 30, with Python's sockets.
bg_at p udp -t 600 echo 10.0.0.1 7 >/dev/null
cat >"$scratch/two.py" <<'END'
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, 11, 1)	# IP_RECVERR
s.settimeout(2.5)	# silence takes three seconds
for i in range(20):
    try:
        s.sendto(b'silent', ('10.0.0.96', 9))
    except OSError as e:
        assert e.errno == 105	# ENOBUFS: four wait already
start = time.monotonic()
s.sendto(b'hello', ('10.0.0.1', 7))
print(s.recv(100).decode(), time.monotonic() - start < 2.5)
s.settimeout(8)
try:
    s.recv(100)
except OSError as e:
    print(e.errno == 113)
END
expect 'a silent host is in no way of another, and told to the sender' \
	"$(ksmol run python3 "$scratch/two.py" | tr '\n' ' ')" 'hello True True '
to_silent 10.0.0.95 4
t 'ks0 is detached while packets wait' detach ks0
t 'they are counted' test "$(drops tx_neigh_flushed)" -ge 4
t 'everything is home' wait_for 5 idle
whole 'after the detach'
