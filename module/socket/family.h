/* SPDX-License-Identifier: GPL-2.0-only */
/* What this room has to know of addresses of both families. */
#ifndef _KSMOL_SOCKET_FAMILY_H
#define _KSMOL_SOCKET_FAMILY_H

#include <linux/in.h>
#include <ksmol/addr.h>

static inline bool ksmol_addr_is_group(u8 family, const struct ksmol_addr *addr)
{
	return family == AF_INET ? ipv4_is_multicast(addr->v4) :
				   addr->v6.s6_addr[0] == 0xff;
}

static inline bool ksmol_addr_is_link(u8 family, const struct ksmol_addr *addr)
{
	return family == AF_INET6 && addr->v6.s6_addr[0] == 0xfe &&
	       (addr->v6.s6_addr[1] & 0xc0) == 0x80;
}

/* Without an interface it could be anybody: fe80::/10, and groups that do not
 * reach beyond a link (RFC 4007).
 */
static inline bool ksmol_addr_needs_scope(u8 family,
					  const struct ksmol_addr *addr)
{
	if (ksmol_addr_is_link(family, addr))
		return true;
	return family == AF_INET6 && ksmol_addr_is_group(family, addr) &&
	       (addr->v6.s6_addr[1] & 0xf) <= 2;
}

/* The interface that @addr needs, else 0. */
static inline int ksmol_addr_scope(u8 family, const struct ksmol_addr *addr,
				   int ifindex)
{
	return ksmol_addr_needs_scope(family, addr) ? ifindex : 0;
}

/* ::ffff:a.b.c.d */
static inline bool ksmol_addr_mapped(const struct in6_addr *addr)
{
	return !(addr->s6_addr32[0] | addr->s6_addr32[1]) &&
	       addr->s6_addr32[2] == htonl(0xffff);
}

static inline struct in6_addr ksmol_addr_map(__be32 v4)
{
	return (struct in6_addr){
		.s6_addr32 = { 0, 0, htonl(0xffff), v4 },
	};
}

/* An address as IPv6 sockets' programs see it. */
static inline struct in6_addr ksmol_addr_in6(u8 family,
					     const struct ksmol_addr *addr)
{
	return family == AF_INET ? ksmol_addr_map(addr->v4) : addr->v6;
}

#endif /* _KSMOL_SOCKET_FAMILY_H */
