/* SPDX-License-Identifier: GPL-2.0-only */
/* IPv4 packets in and out. */
#ifndef _KSMOL_IFACE_IPV4_H
#define _KSMOL_IFACE_IPV4_H

#include <ksmol/iface.h>

/* Takes @pb only when it returns KSMOL_DELIVERED. Softirq, RCU. */
enum ksmol_verdict ksmol_ipv4_input(struct ksmol_iface *iface,
				    struct ksmol_pbuf *pb,
				    struct ksmol_tx_token *tok);

/* Shared mode: is the packet for us? Broadcasts stay with Linux. RCU. */
bool ksmol_ipv4_claims(struct ksmol_iface *iface, const struct sk_buff *skb);

void ksmol_ipv4_output_init(void);

/* Identification of a packet that may be fragmented on its way. */
u16 ksmol_ipv4_id(__be32 saddr, __be32 daddr, u8 proto);

#endif /* _KSMOL_IFACE_IPV4_H */
