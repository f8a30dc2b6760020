// SPDX-License-Identifier: GPL-2.0-only
/* Segments whose payload stays in their sender's queue, through IPv4. */

#include <linux/delay.h>
#include <linux/tcp.h>
#include <net/inet_ecn.h>
#include "iface_fixture.h"

/**
 * struct stream - a stream's send queue of one pbuf
 * @pb: bytes 0, 1, 2, ...
 * @seg: the segment that was sent last
 */
struct stream {
	struct ksmol_pbuf *pb;
	struct ksmol_tx_segment seg;
};

static struct stream *stream(struct kunit *test, u32 len)
{
	struct stream *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	local_bh_disable();
	s->pb = ksmol_pbuf_alloc_tx(&ksmol_pool, false);
	local_bh_enable();
	KUNIT_ASSERT_NOT_NULL(test, s->pb);
	s->pb->off = 0;
	s->pb->len = len;
	for (i = 0; i < len; i++)
		s->pb->head[i] = i;
	ksmol_pbuf_own(s->pb, KSMOL_OWNER_SOCKET);
	return s;
}

static void done(struct stream *s)
{
	local_bh_disable();
	ksmol_pbuf_retire(s->pb);
	local_bh_enable();
}

/* @len bytes of @s with a 20-byte header: FIN, PSH, ACK. */
static int send(struct stream *s, __be32 daddr, u32 len, u16 gso_size, bool ect)
{
	struct ksmol_tcp_header tcp = {
		.sport = htons(2000), .dport = htons(1000), .seq = 0xabcdef,
		.flags = KSMOL_TCP_FIN | KSMOL_TCP_PSH | KSMOL_TCP_ACK,
	};
	struct ksmol_tx_segment *seg = &s->seg;
	struct ksmol_flow flow = iface_flow(daddr);
	struct ksmol_dst dst;
	int err;

	flow.proto = IPPROTO_TCP;
	ksmol_segment_init(seg);
	ksmol_tcp_emit(ksmol_segment_push(seg, KSMOL_TCP_HLEN), &tcp, 0);
	seg->thlen = KSMOL_TCP_HLEN;
	seg->csum_offset = offsetof(struct tcphdr, check);
	seg->pb = len ? s->pb : NULL;
	seg->len = len;
	seg->gso_size = gso_size;
	rcu_read_lock();
	local_bh_disable();
	err = ksmol_route(&flow, &dst) ?:
	      ksmol_ip_output_segment(&flow, &dst, seg, ect);
	local_bh_enable();
	rcu_read_unlock();
	return err;
}

static struct tcphdr *tcp_of(struct iphdr *ip)
{
	return (struct tcphdr *)((u8 *)ip + ip->ihl * 4);
}

/* The checksum is whole and the payload is what the stream holds. */
static void expect_segment(struct kunit *test, struct iphdr *ip, u32 len)
{
	struct tcphdr *th;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_ASSERT_EQ(test, (u32)ntohs(ip->tot_len), 40 + len);
	KUNIT_EXPECT_EQ(test, (int)ip->protocol, IPPROTO_TCP);
	th = tcp_of(ip);
	KUNIT_EXPECT_EQ(test, csum_tcpudp_magic(ip->saddr, ip->daddr, 20 + len,
						IPPROTO_TCP,
						csum_partial(th, 20 + len, 0)),
			0);
	KUNIT_EXPECT_EQ(test, ntohl(th->seq), 0xabcdefU);
	for (i = 0; i < len; i++)
		KUNIT_ASSERT_EQ(test, ((u8 *)(th + 1))[i], (u8)i);
}

static void segment__to_a_known_neighbor(struct kunit *test)
{
	struct stream *s = stream(test, 1000);
	struct iphdr *ip;

	iface_attach(test, SPEC);
	iface_know_peer(test);
	iface_forget(test);
	KUNIT_EXPECT_EQ(test, send(s, PEER, 1000, 0, false), 0);
	ip = iface_sent_ip(test, NULL);
	expect_segment(test, ip, 1000);
	KUNIT_EXPECT_EQ(test, ip->tos & INET_ECN_MASK, INET_ECN_NOT_ECT);
	/* Our headers can't be fragmented, so they need no identity. */
	KUNIT_EXPECT_EQ(test, ntohs(ip->frag_off), 0x4000);
	KUNIT_EXPECT_EQ(test, send(s, PEER, 0, 0, false), 0);
	expect_segment(test, iface_sent_ip(test, NULL), 0);
	done(s);
}

static void segment__marked_ecn_capable(struct kunit *test)
{
	struct stream *s = stream(test, 100);
	struct iphdr *ip;

	iface_attach(test, SPEC);
	iface_know_peer(test);
	iface_forget(test);
	KUNIT_EXPECT_EQ(test, send(s, PEER, 100, 0, true), 0);
	ip = iface_sent_ip(test, NULL);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_EQ(test, ip->tos & INET_ECN_MASK, INET_ECN_ECT_0);
	done(s);
}

/* Pitfall 32, for streams: payload waits in a copy, the queue stays whole. */
static void segment__to_an_unknown_neighbor(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct stream *s = stream(test, 1000);
	struct ksmol_arp arp;

	KUNIT_EXPECT_EQ(test, send(s, PEER, 1000, 0, false), 0);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_NEIGH), 1U);
	KUNIT_EXPECT_EQ(test, page_count(s->pb->page), 1);
	KUNIT_EXPECT_TRUE(test, iface_sent_arp(test, &arp, NULL));
	done(s);
	iface_arp(test, ksmol_vdev_mac, KSMOL_ARP_REPLY, ksmol_vdev_peer_mac,
		  PEER, US);
	expect_segment(test, iface_sent_ip(test, NULL), 1000);
	KUNIT_EXPECT_EQ(test, iface_neigh(f, PEER), KSMOL_NEIGH_REACHABLE);
}

/* Of a super-segment, the first packet waits, without what ends the whole. */
static void segment__super_to_an_unknown_neighbor(struct kunit *test)
{
	struct stream *s = stream(test, 3000);
	struct tcphdr *th;
	struct iphdr *ip;

	iface_attach(test, SPEC);
	KUNIT_EXPECT_EQ(test, send(s, PEER, 3000, 1400, false), 0);
	iface_forget(test);
	done(s);
	iface_arp(test, ksmol_vdev_mac, KSMOL_ARP_REPLY, ksmol_vdev_peer_mac,
		  PEER, US);
	ip = iface_sent_ip(test, NULL);
	expect_segment(test, ip, 1400);
	th = tcp_of(ip);
	KUNIT_EXPECT_FALSE(test, th->fin);
	KUNIT_EXPECT_FALSE(test, th->psh);
	KUNIT_EXPECT_TRUE(test, th->ack);
	KUNIT_EXPECT_NULL(test, iface_sent_ip(test, NULL));
}

/* Without a buffer nothing waits, but the neighbor is asked for. */
static void segment__no_buffer_to_wait_in(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct stream *s = stream(test, 0);

	iface_take_tx(f, false);
	KUNIT_EXPECT_EQ(test, send(s, PEER, 0, 0, false), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, iface_neigh(f, PEER), KSMOL_NEIGH_INCOMPLETE);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 1U);
	done(s);
}

static void segment__failure_is_reported(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct stream *s = stream(test, 0);

	KUNIT_EXPECT_EQ(test, send(s, PEER, 0, 0, false), 0);
	iface_later(f, 1100);
	iface_later(f, 2200);
	iface_later(f, 3300);
	KUNIT_EXPECT_EQ(test, f->errors, 1U);
	KUNIT_EXPECT_EQ(test, f->error.errno_, EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, f->error.quote.proto, IPPROTO_TCP);
	KUNIT_EXPECT_EQ(test, f->error.quote.sport, htons(2000));
	KUNIT_EXPECT_EQ(test, f->error.seq, 0xabcdefU);
	done(s);
}

/* A neighbor that was only heard of is good enough, and is proven later. */
static void segment__stale_neighbor(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct stream *s = stream(test, 100);

	iface_arp(test, NULL, KSMOL_ARP_REQUEST, ksmol_vdev_peer_mac, PEER, US);
	iface_forget(test);
	KUNIT_ASSERT_EQ(test, iface_neigh(f, PEER), KSMOL_NEIGH_STALE);
	KUNIT_EXPECT_EQ(test, send(s, PEER, 100, 0, false), 0);
	expect_segment(test, iface_sent_ip(test, NULL), 100);
	KUNIT_EXPECT_EQ(test, iface_neigh(f, PEER), KSMOL_NEIGH_DELAY);
	done(s);
}

static void segment__too_big(struct kunit *test)
{
	u64 drops = iface_tx_drop(KSMOL_TX_DROP_TOO_BIG);
	struct stream *s = stream(test, 3000);

	iface_attach(test, SPEC);
	iface_know_peer(test);
	iface_forget(test);
	KUNIT_EXPECT_EQ(test, send(s, PEER, 1461, 0, false), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, send(s, PEER, 3000, 1461, false), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_TOO_BIG), drops + 2);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	done(s);
}

static void segment__to_ourselves(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct stream *s = stream(test, 1000);

	KUNIT_EXPECT_EQ(test, send(s, US, 1000, 0, false), 0);
	msleep(20);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->proto, IPPROTO_TCP);
	KUNIT_EXPECT_EQ(test, f->len, 1020U);
	KUNIT_EXPECT_TRUE(test, f->rx.csum_ok);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	done(s);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(segment__to_a_known_neighbor),
	KUNIT_CASE(segment__marked_ecn_capable),
	KUNIT_CASE(segment__to_an_unknown_neighbor),
	KUNIT_CASE(segment__super_to_an_unknown_neighbor),
	KUNIT_CASE(segment__no_buffer_to_wait_in),
	KUNIT_CASE(segment__failure_is_reported),
	KUNIT_CASE(segment__stale_neighbor),
	KUNIT_CASE(segment__too_big),
	KUNIT_CASE(segment__to_ourselves),
	{}
};

static struct kunit_suite iface_segment_suite = {
	.name = "ksmol_iface_segment",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(iface_segment_suite);
