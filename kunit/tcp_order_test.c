// SPDX-License-Identifier: GPL-2.0-only
/* Which CPU may send, and what becomes of a segment that goes down in part. */

#include <linux/delay.h>
#include "tcp_conn_fixture.h"

#define NO_CPU	(-1)

/* A connection of PEER's, accepted, that may send @wnd bytes. */
static struct socket *connected(struct kunit *test, u16 wnd)
{
	struct socket *listener = tcp_listener(test, OUR_PORT, 4), *sock;
	struct ksmol_tcp_header h = {
		.seq = PEER_ISS + 1, .flags = KSMOL_TCP_ACK, .window = wnd,
	};
	u32 iss = handshake(test, PEER_PORT);

	sock = tcp_accepted(test, listener);
	KUNIT_ASSERT_NOT_NULL(test, sock);
	h.ack = iss + 1;
	tcp_arrives(test, PEER_PORT, OUR_PORT, &h, 0);
	sock_no_linger(sock->sk);
	return sock;
}

static int stream_send(struct kunit *test, struct socket *sock, u32 len)
{
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT };
	struct socket_fixture *f = test->priv;
	struct kvec vec = { .iov_base = f->buf, .iov_len = len };

	return kernel_sendmsg(sock, &msg, &vec, 1, len);
}

static u32 frames(struct kunit *test)
{
	struct socket_fixture *f = test->priv;

	return skb_queue_len(&f->vdev->sent);
}

static void nothing_left(struct kunit *test)
{
	struct socket_fixture *f = test->priv;

	f->vdev->mode = KSMOL_VDEV_SINK;
	ksmol_vdev_complete(f->vdev);
}

static void order__other_cpu_waits_for_the_device(struct kunit *test)
{
	struct socket *sock = connected(test, 60000);
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sock->sk);
	struct socket_fixture *f = test->priv;
	u32 before = frames(test), patience = 100;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, stream_send(test, sock, 100), 100);
	KUNIT_EXPECT_EQ(test, frames(test), before + 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&ts->tx_out), 1);
	/* As if that had been another one: this one has to wait. */
	ts->tx_cpu = NO_CPU;
	ts->tcb.cfg.nodelay = 1;
	KUNIT_EXPECT_EQ(test, stream_send(test, sock, 200), 200);
	KUNIT_EXPECT_EQ(test, frames(test), before + 1);
	KUNIT_EXPECT_TRUE(test, ts->tx_held);
	/* The device gives the first one back, and the second follows. */
	ksmol_vdev_complete(f->vdev);
	while (!frames(test) && patience--)
		msleep(20);
	KUNIT_EXPECT_EQ(test, frames(test), 1U);
	KUNIT_EXPECT_EQ(test, atomic_read(&ts->tx_out), 1);
	KUNIT_EXPECT_FALSE(test, ts->tx_held);
	KUNIT_EXPECT_NE(test, ts->tx_cpu, NO_CPU);
	nothing_left(test);
	KUNIT_EXPECT_EQ(test, atomic_read(&ts->tx_out), 0);
}

/* One that keeps frames for reasons of its own does not stop the connection. */
static void order__lazy_device_is_left_alone(struct kunit *test)
{
	struct socket *sock = connected(test, 60000);
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sock->sk);
	struct socket_fixture *f = test->priv;
	u32 before = frames(test);

	f->vdev->mode = KSMOL_VDEV_HOLD;
	ts->tcb.cfg.nodelay = 1;
	KUNIT_EXPECT_EQ(test, stream_send(test, sock, 100), 100);
	ts->tx_cpu = NO_CPU;
	KUNIT_EXPECT_EQ(test, stream_send(test, sock, 200), 200);
	KUNIT_EXPECT_EQ(test, frames(test), before + 1);
	/* The timer finds that nothing came back. */
	msleep(200);
	KUNIT_EXPECT_GE(test, frames(test), before + 2);
	KUNIT_EXPECT_GT(test, ts->tx_lazy, 0ULL);
	ts->tx_cpu = NO_CPU;
	before = frames(test);
	KUNIT_EXPECT_EQ(test, stream_send(test, sock, 300), 300);
	KUNIT_EXPECT_EQ(test, frames(test), before + 1);
	nothing_left(test);
}

/* A socket that is closed meanwhile stays until its frames are back. */
static void order__closed_with_frames_out(struct kunit *test)
{
	struct socket *sock = connected(test, 60000);
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sock->sk);
	struct socket_fixture *f = test->priv;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, stream_send(test, sock, 100), 100);
	sock_hold(sock->sk);
	sock_shut(test, sock);
	KUNIT_EXPECT_EQ(test, atomic_read(&ts->tx_out), 1);
	KUNIT_EXPECT_GE(test, refcount_read(&ksmol_tcp_to_sk(ts)->sk_refcnt),
			2);
	nothing_left(test);
	KUNIT_EXPECT_EQ(test, atomic_read(&ts->tx_out), 0);
	sock_put(ksmol_tcp_to_sk(ts));
}

/* Only what the device took counts as sent; more follows when it has room, as
 * far as congestion control, which heard of it, allows.
 */
static void transmit__device_takes_a_part(struct kunit *test)
{
	struct socket *sock = connected(test, 60000);
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sock->sk);
	struct socket_fixture *f = test->priv;
	struct ksmol_tcb *tcb = &ts->tcb;
	u32 mss = tcb->mss, una = tcb->snd_una, before = frames(test), sent;

	/* Takes no super-segments. */
	f->vdev->dev->features &= ~NETIF_F_SG;
	f->vdev->mode = KSMOL_VDEV_FULL;
	f->vdev->room = before + 2;
	KUNIT_EXPECT_EQ(test, stream_send(test, sock, 4000), 4000);
	KUNIT_EXPECT_EQ(test, tcb->snd_nxt - una, 2 * mss);
	KUNIT_EXPECT_EQ(test, tcb->write_seq - una, 4000U);
	KUNIT_EXPECT_EQ(test, tcb->ca, KSMOL_TCP_CA_CWR);
	f->vdev->room += 100;
	msleep(200);
	sent = READ_ONCE(tcb->snd_nxt) - una;
	KUNIT_EXPECT_GT(test, sent, 2 * mss);
	/* On a slow machine some has been sent again by now. */
	KUNIT_EXPECT_LE(test, sent, (frames(test) - before) * mss);
	nothing_left(test);
}

static struct kunit_case order_cases[] = {
	KUNIT_CASE(order__other_cpu_waits_for_the_device),
	KUNIT_CASE(order__lazy_device_is_left_alone),
	KUNIT_CASE(order__closed_with_frames_out),
	KUNIT_CASE(transmit__device_takes_a_part),
	{}
};

static void order_exit(struct kunit *test)
{
	ksmol_tcp_mini_purge(NULL, 0);
	socket_fixture_exit(test);
}

static struct kunit_suite order_suite = {
	.name = "ksmol_tcp_order",
	.init = socket_fixture_init,
	.exit = order_exit,
	.test_cases = order_cases,
};

kunit_test_suite(order_suite);
