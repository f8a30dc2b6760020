// SPDX-License-Identifier: GPL-2.0-only
/* Super-frames: what GRO, UDP_SEGMENT and virtual machines make of frames. */

#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <ksmol/compat.h>
#include "phy_fixture.h"

#define MSS	1000U
#define HLEN	(sizeof(struct iphdr) + sizeof(struct udphdr))

/*
 * One skb of @payload bytes 0, 1, 2, ... in page fragments, its checksum
 * partial, as veth brings it from a sender that used UDP_SEGMENT.
 */
static struct sk_buff *super(struct kunit *test, u32 payload, u32 type)
{
	struct phy_fixture *f = test->priv;
	struct ksmol_frame *frame = phy_udp(f, 0);
	u32 done = 0, i, n, frag;
	struct sk_buff *skb;
	struct udphdr *uh;
	struct page *page;
	struct iphdr *iph;

	skb = ksmol_vdev_skb(test, f->vdev, frame->data, frame->len);
	iph = (struct iphdr *)skb->data;
	iph->tot_len = htons(HLEN + payload);
	iph->check = 0;
	iph->check = ip_fast_csum(iph, iph->ihl);
	uh = (struct udphdr *)(iph + 1);
	uh->len = htons(sizeof(*uh) + payload);
	uh->check = ~csum_tcpudp_magic(iph->saddr, iph->daddr,
				       ntohs(uh->len), IPPROTO_UDP, 0);
	for (frag = 0; done < payload; frag++, done += n) {
		page = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page);
		n = min_t(u32, payload - done, PAGE_SIZE);
		for (i = 0; i < n; i++)
			((u8 *)page_address(page))[i] = done + i;
		skb_add_rx_frag(skb, frag, page, 0, n, PAGE_SIZE);
	}
	skb_reset_network_header(skb);
	skb_partial_csum_set(skb, sizeof(*iph), offsetof(struct udphdr, check));
	skb_shinfo(skb)->gso_size = MSS;
	skb_shinfo(skb)->gso_segs = DIV_ROUND_UP(payload, MSS);
	skb_shinfo(skb)->gso_type = type;
	return skb;
}

/* The datagram that input kept as number @nr: its length and its bytes. */
static void expect_datagram(struct kunit *test, u32 nr, u32 payload)
{
	struct phy_fixture *f = test->priv;
	struct ksmol_pbuf *pb = f->kept.first;
	struct iphdr *iph = (struct iphdr *)f->seen[nr].bytes;
	struct udphdr *uh = (struct udphdr *)(iph + 1);
	u8 bytes[4];
	u32 i;

	for (i = 0; i < nr; i++)
		pb = pb->next;
	KUNIT_EXPECT_EQ(test, pb->len, HLEN + payload);
	KUNIT_EXPECT_EQ(test, ntohs(iph->tot_len), HLEN + payload);
	KUNIT_EXPECT_EQ(test, ip_fast_csum(iph, iph->ihl), 0);
	KUNIT_EXPECT_EQ(test, ntohs(uh->len), sizeof(*uh) + payload);
	KUNIT_EXPECT_TRUE(test, f->seen[nr].rx.csum_ok);
	KUNIT_EXPECT_EQ(test, ksmol_pbuf_to_mem(pb, pb->len - 4, bytes, 4), 0);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, bytes[i],
				(u8)(nr * MSS + payload - 4 + i));
}

/* Pitfalls 10, 55: each datagram of a super-frame is a frame of its own. */
static void gso_udp__is_cut(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	u64 frames = ksmol_stats_read(frames_in);

	f->answer = KSMOL_DELIVERED;
	ksmol_vdev_inject_skb(super(test, 3 * MSS + 500, SKB_GSO_UDP_L4));
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(frames_in), frames + 4);
	KUNIT_ASSERT_EQ(test, f->inputs, 4U);
	expect_datagram(test, 0, MSS);
	expect_datagram(test, 1, MSS);
	expect_datagram(test, 2, MSS);
	expect_datagram(test, 3, 500);
}

static void gso_udp__largest(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);

	ksmol_vdev_inject_skb(super(test, 60 * MSS, SKB_GSO_UDP_L4));
	KUNIT_EXPECT_EQ(test, f->inputs, 60U);
}

/* The sender's software sum instead of a partial one. */
static void gso_udp__checksum_none(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	struct sk_buff *skb = super(test, 2 * MSS, SKB_GSO_UDP_L4);

	f->answer = KSMOL_DELIVERED;
	skb->ip_summed = CHECKSUM_NONE;
	ksmol_vdev_inject_skb(skb);
	KUNIT_ASSERT_EQ(test, f->inputs, 2U);
	expect_datagram(test, 1, MSS);
}

/* While a tap holds a clone: nothing it sees may be changed. */
static void gso_udp__cloned(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	struct sk_buff *skb = super(test, 2 * MSS + 4, SKB_GSO_UDP_L4);
	struct sk_buff *tap = skb_clone(skb, GFP_KERNEL);
	__wsum sum = skb_checksum(tap, 0, tap->len, 0);

	f->answer = KSMOL_DELIVERED;
	ksmol_vdev_inject_skb(skb);
	KUNIT_ASSERT_EQ(test, f->inputs, 3U);
	expect_datagram(test, 2, 4);
	KUNIT_EXPECT_EQ(test, (__force u32)skb_checksum(tap, 0, tap->len, 0),
			(__force u32)sum);
	kfree_skb(tap);
}

/* GRO by frag_list: the first datagram with the others hung on it. */
static struct sk_buff *fraglist(struct kunit *test, u32 segs)
{
	struct phy_fixture *f = test->priv;
	struct sk_buff *head, *next, **tail;
	struct ksmol_frame *frame = phy_udp(f, MSS);

	head = ksmol_vdev_skb(test, f->vdev, frame->data, frame->len);
	skb_reset_network_header(head);
	skb_set_transport_header(head, sizeof(struct iphdr));
	tail = &skb_shinfo(head)->frag_list;
	while (--segs) {
		next = ksmol_vdev_skb(test, f->vdev, frame->data, frame->len);
		skb_reset_network_header(next);
		skb_set_transport_header(next, sizeof(struct iphdr));
		skb_pull(next, HLEN);
		head->len += next->len;
		head->data_len += next->len;
		head->truesize += next->truesize;
		*tail = next;
		tail = &next->next;
		skb_shinfo(head)->gso_segs++;
	}
	skb_shinfo(head)->gso_segs++;
	skb_shinfo(head)->gso_size = MSS;
	skb_shinfo(head)->gso_type = SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST;
	head->ip_summed = CHECKSUM_UNNECESSARY;
	((struct iphdr *)head->data)->tot_len = htons(head->len);
	return head;
}

static void gso_fraglist__is_cut(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	u32 i;

	f->answer = KSMOL_DELIVERED;
	ksmol_vdev_inject_skb(fraglist(test, 5));
	KUNIT_ASSERT_EQ(test, f->inputs, 5U);
	for (i = 0; i < 5; i++) {
		KUNIT_EXPECT_EQ(test, f->seen[i].len, HLEN + MSS);
		KUNIT_EXPECT_TRUE(test, f->seen[i].rx.csum_ok);
	}
}

static void gso_fraglist__cloned(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	struct sk_buff *skb = fraglist(test, 3);
	struct sk_buff *tap = skb_clone(skb, GFP_KERNEL);

	ksmol_vdev_inject_skb(skb);
	KUNIT_EXPECT_EQ(test, f->inputs, 3U);
	kfree_skb(tap);
}

static void expect_gso_drop(struct kunit *test, struct sk_buff *skb)
{
	struct phy_fixture *f = test->priv;
	u64 before = phy_verdict(KSMOL_DROP_RX_GSO);

	ksmol_vdev_inject_skb(skb);
	KUNIT_EXPECT_EQ(test, phy_verdict(KSMOL_DROP_RX_GSO), before + 1);
	KUNIT_EXPECT_EQ(test, f->inputs, 0U);
}

static void gso_ufo__dropped(struct kunit *test)
{
	phy_up(test, 0);
	expect_gso_drop(test, super(test, 3 * MSS, SKB_GSO_UDP));
}

static void gso__size_beyond_the_frame(struct kunit *test)
{
	struct sk_buff *skb;

	phy_up(test, 0);
	skb = super(test, MSS, SKB_GSO_UDP_L4);
	skb_shinfo(skb)->gso_size = 2 * MSS;
	expect_gso_drop(test, skb);
}

static void gso__unknown_type(struct kunit *test)
{
	struct sk_buff *skb;

	phy_up(test, 0);
	skb = super(test, 2 * MSS, SKB_GSO_SCTP);
	((struct iphdr *)skb->data)->protocol = 253;
	expect_gso_drop(test, skb);
}

/* A byte stream has no boundaries: TCP stays as it was merged. */
static void gso_tcp__stays_whole(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	struct sk_buff *skb = super(test, 3 * MSS, SKB_GSO_TCPV4);

	((struct iphdr *)skb->data)->protocol = IPPROTO_TCP;
	ksmol_vdev_inject_skb(skb);
	KUNIT_ASSERT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->seen[0].len, HLEN + 3 * MSS);
}

/* Raw IP has no link-layer header to push and pull. */
static void gso_udp__on_raw_ip(struct kunit *test)
{
	struct phy_fixture *f = test->priv;
	struct sk_buff *skb;

	f->vdev = ksmol_vdev_create(test, KSMOL_MEDIUM_ETHERNET, 0);
	skb = super(test, 2 * MSS, SKB_GSO_UDP_L4);
	ksmol_vdev_destroy(f->vdev);
	f->vdev = ksmol_vdev_create(test, KSMOL_MEDIUM_IP, 0);
	phy_attach(test, false);
	skb->dev = f->vdev->dev;
	skb->pkt_type = PACKET_HOST;
	skb_reset_mac_header(skb);
	ksmol_vdev_inject_skb(skb);
	KUNIT_EXPECT_EQ(test, f->inputs, 2U);
}

static struct kunit_case gso_cases[] = {
	KUNIT_CASE(gso_udp__is_cut),
	KUNIT_CASE(gso_udp__largest),
	KUNIT_CASE(gso_udp__checksum_none),
	KUNIT_CASE(gso_udp__cloned),
	KUNIT_CASE(gso_fraglist__is_cut),
	KUNIT_CASE(gso_fraglist__cloned),
	KUNIT_CASE(gso_ufo__dropped),
	KUNIT_CASE(gso__size_beyond_the_frame),
	KUNIT_CASE(gso__unknown_type),
	KUNIT_CASE(gso_tcp__stays_whole),
	KUNIT_CASE(gso_udp__on_raw_ip),
	{}
};

static struct kunit_suite gso_suite = {
	.name = "ksmol_phy_gso",
	.init = phy_fixture_init,
	.exit = phy_fixture_exit,
	.test_cases = gso_cases,
};

kunit_test_suite(gso_suite);
