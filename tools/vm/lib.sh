# shellcheck shell=bash
# Helpers shared by the host-side scripts of tools/vm; sourced, never run.

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$vm_dir/../.." && pwd)
KSMOL_CACHE=${KSMOL_CACHE:-${XDG_CACHE_HOME:-/var/cache}/ksmol}
export top vm_dir KSMOL_CACHE
# Debian's own tools come before anything a developer put in front of them.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
umask 022
# What `make check` was called with is not meant for kernel builds.
unset MAKEFLAGS MFLAGS MAKELEVEL

# Progress goes to stderr: stdout belongs to each script's result.
log() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { log "$@"; exit 1; }

# Prints the comment block at the top of the running script as its usage text.
usage() {
	awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$0"
}

# need_pkgs PACKAGE...: installs those that are missing; quick when none is.
need_pkgs() {
	local pkg missing=()

	for pkg; do
		dpkg-query -W -f '${db:Status-Status}\n' "$pkg" 2>/dev/null |
			grep -qx installed || missing+=("$pkg")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	log "installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	quietly apt-get -q update
	quietly apt-get -q -y install --no-install-recommends "${missing[@]}"
}

# unpack_pkgs PACKAGE...: their files below $KSMOL_CACHE/unpacked/PACKAGE. To
# install a server's package is to start that server, now and at each boot.
unpack_pkgs() {
	local pkg

	for pkg; do
		[ -d "$KSMOL_CACHE/unpacked/$pkg" ] ||
			locked unpacked unpack_pkg "$pkg"
	done
}

unpack_pkg() {
	local to=$KSMOL_CACHE/unpacked tmp

	[ ! -d "$to/$1" ] || return 0
	log "unpacking $1"
	mkdir -p "$to"
	tmp=$(mktemp -d "$to/.XXXXXX")
	chmod 755 "$tmp"
	quietly apt-get -q update
	(cd "$tmp" && quietly apt-get -q download "$1" &&
		dpkg-deb -x ./*.deb root) && mv "$tmp/root" "$to/$1"
	rm -rf "$tmp"
	[ -d "$to/$1" ]
}

# quietly CMD...: shows the output only if the command fails.
quietly() {
	local out status=0

	out=$("$@" 2>&1 </dev/null) || status=$?
	[ "$status" -eq 0 ] || printf '%s\n' "$out" >&2
	return "$status"
}

# locked NAME CMD...: one process at a time does CMD for this NAME.
locked() {
	local name=$1 status=0 fd

	shift
	mkdir -p "$KSMOL_CACHE/locks"
	exec {fd}>"$KSMOL_CACHE/locks/$name"
	flock "$fd"
	"$@" {fd}>&- || status=$?
	exec {fd}>&-
	return "$status"
}

# stamped DIR KEY: true when DIR was completed for exactly this KEY.
stamped() {
	[ -f "$1/.stamp" ] && [ "$(cat "$1/.stamp")" = "$2" ]
}

stamp() {
	printf '%s\n' "$2" >"$1/.stamp.new"
	mv "$1/.stamp.new" "$1/.stamp"
}

# A short stable name for this checkout, so that two never share a build.
tree_id() {
	printf '%s' "$top" | sha256sum | cut -c1-10
}

is_uml() {
	case $1 in uml | uml-*) return 0 ;; *) return 1 ;; esac
}

# count_results FILE: the closing line, and whether all is well.
count_results() {
	local passed failed

	passed=$(grep -c '^ok - ' "$1" || :)
	failed=$(grep -c '^not ok - ' "$1" || :)
	printf '%s passed, %s failed\n' "$passed" "$failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# Where logs of test runs go.
results_dir() {
	local dir=${KSMOL_RESULTS:-$KSMOL_CACHE/logs}

	mkdir -p "$dir"
	printf '%s\n' "$dir"
}
