// SPDX-License-Identifier: GPL-2.0-only
/* DHCP (RFC 2131) and its options (RFC 2132, 3396). */
#include <linux/errno.h>
#include <linux/etherdevice.h>
#include <linux/in.h>
#include <linux/inetdevice.h>
#include <ksmol/compat.h>
#include <ksmol/dhcp.h>
#include <ksmol/wire.h>

/* Offsets in the message. */
enum {
	DHCP_OP = 0,
	DHCP_HTYPE = 1,
	DHCP_HLEN = 2,
	DHCP_XID = 4,
	DHCP_SECS = 8,
	DHCP_CIADDR = 12,
	DHCP_YIADDR = 16,
	DHCP_CHADDR = 28,
	DHCP_SNAME = 44,
	DHCP_FILE = 108,
	DHCP_COOKIE = 236,
};

#define DHCP_SNAME_LEN 64
#define DHCP_FILE_LEN 128
#define DHCP_BOOTREQUEST 1
#define DHCP_BOOTREPLY 2
#define DHCP_HTYPE_ETHERNET 1
#define DHCP_MAGIC 0x63825363

static_assert(DHCP_COOKIE + 4 == KSMOL_DHCP_HLEN);
static_assert(DHCP_SNAME + DHCP_SNAME_LEN == DHCP_FILE);
static_assert(DHCP_FILE + DHCP_FILE_LEN == DHCP_COOKIE);

/* Bits of option 52: where else there are options. */
#define DHCP_IN_FILE 1
#define DHCP_IN_SNAME 2

/* --- options --- */

/**
 * struct dhcp_walk - all pieces of one option, put together
 * @code: the one wanted
 * @found: there was one
 * @to: where they go
 * @room: bytes there
 * @len: bytes so far, of which the first @room are in @to
 */
struct dhcp_walk {
	u8 code;
	bool found;
	u8 *to;
	u32 room;
	u32 len;
};

static void walk_take(struct dhcp_walk *walk, const u8 *bytes, u8 len)
{
	walk->found = true;
	if (walk->len < walk->room)
		memcpy(walk->to + walk->len, bytes,
		       min_t(u32, len, walk->room - walk->len));
	walk->len += len;
}

/* One field of options. Return: is it well-formed? */
static bool walk_field(struct dhcp_walk *walk, const u8 *bytes, u32 len)
{
	u32 at = 0;

	while (at < len && bytes[at] != KSMOL_DHCP_OPT_END) {
		if (bytes[at] == KSMOL_DHCP_OPT_PAD) {
			at++;
			continue;
		}
		if (len - at < 2 || bytes[at + 1] > len - at - 2)
			return false;
		if (bytes[at] == walk->code)
			walk_take(walk, bytes + at + 2, bytes[at + 1]);
		at += 2 + bytes[at + 1];
	}
	return true;
}

/* What the options' own field says of the others; -1: nothing that it may. */
static int dhcp_overload(const u8 *bytes, u32 len)
{
	u8 value = 0;
	struct dhcp_walk walk = {
		.code = KSMOL_DHCP_OPT_OVERLOAD,
		.to = &value,
		.room = 1,
	};

	if (!walk_field(&walk, bytes + KSMOL_DHCP_HLEN, len - KSMOL_DHCP_HLEN))
		return -1;
	if (!walk.found)
		return 0;
	return walk.len == 1 && value >= 1 && value <= 3 ? value : -1;
}

/* In the order of RFC 3396 5. Return: are all fields well-formed? */
static bool walk_all(struct dhcp_walk *walk, const u8 *bytes, u32 len)
{
	int overload = dhcp_overload(bytes, len);

	if (overload < 0)
		return false;
	walk_field(walk, bytes + KSMOL_DHCP_HLEN, len - KSMOL_DHCP_HLEN);
	if (overload & DHCP_IN_FILE &&
	    !walk_field(walk, bytes + DHCP_FILE, DHCP_FILE_LEN))
		return false;
	return !(overload & DHCP_IN_SNAME) ||
	       walk_field(walk, bytes + DHCP_SNAME, DHCP_SNAME_LEN);
}

int ksmol_dhcp_option(const u8 *bytes, u32 len, u8 code, u8 *to, u32 room)
{
	struct dhcp_walk walk = { .code = code, .to = to, .room = room };

	if (!walk_all(&walk, bytes, len) || !walk.found)
		return -ENOENT;
	return walk.len;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_dhcp_option);

/* --- in --- */

/* An option of four bytes, or not there. Return: is it right? */
static bool parse_be32(const u8 *bytes, u32 len, u8 code, __be32 *value)
{
	int n = ksmol_dhcp_option(bytes, len, code, (u8 *)value,
				  sizeof(*value));

	if (n == -ENOENT)
		*value = 0;
	return n == -ENOENT || n == sizeof(*value);
}

static bool parse_seconds(const u8 *bytes, u32 len, u8 code, u32 *value)
{
	__be32 raw;
	bool ok = parse_be32(bytes, len, code, &raw);

	*value = ntohl(raw);
	return ok;
}

/* RFC 950's classes, where nobody says what the prefix is. */
static u8 dhcp_class_plen(__be32 addr)
{
	u32 host = ntohl(addr);

	if (IN_CLASSA(host))
		return 8;
	return IN_CLASSB(host) ? 16 : 24;
}

static bool parse_mask(const u8 *bytes, u32 len, struct ksmol_dhcp *dhcp)
{
	__be32 mask;

	if (!parse_be32(bytes, len, KSMOL_DHCP_OPT_MASK, &mask))
		return false;
	if (!dhcp->yiaddr)
		return true;
	if (!mask) {
		dhcp->plen = dhcp_class_plen(dhcp->yiaddr);
		return true;
	}
	dhcp->plen = inet_mask_len(mask);
	return inet_make_mask(dhcp->plen) == mask;
}

/* A list of addresses, or not there. Return: is it right? */
static bool parse_routers(const u8 *bytes, u32 len, struct ksmol_dhcp *dhcp)
{
	int n = ksmol_dhcp_option(bytes, len, KSMOL_DHCP_OPT_ROUTERS,
				  (u8 *)dhcp->routers, sizeof(dhcp->routers));

	if (n == -ENOENT)
		return true;
	dhcp->nr_routers = min(n / 4, KSMOL_DHCP_ROUTERS);
	return n && n % 4 == 0;
}

static bool parse_type(const u8 *bytes, u32 len, struct ksmol_dhcp *dhcp)
{
	if (ksmol_dhcp_option(bytes, len, KSMOL_DHCP_OPT_TYPE, &dhcp->type,
			      1) != 1)
		return false;
	return dhcp->type == KSMOL_DHCP_OFFER ||
	       dhcp->type == KSMOL_DHCP_ACK || dhcp->type == KSMOL_DHCP_NAK;
}

static bool parse_options(const u8 *bytes, u32 len, struct ksmol_dhcp *dhcp)
{
	return parse_type(bytes, len, dhcp) &&
	       parse_mask(bytes, len, dhcp) &&
	       parse_routers(bytes, len, dhcp) &&
	       parse_be32(bytes, len, KSMOL_DHCP_OPT_SERVER, &dhcp->server) &&
	       parse_seconds(bytes, len, KSMOL_DHCP_OPT_LEASE, &dhcp->lease) &&
	       parse_seconds(bytes, len, KSMOL_DHCP_OPT_T1, &dhcp->t1) &&
	       parse_seconds(bytes, len, KSMOL_DHCP_OPT_T2, &dhcp->t2);
}

int ksmol_dhcp_parse(const u8 *bytes, u32 len, struct ksmol_dhcp *dhcp)
{
	memset(dhcp, 0, sizeof(*dhcp));
	if (len < KSMOL_DHCP_HLEN)
		return KSMOL_DROP_DHCP_SHORT;
	if (bytes[DHCP_OP] != DHCP_BOOTREPLY ||
	    bytes[DHCP_HTYPE] != DHCP_HTYPE_ETHERNET ||
	    bytes[DHCP_HLEN] != ETH_ALEN ||
	    get_unaligned_be32(bytes + DHCP_COOKIE) != DHCP_MAGIC)
		return KSMOL_DROP_DHCP_FORMAT;
	dhcp->xid = get_unaligned_be32(bytes + DHCP_XID);
	dhcp->yiaddr = get_unaligned((const __be32 *)(bytes + DHCP_YIADDR));
	memcpy(dhcp->chaddr, bytes + DHCP_CHADDR, ETH_ALEN);
	return parse_options(bytes, len, dhcp) ? 0 : KSMOL_DROP_DHCP_FORMAT;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_dhcp_parse);

/* --- out --- */

/* What we should like to know; the order is that of preference. */
static const u8 dhcp_wanted[] = {
	KSMOL_DHCP_OPT_MASK, KSMOL_DHCP_OPT_ROUTERS, KSMOL_DHCP_OPT_DNS,
	KSMOL_DHCP_OPT_DOMAIN, KSMOL_DHCP_OPT_LEASE, KSMOL_DHCP_OPT_T1,
	KSMOL_DHCP_OPT_T2, 26 /* MTU */, 42 /* NTP */, 119 /* search list */,
};

static u8 *emit_option(u8 *to, u8 code, const void *value, u8 len)
{
	to[0] = code;
	to[1] = len;
	memcpy(to + 2, value, len);
	return to + 2 + len;
}

static u8 *emit_be32(u8 *to, u8 code, __be32 value)
{
	return value ? emit_option(to, code, &value, sizeof(value)) : to;
}

/* Type 0: not a link-layer address, which would be somebody else's as well. */
static u8 *emit_own_id(u8 *to, const u8 *chaddr)
{
	u8 id[6 + ETH_ALEN] = { 0, 'k', 's', 'm', 'o', 'l' };

	memcpy(id + 6, chaddr, ETH_ALEN);
	return emit_option(to, KSMOL_DHCP_OPT_CLIENT, id, sizeof(id));
}

static u8 *emit_options(u8 *to, const struct ksmol_dhcp_request *req)
{
	__be16 size = htons(req->size);

	to = emit_option(to, KSMOL_DHCP_OPT_TYPE, &req->type, 1);
	if (req->own_id)
		to = emit_own_id(to, req->chaddr);
	to = emit_be32(to, KSMOL_DHCP_OPT_ADDRESS, req->address);
	to = emit_be32(to, KSMOL_DHCP_OPT_SERVER, req->server);
	if (req->type != KSMOL_DHCP_DISCOVER && req->type != KSMOL_DHCP_REQUEST)
		return to;
	if (size)
		to = emit_option(to, KSMOL_DHCP_OPT_SIZE, &size, sizeof(size));
	return emit_option(to, KSMOL_DHCP_OPT_WANTED, dhcp_wanted,
			   sizeof(dhcp_wanted));
}

void ksmol_dhcp_emit(u8 *to, const struct ksmol_dhcp_request *req)
{
	u8 *end;

	memset(to, 0, KSMOL_DHCP_EMIT_LEN);
	to[DHCP_OP] = DHCP_BOOTREQUEST;
	to[DHCP_HTYPE] = DHCP_HTYPE_ETHERNET;
	to[DHCP_HLEN] = ETH_ALEN;
	put_unaligned_be32(req->xid, to + DHCP_XID);
	put_unaligned_be16(req->secs, to + DHCP_SECS);
	put_unaligned(req->ciaddr, (__be32 *)(to + DHCP_CIADDR));
	memcpy(to + DHCP_CHADDR, req->chaddr, ETH_ALEN);
	put_unaligned_be32(DHCP_MAGIC, to + DHCP_COOKIE);
	end = emit_options(to + KSMOL_DHCP_HLEN, req);
	*end = KSMOL_DHCP_OPT_END;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_dhcp_emit);
