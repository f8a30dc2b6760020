// SPDX-License-Identifier: GPL-2.0-only
/* TCP's receiving half: queues, window, SACK blocks, urgent data. */

#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/sizes.h>
#include <ksmol/compat.h>
#include <ksmol/pool.h>
#include "../module/socket/tcp.h"

#define START	0xfffff000U	/* numbers wrap on the way */
#define NOW	(5 * USEC_PER_SEC)

/* Too small for caches: what is freed is seen at once. */
static const struct ksmol_pool_config small = {
	.count = {
		[KSMOL_CLASS_RX] = 28,
		[KSMOL_CLASS_TX] = 4,
		[KSMOL_CLASS_RESERVE] = 1,
	},
	.buf_size = PAGE_SIZE,
	.copybreak = 256,
	.rx_bytes = 1 << 20,
	.rx_pages = 4096,
};

struct fixture {
	struct ksmol_pool pool;
	struct ksmol_tcb tcb;
	struct ksmol_pbuf_list others;	/* what they hold */
	struct rnd_state rnd;
};

static u8 byte_at(u32 seq)
{
	return seq ^ (seq >> 8) * 7;
}

static struct ksmol_tcb *fixture_start(struct kunit *test,
				       const struct ksmol_pool_config *cfg)
{
	struct fixture *f = test->priv;
	struct ksmol_tcb *tcb = &f->tcb;

	KUNIT_ASSERT_EQ(test, ksmol_pool_init(&f->pool, cfg), 0);
	prandom_seed_state(&f->rnd, 1);
	ksmol_pbuf_list_init(&f->others);
	local_bh_disable();
	ksmol_tcp_init(tcb, &f->pool);
	tcb->state = TCP_ESTABLISHED;
	tcb->flags = KSMOL_TCP_F_SACK;
	tcb->cfg.rcvbuf = 60000;
	tcb->cfg.rcvbuf_max = 60000;
	tcb->rcv_nxt = START;
	tcb->rcv_wup = START;
	tcb->rcv_wnd = 60000;
	tcb->copied_seq = START;
	tcb->rcv_mss = 1000;
	tcb->rcv_mss_last = 1000;
	tcb->route_mtu = 1500;
	tcb->net_hlen = 40;
	tcb->rto = USEC_PER_SEC;
	return tcb;
}

/* Every test ends here: the pool must be whole. */
static void fixture_stop(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct ksmol_census census;
	enum ksmol_class class;

	ksmol_pbuf_list_free(&f->others);
	ksmol_pbuf_list_free(&f->tcb.rcvq);
	ksmol_tcp_ooo_purge(&f->tcb);
	local_bh_enable();
	ksmol_pool_census(&f->pool, &census);
	KUNIT_EXPECT_TRUE(test, census.exact);
	for (class = 0; class < KSMOL_NR_CLASSES; class++)
		KUNIT_EXPECT_EQ(test, census.owner[class][KSMOL_OWNER_FREE],
				f->pool.set[class].size);
	KUNIT_EXPECT_EQ(test, atomic64_read(&f->pool.bytes), 0LL);
	KUNIT_EXPECT_EQ(test, f->pool.double_free, 0U);
	ksmol_pool_destroy(&f->pool);
}

/* All but @n of the pbufs are in others' hands. */
static void others_leave(struct fixture *f, u32 n)
{
	while (ksmol_pool_stock(&f->pool, KSMOL_CLASS_RX) > n)
		ksmol_pbuf_list_add(&f->others, ksmol_pbuf_alloc_rx(&f->pool));
}

static struct ksmol_pbuf *map_of(struct fixture *f, u32 seq, u32 len)
{
	struct ksmol_pbuf *pb = ksmol_pbuf_alloc_rx(&f->pool);
	struct sk_buff *skb;
	u32 i;

	if (!pb)
		return NULL;
	skb = alloc_skb(len, GFP_ATOMIC);
	if (!skb) {
		ksmol_pbuf_free(pb);
		return NULL;
	}
	for (i = 0; i < len; i++)
		*(u8 *)skb_put(skb, 1) = byte_at(seq + i);
	ksmol_pbuf_map(pb, skb);
	return pb;
}

/* The text of a segment with numbers relative to START. Return: verdict. */
static int give(struct fixture *f, u32 off, u32 len, u8 flags)
{
	struct ksmol_tcp_seg seg = {
		.h.seq = START + off,
		.h.flags = KSMOL_TCP_ACK | flags,
		.len = len,
		.end = START + off + len + !!(flags & KSMOL_TCP_FIN),
		.mss = len,
		.segs = 1,
	};
	int verdict;

	if (len)
		seg.pb = map_of(f, seg.h.seq, len);
	ksmol_tcp_urgent(&f->tcb, &seg);
	verdict = ksmol_tcp_text(&f->tcb, &seg, NOW);
	if (verdict != KSMOL_DELIVERED && seg.pb)
		ksmol_pbuf_free(seg.pb);
	return verdict;
}

static bool bytes_right(const struct ksmol_pbuf *pb)
{
	u32 i;
	u8 byte;

	for (i = 0; i < pb->len; i++)
		if (ksmol_pbuf_to_mem(pb, i, &byte, 1) ||
		    byte != byte_at(pb->rx.tcp.seq + i))
			return false;
	return true;
}

/* Both queues are what the connection's numbers say. */
static void expect_sound(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct ksmol_tcb *tcb = &f->tcb;
	u32 next = tcb->rcv_nxt - !!(tcb->flags & KSMOL_TCP_F_FIN_IN);
	u32 pbufs = 0, bytes = 0;
	struct ksmol_pbuf *pb = tcb->rcvq.first;
	struct rb_node *node;
	s32 gap;

	if (pb)
		next = pb->rx.tcp.seq;
	for (; pb; pb = pb->next, pbufs++) {
		KUNIT_EXPECT_EQ(test, pb->rx.tcp.seq, next);
		KUNIT_EXPECT_EQ(test, pb->owner, KSMOL_OWNER_SOCKET);
		KUNIT_EXPECT_TRUE(test, bytes_right(pb));
		next += pb->len;
	}
	KUNIT_EXPECT_EQ(test, tcb->rcvq.count, pbufs);
	KUNIT_EXPECT_EQ(test, next, tcb->rcv_nxt -
			!!(tcb->flags & KSMOL_TCP_F_FIN_IN));

	pbufs = 0;
	for (node = rb_first(&tcb->ooo); node; node = rb_next(node), pbufs++) {
		pb = rb_entry(node, struct ksmol_pbuf, rx.tcp.node);
		KUNIT_EXPECT_GT(test, pb->len, 0U);
		KUNIT_EXPECT_EQ(test, pb->owner, KSMOL_OWNER_SOCKET);
		gap = pb->rx.tcp.seq - next;
		KUNIT_EXPECT_GE(test, gap, pbufs ? 0 : 1);
		KUNIT_EXPECT_TRUE(test, bytes_right(pb));
		next = pb->rx.tcp.seq + pb->len;
		bytes += pb->len;
	}
	KUNIT_EXPECT_EQ(test, tcb->ooo_pbufs, pbufs);
	KUNIT_EXPECT_EQ(test, tcb->ooo_bytes, bytes);
}

/* The program reads @len bytes, as the glue does it. */
static void read_bytes(struct fixture *f, u32 len)
{
	struct ksmol_tcb *tcb = &f->tcb;
	struct ksmol_pbuf *pb;

	tcb->copied_seq += min(len, ksmol_tcp_readable(tcb));
	while ((pb = tcb->rcvq.first) &&
	       tcb->copied_seq - pb->rx.tcp.seq >= pb->len)
		ksmol_pbuf_free(ksmol_pbuf_list_pop(&tcb->rcvq));
	ksmol_tcp_read(tcb, NOW);
}

/* What ksmol_tcp_sent() does with an ACK. */
static u32 announce(struct ksmol_tcb *tcb)
{
	u32 wnd = ksmol_tcp_window(tcb);
	u16 field = ksmol_tcp_window_field(tcb, wnd, false);

	tcb->rcv_wnd = (u32)field << tcb->rcv_wscale;
	tcb->rcv_wup = tcb->rcv_nxt;
	tcb->last_ack_sent = tcb->rcv_nxt;
	tcb->ack = 0;
	return tcb->rcv_wnd;
}

static void expect_block(struct kunit *test, u8 i, u32 start, u32 end)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_LT(test, i, f->tcb.nr_sack);
	KUNIT_EXPECT_EQ(test, f->tcb.sack[i].start, START + start);
	KUNIT_EXPECT_EQ(test, f->tcb.sack[i].end, START + end);
}

/* --- in order --- */

static void tcp_text__in_order(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);

	KUNIT_EXPECT_EQ(test, give(test->priv, 0, 1000, 0), KSMOL_DELIVERED);
	KUNIT_EXPECT_EQ(test, give(test->priv, 1000, 1000, 0),
			KSMOL_DELIVERED);
	KUNIT_EXPECT_EQ(test, tcb->rcv_nxt, START + 2000);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_readable(tcb), 2000U);
	KUNIT_EXPECT_TRUE(test, tcb->events & KSMOL_TCP_EV_READABLE);
	expect_sound(test);
	fixture_stop(test);
}

static void tcp_text__cuts_both_ends(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);

	tcb->rcv_wnd = 1500;
	KUNIT_EXPECT_EQ(test, give(test->priv, 0, 1000, 0), KSMOL_DELIVERED);
	tcb->ack = 0;
	/* 400 old, 500 new, 100 beyond; the FIN lies beyond, too */
	KUNIT_EXPECT_EQ(test, give(test->priv, 600, 1000, KSMOL_TCP_FIN),
			KSMOL_DELIVERED);
	KUNIT_EXPECT_EQ(test, tcb->rcv_nxt, START + 1500);
	KUNIT_EXPECT_FALSE(test, tcb->flags & KSMOL_TCP_F_FIN_IN);
	KUNIT_EXPECT_EQ(test, tcb->dsack.start, START + 600);
	KUNIT_EXPECT_EQ(test, tcb->dsack.end, START + 1000);
	KUNIT_EXPECT_TRUE(test, tcb->ack & KSMOL_TCP_ACK_NOW);
	/* a window probe with a byte */
	KUNIT_EXPECT_EQ(test, give(test->priv, 1500, 1, 0),
			KSMOL_DROP_TCP_WINDOW);
	/* all of it old */
	KUNIT_EXPECT_EQ(test, give(test->priv, 0, 1000, 0),
			KSMOL_DROP_TCP_OLD);
	expect_sound(test);
	fixture_stop(test);
}

static void tcp_text__small_ones_share_a_pbuf(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);
	u32 i;

	for (i = 0; i < 1000; i++)
		KUNIT_EXPECT_EQ(test, give(test->priv, i, 1, KSMOL_TCP_PSH),
				KSMOL_DELIVERED);
	KUNIT_EXPECT_EQ(test, tcb->rcvq.count, 4U);
	expect_sound(test);
	/* read half of one: what comes next is appended all the same */
	read_bytes(test->priv, 900);
	KUNIT_EXPECT_EQ(test, give(test->priv, 1000, 20, 0), KSMOL_DELIVERED);
	KUNIT_EXPECT_EQ(test, tcb->rcvq.count, 1U);
	expect_sound(test);
	fixture_stop(test);
}

static void tcp_text__without_a_pbuf(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);
	struct ksmol_tcp_seg seg = {
		.h.seq = START,
		.h.flags = KSMOL_TCP_ACK | KSMOL_TCP_FIN,
		.len = 10,
		.end = START + 11,
		.segs = 1,
	};

	KUNIT_EXPECT_EQ(test, ksmol_tcp_text(tcb, &seg, NOW),
			KSMOL_DROP_RX_NO_PBUF);
	KUNIT_EXPECT_EQ(test, tcb->rcv_nxt, START);
	KUNIT_EXPECT_TRUE(test, tcb->ack & KSMOL_TCP_ACK_NOW);
	fixture_stop(test);
}

static void tcp_data_in__reader_behind(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);
	u32 off;

	/* past the quick start: every second segment, if it is read */
	tcb->ato = KSMOL_TCP_DELACK_MIN;
	tcb->last_data = NOW;
	for (off = 0; off < 8000; off += 2000) {
		read_bytes(test->priv, tcb->rcv_nxt - tcb->copied_seq);
		announce(tcb);
		give(test->priv, off, 1000, 0);
		KUNIT_EXPECT_EQ(test, tcb->ack, KSMOL_TCP_ACK_DELAYED);
		give(test->priv, off + 1000, 1000, 0);
		KUNIT_EXPECT_TRUE(test, tcb->ack & KSMOL_TCP_ACK_NOW);
	}
	announce(tcb);
	/* two are unread: the next read will tell */
	for (; off < 11000; off += 1000)
		give(test->priv, off, 1000, 0);
	KUNIT_EXPECT_EQ(test, tcb->ack, KSMOL_TCP_ACK_DELAYED);
	KUNIT_EXPECT_NE(test, tcb->due[KSMOL_TCP_T_DELACK], 0ULL);
	read_bytes(test->priv, 500);
	KUNIT_EXPECT_TRUE(test, tcb->ack & KSMOL_TCP_ACK_NOW);
	announce(tcb);
	/* but not when a quarter of it is unacknowledged */
	for (off = 11000; off <= 26000; off += 1000)
		give(test->priv, off, 1000, 0);
	KUNIT_EXPECT_TRUE(test, tcb->ack & KSMOL_TCP_ACK_NOW);
	fixture_stop(test);
}

/* --- out of order --- */

static void tcp_text__gap_is_filled(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);

	KUNIT_EXPECT_EQ(test, give(test->priv, 1000, 500, 0), KSMOL_DELIVERED);
	expect_block(test, 0, 1000, 1500);
	KUNIT_EXPECT_EQ(test, give(test->priv, 3000, 500, 0), KSMOL_DELIVERED);
	expect_block(test, 0, 3000, 3500);
	expect_block(test, 1, 1000, 1500);
	KUNIT_EXPECT_EQ(test, give(test->priv, 1500, 1500, 0),
			KSMOL_DELIVERED);
	expect_block(test, 0, 1000, 3500);
	KUNIT_EXPECT_EQ(test, tcb->nr_sack, 1);
	expect_sound(test);
	tcb->ack = 0;
	KUNIT_EXPECT_EQ(test, give(test->priv, 0, 1000, 0), KSMOL_DELIVERED);
	KUNIT_EXPECT_EQ(test, tcb->rcv_nxt, START + 3500);
	KUNIT_EXPECT_EQ(test, tcb->nr_sack, 0);
	KUNIT_EXPECT_TRUE(test, tcb->ack & KSMOL_TCP_ACK_NOW);
	expect_sound(test);
	fixture_stop(test);
}

static void tcp_text__overlaps_are_cut(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);

	give(test->priv, 1000, 500, 0);
	give(test->priv, 2000, 500, 0);
	give(test->priv, 3000, 500, 0);
	/* over the end of one, all of another, the beginning of a third */
	KUNIT_EXPECT_EQ(test, give(test->priv, 1400, 1700, 0),
			KSMOL_DELIVERED);
	expect_sound(test);
	KUNIT_EXPECT_EQ(test, tcb->ooo_bytes, 2500U);
	KUNIT_EXPECT_EQ(test, tcb->ooo_pbufs, 3U);
	expect_block(test, 0, 1000, 3500);
	/* now there is nothing new in the middle */
	tcb->dsack = (struct ksmol_tcp_range){};
	KUNIT_EXPECT_EQ(test, give(test->priv, 1200, 2000, 0),
			KSMOL_DROP_TCP_OLD);
	KUNIT_EXPECT_EQ(test, tcb->dsack.start, START + 1200);
	KUNIT_EXPECT_EQ(test, tcb->dsack.end, START + 3200);
	expect_sound(test);
	/* in order, reaching into it */
	KUNIT_EXPECT_EQ(test, give(test->priv, 0, 1100, 0), KSMOL_DELIVERED);
	KUNIT_EXPECT_EQ(test, tcb->rcv_nxt, START + 3500);
	expect_sound(test);
	fixture_stop(test);
}

static void tcp_text__early_fin(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);

	KUNIT_EXPECT_EQ(test, give(test->priv, 1000, 0, KSMOL_TCP_FIN),
			KSMOL_HANDLED);
	KUNIT_EXPECT_TRUE(test, tcb->fin_early);
	/* what claims to come after it never will */
	KUNIT_EXPECT_EQ(test, give(test->priv, 1001, 100, 0),
			KSMOL_DROP_TCP_SEQ);
	KUNIT_EXPECT_EQ(test, give(test->priv, 0, 1100, 0), KSMOL_DELIVERED);
	KUNIT_EXPECT_TRUE(test, tcb->flags & KSMOL_TCP_F_FIN_IN);
	KUNIT_EXPECT_EQ(test, tcb->rcv_nxt, START + 1001);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_readable(tcb), 1000U);
	KUNIT_EXPECT_EQ(test, tcb->ooo_pbufs, 0U);
	KUNIT_EXPECT_EQ(test, give(test->priv, 1001, 100, 0),
			KSMOL_DROP_TCP_SEQ);
	KUNIT_EXPECT_EQ(test, give(test->priv, 1000, 0, KSMOL_TCP_FIN),
			KSMOL_DROP_TCP_OLD);
	expect_sound(test);
	fixture_stop(test);
}

static void tcp_text__early_fin_before_data(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);

	give(test->priv, 100, 300, 0);
	give(test->priv, 500, 1000, 0);
	give(test->priv, 2000, 1000, 0);
	/* half of the second block, and the third, lie beyond the end */
	KUNIT_EXPECT_EQ(test, give(test->priv, 900, 100, KSMOL_TCP_FIN),
			KSMOL_DELIVERED);
	KUNIT_EXPECT_EQ(test, tcb->ooo_bytes, 400U);
	expect_sound(test);
	KUNIT_EXPECT_EQ(test, give(test->priv, 0, 100, 0), KSMOL_DELIVERED);
	KUNIT_EXPECT_EQ(test, give(test->priv, 400, 600, 0), KSMOL_DELIVERED);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_readable(tcb), 1000U);
	KUNIT_EXPECT_TRUE(test, tcb->flags & KSMOL_TCP_F_FIN_IN);
	expect_sound(test);
	fixture_stop(test);
}

static void tcp_text__fin_in_a_closed_window(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);

	tcb->rcv_wnd = 0;
	KUNIT_EXPECT_EQ(test, give(test->priv, 0, 10, KSMOL_TCP_FIN),
			KSMOL_DROP_TCP_WINDOW);
	KUNIT_EXPECT_EQ(test, give(test->priv, 0, 0, KSMOL_TCP_FIN),
			KSMOL_HANDLED);
	KUNIT_EXPECT_TRUE(test, tcb->flags & KSMOL_TCP_F_FIN_IN);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_rcv_room(tcb), 0U);
	fixture_stop(test);
}

/* --- when the pool is short --- */

static void tcp_text__gap_is_filled_at_the_limit(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);
	u32 off, highest, n;

	for (off = 1000; give(test->priv, off, 300, 0) == KSMOL_DELIVERED;)
		off += 300;
	highest = off - 300;
	/* a queue's share: n < 4 (24 - n), or less on many CPUs */
	KUNIT_EXPECT_LE(test, tcb->ooo_pbufs, 20U);
	KUNIT_EXPECT_GE(test, tcb->ooo_pbufs, 15U);
	expect_sound(test);
	/* one that is lower takes the highest's place */
	n = tcb->ooo_pbufs;
	KUNIT_EXPECT_EQ(test, give(test->priv, 600, 300, 0), KSMOL_DELIVERED);
	KUNIT_EXPECT_EQ(test, tcb->ooo_pbufs, n);
	expect_block(test, 1, 1000, highest);
	/* in order there is room for more; then that, too, is an exchange */
	for (off = 0; off < 600; off += 300)
		KUNIT_EXPECT_EQ(test, give(test->priv, off, 300, 0),
				KSMOL_DELIVERED);
	expect_sound(test);
	fixture_stop(test);
}

static void tcp_text__refused_but_answered(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);
	u32 off = 0;
	int verdict;

	while ((verdict = give(test->priv, off, 300, 0)) == KSMOL_DELIVERED)
		off += 300;
	KUNIT_EXPECT_EQ(test, verdict, KSMOL_DROP_RX_SHARE);
	KUNIT_EXPECT_EQ(test, tcb->rcv_nxt, START + off);
	KUNIT_EXPECT_TRUE(test, tcb->ack & KSMOL_TCP_ACK_NOW);
	read_bytes(test->priv, 600);
	KUNIT_EXPECT_EQ(test, give(test->priv, off, 300, 0), KSMOL_DELIVERED);
	expect_sound(test);
	fixture_stop(test);
}

static void tcp_text__bytes_are_exchanged_too(struct kunit *test)
{
	struct ksmol_pool_config cfg = small;
	struct ksmol_tcb *tcb;
	u32 off;

	cfg.rx_bytes = 65536;
	tcb = fixture_start(test, &cfg);
	for (off = 3000; give(test->priv, off, 3000, 0) == KSMOL_DELIVERED;)
		off += 3000;
	KUNIT_EXPECT_GT(test, tcb->ooo_pbufs, 4U);
	KUNIT_EXPECT_EQ(test, give(test->priv, 0, 3000, 0), KSMOL_DELIVERED);
	expect_sound(test);
	fixture_stop(test);
}

static void tcp_prune__highest_first(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);
	u32 i;

	for (i = 1; i <= 6; i++)
		give(test->priv, 2000 * i, 1000, 0);
	KUNIT_EXPECT_EQ(test, tcb->nr_sack, 4);
	/* the first two are in no block any more: they go first */
	KUNIT_EXPECT_EQ(test, ksmol_tcp_prune(tcb, 1), 1U);
	KUNIT_EXPECT_EQ(test, tcb->nr_sack, 4);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_prune(tcb, 2), 2U);
	KUNIT_EXPECT_EQ(test, tcb->nr_sack, 3);
	expect_block(test, 0, 10000, 11000);
	expect_sound(test);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_prune(tcb, 10), 3U);
	KUNIT_EXPECT_EQ(test, tcb->nr_sack, 0);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_prune(tcb, 10), 0U);
	expect_sound(test);
	fixture_stop(test);
}

/* The pool's ladder asks for what no peer was told of first. */
static void tcp_prune__unreported_alone(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);
	u32 i;

	for (i = 1; i <= 6; i++)
		give(test->priv, 2000 * i, 1000, 0);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_prune_unreported(tcb, 10), 2U);
	KUNIT_EXPECT_EQ(test, tcb->nr_sack, 4);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_prune_unreported(tcb, 10), 0U);
	KUNIT_EXPECT_EQ(test, tcb->ooo_pbufs, 4U);
	expect_sound(test);
	fixture_stop(test);
}

/* All connections together have a cap, which what is read or purged leaves. */
static void tcp_text__out_of_order_cap(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);
	struct ksmol_cap *cap = &tcb->pool->cap[KSMOL_CAP_OOO];
	u32 i;

	cap->max = 3;
	for (i = 1; i <= 6; i++)
		give(test->priv, 2000 * i, 1000, 0);
	KUNIT_EXPECT_EQ(test, tcb->ooo_pbufs, 3U);
	KUNIT_EXPECT_EQ(test, atomic_read(&cap->held), 3);
	KUNIT_EXPECT_EQ(test, atomic64_read(&cap->refused), 3LL);
	ksmol_tcp_prune(tcb, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&cap->held), 2);
	give(test->priv, 0, 2000, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&cap->held), 1);
	ksmol_tcp_ooo_purge(tcb);
	KUNIT_EXPECT_EQ(test, atomic_read(&cap->held), 0);
	fixture_stop(test);
}

/* Whatever comes, in whatever order: the stream is what was sent. */
static void tcp_text__anything_in_any_order(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);
	struct fixture *f = test->priv;
	u32 i;

	for (i = 0; i < 20000; i++) {
		u32 r = prandom_u32_state(&f->rnd), max = r & 1 ? 2000 : 100;
		u32 at = tcb->rcv_nxt - START + (r >> 8) % 6000;
		u32 len = 1 + prandom_u32_state(&f->rnd) % max;
		u32 edge = tcb->rcv_wup + tcb->rcv_wnd;

		at -= min(at, 1500U);
		give(f, at, len, 0);
		if (!(r & 0x30))
			read_bytes(f, (r >> 16) % 5000);
		if (!(r & 0xc0))
			announce(tcb);
		if (!(r & 0x700))
			ksmol_tcp_prune(tcb, 3);
		KUNIT_EXPECT_FALSE(test, ksmol_seq_before(tcb->rcv_wup +
				   tcb->rcv_wnd, edge));
		if (i % 16 == 0)
			expect_sound(test);
	}
	KUNIT_EXPECT_GT(test, tcb->rcv_nxt - START, 1000000U);
	fixture_stop(test);
}

/* --- SACK --- */

static void tcp_sack__latest_first(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);
	struct ksmol_tcp_header h = {};
	u32 i;

	for (i = 1; i <= 5; i++)
		ksmol_tcp_sack_add(tcb, START + 1000 * i, START + 1000 * i + 9);
	KUNIT_EXPECT_EQ(test, tcb->nr_sack, 4);
	expect_block(test, 0, 5000, 5009);
	expect_block(test, 3, 2000, 2009);
	ksmol_tcp_sack_add(tcb, START + 3009, START + 4000);
	KUNIT_EXPECT_EQ(test, tcb->nr_sack, 3);
	expect_block(test, 0, 3000, 4009);

	/* room for three with timestamps; a duplicate takes the first place */
	ksmol_tcp_dsack(tcb, START, START + 5);
	ksmol_tcp_sack_fill(tcb, &h, 28);
	KUNIT_EXPECT_EQ(test, h.nr_sack, 3);
	KUNIT_EXPECT_TRUE(test, h.opts & KSMOL_TCP_OPT_SACK);
	KUNIT_EXPECT_EQ(test, h.sack[0].start, START);
	KUNIT_EXPECT_EQ(test, h.sack[1].start, START + 3000);
	ksmol_tcp_sack_sent(tcb, h.nr_sack);
	ksmol_tcp_sack_fill(tcb, &h, 11);
	KUNIT_EXPECT_EQ(test, h.nr_sack, 0);
	ksmol_tcp_sack_fill(tcb, &h, 12);
	KUNIT_EXPECT_EQ(test, h.nr_sack, 1);
	KUNIT_EXPECT_EQ(test, h.sack[0].start, START + 3000);

	tcb->rcv_nxt = START + 4009;
	ksmol_tcp_sack_trim(tcb);
	KUNIT_EXPECT_EQ(test, tcb->nr_sack, 1);
	expect_block(test, 0, 5000, 5009);
	fixture_stop(test);
}

/* --- window --- */

static void tcp_window__edge_stays(struct kunit *test)
{
	struct ksmol_pool_config cfg = small;
	struct ksmol_tcb *tcb;
	u32 i, edge;

	cfg.count[KSMOL_CLASS_RX] = 1024;
	tcb = fixture_start(test, &cfg);
	tcb->cfg.rcvbuf = 200000;
	tcb->rcv_wscale = 7;
	tcb->rcv_wnd = 65535;
	KUNIT_EXPECT_EQ(test, announce(tcb), 200000U / 128 * 128);
	for (i = 0; i < 300; i++) {
		edge = tcb->rcv_wup + tcb->rcv_wnd;
		give(test->priv, tcb->rcv_nxt - START, 777, 0);
		announce(tcb);
		KUNIT_EXPECT_FALSE(test, ksmol_seq_before(tcb->rcv_wup +
				   tcb->rcv_wnd, edge));
		KUNIT_EXPECT_LT(test, tcb->rcv_wup + tcb->rcv_wnd - edge,
				128U);
	}
	KUNIT_EXPECT_EQ(test, tcb->rcv_wnd, 0U);
	/* that much the rounding cost; then not for a byte, but for a segment */
	KUNIT_EXPECT_LT(test, ksmol_tcp_readable(tcb), 200000U + 300 * 128);
	read_bytes(test->priv, ksmol_tcp_readable(tcb) - 200000 + 776);
	KUNIT_EXPECT_EQ(test, tcb->ack, 0);
	read_bytes(test->priv, 1);
	KUNIT_EXPECT_TRUE(test, tcb->ack & KSMOL_TCP_ACK_NOW);
	KUNIT_EXPECT_GE(test, announce(tcb), 777U);
	fixture_stop(test);
}

static void tcp_window__bytes_end_somewhere(struct kunit *test)
{
	struct ksmol_pool_config cfg = small;
	struct ksmol_tcb *tcb;
	u32 i = 0;

	/* the window is rounded up with each byte: the edge creeps on */
	cfg.count[KSMOL_CLASS_RX] = 1024;
	tcb = fixture_start(test, &cfg);
	tcb->cfg.rcvbuf = 3000;
	tcb->rcv_wnd = 3000;
	tcb->rcv_wscale = 8;
	while (give(test->priv, i, 1, 0) == KSMOL_DELIVERED && i < 100000) {
		announce(tcb);
		i++;
	}
	KUNIT_EXPECT_GE(test, i, 3000U);
	KUNIT_EXPECT_LE(test, i, 2 * 3000U + 2 * 256);
	fixture_stop(test);
}

static void tcp_window__pool_limits_it(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);
	u32 wnd, n;
	u8 wscale;

	/* The one that asks is none that is free. */
	n = DIV_ROUND_UP(28 - tcb->pool->rx_floor - 1, 2);
	tcb->rcv_wnd = 0;
	KUNIT_EXPECT_EQ(test, ksmol_tcp_window(tcb), n * 1000);
	tcb->cfg.window_clamp = 9000;
	KUNIT_EXPECT_EQ(test, ksmol_tcp_window(tcb), 9000U);
	tcb->cfg.wscaling = 1;
	tcb->cfg.window_clamp = 0;
	tcb->cfg.rcvbuf_max = 6291456;
	ksmol_tcp_window_init(&tcb->cfg, tcb->pool, &wnd, &wscale);
	KUNIT_EXPECT_EQ(test, wscale, 7);
	KUNIT_EXPECT_EQ(test, wnd, n * 1460);
	tcb->cfg.wscaling = 0;
	ksmol_tcp_window_init(&tcb->cfg, tcb->pool, &wnd, &wscale);
	KUNIT_EXPECT_EQ(test, wscale, 0);
	fixture_stop(test);
}

/* A pool that has one pbuf for whoever holds none, and a window that is closed. */
static struct ksmol_tcb *window_of_one(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);

	others_leave(test->priv, tcb->pool->rx_floor);
	tcb->rcv_mss = 1428;
	tcb->rcv_wscale = 7;
	tcb->rcv_wnd = 0;
	tcb->cfg.rcvbuf = 6 << 20;
	return tcb;
}

/* The peer would wait, long and longer, rather than send part of a segment. */
static void tcp_window__has_room_for_one_segment(struct kunit *test)
{
	struct ksmol_tcb *tcb = window_of_one(test);
	u32 i, sent = 0, len;

	KUNIT_EXPECT_GE(test, announce(tcb), 1428U);
	for (i = 0; i < 10; i++, sent += len) {
		/* a short one leaves less than a segment, too */
		len = i % 3 ? 1428 : 200;
		KUNIT_ASSERT_EQ(test, give(test->priv, sent, len, 0),
				KSMOL_DELIVERED);
		announce(tcb);
		read_bytes(test->priv, len);
		KUNIT_EXPECT_TRUE(test, tcb->ack & KSMOL_TCP_ACK_NOW);
		KUNIT_EXPECT_GE(test, announce(tcb), 1428U);
		KUNIT_EXPECT_LT(test, tcb->rcv_wnd, 1428U + 128);
	}
	fixture_stop(test);
}

/* What a probe put into the window is no measure of what the peer would send. */
static void tcp_window__grows_after_a_cut_segment(struct kunit *test)
{
	struct ksmol_tcb *tcb = window_of_one(test);

	tcb->rcv_mss = 536;
	KUNIT_EXPECT_EQ(test, announce(tcb), 640U);
	KUNIT_ASSERT_EQ(test, give(test->priv, 0, 640, 0), KSMOL_DELIVERED);
	announce(tcb);
	read_bytes(test->priv, 640);
	KUNIT_EXPECT_TRUE(test, tcb->ack & KSMOL_TCP_ACK_NOW);
	KUNIT_EXPECT_GE(test, announce(tcb), 1440U);
	KUNIT_ASSERT_EQ(test, give(test->priv, 640, 1428, 0), KSMOL_DELIVERED);
	read_bytes(test->priv, 1428);
	KUNIT_EXPECT_GE(test, announce(tcb), 1428U);
	fixture_stop(test);
}

/* A pool and a buffer so large that a queue's share is what bounds the window. */
static struct ksmol_tcb *window_by_share(struct kunit *test)
{
	struct ksmol_pool_config cfg = small;
	struct ksmol_tcb *tcb;

	cfg.count[KSMOL_CLASS_RX] = 2048;
	cfg.rx_bytes = 64 << 20;
	cfg.rx_pages = 65536;
	tcb = fixture_start(test, &cfg);
	tcb->rcv_wscale = 7;
	tcb->rcv_wnd = 0;
	tcb->cfg.rcvbuf = 6 << 20;
	return tcb;
}

/* Whoever fills each window that it is promised finds nothing refused, though
 * nothing is read, and each pbuf in the queue lessens what it may grow to.
 */
static void tcp_window__is_kept_by_the_queue(struct kunit *test)
{
	struct ksmol_tcb *tcb = window_by_share(test);
	u32 sent = 0, edge;

	while ((edge = sent + announce(tcb)) >= sent + 1000)
		for (; sent + 1000 <= edge; sent += 1000)
			KUNIT_ASSERT_EQ(test, give(test->priv, sent, 1000, 0),
					KSMOL_DELIVERED);
	KUNIT_EXPECT_GT(test, tcb->rcvq.count, 2048U / 2);
	fixture_stop(test);
}

/* Nor when the first of each window comes last. */
static void tcp_window__is_kept_behind_a_gap(struct kunit *test)
{
	struct ksmol_tcb *tcb = window_by_share(test);
	u32 sent = 0, edge, gap;

	while ((edge = sent + announce(tcb)) >= sent + 2000) {
		gap = sent;
		for (sent += 1000; sent + 1000 <= edge; sent += 1000)
			KUNIT_ASSERT_EQ(test, give(test->priv, sent, 1000, 0),
					KSMOL_DELIVERED);
		KUNIT_ASSERT_EQ(test, give(test->priv, gap, 1000, 0),
				KSMOL_DELIVERED);
		KUNIT_ASSERT_EQ(test, tcb->rcv_nxt, START + sent);
	}
	KUNIT_EXPECT_GT(test, tcb->rcvq.count, 2048U / 2);
	fixture_stop(test);
}

/* While others have all but one of the pbufs, each segment that was read makes
 * room for the next: the peer is told at once, not when it asks.
 */
static void tcp_read__one_segment_at_a_time(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);
	struct fixture *f = test->priv;
	u32 i;

	others_leave(f, f->pool.rx_floor + 2);
	tcb->rcv_wnd = 0;
	KUNIT_EXPECT_EQ(test, announce(tcb), 1000U);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, give(f, i * 1000, 1000, 0),
				KSMOL_DELIVERED);
		KUNIT_EXPECT_EQ(test, announce(tcb), 0U);
		read_bytes(f, 1000);
		KUNIT_EXPECT_TRUE(test, tcb->ack & KSMOL_TCP_ACK_NOW);
		KUNIT_EXPECT_EQ(test, announce(tcb), 1000U);
	}
	fixture_stop(test);
}

/* The program reads @len bytes, all there are, after two round trips of @rtt. */
static void tuned_by(struct ksmol_tcb *tcb, u32 rtt, u32 len)
{
	tcb->rcv_rtt = rtt;
	tcb->tune_at = NOW - 2 * (u64)rtt;
	tcb->tune_seq = tcb->copied_seq;
	tcb->tune_space = 0;
	tcb->copied_seq += len;
	tcb->rcv_nxt += len;
	ksmol_tcp_read(tcb, NOW);
}

static void tcp_read__buffer_follows(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);

	tcb->cfg.rcvbuf = 20000;
	tuned_by(tcb, 2000, 10000);
	KUNIT_EXPECT_EQ(test, tcb->cfg.rcvbuf, 4 * 10000U);
	/* not twice in a round trip, not beyond the most, never less */
	tcb->copied_seq += 50000;
	tcb->rcv_nxt += 50000;
	ksmol_tcp_read(tcb, NOW + 1999);
	KUNIT_EXPECT_EQ(test, tcb->cfg.rcvbuf, 40000U);
	ksmol_tcp_read(tcb, NOW + 2000);
	KUNIT_EXPECT_EQ(test, tcb->cfg.rcvbuf, 60000U);
	tuned_by(tcb, 2000, 10000);
	KUNIT_EXPECT_EQ(test, tcb->cfg.rcvbuf, 60000U);
	fixture_stop(test);
}

static void tcp_read__buffer_fits_the_caches(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);

	tcb->cfg.rcvbuf = 1000;
	tcb->cfg.rcvbuf_max = 6291456;
	/* As much as they hold anyway */
	tuned_by(tcb, 1, 10000);
	KUNIT_EXPECT_EQ(test, tcb->cfg.rcvbuf, 4 * 10000U);
	tuned_by(tcb, 1, 200000);
	KUNIT_EXPECT_EQ(test, tcb->cfg.rcvbuf, (u32)SZ_512K);
	/* And what is beyond */
	tuned_by(tcb, 1, 1000000);
	KUNIT_EXPECT_EQ(test, tcb->cfg.rcvbuf, 2 * 1000000U + 1953);
	tuned_by(tcb, 512, 1000000);
	KUNIT_EXPECT_EQ(test, tcb->cfg.rcvbuf, 3 * 1000000U);
	tuned_by(tcb, 1024, 1000000);
	KUNIT_EXPECT_EQ(test, tcb->cfg.rcvbuf, 4 * 1000000U);
	fixture_stop(test);
}

static void sent_ts(struct ksmol_tcb *tcb, u64 us)
{
	ksmol_tcp_rcv_rtt_sent(tcb, 100 + us / 1000, NOW + us);
}

/* Data that echoes what was sent @ms after the beginning. */
static void echoed_ts(struct ksmol_tcb *tcb, u32 ms, u64 us)
{
	const struct ksmol_tcp_seg seg = {
		.h.opts = KSMOL_TCP_OPT_TS,
		.h.tsecr = 100 + ms,
		.mss = tcb->rcv_mss,
	};

	ksmol_tcp_rcv_rtt(tcb, &seg, NOW + us);
}

static struct ksmol_tcb *rtt_start(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);

	tcb->flags |= KSMOL_TCP_F_TS;
	tcb->cfg.rcvbuf_max = tcb->cfg.rcvbuf + 1;
	return tcb;
}

/* From the first sending of a time stamp to its first echo. */
static void tcp_rcv_rtt__in_microseconds(struct kunit *test)
{
	struct ksmol_tcb *tcb = rtt_start(test);

	sent_ts(tcb, 0);
	echoed_ts(tcb, 0, 70);
	KUNIT_EXPECT_EQ(test, tcb->rcv_rtt, 70U);
	/* The same millisecond says nothing new: whose echo would it be? */
	sent_ts(tcb, 900);
	echoed_ts(tcb, 0, 910);
	KUNIT_EXPECT_EQ(test, tcb->rcv_rtt, 70U);
	/* Nor does an echo of what was sent before */
	sent_ts(tcb, 1000);
	echoed_ts(tcb, 0, 1001);
	KUNIT_EXPECT_EQ(test, tcb->rcv_rtt, 70U);
	/* One that was sent while another was measured begins nothing */
	sent_ts(tcb, 2000);
	echoed_ts(tcb, 2, 2010);
	KUNIT_EXPECT_EQ(test, tcb->rcv_rtt, 70U);
	sent_ts(tcb, 3000);
	echoed_ts(tcb, 3, 3040);
	KUNIT_EXPECT_EQ(test, tcb->rcv_rtt, 40U);
	fixture_stop(test);
}

/* From one millisecond to another, each ten, they take @us. */
static void echoes_take(struct ksmol_tcb *tcb, u32 from, u32 to, u64 us)
{
	u32 ms;

	for (ms = from; ms < to; ms += 10) {
		sent_ts(tcb, ms * 1000);
		echoed_ts(tcb, ms, ms * 1000 + us);
	}
}

/* Pauses make no round trip longer; a longer way is known in two seconds. */
static void tcp_rcv_rtt__least_of_a_period(struct kunit *test)
{
	struct ksmol_tcb *tcb = rtt_start(test);

	sent_ts(tcb, 0);
	echoed_ts(tcb, 0, 50);
	echoes_take(tcb, 10, 990, 5000);
	KUNIT_EXPECT_EQ(test, tcb->rcv_rtt, 50U);
	echoes_take(tcb, 990, 2100, 5000);
	KUNIT_EXPECT_EQ(test, tcb->rcv_rtt, 5000U);
	fixture_stop(test);
}

/* Our SYN has one in any case; a window's time is taken by numbers of the peer. */
static void tcp_rcv_rtt__peer_without_timestamps(struct kunit *test)
{
	struct ksmol_tcb *tcb = rtt_start(test);
	const struct ksmol_tcp_seg seg = { .mss = tcb->rcv_mss };

	tcb->flags &= ~KSMOL_TCP_F_TS;
	ksmol_tcp_rcv_rtt_sent(tcb, tcb->rcv_nxt + 1000000, NOW);
	ksmol_tcp_established(tcb, NOW + 10);
	ksmol_tcp_rcv_rtt(tcb, &seg, NOW + 20);
	tcb->rcv_nxt += tcb->rcv_wnd;
	ksmol_tcp_rcv_rtt(tcb, &seg, NOW + 320);
	KUNIT_EXPECT_EQ(test, tcb->rcv_rtt, 300U);
	fixture_stop(test);
}

/* Small segments are sent when the peer's program likes. */
static void tcp_rcv_rtt__not_by_small_segments(struct kunit *test)
{
	struct ksmol_tcb *tcb = rtt_start(test);
	const struct ksmol_tcp_seg seg = {
		.h.opts = KSMOL_TCP_OPT_TS,
		.h.tsecr = 100,
		.mss = tcb->rcv_mss - 1,
	};

	sent_ts(tcb, 0);
	ksmol_tcp_rcv_rtt(tcb, &seg, NOW + 10);
	KUNIT_EXPECT_EQ(test, tcb->rcv_rtt, 0U);
	fixture_stop(test);
}

/* --- urgent data --- */

static int give_urgent(struct fixture *f, u32 off, u32 len, u16 urg)
{
	struct ksmol_tcp_seg seg = {
		.h.seq = START + off,
		.h.flags = KSMOL_TCP_ACK | KSMOL_TCP_URG,
		.h.urg = urg,
		.len = len,
		.end = START + off + len,
		.mss = len,
		.segs = 1,
	};
	int verdict;

	seg.pb = map_of(f, seg.h.seq, len);
	ksmol_tcp_urgent(&f->tcb, &seg);
	verdict = ksmol_tcp_text(&f->tcb, &seg, NOW);
	if (verdict != KSMOL_DELIVERED)
		ksmol_pbuf_free(seg.pb);
	return verdict;
}

static void tcp_urgent__byte_before_the_pointer(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);

	give_urgent(test->priv, 0, 100, 40);
	KUNIT_EXPECT_TRUE(test, tcb->events & KSMOL_TCP_EV_URGENT);
	KUNIT_EXPECT_EQ(test, tcb->urg_seq, START + 39);
	KUNIT_EXPECT_EQ(test, tcb->urg_data,
			KSMOL_TCP_URG_VALID | byte_at(START + 39));
	/* it stays in the stream, to be passed over */
	KUNIT_EXPECT_EQ(test, ksmol_tcp_readable(tcb), 100U);
	fixture_stop(test);
}

static void tcp_urgent__announced_ahead(struct kunit *test)
{
	struct ksmol_tcb *tcb = fixture_start(test, &small);

	give_urgent(test->priv, 0, 100, 150);
	KUNIT_EXPECT_EQ(test, tcb->urg_data, KSMOL_TCP_URG_NOTYET);
	/* the same again is no news, nor is an older one */
	tcb->events = 0;
	give_urgent(test->priv, 100, 10, 50);
	give_urgent(test->priv, 110, 10, 20);
	KUNIT_EXPECT_FALSE(test, tcb->events & KSMOL_TCP_EV_URGENT);
	/* it comes out of order */
	give(test->priv, 140, 20, 0);
	KUNIT_EXPECT_EQ(test, tcb->urg_data,
			KSMOL_TCP_URG_VALID | byte_at(START + 149));
	fixture_stop(test);
}

static int rcvq_suite_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct fixture), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static struct kunit_case rcvq_cases[] = {
	KUNIT_CASE(tcp_text__in_order),
	KUNIT_CASE(tcp_text__cuts_both_ends),
	KUNIT_CASE(tcp_text__small_ones_share_a_pbuf),
	KUNIT_CASE(tcp_text__without_a_pbuf),
	KUNIT_CASE(tcp_data_in__reader_behind),
	KUNIT_CASE(tcp_text__gap_is_filled),
	KUNIT_CASE(tcp_text__overlaps_are_cut),
	KUNIT_CASE(tcp_text__early_fin),
	KUNIT_CASE(tcp_text__early_fin_before_data),
	KUNIT_CASE(tcp_text__fin_in_a_closed_window),
	KUNIT_CASE(tcp_text__gap_is_filled_at_the_limit),
	KUNIT_CASE(tcp_text__refused_but_answered),
	KUNIT_CASE(tcp_text__bytes_are_exchanged_too),
	KUNIT_CASE(tcp_prune__highest_first),
	KUNIT_CASE(tcp_prune__unreported_alone),
	KUNIT_CASE(tcp_text__out_of_order_cap),
	KUNIT_CASE(tcp_text__anything_in_any_order),
	KUNIT_CASE(tcp_sack__latest_first),
	KUNIT_CASE(tcp_window__edge_stays),
	KUNIT_CASE(tcp_window__bytes_end_somewhere),
	KUNIT_CASE(tcp_window__pool_limits_it),
	KUNIT_CASE(tcp_window__has_room_for_one_segment),
	KUNIT_CASE(tcp_window__grows_after_a_cut_segment),
	KUNIT_CASE(tcp_window__is_kept_by_the_queue),
	KUNIT_CASE(tcp_window__is_kept_behind_a_gap),
	KUNIT_CASE(tcp_read__one_segment_at_a_time),
	KUNIT_CASE(tcp_read__buffer_follows),
	KUNIT_CASE(tcp_read__buffer_fits_the_caches),
	KUNIT_CASE(tcp_rcv_rtt__in_microseconds),
	KUNIT_CASE(tcp_rcv_rtt__least_of_a_period),
	KUNIT_CASE(tcp_rcv_rtt__not_by_small_segments),
	KUNIT_CASE(tcp_rcv_rtt__peer_without_timestamps),
	KUNIT_CASE(tcp_urgent__byte_before_the_pointer),
	KUNIT_CASE(tcp_urgent__announced_ahead),
	{}
};

static struct kunit_suite rcvq_suite = {
	.name = "ksmol_tcp_rcvq",
	.init = rcvq_suite_init,
	.test_cases = rcvq_cases,
};

kunit_test_suite(rcvq_suite);
