// SPDX-License-Identifier: GPL-2.0-only
/* What TCP did, by name: the larger part of debugfs tcp. */

#include <ksmol/compat.h>
#include <ksmol/stats.h>

void ksmol_tcp_counters_show(struct seq_file *m)
{
	int i;

	for (i = 0; i < KSMOL_NR_TCP_COUNTERS; i++)
		seq_printf(m, "%s: %llu\n", ksmol_tcp_counter_names[i],
			   ksmol_stats_read(tcp[i]));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_counters_show);
