// SPDX-License-Identifier: GPL-2.0-only
/* The audit: who has which pbuf, and do the free lists agree. */

#include <linux/seq_file.h>
#include <ksmol/compat.h>
#include <ksmol/pool.h>
#include "pool.h"

static void count_owners(const struct ksmol_pool *pool,
			 struct ksmol_census *census)
{
	u32 i;

	memset(census, 0, sizeof(*census));
	for (i = 0; i < pool->nr; i++) {
		const struct ksmol_pbuf *pb = &pool->pbufs[i];
		u8 owner = READ_ONCE(pb->owner);

		if (owner < KSMOL_NR_OWNERS)
			census->owner[pb->home][owner]++;
	}
}

static void count_listed(const struct ksmol_pool *pool,
			 struct ksmol_census *census)
{
	enum ksmol_class class;
	int cpu;

	for (class = 0; class < KSMOL_NR_CLASSES; class++) {
		u32 n = READ_ONCE(pool->set[class].count);

		for_each_possible_cpu(cpu) {
			struct ksmol_pool_cpu *c = per_cpu_ptr(pool->cpu, cpu);

			n += ksmol_pool_cached(&pool->set[class],
					       &c->cache[class]);
			if (class == KSMOL_CLASS_EMERGENCY)
				n += !!READ_ONCE(c->emergency);
		}
		census->listed[class] = n;
	}
}

u32 ksmol_pool_free(const struct ksmol_pool *pool, enum ksmol_class class)
{
	const struct ksmol_pool_set *set = &pool->set[class];
	u32 n = READ_ONCE(set->count);
	int cpu;

	for_each_possible_cpu(cpu)
		n += ksmol_pool_cached(set, &per_cpu_ptr(pool->cpu,
							 cpu)->cache[class]);
	return n;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pool_free);

void ksmol_pool_census(struct ksmol_pool *pool, struct ksmol_census *census)
{
	struct ksmol_census again;
	enum ksmol_class class;

	local_bh_disable();
	ksmol_pool_reap(pool, true);
	local_bh_enable();

	count_owners(pool, census);
	count_listed(pool, census);
	count_owners(pool, &again);
	count_listed(pool, &again);
	census->exact = !memcmp(census->owner, again.owner,
				sizeof(again.owner)) &&
			!memcmp(census->listed, again.listed,
				sizeof(again.listed));
	for (class = 0; class < KSMOL_NR_CLASSES; class++)
		if (census->owner[class][KSMOL_OWNER_FREE] !=
		    census->listed[class])
			census->exact = false;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pool_census);

static u64 cpu_sum(const struct ksmol_pool *pool, size_t offset)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*(u64 *)((void *)per_cpu_ptr(pool->cpu, cpu) +
					  offset));
	return sum;
}

#define pool_cpu_sum(pool, field) \
	cpu_sum(pool, offsetof(struct ksmol_pool_cpu, field))

static void show_sizes(struct seq_file *m, struct ksmol_pool *pool)
{
	const struct ksmol_pool_config *cfg = &pool->cfg;

	seq_printf(m, "memory_bytes: %llu\n", pool->memory);
	seq_printf(m, "buf_size: %u\n", cfg->buf_size);
	seq_printf(m, "stream_size: %u\n", cfg->stream_size);
	seq_printf(m, "copybreak: %u\n", cfg->copybreak);
	seq_printf(m, "pinned_bytes: %lld\n", atomic64_read(&pool->bytes) +
		   (s64)pool_cpu_sum(pool, bytes));
	seq_printf(m, "pinned_bytes_max: %llu\n", cfg->rx_bytes);
	seq_printf(m, "pinned_pages: %lld\n", atomic64_read(&pool->pages) +
		   (s64)pool_cpu_sum(pool, pages));
	seq_printf(m, "pinned_pages_max: %llu\n", cfg->rx_pages);
	seq_printf(m, "quarantined: %u\n", READ_ONCE(pool->quarantined));
	seq_printf(m, "quarantined_max: %u\n", pool->quarantined_max);
	seq_printf(m, "rx_floor: %u\n", pool->rx_floor);
	seq_printf(m, "tx_floor: %u\n", pool->tx_floor);
	seq_printf(m, "alloc_fail_rx: %llu\n",
		   pool_cpu_sum(pool, alloc_fail[KSMOL_CLASS_RX]));
	seq_printf(m, "alloc_fail_tx: %llu\n",
		   pool_cpu_sum(pool, alloc_fail[KSMOL_CLASS_TX]));
	seq_printf(m, "stream_short: %llu\n",
		   pool_cpu_sum(pool, stream_short));
	seq_printf(m, "double_free: %u\n", READ_ONCE(pool->double_free));
	seq_printf(m, "injected: %llu\n", pool_cpu_sum(pool, injected));
}

static void show_row(struct seq_file *m, const char *name,
		     const u32 value[KSMOL_NR_CLASSES])
{
	enum ksmol_class class;

	seq_printf(m, "%-12s", name);
	for (class = 0; class < KSMOL_NR_CLASSES; class++)
		seq_printf(m, " %10u", value[class]);
	seq_putc(m, '\n');
}

static void show_census(struct seq_file *m, struct ksmol_pool *pool,
			const struct ksmol_census *census)
{
	u32 row[KSMOL_NR_CLASSES];
	enum ksmol_owner owner;
	enum ksmol_class class;

	seq_printf(m, "\n%-12s", "class");
	for (class = 0; class < KSMOL_NR_CLASSES; class++)
		seq_printf(m, " %10s", ksmol_class_names[class]);
	seq_putc(m, '\n');

	for (class = 0; class < KSMOL_NR_CLASSES; class++)
		row[class] = pool->set[class].size;
	show_row(m, "size", row);
	for (owner = 0; owner < KSMOL_NR_OWNERS; owner++) {
		for (class = 0; class < KSMOL_NR_CLASSES; class++)
			row[class] = census->owner[class][owner];
		show_row(m, ksmol_owner_names[owner], row);
	}
	show_row(m, "listed", census->listed);
	for (class = 0; class < KSMOL_NR_CLASSES; class++)
		row[class] = READ_ONCE(pool->set[class].low);
	show_row(m, "low", row);
	/* At most: what caches held at that moment counts as used. */
	for (class = 0; class < KSMOL_NR_CLASSES; class++)
		row[class] = pool->set[class].size -
			     READ_ONCE(pool->set[class].low);
	show_row(m, "peak", row);
}

/* The ladder, step by step in the order in which it is climbed. */
static void show_reclaim(struct seq_file *m, struct ksmol_pool *pool)
{
	struct ksmol_reclaim *r = &pool->reclaim;
	int i;

	seq_printf(m, "\n%-18s %10s %10s\n", "reclaim", "runs", "freed");
	for (i = 0; i < KSMOL_NR_RECLAIM_STEPS; i++)
		seq_printf(m, "reclaim_%-10s %10llu %10lld\n",
			   ksmol_reclaim_names[i], READ_ONCE(r->runs[i]),
			   atomic64_read(&r->freed[i]));
}

static void show_caps(struct seq_file *m, struct ksmol_pool *pool)
{
	int i;

	seq_printf(m, "\n%-18s %10s %10s %10s %10s\n", "cap", "held", "max",
		   "peak", "refused");
	for (i = 0; i < KSMOL_NR_CAPS; i++) {
		struct ksmol_cap *cap = &pool->cap[i];

		seq_printf(m, "cap_%-14s %10u %10u %10u %10lld\n",
			   ksmol_cap_names[i], atomic_read(&cap->held),
			   pool->cfg.cap[i], READ_ONCE(cap->peak),
			   atomic64_read(&cap->refused));
	}
}

static int pool_show(struct seq_file *m, void *data)
{
	struct ksmol_pool *pool = data;
	struct ksmol_census census;
	enum ksmol_class class;
	u32 size = 0, free = 0;

	ksmol_pool_census(pool, &census);
	for (class = 0; class < KSMOL_NR_CLASSES; class++) {
		size += pool->set[class].size;
		free += census.owner[class][KSMOL_OWNER_FREE];
	}
	seq_printf(m, "size: %u\n", size);
	seq_printf(m, "free: %u\n", free);
	seq_printf(m, "census: %s\n", census.exact ? "exact" : "moving");
	show_sizes(m, pool);
	show_census(m, pool, &census);
	show_reclaim(m, pool);
	show_caps(m, pool);
	return 0;
}

void ksmol_pool_debugfs(struct ksmol_pool *pool)
{
	static struct dentry *pools;

	/* The one after the other; the tree's end takes the directory along. */
	if (pool->foreign && !pools)
		pools = ksmol_debugfs_dir(NULL, "pools");
	pool->debugfs[0] = ksmol_debugfs_file(pool->foreign ? pools : NULL,
					      pool->name ?: "pool", pool_show,
					      pool);
	if (!pool->foreign)
		ksmol_pressure_debugfs(pool);
}
