// SPDX-License-Identifier: GPL-2.0-only
/* Active opens, and ports. Mirrors module/socket/ tcp_connect, tcp_port. */

#include <linux/delay.h>
#include <linux/poll.h>
#include <net/ip.h>
#include "tcp_conn_fixture.h"

#define HELLO	(PEER_ISS + 1)

/* --- tcp_connect --- */

static int connect_start(struct socket *sock, __be32 addr, u16 port)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = addr,
	};

	return sock->ops->connect(sock, (struct sockaddr_unsized *)&sin,
				  sizeof(sin), O_NONBLOCK);
}

static void connect__nowhere(struct kunit *test)
{
	static const struct { __be32 addr; int err; } bad[] = {
		{ KSMOL_IP(224, 0, 0, 1), -ENETUNREACH },
		{ KSMOL_IP(255, 255, 255, 255), -ENETUNREACH },
		{ KSMOL_IP(192, 0, 2, 1), -ENETUNREACH },
		{ KSMOL_IP(127, 0, 0, 1), -EINVAL },
		{ KSMOL_IP(240, 0, 0, 1), -EINVAL },
	};
	struct sockaddr_in six = { .sin_family = AF_INET6 };
	struct socket *sock = tcp_open(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ(test, connect_start(sock, bad[i].addr, 80),
				bad[i].err);
	KUNIT_EXPECT_EQ(test, sock->ops->connect(sock,
						 (struct sockaddr_unsized *)&six,
						 sizeof(six), O_NONBLOCK),
			-EAFNOSUPPORT);
	KUNIT_EXPECT_EQ(test, ksmol_demux_count(), 0U);
	expect_silence(test);
}

static void connect__syn_and_refusal(struct kunit *test)
{
	struct socket *sock = tcp_open(test);
	struct ksmol_tcp_header h = {};
	struct ksmol_tcp_header answer = {
		.flags = KSMOL_TCP_RST | KSMOL_TCP_ACK,
	};
	u16 port;

	KUNIT_EXPECT_EQ(test, connect_start(sock, PEER, PEER_PORT),
			-EINPROGRESS);
	port = sock_port(sock);
	KUNIT_ASSERT_TRUE(test, tcp_got(test, &h));
	KUNIT_EXPECT_EQ(test, h.flags, KSMOL_TCP_SYN);
	KUNIT_EXPECT_EQ(test, ntohs(h.sport), port);
	KUNIT_EXPECT_EQ(test, ksmol_demux_count(), 1U);
	answer.ack = h.seq + 1;
	tcp_arrives(test, PEER_PORT, port, &answer, 0);
	KUNIT_EXPECT_EQ(test, sock_error(sock->sk), -ECONNREFUSED);
	/* The port is free again, and the socket may try once more. */
	KUNIT_EXPECT_EQ(test, ksmol_demux_count(), 0U);
	KUNIT_EXPECT_EQ(test, connect_start(sock, PEER, PEER_PORT),
			-ECONNABORTED);
	KUNIT_EXPECT_EQ(test, connect_start(sock, PEER, PEER_PORT),
			-EINPROGRESS);
	KUNIT_EXPECT_TRUE(test, tcp_got(test, &h));
}

static void connect__established(struct kunit *test)
{
	struct socket *sock = tcp_open(test);
	struct ksmol_tcp_header h = {}, answer = {
		.seq = PEER_ISS,
		.flags = KSMOL_TCP_SYN | KSMOL_TCP_ACK,
		.window = 1000,
	};

	connect_start(sock, PEER, PEER_PORT);
	KUNIT_ASSERT_TRUE(test, tcp_got(test, &h));
	answer.ack = h.seq + 1;
	tcp_arrives(test, PEER_PORT, sock_port(sock), &answer, 0);
	expect_flags(test, KSMOL_TCP_ACK);
	KUNIT_EXPECT_EQ(test, sock->sk->sk_state, TCP_ESTABLISHED);
	KUNIT_EXPECT_TRUE(test, sock_events(sock) & EPOLLOUT);
}

/* 0.0.0.0 is ourselves. */
static void connect__unspecified_address(struct kunit *test)
{
	struct socket *sock = tcp_open(test);
	struct sockaddr_in sin = {};

	tcp_listener(test, OUR_PORT, 5);
	KUNIT_EXPECT_EQ(test, connect_start(sock, 0, OUR_PORT), -EINPROGRESS);
	sock->ops->getname(sock, (struct sockaddr *)&sin, 1);
	KUNIT_EXPECT_EQ(test, sin.sin_addr.s_addr, US);
	msleep(50);
	KUNIT_EXPECT_EQ(test, sock->sk->sk_state, TCP_ESTABLISHED);
	expect_silence(test);
}

static void connect__bound_to_taken_ends(struct kunit *test)
{
	struct socket *a = tcp_open(test), *b = tcp_open(test);

	sock_option(test, a, SO_REUSEADDR, 1);
	sock_option(test, b, SO_REUSEADDR, 1);
	KUNIT_EXPECT_EQ(test, sock_bind_to(a, 0, OUR_PORT), 0);
	KUNIT_EXPECT_EQ(test, sock_bind_to(b, 0, OUR_PORT), 0);
	KUNIT_EXPECT_EQ(test, connect_start(a, PEER, PEER_PORT), -EINPROGRESS);
	KUNIT_EXPECT_EQ(test, connect_start(b, PEER, PEER_PORT),
			-EADDRNOTAVAIL);
	/* It is as it was, and may go elsewhere. */
	KUNIT_EXPECT_EQ(test, sock_port(b), OUR_PORT);
	KUNIT_EXPECT_EQ(test, connect_start(b, OTHER, PEER_PORT), -EINPROGRESS);
}

/* --- tcp_port --- */

static int bind_again(struct kunit *test, bool reuse, bool reuseport)
{
	struct socket *sock = tcp_open(test);

	sock_option(test, sock, SO_REUSEADDR, reuse);
	sock_option(test, sock, SO_REUSEPORT, reuseport);
	return sock_bind_to(sock, 0, OUR_PORT);
}

static void port__listener_blocks(struct kunit *test)
{
	struct socket *sock = tcp_open(test);

	sock_option(test, sock, SO_REUSEADDR, 1);
	KUNIT_EXPECT_EQ(test, sock_bind_to(sock, 0, OUR_PORT), 0);
	KUNIT_EXPECT_EQ(test, kernel_listen(sock, 5), 0);
	KUNIT_EXPECT_EQ(test, bind_again(test, true, false), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, bind_again(test, false, true), -EADDRINUSE);
}

/* Those who share a bound port can't all listen. */
static void port__second_listener(struct kunit *test)
{
	struct socket *a = tcp_open(test), *b = tcp_open(test);

	sock_option(test, a, SO_REUSEADDR, 1);
	sock_option(test, b, SO_REUSEADDR, 1);
	KUNIT_EXPECT_EQ(test, sock_bind_to(a, 0, OUR_PORT), 0);
	KUNIT_EXPECT_EQ(test, sock_bind_to(b, 0, OUR_PORT), 0);
	KUNIT_EXPECT_EQ(test, bind_again(test, false, false), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, kernel_listen(a, 5), 0);
	KUNIT_EXPECT_EQ(test, kernel_listen(b, 5), -EADDRINUSE);
}

static void port__listeners_share(struct kunit *test)
{
	struct socket *socks[4];
	u32 i, hit = 0;

	for (i = 0; i < ARRAY_SIZE(socks); i++) {
		socks[i] = tcp_open(test);
		sock_option(test, socks[i], SO_REUSEPORT, 1);
		KUNIT_EXPECT_EQ(test, sock_bind_to(socks[i], 0, OUR_PORT), 0);
		KUNIT_EXPECT_EQ(test, kernel_listen(socks[i], 50), 0);
	}
	for (i = 0; i < 40; i++) {
		plain_syn_arrives(test, 1 + i, PEER_ISS);
		expect_synack(test, PEER_ISS);
	}
	for (i = 0; i < ARRAY_SIZE(socks); i++)
		hit += !!atomic_read(&ksmol_tcp_sk(socks[i]->sk)->
				     listen.nr_reqs);
	KUNIT_EXPECT_GT(test, hit, 2U);
}

/* A server that comes back finds its old connections in the way. */
static void port__children_block_as_linux(struct kunit *test)
{
	struct socket *sock = tcp_open(test), *child;

	sock_option(test, sock, SO_REUSEADDR, 1);
	KUNIT_EXPECT_EQ(test, sock_bind_to(sock, 0, OUR_PORT), 0);
	KUNIT_EXPECT_EQ(test, kernel_listen(sock, 5), 0);
	handshake(test, PEER_PORT);
	child = tcp_accepted(test, sock);
	KUNIT_ASSERT_NOT_NULL(test, child);
	sock_shut(test, sock);
	KUNIT_EXPECT_EQ(test, bind_again(test, false, false), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, bind_again(test, true, false), 0);
}

static void port__timewait_blocks_without_reuse(struct kunit *test)
{
	struct socket *sock = tcp_listener(test, OUR_PORT, 5), *child;
	struct ksmol_tcp_header h = {};
	u32 iss;

	iss = handshake(test, PEER_PORT);
	child = tcp_accepted(test, sock);
	KUNIT_ASSERT_NOT_NULL(test, child);
	sock_shut(test, child);
	sock_shut(test, sock);
	KUNIT_EXPECT_TRUE(test, tcp_got(test, &h));
	KUNIT_EXPECT_EQ(test, h.flags, KSMOL_TCP_FIN | KSMOL_TCP_ACK);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_FIN | KSMOL_TCP_ACK, HELLO,
		     iss + 2, 0);
	expect_flags(test, KSMOL_TCP_ACK);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_mini_count(KSMOL_TCP_MINI_TW), 1U);
	KUNIT_EXPECT_EQ(test, ksmol_demux_count(), 0U);
	KUNIT_EXPECT_EQ(test, bind_again(test, false, false), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, bind_again(test, true, false), 0);
}

static void port__ephemeral(struct kunit *test)
{
	int low, high, i;

	for (i = 0; i < 100; i++) {
		struct socket *sock = tcp_open(test);

		KUNIT_EXPECT_EQ(test, sock_bind_to(sock, 0, 0), 0);
		inet_sk_get_local_port_range(sock->sk, &low, &high);
		KUNIT_EXPECT_GE(test, (int)sock_port(sock), low);
		KUNIT_EXPECT_LE(test, (int)sock_port(sock), high);
	}
	KUNIT_EXPECT_EQ(test, ksmol_demux_count(), 100U);
}

/* A port that connect() chose serves connections to other peers, too, but
 * not one that somebody has bound.
 */
static void port__shared_by_connections(struct kunit *test)
{
	const struct ksmol_addr us = ksmol_addr_v4(US);
	const struct ksmol_addr peer = ksmol_addr_v4(PEER);
	const struct ksmol_addr other = ksmol_addr_v4(OTHER);
	struct ksmol_sock *a = ksmol_sk(tcp_open(test)->sk);
	struct ksmol_sock *b = ksmol_sk(tcp_open(test)->sk);
	struct ksmol_sock *c = ksmol_sk(tcp_open(test)->sk);
	__be16 port = htons(OUR_PORT), theirs = htons(PEER_PORT);
	struct socket *bound = tcp_open(test);

	KUNIT_EXPECT_EQ(test, ksmol_demux_connect(a, AF_INET, &us, port, &peer,
						  theirs),
			0);
	KUNIT_EXPECT_EQ(test, ksmol_demux_connect(b, AF_INET, &us, port, &peer,
						  theirs),
			-EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, b->lport, 0);
	KUNIT_EXPECT_EQ(test, ksmol_demux_connect(b, AF_INET, &us, port, &other,
						  theirs),
			0);
	KUNIT_EXPECT_EQ(test, sock_bind_to(bound, 0, OUR_PORT), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, sock_bind_to(bound, 0, OUR_PORT + 1), 0);
	port = htons(OUR_PORT + 1);
	KUNIT_EXPECT_EQ(test, ksmol_demux_connect(c, AF_INET, &us, port, &peer,
						  theirs),
			-EADDRINUSE);
	ksmol_demux_disconnect(a);
	ksmol_demux_disconnect(b);
	KUNIT_EXPECT_EQ(test, ksmol_demux_count(), 1U);
}

static void connect_exit(struct kunit *test)
{
	struct socket_fixture *f = test->priv;

	/* Connections that wait for their peer end with the interface. */
	while (f->n)
		if (f->socks[--f->n])
			sock_release(f->socks[f->n]);
	ksmol_tcp_mini_purge(NULL, 0);
	socket_fixture_exit(test);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_mini_count(KSMOL_TCP_MINI_REQ), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_mini_count(KSMOL_TCP_MINI_TW), 0U);
}

static struct kunit_case connect_cases[] = {
	KUNIT_CASE(connect__nowhere),
	KUNIT_CASE(connect__syn_and_refusal),
	KUNIT_CASE(connect__established),
	KUNIT_CASE(connect__unspecified_address),
	KUNIT_CASE(connect__bound_to_taken_ends),
	KUNIT_CASE(port__listener_blocks),
	KUNIT_CASE(port__second_listener),
	KUNIT_CASE(port__listeners_share),
	KUNIT_CASE(port__children_block_as_linux),
	KUNIT_CASE(port__timewait_blocks_without_reuse),
	KUNIT_CASE(port__ephemeral),
	KUNIT_CASE(port__shared_by_connections),
	{}
};

static struct kunit_suite connect_suite = {
	.name = "ksmol_tcp_connect",
	.init = socket_fixture_init,
	.exit = connect_exit,
	.test_cases = connect_cases,
};

kunit_test_suite(connect_suite);
