#!/bin/bash
# TCP over IPv6, and over both families on one listener: verified transfers, and
# Python's servers and clients; tcp_programs and tcp_servers have others.
# needs: uml uml-debug debian-6.1
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

conns=100
[ "$KSMOL_FLAVOR" = uml ] || conns=20
size=$(scale $((64 << 20)))

cat >"$scratch/echo.py" <<'END'
import asyncio, sys
async def serve(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(serve, None, int(sys.argv[1]))
    async with server:
        await server.serve_forever()
asyncio.run(main())
END
cat >"$scratch/client.py" <<'END'
import asyncio, sys
async def one(addr, i):
    reader, writer = await asyncio.open_connection(addr, int(sys.argv[2]))
    data = bytes([i]) * 5000
    writer.write(data)
    good = await reader.readexactly(len(data)) == data
    writer.write_eof()
    good = good and await reader.read() == b''
    writer.close()
    return good
async def main():
    print(sum(await asyncio.gather(*(one(sys.argv[1], i) for i in range(50)))))
asyncio.run(asyncio.wait_for(main(), 60))
END

# load_us ADDR, load_peer ADDR: many connections, then one long one each way.
load_us() {
	at p tcp load "$1" 80 $conns 10000 10000 &&
		at p tcp load "$1" 80 1 "$size" "$size"
}
load_peer() {
	tcp -p $proto load "$1" 81 $conns 10000 10000 &&
		tcp -p $proto load "$1" 81 1 "$size" "$size"
}

start6
serve_on :: 80
t 'ss says that it takes both' grep -qE '^tcp +\*:80 ' "$debug/sockets"
t 'the peer loads us' load_us $us6
t 'and by IPv4, the same listener' load_us $us
t 'and over the link' load_us fe80::2%eth0
serve_at p :: 81
t 'we load the peer' load_peer $peer6
t 'and by IPv4, from a socket of IPv6' load_peer ::ffff:10.0.0.1
t 'and over the link' load_peer fe80::1%ks0
serve_on $us6 82
t 'we load ourselves' tcp -p $proto load $us6 82 5 100000 100000
t 'nobody listens there: refused' fails at p tcp load $us6 83 1 1 1

bg ksmol run python3 "$scratch/echo.py" 703
wait_for 10 bound 703
for addr in $us6 $us; do
	expect "Python's asyncio serves $addr" \
		"$(at p python3 "$scratch/client.py" "$addr" 703)" 50
done
bg_at p python3 "$scratch/echo.py" 704
wait_for 10 listening p 704
expect 'and is a client' \
	"$(ksmol run python3 "$scratch/client.py" $peer6 704)" 50

t 'ksmol ss lists them' sh -c 'ksmol ss | grep -q "\[fd00::2\]"'
t 'everything is home' wait_for 10 idle
whole 'after all of them'
