#!/bin/bash
# TCP's socket API: one program on Linux's TCP and on ksmol's, in mirrored
# set-ups, must say the same, but for what is listed here.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

api=$KSMOL_TREE/tools/vm/programs/tcpapi.py

# What differs, and why.
different() {
	# A reader that has a part of what SO_RCVLOWAT asks for is woken when
	# the rest is there; Linux counts anew from what it has taken.
	cat <<-'END'
		low_water_with_a_part: b'\x00\x01\x02\x03\x04\x05\x06\x07\x08\t' True
	END
}

# line NAME FILE
line() { awk -v name="$1:" 'index($0, name) == 1' "$2"; }

# said PROTO LOCAL PEER: the program's lines.
said() { python3 "$api" "$1" "$2" "$3" 700; }

# What each stack is here, and its peer.
ours=$us our_peer=10.0.0.1
linux=10.0.1.2 linux_peer=10.0.1.1
[ "${family:-4}" = 4 ] || {
	ours=$us6 our_peer=$peer6
	linux=fd01::2 linux_peer=fd01::1
}
start6
t "Linux's own pair is wired up" peer q -d ks1 -4 10.0.1.1/24 -6 fd01::1/64 \
	-l 10.0.1.2/24 -l fd01::2/64
bg_at p python3 "$api" peer $our_peer 700 600
bg_at q python3 "$api" peer $linux_peer 700 600
wait_for 20 listening p 700
wait_for 20 listening q 700
said 0 $linux $linux_peer >"$scratch/linux"
said $proto "$ours" $our_peer >"$scratch/ksmol"
different >"$scratch/different"
cp "$scratch"/{linux,ksmol} "$KSMOL_RESULTS/"
t 'Linux has much to say' test "$(wc -l <"$scratch/linux")" -gt 20
t 'and ends by itself' fails grep -F '(hung)' "$scratch/linux"

while IFS= read -r want; do
	name=${want%%:*}
	other=$(line "$name" "$scratch/different")
	expect "$name" "$(line "$name" "$scratch/ksmol")" "${other:-$want}"
done <"$scratch/linux"
expect 'nothing else was said' "$(wc -l <"$scratch/ksmol")" \
	"$(wc -l <"$scratch/linux")"
t 'everything is home' wait_for 10 idle
whole 'after all checks'
