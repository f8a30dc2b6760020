// SPDX-License-Identifier: GPL-2.0-only
/* Egress of datagrams whose payload stays in leased pages. */
#include <linux/etherdevice.h>
#include <ksmol/compat.h>
#include "ip.h"
#include "neighbor.h"

/* The plain case: one neighbor, whose address is known, and it fits. */
static bool lease_goes(const struct ksmol_flow *flow,
		       const struct ksmol_dst *dst, u32 total, u8 *mac)
{
	if (dst->type != KSMOL_DST_UNICAST || total > dst->mtu ||
	    total > ksmol_net_total_max(flow->family))
		return false;
	return dst->iface->phy->medium == KSMOL_MEDIUM_IP ||
	       ksmol_neigh_resolve(dst->iface, flow->family, &dst->nexthop,
				   mac);
}

int ksmol_ip_output_lease(const struct ksmol_flow *flow,
			  const struct ksmol_dst *dst,
			  struct ksmol_tx_segment *seg,
			  struct ksmol_tx_lease *lease)
{
	u32 hlen = ksmol_net_hlen(flow->family);
	u32 total = hlen + seg->hlen + seg->len;
	u8 mac[ETH_ALEN] __aligned(2);

	if (!lease_goes(flow, dst, total, mac) || !ksmol_ip_in_scope(flow, dst))
		return -EAGAIN;
	ksmol_ip_header(flow, dst, ksmol_segment_push(seg, hlen), total,
			flow->tos);
	return ksmol_phy_xmit_lease(dst->iface->phy, seg, lease, mac,
				    ksmol_net_proto(flow->family));
}
