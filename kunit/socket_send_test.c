// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses and sending. Mirrors module/socket/ address, port, send, txroom.
 */

#include <linux/poll.h>
#include <linux/udp.h>
#include <net/ip.h>
#include "socket_fixture.h"

/* --- bind --- */

static void bind__conflicts(struct kunit *test)
{
	struct socket *sock = udp_open(test);

	udp_bound(test, 0, OUR_PORT);
	udp_bound(test, US, OUR_PORT + 1);
	KUNIT_EXPECT_EQ(test, sock_bind_to(sock, 0, OUR_PORT), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, sock_bind_to(sock, US, OUR_PORT), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, sock_bind_to(sock, 0, OUR_PORT + 1),
			-EADDRINUSE);
	KUNIT_EXPECT_EQ(test, sock_bind_to(sock, 0, OUR_PORT + 2), 0);
	KUNIT_EXPECT_EQ(test, sock_bind_to(sock, 0, OUR_PORT + 3), -EINVAL);
}

static void bind__reuseaddr_needs_both(struct kunit *test)
{
	struct socket *first = udp_bound(test, 0, OUR_PORT);
	struct socket *second = udp_open(test);

	second->sk->sk_reuse = SK_CAN_REUSE;
	KUNIT_EXPECT_EQ(test, sock_bind_to(second, 0, OUR_PORT), -EADDRINUSE);
	first->sk->sk_reuse = SK_CAN_REUSE;
	KUNIT_EXPECT_EQ(test, sock_bind_to(second, 0, OUR_PORT), 0);
}

static void bind__reuseport_needs_one_user(struct kunit *test)
{
	struct socket *first = udp_open(test), *second = udp_open(test);

	first->sk->sk_reuseport = 1;
	second->sk->sk_reuseport = 1;
	second->sk->sk_uid = KUIDT_INIT(4711);
	KUNIT_ASSERT_EQ(test, sock_bind_to(first, 0, OUR_PORT), 0);
	KUNIT_EXPECT_EQ(test, sock_bind_to(second, 0, OUR_PORT), -EADDRINUSE);
	second->sk->sk_uid = first->sk->sk_uid;
	KUNIT_EXPECT_EQ(test, sock_bind_to(second, 0, OUR_PORT), 0);
}

static void bind__device_keeps_apart(struct kunit *test)
{
	struct socket *first = udp_open(test), *second = udp_open(test);

	first->sk->sk_bound_dev_if = 1;
	second->sk->sk_bound_dev_if = 2;
	KUNIT_EXPECT_EQ(test, sock_bind_to(first, 0, OUR_PORT), 0);
	KUNIT_EXPECT_EQ(test, sock_bind_to(second, 0, OUR_PORT), 0);
}

static void bind__address_not_ours(struct kunit *test)
{
	struct socket *sock = udp_open(test);

	KUNIT_EXPECT_EQ(test, sock_bind_to(sock, PEER, OUR_PORT),
			-EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, sock_bind_to(sock, htonl(INADDR_LOOPBACK), 0),
			-EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_FREEBIND, 1), 0);
	KUNIT_EXPECT_EQ(test, sock_bind_to(sock, PEER, OUR_PORT), 0);
}

static void bind__broadcast_address(struct kunit *test)
{
	struct socket *sock = udp_open(test);

	KUNIT_EXPECT_EQ(test, sock_bind_to(sock, htonl(INADDR_BROADCAST),
					   OUR_PORT), 0);
	broadcast_arrives(test, OUR_PORT, 3);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 9, 0), 3);
	peer_sends(test, US, OUR_PORT, 3);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 9, 0), -EAGAIN);
}

/* RFC 6056: the whole range, not in sequence, never one that is taken. */
static void bind__ephemeral(struct kunit *test)
{
	u32 i, sequential = 0, low = 0, high = 0;
	u16 port, last = 0;

	for (i = 0; i < 200; i++) {
		struct socket *sock = udp_open(test);

		/* Willing to share is no reason to be given what is taken. */
		sock->sk->sk_reuse = SK_CAN_REUSE;
		KUNIT_ASSERT_EQ(test, sock_bind_to(sock, 0, 0), 0);
		port = sock_port(sock);
		KUNIT_EXPECT_GE(test, port, 1024);
		sequential += port == last + 1;
		low += port < 32768;
		high += port >= 32768;
		last = port;
	}
	KUNIT_EXPECT_LT(test, sequential, 10U);
	KUNIT_EXPECT_GT(test, low, 20U);
	KUNIT_EXPECT_GT(test, high, 20U);
}

static void bind__ephemeral_avoids_bindings(struct kunit *test)
{
	static const struct ksmol_addr any;
	struct socket *sock = udp_bound(test, US, OUR_PORT);
	struct socket *other = udp_open(test);

	sock->sk->sk_reuse = SK_CAN_REUSE;
	other->sk->sk_reuse = SK_CAN_REUSE;
	KUNIT_EXPECT_EQ(test, ksmol_demux_bind(ksmol_sk(other->sk), &any,
					       htons(OUR_PORT), true),
			-EADDRINUSE);
}

/* --- connect --- */

static void connect__sets_addresses(struct kunit *test)
{
	struct socket *sock = udp_open(test);
	struct sockaddr_in sin;

	KUNIT_EXPECT_EQ(test, sock->ops->getname(sock, (struct sockaddr *)&sin,
						 1), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, sock_connect_to(sock, PEER, PEER_PORT), 0);
	sock->ops->getname(sock, (struct sockaddr *)&sin, 0);
	KUNIT_EXPECT_EQ(test, sin.sin_addr.s_addr, US);
	KUNIT_EXPECT_NE(test, ntohs(sin.sin_port), 0);
	sock->ops->getname(sock, (struct sockaddr *)&sin, 1);
	KUNIT_EXPECT_EQ(test, sin.sin_addr.s_addr, PEER);
	KUNIT_EXPECT_EQ(test, ntohs(sin.sin_port), PEER_PORT);
}

static void connect__unspec_disconnects(struct kunit *test)
{
	struct socket *sock = udp_open(test), *bound;
	struct sockaddr unspec = { .sa_family = AF_UNSPEC };

	KUNIT_EXPECT_EQ(test, sock_connect_to(sock, PEER, PEER_PORT), 0);
	KUNIT_EXPECT_EQ(test, sock->ops->connect(sock, (void *)&unspec,
						 sizeof(unspec), 0), 0);
	KUNIT_EXPECT_EQ(test, sock_port(sock), 0);
	KUNIT_EXPECT_EQ(test, ksmol_demux_count(), 0U);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, 0, 0, 1, 0),
			-EDESTADDRREQ);

	/* What bind() chose stays. */
	bound = udp_bound(test, 0, OUR_PORT);
	KUNIT_EXPECT_EQ(test, sock_connect_to(bound, OTHER, PEER_PORT), 0);
	KUNIT_EXPECT_EQ(test, bound->ops->connect(bound, (void *)&unspec,
						  sizeof(unspec), 0), 0);
	peer_sends(test, US, OUR_PORT, 3);
	KUNIT_EXPECT_EQ(test, sock_recv(test, bound, 9, 0), 3);
}

static void connect__nowhere(struct kunit *test)
{
	struct socket *sock = udp_open(test);

	KUNIT_EXPECT_EQ(test, sock_connect_to(sock, KSMOL_IP(192, 0, 2, 1), 9),
			-ENETUNREACH);
	KUNIT_EXPECT_EQ(test, sock_connect_to(sock, htonl(INADDR_BROADCAST),
					      9), -EACCES);
	/* Permitted, but this medium has none. */
	sock_option(test, sock, SO_BROADCAST, 1);
	KUNIT_EXPECT_EQ(test, sock_connect_to(sock, htonl(INADDR_BROADCAST),
					      9), -ENETUNREACH);
}

/* --- send --- */

static void send__datagram(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	struct socket_fixture *f = test->priv;
	struct sk_buff *skb;
	struct udphdr *udp;
	u32 len, i;

	for (i = 0; i < sizeof(f->buf); i++)
		f->buf[i] = i * 7;
	for (len = 0; len <= 1472; len += 184) {
		KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, PEER_PORT,
						len, 0), (int)len);
		skb = peer_gets(test);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		KUNIT_ASSERT_EQ(test, skb->len, 28 + len);
		udp = (struct udphdr *)(skb->data + 20);
		KUNIT_EXPECT_EQ(test, ip_hdr(skb)->saddr, US);
		KUNIT_EXPECT_EQ(test, ip_hdr(skb)->daddr, PEER);
		KUNIT_EXPECT_EQ(test, ntohs(udp->source), OUR_PORT);
		KUNIT_EXPECT_EQ(test, ntohs(udp->dest), PEER_PORT);
		KUNIT_EXPECT_EQ(test, ntohs(udp->len), 8 + len);
		KUNIT_EXPECT_EQ(test, memcmp(udp + 1, f->buf, len), 0);
		/* No offload on this device: complete, and never zero. */
		KUNIT_EXPECT_NE(test, udp->check, 0);
		KUNIT_EXPECT_EQ(test, csum_tcpudp_magic(US, PEER, 8 + len,
							IPPROTO_UDP,
				csum_partial(udp, 8 + len, 0)), 0);
		kfree_skb(skb);
	}
}

static bool with_df(const struct sk_buff *skb)
{
	return ((const struct iphdr *)skb->data)->frag_off & htons(IP_DF);
}

/* Larger than the MTU, and with DF or without, as Linux does it. */
static void send__mtu_discover(struct kunit *test)
{
	static const struct {
		int val, large;
		bool df;
	} want[] = {
		{ IP_PMTUDISC_DONT, 3000, false },
		{ IP_PMTUDISC_WANT, 3000, true },
		{ IP_PMTUDISC_DO, -EMSGSIZE, true },
		{ IP_PMTUDISC_PROBE, -EMSGSIZE, true },
		{ IP_PMTUDISC_INTERFACE, -EMSGSIZE, false },
		{ IP_PMTUDISC_OMIT, 3000, false },
	};
	struct socket *sock = udp_open(test);
	struct sk_buff *skb;
	int i, n;

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_MTU_DISCOVER,
						     want[i].val), 0);
		KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 9, 100, 0),
				100);
		skb = peer_gets(test);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		KUNIT_EXPECT_EQ(test, with_df(skb), want[i].df);
		kfree_skb(skb);
		KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 9, 3000, 0),
				want[i].large);
		for (n = 0; (skb = peer_gets(test)); n++) {
			KUNIT_EXPECT_FALSE(test, with_df(skb));
			kfree_skb(skb);
		}
		KUNIT_EXPECT_EQ(test, n, want[i].large > 0 ? 3 : 0);
	}
}

static void send__cannot_ever_go_out(struct kunit *test)
{
	struct socket *sock = udp_open(test);
	struct socket_fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, sock_send(test, sock, 0, 0, 1, 0),
			-EDESTADDRREQ);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 0, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 9, 1, MSG_OOB),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, KSMOL_IP(192, 0, 2, 1), 9,
					1, 0), -ENETUNREACH);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, htonl(INADDR_BROADCAST),
					9, 1, 0), -EACCES);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_MTU_DISCOVER,
					     IP_PMTUDISC_DO), 0);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 9, 1473, 0),
			-EMSGSIZE);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 9, 65508, 0),
			-EMSGSIZE);
	ksmol_vdev_up(f->vdev, false);
	KUNIT_EXPECT_LT(test, sock_send(test, sock, PEER, 9, 1, 0), 0);
	KUNIT_EXPECT_LT(test, sock_send(test, sock, PEER, 9, 1000, 0), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&ksmol_sk(sock->sk)->inflight), 0);
}

static void send__after_shutdown(struct kunit *test)
{
	struct socket *sock = udp_open(test);

	KUNIT_ASSERT_EQ(test, sock_connect_to(sock, PEER, PEER_PORT), 0);
	sock->ops->shutdown(sock, SHUT_WR);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, 0, 0, 1, 0), -EPIPE);
}

static void send__to_ourselves(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);

	sock->sk->sk_rcvtimeo = 10 * HZ;
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, US, OUR_PORT, 100, 0),
			100);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 200, MSG_WAITALL), 100);
	KUNIT_EXPECT_NULL(test, peer_gets(test));
}

/* --- room to send --- */

/* The device keeps what it gets; two datagrams may be in flight. */
static struct socket *lazy_device(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	struct socket_fixture *f = test->priv;

	sock->sk->sk_sndbuf = 2 << KSMOL_PBUF_SHIFT;
	f->vdev->mode = KSMOL_VDEV_HOLD;
	return sock;
}

static int fill(struct kunit *test, struct socket *sock)
{
	int n = 0, ret;

	for (;;) {
		ret = sock_send(test, sock, PEER, PEER_PORT, 1000,
				MSG_DONTWAIT);
		if (ret != 1000)
			return ret == -EAGAIN ? n : ret;
		n++;
	}
}

static void give_back(struct kunit *test)
{
	struct socket_fixture *f = test->priv;

	ksmol_vdev_complete(f->vdev);
}

static void txroom__own_limit(struct kunit *test)
{
	struct socket *sock = lazy_device(test);
	struct socket *other = udp_open(test);

	KUNIT_EXPECT_TRUE(test, sock_events(sock) & EPOLLOUT);
	KUNIT_EXPECT_EQ(test, fill(test, sock), 2);
	KUNIT_EXPECT_FALSE(test, sock_events(sock) & EPOLLOUT);
	/* Others have their own. */
	KUNIT_EXPECT_TRUE(test, sock_events(other) & EPOLLOUT);
	give_back(test);
	KUNIT_EXPECT_TRUE(test, sock_events(sock) & EPOLLOUT);
	KUNIT_EXPECT_EQ(test, fill(test, sock), 2);
	give_back(test);
}

static void txroom__sleeps_until_completion(struct kunit *test)
{
	struct socket *sock = lazy_device(test);
	struct later later;

	KUNIT_EXPECT_EQ(test, fill(test, sock), 2);
	sock->sk->sk_sndtimeo = 10 * HZ;
	later_start(&later, test, 20, give_back);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, PEER_PORT, 1000, 0),
			1000);
	later_end(&later);
	give_back(test);
}

static void txroom__times_out(struct kunit *test)
{
	struct socket *sock = lazy_device(test);

	KUNIT_EXPECT_EQ(test, fill(test, sock), 2);
	sock->sk->sk_sndtimeo = msecs_to_jiffies(20);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, PEER_PORT, 1, 0),
			-EAGAIN);
	give_back(test);
}

/* The whole TX class in the hands of others; their completion wakes us. */
static void txroom__pool_exhausted(struct kunit *test)
{
	struct socket *sock = lazy_device(test);
	struct ksmol_pbuf_list taken;
	struct ksmol_pbuf *pb;

	ksmol_pbuf_list_init(&taken);
	local_bh_disable();
	while ((pb = ksmol_pbuf_alloc_tx(&ksmol_pool, false)))
		ksmol_pbuf_list_add(&taken, pb);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, PEER_PORT, 1000,
					MSG_DONTWAIT), -EAGAIN);
	KUNIT_EXPECT_FALSE(test, sock_events(sock) & EPOLLOUT);
	KUNIT_EXPECT_EQ(test, atomic_read(&ksmol_sk(sock->sk)->inflight), 0);
	ksmol_pbuf_list_free(&taken);
	local_bh_enable();
	KUNIT_EXPECT_TRUE(test, sock_events(sock) & EPOLLOUT);
	KUNIT_EXPECT_EQ(test, fill(test, sock), 2);
	give_back(test);
}

/* Receiving goes on although nothing can be sent. */
static void txroom__does_not_stop_receiving(struct kunit *test)
{
	struct socket *sock = lazy_device(test);

	KUNIT_EXPECT_EQ(test, fill(test, sock), 2);
	peer_sends(test, US, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), 10);
	give_back(test);
}

/* The device keeps the frames, but neither the socket nor its namespace. */
static void close__device_keeps_frames(struct kunit *test)
{
	struct socket *sock = lazy_device(test);
	struct sock *sk = sock->sk;

	KUNIT_EXPECT_EQ(test, fill(test, sock), 2);
	sock_hold(sk);
	KUNIT_EXPECT_EQ(test, refcount_read(&sk->sk_refcnt), 4U);
	sock_shut(test, sock);
	KUNIT_EXPECT_EQ(test, refcount_read(&sk->sk_refcnt), 1U);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_DEVICE), 2U);
	sock_put(sk);
	give_back(test);
}

static void send__device_refuses(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	struct socket_fixture *f = test->priv;

	f->vdev->mode = KSMOL_VDEV_REFUSE;
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 9, 5, 0), 5);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_RECVERR, 1), 0);
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 9, 5, 0), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, atomic_read(&ksmol_sk(sock->sk)->inflight), 0);
}

static struct kunit_case send_cases[] = {
	KUNIT_CASE(bind__conflicts),
	KUNIT_CASE(bind__reuseaddr_needs_both),
	KUNIT_CASE(bind__reuseport_needs_one_user),
	KUNIT_CASE(bind__device_keeps_apart),
	KUNIT_CASE(bind__address_not_ours),
	KUNIT_CASE(bind__broadcast_address),
	KUNIT_CASE(bind__ephemeral),
	KUNIT_CASE(bind__ephemeral_avoids_bindings),
	KUNIT_CASE(connect__sets_addresses),
	KUNIT_CASE(connect__unspec_disconnects),
	KUNIT_CASE(connect__nowhere),
	KUNIT_CASE(send__datagram),
	KUNIT_CASE(send__mtu_discover),
	KUNIT_CASE(send__cannot_ever_go_out),
	KUNIT_CASE(send__after_shutdown),
	KUNIT_CASE(send__to_ourselves),
	KUNIT_CASE(txroom__own_limit),
	KUNIT_CASE(txroom__sleeps_until_completion),
	KUNIT_CASE(txroom__times_out),
	KUNIT_CASE(txroom__pool_exhausted),
	KUNIT_CASE(txroom__does_not_stop_receiving),
	KUNIT_CASE(close__device_keeps_frames),
	KUNIT_CASE(send__device_refuses),
	{}
};

static struct kunit_suite send_suite = {
	.name = "ksmol_socket_send",
	.init = socket_fixture_init,
	.exit = socket_fixture_exit,
	.test_cases = send_cases,
};

kunit_test_suite(send_suite);
