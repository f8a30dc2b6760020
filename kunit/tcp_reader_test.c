// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stream to a reader who is behind: what is saved then must not be missed.
 * Mirrors module/socket/ tcp_run.c (who is told of data), tcp_glue.c,
 * tcp_input.c (when a segment needs a clock) and tcp_backlog.c (who verifies
 * checksums).
 */

#include <linux/delay.h>
#include <linux/jiffies.h>
#include "tcp_conn_fixture.h"

#define SEGMENT	1000U	/* bytes */

/**
 * struct stream - from PEER to a child that was accepted
 * @seq: its next number
 * @iss: our initial number
 */
struct stream {
	struct socket *sock;
	struct ksmol_tcp_sock *ts;
	u32 seq;
	u32 iss;
};

static void stream_opens(struct kunit *test, struct stream *s)
{
	struct socket *listener = tcp_listener(test, OUR_PORT, 5);

	s->iss = handshake(test, PEER_PORT);
	s->seq = PEER_ISS + 1;
	s->sock = tcp_accepted(test, listener);
	KUNIT_ASSERT_NOT_NULL(test, s->sock);
	s->ts = ksmol_tcp_sk(s->sock->sk);
}

static void more_arrives(struct kunit *test, struct stream *s)
{
	struct ksmol_tcp_header h;

	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, s->seq, s->iss + 1,
		     SEGMENT);
	s->seq += SEGMENT;
	KUNIT_EXPECT_EQ(test, s->ts->tcb.rcv_nxt, s->seq);
	while (tcp_got(test, &h))
		;
}

static void reads(struct kunit *test, struct stream *s, u32 len)
{
	KUNIT_EXPECT_EQ(test, sock_recv(test, s->sock, len, 0), len);
}

/* --- who is told --- */

static void told__once_until_read(struct kunit *test)
{
	struct stream s;
	u32 first;

	stream_opens(test, &s);
	KUNIT_EXPECT_EQ(test, s.ts->told, s.seq);
	more_arrives(test, &s);
	first = s.seq;
	KUNIT_EXPECT_EQ(test, s.ts->told, first);
	more_arrives(test, &s);
	reads(test, &s, SEGMENT / 2);
	more_arrives(test, &s);
	KUNIT_EXPECT_EQ(test, s.ts->told, first);
	/* What is left is nothing that he was told of. */
	reads(test, &s, SEGMENT / 2);
	more_arrives(test, &s);
	KUNIT_EXPECT_EQ(test, s.ts->told, s.seq);
}

/* epoll and who sleeps until there is more. */
static u32 woken;

static int wake_count(struct wait_queue_entry *wait, unsigned int mode,
		      int flags, void *key)
{
	woken++;
	return 0;
}

static void told__who_waits(struct kunit *test)
{
	struct wait_queue_entry wait;
	struct stream s;
	int i;

	stream_opens(test, &s);
	more_arrives(test, &s);
	init_waitqueue_func_entry(&wait, wake_count);
	woken = 0;
	add_wait_queue(sk_sleep(s.sock->sk), &wait);
	for (i = 0; i < 3; i++)
		more_arrives(test, &s);
	remove_wait_queue(sk_sleep(s.sock->sk), &wait);
	KUNIT_EXPECT_EQ(test, woken, 3);
}

static u32 called;

static void data_ready_count(struct sock *sk)
{
	called++;
}

static void told__who_has_a_callback(struct kunit *test)
{
	struct stream s;
	int i;

	stream_opens(test, &s);
	called = 0;
	s.sock->sk->sk_data_ready = data_ready_count;
	for (i = 0; i < 3; i++)
		more_arrives(test, &s);
	KUNIT_EXPECT_EQ(test, called, 3);
}

static void asks_for_sigio(struct sock *sk)
{
	sock_set_flag(sk, SOCK_FASYNC);
}

static void asks_for_much(struct sock *sk)
{
	sk->sk_rcvlowat = SEGMENT;
}

/* poll() has to find more than the urgent byte. */
static void has_urgent(struct sock *sk)
{
	ksmol_tcp_sk(sk)->tcb.urg_data = KSMOL_TCP_URG_VALID;
}

struct told_case {
	const char *name;
	void (*prepare)(struct sock *sk);
};

static const struct told_case told_cases[] = {
	{ "sigio", asks_for_sigio },
	{ "rcvlowat", asks_for_much },
	{ "urgent", has_urgent },
};

static void told_desc(const struct told_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(told, told_cases, told_desc);

static void told__each_time(struct kunit *test)
{
	const struct told_case *c = test->param_value;
	struct stream s;
	int i;

	stream_opens(test, &s);
	more_arrives(test, &s);
	c->prepare(s.sock->sk);
	for (i = 0; i < 3; i++) {
		more_arrives(test, &s);
		KUNIT_EXPECT_EQ(test, s.ts->told, s.seq);
	}
}

/* --- the clock --- */

/* Behind by three segments; nothing is acknowledged in haste or measured. */
static void stream_behind(struct kunit *test, struct stream *s)
{
	struct ksmol_tcb *tcb;
	int i;

	stream_opens(test, s);
	tcb = &s->ts->tcb;
	tcb->cfg.rcvbuf_max = tcb->cfg.rcvbuf;
	for (i = 0; i < 3; i++)
		more_arrives(test, s);
	tcb->quick = 0;
}

/* Another segment, within the tick of the clock's last reading. Return: whether
 * it was read again.
 */
static bool reads_clock(struct kunit *test, struct stream *s)
{
	unsigned long tick;
	u64 clock;
	int i;

	for (i = 0; i < 8; i++) {
		tick = jiffies;
		s->ts->tick = tick;
		clock = s->ts->clock;
		udelay(1);
		more_arrives(test, s);
		if (!time_after(jiffies, tick))
			return s->ts->clock != clock;
	}
	KUNIT_FAIL(test, "each segment takes a tick");
	return false;
}

static void clock__saved(struct kunit *test)
{
	struct stream s;

	stream_behind(test, &s);
	KUNIT_EXPECT_FALSE(test, reads_clock(test, &s));
	KUNIT_EXPECT_EQ(test, s.ts->tcb.last_rx, s.ts->clock);
	KUNIT_EXPECT_EQ(test, s.ts->tcb.last_data, s.ts->clock);
}

/* What is sent bears a time stamp, and may be measured. */
static void clock__for_an_answer(struct kunit *test)
{
	struct stream s;

	stream_behind(test, &s);
	s.ts->tcb.quick = 64;
	KUNIT_EXPECT_TRUE(test, reads_clock(test, &s));
	KUNIT_EXPECT_EQ(test, s.ts->tcb.rcv_wup, s.seq);
}

static void clock__once_a_tick(struct kunit *test)
{
	struct stream s;
	u64 clock;

	stream_behind(test, &s);
	clock = s.ts->clock;
	s.ts->tick = jiffies - 1;
	udelay(1);
	more_arrives(test, &s);
	KUNIT_EXPECT_GT(test, s.ts->clock, clock);
	KUNIT_EXPECT_EQ(test, s.ts->tcb.last_rx, s.ts->clock);
}

static void keeps_up(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg)
{
	tcb->copied_seq = tcb->rcv_nxt - 2 * tcb->rcv_mss;
}

static void closing(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg)
{
	tcb->state = TCP_CLOSE_WAIT;
}

static void unsent(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg)
{
	tcb->write_seq++;
}

static void measured_by_window(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg)
{
	tcb->cfg.rcvbuf_max = tcb->cfg.rcvbuf + 1;
}

static void echo_awaited(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg)
{
	measured_by_window(tcb, seg);
	tcb->flags |= KSMOL_TCP_F_TS;
	tcb->rcv_rtt_at = 1;
	tcb->rcv_rtt_seq = 100;
	seg->h.opts |= KSMOL_TCP_OPT_TS;
	seg->h.tsval = tcb->ts_recent;
	seg->h.tsecr = 99;
}

static void echo(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg)
{
	echo_awaited(tcb, seg);
	seg->h.tsecr = 100;
}

static void old_timestamp(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg)
{
	echo_awaited(tcb, seg);
	seg->h.tsval--;
}

static void acknowledges(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg)
{
	tcb->snd_nxt++;
	tcb->write_seq++;
	seg->h.ack++;
}

static void new_window(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg)
{
	seg->h.window++;
}

static void sacks(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg)
{
	seg->h.opts |= KSMOL_TCP_OPT_SACK;
}

static void no_text(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg)
{
	seg->len = 0;
}

static void out_of_order(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg)
{
	seg->h.seq++;
}

static void has_fin(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg)
{
	seg->h.flags |= KSMOL_TCP_FIN;
}

static void has_push(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg)
{
	seg->h.flags |= KSMOL_TCP_PSH;
}

struct untimed_case {
	const char *name;
	void (*change)(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg);
	bool untimed;
};

static const struct untimed_case untimed_cases[] = {
	{ "push", has_push, true },
	{ "echo_awaited", echo_awaited, true },
	{ "echo", echo, false },
	{ "old_timestamp", old_timestamp, false },
	{ "measured_by_window", measured_by_window, false },
	{ "reader_keeps_up", keeps_up, false },
	{ "closing", closing, false },
	{ "unsent", unsent, false },
	{ "acknowledges", acknowledges, false },
	{ "new_window", new_window, false },
	{ "sacks", sacks, false },
	{ "no_text", no_text, false },
	{ "out_of_order", out_of_order, false },
	{ "fin", has_fin, false },
};

static void untimed_desc(const struct untimed_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(untimed, untimed_cases, untimed_desc);

static void untimed__only_if_nothing_else(struct kunit *test)
{
	const struct untimed_case *c = test->param_value;
	struct ksmol_tcp_seg seg = {};
	struct ksmol_tcb *tcb;
	struct stream s;

	stream_behind(test, &s);
	tcb = kunit_kzalloc(test, sizeof(*tcb), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tcb);
	*tcb = s.ts->tcb;
	seg.h.flags = KSMOL_TCP_ACK;
	seg.h.seq = s.seq;
	seg.h.ack = s.iss + 1;
	seg.h.window = tcb->snd_wnd >> tcb->snd_wscale;
	seg.len = SEGMENT;
	seg.mss = SEGMENT;
	KUNIT_EXPECT_TRUE(test, ksmol_tcp_untimed(tcb, &seg));
	c->change(tcb, &seg);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_untimed(tcb, &seg), c->untimed);
}

/* --- whose work a checksum is --- */

static u64 spoiled(void)
{
	return tcp_counter(KSMOL_TCP_CSUM_ERRORS);
}

/* Its last byte isn't what was summed. */
static void spoiled_arrives(struct kunit *test, const struct stream *s, u32 len)
{
	const struct ksmol_tcp_header h = {
		.seq = s->seq,
		.ack = s->iss + 1,
		.flags = KSMOL_TCP_ACK,
		.window = 8192,
	};
	struct socket_fixture *f = test->priv;

	tcp_frame(test, PEER_PORT, OUR_PORT, &h, len);
	f->frame.data[f->frame.len - 1] ^= 1;
	frame_arrives(test);
}

static void csum__on_arrival(struct kunit *test)
{
	u64 before = verdicts(KSMOL_DROP_TCP_CSUM), seen = spoiled();
	struct stream s;

	stream_opens(test, &s);
	spoiled_arrives(test, &s, SEGMENT);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_TCP_CSUM), before + 1);
	KUNIT_EXPECT_EQ(test, spoiled(), seen + 1);
	KUNIT_EXPECT_EQ(test, s.ts->tcb.rcv_nxt, s.seq);
	more_arrives(test, &s);
}

/* The owner's, who drops it when its turn comes, and nothing else. */
static void csum__of_what_waits(struct kunit *test)
{
	u64 purged = ksmol_stats_sum(offsetof(struct ksmol_stats, purged));
	u64 before = verdicts(KSMOL_DROP_TCP_CSUM), seen = spoiled();
	struct stream s;

	stream_opens(test, &s);
	lock_sock(s.sock->sk);
	spoiled_arrives(test, &s, SEGMENT);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, s.seq, s.iss + 1, SEGMENT);
	KUNIT_EXPECT_EQ(test, s.ts->backlog.count, 2U);
	release_sock(s.sock->sk);
	KUNIT_EXPECT_EQ(test, s.ts->tcb.rcv_nxt, s.seq + SEGMENT);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_TCP_CSUM), before);
	KUNIT_EXPECT_EQ(test, spoiled(), seen + 1);
	KUNIT_EXPECT_EQ(test,
			ksmol_stats_sum(offsetof(struct ksmol_stats, purged)),
			purged + 1);
}

/* What needs no pbuf to wait is believed later. */
static void csum__of_what_finds_no_room(struct kunit *test)
{
	u64 before = verdicts(KSMOL_DROP_TCP_CSUM);
	struct stream s;

	stream_opens(test, &s);
	lock_sock(s.sock->sk);
	s.ts->tcb.cfg.rcvbuf = 0;
	s.ts->tcb.cfg.sndbuf = 0;
	spoiled_arrives(test, &s, SEGMENT);
	spoiled_arrives(test, &s, 0);
	KUNIT_EXPECT_FALSE(test, s.ts->has_late);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_TCP_CSUM), before + 1);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, s.seq, s.iss + 1, 0);
	KUNIT_EXPECT_TRUE(test, s.ts->has_late);
	release_sock(s.sock->sk);
}

/* Nobody's segment is answered before it is known to be one. */
static void csum__of_strangers(struct kunit *test)
{
	struct stream s = { .seq = 1, .iss = 1 };
	u64 before = verdicts(KSMOL_DROP_TCP_CSUM);

	spoiled_arrives(test, &s, SEGMENT);
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_TCP_CSUM), before + 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(told__once_until_read),
	KUNIT_CASE(told__who_waits),
	KUNIT_CASE(told__who_has_a_callback),
	KUNIT_CASE_PARAM(told__each_time, told_gen_params),
	KUNIT_CASE(clock__saved),
	KUNIT_CASE(clock__for_an_answer),
	KUNIT_CASE(clock__once_a_tick),
	KUNIT_CASE_PARAM(untimed__only_if_nothing_else, untimed_gen_params),
	KUNIT_CASE(csum__on_arrival),
	KUNIT_CASE(csum__of_what_waits),
	KUNIT_CASE(csum__of_what_finds_no_room),
	KUNIT_CASE(csum__of_strangers),
	{}
};

static void reader_exit(struct kunit *test)
{
	struct socket_fixture *f = test->priv;

	while (f->n)
		if (f->socks[--f->n])
			sock_release(f->socks[f->n]);
	ksmol_tcp_mini_purge(NULL, 0);
	socket_fixture_exit(test);
}

static struct kunit_suite suite = {
	.name = "ksmol_tcp_reader",
	.init = socket_fixture_init,
	.exit = reader_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
