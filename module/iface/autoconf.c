// SPDX-License-Identifier: GPL-2.0-only
/*
 * Autoconfiguration: packets change tables of fixed size under a lock of their
 * own; a work item brings addresses and routes in line with them.
 */
#define pr_fmt(fmt) "ksmol: " fmt

#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <ksmol/compat.h>
#include "address.h"
#include "autoconf.h"
#include "nd.h"
#include "neighbor_fsm.h"
#include "net.h"
#include "route.h"
#include "timer.h"

u64 ksmol_lifetime_now(void)
{
	return ktime_get_boottime_seconds();
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_lifetime_now);

/* --- when --- */

/* The work has something to do at @when, or earlier. Lock held. */
static void autoconf_due(struct ksmol_autoconf *ac, unsigned long when)
{
	if (ac->waiting && time_before(ac->due, when))
		return;
	ac->waiting = true;
	ac->due = when;
	ksmol_iface_arm(ac->iface, when);
}

void ksmol_autoconf_kick(struct ksmol_iface *iface)
{
	struct ksmol_autoconf *ac = iface->autoconf;
	unsigned long soon;

	if (!ac)
		return;
	spin_lock_bh(&ac->lock);
	soon = ac->synced + KSMOL_AUTOCONF_PACE;
	autoconf_due(ac, time_before(jiffies, soon) ? soon : jiffies);
	spin_unlock_bh(&ac->lock);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_autoconf_kick);

/* --- acting: RTNL --- */

static void autoconf_routes(struct ksmol_autoconf *ac)
{
	struct ksmol_route_table *table;
	unsigned int nr;

	nr = ksmol_ra_list(&ac->now, ac->iface, ac->next);
	if (nr == ac->nr && !memcmp(ac->next, ac->list, sizeof(ac->list)))
		return;
	table = ksmol_route_table_relearn(ac->iface, ac->next, nr);
	if (IS_ERR(table)) {
		if (!ac->refused)
			pr_warn("%s: routes of its routers are not used: %s\n",
				ac->iface->phy->name,
				PTR_ERR(table) == -ENOSPC ?
				"more than route_max" : "out of memory");
		ac->refused = true;
		return;
	}
	ac->refused = false;
	memcpy(ac->list, ac->next, sizeof(ac->list));
	ac->nr = nr;
	ksmol_route_table_publish(ac->iface->pernet, table);
}

static void autoconf_sync(struct ksmol_autoconf *ac)
{
	u64 now = ksmol_lifetime_now(), next;

	spin_lock_bh(&ac->lock);
	next = ksmol_ra_expire(&ac->ra, now);
	ac->now = ac->ra;
	ac->synced = jiffies;
	spin_unlock_bh(&ac->lock);
	next = min(next, ksmol_autoconf_addrs(ac->iface, &ac->now, now));
	autoconf_routes(ac);
	if (next == KSMOL_RA_NEVER)
		return;
	/* A timer can't wait for ever: it finds nothing, and waits again. */
	spin_lock_bh(&ac->lock);
	autoconf_due(ac, jiffies + min(next - now, 86400ULL) * HZ + 1);
	spin_unlock_bh(&ac->lock);
}

/* Who detaches waits for this with RTNL held: it may not wait for that. */
static void autoconf_work(struct work_struct *work)
{
	struct ksmol_autoconf *ac = container_of(work, struct ksmol_autoconf,
						 work);

	if (!rtnl_trylock()) {
		spin_lock_bh(&ac->lock);
		autoconf_due(ac, jiffies + 1);
		spin_unlock_bh(&ac->lock);
		return;
	}
	autoconf_sync(ac);
	rtnl_unlock();
}

/* --- with the interface --- */

void ksmol_autoconf_init(void)
{
	siphash_key_t *key = &ksmol_params.ipv6_secret;

	if (siphash_key_is_zero(key))
		get_random_bytes(key, sizeof(*key));
}

int ksmol_autoconf_open(struct ksmol_iface *iface, bool slaac)
{
	struct ksmol_autoconf *ac;
	int err;

	if (!iface->ipv6 || iface->phy->medium != KSMOL_MEDIUM_ETHERNET)
		return 0;
	err = ksmol_autoconf_linklocal(iface);
	if (err)
		return err;
	ac = kzalloc_obj(*ac);
	if (!ac)
		return -ENOMEM;
	ac->iface = iface;
	ac->slaac = slaac;
	ac->synced = jiffies - KSMOL_AUTOCONF_PACE;
	spin_lock_init(&ac->lock);
	INIT_WORK(&ac->work, autoconf_work);
	get_random_bytes(iface->nonce, sizeof(iface->nonce));
	iface->autoconf = ac;
	return 0;
}

void ksmol_autoconf_close(struct ksmol_iface *iface)
{
	struct ksmol_autoconf *ac = iface->autoconf;

	if (ac)
		cancel_work_sync(&ac->work);
	ksmol_autoconf_leave(iface);
	if (ac)
		kfree_rcu(ac, rcu);
}

/* What another link's routers said is not to be believed longer than a moment:
 * they are asked at once.
 */
void ksmol_autoconf_start(struct ksmol_iface *iface)
{
	struct ksmol_autoconf *ac = iface->autoconf;

	if (!ac)
		return;
	spin_lock_bh(&ac->lock);
	ac->ask = ac->slaac ? KSMOL_AUTOCONF_ASK : 0;
	ac->ask_due = jiffies;
	spin_unlock_bh(&ac->lock);
	ksmol_iface_arm(iface, jiffies);
	ksmol_autoconf_kick(iface);
}

/* --- asking --- */

static bool autoconf_is_tentative(const struct ksmol_iface *iface)
{
	const struct ksmol_ifaddr *ifa;

	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++)
		if (READ_ONCE(ifa->state) == KSMOL_ADDR_TENTATIVE &&
		    ifa->family == AF_INET6 &&
		    ksmol_addr_is_linklocal6(&ifa->addr))
			return true;
	return false;
}

/* RFC 7559 2: twice as long each time, and a tenth of that by chance. */
static void autoconf_asked(struct ksmol_autoconf *ac, unsigned long now)
{
	unsigned long wait = ac->ask;

	ac->ask_due = now + wait - wait / 10 +
		      get_random_u32_below(wait / 5 + 1);
	ac->ask = min(wait * 2, KSMOL_AUTOCONF_ASK_MAX);
}

static void autoconf_ask(struct ksmol_autoconf *ac, unsigned long now)
{
	bool wait = autoconf_is_tentative(ac->iface);
	int err = wait ? -EAGAIN : ksmol_nd_ask_routers(ac->iface);

	spin_lock_bh(&ac->lock);
	if (ac->ask && !err)
		autoconf_asked(ac, now);
	else if (ac->ask)
		ac->ask_due = now + KSMOL_ADDR_RETRY;
	spin_unlock_bh(&ac->lock);
}

/* The sooner of the two. */
static void autoconf_sooner(bool *left, unsigned long *next, unsigned long when)
{
	if (!*left || time_before(when, *next))
		*next = when;
	*left = true;
}

bool ksmol_autoconf_run(struct ksmol_iface *iface, unsigned long now,
			unsigned long *next)
{
	struct ksmol_autoconf *ac = iface->autoconf;
	bool left = false;

	if (!ac)
		return false;
	if (READ_ONCE(ac->ask) && time_after_eq(now, READ_ONCE(ac->ask_due)))
		autoconf_ask(ac, now);
	spin_lock_bh(&ac->lock);
	if (ac->waiting && time_after_eq(now, ac->due)) {
		ac->waiting = false;
		schedule_work(&ac->work);
	}
	if (ac->ask)
		autoconf_sooner(&left, next, ac->ask_due);
	if (ac->waiting)
		autoconf_sooner(&left, next, ac->due);
	spin_unlock_bh(&ac->lock);
	return left;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_autoconf_run);

/* --- hearing --- */

/* RFC 4861 6.3.4. What it does not say stays as it was. */
static void autoconf_link(struct ksmol_iface *iface, const struct ksmol_nd *nd)
{
	struct ksmol_nd_link *link = &iface->nd;

	if (nd->ra.hops)
		WRITE_ONCE(link->hops, nd->ra.hops);
	/* An hour is the most that it may say (6.2.1). */
	if (nd->ra.reachable && nd->ra.reachable <= 3600000)
		WRITE_ONCE(link->reachable,
			   msecs_to_jiffies(nd->ra.reachable));
	if (nd->ra.retrans)
		WRITE_ONCE(link->retrans,
			   clamp(msecs_to_jiffies(nd->ra.retrans),
				 (unsigned long)KSMOL_NEIGH_RETRANS / 10,
				 10UL * KSMOL_NEIGH_RETRANS));
	if (nd->mtu >= KSMOL_IPV6_MTU_MIN &&
	    nd->mtu <= READ_ONCE(iface->phy->mtu) && nd->mtu != link->mtu) {
		WRITE_ONCE(link->mtu, nd->mtu);
		ksmol_routes_changed();
	}
}

enum ksmol_verdict ksmol_autoconf_advert(struct ksmol_iface *iface,
					 const struct ksmol_addr *router,
					 const struct ksmol_nd *nd)
{
	struct ksmol_autoconf *ac = iface->autoconf;

	if (!ac || !ac->slaac)
		return KSMOL_DROP_ND_IGNORED;
	autoconf_link(iface, nd);
	spin_lock_bh(&ac->lock);
	ksmol_ra_learn(&ac->ra, router, &nd->ra, ksmol_lifetime_now());
	/* RFC 7559 2.1: asked until one is there. */
	if (nd->ra.lifetime)
		ac->ask = 0;
	spin_unlock_bh(&ac->lock);
	ksmol_autoconf_kick(iface);
	return KSMOL_HANDLED;
}

/* RFC 4861 8.1: by the router that we would have gone to, to a neighbor. */
static bool autoconf_redirect_ok(struct ksmol_iface *iface,
				 const struct ksmol_addr *router,
				 const struct ksmol_nd *nd)
{
	const struct ksmol_route_entry *rt;
	bool down;

	if (ksmol_addr_is_multicast6(&nd->dest) ||
	    (!ksmol_addr_is_linklocal6(&nd->target) &&
	     !ksmol_addr_equal(&nd->target, &nd->dest)))
		return false;
	rt = ksmol_route_lookup(rcu_dereference(iface->pernet->routes),
				AF_INET6, iface->phy->ifindex, &nd->dest,
				&down);
	return rt && ksmol_addr_equal(&rt->gateway, router);
}

enum ksmol_verdict ksmol_autoconf_redirect(struct ksmol_iface *iface,
					   const struct ksmol_addr *router,
					   const struct ksmol_nd *nd)
{
	struct ksmol_autoconf *ac = iface->autoconf;
	bool room;

	if (!ac || !READ_ONCE(ksmol_params.nd_redirects))
		return KSMOL_DROP_ND_IGNORED;
	if (!autoconf_redirect_ok(iface, router, nd))
		return KSMOL_DROP_ND_ADDR;
	spin_lock_bh(&ac->lock);
	room = ksmol_ra_redirect(&ac->ra, &nd->dest, &nd->target,
				 ksmol_lifetime_now());
	spin_unlock_bh(&ac->lock);
	if (!room)
		return KSMOL_DROP_ND_IGNORED;
	ksmol_autoconf_kick(iface);
	return KSMOL_HANDLED;
}

void ksmol_autoconf_host(struct ksmol_iface *iface,
			 const struct ksmol_addr *addr)
{
	struct ksmol_autoconf *ac = iface->autoconf;
	bool changed;

	if (!ac)
		return;
	spin_lock_bh(&ac->lock);
	changed = ksmol_ra_no_router(&ac->ra, addr);
	spin_unlock_bh(&ac->lock);
	if (changed)
		ksmol_autoconf_kick(iface);
}

void ksmol_autoconf_failed(struct ksmol_iface *iface,
			   const struct ksmol_addr *addr)
{
	struct ksmol_autoconf *ac = iface->autoconf;
	bool changed;

	if (!ac)
		return;
	spin_lock_bh(&ac->lock);
	changed = ksmol_ra_failed(&ac->ra, addr);
	spin_unlock_bh(&ac->lock);
	if (changed)
		ksmol_autoconf_kick(iface);
}

/* --- looking --- */

static const char *autoconf_pref(s8 pref)
{
	return pref > 0 ? "high" : pref < 0 ? "low" : "medium";
}

/* Seconds that are left, or "ever". */
static void autoconf_show_left(struct seq_file *m, u64 until, u64 now)
{
	if (until == KSMOL_RA_NEVER)
		seq_puts(m, " ever");
	else
		seq_printf(m, " %llu", until > now ? until - now : 0);
}

static void autoconf_show_row(struct seq_file *m, const char *kind,
			      const struct ksmol_addr *addr, int plen,
			      const char *pref, u64 until)
{
	seq_printf(m, "%-8s %pI6c", kind, &addr->v6);
	if (plen >= 0)
		seq_printf(m, "/%d", plen);
	seq_printf(m, " %s", pref);
	autoconf_show_left(m, until, ksmol_lifetime_now());
	seq_putc(m, '\n');
}

static void autoconf_show_ra(struct seq_file *m, const struct ksmol_ra *ra)
{
	u32 i;

	for (i = 0; i < KSMOL_RA_ROUTERS; i++)
		if (ra->routers[i].until)
			autoconf_show_row(m, "router", &ra->routers[i].addr, -1,
					  ra->routers[i].failed ? "silent" :
					  autoconf_pref(ra->routers[i].pref),
					  ra->routers[i].until);
	for (i = 0; i < KSMOL_RA_PREFIXES; i++) {
		const struct ksmol_ra_prefix *p = &ra->prefixes[i];

		if (p->onlink)
			autoconf_show_row(m, "prefix", &p->prefix, p->plen,
					  "onlink", p->onlink);
		if (p->valid)
			autoconf_show_row(m, "prefix", &p->prefix, p->plen,
					  "autonomous", p->valid);
	}
	for (i = 0; i < KSMOL_RA_ROUTES; i++)
		if (ra->routes[i].until)
			autoconf_show_row(m, "route", &ra->routes[i].prefix,
					  ra->routes[i].plen,
					  autoconf_pref(ra->routes[i].pref),
					  ra->routes[i].until);
	for (i = 0; i < KSMOL_RA_SERVERS; i++)
		if (ra->servers[i].until)
			autoconf_show_row(m, "resolver", &ra->servers[i].addr,
					  -1, "-", ra->servers[i].until);
}

int ksmol_autoconf_show(struct seq_file *m, void *data)
{
	const struct ksmol_iface *iface = data;
	struct ksmol_autoconf *ac = iface->autoconf;
	struct ksmol_ra *copy;

	if (!ac)
		return 0;
	copy = kmalloc_obj(*copy, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	spin_lock_bh(&ac->lock);
	*copy = ac->ra;
	spin_unlock_bh(&ac->lock);
	seq_printf(m, "link     mtu %u hops %u reachable_ms %u retrans_ms %u\n",
		   READ_ONCE(iface->nd.mtu), READ_ONCE(iface->nd.hops),
		   jiffies_to_msecs(READ_ONCE(iface->nd.reachable)),
		   jiffies_to_msecs(READ_ONCE(iface->nd.retrans)));
	autoconf_show_ra(m, copy);
	kfree(copy);
	return 0;
}
