// SPDX-License-Identifier: GPL-2.0-only
/* ksmol: run programs on the ksmol stack and look into it. */

#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include "ksmol.h"

const char *argp_program_version = "ksmol " KSMOL_VERSION;

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
	{ "run", cmd_run },
	{ "stat", cmd_stat },
	{ "ss", cmd_ss },
};

struct choice {
	const struct command *command;
	char **argv;
	int argc;
};

static const char doc[] =
	"Run programs on the ksmol TCP/IP stack, and look into it.\n\v"
	"Commands:\n"
	"  run [-v] [--] CMD...    run a program with its sockets on ksmol\n"
	"  stat [-w] [--json]      pool, frames, drops, tokens, TCP at a glance\n"
	"  ss [-n] [-i] [-j]       the open sockets, or the state of TCP's\n"
	"\n"
	"`ksmol COMMAND --help' says more about each; see also ksmol(8).";

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct choice *choice = state->input;
	size_t i;

	switch (key) {
	case ARGP_KEY_ARG:
		for (i = 0; i < sizeof(commands) / sizeof(*commands); i++)
			if (strcmp(arg, commands[i].name) == 0)
				choice->command = &commands[i];
		if (!choice->command)
			argp_error(state, "no such command: %s", arg);
		/* What follows is the command's. */
		choice->argv = state->argv + state->next - 1;
		choice->argc = state->argc - state->next + 1;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which command?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.parser = parse,
		.args_doc = "COMMAND [ARG...]",
		.doc = doc,
	};
	struct choice choice = { 0 };
	int status;
	char *name;

	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &choice);
	name = xasprintf("ksmol %s", choice.command->name);
	choice.argv[0] = name;
	status = choice.command->run(choice.argc, choice.argv);
	free(name);
	if (fflush(stdout) || ferror(stdout)) {
		warn("cannot write the output");
		status = EXIT_FAILURE;
	}
	return status;
}
