// SPDX-License-Identifier: GPL-2.0-only
/* Packets larger than their path, on their way out. Pitfall 21. */

#include <linux/icmp.h>
#include <linux/udp.h>
#include "../module/iface/pmtu.h"
#include "iface_fixture.h"

/* A UDP segment of @len bytes, its checksum left to be completed. */
static struct ksmol_pbuf *segment(struct kunit *test,
				  const struct ksmol_flow *flow, u32 len)
{
	u8 *bytes = kunit_kzalloc(test, len, GFP_KERNEL);
	struct udphdr *udp = (struct udphdr *)bytes;
	struct ksmol_pbuf *pb;
	int err = -ENOBUFS;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	for (i = sizeof(*udp); i < len; i++)
		bytes[i] = i * 7;
	udp->len = htons(len);
	udp->check = ~csum_tcpudp_magic(US, flow->daddr.v4, len, IPPROTO_UDP,
					0);
	local_bh_disable();
	pb = ksmol_pbuf_alloc_tx(&ksmol_pool, false);
	if (pb)
		err = ksmol_pbuf_from_mem(pb, bytes, len, false);
	local_bh_enable();
	KUNIT_ASSERT_EQ(test, err, 0);
	pb->tx.csum_offset = offsetof(struct udphdr, check);
	return pb;
}

static int output(struct kunit *test, const struct ksmol_flow *flow, u32 len)
{
	struct ksmol_pbuf *pb = segment(test, flow, len);
	struct ksmol_dst dst;
	int err;

	rcu_read_lock();
	err = ksmol_route(flow, &dst);
	if (err)
		ksmol_pbuf_free_any(pb);
	else
		err = ksmol_ip_output(flow, &dst, pb);
	rcu_read_unlock();
	return err;
}

/**
 * struct heard - what the peer makes of fragments
 * @bytes: of the datagram; @len of them are there
 * @id, @nr: identification, and how many fragments bore it
 * @largest: packet
 */
struct heard {
	u8 bytes[65536];
	u32 len;
	u16 id;
	u32 nr;
	u32 largest;
};

/* All that was sent belongs to one datagram. */
static struct heard *hear(struct kunit *test)
{
	struct heard *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	struct iphdr *ip;
	u32 off, n;

	KUNIT_ASSERT_NOT_NULL(test, h);
	for (; (ip = iface_sent_ip(test, NULL)); h->nr++) {
		off = (ntohs(ip->frag_off) & 0x1fff) * 8;
		n = ntohs(ip->tot_len) - sizeof(*ip);
		KUNIT_EXPECT_FALSE(test, ntohs(ip->frag_off) & 0x4000);
		KUNIT_EXPECT_EQ(test, off, h->len);
		if (ip->frag_off & htons(0x2000))
			KUNIT_EXPECT_EQ(test, n % 8, 0U);
		if (h->nr)
			KUNIT_EXPECT_EQ(test, ntohs(ip->id), h->id);
		h->id = ntohs(ip->id);
		h->largest = max(h->largest, n + (u32)sizeof(*ip));
		KUNIT_ASSERT_LE(test, off + n, 65536U);
		memcpy(h->bytes + off, ip + 1, n);
		h->len += n;
	}
	return h;
}

static void expect_datagram(struct kunit *test, struct heard *h, u32 len)
{
	u32 i, wrong = 0;

	KUNIT_ASSERT_EQ(test, h->len, len);
	for (i = sizeof(struct udphdr); i < len; i++)
		wrong += h->bytes[i] != (u8)(i * 7);
	KUNIT_EXPECT_EQ(test, wrong, 0U);
	/* Complete before it was cut, whatever the device could do. */
	KUNIT_EXPECT_EQ(test, csum_tcpudp_magic(US, PEER, len, IPPROTO_UDP,
						csum_partial(h->bytes, len,
							     0)), 0);
}

static struct ksmol_flow cut_flow(__be32 daddr)
{
	struct ksmol_flow flow = iface_flow(daddr);

	flow.frag = true;
	return flow;
}

static void fragment__any_length(struct kunit *test)
{
	static const u32 len[] = { 1480, 1481, 1488, 2960, 2961, 4096, 9001,
				   65515 };
	static const netdev_features_t features[] = { 0, NETIF_F_SG,
						      NETIF_F_SG |
						      NETIF_F_HW_CSUM };
	struct ksmol_flow flow = cut_flow(PEER);
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct heard *h;
	u32 i, k;

	iface_know_peer(test);
	for (k = 0; k < ARRAY_SIZE(features); k++) {
		f->vdev->dev->features = features[k];
		for (i = 1; i < ARRAY_SIZE(len); i++) {
			KUNIT_EXPECT_EQ(test, output(test, &flow, len[i]), 0);
			h = hear(test);
			KUNIT_EXPECT_EQ(test, h->nr,
					DIV_ROUND_UP(len[i], 1480U));
			KUNIT_EXPECT_LE(test, h->largest, 1500U);
			expect_datagram(test, h, len[i]);
			kunit_kfree(test, h);
		}
	}
}

static void fragment__not_with_df(struct kunit *test)
{
	u64 drops = iface_tx_drop(KSMOL_TX_DROP_TOO_BIG);
	struct ksmol_flow flow = iface_flow(PEER);

	iface_attach(test, SPEC);
	iface_know_peer(test);
	KUNIT_EXPECT_EQ(test, output(test, &flow, 1481), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_TOO_BIG), drops + 1);
	flow.frag = true;
	KUNIT_EXPECT_EQ(test, output(test, &flow, 65516), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* RFC 7739 in spirit: neighboring numbers say nothing about each other. */
static void fragment__identification(struct kunit *test)
{
	struct ksmol_flow one = cut_flow(PEER), two = cut_flow(OTHER);
	u16 a, b;

	iface_attach(test, SPEC);
	iface_know_peer(test);
	KUNIT_EXPECT_EQ(test, output(test, &one, 2000), 0);
	a = hear(test)->id;
	KUNIT_EXPECT_EQ(test, output(test, &one, 2000), 0);
	b = hear(test)->id;
	KUNIT_EXPECT_NE(test, a, b);
	/* By destination, not by one counter for all. */
	KUNIT_EXPECT_EQ(test, output(test, &two, 2000), 0);
	iface_forget(test);
	KUNIT_EXPECT_EQ(test, output(test, &one, 2000), 0);
	KUNIT_EXPECT_EQ(test, (u16)(hear(test)->id - b), (u16)(b - a));
}

/* Pitfall 32: it waits whole, and goes out in fragments. */
static void fragment__waits_for_the_neighbor(struct kunit *test)
{
	struct ksmol_flow flow = cut_flow(PEER);

	iface_attach(test, SPEC);
	KUNIT_EXPECT_EQ(test, output(test, &flow, 5000), 0);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_NEIGH), 2U);
	iface_forget(test);
	iface_arp(test, ksmol_vdev_mac, KSMOL_ARP_REPLY, ksmol_vdev_peer_mac,
		  PEER, US);
	expect_datagram(test, hear(test), 5000);
}

/* Zero-copy: the pages are the device's until the last fragment is let go. */
static void fragment__device_keeps_them(struct kunit *test)
{
	struct ksmol_flow flow = cut_flow(PEER);
	struct iface_fixture *f = iface_attach(test, SPEC);

	iface_know_peer(test);
	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, output(test, &flow, 6000), 0);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_DEVICE), 2U);
	KUNIT_EXPECT_EQ(test, ksmol_phy_outstanding(f->iface->phy), 1U);
	ksmol_vdev_complete(f->vdev);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_DEVICE), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_phy_outstanding(f->iface->phy), 0U);
}

/* Pitfall 12: nor does it get all that senders have. */
static void fragment__device_keeps_all(struct kunit *test)
{
	u32 tx = ksmol_pool.cfg.count[KSMOL_CLASS_TX], i;
	struct ksmol_flow flow = cut_flow(PEER);
	struct iface_fixture *f = iface_attach(test, SPEC);

	iface_know_peer(test);
	f->vdev->mode = KSMOL_VDEV_HOLD;
	for (i = 0; i < tx / 2; i++)
		KUNIT_ASSERT_EQ(test, output(test, &flow, 16000), 0);
	KUNIT_EXPECT_LE(test, iface_owned(KSMOL_OWNER_DEVICE),
			ksmol_pool.set[KSMOL_CLASS_TX].size +
			ksmol_pool.set[KSMOL_CLASS_SHARED].size - tx / 4);
	ksmol_vdev_complete(f->vdev);
}

static void fragment__device_refuses(struct kunit *test)
{
	u64 rest = iface_tx_drop(KSMOL_TX_DROP_FRAG_REST);
	u64 drops = iface_tx_drop(KSMOL_TX_DROP_DEV_DROP);
	struct ksmol_flow flow = cut_flow(PEER);
	struct iface_fixture *f = iface_attach(test, SPEC);

	iface_know_peer(test);
	f->vdev->mode = KSMOL_VDEV_REFUSE;
	KUNIT_EXPECT_EQ(test, output(test, &flow, 6000), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_DEV_DROP), drops + 1);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_FRAG_REST), rest + 4);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_DEVICE), 0U);
}

/* What stays on this host stays whole. */
static void fragment__not_to_ourselves(struct kunit *test)
{
	struct ksmol_flow flow = iface_flow(US);
	struct iface_fixture *f = iface_attach(test, SPEC);

	KUNIT_EXPECT_EQ(test, output(test, &flow, 60000), 0);
	ksmol_kunit_expect_whole(test);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->len, 60000U);
}

/* --- path MTU --- */

static void objects(struct kunit *test, u32 mtu)
{
	struct ksmol_frame_ends ours = iface_ends(PEER), ends = iface_ends(US);
	struct ksmol_frame *quote = kunit_kzalloc(test, sizeof(*quote),
						  GFP_KERNEL);
	struct iface_fixture *f = test->priv;

	KUNIT_ASSERT_NOT_NULL(test, quote);
	ours.saddr = US;
	ksmol_frame_udp(quote, &ours, NULL, 100);
	ksmol_frame_icmp(&f->frame, &ends, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED,
			 mtu, ksmol_frame_iph(quote), quote->len - ETH_HLEN);
	iface_arrives(test);
}

static u32 path(struct kunit *test, const struct ksmol_flow *flow)
{
	struct ksmol_dst dst = {};

	KUNIT_EXPECT_EQ(test, iface_route(flow, &dst), 0);
	return dst.mtu;
}

/* Pitfall 19 */
static void pmtu__learned(struct kunit *test)
{
	struct ksmol_flow flow = iface_flow(PEER), cut = cut_flow(PEER);
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct heard *h;

	iface_know_peer(test);
	f->believes = false;
	objects(test, 1000);
	KUNIT_EXPECT_EQ(test, path(test, &flow), 1500U);
	f->believes = true;
	objects(test, 1000);
	KUNIT_EXPECT_EQ(test, path(test, &flow), 1000U);
	KUNIT_EXPECT_EQ(test, output(test, &flow, 1000), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, output(test, &cut, 3000), 0);
	h = hear(test);
	KUNIT_EXPECT_LE(test, h->largest, 1000U);
	expect_datagram(test, h, 3000);
	/* Nobody's word makes it wider, or narrower than sensible. */
	objects(test, 1400);
	KUNIT_EXPECT_EQ(test, path(test, &flow), 1000U);
	objects(test, 68);
	KUNIT_EXPECT_EQ(test, path(test, &flow), 576U);
	/* Who probes looks at the link. */
	flow.probe = true;
	KUNIT_EXPECT_EQ(test, path(test, &flow), 1500U);
	flow = iface_flow(OTHER);
	KUNIT_EXPECT_EQ(test, path(test, &flow), 1500U);
}

static void pmtu__bounded(struct kunit *test)
{
	struct ksmol_addr addr;
	u32 i, known = 0;

	for (i = 0; i < 100000; i++) {
		addr = ksmol_addr_v4(htonl(0x0a000000 + i));
		ksmol_pmtu_update(&init_net, AF_INET, &addr, 1000);
	}
	KUNIT_EXPECT_EQ(test, ksmol_pmtu_get(&init_net, AF_INET, &addr, 1500),
			1000U);
	for (i = 0; i < 100000; i++) {
		addr = ksmol_addr_v4(htonl(0x0a000000 + i));
		known += ksmol_pmtu_get(&init_net, AF_INET, &addr, 1500) < 1500;
	}
	KUNIT_EXPECT_LE(test, known, ksmol_params.pmtu_max);
	ksmol_pmtu_forget(&init_net);
	KUNIT_EXPECT_EQ(test, ksmol_pmtu_get(&init_net, AF_INET, &addr, 1500),
			1500U);
}

static struct kunit_case fragment_cases[] = {
	KUNIT_CASE(fragment__any_length),
	KUNIT_CASE(fragment__not_with_df),
	KUNIT_CASE(fragment__identification),
	KUNIT_CASE(fragment__waits_for_the_neighbor),
	KUNIT_CASE(fragment__device_keeps_them),
	KUNIT_CASE(fragment__device_keeps_all),
	KUNIT_CASE(fragment__device_refuses),
	KUNIT_CASE(fragment__not_to_ourselves),
	KUNIT_CASE(pmtu__learned),
	KUNIT_CASE(pmtu__bounded),
	{}
};

static struct kunit_suite fragment_suite = {
	.name = "ksmol_iface_fragment",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = fragment_cases,
};

kunit_test_suite(fragment_suite);
