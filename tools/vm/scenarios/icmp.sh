#!/bin/bash
# ICMP errors: those that we send, and those that we are sent.
# needs: uml uml-debug
# timeout: 60

. "$(dirname "$0")/../ksmol.sh"

# A connected socket that says what error it got before a datagram.
cat >"$scratch/wait.py" <<'END'
import errno, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('10.0.0.2', 800))
s.connect(('10.0.0.1', 900))
s.send(b'hello')
print('sent', flush=True)
try:
    s.recv(100)
    print('nothing')
except OSError as e:
    print(errno.errorcode[e.errno])
END

# error_for SPEC...: the error of that socket after the peer has sent SPEC.
error_for() {
	ksmol run python3 "$scratch/wait.py" >"$scratch/wait" &
	wait_for 5 grep -q sent "$scratch/wait"
	frames_at p "$@" >/dev/null
	frames_at p udp sport=900 dport=800 >/dev/null
	wait $!
	tail -n 1 "$scratch/wait"
}

start icmp_rate=10
bg_at p udp sink 10.0.0.1 1000
bg_at p udp sink 10.0.0.1 900
t 'the peer pings us' pings -c 2 -i 0.1 $us
frames_table <<'END'
closed port: udp dport=99 => udp_no_socket icmp:3/3
closed port, by broadcast: udp dport=99 dst=10.0.0.255 eth=ff:ff:ff:ff:ff:ff => udp_no_socket -
closed port, limited broadcast: udp dport=99 dst=255.255.255.255 eth=ff:ff:ff:ff:ff:ff => udp_no_socket -
error about an error: icmp type=3 code=3 quote=icmp,type=3,src=10.0.0.2,dst=10.0.0.1 => icmp_quote -
error about nothing we sent: icmp type=3 code=3 quote=udp,src=10.0.0.2,dst=10.0.0.1,sport=5,dport=6 => icmp_quote -
error about somebody else: icmp type=3 code=3 quote=udp,src=10.0.0.3,dst=10.0.0.1,sport=800,dport=900 => icmp_quote -
error that quotes too little: icmp type=3 code=3 quote=udp,cut=20 => icmp_short -
error that quotes nothing: icmp type=3 code=3 => icmp_short -
END
sleep 1.2
answers=$(frames_at p udp dport=99 n=100 | grep -c icmp)
t "errors are limited: $answers for 100 datagrams" test "$answers" -le 12
t 'but not silenced' test "$answers" -ge 5
t 'those left out are counted' test "$(drops tx_icmp_rate)" -ge 80
t 'echo replies are not limited' pings -f -c 200 $us

quote=quote=udp,src=10.0.0.2,dst=10.0.0.1,sport=800,dport=900
expect 'port unreachable reaches its socket' \
	"$(error_for icmp type=3 code=3 $quote)" ECONNREFUSED
expect 'protocol unreachable, too' \
	"$(error_for icmp type=3 code=2 $quote)" ENOPROTOOPT
expect 'host unreachable is soft' "$(error_for icmp type=3 code=1 $quote)" nothing
expect 'time exceeded is soft' "$(error_for icmp type=11 code=0 $quote)" nothing
expect 'source quench is ignored' "$(error_for icmp type=4 $quote)" nothing
expect 'another port is not ours' "$(error_for icmp type=3 code=3 \
	quote=udp,src=10.0.0.2,dst=10.0.0.1,sport=801,dport=900)" nothing
expect 'another peer is not ours' "$(error_for icmp type=3 code=3 \
	quote=udp,src=10.0.0.2,dst=10.0.0.5,sport=800,dport=900)" nothing
expect 'a bad checksum is no error' \
	"$(error_for icmp type=3 code=3 csum=1 $quote)" nothing

t 'everything is home' wait_for 5 idle
whole 'at the end'
