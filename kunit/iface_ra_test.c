// SPDX-License-Identifier: GPL-2.0-only
/* What routers say, and how long it counts. Pitfall 35. Seconds are given. */

#include "../module/iface/identifier.h"
#include "nd_fixture.h"

#define NOW 1000ULL

static struct ksmol_ra *ra_new(struct kunit *test)
{
	struct ksmol_ra *ra = kunit_kzalloc(test, sizeof(*ra), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ra);
	return ra;
}

static void learn(struct ksmol_ra *ra, const char *router,
		  const struct ksmol_nd_router *nd, u64 now)
{
	struct ksmol_addr addr = ksmol_ip6(router);

	ksmol_ra_learn(ra, &addr, nd, now);
}

/* A router with these seconds and this preference. */
static void learn_router(struct ksmol_ra *ra, const char *router, u16 lifetime,
			 s8 pref, u64 now)
{
	struct ksmol_nd_router nd = { .lifetime = lifetime, .pref = pref };

	learn(ra, router, &nd, now);
}

static void learn_prefix(struct ksmol_ra *ra, const char *prefix, u8 plen,
			 bool onlink, bool autonomous, u32 valid,
			 u32 preferred, u64 now)
{
	struct ksmol_nd_router nd = {
		.nr_prefixes = 1,
		.prefixes[0] = {
			.plen = plen,
			.onlink = onlink,
			.autonomous = autonomous,
			.valid = valid,
			.preferred = preferred,
			.prefix = ksmol_ip6(prefix),
		},
	};

	learn(ra, ROUTER, &nd, now);
}

static unsigned int list(struct kunit *test, struct ksmol_ra *ra,
			 struct ksmol_route_entry **entries)
{
	*entries = kunit_kzalloc(test, KSMOL_RA_LIST * sizeof(**entries),
				 GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, *entries);
	return ksmol_ra_list(ra, NULL, *entries);
}

static void expect_gateway(struct kunit *test,
			   const struct ksmol_route_entry *rt, const char *gw)
{
	struct ksmol_addr addr = ksmol_ip6(gw);

	KUNIT_EXPECT_EQ(test, rt->plen, 0);
	KUNIT_EXPECT_EQ(test, rt->family, AF_INET6);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&rt->gateway, &addr));
}

static void routers__by_preference(struct kunit *test)
{
	struct ksmol_ra *ra = ra_new(test);
	struct ksmol_route_entry *rt;

	learn_router(ra, "fe80::1", 60, -1, NOW);
	learn_router(ra, "fe80::2", 60, 0, NOW);
	learn_router(ra, "fe80::3", 60, 1, NOW);
	KUNIT_ASSERT_EQ(test, list(test, ra, &rt), 3U);
	expect_gateway(test, &rt[0], "fe80::3");
	expect_gateway(test, &rt[1], "fe80::2");
	expect_gateway(test, &rt[2], "fe80::1");
}

/* RFC 4861 6.3.6: a router that answers comes before one that doesn't. */
static void routers__silent_one_is_last(struct kunit *test)
{
	struct ksmol_addr best = ksmol_ip6("fe80::3");
	struct ksmol_ra *ra = ra_new(test);
	struct ksmol_route_entry *rt;

	learn_router(ra, "fe80::2", 60, -1, NOW);
	learn_router(ra, "fe80::3", 60, 1, NOW);
	KUNIT_EXPECT_TRUE(test, ksmol_ra_failed(ra, &best));
	KUNIT_EXPECT_FALSE(test, ksmol_ra_failed(ra, &best));
	KUNIT_ASSERT_EQ(test, list(test, ra, &rt), 2U);
	expect_gateway(test, &rt[0], "fe80::2");
	/* Until it speaks again. */
	learn_router(ra, "fe80::3", 60, 1, NOW);
	KUNIT_ASSERT_EQ(test, list(test, ra, &rt), 2U);
	expect_gateway(test, &rt[0], "fe80::3");
}

static void routers__lifetimes(struct kunit *test)
{
	struct ksmol_ra *ra = ra_new(test);
	struct ksmol_route_entry *rt;

	learn_router(ra, "fe80::1", 60, 0, NOW);
	learn_router(ra, "fe80::2", 30, 0, NOW);
	KUNIT_EXPECT_EQ(test, ksmol_ra_expire(ra, NOW + 29), NOW + 30);
	KUNIT_EXPECT_EQ(test, list(test, ra, &rt), 2U);
	KUNIT_EXPECT_EQ(test, ksmol_ra_expire(ra, NOW + 30), NOW + 60);
	KUNIT_ASSERT_EQ(test, list(test, ra, &rt), 1U);
	expect_gateway(test, &rt[0], "fe80::1");
	/* Zero: no default router any more. */
	learn_router(ra, "fe80::1", 0, 0, NOW + 31);
	KUNIT_EXPECT_EQ(test, list(test, ra, &rt), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_ra_expire(ra, NOW + 32), KSMOL_RA_NEVER);
}

/* Pitfall 35: strangers fill nothing but what is there. */
static void tables__bounded(struct kunit *test)
{
	struct ksmol_ra *ra = ra_new(test);
	struct ksmol_route_entry *rt;
	char text[32];
	int i;

	for (i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "fe80::%x", i + 1);
		learn_router(ra, text, 60, 0, NOW);
		snprintf(text, sizeof(text), "fd00:%x::", i + 1);
		learn_prefix(ra, text, 64, true, true, 60, 60, NOW);
	}
	KUNIT_ASSERT_EQ(test, list(test, ra, &rt),
			KSMOL_RA_ROUTERS + KSMOL_RA_PREFIXES);
	/* Those who were there first stay. */
	expect_gateway(test, &rt[KSMOL_RA_PREFIXES], "fe80::1");
}

/* RFC 4861 6.3.4, RFC 4862 5.5.3: the flags have nothing to do with each
 * other.
 */
static void prefix__flags_apart(struct kunit *test)
{
	struct ksmol_ra *ra = ra_new(test);
	struct ksmol_route_entry *rt;

	learn_prefix(ra, "fd01::", 64, true, false, 60, 60, NOW);
	learn_prefix(ra, "fd02::", 64, false, true, 60, 60, NOW);
	learn_prefix(ra, "fd03::", 64, false, false, 60, 60, NOW);
	KUNIT_EXPECT_EQ(test, list(test, ra, &rt), 1U);
	KUNIT_EXPECT_EQ(test, ra->prefixes[0].valid, 0ULL);
	KUNIT_EXPECT_EQ(test, ra->prefixes[1].onlink, 0ULL);
	KUNIT_EXPECT_EQ(test, ra->prefixes[1].valid, NOW + 60);
	/* Without the flag it says nothing of it: it stays on the link. */
	learn_prefix(ra, "fd01::", 64, false, false, 0, 0, NOW);
	KUNIT_EXPECT_EQ(test, list(test, ra, &rt), 1U);
	learn_prefix(ra, "fd01::", 64, true, false, 0, 0, NOW);
	KUNIT_EXPECT_EQ(test, list(test, ra, &rt), 0U);
}

static void prefix__refused(struct kunit *test)
{
	struct ksmol_ra *ra = ra_new(test);
	int i;

	learn_prefix(ra, "fe80::", 64, true, true, 60, 60, NOW);
	learn_prefix(ra, "ff0e::", 64, true, true, 60, 60, NOW);
	learn_prefix(ra, "::", 0, true, true, 60, 60, NOW);
	/* Of these no address is formed. */
	learn_prefix(ra, "fd01::", 63, false, true, 60, 60, NOW);
	learn_prefix(ra, "fd02::", 64, false, true, 60, 61, NOW);
	learn_prefix(ra, "fd03::", 64, false, true, 0, 0, NOW);
	for (i = 0; i < KSMOL_RA_PREFIXES; i++) {
		KUNIT_EXPECT_EQ(test, ra->prefixes[i].onlink, 0ULL);
		KUNIT_EXPECT_EQ(test, ra->prefixes[i].valid, 0ULL);
	}
}

/* RFC 4862 5.5.3 e. */
static void prefix__two_hours(struct kunit *test)
{
	const u64 hour = 3600;
	static const struct {
		u32 left, said, then;
	} is[] = {
		/* More than two hours, or more than is left: as it says. */
		{ 3600, 10800, 10800 }, { 3600, 5400, 5400 },
		{ 86400, 7201, 7201 },
		/* No more than two hours are left: not less. */
		{ 3600, 60, 3600 }, { 7200, 0, 7200 },
		/* Else it goes down to two hours. */
		{ 86400, 60, 7200 }, { 86400, 0, 7200 },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(is); i++)
		KUNIT_EXPECT_EQ(test, ksmol_ra_valid(NOW, NOW + is[i].left,
						     is[i].said),
				NOW + is[i].then);
	KUNIT_EXPECT_EQ(test, ksmol_ra_valid(NOW, KSMOL_RA_NEVER, 60),
			NOW + 2 * hour);
	KUNIT_EXPECT_EQ(test, ksmol_ra_valid(NOW, NOW + 60, U32_MAX),
			KSMOL_RA_NEVER);
}

static void prefix__deprecated_then_gone(struct kunit *test)
{
	struct ksmol_ra *ra = ra_new(test);

	learn_prefix(ra, "fd01::", 64, true, true, 60, 30, NOW);
	KUNIT_EXPECT_EQ(test, ksmol_ra_expire(ra, NOW), NOW + 30);
	KUNIT_EXPECT_EQ(test, ksmol_ra_expire(ra, NOW + 30), NOW + 60);
	KUNIT_EXPECT_EQ(test, ra->prefixes[0].preferred, 0ULL);
	KUNIT_EXPECT_NE(test, ra->prefixes[0].valid, 0ULL);
	KUNIT_EXPECT_EQ(test, ksmol_ra_expire(ra, NOW + 60), KSMOL_RA_NEVER);
	KUNIT_EXPECT_EQ(test, ra->prefixes[0].valid, 0ULL);
}

static void routes__learned_and_taken_back(struct kunit *test)
{
	struct ksmol_addr router = ksmol_ip6(ROUTER);
	struct ksmol_nd_router nd = {
		.lifetime = 60,
		.nr_routes = 1,
		.routes[0] = {
			.plen = 48,
			.pref = 1,
			.lifetime = 60,
			.prefix = ksmol_ip6("fd09::"),
		},
	};
	struct ksmol_ra *ra = ra_new(test);
	struct ksmol_route_entry *rt;

	learn(ra, ROUTER, &nd, NOW);
	KUNIT_ASSERT_EQ(test, list(test, ra, &rt), 2U);
	KUNIT_EXPECT_EQ(test, rt[0].plen, 48);
	KUNIT_EXPECT_TRUE(test, rt[0].learned);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&rt[0].gateway, &router));
	nd.routes[0].lifetime = 0;
	learn(ra, ROUTER, &nd, NOW);
	KUNIT_EXPECT_EQ(test, list(test, ra, &rt), 1U);
	/* RFC 4861 7.2.5: who is no router any more takes all with him. */
	nd.routes[0].lifetime = 60;
	learn(ra, ROUTER, &nd, NOW);
	KUNIT_EXPECT_TRUE(test, ksmol_ra_no_router(ra, &router));
	KUNIT_EXPECT_EQ(test, list(test, ra, &rt), 0U);
	KUNIT_EXPECT_FALSE(test, ksmol_ra_no_router(ra, &router));
}

static void resolvers__readable(struct kunit *test)
{
	struct ksmol_nd_router nd = {
		.nr_servers = 2,
		.servers = {
			{ 60, ksmol_ip6("fd00::53") }, { 60, ksmol_ip6("fd00::54") },
		},
	};
	struct ksmol_ra *ra = ra_new(test);

	learn(ra, ROUTER, &nd, NOW);
	learn(ra, ROUTER, &nd, NOW + 10);
	KUNIT_EXPECT_EQ(test, ra->servers[0].until, NOW + 70);
	KUNIT_EXPECT_EQ(test, ra->servers[1].until, NOW + 70);
	KUNIT_EXPECT_EQ(test, ra->servers[2].until, 0ULL);
	nd.servers[0].lifetime = 0;
	learn(ra, ROUTER, &nd, NOW + 20);
	KUNIT_EXPECT_EQ(test, ra->servers[0].until, 0ULL);
	KUNIT_EXPECT_EQ(test, ra->servers[1].until, NOW + 80);
}

/* --- identifiers --- */

static const u8 mac[ETH_ALEN] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 };

static void identifier__eui64(struct kunit *test)
{
	struct ksmol_addr want = ksmol_ip6("fe80::11:22ff:fe33:4455");
	struct ksmol_addr addr = ksmol_ip6("fe80::");

	ksmol_identifier_eui64(&addr, mac);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&addr, &want));
}

/* RFC 7217: the same in the same place, unrelated in another. */
static void identifier__stable(struct kunit *test)
{
	siphash_key_t key = { { 1, 2 } }, other = { { 1, 3 } };
	struct ksmol_addr a = ksmol_ip6("fd01::"), b = ksmol_ip6("fd01::");
	struct ksmol_addr prefix = ksmol_ip6("fd01::"), c = ksmol_ip6("fd02::");

	ksmol_identifier_stable(&a, mac, 0, &key);
	ksmol_identifier_stable(&b, mac, 0, &key);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&a, &b));
	KUNIT_EXPECT_TRUE(test, ksmol_addr_prefix_equal(&a, &prefix, 64));
	ksmol_identifier_stable(&b, mac, 1, &key);
	KUNIT_EXPECT_NE(test, a.w[3], b.w[3]);
	ksmol_identifier_stable(&b, mac, 0, &other);
	KUNIT_EXPECT_NE(test, a.w[3], b.w[3]);
	ksmol_identifier_stable(&c, mac, 0, &key);
	KUNIT_EXPECT_NE(test, a.w[3], c.w[3]);
}

static void identifier__reserved(struct kunit *test)
{
	static const char * const yes[] = {
		"fd01::", "fd01::200:5eff:fe00:5213", "fd01::fdff:ffff:ffff:ff80",
		"fd01::fdff:ffff:ffff:ffff",
	};
	static const char * const no[] = {
		"fd01::1", "fd01::200:5eff:ff00:0", "fd01::fdff:ffff:ffff:ff7f",
	};
	struct ksmol_addr addr;
	int i;

	for (i = 0; i < ARRAY_SIZE(yes); i++) {
		addr = ksmol_ip6(yes[i]);
		KUNIT_EXPECT_TRUE(test, ksmol_identifier_reserved(&addr));
	}
	for (i = 0; i < ARRAY_SIZE(no); i++) {
		addr = ksmol_ip6(no[i]);
		KUNIT_EXPECT_FALSE(test, ksmol_identifier_reserved(&addr));
	}
}

static struct kunit_case ra_cases[] = {
	KUNIT_CASE(routers__by_preference),
	KUNIT_CASE(routers__silent_one_is_last),
	KUNIT_CASE(routers__lifetimes),
	KUNIT_CASE(tables__bounded),
	KUNIT_CASE(prefix__flags_apart),
	KUNIT_CASE(prefix__refused),
	KUNIT_CASE(prefix__two_hours),
	KUNIT_CASE(prefix__deprecated_then_gone),
	KUNIT_CASE(routes__learned_and_taken_back),
	KUNIT_CASE(resolvers__readable),
	KUNIT_CASE(identifier__eui64),
	KUNIT_CASE(identifier__stable),
	KUNIT_CASE(identifier__reserved),
	{}
};

static struct kunit_suite ra_suite = {
	.name = "ksmol_iface_nd_ra",
	.test_cases = ra_cases,
};

kunit_test_suite(ra_suite);
