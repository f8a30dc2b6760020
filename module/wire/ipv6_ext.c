// SPDX-License-Identifier: GPL-2.0-only
/*
 * IPv6 extension headers (RFC 8200 4). They come in any number and at any
 * length, so what is looked at is bounded, and whatever lies beyond is refused.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <ksmol/compat.h>
#include <ksmol/wire.h>

#define OPT_PAD1		0x00
#define OPT_PADN		0x01
#define OPT_ROUTER_ALERT	0x05	/* RFC 2711 */
#define OPT_JUMBO		0xc2	/* RFC 2675 */

/* The two highest bits of an option's type: what to do if it is unknown. */
#define OPT_ACT_SKIP		0
#define OPT_ACT_DISCARD		1
#define OPT_ACT_PARAM_ANY	2
#define OPT_ACT_PARAM		3

static bool chain_is_options(u8 next)
{
	return next == IPPROTO_HOPOPTS || next == IPPROTO_DSTOPTS;
}

static bool chain_is_extension(u8 next)
{
	return chain_is_options(next) || next == IPPROTO_ROUTING;
}

static int chain_refuse(struct ksmol_ipv6_chain *chain, int reason, u8 code,
			u8 answer, u32 pointer)
{
	chain->code = code;
	chain->answer = answer;
	chain->pointer = pointer;
	return reason;
}

/* RFC 8200 4.2; @at: of the option in the packet */
static int option_unknown(struct ksmol_ipv6_chain *chain, u8 type, u32 at)
{
	int reason = type == OPT_JUMBO ? KSMOL_DROP_IPV6_JUMBO :
					 KSMOL_DROP_IPV6_OPTION;

	switch (type >> 6) {
	case OPT_ACT_SKIP:
		return 0;
	case OPT_ACT_DISCARD:
		return reason;
	case OPT_ACT_PARAM_ANY:
		return chain_refuse(chain, reason, KSMOL_ICMP6_UNK_OPTION,
				    KSMOL_IPV6_PARAM_ANY, at);
	default:
		return chain_refuse(chain, reason, KSMOL_ICMP6_UNK_OPTION,
				    KSMOL_IPV6_PARAM, at);
	}
}

static int option_process(struct ksmol_ipv6_chain *chain, const u8 *opt, u32 at)
{
	if (opt[0] != OPT_ROUTER_ALERT || chain->next != IPPROTO_HOPOPTS)
		return option_unknown(chain, opt[0], at);
	if (opt[1] != 2)
		return KSMOL_DROP_IPV6_OPTION;
	chain->alert = true;
	return 0;
}

/* The options of the header at chain->at, which is @hlen bytes long. */
static int chain_options(const u8 *bytes, u32 hlen,
			 struct ksmol_ipv6_chain *chain)
{
	u32 at = chain->at + 2, end = chain->at + hlen, seen = 0;
	int reason;

	while (at < end) {
		if (bytes[at] == OPT_PAD1) {
			at++;
			continue;
		}
		if (end - at < 2 || bytes[at + 1] > end - at - 2)
			return KSMOL_DROP_IPV6_OPTION;
		if (bytes[at] != OPT_PADN) {
			if (++seen > KSMOL_IPV6_OPTIONS_MAX)
				return KSMOL_DROP_IPV6_MANY;
			reason = option_process(chain, bytes + at, at);
			if (reason)
				return reason;
		}
		at += 2 + bytes[at + 1];
	}
	return 0;
}

/* RFC 8200 4.4: nothing but the type matters once all segments are done. If
 * they aren't, no type is known here; type 0 must not be (RFC 5095).
 */
static int chain_routing(const u8 *bytes, struct ksmol_ipv6_chain *chain)
{
	if (!bytes[chain->at + 3])
		return 0;
	return chain_refuse(chain, KSMOL_DROP_IP_SRCROUTE,
			    KSMOL_ICMP6_HDR_FIELD, KSMOL_IPV6_PARAM,
			    chain->at + 2);
}

/* The length of the extension header at chain->at. */
static int chain_hlen(const u8 *bytes, u32 avail, u32 len,
		      const struct ksmol_ipv6_chain *chain, u32 *hlen)
{
	u32 left = avail - chain->at;

	if (len - chain->at < 8)
		return KSMOL_DROP_IPV6_EXT;
	if (left < 8)
		return KSMOL_DROP_IPV6_MANY;
	*hlen = (bytes[chain->at + 1] + 1) * 8;
	if (*hlen > len - chain->at)
		return KSMOL_DROP_IPV6_EXT;
	return *hlen > left ? KSMOL_DROP_IPV6_MANY : 0;
}

static void chain_advance(const u8 *bytes, struct ksmol_ipv6_chain *chain,
			  u32 hlen)
{
	chain->named_at = chain->at;
	chain->next = bytes[chain->at];
	chain->at += hlen;
}

int ksmol_ipv6_walk(const u8 *bytes, u32 avail, u32 len,
		    struct ksmol_ipv6_chain *chain)
{
	u32 seen = 0, hlen;
	int reason;

	while (chain_is_extension(chain->next)) {
		/* RFC 8200 4.1: nowhere but at the front. */
		if (chain->next == IPPROTO_HOPOPTS &&
		    chain->at != KSMOL_IPV6_HLEN)
			return chain_refuse(chain, KSMOL_DROP_IPV6_EXT,
					    KSMOL_ICMP6_UNK_NEXTHDR,
					    KSMOL_IPV6_PARAM, chain->named_at);
		if (++seen > KSMOL_IPV6_HEADERS_MAX)
			return KSMOL_DROP_IPV6_MANY;
		reason = chain_hlen(bytes, avail, len, chain, &hlen);
		if (!reason)
			reason = chain_is_options(chain->next) ?
				 chain_options(bytes, hlen, chain) :
				 chain_routing(bytes, chain);
		if (reason)
			return reason;
		chain_advance(bytes, chain, hlen);
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ipv6_walk);

int ksmol_ipv6_skip(const u8 *bytes, u32 avail, struct ksmol_ipv6_chain *chain)
{
	struct ksmol_ipv6_frag frag;
	u32 hlen;

	while (chain_is_extension(chain->next) ||
	       chain->next == IPPROTO_FRAGMENT) {
		if (avail < chain->at + 8U)
			return KSMOL_DROP_IPV6_EXT;
		hlen = (bytes[chain->at + 1] + 1) * 8;
		if (chain->next == IPPROTO_FRAGMENT) {
			ksmol_ipv6_frag_parse(bytes + chain->at, &frag);
			if (frag.off)
				return KSMOL_DROP_IPV6_EXT;
			hlen = KSMOL_IPV6_FRAG_HLEN;
		}
		if (avail < chain->at + hlen)
			return KSMOL_DROP_IPV6_EXT;
		chain_advance(bytes, chain, hlen);
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ipv6_skip);
