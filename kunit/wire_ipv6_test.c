// SPDX-License-Identifier: GPL-2.0-only
/* IPv6's header and the way along its extension headers. Pitfall 33. */

#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/icmpv6.h>
#include <ksmol/compat.h>
#include <ksmol/wire.h>
#include "frames6.h"

static struct ksmol_frame6_ends ends(void)
{
	return (struct ksmol_frame6_ends){
		.saddr = ksmol_ip6("fd00::2"),
		.daddr = ksmol_ip6("fd00::1"),
		.sport = htons(1000),
		.dport = htons(2000),
		.tclass = 0xb8,
		.hlim = 17,
	};
}

static struct ksmol_frame *udp_frame(struct kunit *test, u32 len)
{
	struct ksmol_frame *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct ksmol_frame6_ends e = ends();

	KUNIT_ASSERT_NOT_NULL(test, f);
	ksmol_frame_udp6(f, &e, NULL, len);
	return f;
}

static int parse(struct ksmol_frame *f, u32 len, struct ksmol_ipv6 *ip)
{
	return ksmol_ipv6_parse(f->data + ETH_HLEN, len, ip);
}

static void ipv6_parse__reads_every_field(struct kunit *test)
{
	struct ksmol_frame *f = udp_frame(test, 11);
	struct ksmol_addr us = ksmol_ip6("fd00::1"), peer = ksmol_ip6("fd00::2");
	struct ksmol_ipv6 ip;

	f->data[ETH_HLEN + 1] |= 0x0c;
	f->data[ETH_HLEN + 3] = 0x5a;
	KUNIT_EXPECT_EQ(test, parse(f, f->len - ETH_HLEN, &ip), 0);
	KUNIT_EXPECT_EQ(test, ip.tclass, 0xb8);
	KUNIT_EXPECT_EQ(test, ip.flowlabel, htonl(0xc005a));
	KUNIT_EXPECT_EQ(test, ip.len, 19);
	KUNIT_EXPECT_EQ(test, ip.next, IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, ip.hlim, 17);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&ip.saddr, &peer));
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&ip.daddr, &us));
}

static void ipv6_parse__short_at_every_length(struct kunit *test)
{
	struct ksmol_frame *f = udp_frame(test, 20);
	struct ksmol_ipv6 ip;
	u32 len;

	for (len = 0; len < 68; len++)
		KUNIT_EXPECT_EQ(test, parse(f, len, &ip), KSMOL_DROP_IP_SHORT);
	KUNIT_EXPECT_EQ(test, parse(f, 68, &ip), 0);
	/* Pitfall 22: padding behind it is not its own. */
	KUNIT_EXPECT_EQ(test, parse(f, 90, &ip), 0);
	KUNIT_EXPECT_EQ(test, ip.len, 28);
}

static void ipv6_parse__version(struct kunit *test)
{
	struct ksmol_frame *f = udp_frame(test, 20);
	struct ksmol_ipv6 ip;
	int version;

	for (version = 0; version < 16; version++) {
		f->data[ETH_HLEN] = version << 4;
		KUNIT_EXPECT_EQ(test, parse(f, 68, &ip),
				version == 6 ? 0 : KSMOL_DROP_IP_VERSION);
	}
}

/* Pitfall 13 */
static void ipv6_parse__impossible_addresses(struct kunit *test)
{
	static const struct {
		const char *addr;
		int source, dest;
	} cases[] = {
		{ "::1", KSMOL_DROP_IP_SADDR, KSMOL_DROP_IP_DADDR },
		{ "::ffff:10.0.0.1", KSMOL_DROP_IP_SADDR, KSMOL_DROP_IP_DADDR },
		{ "ff02::1", KSMOL_DROP_IP_SADDR, 0 },
		{ "ff00::1", KSMOL_DROP_IP_SADDR, KSMOL_DROP_IP_DADDR },
		{ "::", 0, KSMOL_DROP_IP_DADDR },
		{ "::2", 0, 0 },
		{ "fe80::1", 0, 0 },
		{ "2001:db8::1", 0, 0 },
	};
	struct ksmol_frame *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct ksmol_frame6_ends e;
	struct ksmol_ipv6 ip;
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		e = ends();
		e.saddr = ksmol_ip6(cases[i].addr);
		ksmol_frame_udp6(f, &e, NULL, 20);
		KUNIT_EXPECT_EQ_MSG(test, parse(f, 68, &ip), cases[i].source,
				    "from %s", cases[i].addr);
		e = ends();
		e.daddr = ksmol_ip6(cases[i].addr);
		ksmol_frame_udp6(f, &e, NULL, 20);
		KUNIT_EXPECT_EQ_MSG(test, parse(f, 68, &ip), cases[i].dest,
				    "to %s", cases[i].addr);
	}
}

static void ipv6_emit__parses_back(struct kunit *test)
{
	struct ksmol_ipv6 out = {
		.tclass = 0xa5,
		.next = IPPROTO_TCP,
		.hlim = 255,
		.len = 0,
		.flowlabel = htonl(0xfffff),
		.saddr = ksmol_ip6("fe80::1234"),
		.daddr = ksmol_ip6("2001:db8::5"),
	}, in = {};
	u8 bytes[KSMOL_IPV6_HLEN];

	ksmol_ipv6_emit(bytes, &out);
	KUNIT_EXPECT_EQ(test, ksmol_ipv6_parse(bytes, 40, &in), 0);
	KUNIT_EXPECT_EQ(test, in.tclass, out.tclass);
	KUNIT_EXPECT_EQ(test, in.next, out.next);
	KUNIT_EXPECT_EQ(test, in.hlim, out.hlim);
	KUNIT_EXPECT_EQ(test, in.flowlabel, out.flowlabel);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&in.saddr, &out.saddr));
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&in.daddr, &out.daddr));
}

/* --- extension headers --- */

/**
 * struct ext_case - headers behind the IPv6 header, and what they come to
 * @next: what the IPv6 header names
 * @bytes: @len of them, the last header naming UDP
 * @reason: 0 or the drop reason
 * @at: where walking ends, if it does not fail
 * @answer, @code, @pointer: what the sender is told
 */
struct ext_case {
	const char *name;
	u8 next;
	u32 len;
	u8 bytes[64];
	int reason;
	u16 at;
	u8 answer;
	u8 code;
	u16 pointer;
};

static const struct ext_case ext_cases[] = {
	{ "none", 17, 0, {}, 0, 40 },
	{ "PadN in hop-by-hop", 0, 8, { 17, 0, 1, 4 }, 0, 48 },
	{ "Pad1 only", 60, 8, { 17 }, 0, 48 },
	{ "PadN of nothing", 60, 8, { 17, 0, 1, 0, 1, 2 }, 0, 48 },
	{ "unknown, to be skipped", 60, 8, { 17, 0, 0x1e, 4 }, 0, 48 },
	{ "unknown, to be discarded", 60, 8, { 17, 0, 0x5e, 4 },
	  KSMOL_DROP_IPV6_OPTION },
	{ "unknown, to be told", 60, 8, { 17, 0, 0x9e, 4 },
	  KSMOL_DROP_IPV6_OPTION, 0, KSMOL_IPV6_PARAM_ANY, 2, 42 },
	{ "unknown, to be told if not to many", 0, 8,
	  { 17, 0, 0, 0, 0xde, 2 }, KSMOL_DROP_IPV6_OPTION, 0,
	  KSMOL_IPV6_PARAM, 2, 44 },
	{ "option that runs over the end", 60, 8, { 17, 0, 0x1e, 5 },
	  KSMOL_DROP_IPV6_OPTION },
	{ "option without its length", 60, 8, { 17, 0, 1, 3, 0, 0, 0, 0x1e },
	  KSMOL_DROP_IPV6_OPTION },
	{ "router alert", 0, 8, { 17, 0, 5, 2, 0, 0, 1, 0 }, 0, 48 },
	{ "router alert of another length", 0, 8, { 17, 0, 5, 3, 0, 0, 0, 0 },
	  KSMOL_DROP_IPV6_OPTION },
	{ "router alert that is none", 60, 8, { 17, 0, 5, 2, 0, 0, 1, 0 }, 0,
	  48 },
	{ "jumbo payload", 0, 8, { 17, 0, 0xc2, 4, 0, 1, 0, 0 },
	  KSMOL_DROP_IPV6_JUMBO, 0, KSMOL_IPV6_PARAM, 2, 42 },
	{ "hop-by-hop, then destination", 0, 24,
	  { 60, 0, 1, 4, 0, 0, 0, 0, 17, 1, 1, 12 }, 0, 64 },
	{ "hop-by-hop second", 60, 16, { 0, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4 },
	  KSMOL_DROP_IPV6_EXT, 0, KSMOL_IPV6_PARAM, 1, 40 },
	{ "routing, all done", 43, 8, { 17, 0, 4, 0 }, 0, 48 },
	{ "routing type 0, all done", 43, 24, { 17, 2, 0, 0 }, 0, 64 },
	{ "routing type 0", 43, 24, { 17, 2, 0, 1 }, KSMOL_DROP_IP_SRCROUTE, 0,
	  KSMOL_IPV6_PARAM, 0, 42 },
	{ "routing type 2", 43, 24, { 17, 2, 2, 1 }, KSMOL_DROP_IP_SRCROUTE, 0,
	  KSMOL_IPV6_PARAM, 0, 42 },
	{ "longer than the packet", 60, 8, { 17, 9, 1, 4 },
	  KSMOL_DROP_IPV6_EXT },
	{ "cut short", 60, 7, { 17, 0, 1, 3 }, KSMOL_DROP_IPV6_EXT },
	{ "eight", 60, 64,
	  { 60, 0, 1, 4, 0, 0, 0, 0, 60, 0, 1, 4, 0, 0, 0, 0,
	    60, 0, 1, 4, 0, 0, 0, 0, 60, 0, 1, 4, 0, 0, 0, 0,
	    60, 0, 1, 4, 0, 0, 0, 0, 60, 0, 1, 4, 0, 0, 0, 0,
	    60, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4 }, 0, 104 },
	{ "more than eight", 60, 64,
	  { 60, 0, 1, 4, 0, 0, 0, 0, 60, 0, 1, 4, 0, 0, 0, 0,
	    60, 0, 1, 4, 0, 0, 0, 0, 60, 0, 1, 4, 0, 0, 0, 0,
	    60, 0, 1, 4, 0, 0, 0, 0, 60, 0, 1, 4, 0, 0, 0, 0,
	    60, 0, 1, 4, 0, 0, 0, 0, 60, 0, 1, 4 }, KSMOL_DROP_IPV6_MANY },
	{ "nine options", 60, 24,
	  { 17, 2, 0x1e, 0, 0x1e, 0, 0x1e, 0, 0x1e, 0, 0x1e, 0, 0x1e, 0,
	    0x1e, 0, 0x1e, 0, 0x1e, 0, 1, 2 }, KSMOL_DROP_IPV6_MANY },
};

static struct ksmol_ipv6_chain chain_of(const struct ext_case *c, u8 *packet)
{
	struct ksmol_ipv6_chain chain;

	memset(packet, 0, KSMOL_IPV6_HLEN);
	packet[6] = c->next;
	memcpy(packet + KSMOL_IPV6_HLEN, c->bytes, c->len);
	ksmol_ipv6_chain_init(&chain, c->next);
	return chain;
}

static void ipv6_walk__cases(struct kunit *test)
{
	u8 packet[KSMOL_IPV6_HLEN + 64];
	const struct ext_case *c;
	struct ksmol_ipv6_chain chain;
	int reason;

	for (c = ext_cases; c < ext_cases + ARRAY_SIZE(ext_cases); c++) {
		chain = chain_of(c, packet);
		reason = ksmol_ipv6_walk(packet, 40 + c->len, 40 + c->len,
					 &chain);
		KUNIT_EXPECT_EQ_MSG(test, reason, c->reason, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, chain.answer, c->answer, "%s",
				    c->name);
		if (c->answer) {
			KUNIT_EXPECT_EQ_MSG(test, chain.code, c->code, "%s",
					    c->name);
			KUNIT_EXPECT_EQ_MSG(test, chain.pointer, c->pointer,
					    "%s", c->name);
		}
		if (c->reason)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, chain.at, c->at, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, chain.next, 17, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, packet[chain.named_at], 17, "%s",
				    c->name);
	}
}

/* Whatever the bytes are, nothing behind them is read (KASAN looks), and each
 * walk ends.
 */
static void ipv6_walk__any_byte_changed(struct kunit *test)
{
	struct ksmol_ipv6_chain chain;
	const struct ext_case *c;
	u8 packet[KSMOL_IPV6_HLEN + 64], *copy;
	u32 len, i, value;

	for (c = ext_cases; c < ext_cases + ARRAY_SIZE(ext_cases); c++) {
		len = KSMOL_IPV6_HLEN + c->len;
		copy = kunit_kzalloc(test, len, GFP_KERNEL);
		for (i = KSMOL_IPV6_HLEN; i < len; i++)
			for (value = 0; value < 256; value++) {
				chain = chain_of(c, packet);
				memcpy(copy, packet, len);
				copy[i] = value;
				ksmol_ipv6_walk(copy, len, len, &chain);
				KUNIT_ASSERT_LE(test, chain.at, len);
				ksmol_ipv6_chain_init(&chain, c->next);
				ksmol_ipv6_skip(copy, len, &chain);
				KUNIT_ASSERT_LE(test, chain.at, len);
			}
	}
}

/* More than is looked at is refused, not guessed. */
static void ipv6_walk__beyond_the_bound(struct kunit *test)
{
	u32 len = KSMOL_IPV6_HLEN + 2048 + 8;
	u8 *packet = kunit_kzalloc(test, len, GFP_KERNEL);
	struct ksmol_ipv6_chain chain;

	packet[6] = IPPROTO_DSTOPTS;
	packet[40] = IPPROTO_UDP;
	packet[41] = 255;
	ksmol_ipv6_chain_init(&chain, packet[6]);
	KUNIT_EXPECT_EQ(test, ksmol_ipv6_walk(packet, KSMOL_IPV6_HEADERS_LEN,
					      len, &chain),
			KSMOL_DROP_IPV6_MANY);
	ksmol_ipv6_chain_init(&chain, packet[6]);
	KUNIT_EXPECT_EQ(test, ksmol_ipv6_walk(packet, len, len, &chain), 0);
	KUNIT_EXPECT_EQ(test, chain.at, 40 + 2048);
}

static void ipv6_frag__both_ways(struct kunit *test)
{
	struct ksmol_ipv6_frag out = {
		.next = IPPROTO_UDP,
		.off = 65528,
		.more = true,
		.id = 0xdeadbeef,
	}, in;
	u8 bytes[KSMOL_IPV6_FRAG_HLEN];

	ksmol_ipv6_frag_emit(bytes, &out);
	bytes[1] = 0xff;
	bytes[3] |= 6;	/* reserved: ignored */
	ksmol_ipv6_frag_parse(bytes, &in);
	KUNIT_EXPECT_EQ(test, in.next, out.next);
	KUNIT_EXPECT_EQ(test, in.off, out.off);
	KUNIT_EXPECT_TRUE(test, in.more);
	KUNIT_EXPECT_EQ(test, in.id, out.id);
}

/* --- quotes --- */

static int quote(struct ksmol_frame *f, u32 len, struct ksmol_quote *q)
{
	return ksmol_quote6_parse(f->data + ETH_HLEN, len, q);
}

/* Pitfall 18: quotes may be short. */
static void quote6_parse__at_every_length(struct kunit *test)
{
	struct ksmol_frame *f = udp_frame(test, 20);
	struct ksmol_quote q;
	u32 len;

	for (len = 0; len < 48; len++)
		KUNIT_EXPECT_EQ(test, quote(f, len, &q), KSMOL_DROP_ICMP_SHORT);
	KUNIT_EXPECT_EQ(test, quote(f, 48, &q), 0);
	KUNIT_EXPECT_EQ(test, q.family, AF_INET6);
	KUNIT_EXPECT_EQ(test, q.proto, IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, q.sport, htons(1000));
	KUNIT_EXPECT_EQ(test, q.dport, htons(2000));
	KUNIT_EXPECT_EQ(test, q.l4_off, 40);
	f->data[ETH_HLEN] = 0x45;
	KUNIT_EXPECT_EQ(test, quote(f, 68, &q), KSMOL_DROP_ICMP_QUOTE);
}

static void quote6_parse__behind_headers(struct kunit *test)
{
	static const u8 first[8] = { 0, 0, 0, 1, 1, 2, 3, 4 };
	static const u8 later[8] = { 0, 0, 0, 9, 1, 2, 3, 4 };
	static const u8 options[8] = { 0, 0, 0xde, 4 };
	struct ksmol_frame *f = udp_frame(test, 20);
	struct ksmol_quote q;

	ksmol_frame_ext6(f, IPPROTO_FRAGMENT, first, 8);
	ksmol_frame_ext6(f, IPPROTO_DSTOPTS, options, 8);
	KUNIT_EXPECT_EQ(test, quote(f, f->len - ETH_HLEN, &q), 0);
	KUNIT_EXPECT_EQ(test, q.proto, IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, q.l4_off, 56);
	KUNIT_EXPECT_EQ(test, q.dport, htons(2000));

	f = udp_frame(test, 20);
	ksmol_frame_ext6(f, IPPROTO_FRAGMENT, later, 8);
	KUNIT_EXPECT_EQ(test, quote(f, f->len - ETH_HLEN, &q),
			KSMOL_DROP_ICMP_QUOTE);
}

/* Of ICMPv6 we send requests only. */
static void quote6_parse__icmp(struct kunit *test)
{
	struct ksmol_frame *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct ksmol_frame6_ends e = ends();
	struct ksmol_quote q;

	ksmol_frame_icmp6(f, &e, ICMPV6_ECHO_REQUEST, 0, 0x12340007, NULL, 8);
	KUNIT_EXPECT_EQ(test, quote(f, 56, &q), 0);
	KUNIT_EXPECT_EQ(test, q.dport, htons(0x1234));
	KUNIT_EXPECT_EQ(test, q.sport, 0);
	ksmol_frame_icmp6(f, &e, ICMPV6_ECHO_REPLY, 0, 0x12340007, NULL, 8);
	KUNIT_EXPECT_EQ(test, quote(f, 56, &q), KSMOL_DROP_ICMP_QUOTE);
}

/* --- addresses --- */

/* Pitfall 36: all of fe80::/10. */
static void addr6__kinds(struct kunit *test)
{
	static const struct {
		const char *text;
		u8 scope;
	} cases[] = {
		{ "::1", KSMOL_SCOPE_LINK },
		{ "fe80::1", KSMOL_SCOPE_LINK },
		{ "febf:ffff::1", KSMOL_SCOPE_LINK },
		{ "fec0::1", KSMOL_SCOPE_SITE },
		{ "fd00::1", KSMOL_SCOPE_GLOBAL },
		{ "2001:db8::1", KSMOL_SCOPE_GLOBAL },
		{ "ff01::1", KSMOL_SCOPE_INTERFACE },
		{ "ff02::fb", KSMOL_SCOPE_LINK },
		{ "ff3e::1234", KSMOL_SCOPE_GLOBAL },
	};
	struct ksmol_addr a, b = ksmol_ip6("ff02::1:ff34:5678");
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		a = ksmol_ip6(cases[i].text);
		KUNIT_EXPECT_EQ_MSG(test, ksmol_addr_scope6(&a),
				    cases[i].scope, "%s", cases[i].text);
	}
	a = ksmol_ip6("fd00::12:1234:5678");
	a = ksmol_addr_solicited(&a);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&a, &b));
	a = ksmol_ip6("ff02::1");
	b = ksmol_addr_all_nodes();
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&a, &b));
}

static void addr6__prefixes(struct kunit *test)
{
	struct ksmol_addr a = ksmol_ip6("fd00:1234::ffff:ffff"), b = a;
	struct ksmol_addr ones;
	unsigned int plen;

	memset(&ones, 0xff, sizeof(ones));
	KUNIT_EXPECT_EQ(test, ksmol_addr_common(&a, &b), 128U);
	for (plen = 0; plen < 128; plen++) {
		b = a;
		b.v6.s6_addr[plen / 8] ^= 0x80 >> plen % 8;
		KUNIT_EXPECT_EQ(test, ksmol_addr_common(&a, &b), plen);
		KUNIT_EXPECT_TRUE(test, ksmol_addr_prefix_equal(&a, &b, plen));
		KUNIT_EXPECT_FALSE(test, ksmol_addr_prefix_equal(&a, &b,
								 plen + 1));
		/* All ones behind the prefix are gone, those in it stay. */
		memset(&b, 0xff, sizeof(b));
		ksmol_addr_mask(&b, plen);
		KUNIT_EXPECT_EQ(test, ksmol_addr_common(&b, &ones), plen);
		KUNIT_EXPECT_EQ(test, hweight32(b.w[0]) + hweight32(b.w[1]) +
				hweight32(b.w[2]) + hweight32(b.w[3]), plen);
	}
}

static struct kunit_case wire_ipv6_cases[] = {
	KUNIT_CASE(ipv6_parse__reads_every_field),
	KUNIT_CASE(ipv6_parse__short_at_every_length),
	KUNIT_CASE(ipv6_parse__version),
	KUNIT_CASE(ipv6_parse__impossible_addresses),
	KUNIT_CASE(ipv6_emit__parses_back),
	KUNIT_CASE(ipv6_walk__cases),
	KUNIT_CASE(ipv6_walk__any_byte_changed),
	KUNIT_CASE(ipv6_walk__beyond_the_bound),
	KUNIT_CASE(ipv6_frag__both_ways),
	KUNIT_CASE(quote6_parse__at_every_length),
	KUNIT_CASE(quote6_parse__behind_headers),
	KUNIT_CASE(quote6_parse__icmp),
	KUNIT_CASE(addr6__kinds),
	KUNIT_CASE(addr6__prefixes),
	{}
};

static struct kunit_suite wire_ipv6_suite = {
	.name = "ksmol_wire_ipv6",
	.test_cases = wire_ipv6_cases,
};

kunit_test_suite(wire_ipv6_suite);
