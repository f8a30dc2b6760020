// SPDX-License-Identifier: GPL-2.0-only
/* Neighbor discovery: what we ask and answer. */
#include <linux/etherdevice.h>
#include <linux/in.h>
#include <net/if_inet6.h>
#include <ksmol/compat.h>
#include "address.h"
#include "nd.h"
#include "neighbor.h"

/*
 * struct nd_way - from whom to whom a message goes
 * @mac: link-layer destination; NULL: that of the group @daddr
 */
struct nd_way {
	struct ksmol_addr saddr;
	struct ksmol_addr daddr;
	const u8 *mac;
};

bool ksmol_addr_linklocal(const struct ksmol_iface *iface,
			  struct ksmol_addr *addr)
{
	const struct ksmol_ifaddr *ifa;

	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++)
		if (READ_ONCE(ifa->state) == KSMOL_ADDR_VALID &&
		    ifa->family == AF_INET6 &&
		    ksmol_addr_is_linklocal6(&ifa->addr)) {
			*addr = ifa->addr;
			return true;
		}
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_addr_linklocal);

/* --- building --- */

static void nd_push_lladdr(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
			   bool target)
{
	ksmol_nd_emit_lladdr(ksmol_pbuf_push(pb, KSMOL_ND_LLADDR_LEN),
			     iface->phy->mac, target);
}

/* Checksum and IPv6 header before the message that @pb holds. */
static void nd_finish(struct ksmol_pbuf *pb, const struct nd_way *way)
{
	struct ksmol_ipv6 ip = {
		.next = IPPROTO_ICMPV6,
		.hlim = KSMOL_ND_HOPS,
		.len = pb->len,
		.saddr = way->saddr,
		.daddr = way->daddr,
	};
	u8 *icmp = pb->head + pb->off;
	__wsum sum;

	sum = ksmol_pseudo_sum(AF_INET6, &way->saddr, &way->daddr, pb->len,
			       IPPROTO_ICMPV6);
	put_unaligned(csum_fold(csum_partial(icmp, pb->len, sum)),
		      (__sum16 *)(icmp + 2));
	ksmol_ipv6_emit(ksmol_pbuf_push(pb, KSMOL_IPV6_HLEN), &ip);
	pb->family = AF_INET6;
}

/* Consumes @pb. */
static int nd_xmit(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
		   const struct nd_way *way)
{
	u8 group[ETH_ALEN];

	nd_finish(pb, way);
	if (!way->mac)
		ipv6_eth_mc_map(&way->daddr.v6, group);
	return ksmol_phy_xmit(iface->phy, pb, way->mac ?: group,
			      htons(ETH_P_IPV6));
}

static int nd_xmit_na(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
		      const struct nd_way *way, u8 flags)
{
	nd_push_lladdr(iface, pb, true);
	ksmol_nd_emit_na(ksmol_pbuf_push(pb, KSMOL_ND_NS_HLEN), &way->saddr,
			 flags);
	return nd_xmit(iface, pb, way);
}

/* --- of our own accord --- */

/* A question of our own needs a buffer as urgently as a reply does. */
static struct ksmol_pbuf *nd_alloc(struct ksmol_iface *iface)
{
	KSMOL_TX_TOKEN(tok);

	if (ksmol_tx_token_open(&tok, iface->phy))
		return NULL;
	return ksmol_tx_token_consume(&tok, true);
}

/* RFC 4861 7.2.2: to the group of all who may have it, or to one only. */
int ksmol_nd_solicit(struct ksmol_iface *iface,
		     const struct ksmol_addr *target, const u8 *mac)
{
	struct nd_way way = {
		.daddr = mac ? *target : ksmol_addr_solicited(target),
		.mac = mac,
	};
	struct ksmol_pbuf *pb;

	if (!ksmol_addr_select6(iface, target, KSMOL_PREFER_DEFAULT,
				&way.saddr))
		return -EADDRNOTAVAIL;
	pb = nd_alloc(iface);
	if (!pb)
		return -ENOBUFS;
	nd_push_lladdr(iface, pb, false);
	ksmol_nd_emit_ns(ksmol_pbuf_push(pb, KSMOL_ND_NS_HLEN), target);
	return nd_xmit(iface, pb, &way);
}

/* From no address, and marked as ours in case that it comes back (RFC 7527). */
int ksmol_nd_probe(struct ksmol_iface *iface, const struct ksmol_addr *addr)
{
	struct nd_way way = { .daddr = ksmol_addr_solicited(addr) };
	struct ksmol_pbuf *pb = nd_alloc(iface);

	if (!pb)
		return -ENOBUFS;
	ksmol_nd_emit_nonce(ksmol_pbuf_push(pb, KSMOL_ND_NONCE_LEN),
			    iface->nonce);
	ksmol_nd_emit_ns(ksmol_pbuf_push(pb, KSMOL_ND_NS_HLEN), addr);
	return nd_xmit(iface, pb, &way);
}

int ksmol_nd_announce(struct ksmol_iface *iface, const struct ksmol_addr *addr)
{
	struct nd_way way = { *addr, ksmol_addr_all_nodes() };
	struct ksmol_pbuf *pb = nd_alloc(iface);

	if (!pb)
		return -ENOBUFS;
	return nd_xmit_na(iface, pb, &way, KSMOL_ND_OVERRIDE);
}

int ksmol_nd_ask_routers(struct ksmol_iface *iface)
{
	struct nd_way way = {
		.daddr = ksmol_addr_link_group(KSMOL_GROUP_ROUTERS),
	};
	struct ksmol_pbuf *pb = nd_alloc(iface);

	if (!pb)
		return -ENOBUFS;
	/* From no address it says nothing of whose it is. */
	if (ksmol_addr_linklocal(iface, &way.saddr))
		nd_push_lladdr(iface, pb, false);
	ksmol_nd_emit_rs(ksmol_pbuf_push(pb, KSMOL_ND_RS_HLEN));
	return nd_xmit(iface, pb, &way);
}

/* --- in answer --- */

int ksmol_nd_defend(struct ksmol_iface *iface, const struct ksmol_addr *addr,
		    struct ksmol_tx_token *tok)
{
	struct nd_way way = { *addr, ksmol_addr_all_nodes() };
	struct ksmol_pbuf *pb = ksmol_tx_token_consume(tok, true);

	if (!pb)
		return -ENOBUFS;
	return nd_xmit_na(iface, pb, &way, KSMOL_ND_OVERRIDE);
}

/* Who did not say where he is may be known, or is asked for that. */
static void nd_reply_via(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
			 const struct nd_way *way)
{
	pb->flags |= KSMOL_PB_REPLY;
	nd_push_lladdr(iface, pb, true);
	ksmol_nd_emit_na(ksmol_pbuf_push(pb, KSMOL_ND_NS_HLEN), &way->saddr,
			 KSMOL_ND_SOLICITED | KSMOL_ND_OVERRIDE);
	nd_finish(pb, way);
	ksmol_neigh_output(iface, AF_INET6, &way->daddr, pb);
}

void ksmol_nd_reply(struct ksmol_iface *iface, const struct ksmol_addr *target,
		    const struct ksmol_addr *to, const u8 *mac,
		    struct ksmol_tx_token *tok)
{
	struct nd_way way = { .saddr = *target, .daddr = *to, .mac = mac };
	struct ksmol_pbuf *pb;

	if (ksmol_addr_any(to)) {
		ksmol_nd_defend(iface, target, tok);
		return;
	}
	pb = ksmol_tx_token_consume(tok, true);
	if (!pb)
		return;
	if (mac)
		nd_xmit_na(iface, pb, &way,
			   KSMOL_ND_SOLICITED | KSMOL_ND_OVERRIDE);
	else
		nd_reply_via(iface, pb, &way);
}
