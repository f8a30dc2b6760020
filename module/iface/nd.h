/* SPDX-License-Identifier: GPL-2.0-only */
/* What a link's stations tell each other by ICMPv6. */
#ifndef _KSMOL_IFACE_ND_H
#define _KSMOL_IFACE_ND_H

#include <ksmol/iface.h>

/* Neighbor discovery (types 133 to 137) and MLD (130 to 132, 143): @pb begins
 * with its ICMPv6 header, the checksum is right; borrowed. Softirq, RCU.
 */
enum ksmol_verdict ksmol_nd_input(struct ksmol_iface *iface,
				  struct ksmol_pbuf *pb,
				  const struct ksmol_icmp *icmp,
				  struct ksmol_tx_token *tok);
enum ksmol_verdict ksmol_mld_input(struct ksmol_iface *iface,
				   struct ksmol_pbuf *pb,
				   const struct ksmol_icmp *icmp);

#endif /* _KSMOL_IFACE_ND_H */
