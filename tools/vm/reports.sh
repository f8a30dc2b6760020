# shellcheck shell=bash
# Reading a VM's console: what counts as a kernel report, and how the script
# ended. Sourced after lib.sh.

# Any of these on the console fails a run, whatever its tests said: lockdep, for
# one, never fails a test by itself.
report_words='BUG:|WARNING:|possible .* detected|unreferenced object'
report_words+='|suspected memory leak|refcount_t|ref_tracker: |Call Trace|Oops'
report_words+='|KASAN|UBSAN|lockdep|general protection|hung task'
report_words+='|blocked for more than|\bstalled\b|self-detected stall'
report_words+='|detected stalls|waiting for .* to become free|Kernel panic'
report_words+='|Out of memory|page allocation failure|still has objects'

# Lines with those words that every boot has, and what says them:
#   lockdep's and RCU's self-description while they start
#   what the script itself wrote to the console through guest.sh
#   pktgen, when its device is taken from it as a test of ours
report_ignore='RCU lockdep checking is enabled'
report_ignore+='|Running RCU self tests|\.\.\. .*lockdep|Kernel command line:'
report_ignore+='|ksmol-(vm|test):'
report_ignore+='|pktgen: WARNING: trying to remove a running interface'

# kernel_reports CONSOLE: prints the lines from the first report on, and fails if
# there is none.
kernel_reports() {
	local line

	line=$(grep -a -n -E "$report_words" "$1" |
		grep -a -v -E -m 1 "$report_ignore") || return
	tail -n "+${line%%:*}" "$1"
}

# console_status CONSOLE: the script's exit status; fails if it is not there.
console_status() {
	sed -n 's/.*ksmol-vm: script exit \([0-9]*\).*/\1/p' "$1" | grep -m 1 .
}

# judge NAME STATUS OUTPUT: the line that a VM's end adds to its tests' own.
judge() {
	local why

	case $2 in
	0) why='it ran no test' ;;
	70) why='the kernel reported something, see above' ;;
	71) why='the VM ended early' ;;
	124) why='out of time' ;;
	*) why="it ended with status $2" ;;
	esac
	case $2 in
	70 | 71 | 124) ;;
	0) ! grep -qE '^ok - |^# .*: skipped: ' "$3" || return 0 ;;
	*) ! grep -q '^not ok - ' "$3" || return 0 ;;
	esac
	echo "not ok - $1: $why"
}
