// SPDX-License-Identifier: GPL-2.0-only
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <net/netns/generic.h>
#include <ksmol/compat.h>
#include "attach.h"
#include "net.h"
#include "pmtu.h"
#include "route.h"

static unsigned int iface_net_id __read_mostly;

struct ksmol_iface_net *ksmol_iface_net(const struct net *net)
{
	return net_generic(net, iface_net_id);
}

void ksmol_iface_net_refilter(struct ksmol_iface_net *pernet)
{
	struct ksmol_iface *iface;
	u64 filter = 0;
	int i;

	ksmol_for_each_iface(iface, pernet)
		for (i = 0; i < KSMOL_IFACE_ADDRS; i++)
			if (iface->addrs[i].state != KSMOL_ADDR_UNUSED)
				filter |= ksmol_iface_net_bit(&iface->addrs[i].addr);
	WRITE_ONCE(pernet->filter, filter);
}

void ksmol_iface_net_add(struct ksmol_iface *iface)
{
	ASSERT_RTNL();
	list_add_tail_rcu(&iface->node, &iface->pernet->ifaces);
	ksmol_iface_net_refilter(iface->pernet);
	ksmol_routes_changed();
}

void ksmol_iface_net_del(struct ksmol_iface *iface)
{
	ASSERT_RTNL();
	list_del_rcu(&iface->node);
	ksmol_iface_net_refilter(iface->pernet);
	ksmol_routes_changed();
}

static int __net_init iface_net_start(struct net *net)
{
	struct ksmol_iface_net *pernet = ksmol_iface_net(net);

	INIT_LIST_HEAD(&pernet->ifaces);
	pernet->filter = 0;
	return ksmol_route_table_start(pernet);
}

/* Runs before the devices of the namespace are moved out or unregistered:
 * devices of namespaces exit in the reverse order of registration.
 */
static void __net_exit iface_net_stop(struct net *net)
{
	struct ksmol_iface_net *pernet = ksmol_iface_net(net);

	rtnl_lock();
	ksmol_detach_net(pernet);
	rtnl_unlock();
	ksmol_pmtu_forget(net);
	ksmol_route_table_stop(pernet);
}

static struct pernet_operations iface_net_ops = {
	.init = iface_net_start,
	.exit = iface_net_stop,
	.id = &iface_net_id,
	.size = sizeof(struct ksmol_iface_net),
};

int ksmol_iface_net_init(void)
{
	return register_pernet_device(&iface_net_ops);
}

void ksmol_iface_net_exit(void)
{
	unregister_pernet_device(&iface_net_ops);
}
