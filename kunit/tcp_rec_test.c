// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of what was sent: whatever happens to them, they cover una to nxt
 * without gaps, their sums and lists are right, and none is lost. A map with
 * one byte for each byte in flight says what a SACK has told.
 */

#include <linux/prandom.h>
#include "../module/socket/tcp_recovery.h"
#include "tcp_send_fixture.h"

#define MAP_SIZE	131072U	/* a power of two, above all in flight */

/**
 * struct rec_model - what we know beside the records
 * @hoard: a connection that takes all records away
 * @sacked: by number, modulo MAP_SIZE
 * @rnd: same numbers each time
 * @lossy: the stock is empty: some SACKs may be forgotten
 */
struct rec_model {
	struct ksmol_tcb hoard;
	u8 *sacked;
	struct rnd_state rnd;
	bool lossy;
};

static struct ksmol_tcb *tcb_of(struct kunit *test)
{
	return &((struct send_fixture *)test->priv)->tcb;
}

static struct rec_model *model_new(struct kunit *test, u64 seed)
{
	struct rec_model *m;

	local_bh_enable();
	m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m);
	m->sacked = kunit_kzalloc(test, MAP_SIZE, GFP_KERNEL);
	local_bh_disable();
	KUNIT_ASSERT_NOT_NULL(test, m->sacked);
	prandom_seed_state(&m->rnd, seed);
	m->hoard.recs = RB_ROOT;
	return m;
}

static u32 below(struct rec_model *m, u32 n)
{
	return n ? prandom_u32_state(&m->rnd) % n : 0;
}

/* --- what must be true at any time --- */

static void check_marks(struct kunit *test, const struct rec_model *m,
			const struct ksmol_tcp_rec *rec)
{
	bool marked = rec->flags & KSMOL_TCP_REC_SACKED;
	u32 wrong = 0, seq;

	for (seq = rec->seq; m && seq != rec->end; seq++) {
		bool told = m->sacked[seq % MAP_SIZE];

		if (marked ? !told : told && !m->lossy)
			wrong++;
	}
	KUNIT_EXPECT_EQ_MSG(test, wrong, 0U, "record %u to %u, flags %02x",
			    rec->seq - send_seq(0), rec->end - send_seq(0),
			    rec->flags);
}

/* Where a record's payload lies. */
static void check_pbuf(struct kunit *test, const struct ksmol_tcb *tcb,
		       const struct ksmol_tcp_rec *rec)
{
	if (!ksmol_seq_before(rec->seq, tcb->write_seq))
		return;
	KUNIT_ASSERT_NOT_NULL(test, rec->pb);
	KUNIT_EXPECT_LT(test, rec->seq - rec->pb->tx.seq, rec->pb->len);
}

static void check_tree(struct kunit *test, const struct rec_model *m)
{
	struct ksmol_tcb *tcb = tcb_of(test);
	u32 sacked = 0, lost = 0, retrans = 0;
	struct ksmol_tcp_rec *rec;
	u32 seq = tcb->snd_una;

	for (rec = ksmol_tcp_rec_first(tcb); rec;
	     rec = ksmol_tcp_rec_next(rec)) {
		u32 len = ksmol_tcp_rec_len(rec);

		KUNIT_ASSERT_EQ(test, rec->seq, seq);
		KUNIT_ASSERT_TRUE(test, ksmol_seq_after(rec->end, seq));
		KUNIT_EXPECT_PTR_EQ(test, ksmol_tcp_rec_find(tcb, seq), rec);
		check_marks(test, m, rec);
		check_pbuf(test, tcb, rec);
		sacked += rec->flags & KSMOL_TCP_REC_SACKED ? len : 0;
		lost += rec->flags & KSMOL_TCP_REC_LOST ? len : 0;
		retrans += rec->flags & KSMOL_TCP_REC_RETRANS ? len : 0;
		seq = rec->end;
		if (seq == tcb->snd_nxt)
			KUNIT_EXPECT_PTR_EQ(test, tcb->rec_last, rec);
	}
	KUNIT_ASSERT_EQ(test, seq, tcb->snd_nxt);
	if (tcb->flags & KSMOL_TCP_F_SACK)
		KUNIT_EXPECT_EQ(test, tcb->sacked, sacked);
	KUNIT_EXPECT_EQ(test, tcb->lost, lost);
	KUNIT_EXPECT_EQ(test, tcb->retrans, retrans);
}

/* Each is in the one list that its flags say, and these are in order. */
static void check_lists(struct kunit *test)
{
	struct ksmol_tcb *tcb = tcb_of(test);
	struct ksmol_tcp_rec *rec, *prev = NULL;
	u32 bytes = tcb->snd_nxt - tcb->snd_una;

	list_for_each_entry(rec, &tcb->sent, time) {
		KUNIT_EXPECT_FALSE(test, ksmol_tcp_rec_waits(rec));
		KUNIT_EXPECT_FALSE(test, rec->flags & KSMOL_TCP_REC_SACKED);
		if (prev)
			KUNIT_EXPECT_LE(test, (s32)(prev->order - rec->order),
					0);
		prev = rec;
		bytes -= ksmol_tcp_rec_len(rec);
	}
	prev = NULL;
	list_for_each_entry(rec, &tcb->losses, time) {
		KUNIT_EXPECT_TRUE(test, ksmol_tcp_rec_waits(rec));
		if (prev)
			KUNIT_EXPECT_TRUE(test, ksmol_seq_before(prev->seq,
								 rec->seq));
		prev = rec;
		bytes -= ksmol_tcp_rec_len(rec);
	}
	if (tcb->flags & KSMOL_TCP_F_SACK)
		KUNIT_EXPECT_EQ(test, bytes, tcb->sacked);
}

static void check_window(struct kunit *test)
{
	struct ksmol_tcb *tcb = tcb_of(test);
	u32 flight = tcb->snd_nxt - tcb->snd_una;

	KUNIT_EXPECT_LE(test, ksmol_tcp_pipe(tcb), 2 * flight);
	KUNIT_EXPECT_LE(test, ksmol_tcp_cwnd_room(tcb), KSMOL_TCP_CWND_MAX);
	KUNIT_EXPECT_EQ(test, !!tcb->due[KSMOL_TCP_T_RTO], !!flight);
}

static void check(struct kunit *test, const struct rec_model *m)
{
	check_tree(test, m);
	check_lists(test);
	check_window(test);
}

/* --- what may happen --- */

static void do_write(struct kunit *test, struct rec_model *m)
{
	struct send_fixture *f = test->priv;

	if (f->tcb.sndq.count < 40)
		send_write(test, 1 + below(m, 6000));
}

static void do_send(struct kunit *test, struct rec_model *m)
{
	u32 n = 1 + below(m, 8);

	while (n-- && send_next(test))
		;
}

/* An ACK up to @ack, with up to four blocks of what is above it. */
static void do_ack(struct kunit *test, struct rec_model *m, u32 ack)
{
	struct send_fixture *f = test->priv;
	struct ksmol_tcb *tcb = &f->tcb;
	struct ksmol_tcp_seg seg = {
		.h = {
			.seq = tcb->rcv_nxt,
			.ack = ack,
			.flags = KSMOL_TCP_ACK,
			.window = 60000 + below(m, 5000),
			.opts = KSMOL_TCP_OPT_SACK,
			.nr_sack = below(m, 4),
		},
		.end = tcb->rcv_nxt,
		.segs = 1,
	};
	u32 i, seq;

	for (i = 0; i < seg.h.nr_sack; i++) {
		struct ksmol_tcp_range *block = &seg.h.sack[i];
		u32 room = tcb->snd_nxt - ack;

		if (room < 2)
			break;
		block->start = ack + 1 + below(m, room - 1);
		block->end = block->start + 1 +
			     below(m, tcb->snd_nxt - block->start);
		for (seq = block->start; seq != block->end; seq++)
			m->sacked[seq % MAP_SIZE] = 1;
	}
	seg.h.nr_sack = i;
	/* A block inside the second one tells of a duplicate instead */
	for (seq = tcb->snd_una; seq != ack; seq++)
		m->sacked[seq % MAP_SIZE] = 0;
	ksmol_tcp_input(tcb, &seg, f->now);
}

static void do_acks(struct kunit *test, struct rec_model *m)
{
	struct ksmol_tcb *tcb = tcb_of(test);
	u32 flight = tcb->snd_nxt - tcb->snd_una;

	do_ack(test, m, tcb->snd_una + (below(m, 3) ? 0 :
					below(m, flight + 1)));
}

/* A reneging peer's blocks are forgotten with its timeout. */
static void do_time(struct kunit *test, struct rec_model *m, bool long_)
{
	struct ksmol_tcb *tcb = tcb_of(test);
	u32 retries = tcb->retries, sacked = tcb->sacked;

	if (long_)
		send_wait_timer(test);
	else
		send_wait(test, below(m, 5000));
	if (tcb->retries != retries && sacked && !tcb->sacked)
		memset(m->sacked, 0, MAP_SIZE);
}

static void step(struct kunit *test, struct rec_model *m)
{
	struct ksmol_tcb *tcb = tcb_of(test);

	switch (below(m, 12)) {
	case 0 ... 2:
		do_write(test, m);
		break;
	case 3 ... 5:
		do_send(test, m);
		break;
	case 6 ... 8:
		do_acks(test, m);
		break;
	case 9 ... 10:
		do_time(test, m, false);
		break;
	default:
		if (ksmol_tcp_deadline(tcb) && tcb->retries < 5)
			do_time(test, m, true);
	}
}

static void run(struct kunit *test, struct rec_model *m, u32 steps)
{
	struct ksmol_tcb *tcb = tcb_of(test);
	u32 i;

	for (i = 0; i < steps && tcb->state == TCP_ESTABLISHED; i++) {
		step(test, m);
		check(test, m);
	}
	KUNIT_EXPECT_EQ(test, i, steps);
	do_ack(test, m, tcb->snd_nxt);
	check(test, m);
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&tcb->recs));
	KUNIT_EXPECT_FALSE(test, tcb->rec_own_used);
}

/* --- the stock --- */

static u32 used(void)
{
	u32 n, count;

	ksmol_tcp_recs_usage(&n, &count);
	return n;
}

/* Takes records until none is left. */
static void hoard_all(struct kunit *test, struct rec_model *m)
{
	struct ksmol_tcp_out out = { .len = 1, .mss = 1 };
	u64 before = ksmol_stats_read(tcp[KSMOL_TCP_NO_RECORD]);
	u64 now = 1;

	while (ksmol_stats_read(tcp[KSMOL_TCP_NO_RECORD]) == before) {
		ksmol_tcp_rec_new(&m->hoard, &out, now++);
		out.h.seq++;
	}
}

/* --- cases --- */

SEND_CASE(rec_new__first_is_the_connections_own)
{
	struct ksmol_tcb *tcb = tcb_of(test);
	u32 before = used();

	send_write(test, 100);
	send_all(test);
	KUNIT_EXPECT_PTR_EQ(test, ksmol_tcp_rec_first(tcb), &tcb->rec_own);
	KUNIT_EXPECT_EQ(test, used(), before);
	send_acked(test, 100, 65535);
	KUNIT_EXPECT_FALSE(test, tcb->rec_own_used);
	check(test, NULL);
}

SEND_CASE(recs_purge__all_come_back)
{
	struct ksmol_tcb *tcb = tcb_of(test);
	u32 before = used();

	send_write(test, 20 * SEND_MSS);
	send_all(test);
	KUNIT_EXPECT_EQ(test, used(), before + 19);
	ksmol_tcp_recs_purge(tcb);
	KUNIT_EXPECT_EQ(test, used(), before);
}

SEND_CASE(rec_split__fin_and_pbuf_go_with_the_tail)
{
	struct send_fixture *f = test->priv;
	struct ksmol_tcb *tcb = &f->tcb;
	struct ksmol_tcp_rec *rec, *tail;

	tcb->gso_max = 16384;
	send_write(test, 2 * PAGE_SIZE);
	ksmol_tcp_shutdown(tcb, f->now);
	KUNIT_EXPECT_EQ(test, send_all(test), 1U);
	rec = ksmol_tcp_rec_first(tcb);
	KUNIT_EXPECT_TRUE(test, rec->flags & KSMOL_TCP_REC_FIN);
	KUNIT_ASSERT_TRUE(test, ksmol_tcp_rec_split(tcb, rec, send_seq(5000)));
	tail = ksmol_tcp_rec_next(rec);
	KUNIT_EXPECT_FALSE(test, rec->flags & KSMOL_TCP_REC_FIN);
	KUNIT_EXPECT_TRUE(test, tail->flags & KSMOL_TCP_REC_FIN);
	KUNIT_EXPECT_PTR_EQ(test, tail->pb, tcb->sndq.first->next);
	/* And the FIN alone has no payload */
	KUNIT_ASSERT_TRUE(test, ksmol_tcp_rec_split(tcb, tail,
						    tcb->write_seq));
	KUNIT_EXPECT_PTR_EQ(test, ksmol_tcp_rec_next(tail)->pb, NULL);
	check(test, NULL);
}

SEND_CASE(rec_sacked__joins_its_neighbours)
{
	struct rec_model *m = model_new(test, 1);
	struct send_fixture *f = test->priv;
	struct ksmol_tcb *tcb = &f->tcb;
	u32 before, i;

	send_open(test, KSMOL_TCP_OPT_SACK_OK);
	send_write(test, 30 * SEND_MSS);
	send_all(test);
	before = used();
	/* Every second one, then those between */
	for (i = 1; i < 30; i++) {
		u32 n = i < 15 ? 2 * i : 2 * (i - 15) + 1;
		struct ksmol_tcp_seg seg = {
			.h = {
				.seq = tcb->rcv_nxt,
				.ack = tcb->snd_una,
				.flags = KSMOL_TCP_ACK,
				.window = 65535,
				.opts = KSMOL_TCP_OPT_SACK,
				.nr_sack = 1,
				.sack[0] = {
					send_seq(n * SEND_MSS),
					send_seq((n + 1) * SEND_MSS),
				},
			},
			.end = tcb->rcv_nxt,
			.segs = 1,
		};

		ksmol_tcp_input(tcb, &seg, f->now);
		memset(m->sacked, 0, MAP_SIZE);
		check_lists(test);
	}
	KUNIT_EXPECT_EQ(test, used(), before - 28);
	KUNIT_EXPECT_EQ(test, tcb->sacked, 29 * SEND_MSS);
}

SEND_CASE(recs__any_mix_of_events)
{
	u64 seed;

	for (seed = 1; seed <= 8; seed++) {
		struct rec_model *m = model_new(test, seed);
		u32 before = used();

		send_open(test, KSMOL_TCP_OPT_SACK_OK);
		tcb_of(test)->gso_max = seed % 2 ? 12000 : 0;
		run(test, m, 500);
		KUNIT_EXPECT_EQ(test, used(), before);
	}
}

SEND_CASE(recs__any_mix_without_sack)
{
	u64 seed;

	for (seed = 1; seed <= 4; seed++) {
		struct rec_model *m = model_new(test, seed);

		send_open(test, 0);
		m->lossy = true;
		run(test, m, 500);
	}
}

/* The connection's own record is all there is. */
SEND_CASE(recs__stock_is_empty)
{
	u32 before = used();
	u64 seed;

	for (seed = 1; seed <= 4; seed++) {
		struct rec_model *m = model_new(test, seed);

		send_open(test, KSMOL_TCP_OPT_SACK_OK);
		hoard_all(test, m);
		m->lossy = true;
		run(test, m, 500);
		ksmol_tcp_recs_purge(&m->hoard);
		KUNIT_EXPECT_EQ(test, used(), before);
	}
}

/* It becomes empty and is filled again, while SACKs come. */
SEND_CASE(recs__stock_comes_and_goes)
{
	struct rec_model *m = model_new(test, 9);
	u32 before = used(), i;

	send_open(test, KSMOL_TCP_OPT_SACK_OK);
	tcb_of(test)->gso_max = 12000;
	m->lossy = true;
	for (i = 0; i < 400; i++) {
		if (i % 20 == 5)
			hoard_all(test, m);
		if (i % 20 == 15)
			ksmol_tcp_recs_purge(&m->hoard);
		step(test, m);
		check(test, m);
	}
	ksmol_tcp_recs_purge(&m->hoard);
	run(test, m, 20);
	KUNIT_EXPECT_EQ(test, used(), before);
}

SEND_CASE(recs__small_segments_join_when_they_are_scarce)
{
	struct rec_model *m = model_new(test, 1);
	struct send_fixture *f = test->priv;
	struct ksmol_tcb *tcb = &f->tcb;
	struct ksmol_tcp_out out = { .len = 1, .mss = 1 };
	u32 size, n, i;

	/* Three quarters are gone; what lies in stashes counts as taken */
	ksmol_tcp_recs_usage(&n, &size);
	for (i = 0; i < size - size / 4 + 1; i++, out.h.seq++)
		ksmol_tcp_rec_new(&m->hoard, &out, i + 1);
	tcb->cfg.nodelay = 1;
	n = used();
	for (i = 0; i < 100; i++) {
		send_write(test, 10);
		send_all(test);
		if (i % 10 == 9)
			f->now++;
		if (i % 50 == 49)
			send_acked(test, 10 * (i + 1), 65535);
	}
	KUNIT_EXPECT_LE(test, used() - n, 10U);
	check(test, NULL);
	ksmol_tcp_recs_purge(&m->hoard);
}

/* A peer that reports every second byte gets few records by it. */
SEND_CASE(recs__sacks_of_single_bytes)
{
	struct rec_model *m = model_new(test, 1);
	struct send_fixture *f = test->priv;
	struct ksmol_tcp_out out = { .len = 1, .mss = 1 };
	u32 size, before, i;

	send_open(test, KSMOL_TCP_OPT_SACK_OK);
	f->tcb.gso_max = 30 * SEND_MSS;
	ksmol_tcp_recs_usage(&before, &size);
	for (i = 0; i < size - size / 4 + 1; i++, out.h.seq++)
		ksmol_tcp_rec_new(&m->hoard, &out, i + 1);
	before = used();
	send_write(test, 30 * SEND_MSS);
	send_all(test);
	for (i = 1; i < 30 * SEND_MSS; i += 2) {
		struct ksmol_tcp_seg seg = {
			.h = {
				.seq = f->tcb.rcv_nxt,
				.ack = f->tcb.snd_una,
				.flags = KSMOL_TCP_ACK,
				.window = 65535,
				.opts = KSMOL_TCP_OPT_SACK,
				.nr_sack = 1,
				.sack[0] = { send_seq(i), send_seq(i + 1) },
			},
			.end = f->tcb.rcv_nxt,
			.segs = 1,
		};

		ksmol_tcp_input(&f->tcb, &seg, f->now);
	}
	KUNIT_EXPECT_LE(test, used() - before, 30U);
	check(test, NULL);
	ksmol_tcp_recs_purge(&m->hoard);
}

static struct kunit_case rec_cases[] = {
	KUNIT_CASE(rec_new__first_is_the_connections_own),
	KUNIT_CASE(recs_purge__all_come_back),
	KUNIT_CASE(rec_split__fin_and_pbuf_go_with_the_tail),
	KUNIT_CASE(rec_sacked__joins_its_neighbours),
	KUNIT_CASE(recs__any_mix_of_events),
	KUNIT_CASE(recs__any_mix_without_sack),
	KUNIT_CASE(recs__stock_is_empty),
	KUNIT_CASE(recs__stock_comes_and_goes),
	KUNIT_CASE(recs__small_segments_join_when_they_are_scarce),
	KUNIT_CASE(recs__sacks_of_single_bytes),
	{}
};

static struct kunit_suite rec_suite = {
	.name = "ksmol_tcp_rec",
	.init = send_fixture_init,
	.exit = send_fixture_exit,
	.test_cases = rec_cases,
};

kunit_test_suite(rec_suite);
