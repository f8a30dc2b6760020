// SPDX-License-Identifier: GPL-2.0-only
/*
 * DEV[,ADDR/PLEN]...[,dhcp][,via=GW][,route=PREFIX/PLEN@GW]...[,slaac]
 *	[,shared|exclusive]
 */
#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <ksmol/compat.h>
#include "attach.h"

/* --- words --- */

/* A bare address; with a colon it is one of IPv6. */
static int spec_addr(const char *text, struct ksmol_addr *addr, u8 *family,
		     const char **why)
{
	bool v6 = strchr(text, ':');

	memset(addr, 0, sizeof(*addr));
	*family = v6 ? AF_INET6 : AF_INET;
	if (v6 ? in6_pton(text, -1, addr->v6.s6_addr, -1, NULL) :
		 in4_pton(text, -1, (u8 *)&addr->v4, -1, NULL))
		return 0;
	*why = v6 ? "not an IPv6 address" : "not an IPv4 address";
	return -EINVAL;
}

/* ADDR/PLEN; @text is cut at the slash. */
static int spec_cidr(char *text, struct ksmol_cidr *cidr, const char **why)
{
	char *slash = strchr(text, '/');
	int err;

	if (slash)
		*slash++ = '\0';
	err = spec_addr(text, &cidr->addr, &cidr->family, why);
	if (err)
		return err;
	if (!slash) {
		*why = "address without its prefix length, as in 10.0.0.2/24";
		return -EINVAL;
	}
	if (kstrtou8(slash, 10, &cidr->plen) ||
	    cidr->plen > ksmol_addr_bits(cidr->family)) {
		*why = "prefix length is not 0 to 32, or 128 for IPv6";
		return -EINVAL;
	}
	return 0;
}

static __be32 spec_mask(u8 plen)
{
	return plen ? htonl(~0U << (32 - plen)) : 0;
}

/* May a host have this address (RFC 1122 3.2.1.3)? */
static bool spec_host_ok_v4(const struct ksmol_cidr *cidr)
{
	__be32 host = cidr->addr.v4 & ~spec_mask(cidr->plen);

	if (!cidr->plen || !ksmol_ipv4_is_wire_source(cidr->addr.v4))
		return false;
	/* RFC 3021: prefixes of 31 and 32 bits have no special addresses. */
	return cidr->plen >= 31 || (host && host != ~spec_mask(cidr->plen));
}

static bool spec_prefix_only(const struct ksmol_cidr *cidr)
{
	struct ksmol_addr prefix = cidr->addr;

	ksmol_addr_mask(&prefix, cidr->plen);
	return ksmol_addr_equal(&prefix, &cidr->addr);
}

static bool spec_host_ok_v6(const struct ksmol_cidr *cidr)
{
	const struct ksmol_addr *a = &cidr->addr;

	if (!cidr->plen || ksmol_addr_any(a) || ksmol_addr_is_multicast6(a) ||
	    ksmol_addr_is_loopback6(a) || ksmol_addr_is_mapped(a))
		return false;
	/* RFC 4291 2.6.1: the routers' anycast address; RFC 6164: not there. */
	return cidr->plen >= 127 || !spec_prefix_only(cidr);
}

static bool spec_host_ok(const struct ksmol_cidr *cidr)
{
	return cidr->family == AF_INET ? spec_host_ok_v4(cidr) :
					 spec_host_ok_v6(cidr);
}

static int spec_add_addr(struct ksmol_spec *spec, char *word,
			 const char **why)
{
	struct ksmol_cidr cidr = {};
	unsigned int i;
	int err;

	err = spec_cidr(word, &cidr, why);
	if (err)
		return err;
	if (!spec_host_ok(&cidr)) {
		*why = "an address that no host may have";
		return -EINVAL;
	}
	for (i = 0; i < spec->nr_addrs; i++)
		if (spec->addrs[i].family == cidr.family &&
		    ksmol_addr_equal(&spec->addrs[i].addr, &cidr.addr)) {
			*why = "an address given twice";
			return -EINVAL;
		}
	if (spec->nr_addrs + spec->dhcp == KSMOL_SPEC_ADDRS) {
		*why = "more than 8 addresses";
		return -ENOSPC;
	}
	spec->addrs[spec->nr_addrs++] = cidr;
	return 0;
}

static int spec_set_dhcp(struct ksmol_spec *spec, const char **why)
{
	if (spec->dhcp) {
		*why = "dhcp given twice";
		return -EINVAL;
	}
	if (spec->nr_addrs == KSMOL_SPEC_ADDRS) {
		*why = "more than 8 addresses";
		return -ENOSPC;
	}
	spec->dhcp = true;
	return 0;
}

static int spec_set_via(struct ksmol_spec *spec, const char *word,
			const char **why)
{
	struct ksmol_addr addr, *via;
	u8 family;
	int err;

	err = spec_addr(word, &addr, &family, why);
	if (err)
		return err;
	via = family == AF_INET ? &spec->via : &spec->via6;
	if (!ksmol_addr_any(via)) {
		*why = "via= given twice";
		return -EINVAL;
	}
	*via = addr;
	return 0;
}

static int spec_add_route(struct ksmol_spec *spec, char *word,
			  const char **why)
{
	char *at = strchr(word, '@');
	struct ksmol_cidr cidr = {};
	u8 family;
	int err;

	if (!at) {
		*why = "route= without its gateway, as in route=10.1.0.0/16@10.0.0.1";
		return -EINVAL;
	}
	*at++ = '\0';
	if (spec->nr_routes == KSMOL_SPEC_ROUTES) {
		*why = "more than 16 routes";
		return -ENOSPC;
	}
	err = spec_cidr(word, &cidr, why);
	if (err)
		return err;
	if (!spec_prefix_only(&cidr)) {
		*why = "a route with bits set beyond its prefix length";
		return -EINVAL;
	}
	err = spec_addr(at, &spec->gateways[spec->nr_routes], &family, why);
	if (err)
		return err;
	if (family != cidr.family) {
		*why = "a route whose gateway is of the other family";
		return -EINVAL;
	}
	spec->routes[spec->nr_routes++] = cidr;
	return 0;
}

static int spec_set_mode(struct ksmol_spec *spec, int mode, const char **why)
{
	if (spec->mode >= 0 && spec->mode != mode) {
		*why = "shared and exclusive exclude each other";
		return -EINVAL;
	}
	spec->mode = mode;
	return 0;
}

static int spec_word(struct ksmol_spec *spec, char *word, const char **why)
{
	if (!strcmp(word, "shared"))
		return spec_set_mode(spec, 1, why);
	if (!strcmp(word, "exclusive"))
		return spec_set_mode(spec, 0, why);
	if (!strcmp(word, "slaac")) {
		spec->slaac = true;
		return 0;
	}
	if (!strcmp(word, "dhcp"))
		return spec_set_dhcp(spec, why);
	if (str_has_prefix(word, "via="))
		return spec_set_via(spec, word + 4, why);
	if (str_has_prefix(word, "route="))
		return spec_add_route(spec, word + 6, why);
	if ((*word >= '0' && *word <= '9') || strchr(word, ':'))
		return spec_add_addr(spec, word, why);
	*why = "a word that is no address, dhcp, via=, route=, slaac, shared or exclusive";
	return -EINVAL;
}

/* --- the whole --- */

/* The address whose prefix covers a gateway; @own is set if it is the gateway. */
static const struct ksmol_cidr *spec_covers(const struct ksmol_spec *spec,
					    u8 family,
					    const struct ksmol_addr *gw,
					    bool *own)
{
	const struct ksmol_cidr *on = NULL, *a;

	for (a = spec->addrs; a < spec->addrs + spec->nr_addrs; a++) {
		if (a->family != family)
			continue;
		*own |= ksmol_addr_equal(&a->addr, gw);
		if (ksmol_addr_prefix_equal(&a->addr, gw, a->plen))
			on = a;
	}
	return on;
}

static bool spec_has_v6(const struct ksmol_spec *spec)
{
	const struct ksmol_cidr *a;

	for (a = spec->addrs; a < spec->addrs + spec->nr_addrs; a++)
		if (a->family == AF_INET6)
			return true;
	return false;
}

/* A gateway must be a neighbor: one beyond would never answer. Link-local ones
 * always are, where IPv6 is spoken at all.
 */
static int spec_gateway_ok(const struct ksmol_spec *spec, u8 family,
			   const struct ksmol_addr *gw, const char **why)
{
	struct ksmol_cidr host = { .family = family, .addr = *gw };
	const struct ksmol_cidr *on;
	bool own = false;

	on = spec_covers(spec, family, gw, &own);
	if (own) {
		*why = "a gateway that is our own address";
		return -EINVAL;
	}
	host.plen = on ? on->plen : 10;
	if (!on && (family == AF_INET || !ksmol_addr_is_linklocal6(gw) ||
		    !spec_has_v6(spec))) {
		*why = "a gateway outside the prefixes of the addresses given";
		return -EINVAL;
	}
	if (!spec_host_ok(&host)) {
		*why = "a gateway address that no host may have";
		return -EINVAL;
	}
	return 0;
}

static int spec_gateways_ok(const struct ksmol_spec *spec, const char **why)
{
	unsigned int i;
	int err = 0;

	if (!ksmol_addr_any(&spec->via))
		err = spec_gateway_ok(spec, AF_INET, &spec->via, why);
	if (!err && !ksmol_addr_any(&spec->via6))
		err = spec_gateway_ok(spec, AF_INET6, &spec->via6, why);
	for (i = 0; !err && i < spec->nr_routes; i++)
		err = spec_gateway_ok(spec, spec->routes[i].family,
				      &spec->gateways[i], why);
	return err;
}

static int spec_name(struct ksmol_spec *spec, const char *word,
		     const char **why)
{
	if (!*word || strscpy(spec->name, word, sizeof(spec->name)) < 0) {
		*why = "no interface name of up to 15 characters";
		return -EINVAL;
	}
	return 0;
}

int ksmol_spec_parse(const char *text, struct ksmol_spec *spec,
		     const char **why)
{
	char *copy, *rest, *word;
	int err;

	memset(spec, 0, sizeof(*spec));
	spec->mode = -1;
	if (strlen(text) >= KSMOL_SPEC_LEN) {
		*why = "too long";
		return -EINVAL;
	}
	copy = kstrdup(text, GFP_KERNEL);
	if (!copy) {
		*why = "out of memory";
		return -ENOMEM;
	}
	rest = strim(copy);
	err = spec_name(spec, strsep(&rest, ","), why);
	while (!err && (word = strsep(&rest, ",")))
		err = spec_word(spec, word, why);
	if (!err)
		err = spec_gateways_ok(spec, why);
	kfree(copy);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_spec_parse);
