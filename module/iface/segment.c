// SPDX-License-Identifier: GPL-2.0-only
/*
 * Egress of transport segments whose payload stays in their sender's queue.
 * Only while a neighbor's address is being asked for does a part of it become
 * a packet of its own, which waits like any other.
 */
#include <linux/etherdevice.h>
#include <net/checksum.h>
#include <net/inet_ecn.h>
#include <ksmol/compat.h>
#include "ip.h"
#include "neighbor.h"

static int segment_refuse(const struct ksmol_dst *dst,
			  enum ksmol_tx_drop reason, int err)
{
	ksmol_tx_dropped(reason, dst->iface->phy->ifindex);
	return err;
}

/* The pseudo-header's sum, for whoever adds the rest (RFC 9293 3.1). */
static void segment_csum(const struct ksmol_flow *flow,
			 const struct ksmol_dst *dst, u8 *header, u8 offset,
			 u32 len)
{
	__wsum pseudo = ksmol_pseudo_sum(flow->family, &dst->saddr,
					 &flow->daddr, len, flow->proto);
	__sum16 sum = ~csum_fold(pseudo);

	put_unaligned((__force u16)sum, (u16 *)(header + offset));
}

/* Appends @len bytes of the payload, which may lie in several pbufs. */
static int segment_copy(struct ksmol_pbuf *to,
			const struct ksmol_tx_segment *seg, u32 len)
{
	const struct ksmol_pbuf *pb = seg->pb;
	u32 off = seg->pb_off, n;
	int err;

	if (len)
		ksmol_stat_copy(UNRESOLVED, len);
	for (; len; pb = pb->next, off = 0, len -= n) {
		n = min(len, pb->len - off);
		err = ksmol_pbuf_from_mem(to, pb->head + pb->off + off, n,
					  false);
		if (err)
			return err;
	}
	return 0;
}

/*
 * A packet of its own with as much payload as fits in one. One from the
 * reserve will not be parked, but the neighbor is asked for all the same.
 */
static struct ksmol_pbuf *segment_pbuf(const struct ksmol_tx_segment *seg,
				       u32 len)
{
	struct ksmol_pbuf *pb;
	u8 *header;

	pb = ksmol_pbuf_alloc_tx(&ksmol_pool, true);
	if (!pb)
		return NULL;
	if (segment_copy(pb, seg, len)) {
		ksmol_pbuf_free(pb);
		return NULL;
	}
	header = ksmol_pbuf_push(pb, seg->thlen);
	memcpy(header, seg->room + seg->off, seg->thlen);
	/* These stand for the end of the payload, which is not in here. */
	if (len < seg->len)
		header[KSMOL_TCP_FLAGS_AT] &= ~(KSMOL_TCP_FIN | KSMOL_TCP_PSH);
	pb->flags |= seg->flags;
	return pb;
}

static int segment_park(const struct ksmol_flow *flow,
			const struct ksmol_dst *dst,
			struct ksmol_tx_segment *seg)
{
	u32 part = seg->gso_size ? min_t(u32, seg->gso_size, seg->len) :
				   seg->len;
	struct ksmol_pbuf *pb = segment_pbuf(seg, part);
	u32 len;

	if (!pb)
		return segment_refuse(dst, KSMOL_TX_DROP_NO_PBUF, -ENOBUFS);
	len = ksmol_pbuf_chain_len(pb);
	segment_csum(flow, dst, pb->head + pb->off, seg->csum_offset, len);
	pb->tx.csum_start = 0;
	pb->tx.csum_offset = seg->csum_offset;
	seg->len = part;
	return ksmol_ip_output(flow, dst, pb);
}

static int segment_send(const struct ksmol_flow *flow,
			const struct ksmol_dst *dst,
			struct ksmol_tx_segment *seg, const u8 *mac)
{
	struct ksmol_phy *phy = dst->iface->phy;
	__be16 proto = ksmol_net_proto(flow->family);

	if (dst->type == KSMOL_DST_LOCAL)
		return ksmol_phy_loop_segment(phy, seg, proto);
	return ksmol_phy_xmit_segment(phy, seg, mac, proto);
}

static bool segment_fits(const struct ksmol_flow *flow,
			 const struct ksmol_dst *dst,
			 const struct ksmol_tx_segment *seg, u32 total)
{
	u32 one = seg->gso_size ?: seg->len;

	return total <= ksmol_net_total_max(flow->family) &&
	       total - seg->len + one <= dst->mtu;
}

int ksmol_ip_output_segment(const struct ksmol_flow *flow,
			    const struct ksmol_dst *dst,
			    struct ksmol_tx_segment *seg, bool ect)
{
	u32 hlen = ksmol_net_hlen(flow->family);
	u32 total = hlen + seg->thlen + seg->len;
	u8 mac[ETH_ALEN] __aligned(2);
	u8 tos = flow->tos;

	if (unlikely(!segment_fits(flow, dst, seg, total)))
		return segment_refuse(dst, KSMOL_TX_DROP_TOO_BIG, -EMSGSIZE);
	if (unlikely(!ksmol_ip_in_scope(flow, dst)))
		return segment_refuse(dst, KSMOL_TX_DROP_SCOPE, -EINVAL);
	if (dst->type == KSMOL_DST_UNICAST &&
	    dst->iface->phy->medium == KSMOL_MEDIUM_ETHERNET &&
	    !ksmol_neigh_resolve(dst->iface, flow->family, &dst->nexthop, mac))
		return segment_park(flow, dst, seg);
	segment_csum(flow, dst, seg->room + seg->off, seg->csum_offset,
		     seg->thlen + seg->len);
	if (ect)
		tos = (tos & ~INET_ECN_MASK) | INET_ECN_ECT_0;
	ksmol_ip_header(flow, dst, ksmol_segment_push(seg, hlen), total, tos);
	return segment_send(flow, dst, seg, mac);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ip_output_segment);
