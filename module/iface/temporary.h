/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Temporary addresses (RFC 8981): how long one lasts, and when it is time for
 * the next. Pure: time is given, in seconds.
 */
#ifndef _KSMOL_IFACE_TEMPORARY_H
#define _KSMOL_IFACE_TEMPORARY_H

#include <ksmol/iface.h>
#include "ra.h"

/* RFC 8981 3.8: TEMP_VALID_LIFETIME, TEMP_PREFERRED_LIFETIME and
 * MAX_DESYNC_FACTOR, in seconds.
 */
#define KSMOL_TEMP_VALID	172800
#define KSMOL_TEMP_PREFERRED	86400
#define KSMOL_TEMP_DESYNC	(KSMOL_TEMP_PREFERRED / 10 * 4)
/* TEMP_IDGEN_RETRIES is KSMOL_AUTOCONF_TRIES. */

/**
 * ksmol_temp_advance() - REGEN_ADVANCE
 * @probe_ms: how long an address is probed
 *
 * Return: seconds before an address is deprecated at which the next is formed.
 */
u32 ksmol_temp_advance(u32 probe_ms);

/* Its lifetimes are those of @p, but never more than its own (3.4 2). */
void ksmol_temp_renew(struct ksmol_ifaddr *ifa,
		      const struct ksmol_ra_prefix *p);

/**
 * ksmol_temp_wanted() - is it time for one more in @p? (3.4, 3.5)
 * @addrs: all of an interface
 * @desync: what it would be preferred less than others
 * @advance: ksmol_temp_advance()
 *
 * Not while one is preferred for long enough, or the latest was taken as often
 * as that is tried; nor if it would be deprecated at once, or there are
 * KSMOL_IFACE_TEMPS.
 */
bool ksmol_temp_wanted(const struct ksmol_ifaddr *addrs,
		       const struct ksmol_ra_prefix *p, u32 desync,
		       u32 advance, u64 now);

/* The next moment after @now that makes a difference to @ifa. */
u64 ksmol_temp_next(const struct ksmol_ifaddr *ifa, u32 advance, u64 now);

#endif /* _KSMOL_IFACE_TEMPORARY_H */
