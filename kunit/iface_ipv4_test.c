// SPDX-License-Identifier: GPL-2.0-only
/* IPv4 in and out, by frames. */

#include <linux/delay.h>
#include <linux/if_packet.h>
#include "../module/iface/ipv4.h"
#include "iface_fixture.h"

/* A datagram of PEER's to @daddr in the fixture's frame. */
static struct iface_fixture *udp(struct kunit *test, __be32 daddr, u32 len)
{
	struct ksmol_frame_ends ends = iface_ends(daddr);
	struct iface_fixture *f = test->priv;

	ksmol_frame_udp(&f->frame, &ends, NULL, len);
	return f;
}

/* It arrives, changed, and must be dropped for @reason without an answer. */
static void expect_drop(struct kunit *test, int reason)
{
	struct iface_fixture *f = test->priv;
	u64 drops = iface_verdict(reason);
	unsigned int inputs = f->inputs;

	ksmol_frame_fix(&f->frame);
	iface_arrives(test);
	KUNIT_EXPECT_EQ_MSG(test, iface_verdict(reason), drops + 1, "%s",
			    ksmol_verdict_names[reason]);
	KUNIT_EXPECT_EQ(test, f->inputs, inputs);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

static void ipv4_input__udp(struct kunit *test)
{
	u64 delivered = iface_verdict(KSMOL_DELIVERED);
	struct ksmol_frame_ends ends = iface_ends(US);
	struct iface_fixture *f = iface_attach(test, SPEC);

	/* Pitfall 24: TTL and TOS come up with it. */
	ends.tos = 0x2c;
	ends.ttl = 3;
	ksmol_frame_udp(&f->frame, &ends, NULL, 100);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DELIVERED), delivered + 1);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->proto, IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, f->len, 108U);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(f->bytes), 1000);
	KUNIT_EXPECT_EQ(test, f->rx.saddr.v4, PEER);
	KUNIT_EXPECT_EQ(test, f->rx.daddr.v4, US);
	KUNIT_EXPECT_EQ(test, f->rx.tos, 0x2c);
	KUNIT_EXPECT_EQ(test, f->rx.ttl, 3);
	KUNIT_EXPECT_EQ(test, f->rx.pkt_type, PACKET_HOST);
	KUNIT_EXPECT_EQ(test, f->rx.ifindex, f->vdev->dev->ifindex);
}

/* Pitfall 22 */
static void ipv4_input__padding_cut(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);

	udp(test, US, 1);
	memset(f->frame.data + f->frame.len, 0xee, 60 - f->frame.len);
	f->frame.len = 60;
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->len, 9U);
}

/* Pitfall 23 */
static void ipv4_input__options_skipped(struct kunit *test)
{
	static const u8 options[40] = { 148, 4, 0, 0, 7, 36, 4 };
	struct iface_fixture *f = iface_attach(test, SPEC);

	udp(test, US, 10);
	ksmol_frame_options(&f->frame, options, sizeof(options));
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->len, 18U);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(f->bytes), 1000);
}

/* Pitfall 23 */
static void ipv4_input__source_route(struct kunit *test)
{
	static const u8 options[8] = { 131, 7, 4, 10, 0, 0, 9, 0 };
	struct iface_fixture *f = iface_attach(test, SPEC);

	udp(test, US, 10);
	ksmol_frame_options(&f->frame, options, sizeof(options));
	expect_drop(test, KSMOL_DROP_IP_SRCROUTE);
}

/* Pitfall 13: never answered, though no socket is there. */
static void ipv4_input__impossible_source(struct kunit *test)
{
	static const u32 bad[] = { 0x7f000001, 0x00000000, 0xe0000001,
				   0xf0000001, 0xffffffff };
	struct iface_fixture *f = iface_attach(test, SPEC);
	int i;

	f->answer = KSMOL_DROP_UDP_NO_SOCKET;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		udp(test, US, 10);
		ksmol_frame_iph(&f->frame)->saddr = htonl(bad[i]);
		expect_drop(test, KSMOL_DROP_IP_SADDR);
	}
	/* A directed broadcast, and our own address, can't be one either. */
	udp(test, US, 10);
	ksmol_frame_iph(&f->frame)->saddr = SUBNET_BCAST;
	expect_drop(test, KSMOL_DROP_IP_SADDR);
	udp(test, US, 10);
	ksmol_frame_iph(&f->frame)->saddr = US;
	expect_drop(test, KSMOL_DROP_IP_SADDR);
}

/* Pitfall 14: 127/8 does not come from a wire. */
static void ipv4_input__loopback_destination(struct kunit *test)
{
	iface_attach(test, SPEC);
	udp(test, htonl(0x7f000001), 10);
	expect_drop(test, KSMOL_DROP_IP_DADDR);
}

static void ipv4_input__not_for_us(struct kunit *test)
{
	iface_attach(test, SPEC);
	udp(test, OTHER, 10);
	expect_drop(test, KSMOL_DROP_IP_NOT_US);
	udp(test, KSMOL_IP(224, 0, 0, 251), 10);
	expect_drop(test, KSMOL_DROP_IP_NO_GROUP);
}

/* Pitfall 16: RFC 1122 3.3.6. */
static void ipv4_input__unicast_in_broadcast_frame(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);

	f->answer = KSMOL_DROP_UDP_NO_SOCKET;
	udp(test, US, 10);
	eth_broadcast_addr(f->frame.data);
	expect_drop(test, KSMOL_DROP_IP_L2_BCAST);
}

static void ipv4_input__fragment(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);

	udp(test, US, 10);
	ksmol_frame_iph(&f->frame)->frag_off = htons(0x2000);
	expect_drop(test, KSMOL_DROP_FRAG_LEN);
	udp(test, US, 0);
	ksmol_frame_iph(&f->frame)->frag_off = htons(0x1fff);
	expect_drop(test, KSMOL_DROP_FRAG_LEN);
	KUNIT_EXPECT_EQ(test, f->inputs, 0U);
}

static void ipv4_input__broadcasts(struct kunit *test)
{
	static const u32 to[] = { 0x0a4d00ff, 0xffffffff };
	struct iface_fixture *f = iface_attach(test, SPEC);
	int i;

	for (i = 0; i < 2; i++) {
		udp(test, htonl(to[i]), 10);
		eth_broadcast_addr(f->frame.data);
		iface_arrives(test);
		KUNIT_EXPECT_EQ(test, f->inputs, i + 1U);
		KUNIT_EXPECT_EQ(test, f->rx.pkt_type, PACKET_BROADCAST);
		KUNIT_EXPECT_EQ(test, f->rx.daddr.v4, htonl(to[i]));
	}
}

static void ipv4_input__other_protocols(struct kunit *test)
{
	u64 v6 = iface_verdict(KSMOL_DROP_IPV6);
	u64 l2 = iface_verdict(KSMOL_DROP_L2_PROTO);
	struct iface_fixture *f = iface_attach(test, SPEC);

	udp(test, US, 10);
	put_unaligned_be16(ETH_P_IPV6, f->frame.data + 12);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_IPV6), v6 + 1);
	put_unaligned_be16(0x88b5, f->frame.data + 12);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_L2_PROTO), l2 + 1);
}

/* --- shared mode --- */

static void ipv4_claims__ours_only(struct kunit *test)
{
	u64 passed = iface_verdict(KSMOL_PASSED);
	struct iface_fixture *f;

	f = iface_attach(test, SPEC ",shared");
	udp(test, US, 10);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_PASSED), passed);
	/* Other stations' addresses and broadcasts stay with Linux. */
	udp(test, OTHER, 10);
	iface_arrives(test);
	udp(test, htonl(INADDR_BROADCAST), 10);
	eth_broadcast_addr(f->frame.data);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_PASSED), passed + 2);
	/* ARP goes to both. */
	iface_arp(test, NULL, KSMOL_ARP_REQUEST, ksmol_vdev_peer_mac, PEER,
		  US);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_PASSED), passed + 3);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 1U);
}

static void attach__mode_from_parameter(struct kunit *test)
{
	struct iface_fixture *f;

	ksmol_params.shared = true;
	f = iface_attach(test, SPEC);
	KUNIT_EXPECT_TRUE(test, f->iface->phy->shared);
	iface_detach(test);
	f = iface_attach(test, SPEC ",exclusive");
	KUNIT_EXPECT_FALSE(test, f->iface->phy->shared);
}

/* --- out --- */

/* Pitfall 24: what the flow says stands in the header. */
static void ip_output__header(struct kunit *test)
{
	struct ksmol_flow flow = iface_flow(PEER);
	u8 mac[ETH_ALEN] __aligned(2);
	struct ksmol_pbuf *pb;
	struct ksmol_dst dst;
	struct iphdr *ip;

	iface_attach(test, SPEC);
	iface_know_peer(test);
	flow.ttl = 7;
	flow.tos = 0x44;
	flow.proto = 99;
	rcu_read_lock();
	local_bh_disable();
	pb = ksmol_pbuf_alloc_tx(&ksmol_pool, false);
	KUNIT_EXPECT_EQ(test, ksmol_pbuf_from_mem(pb, "payload", 7, false), 0);
	KUNIT_EXPECT_EQ(test, ksmol_route(&flow, &dst), 0);
	KUNIT_EXPECT_EQ(test, ksmol_ip_output(&flow, &dst, pb), 0);
	local_bh_enable();
	rcu_read_unlock();
	ip = iface_sent_ip(test, mac);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(mac, ksmol_vdev_peer_mac));
	KUNIT_EXPECT_EQ(test, ip->ttl, 7);
	KUNIT_EXPECT_EQ(test, ip->tos, 0x44);
	KUNIT_EXPECT_EQ(test, ip->protocol, 99);
	KUNIT_EXPECT_EQ(test, ip->saddr, US);
	KUNIT_EXPECT_EQ(test, ip->frag_off, htons(0x4000));
	KUNIT_EXPECT_EQ(test, memcmp(ip + 1, "payload", 7), 0);
}

/* Pitfall 7: too large to go out is an error, and counted. */
static void ip_output__larger_than_mtu(struct kunit *test)
{
	u64 drops = iface_tx_drop(KSMOL_TX_DROP_TOO_BIG);

	iface_attach(test, SPEC);
	iface_know_peer(test);
	KUNIT_EXPECT_EQ(test, iface_send(test, PEER, 1480), 0);
	KUNIT_EXPECT_EQ(test, iface_send(test, PEER, 1481), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_TOO_BIG), drops + 1);
}

/* Pitfall 7: so is a device that refuses. */
static void ip_output__device_refuses(struct kunit *test)
{
	u64 drops = iface_tx_drop(KSMOL_TX_DROP_DEV_DROP);
	struct iface_fixture *f = iface_attach(test, SPEC);

	iface_know_peer(test);
	f->vdev->mode = KSMOL_VDEV_REFUSE;
	KUNIT_EXPECT_EQ(test, iface_send(test, PEER, 8), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_DEV_DROP),
			drops + 1);
	f->vdev->mode = KSMOL_VDEV_TAKE;
}

/* Pitfall 14: whatever a caller makes up, 127/8 stays off the wire. */
static void ip_output__loopback_source(struct kunit *test)
{
	u64 drops = iface_tx_drop(KSMOL_TX_DROP_SCOPE);
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_flow flow = iface_flow(PEER);
	struct ksmol_pbuf *pb;
	struct ksmol_dst dst;

	rcu_read_lock();
	local_bh_disable();
	pb = ksmol_pbuf_alloc_tx(&ksmol_pool, false);
	KUNIT_EXPECT_EQ(test, ksmol_route(&flow, &dst), 0);
	dst.saddr.v4 = htonl(INADDR_LOOPBACK);
	KUNIT_EXPECT_EQ(test, ksmol_ip_output(&flow, &dst, pb), -EINVAL);
	local_bh_enable();
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_SCOPE), drops + 1);
	KUNIT_EXPECT_EQ(test, iface_neigh(f, PEER), KSMOL_NEIGH_FREE);
}

/* Pitfall 14: to our own address: delivered, and nothing on the wire. */
static void ip_output__to_ourselves(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);

	KUNIT_EXPECT_EQ(test, iface_send(test, US, 32), 0);
	msleep(20);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->len, 32U);
	KUNIT_EXPECT_EQ(test, f->rx.saddr.v4, US);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

static void ip_output__broadcast(struct kunit *test)
{
	struct ksmol_flow flow = iface_flow(SUBNET_BCAST);
	u8 mac[ETH_ALEN] __aligned(2);
	struct ksmol_pbuf *pb;
	struct ksmol_dst dst;

	iface_attach(test, SPEC);
	flow.broadcast = true;
	rcu_read_lock();
	local_bh_disable();
	pb = ksmol_pbuf_alloc_tx(&ksmol_pool, false);
	KUNIT_EXPECT_EQ(test, ksmol_route(&flow, &dst), 0);
	KUNIT_EXPECT_EQ(test, ksmol_ip_output(&flow, &dst, pb), 0);
	local_bh_enable();
	rcu_read_unlock();
	KUNIT_EXPECT_NOT_NULL(test, iface_sent_ip(test, mac));
	KUNIT_EXPECT_TRUE(test, is_broadcast_ether_addr(mac));
}

/* Pitfall 21: numbers of one destination don't follow another's. */
static void ipv4_id__unpredictable(struct kunit *test)
{
	unsigned int near = 0, i;
	u16 a, b;

	for (i = 0; i < 256; i++) {
		a = ksmol_ipv4_id(US, htonl(0x0a4d0000 + i), 17);
		b = ksmol_ipv4_id(US, htonl(0x0a4d0001 + i), 17);
		near += (u16)(b - a) < 64;
	}
	KUNIT_EXPECT_LT(test, near, 8U);
	/* But one destination's differ. */
	a = ksmol_ipv4_id(US, PEER, 17);
	KUNIT_EXPECT_NE(test, ksmol_ipv4_id(US, PEER, 17), a);
}

/* --- a medium without link layer --- */

static void raw_ip__no_neighbors(struct kunit *test)
{
	struct iface_fixture *f = test->priv;
	struct ksmol_flow flow = iface_flow(htonl(INADDR_BROADCAST));
	struct ksmol_dst dst;
	struct sk_buff *skb;

	ksmol_vdev_destroy(f->vdev);
	f->vdev = ksmol_vdev_create(test, KSMOL_MEDIUM_IP, 0);
	ksmol_params.arp_probe_ms = 100000;
	KUNIT_ASSERT_EQ(test, iface_try(test, SPEC), 0);
	KUNIT_EXPECT_EQ(test, iface_send(test, PEER, 8), 0);
	KUNIT_EXPECT_EQ(test, iface_send(test, FAR, 8), 0);
	KUNIT_EXPECT_EQ(test, iface_neigh(f, PEER), KSMOL_NEIGH_FREE);
	skb = ksmol_vdev_sent(f->vdev);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb->len, 28U);
	KUNIT_EXPECT_EQ(test, skb->data[0], 0x45);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 1U);
	flow.broadcast = true;
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -ENETUNREACH);
}

static struct kunit_case ipv4_cases[] = {
	KUNIT_CASE(ipv4_input__udp),
	KUNIT_CASE(ipv4_input__padding_cut),
	KUNIT_CASE(ipv4_input__options_skipped),
	KUNIT_CASE(ipv4_input__source_route),
	KUNIT_CASE(ipv4_input__impossible_source),
	KUNIT_CASE(ipv4_input__loopback_destination),
	KUNIT_CASE(ipv4_input__not_for_us),
	KUNIT_CASE(ipv4_input__unicast_in_broadcast_frame),
	KUNIT_CASE(ipv4_input__fragment),
	KUNIT_CASE(ipv4_input__broadcasts),
	KUNIT_CASE(ipv4_input__other_protocols),
	KUNIT_CASE(ipv4_claims__ours_only),
	KUNIT_CASE(attach__mode_from_parameter),
	KUNIT_CASE(ip_output__header),
	KUNIT_CASE(ip_output__larger_than_mtu),
	KUNIT_CASE(ip_output__device_refuses),
	KUNIT_CASE(ip_output__loopback_source),
	KUNIT_CASE(ip_output__to_ourselves),
	KUNIT_CASE(ip_output__broadcast),
	KUNIT_CASE(ipv4_id__unpredictable),
	KUNIT_CASE(raw_ip__no_neighbors),
	{}
};

static struct kunit_suite ipv4_suite = {
	.name = "ksmol_iface_ipv4",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = ipv4_cases,
};

kunit_test_suite(ipv4_suite);
