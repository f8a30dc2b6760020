// SPDX-License-Identifier: GPL-2.0-only
/* Aligned columns on a terminal. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "ksmol.h"

char **layout_row(struct layout *layout)
{
	size_t first = layout->rows++ * layout->cols;
	size_t i;

	layout->cell = xrealloc(layout->cell, (first + layout->cols) *
				sizeof(*layout->cell));
	for (i = 0; i < layout->cols; i++)
		layout->cell[first + i] = NULL;
	return &layout->cell[first];
}

static const char *cell(const struct layout *layout, size_t row, size_t col)
{
	const char *s = layout->cell[row * layout->cols + col];

	return s ? s : "";
}

/* A column is numeric if every cell below its head begins like a number. */
static void measure(const struct layout *layout, size_t col, size_t *width,
		    bool *numeric)
{
	size_t row;

	*width = 0;
	*numeric = layout->rows > 1;
	for (row = 0; row < layout->rows; row++) {
		const char *s = cell(layout, row, col);

		if (strlen(s) > *width)
			*width = strlen(s);
		if (row && *s && (!isdigit((unsigned char)s[*s == '-']) ||
				  strpbrk(s, ".:/")))
			*numeric = false;
	}
}

void layout_print(FILE *out, struct layout *layout, const char *indent)
{
	size_t row, col, i;

	for (row = 0; row < layout->rows; row++) {
		fputs(indent, out);
		for (col = 0; col < layout->cols; col++) {
			const char *s = cell(layout, row, col);
			bool last = col + 1 == layout->cols;
			bool numeric;
			size_t width;

			measure(layout, col, &width, &numeric);
			if (numeric)
				fprintf(out, "%*s", (int)width, s);
			else if (last)
				fputs(s, out);
			else
				fprintf(out, "%-*s", (int)width, s);
			fputs(last ? "\n" : "  ", out);
		}
	}
	for (i = 0; i < layout->rows * layout->cols; i++)
		free(layout->cell[i]);
	free(layout->cell);
	layout->cell = NULL;
	layout->rows = 0;
}
