// SPDX-License-Identifier: GPL-2.0-only
/* IPv6 egress: the header, and what it takes to write one. */
#include <linux/in6.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <ksmol/compat.h>
#include "ipv6.h"

static siphash_aligned_key_t ipv6_label_key;

void ksmol_ipv6_output_init(void)
{
	get_random_bytes(&ipv6_label_key, sizeof(ipv6_label_key));
}

u32 ksmol_ipv6_id(void)
{
	return get_random_u32();
}

__be32 ksmol_ipv6_flowlabel(u8 proto, const struct ksmol_addr *saddr,
			    const struct ksmol_addr *daddr, const u8 *l4)
{
	struct {
		struct ksmol_addr saddr;
		struct ksmol_addr daddr;
		u32 ports;
		u32 proto;
	} __aligned(SIPHASH_ALIGNMENT) flow = {
		.saddr = *saddr,
		.daddr = *daddr,
		.proto = proto,
	};
	u32 label;

	if (proto == IPPROTO_TCP || proto == IPPROTO_UDP)
		flow.ports = get_unaligned((const u32 *)l4);
	label = siphash(&flow, sizeof(flow), &ipv6_label_key) & 0xfffff;
	/* Zero says that there is none. */
	return htonl(label ?: 1);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ipv6_flowlabel);

bool ksmol_ipv6_in_scope(const struct ksmol_dst *dst,
			 const struct ksmol_addr *daddr)
{
	return dst->type == KSMOL_DST_LOCAL ||
	       (!ksmol_addr_is_loopback6(daddr) &&
		!ksmol_addr_is_loopback6(&dst->saddr));
}

/* RFC 4861 6.3.4: Cur Hop Limit. */
static u8 ipv6_hops(const struct ksmol_flow *flow, const struct ksmol_dst *dst)
{
	u8 hops = flow->link_hops ? READ_ONCE(dst->iface->nd.hops) : 0;

	return hops ?: flow->ttl;
}

void ksmol_ipv6_header(const struct ksmol_flow *flow,
		       const struct ksmol_dst *dst, void *to, u32 total,
		       u8 tclass)
{
	struct ksmol_ipv6 ip = {
		.tclass = tclass,
		.next = flow->proto,
		.hlim = ipv6_hops(flow, dst),
		.len = total - KSMOL_IPV6_HLEN,
		.flowlabel = flow->flowlabel,
		.saddr = dst->saddr,
		.daddr = flow->daddr,
	};

	if (!ip.flowlabel && !flow->no_label)
		ip.flowlabel = ksmol_ipv6_flowlabel(ip.next, &ip.saddr,
						    &ip.daddr,
						    to + KSMOL_IPV6_HLEN);
	ksmol_ipv6_emit(to, &ip);
}

int ksmol_ipv6_complete(const struct ksmol_dst *dst, struct ksmol_pbuf *pb,
			u32 total)
{
	u8 *bytes = pb->head + pb->off;
	struct ksmol_addr saddr;

	if (pb->len < KSMOL_IPV6_HLEN || bytes[0] >> 4 != 6)
		return -EINVAL;
	put_unaligned_be16(total - KSMOL_IPV6_HLEN, bytes + 4);
	memcpy(&saddr, bytes + 8, sizeof(saddr));
	if (ksmol_addr_any(&saddr))
		memcpy(bytes + 8, &dst->saddr, sizeof(saddr));
	pb->tx.hlen = KSMOL_IPV6_HLEN;
	return 0;
}
