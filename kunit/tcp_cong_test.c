// SPDX-License-Identifier: GPL-2.0-only
/* Arithmetic: round trips and timeout, Reno's and CUBIC's windows. */

#include "../module/socket/tcp_recovery.h"
#include "tcp_send_fixture.h"

#define MS USEC_PER_MSEC

static struct ksmol_tcb *tcb_of(struct kunit *test)
{
	return &((struct send_fixture *)test->priv)->tcb;
}

/* A connection without any sample. */
static struct ksmol_tcb *fresh(struct kunit *test)
{
	struct ksmol_tcb *tcb = tcb_of(test);

	tcb->srtt8 = 0;
	tcb->rttvar4 = 0;
	tcb->min_rtt = 0;
	tcb->rto = KSMOL_TCP_RTO_INIT;
	return tcb;
}

/* The next round trip begins. */
static void round_trip(struct ksmol_tcb *tcb)
{
	tcb->snd_una = tcb->rtt_seq + 1;
	tcb->snd_nxt = tcb->snd_una;
}

/* --- RFC 6298 --- */

SEND_CASE(rtt__first_sample)
{
	struct ksmol_tcb *tcb = fresh(test);

	ksmol_tcp_rtt(tcb, 100 * MS, 1);
	KUNIT_EXPECT_EQ(test, tcb->srtt8 / 8, 100U * MS);
	KUNIT_EXPECT_EQ(test, tcb->rttvar4, 200U * MS);
	KUNIT_EXPECT_EQ(test, tcb->rto, 300U * MS);
	KUNIT_EXPECT_EQ(test, tcb->min_rtt, 100U * MS);
}

SEND_CASE(rtt__second_sample)
{
	struct ksmol_tcb *tcb = fresh(test);

	ksmol_tcp_rtt(tcb, 100 * MS, 1);
	round_trip(tcb);
	ksmol_tcp_rtt(tcb, 200 * MS, 2);
	/* SRTT 7/8 100 + 1/8 200; RTTVAR 3/4 50 + 1/4 100 */
	KUNIT_EXPECT_EQ(test, tcb->srtt8, 8U * 112500);
	KUNIT_EXPECT_EQ(test, tcb->rttvar4, 4U * 62500);
	KUNIT_EXPECT_EQ(test, tcb->rto, 112500U + 250000);
}

SEND_CASE(rtt__many_samples_of_one_flight)
{
	struct ksmol_tcb *tcb = fresh(test);
	u32 var, i;

	ksmol_tcp_rtt(tcb, 100 * MS, 1);
	tcb->rtt_seq = tcb->snd_una + 1000;
	var = tcb->rttvar4;
	for (i = 0; i < 100; i++)
		ksmol_tcp_rtt(tcb, 100 * MS, 2);
	KUNIT_EXPECT_EQ(test, tcb->rttvar4, var);
	/* And once a round trip it falls by a quarter */
	round_trip(tcb);
	ksmol_tcp_rtt(tcb, 100 * MS, 3);
	KUNIT_EXPECT_EQ(test, tcb->rttvar4, var - var / 4);
}

SEND_CASE(rtt__steady)
{
	struct ksmol_tcb *tcb = fresh(test);
	u32 i;

	for (i = 0; i < 200; i++) {
		ksmol_tcp_rtt(tcb, 50 * MS, i + 1);
		round_trip(tcb);
	}
	KUNIT_EXPECT_EQ(test, tcb->srtt8 / 8, 50U * MS);
	KUNIT_EXPECT_LT(test, tcb->rttvar4, 100U);
	KUNIT_EXPECT_EQ(test, tcb->rto, (u32)(50 * MS + KSMOL_TCP_RTO_MIN));
}

SEND_CASE(rtt__faster_path_is_no_variation)
{
	struct ksmol_tcb *tcb = fresh(test);
	u32 i;

	for (i = 0; i < 50; i++) {
		ksmol_tcp_rtt(tcb, 400 * MS, i + 1);
		round_trip(tcb);
	}
	ksmol_tcp_rtt(tcb, 10 * MS, 100);
	KUNIT_EXPECT_LE(test, tcb->rto, (u32)(400 * MS + KSMOL_TCP_RTO_MIN));
}

SEND_CASE(rtt__extremes)
{
	struct ksmol_tcb *tcb = fresh(test);

	ksmol_tcp_rtt(tcb, 0, 1);
	KUNIT_EXPECT_NE(test, tcb->srtt8, 0U);
	round_trip(tcb);
	ksmol_tcp_rtt(tcb, U32_MAX, 2);
	KUNIT_EXPECT_LE(test, tcb->rto, (u32)KSMOL_TCP_RTO_MAX);
	tcb->backoff = 16;
	KUNIT_EXPECT_EQ(test, ksmol_tcp_rto(tcb), (u64)KSMOL_TCP_RTO_MAX);
}

SEND_CASE(min_rtt__forgotten_after_a_while)
{
	struct ksmol_tcb *tcb = fresh(test);

	ksmol_tcp_rtt(tcb, 10 * MS, 1);
	ksmol_tcp_rtt(tcb, 30 * MS, 2);
	KUNIT_EXPECT_EQ(test, tcb->min_rtt, 10U * MS);
	ksmol_tcp_rtt(tcb, 30 * MS, 300 * USEC_PER_SEC + 1);
	KUNIT_EXPECT_EQ(test, tcb->min_rtt, 30U * MS);
}

/* --- windows --- */

static void cong_begin(struct kunit *test, const char *name, u32 mss, u32 cwnd)
{
	struct ksmol_tcb *tcb = tcb_of(test);

	tcb->cong = ksmol_tcp_cong_find(name);
	KUNIT_ASSERT_NOT_NULL(test, tcb->cong);
	tcb->mss = mss;
	tcb->srtt8 = 0;
	ksmol_tcp_cong_start(tcb);
	tcb->cwnd = cwnd;
	tcb->ssthresh = cwnd;
}

/* Congestion at this window; what remains of it. */
static u32 cong_loss(struct ksmol_tcb *tcb, u64 now)
{
	tcb->flight = tcb->cwnd;
	tcb->ssthresh = tcb->cong->ssthresh(tcb, now);
	tcb->cwnd = tcb->ssthresh;
	return tcb->cwnd;
}

/* ACKs of a window each @rtt, for @time. */
static void cong_run(struct ksmol_tcb *tcb, u64 *now, u64 time, u32 rtt)
{
	u64 end = *now + time;

	while (*now < end) {
		u32 left = tcb->cwnd, acked;

		for (; left; left -= acked) {
			acked = min(left, 2 * tcb->mss);
			tcb->cong->avoid(tcb, acked, 0, *now);
		}
		*now += rtt;
	}
}

SEND_CASE(cong_find__names)
{
	KUNIT_EXPECT_PTR_EQ(test, ksmol_tcp_cong_find("reno"),
			    &ksmol_tcp_reno);
	KUNIT_EXPECT_PTR_EQ(test, ksmol_tcp_cong_find("cubic"),
			    &ksmol_tcp_cubic);
	KUNIT_EXPECT_NULL(test, ksmol_tcp_cong_find("vegas"));
}

SEND_CASE(reno__one_segment_per_window)
{
	struct ksmol_tcb *tcb = tcb_of(test);
	u64 now = USEC_PER_SEC;

	cong_begin(test, "reno", 1000, 20000);
	cong_run(tcb, &now, 10 * MS, MS);
	KUNIT_EXPECT_EQ(test, tcb->cwnd, 30000U);
	KUNIT_EXPECT_EQ(test, cong_loss(tcb, now), 15000U);
}

SEND_CASE(slow_start__ends_at_ssthresh)
{
	struct ksmol_tcb *tcb = tcb_of(test);

	cong_begin(test, "reno", 1000, 10000);
	tcb->ssthresh = 15000;
	tcb->cong->avoid(tcb, 4000, 0, 1);
	KUNIT_EXPECT_EQ(test, tcb->cwnd, 14000U);
	tcb->cong->avoid(tcb, 4000, 0, 2);
	KUNIT_EXPECT_EQ(test, tcb->cwnd, 15000U);
}

/* Where W(t) of RFC 9438 is after @seconds, computed elsewhere. */
struct cubic_point {
	u32 seconds;
	u32 segments;
};

/* W_max 1000 segments, 0.7 remain: K = cbrt(300 / 0.4) = 9.086 s */
static const struct cubic_point cubic_thousand[] = {
	{ 1, 788 }, { 3, 910 }, { 5, 972 }, { 7, 996 }, { 9, 1000 },
	{ 11, 1002 }, { 13, 1023 }, { 15, 1081 }, { 20, 1520 },
};

static void cubic_follows(struct kunit *test, u32 mss)
{
	struct ksmol_tcb *tcb = tcb_of(test);
	u64 start = USEC_PER_SEC, now = start;
	u32 i;

	cong_begin(test, "cubic", mss, 1000 * mss);
	KUNIT_EXPECT_EQ(test, cong_loss(tcb, now), 700U * mss);
	for (i = 0; i < ARRAY_SIZE(cubic_thousand); i++) {
		const struct cubic_point *p = &cubic_thousand[i];
		u64 end = start + p->seconds * USEC_PER_SEC;
		u32 segs;

		/* Of so long a round trip that Reno is far behind */
		cong_run(tcb, &now, end - now, 100 * MS);
		segs = tcb->cwnd / mss;
		KUNIT_EXPECT_GE_MSG(test, segs, p->segments * 97 / 100,
				    "at %u s", p->seconds);
		KUNIT_EXPECT_LE_MSG(test, segs, p->segments * 103 / 100,
				    "at %u s", p->seconds);
	}
}

SEND_CASE(cubic__known_values)
{
	cubic_follows(test, 1460);
}

SEND_CASE(cubic__known_values_of_large_segments)
{
	cubic_follows(test, 60000);
}

SEND_CASE(cubic__known_values_of_small_segments)
{
	cubic_follows(test, 48);
}

SEND_CASE(cubic__friendly_to_reno)
{
	struct ksmol_tcb *tcb = tcb_of(test);
	u64 now = USEC_PER_SEC;
	u32 segs;

	/* So few segments that alpha = 9/17 per round trip is faster */
	cong_begin(test, "cubic", 1000, 20000);
	KUNIT_EXPECT_EQ(test, cong_loss(tcb, now), 14000U);
	cong_run(tcb, &now, 10 * MS, MS);
	segs = tcb->cwnd / 1000;
	KUNIT_EXPECT_GE(test, segs, 14U + 4);
	KUNIT_EXPECT_LE(test, segs, 14U + 6);
	/* Beyond the old window as fast as Reno */
	cong_run(tcb, &now, 22 * MS, MS);
	segs = tcb->cwnd / 1000;
	KUNIT_EXPECT_GE(test, segs, 34U);
	KUNIT_EXPECT_LE(test, segs, 44U);
}

SEND_CASE(cubic__fast_convergence)
{
	struct ksmol_tcb *tcb = tcb_of(test);
	u64 now = USEC_PER_SEC;

	cong_begin(test, "cubic", 1000, 1000000);
	cong_loss(tcb, now);
	cong_run(tcb, &now, 2 * USEC_PER_SEC, 100 * MS);
	tcb->cwnd = 800000;
	cong_loss(tcb, now);
	/* Its plateau is 0.85 * 800, not 800 */
	cong_run(tcb, &now, 7 * USEC_PER_SEC, 100 * MS);
	KUNIT_EXPECT_GE(test, tcb->cwnd, 660000U);
	KUNIT_EXPECT_LE(test, tcb->cwnd, 700000U);
}

SEND_CASE(cubic__undone)
{
	struct ksmol_tcb *tcb = tcb_of(test);
	u64 now = USEC_PER_SEC;

	cong_begin(test, "cubic", 1000, 1000000);
	tcb->prior_cwnd = tcb->cwnd;
	cong_loss(tcb, now);
	KUNIT_EXPECT_EQ(test, tcb->cong->undo(tcb), 1000000U);
}

/* Neither the largest windows nor the longest times overflow anything. */
SEND_CASE(cubic__extremes)
{
	static const u32 mss[] = { 48, 1460, 65495 };
	struct ksmol_tcb *tcb = tcb_of(test);
	u64 now = USEC_PER_SEC;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(mss); i++) {
		u32 before;

		cong_begin(test, "cubic", mss[i], KSMOL_TCP_CWND_MAX);
		before = cong_loss(tcb, now);
		KUNIT_EXPECT_EQ(test, before, 751619277U);
		tcb->cong->avoid(tcb, tcb->cwnd, 0, now);
		KUNIT_EXPECT_GE(test, tcb->cwnd, before);
		now += 1000000ULL * USEC_PER_SEC;
		tcb->cong->avoid(tcb, tcb->cwnd, 0, now);
		KUNIT_EXPECT_LE(test, tcb->cwnd, KSMOL_TCP_CWND_MAX);
		tcb->cong->idle(tcb, ~0ULL >> 1, now);
		tcb->cong->avoid(tcb, tcb->cwnd, 0, now);
		KUNIT_EXPECT_LE(test, tcb->cwnd, KSMOL_TCP_CWND_MAX);
	}
	cong_begin(test, "cubic", 65495, 2 * 65495);
	KUNIT_EXPECT_EQ(test, cong_loss(tcb, now), 2U * 65495);
}

static struct kunit_case cong_cases[] = {
	KUNIT_CASE(rtt__first_sample),
	KUNIT_CASE(rtt__second_sample),
	KUNIT_CASE(rtt__many_samples_of_one_flight),
	KUNIT_CASE(rtt__steady),
	KUNIT_CASE(rtt__faster_path_is_no_variation),
	KUNIT_CASE(rtt__extremes),
	KUNIT_CASE(min_rtt__forgotten_after_a_while),
	KUNIT_CASE(cong_find__names),
	KUNIT_CASE(reno__one_segment_per_window),
	KUNIT_CASE(slow_start__ends_at_ssthresh),
	KUNIT_CASE(cubic__known_values),
	KUNIT_CASE(cubic__known_values_of_large_segments),
	KUNIT_CASE(cubic__known_values_of_small_segments),
	KUNIT_CASE(cubic__friendly_to_reno),
	KUNIT_CASE(cubic__fast_convergence),
	KUNIT_CASE(cubic__undone),
	KUNIT_CASE(cubic__extremes),
	{}
};

static struct kunit_suite cong_suite = {
	.name = "ksmol_tcp_cong",
	.init = send_fixture_init,
	.exit = send_fixture_exit,
	.test_cases = cong_cases,
};

kunit_test_suite(cong_suite);
