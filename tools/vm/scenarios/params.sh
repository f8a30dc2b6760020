#!/bin/bash
# Bad values give one line in the log and the right errno, and change nothing.
# needs: uml uml-debug
# timeout: 240

. "$(dirname "$0")/../ksmol.sh"

# Lines that the module wrote since mark_log.
lines() { log_since | grep 'ksmol: ' | grep -vE 'taint|ksmol: loaded'; }

# refuses NAME ERROR WORD: the last command's output has ERROR, the log one
# line with WORD.
refuses() {
	local name=$1 error=$2 word=$3

	if ! grep -qE "$error" "$scratch/error"; then
		not_ok "$name" "$(cat "$scratch/error")"
	elif [ "$(lines | wc -l)" -ne 1 ] || ! lines | grep -q "$word"; then
		not_ok "$name" "log: $(lines)"
	else
		ok "$name"
	fi
}

try() { mark_log; "$@" 2>"$scratch/error"; }

# What attach= must leave alone.
state() { find "$debug/ifaces" | sort; cat "$debug"/ifaces/*/{addresses,routes}; }

t 'the peer is wired up' peer p -6 -
t 'so is another' peer q -d ks1 -6 -
mod bridge || :
ip link add br0 type bridge
ip link add prt0 type veth peer prt1
ip link set prt0 master br0

while read -r name value word; do
	try load "$name=$value"
	refuses "$name=$value does not load" 'Invalid' "${word:-$name}"
	! loaded || unload
done <<'END'
pool_rx 3
pool_rx 2000000
pool_tx 0
pool_tx 2000000
pool_shared 2000000
pool_reserve 0
pool_rx -1
buf_size 1000
buf_size 12288
buf_size 131072
pool_stream -2
pool_stream 2000000
stream_size 5000
stream_size 49152
stream_size 131072
copybreak 4000
copybreak many
tx_policy generous
mode both
protocol 17
protocol 255
protocol 261
neigh_max 3
neigh_queue 0
neigh_queue_total 1000
route_max 1
sock_rx 0
sock_tx 0
sock_hash 1000
attach ks0,10.0.0.2 10.0.0.2
attach ks0,10.0.0.300/24 10.0.0.300
END
try load attach=nosuch,$us/24
refuses 'attaching at load what is not there does not load' 'No such device' nosuch
t 'the module is not loaded' fails loaded

t 'it loads with good values' load arp_probe_ms=0 pool_rx=4 pool_tx=4 \
	pool_shared=0 pool_reserve=1 neigh_queue_total=2 copybreak=0
t 'unloads' unload
t 'it loads and attaches two interfaces' load arp_probe_ms=0 \
	attach=ks0,$us/24,via=10.0.0.1,route=10.8.0.0/16@10.0.0.3
t 'ping works' pings -c 2 -i 0.1 $us
state >"$scratch/before"
while read -r spec errno; do
	try attach "$spec"
	refuses "attach=$spec" "${errno//_/ }" "${spec%%,*}"
done <<'END'
nosuch,10.0.1.2/24 No_such_device
prt0,10.0.1.2/24 busy
ks0,10.0.1.2/24 in_use
ks1,10.0.0.2/24 in_use
lo,10.0.1.2/24 Invalid
ks1,10.0.1.2/33 Invalid
ks1,10.0.1.2/ Invalid
ks1,10.0.1/24 Invalid
ks1,10.0.1.2/24/24 Invalid
ks1,10.0.1.0/24 Invalid
ks1,10.0.1.255/24 Invalid
ks1,127.0.0.1/8 Invalid
ks1,224.0.0.1/24 Invalid
ks1,0.0.0.0/0 Invalid
ks1,10.0.1.2/24,10.0.1.2/24 in_use|Invalid
ks1,10.0.1.2/24,via=10.0.2.1 Invalid
ks1,10.0.1.2/24,via=10.0.1.2 Invalid
ks1,10.0.1.2/24,via= Invalid
ks1,10.0.1.2/24,via=fd00::1 Invalid
ks1,10.0.1.2/24,route=10.8.0.0/16 Invalid
ks1,10.0.1.2/24,route=10.8.0.1/16@10.0.1.1 Invalid
ks1,10.0.1.2/24,route=10.8.0.0/16@10.0.2.1 Invalid
ks1,10.0.1.2/24,wat Invalid
ks1,10.0.1.2/24,shared,exclusive Invalid
,10.0.1.2/24 Invalid
END
try detach ks1
refuses 'detaching what is not attached' 'No such device' ks1
try bash -c "echo generous >'$params/tx_policy'"
refuses 'a policy that does not exist' Invalid tx_policy
state >"$scratch/after"
t 'nothing has changed' cmp "$scratch/before" "$scratch/after"
t 'ping still works' pings -c 2 -i 0.1 $us
t 'a bridge does not take what we have' fails ip link set ks0 master br0
t 'ks0 can be detached' detach ks0
t 'and be taken by the bridge' ip link set ks0 master br0
t 'ks1 can be attached' attach ks1,10.0.1.2/24
whole 'at the end'
