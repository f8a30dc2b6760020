// SPDX-License-Identifier: GPL-2.0-only
/* Taking pbufs from the pool and giving them back. */

#define pr_fmt(fmt) "ksmol: " fmt

#include <linux/netdevice.h>
#include <linux/prefetch.h>
#include <ksmol/compat.h>
#include <ksmol/pool.h>
#include <trace/events/ksmol.h>
#include "pool.h"

void (*ksmol_pbuf_sk_done)(struct sock *sk);

/*
 * Debug builds (KASAN) fill freed storage and look at the filling on the next
 * allocation: a device or a reader that kept a pointer is caught by name.
 */
#define POISON		0x6b
#define POISON_LEN	64U

static void storage_poison(struct ksmol_pbuf *pb)
{
	if (IS_ENABLED(CONFIG_KASAN) && pb->page)
		memset(pb->head, POISON, POISON_LEN);
}

static void storage_check(struct ksmol_pbuf *pb)
{
	if (IS_ENABLED(CONFIG_KASAN) && pb->page &&
	    pb->head[0] == POISON && memchr_inv(pb->head, POISON, POISON_LEN))
		pr_err("BUG: pbuf %td: storage was written after free\n",
		       pb - pb->pool->pbufs);
}

/* Has the count left its level's bounds? Lock held. */
static __always_inline bool set_crossed(struct ksmol_pool_set *set)
{
	if (likely(set->count >= set->stay_min &&
		   set->count <= set->stay_max))
		return false;
	return ksmol_pressure_cross(set);
}

static __always_inline void set_unlock(struct ksmol_pool_set *set)
{
	bool crossed = set_crossed(set);

	spin_unlock(&set->lock);
	if (unlikely(crossed))
		ksmol_pressure_tell(set);
}

static struct ksmol_pbuf *set_pop(struct ksmol_pool_set *set)
{
	struct ksmol_pbuf *pb;

	if (!READ_ONCE(set->count))
		return NULL;
	spin_lock(&set->lock);
	pb = set->first;
	if (pb) {
		set->first = pb->next;
		WRITE_ONCE(set->count, set->count - 1);
		if (set->count < set->low)
			set->low = set->count;
	}
	set_unlock(set);
	return pb;
}

static void set_push(struct ksmol_pool_set *set, struct ksmol_pbuf *pb)
{
	spin_lock(&set->lock);
	pb->next = set->first;
	set->first = pb;
	WRITE_ONCE(set->count, set->count + 1);
	set_unlock(set);
}

/* --- batches --- */

/* Lock held. */
static void batch_push(struct ksmol_pool_set *set, struct ksmol_pbuf *first)
{
	first->batch = set->full;
	set->full = 1 + (first - first->pool->pbufs);
	WRITE_ONCE(set->count, set->count + set->batch);
}

/* The same, or NULL. */
static struct ksmol_pbuf *batch_pop(struct ksmol_pool *pool,
				    struct ksmol_pool_set *set)
{
	struct ksmol_pbuf *first;

	if (!set->full)
		return NULL;
	first = &pool->pbufs[set->full - 1];
	set->full = first->batch;
	first->batch = 0;
	WRITE_ONCE(set->count, set->count - set->batch);
	return first;
}

/* A whole batch, or else what lies about: at load, and after a trim. */
static void cache_take(struct ksmol_pool *pool, struct ksmol_pool_set *set,
		       struct ksmol_pool_cache *cache)
{
	struct ksmol_pbuf *pb;

	spin_lock(&set->lock);
	cache->first = batch_pop(pool, set);
	cache->count = cache->first ? set->batch : 0;
	while (cache->count < set->batch && set->first) {
		pb = set->first;
		set->first = pb->next;
		WRITE_ONCE(set->count, set->count - 1);
		pb->next = cache->first;
		cache->first = pb;
		cache->count++;
	}
	if (set->count < set->low)
		set->low = set->count;
	set_unlock(set);
}

/* An empty cache gets a batch, if there is any; returns one of it. */
static struct ksmol_pbuf *cache_refill(struct ksmol_pool *pool,
				       struct ksmol_pool_set *set,
				       struct ksmol_pool_cache *cache)
{
	struct ksmol_pbuf *pb;

	if (cache->full) {
		cache->first = cache->full;
		cache->count = set->batch;
		cache->full = NULL;
	} else if (READ_ONCE(set->count)) {
		cache_take(pool, set, cache);
	}
	pb = cache->first;
	if (pb) {
		cache->first = pb->next;
		cache->count--;
	}
	return pb;
}

/* There is a batch: it is put beside; the one that was there goes. */
static noinline void cache_flush(struct ksmol_pool_set *set,
				 struct ksmol_pool_cache *cache)
{
	struct ksmol_pbuf *full = cache->full;

	cache->full = cache->first;
	cache->first = NULL;
	cache->count = 0;
	if (!full)
		return;
	spin_lock(&set->lock);
	batch_push(set, full);
	set_unlock(set);
}

void ksmol_pool_spill(struct ksmol_pool_set *set,
		      struct ksmol_pool_cache *cache)
{
	struct ksmol_pbuf *pb;

	spin_lock(&set->lock);
	if (cache->full)
		batch_push(set, cache->full);
	cache->full = NULL;
	while ((pb = cache->first)) {
		cache->first = pb->next;
		cache->count--;
		pb->next = set->first;
		set->first = pb;
		WRITE_ONCE(set->count, set->count + 1);
	}
	set_unlock(set);
}

/* The caches' common case is inline, all that follows it is not. */
static __always_inline struct ksmol_pbuf *
cache_pop(struct ksmol_pool_cache *cache)
{
	struct ksmol_pbuf *pb = cache->first;

	if (likely(pb)) {
		cache->first = pb->next;
		/* Another CPU may have written it last: both of its lines. */
		prefetchw(pb->next);
		prefetchw((u8 *)pb->next + sizeof(*pb) / 2);
		cache->count--;
	}
	return pb;
}

static noinline struct ksmol_pbuf *class_refill(struct ksmol_pool *pool,
						struct ksmol_pool_cpu *cpu,
						enum ksmol_class class)
{
	struct ksmol_pool_set *set = &pool->set[class];

	if (!set->batch)
		return set_pop(set);
	return cache_refill(pool, set, &cpu->cache[class]);
}

static __always_inline struct ksmol_pbuf *
class_get(struct ksmol_pool *pool, struct ksmol_pool_cpu *cpu,
	  enum ksmol_class class)
{
	struct ksmol_pbuf *pb = cache_pop(&cpu->cache[class]);

	return likely(pb) ? pb : class_refill(pool, cpu, class);
}

static noinline void put_uncached(struct ksmol_pool_cpu *cpu,
				  struct ksmol_pool_set *set,
				  struct ksmol_pbuf *pb)
{
	/* Used and given back inside one softirq: never leaves its CPU */
	if (pb->home == KSMOL_CLASS_EMERGENCY)
		cpu->emergency = pb;
	else
		set_push(set, pb);
}

static __always_inline void pool_put(struct ksmol_pool *pool,
				     struct ksmol_pbuf *pb)
{
	struct ksmol_pool_cpu *cpu = this_cpu_ptr(pool->cpu);
	struct ksmol_pool_set *set = &pool->set[pb->home];
	struct ksmol_pool_cache *cache = &cpu->cache[pb->home];

	/* RESERVE, STREAM and EMERGENCY have no cache, nor has a class of a few. */
	if (unlikely(!set->batch)) {
		put_uncached(cpu, set, pb);
		return;
	}
	if (unlikely(cache->count >= set->batch))
		cache_flush(set, cache);
	pb->next = cache->first;
	cache->first = pb;
	cache->count++;
}

void ksmol_pool_put(struct ksmol_pool *pool, struct ksmol_pbuf *pb)
{
	pool_put(pool, pb);
}

static noinline struct ksmol_pbuf *alloc_failed(struct ksmol_pool_cpu *cpu,
						enum ksmol_class class,
						bool injected)
{
	cpu->alloc_fail[class]++;
	if (injected)
		cpu->injected++;
	trace_ksmol_alloc_fail(class, injected);
	return NULL;
}

static noinline struct ksmol_pbuf *rx_fallback(struct ksmol_pool *pool,
					       struct ksmol_pool_cpu *cpu)
{
	struct ksmol_pbuf *pb;

	pb = class_get(pool, cpu, KSMOL_CLASS_RX) ?:
	     class_get(pool, cpu, KSMOL_CLASS_SHARED);
	if (pb)
		return pb;
	ksmol_pool_reclaim(pool, KSMOL_CLASS_RX);
	pb = cpu->emergency;
	cpu->emergency = NULL;
	return pb ?: alloc_failed(cpu, KSMOL_CLASS_RX, false);
}

struct ksmol_pbuf *ksmol_pbuf_alloc_rx(struct ksmol_pool *pool)
{
	struct ksmol_pool_cpu *cpu = this_cpu_ptr(pool->cpu);
	struct ksmol_pbuf *pb;

	if (ksmol_fault())
		return alloc_failed(cpu, KSMOL_CLASS_RX, true);
	pb = cache_pop(&cpu->cache[KSMOL_CLASS_RX]);
	if (unlikely(!pb)) {
		pb = rx_fallback(pool, cpu);
		if (!pb)
			return NULL;
	}
	pb->flags = 0;
	pb->truesize = 0;
	pb->rest = 0;
	pb->tstamp = 0;
	ksmol_pbuf_own(pb, KSMOL_OWNER_STACK);
	return pb;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_alloc_rx);

/*
 * Completions first: the buffer used last is the one still in the cache. Who lets
 * many gather finds fewer of them there, and others fewer in the pool.
 */
static __always_inline void tx_reap(struct ksmol_pool *pool)
{
	u32 many = pool->cfg.count[KSMOL_CLASS_TX] / 4;

	if (!llist_empty(&pool->returned))
		ksmol_pool_reap(pool, READ_ONCE(pool->quarantined) > many);
}

static struct ksmol_pbuf *tx_get(struct ksmol_pool *pool,
				 struct ksmol_pool_cpu *cpu, bool reserve)
{
	struct ksmol_pbuf *pb;

	tx_reap(pool);
	pb = class_get(pool, cpu, KSMOL_CLASS_TX);
	if (likely(pb))
		return pb;
	if (READ_ONCE(pool->quarantined) && ksmol_pool_reap(pool, true))
		pb = class_get(pool, cpu, KSMOL_CLASS_TX);
	if (!pb)
		pb = class_get(pool, cpu, KSMOL_CLASS_SHARED);
	if (!pb && reserve)
		pb = class_get(pool, cpu, KSMOL_CLASS_RESERVE);
	return pb;
}

/*
 * Asks once more after saying that somebody starves: a completion that came
 * between the first look and the flag would not have kicked.
 */
static noinline struct ksmol_pbuf *tx_starved(struct ksmol_pool *pool,
					      struct ksmol_pool_cpu *cpu,
					      bool reserve)
{
	struct ksmol_pbuf *pb;

	WRITE_ONCE(pool->starved, true);
	smp_mb();	/* (S) pairs with (C) in reap.c: flag before the list */
	pb = tx_get(pool, cpu, reserve);
	if (pb)
		return pb;
	/* What stays in quarantine makes no event when it is let go. */
	if (READ_ONCE(pool->quarantined))
		ksmol_pool_retry(pool);
	if (!reserve)
		ksmol_pool_reclaim(pool, KSMOL_CLASS_TX);
	return alloc_failed(cpu, KSMOL_CLASS_TX, false);
}

static __always_inline struct ksmol_pbuf *tx_begin(struct ksmol_pbuf *pb)
{
	storage_check(pb);
	pb->flags = KSMOL_PB_TX;
	pb->off = KSMOL_HEADROOM;
	pb->len = 0;
	pb->truesize = 0;
	pb->rest = 0;
	memset(&pb->tx, 0, sizeof(pb->tx));
	pb->chain = NULL;
	ksmol_pbuf_own(pb, KSMOL_OWNER_STACK);
	return pb;
}

struct ksmol_pbuf *ksmol_pbuf_alloc_tx(struct ksmol_pool *pool, bool reserve)
{
	struct ksmol_pool_cpu *cpu = this_cpu_ptr(pool->cpu);
	struct ksmol_pbuf *pb;

	if (ksmol_fault()) {
		/* No completion will come of this: whoever waits asks again. */
		WRITE_ONCE(pool->starved, true);
		ksmol_pool_retry(pool);
		return alloc_failed(cpu, KSMOL_CLASS_TX, true);
	}
	pb = tx_get(pool, cpu, reserve);
	if (unlikely(!pb)) {
		pb = tx_starved(pool, cpu, reserve);
		if (!pb)
			return NULL;
	}
	return tx_begin(pb);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_alloc_tx);

static struct ksmol_pbuf *stream_get(struct ksmol_pool *pool,
				     struct ksmol_pool_cpu *cpu, u32 held)
{
	struct ksmol_pool_set *set = &pool->set[KSMOL_CLASS_STREAM];
	u64 share = (u64)KSMOL_QUEUE_SHARE * READ_ONCE(set->count) *
		    pool->cfg.stream_size;

	if (held >= share)
		return NULL;
	if (ksmol_fault()) {
		cpu->injected++;
		return NULL;
	}
	return set_pop(set);
}

struct ksmol_pbuf *ksmol_pbuf_alloc_stream(struct ksmol_pool *pool, u32 held)
{
	struct ksmol_pool_cpu *cpu = this_cpu_ptr(pool->cpu);
	struct ksmol_pbuf *pb;

	if (!pool->cfg.count[KSMOL_CLASS_STREAM])
		return NULL;
	tx_reap(pool);
	pb = stream_get(pool, cpu, held);
	if (likely(pb))
		return tx_begin(pb);
	cpu->stream_short++;
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_alloc_stream);

void ksmol_pbuf_sk_release(struct ksmol_pbuf *pb)
{
	struct sock *sk;

	if (!READ_ONCE(pb->tx.sk))
		return;
	sk = xchg(&pb->tx.sk, NULL);
	if (sk)
		ksmol_pbuf_sk_done(sk);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_sk_release);

void ksmol_pool_release_sk(struct ksmol_pool *pool, struct sock *sk)
{
	u32 i;

	for (i = 0; i < pool->nr; i++) {
		struct ksmol_pbuf *pb = &pool->pbufs[i];

		if (READ_ONCE(pb->flags) & KSMOL_PB_TX &&
		    READ_ONCE(pb->tx.sk) == sk &&
		    cmpxchg(&pb->tx.sk, sk, NULL) == sk)
			ksmol_pbuf_sk_done(sk);
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pool_release_sk);

static noinline void double_free(struct ksmol_pbuf *pb)
{
	pb->pool->double_free++;
	pr_err("pbuf %td of class %s freed twice by %pS\n",
	       pb - pb->pool->pbufs, ksmol_class_names[pb->home],
	       __builtin_return_address(0));
}

static __always_inline void free_one(struct ksmol_pbuf *pb)
{
	struct ksmol_pool *pool = pb->pool;

	if (unlikely(pb->owner == KSMOL_OWNER_FREE)) {
		double_free(pb);
		return;
	}
	if (pb->skb) {
		ksmol_pbuf_uncharge(pb);
		ksmol_skb_consume(pb->skb);
		pb->skb = NULL;
	}
	if (pb->flags & KSMOL_PB_TX) {
		ksmol_pbuf_sk_release(pb);
		if (unlikely(pb->flags & KSMOL_PB_BORROWED))
			ksmol_pbuf_unborrow(pb);
	}
	storage_poison(pb);
	ksmol_pbuf_own(pb, KSMOL_OWNER_FREE);
	pool_put(pool, pb);
}

static noinline void free_tx(struct ksmol_pbuf *pb)
{
	struct ksmol_pool *pool = pb->pool;
	struct ksmol_pbuf *chain;

	for (; pb; pb = chain) {
		chain = pb->chain;
		free_one(pb);
	}
	ksmol_pool_wake(pool);
}

static noinline void free_parts(struct ksmol_pbuf *pb)
{
	struct ksmol_pbuf *rest;

	for (; pb; pb = rest) {
		rest = ksmol_pbuf_rest(pb);
		/* Or the others would change hands with it. */
		pb->rest = 0;
		free_one(pb);
	}
}

void ksmol_pbuf_free(struct ksmol_pbuf *pb)
{
	if (pb->flags & KSMOL_PB_TX)
		free_tx(pb);
	else if (unlikely(pb->rest))
		free_parts(pb);
	else
		free_one(pb);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_free);

void ksmol_pbuf_list_free(struct ksmol_pbuf_list *list)
{
	struct ksmol_pbuf *pb, *next;

	for (pb = list->first; pb; pb = next) {
		next = pb->next;
		ksmol_pbuf_free(pb);
	}
	ksmol_pbuf_list_init(list);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_list_free);

void ksmol_pbuf_free_any(struct ksmol_pbuf *pb)
{
	local_bh_disable();
	ksmol_pbuf_free(pb);
	local_bh_enable();
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_free_any);
