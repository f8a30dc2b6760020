#!/bin/bash
# Live capture: what comes and goes is in the stream, with its end; whoever
# reads slowly loses, and nobody else does.
# needs: uml uml-debug
# timeout: 200

. "$(dirname "$0")/../ksmol.sh"

capture=$debug/ifaces/ks0/capture
pcapng=$KSMOL_TREE/tools/vm/pcapng.py

# of FILE KEY: how many; 0 if there are none.
of() {
	python3 "$pcapng" "$1" | awk -F': ' -v key="$2" '
		{ value = $NF; sub(/: [0-9]*$/, ""); if ($0 == key) n = value }
		END { print n + 0 }'
}

# lines PATTERN: how many of tcpdump's live lines have it.
lines() { grep -c "$1" "$scratch/live"; }
at_least() { [ "$(lines "$1")" -ge "$2" ]; }

# Reads into a file until the stream ends.
record() {
	cat "$capture" >"$1" &
	record_pid=$!
	background+=("$record_pid")
	wait_for 5 test -s "$1"
}

start
expect 'only root may read it' "$(stat -c %a "$capture")" 400
echo_on 0.0.0.0
serve_on 0.0.0.0 5000

# What tcpdump says while the stream goes on.
# It would give up root, and not every guest has a user for that.
tcpdump -Z root -lnn -r - <"$capture" >"$scratch/live" 2>"$scratch/tcpdump" &
record "$scratch/all"
t 'ping' pings -c 5 -i 0.05 $us
t 'tcpdump shows the requests live' wait_for 5 at_least 'echo request' 5
t 'and the replies' wait_for 5 at_least 'echo reply' 5
expect 'no more than there were' "$(lines 'ICMP echo')" 10
t 'UDP' load_to $us 7 100 100 1400
t 'UDP in both directions' wait_for 5 at_least 'UDP, length' 200
# No more than a ring holds: nothing of it is lost, however slow tcpdump is.
t 'TCP' to_us 5000 1 262144 262144
t 'connections begin in it' wait_for 10 at_least 'Flags \[S\.\]' 1
t 'and end' wait_for 10 at_least 'Flags \[FP*\.\]' 2
at p udp flood $us 9 3 100 >/dev/null
t 'the datagram to ourselves' \
	ksmol run ping -q -c 1 -W 2 $us
sleep 0.5

# A reader that sleeps.
exec 8<"$capture"
n=$(scale 3000)
[ "$n" -ge 1000 ] || n=1000
t 'nobody waits for a reader that sleeps' load_to $us 7 "$n" 1400 1400
timeout 2 cat <&8 >"$scratch/slow" || :
exec 8<&-

# Each open file has its ring: there are four.
exec 4<"$capture" 5<"$capture"
t 'a fifth reader is refused' fails sh -c "exec 3<$capture"
exec 4<&- 5<&-

cat >"$scratch/poll.py" <<'END'
import os, select, subprocess, sys
fd = os.open(sys.argv[1], os.O_RDONLY | os.O_NONBLOCK)
poll = select.poll()
poll.register(fd, select.POLLIN)
head = os.read(fd, 65536)
def empty():
    try:
        os.read(fd, 65536)
    except BlockingIOError:
        return True
    return False
quiet = empty() and not poll.poll(0)
subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL)
print(len(head) > 64, quiet, bool(poll.poll(2000)), len(os.read(fd, 65536)) > 64)
END
stop "$bg_pid"
expect 'poll and O_NONBLOCK' "$(python3 "$scratch/poll.py" "$capture" \
	nsenter --net=/run/netns/p ping -c 1 -W 2 $us)" 'True True True True'

t 'the module stays while somebody reads' fails unload
t 'ks0 is detached while they read' detach ks0
t 'whoever reads comes to the end' wait "$record_pid"
in=$(of "$scratch/all" in) out=$(of "$scratch/all" out)
note "captured: $in in, $out out, longest $(of "$scratch/all" longest)"
t 'the stream is well formed' python3 "$pcapng" "$scratch/all"
t 'frames came in' test "$in" -gt 200
t 'and went out' test "$out" -gt 200
expect 'a drop has its reason' \
	"$(of "$scratch/all" 'dropped: udp_no_socket')" 3
t 'what was handled says so' test "$(of "$scratch/all" handled)" -ge 5
t 'what was sent, too' test "$(of "$scratch/all" sent)" -ge 5
t 'local delivery' \
	test "$(of "$scratch/all" 'local delivery, handled')" -ge 1
t 'super-frames are whole' test "$(of "$scratch/all" longest)" -gt 3000
t 'the pool is told of' test "$(of "$scratch/all" 'pool free')" -ge 1
t 'the slow reader has what it had room for' \
	test "$(of "$scratch/slow" in)" -gt 100
whole 'at the end'
