/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What routers are told of groups: the host's side of IGMP (RFC 1112, 2236,
 * 3376) and MLD (RFC 2710, 3810), which differ in what stands on the wire.
 */
#ifndef _KSMOL_IFACE_REPORT_H
#define _KSMOL_IFACE_REPORT_H

#include <ksmol/iface.h>
#include "group.h"

/* RFC 3376 8.1, RFC 3810 9.1: each change is reported so often, unless the
 * querier says otherwise.
 */
#define KSMOL_REPORT_ROBUSTNESS 2
/* RFC 3376 8.11, and RFC 2236 8.10: until a change is reported again. */
#define KSMOL_REPORT_INTERVAL HZ
#define KSMOL_REPORT_INTERVAL_OLDER (10 * HZ)
/* RFC 3376 8.12: an older querier is believed to be there so long. */
#define KSMOL_REPORT_OLDER (260 * HZ)
/* A report that got no buffer is tried again so soon. */
#define KSMOL_REPORT_RETRY (HZ / 10 ?: 1)

/**
 * struct ksmol_report_wire - how a family reports
 * @family: which
 * @net_hlen: bytes of network headers in front of a message
 * @hlen, @record_len, @addr_len: of a report, a record and a source in it
 * @room: a packet that no link refuses
 * @older_len: bytes of a message of an older version
 * @to: where reports of the newest version go
 * @report: writes the header of one with @nr records
 * @record: writes one's header, with @nr sources
 * @older: writes a message that is @behind versions behind: that we are in
 *	@group, or that the last of us has @left; @to: where that goes. Returns
 *	false if nothing is to be said of that
 * @xmit: adds checksum and network headers, and sends; consumes @pb
 */
struct ksmol_report_wire {
	u8 family;
	u8 net_hlen;
	u8 hlen;
	u8 record_len;
	u8 addr_len;
	u8 older_len;
	u16 room;
	struct ksmol_addr to;
	void (*report)(void *to, u16 nr);
	void (*record)(void *to, u8 type, const struct ksmol_addr *group,
		       u16 nr);
	bool (*older)(void *bytes, u8 behind, const struct ksmol_addr *group,
		      bool left, struct ksmol_addr *to);
	int (*xmit)(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
		    const struct ksmol_addr *to);
};

extern const struct ksmol_report_wire ksmol_igmp_wire;
extern const struct ksmol_report_wire ksmol_mld_wire;

/* How many versions the link's queriers are behind the newest: 0, 1 or 2. */
u8 ksmol_report_behind(const struct ksmol_iface *iface, u8 family,
		       unsigned long now);

/* What @group's members want has changed: to be reported. Group lock held. */
void ksmol_report_changed(struct ksmol_group *group);

/* Sees that what is due gets its time. Group lock not held. */
void ksmol_report_arm(struct ksmol_iface *iface);

/* The link came up: all groups are reported anew. */
void ksmol_report_start(struct ksmol_iface *iface);

/* Sends what is due; returns whether anything is left, and *@next when. */
bool ksmol_report_run(struct ksmol_iface *iface, unsigned long now,
		      unsigned long *next);

/**
 * struct ksmol_report_query - a querier's question
 * @behind: versions that it is behind the newest
 * @robustness: how often changes are to be reported, 0 when it does not say
 * @max_resp: most jiffies until it is answered
 * @group: or any
 */
struct ksmol_report_query {
	u8 family;
	u8 behind;
	u8 robustness;
	u32 max_resp;
	struct ksmol_addr group;
};

/* Softirq; group lock not held, as for the next. */
void ksmol_report_query(struct ksmol_iface *iface,
			const struct ksmol_report_query *query);
/* Another host has reported @group. */
void ksmol_report_heard(struct ksmol_iface *iface, u8 family,
			const struct ksmol_addr *group);

/* --- report_output.c --- */

/* Sends reports of all of a family's groups that are due at @now. Softirq or BH
 * disabled, RCU.
 */
void ksmol_report_send_due(struct ksmol_iface *iface,
			   const struct ksmol_report_wire *wire,
			   unsigned long now);

/* Is a report of @g due at @now? Group lock held. */
bool ksmol_report_is_due(const struct ksmol_group *g, unsigned long now);

/* It was sent, or could not be and stays due. Group lock held. */
void ksmol_report_sent(struct ksmol_group *g, bool sent, unsigned long now);

#endif /* _KSMOL_IFACE_REPORT_H */
