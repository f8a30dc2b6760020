# shellcheck shell=bash disable=SC2154
# The root file system of QEMU guests: an initramfs of three layers, made of
# this machine's own programs. Sourced after lib.sh.
#   base     programs, libraries, Python; rebuilt when their packages change
#   modules  what the scenarios need of one kernel's modules
#   job      the repository's tools, the build and the script; every boot

guest_packages="bash bsdutils busybox-static coreutils diffutils ethtool findutils
	grep hostname iproute2 iputils-arping iputils-ping kmod mawk mount
	netcat-openbsd procps python3 sed socat tar tcpdump util-linux"

guest_programs="bash sh grep sed awk find xargs tar cmp diff hostname busybox
	mount umount mountpoint nsenter unshare setsid taskset flock dmesg
	ip tc ss bridge nstat ping arping socat nc python3 tcpdump ethtool
	insmod rmmod modprobe lsmod modinfo sysctl ps pgrep pkill free"

guest_modules="bridge macvlan tun veth 8021q pktgen virtio_net virtio_pci
	sch_netem sch_ingress sch_tbf cls_u32 cls_matchall act_gact"

# copy_programs ROOT FILE...: each file with the libraries it loads.
copy_programs() {
	local root=$1 file

	shift
	for file; do
		[ -e "$root$file" ] || cp -L --parents "$file" "$root"
	done
	ldd "$@" 2>/dev/null |
		awk '$2 == "=>" { print $3 } NF == 2 && /^\t\// { print $1 }' |
		sort -u |
		while read -r file; do
			[ -e "$root$file" ] || cp -L --parents "$file" "$root"
		done
}

copy_python() {
	local root=$1 lib

	lib=$(/usr/bin/python3 -c 'import os; print(os.path.dirname(os.__file__))')
	mkdir -p "$root$lib"
	rsync -a --exclude '*.opt-*.pyc' --exclude /test --exclude /idlelib \
		--exclude /tkinter --exclude /lib2to3 --exclude /ensurepip \
		--exclude /turtledemo --exclude /pydoc_data \
		--exclude '/config-*' --exclude /distutils --copy-links \
		"$lib/" "$root$lib/"
	find "$lib/lib-dynload" -name '*.so' -exec bash -c \
		'root=$1; shift; copy_programs "$root" "$@"' - "$root" {} +
}

make_cpio() {
	(cd "$1" && find . -print0 | cpio --quiet -0 -o -H newc -R 0:0) >"$2.new"
	mv "$2.new" "$2"
}

base_layer() {
	local dir=$KSMOL_CACHE/initramfs key root name

	# shellcheck disable=SC2086 # a list of words
	need_pkgs $guest_packages cpio rsync qemu-system-x86
	# shellcheck disable=SC2086
	key=$({
		cat "$vm_dir/qemu.sh"
		dpkg-query -W $guest_packages libc6
	} | sha256sum)
	! stamped "$dir" "$key" || return 0
	log 'building the guest root for QEMU'
	rm -rf "$dir"
	root=$dir/root
	mkdir -p "$root"/{dev,proc,sys,run,tmp,etc,ksmol} \
		"$root"/usr/{bin,sbin,lib,lib64} "$root"/var/tmp
	for name in bin sbin lib lib64; do
		ln -s "usr/$name" "$root/$name"
	done
	ln -s ../run "$root/var/run"
	ln -s /ksmol/modroot/lib/modules "$root/usr/lib/modules"
	echo 'root:x:0:0:root:/tmp:/bin/bash' >"$root/etc/passwd"
	cp /etc/protocols /etc/services "$root/etc/" 2>/dev/null || :
	# shellcheck disable=SC2046,SC2086
	copy_programs "$root" $(for name in $guest_programs; do
		command -v "$name"
	done) $(dpkg -L coreutils | grep -E '^/(usr/)?s?bin/.')
	export -f copy_programs
	copy_python "$root"
	cp -r --parents /usr/lib/locale/C.utf8 "$root"
	make_cpio "$root" "$dir/base.cpio"
	rm -rf "$root"
	stamp "$dir" "$key"
}

# modules_layer FLAVOR MODROOT: beside the kernel, and redone with it.
modules_layer() {
	local dir=$2/initramfs root release name key

	key=$(cat "$2/.stamp" "$vm_dir/qemu.sh" | sha256sum)
	! stamped "$dir" "$key" || return 0
	rm -rf "$dir"
	root=$dir/root/ksmol/modroot
	release=$(basename "$2"/lib/modules/*)
	depmod -b "$2" "$release"
	mkdir -p "$root/lib/modules/$release"
	for name in $guest_modules; do
		modprobe -d "$2" -S "$release" --show-depends "$name" || :
	done 2>/dev/null | awk '$1 == "insmod" { print $2 }' | sort -u |
		while read -r name; do
			install -D "$name" "$root/${name#"$2"}"
		done
	cp "$2/lib/modules/$release"/modules.{builtin,builtin.modinfo,order} \
		"$root/lib/modules/$release/"
	depmod -b "$root" "$release"
	make_cpio "$dir/root" "$dir/modules.cpio"
	rm -rf "$dir/root"
	stamp "$dir" "$key"
}

# job_layer JOB BUILD: JOB/job.cpio, with the tree, the build and the job.
job_layer() {
	local root=$1/layer

	mkdir -p "$root/ksmol/build" "$root/ksmol/tree"
	cp "$vm_dir/guest-init" "$root/init"
	cp "$1/job" "$root/ksmol/"
	[ ! -f "$1/script" ] || cp "$1/script" "$root/ksmol/"
	rsync -a --exclude '*.o' "$top/tools" "$root/ksmol/tree/"
	[ -z "$2" ] || rsync -a --include '*/' --include '*.ko' \
		--include '/bin/**' --include '/tools/ksmol/**' --include '/tools/ring/**' \
		--exclude '*' \
		--prune-empty-dirs \
		"$2/" "$root/ksmol/build/"
	make_cpio "$root" "$1/job.cpio"
}

# make_initramfs FLAVOR MODROOT JOB BUILD: JOB/initramfs.
make_initramfs() {
	locked initramfs base_layer
	locked "initramfs-$1" modules_layer "$1" "$2"
	job_layer "$3" "$4"
	cat "$KSMOL_CACHE/initramfs/base.cpio" "$2/initramfs/modules.cpio" \
		"$3/job.cpio" >"$3/initramfs"
}
