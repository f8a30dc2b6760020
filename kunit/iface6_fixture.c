// SPDX-License-Identifier: GPL-2.0-only
#include <linux/icmpv6.h>
#include <net/ip6_checksum.h>
#include "iface6_fixture.h"

struct ksmol_frame6_ends iface6_ends(const char *daddr)
{
	struct ksmol_frame6_ends ends = {
		.saddr = ksmol_ip6(PEER6),
		.daddr = ksmol_ip6(daddr),
		.sport = htons(1000),
		.dport = htons(2000),
	};

	ether_addr_copy(ends.smac, ksmol_vdev_peer_mac);
	ether_addr_copy(ends.dmac, ksmol_vdev_mac);
	return ends;
}

void iface6_know(struct kunit *test, const char *text)
{
	struct ksmol_addr addr = ksmol_ip6(text);
	struct iface_fixture *f = test->priv;

	rcu_read_lock();
	local_bh_disable();
	KUNIT_EXPECT_TRUE(test, ksmol_neigh_heard(f->iface, AF_INET6, &addr,
						  ksmol_vdev_peer_mac,
						  KSMOL_NEIGH_CREATE));
	local_bh_enable();
	rcu_read_unlock();
}

struct iface_fixture *iface6_attached(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC6);

	iface6_know(test, PEER6);
	return f;
}

struct ksmol_flow iface6_flow(const char *daddr)
{
	return (struct ksmol_flow){
		.net = &init_net,
		.family = AF_INET6,
		.proto = IPPROTO_UDP,
		.ttl = 64,
		.daddr = ksmol_ip6(daddr),
	};
}

struct ipv6hdr *iface6_sent(struct kunit *test, u8 *dst)
{
	struct ipv6hdr *ip;
	u32 len;

	ip = (struct ipv6hdr *)iface_sent(test, ETH_P_IPV6, dst, &len);
	if (!ip)
		return NULL;
	KUNIT_EXPECT_EQ(test, *(u8 *)ip >> 4, 6);
	KUNIT_EXPECT_EQ(test, len, sizeof(*ip) + ntohs(ip->payload_len));
	return ip;
}

void iface6_expect_problem(struct kunit *test, u8 code, u32 pointer)
{
	struct ipv6hdr *ip = iface6_sent(test, NULL);
	struct icmp6hdr *icmp = (struct icmp6hdr *)(ip + 1);
	u32 len;

	KUNIT_ASSERT_NOT_NULL(test, ip);
	len = ntohs(ip->payload_len);
	KUNIT_EXPECT_EQ(test, ip->nexthdr, IPPROTO_ICMPV6);
	KUNIT_EXPECT_EQ(test, icmp->icmp6_type, ICMPV6_PARAMPROB);
	KUNIT_EXPECT_EQ(test, icmp->icmp6_code, code);
	KUNIT_EXPECT_EQ(test, ntohl(icmp->icmp6_pointer), pointer);
	KUNIT_EXPECT_EQ(test, csum_ipv6_magic(&ip->saddr, &ip->daddr, len,
					      IPPROTO_ICMPV6,
					      csum_partial(icmp, len, 0)), 0);
}
