# shellcheck shell=bash
# What the scenarios of ksmol share, on top of guest.sh. A scenario begins with
#   . "$(dirname "$0")/../ksmol.sh"
#
# start [PARAM=VALUE...]   peer p, the module, and ks0 attached as 10.0.0.2/24
# start6 [PARAM=VALUE...]  the same, of both families: $us6 and $peer6, too, and
#                          by link-local addresses $us_link and $peer_link
# wire6                    start6's peer alone
# whole NAME               the tables add up: census exact, no frame unaccounted
# at_once "ADDR..." CMD... CMD at the same time for each ADDR, which is where CMD
#                          has the word ADDR; $all_us is what the peer calls us,
#                          $all_peer what we call the peer
# pings, we_ping [OPTION...] ADDR   the peer's ping, and ours: all are answered
# arping6 NAME ADDR [COUNT]   arping of IPv6 in a peer: all are answered
# echo_on ADDR [PORT]      ksmol's UDP echo in the background
# sink_on ADDR PORT        a socket of ksmol that nobody reads
# load_to ADDR PORT COUNT MIN MAX [OPTION...]   the peer's verifying load
# serve_on ADDR PORT, serve_at NAME ADDR PORT   TCP server on ksmol, in a peer
# to_us PORT CONNS UP DOWN [OPTION...]     the peer's verified transfers with
# to_peer PORT CONNS UP DOWN [OPTION...]   ksmol's server, ksmol's with the peer's
# from_peer, from_us ADDR PORT CONNS...    the same, with that address
# both to_us|to_peer PORT CONNS...         by both families at once
# bg_at NAME CMD...        bg in a peer, so that stop ends CMD itself
# flood_on COUNT SIZE PORT, flood_off   pktgen in the peer, at full speed; after
#                          start6 half of it is of IPv6
# frames_at NAME SPEC...   see frames.py; frames6_at: see frames6.py
# frames_table, frames6_table [DEV]     their tables on stdin, sent in the peer
# kernel_kib, slab_kib     what the kernel has taken
# tokens_fit               each frame had one token

# shellcheck source=guest.sh
. "$(dirname "${BASH_SOURCE[0]}")/guest.sh"

proto=257
us=10.0.0.2
us6=fd00::2
peer6=fd00::1
us_link=fe80::2%eth0	# what the peer calls us
peer_link=fe80::1%ks0
# shellcheck disable=SC2034 # for scenarios
all_us="$us $us6 $us_link" all_peer="10.0.0.1 $peer6 $peer_link"
flood_of=4

# --- set-up ------------------------------------------------------------------

# Probing is a scenario of its own; here the address is usable at once.
# Nor does the peer say anything by IPv6 that nobody asked for.
start() {
	t 'the peer is wired up' peer p -6 - || exit
	at p sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	t 'the module loads' load arp_probe_ms=0 "$@" || exit
	t 'ks0 is attached' attach "ks0,$us/24" || exit
}

# Linux tells of what it has no route for even where it does not forward: nobody
# shall answer for 2001:db8::/32.
wire6() {
	flood_of='4 6'
	peer p -6 "$peer6/64" && at p ip addr add fe80::1/64 dev eth0 nodad &&
		at p ip route add blackhole 2001:db8::/32
}

# Both families: the peer is fd00::1 and fe80::1, we are fd00::2 and fe80::2.
start6() {
	t 'the peer is wired up' wire6 || exit
	t 'the module loads' load arp_probe_ms=0 "$@" || exit
	t 'ks0 is attached' attach "ks0,$us/24,$us6/64,fe80::2/64" || exit
}

at_once() {
	local addr pid pids=() addrs=$1 status=0

	shift
	for addr in $addrs; do
		"${@/#ADDR/$addr}" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || status=$?
	done
	return "$status"
}

echo_on() {
	bg udp -p $proto -t 600 echo "$1" "${2:-7}" >/dev/null
	wait_for 5 bound "${2:-7}"
}

bg_at() {
	local name=$1

	shift
	bg nsenter "--net=/run/netns/$name" "$@"
}

# frames_by PROGRAM NAME ARGUMENT...
frames_by() { at "$2" python3 "$KSMOL_TREE/tools/vm/$1" "${@:3}"; }
frames_at() { frames_by frames.py "$1" eth0 "${@:2}"; }
frames6_at() { frames_by frames6.py "$1" eth0 "${@:2}"; }

# Each line is a test.
frames_table() { table_by frames.py "$@"; }
frames6_table() { table_by frames6.py "$@"; }
table_by() {
	local name got want

	while IFS='|' read -r name got want; do
		expect "$name" "$got" "$want"
	done < <(frames_by "$1" p "${2:-eth0}")
}

bound() { grep -qE ":$1([^0-9]|\$)" "$debug/sockets"; }

sink_on() {
	bg udp -p $proto sink "$1" "$2"
	wait_for 5 bound "$2"
}

load_to() {
	local addr=$1 port=$2 count=$3 min=$4 max=$5

	shift 5
	at p udp "$@" load "$addr" "$port" "$count" "$min" "$max"
}

is_emulated() { [ "${KSMOL_FLAVOR#debian}" != "$KSMOL_FLAVOR" ]; }

# scale N: fewer where everything is slow.
scale() {
	case $KSMOL_FLAVOR in
	uml) echo "$1" ;;
	uml-*) echo $(($1 / 20)) ;;
	*) echo $(($1 / 50)) ;;
	esac
}

# --- TCP ---------------------------------------------------------------------

serve_on() {
	bg tcp -p $proto "${@:3}" serve "$1" "$2" >/dev/null
	wait_for 5 bound "$2"
}

listening() { at "$1" ss -Htln | grep -q ":$2 "; }

# Linux gives up soon what its program has closed, and so much the sooner where
# ARP fails: then nothing tells us that the stream has no more to come.
serve_at() {
	bg_at "$1" tcp -l "${@:4}" serve "$2" "$3" >/dev/null
	wait_for 5 listening "$1" "$3"
}

from_peer() { at p tcp "${@:6}" load "${@:1:5}"; }
from_us() { tcp -p $proto "${@:6}" load "${@:1:5}"; }
to_us() { from_peer "$us" "$@"; }
to_us6() { from_peer "$us6" "$@"; }
to_peer() { from_us 10.0.0.1 "$@"; }
to_peer6() { from_us "$peer6" "$@"; }

both() {
	local other status=0

	"${1}6" "${@:2}" &
	other=$!
	"$@" || status=$?
	wait "$other" && return "$status"
}

# MiB N: in bytes.
MiB() { echo $(($1 << 20)); }

tcp_stat() { stat_of tcp "$1"; }
gauge_is() { [ "$(tcp_stat "$1")" = "$2" ]; }

# unread COUNT PORT: so many of our streams to PORT wait, since nobody reads there.
unread() {
	[ "$(grep -cE ":$2 +ESTAB .* snd_wnd=0 " "$debug/tcp_sockets")" = "$1" ]
}

# --- judging -----------------------------------------------------------------

# owned OWNER: pbufs of all classes in those hands.
owned() {
	awk -v row="$1" '$1 == row && NF > 2 {
		for (i = 2; i <= NF; i++) n += $i
		print n
	}' "$debug/pool"
}

balanced() { [ "$(drops balance)" = 0 ]; }

# A frame may be under way while we look: give it time.
whole() {
	t "$1: every pbuf is accounted for" wait_for 5 census_ok
	t "$1: every frame has its reason" wait_for 5 balanced ||
		cat "$debug/drops"
}

# Memory that the kernel has taken and can't just drop, in KiB. Free pages also
# stand in lists of each CPU, which grow with use.
kernel_kib() {
	awk '$1 == "MemTotal:" { n += $2 }
		$1 ~ /^(MemFree|Buffers|Cached|AnonPages|SReclaimable):/ {
			n -= $2
		}
		$1 == "count:" { n -= $2 * 4 }
		END { print n }' /proc/meminfo /proc/zoneinfo
}
slab_kib() { awk '$1 == "SUnreclaim:" { print $2 }' /proc/meminfo; }

# Every frame that came through had a token that ended once; our own questions
# by ARP have some, too.
tokens_fit() {
	local ended all

	ended=$(awk 'NR > 2 { n += $2 } END { print n }' "$debug/tokens")
	all=$(drops frames_in)

	echo "$ended tokens ended, $all frames came"
	[ "$ended" -ge $(($(drops delivered) + $(drops handled))) ] &&
		[ "$ended" -le $((all + all / 20 + 100)) ]
}

# asleep PID...: all of them are.
asleep() {
	local pid

	for pid; do
		grep -q '^State:.S' "/proc/$pid/status" || return
	done
}

# Nothing is in anybody's hands.
idle() { [ "$(stat_of pool free)" = "$(stat_of pool size)" ]; }

pings() { at p ping -q -W 2 "$@" | all_answered; }
we_ping() { ksmol run ping -q -W 2 "$@" | all_answered; }
all_answered() { awk '{ print } / 0% packet loss/ { all = 1 } END { exit !all }'; }

# Linux asks only while it knows no answer. On each link the peer is ...1.
arping6() {
	local count=${3:-1} answers

	answers=$(PATIENCE=10 frames6_at "$1" ns "n=$count" "src=${2%?}1" \
		"target=$2")
	echo "$answers"
	[ "$(grep -cx "na:$2" <<<"$answers")" = "$count" ]
}

# word NAME: the number after NAME in a line of "NAME N NAME N".
word() {
	awk -v name="$1" '{
		for (i = 1; i < NF; i++)
			if ($i == name)
				print $(i + 1)
	}'
}

# logged TEXT: a line of the log since mark_log has it.
mark_log() { log_lines=$(dmesg | wc -l); }
log_since() { dmesg | tail -n "+$((log_lines + 1))" | grep -v ksmol-test; }
logged() { log_since | grep -q "$1"; }

# --- flood -------------------------------------------------------------------

pktgen=/proc/net/pktgen

# flood_set COUNT SIZE PORT: pktgen on CPU 1 sends from the peer; 0 = endless.
# SIZE is IPv4's; IPv6 has the same payload.
flood_set() {
	local family families

	read -ra families <<<"$flood_of"
	mod pktgen || :
	at p sh -c "echo rem_device_all >$pktgen/kpktgend_1"
	for family in "${families[@]}"; do
		at p sh -c "echo add_device eth0@$family >$pktgen/kpktgend_1
			while read -r word; do
				echo \"\$word\" >$pktgen/eth0@$family
			done" <<-END
		count $(($1 / ${#families[@]}))
		$("flood_by_$family" "$2")
		udp_dst_min $3
		udp_dst_max $3
		dst_mac $(cat /sys/class/net/ks0/address)
		$(flood_pace "${#families[@]}")
		END
	done
}

flood_by_4() {
	printf '%s\n' "pkt_size $1" "dst $us" 'src_min 10.0.0.1' \
		'src_max 10.0.0.1'
}

flood_by_6() {
	printf '%s\n' "pkt_size $(($1 + 20))" "dst6 $us6" "src6 $peer6" \
		'flag UDPCSUM'
}

# pktgen's devices take turns only where each has a delay, in ns.
flood_pace() {
	[ "$1" -eq 1 ] && echo 'delay 0' || echo 'delay 100'
}

flood_on() {
	flood_set "$@"
	bg_at p sh -c 'echo start >/proc/net/pktgen/pgctrl'
	flood_pid=$bg_pid
}

flood_off() {
	at p sh -c 'echo stop >/proc/net/pktgen/pgctrl'
	wait "$flood_pid"
}

flooded() {
	at p sh -c "cat $pktgen/eth0@*" |
		awk '$1 == "pkts-sofar:" { n += $2 } END { print n }'
}
