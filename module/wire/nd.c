// SPDX-License-Identifier: GPL-2.0-only
/* Neighbor discovery (RFC 4861) with the options of RFC 4191 and 8106. */
#include <linux/etherdevice.h>
#include <linux/string.h>
#include <ksmol/compat.h>
#include <ksmol/wire.h>

/* Options. */
enum {
	ND_OPTION_SOURCE = 1,
	ND_OPTION_TARGET = 2,
	ND_OPTION_PREFIX = 3,
	ND_OPTION_MTU = 5,
	ND_OPTION_NONCE = 14,
	ND_OPTION_ROUTE = 24,
	ND_OPTION_RDNSS = 25,
};

/* Offsets after the ICMPv6 header. */
enum {
	ND_RA_HOPS = 4,
	ND_RA_FLAGS = 5,
	ND_RA_LIFETIME = 6,
	ND_RA_REACHABLE = 8,
	ND_RA_RETRANS = 12,
	ND_RA_HLEN = 16,
	ND_NA_FLAGS = 4,
	ND_TARGET = 8,
	ND_REDIRECT_DEST = 24,
	ND_REDIRECT_HLEN = 40,
};

static_assert(ND_REDIRECT_HLEN == KSMOL_ND_HLEN_MAX);

static void nd_addr(struct ksmol_addr *to, const u8 *bytes)
{
	memcpy(&to->v6, bytes, sizeof(to->v6));
}

/* RFC 4191 2.1: two bits, signed; the reserved value is medium. */
static s8 nd_preference(u8 flags)
{
	static const s8 pref[] = { 0, 1, 0, -1 };

	return pref[flags >> 3 & 3];
}

static void nd_parse_ra(const u8 *bytes, struct ksmol_nd_router *ra)
{
	ra->hops = bytes[ND_RA_HOPS];
	ra->lifetime = get_unaligned_be16(bytes + ND_RA_LIFETIME);
	/* RFC 4191 2.2: without a lifetime it has no preference. */
	ra->pref = ra->lifetime ? nd_preference(bytes[ND_RA_FLAGS]) : 0;
	ra->reachable = get_unaligned_be32(bytes + ND_RA_REACHABLE);
	ra->retrans = get_unaligned_be32(bytes + ND_RA_RETRANS);
}

static u8 nd_hlen(u8 type)
{
	switch (type) {
	case KSMOL_ND_RS:
		return KSMOL_ND_RS_HLEN;
	case KSMOL_ND_RA:
		return ND_RA_HLEN;
	case KSMOL_ND_REDIRECT:
		return ND_REDIRECT_HLEN;
	default:
		return KSMOL_ND_NS_HLEN;
	}
}

int ksmol_nd_parse(const u8 *bytes, u32 avail, struct ksmol_nd *nd)
{
	memset(nd, 0, sizeof(*nd));
	if (avail < KSMOL_ICMP_HLEN)
		return KSMOL_DROP_ND_FORMAT;
	nd->type = bytes[0];
	nd->hlen = nd_hlen(nd->type);
	if (avail < nd->hlen || bytes[1])
		return KSMOL_DROP_ND_FORMAT;
	if (nd->type == KSMOL_ND_RA)
		nd_parse_ra(bytes, &nd->ra);
	else if (nd->type != KSMOL_ND_RS)
		nd_addr(&nd->target, bytes + ND_TARGET);
	if (nd->type == KSMOL_ND_REDIRECT)
		nd_addr(&nd->dest, bytes + ND_REDIRECT_DEST);
	if (nd->type == KSMOL_ND_NA)
		nd->flags = bytes[ND_NA_FLAGS];
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_nd_parse);

/* --- options --- */

/* A station's address, or none at all. */
static bool nd_lladdr(u8 *to, const u8 *opt, u32 len)
{
	if (len != KSMOL_ND_LLADDR_LEN)
		return false;
	memcpy(to, opt + 2, ETH_ALEN);
	return is_valid_ether_addr(to);
}

static void nd_prefix(struct ksmol_nd_router *ra, const u8 *opt, u32 len)
{
	struct ksmol_nd_prefix *p;

	if (len != 32 || opt[2] > 128 || ra->nr_prefixes == KSMOL_ND_PREFIXES)
		return;
	p = &ra->prefixes[ra->nr_prefixes++];
	p->plen = opt[2];
	p->onlink = opt[3] & 0x80;
	p->autonomous = opt[3] & 0x40;
	p->valid = get_unaligned_be32(opt + 4);
	p->preferred = get_unaligned_be32(opt + 8);
	nd_addr(&p->prefix, opt + 16);
	/* Bits beyond the prefix length mean nothing (RFC 4861 4.6.2). */
	ksmol_addr_mask(&p->prefix, p->plen);
}

/* RFC 4191 2.3: as many bytes of the prefix as its length needs. */
static void nd_route(struct ksmol_nd_router *ra, const u8 *opt, u32 len)
{
	struct ksmol_nd_route *r;

	if (len > 24 || opt[2] > 128 || opt[2] > (len - 8) * 8 ||
	    (opt[3] >> 3 & 3) == 2 || ra->nr_routes == KSMOL_ND_ROUTES)
		return;
	r = &ra->routes[ra->nr_routes++];
	r->plen = opt[2];
	r->pref = nd_preference(opt[3]);
	r->lifetime = get_unaligned_be32(opt + 4);
	memset(&r->prefix, 0, sizeof(r->prefix));
	memcpy(&r->prefix.v6, opt + 8, len - 8);
	ksmol_addr_mask(&r->prefix, r->plen);
}

static void nd_servers(struct ksmol_nd_router *ra, const u8 *opt, u32 len)
{
	u32 at;

	if (len < 24 || len % 16 != 8)
		return;
	for (at = 8; at < min_t(u32, len, KSMOL_ND_OPTION_MAX); at += 16) {
		struct ksmol_nd_server *s;

		if (ra->nr_servers == KSMOL_ND_SERVERS)
			return;
		s = &ra->servers[ra->nr_servers++];
		s->lifetime = get_unaligned_be32(opt + 4);
		nd_addr(&s->addr, opt + at);
	}
}

static void nd_option(struct ksmol_nd *nd, const u8 *opt, u32 len)
{
	switch (opt[0]) {
	case ND_OPTION_SOURCE:
		nd->has_source = nd_lladdr(nd->source, opt, len);
		break;
	case ND_OPTION_TARGET:
		nd->has_target = nd_lladdr(nd->target_mac, opt, len);
		break;
	case ND_OPTION_PREFIX:
		nd_prefix(&nd->ra, opt, len);
		break;
	case ND_OPTION_MTU:
		if (len == 8)
			nd->mtu = get_unaligned_be32(opt + 4);
		break;
	case ND_OPTION_NONCE:
		nd->has_nonce = len == KSMOL_ND_NONCE_LEN;
		if (nd->has_nonce)
			memcpy(nd->nonce, opt + 2, sizeof(nd->nonce));
		break;
	case ND_OPTION_ROUTE:
		nd_route(&nd->ra, opt, len);
		break;
	case ND_OPTION_RDNSS:
		nd_servers(&nd->ra, opt, len);
		break;
	}
}

int ksmol_nd_parse_option(const u8 *bytes, u32 avail, u32 left,
			  struct ksmol_nd *nd)
{
	u32 len;

	if (avail < 8)
		return -KSMOL_DROP_ND_FORMAT;
	len = bytes[1] * 8;
	if (!len || len > left)
		return -KSMOL_DROP_ND_FORMAT;
	nd_option(nd, bytes, len);
	return len;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_nd_parse_option);

/* --- out --- */

static void nd_emit(u8 *bytes, u8 type, u32 len)
{
	memset(bytes, 0, len);
	bytes[0] = type;
}

void ksmol_nd_emit_ns(void *to, const struct ksmol_addr *target)
{
	nd_emit(to, KSMOL_ND_NS, KSMOL_ND_NS_HLEN);
	memcpy(to + ND_TARGET, &target->v6, sizeof(target->v6));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_nd_emit_ns);

void ksmol_nd_emit_na(void *to, const struct ksmol_addr *target, u8 flags)
{
	nd_emit(to, KSMOL_ND_NA, KSMOL_ND_NS_HLEN);
	((u8 *)to)[ND_NA_FLAGS] = flags;
	memcpy(to + ND_TARGET, &target->v6, sizeof(target->v6));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_nd_emit_na);

void ksmol_nd_emit_rs(void *to)
{
	nd_emit(to, KSMOL_ND_RS, KSMOL_ND_RS_HLEN);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_nd_emit_rs);

void ksmol_nd_emit_lladdr(void *to, const u8 *mac, bool target)
{
	u8 *bytes = to;

	bytes[0] = target ? ND_OPTION_TARGET : ND_OPTION_SOURCE;
	bytes[1] = KSMOL_ND_LLADDR_LEN / 8;
	memcpy(bytes + 2, mac, ETH_ALEN);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_nd_emit_lladdr);

void ksmol_nd_emit_nonce(void *to, const u8 *nonce)
{
	u8 *bytes = to;

	bytes[0] = ND_OPTION_NONCE;
	bytes[1] = KSMOL_ND_NONCE_LEN / 8;
	memcpy(bytes + 2, nonce, KSMOL_ND_NONCE_LEN - 2);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_nd_emit_nonce);
