/* SPDX-License-Identifier: GPL-2.0-only */
/* ICMPv4 (RFC 792, as RFC 1122 3.2.2 asks of hosts). */
#ifndef _KSMOL_IFACE_ICMP_H
#define _KSMOL_IFACE_ICMP_H

#include <ksmol/iface.h>

/* @pb begins with the ICMP header. Takes it only when it returns
 * KSMOL_DELIVERED. Softirq, RCU.
 */
enum ksmol_verdict ksmol_icmp_input(struct ksmol_iface *iface,
				    struct ksmol_pbuf *pb,
				    struct ksmol_tx_token *tok);

/**
 * ksmol_icmp_send_echo() - answer an echo request; borrows @pb
 * @pb: the request from its ICMP header on
 * @icmp: its parsed header
 *
 * Return: KSMOL_HANDLED, or the drop reason ICMP_NO_BUF.
 */
enum ksmol_verdict ksmol_icmp_send_echo(struct ksmol_iface *iface,
					struct ksmol_pbuf *pb,
					const struct ksmol_icmp *icmp,
					struct ksmol_tx_token *tok);

/**
 * ksmol_icmp_send_error() - tell a sender what became of its packet
 * @pb: the packet from its IP header on; borrowed
 * @info: bytes 4 to 7 of the message
 *
 * Sends nothing where RFC 1122 3.2.2 forbids it, and no more than icmp_rate
 * a second.
 */
void ksmol_icmp_send_error(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
			   u8 type, u8 code, u32 info,
			   struct ksmol_tx_token *tok);

/**
 * struct ksmol_icmp_bucket - so many a second
 * @credit: what may be spent, in HZth parts of a message
 * @stamp: jiffies of the last refill
 */
struct ksmol_icmp_bucket {
	u64 credit;
	unsigned long stamp;
};

/* May one more be sent at @now? At most @rate at once, @rate a second. */
bool ksmol_icmp_bucket_take(struct ksmol_icmp_bucket *bucket,
			    unsigned int rate, unsigned long now);

/* --- what both families' errors and replies have in common --- */

/* May one more error of @family be sent (icmp_rate)? Counted if not. */
bool ksmol_icmp_allowed(const struct ksmol_iface *iface, u8 family);

/**
 * ksmol_icmp_body() - a part of what was received, in a buffer of the token's
 * @control: it may come from the reserve
 *
 * Chained to more where that is needed. Return: NULL: out of buffers, counted.
 */
struct ksmol_pbuf *ksmol_icmp_body(struct ksmol_tx_token *tok, bool control,
				   const struct ksmol_pbuf *pb, u32 off,
				   u32 len);

void ksmol_icmp_init(void);

#endif /* _KSMOL_IFACE_ICMP_H */
