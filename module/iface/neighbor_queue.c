// SPDX-License-Identifier: GPL-2.0-only
/* Packets that wait for a neighbor's link-layer address. */
#include <linux/errqueue.h>
#include <ksmol/compat.h>
#include "demux.h"
#include "neighbor.h"

/* The EtherType of a parked packet. */
static __be16 queue_proto(const struct ksmol_pbuf *pb)
{
	return htons(pb->family == AF_INET ? ETH_P_IP : ETH_P_IPV6);
}

static void queue_own(struct ksmol_pbuf *pb, enum ksmol_owner owner)
{
	for (; pb; pb = pb->chain)
		ksmol_pbuf_own(pb, owner);
}

int ksmol_neigh_park(struct ksmol_neigh_table *table, struct ksmol_neigh *n,
		     struct ksmol_pbuf *pb)
{
	if (n->parked.count >= READ_ONCE(ksmol_params.neigh_queue))
		return -KSMOL_TX_DROP_NEIGH_QUEUE;
	if (table->nr_parked >= READ_ONCE(ksmol_params.neigh_queue_total) ||
	    !ksmol_pbuf_may_park(pb))
		return -KSMOL_TX_DROP_NEIGH_TOTAL;
	queue_own(pb, KSMOL_OWNER_NEIGH);
	ksmol_pbuf_list_add(&n->parked, pb);
	table->nr_parked++;
	return 0;
}

void ksmol_neigh_unpark(struct ksmol_neigh_table *table, struct ksmol_neigh *n,
			struct ksmol_pbuf_list *to)
{
	table->nr_parked -= n->parked.count;
	ksmol_pbuf_list_splice(to, &n->parked);
}

void ksmol_neigh_flush(struct ksmol_iface *iface, const u8 *mac,
		       struct ksmol_pbuf_list *list)
{
	struct ksmol_pbuf *pb;

	while ((pb = ksmol_pbuf_list_pop(list))) {
		queue_own(pb, KSMOL_OWNER_STACK);
		ksmol_phy_xmit(iface->phy, pb, mac, queue_proto(pb));
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

	if (ksmol_quote_parse(bytes, pb->len, &err.quote))
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
