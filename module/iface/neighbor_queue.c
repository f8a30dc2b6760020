// SPDX-License-Identifier: GPL-2.0-only
/* Packets that wait for a neighbor's link-layer address. */
#include <linux/errqueue.h>
#include <ksmol/compat.h>
#include "demux.h"
#include "fragment.h"
#include "neighbor.h"

static void queue_own(struct ksmol_pbuf *pb, enum ksmol_owner owner)
{
	for (; pb; pb = pb->chain)
		ksmol_pbuf_own(pb, owner);
}

/* Pbufs, chains included: what the cap counts. */
static void queue_give(const struct ksmol_pbuf *pb)
{
	ksmol_cap_give(&ksmol_pool.cap[KSMOL_CAP_NEIGH],
		       ksmol_pbuf_chain_count(pb));
}

int ksmol_neigh_park(struct ksmol_neigh_table *table, struct ksmol_neigh *n,
		     struct ksmol_pbuf *pb)
{
	if (n->parked.count >= READ_ONCE(ksmol_params.neigh_queue))
		return -KSMOL_TX_DROP_NEIGH_QUEUE;
	if (!ksmol_pbuf_may_park(pb) ||
	    !ksmol_cap_take(&ksmol_pool.cap[KSMOL_CAP_NEIGH],
			    ksmol_pbuf_chain_count(pb)))
		return -KSMOL_TX_DROP_NEIGH_TOTAL;
	queue_own(pb, KSMOL_OWNER_NEIGH);
	if (!n->parked.count)
		list_add_tail(&n->waiting, &table->waiting);
	ksmol_pbuf_list_add(&n->parked, pb);
	return 0;
}

void ksmol_neigh_unpark(struct ksmol_neigh_table *table, struct ksmol_neigh *n,
			struct ksmol_pbuf_list *to)
{
	const struct ksmol_pbuf *pb;

	for (pb = n->parked.first; pb; pb = pb->next)
		queue_give(pb);
	list_del_init(&n->waiting);
	ksmol_pbuf_list_splice(to, &n->parked);
}

/* --- the pool is short --- */

/*
 * May @pb be given up? A reply that a stranger provoked may. Of our own packets
 * each neighbor keeps the last, so that none loses its only one to another.
 */
static bool reclaimable(const struct ksmol_pbuf *pb, u32 left, int class,
			bool ours)
{
	if (pb->home != class && pb->home != KSMOL_CLASS_SHARED)
		return false;
	return ours ? left > 1 : pb->flags & KSMOL_PB_REPLY;
}

/* Moves up to @want pbufs of @n, oldest first, to @to. Table lock. */
static u32 reclaim_queue(struct ksmol_neigh *n, int class, u32 want, bool ours,
			 struct ksmol_pbuf_list *to)
{
	struct ksmol_pbuf_list keep;
	struct ksmol_pbuf *pb;
	u32 got = 0;

	ksmol_pbuf_list_init(&keep);
	while ((pb = ksmol_pbuf_list_pop(&n->parked))) {
		u32 left = n->parked.count + keep.count + 1;

		if (got < want && reclaimable(pb, left, class, ours)) {
			got += ksmol_pbuf_chain_count(pb);
			queue_give(pb);
			ksmol_pbuf_list_add(to, pb);
			ksmol_tx_dropped(KSMOL_TX_DROP_NEIGH_RECLAIMED,
					 n->iface->phy->ifindex);
		} else {
			ksmol_pbuf_list_add(&keep, pb);
		}
	}
	ksmol_pbuf_list_splice(&n->parked, &keep);
	if (!n->parked.count)
		list_del_init(&n->waiting);
	return got;
}

u32 ksmol_neigh_reclaim(struct ksmol_pool *pool, int class, u32 want)
{
	struct ksmol_neigh_table *table = &ksmol_neigh_table;
	struct ksmol_neigh *n, *next;
	struct ksmol_pbuf_list list;
	u32 got = 0;
	int ours;

	ksmol_pbuf_list_init(&list);
	spin_lock(&table->lock);
	for (ours = 0; ours < 2 && got < want; ours++)
		list_for_each_entry_safe(n, next, &table->waiting, waiting)
			if (got < want)
				got += reclaim_queue(n, class, want - got,
						     ours, &list);
	spin_unlock(&table->lock);
	ksmol_pbuf_list_free(&list);
	return got;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_neigh_reclaim);

void ksmol_neigh_flush(struct ksmol_iface *iface, const u8 *mac,
		       struct ksmol_pbuf_list *list)
{
	struct ksmol_pbuf *pb;

	while ((pb = ksmol_pbuf_list_pop(list))) {
		queue_own(pb, KSMOL_OWNER_STACK);
		ksmol_ip_xmit(iface->phy, pb, mac);
	}
}

/* Tells whoever sent @pb, as an ICMP error from the network would, that the
 * next hop does not answer. Our replies and errors have no socket to tell.
 */
static void queue_report(struct ksmol_iface *iface, struct ksmol_pbuf *pb)
{
	struct ksmol_icmp_error err = {
		.errno_ = EHOSTUNREACH,
		.fatal = true,
		.origin = SO_EE_ORIGIN_LOCAL,
		.ifindex = iface->phy->ifindex,
	};
	const u8 *bytes = pb->head + pb->off;
	u32 off;

	if (pb->family == AF_INET ?
	    ksmol_quote_parse(bytes, pb->len, &err.quote) :
	    ksmol_quote6_parse(bytes, pb->len, &err.quote))
		return;
	err.seq = get_unaligned_be32(bytes + err.quote.l4_off + 4);
	/* UDP and echo headers are eight bytes both. */
	off = err.quote.l4_off + 8;
	err.payload = bytes + off;
	err.payload_len = pb->len - off;
	ksmol_demux()->error(iface->net, &err);
}

void ksmol_neigh_fail(struct ksmol_iface *iface, enum ksmol_tx_drop reason,
		      struct ksmol_pbuf_list *list)
{
	struct ksmol_pbuf *pb;

	while ((pb = ksmol_pbuf_list_pop(list))) {
		queue_own(pb, KSMOL_OWNER_STACK);
		ksmol_tx_dropped(reason, iface->phy->ifindex);
		queue_report(iface, pb);
		ksmol_pbuf_free(pb);
	}
}
