# shellcheck shell=bash
# What the scenarios of ksmol share, on top of guest.sh. A scenario begins with
#   . "$(dirname "$0")/../ksmol.sh"
#
# start [PARAM=VALUE...]   peer p, the module, and ks0 attached as 10.0.0.2/24
# start6 [PARAM=VALUE...]  the same, of both families: $us6 and $peer6, too
# whole NAME               the tables add up: census exact, no frame unaccounted
# pings [OPTION...] ADDR   the peer's ping: all are answered
# echo_on ADDR [PORT]      ksmol's UDP echo in the background
# sink_on PORT             a socket of ksmol that nobody reads
# load_to ADDR PORT COUNT MIN MAX [OPTION...]   the peer's verifying load
# serve_on ADDR PORT, serve_at NAME ADDR PORT   TCP server on ksmol, in a peer
# to_us PORT CONNS UP DOWN [OPTION...]     the peer's verified transfers with
# to_peer PORT CONNS UP DOWN [OPTION...]   ksmol's server, ksmol's with the peer's
# bg_at NAME CMD...        bg in a peer, so that stop ends CMD itself
# flood_on COUNT SIZE PORT, flood_off   pktgen in the peer, at full speed
# frames_at NAME SPEC...   see frames.py
# kernel_kib, slab_kib     what the kernel has taken
# tokens_fit               each frame had one token

# shellcheck source=guest.sh
. "$(dirname "${BASH_SOURCE[0]}")/guest.sh"

proto=257
us=10.0.0.2
us6=fd00::2
peer6=fd00::1
frames=$KSMOL_TREE/tools/vm/frames.py

# --- set-up ------------------------------------------------------------------

# Probing is a scenario of its own; here the address is usable at once.
# Nor does the peer say anything by IPv6 that nobody asked for.
start() {
	t 'the peer is wired up' peer p -6 - || exit
	at p sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	t 'the module loads' load arp_probe_ms=0 "$@" || exit
	t 'ks0 is attached' attach "ks0,$us/24" || exit
}

# Both families: the peer is fd00::1 and fe80::1, we are fd00::2 and fe80::2.
start6() {
	t 'the peer is wired up' peer p -6 "$peer6/64" || exit
	at p ip addr add fe80::1/64 dev eth0 nodad
	t 'the module loads' load arp_probe_ms=0 "$@" || exit
	t 'ks0 is attached' attach "ks0,$us/24,$us6/64,fe80::2/64" || exit
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

frames_at() {
	local name=$1

	shift
	at "$name" python3 "$frames" eth0 "$@"
}

# frames_table: each line of a table of frames.py on stdin is a test.
frames_table() {
	local name got want

	while IFS='|' read -r name got want; do
		expect "$name" "$got" "$want"
	done < <(frames_at p)
}

bound() { grep -qE ":$1([^0-9]|\$)" "$debug/sockets"; }

sink_on() {
	bg udp -p $proto sink "$us" "$1"
	wait_for 5 bound "$1"
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

serve_at() {
	bg_at "$1" tcp "${@:4}" serve "$2" "$3" >/dev/null
	wait_for 5 listening "$1" "$3"
}

to_us() { at p tcp "${@:5}" load "$us" "$1" "$2" "$3" "$4"; }
to_peer() { tcp -p $proto "${@:5}" load 10.0.0.1 "$1" "$2" "$3" "$4"; }

# MiB N: in bytes.
MiB() { echo $(($1 << 20)); }

tcp_stat() { stat_of tcp "$1"; }

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

# Memory that the kernel has taken and can't just drop, in KiB.
kernel_kib() {
	awk '$1 == "MemTotal:" { n += $2 }
		$1 ~ /^(MemFree|Buffers|Cached|AnonPages|SReclaimable):/ {
			n -= $2
		}
		END { print n }' /proc/meminfo
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

# Nothing is in anybody's hands.
idle() { [ "$(stat_of pool free)" = "$(stat_of pool size)" ]; }

pings() { at p ping -q -W 2 "$@" | tee "$scratch/ping" | grep -q ' 0% packet loss'; }

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

# flood_set COUNT SIZE PORT: pktgen on CPU 1 sends from the peer; 0 = endless.
flood_set() {
	local dir=/proc/net/pktgen word

	mod pktgen || :
	at p sh -c "echo rem_device_all >$dir/kpktgend_1
		echo add_device eth0 >$dir/kpktgend_1"
	for word in "count $1" "pkt_size $2" "dst $us" 'src_min 10.0.0.1' \
		'src_max 10.0.0.1' "udp_dst_min $3" "udp_dst_max $3" \
		"dst_mac $(cat /sys/class/net/ks0/address)" 'delay 0'; do
		at p sh -c "echo $word >$dir/eth0"
	done
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
	at p sed -n 's/^ *pkts-sofar: *\([0-9]*\).*/\1/p' /proc/net/pktgen/eth0
}
