// SPDX-License-Identifier: GPL-2.0-only
/* IGMP reports: what they say, and how they leave. */
#include <linux/etherdevice.h>
#include <linux/igmp.h>
#include <linux/in.h>
#include <linux/rculist.h>
#include <net/ip.h>
#include <ksmol/compat.h>
#include "address.h"
#include "igmp.h"
#include "ipv4.h"

/* RFC 2113: routers are to look at what is not addressed to them. */
static const u8 igmp_router_alert[] = { 148, 4, 0, 0 };

#define IGMP_IP_HLEN (KSMOL_IPV4_HLEN + sizeof(igmp_router_alert))
/* Precedence "internetwork control" (RFC 3376 4.2). */
#define IGMP_TOS 0xc0
/* A report that no link refuses. */
#define IGMP_REPORT_MAX 576

/* RFC 3376 4.2.13: before we have an address, from none. */
static __be32 igmp_source(struct ksmol_iface *iface)
{
	struct ksmol_addr own;

	if (!ksmol_addr_own(iface->net, iface->phy->ifindex, AF_INET, &own))
		return 0;
	return own.v4;
}

/* Adds checksum and IP header, and sends; consumes @pb. */
static int igmp_xmit(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
		     __be32 daddr)
{
	u8 *igmp = pb->head + pb->off, mac[ETH_ALEN];
	struct ksmol_ipv4 ip = {
		.tos = IGMP_TOS,
		.ttl = 1,
		.proto = IPPROTO_IGMP,
		.total = IGMP_IP_HLEN + pb->len,
		.df = true,
		.saddr = igmp_source(iface),
		.daddr = daddr,
	};
	__sum16 csum = csum_fold(csum_partial(igmp, pb->len, 0));

	put_unaligned(csum, (__sum16 *)(igmp + 2));
	ksmol_ipv4_emit_options(ksmol_pbuf_push(pb, IGMP_IP_HLEN), &ip,
				igmp_router_alert, sizeof(igmp_router_alert));
	pb->family = AF_INET;
	ip_eth_mc_map(daddr, mac);
	return ksmol_phy_xmit(iface->phy, pb, mac, htons(ETH_P_IP));
}

static struct ksmol_pbuf *igmp_alloc(struct ksmol_iface *iface)
{
	struct ksmol_pbuf *pb = ksmol_pbuf_alloc_tx(&ksmol_pool, true);

	if (pb)
		pb->flags |= KSMOL_PB_CONTROL;
	else
		ksmol_tx_dropped(KSMOL_TX_DROP_NO_PBUF, iface->phy->ifindex);
	return pb;
}

/* --- version 3: one report for many groups --- */

static u8 record_type(const struct ksmol_group *g, bool exclude,
		      unsigned long now)
{
	if (g->changes && time_after_eq(now, g->change_due))
		return exclude ? IGMPV3_CHANGE_TO_EXCLUDE :
				 IGMPV3_CHANGE_TO_INCLUDE;
	return exclude ? IGMPV3_MODE_IS_EXCLUDE : IGMPV3_MODE_IS_INCLUDE;
}

/* Appends a record of @g, if it still fits. */
static bool record_put(struct ksmol_pbuf *pb, const struct ksmol_group *g,
		       u32 room, unsigned long now)
{
	struct ksmol_group_filter filter;
	u8 *to = pb->head + pb->off + pb->len;
	u32 len;
	u8 i;

	ksmol_group_filter(g, &filter);
	/* More than a narrow link carries at all: then ask for every source. */
	if (KSMOL_IGMP_HLEN + KSMOL_IGMP_RECORD_LEN + filter.nr * 4 > room) {
		filter.exclude = true;
		filter.nr = 0;
	}
	len = KSMOL_IGMP_RECORD_LEN + filter.nr * 4;
	if (pb->len + len > room)
		return false;
	ksmol_igmp_emit_record(to, record_type(g, filter.exclude, now),
			       g->addr.v4, filter.nr);
	for (i = 0; i < filter.nr; i++)
		put_unaligned(filter.sources[i].v4, (__be32 *)
			      (to + KSMOL_IGMP_RECORD_LEN + i * 4));
	pb->len += len;
	return true;
}

/* As many groups that are due as fit. Return: how many. Group lock held. */
static u16 report_fill(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
		       unsigned long now)
{
	u32 room = min_t(u32, READ_ONCE(iface->phy->mtu), IGMP_REPORT_MAX) -
		   IGMP_IP_HLEN;
	struct ksmol_group *g;
	u16 n = 0;
	u32 slot;

	ksmol_igmp_emit(pb->head + pb->off, IGMPV3_HOST_MEMBERSHIP_REPORT, 0);
	pb->len = KSMOL_IGMP_HLEN;
	ksmol_for_each_group(g, slot, iface) {
		if (!ksmol_igmp_is_due(g, now))
			continue;
		if (!record_put(pb, g, room, now))
			break;
		g->pending = true;
		n++;
	}
	put_unaligned_be16(n, pb->head + pb->off + 6);
	return n;
}

/* What became of those that were in the report. Group lock held. */
static void report_settle(struct ksmol_iface *iface, bool sent,
			  unsigned long now)
{
	struct hlist_node *next;
	struct ksmol_group *g;
	u32 slot;

	for (slot = 0; slot < KSMOL_GROUP_SLOTS; slot++)
		hlist_for_each_entry_safe(g, next, &iface->groups[slot],
					  node) {
			if (!g->pending)
				continue;
			g->pending = false;
			ksmol_igmp_sent(g, sent, now);
		}
}

/* Return: whether there was anything to send, and it went out. */
static bool igmp_send_v3(struct ksmol_iface *iface, unsigned long now)
{
	struct ksmol_pbuf *pb = igmp_alloc(iface);
	int err = -ENOBUFS;
	u16 n = 0;

	spin_lock(&ksmol_group_lock);
	if (pb) {
		n = report_fill(iface, pb, now);
	} else {
		struct ksmol_group *g;
		u32 slot;

		ksmol_for_each_group(g, slot, iface)
			g->pending = ksmol_igmp_is_due(g, now);
	}
	spin_unlock(&ksmol_group_lock);
	if (pb && n)
		err = igmp_xmit(iface, pb, IGMPV3_ALL_MCR);
	else if (pb)
		ksmol_pbuf_free(pb);
	spin_lock(&ksmol_group_lock);
	report_settle(iface, !err, now);
	spin_unlock(&ksmol_group_lock);
	return n && !err;
}

/* --- older versions: one message for each group --- */

/* The next that is due, marked as pending; @type and @to: what and where to.
 * 0 as type: nothing is to be said of it in this version. Group lock held.
 */
static struct ksmol_group *igmp_take(struct ksmol_iface *iface,
				     unsigned long now, u8 version, u8 *type,
				     __be32 *to)
{
	struct ksmol_group *g;
	u32 slot;

	ksmol_for_each_group(g, slot, iface) {
		if (!ksmol_igmp_is_due(g, now))
			continue;
		*to = g->addr.v4;
		*type = version == 1 ? IGMP_HOST_MEMBERSHIP_REPORT :
				       IGMPV2_HOST_MEMBERSHIP_REPORT;
		if (list_empty(&g->members)) {
			/* RFC 2236 3: whoever reported last says good-bye. */
			*type = version == 2 && g->last ?
				IGMP_HOST_LEAVE_MESSAGE : 0;
			*to = IGMP_ALL_ROUTER;
		}
		g->pending = true;
		return g;
	}
	return NULL;
}

static bool igmp_send_older(struct ksmol_iface *iface, unsigned long now,
			    u8 version)
{
	struct ksmol_pbuf *pb = NULL;
	struct ksmol_group *g;
	__be32 group = 0, to;
	int err = 0;
	u8 type;

	spin_lock(&ksmol_group_lock);
	g = igmp_take(iface, now, version, &type, &to);
	if (g)
		group = g->addr.v4;
	spin_unlock(&ksmol_group_lock);
	if (!g)
		return false;
	if (type) {
		pb = igmp_alloc(iface);
		err = -ENOBUFS;
	}
	if (pb) {
		ksmol_igmp_emit(pb->head + pb->off, type, group);
		pb->len = KSMOL_IGMP_HLEN;
		err = igmp_xmit(iface, pb, to);
	}
	spin_lock(&ksmol_group_lock);
	/* It lives: the caller is in an RCU section. */
	g->last = !err;
	report_settle(iface, !err, now);
	spin_unlock(&ksmol_group_lock);
	return !err;
}

void ksmol_igmp_send_due(struct ksmol_iface *iface, unsigned long now)
{
	u8 version = ksmol_igmp_version(iface, now);
	/* Each turn sends one group's at least, and there are no more. */
	u32 turns = ksmol_params.igmp_max;

	while (turns-- && (version == 3 ? igmp_send_v3(iface, now) :
					  igmp_send_older(iface, now, version)))
		;
}
