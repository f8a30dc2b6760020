# shellcheck shell=bash
# Kernel packages through a private apt: its own sources, lists and downloads
# in the cache, so the machine's configuration is left as it is. Sourced after
# lib.sh.

apt_dir=$KSMOL_CACHE/apt

# The archive this machine is set up to use, by the suite name.
mirror_of() {
	# shellcheck disable=SC2016 # apt expands these, not the shell
	apt-get indextargets --format '$(RELEASE) $(REPO_URI)' \
		'Created-By: Packages' |
		awk -v suite="$1" '$1 == suite { print $2; exit }'
}

private_apt_config() {
	local main security suite
	local sign='signed-by=/usr/share/keyrings/debian-archive-keyring.gpg'

	main=$(mirror_of bookworm)
	security=$(mirror_of bookworm-security)
	[ -n "$main" ] || die 'no Debian bookworm entry in the apt sources'
	mkdir -p "$apt_dir/lists/partial" "$apt_dir/archives/partial"
	for suite in bookworm bookworm-backports trixie-backports; do
		echo "deb [$sign] $main $suite main"
	done >"$apt_dir/sources.list"
	[ -z "$security" ] || echo "deb [$sign] $security bookworm-security main" \
		>>"$apt_dir/sources.list"
	cat >"$apt_dir/apt.conf" <<-EOF
		Dir::Etc::SourceList "$apt_dir/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		Dir::State::Lists "$apt_dir/lists";
		Dir::Cache "$apt_dir";
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Acquire::Retries "3";
	EOF
}

private_apt() {
	local tool=$1

	shift
	APT_CONFIG=$apt_dir/apt.conf "apt-$tool" "$@"
}

# Fetches the package lists once per process.
apt_refresh() {
	[ -z "${apt_fresh:-}" ] || return 0
	need_pkgs debian-archive-keyring ca-certificates
	[ -n "$(mirror_of bookworm)" ] || quietly apt-get -q update
	private_apt_config
	if ! private_apt get -q update >"$apt_dir/update.log" 2>&1 ||
		grep -q '^W: .*NO_PUBKEY' "$apt_dir/update.log"; then
		log 'refreshing the archive keys'
		quietly apt-get -q update
		quietly apt-get -q -y install debian-archive-keyring
		quietly private_apt get -q update
	fi
	apt_fresh=yes
}

# newest_package REGEX: the matching package name with the highest version.
newest_package() {
	private_apt cache search -n "$1" | awk '{ print $1 }' |
		grep -E "$1" | sort -V | tail -1
}

# version_of PACKAGE: the version apt would fetch.
version_of() {
	private_apt cache policy "$1" | awk '$1 == "Candidate:" { print $2 }'
}

# depends_of PACKAGE REGEX: the names among its dependencies that match.
depends_of() {
	private_apt cache depends "$1" |
		awk '$1 == "Depends:" { print $2 }' | grep -E "$2" | sort -u
}

# unpack_packages DIR PACKAGE...: downloads them and extracts all into DIR.
unpack_packages() {
	local dir=$1 deb tmp

	shift
	tmp=$(mktemp -d "$KSMOL_CACHE/apt/fetch.XXXXXX")
	(cd "$tmp" && quietly private_apt get -q download "$@")
	mkdir -p "$dir"
	for deb in "$tmp"/*.deb; do
		dpkg-deb -x "$deb" "$dir"
	done
	rm -rf "$tmp"
}
