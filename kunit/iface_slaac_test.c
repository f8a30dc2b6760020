// SPDX-License-Identifier: GPL-2.0-only
/* Autoconfiguration by frames: routers come, addresses and routes follow. */

#include <linux/rtnetlink.h>
#include "../module/iface/route.h"
#include "nd_fixture.h"

#define SLAAC	"slaac"
#define PREFIX	"fd88::"

/* Routes, as the interface has learned them. */
static unsigned int learned(struct kunit *test)
{
	struct iface_fixture *f = test->priv;
	const struct ksmol_route_table *table;
	unsigned int i, n = 0;

	rcu_read_lock();
	table = rcu_dereference(f->iface->pernet->routes);
	for (i = 0; i < table->count; i++)
		n += table->entry[i].learned && !table->entry[i].gone;
	rcu_read_unlock();
	return n;
}

/* The address formed in PREFIX, or NULL. */
static struct ksmol_ifaddr *formed(struct iface_fixture *f)
{
	struct ksmol_addr prefix = ksmol_ip6(PREFIX);
	int i;

	for (i = 0; i < KSMOL_IFACE_ADDRS; i++) {
		struct ksmol_ifaddr *ifa = &f->iface->addrs[i];

		if (ifa->state != KSMOL_ADDR_UNUSED &&
		    ifa->state != KSMOL_ADDR_FREE &&
		    ksmol_addr_prefix_equal(&ifa->addr, &prefix, 64))
			return ifa;
	}
	return NULL;
}

static int gateway(struct kunit *test, const char *daddr,
		   struct ksmol_dst *dst)
{
	struct ksmol_flow flow = {
		.net = &init_net,
		.family = AF_INET6,
		.daddr = ksmol_ip6(daddr),
	};

	return iface_route(&flow, dst);
}

static void advertise(struct kunit *test, const char *router, u8 flags,
		      u16 lifetime, u8 prefix_flags, u32 valid, u32 preferred)
{
	struct nd_message m;

	nd_ra(&m, router, flags, lifetime);
	nd_put_mac(&m, 1, ksmol_vdev_peer_mac);
	if (prefix_flags)
		nd_put_prefix(&m, PREFIX, 64, prefix_flags, valid, preferred);
	nd_arrives(test, &m);
	nd_autoconf_later(test, 1000);
}

static void spec_parse__slaac(struct kunit *test)
{
	struct ksmol_spec *spec = kunit_kzalloc(test, sizeof(*spec),
						GFP_KERNEL);
	const char *why;

	KUNIT_ASSERT_EQ(test, ksmol_spec_parse("e,slaac", spec, &why), 0);
	KUNIT_EXPECT_TRUE(test, spec->slaac);
	KUNIT_EXPECT_EQ(test, ksmol_spec_parse("e,slaac=1", spec, &why),
			-EINVAL);
	KUNIT_ASSERT_EQ(test, ksmol_spec_parse("e,fd00::1/64", spec, &why), 0);
	KUNIT_EXPECT_FALSE(test, spec->slaac);
}

/* RFC 4861 6.3.7, RFC 7559: asked again, less and less often, until one is
 * there.
 */
static void routers__asked_for(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, SLAAC);
	struct ksmol_autoconf *ac = f->iface->autoconf;
	unsigned long wait = 0, due;
	struct ipv6hdr *ip;
	u8 *icmp;
	int i;

	for (i = 0; i < 5; i++) {
		due = ac->ask_due;
		nd_autoconf_at(test, due);
		ip = nd_sent(test, &icmp, NULL);
		KUNIT_ASSERT_NOT_NULL(test, ip);
		KUNIT_EXPECT_EQ(test, icmp[0], 133);
		/* Who asks is said, so that he can be told alone. */
		KUNIT_EXPECT_EQ(test, icmp[8], 1);
		KUNIT_EXPECT_EQ(test, ip->hop_limit, 255);
		KUNIT_EXPECT_EQ(test, ip->saddr.s6_addr[0], 0xfe);
		KUNIT_EXPECT_GT(test, ac->ask_due - due, wait);
		wait = ac->ask_due - due;
	}
	advertise(test, ROUTER, 0, 1800, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, ac->ask, 0UL);
}

/* Pitfall 5: a question that got no buffer stays due. */
static void routers__asked_once_there_is_a_buffer(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, SLAAC);
	struct ksmol_autoconf *ac = f->iface->autoconf;
	unsigned long due = ac->ask_due, ask = ac->ask;

	iface_take_tx(f, true);
	nd_autoconf_at(test, due);
	KUNIT_EXPECT_EQ(test, ac->ask, ask);
	KUNIT_EXPECT_EQ(test, ac->ask_due, due + KSMOL_ADDR_RETRY);
	iface_give_tx(f);
	nd_autoconf_at(test, ac->ask_due);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 1U);
}

/* Nobody asked, nobody listens: routers say nothing to who has no "slaac". */
static void routers__not_asked_for(struct kunit *test)
{
	u64 ignored = iface_verdict(KSMOL_DROP_ND_IGNORED);
	struct iface_fixture *f = nd_attach(test, SPEC6);

	advertise(test, ROUTER, 0, 1800, 0xc0, 3600, 1800);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ND_IGNORED),
			ignored + 1);
	KUNIT_EXPECT_EQ(test, learned(test), 0U);
	KUNIT_EXPECT_NULL(test, formed(f));
}

static void advert__address_and_routes(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, SLAAC);
	struct ksmol_addr router = ksmol_ip6(ROUTER);
	struct ksmol_ifaddr *ifa;
	struct ksmol_dst dst;

	KUNIT_EXPECT_EQ(test, gateway(test, "2001:db8::1", &dst), -ENETUNREACH);
	advertise(test, ROUTER, 0, 1800, 0xc0, 3600, 1800);
	ifa = formed(f);
	KUNIT_ASSERT_NOT_NULL(test, ifa);
	KUNIT_EXPECT_EQ(test, ifa->state, KSMOL_ADDR_VALID);
	KUNIT_EXPECT_FALSE(test, ifa->deprecated);
	KUNIT_EXPECT_EQ(test, learned(test), 2U);
	KUNIT_ASSERT_EQ(test, gateway(test, "2001:db8::1", &dst), 0);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&dst.nexthop, &router));
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&dst.saddr, &ifa->addr));
	KUNIT_ASSERT_EQ(test, gateway(test, "fd88::5", &dst), 0);
	KUNIT_EXPECT_TRUE(test, dst.nexthop.w[3] == (__force u32)htonl(5));
	/* And where it lives has been heard. */
	KUNIT_EXPECT_EQ(test, nd_neigh(f, ROUTER), KSMOL_NEIGH_STALE);
}

/* Pitfall 35: not from beyond a router, not from who is none. */
static void advert__refused(struct kunit *test)
{
	u64 hops = iface_verdict(KSMOL_DROP_ND_HOPS);
	u64 addr = iface_verdict(KSMOL_DROP_ND_ADDR);
	struct iface_fixture *f = nd_attach(test, SLAAC);
	struct nd_message m;

	nd_ra(&m, ROUTER, 0, 1800);
	m.hops = 254;
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ND_HOPS), hops + 1);
	nd_ra(&m, "fd88::9", 0, 1800);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ND_ADDR), addr + 1);
	nd_autoconf_later(test, 1000);
	KUNIT_EXPECT_EQ(test, learned(test), 0U);
	KUNIT_EXPECT_NULL(test, formed(f));
}

/* Pitfall 35: the two-hour rule: nobody's word ends an address at once. */
static void advert__two_hours(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, SLAAC);
	struct ksmol_ifaddr *ifa;

	advertise(test, ROUTER, 0, 1800, 0xc0, 86400, 86400);
	advertise(test, ROUTER, 0, 1800, 0xc0, 0, 0);
	ifa = formed(f);
	KUNIT_ASSERT_NOT_NULL(test, ifa);
	KUNIT_EXPECT_EQ(test, ifa->state, KSMOL_ADDR_VALID);
	KUNIT_EXPECT_GE(test, ifa->valid, ksmol_lifetime_now() + 7100);
	/* But nobody begins to use it, and its prefix is not on the link. */
	KUNIT_EXPECT_TRUE(test, ifa->deprecated);
	KUNIT_EXPECT_EQ(test, learned(test), 1U);
}

/* Pitfall 36: what is deprecated is avoided while there is something else. */
static void advert__deprecated_is_avoided(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, "slaac,fd99::1/64");
	struct ksmol_addr given = ksmol_ip6("fd99::1");
	struct ksmol_dst dst;

	advertise(test, ROUTER, 0, 1800, 0xc0, 3600, 3600);
	KUNIT_ASSERT_NOT_NULL(test, formed(f));
	KUNIT_ASSERT_EQ(test, gateway(test, "fd88::5", &dst), 0);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&dst.saddr,
						 &formed(f)->addr));
	advertise(test, ROUTER, 0, 1800, 0xc0, 3600, 0);
	KUNIT_ASSERT_EQ(test, gateway(test, "fd88::5", &dst), 0);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&dst.saddr, &given));
}

/* Its lifetime is over: it goes, and its place is for another. */
static void advert__expires(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, SLAAC);
	struct ksmol_ifaddr *ifa;
	char text[32];
	int i;

	advertise(test, ROUTER, 0, 1800, 0xc0, 3600, 1800);
	ifa = formed(f);
	KUNIT_ASSERT_NOT_NULL(test, ifa);
	ksmol_addr_str(AF_INET6, &ifa->addr, text);
	for (i = 0; i < KSMOL_RA_PREFIXES; i++) {
		f->iface->autoconf->ra.prefixes[i].valid = 0;
		f->iface->autoconf->ra.prefixes[i].onlink = 0;
	}
	ksmol_autoconf_kick(f->iface);
	nd_autoconf_later(test, 1000);
	KUNIT_EXPECT_NULL(test, formed(f));
	KUNIT_EXPECT_NULL(test, nd_ifaddr(f, text));
	KUNIT_EXPECT_EQ(test, learned(test), 1U);
	advertise(test, ROUTER, 0, 1800, 0xc0, 3600, 1800);
	KUNIT_EXPECT_PTR_EQ(test, formed(f), ifa);
}

static void advert__link(struct kunit *test)
{
	u8 mtu[8] = { 5, 1, 0, 0, 0, 0, 5, 0 };
	struct iface_fixture *f = nd_attach(test, "slaac,fd99::1/64");
	struct ksmol_dst dst;
	struct nd_message m;

	nd_ra(&m, ROUTER, 0, 1800);
	m.bytes[4] = 17;
	put_unaligned_be32(20000, m.bytes + 8);
	put_unaligned_be32(2000, m.bytes + 12);
	nd_put(&m, mtu, 8);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, f->iface->nd.hops, 17);
	KUNIT_EXPECT_EQ(test, f->iface->nd.reachable, 20UL * HZ);
	KUNIT_EXPECT_EQ(test, f->iface->nd.retrans, 2UL * HZ);
	KUNIT_ASSERT_EQ(test, gateway(test, "fd99::5", &dst), 0);
	KUNIT_EXPECT_EQ(test, dst.mtu, 1280U);
	/* Less than IPv6 needs, or more than the device can: not believed. */
	nd_ra(&m, ROUTER, 0, 1800);
	mtu[7] = 0xff;
	mtu[6] = 4;
	nd_put(&m, mtu, 8);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, f->iface->nd.mtu, 1280U);
	nd_ra(&m, ROUTER, 0, 1800);
	mtu[6] = 0xff;
	nd_put(&m, mtu, 8);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, f->iface->nd.mtu, 1280U);
	nd_autoconf_later(test, 1000);
}

/* RFC 4191: the better router, and the other one when it goes. */
static void advert__two_routers(struct kunit *test)
{
	struct ksmol_addr one = ksmol_ip6(ROUTER), two = ksmol_ip6(ROUTER2);
	struct ksmol_dst dst;

	nd_attach(test, "slaac,fd99::1/64");
	advertise(test, ROUTER, 0, 1800, 0, 0, 0);
	advertise(test, ROUTER2, 0x08, 1800, 0, 0, 0);
	KUNIT_ASSERT_EQ(test, gateway(test, "2001:db8::1", &dst), 0);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&dst.nexthop, &two));
	advertise(test, ROUTER2, 0x08, 0, 0, 0, 0);
	KUNIT_ASSERT_EQ(test, gateway(test, "2001:db8::1", &dst), 0);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&dst.nexthop, &one));
}

/* A router that does not answer any more makes room for one that may. */
static void advert__silent_router(struct kunit *test)
{
	struct ksmol_addr two = ksmol_ip6(ROUTER2);
	struct iface_fixture *f;
	struct ksmol_dst dst;
	struct nd_message m;
	int i;

	f = nd_attach(test, "slaac,fd99::1/64");
	nd_ra(&m, ROUTER, 0x08, 1800);
	nd_arrives(test, &m);
	nd_ra(&m, ROUTER2, 0, 1800);
	nd_arrives(test, &m);
	nd_autoconf_later(test, 1000);
	KUNIT_EXPECT_EQ(test, nd_send(test, ROUTER, 8), 0);
	for (i = 1; i <= 4; i++)
		iface_later(f, i * 1000);
	timer_delete_sync(&f->iface->timer);
	nd_autoconf_later(test, 1000);
	KUNIT_ASSERT_EQ(test, gateway(test, "2001:db8::1", &dst), 0);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&dst.nexthop, &two));
}

/* RFC 4861 8: only where it is allowed, and only by the router we go to. */
static void redirect__by_parameter(struct kunit *test)
{
	u64 ignored = iface_verdict(KSMOL_DROP_ND_IGNORED);
	u64 addr = iface_verdict(KSMOL_DROP_ND_ADDR);
	struct ksmol_addr dest = ksmol_ip6("2001:db8::1");
	struct ksmol_addr better = ksmol_ip6("fe80::77");
	struct ksmol_dst dst;
	struct nd_message m;

	nd_attach(test, "slaac,fd99::1/64");
	advertise(test, ROUTER, 0, 1800, 0, 0, 0);
	nd_begin(&m, 137, 40, ROUTER, "fd99::1");
	memcpy(m.bytes + 8, &better, 16);
	memcpy(m.bytes + 24, &dest, 16);
	nd_put_mac(&m, 2, ksmol_vdev_peer_mac);
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ND_IGNORED),
			ignored + 1);
	ksmol_params.nd_redirects = true;
	m.src = ROUTER2;
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ND_ADDR), addr + 1);
	m.src = ROUTER;
	nd_arrives(test, &m);
	nd_autoconf_later(test, 1000);
	KUNIT_ASSERT_EQ(test, gateway(test, "2001:db8::1", &dst), 0);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&dst.nexthop, &better));
	KUNIT_ASSERT_EQ(test, gateway(test, "2001:db8::2", &dst), 0);
	KUNIT_EXPECT_FALSE(test, ksmol_addr_equal(&dst.nexthop, &better));
}

static struct kunit_case slaac_cases[] = {
	KUNIT_CASE(spec_parse__slaac),
	KUNIT_CASE(routers__asked_for),
	KUNIT_CASE(routers__asked_once_there_is_a_buffer),
	KUNIT_CASE(routers__not_asked_for),
	KUNIT_CASE(advert__address_and_routes),
	KUNIT_CASE(advert__refused),
	KUNIT_CASE(advert__two_hours),
	KUNIT_CASE(advert__deprecated_is_avoided),
	KUNIT_CASE(advert__expires),
	KUNIT_CASE(advert__link),
	KUNIT_CASE(advert__two_routers),
	KUNIT_CASE(advert__silent_router),
	KUNIT_CASE(redirect__by_parameter),
	{}
};

static struct kunit_suite slaac_suite = {
	.name = "ksmol_iface_nd_slaac",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = slaac_cases,
};

kunit_test_suite(slaac_suite);
