# shellcheck shell=bash
# Runs inside the test VM (tools/bench/run boots it): loads ksmol and the load
# generator, gives Linux and ksmol one of its devices each, measures, and
# leaves the results as lines of guest.log.

set -eu

params=/sys/module/ksmol_bench/parameters

mark() { echo "<5>ksmol_bench: $*" >/dev/kmsg; }

# arp_probe_ms=0: the address is used at once.
insmod "$KSMOL_KO/ksmol.ko" arp_probe_ms=0
insmod "$KSMOL_KO/ksmol_bench.ko" rounds="$BENCH_ROUNDS" \
	packets="$BENCH_PACKETS"
# Nobody answers there, so nobody is to be asked.
sysctl -qw net.ipv6.conf.bench-linux.accept_ra=0 \
	net.ipv6.conf.bench-linux.accept_dad=0 \
	net.ipv6.conf.bench-ksmol.disable_ipv6=1
ip addr add 10.77.1.1/24 dev bench-linux
ip addr add fd00:77:1::1/64 dev bench-linux nodad
ip link set bench-linux up
ip link set bench-ksmol up
echo bench-ksmol,10.77.2.1/24,fd00:77:2::1/64 \
	>/sys/module/ksmol/parameters/attach

mark "release=$(uname -r) cpus=$(nproc) rounds=$BENCH_ROUNDS packets=$BENCH_PACKETS"
status=0
for name in $BENCH_TESTS; do
	echo "measuring: $name"
	# On one processor, and not the one that timers prefer.
	taskset -c 1 sh -c "echo $name >$params/run" || status=1
done

dmesg | sed -n 's/.*ksmol_bench: //p' >"$KSMOL_RESULTS/guest.log"
for file in pool drops tokens; do
	cat "/sys/kernel/debug/ksmol/$file" >"$KSMOL_RESULTS/$file.txt"
done
rmmod ksmol_bench
rmmod ksmol
exit "$status"
