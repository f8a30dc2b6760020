// SPDX-License-Identifier: GPL-2.0-only
/* Headers: what a parser takes, what it refuses, and why. */

#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <ksmol/compat.h>
#include <ksmol/wire.h>
#include "frames.h"

static const u8 peer_mac[] = { 2, 0, 0, 0, 0, 2 };
static const u8 our_mac[] = { 2, 0, 0, 0, 0, 1 };

#define US	KSMOL_IP(10, 0, 0, 1)
#define PEER	KSMOL_IP(10, 0, 0, 2)

static struct ksmol_frame *udp_frame(struct kunit *test, u32 len)
{
	struct ksmol_frame *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct ksmol_frame_ends ends = {
		.saddr = PEER,
		.daddr = US,
		.sport = htons(1000),
		.dport = htons(2000),
		.tos = 0xb8,
		.ttl = 17,
	};

	KUNIT_ASSERT_NOT_NULL(test, f);
	ksmol_frame_udp(f, &ends, NULL, len);
	return f;
}

static int parse(struct ksmol_frame *f, struct ksmol_ipv4 *ip)
{
	u32 len = f->len - ETH_HLEN;

	return ksmol_ipv4_parse(f->data + ETH_HLEN, min(len, 60U), len, ip);
}

/* --- Ethernet --- */

static void eth_emit__bytes(struct kunit *test)
{
	static const u8 want[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 6 };
	u8 bytes[KSMOL_ETH_HLEN];

	ksmol_eth_emit(bytes, peer_mac, our_mac, htons(ETH_P_ARP));
	KUNIT_EXPECT_EQ(test, memcmp(bytes, want, sizeof(want)), 0);
}

/* --- ARP --- */

static void arp_parse__reads_every_field(struct kunit *test)
{
	struct ksmol_frame *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct ksmol_arp arp;

	ksmol_frame_arp(f, our_mac, 2, peer_mac, PEER, our_mac, US);
	KUNIT_EXPECT_EQ(test, ksmol_arp_parse(f->data + ETH_HLEN, 28, &arp), 0);
	KUNIT_EXPECT_EQ(test, arp.op, KSMOL_ARP_REPLY);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(arp.sha, peer_mac));
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(arp.tha, our_mac));
	KUNIT_EXPECT_EQ(test, arp.spa, PEER);
	KUNIT_EXPECT_EQ(test, arp.tpa, US);
}

static void arp_parse__short(struct kunit *test)
{
	struct ksmol_frame *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct ksmol_arp arp;
	u32 len;

	ksmol_frame_arp(f, NULL, 1, peer_mac, PEER, NULL, US);
	for (len = 0; len < KSMOL_ARP_LEN; len++)
		KUNIT_EXPECT_EQ(test, ksmol_arp_parse(f->data + ETH_HLEN, len,
						      &arp),
				KSMOL_DROP_ARP_SHORT);
}

/* Pitfall 27: lengths, types and operations that aren't Ethernet and IPv4. */
static void arp_parse__wrong_format(struct kunit *test)
{
	static const struct { u8 at, value; } bad[] = {
		{ 1, 6 }, { 0, 1 }, { 2, 0x86 }, { 3, 6 }, { 4, 8 }, { 4, 0 },
		{ 5, 16 }, { 7, 0 }, { 7, 3 }, { 6, 1 },
	};
	struct ksmol_frame *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct ksmol_arp arp;
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ksmol_frame_arp(f, NULL, 1, peer_mac, PEER, NULL, US);
		f->data[ETH_HLEN + bad[i].at] = bad[i].value;
		KUNIT_EXPECT_EQ(test, ksmol_arp_parse(f->data + ETH_HLEN, 28,
						      &arp),
				KSMOL_DROP_ARP_FORMAT);
	}
}

/* Pitfall 27: a station can have neither a multicast nor a zero MAC. */
static void arp_parse__multicast_mac(struct kunit *test)
{
	static const u8 group[] = { 1, 0, 0x5e, 0, 0, 1 }, zero[6];
	struct ksmol_frame *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct ksmol_arp arp;

	ksmol_frame_arp(f, NULL, 2, group, PEER, NULL, US);
	KUNIT_EXPECT_EQ(test, ksmol_arp_parse(f->data + ETH_HLEN, 28, &arp),
			KSMOL_DROP_ARP_ADDR);
	ksmol_frame_arp(f, NULL, 2, zero, PEER, NULL, US);
	KUNIT_EXPECT_EQ(test, ksmol_arp_parse(f->data + ETH_HLEN, 28, &arp),
			KSMOL_DROP_ARP_ADDR);
}

static void arp_parse__impossible_sender(struct kunit *test)
{
	static const u32 bad[] = { 0x7f000001, 0xe0000001, 0xffffffff,
				   0xf0000001, 0x00000001 };
	struct ksmol_frame *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct ksmol_arp arp;
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ksmol_frame_arp(f, NULL, 1, peer_mac, htonl(bad[i]), NULL, US);
		KUNIT_EXPECT_EQ(test, ksmol_arp_parse(f->data + ETH_HLEN, 28,
						      &arp),
				KSMOL_DROP_ARP_ADDR);
	}
	/* 0.0.0.0 is a probe. */
	ksmol_frame_arp(f, NULL, 1, peer_mac, 0, NULL, US);
	KUNIT_EXPECT_EQ(test, ksmol_arp_parse(f->data + ETH_HLEN, 28, &arp), 0);
}

static void arp_emit__parses_back(struct kunit *test)
{
	struct ksmol_arp out = { .op = 1, .spa = US, .tpa = PEER }, in;
	u8 bytes[KSMOL_ARP_LEN + 1];

	ether_addr_copy(out.sha, our_mac);
	/* At an odd address as well. */
	ksmol_arp_emit(bytes + 1, &out);
	KUNIT_EXPECT_EQ(test, ksmol_arp_parse(bytes + 1, 28, &in), 0);
	KUNIT_EXPECT_EQ(test, in.op, 1);
	KUNIT_EXPECT_EQ(test, in.spa, US);
	KUNIT_EXPECT_EQ(test, in.tpa, PEER);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(in.sha, our_mac));
	KUNIT_EXPECT_TRUE(test, is_zero_ether_addr(in.tha));
}

/* --- IPv4 --- */

static void ipv4_parse__reads_every_field(struct kunit *test)
{
	struct ksmol_frame *f = udp_frame(test, 5);
	struct ksmol_ipv4 ip;

	ksmol_frame_iph(f)->frag_off = htons(0x4000);
	ksmol_frame_iph(f)->id = htons(0x1234);
	ksmol_frame_fix(f);
	KUNIT_EXPECT_EQ(test, parse(f, &ip), 0);
	KUNIT_EXPECT_EQ(test, ip.hlen, 20);
	KUNIT_EXPECT_EQ(test, ip.tos, 0xb8);
	KUNIT_EXPECT_EQ(test, ip.ttl, 17);
	KUNIT_EXPECT_EQ(test, ip.proto, IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, ip.total, 33);
	KUNIT_EXPECT_EQ(test, ip.id, 0x1234);
	KUNIT_EXPECT_TRUE(test, ip.df);
	KUNIT_EXPECT_FALSE(test, ip.mf);
	KUNIT_EXPECT_EQ(test, ip.frag_off, 0);
	KUNIT_EXPECT_EQ(test, ip.saddr, PEER);
	KUNIT_EXPECT_EQ(test, ip.daddr, US);
}

static void ipv4_parse__fragment(struct kunit *test)
{
	struct ksmol_frame *f = udp_frame(test, 5);
	struct ksmol_ipv4 ip;

	ksmol_frame_iph(f)->frag_off = htons(0x2000 | 185);
	ksmol_frame_fix(f);
	KUNIT_EXPECT_EQ(test, parse(f, &ip), 0);
	KUNIT_EXPECT_TRUE(test, ip.mf);
	KUNIT_EXPECT_EQ(test, ip.frag_off, 1480);
}

static void ipv4_parse__short_at_every_length(struct kunit *test)
{
	struct ksmol_frame *f = udp_frame(test, 0);
	struct ksmol_ipv4 ip;
	u32 len;

	for (len = 0; len < 28; len++)
		KUNIT_EXPECT_EQ(test, ksmol_ipv4_parse(f->data + ETH_HLEN, len,
						       len, &ip),
				KSMOL_DROP_IP_SHORT);
}

static void ipv4_parse__bad_header(struct kunit *test)
{
	static const struct { u8 at, value; int reason; } bad[] = {
		{ 0, 0x65, KSMOL_DROP_IP_VERSION },
		{ 0, 0x05, KSMOL_DROP_IP_VERSION },
		{ 0, 0x44, KSMOL_DROP_IP_HDRLEN },
		{ 0, 0x40, KSMOL_DROP_IP_HDRLEN },
		{ 0, 0x4f, KSMOL_DROP_IP_SHORT },
		{ 3, 19, KSMOL_DROP_IP_TOTLEN },
		{ 3, 0, KSMOL_DROP_IP_TOTLEN },
		{ 2, 4, KSMOL_DROP_IP_SHORT },
		{ 8, 99, KSMOL_DROP_IP_CSUM },
	};
	struct ksmol_ipv4 ip;
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct ksmol_frame *f = udp_frame(test, 5);

		f->data[ETH_HLEN + bad[i].at] = bad[i].value;
		KUNIT_EXPECT_EQ_MSG(test, parse(f, &ip), bad[i].reason,
				    "case %d", i);
	}
}

/* Every single flipped bit of a header is noticed. */
static void ipv4_parse__any_bit_flipped(struct kunit *test)
{
	struct ksmol_frame *f = udp_frame(test, 100);
	struct ksmol_ipv4 ip;
	int bit;

	for (bit = 0; bit < 20 * 8; bit++) {
		f->data[ETH_HLEN + bit / 8] ^= 1 << bit % 8;
		KUNIT_EXPECT_NE(test, parse(f, &ip), 0);
		f->data[ETH_HLEN + bit / 8] ^= 1 << bit % 8;
	}
	KUNIT_EXPECT_EQ(test, parse(f, &ip), 0);
}

/* Pitfall 22: padding is not part of the packet. */
static void ipv4_parse__padded(struct kunit *test)
{
	struct ksmol_frame *f = udp_frame(test, 2);
	struct ksmol_ipv4 ip;

	f->len = 60;
	KUNIT_EXPECT_EQ(test, parse(f, &ip), 0);
	KUNIT_EXPECT_EQ(test, ip.total, 30);
}

/* Pitfall 57: the header's sum does not need an aligned header. */
static void ipv4_parse__any_alignment(struct kunit *test)
{
	struct ksmol_frame *f = udp_frame(test, 2);
	u8 *room = kunit_kzalloc(test, 64, GFP_KERNEL);
	struct ksmol_ipv4 ip;
	int i;

	for (i = 0; i < 8; i++) {
		memcpy(room + i, f->data + ETH_HLEN, 30);
		KUNIT_EXPECT_EQ(test, ksmol_ipv4_parse(room + i, 30, 30, &ip),
				0);
	}
}

/* Pitfall 23: options are skipped by their length. */
static void ipv4_parse__options_skipped(struct kunit *test)
{
	static const u8 good[][8] = {
		{ 1, 1, 1, 1, 1, 1, 1, 1 },
		{ 148, 4, 0, 0, 0, 1, 2, 3 },	/* router alert, end, junk */
		{ 7, 7, 4, 0, 0, 0, 0, 0 },	/* record route */
		{ 1, 222, 7, 1, 2, 3, 4, 5 },	/* unknown */
	};
	struct ksmol_ipv4 ip;
	int i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		struct ksmol_frame *f = udp_frame(test, 5);

		ksmol_frame_options(f, good[i], 8);
		KUNIT_EXPECT_EQ_MSG(test, parse(f, &ip), 0, "case %d", i);
		KUNIT_EXPECT_EQ(test, ip.hlen, 28);
	}
}

/* Pitfall 23: and never beyond the header. */
static void ipv4_parse__options_malformed(struct kunit *test)
{
	static const u8 bad[][4] = {
		{ 1, 1, 1, 7 },		/* no room for its length */
		{ 7, 0, 0, 0 },		/* length below two */
		{ 7, 1, 0, 0 },
		{ 7, 5, 0, 0 },		/* beyond the header */
		{ 1, 222, 255, 0 },
	};
	struct ksmol_ipv4 ip;
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct ksmol_frame *f = udp_frame(test, 5);

		ksmol_frame_options(f, bad[i], 4);
		KUNIT_EXPECT_EQ_MSG(test, parse(f, &ip),
				    KSMOL_DROP_IP_OPTIONS, "case %d", i);
	}
}

/* Pitfall 23: source routes are refused, loose and strict. */
static void ipv4_parse__source_route(struct kunit *test)
{
	static const u8 bad[][8] = {
		{ 131, 7, 4, 10, 0, 0, 9, 0 },
		{ 137, 7, 4, 10, 0, 0, 9, 0 },
		{ 1, 131, 7, 4, 10, 0, 0, 9 },
	};
	struct ksmol_ipv4 ip;
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct ksmol_frame *f = udp_frame(test, 5);

		ksmol_frame_options(f, bad[i], 8);
		KUNIT_EXPECT_EQ(test, parse(f, &ip), KSMOL_DROP_IP_SRCROUTE);
	}
}

/* Pitfall 13: sources that no wire can have. */
static void ipv4_parse__impossible_source(struct kunit *test)
{
	static const u32 bad[] = { 0, 0x00000001, 0x7f000001, 0x7fffffff,
				   0xe0000001, 0xefffffff, 0xf0000001,
				   0xffffffff };
	struct ksmol_ipv4 ip;
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct ksmol_frame *f = udp_frame(test, 5);

		ksmol_frame_iph(f)->saddr = htonl(bad[i]);
		ksmol_frame_fix(f);
		KUNIT_EXPECT_EQ(test, parse(f, &ip), KSMOL_DROP_IP_SADDR);
	}
}

/* Pitfall 13: nor destinations. */
static void ipv4_parse__impossible_destination(struct kunit *test)
{
	static const u32 bad[] = { 0, 0x7f000001, 0xf0000001, 0xfffffffe };
	static const u32 good[] = { 0xffffffff, 0xe0000001, 0x0a000001 };
	struct ksmol_ipv4 ip;
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct ksmol_frame *f = udp_frame(test, 5);

		ksmol_frame_iph(f)->daddr = htonl(bad[i]);
		ksmol_frame_fix(f);
		KUNIT_EXPECT_EQ(test, parse(f, &ip), KSMOL_DROP_IP_DADDR);
	}
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		struct ksmol_frame *f = udp_frame(test, 5);

		ksmol_frame_iph(f)->daddr = htonl(good[i]);
		ksmol_frame_fix(f);
		KUNIT_EXPECT_EQ(test, parse(f, &ip), 0);
	}
}

static void ipv4_emit__parses_back(struct kunit *test)
{
	struct ksmol_ipv4 out = {
		.tos = 0x2e, .ttl = 1, .proto = 17, .total = 20, .id = 0xbeef,
		.df = true, .saddr = US, .daddr = PEER,
	}, in;
	u8 bytes[21];

	ksmol_ipv4_emit(bytes + 1, &out);
	KUNIT_EXPECT_EQ(test, ksmol_ipv4_parse(bytes + 1, 20, 20, &in), 0);
	out.hlen = 20;
	KUNIT_EXPECT_EQ(test, in.tos, out.tos);
	KUNIT_EXPECT_EQ(test, in.ttl, out.ttl);
	KUNIT_EXPECT_EQ(test, in.proto, out.proto);
	KUNIT_EXPECT_EQ(test, in.id, out.id);
	KUNIT_EXPECT_EQ(test, in.total, out.total);
	KUNIT_EXPECT_TRUE(test, in.df);
	KUNIT_EXPECT_EQ(test, in.saddr, out.saddr);
	KUNIT_EXPECT_EQ(test, in.daddr, out.daddr);
}

/* --- ICMP --- */

static void icmp_parse__fields(struct kunit *test)
{
	u8 bytes[] = { 8, 0, 0xab, 0xcd, 0x12, 0x34, 0, 7 };
	struct ksmol_icmp icmp;

	KUNIT_EXPECT_EQ(test, ksmol_icmp_parse(bytes, 7, &icmp),
			KSMOL_DROP_ICMP_SHORT);
	KUNIT_EXPECT_EQ(test, ksmol_icmp_parse(bytes, 8, &icmp), 0);
	KUNIT_EXPECT_EQ(test, icmp.type, 8);
	KUNIT_EXPECT_EQ(test, icmp.csum, 0xabcd);
	KUNIT_EXPECT_EQ(test, icmp.rest, 0x12340007U);
	memset(bytes, 0, sizeof(bytes));
	ksmol_icmp_emit(bytes, &icmp);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(bytes), 0x08000000U);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(bytes + 4), 0x12340007U);
}

/* Pitfall 18: quotes may be short, but not shorter than eight bytes. */
static void quote_parse__at_every_length(struct kunit *test)
{
	struct ksmol_frame *f = udp_frame(test, 5);
	struct ksmol_quote quote;
	u32 len;

	for (len = 0; len < 28; len++)
		KUNIT_EXPECT_EQ(test, ksmol_quote_parse(f->data + ETH_HLEN,
							len, &quote),
				KSMOL_DROP_ICMP_SHORT);
	KUNIT_EXPECT_EQ(test, ksmol_quote_parse(f->data + ETH_HLEN, 28,
						&quote), 0);
	KUNIT_EXPECT_EQ(test, quote.proto, IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, quote.saddr.v4, PEER);
	KUNIT_EXPECT_EQ(test, quote.daddr.v4, US);
	KUNIT_EXPECT_EQ(test, quote.sport, htons(1000));
	KUNIT_EXPECT_EQ(test, quote.dport, htons(2000));
	KUNIT_EXPECT_EQ(test, quote.l4_off, 20);
}

static void quote_parse__with_options(struct kunit *test)
{
	static const u8 nops[8] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	struct ksmol_frame *f = udp_frame(test, 5);
	struct ksmol_quote quote;

	ksmol_frame_options(f, nops, 8);
	KUNIT_EXPECT_EQ(test, ksmol_quote_parse(f->data + ETH_HLEN, 35,
						&quote),
			KSMOL_DROP_ICMP_SHORT);
	KUNIT_EXPECT_EQ(test, ksmol_quote_parse(f->data + ETH_HLEN, 36,
						&quote), 0);
	KUNIT_EXPECT_EQ(test, quote.sport, htons(1000));
	KUNIT_EXPECT_EQ(test, quote.l4_off, 28);
}

/* Pitfall 18: what we can't have sent, or can't match, is not believed. */
static void quote_parse__not_ours(struct kunit *test)
{
	struct ksmol_frame *f = udp_frame(test, 5);
	struct ksmol_quote quote;

	ksmol_frame_iph(f)->frag_off = htons(1);
	KUNIT_EXPECT_EQ(test, ksmol_quote_parse(f->data + ETH_HLEN, 33,
						&quote),
			KSMOL_DROP_ICMP_QUOTE);
	f = udp_frame(test, 5);
	f->data[ETH_HLEN] = 0x65;
	KUNIT_EXPECT_EQ(test, ksmol_quote_parse(f->data + ETH_HLEN, 33,
						&quote),
			KSMOL_DROP_ICMP_QUOTE);
	f->data[ETH_HLEN] = 0x41;
	KUNIT_EXPECT_EQ(test, ksmol_quote_parse(f->data + ETH_HLEN, 33,
						&quote),
			KSMOL_DROP_ICMP_QUOTE);
}

static void quote_parse__echo(struct kunit *test)
{
	struct ksmol_frame *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct ksmol_frame_ends ends = { .saddr = US, .daddr = PEER };
	struct ksmol_quote quote;

	ksmol_frame_echo(f, &ends, ICMP_ECHO, 0x1234, 1, NULL, 8);
	KUNIT_EXPECT_EQ(test, ksmol_quote_parse(f->data + ETH_HLEN, 28,
						&quote), 0);
	KUNIT_EXPECT_EQ(test, quote.sport, 0);
	KUNIT_EXPECT_EQ(test, quote.dport, htons(0x1234));
	/* Our replies and errors have nobody who waits. */
	ksmol_frame_echo(f, &ends, ICMP_ECHOREPLY, 0x1234, 1, NULL, 8);
	KUNIT_EXPECT_EQ(test, ksmol_quote_parse(f->data + ETH_HLEN, 28,
						&quote),
			KSMOL_DROP_ICMP_QUOTE);
}

/* --- UDP --- */

static void udp_parse__lengths(struct kunit *test)
{
	static const struct { u16 field; u32 len; int reason; } cases[] = {
		{ 8, 7, KSMOL_DROP_UDP_SHORT },
		{ 8, 0, KSMOL_DROP_UDP_SHORT },
		{ 7, 8, KSMOL_DROP_UDP_LEN },
		{ 0, 8, KSMOL_DROP_UDP_LEN },
		{ 9, 8, KSMOL_DROP_UDP_LEN },
		{ 8, 8, 0 },
		{ 8, 20, 0 },
	};
	struct ksmol_udp out = { .sport = htons(1), .dport = htons(2),
				 .csum = 0xabcd }, in;
	u8 bytes[KSMOL_UDP_HLEN];
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		out.len = cases[i].field;
		ksmol_udp_emit(bytes, &out);
		KUNIT_EXPECT_EQ_MSG(test, ksmol_udp_parse(bytes, cases[i].len,
							  &in),
				    cases[i].reason, "case %d", i);
	}
	KUNIT_EXPECT_EQ(test, in.sport, htons(1));
	KUNIT_EXPECT_EQ(test, in.dport, htons(2));
	KUNIT_EXPECT_EQ(test, in.len, 8);
	KUNIT_EXPECT_EQ(test, in.csum, 0xabcd);
}

static struct kunit_case wire_cases[] = {
	KUNIT_CASE(eth_emit__bytes),
	KUNIT_CASE(arp_parse__reads_every_field),
	KUNIT_CASE(arp_parse__short),
	KUNIT_CASE(arp_parse__wrong_format),
	KUNIT_CASE(arp_parse__multicast_mac),
	KUNIT_CASE(arp_parse__impossible_sender),
	KUNIT_CASE(arp_emit__parses_back),
	KUNIT_CASE(ipv4_parse__reads_every_field),
	KUNIT_CASE(ipv4_parse__fragment),
	KUNIT_CASE(ipv4_parse__short_at_every_length),
	KUNIT_CASE(ipv4_parse__bad_header),
	KUNIT_CASE(ipv4_parse__any_bit_flipped),
	KUNIT_CASE(ipv4_parse__padded),
	KUNIT_CASE(ipv4_parse__any_alignment),
	KUNIT_CASE(ipv4_parse__options_skipped),
	KUNIT_CASE(ipv4_parse__options_malformed),
	KUNIT_CASE(ipv4_parse__source_route),
	KUNIT_CASE(ipv4_parse__impossible_source),
	KUNIT_CASE(ipv4_parse__impossible_destination),
	KUNIT_CASE(ipv4_emit__parses_back),
	KUNIT_CASE(icmp_parse__fields),
	KUNIT_CASE(quote_parse__at_every_length),
	KUNIT_CASE(quote_parse__with_options),
	KUNIT_CASE(quote_parse__not_ours),
	KUNIT_CASE(quote_parse__echo),
	KUNIT_CASE(udp_parse__lengths),
	{}
};

static struct kunit_suite wire_suite = {
	.name = "ksmol_wire",
	.test_cases = wire_cases,
};

kunit_test_suite(wire_suite);
