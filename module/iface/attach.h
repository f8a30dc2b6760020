/* SPDX-License-Identifier: GPL-2.0-only */
/* What attach= says, and what it does. */
#ifndef _KSMOL_ATTACH_H
#define _KSMOL_ATTACH_H

#include <linux/if.h>
#include <ksmol/iface.h>

/* route= words in one specification. */
#define KSMOL_SPEC_ROUTES 16
/* Longest specification. */
#define KSMOL_SPEC_LEN 1024

struct ksmol_cidr {
	u8 family;
	u8 plen;
	struct ksmol_addr addr;
};

/**
 * struct ksmol_spec - a parsed attach= value
 * @mode: 0 exclusive, 1 shared, -1 not said
 * @slaac: routers are asked for addresses and routes
 * @addrs: addresses with the prefixes they stand in
 * @via, @via6: default gateway of either family, or any
 * @dhcp: one more comes from a server
 * @routes, @gateways: route= words
 */
struct ksmol_spec {
	char name[IFNAMSIZ];
	int mode;
	bool slaac;
	unsigned int nr_addrs;
	unsigned int nr_routes;
	struct ksmol_cidr addrs[KSMOL_SPEC_ADDRS];
	bool dhcp;
	struct ksmol_addr via;
	struct ksmol_addr via6;
	struct ksmol_cidr routes[KSMOL_SPEC_ROUTES];
	struct ksmol_addr gateways[KSMOL_SPEC_ROUTES];
};

/**
 * ksmol_spec_parse() - read an attach= value and check what needs no device
 * @why: set to a sentence for the log when it is refused
 *
 * Return: 0, -EINVAL, -ENOSPC (too many words).
 */
int ksmol_spec_parse(const char *text, struct ksmol_spec *spec,
		     const char **why);

/* Detaches all interfaces of a namespace. RTNL. */
void ksmol_detach_net(struct ksmol_iface_net *pernet);

/* Detaches one; consumes @iface. RTNL. */
void ksmol_iface_detach(struct ksmol_iface *iface);

/* The file system's view of an interface. RTNL. */
void ksmol_iface_debugfs_init(void);
void ksmol_iface_debugfs_exit(void);
void ksmol_iface_debugfs_add(struct ksmol_iface *iface);

/* The attached interface of that name, or NULL; for KUnit. RTNL or RCU. */
struct ksmol_iface *ksmol_iface_find(struct net *net, const char *name);

#endif /* _KSMOL_ATTACH_H */
