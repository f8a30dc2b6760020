// SPDX-License-Identifier: GPL-2.0-only
/*
 * Egress of packets of either family: header, then the wire, ourselves, or a
 * neighbor's queue.
 */
#include <net/if_inet6.h>
#include <net/ip.h>
#include <ksmol/compat.h>
#include "fragment.h"
#include "group.h"
#include "ip.h"
#include "neighbor.h"

static int output_refuse(const struct ksmol_dst *dst, struct ksmol_pbuf *pb,
			 enum ksmol_tx_drop reason, int err)
{
	ksmol_tx_dropped(reason, dst->iface->phy->ifindex);
	ksmol_pbuf_free_any(pb);
	return err;
}

static void output_header(const struct ksmol_flow *flow,
			  const struct ksmol_dst *dst, struct ksmol_pbuf *pb,
			  u32 total)
{
	u32 hlen = ksmol_net_hlen(flow->family);

	ksmol_ip_header(flow, dst, ksmol_pbuf_push(pb, hlen), total,
			flow->tos);
	pb->family = flow->family;
	if (pb->tx.csum_offset)
		pb->tx.csum_start += hlen;
}

/* To those of us who listen, too; the wire does not bring it back. */
static void output_loop(const struct ksmol_dst *dst,
			const struct ksmol_pbuf *pb)
{
	u32 len = ksmol_pbuf_chain_len(pb);
	struct ksmol_pbuf *copy;

	local_bh_disable();
	copy = ksmol_pbuf_alloc_tx(&ksmol_pool, false);
	if (copy && !ksmol_pbuf_from_pbuf(copy, pb, 0, len, false)) {
		__ksmol_stat_copy(DUP, len);
		copy->tx.hlen = pb->tx.hlen;
		copy->tx.csum_start = pb->tx.csum_start;
		copy->tx.csum_offset = pb->tx.csum_offset;
		copy->family = pb->family;
		ksmol_phy_loop(dst->iface->phy, copy,
			       ksmol_net_proto(pb->family));
	} else {
		ksmol_tx_dropped(KSMOL_TX_DROP_NO_PBUF,
				 dst->iface->phy->ifindex);
		if (copy)
			ksmol_pbuf_free(copy);
	}
	local_bh_enable();
}

static void output_group_mac(const struct ksmol_flow *flow, u8 *mac)
{
	if (flow->family == AF_INET)
		ip_eth_mc_map(flow->daddr.v4, mac);
	else
		ipv6_eth_mc_map(&flow->daddr.v6, mac);
}

/* RFC 1112 6.1: that far and no farther. */
static bool output_stays(const struct ksmol_flow *flow)
{
	return !flow->ttl || (flow->family == AF_INET6 &&
			      ksmol_addr_scope6(&flow->daddr) <=
			      KSMOL_SCOPE_INTERFACE);
}

static int output_multicast(const struct ksmol_flow *flow,
			    const struct ksmol_dst *dst, struct ksmol_pbuf *pb)
{
	u8 mac[ETH_ALEN];

	if (flow->mc_loop &&
	    ksmol_group_find(dst->iface, flow->family, &flow->daddr))
		output_loop(dst, pb);
	if (output_stays(flow)) {
		ksmol_pbuf_free_any(pb);
		return 0;
	}
	output_group_mac(flow, mac);
	return ksmol_ip_xmit(dst->iface->phy, pb, mac);
}

static int output_send(const struct ksmol_flow *flow,
		       const struct ksmol_dst *dst, struct ksmol_pbuf *pb)
{
	struct ksmol_phy *phy = dst->iface->phy;

	switch (dst->type) {
	case KSMOL_DST_LOCAL:
		return ksmol_phy_loop(phy, pb, ksmol_net_proto(flow->family));
	case KSMOL_DST_MULTICAST:
		return output_multicast(flow, dst, pb);
	case KSMOL_DST_BROADCAST:
		return ksmol_ip_xmit(phy, pb, phy->broadcast);
	default:
		if (phy->medium == KSMOL_MEDIUM_IP)
			return ksmol_ip_xmit(phy, pb, NULL);
		return ksmol_neigh_output(dst->iface, flow->family,
					  &dst->nexthop, pb);
	}
}

/* What does not leave this host needs no cutting. */
static bool output_whole(const struct ksmol_dst *dst, u32 total)
{
	return total <= dst->mtu || dst->type == KSMOL_DST_LOCAL;
}

bool ksmol_ip_fits(const struct ksmol_flow *flow, const struct ksmol_dst *dst,
		   u32 len)
{
	u32 total = ksmol_net_hlen(flow->family) + len;

	return total <= ksmol_net_total_max(flow->family) &&
	       (output_whole(dst, total) || (flow->frag && !flow->dontfrag));
}

int ksmol_ip_output(const struct ksmol_flow *flow, const struct ksmol_dst *dst,
		    struct ksmol_pbuf *pb)
{
	u32 len = ksmol_pbuf_chain_len(pb);
	u32 total = ksmol_net_hlen(flow->family) + len;

	if (unlikely(!ksmol_ip_fits(flow, dst, len)))
		return output_refuse(dst, pb, KSMOL_TX_DROP_TOO_BIG,
				     -EMSGSIZE);
	if (unlikely(!ksmol_ip_in_scope(flow, dst)))
		return output_refuse(dst, pb, KSMOL_TX_DROP_SCOPE, -EINVAL);
	output_header(flow, dst, pb, total);
	if (unlikely(!output_whole(dst, total)))
		pb->tx.mtu = min_t(u32, dst->mtu, U16_MAX);
	return output_send(flow, dst, pb);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ip_output);

/* The header as the program wrote it, with what is the stack's to fill in. */
static int whole_header(const struct ksmol_flow *flow,
			const struct ksmol_dst *dst, struct ksmol_pbuf *pb,
			u32 total)
{
	pb->family = flow->family;
	if (flow->family == AF_INET)
		return ksmol_ipv4_complete(dst, pb, total);
	return ksmol_ipv6_complete(dst, pb, total);
}

int ksmol_ip_output_whole(const struct ksmol_flow *flow,
			  const struct ksmol_dst *dst, struct ksmol_pbuf *pb)
{
	u32 total = ksmol_pbuf_chain_len(pb);

	if (total > ksmol_net_total_max(flow->family) ||
	    !output_whole(dst, total))
		return output_refuse(dst, pb, KSMOL_TX_DROP_TOO_BIG,
				     -EMSGSIZE);
	if (whole_header(flow, dst, pb, total)) {
		ksmol_pbuf_free_any(pb);
		return -EINVAL;
	}
	if (!ksmol_ip_in_scope(flow, dst))
		return output_refuse(dst, pb, KSMOL_TX_DROP_SCOPE, -EINVAL);
	return output_send(flow, dst, pb);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ip_output_whole);
