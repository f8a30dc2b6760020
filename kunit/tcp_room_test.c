// SPDX-License-Identifier: GPL-2.0-only
/* Which pbufs a stream's bytes go into, and how many. Mirrors
 * module/socket/tcp_room.c.
 */

#include <linux/delay.h>
#include "tcp_conn_fixture.h"

/* Two large pbufs, and what is too little for another. */
#define MUCH	(2 * ksmol_pool.cfg.stream_size + ksmol_pool.cfg.stream_size / 4)

/* A connection of PEER's, with room for all of it, though it may send nothing. */
static struct ksmol_tcp_sock *connected(struct kunit *test,
					struct socket **sock)
{
	struct socket *listener = tcp_listener(test, OUR_PORT, 4);
	struct ksmol_tcp_header h = {
		.seq = PEER_ISS + 1, .flags = KSMOL_TCP_ACK, .window = 0,
	};
	struct ksmol_tcp_sock *ts;

	h.ack = handshake(test, PEER_PORT) + 1;
	*sock = tcp_accepted(test, listener);
	KUNIT_ASSERT_NOT_NULL(test, *sock);
	tcp_arrives(test, PEER_PORT, OUR_PORT, &h, 0);
	sock_no_linger((*sock)->sk);
	ts = ksmol_tcp_sk((*sock)->sk);
	KUNIT_ASSERT_LE(test, MUCH, ts->tcb.cfg.sndbuf * 2);
	ts->tcb.cfg.sndbuf *= 2;
	return ts;
}

static int write_much(struct kunit *test, struct socket *sock, u32 len)
{
	u8 *bytes = kunit_kzalloc(test, len, GFP_KERNEL);
	struct kvec vec = { .iov_base = bytes, .iov_len = len };
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT };
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	for (i = 0; i < len; i++)
		bytes[i] = i % 251;
	return kernel_sendmsg(sock, &msg, &vec, 1, len);
}

/* The queue's bytes are those written. */
static void expect_bytes(struct kunit *test, const struct ksmol_tcb *tcb)
{
	const struct ksmol_pbuf *pb;
	u32 at = 0, i;

	for (pb = tcb->sndq.first; pb; pb = pb->next)
		for (i = 0; i < pb->len; i++, at++)
			if (pb->head[pb->off + i] != at % 251) {
				KUNIT_FAIL(test, "byte %u is wrong", at);
				return;
			}
}

static u32 of_class(const struct ksmol_tcb *tcb, enum ksmol_class class)
{
	const struct ksmol_pbuf *pb;
	u32 n = 0;

	for (pb = tcb->sndq.first; pb; pb = pb->next)
		n += pb->home == class;
	return n;
}

static void page__much_goes_into_large_ones(struct kunit *test)
{
	u32 left = ksmol_pool.cfg.stream_size / 4;
	struct socket *sock;
	struct ksmol_tcp_sock *ts = connected(test, &sock);

	KUNIT_EXPECT_EQ(test, write_much(test, sock, MUCH), (int)MUCH);
	KUNIT_EXPECT_EQ(test, of_class(&ts->tcb, KSMOL_CLASS_STREAM), 2);
	KUNIT_EXPECT_EQ(test, ts->tcb.sndq.count,
			2 + DIV_ROUND_UP(left, ksmol_pool.cfg.buf_size));
	expect_bytes(test, &ts->tcb);
}

static void page__little_does_not(struct kunit *test)
{
	u32 little = ksmol_pool.cfg.stream_size / 2 - 1;
	struct socket *sock;
	struct ksmol_tcp_sock *ts = connected(test, &sock);

	KUNIT_EXPECT_EQ(test, write_much(test, sock, little), (int)little);
	KUNIT_EXPECT_EQ(test, of_class(&ts->tcb, KSMOL_CLASS_STREAM), 0);
	expect_bytes(test, &ts->tcb);
}

static void page__goes_without_large_ones(struct kunit *test)
{
	struct ksmol_pool_set *set = &ksmol_pool.set[KSMOL_CLASS_STREAM];
	struct ksmol_pbuf *taken = NULL, *pb;
	struct socket *sock;
	struct ksmol_tcp_sock *ts = connected(test, &sock);

	local_bh_disable();
	while ((pb = ksmol_pbuf_alloc_stream(&ksmol_pool, 0))) {
		pb->chain = taken;
		taken = pb;
	}
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, set->count, 0);
	KUNIT_EXPECT_EQ(test, write_much(test, sock, MUCH), (int)MUCH);
	KUNIT_EXPECT_EQ(test, of_class(&ts->tcb, KSMOL_CLASS_STREAM), 0);
	expect_bytes(test, &ts->tcb);
	if (taken)
		ksmol_pbuf_free_any(taken);
	KUNIT_EXPECT_EQ(test, set->count, set->size);
}

/* Adds all TX pbufs that are to be had to @taken. Return: how many. */
static u32 take_all(struct ksmol_pbuf **taken)
{
	struct ksmol_pbuf *pb;
	u32 n = 0;

	local_bh_disable();
	while ((pb = ksmol_pbuf_alloc_tx(&ksmol_pool, false))) {
		pb->chain = *taken;
		*taken = pb;
		n++;
	}
	local_bh_enable();
	return n;
}

/* As long as there is one of either kind, a socket is writable. */
static void page__large_ones_are_the_last_resort(struct kunit *test)
{
	struct ksmol_pbuf *taken = NULL;
	struct socket *sock;
	struct ksmol_tcp_sock *ts = connected(test, &sock);

	/* What other CPUs' caches have comes when they are asked for it. */
	while (take_all(&taken))
		msleep(100);
	KUNIT_EXPECT_TRUE(test, ksmol_tcp_writable(ts));
	KUNIT_EXPECT_EQ(test, write_much(test, sock, 10), 10);
	KUNIT_EXPECT_EQ(test, of_class(&ts->tcb, KSMOL_CLASS_STREAM), 1);
	KUNIT_EXPECT_EQ(test, write_much(test, sock, 10), 10);
	KUNIT_EXPECT_EQ(test, ts->tcb.sndq.count, 1);
	ksmol_pbuf_free_any(taken);
}

/* Room is asked for with @cwnd and a window that was @wnd at most. */
static void sndbuf_becomes(struct kunit *test, struct ksmol_tcp_sock *ts,
			   u32 cwnd, u32 wnd, u32 want)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);

	ts->tcb.cwnd = cwnd;
	ts->tcb.snd_max_wnd = wnd;
	ksmol_tcp_nospace(sk);
	lock_sock(sk);
	ksmol_tcp_write_space(ts);
	release_sock(sk);
	KUNIT_EXPECT_EQ(test, ts->tcb.cfg.sndbuf, want);
	KUNIT_EXPECT_EQ(test, (u32)sk->sk_sndbuf, want);
}

static void sndbuf__two_windows(struct kunit *test)
{
	struct socket *sock;
	struct ksmol_tcp_sock *ts = connected(test, &sock);
	u32 first = ts->tcb.cfg.sndbuf;

	WRITE_ONCE(sock->sk->sk_sndbuf, first);
	sndbuf_becomes(test, ts, first, first / 4, first);
	sndbuf_becomes(test, ts, 4 * first, first, 2 * first);
	sndbuf_becomes(test, ts, 2 * first, 8 * first, 4 * first);
	/* never less */
	sndbuf_becomes(test, ts, first, first, 4 * first);
	sndbuf_becomes(test, ts, U32_MAX, U32_MAX,
		       READ_ONCE(ksmol_params.tcp_tx_max));
}

static void sndbuf__full_congestion_window(struct kunit *test)
{
	struct socket *sock;
	struct ksmol_tcp_sock *ts = connected(test, &sock);
	u32 first = ts->tcb.cfg.sndbuf;

	WRITE_ONCE(sock->sk->sk_sndbuf, first);
	ts->tcb.snd_nxt = ts->tcb.snd_una + 2 * first;
	sndbuf_becomes(test, ts, 2 * first, 8 * first, first);
	ts->tcb.snd_nxt--;
	sndbuf_becomes(test, ts, 2 * first, 8 * first, 4 * first);
	ts->tcb.snd_nxt = ts->tcb.snd_una;
}

static struct kunit_case room_cases[] = {
	KUNIT_CASE(page__much_goes_into_large_ones),
	KUNIT_CASE(page__little_does_not),
	KUNIT_CASE(page__goes_without_large_ones),
	KUNIT_CASE(page__large_ones_are_the_last_resort),
	KUNIT_CASE(sndbuf__two_windows),
	KUNIT_CASE(sndbuf__full_congestion_window),
	{}
};

static struct kunit_suite room_suite = {
	.name = "ksmol_tcp_room",
	.init = socket_fixture_init,
	.exit = socket_fixture_exit,
	.test_cases = room_cases,
};

kunit_test_suite(room_suite);
