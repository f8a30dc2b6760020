// SPDX-License-Identifier: GPL-2.0-only
/* Neighbor discovery and MLD: what their parsers take, and what they refuse. */

#include <linux/igmp.h>
#include <linux/random.h>
#include "nd_fixture.h"

static const u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 9 };

/* The whole message, as the stack reads it. */
static int parse(const struct nd_message *m, struct ksmol_nd *nd)
{
	u32 off;
	int len;

	len = ksmol_nd_parse(m->bytes, min_t(u32, m->len, KSMOL_ND_HLEN_MAX),
			     nd);
	if (len)
		return len;
	for (off = nd->hlen; off < m->len; off += len) {
		u32 left = m->len - off;

		len = ksmol_nd_parse_option(m->bytes + off,
					    min_t(u32, left, KSMOL_ND_OPTION_MAX),
					    left, nd);
		if (len < 0)
			return -len;
	}
	return 0;
}

static void nd_parse__solicitation(struct kunit *test)
{
	struct ksmol_addr target = ksmol_ip6("fd00::5");
	struct nd_message m;
	struct ksmol_nd nd;

	nd_ns(&m, "fd00::1", NULL, "fd00::5", mac);
	KUNIT_ASSERT_EQ(test, parse(&m, &nd), 0);
	KUNIT_EXPECT_EQ(test, nd.type, KSMOL_ND_NS);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&nd.target, &target));
	KUNIT_EXPECT_TRUE(test, nd.has_source);
	KUNIT_EXPECT_FALSE(test, nd.has_target);
	KUNIT_EXPECT_EQ(test, memcmp(nd.source, mac, ETH_ALEN), 0);
	KUNIT_EXPECT_FALSE(test, nd.has_nonce);
}

static void nd_parse__advertisement(struct kunit *test)
{
	struct nd_message m;
	struct ksmol_nd nd;

	nd_na(&m, "fd00::5", NULL, 0xe0, "fd00::5", mac);
	KUNIT_ASSERT_EQ(test, parse(&m, &nd), 0);
	KUNIT_EXPECT_EQ(test, nd.flags, KSMOL_ND_ROUTER | KSMOL_ND_SOLICITED |
			KSMOL_ND_OVERRIDE);
	KUNIT_EXPECT_TRUE(test, nd.has_target);
	KUNIT_EXPECT_EQ(test, memcmp(nd.target_mac, mac, ETH_ALEN), 0);
}

static void nd_parse__router(struct kunit *test)
{
	u8 mtu[8] = { 5, 1, 0, 0, 0, 0, 5, 0xdc };
	struct ksmol_addr prefix = ksmol_ip6("fd01:2:3:4::");
	struct nd_message m;
	struct ksmol_nd nd;

	nd_ra(&m, ROUTER, 0x08, 1800);
	m.bytes[4] = 33;
	put_unaligned_be32(30000, m.bytes + 8);
	put_unaligned_be32(1000, m.bytes + 12);
	nd_put_mac(&m, 1, mac);
	nd_put(&m, mtu, sizeof(mtu));
	/* With bits behind the prefix, which don't count. */
	nd_put_prefix(&m, "fd01:2:3:4::77", 64, 0xc0, 3600, U32_MAX);
	KUNIT_ASSERT_EQ(test, parse(&m, &nd), 0);
	KUNIT_EXPECT_EQ(test, nd.ra.hops, 33);
	KUNIT_EXPECT_EQ(test, nd.ra.pref, 1);
	KUNIT_EXPECT_EQ(test, nd.ra.lifetime, 1800);
	KUNIT_EXPECT_EQ(test, nd.ra.reachable, 30000U);
	KUNIT_EXPECT_EQ(test, nd.ra.retrans, 1000U);
	KUNIT_EXPECT_TRUE(test, nd.has_source);
	KUNIT_EXPECT_EQ(test, nd.mtu, 1500U);
	KUNIT_ASSERT_EQ(test, nd.ra.nr_prefixes, 1);
	KUNIT_EXPECT_EQ(test, nd.ra.prefixes[0].plen, 64);
	KUNIT_EXPECT_TRUE(test, nd.ra.prefixes[0].onlink);
	KUNIT_EXPECT_TRUE(test, nd.ra.prefixes[0].autonomous);
	KUNIT_EXPECT_EQ(test, nd.ra.prefixes[0].valid, 3600U);
	KUNIT_EXPECT_EQ(test, nd.ra.prefixes[0].preferred, KSMOL_ND_FOREVER);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&nd.ra.prefixes[0].prefix,
						 &prefix));
}

/* RFC 4191 2.1, 2.2: without a lifetime it is no default router at all. */
static void nd_parse__preferences(struct kunit *test)
{
	static const struct {
		u8 flags;
		u16 lifetime;
		s8 pref;
	} is[] = {
		{ 0x00, 1, 0 }, { 0x08, 1, 1 }, { 0x18, 1, -1 },
		{ 0x10, 1, 0 }, { 0x08, 0, 0 },
	};
	struct nd_message m;
	struct ksmol_nd nd;
	int i;

	for (i = 0; i < ARRAY_SIZE(is); i++) {
		nd_ra(&m, ROUTER, is[i].flags, is[i].lifetime);
		KUNIT_EXPECT_EQ(test, parse(&m, &nd), 0);
		KUNIT_EXPECT_EQ(test, nd.ra.pref, is[i].pref);
	}
}

static void nd_parse__route_and_resolvers(struct kunit *test)
{
	u8 route[16] = { 24, 2, 48, 0x18, 0, 0, 2, 0, 0xfd, 9, 9, 9, 0, 1 };
	u8 rdnss[8] = { 25, 5, 0, 0, 0, 0, 0, 60 };
	struct ksmol_addr net = ksmol_ip6("fd09:909:1::");
	struct ksmol_addr one = ksmol_ip6("fd00::53"), two = ksmol_ip6("fd00::54");
	struct nd_message m;
	struct ksmol_nd nd;

	nd_ra(&m, ROUTER, 0, 0);
	nd_put(&m, route, sizeof(route));
	nd_put(&m, rdnss, sizeof(rdnss));
	nd_put(&m, &one, 16);
	nd_put(&m, &two, 16);
	KUNIT_ASSERT_EQ(test, parse(&m, &nd), 0);
	KUNIT_ASSERT_EQ(test, nd.ra.nr_routes, 1);
	KUNIT_EXPECT_EQ(test, nd.ra.routes[0].plen, 48);
	KUNIT_EXPECT_EQ(test, nd.ra.routes[0].pref, -1);
	KUNIT_EXPECT_EQ(test, nd.ra.routes[0].lifetime, 512U);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&nd.ra.routes[0].prefix,
						 &net));
	KUNIT_ASSERT_EQ(test, nd.ra.nr_servers, 2);
	KUNIT_EXPECT_EQ(test, nd.ra.servers[1].lifetime, 60U);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&nd.ra.servers[0].addr, &one));
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&nd.ra.servers[1].addr, &two));
}

/* An option of length 0, or beyond the end, spoils all of it. */
static void nd_parse__bad_lengths(struct kunit *test)
{
	static const u8 zero[8] = { 1, 0 }, beyond[8] = { 1, 2 };
	struct nd_message m;
	struct ksmol_nd nd;
	u32 len;

	nd_ns(&m, "fd00::1", NULL, "fd00::5", NULL);
	for (len = 0; len < 24; len++) {
		m.len = len;
		KUNIT_EXPECT_EQ(test, parse(&m, &nd), KSMOL_DROP_ND_FORMAT);
	}
	m.len = 24;
	nd_put(&m, zero, 8);
	KUNIT_EXPECT_EQ(test, parse(&m, &nd), KSMOL_DROP_ND_FORMAT);
	m.len = 24;
	nd_put(&m, beyond, 8);
	KUNIT_EXPECT_EQ(test, parse(&m, &nd), KSMOL_DROP_ND_FORMAT);
	for (len = 1; len < 8; len++) {
		m.len = 24 + len;
		KUNIT_EXPECT_EQ(test, parse(&m, &nd), KSMOL_DROP_ND_FORMAT);
	}
	nd_ns(&m, "fd00::1", NULL, "fd00::5", NULL);
	m.bytes[1] = 1;
	KUNIT_EXPECT_EQ(test, parse(&m, &nd), KSMOL_DROP_ND_FORMAT);
}

/* Options with a length that isn't theirs are no such options. */
static void nd_parse__odd_options(struct kunit *test)
{
	static const u8 group[ETH_ALEN] = { 0x33, 0x33, 0, 0, 0, 1 };
	u8 big[16] = { 1, 2 }, prefix[8] = { 3, 1, 64, 0xc0 };
	u8 unknown[8] = { 99, 1 };
	struct nd_message m;
	struct ksmol_nd nd;

	nd_ra(&m, ROUTER, 0, 60);
	nd_put(&m, big, 16);
	nd_put(&m, prefix, 8);
	nd_put(&m, unknown, 8);
	nd_put_mac(&m, 2, group);
	nd_put_prefix(&m, "fd01::", 129, 0xc0, 1, 1);
	KUNIT_ASSERT_EQ(test, parse(&m, &nd), 0);
	KUNIT_EXPECT_FALSE(test, nd.has_source);
	KUNIT_EXPECT_FALSE(test, nd.has_target);
	KUNIT_EXPECT_EQ(test, nd.ra.nr_prefixes, 0);
}

/* Pitfall 35: however much a router says, the tables hold so much. */
static void nd_parse__more_than_is_believed(struct kunit *test)
{
	u8 route[8] = { 24, 1 }, rdnss[8] = { 25, 3 };
	struct ksmol_addr one = ksmol_ip6("fd00::53");
	struct nd_message m;
	struct ksmol_nd nd;
	int i;

	nd_ra(&m, ROUTER, 0, 60);
	for (i = 0; i < 10; i++) {
		nd_put_prefix(&m, "fd01::", 64, 0xc0, 1, 1);
		nd_put(&m, route, 8);
		nd_put(&m, rdnss, 8);
		nd_put(&m, &one, 16);
	}
	KUNIT_ASSERT_EQ(test, parse(&m, &nd), 0);
	KUNIT_EXPECT_EQ(test, nd.ra.nr_prefixes, KSMOL_ND_PREFIXES);
	KUNIT_EXPECT_EQ(test, nd.ra.nr_routes, KSMOL_ND_ROUTES);
	KUNIT_EXPECT_EQ(test, nd.ra.nr_servers, KSMOL_ND_SERVERS);
}

/* Whatever comes, nothing is read beyond its end: KASAN sees to that. */
static void nd_parse__noise(struct kunit *test)
{
	struct nd_message m;
	struct ksmol_nd nd;
	int i, drop;

	for (i = 0; i < 20000; i++) {
		u8 *exact;

		m.len = get_random_u32_below(200);
		exact = kmalloc(max(m.len, 1U), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, exact);
		get_random_bytes(m.bytes, m.len);
		m.bytes[0] = 133 + get_random_u32_below(5);
		if (i & 1)
			m.bytes[1] = 0;
		memcpy(exact, m.bytes, m.len);
		drop = ksmol_nd_parse(exact, min(m.len, 40U), &nd);
		if (!drop && m.len > nd.hlen)
			ksmol_nd_parse_option(exact + nd.hlen,
					      min(m.len - nd.hlen, 56U),
					      m.len - nd.hlen, &nd);
		kfree(exact);
		KUNIT_EXPECT_TRUE(test, !drop || drop == KSMOL_DROP_ND_FORMAT);
	}
}

static void nd_emit__read_back(struct kunit *test)
{
	static const u8 nonce[6] = { 1, 2, 3, 4, 5, 6 };
	struct ksmol_addr target = ksmol_ip6("fd00::5");
	struct nd_message m = {};
	struct ksmol_nd nd;

	ksmol_nd_emit_ns(m.bytes, &target);
	ksmol_nd_emit_lladdr(m.bytes + 24, mac, false);
	ksmol_nd_emit_nonce(m.bytes + 32, nonce);
	m.len = 40;
	KUNIT_ASSERT_EQ(test, parse(&m, &nd), 0);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&nd.target, &target));
	KUNIT_EXPECT_TRUE(test, nd.has_source);
	KUNIT_EXPECT_TRUE(test, nd.has_nonce);
	KUNIT_EXPECT_EQ(test, memcmp(nd.nonce, nonce, 6), 0);

	ksmol_nd_emit_na(m.bytes, &target, KSMOL_ND_OVERRIDE);
	ksmol_nd_emit_lladdr(m.bytes + 24, mac, true);
	m.len = 32;
	KUNIT_ASSERT_EQ(test, parse(&m, &nd), 0);
	KUNIT_EXPECT_EQ(test, nd.flags, KSMOL_ND_OVERRIDE);
	KUNIT_EXPECT_TRUE(test, nd.has_target);

	ksmol_nd_emit_rs(m.bytes);
	m.len = 8;
	KUNIT_ASSERT_EQ(test, parse(&m, &nd), 0);
	KUNIT_EXPECT_EQ(test, nd.type, KSMOL_ND_RS);
}

/* --- MLD --- */

static void mld_parse__queries(struct kunit *test)
{
	struct ksmol_addr group = ksmol_ip6("ff15::7");
	struct ksmol_mld mld;
	u8 bytes[28] = { 130 };

	put_unaligned_be16(10000, bytes + 4);
	memcpy(bytes + 8, &group, 16);
	bytes[24] = 0xf5;
	KUNIT_ASSERT_EQ(test, ksmol_mld_parse(bytes, 24, 24, &mld), 0);
	KUNIT_EXPECT_EQ(test, mld.version, 1);
	KUNIT_EXPECT_EQ(test, mld.max_resp, 10000U);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&mld.group, &group));
	KUNIT_ASSERT_EQ(test, ksmol_mld_parse(bytes, 28, 28, &mld), 0);
	KUNIT_EXPECT_EQ(test, mld.version, 2);
	KUNIT_EXPECT_EQ(test, mld.robustness, 5);
	/* RFC 3810 5.1.3 */
	put_unaligned_be16(0x8001, bytes + 4);
	KUNIT_ASSERT_EQ(test, ksmol_mld_parse(bytes, 28, 28, &mld), 0);
	KUNIT_EXPECT_EQ(test, mld.max_resp, 0x1001U << 3);
	put_unaligned_be16(0xffff, bytes + 4);
	KUNIT_ASSERT_EQ(test, ksmol_mld_parse(bytes, 28, 28, &mld), 0);
	KUNIT_EXPECT_EQ(test, mld.max_resp, 0x1fffU << 10);
}

static void mld_parse__short(struct kunit *test)
{
	u8 bytes[28] = { 130 };
	struct ksmol_mld mld;
	u32 len;

	for (len = 0; len < 24; len++)
		KUNIT_EXPECT_EQ(test, ksmol_mld_parse(bytes, len, len, &mld),
				KSMOL_DROP_MLD_SHORT);
	for (len = 25; len < 28; len++)
		KUNIT_EXPECT_EQ(test, ksmol_mld_parse(bytes, len, len, &mld),
				KSMOL_DROP_MLD_SHORT);
}

static void mld_emit__bytes(struct kunit *test)
{
	struct ksmol_addr group = ksmol_ip6("ff15::7");
	struct ksmol_mld mld;
	u8 bytes[64];

	ksmol_mld_emit(bytes, KSMOL_MLD_REPORT, &group);
	KUNIT_ASSERT_EQ(test, ksmol_mld_parse(bytes, 24, 24, &mld), 0);
	KUNIT_EXPECT_EQ(test, mld.type, KSMOL_MLD_REPORT);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&mld.group, &group));
	ksmol_mld_emit_report(bytes, 3);
	KUNIT_EXPECT_EQ(test, bytes[0], KSMOL_MLD_REPORT_V2);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(bytes + 6), 3);
	ksmol_mld_emit_record(bytes, IGMPV3_CHANGE_TO_EXCLUDE, &group, 2);
	KUNIT_EXPECT_EQ(test, bytes[0], 4);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(bytes + 2), 2);
	KUNIT_EXPECT_EQ(test, memcmp(bytes + 4, &group, 16), 0);
}

static struct kunit_case nd_cases[] = {
	KUNIT_CASE(nd_parse__solicitation),
	KUNIT_CASE(nd_parse__advertisement),
	KUNIT_CASE(nd_parse__router),
	KUNIT_CASE(nd_parse__preferences),
	KUNIT_CASE(nd_parse__route_and_resolvers),
	KUNIT_CASE(nd_parse__bad_lengths),
	KUNIT_CASE(nd_parse__odd_options),
	KUNIT_CASE(nd_parse__more_than_is_believed),
	KUNIT_CASE(nd_parse__noise),
	KUNIT_CASE(nd_emit__read_back),
	KUNIT_CASE(mld_parse__queries),
	KUNIT_CASE(mld_parse__short),
	KUNIT_CASE(mld_emit__bytes),
	{}
};

static struct kunit_suite nd_suite = {
	.name = "ksmol_wire_nd",
	.test_cases = nd_cases,
};

kunit_test_suite(nd_suite);
