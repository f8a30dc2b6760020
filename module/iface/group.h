/* SPDX-License-Identifier: GPL-2.0-only */
/* Multicast groups that an interface listens to, of either family. */
#ifndef _KSMOL_IFACE_GROUP_H
#define _KSMOL_IFACE_GROUP_H

#include <linux/spinlock.h>
#include <ksmol/iface.h>

/**
 * struct ksmol_group - a group on an interface
 * @node: in the interface's table; readers RCU
 * @members: who wants it; empty while only its end is still to be reported
 * @changes: reports of a change of state still to be sent
 * @change_due: jiffies of the next
 * @queried: a querier wants to know, answered at @query_due
 * @last: we were the last to report it (IGMPv2, MLDv1: to know whether to leave)
 * @pending: in a report that is on its way down
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
	struct rcu_head rcu;
};

/* Protects the groups and members of all interfaces; BH disabled, innermost
 * but for the device's address list.
 */
extern spinlock_t ksmol_group_lock;

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

/* RFC 3376 3.2. Group lock held. */
void ksmol_group_filter(const struct ksmol_group *group,
			struct ksmol_group_filter *filter);

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
