// SPDX-License-Identifier: GPL-2.0-only
/* TCP headers and options. */

#include <kunit/test.h>
#include <linux/prandom.h>
#include <ksmol/compat.h>
#include <ksmol/wire.h>

/* A header with @n option bytes after it; 0 is no valid option here. */
static u32 build(u8 *to, u8 flags, const u8 *opts, u32 n)
{
	struct ksmol_tcp_header tcp = {
		.sport = htons(1000),
		.dport = htons(2000),
		.seq = 0x01020304,
		.ack = 0x05060708,
		.flags = flags,
		.window = 0x1234,
	};

	memset(to, 0, KSMOL_TCP_HLEN_MAX);
	ksmol_tcp_emit(to, &tcp, 0xabcd);
	memcpy(to + KSMOL_TCP_HLEN, opts, n);
	n = ALIGN(n, 4) + KSMOL_TCP_HLEN;
	to[12] = n / 4 << 4;
	return n;
}

static int parse(u8 flags, const u8 *opts, u32 n, struct ksmol_tcp_header *tcp)
{
	u8 bytes[KSMOL_TCP_HLEN_MAX];

	return ksmol_tcp_parse(bytes, build(bytes, flags, opts, n), tcp);
}

static void tcp_parse__reads_every_field(struct kunit *test)
{
	static const u8 bytes[] = {
		0x03, 0xe8, 0x07, 0xd0, 1, 2, 3, 4, 5, 6, 7, 8,
		0x50, 0xff, 0x12, 0x34, 0xab, 0xcd, 0x56, 0x78,
	};
	struct ksmol_tcp_header tcp;

	KUNIT_ASSERT_EQ(test, ksmol_tcp_parse(bytes, sizeof(bytes), &tcp), 0);
	KUNIT_EXPECT_EQ(test, ntohs(tcp.sport), 1000);
	KUNIT_EXPECT_EQ(test, ntohs(tcp.dport), 2000);
	KUNIT_EXPECT_EQ(test, tcp.seq, 0x01020304U);
	KUNIT_EXPECT_EQ(test, tcp.ack, 0x05060708U);
	KUNIT_EXPECT_EQ(test, tcp.flags, 0xff);
	KUNIT_EXPECT_EQ(test, tcp.window, 0x1234);
	KUNIT_EXPECT_EQ(test, tcp.urg, 0x5678);
	KUNIT_EXPECT_EQ(test, tcp.hlen, 20);
	KUNIT_EXPECT_EQ(test, tcp.opts, 0);
}

static void tcp_parse__short_at_every_length(struct kunit *test)
{
	static const u8 nops[40] = { [0 ... 39] = 1 };
	u8 bytes[KSMOL_TCP_HLEN_MAX];
	struct ksmol_tcp_header tcp;
	u32 len = build(bytes, KSMOL_TCP_ACK, nops, 40), i;

	for (i = 0; i < len; i++)
		KUNIT_EXPECT_EQ(test, ksmol_tcp_parse(bytes, i, &tcp),
				(int)KSMOL_DROP_TCP_SHORT);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_parse(bytes, len, &tcp), 0);
}

static void tcp_parse__data_offset_below_five(struct kunit *test)
{
	u8 bytes[KSMOL_TCP_HLEN_MAX];
	struct ksmol_tcp_header tcp;
	int words;

	build(bytes, KSMOL_TCP_ACK, NULL, 0);
	for (words = 0; words < 5; words++) {
		bytes[12] = words << 4;
		KUNIT_EXPECT_EQ(test, ksmol_tcp_parse(bytes, 60, &tcp),
				(int)KSMOL_DROP_TCP_HDRLEN);
	}
}

/* As Linux sends its SYN. */
static void tcp_parse__options_of_a_syn(struct kunit *test)
{
	static const u8 opts[] = { 2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 1, 2,
				   0, 0, 3, 4, 1, 3, 3, 7 };
	struct ksmol_tcp_header tcp;

	KUNIT_ASSERT_EQ(test, parse(KSMOL_TCP_SYN, opts, sizeof(opts), &tcp), 0);
	KUNIT_EXPECT_EQ(test, tcp.opts, KSMOL_TCP_OPT_MSS |
			KSMOL_TCP_OPT_SACK_OK | KSMOL_TCP_OPT_TS |
			KSMOL_TCP_OPT_WSCALE);
	KUNIT_EXPECT_EQ(test, tcp.mss, 1460);
	KUNIT_EXPECT_EQ(test, tcp.wscale, 7);
	KUNIT_EXPECT_EQ(test, tcp.tsval, 0x102U);
	KUNIT_EXPECT_EQ(test, tcp.tsecr, 0x304U);
	/* Elsewhere these options mean nothing, but timestamps do. */
	KUNIT_ASSERT_EQ(test, parse(KSMOL_TCP_ACK, opts, sizeof(opts), &tcp), 0);
	KUNIT_EXPECT_EQ(test, tcp.opts, KSMOL_TCP_OPT_TS);
}

/* Who parses need not clear what is parsed into. */
static void tcp_parse__absent_options_are_zero(struct kunit *test)
{
	struct ksmol_tcp_header tcp;

	memset(&tcp, 0xa5, sizeof(tcp));
	KUNIT_ASSERT_EQ(test, parse(KSMOL_TCP_SYN, NULL, 0, &tcp), 0);
	KUNIT_EXPECT_EQ(test, tcp.opts, 0);
	KUNIT_EXPECT_EQ(test, tcp.nr_sack, 0);
	KUNIT_EXPECT_EQ(test, tcp.mss, 0);
	KUNIT_EXPECT_EQ(test, tcp.wscale, 0);
	KUNIT_EXPECT_EQ(test, tcp.tsval, 0U);
	KUNIT_EXPECT_EQ(test, tcp.tsecr, 0U);
}

static void tcp_parse__timestamps_aligned_or_not(struct kunit *test)
{
	static const u8 aligned[] = { 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2 };
	static const u8 crooked[] = { 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1 };
	struct ksmol_tcp_header tcp;

	KUNIT_ASSERT_EQ(test, parse(KSMOL_TCP_ACK, aligned, 12, &tcp), 0);
	KUNIT_EXPECT_EQ(test, tcp.tsval, 1U);
	KUNIT_EXPECT_EQ(test, tcp.tsecr, 2U);
	KUNIT_ASSERT_EQ(test, parse(KSMOL_TCP_ACK, crooked, 12, &tcp), 0);
	KUNIT_EXPECT_EQ(test, tcp.opts, KSMOL_TCP_OPT_TS);
	KUNIT_EXPECT_EQ(test, tcp.tsval, 1U);
	KUNIT_EXPECT_EQ(test, tcp.tsecr, 2U);
}

static void tcp_parse__sack_blocks(struct kunit *test)
{
	u8 opts[40] = { 1, 1, 5 };
	struct ksmol_tcp_header tcp;
	int n;

	for (n = 1; n <= KSMOL_TCP_SACKS; n++) {
		opts[3] = 2 + 8 * n;
		opts[4 + 8 * n - 1] = n;
		KUNIT_ASSERT_EQ(test, parse(KSMOL_TCP_ACK, opts, 4 + 8 * n,
					    &tcp), 0);
		KUNIT_EXPECT_EQ(test, tcp.opts, KSMOL_TCP_OPT_SACK);
		KUNIT_EXPECT_EQ(test, tcp.nr_sack, n);
		KUNIT_EXPECT_EQ(test, tcp.sack[n - 1].end, (u32)n);
	}
	/* A length that is no whole number of blocks. */
	opts[3] = 2 + 9;
	KUNIT_ASSERT_EQ(test, parse(KSMOL_TCP_ACK, opts, 16, &tcp), 0);
	KUNIT_EXPECT_EQ(test, tcp.opts, 0);
}

/* What can't be a length ends the list, but not what stood before it. */
static void tcp_parse__impossible_option_length(struct kunit *test)
{
	static const u8 lengths[] = { 0, 1, 5, 255 };
	u8 opts[] = { 4, 2, 99, 0, 2, 4, 1, 1 };
	struct ksmol_tcp_header tcp;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		opts[2] = 99;
		opts[3] = lengths[i] == 5 ? 7 : lengths[i];
		KUNIT_ASSERT_EQ(test, parse(KSMOL_TCP_SYN, opts, 8, &tcp), 0);
		KUNIT_EXPECT_EQ(test, tcp.opts, KSMOL_TCP_OPT_SACK_OK);
	}
	/* The kind as the very last byte has no length at all. */
	memset(opts, 1, 8);
	opts[7] = 2;
	KUNIT_EXPECT_EQ(test, parse(KSMOL_TCP_SYN, opts, 8, &tcp), 0);
	KUNIT_EXPECT_EQ(test, tcp.opts, 0);
}

static void tcp_parse__unknown_options_skipped(struct kunit *test)
{
	static const u8 opts[] = { 253, 4, 0xf9, 0x89, 28, 4, 0, 9,
				   2, 4, 2, 24, 0, 2, 4, 9 };
	struct ksmol_tcp_header tcp;

	KUNIT_ASSERT_EQ(test, parse(KSMOL_TCP_SYN, opts, 16, &tcp), 0);
	KUNIT_EXPECT_EQ(test, tcp.opts, KSMOL_TCP_OPT_MSS);
	/* And nothing counts after the end of the list. */
	KUNIT_EXPECT_EQ(test, tcp.mss, 536);
}

static void tcp_parse__random_options(struct kunit *test)
{
	struct ksmol_tcp_header tcp;
	struct rnd_state rnd;
	u8 opts[40];
	int i;

	prandom_seed_state(&rnd, 9293);
	for (i = 0; i < 20000; i++) {
		prandom_bytes_state(&rnd, opts, sizeof(opts));
		opts[0] %= 9;
		opts[1] %= 41;
		KUNIT_ASSERT_EQ(test, parse(opts[2], opts, i % 41, &tcp), 0);
		KUNIT_ASSERT_LE(test, (int)tcp.nr_sack, KSMOL_TCP_SACKS);
	}
}

static const u8 sets[] = {
	0,
	KSMOL_TCP_OPT_TS,
	KSMOL_TCP_OPT_TS | KSMOL_TCP_OPT_SACK,
	KSMOL_TCP_OPT_SACK,
	KSMOL_TCP_OPT_MSS,
	KSMOL_TCP_OPT_MSS | KSMOL_TCP_OPT_WSCALE,
	KSMOL_TCP_OPT_MSS | KSMOL_TCP_OPT_SACK_OK,
	KSMOL_TCP_OPT_MSS | KSMOL_TCP_OPT_SACK_OK | KSMOL_TCP_OPT_WSCALE,
	KSMOL_TCP_OPT_MSS | KSMOL_TCP_OPT_TS | KSMOL_TCP_OPT_WSCALE,
	KSMOL_TCP_OPT_MSS | KSMOL_TCP_OPT_SACK_OK | KSMOL_TCP_OPT_TS |
	KSMOL_TCP_OPT_WSCALE,
};

static void tcp_emit__parses_back(struct kunit *test)
{
	struct ksmol_tcp_header tcp = {
		.sport = htons(1), .dport = htons(2), .seq = 3, .ack = 4,
		.flags = KSMOL_TCP_SYN | KSMOL_TCP_ACK | KSMOL_TCP_URG,
		.window = 5, .urg = 6, .mss = 1460, .wscale = 8, .tsval = 9,
		.tsecr = 10, .sack = { { 11, 12 }, { 13, 14 }, { 15, 16 } },
	};
	struct ksmol_tcp_header back;
	u8 bytes[KSMOL_TCP_HLEN_MAX];
	u32 i, len;

	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		tcp.opts = sets[i];
		tcp.nr_sack = sets[i] & KSMOL_TCP_OPT_SACK ? 3 : 0;
		len = ksmol_tcp_header_len(&tcp);
		tcp.hlen = len;
		KUNIT_ASSERT_LE(test, len, 60U);
		KUNIT_EXPECT_EQ(test, len % 4, 0U);
		memset(&back, 0, sizeof(back));
		ksmol_tcp_emit(bytes, &tcp, 0);
		KUNIT_ASSERT_EQ(test, ksmol_tcp_parse(bytes, len, &back), 0);
		KUNIT_EXPECT_EQ(test, back.hlen, tcp.hlen);
		KUNIT_EXPECT_EQ(test, back.opts, tcp.opts);
		KUNIT_EXPECT_EQ(test, back.nr_sack, tcp.nr_sack);
		KUNIT_EXPECT_EQ(test, memcmp(back.sack, tcp.sack,
					     tcp.nr_sack * 8), 0);
		if (tcp.opts & KSMOL_TCP_OPT_TS)
			KUNIT_EXPECT_EQ(test, back.tsecr, 10U);
		if (tcp.opts & KSMOL_TCP_OPT_MSS)
			KUNIT_EXPECT_EQ(test, back.mss, 1460);
		if (tcp.opts & KSMOL_TCP_OPT_WSCALE)
			KUNIT_EXPECT_EQ(test, back.wscale, 8);
	}
}

static void tcp_emit__urgent_pointer_only_with_its_flag(struct kunit *test)
{
	struct ksmol_tcp_header tcp = { .flags = KSMOL_TCP_ACK, .urg = 77 };
	u8 bytes[KSMOL_TCP_HLEN_MAX];

	ksmol_tcp_emit(bytes, &tcp, 0);
	KUNIT_EXPECT_EQ(test, bytes[18] | bytes[19], 0);
}

/* Headers of a packet of 2500 bytes of payload, sequence number 7. */
static void cut_headers(u8 *to, bool df, u16 id)
{
	const struct ksmol_ipv4 ip = {
		.proto = IPPROTO_TCP, .total = 40 + 2500, .df = df, .id = id,
		.saddr = htonl(0x0a000002), .daddr = htonl(0x0a000001),
	};
	const struct ksmol_tcp_header tcp = {
		.seq = 7,
		.flags = KSMOL_TCP_ACK | KSMOL_TCP_PSH | KSMOL_TCP_FIN |
			 KSMOL_TCP_CWR,
	};

	ksmol_ipv4_emit(to, &ip);
	ksmol_tcp_emit(to + 20, &tcp,
		       ntohs((__force __be16)
			     ~csum_tcpudp_magic(ip.saddr, ip.daddr, 20 + 2500,
						IPPROTO_TCP, 0)));
}

static void expect_cut(struct kunit *test, u8 *bytes, u32 len, u32 seq,
		       u8 flags, u16 id)
{
	struct ksmol_tcp_header tcp;
	struct ksmol_ipv4 ip;
	__sum16 pseudo;

	KUNIT_ASSERT_EQ(test, ksmol_ipv4_parse(bytes, 20, 40 + len, &ip), 0);
	KUNIT_EXPECT_EQ(test, (u32)ip.total, 40 + len);
	KUNIT_EXPECT_EQ(test, ip.id, id);
	KUNIT_ASSERT_EQ(test, ksmol_tcp_parse(bytes + 20, 20, &tcp), 0);
	KUNIT_EXPECT_EQ(test, tcp.seq, seq);
	KUNIT_EXPECT_EQ(test, tcp.flags, flags);
	pseudo = ~csum_tcpudp_magic(ip.saddr, ip.daddr, 20 + len, IPPROTO_TCP,
				    0);
	/* As numbers modulo 65535: zero has two names. */
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(bytes + 36) % 65535,
			ntohs((__force __be16)pseudo) % 65535);
}

static void tcp_cut__pieces_of_a_packet(struct kunit *test)
{
	struct ksmol_tcp_cut cut = { .whole = 2500, .len = 1000 };
	u8 bytes[40];

	cut_headers(bytes, true, 0);
	ksmol_tcp_cut(bytes, 20, &cut);
	expect_cut(test, bytes, 1000, 7, KSMOL_TCP_ACK | KSMOL_TCP_CWR, 0);
	cut_headers(bytes, true, 0);
	cut.off = 1000;
	cut.index = 1;
	ksmol_tcp_cut(bytes, 20, &cut);
	expect_cut(test, bytes, 1000, 1007, KSMOL_TCP_ACK, 0);
	cut_headers(bytes, true, 0);
	cut.off = 2000;
	cut.len = 500;
	cut.index = 2;
	ksmol_tcp_cut(bytes, 20, &cut);
	expect_cut(test, bytes, 500, 2007,
		   KSMOL_TCP_ACK | KSMOL_TCP_PSH | KSMOL_TCP_FIN, 0);
}

static void tcp_cut__identities_where_df_is_not_set(struct kunit *test)
{
	const struct ksmol_tcp_cut cut = {
		.whole = 2500, .off = 1000, .len = 1000, .index = 1,
	};
	u8 bytes[40];

	cut_headers(bytes, false, 0xffff);
	ksmol_tcp_cut(bytes, 20, &cut);
	expect_cut(test, bytes, 1000, 1007, KSMOL_TCP_ACK, 0);
}

static void tcp_cut__ipv6_has_a_length_alone(struct kunit *test)
{
	const struct ksmol_tcp_cut cut = {
		.whole = 2500, .off = 2000, .len = 500, .index = 2,
	};
	u8 bytes[60] = { 6 << 4 };
	u8 before[40];

	put_unaligned_be16(20 + 2500, bytes + 4);
	memcpy(before, bytes, 40);
	ksmol_tcp_cut(bytes, 40, &cut);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(bytes + 4), 20 + 500);
	put_unaligned_be16(20 + 2500, bytes + 4);
	KUNIT_EXPECT_EQ(test, memcmp(bytes, before, 40), 0);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(bytes + 44), 2000U);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(tcp_parse__reads_every_field),
	KUNIT_CASE(tcp_parse__short_at_every_length),
	KUNIT_CASE(tcp_parse__data_offset_below_five),
	KUNIT_CASE(tcp_parse__options_of_a_syn),
	KUNIT_CASE(tcp_parse__absent_options_are_zero),
	KUNIT_CASE(tcp_parse__timestamps_aligned_or_not),
	KUNIT_CASE(tcp_parse__sack_blocks),
	KUNIT_CASE(tcp_parse__impossible_option_length),
	KUNIT_CASE(tcp_parse__unknown_options_skipped),
	KUNIT_CASE(tcp_parse__random_options),
	KUNIT_CASE(tcp_emit__parses_back),
	KUNIT_CASE(tcp_emit__urgent_pointer_only_with_its_flag),
	KUNIT_CASE(tcp_cut__pieces_of_a_packet),
	KUNIT_CASE(tcp_cut__identities_where_df_is_not_set),
	KUNIT_CASE(tcp_cut__ipv6_has_a_length_alone),
	{}
};

static struct kunit_suite wire_tcp_suite = {
	.name = "ksmol_wire_tcp",
	.test_cases = cases,
};

kunit_test_suite(wire_tcp_suite);
