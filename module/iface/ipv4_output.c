// SPDX-License-Identifier: GPL-2.0-only
/* IPv4 egress: header, then the wire, ourselves, or a neighbor's queue. */
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <net/ip.h>
#include <ksmol/compat.h>
#include "fragment.h"
#include "group.h"
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
		.df = flow->df && !(flow->frag && total > dst->mtu),
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
		ksmol_phy_loop(dst->iface->phy, copy, htons(ETH_P_IP));
	} else {
		ksmol_tx_dropped(KSMOL_TX_DROP_NO_PBUF,
				 dst->iface->phy->ifindex);
		if (copy)
			ksmol_pbuf_free(copy);
	}
	local_bh_enable();
}

static int output_multicast(const struct ksmol_flow *flow,
			    const struct ksmol_dst *dst, struct ksmol_pbuf *pb)
{
	u8 mac[ETH_ALEN];

	if (flow->mc_loop &&
	    ksmol_group_find(dst->iface, AF_INET, &flow->daddr))
		output_loop(dst, pb);
	/* RFC 1112 6.1: that far and no farther. */
	if (!flow->ttl) {
		ksmol_pbuf_free_any(pb);
		return 0;
	}
	ip_eth_mc_map(flow->daddr.v4, mac);
	return ksmol_ip_xmit(dst->iface->phy, pb, mac);
}

static int output_send(const struct ksmol_flow *flow,
		       const struct ksmol_dst *dst, struct ksmol_pbuf *pb)
{
	struct ksmol_phy *phy = dst->iface->phy;

	switch (dst->type) {
	case KSMOL_DST_LOCAL:
		return ksmol_phy_loop(phy, pb, htons(ETH_P_IP));
	case KSMOL_DST_MULTICAST:
		return output_multicast(flow, dst, pb);
	case KSMOL_DST_BROADCAST:
		return ksmol_ip_xmit(phy, pb, phy->broadcast);
	default:
		if (phy->medium == KSMOL_MEDIUM_IP)
			return ksmol_ip_xmit(phy, pb, NULL);
		return ksmol_neigh_output(dst->iface, AF_INET, &dst->nexthop,
					  pb);
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
	u32 total = KSMOL_IPV4_HLEN + len;

	return total <= U16_MAX && (output_whole(dst, total) || flow->frag);
}

int ksmol_ip_output(const struct ksmol_flow *flow, const struct ksmol_dst *dst,
		    struct ksmol_pbuf *pb)
{
	u32 len = ksmol_pbuf_chain_len(pb), total = KSMOL_IPV4_HLEN + len;

	if (unlikely(!ksmol_ip_fits(flow, dst, len)))
		return output_refuse(dst, pb, KSMOL_TX_DROP_TOO_BIG,
				     -EMSGSIZE);
	if (unlikely(!ksmol_ipv4_in_scope(dst, flow->daddr.v4)))
		return output_refuse(dst, pb, KSMOL_TX_DROP_SCOPE, -EINVAL);
	output_header(flow, dst, pb, total);
	if (unlikely(!output_whole(dst, total)))
		pb->tx.mtu = dst->mtu;
	return output_send(flow, dst, pb);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ip_output);

/* The header as the program wrote it, with what is the stack's to fill in. */
static int whole_header(const struct ksmol_dst *dst, struct ksmol_pbuf *pb,
			u32 total)
{
	struct iphdr *ip = (struct iphdr *)(pb->head + pb->off);
	u32 hlen = ip->ihl * 4;

	if (ip->version != 4 || hlen < KSMOL_IPV4_HLEN || hlen > pb->len)
		return -EINVAL;
	if (!ip->saddr)
		ip->saddr = dst->saddr.v4;
	if (!ip->id)
		ip->id = htons(ksmol_ipv4_id(ip->saddr, ip->daddr,
					     ip->protocol));
	ip->tot_len = htons(total);
	ip->check = 0;
	ip->check = csum_fold(csum_partial(ip, hlen, 0));
	pb->tx.hlen = hlen;
	pb->family = AF_INET;
	return 0;
}

int ksmol_ip_output_whole(const struct ksmol_flow *flow,
			  const struct ksmol_dst *dst, struct ksmol_pbuf *pb)
{
	u32 total = ksmol_pbuf_chain_len(pb);

	if (total > U16_MAX || !output_whole(dst, total))
		return output_refuse(dst, pb, KSMOL_TX_DROP_TOO_BIG,
				     -EMSGSIZE);
	if (whole_header(dst, pb, total)) {
		ksmol_pbuf_free_any(pb);
		return -EINVAL;
	}
	if (!ksmol_ipv4_in_scope(dst, flow->daddr.v4))
		return output_refuse(dst, pb, KSMOL_TX_DROP_SCOPE, -EINVAL);
	return output_send(flow, dst, pb);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ip_output_whole);
