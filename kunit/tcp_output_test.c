// SPDX-License-Identifier: GPL-2.0-only
/* What goes out when: sizes, Nagle, silly windows, cork, flags, options. */

#include "tcp_send_fixture.h"

/* --- how much --- */

SEND_CASE(next__same_answer_twice)
{
	struct send_fixture *f = test->priv;
	struct ksmol_tcp_out again;

	send_write(test, 3000);
	KUNIT_ASSERT_TRUE(test, ksmol_tcp_next(&f->tcb, f->now, &f->out));
	KUNIT_ASSERT_TRUE(test, ksmol_tcp_next(&f->tcb, f->now, &again));
	KUNIT_EXPECT_EQ(test, again.h.seq, f->out.h.seq);
	KUNIT_EXPECT_EQ(test, again.len, f->out.len);
	KUNIT_EXPECT_EQ(test, again.h.flags, f->out.h.flags);
	KUNIT_EXPECT_PTR_EQ(test, again.pb, f->out.pb);
	KUNIT_EXPECT_EQ(test, f->tcb.snd_nxt, send_seq(0));
}

SEND_CASE(next__one_segment_without_gso)
{
	struct send_fixture *f = test->priv;

	send_write(test, 3 * SEND_MSS);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	send_expect(test, 0, SEND_MSS);
	KUNIT_EXPECT_EQ(test, f->out.kind, KSMOL_TCP_OUT_NEW);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	send_expect(test, SEND_MSS, SEND_MSS);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_FALSE(test, send_next(test));
	KUNIT_EXPECT_EQ(test, f->tcb.snd_nxt, send_seq(3 * SEND_MSS));
}

SEND_CASE(next__super_segment_of_whole_segments)
{
	struct send_fixture *f = test->priv;

	f->tcb.gso_max = 10000;
	send_write(test, 12000);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	send_expect(test, 0, 6 * SEND_MSS);
	KUNIT_EXPECT_EQ(test, f->out.mss, SEND_MSS);
	KUNIT_EXPECT_FALSE(test, f->out.h.flags & KSMOL_TCP_PSH);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	send_expect(test, 6 * SEND_MSS, 12000 - 6 * SEND_MSS);
	KUNIT_EXPECT_TRUE(test, f->out.h.flags & KSMOL_TCP_PSH);
}

SEND_CASE(next__bounded_by_frags)
{
	struct send_fixture *f = test->priv;

	f->tcb.gso_max = 65536;
	f->tcb.gso_frags = 2;
	send_write(test, 4 * PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	send_expect(test, 0, rounddown(2 * PAGE_SIZE, SEND_MSS));
}

SEND_CASE(next__bounded_by_cwnd)
{
	struct send_fixture *f = test->priv;

	f->tcb.gso_max = 65536;
	f->tcb.cwnd = 4 * SEND_MSS + 100;
	send_write(test, 20000);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	send_expect(test, 0, 4 * SEND_MSS);
	KUNIT_EXPECT_TRUE(test, f->tcb.flags & KSMOL_TCP_F_CWND_LIMITED);
	KUNIT_EXPECT_EQ(test, f->tcb.due[KSMOL_TCP_T_PERSIST], 0ULL);
}

SEND_CASE(next__bounded_by_window)
{
	struct send_fixture *f = test->priv;

	f->tcb.gso_max = 65536;
	f->tcb.snd_wnd = 5000;
	send_write(test, 20000);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	send_expect(test, 0, 3 * SEND_MSS);
}

/* A small cwnd must not stop a connection that has nothing in flight. */
SEND_CASE(next__one_segment_always_fits_cwnd)
{
	struct send_fixture *f = test->priv;

	f->tcb.cwnd = 100;
	send_write(test, SEND_MSS);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	send_expect(test, 0, SEND_MSS);
}

SEND_CASE(next__defers_what_would_be_small)
{
	struct send_fixture *f = test->priv;

	f->tcb.gso_max = 65536;
	f->tcb.cwnd = 20 * SEND_MSS;
	send_write(test, 60000);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	send_acked(test, 2 * SEND_MSS, 65535);
	KUNIT_EXPECT_EQ(test, send_all(test), 0U);
	send_acked(test, 8 * SEND_MSS, 65535);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	KUNIT_EXPECT_GE(test, f->out.len, 8 * SEND_MSS);
}

SEND_CASE(next__defers_not_for_long)
{
	struct send_fixture *f = test->priv;

	f->tcb.gso_max = 65536;
	f->tcb.cwnd = 20 * SEND_MSS;
	send_write(test, 60000);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	f->now += 2 * USEC_PER_MSEC;
	send_acked(test, 2 * SEND_MSS, 65535);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
}

/* --- the last segment: Nagle and cork --- */

/*
 * May a last segment that isn't full go?
 * @before: bytes under way; @write: and then written
 * @sent: how much of it goes at once
 */
struct tail_case {
	const char *name;
	bool nodelay;
	bool cork;
	bool more;
	bool fin;
	u32 before;
	u32 write;
	u32 sent;
};

static const struct tail_case tail_cases[] = {
	{ "alone", .write = 100, .sent = 100 },
	{ "small_under_way", .before = 10, .write = 100, .sent = 0 },
	{ "full_under_way", .before = SEND_MSS, .write = 100, .sent = 100 },
	{ "small_under_way_full_to_send", .before = 10, .write = SEND_MSS,
	  .sent = SEND_MSS },
	{ "small_under_way_full_and_tail", .before = 10,
	  .write = SEND_MSS + 100, .sent = SEND_MSS },
	{ "nodelay", .nodelay = true, .before = 10, .write = 100, .sent = 100 },
	{ "last_before_fin", .fin = true, .before = 10, .write = 100,
	  .sent = 100 },
	{ "cork", .cork = true, .write = 100, .sent = 0 },
	{ "cork_beats_nodelay", .cork = true, .nodelay = true, .write = 100,
	  .sent = 0 },
	{ "cork_full", .cork = true, .write = SEND_MSS + 1, .sent = SEND_MSS },
	{ "cork_ends_with_fin", .cork = true, .fin = true, .write = 100,
	  .sent = 100 },
	{ "more", .more = true, .nodelay = true, .write = 100, .sent = 0 },
};

static void tail_desc(const struct tail_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(tail, tail_cases, tail_desc);

SEND_CASE(next__tail)
{
	const struct tail_case *c = test->param_value;
	struct send_fixture *f = test->priv;

	f->tcb.gso_max = 65536;
	if (c->before) {
		send_write(test, c->before);
		KUNIT_ASSERT_EQ(test, send_all(test), 1U);
	}
	f->tcb.cfg.nodelay = c->nodelay;
	f->tcb.cfg.cork = c->cork;
	if (c->more)
		f->tcb.flags |= KSMOL_TCP_F_MORE;
	send_write(test, c->write);
	if (c->fin)
		ksmol_tcp_shutdown(&f->tcb, f->now);
	send_all(test);
	KUNIT_EXPECT_EQ(test, f->tcb.snd_nxt,
			send_seq(c->before + c->sent + c->fin));
}

SEND_CASE(next__nagle_ends_with_the_ack)
{
	send_write(test, 10);
	send_all(test);
	send_write(test, 10);
	KUNIT_EXPECT_EQ(test, send_all(test), 0U);
	send_acked(test, 10, 65535);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	send_expect(test, 10, 10);
}

SEND_CASE(next__cork_ends_after_200_ms)
{
	struct send_fixture *f = test->priv;

	f->tcb.cfg.cork = 1;
	send_write(test, 100);
	KUNIT_EXPECT_EQ(test, send_all(test), 0U);
	send_wait(test, 100 * USEC_PER_MSEC);
	send_write(test, 100);
	KUNIT_EXPECT_EQ(test, send_all(test), 0U);
	KUNIT_EXPECT_EQ(test, send_wait_timer(test), 100 * USEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	send_expect(test, 0, 200);
	send_write(test, 100);
	KUNIT_EXPECT_EQ(test, send_all(test), 0U);
}

SEND_CASE(next__uncorked)
{
	struct send_fixture *f = test->priv;

	f->tcb.flags |= KSMOL_TCP_F_MORE;
	send_write(test, 100);
	KUNIT_EXPECT_EQ(test, send_all(test), 0U);
	f->tcb.flags &= ~KSMOL_TCP_F_MORE;
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	send_expect(test, 0, 100);
	KUNIT_EXPECT_EQ(test, f->tcb.cork_since, 0ULL);
}

/* --- silly windows --- */

/*
 * RFC 9293 3.8.6.2.1
 * @wnd: usable; @max: the largest ever
 * @sent: bytes that go
 * @probe: the time is up
 */
struct sws_case {
	const char *name;
	u32 wnd;
	u32 max;
	u32 write;
	bool probe;
	u32 sent;
};

static const struct sws_case sws_cases[] = {
	{ "full_segment", .wnd = 1460, .max = 65535, .write = 5000,
	  .sent = 1460 },
	{ "all_there_is", .wnd = 500, .max = 65535, .write = 400,
	  .sent = 400 },
	{ "exactly_all", .wnd = 500, .max = 65535, .write = 500, .sent = 500 },
	{ "silly", .wnd = 500, .max = 65535, .write = 501, .sent = 0 },
	{ "half_the_window", .wnd = 500, .max = 1000, .write = 5000,
	  .sent = 500 },
	{ "below_half", .wnd = 499, .max = 1000, .write = 5000, .sent = 0 },
	{ "time_is_up", .wnd = 10, .max = 65535, .write = 5000, .probe = true,
	  .sent = 10 },
	{ "closed", .wnd = 0, .max = 65535, .write = 5000, .sent = 0 },
	{ "segment_and_a_bit", .wnd = 1470, .max = 65535, .write = 5000,
	  .sent = 1460 },
};

static void sws_desc(const struct sws_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(sws, sws_cases, sws_desc);

SEND_CASE(next__silly_window)
{
	const struct sws_case *c = test->param_value;
	struct send_fixture *f = test->priv;

	f->tcb.snd_wnd = c->wnd;
	f->tcb.snd_max_wnd = c->max;
	if (c->probe)
		f->tcb.ack |= KSMOL_TCP_ACK_PROBE;
	send_write(test, c->write);
	send_all(test);
	KUNIT_EXPECT_EQ(test, f->tcb.snd_nxt, send_seq(c->sent));
	KUNIT_EXPECT_EQ(test, !!f->tcb.due[KSMOL_TCP_T_PERSIST], !c->sent);
}

/* --- FIN, PSH, ECN --- */

SEND_CASE(next__fin_with_the_last_data)
{
	struct send_fixture *f = test->priv;

	send_write(test, 100);
	ksmol_tcp_shutdown(&f->tcb, f->now);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	send_expect(test, 0, 100);
	KUNIT_EXPECT_TRUE(test, f->out.h.flags & KSMOL_TCP_FIN);
	KUNIT_EXPECT_EQ(test, f->tcb.snd_nxt, send_seq(101));
}

SEND_CASE(next__fin_alone)
{
	struct send_fixture *f = test->priv;

	send_write(test, 100);
	send_all(test);
	f->tcb.cwnd = 100;
	ksmol_tcp_shutdown(&f->tcb, f->now);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	send_expect(test, 100, 0);
	KUNIT_EXPECT_TRUE(test, f->out.h.flags & KSMOL_TCP_FIN);
	KUNIT_EXPECT_EQ(test, f->out.kind, KSMOL_TCP_OUT_NEW);
	KUNIT_EXPECT_EQ(test, send_all(test), 0U);
}

SEND_CASE(next__fin_waits_for_the_window)
{
	struct send_fixture *f = test->priv;

	f->tcb.snd_wnd = 100;
	send_write(test, 100);
	ksmol_tcp_shutdown(&f->tcb, f->now);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	KUNIT_EXPECT_FALSE(test, f->out.h.flags & KSMOL_TCP_FIN);
	send_acked(test, 100, 0);
	KUNIT_EXPECT_EQ(test, send_all(test), 0U);
	KUNIT_EXPECT_NE(test, f->tcb.due[KSMOL_TCP_T_PERSIST], 0ULL);
	send_acked(test, 100, 1);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	KUNIT_EXPECT_TRUE(test, f->out.h.flags & KSMOL_TCP_FIN);
	KUNIT_EXPECT_EQ(test, f->tcb.due[KSMOL_TCP_T_PERSIST], 0ULL);
}

SEND_CASE(next__push_after_half_a_window)
{
	struct send_fixture *f = test->priv;

	f->tcb.snd_max_wnd = 4 * SEND_MSS;
	send_write(test, 8 * SEND_MSS);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_FALSE(test, f->out.h.flags & KSMOL_TCP_PSH);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_TRUE(test, f->out.h.flags & KSMOL_TCP_PSH);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_FALSE(test, f->out.h.flags & KSMOL_TCP_PSH);
}

SEND_CASE(next__ecn_on_new_data_only)
{
	struct send_fixture *f = test->priv;

	f->tcb.flags |= KSMOL_TCP_F_ECN | KSMOL_TCP_F_CWR | KSMOL_TCP_F_ECE;
	f->tcb.ack |= KSMOL_TCP_ACK_NOW;
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_FALSE(test, f->out.ect);
	KUNIT_EXPECT_FALSE(test, f->out.h.flags & KSMOL_TCP_CWR);
	KUNIT_EXPECT_TRUE(test, f->out.h.flags & KSMOL_TCP_ECE);
	send_write(test, 2 * SEND_MSS);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_TRUE(test, f->out.ect);
	KUNIT_EXPECT_TRUE(test, f->out.h.flags & KSMOL_TCP_CWR);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_FALSE(test, f->out.h.flags & KSMOL_TCP_CWR);
	send_wait(test, 5 * USEC_PER_SEC);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_EQ(test, f->out.kind, KSMOL_TCP_OUT_RETRANS);
	KUNIT_EXPECT_FALSE(test, f->out.ect);
}

/* --- options --- */

SEND_CASE(next__sack_blocks_take_room)
{
	struct send_fixture *f = test->priv;

	send_open(test, KSMOL_TCP_OPT_SACK_OK | KSMOL_TCP_OPT_TS);
	KUNIT_EXPECT_EQ(test, f->tcb.mss, SEND_MSS - 12);
	ksmol_tcp_sack_add(&f->tcb, f->tcb.rcv_nxt + 100, f->tcb.rcv_nxt + 200);
	f->tcb.gso_max = 65536;
	send_write(test, 3 * SEND_MSS);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_EQ(test, f->out.h.nr_sack, 1);
	KUNIT_EXPECT_EQ(test, f->out.h.hlen, 20 + 12 + 12);
	KUNIT_EXPECT_EQ(test, f->out.mss, SEND_MSS - 24);
	KUNIT_EXPECT_EQ(test, f->out.len, 3 * (SEND_MSS - 24));
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_EQ(test, f->out.len, 3 * 24U);
}

SEND_CASE(next__syn_options)
{
	struct send_fixture *f = test->priv;

	send_connect(test);
	f->tcb.cfg.ecn = 1;
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_EQ(test, f->out.h.flags, KSMOL_TCP_SYN | KSMOL_TCP_ECE |
			KSMOL_TCP_CWR);
	KUNIT_EXPECT_EQ(test, f->out.h.opts, KSMOL_TCP_OPT_MSS |
			KSMOL_TCP_OPT_WSCALE | KSMOL_TCP_OPT_SACK_OK |
			KSMOL_TCP_OPT_TS);
	KUNIT_EXPECT_EQ(test, f->out.h.mss, 1460);
	KUNIT_EXPECT_EQ(test, f->out.h.window, min(f->tcb.rcv_wnd, 65535U));
	KUNIT_EXPECT_FALSE(test, send_next(test));
	/* RFC 3168 6.1.1.1: the second one asks for no ECN */
	KUNIT_EXPECT_EQ(test, send_wait_timer(test), KSMOL_TCP_RTO_INIT);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_EQ(test, f->out.h.flags, KSMOL_TCP_SYN);
	KUNIT_EXPECT_EQ(test, f->out.h.seq, SEND_ISS);
	KUNIT_EXPECT_FALSE(test, f->tcb.cfg.ecn);
}

SEND_CASE(next__syn_with_user_mss)
{
	struct send_fixture *f = test->priv;

	send_connect(test);
	f->tcb.cfg.user_mss = 700;
	f->tcb.cfg.sack = 0;
	f->tcb.cfg.wscaling = 0;
	f->tcb.cfg.timestamps = 0;
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_EQ(test, f->out.h.opts, KSMOL_TCP_OPT_MSS);
	KUNIT_EXPECT_EQ(test, f->out.h.mss, 700);
}

/* --- ACKs --- */

SEND_CASE(next__bare_ack)
{
	struct send_fixture *f = test->priv;

	KUNIT_EXPECT_FALSE(test, send_next(test));
	f->tcb.ack |= KSMOL_TCP_ACK_NOW;
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_EQ(test, f->out.kind, KSMOL_TCP_OUT_ACK);
	KUNIT_EXPECT_EQ(test, f->out.h.ack, SEND_IRS + 1);
	KUNIT_EXPECT_EQ(test, f->out.h.flags, KSMOL_TCP_ACK);
	KUNIT_EXPECT_FALSE(test, send_next(test));
}

SEND_CASE(next__data_carries_the_ack)
{
	struct send_fixture *f = test->priv;

	f->tcb.ack |= KSMOL_TCP_ACK_NOW | KSMOL_TCP_ACK_DELAYED;
	ksmol_tcp_arm_at(&f->tcb, KSMOL_TCP_T_DELACK, f->now + 1000);
	send_write(test, 10);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	KUNIT_EXPECT_EQ(test, f->tcb.ack, 0);
	KUNIT_EXPECT_EQ(test, f->tcb.due[KSMOL_TCP_T_DELACK], 0ULL);
}

SEND_CASE(next__ack_after_a_timeout)
{
	struct send_fixture *f = test->priv;

	send_write(test, 3 * SEND_MSS);
	send_all(test);
	send_wait(test, 5 * USEC_PER_SEC);
	send_all(test);
	f->tcb.ack |= KSMOL_TCP_ACK_NOW;
	KUNIT_EXPECT_TRUE(test, send_next(test));
	send_expect(test, 3 * SEND_MSS, 0);
}

SEND_CASE(next__ack_within_a_shrunken_window)
{
	struct send_fixture *f = test->priv;

	send_write(test, 3 * SEND_MSS);
	send_all(test);
	send_acked(test, SEND_MSS, 100);
	f->tcb.ack |= KSMOL_TCP_ACK_NOW;
	KUNIT_EXPECT_TRUE(test, send_next(test));
	send_expect(test, SEND_MSS + 100, 0);
}

/* --- again --- */

SEND_CASE(again__smaller_segments)
{
	struct send_fixture *f = test->priv;

	f->tcb.gso_max = 65536;
	send_write(test, 4 * SEND_MSS);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	f->tcb.gso_max = 0;
	ksmol_tcp_pmtu(&f->tcb, send_seq(0), 740, f->now);
	KUNIT_EXPECT_EQ(test, f->tcb.mss, 700U);
	KUNIT_EXPECT_EQ(test, f->tcb.lost, 4 * SEND_MSS);
	KUNIT_EXPECT_EQ(test, send_all(test), DIV_ROUND_UP(4 * SEND_MSS, 700));
	KUNIT_EXPECT_EQ(test, f->tcb.retrans, 4 * SEND_MSS);
	send_acked(test, 4 * SEND_MSS, 65535);
	KUNIT_EXPECT_EQ(test, f->tcb.lost, 0U);
	KUNIT_EXPECT_EQ(test, f->tcb.retrans, 0U);
}

SEND_CASE(again__bounded_by_cwnd)
{
	struct send_fixture *f = test->priv;

	f->tcb.gso_max = 65536;
	send_write(test, 4 * SEND_MSS);
	send_all(test);
	send_wait(test, 5 * USEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	send_expect(test, 0, SEND_MSS);
	KUNIT_EXPECT_EQ(test, f->tcb.retrans, SEND_MSS);
	KUNIT_EXPECT_EQ(test, f->tcb.snd_nxt, send_seq(4 * SEND_MSS));
}

SEND_CASE(again__window_shrank_to_nothing)
{
	struct send_fixture *f = test->priv;

	send_write(test, 3 * SEND_MSS);
	send_all(test);
	send_acked(test, SEND_MSS, 0);
	send_wait(test, 5 * USEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	send_expect(test, SEND_MSS, SEND_MSS);
	KUNIT_EXPECT_EQ(test, f->out.kind, KSMOL_TCP_OUT_RETRANS);
	KUNIT_EXPECT_NE(test, f->tcb.due[KSMOL_TCP_T_RTO], 0ULL);
	KUNIT_EXPECT_EQ(test, f->tcb.due[KSMOL_TCP_T_PERSIST], 0ULL);
}

SEND_CASE(again__fin)
{
	struct send_fixture *f = test->priv;

	send_write(test, 10);
	ksmol_tcp_shutdown(&f->tcb, f->now);
	send_all(test);
	send_acked(test, 10, 65535);
	send_wait(test, 5 * USEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	send_expect(test, 10, 0);
	KUNIT_EXPECT_TRUE(test, f->out.h.flags & KSMOL_TCP_FIN);
}

/* --- what could not be sent --- */

SEND_CASE(unsent__nothing_moves)
{
	struct send_fixture *f = test->priv;

	f->tcb.ack |= KSMOL_TCP_ACK_NOW;
	send_write(test, 100);
	KUNIT_ASSERT_TRUE(test, ksmol_tcp_next(&f->tcb, f->now, &f->out));
	ksmol_tcp_unsent(&f->tcb, f->now, &f->out, -ENOMEM);
	KUNIT_EXPECT_EQ(test, f->tcb.snd_nxt, send_seq(0));
	KUNIT_EXPECT_EQ(test, f->tcb.ack, KSMOL_TCP_ACK_NOW);
	KUNIT_EXPECT_EQ(test, f->tcb.due[KSMOL_TCP_T_RTO], 0ULL);
	KUNIT_EXPECT_EQ(test, send_wait_timer(test), KSMOL_TCP_RETRY);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	send_expect(test, 0, 100);
	KUNIT_EXPECT_EQ(test, f->tcb.stuck, 0ULL);
}

SEND_CASE(unsent__full_local_queue)
{
	struct send_fixture *f = test->priv;

	send_write(test, 3 * SEND_MSS);
	send_next(test);
	KUNIT_ASSERT_TRUE(test, ksmol_tcp_next(&f->tcb, f->now, &f->out));
	ksmol_tcp_unsent(&f->tcb, f->now, &f->out, -ENOBUFS);
	KUNIT_EXPECT_EQ(test, f->tcb.ca, KSMOL_TCP_CA_CWR);
}

SEND_CASE(unsent__for_ever)
{
	struct send_fixture *f = test->priv;
	u64 began = f->now;

	send_write(test, 100);
	while (ksmol_tcp_next(&f->tcb, f->now, &f->out)) {
		ksmol_tcp_unsent(&f->tcb, f->now, &f->out, -ENETDOWN);
		send_wait_timer(test);
	}
	KUNIT_EXPECT_EQ(test, f->tcb.state, TCP_CLOSE);
	KUNIT_EXPECT_EQ(test, f->tcb.err, ETIMEDOUT);
	KUNIT_EXPECT_GT(test, f->now - began, 900ULL * USEC_PER_SEC);
	KUNIT_EXPECT_LT(test, f->now - began, 1000ULL * USEC_PER_SEC);
}

SEND_CASE(unsent__reset_is_forgotten)
{
	struct send_fixture *f = test->priv;

	ksmol_tcp_abort(&f->tcb);
	KUNIT_ASSERT_TRUE(test, ksmol_tcp_next(&f->tcb, f->now, &f->out));
	ksmol_tcp_unsent(&f->tcb, f->now, &f->out, -ENOMEM);
	KUNIT_EXPECT_FALSE(test, send_next(test));
	KUNIT_EXPECT_EQ(test, ksmol_tcp_deadline(&f->tcb), 0ULL);
}

/* --- pacing --- */

SEND_CASE(next__paced)
{
	struct send_fixture *f = test->priv;
	u64 began = f->now;

	f->tcb.cfg.pacing = 100 * SEND_MSS;
	f->tcb.gso_max = 65536;
	send_write(test, 20 * SEND_MSS);
	while (ksmol_tcp_notsent(&f->tcb)) {
		if (!send_next(test))
			send_wait_timer(test);
		else
			KUNIT_EXPECT_LE(test, f->out.len, 2 * SEND_MSS);
		send_acked(test, f->tcb.snd_nxt - send_seq(0), 65535);
	}
	KUNIT_EXPECT_GE(test, f->now - began, 160 * USEC_PER_MSEC);
	KUNIT_EXPECT_LE(test, f->now - began, 200 * USEC_PER_MSEC);
}

static struct kunit_case output_cases[] = {
	KUNIT_CASE(next__same_answer_twice),
	KUNIT_CASE(next__one_segment_without_gso),
	KUNIT_CASE(next__super_segment_of_whole_segments),
	KUNIT_CASE(next__bounded_by_frags),
	KUNIT_CASE(next__bounded_by_cwnd),
	KUNIT_CASE(next__bounded_by_window),
	KUNIT_CASE(next__one_segment_always_fits_cwnd),
	KUNIT_CASE(next__defers_what_would_be_small),
	KUNIT_CASE(next__defers_not_for_long),
	KUNIT_CASE_PARAM(next__tail, tail_gen_params),
	KUNIT_CASE(next__nagle_ends_with_the_ack),
	KUNIT_CASE(next__cork_ends_after_200_ms),
	KUNIT_CASE(next__uncorked),
	KUNIT_CASE_PARAM(next__silly_window, sws_gen_params),
	KUNIT_CASE(next__fin_with_the_last_data),
	KUNIT_CASE(next__fin_alone),
	KUNIT_CASE(next__fin_waits_for_the_window),
	KUNIT_CASE(next__push_after_half_a_window),
	KUNIT_CASE(next__ecn_on_new_data_only),
	KUNIT_CASE(next__sack_blocks_take_room),
	KUNIT_CASE(next__syn_options),
	KUNIT_CASE(next__syn_with_user_mss),
	KUNIT_CASE(next__bare_ack),
	KUNIT_CASE(next__data_carries_the_ack),
	KUNIT_CASE(next__ack_after_a_timeout),
	KUNIT_CASE(next__ack_within_a_shrunken_window),
	KUNIT_CASE(again__smaller_segments),
	KUNIT_CASE(again__bounded_by_cwnd),
	KUNIT_CASE(again__window_shrank_to_nothing),
	KUNIT_CASE(again__fin),
	KUNIT_CASE(unsent__nothing_moves),
	KUNIT_CASE(unsent__full_local_queue),
	KUNIT_CASE(unsent__for_ever),
	KUNIT_CASE(unsent__reset_is_forgotten),
	KUNIT_CASE(next__paced),
	{}
};

static struct kunit_suite output_suite = {
	.name = "ksmol_tcp_output",
	.init = send_fixture_init,
	.exit = send_fixture_exit,
	.test_cases = output_cases,
};

kunit_test_suite(output_suite);
