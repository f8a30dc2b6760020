/* SPDX-License-Identifier: GPL-2.0-only */
/* What the suites of neighbor discovery share, on top of iface's fixture. */
#ifndef _KSMOL_KUNIT_ND_FIXTURE_H
#define _KSMOL_KUNIT_ND_FIXTURE_H

#include <linux/ipv6.h>
#include "../module/iface/autoconf.h"
#include "../module/iface/nd.h"
#include "../module/iface/report.h"
#include "iface6_fixture.h"

/* Peers' link-local addresses. */
#define ROUTER		"fe80::fe"
#define ROUTER2		"fe80::fd"

/**
 * struct nd_message - an ICMPv6 message on its way to us
 * @src, @dst: addresses; @dst NULL: the first of ours
 * @hops: 255 unless set
 * @len: bytes in @bytes
 */
struct nd_message {
	const char *src;
	const char *dst;
	u8 hops;
	u32 len;
	u8 bytes[700];
};

/* Begins a message: @type and code 0, @hlen bytes in all. */
void nd_begin(struct nd_message *m, u8 type, u32 hlen, const char *src,
	      const char *dst);
/* Appends bytes. */
void nd_put(struct nd_message *m, const void *bytes, u32 len);
/* Appends a link-layer address option: 1 source, 2 target. */
void nd_put_mac(struct nd_message *m, u8 option, const u8 *mac);
/* Appends prefix information. */
void nd_put_prefix(struct nd_message *m, const char *prefix, u8 plen, u8 flags,
		   u32 valid, u32 preferred);

/* NS and NA; @mac NULL: without the option. */
void nd_ns(struct nd_message *m, const char *src, const char *dst,
	   const char *target, const u8 *mac);
void nd_na(struct nd_message *m, const char *src, const char *dst, u8 flags,
	   const char *target, const u8 *mac);
/* A router advertisement without options. */
void nd_ra(struct nd_message *m, const char *router, u8 flags, u16 lifetime);

/* It arrives. */
void nd_arrives(struct kunit *test, struct nd_message *m);

/* The oldest frame, which is an ICMPv6 message with right checksum; from its
 * IPv6 header on, NULL if there is none. @icmp: set to the message, @dst: to
 * whom, may be NULL.
 */
struct ipv6hdr *nd_sent(struct kunit *test, u8 **icmp, u8 *dst);

/* Which solicitation is the oldest frame? For an address; NULL: it is none. */
struct ipv6hdr *nd_sent_ns(struct kunit *test, const char *target, u8 *dst);
/* Advertisements likewise; @flags: its flags. */
struct ipv6hdr *nd_sent_na(struct kunit *test, const char *target, u8 *flags,
			   u8 *dst);

/* A datagram of ours to @daddr, as iface_send(). */
int nd_send(struct kunit *test, const char *daddr, u32 len);

u8 nd_neigh(struct iface_fixture *f, const char *addr);
struct ksmol_ifaddr *nd_ifaddr(struct iface_fixture *f, const char *addr);

/* Addresses' and autoconfiguration's time passes: @ms from now. */
void nd_addrs_later(struct kunit *test, unsigned int ms);
void nd_autoconf_later(struct kunit *test, unsigned int ms);
void nd_autoconf_at(struct kunit *test, unsigned long now);

/* Attached with @words, all that it says by itself has been said. */
struct iface_fixture *nd_attach(struct kunit *test, const char *words);

#endif /* _KSMOL_KUNIT_ND_FIXTURE_H */
