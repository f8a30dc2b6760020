// SPDX-License-Identifier: GPL-2.0-only
/* Neighbor discovery and duplicate address detection, by frames. */

#include <linux/rtnetlink.h>
#include "nd_fixture.h"

#define SNM_US		"ff02::1:ff00:1"
#define SNM_PEER	"ff02::1:ff00:2"
#define ALL_NODES	"ff02::1"

static const u8 other_mac[ETH_ALEN] __aligned(2) = { 2, 0, 0, 0, 9, 9 };

static bool is_from(const struct ipv6hdr *ip, const char *addr)
{
	struct ksmol_addr a = ksmol_ip6(addr);

	return !memcmp(&ip->saddr, &a, 16);
}

static bool is_to(const struct ipv6hdr *ip, const char *addr)
{
	struct ksmol_addr a = ksmol_ip6(addr);

	return !memcmp(&ip->daddr, &a, 16);
}

static const char *linklocal(struct kunit *test, char *text)
{
	struct iface_fixture *f = test->priv;
	struct ksmol_addr addr;

	rcu_read_lock();
	KUNIT_EXPECT_TRUE(test, ksmol_addr_linklocal(f->iface, &addr));
	rcu_read_unlock();
	return ksmol_addr_str(AF_INET6, &addr, text);
}

static void later(struct kunit *test, unsigned int ms)
{
	struct iface_fixture *f = test->priv;

	iface_later(f, ms);
	timer_delete_sync(&f->iface->timer);
}

/* PEER6 is reachable at the peer's link-layer address. */
static void know_peer(struct kunit *test)
{
	struct nd_message m;

	nd_send(test, PEER6, 8);
	nd_na(&m, PEER6, US6, 0x60, PEER6, ksmol_vdev_peer_mac);
	nd_arrives(test, &m);
	iface_forget(test);
}

/* --- solicitations --- */

static void ns__answered(struct kunit *test)
{
	u64 handled = iface_verdict(KSMOL_HANDLED);
	u8 dst[ETH_ALEN], flags;
	struct ipv6hdr *ip;
	struct nd_message m;
	struct iface_fixture *f = nd_attach(test, SPEC6);

	nd_ns(&m, PEER6, SNM_US, US6, ksmol_vdev_peer_mac);
	nd_arrives(test, &m);
	ip = nd_sent_na(test, US6, &flags, dst);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_EQ(test, memcmp(dst, ksmol_vdev_peer_mac, ETH_ALEN), 0);
	KUNIT_EXPECT_TRUE(test, is_from(ip, US6));
	KUNIT_EXPECT_TRUE(test, is_to(ip, PEER6));
	/* Solicited, override; no router. */
	KUNIT_EXPECT_EQ(test, flags, 0x60);
	KUNIT_EXPECT_GE(test, iface_verdict(KSMOL_HANDLED), handled + 1);
	KUNIT_EXPECT_EQ(test, nd_neigh(f, PEER6), KSMOL_NEIGH_STALE);
}

/* Pitfall 34: a link-local address is asked for and answered as any other. */
static void ns__link_local(struct kunit *test)
{
	char us[KSMOL_ADDR_STRLEN];
	struct ipv6hdr *ip;
	struct nd_message m;
	u8 flags;

	nd_attach(test, SPEC6);
	linklocal(test, us);
	nd_ns(&m, "fe80::2", us, us, ksmol_vdev_peer_mac);
	nd_arrives(test, &m);
	ip = nd_sent_na(test, us, &flags, NULL);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_TRUE(test, is_from(ip, us));
	KUNIT_EXPECT_TRUE(test, is_to(ip, "fe80::2"));
}

/* Pitfall 25: a probe for our address is answered: it is taken. */
static void ns__probe_for_our_address(struct kunit *test)
{
	u8 dst[ETH_ALEN], flags;
	struct ipv6hdr *ip;
	struct nd_message m;

	nd_attach(test, SPEC6);
	nd_ns(&m, "::", SNM_US, US6, NULL);
	nd_arrives(test, &m);
	ip = nd_sent_na(test, US6, &flags, dst);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_TRUE(test, is_to(ip, ALL_NODES));
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(dst), 0x3333);
	KUNIT_EXPECT_EQ(test, flags, 0x20);
}

static void ns__without_his_address(struct kunit *test)
{
	u8 dst[ETH_ALEN], flags;
	struct nd_message m;

	nd_attach(test, SPEC6);
	know_peer(test);
	nd_ns(&m, PEER6, US6, US6, NULL);
	nd_arrives(test, &m);
	KUNIT_ASSERT_NOT_NULL(test, nd_sent_na(test, US6, &flags, dst));
	KUNIT_EXPECT_EQ(test, memcmp(dst, ksmol_vdev_peer_mac, ETH_ALEN), 0);
}

/* RFC 4861 7.1.1: what is wrong is counted, and not answered. */
static void ns__malformed(struct kunit *test)
{
	u64 hops = iface_verdict(KSMOL_DROP_ND_HOPS);
	u64 addr = iface_verdict(KSMOL_DROP_ND_ADDR);
	u64 form = iface_verdict(KSMOL_DROP_ND_FORMAT);
	static const u8 zero[8] = { 1, 0 };
	struct nd_message m;

	nd_attach(test, SPEC6);
	nd_ns(&m, PEER6, SNM_US, US6, ksmol_vdev_peer_mac);
	m.hops = 254;
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ND_HOPS), hops + 1);
	nd_ns(&m, PEER6, SNM_US, "ff02::1", ksmol_vdev_peer_mac);
	nd_arrives(test, &m);
	/* From nobody, to one; and from nobody, who says where he is. */
	nd_ns(&m, "::", US6, US6, NULL);
	nd_arrives(test, &m);
	nd_ns(&m, "::", SNM_US, US6, ksmol_vdev_peer_mac);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ND_ADDR), addr + 3);
	nd_ns(&m, PEER6, SNM_US, US6, NULL);
	nd_put(&m, zero, 8);
	nd_arrives(test, &m);
	nd_ns(&m, PEER6, SNM_US, US6, NULL);
	m.bytes[1] = 1;
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ND_FORMAT), form + 2);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

static void ns__for_another(struct kunit *test)
{
	u64 others = iface_verdict(KSMOL_DROP_ND_NOT_US);
	struct iface_fixture *f = nd_attach(test, SPEC6);
	struct nd_message m;

	nd_ns(&m, PEER6, ALL_NODES, "fd77::9", ksmol_vdev_peer_mac);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ND_NOT_US), others + 1);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	KUNIT_EXPECT_EQ(test, nd_neigh(f, PEER6), KSMOL_NEIGH_FREE);
}

/* Pitfall 2: with every ordinary buffer taken neighbors are answered. */
static void ns__while_senders_took_all(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, SPEC6);
	struct nd_message m;
	unsigned int i;
	u8 flags;

	iface_take_tx(f, false);
	for (i = 0; i < 200; i++) {
		nd_ns(&m, PEER6, SNM_US, US6, ksmol_vdev_peer_mac);
		nd_arrives(test, &m);
		KUNIT_ASSERT_NOT_NULL(test, nd_sent_na(test, US6, &flags,
						       NULL));
	}
}

/* Pitfall 26: strangers don't evict those we talk to, and don't fill the
 * table.
 */
static void ns__flood_of_strangers(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, SPEC6);
	struct nd_message m;
	char text[32];
	unsigned int i;

	know_peer(test);
	for (i = 0; i < 2 * ksmol_params.neigh_max; i++) {
		snprintf(text, sizeof(text), "fd77::1:%x", i);
		nd_ns(&m, text, SNM_US, US6, other_mac);
		nd_arrives(test, &m);
		iface_forget(test);
	}
	KUNIT_EXPECT_EQ(test, nd_neigh(f, PEER6), KSMOL_NEIGH_REACHABLE);
	KUNIT_EXPECT_GE(test, ksmol_neigh_table.nr_free,
			ksmol_neigh_table.nr / 4);
	/* And there is room for whom we want to talk to. */
	KUNIT_EXPECT_EQ(test, nd_send(test, "fd77::77", 8), 0);
	KUNIT_EXPECT_EQ(test, nd_neigh(f, "fd77::77"), KSMOL_NEIGH_INCOMPLETE);
}

/* --- resolution --- */

/* Pitfall 32: the first packet is sent after resolution, not lost. */
static void output__resolved(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, SPEC6);
	u8 dst[ETH_ALEN], *icmp;
	struct ipv6hdr *ip;
	struct nd_message m;

	KUNIT_EXPECT_EQ(test, nd_send(test, PEER6, 8), 0);
	ip = nd_sent_ns(test, PEER6, dst);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_TRUE(test, is_to(ip, SNM_PEER));
	KUNIT_EXPECT_TRUE(test, is_from(ip, US6));
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(dst), 0x3333ff00U);
	icmp = (u8 *)(ip + 1);
	/* Who we are is said, so that the answer needs no question. */
	KUNIT_EXPECT_EQ(test, icmp[24], 1);
	KUNIT_EXPECT_EQ(test, memcmp(icmp + 26, ksmol_vdev_mac, ETH_ALEN), 0);
	nd_na(&m, PEER6, US6, 0x60, PEER6, ksmol_vdev_peer_mac);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, nd_neigh(f, PEER6), KSMOL_NEIGH_REACHABLE);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 1U);
}

/* Pitfall 30: who sent it is told, pitfall 28: three questions, no more. */
static void output__nobody_answers(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, SPEC6);
	unsigned int i;

	nd_send(test, PEER6, 8);
	for (i = 1; i <= 4; i++)
		later(test, i * 1000);
	KUNIT_EXPECT_EQ(test, nd_neigh(f, PEER6), KSMOL_NEIGH_FAILED);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 3U);
	KUNIT_EXPECT_EQ(test, f->errors, 1U);
	KUNIT_EXPECT_EQ(test, f->error.errno_, EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, f->error.quote.family, AF_INET6);
}

/* Pitfall 29: one in use is asked before it is forgotten, and he alone. */
static void output__probed_by_unicast(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, SPEC6);
	u8 dst[ETH_ALEN];
	struct ipv6hdr *ip;
	struct nd_message m;

	nd_ns(&m, PEER6, SNM_US, US6, ksmol_vdev_peer_mac);
	nd_arrives(test, &m);
	iface_forget(test);
	nd_send(test, PEER6, 8);
	KUNIT_EXPECT_EQ(test, nd_neigh(f, PEER6), KSMOL_NEIGH_DELAY);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 1U);
	later(test, 5100);
	KUNIT_EXPECT_EQ(test, nd_neigh(f, PEER6), KSMOL_NEIGH_PROBE);
	ip = nd_sent_ns(test, PEER6, dst);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_TRUE(test, is_to(ip, PEER6));
	KUNIT_EXPECT_EQ(test, memcmp(dst, ksmol_vdev_peer_mac, ETH_ALEN), 0);
}

/* --- advertisements: RFC 4861 7.2.5 --- */

static void na__unknown_neighbor(struct kunit *test)
{
	u64 others = iface_verdict(KSMOL_DROP_ND_NOT_US);
	struct iface_fixture *f = nd_attach(test, SPEC6);
	struct nd_message m;

	nd_na(&m, PEER6, US6, 0x60, PEER6, ksmol_vdev_peer_mac);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ND_NOT_US), others + 1);
	KUNIT_EXPECT_EQ(test, nd_neigh(f, PEER6), KSMOL_NEIGH_FREE);
}

static void na__without_an_address(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, SPEC6);
	struct nd_message m;

	nd_send(test, PEER6, 8);
	nd_na(&m, PEER6, US6, 0x60, PEER6, NULL);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, nd_neigh(f, PEER6), KSMOL_NEIGH_INCOMPLETE);
}

static void na__without_override(struct kunit *test)
{
	struct ksmol_addr peer = ksmol_ip6(PEER6);
	struct iface_fixture *f = nd_attach(test, SPEC6);
	u8 mac[ETH_ALEN] __aligned(2);
	struct nd_message m;

	know_peer(test);
	nd_na(&m, PEER6, US6, 0x40, PEER6, other_mac);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, ksmol_neigh_state(f->iface, AF_INET6, &peer, mac),
			KSMOL_NEIGH_STALE);
	KUNIT_EXPECT_EQ(test, memcmp(mac, ksmol_vdev_peer_mac, ETH_ALEN), 0);
}

static void na__with_override(struct kunit *test)
{
	struct ksmol_addr peer = ksmol_ip6(PEER6);
	struct iface_fixture *f = nd_attach(test, SPEC6);
	u8 mac[ETH_ALEN] __aligned(2);
	struct nd_message m;

	know_peer(test);
	/* Not in answer to a question: it counts, but proves nothing. */
	nd_na(&m, PEER6, ALL_NODES, 0x20, PEER6, other_mac);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, ksmol_neigh_state(f->iface, AF_INET6, &peer, mac),
			KSMOL_NEIGH_STALE);
	KUNIT_EXPECT_EQ(test, memcmp(mac, other_mac, ETH_ALEN), 0);
	nd_na(&m, PEER6, US6, 0x60, PEER6, other_mac);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, nd_neigh(f, PEER6), KSMOL_NEIGH_REACHABLE);
}

/* One who says what we know, unasked, changes nothing. */
static void na__no_news(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, SPEC6);
	struct nd_message m;

	know_peer(test);
	nd_na(&m, PEER6, ALL_NODES, 0x20, PEER6, ksmol_vdev_peer_mac);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, nd_neigh(f, PEER6), KSMOL_NEIGH_REACHABLE);
}

/* Pitfall 27, and RFC 4861 7.1.2. */
static void na__malformed(struct kunit *test)
{
	static const u8 group[ETH_ALEN] = { 0x33, 0x33, 0, 0, 0, 1 };
	u64 addr = iface_verdict(KSMOL_DROP_ND_ADDR);
	struct iface_fixture *f = nd_attach(test, SPEC6);
	struct nd_message m;

	nd_send(test, PEER6, 8);
	nd_na(&m, PEER6, ALL_NODES, 0x60, PEER6, ksmol_vdev_peer_mac);
	nd_arrives(test, &m);
	nd_na(&m, PEER6, US6, 0x60, "ff02::2", ksmol_vdev_peer_mac);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ND_ADDR), addr + 2);
	nd_na(&m, PEER6, US6, 0x60, PEER6, group);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, nd_neigh(f, PEER6), KSMOL_NEIGH_INCOMPLETE);
}

/* --- duplicate address detection: RFC 4862 5.4 --- */

/* Pitfall 25: the whole start of an address, as seen on the wire. */
static void dad__before_use(struct kunit *test)
{
	struct iface_fixture *f = test->priv;
	struct ipv6hdr *ip;
	struct nd_message m;
	u8 flags;

	ksmol_params.arp_probe_ms = 100000;
	nd_attach(test, "fd77::1/64,fe80::77/64");
	KUNIT_EXPECT_EQ(test, nd_ifaddr(f, US6)->state, KSMOL_ADDR_TENTATIVE);
	/* It is not ours yet. */
	nd_ns(&m, PEER6, SNM_US, US6, ksmol_vdev_peer_mac);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	nd_addrs_later(test, 100000);
	ip = nd_sent_ns(test, US6, NULL);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_TRUE(test, is_from(ip, "::"));
	KUNIT_EXPECT_TRUE(test, is_to(ip, SNM_US));
	KUNIT_EXPECT_EQ(test, iface_forget(test), 1U);
	KUNIT_EXPECT_EQ(test, nd_send(test, PEER6, 8), -EADDRNOTAVAIL);
	nd_addrs_later(test, 300000);
	KUNIT_EXPECT_EQ(test, nd_ifaddr(f, US6)->state, KSMOL_ADDR_VALID);
	KUNIT_ASSERT_NOT_NULL(test, nd_sent_na(test, US6, &flags, NULL));
	KUNIT_EXPECT_EQ(test, flags, 0x20);
}

/* Somebody has it, or is probing for it as well. */
static void dad__conflict(struct kunit *test)
{
	struct iface_fixture *f = test->priv;
	struct nd_message m;
	int i;

	ksmol_params.arp_probe_ms = 100000;
	for (i = 0; i < 2; i++) {
		nd_attach(test, SPEC6);
		if (i)
			nd_ns(&m, "::", SNM_US, US6, NULL);
		else
			nd_na(&m, US6, ALL_NODES, 0x20, US6,
			      ksmol_vdev_peer_mac);
		nd_arrives(test, &m);
		KUNIT_EXPECT_EQ(test, nd_ifaddr(f, US6)->state,
				KSMOL_ADDR_CONFLICT);
		KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
		iface_detach(test);
	}
}

/* RFC 7527: a link that gives us our own probe back has no other station. */
static void dad__our_own_probe(struct kunit *test)
{
	struct iface_fixture *f = test->priv;
	u8 nonce[8] = { 14, 1 };
	struct nd_message m;

	ksmol_params.arp_probe_ms = 100000;
	nd_attach(test, SPEC6);
	memcpy(nonce + 2, f->iface->nonce, 6);
	nd_ns(&m, "::", SNM_US, US6, NULL);
	nd_put(&m, nonce, 8);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, nd_ifaddr(f, US6)->state, KSMOL_ADDR_TENTATIVE);
	m.bytes[26] ^= 1;
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, nd_ifaddr(f, US6)->state, KSMOL_ADDR_CONFLICT);
}

/* RFC 7217 6: a link-local address that is taken is formed anew. */
static void dad__formed_anew(struct kunit *test)
{
	struct iface_fixture *f = test->priv;
	char us[KSMOL_ADDR_STRLEN];
	struct ksmol_ifaddr *ifa;
	struct nd_message m;

	ksmol_params.arp_probe_ms = 100000;
	nd_attach(test, SPEC6);
	ifa = &f->iface->addrs[1];
	KUNIT_ASSERT_TRUE(test, ksmol_addr_is_linklocal6(&ifa->addr));
	ksmol_addr_str(AF_INET6, &ifa->addr, us);
	nd_na(&m, us, ALL_NODES, 0x20, us, ksmol_vdev_peer_mac);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, ifa->state, KSMOL_ADDR_CONFLICT);
	nd_autoconf_later(test, 1000);
	KUNIT_EXPECT_EQ(test, ifa->state, KSMOL_ADDR_TENTATIVE);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_is_linklocal6(&ifa->addr));
	KUNIT_EXPECT_NULL(test, nd_ifaddr(f, us));
	KUNIT_EXPECT_EQ(test, ifa->tries, 1);
}

/* One made of the link-layer address has no other. */
static void dad__eui64_is_lost(struct kunit *test)
{
	struct iface_fixture *f = test->priv;
	char us[KSMOL_ADDR_STRLEN];
	struct ksmol_ifaddr *ifa;
	struct nd_message m;

	ksmol_params.arp_probe_ms = 100000;
	ksmol_params.ipv6_eui64 = true;
	nd_attach(test, SPEC6);
	ifa = &f->iface->addrs[1];
	KUNIT_EXPECT_EQ(test, ifa->addr.v6.s6_addr[11], 0xff);
	KUNIT_EXPECT_EQ(test, ifa->addr.v6.s6_addr[12], 0xfe);
	ksmol_addr_str(AF_INET6, &ifa->addr, us);
	nd_na(&m, us, ALL_NODES, 0x20, us, ksmol_vdev_peer_mac);
	nd_arrives(test, &m);
	nd_autoconf_later(test, 1000);
	KUNIT_EXPECT_EQ(test, ifa->state, KSMOL_ADDR_CONFLICT);
}

/* Another station says that our address is his: we say once that it is ours. */
static void address__defended(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, SPEC6);
	struct ipv6hdr *ip;
	struct nd_message m;
	u8 flags;
	int i;

	for (i = 0; i < 5; i++) {
		nd_na(&m, "fe80::9", ALL_NODES, 0x20, US6, other_mac);
		nd_arrives(test, &m);
	}
	ip = nd_sent_na(test, US6, &flags, NULL);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_TRUE(test, is_to(ip, ALL_NODES));
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	KUNIT_EXPECT_EQ(test, nd_ifaddr(f, US6)->state, KSMOL_ADDR_VALID);
	KUNIT_EXPECT_EQ(test, nd_neigh(f, US6), KSMOL_NEIGH_FREE);
}

/* --- the device --- */

/* It listens where our addresses are asked for, and no longer than that. */
static void groups__of_addresses(struct kunit *test)
{
	struct iface_fixture *f = test->priv;
	u32 before = netdev_mc_count(f->vdev->dev), with;

	nd_attach(test, SPEC6);
	with = netdev_mc_count(f->vdev->dev);
	/* All nodes; that of our address, and of the link-local one. */
	KUNIT_EXPECT_GE(test, with, before + 2);
	iface_detach(test);
	KUNIT_EXPECT_EQ(test, netdev_mc_count(f->vdev->dev), before);
	/* Without IPv6 there are none. */
	iface_attach(test, SPEC);
	KUNIT_EXPECT_LT(test, netdev_mc_count(f->vdev->dev), with);
	KUNIT_EXPECT_NULL(test, f->iface->autoconf);
}

/* More groups than there may be: refused, and nothing is left. */
static void groups__bounded(struct kunit *test)
{
	struct iface_fixture *f = test->priv;
	u32 before = netdev_mc_count(f->vdev->dev);

	ksmol_params.igmp_max = 4;
	KUNIT_EXPECT_EQ(test, iface_try(test, "fd77::1/64,fd77::2/64,fd77::3/64,fd77::4/64"),
			-ENOBUFS);
	KUNIT_EXPECT_NULL(test, f->iface);
	KUNIT_EXPECT_EQ(test, netdev_mc_count(f->vdev->dev), before);
	KUNIT_EXPECT_EQ(test, iface_try(test, "fd77::1/64,fd77::2/64"), 0);
}

static struct kunit_case nd_cases[] = {
	KUNIT_CASE(ns__answered),
	KUNIT_CASE(ns__link_local),
	KUNIT_CASE(ns__probe_for_our_address),
	KUNIT_CASE(ns__without_his_address),
	KUNIT_CASE(ns__malformed),
	KUNIT_CASE(ns__for_another),
	KUNIT_CASE(ns__while_senders_took_all),
	KUNIT_CASE(ns__flood_of_strangers),
	KUNIT_CASE(output__resolved),
	KUNIT_CASE(output__nobody_answers),
	KUNIT_CASE(output__probed_by_unicast),
	KUNIT_CASE(na__unknown_neighbor),
	KUNIT_CASE(na__without_an_address),
	KUNIT_CASE(na__without_override),
	KUNIT_CASE(na__with_override),
	KUNIT_CASE(na__no_news),
	KUNIT_CASE(na__malformed),
	KUNIT_CASE(dad__before_use),
	KUNIT_CASE(dad__conflict),
	KUNIT_CASE(dad__our_own_probe),
	KUNIT_CASE(dad__formed_anew),
	KUNIT_CASE(dad__eui64_is_lost),
	KUNIT_CASE(address__defended),
	KUNIT_CASE(groups__of_addresses),
	KUNIT_CASE(groups__bounded),
	{}
};

static struct kunit_suite nd_suite = {
	.name = "ksmol_iface_nd",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = nd_cases,
};

kunit_test_suite(nd_suite);
