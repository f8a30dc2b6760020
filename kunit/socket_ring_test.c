// SPDX-License-Identifier: GPL-2.0-only
/* Ring sockets: set up, receiving, and the life of their memory. */

#include <linux/poll.h>
#include "ring_fixture.h"

/* --- setting up --- */

static void expect_refused(struct kunit *test, struct ksmol_ring_setup setup)
{
	KUNIT_EXPECT_EQ(test, ksmol_ring_check(&setup), -EINVAL);
}

#define REFUSED(field, value) do {					\
	struct ksmol_ring_setup setup = ring_setup_good;		\
									\
	setup.field = value;						\
	expect_refused(test, setup);					\
} while (0)

static void check__sizes(struct kunit *test)
{
	struct ksmol_ring_setup setup = ring_setup_good;

	KUNIT_EXPECT_EQ(test, ksmol_ring_check(&setup), 0);
	REFUSED(flags, 2);
	REFUSED(reserved, 1);
	REFUSED(chunk_size, 0);
	REFUSED(chunk_size, KSMOL_RING_CHUNK_MIN / 2);
	REFUSED(chunk_size, KSMOL_RING_CHUNK_MAX * 2);
	REFUSED(chunk_size, 2050);
	REFUSED(chunks, 0);
	REFUSED(chunks, 3);
	REFUSED(chunks, U32_MAX);
	REFUSED(fill, 0);
	REFUSED(rx, 3);
	REFUSED(tx, KSMOL_RING_ENTRIES_MAX * 2);
	REFUSED(completion, U32_MAX);
	REFUSED(addr, PAGE_SIZE);
	REFUSED(flags, KSMOL_RING_OWN_MEMORY);
	setup.flags = KSMOL_RING_OWN_MEMORY;
	setup.addr = PAGE_SIZE + 1;
	expect_refused(test, setup);
	setup.addr = -PAGE_SIZE;
	expect_refused(test, setup);
}

static void setup__once_and_before_bind(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);

	KUNIT_EXPECT_EQ(test, ring_setup(sock, &ring_setup_good), -EBUSY);
	sock = udp_bound(test, 0, OUR_PORT + 1);
	KUNIT_EXPECT_EQ(test, ring_setup(sock, &ring_setup_good), -EINVAL);
	KUNIT_EXPECT_EQ(test, ring_setup(ping_open(test), &ring_setup_good),
			-ENOPROTOOPT);
}

static void setup__beyond_the_limit(struct kunit *test)
{
	unsigned int before = ksmol_params.ring_memory;
	struct socket *sock = udp_open(test);

	ksmol_params.ring_memory = 32;
	KUNIT_EXPECT_EQ(test, ring_setup(sock, &ring_setup_good), -ENOBUFS);
	ksmol_params.ring_memory = 0;
	KUNIT_EXPECT_EQ(test, ring_setup(sock, &ring_setup_good), -EPERM);
	/* What a refused one had taken already is given back. */
	expect_no_umem(test);
	ksmol_params.ring_memory = before;
	KUNIT_EXPECT_EQ(test, ring_setup(sock, &ring_setup_good), 0);
}

static void setup__recvmsg_is_refused(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);

	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), -EOPNOTSUPP);
	/* Datagrams may be sent as ever. */
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 9, 5, 0), 5);
}

/* --- receiving --- */

static void expect_counting(struct kunit *test, const u8 *data, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		if (data[i] != (u8)i)
			break;
	KUNIT_EXPECT_EQ(test, i, len);
}

/* The next datagram has these @len bytes, in the chunk at @addr. */
static void expect_rx(struct kunit *test, struct ksmol_ring *ring, u64 addr,
		      u32 len)
{
	const struct ksmol_ring_rx *rx = prog_rx(ring);

	KUNIT_ASSERT_NOT_NULL(test, rx);
	KUNIT_EXPECT_EQ(test, rx->addr, addr);
	KUNIT_EXPECT_EQ(test, rx->len, len);
	expect_counting(test, ring->chunks->data + addr, len);
	prog_read(ring);
}

static void receive__into_a_chunk(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);
	u64 copies = ksmol_stats_read(copy[KSMOL_COPY_RING]);
	struct ksmol_ring *ring = ring_of(sock);
	const struct ksmol_ring_rx *rx;
	__be32 peer = PEER;

	/* Any address within a chunk means the chunk. */
	prog_fill(ring, 3 * RING_CHUNK + 17);
	peer_sends(test, US, OUR_PORT, 1000);
	rx = prog_rx(ring);
	KUNIT_ASSERT_NOT_NULL(test, rx);
	KUNIT_EXPECT_EQ(test, rx->datagram, 1000U);
	KUNIT_EXPECT_EQ(test, rx->flags, 0U);
	KUNIT_EXPECT_EQ(test, rx->drops, 0U);
	KUNIT_EXPECT_EQ(test, rx->family, AF_INET);
	KUNIT_EXPECT_EQ(test, ntohs(rx->port), PEER_PORT);
	KUNIT_EXPECT_EQ(test, memcmp(rx->source, &peer, sizeof(peer)), 0);
	KUNIT_EXPECT_EQ(test, rx->ttl, 33);
	KUNIT_EXPECT_EQ(test, rx->tos, 0x28);
	expect_rx(test, ring, 3 * RING_CHUNK, 1000);
	KUNIT_EXPECT_NULL(test, prog_rx(ring));
	/* Copied once, and the pool has everything back before it is read. */
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(copy[KSMOL_COPY_RING]),
			copies + 1);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_SOCKET), 0U);
}

static void receive__empty_datagram(struct kunit *test)
{
	struct ksmol_ring *ring = ring_of(ring_open(test, &ring_setup_good));

	prog_fill(ring, 0);
	peer_sends(test, US, OUR_PORT, 0);
	expect_rx(test, ring, 0, 0);
}

static void receive__longer_than_a_chunk(struct kunit *test)
{
	struct ksmol_ring_setup setup = ring_setup_good;
	const struct ksmol_ring_rx *rx;
	struct ksmol_ring *ring;

	setup.chunk_size = KSMOL_RING_CHUNK_MIN;
	ring = ring_of(ring_open(test, &setup));
	/* What lies behind the chunk stays as it is. */
	ring->chunks->data[2 * KSMOL_RING_CHUNK_MIN] = 0xee;
	prog_fill(ring, KSMOL_RING_CHUNK_MIN);
	peer_sends(test, US, OUR_PORT, 1000);
	rx = prog_rx(ring);
	KUNIT_ASSERT_NOT_NULL(test, rx);
	KUNIT_EXPECT_EQ(test, rx->flags, KSMOL_RING_RX_TRUNCATED);
	KUNIT_EXPECT_EQ(test, rx->datagram, 1000U);
	expect_rx(test, ring, KSMOL_RING_CHUNK_MIN, KSMOL_RING_CHUNK_MIN);
	KUNIT_EXPECT_EQ(test, ring->chunks->data[2 * KSMOL_RING_CHUNK_MIN],
			0xee);
	KUNIT_EXPECT_EQ(test, ring->stats.rx_truncated, 1ULL);
}

static void receive__no_chunk(struct kunit *test)
{
	struct ksmol_ring *ring = ring_of(ring_open(test, &ring_setup_good));
	u64 before = verdicts(KSMOL_DROP_RING_NO_CHUNK);
	const struct ksmol_ring_rx *rx;

	peer_sends(test, US, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_RING_NO_CHUNK), before + 1);
	KUNIT_EXPECT_NULL(test, prog_rx(ring));
	prog_fill(ring, 0);
	peer_sends(test, US, OUR_PORT, 20);
	rx = prog_rx(ring);
	KUNIT_ASSERT_NOT_NULL(test, rx);
	KUNIT_EXPECT_EQ(test, rx->drops, 1U);
	expect_rx(test, ring, 0, 20);
}

/* A datagram that can't be described takes no chunk. */
static void receive__rx_full(struct kunit *test)
{
	struct ksmol_ring_setup setup = ring_setup_good;
	u64 before = verdicts(KSMOL_DROP_RING_FULL);
	struct ksmol_ring *ring;
	u32 i;

	setup.fill = 2 * RING_ENTRIES;
	ring = ring_of(ring_open(test, &setup));
	for (i = 0; i < 2 * RING_ENTRIES; i++)
		prog_fill(ring, i * RING_CHUNK);
	for (i = 0; i < RING_ENTRIES + 2; i++)
		peer_sends(test, US, OUR_PORT, i);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_RING_FULL), before + 2);
	expect_rx(test, ring, 0, 0);
	peer_sends(test, US, OUR_PORT, 77);
	for (i = 1; i < RING_ENTRIES; i++)
		expect_rx(test, ring, i * RING_CHUNK, i);
	expect_rx(test, ring, RING_ENTRIES * RING_CHUNK, 77);
}

static void receive__indices_wrap(struct kunit *test)
{
	struct ksmol_ring *ring = ring_of(ring_open(test, &ring_setup_good));
	u32 i;

	ring_start_at(ring, U32_MAX - RING_ENTRIES - 1);
	for (i = 0; i < 4 * RING_ENTRIES; i++) {
		prog_fill(ring, (i % RING_CHUNKS) * RING_CHUNK);
		peer_sends(test, US, OUR_PORT, i);
		expect_rx(test, ring, (i % RING_CHUNKS) * RING_CHUNK, i);
	}
	KUNIT_EXPECT_FALSE(test, ring->stopped);
}

static void receive__chunks_that_are_none(struct kunit *test)
{
	struct ksmol_ring *ring = ring_of(ring_open(test, &ring_setup_good));

	prog_fill(ring, RING_CHUNKS * RING_CHUNK);
	prog_fill(ring, U64_MAX);
	prog_fill(ring, 5 * RING_CHUNK);
	peer_sends(test, US, OUR_PORT, 100);
	expect_rx(test, ring, 5 * RING_CHUNK, 100);
	KUNIT_EXPECT_EQ(test, ring->stats.rx_bad, 2ULL);
	/* None but bad ones is like none. */
	prog_fill(ring, U64_MAX);
	peer_sends(test, US, OUR_PORT, 100);
	KUNIT_EXPECT_EQ(test, ring->stats.rx_no_chunk, 1ULL);
	KUNIT_EXPECT_FALSE(test, ring->stopped);
}

static void expect_stopped(struct kunit *test, struct socket *sock)
{
	u64 before = verdicts(KSMOL_DROP_RING_STOPPED);
	struct ksmol_ring *ring = ring_of(sock);

	KUNIT_EXPECT_TRUE(test, ring->stopped);
	KUNIT_EXPECT_EQ(test, ring->rx.shared->flags, KSMOL_RING_STOPPED);
	KUNIT_EXPECT_TRUE(test, sock_events(sock) & EPOLLERR);
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), -EBADFD);
	peer_sends(test, US, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_RING_STOPPED), before + 1);
}

static void receive__fill_index_ahead(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);

	ring_of(sock)->fill.shared->producer = RING_ENTRIES + 1;
	peer_sends(test, US, OUR_PORT, 10);
	expect_stopped(test, sock);
}

static void receive__rx_index_ahead(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);
	struct ksmol_ring *ring = ring_of(sock);
	u32 i;

	for (i = 0; i < RING_ENTRIES; i++) {
		prog_fill(ring, 0);
		peer_sends(test, US, OUR_PORT, 1);
	}
	/* It can't have read more than there was. */
	ring->rx.shared->consumer = RING_ENTRIES + 1;
	prog_fill(ring, 0);
	peer_sends(test, US, OUR_PORT, 1);
	expect_stopped(test, sock);
}

/* The kernel's own indices are not to be had. */
static void receive__shared_indices_are_only_told(struct kunit *test)
{
	struct ksmol_ring *ring = ring_of(ring_open(test, &ring_setup_good));

	prog_fill(ring, RING_CHUNK);
	prog_fill(ring, 2 * RING_CHUNK);
	ring->fill.shared->consumer = 1000;
	ring->rx.shared->producer = 1000;
	peer_sends(test, US, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, ring->fill.shared->consumer, 1U);
	KUNIT_EXPECT_EQ(test, ring->rx.shared->producer, 1U);
	expect_rx(test, ring, RING_CHUNK, 10);
}

static void receive__broadcast(struct kunit *test)
{
	struct ksmol_ring *ring = ring_of(ring_open(test, &ring_setup_good));

	prog_fill(ring, 0);
	broadcast_arrives(test, OUR_PORT, 50);
	expect_rx(test, ring, 0, 50);
}

/* --- readiness --- */

static void poll__received(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);
	struct ksmol_ring *ring = ring_of(sock);

	KUNIT_EXPECT_FALSE(test, sock_events(sock) & EPOLLIN);
	prog_fill(ring, 0);
	peer_sends(test, US, OUR_PORT, 10);
	KUNIT_EXPECT_TRUE(test, sock_events(sock) & EPOLLIN);
	prog_read(ring);
	KUNIT_EXPECT_FALSE(test, sock_events(sock) & EPOLLIN);
}

/* --- life --- */

static void close__takes_the_memory(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);

	KUNIT_EXPECT_GE(test, ksmol_umem_bytes(),
			(u64)RING_CHUNK * RING_CHUNKS);
	sock_shut(test, sock);
	expect_no_umem(test);
}

/* A datagram that found the socket before it was closed finds it closed. */
static void close__late_datagram(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);
	struct ksmol_ring *ring = ring_of(sock);
	struct ksmol_sock *ks = ksmol_sk(sock->sk);
	struct ksmol_pbuf *pb;
	bool asleep;

	prog_fill(ring, 0);
	ksmol_ring_get(ring);
	sock_hold(&ks->inet.sk);
	sock_shut(test, sock);
	local_bh_disable();
	pb = ksmol_pbuf_alloc_rx(&ksmol_pool);
	KUNIT_EXPECT_EQ(test, ksmol_ring_receive(ks, ring, pb, &asleep),
			KSMOL_DROP_SOCK_CLOSED);
	ksmol_pbuf_free(pb);
	local_bh_enable();
	sock_put(&ks->inet.sk);
	ksmol_ring_put(ring);
	expect_no_umem(test);
}

static void ring_exit(struct kunit *test)
{
	socket_fixture_exit(test);
	expect_no_umem(test);
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE(check__sizes),
	KUNIT_CASE(setup__once_and_before_bind),
	KUNIT_CASE(setup__beyond_the_limit),
	KUNIT_CASE(setup__recvmsg_is_refused),
	KUNIT_CASE(receive__into_a_chunk),
	KUNIT_CASE(receive__empty_datagram),
	KUNIT_CASE(receive__longer_than_a_chunk),
	KUNIT_CASE(receive__no_chunk),
	KUNIT_CASE(receive__rx_full),
	KUNIT_CASE(receive__indices_wrap),
	KUNIT_CASE(receive__chunks_that_are_none),
	KUNIT_CASE(receive__fill_index_ahead),
	KUNIT_CASE(receive__rx_index_ahead),
	KUNIT_CASE(receive__shared_indices_are_only_told),
	KUNIT_CASE(receive__broadcast),
	KUNIT_CASE(poll__received),
	KUNIT_CASE(close__takes_the_memory),
	KUNIT_CASE(close__late_datagram),
	{}
};

static struct kunit_suite ring_suite = {
	.name = "ksmol_socket_ring",
	.init = socket_fixture_init,
	.exit = ring_exit,
	.test_cases = ring_cases,
};

kunit_test_suite(ring_suite);
