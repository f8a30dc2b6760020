// SPDX-License-Identifier: GPL-2.0-only
/* Segments out: payload by reference, headers in the skb. */

#include <kunit/test.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <ksmol/compat.h>
#include <ksmol/phy.h>
#include <ksmol/wire.h>
#include "phy_fixture.h"

#define HEADERS	(20 + 20)

/**
 * struct sendq - a stream's send queue as phy sees it
 * @list: pbufs with bytes 0, 1, 2, ... through all of them
 * @len: bytes in all
 */
struct sendq {
	struct ksmol_pbuf_list list;
	u32 len;
};

static struct ksmol_pbuf *filled(struct kunit *test, u32 from, u32 len)
{
	struct ksmol_pbuf *pb;
	u32 i;

	local_bh_disable();
	pb = ksmol_pbuf_alloc_tx(&ksmol_pool, false);
	local_bh_enable();
	KUNIT_ASSERT_NOT_NULL(test, pb);
	pb->off = 0;
	pb->len = len;
	for (i = 0; i < len; i++)
		pb->head[i] = from + i;
	ksmol_pbuf_own(pb, KSMOL_OWNER_SOCKET);
	return pb;
}

/* @n pbufs of @each bytes. */
static struct sendq *queue(struct kunit *test, u32 n, u32 each)
{
	struct sendq *q = kunit_kzalloc(test, sizeof(*q), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, q);
	ksmol_pbuf_list_init(&q->list);
	for (i = 0; i < n; i++, q->len += each)
		ksmol_pbuf_list_add(&q->list, filled(test, q->len, each));
	return q;
}

static void retire(struct sendq *q)
{
	struct ksmol_pbuf *pb;

	local_bh_disable();
	while ((pb = ksmol_pbuf_list_pop(&q->list)))
		ksmol_pbuf_retire(pb);
	local_bh_enable();
}

/* A segment of @len bytes from byte @off of @q on; headers are 0xee. */
static void segment(struct ksmol_tx_segment *seg, const struct sendq *q,
		    u32 off, u32 len, u16 gso_size)
{
	const struct ksmol_pbuf *pb = q ? q->list.first : NULL;

	ksmol_segment_init(seg);
	memset(ksmol_segment_push(seg, HEADERS), 0xee, HEADERS);
	seg->thlen = 20;
	seg->csum_offset = offsetof(struct tcphdr, check);
	memset(seg->room + seg->off + 20 + seg->csum_offset, 0, 2);
	for (; pb && off >= pb->len; pb = pb->next)
		off -= pb->len;
	seg->pb = pb;
	seg->pb_off = off;
	seg->len = len;
	seg->gso_size = gso_size;
}

static int send(struct phy_fixture *f, struct ksmol_tx_segment *seg)
{
	int err;

	rcu_read_lock();
	local_bh_disable();
	err = ksmol_phy_xmit_segment(f->phy, seg, ksmol_vdev_peer_mac,
				     htons(ETH_P_IP));
	local_bh_enable();
	rcu_read_unlock();
	return err;
}

/* The frame's payload continues the pattern at byte @off. */
static void expect_payload(struct kunit *test, struct sk_buff *skb, u32 off,
			   u32 len)
{
	u32 i;
	u8 byte;

	KUNIT_ASSERT_EQ(test, skb->len, ETH_HLEN + HEADERS + len);
	for (i = 0; i < len; i++) {
		skb_copy_bits(skb, ETH_HLEN + HEADERS + i, &byte, 1);
		if (byte != (u8)(off + i)) {
			KUNIT_FAIL(test, "byte %u is %u", i, byte);
			return;
		}
	}
}

static void segment__payload_goes_by_reference(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG | NETIF_F_HW_CSUM);
	struct sendq *q = queue(test, 3, 1000);
	struct ksmol_tx_segment seg;
	struct sk_buff *skb;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	segment(&seg, q, 500, 1400, 0);
	KUNIT_EXPECT_EQ(test, send(f, &seg), 0);
	skb = skb_peek(&f->vdev->sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, (int)skb_shinfo(skb)->nr_frags, 2);
	KUNIT_EXPECT_PTR_EQ(test, skb_frag_page(&skb_shinfo(skb)->frags[0]),
			    q->list.first->page);
	KUNIT_EXPECT_TRUE(test, skb_has_shared_frag(skb));
	KUNIT_EXPECT_EQ(test, (int)skb->ip_summed, CHECKSUM_PARTIAL);
	KUNIT_EXPECT_EQ(test, skb_headlen(skb), ETH_HLEN + HEADERS);
	expect_payload(test, skb, 500, 1400);
	retire(q);
}

static void segment__retired_while_the_device_has_it(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG | NETIF_F_HW_CSUM);
	struct sendq *q = queue(test, 2, 1000);
	struct ksmol_tx_segment seg;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	segment(&seg, q, 0, 1000, 0);
	KUNIT_EXPECT_EQ(test, send(f, &seg), 0);
	retire(q);
	/* One went home, the other waits for its page. */
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), 1U);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_SOCKET), 0U);
	ksmol_vdev_complete(f->vdev);
	local_bh_disable();
	ksmol_pool_reap(&ksmol_pool, true);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), 0U);
}

static void segment__sent_twice_from_the_same_page(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG | NETIF_F_HW_CSUM);
	struct sendq *q = queue(test, 1, 1000);
	struct ksmol_tx_segment seg;
	int i;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	for (i = 0; i < 2; i++) {
		segment(&seg, q, 0, 1000, 0);
		KUNIT_EXPECT_EQ(test, send(f, &seg), 0);
	}
	KUNIT_EXPECT_EQ(test, skb_queue_len(&f->vdev->sent), 2U);
	KUNIT_EXPECT_EQ(test, page_count(q->list.first->page), 3);
	ksmol_vdev_complete(f->vdev);
	KUNIT_EXPECT_EQ(test, page_count(q->list.first->page), 1);
	retire(q);
}

static void segment__super(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG | NETIF_F_HW_CSUM |
					     NETIF_F_TSO | NETIF_F_TSO_ECN);
	struct sendq *q = queue(test, 4, 4000);
	struct ksmol_tx_segment seg;
	struct sk_buff *skb;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	segment(&seg, q, 100, 14001, 1000);
	seg.gso_ecn = true;
	KUNIT_EXPECT_EQ(test, send(f, &seg), 0);
	skb = skb_peek(&f->vdev->sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, (int)skb_shinfo(skb)->gso_size, 1000);
	KUNIT_EXPECT_EQ(test, (int)skb_shinfo(skb)->gso_segs, 15);
	KUNIT_EXPECT_EQ(test, (int)skb_shinfo(skb)->gso_type,
			SKB_GSO_TCPV4 | SKB_GSO_TCP_ECN);
	expect_payload(test, skb, 100, 14001);
	retire(q);
}

/* As segment(), with real headers: sequence number 1000, FIN, PSH and CWR. */
static void tcp_segment(struct ksmol_tx_segment *seg, const struct sendq *q,
			u32 off, u32 len, u16 gso_size)
{
	const struct ksmol_tcp_header tcp = {
		.seq = 1000,
		.flags = KSMOL_TCP_ACK | KSMOL_TCP_FIN | KSMOL_TCP_PSH |
			 KSMOL_TCP_CWR,
	};
	const struct ksmol_ipv4 ip = {
		.proto = IPPROTO_TCP, .total = HEADERS + len, .df = true,
		.saddr = htonl(0x0a000002), .daddr = htonl(0x0a000001),
	};
	u8 *headers;

	segment(seg, q, off, len, gso_size);
	headers = seg->room + seg->off;
	ksmol_ipv4_emit(headers, &ip);
	ksmol_tcp_emit(headers + 20, &tcp,
		       ntohs((__force __be16)
			     ~csum_tcpudp_magic(ip.saddr, ip.daddr, 20 + len,
						IPPROTO_TCP, 0)));
}

/* A frame of its own on the wire: @off bytes went before it. */
static void expect_piece(struct kunit *test, struct sk_buff *skb, u32 off,
			 u32 len, u8 flags)
{
	struct ksmol_tcp_header tcp;
	struct ksmol_ipv4 ip;
	u8 bytes[HEADERS];
	__wsum pseudo;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_EQ(test, skb->len, ETH_HLEN + HEADERS + len);
	skb_copy_bits(skb, ETH_HLEN, bytes, HEADERS);
	KUNIT_ASSERT_EQ(test, ksmol_ipv4_parse(bytes, 20, HEADERS + len, &ip),
			0);
	KUNIT_EXPECT_EQ(test, (u32)ip.total, HEADERS + len);
	KUNIT_ASSERT_EQ(test, ksmol_tcp_parse(bytes + 20, 20, &tcp), 0);
	KUNIT_EXPECT_EQ(test, tcp.seq, 1000 + off);
	KUNIT_EXPECT_EQ(test, tcp.flags, flags);
	pseudo = csum_tcpudp_nofold(ip.saddr, ip.daddr, 20 + len, IPPROTO_TCP,
				    0);
	KUNIT_EXPECT_EQ(test, csum_fold(skb_checksum(skb, ETH_HLEN + 20,
						     20 + len, pseudo)), 0);
}

#define PIECE_FIRST	(KSMOL_TCP_ACK | KSMOL_TCP_CWR)
#define PIECE_LAST	(KSMOL_TCP_ACK | KSMOL_TCP_FIN | KSMOL_TCP_PSH)

static void cut_by(struct kunit *test, netdev_features_t features)
{
	struct phy_fixture *f = phy_up(test, features);
	struct sendq *q = queue(test, 5, 701);
	struct ksmol_tx_segment seg;
	struct sk_buff *skb;
	int i;

	tcp_segment(&seg, q, 3, 3333, 1000);
	KUNIT_EXPECT_EQ(test, send(f, &seg), 0);
	KUNIT_EXPECT_EQ(test, seg.len, 3333U);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&f->vdev->sent), 4U);
	for (i = 0; i < 4; i++) {
		u32 len = i < 3 ? 1000 : 333;
		u8 flags = i == 0 ? PIECE_FIRST : i < 3 ? KSMOL_TCP_ACK :
							  PIECE_LAST;

		skb = ksmol_vdev_sent(f->vdev);
		expect_piece(test, skb, i * 1000, len, flags);
		expect_payload(test, skb, 3 + i * 1000, len);
		kfree_skb(skb);
	}
	retire(q);
}

/* Pieces begin and end in the midst of pbufs, whose lengths are odd. */
static void segment__cut_without_fragments(struct kunit *test)
{
	u64 copies = ksmol_stats_read(copy_bytes[KSMOL_COPY_NO_SG]);

	cut_by(test, 0);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(copy_bytes[KSMOL_COPY_NO_SG]),
			copies + 3333);
}

static void segment__cut_with_fragments(struct kunit *test)
{
	struct phy_fixture *f;
	struct ksmol_tx_segment seg;
	netdev_features_t features;
	struct sendq *q;
	struct sk_buff *skb;

	f = phy_up(test, NETIF_F_SG | NETIF_F_HW_CSUM);
	features = f->phy->dev->features;
	f->phy->dev->features &= ~(NETIF_F_GSO | NETIF_F_ALL_TSO);
	q = queue(test, 2, 1001);
	f->vdev->mode = KSMOL_VDEV_HOLD;
	tcp_segment(&seg, q, 0, 2000, 1000);
	KUNIT_EXPECT_EQ(test, send(f, &seg), 0);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&f->vdev->sent), 2U);
	skb = skb_peek_tail(&f->vdev->sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, (int)skb_shinfo(skb)->nr_frags, 2);
	KUNIT_EXPECT_EQ(test, (int)skb->ip_summed, CHECKSUM_PARTIAL);
	expect_payload(test, skb, 1000, 1000);
	f->phy->dev->features = features;
	retire(q);
}

/* What the device took went out, and no more than that did. */
static void segment__cut_until_the_device_is_full(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	u64 dropped = phy_tx_drops(KSMOL_TX_DROP_DEV_DROP);
	struct sendq *q = queue(test, 1, 4000);
	struct ksmol_tx_segment seg;

	f->vdev->mode = KSMOL_VDEV_FULL;
	f->vdev->room = 2;
	tcp_segment(&seg, q, 0, 3500, 1000);
	KUNIT_EXPECT_EQ(test, send(f, &seg), 0);
	KUNIT_EXPECT_EQ(test, seg.len, 2000U);
	KUNIT_EXPECT_EQ(test, phy_tx_drops(KSMOL_TX_DROP_DEV_DROP),
			dropped + 1);
	tcp_segment(&seg, q, 2000, 1500, 1000);
	KUNIT_EXPECT_EQ(test, send(f, &seg), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, ksmol_phy_outstanding(f->phy), 0U);
	retire(q);
}

static void segment__device_without_fragments(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	u64 copies = ksmol_stats_read(copy_bytes[KSMOL_COPY_NO_SG]);
	struct sendq *q = queue(test, 3, 501);
	struct ksmol_tx_segment seg;
	struct sk_buff *skb;
	u32 off;

	/* Pieces of odd length: each must be summed at its place. */
	f->vdev->mode = KSMOL_VDEV_HOLD;
	segment(&seg, q, 3, 1400, 0);
	KUNIT_EXPECT_EQ(test, send(f, &seg), 0);
	skb = skb_peek(&f->vdev->sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_FALSE(test, skb_is_nonlinear(skb));
	KUNIT_EXPECT_EQ(test, (int)skb->ip_summed, CHECKSUM_NONE);
	off = ETH_HLEN + 20;
	KUNIT_EXPECT_EQ(test, csum_fold(skb_checksum(skb, off, skb->len - off,
						     0)), 0);
	expect_payload(test, skb, 3, 1400);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(copy_bytes[KSMOL_COPY_NO_SG]),
			copies + 1400);
	retire(q);
}

static void segment__checksum_in_software_over_pages(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct sendq *q = queue(test, 3, 501);
	struct ksmol_tx_segment seg;
	struct sk_buff *skb;
	u32 off = ETH_HLEN + 20;

	segment(&seg, q, 3, 1400, 0);
	KUNIT_EXPECT_EQ(test, send(f, &seg), 0);
	skb = ksmol_vdev_sent(f->vdev);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, csum_fold(skb_checksum(skb, off, skb->len - off,
						     0)), 0);
	kfree_skb(skb);
	retire(q);
}

static void segment__headers_only_takes_no_pbuf(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG | NETIF_F_HW_CSUM);
	struct ksmol_tx_segment seg;
	u32 n;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	local_bh_disable();
	phy_take_tx(f, true);
	segment(&seg, NULL, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, send(f, &seg), 0);
	phy_give(f);
	local_bh_enable();
	n = ksmol_phy_outstanding(f->phy);
	KUNIT_EXPECT_EQ(test, n, 1U);
	ksmol_vdev_complete(f->vdev);
	n = ksmol_phy_outstanding(f->phy);
	KUNIT_EXPECT_EQ(test, n, 0U);
}

/* A device that gives nothing back gets a bounded number of headers, and what
 * strangers provoke stands back first.
 */
static void segment__headers_are_bounded(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG | NETIF_F_HW_CSUM);
	u64 busy = phy_tx_drops(KSMOL_TX_DROP_DEV_BUSY);
	struct ksmol_tx_segment seg;
	u32 sent = 0;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	f->phy->outstanding_max = 8;
	segment(&seg, NULL, 0, 0, 0);
	seg.flags = KSMOL_PB_CONTROL | KSMOL_PB_REPLY;
	while (!send(f, &seg) && sent < 100)
		sent++;
	KUNIT_EXPECT_EQ(test, sent, 16U);
	seg.flags = KSMOL_PB_CONTROL;
	while (!send(f, &seg) && sent < 100)
		sent++;
	KUNIT_EXPECT_EQ(test, sent, 24U);
	KUNIT_EXPECT_EQ(test, phy_tx_drops(KSMOL_TX_DROP_DEV_BUSY), busy + 2);
}

/* One more reference to the pages of @n send buffers, which then retire. */
static struct page **keep_pages(struct kunit *test, u32 n)
{
	struct page **pages = kunit_kcalloc(test, n, sizeof(*pages),
					    GFP_KERNEL);
	struct sendq *q = queue(test, n, 1);
	struct ksmol_pbuf *pb;
	u32 i = 0;

	KUNIT_ASSERT_NOT_NULL(test, pages);
	for (pb = q->list.first; pb; pb = pb->next) {
		pages[i] = pb->page;
		get_page(pages[i++]);
	}
	retire(q);
	return pages;
}

static void let_go(struct page **pages, u32 n)
{
	while (n)
		put_page(pages[--n]);
}

/* Who keeps more than half of the send buffers and reads nothing gets copies,
 * until he lets go of them.
 */
static void segment__pages_kept_by_others(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG | NETIF_F_HW_CSUM);
	u32 n = ksmol_pool.cfg.count[KSMOL_CLASS_TX] / 2 + 1;
	struct page **kept = keep_pages(test, n);
	struct ksmol_tx_segment seg;
	struct sk_buff *skb;
	struct sendq *q;
	int round;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	for (round = 0; round < 2; round++) {
		q = queue(test, 1, 1000);
		segment(&seg, q, 0, 1000, 0);
		KUNIT_EXPECT_EQ(test, send(f, &seg), 0);
		skb = skb_peek_tail(&f->vdev->sent);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		KUNIT_EXPECT_EQ(test, (int)skb_is_nonlinear(skb), round);
		expect_payload(test, skb, 0, 1000);
		retire(q);
		if (!round)
			let_go(kept, n);
	}
}

/*
 * What such copies take is little more than their bytes: one piece of memory would
 * be up to twice as large, and a receiver on this machine reckons with that.
 */
static void segment__copied_into_pages(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG | NETIF_F_HW_CSUM |
					     NETIF_F_TSO);
	u32 n = ksmol_pool.cfg.count[KSMOL_CLASS_TX] / 2 + 1;
	struct page **kept = keep_pages(test, n);
	struct sendq *q = queue(test, 10, 4000);
	struct ksmol_tx_segment seg;
	struct sk_buff *skb;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	segment(&seg, q, 777, 36000, 1440);
	KUNIT_EXPECT_EQ(test, send(f, &seg), 0);
	skb = skb_peek_tail(&f->vdev->sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_GE(test, skb->data_len, 35000);
	KUNIT_EXPECT_EQ(test, (int)skb_shinfo(skb)->gso_size, 1440);
	KUNIT_EXPECT_FALSE(test, skb_has_shared_frag(skb));
	KUNIT_EXPECT_LT(test, skb->truesize, 36000 + 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, page_count(q->list.first->page), 1);
	expect_payload(test, skb, 777, 36000);
	retire(q);
	let_go(kept, n);
}

/* The same for a device that wants its checksums done. */
static void segment__copied_into_pages_with_sum(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	u32 n = ksmol_pool.cfg.count[KSMOL_CLASS_TX] / 2 + 1;
	struct page **kept = keep_pages(test, n);
	struct sendq *q = queue(test, 3, 3001);
	struct ksmol_tx_segment seg;
	struct sk_buff *skb;

	rtnl_lock();
	dev_set_mtu(f->vdev->dev, 9000);
	rtnl_unlock();
	f->vdev->mode = KSMOL_VDEV_HOLD;
	segment(&seg, q, 1, 8000, 0);
	KUNIT_EXPECT_EQ(test, send(f, &seg), 0);
	skb = skb_peek_tail(&f->vdev->sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_TRUE(test, skb_is_nonlinear(skb));
	expect_payload(test, skb, 1, 8000);
	/* The sum is over TCP's header and payload, and comes out as nothing. */
	KUNIT_EXPECT_EQ(test, (int)skb->ip_summed, CHECKSUM_NONE);
	KUNIT_EXPECT_EQ(test,
			csum_fold(skb_checksum(skb, ETH_HLEN + 20, 8020, 0)), 0);
	retire(q);
	let_go(kept, n);
}

static void expect_refused(struct kunit *test, struct phy_fixture *f,
			   struct ksmol_tx_segment *seg, int err, int reason)
{
	u64 before = phy_tx_drops(reason);

	KUNIT_EXPECT_EQ(test, send(f, seg), err);
	KUNIT_EXPECT_EQ(test, phy_tx_drops(reason), before + 1);
	KUNIT_EXPECT_EQ(test, ksmol_phy_outstanding(f->phy), 0U);
}

static void segment__refused(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG | NETIF_F_HW_CSUM);
	struct sendq *q = queue(test, 1, 2000);
	struct ksmol_tx_segment seg;

	segment(&seg, q, 0, 1461, 0);
	expect_refused(test, f, &seg, -EMSGSIZE, KSMOL_TX_DROP_TOO_BIG);
	segment(&seg, q, 0, 1460, 0);
	f->vdev->mode = KSMOL_VDEV_REFUSE;
	expect_refused(test, f, &seg, -ENOBUFS, KSMOL_TX_DROP_DEV_DROP);
	ksmol_vdev_up(f->vdev, false);
	expect_refused(test, f, &seg, -ENETDOWN, KSMOL_TX_DROP_DEV_DOWN);
	KUNIT_EXPECT_EQ(test, page_count(q->list.first->page), 1);
	retire(q);
}

static void gso__bounded_by_the_device(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	u32 frags;

	KUNIT_EXPECT_GT(test, ksmol_phy_gso(f->phy, &frags), 60000U);
	KUNIT_EXPECT_EQ(test, frags, (u32)MAX_SKB_FRAGS);
	f->phy->dev->gso_max_size = 3000;
	KUNIT_EXPECT_LE(test, ksmol_phy_gso(f->phy, &frags), 3000U);
	f->phy->dev->gso_max_size = 100;
	KUNIT_EXPECT_EQ(test, ksmol_phy_gso(f->phy, &frags), 0U);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(segment__payload_goes_by_reference),
	KUNIT_CASE(segment__retired_while_the_device_has_it),
	KUNIT_CASE(segment__sent_twice_from_the_same_page),
	KUNIT_CASE(segment__super),
	KUNIT_CASE(segment__cut_without_fragments),
	KUNIT_CASE(segment__cut_with_fragments),
	KUNIT_CASE(segment__cut_until_the_device_is_full),
	KUNIT_CASE(segment__device_without_fragments),
	KUNIT_CASE(segment__checksum_in_software_over_pages),
	KUNIT_CASE(segment__headers_only_takes_no_pbuf),
	KUNIT_CASE(segment__headers_are_bounded),
	KUNIT_CASE(segment__pages_kept_by_others),
	KUNIT_CASE(segment__copied_into_pages),
	KUNIT_CASE(segment__copied_into_pages_with_sum),
	KUNIT_CASE(segment__refused),
	KUNIT_CASE(gso__bounded_by_the_device),
	{}
};

static struct kunit_suite phy_segment_suite = {
	.name = "ksmol_phy_segment",
	.init = phy_fixture_init,
	.exit = phy_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(phy_segment_suite);
