// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>
#include <ksmol/compat.h>
#include "route.h"

static struct ksmol_route_table *route_table_alloc(unsigned int nr)
{
	struct ksmol_route_table *table;

	return kvzalloc(struct_size(table, entry, nr), GFP_KERNEL);
}

int ksmol_route_table_start(struct ksmol_iface_net *pernet)
{
	struct ksmol_route_table *table = route_table_alloc(0);

	if (!table)
		return -ENOMEM;
	rcu_assign_pointer(pernet->routes, table);
	return 0;
}

void ksmol_route_table_stop(struct ksmol_iface_net *pernet)
{
	kvfree(rcu_dereference_protected(pernet->routes, true));
}

static void route_table_insert(struct ksmol_route_table *table,
			       const struct ksmol_route_entry *add)
{
	unsigned int at = table->count++;

	for (; at && table->entry[at - 1].plen < add->plen; at--)
		table->entry[at] = table->entry[at - 1];
	table->entry[at] = *add;
}

/* Does the entry go on? @forget: not if that interface learned it. */
static bool route_stays(const struct ksmol_route_entry *rt,
			const struct ksmol_iface *forget)
{
	return !rt->gone && !(rt->learned && rt->iface == forget);
}

static unsigned int route_table_live(const struct ksmol_route_table *table,
				     const struct ksmol_iface *forget)
{
	unsigned int i, live = 0;

	for (i = 0; i < table->count; i++)
		live += route_stays(&table->entry[i], forget);
	return live;
}

static struct ksmol_route_table *
route_table_rebuild(struct ksmol_iface_net *pernet,
		    const struct ksmol_iface *forget,
		    const struct ksmol_route_entry *add, unsigned int nr)
{
	struct ksmol_route_table *old = rtnl_dereference(pernet->routes);
	unsigned int i, live = route_table_live(old, forget);
	struct ksmol_route_table *table;

	if (live + nr > ksmol_params.route_max)
		return ERR_PTR(-ENOSPC);
	table = route_table_alloc(live + nr);
	if (!table)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < old->count; i++)
		if (route_stays(&old->entry[i], forget))
			table->entry[table->count++] = old->entry[i];
	for (i = 0; i < nr; i++)
		route_table_insert(table, add + i);
	return table;
}

struct ksmol_route_table *
ksmol_route_table_with(struct ksmol_iface_net *pernet,
		       const struct ksmol_route_entry *add, unsigned int nr)
{
	return route_table_rebuild(pernet, NULL, add, nr);
}

struct ksmol_route_table *
ksmol_route_table_relearn(struct ksmol_iface *iface,
			  const struct ksmol_route_entry *add, unsigned int nr)
{
	return route_table_rebuild(iface->pernet, iface, add, nr);
}

void ksmol_route_table_publish(struct ksmol_iface_net *pernet,
			       struct ksmol_route_table *table)
{
	struct ksmol_route_table *old = rtnl_dereference(pernet->routes);

	rcu_assign_pointer(pernet->routes, table);
	ksmol_routes_changed();
	kvfree_rcu(old, rcu);
}

static void route_table_mark(struct ksmol_iface *iface, bool leased)
{
	struct ksmol_route_table *table;
	struct ksmol_route_entry *rt;

	table = rtnl_dereference(iface->pernet->routes);
	for (rt = table->entry; rt < table->entry + table->count; rt++)
		if (rt->iface == iface && rt->leased >= leased)
			WRITE_ONCE(rt->gone, true);
	ksmol_routes_changed();
}

void ksmol_route_table_drop(struct ksmol_iface *iface)
{
	route_table_mark(iface, false);
}

void ksmol_route_table_drop_leased(struct ksmol_iface *iface)
{
	route_table_mark(iface, true);
}

const struct ksmol_route_entry *
ksmol_route_lookup(const struct ksmol_route_table *table, u8 family, int oif,
		   const struct ksmol_addr *daddr, bool *down)
{
	const struct ksmol_route_entry *rt;

	for (rt = table->entry; rt < table->entry + table->count; rt++) {
		if (READ_ONCE(rt->gone) || rt->family != family ||
		    !ksmol_addr_prefix_equal(&rt->prefix, daddr, rt->plen))
			continue;
		if (oif && rt->iface->phy->ifindex != oif)
			continue;
		if (likely(READ_ONCE(rt->iface->up)))
			return rt;
		*down = true;
	}
	return NULL;
}
