// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a lease to an address and routes. A lease is granted in softirq, but
 * routes are replaced under RTNL: a work item makes the interface live by
 * whatever lease there is when it runs.
 */
#define pr_fmt(fmt) "ksmol: " fmt

#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <ksmol/compat.h>
#include "address.h"
#include "dhcp.h"
#include "net.h"
#include "route.h"
#include "timer.h"

/* The lease that the interface should live by; address 0: none. */
static struct ksmol_dhcp_lease
lease_wanted(const struct ksmol_dhcp_client *client)
{
	if (ksmol_dhcp_fsm_leased(&client->fsm))
		return client->fsm.lease;
	return (struct ksmol_dhcp_lease){};
}

static bool lease_same_addr(const struct ksmol_dhcp_lease *a,
			    const struct ksmol_dhcp_lease *b)
{
	return a->addr == b->addr && (!a->addr || a->plen == b->plen);
}

bool ksmol_dhcp_unsettled(const struct ksmol_dhcp_client *client)
{
	struct ksmol_dhcp_lease lease = lease_wanted(client);

	return !lease_same_addr(&lease, &client->live) ||
	       lease.router != client->live.router;
}

static unsigned int lease_list_routes(struct ksmol_iface *iface,
				      const struct ksmol_dhcp_lease *lease,
				      struct ksmol_route_entry *rt)
{
	__be32 mask = inet_make_mask(lease->plen);

	rt[0] = (struct ksmol_route_entry){
		.family = AF_INET,
		.plen = lease->plen,
		.leased = true,
		.prefix = ksmol_addr_v4(lease->addr & mask),
		.bcast = lease->plen < 31 ? lease->addr | ~mask : 0,
		.iface = iface,
	};
	rt[1] = (struct ksmol_route_entry){
		.family = AF_INET,
		.leased = true,
		.gateway = ksmol_addr_v4(lease->router),
		.iface = iface,
	};
	return lease->router ? 2 : 1;
}

/* The routes of @lease in place of those before; what is wanted is there or
 * nothing is.
 */
static int lease_routes(struct ksmol_iface *iface,
			const struct ksmol_dhcp_lease *lease)
{
	struct ksmol_route_entry add[2];
	struct ksmol_route_table *table;

	ksmol_route_table_drop_leased(iface);
	if (!lease->addr)
		return 0;
	table = ksmol_route_table_with(iface->pernet, add,
				       lease_list_routes(iface, lease, add));
	if (IS_ERR(table))
		return PTR_ERR(table);
	ksmol_route_table_publish(iface->pernet, table);
	return 0;
}

/* Does any interface have it already, valid or not? */
static bool lease_is_taken(struct ksmol_iface_net *pernet, __be32 v4)
{
	struct ksmol_addr addr = ksmol_addr_v4(v4);
	struct ksmol_iface *iface;

	ksmol_for_each_iface(iface, pernet)
		if (ksmol_iface_addr(iface, AF_INET, &addr))
			return true;
	return false;
}

static void lease_report(const struct ksmol_dhcp_client *client,
			 const struct ksmol_dhcp_lease *lease)
{
	const char *name = client->iface->phy->name;

	if (lease->addr)
		pr_info("%s: %pI4/%u leased from %pI4\n", name, &lease->addr,
			lease->plen, &lease->server);
	else
		pr_info("%s: the lease of %pI4 has ended\n", name,
			&client->live.addr);
}

/* @lease can't be lived by: its server, or the administrator, is told. */
static void lease_refuse(struct ksmol_dhcp_client *client,
			 const struct ksmol_dhcp_lease *lease, int err)
{
	u64 now = ksmol_dhcp_now();

	pr_warn_ratelimited("%s: lease of %pI4: %s\n",
			    client->iface->phy->name, &lease->addr,
			    err == -EADDRINUSE ? "we have that address" :
			    err == -ENOSPC ? "more routes than route_max" :
			    "out of memory");
	spin_lock_bh(&client->lock);
	if (client->fsm.lease.addr == lease->addr && err == -EADDRINUSE)
		ksmol_dhcp_fsm_checked(&client->fsm, false, now,
				       get_random_u32());
	else if (client->fsm.lease.addr == lease->addr)
		ksmol_dhcp_fsm_failed(&client->fsm, now, get_random_u32());
	spin_unlock_bh(&client->lock);
}

static int lease_apply(struct ksmol_dhcp_client *client,
		       const struct ksmol_dhcp_lease *lease)
{
	struct ksmol_iface *iface = client->iface;
	bool same = lease_same_addr(lease, &client->live);
	int err;

	if (!same && client->live.addr)
		ksmol_iface_addr_vacate(iface, client->ifa);
	if (!same && lease->addr && lease_is_taken(iface->pernet, lease->addr))
		err = -EADDRINUSE;
	else
		err = lease_routes(iface, lease);
	if (err) {
		ksmol_route_table_drop_leased(iface);
		if (same)
			ksmol_iface_addr_vacate(iface, client->ifa);
		return err;
	}
	if (!same && lease->addr)
		ksmol_iface_addr_fill(iface, client->ifa, lease->addr,
				      lease->plen);
	return 0;
}

void ksmol_dhcp_settle(struct ksmol_dhcp_client *client)
{
	struct ksmol_dhcp_lease lease;
	bool settled;
	int err;

	ASSERT_RTNL();
	spin_lock_bh(&client->lock);
	lease = lease_wanted(client);
	settled = !ksmol_dhcp_unsettled(client);
	spin_unlock_bh(&client->lock);
	if (settled)
		return;
	err = lease_apply(client, &lease);
	if (err) {
		lease_refuse(client, &lease, err);
		memset(&lease, 0, sizeof(lease));
	} else if (!lease_same_addr(&lease, &client->live)) {
		lease_report(client, &lease);
	}
	spin_lock_bh(&client->lock);
	client->live = lease;
	spin_unlock_bh(&client->lock);
	/* There may be another already. */
	ksmol_iface_arm(client->iface, jiffies);
}
