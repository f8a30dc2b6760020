// SPDX-License-Identifier: GPL-2.0-only
/* ksmol run: start a program with the library that redirects socket(). */

#include <argp.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/ksmol.h>
#include "ksmol.h"

#define PRELOAD "libksmol-preload.so"

struct run_options {
	bool verbose;
	char **cmd;
};

/* Beside the command, as in the build tree, or where it was installed. */
static char *find_library(void)
{
	char exe[PATH_MAX];
	ssize_t n;
	char *path;

	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (n > 0) {
		exe[n] = '\0';
		path = xasprintf("%s/" PRELOAD, dirname(exe));
		if (access(path, R_OK) == 0)
			return path;
		free(path);
	}
	path = xasprintf("%s/" PRELOAD, KSMOL_LIBDIR);
	if (access(path, R_OK) == 0)
		return path;
	free(path);
	return NULL;
}

/* Is @path one of the entries of @list? LD_PRELOAD knows two separators. */
static bool listed(const char *list, const char *path)
{
	size_t want = strlen(path);

	while (*list) {
		size_t n = strcspn(list, ": ");

		if (n == want && strncmp(list, path, n) == 0)
			return true;
		list += n;
		list += strspn(list, ": ");
	}
	return false;
}

/*
 * Our library comes first, so that another one that wraps socket() and calls
 * the next one in line still sees what the program asked for last.
 */
static int set_preload(void)
{
	const char *old = getenv("LD_PRELOAD");
	char *path = find_library();
	char *value;

	if (!path) {
		warn("%s is neither beside the command nor in %s", PRELOAD,
		     KSMOL_LIBDIR);
		return -1;
	}
	if (strpbrk(path, ": ")) {
		warn("%s: LD_PRELOAD cannot name a path with a space or colon",
		     path);
		return -1;
	}
	if (!old || !*old) {
		setenv("LD_PRELOAD", path, 1);
	} else if (!listed(old, path)) {
		value = xasprintf("%s:%s", path, old);
		setenv("LD_PRELOAD", value, 1);
		free(value);
	}
	free(path);
	return 0;
}

/* The library has no business in sysfs: it is told the number. */
static void set_protocol(void)
{
	char *path, *value;

	path = xasprintf("%s/parameters/protocol", module_dir());
	value = read_line_of(path);
	free(path);
	if (!value || !*value) {
		free(value);
		value = xasprintf("%d", KSMOL_PROTO);
	}
	setenv("KSMOL_PROTOCOL", value, 1);
	free(value);
}

static int cannot(const char *name, int err)
{
	warn("%s: %s", name, strerror(err));
	return err == ENOENT || err == ENOTDIR ? EXIT_NOT_FOUND :
						 EXIT_CANNOT_EXEC;
}

static int run(char **cmd)
{
	char *path;
	int err;

	if (!module_loaded()) {
		warn("the module is not loaded: modprobe ksmol");
		return EXIT_RUN_FAILED;
	}
	path = program_find(cmd[0]);
	if (!path)
		return cannot(cmd[0], errno);
	program_explain(path);
	if (set_preload()) {
		free(path);
		return EXIT_RUN_FAILED;
	}
	set_protocol();
	/* Not execvp(): it gives a program of another machine to the shell. */
	execv(path, cmd);
	err = errno;
	free(path);
	return cannot(cmd[0], err);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct run_options *opts = state->input;

	switch (key) {
	case 'v':
		opts->verbose = true;
		return 0;
	case ARGP_KEY_ARG:
		(void)arg;
		opts->cmd = state->argv + state->next - 1;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which program?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int cmd_run(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "verbose", 'v', NULL, 0,
		  "Print each redirected socket() to stderr", 0 },
		{ 0 }
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "CMD [ARG...]",
		.doc = "Run a program with its sockets on ksmol.\v"
		       "Internet stream, datagram, ping and raw sockets go to ksmol; "
		       "all others, and name resolution, stay with Linux.",
	};
	struct run_options opts = { 0 };

	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &opts);
	if (opts.verbose)
		setenv("KSMOL_DEBUG", "1", 1);
	return run(opts.cmd);
}
