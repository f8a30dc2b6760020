// SPDX-License-Identifier: GPL-2.0-only
/* The packets that ICMPv6 errors quote (RFC 4443). */
#include <linux/in.h>
#include <linux/in6.h>
#include <ksmol/compat.h>
#include <ksmol/wire.h>

/* As for IPv4: of ICMPv6 we send requests only. */
static int quote6_ports(const u8 *l4, struct ksmol_quote *quote)
{
	if (quote->proto != IPPROTO_ICMPV6) {
		quote->sport = get_unaligned((const __be16 *)l4);
		quote->dport = get_unaligned((const __be16 *)(l4 + 2));
		return 0;
	}
	if (l4[0] != KSMOL_ICMP6_ECHO)
		return KSMOL_DROP_ICMP_QUOTE;
	quote->sport = 0;
	quote->dport = get_unaligned((const __be16 *)(l4 + 4));
	return 0;
}

/* Its length is not looked at: more was sent than is quoted. */
int ksmol_quote6_parse(const u8 *bytes, u32 len, struct ksmol_quote *quote)
{
	struct ksmol_ipv6_chain chain;

	if (len < KSMOL_IPV6_HLEN)
		return KSMOL_DROP_ICMP_SHORT;
	if (bytes[0] >> 4 != 6)
		return KSMOL_DROP_ICMP_QUOTE;
	ksmol_ipv6_chain_init(&chain, bytes[6]);
	if (ksmol_ipv6_skip(bytes, len, &chain))
		return KSMOL_DROP_ICMP_QUOTE;
	if (len < chain.at + 8U)
		return KSMOL_DROP_ICMP_SHORT;

	memset(quote, 0, sizeof(*quote));
	quote->family = AF_INET6;
	quote->proto = chain.next;
	quote->l4_off = chain.at;
	memcpy(&quote->saddr, bytes + 8, sizeof(quote->saddr));
	memcpy(&quote->daddr, bytes + 24, sizeof(quote->daddr));
	return quote6_ports(bytes + chain.at, quote);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_quote6_parse);
