// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transport segments out. The headers go into a small skb, the payload goes
 * along as pages of the sender's queue, each with a reference of the
 * fragment's: no pbuf changes hands, and what proves that a page is free again
 * is its count alone.
 *
 * The skb's destructor counts what is outstanding. It may run before the last
 * user of the pages is done; that is the pages' own affair.
 */

#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/tcp.h>
#include <net/checksum.h>
#include <ksmol/compat.h>
#include "phy.h"

static int segment_refuse(const struct ksmol_phy *phy,
			  enum ksmol_tx_drop reason, int err)
{
	ksmol_tx_dropped(reason, phy->ifindex);
	return err;
}

/* Module text: ksmol_phy_exit() waits for the reference, then for the return. */
static void segment_destruct(struct sk_buff *skb)
{
	struct ksmol_phy *phy = skb_shinfo(skb)->destructor_arg;

	skb_shinfo(skb)->destructor_arg = NULL;
	WRITE_ONCE(phy->completed, jiffies);
	ksmol_phy_put(phy);
}

static void segment_hold(struct ksmol_phy *phy, struct sk_buff *skb)
{
	if (!ksmol_phy_outstanding(phy))
		WRITE_ONCE(phy->completed, jiffies);
	ksmol_phy_get(phy);
	skb_shinfo(skb)->destructor_arg = phy;
	skb->destructor = segment_destruct;
}

/*
 * Headers are system memory, bounded here; with payload the pool bounds them.
 * Replies that strangers provoke stand back first.
 */
static bool segment_full(const struct ksmol_phy *phy,
			 const struct ksmol_tx_segment *seg)
{
	u32 times = seg->flags & KSMOL_PB_REPLY ? 2 : 3;

	return !seg->len &&
	       ksmol_phy_outstanding(phy) >= times * phy->outstanding_max;
}

/*
 * Somebody keeps our pages and does not read, a program on this very machine
 * for instance. It shall keep copies.
 */
static bool segment_pages_kept(const struct ksmol_pbuf *pb)
{
	u32 limit = pb->pool->cfg.count[KSMOL_CLASS_TX] / 2;
	struct ksmol_pool *pool = pb->pool;

	if (likely(READ_ONCE(pool->quarantined) <= limit))
		return false;
	/* While there are others, nobody looks whether these are free again. */
	ksmol_pool_reap(pool, true);
	return READ_ONCE(pool->quarantined) > limit;
}

static void segment_copy(struct sk_buff *skb,
			 const struct ksmol_tx_segment *seg)
{
	const struct ksmol_pbuf *pb = seg->pb;
	u32 off = seg->pb_off, left = seg->len, n;

	for (; left; pb = pb->next, off = 0, left -= n) {
		n = min(left, pb->len - off);
		skb_put_data(skb, pb->head + pb->off + off, n);
	}
}

static int segment_attach(struct sk_buff *skb,
			  const struct ksmol_tx_segment *seg)
{
	const struct ksmol_pbuf *pb = seg->pb;
	u32 off = seg->pb_off, left = seg->len, n;
	int i = 0;

	for (; left; pb = pb->next, off = 0, left -= n) {
		n = min(left, pb->len - off);
		if (unlikely(i == MAX_SKB_FRAGS))
			return -EMSGSIZE;
		get_page(pb->page);
		skb_fill_page_desc(skb, i++, pb->page, pb->head -
				   (u8 *)page_address(pb->page) + pb->off +
				   off, n);
	}
	skb->len += seg->len;
	skb->data_len += seg->len;
	skb->truesize += seg->len;
	/* Nobody may transform in place what may have to be sent again. */
	skb_shinfo(skb)->flags |= SKBFL_SHARED_FRAG;
	return 0;
}

static void segment_gso(struct sk_buff *skb, const struct ksmol_tx_segment *seg,
			__be16 proto)
{
	struct skb_shared_info *info = skb_shinfo(skb);

	info->gso_size = seg->gso_size;
	info->gso_segs = DIV_ROUND_UP(seg->len, seg->gso_size);
	info->gso_type = proto == htons(ETH_P_IP) ? SKB_GSO_TCPV4 :
						    SKB_GSO_TCPV6;
	if (seg->gso_ecn)
		info->gso_type |= SKB_GSO_TCP_ECN;
}

static bool segment_is_super(const struct ksmol_tx_segment *seg)
{
	return seg->gso_size && seg->len > seg->gso_size;
}

/* Where the transport header begins, from the network header. */
static u16 segment_l4(const struct ksmol_tx_segment *seg)
{
	return seg->hlen - seg->thlen;
}

static bool segment_csum_capable(const struct net_device *dev, __be16 proto)
{
	if (dev->features & NETIF_F_HW_CSUM)
		return true;
	return dev->features & (proto == htons(ETH_P_IP) ? NETIF_F_IP_CSUM :
							   NETIF_F_IPV6_CSUM);
}

/* The payload's sum, added to @sum; pieces may be of odd length. */
static __wsum segment_payload_csum(const struct ksmol_tx_segment *seg,
				   __wsum sum)
{
	const struct ksmol_pbuf *pb = seg->pb;
	u32 off = seg->pb_off, done = 0, n;

	for (; done < seg->len; pb = pb->next, off = 0, done += n) {
		n = min(seg->len - done, pb->len - off);
		sum = csum_block_add(sum, csum_partial(pb->head + pb->off +
						       off, n, 0), done);
	}
	return sum;
}

/* In software and before the frame is built: the headers are in the skb. */
static void segment_csum(struct sk_buff *skb,
			 const struct ksmol_tx_segment *seg)
{
	u8 *l4 = skb->data + segment_l4(seg);
	__wsum sum = csum_partial(l4, seg->thlen, 0);

	/* The header is a multiple of four, so the payload begins evenly. */
	sum = csum_add(sum, segment_payload_csum(seg, 0));
	put_unaligned((__force u16)csum_fold(sum),
		      (u16 *)(l4 + seg->csum_offset));
}

/* The skb of @seg, data at the network header. */
static struct sk_buff *segment_skb(struct ksmol_phy *phy,
				   const struct ksmol_tx_segment *seg,
				   u32 headroom, bool sg)
{
	bool kept = seg->len && segment_pages_kept(seg->pb);
	bool linear = seg->len && (!sg || kept);
	struct sk_buff *skb;

	skb = alloc_skb(headroom + seg->hlen + (linear ? seg->len : 0),
			GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	skb_put_data(skb, seg->room + seg->off, seg->hlen);
	skb_reset_network_header(skb);
	if (linear) {
		segment_copy(skb, seg);
		if (kept)
			__ksmol_stat_copy(BOUND, seg->len);
		else
			__ksmol_stat_copy(NO_SG, seg->len);
	} else if (seg->len && segment_attach(skb, seg)) {
		kfree_skb(skb);
		return NULL;
	}
	segment_hold(phy, skb);
	return skb;
}

int ksmol_phy_xmit_segment(struct ksmol_phy *phy,
			   const struct ksmol_tx_segment *seg,
			   const u8 *dst, __be16 proto)
{
	bool partial, super = segment_is_super(seg);
	struct net_device *dev = phy->dev;
	struct sk_buff *skb;

	if (unlikely(READ_ONCE(phy->dead) ||
		     !(READ_ONCE(dev->flags) & IFF_UP)))
		return segment_refuse(phy, KSMOL_TX_DROP_DEV_DOWN, -ENETDOWN);
	if (unlikely(seg->hlen + (super ? seg->gso_size : seg->len) >
		     READ_ONCE(phy->mtu)))
		return segment_refuse(phy, KSMOL_TX_DROP_TOO_BIG, -EMSGSIZE);
	if (unlikely(segment_full(phy, seg)))
		return segment_refuse(phy, KSMOL_TX_DROP_DEV_BUSY, -ENOBUFS);
	skb = segment_skb(phy, seg, LL_RESERVED_SPACE(dev),
			  super || dev->features & NETIF_F_SG);
	if (unlikely(!skb))
		return segment_refuse(phy, KSMOL_TX_DROP_NO_SKB, -ENOMEM);
	skb->dev = dev;
	skb->protocol = proto;
	if (super)
		segment_gso(skb, seg, proto);
	/* Super-segments can't be summed before they are cut. */
	partial = super || segment_csum_capable(dev, proto);
	if (!partial)
		segment_csum(skb, seg);
	if ((partial && !skb_partial_csum_set(skb, segment_l4(seg),
					      seg->csum_offset)) ||
	    !ksmol_tx_link_header(phy, skb, dst, proto)) {
		kfree_skb(skb);
		return segment_refuse(phy, KSMOL_TX_DROP_DEV_DROP, -ENOBUFS);
	}
	return ksmol_tx_queue(phy, skb, seg->hlen + seg->len);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_phy_xmit_segment);

int ksmol_phy_loop_segment(struct ksmol_phy *phy,
			   const struct ksmol_tx_segment *seg, __be16 proto)
{
	struct sk_buff *skb;

	if (READ_ONCE(phy->dead))
		return segment_refuse(phy, KSMOL_TX_DROP_DEV_DOWN, -ENETDOWN);
	skb = segment_skb(phy, seg, 0, true);
	if (!skb)
		return segment_refuse(phy, KSMOL_TX_DROP_NO_SKB, -ENOMEM);
	if (segment_is_super(seg))
		segment_gso(skb, seg, proto);
	return ksmol_loop_queue(phy, skb, proto, true);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_phy_loop_segment);

/* Room for the headers of a super-segment below the 64 KiB that IP can name. */
#define SEGMENT_HEADERS 128

u32 ksmol_phy_gso(const struct ksmol_phy *phy, u32 *frags)
{
	const struct net_device *dev = phy->dev;
	u32 max;

	*frags = MAX_SKB_FRAGS;
	if (!(dev->features & NETIF_F_SG) ||
	    !(dev->features & (NETIF_F_GSO | NETIF_F_ALL_TSO)))
		return 0;
	max = min_t(u32, READ_ONCE(dev->gso_max_size), U16_MAX);
	return max > SEGMENT_HEADERS ? max - SEGMENT_HEADERS : 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_phy_gso);
