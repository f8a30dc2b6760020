#!/bin/bash
# The known ways to run out of buffers, each of which has silenced some stack
# for good: on small pools, everybody else goes on. The README's exhaustion map
# has those that are tested elsewhere.
# needs: uml uml-debug
# timeout: 90

. "$(dirname "$0")/../ksmol.sh"

programs=$scratch/programs.py

parked() { owned neighbor; }
none_parked() { [ "$(parked)" = 0 ]; }

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
	t "$1 $2: loads" load arp_probe_ms=0 "attach=ks0,$us/24" "$@" || exit
	pings -c 2 -i 0.1 $us
}

# A stream's two ends: who reads, who never does, and who sends for as long as
# it gets rid of it, says how much that was, and whether all is acknowledged.
cat >"$programs" <<'END_PY'
import array, fcntl, socket, sys, termios, time

def accepted(reads):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(('10.0.0.1', 31))
    s.listen()
    c = s.accept()[0]
    while not reads or c.recv(65536):
        if not reads:
            time.sleep(1000)

def send(limit):
    s = socket.create_connection(('10.0.0.1', 31))
    s.setblocking(False)
    sent = quiet = 0
    left = array.array('i', [1])
    while quiet < 20 and (sent < limit or left[0]):
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
send(int(sys.argv[2])) if mode == 'send' else accepted(mode == 'read')
END_PY

# Sixteen spoofed pings on a pool of sixteen: each reply waits for an address
# that nobody has.
start pool_rx=16 pool_tx=16 pool_shared=0 pool_reserve=4 neigh_queue_total=8
pings -c 2 -i 0.1 $us
for round in 1 2; do
	frames_at p echo n=16 src=10.0.0.%i >/dev/null
	t "sixteen spoofed pings, round $round: replies are parked" \
		test "$(parked)" -ge 4
	t 'no more than may' test "$(parked)" -le 8
	t 'the next ping is answered' pings -c 5 -i 0.02 -W 1 $us
	t 'until they are given up' wait_for 10 none_parked
done
whole 'spoofed pings'

# Received frames in the queues of programs that sleep hold all that such may,
# while TCP waits for acknowledgments.
again pool_rx=32 pool_tx=24 pool_shared=0 pool_reserve=8 neigh_queue_total=8
for port in 21 22 23 24; do
	sink_on $port
	[ $port != 21 ] || first=$bg_pid
	at p udp flood $us $port 200 1000 >/dev/null
done
t 'four sleepers hold what they may' test "$(owned socket)" -ge 20
t 'and are refused more' \
	test $(($(drops rx_floor) + $(drops rx_share))) -gt 500
bg_at p python3 "$programs" read
wait_for 10 listening p 31
bg ksmol run python3 "$programs" send 300000 >"$scratch/sent"
wait_for 30 test -s "$scratch/sent"
expect 'a stream of 300000 bytes is acknowledged to the last' \
	"$(cat "$scratch/sent")" '300000 0'
t 'pings are answered' pings -c 10 -i 0.02 $us
t 'and ARP' at p arping -q -I eth0 -c 1 -w 2 $us
for pid in "${background[@]}"; do
	[ "$pid" = "$first" ] || stop "$pid"
done
background=("$first")
t 'one sleeper holds most' test "$(owned socket)" -ge 16
serve_on $us 7
serve_at p 10.0.0.1 7
echo_on $us 25
t 'others receive and answer' load_to $us 25 200 0 1400 -w 1
t 'TCP to us goes on' to_us 7 2 65536 65536 -t 30
t 'TCP from us goes on' to_peer 7 2 65536 65536 -t 30
whole 'sleeping readers'

# Readers on this very machine that never read: Linux's, by UDP and TCP, and
# our own. What they keep would be our pages.
again pool_rx=64 pool_tx=56 pool_shared=0 pool_reserve=8
bg_at p udp sink 10.0.0.1 30
bg_at p python3 "$programs" sleep
wait_for 10 listening p 31
udp -p $proto -n flood 10.0.0.1 30 500 1000 >"$scratch/flood"
t 'a peer that never reads got datagrams' \
	test "$(word sent <"$scratch/flood")" -gt 0
: >"$scratch/sent"
bg ksmol run python3 "$programs" send 100000000 >"$scratch/sent"
t 'and a stream that ended in its queues' wait_for 30 test -s "$scratch/sent"
cat "$scratch/sent"
sink_on 32
udp -p $proto -n flood $us 32 500 1000 >/dev/null
serve_on $us 7
serve_at p 10.0.0.1 7
t 'TCP from us goes on' to_peer 7 2 65536 65536 -t 30
t 'and to us' to_us 7 2 65536 65536 -t 30
t 'pings are answered' pings -c 10 -i 0.02 $us
t 'so are ours' ksmol run ping -q -c 5 -i 0.1 -W 2 10.0.0.1
whole 'peers that never read'
again pool_rx=64 pool_tx=56
expect 'the census is exact' "$(stat_of pool census)" exact
