#!/bin/bash
# Raw sockets: unmodified programs, and what Linux's would do.
# needs: uml uml-debug qemu
# timeout: 90

. "$(dirname "$0")/../ksmol.sh"

# ping by a raw socket: with and without a header of its own.
cat >"$scratch/raw.py" <<'END'
import os, socket, struct, sys
def checksum(data):
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
to, size, whole = sys.argv[1], int(sys.argv[2]), len(sys.argv) > 3
ident = os.getpid() & 0xffff
body = bytes(i & 0xff for i in range(size))
head = struct.pack('!BBHHH', 8, 0, 0, ident, 1)
echo = head[:2] + struct.pack('!H', checksum(head + body)) + head[4:] + body
reader = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
reader.settimeout(5)
writer = reader
if whole:
    writer = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    echo = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 0, 0, 0, 64, 1, 0, bytes(4),
                       socket.inet_aton(to)) + echo
writer.sendto(echo, (to, 0))
while True:
    data, addr = reader.recvfrom(65536)
    hlen = (data[0] & 15) * 4
    if data[hlen] == 0 and data[hlen + 4:hlen + 6] == struct.pack('!H', ident):
        break
assert addr == (to, 0), addr
assert data[hlen + 8:] == body
print('same')
END
cat >"$scratch/zero.py" <<'END'
import errno, socket
try:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, 0)
except OSError as e:
    print(errno.errorcode[e.errno])
END
raw() { ksmol run python3 "$scratch/raw.py" "$@"; }
nobody() { setpriv --reuid=65534 --clear-groups --inh-caps=-all "$@"; }

expect 'without us protocol 0 is no protocol' "$(python3 "$scratch/zero.py")" \
	EPROTONOSUPPORT
start
expect 'nor with us' "$(python3 "$scratch/zero.py")" EPROTONOSUPPORT
for size in 0 56 1000 4000; do
	expect "a raw ping of $size bytes" "$(raw 10.0.0.1 $size)" same
	expect "and with our own header, $((size % 1400))" \
		"$(raw 10.0.0.1 $((size % 1400)) whole)" same
done
t 'Linux ping runs' ksmol run ping -q -c 3 -i 0.1 10.0.0.1
sysctl -qw 'net.ipv4.ping_group_range=1 0'
t 'and without ping sockets' ksmol run ping -q -c 3 -i 0.1 10.0.0.1
t 'the peer still pings us' pings -c 3 -i 0.1 $us
if command -v setpriv >/dev/null; then
	t 'who may not is refused' fails nobody ksmol run python3 \
		"$scratch/raw.py" 10.0.0.1 0
fi
if command -v traceroute >/dev/null; then
	ksmol run traceroute -n -q 1 -w 2 10.0.0.1 >"$scratch/trace" 2>&1
	t 'traceroute finds the peer by UDP' grep -q ' 10.0.0.1 ' "$scratch/trace"
	ksmol run traceroute -I -n -q 1 -w 2 10.0.0.1 >"$scratch/trace" 2>&1
	t 'and by ICMP' grep -q ' 10.0.0.1 ' "$scratch/trace"
fi
bg ksmol run python3 -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 17)
time.sleep(60)'
reader=$bg_pid
echo_on 0.0.0.0
wait_for 5 grep -q '^raw' "$debug/sockets"
t 'a raw socket that nobody reads is in nobody'"'"'s way' \
	load_to $us 7 2000 0 1472
t 'debugfs shows it' grep -q '^raw .*:17' "$debug/sockets"
stop "$reader"
t 'everything is home' wait_for 5 idle
whole 'at the end'
