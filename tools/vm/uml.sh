# shellcheck shell=bash disable=SC2154
# User Mode Linux flavors, built from the newest kernel source that Debian's
# backports have. Sourced after lib.sh and apt.sh.

uml_version_file=$KSMOL_CACHE/versions/uml

# Chooses the source once; remove the file (kernel --update) to choose again.
uml_choose() {
	local pkg

	[ ! -s "$uml_version_file" ] || return 0
	apt_refresh
	pkg=$(newest_package '^linux-source-[0-9.]+$')
	mkdir -p "${uml_version_file%/*}"
	echo "$pkg=$(version_of "$pkg")" >"$uml_version_file.new"
	mv "$uml_version_file.new" "$uml_version_file"
}

# uml_source [FLAVOR]: where its source is, uml-stock's without our patches.
uml_source() {
	local spec

	spec=$(cat "$uml_version_file")
	spec=${spec%%=*}
	[ "${1:-}" != uml-stock ] || spec=$spec-stock
	echo "$KSMOL_CACHE/src/$spec"
}

uml_patches() { cat "$vm_dir"/patches/*.patch; }

# They make UML faster, no more: a source that has moved on goes without.
uml_patch() {
	local patch

	case $1 in *-stock) return 0 ;; esac
	for patch in "$vm_dir"/patches/*.patch; do
		if patch -d "$1" -p1 -s -f --dry-run <"$patch" >/dev/null; then
			patch -d "$1" -p1 -s -f <"$patch"
		else
			log "${patch##*/} does not apply to ${1##*/}: left out"
		fi
	done
}

uml_unpack() {
	local flavor=${1:-uml} spec key dir pkg deb

	uml_choose
	spec=$(cat "$uml_version_file")
	pkg=${spec%%=*}
	dir=$(uml_source "$flavor")
	key="$spec $(uml_patches | sha256sum | cut -c1-40)"
	[ "$flavor" != uml-stock ] || key=$spec
	! stamped "$dir" "$key" || return 0
	log "fetching $spec"
	apt_refresh
	need_pkgs xz-utils patch
	deb=$KSMOL_CACHE/src/$pkg-deb
	rm -rf "$deb" "$dir"
	unpack_packages "$deb" "$spec"
	mkdir -p "$dir"
	tar -xJf "$deb/usr/src/$pkg.tar.xz" -C "$dir" --strip-components=1
	rm -rf "$deb"
	uml_patch "$dir"
	stamp "$dir" "$key"
}

# uml_config FLAVOR: the configuration fragment, a later line winning.
uml_config() {
	cat "$vm_dir/config/uml"
	[ "$1" = uml ] || cat "$vm_dir/config/$1"
}

# Kconfig drops what it cannot honour without a word; this has the last one.
uml_check_config() {
	local dir=$1 line name want missing=0

	declare -A want=()
	while read -r line; do
		case $line in
		CONFIG_*) name=${line%%=*} ;;
		'# CONFIG_'*' is not set') name=${line#\# } name=${name%% *} ;;
		*) continue ;;
		esac
		want[$name]=$line
	done
	for name in "${!want[@]}"; do
		line=${want[$name]}
		[ "${line#\#}" = "$line" ] || line=
		[ "$(grep "^$name=" "$dir/.config" || :)" = "$line" ] && continue
		log "not in the final configuration: ${want[$name]}"
		missing=1
	done
	return "$missing"
}

uml_kdir() { echo "$KSMOL_CACHE/kernels/$1"; }

uml_key() {
	{
		cat "$(uml_source "$1")/.stamp"
		gcc --version | head -1
		uml_config "$1"
	} | sha256sum | cut -c1-40
}

uml_build() {
	local flavor=$1 dir key src start=$SECONDS make=()

	dir=$(uml_kdir "$flavor")
	locked source uml_unpack "$flavor"
	key=$(uml_key "$flavor")
	! stamped "$dir" "$key" || return 0
	need_pkgs build-essential bc flex bison libelf-dev libssl-dev kmod
	src=$(uml_source "$flavor")
	log "building the $flavor kernel from ${src##*/}"
	rm -rf "$dir"
	mkdir -p "$dir"
	uml_config "$flavor" >"$dir/fragment"
	make=(make -C "$src" "O=$dir" ARCH=um)
	quietly "${make[@]}" KCONFIG_ALLCONFIG="$dir/fragment" allnoconfig
	uml_check_config "$dir" <"$dir/fragment"
	if ! "${make[@]}" -j"$(nproc)" >"$dir/build.log" 2>&1; then
		tail -20 "$dir/build.log" >&2
		die "$flavor kernel: build failed, see $dir/build.log"
	fi
	quietly "${make[@]}" INSTALL_MOD_PATH="$dir/modroot" modules_install
	stamp "$dir" "$key"
	log "$flavor kernel built in $((SECONDS - start)) s"
}

uml_image() { echo "$(uml_kdir "$1")/linux"; }
uml_modules() { echo "$(uml_kdir "$1")/modroot"; }
