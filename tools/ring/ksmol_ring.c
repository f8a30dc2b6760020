// SPDX-License-Identifier: GPL-2.0-only
/* Ring sockets for programs: set up, mapped, and what is not worth inlining. */

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "ksmol_ring.h"

static void queue_init(struct kring_queue *q, void *rings,
		       const struct ksmol_ring_place *place, uint32_t size)
{
	q->producer = rings + place->producer;
	q->consumer = rings + place->consumer;
	q->flags = rings + place->flags;
	q->entries = rings + place->entries;
	q->size = size;
}

static void *map(int fd, uint64_t bytes, off_t at)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_POPULATE, fd, at);
}

static int map_all(struct kring *ring, const struct ksmol_ring_setup *setup)
{
	struct ksmol_ring_layout layout;
	socklen_t len = sizeof(layout);

	if (getsockopt(ring->fd, SOL_KSMOL, KSMOL_RING_LAYOUT, &layout, &len))
		return -1;
	ring->rings_bytes = layout.rings_bytes;
	ring->rings = map(ring->fd, layout.rings_bytes, KSMOL_RING_PGOFF_RINGS);
	if (ring->rings == MAP_FAILED)
		return -1;
	if (!ring->own_memory) {
		ring->area = map(ring->fd, layout.chunks_bytes,
				 KSMOL_RING_PGOFF_CHUNKS);
		if (ring->area == MAP_FAILED) {
			munmap(ring->rings, ring->rings_bytes);
			return -1;
		}
	}
	queue_init(&ring->fill, ring->rings, &layout.fill, setup->fill);
	queue_init(&ring->rx, ring->rings, &layout.rx, setup->rx);
	queue_init(&ring->tx, ring->rings, &layout.tx, setup->tx);
	queue_init(&ring->completion, ring->rings, &layout.completion,
		   setup->completion);
	return 0;
}

static void setup_from(struct ksmol_ring_setup *setup,
		       const struct kring_options *o)
{
	uint32_t rx = o->rx ? o->rx : 256, tx = o->tx ? o->tx : 256;

	*setup = (struct ksmol_ring_setup){
		.flags = o->memory ? KSMOL_RING_OWN_MEMORY : 0,
		.chunk_size = o->chunk_size ? o->chunk_size : 2048,
		.chunks = o->chunks ? o->chunks : 2 * (rx + tx),
		.fill = rx,
		.rx = rx,
		.tx = tx,
		.completion = tx,
		.addr = (uintptr_t)o->memory,
	};
}

struct kring *kring_attach(int fd, const struct kring_options *options)
{
	struct kring *ring = calloc(1, sizeof(*ring));
	struct ksmol_ring_setup setup;
	uint32_t i;

	if (!ring)
		return NULL;
	setup_from(&setup, options);
	ring->fd = fd;
	ring->area = options->memory;
	ring->own_memory = options->memory;
	ring->chunk_size = setup.chunk_size;
	ring->chunks = setup.chunks;
	ring->bytes = (uint64_t)setup.chunks * setup.chunk_size;
	if (setsockopt(fd, SOL_KSMOL, KSMOL_RING_SETUP, &setup,
		       sizeof(setup)) || map_all(ring, &setup)) {
		free(ring);
		return NULL;
	}
	for (i = 0; i + options->keep < setup.chunks; i++)
		if (!kring_fill(ring, (uint64_t)i * setup.chunk_size))
			break;
	kring_flush(ring);
	return ring;
}

struct kring *kring_open(const struct kring_options *options)
{
	int err, fd = socket(options->family ? options->family : AF_INET,
			     SOCK_DGRAM | SOCK_CLOEXEC,
			     options->protocol ? options->protocol :
						 KSMOL_PROTO);
	struct kring *ring;

	if (fd < 0)
		return NULL;
	ring = kring_attach(fd, options);
	if (!ring) {
		err = errno;
		close(fd);
		errno = err;
	}
	return ring;
}

void kring_close(struct kring *ring)
{
	if (!ring->own_memory)
		munmap(ring->area, ring->bytes);
	munmap(ring->rings, ring->rings_bytes);
	close(ring->fd);
	free(ring);
}

struct ksmol_ring_tx *kring_tx(struct kring *ring)
{
	struct kring_queue *q = &ring->tx;
	struct ksmol_ring_tx *entries = q->entries, *tx;

	if (!kring_room(q))
		return NULL;
	tx = &entries[q->own++ & (q->size - 1)];
	memset(tx, 0, sizeof(*tx));
	return tx;
}

int kring_kick(struct kring *ring)
{
	kring_show(ring->tx.producer, ring->tx.own);		/* (A) */
	return sendto(ring->fd, NULL, 0, MSG_DONTWAIT, NULL, 0);
}

int kring_wait(struct kring *ring, short events, int ms)
{
	struct pollfd pfd = { .fd = ring->fd, .events = events };
	int n = poll(&pfd, 1, ms);

	return n > 0 ? pfd.revents : n;
}

int kring_stats(struct kring *ring, struct ksmol_ring_stats *stats)
{
	socklen_t len = sizeof(*stats);

	return getsockopt(ring->fd, SOL_KSMOL, KSMOL_RING_STATS, stats, &len);
}
