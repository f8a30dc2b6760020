/* SPDX-License-Identifier: GPL-2.0-only */
/* ARP (RFC 826), with address conflict detection (RFC 5227). */
#ifndef _KSMOL_IFACE_ARP_H
#define _KSMOL_IFACE_ARP_H

#include <ksmol/iface.h>

/* Borrows @pb. Softirq, RCU. */
enum ksmol_verdict ksmol_arp_input(struct ksmol_iface *iface,
				   struct ksmol_pbuf *pb,
				   struct ksmol_tx_token *tok);

/*
 * Requests of our own. BH disabled, RCU. Return: 0 once the device has the
 * packet; otherwise nothing was sent and it stays due: -ENOBUFS,
 * -EADDRNOTAVAIL (no address to ask with), or what ksmol_phy_xmit() says.
 */

/* Who has @target? @mac: ask only that station; NULL: everyone. */
int ksmol_arp_solicit(struct ksmol_iface *iface, __be32 target, const u8 *mac);
/* Does anybody have @addr? RFC 5227 2.1.1 */
int ksmol_arp_probe(struct ksmol_iface *iface, __be32 addr);
/* We have @addr. RFC 5227 2.3 */
int ksmol_arp_announce(struct ksmol_iface *iface, __be32 addr);

#endif /* _KSMOL_IFACE_ARP_H */
