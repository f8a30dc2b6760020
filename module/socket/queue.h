/* SPDX-License-Identifier: GPL-2.0-only */
/* A socket's receive queue. */
#ifndef _KSMOL_SOCKET_QUEUE_H
#define _KSMOL_SOCKET_QUEUE_H

#include <linux/atomic.h>
#include <linux/wait.h>
#include <ksmol/pool.h>

/**
 * struct ksmol_queue - received datagrams of one socket
 * @in: what arrived since readers last looked, newest first, linked through
 *	pbuf.next; pushed without a lock, taken as a whole. The value
 *	QUEUE_CLOSED refuses arrivals for good
 * @queued: pbufs ever added
 * @max: most pbufs whatever SO_RCVBUF says; 0 once the socket is closed
 * @drops: datagrams refused, for SO_RXQ_OVFL and debugfs
 * @reader: bit 0 locks the reading side; process context only, so it never
 *	costs a bottom half's time
 * @out: taken over from @in, oldest first; @reader
 * @done: read while somebody peeked, not yet given back; @reader
 * @consumed: pbufs ever read; written under @reader, read without
 * @deferred: read while somebody peeked, to be added to @consumed
 * @peekers: how many are copying from a pbuf that stays in @out; written under
 *	@reader
 *
 * The pbufs the socket holds are @queued - @consumed.
 */
struct ksmol_queue {
	struct ksmol_pbuf *in;	/* arrivals */
	atomic_t queued;
	u32 max;
	atomic_t drops;

	/* readers */
	unsigned long reader ____cacheline_aligned_in_smp;
	u32 consumed;
	struct ksmol_pbuf_list out;
	struct ksmol_pbuf_list done;
	u32 deferred;
	u32 peekers;
};

void ksmol_queue_init(struct ksmol_queue *queue, u32 max);

/* pbufs held, those being read included. Any context, a snapshot. */
static inline u32 ksmol_queue_len(const struct ksmol_queue *queue)
{
	s32 len = atomic_read(&queue->queued) - READ_ONCE(queue->consumed);

	return max(len, 0);
}

/* Signed, for @consumed may be read after later arrivals were read too. */
static inline bool ksmol_queue_full(const struct ksmol_queue *queue, u32 limit)
{
	return (s32)(atomic_read(&queue->queued) -
		     READ_ONCE(queue->consumed)) >= (s32)limit;
}

/**
 * ksmol_queue_add() - append a received pbuf; takes @pb on success
 * @limit: most pbufs the queue may hold
 * @wait: who may be asleep until something arrives, or NULL
 * @wake: set to whether somebody is, as of the moment @pb was added
 *
 * Context: BH disabled. Return: 0, KSMOL_DROP_SOCK_FULL or
 * KSMOL_DROP_SOCK_CLOSED; refused pbufs stay the caller's.
 */
int ksmol_queue_add(struct ksmol_queue *queue, struct ksmol_pbuf *pb,
		    u32 limit, struct wait_queue_head *wait, bool *wake);

/* Is there nothing to read? Exact for a caller that is on the wait queue
 * already: either it sees what ksmol_queue_add() added, or that sees the caller.
 */
bool ksmol_queue_empty(struct ksmol_queue *queue);

/* The next datagram, the caller's until ksmol_queue_done(); NULL if none. */
struct ksmol_pbuf *ksmol_queue_take(struct ksmol_queue *queue);

/* Ends ksmol_queue_take(); consumes @pb. @copied: bytes given to a program */
void ksmol_queue_done(struct ksmol_queue *queue, struct ksmol_pbuf *pb,
		      u32 copied);

/* The next datagram, which stays; valid until ksmol_queue_unpeek(). */
struct ksmol_pbuf *ksmol_queue_peek(struct ksmol_queue *queue);
void ksmol_queue_unpeek(struct ksmol_queue *queue, u32 copied);

/* Bytes of the next datagram, or -1 if there is none. */
int ksmol_queue_next_len(struct ksmol_queue *queue);

/* No arrival is taken from here on; what is queued goes home, counted as
 * purged. Nobody reads any more.
 */
void ksmol_queue_close(struct ksmol_queue *queue);

#endif /* _KSMOL_SOCKET_QUEUE_H */
