// SPDX-License-Identifier: GPL-2.0-only
/* Rounds of one figure, and how they are reported. */

#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/sort.h>

#include "bench.h"

void bench_series_add(struct bench_series *series, u64 ns, u64 packets)
{
	if (series->n < BENCH_ROUNDS_MAX)
		series->ps[series->n++] = div64_u64(ns * 1000, packets);
}

static int by_value(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static int print_ns(char *to, size_t room, const char *name,
		    const char *suffix, u64 ps)
{
	u32 rest;
	u64 ns = div_u64_rem(ps, 1000, &rest);

	return scnprintf(to, room, " %s%s=%llu.%02u", name, suffix, ns,
			 rest / 10);
}

void bench_print(const char *label, struct bench_series *series,
		 unsigned int n)
{
	struct bench_series *s;
	char line[400];
	int at = 0;

	for (s = series; s < series + n; s++) {
		if (!s->n)
			continue;
		sort(s->ps, s->n, sizeof(s->ps[0]), by_value, NULL);
		at += print_ns(line + at, sizeof(line) - at, s->name, "",
			       s->ps[s->n / 2]);
		at += print_ns(line + at, sizeof(line) - at, s->name, "_min",
			       s->ps[0]);
	}
	pr_info("ksmol_bench: %s%s%s\n", label, line, bench_note);
}
