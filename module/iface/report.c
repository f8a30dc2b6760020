// SPDX-License-Identifier: GPL-2.0-only
/* What is to be reported when, and what queriers want. */
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <ksmol/compat.h>
#include "report.h"
#include "timer.h"

static const struct ksmol_querier *
report_querier(const struct ksmol_iface *iface, u8 family)
{
	return &iface->querier[family == AF_INET6];
}

static bool report_until(unsigned long until, unsigned long now)
{
	return until && time_before(now, until);
}

u8 ksmol_report_behind(const struct ksmol_iface *iface, u8 family,
		       unsigned long now)
{
	const struct ksmol_querier *q = report_querier(iface, family);

	if (report_until(READ_ONCE(q->until[1]), now))
		return 2;
	return report_until(READ_ONCE(q->until[0]), now);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_report_behind);

static u8 report_robustness(const struct ksmol_iface *iface, u8 family)
{
	return report_querier(iface, family)->robustness ?:
	       KSMOL_REPORT_ROBUSTNESS;
}

/* All-hosts is heard by everybody and reported by nobody (RFC 3376 5); nor is
 * what doesn't leave the host (RFC 3810 6).
 */
static bool report_wanted(const struct ksmol_group *g)
{
	struct ksmol_addr all = ksmol_addr_all_nodes();

	if (g->family == AF_INET)
		return g->addr.v4 != htonl(INADDR_ALLHOSTS_GROUP);
	return ksmol_addr_scope6(&g->addr) > KSMOL_SCOPE_INTERFACE &&
	       !ksmol_addr_equal(&g->addr, &all);
}

/* --- what is due --- */

void ksmol_report_changed(struct ksmol_group *g)
{
	if (!report_wanted(g))
		return;
	switch (ksmol_group_news(g)) {
	case KSMOL_NEWS_NONE:
		WRITE_ONCE(g->changes, 0);
		return;
	case KSMOL_NEWS_SAME:
		return;
	case KSMOL_NEWS_NEW:
		break;
	}
	g->changes = report_robustness(g->iface, g->family);
	g->change_due = jiffies;
	/* Its place in an answer is taken by the news. */
	g->queried = false;
}

static bool report_due(const struct ksmol_group *g, unsigned long *when)
{
	if (!g->changes && !g->queried)
		return false;
	*when = g->changes ? g->change_due : g->query_due;
	if (g->queried && time_before(g->query_due, *when))
		*when = g->query_due;
	return true;
}

bool ksmol_report_is_due(const struct ksmol_group *g, unsigned long now)
{
	unsigned long when;

	return report_due(g, &when) && time_after_eq(now, when);
}

static unsigned long report_interval(const struct ksmol_group *g,
				     unsigned long now)
{
	if (ksmol_report_behind(g->iface, g->family, now))
		return KSMOL_REPORT_INTERVAL_OLDER;
	return KSMOL_REPORT_INTERVAL;
}

/* Pitfall 5: what did not go out stays due. */
void ksmol_report_sent(struct ksmol_group *g, bool sent, unsigned long now)
{
	bool change = g->changes && time_after_eq(now, g->change_due);

	if (!sent) {
		if (change)
			g->change_due = now + KSMOL_REPORT_RETRY;
		else
			g->query_due = now + KSMOL_REPORT_RETRY;
		return;
	}
	g->queried = false;
	if (!change)
		return;
	WRITE_ONCE(g->changes, g->changes - 1);
	ksmol_group_told(g, !g->changes);
	g->change_due = now + 1 +
			get_random_u32_below(report_interval(g, now));
	if (!g->changes && list_empty(&g->members))
		ksmol_group_forget(g);
}

/* The soonest of all groups. Group lock held. */
static bool report_next(struct ksmol_iface *iface, unsigned long *next)
{
	unsigned long when;
	struct ksmol_group *g;
	bool left = false;
	u32 slot;

	ksmol_for_each_group(g, slot, iface) {
		if (!report_due(g, &when))
			continue;
		if (!left || time_before(when, *next))
			*next = when;
		left = true;
	}
	return left;
}

void ksmol_report_arm(struct ksmol_iface *iface)
{
	unsigned long next;
	bool left;

	spin_lock_bh(&ksmol_group_lock);
	left = report_next(iface, &next);
	spin_unlock_bh(&ksmol_group_lock);
	if (left)
		ksmol_iface_arm(iface, next);
}

bool ksmol_report_run(struct ksmol_iface *iface, unsigned long now,
		      unsigned long *next)
{
	bool left;

	ksmol_report_send_due(iface, &ksmol_igmp_wire, now);
	ksmol_report_send_due(iface, &ksmol_mld_wire, now);
	spin_lock_bh(&ksmol_group_lock);
	left = report_next(iface, next);
	spin_unlock_bh(&ksmol_group_lock);
	return left;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_report_run);

void ksmol_report_start(struct ksmol_iface *iface)
{
	struct ksmol_group *g;
	u32 slot;

	spin_lock_bh(&ksmol_group_lock);
	memset(iface->querier, 0, sizeof(iface->querier));
	ksmol_for_each_group(g, slot, iface) {
		ksmol_group_untold(g);
		ksmol_report_changed(g);
	}
	spin_unlock_bh(&ksmol_group_lock);
	ksmol_report_arm(iface);
}

/* --- queriers --- */

static void report_learn(struct ksmol_iface *iface,
			 const struct ksmol_report_query *query,
			 unsigned long now)
{
	struct ksmol_querier *q = &iface->querier[query->family == AF_INET6];
	unsigned long until = (now + KSMOL_REPORT_OLDER) ?: 1;

	if (query->behind)
		WRITE_ONCE(q->until[query->behind - 1], until);
	else if (query->robustness)
		q->robustness = query->robustness;
}

/* RFC 3376 5.2: at a random moment, and not later than was due before. */
static void report_query_group(struct ksmol_group *g, unsigned long due)
{
	if (!report_wanted(g) || list_empty(&g->members) ||
	    (g->queried && !time_before(due, g->query_due)))
		return;
	WRITE_ONCE(g->queried, true);
	g->query_due = due;
}

static unsigned long report_delay(const struct ksmol_report_query *query)
{
	return get_random_u32_below(max(query->max_resp, 1U));
}

/* To a general query of the newest version one answer has all groups; where
 * there are older queriers each group answers for itself, at a time of its own.
 */
static void report_answer(struct ksmol_iface *iface,
			  const struct ksmol_report_query *query,
			  unsigned long now)
{
	bool each = ksmol_report_behind(iface, query->family, now);
	unsigned long due = now + report_delay(query);
	struct ksmol_group *g;
	u32 slot;

	ksmol_for_each_group(g, slot, iface) {
		if (g->family != query->family ||
		    (!ksmol_addr_any(&query->group) &&
		     !ksmol_addr_equal(&query->group, &g->addr)))
			continue;
		if (each)
			due = now + report_delay(query);
		report_query_group(g, due);
	}
}

void ksmol_report_query(struct ksmol_iface *iface,
			const struct ksmol_report_query *query)
{
	unsigned long now = jiffies;

	spin_lock(&ksmol_group_lock);
	report_learn(iface, query, now);
	report_answer(iface, query, now);
	spin_unlock(&ksmol_group_lock);
	ksmol_report_arm(iface);
}

/* RFC 2236 3: somebody else has reported it, once is enough. */
void ksmol_report_heard(struct ksmol_iface *iface, u8 family,
			const struct ksmol_addr *group)
{
	struct ksmol_group *g;
	u32 slot;

	if (!ksmol_report_behind(iface, family, jiffies))
		return;
	spin_lock(&ksmol_group_lock);
	ksmol_for_each_group(g, slot, iface) {
		if (g->family != family || !ksmol_addr_equal(&g->addr, group))
			continue;
		g->queried = false;
		g->last = false;
	}
	spin_unlock(&ksmol_group_lock);
}
