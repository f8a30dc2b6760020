// SPDX-License-Identifier: GPL-2.0-only
/* IPv4 header (RFC 791, validated as RFC 1122 3.2.1 asks). */
#include <linux/in.h>
#include <ksmol/compat.h>
#include <ksmol/wire.h>

/* Offsets in the header. */
enum {
	IPV4_VERSION = 0,
	IPV4_TOS = 1,
	IPV4_TOTAL = 2,
	IPV4_ID = 4,
	IPV4_FRAG = 6,
	IPV4_TTL = 8,
	IPV4_PROTO = 9,
	IPV4_CSUM = 10,
	IPV4_SADDR = 12,
	IPV4_DADDR = 16,
};

#define IPV4_DF		0x4000
#define IPV4_MF		0x2000
#define IPV4_OFFSET	0x1fff	/* in units of 8 bytes */

/* Option kinds. */
#define IPV4_OPT_END	0
#define IPV4_OPT_NOP	1
#define IPV4_OPT_LSRR	131
#define IPV4_OPT_SSRR	137

bool ksmol_ipv4_is_wire_source(__be32 a)
{
	u32 net = ntohl(a) >> 24;

	/* Multicast, class E and 255.255.255.255 are all from 224 up. */
	return net != 0 && net != IN_LOOPBACKNET && net < 224;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ipv4_is_wire_source);

static bool ipv4_is_wire_dest(__be32 a)
{
	u32 net = ntohl(a) >> 24;

	if (a == htonl(INADDR_BROADCAST))
		return true;
	return net != 0 && net != IN_LOOPBACKNET && net < 240;
}

/* ip_fast_csum() reads words; frames on odd alignments take the slow way. */
static bool ipv4_csum_ok(const u8 *bytes, unsigned int hlen)
{
	if (likely(!((uintptr_t)bytes & 3)))
		return !ip_fast_csum(bytes, hlen / 4);
	return !csum_fold(csum_partial(bytes, hlen, 0));
}

/* Walks the options by their lengths. Nothing in them is acted on, except
 * that source-routed packets are refused (RFC 7126 4.3, 4.4).
 */
static int ipv4_check_options(const u8 *opt, unsigned int len)
{
	while (len && *opt != IPV4_OPT_END) {
		unsigned int step = 1;

		if (*opt != IPV4_OPT_NOP) {
			if (len < 2 || opt[1] < 2 || opt[1] > len)
				return KSMOL_DROP_IP_OPTIONS;
			if (*opt == IPV4_OPT_LSRR || *opt == IPV4_OPT_SSRR)
				return KSMOL_DROP_IP_SRCROUTE;
			step = opt[1];
		}
		opt += step;
		len -= step;
	}
	return 0;
}

static void ipv4_read(const u8 *bytes, struct ksmol_ipv4 *ip)
{
	u16 frag = get_unaligned_be16(bytes + IPV4_FRAG);

	ip->tos = bytes[IPV4_TOS];
	ip->ttl = bytes[IPV4_TTL];
	ip->proto = bytes[IPV4_PROTO];
	ip->id = get_unaligned_be16(bytes + IPV4_ID);
	ip->frag_off = (frag & IPV4_OFFSET) * 8;
	ip->df = frag & IPV4_DF;
	ip->mf = frag & IPV4_MF;
	ip->saddr = get_unaligned((const __be32 *)(bytes + IPV4_SADDR));
	ip->daddr = get_unaligned((const __be32 *)(bytes + IPV4_DADDR));
}

int ksmol_ipv4_parse(const u8 *bytes, u32 avail, u32 len,
		     struct ksmol_ipv4 *ip)
{
	if (unlikely(avail < KSMOL_IPV4_HLEN))
		return KSMOL_DROP_IP_SHORT;
	if (unlikely(bytes[IPV4_VERSION] >> 4 != 4))
		return KSMOL_DROP_IP_VERSION;
	ip->hlen = (bytes[IPV4_VERSION] & 0xf) * 4;
	if (unlikely(ip->hlen < KSMOL_IPV4_HLEN))
		return KSMOL_DROP_IP_HDRLEN;
	if (unlikely(ip->hlen > avail))
		return KSMOL_DROP_IP_SHORT;
	ip->total = get_unaligned_be16(bytes + IPV4_TOTAL);
	if (unlikely(ip->total < ip->hlen))
		return KSMOL_DROP_IP_TOTLEN;
	if (unlikely(ip->total > len))
		return KSMOL_DROP_IP_SHORT;
	if (unlikely(!ipv4_csum_ok(bytes, ip->hlen)))
		return KSMOL_DROP_IP_CSUM;

	ipv4_read(bytes, ip);
	if (unlikely(!ksmol_ipv4_is_wire_source(ip->saddr)))
		return KSMOL_DROP_IP_SADDR;
	if (unlikely(!ipv4_is_wire_dest(ip->daddr)))
		return KSMOL_DROP_IP_DADDR;
	if (likely(ip->hlen == KSMOL_IPV4_HLEN))
		return 0;
	return ipv4_check_options(bytes + KSMOL_IPV4_HLEN,
				  ip->hlen - KSMOL_IPV4_HLEN);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ipv4_parse);

void ksmol_ipv4_emit(void *to, const struct ksmol_ipv4 *ip)
{
	ksmol_ipv4_emit_options(to, ip, NULL, 0);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ipv4_emit);

void ksmol_ipv4_emit_options(void *to, const struct ksmol_ipv4 *ip,
			     const void *options, u32 len)
{
	u32 hlen = KSMOL_IPV4_HLEN + len;
	u16 frag = ip->frag_off / 8;
	u8 *bytes = to;
	__sum16 csum;

	if (ip->df)
		frag |= IPV4_DF;
	if (ip->mf)
		frag |= IPV4_MF;
	bytes[IPV4_VERSION] = 4 << 4 | hlen / 4;
	bytes[IPV4_TOS] = ip->tos;
	put_unaligned_be16(ip->total, bytes + IPV4_TOTAL);
	put_unaligned_be16(ip->id, bytes + IPV4_ID);
	put_unaligned_be16(frag, bytes + IPV4_FRAG);
	bytes[IPV4_TTL] = ip->ttl;
	bytes[IPV4_PROTO] = ip->proto;
	put_unaligned_be16(0, bytes + IPV4_CSUM);
	put_unaligned(ip->saddr, (__be32 *)(bytes + IPV4_SADDR));
	put_unaligned(ip->daddr, (__be32 *)(bytes + IPV4_DADDR));
	if (len)
		memcpy(bytes + KSMOL_IPV4_HLEN, options, len);
	csum = csum_fold(csum_partial(bytes, hlen, 0));
	put_unaligned(csum, (__sum16 *)(bytes + IPV4_CSUM));
}
