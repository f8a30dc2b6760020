// SPDX-License-Identifier: GPL-2.0-only
/* ICMP: echo, errors out, errors in. */

#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <linux/rtnetlink.h>
#include "../module/iface/icmp.h"
#include "iface_fixture.h"

static struct iface_fixture *attached(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);

	iface_know_peer(test);
	return f;
}

/* An echo request of @len bytes to @daddr arrives. */
static void ping(struct kunit *test, __be32 daddr, u32 len)
{
	struct ksmol_frame_ends ends = iface_ends(daddr);
	struct iface_fixture *f = test->priv;

	ends.tos = 0x88;
	ksmol_frame_echo(&f->frame, &ends, ICMP_ECHO, 0x1234, 7, NULL, len);
	if (daddr != US)
		eth_broadcast_addr(f->frame.data);
	iface_arrives(test);
}

/* The reply to it went out. */
static void expect_pong(struct kunit *test, u32 len)
{
	struct iface_fixture *f = test->priv;
	u8 mac[ETH_ALEN] __aligned(2);
	struct icmphdr *icmp;
	struct iphdr *ip;

	ip = iface_sent_ip(test, mac);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	icmp = (struct icmphdr *)(ip + 1);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(mac, ksmol_vdev_peer_mac));
	KUNIT_EXPECT_EQ(test, ip->saddr, US);
	KUNIT_EXPECT_EQ(test, ip->daddr, PEER);
	KUNIT_EXPECT_EQ(test, ip->tos, 0x88);
	KUNIT_EXPECT_EQ(test, ntohs(ip->tot_len), 28 + len);
	KUNIT_EXPECT_EQ(test, icmp->type, ICMP_ECHOREPLY);
	KUNIT_EXPECT_EQ(test, icmp->un.echo.id, htons(0x1234));
	KUNIT_EXPECT_EQ(test, icmp->un.echo.sequence, htons(7));
	KUNIT_EXPECT_EQ(test, memcmp(icmp + 1, (u8 *)ksmol_frame_l4(&f->frame) +
				     8, len), 0);
	/* Pitfall 57: right at any length. */
	KUNIT_EXPECT_EQ(test, csum_fold(csum_partial(icmp, 8 + len, 0)), 0);
}

static void echo__any_length(struct kunit *test)
{
	static const u32 lens[] = { 0, 1, 2, 3, 17, 18, 55, 56, 255, 256, 257,
				    1471, 1472 };
	int i;

	attached(test);
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		ping(test, US, lens[i]);
		expect_pong(test, lens[i]);
	}
}

/* Larger than one buffer of the pool, at odd lengths. */
static void echo__larger_than_a_buffer(struct kunit *test)
{
	static const u32 lens[] = { 3900, 3967, 3968, 3969, 4000 };
	struct iface_fixture *f = attached(test);
	int i;

	rtnl_lock();
	dev_set_mtu(f->vdev->dev, 9000);
	rtnl_unlock();
	/* A change of the link is announced, which is not what is looked at. */
	timer_delete_sync(&f->iface->timer);
	iface_forget(test);
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		ping(test, US, lens[i]);
		expect_pong(test, lens[i]);
	}
}

/* Pitfall 2: answered though senders have taken every ordinary buffer. */
static void echo__senders_took_all(struct kunit *test)
{
	struct iface_fixture *f = attached(test);
	int i;

	iface_take_tx(f, false);
	for (i = 0; i < 200; i++) {
		ping(test, US, 56);
		expect_pong(test, 56);
	}
}

/* Without any buffer at all: counted, and nothing else lost. */
static void echo__no_buffer(struct kunit *test)
{
	u64 drops = iface_verdict(KSMOL_DROP_ICMP_NO_BUF);
	struct iface_fixture *f = attached(test);

	iface_take_tx(f, true);
	ping(test, US, 56);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ICMP_NO_BUF),
			drops + 1);
	iface_give_tx(f);
	ping(test, US, 56);
	expect_pong(test, 56);
}

/* Pitfall 16 */
static void echo__to_broadcast(struct kunit *test)
{
	u64 drops = iface_verdict(KSMOL_DROP_ICMP_BCAST);

	attached(test);
	ping(test, SUBNET_BCAST, 56);
	ping(test, htonl(INADDR_BROADCAST), 56);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ICMP_BCAST), drops + 2);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	ksmol_params.echo_broadcast = true;
	ping(test, SUBNET_BCAST, 56);
	expect_pong(test, 56);
}

static void echo__bad_checksum(struct kunit *test)
{
	u64 drops = iface_verdict(KSMOL_DROP_ICMP_CSUM);
	struct iface_fixture *f = attached(test);

	ping(test, US, 57);
	iface_forget(test);
	f->frame.data[f->frame.len - 1] ^= 1;
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ICMP_CSUM), drops + 1);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* Pitfall 4: pings from silent addresses stall nobody. */
static void echo__spoofed_silent_sources(struct kunit *test)
{
	struct ksmol_frame_ends ends;
	struct iface_fixture *f = attached(test);
	int i;

	for (i = 0; i < 100; i++) {
		ends = iface_ends(US);
		ends.saddr = KSMOL_IP(10, 77, 0, 100 + i);
		ksmol_frame_echo(&f->frame, &ends, ICMP_ECHO, 1, 1, NULL, 56);
		iface_arrives(test);
	}
	iface_forget(test);
	KUNIT_EXPECT_LE(test, iface_owned(KSMOL_OWNER_NEIGH),
			ksmol_params.neigh_queue_total);
	ping(test, US, 56);
	expect_pong(test, 56);
}

/* Pitfall 26: nor do they fill the neighbor table, which our own need. */
static void echo__spoofed_sources_leave_room(struct kunit *test)
{
	struct ksmol_frame_ends ends;
	struct iface_fixture *f;
	unsigned int i;

	f = iface_attach(test, "10.77.0.1/24,10.78.0.1/16");
	iface_know_peer(test);
	for (i = 0; i < 2 * ksmol_neigh_table.nr; i++) {
		ends = iface_ends(KSMOL_IP(10, 78, 0, 1));
		ends.saddr = htonl(0x0a4e0100 + i);
		ksmol_frame_echo(&f->frame, &ends, ICMP_ECHO, 1, 1, NULL, 56);
		iface_arrives(test);
		iface_forget(test);
	}
	KUNIT_EXPECT_EQ(test, ksmol_neigh_table.nr_free,
			ksmol_neigh_table.nr / 4);
	iface_send(test, OTHER, 8);
	KUNIT_EXPECT_EQ(test, iface_neigh(f, OTHER), KSMOL_NEIGH_INCOMPLETE);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 1U);
}

static void echo_reply__goes_up(struct kunit *test)
{
	struct ksmol_frame_ends ends = iface_ends(US);
	struct iface_fixture *f = attached(test);

	ksmol_frame_echo(&f->frame, &ends, ICMP_ECHOREPLY, 0x4321, 1, NULL,
			 20);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->proto, IPPROTO_ICMP);
	KUNIT_EXPECT_EQ(test, f->rx.dport, htons(0x4321));
	KUNIT_EXPECT_EQ(test, f->len, 28U);
}

/* --- errors out --- */

/* A packet of PEER's that nobody wants arrives. */
static void unwanted(struct kunit *test, __be32 daddr, u32 len)
{
	struct ksmol_frame_ends ends = iface_ends(daddr);
	struct iface_fixture *f = test->priv;

	f->answer = KSMOL_DROP_UDP_NO_SOCKET;
	ksmol_frame_udp(&f->frame, &ends, NULL, len);
	if (daddr != US)
		eth_broadcast_addr(f->frame.data);
	iface_arrives(test);
}

/* Pitfall 39: and pitfall 17, no longer than 576 bytes. */
static void unreachable__port(struct kunit *test)
{
	static const u32 lens[] = { 0, 1, 8, 519, 520, 521, 1400 };
	struct iface_fixture *f = attached(test);
	struct icmphdr *icmp;
	struct iphdr *ip;
	u32 quoted;
	int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		unwanted(test, US, lens[i]);
		ip = iface_sent_ip(test, NULL);
		KUNIT_ASSERT_NOT_NULL(test, ip);
		quoted = min(lens[i] + 28, 548U);
		icmp = (struct icmphdr *)(ip + 1);
		KUNIT_EXPECT_EQ(test, ntohs(ip->tot_len), 28 + quoted);
		KUNIT_EXPECT_EQ(test, ip->saddr, US);
		KUNIT_EXPECT_EQ(test, ip->daddr, PEER);
		KUNIT_EXPECT_EQ(test, icmp->type, ICMP_DEST_UNREACH);
		KUNIT_EXPECT_EQ(test, icmp->code, ICMP_PORT_UNREACH);
		KUNIT_EXPECT_EQ(test, icmp->un.gateway, 0);
		KUNIT_EXPECT_EQ(test, memcmp(icmp + 1,
					     ksmol_frame_iph(&f->frame),
					     quoted), 0);
		KUNIT_EXPECT_EQ(test, csum_fold(csum_partial(icmp, 8 + quoted,
							     0)), 0);
	}
}

static void unreachable__protocol(struct kunit *test)
{
	u64 drops = iface_verdict(KSMOL_DROP_IP_PROTO);
	struct ksmol_frame_ends ends = iface_ends(US);
	struct iface_fixture *f = attached(test);
	struct icmphdr *icmp;
	struct iphdr *ip;

	ksmol_frame_ipv4(&f->frame, &ends, 253, "payload", 7);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_IP_PROTO), drops + 1);
	ip = iface_sent_ip(test, NULL);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	icmp = (struct icmphdr *)(ip + 1);
	KUNIT_EXPECT_EQ(test, icmp->code, ICMP_PROT_UNREACH);
}

/* Pitfalls 15, 16, 39: nothing about what was sent to many. */
static void unreachable__not_for_broadcast(struct kunit *test)
{
	struct ksmol_frame_ends ends = iface_ends(SUBNET_BCAST);
	struct iface_fixture *f = attached(test);

	unwanted(test, SUBNET_BCAST, 10);
	unwanted(test, htonl(INADDR_BROADCAST), 10);
	KUNIT_EXPECT_EQ(test, f->inputs, 2U);
	/* TCP to a broadcast address: neither RST nor ICMP. */
	ksmol_frame_ipv4(&f->frame, &ends, IPPROTO_TCP, NULL, 20);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* Pitfall 16: nothing about an error, whatever calls for it. */
static void unreachable__not_for_errors(struct kunit *test)
{
	static const u8 errors[] = { ICMP_DEST_UNREACH, ICMP_SOURCE_QUENCH,
				     ICMP_REDIRECT, ICMP_TIME_EXCEEDED,
				     ICMP_PARAMETERPROB, ICMP_ECHOREPLY, 200 };
	struct ksmol_frame_ends ends = iface_ends(US);
	struct iface_fixture *f = attached(test);
	int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		f->answer = KSMOL_DROP_PING_NO_SOCKET;
		f->believes = false;
		ksmol_frame_icmp(&f->frame, &ends, errors[i], 3, 0, NULL, 64);
		iface_arrives(test);
		KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	}
}

/* Pitfall 17 */
static void unreachable__rate_limited(struct kunit *test)
{
	u64 drops = iface_tx_drop(KSMOL_TX_DROP_ICMP_RATE);
	unsigned int i, sent;

	attached(test);
	ksmol_params.icmp_rate = 10;
	for (i = 0; i < 100; i++)
		unwanted(test, US, 10);
	sent = iface_forget(test);
	KUNIT_EXPECT_GE(test, sent, 9U);
	KUNIT_EXPECT_LE(test, sent, 20U);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_ICMP_RATE),
			drops + 100 - sent);
	ksmol_params.icmp_rate = 0;
	unwanted(test, US, 10);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* An error is no control reply: the reserve is not for it. */
static void unreachable__leaves_the_reserve(struct kunit *test)
{
	struct iface_fixture *f = attached(test);

	iface_take_tx(f, false);
	unwanted(test, US, 10);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	ping(test, US, 10);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 1U);
}

/* Pitfall 17: never above the rate over time, with one second's burst. */
static void bucket__rate(struct kunit *test)
{
	struct ksmol_icmp_bucket bucket = { .stamp = -5UL };
	unsigned long now;
	unsigned int sent = 0;

	for (now = -5UL; now != 10 * HZ; now++) {
		sent += ksmol_icmp_bucket_take(&bucket, 7, now);
		sent += ksmol_icmp_bucket_take(&bucket, 7, now);
	}
	KUNIT_EXPECT_GE(test, sent, 69U);
	KUNIT_EXPECT_LE(test, sent, 71U);
	/* A long silence saves up no more than a second's worth. */
	now += 1000 * HZ;
	for (sent = 0; ksmol_icmp_bucket_take(&bucket, 7, now); sent++)
		;
	KUNIT_EXPECT_EQ(test, sent, 7U);
	KUNIT_EXPECT_FALSE(test, ksmol_icmp_bucket_take(&bucket, 0,
							now + 9 * HZ));
}

/* --- errors in --- */

/* An error about a datagram from @saddr to PEER of @len payload bytes. */
static void object(struct kunit *test, u8 type, u8 code, u32 rest,
		   __be32 saddr, u32 len)
{
	struct ksmol_frame_ends ends = iface_ends(US);
	struct ksmol_frame_ends quoted = {
		.saddr = saddr,
		.daddr = PEER,
		.sport = htons(3333),
		.dport = htons(4444),
	};
	struct iface_fixture *f = test->priv;
	struct ksmol_frame *about;

	about = kunit_kzalloc(test, sizeof(*about), GFP_KERNEL);
	ksmol_frame_udp(about, &quoted, NULL, len);
	ksmol_frame_icmp(&f->frame, &ends, type, code, rest,
			 about->data + ETH_HLEN, about->len - ETH_HLEN);
	iface_arrives(test);
}

/* Pitfall 18: what a socket hears of it. */
static void icmp_error__translated(struct kunit *test)
{
	static const struct {
		u8 type, code;
		u32 rest;
		int err;
		bool fatal;
		u32 info;
	} cases[] = {
		{ 3, 0, 0, ENETUNREACH, false, 0 },
		{ 3, 1, 0, EHOSTUNREACH, false, 0 },
		{ 3, 2, 0, ENOPROTOOPT, true, 0 },
		{ 3, 3, 0, ECONNREFUSED, true, 0 },
		{ 3, 4, 1280, EMSGSIZE, true, 1280 },
		{ 3, 13, 0, EHOSTUNREACH, true, 0 },
		{ 3, 99, 0, EHOSTUNREACH, false, 0 },
		{ 11, 0, 0, EHOSTUNREACH, false, 0 },
		{ 12, 0, 20 << 24, EPROTO, true, 20 },
	};
	struct iface_fixture *f = attached(test);
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		object(test, cases[i].type, cases[i].code, cases[i].rest, US,
		       20);
		KUNIT_EXPECT_EQ(test, f->errors, i + 1U);
		KUNIT_EXPECT_EQ(test, f->error.errno_, cases[i].err);
		KUNIT_EXPECT_EQ(test, f->error.fatal, cases[i].fatal);
		KUNIT_EXPECT_EQ(test, f->error.info, cases[i].info);
		KUNIT_EXPECT_EQ(test, f->error.type, cases[i].type);
		KUNIT_EXPECT_EQ(test, f->error.code, cases[i].code);
		KUNIT_EXPECT_EQ(test, f->error.origin, SO_EE_ORIGIN_ICMP);
		KUNIT_EXPECT_EQ(test, f->error.offender.v4, PEER);
		KUNIT_EXPECT_EQ(test, f->error.quote.sport, htons(3333));
		KUNIT_EXPECT_EQ(test, f->error.quote.dport, htons(4444));
		KUNIT_EXPECT_EQ(test, f->error.payload_len, 20U);
	}
}

/* Pitfall 18: about what nobody here sent. */
static void icmp_error__not_ours(struct kunit *test)
{
	u64 drops = iface_verdict(KSMOL_DROP_ICMP_QUOTE);
	struct iface_fixture *f = attached(test);

	object(test, 3, 3, 0, OTHER, 20);
	KUNIT_EXPECT_EQ(test, f->errors, 0U);
	f->believes = false;
	object(test, 3, 3, 0, US, 20);
	KUNIT_EXPECT_EQ(test, f->errors, 1U);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ICMP_QUOTE), drops + 2);
}

/* Pitfall 18: quotes may be short. */
static void icmp_error__short_quote(struct kunit *test)
{
	u64 drops = iface_verdict(KSMOL_DROP_ICMP_SHORT);
	struct ksmol_frame_ends ends = iface_ends(US);
	struct ksmol_frame_ends quoted = { .saddr = US, .daddr = PEER };
	struct iface_fixture *f = attached(test);
	struct ksmol_frame *about;
	u32 len;

	about = kunit_kzalloc(test, sizeof(*about), GFP_KERNEL);
	ksmol_frame_udp(about, &quoted, NULL, 20);
	for (len = 0; len <= 28; len++) {
		ksmol_frame_icmp(&f->frame, &ends, 3, 3, 0,
				 about->data + ETH_HLEN, len);
		iface_arrives(test);
	}
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ICMP_SHORT),
			drops + 28);
	KUNIT_EXPECT_EQ(test, f->errors, 1U);
	KUNIT_EXPECT_EQ(test, f->error.payload_len, 0U);
}

/* Pitfall 18: source quench, and redirects, change nothing. */
static void icmp_error__ignored_types(struct kunit *test)
{
	u64 drops = iface_verdict(KSMOL_DROP_ICMP_TYPE);
	struct iface_fixture *f = attached(test);

	object(test, ICMP_SOURCE_QUENCH, 0, 0, US, 20);
	object(test, ICMP_REDIRECT, 1, 0x0a4d0003, US, 20);
	object(test, ICMP_TIMESTAMP, 0, 0, US, 20);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ICMP_TYPE), drops + 3);
	KUNIT_EXPECT_EQ(test, f->errors, 0U);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

static struct kunit_case icmp_cases[] = {
	KUNIT_CASE(echo__any_length),
	KUNIT_CASE(echo__larger_than_a_buffer),
	KUNIT_CASE(echo__senders_took_all),
	KUNIT_CASE(echo__no_buffer),
	KUNIT_CASE(echo__to_broadcast),
	KUNIT_CASE(echo__bad_checksum),
	KUNIT_CASE(echo__spoofed_silent_sources),
	KUNIT_CASE(echo__spoofed_sources_leave_room),
	KUNIT_CASE(echo_reply__goes_up),
	KUNIT_CASE(unreachable__port),
	KUNIT_CASE(unreachable__protocol),
	KUNIT_CASE(unreachable__not_for_broadcast),
	KUNIT_CASE(unreachable__not_for_errors),
	KUNIT_CASE(unreachable__rate_limited),
	KUNIT_CASE(unreachable__leaves_the_reserve),
	KUNIT_CASE(bucket__rate),
	KUNIT_CASE(icmp_error__translated),
	KUNIT_CASE(icmp_error__not_ours),
	KUNIT_CASE(icmp_error__short_quote),
	KUNIT_CASE(icmp_error__ignored_types),
	{}
};

static struct kunit_suite icmp_suite = {
	.name = "ksmol_iface_icmp",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = icmp_cases,
};

kunit_test_suite(icmp_suite);
