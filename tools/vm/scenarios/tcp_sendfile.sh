#!/bin/bash
# sendfile() and splice() into streams of either family: pages go as they are,
# without a copy, whatever happens to the file, the network, the pool and the
# program meanwhile.
# needs: uml uml-debug debian-6.1
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

# TO HOW FILE PIECE [PAUSE]. HOW: sendfile and splice by pieces of PIECE bytes,
# from FILE or, for splice, a pipe on standard input; class: as socket.sendfile()
# does it.
cat >"$scratch/send.py" <<'END_PY'
import os, socket, sys
to, how, name, piece = *sys.argv[1:4], int(sys.argv[4])
family, *_, where = socket.getaddrinfo(to, 801, type=socket.SOCK_STREAM)[0]
s = socket.socket(family, socket.SOCK_STREAM, 257)
s.connect(where)
fd = 0 if name == '-' else os.open(name, os.O_RDONLY)
off = 0
if how == 'class':
    s.sendfile(open(name, 'rb'))
while how != 'class':
    if how == 'sendfile':
        n = os.sendfile(s.fileno(), fd, off, piece)
    else:
        n = os.splice(fd, s.fileno(), piece)
    if not n:
        break
    off += n
    if len(sys.argv) > 5 and off >= int(sys.argv[5]):
        print('half', flush=True)
        sys.stdin.readline()
s.close()
END_PY

listen=TCP6-LISTEN:801,ipv6only=0,reuseaddr

# The older kernel's sendfile() copies.
by_page() { [ "$(uname -r | cut -d. -f1)" -ge 7 ] || [ "$(uname -r | cut -d. -f1-2)" = 6.12 ]; }

# take: what comes there by one connection, into $scratch/sum.
take() {
	rm -f "$scratch/sum"
	bg_at p bash -c "timeout 60 socat -u $listen - |
		sha256sum | cut -d' ' -f1 >$scratch/sum.new
		mv $scratch/sum.new $scratch/sum"
	wait_for 10 listening p 801
}

arrived() { wait_for 60 test -e "$scratch/sum" && [ "$(cat "$scratch/sum")" = "$sum" ]; }

send() { python3 "$scratch/send.py" "$to" "$@"; }
sent() { take && send "$@" && arrived; }
piped() { take && head -c "$size" "$scratch/file" |
	send splice - 65536 && arrived; }

copied() { drops copy_bytes_user_in; }

# uncopied NAME CMD...: it is done, and next to nothing was copied.
uncopied() {
	local name=$1 before now

	shift
	before=$(copied)
	t "$name" "$@" || return
	now=$(copied)
	if by_page; then
		t 'and was not copied' test $((now - before)) -lt $((size / 20))
	else
		expect 'and was copied once' $((now - before)) "$size"
	fi
}

make_file() {
	head -c "$size" /dev/urandom >"$scratch/file"
	sum=$(sha256sum <"$scratch/file" | cut -d' ' -f1)
}

# The shorter the file, the more of it is lost: one segment must be. An emulator
# takes long enough by one family, until programs are killed.
ends=(10.0.0.1 "$peer6")
case $KSMOL_FLAVOR in
uml) loss=5% ;;
uml-*) loss=10% ;;
*) loss=25% ends=("$peer6") ;;
esac
start6 pool_rx=1024 pool_tx=1024
size=$(scale "$(MiB 32)")
make_file
for to in "${ends[@]}"; do
	uncopied "a file of $size bytes to $to by sendfile()" \
		sent sendfile "$scratch/file" 1048576
	uncopied "by Python's own" sent class "$scratch/file" 0
	uncopied 'spliced out of a pipe' piped
	ethtool -K ks0 sg off >/dev/null
	before=$(copied)
	t 'to a device without fragments' sent sendfile "$scratch/file" 1048576
	expect 'it is copied' $(($(copied) - before)) "$size"
	ethtool -K ks0 sg on tso on gso on >/dev/null
done

size=$(scale "$(MiB 2)")
for to in "${ends[@]}"; do
	make_file
	t "to $to by pieces of 1000 bytes" sent sendfile "$scratch/file" 1000
	t 'by pieces of 77 bytes' sent sendfile "$scratch/file" 77
	ethtool -K ks0 tso off gso off >/dev/null
	tc qdisc add dev ks0 root netem delay 1ms loss $loss
	before=$(tcp_stat retrans)
	uncopied 'pages are sent again where segments are lost' \
		sent sendfile "$scratch/file" 1048576
	t 'and were' test "$(tcp_stat retrans)" -gt "$before"
	tc qdisc del dev ks0 root
	ethtool -K ks0 tso on gso on >/dev/null
done
t 'everything is home' wait_for 10 idle

# The file loses its end, or all of it, while it is on its way.
mkfifo "$scratch/go"
shrink() {
	take || return
	exec {go}<>"$scratch/go"
	send sendfile "$scratch/file" 16384 $((size / 2)) \
		<"$scratch/go" >"$scratch/half" &
	wait_for 20 grep -q half "$scratch/half" &&
		truncate -s "$1" "$scratch/file" && yes '' | head -n 100 >&"$go"
	wait $! && wait_for 20 test -e "$scratch/sum"
	exec {go}>&-
}
for to in "${ends[@]}"; do
	t "a file is cut on its way to $to" shrink $((size / 4))
	make_file
	t 'or made empty' shrink 0
	make_file
done
t 'everything is home' wait_for 10 idle

# Who is killed leaves what it sent behind, until the peer has it or is gone.
truncate -s 256M "$scratch/large"
serve_at p :: 801
sleeper=$bg_pid
kill -STOP "$sleeper"
pids=()
for to in 10.0.0.1 $peer6; do
	bg python3 "$scratch/send.py" "$to" sendfile "$scratch/large" 1048576
	pids+=("$bg_pid")
done
t 'two wait for who does not read' wait_for 10 unread 2 801
t 'their pages wait in the send queue' test "$(owned socket)" -gt 0
disown -a
kill -9 "${pids[@]}"
rm "$scratch/large"
t 'killed, they leave them behind' test "$(owned socket)" -gt 0
t 'both of them' wait_for 5 gauge_is orphans 2
kill -9 "$sleeper"
t 'until the peer is gone' wait_for 20 idle
whole 'after all of it'

# Eight at a time, with a descriptor for each page of one in the pool.
t 'the module unloads' unload
t 'and loads with a small pool' load arp_probe_ms=0 pool_tx=32 pool_shared=8 \
	"attach=ks0,$us/24,$us6/64,fe80::2/64" || exit
eight() {
	local to pids=()

	rm -f "$scratch"/got.*
	bg_at p socat -u $listen,fork "SYSTEM:cat >$scratch/got.\$\$"
	wait_for 10 listening p 801 || return
	# Three by IPv4, five by IPv6.
	for to in 10.0.0.1 $peer6 $peer_link 10.0.0.1 $peer6 $peer_link \
		10.0.0.1 $peer6; do
		send sendfile "$scratch/file" 1048576 &
		pids+=($!)
	done
	wait "${pids[@]}"
	wait_for 20 eight_whole
}
eight_whole() {
	[ "$(sha256sum "$scratch"/got.* | grep -c "^$sum")" = 8 ]
}
t 'eight files through a pool of 40 pbufs' eight
t 'everything is home' wait_for 10 idle
whole 'at the end'
