/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the pool room only. */
#ifndef _KSMOL_POOL_POOL_H
#define _KSMOL_POOL_POOL_H

#include <linux/mm.h>
#include <ksmol/pool.h>

extern const char * const ksmol_class_names[KSMOL_NR_CLASSES];
extern const char * const ksmol_owner_names[KSMOL_NR_OWNERS];

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

/* Gives back what a map was charged in ksmol_pbuf_settle(). BH disabled. */
void ksmol_pbuf_uncharge(struct ksmol_pbuf *pb);

/* Gives back a page that @pb has borrowed; its own is there again. */
void ksmol_pbuf_unborrow(struct ksmol_pbuf *pb);

/* Is the pool's own reference the only one to the pool's page? No frame ever
 * had the page of a pbuf that borrows another.
 */
static inline bool ksmol_pbuf_page_idle(const struct ksmol_pbuf *pb)
{
	return !pb->page || page_ref_count(pb->page) == 1 ||
	       pb->flags & KSMOL_PB_BORROWED;
}

#endif /* _KSMOL_POOL_POOL_H */
