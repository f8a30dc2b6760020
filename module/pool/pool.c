// SPDX-License-Identifier: GPL-2.0-only
/* Making and unmaking a pool: descriptors, slots, pages, limits. */

#define pr_fmt(fmt) "ksmol: " fmt

#include <linux/delay.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <ksmol/compat.h>
#include <ksmol/pool.h>
#include "pool.h"

struct ksmol_pool ksmol_pool;
EXPORT_SYMBOL_IF_KUNIT(ksmol_pool);

const char * const ksmol_class_names[KSMOL_NR_CLASSES] = {
#define KSMOL_ENUM(id, key) \
	[KSMOL_CLASS_##id] = key,
	KSMOL_CLASSES(KSMOL_ENUM)
#undef KSMOL_ENUM
};

const char * const ksmol_owner_names[KSMOL_NR_OWNERS] = {
#define KSMOL_ENUM(id, key) \
	[KSMOL_OWNER_##id] = key,
	KSMOL_OWNERS(KSMOL_ENUM)
#undef KSMOL_ENUM
};
EXPORT_SYMBOL_IF_KUNIT(ksmol_owner_names);

/* Limits of what can be configured. */
#define POOL_MIN	4
#define POOL_MAX	1048576
#define BUF_MAX		65536U
#define COPYBREAK_MAX	2048U
#define RX_BYTES_MIN	65536U

static bool class_has_page(enum ksmol_class class)
{
	return class == KSMOL_CLASS_TX || class == KSMOL_CLASS_SHARED ||
	       class == KSMOL_CLASS_RESERVE || class == KSMOL_CLASS_STREAM;
}

static u32 class_buf_size(const struct ksmol_pool_config *cfg,
			  enum ksmol_class class)
{
	return class == KSMOL_CLASS_STREAM ? cfg->stream_size : cfg->buf_size;
}

/* A quarter of a class may be spread over the CPUs, two batches on each; not
 * worth it below 4.
 */
static u32 batch_size(const struct ksmol_pool_config *cfg,
		      enum ksmol_class class)
{
	u32 share = cfg->count[class] / (4 * num_possible_cpus());

	/* Somebody else's pages are as many as they are. */
	if (class >= KSMOL_CLASS_RESERVE || share < 4 || cfg->pages)
		return 0;
	return min_t(u32, share, class_has_page(class) ?
		     KSMOL_CACHE_MAX_PAGES : KSMOL_CACHE_MAX) / 2;
}

/* Most that may lie in CPUs' caches, out of others' reach. */
static u32 class_stranded(const struct ksmol_pool_config *cfg,
			  enum ksmol_class class)
{
	return num_possible_cpus() * 2 * batch_size(cfg, class);
}

/* Descriptors of a class: as configured plus what caches could strand. */
static u32 class_size(const struct ksmol_pool_config *cfg,
		      enum ksmol_class class)
{
	if (class == KSMOL_CLASS_EMERGENCY)
		return cfg->pages ? 0 : num_possible_cpus();
	return cfg->count[class] + class_stranded(cfg, class);
}

static u32 slot_size(const struct ksmol_pool_config *cfg)
{
	return ALIGN(cfg->copybreak, L1_CACHE_BYTES);
}

static bool buf_size_ok(u32 size)
{
	return size >= PAGE_SIZE && size <= BUF_MAX && is_power_of_2(size);
}

static bool stream_size_ok(const struct ksmol_pool_config *cfg)
{
	return !cfg->count[KSMOL_CLASS_STREAM] ||
	       (buf_size_ok(cfg->stream_size) &&
		cfg->stream_size > cfg->buf_size);
}

int ksmol_pool_check(const struct ksmol_pool_config *cfg, const char **why)
{
	const u32 *count = cfg->count;

	*why = NULL;
	if (count[KSMOL_CLASS_RX] < POOL_MIN || count[KSMOL_CLASS_RX] > POOL_MAX)
		*why = "pool_rx must be 4 to 1048576 pbufs";
	else if (count[KSMOL_CLASS_TX] < POOL_MIN ||
		 count[KSMOL_CLASS_TX] > POOL_MAX)
		*why = "pool_tx must be 4 to 1048576 pbufs";
	else if (count[KSMOL_CLASS_SHARED] > POOL_MAX)
		*why = "pool_shared must be 0 to 1048576 pbufs";
	else if (!count[KSMOL_CLASS_RESERVE] ||
		 count[KSMOL_CLASS_RESERVE] > POOL_MAX)
		*why = "pool_reserve must be 1 to 1048576 pbufs";
	else if (count[KSMOL_CLASS_STREAM] > POOL_MAX)
		*why = "pool_stream must be 0 to 1048576 pbufs";
	else if (!buf_size_ok(cfg->buf_size))
		*why = "buf_size must be the page size times a power of two, at most 65536 bytes";
	else if (!stream_size_ok(cfg))
		*why = "stream_size must be as buf_size, but larger, at most 65536 bytes";
	else if (cfg->copybreak > COPYBREAK_MAX)
		*why = "copybreak must be 0 to 2048 bytes";
	else if (cfg->rx_bytes < RX_BYTES_MIN)
		*why = "pool_rx_bytes must be at least 65536";
	else if (cfg->rx_pages < RX_BYTES_MIN / PAGE_SIZE)
		*why = "pool_rx_pages must be at least 65536 bytes' worth";
	if (!*why)
		return ksmol_caps_check(cfg, why);
	return -EINVAL;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pool_check);

u64 ksmol_pool_memory(const struct ksmol_pool_config *cfg)
{
	u64 bytes = (u64)num_possible_cpus() * sizeof(struct ksmol_pool_cpu);
	enum ksmol_class class;

	for (class = 0; class < KSMOL_NR_CLASSES; class++) {
		u64 n = class_size(cfg, class);

		bytes += n * sizeof(struct ksmol_pbuf);
		if (class_has_page(class) && !cfg->pages)
			bytes += n * class_buf_size(cfg, class);
		else if (class == KSMOL_CLASS_RX)
			bytes += n * slot_size(cfg);
	}
	return bytes;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pool_memory);

/*
 * Floors. Received packets may be queued while more than an eighth of the
 * class (at least one pbuf per CPU) stays free for frames being processed;
 * packets may be parked for neighbors while half of TX stays free.
 */
static void pool_set_limits(struct ksmol_pool *pool)
{
	u32 tx = pool->cfg.count[KSMOL_CLASS_TX];
	u32 cpus = num_possible_cpus();

	pool->rx_floor = ksmol_pool_rx_floor(&pool->cfg);
	pool->rx_unsure = pool->rx_floor +
			  class_stranded(&pool->cfg, KSMOL_CLASS_RX) +
			  class_stranded(&pool->cfg, KSMOL_CLASS_SHARED);
	pool->tx_floor = tx / 2;
	pool->fold_bytes = pool->cfg.rx_bytes / (16 * cpus);
	pool->fold_pages = max_t(s64, pool->cfg.rx_pages / (16 * cpus), 1);
}

static struct page *pool_page(const struct ksmol_pool *pool, u32 i,
			      enum ksmol_class class)
{
	if (pool->foreign)
		return pool->cfg.pages[i];
	return alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_ZERO,
			   get_order(class_buf_size(&pool->cfg, class)));
}

/* Gives descriptor @i to its class. Return: 0 or -ENOMEM. */
static int pool_add(struct ksmol_pool *pool, u32 i, enum ksmol_class class)
{
	struct ksmol_pbuf *pb = &pool->pbufs[i];

	pb->pool = pool;
	pb->home = class;
	if (class == KSMOL_CLASS_RX) {
		pb->head = pool->slots + (size_t)i * pool->slot_size;
	} else if (class_has_page(class)) {
		pb->page = pool_page(pool, i, class);
		if (!pb->page)
			return -ENOMEM;
		pb->head = page_address(pb->page);
	}
	if (class != KSMOL_CLASS_EMERGENCY) {
		pb->next = pool->set[class].first;
		pool->set[class].first = pb;
	}
	return 0;
}

static int pool_fill(struct ksmol_pool *pool)
{
	enum ksmol_class class;
	u32 i = 0, n;
	int cpu;

	/* RX comes first: its slots are indexed by descriptor. */
	for (class = 0; class < KSMOL_NR_CLASSES; class++) {
		struct ksmol_pool_set *set = &pool->set[class];

		spin_lock_init(&set->lock);
		set->batch = batch_size(&pool->cfg, class);
		set->size = class_size(&pool->cfg, class);
		for (n = 0; n < set->size; n++, i++)
			if (pool_add(pool, i, class))
				return -ENOMEM;
		set->count = class == KSMOL_CLASS_EMERGENCY ? 0 : set->size;
		set->low = set->count;
	}

	if (pool->foreign)
		return 0;
	i -= pool->set[KSMOL_CLASS_EMERGENCY].size;
	for_each_possible_cpu(cpu)
		per_cpu_ptr(pool->cpu, cpu)->emergency = &pool->pbufs[i++];
	return 0;
}

static void pool_release(struct ksmol_pool *pool)
{
	u32 i;

	for (i = 0; pool->pbufs && i < pool->nr; i++)
		if (pool->pbufs[i].page && !pool->foreign)
			__free_pages(pool->pbufs[i].page,
				     compound_order(pool->pbufs[i].page));
	vfree(pool->slots);
	vfree(pool->pbufs);
	free_percpu(pool->cpu);
	memset(pool, 0, sizeof(*pool));
}

int ksmol_pool_init(struct ksmol_pool *pool,
		    const struct ksmol_pool_config *cfg)
{
	enum ksmol_class class;
	const char *why;
	size_t slots;
	int err;

	/* Pages that somebody brings were looked at when he did. */
	err = cfg->pages ? 0 : ksmol_pool_check(cfg, &why);
	if (err)
		return err;

	memset(pool, 0, sizeof(*pool));
	pool->cfg = *cfg;
	pool->foreign = cfg->pages;
	pool->copybreak = cfg->copybreak;
	pool->slot_size = slot_size(cfg);
	pool->memory = ksmol_pool_memory(cfg);
	pool_set_limits(pool);
	for (class = 0; class < KSMOL_NR_CLASSES; class++)
		pool->nr += class_size(cfg, class);

	pool->cpu = alloc_percpu(struct ksmol_pool_cpu);
	pool->pbufs = vzalloc(array_size(pool->nr, sizeof(*pool->pbufs)));
	/* csum_partial() reads whole words, also behind the last slot's end. */
	slots = array_size(class_size(cfg, KSMOL_CLASS_RX), pool->slot_size);
	if (slots)
		pool->slots = vzalloc(size_add(slots, sizeof(u64)));
	if (!pool->cpu || !pool->pbufs || (pool->slot_size && !pool->slots) ||
	    pool_fill(pool)) {
		pool_release(pool);
		return -ENOMEM;
	}

	pool->cfg.pages = NULL;
	atomic64_set(&pool->bytes, 0);
	atomic64_set(&pool->pages, 0);
	init_waitqueue_head(&pool->tx_wait);
	ksmol_pool_reap_init(pool);
	ksmol_pressure_init(pool);
	ksmol_caps_init(pool);
	ksmol_reclaim_init(pool);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pool_init);

/* Says who keeps the pool from being destroyed. */
static void pool_complain(const struct ksmol_pool *pool,
			  const struct ksmol_census *census)
{
	const char *name = pool->name ?: "";
	enum ksmol_class class;
	enum ksmol_owner owner;

	for (class = 0; class < KSMOL_NR_CLASSES; class++)
		for (owner = 0; owner < KSMOL_NR_OWNERS; owner++)
			if (owner != KSMOL_OWNER_FREE &&
			    census->owner[class][owner])
				pr_warn("%s%swaiting for %u %s pbufs in the hands of: %s\n",
					name, *name ? ": " : "",
					census->owner[class][owner],
					ksmol_class_names[class],
					ksmol_owner_names[owner]);
}

static bool pool_is_whole(struct ksmol_pool *pool, struct ksmol_census *census)
{
	enum ksmol_class class;

	ksmol_pool_census(pool, census);
	for (class = 0; class < KSMOL_NR_CLASSES; class++)
		if (census->owner[class][KSMOL_OWNER_FREE] !=
		    pool->set[class].size)
			return false;
	return census->exact;
}

void ksmol_pool_destroy(struct ksmol_pool *pool)
{
	unsigned long warn = jiffies + 10 * HZ;
	struct ksmol_census census;
	unsigned int i;

	WRITE_ONCE(pool->closing, true);
	while (!pool_is_whole(pool, &census)) {
		if (time_after(jiffies, warn)) {
			pool_complain(pool, &census);
			warn = jiffies + 10 * HZ;
		}
		ksmol_pool_flush();
		msleep(20);
	}
	for (i = 0; i < ARRAY_SIZE(pool->debugfs); i++)
		ksmol_debugfs_remove(pool->debugfs[i]);
	ksmol_reclaim_exit(pool);
	ksmol_pool_reap_exit(pool);

	/* The last completion may still be on its way out of its function. */
	synchronize_rcu();
	pool_release(pool);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pool_destroy);
