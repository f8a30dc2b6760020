/* SPDX-License-Identifier: GPL-2.0-only */
/* IGMP host: versions 1, 2 and 3 (RFC 1112, 2236, 3376). */
#ifndef _KSMOL_IFACE_IGMP_H
#define _KSMOL_IFACE_IGMP_H

#include <ksmol/iface.h>

/* @pb begins with the IGMP header. Borrows it. Softirq, RCU. */
enum ksmol_verdict ksmol_igmp_input(struct ksmol_iface *iface,
				    struct ksmol_pbuf *pb, u8 ttl);

#endif /* _KSMOL_IFACE_IGMP_H */
