/* SPDX-License-Identifier: GPL-2.0-only */
/* IPv6 frames for the suites, built like those of frames.h. */
#ifndef _KSMOL_KUNIT_FRAMES6_H
#define _KSMOL_KUNIT_FRAMES6_H

#include <linux/ipv6.h>
#include <ksmol/addr.h>
#include "frames.h"

/**
 * struct ksmol_frame6_ends - who sends to whom
 * @smac, @dmac: link layer
 * @saddr, @daddr: network layer
 * @sport, @dport: transport, where there are ports
 * @tclass, @hlim: 0 hlim means 64
 */
struct ksmol_frame6_ends {
	u8 smac[ETH_ALEN];
	u8 dmac[ETH_ALEN];
	struct ksmol_addr saddr;
	struct ksmol_addr daddr;
	__be16 sport;
	__be16 dport;
	u8 tclass;
	u8 hlim;
};

/* "fd00::1" as an address. */
struct ksmol_addr ksmol_ip6(const char *text);

/* An IPv6 packet whose header names @next. */
void ksmol_frame_ipv6(struct ksmol_frame *f, const struct ksmol_frame6_ends *e,
		      u8 next, const void *payload, u32 len);

/* A UDP datagram with a right checksum. @payload NULL: bytes 0, 1, 2, ... */
void ksmol_frame_udp6(struct ksmol_frame *f, const struct ksmol_frame6_ends *e,
		      const void *payload, u32 len);

/* Any ICMPv6 message: @rest is bytes 4 to 7. */
void ksmol_frame_icmp6(struct ksmol_frame *f, const struct ksmol_frame6_ends *e,
		       u8 type, u8 code, u32 rest, const void *body, u32 len);

/* Puts an extension header of type @next and @len bytes right behind the IPv6
 * header; its first byte is set to what stood there.
 */
void ksmol_frame_ext6(struct ksmol_frame *f, u8 next, const void *bytes,
		      u32 len);

/* The IPv6 header of a frame, and what follows it. */
struct ipv6hdr *ksmol_frame_ip6h(struct ksmol_frame *f);
void *ksmol_frame_l46(struct ksmol_frame *f);

#endif /* _KSMOL_KUNIT_FRAMES6_H */
