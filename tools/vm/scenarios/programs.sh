#!/bin/bash
# Unmodified programs on our sockets, as servers and as clients of Linux.
# needs: uml uml-debug qemu
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

cat >"$scratch/server.py" <<'END'
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], int(sys.argv[2])))
s.settimeout(30)
while True:
    data, addr = s.recvfrom(2000)
    s.sendto(data.upper(), addr)
END
cat >"$scratch/client.py" <<'END'
import selectors, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect((sys.argv[1], int(sys.argv[2])))
s.setblocking(False)
sel = selectors.DefaultSelector()
sel.register(s, selectors.EVENT_READ)
for i in range(100):
    s.send(b'message %d' % i)
    sel.select(2)
    assert s.recv(100) == b'MESSAGE %d' % i, i
print('all')
END

# say_socat CMD..., say_nc CMD...: "hello" to $port of $addr by the program, which
# CMD runs; prints the answer. The program waits for more; the first line does.
first_of() {
	local line=

	read -rt 20 line < <(echo hello | "$@" 2>/dev/null)
	echo "$line"
}
say_socat() { first_of "$@" socat -t 10 -T 10 - "UDP4:$addr:$port"; }
say_nc() { first_of "$@" timeout 12 nc -u -w 10 "$addr" "$port"; }

start
addr=$us
bg ksmol run socat -T 20 UDP4-RECVFROM:701,fork EXEC:cat
bg ksmol run python3 "$scratch/server.py" $us 702
wait_for 5 bound 701 && wait_for 5 bound 702
port=701
expect 'socat here echoes to socat there' "$(say_socat at p)" hello
expect 'and to nc' "$(say_nc at p)" hello
port=702
expect 'Python here answers socat there' "$(say_socat at p)" HELLO
expect 'and Python' "$(at p python3 "$scratch/client.py" $us 702)" all
bg ksmol run sh -c 'exec nc -u -l 703 >'"$scratch/heard"
wait_for 5 bound 703
port=703
say_nc at p >/dev/null
expect 'nc here hears nc there' "$(cat "$scratch/heard")" hello

addr=10.0.0.1
bg_at p socat -T 20 UDP4-RECVFROM:701,fork EXEC:cat
bg_at p python3 "$scratch/server.py" 10.0.0.1 702
sleep 1
port=701
expect 'socat there echoes to socat here' "$(say_socat ksmol run)" hello
expect 'and to nc' "$(say_nc ksmol run)" hello
expect 'Python there answers Python here' \
	"$(ksmol run python3 "$scratch/client.py" 10.0.0.1 702)" all
t 'ksmol ss lists the servers' sh -c 'ksmol ss | grep -q :702'
t 'ksmol stat runs' ksmol stat
expect 'ksmol stat --json is JSON' "$(ksmol stat --json |
	python3 -c 'import json, sys; print(type(json.load(sys.stdin)).__name__)')" \
	dict
whole 'after all programs'
