// SPDX-License-Identifier: GPL-2.0-only
/* Streams over IPv6: sizes, both families on one listener, what is left. */

#include <ksmol/params.h>
#include "socket6_fixture.h"

#define HELLO (PEER_ISS + 1)

static struct socket *listener6(struct kunit *test, const char *addr,
				int backlog)
{
	struct socket *sock = open6(test, SOCK_STREAM, 0);

	sock_option(test, sock, SO_REUSEADDR, 1);
	KUNIT_ASSERT_EQ(test, bind6(sock, addr, OUR_PORT), 0);
	KUNIT_ASSERT_EQ(test, kernel_listen(sock, backlog), 0);
	return sock;
}

/* A SYN from @saddr. Return: our number. */
static u32 syn6(struct kunit *test, const char *saddr, const char *daddr,
		u16 sport)
{
	struct ksmol_tcp_header h = {};

	tcp6_arrives(test, saddr, daddr, sport, KSMOL_TCP_SYN, PEER_ISS, 0, 0);
	KUNIT_ASSERT_TRUE(test, tcp6_got(test, &h));
	KUNIT_EXPECT_EQ(test, h.flags, KSMOL_TCP_SYN | KSMOL_TCP_ACK);
	KUNIT_EXPECT_EQ(test, h.ack, HELLO);
	/* RFC 9293 3.7.1: what the link takes without both headers */
	KUNIT_EXPECT_EQ(test, h.mss, 1500 - 40 - 20);
	return h.seq;
}

static struct socket *accepted6(struct kunit *test, struct socket *sock,
				const char *saddr, const char *daddr, u16 sport)
{
	u32 iss = syn6(test, saddr, daddr, sport);
	struct socket *child;

	tcp6_arrives(test, saddr, daddr, sport, KSMOL_TCP_ACK, HELLO, iss + 1,
		     0);
	child = tcp_accepted(test, sock);
	KUNIT_ASSERT_NOT_NULL(test, child);
	return child;
}

static void expect_reset(struct kunit *test)
{
	struct ksmol_tcp_header h = {};

	KUNIT_EXPECT_TRUE(test, tcp6_got(test, &h));
	KUNIT_EXPECT_TRUE(test, h.flags & KSMOL_TCP_RST);
}

static void listen__accepts(struct kunit *test)
{
	struct socket *sock = listener6(test, "::", 5), *child;
	struct socket_fixture *f = test->priv;

	child = accepted6(test, sock, PEER6, US6, PEER_PORT);
	KUNIT_EXPECT_EQ(test, child->sk->sk_family, AF_INET6);
	expect_local6(test, child, US6, OUR_PORT);
	expect_remote6(test, child, PEER6, PEER_PORT);
	tcp6_arrives(test, PEER6, US6, PEER_PORT,
		     KSMOL_TCP_ACK | KSMOL_TCP_PSH, HELLO,
		     ksmol_tcp_sk(child->sk)->tcb.snd_nxt, 100);
	KUNIT_EXPECT_EQ(test, sock_recv(test, child, 1000, 0), 100);
	KUNIT_EXPECT_EQ(test, f->buf[99], 'x');
	KUNIT_EXPECT_EQ(test, ksmol_tcp_sk(child->sk)->tcb.net_hlen, 40);
}

/* RFC 9293 3.7.1: 1220 where the peer does not say. */
static void listen__peer_without_mss(struct kunit *test)
{
	struct socket *sock = listener6(test, "::", 5), *child;

	child = accepted6(test, sock, PEER6, US6, PEER_PORT);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_sk(child->sk)->tcb.mss, 1220U);
}

static void listen__both(struct kunit *test)
{
	struct socket *sock = listener6(test, "::", 5), *child;

	handshake(test, PEER_PORT);
	child = tcp_accepted(test, sock);
	KUNIT_ASSERT_NOT_NULL(test, child);
	KUNIT_EXPECT_EQ(test, child->sk->sk_family, AF_INET6);
	expect_local6(test, child, "::ffff:10.66.0.1", OUR_PORT);
	expect_remote6(test, child, "::ffff:10.66.0.2", PEER_PORT);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_sk(child->sk)->tcb.net_hlen, 20);
	accepted6(test, sock, PEER6, US6, PEER_PORT);
}

/* Pitfall 15: who else got it? Neither accepted nor refused. */
static void listen__to_a_group(struct kunit *test)
{
	struct ksmol_tcp_header h = {};

	tcp6_arrives(test, PEER6, "ff02::1", PEER_PORT, KSMOL_TCP_SYN,
		     PEER_ISS, 0, 0);
	KUNIT_EXPECT_FALSE(test, tcp6_got(test, &h));
	listener6(test, "::", 5);
	tcp6_arrives(test, PEER6, "ff02::1", PEER_PORT, KSMOL_TCP_SYN,
		     PEER_ISS, 0, 0);
	KUNIT_EXPECT_FALSE(test, tcp6_got(test, &h));
	syn6(test, PEER6, US6, PEER_PORT);
}

static void listen__v6only(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_STREAM, 0);

	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_V6ONLY, 1), 0);
	KUNIT_ASSERT_EQ(test, bind6(sock, "::", OUR_PORT), 0);
	KUNIT_ASSERT_EQ(test, kernel_listen(sock, 5), 0);
	plain_syn_arrives(test, PEER_PORT, PEER_ISS);
	expect_flags(test, KSMOL_TCP_RST | KSMOL_TCP_ACK);
	accepted6(test, sock, PEER6, US6, PEER_PORT);
	/* There is room for IPv4's own. */
	tcp_listener(test, OUR_PORT, 5);
	handshake(test, PEER_PORT);
}

static void listen__cookie(struct kunit *test)
{
	struct socket *sock = listener6(test, "::", 0), *child;
	u64 before = tcp_counter(KSMOL_TCP_COOKIES_OUT);
	u32 iss;

	/* One more than the backlog is half-open. */
	syn6(test, OTHER6, US6, 1);
	iss = syn6(test, PEER6, US6, PEER_PORT);
	KUNIT_EXPECT_EQ(test, tcp_counter(KSMOL_TCP_COOKIES_OUT), before + 1);
	tcp6_arrives(test, PEER6, US6, PEER_PORT, KSMOL_TCP_ACK, HELLO, iss + 1,
		     0);
	child = tcp_accepted(test, sock);
	KUNIT_ASSERT_NOT_NULL(test, child);
	expect_remote6(test, child, PEER6, PEER_PORT);
}

/* A peer on the link is one on an interface, and so is its connection. */
static void listen__link_local(struct kunit *test)
{
	struct socket *sock = listener6(test, "::", 5), *child;
	struct ksmol_sock *ks;

	child = accepted6(test, sock, PEER6_LINK, US6_LINK, PEER_PORT);
	ks = ksmol_sk(child->sk);
	KUNIT_EXPECT_EQ(test, child->sk->sk_bound_dev_if, dev6(test));
	tcp6_arrives(test, PEER6_LINK, US6_LINK, PEER_PORT,
		     KSMOL_TCP_ACK | KSMOL_TCP_FIN, HELLO,
		     ksmol_tcp_sk(child->sk)->tcb.snd_nxt, 0);
	KUNIT_EXPECT_NOT_NULL(test, peer6_gets(test));
	KUNIT_EXPECT_EQ(test, ks->inet.sk.sk_state, TCP_CLOSE_WAIT);
}

static void listen__nobody(struct kunit *test)
{
	tcp6_arrives(test, PEER6, US6, PEER_PORT, KSMOL_TCP_SYN, PEER_ISS, 0,
		     0);
	expect_reset(test);
	tcp6_arrives(test, PEER6_LINK, US6_LINK, PEER_PORT, KSMOL_TCP_SYN,
		     PEER_ISS, 0, 0);
	expect_reset(test);
}

static void connect__handshake(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_STREAM, 0);
	struct ksmol_tcp_header h = {};

	KUNIT_ASSERT_EQ(test, bind6(sock, "::", OUR_PORT), 0);
	KUNIT_EXPECT_EQ(test, connect6(sock, PEER6, PEER_PORT), -EINPROGRESS);
	KUNIT_ASSERT_TRUE(test, tcp6_got(test, &h));
	KUNIT_EXPECT_EQ(test, h.flags & ~(KSMOL_TCP_ECE | KSMOL_TCP_CWR),
			KSMOL_TCP_SYN);
	KUNIT_EXPECT_EQ(test, h.mss, 1440);
	tcp6_arrives(test, PEER6, US6, PEER_PORT,
		     KSMOL_TCP_SYN | KSMOL_TCP_ACK, PEER_ISS, h.seq + 1, 0);
	KUNIT_EXPECT_EQ(test, sock->sk->sk_state, TCP_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_sk(sock->sk)->tcb.mss, 1220U);
	expect_local6(test, sock, US6, OUR_PORT);
	expect_remote6(test, sock, PEER6, PEER_PORT);
}

static void connect__mapped(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_STREAM, 0);
	struct ksmol_tcp_header h = {};

	KUNIT_EXPECT_EQ(test, connect6(sock, "::ffff:10.66.0.2", PEER_PORT),
			-EINPROGRESS);
	KUNIT_ASSERT_TRUE(test, tcp_got(test, &h));
	KUNIT_EXPECT_EQ(test, h.mss, 1460);
	expect_local6(test, sock, "::ffff:10.66.0.1",
		      ntohs(ksmol_sk(sock->sk)->lport));
}

static void connect__refused(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_STREAM, 0);

	KUNIT_EXPECT_EQ(test, connect6(sock, "ff02::1", 9), -ENETUNREACH);
	KUNIT_EXPECT_EQ(test, connect6(sock, PEER6_LINK, 9), -EINVAL);
	KUNIT_EXPECT_EQ(test, connect6(sock, "2001:db8::1", 9), -ENETUNREACH);
	/* A stream does not take the shorter form of IPv4. */
	KUNIT_EXPECT_EQ(test, sock_connect_to(sock, PEER, 9), -EINVAL);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_V6ONLY, 1), 0);
	KUNIT_EXPECT_EQ(test, connect6(sock, "::ffff:10.66.0.2", 9),
			-ENETUNREACH);
}

/* What waits there blocks its own family's port, and IPv6's for both. */
static void timewait__port(struct kunit *test)
{
	struct socket *sock = listener6(test, "::", 5), *child;
	struct socket *again = open6(test, SOCK_STREAM, 0);
	struct socket *other = tcp_open(test);
	u32 snd_nxt;

	child = accepted6(test, sock, PEER6, US6, PEER_PORT);
	sock_shut(test, sock);
	snd_nxt = ksmol_tcp_sk(child->sk)->tcb.snd_nxt;
	sock_shut(test, child);
	KUNIT_EXPECT_NOT_NULL(test, peer6_gets(test));
	tcp6_arrives(test, PEER6, US6, PEER_PORT,
		     KSMOL_TCP_ACK | KSMOL_TCP_FIN, HELLO, snd_nxt + 1, 0);
	KUNIT_EXPECT_NOT_NULL(test, peer6_gets(test));
	KUNIT_EXPECT_EQ(test, ksmol_tcp_mini_count(KSMOL_TCP_MINI_TW), 1U);
	KUNIT_EXPECT_EQ(test, bind6(again, "::", OUR_PORT), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, bind6(again, US6, OUR_PORT), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, sock_bind_to(other, 0, OUR_PORT), 0);
	/* A repeated FIN is acknowledged once more. */
	tcp6_arrives(test, PEER6, US6, PEER_PORT,
		     KSMOL_TCP_ACK | KSMOL_TCP_FIN, HELLO, snd_nxt + 1, 0);
	KUNIT_EXPECT_NOT_NULL(test, peer6_gets(test));
}

static void tcp_inet6_exit(struct kunit *test)
{
	ksmol_tcp_mini_purge(&init_net, 0);
	socket_fixture_exit(test);
}

static struct kunit_case tcp_inet6_cases[] = {
	KUNIT_CASE(listen__accepts),
	KUNIT_CASE(listen__peer_without_mss),
	KUNIT_CASE(listen__both),
	KUNIT_CASE(listen__to_a_group),
	KUNIT_CASE(listen__v6only),
	KUNIT_CASE(listen__cookie),
	KUNIT_CASE(listen__link_local),
	KUNIT_CASE(listen__nobody),
	KUNIT_CASE(connect__handshake),
	KUNIT_CASE(connect__mapped),
	KUNIT_CASE(connect__refused),
	KUNIT_CASE(timewait__port),
	{}
};

static struct kunit_suite tcp_inet6_suite = {
	.name = "ksmol_tcp_inet6",
	.init = socket6_fixture_init,
	.exit = tcp_inet6_exit,
	.test_cases = tcp_inet6_cases,
};

kunit_test_suite(tcp_inet6_suite);
