// SPDX-License-Identifier: GPL-2.0-only
/* IPv6 header and fragment header (RFC 8200). */
#include <ksmol/compat.h>
#include <ksmol/wire.h>

/* Offsets in the header. */
enum {
	IPV6_WORD = 0,		/* version, traffic class, flow label */
	IPV6_LEN = 4,
	IPV6_NEXT = 6,
	IPV6_HLIM = 7,
	IPV6_SADDR = 8,
	IPV6_DADDR = 24,
};

#define IPV6_FLOWLABEL	0x000fffff
#define IPV6_MORE	1
#define IPV6_OFFSET	0xfff8

static bool ipv6_is_wire_source(const struct ksmol_addr *a)
{
	return !ksmol_addr_is_multicast6(a) && !ksmol_addr_is_loopback6(a) &&
	       !ksmol_addr_is_mapped(a);
}

/* RFC 4291 2.7: what goes to scope 0 is to be dropped silently. */
static bool ipv6_is_wire_dest(const struct ksmol_addr *a)
{
	return !ksmol_addr_any(a) && !ksmol_addr_is_loopback6(a) &&
	       !ksmol_addr_is_mapped(a) && ksmol_addr_scope6(a);
}

int ksmol_ipv6_parse(const u8 *bytes, u32 len, struct ksmol_ipv6 *ip)
{
	u32 word;

	if (unlikely(len < KSMOL_IPV6_HLEN))
		return KSMOL_DROP_IP_SHORT;
	word = get_unaligned_be32(bytes + IPV6_WORD);
	if (unlikely(word >> 28 != 6))
		return KSMOL_DROP_IP_VERSION;
	ip->len = get_unaligned_be16(bytes + IPV6_LEN);
	if (unlikely(ip->len > len - KSMOL_IPV6_HLEN))
		return KSMOL_DROP_IP_SHORT;
	ip->tclass = word >> 20;
	ip->flowlabel = htonl(word & IPV6_FLOWLABEL);
	ip->next = bytes[IPV6_NEXT];
	ip->hlim = bytes[IPV6_HLIM];
	memcpy(&ip->saddr, bytes + IPV6_SADDR, sizeof(ip->saddr));
	memcpy(&ip->daddr, bytes + IPV6_DADDR, sizeof(ip->daddr));
	if (unlikely(!ipv6_is_wire_source(&ip->saddr)))
		return KSMOL_DROP_IP_SADDR;
	if (unlikely(!ipv6_is_wire_dest(&ip->daddr)))
		return KSMOL_DROP_IP_DADDR;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ipv6_parse);

void ksmol_ipv6_emit(void *to, const struct ksmol_ipv6 *ip)
{
	u8 *bytes = to;

	put_unaligned_be32(6U << 28 | ip->tclass << 20 |
			   (ntohl(ip->flowlabel) & IPV6_FLOWLABEL),
			   bytes + IPV6_WORD);
	put_unaligned_be16(ip->len, bytes + IPV6_LEN);
	bytes[IPV6_NEXT] = ip->next;
	bytes[IPV6_HLIM] = ip->hlim;
	memcpy(bytes + IPV6_SADDR, &ip->saddr, sizeof(ip->saddr));
	memcpy(bytes + IPV6_DADDR, &ip->daddr, sizeof(ip->daddr));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ipv6_emit);

void ksmol_ipv6_frag_parse(const u8 *bytes, struct ksmol_ipv6_frag *frag)
{
	u16 word = get_unaligned_be16(bytes + 2);

	frag->next = bytes[0];
	frag->off = word & IPV6_OFFSET;
	frag->more = word & IPV6_MORE;
	frag->id = get_unaligned_be32(bytes + 4);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ipv6_frag_parse);

void ksmol_ipv6_frag_emit(void *to, const struct ksmol_ipv6_frag *frag)
{
	u8 *bytes = to;

	bytes[0] = frag->next;
	bytes[1] = 0;
	put_unaligned_be16(frag->off | (frag->more ? IPV6_MORE : 0), bytes + 2);
	put_unaligned_be32(frag->id, bytes + 4);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ipv6_frag_emit);
