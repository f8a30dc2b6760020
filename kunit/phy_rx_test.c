// SPDX-License-Identifier: GPL-2.0-only
/* Frames in: mirrors module/phy/rx.c. */

#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/random.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <ksmol/compat.h>
#include "phy_fixture.h"

#define PAYLOAD 1200U

/* A datagram's skb, linear, as the simplest driver would give it. */
static struct sk_buff *datagram(struct kunit *test, u32 payload)
{
	struct phy_fixture *f = test->priv;
	struct ksmol_frame *frame = phy_udp(f, payload);

	return ksmol_vdev_skb(test, f->vdev, frame->data, frame->len);
}

/* The pbuf that input kept has the frame's bytes from the IP header on. */
static void expect_bytes(struct kunit *test)
{
	struct phy_fixture *f = test->priv;
	u32 len = f->frame.len - ETH_HLEN;
	u8 *bytes = kunit_kzalloc(test, len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	KUNIT_ASSERT_EQ(test, f->kept.count, 1U);
	KUNIT_EXPECT_EQ(test, f->kept.first->len, len);
	KUNIT_EXPECT_EQ(test, ksmol_pbuf_to_mem(f->kept.first, 0, bytes, len),
			0);
	KUNIT_EXPECT_EQ(test, memcmp(bytes, f->frame.data + ETH_HLEN, len), 0);
}

/* --- shapes of skbs: whatever holds the bytes, they arrive whole --- */

/* Moves all but the first @head bytes behind data into page fragments. */
static struct sk_buff *to_frags(struct sk_buff *skb, u32 head, u32 piece)
{
	struct sk_buff *to = alloc_skb(256, GFP_KERNEL);
	u32 off = ETH_HLEN + head, len = skb->len + ETH_HLEN;
	int i;

	skb_push(skb, ETH_HLEN);
	skb_reserve(to, 64);
	skb_put_data(to, skb->data, off);
	for (i = 0; off < len; i++) {
		u32 n = min(piece, len - off);
		struct page *page = alloc_page(GFP_KERNEL);

		memcpy(page_address(page) + 100, skb->data + off, n);
		skb_add_rx_frag(to, i, page, 100, n, PAGE_SIZE);
		off += n;
	}
	to->dev = skb->dev;
	to->protocol = eth_type_trans(to, to->dev);
	to->ip_summed = skb->ip_summed;
	kfree_skb(skb);
	return to;
}

static struct sk_buff *shape_linear(struct sk_buff *skb)
{
	return skb;
}

static struct sk_buff *shape_frags(struct sk_buff *skb)
{
	return to_frags(skb, 28, 101);
}

static struct sk_buff *shape_short_head(struct sk_buff *skb)
{
	return to_frags(skb, 3, 600);
}

static struct sk_buff *shape_empty_head(struct sk_buff *skb)
{
	return to_frags(skb, 0, 600);
}

/* Half of the payload in a second skb on the frag_list. */
static struct sk_buff *shape_frag_list(struct sk_buff *skb)
{
	u32 head = skb->len / 2, rest = skb->len - head;
	struct sk_buff *next = alloc_skb(rest, GFP_KERNEL);

	skb_put_data(next, skb->data + head, rest);
	skb_trim(skb, head);
	skb_shinfo(skb)->frag_list = next;
	skb->len += rest;
	skb->data_len += rest;
	skb->truesize += next->truesize;
	return skb;
}

static struct sk_buff *shape_cloned(struct sk_buff *skb)
{
	struct sk_buff *clone = skb_clone(skb, GFP_KERNEL);

	kfree_skb(skb);
	return clone;
}

static const struct shape {
	const char *name;
	struct sk_buff *(*make)(struct sk_buff *skb);
} shapes[] = {
	{ "linear", shape_linear },
	{ "frags", shape_frags },
	{ "short_head", shape_short_head },
	{ "empty_head", shape_empty_head },
	{ "frag_list", shape_frag_list },
	{ "cloned", shape_cloned },
};

static void shape_name(const struct shape *s, char *to)
{
	strscpy(to, s->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(shape, shapes, shape_name);

/* Pitfall 55: frames in every shape arrive whole. */
static void rx_shape__arrives_whole(struct kunit *test)
{
	const struct shape *shape = test->param_value;
	struct phy_fixture *f = phy_up(test, 0);

	f->answer = KSMOL_DELIVERED;
	ksmol_vdev_inject_skb(shape->make(datagram(test, PAYLOAD)));
	expect_bytes(test);
}

/* The same while somebody else (a tap) holds a reference or a clone. */
static void rx_shape__shared(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	struct sk_buff *skb = datagram(test, PAYLOAD);

	f->answer = KSMOL_DELIVERED;
	ksmol_vdev_inject_skb(skb_get(skb));
	expect_bytes(test);
	KUNIT_EXPECT_PTR_NE(test, f->kept.first->skb, skb);
	kfree_skb(skb);
}

static void rx_shape__cloned_by_a_tap(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	struct sk_buff *skb = datagram(test, PAYLOAD);
	struct sk_buff *tap = skb_clone(skb, GFP_KERNEL);

	f->answer = KSMOL_DELIVERED;
	ksmol_vdev_inject_skb(skb);
	expect_bytes(test);
	kfree_skb(tap);
}

/* --- admission --- */

static void expect_drop(struct kunit *test, struct sk_buff *skb, int verdict)
{
	struct phy_fixture *f = test->priv;
	u64 before = phy_verdict(verdict);
	u32 inputs = f->inputs;

	ksmol_vdev_inject_skb(skb);
	KUNIT_EXPECT_EQ(test, phy_verdict(verdict), before + 1);
	KUNIT_EXPECT_EQ(test, f->inputs, inputs);
}

static void rx_admit__otherhost(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);

	phy_udp(f, 10)->data[5] ^= 0xff;
	expect_drop(test, ksmol_vdev_skb(test, f->vdev, f->frame.data,
					 f->frame.len), KSMOL_DROP_OTHERHOST);
}

static void rx_admit__loopback_is_for_linux(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	u64 frames = ksmol_stats_read(frames_in);
	struct sk_buff *skb = datagram(test, 10);

	skb->pkt_type = PACKET_LOOPBACK;
	ksmol_vdev_inject_skb(skb);
	KUNIT_EXPECT_EQ(test, f->inputs, 0U);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(frames_in), frames);
}

static void rx_admit__pfmemalloc(struct kunit *test)
{
	struct sk_buff *skb;

	phy_up(test, 0);
	skb = datagram(test, PAYLOAD);
	skb->pfmemalloc = 1;
	expect_drop(test, skb, KSMOL_DROP_RX_PFMEMALLOC);
}

static void rx_admit__unreadable(struct kunit *test)
{
#ifdef KSMOL_HAVE_UNREADABLE
	struct sk_buff *skb;

	phy_up(test, 0);
	skb = datagram(test, PAYLOAD);
	skb->unreadable = 1;
	expect_drop(test, skb, KSMOL_DROP_RX_UNREADABLE);
#else
	kunit_skip(test, "this kernel knows no unreadable frames");
#endif
}

/* Senders on this machine must not wait for our readers. */
static void rx_admit__lets_go_of_the_sender(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	struct sk_buff *skb = datagram(test, PAYLOAD);
	struct socket *sock;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_DGRAM,
					       0, &sock), 0);
	skb_set_owner_w(skb, sock->sk);
	f->answer = KSMOL_DELIVERED;
	ksmol_vdev_inject_skb(skb);
	KUNIT_EXPECT_EQ(test, f->kept.count, 1U);
	KUNIT_EXPECT_EQ(test, sk_wmem_alloc_get(sock->sk), 0);
	sock_release(sock);
}

/* --- VLAN tags --- */

static void rx_vlan__priority_tag(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	struct sk_buff *skb = datagram(test, PAYLOAD);

	f->answer = KSMOL_DELIVERED;
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 5 << VLAN_PRIO_SHIFT);
	ksmol_vdev_inject_skb(skb);
	expect_bytes(test);
	KUNIT_EXPECT_EQ(test, f->seen[0].proto, htons(ETH_P_IP));
}

static void rx_vlan__other_vid(struct kunit *test)
{
	struct sk_buff *skb;

	phy_up(test, 0);
	skb = datagram(test, PAYLOAD);
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 7);
	expect_drop(test, skb, KSMOL_DROP_VLAN);
}

/* A datagram with @tags 802.1Q headers in its bytes, VID @vid in the last. */
static struct sk_buff *tagged(struct kunit *test, int tags, u16 vid)
{
	struct phy_fixture *f = test->priv;
	struct ksmol_frame *frame = phy_udp(f, 64);
	u8 *at = frame->data + 2 * ETH_ALEN;
	struct sk_buff *skb;
	int i;

	memmove(at + 4 * tags, at, frame->len - 2 * ETH_ALEN);
	for (i = 0; i < tags; i++, at += 4) {
		put_unaligned_be16(ETH_P_8021Q, at);
		put_unaligned_be16(i == tags - 1 ? vid : 0, at + 2);
	}
	skb = ksmol_vdev_skb(test, f->vdev, frame->data,
			     frame->len + 4 * tags);
	/* Only the datagram is compared. */
	phy_udp(f, 64);
	return skb;
}

static void rx_vlan__tag_in_payload(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);

	f->answer = KSMOL_DELIVERED;
	ksmol_vdev_inject_skb(tagged(test, 1, 0));
	expect_bytes(test);
}

/* Offload off and the tag twice: the kernel takes only the outer one off. */
static void rx_vlan__two_tags_in_payload(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	struct sk_buff *skb = tagged(test, 2, 0);

	f->answer = KSMOL_DELIVERED;
	skb->csum = skb_checksum(skb, 0, skb->len, 0);
	skb->ip_summed = CHECKSUM_COMPLETE;
	ksmol_vdev_inject_skb(skb);
	expect_bytes(test);
	KUNIT_EXPECT_EQ(test, f->seen[0].proto, htons(ETH_P_IP));
	KUNIT_EXPECT_TRUE(test, f->seen[0].rx.csum_valid);
	KUNIT_EXPECT_TRUE(test, f->seen[0].csum_good);
}

static void rx_vlan__inner_vid(struct kunit *test)
{
	phy_up(test, 0);
	expect_drop(test, tagged(test, 2, 9), KSMOL_DROP_VLAN);
	expect_drop(test, tagged(test, 1, 9), KSMOL_DROP_VLAN);
}

static void rx_vlan__cut_short(struct kunit *test)
{
	struct sk_buff *skb;

	phy_up(test, 0);
	skb = tagged(test, 2, 0);
	skb_trim(skb, 6);
	expect_drop(test, skb, KSMOL_DROP_VLAN);
}

/* --- what the upper layer is told --- */

static const struct summed {
	const char *name;
	u8 ip_summed;
	bool ok;
	bool valid;
} summeds[] = {
	{ "none", CHECKSUM_NONE, false, false },
	{ "unnecessary", CHECKSUM_UNNECESSARY, true, false },
	{ "complete", CHECKSUM_COMPLETE, false, true },
	{ "partial", CHECKSUM_PARTIAL, true, false },
};

static void summed_name(const struct summed *s, char *to)
{
	strscpy(to, s->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(summed, summeds, summed_name);

/* Pitfall 55: ip_summed in all four meanings. */
static void rx_describe__checksum(struct kunit *test)
{
	const struct summed *s = test->param_value;
	struct phy_fixture *f = phy_up(test, 0);
	struct sk_buff *skb = datagram(test, 77);

	skb->ip_summed = s->ip_summed;
	if (s->ip_summed == CHECKSUM_COMPLETE)
		skb->csum = skb_checksum(skb, 0, skb->len, 0);
	if (s->ip_summed == CHECKSUM_PARTIAL)
		skb_partial_csum_set(skb, sizeof(struct iphdr), 6);
	ksmol_vdev_inject_skb(skb);
	KUNIT_ASSERT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, !!f->seen[0].rx.csum_ok, s->ok);
	KUNIT_EXPECT_EQ(test, !!f->seen[0].rx.csum_valid, s->valid);
	if (s->valid)
		KUNIT_EXPECT_TRUE(test, f->seen[0].csum_good);
}

static void rx_describe__where_from(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);

	phy_udp(f, 10);
	ksmol_vdev_inject(test, f->vdev, f->frame.data, f->frame.len);
	eth_broadcast_addr(f->frame.data);
	ksmol_vdev_inject(test, f->vdev, f->frame.data, f->frame.len);
	KUNIT_ASSERT_EQ(test, f->inputs, 2U);
	KUNIT_EXPECT_EQ(test, f->seen[0].rx.ifindex, f->vdev->dev->ifindex);
	KUNIT_EXPECT_EQ(test, f->seen[0].rx.pkt_type, PACKET_HOST);
	KUNIT_EXPECT_EQ(test, f->seen[0].flags & KSMOL_PB_LOOP, 0);
	KUNIT_EXPECT_EQ(test, f->seen[1].rx.pkt_type, PACKET_BROADCAST);
}

/* --- the one verdict --- */

static void rx_count__each_frame_once(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	u64 frames = ksmol_stats_read(frames_in);
	u64 handled = phy_verdict(KSMOL_HANDLED);
	u64 proto = phy_verdict(KSMOL_DROP_IP_PROTO);
	u64 delivered = phy_verdict(KSMOL_DELIVERED);
	struct ksmol_phy_stats sum;

	ksmol_vdev_inject_skb(datagram(test, 10));
	f->answer = (enum ksmol_verdict)KSMOL_DROP_IP_PROTO;
	ksmol_vdev_inject_skb(datagram(test, 10));
	f->answer = KSMOL_DELIVERED;
	ksmol_vdev_inject_skb(datagram(test, 10));
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(frames_in), frames + 3);
	KUNIT_EXPECT_EQ(test, phy_verdict(KSMOL_HANDLED), handled + 1);
	KUNIT_EXPECT_EQ(test, phy_verdict(KSMOL_DROP_IP_PROTO), proto + 1);
	KUNIT_EXPECT_EQ(test, phy_verdict(KSMOL_DELIVERED), delivered + 1);
	ksmol_phy_stats_sum(f->phy, &sum);
	KUNIT_EXPECT_EQ(test, sum.rx_frames, 3ULL);
	KUNIT_EXPECT_EQ(test, sum.rx_bytes, 3ULL * 38);
	KUNIT_EXPECT_EQ(test, sum.rx_dropped, 1ULL);
}

/* Pitfall 2: with no RX pbuf left a frame is still processed, not queued. */
static void rx_input__emergency_descriptor(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	struct sk_buff *skb = datagram(test, 10);

	local_bh_disable();
	phy_take_rx(f, false);
	netif_receive_skb(skb);
	phy_give(f);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->seen[0].home, KSMOL_CLASS_EMERGENCY);
}

static void rx_input__no_descriptor(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	struct sk_buff *skb = datagram(test, 10);

	local_bh_disable();
	phy_take_rx(f, true);
	expect_drop(test, skb, KSMOL_DROP_RX_NO_PBUF);
	phy_give(f);
	local_bh_enable();
}

/* Eager policy: no TX buffer, no receive. The others don't care. */
static void rx_input__eager_without_buffer(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	struct sk_buff *a = datagram(test, 10), *b = datagram(test, 10);

	local_bh_disable();
	phy_take_tx(f, true);
	ksmol_params.tx_policy = KSMOL_POLICY_EAGER;
	expect_drop(test, a, KSMOL_DROP_RX_NO_TX);
	ksmol_params.tx_policy = KSMOL_POLICY_RESERVE;
	netif_receive_skb(b);
	phy_give(f);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
}

/* --- shared mode --- */

static struct phy_fixture *shared_up(struct kunit *test, bool claim)
{
	struct phy_fixture *f = test->priv;

	f->vdev = ksmol_vdev_create(test, KSMOL_MEDIUM_ETHERNET, 0);
	phy_attach(test, true);
	f->claim = claim;
	return f;
}

static void rx_shared__not_ours(struct kunit *test)
{
	struct phy_fixture *f = shared_up(test, false);

	expect_drop(test, datagram(test, 10), KSMOL_PASSED);
	f->claim = true;
	phy_udp(f, 10)->data[5] ^= 0xff;
	expect_drop(test, ksmol_vdev_skb(test, f->vdev, f->frame.data,
					 f->frame.len), KSMOL_PASSED);
}

static void rx_shared__ours(struct kunit *test)
{
	struct phy_fixture *f = shared_up(test, true);
	u64 handled = phy_verdict(KSMOL_HANDLED);

	ksmol_vdev_inject_skb(datagram(test, 10));
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, phy_verdict(KSMOL_HANDLED), handled + 1);
}

/* ARP goes to both, and its frame is counted once, as passed. */
static void rx_shared__arp_for_both(struct kunit *test)
{
	struct phy_fixture *f = shared_up(test, true);
	u64 frames = ksmol_stats_read(frames_in);
	u64 passed = phy_verdict(KSMOL_PASSED);

	ksmol_frame_arp(&f->frame, NULL, 1, ksmol_vdev_peer_mac,
			KSMOL_IP(10, 0, 0, 2), NULL, KSMOL_IP(10, 0, 0, 1));
	ksmol_vdev_inject(test, f->vdev, f->frame.data, f->frame.len);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->seen[0].proto, htons(ETH_P_ARP));
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(frames_in), frames + 1);
	KUNIT_EXPECT_EQ(test, phy_verdict(KSMOL_PASSED), passed + 1);
}

static void rx_shared__other_vid(struct kunit *test)
{
	struct sk_buff *skb;

	shared_up(test, true);
	skb = datagram(test, 10);
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 7);
	expect_drop(test, skb, KSMOL_PASSED);
}

/* Random headers, tags and lengths: each frame ends once, nothing is lost. */
static void rx__noise(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	struct sk_buff *skb;
	int i;

	for (i = 0; i < 2000; i++) {
		skb = tagged(test, get_random_u32_below(4), 0);
		skb_trim(skb, get_random_u32_below(skb->len + 1));
		if (i & 1)
			skb = skb->len > 8 ? to_frags(skb, 2, 7) : skb;
		if (i & 2)
			__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021AD),
					       get_random_u32_below(2));
		ksmol_vdev_inject_skb(skb);
	}
	KUNIT_EXPECT_GT(test, f->inputs, 0U);
}

static void rx_test_exit(struct kunit *test)
{
	ksmol_params.tx_policy = KSMOL_POLICY_RESERVE;
	phy_fixture_exit(test);
}

static struct kunit_case rx_cases[] = {
	KUNIT_CASE_PARAM(rx_shape__arrives_whole, shape_gen_params),
	KUNIT_CASE(rx_shape__shared),
	KUNIT_CASE(rx_shape__cloned_by_a_tap),
	KUNIT_CASE(rx_admit__otherhost),
	KUNIT_CASE(rx_admit__loopback_is_for_linux),
	KUNIT_CASE(rx_admit__pfmemalloc),
	KUNIT_CASE(rx_admit__unreadable),
	KUNIT_CASE(rx_admit__lets_go_of_the_sender),
	KUNIT_CASE(rx_vlan__priority_tag),
	KUNIT_CASE(rx_vlan__other_vid),
	KUNIT_CASE(rx_vlan__tag_in_payload),
	KUNIT_CASE(rx_vlan__two_tags_in_payload),
	KUNIT_CASE(rx_vlan__inner_vid),
	KUNIT_CASE(rx_vlan__cut_short),
	KUNIT_CASE_PARAM(rx_describe__checksum, summed_gen_params),
	KUNIT_CASE(rx_describe__where_from),
	KUNIT_CASE(rx_count__each_frame_once),
	KUNIT_CASE(rx_input__emergency_descriptor),
	KUNIT_CASE(rx_input__no_descriptor),
	KUNIT_CASE(rx_input__eager_without_buffer),
	KUNIT_CASE(rx_shared__not_ours),
	KUNIT_CASE(rx_shared__ours),
	KUNIT_CASE(rx_shared__arp_for_both),
	KUNIT_CASE(rx_shared__other_vid),
	KUNIT_CASE(rx__noise),
	{}
};

static struct kunit_suite rx_suite = {
	.name = "ksmol_phy_rx",
	.init = phy_fixture_init,
	.exit = rx_test_exit,
	.test_cases = rx_cases,
};

kunit_test_suite(rx_suite);
