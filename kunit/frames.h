/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames for the suites, built byte by byte with the kernel's own structs, so
 * that what module/wire does is checked against something it didn't write.
 */
#ifndef _KSMOL_KUNIT_FRAMES_H
#define _KSMOL_KUNIT_FRAMES_H

#include <linux/if_ether.h>
#include <linux/types.h>

#define KSMOL_FRAME_MAX 4096

/**
 * struct ksmol_frame - one Ethernet frame
 * @len: bytes in use; grow it to append link-layer padding
 * @data: the frame from its Ethernet header on
 */
struct ksmol_frame {
	u32 len;
	u8 data[KSMOL_FRAME_MAX];
};

/**
 * struct ksmol_frame_ends - who sends to whom
 * @smac, @dmac: link layer
 * @saddr, @daddr: network layer
 * @sport, @dport: transport, where there are ports
 * @tos, @ttl: 0 ttl means 64
 */
struct ksmol_frame_ends {
	u8 smac[ETH_ALEN];
	u8 dmac[ETH_ALEN];
	__be32 saddr;
	__be32 daddr;
	__be16 sport;
	__be16 dport;
	u8 tos;
	u8 ttl;
};

/* "10.0.0.1" as four bytes: KSMOL_IP(10, 0, 0, 1). */
#define KSMOL_IP(a, b, c, d) \
	cpu_to_be32((a) << 24 | (b) << 16 | (c) << 8 | (d))

/* Starts a frame: the Ethernet header alone. */
void ksmol_frame_eth(struct ksmol_frame *f, const u8 *dmac, const u8 *smac,
		     u16 proto);

/* An ARP packet; @dmac NULL broadcasts it, @tha NULL is all zero. */
void ksmol_frame_arp(struct ksmol_frame *f, const u8 *dmac, u16 op,
		     const u8 *sha, __be32 spa, const u8 *tha, __be32 tpa);

/* An IPv4 packet of any protocol with a right header checksum. */
void ksmol_frame_ipv4(struct ksmol_frame *f, const struct ksmol_frame_ends *e,
		      u8 proto, const void *payload, u32 len);

/* A UDP datagram with right checksums. @payload NULL: bytes 0, 1, 2, ... */
void ksmol_frame_udp(struct ksmol_frame *f, const struct ksmol_frame_ends *e,
		     const void *payload, u32 len);

/* An ICMP echo request (type 8) or reply (type 0), likewise. */
void ksmol_frame_echo(struct ksmol_frame *f, const struct ksmol_frame_ends *e,
		      u8 type, u16 id, u16 seq, const void *payload, u32 len);

/* Any ICMP message: @rest is bytes 4 to 7. */
void ksmol_frame_icmp(struct ksmol_frame *f, const struct ksmol_frame_ends *e,
		      u8 type, u8 code, u32 rest, const void *body, u32 len);

/* The IPv4 header of a frame, and what follows it. */
struct iphdr *ksmol_frame_iph(struct ksmol_frame *f);
void *ksmol_frame_l4(struct ksmol_frame *f);

/* Computes the IPv4 header checksum again after a test changed the header. */
void ksmol_frame_fix(struct ksmol_frame *f);

/* Inserts @len option bytes (a multiple of four) and mends the header. */
void ksmol_frame_options(struct ksmol_frame *f, const void *options, u32 len);

#endif /* _KSMOL_KUNIT_FRAMES_H */
