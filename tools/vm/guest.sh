# shellcheck shell=bash
# What a scenario can say inside a test VM. A scenario begins with
#   . "$(dirname "$0")/../guest.sh"
# and then makes a peer, loads the module, attaches it and tests. It needs no
# clean-up: at its exit background commands are killed, the module is unloaded
# (which is a test of its own), kmemleak is asked where there is one, and the
# counts decide the exit status.
#
# Reporting   ok NAME; not_ok NAME [WHY]; t NAME CMD...; expect NAME GOT WANT
# The module  load [PARAM=VALUE...]; unload; attach SPEC; detach DEV
# The peer    peer NAME [OPTION...]; at NAME CMD...
# State       drops REASON; stat_of FILE KEY; census_ok
# Waiting     wait_for SECONDS CMD...; bg CMD...; stop PID

set -u

scenario=$(basename "$0" .sh)
passed=0 failed=0
debug=/sys/kernel/debug/ksmol
params=/sys/module/ksmol/parameters
scratch=$(mktemp -d)
background=() peers=0

# --- reporting ---------------------------------------------------------------

# On the output, and on the console between the kernel's own lines.
report() {
	printf '%s - %s: %s\n' "$1" "$scenario" "$2"
	printf '<5>ksmol-test: %s - %s: %s\n' "$1" "$scenario" "$2" >/dev/kmsg
}

ok() {
	passed=$((passed + 1))
	report ok "$1"
}

not_ok() {
	failed=$((failed + 1))
	report 'not ok' "$1"
	[ -z "${2:-}" ] || printf '%s\n' "$2" | sed 's/^/    /'
}

note() { printf '# %s: %s\n' "$scenario" "$*"; }

# skip WHY: ends the scenario without a verdict.
skip() {
	note "skipped: $*"
	exit 0
}

# t NAME CMD...: CMD succeeds. It runs in this shell, so functions are welcome.
t() {
	local name=$1 status=0

	shift
	"$@" >"$scratch/out" 2>&1 </dev/null || status=$?
	if [ "$status" -eq 0 ]; then
		ok "$name"
	else
		not_ok "$name" "status $status from: $*
$(tail -n 30 "$scratch/out")"
	fi
	return "$status"
}

# fails CMD...: for t, when the refusal is what is wanted.
fails() { ! "$@"; }

# expect NAME GOT WANT
expect() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "got '$2', want '$3'"
		return 1
	fi
}

# --- the module --------------------------------------------------------------

load() { insmod "$KSMOL_KO/ksmol.ko" "$@"; }
loaded() { [ -d /sys/module/ksmol ]; }
# Sockets that were just closed hold the module for a grace period more.
unload() { rmmod ksmol; }

# attach SPEC and detach DEV act in the namespace of the caller; with -n NAME
# first, in that peer's.
attach() { write_param attach "$@"; }
detach() { write_param detach "$@"; }

write_param() {
	local name=$1

	shift
	# shellcheck disable=SC2016 # the inner shell expands these
	local write=(bash -c 'printf %s "$1" >"$2"' bash)
	if [ "$1" = -n ]; then
		at "$2" "${write[@]}" "$3" "$params/$name"
	else
		"${write[@]}" "$1" "$params/$name"
	fi
}

# modprobe for the kernel's own modules, where this kernel has them apart.
mod() { modprobe -q -d /run/ksmol/modroot "$@"; }

# --- the peer ----------------------------------------------------------------

# peer NAME [-d DEV] [-4 ADDR/LEN] [-6 ADDR/LEN] [-l LOCAL/LEN] [-k KNOBS]
# A namespace NAME whose eth0 (10.0.0.1/24, fd00::1/64) is wired to our DEV
# (ks0). Linux is told nothing of DEV, unless -l gives it addresses there. The
# peer's MAC address is 02:00:00:00:01:0N, ours 02:00:00:00:02:0N, N counting
# from 1. KNOBS are words for ethtool -K on both ends ('tso off gro off').
# An address '-' means none.
peer() {
	local name=$1 dev=ks0 ip4=10.0.0.1/24 ip6=fd00::1/64 opt knobs=
	local locals=() OPTIND=1

	shift
	while getopts d:4:6:l:k: opt; do
		case $opt in
		d) dev=$OPTARG ;;
		4) ip4=$OPTARG ;;
		6) ip6=$OPTARG ;;
		l) locals+=("$OPTARG") ;;
		k) knobs=$OPTARG ;;
		*) return 2 ;;
		esac
	done
	peers=$((peers + 1))
	mod veth || :
	ip netns add "$name" || return
	ip link add "$dev" address "02:00:00:00:02:0$peers" type veth \
		peer eth0 netns "$name" address "02:00:00:00:01:0$peers" || return
	if [ -n "$knobs" ]; then
		# shellcheck disable=SC2086 # one knob per word
		ethtool -K "$dev" $knobs && at "$name" ethtool -K eth0 $knobs
	fi
	# Addresses are usable at once: no duplicate address detection. -e: there
	# are kernels without IPv6.
	at "$name" sysctl -eqw net.ipv6.conf.all.accept_dad=0 \
		net.ipv6.conf.eth0.accept_dad=0
	at "$name" ip link set lo up
	[ "$ip4" = - ] || at "$name" ip addr add "$ip4" dev eth0
	[ "$ip6" = - ] || at "$name" ip addr add "$ip6" dev eth0 nodad
	[ ${#locals[@]} -gt 0 ] ||
		sysctl -eqw "net.ipv6.conf.$dev.disable_ipv6=1"
	for opt in "${locals[@]}"; do
		case $opt in
		*:*) ip addr add "$opt" dev "$dev" nodad ;;
		*) ip addr add "$opt" dev "$dev" ;;
		esac
	done
	at "$name" ip link set eth0 up && ip link set "$dev" up
}

# at NAME CMD...: runs a program in the peer's namespace; /sys stays ours.
at() {
	local name=$1

	shift
	nsenter "--net=/run/netns/$name" "$@"
}

# --- state -------------------------------------------------------------------

# stat_of FILE KEY: the value of 'KEY: value' in debugfs ksmol/FILE.
stat_of() {
	awk -v key="$2:" '$1 == key { print $2; found = 1; exit }
		END { exit !found }' "$debug/$1"
}

drops() { stat_of drops "$1"; }

# Every pbuf is free or in a named owner's hands.
census_ok() {
	grep -qxE 'census: (exact|conserved)' "$debug/pool" ||
		{ cat "$debug/pool"; false; }
}

# --- waiting -----------------------------------------------------------------

# wait_for SECONDS CMD...: until CMD succeeds, ten times a second. SECONDS is
# what it takes at most on an idle machine; a busy one gets a multiple. If it
# never does, its last words are shown.
wait_for() {
	local end=$((SECONDS + $1 * 5)) said=$scratch/said.$BASHPID

	shift
	until "$@" >"$said" 2>&1; do
		[ "$SECONDS" -lt "$end" ] || { tail -n 20 "$said"; return 1; }
		sleep 0.1
	done
}

# bg CMD...: starts it and leaves its process id in $bg_pid; CMD may begin with
# 'at NAME'. Its output goes to the scenario's, unless redirected.
bg() {
	# A function would be a shell of its own, and its command outlive it.
	[ "$1" != at ] || set -- nsenter "--net=/run/netns/$2" "${@:3}"
	"$@" &
	bg_pid=$!
	background+=("$bg_pid")
}

# stop PID: politely, then not.
stop() {
	kill "$1" 2>/dev/null
	wait_for 2 fails kill -0 "$1" || kill -KILL "$1"
	wait "$1" 2>/dev/null
}

# --- the end -----------------------------------------------------------------

# An object counts as leaked when two scans find it unreferenced, and it is
# older than five seconds.
no_leaks() {
	local file=/sys/kernel/debug/kmemleak

	sleep 5.5
	echo scan >$file && echo scan >$file || return
	! grep . $file
}

# The counters of a gcov build; they outlive the module. Only cat reads them.
save_coverage() {
	local root=/sys/kernel/debug/gcov gcda to

	find $root -name '*.gcda' | while read -r gcda; do
		to=$KSMOL_RESULTS/gcov/${gcda#*"$KSMOL_BUILD"/}
		mkdir -p "${to%/*}"
		cat "$gcda" >"$to"
	done
}

finish() {
	local status=$? pid

	trap - EXIT
	[ "$status" -eq 0 ] ||
		not_ok 'the scenario runs to its end' "status $status"
	for pid in "${background[@]}"; do
		stop "$pid"
	done
	! loaded || t 'the module unloads at the end' wait_for 5 unload
	[ ! -w /sys/kernel/debug/kmemleak ] || t 'nothing is leaked' no_leaks
	[ -z "${KSMOL_GCOV:-}" ] || save_coverage
	rm -rf "$scratch"
	note "$passed passed, $failed failed"
	exit $((failed > 0))
}
trap finish EXIT
