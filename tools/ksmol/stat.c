// SPDX-License-Identifier: GPL-2.0-only
/* ksmol stat: the counters at a glance, once or again and again. */

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "ksmol.h"

#define LINE_WIDTH	79
#define CELL_WIDTH	25
#define INDENT		2

static const char * const files[] = {
	"pool", "drops", "copies", "tokens", "tcp",
};

#define FILES (sizeof(files) / sizeof(*files))

/**
 * struct sample - the files at one moment
 * @when: CLOCK_MONOTONIC, in seconds
 */
struct sample {
	struct report report[FILES];
	double when;
};

/* Shown even when zero, since the zero says something. */
static const char * const always[] = {
	"size", "free", "frames_in", "delivered", "dropped", "balance",
};

struct stat_options {
	bool watch;
	bool json;
	double interval;
	long count;
};

static bool is_always(const char *key)
{
	size_t i;

	for (i = 0; i < sizeof(always) / sizeof(*always); i++)
		if (strcmp(key, always[i]) == 0)
			return true;
	return false;
}

/* Bytes in a unit that people can read; other values as they are. */
static char *pretty(const char *key, const char *value)
{
	static const char * const units[] = { "KiB", "MiB", "GiB" };
	double bytes = strtod(value, NULL);
	int unit = -1;

	if (!strstr(key, "bytes") || !is_number(value) || bytes < 10240)
		return xasprintf("%s", value);
	while (bytes >= 1024 && unit < 2) {
		bytes /= 1024;
		unit++;
	}
	return xasprintf("%.1f %s", bytes, units[unit]);
}

/*
 * A value, and its change per second since the last sample. A counter that
 * went back was one of a module that is gone: it shows no rate.
 */
static char *value_text(const char *key, const char *now, const char *old,
			double seconds)
{
	char *text = pretty(key, now), *with_rate;
	double rate;

	if (!old || seconds <= 0 || !is_number(now) || !is_number(old) ||
	    strcmp(now, old) == 0)
		return text;
	rate = (strtod(now, NULL) - strtod(old, NULL)) / seconds;
	with_rate = xasprintf(fabs(rate) < 10 ? "%s %+.1f/s" : "%s %+.0f/s",
			      text, rate);
	free(text);
	return with_rate;
}

/*
 * Puts a cell on the line that ends at column @used, at least two behind it;
 * returns where the line ends now.
 */
static size_t print_packed(const char *text, size_t used)
{
	size_t len = strlen(text), start = INDENT;

	if (used)
		start += (used - INDENT + 2 + CELL_WIDTH - 1) / CELL_WIDTH *
			 CELL_WIDTH;
	if (used && start + len > LINE_WIDTH) {
		putchar('\n');
		used = 0;
		start = INDENT;
	}
	printf("%*s%s", (int)(start - used), "", text);
	return start + len;
}

static void print_pairs(const struct report *now, const struct report *old,
			double seconds)
{
	size_t i, used = 0;

	for (i = 0; i < now->pairs; i++) {
		const struct pair *pair = &now->pair[i];
		const char *before = old ? report_value(old, pair->key) : NULL;
		char *value, *text;

		if (strcmp(pair->value, "0") == 0 && !is_always(pair->key) &&
		    (!before || strcmp(before, "0") == 0))
			continue;
		value = value_text(pair->key, pair->value, before, seconds);
		text = xasprintf("%s %s", pair->key, value);
		used = print_packed(text, used);
		free(text);
		free(value);
	}
	if (used)
		putchar('\n');
}

/* Rows whose numbers are all zero are left out. */
static bool row_says_something(const struct table *table, size_t row)
{
	size_t col;

	for (col = 1; col < table->cols; col++) {
		const char *cell = table_cell(table, row, col);

		if (is_number(cell) && strcmp(cell, "0") != 0)
			return true;
	}
	return table->cols == 1;
}

/* The same cell of the last sample, if the table still looks the same. */
static const char *cell_before(const struct table *now,
			       const struct table *old, size_t row, size_t col)
{
	if (!old || old->cols != now->cols || old->rows <= row ||
	    strcmp(table_cell(old, row, 0), table_cell(now, row, 0)) != 0)
		return NULL;
	return table_cell(old, row, col);
}

static void print_table(const struct table *now, const struct table *old,
			double seconds)
{
	struct layout layout = { .cols = now->cols };
	size_t row, col;
	char **cell;

	cell = layout_row(&layout);
	for (col = 0; col < now->cols; col++)
		cell[col] = xasprintf("%s", table_head(now, col));
	for (row = 0; row < now->rows; row++) {
		if (!row_says_something(now, row))
			continue;
		cell = layout_row(&layout);
		for (col = 0; col < now->cols; col++)
			cell[col] = value_text("", table_cell(now, row, col),
					       cell_before(now, old, row, col),
					       seconds);
	}
	layout_print(stdout, &layout, "  ");
}

static bool is_copies(size_t file)
{
	return strcmp(files[file], "copies") == 0;
}

static void print_sample(const struct sample *now, const struct sample *old)
{
	double seconds = old ? now->when - old->when : 0;
	size_t i, t;

	for (i = 0; i < FILES; i++) {
		const struct report *report = &now->report[i];
		const struct report *before = old ? &old->report[i] : NULL;

		printf("%s\n", report->name);
		print_pairs(report, before, seconds);
		if (is_copies(i))
			copies_print(report);
		for (t = 0; t < report->tables; t++)
			print_table(&report->table[t],
				    before && before->tables > t ?
				    &before->table[t] : NULL, seconds);
	}
}

static void print_json(const struct sample *now)
{
	size_t i;

	putchar('{');
	for (i = 0; i < FILES; i++) {
		printf("%s", i ? ",\n " : "");
		json_string(stdout, files[i]);
		printf(": ");
		json_report(stdout, &now->report[i]);
		if (!is_copies(i))
			continue;
		printf(",\n \"copies_per_packet\": ");
		copies_json(stdout, &now->report[i]);
	}
	printf("}\n");
}

static void free_sample(struct sample *sample)
{
	size_t i;

	for (i = 0; i < FILES; i++)
		report_free(&sample->report[i]);
}

static int take_sample(struct sample *sample)
{
	struct timespec ts;
	size_t i;

	*sample = (struct sample){ 0 };
	for (i = 0; i < FILES; i++) {
		if (report_read(&sample->report[i], files[i])) {
			free_sample(sample);
			return -1;
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &ts);
	sample->when = ts.tv_sec + ts.tv_nsec / 1e9;
	return 0;
}

static void show(const struct stat_options *opts, const struct sample *now,
		 const struct sample *old)
{
	if (opts->json) {
		print_json(now);
	} else {
		if (opts->watch && isatty(STDOUT_FILENO))
			printf("\033[H\033[J");
		else if (old)
			putchar('\n');
		print_sample(now, old);
	}
	fflush(stdout);
}

static void wait_for(double seconds)
{
	struct timespec ts = {
		.tv_sec = seconds,
		.tv_nsec = (seconds - floor(seconds)) * 1e9,
	};

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

static int watch(const struct stat_options *opts)
{
	struct sample now, old;
	long round;

	for (round = 0; !opts->count || round < opts->count; round++) {
		if (round)
			wait_for(opts->interval);
		if (take_sample(&now)) {
			if (round)
				free_sample(&old);
			return EXIT_FAILURE;
		}
		show(opts, &now, round ? &old : NULL);
		if (round)
			free_sample(&old);
		old = now;
		if (ferror(stdout))
			break;
	}
	free_sample(&old);
	return EXIT_SUCCESS;
}

static void parse_interval(struct argp_state *state, const char *arg)
{
	struct stat_options *opts = state->input;
	char *end;

	opts->interval = strtod(arg, &end);
	if (end == arg || *end || !(opts->interval >= 0.01) ||
	    opts->interval > 86400)
		argp_error(state, "%s: not an interval of 0.01 to 86400 seconds",
			   arg);
}

static void parse_count(struct argp_state *state, const char *arg)
{
	struct stat_options *opts = state->input;
	char *end;

	errno = 0;
	opts->count = strtol(arg, &end, 10);
	if (end == arg || *end || errno || opts->count < 1)
		argp_error(state, "%s: not a count of at least 1", arg);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct stat_options *opts = state->input;

	switch (key) {
	case 'w':
		opts->watch = true;
		if (arg)
			parse_interval(state, arg);
		return 0;
	case 'c':
		parse_count(state, arg);
		return 0;
	case 'j':
		opts->json = true;
		return 0;
	case ARGP_KEY_ARG:
		/* "-w 5": an optional argument would have to be "-w5". */
		if (!opts->watch || state->arg_num)
			return ARGP_ERR_UNKNOWN;
		parse_interval(state, arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int cmd_stat(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "watch", 'w', "SECONDS", OPTION_ARG_OPTIONAL,
		  "Show it again every SECONDS (2), with rates", 0 },
		{ "count", 'c', "N", 0, "With -w: end after N times", 0 },
		{ "json", 'j', NULL, 0, "Print JSON, zero counters too", 0 },
		{ 0 }
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Show pool, frames, drops, tokens and TCP at a glance.\v"
		       "Counters that are zero are left out.",
	};
	struct stat_options opts = { .interval = 2 };

	argp_parse(&argp, argc, argv, 0, NULL, &opts);
	if (!opts.watch)
		opts.count = 1;
	return watch(&opts);
}
