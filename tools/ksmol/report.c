// SPDX-License-Identifier: GPL-2.0-only
/* Reads a file of debugfs/ksmol into pairs and tables. */

#include <ctype.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "ksmol.h"

static const char *debugfs_dir(void)
{
	const char *dir = getenv("KSMOL_DEBUGFS");

	return dir && *dir ? dir : DEBUGFS_DIR "/ksmol";
}

/* Why could @path not be opened? One sentence, with the remedy. */
static void explain(const char *path, int err)
{
	bool ours = strncmp(path, DEBUGFS_DIR "/", strlen(DEBUGFS_DIR) + 1);
	struct statfs fs;

	if (err == EACCES)
		warn("cannot read %s: try as root", path);
	else if (err == EPERM)
		warn("cannot read %s: kernel lockdown, or no privilege", path);
	else if (err != ENOENT && err != ENOTDIR)
		warn("cannot read %s: %s", path, strerror(err));
	else if (ours)
		warn("%s does not exist: $KSMOL_DEBUGFS is not a directory of ksmol's",
		     path);
	else if (!module_loaded())
		warn("the module is not loaded: modprobe ksmol");
	else if (statfs(DEBUGFS_DIR, &fs) ||
		 (unsigned long)fs.f_type != DEBUGFS_MAGIC)
		warn("debugfs is not mounted: mount -t debugfs none "
		     DEBUGFS_DIR);
	else
		warn("%s does not exist: does the loaded module fit this command (%s)?",
		     path, KSMOL_VERSION);
}

/* The whole file as a string, or NULL with errno. */
static char *slurp(const char *path)
{
	size_t size = 0, room = 0;
	char *text = NULL;
	FILE *file;
	size_t n;

	file = fopen(path, "re");
	if (!file)
		return NULL;
	do {
		if (room - size < 4096) {
			room = room ? room * 2 : 8192;
			text = xrealloc(text, room);
		}
		n = fread(text + size, 1, room - size - 1, file);
		size += n;
	} while (n);
	if (ferror(file)) {
		free(text);
		text = NULL;
	} else {
		text[size] = '\0';
	}
	fclose(file);
	return text;
}

/* Cuts the word at *@s off and returns it; NULL at the end of the line. */
static char *cut_word(char **s)
{
	char *word;

	*s += strspn(*s, " \t");
	if (!**s)
		return NULL;
	word = *s;
	*s += strcspn(*s, " \t");
	if (**s)
		*(*s)++ = '\0';
	return word;
}

/* Is @line "key: value"? Then cuts it and returns the value. */
static char *cut_pair(char *line)
{
	size_t n;

	if (!isalpha((unsigned char)line[0]))
		return NULL;
	for (n = 1; isalnum((unsigned char)line[n]) || line[n] == '_'; n++)
		;
	if (line[n] != ':' || (line[n + 1] && !isblank(line[n + 1])))
		return NULL;
	line[n++] = '\0';
	return line + n + strspn(line + n, " \t");
}

static void add_pair(struct report *report, char *key, char *value,
		     unsigned int block)
{
	size_t n = report->pairs++;

	report->pair = xrealloc(report->pair,
				report->pairs * sizeof(*report->pair));
	report->pair[n] = (struct pair){ key, value, block };
}

static struct table *add_table(struct report *report, char *line)
{
	struct table *table;
	char *word;

	report->table = xrealloc(report->table, (report->tables + 1) *
				 sizeof(*report->table));
	table = &report->table[report->tables++];
	*table = (struct table){ 0 };
	while ((word = cut_word(&line))) {
		table->cell = xrealloc(table->cell, (table->cols + 1) *
				       sizeof(*table->cell));
		table->cell[table->cols++] = word;
	}
	return table;
}

/* Missing cells are empty; what is too much belongs to the last one. */
static void add_row(struct table *table, char *line)
{
	size_t first = ++table->rows * table->cols;
	size_t col;

	table->cell = xrealloc(table->cell, (first + table->cols) *
			       sizeof(*table->cell));
	for (col = 0; col < table->cols; col++) {
		const char *word;

		if (col + 1 == table->cols)
			word = line + strspn(line, " \t");
		else
			word = cut_word(&line);
		table->cell[first + col] = word ? word : "";
	}
}

static void parse(struct report *report)
{
	struct table *table = NULL;
	unsigned int block = 0;
	char *line, *next;

	for (line = report->text; line; line = next) {
		char *value;
		size_t n;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		for (n = strlen(line); n && isspace((unsigned char)line[n - 1]);)
			line[--n] = '\0';
		if (!line[strspn(line, " \t")]) {
			table = NULL;
			block++;
			continue;
		}
		value = table ? NULL : cut_pair(line);
		if (line[0] == '#')
			report->note = line;
		else if (value)
			add_pair(report, line, value, block);
		else if (table)
			add_row(table, line);
		else
			table = add_table(report, line);
	}
}

int report_read(struct report *report, const char *name)
{
	char *path = xasprintf("%s/%s", debugfs_dir(), name);

	*report = (struct report){ .name = name };
	report->text = slurp(path);
	if (!report->text)
		explain(path, errno);
	else
		parse(report);
	free(path);
	return report->text ? 0 : -1;
}

void report_warn(const struct report *report)
{
	if (report->note)
		warn("%s", report->note + strspn(report->note, "# "));
}

void report_free(struct report *report)
{
	size_t i;

	for (i = 0; i < report->tables; i++)
		free(report->table[i].cell);
	free(report->table);
	free(report->pair);
	free(report->text);
	*report = (struct report){ 0 };
}

const char *report_value(const struct report *report, const char *key)
{
	size_t i;

	for (i = 0; i < report->pairs; i++)
		if (strcmp(report->pair[i].key, key) == 0)
			return report->pair[i].value;
	return NULL;
}

const char *table_head(const struct table *table, size_t col)
{
	return table->cell[col];
}

const char *table_cell(const struct table *table, size_t row, size_t col)
{
	return table->cell[(row + 1) * table->cols + col];
}

bool is_number(const char *s)
{
	size_t n;

	s += *s == '-';
	n = strspn(s, "0123456789");
	if (!n || (n > 1 && s[0] == '0'))
		return false;
	s += n;
	if (*s == '.') {
		n = strspn(++s, "0123456789");
		if (!n)
			return false;
		s += n;
	}
	return !*s;
}
