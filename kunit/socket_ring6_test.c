// SPDX-License-Identifier: GPL-2.0-only
/* Ring sockets of IPv6: both families, both ways, and what a link means. */

#include <net/ip.h>
#include "ring_fixture.h"
#include "socket6_fixture.h"

static struct socket *ring6_open(struct kunit *test,
				 const struct ksmol_ring_setup *setup)
{
	struct socket *sock = open6(test, SOCK_DGRAM, 0);

	KUNIT_ASSERT_EQ(test, ring_setup(sock, setup), 0);
	KUNIT_ASSERT_EQ(test, bind6(sock, "::", OUR_PORT), 0);
	return sock;
}

/* --- receiving --- */

/* The next datagram has @len bytes 0, 1, 2, ..., and is read. */
static const struct ksmol_ring_rx *expect_rx(struct kunit *test,
					     struct ksmol_ring *ring, u32 len)
{
	const struct ksmol_ring_rx *rx = prog_rx(ring);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, rx);
	KUNIT_EXPECT_EQ(test, rx->len, len);
	KUNIT_EXPECT_EQ(test, rx->datagram, len);
	KUNIT_EXPECT_EQ(test, ntohs(rx->port), PEER_PORT);
	KUNIT_EXPECT_EQ(test, rx->ifindex, (u32)dev6(test));
	for (i = 0; i < len; i++)
		if (ring->chunks->data[rx->addr + i] != (u8)i)
			break;
	KUNIT_EXPECT_EQ(test, i, len);
	prog_read(ring);
	return rx;
}

static void receive__into_a_chunk(struct kunit *test)
{
	struct ksmol_ring *ring = ring_of(ring6_open(test, &ring_setup_good));
	struct in6_addr peer = ksmol_ip6(PEER6).v6;
	const struct ksmol_ring_rx *rx;

	prog_fill(ring, 3 * RING_CHUNK);
	peer6_sends(test, PEER6, US6, OUR_PORT, 1000);
	rx = expect_rx(test, ring, 1000);
	KUNIT_EXPECT_EQ(test, rx->addr, 3ULL * RING_CHUNK);
	KUNIT_EXPECT_EQ(test, rx->family, AF_INET6);
	KUNIT_EXPECT_MEMEQ(test, rx->source, &peer, sizeof(peer));
	KUNIT_EXPECT_EQ(test, rx->ttl, 33);
	KUNIT_EXPECT_EQ(test, rx->tos, 0x28);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_SOCKET), 0U);
}

static void receive__ipv4_as_such(struct kunit *test)
{
	struct ksmol_ring *ring = ring_of(ring6_open(test, &ring_setup_good));
	const struct ksmol_ring_rx *rx;
	__be32 peer = PEER;

	prog_fill(ring, 0);
	peer_sends(test, US, OUR_PORT, 7);
	rx = expect_rx(test, ring, 7);
	KUNIT_EXPECT_EQ(test, rx->family, AF_INET);
	KUNIT_EXPECT_MEMEQ(test, rx->source, &peer, sizeof(peer));
}

/* --- sending --- */

static void number_chunks(struct ksmol_ring *ring)
{
	u32 i;

	for (i = 0; i < ring->bytes; i++)
		ring->chunks->data[i] = i * 7;
}

static struct ksmol_ring_tx to6(const char *addr, u32 len)
{
	struct ksmol_ring_tx tx = {
		.addr = RING_CHUNK,
		.len = len,
		.family = AF_INET6,
		.port = htons(PEER_PORT),
	};
	struct in6_addr in6 = ksmol_ip6(addr).v6;

	memcpy(tx.dest, &in6, sizeof(in6));
	return tx;
}

static void expect_done(struct kunit *test, struct socket *sock,
			const struct ksmol_ring_tx *tx, int error)
{
	struct ksmol_ring *ring = ring_of(sock);
	const struct ksmol_ring_completion *done;

	prog_tx_raw(ring, tx);
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), 0);
	done = prog_done(ring);
	KUNIT_ASSERT_NOT_NULL(test, done);
	KUNIT_EXPECT_EQ(test, done->error, error);
	KUNIT_EXPECT_EQ(test, done->flags, 0U);
}

/* @tx goes out without a copy, from @saddr to @daddr. */
static void expect_sent(struct kunit *test, struct socket *sock,
			const struct ksmol_ring_tx *tx, const char *saddr,
			const char *daddr)
{
	struct in6_addr from = ksmol_ip6(saddr).v6, to = ksmol_ip6(daddr).v6;
	u64 copies = ksmol_stats_read(copy[KSMOL_COPY_RING_TX]);
	struct ksmol_ring *ring = ring_of(sock);
	const struct udphdr *udp;
	const struct ipv6hdr *ip;

	expect_done(test, sock, tx, 0);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(copy[KSMOL_COPY_RING_TX]),
			copies);
	ip = peer6_gets(test);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	udp = (const struct udphdr *)(ip + 1);
	KUNIT_EXPECT_MEMEQ(test, &ip->saddr, &from, sizeof(from));
	KUNIT_EXPECT_MEMEQ(test, &ip->daddr, &to, sizeof(to));
	KUNIT_EXPECT_EQ(test, ntohs(udp->source), OUR_PORT);
	KUNIT_EXPECT_EQ(test, ntohs(udp->dest), PEER_PORT);
	KUNIT_ASSERT_EQ(test, ntohs(udp->len), 8 + tx->len);
	KUNIT_EXPECT_MEMEQ(test, (const void *)(udp + 1),
			   (const void *)(ring->chunks->data + tx->addr),
			   tx->len);
}

static void send__datagrams(struct kunit *test)
{
	static const u32 lens[] = { 0, 1, 257, 1452 };
	struct socket *sock = ring6_open(test, &ring_setup_good);
	struct ksmol_ring_tx tx;
	unsigned int i;

	number_chunks(ring_of(sock));
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		tx = to6(PEER6, lens[i]);
		/* Where it came from means nothing to who is anywhere. */
		tx.ifindex = i ? dev6(test) + 1 : 0;
		expect_sent(test, sock, &tx, US6, PEER6);
	}
	KUNIT_EXPECT_EQ(test, ring_of(sock)->stats.tx, 4ULL);
}

static void send__over_the_link(struct kunit *test)
{
	struct socket *sock = ring6_open(test, &ring_setup_good);
	struct ksmol_ring_tx tx = to6(PEER6_LINK, 100);

	number_chunks(ring_of(sock));
	tx.ifindex = dev6(test);
	expect_sent(test, sock, &tx, US6_LINK, PEER6_LINK);
	/* Another link, where nobody of that name is. */
	tx.ifindex = dev6(test) + 1000;
	expect_done(test, sock, &tx, -ENETUNREACH);
	KUNIT_EXPECT_NULL(test, peer6_gets(test));
}

static void send__to_the_peer(struct kunit *test)
{
	struct socket *sock = ring6_open(test, &ring_setup_good);
	struct ksmol_ring_tx tx = { .addr = RING_CHUNK, .len = 50 };

	number_chunks(ring_of(sock));
	expect_done(test, sock, &tx, -EDESTADDRREQ);
	KUNIT_ASSERT_EQ(test, connect6(sock, PEER6, PEER_PORT), 0);
	expect_sent(test, sock, &tx, US6, PEER6);
}

/* An IPv4 destination in either form, to be sent by IPv4. */
static void send__by_ipv4(struct kunit *test)
{
	struct socket *sock = ring6_open(test, &ring_setup_good);
	struct ksmol_ring_tx tx = to6("::ffff:10.66.0.2", 60);
	__be32 peer = PEER;
	struct sk_buff *skb;
	int i;

	for (i = 0; i < 2; i++) {
		expect_done(test, sock, &tx, 0);
		skb = peer_gets(test);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		KUNIT_EXPECT_EQ(test, skb->len, 88U);
		KUNIT_EXPECT_EQ(test, ip_hdr(skb)->daddr, PEER);
		kfree_skb(skb);
		tx.family = AF_INET;
		memset(tx.dest, 0, sizeof(tx.dest));
		memcpy(tx.dest, &peer, sizeof(peer));
	}
}

static void send__destinations_that_are_none(struct kunit *test)
{
	struct socket *sock = ring6_open(test, &ring_setup_good);
	struct ksmol_ring_tx tx = to6("2001:db8::1", 1);

	expect_done(test, sock, &tx, -ENETUNREACH);
	tx.port = 0;
	expect_done(test, sock, &tx, -EINVAL);
	tx.family = AF_UNIX;
	expect_done(test, sock, &tx, -EAFNOSUPPORT);
	KUNIT_EXPECT_EQ(test, ring_of(sock)->stats.tx_failed, 3ULL);
	KUNIT_EXPECT_NULL(test, peer6_gets(test));
}

/* The two families' longest datagrams are not equally long. */
static void send__longest(struct kunit *test)
{
	struct ksmol_ring_setup setup = ring_setup_good;
	struct ksmol_ring_tx tx = to6("::ffff:10.66.0.2", 65508);
	struct socket *sock;

	setup.chunk_size = KSMOL_RING_CHUNK_MAX;
	sock = ring6_open(test, &setup);
	tx.addr = 0;
	expect_done(test, sock, &tx, -EMSGSIZE);
	tx = to6(PEER6, 65528);
	tx.addr = 0;
	expect_done(test, sock, &tx, -EMSGSIZE);
	KUNIT_EXPECT_NULL(test, peer6_gets(test));
}

static void ring6_exit(struct kunit *test)
{
	socket_fixture_exit(test);
	expect_no_umem(test);
}

static struct kunit_case ring6_cases[] = {
	KUNIT_CASE(receive__into_a_chunk),
	KUNIT_CASE(receive__ipv4_as_such),
	KUNIT_CASE(send__datagrams),
	KUNIT_CASE(send__over_the_link),
	KUNIT_CASE(send__to_the_peer),
	KUNIT_CASE(send__by_ipv4),
	KUNIT_CASE(send__destinations_that_are_none),
	KUNIT_CASE(send__longest),
	{}
};

static struct kunit_suite ring6_suite = {
	.name = "ksmol_socket_ring6",
	.init = socket6_fixture_init,
	.exit = ring6_exit,
	.test_cases = ring6_cases,
};

kunit_test_suite(ring6_suite);
