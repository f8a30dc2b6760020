// SPDX-License-Identifier: GPL-2.0-only
/* debugfs copies: each reason for which payload was copied, and how much. */

#include <ksmol/compat.h>
#include <ksmol/stats.h>
#include "stats.h"

static void copies_row(struct seq_file *m, int i)
{
	seq_printf(m, "%-14s %-9s %12llu %15llu\n", ksmol_copy_names[i],
		   ksmol_copy_sent[i] ? "sent" : "received",
		   ksmol_stats_read(copy[i]), ksmol_stats_read(copy_bytes[i]));
}

/**
 * ksmol_copies_show() - fill debugfs copies
 * @m: the file
 * @data: unused
 *
 * Frames in both directions, which copies per packet are counted by, and a
 * table of all reasons.
 *
 * Context: process; takes no lock. Return: 0.
 */
int ksmol_copies_show(struct seq_file *m, void *data)
{
	int i;

	seq_printf(m, "received: %llu\n", ksmol_stats_read(frames_in));
	seq_printf(m, "sent: %llu\n", ksmol_stats_read(frames_out));
	seq_printf(m, "\n%-14s %-9s %12s %15s\n", "copy", "payload", "copies",
		   "bytes");
	for (i = 0; i < KSMOL_NR_COPIES; i++)
		copies_row(m, i);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_copies_show);
