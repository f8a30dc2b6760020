/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pcapng (draft-ietf-opsawg-pcapng): what Wireshark and tcpdump read. Blocks are
 * written into memory, in the byte order of the machine, which readers learn
 * from the section header.
 */
#ifndef _KSMOL_PCAPNG_H
#define _KSMOL_PCAPNG_H

#include <linux/types.h>

#define KSMOL_PCAPNG_SECTION	0x0a0d0d0aU
#define KSMOL_PCAPNG_INTERFACE	1U
#define KSMOL_PCAPNG_STATS	5U
#define KSMOL_PCAPNG_PACKET	6U

#define KSMOL_PCAPNG_MAGIC	0x1a2b3c4dU

/* Options of all blocks, of interfaces, of packets, of statistics. */
#define KSMOL_PCAPNG_OPT_END		0
#define KSMOL_PCAPNG_OPT_COMMENT	1
#define KSMOL_PCAPNG_OPT_APPLICATION	4	/* section */
#define KSMOL_PCAPNG_OPT_NAME		2	/* interface */
#define KSMOL_PCAPNG_OPT_TSRESOL	9	/* interface */
#define KSMOL_PCAPNG_OPT_FLAGS		2	/* packet */
#define KSMOL_PCAPNG_OPT_IFRECV		4	/* statistics */
#define KSMOL_PCAPNG_OPT_IFDROP		5	/* statistics */

/* Direction bits of a packet's flags. */
#define KSMOL_PCAPNG_IN		1U
#define KSMOL_PCAPNG_OUT	2U

/* Link types of interfaces. */
#define KSMOL_PCAPNG_ETHERNET	1
#define KSMOL_PCAPNG_RAW_IP	101

/**
 * struct ksmol_pcapng - a block being written
 * @start: its first byte, aligned to 4
 * @at: where the next byte goes
 * @end: behind the room there is
 * @full: something did not fit: the block is worth nothing
 */
struct ksmol_pcapng {
	u8 *start;
	u8 *at;
	u8 *end;
	bool full;
};

/* Begins a block of @type in @room bytes at @to. */
void ksmol_pcapng_begin(struct ksmol_pcapng *w, void *to, u32 room, u32 type);

void ksmol_pcapng_u16(struct ksmol_pcapng *w, u16 value);
void ksmol_pcapng_u32(struct ksmol_pcapng *w, u32 value);

/* A time or counter: the upper 32 bits come first, whatever the byte order. */
void ksmol_pcapng_u64(struct ksmol_pcapng *w, u64 value);

/**
 * ksmol_pcapng_bytes() - room for @len bytes, padded to 4 with zeros
 *
 * Return: where they go, or NULL when there is not enough.
 */
void *ksmol_pcapng_bytes(struct ksmol_pcapng *w, u32 len);

void ksmol_pcapng_option(struct ksmol_pcapng *w, u16 code, const void *value,
			 u16 len);
void ksmol_pcapng_comment(struct ksmol_pcapng *w, const char *text);

/* Ends options and block. Return: its length in bytes, 0 when it is full. */
u32 ksmol_pcapng_end(struct ksmol_pcapng *w);

/* Whole blocks; return as ksmol_pcapng_end(). */

/* A section header; its length is not known beforehand. */
u32 ksmol_pcapng_section(void *to, u32 room, const char *application,
			 const char *comment);

/* An interface whose times are in ns; it gets the next number, from 0 on. */
u32 ksmol_pcapng_interface(void *to, u32 room, u16 link, u32 snap,
			   const char *name);

/* What interface 0 has seen and lost until @time. */
u32 ksmol_pcapng_stats(void *to, u32 room, u64 time, u64 received, u64 dropped,
		       const char *comment);

/**
 * ksmol_pcapng_packet() - begin the block of a packet of interface 0
 * @time: ns since 1970
 * @captured: bytes that follow
 * @len: bytes that the packet has
 *
 * Return: where the bytes go; then come options, then ksmol_pcapng_end(). NULL
 * when there is not enough room.
 */
void *ksmol_pcapng_packet(struct ksmol_pcapng *w, void *to, u32 room, u64 time,
			  u32 captured, u32 len);

/* Bytes of a packet's block without packet and options. */
#define KSMOL_PCAPNG_PACKET_HEAD 32

#endif /* _KSMOL_PCAPNG_H */
