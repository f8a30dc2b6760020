// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments as IP packets: checksums (RFC 9293 3.1), and addresses that no
 * connection can have (3.9.2.3).
 */

#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <net/tcp.h>
#include "tcp_conn_fixture.h"

/* Builds a SYN to OUR_PORT; the bits of @spoil in its checksum are wrong. */
static void syn_build(struct kunit *test, const struct ksmol_frame_ends *ends,
		      u16 spoil)
{
	struct ksmol_tcp_header h = {
		.sport = htons(PEER_PORT), .dport = htons(OUR_PORT),
		.seq = PEER_ISS, .flags = KSMOL_TCP_SYN, .window = 8192,
	};
	struct socket_fixture *f = test->priv;
	struct tcphdr *th = (void *)f->buf;

	ksmol_tcp_emit(th, &h, 0);
	th->check = tcp_v4_check(sizeof(*th), ends->saddr, ends->daddr,
				 csum_partial(th, sizeof(*th), 0));
	th->check = (__force __sum16)((__force u16)th->check ^ spoil);
	ksmol_frame_ipv4(&f->frame, ends, IPPROTO_TCP, th, sizeof(*th));
}

static void syn_between(struct kunit *test, __be32 saddr, __be32 daddr,
			u16 spoil)
{
	struct ksmol_frame_ends ends = { .saddr = saddr, .daddr = daddr };

	syn_build(test, &ends, spoil);
	frame_arrives(test);
}

/* The same on the Ethernet. Return: whether anything was sent then. */
static bool ether_answers(struct kunit *test, const u8 *dmac, __be32 saddr,
			  __be32 daddr)
{
	struct ksmol_frame_ends ends = { .saddr = saddr, .daddr = daddr };
	struct socket_fixture *f = test->priv;

	if (!f->ether)
		broadcast_arrives(test, 9, 0);
	skb_queue_purge(&f->ether->sent);
	ether_addr_copy(ends.smac, ksmol_vdev_peer_mac);
	ether_addr_copy(ends.dmac, dmac ?: f->ether->dev->dev_addr);
	syn_build(test, &ends, 0);
	ksmol_vdev_inject(test, f->ether, f->frame.data, f->frame.len);
	return !skb_queue_empty(&f->ether->sent);
}

static void segment__good_checksum(struct kunit *test)
{
	tcp_listener(test, OUR_PORT, 5);
	syn_between(test, PEER, US, 0);
	expect_flags(test, KSMOL_TCP_SYN | KSMOL_TCP_ACK);
}

static void segment__bad_checksum(struct kunit *test)
{
	u64 before = verdicts(KSMOL_DROP_TCP_CSUM);

	tcp_listener(test, OUR_PORT, 5);
	syn_between(test, PEER, US, 1);
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_TCP_CSUM), before + 1);
}

/* Unlike UDP's, a checksum of zero says nothing but that it is zero. */
static void segment__zero_checksum(struct kunit *test)
{
	struct ksmol_tcp_header h = {
		.sport = htons(PEER_PORT), .dport = htons(OUR_PORT),
		.seq = PEER_ISS, .flags = KSMOL_TCP_SYN, .window = 8192,
	};
	struct ksmol_frame_ends ends = { .saddr = PEER, .daddr = US };
	u64 before = verdicts(KSMOL_DROP_TCP_CSUM);
	struct socket_fixture *f = test->priv;

	tcp_listener(test, OUR_PORT, 5);
	ksmol_tcp_emit(f->buf, &h, 0);
	ksmol_frame_ipv4(&f->frame, &ends, IPPROTO_TCP, f->buf,
			 sizeof(struct tcphdr));
	frame_arrives(test);
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_TCP_CSUM), before + 1);
}

static void reply__checksum(struct kunit *test)
{
	struct sk_buff *skb;
	struct iphdr *ip;
	u32 len;

	tcp_listener(test, OUR_PORT, 5);
	syn_between(test, PEER, US, 0);
	skb = peer_gets(test);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		KUNIT_EXPECT_EQ(test, skb_checksum_help(skb), 0);
	ip = (struct iphdr *)skb->data;
	len = skb->len - sizeof(*ip);
	KUNIT_EXPECT_EQ(test, tcp_v4_check(len, ip->saddr, ip->daddr,
					   csum_partial(ip + 1, len, 0)), 0);
	kfree_skb(skb);
}

/* MUST-57 */
static void segment__to_broadcast(struct kunit *test)
{
	static const u8 all[ETH_ALEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	static const u8 some[ETH_ALEN] = { 0x01, 0x00, 0x5e, 0, 0, 1 };

	tcp_listener(test, OUR_PORT, 5);
	KUNIT_EXPECT_FALSE(test, ether_answers(test, all, ETHER_PEER,
					       KSMOL_IP(10, 67, 0, 255)));
	KUNIT_EXPECT_FALSE(test, ether_answers(test, all, ETHER_PEER,
					       htonl(INADDR_BROADCAST)));
	KUNIT_EXPECT_FALSE(test, ether_answers(test, some, ETHER_PEER,
					       KSMOL_IP(224, 0, 0, 1)));
	KUNIT_EXPECT_FALSE(test, ether_answers(test, all, ETHER_PEER,
					       ETHER_US));
	KUNIT_EXPECT_TRUE(test, ether_answers(test, NULL, ETHER_PEER,
					      ETHER_US));
}

/* Nobody listens, and yet no RST may answer these. */
static void segment__to_broadcast_without_listener(struct kunit *test)
{
	static const u8 all[ETH_ALEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	KUNIT_EXPECT_FALSE(test, ether_answers(test, all, ETHER_PEER,
					       KSMOL_IP(10, 67, 0, 255)));
	KUNIT_EXPECT_FALSE(test, ether_answers(test, all, ETHER_PEER,
					       ETHER_US));
	KUNIT_EXPECT_TRUE(test, ether_answers(test, NULL, ETHER_PEER,
					      ETHER_US));
}

/* MUST-63 */
static void segment__from_impossible(struct kunit *test)
{
	const __be32 from[] = {
		KSMOL_IP(10, 67, 0, 255), htonl(INADDR_BROADCAST),
		KSMOL_IP(224, 0, 0, 1), KSMOL_IP(127, 0, 0, 1), 0, ETHER_US,
	};
	u32 i;

	tcp_listener(test, OUR_PORT, 5);
	for (i = 0; i < ARRAY_SIZE(from); i++)
		if (ether_answers(test, NULL, from[i], ETHER_US))
			KUNIT_FAIL(test, "%pI4 was answered", &from[i]);
}

/* MUST-48, MUST-49 */
static void segment__ttl_and_tos(struct kunit *test)
{
	struct sockaddr_in peer = {
		.sin_family = AF_INET,
		.sin_port = htons(PEER_PORT),
		.sin_addr.s_addr = PEER,
	};
	struct socket *sock = tcp_open(test);
	struct sk_buff *skb;

	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_TTL, 33), 0);
	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_TOS, 0x20), 0);
	KUNIT_EXPECT_EQ(test, sock->ops->connect(sock, (void *)&peer,
						 sizeof(peer), O_NONBLOCK),
			-EINPROGRESS);
	skb = peer_gets(test);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, ip_hdr(skb)->ttl, 33);
	KUNIT_EXPECT_EQ(test, ip_hdr(skb)->tos, 0x20);
	kfree_skb(skb);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(segment__good_checksum),
	KUNIT_CASE(segment__bad_checksum),
	KUNIT_CASE(segment__zero_checksum),
	KUNIT_CASE(reply__checksum),
	KUNIT_CASE(segment__to_broadcast),
	KUNIT_CASE(segment__from_impossible),
	KUNIT_CASE(segment__to_broadcast_without_listener),
	KUNIT_CASE(segment__ttl_and_tos),
	{}
};

/* Half-open connections end with the case. */
static void segment_exit(struct kunit *test)
{
	struct socket_fixture *f = test->priv;

	while (f->n)
		if (f->socks[--f->n])
			sock_release(f->socks[f->n]);
	ksmol_tcp_mini_purge(NULL, 0);
	socket_fixture_exit(test);
}

static struct kunit_suite suite = {
	.name = "ksmol_tcp_segment",
	.init = socket_fixture_init,
	.exit = segment_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
