#!/bin/bash
# A path of four links that carry 1500, later 9000, then 4000, 1280 and 9000 bytes,
# with Linux's routers between them: what one program is told on our sockets and
# on Linux's, at the beginning of the same path, and whether its bytes arrive.
# Before that, the largest pings over a first link that loses every twentieth
# packet.
# needs: uml uml-debug
# timeout: 150

. "$(dirname "$0")/../ksmol.sh"

noise=6144	# KiB: slabs and page tables breathe that much
# and KASAN keeps for a while what was freed
[ "$KSMOL_FLAVOR" != uml-debug ] || noise=12288
program=$KSMOL_TREE/tools/vm/programs/pathmtu.py

# hop NUMBER MTU NEAR DEV FAR: a link from NEAR's DEV to eth0 of FAR, a new
# namespace unless it is there; near it is .1, far .2.
hop() {
	local number=$1 mtu=$2 near=$3 dev=$4 far=$5

	[ -e "/run/netns/$far" ] || ip netns add "$far"
	ip link add "$dev" netns "$near" mtu "$mtu" type veth \
		peer eth0 netns "$far" mtu "$mtu"
	at "$far" sysctl -qw net.ipv6.conf.all.accept_dad=0 \
		net.ipv6.conf.eth0.accept_dad=0
	at "$near" ip addr add "10.$number.0.1/24" dev "$dev"
	at "$near" ip addr add "fd0$number::1/64" dev "$dev" nodad
	at "$far" ip addr add "10.$number.0.2/24" dev eth0
	at "$far" ip addr add "fd0$number::2/64" dev eth0 nodad
	at "$far" ip link set lo up
	at "$far" ip link set eth0 up
	at "$near" ip link set "$dev" up
}

# by NAME NUMBER HOST [OPTION...]: the default routes of NAME.
by() {
	at "$1" ip route add default via "10.$2.0.$3" "${@:4}"
	at "$1" ip -6 route add default via "fd0$2::$3" "${@:4}"
}

routers() {
	local name

	for name in p q r; do
		at "$name" sysctl -qw net.ipv4.ip_forward=1 \
			net.ipv6.conf.all.forwarding=1 \
			net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 \
			net.ipv4.icmp_msgs_per_sec=10000
	done
}

# p, q and r are routers, s is the far host, h is Linux in our place.
wired() {
	hop 1 4000 p eth1 q && hop 2 1280 q eth1 r && hop 3 9000 r eth1 s &&
		hop 8 1500 p eth8 h || return
	routers
	by p 1 2 && by q 2 2 && by r 2 1 && by h 8 1
	# What it knows of the path shall not make our segments small.
	by s 3 1 advmss 8940
	at q ip route add 10.0.0.0/24 via 10.1.0.1
	at q ip route add 10.8.0.0/24 via 10.1.0.1
	at q ip -6 route add fd00::/64 via fd01::1
	at q ip -6 route add fd08::/64 via fd01::1
}

# The far host's addresses: each is a path that nobody knows yet.
addresses() {
	local i

	far=()
	for i in 1{0..9} 2{0..9}; do
		at s ip addr add "10.3.0.$i/24" dev eth0
		at s ip addr add "fd03::$i/64" dev eth0 nodad
		far+=("10.3.0.$i" "fd03::$i")
	done
}

# compare TEN: what both say of the paths that begin with that digit.
compare() {
	local name want

	at h python3 "$program" 0 10.8.0.1 fd08::1 "10.3.0.$1" "fd03::$1" 7 \
		>"$scratch/linux"
	python3 "$program" $proto 10.0.0.1 fd00::1 "10.3.0.$1" "fd03::$1" 7 \
		>"$scratch/ksmol"
	cp "$scratch/linux" "$KSMOL_RESULTS/linux$1"
	cp "$scratch/ksmol" "$KSMOL_RESULTS/ksmol$1"
	expect 'Linux has something to say of each' \
		"$(wc -l <"$scratch/linux")" 12
	while IFS=: read -r name want; do
		expect "$mtu: $name" \
			"$(sed -n "s/^$name://p" "$scratch/ksmol")" "$want"
	done <"$scratch/linux"
}

# first_link MTU: of ours, and of Linux's in our place.
first_link() {
	at p ip link set eth0 mtu "$1" && at p ip link set eth8 mtu "$1" &&
		at h ip link set eth0 mtu "$1" && ip link set ks0 mtu "$1"
}

# lossy DEV [at NAME]: of 45 fragments in a row one of ten comes through.
lossy() {
	mod sch_netem || :
	"${@:2}" tc qdisc replace dev "$1" root netem loss 5% limit 10000
}
lossless() { "${@:2}" tc qdisc del dev "$1" root; }

# arrive NAME CMD...: with so many, fewer than that would be a wonder.
arrive() {
	local name=$1 got

	shift
	"$@" -q -c "$large" -i 0.01 -W 1 >"$scratch/ping" 2>&1
	got=$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$scratch/ping")
	t "$name: $got of $large" test "${got:-0}" -ge $((large / 50))
}

nothing_waits() { [ "$(stat_of reassembly contexts)" -eq 0 ]; }

knows() { awk -v a="$1" -v m="$2" '$1 == a && $2 == m { n++ }
	END { exit !n }' "$debug/pmtu"; }
stream_to() {
	grep -E "$1:7 .* mtu=$2 " "$debug/tcp_sockets" ||
		{ cat "$debug/tcp_sockets"; false; }
}
answers() { grep -q "$1" "$2"; }

start6
t 'there is a path of four links' wired
addresses
t 'ks0 is detached' detach ks0
t 'and has gateways' attach \
	"ks0,$us/24,$us6/64,fe80::2/64,via=10.0.0.1,via=fd00::1"
bg_at s python3 "$program" serve 7 "${far[@]}" >"$scratch/far"
t 'the far host is there' wait_for 30 answers ready "$scratch/far"
t 'it answers by the whole path' ksmol run ping -q -c 1 -W 20 10.3.0.2
t 'by IPv6, too' ksmol run ping -6 -q -c 1 -W 20 fd03::2

large=250
# What Linux keeps of incomplete datagrams is long in coming back.
at p sysctl -qw net.ipv4.ipfrag_time=1 net.ipv6.ip6frag_time=1 \
	net.ipv4.ipfrag_high_thresh=$((64 << 20)) \
	net.ipv6.ip6frag_high_thresh=$((64 << 20))
t 'the largest ping is answered' pings -c 2 -i 0.1 -s 65507 $us
t "and IPv6's" pings -6 -c 2 -i 0.1 -s 65507 $us6
before=$(kernel_kib)
lossy eth0 at p
arrive 'of large pings some come through' at p ping -s 65507 $us
arrive "and of IPv6's" at p ping -6 -s 65507 $us6
lossless eth0 at p
lossy ks0
arrive 'of ours some are answered' ksmol run ping -s 65507 10.0.0.1
arrive "and of IPv6's" ksmol run ping -6 -s 65507 $peer6
lossless ks0
t 'all are when nothing is lost' pings -c 3 -i 0.1 -s 65507 $us
t "and IPv6's as well" pings -6 -c 3 -i 0.1 -s 65507 $us6
whole 'after the pings'

mtu=1500
compare 1
t 'debugfs shows what is known of a path' knows fd03::10 1280
t 'of IPv4 as well' knows 10.3.0.10 1280
expect 'and of none that nobody asked for' \
	"$(grep -cE '^(10.3.0.2[0-9]|fd03::2[0-9]) ' "$debug/pmtu")" 0
t 'the first link becomes wider' first_link 9000
mtu=9000
compare 2
for addr in 10.3.0.2 fd03::2; do
	bg python3 "$program" hold $proto $addr 7 >"$scratch/hold"
	t "a stream to $addr is the same" \
		wait_for 60 answers same "$scratch/hold"
	t 'and shows what its path carries' stream_to "$addr\]?" 1280
	stop "$bg_pid"
done

size=$(scale "$(MiB 8)")
serve_on :: 80
serve_at s :: 80
for addr in 10.3.0.2 fd03::2; do
	t "we load $addr" tcp -p $proto load $addr 80 4 "$size" "$size"
done
for addr in $us $us6; do
	t "it loads $addr" at s tcp load "$addr" 80 4 "$size" "$size"
done
t 'routers have said what fits' test "$(tcp_stat pmtu)" -gt 4
expect 'no timeout had to guess' "$(tcp_stat pmtu_blackhole)" 0
bg_at s udp -t 600 echo 10.3.0.19 8 >/dev/null
bg_at s udp -t 600 echo fd03::19 8 >/dev/null
sleep 0.5
for addr in 10.3.0.19 fd03::19; do
	t "$addr echoes datagrams of all sizes" udp -p $proto -w 2 -t 2 \
		load $addr 8 "$(scale 400)" 0 30000
done
t 'what was incomplete is given up in time' wait_for 60 nothing_waits
expect 'and nothing waits for its rest' "$(stat_of reassembly pbufs)" 0
t 'memory did not grow' test $(($(kernel_kib) - before)) -lt $noise
whole 'after all that'
t 'ks0 is detached' detach ks0
t 'everything is home' wait_for 10 idle
