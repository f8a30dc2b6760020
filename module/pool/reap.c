// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way home for what a device held.
 *
 * The event is the ubuf's completion, the proof is the page count: inside the
 * last completion the kernel still holds the fragment's page reference, and a
 * tap's clone may hold it far longer. Completed pbufs therefore wait, still
 * counted as the device's, until the pool's own reference is the only one.
 *
 *	completion (any context)		who wants TX room (BH disabled)
 *	  add to pool->returned	   (R)		  pool->starved = true
 *	  smp_mb		   (C)		  smp_mb		   (S)
 *	  if starved: kick tasklet		  look at pool->returned
 *
 * (R) before the look at starved, and starved before the look at the list: one
 * of the two always sees the other.
 */

#include <linux/poll.h>
#include <ksmol/compat.h>
#include <ksmol/pool.h>
#include "pool.h"

void ksmol_pool_wake(struct ksmol_pool *pool)
{
	if (likely(!READ_ONCE(pool->starved)))
		return;
	WRITE_ONCE(pool->starved, false);
	wake_up_interruptible_poll(&pool->tx_wait,
				   EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND);
}

static bool chain_idle(const struct ksmol_pbuf *pb)
{
	for (; pb; pb = pb->chain)
		if (!ksmol_pbuf_page_idle(pb))
			return false;
	return true;
}

/* Not free yet, or not the place to say so. */
static void pbuf_return(struct ksmol_pool *pool, struct ksmol_pbuf *pb)
{
	llist_add(&pb->node, &pool->returned);	/* (R) */
	smp_mb();	/* (C) pairs with (S) in alloc.c */
	if (READ_ONCE(pool->starved))
		tasklet_schedule(&pool->reap);
}

/* How often the quarantine is looked at while nobody waits for it. */
#define REAP_IDLE (HZ / 10 ?: 1)

static void reap_later(struct ksmol_pool *pool, unsigned long delay)
{
	if (!READ_ONCE(pool->closing))
		mod_timer(&pool->reap_timer, jiffies + delay);
}

void ksmol_pbuf_complete(struct ksmol_pbuf *pb)
{
	struct ksmol_pool *pool = pb->pool;
	struct ksmol_pbuf *part;

	rcu_read_lock();
	for (part = pb; part; part = part->chain)
		ksmol_pbuf_sk_release(part);

	if (in_softirq() && !in_hardirq() && chain_idle(pb))
		ksmol_pbuf_free(pb);
	else
		pbuf_return(pool, pb);
	rcu_read_unlock();
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_complete);

void ksmol_pbuf_retire(struct ksmol_pbuf *pb)
{
	struct ksmol_pool *pool = pb->pool;

	if (likely(ksmol_pbuf_page_idle(pb))) {
		ksmol_pbuf_free(pb);
		return;
	}
	ksmol_pbuf_own(pb, KSMOL_OWNER_DEVICE);
	pbuf_return(pool, pb);
	/* No event will tell when the page is let go of. */
	if (!timer_pending(&pool->reap_timer))
		reap_later(pool, REAP_IDLE);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_retire);

/* Frees what is idle, the rest goes into quarantine. Return: pbufs freed. */
static unsigned int reap_one(struct ksmol_pool *pool, struct ksmol_pbuf *pb)
{
	unsigned int n;

	if (!chain_idle(pb)) {
		ksmol_pbuf_list_add(&pool->quarantine, pb);
		pool->kept += pb->home != KSMOL_CLASS_STREAM;
		return 0;
	}
	n = ksmol_pbuf_chain_count(pb);
	ksmol_pbuf_free(pb);
	return n;
}

/*
 * Most of the quarantine that one call looks at in vain, and in all: its work is
 * bounded. Each sender in passing looks at a few, so that pages which a reader had
 * for some microseconds come back while they are still in the cache. A reader lets
 * go of them in the order in which they came here, so that behind one that is free
 * there are more.
 */
#define REAP_MISSES	32
#define REAP_FEW	4
#define REAP_MAX	128

/* Lock held. Return: pbufs freed. */
static unsigned int reap_quarantine(struct ksmol_pool *pool, u32 misses)
{
	u32 left = min(pool->quarantine.count, REAP_MAX);
	unsigned int n = 0, freed;
	struct ksmol_pbuf *pb;

	for (; left && misses; left--) {
		pb = ksmol_pbuf_list_pop(&pool->quarantine);
		pool->kept -= pb->home != KSMOL_CLASS_STREAM;
		freed = reap_one(pool, pb);
		misses -= !freed;
		n += freed;
	}
	return n;
}

unsigned int ksmol_pool_reap(struct ksmol_pool *pool, bool quarantine)
{
	struct llist_node *returned = llist_del_all(&pool->returned);
	struct ksmol_pbuf *pb, *next;
	unsigned int n;

	spin_lock(&pool->reap_lock);
	n = reap_quarantine(pool, quarantine ? REAP_MISSES : REAP_FEW);
	llist_for_each_entry_safe(pb, next, returned, node)
		n += reap_one(pool, pb);
	WRITE_ONCE(pool->quarantined, pool->quarantine.count);
	if (pool->quarantined > pool->quarantined_max)
		pool->quarantined_max = pool->quarantined;
	spin_unlock(&pool->reap_lock);
	return n;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pool_reap);

/*
 * On behalf of those who wait. A page reference that is let go makes no event,
 * nor does an injected failure: look again in a jiffy.
 */
static void reap_for_waiters(struct ksmol_pool *pool)
{
	if (!READ_ONCE(pool->starved) || READ_ONCE(pool->closing))
		return;
	if (ksmol_pool_stock(pool, KSMOL_CLASS_TX)) {
		ksmol_pool_wake(pool);
	} else if (READ_ONCE(pool->quarantined)) {
		ksmol_pool_flush();
		ksmol_pool_retry(pool);
	}
}

void ksmol_pool_retry(struct ksmol_pool *pool)
{
	mod_timer(&pool->reap_timer, jiffies + 1);
}

static void reap_tasklet(struct tasklet_struct *t)
{
	struct ksmol_pool *pool = from_tasklet(pool, t, reap);

	ksmol_pool_reap(pool, true);
	reap_for_waiters(pool);
}

static void reap_timer(struct timer_list *t)
{
	struct ksmol_pool *pool = timer_container_of(pool, t, reap_timer);

	unsigned int n = ksmol_pool_reap(pool, true);

	reap_for_waiters(pool);
	if (READ_ONCE(pool->quarantined) && !READ_ONCE(pool->starved)) {
		ksmol_pool_flush();
		reap_later(pool, n ? 1 : REAP_IDLE);
	}
}

void ksmol_pool_reap_init(struct ksmol_pool *pool)
{
	init_llist_head(&pool->returned);
	spin_lock_init(&pool->reap_lock);
	ksmol_pbuf_list_init(&pool->quarantine);
	tasklet_setup(&pool->reap, reap_tasklet);
	timer_setup(&pool->reap_timer, reap_timer, 0);
}

void ksmol_pool_reap_exit(struct ksmol_pool *pool)
{
	timer_shutdown_sync(&pool->reap_timer);
	tasklet_kill(&pool->reap);
}
