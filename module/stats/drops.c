// SPDX-License-Identifier: GPL-2.0-only
/* debugfs drops: where every frame went, and every copy of payload. */

#include <ksmol/compat.h>
#include <ksmol/stats.h>
#include "stats.h"

static void ksmol_drops_line(struct seq_file *m, const char *key, u64 value)
{
	seq_printf(m, "%s: %llu\n", key, value);
}

/*
 * A frame is counted in frames_in before it gets its verdict. So the verdicts
 * are read first: a frame that arrives meanwhile shows as one still under way,
 * and the balance does not go negative.
 */
static void ksmol_drops_rx(struct seq_file *m)
{
	u64 verdict[KSMOL_NR_VERDICTS];
	u64 frames_in, all = 0, dropped = 0;
	int i;

	for (i = 0; i < KSMOL_NR_VERDICTS; i++) {
		verdict[i] = ksmol_stats_read(verdict[i]);
		all += verdict[i];
		if (i >= KSMOL_FIRST_DROP)
			dropped += verdict[i];
	}
	smp_rmb();	/* verdicts before frames_in, see above */
	frames_in = ksmol_stats_read(frames_in);

	ksmol_drops_line(m, "frames_in", frames_in);
	for (i = 0; i < KSMOL_FIRST_DROP; i++)
		ksmol_drops_line(m, ksmol_verdict_names[i], verdict[i]);
	ksmol_drops_line(m, "dropped", dropped);
	seq_printf(m, "balance: %lld\n\n", (s64)(frames_in - all));
	for (i = KSMOL_FIRST_DROP; i < KSMOL_NR_VERDICTS; i++)
		ksmol_drops_line(m, ksmol_verdict_names[i], verdict[i]);
}

static void ksmol_drops_tx(struct seq_file *m)
{
	int i;

	for (i = 0; i < KSMOL_NR_TX_DROPS; i++)
		ksmol_drops_line(m, ksmol_tx_drop_names[i],
				 ksmol_stats_read(tx_drop[i]));
}

static void ksmol_drops_copies(struct seq_file *m)
{
	int i;

	for (i = 0; i < KSMOL_NR_COPIES; i++) {
		seq_printf(m, "copy_%s: %llu\n", ksmol_copy_names[i],
			   ksmol_stats_read(copy[i]));
		seq_printf(m, "copy_bytes_%s: %llu\n", ksmol_copy_names[i],
			   ksmol_stats_read(copy_bytes[i]));
	}
	ksmol_drops_line(m, "purged", ksmol_stats_read(purged));
}

/**
 * ksmol_drops_show() - fill debugfs drops
 * @m: the file
 * @data: unused
 *
 * Four blocks of "key: value" lines with an empty line between them: frames
 * and their balance, received frames dropped by reason, frames that could not
 * be sent by reason, copies. All keys are always there, in this order.
 *
 * Context: process; takes no lock. Return: 0.
 */
int ksmol_drops_show(struct seq_file *m, void *data)
{
	ksmol_drops_rx(m);
	seq_putc(m, '\n');
	ksmol_drops_tx(m);
	seq_putc(m, '\n');
	ksmol_drops_copies(m);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_drops_show);
