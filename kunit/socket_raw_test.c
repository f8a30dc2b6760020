// SPDX-License-Identifier: GPL-2.0-only
/* Raw sockets. */

#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <net/raw.h>
#include <uapi/linux/ksmol.h>
#include "socket_fixture.h"

static struct socket *raw_unset(struct kunit *test)
{
	struct socket_fixture *f = test->priv;
	struct socket *sock;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_RAW,
					       ksmol_params.protocol, &sock),
			0);
	f->socks[f->n++] = sock;
	return sock;
}

static int set(struct socket *sock, int level, int name, int val)
{
	return sock->ops->setsockopt(sock, level, name, KERNEL_SOCKPTR(&val),
				     sizeof(val));
}

static struct socket *raw_open(struct kunit *test, int proto)
{
	struct socket *sock = raw_unset(test);

	KUNIT_ASSERT_EQ(test, set(sock, SOL_KSMOL, KSMOL_RAW_PROTOCOL, proto),
			0);
	return sock;
}

static void echo_reply_arrives(struct kunit *test, u8 type, u32 len)
{
	struct ksmol_frame_ends ends = { .saddr = PEER, .daddr = US,
					 .ttl = 33 };
	struct socket_fixture *f = test->priv;

	ksmol_frame_echo(&f->frame, &ends, type, 0x1234, 1, NULL, len);
	frame_arrives(test);
}

static void protocol__chosen_once(struct kunit *test)
{
	struct socket *sock = raw_unset(test);

	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 0, 10, 0),
			-EPROTONOSUPPORT);
	KUNIT_EXPECT_EQ(test, set(sock, SOL_KSMOL, KSMOL_RAW_PROTOCOL, 0),
			-EPROTONOSUPPORT);
	KUNIT_EXPECT_EQ(test, set(sock, SOL_KSMOL, KSMOL_RAW_PROTOCOL, 256),
			-EPROTONOSUPPORT);
	KUNIT_EXPECT_EQ(test, set(sock, SOL_KSMOL, 99, 1), -ENOPROTOOPT);
	KUNIT_EXPECT_EQ(test, set(sock, SOL_KSMOL, KSMOL_RAW_PROTOCOL, 1), 0);
	KUNIT_EXPECT_EQ(test, set(sock, SOL_KSMOL, KSMOL_RAW_PROTOCOL, 2),
			-EALREADY);
}

/* Each gets its own, whatever else becomes of the packet, without a copy. */
static void input__copy_for_each(struct kunit *test)
{
	struct socket *a = raw_open(test, IPPROTO_UDP);
	struct socket *b = raw_open(test, IPPROTO_UDP);
	struct socket *udp = udp_bound(test, 0, OUR_PORT);
	u64 copies = ksmol_stats_read(copy[KSMOL_COPY_DUP]);
	struct socket_fixture *f = test->priv;
	struct iphdr *ip = (struct iphdr *)f->buf;

	peer_sends(test, US, OUR_PORT, 1000);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(copy[KSMOL_COPY_DUP]), copies);
	KUNIT_EXPECT_EQ(test, sock_recv(test, a, 2000, 0), 1028);
	KUNIT_EXPECT_EQ(test, f->buf[0], 0x45);
	KUNIT_EXPECT_EQ(test, ip->protocol, IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, f->name.sin_addr.s_addr, PEER);
	KUNIT_EXPECT_EQ(test, f->name.sin_port, 0);
	KUNIT_EXPECT_EQ(test, sock_recv(test, b, 2000, 0), 1028);
	KUNIT_EXPECT_EQ(test, sock_recv(test, udp, 2000, 0), 1000);
}

/* A protocol that only a raw socket speaks is no reason to object. */
static void input__unknown_protocol(struct kunit *test)
{
	struct ksmol_frame_ends ends = { .saddr = PEER, .daddr = US };
	u64 delivered = verdicts(KSMOL_DELIVERED);
	u64 drops = verdicts(KSMOL_DROP_IP_PROTO);
	struct socket_fixture *f = test->priv;
	struct socket *sock = raw_open(test, 89);

	ksmol_frame_ipv4(&f->frame, &ends, 89, NULL, 400);
	frame_arrives(test);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DELIVERED), delivered + 1);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_IP_PROTO), drops);
	KUNIT_EXPECT_NULL(test, peer_gets(test));
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 2000, 0), 420);
	sock_shut(test, sock);
	frame_arrives(test);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_IP_PROTO), drops + 1);
}

static void input__only_from_the_peer(struct kunit *test)
{
	struct socket *sock = raw_open(test, IPPROTO_UDP);

	KUNIT_EXPECT_EQ(test, sock_connect_to(sock, PEER, 0), 0);
	peer_sends_from(test, OTHER, 1, US, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), -EAGAIN);
	peer_sends_from(test, PEER, 1, US, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), 38);
}

static void input__icmp_filter(struct kunit *test)
{
	struct socket *sock = raw_open(test, IPPROTO_ICMP);
	struct socket *udp = raw_open(test, IPPROTO_UDP);
	struct icmp_filter filter = { .data = ~1U };

	KUNIT_EXPECT_EQ(test, sock->ops->setsockopt(sock, SOL_RAW, ICMP_FILTER,
						    KERNEL_SOCKPTR(&filter),
						    sizeof(filter)), 0);
	KUNIT_EXPECT_EQ(test, udp->ops->setsockopt(udp, SOL_RAW, ICMP_FILTER,
						   KERNEL_SOCKPTR(&filter),
						   sizeof(filter)),
			-EOPNOTSUPP);
	echo_reply_arrives(test, ICMP_ECHO, 300);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 2000, 0), -EAGAIN);
	echo_reply_arrives(test, ICMP_ECHOREPLY, 300);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 2000, 0), 328);
}

static void input__queue_full(struct kunit *test)
{
	struct socket *sock = raw_open(test, IPPROTO_UDP);
	u64 none = verdicts(KSMOL_DROP_UDP_NO_SOCKET);
	int i;

	sock_option(test, sock, SO_RCVBUF, 2048);
	for (i = 0; i < 10; i++)
		peer_sends(test, US, OUR_PORT, 300);
	/* Those that it could not take end as if it were not there. */
	KUNIT_EXPECT_GT(test, verdicts(KSMOL_DROP_UDP_NO_SOCKET), none);
	KUNIT_EXPECT_LT(test, owned(KSMOL_OWNER_SOCKET), 10U);
}

/* Pitfall 56: what the program wrote is what goes out. */
static void send__as_written(struct kunit *test)
{
	struct socket *sock = raw_open(test, 89);
	struct socket_fixture *f = test->priv;
	struct sk_buff *skb;
	struct iphdr *ip;
	int i;

	for (i = 0; i < 600; i++)
		f->buf[i] = i;
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 0, 600, 0), 600);
	skb = peer_gets(test);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb->len, 620U);
	ip = (struct iphdr *)skb->data;
	KUNIT_EXPECT_EQ(test, ip->protocol, 89);
	KUNIT_EXPECT_EQ(test, ip->saddr, US);
	KUNIT_EXPECT_TRUE(test, skb->ip_summed == CHECKSUM_NONE);
	KUNIT_EXPECT_EQ(test, memcmp(ip + 1, f->buf, 600), 0);
	kfree_skb(skb);
}

/* Some other packet's error does not keep this one from being sent. */
static void send__after_an_error(struct kunit *test)
{
	struct socket *sock = raw_open(test, 89);

	sock->sk->sk_err = EHOSTUNREACH;
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 0, 100, 0), 100);
	KUNIT_EXPECT_EQ(test, sock_error(sock->sk), -EHOSTUNREACH);
}

static void send__larger_than_mtu(struct kunit *test)
{
	struct socket *sock = raw_open(test, 89);
	struct sk_buff *skb;
	u32 len = 0;

	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 0, 4000, 0), 4000);
	while ((skb = peer_gets(test))) {
		KUNIT_EXPECT_LE(test, skb->len, 1500U);
		len += skb->len - sizeof(struct iphdr);
		kfree_skb(skb);
	}
	KUNIT_EXPECT_EQ(test, len, 4000U);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_HDRINCL, 1), 0);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 0, 1501, 0),
			-EMSGSIZE);
}

static void send__with_header(struct kunit *test)
{
	struct socket *sock = raw_open(test, IPPROTO_RAW);
	struct socket_fixture *f = test->priv;
	struct iphdr *ip = (struct iphdr *)f->buf;
	struct sk_buff *skb;

	memset(f->buf, 0x55, 500);
	*ip = (struct iphdr){ .version = 4, .ihl = 5, .ttl = 9, .protocol = 77,
			      .daddr = PEER };
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 0, 500, 0), 500);
	skb = peer_gets(test);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb->len, 500U);
	ip = (struct iphdr *)skb->data;
	KUNIT_EXPECT_EQ(test, ntohs(ip->tot_len), 500);
	KUNIT_EXPECT_EQ(test, ip->saddr, US);
	KUNIT_EXPECT_NE(test, ip->id, 0);
	KUNIT_EXPECT_EQ(test, ip->ttl, 9);
	KUNIT_EXPECT_EQ(test, ip->protocol, 77);
	KUNIT_EXPECT_EQ(test, csum_fold(csum_partial(ip, 20, 0)), 0);
	kfree_skb(skb);
	/* Headers that are none. */
	f->buf[0] = 0x65;
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 0, 500, 0), -EINVAL);
	f->buf[0] = 0x44;
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 0, 500, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 0, 19, 0), -EINVAL);
}

static void error__believed(struct kunit *test)
{
	struct socket *sock = raw_open(test, IPPROTO_UDP);

	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_RECVERR, 1), 0);
	peer_objects(test, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, 1, OTHER,
		     2, 100);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), -EHOSTUNREACH);
}

static struct kunit_case raw_cases[] = {
	KUNIT_CASE(protocol__chosen_once),
	KUNIT_CASE(input__copy_for_each),
	KUNIT_CASE(input__unknown_protocol),
	KUNIT_CASE(input__only_from_the_peer),
	KUNIT_CASE(input__icmp_filter),
	KUNIT_CASE(input__queue_full),
	KUNIT_CASE(send__as_written),
	KUNIT_CASE(send__after_an_error),
	KUNIT_CASE(send__larger_than_mtu),
	KUNIT_CASE(send__with_header),
	KUNIT_CASE(error__believed),
	{}
};

static struct kunit_suite raw_suite = {
	.name = "ksmol_socket_raw",
	.init = socket_fixture_init,
	.exit = socket_fixture_exit,
	.test_cases = raw_cases,
};

kunit_test_suite(raw_suite);
