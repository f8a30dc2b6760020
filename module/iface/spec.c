// SPDX-License-Identifier: GPL-2.0-only
/* DEV[,ADDR/PLEN]...[,via=GW][,route=PREFIX/PLEN@GW]...[,shared|exclusive] */
#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <ksmol/compat.h>
#include "attach.h"

/* --- words --- */

/* A bare address. */
static int spec_addr(const char *text, struct ksmol_addr *addr,
		     const char **why)
{
	__be32 v4;

	if (strchr(text, ':')) {
		*why = "IPv6 addresses are not supported";
		return -EAFNOSUPPORT;
	}
	if (!in4_pton(text, -1, (u8 *)&v4, -1, NULL)) {
		*why = "not an IPv4 address";
		return -EINVAL;
	}
	*addr = ksmol_addr_v4(v4);
	return 0;
}

/* ADDR/PLEN; @text is cut at the slash. */
static int spec_cidr(char *text, struct ksmol_cidr *cidr, const char **why)
{
	char *slash = strchr(text, '/');
	int err;

	if (slash)
		*slash++ = '\0';
	cidr->family = AF_INET;
	err = spec_addr(text, &cidr->addr, why);
	if (err)
		return err;
	if (!slash) {
		*why = "address without its prefix length, as in 10.0.0.2/24";
		return -EINVAL;
	}
	if (kstrtou8(slash, 10, &cidr->plen) ||
	    cidr->plen > ksmol_addr_bits(cidr->family)) {
		*why = "prefix length is not 0 to 32";
		return -EINVAL;
	}
	return 0;
}

static __be32 spec_mask(u8 plen)
{
	return plen ? htonl(~0U << (32 - plen)) : 0;
}

/* May a host have this address (RFC 1122 3.2.1.3)? */
static bool spec_host_ok(const struct ksmol_cidr *cidr)
{
	__be32 host = cidr->addr.v4 & ~spec_mask(cidr->plen);

	if (!cidr->plen || !ksmol_ipv4_is_wire_source(cidr->addr.v4))
		return false;
	/* RFC 3021: prefixes of 31 and 32 bits have no special addresses. */
	return cidr->plen >= 31 || (host && host != ~spec_mask(cidr->plen));
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
		if (ksmol_addr_equal(&spec->addrs[i].addr, &cidr.addr)) {
			*why = "an address given twice";
			return -EINVAL;
		}
	if (spec->nr_addrs == KSMOL_IFACE_ADDRS) {
		*why = "more than 8 addresses";
		return -ENOSPC;
	}
	spec->addrs[spec->nr_addrs++] = cidr;
	return 0;
}

static int spec_set_via(struct ksmol_spec *spec, const char *word,
			const char **why)
{
	if (!ksmol_addr_any(&spec->via)) {
		*why = "via= given twice";
		return -EINVAL;
	}
	return spec_addr(word, &spec->via, why);
}

static int spec_add_route(struct ksmol_spec *spec, char *word,
			  const char **why)
{
	char *at = strchr(word, '@');
	struct ksmol_cidr cidr = {};
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
	if (cidr.addr.v4 & ~spec_mask(cidr.plen)) {
		*why = "a route with bits set beyond its prefix length";
		return -EINVAL;
	}
	err = spec_addr(at, &spec->gateways[spec->nr_routes], why);
	if (err)
		return err;
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
	if (str_has_prefix(word, "via="))
		return spec_set_via(spec, word + 4, why);
	if (str_has_prefix(word, "route="))
		return spec_add_route(spec, word + 6, why);
	if (*word >= '0' && *word <= '9')
		return spec_add_addr(spec, word, why);
	if (strchr(word, ':'))
		return spec_addr(word, &spec->via, why);
	*why = "a word that is no address, via=, route=, shared or exclusive";
	return -EINVAL;
}

/* --- the whole --- */

/* A gateway must be a neighbor: one beyond would never answer. */
static int spec_gateway_ok(const struct ksmol_spec *spec,
			   const struct ksmol_addr *gw, const char **why)
{
	const struct ksmol_cidr *on = NULL, *a;

	for (a = spec->addrs; a < spec->addrs + spec->nr_addrs; a++) {
		if (ksmol_addr_equal(&a->addr, gw)) {
			*why = "a gateway that is our own address";
			return -EINVAL;
		}
		if (ksmol_addr_prefix_equal(&a->addr, gw, a->plen))
			on = a;
	}
	if (!on) {
		*why = "a gateway outside the prefixes of the addresses given";
		return -EINVAL;
	}
	if (!spec_host_ok(&(struct ksmol_cidr){ AF_INET, on->plen, *gw })) {
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
		err = spec_gateway_ok(spec, &spec->via, why);
	for (i = 0; !err && i < spec->nr_routes; i++)
		err = spec_gateway_ok(spec, &spec->gateways[i], why);
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
