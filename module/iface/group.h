/* SPDX-License-Identifier: GPL-2.0-only */
/* Multicast groups that an interface listens to, of either family. */
#ifndef _KSMOL_IFACE_GROUP_H
#define _KSMOL_IFACE_GROUP_H

#include <linux/spinlock.h>
#include <ksmol/iface.h>

/* Sources that one record can name. */
#define KSMOL_GROUP_SOURCES 32

/**
 * struct ksmol_group_filter - what all members of a group want together
 * @exclude: all but the @sources; else these only
 */
struct ksmol_group_filter {
	bool exclude;
	u8 nr;
	struct ksmol_addr sources[KSMOL_GROUP_SOURCES];
};

/**
 * struct ksmol_group_change - what routers know of a group (group_change.c)
 * @base: as far as is certain: it was told as often as needed
 * @told: what they were told since, but less often, if @telling
 * @whole: the next they are told is the whole filter
 */
struct ksmol_group_change {
	struct ksmol_group_filter base;
	struct ksmol_group_filter told;
	bool telling;
	bool whole;
};

/**
 * struct ksmol_group - a group on an interface
 * @node: in the interface's table; readers RCU
 * @members: who wants it; empty while only its end is still to be reported
 * @changes: reports of a change of state still to be sent
 * @change_due: jiffies of the next
 * @queried: a querier wants to know, answered at @query_due
 * @last: we were the last to report it (IGMPv2, MLDv1: to know whether to leave)
 * @pending: in a report that is on its way down
 * @change: what is to be said of a change
 *
 * All but @node's memory is protected by ksmol_group_lock.
 */
struct ksmol_group {
	struct hlist_node node;
	struct ksmol_iface *iface;
	struct ksmol_addr addr;
	u8 family;
	u8 changes;
	bool queried;
	bool last;
	bool pending;
	struct list_head members;
	unsigned long change_due;
	unsigned long query_due;
	struct ksmol_group_change change;
	struct rcu_head rcu;
};

/* Protects the groups and members of all interfaces; BH disabled, innermost
 * but for the device's address list.
 */
extern spinlock_t ksmol_group_lock;

/* RFC 3376 3.2. Group lock held. */
void ksmol_group_filter(const struct ksmol_group *group,
			struct ksmol_group_filter *filter);

/* What a change of members comes to. */
enum ksmol_group_news {
	KSMOL_NEWS_NONE,	/* routers know: there is nothing to tell */
	KSMOL_NEWS_SAME,	/* they are being told */
	KSMOL_NEWS_NEW,
};

/* The members of a group have changed. Group lock held, as for all of these. */
enum ksmol_group_news ksmol_group_news(struct ksmol_group *group);

/* Routers have been told; @last: as often as needed. */
void ksmol_group_told(struct ksmol_group *group, bool last);

/* Routers may know anything: the next they are told is the whole filter. */
void ksmol_group_untold(struct ksmol_group *group);

/* The filter whose difference to @now they are to be told; NULL: all of it. */
const struct ksmol_group_filter *
ksmol_group_delta(const struct ksmol_group *group,
		  const struct ksmol_group_filter *now);

/* Sources that @a names and @b does not: how many; @to: room for them, or
 * NULL.
 */
u8 ksmol_filter_minus(const struct ksmol_group_filter *a,
		      const struct ksmol_group_filter *b,
		      struct ksmol_addr *to);

/* The group, if anybody wants it, or NULL. RCU. */
struct ksmol_group *ksmol_group_find(const struct ksmol_iface *iface, u8 family,
				     const struct ksmol_addr *addr);

/* A group whose end was reported goes. Group lock held. */
void ksmol_group_forget(struct ksmol_group *group);

/* The device listens to @addr's frames as well, or no more. RTNL. */
void ksmol_group_hear(struct ksmol_iface *iface, u8 family,
		      const struct ksmol_addr *addr, bool on);

/* Attach and detach: all-hosts is always heard. RTNL. */
void ksmol_groups_start(struct ksmol_iface *iface);
void ksmol_groups_stop(struct ksmol_iface *iface);

/* A ksmol_show_fn for ifaces/<dev>/groups. */
int ksmol_groups_show(struct seq_file *m, void *iface);

#define ksmol_for_each_group(group, slot, iface)			\
	for ((slot) = 0; (slot) < KSMOL_GROUP_SLOTS; (slot)++)		\
		hlist_for_each_entry_rcu(group, &(iface)->groups[slot],	\
					 node, true)

#endif /* _KSMOL_IFACE_GROUP_H */
