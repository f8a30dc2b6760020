// SPDX-License-Identifier: GPL-2.0-only
/* Deadlines: retransmission gives up, persist, keep-alive, delayed ACK. */

#include "tcp_send_fixture.h"

SEND_CASE(deadline__none)
{
	struct send_fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, ksmol_tcp_deadline(&f->tcb), 0ULL);
}

SEND_CASE(deadline__the_earliest)
{
	struct send_fixture *f = test->priv;

	ksmol_tcp_arm_at(&f->tcb, KSMOL_TCP_T_CLOSE, 500);
	ksmol_tcp_arm_at(&f->tcb, KSMOL_TCP_T_KEEP, 300);
	ksmol_tcp_arm_at(&f->tcb, KSMOL_TCP_T_RTO, 400);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_deadline(&f->tcb), 300ULL);
	ksmol_tcp_disarm(&f->tcb, KSMOL_TCP_T_KEEP);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_deadline(&f->tcb), 400ULL);
	ksmol_tcp_arm_at(&f->tcb, KSMOL_TCP_T_SEND, 0);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_deadline(&f->tcb), 1ULL);
}

/* Lets timers act and sends what they want sent, until the connection ends or
 * so much time went by. Return: the time.
 */
static u64 run_until_closed(struct kunit *test, u64 most)
{
	struct send_fixture *f = test->priv;
	u64 began = f->now;

	send_all(test);
	while (f->tcb.state != TCP_CLOSE && f->now - began < most) {
		send_wait_timer(test);
		send_all(test);
	}
	return f->now - began;
}

SEND_CASE(rto__gives_up)
{
	struct send_fixture *f = test->priv;
	u64 took;

	send_write(test, 100);
	took = run_until_closed(test, 3600ULL * USEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, f->tcb.err, ETIMEDOUT);
	/* R2 is at least 100 seconds (RFC 9293 3.8.3) */
	KUNIT_EXPECT_GT(test, took, 800ULL * USEC_PER_SEC);
	KUNIT_EXPECT_LT(test, took, 1200ULL * USEC_PER_SEC);
	KUNIT_EXPECT_FALSE(test, f->tcb.flags & KSMOL_TCP_F_RESET);
}

SEND_CASE(rto__user_timeout)
{
	struct send_fixture *f = test->priv;
	u64 took;

	f->tcb.cfg.user_timeout = 5 * USEC_PER_SEC;
	send_write(test, 100);
	took = run_until_closed(test, 3600ULL * USEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, f->tcb.err, ETIMEDOUT);
	KUNIT_EXPECT_GE(test, took, 5ULL * USEC_PER_SEC);
	KUNIT_EXPECT_LT(test, took, 6ULL * USEC_PER_SEC);
}

SEND_CASE(rto__soft_error_is_the_reason)
{
	struct send_fixture *f = test->priv;

	f->tcb.cfg.user_timeout = USEC_PER_SEC;
	send_write(test, 100);
	send_all(test);
	ksmol_tcp_icmp(&f->tcb, send_seq(0), EHOSTUNREACH, false);
	run_until_closed(test, 3600ULL * USEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, f->tcb.err, EHOSTUNREACH);
}

SEND_CASE(rto__orphan_ends_sooner)
{
	struct send_fixture *f = test->priv;
	u64 took;

	send_write(test, 100);
	ksmol_tcp_shutdown(&f->tcb, f->now);
	ksmol_tcp_orphan(&f->tcb, f->now);
	took = run_until_closed(test, 3600ULL * USEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, f->tcb.state, TCP_CLOSE);
	KUNIT_EXPECT_LT(test, took, 200ULL * USEC_PER_SEC);
}

SEND_CASE(rto__syn_gives_up)
{
	struct send_fixture *f = test->priv;
	u64 took;

	send_connect(test);
	f->tcb.cfg.syn_retries = 3;
	took = run_until_closed(test, 3600ULL * USEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, took, 15ULL * USEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, f->tcb.err, ETIMEDOUT);
}

/* A peer that shrank its window to nothing, but answers. */
SEND_CASE(rto__peer_lives_with_a_closed_window)
{
	struct send_fixture *f = test->priv;
	u64 began = f->now;

	send_write(test, 100);
	send_all(test);
	while (f->now - began < 3600ULL * USEC_PER_SEC) {
		send_acked(test, 0, 0);
		send_all(test);
		send_wait_timer(test);
		if (f->tcb.state != TCP_ESTABLISHED)
			break;
	}
	KUNIT_EXPECT_EQ(test, f->tcb.state, TCP_ESTABLISHED);
	send_acked(test, 100, 1000);
	KUNIT_EXPECT_EQ(test, f->tcb.stuck, 0ULL);
}

/* --- a closed window --- */

static void persist_begin(struct kunit *test)
{
	struct send_fixture *f = test->priv;

	f->tcb.snd_wnd = 0;
	send_write(test, 100);
	KUNIT_EXPECT_EQ(test, send_all(test), 0U);
}

SEND_CASE(persist__probes_back_off)
{
	struct send_fixture *f = test->priv;
	u64 wait = max_t(u64, f->tcb.rto, KSMOL_TCP_RTO_MIN);
	int i;

	persist_begin(test);
	for (i = 0; i < 12; i++) {
		KUNIT_EXPECT_EQ(test, send_wait_timer(test),
				min_t(u64, wait << i, KSMOL_TCP_RTO_MAX));
		KUNIT_EXPECT_EQ(test, send_all(test), 1U);
		KUNIT_EXPECT_EQ(test, f->out.kind, KSMOL_TCP_OUT_PROBE);
		send_expect(test, -1, 0);
		send_acked(test, 0, 0);
	}
	KUNIT_EXPECT_EQ(test, f->tcb.snd_nxt, send_seq(0));
}

SEND_CASE(persist__pause_is_bounded)
{
	struct send_fixture *f = test->priv;
	int i;

	f->tcb.cfg.rto_max = USEC_PER_SEC;
	persist_begin(test);
	for (i = 0; i < 6; i++) {
		KUNIT_EXPECT_LE(test, send_wait_timer(test),
				(u64)USEC_PER_SEC);
		KUNIT_EXPECT_EQ(test, send_all(test), 1U);
		send_acked(test, 0, 0);
	}
	KUNIT_EXPECT_EQ(test, send_wait_timer(test), (u64)USEC_PER_SEC);
}

SEND_CASE(persist__window_opens)
{
	struct send_fixture *f = test->priv;

	persist_begin(test);
	send_wait_timer(test);
	send_all(test);
	send_acked(test, 0, 65535);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	send_expect(test, 0, 100);
	KUNIT_EXPECT_EQ(test, f->tcb.due[KSMOL_TCP_T_PERSIST], 0ULL);
	KUNIT_EXPECT_EQ(test, f->tcb.persist, 0);
	KUNIT_EXPECT_EQ(test, f->tcb.stuck, 0ULL);
}

SEND_CASE(persist__answered_for_ever)
{
	struct send_fixture *f = test->priv;
	u64 began = f->now;

	persist_begin(test);
	while (f->now - began < 24ULL * 3600 * USEC_PER_SEC) {
		send_wait_timer(test);
		send_all(test);
		send_acked(test, 0, 0);
		if (f->tcb.state != TCP_ESTABLISHED)
			break;
	}
	KUNIT_EXPECT_EQ(test, f->tcb.state, TCP_ESTABLISHED);
}

SEND_CASE(persist__nobody_answers)
{
	struct send_fixture *f = test->priv;

	persist_begin(test);
	run_until_closed(test, 24ULL * 3600 * USEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, f->tcb.state, TCP_CLOSE);
	KUNIT_EXPECT_EQ(test, f->tcb.err, ETIMEDOUT);
}

SEND_CASE(persist__user_timeout)
{
	struct send_fixture *f = test->priv;
	u64 began = f->now;

	f->tcb.cfg.user_timeout = 10 * USEC_PER_SEC;
	persist_begin(test);
	while (f->tcb.state != TCP_CLOSE) {
		send_acked(test, 0, 0);
		send_wait_timer(test);
		send_all(test);
	}
	KUNIT_EXPECT_EQ(test, f->tcb.err, ETIMEDOUT);
	KUNIT_EXPECT_LT(test, f->now - began, 30ULL * USEC_PER_SEC);
}

SEND_CASE(persist__orphan)
{
	struct send_fixture *f = test->priv;
	u64 began = f->now;

	persist_begin(test);
	ksmol_tcp_shutdown(&f->tcb, f->now);
	ksmol_tcp_orphan(&f->tcb, f->now);
	while (f->tcb.state != TCP_CLOSE) {
		send_acked(test, 0, 0);
		send_wait_timer(test);
		send_all(test);
	}
	KUNIT_EXPECT_LT(test, f->now - began, 300ULL * USEC_PER_SEC);
}

/* RFC 9293 3.8.6.2.1 (4): a window that stays small is used in the end. */
SEND_CASE(persist__small_window)
{
	struct send_fixture *f = test->priv;

	f->tcb.snd_wnd = 50;
	send_write(test, 100);
	KUNIT_EXPECT_EQ(test, send_all(test), 0U);
	KUNIT_EXPECT_LE(test, send_wait_timer(test), USEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	send_expect(test, 0, 50);
	KUNIT_EXPECT_EQ(test, f->out.kind, KSMOL_TCP_OUT_NEW);
	KUNIT_EXPECT_FALSE(test, f->tcb.ack & KSMOL_TCP_ACK_PROBE);
}

/* --- keep-alive --- */

static void keep_begin(struct kunit *test)
{
	struct send_fixture *f = test->priv;

	f->tcb.cfg.keepalive = 1;
	f->tcb.cfg.keep_idle = 10 * USEC_PER_SEC;
	f->tcb.cfg.keep_intvl = USEC_PER_SEC;
	f->tcb.cfg.keep_cnt = 3;
	ksmol_tcp_keepalive(&f->tcb, f->now);
}

SEND_CASE(keepalive__nobody_answers)
{
	struct send_fixture *f = test->priv;
	int i;

	keep_begin(test);
	KUNIT_EXPECT_EQ(test, send_wait_timer(test), 10ULL * USEC_PER_SEC);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, send_all(test), 1U);
		KUNIT_EXPECT_EQ(test, f->out.kind, KSMOL_TCP_OUT_PROBE);
		send_expect(test, -1, 0);
		KUNIT_EXPECT_EQ(test, send_wait_timer(test),
				1ULL * USEC_PER_SEC);
	}
	KUNIT_EXPECT_EQ(test, f->tcb.state, TCP_CLOSE);
	KUNIT_EXPECT_EQ(test, f->tcb.err, ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	KUNIT_EXPECT_EQ(test, f->out.kind, KSMOL_TCP_OUT_RESET);
}

SEND_CASE(keepalive__answered)
{
	struct send_fixture *f = test->priv;
	int i;

	keep_begin(test);
	for (i = 0; i < 10; i++) {
		while (!send_all(test))
			send_wait_timer(test);
		send_acked(test, 0, 65535);
	}
	KUNIT_EXPECT_EQ(test, f->tcb.state, TCP_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, f->now - SEND_START, 100ULL * USEC_PER_SEC);
}

SEND_CASE(keepalive__not_while_data_is_under_way)
{
	struct send_fixture *f = test->priv;

	keep_begin(test);
	send_wait(test, 9 * USEC_PER_SEC);
	send_write(test, 10);
	send_all(test);
	f->tcb.due[KSMOL_TCP_T_RTO] = f->now + 3600ULL * USEC_PER_SEC;
	send_wait(test, 2 * USEC_PER_SEC);
	KUNIT_EXPECT_FALSE(test, f->tcb.ack & KSMOL_TCP_ACK_PROBE);
	KUNIT_EXPECT_NE(test, f->tcb.due[KSMOL_TCP_T_KEEP], 0ULL);
}

SEND_CASE(keepalive__switched_off)
{
	struct send_fixture *f = test->priv;

	keep_begin(test);
	f->tcb.cfg.keepalive = 0;
	ksmol_tcp_keepalive(&f->tcb, f->now);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_deadline(&f->tcb), 0ULL);
}

/* --- delayed ACK --- */

SEND_CASE(delack__expires)
{
	struct send_fixture *f = test->priv;

	f->tcb.ato = KSMOL_TCP_DELACK_MIN;
	f->tcb.ack |= KSMOL_TCP_ACK_DELAYED;
	ksmol_tcp_arm_at(&f->tcb, KSMOL_TCP_T_DELACK,
			 f->now + KSMOL_TCP_DELACK_MIN);
	KUNIT_EXPECT_EQ(test, send_all(test), 0U);
	send_wait_timer(test);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	KUNIT_EXPECT_EQ(test, f->out.kind, KSMOL_TCP_OUT_ACK);
	KUNIT_EXPECT_EQ(test, f->tcb.ato, 2U * KSMOL_TCP_DELACK_MIN);
}

static struct kunit_case timer_cases[] = {
	KUNIT_CASE(deadline__none),
	KUNIT_CASE(deadline__the_earliest),
	KUNIT_CASE(rto__gives_up),
	KUNIT_CASE(rto__user_timeout),
	KUNIT_CASE(rto__soft_error_is_the_reason),
	KUNIT_CASE(rto__orphan_ends_sooner),
	KUNIT_CASE(rto__syn_gives_up),
	KUNIT_CASE(rto__peer_lives_with_a_closed_window),
	KUNIT_CASE(persist__probes_back_off),
	KUNIT_CASE(persist__pause_is_bounded),
	KUNIT_CASE(persist__window_opens),
	KUNIT_CASE(persist__answered_for_ever),
	KUNIT_CASE(persist__nobody_answers),
	KUNIT_CASE(persist__user_timeout),
	KUNIT_CASE(persist__orphan),
	KUNIT_CASE(persist__small_window),
	KUNIT_CASE(keepalive__nobody_answers),
	KUNIT_CASE(keepalive__answered),
	KUNIT_CASE(keepalive__not_while_data_is_under_way),
	KUNIT_CASE(keepalive__switched_off),
	KUNIT_CASE(delack__expires),
	{}
};

static struct kunit_suite timer_suite = {
	.name = "ksmol_tcp_timer",
	.init = send_fixture_init,
	.exit = send_fixture_exit,
	.test_cases = timer_cases,
};

kunit_test_suite(timer_suite);
