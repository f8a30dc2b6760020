// SPDX-License-Identifier: GPL-2.0-only
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <ksmol/compat.h>
#include "icmp.h"
#include "icmp6.h"

#define ICMP6_HLIM 64

static int icmp6_route(struct ksmol_iface *iface, const struct ksmol_pbuf *pb,
		       u8 tclass, struct ksmol_flow *flow,
		       struct ksmol_dst *dst)
{
	int err;

	*flow = (struct ksmol_flow){
		.net = iface->net,
		.family = AF_INET6,
		.proto = IPPROTO_ICMPV6,
		.ttl = ICMP6_HLIM,
		.link_hops = true,
		.tos = tclass,
		.frag = true,
		/* Back the way it came, as a link-local source demands. */
		.oif = iface->phy->ifindex,
		.daddr = pb->rx.saddr,
	};
	/* From the address that was asked, unless many were. */
	if (pb->rx.pkt_type == PACKET_HOST)
		flow->saddr = pb->rx.daddr;
	err = ksmol_route(flow, dst);
	if (err)
		ksmol_tx_dropped(ksmol_route_reason(err), iface->phy->ifindex);
	return err;
}

/* Puts header and checksum before the body; consumes @pb. */
static void icmp6_xmit(const struct ksmol_flow *flow,
		       const struct ksmol_dst *dst, struct ksmol_pbuf *pb,
		       const struct ksmol_icmp *icmp)
{
	u32 len = KSMOL_ICMP_HLEN + ksmol_pbuf_chain_len(pb);
	u8 *head = ksmol_pbuf_push(pb, KSMOL_ICMP_HLEN);
	__wsum sum;

	ksmol_icmp_emit(head, icmp);
	sum = ksmol_pseudo_sum(AF_INET6, &dst->saddr, &flow->daddr, len,
			       IPPROTO_ICMPV6);
	sum = ksmol_pbuf_csum(pb, 0, len, sum);
	put_unaligned(csum_fold(sum), (__sum16 *)(head + 2));
	ksmol_ip_output(flow, dst, pb);
}

enum ksmol_verdict ksmol_icmp6_send_echo(struct ksmol_iface *iface,
					 struct ksmol_pbuf *pb,
					 const struct ksmol_icmp *icmp,
					 struct ksmol_tx_token *tok)
{
	u32 len = pb->len - KSMOL_ICMP_HLEN;
	struct ksmol_icmp reply = {
		.type = KSMOL_ICMP6_ECHO_REPLY,
		.rest = icmp->rest,
	};
	struct ksmol_pbuf *out;
	struct ksmol_flow flow;
	struct ksmol_dst dst;

	if (icmp6_route(iface, pb, pb->rx.tos, &flow, &dst))
		return KSMOL_HANDLED;
	if (!ksmol_ip_fits(&flow, &dst, pb->len)) {
		ksmol_tx_dropped(KSMOL_TX_DROP_TOO_BIG, iface->phy->ifindex);
		return KSMOL_HANDLED;
	}
	out = ksmol_icmp_body(tok, true, pb, KSMOL_ICMP_HLEN, len);
	if (!out)
		return KSMOL_DROP_ICMP_NO_BUF;
	__ksmol_stat_copy(ECHO, len);
	icmp6_xmit(&flow, &dst, out, &reply);
	return KSMOL_HANDLED;
}

/* An error message, or one that has no error (RFC 4443 2.4 e.1, e.2). */
static noinline bool icmp6_is_about_error(const struct ksmol_pbuf *pb)
{
	u32 avail = min_t(u32, pb->len, KSMOL_IPV6_HEADERS_LEN);
	struct ksmol_ipv6_chain chain;
	u8 buf[KSMOL_IPV6_HEADERS_LEN];
	const u8 *bytes;

	bytes = ksmol_pbuf_header(pb, 0, avail, buf);
	if (!bytes)
		return true;
	ksmol_ipv6_chain_init(&chain, bytes[6]);
	if (ksmol_ipv6_skip(bytes, avail, &chain) ||
	    chain.next != IPPROTO_ICMPV6)
		return false;
	return chain.at >= avail || bytes[chain.at] < KSMOL_ICMP6_ECHO ||
	       bytes[chain.at] == KSMOL_ND_REDIRECT;
}

/* RFC 4443 2.4 e. Ingress let no source pass that is a group. */
static bool icmp6_error_due(const struct ksmol_pbuf *pb, bool any)
{
	if (pb->rx.pkt_type != PACKET_HOST && !any)
		return false;
	return !ksmol_addr_any(&pb->rx.saddr) && !icmp6_is_about_error(pb);
}

void ksmol_icmp6_send_error(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
			    const struct ksmol_icmp *icmp, bool any,
			    struct ksmol_tx_token *tok)
{
	const u32 heads = KSMOL_IPV6_HLEN + KSMOL_ICMP_HLEN;
	struct ksmol_pbuf *out;
	struct ksmol_flow flow;
	struct ksmol_dst dst;
	u32 room;

	if (!icmp6_error_due(pb, any) ||
	    !ksmol_icmp_allowed(iface, AF_INET6) ||
	    icmp6_route(iface, pb, 0, &flow, &dst))
		return;
	/* As much as reaches everybody, or the link if that carries less. */
	room = min_t(u32, dst.mtu, KSMOL_IPV6_MTU_MIN);
	room -= min(room, heads);
	room = min(pb->len, room);
	out = ksmol_icmp_body(tok, false, pb, 0, room);
	if (!out)
		return;
	__ksmol_stat_copy(QUOTE, room);
	icmp6_xmit(&flow, &dst, out, icmp);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_icmp6_send_error);
