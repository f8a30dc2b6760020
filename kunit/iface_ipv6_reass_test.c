// SPDX-License-Identifier: GPL-2.0-only
/* IPv6 fragments in, datagrams up. Pitfalls 20, 33. */

#include <linux/icmpv6.h>
#include <linux/udp.h>
#include <net/ip6_checksum.h>
#include "../module/iface/reass.h"
#include "iface6_fixture.h"

/* Bytes behind the fragment header of the datagrams that are cut here. */
#define LEN 3008

/* The datagram of a case, whole; the fixture's frame carries its pieces. */
static struct ksmol_frame *datagram(struct kunit *test)
{
	struct ksmol_frame *whole = kunit_kzalloc(test, sizeof(*whole),
						  GFP_KERNEL);
	struct ksmol_frame6_ends ends = iface6_ends(US6);

	KUNIT_ASSERT_NOT_NULL(test, whole);
	ksmol_frame_udp6(whole, &ends, NULL, LEN - sizeof(struct udphdr));
	return whole;
}

/* Makes a fragment of bytes @off to @off + @len of it. */
static void piece_make(struct kunit *test, struct ksmol_frame *whole, u32 id,
		       u32 off, u32 len, bool more)
{
	struct ksmol_frame6_ends ends = iface6_ends(US6);
	struct ksmol_ipv6_frag frag = {
		.off = off,
		.more = more,
		.id = id,
	};
	struct iface_fixture *f = test->priv;
	u8 header[KSMOL_IPV6_FRAG_HLEN];

	ends.tclass = 0x2c;
	ends.hlim = 40 + off / 8 % 100;
	ksmol_frame_ipv6(&f->frame, &ends, ksmol_frame_ip6h(whole)->nexthdr,
			 (u8 *)ksmol_frame_l46(whole) + off, len);
	ksmol_ipv6_frag_emit(header, &frag);
	ksmol_frame_ext6(&f->frame, IPPROTO_FRAGMENT, header, sizeof(header));
}

static void piece(struct kunit *test, struct ksmol_frame *whole, u32 id,
		  u32 off, u32 len, bool more)
{
	piece_make(test, whole, id, off, len, more);
	iface_arrives(test);
}

static void expect_whole(struct kunit *test, struct ksmol_frame *whole,
			 unsigned int inputs)
{
	struct iface_fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, f->inputs, inputs);
	KUNIT_EXPECT_EQ(test, f->len, (u32)LEN);
	KUNIT_EXPECT_EQ(test, memcmp(f->bytes, ksmol_frame_l46(whole), LEN), 0);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 0U);
}

static void reass__any_order(struct kunit *test)
{
	static const u32 at[] = { 0, 1448, 2896, LEN };
	static const u8 order[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
				       { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	struct iface_fixture *f = iface6_attached(test);
	struct ksmol_frame *whole = datagram(test);
	u64 delivered = iface_verdict(KSMOL_DELIVERED);
	u32 i, k, n;

	for (i = 0; i < ARRAY_SIZE(order); i++) {
		memset(f->bytes, 0, sizeof(f->bytes));
		for (k = 0; k < 3; k++) {
			n = order[i][k];
			KUNIT_EXPECT_EQ(test, f->inputs, i);
			piece(test, whole, 7, at[n], at[n + 1] - at[n], n < 2);
		}
		expect_whole(test, whole, i + 1);
		KUNIT_EXPECT_EQ(test, f->proto, IPPROTO_UDP);
		/* Its header is fragment 0's. */
		KUNIT_EXPECT_EQ(test, f->rx.ttl, 40);
		KUNIT_EXPECT_EQ(test, f->rx.tos, 0x2c);
		KUNIT_EXPECT_FALSE(test, f->rx.csum_ok);
		KUNIT_EXPECT_FALSE(test, f->rx.csum_valid);
	}
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DELIVERED), delivered + 18);
}

/* All 32 bits of the identification count, and the next header does not. */
static void reass__by_identification(struct kunit *test)
{
	struct ksmol_frame *whole = datagram(test);
	struct iface_fixture *f = iface6_attached(test);

	piece(test, whole, 0x10007, 0, 1504, true);
	piece(test, whole, 0x20007, 1504, LEN - 1504, false);
	KUNIT_EXPECT_EQ(test, f->inputs, 0U);
	/* RFC 8200 4.5: that of the first is the one that counts. */
	piece_make(test, whole, 0x10007, 1504, LEN - 1504, false);
	f->frame.data[ETH_HLEN + 40] = IPPROTO_NONE;
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->proto, IPPROTO_UDP);
}

/* RFC 6946: one of one, whatever waits under the same identification. */
static void reass__atomic(struct kunit *test)
{
	struct ksmol_frame *whole = datagram(test);
	struct iface_fixture *f = iface6_attached(test);

	piece(test, whole, 9, 0, 1504, true);
	piece(test, whole, 9, 0, 1400, false);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->len, 1400U);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 1U);
	piece(test, whole, 9, 1504, LEN - 1504, false);
	expect_whole(test, whole, 2);
}

/* RFC 5722: not even what is still to come is taken. */
static void reass__overlap(struct kunit *test)
{
	static const u32 bad[][2] = { { 0, 1488 }, { 1472, 16 }, { 8, 1480 },
				      { 0, 3000 } };
	struct ksmol_frame *whole = datagram(test);
	struct iface_fixture *f = iface6_attached(test);
	u32 id;

	for (id = 0; id < ARRAY_SIZE(bad); id++) {
		u64 drops = iface_verdict(KSMOL_DROP_FRAG_OVERLAP);

		piece(test, whole, id, 0, 1480, true);
		piece(test, whole, id, bad[id][0], bad[id][1], true);
		KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_FRAG_OVERLAP),
				drops + 1);
		KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 0U);
		piece(test, whole, id, 1480, LEN - 1480, false);
		KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_FRAG_OVERLAP),
				drops + 2);
	}
	KUNIT_EXPECT_EQ(test, f->inputs, 0U);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* It ends as @reason, and its sender is told: @code, about @pointer. */
static void expect_problem(struct kunit *test, int reason, u8 code, u32 pointer)
{
	u64 drops = iface_verdict(reason);

	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_verdict(reason), drops + 1);
	iface6_expect_problem(test, code, pointer);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* RFC 8200 4.5 */
static void reass__impossible_length(struct kunit *test)
{
	struct ksmol_frame *whole = datagram(test);
	struct ksmol_ipv6_frag frag = { .off = 65528 };
	struct iface_fixture *f = iface6_attached(test);

	piece_make(test, whole, 1, 0, 1479, true);
	expect_problem(test, KSMOL_DROP_FRAG_LEN, 0, 4);
	/* Seven bytes end where 65535 do; eight are one too many. */
	piece_make(test, whole, 1, 0, 7, false);
	frag.next = IPPROTO_UDP;
	ksmol_ipv6_frag_emit(f->frame.data + ETH_HLEN + 40, &frag);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 1U);
	piece_make(test, whole, 1, 0, 8, false);
	ksmol_ipv6_frag_emit(f->frame.data + ETH_HLEN + 40, &frag);
	expect_problem(test, KSMOL_DROP_FRAG_LEN, 0, 42);
}

/* RFC 7112: all headers are in the first. */
static void reass__headers_in_the_first(struct kunit *test)
{
	static const u8 options[32] = { 0, 3, 1, 28 };
	struct ksmol_frame *whole = datagram(test);
	struct iface_fixture *f = iface6_attached(test);

	ksmol_frame_ext6(whole, IPPROTO_DSTOPTS, options, sizeof(options));
	piece_make(test, whole, 1, 0, 24, true);
	expect_problem(test, KSMOL_DROP_FRAG_TINY, 3, 0);
	ksmol_frame_ip6h(whole)->nexthdr = IPPROTO_TCP;
	piece_make(test, whole, 2, 0, 16, true);
	expect_problem(test, KSMOL_DROP_FRAG_TINY, 3, 0);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 0U);
	KUNIT_EXPECT_EQ(test, f->inputs, 0U);
}

/* What stands before the fragment header, and behind it. */
static void reass__among_headers(struct kunit *test)
{
	static const u8 behind[16] = { 0, 1, 1, 12 }, before[8] = { 0, 0, 1, 4 };
	struct ksmol_frame *whole = datagram(test);
	struct iface_fixture *f = iface6_attached(test);
	int i;

	ksmol_frame_ext6(whole, IPPROTO_DSTOPTS, behind, sizeof(behind));
	for (i = 1; i >= 0; i--) {
		piece_make(test, whole, 5, i ? 1504 : 0,
			   i ? LEN + 16 - 1504 : 1504, !i);
		ksmol_frame_ext6(&f->frame, IPPROTO_HOPOPTS, before, 8);
		iface_arrives(test);
	}
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->len, (u32)LEN);
	KUNIT_EXPECT_EQ(test, memcmp(f->bytes, (u8 *)ksmol_frame_l46(whole) + 16,
				     LEN), 0);
}

/* An option behind the fragment header that nobody knows: told once it is
 * whole, with the packet as its first fragment came.
 */
static void reass__unknown_option_behind(struct kunit *test)
{
	static const u8 options[8] = { 0, 0, 0x9e, 4 };
	struct ksmol_frame *whole = datagram(test);
	u64 purged = ksmol_stats_read(purged);
	struct iface_fixture *f = iface6_attached(test);

	ksmol_frame_ext6(whole, IPPROTO_DSTOPTS, options, sizeof(options));
	piece(test, whole, 5, 0, 1504, true);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	piece_make(test, whole, 5, 1504, LEN + 8 - 1504, false);
	expect_problem(test, KSMOL_DROP_IPV6_OPTION, 2, 50);
	KUNIT_EXPECT_EQ(test, f->inputs, 0U);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(purged), purged + 1);
}

/* A fragment of fragments is nothing that anybody sends. */
static void reass__fragment_in_a_fragment(struct kunit *test)
{
	u64 drops = iface_verdict(KSMOL_DROP_IPV6_EXT);
	static const u8 inner[8] = { IPPROTO_UDP, 0, 0, 1, 0, 0, 0, 1 };
	struct ksmol_frame *whole = datagram(test);
	struct iface_fixture *f = iface6_attached(test);

	ksmol_frame_ext6(whole, IPPROTO_FRAGMENT, inner, sizeof(inner));
	piece(test, whole, 5, 0, 1400, false);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_IPV6_EXT), drops + 1);
	KUNIT_EXPECT_EQ(test, f->inputs, 0U);
}

static void run(unsigned long now)
{
	unsigned long next;

	local_bh_disable();
	ksmol_reass_run(now, &next);
	local_bh_enable();
}

/* RFC 8200 4.5: told, if the first was there. */
static void reass__time_is_over(struct kunit *test)
{
	struct ksmol_frame *whole = datagram(test);
	struct icmp6hdr *icmp;
	struct ipv6hdr *ip;

	iface6_attached(test);
	piece(test, whole, 1, 0, 1504 - 504, true);
	piece(test, whole, 2, 1504, LEN - 1504, false);
	run(jiffies + KSMOL_REASS_TIME - HZ);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 2U);
	run(jiffies + KSMOL_REASS_TIME + 1);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 0U);

	ip = iface6_sent(test, NULL);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	icmp = (struct icmp6hdr *)(ip + 1);
	KUNIT_EXPECT_EQ(test, icmp->icmp6_type, ICMPV6_TIME_EXCEED);
	KUNIT_EXPECT_EQ(test, icmp->icmp6_code, ICMPV6_EXC_FRAGTIME);
	KUNIT_EXPECT_EQ(test, ntohs(ip->payload_len), 8 + 40 + 8 + 1000);
	KUNIT_EXPECT_EQ(test, memcmp((u8 *)(icmp + 1) + 48,
				     ksmol_frame_l46(whole), 1000), 0);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* The datagram's verdict is the last fragment's; the others are purged. */
static void reass__nobody_wants_it(struct kunit *test)
{
	u64 none = iface_verdict(KSMOL_DROP_UDP_NO_SOCKET);
	struct ksmol_frame *whole = datagram(test);
	u64 purged = ksmol_stats_read(purged);
	struct iface_fixture *f = iface6_attached(test);
	struct icmp6hdr *icmp;
	struct ipv6hdr *ip;

	f->answer = KSMOL_DROP_UDP_NO_SOCKET;
	piece(test, whole, 3, 1448, LEN - 1448, false);
	piece(test, whole, 3, 0, 1448, true);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_UDP_NO_SOCKET),
			none + 1);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(purged) - purged, 1ULL);
	ip = iface6_sent(test, NULL);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	icmp = (struct icmp6hdr *)(ip + 1);
	KUNIT_EXPECT_EQ(test, icmp->icmp6_type, ICMPV6_DEST_UNREACH);
	KUNIT_EXPECT_EQ(test, memcmp((u8 *)(icmp + 1) + 48,
				     ksmol_frame_l46(whole), 1000), 0);
}

/* RFC 6980: neighbors say nothing in fragments. */
static void reass__no_discovery(struct kunit *test)
{
	u64 drops = iface_verdict(KSMOL_DROP_IPV6_EXT);
	struct ksmol_frame6_ends ends = iface6_ends(US6);
	struct ksmol_frame *whole = datagram(test);

	iface6_attached(test);
	ends.hlim = 255;
	ksmol_frame_icmp6(whole, &ends, 135, 0, 0, NULL, 24);
	piece(test, whole, 5, 0, 32, false);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_IPV6_EXT), drops + 1);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* Answered although it came in parts, and goes out in parts. */
static void reass__echo(struct kunit *test)
{
	struct ksmol_frame *whole = datagram(test);
	struct ksmol_frame6_ends ends = iface6_ends(US6);
	u8 *got = kunit_kzalloc(test, LEN, GFP_KERNEL);
	struct ksmol_ipv6_frag frag;
	struct ipv6hdr *ip;
	u32 n, len = 0;

	KUNIT_ASSERT_NOT_NULL(test, got);
	iface6_attached(test);
	ksmol_frame_icmp6(whole, &ends, ICMPV6_ECHO_REQUEST, 0, 5, NULL,
			  LEN - 8);
	piece(test, whole, 5, 1504, LEN - 1504, false);
	piece(test, whole, 5, 0, 1504, true);
	while ((ip = iface6_sent(test, NULL))) {
		ksmol_ipv6_frag_parse((u8 *)(ip + 1), &frag);
		KUNIT_EXPECT_EQ(test, frag.next, IPPROTO_ICMPV6);
		n = ntohs(ip->payload_len) - 8;
		KUNIT_ASSERT_LE(test, frag.off + n, (u32)LEN);
		memcpy(got + frag.off, (u8 *)(ip + 1) + 8, n);
		len += n;
	}
	KUNIT_EXPECT_EQ(test, len, (u32)LEN);
	KUNIT_EXPECT_EQ(test, got[0], ICMPV6_ECHO_REPLY);
	KUNIT_EXPECT_EQ(test, csum_ipv6_magic(&ends.daddr.v6, &ends.saddr.v6,
					      LEN, IPPROTO_ICMPV6,
					      csum_partial(got, LEN, 0)), 0);
	KUNIT_EXPECT_EQ(test, memcmp(got + 4, (u8 *)ksmol_frame_l46(whole) + 4,
				     LEN - 4), 0);
}

static struct kunit_case ipv6_reass_cases[] = {
	KUNIT_CASE(reass__any_order),
	KUNIT_CASE(reass__by_identification),
	KUNIT_CASE(reass__atomic),
	KUNIT_CASE(reass__overlap),
	KUNIT_CASE(reass__impossible_length),
	KUNIT_CASE(reass__headers_in_the_first),
	KUNIT_CASE(reass__among_headers),
	KUNIT_CASE(reass__unknown_option_behind),
	KUNIT_CASE(reass__fragment_in_a_fragment),
	KUNIT_CASE(reass__time_is_over),
	KUNIT_CASE(reass__nobody_wants_it),
	KUNIT_CASE(reass__no_discovery),
	KUNIT_CASE(reass__echo),
	{}
};

static struct kunit_suite ipv6_reass_suite = {
	.name = "ksmol_iface_ipv6_reass",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = ipv6_reass_cases,
};

kunit_test_suite(ipv6_reass_suite);
