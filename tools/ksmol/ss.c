// SPDX-License-Identifier: GPL-2.0-only
/* ksmol ss: the open sockets. */

#include <argp.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include "ksmol.h"

struct ss_options {
	bool numeric;
	bool info;
	bool json;
	const char *state;
};

/* The transport's name in /etc/services, or NULL where there are no ports. */
static const char *transport_of(const struct table *table, size_t row)
{
	size_t col;

	for (col = 0; col < table->cols; col++) {
		const char *cell = table_cell(table, row, col);

		if (strncmp(cell, "udp", 3) == 0)
			return "udp";
		if (strncmp(cell, "tcp", 3) == 0)
			return "tcp";
	}
	return NULL;
}

char *named(const char *cell, const char *transport)
{
	const char *colon = strrchr(cell, ':');
	struct servent *service;

	if (!transport || !colon || !is_number(colon + 1) ||
	    strcmp(colon, ":0") == 0)
		return xasprintf("%s", cell);
	service = getservbyport(htons(atoi(colon + 1)), transport);
	if (!service)
		return xasprintf("%s", cell);
	return xasprintf("%.*s:%s", (int)(colon - cell), cell,
			 service->s_name);
}

static void print_table(const struct table *table, bool numeric)
{
	struct layout layout = { .cols = table->cols };
	size_t row, col;
	char **cell;

	cell = layout_row(&layout);
	for (col = 0; col < table->cols; col++)
		cell[col] = xasprintf("%s", table_head(table, col));
	for (row = 0; row < table->rows; row++) {
		const char *transport = NULL;

		if (!numeric)
			transport = transport_of(table, row);
		cell = layout_row(&layout);
		for (col = 0; col < table->cols; col++)
			cell[col] = named(table_cell(table, row, col),
					  transport);
	}
	layout_print(stdout, &layout, "");
}

/* All tables as one array: a script needs only the rows. */
static void print_json(const struct report *report)
{
	size_t i;

	if (report->tables == 1) {
		json_table(stdout, &report->table[0]);
	} else if (!report->tables) {
		printf("[]");
	} else {
		printf("[");
		for (i = 0; i < report->tables; i++) {
			printf("%s", i ? ",\n" : "");
			json_table(stdout, &report->table[i]);
		}
		printf("]");
	}
	printf("\n");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct ss_options *opts = state->input;

	switch (key) {
	case 'n':
		opts->numeric = true;
		return 0;
	case 'i':
		opts->info = true;
		return 0;
	case 's':
		opts->info = true;
		opts->state = arg;
		return 0;
	case 'j':
		opts->json = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int cmd_ss(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "numeric", 'n', NULL, 0, "Print ports as numbers", 0 },
		{ "info", 'i', NULL, 0, "Show what TCP's sockets know", 0 },
		{ "state", 's', "STATE", 0,
		  "The same, only what is in that state; or all", 0 },
		{ "json", 'j', NULL, 0, "Print JSON", 0 },
		{ 0 }
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "List the open sockets of ksmol.",
	};
	struct ss_options opts = { 0 };
	struct report report;
	size_t i;

	argp_parse(&argp, argc, argv, 0, NULL, &opts);
	if (opts.info)
		return show_info(opts.numeric, opts.json, opts.state);
	if (report_read(&report, "sockets"))
		return EXIT_FAILURE;
	if (opts.json)
		print_json(&report);
	else
		for (i = 0; i < report.tables; i++)
			print_table(&report.table[i], opts.numeric);
	report_warn(&report);
	report_free(&report);
	return EXIT_SUCCESS;
}
