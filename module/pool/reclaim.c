// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reclaim ladder: what is given up, and in which order, when a class and
 * the shared middle are gone. It is climbed by a tasklet that the failed
 * request kicks, so never inside a lock of those who hold what is reclaimed,
 * nor inside those who may use the reserve. Rooms above plug their steps in.
 */

#include <linux/cpumask.h>
#include <ksmol/compat.h>
#include <ksmol/pool.h>
#include "pool.h"

const char * const ksmol_reclaim_names[KSMOL_NR_RECLAIM_STEPS] = {
#define KSMOL_ENUM(id, key) \
	[KSMOL_RECLAIM_##id] = key,
	KSMOL_RECLAIM_STEPS(KSMOL_ENUM)
#undef KSMOL_ENUM
};

/* --- the first step: what lies in the CPUs' caches --- */

static u32 spill(struct ksmol_pool *pool, struct ksmol_pool_cpu *cpu,
		 enum ksmol_class class)
{
	struct ksmol_pool_cache *cache = &cpu->cache[class];
	u32 n = ksmol_pool_cached(&pool->set[class], cache);

	if (n)
		ksmol_pool_spill(&pool->set[class], cache);
	return n;
}

void ksmol_pool_trim_here(struct ksmol_pool *pool)
{
	struct ksmol_pool_cpu *cpu = this_cpu_ptr(pool->cpu);
	enum ksmol_class class;
	u32 n = 0;

	if (likely(!READ_ONCE(cpu->trim)))
		return;
	WRITE_ONCE(cpu->trim, false);
	for (class = 0; class < KSMOL_CLASS_RESERVE; class++)
		n += spill(pool, cpu, class);
	atomic64_add(n, &pool->reclaim.freed[KSMOL_RECLAIM_CACHES]);
	if (n)
		ksmol_pool_wake(pool);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pool_trim_here);

/* What @class may be served from in one CPU's caches. */
static u32 cached(const struct ksmol_pool *pool,
		  const struct ksmol_pool_cpu *cpu, int class)
{
	return ksmol_pool_cached(&pool->set[class], &cpu->cache[class]) +
	       ksmol_pool_cached(&pool->set[KSMOL_CLASS_SHARED],
				 &cpu->cache[KSMOL_CLASS_SHARED]);
}

/*
 * Each class has more pbufs than configured by all that caches could strand,
 * so nobody is refused for their sake; this brings back what is on top of
 * that. Their CPUs do it, soon: a cache has no lock. What comes back may be in
 * a cache again before it was of use, so that a second request in the same
 * jiffy goes on to the next step.
 */
static u32 trim_caches(struct ksmol_pool *pool, int class, u32 want)
{
	u32 floor = class == KSMOL_CLASS_RX ? pool->rx_floor : 0;
	u32 promised = 0;
	int cpu;

	/* The shared lists have some: it is not for want of descriptors. */
	if (ksmol_pool_stock(pool, class) > floor ||
	    time_before(jiffies, pool->reclaim.trimmed))
		return 0;
	pool->reclaim.trimmed = jiffies + 1;
	for_each_online_cpu(cpu) {
		struct ksmol_pool_cpu *c = per_cpu_ptr(pool->cpu, cpu);
		u32 n = cached(pool, c, class);

		if (!n)
			continue;
		WRITE_ONCE(c->trim, true);
		promised += n;
	}
	if (promised)
		ksmol_pool_flush();
	ksmol_pool_trim_here(pool);
	return promised;
}

/* --- the ladder --- */

static u32 climb_step(struct ksmol_pool *pool, enum ksmol_reclaim_step i,
		      int class, u32 want)
{
	struct ksmol_reclaim *r = &pool->reclaim;
	ksmol_reclaim_fn fn = READ_ONCE(r->step[i]);
	u32 n;

	if (!fn)
		return 0;
	WRITE_ONCE(r->runs[i], r->runs[i] + 1);
	n = fn(pool, class, want);
	/* The caches count when they are emptied. */
	if (i != KSMOL_RECLAIM_CACHES)
		atomic64_add(n, &r->freed[i]);
	return n;
}

u32 ksmol_pool_climb(struct ksmol_pool *pool, int class, u32 want)
{
	enum ksmol_reclaim_step i;
	u32 got = 0;

	rcu_read_lock();
	for (i = 0; i < KSMOL_NR_RECLAIM_STEPS && got < want; i++)
		got += climb_step(pool, i, class, want - got);
	rcu_read_unlock();
	return got;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pool_climb);

static void reclaim_run(struct tasklet_struct *t)
{
	struct ksmol_pool *pool = from_tasklet(pool, t, reclaim.tasklet);
	int class;

	for (class = KSMOL_CLASS_RX; class <= KSMOL_CLASS_TX; class++) {
		u32 asked = atomic_xchg(&pool->reclaim.asked[class], 0);
		u32 want = min(2 * asked, (u32)KSMOL_RECLAIM_MAX);

		/* Devices and readers may have been faster. */
		if (class == KSMOL_CLASS_TX &&
		    ksmol_pool_stock(pool, class) >= want)
			continue;
		ksmol_pool_climb(pool, class, want);
	}
}

void ksmol_pool_reclaim(struct ksmol_pool *pool, int class)
{
	if (READ_ONCE(pool->closing))
		return;
	if (atomic_read(&pool->reclaim.asked[class]) < KSMOL_RECLAIM_MAX)
		atomic_inc(&pool->reclaim.asked[class]);
	tasklet_schedule(&pool->reclaim.tasklet);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pool_reclaim);

void ksmol_pool_reclaimer(struct ksmol_pool *pool, enum ksmol_reclaim_step step,
			  ksmol_reclaim_fn fn)
{
	WRITE_ONCE(pool->reclaim.step[step], fn);
	if (fn)
		return;
	tasklet_disable(&pool->reclaim.tasklet);
	tasklet_enable(&pool->reclaim.tasklet);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pool_reclaimer);

void ksmol_reclaim_init(struct ksmol_pool *pool)
{
	pool->reclaim.trimmed = jiffies;
	tasklet_setup(&pool->reclaim.tasklet, reclaim_run);
	pool->reclaim.step[KSMOL_RECLAIM_CACHES] = trim_caches;
}

void ksmol_reclaim_exit(struct ksmol_pool *pool)
{
	tasklet_kill(&pool->reclaim.tasklet);
}
