// SPDX-License-Identifier: GPL-2.0-only
/* Neighbor discovery: what others ask and say. */
#define pr_fmt(fmt) "ksmol: " fmt

#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <ksmol/compat.h>
#include "address.h"
#include "autoconf.h"
#include "nd.h"
#include "neighbor.h"
#include "net.h"

/* --- reading --- */

/* The whole message, option by option: it may lie anywhere in the frame. */
static int nd_read(const struct ksmol_pbuf *pb, struct ksmol_nd *nd)
{
	u32 avail = min_t(u32, pb->len, KSMOL_ND_HLEN_MAX), off;
	u8 buf[KSMOL_ND_OPTION_MAX];
	const u8 *bytes;
	int len;

	bytes = ksmol_pbuf_header(pb, 0, avail, buf);
	if (!bytes)
		return KSMOL_DROP_ND_FORMAT;
	len = ksmol_nd_parse(bytes, avail, nd);
	if (len)
		return len;
	for (off = nd->hlen; off < pb->len; off += len) {
		avail = min_t(u32, pb->len - off, KSMOL_ND_OPTION_MAX);
		bytes = ksmol_pbuf_header(pb, off, avail, buf);
		if (!bytes)
			return KSMOL_DROP_ND_FORMAT;
		len = ksmol_nd_parse_option(bytes, avail, pb->len - off, nd);
		if (len < 0)
			return -len;
	}
	return 0;
}

/* --- who has our addresses --- */

/* Told once for each time the address is taken into use. */
static void nd_report(const struct ksmol_iface *iface,
		      const struct ksmol_ifaddr *ifa, bool lost)
{
	pr_warn("%s: %pI6c is also used by another station; %s\n",
		iface->phy->name, &ifa->addr.v6,
		lost ? "not using it" : "defending it");
}

/* Another station has an address of ours, or wants it as we do. */
static void nd_conflict(struct ksmol_iface *iface, struct ksmol_ifaddr *ifa,
			struct ksmol_tx_token *tok)
{
	bool defend, report;

	spin_lock_bh(&iface->lock);
	defend = ksmol_ifaddr_conflict(ifa, jiffies);
	report = !ifa->reported;
	ifa->reported = true;
	spin_unlock_bh(&iface->lock);

	if (report)
		nd_report(iface, ifa, ifa->state == KSMOL_ADDR_CONFLICT);
	if (ifa->state == KSMOL_ADDR_CONFLICT)
		ksmol_autoconf_kick(iface);
	/* Not defended: the next conflict is answered at once. */
	if (defend && ksmol_nd_defend(iface, &ifa->addr, tok))
		WRITE_ONCE(ifa->defended, 0);
}

/* Where a station is, if it says so. One that is not on this link would never
 * be looked up.
 */
static void nd_learn(struct ksmol_iface *iface, const struct ksmol_addr *addr,
		     const u8 *mac)
{
	bool near = ksmol_addr_is_linklocal6(addr) ||
		    ksmol_addr_on_link(iface, AF_INET6, addr);

	if (mac)
		ksmol_neigh_heard(iface, AF_INET6, addr, mac,
				  near ? KSMOL_NEIGH_CREATE :
					 KSMOL_NEIGH_REFRESH);
}

/* --- solicitations --- */

/* RFC 4861 7.1.1 */
static bool nd_ns_ok(const struct ksmol_nd *nd, const struct ksmol_addr *saddr,
		     const struct ksmol_addr *daddr)
{
	struct ksmol_addr group = ksmol_addr_solicited(&nd->target);

	if (ksmol_addr_is_multicast6(&nd->target))
		return false;
	if (!ksmol_addr_any(saddr))
		return true;
	return !nd->has_source && ksmol_addr_equal(daddr, &group);
}

/* RFC 4862 5.4.3: for an address that isn't ours yet. */
static void nd_ns_tentative(struct ksmol_iface *iface,
			    struct ksmol_ifaddr *ifa, const struct ksmol_nd *nd,
			    const struct ksmol_addr *saddr,
			    struct ksmol_tx_token *tok)
{
	bool own = nd->has_nonce &&
		   !memcmp(nd->nonce, iface->nonce, sizeof(nd->nonce));

	if (ksmol_addr_any(saddr) && !own)
		nd_conflict(iface, ifa, tok);
}

static enum ksmol_verdict nd_ns(struct ksmol_iface *iface,
				struct ksmol_pbuf *pb, const struct ksmol_nd *nd,
				struct ksmol_tx_token *tok)
{
	const struct ksmol_addr *saddr = &pb->rx.saddr;
	struct ksmol_ifaddr *ifa;
	u8 state;

	if (!nd_ns_ok(nd, saddr, &pb->rx.daddr))
		return KSMOL_DROP_ND_ADDR;
	ifa = ksmol_iface_addr(iface, AF_INET6, &nd->target);
	state = ifa ? READ_ONCE(ifa->state) : KSMOL_ADDR_UNUSED;
	if (state == KSMOL_ADDR_TENTATIVE) {
		nd_ns_tentative(iface, ifa, nd, saddr, tok);
		return KSMOL_HANDLED;
	}
	if (state != KSMOL_ADDR_VALID)
		return KSMOL_DROP_ND_NOT_US;
	if (!ksmol_addr_any(saddr))
		nd_learn(iface, saddr, nd->has_source ? nd->source : NULL);
	ksmol_nd_reply(iface, &nd->target, saddr,
		       nd->has_source ? nd->source : NULL, tok);
	return KSMOL_HANDLED;
}

/* --- advertisements --- */

/* RFC 4861 7.1.2 */
static bool nd_na_ok(const struct ksmol_nd *nd, const struct ksmol_addr *daddr)
{
	if (ksmol_addr_is_multicast6(&nd->target))
		return false;
	return !(nd->flags & KSMOL_ND_SOLICITED) ||
	       !ksmol_addr_is_multicast6(daddr);
}

static u8 nd_na_news(const struct ksmol_nd *nd)
{
	u8 news = KSMOL_NEIGH_TOLD;

	if (nd->flags & KSMOL_ND_SOLICITED)
		news |= KSMOL_NEIGH_SOLICITED;
	if (nd->flags & KSMOL_ND_OVERRIDE)
		news |= KSMOL_NEIGH_OVERRIDE;
	return news;
}

static enum ksmol_verdict nd_na(struct ksmol_iface *iface,
				struct ksmol_pbuf *pb, const struct ksmol_nd *nd,
				struct ksmol_tx_token *tok)
{
	const u8 *mac = nd->has_target ? nd->target_mac : NULL;
	struct ksmol_ifaddr *ifa;

	if (!nd_na_ok(nd, &pb->rx.daddr))
		return KSMOL_DROP_ND_ADDR;
	/* A bond or a hub gives us our own packets back. */
	if (mac && ether_addr_equal(mac, iface->phy->mac))
		return KSMOL_DROP_ND_NOT_US;
	ifa = ksmol_iface_addr(iface, AF_INET6, &nd->target);
	if (ifa && READ_ONCE(ifa->state) != KSMOL_ADDR_CONFLICT) {
		nd_conflict(iface, ifa, tok);
		return KSMOL_HANDLED;
	}
	if (!ksmol_neigh_heard(iface, AF_INET6, &nd->target, mac,
			       nd_na_news(nd)))
		return KSMOL_DROP_ND_NOT_US;
	if (!(nd->flags & KSMOL_ND_ROUTER))
		ksmol_autoconf_host(iface, &nd->target);
	return KSMOL_HANDLED;
}

/* --- routers --- */

/* RFC 4861 6.1.2, 8.1: routers speak from their link-local addresses. */
static enum ksmol_verdict nd_ra(struct ksmol_iface *iface,
				const struct ksmol_pbuf *pb,
				const struct ksmol_nd *nd)
{
	const struct ksmol_addr *router = &pb->rx.saddr;
	enum ksmol_verdict verdict;

	if (!ksmol_addr_is_linklocal6(router))
		return KSMOL_DROP_ND_ADDR;
	verdict = ksmol_autoconf_advert(iface, router, nd);
	if (verdict == KSMOL_HANDLED)
		nd_learn(iface, router, nd->has_source ? nd->source : NULL);
	return verdict;
}

static enum ksmol_verdict nd_redirect(struct ksmol_iface *iface,
				      const struct ksmol_pbuf *pb,
				      const struct ksmol_nd *nd)
{
	const struct ksmol_addr *router = &pb->rx.saddr;
	enum ksmol_verdict verdict;

	if (!ksmol_addr_is_linklocal6(router))
		return KSMOL_DROP_ND_ADDR;
	verdict = ksmol_autoconf_redirect(iface, router, nd);
	if (verdict == KSMOL_HANDLED)
		nd_learn(iface, &nd->target,
			 nd->has_target ? nd->target_mac : NULL);
	return verdict;
}

enum ksmol_verdict ksmol_nd_input(struct ksmol_iface *iface,
				  struct ksmol_pbuf *pb,
				  const struct ksmol_icmp *icmp,
				  struct ksmol_tx_token *tok)
{
	struct ksmol_nd nd;
	int drop;

	/* Neither routers nor fragments (RFC 6980) have a part in this. */
	if (pb->rx.ttl != KSMOL_ND_HOPS || pb->flags & KSMOL_PB_LOOP)
		return KSMOL_DROP_ND_HOPS;
	if (iface->phy->medium != KSMOL_MEDIUM_ETHERNET)
		return KSMOL_DROP_ND_IGNORED;
	drop = nd_read(pb, &nd);
	if (drop)
		return drop;
	switch (icmp->type) {
	case KSMOL_ND_NS:
		return nd_ns(iface, pb, &nd, tok);
	case KSMOL_ND_NA:
		return nd_na(iface, pb, &nd, tok);
	case KSMOL_ND_RA:
		return nd_ra(iface, pb, &nd);
	case KSMOL_ND_REDIRECT:
		return nd_redirect(iface, pb, &nd);
	default:
		/* Solicitations are for routers. */
		return KSMOL_DROP_ND_IGNORED;
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_nd_input);
