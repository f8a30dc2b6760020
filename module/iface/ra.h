/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What routers say: default routers, prefixes, routes, resolvers (RFC 4861
 * 6.3.4, 4862 5.5.3, 4191, 8106). Pure: fixed tables; time is given, in
 * seconds.
 */
#ifndef _KSMOL_IFACE_RA_H
#define _KSMOL_IFACE_RA_H

#include <ksmol/iface.h>
#include <ksmol/wire.h>
#include "route.h"

#define KSMOL_RA_ROUTERS	4
#define KSMOL_RA_PREFIXES	8
#define KSMOL_RA_ROUTES		8
#define KSMOL_RA_SERVERS	4

/* Routes that the tables come to at most. */
#define KSMOL_RA_LIST \
	(KSMOL_RA_ROUTERS + KSMOL_RA_PREFIXES + KSMOL_RA_ROUTES)

/* A moment that never comes. */
#define KSMOL_RA_NEVER U64_MAX

/* RFC 4862 5.5.3 e: nobody's word makes an address end sooner than this. */
#define KSMOL_RA_TWO_HOURS 7200

/* A redirect is followed so long. */
#define KSMOL_RA_REDIRECT 600

/**
 * struct ksmol_ra_router - a default router
 * @until: end of its lifetime, 0: not in use
 * @failed: did not answer when last it was needed
 */
struct ksmol_ra_router {
	u64 until;
	s8 pref;
	bool failed;
	struct ksmol_addr addr;
};

/**
 * struct ksmol_ra_prefix - a prefix of the link
 * @onlink: until when its addresses are neighbors; 0: they are not
 * @valid, @preferred: until when those that we form in it are; @valid 0: none
 *	is to be formed
 */
struct ksmol_ra_prefix {
	u8 plen;
	u64 onlink;
	u64 valid;
	u64 preferred;
	struct ksmol_addr prefix;
};

/* A route by @router; @until 0: not in use. */
struct ksmol_ra_route {
	u64 until;
	u8 plen;
	s8 pref;
	struct ksmol_addr prefix;
	struct ksmol_addr router;
};

/* A resolver; @until 0: not in use. */
struct ksmol_ra_server {
	u64 until;
	struct ksmol_addr addr;
};

/**
 * struct ksmol_ra - all that the routers of a link say
 *
 * A table that is full stays as it is until something in it expires.
 */
struct ksmol_ra {
	struct ksmol_ra_router routers[KSMOL_RA_ROUTERS];
	struct ksmol_ra_prefix prefixes[KSMOL_RA_PREFIXES];
	struct ksmol_ra_route routes[KSMOL_RA_ROUTES];
	struct ksmol_ra_server servers[KSMOL_RA_SERVERS];
};

/* An advertisement of @router came at @now. */
void ksmol_ra_learn(struct ksmol_ra *ra, const struct ksmol_addr *router,
		    const struct ksmol_nd_router *nd, u64 now);

/**
 * ksmol_ra_valid() - the two-hour rule
 * @now: in seconds, as @until, when the address ends so far
 * @valid: seconds from @now on, as just advertised
 *
 * Return: when it ends from now on.
 */
u64 ksmol_ra_valid(u64 now, u64 until, u32 valid);

/* @addr did not answer. Return: whether that makes a difference. */
bool ksmol_ra_failed(struct ksmol_ra *ra, const struct ksmol_addr *addr);

/* @addr is no router any more (RFC 4861 7.2.5). Likewise. */
bool ksmol_ra_no_router(struct ksmol_ra *ra, const struct ksmol_addr *addr);

/* @router says that packets to @dest go by @target. Return: false if there is
 * no room.
 */
bool ksmol_ra_redirect(struct ksmol_ra *ra, const struct ksmol_addr *dest,
		       const struct ksmol_addr *target, u64 now);

/* Forgets what has expired. Return: the next moment that something does. */
u64 ksmol_ra_expire(struct ksmol_ra *ra, u64 now);

/* Writes routes, better ones first; @list has room for KSMOL_RA_LIST. */
unsigned int ksmol_ra_list(const struct ksmol_ra *ra, struct ksmol_iface *iface,
			   struct ksmol_route_entry *list);

#endif /* _KSMOL_IFACE_RA_H */
