#!/bin/bash
# Groups: Linux sends and is the querier, we listen; then the other way round.
# needs: uml uml-debug debian-6.1
# timeout: 120

. "$(dirname "$0")/../ksmol.sh"

mcast() { python3 "$KSMOL_TREE/tools/vm/mcast.py" "$@"; }
mcast_at() { at p python3 "$KSMOL_TREE/tools/vm/mcast.py" "$@"; }
said() { grep -q "$2" "$scratch/$1" 2>/dev/null; }

# reader NAME GROUP PORT COUNT [SOURCE]: of ours, in the background.
reader() {
	bg python3 "$KSMOL_TREE/tools/vm/mcast.py" -p $proto read $us \
		"${@:2}" >"$scratch/$1"
	wait_for 10 said "$1" joined
}

# What routers hear from now on, in the background.
listen() {
	[ -z "${listening-}" ] || stop "$listening"
	bg_at p python3 "$KSMOL_TREE/tools/vm/mcast.py" reports eth0 600 \
		>"$scratch/heard"
	listening=$bg_pid
	wait_for 10 said heard listening
}

groups() { awk 'NR > 1' "$debug/ifaces/ks0/groups" | wc -l; }
device_groups() { ip maddr show dev ks0 | grep -c 'link '; }
bare() { [ "$(device_groups)" -eq "$before" ]; }
all_joined() { [ "$(groups)" -eq 100 ]; }
# Nothing is due to be reported by itself.
quiet() { awk 'NR > 1 && $3' "$debug/ifaces/ks0/groups" | fails grep -q .; }
# heard TYPE: different groups reported so.
heard() { awk -v t="$1" '$1 " " $2 == t' "$scratch/heard" | cut -d' ' -f3 | sort -u | wc -l; }
heard_all() { [ "$(heard "$1")" -ge "$2" ]; }

t 'the peer is wired up' peer p -6 - || exit
at p sysctl -qw net.ipv6.conf.all.disable_ipv6=1
at p ip route add 224.0.0.0/4 dev eth0
at p ip addr add 10.0.0.77/24 dev eth0
sysctl -qw net.ipv6.conf.ks0.disable_ipv6=1
before=$(device_groups)
t 'the module loads' load arp_probe_ms=0 || exit
t 'ks0 is attached' attach "ks0,$us/24" || exit
expect 'the device hears all hosts' \
	"$(ip maddr show dev ks0 | grep -c 01:00:5e:00:00:01)" 1

listen
reader one 239.1.1.1 5001 100
reader two 239.1.1.1 5001 100
reader three 239.1.1.1 5001 100
reader source 239.1.1.1 5001 100 10.0.0.77
expect 'the device hears the group' \
	"$(ip maddr show dev ks0 | grep -c 01:00:5e:01:01:01)" 1
copies=$(drops copy_dup)
t 'Linux sends to it' mcast_at send 10.0.0.1 239.1.1.1 5001 100 1000
for name in one two three; do
	t "reader $name has all of it" wait_for 10 said $name '^100$'
done
mcast_at send 10.0.0.77 239.1.1.1 5001 1 1000
t 'who wants another source has only what it sent' wait_for 10 said source '^1$'
expect 'and nothing was copied for them' "$(drops copy_dup)" "$copies"
t 'it was reported by version 3' said heard '^3 4 239.1.1.1'
t 'all have left' wait_for 10 bare || ip maddr show dev ks0
reader large 239.1.1.1 5001 10
mcast_at send 10.0.0.1 239.1.1.1 5001 10 8000
t 'datagrams in fragments come, too' wait_for 10 said large '^10$'

listen
bg python3 "$KSMOL_TREE/tools/vm/mcast.py" -p $proto join $us 239.2.0.0 100 600 \
	>"$scratch/many"
many=$bg_pid
t 'a program joins a hundred groups' wait_for 20 said many joined
t 'all are shown' wait_for 10 all_joined
t 'and reported' wait_for 10 heard_all '3 4' 100
t 'as often as it takes' wait_for 10 quiet
for version in 3 2 1; do
	# Version 1 knows no response time but ten seconds.
	case $version in
	3) kind='3 2' time=8 ;;
	2) kind='2 16' time=8 ;;
	1) kind='1 12' time=13 ;;
	esac
	listen
	mcast_at query eth0 $version
	t "a query of version $version is answered for each" \
		wait_for "$time" heard_all "$kind" 100
	t 'with router alert' fails said heard 'no router alert'
done
listen
ip link set ks0 down
ip link set ks0 up
t 'a link that comes up again hears of them anew' wait_for 8 heard_all '3 4' 100
stop "$many"
t 'the group is left' wait_for 10 said heard '^3 3 239.2.0.9'
t 'the device hears no more than before' wait_for 10 bare

bg_at p python3 "$KSMOL_TREE/tools/vm/mcast.py" read 10.0.0.1 239.3.3.3 5003 \
	100 >"$scratch/linux"
wait_for 10 said linux joined
t 'we send to a group' mcast -p $proto send $us 239.3.3.3 5003 100 1000
t 'and Linux has all of it' wait_for 10 said linux '^100$'
reader own 239.4.4.4 5004 20
t 'we send to ourselves' mcast -p $proto send $us 239.4.4.4 5004 20 1000
t 'and hear it' wait_for 10 said own '^20$'
at p python3 "$KSMOL_TREE/tools/vm/msfilter.py" 17 10.0.0.1 eth0 \
	>"$scratch/filters.linux"
python3 "$KSMOL_TREE/tools/vm/msfilter.py" $proto $us ks0 >"$scratch/filters"
t 'whole filters are set and read as on Linux' \
	diff "$scratch/filters.linux" "$scratch/filters"
t 'and are what was set' grep -q "^ten ok ('ok', 1, 10, " "$scratch/filters"
t 'ks0 is detached' detach ks0
expect 'its filter is as it was before us' "$(device_groups)" "$before"
whole 'at the end'
