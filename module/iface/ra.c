// SPDX-License-Identifier: GPL-2.0-only
#include <linux/minmax.h>
#include <linux/string.h>
#include <ksmol/compat.h>
#include "ra.h"

static u64 ra_until(u64 now, u32 lifetime)
{
	if (lifetime == KSMOL_ND_FOREVER)
		return KSMOL_RA_NEVER;
	return lifetime ? now + lifetime : 0;
}

/* --- routers --- */

static struct ksmol_ra_router *ra_router(struct ksmol_ra *ra,
					 const struct ksmol_addr *addr)
{
	struct ksmol_ra_router *r;

	for (r = ra->routers; r < ra->routers + KSMOL_RA_ROUTERS; r++)
		if (r->until && ksmol_addr_equal(&r->addr, addr))
			return r;
	return NULL;
}

static struct ksmol_ra_router *ra_router_new(struct ksmol_ra *ra)
{
	struct ksmol_ra_router *r;

	for (r = ra->routers; r < ra->routers + KSMOL_RA_ROUTERS; r++)
		if (!r->until)
			return r;
	return NULL;
}

static void ra_learn_router(struct ksmol_ra *ra, const struct ksmol_addr *addr,
			    const struct ksmol_nd_router *nd, u64 now)
{
	struct ksmol_ra_router *r = ra_router(ra, addr);

	if (!r && nd->lifetime)
		r = ra_router_new(ra);
	if (!r)
		return;
	r->addr = *addr;
	r->pref = nd->pref;
	r->failed = false;
	r->until = ra_until(now, nd->lifetime);
}

bool ksmol_ra_failed(struct ksmol_ra *ra, const struct ksmol_addr *addr)
{
	struct ksmol_ra_router *r = ra_router(ra, addr);

	if (!r || r->failed)
		return false;
	r->failed = true;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ra_failed);

/* Its redirects and routes went by a router: they go with it. */
bool ksmol_ra_no_router(struct ksmol_ra *ra, const struct ksmol_addr *addr)
{
	struct ksmol_ra_router *r = ra_router(ra, addr);
	struct ksmol_ra_route *t;

	if (!r)
		return false;
	r->until = 0;
	for (t = ra->routes; t < ra->routes + KSMOL_RA_ROUTES; t++)
		if (ksmol_addr_equal(&t->router, addr))
			t->until = 0;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ra_no_router);

/* --- prefixes --- */

static bool ra_prefix_used(const struct ksmol_ra_prefix *p)
{
	return p->onlink || p->valid;
}

static struct ksmol_ra_prefix *
ra_prefix(struct ksmol_ra *ra, const struct ksmol_nd_prefix *nd)
{
	struct ksmol_ra_prefix *p, *free = NULL;

	for (p = ra->prefixes; p < ra->prefixes + KSMOL_RA_PREFIXES; p++) {
		if (!ra_prefix_used(p))
			free = free ?: p;
		else if (p->plen == nd->plen &&
			 ksmol_addr_equal(&p->prefix, &nd->prefix))
			return p;
	}
	if (!free || !nd->valid)
		return NULL;
	memset(free, 0, sizeof(*free));
	free->plen = nd->plen;
	free->prefix = nd->prefix;
	return free;
}

u64 ksmol_ra_valid(u64 now, u64 until, u32 valid)
{
	u64 left = until > now ? until - now : 0;

	if (valid > KSMOL_RA_TWO_HOURS || valid > left)
		return ra_until(now, valid);
	if (left <= KSMOL_RA_TWO_HOURS)
		return until;
	return now + KSMOL_RA_TWO_HOURS;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ra_valid);

/* RFC 4862 5.5.3: an address to be formed, or its lifetimes renewed. */
static void ra_autonomous(struct ksmol_ra_prefix *p,
			  const struct ksmol_nd_prefix *nd, u64 now)
{
	if (nd->preferred > nd->valid || nd->plen != 64)
		return;
	p->valid = ksmol_ra_valid(now, p->valid, nd->valid);
	p->preferred = ra_until(now, nd->preferred);
}

/* The two flags have nothing to do with each other. */
static void ra_learn_prefix(struct ksmol_ra *ra,
			    const struct ksmol_nd_prefix *nd, u64 now)
{
	struct ksmol_ra_prefix *p;

	if (!nd->plen || ksmol_addr_is_linklocal6(&nd->prefix) ||
	    ksmol_addr_is_multicast6(&nd->prefix))
		return;
	p = ra_prefix(ra, nd);
	if (!p)
		return;
	if (nd->onlink)
		p->onlink = ra_until(now, nd->valid);
	if (nd->autonomous)
		ra_autonomous(p, nd, now);
}

/* --- routes --- */

static struct ksmol_ra_route *ra_route(struct ksmol_ra *ra, u8 plen,
				       const struct ksmol_addr *prefix,
				       const struct ksmol_addr *router)
{
	struct ksmol_ra_route *t, *free = NULL;

	for (t = ra->routes; t < ra->routes + KSMOL_RA_ROUTES; t++) {
		if (!t->until)
			free = free ?: t;
		else if (t->plen == plen &&
			 ksmol_addr_equal(&t->prefix, prefix) &&
			 (!router || ksmol_addr_equal(&t->router, router)))
			return t;
	}
	return free;
}

static void ra_learn_route(struct ksmol_ra *ra, const struct ksmol_addr *router,
			   const struct ksmol_nd_route *nd, u64 now)
{
	struct ksmol_ra_route *t;

	if (ksmol_addr_is_linklocal6(&nd->prefix) ||
	    ksmol_addr_is_multicast6(&nd->prefix))
		return;
	t = ra_route(ra, nd->plen, &nd->prefix, router);
	if (!t)
		return;
	t->plen = nd->plen;
	t->pref = nd->pref;
	t->prefix = nd->prefix;
	t->router = *router;
	t->until = ra_until(now, nd->lifetime);
}

/* One better next hop for each destination. */
bool ksmol_ra_redirect(struct ksmol_ra *ra, const struct ksmol_addr *dest,
		       const struct ksmol_addr *target, u64 now)
{
	struct ksmol_ra_route *t = ra_route(ra, 128, dest, NULL);

	if (!t)
		return false;
	t->plen = 128;
	t->pref = 1;
	t->prefix = *dest;
	/* Its own next hop: it is a neighbor. */
	t->router = ksmol_addr_equal(dest, target) ? (struct ksmol_addr){} :
						     *target;
	t->until = now + KSMOL_RA_REDIRECT;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ra_redirect);

/* --- resolvers --- */

static void ra_learn_server(struct ksmol_ra *ra,
			    const struct ksmol_nd_server *nd, u64 now)
{
	struct ksmol_ra_server *s, *to = NULL;

	for (s = ra->servers; s < ra->servers + KSMOL_RA_SERVERS; s++) {
		if (s->until && ksmol_addr_equal(&s->addr, &nd->addr)) {
			to = s;
			break;
		}
		if (!s->until && !to)
			to = s;
	}
	if (!to || ksmol_addr_is_multicast6(&nd->addr) ||
	    ksmol_addr_any(&nd->addr))
		return;
	to->addr = nd->addr;
	to->until = ra_until(now, nd->lifetime);
}

void ksmol_ra_learn(struct ksmol_ra *ra, const struct ksmol_addr *router,
		    const struct ksmol_nd_router *nd, u64 now)
{
	u32 i;

	ra_learn_router(ra, router, nd, now);
	for (i = 0; i < nd->nr_prefixes; i++)
		ra_learn_prefix(ra, &nd->prefixes[i], now);
	for (i = 0; i < nd->nr_routes; i++)
		ra_learn_route(ra, router, &nd->routes[i], now);
	for (i = 0; i < nd->nr_servers; i++)
		ra_learn_server(ra, &nd->servers[i], now);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ra_learn);

/* --- time --- */

/* Clears a moment that has come, else remembers it if it is the next. */
static void ra_due(u64 *until, u64 now, u64 *next)
{
	if (*until <= now)
		*until = 0;
	else
		*next = min(*next, *until);
}

u64 ksmol_ra_expire(struct ksmol_ra *ra, u64 now)
{
	u64 next = KSMOL_RA_NEVER;
	struct ksmol_ra_prefix *p;
	u32 i;

	for (i = 0; i < KSMOL_RA_ROUTERS; i++)
		ra_due(&ra->routers[i].until, now, &next);
	for (p = ra->prefixes; p < ra->prefixes + KSMOL_RA_PREFIXES; p++) {
		ra_due(&p->onlink, now, &next);
		ra_due(&p->valid, now, &next);
		ra_due(&p->preferred, now, &next);
	}
	for (i = 0; i < KSMOL_RA_ROUTES; i++)
		ra_due(&ra->routes[i].until, now, &next);
	for (i = 0; i < KSMOL_RA_SERVERS; i++)
		ra_due(&ra->servers[i].until, now, &next);
	return next;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ra_expire);

/* --- routes for the table --- */

/* One class of preference; what failed is the last. */
static unsigned int ra_list_class(const struct ksmol_ra *ra, s8 pref,
				  struct ksmol_route_entry *list)
{
	const struct ksmol_ra_router *r;
	const struct ksmol_ra_route *t;
	unsigned int n = 0;

	for (r = ra->routers; r < ra->routers + KSMOL_RA_ROUTERS; r++)
		if (r->until && (r->failed ? -2 : r->pref) == pref)
			list[n++].gateway = r->addr;
	for (t = ra->routes; t < ra->routes + KSMOL_RA_ROUTES; t++)
		if (t->until && t->pref == pref) {
			list[n].plen = t->plen;
			list[n].prefix = t->prefix;
			list[n++].gateway = t->router;
		}
	return n;
}

unsigned int ksmol_ra_list(const struct ksmol_ra *ra, struct ksmol_iface *iface,
			   struct ksmol_route_entry *list)
{
	const struct ksmol_ra_prefix *p;
	unsigned int n = 0, i;
	s8 pref;

	memset(list, 0, KSMOL_RA_LIST * sizeof(*list));
	for (p = ra->prefixes; p < ra->prefixes + KSMOL_RA_PREFIXES; p++)
		if (p->onlink) {
			list[n].plen = p->plen;
			list[n++].prefix = p->prefix;
		}
	for (pref = 1; pref >= -2; pref--)
		n += ra_list_class(ra, pref, list + n);
	for (i = 0; i < n; i++) {
		list[i].family = AF_INET6;
		list[i].learned = true;
		list[i].iface = iface;
	}
	return n;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ra_list);
