// SPDX-License-Identifier: GPL-2.0-only
/* ICMPv4 (RFC 792) and the packets it quotes. */
#include <linux/icmp.h>
#include <linux/in.h>
#include <ksmol/compat.h>
#include <ksmol/wire.h>

int ksmol_icmp_parse(const u8 *bytes, u32 len, struct ksmol_icmp *icmp)
{
	if (len < KSMOL_ICMP_HLEN)
		return KSMOL_DROP_ICMP_SHORT;
	icmp->type = bytes[0];
	icmp->code = bytes[1];
	icmp->csum = get_unaligned_be16(bytes + 2);
	icmp->rest = get_unaligned_be32(bytes + 4);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_icmp_parse);

void ksmol_icmp_emit(void *to, const struct ksmol_icmp *icmp)
{
	u8 *bytes = to;

	bytes[0] = icmp->type;
	bytes[1] = icmp->code;
	put_unaligned_be16(0, bytes + 2);
	put_unaligned_be32(icmp->rest, bytes + 4);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_icmp_emit);

/* Of ICMP we send requests only: an error about anything else is forged, or
 * about our own error or reply, which nobody waits for.
 */
static int quote_ports(const u8 *l4, struct ksmol_quote *quote)
{
	if (quote->proto == IPPROTO_ICMP) {
		if (l4[0] != ICMP_ECHO)
			return KSMOL_DROP_ICMP_QUOTE;
		quote->sport = 0;
		quote->dport = get_unaligned((const __be16 *)(l4 + 4));
		return 0;
	}
	quote->sport = get_unaligned((const __be16 *)l4);
	quote->dport = get_unaligned((const __be16 *)(l4 + 2));
	return 0;
}

/* Routers change TTL, TOS and sometimes the total length of what they quote,
 * so neither the header checksum nor that length is looked at (RFC 1812
 * 4.3.2.3, 5.2.7).
 */
int ksmol_quote_parse(const u8 *bytes, u32 len, struct ksmol_quote *quote)
{
	u32 hlen;

	if (len < KSMOL_IPV4_HLEN)
		return KSMOL_DROP_ICMP_SHORT;
	hlen = (bytes[0] & 0xf) * 4;
	if (bytes[0] >> 4 != 4 || hlen < KSMOL_IPV4_HLEN)
		return KSMOL_DROP_ICMP_QUOTE;
	if (len < hlen + 8)
		return KSMOL_DROP_ICMP_SHORT;
	/* A later fragment has no transport header to match. */
	if (get_unaligned_be16(bytes + 6) & 0x1fff)
		return KSMOL_DROP_ICMP_QUOTE;

	memset(quote, 0, sizeof(*quote));
	quote->family = AF_INET;
	quote->proto = bytes[9];
	quote->l4_off = hlen;
	quote->saddr.v4 = get_unaligned((const __be32 *)(bytes + 12));
	quote->daddr.v4 = get_unaligned((const __be32 *)(bytes + 16));
	return quote_ports(bytes + hlen, quote);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_quote_parse);
