# shellcheck shell=bash disable=SC2154 # variables of ./run
# ksmol stat.

ok_stat() { capture "$ksmol" stat && is "$status" 0 && is "$err" ''; }
t 'stat: works' ok_stat

shows() { capture "$ksmol" stat; has "$out" "$1"; }
shows_not() { capture "$ksmol" stat; has_not "$out" "$1"; }
t 'stat: pool size' shows 'size 1346'
t 'stat: bytes in units' shows 'memory_bytes 5.1 MiB'
t 'stat: a drop that happened' shows 'udp_no_socket 97'
t 'stat: not one that did not' shows_not rx_no_pbuf
t 'stat: the balance even when zero' shows 'balance 0'
t 'stat: an owner with pbufs' shows 'socket'
t 'stat: not one without' shows_not 'stack'
t 'stat: the policy' shows 'policy reserve'
t "stat: TCP's counters" shows 'passive_opens 340'

t 'stat: copies of received packets' \
	shows 'per packet received: 1.00 copies, 832 bytes'
t 'stat: copies of sent packets' \
	shows 'per packet sent: 1.00 copies, 1024 bytes'
t 'stat: copies by their reason' shows 'tap'
t 'stat: no reason that did not happen' shows_not 'copybreak_tx'

no_frames() {
	local -x KSMOL_DEBUGFS=$tmp/no_frames

	cp -r "$tests/debugfs" "$tmp/no_frames"
	sed -i 's/^sent: .*/sent: 0/' "$tmp/no_frames/copies"
	shows 'per packet sent: 0.00 copies, 0 bytes'
}
t 'stat: no copies per packet without packets' no_frames

fits() {
	capture "$ksmol" stat
	[ "$(wc -l <"$tmp/out")" -le 32 ] &&
		[ "$(wc -L <"$tmp/out")" -le 80 ]
}
t 'stat: fits a terminal' fits

# Values of every length, so that some end where the next cell begins.
packed() {
	local -x KSMOL_DEBUGFS=$tmp/packed
	local i

	cp -r "$tests/debugfs" "$tmp/packed"
	for ((i = 1; i < 30; i++)); do
		printf 'k%d: %0*d\n' "$i" "$i" 7
	done >"$tmp/packed/pool"
	capture "$ksmol" stat
	for ((i = 1; i < 30; i++)); do
		grep -Eq "(^|  )k$i 0*7(  |\$)" "$tmp/out" ||
			{ echo "k$i runs into its neighbor"; return 1; }
	done
	[ "$(wc -L <"$tmp/out")" -le 80 ]
}
t 'stat: cells do not touch' packed

new_keys() {
	local -x KSMOL_DEBUGFS=$tmp/new

	cp -r "$tests/debugfs" "$tmp/new"
	sed -i '1i brand_new: 42' "$tmp/new/pool"
	capture "$ksmol" stat
	has "$out" 'brand_new 42'
}
t 'stat: a new key appears by itself' new_keys

json() {
	capture "$ksmol" stat --json
	is "$status" 0 && python3 -m json.tool "$tmp/out" >/dev/null
}
t 'stat: --json is JSON' json

json_values() {
	"$ksmol" stat --json | python3 -c '
import json, sys
d = json.load(sys.stdin)
assert d["pool"]["size"] == 1346
assert d["pool"]["census"] == "exact"
assert d["pool"]["table"][3] == {"class": "socket", "rx": 62, "tx": 0,
	"shared": 0, "reserve": 0, "stream": 4, "emergency": 0}
assert d["drops"]["rx_no_pbuf"] == 0
assert d["copies"]["sent"] == 1000
assert d["copies"]["table"][3]["copies"] == 0
assert d["copies"]["table"][4] == {"copy": "tap", "payload": "sent",
	"copies": 100, "bytes": 102400}
assert d["copies_per_packet"]["received"] == {"copies": 1, "bytes": 832}
assert d["copies_per_packet"]["sent"]["copies"] == 1
assert d["tokens"]["policy"] == "reserve"
assert d["tokens"]["table"][2]["opened"] == 5000
assert d["tcp"]["retrans"] == 17 and d["tcp"]["probes"] == 0'
}
t 'stat: --json has everything, zeros too' json_values

json_odd() {
	local -x KSMOL_DEBUGFS=$tmp/odd

	cp -r "$tests/debugfs" "$tmp/odd"
	printf 'quote: a "b" \\ c\thigh \351\nzero: 007\nempty:\nneg: -3\n' \
		>"$tmp/odd/drops"
	: >"$tmp/odd/tokens"
	printf 'a b c\n1\n1 2 3 4\n' >"$tmp/odd/pool"
	capture "$ksmol" stat --json
	python3 -m json.tool "$tmp/out" >/dev/null && capture "$ksmol" stat &&
		is "$status" 0
}
t 'stat: odd text does no harm' json_odd

watch_rates() {
	local -x KSMOL_DEBUGFS=$tmp/watch

	cp -r "$tests/debugfs" "$tmp/watch"
	"$ksmol" stat -w 0.5 -c 2 >"$tmp/out" &
	sleep 0.2
	sed 's/^frames_in: .*/frames_in: 5500/; s/^rx_no_pbuf: .*/rx_no_pbuf: 50/' \
		"$tests/debugfs/drops" >"$tmp/watch/new"
	mv "$tmp/watch/new" "$tmp/watch/drops"
	wait $! || return
	grep -Eq 'frames_in 5500 \+[0-9]+/s' "$tmp/out" &&
		grep -Eq 'rx_no_pbuf 50 \+[0-9.]+/s' "$tmp/out"
}
t 'stat: -w shows rates' watch_rates

bad() {
	local want=$1

	shift
	capture "$ksmol" "$@"
	is "$status" 2 && has "$err" "$want"
}
t 'stat: -w wants a sensible interval' bad 'not an interval' stat -w -- -1
t 'stat: -w0 is refused' bad 'not an interval' stat -w0
t 'stat: -c wants a count' bad 'not a count' stat -w -c 0
t 'stat: no stray arguments' bad 'Too many arguments' stat 5

unavailable() {
	local want=$1

	shift
	capture env "$@" "$ksmol" stat
	is "$status" 1 && has "$err" "$want"
}
t 'stat: no such directory' \
	unavailable 'does not exist' KSMOL_DEBUGFS=/nowhere
[ -e /sys/module/ksmol ] || t 'stat: the module is not loaded' \
	unavailable 'module is not loaded' KSMOL_DEBUGFS= KSMOL_SYSFS=/nowhere

not_readable() {
	[ "$(id -u)" -eq 0 ] || { echo 'needs root to set up'; return 0; }
	cp "$ksmol" "$tmp/ksmol-stat"
	cp -r "$tests/debugfs" "$tmp/secret"
	chmod 700 "$tmp/secret"
	capture env KSMOL_DEBUGFS="$tmp/secret" setpriv --reuid=65534 \
		--regid=65534 --clear-groups "$tmp/ksmol-stat" stat
	is "$status" 1 && has "$err" 'try as root'
}
t 'stat: not readable' not_readable

full() {
	"$ksmol" stat >/dev/full 2>"$tmp/err"
	is $? 1 && has "$(cat "$tmp/err")" 'cannot write'
}
t 'stat: a failed write is an error' full
