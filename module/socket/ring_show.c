// SPDX-License-Identifier: GPL-2.0-only
/* debugfs: rings. */

#include <linux/seq_file.h>
#include <ksmol/params.h>
#include "sock.h"
#include "ring.h"

struct show {
	struct seq_file *m;
	u32 lines;
};

/* Entries in a ring that the program may scribble over. */
static u32 entries(u32 producer, u32 consumer, u32 size)
{
	return min(producer - consumer, size);
}

static void show_one(struct ksmol_ring *ring, void *arg)
{
	const struct ksmol_ring_stats *stats = &ring->stats;
	struct ksmol_sock *ks = ksmol_sk(ring->sk);
	char local[KSMOL_ENDPOINT_LEN];
	char fill[24], rx[24], tx[24];
	struct show *show = arg;

	if (++show->lines > KSMOL_SHOW_MAX)
		return;
	ksmol_endpoint_local(ks, local);
	snprintf(fill, sizeof(fill), "%u/%u",
		 entries(READ_ONCE(ring->fill.shared->producer),
			 READ_ONCE(ring->fill.own), ring->fill.size),
		 ring->fill.size);
	snprintf(rx, sizeof(rx), "%u/%u",
		 entries(READ_ONCE(ring->rx.own),
			 READ_ONCE(ring->rx.shared->consumer), ring->rx.size),
		 ring->rx.size);
	snprintf(tx, sizeof(tx), "%u/%u", ksmol_ring_outstanding(ring),
		 ring->done.size);
	seq_printf(show->m,
		   "%-21s %-4s %8llu %11s %11s %11s %10llu %8llu %8llu %6llu %10llu %8llu %8llu %6llu %s\n",
		   local, ring->chunks->pinned ? "own" : "lent",
		   (ring->bytes + ring->layout.rings_bytes) >> 10, fill, rx, tx,
		   READ_ONCE(stats->rx), READ_ONCE(stats->rx_no_chunk),
		   READ_ONCE(stats->rx_full), READ_ONCE(stats->rx_bad),
		   READ_ONCE(stats->tx), READ_ONCE(stats->tx_copied),
		   READ_ONCE(stats->tx_failed), READ_ONCE(stats->tx_bad),
		   READ_ONCE(ring->stopped) ? "stopped" : "ok");
}

/*
 * Memory of all rings, those that only a device still needs included; then a
 * line for each open ring socket. fill: chunks that wait for datagrams / entries.
 * rx: datagrams not read yet / entries. tx: on their way out / most of them.
 */
int ksmol_rings_show(struct seq_file *m, void *unused)
{
	struct show show = { .m = m };

	seq_printf(m, "memory_kib: %llu\n", ksmol_umem_bytes() >> 10);
	seq_printf(m, "memory_max_kib: %u\n",
		   READ_ONCE(ksmol_params.ring_memory));
	seq_printf(m,
		   "%-21s %-4s %8s %11s %11s %11s %10s %8s %8s %6s %10s %8s %8s %6s %s\n",
		   "local", "mem", "kib", "fill", "rx", "tx", "received",
		   "nochunk", "full", "badrx", "sent", "copied", "failed",
		   "badtx", "state");
	ksmol_ring_for_each(show_one, &show);
	if (show.lines > KSMOL_SHOW_MAX)
		seq_printf(m, "# %u of %u shown\n", KSMOL_SHOW_MAX, show.lines);
	return 0;
}
