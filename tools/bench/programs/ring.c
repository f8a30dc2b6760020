// SPDX-License-Identifier: GPL-2.0-only
/* ksmol's ring sockets. */

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include "../../ring/ksmol_ring.h"
#include "bench.h"

static struct kring *ring;

static void ring_open(const struct kring_options *options)
{
	ring = kring_open(options);
	if (!ring)
		err(1, "ring socket");
}

/* --- receiving --- */

static void receive_open(const struct job *job)
{
	const struct kring_options options = {
		.chunk_size = RING_CHUNK, .chunks = RING_ENTRIES,
		.rx = RING_ENTRIES, .tx = 1,
	};

	ring_open(&options);
	if (bind(ring->fd, (const void *)&job->addr, sizeof(job->addr)))
		err(1, "bind");
}

static uint32_t receive_run(const struct job *job)
{
	uint32_t i, n = kring_received(ring);

	if (n > BATCH)
		n = BATCH;
	for (i = 0; i < n; i++) {
		const struct ksmol_ring_rx *rx = kring_rx(ring, i);

		look(job, kring_data(ring, rx->addr), rx->len);
		kring_fill(ring, rx->addr);
	}
	kring_rx_done(ring, n);
	return n;
}

const struct way receive_ring = {
	.name = "ring", .open = receive_open, .run = receive_run,
};

/* --- sending: chunks in turn --- */

static uint64_t next;

static void send_open(const struct job *job)
{
	const struct kring_options options = {
		.chunk_size = 16384, .chunks = 4 * BATCH, .rx = 1,
		.tx = 4 * BATCH, .keep = 4 * BATCH,
	};

	ring_open(&options);
	memset(ring->area, 0x5a, ring->bytes);
	if (connect(ring->fd, (const void *)&job->addr, sizeof(job->addr)))
		err(1, "connect");
}

static uint32_t send_run(const struct job *job)
{
	uint32_t i, n = kring_completed(ring);

	kring_completion_done(ring, n);
	for (i = 0; i < BATCH; i++) {
		struct ksmol_ring_tx *tx = kring_tx(ring);

		if (!tx)
			break;
		tx->addr = (next++ % ring->chunks) * ring->chunk_size;
		tx->len = job->size;
	}
	if (kring_kick(ring) && errno == EAGAIN)
		kring_wait(ring, POLLOUT, 100);
	return i;
}

const struct way send_ring = {
	.name = "ring", .open = send_open, .run = send_run,
};
