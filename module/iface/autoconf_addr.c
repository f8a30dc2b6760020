// SPDX-License-Identifier: GPL-2.0-only
/* Addresses that form themselves. */
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <ksmol/compat.h>
#include "address.h"
#include "autoconf.h"
#include "identifier.h"
#include "net.h"
#include "temporary.h"

/* fe80::/64 */
static const struct ksmol_addr linklocal_prefix = {
	.v6.s6_addr = { 0xfe, 0x80 },
};

/* --- the groups in which addresses are asked for --- */

static struct ksmol_member *addr_member(const struct ksmol_addr *addr)
{
	struct ksmol_member *m = kzalloc_obj(*m);

	if (!m)
		return NULL;
	m->family = AF_INET6;
	m->addr = ksmol_addr_solicited(addr);
	/* All sources. */
	m->exclude = true;
	return m;
}

static int addr_join(struct ksmol_iface *iface, struct ksmol_ifaddr *ifa)
{
	struct ksmol_member *m = addr_member(&ifa->addr);
	int err;

	if (!m)
		return -ENOMEM;
	err = ksmol_group_join(iface, m);
	if (err)
		kfree(m);
	else
		ifa->member = m;
	return err;
}

static void addr_leave(struct ksmol_ifaddr *ifa)
{
	if (!ifa->member)
		return;
	ksmol_group_leave(ifa->member);
	kfree_rcu(ifa->member, rcu);
	ifa->member = NULL;
}

static bool addr_in_use(const struct ksmol_ifaddr *ifa)
{
	return ifa->state != KSMOL_ADDR_UNUSED &&
	       ifa->state != KSMOL_ADDR_FREE;
}

int ksmol_autoconf_join(struct ksmol_iface *iface)
{
	struct ksmol_ifaddr *ifa;
	int err = 0;

	/* Without neighbors nobody asks. */
	if (!iface->autoconf)
		return 0;
	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++)
		if (!err && addr_in_use(ifa) && ifa->family == AF_INET6)
			err = addr_join(iface, ifa);
	return err;
}

void ksmol_autoconf_leave(struct ksmol_iface *iface)
{
	struct ksmol_ifaddr *ifa;

	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++)
		addr_leave(ifa);
}

/* --- coming and going --- */

static struct ksmol_ifaddr *addr_slot(struct ksmol_iface *iface)
{
	struct ksmol_ifaddr *ifa;

	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++)
		if (!addr_in_use(ifa))
			return ifa;
	return NULL;
}

static void addr_form(const struct ksmol_iface *iface, struct ksmol_addr *addr,
		      u8 origin, u8 tries)
{
	if (origin == KSMOL_ADDR_TEMPORARY)
		ksmol_identifier_random(addr);
	else if (READ_ONCE(ksmol_params.ipv6_eui64))
		ksmol_identifier_eui64(addr, iface->phy->mac);
	else
		ksmol_identifier_stable(addr, iface->phy->mac, tries,
					&ksmol_params.ipv6_secret);
}

/*
 * Readers take no lock. Who looks at what was in this place has ended when
 * something else is written there, and who finds the new state sees all of it.
 */
static int addr_place(struct ksmol_iface *iface, struct ksmol_ifaddr *ifa,
		      const struct ksmol_addr *addr, u8 plen, u8 origin)
{
	int err;

	WRITE_ONCE(ifa->state, KSMOL_ADDR_FREE);
	synchronize_net();
	ifa->family = AF_INET6;
	ifa->plen = plen;
	ifa->origin = origin;
	ifa->addr = *addr;
	ifa->bcast = 0;
	ifa->deprecated = false;
	synchronize_net();
	err = addr_join(iface, ifa);
	if (err)
		return err;
	ksmol_iface_addr_start(iface, ifa);
	ksmol_iface_net_refilter(iface->pernet);
	return 0;
}

static void addr_remove(struct ksmol_iface *iface, struct ksmol_ifaddr *ifa)
{
	spin_lock_bh(&iface->lock);
	WRITE_ONCE(ifa->state, KSMOL_ADDR_FREE);
	spin_unlock_bh(&iface->lock);
	addr_leave(ifa);
	ksmol_iface_net_refilter(iface->pernet);
	ksmol_routes_changed();
}

/* The link-local address is there from the beginning: nobody looks yet. */
int ksmol_autoconf_linklocal(struct ksmol_iface *iface)
{
	struct ksmol_ifaddr *ifa;

	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++)
		if (addr_in_use(ifa) && ifa->family == AF_INET6 &&
		    ksmol_addr_is_linklocal6(&ifa->addr))
			return 0;
	ifa = addr_slot(iface);
	if (!ifa)
		return -ENOSPC;
	ifa->family = AF_INET6;
	ifa->plen = KSMOL_IDENTIFIER_PLEN;
	ifa->origin = KSMOL_ADDR_LINKLOCAL;
	ifa->addr = linklocal_prefix;
	addr_form(iface, &ifa->addr, ifa->origin, 0);
	ifa->state = KSMOL_ADDR_TENTATIVE;
	return 0;
}

/* --- following what routers say --- */

/* The address that was formed in @p, or NULL. */
static struct ksmol_ifaddr *addr_of(struct ksmol_iface *iface,
				    const struct ksmol_ra_prefix *p)
{
	struct ksmol_ifaddr *ifa;

	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++)
		if (addr_in_use(ifa) && ifa->origin == KSMOL_ADDR_AUTOCONF &&
		    ksmol_addr_prefix_equal(&ifa->addr, &p->prefix,
					    KSMOL_IDENTIFIER_PLEN))
			return ifa;
	return NULL;
}

/* What is not on the link has neighbors by its routes, not by its prefix. */
static struct ksmol_ifaddr *addr_new(struct ksmol_iface *iface,
				     const struct ksmol_ra_prefix *p, u8 origin)
{
	struct ksmol_ifaddr *ifa = addr_slot(iface);
	struct ksmol_addr addr = p->prefix;

	if (!ifa)
		return NULL;
	addr_form(iface, &addr, origin, 0);
	/* One that attach= gave it is not made twice. */
	if (ksmol_iface_addr(iface, AF_INET6, &addr))
		return NULL;
	ifa->tries = 0;
	return addr_place(iface, ifa, &addr,
			  p->onlink ? KSMOL_IDENTIFIER_PLEN : 128,
			  origin) ? NULL : ifa;
}

static void addr_deprecate(struct ksmol_ifaddr *ifa, bool deprecated)
{
	if (ifa->deprecated == deprecated)
		return;
	WRITE_ONCE(ifa->deprecated, deprecated);
	ksmol_routes_changed();
}

static void addr_renew(struct ksmol_iface *iface,
		       const struct ksmol_ra_prefix *p)
{
	struct ksmol_ifaddr *ifa = addr_of(iface, p) ?:
				   addr_new(iface, p, KSMOL_ADDR_AUTOCONF);

	if (!ifa)
		return;
	ifa->valid = p->valid;
	ifa->preferred = p->preferred;
	addr_deprecate(ifa, !p->preferred);
}

static const struct ksmol_ra_prefix *
addr_prefix(const struct ksmol_ra *ra, const struct ksmol_ifaddr *ifa)
{
	const struct ksmol_ra_prefix *p;

	for (p = ra->prefixes; p < ra->prefixes + KSMOL_RA_PREFIXES; p++)
		if (p->valid && p->plen == KSMOL_IDENTIFIER_PLEN &&
		    ksmol_addr_prefix_equal(&ifa->addr, &p->prefix,
					    KSMOL_IDENTIFIER_PLEN))
			return p;
	return NULL;
}

/* RFC 7217 6: another try. One made of the link-layer address has no other. */
static void addr_again(struct ksmol_iface *iface, struct ksmol_ifaddr *ifa)
{
	struct ksmol_addr addr = ifa->addr;

	if (ifa->state != KSMOL_ADDR_CONFLICT ||
	    ifa->origin == KSMOL_ADDR_GIVEN ||
	    ifa->tries >= KSMOL_AUTOCONF_TRIES ||
	    (ifa->origin != KSMOL_ADDR_TEMPORARY &&
	     READ_ONCE(ksmol_params.ipv6_eui64)))
		return;
	ifa->tries++;
	addr_form(iface, &addr, ifa->origin, ifa->tries);
	addr_leave(ifa);
	addr_place(iface, ifa, &addr, ifa->plen, ifa->origin);
}

/* --- temporary addresses --- */

static u32 temp_advance(void)
{
	return ksmol_temp_advance(READ_ONCE(ksmol_params.arp_probe_ms));
}

/* One more in @p, unless what there is will do. */
static void temp_refill(struct ksmol_iface *iface,
			const struct ksmol_ra_prefix *p, u64 now)
{
	u32 desync = get_random_u32_below(KSMOL_TEMP_DESYNC + 1);
	u32 advance = temp_advance();
	struct ksmol_ifaddr *ifa;

	if (!ksmol_temp_wanted(iface->addrs, p, desync, advance, now))
		return;
	ifa = addr_new(iface, p, KSMOL_ADDR_TEMPORARY);
	if (!ifa)
		return;
	ifa->created = now;
	ifa->desync = desync;
	ksmol_temp_renew(ifa, p);
}

/* Its lifetimes follow @p's, within its own. Return: whether it is over. */
static bool temp_is_over(struct ksmol_ifaddr *ifa,
			 const struct ksmol_ra_prefix *p, u64 now)
{
	if (!p)
		return true;
	ksmol_temp_renew(ifa, p);
	addr_deprecate(ifa, ifa->preferred <= now);
	return ifa->valid <= now;
}

/* When is there something to be done for the temporary addresses? */
static u64 temps_due(const struct ksmol_iface *iface, u64 now)
{
	const struct ksmol_ifaddr *ifa;
	u64 next = KSMOL_RA_NEVER;

	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++)
		if (addr_in_use(ifa) && ifa->origin == KSMOL_ADDR_TEMPORARY)
			next = min(next, ksmol_temp_next(ifa, temp_advance(),
							 now));
	return next;
}

/* --- */

static bool addr_is_over(struct ksmol_ifaddr *ifa, const struct ksmol_ra *ra,
			 u64 now)
{
	switch (ifa->origin) {
	case KSMOL_ADDR_AUTOCONF:
		return !addr_prefix(ra, ifa);
	case KSMOL_ADDR_TEMPORARY:
		return temp_is_over(ifa, addr_prefix(ra, ifa), now);
	default:
		return false;
	}
}

u64 ksmol_autoconf_addrs(struct ksmol_iface *iface, const struct ksmol_ra *ra,
			 u64 now)
{
	const struct ksmol_ra_prefix *p;
	struct ksmol_ifaddr *ifa;

	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++) {
		if (!addr_in_use(ifa))
			continue;
		if (addr_is_over(ifa, ra, now))
			addr_remove(iface, ifa);
		else
			addr_again(iface, ifa);
	}
	for (p = ra->prefixes; p < ra->prefixes + KSMOL_RA_PREFIXES; p++)
		if (p->valid)
			addr_renew(iface, p);
	if (READ_ONCE(ksmol_params.ipv6_temporary))
		for (p = ra->prefixes; p < ra->prefixes + KSMOL_RA_PREFIXES; p++)
			if (p->valid)
				temp_refill(iface, p, now);
	return temps_due(iface, now);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_autoconf_addrs);
