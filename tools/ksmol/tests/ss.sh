# shellcheck shell=bash disable=SC2154 # variables of ./run
# ksmol ss.

row() { capture "$ksmol" ss "${@:2}"; is "$status" 0 && grep -Eq "$1" "$tmp/out"; }
t 'ss: header' row '^proto +local +remote'
t 'ss: ports by name' row '10\.0\.0\.2:domain'
t 'ss: of IPv6 too' row '\[fe80::2\]:domain'
t 'ss: an echo identifier is not a port' row '10\.0\.0\.2:4660'
t 'ss: -n keeps numbers' row '10\.0\.0\.2:53' -n

aligned() {
	capture "$ksmol" ss -n
	# All remote addresses begin in the column of their header.
	awk 'NR == 1 { at = index($0, "remote") }
	     NR > 1 && substr($0, at - 1, 2) !~ /^ [^ ]/ { bad = 1 }
	     END { exit bad }' "$tmp/out"
}
t 'ss: columns are aligned' aligned

json_ss() {
	"$ksmol" ss -j | python3 -c '
import json, sys
rows = json.load(sys.stdin)
assert len(rows) == 3
assert rows[0]["local"] == "10.0.0.2:53" and rows[0]["drops"] == 7'
}
t 'ss: -j is JSON' json_ss

none() {
	local -x KSMOL_DEBUGFS=$tmp/none

	mkdir -p "$tmp/none"
	head -n 1 "$tests/debugfs/sockets" >"$tmp/none/sockets"
	capture "$ksmol" ss -j
	is "$out" '[]' || return
	capture "$ksmol" ss
	is "$status" 0 && is "$(wc -l <"$tmp/out")" 1
}
t 'ss: no sockets' none

note() {
	local -x KSMOL_DEBUGFS=$tmp/cut

	mkdir -p "$tmp/cut"
	{
		cat "$tests/debugfs/sockets"
		echo '# 3 of 4 shown'
	} >"$tmp/cut/sockets"
	capture "$ksmol" ss -j
	has "$err" '3 of 4 shown' && python3 -m json.tool "$tmp/out" &&
		has_not "$out" shown
}
t 'ss: says when the list is cut' note

ss_missing() {
	capture env KSMOL_DEBUGFS=/nowhere "$ksmol" ss
	is "$status" 1 && has "$err" 'does not exist'
}
t 'ss: no such directory' ss_missing
