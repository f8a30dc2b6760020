// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listeners, their half-open connections and their children. Mirrors
 * module/socket/ tcp_req, tcp_accept, tcp_listen.
 */

#include <linux/delay.h>
#include <linux/poll.h>
#include <linux/tcp.h>
#include "tcp_conn_fixture.h"

#define SEC	((u64)USEC_PER_SEC)
#define HELLO	(PEER_ISS + 1)

static u32 reqs(void)
{
	return ksmol_tcp_mini_count(KSMOL_TCP_MINI_REQ);
}

/* What happens to requests @us microseconds from now. */
static void reqs_later(u64 us)
{
	rcu_read_lock();
	local_bh_disable();
	ksmol_tcp_mini_expire(KSMOL_TCP_MINI_REQ, ksmol_tcp_now() + us);
	local_bh_enable();
	rcu_read_unlock();
}

/* --- tcp_req: a SYN --- */

/* No pbuf, no socket, no second copy of anything. */
static void syn__answered(struct kunit *test)
{
	struct ksmol_tcp_header h = {};

	tcp_listener(test, OUR_PORT, 5);
	syn_arrives(test, PEER_PORT);
	KUNIT_ASSERT_TRUE(test, tcp_got(test, &h));
	KUNIT_EXPECT_EQ(test, h.flags, KSMOL_TCP_SYN | KSMOL_TCP_ACK);
	KUNIT_EXPECT_EQ(test, h.ack, PEER_ISS + 1);
	KUNIT_EXPECT_EQ(test, h.opts, KSMOL_TCP_OPT_MSS | KSMOL_TCP_OPT_TS |
			KSMOL_TCP_OPT_SACK_OK | KSMOL_TCP_OPT_WSCALE);
	KUNIT_EXPECT_EQ(test, h.mss, 1460);
	KUNIT_EXPECT_EQ(test, h.tsecr, 77U);
	KUNIT_EXPECT_GT(test, h.window, 0);
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, reqs(), 1U);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_SOCKET), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_demux_count(), 1U);
}

/* Nothing is offered that was not asked for. */
static void syn__no_options(struct kunit *test)
{
	struct ksmol_tcp_header h = {};

	tcp_listener(test, OUR_PORT, 5);
	plain_syn_arrives(test, PEER_PORT, PEER_ISS);
	KUNIT_ASSERT_TRUE(test, tcp_got(test, &h));
	KUNIT_EXPECT_EQ(test, h.opts, KSMOL_TCP_OPT_MSS);
}

static void syn__ecn(struct kunit *test)
{
	const u8 flags = KSMOL_TCP_SYN | KSMOL_TCP_ECE | KSMOL_TCP_CWR;
	unsigned int ecn = ksmol_params.tcp_ecn;

	tcp_listener(test, OUR_PORT, 5);
	ksmol_params.tcp_ecn = 2;
	flags_arrive(test, 1, flags, PEER_ISS, 0, 0);
	expect_flags(test, KSMOL_TCP_SYN | KSMOL_TCP_ACK | KSMOL_TCP_ECE);
	/* One bit alone asks for nothing. */
	flags_arrive(test, 2, KSMOL_TCP_SYN | KSMOL_TCP_ECE, PEER_ISS, 0, 0);
	expect_flags(test, KSMOL_TCP_SYN | KSMOL_TCP_ACK);
	ksmol_params.tcp_ecn = 0;
	flags_arrive(test, 3, flags, PEER_ISS, 0, 0);
	expect_flags(test, KSMOL_TCP_SYN | KSMOL_TCP_ACK);
	ksmol_params.tcp_ecn = ecn;
}

/* Strangers may have any source: where no answer can go, nothing waits. */
static void syn__no_way_back(struct kunit *test)
{
	struct socket *sock = tcp_listener(test, OUR_PORT, 5);
	struct ksmol_tcp_key key = tcp_key(PEER_PORT);
	struct ksmol_tcp_seg seg = {
		.h = { .seq = PEER_ISS, .flags = KSMOL_TCP_SYN },
		.end = PEER_ISS + 1,
		.segs = 1,
	};
	int verdict;

	key.raddr = ksmol_addr_v4(KSMOL_IP(192, 0, 2, 1));
	local_bh_disable();
	rcu_read_lock();
	verdict = ksmol_tcp_req_syn(ksmol_tcp_sk(sock->sk), &key, &seg, NULL,
				    ksmol_tcp_now());
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, verdict, KSMOL_DROP_TCP_NO_REPLY);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_mini_count(KSMOL_TCP_MINI_REQ), 0U);
	expect_silence(test);
}

/* Nor when the way is lost before the handshake is complete. */
static void syn__way_lost(struct kunit *test)
{
	struct socket_fixture *f = test->priv;

	tcp_listener(test, OUR_PORT, 5);
	plain_syn_arrives(test, PEER_PORT, PEER_ISS);
	expect_synack(test, PEER_ISS);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_mini_count(KSMOL_TCP_MINI_REQ), 1U);
	ksmol_vdev_up(f->vdev, false);
	local_bh_disable();
	rcu_read_lock();
	ksmol_tcp_mini_expire(KSMOL_TCP_MINI_REQ,
			      ksmol_tcp_now() + 2 * USEC_PER_SEC);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, ksmol_tcp_mini_count(KSMOL_TCP_MINI_REQ), 0U);
	ksmol_vdev_up(f->vdev, true);
}

static void syn__repeated(struct kunit *test)
{
	u32 iss;

	tcp_listener(test, OUR_PORT, 5);
	plain_syn_arrives(test, PEER_PORT, PEER_ISS);
	iss = expect_synack(test, PEER_ISS);
	plain_syn_arrives(test, PEER_PORT, PEER_ISS);
	KUNIT_EXPECT_EQ(test, expect_synack(test, PEER_ISS), iss);
	KUNIT_EXPECT_EQ(test, reqs(), 1U);
	/* A flood of them is not answered one by one. */
	plain_syn_arrives(test, PEER_PORT, PEER_ISS);
	expect_silence(test);
}

static void syn__with_fin(struct kunit *test)
{
	u64 flags = verdicts(KSMOL_DROP_TCP_FLAGS);

	tcp_listener(test, OUR_PORT, 5);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_SYN | KSMOL_TCP_FIN, PEER_ISS,
		     0, 0);
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_TCP_FLAGS), flags + 1);
}

/* RFC 9293 3.10.7.2: a RST is ignored, an ACK is reset. */
static void listen__not_a_syn(struct kunit *test)
{
	struct ksmol_tcp_header h = {};

	tcp_listener(test, OUR_PORT, 5);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_RST, PEER_ISS, 0, 0);
	expect_silence(test);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, PEER_ISS, 4711, 0);
	KUNIT_ASSERT_TRUE(test, tcp_got(test, &h));
	KUNIT_EXPECT_EQ(test, h.flags, KSMOL_TCP_RST);
	KUNIT_EXPECT_EQ(test, h.seq, 4711U);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_SYN | KSMOL_TCP_ACK, PEER_ISS,
		     4711, 0);
	expect_flags(test, KSMOL_TCP_RST);
	flags_arrive(test, PEER_PORT, 0, PEER_ISS, 0, 0);
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, reqs(), 0U);
}

/* --- tcp_req: what arrives then --- */

static void req__reset(struct kunit *test)
{
	tcp_listener(test, OUR_PORT, 5);
	plain_syn_arrives(test, PEER_PORT, PEER_ISS);
	expect_synack(test, PEER_ISS);
	/* RFC 5961 3.2: outside the window nothing, inside a challenge. */
	flags_arrive(test, PEER_PORT, KSMOL_TCP_RST, PEER_ISS, 0, 0);
	expect_silence(test);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_RST, HELLO + 10, 0, 0);
	expect_flags(test, KSMOL_TCP_ACK);
	KUNIT_EXPECT_EQ(test, reqs(), 1U);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_RST, HELLO, 0, 0);
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, reqs(), 0U);
}

/* RFC 9293 3.10.7.4, fifth */
static void req__wrong_ack(struct kunit *test)
{
	struct ksmol_tcp_header h = {};
	u32 iss;

	tcp_listener(test, OUR_PORT, 5);
	plain_syn_arrives(test, PEER_PORT, PEER_ISS);
	iss = expect_synack(test, PEER_ISS);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, HELLO, iss + 2, 0);
	KUNIT_ASSERT_TRUE(test, tcp_got(test, &h));
	KUNIT_EXPECT_EQ(test, h.flags, KSMOL_TCP_RST);
	KUNIT_EXPECT_EQ(test, h.seq, iss + 2);
	KUNIT_EXPECT_EQ(test, reqs(), 1U);
	/* No ACK at all: nothing. */
	flags_arrive(test, PEER_PORT, 0, HELLO, 0, 0);
	expect_silence(test);
}

static void req__outside_window(struct kunit *test)
{
	struct ksmol_tcp_header h = {};
	u32 iss;

	tcp_listener(test, OUR_PORT, 5);
	plain_syn_arrives(test, PEER_PORT, PEER_ISS);
	iss = expect_synack(test, PEER_ISS);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, HELLO + 100000, iss + 1,
		     0);
	KUNIT_ASSERT_TRUE(test, tcp_got(test, &h));
	KUNIT_EXPECT_EQ(test, h.flags, KSMOL_TCP_ACK);
	KUNIT_EXPECT_EQ(test, h.seq, iss + 1);
	KUNIT_EXPECT_EQ(test, h.ack, HELLO);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, HELLO + 100000, iss + 1,
		     0);
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, reqs(), 1U);
}

/* A passive open returns to LISTEN. */
static void req__new_syn_in_window(struct kunit *test)
{
	tcp_listener(test, OUR_PORT, 5);
	plain_syn_arrives(test, PEER_PORT, PEER_ISS);
	expect_synack(test, PEER_ISS);
	plain_syn_arrives(test, PEER_PORT, PEER_ISS + 100);
	KUNIT_EXPECT_EQ(test, reqs(), 0U);
}

/* Again after 1, 2, 4, 8, 16 seconds; after 32 more it is over. */
static void req__times_out(struct kunit *test)
{
	u64 failed = tcp_counter(KSMOL_TCP_FAILED_OPENS);
	static const u8 seconds[] = { 1, 3, 7, 15, 31 };
	unsigned int i;
	u32 iss;

	tcp_listener(test, OUR_PORT, 5);
	plain_syn_arrives(test, PEER_PORT, PEER_ISS);
	iss = expect_synack(test, PEER_ISS);
	for (i = 0; i < ARRAY_SIZE(seconds); i++) {
		reqs_later(seconds[i] * SEC - 500 * USEC_PER_MSEC);
		expect_silence(test);
		reqs_later(seconds[i] * SEC);
		KUNIT_EXPECT_EQ(test, expect_synack(test, PEER_ISS), iss);
	}
	reqs_later(62 * SEC);
	KUNIT_EXPECT_EQ(test, reqs(), 1U);
	reqs_later(63 * SEC);
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, reqs(), 0U);
	KUNIT_EXPECT_EQ(test, tcp_counter(KSMOL_TCP_FAILED_OPENS), failed + 1);
}

/* --- tcp_accept --- */

static void accept__child(struct kunit *test)
{
	struct socket *sock = tcp_listener(test, OUR_PORT, 5), *child;
	struct sockaddr_in sin = {};

	KUNIT_EXPECT_NULL(test, tcp_accepted(test, sock));
	handshake(test, PEER_PORT);
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, reqs(), 0U);
	KUNIT_EXPECT_TRUE(test, sock_events(sock) & EPOLLIN);
	child = tcp_accepted(test, sock);
	KUNIT_ASSERT_NOT_NULL(test, child);
	KUNIT_EXPECT_EQ(test, child->sk->sk_state, TCP_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, sock_port(child), OUR_PORT);
	child->ops->getname(child, (struct sockaddr *)&sin, 1);
	KUNIT_EXPECT_EQ(test, sin.sin_addr.s_addr, PEER);
	KUNIT_EXPECT_EQ(test, ntohs(sin.sin_port), PEER_PORT);
	KUNIT_EXPECT_NULL(test, tcp_accepted(test, sock));
	KUNIT_EXPECT_FALSE(test, sock_events(sock) & EPOLLIN);
}

static void accept__options_inherited(struct kunit *test)
{
	struct socket *sock = tcp_listener(test, OUR_PORT, 5), *child;
	struct ksmol_sock *ks;

	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_TOS, 0x28), 0);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_TTL, 33), 0);
	sock_option(test, sock, SO_KEEPALIVE, 1);
	handshake(test, PEER_PORT);
	child = tcp_accepted(test, sock);
	KUNIT_ASSERT_NOT_NULL(test, child);
	ks = ksmol_sk(child->sk);
	KUNIT_EXPECT_EQ(test, ks->tos, 0x28);
	KUNIT_EXPECT_EQ(test, ks->ttl, 33);
	KUNIT_EXPECT_TRUE(test, ksmol_tcp_sk(child->sk)->tcb.cfg.keepalive);
	KUNIT_EXPECT_TRUE(test, sock_flag(child->sk, SOCK_KEEPOPEN));
}

/* The ACK that completes it may bear data. */
static void accept__data_with_ack(struct kunit *test)
{
	struct socket *sock = tcp_listener(test, OUR_PORT, 5), *child;
	u32 iss;

	plain_syn_arrives(test, PEER_PORT, PEER_ISS);
	iss = expect_synack(test, PEER_ISS);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK | KSMOL_TCP_PSH, HELLO,
		     iss + 1, 100);
	child = tcp_accepted(test, sock);
	KUNIT_ASSERT_NOT_NULL(test, child);
	KUNIT_EXPECT_EQ(test, sock_recv(test, child, 4096, 0), 100);
}

/* One more than the backlog, as Linux; the rest keeps knocking. */
static void accept__queue_full(struct kunit *test)
{
	struct socket *sock = tcp_listener(test, OUR_PORT, 1);
	u64 full = verdicts(KSMOL_DROP_TCP_ACCEPT_QUEUE);
	u32 iss, iss2;

	plain_syn_arrives(test, 3, PEER_ISS);
	iss = expect_synack(test, PEER_ISS);
	handshake(test, 1);
	handshake(test, 2);
	flags_arrive(test, 3, KSMOL_TCP_ACK, HELLO, iss + 1, 0);
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_TCP_ACCEPT_QUEUE), full + 1);
	KUNIT_EXPECT_EQ(test, reqs(), 1U);
	/* Strangers are not even answered. */
	plain_syn_arrives(test, 4, PEER_ISS);
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_TCP_ACCEPT_QUEUE), full + 2);

	KUNIT_EXPECT_NOT_NULL(test, tcp_accepted(test, sock));
	reqs_later(SEC);
	iss2 = expect_synack(test, PEER_ISS);
	KUNIT_EXPECT_EQ(test, iss2, iss);
	flags_arrive(test, 3, KSMOL_TCP_ACK, HELLO, iss + 1, 0);
	KUNIT_EXPECT_NOT_NULL(test, tcp_accepted(test, sock));
	KUNIT_EXPECT_NOT_NULL(test, tcp_accepted(test, sock));
	KUNIT_EXPECT_EQ(test, reqs(), 0U);
}

static void knock(struct kunit *test)
{
	handshake(test, PEER_PORT);
}

static void accept__sleeps(struct kunit *test)
{
	struct socket *sock = tcp_listener(test, OUR_PORT, 5), *child = NULL;
	struct socket_fixture *f = test->priv;
	struct later later;

	later_start(&later, test, 50, knock);
	KUNIT_EXPECT_EQ(test, kernel_accept(sock, &child, 0), 0);
	later_end(&later);
	if (child)
		f->socks[f->n++] = child;
}

static void accept__times_out(struct kunit *test)
{
	struct socket *sock = tcp_listener(test, OUR_PORT, 5), *child;

	sock->sk->sk_rcvtimeo = HZ / 20;
	KUNIT_EXPECT_EQ(test, kernel_accept(sock, &child, 0), -EAGAIN);
}

static void shut_listener(struct kunit *test)
{
	struct socket_fixture *f = test->priv;

	kernel_sock_shutdown(f->socks[0], SHUT_RD);
}

static void accept__woken_by_shutdown(struct kunit *test)
{
	struct socket *sock = tcp_listener(test, OUR_PORT, 5), *child;
	struct later later;

	later_start(&later, test, 50, shut_listener);
	KUNIT_EXPECT_EQ(test, kernel_accept(sock, &child, 0), -EINVAL);
	later_end(&later);
	/* The port is its own still: it may listen again. */
	KUNIT_EXPECT_EQ(test, kernel_listen(sock, 5), 0);
	handshake(test, PEER_PORT);
	KUNIT_EXPECT_NOT_NULL(test, tcp_accepted(test, sock));
}

static void accept__not_listening(struct kunit *test)
{
	struct socket *sock = tcp_open(test), *child;

	KUNIT_EXPECT_EQ(test, kernel_accept(sock, &child, O_NONBLOCK), -EINVAL);
}

/* What was not accepted is reset, half-open or not. */
static void listen__closed(struct kunit *test)
{
	struct socket *sock = tcp_listener(test, OUR_PORT, 5);
	struct ksmol_tcp_header h = {};
	u32 iss, iss2;

	iss = handshake(test, 1);
	plain_syn_arrives(test, 2, PEER_ISS);
	iss2 = expect_synack(test, PEER_ISS);
	sock_shut(test, sock);
	KUNIT_ASSERT_TRUE(test, tcp_got(test, &h));
	KUNIT_EXPECT_EQ(test, h.flags & KSMOL_TCP_RST, KSMOL_TCP_RST);
	KUNIT_EXPECT_EQ(test, h.seq, iss2 + 1);
	KUNIT_ASSERT_TRUE(test, tcp_got(test, &h));
	KUNIT_EXPECT_EQ(test, h.flags & KSMOL_TCP_RST, KSMOL_TCP_RST);
	KUNIT_EXPECT_EQ(test, h.seq, iss + 1);
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, reqs(), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_demux_count(), 0U);
	/* Nobody is there any more. */
	plain_syn_arrives(test, 3, PEER_ISS);
	expect_flags(test, KSMOL_TCP_RST | KSMOL_TCP_ACK);
}

/* The peer gave up before anybody accepted. */
static void accept__reset_child(struct kunit *test)
{
	struct socket *sock = tcp_listener(test, OUR_PORT, 5), *child;

	handshake(test, PEER_PORT);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_RST, HELLO, 0, 0);
	child = tcp_accepted(test, sock);
	KUNIT_ASSERT_NOT_NULL(test, child);
	KUNIT_EXPECT_EQ(test, sock_recv(test, child, 10, 0), -ECONNRESET);
}

/* --- TCP_DEFER_ACCEPT --- */

static void defer__until_data(struct kunit *test)
{
	struct socket *sock = tcp_listener(test, OUR_PORT, 5);
	u64 deferred = verdicts(KSMOL_DROP_TCP_DEFER);
	u32 iss;

	ksmol_tcp_sk(sock->sk)->listen.defer = 3;
	iss = handshake(test, PEER_PORT);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_TCP_DEFER), deferred + 1);
	KUNIT_EXPECT_NULL(test, tcp_accepted(test, sock));
	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, HELLO, iss + 1, 1);
	KUNIT_EXPECT_NOT_NULL(test, tcp_accepted(test, sock));
}

/* At the end of the time the peer is asked once more, and let in. */
static void defer__time_over(struct kunit *test)
{
	struct socket *sock = tcp_listener(test, OUR_PORT, 5);
	u32 iss;

	ksmol_tcp_sk(sock->sk)->listen.defer = 3;
	iss = handshake(test, PEER_PORT);
	reqs_later(SEC);
	expect_silence(test);
	reqs_later(3 * SEC);
	KUNIT_EXPECT_EQ(test, expect_synack(test, PEER_ISS), iss);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, HELLO, iss + 1, 0);
	KUNIT_EXPECT_NOT_NULL(test, tcp_accepted(test, sock));
}

/* --- SYN cookies --- */

/* Fills the queue: one more than the backlog. */
static struct socket *flooded(struct kunit *test)
{
	struct socket *sock = tcp_listener(test, OUR_PORT, 1);
	u16 port;

	for (port = 1; port <= 2; port++) {
		plain_syn_arrives(test, port, PEER_ISS);
		expect_synack(test, PEER_ISS);
	}
	KUNIT_EXPECT_EQ(test, reqs(), 2U);
	return sock;
}

static void cookies__let_in(struct kunit *test)
{
	u64 out = tcp_counter(KSMOL_TCP_COOKIES_OUT);
	u64 in = tcp_counter(KSMOL_TCP_COOKIES_IN);
	struct socket *sock = flooded(test), *child;
	struct ksmol_tcp_header h = {}, ack = {
		.seq = HELLO,
		.flags = KSMOL_TCP_ACK,
		.opts = KSMOL_TCP_OPT_TS,
		.window = 100,
		.tsval = 78,
	};
	const struct ksmol_tcb *tcb;

	syn_arrives(test, PEER_PORT);
	KUNIT_ASSERT_TRUE(test, tcp_got(test, &h));
	KUNIT_EXPECT_EQ(test, tcp_counter(KSMOL_TCP_COOKIES_OUT), out + 1);
	KUNIT_EXPECT_EQ(test, reqs(), 2U);
	ack.ack = h.seq + 1;
	ack.tsecr = h.tsval;
	tcp_arrives(test, PEER_PORT, OUR_PORT, &ack, 20);
	KUNIT_EXPECT_EQ(test, tcp_counter(KSMOL_TCP_COOKIES_IN), in + 1);
	child = tcp_accepted(test, sock);
	KUNIT_ASSERT_NOT_NULL(test, child);
	tcb = &ksmol_tcp_sk(child->sk)->tcb;
	KUNIT_EXPECT_EQ(test, tcb->flags & (KSMOL_TCP_F_TS | KSMOL_TCP_F_SACK |
					    KSMOL_TCP_F_WSCALE),
			KSMOL_TCP_F_TS | KSMOL_TCP_F_SACK | KSMOL_TCP_F_WSCALE);
	KUNIT_EXPECT_EQ(test, tcb->snd_wscale, 5);
	KUNIT_EXPECT_EQ(test, tcb->rcv_wscale, h.wscale);
	KUNIT_EXPECT_EQ(test, tcb->snd_wnd, 100U << 5);
	KUNIT_EXPECT_EQ(test, sock_recv(test, child, 100, 0), 20);
}

static void cookies__forged(struct kunit *test)
{
	u64 bad = verdicts(KSMOL_DROP_TCP_COOKIE);
	struct ksmol_tcp_header h = {};

	flooded(test);
	plain_syn_arrives(test, PEER_PORT, PEER_ISS);
	KUNIT_ASSERT_TRUE(test, tcp_got(test, &h));
	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, HELLO, h.seq + 1 + 64, 0);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_TCP_COOKIE), bad + 1);
	expect_flags(test, KSMOL_TCP_RST);
	KUNIT_EXPECT_EQ(test, ksmol_demux_count(), 1U);
}

/* A right cookie counts only where cookies were sent not long ago. */
static void cookies__not_in_use(struct kunit *test)
{
	struct ksmol_tcp_key key = tcp_key(PEER_PORT);
	struct ksmol_tcp_open open = { .irs = PEER_ISS, .mss = 1460 };
	struct socket *sock = tcp_listener(test, OUR_PORT, 5);

	ksmol_tcp_cookie_make(&key, &open, ksmol_tcp_now());
	ksmol_tcp_sk(sock->sk)->listen.cookies_until = jiffies - 1;
	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, HELLO, open.iss + 1, 0);
	expect_flags(test, KSMOL_TCP_RST);
	KUNIT_EXPECT_NULL(test, tcp_accepted(test, sock));
}

static void cookies__off(struct kunit *test)
{
	u64 full = verdicts(KSMOL_DROP_TCP_SYN_QUEUE);
	bool on = ksmol_params.tcp_syncookies;

	flooded(test);
	ksmol_params.tcp_syncookies = false;
	plain_syn_arrives(test, PEER_PORT, PEER_ISS);
	ksmol_params.tcp_syncookies = on;
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_TCP_SYN_QUEUE), full + 1);
}

/* --- tcp_listen --- */

static void listen__backlog_changes(struct kunit *test)
{
	struct socket *sock = tcp_listener(test, OUR_PORT, 1);

	KUNIT_EXPECT_EQ(test, kernel_listen(sock, 7), 0);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_sk(sock->sk)->listen.backlog, 7U);
	KUNIT_EXPECT_EQ(test, kernel_listen(sock, -1), 0);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_sk(sock->sk)->listen.backlog,
			(u32)init_net.core.sysctl_somaxconn);
}

static void listen__unbound(struct kunit *test)
{
	struct socket *sock = tcp_open(test);

	KUNIT_EXPECT_EQ(test, kernel_listen(sock, 5), 0);
	KUNIT_EXPECT_NE(test, sock_port(sock), 0);
}

/* Bound ones are not found, listeners are, strictest first. */
static void listen__found_by_address(struct kunit *test)
{
	struct socket *any = tcp_listener(test, OUR_PORT, 5);
	struct socket *other = tcp_open(test);

	KUNIT_EXPECT_EQ(test, sock_bind_to(other, US, OUR_PORT + 1), 0);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_SYN, 1, 0, 0);
	expect_synack(test, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&ksmol_tcp_sk(any->sk)->
					  listen.nr_reqs), 1);
	sock_shut(test, other);
}

static void listen_exit(struct kunit *test)
{
	struct socket_fixture *f = test->priv;

	/* Connections that wait for their peer end with the interface. */
	while (f->n)
		if (f->socks[--f->n])
			sock_release(f->socks[f->n]);
	ksmol_tcp_mini_purge(NULL, 0);
	socket_fixture_exit(test);
	KUNIT_EXPECT_EQ(test, reqs(), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_mini_count(KSMOL_TCP_MINI_TW), 0U);
}

static struct kunit_case listen_cases[] = {
	KUNIT_CASE(syn__answered),
	KUNIT_CASE(syn__no_options),
	KUNIT_CASE(syn__ecn),
	KUNIT_CASE(syn__no_way_back),
	KUNIT_CASE(syn__way_lost),
	KUNIT_CASE(syn__repeated),
	KUNIT_CASE(syn__with_fin),
	KUNIT_CASE(listen__not_a_syn),
	KUNIT_CASE(req__reset),
	KUNIT_CASE(req__wrong_ack),
	KUNIT_CASE(req__outside_window),
	KUNIT_CASE(req__new_syn_in_window),
	KUNIT_CASE(req__times_out),
	KUNIT_CASE(accept__child),
	KUNIT_CASE(accept__options_inherited),
	KUNIT_CASE(accept__data_with_ack),
	KUNIT_CASE(accept__queue_full),
	KUNIT_CASE(accept__sleeps),
	KUNIT_CASE(accept__times_out),
	KUNIT_CASE(accept__woken_by_shutdown),
	KUNIT_CASE(accept__not_listening),
	KUNIT_CASE(listen__closed),
	KUNIT_CASE(accept__reset_child),
	KUNIT_CASE(defer__until_data),
	KUNIT_CASE(defer__time_over),
	KUNIT_CASE(cookies__let_in),
	KUNIT_CASE(cookies__forged),
	KUNIT_CASE(cookies__not_in_use),
	KUNIT_CASE(cookies__off),
	KUNIT_CASE(listen__backlog_changes),
	KUNIT_CASE(listen__unbound),
	KUNIT_CASE(listen__found_by_address),
	{}
};

static struct kunit_suite listen_suite = {
	.name = "ksmol_tcp_listen",
	.init = socket_fixture_init,
	.exit = listen_exit,
	.test_cases = listen_cases,
};

kunit_test_suite(listen_suite);
