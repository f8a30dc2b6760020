// SPDX-License-Identifier: GPL-2.0-only
/* What ksmol stat says of copies: how many of them a packet has seen. */

#include <stdlib.h>
#include <string.h>
#include "ksmol.h"

#define WAYS 2

static const char * const ways[WAYS] = { "received", "sent" };

/**
 * struct way - sums of one direction
 * @packets: frames received or sent
 * @copies, @bytes: of all reasons
 */
struct way {
	double packets;
	double copies;
	double bytes;
};

static size_t column(const struct table *table, const char *name)
{
	size_t col;

	for (col = 0; col < table->cols; col++)
		if (strcmp(table_head(table, col), name) == 0)
			return col;
	return table->cols;
}

/* Empty where there is no such column. */
static const char *cell_of(const struct table *table, size_t row,
			   const char *name)
{
	size_t col = column(table, name);

	return col < table->cols ? table_cell(table, row, col) : "";
}

static void sum_up(const struct report *report, struct way way[WAYS])
{
	const struct table *table = report->tables ? report->table : NULL;
	const char *packets;
	size_t i, row;

	for (i = 0; i < WAYS; i++) {
		packets = report_value(report, ways[i]);
		way[i] = (struct way){
			.packets = packets ? strtod(packets, NULL) : 0,
		};
		for (row = 0; table && row < table->rows; row++) {
			if (strcmp(cell_of(table, row, "payload"), ways[i]))
				continue;
			way[i].copies += strtod(cell_of(table, row, "copies"),
						NULL);
			way[i].bytes += strtod(cell_of(table, row, "bytes"),
					       NULL);
		}
	}
}

static double per_packet(double n, const struct way *way)
{
	return way->packets > 0 ? n / way->packets : 0;
}

void copies_print(const struct report *report)
{
	struct way way[WAYS];
	size_t i;

	sum_up(report, way);
	for (i = 0; i < WAYS; i++)
		printf("  per packet %s: %.2f copies, %.0f bytes\n", ways[i],
		       per_packet(way[i].copies, &way[i]),
		       per_packet(way[i].bytes, &way[i]));
}

void copies_json(FILE *out, const struct report *report)
{
	struct way way[WAYS];
	size_t i;

	sum_up(report, way);
	fputs("{", out);
	for (i = 0; i < WAYS; i++)
		fprintf(out, "%s\"%s\": {\"copies\": %.4f, \"bytes\": %.1f}",
			i ? ", " : "", ways[i],
			per_packet(way[i].copies, &way[i]),
			per_packet(way[i].bytes, &way[i]));
	fputs("}", out);
}
