#!/bin/bash
# tx_policy: switched under load, and what each does when nothing is left.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

policy() { echo "$1" >"$params/tx_policy"; }

# ended POLICY COLUMN
ended() {
	awk -v row="$1" -v name="$2" 'NR == 2 { for (i = 1; i <= NF; i++)
		column[$i] = i }
		$1 == row { print $column[name] }' "$debug/tokens"
}

# answers COUNT SECONDS: peer r's pings by both families.
answers() {
	at_once '10.0.2.2 fd00:2::2' at r ping -q -c "$1" -i 0.05 -W "$2" ADDR
}
# silent: none of the addresses is answered.
silent() {
	! at r ping -q -c 3 -i 0.05 -W 0.2 10.0.2.2 &&
		! at r ping -q -c 3 -i 0.05 -W 0.2 fd00:2::2
}

start6 pool_rx=256 pool_tx=64 pool_shared=0 pool_reserve=16
echo_on ::
at_once "$all_us" load_to ADDR 7 $(($(scale 200000) / 3)) 0 1452 >"$scratch/load" &
loader=$!
for name in $(yes 'eager lazy reserve' | head -n 40); do
	policy "$name"
	sleep 0.01
done
t 'the load survives 120 switches' wait "$loader"
cat "$scratch/load"
for name in eager lazy reserve; do
	t "$name was in use" test "$(ended $name opened)" -gt 0
done
t 'tokens end exactly once' wait_for 5 tokens_fit
t 'eager tokens that were dropped gave their buffers back' \
	test "$(ended eager returned)" -eq "$(ended eager dropped)"
t 'everything is home' wait_for 5 idle
t 'a policy that does not exist is refused' fails policy generous
expect 'and changes nothing' "$(cat "$params/tx_policy")" reserve

# Devices that complete late take each half of the TX class: all of it.
t 'another peer' peer r -d ks2 -4 10.0.2.1/24 -6 fd00:2::1/64
t 'is attached' attach ks2,10.0.2.2/24,fd00:2::2/64
t 'and pings us' answers 2 2
for i in 3 4 5; do
	peer "s$i" -d "ks$i" -4 "10.0.$i.1/24" -6 "fd00:$i::1/64"
	attach "ks$i,10.0.$i.2/24,fd00:$i::2/64"
	at_once "10.0.$i.1 fd00:$i::1" ksmol run ping -qc 1 -W 2 ADDR >/dev/null
done
for i in 3 4 5; do
	tc qdisc add dev "ks$i" root netem delay 60s limit 10000
	# From both processors, or the other one's cache keeps a few.
	for cpu in 0 1; do
		for to in "10.0.$i.1" "fd00:$i::1"; do
			taskset -c $cpu udp -p $proto -n flood "$to" 9 20 1000 \
				>"$scratch/flood"
		done
	done
done
t 'nothing is left to send with' \
	test "$(word failed <"$scratch/flood")" -gt 0
t 'reserve: ping is answered' answers 10 1
t 'reserve: ARP is answered' at r arping -q -I eth0 -c 2 -w 3 10.0.2.2
t 'reserve: so is who asks by IPv6' arping6 r fd00:2::2 3
t 'reserve: which took it' test "$(ended reserve reserve)" -gt 0
policy eager
refused=$(drops rx_no_tx)
t 'eager: ping is not answered' silent
t 'eager: nothing is received without a buffer to answer' \
	test "$(drops rx_no_tx)" -gt "$refused"
policy lazy
t 'lazy: ping is not answered' silent
t 'lazy: for want of a buffer' test "$(drops icmp_no_buf)" -gt 0
policy reserve
t 'reserve: ping is answered again' answers 3 1
for i in 3 4 5; do
	tc qdisc del dev "ks$i" root
done
t 'everything comes home' wait_for 10 idle
t 'tokens end exactly once' tokens_fit
whole 'after all policies'
