/* SPDX-License-Identifier: GPL-2.0-only */
/* IPv4 packets in and out. */
#ifndef _KSMOL_IFACE_IPV4_H
#define _KSMOL_IFACE_IPV4_H

#include <ksmol/iface.h>

/* Takes @pb only when it returns KSMOL_DELIVERED. Softirq, RCU. */
enum ksmol_verdict ksmol_ipv4_input(struct ksmol_iface *iface,
				    struct ksmol_pbuf *pb,
				    struct ksmol_tx_token *tok);

/* Shared mode: is the packet for us? Broadcasts stay with Linux; multicast may
 * be for both. RCU.
 */
bool ksmol_ipv4_claims(struct ksmol_iface *iface, const struct sk_buff *skb);

void ksmol_ipv4_output_init(void);

/* Identification of a packet that may be fragmented on its way. */
u16 ksmol_ipv4_id(__be32 saddr, __be32 daddr, u8 proto);

/* May a packet from @dst's source to @daddr leave (RFC 1122 3.2.1.3 g)? */
bool ksmol_ipv4_in_scope(const struct ksmol_dst *dst, __be32 daddr);

/* Writes the header of a packet of @total bytes; DF unless it is to be cut. */
void ksmol_ipv4_header(const struct ksmol_flow *flow,
		       const struct ksmol_dst *dst, void *to, u32 total,
		       u8 tos);

/* Fills in what is the stack's in the header that a program wrote: 0 or
 * -EINVAL.
 */
int ksmol_ipv4_complete(const struct ksmol_dst *dst, struct ksmol_pbuf *pb,
			u32 total);

#endif /* _KSMOL_IFACE_IPV4_H */
