#!/bin/bash
# Datagrams in fragments, both ways, under loss and under floods of fragments
# that come to nothing, of both families, with a pool of 256 receive buffers.
# needs: uml uml-debug
# timeout: 200

. "$(dirname "$0")/../ksmol.sh"

noise=6144	# KiB: slabs and page tables breathe that much
floods=$(scale 100000)	# distinct datagrams of each kind

# some CMD...: a ping that loses, but not all.
some() { "$@" 2>/dev/null | tee "$scratch/ping" | grep -qE ' [1-9][0-9]* received'; }

# One of ten datagrams of 45 fragments survives one way, one of a hundred both.
lossy() {
	mod sch_netem || :
	"${@:2}" tc qdisc replace dev "$1" root netem loss 5% limit 10000
}
lossless() { "${@:2}" tc qdisc del dev "$1" root; }

mac=02:00:00:00:02:01
fragflood() { at p fragflood eth0 $mac "$@"; }

# floods_of FAMILY US PEER OTHERS: of each kind, while others go on.
floods_of() {
	local mode source

	for mode in tails heads overlap tiny crumbs many; do
		source=$3
		[ $mode = many ] && source=$4
		bg_at p fragflood eth0 $mac "$source" "$2" $mode "$floods"
		t "$1, $mode: small pings are answered" \
			pings -c 5 -i 0.05 "$2"
		t "$1, $mode: datagrams are echoed" load_to "$2" 7 200 0 1452
		t "$1, $mode: streams go on" \
			at p tcp load "$2" 80 2 65536 65536
		wait "$bg_pid"
		expect "$1, $mode: what waits is bounded" \
			"$(($(stat_of reassembly pbufs) <= 64))" 1
	done
}

start6 pool_rx=256 pool_tx=64 pool_shared=0 pool_reserve=16
echo_on ::
serve_on :: 80
# Linux, too, keeps what is incomplete, and with it the pages it was sent in.
at p sysctl -qw net.ipv4.ipfrag_time=2
bg_at p udp -t 600 echo 10.0.0.1 7 >/dev/null
for size in 1473 2952 2953 8000 65507; do
	t "the peer pings with $size bytes" \
		pings -c 3 -i 0.05 -s "$size" $us
	t "we ping with $size bytes" we_ping -c 3 -i 0.05 -s "$size" 10.0.0.1
done
t 'we echo datagrams of all sizes' \
	load_to $us 7 "$(scale 2000)" 0 65507 -w 1 -t 2
t 'and the peer ours' \
	udp -p $proto -w 1 -t 2 load 10.0.0.1 7 "$(scale 2000)" 0 65507
t 'even to ourselves' we_ping -c 2 -i 0.1 -s 65507 $us

t 'every twentieth frame to us is lost' lossy eth0 at p
t 'of the largest pings some come through' \
	some at p ping -q -c 100 -i 0.02 -W 1 -s 65507 $us
t 'none to us is lost any more' lossless eth0 at p
t 'every twentieth frame of ours is lost' lossy ks0
t 'of our largest pings some come through' \
	some ksmol run ping -q -c 100 -i 0.02 -W 1 -s 65507 10.0.0.1
t 'and every twentieth to us' lossy eth0 at p
t 'datagrams come through' load_to $us 7 100 4000 12000 -w 4 -t 0.2
t 'and ours' udp -p $proto -w 4 -t 0.2 load 10.0.0.1 7 100 4000 12000
lossless eth0 at p
t 'none is lost any more' lossless ks0
t 'the largest ping is answered' pings -c 3 -i 0.05 -s 65507 $us

fragflood 10.0.0.1 $us tails 2000
fragflood $peer6 $us6 tails 2000
before=$(kernel_kib)
floods_of IPv4 $us 10.0.0.1 172.16.0.1
t 'another source is not shut out meanwhile' fragflood 10.0.0.9 $us tails 2000
floods_of IPv6 $us6 $peer6 fd00::5:0
t 'memory did not grow' test $(($(kernel_kib) - before)) -lt $noise
t 'tiny ones have their reason' test "$(drops frag_tiny)" -ge "$floods"
t 'overlaps have theirs' test "$(drops frag_overlap)" -ge $((floods / 2))
t 'the largest ping is answered still' pings -c 3 -i 0.05 -s 65507 $us
t "and IPv6's" pings -6 -c 3 -i 0.05 -s 65507 $us6
whole 'after the floods'
t 'what waits goes home with its interface' detach ks0
t 'everything is home' wait_for 10 idle
