// SPDX-License-Identifier: GPL-2.0-only
/* ksmol ss -i: what TCP's sockets know, as ss -ti shows it of Linux's. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "ksmol.h"

/* Columns of debugfs tcp_sockets; the last has words KEY=VALUE. */
enum { LOCAL, REMOTE, STATE, DETAILS, COLS };

#define LINE_WIDTH	79
#define INDENT		8	/* a tab */

/**
 * struct word - KEY=VALUE
 * @s: its first byte, @len of them
 * @key: bytes before the '='
 */
struct word {
	const char *s;
	size_t len;
	size_t key;
};

/* The word at *@s, or behind the blanks there; *@s moves on. */
static bool next_word(const char **s, struct word *word)
{
	const char *equals;

	*s += strspn(*s, " \t");
	word->s = *s;
	word->len = strcspn(*s, " \t");
	equals = memchr(word->s, '=', word->len);
	word->key = equals ? (size_t)(equals - word->s) : word->len;
	*s += word->len;
	return word->len;
}

static bool is_zero(const struct word *word)
{
	return word->len == word->key + 2 && word->s[word->key + 1] == '0';
}

/* @first, and below it the words that are not zero; malloc'ed. */
static char *with_details(char *first, const char *details)
{
	size_t used = LINE_WIDTH;
	struct word word;
	char *text;

	while (next_word(&details, &word)) {
		bool wrap = used + 1 + word.len > LINE_WIDTH;

		if (is_zero(&word))
			continue;
		text = xasprintf("%s%s%.*s", first, wrap ? "\n\t" : " ",
				 (int)word.len, word.s);
		free(first);
		first = text;
		used = wrap ? INDENT + word.len : used + 1 + word.len;
	}
	return first;
}

/*
 * What has no socket any more, or none yet, is left out unless it is asked for,
 * as ss does.
 */
static bool wanted(const struct table *table, size_t row, const char *state)
{
	const char *cell = table_cell(table, row, STATE);

	if (state)
		return !strcasecmp(state, "all") || !strcasecmp(state, cell);
	return strcmp(cell, "TIME-WAIT") && strcmp(cell, "SYN-RECV");
}

static void print_text(const struct table *table, bool numeric,
		       const char *state)
{
	struct layout layout = { .cols = 3 };
	const char *transport = numeric ? NULL : "tcp";
	char **cell = layout_row(&layout);
	size_t row;

	cell[0] = xasprintf("%s", table_head(table, STATE));
	cell[1] = xasprintf("%s", table_head(table, LOCAL));
	cell[2] = xasprintf("%s", table_head(table, REMOTE));
	for (row = 0; row < table->rows; row++) {
		if (!wanted(table, row, state))
			continue;
		cell = layout_row(&layout);
		cell[0] = xasprintf("%s", table_cell(table, row, STATE));
		cell[1] = named(table_cell(table, row, LOCAL), transport);
		cell[2] = with_details(named(table_cell(table, row, REMOTE),
					     transport),
				       table_cell(table, row, DETAILS));
	}
	layout_print(stdout, &layout, "");
}

static void print_object(const struct table *table, size_t row)
{
	const char *details = table_cell(table, row, DETAILS);
	struct word word;
	size_t col;

	for (col = 0; col < DETAILS; col++)
		json_member(stdout, table_head(table, col),
			    table_cell(table, row, col), col == 0);
	while (next_word(&details, &word)) {
		size_t past = word.key + (word.key < word.len);
		char *key = xasprintf("%.*s", (int)word.key, word.s);
		char *value = xasprintf("%.*s", (int)(word.len - past),
					word.s + past);

		json_member(stdout, key, value, false);
		free(value);
		free(key);
	}
}

static void print_json(const struct table *table, const char *state)
{
	const char *begin = "\n  {";
	size_t row;

	printf("[");
	for (row = 0; row < table->rows; row++) {
		if (!wanted(table, row, state))
			continue;
		printf("%s", begin);
		begin = ",\n  {";
		print_object(table, row);
		printf("}");
	}
	printf("]\n");
}

int show_info(bool numeric, bool json, const char *state)
{
	struct report report;
	int status = EXIT_SUCCESS;

	if (report_read(&report, "tcp_sockets"))
		return EXIT_FAILURE;
	if (report.tables != 1 || report.table[0].cols != COLS) {
		warn("tcp_sockets is not as this command (%s) knows it",
		     KSMOL_VERSION);
		status = EXIT_FAILURE;
	} else if (json) {
		print_json(&report.table[0], state);
	} else {
		print_text(&report.table[0], numeric, state);
	}
	report_warn(&report);
	report_free(&report);
	return status;
}
