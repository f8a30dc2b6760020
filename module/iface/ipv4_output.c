// SPDX-License-Identifier: GPL-2.0-only
/* IPv4 egress: the header, and what it takes to write one. */
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <ksmol/compat.h>
#include "ipv4.h"

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

/* Nothing of 127/8 is ever put on a wire (RFC 1122 3.2.1.3 g). */
bool ksmol_ipv4_in_scope(const struct ksmol_dst *dst, __be32 daddr)
{
	return dst->type == KSMOL_DST_LOCAL ||
	       (!ipv4_is_loopback(daddr) && !ipv4_is_loopback(dst->saddr.v4));
}

void ksmol_ipv4_header(const struct ksmol_flow *flow,
		       const struct ksmol_dst *dst, void *to, u32 total, u8 tos)
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

int ksmol_ipv4_complete(const struct ksmol_dst *dst, struct ksmol_pbuf *pb,
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
	return 0;
}
