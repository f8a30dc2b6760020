// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets of other modules. Mirrors module/socket/ ksock, ksock_recv,
 * ksock_send and ksock_room.
 */

#include <linux/icmp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include "ksock_fixture.h"

/* --- open, bind, connect --- */

static void nothing(struct ksmol_ksock *ks, struct ksmol_rx *rx, void *priv)
{
}

static void open__refused(struct kunit *test)
{
	static const struct ksmol_ksock_ops none, some = { .receive = nothing };

	KUNIT_EXPECT_PTR_EQ(test, ksmol_ksock_open(&init_net, AF_UNIX,
						   SOCK_DGRAM, &some, NULL),
			    ERR_PTR(-EAFNOSUPPORT));
	KUNIT_EXPECT_PTR_EQ(test, ksmol_ksock_open(&init_net, AF_INET,
						   SOCK_STREAM, &some, NULL),
			    ERR_PTR(-ESOCKTNOSUPPORT));
	KUNIT_EXPECT_PTR_EQ(test, ksmol_ksock_open(&init_net, AF_INET,
						   SOCK_DGRAM, &none, NULL),
			    ERR_PTR(-EINVAL));
	KUNIT_EXPECT_PTR_EQ(test, ksmol_ksock_open(&init_net, AF_INET,
						   SOCK_DGRAM, NULL, NULL),
			    ERR_PTR(-EINVAL));
}

static void bind__errors(struct kunit *test)
{
	struct ksock_seen *a = ksock_bound(test, 0, 0);
	struct ksock_seen *b = ksock_bound(test, US, OUR_PORT);
	struct sockaddr_in six = { .sin_family = AF_INET6 };

	KUNIT_EXPECT_EQ(test, ksock_bind_to(a->ks, PEER, OUR_PORT),
			-EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, ksock_bind_to(a->ks, 0, OUR_PORT), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_bind(a->ks, (struct sockaddr *)&six,
					       sizeof(six)), -EAFNOSUPPORT);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_bind(a->ks, (struct sockaddr *)&six,
					       3), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksock_bind_to(b->ks, 0, OUR_PORT + 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(a->ks), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(b->ks), 0U);
}

static void bind__free_port(struct kunit *test)
{
	struct ksock_seen *seen = ksock_bound(test, 0, 0);
	struct sockaddr_storage name;
	struct sockaddr_in *sin = (struct sockaddr_in *)&name;

	KUNIT_EXPECT_EQ(test, ksock_bind_to(seen->ks, US, 0), 0);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_name(seen->ks, &name), 0);
	KUNIT_EXPECT_EQ(test, sin->sin_addr.s_addr, US);
	KUNIT_EXPECT_GE(test, ntohs(sin->sin_port), 1024);
	peer_sends(test, US, ntohs(sin->sin_port), 5);
	KUNIT_EXPECT_EQ(test, seen->received, 1U);
	ksmol_ksock_close(seen->ks);
}

static void connect__one_peer(struct kunit *test)
{
	struct ksock_seen *seen = ksock_bound(test, 0, OUR_PORT);

	KUNIT_EXPECT_EQ(test, ksock_connect_to(seen->ks,
					       KSMOL_IP(192, 0, 2, 1), 9),
			-ENETUNREACH);
	KUNIT_EXPECT_EQ(test, ksock_connect_to(seen->ks,
					       htonl(INADDR_BROADCAST), 9),
			-EACCES);
	KUNIT_EXPECT_EQ(test, ksock_connect_to(seen->ks, PEER, PEER_PORT), 0);
	peer_sends(test, US, OUR_PORT, 5);
	peer_sends_from(test, OTHER, PEER_PORT, US, OUR_PORT, 5);
	KUNIT_EXPECT_EQ(test, seen->received, 1U);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_send(seen->ks,
					       ksock_filled(test, seen->ks, 9),
					       NULL, 0), 0);
	kfree_skb(peer_gets(test));
	ksmol_ksock_close(seen->ks);
}

static void option__as_for_programs(struct kunit *test)
{
	struct ksock_seen *seen = ksock_bound(test, 0, OUR_PORT);
	struct sk_buff *skb;

	KUNIT_EXPECT_EQ(test, ksmol_ksock_option(seen->ks, SOL_IP, IP_TTL, 7),
			0);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_option(seen->ks, SOL_IP, IP_TTL,
						 256), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_option(seen->ks, SOL_SOCKET,
						 SO_BROADCAST, 1), 0);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_option(seen->ks, SOL_SOCKET, -1, 1),
			-ENOPROTOOPT);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_limits(seen->ks, 0, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksock_send_to(test, seen->ks, PEER, 9, 1), 0);
	skb = peer_gets(test);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, ip_hdr(skb)->ttl, 7);
	kfree_skb(skb);
	ksmol_ksock_close(seen->ks);
}

/* --- receive --- */

static void receive__exact_bytes(struct kunit *test)
{
	static const u32 lens[] = { 0, 1, 18, 255, 256, 257, 1000, 1472 };
	struct ksock_seen *seen = ksock_bound(test, US, OUR_PORT);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		peer_sends(test, US, OUR_PORT, lens[i]);
		KUNIT_EXPECT_EQ(test, seen->received, i + 1);
		KUNIT_EXPECT_EQ(test, seen->len, lens[i]);
		KUNIT_EXPECT_TRUE(test, ksock_counted(seen->bytes, lens[i]));
	}
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_USER), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 0U);
}

/* The fixture's frame, its payload in page fragments of @piece bytes. */
static void arrives_in_pieces(struct kunit *test, u32 piece)
{
	struct socket_fixture *f = test->priv;
	u32 off = ETH_HLEN + 28, n;
	struct sk_buff *skb;
	struct page *page;
	int i = 0;

	skb = ksmol_vdev_skb(test, f->vdev, f->frame.data + ETH_HLEN, 28);
	for (; off < f->frame.len; off += n) {
		n = min(piece, f->frame.len - off);
		page = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page);
		memcpy(page_address(page) + 77, f->frame.data + off, n);
		skb_add_rx_frag(skb, i++, page, 77, n, PAGE_SIZE);
	}
	ksmol_vdev_inject_skb(skb);
}

static void receive__fragments(struct kunit *test)
{
	struct ksmol_frame_ends ends = {
		.saddr = PEER,
		.daddr = US,
		.sport = htons(PEER_PORT),
		.dport = htons(OUR_PORT),
	};
	struct ksock_seen *seen = ksock_bound(test, US, OUR_PORT);
	struct socket_fixture *f = test->priv;
	u8 tail[11];

	seen->keep = true;
	ksmol_frame_udp(&f->frame, &ends, NULL, 1400);
	/* Bytes behind the datagram are no part of it. */
	memset(f->frame.data + f->frame.len, 0xdd, 40);
	f->frame.len += 40;
	arrives_in_pieces(test, 111);
	KUNIT_EXPECT_EQ(test, seen->len, 1400U);
	KUNIT_EXPECT_EQ(test, seen->pieces, 13U);
	KUNIT_EXPECT_TRUE(test, ksock_counted(seen->bytes, 1400));
	KUNIT_ASSERT_EQ(test, seen->n, 1U);
	KUNIT_EXPECT_EQ(test, ksmol_pkt_copy(seen->kept[0], 1389, tail, 11), 0);
	KUNIT_EXPECT_EQ(test, tail[0], (u8)1389);
	KUNIT_EXPECT_EQ(test, tail[10], (u8)1399);
	KUNIT_EXPECT_EQ(test, ksmol_pkt_copy(seen->kept[0], 1390, tail, 11),
			-EFAULT);
	ksock_release_all(seen);
	ksmol_ksock_close(seen->ks);
}

static int third_piece(const void *data, u32 len, void *arg)
{
	unsigned int *left = arg;

	return --*left ? 0 : -ECANCELED;
}

static void walk__stops_when_told(struct kunit *test)
{
	struct ksock_seen *seen = ksock_bound(test, US, OUR_PORT);
	struct ksmol_pbuf *pb = ksock_filled(test, seen->ks, 100);
	struct socket_fixture *f = test->priv;
	unsigned int left = 1;

	KUNIT_EXPECT_EQ(test, ksmol_pkt_walk(pb, third_piece, &left),
			-ECANCELED);
	/* A packet being filled has one piece for each buffer. */
	KUNIT_EXPECT_EQ(test, ksmol_pkt_append(pb, f->buf, sizeof(f->buf)),
			0);
	KUNIT_EXPECT_EQ(test, ksmol_pkt_len(pb), 4196U);
	left = 3;
	KUNIT_EXPECT_EQ(test, ksmol_pkt_walk(pb, third_piece, &left), 0);
	KUNIT_EXPECT_EQ(test, left, 1U);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_USER), 2U);
	ksmol_pkt_release(seen->ks, pb);
	ksmol_ksock_close(seen->ks);
}

/* Everybody gets a broadcast, callbacks too. */
static void receive__broadcast(struct kunit *test)
{
	struct ksock_seen *a = ksock_bound(test, 0, 0);
	struct ksock_seen *b = ksock_bound(test, 0, 0);
	struct socket *sock = udp_open(test);

	sock->sk->sk_reuse = SK_CAN_REUSE;
	ksmol_ksock_option(a->ks, SOL_SOCKET, SO_REUSEADDR, 1);
	ksmol_ksock_option(b->ks, SOL_SOCKET, SO_REUSEADDR, 1);
	KUNIT_EXPECT_EQ(test, ksock_bind_to(a->ks, 0, OUR_PORT), 0);
	KUNIT_EXPECT_EQ(test, sock_bind_to(sock, 0, OUR_PORT), 0);
	KUNIT_EXPECT_EQ(test, ksock_bind_to(b->ks, 0, OUR_PORT), 0);
	b->keep = true;
	broadcast_arrives(test, OUR_PORT, 400);
	KUNIT_EXPECT_EQ(test, a->len, 400U);
	KUNIT_EXPECT_EQ(test, b->n, 1U);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 900, 0), 400);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(a->ks), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(b->ks), 1U);
}

/* --- keep --- */

static void keep__released_later(struct kunit *test)
{
	struct ksock_seen *seen = ksock_bound(test, 0, OUR_PORT);
	struct sockaddr_storage addr;
	struct sockaddr_in *sin = (struct sockaddr_in *)&addr;
	u8 bytes[1000];

	seen->keep = true;
	seen->twice = true;
	peer_sends(test, US, OUR_PORT, 1000);
	peer_sends(test, US, OUR_PORT, 20);
	KUNIT_ASSERT_EQ(test, seen->n, 2U);
	KUNIT_EXPECT_FALSE(test, seen->again);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_USER), 2U);
	KUNIT_EXPECT_EQ(test, ksmol_pkt_len(seen->kept[0]), 1000U);
	KUNIT_EXPECT_EQ(test, ksmol_pkt_copy(seen->kept[0], 0, bytes, 1000), 0);
	KUNIT_EXPECT_TRUE(test, ksock_counted(bytes, 1000));
	KUNIT_EXPECT_EQ(test, ksmol_pkt_copy(seen->kept[1], 0, bytes, 20), 0);
	KUNIT_EXPECT_TRUE(test, ksock_counted(bytes, 20));
	ksmol_pkt_source(seen->kept[1], &addr);
	KUNIT_EXPECT_EQ(test, sin->sin_addr.s_addr, PEER);
	KUNIT_EXPECT_EQ(test, ntohs(sin->sin_port), PEER_PORT);
	ksmol_pkt_dest(seen->kept[1], &addr);
	KUNIT_EXPECT_EQ(test, sin->sin_addr.s_addr, US);
	KUNIT_EXPECT_EQ(test, ntohs(sin->sin_port), OUR_PORT);
	ksock_release_all(seen);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_USER), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 0U);
}

/* A datagram from the peer that has not arrived yet. */
static struct sk_buff *datagram(struct kunit *test, u32 len)
{
	struct ksmol_frame_ends ends = {
		.saddr = PEER,
		.daddr = US,
		.sport = htons(PEER_PORT),
		.dport = htons(OUR_PORT),
	};
	struct socket_fixture *f = test->priv;

	ksmol_frame_udp(&f->frame, &ends, NULL, len);
	return ksmol_vdev_skb(test, f->vdev, f->frame.data + ETH_HLEN,
			      f->frame.len - ETH_HLEN);
}

static void keep__stamped_by_the_driver(struct kunit *test)
{
	struct ksock_seen *seen = ksock_bound(test, 0, OUR_PORT);
	struct sk_buff *skb = datagram(test, 20);
	struct socket_fixture *f = test->priv;

	seen->keep = true;
	skb->tstamp = 123456789;
	ksmol_vdev_inject_skb(skb);
	KUNIT_ASSERT_EQ(test, seen->n, 1U);
	KUNIT_EXPECT_EQ(test, ksmol_pkt_time(seen->kept[0]), 123456789LL);
	KUNIT_EXPECT_EQ(test, ksmol_pkt_ifindex(seen->kept[0]),
			f->vdev->dev->ifindex);
	ksock_release_all(seen);
	ksmol_ksock_close(seen->ks);
}

/* Who hoards is stopped, and nobody else is. */
static void keep__cap(struct kunit *test)
{
	struct ksock_seen *hoarder = ksock_bound(test, 0, OUR_PORT);
	struct ksock_seen *reader = ksock_bound(test, 0, OUR_PORT + 1);
	u64 full = verdicts(KSMOL_DROP_SOCK_FULL);
	unsigned int i;

	hoarder->keep = true;
	KUNIT_EXPECT_EQ(test, ksmol_ksock_limits(hoarder->ks, 3, 1), 0);
	for (i = 0; i < 10; i++) {
		peer_sends(test, US, OUR_PORT, 1000);
		peer_sends(test, US, OUR_PORT + 1, 1000);
	}
	KUNIT_EXPECT_EQ(test, hoarder->received, 10U);
	KUNIT_EXPECT_EQ(test, hoarder->n, 3U);
	KUNIT_EXPECT_EQ(test, hoarder->refused, 7U);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_SOCK_FULL) - full, 7ULL);
	KUNIT_EXPECT_EQ(test, reader->received, 10U);
	ksmol_pkt_release(hoarder->ks, hoarder->kept[--hoarder->n]);
	peer_sends(test, US, OUR_PORT, 1000);
	KUNIT_EXPECT_EQ(test, hoarder->n, 3U);
	ksock_release_all(hoarder);
	ksmol_ksock_close(hoarder->ks);
	ksmol_ksock_close(reader->ks);
}

/* Reading takes no buffer, so it goes on without any; keeping does not. */
static void receive__pool_is_empty(struct kunit *test)
{
	struct ksock_seen *seen = ksock_bound(test, 0, OUR_PORT);
	struct sk_buff *first = datagram(test, 700);
	struct sk_buff *second = datagram(test, 700);
	u64 none = verdicts(KSMOL_DROP_RX_NO_PBUF);
	struct ksmol_pbuf_list taken;
	struct ksmol_pbuf *pb;

	ksmol_pbuf_list_init(&taken);
	local_bh_disable();
	while ((pb = ksmol_pbuf_alloc_rx(&ksmol_pool))) {
		if (pb->home == KSMOL_CLASS_EMERGENCY) {
			ksmol_pbuf_free(pb);
			break;
		}
		ksmol_pbuf_list_add(&taken, pb);
	}
	ksmol_vdev_inject_skb(first);
	KUNIT_EXPECT_EQ(test, seen->received, 1U);
	KUNIT_EXPECT_TRUE(test, ksock_counted(seen->bytes, 700));
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_RX_NO_PBUF), none);
	seen->keep = true;
	ksmol_vdev_inject_skb(second);
	KUNIT_EXPECT_EQ(test, seen->received, 2U);
	KUNIT_EXPECT_EQ(test, seen->refused, 1U);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_RX_NO_PBUF), none + 1);
	ksmol_pbuf_list_free(&taken);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 0U);
}

/* --- sending --- */

static void send__exact_bytes(struct kunit *test)
{
	struct ksock_seen *seen = ksock_bound(test, 0, OUR_PORT);
	struct udphdr *udp;
	struct sk_buff *skb;
	u32 len;

	for (len = 0; len <= 1472; len += 184) {
		KUNIT_EXPECT_EQ(test, ksock_send_to(test, seen->ks, PEER,
						    PEER_PORT, len), 0);
		skb = peer_gets(test);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		KUNIT_ASSERT_EQ(test, skb->len, 28 + len);
		udp = (struct udphdr *)(skb->data + 20);
		KUNIT_EXPECT_EQ(test, ip_hdr(skb)->saddr, US);
		KUNIT_EXPECT_EQ(test, ntohs(udp->source), OUR_PORT);
		KUNIT_EXPECT_EQ(test, ntohs(udp->dest), PEER_PORT);
		KUNIT_EXPECT_TRUE(test, ksock_counted((u8 *)(udp + 1), len));
		KUNIT_EXPECT_EQ(test, csum_tcpudp_magic(US, PEER, 8 + len,
							IPPROTO_UDP,
				csum_partial(udp, 8 + len, 0)), 0);
		kfree_skb(skb);
	}
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 0U);
}

/* An echo: out of the received packet, into one that is sent. */
static void send__from_a_packet(struct kunit *test)
{
	struct ksock_seen *seen = ksock_bound(test, 0, OUR_PORT);
	struct sockaddr_storage peer;
	struct ksmol_pbuf *pb;
	struct sk_buff *skb;
	int len;

	seen->keep = true;
	peer_sends(test, US, OUR_PORT, 900);
	KUNIT_ASSERT_EQ(test, seen->n, 1U);
	pb = ksmol_ksock_alloc(seen->ks);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pb);
	KUNIT_EXPECT_EQ(test, ksmol_pkt_append_pkt(pb, seen->kept[0], 0, 900),
			0);
	len = ksmol_pkt_source(seen->kept[0], &peer);
	KUNIT_EXPECT_EQ(test, len, (int)sizeof(struct sockaddr_in));
	KUNIT_EXPECT_EQ(test, ksmol_ksock_send(seen->ks, pb,
					       (struct sockaddr *)&peer, len),
			0);
	skb = peer_gets(test);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb->len, 928U);
	KUNIT_EXPECT_TRUE(test, ksock_counted(skb->data + 28, 900));
	kfree_skb(skb);
	ksock_release_all(seen);
	ksmol_ksock_close(seen->ks);
}

static void send__cannot_ever_go_out(struct kunit *test)
{
	struct ksock_seen *loose = ksock_bound(test, 0, 0);
	struct ksock_seen *seen = ksock_bound(test, 0, OUR_PORT);
	struct socket_fixture *f = test->priv;
	struct ksmol_pbuf *pb;

	KUNIT_EXPECT_EQ(test, ksock_send_to(test, loose->ks, PEER, 9, 1),
			-ENOTCONN);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_send(seen->ks,
					       ksock_filled(test, seen->ks, 1),
					       NULL, 0), -EDESTADDRREQ);
	KUNIT_EXPECT_EQ(test, ksock_send_to(test, seen->ks, PEER, 0, 1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, ksock_send_to(test, seen->ks,
					    KSMOL_IP(192, 0, 2, 1), 9, 1),
			-ENETUNREACH);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_option(seen->ks, SOL_IP,
						 IP_MTU_DISCOVER,
						 IP_PMTUDISC_DO), 0);
	KUNIT_EXPECT_EQ(test, ksock_send_to(test, seen->ks, PEER, 9, 1473),
			-EMSGSIZE);
	ksmol_vdev_up(f->vdev, false);
	KUNIT_EXPECT_LT(test, ksock_send_to(test, seen->ks, PEER, 9, 1), 0);
	ksmol_vdev_up(f->vdev, true);
	f->vdev->mode = KSMOL_VDEV_REFUSE;
	KUNIT_EXPECT_EQ(test, ksock_send_to(test, seen->ks, PEER, 9, 1),
			-ENOBUFS);
	/* What was received can't be sent. */
	seen->keep = true;
	peer_sends(test, US, OUR_PORT, 700);
	KUNIT_ASSERT_EQ(test, seen->n, 1U);
	pb = seen->kept[0];
	KUNIT_EXPECT_EQ(test, ksmol_ksock_send(seen->ks, pb, NULL, 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(loose->ks), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 1U);
}

static void send__to_ourselves(struct kunit *test)
{
	struct ksock_seen *seen = ksock_bound(test, 0, OUR_PORT);
	int tries = 100;

	KUNIT_EXPECT_EQ(test, ksock_send_to(test, seen->ks, US, OUR_PORT, 500),
			0);
	while (!READ_ONCE(seen->received) && tries--)
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_EQ(test, seen->len, 500U);
	ksmol_ksock_close(seen->ks);
}

/* --- room --- */

static bool told(struct ksock_seen *seen, unsigned int times)
{
	int tries = 100;

	while (READ_ONCE(seen->spaces) < times && tries--)
		schedule_timeout_uninterruptible(1);
	return READ_ONCE(seen->spaces) == times;
}

static void give_back(struct kunit *test)
{
	struct socket_fixture *f = test->priv;

	ksmol_vdev_complete(f->vdev);
}

/* Two in flight is its limit, and the device keeps them. */
static struct ksock_seen *two_in_flight(struct kunit *test)
{
	struct ksock_seen *seen = ksock_bound(test, 0, OUR_PORT);
	struct socket_fixture *f = test->priv;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, ksmol_ksock_limits(seen->ks, 1, 2), 0);
	KUNIT_EXPECT_EQ(test, ksock_send_to(test, seen->ks, PEER, 9, 1000), 0);
	KUNIT_EXPECT_EQ(test, ksock_send_to(test, seen->ks, PEER, 9, 1000), 0);
	return seen;
}

static void room__own_limit(struct kunit *test)
{
	struct ksock_seen *seen = two_in_flight(test);

	KUNIT_EXPECT_PTR_EQ(test, ksmol_ksock_alloc(seen->ks),
			    ERR_PTR(-EAGAIN));
	KUNIT_EXPECT_EQ(test, seen->spaces, 0U);
	give_back(test);
	KUNIT_EXPECT_TRUE(test, told(seen, 1));
	KUNIT_EXPECT_EQ(test, ksock_send_to(test, seen->ks, PEER, 9, 1), 0);
	give_back(test);
	/* Who wasn't refused isn't told. */
	KUNIT_EXPECT_TRUE(test, told(seen, 1));
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 0U);
}

static void room__pool_is_empty(struct kunit *test)
{
	struct ksock_seen *seen = ksock_bound(test, 0, OUR_PORT);
	struct ksmol_pbuf_list taken;
	struct ksmol_pbuf *pb;

	ksmol_pbuf_list_init(&taken);
	local_bh_disable();
	while ((pb = ksmol_pbuf_alloc_tx(&ksmol_pool, false)))
		ksmol_pbuf_list_add(&taken, pb);
	KUNIT_EXPECT_PTR_EQ(test, ksmol_ksock_alloc(seen->ks),
			    ERR_PTR(-EAGAIN));
	ksmol_pbuf_list_free(&taken);
	local_bh_enable();
	KUNIT_EXPECT_TRUE(test, told(seen, 1));
	KUNIT_EXPECT_EQ(test, ksock_send_to(test, seen->ks, PEER, 9, 1), 0);
	kfree_skb(peer_gets(test));
	ksmol_ksock_close(seen->ks);
}

static void room__sleeps_until_completion(struct kunit *test)
{
	struct ksock_seen *seen = two_in_flight(test);
	struct ksmol_pbuf *pb;
	struct later later;

	KUNIT_EXPECT_PTR_EQ(test, ksmol_ksock_alloc_wait(seen->ks, 2),
			    ERR_PTR(-EAGAIN));
	later_start(&later, test, 20, give_back);
	pb = ksmol_ksock_alloc_wait(seen->ks, 10 * HZ);
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, pb);
	later_end(&later);
	if (!IS_ERR(pb))
		ksmol_pkt_release(seen->ks, pb);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 0U);
}

/* --- what goes wrong outside --- */

static void error__reported(struct kunit *test)
{
	struct ksock_seen *seen = ksock_bound(test, US, OUR_PORT);

	KUNIT_EXPECT_EQ(test, ksock_connect_to(seen->ks, PEER, PEER_PORT), 0);
	peer_objects(test, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0, OUR_PORT,
		     PEER, PEER_PORT, 8);
	KUNIT_EXPECT_EQ(test, seen->errors, 1U);
	KUNIT_EXPECT_EQ(test, seen->err, -ECONNREFUSED);
	/* And is no reason not to send. */
	KUNIT_EXPECT_EQ(test, ksmol_ksock_send(seen->ks,
					       ksock_filled(test, seen->ks, 1),
					       NULL, 0), 0);
	ksmol_ksock_close(seen->ks);
}

static void gone__detached(struct kunit *test)
{
	struct ksock_seen *seen = ksock_bound(test, US, OUR_PORT);

	seen->keep = true;
	peer_sends(test, US, OUR_PORT, 900);
	socket_detach(test);
	KUNIT_EXPECT_EQ(test, seen->gones, 1U);
	KUNIT_EXPECT_FALSE(test, seen->for_good);
	KUNIT_EXPECT_LT(test, ksock_send_to(test, seen->ks, PEER, 9, 1), 0);
	/* What it kept is still its own. */
	KUNIT_ASSERT_EQ(test, seen->n, 1U);
	KUNIT_EXPECT_EQ(test, ksmol_pkt_len(seen->kept[0]), 900U);
	ksock_release_all(seen);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 0U);
}

/* --- close --- */

static void close__takes_back(struct kunit *test)
{
	struct ksock_seen *other = ksock_bound(test, 0, OUR_PORT + 1);
	struct ksock_seen *seen = ksock_bound(test, 0, OUR_PORT);

	seen->keep = true;
	other->keep = true;
	peer_sends(test, US, OUR_PORT, 900);
	peer_sends(test, US, OUR_PORT, 20);
	peer_sends(test, US, OUR_PORT + 1, 900);
	ksock_filled(test, seen->ks, 10);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_USER), 4U);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 3U);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_USER), 1U);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(other->ks), 1U);
}

static void close__device_keeps_frames(struct kunit *test)
{
	struct ksock_seen *seen = two_in_flight(test);

	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 0U);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_DEVICE), 2U);
	give_back(test);
}

static struct kunit_case ksock_cases[] = {
	KUNIT_CASE(open__refused),
	KUNIT_CASE(bind__errors),
	KUNIT_CASE(bind__free_port),
	KUNIT_CASE(connect__one_peer),
	KUNIT_CASE(option__as_for_programs),
	KUNIT_CASE(receive__exact_bytes),
	KUNIT_CASE(receive__fragments),
	KUNIT_CASE(walk__stops_when_told),
	KUNIT_CASE(receive__broadcast),
	KUNIT_CASE(keep__released_later),
	KUNIT_CASE(keep__stamped_by_the_driver),
	KUNIT_CASE(keep__cap),
	KUNIT_CASE(receive__pool_is_empty),
	KUNIT_CASE(send__exact_bytes),
	KUNIT_CASE(send__from_a_packet),
	KUNIT_CASE(send__cannot_ever_go_out),
	KUNIT_CASE(send__to_ourselves),
	KUNIT_CASE(room__own_limit),
	KUNIT_CASE(room__pool_is_empty),
	KUNIT_CASE(room__sleeps_until_completion),
	KUNIT_CASE(error__reported),
	KUNIT_CASE(gone__detached),
	KUNIT_CASE(close__takes_back),
	KUNIT_CASE(close__device_keeps_frames),
	{}
};

static struct kunit_suite ksock_suite = {
	.name = "ksmol_socket_ksock",
	.init = socket_fixture_init,
	.exit = socket_fixture_exit,
	.test_cases = ksock_cases,
};

kunit_test_suite(ksock_suite);
