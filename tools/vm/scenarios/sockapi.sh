#!/bin/bash
# The socket API: one program on Linux's sockets and on ksmol's, in mirrored
# set-ups, must say the same, but for what is listed here.
# needs: uml uml-debug debian-6.1
# timeout: 240

. "$(dirname "$0")/../ksmol.sh"

# What differs, and why: there is nothing out of band and no SO_PEEK_OFF; the
# error of a bad IP_PKTINFO says which part is bad; an error of our own making
# knows the port.
different() {
	cat <<-'END'
	MSG_OOB: EOPNOTSUPP EOPNOTSUPP
	SO_PEEK_OFF: (getsockopt failed: EOPNOTSUPP)
	unknown options and levels: ENOPROTOOPT ENOPROTOOPT ENOPROTOOPT ENOPROTOOPT ENOPROTOOPT ENOPROTOOPT ENOPROTOOPT ENOPROTOOPT
	IP_PKTINFO out, wrong: EADDRNOTAVAIL ENETUNREACH EINVAL
	MSG_ERRQUEUE local error: EMSGSIZE '' PEER:PORT errqueue EMSGSIZE origin=1 type=0 code=0 info=1500 offender family=0 -
	END
}

# line NAME FILE
line() { awk -v name="$1:" 'index($0, name) == 1' "$2"; }

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

while IFS= read -r want; do
	name=${want%%:*}
	other=$(line "$name" "$scratch/different")
	expect "$name" "$(line "$name" "$scratch/ksmol")" "${other:-$want}"
done <"$scratch/linux"
expect 'nothing else was said' "$(wc -l <"$scratch/ksmol")" \
	"$(wc -l <"$scratch/linux")"
t 'everything is home' wait_for 5 idle
whole 'after all checks'
