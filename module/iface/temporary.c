// SPDX-License-Identifier: GPL-2.0-only
/*
 * Temporary addresses (RFC 8981): when a prefix needs another one, and how long
 * each lasts. Only the moments; autoconf_addr.c makes and ends them.
 */

#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <ksmol/compat.h>
#include "address.h"
#include "autoconf.h"
#include "identifier.h"
#include "temporary.h"

/* The one that is probed for longest still has its desynchronization. */
#define TEMP_ADVANCE_MAX	3600

u32 ksmol_temp_advance(u32 probe_ms)
{
	u64 tries = (u64)KSMOL_AUTOCONF_TRIES * KSMOL_DAD_TRANSMITS * probe_ms;

	return min_t(u64, 2 + div_u64(tries, MSEC_PER_SEC), TEMP_ADVANCE_MAX);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_temp_advance);

/* The end that it has set itself, whatever routers say. */
static u64 temp_end(const struct ksmol_ifaddr *ifa)
{
	return ifa->created + KSMOL_TEMP_PREFERRED - ifa->desync;
}

void ksmol_temp_renew(struct ksmol_ifaddr *ifa,
		      const struct ksmol_ra_prefix *p)
{
	ifa->valid = min(p->valid, ifa->created + KSMOL_TEMP_VALID);
	ifa->preferred = min(p->preferred, temp_end(ifa));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_temp_renew);

static bool temp_in_use(const struct ksmol_ifaddr *ifa)
{
	return ifa->origin == KSMOL_ADDR_TEMPORARY &&
	       ifa->state != KSMOL_ADDR_UNUSED &&
	       ifa->state != KSMOL_ADDR_FREE;
}

/* Or it keeps others from being tried: its prefix has none. */
static bool temp_lasts(const struct ksmol_ifaddr *ifa, u32 advance, u64 now)
{
	return ifa->state == KSMOL_ADDR_CONFLICT ||
	       temp_end(ifa) > now + advance;
}

bool ksmol_temp_wanted(const struct ksmol_ifaddr *addrs,
		       const struct ksmol_ra_prefix *p, u32 desync,
		       u32 advance, u64 now)
{
	u64 preferred = min(p->preferred, now + KSMOL_TEMP_PREFERRED - desync);
	const struct ksmol_ifaddr *ifa;
	unsigned int n = 0;

	if (preferred <= now + advance)
		return false;
	for (ifa = addrs; ifa < addrs + KSMOL_IFACE_ADDRS; ifa++) {
		if (!temp_in_use(ifa))
			continue;
		n++;
		if (temp_lasts(ifa, advance, now) &&
		    ksmol_addr_prefix_equal(&ifa->addr, &p->prefix,
					    KSMOL_IDENTIFIER_PLEN))
			return false;
	}
	return n < KSMOL_IFACE_TEMPS;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_temp_wanted);

u64 ksmol_temp_next(const struct ksmol_ifaddr *ifa, u32 advance, u64 now)
{
	u64 moments[] = { temp_end(ifa) - advance, ifa->preferred, ifa->valid };
	u64 next = KSMOL_RA_NEVER;
	int i;

	for (i = 0; i < ARRAY_SIZE(moments); i++)
		if (moments[i] > now)
			next = min(next, moments[i]);
	return next;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_temp_next);
