// SPDX-License-Identifier: GPL-2.0-only
/* ICMPv6 errors, out and in. */

#include <linux/errqueue.h>
#include <linux/icmpv6.h>
#include <net/ip6_checksum.h>
#include "../module/iface/pmtu.h"
#include "iface6_fixture.h"

/* --- out --- */

/* A packet that nobody wants arrives. */
static void unwanted(struct kunit *test, const char *to, u32 len)
{
	struct ksmol_frame6_ends ends = iface6_ends(to);
	struct iface_fixture *f = test->priv;

	f->answer = KSMOL_DROP_UDP_NO_SOCKET;
	ksmol_frame_udp6(&f->frame, &ends, NULL, len);
	iface_arrives(test);
}

/* Pitfall 39: and pitfall 17, no longer than 1280 bytes. */
static void unreachable__port(struct kunit *test)
{
	static const u32 lens[] = { 0, 1, 8, 1183, 1184, 1185, 1400 };
	struct iface_fixture *f = iface6_attached(test);
	struct icmp6hdr *icmp;
	struct ipv6hdr *ip;
	u32 quoted, len;
	int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		unwanted(test, US6, lens[i]);
		ip = iface6_sent(test, NULL);
		KUNIT_ASSERT_NOT_NULL(test, ip);
		quoted = min(lens[i] + 48, 1232U);
		len = 8 + quoted;
		icmp = (struct icmp6hdr *)(ip + 1);
		KUNIT_EXPECT_EQ(test, ntohs(ip->payload_len), len);
		KUNIT_EXPECT_EQ(test, icmp->icmp6_type, ICMPV6_DEST_UNREACH);
		KUNIT_EXPECT_EQ(test, icmp->icmp6_code, ICMPV6_PORT_UNREACH);
		KUNIT_EXPECT_EQ(test, icmp->icmp6_unused, 0);
		KUNIT_EXPECT_EQ(test, memcmp(icmp + 1,
					     ksmol_frame_ip6h(&f->frame),
					     quoted), 0);
		KUNIT_EXPECT_EQ(test, csum_ipv6_magic(&ip->saddr, &ip->daddr,
						      len, IPPROTO_ICMPV6,
						      csum_partial(icmp, len,
								   0)), 0);
	}
}

/* Pitfalls 16, 39: nothing about what was sent to many. */
static void unreachable__not_for_groups(struct kunit *test)
{
	struct iface_fixture *f = iface6_attached(test);

	unwanted(test, "ff02::1", 10);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* Pitfall 33: nothing about an error or a redirect, whatever calls for it,
 * and wherever in the packet it stands.
 */
static void problem__not_for_errors(struct kunit *test)
{
	static const struct { u8 type; bool told; } cases[] = {
		{ ICMPV6_DEST_UNREACH }, { ICMPV6_PKT_TOOBIG },
		{ ICMPV6_TIME_EXCEED }, { ICMPV6_PARAMPROB }, { 100 }, { 127 },
		{ 137 }, { ICMPV6_ECHO_REQUEST, true }, { 200, true },
	};
	static const u8 options[8] = { 0, 0, 0x9e, 4 }, dest[8] = { 0, 0, 1, 4 };
	struct ksmol_frame6_ends ends = iface6_ends(US6);
	struct iface_fixture *f = iface6_attached(test);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ksmol_frame_icmp6(&f->frame, &ends, cases[i].type, 0, 0, NULL,
				  64);
		ksmol_frame_ext6(&f->frame, IPPROTO_DSTOPTS, dest, 8);
		ksmol_frame_ext6(&f->frame, IPPROTO_DSTOPTS, options, 8);
		iface_arrives(test);
		KUNIT_EXPECT_EQ_MSG(test, iface_forget(test), cases[i].told,
				    "type %u", cases[i].type);
	}
}

/* Whom could one tell? */
static void problem__without_a_source(struct kunit *test)
{
	static const u8 options[8] = { 0, 0, 0x9e, 4 };
	struct ksmol_frame6_ends ends = iface6_ends(US6);
	struct iface_fixture *f = iface6_attached(test);

	memset(&ends.saddr, 0, sizeof(ends.saddr));
	ksmol_frame_udp6(&f->frame, &ends, NULL, 20);
	ksmol_frame_ext6(&f->frame, IPPROTO_DSTOPTS, options, 8);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* Pitfall 34: back by the link it came by. */
static void unreachable__to_a_link_local_source(struct kunit *test)
{
	struct ksmol_frame6_ends ends = iface6_ends("fe80::1");
	struct iface_fixture *f = iface_attach(test, "fe80::1/64");
	struct ksmol_addr peer = ksmol_ip6("fe80::2");
	struct ipv6hdr *ip;

	iface6_know(test, "fe80::2");
	ends.saddr = peer;
	f->answer = KSMOL_DROP_UDP_NO_SOCKET;
	ksmol_frame_udp6(&f->frame, &ends, NULL, 20);
	iface_arrives(test);
	ip = iface6_sent(test, NULL);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_EQ(test, memcmp(&ip->daddr, &peer, 16), 0);
}

/* Pitfall 17: and IPv4's are not silenced by them. */
static void unreachable__rate_limited(struct kunit *test)
{
	u64 drops = iface_tx_drop(KSMOL_TX_DROP_ICMP_RATE);
	struct ksmol_frame_ends v4 = iface_ends(US);
	struct iface_fixture *f;
	unsigned int i, sent;

	f = iface_attach(test, SPEC "," SPEC6);
	iface6_know(test, PEER6);
	iface_know_peer(test);
	ksmol_params.icmp_rate = 10;
	for (i = 0; i < 100; i++)
		unwanted(test, US6, 10);
	sent = iface_forget(test);
	KUNIT_EXPECT_GE(test, sent, 9U);
	KUNIT_EXPECT_LE(test, sent, 20U);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_ICMP_RATE),
			drops + 100 - sent);
	ksmol_frame_udp(&f->frame, &v4, NULL, 10);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 1U);
}

/* --- in --- */

/* An error about a datagram from @from to PEER6 of @len payload bytes. */
static void object(struct kunit *test, u8 type, u8 code, u32 rest,
		   const char *from, u32 len)
{
	struct ksmol_frame6_ends ends = iface6_ends(US6);
	struct ksmol_frame6_ends quoted = {
		.saddr = ksmol_ip6(from),
		.daddr = ksmol_ip6(PEER6),
		.sport = htons(3333),
		.dport = htons(4444),
	};
	struct iface_fixture *f = test->priv;
	struct ksmol_frame *about;

	about = kunit_kzalloc(test, sizeof(*about), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, about);
	ksmol_frame_udp6(about, &quoted, NULL, len);
	ksmol_frame_icmp6(&f->frame, &ends, type, code, rest,
			  about->data + ETH_HLEN, about->len - ETH_HLEN);
	iface_arrives(test);
}

/* Pitfall 18: what a socket hears of it. */
static void error__translated(struct kunit *test)
{
	static const struct {
		u8 type, code;
		u32 rest;
		int err;
		bool fatal;
		u32 info;
	} cases[] = {
		{ 1, 0, 0, ENETUNREACH, false, 0 },
		{ 1, 1, 0, EACCES, true, 0 },
		{ 1, 2, 0, EHOSTUNREACH, false, 0 },
		{ 1, 3, 0, EHOSTUNREACH, false, 0 },
		{ 1, 4, 0, ECONNREFUSED, true, 0 },
		{ 1, 6, 0, EACCES, true, 0 },
		{ 1, 99, 0, EPROTO, true, 0 },
		{ 2, 0, 1300, EMSGSIZE, true, 1300 },
		{ 3, 0, 0, EHOSTUNREACH, false, 0 },
		{ 4, 1, 40, EPROTO, true, 40 },
		{ 0, 0, 0, EPROTO, false, 0 },
		{ 5, 0, 0, EPROTO, false, 0 },
		{ 127, 9, 3, EPROTO, false, 3 },
	};
	struct ksmol_addr peer = ksmol_ip6(PEER6);
	struct iface_fixture *f = iface6_attached(test);
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		object(test, cases[i].type, cases[i].code, cases[i].rest, US6,
		       20);
		KUNIT_EXPECT_EQ(test, f->errors, i + 1U);
		KUNIT_EXPECT_EQ(test, f->error.errno_, cases[i].err);
		KUNIT_EXPECT_EQ(test, f->error.fatal, cases[i].fatal);
		KUNIT_EXPECT_EQ(test, f->error.info, cases[i].info);
		KUNIT_EXPECT_EQ(test, f->error.type, cases[i].type);
		KUNIT_EXPECT_EQ(test, f->error.code, cases[i].code);
		KUNIT_EXPECT_EQ(test, f->error.origin, SO_EE_ORIGIN_ICMP6);
		KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&f->error.offender,
							 &peer));
		KUNIT_EXPECT_EQ(test, f->error.quote.family, AF_INET6);
		KUNIT_EXPECT_EQ(test, f->error.quote.sport, htons(3333));
		KUNIT_EXPECT_EQ(test, f->error.quote.dport, htons(4444));
		KUNIT_EXPECT_EQ(test, f->error.payload_len, 20U);
	}
}

/* Pitfall 18: about what nobody here sent. */
static void error__not_ours(struct kunit *test)
{
	u64 drops = iface_verdict(KSMOL_DROP_ICMP_QUOTE);
	struct iface_fixture *f = iface6_attached(test);

	object(test, 1, 4, 0, OTHER6, 20);
	KUNIT_EXPECT_EQ(test, f->errors, 0U);
	f->believes = false;
	object(test, 1, 4, 0, US6, 20);
	KUNIT_EXPECT_EQ(test, f->errors, 1U);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ICMP_QUOTE), drops + 2);
}

/* RFC 4443 2.4: only errors are passed on. */
static void error__informational_type(struct kunit *test)
{
	u64 drops = iface_verdict(KSMOL_DROP_ICMP_TYPE);
	struct iface_fixture *f = iface6_attached(test);

	object(test, 200, 0, 0, US6, 20);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ICMP_TYPE), drops + 1);
	KUNIT_EXPECT_EQ(test, f->errors, 0U);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

static u32 mtu_to_peer(void)
{
	struct ksmol_flow flow = iface6_flow(PEER6);
	struct ksmol_dst dst = {};

	iface_route(&flow, &dst);
	return dst.mtu;
}

/* Pitfall 19: lowers the path's MTU, but not below what IPv6 asks of links. */
static void error__packet_too_big(struct kunit *test)
{
	u64 drops = iface_verdict(KSMOL_DROP_ICMP_QUOTE);
	struct iface_fixture *f = iface6_attached(test);

	KUNIT_EXPECT_EQ(test, mtu_to_peer(), 1500U);
	object(test, 2, 0, 1279, US6, 20);
	object(test, 2, 0, 0, US6, 20);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ICMP_QUOTE), drops + 2);
	KUNIT_EXPECT_EQ(test, mtu_to_peer(), 1500U);
	object(test, 2, 0, 1400, US6, 20);
	KUNIT_EXPECT_EQ(test, mtu_to_peer(), 1400U);
	object(test, 2, 0, 1280, US6, 20);
	KUNIT_EXPECT_EQ(test, mtu_to_peer(), 1280U);
	object(test, 2, 0, 9000, US6, 20);
	KUNIT_EXPECT_EQ(test, mtu_to_peer(), 1280U);
	KUNIT_EXPECT_EQ(test, f->errors, 3U);
	/* What nobody sent changes nothing. */
	ksmol_pmtu_forget(NULL);
	f->believes = false;
	object(test, 2, 0, 1300, US6, 20);
	KUNIT_EXPECT_EQ(test, mtu_to_peer(), 1500U);
}

static struct kunit_case ipv6_error_cases[] = {
	KUNIT_CASE(unreachable__port),
	KUNIT_CASE(unreachable__not_for_groups),
	KUNIT_CASE(problem__not_for_errors),
	KUNIT_CASE(problem__without_a_source),
	KUNIT_CASE(unreachable__to_a_link_local_source),
	KUNIT_CASE(unreachable__rate_limited),
	KUNIT_CASE(error__translated),
	KUNIT_CASE(error__not_ours),
	KUNIT_CASE(error__informational_type),
	KUNIT_CASE(error__packet_too_big),
	{}
};

static struct kunit_suite ipv6_error_suite = {
	.name = "ksmol_iface_ipv6_error",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = ipv6_error_cases,
};

kunit_test_suite(ipv6_error_suite);
