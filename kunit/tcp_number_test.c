// SPDX-License-Identifier: GPL-2.0-only
/* Initial numbers and SYN cookies. Mirrors module/socket/ tcp_isn, tcp_cookie. */

#include "tcp_conn_fixture.h"

#define SEC	((u64)USEC_PER_SEC)
#define NOW	(1000 * SEC)

/* --- tcp_isn --- */

/* RFC 6528 3: the clock ticks every four microseconds. */
static void isn__clock(struct kunit *test)
{
	struct ksmol_tcp_key key = tcp_key(PEER_PORT);
	u32 isn = ksmol_tcp_isn(&key, NOW);

	KUNIT_EXPECT_EQ(test, ksmol_tcp_isn(&key, NOW + 4), isn + 1);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_isn(&key, NOW + SEC), isn + 250000);
}

static void isn__differs_by_ends(struct kunit *test)
{
	struct ksmol_tcp_key key = tcp_key(PEER_PORT), other = key;
	u32 isn = ksmol_tcp_isn(&key, NOW);

	other.rport = htons(PEER_PORT + 1);
	KUNIT_EXPECT_NE(test, ksmol_tcp_isn(&other, NOW), isn);
	other = key;
	other.lport = htons(OUR_PORT + 1);
	KUNIT_EXPECT_NE(test, ksmol_tcp_isn(&other, NOW), isn);
	other = key;
	other.raddr = ksmol_addr_v4(OTHER);
	KUNIT_EXPECT_NE(test, ksmol_tcp_isn(&other, NOW), isn);
	other = key;
	other.laddr.w[3] = 1;
	KUNIT_EXPECT_NE(test, ksmol_tcp_isn(&other, NOW), isn);
}

/* Neither tells the other. */
static void ts_offset__stable_and_apart(struct kunit *test)
{
	struct ksmol_tcp_key key = tcp_key(PEER_PORT);

	KUNIT_EXPECT_EQ(test, ksmol_tcp_ts_offset(&key),
			ksmol_tcp_ts_offset(&key));
	KUNIT_EXPECT_NE(test, ksmol_tcp_ts_offset(&key),
			ksmol_tcp_isn(&key, 0));
}

/* --- tcp_cookie --- */

#define ALL_OPTS (KSMOL_TCP_OPT_TS | KSMOL_TCP_OPT_SACK_OK | \
		  KSMOL_TCP_OPT_WSCALE)

static struct ksmol_tcp_open syn_open(const struct ksmol_tcp_key *key, u8 opts,
				      u16 mss, u8 wscale)
{
	return (struct ksmol_tcp_open){
		.irs = PEER_ISS,
		.opts = opts,
		.mss = mss,
		.wscale = wscale,
		.ts_offset = ksmol_tcp_ts_offset(key),
	};
}

/* The ACK that a peer makes of our answer. */
static struct ksmol_tcp_seg cookie_ack(const struct ksmol_tcp_open *open,
				       u32 tsval)
{
	return (struct ksmol_tcp_seg){
		.h = {
			.seq = open->irs + 1,
			.ack = open->iss + 1,
			.flags = KSMOL_TCP_ACK,
			.opts = open->opts & KSMOL_TCP_OPT_TS,
			.tsval = 99,
			.tsecr = tsval,
		},
		.end = open->irs + 1,
	};
}

static void cookie__round_trip(struct kunit *test)
{
	static const u16 sizes[] = { 216, 536, 1220, 1340, 1400, 1440, 1460,
				     8960 };
	struct ksmol_tcp_key key = tcp_key(PEER_PORT);
	struct ksmol_tcp_open open, back;
	struct ksmol_tcp_seg ack;
	unsigned int i;
	u32 tsval;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		open = syn_open(&key, ALL_OPTS, sizes[i], i + 7);
		open.ecn = i & 1;
		tsval = ksmol_tcp_cookie_make(&key, &open, NOW);
		ack = cookie_ack(&open, tsval);
		KUNIT_ASSERT_TRUE(test, ksmol_tcp_cookie_check(&key, &ack,
							       &back, NOW));
		KUNIT_EXPECT_EQ(test, back.irs, PEER_ISS);
		KUNIT_EXPECT_EQ(test, back.iss, open.iss);
		KUNIT_EXPECT_EQ(test, back.mss, sizes[i]);
		KUNIT_EXPECT_EQ(test, back.opts, ALL_OPTS);
		KUNIT_EXPECT_EQ(test, back.wscale, i + 7);
		KUNIT_EXPECT_EQ(test, back.ecn, open.ecn);
		KUNIT_EXPECT_EQ(test, back.ts_recent, 99U);
		KUNIT_EXPECT_EQ(test, back.ts_offset, open.ts_offset);
	}
}

/* Never more than the peer said; the least of the table if need be. */
static void cookie__mss_rounded_down(struct kunit *test)
{
	static const struct { u16 said, kept; } sizes[] = {
		{ 48, 216 }, { 215, 216 }, { 537, 536 }, { 1459, 1440 },
		{ 1461, 1460 }, { 9000, 8960 }, { 65535, 8960 },
	};
	struct ksmol_tcp_key key = tcp_key(PEER_PORT);
	struct ksmol_tcp_open open;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		open = syn_open(&key, 0, sizes[i].said, 0);
		ksmol_tcp_cookie_make(&key, &open, NOW);
		KUNIT_EXPECT_EQ(test, open.mss, sizes[i].kept);
	}
}

static void cookie__no_time_stamps(struct kunit *test)
{
	struct ksmol_tcp_key key = tcp_key(PEER_PORT);
	struct ksmol_tcp_open open = syn_open(&key, 0, 1460, 0), back;
	struct ksmol_tcp_seg ack;

	KUNIT_EXPECT_EQ(test, ksmol_tcp_cookie_make(&key, &open, NOW), 0U);
	ack = cookie_ack(&open, 0);
	KUNIT_ASSERT_TRUE(test, ksmol_tcp_cookie_check(&key, &ack, &back, NOW));
	KUNIT_EXPECT_EQ(test, back.opts, 0);
	KUNIT_EXPECT_FALSE(test, back.ecn);
}

static void cookie__some_options(struct kunit *test)
{
	struct ksmol_tcp_key key = tcp_key(PEER_PORT);
	struct ksmol_tcp_open open, back;
	struct ksmol_tcp_seg ack;
	u32 tsval;

	open = syn_open(&key, KSMOL_TCP_OPT_TS, 1460, 0);
	tsval = ksmol_tcp_cookie_make(&key, &open, NOW);
	ack = cookie_ack(&open, tsval);
	KUNIT_ASSERT_TRUE(test, ksmol_tcp_cookie_check(&key, &ack, &back, NOW));
	KUNIT_EXPECT_EQ(test, back.opts, KSMOL_TCP_OPT_TS);
}

/* RFC 7323: later stamps must not look older than the first. */
static void cookie__stamp_not_ahead(struct kunit *test)
{
	struct ksmol_tcp_key key = tcp_key(PEER_PORT);
	struct ksmol_tcp_open open;
	u32 ms, tsval, clock;

	for (ms = 0; ms < 130; ms++) {
		u64 now = NOW + ms * USEC_PER_MSEC;

		open = syn_open(&key, ALL_OPTS, 1460, 14);
		tsval = ksmol_tcp_cookie_make(&key, &open, now);
		clock = (u32)div_u64(now, USEC_PER_MSEC) + open.ts_offset;
		KUNIT_EXPECT_FALSE(test, ksmol_seq_after(tsval, clock));
		KUNIT_EXPECT_LT(test, clock - tsval, 128U);
	}
}

/* All bits count but the three that tell the peer's own segment size. */
static void cookie__tampered(struct kunit *test)
{
	struct ksmol_tcp_key key = tcp_key(PEER_PORT), other = key;
	struct ksmol_tcp_open open = syn_open(&key, 0, 1460, 0), back;
	struct ksmol_tcp_seg ack, bad;
	int bit;

	ksmol_tcp_cookie_make(&key, &open, NOW);
	ack = cookie_ack(&open, 0);
	for (bit = 3; bit < 32; bit++) {
		bad = ack;
		bad.h.ack = (open.iss ^ BIT(bit)) + 1;
		KUNIT_EXPECT_FALSE(test, ksmol_tcp_cookie_check(&key, &bad,
								&back, NOW));
	}
	bad = ack;
	bad.h.seq++;
	KUNIT_EXPECT_FALSE(test, ksmol_tcp_cookie_check(&key, &bad, &back,
							NOW));
	other.rport = htons(PEER_PORT + 1);
	KUNIT_EXPECT_FALSE(test, ksmol_tcp_cookie_check(&other, &ack, &back,
							NOW));
	other = key;
	other.raddr = ksmol_addr_v4(OTHER);
	KUNIT_EXPECT_FALSE(test, ksmol_tcp_cookie_check(&other, &ack, &back,
							NOW));
}

static void cookie__two_minutes(struct kunit *test)
{
	struct ksmol_tcp_key key = tcp_key(PEER_PORT);
	struct ksmol_tcp_open open = syn_open(&key, 0, 1460, 0), back;
	u64 minute = 60 * SEC, made = 20 * minute;
	struct ksmol_tcp_seg ack;

	ksmol_tcp_cookie_make(&key, &open, made);
	ack = cookie_ack(&open, 0);
	KUNIT_EXPECT_TRUE(test, ksmol_tcp_cookie_check(&key, &ack, &back,
						       made + 2 * minute - 1));
	KUNIT_EXPECT_FALSE(test, ksmol_tcp_cookie_check(&key, &ack, &back,
							made + 2 * minute));
	KUNIT_EXPECT_FALSE(test, ksmol_tcp_cookie_check(&key, &ack, &back,
							made - 1));
}

static struct kunit_case number_cases[] = {
	KUNIT_CASE(isn__clock),
	KUNIT_CASE(isn__differs_by_ends),
	KUNIT_CASE(ts_offset__stable_and_apart),
	KUNIT_CASE(cookie__round_trip),
	KUNIT_CASE(cookie__mss_rounded_down),
	KUNIT_CASE(cookie__no_time_stamps),
	KUNIT_CASE(cookie__some_options),
	KUNIT_CASE(cookie__stamp_not_ahead),
	KUNIT_CASE(cookie__tampered),
	KUNIT_CASE(cookie__two_minutes),
	{}
};

static struct kunit_suite number_suite = {
	.name = "ksmol_tcp_number",
	.test_cases = number_cases,
};

kunit_test_suite(number_suite);
