# shellcheck shell=bash
# Stock Debian kernels, downloaded and unpacked into the cache, never installed.
# Sourced after lib.sh and apt.sh.

debian_dir() { echo "$KSMOL_CACHE/kernels/$1"; }

# debian_choose FLAVOR: writes the newest image of that series and its headers.
debian_choose() {
	local series=${1#debian-} file=$KSMOL_CACHE/versions/$1 image headers

	[ ! -s "$file" ] || return 0
	apt_refresh
	image=$(newest_package "^linux-image-${series//./\\.}\.[0-9.+a-z-]*[0-9]-cloud-amd64\$")
	[ -n "$image" ] || die "$1: the archive has no such kernel"
	headers=${image/image/headers}
	mkdir -p "${file%/*}"
	for pkg in "$image" "$headers" \
		$(depends_of "$headers" '^linux-(headers-.*-common|kbuild-.*)$'); do
		echo "$pkg=$(version_of "$pkg")"
	done >"$file.new"
	mv "$file.new" "$file"
}

# The packaged headers name /usr/src and /usr/lib; point them into the copy.
debian_relocate() {
	local root=$1 link target

	find "$root/usr/src" "$root/lib/modules" -type l -lname '/*' |
		while read -r link; do
			target=$(readlink "$link")
			ln -sfn "$root$target" "$link"
		done
	find "$root"/usr/src/linux-headers-* -maxdepth 2 \
		\( -name Makefile -o -name '.kernel*' \) -type f \
		-exec sed -i "s,\([ =]\|^\)/usr/src/,\1$root/usr/src/,g" {} +
}

debian_build() {
	local dir key start=$SECONDS

	dir=$(debian_dir "$1")
	debian_choose "$1"
	key=$(sha256sum <"$KSMOL_CACHE/versions/$1")
	! stamped "$dir" "$key" || return 0
	log "fetching $(head -1 "$KSMOL_CACHE/versions/$1")"
	apt_refresh
	rm -rf "$dir"
	# shellcheck disable=SC2046 # one package per word
	unpack_packages "$dir" $(cat "$KSMOL_CACHE/versions/$1")
	debian_relocate "$dir"
	# Without it kbuild skips the module's BTF, which would need pahole.
	rm -f "$dir"/usr/src/linux-headers-*/vmlinux
	stamp "$dir" "$key"
	log "$1 kernel unpacked in $((SECONDS - start)) s"
}

debian_kdir() { echo "$(debian_dir "$1")"/usr/src/linux-headers-*-cloud-amd64; }
debian_image() { echo "$(debian_dir "$1")"/boot/vmlinuz-*; }
debian_modules() { debian_dir "$1"; }
