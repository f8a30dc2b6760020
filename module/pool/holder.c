// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbufs in the hands of in-kernel users. Who holds one is written in it, so
 * that what he forgot can be found, and what he gives back twice is refused:
 * of all who want to end a hold, the one whose exchange succeeds does.
 */

#define pr_fmt(fmt) "ksmol: " fmt

#include <ksmol/compat.h>
#include <ksmol/pool.h>
#include "pool.h"

void ksmol_pbuf_hold(struct ksmol_pbuf *pb, const void *holder)
{
	struct ksmol_pbuf *part;

	if (pb->flags & KSMOL_PB_TX)
		for (part = pb->chain; part; part = part->chain)
			ksmol_pbuf_own(part, KSMOL_OWNER_USER);
	WRITE_ONCE(pb->holder, holder);
	ksmol_pbuf_own(pb, KSMOL_OWNER_USER);
}

static bool end_hold(struct ksmol_pbuf *pb, const void *holder)
{
	return READ_ONCE(pb->holder) == holder &&
	       cmpxchg(&pb->holder, holder, NULL) == holder;
}

bool ksmol_pbuf_unhold(struct ksmol_pbuf *pb, const void *holder)
{
	if (likely(end_hold(pb, holder))) {
		ksmol_pbuf_own(pb, KSMOL_OWNER_STACK);
		return true;
	}
	pb->pool->double_free++;
	pr_err("pbuf %td of class %s given back by %pS, who does not hold it\n",
	       pb - pb->pool->pbufs, ksmol_class_names[pb->home],
	       __builtin_return_address(0));
	return false;
}

u32 ksmol_pool_take_back(struct ksmol_pool *pool, const void *holder)
{
	u32 i, n = 0;

	for (i = 0; i < pool->nr; i++) {
		struct ksmol_pbuf *pb = &pool->pbufs[i];

		if (end_hold(pb, holder)) {
			ksmol_pbuf_free_any(pb);
			n++;
		}
	}
	return n;
}
