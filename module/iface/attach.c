// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking a network device into service, and giving it back. All checks come
 * first, then what may fail, then what can't: an error leaves nothing behind.
 */
#define pr_fmt(fmt) "ksmol: " fmt

#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <ksmol/compat.h>
#include "address.h"
#include "attach.h"
#include "autoconf.h"
#include "demux.h"
#include "dhcp.h"
#include "group.h"
#include "neighbor.h"
#include "net.h"
#include "reass.h"
#include "route.h"
#include "timer.h"

struct ksmol_iface *ksmol_iface_find(struct net *net, const char *name)
{
	struct ksmol_iface *iface;

	ksmol_for_each_iface(iface, ksmol_iface_net(net))
		if (!strcmp(iface->phy->name, name))
			return iface;
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_iface_find);

/* --- checks --- */

/* Link-local addresses may be the same on each link. */
static bool attach_is_twin(struct ksmol_iface *iface,
			   const struct ksmol_cidr *cidr)
{
	if (cidr->family == AF_INET6 && ksmol_addr_is_linklocal6(&cidr->addr))
		return false;
	return ksmol_iface_addr(iface, cidr->family, &cidr->addr);
}

/* Whoever has an address of @spec already, whatever its state. */
static struct ksmol_iface *attach_twin(struct ksmol_iface_net *pernet,
				       const struct ksmol_spec *spec)
{
	struct ksmol_iface *iface;
	unsigned int i;

	ksmol_for_each_iface(iface, pernet)
		for (i = 0; i < spec->nr_addrs; i++)
			if (attach_is_twin(iface, &spec->addrs[i]))
				return iface;
	return NULL;
}

static int attach_check(struct net *net, const struct ksmol_spec *spec)
{
	struct ksmol_iface *twin;

	if (ksmol_iface_find(net, spec->name)) {
		pr_err("attach=%s: attached already\n", spec->name);
		return -EADDRINUSE;
	}
	twin = attach_twin(ksmol_iface_net(net), spec);
	if (twin) {
		pr_err("attach=%s: an address of it is in use on %s\n",
		       spec->name, twin->phy->name);
		return -EADDRINUSE;
	}
	return 0;
}

/* --- building --- */

static __be32 attach_bcast(const struct ksmol_cidr *cidr, u8 medium)
{
	if (medium != KSMOL_MEDIUM_ETHERNET || cidr->family != AF_INET ||
	    cidr->plen >= 31)
		return 0;
	return cidr->addr.v4 | htonl(~0U >> cidr->plen);
}

static void attach_addrs(struct ksmol_iface *iface,
			 const struct ksmol_spec *spec)
{
	unsigned int i;

	iface->ipv6 = spec->slaac;
	for (i = 0; i < spec->nr_addrs; i++) {
		struct ksmol_ifaddr *ifa = &iface->addrs[i];

		ifa->family = spec->addrs[i].family;
		ifa->plen = spec->addrs[i].plen;
		ifa->addr = spec->addrs[i].addr;
		ifa->bcast = attach_bcast(&spec->addrs[i], iface->phy->medium);
		ifa->state = KSMOL_ADDR_TENTATIVE;
		if (ifa->family == AF_INET6)
			iface->ipv6 = true;
	}
}

static struct ksmol_iface *attach_build(struct net_device *dev,
					const struct ksmol_spec *spec)
{
	bool shared = spec->mode < 0 ? READ_ONCE(ksmol_params.shared) :
				       spec->mode;
	struct ksmol_iface *iface;
	struct ksmol_phy *phy;

	iface = kzalloc(sizeof(*iface), GFP_KERNEL);
	if (!iface)
		return ERR_PTR(-ENOMEM);
	iface->net = dev_net(dev);
	iface->pernet = ksmol_iface_net(iface->net);
	INIT_LIST_HEAD(&iface->neighs);
	spin_lock_init(&iface->lock);
	ksmol_iface_timer_setup(iface);

	phy = ksmol_phy_open(dev, shared, iface);
	if (IS_ERR(phy)) {
		pr_err("attach=%s: %s\n", spec->name, PTR_ERR(phy) == -EINVAL ?
		       "neither an Ethernet nor a raw IP device" :
		       "out of memory");
		kfree(iface);
		return ERR_CAST(phy);
	}
	iface->phy = phy;
	attach_addrs(iface, spec);
	return iface;
}

/* The prefixes of an interface's addresses. Link-local ones need no route: all
 * of those are neighbors, on each link.
 */
static struct ksmol_route_entry *
attach_list_connected(const struct ksmol_iface *iface,
		      const struct ksmol_spec *spec,
		      struct ksmol_route_entry *rt)
{
	const struct ksmol_ifaddr *ifa;

	for (ifa = iface->addrs; ifa < iface->addrs + spec->nr_addrs; ifa++) {
		if (ifa->family == AF_INET6 &&
		    ksmol_addr_is_linklocal6(&ifa->addr))
			continue;
		rt->family = ifa->family;
		rt->plen = ifa->plen;
		rt->prefix = ifa->addr;
		rt->bcast = ifa->bcast;
		ksmol_addr_mask(&rt->prefix, rt->plen);
		rt++;
	}
	return rt;
}

/* The routes of an interface: its prefixes, via=, route=. */
static unsigned int attach_list_routes(struct ksmol_iface *iface,
				       const struct ksmol_spec *spec,
				       struct ksmol_route_entry *list)
{
	struct ksmol_route_entry *rt;
	unsigned int i;

	rt = attach_list_connected(iface, spec, list);
	for (i = 0; i < spec->nr_routes; i++, rt++) {
		rt->family = spec->routes[i].family;
		rt->plen = spec->routes[i].plen;
		rt->prefix = spec->routes[i].addr;
		rt->gateway = spec->gateways[i];
	}
	if (!ksmol_addr_any(&spec->via)) {
		rt->family = AF_INET;
		rt++->gateway = spec->via;
	}
	if (!ksmol_addr_any(&spec->via6)) {
		rt->family = AF_INET6;
		rt++->gateway = spec->via6;
	}
	for (i = 0; i < rt - list; i++)
		list[i].iface = iface;
	return rt - list;
}

static struct ksmol_route_table *attach_routes(struct ksmol_iface *iface,
					       const struct ksmol_spec *spec)
{
	const unsigned int max = KSMOL_SPEC_ADDRS + KSMOL_SPEC_ROUTES + 2;
	struct ksmol_route_table *table;
	struct ksmol_route_entry *list;

	list = kcalloc(max, sizeof(*list), GFP_KERNEL);
	if (!list)
		return ERR_PTR(-ENOMEM);
	table = ksmol_route_table_with(iface->pernet, list,
				       attach_list_routes(iface, spec, list));
	kfree(list);
	return table;
}

/* --- acting --- */

/* From here on nothing fails. */
static void attach_commit(struct ksmol_iface *iface,
			  struct ksmol_route_table *table)
{
	ksmol_route_table_publish(iface->pernet, table);
	ksmol_groups_start(iface);
	ksmol_iface_net_add(iface);
	ksmol_iface_debugfs_add(iface);
	if (iface->phy->dev->flags & IFF_UP) {
		WRITE_ONCE(iface->up, true);
		ksmol_iface_addrs_start(iface);
		ksmol_autoconf_start(iface);
		ksmol_dhcp_link(iface, true);
	}
	pr_info("%s attached, %s, %s\n", iface->phy->name,
		iface->phy->shared ? "shared" : "exclusive",
		iface->phy->medium == KSMOL_MEDIUM_IP ? "raw IP" : "Ethernet");
}

/* A link-local address, and the groups in which addresses are asked for. */
static int attach_autoconf(struct ksmol_iface *iface,
			   const struct ksmol_spec *spec)
{
	int err = ksmol_autoconf_open(iface, spec->slaac);

	if (!err)
		err = ksmol_autoconf_join(iface);
	if (err)
		pr_err("attach=%s: %s\n", spec->name, err == -ENOBUFS ?
		       "its addresses need more groups than igmp_max" :
		       "out of memory");
	return err;
}

static int attach_device(struct net_device *dev, const struct ksmol_spec *spec)
{
	struct ksmol_route_table *table;
	struct ksmol_iface *iface;
	int err;

	iface = attach_build(dev, spec);
	if (IS_ERR(iface))
		return PTR_ERR(iface);
	err = attach_autoconf(iface, spec);
	if (err)
		goto err_autoconf;
	err = spec->dhcp ? ksmol_dhcp_create(iface) : 0;
	if (err) {
		pr_err("attach=%s: dhcp: %s\n", spec->name, err == -EINVAL ?
		       "not an Ethernet device" : "out of memory");
		goto err_autoconf;
	}
	table = attach_routes(iface, spec);
	if (IS_ERR(table)) {
		err = PTR_ERR(table);
		pr_err("attach=%s: %s\n", spec->name, err == -ENOSPC ?
		       "more routes than route_max" : "out of memory");
		goto err_dhcp;
	}
	/* Says itself who has the device's frames. */
	err = ksmol_phy_start(iface->phy);
	if (err)
		goto err_table;
	attach_commit(iface, table);
	return 0;

err_table:
	kvfree(table);
err_dhcp:
	ksmol_dhcp_stop(iface);
	ksmol_dhcp_destroy(iface);
err_autoconf:
	ksmol_autoconf_close(iface);
	ksmol_phy_close(iface->phy);
	kfree_rcu(iface, rcu);
	return err;
}

static int attach_locked(struct net *net, const struct ksmol_spec *spec)
{
	struct net_device *dev = __dev_get_by_name(net, spec->name);
	int err;

	if (!dev) {
		pr_err("attach=%s: no such interface\n", spec->name);
		return -ENODEV;
	}
	err = attach_check(net, spec);
	return err ?: attach_device(dev, spec);
}

int ksmol_attach(struct net *net, const char *text)
{
	struct ksmol_spec *spec;
	const char *why;
	int err;

	spec = kmalloc(sizeof(*spec), GFP_KERNEL);
	if (!spec)
		return -ENOMEM;
	err = ksmol_spec_parse(text, spec, &why);
	if (err) {
		pr_err("attach=%.*s: %s\n", (int)strcspn(text, "\n"), text,
		       why);
	} else {
		rtnl_lock();
		err = attach_locked(net, spec);
		rtnl_unlock();
	}
	kfree(spec);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_attach);

/*
 * Who routes finds the interface no more, then no frame comes or goes, then
 * nobody makes neighbors, then those that wait are let go. Whoever is still
 * inside an RCU section finds memory, but a dead interface.
 */
void ksmol_iface_detach(struct ksmol_iface *iface)
{
	struct ksmol_phy *phy = iface->phy;
	int ifindex = phy->ifindex;

	ASSERT_RTNL();
	ksmol_dhcp_stop(iface);
	WRITE_ONCE(iface->up, false);
	ksmol_iface_net_del(iface);
	ksmol_route_table_drop(iface);
	ksmol_phy_stop(phy);
	ksmol_iface_timer_shutdown(iface);
	ksmol_debugfs_remove(iface->debugfs);
	ksmol_autoconf_close(iface);
	ksmol_neigh_purge(iface, true);
	ksmol_reass_purge(iface);
	ksmol_groups_stop(iface);
	if (ksmol_demux()->gone)
		ksmol_demux()->gone(iface->net, ifindex);
	pr_info("%s detached\n", phy->name);
	ksmol_phy_close(phy);
	ksmol_dhcp_destroy(iface);
	kfree_rcu(iface, rcu);
}

void ksmol_detach_net(struct ksmol_iface_net *pernet)
{
	struct ksmol_iface *iface, *next;

	list_for_each_entry_safe(iface, next, &pernet->ifaces, node)
		ksmol_iface_detach(iface);
}

int ksmol_detach(struct net *net, const char *name)
{
	struct ksmol_iface *iface;

	rtnl_lock();
	iface = ksmol_iface_find(net, name);
	if (iface)
		ksmol_iface_detach(iface);
	rtnl_unlock();
	if (iface)
		return 0;
	pr_err("detach=%s: not attached\n", name);
	return -ENODEV;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_detach);

/* A namespace on its way out is no longer listed; its exit detaches. */
void ksmol_detach_all(void)
{
	struct net *net;

	rtnl_lock();
	down_read(&net_rwsem);
	for_each_net(net)
		ksmol_detach_net(ksmol_iface_net(net));
	up_read(&net_rwsem);
	rtnl_unlock();
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_detach_all);
