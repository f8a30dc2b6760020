#!/bin/bash
# The API of IPv6 sockets: one program on Linux's sockets and on ksmol's, in
# mirrored set-ups, must say the same, but for what is listed here; then all
# that TCP's own check knows, over IPv6.
# needs: uml uml-debug debian-6.1
# timeout: 200

. "$(dirname "$0")/../ksmol.sh"

programs=$KSMOL_TREE/tools/vm/programs

# What differs, and why.
different() {
	cat <<-'END'
	END
}

# line NAME FILE
line() { awk -v name="$1:" 'index($0, name) == 1' "$2"; }

# compare TITLE: what was said on both.
compare() {
	local want name other

	cp "$scratch/linux" "$KSMOL_RESULTS/$1.linux"
	cp "$scratch/ksmol" "$KSMOL_RESULTS/$1.ksmol"
	t "$1: Linux has much to say" test "$(wc -l <"$scratch/linux")" -gt 20
	while IFS= read -r want; do
		name=${want%%:*}
		other=$(line "$name" "$scratch/different")
		expect "$1: $name" "$(line "$name" "$scratch/ksmol")" \
			"${other:-$want}"
	done <"$scratch/linux"
	expect "$1: nothing else was said" "$(wc -l <"$scratch/ksmol")" \
		"$(wc -l <"$scratch/linux")"
}

# helpers NAME ADDR: the other side of both programs.
helpers() {
	at "$1" sysctl -qw net.ipv6.icmp.ratelimit=0 net.ipv4.icmp_ratelimit=0
	bg_at "$1" python3 "$programs/api6.py" peer :: 700 300
	bg_at "$1" python3 "$programs/tcpapi.py" peer "$2" 701 300
	wait_for 20 listening "$1" 700 && wait_for 20 listening "$1" 701
}

start6
t "Linux's own pair is wired up" peer q -d ks1 -4 10.0.1.1/24 \
	-6 fd01::1/64 -l 10.0.1.2/24 -l fd01::2/64
at q ip addr add fe80::1/64 dev eth0 nodad
helpers p $peer6
helpers q fd01::1
different >"$scratch/different"
python3 "$programs/api6.py" 0 ks1 fd01::2 fd01::1 10.0.1.2 10.0.1.1 700 \
	>"$scratch/linux"
python3 "$programs/api6.py" $proto ks0 $us6 $peer6 $us 10.0.0.1 700 \
	>"$scratch/ksmol"
compare api6
python3 "$programs/tcpapi.py" 0 fd01::2 fd01::1 701 >"$scratch/linux"
python3 "$programs/tcpapi.py" $proto $us6 $peer6 701 >"$scratch/ksmol"
compare tcpapi
t 'everything is home' wait_for 10 idle
whole 'after all checks'
