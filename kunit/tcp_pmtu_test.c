// SPDX-License-Identifier: GPL-2.0-only
/* Sizes: mss arithmetic, what ICMP says of the path, black holes. */

#include "tcp_send_fixture.h"

/*
 * Payload of a full segment
 * @offer: the peer's; @user: TCP_MAXSEG
 */
struct mss_case {
	const char *name;
	u32 mtu;
	u16 offer;
	u16 user;
	bool ts;
	u32 mss;
};

static const struct mss_case mss_cases[] = {
	{ "ethernet", 1500, 1460, .mss = 1460 },
	{ "timestamps", 1500, 1460, .ts = true, .mss = 1448 },
	{ "peer_offers_less", 1500, 536, .mss = 536 },
	{ "path_lets_less_through", 1280, 8960, .mss = 1240 },
	{ "user_wants_less", 1500, 1460, .user = 500, .mss = 500 },
	{ "tiny", 1500, 48, .mss = 48 },
	{ "tiny_with_timestamps", 1500, 48, .ts = true, .mss = 36 },
	{ "path_below_all", 20, 1460, .mss = 48 },
	{ "jumbo", 9000, 8960, .mss = 8960 },
	{ "largest", 70000, 65535, .mss = 65495 },
};

static void mss_desc(const struct mss_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(mss, mss_cases, mss_desc);

SEND_CASE(sync_mss)
{
	const struct mss_case *c = test->param_value;
	struct send_fixture *f = test->priv;

	f->tcb.mss_peer = c->offer;
	f->tcb.cfg.user_mss = c->user;
	if (c->ts)
		f->tcb.flags |= KSMOL_TCP_F_TS;
	ksmol_tcp_set_path(&f->tcb, 1400, 20);
	ksmol_tcp_set_path(&f->tcb, c->mtu, 20);
	KUNIT_EXPECT_EQ(test, f->tcb.mss, c->mss);
}

static void pmtu_begin(struct kunit *test)
{
	send_write(test, 3 * SEND_MSS);
	send_all(test);
}

SEND_CASE(pmtu__smaller)
{
	struct send_fixture *f = test->priv;
	u32 cwnd;

	pmtu_begin(test);
	cwnd = f->tcb.cwnd;
	ksmol_tcp_pmtu(&f->tcb, send_seq(SEND_MSS), 1000, f->now);
	KUNIT_EXPECT_EQ(test, f->tcb.mtu, 1000U);
	KUNIT_EXPECT_EQ(test, f->tcb.mss, 960U);
	KUNIT_EXPECT_EQ(test, f->tcb.cwnd, cwnd);
	KUNIT_EXPECT_EQ(test, f->tcb.lost, 3 * SEND_MSS);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	send_expect(test, 0, 960);
}

SEND_CASE(pmtu__not_in_flight)
{
	struct send_fixture *f = test->priv;

	pmtu_begin(test);
	ksmol_tcp_pmtu(&f->tcb, send_seq(3 * SEND_MSS), 1000, f->now);
	ksmol_tcp_pmtu(&f->tcb, send_seq(-1), 1000, f->now);
	KUNIT_EXPECT_EQ(test, f->tcb.mss, SEND_MSS);
	send_acked(test, 3 * SEND_MSS, 65535);
	ksmol_tcp_pmtu(&f->tcb, send_seq(3 * SEND_MSS), 1000, f->now);
	KUNIT_EXPECT_EQ(test, f->tcb.mss, SEND_MSS);
}

SEND_CASE(pmtu__larger_is_ignored)
{
	struct send_fixture *f = test->priv;

	pmtu_begin(test);
	ksmol_tcp_pmtu(&f->tcb, send_seq(0), 9000, f->now);
	ksmol_tcp_pmtu(&f->tcb, send_seq(0), 1500, f->now);
	KUNIT_EXPECT_EQ(test, f->tcb.mtu, 1500U);
	KUNIT_EXPECT_EQ(test, f->tcb.lost, 0U);
}

SEND_CASE(pmtu__lowest)
{
	struct send_fixture *f = test->priv;

	pmtu_begin(test);
	ksmol_tcp_pmtu(&f->tcb, send_seq(0), 68, f->now);
	KUNIT_EXPECT_EQ(test, f->tcb.mtu, 552U);
}

SEND_CASE(pmtu__router_says_nothing)
{
	struct send_fixture *f = test->priv;

	pmtu_begin(test);
	ksmol_tcp_pmtu(&f->tcb, send_seq(0), 0, f->now);
	KUNIT_EXPECT_EQ(test, f->tcb.mtu, 1492U);
	ksmol_tcp_pmtu(&f->tcb, send_seq(0), 0, f->now);
	KUNIT_EXPECT_EQ(test, f->tcb.mtu, 1006U);
}

SEND_CASE(pmtu__forgotten_after_ten_minutes)
{
	struct send_fixture *f = test->priv;

	pmtu_begin(test);
	ksmol_tcp_pmtu(&f->tcb, send_seq(0), 1000, f->now);
	send_all(test);
	send_acked(test, 3 * SEND_MSS, 65535);
	f->now += 599ULL * USEC_PER_SEC;
	send_write(test, 5000);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_EQ(test, f->out.len, 960U);
	f->now += 2ULL * USEC_PER_SEC;
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_EQ(test, f->out.len, SEND_MSS);
}

SEND_CASE(pmtu__survives_the_same_route)
{
	struct send_fixture *f = test->priv;

	pmtu_begin(test);
	ksmol_tcp_pmtu(&f->tcb, send_seq(0), 1000, f->now);
	ksmol_tcp_set_path(&f->tcb, 1500, 20);
	KUNIT_EXPECT_EQ(test, f->tcb.mss, 960U);
	ksmol_tcp_set_path(&f->tcb, 1400, 20);
	KUNIT_EXPECT_EQ(test, f->tcb.mss, 1360U);
}

SEND_CASE(blackhole__two_timeouts)
{
	struct send_fixture *f = test->priv;

	pmtu_begin(test);
	send_wait_timer(test);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	KUNIT_EXPECT_EQ(test, f->tcb.mss, SEND_MSS);
	send_wait_timer(test);
	KUNIT_EXPECT_EQ(test, f->tcb.mtu, 1492U);
	send_all(test);
	send_wait_timer(test);
	send_all(test);
	send_wait_timer(test);
	KUNIT_EXPECT_EQ(test, f->tcb.mtu, 1006U);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	send_expect(test, 0, 966);
}

/* Nobody answers until so many timeouts in a row. */
static void silence_until(struct kunit *test, u8 retries)
{
	struct send_fixture *f = test->priv;
	int timers = 20;

	while (f->tcb.retries < retries && timers--) {
		send_all(test);
		send_wait_timer(test);
	}
	KUNIT_EXPECT_EQ(test, f->tcb.retries, retries);
}

/* Smaller segments fare no better: it was loss, and the next time it takes more
 * to believe in a hole.
 */
SEND_CASE(blackhole__is_loss)
{
	struct send_fixture *f = test->priv;

	pmtu_begin(test);
	silence_until(test, 2);
	KUNIT_EXPECT_EQ(test, f->tcb.mtu, 1492U);
	send_acked(test, 3 * SEND_MSS, 65535);
	send_write(test, 4 * SEND_MSS);
	silence_until(test, 1);
	KUNIT_EXPECT_EQ(test, f->tcb.mtu, 1492U);
	silence_until(test, 2);
	KUNIT_EXPECT_EQ(test, f->tcb.mtu, 1500U);
	send_acked(test, f->tcb.snd_nxt - send_seq(0), 65535);
	send_write(test, 4 * SEND_MSS);
	silence_until(test, 3);
	KUNIT_EXPECT_EQ(test, f->tcb.mtu, 1500U);
	silence_until(test, 4);
	KUNIT_EXPECT_EQ(test, f->tcb.mtu, 1492U);
}

SEND_CASE(blackhole__not_for_small_segments)
{
	struct send_fixture *f = test->priv;
	int i;

	send_write(test, 100);
	for (i = 0; i < 5; i++) {
		send_all(test);
		send_wait_timer(test);
	}
	KUNIT_EXPECT_EQ(test, f->tcb.mtu, 1500U);
}

SEND_CASE(blackhole__has_an_end)
{
	struct send_fixture *f = test->priv;
	int i;

	pmtu_begin(test);
	for (i = 0; i < 12; i++) {
		send_wait_timer(test);
		send_all(test);
	}
	KUNIT_EXPECT_EQ(test, f->tcb.mtu, 508U);
	KUNIT_EXPECT_EQ(test, f->tcb.mtu_holes, 1);
	send_acked(test, 3 * SEND_MSS, 65535);
	f->now += 61ULL * USEC_PER_SEC;
	send_write(test, SEND_MSS);
	send_all(test);
	KUNIT_EXPECT_EQ(test, f->tcb.mtu, 1500U);
}

SEND_CASE(icmp__while_connecting)
{
	struct send_fixture *f = test->priv;

	send_connect(test);
	send_all(test);
	ksmol_tcp_icmp(&f->tcb, SEND_ISS, EHOSTUNREACH, false);
	KUNIT_EXPECT_EQ(test, f->tcb.state, TCP_SYN_SENT);
	KUNIT_EXPECT_EQ(test, f->tcb.soft_err, EHOSTUNREACH);
	ksmol_tcp_icmp(&f->tcb, SEND_ISS + 1, ECONNREFUSED, true);
	KUNIT_EXPECT_EQ(test, f->tcb.state, TCP_SYN_SENT);
	ksmol_tcp_icmp(&f->tcb, SEND_ISS, ECONNREFUSED, true);
	KUNIT_EXPECT_EQ(test, f->tcb.state, TCP_CLOSE);
	KUNIT_EXPECT_EQ(test, f->tcb.err, ECONNREFUSED);
}

SEND_CASE(icmp__established_is_not_ended)
{
	struct send_fixture *f = test->priv;

	pmtu_begin(test);
	ksmol_tcp_icmp(&f->tcb, send_seq(0), ECONNREFUSED, true);
	KUNIT_EXPECT_EQ(test, f->tcb.state, TCP_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, f->tcb.soft_err, ECONNREFUSED);
}

static struct kunit_case pmtu_cases[] = {
	KUNIT_CASE_PARAM(sync_mss, mss_gen_params),
	KUNIT_CASE(pmtu__smaller),
	KUNIT_CASE(pmtu__not_in_flight),
	KUNIT_CASE(pmtu__larger_is_ignored),
	KUNIT_CASE(pmtu__lowest),
	KUNIT_CASE(pmtu__router_says_nothing),
	KUNIT_CASE(pmtu__forgotten_after_ten_minutes),
	KUNIT_CASE(pmtu__survives_the_same_route),
	KUNIT_CASE(blackhole__two_timeouts),
	KUNIT_CASE(blackhole__is_loss),
	KUNIT_CASE(blackhole__not_for_small_segments),
	KUNIT_CASE(blackhole__has_an_end),
	KUNIT_CASE(icmp__while_connecting),
	KUNIT_CASE(icmp__established_is_not_ended),
	{}
};

static struct kunit_suite pmtu_suite = {
	.name = "ksmol_tcp_pmtu",
	.init = send_fixture_init,
	.exit = send_fixture_exit,
	.test_cases = pmtu_cases,
};

kunit_test_suite(pmtu_suite);
