/* SPDX-License-Identifier: GPL-2.0-only */
/* The ksmol command: what its files share. */
#ifndef KSMOL_H
#define KSMOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Exit statuses. Those of `run` follow env(1) and nohup(1). */
enum {
	EXIT_USAGE = 2,
	EXIT_RUN_FAILED = 125,		/* ksmol itself failed */
	EXIT_CANNOT_EXEC = 126,
	EXIT_NOT_FOUND = 127,
};

#define DEBUGFS_DIR	"/sys/kernel/debug"
#define MODULE_DIR	"/sys/module/ksmol"

/* Subcommands: argv[0] is "ksmol NAME". Return an exit status. */
int cmd_run(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_ss(int argc, char **argv);

/* --- info.c: ksmol ss -i --- */

/* Prints debugfs tcp_sockets: rows in @state, all, or with NULL those of
 * connections that have a program or data. Returns an exit status.
 */
int show_info(bool numeric, bool json, const char *state);

struct report;

/* --- ss.c --- */

/* "ADDRESS:PORT" with the port's name in /etc/services, if it has one and
 * @transport isn't NULL; malloc'ed.
 */
char *named(const char *cell, const char *transport);

/* --- copies.c: copies per packet, from debugfs copies --- */

void copies_print(const struct report *report);
/* An object with a member for each direction. */
void copies_json(FILE *out, const struct report *report);

/* --- util.c --- */

#define __printf(fmt, args) __attribute__((format(printf, fmt, args)))

/* Prints "ksmol: ..." to stderr. */
__printf(1, 2) void warn(const char *fmt, ...);
void *xrealloc(void *old, size_t size);
__printf(1, 2) char *xasprintf(const char *fmt, ...);
/* The module's sysfs directory; $KSMOL_SYSFS replaces it. */
const char *module_dir(void);
bool module_loaded(void);
/* One line of a file without its newline, or NULL; the caller frees it. */
char *read_line_of(const char *path);

/* --- program.c --- */

/* Warns about what keeps the preloaded library out of @path. */
void program_explain(const char *path);
/* Finds @name as execvp() would: a malloc'ed path, or NULL with errno. */
char *program_find(const char *name);

/* --- report.c: a debugfs file --- */

/**
 * struct pair - a "key: value" line
 * @block: how many empty lines stand before it
 */
struct pair {
	const char *key;
	const char *value;
	unsigned int block;
};

/**
 * struct table - a header line and rows of as many cells
 * @cell: all cells, the header's first: (@rows + 1) * @cols of them
 */
struct table {
	const char **cell;
	size_t cols;
	size_t rows;
};

/**
 * struct report - what a file says
 * @name: of the file
 * @note: the last line that begins with '#', or NULL
 * @text: its bytes, which all the strings point into
 */
struct report {
	const char *name;
	const char *note;
	char *text;
	struct pair *pair;
	size_t pairs;
	struct table *table;
	size_t tables;
};

/**
 * report_read() - read and parse a file of debugfs/ksmol
 *
 * Lines "key: value" become pairs; any other line begins a table, which goes
 * on to the next empty line. So new keys, columns and rows need no change
 * here.
 *
 * Return: 0; -1 after a message that says what is wrong.
 */
int report_read(struct report *report, const char *name);
/* What its note says, to stderr: the list was cut. */
void report_warn(const struct report *report);
void report_free(struct report *report);

/* Value of a key, or NULL. */
const char *report_value(const struct report *report, const char *key);
/* A cell of the header, or of row @row counted from 0. */
const char *table_head(const struct table *table, size_t col);
const char *table_cell(const struct table *table, size_t row, size_t col);
/* Is it a decimal number as JSON writes it? */
bool is_number(const char *s);

/* --- json.c --- */

void json_string(FILE *out, const char *s);
/* A member of an object, behind a comma unless it is the @first. */
void json_member(FILE *out, const char *key, const char *value, bool first);
/* An array with one object for each row. */
void json_table(FILE *out, const struct table *table);
/* An object: the pairs, then "table", "table2", ... */
void json_report(FILE *out, const struct report *report);

/* --- layout.c: tables on a terminal --- */

/**
 * struct layout - rows of cells to be aligned
 * @cell: owned strings, @cols in each of @rows
 */
struct layout {
	char **cell;
	size_t cols;
	size_t rows;
};

/* Adds a row of @cols cells, all NULL; returns its first cell. */
char **layout_row(struct layout *layout);
/* Prints it, columns of numbers aligned to the right, and empties it. A last
 * cell may have several lines.
 */
void layout_print(FILE *out, struct layout *layout, const char *indent);

#endif /* KSMOL_H */
