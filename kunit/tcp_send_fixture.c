// SPDX-License-Identifier: GPL-2.0-only
/* A connection that sends, for the suites of the sending files. */

#include <linux/slab.h>
#include "tcp_send_fixture.h"

static const struct ksmol_pool_config pool_cfg = {
	.count = {
		[KSMOL_CLASS_RX] = 64,
		[KSMOL_CLASS_TX] = 64,
		[KSMOL_CLASS_RESERVE] = 4,
	},
	.buf_size = PAGE_SIZE,
	.copybreak = 256,
	.rx_bytes = 1 << 20,
	.rx_pages = 4096,
};

int send_fixture_init(struct kunit *test)
{
	struct send_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	int err;

	if (!f)
		return -ENOMEM;
	test->priv = f;
	err = ksmol_pool_init(&f->pool, &pool_cfg);
	if (err)
		return err;
	ksmol_tcp_init(&f->tcb, &f->pool);
	local_bh_disable();
	send_open(test, 0);
	local_bh_enable();
	return 0;
}

void send_fixture_exit(struct kunit *test)
{
	struct send_fixture *f = test->priv;
	struct ksmol_census census;
	enum ksmol_class class;

	if (!f)
		return;
	local_bh_disable();
	ksmol_tcp_release(&f->tcb);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, ksmol_tcp_deadline(&f->tcb), 0ULL);
	ksmol_pool_census(&f->pool, &census);
	KUNIT_EXPECT_TRUE(test, census.exact);
	for (class = 0; class < KSMOL_NR_CLASSES; class++)
		KUNIT_EXPECT_EQ(test, census.owner[class][KSMOL_OWNER_FREE],
				f->pool.set[class].size);
	ksmol_pool_destroy(&f->pool);
}

static void send_init(struct send_fixture *f)
{
	ksmol_tcp_release(&f->tcb);
	ksmol_tcp_init(&f->tcb, &f->pool);
	f->tcb.cong = ksmol_tcp_cong_find("reno");
	f->tcb.cfg.rcvbuf = 65536;
	f->tcb.cfg.rcvbuf_max = 65536;
	f->now = SEND_START;
}

void send_open(struct kunit *test, u8 opts)
{
	struct send_fixture *f = test->priv;
	struct ksmol_tcp_open open = {
		.irs = SEND_IRS,
		.iss = SEND_ISS,
		.opts = opts,
		.mss = SEND_MSS,
		.rcv_wnd = 65535,
		.rtt = 20 * USEC_PER_MSEC,
	};

	send_init(f);
	ksmol_tcp_opened(&f->tcb, &open, f->now);
	f->tcb.snd_wnd = 65535;
	f->tcb.snd_max_wnd = 65535;
	f->tcb.snd_wl1 = SEND_IRS + 1;
	f->tcb.snd_wl2 = SEND_ISS + 1;
	f->tcb.cwnd = 65536;
	f->tcb.events = 0;
	f->tcb.ack = 0;
}

void send_connect(struct kunit *test)
{
	struct send_fixture *f = test->priv;

	send_init(f);
	ksmol_tcp_connect(&f->tcb, SEND_ISS, 0, f->now);
}

void send_write(struct kunit *test, u32 len)
{
	struct send_fixture *f = test->priv;

	while (len) {
		struct ksmol_pbuf *pb = ksmol_pbuf_alloc_tx(&f->pool, false);

		KUNIT_ASSERT_NOT_NULL(test, pb);
		pb->off = 0;
		pb->len = min_t(u32, len, PAGE_SIZE);
		len -= pb->len;
		ksmol_tcp_queue(&f->tcb, pb);
	}
}

void send_acked(struct kunit *test, u32 n, u32 wnd)
{
	struct send_fixture *f = test->priv;
	struct ksmol_tcp_seg seg = {
		.h = {
			.seq = f->tcb.rcv_nxt,
			.ack = send_seq(n),
			.flags = KSMOL_TCP_ACK,
			.window = wnd,
		},
		.end = f->tcb.rcv_nxt,
		.segs = 1,
	};

	if (f->tcb.flags & KSMOL_TCP_F_TS) {
		seg.h.opts |= KSMOL_TCP_OPT_TS;
		seg.h.tsval = f->tcb.ts_recent;
		seg.h.tsecr = ksmol_tcp_ts(&f->tcb, f->now);
	}
	ksmol_tcp_input(&f->tcb, &seg, f->now);
}

bool send_next(struct kunit *test)
{
	struct send_fixture *f = test->priv;

	if (!ksmol_tcp_next(&f->tcb, f->now, &f->out))
		return false;
	ksmol_tcp_sent(&f->tcb, f->now, &f->out);
	return true;
}

u32 send_all(struct kunit *test)
{
	u32 n = 0;

	while (n < 1000 && send_next(test))
		n++;
	KUNIT_EXPECT_LT(test, n, 1000U);
	return n;
}

void send_wait(struct kunit *test, u64 us)
{
	struct send_fixture *f = test->priv;

	f->now += us;
	ksmol_tcp_timer(&f->tcb, f->now);
}

u64 send_wait_timer(struct kunit *test)
{
	struct send_fixture *f = test->priv;
	u64 due = ksmol_tcp_deadline(&f->tcb), before = f->now;

	KUNIT_ASSERT_NE(test, due, 0ULL);
	f->now = max(due, f->now);
	ksmol_tcp_timer(&f->tcb, f->now);
	return f->now - before;
}

void send_expect(struct kunit *test, u32 n, u32 bytes)
{
	struct send_fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, f->out.h.seq, send_seq(n));
	KUNIT_EXPECT_EQ(test, f->out.len, bytes);
}
