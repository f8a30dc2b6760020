# shellcheck shell=bash disable=SC2154 # variables of ./run
# ksmol run, and the library that it preloads.

lib=$build/libksmol-preload.so
compile sockets
compile resolve
cp "$tmp/sockets" "$tmp/plain"

rewrites() {
	capture "$ksmol" run -v "$tmp/sockets"
	is "$(grep -c '^ksmol: socket' "$tmp/err")" 12
}
t 'run: redirects exactly UDP, TCP, ping and raw' rewrites

# rewritten KIND NUMBER: the line after the kind's name.
rewritten() {
	capture "$ksmol" run -v "$tmp/sockets"
	has "$(grep -A1 "^$1:" "$tmp/err")" "redirected to protocol $2:"
}
t 'run: UDP by protocol 0' rewritten udp0 257
t 'run: UDP by its number' rewritten udp 257
t 'run: TCP by protocol 0' rewritten tcp0 257
t 'run: TCP by its number' rewritten tcp 257
t 'run: SOCK_NONBLOCK and SOCK_CLOEXEC do not hide it' rewritten flags 257
t 'run: nor TCP' rewritten tcpflags 257
t 'run: a raw socket of any protocol' rewritten raw 257
t 'run: a ping socket has the next number' rewritten ping 258
t 'run: UDP over IPv6' rewritten udp6 257
t 'run: TCP over IPv6' rewritten tcp6 257
t 'run: ping over IPv6' rewritten ping6 258
t 'run: raw IPv6' rewritten raw6 257

flags_kept() {
	capture "$ksmol" run -v "$tmp/sockets"
	has "$err" "socket(2, 0x80802, 0)"
}
t 'run: the flags are passed on' flags_kept

protocol_param() {
	local -x KSMOL_SYSFS=$tmp/sysfs-259

	mkdir -p "$KSMOL_SYSFS/parameters"
	echo 259 >"$KSMOL_SYSFS/parameters/protocol"
	rewritten udp 259 && rewritten tcp 259 && rewritten ping 260
}
t 'run: takes the number from the module' protocol_param

status_passed() {
	capture "$ksmol" run "$tmp/sockets"
	is "$status" 7
}
t "run: the program's exit status" status_passed

quiet() {
	capture "$ksmol" run "$tmp/sockets"
	has_not "$err" 'ksmol:'
}
t 'run: silent without -v' quiet

resolver() {
	capture "$ksmol" run -v "$tmp/resolve"
	has "$out" 'resolver says' && has_not "$err" redirected
}
t 'run: name resolution stays with Linux' resolver

# resolver_asks TYPE [OPTION]: of the resolver, for its environment.
resolver_asks() {
	local -x RES_OPTIONS=${2:-}

	command -v strace >/dev/null || { echo 'no strace'; return 0; }
	capture strace -f -e trace=socket "$ksmol" run -v "$tmp/resolve"
	case $err in
	*ptrace*) echo 'no ptrace here'; return 0 ;;
	esac
	has "$err" "socket(AF_INET, $1" && has_not "$err" '0x101)' &&
		has_not "$err" redirected
}
t 'run: the resolver did open sockets of its own' resolver_asks SOCK_DGRAM
t 'run: for DNS over TCP too' resolver_asks SOCK_STREAM use-vc

# --- LD_PRELOAD ---

preload_alone() {
	capture "$ksmol" run "$tmp/sockets"
	is "${out%%$'\n'*}" "preload $lib"
}
t 'run: sets LD_PRELOAD' preload_alone

preload_kept() {
	capture env LD_PRELOAD=libc.so.6 "$ksmol" run "$tmp/sockets"
	is "$out" "preload $lib:libc.so.6"
}
t 'run: keeps an LD_PRELOAD that is set' preload_kept

preload_once() {
	capture "$ksmol" run "$ksmol" run "$tmp/sockets"
	is "$out" "preload $lib"
}
t 'run: is not preloaded twice' preload_once

preload_space() {
	mkdir -p "$tmp/a b"
	cp "$ksmol" "$lib" "$tmp/a b/"
	capture "$tmp/a b/ksmol" run true
	is "$status" 125 && has "$err" 'space or colon'
}
t 'run: a path that LD_PRELOAD cannot name is refused' preload_space

preload_missing() {
	mkdir -p "$tmp/alone"
	cp "$ksmol" "$tmp/alone/"
	capture "$tmp/alone/ksmol" run true
	[ "$status" -ne 125 ] || has "$err" libksmol-preload.so
}
t 'run: says so when the library is missing' preload_missing

# --- programs that cannot be redirected ---

static_program() {
	compile sockets -static
	capture "$ksmol" run "$tmp/sockets"
	cp "$tmp/plain" "$tmp/sockets"
	is "$status" 7 && has "$err" 'statically linked'
}
t 'run: warns about a static program' static_program

static_pie() {
	compile sockets -static-pie
	capture "$ksmol" run "$tmp/sockets"
	cp "$tmp/plain" "$tmp/sockets"
	has "$err" 'statically linked'
}
t 'run: warns about a static PIE' static_pie

no_warning() {
	capture "$ksmol" run "$tmp/sockets"
	has_not "$err" "Linux's stack"
}
t 'run: no warning about a dynamic program' no_warning

script() {
	printf '#!/bin/sh\nexec "%s"\n' "$tmp/sockets" >"$tmp/script"
	chmod +x "$tmp/script"
	capture "$ksmol" run -v "$tmp/script"
	is "$status" 7 && has "$err" 'redirected' && has_not "$err" "Linux's stack"
}
t 'run: follows a script to its program' script

static_interpreter() {
	compile sockets -static
	mv "$tmp/sockets" "$tmp/interp"
	cp "$tmp/plain" "$tmp/sockets"
	printf '#!%s\n' "$tmp/interp" >"$tmp/script"
	capture "$ksmol" run "$tmp/script"
	has "$err" "$tmp/interp is statically linked" || return
	printf '#!/usr/bin/env -S A=1 interp\n' >"$tmp/script"
	capture env "PATH=$tmp:$PATH" "$ksmol" run "$tmp/script"
	has "$err" "$tmp/interp is statically linked"
}
t "run: looks at a script's interpreter, through env too" static_interpreter

go_program() {
	echo 'go' >"$tmp/note"
	objcopy --add-section ".go.buildinfo=$tmp/note" \
		"$tmp/sockets" "$tmp/gopher"
	capture "$ksmol" run "$tmp/gopher"
	has "$err" 'Go program'
}
t 'run: hints at a Go program' go_program

truncated() {
	head -c 200 "$tmp/sockets" >"$tmp/short"
	chmod +x "$tmp/short"
	capture "$ksmol" run "$tmp/short"
	is "$status" 126
}
t 'run: survives a truncated program' truncated

foreign() {
	cp "$tmp/sockets" "$tmp/foreign"
	 0x16 is S/390., 0x16 is S/390.
	printf '\026' | dd of="$tmp/foreign" bs=1 seek=18 conv=notrunc status=none
	capture "$ksmol" run "$tmp/foreign"
	has "$err" 'another architecture' || return
	# Nothing may take its bytes for a script.
	is "$status" 126 && has "$err" 'Exec format error'
}
t 'run: warns about another architecture' foreign

# Privileges count for somebody who is not root.
setuid_program() {
	[ "$(id -u)" -eq 0 ] || { echo 'needs root to set up'; return 0; }
	cp "$tmp/sockets" "$tmp/suid"
	chmod 4755 "$tmp/suid"
	cp "$ksmol" "$lib" "$tmp/alone/"
	capture setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$tmp/alone/ksmol" run "$tmp/suid"
	has "$err" 'is setuid' || return
	capture "$ksmol" run "$tmp/suid"
	has_not "$err" 'setuid'
}
t 'run: warns about setuid, except for its owner' setuid_program

capabilities() {
	[ "$(id -u)" -eq 0 ] || { echo 'needs root to set up'; return 0; }
	cp "$tmp/sockets" "$tmp/capable"
	setcap cap_net_raw=ep "$tmp/capable" || { echo 'no setcap'; return 0; }
	cp "$ksmol" "$lib" "$tmp/alone/"
	capture setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$tmp/alone/ksmol" run "$tmp/capable"
	has "$err" 'has file capabilities' || return
	capture "$ksmol" run "$tmp/capable"
	has_not "$err" 'capabilities' && is "$(grep -c "Linux's" "$tmp/err")" 0
}
t 'run: warns about file capabilities, except for root' capabilities

# --- failures ---

fails() {
	local want=$1 text=$2

	shift 2
	capture "$@"
	is "$status" "$want" && has "$err" "$text"
}
t 'run: the module is not loaded' \
	fails 125 'module is not loaded' env KSMOL_SYSFS=/nowhere "$ksmol" run true
t 'run: no such program' fails 127 'No such file' "$ksmol" run no-such-program
t 'run: no such path' fails 127 'No such file' "$ksmol" run ./no/such/path
t 'run: not executable' fails 126 'Permission denied' "$ksmol" run /etc/passwd
t 'run: no program given' fails 2 'which program?' "$ksmol" run

options_passed() {
	capture "$ksmol" run echo -v --help
	is "$out" '-v --help' || return
	capture "$ksmol" run -- echo -v
	is "$out" '-v'
}
t "run: the program's options are its own" options_passed
