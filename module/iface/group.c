// SPDX-License-Identifier: GPL-2.0-only
/*
 * Multicast groups: who wants which, what that comes to for an interface, and
 * the device's filter. Memory is taken when a program joins, within igmp_max;
 * packets only look.
 */
#include <linux/etherdevice.h>
#include <linux/jhash.h>
#include <linux/in.h>
#include <linux/igmp.h>
#include <linux/netdevice.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/if_inet6.h>
#include <net/ip.h>
#include <ksmol/compat.h>
#include "address.h"
#include "group.h"
#include "net.h"
#include "report.h"
#include "route.h"

spinlock_t ksmol_group_lock = __SPIN_LOCK_UNLOCKED(ksmol_group_lock);
EXPORT_SYMBOL_IF_KUNIT(ksmol_group_lock);

static u32 groups_total;	/* of all interfaces; ksmol_group_lock */

static struct hlist_head *group_bucket(struct ksmol_iface *iface,
				       const struct ksmol_addr *addr)
{
	return &iface->groups[jhash_1word(ksmol_addr_fold(addr), 0) %
			      KSMOL_GROUP_SLOTS];
}

/* Whether wanted or not. */
static struct ksmol_group *group_lookup(struct ksmol_iface *iface, u8 family,
					const struct ksmol_addr *addr)
{
	struct ksmol_group *g;

	hlist_for_each_entry_rcu(g, group_bucket(iface, addr), node, true)
		if (g->family == family && ksmol_addr_equal(&g->addr, addr))
			return g;
	return NULL;
}

struct ksmol_group *ksmol_group_find(const struct ksmol_iface *iface, u8 family,
				     const struct ksmol_addr *addr)
{
	struct ksmol_group *g = group_lookup((struct ksmol_iface *)iface,
					     family, addr);

	return g && !list_empty(&g->members) ? g : NULL;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_group_find);

/* --- the device's filter --- */

void ksmol_group_hear(struct ksmol_iface *iface, u8 family,
		      const struct ksmol_addr *addr, bool on)
{
	u8 mac[ETH_ALEN];

	if (iface->phy->medium != KSMOL_MEDIUM_ETHERNET)
		return;
	if (family == AF_INET)
		ip_eth_mc_map(addr->v4, mac);
	else
		ipv6_eth_mc_map(&addr->v6, mac);
	ksmol_phy_hear(iface->phy, mac, on);
}

/* --- what members want together --- */

static bool member_names(const struct ksmol_member *m,
			 const struct ksmol_addr *source)
{
	u8 i;

	for (i = 0; i < m->nr; i++)
		if (ksmol_addr_equal(&m->sources[i], source))
			return true;
	return false;
}

static bool member_wants(const struct ksmol_member *m,
			 const struct ksmol_addr *source)
{
	return m->exclude != member_names(m, source);
}

bool ksmol_member_allows(const struct ksmol_member *m,
			 const struct ksmol_addr *source)
{
	return member_wants(m, source);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_member_allows);

static bool group_wants(const struct ksmol_group *group,
			const struct ksmol_addr *source)
{
	const struct ksmol_member *m;

	list_for_each_entry(m, &group->members, link)
		if (member_wants(m, source))
			return true;
	return false;
}

static void filter_add(struct ksmol_group_filter *f,
		       const struct ksmol_addr *source)
{
	u8 i;

	for (i = 0; i < f->nr; i++)
		if (ksmol_addr_equal(&f->sources[i], source))
			return;
	if (f->nr < KSMOL_GROUP_SOURCES)
		f->sources[f->nr++] = *source;
}

/* More sources than one can name: all of them are asked for, and those that a
 * socket doesn't want it doesn't get.
 */
void ksmol_group_filter(const struct ksmol_group *group,
			struct ksmol_group_filter *f)
{
	const struct ksmol_member *m;
	u8 i;

	f->exclude = false;
	f->nr = 0;
	list_for_each_entry(m, &group->members, link)
		f->exclude |= m->exclude;
	list_for_each_entry(m, &group->members, link)
		for (i = 0; i < m->nr; i++)
			if (m->exclude == f->exclude &&
			    f->exclude != group_wants(group, &m->sources[i]))
				filter_add(f, &m->sources[i]);
	if (!f->exclude && f->nr == KSMOL_GROUP_SOURCES) {
		f->exclude = true;
		f->nr = 0;
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_group_filter);

/* --- joining and leaving: RTNL --- */

static struct ksmol_group *group_new(struct ksmol_iface *iface, u8 family,
				     const struct ksmol_addr *addr)
{
	struct ksmol_group *g = kzalloc_obj(*g);

	if (!g)
		return NULL;
	g->iface = iface;
	g->family = family;
	g->addr = *addr;
	INIT_LIST_HEAD(&g->members);
	return g;
}

/* Group lock held. */
static int group_link(struct ksmol_group *g)
{
	if (groups_total >= ksmol_params.igmp_max)
		return -ENOBUFS;
	groups_total++;
	hlist_add_head_rcu(&g->node, group_bucket(g->iface, &g->addr));
	return 0;
}

void ksmol_group_forget(struct ksmol_group *g)
{
	groups_total--;
	hlist_del_rcu(&g->node);
	kfree_rcu(g, rcu);
}

/* Adds @m to its group, which is @spare if there is none yet. Return: 1 if it
 * is the first there, 0, or -ENOBUFS. Group lock held.
 */
static int group_add(struct ksmol_iface *iface, struct ksmol_member *m,
		     struct ksmol_group **spare)
{
	struct ksmol_group *g = group_lookup(iface, m->family, &m->addr);
	int err;

	if (!g) {
		g = *spare;
		err = group_link(g);
		if (err)
			return err;
		*spare = NULL;
	}
	err = list_empty(&g->members);
	m->group = g;
	m->ifindex = iface->phy->ifindex;
	list_add_tail_rcu(&m->link, &g->members);
	ksmol_report_changed(g);
	return err;
}

int ksmol_group_join(struct ksmol_iface *iface, struct ksmol_member *m)
{
	struct ksmol_group *spare = group_new(iface, m->family, &m->addr);
	int err;

	ASSERT_RTNL();
	/* Whether it is needed is known under the lock only. */
	if (!spare)
		return -ENOMEM;
	spin_lock_bh(&ksmol_group_lock);
	err = group_add(iface, m, &spare);
	spin_unlock_bh(&ksmol_group_lock);
	kfree(spare);
	if (err < 0)
		return err;
	if (err)
		ksmol_group_hear(iface, m->family, &m->addr, true);
	ksmol_report_arm(iface);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_group_join);

int ksmol_group_rejoin(struct ksmol_member *m)
{
	return ksmol_group_join(m->group->iface, m);
}

void ksmol_group_leave(struct ksmol_member *m)
{
	struct ksmol_group *g = m->group;
	struct ksmol_iface *iface;
	bool last;

	ASSERT_RTNL();
	if (!g)
		return;
	iface = g->iface;
	spin_lock_bh(&ksmol_group_lock);
	list_del_rcu(&m->link);
	m->group = NULL;
	ksmol_report_changed(g);
	last = list_empty(&g->members);
	/* Else it stays until that was said. */
	if (last && (!g->changes || !READ_ONCE(iface->up)))
		ksmol_group_forget(g);
	spin_unlock_bh(&ksmol_group_lock);
	if (last)
		ksmol_group_hear(iface, m->family, &m->addr, false);
	ksmol_report_arm(iface);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_group_leave);

/* The interface a program means: by index, by an address of ours, or that of
 * the route to the group.
 */
struct ksmol_iface *ksmol_group_iface(struct net *net, int ifindex, u8 family,
				      const struct ksmol_addr *local,
				      const struct ksmol_addr *group)
{
	struct ksmol_iface_net *pernet = ksmol_iface_net(net);
	struct ksmol_iface *iface;

	if (!ifindex && !ksmol_addr_any(local))
		return ksmol_addr_find(pernet, family, local);
	if (!ifindex)
		return ksmol_route_group(pernet, family, group);
	ksmol_for_each_iface(iface, pernet)
		if (iface->phy->ifindex == ifindex)
			return iface;
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_group_iface);

/* --- with the interface --- */

/* What every host listens to. */
static void groups_hear(struct ksmol_iface *iface, bool on)
{
	struct ksmol_addr all = ksmol_addr_v4(htonl(INADDR_ALLHOSTS_GROUP));

	ksmol_group_hear(iface, AF_INET, &all, on);
	if (!iface->ipv6)
		return;
	all = ksmol_addr_all_nodes();
	ksmol_group_hear(iface, AF_INET6, &all, on);
}

void ksmol_groups_start(struct ksmol_iface *iface)
{
	groups_hear(iface, true);
}

static void group_stop(struct ksmol_group *g)
{
	struct ksmol_member *m, *next;

	if (!list_empty(&g->members))
		ksmol_group_hear(g->iface, g->family, &g->addr, false);
	spin_lock_bh(&ksmol_group_lock);
	list_for_each_entry_safe(m, next, &g->members, link) {
		list_del_rcu(&m->link);
		m->group = NULL;
	}
	ksmol_group_forget(g);
	spin_unlock_bh(&ksmol_group_lock);
}

void ksmol_groups_stop(struct ksmol_iface *iface)
{
	struct hlist_node *next;
	struct ksmol_group *g;
	u32 slot;

	for (slot = 0; slot < KSMOL_GROUP_SLOTS; slot++)
		hlist_for_each_entry_safe(g, next, &iface->groups[slot], node)
			group_stop(g);
	groups_hear(iface, false);
}

static u32 group_members(const struct ksmol_group *g)
{
	const struct ksmol_member *m;
	u32 n = 0;

	list_for_each_entry_rcu(m, &g->members, link)
		n++;
	return n;
}

int ksmol_groups_show(struct seq_file *m, void *data)
{
	struct ksmol_iface *iface = data;
	char text[KSMOL_ADDR_STRLEN];
	struct ksmol_group *g;
	u32 slot;

	seq_printf(m, "%-39s %7s %7s %s\n", "group", "members", "reports",
		   "queried");
	rcu_read_lock();
	ksmol_for_each_group(g, slot, iface)
		seq_printf(m, "%-39s %7u %7u %s\n",
			   ksmol_addr_str(g->family, &g->addr, text),
			   group_members(g), READ_ONCE(g->changes),
			   READ_ONCE(g->queried) ? "yes" : "no");
	rcu_read_unlock();
	return 0;
}
