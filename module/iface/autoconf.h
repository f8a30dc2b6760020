/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses that form themselves: link-local ones on each Ethernet interface
 * with IPv6, others in the prefixes of routers (RFC 4862), and the routes that
 * come with those.
 */
#ifndef _KSMOL_AUTOCONF_H
#define _KSMOL_AUTOCONF_H

#include <linux/workqueue.h>
#include <ksmol/iface.h>
#include "ra.h"

/* RFC 4861 10, RFC 7559 2: routers are asked again after so long, at first and
 * at last.
 */
#define KSMOL_AUTOCONF_ASK	(4 * HZ)
#define KSMOL_AUTOCONF_ASK_MAX	(3600UL * HZ)
/* However fast routers talk. */
#define KSMOL_AUTOCONF_PACE	(HZ / 10 ?: 1)
/* RFC 7217 6: an address that is taken is formed anew so often. */
#define KSMOL_AUTOCONF_TRIES	3

/**
 * struct ksmol_autoconf - what an interface keeps for it
 * @work: brings addresses and routes in line with @ra; takes RTNL
 * @slaac: routers are asked, and believed
 * @lock: everything down to @synced; bottom halves disabled
 * @ra: what routers say
 * @due: jiffies at which @work has something to do, if @waiting
 * @ask: jiffies to wait after the next question to routers; 0: none is due
 * @ask_due: jiffies of that question
 * @synced: jiffies at which @work ran last
 * @now: what of @ra is being acted upon; RTNL
 * @list, @nr: the routes in force; RTNL
 * @next, @refused: room for the next; they did not fit, which was said
 */
struct ksmol_autoconf {
	struct rcu_head rcu;	/* kfree_rcu() wants it near the start */
	struct ksmol_iface *iface;
	struct work_struct work;
	bool slaac;
	spinlock_t lock;
	struct ksmol_ra ra;
	bool waiting;
	unsigned long due;
	unsigned long ask;
	unsigned long ask_due;
	unsigned long synced;
	struct ksmol_ra now;
	struct ksmol_route_entry list[KSMOL_RA_LIST];
	unsigned int nr;
	struct ksmol_route_entry next[KSMOL_RA_LIST];
	bool refused;
};

/* At load: draws the secret of formed addresses, unless one was given. */
void ksmol_autoconf_init(void);

/* Seconds, for lifetimes: those go on while the machine sleeps. */
u64 ksmol_lifetime_now(void);

/**
 * ksmol_autoconf_open() - an interface with IPv6 is being built
 * @slaac: ask routers
 *
 * Forms its link-local address, unless it was given one. RTNL. Return: 0 or
 * -ENOMEM.
 */
int ksmol_autoconf_open(struct ksmol_iface *iface, bool slaac);

/* Its addresses' groups are joined. RTNL. Return: 0 or as ksmol_group_join(). */
int ksmol_autoconf_join(struct ksmol_iface *iface);

/* Frames have stopped and the timer is gone: so is this. Its groups have been
 * left, or are by this. RTNL.
 */
void ksmol_autoconf_close(struct ksmol_iface *iface);

/* The link came up. */
void ksmol_autoconf_start(struct ksmol_iface *iface);

/* Timer: does what is due; returns whether anything is left, *@next when. */
bool ksmol_autoconf_run(struct ksmol_iface *iface, unsigned long now,
			unsigned long *next);

/* Something has changed that addresses or routes follow: they do so soon, but
 * not more often than ten times a second. Any context.
 */
void ksmol_autoconf_kick(struct ksmol_iface *iface);

/*
 * What neighbor discovery hears. Softirq, RCU.
 */

/* A router advertisement of @router's. */
enum ksmol_verdict ksmol_autoconf_advert(struct ksmol_iface *iface,
					 const struct ksmol_addr *router,
					 const struct ksmol_nd *nd);
/* A redirect of @router's. */
enum ksmol_verdict ksmol_autoconf_redirect(struct ksmol_iface *iface,
					   const struct ksmol_addr *router,
					   const struct ksmol_nd *nd);
/* @addr says that it is no router. */
void ksmol_autoconf_host(struct ksmol_iface *iface,
			 const struct ksmol_addr *addr);
/* @addr does not answer. */
void ksmol_autoconf_failed(struct ksmol_iface *iface,
			   const struct ksmol_addr *addr);

/* A ksmol_show_fn for ifaces/<dev>/routers. */
int ksmol_autoconf_show(struct seq_file *m, void *iface);

/* --- formed addresses (autoconf_addr.c): RTNL --- */

/* Forms the link-local address of an interface that nobody knows yet. Return: 0
 * or -ENOSPC.
 */
int ksmol_autoconf_linklocal(struct ksmol_iface *iface);

/* Leaves the groups of all addresses. */
void ksmol_autoconf_leave(struct ksmol_iface *iface);

/**
 * ksmol_autoconf_addrs() - addresses follow @ra
 * @now: of ksmol_lifetime_now()
 *
 * Those that are taken are formed anew. Return: when a temporary one comes or
 * goes next, or KSMOL_RA_NEVER.
 */
u64 ksmol_autoconf_addrs(struct ksmol_iface *iface, const struct ksmol_ra *ra,
			 u64 now);

#endif /* _KSMOL_AUTOCONF_H */
