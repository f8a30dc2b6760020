/* SPDX-License-Identifier: GPL-2.0-only */
/* What this room keeps of a network namespace. */
#ifndef _KSMOL_IFACE_NET_H
#define _KSMOL_IFACE_NET_H

#include <linux/hash.h>
#include <linux/rtnetlink.h>
#include <ksmol/iface.h>

struct ksmol_route_table;

/**
 * struct ksmol_iface_net - interfaces and routes of a namespace
 * @ifaces: attached interfaces; changed under RTNL, read under RCU
 * @routes: the route table; replaced as a whole under RTNL, never NULL while
 *	the namespace lives
 * @filter: one bit for the hash of each address of any interface, whatever
 *	its state: a clear bit says "not ours" without a search
 */
struct ksmol_iface_net {
	struct list_head ifaces;
	struct ksmol_route_table __rcu *routes;
	u64 filter;
};

struct ksmol_iface_net *ksmol_iface_net(const struct net *net);

static inline u64 ksmol_iface_net_bit(const struct ksmol_addr *addr)
{
	return 1ULL << hash_32(ksmol_addr_fold(addr), 6);
}

#define ksmol_for_each_iface(iface, pernet)				\
	list_for_each_entry_rcu(iface, &(pernet)->ifaces, node,		\
				lockdep_rtnl_is_held())

/* Puts an interface into its namespace, or takes it out. RTNL. */
void ksmol_iface_net_add(struct ksmol_iface *iface);
void ksmol_iface_net_del(struct ksmol_iface *iface);

/* An address has come or gone. RTNL. */
void ksmol_iface_net_refilter(struct ksmol_iface_net *pernet);

int ksmol_iface_net_init(void);
/* Detaches whatever is attached, in every namespace. */
void ksmol_iface_net_exit(void);

#endif /* _KSMOL_IFACE_NET_H */
