// SPDX-License-Identifier: GPL-2.0-only
/* Reports as JSON (RFC 8259). */

#include "ksmol.h"

void json_string(FILE *out, const char *s)
{
	putc('"', out);
	for (; *s; s++) {
		unsigned char c = *s;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			fprintf(out, "\\u%04x", c);
		else
			putc(c, out);
	}
	putc('"', out);
}

static void json_value(FILE *out, const char *value)
{
	if (is_number(value))
		fputs(value, out);
	else
		json_string(out, value);
}

void json_member(FILE *out, const char *key, const char *value, bool first)
{
	if (!first)
		fputs(", ", out);
	json_string(out, key);
	fputs(": ", out);
	json_value(out, value);
}

void json_table(FILE *out, const struct table *table)
{
	size_t row, col;

	fputs("[", out);
	for (row = 0; row < table->rows; row++) {
		fputs(row ? ",\n  {" : "\n  {", out);
		for (col = 0; col < table->cols; col++)
			json_member(out, table_head(table, col),
				    table_cell(table, row, col), col == 0);
		fputs("}", out);
	}
	fputs("]", out);
}

void json_report(FILE *out, const struct report *report)
{
	size_t i;

	fputs("{", out);
	for (i = 0; i < report->pairs; i++)
		json_member(out, report->pair[i].key, report->pair[i].value,
			    i == 0);
	for (i = 0; i < report->tables; i++) {
		if (i || report->pairs)
			fputs(", ", out);
		if (i)
			fprintf(out, "\"table%zu\": ", i + 1);
		else
			fputs("\"table\": ", out);
		json_table(out, &report->table[i]);
	}
	fputs("}", out);
}
