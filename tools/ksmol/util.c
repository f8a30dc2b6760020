// SPDX-License-Identifier: GPL-2.0-only
/* Messages, memory, and the module's directory in sysfs. */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ksmol.h"

void warn(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fputs("ksmol: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

void *xrealloc(void *old, size_t size)
{
	void *new = realloc(old, size);

	if (!new) {
		warn("out of memory");
		exit(EXIT_FAILURE);
	}
	return new;
}

char *xasprintf(const char *fmt, ...)
{
	va_list args;
	char *s;
	int n;

	va_start(args, fmt);
	n = vasprintf(&s, fmt, args);
	va_end(args);
	if (n < 0) {
		warn("out of memory");
		exit(EXIT_FAILURE);
	}
	return s;
}

const char *module_dir(void)
{
	const char *dir = getenv("KSMOL_SYSFS");

	return dir && *dir ? dir : MODULE_DIR;
}

bool module_loaded(void)
{
	return access(module_dir(), F_OK) == 0;
}

char *read_line_of(const char *path)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	FILE *file;

	file = fopen(path, "re");
	if (!file)
		return NULL;
	n = getline(&line, &size, file);
	fclose(file);
	if (n < 0) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\n")] = '\0';
	return line;
}
