#!/bin/bash
# The socket API: one program on Linux's sockets and on ksmol's, in mirrored
# set-ups, must say the same, but for what is listed here.
# needs: uml uml-debug qemu
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

# What differs, and why; see the limits in the README.
different() {
	cat <<-'END'
	END
}

helper() {
	at "$1" sysctl -qw net.ipv4.icmp_ratelimit=0
	bg_at "$1" sockapi peer 700 "$2" 60
}

# said PROTO DEV LOCAL PEER: the program's lines.
said() { sockapi -p "$1" "$2" "$3" "$4" 700; }

start
t "Linux's own pair is wired up" peer q -d ks1 -4 10.0.1.1/24 -l 10.0.1.2/24
helper p 10.0.0.255
helper q 10.0.1.255
said 0 ks1 10.0.1.2 10.0.1.1 >"$scratch/linux"
said $proto ks0 $us 10.0.0.1 >"$scratch/ksmol"
different >"$scratch/different"
cp "$scratch"/{linux,ksmol} "$KSMOL_RESULTS/"

while IFS= read -r line; do
	name=${line%%:*}
	got=$(grep -F "$name:" "$scratch/ksmol")
	want=$(grep -F "$name:" "$scratch/different") || want=$line
	expect "$name" "$got" "$want"
done <"$scratch/linux"
expect 'nothing else was said' "$(wc -l <"$scratch/ksmol")" \
	"$(wc -l <"$scratch/linux")"
t 'everything is home' wait_for 5 idle
whole 'after all checks'
