// SPDX-License-Identifier: GPL-2.0-only
/* Reports of groups: what they say, and how they leave. */
#include <linux/igmp.h>
#include <linux/rculist.h>
#include <ksmol/compat.h>
#include "report.h"

static struct ksmol_pbuf *report_alloc(struct ksmol_iface *iface)
{
	struct ksmol_pbuf *pb = ksmol_pbuf_alloc_tx(&ksmol_pool, true);

	if (pb)
		pb->flags |= KSMOL_PB_CONTROL;
	else
		ksmol_tx_dropped(KSMOL_TX_DROP_NO_PBUF, iface->phy->ifindex);
	return pb;
}

static bool report_is_due(const struct ksmol_report_wire *wire,
			  const struct ksmol_group *g, unsigned long now)
{
	return g->family == wire->family && ksmol_report_is_due(g, now);
}

/* --- the newest version: one report for many groups --- */

/* Both families count them alike (RFC 3376 4.2.12, RFC 3810 5.2.12). */
static u8 record_type(const struct ksmol_group *g, bool exclude,
		      unsigned long now)
{
	if (g->changes && time_after_eq(now, g->change_due))
		return exclude ? IGMPV3_CHANGE_TO_EXCLUDE :
				 IGMPV3_CHANGE_TO_INCLUDE;
	return exclude ? IGMPV3_MODE_IS_EXCLUDE : IGMPV3_MODE_IS_INCLUDE;
}

static u32 record_len(const struct ksmol_report_wire *wire, u8 nr)
{
	return wire->record_len + nr * wire->addr_len;
}

static void record_emit(const struct ksmol_report_wire *wire,
			struct ksmol_pbuf *pb, u8 type,
			const struct ksmol_group *g,
			const struct ksmol_addr *sources, u8 nr)
{
	u8 *to = pb->head + pb->off + pb->len;
	u8 i;

	wire->record(to, type, &g->addr, nr);
	for (i = 0; i < nr; i++)
		memcpy(to + record_len(wire, i), &sources[i], wire->addr_len);
	pb->len += record_len(wire, nr);
}

/* Appends a record of the whole @filter, if it still fits. */
static u16 record_whole(const struct ksmol_report_wire *wire,
			struct ksmol_pbuf *pb, const struct ksmol_group *g,
			struct ksmol_group_filter *filter, u32 room,
			unsigned long now)
{
	/* More than a narrow link carries at all: then ask for every source. */
	if (wire->hlen + record_len(wire, filter->nr) > room) {
		filter->exclude = true;
		filter->nr = 0;
	}
	if (pb->len + record_len(wire, filter->nr) > room)
		return 0;
	record_emit(wire, pb, record_type(g, filter->exclude, now), g,
		    filter->sources, filter->nr);
	return 1;
}

/* Appends what has changed since @base: sources that are wanted now, and those
 * that no longer are (RFC 3376 5.1). Return: how many records; 0 if they don't
 * fit, and -1 if they never will.
 */
static int record_delta(const struct ksmol_report_wire *wire,
			struct ksmol_pbuf *pb, const struct ksmol_group *g,
			const struct ksmol_group_filter *base,
			const struct ksmol_group_filter *now, u32 room)
{
	const struct ksmol_group_filter *more = now->exclude ? base : now;
	const struct ksmol_group_filter *less = now->exclude ? now : base;
	struct ksmol_addr sources[KSMOL_GROUP_SOURCES];
	u8 allow = ksmol_filter_minus(more, less, NULL);
	u8 block = ksmol_filter_minus(less, more, NULL);
	u32 len = (allow ? record_len(wire, allow) : 0) +
		  (block ? record_len(wire, block) : 0);

	if (!len || wire->hlen + len > room)
		return -1;
	if (pb->len + len > room)
		return 0;
	ksmol_filter_minus(more, less, sources);
	if (allow)
		record_emit(wire, pb, IGMPV3_ALLOW_NEW_SOURCES, g, sources,
			    allow);
	ksmol_filter_minus(less, more, sources);
	if (block)
		record_emit(wire, pb, IGMPV3_BLOCK_OLD_SOURCES, g, sources,
			    block);
	return !!allow + !!block;
}

/* Appends what is to be said of @g. Return: records, 0 if they don't fit. */
static u16 record_put(const struct ksmol_report_wire *wire,
		      struct ksmol_pbuf *pb, const struct ksmol_group *g,
		      u32 room, unsigned long now)
{
	bool change = g->changes && time_after_eq(now, g->change_due);
	const struct ksmol_group_filter *base = NULL;
	struct ksmol_group_filter filter;
	int n = -1;

	ksmol_group_filter(g, &filter);
	if (change)
		base = ksmol_group_delta(g, &filter);
	if (base)
		n = record_delta(wire, pb, g, base, &filter, room);
	return n >= 0 ? n : record_whole(wire, pb, g, &filter, room, now);
}

/* As many groups that are due as fit. Return: records. Group lock held. */
static u16 report_fill(struct ksmol_iface *iface,
		       const struct ksmol_report_wire *wire,
		       struct ksmol_pbuf *pb, unsigned long now)
{
	u32 room = min_t(u32, READ_ONCE(iface->phy->mtu), wire->room) -
		   wire->net_hlen;
	struct ksmol_group *g;
	u16 n = 0, records;
	u32 slot;

	pb->len = wire->hlen;
	ksmol_for_each_group(g, slot, iface) {
		if (!report_is_due(wire, g, now))
			continue;
		records = record_put(wire, pb, g, room, now);
		if (!records)
			break;
		g->pending = true;
		n += records;
	}
	wire->report(pb->head + pb->off, n);
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
			ksmol_report_sent(g, sent, now);
		}
}

/* Return: whether there was anything to send, and it went out. */
static bool report_send(struct ksmol_iface *iface,
			const struct ksmol_report_wire *wire, unsigned long now)
{
	struct ksmol_pbuf *pb = report_alloc(iface);
	int err = -ENOBUFS;
	u16 n = 0;

	spin_lock(&ksmol_group_lock);
	if (pb) {
		n = report_fill(iface, wire, pb, now);
	} else {
		struct ksmol_group *g;
		u32 slot;

		ksmol_for_each_group(g, slot, iface)
			g->pending = report_is_due(wire, g, now);
	}
	spin_unlock(&ksmol_group_lock);
	if (pb && n)
		err = wire->xmit(iface, pb, &wire->to);
	else if (pb)
		ksmol_pbuf_free(pb);
	spin_lock(&ksmol_group_lock);
	report_settle(iface, !err, now);
	spin_unlock(&ksmol_group_lock);
	return n && !err;
}

/* --- older versions: one message for each group --- */

/* The next that is due, marked as pending. Group lock held. */
static struct ksmol_group *older_take(struct ksmol_iface *iface,
				      const struct ksmol_report_wire *wire,
				      unsigned long now)
{
	struct ksmol_group *g;
	u32 slot;

	ksmol_for_each_group(g, slot, iface)
		if (report_is_due(wire, g, now)) {
			g->pending = true;
			return g;
		}
	return NULL;
}

/* RFC 2236 3: whoever reported last says good-bye. */
static int older_send(struct ksmol_iface *iface,
		      const struct ksmol_report_wire *wire, u8 behind,
		      const struct ksmol_addr *group, bool left)
{
	struct ksmol_pbuf *pb = report_alloc(iface);
	struct ksmol_addr to;

	if (!pb)
		return -ENOBUFS;
	pb->len = wire->older_len;
	if (wire->older(pb->head + pb->off, behind, group, left, &to))
		return wire->xmit(iface, pb, &to);
	ksmol_pbuf_free(pb);
	return 0;
}

static bool report_send_older(struct ksmol_iface *iface,
			      const struct ksmol_report_wire *wire,
			      unsigned long now, u8 behind)
{
	bool left = false, silent = false;
	struct ksmol_addr group = {};
	struct ksmol_group *g;
	int err = 0;

	spin_lock(&ksmol_group_lock);
	g = older_take(iface, wire, now);
	if (g) {
		group = g->addr;
		left = list_empty(&g->members);
		silent = left && !g->last;
	}
	spin_unlock(&ksmol_group_lock);
	if (!g)
		return false;
	if (!silent)
		err = older_send(iface, wire, behind, &group, left);
	spin_lock(&ksmol_group_lock);
	/* It lives: the caller is in an RCU section. */
	g->last = !err;
	report_settle(iface, !err, now);
	spin_unlock(&ksmol_group_lock);
	return !err;
}

/* Is there anything at all? Most of the time there isn't. */
static bool report_any(struct ksmol_iface *iface,
		       const struct ksmol_report_wire *wire, unsigned long now)
{
	struct ksmol_group *g;
	bool any;

	spin_lock(&ksmol_group_lock);
	g = older_take(iface, wire, now);
	any = g;
	if (g)
		g->pending = false;
	spin_unlock(&ksmol_group_lock);
	return any;
}

void ksmol_report_send_due(struct ksmol_iface *iface,
			   const struct ksmol_report_wire *wire,
			   unsigned long now)
{
	u8 behind = ksmol_report_behind(iface, wire->family, now);
	/* Each turn sends one group's at least, and there are no more. */
	u32 turns = ksmol_params.igmp_max;

	while (turns-- && report_any(iface, wire, now) &&
	       (behind ? report_send_older(iface, wire, now, behind) :
			 report_send(iface, wire, now)))
		;
}
