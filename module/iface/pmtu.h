/* SPDX-License-Identifier: GPL-2.0-only */
/* What is known of paths that carry less than their first link (RFC 1191). */
#ifndef _KSMOL_IFACE_PMTU_H
#define _KSMOL_IFACE_PMTU_H

#include <ksmol/iface.h>

/* No path is believed to carry less (RFC 791: what every host takes in; RFC
 * 8200: what every link carries).
 */
#define KSMOL_PMTU_MIN 576
#define KSMOL_PMTU_MIN6 KSMOL_IPV6_MTU_MIN
/* After so long it is tried again whether it carries more (RFC 1191 6.3). */
#define KSMOL_PMTU_TIME (600 * HZ)

/* The path's MTU to @daddr where it is below that of its link, else @link.
 * Any context.
 */
u32 ksmol_pmtu_get(const struct net *net, u8 family,
		   const struct ksmol_addr *daddr, u32 link);

/* A router said so; 0: one that does not say how much it carries. Softirq. */
void ksmol_pmtu_update(const struct net *net, u8 family,
		       const struct ksmol_addr *daddr, u32 mtu);

/* All of a namespace, or of all (NULL). Process. */
void ksmol_pmtu_forget(const struct net *net);

int ksmol_pmtu_init(u32 max);
void ksmol_pmtu_exit(void);

#endif /* _KSMOL_IFACE_PMTU_H */
