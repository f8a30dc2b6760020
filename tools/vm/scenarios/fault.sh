#!/bin/bash
# Every allocation of a pbuf may fail: 1, 10, 50, 100 % of them do, under traffic
# of both families.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

fail() { echo "$1" >"$debug/fail_pbuf/percent"; }

# traffic SECONDS: all kinds at once, whatever becomes of it.
traffic() {
	local pids=()

	at_once "$all_us" at p timeout "$1" ping -qf ADDR &
	pids+=($!)
	at_once "$all_us" at p timeout "$1" \
		udp -t 0.1 load ADDR 7 100000000 0 1452 &
	pids+=($!)
	at_once "$all_peer" timeout "$1" ksmol run ping -qf ADDR &
	pids+=($!)
	at_once "$all_peer" timeout "$1" \
		udp -p $proto -t 0.1 load ADDR 8 100000000 0 1452 &
	pids+=($!)
	wait "${pids[@]}"
}

# echoed [OPTION...]: a verified load by each of our addresses.
echoed() {
	at_once "$all_us" load_to ADDR 7 $(($(scale 20000) / 3)) 0 1452 "$@"
}

start6 pool_rx=256 pool_tx=256 pool_shared=0 pool_reserve=16
echo_on ::
bg_at p udp -t 600 echo :: 8 >/dev/null
t 'the peer pings us' at_once "$all_us" pings -c 3 -i 0.1 ADDR
for percent in 1 10 50 100; do
	before=$(stat_of pool injected)
	fail "$percent"
	traffic 2 >/dev/null 2>&1
	t "$percent %: allocations have failed" \
		test "$(stat_of pool injected)" -gt "$before"
	fail 0
	t "$percent %: ping is answered when it is over" \
		at_once "$all_us" pings -c 10 -i 0.05 ADDR
	t "$percent %: UDP is echoed when it is over" echoed
	t "$percent %: everything is home" wait_for 5 idle
	whole "$percent %"
done
fail 10
t 'a verified load bears 10 %' echoed -t 0.05
fail 0
t 'more than 100 % is refused' fails fail 101
t 'so is what is no number' fails fail much
