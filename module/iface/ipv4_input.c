// SPDX-License-Identifier: GPL-2.0-only
/* IPv4 ingress: validate, decide whether it is ours, hand it on. */
#include <linux/icmp.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <ksmol/compat.h>
#include "address.h"
#include "demux.h"
#include "icmp.h"
#include "ipv4.h"
#include "net.h"

static int ipv4_header(const struct ksmol_pbuf *pb, struct ksmol_ipv4 *ip)
{
	u8 buf[KSMOL_IPV4_HLEN_MAX];
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

/* A valid header sums up to zero, so pulling it leaves the device's sum over
 * the rest right.
 */
static void ipv4_describe(struct ksmol_pbuf *pb, const struct ksmol_ipv4 *ip)
{
	pb->family = AF_INET;
	pb->rx.ttl = ip->ttl;
	pb->rx.tos = ip->tos;
	ksmol_pbuf_pull(pb, ip->hlen);
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

enum ksmol_verdict ksmol_ipv4_input(struct ksmol_iface *iface,
				    struct ksmol_pbuf *pb,
				    struct ksmol_tx_token *tok)
{
	enum ksmol_verdict verdict;
	struct ksmol_ipv4 ip;
	u32 off, len;
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
		return drop;
	if (unlikely(ip.mf || ip.frag_off))
		return KSMOL_DROP_IP_FRAGMENT;

	off = pb->off;
	len = pb->len;
	ipv4_describe(pb, &ip);
	verdict = ipv4_deliver(iface, pb, ip.proto, tok);
	if (verdict == KSMOL_DROP_UDP_NO_SOCKET)
		ipv4_unreachable(iface, pb, ICMP_PORT_UNREACH, off, len, tok);
	else if (verdict == KSMOL_DROP_IP_PROTO)
		ipv4_unreachable(iface, pb, ICMP_PROT_UNREACH, off, len, tok);
	return verdict;
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
	return ksmol_addr_find(iface->pernet, AF_INET, &daddr);
}
