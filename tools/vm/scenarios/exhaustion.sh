#!/bin/bash
# The known ways to run out of buffers, each of which has silenced some stack
# for good: on small pools, everybody else goes on, by both families. The
# README's exhaustion map has those that are tested elsewhere.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

programs=$scratch/programs.py

parked() { owned neighbor; }
none_parked() { [ "$(parked)" = 0 ]; }
four_parked() { [ "$(parked)" -ge 4 ]; }

# again PARAM=VALUE...: what ran so far is over; the next on a pool of its own.
again() {
	local pid

	for pid in "${background[@]}"; do
		stop "$pid"
	done
	background=()
	t 'everything is home when all have ended' wait_for 20 idle
	detach ks0	# ends connections that lack their peer's last word
	t "$1 $2: unloads" wait_for 10 unload
	t "$1 $2: loads" load arp_probe_ms=0 \
		"attach=ks0,$us/24,$us6/64,fe80::2/64" "$@" || exit
	t "$1 $2: the peer pings us" answered 2
}
answered() { at_once "$all_us" pings -c "$1" -i 0.02 -W 1 ADDR; }

# A stream's two ends: who reads, who never does, and who sends until nothing goes
# for so many seconds, says how much that was, and whether all is acknowledged.
cat >"$programs" <<'END_PY'
import array, fcntl, selectors, socket, sys, termios, time

def accepted(reads):
    s = socket.create_server(('::', 31), family=socket.AF_INET6,
                             dualstack_ipv6=True)
    ready = selectors.DefaultSelector()
    ready.register(s, selectors.EVENT_READ)
    unread = []
    while True:
        for key, _ in ready.select():
            if key.fileobj is s and reads:
                ready.register(s.accept()[0], selectors.EVENT_READ)
            elif key.fileobj is s:
                unread.append(s.accept()[0])
            elif not key.fileobj.recv(65536):
                ready.unregister(key.fileobj)

def send(to, limit, seconds):
    s = socket.create_connection((to, 31))
    s.setblocking(False)
    sent = quiet = 0
    left = array.array('i', [1])
    while quiet < 20 * seconds and (sent < limit or left[0]):
        try:
            sent += s.send(bytes(min(65536, limit - sent))) if sent < limit else 0
            quiet = 0
        except BlockingIOError:
            quiet += 1
        fcntl.ioctl(s, termios.TIOCOUTQ, left)
        time.sleep(0.05)
    print(sent, left[0], flush=True)
    time.sleep(1000)

mode = sys.argv[1]
if mode == 'send':
    send(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
accepted(mode == 'read')
END_PY

# streams BYTES SECONDS: one by each family, and what they said.
streams() {
	local to

	rm -f "$scratch"/sent.*
	for to in 10.0.0.1 $peer6; do
		bg ksmol run python3 "$programs" send "$to" "$@" >"$scratch/sent.$to"
	done
	wait_for 30 test -s "$scratch/sent.10.0.0.1" &&
		wait_for 30 test -s "$scratch/sent.$peer6" && cat "$scratch"/sent.*
}

spoofed_by_IPv4() { frames_at p echo n=16 src=10.0.0.%i; }
spoofed_by_IPv6() { frames6_at p echo n=16 src=fd00::%i; }
spoofed_by_both() {
	frames_at p echo n=8 src=10.0.0.%i
	frames6_at p echo n=8 src=fe80::%i
}

# Sixteen spoofed pings on a pool of sixteen: each reply waits for an address
# that nobody has.
start6 pool_rx=16 pool_tx=16 pool_shared=0 pool_reserve=4 neigh_queue_total=8
t 'the peer pings us' answered 2
for family in IPv4 IPv6 both; do
	# Those that came first are given up after three seconds.
	"spoofed_by_$family" >/dev/null &
	spoofer=$!
	t "sixteen spoofed pings, $family: replies are parked" \
		wait_for 5 four_parked
	t 'no more than may' test "$(parked)" -le 8
	wait "$spoofer"
	t 'the next ping is answered' answered 5
	t 'until they are given up' wait_for 10 none_parked
done
whole 'spoofed pings'

# Received frames in the queues of programs that sleep hold all that such may,
# while TCP waits for acknowledgments.
again pool_rx=32 pool_tx=24 pool_shared=0 pool_reserve=8 neigh_queue_total=8
while read -r port to; do
	sink_on "$to" "$port"
	[ "$port" != 21 ] || first=$bg_pid
	at p udp flood "$to" "$port" 200 1000 >/dev/null
done <<END
21 $us
22 $us6
23 $us
24 $us6
END
t 'four sleepers hold what they may' test "$(owned socket)" -ge 20
t 'and are refused more' \
	test $(($(drops rx_floor) + $(drops rx_share))) -gt 500
bg_at p python3 "$programs" read
wait_for 10 listening p 31
t 'two streams end while all readers sleep' streams 150000 20
expect 'acknowledged to the last' \
	"$(sort -u "$scratch"/sent.*)" '150000 0'
t 'pings are answered' answered 10
t 'and ARP' at p arping -q -I eth0 -c 1 -w 2 $us
t 'and neighbor discovery' arping6 p $us6
for pid in "${background[@]}"; do
	[ "$pid" = "$first" ] || stop "$pid"
done
background=("$first")
t 'one sleeper holds most' test "$(owned socket)" -ge 16
serve_on :: 7
serve_at p :: 7
echo_on :: 25
t 'others receive and answer' at_once "$all_us" load_to ADDR 25 70 0 1400 -w 1
t 'TCP to us goes on' both to_us 7 1 65536 65536
t 'TCP from us goes on' both to_peer 7 1 65536 65536
whole 'sleeping readers'

# Readers on this very machine that never read: Linux's, by UDP and TCP, and
# our own. What they keep would be our pages.
again pool_rx=64 pool_tx=56 pool_shared=0 pool_reserve=8
bg_at p udp sink :: 30
bg_at p python3 "$programs" sleep
wait_for 10 listening p 31
at_once "10.0.0.1 $peer6" udp -p $proto -n flood ADDR 30 250 1000 >"$scratch/flood"
t 'a peer that never reads got datagrams' fails grep '^sent 0 ' "$scratch/flood"
t 'and streams that ended in its queues' streams 100000000 1
sink_on :: 32
at_once "$us $us6" udp -p $proto -n flood ADDR 32 250 1000 >/dev/null
serve_on :: 7
serve_at p :: 7
t 'TCP from us goes on' both to_peer 7 1 65536 65536
t 'and to us' both to_us 7 1 65536 65536
t 'pings are answered' answered 10
t 'so are ours' at_once "$all_peer" we_ping -c 5 -i 0.1 ADDR
whole 'peers that never read'
again pool_rx=64 pool_tx=56
expect 'the census is exact' "$(stat_of pool census)" exact
