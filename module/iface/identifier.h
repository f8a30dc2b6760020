/* SPDX-License-Identifier: GPL-2.0-only */
/* Interface identifiers: the last 64 bits of addresses that form themselves. */
#ifndef _KSMOL_IFACE_IDENTIFIER_H
#define _KSMOL_IFACE_IDENTIFIER_H

#include <linux/siphash.h>
#include <ksmol/addr.h>

/* Bits of a prefix in which an address can be formed (RFC 4291 2.5.1). */
#define KSMOL_IDENTIFIER_PLEN 64

/**
 * ksmol_identifier_stable() - the same in the same network, another in others
 * @addr: its prefix; the rest is set (RFC 7217 5)
 * @mac: which interface it is
 * @tries: how many have been found taken
 */
void ksmol_identifier_stable(struct ksmol_addr *addr, const u8 *mac, u8 tries,
			     const siphash_key_t *key);

/* That made of the link-layer address (RFC 4291, Appendix A). */
void ksmol_identifier_eui64(struct ksmol_addr *addr, const u8 *mac);

/* One that says nothing of anything (RFC 8981 3.3.1). */
void ksmol_identifier_random(struct ksmol_addr *addr);

/* Has anycast this one (RFC 5453)? */
bool ksmol_identifier_reserved(const struct ksmol_addr *addr);

#endif /* _KSMOL_IFACE_IDENTIFIER_H */
