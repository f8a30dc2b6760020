/* SPDX-License-Identifier: GPL-2.0-only */
/* What sending needs of either family's headers. */
#ifndef _KSMOL_IFACE_IP_H
#define _KSMOL_IFACE_IP_H

#include "ipv4.h"
#include "ipv6.h"

/* May the packet be put on a wire, if that is where it goes? */
static inline bool ksmol_ip_in_scope(const struct ksmol_flow *flow,
				     const struct ksmol_dst *dst)
{
	if (likely(flow->family == AF_INET))
		return ksmol_ipv4_in_scope(dst, flow->daddr.v4);
	return ksmol_ipv6_in_scope(dst, &flow->daddr);
}

/* Writes the header of a packet of @total bytes to @to; the transport header
 * follows it there.
 */
static inline void ksmol_ip_header(const struct ksmol_flow *flow,
				   const struct ksmol_dst *dst, void *to,
				   u32 total, u8 tos)
{
	if (likely(flow->family == AF_INET))
		ksmol_ipv4_header(flow, dst, to, total, tos);
	else
		ksmol_ipv6_header(flow, dst, to, total, tos);
}

#endif /* _KSMOL_IFACE_IP_H */
