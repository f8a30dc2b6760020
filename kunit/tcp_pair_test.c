// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two connections, and between them a network that loses, repeats and reorders:
 * whatever it does, all bytes arrive, once and in order, both sides close, and
 * what tcp_script_check.c demands holds after each event. The network's dice are
 * the same in each run.
 */

#include <linux/prandom.h>
#include <linux/slab.h>
#include "tcp_script.h"

/**
 * struct pair_case - a network, and what is sent through it
 * @name: the case's
 * @bytes: each way
 * @loss: in thousand segments, those that vanish
 * @twice: those that come twice
 * @late: those that take up to @jitter more
 * @delay: microseconds each takes; 0 = 5 ms
 * @jitter: microseconds
 * @fail: in thousand sends, those that can't be
 * @nopb: in thousand segments, those whose payload finds no memory
 * @gso: most bytes sent at once
 * @gro: and they arrive at once, too
 * @opts: KSMOL_TCP_OPT_*
 * @ecn: segments are marked where they would be lost
 * @cubic: not Reno
 * @rcvbuf: bytes
 * @pause: microseconds between two reads, 0 = at once
 */
struct pair_case {
	const char *name;
	u32 bytes[2];
	u32 loss;
	u32 twice;
	u32 late;
	u32 delay;
	u32 jitter;
	u32 fail;
	u32 nopb;
	u32 gso;
	bool gro;
	u8 opts;
	bool ecn;
	bool cubic;
	u32 rcvbuf;
	u32 pause;
};

#define ALL_OPTS (KSMOL_TCP_OPT_SACK_OK | KSMOL_TCP_OPT_TS | \
		  KSMOL_TCP_OPT_WSCALE)

static const struct pair_case pairs[] = {
	{ .name = "clean", .bytes = { 500000, 100000 }, .opts = ALL_OPTS },
	{ .name = "clean_without_options", .bytes = { 500000, 100000 } },
	{ .name = "clean_super_segments", .bytes = { 1000000, 1000000 },
	  .opts = ALL_OPTS, .gso = 30000, .gro = true },
	{ .name = "loses_one_percent", .bytes = { 1000000, 300000 },
	  .opts = ALL_OPTS, .loss = 10 },
	{ .name = "loses_five_percent", .bytes = { 500000, 500000 },
	  .opts = ALL_OPTS, .loss = 50 },
	{ .name = "loses_five_percent_without_sack",
	  .bytes = { 300000, 300000 }, .opts = KSMOL_TCP_OPT_TS, .loss = 50 },
	{ .name = "loses_five_percent_without_options",
	  .bytes = { 300000, 300000 }, .loss = 50 },
	{ .name = "loses_a_third", .bytes = { 60000, 60000 },
	  .opts = ALL_OPTS, .loss = 330 },
	{ .name = "loses_a_fifth_without_options", .bytes = { 50000, 50000 },
	  .loss = 200 },
	{ .name = "loses_super_segments", .bytes = { 1000000, 200000 },
	  .opts = ALL_OPTS, .loss = 20, .gso = 30000 },
	{ .name = "loses_merged_segments", .bytes = { 1000000, 200000 },
	  .opts = ALL_OPTS, .loss = 20, .gso = 30000, .gro = true },
	{ .name = "repeats", .bytes = { 300000, 300000 },
	  .opts = ALL_OPTS, .twice = 200 },
	{ .name = "reorders", .bytes = { 500000, 500000 },
	  .opts = ALL_OPTS, .late = 250, .jitter = 4000 },
	{ .name = "reorders_without_sack", .bytes = { 300000, 300000 },
	  .late = 250, .jitter = 4000 },
	{ .name = "reorders_widely", .bytes = { 300000, 300000 },
	  .opts = ALL_OPTS, .late = 300, .jitter = 100000 },
	{ .name = "does_everything", .bytes = { 500000, 500000 },
	  .opts = ALL_OPTS, .loss = 30, .twice = 50, .late = 100,
	  .jitter = 20000, .fail = 30, .nopb = 30 },
	{ .name = "does_everything_to_super_segments",
	  .bytes = { 500000, 500000 }, .opts = ALL_OPTS, .loss = 30,
	  .twice = 50, .late = 100, .jitter = 20000, .fail = 30, .nopb = 30,
	  .gso = 20000, .gro = true, .cubic = true },
	{ .name = "does_everything_without_options",
	  .bytes = { 200000, 200000 }, .loss = 30, .twice = 50, .late = 100,
	  .jitter = 20000, .fail = 30, .nopb = 30 },
	{ .name = "is_a_local_one", .bytes = { 1000000, 1000000 },
	  .opts = ALL_OPTS, .delay = 20, .gso = 60000, .gro = true,
	  .cubic = true },
	{ .name = "is_a_lossy_local_one", .bytes = { 1000000, 1000000 },
	  .opts = ALL_OPTS, .delay = 20, .loss = 20, .cubic = true },
	{ .name = "is_a_long_one", .bytes = { 1000000, 10 },
	  .opts = ALL_OPTS, .delay = 200000, .loss = 5, .cubic = true },
	{ .name = "marks", .bytes = { 500000, 500000 }, .opts = ALL_OPTS,
	  .ecn = true, .loss = 30 },
	{ .name = "has_slow_readers", .bytes = { 200000, 200000 },
	  .opts = ALL_OPTS, .rcvbuf = 8000, .pause = 30000 },
	{ .name = "has_slow_readers_and_loses", .bytes = { 100000, 100000 },
	  .opts = ALL_OPTS, .rcvbuf = 8000, .pause = 30000, .loss = 50 },
	{ .name = "has_very_slow_readers_and_loses", .bytes = { 40000, 40000 },
	  .rcvbuf = 4000, .pause = 900000, .loss = 100 },
	{ .name = "has_no_send_memory", .bytes = { 300000, 300000 },
	  .opts = ALL_OPTS, .fail = 300 },
	{ .name = "has_no_receive_memory", .bytes = { 200000, 200000 },
	  .opts = ALL_OPTS, .nopb = 300 },
};

/* So often each network is tried, with other dice. */
#define GAMES	4

/**
 * struct pair - both ends and what is under way
 * @c: the case
 * @end: connections, and what checks them
 * @net: struct flying, by time
 * @dice: the network's
 * @now: the clock of all
 * @read_at: when each end reads next
 * @left: bytes not yet written
 * @closed: no more is to be written, and the core knows
 */
struct pair {
	const struct pair_case *c;
	struct tcp_script end[2];
	struct list_head net;
	struct rnd_state dice;
	u64 now;
	u64 read_at[2];
	u32 left[2];
	bool closed[2];
};

struct flying {
	struct list_head node;
	struct ksmol_tcp_seg seg;
	u64 at;
	int to;
};

static bool happens(struct pair *p, u32 in_thousand)
{
	return in_thousand && prandom_u32_state(&p->dice) % 1000 < in_thousand;
}

static void fly(struct pair *p, const struct flying *from)
{
	struct flying *f = kmemdup(from, sizeof(*f), GFP_ATOMIC), *before;
	struct list_head *at = &p->net;

	if (!f)
		return;
	f->at = p->now + (p->c->delay ?: 5000);
	if (happens(p, p->c->late))
		f->at += prandom_u32_state(&p->dice) % p->c->jitter;
	list_for_each_entry_reverse(before, &p->net, node) {
		if (before->at <= f->at)
			break;
		at = &before->node;
	}
	list_add_tail(&f->node, at);
}

/* One packet on the wire. */
static void packet(struct pair *p, struct flying *f)
{
	const struct pair_case *c = p->c;

	f->seg.end = f->seg.h.seq + f->seg.len +
		     !!(f->seg.h.flags & KSMOL_TCP_FIN);
	f->seg.ce = c->ecn && f->seg.ect && happens(p, c->loss);
	if (!c->ecn && happens(p, c->loss))
		return;
	fly(p, f);
	if (happens(p, c->twice))
		fly(p, f);
}

/* A super-segment goes as one, or is cut into segments of its mss. */
static void transmit(struct pair *p, int from, const struct ksmol_tcp_out *out)
{
	struct flying f = { .to = !from };
	u32 done = 0, size = p->c->gro ? out->len : out->mss;

	do {
		f.seg.h = out->h;
		f.seg.h.seq += done;
		f.seg.ect = out->ect;
		f.seg.len = min(out->len - done, size);
		f.seg.mss = min(f.seg.len, out->mss);
		f.seg.segs = f.seg.len ? DIV_ROUND_UP(f.seg.len, out->mss) : 1;
		if (done)
			f.seg.h.flags &= ~KSMOL_TCP_CWR;
		done += f.seg.len;
		if (done < out->len)
			f.seg.h.flags &= ~(KSMOL_TCP_FIN | KSMOL_TCP_PSH);
		packet(p, &f);
	} while (done < out->len);
}

static void send(struct pair *p, int i)
{
	struct tcp_script *s = &p->end[i];
	struct ksmol_tcp_out out;
	u32 n = 0;

	while (!s->failed && ksmol_tcp_next(&s->tcb, p->now, &out)) {
		if (happens(p, p->c->fail)) {
			ksmol_tcp_unsent(&s->tcb, p->now, &out,
					 n & 1 ? -ENOBUFS : -EAGAIN);
			break;
		}
		script_check_out(s, &out);
		ksmol_tcp_sent(&s->tcb, p->now, &out);
		script_keep(s, &out);
		transmit(p, i, &out);
		if (++n > 10000)
			script_fail(s, "sends without end");
	}
	script_check(s);
	if (s->tcb.state == TCP_TIME_WAIT)
		ksmol_tcp_release(&s->tcb);
}

static bool over(const struct pair *p, int i)
{
	u8 state = p->end[i].tcb.state;

	return state == TCP_CLOSE || state == TCP_TIME_WAIT;
}

/* The program: writes while there is room, reads when it is time. */
static void program(struct pair *p, int i)
{
	struct tcp_script *s = &p->end[i];
	struct ksmol_tcb *tcb = &s->tcb;
	u32 room = 100000 - min(100000U, ksmol_tcp_unacked(tcb));
	u32 n = min3(room, p->left[i], 3000U);

	if (!over(p, i) && n && (n == p->left[i] || n >= 2000)) {
		script_write(s, n);
		p->left[i] -= n;
	}
	if (!p->left[i] && !p->closed[i] && !over(p, i)) {
		p->closed[i] = true;
		ksmol_tcp_shutdown(tcb, p->now);
	}
	if (p->now >= p->read_at[i] && ksmol_tcp_readable(tcb)) {
		script_read(s, ksmol_tcp_readable(tcb));
		p->read_at[i] = p->now + p->c->pause;
	}
}

static void turn(struct pair *p, int i)
{
	struct tcp_script *s = &p->end[i];
	u64 due = ksmol_tcp_deadline(&s->tcb);
	u32 before;

	s->now = p->now;
	if (due && due <= p->now)
		ksmol_tcp_timer(&s->tcb, p->now);
	do {
		before = p->left[i];
		program(p, i);
		send(p, i);
	} while (p->left[i] != before && !s->failed);
}

/* What stands for it then would answer data and FIN that come again. */
static void answer_in_time_wait(struct pair *p, struct flying *f)
{
	struct ksmol_tcb *tcb = &p->end[f->to].tcb;
	struct flying ack = {
		.to = !f->to,
		.seg = {
			.h = {
				.flags = KSMOL_TCP_ACK,
				.seq = tcb->snd_nxt, .ack = tcb->rcv_nxt,
				.opts = f->seg.h.opts & KSMOL_TCP_OPT_TS,
				.tsval = ksmol_tcp_ts(tcb, p->now),
				.tsecr = f->seg.h.tsval,
			},
			.segs = 1,
		},
	};

	if (f->seg.end != f->seg.h.seq)
		packet(p, &ack);
}

static void arrive(struct pair *p)
{
	struct flying *f = list_first_entry(&p->net, struct flying, node);
	struct tcp_script *s = &p->end[f->to];

	list_del(&f->node);
	s->now = p->now;
	if (s->tcb.state == TCP_TIME_WAIT)
		answer_in_time_wait(p, f);
	else if (s->tcb.state != TCP_CLOSE)
		script_input(s, &f->seg, !happens(p, p->c->nopb));
	turn(p, f->to);
	kfree(f);
}

static u64 earlier(u64 a, u64 b)
{
	return !a || (b && b < a) ? b : a;
}

/* When something happens next, 0 = never. */
static u64 next_event(struct pair *p)
{
	u64 at = 0;
	int i;

	if (!list_empty(&p->net))
		at = list_first_entry(&p->net, struct flying, node)->at;
	for (i = 0; i < 2; i++) {
		at = earlier(at, ksmol_tcp_deadline(&p->end[i].tcb));
		if (ksmol_tcp_readable(&p->end[i].tcb))
			at = earlier(at, max(p->read_at[i], p->now));
	}
	return at;
}

static void both_turn(struct pair *p)
{
	turn(p, 0);
	turn(p, 1);
}

static void go(struct pair *p)
{
	u64 at;

	both_turn(p);
	while (!p->end[0].failed && !p->end[1].failed) {
		at = next_event(p);
		if (!at)
			break;
		p->now = max(p->now, at);
		if (!list_empty(&p->net) &&
		    list_first_entry(&p->net, struct flying, node)->at <=
		    p->now)
			arrive(p);
		else
			both_turn(p);
		if (over(p, 0) && over(p, 1) &&
		    !ksmol_tcp_readable(&p->end[0].tcb) &&
		    !ksmol_tcp_readable(&p->end[1].tcb))
			break;
		if (p->now - p->end[0].start > 3600ULL * USEC_PER_SEC) {
			script_fail(&p->end[0], "still not done in an hour");
			script_fail(&p->end[1], "still not done in an hour");
		}
	}
}

/* As the handshake would have left both. */
static void establish(struct pair *p, int i, u32 wnd, u8 wscale)
{
	struct tcp_script *s = &p->end[i];
	struct ksmol_tcp_open open = {
		.irs = s->irs, .iss = s->iss, .opts = p->c->opts, .mss = 1000,
		.wscale = wscale, .rcv_wscale = wscale, .rcv_wnd = wnd,
		.ts_offset = 1000 + i, .rtt = 10000, .ecn = p->c->ecn,
		.ts_recent = (u32)div_u64(p->now, 1000) + 1000 + !i,
	};
	struct ksmol_tcp_seg ack = {
		.h.seq = s->irs + 1, .h.ack = s->iss + 1, .h.hlen = 20,
		.h.flags = KSMOL_TCP_ACK, .end = s->irs + 1, .segs = 1,
		.h.window = wnd >> wscale,
	};

	if (p->c->opts & KSMOL_TCP_OPT_TS) {
		ack.h.opts = KSMOL_TCP_OPT_TS;
		ack.h.tsval = open.ts_recent;
		ack.h.tsecr = (u32)div_u64(p->now, 1000) + open.ts_offset;
	}
	ksmol_tcp_opened(&s->tcb, &open, p->now);
	script_input(s, &ack, false);
}

static void prepare(struct pair *p, int i)
{
	struct tcp_script *s = &p->end[i];
	struct ksmol_tcb *tcb = &s->tcb;

	s->opened = true;
	s->skipping = true;
	s->iss = i ? 0x7fff8000 : 0xffff8000;
	s->irs = i ? 0xffff8000 : 0x7fff8000;
	ksmol_tcp_init(tcb, &s->pool);
	tcb->cong = ksmol_tcp_cong_find(p->c->cubic ? "cubic" : "reno");
	tcb->gso_max = p->c->gso;
	tcb->gso_frags = 17;
	tcb->cfg.rcvbuf = p->c->rcvbuf ?: 60000;
	tcb->cfg.rcvbuf_max = tcb->cfg.rcvbuf;
	tcb->cfg.sndbuf = 1 << 20;
	ksmol_tcp_set_path(tcb, 1500, 20);
	p->left[i] = p->c->bytes[i];
}

static void pair_run(struct pair *p)
{
	bool scaled = p->c->opts & KSMOL_TCP_OPT_WSCALE;
	struct flying *f, *next;
	u32 wnd;
	u8 wscale;
	int i;

	p->now = p->end[0].now;
	for (i = 0; i < 2; i++)
		prepare(p, i);
	p->end[0].tcb.cfg.wscaling = scaled;
	ksmol_tcp_window_init(&p->end[0].tcb.cfg, &p->end[0].pool, &wnd,
			      &wscale);
	for (i = 0; i < 2; i++)
		establish(p, i, wnd, scaled ? wscale : 0);
	go(p);
	list_for_each_entry_safe(f, next, &p->net, node)
		kfree(f);
}

static void expect_all(struct pair *p, int i)
{
	struct tcp_script *s = &p->end[i];
	u32 got = s->tcb.copied_seq - s->irs - 1;

	if (!over(p, i) || s->tcb.err)
		script_fail(s, "ends in state %u, error %d", s->tcb.state,
			    s->tcb.err);
	if (got != p->c->bytes[!i] || p->left[i])
		script_fail(s, "%u bytes of %u came, %u unwritten", got,
			    p->c->bytes[!i], p->left[i]);
}

/* Return: whether it went well. */
static bool pair_game(struct kunit *test, struct pair *p, u64 seed)
{
	int i;

	memset(p, 0, sizeof(*p));
	p->c = test->param_value;
	INIT_LIST_HEAD(&p->net);
	prandom_seed_state(&p->dice, seed);
	for (i = 0; i < 2; i++)
		KUNIT_ASSERT_EQ(test, script_begin(&p->end[i], test), 0);
	local_bh_disable();
	pair_run(p);
	local_bh_enable();
	for (i = 0; i < 2; i++)
		expect_all(p, i);
	local_bh_disable();
	for (i = 0; i < 2; i++)
		if (p->end[i].tcb.state != TCP_CLOSE)
			ksmol_tcp_kill(&p->end[i].tcb, 0);
	for (i = 0; i < 2; i++)
		script_close(&p->end[i]);
	local_bh_enable();
	for (i = 0; i < 2; i++)
		script_end(&p->end[i]);
	return !p->end[0].failed && !p->end[1].failed;
}

static void pair__transfers(struct kunit *test)
{
	struct pair *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	u64 seed = 9293;

	KUNIT_ASSERT_NOT_NULL(test, p);
	while (seed < 9293 + GAMES && pair_game(test, p, seed))
		seed++;
	if (seed < 9293 + GAMES)
		kunit_info(test, "the dice were %llu\n", seed);
}

static void pair_desc(const struct pair_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(pair, pairs, pair_desc);

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(pair__transfers, pair_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "ksmol_tcp_pair",
	.test_cases = cases,
};

kunit_test_suite(suite);
