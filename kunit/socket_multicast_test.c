// SPDX-License-Identifier: GPL-2.0-only
/* Sockets and groups: joining, receiving, sending. */

#include <linux/delay.h>
#include <linux/igmp.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/poll.h>
#include "socket_fixture.h"

#define GROUP	KSMOL_IP(239, 1, 2, 3)
#define GROUP2	KSMOL_IP(239, 1, 2, 4)

static int set(struct socket *sock, int name, const void *val, u32 len)
{
	return sock->ops->setsockopt(sock, SOL_IP, name,
				     KERNEL_SOCKPTR((void *)val), len);
}

static int mreq(struct kunit *test, struct socket *sock, int name, __be32 group)
{
	struct socket_fixture *f = test->priv;
	struct ip_mreqn req = {
		.imr_multiaddr.s_addr = group,
		.imr_ifindex = f->vdev->dev->ifindex,
	};

	return set(sock, name, &req, sizeof(req));
}

static int mreq_source(struct socket *sock, int name, __be32 group,
		       __be32 source)
{
	struct ip_mreq_source req = {
		.imr_multiaddr = group,
		.imr_interface = US,
		.imr_sourceaddr = source,
	};

	return set(sock, name, &req, sizeof(req));
}

/* Reports are of no interest here. */
static struct sk_buff *peer_gets_udp(struct kunit *test)
{
	struct sk_buff *skb;

	while ((skb = peer_gets(test)) &&
	       ((struct iphdr *)skb->data)->protocol != IPPROTO_UDP)
		kfree_skb(skb);
	return skb;
}

/* Three readers of one group share one packet: nothing is copied for them. */
static void deliver__to_all_without_a_copy(struct kunit *test)
{
	struct socket_fixture *f = test->priv;
	u64 copies = ksmol_stats_read(copy[KSMOL_COPY_DUP]);
	struct socket *sock[3];
	int i;

	for (i = 0; i < 3; i++) {
		sock[i] = udp_open(test);
		sock_option(test, sock[i], SO_REUSEADDR, 1);
		KUNIT_ASSERT_EQ(test, sock_bind_to(sock[i], 0, OUR_PORT), 0);
		KUNIT_ASSERT_EQ(test, mreq(test, sock[i], IP_ADD_MEMBERSHIP,
					   GROUP), 0);
	}
	peer_sends(test, GROUP, OUR_PORT, 1000);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(copy[KSMOL_COPY_DUP]), copies);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_SOCKET), 3U);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, sock_recv(test, sock[i], 2000, 0), 1000);
		KUNIT_EXPECT_EQ(test, f->buf[999], (u8)(999));
	}
}

/* A datagram in several parts, to two readers: each gets all of it. */
static void deliver__fragments(struct kunit *test)
{
	struct ksmol_frame_ends ends = { .saddr = PEER, .daddr = GROUP,
					 .sport = htons(PEER_PORT),
					 .dport = htons(OUR_PORT) };
	struct socket_fixture *f = test->priv;
	struct ksmol_frame *whole = kunit_kzalloc(test, sizeof(*whole),
						  GFP_KERNEL);
	struct socket *sock[2];
	u32 i, off, wrong = 0;
	int k;

	KUNIT_ASSERT_NOT_NULL(test, whole);
	for (k = 0; k < 2; k++) {
		sock[k] = udp_open(test);
		sock_option(test, sock[k], SO_REUSEADDR, 1);
		KUNIT_ASSERT_EQ(test, sock_bind_to(sock[k], GROUP, OUR_PORT),
				0);
		KUNIT_ASSERT_EQ(test, mreq(test, sock[k], IP_ADD_MEMBERSHIP,
					   GROUP), 0);
	}
	ksmol_frame_udp(whole, &ends, NULL, 2992);
	for (off = 0; off < 3000; off += 1480) {
		u32 n = min(1480U, 3000 - off);

		ksmol_frame_ipv4(&f->frame, &ends, IPPROTO_UDP,
				 (u8 *)ksmol_frame_l4(whole) + off, n);
		ksmol_frame_iph(&f->frame)->frag_off =
			htons(off / 8 | (off + n < 3000 ? 0x2000 : 0));
		ksmol_frame_fix(&f->frame);
		frame_arrives(test);
	}
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_SOCKET), 6U);
	for (k = 0; k < 2; k++) {
		KUNIT_EXPECT_EQ(test, sock_recv(test, sock[k], 4000, 0), 2992);
		for (i = 0; i < 2992; i++)
			wrong += f->buf[i] != (u8)i;
	}
	KUNIT_EXPECT_EQ(test, wrong, 0U);
}

/* IP_MULTICAST_ALL: who has not joined himself may be left in peace. */
static void deliver__to_those_who_joined(struct kunit *test)
{
	struct socket *member = udp_open(test), *other = udp_open(test);

	sock_option(test, member, SO_REUSEADDR, 1);
	sock_option(test, other, SO_REUSEADDR, 1);
	KUNIT_ASSERT_EQ(test, sock_bind_to(member, 0, OUR_PORT), 0);
	KUNIT_ASSERT_EQ(test, sock_bind_to(other, 0, OUR_PORT), 0);
	KUNIT_ASSERT_EQ(test, mreq(test, member, IP_ADD_MEMBERSHIP, GROUP), 0);
	peer_sends(test, GROUP, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, other, 100, 0), 10);
	KUNIT_EXPECT_EQ(test, sock_ip_option(other, IP_MULTICAST_ALL, 0), 0);
	peer_sends(test, GROUP, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, other, 100, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, sock_recv(test, member, 100, 0), 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, member, 100, 0), 10);
	KUNIT_EXPECT_EQ(test, mreq(test, member, IP_DROP_MEMBERSHIP, GROUP), 0);
	peer_sends(test, GROUP, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, member, 100, 0), -EAGAIN);
}

static void join__errors(struct kunit *test)
{
	struct socket *sock = udp_open(test);
	struct ip_mreqn bad = { .imr_multiaddr.s_addr = PEER };

	KUNIT_EXPECT_EQ(test, set(sock, IP_ADD_MEMBERSHIP, &bad, sizeof(bad)),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, set(sock, IP_ADD_MEMBERSHIP, &bad, 4), -EINVAL);
	bad.imr_multiaddr.s_addr = GROUP;
	bad.imr_ifindex = 999999;
	KUNIT_EXPECT_EQ(test, set(sock, IP_ADD_MEMBERSHIP, &bad, sizeof(bad)),
			-ENODEV);
	KUNIT_EXPECT_EQ(test, mreq(test, sock, IP_DROP_MEMBERSHIP, GROUP),
			-EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, mreq(test, sock, IP_ADD_MEMBERSHIP, GROUP), 0);
	KUNIT_EXPECT_EQ(test, mreq(test, sock, IP_ADD_MEMBERSHIP, GROUP),
			-EADDRINUSE);
}

static void join__mcast_group(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	struct socket_fixture *f = test->priv;
	struct group_req req = { .gr_interface = f->vdev->dev->ifindex };
	struct sockaddr_in *sin = (struct sockaddr_in *)&req.gr_group;

	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = GROUP;
	KUNIT_EXPECT_EQ(test, set(sock, MCAST_JOIN_GROUP, &req, sizeof(req)),
			0);
	peer_sends(test, GROUP, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), 10);
	KUNIT_EXPECT_EQ(test, set(sock, MCAST_LEAVE_GROUP, &req, sizeof(req)),
			0);
	peer_sends(test, GROUP, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), -EAGAIN);
}

static void join__one_source(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);

	KUNIT_EXPECT_EQ(test, mreq_source(sock, IP_ADD_SOURCE_MEMBERSHIP,
					  GROUP, PEER), 0);
	peer_sends_from(test, OTHER, PEER_PORT, GROUP, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), -EAGAIN);
	peer_sends_from(test, PEER, PEER_PORT, GROUP, OUR_PORT, 11);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), 11);
	KUNIT_EXPECT_EQ(test, mreq_source(sock, IP_ADD_SOURCE_MEMBERSHIP,
					  GROUP, PEER), -EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, mreq_source(sock, IP_ADD_SOURCE_MEMBERSHIP,
					  GROUP, OTHER), 0);
	KUNIT_EXPECT_EQ(test, mreq_source(sock, IP_BLOCK_SOURCE, GROUP,
					  OTHER), -EINVAL);
	peer_sends_from(test, OTHER, PEER_PORT, GROUP, OUR_PORT, 12);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), 12);
	KUNIT_EXPECT_EQ(test, mreq_source(sock, IP_DROP_SOURCE_MEMBERSHIP,
					  GROUP, PEER), 0);
	KUNIT_EXPECT_EQ(test, mreq_source(sock, IP_DROP_SOURCE_MEMBERSHIP,
					  GROUP, OTHER), 0);
	KUNIT_EXPECT_EQ(test, mreq_source(sock, IP_DROP_SOURCE_MEMBERSHIP,
					  GROUP, OTHER), -EADDRNOTAVAIL);
}

static void join__all_but_one(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);

	KUNIT_EXPECT_EQ(test, mreq_source(sock, IP_BLOCK_SOURCE, GROUP, PEER),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, mreq(test, sock, IP_ADD_MEMBERSHIP, GROUP), 0);
	KUNIT_EXPECT_EQ(test, mreq_source(sock, IP_BLOCK_SOURCE, GROUP, PEER),
			0);
	peer_sends_from(test, PEER, PEER_PORT, GROUP, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), -EAGAIN);
	peer_sends_from(test, OTHER, PEER_PORT, GROUP, OUR_PORT, 11);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), 11);
	KUNIT_EXPECT_EQ(test, mreq_source(sock, IP_UNBLOCK_SOURCE, GROUP,
					  PEER), 0);
	peer_sends_from(test, PEER, PEER_PORT, GROUP, OUR_PORT, 12);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), 12);
}

/* TTL 1 unless told otherwise (pitfall 24), from the interface's address. */
static void send__to_a_group(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	struct sk_buff *skb;
	struct iphdr *ip;

	KUNIT_EXPECT_EQ(test, sock_send(test, sock, GROUP, 99, 10, 0), 10);
	skb = peer_gets_udp(test);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	ip = (struct iphdr *)skb->data;
	KUNIT_EXPECT_EQ(test, ip->ttl, 1);
	KUNIT_EXPECT_EQ(test, ip->saddr, US);
	KUNIT_EXPECT_EQ(test, ip->daddr, GROUP);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_MULTICAST_TTL, 7), 0);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, GROUP, 99, 10, 0), 10);
	skb = peer_gets_udp(test);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, ((struct iphdr *)skb->data)->ttl, 7);
	kfree_skb(skb);
}

static void send__looped_back(struct kunit *test)
{
	struct socket *sender = udp_open(test);
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	int i;

	KUNIT_EXPECT_EQ(test, mreq(test, sock, IP_ADD_MEMBERSHIP, GROUP), 0);
	KUNIT_EXPECT_EQ(test, sock_send(test, sender, GROUP, OUR_PORT, 300, 0),
			300);
	for (i = 0; i < 100 && !(sock_events(sock) & EPOLLIN); i++)
		msleep(20);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 1000, 0), 300);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sender, IP_MULTICAST_LOOP, 0), 0);
	KUNIT_EXPECT_EQ(test, sock_send(test, sender, GROUP, OUR_PORT, 300, 0),
			300);
	msleep(50);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 1000, 0), -EAGAIN);
}

static void send__by_interface(struct kunit *test)
{
	struct socket_fixture *f = test->priv;
	struct socket *sock = udp_open(test);
	struct in_addr addr = { .s_addr = ETHER_US };
	struct sk_buff *skb;

	/* Makes the second device. */
	broadcast_arrives(test, 99, 1);
	KUNIT_EXPECT_EQ(test, set(sock, IP_MULTICAST_IF, &addr, sizeof(addr)),
			0);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, GROUP, 99, 10, 0), 10);
	KUNIT_EXPECT_NULL(test, peer_gets_udp(test));
	skb = ksmol_vdev_sent(f->ether);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	/* 239.1.2.3 as a link-layer address (RFC 1112 6.4). */
	KUNIT_EXPECT_EQ(test, memcmp(skb->data, "\x01\x00\x5e\x01\x02\x03", 6),
			0);
	kfree_skb(skb);
	addr.s_addr = PEER;
	KUNIT_EXPECT_EQ(test, set(sock, IP_MULTICAST_IF, &addr, sizeof(addr)),
			-EADDRNOTAVAIL);
}

/* Closed without leaving, and detached before leaving. */
static void close__leaves(struct kunit *test)
{
	struct socket *a = udp_bound(test, 0, OUR_PORT);
	struct socket *b = udp_bound(test, 0, OUR_PORT + 1);

	KUNIT_EXPECT_EQ(test, mreq(test, a, IP_ADD_MEMBERSHIP, GROUP), 0);
	KUNIT_EXPECT_EQ(test, mreq(test, b, IP_ADD_MEMBERSHIP, GROUP2), 0);
	sock_shut(test, a);
	peer_sends(test, GROUP, OUR_PORT, 10);
	socket_detach(test);
	KUNIT_EXPECT_EQ(test, mreq(test, b, IP_DROP_MEMBERSHIP, GROUP2), 0);
}

static struct kunit_case multicast_cases[] = {
	KUNIT_CASE(deliver__to_all_without_a_copy),
	KUNIT_CASE(deliver__fragments),
	KUNIT_CASE(deliver__to_those_who_joined),
	KUNIT_CASE(join__errors),
	KUNIT_CASE(join__mcast_group),
	KUNIT_CASE(join__one_source),
	KUNIT_CASE(join__all_but_one),
	KUNIT_CASE(send__to_a_group),
	KUNIT_CASE(send__looped_back),
	KUNIT_CASE(send__by_interface),
	KUNIT_CASE(close__leaves),
	{}
};

static struct kunit_suite multicast_suite = {
	.name = "ksmol_socket_multicast",
	.init = socket_fixture_init,
	.exit = socket_fixture_exit,
	.test_cases = multicast_cases,
};

kunit_test_suite(multicast_suite);
