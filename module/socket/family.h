/* SPDX-License-Identifier: GPL-2.0-only */
/* What this room has to know of addresses of both families. */
#ifndef _KSMOL_SOCKET_FAMILY_H
#define _KSMOL_SOCKET_FAMILY_H

#include <linux/in.h>
#include <ksmol/addr.h>

static inline bool ksmol_addr_is_group(u8 family, const struct ksmol_addr *addr)
{
	return family == AF_INET ? ipv4_is_multicast(addr->v4) :
				   ksmol_addr_is_multicast6(addr);
}

/* Without an interface it could be anybody: fe80::/10, and groups that do not
 * reach beyond a link (RFC 4007).
 */
static inline bool ksmol_addr_needs_scope(u8 family,
					  const struct ksmol_addr *addr)
{
	if (family == AF_INET)
		return false;
	return ksmol_addr_is_linklocal6(addr) ||
	       (ksmol_addr_is_multicast6(addr) &&
		ksmol_addr_scope6(addr) <= KSMOL_SCOPE_LINK);
}

/* The interface that @addr needs, else 0. */
static inline int ksmol_addr_scope(u8 family, const struct ksmol_addr *addr,
				   int ifindex)
{
	return ksmol_addr_needs_scope(family, addr) ? ifindex : 0;
}

/* An address as IPv6 sockets' programs see it. */
static inline struct in6_addr ksmol_addr_in6(u8 family,
					     const struct ksmol_addr *addr)
{
	if (family == AF_INET6)
		return addr->v6;
	return (struct in6_addr){
		.s6_addr32 = { 0, 0, htonl(0xffff), addr->v4 },
	};
}

/* The opposite. Return: the family. */
static inline u8 ksmol_addr_from_in6(const struct in6_addr *in6,
				     struct ksmol_addr *addr)
{
	addr->v6 = *in6;
	if (!ksmol_addr_is_mapped(addr))
		return AF_INET6;
	*addr = ksmol_addr_v4(in6->s6_addr32[3]);
	return AF_INET;
}

#endif /* _KSMOL_SOCKET_FAMILY_H */
