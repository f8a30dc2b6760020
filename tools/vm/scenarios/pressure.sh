#!/bin/bash
# A pool that runs short says so at each watermark, gives up what is worth least,
# and is as before when it is over. Caps that do not fit are refused.
# needs: uml uml-debug
# timeout: 90

. "$(dirname "$0")/../ksmol.sh"

tracing=/sys/kernel/tracing

# of CLASS COLUMN: in debugfs pressure.
of() {
	awk -v row="$1" -v name="$2" '$1 == "class" {
			for (i = 1; i <= NF; i++)
				col[$i] = i
		}
		$1 == row { print $col[name] }' "$debug/pressure"
}
is() { [ "$(of "$1" level)" = "$2" ]; }

# row ROW COLUMN: in the tables of debugfs pool.
row() { awk -v row="$1" -v col="$2" '$1 == row && NF > 2 { n = $col } END { print n }' "$debug/pool"; }

crossed() {
	awk '$1 == "class" { on = 1; next } on { n += $7 + $8 + $9 } END { print n }' \
		"$debug/pressure"
}
traced() { grep -c "ksmol_pressure: .*$1" $tracing/trace; }

# refused NAME VALUE WORDS: the value stays, and the log says why.
refused() {
	local old

	old=$(cat "$params/$1")
	mark_log
	t "$1=$2 is refused" fails write_param "$1" "$2"
	expect "$1 is as before" "$(cat "$params/$1")" "$old"
	t "the log has the numbers" logged "$3"
}

start6 pool_rx=64 pool_tx=64 pool_shared=16 pool_reserve=8 sock_tx=64
expect 'everybody may read pressure' "$(stat -c %a "$debug/pressure")" 444
expect 'reset is only written' "$(stat -c %a "$debug/reset")" 200
t 'the peer pings us' at_once "$all_us" pings -c 2 -i 0.1 ADDR
expect 'all is well' "$(of tx level) $(of rx level)" 'ok ok'
expect 'watermarks follow the size' "$(of tx low) $(of tx critical)" '16 8'
echo 1 >$tracing/events/ksmol/ksmol_pressure/enable
echo >$tracing/trace
before=$(crossed)

cat >"$scratch/watch.py" <<'END'
import os, select, sys, time
fd = os.open(sys.argv[1], os.O_RDONLY)
poll = select.poll()
poll.register(fd, select.POLLPRI | select.POLLIN)
os.pread(fd, 65536, 0)
print('quiet' if not poll.poll(0) else 'not quiet', flush=True)
seen, end = [], time.monotonic() + 90
while seen[-1:] != ['ok'] or 'critical' not in seen:
    if time.monotonic() > end or not poll.poll(60000):
        break
    text = os.pread(fd, 65536, 0).decode()
    seen += [l.split()[1] for l in text.splitlines() if l.startswith('tx ')]
print(seen[0], 'critical' in seen, seen[-1])
END
python3 "$scratch/watch.py" "$debug/pressure" >"$scratch/watch" &
watch=$!
background+=("$watch")
t 'nothing has happened yet' wait_for 10 grep -qx quiet "$scratch/watch"

cat >"$scratch/fill.py" <<'END'
import socket, subprocess, sys, time
socks = [socket.socket(socket.AF_INET6, socket.SOCK_DGRAM, int(sys.argv[1]))
         for _ in range(4)]
peers = '::ffff:10.0.0.1', 'fd00::1'
for s in socks:
    s.setblocking(False)
# Only now: after a second of anybody's frames the device would get copies.
subprocess.run('tc qdisc add dev ks0 root netem delay 6s limit 10000'.split(),
               check=True)
for silent in '::ffff:10.0.0.99', 'fd00::99':
    for _ in range(4):
        socks[0].sendto(bytes(100), (silent, 9))
refused, end = 0, time.monotonic() + 30
while refused < 100 and time.monotonic() < end:
    for i, s in enumerate(socks):
        try:
            s.sendto(bytes(1000), (peers[i % 2], 9))
        except BlockingIOError:
            refused += 1
sys.exit(refused < 100)
END

# Four packets wait for each of two silent hosts; then a device keeps all that is
# sent.
mod sch_netem || :
t 'four sockets send until nothing is left' python3 "$scratch/fill.py" $proto
expect 'each neighbor keeps its last' "$(owned neighbor)" 2
expect 'six of those that waited were given up' \
	"$(drops tx_neigh_reclaimed)" 6
expect 'the ladder has them' "$(row reclaim_neighbor 3)" 6
t 'TX is critical' is tx critical
t 'so is the shared middle' is shared critical
expect 'receivers have theirs' "$(of rx level)" ok
t 'the ladder was climbed' test "$(row reclaim_caches 2)" -ge 1
t 'pings are answered meanwhile' \
	at_once "$all_us" at p ping -q -W 60 -c 2 -i 0.1 ADDR
t 'TX is well again' wait_for 10 is tx ok
t 'the shared middle, too' wait_for 5 is shared ok
tc qdisc del dev ks0 root
t 'everything is home' wait_for 10 idle

t 'who polled has ended' wait "$watch"
t 'and was woken at both ends' grep -qE '^(low|critical) True ok$' "$scratch/watch"
cat "$scratch/watch"
expect 'each crossing is counted' "$(stat_of pressure crossings)" "$(crossed)"
expect 'and traced' "$(traced .)" $(($(crossed) - before))
t 'by name' test "$(traced 'class=tx free=[0-9]* low -> critical')" -ge 1
t 'both ways' test "$(traced 'class=tx free=[0-9]* .* -> ok')" -ge 1
echo 0 >$tracing/events/ksmol/enable

t 'the high-water mark stands' test "$(row peak 3)" -ge 64
t 'it can be reset' sh -c "echo 1 >$debug/reset"
t 'and begins anew' test "$(row peak 3)" -lt 64
expect 'what is counted stays' "$(drops tx_neigh_reclaimed)" 6

refused neigh_queue_total 33 'neigh_queue_total=33 is more than half of pool_tx=64'
refused tcp_ooo 60 'pool_rx=64 does not hold 60 out of order'
refused sock_rx 1000 'sock_rx=1000 must be 1 to 72'
refused sock_tx 65 'sock_tx=65 must be 1 to 64'
refused neigh_queue 0 'neigh_queue must be at least 1'
refused tcp_ecn 3 'tcp_ecn'
t 'what fits is taken' write_param neigh_queue_total 32
expect 'and in force' "$(awk '$1 == "cap_neighbor" { print $3 }' "$debug/pool")" 32
whole 'at the end'
