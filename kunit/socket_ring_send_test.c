// SPDX-License-Identifier: GPL-2.0-only
/* Ring sockets: sending, and whose a chunk is until it is sent. */

#include <linux/ip.h>
#include <linux/poll.h>
#include <linux/udp.h>
#include <net/ip.h>
#include "ring_fixture.h"

static void number_chunks(struct ksmol_ring *ring)
{
	u32 i;

	for (i = 0; i < ring->bytes; i++)
		ring->chunks->data[i] = i * 7;
}

static u64 copies(enum ksmol_copy reason)
{
	return ksmol_stats_sum(offsetof(struct ksmol_stats, copy) +
			       reason * sizeof(u64));
}

/* The peer gets these @len bytes, its checksum good; returns nothing of it. */
static void expect_sent(struct kunit *test, struct ksmol_ring *ring, u64 addr,
			u32 len)
{
	struct sk_buff *skb = peer_gets(test);
	const struct udphdr *udp;
	const struct iphdr *ip;
	__wsum sum;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	ip = (const void *)skb->data;
	udp = (const void *)(ip + 1);
	KUNIT_EXPECT_EQ(test, ntohs(ip->tot_len), 28 + len);
	KUNIT_EXPECT_EQ(test, ntohs(udp->len), 8 + len);
	KUNIT_EXPECT_EQ(test, ntohs(udp->dest), PEER_PORT);
	KUNIT_EXPECT_EQ(test, memcmp(udp + 1, ring->chunks->data + addr, len),
			0);
	if (skb->ip_summed != CHECKSUM_PARTIAL) {
		sum = csum_partial(udp, 8 + len, 0);
		KUNIT_EXPECT_EQ(test, csum_tcpudp_magic(ip->saddr, ip->daddr,
							8 + len, IPPROTO_UDP,
							sum), 0);
	}
	kfree_skb(skb);
}

static void expect_done(struct kunit *test, struct ksmol_ring *ring, u64 addr,
			int error)
{
	const struct ksmol_ring_completion *done = prog_done(ring);

	KUNIT_ASSERT_NOT_NULL(test, done);
	KUNIT_EXPECT_EQ(test, done->addr, addr);
	KUNIT_EXPECT_EQ(test, done->error, error);
}

static void send__datagrams(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);
	struct ksmol_ring *ring = ring_of(sock);
	u64 tx = copies(KSMOL_COPY_RING_TX), in = copies(KSMOL_COPY_USER_IN);
	u64 small = copies(KSMOL_COPY_COPYBREAK_TX);

	number_chunks(ring);
	prog_tx(ring, RING_CHUNK, 1000);
	prog_tx(ring, 2 * RING_CHUNK + 3, 1);
	prog_tx(ring, 0, 0);
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), 0);
	expect_sent(test, ring, RING_CHUNK, 1000);
	expect_sent(test, ring, 2 * RING_CHUNK + 3, 1);
	expect_sent(test, ring, 0, 0);
	expect_done(test, ring, RING_CHUNK, 0);
	expect_done(test, ring, 2 * RING_CHUNK + 3, 0);
	expect_done(test, ring, 0, 0);
	/* No copy of any kind, short ones included. */
	KUNIT_EXPECT_EQ(test, copies(KSMOL_COPY_RING_TX), tx);
	KUNIT_EXPECT_EQ(test, copies(KSMOL_COPY_USER_IN), in);
	KUNIT_EXPECT_EQ(test, copies(KSMOL_COPY_COPYBREAK_TX), small);
	KUNIT_EXPECT_EQ(test, ring->stats.tx, 3ULL);
}

/* poll() sends what is there; it takes no error from who asks for it. */
static void send__by_poll(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);
	struct ksmol_ring *ring = ring_of(sock);

	number_chunks(ring);
	prog_tx(ring, RING_CHUNK, 1000);
	prog_tx(ring, 0, 1);
	KUNIT_EXPECT_TRUE(test, sock_events(sock) & EPOLLOUT);
	expect_sent(test, ring, RING_CHUNK, 1000);
	expect_sent(test, ring, 0, 1);
	expect_done(test, ring, RING_CHUNK, 0);
	expect_done(test, ring, 0, 0);

	prog_tx(ring, RING_CHUNK, 10);
	sock->sk->sk_err = EHOSTUNREACH;
	KUNIT_EXPECT_TRUE(test, sock_events(sock) & EPOLLERR);
	KUNIT_EXPECT_NULL(test, peer_gets(test));
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), -EHOSTUNREACH);
	sock_events(sock);
	expect_sent(test, ring, RING_CHUNK, 10);
	expect_done(test, ring, RING_CHUNK, 0);
}

static void send__pages_of_the_chunk(struct kunit *test)
{
	struct ksmol_ring_setup setup = ring_setup_good;
	struct socket_fixture *f = test->priv;
	struct ksmol_ring *ring;
	struct socket *sock;
	struct sk_buff *skb;

	setup.chunk_size = 2 * PAGE_SIZE;
	sock = ring_open(test, &setup);
	ring = ring_of(sock);
	f->vdev->mode = KSMOL_VDEV_HOLD;
	/* Over the border of two chunks, then only of two pages. */
	prog_tx(ring, 4 * PAGE_SIZE - 100, 300);
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), 0);
	expect_done(test, ring, 4 * PAGE_SIZE - 100, -EINVAL);
	prog_tx(ring, 3 * PAGE_SIZE - 100, 300);
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), 0);
	skb = skb_peek(&f->vdev->sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->nr_frags, 2);
	KUNIT_EXPECT_PTR_EQ(test, skb_frag_page(&skb_shinfo(skb)->frags[0]),
			    ring->chunks->pages[2]);
	KUNIT_EXPECT_PTR_EQ(test, skb_frag_page(&skb_shinfo(skb)->frags[1]),
			    ring->chunks->pages[3]);
	/* It is not ours while the device has it. */
	KUNIT_EXPECT_NULL(test, prog_done(ring));
	ksmol_vdev_complete(f->vdev);
	expect_done(test, ring, 3 * PAGE_SIZE - 100, 0);
}

static void send__device_without_fragments(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);
	u64 before = copies(KSMOL_COPY_NO_SG);
	struct ksmol_ring *ring = ring_of(sock);
	struct socket_fixture *f = test->priv;

	number_chunks(ring);
	f->vdev->dev->features &= ~NETIF_F_SG;
	prog_tx(ring, RING_CHUNK, 500);
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), 0);
	f->vdev->dev->features |= NETIF_F_SG;
	expect_sent(test, ring, RING_CHUNK, 500);
	expect_done(test, ring, RING_CHUNK, 0);
	KUNIT_EXPECT_EQ(test, copies(KSMOL_COPY_NO_SG), before + 1);
}

static void send__device_refuses(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);
	struct ksmol_ring *ring = ring_of(sock);
	struct socket_fixture *f = test->priv;

	f->vdev->mode = KSMOL_VDEV_REFUSE;
	prog_tx(ring, 0, 10);
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), 0);
	expect_done(test, ring, 0, 0);
	KUNIT_EXPECT_EQ(test, ksmol_ring_outstanding(ring), 0U);
}

static void send__device_is_down(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);
	struct ksmol_ring *ring = ring_of(sock);
	struct socket_fixture *f = test->priv;

	ksmol_vdev_up(f->vdev, false);
	prog_tx(ring, 0, 10);
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), 0);
	expect_done(test, ring, 0, -ENETDOWN);
	KUNIT_EXPECT_EQ(test, ring->stats.tx_failed, 1ULL);
	ksmol_vdev_up(f->vdev, true);
}

/* Where nobody but ourselves is, it goes the way of all datagrams. */
static void send__to_ourselves(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);
	u64 before = copies(KSMOL_COPY_RING_TX);
	struct ksmol_ring *ring = ring_of(sock);
	const struct ksmol_ring_completion *done;

	prog_fill(ring, RING_CHUNK);
	KUNIT_ASSERT_EQ(test, sock_connect_to(sock, US, OUR_PORT), 0);
	prog_tx_raw(ring, &(struct ksmol_ring_tx){ .addr = 0, .len = 10 });
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), 0);
	done = prog_done(ring);
	KUNIT_ASSERT_NOT_NULL(test, done);
	KUNIT_EXPECT_EQ(test, done->error, 0);
	KUNIT_EXPECT_EQ(test, done->flags, KSMOL_RING_TX_COPIED);
	KUNIT_EXPECT_EQ(test, copies(KSMOL_COPY_RING_TX), before + 1);
}

static void send__copy_finds_no_buffer(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);
	struct ksmol_ring *ring = ring_of(sock);

	KUNIT_ASSERT_EQ(test, sock_connect_to(sock, US, OUR_PORT + 1), 0);
	prog_tx_raw(ring, &(struct ksmol_ring_tx){ .addr = 0, .len = 10 });
	KUNIT_ASSERT_EQ(test, ksmol_fault_set(100, -1), 0);
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), 0);
	KUNIT_ASSERT_EQ(test, ksmol_fault_set(0, 0), 0);
	expect_done(test, ring, 0, -ENOBUFS);
}

static void send__longer_than_the_mtu(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);
	struct ksmol_ring *ring = ring_of(sock);

	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_MTU_DISCOVER,
					     IP_PMTUDISC_DO), 0);
	prog_tx(ring, 0, 1473);
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), 0);
	expect_done(test, ring, 0, -EMSGSIZE);
}

/* --- descriptors and indices that make no sense --- */

static void send__bad_descriptors(struct kunit *test)
{
	const struct ksmol_ring_tx bad[] = {
		{ .addr = RING_CHUNK * RING_CHUNKS, .len = 1 },
		{ .addr = U64_MAX, .len = 1 },
		{ .addr = 1, .len = RING_CHUNK },
		{ .addr = 0, .len = U32_MAX },
		{ .addr = 0, .flags = 1 },
		{ .addr = 0, .ifindex = 1 },
	};
	struct socket *sock = ring_open(test, &ring_setup_good);
	struct ksmol_ring *ring = ring_of(sock);
	u32 i;

	KUNIT_ASSERT_EQ(test, sock_connect_to(sock, PEER, PEER_PORT), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		prog_tx_raw(ring, &bad[i]);
		KUNIT_EXPECT_EQ(test, prog_kick(test, sock), 0);
		expect_done(test, ring, bad[i].addr, -EINVAL);
	}
	KUNIT_EXPECT_EQ(test, ring->stats.tx_bad, (u64)ARRAY_SIZE(bad));
	KUNIT_EXPECT_NULL(test, peer_gets(test));
	KUNIT_EXPECT_FALSE(test, ring->stopped);
}

static void send__destinations_that_are_none(struct kunit *test)
{
	const struct ksmol_ring_tx none[] = {
		{ .len = 1 },
		{ .family = AF_INET6, .port = htons(1) },
		{ .family = AF_INET },
		{ .family = AF_INET, .port = htons(1) },
	};
	struct socket *sock = ring_open(test, &ring_setup_good);
	struct ksmol_ring *ring = ring_of(sock);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(none); i++)
		prog_tx_raw(ring, &none[i]);
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), 0);
	expect_done(test, ring, 0, -EDESTADDRREQ);
	expect_done(test, ring, 0, -EAFNOSUPPORT);
	expect_done(test, ring, 0, -EINVAL);
	expect_done(test, ring, 0, -EINVAL);
}

static void send__tx_index_ahead(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);
	struct ksmol_ring *ring = ring_of(sock);

	ring->tx.shared->producer = ring->tx.size + 1;
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), -EBADFD);
	KUNIT_EXPECT_TRUE(test, ring->stopped);
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), -EBADFD);
	KUNIT_EXPECT_EQ(test, ring->stats.stopped, 1U);
}

/* --- completions --- */

/* Each entry is reserved before a device has the chunk. */
static void completion__bounds_what_is_out(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);
	struct ksmol_ring *ring = ring_of(sock);
	struct socket_fixture *f = test->priv;
	u32 i;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	for (i = 0; i < RING_ENTRIES + 2; i++)
		prog_tx(ring, i * RING_CHUNK, 10);
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), -EAGAIN);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&f->vdev->sent), RING_ENTRIES);
	KUNIT_EXPECT_EQ(test, ksmol_ring_outstanding(ring), RING_ENTRIES);
	KUNIT_EXPECT_FALSE(test, sock_events(sock) & EPOLLOUT);
	ksmol_vdev_complete(f->vdev);
	KUNIT_EXPECT_TRUE(test, sock_events(sock) & EPOLLOUT);
	/* Completed, but not read: there is no room for another one yet. */
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), -EAGAIN);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&f->vdev->sent), 0U);
	for (i = 0; i < RING_ENTRIES; i++)
		expect_done(test, ring, i * RING_CHUNK, 0);
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), 0);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&f->vdev->sent), 2U);
	ksmol_vdev_complete(f->vdev);
}

static void completion__indices_wrap(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);
	struct ksmol_ring *ring = ring_of(sock);
	u32 i;

	ring_start_at(ring, U32_MAX - RING_ENTRIES);
	for (i = 0; i < 3 * RING_ENTRIES; i++) {
		prog_tx(ring, (i % RING_CHUNKS) * RING_CHUNK, i);
		KUNIT_EXPECT_EQ(test, prog_kick(test, sock), 0);
		kfree_skb(peer_gets(test));
		expect_done(test, ring, (i % RING_CHUNKS) * RING_CHUNK, 0);
	}
	KUNIT_EXPECT_FALSE(test, ring->stopped);
}

/* Who claims to have read what was never written would get slots that devices
 * still have.
 */
static void completion__read_before_it_is_written(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);
	struct ksmol_ring *ring = ring_of(sock);
	struct socket_fixture *f = test->priv;
	u32 i;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	for (i = 0; i < RING_ENTRIES; i++)
		prog_tx(ring, 0, 10);
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), 0);
	ring->done.shared->consumer = RING_ENTRIES;
	prog_tx(ring, 0, 10);
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), -EBADFD);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&f->vdev->sent), RING_ENTRIES);
	/* What is out comes home all the same. */
	ksmol_vdev_complete(f->vdev);
	KUNIT_EXPECT_EQ(test, ksmol_ring_outstanding(ring), 0U);
}

/* --- life --- */

/* As when a program is killed: the socket goes, the device still reads. */
static void close__device_keeps_the_memory(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);
	struct ksmol_ring *ring = ring_of(sock);
	struct socket_fixture *f = test->priv;
	u64 bytes = ksmol_umem_bytes();

	f->vdev->mode = KSMOL_VDEV_HOLD;
	prog_tx(ring, 0, 1000);
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), 0);
	sock_shut(test, sock);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, ksmol_umem_bytes(), bytes);
	KUNIT_EXPECT_EQ(test, ring->chunks->data[0], 0);
	ksmol_vdev_complete(f->vdev);
	expect_no_umem(test);
}

static void send__after_shutdown(struct kunit *test)
{
	struct socket *sock = ring_open(test, &ring_setup_good);

	KUNIT_ASSERT_EQ(test, sock_connect_to(sock, PEER, PEER_PORT), 0);
	sock->ops->shutdown(sock, SHUT_WR);
	KUNIT_EXPECT_EQ(test, prog_kick(test, sock), -EPIPE);
}

static void send_exit(struct kunit *test)
{
	socket_fixture_exit(test);
	expect_no_umem(test);
}

static struct kunit_case send_cases[] = {
	KUNIT_CASE(send__datagrams),
	KUNIT_CASE(send__by_poll),
	KUNIT_CASE(send__pages_of_the_chunk),
	KUNIT_CASE(send__device_without_fragments),
	KUNIT_CASE(send__device_refuses),
	KUNIT_CASE(send__device_is_down),
	KUNIT_CASE(send__to_ourselves),
	KUNIT_CASE(send__copy_finds_no_buffer),
	KUNIT_CASE(send__longer_than_the_mtu),
	KUNIT_CASE(send__bad_descriptors),
	KUNIT_CASE(send__destinations_that_are_none),
	KUNIT_CASE(send__tx_index_ahead),
	KUNIT_CASE(send__after_shutdown),
	KUNIT_CASE(completion__bounds_what_is_out),
	KUNIT_CASE(completion__indices_wrap),
	KUNIT_CASE(completion__read_before_it_is_written),
	KUNIT_CASE(close__device_keeps_the_memory),
	{}
};

static struct kunit_suite send_suite = {
	.name = "ksmol_socket_ring_send",
	.init = socket_fixture_init,
	.exit = send_exit,
	.test_cases = send_cases,
};

kunit_test_suite(send_suite);
