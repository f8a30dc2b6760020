#!/bin/bash
# ssh, nginx and memcached on our TCP, as servers of both families at once, and as
# clients of Linux by either.
# needs: uml uml-debug
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

# Where tools/vm/deps unpacks what it does not install.
unpacked=${KSMOL_BUILD%/build/*}/unpacked
ssh=$unpacked/openssh-server/usr/sbin/sshd
sftp=$unpacked/openssh-sftp-server/usr/lib/openssh/sftp-server
nginx=$unpacked/nginx/usr/sbin/nginx
memcached=$unpacked/memcached/usr/bin/memcached

hash_of() { sha256sum | cut -d' ' -f1; }

# Users and keys that are this guest's alone.
accounts() {
	cat >"$scratch/passwd" <<-END
		root:x:0:0:root:$scratch:/bin/bash
		sshd:x:65533:65534::/run/sshd:/bin/false
	END
	echo 'root:*:19000:0:99999:7:::' >"$scratch/shadow"
	mount --bind "$scratch/passwd" /etc/passwd &&
		mount --bind "$scratch/shadow" /etc/shadow || return
	mkdir -p /run/sshd && chmod 755 /run/sshd &&
		ssh-keygen -q -t ed25519 -N '' -f "$scratch/host" &&
		ssh-keygen -q -t ed25519 -N '' -f "$scratch/user"
}

ssh_conf() {
	cat <<-END
		Port 22
		HostKey $scratch/host
		AuthorizedKeysFile $scratch/user.pub
		PermitRootLogin prohibit-password
		PidFile none
		StrictModes no
		UseDNS no
		UsePAM no
		Subsystem sftp $sftp
	END
}

nginx_conf() {
	cat <<-END
		daemon off;
		pid $1/pid;
		user root;
		worker_processes 2;
		events { worker_connections 256; }
		http {
			access_log off;
			sendfile on;
			tcp_nopush on;
			client_body_temp_path $1/body;
			proxy_temp_path $1/proxy;
			fastcgi_temp_path $1/fastcgi;
			uwsgi_temp_path $1/uwsgi;
			scgi_temp_path $1/scgi;
			server {
				listen [::]:80 ipv6only=off;
				root $scratch/www;
			}
		}
	END
}

# servers NAME WORD...: all of them, by the words before.
servers() {
	local dir=$scratch/$1

	shift
	mkdir "$dir"
	ssh_conf >"$dir/sshd.conf"
	nginx_conf "$dir" >"$dir/nginx.conf"
	bg "$@" "$ssh" -D -e -f "$dir/sshd.conf" 2>"$dir/sshd.log"
	bg "$@" "$nginx" -p "$dir" -c "$dir/nginx.conf" -e stderr
	bg "$@" "$memcached" -u root -p 11211 -U 0 -m 64
}

cat >"$scratch/cache.py" <<'END_PY'
import asyncio, random, sys
conns, rounds, addrs = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
async def one(i):
    dice = random.Random(i)
    reader, writer = await asyncio.open_connection(addrs[i % len(addrs)], 11211)
    for n in range(rounds):
        value = dice.randbytes(dice.choice((1, 100, 1448, 20000)))
        writer.write(b'set %d-%d 0 0 %d\r\n' % (i, n, len(value)) + value + b'\r\n')
        if await reader.readline() != b'STORED\r\n':
            return 0
        writer.write(b'get %d-%d\r\n' % (i, n))
        head = await reader.readline()
        if int(head.split()[3]) != len(value):
            return 0
        if await reader.readexactly(len(value) + 7) != value + b'\r\nEND\r\n':
            return 0
    writer.close()
    return 1
async def main():
    print(sum(await asyncio.gather(*(one(i) for i in range(conns)))))
asyncio.run(asyncio.wait_for(main(), 60))
END_PY

ssh_options=(-q -F none -i "$scratch/user" -o BatchMode=yes
	-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null)
by_ssh() { "${by[@]}" ssh "${ssh_options[@]}" "root@$1" "${@:2}"; }
by_scp() { "${by[@]}" scp "${ssh_options[@]}" "$@"; }

# Four of each family.
eight_files() {
	rm -f "$scratch"/got.*
	"${by[@]}" curl -sf --parallel --parallel-max 8 \
		-o "$scratch/got.4.#1" "http://$four/file?[1-4]" \
		-o "$scratch/got.6.#1" "http://[$six]/file?[1-4]" &&
		[ "$(sha256sum "$scratch"/got.* | grep -c "^$sum")" = 8 ]
}

# clients WHO: of the server's addresses $four, $six and $link, by the words of $by.
clients() {
	local file=$scratch/www/file addr

	for addr in "$four" "$six" "$link"; do
		expect "$1: ssh brings a file from $addr" \
			"$(by_ssh "$addr" cat "$file" | hash_of)" "$sum"
	done
	expect "$1: takes one there" \
		"$(by_ssh "$six" sha256sum <"$file" | cut -d' ' -f1)" "$sum"
	expect "$1: and its exit status" "$(by_ssh "$four" exit 7; echo $?)" 7
	t "$1: scp brings it" by_scp "root@[$six]:$file" "$scratch/got"
	expect "$1: as it is" "$(hash_of <"$scratch/got")" "$sum"
	t "$1: and takes it there" by_scp "$file" "root@[$link]:$scratch/put"
	expect "$1: as it is" "$(hash_of <"$scratch/put")" "$sum"
	t "$1: eight files at once from nginx" eight_files
	expect "$1: memcached keeps what twenty-one clients say" "$("${by[@]}" python3 \
		"$scratch/cache.py" 21 "$rounds" "$four" "$six" "$link")" 21
}

start6 pool_rx=4096 pool_tx=4096
for file in "$ssh" "$sftp" "$nginx" "$memcached"; do
	[ -x "$file" ] || { not_ok "$file is there" 'run tools/vm/deps'; exit; }
done
mkdir "$scratch/www"
chmod 755 "$scratch" "$scratch/www"
head -c "$(scale "$(MiB 4)")" /dev/urandom >"$scratch/www/file"
sum=$(hash_of <"$scratch/www/file")
rounds=$(scale 50)
t 'keys are made' accounts
servers us ksmol run
servers peer nsenter --net=/run/netns/p
for port in 22 80 11211; do
	t "a server listens here on $port" wait_for 20 bound $port
	t "one listens there on $port" wait_for 20 listening p $port
done
before=$(drops copy_bytes_user_in)
by=(at p) four=$us six=$us6 link=$us_link
t 'nginx sends files' eight_files
t 'by sendfile(), which copies next to nothing' test \
	$(($(drops copy_bytes_user_in) - before)) -lt $(($(stat -c %s "$scratch/www/file") / 2))
clients 'from the peer'
by=(ksmol run) four=10.0.0.1 six=$peer6 link=$peer_link
clients 'from us'
for pid in "${background[@]}"; do
	stop "$pid"
done
background=()
t 'everything is home' wait_for 20 idle
whole 'after all programs'
