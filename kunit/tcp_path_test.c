// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transfers over a path that loses, delays, overtakes and repeats, to a
 * receiver that does all that RFC 9293, 2018, 2883 and 7323 ask of it. The clock
 * jumps from one event to the next; the numbers are the same each time.
 */

#include <linux/prandom.h>
#include "../module/socket/tcp_recovery.h"
#include "tcp_send_fixture.h"

#define PATH_FLYING	1024U
#define PATH_TOTAL	400000U
#define PATH_LIMIT	(600ULL * USEC_PER_SEC)

/**
 * struct path_case - a path, and what is expected of a transfer over it
 * @name: of the case
 * @opts: negotiated
 * @gso: largest super-segment
 * @delay: one way, microseconds
 * @jitter: most that is added to it
 * @loss: of a thousand segments
 * @overtake: of a thousand segments are 2 ms late
 * @repeat: of a thousand segments come twice
 * @ack_loss: of a thousand ACKs
 * @rate: bytes per millisecond of the narrowest link, 0 = any number
 * @queue: bytes that may wait for it
 * @drop: first transmission of a segment that is lost, counted from 0
 * @drops: how many
 * @cong: algorithm
 * @total: bytes to transfer, 0 = PATH_TOTAL
 * @seconds: most time that it may take
 * @timeouts: most of these
 * @retrans: most segments sent again
 */
struct path_case {
	const char *name;
	u8 opts;
	u32 gso;
	u32 delay;
	u32 jitter;
	u32 loss;
	u32 overtake;
	u32 repeat;
	u32 ack_loss;
	u32 rate;
	u32 queue;
	u32 drop;
	u32 drops;
	const char *cong;
	u32 total;
	u32 seconds;
	u32 timeouts;
	u32 retrans;
};

/* A segment, or an ACK if len is 0, on its way. */
struct path_packet {
	u64 at;
	u32 len;
	struct ksmol_tcp_header h;
};

/**
 * struct tcp_path - a transfer
 * @c: its case
 * @f: the sender
 * @rnd: same numbers each time
 * @flying: packets on their way, in no order
 * @n: how many
 * @got: receiver: bytes that are here
 * @total: bytes to transfer
 * @next: RCV.NXT
 * @ts_recent: RFC 7323 4.3
 * @acked: likewise: Last.ACK.sent
 * @free_at: when the narrowest link has sent all that waits
 * @sent: transmissions of segments
 * @written: bytes given to the sender
 */
struct tcp_path {
	const struct path_case *c;
	struct send_fixture *f;
	struct rnd_state rnd;
	struct path_packet flying[PATH_FLYING];
	u32 n;
	u8 got[PATH_TOTAL + 1];
	u32 total;
	u32 next;
	u32 ts_recent;
	u32 acked;
	u64 free_at;
	u32 sent;
	u32 written;
};

static bool chance(struct tcp_path *p, u32 of_thousand)
{
	return of_thousand && prandom_u32_state(&p->rnd) % 1000 < of_thousand;
}

static u32 path_delay(struct tcp_path *p)
{
	u32 delay = p->c->delay;

	if (p->c->jitter)
		delay += prandom_u32_state(&p->rnd) % p->c->jitter;
	return delay;
}

static void fly(struct tcp_path *p, const struct ksmol_tcp_header *h, u32 len,
		u64 at)
{
	if (p->n < PATH_FLYING)
		p->flying[p->n++] = (struct path_packet){
			.at = at, .len = len, .h = *h,
		};
}

/* --- the sender's side --- */

/* When it has passed the narrowest link; 0 if the queue is full. */
static u64 path_queue(struct tcp_path *p, u32 len)
{
	u64 now = p->f->now;
	u64 start = max(p->free_at, now);

	if (!p->c->rate)
		return now;
	if (div_u64((start - now) * p->c->rate, 1000) > p->c->queue)
		return 0;
	p->free_at = start + div_u64(len * 1000ULL, p->c->rate);
	return p->free_at;
}

static void path_segment(struct tcp_path *p, const struct ksmol_tcp_header *h,
			 u32 len)
{
	u32 n = p->sent++;
	u64 at = path_queue(p, len + 40);

	if (!at || chance(p, p->c->loss))
		return;
	if (n >= p->c->drop && n < p->c->drop + p->c->drops)
		return;
	at += path_delay(p);
	if (chance(p, p->c->overtake))
		at += 2 * USEC_PER_MSEC;
	fly(p, h, len, at);
	if (chance(p, p->c->repeat))
		fly(p, h, len, at + path_delay(p));
}

static void path_send(struct tcp_path *p, const struct ksmol_tcp_out *out)
{
	struct ksmol_tcp_header h = out->h;
	u32 left = out->len, len;

	for (; left; left -= len, h.seq += len) {
		len = min(left, out->mss);
		path_segment(p, &h, len);
	}
}

static void path_write(struct kunit *test, struct tcp_path *p)
{
	u32 len;

	while (p->written < p->total && p->f->tcb.sndq.count < 20) {
		len = min_t(u32, p->total - p->written, PAGE_SIZE);
		send_write(test, len);
		p->written += len;
	}
}

static void path_pump(struct kunit *test, struct tcp_path *p)
{
	u32 n = 0;

	path_write(test, p);
	while (n++ < 2000 && send_next(test))
		path_send(p, &p->f->out);
	KUNIT_EXPECT_LE(test, n, 2000U);
}

/* --- the receiver's side; numbers count from the first byte --- */

static void sack_add(struct tcp_path *p, struct ksmol_tcp_header *h, u32 at)
{
	u32 start = at, end = at, i;

	while (start > p->next && p->got[start - 1])
		start--;
	while (p->got[end])
		end++;
	for (i = 0; i < h->nr_sack; i++)
		if (h->sack[i].start == send_seq(start))
			return;
	h->sack[h->nr_sack++] = (struct ksmol_tcp_range){
		send_seq(start), send_seq(end),
	};
}

/* RFC 2018 4: the block with what came last first, then others. */
static void sack_fill(struct tcp_path *p, struct ksmol_tcp_header *h, u32 at)
{
	u32 i;

	if (at > p->next)
		sack_add(p, h, at);
	for (i = p->next; i < p->total && h->nr_sack < 3; i++) {
		if (!p->got[i])
			continue;
		sack_add(p, h, i);
		while (p->got[i])
			i++;
	}
}

static void path_ack(struct tcp_path *p, u32 at, bool old, u32 len)
{
	struct ksmol_tcp_header h = {
		.seq = p->f->tcb.rcv_nxt,
		.ack = send_seq(p->next),
		.flags = KSMOL_TCP_ACK,
		.window = 65535,
		.opts = p->c->opts & KSMOL_TCP_OPT_TS,
		.tsval = p->f->tcb.ts_recent,
		.tsecr = p->ts_recent,
	};

	p->acked = p->next;
	if (p->c->opts & KSMOL_TCP_OPT_SACK_OK) {
		if (old)	/* RFC 2883 */
			h.sack[h.nr_sack++] = (struct ksmol_tcp_range){
				send_seq(at), send_seq(at + len),
			};
		sack_fill(p, &h, at);
		if (h.nr_sack)
			h.opts |= KSMOL_TCP_OPT_SACK;
	}
	if (!chance(p, p->c->ack_loss))
		fly(p, &h, 0, p->f->now + path_delay(p));
}

static void path_receive(struct tcp_path *p, const struct path_packet *pkt)
{
	u32 at = pkt->h.seq - send_seq(0), i;
	bool old = true;

	if (at <= p->acked)
		p->ts_recent = max(p->ts_recent, pkt->h.tsval);
	for (i = at; i < at + pkt->len; i++) {
		old &= p->got[i];
		p->got[i] = 1;
	}
	while (p->next < p->total && p->got[p->next])
		p->next++;
	path_ack(p, at, old, pkt->len);
}

/* --- both --- */

static void path_arrive(struct tcp_path *p, const struct path_packet *pkt)
{
	struct ksmol_tcp_seg seg = {
		.h = pkt->h, .end = pkt->h.seq, .segs = 1,
	};

	if (pkt->len)
		path_receive(p, pkt);
	else
		ksmol_tcp_input(&p->f->tcb, &seg, p->f->now);
}

/* The earliest packet, the one sent first among several. */
static u32 path_first(const struct tcp_path *p)
{
	u32 first = 0, i;

	for (i = 1; i < p->n; i++)
		if (p->flying[i].at < p->flying[first].at)
			first = i;
	return first;
}

/* Return: false when nothing can happen any more. */
static bool path_event(struct tcp_path *p)
{
	u64 due = ksmol_tcp_deadline(&p->f->tcb);
	u32 first = path_first(p);
	struct path_packet pkt;

	if (p->n && (!due || p->flying[first].at <= due)) {
		pkt = p->flying[first];
		p->n--;
		memmove(&p->flying[first], &p->flying[first + 1],
			(p->n - first) * sizeof(pkt));
		p->f->now = max(p->f->now, pkt.at);
		path_arrive(p, &pkt);
		return true;
	}
	p->f->now = max(p->f->now, due);
	ksmol_tcp_timer(&p->f->tcb, p->f->now);
	return due;
}

static void path_check(struct kunit *test, const struct tcp_path *p)
{
	const struct ksmol_tcb *tcb = &p->f->tcb;
	u32 flight = tcb->snd_nxt - tcb->snd_una;

	KUNIT_EXPECT_LE(test, ksmol_tcp_pipe(tcb), 2 * flight);
	KUNIT_EXPECT_LE(test, tcb->sacked + tcb->lost, flight);
	KUNIT_EXPECT_GE(test, tcb->ssthresh, 2 * tcb->mss);
	KUNIT_EXPECT_EQ(test, !!tcb->due[KSMOL_TCP_T_RTO], !!flight);
}

static void path_run(struct kunit *test, struct tcp_path *p)
{
	const struct ksmol_tcb *tcb = &p->f->tcb;
	u64 end = p->f->now + PATH_LIMIT;
	u32 failed = 0;

	path_pump(test, p);
	while (tcb->snd_una != send_seq(p->total) && p->f->now < end &&
	       tcb->state == TCP_ESTABLISHED && failed < 3) {
		if (!path_event(p))
			break;
		path_pump(test, p);
		path_check(test, p);
		failed += test->status == KUNIT_FAILURE;
	}
	KUNIT_EXPECT_EQ(test, p->next, p->total);
	KUNIT_EXPECT_EQ(test, tcb->snd_una, send_seq(p->total));
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&tcb->recs));
}

static struct tcp_path *path_open(struct kunit *test, const struct path_case *c)
{
	struct send_fixture *f = test->priv;
	struct tcp_path *p;

	local_bh_enable();
	p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	local_bh_disable();
	if (!p)
		return NULL;
	p->c = c;
	p->f = f;
	p->total = c->total ?: PATH_TOTAL;
	prandom_seed_state(&p->rnd, 4711);
	send_open(test, c->opts);
	f->tcb.gso_max = c->gso;
	f->tcb.cong = ksmol_tcp_cong_find(c->cong ?: "cubic");
	f->tcb.srtt8 = 0;
	ksmol_tcp_cong_start(&f->tcb);
	p->ts_recent = ksmol_tcp_ts(&f->tcb, f->now);
	return p;
}

#define SACK	KSMOL_TCP_OPT_SACK_OK
#define BOTH	(SACK | KSMOL_TCP_OPT_TS)

static const struct path_case path_cases[] = {
	{ "clean", .opts = BOTH, .delay = 5000, .seconds = 1 },
	{ "clean_super_segments", .opts = BOTH, .delay = 50, .gso = 60000,
	  .seconds = 1 },
	{ "clean_without_options", .delay = 5000, .seconds = 1 },
	{ "one_loss", .opts = BOTH, .delay = 5000, .drop = 40, .drops = 1,
	  .seconds = 1, .retrans = 1 },
	{ "one_loss_without_options", .delay = 5000, .drop = 40, .drops = 1,
	  .seconds = 1, .retrans = 1 },
	{ "burst_loss", .opts = BOTH, .delay = 5000, .drop = 40, .drops = 10,
	  .seconds = 1, .retrans = 10 },
	{ "burst_loss_without_options", .delay = 5000, .drop = 40,
	  .drops = 10, .seconds = 2, .timeouts = 1, .retrans = 80 },
	/* A probe repairs it, or tells of it */
	{ "tail_loss", .opts = BOTH, .delay = 5000, .total = 14600,
	  .drop = 9, .drops = 1, .seconds = 1, .retrans = 1 },
	{ "tail_loss_of_three", .opts = BOTH, .delay = 5000, .total = 14600,
	  .drop = 7, .drops = 3, .seconds = 1, .retrans = 3 },
	{ "tail_loss_of_all", .opts = BOTH, .delay = 5000, .total = 14600,
	  .drop = 0, .drops = 10, .seconds = 3, .timeouts = 1,
	  .retrans = 11 },
	{ "tail_loss_without_sack", .delay = 5000, .total = 14600,
	  .drop = 9, .drops = 1, .seconds = 1, .timeouts = 1, .retrans = 1 },
	{ "probe_is_lost_too", .opts = BOTH, .delay = 5000, .total = 14600,
	  .drop = 9, .drops = 2, .seconds = 2, .timeouts = 1, .retrans = 3 },
	{ "loss_1", .opts = BOTH, .delay = 5000, .loss = 10, .seconds = 3,
	  .timeouts = 0, .retrans = 15 },
	{ "loss_5", .opts = BOTH, .delay = 5000, .loss = 50, .seconds = 10,
	  .timeouts = 3, .retrans = 40 },
	{ "loss_20", .opts = BOTH, .delay = 5000, .loss = 200, .seconds = 120,
	  .timeouts = 60, .retrans = 200 },
	{ "loss_5_super_segments", .opts = BOTH, .delay = 5000, .loss = 50,
	  .gso = 16000, .seconds = 10, .timeouts = 3, .retrans = 40 },
	{ "loss_5_without_timestamps", .opts = SACK, .delay = 5000, .loss = 50,
	  .seconds = 10, .timeouts = 3, .retrans = 40 },
	{ "loss_5_without_options", .delay = 5000, .loss = 50, .seconds = 60,
	  .timeouts = 30, .retrans = 150 },
	{ "loss_of_acks", .opts = BOTH, .delay = 5000, .ack_loss = 300,
	  .seconds = 2, .timeouts = 1, .retrans = 2 },
	{ "overtaking", .opts = BOTH, .delay = 5000, .overtake = 250,
	  .seconds = 2, .retrans = 10 },
	{ "overtaking_without_timestamps", .opts = SACK, .delay = 5000,
	  .overtake = 250, .seconds = 2, .retrans = 10 },
	{ "overtaking_without_options", .delay = 5000, .overtake = 250,
	  .seconds = 10, .timeouts = 2, .retrans = 200 },
	{ "jitter", .opts = BOTH, .delay = 5000, .jitter = 3000, .seconds = 3,
	  .retrans = 60 },
	{ "long_jitter", .opts = BOTH, .delay = 40000, .jitter = 20000,
	  .seconds = 2, .retrans = 60 },
	{ "long_jitter_without_timestamps", .opts = SACK, .delay = 40000,
	  .jitter = 20000, .seconds = 4, .retrans = 60 },
	{ "long_jitter_without_options", .delay = 40000, .jitter = 20000,
	  .seconds = 5, .timeouts = 2, .retrans = 400 },
	{ "repeating", .opts = BOTH, .delay = 5000, .repeat = 200,
	  .seconds = 1, .retrans = 0 },
	/* Three repeated ones look like a loss, and each answer to it likewise:
	 * without options there is no telling
	 */
	{ "repeating_without_options", .delay = 5000, .repeat = 50,
	  .seconds = 2, .retrans = 200 },
	{ "everything", .opts = BOTH, .delay = 5000, .loss = 20,
	  .ack_loss = 50, .overtake = 100, .repeat = 50, .jitter = 500,
	  .seconds = 10, .timeouts = 5, .retrans = 60 },
	/* 10 Mbit/s: 400 kB take 0.33 s, the first round trips more */
	{ "narrow_cubic", .opts = BOTH, .delay = 5000, .rate = 1250,
	  .queue = 30000, .seconds = 1, .retrans = 60 },
	{ "narrow_reno", .opts = BOTH, .delay = 5000, .rate = 1250,
	  .queue = 30000, .cong = "reno", .seconds = 1, .retrans = 60 },
	/* RFC 9406: a queue of 180 ms, which slow start alone overfills: with
	 * Reno, eleven segments are sent again
	 */
	{ "queue_tells_of_itself", .opts = BOTH, .delay = 10000, .rate = 250,
	  .queue = 45000, .total = 120000, .seconds = 1, .retrans = 0 },
	{ "narrow_without_options", .delay = 5000, .rate = 1250,
	  .queue = 30000, .seconds = 2, .timeouts = 2, .retrans = 80 },
};

static void path_desc(const struct path_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(path, path_cases, path_desc);

SEND_CASE(path__transfer)
{
	const struct path_case *c = test->param_value;
	struct tcp_path *p = path_open(test, c);
	u64 timeouts = ksmol_stats_read(tcp[KSMOL_TCP_TIMEOUTS]);
	u64 start;

	if (!p)
		return;
	start = p->f->now;
	path_run(test, p);
	timeouts = ksmol_stats_read(tcp[KSMOL_TCP_TIMEOUTS]) - timeouts;
	local_bh_enable();
	kunit_info(test, "%llu ms, %u sent again, %llu timeouts\n",
		   div_u64(p->f->now - start, USEC_PER_MSEC),
		   p->f->tcb.retrans_total, timeouts);
	local_bh_disable();
	KUNIT_EXPECT_LE(test, p->f->now - start,
			(u64)c->seconds * USEC_PER_SEC);
	KUNIT_EXPECT_LE(test, timeouts, (u64)c->timeouts);
	KUNIT_EXPECT_LE(test, p->f->tcb.retrans_total, c->retrans);
}

static struct kunit_case path_test_cases[] = {
	KUNIT_CASE_PARAM(path__transfer, path_gen_params),
	{}
};

static struct kunit_suite path_suite = {
	.name = "ksmol_tcp_path",
	.init = send_fixture_init,
	.exit = send_fixture_exit,
	.test_cases = path_test_cases,
};

kunit_test_suite(path_suite);
