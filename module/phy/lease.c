// SPDX-License-Identifier: GPL-2.0-only
/*
 * Datagrams out whose payload lies in the pages of a program. The headers go
 * into a small skb, the payload goes along as fragments, and the ubuf of the
 * lease tells when the last user of the frame is done.
 */

#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <ksmol/compat.h>
#include "phy.h"

static int lease_refuse(const struct ksmol_phy *phy,
			enum ksmol_tx_drop reason, int err)
{
	ksmol_tx_dropped(reason, phy->ifindex);
	return err;
}

/* As tx_complete() in tx.c: may run often, anywhere; module text. */
static void lease_complete(struct sk_buff *skb, struct ubuf_info *ubuf,
			   bool success)
{
	struct ksmol_tx_lease *lease = container_of(ubuf, struct ksmol_tx_lease,
						    ubuf);
	struct ksmol_phy *phy = lease->phy;

	if (!refcount_dec_and_test(&ubuf->refcnt))
		return;
	WRITE_ONCE(phy->completed, jiffies);
	lease->done(lease);
	ksmol_phy_put(phy);
}

KSMOL_UBUF_OPS(lease_ubuf_ops, lease_complete);

/* The device has the frame from here on. */
static void lease_hold(struct ksmol_phy *phy, struct ksmol_tx_lease *lease,
		       struct sk_buff *skb)
{
	struct ubuf_info *ubuf = &lease->ubuf;

	/* The program may write to its pages: nobody may rely on them. */
	ubuf->flags = SKBFL_ZEROCOPY_FRAG | SKBFL_DONT_ORPHAN |
		      SKBFL_SHARED_FRAG;
	refcount_set(&ubuf->refcnt, 1);
	ksmol_ubuf_set(ubuf, lease_ubuf_ops, lease_complete);
	if (!ksmol_phy_outstanding(phy))
		WRITE_ONCE(phy->completed, jiffies);
	ksmol_phy_get(phy);
	lease->phy = phy;
	skb_zcopy_init(skb, ubuf);
}

static bool lease_attach(struct sk_buff *skb,
			 const struct ksmol_tx_lease *lease, u32 len)
{
	u32 off = lease->off, left = len, n;
	int i;

	for (i = 0; left; i++, off = 0, left -= n) {
		n = min_t(u32, left, PAGE_SIZE - off);
		if (i == MAX_SKB_FRAGS)
			return false;
		get_page(lease->pages[i]);
		skb_fill_page_desc(skb, i, lease->pages[i], off, n);
	}
	skb->len += len;
	skb->data_len += len;
	skb->truesize += len;
	return true;
}

/* In software, where the device can't; zero means "none" in UDP (RFC 768). */
static void lease_csum(struct sk_buff *skb, const struct ksmol_tx_segment *seg,
		       const struct ksmol_tx_lease *lease)
{
	u8 *l4 = skb->data + seg->hlen - seg->thlen;
	__wsum sum = csum_partial(l4, seg->thlen, 0);
	__sum16 folded;

	folded = csum_fold(csum_partial(lease->data, seg->len, sum));
	if (!folded && seg->csum_offset == offsetof(struct udphdr, check))
		folded = CSUM_MANGLED_0;
	put_unaligned((__force u16)folded, (u16 *)(l4 + seg->csum_offset));
}

/* The skb of @seg, data at the network header. */
static struct sk_buff *lease_skb(const struct ksmol_tx_segment *seg,
				 const struct ksmol_tx_lease *lease,
				 u32 headroom, bool sg)
{
	struct sk_buff *skb;

	skb = alloc_skb(headroom + seg->hlen + (sg ? 0 : seg->len),
			GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	skb_put_data(skb, seg->room + seg->off, seg->hlen);
	skb_reset_network_header(skb);
	if (sg) {
		if (lease_attach(skb, lease, seg->len))
			return skb;
		kfree_skb(skb);
		return NULL;
	}
	skb_put_data(skb, lease->data, seg->len);
	__ksmol_stat_copy(NO_SG, seg->len);
	return skb;
}

/* Headers in front and checksum in place; false if the device can't have it. */
static bool lease_finish(struct ksmol_phy *phy, struct sk_buff *skb,
			 const struct ksmol_tx_segment *seg,
			 const struct ksmol_tx_lease *lease, const u8 *dst,
			 __be16 proto)
{
	skb->dev = phy->dev;
	skb->protocol = proto;
	if (seg->csum_offset) {
		if (!ksmol_tx_csum_capable(phy->dev, proto))
			lease_csum(skb, seg, lease);
		else if (!skb_partial_csum_set(skb, seg->hlen - seg->thlen,
					       seg->csum_offset))
			return false;
	}
	return ksmol_tx_link_header(phy, skb, dst, proto);
}

int ksmol_phy_xmit_lease(struct ksmol_phy *phy,
			 const struct ksmol_tx_segment *seg,
			 struct ksmol_tx_lease *lease, const u8 *dst,
			 __be16 proto)
{
	struct net_device *dev = phy->dev;
	struct sk_buff *skb;

	if (unlikely(READ_ONCE(phy->dead) ||
		     !(READ_ONCE(dev->flags) & IFF_UP)))
		return lease_refuse(phy, KSMOL_TX_DROP_DEV_DOWN, -ENETDOWN);
	if (unlikely(seg->hlen + seg->len > READ_ONCE(phy->mtu)))
		return lease_refuse(phy, KSMOL_TX_DROP_TOO_BIG, -EMSGSIZE);
	skb = lease_skb(seg, lease, LL_RESERVED_SPACE(dev),
			dev->features & NETIF_F_SG);
	if (unlikely(!skb))
		return lease_refuse(phy, KSMOL_TX_DROP_NO_SKB, -ENOMEM);
	if (unlikely(!lease_finish(phy, skb, seg, lease, dst, proto))) {
		kfree_skb(skb);
		return lease_refuse(phy, KSMOL_TX_DROP_DEV_DROP, -ENOBUFS);
	}
	/* Whatever fails from here on frees the skb, which ends the lease. */
	lease_hold(phy, lease, skb);
	ksmol_tx_queue(phy, skb, seg->hlen + seg->len);
	return 0;
}
