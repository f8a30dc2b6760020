// SPDX-License-Identifier: GPL-2.0-only
/* HyStart++ (RFC 9406): when slow start slows down, and when it ends. */

#include "../module/socket/tcp_recovery.h"
#include "tcp_conn_fixture.h"
#include "tcp_send_fixture.h"

#define MS USEC_PER_MSEC

/**
 * struct hystart_fixture - a connection in its first slow start
 * @tcb: it
 * @end: the round that runs ends when this is acknowledged
 * @now: microseconds
 */
struct hystart_fixture {
	struct ksmol_tcb *tcb;
	u32 end;
	u64 now;
};

static struct hystart_fixture hystart_open(struct kunit *test, const char *cong)
{
	struct ksmol_tcb *tcb = &((struct send_fixture *)test->priv)->tcb;

	tcb->cong = ksmol_tcp_cong_find(cong);
	tcb->mss = 1000;
	ksmol_tcp_cong_start(tcb);
	tcb->snd_nxt = tcb->snd_una + tcb->cwnd;
	return (struct hystart_fixture){
		.tcb = tcb, .end = tcb->snd_nxt, .now = USEC_PER_SEC,
	};
}

/* What was in flight is acknowledged by @acks ACKs, each after @rtt; as much as
 * cwnd allows goes out for each.
 */
static void hystart_ride(struct hystart_fixture *f, u32 acks, u32 rtt)
{
	struct ksmol_tcb *tcb = f->tcb;
	u32 left = f->end - tcb->snd_una;

	for (; acks; acks--) {
		u32 acked = left / acks;

		left -= acked;
		tcb->snd_una += acked;
		f->end = tcb->snd_nxt;
		tcb->cong->avoid(tcb, acked, rtt, f->now);
		tcb->snd_nxt = tcb->snd_una + tcb->cwnd;
	}
	f->now += rtt;
}

/* By how many hundredths cwnd grows in such a round. */
static u32 hystart_grows(struct hystart_fixture *f, u32 acks, u32 rtt)
{
	u64 before = f->tcb->cwnd;
	u32 flight = f->end - f->tcb->snd_una;

	hystart_ride(f, acks, rtt);
	return div_u64(100ULL * (f->tcb->cwnd - before), flight);
}

static bool hystart_in_slow_start(const struct hystart_fixture *f)
{
	return f->tcb->ssthresh == KSMOL_TCP_SSTHRESH_INF;
}

/* A link of 25 MB/s, 40 ms long, with a queue that has no end. */
static u32 long_queue_rtt(const struct hystart_fixture *f)
{
	return max_t(u32, 40 * MS, f->tcb->cwnd / 25);
}

SEND_CASE(hystart__ends_before_the_queue_is_long)
{
	struct hystart_fixture f = hystart_open(test, "cubic");
	u64 ended = tcp_counter(KSMOL_TCP_HYSTART);
	u32 rounds;

	for (rounds = 0; rounds < 20 && hystart_in_slow_start(&f); rounds++)
		hystart_ride(&f, 20, long_queue_rtt(&f));
	KUNIT_ASSERT_FALSE(test, hystart_in_slow_start(&f));
	KUNIT_EXPECT_EQ(test, tcp_counter(KSMOL_TCP_HYSTART), ended + 1);
	/* Not before the link is full, nor long after it */
	KUNIT_EXPECT_GE(test, f.tcb->ssthresh, 1000000U);
	KUNIT_EXPECT_LE(test, f.tcb->ssthresh, 8000000U);
	/* From there on as after a loss at this window, at whose plateau it is */
	KUNIT_EXPECT_LE(test, hystart_grows(&f, 20, long_queue_rtt(&f)), 5U);
}

SEND_CASE(hystart__reno_is_as_it_was)
{
	struct hystart_fixture f = hystart_open(test, "reno");
	u32 rounds;

	for (rounds = 0; rounds < 12; rounds++)
		hystart_ride(&f, 20, long_queue_rtt(&f));
	KUNIT_EXPECT_TRUE(test, hystart_in_slow_start(&f));
	KUNIT_EXPECT_GE(test, f.tcb->cwnd, 10000U << 11);
}

/* RFC 9406 4.3: an eighth of the round trip, but 4 ms to 16 ms. */
SEND_CASE(hystart__how_much_longer)
{
	static const struct {
		u32 rtt;
		u32 longer;
		u32 grows;
	} cases[] = {
		{ 50, 4049, 100 }, { 50, 4050, 25 },
		{ 1000, 4999, 100 }, { 1000, 5000, 25 },
		{ 80000, 89999, 100 }, { 80000, 90000, 25 },
		{ 400000, 415999, 100 }, { 400000, 416000, 25 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct hystart_fixture f = hystart_open(test, "cubic");

		KUNIT_EXPECT_EQ(test, hystart_grows(&f, 10, cases[i].rtt), 100U);
		/* The eighth sample says so; all that comes after it is slow */
		hystart_ride(&f, 8, cases[i].longer);
		KUNIT_EXPECT_EQ_MSG(test,
				    hystart_grows(&f, 10, cases[i].longer),
				    cases[i].grows, "case %u", i);
		KUNIT_EXPECT_TRUE(test, hystart_in_slow_start(&f));
	}
}

SEND_CASE(hystart__shortest_of_a_round_counts)
{
	struct hystart_fixture f = hystart_open(test, "cubic");
	u32 end, i;

	hystart_ride(&f, 10, 20 * MS);
	/* Nine ACKs are late, one is not */
	end = f.end;
	for (i = 10; i; i--) {
		f.end = f.tcb->snd_una + (end - f.tcb->snd_una) / i;
		hystart_ride(&f, 1, i == 10 ? 20 * MS : 60 * MS);
	}
	KUNIT_EXPECT_EQ(test, hystart_grows(&f, 10, 20 * MS), 100U);
}

SEND_CASE(hystart__few_samples_say_nothing)
{
	struct hystart_fixture f = hystart_open(test, "cubic");
	u32 rounds;

	hystart_ride(&f, 10, 20 * MS);
	for (rounds = 0; rounds < 6; rounds++)
		KUNIT_EXPECT_EQ(test, hystart_grows(&f, 7, (30 + 10 * rounds) *
						    MS), 100U);
}

SEND_CASE(hystart__no_samples)
{
	struct hystart_fixture f = hystart_open(test, "cubic");
	u32 rounds;

	for (rounds = 0; rounds < 6; rounds++)
		KUNIT_EXPECT_EQ(test, hystart_grows(&f, 10, 0), 100U);
}

SEND_CASE(hystart__jitter_passes)
{
	struct hystart_fixture f = hystart_open(test, "cubic");

	hystart_ride(&f, 10, 20 * MS);
	hystart_ride(&f, 10, 60 * MS);
	KUNIT_EXPECT_EQ(test, hystart_grows(&f, 10, 60 * MS), 25U);
	/* From the eighth ACK on it is known to be over */
	hystart_ride(&f, 10, 20 * MS);
	KUNIT_EXPECT_EQ(test, hystart_grows(&f, 10, 20 * MS), 100U);
	KUNIT_EXPECT_TRUE(test, hystart_in_slow_start(&f));
}

SEND_CASE(hystart__five_rounds)
{
	struct hystart_fixture f = hystart_open(test, "cubic");
	u32 rounds;

	hystart_ride(&f, 10, 20 * MS);
	/* The round in which it is found is the first of the five */
	for (rounds = 0; rounds < 4; rounds++) {
		hystart_ride(&f, 10, 60 * MS);
		KUNIT_EXPECT_TRUE(test, hystart_in_slow_start(&f));
	}
	hystart_ride(&f, 10, 60 * MS);
	KUNIT_EXPECT_FALSE(test, hystart_in_slow_start(&f));
	KUNIT_EXPECT_LE(test, f.tcb->ssthresh, f.tcb->cwnd);
}

/* Congestion ends it as it ends any slow start, and for good. */
SEND_CASE(hystart__loss)
{
	struct hystart_fixture f = hystart_open(test, "cubic");
	u64 ended = tcp_counter(KSMOL_TCP_HYSTART);
	struct ksmol_tcb *tcb = f.tcb;

	hystart_ride(&f, 10, 20 * MS);
	hystart_ride(&f, 10, 60 * MS);
	tcb->flight = tcb->cwnd;
	tcb->ssthresh = tcb->cong->ssthresh(tcb, f.now);
	KUNIT_EXPECT_EQ(test, tcb->ssthresh, tcb->cwnd - tcb->cwnd * 3 / 10);
	/* A timeout, and slow start again */
	tcb->cwnd = tcb->mss;
	tcb->snd_nxt = tcb->snd_una + tcb->cwnd;
	f.end = tcb->snd_nxt;
	while (2 * tcb->cwnd < tcb->ssthresh)
		KUNIT_EXPECT_EQ(test, hystart_grows(&f, 10, 90 * MS), 100U);
	KUNIT_EXPECT_EQ(test, tcp_counter(KSMOL_TCP_HYSTART), ended);
}

static struct kunit_case hystart_cases[] = {
	KUNIT_CASE(hystart__ends_before_the_queue_is_long),
	KUNIT_CASE(hystart__reno_is_as_it_was),
	KUNIT_CASE(hystart__how_much_longer),
	KUNIT_CASE(hystart__shortest_of_a_round_counts),
	KUNIT_CASE(hystart__few_samples_say_nothing),
	KUNIT_CASE(hystart__no_samples),
	KUNIT_CASE(hystart__jitter_passes),
	KUNIT_CASE(hystart__five_rounds),
	KUNIT_CASE(hystart__loss),
	{}
};

static struct kunit_suite hystart_suite = {
	.name = "ksmol_tcp_hystart",
	.init = send_fixture_init,
	.exit = send_fixture_exit,
	.test_cases = hystart_cases,
};

kunit_test_suite(hystart_suite);
