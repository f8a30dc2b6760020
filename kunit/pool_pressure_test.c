// SPDX-License-Identifier: GPL-2.0-only
/* The pool room under pressure: watermarks, the reclaim ladder, caps. */

#include <kunit/test.h>
#include <ksmol/compat.h>
#include <ksmol/pool.h>
#include "../module/pool/pool.h"

#define RX 64
#define TX 64

static const struct ksmol_pool_config sizes = {
	.count = {
		[KSMOL_CLASS_RX] = RX,
		[KSMOL_CLASS_TX] = TX,
		[KSMOL_CLASS_SHARED] = 8,
		[KSMOL_CLASS_RESERVE] = 4,
	},
	.buf_size = PAGE_SIZE,
	.copybreak = 256,
	.rx_bytes = 1 << 20,
	.rx_pages = 4096,
};

/**
 * struct fixture - a pool and what was taken of it
 * @climbed: the steps in the order in which they were called, as digits
 * @wanted: what the last of them was asked for
 * @gives: what each gives
 */
struct fixture {
	struct ksmol_pool pool;
	struct ksmol_pbuf *taken[256];
	u32 n;
	char climbed[KSMOL_NR_RECLAIM_STEPS + 1];
	u32 calls;
	u32 wanted;
	int class;
	u32 gives[KSMOL_NR_RECLAIM_STEPS];
};

/* A step has no place for its caller's data. */
static struct fixture *climber;

static u32 step(enum ksmol_reclaim_step i, int class, u32 want)
{
	struct fixture *f = climber;

	f->climbed[f->calls++] = '0' + i;
	f->wanted = want;
	f->class = class;
	return f->gives[i];
}

static u32 step_ooo(struct ksmol_pool *pool, int class, u32 want)
{
	return step(KSMOL_RECLAIM_OOO, class, want);
}

static u32 step_reass(struct ksmol_pool *pool, int class, u32 want)
{
	return step(KSMOL_RECLAIM_REASS, class, want);
}

static u32 step_neigh(struct ksmol_pool *pool, int class, u32 want)
{
	return step(KSMOL_RECLAIM_NEIGH, class, want);
}

static u32 step_sacked(struct ksmol_pool *pool, int class, u32 want)
{
	return step(KSMOL_RECLAIM_SACKED, class, want);
}

static void plug_steps(struct fixture *f)
{
	climber = f;
	ksmol_pool_reclaimer(&f->pool, KSMOL_RECLAIM_SACKED, step_sacked);
	ksmol_pool_reclaimer(&f->pool, KSMOL_RECLAIM_OOO, step_ooo);
	ksmol_pool_reclaimer(&f->pool, KSMOL_RECLAIM_NEIGH, step_neigh);
	ksmol_pool_reclaimer(&f->pool, KSMOL_RECLAIM_REASS, step_reass);
}

static struct ksmol_pool_set *set_of(struct fixture *f, enum ksmol_class class)
{
	return &f->pool.set[class];
}

static enum ksmol_level level_of(struct fixture *f, enum ksmol_class class)
{
	return set_of(f, class)->pressure.level;
}

static u64 crossed(struct fixture *f, enum ksmol_class class,
		   enum ksmol_level level)
{
	return set_of(f, class)->pressure.crossed[level];
}

static s64 freed(struct fixture *f, enum ksmol_reclaim_step i)
{
	return atomic64_read(&f->pool.reclaim.freed[i]);
}

/* Takes TX pbufs until @free of the class are left on the shared list. */
static void drain_tx(struct fixture *f, u32 free)
{
	while (set_of(f, KSMOL_CLASS_TX)->count > free &&
	       f->n < ARRAY_SIZE(f->taken))
		f->taken[f->n++] = ksmol_pbuf_alloc_tx(&f->pool, false);
}

static void refill_tx(struct fixture *f, u32 free)
{
	while (set_of(f, KSMOL_CLASS_TX)->count < free && f->n)
		ksmol_pbuf_free(f->taken[--f->n]);
}

/* From here to end() on one CPU and without softirqs. */
static struct fixture *begin(struct kunit *test)
{
	local_bh_disable();
	return test->priv;
}

static void end(struct fixture *f)
{
	while (f->n)
		ksmol_pbuf_free(f->taken[--f->n]);
	local_bh_enable();
}

static int pressure_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct ksmol_pool_config cfg = sizes;

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_ASSERT_EQ(test, ksmol_pool_init(&f->pool, &cfg), 0);
	test->priv = f;
	/* Without caches each pbuf counts. */
	f->pool.set[KSMOL_CLASS_TX].batch = 0;
	return 0;
}

static void pressure_exit(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct ksmol_census census;

	if (!f)
		return;
	ksmol_pool_census(&f->pool, &census);
	KUNIT_EXPECT_TRUE(test, census.exact);
	ksmol_pool_destroy(&f->pool);
	climber = NULL;
}

/* --- watermarks --- */

static void marks__derived_from_the_size(struct kunit *test)
{
	struct ksmol_pressure p = {};

	ksmol_pressure_marks(&p, 4096);
	KUNIT_EXPECT_EQ(test, p.low, 1024U);
	KUNIT_EXPECT_EQ(test, p.critical, 512U);
	KUNIT_EXPECT_EQ(test, p.slack, 256U);
	/* The smallest class is low with one free and critical with none. */
	ksmol_pressure_marks(&p, 4);
	KUNIT_EXPECT_EQ(test, p.low, 1U);
	KUNIT_EXPECT_EQ(test, p.critical, 0U);
	KUNIT_EXPECT_EQ(test, p.slack, 1U);
}

/* Down at the marks, up again only with some slack. */
static void level__hysteresis(struct kunit *test)
{
	static const struct {
		u32 free;
		u8 down;	/* coming from ok */
		u8 up;		/* coming from critical */
	} cases[] = {
		{ 64, KSMOL_LEVEL_OK, KSMOL_LEVEL_OK },
		{ 20, KSMOL_LEVEL_OK, KSMOL_LEVEL_OK },
		{ 19, KSMOL_LEVEL_OK, KSMOL_LEVEL_LOW },
		{ 17, KSMOL_LEVEL_OK, KSMOL_LEVEL_LOW },
		{ 16, KSMOL_LEVEL_LOW, KSMOL_LEVEL_LOW },
		{ 12, KSMOL_LEVEL_LOW, KSMOL_LEVEL_LOW },
		{ 11, KSMOL_LEVEL_LOW, KSMOL_LEVEL_CRITICAL },
		{ 9, KSMOL_LEVEL_LOW, KSMOL_LEVEL_CRITICAL },
		{ 8, KSMOL_LEVEL_CRITICAL, KSMOL_LEVEL_CRITICAL },
		{ 0, KSMOL_LEVEL_CRITICAL, KSMOL_LEVEL_CRITICAL },
	};
	struct ksmol_pressure p = {};
	unsigned int i;

	ksmol_pressure_marks(&p, 64);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		p.level = KSMOL_LEVEL_OK;
		KUNIT_EXPECT_EQ_MSG(test,
				    ksmol_pressure_level(&p, cases[i].free),
				    cases[i].down, "%u", cases[i].free);
		p.level = KSMOL_LEVEL_CRITICAL;
		KUNIT_EXPECT_EQ_MSG(test,
				    ksmol_pressure_level(&p, cases[i].free),
				    cases[i].up, "%u", cases[i].free);
	}
}

static void pressure__down_and_back(struct kunit *test)
{
	struct fixture *f = begin(test);
	int before = atomic_read(&f->pool.pressed);

	KUNIT_EXPECT_EQ(test, level_of(f, KSMOL_CLASS_TX), KSMOL_LEVEL_OK);
	drain_tx(f, 17);
	KUNIT_EXPECT_EQ(test, level_of(f, KSMOL_CLASS_TX), KSMOL_LEVEL_OK);
	drain_tx(f, 16);
	KUNIT_EXPECT_EQ(test, level_of(f, KSMOL_CLASS_TX), KSMOL_LEVEL_LOW);
	drain_tx(f, 8);
	KUNIT_EXPECT_EQ(test, level_of(f, KSMOL_CLASS_TX),
			KSMOL_LEVEL_CRITICAL);
	KUNIT_EXPECT_EQ(test, atomic_read(&f->pool.pressed), before + 2);
	refill_tx(f, TX);
	KUNIT_EXPECT_EQ(test, level_of(f, KSMOL_CLASS_TX), KSMOL_LEVEL_OK);
	KUNIT_EXPECT_EQ(test, atomic_read(&f->pool.pressed), before + 4);
	KUNIT_EXPECT_EQ(test, crossed(f, KSMOL_CLASS_TX, KSMOL_LEVEL_LOW),
			2ULL);
	KUNIT_EXPECT_EQ(test, crossed(f, KSMOL_CLASS_TX, KSMOL_LEVEL_CRITICAL),
			1ULL);
	KUNIT_EXPECT_EQ(test, crossed(f, KSMOL_CLASS_TX, KSMOL_LEVEL_OK),
			1ULL);
	/* Nobody else was short. */
	KUNIT_EXPECT_EQ(test, crossed(f, KSMOL_CLASS_RX, KSMOL_LEVEL_LOW),
			0ULL);
	end(f);
}

/* Around a mark there are no events but the first. */
static void pressure__does_not_flap(struct kunit *test)
{
	struct fixture *f = begin(test);
	int i;

	for (i = 0; i < 100; i++) {
		drain_tx(f, 16);
		refill_tx(f, 19);
	}
	KUNIT_EXPECT_EQ(test, crossed(f, KSMOL_CLASS_TX, KSMOL_LEVEL_LOW),
			1ULL);
	KUNIT_EXPECT_EQ(test, crossed(f, KSMOL_CLASS_TX, KSMOL_LEVEL_OK),
			0ULL);
	end(f);
}

static void pressure__reserve_has_levels(struct kunit *test)
{
	struct fixture *f = begin(test);

	drain_tx(f, 0);
	while (f->n < ARRAY_SIZE(f->taken)) {
		f->taken[f->n] = ksmol_pbuf_alloc_tx(&f->pool, true);
		if (!f->taken[f->n])
			break;
		f->n++;
	}
	KUNIT_EXPECT_EQ(test, level_of(f, KSMOL_CLASS_SHARED),
			KSMOL_LEVEL_CRITICAL);
	KUNIT_EXPECT_EQ(test, level_of(f, KSMOL_CLASS_RESERVE),
			KSMOL_LEVEL_CRITICAL);
	while (f->n)
		ksmol_pbuf_free(f->taken[--f->n]);
	KUNIT_EXPECT_EQ(test, level_of(f, KSMOL_CLASS_RESERVE),
			KSMOL_LEVEL_OK);
	end(f);
}

static void reset_marks__begin_anew(struct kunit *test)
{
	struct fixture *f = begin(test);
	struct ksmol_pool_set *set = set_of(f, KSMOL_CLASS_TX);
	struct ksmol_cap *cap = &f->pool.cap[KSMOL_CAP_OOO];

	drain_tx(f, 3);
	refill_tx(f, 20);
	KUNIT_EXPECT_TRUE(test, ksmol_cap_take(cap, 5));
	ksmol_cap_give(cap, 3);
	f->pool.quarantined_max = 7;
	KUNIT_EXPECT_EQ(test, set->low, 3U);
	KUNIT_EXPECT_EQ(test, cap->peak, 5U);
	ksmol_pool_reset_marks(&f->pool);
	KUNIT_EXPECT_EQ(test, set->low, set->count);
	KUNIT_EXPECT_EQ(test, cap->peak, 2U);
	KUNIT_EXPECT_EQ(test, f->pool.quarantined_max, 0U);
	ksmol_cap_give(cap, 2);
	end(f);
}

/* --- the ladder --- */

static void climb__in_order_until_it_suffices(struct kunit *test)
{
	struct fixture *f = begin(test);

	plug_steps(f);
	f->gives[KSMOL_RECLAIM_REASS] = 3;
	f->gives[KSMOL_RECLAIM_NEIGH] = 5;
	KUNIT_EXPECT_EQ(test, ksmol_pool_climb(&f->pool, KSMOL_CLASS_RX, 8),
			8U);
	KUNIT_EXPECT_STREQ(test, f->climbed, "123");
	/* The last one was asked for what was still missing. */
	KUNIT_EXPECT_EQ(test, f->wanted, 5U);
	KUNIT_EXPECT_EQ(test, f->pool.reclaim.runs[KSMOL_RECLAIM_CACHES], 1ULL);
	KUNIT_EXPECT_EQ(test, f->pool.reclaim.runs[KSMOL_RECLAIM_OOO], 1ULL);
	KUNIT_EXPECT_EQ(test, f->pool.reclaim.runs[KSMOL_RECLAIM_REASS], 1ULL);
	KUNIT_EXPECT_EQ(test, f->pool.reclaim.runs[KSMOL_RECLAIM_NEIGH], 1ULL);
	KUNIT_EXPECT_EQ(test, f->pool.reclaim.runs[KSMOL_RECLAIM_SACKED], 0ULL);
	KUNIT_EXPECT_EQ(test, freed(f, KSMOL_RECLAIM_OOO), 0LL);
	KUNIT_EXPECT_EQ(test, freed(f, KSMOL_RECLAIM_REASS), 3LL);
	KUNIT_EXPECT_EQ(test, freed(f, KSMOL_RECLAIM_NEIGH), 5LL);
	end(f);
}

static void climb__nothing_to_be_had(struct kunit *test)
{
	struct fixture *f = begin(test);

	plug_steps(f);
	KUNIT_EXPECT_EQ(test, ksmol_pool_climb(&f->pool, KSMOL_CLASS_TX, 2),
			0U);
	KUNIT_EXPECT_STREQ(test, f->climbed, "1234");
	end(f);
}

static void climb__steps_may_be_missing(struct kunit *test)
{
	struct fixture *f = begin(test);

	plug_steps(f);
	local_bh_enable();
	ksmol_pool_reclaimer(&f->pool, KSMOL_RECLAIM_REASS, NULL);
	local_bh_disable();
	ksmol_pool_climb(&f->pool, KSMOL_CLASS_RX, 2);
	KUNIT_EXPECT_STREQ(test, f->climbed, "134");
	end(f);
}

/* Softirqs run here, so that the tasklet has had its turn. */
static void let_it_run(void)
{
	local_bh_enable();
	local_bh_disable();
}

/* Twice what was asked for; and by a failed allocation itself. */
static void reclaim__twice_what_was_asked(struct kunit *test)
{
	struct fixture *f = begin(test);

	plug_steps(f);
	while (f->n < ARRAY_SIZE(f->taken) - 4) {
		f->taken[f->n] = ksmol_pbuf_alloc_tx(&f->pool, false);
		if (!f->taken[f->n])
			break;
		f->n++;
	}
	KUNIT_EXPECT_NULL(test, ksmol_pbuf_alloc_tx(&f->pool, false));
	KUNIT_EXPECT_NULL(test, ksmol_pbuf_alloc_tx(&f->pool, false));
	KUNIT_EXPECT_EQ(test, f->calls, 0U);
	let_it_run();
	KUNIT_EXPECT_STREQ(test, f->climbed, "1234");
	KUNIT_EXPECT_EQ(test, f->wanted, 6U);
	KUNIT_EXPECT_EQ(test, f->class, KSMOL_CLASS_TX);
	end(f);
}

/* Who may use the reserve takes it, and makes nobody give up anything. */
static void reclaim__not_for_the_reserves_users(struct kunit *test)
{
	struct fixture *f = begin(test);
	struct ksmol_pbuf *pb;

	plug_steps(f);
	do {
		pb = ksmol_pbuf_alloc_tx(&f->pool, true);
		if (pb)
			f->taken[f->n++] = pb;
	} while (pb && f->n < ARRAY_SIZE(f->taken));
	KUNIT_EXPECT_NULL(test, pb);
	let_it_run();
	KUNIT_EXPECT_EQ(test, f->calls, 0U);
	end(f);
}

/* What came back meanwhile need not be reclaimed. */
static void reclaim__devices_were_faster(struct kunit *test)
{
	struct fixture *f = begin(test);

	plug_steps(f);
	ksmol_pool_reclaim(&f->pool, KSMOL_CLASS_TX);
	let_it_run();
	KUNIT_EXPECT_EQ(test, f->calls, 0U);
	end(f);
}

static void reclaim__receivers_are_served(struct kunit *test)
{
	struct fixture *f = begin(test);
	struct ksmol_pbuf *pb;

	plug_steps(f);
	f->gives[KSMOL_RECLAIM_OOO] = 100;
	do {
		pb = ksmol_pbuf_alloc_rx(&f->pool);
		if (pb)
			f->taken[f->n++] = pb;
	} while (pb && pb->home != KSMOL_CLASS_EMERGENCY);
	let_it_run();
	KUNIT_EXPECT_STREQ(test, f->climbed, "1");
	KUNIT_EXPECT_EQ(test, f->class, KSMOL_CLASS_RX);
	KUNIT_EXPECT_EQ(test, f->wanted, 2U);
	end(f);
}

/* A cache is given back by its own CPU when it was asked to, not before. */
static void trim__gives_the_cache_back(struct kunit *test)
{
	struct fixture *f = begin(test);
	struct ksmol_pool_cpu *cpu = this_cpu_ptr(f->pool.cpu);
	struct ksmol_pool_cache *cache = &cpu->cache[KSMOL_CLASS_RX];
	struct ksmol_pool_set *set = set_of(f, KSMOL_CLASS_RX);
	u32 held;

	/* Whatever the number of CPUs makes of it: a batch and one of another. */
	set->batch = 2;
	while (f->n < 3)
		f->taken[f->n++] = ksmol_pbuf_alloc_rx(&f->pool);
	while (f->n)
		ksmol_pbuf_free(f->taken[--f->n]);
	held = cache->count + set->batch;
	KUNIT_EXPECT_NOT_NULL(test, cache->full);
	KUNIT_EXPECT_EQ(test, held, 4U);
	ksmol_pool_trim_here(&f->pool);
	KUNIT_EXPECT_EQ(test, cache->count, 2U);
	cpu->trim = true;
	ksmol_pool_trim_here(&f->pool);
	KUNIT_EXPECT_EQ(test, cache->count, 0U);
	KUNIT_EXPECT_NULL(test, cache->full);
	KUNIT_EXPECT_EQ(test, set->count, set->size);
	KUNIT_EXPECT_EQ(test, freed(f, KSMOL_RECLAIM_CACHES), (s64)held);
	end(f);
}

/* --- caps --- */

static void cap__bounds_what_is_held(struct kunit *test)
{
	struct fixture *f = begin(test);
	struct ksmol_cap *cap = &f->pool.cap[KSMOL_CAP_REASS];
	const char *why;

	/* No limit unless one is configured. */
	KUNIT_EXPECT_TRUE(test, ksmol_cap_take(cap, 1000));
	ksmol_cap_give(cap, 1000);
	KUNIT_EXPECT_EQ(test, ksmol_pool_set_cap(&f->pool, KSMOL_CAP_REASS, 4,
						 &why), 0);
	KUNIT_EXPECT_TRUE(test, ksmol_cap_take(cap, 3));
	KUNIT_EXPECT_FALSE(test, ksmol_cap_take(cap, 2));
	KUNIT_EXPECT_TRUE(test, ksmol_cap_take(cap, 1));
	KUNIT_EXPECT_FALSE(test, ksmol_cap_take(cap, 1));
	KUNIT_EXPECT_EQ(test, atomic_read(&cap->held), 4);
	KUNIT_EXPECT_EQ(test, atomic64_read(&cap->refused), 2LL);
	ksmol_cap_give(cap, 4);
	end(f);
}

/* The numbers stand in the sentence, and nothing is changed. */
static void caps__sum_is_checked(struct kunit *test)
{
	struct fixture *f = begin(test);
	u32 floor = f->pool.rx_floor;
	const char *why;

	KUNIT_EXPECT_EQ(test, ksmol_pool_set_cap(&f->pool, KSMOL_CAP_OOO,
						 RX - floor, &why), 0);
	KUNIT_EXPECT_NULL(test, why);
	KUNIT_EXPECT_EQ(test, ksmol_pool_set_cap(&f->pool, KSMOL_CAP_REASS, 1,
						 &why), -EINVAL);
	KUNIT_ASSERT_NOT_NULL(test, why);
	KUNIT_EXPECT_NOT_NULL(test, strstr(why, "pool_rx=64"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(why, "tcp_ooo"));
	KUNIT_EXPECT_EQ(test, f->pool.cfg.cap[KSMOL_CAP_REASS], 0U);
	KUNIT_EXPECT_EQ(test, ksmol_pool_set_cap(&f->pool, KSMOL_CAP_NEIGH,
						 TX / 2 + 1, &why), -EINVAL);
	KUNIT_ASSERT_NOT_NULL(test, why);
	KUNIT_EXPECT_NOT_NULL(test, strstr(why, "neigh_queue_total=33"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(why, "pool_tx=64"));
	KUNIT_EXPECT_EQ(test, ksmol_pool_set_cap(&f->pool, KSMOL_CAP_NEIGH,
						 TX / 2, &why), 0);
	end(f);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(marks__derived_from_the_size),
	KUNIT_CASE(level__hysteresis),
	KUNIT_CASE(pressure__down_and_back),
	KUNIT_CASE(pressure__does_not_flap),
	KUNIT_CASE(pressure__reserve_has_levels),
	KUNIT_CASE(reset_marks__begin_anew),
	KUNIT_CASE(climb__in_order_until_it_suffices),
	KUNIT_CASE(climb__nothing_to_be_had),
	KUNIT_CASE(climb__steps_may_be_missing),
	KUNIT_CASE(reclaim__twice_what_was_asked),
	KUNIT_CASE(reclaim__not_for_the_reserves_users),
	KUNIT_CASE(reclaim__devices_were_faster),
	KUNIT_CASE(reclaim__receivers_are_served),
	KUNIT_CASE(trim__gives_the_cache_back),
	KUNIT_CASE(cap__bounds_what_is_held),
	KUNIT_CASE(caps__sum_is_checked),
	{}
};

static struct kunit_suite suite = {
	.name = "ksmol_pool_pressure",
	.init = pressure_init,
	.exit = pressure_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
