// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames out. The headers are copied into a small skb, the payload goes along
 * as the pool's own pages, each with a reference of the fragment's, and the
 * ubuf embedded in the pbuf tells when the last user of the frame is done.
 *
 * Short frames lie wholly in the skb, but their pbuf waits for the completion
 * like any other: that is what bounds the frames in the device's hands. When a
 * device keeps too many for too long, and for pbufs from the reserve, which no
 * device may pin, the frame is sent by copy and the pbuf comes home at once.
 */

#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <ksmol/compat.h>
#include "capture.h"
#include "phy.h"

/*
 * May run several times for one frame (clones, copies made on the way), on any
 * CPU and with any skb or none. It is module text: ksmol_phy_exit() waits for
 * the reference that it puts, and then until it has returned.
 */
static void tx_complete(struct sk_buff *skb, struct ubuf_info *ubuf,
			bool success)
{
	struct ksmol_pbuf *pb = container_of(ubuf, struct ksmol_pbuf, tx.ubuf);
	struct ksmol_phy *phy;

	/* Not on the way home: somebody has taken a copy in its stead. */
	if (!success && skb && skb->data_len)
		ksmol_stat_copy(TAP, skb->data_len);
	if (!refcount_dec_and_test(&ubuf->refcnt))
		return;
	phy = pb->tx.phy;
	pb->tx.phy = NULL;
	WRITE_ONCE(phy->completed, jiffies);
	ksmol_pbuf_complete(pb);
	ksmol_phy_put(phy);
}

KSMOL_UBUF_OPS(tx_ubuf_ops, tx_complete);

/*
 * DONT_ORPHAN: forwarding devices need not copy, they count up. SHARED_FRAG:
 * nobody may transform in place what a socket may have to send again.
 */
static void tx_ubuf_init(struct ubuf_info *ubuf)
{
	ubuf->flags = SKBFL_ZEROCOPY_FRAG | SKBFL_DONT_ORPHAN |
		      SKBFL_SHARED_FRAG;
	refcount_set(&ubuf->refcnt, 1);
}

/* The device has the pbuf from here on, until its ubuf completes. */
static struct ubuf_info *tx_hold(struct ksmol_phy *phy, struct ksmol_pbuf *pb)
{
	struct ubuf_info *ubuf = &pb->tx.ubuf;
	struct ksmol_pbuf *part;

	tx_ubuf_init(ubuf);
	ksmol_ubuf_set(ubuf, tx_ubuf_ops, tx_complete);
	if (!ksmol_phy_outstanding(phy))
		WRITE_ONCE(phy->completed, jiffies);
	ksmol_phy_get(phy);
	pb->tx.phy = phy;
	for (part = pb; part; part = part->chain)
		ksmol_pbuf_own(part, KSMOL_OWNER_DEVICE);
	return ubuf;
}

/**
 * struct tx_copy - what remembers a frame that was sent by copy
 * @ubuf: completion
 * @phy: the device that holds it, one reference
 * @sk: the socket that stays charged with it, the pbuf's reference, or NULL
 */
struct tx_copy {
	struct ubuf_info ubuf;
	struct ksmol_phy *phy;
	struct sock *sk;
};

static void tx_copy_complete(struct sk_buff *skb, struct ubuf_info *ubuf,
			     bool success)
{
	struct tx_copy *copy = container_of(ubuf, struct tx_copy, ubuf);
	struct ksmol_phy *phy = copy->phy;

	if (!refcount_dec_and_test(&ubuf->refcnt))
		return;
	if (copy->sk)
		ksmol_pbuf_sk_done(copy->sk);
	kfree(copy);
	WRITE_ONCE(phy->completed, jiffies);
	ksmol_phy_put(phy);
}

KSMOL_UBUF_OPS(tx_copy_ops, tx_copy_complete);

/*
 * Copies are system memory. What a socket may have under way bounds its own;
 * this bounds those that nobody is charged with. The replies that strangers
 * provoke stand back first.
 */
static bool tx_uncharged_full(const struct ksmol_phy *phy,
			      const struct ksmol_pbuf *pb)
{
	u32 times = pb->flags & KSMOL_PB_REPLY ? 2 : 3;

	return !READ_ONCE(pb->tx.sk) &&
	       ksmol_phy_outstanding(phy) >= times * phy->outstanding_max;
}

/*
 * Sent by copy: the pbuf is home before the frame leaves. What the socket was
 * charged stays with the copy, or copies would be unbounded; it is taken from
 * the pbuf first, because close() might do so while we look.
 */
static struct ubuf_info *tx_let_go(struct ksmol_phy *phy, struct ksmol_pbuf *pb)
{
	struct tx_copy *copy = kmalloc_obj(*copy, GFP_ATOMIC | __GFP_NOWARN);

	if (!copy)
		return NULL;
	ksmol_phy_get(phy);
	copy->phy = phy;
	copy->sk = xchg(&pb->tx.sk, NULL);
	tx_ubuf_init(&copy->ubuf);
	ksmol_ubuf_set(&copy->ubuf, tx_copy_ops, tx_copy_complete);
	if (pb->home == KSMOL_CLASS_RESERVE)
		__ksmol_stat_copy(RESERVE, ksmol_pbuf_chain_len(pb));
	else
		__ksmol_stat_copy(BOUND, ksmol_pbuf_chain_len(pb));
	this_cpu_ptr(phy->stats)->tx_copied++;
	return &copy->ubuf;
}

/* Hangs the payload on @skb, page by page; @skip bytes are in it already. */
static void tx_attach(struct sk_buff *skb, const struct ksmol_pbuf *pb,
		      u32 skip)
{
	int i = 0;

	for (; pb; pb = pb->chain) {
		u32 len = pb->len - skip;

		if (len) {
			get_page(pb->page);
			skb_fill_page_desc(skb, i++, pb->page, pb->head -
					   (u8 *)page_address(pb->page) +
					   pb->off + skip, len);
			skb->len += len;
			skb->data_len += len;
			skb->truesize += ksmol_pbuf_size(pb);
		}
		skip = 0;
	}
}

/* A device that gave nothing back for so long keeps what it has. */
#define TX_STALLED HZ

/*
 * By copy because the device must not have this one, or because it keeps so
 * many that the others would find none. One that is merely slow gets all that
 * its senders have: they sleep until something comes back.
 */
static bool tx_by_copy(const struct ksmol_phy *phy, const struct ksmol_pbuf *pb)
{
	if (ksmol_phy_outstanding(phy) >= phy->outstanding_max &&
	    time_after(jiffies, READ_ONCE(phy->completed) + TX_STALLED))
		return true;
	for (; pb; pb = pb->chain)
		if (pb->home == KSMOL_CLASS_RESERVE)
			return true;
	return false;
}

/* All of the frame went into the skb although no device is to blame. */
static void tx_count_linear(const struct ksmol_pbuf *pb, u32 len)
{
	if (len <= pb->tx.hlen)
		return;
	if (len <= pb->pool->copybreak)
		__ksmol_stat_copy(COPYBREAK_TX, len - pb->tx.hlen);
	else
		__ksmol_stat_copy(NO_SG, len - pb->tx.hlen);
}

int ksmol_tx_refuse(const struct ksmol_phy *phy, struct ksmol_pbuf *pb,
		    enum ksmol_tx_drop reason, int err)
{
	ksmol_pbuf_free(pb);
	ksmol_tx_dropped(reason, phy->ifindex);
	return err;
}

struct sk_buff *ksmol_tx_skb(struct ksmol_phy *phy, struct ksmol_pbuf *pb,
			     u32 len, u32 headroom, bool sg)
{
	bool copy = tx_by_copy(phy, pb);
	bool linear = copy || !sg || len <= pb->pool->copybreak ||
		      ksmol_pbuf_chain_count(pb) > MAX_SKB_FRAGS;
	u32 head = linear ? len : pb->tx.hlen;
	struct ubuf_info *ubuf;
	struct sk_buff *skb;

	if (copy && tx_uncharged_full(phy, pb))
		return ERR_PTR(ksmol_tx_refuse(phy, pb, KSMOL_TX_DROP_DEV_BUSY,
					       -ENOBUFS));
	skb = alloc_skb(headroom + head, GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		goto err_refuse;
	skb_reserve(skb, headroom);
	/* It has all of these bytes: head is at most the chain's length. */
	ksmol_pbuf_to_mem(pb, 0, skb_put(skb, head), head);
	skb_reset_network_header(skb);
	if (copy) {
		ubuf = tx_let_go(phy, pb);
		if (!ubuf)
			goto err_free_skb;
		skb_zcopy_init(skb, ubuf);
		ksmol_pbuf_free(pb);
		return skb;
	}
	if (!linear)
		tx_attach(skb, pb, head);
	else
		tx_count_linear(pb, len);
	skb_zcopy_init(skb, tx_hold(phy, pb));
	return skb;

err_free_skb:
	kfree_skb(skb);
err_refuse:
	return ERR_PTR(ksmol_tx_refuse(phy, pb, KSMOL_TX_DROP_NO_SKB,
				       -ENOMEM));
}

/*
 * Few packets in many pieces can hold all of the pool: whoever puts them
 * together on this very machine keeps them for as long as one is missing.
 */
static bool tx_pool_half_gone(const struct ksmol_pool *pool)
{
	return ksmol_pool_stock(pool, KSMOL_CLASS_TX) <
	       pool->cfg.count[KSMOL_CLASS_TX] / 2;
}

struct ubuf_info *ksmol_tx_hold_pieces(struct ksmol_phy *phy,
				       struct ksmol_pbuf *pb, bool *copy)
{
	struct ubuf_info *ubuf;

	*copy = tx_by_copy(phy, pb) || tx_pool_half_gone(pb->pool);
	if (!*copy)
		return tx_hold(phy, pb);
	if (tx_uncharged_full(phy, pb))
		return ERR_PTR(ksmol_tx_refuse(phy, pb, KSMOL_TX_DROP_DEV_BUSY,
					       -ENOBUFS));
	ubuf = tx_let_go(phy, pb);
	return ubuf ?: ERR_PTR(ksmol_tx_refuse(phy, pb, KSMOL_TX_DROP_NO_SKB,
					       -ENOMEM));
}

void ksmol_tx_pieces_done(struct ksmol_pbuf *pb, struct ubuf_info *ubuf,
			  bool copy)
{
	if (copy) {
		ksmol_pbuf_free(pb);
		tx_copy_complete(NULL, ubuf, true);
	} else {
		tx_complete(NULL, ubuf, true);
	}
}

/* Can the device complete this transport checksum itself? */
static bool tx_csum_capable(const struct net_device *dev, __be16 proto,
			    const struct ksmol_tx_info *tx)
{
	bool tcp_or_udp = tx->csum_offset == offsetof(struct udphdr, check) ||
			  tx->csum_offset == offsetof(struct tcphdr, check);

	/* The field must lie in the skb's linear part, as the headers do. */
	if (tx->csum_start + tx->csum_offset + sizeof(__sum16) > tx->hlen)
		return false;
	if (dev->features & NETIF_F_HW_CSUM)
		return true;
	if (proto == htons(ETH_P_IP))
		return tcp_or_udp && dev->features & NETIF_F_IP_CSUM;
	return proto == htons(ETH_P_IPV6) && tcp_or_udp &&
	       dev->features & NETIF_F_IPV6_CSUM;
}

/*
 * Completes the checksum in software, before the frame is built: an skb with
 * shared fragments would be linearized first. The field holds the sum of the
 * pseudo-header.
 */
void ksmol_tx_csum(struct ksmol_pbuf *pb, u32 len)
{
	u32 start = pb->tx.csum_start;
	__sum16 sum;

	sum = csum_fold(ksmol_pbuf_csum(pb, start, len - start, 0));
	/* Zero means "none" in UDP, and is the same number as 0xffff. */
	if (!sum && pb->tx.csum_offset == offsetof(struct udphdr, check))
		sum = CSUM_MANGLED_0;
	put_unaligned((__force u16)sum, (u16 *)(pb->head + pb->off + start +
						pb->tx.csum_offset));
}

bool ksmol_tx_link_header(struct ksmol_phy *phy, struct sk_buff *skb,
			  const u8 *dst, __be16 proto)
{
	if (phy->medium == KSMOL_MEDIUM_IP) {
		skb_reset_mac_header(skb);
		return true;
	}
	if (dev_hard_header(skb, phy->dev, ntohs(proto), dst, phy->mac,
			    skb->len) < 0)
		return false;
	skb_reset_mac_header(skb);
	return true;
}

static bool tx_taken(int err)
{
	return err == NET_XMIT_SUCCESS || err == NET_XMIT_CN;
}

/* As dev_queue_xmit(), in front of whoever captures. */
static noinline int tx_captured(struct ksmol_phy *phy, struct sk_buff *skb)
{
	struct ksmol_capture_frame frame;
	int err;

	ksmol_capture_tx(&frame, phy, skb);
	err = dev_queue_xmit(skb);
	ksmol_capture_sent(&frame, tx_taken(err));
	return err;
}

int ksmol_tx_queue(struct ksmol_phy *phy, struct sk_buff *skb, u32 len)
{
	struct ksmol_phy_stats *here = this_cpu_ptr(phy->stats);
	int err;

	err = ksmol_capture_on(phy) ? tx_captured(phy, skb) :
				      dev_queue_xmit(skb);
	if (likely(tx_taken(err))) {
		__ksmol_stat_inc(frames_out);
		here->tx_frames++;
		here->tx_bytes += len;
		return 0;
	}
	here->tx_dropped++;
	ksmol_tx_dropped(KSMOL_TX_DROP_DEV_DROP, phy->ifindex);
	return -ENOBUFS;
}

static int tx_frame(struct ksmol_phy *phy, struct ksmol_pbuf *pb,
		    const u8 *dst, __be16 proto)
{
	u32 start = pb->tx.csum_start, offset = pb->tx.csum_offset;
	struct net_device *dev = phy->dev;
	u32 len = ksmol_pbuf_chain_len(pb);
	bool sg = dev->features & NETIF_F_SG;
	bool partial = false;
	struct sk_buff *skb;

	if (READ_ONCE(phy->dead) || !(READ_ONCE(dev->flags) & IFF_UP))
		return ksmol_tx_refuse(phy, pb, KSMOL_TX_DROP_DEV_DOWN,
				       -ENETDOWN);
	if (len > READ_ONCE(phy->mtu))
		return ksmol_tx_refuse(phy, pb, KSMOL_TX_DROP_TOO_BIG,
				       -EMSGSIZE);
	if (offset) {
		partial = tx_csum_capable(dev, proto, &pb->tx);
		if (!partial)
			ksmol_tx_csum(pb, len);
	}
	skb = ksmol_tx_skb(phy, pb, len, LL_RESERVED_SPACE(dev), sg);
	if (IS_ERR(skb))
		return PTR_ERR(skb);
	skb->dev = dev;
	skb->protocol = proto;
	if ((partial && !skb_partial_csum_set(skb, start, offset)) ||
	    !ksmol_tx_link_header(phy, skb, dst, proto)) {
		kfree_skb(skb);
		ksmol_tx_dropped(KSMOL_TX_DROP_DEV_DROP, phy->ifindex);
		return -ENOBUFS;
	}
	return ksmol_tx_queue(phy, skb, len);
}

int ksmol_phy_xmit(struct ksmol_phy *phy, struct ksmol_pbuf *pb,
		   const u8 *dst, __be16 proto)
{
	int err;

	local_bh_disable();
	err = tx_frame(phy, pb, dst, proto);
	local_bh_enable();
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_phy_xmit);
