// SPDX-License-Identifier: GPL-2.0-only
/* The pool room: sizes, classes, caches, census, completion, limits. */

#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/uio.h>
#include <net/checksum.h>
#include <ksmol/compat.h>
#include <ksmol/pool.h>

static const struct ksmol_pool_config small = {
	.count = {
		[KSMOL_CLASS_RX] = 16,
		[KSMOL_CLASS_TX] = 16,
		[KSMOL_CLASS_RESERVE] = 4,
	},
	.buf_size = PAGE_SIZE,
	.copybreak = 256,
	.rx_bytes = 1 << 20,
	.rx_pages = 4096,
};

struct fixture {
	struct ksmol_pool pool;
	struct ksmol_pbuf *taken[2048];
	u32 n;
};

static void fixture_start(struct kunit *test,
			  const struct ksmol_pool_config *cfg)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, ksmol_pool_init(&f->pool, cfg), 0);
	local_bh_disable();
}

/* Every test ends here: the pool must be whole. */
static void fixture_stop(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct ksmol_census census;
	enum ksmol_class class;

	while (f->n)
		ksmol_pbuf_free(f->taken[--f->n]);
	local_bh_enable();
	ksmol_pool_census(&f->pool, &census);
	KUNIT_EXPECT_TRUE(test, census.exact);
	for (class = 0; class < KSMOL_NR_CLASSES; class++)
		KUNIT_EXPECT_EQ(test, census.owner[class][KSMOL_OWNER_FREE],
				f->pool.set[class].size);
	KUNIT_EXPECT_EQ(test, atomic64_read(&f->pool.bytes), 0LL);
	ksmol_pool_destroy(&f->pool);
}

static struct ksmol_pbuf *take(struct fixture *f, struct ksmol_pbuf *pb)
{
	if (pb)
		f->taken[f->n++] = pb;
	return pb;
}

static u32 take_all_rx(struct fixture *f)
{
	u32 before = f->n;

	while (f->n < ARRAY_SIZE(f->taken) &&
	       take(f, ksmol_pbuf_alloc_rx(&f->pool)))
		;
	return f->n - before;
}

static u32 take_all_tx(struct fixture *f, bool reserve)
{
	u32 before = f->n;

	while (f->n < ARRAY_SIZE(f->taken) &&
	       take(f, ksmol_pbuf_alloc_tx(&f->pool, reserve)))
		;
	return f->n - before;
}

static struct sk_buff *skb_of(u32 len, u32 frags)
{
	struct sk_buff *skb = alloc_skb(len, GFP_ATOMIC);
	u32 i;

	if (!skb)
		return NULL;
	for (i = 0; i < len; i++)
		*(u8 *)skb_put(skb, 1) = i;
	for (i = 0; i < frags; i++) {
		struct page *page = alloc_page(GFP_ATOMIC);

		if (!page) {
			kfree_skb(skb);
			return NULL;
		}
		memset(page_address(page), 'a' + i, PAGE_SIZE);
		skb_add_rx_frag(skb, i, page, 0, 1000, PAGE_SIZE);
	}
	return skb;
}

static void pool_check__refuses_bad_sizes(struct kunit *test)
{
	struct ksmol_pool_config cfg;
	const char *why;

	cfg = small;
	KUNIT_EXPECT_EQ(test, ksmol_pool_check(&cfg, &why), 0);
	KUNIT_EXPECT_NULL(test, why);
	cfg.count[KSMOL_CLASS_RX] = 3;
	KUNIT_EXPECT_EQ(test, ksmol_pool_check(&cfg, &why), -EINVAL);
	KUNIT_EXPECT_NOT_NULL(test, why);
	cfg = small;
	cfg.count[KSMOL_CLASS_RESERVE] = 0;
	KUNIT_EXPECT_EQ(test, ksmol_pool_check(&cfg, &why), -EINVAL);
	cfg = small;
	cfg.buf_size = PAGE_SIZE - 1;
	KUNIT_EXPECT_EQ(test, ksmol_pool_check(&cfg, &why), -EINVAL);
	cfg.buf_size = 3 * PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, ksmol_pool_check(&cfg, &why), -EINVAL);
	cfg.buf_size = 128 * 1024;
	KUNIT_EXPECT_EQ(test, ksmol_pool_check(&cfg, &why), -EINVAL);
	cfg.buf_size = PAGE_SIZE;
	cfg.stream_size = 3;
	KUNIT_EXPECT_EQ(test, ksmol_pool_check(&cfg, &why), 0);
	cfg.count[KSMOL_CLASS_STREAM] = 1;
	KUNIT_EXPECT_EQ(test, ksmol_pool_check(&cfg, &why), -EINVAL);
	cfg.stream_size = PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, ksmol_pool_check(&cfg, &why), -EINVAL);
	cfg.stream_size = 128 * 1024;
	KUNIT_EXPECT_EQ(test, ksmol_pool_check(&cfg, &why), -EINVAL);
	cfg.stream_size = 2 * PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, ksmol_pool_check(&cfg, &why), 0);
	cfg.count[KSMOL_CLASS_STREAM] = U32_MAX;
	KUNIT_EXPECT_EQ(test, ksmol_pool_check(&cfg, &why), -EINVAL);
	cfg = small;
	cfg.copybreak = 2049;
	KUNIT_EXPECT_EQ(test, ksmol_pool_check(&cfg, &why), -EINVAL);
	cfg = small;
	cfg.rx_bytes = 1000;
	KUNIT_EXPECT_EQ(test, ksmol_pool_check(&cfg, &why), -EINVAL);
}

static void pool_alloc__small_pool_is_exact(struct kunit *test)
{
	struct fixture *f = test->priv;

	fixture_start(test, &small);
	/* 16 of its class, then this CPU's emergency descriptor, then no more */
	KUNIT_EXPECT_EQ(test, take_all_rx(f), 17);
	KUNIT_EXPECT_EQ(test, f->taken[16]->home, KSMOL_CLASS_EMERGENCY);
	KUNIT_EXPECT_EQ(test, ksmol_pbuf_may_queue(f->taken[16], 0),
			KSMOL_DROP_RX_NO_PBUF);
	/* the sending side is untouched by that */
	KUNIT_EXPECT_EQ(test, take_all_tx(f, false), 16);
	fixture_stop(test);
}

static void pool_alloc__reserve_is_hidden(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	fixture_start(test, &small);
	KUNIT_EXPECT_EQ(test, take_all_tx(f, false), 16);
	KUNIT_EXPECT_NULL(test, ksmol_pbuf_alloc_tx(&f->pool, false));
	KUNIT_EXPECT_EQ(test, take_all_tx(f, true), 4);
	for (i = 16; i < 20; i++) {
		KUNIT_EXPECT_EQ(test, f->taken[i]->home, KSMOL_CLASS_RESERVE);
		KUNIT_EXPECT_FALSE(test, ksmol_pbuf_may_park(f->taken[i]));
	}
	fixture_stop(test);
}

static void pool_alloc__shared_serves_both(struct kunit *test)
{
	struct ksmol_pool_config cfg = small;
	struct fixture *f = test->priv;

	cfg.count[KSMOL_CLASS_SHARED] = 8;
	fixture_start(test, &cfg);
	KUNIT_EXPECT_EQ(test, take_all_tx(f, false), 24);
	KUNIT_EXPECT_EQ(test, take_all_rx(f), 17);
	fixture_stop(test);
}

/* --- large buffers --- */

#define STREAMS		6
#define STREAM_SIZE	(4 * PAGE_SIZE)

static const struct ksmol_pool_config with_streams = {
	.count = {
		[KSMOL_CLASS_RX] = 16,
		[KSMOL_CLASS_TX] = 64,
		[KSMOL_CLASS_RESERVE] = 4,
		[KSMOL_CLASS_STREAM] = STREAMS,
	},
	.buf_size = PAGE_SIZE,
	.stream_size = STREAM_SIZE,
	.copybreak = 256,
	.rx_bytes = 1 << 20,
	.rx_pages = 4096,
};

static u64 stream_short(struct fixture *f)
{
	return this_cpu_ptr(f->pool.cpu)->stream_short;
}

static void alloc_stream__is_beside_the_others(struct kunit *test)
{
	struct ksmol_pool_config without = with_streams;
	struct fixture *f = test->priv;
	struct ksmol_pbuf *pb;
	u32 i;

	fixture_start(test, &with_streams);
	without.count[KSMOL_CLASS_STREAM] = 0;
	KUNIT_EXPECT_EQ(test, f->pool.memory - ksmol_pool_memory(&without),
			STREAMS * (STREAM_SIZE + sizeof(*pb)));
	for (i = 0; i < STREAMS; i++) {
		pb = take(f, ksmol_pbuf_alloc_stream(&f->pool, 0));
		KUNIT_ASSERT_NOT_NULL(test, pb);
		KUNIT_EXPECT_EQ(test, pb->home, KSMOL_CLASS_STREAM);
		KUNIT_EXPECT_EQ(test, ksmol_pbuf_size(pb), STREAM_SIZE);
		KUNIT_EXPECT_EQ(test, page_size(pb->page), STREAM_SIZE);
		memset(pb->head, i, STREAM_SIZE);
	}
	/* None is left, and nobody starves for it. */
	KUNIT_EXPECT_EQ(test, stream_short(f), 0ULL);
	KUNIT_EXPECT_NULL(test, ksmol_pbuf_alloc_stream(&f->pool, 0));
	KUNIT_EXPECT_EQ(test, stream_short(f), 1ULL);
	KUNIT_EXPECT_FALSE(test, f->pool.starved);
	KUNIT_EXPECT_GE(test, take_all_tx(f, false), 64);
	KUNIT_EXPECT_EQ(test, ksmol_pbuf_size(f->taken[STREAMS]), PAGE_SIZE);
	fixture_stop(test);
}

static void alloc_stream__one_queue_leaves_some(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 n = 0;

	fixture_start(test, &with_streams);
	while (take(f, ksmol_pbuf_alloc_stream(&f->pool, n * STREAM_SIZE)))
		n++;
	/* Four times what is left for the others. */
	KUNIT_EXPECT_EQ(test, n, 5);
	KUNIT_EXPECT_NOT_NULL(test,
			      take(f, ksmol_pbuf_alloc_stream(&f->pool, 0)));
	fixture_stop(test);
}

static void alloc_stream__without_any(struct kunit *test)
{
	struct fixture *f = test->priv;

	fixture_start(test, &small);
	KUNIT_EXPECT_NULL(test, ksmol_pbuf_alloc_stream(&f->pool, 0));
	KUNIT_EXPECT_EQ(test, stream_short(f), 0ULL);
	fixture_stop(test);
}

static void alloc_stream__fails_when_told_to(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 injected;

	KUNIT_ASSERT_EQ(test, ksmol_fault_set(100, -1), 0);
	fixture_start(test, &with_streams);
	KUNIT_EXPECT_NULL(test, ksmol_pbuf_alloc_stream(&f->pool, 0));
	injected = this_cpu_ptr(f->pool.cpu)->injected;
	KUNIT_EXPECT_EQ(test, injected, 1ULL);
	local_bh_enable();
	ksmol_fault_set(0, -1);
	local_bh_disable();
	KUNIT_EXPECT_NOT_NULL(test,
			      take(f, ksmol_pbuf_alloc_stream(&f->pool, 0)));
	fixture_stop(test);
}

/* --- caches --- */

/* Gives each other CPU all that its cache of the RX class may strand. */
static void fill_other_caches(struct ksmol_pool *pool)
{
	struct ksmol_pool_set *set = &pool->set[KSMOL_CLASS_RX];
	int cpu;

	for_each_possible_cpu(cpu) {
		struct ksmol_pool_cache *cache =
			&per_cpu_ptr(pool->cpu, cpu)->cache[KSMOL_CLASS_RX];

		if (cpu == smp_processor_id())
			continue;
		while (cache->count < 2 * set->batch) {
			struct ksmol_pbuf *pb = set->first;

			set->first = pb->next;
			set->count--;
			pb->next = cache->first;
			cache->first = pb;
			cache->count++;
		}
	}
}

/* What other CPUs' caches strand never eats into what was promised. */
static void pool_alloc__promise_holds_despite_caches(struct kunit *test)
{
	struct ksmol_pool_config cfg = small;
	struct fixture *f = test->priv;

	cfg.count[KSMOL_CLASS_RX] = 1024;
	fixture_start(test, &cfg);
	KUNIT_EXPECT_GT(test, f->pool.set[KSMOL_CLASS_RX].batch, 0);
	fill_other_caches(&f->pool);
	KUNIT_EXPECT_GE(test, take_all_rx(f), 1024);
	fixture_stop(test);
}

/*
 * What went home in whole batches is all there to be taken again, and freeing
 * one that leads a batch once more breaks no link.
 */
static void pool_alloc__batches_go_and_come(struct kunit *test)
{
	struct ksmol_pool_config cfg = small;
	struct fixture *f = test->priv;
	struct ksmol_pool_set *set;
	u32 all;

	cfg.count[KSMOL_CLASS_RX] = 1024;
	fixture_start(test, &cfg);
	set = &f->pool.set[KSMOL_CLASS_RX];
	KUNIT_EXPECT_EQ(test, set->full, 0U);
	all = take_all_rx(f);
	KUNIT_EXPECT_GT(test, all, 4 * set->batch);
	while (f->n)
		ksmol_pbuf_free(f->taken[--f->n]);
	KUNIT_ASSERT_NE(test, set->full, 0U);
	KUNIT_EXPECT_GT(test, set->count, 0U);
	KUNIT_EXPECT_EQ(test, set->count % set->batch, 0U);
	KUNIT_EXPECT_NULL(test, set->first);
	KUNIT_EXPECT_EQ(test, ksmol_pool_free(&f->pool, KSMOL_CLASS_RX),
			set->size);
	ksmol_pbuf_free(&f->pool.pbufs[set->full - 1]);
	KUNIT_EXPECT_EQ(test, f->pool.double_free, 1);
	KUNIT_EXPECT_EQ(test, take_all_rx(f), all);
	KUNIT_EXPECT_EQ(test, set->full, 0U);
	fixture_stop(test);
}

static void pbuf_free__twice_is_refused(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct ksmol_pbuf *pb;

	fixture_start(test, &small);
	pb = ksmol_pbuf_alloc_rx(&f->pool);
	KUNIT_EXPECT_NOT_NULL(test, pb);
	ksmol_pbuf_free(pb);
	KUNIT_EXPECT_EQ(test, f->pool.double_free, 0);
	ksmol_pbuf_free(pb);
	KUNIT_EXPECT_EQ(test, f->pool.double_free, 1);
	KUNIT_EXPECT_EQ(test, take_all_rx(f), 17);
	fixture_stop(test);
}

static void pbuf_settle__copies_short_frames(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct sk_buff *skb;
	struct ksmol_pbuf *pb;
	u8 bytes[100];

	fixture_start(test, &small);
	pb = take(f, ksmol_pbuf_alloc_rx(&f->pool));
	skb = skb_of(108, 0);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	ksmol_pbuf_map(pb, skb);
	ksmol_pbuf_pull(pb, 8);
	KUNIT_EXPECT_EQ(test, ksmol_pbuf_settle(pb), 0);
	KUNIT_EXPECT_NULL(test, pb->skb);
	KUNIT_EXPECT_EQ(test, ksmol_pbuf_to_mem(pb, 0, bytes, 100), 0);
	KUNIT_EXPECT_EQ(test, bytes[0], 8);
	KUNIT_EXPECT_EQ(test, bytes[99], 107);
	KUNIT_EXPECT_EQ(test, ksmol_pbuf_to_mem(pb, 1, bytes, 100), -EFAULT);
	fixture_stop(test);
}

/* A queue behind a queue: what is charged once is not charged again. */
static void pbuf_settle__twice(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct ksmol_pbuf *pb;
	u32 truesize;

	fixture_start(test, &small);
	pb = take(f, ksmol_pbuf_alloc_rx(&f->pool));
	ksmol_pbuf_map(pb, skb_of(300, 2));
	KUNIT_ASSERT_NOT_NULL(test, pb->skb);
	KUNIT_EXPECT_EQ(test, ksmol_pbuf_settle(pb), 0);
	truesize = pb->truesize;
	KUNIT_EXPECT_GT(test, truesize, 0U);
	/* Trimmed to what copy-break would take, it stays what it is. */
	ksmol_pbuf_trim(pb, 10);
	KUNIT_EXPECT_EQ(test, ksmol_pbuf_settle(pb), 0);
	KUNIT_EXPECT_EQ(test, pb->truesize, truesize);
	KUNIT_EXPECT_NOT_NULL(test, pb->skb);
	fixture_stop(test);
}

static void pbuf_settle__bytes_are_bounded(struct kunit *test)
{
	struct ksmol_pool_config cfg = small;
	struct fixture *f = test->priv;
	int reason = 0;
	u32 held = 0;

	cfg.rx_bytes = 65536;
	fixture_start(test, &cfg);
	while (!reason && f->n < 16) {
		struct ksmol_pbuf *pb = take(f, ksmol_pbuf_alloc_rx(&f->pool));

		ksmol_pbuf_map(pb, skb_of(300, 2));
		reason = ksmol_pbuf_settle(pb);
		if (!reason)
			held += pb->truesize;
	}
	KUNIT_EXPECT_EQ(test, reason, KSMOL_DROP_RX_BYTES);
	KUNIT_EXPECT_LE(test, held, 65536);
	fixture_stop(test);
}

static void pbuf_settle__pages_are_bounded(struct kunit *test)
{
	struct ksmol_pool_config cfg = small;
	struct fixture *f = test->priv;
	struct ksmol_pbuf *pb;
	struct sk_buff *skb;
	struct page *page;
	int reason = 0;
	u32 n = 0;

	/* 300 bytes of payload that pin 32 KiB of driver page */
	cfg.rx_pages = 32;
	fixture_start(test, &cfg);
	while (!reason && n++ < 16) {
		pb = take(f, ksmol_pbuf_alloc_rx(&f->pool));
		skb = skb_of(14, 0);
		page = alloc_pages(GFP_ATOMIC | __GFP_COMP, 3);
		KUNIT_ASSERT_NOT_NULL(test, page);
		skb_add_rx_frag(skb, 0, page, 0, 300, 512);
		ksmol_pbuf_map(pb, skb);
		reason = ksmol_pbuf_settle(pb);
	}
	KUNIT_EXPECT_EQ(test, reason, KSMOL_DROP_RX_PAGES);
	KUNIT_EXPECT_EQ(test, n, 4);
	fixture_stop(test);
}

static void pbuf_may_queue__floor_is_kept(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct ksmol_pbuf *pb;
	u32 queued = 0;

	fixture_start(test, &small);
	while ((pb = take(f, ksmol_pbuf_alloc_rx(&f->pool))) &&
	       !ksmol_pbuf_may_queue(pb, 1))
		queued++;
	KUNIT_EXPECT_EQ(test, ksmol_pbuf_may_queue(pb, 1),
			KSMOL_DROP_RX_FLOOR);
	KUNIT_EXPECT_EQ(test, queued + f->pool.rx_floor + 1, 16);
	fixture_stop(test);
}

/* Who has nothing gets one more, while half of the floor is there. */
static void pbuf_may_queue__first_one_from_the_floor(struct kunit *test)
{
	struct ksmol_pool_config cfg = small;
	struct fixture *f = test->priv;
	struct ksmol_pbuf *pb;
	u32 queued = 0;

	cfg.count[KSMOL_CLASS_RX] = 24;
	fixture_start(test, &cfg);
	while (ksmol_pool_stock(&f->pool, KSMOL_CLASS_RX) > f->pool.rx_floor)
		take(f, ksmol_pbuf_alloc_rx(&f->pool));
	while ((pb = take(f, ksmol_pbuf_alloc_rx(&f->pool))) &&
	       !ksmol_pbuf_may_queue(pb, 0)) {
		KUNIT_EXPECT_EQ(test, ksmol_pbuf_may_queue(pb, 1),
				KSMOL_DROP_RX_FLOOR);
		queued++;
	}
	KUNIT_EXPECT_GT(test, queued, 0U);
	KUNIT_EXPECT_EQ(test, ksmol_pbuf_may_queue(pb, 0),
			KSMOL_DROP_RX_FLOOR);
	KUNIT_EXPECT_EQ(test, ksmol_pool_stock(&f->pool, KSMOL_CLASS_RX),
			f->pool.rx_floor / 2);
	fixture_stop(test);
}

/* What a queue whose reader sleeps comes to, beside what others hold. */
static u32 sleeper(struct fixture *f)
{
	struct ksmol_pbuf *pb;
	u32 held = 0;

	while ((pb = take(f, ksmol_pbuf_alloc_rx(&f->pool))) &&
	       !ksmol_pbuf_may_queue(pb, held))
		held++;
	return held;
}

/* pitfall 3: no queue pins the pool, and the next one finds room as well. */
static void pbuf_may_queue__one_queue_leaves_room(struct kunit *test)
{
	struct ksmol_pool_config cfg = small;
	struct fixture *f = test->priv;
	u32 first;

	cfg.count[KSMOL_CLASS_RX] = 31;
	fixture_start(test, &cfg);
	first = sleeper(f);
	KUNIT_EXPECT_EQ(test, ksmol_pbuf_may_queue(f->taken[0], first),
			KSMOL_DROP_RX_SHARE);
	KUNIT_EXPECT_GE(test, first, 31 / 2);
	KUNIT_EXPECT_GE(test, sleeper(f), 3);
	fixture_stop(test);
}

/* The same, whether CPUs' caches have all that they may or nothing. */
static void pbuf_may_queue__caches_change_nothing(struct kunit *test)
{
	struct ksmol_pool_config cfg = small;
	struct fixture *f = test->priv;
	u32 first[2], second[2], third[2];
	int full;

	cfg.count[KSMOL_CLASS_RX] = 256;
	for (full = 0; full < 2; full++) {
		fixture_start(test, &cfg);
		KUNIT_EXPECT_GT(test, f->pool.set[KSMOL_CLASS_RX].batch, 0);
		if (full)
			fill_other_caches(&f->pool);
		first[full] = sleeper(f);
		second[full] = sleeper(f);
		third[full] = sleeper(f);
		fixture_stop(test);
	}
	/* Four fifths of what is above the floor, then of the rest. */
	KUNIT_EXPECT_EQ(test, first[0], (256 - 32) * 4 / 5);
	KUNIT_EXPECT_EQ(test, first[1], first[0]);
	KUNIT_EXPECT_EQ(test, second[1], second[0]);
	KUNIT_EXPECT_GE(test, second[0], 30);
	KUNIT_EXPECT_EQ(test, third[1], third[0]);
	KUNIT_EXPECT_GE(test, third[0], 5);
}

/* Caches that other CPUs fill while a queue grows shorten no other's share. */
static void pbuf_may_queue__caches_fill_later(struct kunit *test)
{
	struct ksmol_pool_config cfg = small;
	struct fixture *f = test->priv;

	cfg.count[KSMOL_CLASS_RX] = 256;
	fixture_start(test, &cfg);
	KUNIT_EXPECT_EQ(test, sleeper(f), (256 - 32) * 4 / 5);
	fill_other_caches(&f->pool);
	KUNIT_EXPECT_GE(test, sleeper(f), 30);
	KUNIT_EXPECT_GT(test, f->pool.set[KSMOL_CLASS_RX].count, 0U);
	fixture_stop(test);
}

static void pbuf_dup__shares_the_skb(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct ksmol_pbuf *pb, *dup;

	fixture_start(test, &small);
	pb = take(f, ksmol_pbuf_alloc_rx(&f->pool));
	ksmol_pbuf_map(pb, skb_of(100, 1));
	dup = take(f, ksmol_pbuf_dup(pb));
	KUNIT_EXPECT_PTR_EQ(test, dup->skb, pb->skb);
	KUNIT_EXPECT_EQ(test, dup->len, 1100);
	KUNIT_EXPECT_EQ(test, refcount_read(&pb->skb->users), 2);
	fixture_stop(test);
}

/* pitfall 57: sums over any length, alignment and fragment boundary */
static void pbuf_csum__any_boundary(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct ksmol_pbuf *pb;
	u8 *flat, *bytes;
	u32 len, off;

	fixture_start(test, &small);
	flat = kmalloc(2 * PAGE_SIZE, GFP_ATOMIC);
	bytes = kmalloc(2 * PAGE_SIZE, GFP_ATOMIC);
	KUNIT_ASSERT_NOT_NULL(test, flat);
	KUNIT_ASSERT_NOT_NULL(test, bytes);
	get_random_bytes(bytes, 2 * PAGE_SIZE);
	for (len = PAGE_SIZE - 131; len < PAGE_SIZE - 121; len++) {
		pb = ksmol_pbuf_alloc_tx(&f->pool, false);
		KUNIT_EXPECT_EQ(test, ksmol_pbuf_from_mem(pb, bytes, len,
							  false), 0);
		KUNIT_EXPECT_EQ(test, ksmol_pbuf_from_mem(pb, bytes + len, 777,
							  false), 0);
		KUNIT_EXPECT_EQ(test, ksmol_pbuf_chain_len(pb), len + 777);
		for (off = 0; off < 4; off++)
			KUNIT_EXPECT_EQ(test,
					csum_fold(ksmol_pbuf_csum(pb, off,
								  len + 700, 0)),
					csum_fold(csum_partial(bytes + off,
							       len + 700, 0)));
		KUNIT_EXPECT_EQ(test, ksmol_pbuf_to_mem(pb, 3, flat, len), 0);
		KUNIT_EXPECT_EQ(test, memcmp(flat, bytes + 3, len), 0);
		ksmol_pbuf_free(pb);
	}
	kfree(flat);
	kfree(bytes);
	fixture_stop(test);
}

/* One with a header and fragments of many pages and parts of pages. */
static struct sk_buff *skb_of_pages(const u8 *bytes)
{
	static const struct { u32 order, off, len; } frags[] = {
		{ 3, 100, 20000 }, { 0, 3000, 1000 }, { 1, 0, 8000 },
	};
	struct sk_buff *skb = skb_of(0, 0);
	struct page *page;
	u32 i, at = 0;

	for (i = 0; skb && i < ARRAY_SIZE(frags); i++) {
		page = alloc_pages(GFP_ATOMIC | __GFP_COMP, frags[i].order);
		if (!page) {
			kfree_skb(skb);
			return NULL;
		}
		memcpy(page_address(page) + frags[i].off, bytes + at,
		       frags[i].len);
		skb_add_rx_frag(skb, i, page, frags[i].off, frags[i].len,
				PAGE_SIZE << frags[i].order);
		at += frags[i].len;
	}
	/* the first bytes of it into the head */
	if (skb && !__pskb_pull_tail(skb, 300)) {
		kfree_skb(skb);
		return NULL;
	}
	return skb;
}

static void range_is_read(struct kunit *test, const struct ksmol_pbuf *pb,
			  const u8 *bytes, u8 *to, u32 off, u32 len)
{
	struct kvec vec = { .iov_base = to, .iov_len = len };
	struct iov_iter iter;

	memset(to, 0, len);
	iov_iter_kvec(&iter, ITER_DEST, &vec, 1, len);
	KUNIT_EXPECT_EQ(test, ksmol_pbuf_to_iter(pb, off, &iter, len), 0);
	KUNIT_EXPECT_EQ(test, memcmp(to, bytes + off, len), 0);
}

static void pbuf_to_iter__any_range(struct kunit *test)
{
	const u32 all = 29000;
	struct fixture *f = test->priv;
	struct ksmol_pbuf *pb;
	struct iov_iter none = {};
	struct sk_buff *skb;
	u8 *bytes = kunit_kmalloc(test, all, GFP_KERNEL);
	u8 *to = kunit_kmalloc(test, all, GFP_KERNEL);
	u32 i, off;

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	KUNIT_ASSERT_NOT_NULL(test, to);
	get_random_bytes(bytes, all);
	fixture_start(test, &small);
	skb = skb_of_pages(bytes);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	pb = take(f, ksmol_pbuf_alloc_rx(&f->pool));
	ksmol_pbuf_map(pb, skb);
	KUNIT_EXPECT_EQ(test, pb->len, all);
	range_is_read(test, pb, bytes, to, 0, all);
	for (i = 0; i < 500; i++) {
		off = get_random_u32() % all;
		range_is_read(test, pb, bytes, to, off,
			      get_random_u32() % (all - off + 1));
	}
	KUNIT_EXPECT_EQ(test, ksmol_pbuf_to_iter(pb, 1, &none, all), -EFAULT);
	fixture_stop(test);
}

static void pbuf_from_mem__rolls_back_when_the_pool_ends(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct ksmol_pbuf *pb;
	u8 *bytes;

	bytes = kzalloc(16384, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bytes);
	fixture_start(test, &small);
	pb = ksmol_pbuf_alloc_tx(&f->pool, false);
	take_all_tx(f, false);
	ksmol_pbuf_free(f->taken[--f->n]);
	/* one more buffer is there, two are wanted */
	KUNIT_EXPECT_EQ(test, ksmol_pbuf_from_mem(pb, bytes, 16384, false),
			-ENOBUFS);
	KUNIT_EXPECT_EQ(test, ksmol_pbuf_chain_count(pb), 2);
	ksmol_pbuf_free(pb);
	fixture_stop(test);
	kfree(bytes);
}

/* The page count is the proof: a completed buffer waits for the last holder. */
static void pbuf_complete__waits_for_the_page(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct ksmol_census census;
	struct ksmol_pbuf *pb;
	struct page *page;

	fixture_start(test, &small);
	pb = ksmol_pbuf_alloc_tx(&f->pool, false);
	page = pb->page;
	get_page(page);
	ksmol_pbuf_own(pb, KSMOL_OWNER_DEVICE);
	ksmol_pbuf_complete(pb);
	KUNIT_EXPECT_EQ(test, ksmol_pool_reap(&f->pool, true), 0);
	KUNIT_EXPECT_EQ(test, f->pool.quarantined, 1);
	ksmol_pool_census(&f->pool, &census);
	KUNIT_EXPECT_EQ(test,
			census.owner[KSMOL_CLASS_TX][KSMOL_OWNER_DEVICE], 1);
	KUNIT_EXPECT_EQ(test, take_all_tx(f, false), 15);
	put_page(page);
	KUNIT_EXPECT_EQ(test, take_all_tx(f, false), 1);
	KUNIT_EXPECT_EQ(test, f->pool.quarantined, 0);
	fixture_stop(test);
}

#define KEPT 40

/* @n retired pbufs whose pages somebody has. */
static void retire_kept(struct kunit *test, struct page **pages, u32 n,
			bool stream)
{
	struct fixture *f = test->priv;
	struct ksmol_pbuf *pb;
	u32 i;

	for (i = 0; i < n; i++) {
		pb = stream ? ksmol_pbuf_alloc_stream(&f->pool, 0) :
			      ksmol_pbuf_alloc_tx(&f->pool, false);
		KUNIT_ASSERT_NOT_NULL(test, pb);
		pages[i] = pb->page;
		get_page(pages[i]);
		ksmol_pbuf_retire(pb);
	}
	ksmol_pool_reap(&f->pool, false);
}

static void put_pages(struct page **pages, u32 n)
{
	while (n)
		put_page(pages[--n]);
}

/* Behind one that is free there are more: they come home at once. */
static void pool_reap__goes_on_while_it_finds(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct page *pages[KEPT];

	fixture_start(test, &with_streams);
	retire_kept(test, pages, KEPT, false);
	KUNIT_EXPECT_EQ(test, f->pool.quarantined, KEPT);
	put_pages(pages, KEPT);
	KUNIT_EXPECT_EQ(test, ksmol_pool_reap(&f->pool, false), KEPT);
	KUNIT_EXPECT_EQ(test, f->pool.quarantined, 0);
	fixture_stop(test);
}

/* And few are looked at in vain, more by those who are short. */
static void pool_reap__gives_up_soon(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct page *pages[KEPT];
	struct ksmol_pbuf *pb;
	u32 i = 0;

	fixture_start(test, &with_streams);
	retire_kept(test, pages, KEPT, false);
	for (pb = f->pool.quarantine.first; pb; pb = pb->next)
		pages[i++] = pb->page;
	KUNIT_ASSERT_EQ(test, i, KEPT);
	put_pages(pages + 10, KEPT - 10);
	/* Those before them are looked at first, and then come behind them. */
	KUNIT_EXPECT_EQ(test, ksmol_pool_reap(&f->pool, false), 0);
	KUNIT_EXPECT_PTR_EQ(test, f->pool.quarantine.first->page, pages[4]);
	KUNIT_EXPECT_EQ(test, ksmol_pool_reap(&f->pool, true), KEPT - 10);
	KUNIT_EXPECT_EQ(test, f->pool.quarantined, 10);
	put_pages(pages, 10);
	KUNIT_EXPECT_EQ(test, ksmol_pool_reap(&f->pool, true), 10);
	fixture_stop(test);
}

/* Those whom a sender could miss: of large ones nobody is short. */
static void pool_reap__counts_who_is_kept(struct kunit *test)
{
	struct page *pages[3], *large[STREAMS];
	struct fixture *f = test->priv;

	fixture_start(test, &with_streams);
	retire_kept(test, large, STREAMS, true);
	KUNIT_EXPECT_EQ(test, f->pool.quarantined, STREAMS);
	KUNIT_EXPECT_EQ(test, f->pool.kept, 0);
	retire_kept(test, pages, 3, false);
	KUNIT_EXPECT_EQ(test, f->pool.quarantined, STREAMS + 3);
	KUNIT_EXPECT_EQ(test, f->pool.kept, 3);
	put_pages(pages, 3);
	put_pages(large, STREAMS);
	ksmol_pool_reap(&f->pool, true);
	KUNIT_EXPECT_EQ(test, f->pool.quarantined, 0);
	KUNIT_EXPECT_EQ(test, f->pool.kept, 0);
	fixture_stop(test);
}

static void pbuf_complete__wakes_who_starves(struct kunit *test)
{
	struct fixture *f = test->priv;
	DEFINE_WAIT(wait);

	fixture_start(test, &small);
	take_all_tx(f, false);
	KUNIT_EXPECT_TRUE(test, f->pool.starved);
	prepare_to_wait(&f->pool.tx_wait, &wait, TASK_INTERRUPTIBLE);
	f->n--;
	ksmol_pbuf_own(f->taken[f->n], KSMOL_OWNER_DEVICE);
	ksmol_pbuf_complete(f->taken[f->n]);
	KUNIT_EXPECT_EQ(test, task_state_index(current), 0);
	KUNIT_EXPECT_FALSE(test, f->pool.starved);
	finish_wait(&f->pool.tx_wait, &wait);
	fixture_stop(test);
}

static void fault__all_allocations_fail_and_recover(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, ksmol_fault_set(101, -1), -EINVAL);
	KUNIT_ASSERT_EQ(test, ksmol_fault_set(100, -1), 0);
	fixture_start(test, &small);
	KUNIT_EXPECT_EQ(test, take_all_rx(f), 0);
	KUNIT_EXPECT_EQ(test, take_all_tx(f, true), 0);
	local_bh_enable();
	ksmol_fault_set(0, -1);
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, take_all_rx(f), 17);
	KUNIT_EXPECT_EQ(test, take_all_tx(f, true), 20);
	fixture_stop(test);
}

static int pool_suite_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct fixture), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static struct kunit_case pool_cases[] = {
	KUNIT_CASE(pool_check__refuses_bad_sizes),
	KUNIT_CASE(pool_alloc__small_pool_is_exact),
	KUNIT_CASE(pool_alloc__reserve_is_hidden),
	KUNIT_CASE(pool_alloc__shared_serves_both),
	KUNIT_CASE(alloc_stream__is_beside_the_others),
	KUNIT_CASE(alloc_stream__one_queue_leaves_some),
	KUNIT_CASE(alloc_stream__without_any),
	KUNIT_CASE(alloc_stream__fails_when_told_to),
	KUNIT_CASE(pool_alloc__promise_holds_despite_caches),
	KUNIT_CASE(pool_alloc__batches_go_and_come),
	KUNIT_CASE(pbuf_free__twice_is_refused),
	KUNIT_CASE(pbuf_settle__copies_short_frames),
	KUNIT_CASE(pbuf_settle__twice),
	KUNIT_CASE(pbuf_settle__bytes_are_bounded),
	KUNIT_CASE(pbuf_settle__pages_are_bounded),
	KUNIT_CASE(pbuf_may_queue__floor_is_kept),
	KUNIT_CASE(pbuf_may_queue__first_one_from_the_floor),
	KUNIT_CASE(pbuf_may_queue__one_queue_leaves_room),
	KUNIT_CASE(pbuf_may_queue__caches_change_nothing),
	KUNIT_CASE(pbuf_may_queue__caches_fill_later),
	KUNIT_CASE(pbuf_dup__shares_the_skb),
	KUNIT_CASE(pbuf_csum__any_boundary),
	KUNIT_CASE(pbuf_to_iter__any_range),
	KUNIT_CASE(pbuf_from_mem__rolls_back_when_the_pool_ends),
	KUNIT_CASE(pbuf_complete__waits_for_the_page),
	KUNIT_CASE(pool_reap__goes_on_while_it_finds),
	KUNIT_CASE(pool_reap__gives_up_soon),
	KUNIT_CASE(pool_reap__counts_who_is_kept),
	KUNIT_CASE(pbuf_complete__wakes_who_starves),
	KUNIT_CASE(fault__all_allocations_fail_and_recover),
	{}
};

static struct kunit_suite pool_suite = {
	.name = "ksmol_pool",
	.init = pool_suite_init,
	.test_cases = pool_cases,
};

kunit_test_suite(pool_suite);
