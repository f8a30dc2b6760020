#!/bin/bash
# Unmodified programs on our TCP, as servers of both families at once and as
# clients of Linux by either.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

conns=1000
[ "$KSMOL_FLAVOR" = uml ] || conns=200

cat >"$scratch/echo.py" <<'END_PY'
import asyncio, sys
async def serve(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(serve, None, int(sys.argv[1]),
                                        backlog=2048)
    async with server:
        await server.serve_forever()
asyncio.run(main())
END_PY
cat >"$scratch/many.py" <<'END_PY'
import asyncio, sys
port, count, addrs = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
async def one(i, barrier):
    reader, writer = await asyncio.open_connection(addrs[i % len(addrs)], port)
    barrier[0] += 1
    while barrier[0] < count:   # all are open at the same time
        await asyncio.sleep(0.05)
    data = bytes([i % 256]) * 2000
    writer.write(data)
    good = await reader.readexactly(len(data)) == data
    writer.write_eof()
    good = good and await reader.read() == b''
    writer.close()
    return good
async def main():
    barrier = [0]
    done = await asyncio.gather(*(one(i, barrier) for i in range(count)))
    print(sum(done))
asyncio.run(asyncio.wait_for(main(), 60))
END_PY

hash_of() { sha256sum | cut -d' ' -f1; }

cert() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-days 2 -subj "/CN=$1" -keyout "$scratch/key" -out "$scratch/cert"
	cat "$scratch/key" "$scratch/cert" >"$scratch/pem"
}

# Servers, each as its documentation has it, by the words before.
servers() {
	bg "$@" iperf3 -s >/dev/null 2>&1
	bg "$@" python3 -m http.server -b :: -d "$scratch/www" 80 >/dev/null 2>&1
	bg "$@" python3 "$scratch/echo.py" 801
	bg "$@" socat "OPENSSL-LISTEN:443,pf=ip6,ipv6only=0,fork,reuseaddr,cert=$scratch/pem,verify=0" \
		"SYSTEM:cat $scratch/www/file"
	bg "$@" "$scratch/redis-server" --bind '*' '::*' --port 6379 --save '' \
		--dir "$scratch" --protected-mode no >/dev/null
}

limits() { ulimit -n 8192 && "$@"; }

tls() { "${@:2}" socat -u "OPENSSL:$1:443,verify=0" -; }

# clients WHO IPV4 IPV6 LINK-LOCAL CMD...: all of them, from the peer or from us,
# by the words of CMD.
clients() {
	local who=$1 four=$2 six=$3 link=$4 addr

	shift 4
	t "$who: iperf3 by IPv6" "$@" iperf3 -c "$six" -t 1
	t "$who: iperf3, the other way, by IPv4" "$@" iperf3 -c "$four" -t 1 -R
	t "$who: iperf3, both ways at once, over the link" \
		"$@" iperf3 -c "$link" -t 1 --bidir
	t "$who: iperf3, eight connections of IPv6" "$@" iperf3 -c "$six" -t 1 -P 8
	for addr in "$four" "[$six]" "[${link/\%/%25}]"; do
		expect "$who: curl gets the file from $addr" \
			"$("$@" curl -s "http://$addr/file" | hash_of)" "$sum"
		t "$who: and is told what is not there" fails \
			"$@" curl -sf "http://$addr/none"
	done
	for addr in "$four" "[$six]"; do
		expect "$who: openssl from $addr" \
			"$(tls "$addr" "$@" | hash_of)" "$sum"
	done
	expect "$who: $conns connections of asyncio" "$(limits "$@" \
		python3 "$scratch/many.py" 801 $conns "$four" "$six" "$link")" $conns
	t "$who: redis-benchmark by IPv6" "$@" redis-benchmark -h "$six" -c 20 \
		-n "$(scale 2000)" -t set,get,mset -q
	t "$who: in a pipeline, by IPv4" "$@" redis-benchmark -h "$four" -c 20 \
		-P 16 -n "$(scale 10000)" -d 1000 -t set,get -q
}

start6 pool_rx=4096 pool_tx=4096
mkdir "$scratch/www"
head -c "$(scale "$(MiB 16)")" /dev/urandom >"$scratch/www/file"
sum=$(hash_of <"$scratch/www/file")
# One program is all of Redis, by the name that it is called; the package with
# the right name would start a server on whoever runs this.
ln -s /usr/bin/redis-check-rdb "$scratch/redis-server"
t 'a certificate' cert ksmol
ulimit -n 8192
servers ksmol run
servers nsenter --net=/run/netns/p
for port in 5201 80 801 443 6379; do
	t "a server listens here on $port" wait_for 20 bound $port
	t "one listens there on $port" wait_for 20 listening p $port
done
clients 'from the peer' $us $us6 $us_link at p
clients 'from us' 10.0.0.1 $peer6 $peer_link ksmol run
t 'ksmol ss -i is JSON' \
	sh -c 'ksmol ss -i --json | python3 -m json.tool >/dev/null'
for pid in "${background[@]}"; do
	stop "$pid"
done
background=()
t 'everything is home' wait_for 20 idle
whole 'after all programs'
