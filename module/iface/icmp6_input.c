// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errqueue.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <ksmol/compat.h>
#include "address.h"
#include "demux.h"
#include "icmp6.h"
#include "nd.h"
#include "net.h"
#include "pmtu.h"

/* Most of a quoted packet that is looked at. */
#define ICMP6_QUOTE_MAX 548

static bool icmp6_csum_ok(const struct ksmol_pbuf *pb)
{
	__wsum sum;

	if (pb->rx.csum_ok)
		return true;
	sum = ksmol_pseudo_sum(AF_INET6, &pb->rx.saddr, &pb->rx.daddr, pb->len,
			       IPPROTO_ICMPV6);
	if (pb->rx.csum_valid && !csum_fold(csum_add(sum, pb->rx.csum)))
		return true;
	return !csum_fold(ksmol_pbuf_csum(pb, 0, pb->len, sum));
}

/* --- errors --- */

/* Codes of destination unreachable, as Linux has them for sockets. */
static const struct {
	u16 errno_;
	bool fatal;
} icmp6_unreach[] = {
	{ ENETUNREACH, false },		/* no route */
	{ EACCES, true },		/* administratively prohibited */
	{ EHOSTUNREACH, false },	/* beyond the scope of the source */
	{ EHOSTUNREACH, false },	/* address unreachable */
	{ ECONNREFUSED, true },		/* port unreachable */
	{ EACCES, true },		/* source address against policy */
	{ EACCES, true },		/* route that rejects */
};

static void icmp6_translate(const struct ksmol_icmp *icmp,
			    struct ksmol_icmp_error *err)
{
	err->errno_ = EPROTO;
	err->fatal = true;
	switch (icmp->type) {
	case KSMOL_ICMP6_DEST_UNREACH:
		if (icmp->code < ARRAY_SIZE(icmp6_unreach)) {
			err->errno_ = icmp6_unreach[icmp->code].errno_;
			err->fatal = icmp6_unreach[icmp->code].fatal;
		}
		break;
	case KSMOL_ICMP6_PACKET_TOO_BIG:
		err->errno_ = EMSGSIZE;
		err->info = icmp->rest;
		break;
	case KSMOL_ICMP6_TIME_EXCEEDED:
		err->errno_ = EHOSTUNREACH;
		err->fatal = false;
		break;
	case KSMOL_ICMP6_PARAM_PROBLEM:
		err->info = icmp->rest;
		break;
	default:
		err->fatal = false;
		err->info = icmp->rest;
		break;
	}
}

/* As for IPv4: what it quotes is something that we could have sent, and a
 * socket that could have sent it exists. RFC 8201 4: no path carries less than
 * IPv6 asks of each link.
 */
static enum ksmol_verdict icmp6_error(struct ksmol_iface *iface,
				      const struct ksmol_pbuf *pb,
				      const struct ksmol_icmp *icmp)
{
	u32 len = min_t(u32, pb->len - KSMOL_ICMP_HLEN, ICMP6_QUOTE_MAX);
	bool too_big = icmp->type == KSMOL_ICMP6_PACKET_TOO_BIG;
	struct ksmol_icmp_error err = {
		.type = icmp->type,
		.code = icmp->code,
		.origin = SO_EE_ORIGIN_ICMP6,
		.offender = pb->rx.saddr,
		.ifindex = pb->rx.ifindex,
	};
	u8 buf[ICMP6_QUOTE_MAX];
	const u8 *bytes;
	int drop;

	bytes = ksmol_pbuf_header(pb, KSMOL_ICMP_HLEN, len, buf);
	if (!bytes)
		return KSMOL_DROP_ICMP_SHORT;
	drop = ksmol_quote6_parse(bytes, len, &err.quote);
	if (drop)
		return drop;
	if (pb->rx.pkt_type != PACKET_HOST ||
	    (too_big && icmp->rest < KSMOL_IPV6_MTU_MIN) ||
	    !ksmol_addr_find(iface->pernet, AF_INET6, &err.quote.saddr))
		return KSMOL_DROP_ICMP_QUOTE;
	icmp6_translate(icmp, &err);
	err.seq = get_unaligned_be32(bytes + err.quote.l4_off + 4);
	err.payload = bytes + err.quote.l4_off + 8;
	err.payload_len = len - err.quote.l4_off - 8;
	if (!ksmol_demux()->error(iface->net, &err))
		return KSMOL_DROP_ICMP_QUOTE;
	if (too_big && err.quote.proto != IPPROTO_TCP)
		ksmol_pmtu_update(iface->net, AF_INET6, &err.quote.daddr,
				  err.info);
	return KSMOL_HANDLED;
}

/* --- echo --- */

static enum ksmol_verdict icmp6_echo(struct ksmol_iface *iface,
				     struct ksmol_pbuf *pb,
				     const struct ksmol_icmp *icmp,
				     struct ksmol_tx_token *tok)
{
	if (pb->rx.pkt_type != PACKET_HOST &&
	    !READ_ONCE(ksmol_params.echo_broadcast))
		return KSMOL_DROP_ICMP_BCAST;
	return ksmol_icmp6_send_echo(iface, pb, icmp, tok);
}

static enum ksmol_verdict icmp6_echo_reply(struct ksmol_iface *iface,
					   struct ksmol_pbuf *pb,
					   const struct ksmol_icmp *icmp,
					   struct ksmol_tx_token *tok)
{
	pb->rx.sport = 0;
	pb->rx.dport = htons(icmp->rest >> 16);
	return ksmol_demux()->input(iface, IPPROTO_ICMPV6, pb, tok);
}

/* --- the link's affairs --- */

static bool icmp6_is_nd(u8 type)
{
	return type >= KSMOL_ND_RS && type <= KSMOL_ND_REDIRECT;
}

static bool icmp6_is_mld(u8 type)
{
	return (type >= KSMOL_MLD_QUERY && type <= KSMOL_MLD_DONE) ||
	       type == KSMOL_MLD_REPORT_V2;
}

static enum ksmol_verdict icmp6_link(struct ksmol_iface *iface,
				     struct ksmol_pbuf *pb,
				     const struct ksmol_icmp *icmp,
				     bool fragmented,
				     struct ksmol_tx_token *tok)
{
	if (icmp6_is_mld(icmp->type))
		return ksmol_mld_input(iface, pb, icmp);
	/* RFC 6980 5: filters can't see what fragments say. */
	if (fragmented)
		return KSMOL_DROP_IPV6_EXT;
	return ksmol_nd_input(iface, pb, icmp, tok);
}

enum ksmol_verdict ksmol_icmp6_input(struct ksmol_iface *iface,
				     struct ksmol_pbuf *pb, bool fragmented,
				     struct ksmol_tx_token *tok)
{
	u8 buf[KSMOL_ICMP_HLEN];
	struct ksmol_icmp icmp;
	const u8 *bytes;

	bytes = ksmol_pbuf_header(pb, 0, KSMOL_ICMP_HLEN, buf);
	if (!bytes || ksmol_icmp_parse(bytes, KSMOL_ICMP_HLEN, &icmp))
		return KSMOL_DROP_ICMP_SHORT;
	if (!icmp6_csum_ok(pb))
		return KSMOL_DROP_ICMP_CSUM;
	if (icmp6_is_nd(icmp.type) || icmp6_is_mld(icmp.type))
		return icmp6_link(iface, pb, &icmp, fragmented, tok);
	if (ksmol_addr_any(&pb->rx.saddr))
		return KSMOL_DROP_IP_SADDR;

	switch (icmp.type) {
	case KSMOL_ICMP6_ECHO:
		return icmp6_echo(iface, pb, &icmp, tok);
	case KSMOL_ICMP6_ECHO_REPLY:
		return icmp6_echo_reply(iface, pb, &icmp, tok);
	default:
		/* RFC 4443 2.4: also errors of a type that nobody knows. */
		if (icmp.type < KSMOL_ICMP6_ECHO)
			return icmp6_error(iface, pb, &icmp);
		return KSMOL_DROP_ICMP_TYPE;
	}
}
