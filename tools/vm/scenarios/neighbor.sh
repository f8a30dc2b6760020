#!/bin/bash
# Neighbors of both families that don't answer: what waits for them is capped,
# told, and in nobody's way.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

waiting() { owned neighbor; }
none_waits() { [ "$(waiting)" = 0 ]; }
twelve_wait() { [ "$(waiting)" -ge 12 ]; }
to_silent() { udp -p $proto -n flood "$1" 9 "$2" 100 >/dev/null; }

# hosts N: two that are silent so far, one of each family.
hosts() { echo "10.0.0.$1" "fd00::$1"; }
appear() {
	at p ip addr add "10.0.0.$1/24" dev eth0 &&
		at p ip addr add "fd00::$1/64" dev eth0 nodad
}
counting() { at p ss -Hlun | grep -q ':9 '; }
# count_on: whatever comes to the peer; arrived N: so much, when no more comes.
count_on() {
	bg_at p udp -t 8 count :: 9 >"$scratch/count"
	counter=$bg_pid
	wait_for 5 counting
}
arrived() {
	wait "$counter"
	cat "$scratch/count"
	[ "$(word received <"$scratch/count")" = "$1" ]
}

# heard PATTERN: questions with it in the capture.
heard() { at p tcpdump -nr "$scratch/asked" 2>/dev/null | grep -c "$1"; }

start6 neigh_queue=4 neigh_queue_total=16
t 'the peer pings us' at_once "$all_us" pings -c 2 -i 0.1 ADDR

# Pitfall 4: their replies wait for addresses that nobody has.
frames_at p echo n=8 src=10.0.0.%i >/dev/null &
frames=$!
frames6_at p echo n=8 src=fd00::%i >/dev/null &
frames6=$!
t 'sixteen replies to silent addresses wait' wait_for 5 twelve_wait
t 'and stall nobody else' at_once "$all_us" pings -c 20 -i 0.05 ADDR
wait "$frames" "$frames6"
t 'until they are given up' wait_for 10 none_waits
t 'which is counted' test "$(drops tx_neigh_failed)" -ge 12

# All at once: three seconds later the first are given up, so whoever acts then
# has been started before.
cat >"$scratch/many.py" <<'END'
import socket, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM, int(sys.argv[1]))
print('ready', flush=True)
sys.stdin.readline()
for i in range(100, 108):
    for host in f'::ffff:10.0.0.{i}', f'fd00::{i}':
        for _ in range(2):
            try:
                s.sendto(bytes(100), (host, 9))
            except OSError as e:
                assert e.errno == 105	# ENOBUFS: sixteen wait already
END
mkfifo "$scratch/go" "$scratch/ip"
python3 "$scratch/many.py" $proto <"$scratch/go" >"$scratch/many" &
many=$!
exec 9>"$scratch/go"
at p ip -batch - <"$scratch/ip" &
exec 8>"$scratch/ip"
t 'somebody is ready to send to many' wait_for 5 grep -q ready "$scratch/many"
count_on
for host in $(hosts 99); do
	to_silent "$host" 20
done
first=$(waiting) refused=$(drops tx_neigh_queue)
echo >&9
wait "$many"
all=$(waiting)
printf '%s\n' 'addr add 10.0.0.99/24 dev eth0' \
	'addr add fd00::99/64 dev eth0 nodad' >&8
exec 8>&- 9>&-
expect 'four packets wait for each of two neighbors' "$first" 8
expect 'the rest is counted' "$refused" 32
expect 'sixteen wait in all' "$all" 16
t 'the rest is counted, too' test "$(drops tx_neigh_total)" -ge 10
t 'those for the first were not evicted for the others' arrived 8
t 'the others are given up' wait_for 10 none_waits

# Pitfall 32.
appear 98
count_on
for host in $(hosts 98); do
	to_silent "$host" 1
done
t 'the first packet to a new neighbor arrives' arrived 2

# Pitfall 28.
bg_at p tcpdump -U -nni eth0 -w "$scratch/asked" arp or icmp6 2>/dev/null
capture=$bg_pid
sleep 1
began=$SECONDS
for _ in $(seq 40); do
	for host in $(hosts 97); do
		to_silent "$host" 5
	done
	sleep 0.05
done
stop "$capture"
took=$((SECONDS - began))
for host in $(hosts 97); do
	asked=$(heard "who[ -]has $host")
	t "$host is asked for" test "$asked" -ge 1
	t "once a second at most: $asked times for 200 packets" \
		test "$asked" -le $((took + 2))
done

# Pitfall 8 and 30, with Python's sockets.
bg_at p udp -t 600 echo :: 7 >/dev/null
cat >"$scratch/two.py" <<'END'
import socket, sys, time
if ':' in sys.argv[1]:
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_IPV6, 25, 1)	# IPV6_RECVERR
else:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_IP, 11, 1)	# IP_RECVERR
s.settimeout(2.5)	# silence takes three seconds
for i in range(20):
    try:
        s.sendto(b'silent', (sys.argv[1] + '96', 9))
    except OSError as e:
        assert e.errno == 105	# ENOBUFS: four wait already
start = time.monotonic()
s.sendto(b'hello', (sys.argv[1] + '1', 7))
print(s.recv(100).decode(), time.monotonic() - start < 2.5)
s.settimeout(8)
try:
    s.recv(100)
except OSError as e:
    print(e.errno == 113)
END
two() { ksmol run python3 "$scratch/two.py" "$1" | xargs; }
expect 'a silent host is in no way of another, and told to the sender' \
	"$(at_once '10.0.0. fd00::' two ADDR | uniq -c | xargs)" \
	'2 hello True True'
for host in $(hosts 95); do
	to_silent "$host" 4
done
t 'ks0 is detached while packets wait' detach ks0
t 'they are counted' test "$(drops tx_neigh_flushed)" -ge 8
t 'everything is home' wait_for 5 idle
whole 'after the detach'

# A table full of silent strangers: whoever comes next is answered once they are
# given up, and not only when they are forgotten.
t 'the module unloads' unload
t 'and loads with few neighbors' load arp_probe_ms=0 neigh_max=16 \
	"attach=ks0,$us/24,$us6/64,fe80::2/64" || exit
frames_at p echo n=20 src=10.0.0.%i >/dev/null
t 'replies to silent strangers wait' test "$(waiting)" -ge 10
before=$(drops tx_neigh_table)
fails pings -c 1 -W 0.2 $us_link >/dev/null
t 'there is no place for another' test "$(drops tx_neigh_table)" -gt "$before"
t 'they are given up' wait_for 10 none_waits
t 'now there is' pings -c 5 -i 0.1 $us_link
t 'everything is home' wait_for 5 idle
whole 'after the strangers'
