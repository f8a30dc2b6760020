// SPDX-License-Identifier: GPL-2.0-only
/* What one queue of received pbufs may have of what is free. */

#include <linux/minmax.h>
#include <ksmol/compat.h>
#include <ksmol/pool.h>
#include "pool.h"

/* By dynamic thresholds, as shared-memory switches have them. */
static int share_of(const struct ksmol_pool *pool, u32 spare, u32 held)
{
	if (spare <= pool->rx_floor)
		return held || spare <= pool->rx_floor / 2 ?
		       KSMOL_DROP_RX_FLOOR : 0;
	if (held >= KSMOL_QUEUE_SHARE * (spare - pool->rx_floor))
		return KSMOL_DROP_RX_SHARE;
	return 0;
}

/*
 * The shared lists have at least what is spare: they are larger than configured
 * by all that caches may take. If even they are too short for @held, nobody needs
 * to look at each CPU.
 */
int ksmol_pool_may_queue(const struct ksmol_pool *pool, u32 held)
{
	u32 stranded = pool->rx_unsure - pool->rx_floor;
	u32 spare = ksmol_pool_stock(pool, KSMOL_CLASS_RX);
	int reason = share_of(pool, spare, held);
	u32 free;

	if (reason || !stranded)
		return reason;
	free = ksmol_pool_free(pool, KSMOL_CLASS_RX) +
	       ksmol_pool_free(pool, KSMOL_CLASS_SHARED);
	/* A batch on its way from a cache may have been counted twice. */
	spare = min(spare, free - min(free, stranded));
	return share_of(pool, spare, held);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pool_may_queue);
