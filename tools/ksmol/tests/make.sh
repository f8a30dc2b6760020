# shellcheck shell=bash disable=SC2154 # variables of ./run
# The top-level Makefile, as far as it needs no kernel.

top=$tests/../../..

refuses() {
	local want=$1

	shift
	capture make -s -C "$top" module "$@"
	is "$status" 2 && has "$err" "$want"
}
t 'make: missing headers are named' \
	refuses 'install linux-headers-9.9-none' KVER=9.9-none
t 'make: so is a wrong KDIR' refuses 'no kernel build tree at /nowhere' \
	KDIR=/nowhere

# fake_kernel RELEASE CONFIG: prints the directory of a prepared tree.
fake_kernel() {
	local dir=$tmp/kernel-$1

	mkdir -p "$dir/include/config" "$dir/include/generated"
	: >"$dir/Makefile"
	echo "#define UTS_RELEASE \"$1\"" >"$dir/include/generated/utsrelease.h"
	echo "$2" >"$dir/include/config/auto.conf"
	echo "$dir"
}
t 'make: a kernel that is too old' refuses 'needs Linux 6.1 or later, not 5.10' \
	KDIR="$(fake_kernel 5.10.0-9-amd64 CONFIG_INET=y)"
unprepared=$(fake_kernel 6.1.1 CONFIG_INET=y)
rm "$unprepared/include/generated/utsrelease.h"
t 'make: a tree that is not prepared' refuses 'run "make modules_prepare"' \
	KDIR="$unprepared"
t 'make: a kernel without CONFIG_INET' refuses 'no CONFIG_INET' \
	KDIR="$(fake_kernel 6.1.0 CONFIG_NET=y)"

helps_targets() {
	local target

	capture make -s -C "$top" help
	sed -n 's/^\.PHONY: //p' "$top/Makefile" | tr ' ' '\n' |
		grep -vxE 'kernel|help' >"$tmp/targets"
	while read -r target; do
		has "$out" "$target" || return
	done <"$tmp/targets"
}
t 'make help: every target' helps_targets

# DKMS's regular expression, as its bash code applies it.
dkms_range() {
	local BUILD_EXCLUSIVE_KERNEL kernel
	eval "$(grep '^BUILD_EXCLUSIVE_KERNEL=' "$top/dkms.conf")"

	for kernel in 6.1.0-56-cloud-amd64 6.12.117+deb12-amd64 7.3.4 6.18-rc1 \
		7.10.0-1-amd64; do
		[[ $kernel =~ $BUILD_EXCLUSIVE_KERNEL ]] ||
			{ echo "not $kernel"; return 1; }
	done
	for kernel in 5.10.0-30-amd64 6.0.12 4.19.0 8.0.0 16.1.0; do
		[[ ! $kernel =~ $BUILD_EXCLUSIVE_KERNEL ]] ||
			{ echo "$kernel"; return 1; }
	done
}
t 'dkms.conf: the kernels it is for' dkms_range
