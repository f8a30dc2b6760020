// SPDX-License-Identifier: GPL-2.0-only
/*
 * One allocation and one free, in bottom-half context, from ksmol's pool and
 * from what the kernel offers: the slab, the page allocator, a page_pool on
 * its direct path, skbs. "hold" is how many are taken before they are given
 * back: 1 stays in the hottest line of any cache, 64 is a NAPI budget.
 */

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/sched.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/page_pool/helpers.h>

#include <ksmol/pool.h>

#include "bench.h"

static struct kmem_cache *cache;
static struct page_pool *pages;

/*
 * Each allocator has a loop of its own, so that what is measured is not the
 * cost of an indirect call. All run with bottom halves disabled.
 */
#define BENCH_LOOP(name, ptr, alloc, free)				\
static int loop_##name(unsigned int hold)				\
{									\
	ptr held[BENCH_BATCH];						\
	unsigned int i, n;						\
	int err = 0;							\
									\
	for (n = 0; !err && n < BENCH_BATCH; n += hold) {		\
		for (i = 0; i < hold; i++) {				\
			held[i] = alloc;				\
			if (unlikely(!held[i])) {			\
				err = -ENOMEM;				\
				break;					\
			}						\
		}							\
		while (i) {						\
			ptr it = held[--i];				\
									\
			free;						\
		}							\
	}								\
	return err;							\
}

BENCH_LOOP(ksmol_rx, struct ksmol_pbuf *, ksmol_pbuf_alloc_rx(&ksmol_pool),
	   ksmol_pbuf_free(it))
BENCH_LOOP(ksmol_tx, struct ksmol_pbuf *,
	   ksmol_pbuf_alloc_tx(&ksmol_pool, false),
	   ksmol_pbuf_free(it))
BENCH_LOOP(page_pool, struct page *, page_pool_dev_alloc_pages(pages),
	   page_pool_recycle_direct(pages, it))
BENCH_LOOP(kmem_cache, void *, kmem_cache_alloc(cache, GFP_ATOMIC),
	   kmem_cache_free(cache, it))
BENCH_LOOP(alloc_page, struct page *, alloc_page(GFP_ATOMIC), put_page(it))
BENCH_LOOP(alloc_skb, struct sk_buff *, alloc_skb(256, GFP_ATOMIC),
	   consume_skb(it))

static const struct {
	const char *name;
	int (*loop)(unsigned int hold);
} allocators[] = {
	{ "ksmol_rx", loop_ksmol_rx },
	{ "ksmol_tx", loop_ksmol_tx },
	{ "page_pool", loop_page_pool },
	{ "kmem_cache", loop_kmem_cache },
	{ "alloc_page", loop_alloc_page },
	{ "alloc_skb", loop_alloc_skb },
};

static const unsigned int holds[] = { 1, 16, 64 };

static struct bench_series results[ARRAY_SIZE(holds)][ARRAY_SIZE(allocators)];

static int alloc_round(unsigned int a, unsigned int h, bool keep)
{
	unsigned int done, i;
	u64 ns = 0;
	int err = 0;

	for (done = 0; !err && done < bench_packets * 2; ) {
		u64 start;

		local_bh_disable();
		start = ktime_get_ns();
		for (i = 0; !err && i < 16; i++, done += BENCH_BATCH)
			err = allocators[a].loop(holds[h]);
		ns += ktime_get_ns() - start;
		local_bh_enable();
		cond_resched();
	}
	if (err)
		bench_err("%s: %d", allocators[a].name, err);
	else if (keep)
		bench_series_add(&results[h][a], ns, done);
	return err;
}

static int alloc_rounds(void)
{
	unsigned int round, a, h;
	int err = 0;

	for (round = 0; !err && round <= bench_rounds; round++)
		for (h = 0; !err && h < ARRAY_SIZE(holds); h++)
			for (a = 0; !err && a < ARRAY_SIZE(allocators); a++)
				err = alloc_round(a, h, round);
	return err;
}

static void alloc_print(void)
{
	unsigned int a, h;
	char label[64];

	for (h = 0; h < ARRAY_SIZE(holds); h++) {
		for (a = 0; a < ARRAY_SIZE(allocators); a++) {
			results[h][a].name = "pair";
			snprintf(label, sizeof(label),
				 "test=alloc allocator=%s hold=%u",
				 allocators[a].name, holds[h]);
			bench_print(label, &results[h][a], 1);
		}
	}
}

int bench_alloc(void)
{
	struct page_pool_params params = {
		.pool_size = 256,
		.nid = NUMA_NO_NODE,
	};
	int err;

	memset(results, 0, sizeof(results));
	cache = kmem_cache_create("ksmol_bench", sizeof(struct ksmol_pbuf), 0,
				  SLAB_HWCACHE_ALIGN, NULL);
	if (!cache)
		return -ENOMEM;
	pages = page_pool_create(&params);
	if (IS_ERR(pages)) {
		err = PTR_ERR(pages);
		goto err_cache;
	}
	err = alloc_rounds();
	if (!err)
		alloc_print();
	page_pool_destroy(pages);
err_cache:
	kmem_cache_destroy(cache);
	return err;
}
