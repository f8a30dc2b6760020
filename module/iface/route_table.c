// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>
#include <ksmol/compat.h>
#include "route.h"

static struct ksmol_route_table *route_table_alloc(unsigned int nr)
{
	struct ksmol_route_table *table;

	return kzalloc(struct_size(table, entry, nr), GFP_KERNEL);
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
	kfree(rcu_dereference_protected(pernet->routes, true));
}

static void route_table_insert(struct ksmol_route_table *table,
			       const struct ksmol_route_entry *add)
{
	unsigned int at = table->count++;

	for (; at && table->entry[at - 1].plen < add->plen; at--)
		table->entry[at] = table->entry[at - 1];
	table->entry[at] = *add;
}

struct ksmol_route_table *
ksmol_route_table_with(struct ksmol_iface_net *pernet,
		       const struct ksmol_route_entry *add, unsigned int nr)
{
	struct ksmol_route_table *old = rtnl_dereference(pernet->routes);
	struct ksmol_route_table *table;
	unsigned int i;

	if (nr > ksmol_params.route_max ||
	    old->count > ksmol_params.route_max - nr)
		return ERR_PTR(-ENOSPC);
	table = route_table_alloc(old->count + nr);
	if (!table)
		return ERR_PTR(-ENOMEM);
	table->count = old->count;
	memcpy(table->entry, old->entry, old->count * sizeof(*old->entry));
	for (i = 0; i < nr; i++)
		route_table_insert(table, add + i);
	return table;
}

void ksmol_route_table_publish(struct ksmol_iface_net *pernet,
			       struct ksmol_route_table *table)
{
	struct ksmol_route_table *old = rtnl_dereference(pernet->routes);

	rcu_assign_pointer(pernet->routes, table);
	atomic_inc(&ksmol_route_gen);
	kfree_rcu(old, rcu);
}

static void route_table_copy(const struct ksmol_route_table *from,
			     struct ksmol_route_table *to,
			     const struct ksmol_iface *without)
{
	unsigned int i;

	for (i = 0; i < from->count; i++)
		if (from->entry[i].iface != without)
			to->entry[to->count++] = from->entry[i];
}

void ksmol_route_table_drop(struct ksmol_iface *iface)
{
	struct ksmol_iface_net *pernet = iface->pernet;
	struct ksmol_route_table *old = rtnl_dereference(pernet->routes);
	struct ksmol_route_table *table;

	/* Going away must not fail: the kernel does not refuse an allocation
	 * of this size when told so, and it sleeps for it if it has to.
	 */
	table = kzalloc(struct_size(table, entry, old->count),
			GFP_KERNEL | __GFP_NOFAIL);
	route_table_copy(old, table, iface);
	ksmol_route_table_publish(pernet, table);
}

const struct ksmol_route_entry *
ksmol_route_lookup(const struct ksmol_route_table *table, u8 family, int oif,
		   const struct ksmol_addr *daddr, bool *down)
{
	const struct ksmol_route_entry *rt;

	for (rt = table->entry; rt < table->entry + table->count; rt++) {
		if (rt->family != family ||
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
