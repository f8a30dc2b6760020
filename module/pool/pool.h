/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the pool room only. */
#ifndef _KSMOL_POOL_POOL_H
#define _KSMOL_POOL_POOL_H

#include <linux/mm.h>
#include <linux/skbuff.h>
#include <linux/smp.h>
#include <ksmol/pool.h>

extern const char * const ksmol_class_names[KSMOL_NR_CLASSES];
extern const char * const ksmol_level_names[KSMOL_NR_LEVELS];
extern const char * const ksmol_reclaim_names[KSMOL_NR_RECLAIM_STEPS];
extern const char * const ksmol_cap_names[KSMOL_NR_CAPS];

/* Puts one pbuf on its free list; owner must be set by the caller. BH off. */
void ksmol_pool_put(struct ksmol_pool *pool, struct ksmol_pbuf *pb);

void ksmol_pool_reap_init(struct ksmol_pool *pool);
void ksmol_pool_reap_exit(struct ksmol_pool *pool);

/* Looks for room again in a jiffy, when no event will tell. Any context. */
void ksmol_pool_retry(struct ksmol_pool *pool);

/* Makes all CPUs free what lies around there to be freed. Not in an interrupt. */
void ksmol_pool_flush(void);

/* Wakes those who wait for TX room, if there are any. Any context. */
void ksmol_pool_wake(struct ksmol_pool *pool);

/*
 * Frees a received skb, which is ours alone or shared. BH disabled.
 *
 * In new kernels napi_consume_skb() leaves another CPU's for that one to free. That
 * is the one that receives: with many small ones it is what limits a stream,
 * while the reader waits; and the slab allocator has its own ways of bringing
 * them back. Pages it has not, and large skbs are few.
 */
static inline void ksmol_skb_consume(struct sk_buff *skb)
{
	if (skb_is_nonlinear(skb) || skb->alloc_cpu == smp_processor_id())
		napi_consume_skb(skb, 1);
	else
		consume_skb(skb);
}

/* As skb_copy_datagram_iter(), which reads from far away. */
int ksmol_skb_to_iter(const struct sk_buff *skb, u32 off, struct iov_iter *to,
		      u32 len);

/* Gives back what a map was charged in ksmol_pbuf_settle(). BH disabled. */
void ksmol_pbuf_uncharge(struct ksmol_pbuf *pb);

/* What pbuf.c does, for received packets in several parts (parts.c). */
struct ksmol_pbuf *ksmol_pbuf_parts_dup(const struct ksmol_pbuf *pb);
int ksmol_pbuf_parts_to_iter(const struct ksmol_pbuf *pb, u32 off,
			     struct iov_iter *to, u32 len);
int ksmol_pbuf_parts_to_mem(const struct ksmol_pbuf *pb, u32 off, void *to,
			    u32 len);
__wsum ksmol_pbuf_parts_csum(const struct ksmol_pbuf *pb, u32 off, u32 len,
			     __wsum sum);

/* Gives back a page that @pb has borrowed; its own is there again. */
void ksmol_pbuf_unborrow(struct ksmol_pbuf *pb);

/* Levels, once the lists are filled. */
void ksmol_pressure_init(struct ksmol_pool *pool);

/* The list's count has left the bounds of its level; return: and the level has
 * changed, which ksmol_pressure_tell() is to tell. List's lock held.
 */
bool ksmol_pressure_cross(struct ksmol_pool_set *set);

/* Wakes who waits for crossings. BH disabled, list's lock not held. */
void ksmol_pressure_tell(struct ksmol_pool_set *set);

/* Files pressure and reset. */
void ksmol_pressure_debugfs(struct ksmol_pool *pool);

void ksmol_caps_init(struct ksmol_pool *pool);

void ksmol_reclaim_init(struct ksmol_pool *pool);
void ksmol_reclaim_exit(struct ksmol_pool *pool);

/* Pbufs in a CPU's cache: exact on that CPU, else a hint. */
static inline u32 ksmol_pool_cached(const struct ksmol_pool_set *set,
				    const struct ksmol_pool_cache *cache)
{
	return READ_ONCE(cache->count) +
	       (READ_ONCE(cache->full) ? set->batch : 0);
}

/* Moves all of this CPU's cache of a class to the shared list. BH disabled. */
void ksmol_pool_spill(struct ksmol_pool_set *set,
		      struct ksmol_pool_cache *cache);

/* Is the pool's own reference the only one to the pool's page? No frame ever
 * had the page of a pbuf that borrows another.
 */
static inline bool ksmol_pbuf_page_idle(const struct ksmol_pbuf *pb)
{
	return !pb->page || page_ref_count(pb->page) == 1 ||
	       pb->flags & KSMOL_PB_BORROWED;
}

#endif /* _KSMOL_POOL_POOL_H */
