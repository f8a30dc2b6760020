// SPDX-License-Identifier: GPL-2.0-only
/* Headers of the pieces that a TCP packet is cut into, as TSO hardware has them. */
#include <ksmol/compat.h>
#include <ksmol/wire.h>

/* Offsets of what differs from piece to piece. */
enum {
	IPV4_TOTAL = 2,
	IPV4_ID = 4,
	IPV4_FRAG = 6,
	IPV4_CSUM = 10,
	IPV6_PAYLOAD = 4,
	TCP_SEQ = 4,
	TCP_CSUM = 16,
};

#define IPV4_DF 0x40	/* in the byte at IPV4_FRAG */

static void be16_add(u8 *at, u16 n)
{
	put_unaligned_be16(get_unaligned_be16(at) + n, at);
}

/* What may be fragmented on its way needs a number of its own (RFC 6864 4). */
static void cut_ipv4(u8 *ip, u16 less, u16 index)
{
	u32 hlen = (ip[0] & 0xf) * 4;
	__sum16 csum;

	be16_add(ip + IPV4_TOTAL, -less);
	if (!(ip[IPV4_FRAG] & IPV4_DF))
		be16_add(ip + IPV4_ID, index);
	put_unaligned_be16(0, ip + IPV4_CSUM);
	csum = csum_fold(csum_partial(ip, hlen, 0));
	put_unaligned(csum, (__sum16 *)(ip + IPV4_CSUM));
}

static void cut_tcp(u8 *tcp, const struct ksmol_tcp_cut *cut)
{
	__be16 *csum = (__be16 *)(tcp + TCP_CSUM);
	u8 *flags = tcp + KSMOL_TCP_FLAGS_AT;

	put_unaligned_be32(get_unaligned_be32(tcp + TCP_SEQ) + cut->off,
			   tcp + TCP_SEQ);
	/* RFC 3168 6.1.2: once for a reduction of the window */
	if (cut->off)
		*flags &= ~KSMOL_TCP_CWR;
	/* These stand for the end of the payload. */
	if (cut->off + cut->len < cut->whole)
		*flags &= ~(KSMOL_TCP_FIN | KSMOL_TCP_PSH);
	/* The length is part of the pseudo-header. */
	put_unaligned(csum16_sub((__force __sum16)get_unaligned(csum),
				 htons(cut->whole - cut->len)),
		      (__sum16 *)csum);
}

void ksmol_tcp_cut(u8 *net, u32 hlen, const struct ksmol_tcp_cut *cut)
{
	u16 less = cut->whole - cut->len;

	if (net[0] >> 4 == 4)
		cut_ipv4(net, less, cut->index);
	else
		be16_add(net + IPV6_PAYLOAD, -less);
	cut_tcp(net + hlen, cut);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_cut);
