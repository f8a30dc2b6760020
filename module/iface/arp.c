// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "ksmol: " fmt

#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <ksmol/compat.h>
#include "address.h"
#include "arp.h"
#include "neighbor.h"
#include "net.h"
#include "timer.h"

/* --- out --- */

static void arp_fill(struct ksmol_iface *iface, struct ksmol_arp *arp, u16 op,
		     __be32 spa, __be32 tpa)
{
	memset(arp, 0, sizeof(*arp));
	arp->op = op;
	ether_addr_copy(arp->sha, iface->phy->mac);
	arp->spa = spa;
	arp->tpa = tpa;
}

/* Consumes @pb. */
static int arp_transmit(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
			const struct ksmol_arp *arp, const u8 *dst)
{
	ksmol_arp_emit(ksmol_pbuf_push(pb, KSMOL_ARP_LEN), arp);
	return ksmol_phy_xmit(iface->phy, pb, dst ?: iface->phy->broadcast,
			      htons(ETH_P_ARP));
}

/* A request of our own needs a buffer as urgently as a reply does. */
static int arp_request(struct ksmol_iface *iface, const struct ksmol_arp *arp,
		       const u8 *dst)
{
	KSMOL_TX_TOKEN(tok);
	struct ksmol_pbuf *pb;
	int err = -ENOBUFS;

	local_bh_disable();
	pb = ksmol_tx_token_open(&tok, iface->phy) ? NULL :
	     ksmol_tx_token_consume(&tok, true);
	if (pb)
		err = arp_transmit(iface, pb, arp, dst);
	local_bh_enable();
	return err;
}

int ksmol_arp_solicit(struct ksmol_iface *iface, __be32 target, const u8 *mac)
{
	struct ksmol_addr peer = ksmol_addr_v4(target), saddr;
	struct ksmol_arp arp;

	if (!ksmol_addr_select(iface, AF_INET, &peer, &saddr))
		return -EADDRNOTAVAIL;
	arp_fill(iface, &arp, KSMOL_ARP_REQUEST, saddr.v4, target);
	return arp_request(iface, &arp, mac);
}

int ksmol_arp_probe(struct ksmol_iface *iface, __be32 addr)
{
	struct ksmol_arp arp;

	arp_fill(iface, &arp, KSMOL_ARP_REQUEST, 0, addr);
	return arp_request(iface, &arp, NULL);
}

int ksmol_arp_announce(struct ksmol_iface *iface, __be32 addr)
{
	struct ksmol_arp arp;

	arp_fill(iface, &arp, KSMOL_ARP_REQUEST, addr, addr);
	return arp_request(iface, &arp, NULL);
}

/* --- in --- */

/* The address of ours that this packet lays claim to: as its sender, or by
 * probing for one that we are probing for ourselves (RFC 5227 2.1.1).
 */
static struct ksmol_ifaddr *arp_claimed(struct ksmol_iface *iface,
					const struct ksmol_arp *arp)
{
	struct ksmol_addr addr = ksmol_addr_v4(arp->spa ?: arp->tpa);
	struct ksmol_ifaddr *ifa = ksmol_iface_addr(iface, AF_INET, &addr);

	if (!ifa)
		return NULL;
	if (!arp->spa && (arp->op != KSMOL_ARP_REQUEST ||
			  ifa->state != KSMOL_ADDR_TENTATIVE))
		return NULL;
	return ifa;
}

/* Told once for each time the address is taken into use. */
static void arp_report(const struct ksmol_iface *iface,
		       const struct ksmol_ifaddr *ifa,
		       const struct ksmol_arp *arp, bool lost)
{
	pr_warn("%s: %pI4 is also used by %pM; %s\n", iface->phy->name,
		&ifa->addr.v4, arp->sha,
		lost ? "not using it" : "defending it");
}

static bool arp_conflict(struct ksmol_iface *iface, struct ksmol_ifaddr *ifa,
			 const struct ksmol_arp *arp,
			 struct ksmol_tx_token *tok)
{
	struct ksmol_arp announce;
	struct ksmol_pbuf *pb;
	bool defend, report;

	spin_lock_bh(&iface->lock);
	if (ifa->state == KSMOL_ADDR_CONFLICT) {
		spin_unlock_bh(&iface->lock);
		return false;
	}
	defend = ksmol_ifaddr_conflict(ifa, jiffies);
	report = !ifa->reported;
	ifa->reported = true;
	spin_unlock_bh(&iface->lock);

	if (report)
		arp_report(iface, ifa, arp,
			   ifa->state == KSMOL_ADDR_CONFLICT);
	if (!defend) {
		/* Who leased it wants to know. */
		ksmol_iface_arm(iface, jiffies);
		return true;
	}
	pb = ksmol_tx_token_consume(tok, true);
	if (!pb) {
		/* Not defended: the next conflict is answered at once. */
		WRITE_ONCE(ifa->defended, 0);
		return true;
	}
	arp_fill(iface, &announce, KSMOL_ARP_REQUEST, ifa->addr.v4,
		 ifa->addr.v4);
	arp_transmit(iface, pb, &announce, NULL);
	return true;
}

static enum ksmol_neigh_news arp_news(const struct ksmol_iface *iface,
				      const struct ksmol_arp *arp,
				      const struct ksmol_addr *spa, bool ours)
{
	if (!ours)
		return KSMOL_NEIGH_REFRESH;
	if (arp->op == KSMOL_ARP_REPLY)
		return KSMOL_NEIGH_ANSWER;
	/* A sender that is not on this link would never be looked up. */
	return ksmol_addr_on_link(iface, AF_INET, spa) ? KSMOL_NEIGH_CREATE :
							 KSMOL_NEIGH_REFRESH;
}

static void arp_reply(struct ksmol_iface *iface, const struct ksmol_arp *to,
		      struct ksmol_tx_token *tok)
{
	struct ksmol_pbuf *pb = ksmol_tx_token_consume(tok, true);
	struct ksmol_arp arp;

	if (!pb)
		return;
	arp_fill(iface, &arp, KSMOL_ARP_REPLY, to->tpa, to->spa);
	ether_addr_copy(arp.tha, to->sha);
	arp_transmit(iface, pb, &arp, to->sha);
}

/* Is it a request for, or a reply to, a valid address on this interface? */
static bool arp_for_us(struct ksmol_iface *iface, const struct ksmol_arp *arp)
{
	struct ksmol_addr tpa = ksmol_addr_v4(arp->tpa);
	struct ksmol_ifaddr *ifa = ksmol_iface_addr(iface, AF_INET, &tpa);

	return ifa && READ_ONCE(ifa->state) == KSMOL_ADDR_VALID;
}

enum ksmol_verdict ksmol_arp_input(struct ksmol_iface *iface,
				   struct ksmol_pbuf *pb,
				   struct ksmol_tx_token *tok)
{
	u8 buf[KSMOL_ARP_LEN];
	struct ksmol_ifaddr *claimed;
	struct ksmol_arp arp;
	struct ksmol_addr spa;
	bool ours, known = false;
	const u8 *bytes;
	int drop;

	bytes = ksmol_pbuf_header(pb, 0, KSMOL_ARP_LEN, buf);
	if (!bytes)
		return KSMOL_DROP_ARP_SHORT;
	drop = ksmol_arp_parse(bytes, KSMOL_ARP_LEN, &arp);
	if (drop)
		return drop;
	/* A bond or a hub gives us our own packets back. */
	if (ether_addr_equal(arp.sha, iface->phy->mac))
		return KSMOL_DROP_ARP_NOT_US;
	claimed = arp_claimed(iface, &arp);
	if (claimed && arp_conflict(iface, claimed, &arp, tok))
		return KSMOL_HANDLED;

	ours = arp_for_us(iface, &arp);
	spa = ksmol_addr_v4(arp.spa);
	if (arp.spa && !claimed)
		known = ksmol_neigh_heard(iface, AF_INET, &spa, arp.sha,
					  arp_news(iface, &arp, &spa, ours));
	if (ours && arp.op == KSMOL_ARP_REQUEST) {
		arp_reply(iface, &arp, tok);
		return KSMOL_HANDLED;
	}
	return known ? KSMOL_HANDLED : KSMOL_DROP_ARP_NOT_US;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_arp_input);
