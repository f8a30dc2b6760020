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
#include <ksmol/wire.h>
#include "phy.h"

void (*ksmol_segment_done)(struct sock *sk);

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
	if (skb->sk)
		ksmol_segment_done(skb->sk);
	WRITE_ONCE(phy->completed, jiffies);
	ksmol_phy_put(phy);
}

/* The device's interface, and whom the segment's sender wants told. */
static void segment_hold(struct ksmol_phy *phy, struct ksmol_tx_segment *seg,
			 struct sk_buff *skb)
{
	if (!ksmol_phy_outstanding(phy))
		WRITE_ONCE(phy->completed, jiffies);
	ksmol_phy_get(phy);
	skb_shinfo(skb)->destructor_arg = phy;
	skb->destructor = segment_destruct;
	skb->sk = seg->sk;
	seg->sk = NULL;
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

	if (likely(READ_ONCE(pool->kept) <= limit))
		return false;
	/* While there are others, nobody looks whether these are free again. */
	ksmol_pool_reap(pool, true);
	return READ_ONCE(pool->kept) > limit;
}

/* Appends the payload, and adds it to @sum if there is one; its pieces may be
 * of odd length.
 */
static void segment_copy(struct sk_buff *skb,
			 const struct ksmol_tx_segment *seg, __wsum *sum)
{
	const struct ksmol_pbuf *pb = seg->pb;
	u32 off = seg->pb_off, done = 0, n;
	__wsum part;

	for (; done < seg->len; pb = pb->next, off = 0, done += n) {
		const u8 *from = pb->head + pb->off + off;

		n = min(seg->len - done, pb->len - off);
		if (!sum) {
			skb_put_data(skb, from, n);
			continue;
		}
		part = csum_partial_copy_nocheck(from, skb_put(skb, n), n);
		*sum = csum_block_add(*sum, part, done);
	}
}

/* The same into pages of @skb's own, which has nothing but headers so far. */
static void segment_store(struct sk_buff *skb,
			  const struct ksmol_tx_segment *seg)
{
	const struct ksmol_pbuf *pb = seg->pb;
	u32 off = seg->pb_off, at = skb->len, left = seg->len, n;

	skb->len += left;
	skb->data_len = left;
	for (; left; pb = pb->next, off = 0, at += n, left -= n) {
		n = min(left, pb->len - off);
		skb_store_bits(skb, at, pb->head + pb->off + off, n);
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

/* Where the transport header begins, from the network header. */
static u16 segment_l4(const struct ksmol_tx_segment *seg)
{
	return seg->hlen - seg->thlen;
}

bool ksmol_tx_csum_capable(const struct net_device *dev, __be16 proto)
{
	if (dev->features & NETIF_F_HW_CSUM)
		return true;
	return dev->features & (proto == htons(ETH_P_IP) ? NETIF_F_IP_CSUM :
							   NETIF_F_IPV6_CSUM);
}

/* Adds the payload's sum to @sum. */
static void segment_sum(const struct ksmol_tx_segment *seg, __wsum *sum)
{
	const struct ksmol_pbuf *pb = seg->pb;
	u32 off = seg->pb_off, done = 0, n;

	for (; done < seg->len; pb = pb->next, off = 0, done += n) {
		n = min(seg->len - done, pb->len - off);
		*sum = csum_block_add(*sum, csum_partial(pb->head + pb->off +
							 off, n, 0), done);
	}
}

/* Completes the checksum: the header's, which is a multiple of four, so that
 * the payload begins evenly, and the payload's, @sum.
 */
static void segment_csum(struct sk_buff *skb,
			 const struct ksmol_tx_segment *seg, __wsum sum)
{
	u8 *l4 = skb->data + segment_l4(seg);

	sum = csum_partial(l4, seg->thlen, sum);
	put_unaligned((__force u16)csum_fold(sum),
		      (u16 *)(l4 + seg->csum_offset));
}

/* How a segment's payload gets into its skb. */
enum segment_way {
	SEGMENT_ATTACH,		/* not at all: it stays in the pool's pages */
	SEGMENT_COPY,		/* behind the headers */
	SEGMENT_STORE,		/* into pages of the skb's own */
};

static bool fits_page(u32 len)
{
	return SKB_DATA_ALIGN(len) +
	       SKB_DATA_ALIGN(sizeof(struct skb_shared_info)) <= PAGE_SIZE;
}

/*
 * Much is not copied into one piece: that would be rounded up to up to twice as
 * much, be had only while memory is not in pieces itself, and a receiver on this
 * machine would reckon all of it against its window.
 */
static enum segment_way segment_way(const struct ksmol_tx_segment *seg,
				    u32 headroom, bool sg, bool kept)
{
	if (likely(sg && !kept))
		return SEGMENT_ATTACH;
	return sg && !fits_page(headroom + seg->hlen + seg->len) ?
	       SEGMENT_STORE : SEGMENT_COPY;
}

/*
 * An skb with @len bytes after @headroom, on a fragment of a page, as in a driver's
 * received frames: a receiver on this machine can join such skbs, and then most of
 * them are free again before it wakes.
 */
static struct sk_buff *segment_alloc_frag(u32 headroom, u32 len)
{
	u32 size = SKB_DATA_ALIGN(headroom + len) +
		   SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
	struct sk_buff *skb;
	void *data;

	data = ksmol_copy_room(size);
	if (unlikely(!data))
		return NULL;
	skb = napi_build_skb(data, size);
	if (unlikely(!skb))
		skb_free_frag(data);
	return skb;
}

static struct sk_buff *segment_alloc(const struct ksmol_tx_segment *seg,
				     u32 headroom, enum segment_way way)
{
	gfp_t gfp = GFP_ATOMIC | __GFP_NOWARN;
	u32 len = headroom + seg->hlen;
	struct sk_buff *skb;
	int err;

	if (way == SEGMENT_STORE)
		skb = alloc_skb_with_frags(len, seg->len,
					   PAGE_ALLOC_COSTLY_ORDER, &err, gfp);
	else if (way == SEGMENT_COPY && fits_page(len + seg->len))
		skb = segment_alloc_frag(headroom, seg->hlen + seg->len);
	else
		skb = alloc_skb(len + (way == SEGMENT_COPY ? seg->len : 0),
				gfp);
	if (likely(skb))
		skb_reserve(skb, headroom);
	return skb;
}

/* Payload into @skb; its sum is added to @sum if there is one: 0 or -EMSGSIZE. */
static int segment_payload(struct sk_buff *skb,
			   const struct ksmol_tx_segment *seg,
			   enum segment_way way, __wsum *sum)
{
	int err = 0;

	if (way == SEGMENT_COPY) {
		segment_copy(skb, seg, sum);
		return 0;
	}
	if (way == SEGMENT_STORE)
		segment_store(skb, seg);
	else
		err = segment_attach(skb, seg);
	if (sum)
		segment_sum(seg, sum);
	return err;
}

/* The skb of @seg, data at the network header. The payload's sum is added to
 * @sum if there is one.
 */
static struct sk_buff *segment_skb(struct ksmol_phy *phy,
				   struct ksmol_tx_segment *seg,
				   u32 headroom, bool sg, __wsum *sum)
{
	bool kept = seg->len && segment_pages_kept(seg->pb);
	enum segment_way way = SEGMENT_ATTACH;
	struct sk_buff *skb;

	if (seg->len)
		way = segment_way(seg, headroom, sg, kept);
	skb = segment_alloc(seg, headroom, way);
	if (unlikely(!skb))
		return NULL;
	skb_put_data(skb, seg->room + seg->off, seg->hlen);
	skb_reset_network_header(skb);
	if (seg->len && segment_payload(skb, seg, way, sum)) {
		kfree_skb(skb);
		return NULL;
	}
	if (unlikely(kept))
		__ksmol_stat_copy(BOUND, seg->len);
	else if (way != SEGMENT_ATTACH)
		__ksmol_stat_copy(NO_SG, seg->len);
	if (!seg->more)
		segment_hold(phy, seg, skb);
	return skb;
}

/* One frame for the device, a super-frame if @super. */
static int segment_frame(struct ksmol_phy *phy, struct ksmol_tx_segment *seg,
			 const u8 *dst, __be16 proto, bool super)
{
	struct net_device *dev = phy->dev;
	/* Super-segments can't be summed before they are cut. */
	bool partial = super || ksmol_tx_csum_capable(dev, proto);
	struct sk_buff *skb;
	__wsum sum = 0;

	skb = segment_skb(phy, seg, LL_RESERVED_SPACE(dev),
			  super || dev->features & NETIF_F_SG,
			  partial ? NULL : &sum);
	if (unlikely(!skb))
		return segment_refuse(phy, KSMOL_TX_DROP_NO_SKB, -ENOMEM);
	skb->dev = dev;
	skb->protocol = proto;
	if (super)
		segment_gso(skb, seg, proto);
	if (!partial)
		segment_csum(skb, seg, sum);
	if ((partial && !skb_partial_csum_set(skb, segment_l4(seg),
					      seg->csum_offset)) ||
	    !ksmol_tx_link_header(phy, skb, dst, proto)) {
		kfree_skb(skb);
		return segment_refuse(phy, KSMOL_TX_DROP_DEV_DROP, -ENOBUFS);
	}
	if (seg->cpu >= 0 && ksmol_tx_steer(phy, skb, seg->cpu))
		return 0;
	return ksmol_tx_queue(phy, skb, seg->hlen + seg->len);
}

/* --- super-segments --- */

static bool segment_is_super(const struct ksmol_tx_segment *seg)
{
	return seg->gso_size && seg->len > seg->gso_size;
}

/* Does the device, or Linux on its behalf, cut them without a copy? */
static bool segment_takes_super(const struct net_device *dev)
{
	return dev->features & NETIF_F_SG &&
	       dev->features & (NETIF_F_GSO | NETIF_F_ALL_TSO);
}

/* Moves @piece past its payload. */
static void segment_advance(struct ksmol_tx_segment *piece)
{
	u32 left = piece->len;

	while (left && left >= piece->pb->len - piece->pb_off) {
		left -= piece->pb->len - piece->pb_off;
		piece->pb = piece->pb->next;
		piece->pb_off = 0;
	}
	piece->pb_off += left;
}

/*
 * For a device that takes no super-segments: frame by frame, and what comes
 * above does its work but once. When one is refused, @seg ends before it.
 *
 * The last frame stands for all: a device gives them back in order, and none
 * of them has anything of ours but its pages' references.
 */
static int segment_cut(struct ksmol_phy *phy, struct ksmol_tx_segment *seg,
		       const u8 *dst, __be16 proto)
{
	struct ksmol_tx_segment piece = *seg;
	struct ksmol_tcp_cut cut = { .whole = seg->len };
	int err;

	do {
		cut.len = min_t(u32, seg->gso_size, cut.whole - cut.off);
		piece.len = cut.len;
		piece.more = cut.off + cut.len < cut.whole;
		memcpy(piece.room + seg->off, seg->room + seg->off, seg->hlen);
		ksmol_tcp_cut(piece.room + seg->off, segment_l4(seg), &cut);
		err = segment_frame(phy, &piece, dst, proto, false);
		if (unlikely(err))
			break;
		segment_advance(&piece);
		cut.off += cut.len;
		cut.index++;
	} while (cut.off < cut.whole);
	seg->sk = piece.sk;
	if (unlikely(!cut.off))
		return err;
	seg->len = cut.off;
	return 0;
}

int ksmol_phy_xmit_segment(struct ksmol_phy *phy, struct ksmol_tx_segment *seg,
			   const u8 *dst, __be16 proto)
{
	struct net_device *dev = phy->dev;
	bool super = segment_is_super(seg);

	if (unlikely(READ_ONCE(phy->dead) ||
		     !(READ_ONCE(dev->flags) & IFF_UP)))
		return segment_refuse(phy, KSMOL_TX_DROP_DEV_DOWN, -ENETDOWN);
	if (unlikely(seg->hlen + (super ? seg->gso_size : seg->len) >
		     READ_ONCE(phy->mtu)))
		return segment_refuse(phy, KSMOL_TX_DROP_TOO_BIG, -EMSGSIZE);
	if (unlikely(segment_full(phy, seg)))
		return segment_refuse(phy, KSMOL_TX_DROP_DEV_BUSY, -ENOBUFS);
	if (super && !segment_takes_super(dev))
		return segment_cut(phy, seg, dst, proto);
	return segment_frame(phy, seg, dst, proto, super);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_phy_xmit_segment);

int ksmol_phy_loop_segment(struct ksmol_phy *phy, struct ksmol_tx_segment *seg,
			   __be16 proto)
{
	struct sk_buff *skb;

	if (READ_ONCE(phy->dead))
		return segment_refuse(phy, KSMOL_TX_DROP_DEV_DOWN, -ENETDOWN);
	skb = segment_skb(phy, seg, 0, true, NULL);
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
	u32 max = min_t(u32, READ_ONCE(phy->dev->gso_max_size), U16_MAX);

	*frags = MAX_SKB_FRAGS;
	return max > SEGMENT_HEADERS ? max - SEGMENT_HEADERS : 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_phy_gso);
