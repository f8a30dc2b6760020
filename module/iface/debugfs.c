// SPDX-License-Identifier: GPL-2.0-only
/* debugfs ksmol/ifaces/<dev>/{stats,neighbors,routes,addresses,groups,...} */
#include <linux/jiffies.h>
#include <ksmol/compat.h>
#include "attach.h"
#include "autoconf.h"
#include "dhcp.h"
#include "group.h"
#include "neighbor.h"
#include "net.h"
#include "route.h"

static struct dentry *ifaces_dir;

static const char * const addr_state_names[] = {
	[KSMOL_ADDR_UNUSED] = "unused",
	[KSMOL_ADDR_TENTATIVE] = "tentative",
	[KSMOL_ADDR_VALID] = "valid",
	[KSMOL_ADDR_CONFLICT] = "conflict",
	[KSMOL_ADDR_FREE] = "free",
};

static const char *addr_state(const struct ksmol_ifaddr *ifa, u8 state)
{
	if (state == KSMOL_ADDR_VALID && READ_ONCE(ifa->deprecated))
		return "deprecated";
	return addr_state_names[state];
}

static const char * const addr_origin_names[] = {
	[KSMOL_ADDR_GIVEN] = "given",
	[KSMOL_ADDR_LINKLOCAL] = "linklocal",
	[KSMOL_ADDR_AUTOCONF] = "formed",
	[KSMOL_ADDR_TEMPORARY] = "temporary",
};

/* Seconds that are left. */
static void addr_show_left(struct seq_file *m, u64 until)
{
	u64 now = ksmol_lifetime_now();

	if (until == KSMOL_RA_NEVER)
		seq_printf(m, " %9s", "ever");
	else
		seq_printf(m, " %9llu", until > now ? until - now : 0);
}

/* Others than those of routers' prefixes stay as long as the interface. */
static void addr_show_origin(struct seq_file *m, const struct ksmol_ifaddr *ifa)
{
	bool ends = ifa->origin == KSMOL_ADDR_AUTOCONF ||
		    ifa->origin == KSMOL_ADDR_TEMPORARY;

	seq_printf(m, " %-9s", addr_origin_names[ifa->origin]);
	addr_show_left(m, ends ? READ_ONCE(ifa->valid) : KSMOL_RA_NEVER);
	addr_show_left(m, ends ? READ_ONCE(ifa->preferred) : KSMOL_RA_NEVER);
	seq_putc(m, '\n');
}

static int addresses_show(struct seq_file *m, void *data)
{
	const struct ksmol_iface *iface = data;
	const struct ksmol_ifaddr *ifa;
	char text[KSMOL_ADDR_STRLEN];

	seq_printf(m, "%-39s %6s %-10s %-9s %9s %9s\n", "address", "prefix",
		   "state", "origin", "valid_s", "preferred");
	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++) {
		u8 state = READ_ONCE(ifa->state);

		if (state == KSMOL_ADDR_UNUSED)
			break;
		if (state == KSMOL_ADDR_FREE || state == KSMOL_ADDR_VACANT)
			continue;
		seq_printf(m, "%-39s %6u %-10s",
			   ksmol_addr_str(ifa->family, &ifa->addr, text),
			   ifa->plen, addr_state(ifa, state));
		addr_show_origin(m, ifa);
	}
	return 0;
}

static void route_show(struct seq_file *m, const struct ksmol_route_entry *rt)
{
	char text[KSMOL_ADDR_STRLEN];

	seq_printf(m, "%-39s %6u ",
		   ksmol_addr_str(rt->family, &rt->prefix, text), rt->plen);
	if (ksmol_addr_any(&rt->gateway))
		seq_puts(m, "-\n");
	else
		seq_printf(m, "%s\n",
			   ksmol_addr_str(rt->family, &rt->gateway, text));
}

static int routes_show(struct seq_file *m, void *data)
{
	const struct ksmol_route_table *table;
	struct ksmol_iface *iface = data;
	unsigned int i;

	seq_printf(m, "%-39s %6s %s\n", "destination", "prefix", "gateway");
	rcu_read_lock();
	table = rcu_dereference(iface->pernet->routes);
	for (i = 0; i < table->count; i++)
		if (!READ_ONCE(table->entry[i].gone) &&
		    table->entry[i].iface == iface)
			route_show(m, &table->entry[i]);
	rcu_read_unlock();
	return 0;
}

static int neighbors_show(struct seq_file *m, void *data)
{
	seq_printf(m, "%-39s %-17s %-10s %7s %9s\n", "address", "link-layer",
		   "state", "waiting", "idle_ms");
	ksmol_neigh_show(m, data);
	return 0;
}

static int stats_show(struct seq_file *m, void *data)
{
	const struct ksmol_iface *iface = data;

	return ksmol_phy_stats_show(m, iface->phy);
}

void ksmol_iface_debugfs_init(void)
{
	ifaces_dir = ksmol_debugfs_dir(NULL, "ifaces");
}

void ksmol_iface_debugfs_exit(void)
{
	ksmol_debugfs_remove(ifaces_dir);
}

/* Two namespaces may have a device of the same name each. */
void ksmol_iface_debugfs_add(struct ksmol_iface *iface)
{
	char name[IFNAMSIZ + 12];
	struct dentry *dir;

	if (net_eq(iface->net, &init_net))
		strscpy(name, iface->phy->name, sizeof(name));
	else
		snprintf(name, sizeof(name), "%s@%u", iface->phy->name,
			 iface->net->ns.inum);
	dir = ksmol_debugfs_dir(ifaces_dir, name);
	iface->debugfs = dir;
	ksmol_debugfs_file(dir, "stats", stats_show, iface);
	ksmol_debugfs_file(dir, "addresses", addresses_show, iface);
	ksmol_debugfs_file(dir, "routes", routes_show, iface);
	ksmol_debugfs_file(dir, "groups", ksmol_groups_show, iface);
	ksmol_debugfs_file(dir, "neighbors", neighbors_show, iface);
	if (iface->autoconf)
		ksmol_debugfs_file(dir, "routers", ksmol_autoconf_show, iface);
	if (iface->dhcp)
		ksmol_debugfs_file(dir, "dhcp", ksmol_dhcp_show, iface);
	ksmol_phy_capture_file(iface->phy, dir);
}
