/* SPDX-License-Identifier: GPL-2.0-only */
/* ICMPv6 (RFC 4443). */
#ifndef _KSMOL_IFACE_ICMP6_H
#define _KSMOL_IFACE_ICMP6_H

#include <ksmol/iface.h>

/* @pb begins with the ICMPv6 header; @fragmented: it came with a fragment
 * header. Takes it only when it returns KSMOL_DELIVERED. Softirq, RCU.
 */
enum ksmol_verdict ksmol_icmp6_input(struct ksmol_iface *iface,
				     struct ksmol_pbuf *pb, bool fragmented,
				     struct ksmol_tx_token *tok);

/* Answers an echo request, as ksmol_icmp_send_echo(). */
enum ksmol_verdict ksmol_icmp6_send_echo(struct ksmol_iface *iface,
					 struct ksmol_pbuf *pb,
					 const struct ksmol_icmp *icmp,
					 struct ksmol_tx_token *tok);

/**
 * ksmol_icmp6_send_error() - tell a sender what became of its packet
 * @pb: the packet from its IPv6 header on; borrowed
 * @icmp: type, code and bytes 4 to 7
 * @any: also when it went to more than one
 *
 * Sends nothing where RFC 4443 2.4 e forbids it, and no more than icmp_rate
 * a second.
 */
void ksmol_icmp6_send_error(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
			    const struct ksmol_icmp *icmp, bool any,
			    struct ksmol_tx_token *tok);

#endif /* _KSMOL_IFACE_ICMP6_H */
