#!/bin/bash
# Every allocation of a pbuf may fail: 1, 10, 50, 100 % of them do.
# needs: uml uml-debug
# timeout: 90

. "$(dirname "$0")/../ksmol.sh"

fail() { echo "$1" >"$debug/fail_pbuf/percent"; }

# traffic SECONDS: all kinds at once, whatever becomes of it.
traffic() {
	local pids=()

	at p timeout "$1" ping -qf $us &
	pids+=($!)
	at p timeout "$1" udp -t 0.1 load $us 7 100000000 0 1472 &
	pids+=($!)
	timeout "$1" ksmol run ping -qf 10.0.0.1 &
	pids+=($!)
	timeout "$1" udp -p $proto -t 0.1 load 10.0.0.1 8 100000000 0 1472 &
	pids+=($!)
	wait "${pids[@]}"
}

start pool_rx=256 pool_tx=256 pool_shared=0 pool_reserve=16
echo_on 0.0.0.0
bg_at p udp -t 600 echo 10.0.0.1 8 >/dev/null
t 'the peer pings us' pings -c 3 -i 0.1 $us
for percent in 1 10 50 100; do
	before=$(stat_of pool injected)
	fail "$percent"
	traffic 2 >/dev/null 2>&1
	t "$percent %: allocations have failed" \
		test "$(stat_of pool injected)" -gt "$before"
	fail 0
	t "$percent %: ping is answered when it is over" pings -c 10 -i 0.05 $us
	t "$percent %: UDP is echoed when it is over" \
		load_to $us 7 "$(scale 20000)" 0 1472
	t "$percent %: everything is home" wait_for 5 idle
	whole "$percent %"
done
fail 10
t 'a verified load bears 10 %' load_to $us 7 "$(scale 20000)" 0 1472 -t 0.05
fail 0
t 'more than 100 % is refused' fails fail 101
t 'so is what is no number' fails fail much
