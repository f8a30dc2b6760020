/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses of either family, as the layers above wire/ handle them. */
#ifndef _KSMOL_ADDR_H
#define _KSMOL_ADDR_H

#include <linux/bitops.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/jhash.h>
#include <linux/minmax.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/types.h>

/**
 * struct ksmol_addr - an IPv4 or IPv6 address in network byte order
 * @v4: the IPv4 address; the other twelve bytes are zero then
 * @v6: the IPv6 address
 * @w: the same bytes as four words, for comparing and hashing
 *
 * The family is not stored here: it stands once in whatever holds the
 * address (a packet, a socket, a neighbor), because the two ends of a flow
 * always share it. Unused bytes are kept zero, so equality and hashing need
 * not know the family.
 */
struct ksmol_addr {
	union {
		__be32 v4;
		struct in6_addr v6;
		u32 w[4];
	};
};

static inline struct ksmol_addr ksmol_addr_v4(__be32 v4)
{
	return (struct ksmol_addr){ .w = { (__force u32)v4 } };
}

static inline bool ksmol_addr_equal(const struct ksmol_addr *a,
				    const struct ksmol_addr *b)
{
	return !((a->w[0] ^ b->w[0]) | (a->w[1] ^ b->w[1]) |
		 (a->w[2] ^ b->w[2]) | (a->w[3] ^ b->w[3]));
}

static inline bool ksmol_addr_any(const struct ksmol_addr *a)
{
	return !(a->w[0] | a->w[1] | a->w[2] | a->w[3]);
}

/* Folds an address for a hash that mixes its words afterwards. */
static inline u32 ksmol_addr_fold(const struct ksmol_addr *a)
{
	return a->w[0] ^ rol32(a->w[1], 8) ^ rol32(a->w[2], 16) ^
	       rol32(a->w[3], 24);
}

/**
 * ksmol_addr_prefix_equal() - do two addresses share their first @plen bits
 * @plen: prefix length in bits; 0 to 32 for IPv4, 0 to 128 for IPv6
 */
static inline bool ksmol_addr_prefix_equal(const struct ksmol_addr *a,
					   const struct ksmol_addr *b,
					   unsigned int plen)
{
	unsigned int words = plen / 32, bits = plen % 32;

	if (memcmp(a->w, b->w, words * 4))
		return false;
	if (!bits)
		return true;
	return !((a->w[words] ^ b->w[words]) &
		 (__force u32)htonl(~0U << (32 - bits)));
}

static inline unsigned int ksmol_addr_bits(sa_family_t family)
{
	return family == AF_INET ? 32 : 128;
}

/* Clears the bits behind the first @plen. */
static inline void ksmol_addr_mask(struct ksmol_addr *addr, unsigned int plen)
{
	unsigned int i;

	for (i = 0; i < 4; i++, plen -= min(plen, 32U))
		if (plen < 32)
			addr->w[i] &= plen ? (__force u32)htonl(~0U << (32 - plen)) :
					     0;
}

/* How many bits two addresses begin with in common. */
static inline unsigned int ksmol_addr_common(const struct ksmol_addr *a,
					     const struct ksmol_addr *b)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		if (a->w[i] != b->w[i])
			return 32 * i + 32 -
			       fls(ntohl((__force __be32)(a->w[i] ^ b->w[i])));
	return 128;
}

/* --- kinds of IPv6 addresses (RFC 4291 2.4) --- */

static inline bool ksmol_addr_is_multicast6(const struct ksmol_addr *a)
{
	return a->v6.s6_addr[0] == 0xff;
}

/* fe80::/10, all of it. */
static inline bool ksmol_addr_is_linklocal6(const struct ksmol_addr *a)
{
	return a->v6.s6_addr[0] == 0xfe && (a->v6.s6_addr[1] & 0xc0) == 0x80;
}

static inline bool ksmol_addr_is_loopback6(const struct ksmol_addr *a)
{
	return !(a->w[0] | a->w[1] | a->w[2]) &&
	       a->w[3] == (__force u32)htonl(1);
}

/* ::ffff:0:0/96 stands for IPv4 inside a host, never on a wire. */
static inline bool ksmol_addr_is_mapped(const struct ksmol_addr *a)
{
	return !(a->w[0] | a->w[1]) && a->w[2] == (__force u32)htonl(0xffff);
}

/* Scopes, as multicast addresses have them (RFC 4291 2.7, RFC 6724 3.1). */
#define KSMOL_SCOPE_INTERFACE	1
#define KSMOL_SCOPE_LINK	2
#define KSMOL_SCOPE_SITE	5
#define KSMOL_SCOPE_GLOBAL	14

static inline u8 ksmol_addr_scope6(const struct ksmol_addr *a)
{
	if (ksmol_addr_is_multicast6(a))
		return a->v6.s6_addr[1] & 0xf;
	if (ksmol_addr_is_linklocal6(a) || ksmol_addr_is_loopback6(a))
		return KSMOL_SCOPE_LINK;
	if (a->v6.s6_addr[0] == 0xfe && (a->v6.s6_addr[1] & 0xc0) == 0xc0)
		return KSMOL_SCOPE_SITE;
	return KSMOL_SCOPE_GLOBAL;
}

/* ff02::1:ffXX:XXXX, where who has @a can be asked (RFC 4291 2.7.1). */
static inline struct ksmol_addr ksmol_addr_solicited(const struct ksmol_addr *a)
{
	struct ksmol_addr group = {
		.w = {
			(__force u32)htonl(0xff020000), 0,
			(__force u32)htonl(1),
			a->w[3] | (__force u32)htonl(0xff000000),
		},
	};

	return group;
}

/* ff02::1 */
static inline struct ksmol_addr ksmol_addr_all_nodes(void)
{
	return (struct ksmol_addr){
		.w = {
			(__force u32)htonl(0xff020000), 0, 0,
			(__force u32)htonl(1),
		},
	};
}

/* Room for the text of an address of either family (INET6_ADDRSTRLEN). */
#define KSMOL_ADDR_STRLEN 46

static inline const char *ksmol_addr_str(sa_family_t family,
					 const struct ksmol_addr *addr,
					 char buf[KSMOL_ADDR_STRLEN])
{
	if (family == AF_INET)
		snprintf(buf, KSMOL_ADDR_STRLEN, "%pI4", &addr->v4);
	else
		snprintf(buf, KSMOL_ADDR_STRLEN, "%pI6c", &addr->v6);
	return buf;
}

#endif /* _KSMOL_ADDR_H */
