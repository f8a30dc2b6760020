// SPDX-License-Identifier: GPL-2.0-only
/* IPv6 addresses and routes: attach=, ways, and which of ours to talk from. */

#include <linux/rtnetlink.h>
#include "iface6_fixture.h"

/* --- attach= --- */

static void spec_parse__ipv6_refused(struct kunit *test)
{
	static const char * const bad[] = {
		"e,fd00::1",
		"e,fd00::1/129",
		"e,fd00::1/0",
		"e,fd00::/64",
		"e,::1/128",
		"e,::/128",
		"e,ff02::1/16",
		"e,::ffff:10.0.0.1/120",
		"e,fd00::1/64,fd00::1/48",
		"e,fd00::1/64,via=fd00::2,via=fd00::3",
		"e,fd00::1/64,via=fd01::2",
		"e,fd00::1/64,via=fd00::1",
		"e,fd00::1/64,via=fd00::",
		"e,fd00::1/64,via=10.0.0.1",
		"e,10.0.0.1/24,via=fe80::1",
		"e,fd00::1/64,via=ff02::2",
		"e,fd00::1/64,route=fd01::/48",
		"e,fd00::1/64,route=fd01::1/48@fd00::2",
		"e,fd00::1/64,10.0.0.1/24,route=fd01::/48@10.0.0.2",
		"e,fd00::1/64,10.0.0.1/24,route=10.1.0.0/16@fd00::2",
	};
	struct ksmol_spec *spec = kunit_kzalloc(test, sizeof(*spec),
						GFP_KERNEL);
	const char *why;
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		why = NULL;
		KUNIT_EXPECT_EQ_MSG(test, ksmol_spec_parse(bad[i], spec, &why),
				    -EINVAL, "%s", bad[i]);
		KUNIT_EXPECT_NOT_NULL_MSG(test, why, "%s", bad[i]);
	}
}

#define SPEC_V4 "eth1,10.0.0.2/24,via=10.0.0.1"
#define SPEC_V6 "fd00::2/64,::2/127,via=fe80::1,route=2001:db8::/32@fd00::5"

static void spec_parse__both_families(struct kunit *test)
{
	static const char text[] = SPEC_V4 "," SPEC_V6 "\n";
	struct ksmol_addr far = ksmol_ip6("2001:db8::"), via = ksmol_ip6("fe80::1");
	struct ksmol_spec *spec = kunit_kzalloc(test, sizeof(*spec),
						GFP_KERNEL);
	const char *why;

	KUNIT_ASSERT_EQ(test, ksmol_spec_parse(text, spec, &why), 0);
	KUNIT_EXPECT_EQ(test, spec->nr_addrs, 3U);
	KUNIT_EXPECT_EQ(test, spec->addrs[0].family, AF_INET);
	KUNIT_EXPECT_EQ(test, spec->addrs[1].family, AF_INET6);
	KUNIT_EXPECT_EQ(test, spec->addrs[1].plen, 64);
	KUNIT_EXPECT_EQ(test, spec->via.v4, KSMOL_IP(10, 0, 0, 1));
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&spec->via6, &via));
	KUNIT_EXPECT_EQ(test, spec->routes[0].family, AF_INET6);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&spec->routes[0].addr, &far));
}

/* --- ways --- */

static struct ksmol_dst way(struct kunit *test, const char *daddr)
{
	struct ksmol_flow flow = iface6_flow(daddr);
	struct ksmol_dst dst = {};

	KUNIT_EXPECT_EQ_MSG(test, iface_route(&flow, &dst), 0, "%s", daddr);
	return dst;
}

static void expect_addr(struct kunit *test, const struct ksmol_addr *addr,
			const char *want)
{
	char text[KSMOL_ADDR_STRLEN];

	ksmol_addr_str(AF_INET6, addr, text);
	KUNIT_EXPECT_STREQ(test, text, want);
}

static void route__next_hops(struct kunit *test)
{
	static const struct { const char *to, *hop, *from; } cases[] = {
		{ PEER6, PEER6, US6 },
		{ FAR6, GATEWAY6, US6 },
		{ "2001:db8:1::9", "fd77::7", US6 },
		{ "fe80::9", "fe80::9", "fe80::1" },
		{ "febf::9", "febf::9", "fe80::1" },
	};
	struct ksmol_dst dst;
	int i;

	iface_attach(test, SPEC6 ",fe80::1/64,route=2001:db8:1::/48@fd77::7");
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		dst = way(test, cases[i].to);
		KUNIT_EXPECT_EQ(test, dst.type, KSMOL_DST_UNICAST);
		KUNIT_EXPECT_EQ(test, dst.family, AF_INET6);
		KUNIT_EXPECT_EQ(test, dst.mtu, 1500U);
		expect_addr(test, &dst.nexthop, cases[i].hop);
		expect_addr(test, &dst.saddr, cases[i].from);
	}
	dst = way(test, US6);
	KUNIT_EXPECT_EQ(test, dst.type, KSMOL_DST_LOCAL);
	dst = way(test, "ff0e::7");
	KUNIT_EXPECT_EQ(test, dst.type, KSMOL_DST_MULTICAST);
	dst = way(test, "ff02::7");
	KUNIT_EXPECT_EQ(test, dst.type, KSMOL_DST_MULTICAST);
}

/* Pitfalls 7, 14 */
static void route__no_way(struct kunit *test)
{
	static const char * const bad[] = { "::", "::1", "::ffff:10.0.0.1",
					    "ff00::1" };
	struct ksmol_flow flow;
	struct ksmol_dst dst;
	int i;

	iface_attach(test, "fd77::1/64");
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		flow = iface6_flow(bad[i]);
		KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -EINVAL);
	}
	flow = iface6_flow(FAR6);
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -ENETUNREACH);
	flow = iface6_flow(PEER6);
	flow.saddr = ksmol_ip6(OTHER6);
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -EADDRNOTAVAIL);
	ksmol_vdev_up(((struct iface_fixture *)test->priv)->vdev, false);
	flow = iface6_flow(PEER6);
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -ENETDOWN);
	flow = iface6_flow("fe80::2");
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -ENETDOWN);
}

/* Where only IPv4 is spoken, nothing of IPv6's goes out. */
static void route__not_spoken_here(struct kunit *test)
{
	struct ksmol_flow flow = iface6_flow("fe80::2");
	struct ksmol_dst dst;

	iface_attach(test, SPEC);
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -EINVAL);
	flow = iface6_flow("ff0e::2");
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -EADDRNOTAVAIL);
}

/* Another interface, with @words. */
static struct ksmol_vdev *second(struct kunit *test, const char *words)
{
	struct ksmol_vdev *vdev;
	char spec[128];

	vdev = ksmol_vdev_create(test, KSMOL_MEDIUM_ETHERNET, NETIF_F_SG);
	snprintf(spec, sizeof(spec), "%s,%s", vdev->dev->name, words);
	KUNIT_EXPECT_EQ(test, ksmol_attach(&init_net, spec), 0);
	return vdev;
}

static void forget(struct ksmol_vdev *vdev)
{
	ksmol_detach(&init_net, vdev->dev->name);
	ksmol_vdev_destroy(vdev);
}

/* Pitfall 34: of several links, somebody must say which. */
static void route__scope(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, "fe80::1/64,fd77::1/64");
	struct ksmol_vdev *other = second(test, "fe80::5/64");
	static const char * const to[] = { "fe80::9", "ff02::9" };
	struct ksmol_flow flow;
	struct ksmol_dst dst;
	int i;

	for (i = 0; i < ARRAY_SIZE(to); i++) {
		flow = iface6_flow(to[i]);
		KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -EINVAL);
		flow.oif = other->dev->ifindex;
		KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
		KUNIT_EXPECT_EQ(test, dst.iface->phy->ifindex, flow.oif);
		expect_addr(test, &dst.saddr, "fe80::5");
		/* An address of another link means nothing there. */
		flow.saddr = ksmol_ip6("fe80::1");
		KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -EADDRNOTAVAIL);
		flow.oif = 0;
		KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
		KUNIT_EXPECT_PTR_EQ(test, dst.iface, f->iface);
		flow.saddr = ksmol_ip6("fd77::1");
		KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
		KUNIT_EXPECT_PTR_EQ(test, dst.iface, f->iface);
		flow.oif = 12345;
		KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -ENETUNREACH);
	}
	/* Ours, but on the other link. */
	flow = iface6_flow("fe80::5");
	flow.oif = f->vdev->dev->ifindex;
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
	KUNIT_EXPECT_EQ(test, dst.type, KSMOL_DST_UNICAST);
	flow.oif = other->dev->ifindex;
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
	KUNIT_EXPECT_EQ(test, dst.type, KSMOL_DST_LOCAL);
	forget(other);
}

/* A link-local address may be ours on two links, or a neighbor's on another. */
static void scope__same_address_twice(struct kunit *test)
{
	u64 drops = iface_verdict(KSMOL_DROP_IP_SADDR);
	struct iface_fixture *f = iface_attach(test, "fe80::1/64,fd77::1/64");
	struct ksmol_frame6_ends ends = iface6_ends("fd77::1");
	struct ksmol_vdev *other = second(test, "fe80::1/64");
	char spec[64];

	forget(other);
	other = second(test, "fe80::5/64");
	ends.saddr = ksmol_ip6("fe80::5");
	ksmol_frame_udp6(&f->frame, &ends, NULL, 20);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	ends.saddr = ksmol_ip6("fe80::1");
	ksmol_frame_udp6(&f->frame, &ends, NULL, 20);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_IP_SADDR), drops + 1);
	forget(other);
	other = ksmol_vdev_create(test, KSMOL_MEDIUM_ETHERNET, NETIF_F_SG);
	snprintf(spec, sizeof(spec), "%s,fd77::1/64", other->dev->name);
	KUNIT_EXPECT_EQ(test, ksmol_attach(&init_net, spec), -EADDRINUSE);
	ksmol_vdev_destroy(other);
}

/* --- sources: RFC 6724 5, pitfall 36 --- */

static void source__rules(struct kunit *test)
{
	static const struct { const char *to, *from; } cases[] = {
		{ "fd77::9", "fd77::1" },	/* rule 8 */
		{ "2001:db8:7::9", "2001:db8:7::1" },
		{ "2001:db8:8::9", "2001:db8:7::1" },
		{ "fe80::9", "fe80::1" },	/* rule 2: no wider than needed */
		{ "ff02::9", "fe80::1" },
		{ "ff0e::9", "fd77::1" },	/* rule 2: wide enough; rule 8 */
	};
	struct iface_fixture *f;
	struct ksmol_dst dst;
	int i;

	f = iface_attach(test, "fe80::1/64,fd77::1/64,2001:db8:7::1/64,via=fd77::fe");
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		dst = way(test, cases[i].to);
		expect_addr(test, &dst.saddr, cases[i].from);
	}
	/* Rule 3: what is deprecated stands back, even if it is nearer. */
	f->iface->addrs[2].deprecated = true;
	dst = way(test, "2001:db8:7::9");
	expect_addr(test, &dst.saddr, "fd77::1");
	/* But it reaches, and the link-local one doesn't. */
	f->iface->addrs[1].deprecated = true;
	dst = way(test, "2001:db8:7::9");
	expect_addr(test, &dst.saddr, "2001:db8:7::1");
}

/* Not yet usable is not usable. */
static void source__tentative(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, "fd77::1/64,fd77::5/64");
	struct ksmol_flow flow = iface6_flow(PEER6);
	struct ksmol_dst dst;

	/* The link-local one. */
	f->iface->addrs[2].state = KSMOL_ADDR_TENTATIVE;
	f->iface->addrs[0].state = KSMOL_ADDR_TENTATIVE;
	dst = way(test, PEER6);
	expect_addr(test, &dst.saddr, "fd77::5");
	f->iface->addrs[1].state = KSMOL_ADDR_CONFLICT;
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -EADDRNOTAVAIL);
}

/* Rule 5: of the interface that it leaves by, if that has one that reaches. */
static void source__other_interface(struct kunit *test)
{
	struct ksmol_vdev *other;
	struct ksmol_dst dst;

	iface_attach(test, "fe80::1/64,fd77::1/64");
	other = second(test, "fe80::5/64,via=fe80::fe");
	dst = way(test, FAR6);
	KUNIT_EXPECT_EQ(test, dst.iface->phy->ifindex, other->dev->ifindex);
	expect_addr(test, &dst.saddr, "fd77::1");
	forget(other);
	other = second(test, "2001:db8:7::5/64,via=2001:db8:7::fe");
	dst = way(test, "fd78::9");
	KUNIT_EXPECT_EQ(test, dst.iface->phy->ifindex, other->dev->ifindex);
	expect_addr(test, &dst.saddr, "2001:db8:7::5");
	forget(other);
}

static struct kunit_case ipv6_route_cases[] = {
	KUNIT_CASE(spec_parse__ipv6_refused),
	KUNIT_CASE(spec_parse__both_families),
	KUNIT_CASE(route__next_hops),
	KUNIT_CASE(route__no_way),
	KUNIT_CASE(route__not_spoken_here),
	KUNIT_CASE(route__scope),
	KUNIT_CASE(scope__same_address_twice),
	KUNIT_CASE(source__rules),
	KUNIT_CASE(source__tentative),
	KUNIT_CASE(source__other_interface),
	{}
};

static struct kunit_suite ipv6_route_suite = {
	.name = "ksmol_iface_ipv6_route",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = ipv6_route_cases,
};

kunit_test_suite(ipv6_route_suite);
