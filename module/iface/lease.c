// SPDX-License-Identifier: GPL-2.0-only
/* Egress of datagrams whose payload stays in leased pages. */
#include <linux/etherdevice.h>
#include <ksmol/compat.h>
#include "ipv4.h"
#include "neighbor.h"

/* The plain case: one neighbor, whose address is known, and it fits. */
static bool lease_goes(const struct ksmol_dst *dst, u32 total, u8 *mac)
{
	if (dst->type != KSMOL_DST_UNICAST || total > dst->mtu ||
	    total > U16_MAX)
		return false;
	return dst->iface->phy->medium == KSMOL_MEDIUM_IP ||
	       ksmol_neigh_resolve(dst->iface, AF_INET, &dst->nexthop, mac);
}

int ksmol_ip_output_lease(const struct ksmol_flow *flow,
			  const struct ksmol_dst *dst,
			  struct ksmol_tx_segment *seg,
			  struct ksmol_tx_lease *lease)
{
	u32 total = KSMOL_IPV4_HLEN + seg->hlen + seg->len;
	u8 mac[ETH_ALEN] __aligned(2);

	if (!lease_goes(dst, total, mac) ||
	    !ksmol_ipv4_in_scope(dst, flow->daddr.v4))
		return -EAGAIN;
	ksmol_ipv4_header(flow, dst, ksmol_segment_push(seg, KSMOL_IPV4_HLEN),
			  total, flow->tos);
	return ksmol_phy_xmit_lease(dst->iface->phy, seg, lease, mac,
				    htons(ETH_P_IP));
}
