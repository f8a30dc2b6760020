// SPDX-License-Identifier: GPL-2.0-only
/*
 * IGMP's state: what is to be reported when, and what queriers want. A change
 * is reported as the whole new state of its group (RFC 3376's filter mode
 * change records), so that nothing needs to be remembered of the old one.
 */
#include <linux/igmp.h>
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <ksmol/compat.h>
#include "igmp.h"
#include "timer.h"

static bool igmp_until(unsigned long until, unsigned long now)
{
	return until && time_before(now, until);
}

u8 ksmol_igmp_version(const struct ksmol_iface *iface, unsigned long now)
{
	if (igmp_until(READ_ONCE(iface->querier.v1_until), now))
		return 1;
	return igmp_until(READ_ONCE(iface->querier.v2_until), now) ? 2 : 3;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_igmp_version);

static u8 igmp_robustness(const struct ksmol_iface *iface)
{
	return iface->querier.robustness ?: KSMOL_IGMP_ROBUSTNESS;
}

/* All-hosts is heard by everybody and reported by nobody (RFC 3376 5). */
static bool igmp_reported(const struct ksmol_group *g)
{
	return g->family == AF_INET &&
	       g->addr.v4 != htonl(INADDR_ALLHOSTS_GROUP);
}

/* --- what is due --- */

void ksmol_igmp_changed(struct ksmol_group *g)
{
	if (!igmp_reported(g))
		return;
	g->changes = igmp_robustness(g->iface);
	g->change_due = jiffies;
	/* Its place in an answer is taken by the news. */
	g->queried = false;
}

static bool igmp_due(const struct ksmol_group *g, unsigned long *when)
{
	if (!g->changes && !g->queried)
		return false;
	*when = g->changes ? g->change_due : g->query_due;
	if (g->queried && time_before(g->query_due, *when))
		*when = g->query_due;
	return true;
}

bool ksmol_igmp_is_due(const struct ksmol_group *g, unsigned long now)
{
	unsigned long when;

	return igmp_due(g, &when) && time_after_eq(now, when);
}

static unsigned long igmp_interval(const struct ksmol_iface *iface,
				   unsigned long now)
{
	if (ksmol_igmp_version(iface, now) < 3)
		return KSMOL_IGMP_INTERVAL_V2;
	return KSMOL_IGMP_INTERVAL;
}

/* Pitfall 5: what did not go out stays due. */
void ksmol_igmp_sent(struct ksmol_group *g, bool sent, unsigned long now)
{
	bool change = g->changes && time_after_eq(now, g->change_due);

	if (!sent) {
		if (change)
			g->change_due = now + KSMOL_IGMP_RETRY;
		else
			g->query_due = now + KSMOL_IGMP_RETRY;
		return;
	}
	g->queried = false;
	if (!change)
		return;
	WRITE_ONCE(g->changes, g->changes - 1);
	g->change_due = now + 1 +
			get_random_u32_below(igmp_interval(g->iface, now));
	if (!g->changes && list_empty(&g->members))
		ksmol_group_forget(g);
}

/* The soonest of all groups. Group lock held. */
static bool igmp_next(struct ksmol_iface *iface, unsigned long *next)
{
	unsigned long when;
	struct ksmol_group *g;
	bool left = false;
	u32 slot;

	ksmol_for_each_group(g, slot, iface) {
		if (!igmp_due(g, &when))
			continue;
		if (!left || time_before(when, *next))
			*next = when;
		left = true;
	}
	return left;
}

void ksmol_igmp_arm(struct ksmol_iface *iface)
{
	unsigned long next;
	bool left;

	spin_lock_bh(&ksmol_group_lock);
	left = igmp_next(iface, &next);
	spin_unlock_bh(&ksmol_group_lock);
	if (left)
		ksmol_iface_arm(iface, next);
}

bool ksmol_igmp_run(struct ksmol_iface *iface, unsigned long now,
		    unsigned long *next)
{
	bool left;

	ksmol_igmp_send_due(iface, now);
	spin_lock_bh(&ksmol_group_lock);
	left = igmp_next(iface, next);
	spin_unlock_bh(&ksmol_group_lock);
	return left;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_igmp_run);

void ksmol_igmp_start(struct ksmol_iface *iface)
{
	struct ksmol_group *g;
	u32 slot;

	spin_lock_bh(&ksmol_group_lock);
	memset(&iface->querier, 0, sizeof(iface->querier));
	ksmol_for_each_group(g, slot, iface)
		ksmol_igmp_changed(g);
	spin_unlock_bh(&ksmol_group_lock);
	ksmol_igmp_arm(iface);
}

/* --- queriers --- */

static void igmp_learn(struct ksmol_iface *iface, const struct ksmol_igmp *igmp,
		       unsigned long now)
{
	unsigned long until = (now + KSMOL_IGMP_OLDER) ?: 1;

	if (igmp->version == 1)
		WRITE_ONCE(iface->querier.v1_until, until);
	else if (igmp->version == 2)
		WRITE_ONCE(iface->querier.v2_until, until);
	else if (igmp->robustness)
		iface->querier.robustness = igmp->robustness;
}

/* RFC 3376 5.2: at a random moment, and not later than was due before. */
static void igmp_query_group(struct ksmol_group *g, unsigned long due)
{
	if (!igmp_reported(g) || list_empty(&g->members) ||
	    (g->queried && !time_before(due, g->query_due)))
		return;
	WRITE_ONCE(g->queried, true);
	g->query_due = due;
}

static unsigned long igmp_delay(const struct ksmol_igmp *igmp)
{
	/* Tenths of a second. */
	u32 max = max_t(u32, igmp->max_resp * HZ / 10, 1);

	return get_random_u32_below(max);
}

/* To a general query of version 3 one answer has all groups; where there are
 * older queriers each group answers for itself, at a time of its own.
 */
static void igmp_query(struct ksmol_iface *iface, const struct ksmol_igmp *igmp,
		       unsigned long now)
{
	bool each = ksmol_igmp_version(iface, now) < 3;
	unsigned long due = now + igmp_delay(igmp);
	struct ksmol_group *g;
	u32 slot;

	ksmol_for_each_group(g, slot, iface) {
		if (igmp->group && igmp->group != g->addr.v4)
			continue;
		if (each)
			due = now + igmp_delay(igmp);
		igmp_query_group(g, due);
	}
}

/* RFC 2236 3: somebody else has reported it, once is enough. */
static void igmp_heard(struct ksmol_iface *iface, const struct ksmol_igmp *igmp,
		       unsigned long now)
{
	struct ksmol_group *g;
	u32 slot;

	if (ksmol_igmp_version(iface, now) == 3)
		return;
	ksmol_for_each_group(g, slot, iface) {
		if (g->addr.v4 != igmp->group)
			continue;
		g->queried = false;
		g->last = false;
	}
}

static int igmp_read(const struct ksmol_pbuf *pb, struct ksmol_igmp *igmp)
{
	u32 avail = min_t(u32, pb->len, KSMOL_IGMP_QUERY_HLEN);
	u8 buf[KSMOL_IGMP_QUERY_HLEN];
	const u8 *bytes;

	bytes = ksmol_pbuf_header(pb, 0, avail, buf);
	if (!bytes)
		return KSMOL_DROP_IGMP_SHORT;
	if (!pb->rx.csum_ok && csum_fold(ksmol_pbuf_csum(pb, 0, pb->len, 0)))
		return KSMOL_DROP_IGMP_CSUM;
	return ksmol_igmp_parse(bytes, avail, pb->len, igmp);
}

enum ksmol_verdict ksmol_igmp_input(struct ksmol_iface *iface,
				    struct ksmol_pbuf *pb, u8 ttl)
{
	unsigned long now = jiffies;
	struct ksmol_igmp igmp;
	int drop;

	drop = igmp_read(pb, &igmp);
	if (drop)
		return drop;
	/* RFC 3376 4: such messages never pass a router. */
	if (ttl != 1 || pb->flags & KSMOL_PB_LOOP)
		return KSMOL_DROP_IGMP_TYPE;
	spin_lock(&ksmol_group_lock);
	switch (igmp.type) {
	case IGMP_HOST_MEMBERSHIP_QUERY:
		igmp_learn(iface, &igmp, now);
		igmp_query(iface, &igmp, now);
		break;
	case IGMP_HOST_MEMBERSHIP_REPORT:
	case IGMPV2_HOST_MEMBERSHIP_REPORT:
		igmp_heard(iface, &igmp, now);
		break;
	default:
		drop = KSMOL_DROP_IGMP_TYPE;
	}
	spin_unlock(&ksmol_group_lock);
	ksmol_igmp_arm(iface);
	return drop ?: KSMOL_HANDLED;
}
