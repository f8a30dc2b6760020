/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ring sockets of ksmol for programs: a UDP socket that is read without system
 * calls and that sends without a copy. What the memory looks like and whose it
 * is when stands in <linux/ksmol.h>; here it is done right once.
 *
 * A ring belongs to one thread at a time. A chunk is named by its address in
 * the area, kring_data() is where it is in memory.
 *
 * Receiving:
 *
 *	n = kring_received(ring);		how many wait
 *	for (i = 0; i < n; i++) {
 *		rx = kring_rx(ring, i);
 *		use kring_data(ring, rx->addr), rx->len bytes;
 *		kring_fill(ring, rx->addr);	the kernel may have it again
 *	}
 *	kring_rx_done(ring, n);
 *
 * What is filled and written becomes the kernel's with the next *_done(),
 * kring_flush() or kring_kick().
 *
 * Sending:
 *
 *	tx = kring_tx(ring);			NULL: the ring is full
 *	tx->addr = ...; tx->len = ...;
 *	kring_kick(ring);			sends all of them
 *	n = kring_completed(ring);		whose chunks are ours again
 *	for (i = 0; i < n; i++)
 *		c = kring_completion(ring, i);
 *	kring_completion_done(ring, n);
 */
#ifndef _KSMOL_RING_H
#define _KSMOL_RING_H

#include <linux/ksmol.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* One ring of the four, as the program sees it. */
struct kring_queue {
	uint32_t *producer;
	uint32_t *consumer;
	uint32_t *flags;
	void *entries;
	uint32_t size;
	uint32_t own;	/* our index, perhaps not shown to the kernel yet */
	uint32_t other;	/* the kernel's, as read last */
};

struct kring {
	int fd;
	uint8_t *area;
	uint64_t bytes;
	uint32_t chunk_size;
	uint32_t chunks;
	void *rings;
	uint64_t rings_bytes;
	bool own_memory;
	struct kring_queue fill, rx, tx, completion;
};

/**
 * struct kring_options - what kring_open() makes; 0 is a sensible default
 * @family: AF_INET or AF_INET6 (AF_INET)
 * @protocol: socket protocol number (KSMOL_PROTO)
 * @chunk_size: bytes (2048); @chunks: how many (2 * @rx + 2 * @tx)
 * @rx: entries of rx and fill (256); @tx: of tx and completion (256)
 * @memory: @chunk_size * @chunks bytes of the caller's, page aligned, or NULL
 * @keep: chunks at the end of the area that aren't given to the fill ring
 *	(those that do not fit into it)
 */
struct kring_options {
	int family;
	int protocol;
	uint32_t chunk_size;
	uint32_t chunks;
	uint32_t rx;
	uint32_t tx;
	void *memory;
	uint32_t keep;
};

/* A UDP socket with a ring, its first chunks given to the fill ring. Bind it,
 * connect it, set options by ring->fd. NULL: see errno.
 */
struct kring *kring_open(const struct kring_options *options);
/* The same for an unbound socket that exists; it is the ring's on success. */
struct kring *kring_attach(int fd, const struct kring_options *options);
/* Closes the socket, too. */
void kring_close(struct kring *ring);

static inline void *kring_data(const struct kring *ring, uint64_t addr)
{
	return ring->area + addr;
}

/* Entries that the kernel produced and we have not consumed. */
static inline uint32_t kring_waiting(struct kring_queue *q)
{
	/* (A) as in <linux/ksmol.h> */
	q->other = __atomic_load_n(q->producer, __ATOMIC_ACQUIRE);
	return q->other - q->own;
}

/* May we produce one more? */
static inline bool kring_room(struct kring_queue *q)
{
	if (q->own - q->other < q->size)
		return true;
	/* (B) */
	q->other = __atomic_load_n(q->consumer, __ATOMIC_ACQUIRE);
	return q->own - q->other < q->size;
}

static inline void kring_show(uint32_t *index, uint32_t value)
{
	__atomic_store_n(index, value, __ATOMIC_RELEASE);
}

/* --- receiving --- */

static inline uint32_t kring_received(struct kring *ring)
{
	return kring_waiting(&ring->rx);
}

static inline const struct ksmol_ring_rx *kring_rx(const struct kring *ring,
						   uint32_t i)
{
	const struct ksmol_ring_rx *rx = ring->rx.entries;

	return &rx[(ring->rx.own + i) & (ring->rx.size - 1)];
}

/* Gives a chunk to the kernel to receive into; false if the ring is full,
 * which it never is for who gives back what he got.
 */
static inline bool kring_fill(struct kring *ring, uint64_t addr)
{
	struct kring_queue *q = &ring->fill;
	uint64_t *entries = q->entries;

	if (!kring_room(q))
		return false;
	entries[q->own++ & (q->size - 1)] = addr;
	return true;
}

/* Shows the kernel what was filled. */
static inline void kring_flush(struct kring *ring)
{
	kring_show(ring->fill.producer, ring->fill.own);	/* (A) */
}

/* The first @n received ones are read. */
static inline void kring_rx_done(struct kring *ring, uint32_t n)
{
	ring->rx.own += n;
	kring_show(ring->rx.consumer, ring->rx.own);		/* (B) */
	kring_flush(ring);
}

/* --- sending --- */

/* The next entry to be written, zeroed: to the peer of connect(). */
struct ksmol_ring_tx *kring_tx(struct kring *ring);

/* Sends what was written: 0, or -1 with errno, see KSMOL_RING_SETUP there. */
int kring_kick(struct kring *ring);

static inline uint32_t kring_completed(struct kring *ring)
{
	return kring_waiting(&ring->completion);
}

static inline const struct ksmol_ring_completion *
kring_completion(const struct kring *ring, uint32_t i)
{
	const struct ksmol_ring_completion *c = ring->completion.entries;

	return &c[(ring->completion.own + i) & (ring->completion.size - 1)];
}

static inline void kring_completion_done(struct kring *ring, uint32_t n)
{
	ring->completion.own += n;
	kring_show(ring->completion.consumer, ring->completion.own); /* (B) */
}

/* --- both --- */

/* Sleeps until @events (POLLIN, POLLOUT) or @ms are over: what poll() says. */
int kring_wait(struct kring *ring, short events, int ms);

/* The kernel's counters: 0 or -1. */
int kring_stats(struct kring *ring, struct ksmol_ring_stats *stats);

#endif /* _KSMOL_RING_H */
