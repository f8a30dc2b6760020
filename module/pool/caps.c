// SPDX-License-Identifier: GPL-2.0-only
/*
 * Caps of the owners that keep pbufs for long: do they fit into the pool
 * together, with what must stay free for frames being processed?
 */

#include <linux/kernel.h>
#include <ksmol/compat.h>
#include <ksmol/pool.h>
#include "pool.h"

const char * const ksmol_cap_names[KSMOL_NR_CAPS] = {
#define KSMOL_ENUM(id, key) \
	[KSMOL_CAP_##id] = key,
	KSMOL_CAPS(KSMOL_ENUM)
#undef KSMOL_ENUM
};

/* The sentence of the latest refusal. */
static char caps_why[160];

u32 ksmol_pool_rx_floor(const struct ksmol_pool_config *cfg)
{
	u32 rx = cfg->count[KSMOL_CLASS_RX];

	return max(rx / 8, min(num_possible_cpus(), rx / 4));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pool_rx_floor);

int ksmol_caps_check(const struct ksmol_pool_config *cfg, const char **why)
{
	u32 rx = cfg->count[KSMOL_CLASS_RX], tx = cfg->count[KSMOL_CLASS_TX];
	u32 floor = ksmol_pool_rx_floor(cfg);
	u32 ooo = cfg->cap[KSMOL_CAP_OOO];
	u32 reass = cfg->cap[KSMOL_CAP_REASS];
	u32 neigh = cfg->cap[KSMOL_CAP_NEIGH];

	*why = NULL;
	if ((u64)ooo + reass + floor > rx)
		snprintf(caps_why, sizeof(caps_why),
			 "pool_rx=%u does not hold %u out of order (tcp_ooo), %u for reassembly and the %u that stay free",
			 rx, ooo, reass, floor);
	else if (neigh > tx / 2)
		snprintf(caps_why, sizeof(caps_why),
			 "neigh_queue_total=%u is more than half of pool_tx=%u",
			 neigh, tx);
	else
		return 0;
	*why = caps_why;
	return -EINVAL;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_caps_check);

void ksmol_caps_init(struct ksmol_pool *pool)
{
	int i;

	for (i = 0; i < KSMOL_NR_CAPS; i++)
		pool->cap[i].max = pool->cfg.cap[i] ?: U32_MAX;
}

int ksmol_pool_set_cap(struct ksmol_pool *pool, enum ksmol_cap_kind kind,
		       u32 max, const char **why)
{
	struct ksmol_pool_config cfg = pool->cfg;
	int err;

	cfg.cap[kind] = max;
	err = ksmol_caps_check(&cfg, why);
	if (err)
		return err;
	pool->cfg.cap[kind] = max;
	WRITE_ONCE(pool->cap[kind].max, max ?: U32_MAX);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pool_set_cap);
