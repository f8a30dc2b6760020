// SPDX-License-Identifier: GPL-2.0-only
/* The send queue: numbers, searching, what goes home when. */

#include "tcp_send_fixture.h"

static struct ksmol_pbuf *find(struct send_fixture *f, struct ksmol_pbuf *from,
			       u32 n, u32 *off)
{
	return ksmol_tcp_sndq_find(&f->tcb, from, send_seq(n), off);
}

SEND_CASE(queue__numbers)
{
	struct send_fixture *f = test->priv;

	send_write(test, 100);
	send_write(test, 50);
	KUNIT_EXPECT_EQ(test, f->tcb.sndq.count, 2U);
	KUNIT_EXPECT_EQ(test, f->tcb.sndq.first->tx.seq, send_seq(0));
	KUNIT_EXPECT_EQ(test, f->tcb.sndq.first->next->tx.seq, send_seq(100));
	KUNIT_EXPECT_EQ(test, f->tcb.write_seq, send_seq(150));
	KUNIT_EXPECT_EQ(test, f->tcb.sndq.first->owner, KSMOL_OWNER_SOCKET);
}

SEND_CASE(queued__grows_the_last)
{
	struct send_fixture *f = test->priv;

	send_write(test, 100);
	f->tcb.sndq.first->len += 20;
	ksmol_tcp_queued(&f->tcb, 20);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_notsent(&f->tcb), 120U);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_unacked(&f->tcb), 120U);
}

SEND_CASE(find__across_pages)
{
	struct send_fixture *f = test->priv;
	struct ksmol_pbuf *first, *second;
	u32 off;

	send_write(test, 2 * PAGE_SIZE + 10);
	first = f->tcb.sndq.first;
	second = first->next;
	KUNIT_EXPECT_PTR_EQ(test, find(f, NULL, 0, &off), first);
	KUNIT_EXPECT_EQ(test, off, 0U);
	KUNIT_EXPECT_PTR_EQ(test, find(f, NULL, PAGE_SIZE - 1, &off), first);
	KUNIT_EXPECT_EQ(test, off, (u32)PAGE_SIZE - 1);
	KUNIT_EXPECT_PTR_EQ(test, find(f, first, PAGE_SIZE, &off), second);
	KUNIT_EXPECT_EQ(test, off, 0U);
	KUNIT_EXPECT_PTR_EQ(test, find(f, NULL, 2 * PAGE_SIZE + 9, &off),
			    second->next);
	KUNIT_EXPECT_EQ(test, off, 9U);
}

SEND_CASE(find__cursor_behind)
{
	struct send_fixture *f = test->priv;
	u32 off;

	send_write(test, 2 * PAGE_SIZE);
	KUNIT_EXPECT_PTR_EQ(test, find(f, f->tcb.sndq.first->next, 5, &off),
			    f->tcb.sndq.first);
	KUNIT_EXPECT_EQ(test, off, 5U);
}

SEND_CASE(find__not_there)
{
	struct send_fixture *f = test->priv;
	u32 off;

	KUNIT_EXPECT_NULL(test, find(f, NULL, 0, &off));
	send_write(test, 10);
	KUNIT_EXPECT_NULL(test, find(f, NULL, 10, &off));
	KUNIT_EXPECT_NULL(test, find(f, NULL, -1, &off));
}

SEND_CASE(find__empty_page_between)
{
	struct send_fixture *f = test->priv;
	struct ksmol_pbuf *empty = ksmol_pbuf_alloc_tx(&f->pool, false);
	u32 off;

	send_write(test, 10);
	ksmol_tcp_queue(&f->tcb, empty);
	send_write(test, 10);
	KUNIT_EXPECT_PTR_EQ(test, find(f, NULL, 10, &off), empty->next);
	KUNIT_EXPECT_EQ(test, off, 0U);
}

SEND_CASE(trim__keeps_what_is_not_acked)
{
	struct send_fixture *f = test->priv;
	struct ksmol_pbuf *second;

	send_write(test, 2 * PAGE_SIZE);
	second = f->tcb.sndq.first->next;
	f->tcb.snd_una = send_seq(PAGE_SIZE - 1);
	ksmol_tcp_sndq_trim(&f->tcb);
	KUNIT_EXPECT_EQ(test, f->tcb.sndq.count, 2U);
	f->tcb.snd_una = send_seq(PAGE_SIZE);
	ksmol_tcp_sndq_trim(&f->tcb);
	KUNIT_EXPECT_PTR_EQ(test, f->tcb.sndq.first, second);
	f->tcb.snd_una = send_seq(PAGE_SIZE + 1);
	ksmol_tcp_sndq_trim(&f->tcb);
	KUNIT_EXPECT_EQ(test, f->tcb.sndq.count, 1U);
}

/* @pages are in flight, of a buffer of @most, and may stay when they are ACKed. */
static struct ksmol_tcb *later(struct kunit *test, u32 pages, u32 most)
{
	struct send_fixture *f = test->priv;

	f->tcb.cfg.nodelay = 1;
	f->tcb.cfg.sndbuf = most * PAGE_SIZE;
	send_write(test, pages * PAGE_SIZE);
	send_all(test);
	f->tcb.trim_later = true;
	f->tcb.events = 0;
	send_acked(test, PAGE_SIZE, 65535);
	KUNIT_EXPECT_EQ(test, f->tcb.sndq.count, pages);
	return &f->tcb;
}

/* That there is room is told at once. */
SEND_CASE(trim_later__until_all_is_acked)
{
	struct ksmol_tcb *tcb = later(test, 3, 8);

	KUNIT_EXPECT_TRUE(test, tcb->events & KSMOL_TCP_EV_WRITABLE);
	send_acked(test, 3 * PAGE_SIZE, 65535);
	KUNIT_EXPECT_EQ(test, tcb->sndq.count, 0U);
}

SEND_CASE(trim_later__no_more_than_half_of_the_buffer)
{
	struct ksmol_tcb *tcb = later(test, 4, 4);

	send_acked(test, 2 * PAGE_SIZE, 65535);
	KUNIT_EXPECT_EQ(test, tcb->sndq.count, 2U);
}

/* What is in flight, and what follows, is found behind them. */
SEND_CASE(trim_later__found_behind_them)
{
	struct ksmol_tcb *tcb = later(test, 3, 8);
	u32 off;

	KUNIT_EXPECT_PTR_EQ(test, find(test->priv, NULL, PAGE_SIZE, &off),
			    tcb->sndq.first->next);
	KUNIT_EXPECT_EQ(test, off, 0U);
	send_write(test, 10);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	send_expect(test, 3 * PAGE_SIZE, 10);
}

SEND_CASE(trim_later__until_a_timer)
{
	struct ksmol_tcb *tcb = later(test, 3, 8);
	struct send_fixture *f = test->priv;

	tcb->trim_later = false;
	ksmol_tcp_timer(tcb, f->now);
	KUNIT_EXPECT_EQ(test, tcb->sndq.count, 2U);
}

SEND_CASE(trim__cursor_on_the_last)
{
	struct send_fixture *f = test->priv;

	send_write(test, 100);
	send_all(test);
	KUNIT_EXPECT_NOT_NULL(test, f->tcb.snd_cursor);
	send_acked(test, 100, 65535);
	KUNIT_EXPECT_EQ(test, f->tcb.sndq.count, 0U);
	KUNIT_EXPECT_NULL(test, f->tcb.snd_cursor);

	send_write(test, 30);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	send_expect(test, 100, 30);
	KUNIT_EXPECT_EQ(test, f->out.off, 0U);
}

SEND_CASE(trim__partly_acked_is_appended_to)
{
	struct send_fixture *f = test->priv;

	send_write(test, 100);
	send_all(test);
	send_acked(test, 60, 65535);
	f->tcb.sndq.first->len += 40;
	ksmol_tcp_queued(&f->tcb, 40);
	f->tcb.cfg.nodelay = 1;
	KUNIT_EXPECT_TRUE(test, send_next(test));
	send_expect(test, 100, 40);
	KUNIT_EXPECT_EQ(test, f->out.off, 100U);
	KUNIT_EXPECT_PTR_EQ(test, f->out.pb, f->tcb.sndq.first);
}

SEND_CASE(span__bounded_by_frags)
{
	struct send_fixture *f = test->priv;
	struct ksmol_pbuf *first, *last;

	send_write(test, 4 * PAGE_SIZE);
	first = f->tcb.sndq.first;
	f->tcb.gso_frags = 2;
	KUNIT_EXPECT_EQ(test, ksmol_tcp_sndq_span(&f->tcb, first, 100,
						  4 * PAGE_SIZE - 100, &last),
			(u32)(2 * PAGE_SIZE - 100));
	KUNIT_EXPECT_PTR_EQ(test, last, first->next);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_sndq_span(&f->tcb, first, 100, 50,
						  &last), 50U);
	KUNIT_EXPECT_PTR_EQ(test, last, first);
	f->tcb.gso_frags = 0;
	KUNIT_EXPECT_EQ(test, ksmol_tcp_sndq_span(&f->tcb, first, 0,
						  4 * PAGE_SIZE, &last),
			(u32)(4 * PAGE_SIZE));
}

SEND_CASE(urgent__pointer_on_each_segment)
{
	struct send_fixture *f = test->priv;

	f->tcb.gso_max = 65536;
	send_write(test, 2 * SEND_MSS);
	ksmol_tcp_queue_urgent(&f->tcb);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	send_expect(test, 0, SEND_MSS);
	KUNIT_EXPECT_TRUE(test, f->out.h.flags & KSMOL_TCP_URG);
	KUNIT_EXPECT_EQ(test, f->out.h.urg, 2 * SEND_MSS);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_EQ(test, f->out.h.urg, SEND_MSS);
	send_write(test, 100);
	send_acked(test, 2 * SEND_MSS, 65535);
	KUNIT_EXPECT_FALSE(test, f->tcb.flags & KSMOL_TCP_F_URG);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_FALSE(test, f->out.h.flags & KSMOL_TCP_URG);
}

SEND_CASE(urgent__told_though_the_window_is_closed)
{
	struct send_fixture *f = test->priv;

	f->tcb.snd_wnd = 0;
	send_write(test, 10);
	ksmol_tcp_queue_urgent(&f->tcb);
	KUNIT_EXPECT_TRUE(test, send_next(test));
	KUNIT_EXPECT_EQ(test, f->out.kind, KSMOL_TCP_OUT_ACK);
	KUNIT_EXPECT_TRUE(test, f->out.h.flags & KSMOL_TCP_URG);
	KUNIT_EXPECT_EQ(test, f->out.h.urg, 10);
}

SEND_CASE(purge__pages_of_a_device_wait)
{
	struct send_fixture *f = test->priv;
	struct page *page;

	send_write(test, 100);
	page = f->tcb.sndq.first->page;
	get_page(page);
	ksmol_tcp_sndq_purge(&f->tcb);
	KUNIT_EXPECT_EQ(test, f->tcb.sndq.count, 0U);
	ksmol_pool_reap(&f->pool, true);
	KUNIT_EXPECT_EQ(test, f->pool.quarantined, 1U);
	put_page(page);
	ksmol_pool_reap(&f->pool, true);
	KUNIT_EXPECT_EQ(test, f->pool.quarantined, 0U);
}

static struct kunit_case sndq_cases[] = {
	KUNIT_CASE(queue__numbers),
	KUNIT_CASE(queued__grows_the_last),
	KUNIT_CASE(find__across_pages),
	KUNIT_CASE(find__cursor_behind),
	KUNIT_CASE(find__not_there),
	KUNIT_CASE(find__empty_page_between),
	KUNIT_CASE(trim__keeps_what_is_not_acked),
	KUNIT_CASE(trim_later__until_all_is_acked),
	KUNIT_CASE(trim_later__no_more_than_half_of_the_buffer),
	KUNIT_CASE(trim_later__found_behind_them),
	KUNIT_CASE(trim_later__until_a_timer),
	KUNIT_CASE(trim__cursor_on_the_last),
	KUNIT_CASE(trim__partly_acked_is_appended_to),
	KUNIT_CASE(span__bounded_by_frags),
	KUNIT_CASE(urgent__pointer_on_each_segment),
	KUNIT_CASE(urgent__told_though_the_window_is_closed),
	KUNIT_CASE(purge__pages_of_a_device_wait),
	{}
};

static struct kunit_suite sndq_suite = {
	.name = "ksmol_tcp_sndq",
	.init = send_fixture_init,
	.exit = send_fixture_exit,
	.test_cases = sndq_cases,
};

kunit_test_suite(sndq_suite);
