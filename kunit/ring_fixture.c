// SPDX-License-Identifier: GPL-2.0-only
/* A ring socket, and the program's side of it, as <linux/ksmol.h> says. */

#include <linux/delay.h>
#include "ring_fixture.h"

const struct ksmol_ring_setup ring_setup_good = {
	.chunk_size = RING_CHUNK,
	.chunks = RING_CHUNKS,
	.fill = RING_ENTRIES,
	.rx = RING_ENTRIES,
	.tx = 2 * RING_ENTRIES,
	.completion = RING_ENTRIES,
};

int ring_setup(struct socket *sock, const struct ksmol_ring_setup *setup)
{
	return sock->ops->setsockopt(sock, SOL_KSMOL, KSMOL_RING_SETUP,
				     KERNEL_SOCKPTR((void *)setup),
				     sizeof(*setup));
}

struct socket *ring_open(struct kunit *test,
			 const struct ksmol_ring_setup *setup)
{
	struct socket *sock = udp_open(test);

	KUNIT_ASSERT_EQ(test, ring_setup(sock, setup), 0);
	KUNIT_ASSERT_EQ(test, sock_bind_to(sock, 0, OUR_PORT), 0);
	return sock;
}

void ring_start_at(struct ksmol_ring *ring, u32 index)
{
	struct ksmol_ringq *q[] = {
		&ring->fill, &ring->rx, &ring->tx, &ring->done
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(q); i++) {
		q[i]->shared->producer = index;
		q[i]->shared->consumer = index;
		q[i]->own = index;
		q[i]->other = index;
	}
	ring->written = index;
}

void prog_fill(struct ksmol_ring *ring, u64 addr)
{
	struct ksmol_ringq *q = &ring->fill;
	u64 *entry = ksmol_ringq_entry(q, q->shared->producer, sizeof(*entry));

	*entry = addr;
	q->shared->producer++;
}

const struct ksmol_ring_rx *prog_rx(struct ksmol_ring *ring)
{
	struct ksmol_ringq *q = &ring->rx;

	if (q->shared->consumer == q->shared->producer)
		return NULL;
	return ksmol_ringq_entry(q, q->shared->consumer,
				 sizeof(struct ksmol_ring_rx));
}

void prog_read(struct ksmol_ring *ring)
{
	ring->rx.shared->consumer++;
}

void prog_tx_raw(struct ksmol_ring *ring, const struct ksmol_ring_tx *tx)
{
	struct ksmol_ringq *q = &ring->tx;
	struct ksmol_ring_tx *entry;

	entry = ksmol_ringq_entry(q, q->shared->producer, sizeof(*entry));
	*entry = *tx;
	q->shared->producer++;
}

void prog_tx(struct ksmol_ring *ring, u64 addr, u32 len)
{
	struct ksmol_ring_tx tx = {
		.addr = addr,
		.len = len,
		.user = addr + 1,
		.family = AF_INET,
		.port = htons(PEER_PORT),
	};
	__be32 peer = PEER;

	memcpy(tx.dest, &peer, sizeof(peer));
	prog_tx_raw(ring, &tx);
}

int prog_kick(struct kunit *test, struct socket *sock)
{
	return sock_send(test, sock, 0, 0, 0, MSG_DONTWAIT);
}

const struct ksmol_ring_completion *prog_done(struct ksmol_ring *ring)
{
	struct ksmol_ringq *q = &ring->done;

	if (q->shared->consumer == q->shared->producer)
		return NULL;
	return ksmol_ringq_entry(q, q->shared->consumer++,
				 sizeof(struct ksmol_ring_completion));
}

void expect_no_umem(struct kunit *test)
{
	int tries = 50;

	rcu_barrier();
	while (ksmol_umem_bytes() && tries--)
		msleep(20);
	KUNIT_EXPECT_EQ(test, ksmol_umem_bytes(), 0ULL);
}
