// SPDX-License-Identifier: GPL-2.0-only
/* IPv6 ingress: validate, walk the extension headers, hand it on. */
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ipv6.h>
#include <ksmol/compat.h>
#include "address.h"
#include "demux.h"
#include "group.h"
#include "icmp6.h"
#include "ipv6.h"
#include "net.h"
#include "reass.h"

/* --- whose is it --- */

/* An address of ours, whatever interface the packet came in by; but those that
 * mean something on one link only must be that link's.
 */
static bool ipv6_is_ours(struct ksmol_iface *iface,
			 const struct ksmol_addr *daddr)
{
	const struct ksmol_ifaddr *ifa;

	if (!ksmol_addr_is_linklocal6(daddr))
		return ksmol_addr_find(iface->pernet, AF_INET6, daddr);
	ifa = ksmol_iface_addr(iface, AF_INET6, daddr);
	return ifa && READ_ONCE(ifa->state) == KSMOL_ADDR_VALID;
}

/* A host's own address is nobody else's source. */
static bool ipv6_source_ok(struct ksmol_iface *iface,
			   const struct ksmol_pbuf *pb)
{
	return pb->flags & KSMOL_PB_LOOP ||
	       !ipv6_is_ours(iface, &pb->rx.saddr);
}

/* Where those who want to know one of our addresses' owner ask. */
static bool ipv6_is_asked(const struct ksmol_iface *iface,
			  const struct ksmol_addr *daddr)
{
	const struct ksmol_ifaddr *ifa;
	struct ksmol_addr group;
	u8 state;

	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++) {
		state = READ_ONCE(ifa->state);
		if (ifa->family != AF_INET6 || state == KSMOL_ADDR_UNUSED ||
		    state == KSMOL_ADDR_CONFLICT)
			continue;
		group = ksmol_addr_solicited(&ifa->addr);
		if (ksmol_addr_equal(&group, daddr))
			return true;
	}
	return false;
}

static bool ipv6_is_heard(const struct ksmol_iface *iface,
			  const struct ksmol_addr *daddr)
{
	struct ksmol_addr all = ksmol_addr_all_nodes();

	return ksmol_addr_equal(daddr, &all) ||
	       ksmol_group_find(iface, AF_INET6, daddr) ||
	       ipv6_is_asked(iface, daddr);
}

static int ipv6_accept(struct ksmol_iface *iface, struct ksmol_pbuf *pb)
{
	const struct ksmol_addr *daddr = &pb->rx.daddr;

	if (likely(!ksmol_addr_is_multicast6(daddr))) {
		if (unlikely(!ipv6_is_ours(iface, daddr)))
			return KSMOL_DROP_IP_NOT_US;
		/* As for IPv4: who can say how many got it? */
		if (unlikely(pb->rx.pkt_type != PACKET_HOST))
			return KSMOL_DROP_IP_L2_BCAST;
		return 0;
	}
	/* RFC 4291 2.7: such never leave their host. */
	if (ksmol_addr_scope6(daddr) <= KSMOL_SCOPE_INTERFACE &&
	    !(pb->flags & KSMOL_PB_LOOP))
		return KSMOL_DROP_IP_DADDR;
	pb->rx.pkt_type = PACKET_MULTICAST;
	return ipv6_is_heard(iface, daddr) ? 0 : KSMOL_DROP_IP_NO_GROUP;
}

/* --- upward --- */

/* What the device summed up goes with the bytes that it stands for. */
static void ipv6_pull(struct ksmol_pbuf *pb, u32 len)
{
	if (pb->rx.csum_valid)
		pb->rx.csum = csum_sub(pb->rx.csum,
				       ksmol_pbuf_csum(pb, 0, len, 0));
	ksmol_pbuf_pull(pb, len);
}

static void ipv6_unpull(struct ksmol_pbuf *pb, u32 len)
{
	pb->rx.csum_valid = 0;
	pb->off -= len;
	pb->len += len;
}

static enum ksmol_verdict ipv6_deliver(struct ksmol_iface *iface,
				       struct ksmol_pbuf *pb, u8 proto,
				       bool fragmented,
				       struct ksmol_tx_token *tok)
{
	switch (proto) {
	case IPPROTO_UDP:
		return ksmol_demux()->input(iface, IPPROTO_UDP, pb, tok);
	case IPPROTO_TCP:
		return ksmol_demux()->input(iface, IPPROTO_TCP, pb, tok);
	case IPPROTO_ICMPV6:
		return ksmol_icmp6_input(iface, pb, fragmented, tok);
	case IPPROTO_NONE:
		/* RFC 8200 4.7: there is nothing to be done with it. */
		return KSMOL_HANDLED;
	default:
		return KSMOL_DROP_IP_PROTO;
	}
}

/* Nobody wants it: the sender is told, with the packet as it came in. */
static noinline void ipv6_unwanted(struct ksmol_iface *iface,
				   struct ksmol_pbuf *pb,
				   const struct ksmol_ipv6_chain *chain,
				   enum ksmol_verdict verdict,
				   struct ksmol_tx_token *tok)
{
	struct ksmol_icmp icmp = {
		.type = KSMOL_ICMP6_DEST_UNREACH,
		.code = KSMOL_ICMP6_PORT_UNREACH,
	};

	if (verdict == KSMOL_DROP_IP_PROTO) {
		icmp.type = KSMOL_ICMP6_PARAM_PROBLEM;
		icmp.code = KSMOL_ICMP6_UNK_NEXTHDR;
		icmp.rest = chain->named_at;
	}
	ksmol_icmp6_send_error(iface, pb, &icmp, false, tok);
}

/* A packet that begins with its transport header; all of @chain is in front. */
static enum ksmol_verdict ipv6_packet(struct ksmol_iface *iface,
				      struct ksmol_pbuf *pb,
				      const struct ksmol_ipv6_chain *chain,
				      bool fragmented,
				      struct ksmol_tx_token *tok)
{
	u32 off = pb->off - chain->at, len = pb->len + chain->at;
	enum ksmol_verdict verdict;
	bool raw = false;

	pb->rx.ext = chain->at - KSMOL_IPV6_HLEN;
	if (unlikely(READ_ONCE(ksmol_raw_is_wanted)) && ksmol_demux()->raw)
		raw = ksmol_demux()->raw(iface, chain->next, pb, chain->at);
	verdict = ipv6_deliver(iface, pb, chain->next, fragmented, tok);
	if (unlikely(verdict == KSMOL_DROP_UDP_NO_SOCKET ||
		     (verdict == KSMOL_DROP_IP_PROTO && !raw))) {
		pb->off = off;
		pb->len = len;
		ipv6_unwanted(iface, pb, chain, verdict, tok);
	}
	/* A raw socket has it: whatever else was made of it. */
	if (unlikely(raw) && verdict >= KSMOL_FIRST_DROP) {
		ksmol_pbuf_free(pb);
		return KSMOL_DELIVERED;
	}
	return verdict;
}

/* --- extension headers --- */

/* Borrows @pb, from its network header on. */
static noinline int ipv6_walk(const struct ksmol_pbuf *pb,
			      struct ksmol_ipv6_chain *chain)
{
	u32 avail = min_t(u32, pb->len, KSMOL_IPV6_HEADERS_LEN);
	u8 buf[KSMOL_IPV6_HEADERS_LEN];
	const u8 *bytes;

	bytes = ksmol_pbuf_header(pb, 0, avail, buf);
	if (!bytes)
		return KSMOL_DROP_IPV6_EXT;
	return ksmol_ipv6_walk(bytes, avail, pb->len, chain);
}

static void ipv6_problem(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
			 u8 code, u32 pointer, bool any,
			 struct ksmol_tx_token *tok)
{
	struct ksmol_icmp icmp = {
		.type = KSMOL_ICMP6_PARAM_PROBLEM,
		.code = code,
		.rest = pointer,
	};

	ksmol_icmp6_send_error(iface, pb, &icmp, any, tok);
}

static enum ksmol_verdict ipv6_fragment(struct ksmol_iface *iface,
					struct ksmol_pbuf *pb,
					struct ksmol_ipv6_chain *chain,
					struct ksmol_tx_token *tok);

/* A packet from its network header on, to be walked from @chain on.
 * @fragmented: it came with a fragment header, and has got rid of it
 */
static noinline enum ksmol_verdict
ipv6_extended(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
	      struct ksmol_ipv6_chain *chain, bool fragmented,
	      struct ksmol_tx_token *tok)
{
	int drop = ipv6_walk(pb, chain);

	if (drop) {
		if (chain->answer)
			ipv6_problem(iface, pb, chain->code, chain->pointer,
				     chain->answer == KSMOL_IPV6_PARAM_ANY,
				     tok);
		return drop;
	}
	if (chain->next == IPPROTO_FRAGMENT) {
		if (fragmented)
			return KSMOL_DROP_IPV6_EXT;
		return ipv6_fragment(iface, pb, chain, tok);
	}
	/* RFC 4291 2.5.2: only who has no address yet may have none. */
	if (ksmol_addr_any(&pb->rx.saddr) && chain->next != IPPROTO_ICMPV6)
		return KSMOL_DROP_IP_SADDR;
	ipv6_pull(pb, chain->at);
	return ipv6_packet(iface, pb, chain, fragmented, tok);
}

/* --- fragments --- */

/* RFC 7112 5: a first fragment has all of the headers. */
static noinline bool ipv6_first_ok(const struct ksmol_pbuf *pb,
				   const struct ksmol_ipv6_chain *at)
{
	u32 avail = min_t(u32, pb->len, KSMOL_IPV6_HEADERS_LEN);
	struct ksmol_ipv6_chain chain = *at;
	u8 buf[KSMOL_IPV6_HEADERS_LEN];
	const u8 *bytes;

	bytes = ksmol_pbuf_header(pb, 0, avail, buf);
	if (!bytes || ksmol_ipv6_skip(bytes, avail, &chain))
		return false;
	return pb->len - chain.at >=
	       (chain.next == IPPROTO_TCP ? KSMOL_TCP_HLEN : 0);
}

/* What is wrong with a fragment, and is its sender's fault (RFC 8200 4.5).
 * @chain: behind the fragment header
 */
static int ipv6_frag_check(const struct ksmol_pbuf *pb,
			   const struct ksmol_ipv6_frag *frag,
			   struct ksmol_ipv6_chain *chain)
{
	u32 len = pb->len - chain->at;

	chain->code = KSMOL_ICMP6_HDR_FIELD;
	if (frag->more && len % 8) {
		chain->pointer = 4;	/* the payload length */
		return KSMOL_DROP_FRAG_LEN;
	}
	/* Without the fragment header, but with those before it. */
	if (frag->off + len + chain->named_at - KSMOL_IPV6_HLEN >
	    KSMOL_IPV6_LEN_MAX) {
		chain->pointer = chain->named_at + 2;	/* the offset */
		return KSMOL_DROP_FRAG_LEN;
	}
	if (frag->off || ipv6_first_ok(pb, chain))
		return 0;
	chain->code = KSMOL_ICMP6_HDR_INCOMP;
	chain->pointer = 0;
	return KSMOL_DROP_FRAG_TINY;
}

/* All of a datagram is there; @chain is behind its first fragment's header. */
static enum ksmol_verdict ipv6_whole(struct ksmol_iface *iface,
				     struct ksmol_pbuf *whole,
				     const struct ksmol_frag *frag,
				     struct ksmol_tx_token *tok)
{
	struct ksmol_ipv6_chain chain = {
		.next = frag->proto,
		.named_at = frag->hlen - KSMOL_IPV6_FRAG_HLEN,
		.at = frag->hlen,
	};

	ipv6_unpull(whole, frag->hlen);
	return ipv6_extended(iface, whole, &chain, true, tok);
}

static enum ksmol_verdict ipv6_reassemble(struct ksmol_iface *iface,
					  struct ksmol_pbuf *pb,
					  const struct ksmol_ipv6_frag *head,
					  u16 hlen, struct ksmol_tx_token *tok)
{
	struct ksmol_frag frag = {
		.key = {
			.net = iface->net,
			.saddr = pb->rx.saddr,
			.daddr = pb->rx.daddr,
			.id = head->id,
			.family = AF_INET6,
		},
		.off = head->off,
		.hlen = hlen,
		.proto = head->next,
		.more = head->more,
	};
	enum ksmol_verdict verdict;
	struct ksmol_pbuf *whole;

	verdict = ksmol_reass_input(iface, pb, &frag, &whole);
	if (!whole)
		return verdict;
	verdict = ipv6_whole(iface, whole, &frag, tok);
	return ksmol_reass_end(whole, pb, verdict);
}

static enum ksmol_verdict ipv6_fragment(struct ksmol_iface *iface,
					struct ksmol_pbuf *pb,
					struct ksmol_ipv6_chain *chain,
					struct ksmol_tx_token *tok)
{
	u8 buf[KSMOL_IPV6_FRAG_HLEN];
	struct ksmol_ipv6_frag head;
	const u8 *bytes;
	int drop;

	bytes = ksmol_pbuf_header(pb, chain->at, KSMOL_IPV6_FRAG_HLEN, buf);
	if (!bytes)
		return KSMOL_DROP_IPV6_EXT;
	ksmol_ipv6_frag_parse(bytes, &head);
	chain->named_at = chain->at;
	chain->at += KSMOL_IPV6_FRAG_HLEN;
	chain->next = head.next;
	/* RFC 6946: one of one, whatever else has its identification. */
	if (!head.off && !head.more)
		return ipv6_extended(iface, pb, chain, true, tok);
	drop = ipv6_frag_check(pb, &head, chain);
	if (drop) {
		ipv6_problem(iface, pb, chain->code, chain->pointer, false,
			     tok);
		return drop;
	}
	return ipv6_reassemble(iface, pb, &head, chain->at, tok);
}

/* --- in --- */

/* Cuts link-layer padding, which a device's sum may or may not cover. */
static void ipv6_trim(struct ksmol_pbuf *pb, u32 total)
{
	if (likely(pb->len == total))
		return;
	ksmol_pbuf_trim(pb, total);
	pb->rx.csum_valid = 0;
}

static int ipv6_header(struct ksmol_pbuf *pb, struct ksmol_ipv6_chain *chain)
{
	u8 buf[KSMOL_IPV6_HLEN] __uninitialized;
	struct ksmol_ipv6 ip __uninitialized;
	const u8 *bytes;
	int drop;

	bytes = ksmol_pbuf_header(pb, 0, KSMOL_IPV6_HLEN, buf);
	if (unlikely(!bytes))
		return KSMOL_DROP_IP_SHORT;
	drop = ksmol_ipv6_parse(bytes, pb->len, &ip);
	if (unlikely(drop))
		return drop;
	ipv6_trim(pb, KSMOL_IPV6_HLEN + ip.len);
	pb->family = AF_INET6;
	pb->rx.saddr = ip.saddr;
	pb->rx.daddr = ip.daddr;
	pb->rx.ttl = ip.hlim;
	pb->rx.tos = ip.tclass;
	ksmol_ipv6_chain_init(chain, ip.next);
	return 0;
}

static bool ipv6_is_plain(const struct ksmol_pbuf *pb, u8 next)
{
	return (next == IPPROTO_UDP || next == IPPROTO_TCP) &&
	       !ksmol_addr_any(&pb->rx.saddr);
}

enum ksmol_verdict ksmol_ipv6_input(struct ksmol_iface *iface,
				    struct ksmol_pbuf *pb,
				    struct ksmol_tx_token *tok)
{
	struct ksmol_ipv6_chain chain;
	int drop;

	drop = ipv6_header(pb, &chain);
	if (unlikely(drop))
		return drop;
	if (unlikely(!ipv6_source_ok(iface, pb)))
		return KSMOL_DROP_IP_SADDR;
	drop = ipv6_accept(iface, pb);
	if (unlikely(drop))
		return drop;
	if (unlikely(!ipv6_is_plain(pb, chain.next)))
		return ipv6_extended(iface, pb, &chain, false, tok);
	ipv6_pull(pb, KSMOL_IPV6_HLEN);
	return ipv6_packet(iface, pb, &chain, false, tok);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ipv6_input);

bool ksmol_ipv6_claims(struct ksmol_iface *iface, const struct sk_buff *skb)
{
	struct ksmol_addr daddr;
	const u8 *bytes;
	u8 buf[KSMOL_IPV6_HLEN];

	bytes = skb_header_pointer(skb, 0, KSMOL_IPV6_HLEN, buf);
	if (!bytes)
		return false;
	memcpy(&daddr, bytes + 24, sizeof(daddr));
	if (ksmol_addr_is_multicast6(&daddr))
		return ipv6_is_heard(iface, &daddr);
	return ipv6_is_ours(iface, &daddr);
}
