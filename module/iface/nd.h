/* SPDX-License-Identifier: GPL-2.0-only */
/* Neighbor discovery (RFC 4861) and duplicate address detection (RFC 4862). */
#ifndef _KSMOL_IFACE_ND_H
#define _KSMOL_IFACE_ND_H

#include <ksmol/iface.h>

/**
 * ksmol_nd_input() - a message of ICMPv6 types 133 to 137; borrows @pb
 * @pb: begins with its ICMPv6 header; checksum verified, hop limit and
 *	addresses in @pb->rx
 *
 * Softirq, RCU.
 */
enum ksmol_verdict ksmol_nd_input(struct ksmol_iface *iface,
				  struct ksmol_pbuf *pb,
				  const struct ksmol_icmp *icmp,
				  struct ksmol_tx_token *tok);

/* The same of MLD's types, 130 to 132 and 143 (mld.c). */
enum ksmol_verdict ksmol_mld_input(struct ksmol_iface *iface,
				   struct ksmol_pbuf *pb,
				   const struct ksmol_icmp *icmp);

/*
 * Messages of our own. BH disabled, RCU. Return: 0 once the device has the
 * packet; otherwise nothing was sent and it stays due: -ENOBUFS,
 * -EADDRNOTAVAIL (no address to ask with), or what ksmol_phy_xmit() says.
 */

/* Who has @target? @mac: ask only that station; NULL: everyone. */
int ksmol_nd_solicit(struct ksmol_iface *iface,
		     const struct ksmol_addr *target, const u8 *mac);
/* Does anybody have @addr? RFC 4862 5.4.2 */
int ksmol_nd_probe(struct ksmol_iface *iface, const struct ksmol_addr *addr);
/* We have @addr. RFC 4861 7.2.6 */
int ksmol_nd_announce(struct ksmol_iface *iface,
		      const struct ksmol_addr *addr);
/* Which routers are there? RFC 4861 6.3.7 */
int ksmol_nd_ask_routers(struct ksmol_iface *iface);

/* The same in answer to somebody, with his token, which it ends. */
int ksmol_nd_defend(struct ksmol_iface *iface, const struct ksmol_addr *addr,
		    struct ksmol_tx_token *tok);

/**
 * ksmol_nd_reply() - answer a solicitation
 * @to: who asked; any: a probe, which everyone is told the answer of
 * @mac: his link-layer address, or NULL if he did not say
 */
void ksmol_nd_reply(struct ksmol_iface *iface, const struct ksmol_addr *target,
		    const struct ksmol_addr *to, const u8 *mac,
		    struct ksmol_tx_token *tok);

/* Our valid link-local address, or false: there is none. RCU. */
bool ksmol_addr_linklocal(const struct ksmol_iface *iface,
			  struct ksmol_addr *addr);

/* ff02::2, ff02::16 */
#define KSMOL_GROUP_ROUTERS	2
#define KSMOL_GROUP_MLD_ROUTERS	0x16

static inline struct ksmol_addr ksmol_addr_link_group(u8 n)
{
	return (struct ksmol_addr){ .v6.s6_addr = { 0xff, 2, [15] = n } };
}

#endif /* _KSMOL_IFACE_ND_H */
