// SPDX-License-Identifier: GPL-2.0-only
/* A connection's life as far as we decide: open, shut down, abort, end. */

#include "tcp_send_fixture.h"

SEND_CASE(connect__numbers)
{
	struct send_fixture *f = test->priv;

	send_connect(test);
	KUNIT_EXPECT_EQ(test, f->tcb.state, TCP_SYN_SENT);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	KUNIT_EXPECT_EQ(test, f->out.kind, KSMOL_TCP_OUT_NEW);
	KUNIT_EXPECT_EQ(test, f->tcb.snd_una, SEND_ISS);
	KUNIT_EXPECT_EQ(test, f->tcb.snd_nxt, SEND_ISS + 1);
	KUNIT_EXPECT_EQ(test, f->tcb.write_seq, SEND_ISS + 1);
}

SEND_CASE(opened__options)
{
	struct send_fixture *f = test->priv;
	struct ksmol_tcp_open open = {
		.irs = 7, .iss = 9,
		.opts = KSMOL_TCP_OPT_WSCALE | KSMOL_TCP_OPT_SACK_OK,
		.wscale = 15, .rcv_wscale = 3, .mss = 20, .rcv_wnd = 1000,
		.ecn = true, .retrans = true,
	};

	ksmol_tcp_release(&f->tcb);
	ksmol_tcp_init(&f->tcb, &f->pool);
	ksmol_tcp_opened(&f->tcb, &open, f->now);
	KUNIT_EXPECT_EQ(test, f->tcb.state, TCP_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, f->tcb.flags, KSMOL_TCP_F_PASSIVE |
			KSMOL_TCP_F_SACK | KSMOL_TCP_F_WSCALE |
			KSMOL_TCP_F_ECN);
	KUNIT_EXPECT_EQ(test, f->tcb.snd_wscale, 14);
	KUNIT_EXPECT_EQ(test, f->tcb.rcv_wscale, 3);
	KUNIT_EXPECT_EQ(test, f->tcb.mss, KSMOL_TCP_MSS_MIN);
	KUNIT_EXPECT_EQ(test, f->tcb.cwnd, f->tcb.mss);
	KUNIT_EXPECT_EQ(test, f->tcb.rcv_nxt, 8U);
	KUNIT_EXPECT_EQ(test, f->tcb.snd_nxt, 10U);
	KUNIT_EXPECT_TRUE(test, f->tcb.events & KSMOL_TCP_EV_ESTABLISHED);
}

/*
 * What becomes of a state
 * @shut: by shutdown(); @fin: a FIN is to follow
 * @reset: abort() owes the peer a RST
 */
struct end_case {
	const char *name;
	u8 state;
	u8 shut;
	bool fin;
	bool reset;
};

static const struct end_case end_cases[] = {
	{ "close", TCP_CLOSE, TCP_CLOSE, false, false },
	{ "syn_sent", TCP_SYN_SENT, TCP_CLOSE, false, false },
	{ "syn_recv", TCP_SYN_RECV, TCP_SYN_RECV, true, true },
	{ "established", TCP_ESTABLISHED, TCP_FIN_WAIT1, true, true },
	{ "fin_wait1", TCP_FIN_WAIT1, TCP_FIN_WAIT1, false, true },
	{ "fin_wait2", TCP_FIN_WAIT2, TCP_FIN_WAIT2, false, true },
	{ "close_wait", TCP_CLOSE_WAIT, TCP_LAST_ACK, true, true },
	{ "last_ack", TCP_LAST_ACK, TCP_LAST_ACK, false, false },
	{ "closing", TCP_CLOSING, TCP_CLOSING, false, false },
	{ "time_wait", TCP_TIME_WAIT, TCP_TIME_WAIT, false, false },
};

static void end_desc(const struct end_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(end, end_cases, end_desc);

SEND_CASE(shutdown__state)
{
	const struct end_case *c = test->param_value;
	struct send_fixture *f = test->priv;

	f->tcb.state = c->state;
	ksmol_tcp_shutdown(&f->tcb, f->now);
	KUNIT_EXPECT_EQ(test, f->tcb.state, c->shut);
	KUNIT_EXPECT_EQ(test, !!(f->tcb.flags & KSMOL_TCP_F_FIN), c->fin);
}

SEND_CASE(abort__state)
{
	const struct end_case *c = test->param_value;
	struct send_fixture *f = test->priv;

	send_write(test, 100);
	f->tcb.state = c->state;
	ksmol_tcp_abort(&f->tcb);
	KUNIT_EXPECT_EQ(test, f->tcb.state, TCP_CLOSE);
	KUNIT_EXPECT_TRUE(test, f->tcb.events & KSMOL_TCP_EV_CLOSED);
	KUNIT_EXPECT_EQ(test, f->tcb.sndq.count, 0U);
	KUNIT_EXPECT_EQ(test, send_all(test), (u32)c->reset);
	if (!c->reset)
		return;
	KUNIT_EXPECT_EQ(test, f->out.kind, KSMOL_TCP_OUT_RESET);
	KUNIT_EXPECT_EQ(test, f->out.h.seq, f->tcb.snd_nxt);
	KUNIT_EXPECT_EQ(test, f->out.h.flags, KSMOL_TCP_RST | KSMOL_TCP_ACK);
}

/* A program that shuts down before the handshake is over. */
SEND_CASE(established__after_shutdown)
{
	struct send_fixture *f = test->priv;

	f->tcb.state = TCP_SYN_RECV;
	ksmol_tcp_shutdown(&f->tcb, f->now);
	ksmol_tcp_established(&f->tcb, f->now);
	KUNIT_EXPECT_EQ(test, f->tcb.state, TCP_FIN_WAIT1);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	KUNIT_EXPECT_TRUE(test, f->out.h.flags & KSMOL_TCP_FIN);
}

SEND_CASE(kill__with_and_without_error)
{
	struct send_fixture *f = test->priv;

	ksmol_tcp_kill(&f->tcb, 0);
	KUNIT_EXPECT_EQ(test, f->tcb.events, KSMOL_TCP_EV_CLOSED);
	send_open(test, 0);
	ksmol_tcp_kill(&f->tcb, ECONNRESET);
	KUNIT_EXPECT_EQ(test, f->tcb.events,
			KSMOL_TCP_EV_CLOSED | KSMOL_TCP_EV_ERROR);
	KUNIT_EXPECT_EQ(test, f->tcb.err, ECONNRESET);
	KUNIT_EXPECT_EQ(test, send_all(test), 0U);
}

/* FIN-WAIT-2 without a reader ends by itself. */
SEND_CASE(orphan__fin_wait2)
{
	struct send_fixture *f = test->priv;

	ksmol_tcp_shutdown(&f->tcb, f->now);
	ksmol_tcp_orphan(&f->tcb, f->now);
	send_all(test);
	send_acked(test, 1, 65535);
	KUNIT_EXPECT_EQ(test, f->tcb.state, TCP_FIN_WAIT2);
	KUNIT_EXPECT_EQ(test, send_wait_timer(test), KSMOL_TCP_FIN_TIMEOUT);
	KUNIT_EXPECT_EQ(test, f->tcb.state, TCP_CLOSE);
	KUNIT_EXPECT_EQ(test, f->tcb.err, 0);
	KUNIT_EXPECT_EQ(test, send_all(test), 0U);
}

SEND_CASE(orphan__fin_wait2_without_linger)
{
	struct send_fixture *f = test->priv;

	f->tcb.cfg.linger2 = 0;
	ksmol_tcp_shutdown(&f->tcb, f->now);
	send_all(test);
	send_acked(test, 1, 65535);
	ksmol_tcp_orphan(&f->tcb, f->now);
	KUNIT_EXPECT_EQ(test, f->tcb.state, TCP_CLOSE);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	KUNIT_EXPECT_EQ(test, f->out.kind, KSMOL_TCP_OUT_RESET);
}

static struct kunit_case state_cases[] = {
	KUNIT_CASE(connect__numbers),
	KUNIT_CASE(opened__options),
	KUNIT_CASE_PARAM(shutdown__state, end_gen_params),
	KUNIT_CASE_PARAM(abort__state, end_gen_params),
	KUNIT_CASE(established__after_shutdown),
	KUNIT_CASE(kill__with_and_without_error),
	KUNIT_CASE(orphan__fin_wait2),
	KUNIT_CASE(orphan__fin_wait2_without_linger),
	{}
};

static struct kunit_suite state_suite = {
	.name = "ksmol_tcp_state",
	.init = send_fixture_init,
	.exit = send_fixture_exit,
	.test_cases = state_cases,
};

kunit_test_suite(state_suite);
