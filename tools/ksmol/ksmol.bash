# shellcheck shell=bash
# bash completion for ksmol

_ksmol()
{
	local cur=${COMP_WORDS[COMP_CWORD]} options='' i

	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < \
			<(compgen -W 'run stat ss --help --version' -- "$cur")
		return
	fi
	case ${COMP_WORDS[1]} in
	run)
		# Behind run's own options the program's completion begins.
		for ((i = 2; i < COMP_CWORD; i++)); do
			case ${COMP_WORDS[i]} in
			-v | --verbose | --) ;;
			*) break ;;
			esac
		done
		if declare -F _command_offset >/dev/null &&
			[[ $cur != -* || $i -lt $COMP_CWORD ]]; then
			_command_offset "$i"
			return
		fi
		if [[ $cur != -* ]]; then
			mapfile -t COMPREPLY < <(compgen -c -- "$cur")
			return
		fi
		options='-v --verbose --help'
		;;
	stat) options='-w --watch -c --count -j --json --help' ;;
	ss) options='-n --numeric -i --info -s --state -j --json --help' ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
} &&
	complete -F _ksmol ksmol
