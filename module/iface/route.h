/* SPDX-License-Identifier: GPL-2.0-only */
/* The route table of a namespace. */
#ifndef _KSMOL_ROUTE_H
#define _KSMOL_ROUTE_H

#include <ksmol/iface.h>
#include "net.h"

/**
 * struct ksmol_route_entry - one route
 * @prefix: destination, host bits zero
 * @gateway: next hop, or any for a destination on the link
 * @bcast: directed broadcast of a connected IPv4 prefix, or 0
 * @gone: @iface has been detached: not to be looked at any more
 * @learned: from a router
 * @leased: came with an address, and goes with it
 */
struct ksmol_route_entry {
	u8 family;
	u8 plen;
	bool gone;
	bool learned;
	bool leased;
	struct ksmol_addr prefix;
	struct ksmol_addr gateway;
	__be32 bcast;
	struct ksmol_iface *iface;
};

/**
 * struct ksmol_route_table - all routes of a namespace, longest prefix first
 *
 * Once published only @gone of an entry changes: configuration replaces the
 * table by a new one, so that looking up takes no lock and no packet ever
 * allocates, and detaching marks entries, so that it needs no memory. Among
 * equal prefixes the older comes first.
 */
struct ksmol_route_table {
	struct rcu_head rcu;
	unsigned int count;
	struct ksmol_route_entry entry[];
};

/* Namespace start and end. */
int ksmol_route_table_start(struct ksmol_iface_net *pernet);
void ksmol_route_table_stop(struct ksmol_iface_net *pernet);

/**
 * ksmol_route_table_with() - the present table plus some routes
 *
 * Context: RTNL. Return: a table to be published, -ENOSPC (above route_max)
 * or -ENOMEM.
 */
struct ksmol_route_table *
ksmol_route_table_with(struct ksmol_iface_net *pernet,
		       const struct ksmol_route_entry *add, unsigned int nr);

/* The same, with @add in place of all that @iface's routers have said before. */
struct ksmol_route_table *
ksmol_route_table_relearn(struct ksmol_iface *iface,
			  const struct ksmol_route_entry *add,
			  unsigned int nr);

/* Makes @table the one in force; consumes it. RTNL. */
void ksmol_route_table_publish(struct ksmol_iface_net *pernet,
			       struct ksmol_route_table *table);

/* Takes the routes of an interface out of use; whoever looked one up before
 * must be waited for. Can't fail. RTNL.
 */
void ksmol_route_table_drop(struct ksmol_iface *iface);

/* The same for those that came with an address. */
void ksmol_route_table_drop_leased(struct ksmol_iface *iface);

/**
 * ksmol_route_lookup() - longest match
 * @oif: interface it must leave by, or 0
 * @down: set if only an interface that is down stood in the way
 *
 * Context: RCU. Return: the route, or NULL.
 */
const struct ksmol_route_entry *
ksmol_route_lookup(const struct ksmol_route_table *table, u8 family, int oif,
		   const struct ksmol_addr *daddr, bool *down);

/* The interface by which packets to @group leave when nobody says otherwise,
 * or NULL. RCU or RTNL.
 */
struct ksmol_iface *ksmol_route_group(struct ksmol_iface_net *pernet, u8 family,
				      const struct ksmol_addr *group);

#endif /* _KSMOL_ROUTE_H */
