// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options, control messages, errors, ping sockets. Mirrors module/socket/
 * sockopt, cmsg, errqueue, ping.
 */

#include <linux/delay.h>
#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <linux/in.h>
#include <linux/poll.h>
#include <linux/udp.h>
#include <net/ip.h>
#include "socket_fixture.h"

/* --- options --- */

static const struct iphdr *sent_header(struct kunit *test, struct socket *sock)
{
	struct sk_buff *skb;
	struct iphdr *iph = kunit_kzalloc(test, sizeof(*iph), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, iph);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, PEER_PORT, 8, 0), 8);
	skb = peer_gets(test);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	*iph = *ip_hdr(skb);
	kfree_skb(skb);
	return iph;
}

static void option__ttl_tos_df(struct kunit *test)
{
	struct socket *sock = udp_open(test);
	const struct iphdr *iph = sent_header(test, sock);

	KUNIT_EXPECT_EQ(test, iph->ttl, 64);
	KUNIT_EXPECT_EQ(test, iph->tos, 0);
	KUNIT_EXPECT_NE(test, iph->frag_off & htons(IP_DF), 0);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_TTL, 7), 0);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_TOS, 0x48), 0);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_MTU_DISCOVER,
					     IP_PMTUDISC_DONT), 0);
	iph = sent_header(test, sock);
	KUNIT_EXPECT_EQ(test, iph->ttl, 7);
	KUNIT_EXPECT_EQ(test, iph->tos, 0x48);
	KUNIT_EXPECT_EQ(test, iph->frag_off & htons(IP_DF), 0);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_TTL, -1), 0);
	KUNIT_EXPECT_EQ(test, sent_header(test, sock)->ttl, 64);
}

static void option__refused(struct kunit *test)
{
	struct socket *sock = udp_open(test);

	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_TTL, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_TTL, 256), -EINVAL);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_MTU_DISCOVER, 9),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_HDRINCL, 1),
			-ENOPROTOOPT);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, 999, 1), -ENOPROTOOPT);
	KUNIT_EXPECT_EQ(test, sock->ops->setsockopt(sock, SOL_UDP, UDP_CORK,
						    KERNEL_SOCKPTR(NULL), 0),
			-ENOPROTOOPT);
}

static void cmsg__ttl_tos_for_one(struct kunit *test)
{
	struct {
		struct cmsghdr ttl;
		int ttl_value;
		struct cmsghdr tos __aligned(sizeof(long));
		int tos_value;
	} control = {
		.ttl = { CMSG_LEN(sizeof(int)), SOL_IP, IP_TTL },
		.ttl_value = 9,
		.tos = { CMSG_LEN(sizeof(int)), SOL_IP, IP_TOS },
		.tos_value = 0x88,
	};
	struct ksmol_flow flow = { .family = AF_INET, .ttl = 64 };
	struct msghdr msg = {
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	KUNIT_EXPECT_EQ(test, ksmol_cmsg_send(&msg, &flow), 0);
	KUNIT_EXPECT_EQ(test, flow.ttl, 9);
	KUNIT_EXPECT_EQ(test, flow.tos, 0x88);
	control.ttl_value = 256;
	KUNIT_EXPECT_EQ(test, ksmol_cmsg_send(&msg, &flow), -EINVAL);
	control.ttl_value = 1;
	control.tos.cmsg_type = 999;
	KUNIT_EXPECT_EQ(test, ksmol_cmsg_send(&msg, &flow), -EINVAL);
}

static void cmsg__with_each_datagram(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	struct socket_fixture *f = test->priv;
	const struct in_pktinfo *info;
	const int *ttl;
	const u8 *tos;

	peer_sends(test, US, OUR_PORT, 1);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 9, 0), 1);
	KUNIT_EXPECT_EQ(test, f->controllen, 0UL);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_PKTINFO, 1), 0);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_RECVTTL, 1), 0);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_RECVTOS, 1), 0);
	broadcast_arrives(test, OUR_PORT, 1);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 9, 0), 1);
	info = sock_control(test, SOL_IP, IP_PKTINFO, sizeof(*info));
	KUNIT_ASSERT_NOT_NULL(test, info);
	KUNIT_EXPECT_EQ(test, info->ipi_ifindex, f->ether->dev->ifindex);
	KUNIT_EXPECT_EQ(test, info->ipi_addr.s_addr, htonl(INADDR_BROADCAST));
	KUNIT_EXPECT_EQ(test, info->ipi_spec_dst.s_addr, ETHER_US);
	ttl = sock_control(test, SOL_IP, IP_TTL, sizeof(*ttl));
	KUNIT_ASSERT_NOT_NULL(test, ttl);
	KUNIT_EXPECT_EQ(test, *ttl, 33);
	tos = sock_control(test, SOL_IP, IP_TOS, sizeof(*tos));
	KUNIT_ASSERT_NOT_NULL(test, tos);
	KUNIT_EXPECT_EQ(test, *tos, 0x28);
}

/* All four forms, and a time that is about now. */
static void cmsg__timestamps(struct kunit *test)
{
	static const struct {
		int option;
		u32 len;
		s64 unit;
	} forms[] = {
		{ SO_TIMESTAMP_OLD, 2 * sizeof(long), NSEC_PER_USEC },
		{ SO_TIMESTAMPNS_OLD, 2 * sizeof(long), 1 },
		{ SO_TIMESTAMP_NEW, 16, NSEC_PER_USEC },
		{ SO_TIMESTAMPNS_NEW, 16, 1 },
	};
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	unsigned int i;
	const s64 *t;
	s64 age;

	for (i = 0; i < ARRAY_SIZE(forms); i++) {
		sock_option(test, sock, forms[i].option, 1);
		peer_sends(test, US, OUR_PORT, 1);
		msleep(20);
		KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 9, 0), 1);
		t = sock_control(test, SOL_SOCKET, forms[i].option,
				 forms[i].len);
		KUNIT_ASSERT_NOT_NULL(test, t);
		age = ktime_get_real() - t[0] * NSEC_PER_SEC -
		      t[1] * forms[i].unit;
		/* Of its arrival, not of its reading. */
		KUNIT_EXPECT_GE(test, age, 10 * NSEC_PER_MSEC);
		KUNIT_EXPECT_LT(test, age, 5 * NSEC_PER_SEC);
	}
}

static void cmsg__overflows(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	const u32 *drops;
	int i;

	sock_option(test, sock, SO_RXQ_OVFL, 1);
	sock->sk->sk_rcvbuf = 1;
	for (i = 0; i < 4; i++)
		peer_sends(test, US, OUR_PORT, 1);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 9, 0), 1);
	drops = sock_control(test, SOL_SOCKET, SO_RXQ_OVFL, sizeof(*drops));
	KUNIT_ASSERT_NOT_NULL(test, drops);
	KUNIT_EXPECT_EQ(test, *drops, 3U);
}

/* --- errors --- */

static void error__connected(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);

	KUNIT_ASSERT_EQ(test, sock_connect_to(sock, PEER, PEER_PORT), 0);
	peer_objects(test, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0,
		     OUR_PORT, PEER, PEER_PORT, 4);
	KUNIT_EXPECT_TRUE(test, sock_events(sock) & EPOLLERR);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 9, 0), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 9, 0), -EAGAIN);
	peer_objects(test, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0,
		     OUR_PORT, PEER, PEER_PORT, 4);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, 0, 0, 1, 0),
			-ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, 0, 0, 1, 0), 1);
}

/* About what was never sent, or so that no single peer is meant. */
static void error__not_for_us(struct kunit *test)
{
	struct socket *conn = udp_bound(test, 0, OUR_PORT);
	struct socket *free = udp_bound(test, 0, OUR_PORT + 1);
	u64 before = verdicts(KSMOL_DROP_ICMP_QUOTE);

	KUNIT_ASSERT_EQ(test, sock_connect_to(conn, PEER, PEER_PORT), 0);
	peer_objects(test, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0,
		     OUR_PORT, OTHER, PEER_PORT, 4);
	peer_objects(test, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0,
		     OUR_PORT, PEER, PEER_PORT + 1, 4);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_ICMP_QUOTE) - before, 2ULL);
	KUNIT_EXPECT_EQ(test, sock_recv(test, conn, 9, 0), -EAGAIN);
	peer_objects(test, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0,
		     OUR_PORT + 1, PEER, PEER_PORT, 4);
	KUNIT_EXPECT_EQ(test, sock_recv(test, free, 9, 0), -EAGAIN);
}

/* A soft error is no reason to fail a connected socket. */
static void error__soft(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);

	KUNIT_ASSERT_EQ(test, sock_connect_to(sock, PEER, PEER_PORT), 0);
	peer_objects(test, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0,
		     OUR_PORT, PEER, PEER_PORT, 4);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 9, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_RECVERR, 1), 0);
	peer_objects(test, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0,
		     OUR_PORT, PEER, PEER_PORT, 4);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 9, 0), -EHOSTUNREACH);
}

struct full_error {
	struct sock_extended_err ee;
	struct sockaddr_in offender;
};

static void error__queued(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	struct socket_fixture *f = test->priv;
	const struct full_error *err;

	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 9, MSG_ERRQUEUE), -EAGAIN);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_RECVERR, 1), 0);
	peer_objects(test, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0,
		     OUR_PORT, PEER, PEER_PORT, 40);
	KUNIT_EXPECT_TRUE(test, sock_events(sock) & EPOLLERR);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, MSG_ERRQUEUE), 40);
	KUNIT_EXPECT_EQ(test, f->buf[39], 39);
	KUNIT_EXPECT_TRUE(test, f->flags & MSG_ERRQUEUE);
	KUNIT_EXPECT_EQ(test, f->name.sin_addr.s_addr, PEER);
	KUNIT_EXPECT_EQ(test, ntohs(f->name.sin_port), PEER_PORT);
	err = sock_control(test, SOL_IP, IP_RECVERR, sizeof(*err));
	KUNIT_ASSERT_NOT_NULL(test, err);
	KUNIT_EXPECT_EQ(test, err->ee.ee_errno, (u32)ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, err->ee.ee_origin, SO_EE_ORIGIN_ICMP);
	KUNIT_EXPECT_EQ(test, err->ee.ee_type, ICMP_DEST_UNREACH);
	KUNIT_EXPECT_EQ(test, err->ee.ee_code, ICMP_PORT_UNREACH);
	KUNIT_EXPECT_EQ(test, err->offender.sin_addr.s_addr, OTHER);
	/* Read here, it is not reported a second time. */
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 9, 0), -EAGAIN);
	KUNIT_EXPECT_FALSE(test, sock_events(sock) & EPOLLERR);
}

static void error__queue_is_bounded(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	int i;

	sock->sk->sk_rcvbuf = 8192;
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_RECVERR, 1), 0);
	for (i = 0; i < 100; i++)
		peer_objects(test, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0,
			     OUR_PORT, PEER, PEER_PORT, 40);
	KUNIT_EXPECT_LT(test, skb_queue_len(&sock->sk->sk_error_queue), 30U);
	KUNIT_EXPECT_GT(test, skb_queue_len(&sock->sk->sk_error_queue), 0U);
	/* Switched off, nothing is kept. */
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_RECVERR, 0), 0);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&sock->sk->sk_error_queue), 0U);
}

static void error__too_big_is_queued(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	const struct full_error *err;

	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_RECVERR, 1), 0);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_MTU_DISCOVER,
					     IP_PMTUDISC_DO), 0);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 9, 2000, 0),
			-EMSGSIZE);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, MSG_ERRQUEUE), 0);
	err = sock_control(test, SOL_IP, IP_RECVERR, sizeof(*err));
	KUNIT_ASSERT_NOT_NULL(test, err);
	KUNIT_EXPECT_EQ(test, err->ee.ee_origin, SO_EE_ORIGIN_LOCAL);
	KUNIT_EXPECT_EQ(test, err->ee.ee_info, 1500U);
}

static void error__path_mtu(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);

	KUNIT_ASSERT_EQ(test, sock_connect_to(sock, PEER, PEER_PORT), 0);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_MTU_DISCOVER,
					     IP_PMTUDISC_DONT), 0);
	peer_objects(test, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1000,
		     OUR_PORT, PEER, PEER_PORT, 40);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 9, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_MTU_DISCOVER,
					     IP_PMTUDISC_DO), 0);
	peer_objects(test, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1000,
		     OUR_PORT, PEER, PEER_PORT, 40);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 9, 0), -EMSGSIZE);
}

/* --- ping --- */

static int ping_request(struct kunit *test, struct socket *sock, u8 type,
			u32 len)
{
	struct socket_fixture *f = test->priv;
	struct icmphdr *icmp = (struct icmphdr *)f->buf;

	memset(f->buf, 0x5a, sizeof(f->buf));
	icmp->type = type;
	icmp->code = 0;
	icmp->un.echo.id = htons(1);
	icmp->un.echo.sequence = htons(42);
	return sock_send(test, sock, PEER, 0, len, 0);
}

static void ping__request(struct kunit *test)
{
	struct socket *sock = ping_open(test);
	struct icmphdr *icmp;
	struct sk_buff *skb;
	u32 len;

	for (len = 8; len <= 1480; len += 92) {
		KUNIT_EXPECT_EQ(test, ping_request(test, sock, ICMP_ECHO, len),
				(int)len);
		skb = peer_gets(test);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		KUNIT_ASSERT_EQ(test, skb->len, 20 + len);
		icmp = (struct icmphdr *)(skb->data + 20);
		KUNIT_EXPECT_EQ(test, icmp->type, ICMP_ECHO);
		KUNIT_EXPECT_EQ(test, ntohs(icmp->un.echo.sequence), 42);
		KUNIT_EXPECT_EQ(test, ntohs(icmp->un.echo.id),
				sock_port(sock));
		KUNIT_EXPECT_EQ(test, csum_fold(csum_partial(icmp, len, 0)),
				0);
		kfree_skb(skb);
	}
}

static void ping__echo_requests_only(struct kunit *test)
{
	struct socket *sock = ping_open(test);

	KUNIT_EXPECT_EQ(test, ping_request(test, sock, ICMP_ECHOREPLY, 8),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, ping_request(test, sock, ICMP_DEST_UNREACH, 8),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, ping_request(test, sock, ICMP_ECHO, 7), -EINVAL);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_MTU_DISCOVER,
					     IP_PMTUDISC_DO), 0);
	KUNIT_EXPECT_EQ(test, ping_request(test, sock, ICMP_ECHO, 1481),
			-EMSGSIZE);
}

static void peer_replies(struct kunit *test, u16 id)
{
	struct ksmol_frame_ends ends = { .saddr = PEER, .daddr = US };
	struct socket_fixture *f = test->priv;

	ksmol_frame_echo(&f->frame, &ends, ICMP_ECHOREPLY, id, 42, NULL, 56);
	frame_arrives(test);
}

static void ping__reply(struct kunit *test)
{
	struct socket *sock = ping_open(test);
	struct socket_fixture *f = test->priv;
	u64 none = verdicts(KSMOL_DROP_PING_NO_SOCKET);
	const struct icmphdr *icmp = (void *)f->buf;

	KUNIT_ASSERT_EQ(test, sock_bind_to(sock, 0, 77), 0);
	/* A ping socket hears whoever answers with its identifier. */
	KUNIT_ASSERT_EQ(test, sock_connect_to(sock, OTHER, 0), 0);
	peer_replies(test, 77);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 200, 0), 64);
	KUNIT_EXPECT_EQ(test, icmp->type, ICMP_ECHOREPLY);
	KUNIT_EXPECT_EQ(test, ntohs(icmp->un.echo.sequence), 42);
	KUNIT_EXPECT_EQ(test, f->name.sin_addr.s_addr, PEER);
	KUNIT_EXPECT_EQ(test, f->name.sin_port, 0);
	peer_replies(test, 78);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 200, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_PING_NO_SOCKET) - none,
			1ULL);
}

/* The program finds its own request, header first, in the error queue. */
static void ping__error(struct kunit *test)
{
	struct ksmol_frame_ends ours = { .saddr = US, .daddr = PEER };
	struct ksmol_frame_ends ends = { .saddr = OTHER, .daddr = US };
	struct socket *sock = ping_open(test);
	struct socket_fixture *f = test->priv;
	const struct icmphdr *icmp = (void *)f->buf;
	struct ksmol_frame *quote = kunit_kzalloc(test, sizeof(*quote),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, quote);
	KUNIT_ASSERT_EQ(test, sock_bind_to(sock, 0, 77), 0);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_RECVERR, 1), 0);
	ksmol_frame_echo(quote, &ours, ICMP_ECHO, 77, 43, NULL, 20);
	ksmol_frame_icmp(&f->frame, &ends, ICMP_TIME_EXCEEDED, 0, 0,
			 quote->data + ETH_HLEN, quote->len - ETH_HLEN);
	frame_arrives(test);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, MSG_ERRQUEUE), 28);
	KUNIT_EXPECT_EQ(test, icmp->type, ICMP_ECHO);
	KUNIT_EXPECT_EQ(test, ntohs(icmp->un.echo.id), 77);
	KUNIT_EXPECT_EQ(test, ntohs(icmp->un.echo.sequence), 43);
	KUNIT_EXPECT_EQ(test, f->name.sin_addr.s_addr, PEER);
}

static struct kunit_case option_cases[] = {
	KUNIT_CASE(option__ttl_tos_df),
	KUNIT_CASE(option__refused),
	KUNIT_CASE(cmsg__ttl_tos_for_one),
	KUNIT_CASE(cmsg__with_each_datagram),
	KUNIT_CASE(cmsg__timestamps),
	KUNIT_CASE(cmsg__overflows),
	KUNIT_CASE(error__connected),
	KUNIT_CASE(error__not_for_us),
	KUNIT_CASE(error__soft),
	KUNIT_CASE(error__queued),
	KUNIT_CASE(error__queue_is_bounded),
	KUNIT_CASE(error__too_big_is_queued),
	KUNIT_CASE(error__path_mtu),
	KUNIT_CASE(ping__request),
	KUNIT_CASE(ping__echo_requests_only),
	KUNIT_CASE(ping__reply),
	KUNIT_CASE(ping__error),
	{}
};

static struct kunit_suite option_suite = {
	.name = "ksmol_socket_option",
	.init = socket_fixture_init,
	.exit = socket_fixture_exit,
	.test_cases = option_cases,
};

kunit_test_suite(option_suite);
