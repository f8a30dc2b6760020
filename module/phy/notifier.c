// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to a device while it is attached.
 *
 * All of it comes under RTNL, much of it from 7.x on also under the device's
 * own lock: nothing here may change the device. UNREGISTER is repeated every
 * second while somebody holds references, so every handler must bear being
 * called again; after "gone" the device simply isn't found any more.
 */

#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>
#include <ksmol/compat.h>
#include "phy.h"

static struct ksmol_phy *phy_of(const struct net_device *dev)
{
	struct ksmol_phy *phy;

	list_for_each_entry(phy, &ksmol_phys, node)
		if (phy->dev == dev)
			return phy;
	return NULL;
}

/* Frames being built may see the old value; none sees half of a new one. */
static void phy_changed(struct ksmol_phy *phy)
{
	WRITE_ONCE(phy->mtu, READ_ONCE(phy->dev->mtu));
	if (phy->medium == KSMOL_MEDIUM_ETHERNET)
		ether_addr_copy(phy->mac, phy->dev->dev_addr);
	phy->events->changed(phy);
}

static int phy_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct ksmol_phy *phy = phy_of(dev);

	if (!phy)
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_UP:
		phy->events->up(phy);
		break;
	case NETDEV_DOWN:
		phy->events->down(phy);
		break;
	case NETDEV_CHANGEMTU:
	case NETDEV_CHANGEADDR:
		phy_changed(phy);
		break;
	case NETDEV_FEAT_CHANGE:
		if (phy->events->features)
			phy->events->features(phy);
		break;
	case NETDEV_CHANGENAME:
		strscpy(phy->name, dev->name, sizeof(phy->name));
		phy->events->renamed(phy);
		break;
	case NETDEV_UNREGISTER:
		phy->events->gone(phy);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block phy_notifier = {
	.notifier_call = phy_event,
};

/*
 * Before a namespace's devices are taken down one by one, and before any room
 * above frees what it has for it.
 */
static void __net_exit phy_net_pre_exit(struct net *net)
{
	struct ksmol_phy *phy, *next;

	rtnl_lock();
	list_for_each_entry_safe(phy, next, &ksmol_phys, node)
		if (net_eq(phy->net, net))
			phy->events->gone(phy);
	rtnl_unlock();
}

static struct pernet_operations phy_net_ops = {
	.pre_exit = phy_net_pre_exit,
};

int ksmol_notifier_init(void)
{
	int err;

	err = register_pernet_subsys(&phy_net_ops);
	if (err)
		return err;
	err = register_netdevice_notifier(&phy_notifier);
	if (err)
		unregister_pernet_subsys(&phy_net_ops);
	return err;
}

void ksmol_notifier_exit(void)
{
	unregister_netdevice_notifier(&phy_notifier);
	unregister_pernet_subsys(&phy_net_ops);
}
