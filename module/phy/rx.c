// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames in. What the rx_handler is given is not a wire frame: it may be
 * shared or cloned, belong to a local sender's socket, bear a VLAN tag, have a
 * checksum that was never computed, and be a super-frame of many datagrams.
 * Here it becomes one pbuf for each datagram, and here, in rx_count() and
 * nowhere else, every frame's one verdict is counted.
 */

#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/prefetch.h>
#include <net/dst.h>
#include <ksmol/compat.h>
#include <trace/events/ksmol.h>
#include "capture.h"
#include "phy.h"

/* @all: this CPU's */
static void rx_count(struct ksmol_phy *phy, struct ksmol_stats *all,
		     int verdict, u32 len)
{
	struct ksmol_phy_stats *here = this_cpu_ptr(phy->stats);

	all->frames_in++;
	all->verdict[verdict]++;
	here->rx_frames++;
	here->rx_bytes += len;
	if (static_branch_unlikely(&ksmol_capture_key))
		ksmol_capture_verdict(verdict);
	if (unlikely(verdict >= KSMOL_FIRST_DROP)) {
		here->rx_dropped++;
		trace_ksmol_rx_drop(verdict, phy->ifindex, len);
	}
}

/*
 * A priority tag (VID 0) says nothing about whose frame it is. Any other VID
 * belongs to a VLAN device, and since the kernel found none, to nobody here.
 */
static noinline int rx_untag(struct sk_buff *skb)
{
	const struct vlan_hdr *tag;

	if (skb_vlan_tag_present(skb)) {
		if (skb_vlan_tag_get_id(skb))
			return KSMOL_DROP_VLAN;
		__vlan_hwaccel_clear_tag(skb);
	}
	while (eth_type_vlan(skb->protocol)) {
		if (!pskb_may_pull(skb, VLAN_HLEN))
			return KSMOL_DROP_VLAN;
		tag = (const struct vlan_hdr *)skb->data;
		if (ntohs(tag->h_vlan_TCI) & VLAN_VID_MASK)
			return KSMOL_DROP_VLAN;
		skb->protocol = tag->h_vlan_encapsulated_proto;
		skb_pull_rcsum(skb, VLAN_HLEN);
	}
	skb_reset_network_header(skb);
	return 0;
}

static bool rx_tagged(const struct sk_buff *skb)
{
	return skb_vlan_tag_present(skb) || eth_type_vlan(skb->protocol);
}

/*
 * Makes a frame fit for us, or says why it isn't. @pskb may be replaced, or
 * NULL when it is gone already.
 */
static int rx_admit(const struct ksmol_phy *phy, struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;

	if (unlikely(READ_ONCE(phy->dead)))
		return KSMOL_DROP_RX_DETACHED;
	if (unlikely(skb->pkt_type == PACKET_OTHERHOST))
		return KSMOL_DROP_OTHERHOST;
	/* The system's last memory is for getting it out of trouble. */
	if (unlikely(skb_pfmemalloc(skb)))
		return KSMOL_DROP_RX_PFMEMALLOC;
	if (unlikely(!ksmol_skb_readable(skb)))
		return KSMOL_DROP_RX_UNREADABLE;
	skb = skb_share_check(skb, GFP_ATOMIC);
	*pskb = skb;
	if (unlikely(!skb))
		return KSMOL_DROP_RX_NO_SKB;
	/* We may keep it for long: let go of the sender's socket and others. */
	skb_orphan(skb);
	skb_dst_drop(skb);
	nf_reset_ct(skb);
	if (unlikely(rx_tagged(skb)))
		return rx_untag(skb);
	return 0;
}

static void rx_describe(const struct ksmol_phy *phy, struct ksmol_pbuf *pb,
			const struct sk_buff *skb, u8 flags)
{
	pb->flags |= flags;
	pb->rx.ifindex = phy->ifindex;
	pb->rx.pkt_type = skb->pkt_type;
	pb->rx.ext = 0;
	/* A partial checksum was never on a wire, so nothing can be wrong. */
	pb->rx.csum_ok = skb->ip_summed == CHECKSUM_UNNECESSARY ||
			 skb->ip_summed == CHECKSUM_PARTIAL;
	pb->rx.csum_valid = skb->ip_summed == CHECKSUM_COMPLETE;
	pb->rx.csum = skb->csum;
}

/* One datagram that is ours alone, up to its verdict; consumes @skb. */
static int rx_input(struct ksmol_phy *phy, struct ksmol_stats *all,
		    struct sk_buff *skb, u8 flags)
{
	KSMOL_RX_TOKEN(rx);
	KSMOL_TX_TOKEN(tx);
	int verdict;

	rx.pb = ksmol_pbuf_alloc_rx(&ksmol_pool);
	if (unlikely(!rx.pb)) {
		kfree_skb(skb);
		return KSMOL_DROP_RX_NO_PBUF;
	}
	ksmol_pbuf_map(rx.pb, skb);
	rx_describe(phy, rx.pb, skb, flags);
	if (unlikely(ksmol_tx_token_open(&tx, phy)))
		return KSMOL_DROP_RX_NO_TX;
	verdict = phy->events->input(phy, rx.pb, skb->protocol, &tx);
	ksmol_tx_token_end(&tx, all);
	if (verdict == KSMOL_DELIVERED)
		rx.pb = NULL;
	return verdict;
}

static void rx_frame(struct ksmol_phy *phy, struct sk_buff *skb, u8 flags)
{
	struct ksmol_stats *all = this_cpu_ptr(&ksmol_stats);
	u32 len = skb->len;

	rx_count(phy, all, rx_input(phy, all, skb, flags), len);
}

/*
 * Must it be cut into the frames that were on the wire? TCP may come merged:
 * a byte stream has no boundaries.
 */
static bool rx_is_super(const struct sk_buff *skb)
{
	return unlikely(skb_is_gso(skb)) &&
	       (skb->encapsulation || !(skb_shinfo(skb)->gso_type &
					(SKB_GSO_TCPV4 | SKB_GSO_TCPV6)));
}

/* Cuts a super-frame; the segments begin with their link-layer headers. */
static struct sk_buff *rx_segment(struct sk_buff *skb)
{
	/* These would become IP fragments of a datagram that has none. */
	if (skb_shinfo(skb)->gso_type & SKB_GSO_UDP)
		return NULL;
	if (!skb_mac_header_was_set(skb))
		skb_reset_mac_header(skb);
	__skb_push(skb, -skb_mac_offset(skb));
	/* Pretend to complete checksums in hardware: nobody will look. */
	return __skb_gso_segment(skb, NETIF_F_SG | NETIF_F_IP_CSUM |
				 NETIF_F_IPV6_CSUM, false);
}

static noinline void rx_super(struct ksmol_phy *phy, struct sk_buff *skb)
{
	struct sk_buff *segs, *next;
	u32 len = skb->len;

	segs = rx_segment(skb);
	if (IS_ERR_OR_NULL(segs)) {
		kfree_skb(skb);
		rx_count(phy, this_cpu_ptr(&ksmol_stats), KSMOL_DROP_RX_GSO,
			 len);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(segs, skb, next) {
		skb_mark_not_on_list(skb);
		__skb_pull(skb, skb_network_offset(skb));
		/*
		 * Whoever merged them verified the checksums, or, being their
		 * local sender, never computed any.
		 */
		if (skb->ip_summed == CHECKSUM_NONE)
			skb->ip_summed = CHECKSUM_UNNECESSARY;
		rx_frame(phy, skb, 0);
	}
}

static __always_inline void rx_any(struct ksmol_phy *phy, struct sk_buff *skb,
				   u8 flags)
{
	u32 len = skb->len;
	int drop;

	drop = rx_admit(phy, &skb);
	if (unlikely(drop)) {
		kfree_skb(skb);
		rx_count(phy, this_cpu_ptr(&ksmol_stats), drop, len);
	} else if (rx_is_super(skb)) {
		rx_super(phy, skb);
	} else {
		rx_frame(phy, skb, flags);
	}
}

static noinline void rx_captured(struct ksmol_phy *phy, struct sk_buff *skb,
				 u8 flags)
{
	struct ksmol_capture_frame frame;

	ksmol_capture_rx(&frame, phy, skb, flags);
	rx_any(phy, skb, flags);
	ksmol_capture_end(&frame);
}

void ksmol_phy_rx(struct ksmol_phy *phy, struct sk_buff *skb, u8 flags)
{
	if (ksmol_capture_on(phy))
		rx_captured(phy, skb, flags);
	else
		rx_any(phy, skb, flags);
}

/*
 * Shared mode: this ARP or multicast packet is for both. The frame's one
 * verdict is PASSED. What becomes of our copy is traced but not counted, or
 * one frame would end twice.
 */
static void rx_copy(struct ksmol_phy *phy, struct sk_buff *skb)
{
	u32 len = skb->len;
	int verdict;

	verdict = rx_admit(phy, &skb);
	if (verdict)
		kfree_skb(skb);
	else
		verdict = rx_input(phy, this_cpu_ptr(&ksmol_stats), skb, 0);
	if (verdict >= KSMOL_FIRST_DROP)
		trace_ksmol_rx_drop(verdict, phy->ifindex, len);
}

/* Shared mode: is the frame ours? It must not be changed before that. */
static bool rx_claim(struct ksmol_phy *phy, struct sk_buff *skb)
{
	struct sk_buff *copy;

	if (skb->pkt_type == PACKET_OTHERHOST ||
	    skb_vlan_tag_get_id(skb) || eth_type_vlan(skb->protocol) ||
	    !phy->events->claims(phy, skb, skb->protocol))
		return false;
	if (skb->protocol != htons(ETH_P_ARP) &&
	    skb->pkt_type != PACKET_MULTICAST)
		return true;
	copy = skb_clone(skb, GFP_ATOMIC);
	if (copy)
		rx_copy(phy, copy);
	return false;
}

static noinline void rx_passed_captured(struct ksmol_phy *phy,
					const struct sk_buff *skb)
{
	struct ksmol_capture_frame frame;

	ksmol_capture_rx(&frame, phy, skb, 0);
	ksmol_capture_verdict(KSMOL_PASSED);
	ksmol_capture_end(&frame);
}

static bool rx_shared(struct ksmol_phy *phy, struct sk_buff *skb)
{
	if (rx_claim(phy, skb))
		return true;
	if (ksmol_capture_on(phy))
		rx_passed_captured(phy, skb);
	__ksmol_stat_inc(frames_in);
	__ksmol_stat_inc(verdict[KSMOL_PASSED]);
	return false;
}

rx_handler_result_t ksmol_phy_handler(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct ksmol_phy *phy = rcu_dereference(skb->dev->rx_handler_data);

	prefetch(skb_shinfo(skb));
	/* Linux's own multicast, looped back to Linux: never on the wire. */
	if (unlikely(skb->pkt_type == PACKET_LOOPBACK))
		return RX_HANDLER_PASS;
	if (phy->shared && !rx_shared(phy, skb))
		return RX_HANDLER_PASS;
	ksmol_phy_rx(phy, skb, 0);
	return RX_HANDLER_CONSUMED;
}
