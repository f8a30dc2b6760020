// SPDX-License-Identifier: GPL-2.0-only
/* IPv6 out: headers, groups, ourselves, segments, fragments. */

#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip6_checksum.h>
#include "../module/iface/ipv6.h"
#include "../module/iface/pmtu.h"
#include "iface6_fixture.h"

/* A UDP segment of @len bytes, its checksum left to be completed. */
static struct ksmol_pbuf *datagram(struct kunit *test,
				   const struct ksmol_flow *flow, u32 len)
{
	struct ksmol_addr us = ksmol_ip6(US6);
	struct ksmol_pbuf *pb;
	struct udphdr *udp;
	int err = -ENOBUFS;
	u8 *bytes;
	u32 i;

	bytes = kunit_kzalloc(test, len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bytes);
	for (i = sizeof(*udp); i < len; i++)
		bytes[i] = i * 7;
	udp = (struct udphdr *)bytes;
	udp->source = htons(2000);
	udp->dest = htons(1000);
	udp->len = htons(len);
	udp->check = ~csum_ipv6_magic(&us.v6, &flow->daddr.v6, len, IPPROTO_UDP,
				      0);
	local_bh_disable();
	pb = ksmol_pbuf_alloc_tx(&ksmol_pool, false);
	if (pb)
		err = ksmol_pbuf_from_mem(pb, bytes, len, false);
	local_bh_enable();
	kunit_kfree(test, bytes);
	KUNIT_ASSERT_EQ(test, err, 0);
	pb->tx.csum_offset = offsetof(struct udphdr, check);
	return pb;
}

static int output(struct kunit *test, const struct ksmol_flow *flow, u32 len)
{
	struct ksmol_pbuf *pb = datagram(test, flow, len);
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

static u32 label_of(const struct ipv6hdr *ip)
{
	return get_unaligned_be32(ip) & 0xfffff;
}

static void output__header(struct kunit *test)
{
	struct ksmol_addr us = ksmol_ip6(US6), peer = ksmol_ip6(PEER6);
	struct ksmol_flow flow = iface6_flow(PEER6);
	u8 mac[ETH_ALEN] __aligned(2);
	struct ipv6hdr *ip;
	u32 len;

	flow.tos = 0xa6;
	flow.ttl = 9;
	flow.flowlabel = htonl(0x54321);
	iface6_attached(test);
	for (len = 8; len <= 1460; len += 121) {
		KUNIT_EXPECT_EQ(test, output(test, &flow, len), 0);
		ip = iface6_sent(test, mac);
		KUNIT_ASSERT_NOT_NULL(test, ip);
		KUNIT_EXPECT_TRUE(test, ether_addr_equal(mac,
							 ksmol_vdev_peer_mac));
		KUNIT_EXPECT_EQ(test, get_unaligned_be32(ip), 0x6a654321U);
		KUNIT_EXPECT_EQ(test, ntohs(ip->payload_len), len);
		KUNIT_EXPECT_EQ(test, ip->nexthdr, IPPROTO_UDP);
		KUNIT_EXPECT_EQ(test, ip->hop_limit, 9);
		KUNIT_EXPECT_EQ(test, memcmp(&ip->saddr, &us, 16), 0);
		KUNIT_EXPECT_EQ(test, memcmp(&ip->daddr, &peer, 16), 0);
		KUNIT_EXPECT_EQ(test, csum_ipv6_magic(&ip->saddr, &ip->daddr,
						      len, IPPROTO_UDP,
						      csum_partial(ip + 1, len,
								   0)), 0);
	}
}

/* RFC 6437: the same for a flow, another for another, never none. */
static void output__flow_label(struct kunit *test)
{
	struct ksmol_flow flow = iface6_flow(PEER6);
	struct ksmol_addr a = ksmol_ip6(US6), b = ksmol_ip6(PEER6);
	u8 l4[4] = { 1, 2, 3, 4 };
	u32 first, same = 0, i;
	struct ipv6hdr *ip;
	__be32 label, next;

	iface6_attached(test);
	KUNIT_EXPECT_EQ(test, output(test, &flow, 100), 0);
	ip = iface6_sent(test, NULL);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	first = label_of(ip);
	KUNIT_EXPECT_NE(test, first, 0U);
	KUNIT_EXPECT_EQ(test, output(test, &flow, 200), 0);
	ip = iface6_sent(test, NULL);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_EQ(test, label_of(ip), first);

	label = ksmol_ipv6_flowlabel(IPPROTO_TCP, &a, &b, l4);
	for (i = 1; i < 256; i++) {
		l4[3] = 4 + i;
		next = ksmol_ipv6_flowlabel(IPPROTO_TCP, &a, &b, l4);
		KUNIT_EXPECT_LE(test, ntohl(next), 0xfffffU);
		same += next == label;
	}
	KUNIT_EXPECT_LE(test, same, 2U);
}

/* Pitfalls 24, 58: the frame's address is the group's. */
static void output__to_a_group(struct kunit *test)
{
	static const u8 mac[] = { 0x33, 0x33, 0x12, 0x34, 0x56, 0x78 };
	struct ksmol_flow flow = iface6_flow("ff0e::1234:5678");
	u8 dst[ETH_ALEN] __aligned(2);
	struct iface_fixture *f = iface6_attached(test);

	KUNIT_EXPECT_EQ(test, output(test, &flow, 100), 0);
	KUNIT_ASSERT_NOT_NULL(test, iface6_sent(test, dst));
	KUNIT_EXPECT_EQ(test, memcmp(dst, mac, ETH_ALEN), 0);
	/* Pitfall 14: what is this host's only does not leave it. */
	flow.ttl = 0;
	KUNIT_EXPECT_EQ(test, output(test, &flow, 100), 0);
	flow = iface6_flow("ff01::1");
	flow.oif = f->vdev->dev->ifindex;
	KUNIT_EXPECT_EQ(test, output(test, &flow, 100), 0);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* Pitfall 14: what stays on this host stays whole. */
static void output__to_ourselves(struct kunit *test)
{
	struct ksmol_flow flow = iface6_flow(US6);
	struct iface_fixture *f = iface6_attached(test);

	KUNIT_EXPECT_EQ(test, output(test, &flow, 60000), 0);
	ksmol_kunit_expect_whole(test);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->len, 60000U);
	KUNIT_EXPECT_TRUE(test, f->rx.csum_ok);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* A header of the program's own: length and source are filled in. */
static void output__whole(struct kunit *test)
{
	struct ksmol_flow flow = iface6_flow(PEER6);
	struct ksmol_addr us = ksmol_ip6(US6);
	struct ksmol_ipv6 head = {
		.next = 253,
		.hlim = 7,
		.daddr = flow.daddr,
	};
	struct ksmol_pbuf *pb;
	struct ksmol_dst dst;
	struct ipv6hdr *ip;
	int i, err;

	iface6_attached(test);
	for (i = 0; i < 2; i++) {
		pb = datagram(test, &flow, 100);
		pb->tx.csum_offset = 0;
		ksmol_ipv6_emit(ksmol_pbuf_push(pb, KSMOL_IPV6_HLEN), &head);
		pb->head[pb->off] = i ? 0x45 : 0x60;
		rcu_read_lock();
		err = ksmol_route(&flow, &dst) ?:
		      ksmol_ip_output_whole(&flow, &dst, pb);
		rcu_read_unlock();
		KUNIT_EXPECT_EQ(test, err, i ? -EINVAL : 0);
	}
	ip = iface6_sent(test, NULL);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_EQ(test, ip->nexthdr, 253);
	KUNIT_EXPECT_EQ(test, ip->hop_limit, 7);
	KUNIT_EXPECT_EQ(test, memcmp(&ip->saddr, &us, 16), 0);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* --- segments --- */

static const netdev_features_t offloads[] = {
	0,
	NETIF_F_SG,
	NETIF_F_SG | NETIF_F_IPV6_CSUM,
	NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_GSO,
	NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_GSO | NETIF_F_TSO6,
};

/* 3000 bytes of payload, to go out in two segments of 1400 and one of 200. */
static int output_segment(struct kunit *test, const struct ksmol_flow *flow,
			  struct ksmol_pbuf *pb)
{
	struct ksmol_tcp_header tcp = {
		.sport = htons(2000),
		.dport = htons(1000),
		.seq = 1000,
		.hlen = KSMOL_TCP_HLEN,
		.flags = KSMOL_TCP_ACK | KSMOL_TCP_PSH,
	};
	struct ksmol_tx_segment seg;
	struct ksmol_dst dst;
	int err;

	ksmol_segment_init(&seg);
	seg.pb = pb;
	seg.len = 3000;
	seg.gso_size = 1400;
	seg.thlen = KSMOL_TCP_HLEN;
	seg.csum_offset = offsetof(struct tcphdr, check);
	ksmol_tcp_emit(ksmol_segment_push(&seg, KSMOL_TCP_HLEN), &tcp, 0);
	rcu_read_lock();
	local_bh_disable();
	err = ksmol_route(flow, &dst) ?:
	      ksmol_ip_output_segment(flow, &dst, &seg, true);
	local_bh_enable();
	rcu_read_unlock();
	return err;
}

/* Payload bytes of the segments that went out, each with a right checksum
 * where it is not the device's to complete it.
 */
static u32 segments_heard(struct kunit *test, bool partial)
{
	struct ipv6hdr *ip;
	u32 len, sum = 0;
	__sum16 csum;
	u8 *payload;

	while ((ip = iface6_sent(test, NULL))) {
		len = ntohs(ip->payload_len);
		csum = csum_ipv6_magic(&ip->saddr, &ip->daddr, len, IPPROTO_TCP,
				       csum_partial(ip + 1, len, 0));
		KUNIT_EXPECT_EQ(test, ip->nexthdr, IPPROTO_TCP);
		/* ECT(0) */
		KUNIT_EXPECT_EQ(test, get_unaligned_be32(ip) >> 20, 0x602U);
		KUNIT_EXPECT_NE(test, label_of(ip), 0U);
		if (!partial)
			KUNIT_EXPECT_EQ(test, csum, 0);
		payload = (u8 *)(ip + 1) + KSMOL_TCP_HLEN;
		KUNIT_EXPECT_EQ(test, payload[8], (u8)((sum + 8) * 7));
		sum += len - KSMOL_TCP_HLEN;
	}
	return sum;
}

static void segment__any_offload(struct kunit *test)
{
	struct ksmol_flow flow = iface6_flow(PEER6);
	struct iface_fixture *f = iface6_attached(test);
	struct ksmol_pbuf *pb = datagram(test, &flow, 3000);
	bool partial;
	int i;

	flow.proto = IPPROTO_TCP;
	for (i = 0; i < ARRAY_SIZE(offloads); i++) {
		f->vdev->dev->features = offloads[i];
		partial = offloads[i] & (NETIF_F_HW_CSUM | NETIF_F_IPV6_CSUM);
		KUNIT_EXPECT_EQ(test, output_segment(test, &flow, pb), 0);
		KUNIT_EXPECT_EQ_MSG(test, segments_heard(test, partial), 3000U,
				    "offload %d", i);
	}
	local_bh_disable();
	ksmol_pbuf_retire(pb);
	local_bh_enable();
}

/* --- fragments --- */

/**
 * struct heard - what the peer makes of fragments
 * @bytes: of the datagram; @len of them are there
 * @id, @nr: identification, and how many fragments bore it
 * @largest: packet
 */
struct heard {
	u8 bytes[65536];
	u32 len;
	u32 id;
	u32 nr;
	u32 largest;
};

/* All that was sent belongs to one datagram. */
static struct heard *hear(struct kunit *test)
{
	struct heard *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	struct ksmol_ipv6_frag frag;
	struct ipv6hdr *ip;
	u32 n;

	KUNIT_ASSERT_NOT_NULL(test, h);
	for (; (ip = iface6_sent(test, NULL)); h->nr++) {
		KUNIT_EXPECT_EQ(test, ip->nexthdr, IPPROTO_FRAGMENT);
		ksmol_ipv6_frag_parse((u8 *)(ip + 1), &frag);
		n = ntohs(ip->payload_len) - KSMOL_IPV6_FRAG_HLEN;
		KUNIT_EXPECT_EQ(test, frag.next, IPPROTO_UDP);
		KUNIT_EXPECT_EQ(test, frag.off, h->len);
		if (frag.more)
			KUNIT_EXPECT_EQ(test, n % 8, 0U);
		if (h->nr)
			KUNIT_EXPECT_EQ(test, frag.id, h->id);
		h->id = frag.id;
		h->largest = max(h->largest, n + 48);
		KUNIT_ASSERT_LE(test, frag.off + n, 65536U);
		memcpy(h->bytes + frag.off, (u8 *)(ip + 1) + 8, n);
		h->len += n;
	}
	return h;
}

static void expect_datagram(struct kunit *test, struct heard *h, u32 len)
{
	struct ksmol_addr us = ksmol_ip6(US6), peer = ksmol_ip6(PEER6);
	u32 i, wrong = 0;

	KUNIT_ASSERT_EQ(test, h->len, len);
	for (i = sizeof(struct udphdr); i < len; i++)
		wrong += h->bytes[i] != (u8)(i * 7);
	KUNIT_EXPECT_EQ(test, wrong, 0U);
	/* Complete before it was cut, whatever the device could do. */
	KUNIT_EXPECT_EQ(test, csum_ipv6_magic(&us.v6, &peer.v6, len,
					      IPPROTO_UDP,
					      csum_partial(h->bytes, len, 0)),
			0);
}

static struct ksmol_flow cut_flow(void)
{
	struct ksmol_flow flow = iface6_flow(PEER6);

	flow.frag = true;
	return flow;
}

/* Pitfall 21 */
static void fragment__any_length(struct kunit *test)
{
	static const u32 len[] = { 1461, 1464, 2896, 2897, 9001, 65535 };
	struct ksmol_flow flow = cut_flow();
	struct iface_fixture *f = iface6_attached(test);
	struct heard *h;
	u32 i, k;

	for (k = 0; k < ARRAY_SIZE(offloads); k++) {
		f->vdev->dev->features = offloads[k];
		for (i = 0; i < ARRAY_SIZE(len); i++) {
			KUNIT_EXPECT_EQ(test, output(test, &flow, len[i]), 0);
			h = hear(test);
			KUNIT_EXPECT_EQ(test, h->nr,
					DIV_ROUND_UP(len[i], 1448U));
			KUNIT_EXPECT_LE(test, h->largest, 1500U);
			expect_datagram(test, h, len[i]);
			kunit_kfree(test, h);
		}
	}
}

/* Nobody but the source, and it only where it was asked to. */
static void fragment__not_unasked(struct kunit *test)
{
	u64 drops = iface_tx_drop(KSMOL_TX_DROP_TOO_BIG);
	struct ksmol_flow flow = iface6_flow(PEER6);

	iface6_attached(test);
	KUNIT_EXPECT_EQ(test, output(test, &flow, 1461), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_TOO_BIG), drops + 1);
	flow.frag = true;
	KUNIT_EXPECT_EQ(test, output(test, &flow, 65536), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* RFC 7739: what one number says of the next is nothing. */
static void fragment__identification(struct kunit *test)
{
	struct ksmol_flow flow = cut_flow();
	u32 id[4], i;

	iface6_attached(test);
	for (i = 0; i < ARRAY_SIZE(id); i++) {
		KUNIT_EXPECT_EQ(test, output(test, &flow, 2000), 0);
		id[i] = hear(test)->id;
	}
	KUNIT_EXPECT_NE(test, id[1] - id[0], id[2] - id[1]);
	KUNIT_EXPECT_NE(test, id[2] - id[1], id[3] - id[2]);
}

/* Pitfall 19: to the path's MTU, and to the link's when that has shrunk. */
static void fragment__path(struct kunit *test)
{
	struct ksmol_flow flow = cut_flow();
	struct heard *h;

	iface6_attached(test);
	ksmol_pmtu_update(&init_net, AF_INET6, &flow.daddr, 1300);
	KUNIT_EXPECT_EQ(test, output(test, &flow, 3000), 0);
	h = hear(test);
	KUNIT_EXPECT_EQ(test, h->largest, 1296U);
	expect_datagram(test, h, 3000);
	/* IPv4's ways are others. */
	KUNIT_EXPECT_EQ(test, ksmol_pmtu_get(&init_net, AF_INET, &flow.daddr,
					     1500), 1500U);
}

/* Pitfall 32: it waits whole, and goes out in fragments. */
static void fragment__waits_for_the_neighbor(struct kunit *test)
{
	struct ksmol_flow flow = cut_flow();

	iface_attach(test, SPEC6);
	KUNIT_EXPECT_EQ(test, output(test, &flow, 5000), 0);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_NEIGH), 2U);
	iface_forget(test);
	iface6_know(test, PEER6);
	expect_datagram(test, hear(test), 5000);
}

/* Pitfall 30: who waits in vain is told. */
static void neighbor__silent(struct kunit *test)
{
	struct ksmol_flow flow = cut_flow();
	struct iface_fixture *f = iface_attach(test, SPEC6);

	KUNIT_EXPECT_EQ(test, output(test, &flow, 100), 0);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_NEIGH), 1U);
	ksmol_vdev_up(f->vdev, false);
	KUNIT_EXPECT_EQ(test, f->errors, 1U);
	KUNIT_EXPECT_EQ(test, f->error.errno_, EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, f->error.quote.family, AF_INET6);
	KUNIT_EXPECT_EQ(test, f->error.quote.sport, htons(2000));
	KUNIT_EXPECT_EQ(test, f->error.payload_len, 92U);
}

static struct kunit_case ipv6_output_cases[] = {
	KUNIT_CASE(output__header),
	KUNIT_CASE(output__flow_label),
	KUNIT_CASE(output__to_a_group),
	KUNIT_CASE(output__to_ourselves),
	KUNIT_CASE(output__whole),
	KUNIT_CASE(segment__any_offload),
	KUNIT_CASE(fragment__any_length),
	KUNIT_CASE(fragment__not_unasked),
	KUNIT_CASE(fragment__identification),
	KUNIT_CASE(fragment__path),
	KUNIT_CASE(fragment__waits_for_the_neighbor),
	KUNIT_CASE(neighbor__silent),
	{}
};

static struct kunit_suite ipv6_output_suite = {
	.name = "ksmol_iface_ipv6_output",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = ipv6_output_cases,
};

kunit_test_suite(ipv6_output_suite);
