/* SPDX-License-Identifier: GPL-2.0-only */
/* IGMP host: versions 1, 2 and 3 (RFC 1112, 2236, 3376). */
#ifndef _KSMOL_IFACE_IGMP_H
#define _KSMOL_IFACE_IGMP_H

#include <ksmol/iface.h>
#include "group.h"

/* RFC 3376 8.1: each change is reported so often, unless the querier says
 * otherwise.
 */
#define KSMOL_IGMP_ROBUSTNESS 2
/* 8.11, and RFC 2236 8.10: until a change is reported again. */
#define KSMOL_IGMP_INTERVAL HZ
#define KSMOL_IGMP_INTERVAL_V2 (10 * HZ)
/* 8.12: an older querier is believed to be there so long. */
#define KSMOL_IGMP_OLDER (260 * HZ)
/* A report that got no buffer is tried again so soon. */
#define KSMOL_IGMP_RETRY (HZ / 10 ?: 1)

/* @pb begins with the IGMP header. Borrows it. Softirq, RCU. */
enum ksmol_verdict ksmol_igmp_input(struct ksmol_iface *iface,
				    struct ksmol_pbuf *pb, u8 ttl);

/* Which version the link speaks at @now: 1, 2 or 3. */
u8 ksmol_igmp_version(const struct ksmol_iface *iface, unsigned long now);

/* What @group's members want has changed: to be reported. Group lock held. */
void ksmol_igmp_changed(struct ksmol_group *group);

/* Sees that what is due gets its time. Group lock not held. */
void ksmol_igmp_arm(struct ksmol_iface *iface);

/* The link came up: all groups are reported anew. */
void ksmol_igmp_start(struct ksmol_iface *iface);

/* Sends what is due; returns whether anything is left, and *@next when. */
bool ksmol_igmp_run(struct ksmol_iface *iface, unsigned long now,
		    unsigned long *next);

/* --- igmp_output.c --- */

/* Sends reports of all groups that are due at @now in the link's version.
 * Softirq or BH disabled, RCU.
 */
void ksmol_igmp_send_due(struct ksmol_iface *iface, unsigned long now);

/* Is a report of @g due at @now? Group lock held. */
bool ksmol_igmp_is_due(const struct ksmol_group *g, unsigned long now);

/* It was sent, or could not be and stays due. Group lock held. */
void ksmol_igmp_sent(struct ksmol_group *g, bool sent, unsigned long now);

#endif /* _KSMOL_IFACE_IGMP_H */
