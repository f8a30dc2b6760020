// SPDX-License-Identifier: GPL-2.0-only
/* IPv6 in: what is taken, what is refused, what is answered. */

#include <linux/icmpv6.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <linux/udp.h>
#include <net/ip6_checksum.h>
#include "iface6_fixture.h"

/* --- up to the transport --- */

static void datagram(struct kunit *test, const struct ksmol_frame6_ends *ends,
		     u32 len)
{
	struct iface_fixture *f = test->priv;

	ksmol_frame_udp6(&f->frame, ends, NULL, len);
}

/* It arrives and ends as @verdict; nothing goes out. */
static void expect_verdict(struct kunit *test, int verdict, const char *what)
{
	u64 before = iface_verdict(verdict);

	iface_arrives(test);
	KUNIT_EXPECT_EQ_MSG(test, iface_verdict(verdict), before + 1, "%s: %s",
			    what, ksmol_verdict_names[verdict]);
	KUNIT_EXPECT_EQ_MSG(test, iface_forget(test), 0U, "%s", what);
}

static void input__to_the_demux(struct kunit *test)
{
	struct ksmol_frame6_ends ends = iface6_ends(US6);
	struct iface_fixture *f = iface6_attached(test);

	ends.tclass = 0xb9;
	ends.hlim = 3;
	datagram(test, &ends, 100);
	f->frame.len += 7;	/* Pitfall 22: padding */
	expect_verdict(test, KSMOL_DELIVERED, "datagram");
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->proto, IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, f->len, 108U);
	KUNIT_EXPECT_EQ(test, f->rx.tos, 0xb9);
	KUNIT_EXPECT_EQ(test, f->rx.ttl, 3);
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&f->rx.saddr, &ends.saddr));
	KUNIT_EXPECT_TRUE(test, ksmol_addr_equal(&f->rx.daddr, &ends.daddr));
	KUNIT_EXPECT_EQ(test, memcmp(f->bytes, ksmol_frame_l46(&f->frame),
				     108), 0);
}

/* The sum that a device made covers what we have taken off. Pitfall 55. */
static void input__device_sum(struct kunit *test)
{
	static const u8 options[8] = { 0, 0, 0x1e, 4, 0xab, 0xcd, 0xef, 0x12 };
	struct ksmol_frame6_ends ends = iface6_ends(US6);
	struct iface_fixture *f = iface6_attached(test);
	struct sk_buff *skb;
	__wsum pseudo;
	int i;

	for (i = 0; i < 2; i++) {
		datagram(test, &ends, 99);
		if (i)
			ksmol_frame_ext6(&f->frame, IPPROTO_DSTOPTS, options,
					 8);
		skb = ksmol_vdev_skb(test, f->vdev, f->frame.data,
				     f->frame.len);
		skb->ip_summed = CHECKSUM_COMPLETE;
		skb->csum = csum_partial(skb->data, skb->len, 0);
		ksmol_vdev_inject_skb(skb);
		KUNIT_EXPECT_EQ(test, f->inputs, i + 1U);
		KUNIT_EXPECT_TRUE(test, f->rx.csum_valid);
		pseudo = ksmol_pseudo_sum(AF_INET6, &ends.saddr, &ends.daddr,
					  107, IPPROTO_UDP);
		KUNIT_EXPECT_EQ(test, csum_fold(csum_add(pseudo, f->rx.csum)),
				0);
	}
}

/* Pitfalls 13, 14 and RFC 4291: whom it may come from, and go to. */
static void input__addresses(struct kunit *test)
{
	static const struct {
		const char *from, *to;
		int verdict;
	} cases[] = {
		{ PEER6, OTHER6, KSMOL_DROP_IP_NOT_US },
		{ PEER6, "fe80::1", KSMOL_DROP_IP_NOT_US },
		{ PEER6, "::1", KSMOL_DROP_IP_DADDR },
		{ PEER6, "::", KSMOL_DROP_IP_DADDR },
		{ PEER6, "ff01::1", KSMOL_DROP_IP_DADDR },
		{ PEER6, "ff00::1", KSMOL_DROP_IP_DADDR },
		{ PEER6, "ff02::1234", KSMOL_DROP_IP_NO_GROUP },
		{ PEER6, "ff02::1:ff00:2", KSMOL_DROP_IP_NO_GROUP },
		{ PEER6, "ff02::1:ff00:1", KSMOL_DELIVERED },
		{ PEER6, "ff02::1", KSMOL_DELIVERED },
		{ US6, US6, KSMOL_DROP_IP_SADDR },
		{ "::1", US6, KSMOL_DROP_IP_SADDR },
		{ "::", US6, KSMOL_DROP_IP_SADDR },
		{ "ff02::1", US6, KSMOL_DROP_IP_SADDR },
		{ "::ffff:10.77.0.2", US6, KSMOL_DROP_IP_SADDR },
		{ "fe80::9", US6, KSMOL_DELIVERED },
		{ FAR6, US6, KSMOL_DELIVERED },
	};
	struct ksmol_frame6_ends ends;
	int i;

	iface6_attached(test);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ends = iface6_ends(cases[i].to);
		ends.saddr = ksmol_ip6(cases[i].from);
		datagram(test, &ends, 20);
		expect_verdict(test, cases[i].verdict, cases[i].to);
	}
}

/* A link-local address is its link's own. */
static void input__link_local(struct kunit *test)
{
	struct ksmol_frame6_ends ends = iface6_ends("fe80::1");

	iface_attach(test, "fe80::1/64");
	datagram(test, &ends, 20);
	expect_verdict(test, KSMOL_DELIVERED, "ours");
	ends = iface6_ends("fe80::2");
	datagram(test, &ends, 20);
	expect_verdict(test, KSMOL_DROP_IP_NOT_US, "another");
}

/* Pitfall 16: what was sent to many and says that it was not. */
static void input__unicast_in_a_broadcast_frame(struct kunit *test)
{
	struct ksmol_frame6_ends ends = iface6_ends(US6);
	struct iface_fixture *f = iface6_attached(test);

	datagram(test, &ends, 20);
	eth_broadcast_addr(f->frame.data);
	expect_verdict(test, KSMOL_DROP_IP_L2_BCAST, "broadcast");
}

static void input__not_spoken_here(struct kunit *test)
{
	struct ksmol_frame6_ends ends = iface6_ends(US6);

	iface_attach(test, SPEC);
	datagram(test, &ends, 20);
	expect_verdict(test, KSMOL_DROP_IPV6, "no address");
}

/* Shared mode: what is not ours stays with Linux, groups go to both. */
static void input__shared(struct kunit *test)
{
	static const struct {
		const char *to;
		int verdict;
		unsigned int inputs;
	} cases[] = {
		{ US6, KSMOL_DELIVERED, 1 },
		{ OTHER6, KSMOL_PASSED, 0 },
		{ "fe80::1", KSMOL_PASSED, 0 },
		{ "ff02::1", KSMOL_PASSED, 1 },
		{ "ff02::1:ff00:1", KSMOL_PASSED, 1 },
		{ "ff02::1234", KSMOL_PASSED, 0 },
	};
	struct iface_fixture *f = iface_attach(test, SPEC6 ",shared");
	struct ksmol_frame6_ends ends;
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ends = iface6_ends(cases[i].to);
		if (ksmol_addr_is_multicast6(&ends.daddr))
			ends.dmac[0] = 0x33;
		f->inputs = 0;
		datagram(test, &ends, 20);
		expect_verdict(test, cases[i].verdict, cases[i].to);
		KUNIT_EXPECT_EQ_MSG(test, f->inputs, cases[i].inputs, "%s",
				    cases[i].to);
	}
	/* Without an address of IPv6 all of it is Linux's. */
	iface_detach(test);
	iface_attach(test, SPEC ",shared");
	ends = iface6_ends("ff02::1");
	datagram(test, &ends, 20);
	expect_verdict(test, KSMOL_PASSED, "IPv4 only");
}

/* Nobody else's bytes, however long the header says that it is. */
static void input__cut_short(struct kunit *test)
{
	struct ksmol_frame6_ends ends = iface6_ends(US6);
	struct iface_fixture *f = iface6_attached(test);
	u32 len;

	for (len = 1; len < 60; len++) {
		datagram(test, &ends, 12);
		f->frame.len -= len;
		expect_verdict(test, KSMOL_DROP_IP_SHORT, "cut");
	}
}

/* --- extension headers: pitfall 33 --- */

static void ext__skipped(struct kunit *test)
{
	static const u8 hop[8] = { 0, 0, 0x1e, 4 }, routing[8] = { 0, 0, 3 };
	static const u8 dest[16] = { 0, 1, 1, 12 };
	struct ksmol_frame6_ends ends = iface6_ends(US6);
	struct iface_fixture *f = iface6_attached(test);

	datagram(test, &ends, 40);
	ksmol_frame_ext6(&f->frame, IPPROTO_DSTOPTS, dest, 16);
	ksmol_frame_ext6(&f->frame, IPPROTO_ROUTING, routing, 8);
	ksmol_frame_ext6(&f->frame, IPPROTO_HOPOPTS, hop, 8);
	expect_verdict(test, KSMOL_DELIVERED, "three headers");
	KUNIT_EXPECT_EQ(test, f->len, 48U);
	KUNIT_EXPECT_EQ(test, f->bytes[5], 48);
}

/**
 * struct ext_case - a header in front of a datagram, and what comes of it
 * @code: of the parameter problem, -1: there is none
 */
struct ext_case {
	const char *name;
	u8 next;
	u8 bytes[8];
	int verdict;
	int code;
	u32 pointer;
	bool to_many;
};

static void ext__answered(struct kunit *test)
{
	static const struct ext_case cases[] = {
		{ "discard", 60, { 0, 0, 0x5e, 4 }, KSMOL_DROP_IPV6_OPTION,
		  -1 },
		{ "tell", 60, { 0, 0, 0x9e, 4 }, KSMOL_DROP_IPV6_OPTION, 2,
		  42 },
		{ "tell one", 60, { 0, 0, 0xde, 4 }, KSMOL_DROP_IPV6_OPTION, 2,
		  42 },
		{ "tell, to many", 60, { 0, 0, 0x9e, 4 },
		  KSMOL_DROP_IPV6_OPTION, 2, 42, true },
		{ "tell one, to many", 60, { 0, 0, 0xde, 4 },
		  KSMOL_DROP_IPV6_OPTION, -1, 0, true },
		{ "malformed", 60, { 0, 0, 0x1e, 9 }, KSMOL_DROP_IPV6_OPTION,
		  -1 },
		{ "jumbo", 0, { 0, 0, 0xc2, 4, 0, 1, 0, 0 },
		  KSMOL_DROP_IPV6_JUMBO, 2, 42 },
		{ "route to follow", 43, { 0, 0, 4, 1 },
		  KSMOL_DROP_IP_SRCROUTE, 0, 42 },
		{ "route to follow, to many", 43, { 0, 0, 4, 1 },
		  KSMOL_DROP_IP_SRCROUTE, -1, 0, true },
		{ "too long", 60, { 0, 99, 1, 4 }, KSMOL_DROP_IPV6_EXT, -1 },
		{ "AH", 51, { 0, 0, 0, 0 }, KSMOL_DROP_IP_PROTO, 1, 6 },
		{ "ESP", 50, { 0, 0, 0, 0 }, KSMOL_DROP_IP_PROTO, 1, 6 },
		{ "unknown, to many", 253, { 0, 0, 0, 0 }, KSMOL_DROP_IP_PROTO,
		  -1, 0, true },
	};
	struct iface_fixture *f = iface6_attached(test);
	const struct ext_case *c;
	struct ksmol_frame6_ends ends;
	u64 before;

	for (c = cases; c < cases + ARRAY_SIZE(cases); c++) {
		ends = iface6_ends(c->to_many ? "ff02::1" : US6);
		datagram(test, &ends, 40);
		ksmol_frame_ext6(&f->frame, c->next, c->bytes, 8);
		before = iface_verdict(c->verdict);
		iface_arrives(test);
		KUNIT_EXPECT_EQ_MSG(test, iface_verdict(c->verdict),
				    before + 1, "%s", c->name);
		if (c->code >= 0)
			iface6_expect_problem(test, c->code, c->pointer);
		KUNIT_EXPECT_EQ_MSG(test, iface_forget(test), 0U, "%s",
				    c->name);
	}
	KUNIT_EXPECT_EQ(test, f->inputs, 0U);
}

/* RFC 8200 4.7: not even looked at. */
static void ext__no_next_header(struct kunit *test)
{
	struct ksmol_frame6_ends ends = iface6_ends(US6);
	struct iface_fixture *f = iface6_attached(test);

	ksmol_frame_ipv6(&f->frame, &ends, IPPROTO_NONE, NULL, 40);
	expect_verdict(test, KSMOL_HANDLED, "no next header");
	KUNIT_EXPECT_EQ(test, f->inputs, 0U);
}

/* What is unknown stands behind headers: the pointer says where. */
static void ext__unknown_behind_others(struct kunit *test)
{
	static const u8 dest[8] = { 0, 0, 1, 4 };
	struct ksmol_frame6_ends ends = iface6_ends(US6);
	struct iface_fixture *f = iface6_attached(test);

	ksmol_frame_ipv6(&f->frame, &ends, 253, NULL, 40);
	ksmol_frame_ext6(&f->frame, IPPROTO_DSTOPTS, dest, 8);
	ksmol_frame_ext6(&f->frame, IPPROTO_DSTOPTS, dest, 8);
	iface_arrives(test);
	iface6_expect_problem(test, 1, 48);
}

static void ext__more_than_is_looked_at(struct kunit *test)
{
	struct ksmol_frame6_ends ends = iface6_ends(US6);
	struct iface_fixture *f = iface6_attached(test);
	u8 *bytes = kunit_kzalloc(test, 520, GFP_KERNEL);
	static const u8 dest[8] = { 0, 0, 1, 4 };
	int i;

	datagram(test, &ends, 40);
	bytes[1] = 64;
	ksmol_frame_ext6(&f->frame, IPPROTO_DSTOPTS, bytes, 520);
	expect_verdict(test, KSMOL_DROP_IPV6_MANY, "long");
	datagram(test, &ends, 40);
	for (i = 0; i < 9; i++)
		ksmol_frame_ext6(&f->frame, IPPROTO_DSTOPTS, dest, 8);
	expect_verdict(test, KSMOL_DROP_IPV6_MANY, "many");
}

/* --- echo --- */

static void ping(struct kunit *test, const char *to, u32 len)
{
	struct ksmol_frame6_ends ends = iface6_ends(to);
	struct iface_fixture *f = test->priv;

	ends.tclass = 0x88;
	ksmol_frame_icmp6(&f->frame, &ends, ICMPV6_ECHO_REQUEST, 0, 0x12340007,
			  NULL, len);
	iface_arrives(test);
}

static void expect_pong(struct kunit *test, const char *from, u32 len)
{
	struct iface_fixture *f = test->priv;
	struct ksmol_addr us = ksmol_ip6(from), peer = ksmol_ip6(PEER6);
	u8 mac[ETH_ALEN] __aligned(2);
	struct icmp6hdr *icmp;
	struct ipv6hdr *ip;

	ip = iface6_sent(test, mac);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	icmp = (struct icmp6hdr *)(ip + 1);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(mac, ksmol_vdev_peer_mac));
	KUNIT_EXPECT_EQ(test, memcmp(&ip->saddr, &us, 16), 0);
	KUNIT_EXPECT_EQ(test, memcmp(&ip->daddr, &peer, 16), 0);
	KUNIT_EXPECT_EQ(test, ntohs(ip->payload_len), 8 + len);
	KUNIT_EXPECT_EQ(test, ip->hop_limit, 64);
	KUNIT_EXPECT_EQ(test, *(u8 *)ip, 0x68);
	KUNIT_EXPECT_EQ(test, icmp->icmp6_type, ICMPV6_ECHO_REPLY);
	KUNIT_EXPECT_EQ(test, memcmp((u8 *)icmp + 4,
				     (u8 *)ksmol_frame_l46(&f->frame) + 4,
				     len + 4), 0);
	KUNIT_EXPECT_EQ(test, csum_ipv6_magic(&ip->saddr, &ip->daddr, 8 + len,
					      IPPROTO_ICMPV6,
					      csum_partial(icmp, 8 + len, 0)),
			0);
}

static void echo__any_length(struct kunit *test)
{
	static const u32 lens[] = { 0, 1, 2, 3, 17, 55, 56, 255, 256, 257,
				    1451, 1452 };
	int i;

	iface6_attached(test);
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		ping(test, US6, lens[i]);
		expect_pong(test, US6, lens[i]);
	}
}

/* Pitfall 2 */
static void echo__senders_took_all(struct kunit *test)
{
	struct iface_fixture *f = iface6_attached(test);
	int i;

	iface_take_tx(f, false);
	for (i = 0; i < 200; i++) {
		ping(test, US6, 56);
		expect_pong(test, US6, 56);
	}
}

/* Pitfall 16, as for broadcasts; the answer bears an address of ours. */
static void echo__to_a_group(struct kunit *test)
{
	u64 drops = iface_verdict(KSMOL_DROP_ICMP_BCAST);

	iface6_attached(test);
	ping(test, "ff02::1", 56);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ICMP_BCAST), drops + 1);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	ksmol_params.echo_broadcast = true;
	ping(test, "ff02::1", 56);
	expect_pong(test, US6, 56);
}

static void echo__bad_checksum(struct kunit *test)
{
	u64 drops = iface_verdict(KSMOL_DROP_ICMP_CSUM);
	struct iface_fixture *f = iface6_attached(test);

	ping(test, US6, 57);
	iface_forget(test);
	f->frame.data[f->frame.len - 1] ^= 1;
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ICMP_CSUM), drops + 1);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

static void echo_reply__goes_up(struct kunit *test)
{
	struct ksmol_frame6_ends ends = iface6_ends(US6);
	struct iface_fixture *f = iface6_attached(test);

	ksmol_frame_icmp6(&f->frame, &ends, ICMPV6_ECHO_REPLY, 0, 0x43210001,
			  NULL, 20);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->proto, IPPROTO_ICMPV6);
	KUNIT_EXPECT_EQ(test, f->rx.dport, htons(0x4321));
	KUNIT_EXPECT_EQ(test, f->len, 28U);
}

/* What has no source gets no answer, and is no ping. */
static void echo__without_a_source(struct kunit *test)
{
	struct ksmol_frame6_ends ends = iface6_ends(US6);
	struct iface_fixture *f = iface6_attached(test);

	memset(&ends.saddr, 0, sizeof(ends.saddr));
	ksmol_frame_icmp6(&f->frame, &ends, ICMPV6_ECHO_REQUEST, 0, 1, NULL,
			  20);
	expect_verdict(test, KSMOL_DROP_IP_SADDR, "echo");
}

static struct kunit_case ipv6_cases[] = {
	KUNIT_CASE(input__to_the_demux),
	KUNIT_CASE(input__device_sum),
	KUNIT_CASE(input__addresses),
	KUNIT_CASE(input__link_local),
	KUNIT_CASE(input__unicast_in_a_broadcast_frame),
	KUNIT_CASE(input__not_spoken_here),
	KUNIT_CASE(input__shared),
	KUNIT_CASE(input__cut_short),
	KUNIT_CASE(ext__skipped),
	KUNIT_CASE(ext__answered),
	KUNIT_CASE(ext__no_next_header),
	KUNIT_CASE(ext__unknown_behind_others),
	KUNIT_CASE(ext__more_than_is_looked_at),
	KUNIT_CASE(echo__any_length),
	KUNIT_CASE(echo__senders_took_all),
	KUNIT_CASE(echo__to_a_group),
	KUNIT_CASE(echo__bad_checksum),
	KUNIT_CASE(echo_reply__goes_up),
	KUNIT_CASE(echo__without_a_source),
	{}
};

static struct kunit_suite ipv6_suite = {
	.name = "ksmol_iface_ipv6",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = ipv6_cases,
};

kunit_test_suite(ipv6_suite);
