// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments as IP packets: checksums (RFC 9293 3.1), and addresses that no
 * connection can have (3.9.2.3).
 */

#include <linux/ip.h>
#include <net/tcp.h>
#include "tcp_conn_fixture.h"

/* A SYN to OUR_PORT; @spoil is added to its checksum. */
static void syn_between(struct kunit *test, __be32 saddr, __be32 daddr,
			u16 spoil)
{
	struct ksmol_tcp_header h = {
		.sport = htons(PEER_PORT), .dport = htons(OUR_PORT),
		.seq = PEER_ISS, .flags = KSMOL_TCP_SYN, .window = 8192,
	};
	struct ksmol_frame_ends ends = { .saddr = saddr, .daddr = daddr };
	struct socket_fixture *f = test->priv;
	struct tcphdr *th = (void *)f->buf;

	ksmol_tcp_emit(th, &h, 0);
	th->check = tcp_v4_check(sizeof(*th), saddr, daddr,
				 csum_partial(th, sizeof(*th), 0));
	th->check = csum_fold(csum_add((__force __wsum)(~th->check & 0xffff),
				       (__force __wsum)spoil));
	ksmol_frame_ipv4(&f->frame, &ends, IPPROTO_TCP, th, sizeof(*th));
	frame_arrives(test);
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
	tcp_listener(test, OUR_PORT, 5);
	syn_between(test, PEER, KSMOL_IP(10, 66, 0, 255), 0);
	syn_between(test, PEER, KSMOL_IP(255, 255, 255, 255), 0);
	syn_between(test, PEER, KSMOL_IP(224, 0, 0, 1), 0);
	expect_silence(test);
}

/* MUST-63 */
static void segment__from_impossible(struct kunit *test)
{
	tcp_listener(test, OUR_PORT, 5);
	syn_between(test, KSMOL_IP(10, 66, 0, 255), US, 0);
	syn_between(test, KSMOL_IP(255, 255, 255, 255), US, 0);
	syn_between(test, KSMOL_IP(224, 0, 0, 1), US, 0);
	syn_between(test, KSMOL_IP(127, 0, 0, 1), US, 0);
	syn_between(test, 0, US, 0);
	syn_between(test, US, US, 0);
	expect_silence(test);
}

/* Nobody listens, and yet no RST may answer a broadcast. */
static void segment__to_broadcast_without_listener(struct kunit *test)
{
	syn_between(test, PEER, KSMOL_IP(10, 66, 0, 255), 0);
	expect_silence(test);
	syn_between(test, PEER, US, 0);
	expect_flags(test, KSMOL_TCP_RST | KSMOL_TCP_ACK);
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
