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
assert len(rows) == 4
assert rows[0]["local"] == "10.0.0.2:53" and rows[0]["drops"] == 7'
}
t 'ss: -j is JSON' json_ss

# --- ss -i ---

t 'ss -i: header' row '^state +local +remote' -i
t 'ss -i: a connection, ports by name' \
	row '^ESTAB +10\.0\.0\.2:http +10\.0\.0\.1:41234$' -i
t 'ss -i: -n keeps numbers' row '^LISTEN +10\.0\.0\.2:80 ' -in
t 'ss -i: what it knows stands below' row '^	sndq=131072 .* rtt=512' -i
t 'ss -i: of a listener, who waits' row '^	accept=2 backlog=128$' -i

info_zero() { capture "$ksmol" ss -i; has_not "$out" 'lost=0'; }
t 'ss -i: not what is zero' info_zero

info_fits() {
	capture "$ksmol" ss -i
	[ "$(expand "$tmp/out" | wc -L)" -le 80 ]
}
t 'ss -i: fits a terminal' info_fits

info_json() {
	"$ksmol" ss -i --json | python3 -c '
import json, sys
rows = json.load(sys.stdin)
assert [row["state"] for row in rows] == ["LISTEN", "ESTAB", "FIN-WAIT-2"]
assert rows[0]["accept"] == 2 and rows[0]["reqs"] == 0
assert rows[1]["remote"] == "10.0.0.1:41234" and rows[1]["lost"] == 0
assert rows[1]["ca"] == "open" and rows[1]["retrans"] == 3'
}
t 'ss -i: --json has everything, zeros too' info_json

states() {
	"$ksmol" ss "$@" --json | python3 -c '
import json, sys
print(*(row["state"] for row in json.load(sys.stdin)))'
}
t 'ss -s: one state' is "$(states -s time-wait)" TIME-WAIT
t 'ss -s: all' is "$(states --state all)" \
	'LISTEN ESTAB FIN-WAIT-2 SYN-RECV TIME-WAIT'
t 'ss -s: one that nobody is in' is "$(states -s closing)" ''
t 'ss -s: what it knows stands below' row '^	retries=1 timer=1500000 mss=1460$' \
	-s syn-recv

info_odd() {
	local -x KSMOL_DEBUGFS=$tmp/info

	mkdir -p "$tmp/info"
	printf '%s\n' 'local remote state details' 'a b c' 'a b c d =e f= "g"=h' \
		'# 2 of 9 shown' >"$tmp/info/tcp_sockets"
	capture "$ksmol" ss -i
	is "$status" 0 && has "$err" '2 of 9 shown' || return
	capture "$ksmol" ss -ij
	python3 -m json.tool "$tmp/out" >/dev/null || return
	head -n 1 "$tests/debugfs/tcp_sockets" >"$tmp/info/tcp_sockets"
	capture "$ksmol" ss -ij
	is "$out" '[]' || return
	echo 'local remote' >"$tmp/info/tcp_sockets"
	capture "$ksmol" ss -i
	is "$status" 1 && has "$err" 'not as this command'
}
t 'ss -i: odd text does no harm' info_odd

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
