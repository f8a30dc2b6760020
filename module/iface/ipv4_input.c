// SPDX-License-Identifier: GPL-2.0-only
/* IPv4 ingress: validate, decide whether it is ours, hand it on. */
#include <linux/icmp.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <ksmol/compat.h>
#include "address.h"
#include "demux.h"
#include "dhcp.h"
#include "group.h"
#include "icmp.h"
#include "igmp.h"
#include "ipv4.h"
#include "net.h"
#include "reass.h"

static int ipv4_header(const struct ksmol_pbuf *pb, struct ksmol_ipv4 *ip)
{
	u8 buf[KSMOL_IPV4_HLEN_MAX] __uninitialized;
	u32 avail = KSMOL_IPV4_HLEN;
	const u8 *bytes;

	bytes = ksmol_pbuf_header(pb, 0, avail, buf);
	if (unlikely(!bytes))
		return KSMOL_DROP_IP_SHORT;
	if (unlikely((bytes[0] & 0xf) > KSMOL_IPV4_HLEN / 4)) {
		avail = min_t(u32, (bytes[0] & 0xf) * 4, pb->len);
		bytes = ksmol_pbuf_header(pb, 0, avail, buf);
		if (unlikely(!bytes))
			return KSMOL_DROP_IP_SHORT;
	}
	return ksmol_ipv4_parse(bytes, avail, pb->len, ip);
}

/* A host's own address, or a broadcast one, is nobody else's source. */
static bool ipv4_source_ok(struct ksmol_iface *iface,
			   const struct ksmol_pbuf *pb,
			   const struct ksmol_addr *saddr)
{
	if (pb->flags & KSMOL_PB_LOOP)
		return true;
	return !ksmol_addr_find(iface->pernet, AF_INET, saddr) &&
	       !ksmol_addr_is_broadcast(iface, saddr->v4);
}

/* A group that somebody joined here, or that of all hosts. */
static bool ipv4_is_heard(const struct ksmol_iface *iface,
			  const struct ksmol_addr *daddr)
{
	return daddr->v4 == htonl(INADDR_ALLHOSTS_GROUP) ||
	       ksmol_group_find(iface, AF_INET, daddr);
}

/* Is the packet for us? Weak end system (RFC 1122 3.3.4.2): any of our
 * addresses, whatever interface it came in by. @pkt_type becomes what the
 * network-layer destination makes of it.
 */
static int ipv4_accept(struct ksmol_iface *iface,
		       const struct ksmol_addr *daddr, u8 *pkt_type)
{
	if (likely(ksmol_addr_find(iface->pernet, AF_INET, daddr))) {
		/* RFC 1122 3.3.6: a unicast packet in a broadcast frame. */
		if (unlikely(*pkt_type != PACKET_HOST))
			return KSMOL_DROP_IP_L2_BCAST;
		return 0;
	}
	if (ksmol_addr_is_broadcast(iface, daddr->v4)) {
		*pkt_type = PACKET_BROADCAST;
		return 0;
	}
	if (ipv4_is_multicast(daddr->v4)) {
		*pkt_type = PACKET_MULTICAST;
		return ipv4_is_heard(iface, daddr) ? 0 : KSMOL_DROP_IP_NO_GROUP;
	}
	return KSMOL_DROP_IP_NOT_US;
}

/* Cuts link-layer padding, which a device's sum may or may not cover. */
static void ipv4_trim(struct ksmol_pbuf *pb, u32 total)
{
	if (likely(pb->len == total))
		return;
	ksmol_pbuf_trim(pb, total);
	pb->rx.csum_valid = 0;
}

static void ipv4_describe(struct ksmol_pbuf *pb, const struct ksmol_ipv4 *ip)
{
	pb->family = AF_INET;
	pb->rx.ttl = ip->ttl;
	pb->rx.tos = ip->tos;
}

static enum ksmol_verdict ipv4_deliver(struct ksmol_iface *iface,
				       struct ksmol_pbuf *pb, u8 proto,
				       struct ksmol_tx_token *tok)
{
	switch (proto) {
	case IPPROTO_UDP:
		return ksmol_demux()->input(iface, IPPROTO_UDP, pb, tok);
	case IPPROTO_TCP:
		return ksmol_demux()->input(iface, IPPROTO_TCP, pb, tok);
	case IPPROTO_ICMP:
		return ksmol_icmp_input(iface, pb, tok);
	case IPPROTO_IGMP:
		return ksmol_igmp_input(iface, pb, pb->rx.ttl);
	default:
		return KSMOL_DROP_IP_PROTO;
	}
}

/* Nobody wants it: the sender is told, with the packet as it came in. */
static void ipv4_unreachable(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
			     u8 code, u32 off, u32 len,
			     struct ksmol_tx_token *tok)
{
	pb->off = off;
	pb->len = len;
	ksmol_icmp_send_error(iface, pb, ICMP_DEST_UNREACH, code, 0, tok);
}

/* A raw socket has it: whatever else was made of it, it was delivered. */
static enum ksmol_verdict ipv4_raw_took(struct ksmol_pbuf *pb,
					enum ksmol_verdict verdict)
{
	if (verdict >= KSMOL_FIRST_DROP) {
		ksmol_pbuf_free(pb);
		return KSMOL_DELIVERED;
	}
	return verdict;
}

/* No socket of ours is on that port, but the DHCP client may wait there: it
 * is asked last, so that others pay nothing for it.
 */
static enum ksmol_verdict ipv4_no_socket(struct ksmol_iface *iface,
					 struct ksmol_pbuf *pb, u32 off,
					 u32 len, u8 hlen,
					 struct ksmol_tx_token *tok)
{
	if (iface->dhcp) {
		pb->off = off + hlen;
		pb->len = len - hlen;
		if (ksmol_dhcp_wants(iface, pb))
			return ksmol_dhcp_input(iface, pb);
	}
	ipv4_unreachable(iface, pb, ICMP_PORT_UNREACH, off, len, tok);
	return KSMOL_DROP_UDP_NO_SOCKET;
}

/* A packet that begins with its transport header; @hlen bytes of the network
 * header are still in front of it.
 */
static enum ksmol_verdict ipv4_packet(struct ksmol_iface *iface,
				      struct ksmol_pbuf *pb, u8 proto, u8 hlen,
				      struct ksmol_tx_token *tok)
{
	/* Each by itself: read as one, it waits for both to be written. */
	u32 off = READ_ONCE(pb->off) - hlen, len = READ_ONCE(pb->len) + hlen;
	enum ksmol_verdict verdict;
	bool raw = false;

	if (unlikely(READ_ONCE(ksmol_raw_is_wanted)) && ksmol_demux()->raw)
		raw = ksmol_demux()->raw(iface, proto, pb, hlen);
	verdict = ipv4_deliver(iface, pb, proto, tok);
	if (verdict == KSMOL_DROP_UDP_NO_SOCKET)
		verdict = ipv4_no_socket(iface, pb, off, len, hlen, tok);
	else if (verdict == KSMOL_DROP_IP_PROTO && !raw)
		ipv4_unreachable(iface, pb, ICMP_PROT_UNREACH, off, len, tok);
	return unlikely(raw) ? ipv4_raw_took(pb, verdict) : verdict;
}

static noinline enum ksmol_verdict
ipv4_fragment(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
	      const struct ksmol_ipv4 *ip, struct ksmol_tx_token *tok)
{
	struct ksmol_frag frag = {
		.key = {
			.net = iface->net,
			.saddr = pb->rx.saddr,
			.daddr = pb->rx.daddr,
			.id = ip->id,
			.family = AF_INET,
			.proto = ip->proto,
		},
		.off = ip->frag_off,
		.hlen = ip->hlen,
		.proto = ip->proto,
		.more = ip->mf,
	};
	enum ksmol_verdict verdict;
	struct ksmol_pbuf *whole;

	verdict = ksmol_reass_input(iface, pb, &frag, &whole);
	if (!whole)
		return verdict;
	verdict = ipv4_packet(iface, whole, ip->proto, frag.hlen, tok);
	return ksmol_reass_end(whole, pb, verdict);
}

/* Not an address of ours, unless it is the one that a server is about to
 * give us.
 */
static noinline enum ksmol_verdict ipv4_refused(struct ksmol_iface *iface,
						struct ksmol_pbuf *pb,
						const struct ksmol_ipv4 *ip,
						int drop)
{
	if (!iface->dhcp || drop != KSMOL_DROP_IP_NOT_US ||
	    ip->proto != IPPROTO_UDP || ip->mf || ip->frag_off ||
	    pb->rx.pkt_type != PACKET_HOST)
		return drop;
	ksmol_pbuf_pull(pb, ip->hlen);
	return ksmol_dhcp_wants(iface, pb) ? ksmol_dhcp_input(iface, pb) : drop;
}

enum ksmol_verdict ksmol_ipv4_input(struct ksmol_iface *iface,
				    struct ksmol_pbuf *pb,
				    struct ksmol_tx_token *tok)
{
	struct ksmol_ipv4 ip;
	int drop;

	drop = ipv4_header(pb, &ip);
	if (unlikely(drop))
		return drop;
	ipv4_trim(pb, ip.total);
	pb->rx.saddr = ksmol_addr_v4(ip.saddr);
	pb->rx.daddr = ksmol_addr_v4(ip.daddr);
	if (unlikely(!ipv4_source_ok(iface, pb, &pb->rx.saddr)))
		return KSMOL_DROP_IP_SADDR;
	drop = ipv4_accept(iface, &pb->rx.daddr, &pb->rx.pkt_type);
	if (unlikely(drop))
		return ipv4_refused(iface, pb, &ip, drop);
	ipv4_describe(pb, &ip);
	if (unlikely(ip.mf || ip.frag_off))
		return ipv4_fragment(iface, pb, &ip, tok);
	/* A valid header sums up to zero, so pulling it leaves the device's
	 * sum over the rest right.
	 */
	ksmol_pbuf_pull(pb, ip.hlen);
	return ipv4_packet(iface, pb, ip.proto, ip.hlen, tok);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ipv4_input);

bool ksmol_ipv4_claims(struct ksmol_iface *iface, const struct sk_buff *skb)
{
	struct ksmol_addr daddr;
	const struct iphdr *ip;
	struct iphdr buf;

	ip = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!ip)
		return false;
	daddr = ksmol_addr_v4(get_unaligned(&ip->daddr));
	if (ipv4_is_multicast(daddr.v4))
		return ipv4_is_heard(iface, &daddr);
	return ksmol_addr_find(iface->pernet, AF_INET, &daddr) ||
	       (unlikely(iface->dhcp) && ksmol_dhcp_claims(iface, skb, ip));
}
