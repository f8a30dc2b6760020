#!/bin/bash
# The API of IPv6 sockets: one program on Linux's sockets and on ksmol's, in
# mirrored set-ups, must say the same.
# needs: uml uml-debug
# timeout: 200

. "$(dirname "$0")/../ksmol.sh"

api=$KSMOL_TREE/tools/vm/programs/api6.py

# line NAME FILE
line() { awk -v name="$1:" 'index($0, name) == 1' "$2"; }

helper() {
	at "$1" sysctl -qw net.ipv6.icmp.ratelimit=0 net.ipv4.icmp_ratelimit=0
	bg_at "$1" python3 "$api" peer :: 700 300
	wait_for 20 listening "$1" 700
}

# Until then Linux takes another source.
settled() {
	[ -z "$(ip -6 addr show tentative)$(at q ip -6 addr show tentative)" ]
}

start6
t "Linux's own pair is wired up" peer q -d ks1 -4 10.0.1.1/24 \
	-6 fd01::1/64 -l 10.0.1.2/24 -l fd01::2/64
at q ip addr add fe80::1/64 dev eth0 nodad
t 'its addresses may be used' wait_for 10 settled
helper p
helper q
python3 "$api" 0 ks1 fd01::2 fd01::1 10.0.1.2 10.0.1.1 700 >"$scratch/linux"
python3 "$api" $proto ks0 $us6 $peer6 $us 10.0.0.1 700 >"$scratch/ksmol"
cp "$scratch"/{linux,ksmol} "$KSMOL_RESULTS/"
t 'Linux has much to say' test "$(wc -l <"$scratch/linux")" -gt 20
while IFS= read -r want; do
	expect "${want%%:*}" "$(line "${want%%:*}" "$scratch/ksmol")" "$want"
done <"$scratch/linux"
expect 'nothing else was said' "$(wc -l <"$scratch/ksmol")" \
	"$(wc -l <"$scratch/linux")"
python3 "$KSMOL_TREE/tools/vm/msfilter.py" 0 fd01::2 ks1 >"$scratch/linux"
python3 "$KSMOL_TREE/tools/vm/msfilter.py" $proto $us6 ks0 >"$scratch/ksmol"
t 'whole filters of groups are set and read as on Linux' \
	diff "$scratch/linux" "$scratch/ksmol"
t 'and are what was set' grep -q "^ten ok ('ok', 1, 10, " "$scratch/ksmol"
t 'everything is home' wait_for 10 idle
whole 'after all checks'
