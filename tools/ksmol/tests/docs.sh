# shellcheck shell=bash disable=SC2154 # variables of ./run
# Usage text, man page, completion, installation.

top=$tests/../../..
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' "$top/dkms.conf")

version_of() { capture "$ksmol" --version; is "$out" "ksmol $version"; }
t '--version is that of dkms.conf' version_of

helps() {
	local cmd

	capture "$ksmol" --help
	is "$status" 0 || return
	for cmd in run stat ss; do
		has "$out" "  $cmd " || return
		"$ksmol" "$cmd" --help >/dev/null || return
	done
}
t '--help, of each command too' helps

usage() { capture "$ksmol" "$@"; is "$status" 2; }
t 'no command is an error' usage
t 'an unknown command is an error' usage frobnicate
t 'an unknown option is an error' usage stat --frobnicate

# Every option that --help knows stands in the man page and the completion.
options_in() {
	local cmd opt file=$1

	for cmd in run stat ss; do
		for opt in $("$ksmol" "$cmd" --help |
			grep -o -- '--[a-z]*' | sort -u); do
			case $opt in --help | --usage | --version) continue ;; esac
			sed 's/\\-/-/g' "$file" | grep -q -- "$opt" ||
				{ echo "$cmd $opt is missing"; return 1; }
		done
	done
}
t 'the man page knows every option' options_in "$tests/../ksmol.8"
t 'the completion too' options_in "$tests/../ksmol.bash"

man_page() {
	local lint

	lint=$(groff -man -Tutf8 -ww -z "$tests/../ksmol.8" 2>&1)
	is "$lint" '' || return
	command -v mandoc >/dev/null || return 0
	lint=$(mandoc -T lint -W warning "$tests/../ksmol.8" 2>&1)
	is "$lint" ''
}
t 'the man page is clean' man_page

# complete WORD...: what the last word may become.
complete_words() (
	# shellcheck source=/dev/null
	. "$tests/../ksmol.bash"
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	_ksmol
	echo "${COMPREPLY[*]}"
)
completes() {
	is "$(complete_words ksmol s)" 'stat ss' &&
		is "$(complete_words ksmol stat --j)" --json &&
		has "$(complete_words ksmol run tru)" true
}
t 'bash completes commands, options and programs' completes

installed() {
	make -s -C "$tests/.." install O="$tmp/obj" PREFIX=/opt/k \
		DESTDIR="$tmp/dest" || return
	(cd "$tmp/dest" && find . -type f | sort) >"$tmp/list"
	is "$(cat "$tmp/list")" "./opt/k/bin/ksmol
./opt/k/lib/ksmol/libksmol-preload.so
./opt/k/share/bash-completion/completions/ksmol
./opt/k/share/man/man8/ksmol.8"
}
t 'make install' installed

warnings() {
	local flags='-O2 -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes'

	make -s -C "$tests/.." O="$tmp/w" CFLAGS="$flags"
}
t 'builds without a warning' warnings
