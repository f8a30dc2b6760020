/* SPDX-License-Identifier: GPL-2.0-only */
/* IPv6 packets in and out (RFC 8200). */
#ifndef _KSMOL_IFACE_IPV6_H
#define _KSMOL_IFACE_IPV6_H

#include <ksmol/iface.h>

/* Takes @pb only when it returns KSMOL_DELIVERED. Softirq, RCU. */
enum ksmol_verdict ksmol_ipv6_input(struct ksmol_iface *iface,
				    struct ksmol_pbuf *pb,
				    struct ksmol_tx_token *tok);

/* Shared mode: is the packet for us? Multicast may be for both. RCU. */
bool ksmol_ipv6_claims(struct ksmol_iface *iface, const struct sk_buff *skb);

void ksmol_ipv6_output_init(void);

/* Identification of a packet that is sent in fragments (RFC 7739 5.2). */
u32 ksmol_ipv6_id(void);

/* RFC 6437 3: one for each flow, of which nobody can tell the next. @l4: its
 * transport header.
 */
__be32 ksmol_ipv6_flowlabel(u8 proto, const struct ksmol_addr *saddr,
			    const struct ksmol_addr *daddr, const u8 *l4);

/* May a packet from @dst's source to @daddr leave (RFC 4291 2.5.3)? */
bool ksmol_ipv6_in_scope(const struct ksmol_dst *dst,
			 const struct ksmol_addr *daddr);

/* Writes the header of a packet of @total bytes; its transport header stands
 * behind it already.
 */
void ksmol_ipv6_header(const struct ksmol_flow *flow,
		       const struct ksmol_dst *dst, void *to, u32 total,
		       u8 tclass);

/* Fills in what is the stack's in the header that a program wrote: 0 or
 * -EINVAL.
 */
int ksmol_ipv6_complete(const struct ksmol_dst *dst, struct ksmol_pbuf *pb,
			u32 total);

#endif /* _KSMOL_IFACE_IPV6_H */
