// SPDX-License-Identifier: GPL-2.0-only
/* IPv4 egress: header, then the wire, ourselves, or a neighbor's queue. */
#include <linux/in.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <ksmol/compat.h>
#include "ipv4.h"
#include "neighbor.h"

/* Counters of packets that may be fragmented, shared by the destinations
 * that hash to them. RFC 7739 5.3: a secret offset per destination, so that
 * nobody learns from the numbers he sees what is sent to others.
 */
#define IPV4_IDS 256

static atomic_t ipv4_ids[IPV4_IDS];
static siphash_key_t ipv4_id_key;

void ksmol_ipv4_output_init(void)
{
	get_random_bytes(&ipv4_id_key, sizeof(ipv4_id_key));
	get_random_bytes(ipv4_ids, sizeof(ipv4_ids));
}

u16 ksmol_ipv4_id(__be32 saddr, __be32 daddr, u8 proto)
{
	u64 hash = siphash_3u32((__force u32)saddr, (__force u32)daddr, proto,
				&ipv4_id_key);
	atomic_t *count = &ipv4_ids[hash % IPV4_IDS];

	return (hash >> 32) + atomic_inc_return(count);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ipv4_id);

static int output_refuse(const struct ksmol_dst *dst, struct ksmol_pbuf *pb,
			 enum ksmol_tx_drop reason, int err)
{
	ksmol_tx_dropped(reason, dst->iface->phy->ifindex);
	ksmol_pbuf_free_any(pb);
	return err;
}

/* Nothing of 127/8 is ever put on a wire (RFC 1122 3.2.1.3 g). */
bool ksmol_ipv4_in_scope(const struct ksmol_dst *dst, __be32 daddr)
{
	return dst->type == KSMOL_DST_LOCAL ||
	       (!ipv4_is_loopback(daddr) && !ipv4_is_loopback(dst->saddr.v4));
}

void ksmol_ipv4_header(const struct ksmol_flow *flow,
		       const struct ksmol_dst *dst, void *to, u16 total, u8 tos)
{
	struct ksmol_ipv4 ip = {
		.tos = tos,
		.ttl = flow->ttl,
		.proto = flow->proto,
		.total = total,
		.df = flow->df,
		.saddr = dst->saddr.v4,
		.daddr = flow->daddr.v4,
	};

	/* What can't be fragmented needs no identity (RFC 6864 4.1). */
	if (!ip.df)
		ip.id = ksmol_ipv4_id(ip.saddr, ip.daddr, ip.proto);
	ksmol_ipv4_emit(to, &ip);
}

static void output_header(const struct ksmol_flow *flow,
			  const struct ksmol_dst *dst, struct ksmol_pbuf *pb,
			  u16 total)
{
	ksmol_ipv4_header(flow, dst, ksmol_pbuf_push(pb, KSMOL_IPV4_HLEN),
			  total, flow->tos);
	pb->family = AF_INET;
	if (pb->tx.csum_offset)
		pb->tx.csum_start += KSMOL_IPV4_HLEN;
}

static int output_send(const struct ksmol_dst *dst, struct ksmol_pbuf *pb)
{
	struct ksmol_phy *phy = dst->iface->phy;

	switch (dst->type) {
	case KSMOL_DST_LOCAL:
		return ksmol_phy_loop(phy, pb, htons(ETH_P_IP));
	case KSMOL_DST_BROADCAST:
		return ksmol_phy_xmit(phy, pb, phy->broadcast,
				      htons(ETH_P_IP));
	default:
		if (phy->medium == KSMOL_MEDIUM_IP)
			return ksmol_phy_xmit(phy, pb, NULL, htons(ETH_P_IP));
		return ksmol_neigh_output(dst->iface, AF_INET, &dst->nexthop,
					  pb);
	}
}

int ksmol_ip_output(const struct ksmol_flow *flow, const struct ksmol_dst *dst,
		    struct ksmol_pbuf *pb)
{
	u32 total = KSMOL_IPV4_HLEN + ksmol_pbuf_chain_len(pb);

	if (unlikely(total > dst->mtu || total > U16_MAX))
		return output_refuse(dst, pb, KSMOL_TX_DROP_TOO_BIG,
				     -EMSGSIZE);
	if (unlikely(!ksmol_ipv4_in_scope(dst, flow->daddr.v4)))
		return output_refuse(dst, pb, KSMOL_TX_DROP_SCOPE, -EINVAL);
	output_header(flow, dst, pb, total);
	return output_send(dst, pb);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ip_output);
