// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets of other modules, of IPv6: what is another thing than with IPv4.
 * Mirrors module/socket/ ksock, ksock_recv and ksock_send.
 */

#include <net/ip.h>
#include "ksock_fixture.h"
#include "socket6_fixture.h"

static int bind_to(struct ksmol_ksock *ks, const char *addr, u16 port,
		   int scope)
{
	struct sockaddr_in6 sin6 = end6(addr, port, scope);

	return ksmol_ksock_bind(ks, (struct sockaddr *)&sin6, sizeof(sin6));
}

static int connect_to(struct ksmol_ksock *ks, const char *addr, u16 port)
{
	struct sockaddr_in6 sin6 = end6(addr, port, 0);

	return ksmol_ksock_connect(ks, (struct sockaddr *)&sin6, sizeof(sin6));
}

/* @addr NULL: to the peer of connect(). */
static int send_to(struct kunit *test, struct ksmol_ksock *ks,
		   const char *addr, u16 port, int scope, u32 len)
{
	struct sockaddr_in6 sin6 = end6(addr ?: "::", port, scope);
	struct ksmol_pbuf *pb = ksock_filled(test, ks, len);

	if (!addr)
		return ksmol_ksock_send(ks, pb, NULL, 0);
	return ksmol_ksock_send(ks, pb, (struct sockaddr *)&sin6, sizeof(sin6));
}

static struct ksock_seen *bound(struct kunit *test, const char *addr, u16 port)
{
	struct ksock_seen *seen = ksock_opened(test, AF_INET6);

	KUNIT_EXPECT_EQ(test, bind_to(seen->ks, addr, port, 0), 0);
	return seen;
}

static void expect_end(struct kunit *test, const struct sockaddr_storage *got,
		       const char *addr, u16 port, int scope)
{
	struct sockaddr_in6 want = end6(addr, port, scope);

	KUNIT_EXPECT_MEMEQ(test, (const void *)got, (const void *)&want,
			   sizeof(want));
}

/* The peer gets @len bytes 0, 1, 2, ... from @saddr. */
static void expect_sent(struct kunit *test, const char *saddr,
			const char *daddr, u16 port, u32 len)
{
	const struct udphdr *udp = udp6_got(test, saddr, daddr, port, len);

	KUNIT_EXPECT_EQ(test, ntohs(udp->source), OUR_PORT);
	KUNIT_EXPECT_TRUE(test, ksock_counted((const u8 *)(udp + 1), len));
}

/* --- open, bind, connect --- */

static void bind__errors(struct kunit *test)
{
	struct ksock_seen *a = ksock_opened(test, AF_INET6);
	struct ksock_seen *b = bound(test, US6, OUR_PORT);
	struct sockaddr_in four = { .sin_family = AF_INET };

	KUNIT_EXPECT_EQ(test, bind_to(a->ks, PEER6, OUR_PORT, 0),
			-EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, bind_to(a->ks, "::", OUR_PORT, 0), -EADDRINUSE);
	/* Of this link alone, and nobody said which. */
	KUNIT_EXPECT_EQ(test, bind_to(a->ks, US6_LINK, OUR_PORT, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_bind(a->ks, (struct sockaddr *)&four,
					       sizeof(four)), -EINVAL);
	KUNIT_EXPECT_EQ(test, bind_to(b->ks, "::", OUR_PORT + 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(a->ks), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(b->ks), 0U);
}

static void bind__free_port(struct kunit *test)
{
	struct ksock_seen *seen = bound(test, US6, 0);
	struct sockaddr_storage name = {};
	u16 port;

	KUNIT_EXPECT_EQ(test, ksmol_ksock_name(seen->ks, &name), 0);
	port = ntohs(((struct sockaddr_in6 *)&name)->sin6_port);
	KUNIT_EXPECT_GE(test, port, 1024);
	expect_end(test, &name, US6, port, 0);
	peer6_sends(test, PEER6, US6, port, 5);
	KUNIT_EXPECT_EQ(test, seen->received, 1U);
	ksmol_ksock_close(seen->ks);
}

static void connect__one_peer(struct kunit *test)
{
	struct ksock_seen *seen = bound(test, "::", OUR_PORT);

	KUNIT_EXPECT_EQ(test, connect_to(seen->ks, "2001:db8::1", 9),
			-ENETUNREACH);
	KUNIT_EXPECT_EQ(test, connect_to(seen->ks, PEER6, PEER_PORT), 0);
	peer6_sends(test, PEER6, US6, OUR_PORT, 5);
	peer6_sends(test, OTHER6, US6, OUR_PORT, 5);
	KUNIT_EXPECT_EQ(test, seen->received, 1U);
	/* Who is told that nobody is there. */
	KUNIT_EXPECT_NOT_NULL(test, peer6_gets(test));
	KUNIT_EXPECT_EQ(test, send_to(test, seen->ks, NULL, 0, 0, 9), 0);
	expect_sent(test, US6, PEER6, PEER_PORT, 9);
	ksmol_ksock_close(seen->ks);
}

static void option__as_for_programs(struct kunit *test)
{
	struct ksock_seen *seen = ksock_opened(test, AF_INET6);
	const struct ipv6hdr *ip;

	KUNIT_EXPECT_EQ(test, ksmol_ksock_option(seen->ks, SOL_IPV6,
						 IPV6_UNICAST_HOPS, 7), 0);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_option(seen->ks, SOL_IPV6,
						 IPV6_UNICAST_HOPS, 256),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_option(seen->ks, SOL_IPV6,
						 IPV6_V6ONLY, 1), 0);
	KUNIT_EXPECT_EQ(test, bind_to(seen->ks, "::", OUR_PORT, 0), 0);
	peer_sends(test, US, OUR_PORT, 5);
	KUNIT_EXPECT_EQ(test, seen->received, 0U);
	kfree_skb(peer_gets(test));
	KUNIT_EXPECT_EQ(test, send_to(test, seen->ks, PEER6, 9, 0, 1), 0);
	ip = peer6_gets(test);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_EQ(test, ip->hop_limit, 7);
	ksmol_ksock_close(seen->ks);
}

/* --- receive --- */

static void receive__exact_bytes(struct kunit *test)
{
	static const u32 lens[] = { 0, 1, 18, 255, 256, 257, 1000, 1452 };
	struct ksock_seen *seen = bound(test, US6, OUR_PORT);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		peer6_sends(test, PEER6, US6, OUR_PORT, lens[i]);
		KUNIT_EXPECT_EQ(test, seen->received, i + 1);
		KUNIT_EXPECT_EQ(test, seen->len, lens[i]);
		KUNIT_EXPECT_TRUE(test, ksock_counted(seen->bytes, lens[i]));
	}
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_USER), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 0U);
}

static void keep__says_who_sent_it(struct kunit *test)
{
	struct ksock_seen *seen = bound(test, "::", OUR_PORT);
	struct sockaddr_storage addr;
	u8 bytes[1000];

	seen->keep = true;
	peer6_sends(test, PEER6, US6, OUR_PORT, 1000);
	peer6_sends(test, PEER6_LINK, US6_LINK, OUR_PORT, 20);
	KUNIT_ASSERT_EQ(test, seen->n, 2U);
	KUNIT_EXPECT_EQ(test, ksmol_pkt_copy(seen->kept[0], 0, bytes, 1000), 0);
	KUNIT_EXPECT_TRUE(test, ksock_counted(bytes, 1000));
	KUNIT_EXPECT_EQ(test, ksmol_pkt_source(seen->kept[0], &addr),
			(int)sizeof(struct sockaddr_in6));
	expect_end(test, &addr, PEER6, PEER_PORT, 0);
	KUNIT_EXPECT_EQ(test, ksmol_pkt_dest(seen->kept[0], &addr),
			(int)sizeof(struct sockaddr_in6));
	expect_end(test, &addr, US6, OUR_PORT, 0);
	/* On a link, where it means nothing without its interface. */
	ksmol_pkt_source(seen->kept[1], &addr);
	expect_end(test, &addr, PEER6_LINK, PEER_PORT, dev6(test));
	ksmol_pkt_dest(seen->kept[1], &addr);
	expect_end(test, &addr, US6_LINK, OUR_PORT, dev6(test));
	ksock_release_all(seen);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 0U);
}

/* --- sending --- */

static void send__exact_bytes(struct kunit *test)
{
	struct ksock_seen *seen = bound(test, "::", OUR_PORT);
	u32 len;

	for (len = 0; len <= 1452; len += 132) {
		KUNIT_EXPECT_EQ(test, send_to(test, seen->ks, PEER6, PEER_PORT,
					      0, len), 0);
		expect_sent(test, US6, PEER6, PEER_PORT, len);
	}
	KUNIT_EXPECT_EQ(test, send_to(test, seen->ks, PEER6_LINK, PEER_PORT,
				      dev6(test), 30), 0);
	expect_sent(test, US6_LINK, PEER6_LINK, PEER_PORT, 30);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 0U);
}

/* An echo, whatever the family: to whom a packet says that it came from. */
static void echo(struct kunit *test, struct ksock_seen *seen)
{
	struct sockaddr_storage peer;
	struct ksmol_pbuf *pb;
	u32 got;
	int len;

	KUNIT_ASSERT_EQ(test, seen->n, 1U);
	got = ksmol_pkt_len(seen->kept[0]);
	pb = ksmol_ksock_alloc(seen->ks);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pb);
	KUNIT_EXPECT_EQ(test, ksmol_pkt_append_pkt(pb, seen->kept[0], 0, got),
			0);
	len = ksmol_pkt_source(seen->kept[0], &peer);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_send(seen->ks, pb,
					       (struct sockaddr *)&peer, len),
			0);
	ksock_release_all(seen);
}

static void send__back_by_either_family(struct kunit *test)
{
	struct ksock_seen *seen = bound(test, "::", OUR_PORT);
	struct sk_buff *skb;

	seen->keep = true;
	peer6_sends(test, PEER6, US6, OUR_PORT, 900);
	echo(test, seen);
	expect_sent(test, US6, PEER6, PEER_PORT, 900);
	peer6_sends(test, PEER6_LINK, US6_LINK, OUR_PORT, 901);
	echo(test, seen);
	expect_sent(test, US6_LINK, PEER6_LINK, PEER_PORT, 901);
	peer_sends(test, US, OUR_PORT, 902);
	echo(test, seen);
	skb = peer_gets(test);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_EQ(test, skb->len, 930U);
	KUNIT_EXPECT_EQ(test, ip_hdr(skb)->daddr, PEER);
	KUNIT_EXPECT_TRUE(test, ksock_counted(skb->data + 28, 902));
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 0U);
}

static void send__cannot_ever_go_out(struct kunit *test)
{
	struct ksock_seen *loose = ksock_opened(test, AF_INET6);
	struct ksock_seen *four = ksock_bound(test, 0, OUR_PORT + 1);
	struct ksock_seen *seen = bound(test, "::", OUR_PORT);

	KUNIT_EXPECT_EQ(test, send_to(test, loose->ks, PEER6, 9, 0, 1),
			-ENOTCONN);
	KUNIT_EXPECT_EQ(test, send_to(test, seen->ks, NULL, 0, 0, 1),
			-EDESTADDRREQ);
	KUNIT_EXPECT_EQ(test, send_to(test, seen->ks, PEER6, 0, 0, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, send_to(test, seen->ks, "2001:db8::1", 9, 0, 1),
			-ENETUNREACH);
	KUNIT_EXPECT_EQ(test, send_to(test, four->ks, PEER6, 9, 0, 1),
			-EAFNOSUPPORT);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_option(seen->ks, SOL_IPV6,
						 IPV6_DONTFRAG, 1), 0);
	KUNIT_EXPECT_EQ(test, send_to(test, seen->ks, PEER6, 9, 0, 1453),
			-EMSGSIZE);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(loose->ks), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(four->ks), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 0U);
}

static struct kunit_case ksock6_cases[] = {
	KUNIT_CASE(bind__errors),
	KUNIT_CASE(bind__free_port),
	KUNIT_CASE(connect__one_peer),
	KUNIT_CASE(option__as_for_programs),
	KUNIT_CASE(receive__exact_bytes),
	KUNIT_CASE(keep__says_who_sent_it),
	KUNIT_CASE(send__exact_bytes),
	KUNIT_CASE(send__back_by_either_family),
	KUNIT_CASE(send__cannot_ever_go_out),
	{}
};

static struct kunit_suite ksock6_suite = {
	.name = "ksmol_socket_ksock6",
	.init = socket6_fixture_init,
	.exit = socket_fixture_exit,
	.test_cases = ksock6_cases,
};

kunit_test_suite(ksock6_suite);
