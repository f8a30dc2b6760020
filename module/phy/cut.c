// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets that go out in pieces. Each piece is a frame with headers of its own,
 * and with page fragments of the one packet's payload; all of them share its
 * completion, which comes when the last of them is let go.
 */

#include <linux/netdevice.h>
#include <ksmol/compat.h>
#include "phy.h"

/**
 * struct piece - one of them
 * @off: its place in the payload
 * @len: payload bytes
 */
struct piece {
	u32 off;
	u32 len;
};

/* Hangs the piece's payload on @skb; false when it lies in too many pages. */
static bool piece_attach(struct sk_buff *skb, const struct ksmol_pbuf *pb,
			 u32 off, u32 len)
{
	int i = 0;
	u32 n;

	for (; off >= pb->len; pb = pb->chain)
		off -= pb->len;
	for (; len; pb = pb->chain, off = 0, len -= n) {
		n = min(len, pb->len - off);
		if (unlikely(i == MAX_SKB_FRAGS))
			return false;
		get_page(pb->page);
		skb_fill_page_desc(skb, i++, pb->page, pb->head -
				   (u8 *)page_address(pb->page) + pb->off +
				   off, n);
		skb->len += n;
		skb->data_len += n;
		skb->truesize += n;
	}
	return true;
}

static struct sk_buff *piece_skb(struct ksmol_phy *phy,
				 const struct ksmol_pbuf *pb,
				 const struct ksmol_tx_cut *cut,
				 const struct piece *piece, bool more,
				 bool linear)
{
	u32 head = cut->hlen + (linear ? piece->len : 0);
	u32 room = LL_RESERVED_SPACE(phy->dev);
	struct sk_buff *skb;

	skb = alloc_skb(room + head, GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return NULL;
	skb_reserve(skb, room);
	skb_reset_network_header(skb);
	cut->emit(cut, skb_put(skb, cut->hlen), pb->head + pb->off, piece->off,
		  piece->len, more);
	if (linear) {
		ksmol_pbuf_to_mem(pb, cut->skip + piece->off,
				  skb_put(skb, piece->len), piece->len);
	} else if (!piece_attach(skb, pb, cut->skip + piece->off,
				 piece->len)) {
		kfree_skb(skb);
		return NULL;
	}
	skb->dev = phy->dev;
	return skb;
}

static int piece_send(struct ksmol_phy *phy, const struct ksmol_pbuf *pb,
		      const struct ksmol_tx_cut *cut, const struct piece *piece,
		      bool more, bool linear, struct ubuf_info *ubuf,
		      const u8 *dst, __be16 proto)
{
	struct sk_buff *skb;

	skb = piece_skb(phy, pb, cut, piece, more, linear);
	if (!skb) {
		ksmol_tx_dropped(KSMOL_TX_DROP_NO_SKB, phy->ifindex);
		return -ENOMEM;
	}
	refcount_inc(&ubuf->refcnt);
	skb_zcopy_init(skb, ubuf);
	skb->protocol = proto;
	if (!ksmol_tx_link_header(phy, skb, dst, proto)) {
		kfree_skb(skb);
		ksmol_tx_dropped(KSMOL_TX_DROP_DEV_DROP, phy->ifindex);
		return -ENOBUFS;
	}
	return ksmol_tx_queue(phy, skb, cut->hlen + piece->len);
}

/* One after the other; a receiver has no use for the rest when one is lost. */
static int pieces_send(struct ksmol_phy *phy, const struct ksmol_pbuf *pb,
		       const struct ksmol_tx_cut *cut, u32 len, bool linear,
		       struct ubuf_info *ubuf, const u8 *dst, __be16 proto)
{
	struct piece piece = {};
	int err = 0;

	for (; piece.off < len; piece.off += piece.len) {
		piece.len = min_t(u32, cut->room, len - piece.off);
		if (err)
			ksmol_tx_dropped(KSMOL_TX_DROP_FRAG_REST, phy->ifindex);
		else
			err = piece_send(phy, pb, cut, &piece,
					 piece.off + piece.len < len, linear,
					 ubuf, dst, proto);
	}
	return err;
}

static int cut_frame(struct ksmol_phy *phy, struct ksmol_pbuf *pb,
		     const struct ksmol_tx_cut *cut, const u8 *dst,
		     __be16 proto)
{
	u32 len = ksmol_pbuf_chain_len(pb);
	struct net_device *dev = phy->dev;
	struct ubuf_info *ubuf;
	bool copy;
	int err;

	if (READ_ONCE(phy->dead) || !(READ_ONCE(dev->flags) & IFF_UP))
		return ksmol_tx_refuse(phy, pb, KSMOL_TX_DROP_DEV_DOWN,
				       -ENETDOWN);
	/* No device completes a checksum over several frames. */
	if (pb->tx.csum_offset)
		ksmol_tx_csum(pb, len);
	ubuf = ksmol_tx_hold_pieces(phy, pb, &copy);
	if (IS_ERR(ubuf))
		return PTR_ERR(ubuf);
	err = pieces_send(phy, pb, cut, len - cut->skip,
			  copy || !(dev->features & NETIF_F_SG), ubuf, dst,
			  proto);
	ksmol_tx_pieces_done(pb, ubuf, copy);
	return err;
}

int ksmol_phy_xmit_cut(struct ksmol_phy *phy, struct ksmol_pbuf *pb,
		       const struct ksmol_tx_cut *cut, const u8 *dst,
		       __be16 proto)
{
	int err;

	local_bh_disable();
	err = cut_frame(phy, pb, cut, dst, proto);
	local_bh_enable();
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_phy_xmit_cut);
