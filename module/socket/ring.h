/* SPDX-License-Identifier: GPL-2.0-only */
/* A ring socket: memory shared with its program. See <linux/ksmol.h>. */
#ifndef _KSMOL_SOCKET_RING_H
#define _KSMOL_SOCKET_RING_H

#include <linux/processor.h>	/* which older bit_spinlock.h forgets */
#include <linux/bit_spinlock.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <ksmol/phy.h>
#include <ksmol/umem.h>
#include <uapi/linux/ksmol.h>

struct ksmol_sock;
struct seq_file;
struct socket;
struct vm_area_struct;

/* What program and kernel share of each ring, in front of its entries. */
struct ksmol_ring_shared {
	u32 producer __aligned(64);
	u32 consumer __aligned(64);
	u32 flags __aligned(64);
};

static_assert(sizeof(struct ksmol_ring_shared) == 192);
static_assert(sizeof(struct ksmol_ring_setup) == 40);
static_assert(sizeof(struct ksmol_ring_place) == 32);
static_assert(sizeof(struct ksmol_ring_layout) == 144);
static_assert(sizeof(struct ksmol_ring_rx) == 64);
static_assert(sizeof(struct ksmol_ring_tx) == 48);
static_assert(sizeof(struct ksmol_ring_completion) == 24);
static_assert(sizeof(struct ksmol_ring_stats) == 80);

/**
 * struct ksmol_ringq - one ring, as far as the kernel trusts it
 * @shared: indices and flags, all of them hostile
 * @entries: likewise
 * @size: entries, a power of two
 * @own: the index that is the kernel's: what the program makes of the shared
 *	copy of it makes no difference
 * @other: the program's index, as last read and found good
 */
struct ksmol_ringq {
	struct ksmol_ring_shared *shared;
	void *entries;
	u32 size;
	u32 own;
	u32 other;
};

/* Fill and tx: entries that wait, or -EBADFD: more than there can be. */
static inline int ksmol_ringq_waiting(struct ksmol_ringq *q)
{
	u32 producer;

	if (q->other != q->own)
		return q->other - q->own;
	producer = smp_load_acquire(&q->shared->producer);	/* (A) */
	if (unlikely(producer - q->own > q->size))
		return -EBADFD;
	q->other = producer;
	return producer - q->own;
}

/* Rx and completion: entries that are free, or -EBADFD. */
static inline int ksmol_ringq_room(struct ksmol_ringq *q)
{
	u32 consumer;

	if (q->own - q->other < q->size)
		return q->size - (q->own - q->other);
	consumer = smp_load_acquire(&q->shared->consumer);	/* (B) */
	if (unlikely(q->own - consumer > q->size))
		return -EBADFD;
	q->other = consumer;
	return q->size - (q->own - consumer);
}

static inline void *ksmol_ringq_entry(const struct ksmol_ringq *q, u32 index,
				      size_t bytes)
{
	return q->entries + (index & (q->size - 1)) * bytes;
}

/* The entry at @own is read: the next one. */
static inline void ksmol_ringq_consumed(struct ksmol_ringq *q)
{
	smp_store_release(&q->shared->consumer, ++q->own);	/* (B) */
}

/* The entry at @own is written: show it. */
static inline void ksmol_ringq_produced(struct ksmol_ringq *q)
{
	smp_store_release(&q->shared->producer, ++q->own);	/* (A) */
}

/**
 * struct ksmol_ring_slot - a chunk on its way out, and its completion's entry
 * @lease: what the device has
 * @ring: one reference while the device has it
 * @next: in the list of free ones
 * @addr, @user: for the completion
 */
struct ksmol_ring_slot {
	struct ksmol_tx_lease lease;
	struct ksmol_ring *ring;
	struct ksmol_ring_slot *next;
	u64 addr;
	u64 user;
};

/**
 * struct ksmol_ring - what makes a socket a ring socket
 * @refs: the socket's, and one for each slot that a device has
 * @rcu: it is freed after a grace period, for packets find it under RCU
 * @sk: its socket, NULL once that is closed; RCU
 * @node: in the list of all rings
 * @rings, @chunks: shared memory
 * @layout: where in it
 * @bytes: of @chunks
 * @chunk_mask: bytes of a chunk, less one
 * @stopped: an index made no sense; for good
 * @closed: no datagram is taken any more; @rx_lock
 * @rx_lock: bit 0 locks the receiving side; BH disabled. Innermost but for
 *	wait queues
 * @fill, @rx: @rx_lock
 * @tx_lock: the sending side; process context
 * @tx: @tx_lock
 * @done_lock: completions, from any context; inside @tx_lock
 * @done: completion ring; its @own counts what is reserved; @done_lock
 * @written: completions written; @done_lock, read without
 * @free: slots that nobody has; @done_lock
 * @tx_wanted: somebody waits for completions
 * @stats: for the program; each under the lock of its side
 * @slots: as many as @done has entries
 */
struct ksmol_ring {
	struct kref refs;
	struct rcu_head rcu;
	struct sock *sk;
	struct list_head node;
	struct ksmol_umem *rings;
	struct ksmol_umem *chunks;
	struct ksmol_ring_layout layout;
	u64 bytes;
	u32 chunk_mask;
	bool stopped;
	bool closed;

	unsigned long rx_lock ____cacheline_aligned_in_smp; /* receiving side */
	struct ksmol_ringq fill;
	struct ksmol_ringq rx;

	struct mutex tx_lock ____cacheline_aligned_in_smp; /* sending side */
	struct ksmol_ringq tx;

	spinlock_t done_lock ____cacheline_aligned_in_smp; /* completions */
	struct ksmol_ringq done;
	u32 written;
	struct ksmol_ring_slot *free;
	bool tx_wanted;

	struct ksmol_ring_stats stats;
	struct ksmol_ring_slot *slots;
};

/* A bit lock, for the reason that queue.c has one: its release is a plain store
 * everywhere, and is due with every datagram.
 */
static inline void ksmol_ring_rx_lock(struct ksmol_ring *ring)
	__acquires(bitlock)
{
	bit_spin_lock(0, &ring->rx_lock);
}

static inline void ksmol_ring_rx_unlock(struct ksmol_ring *ring)
	__releases(bitlock)
{
	__bit_spin_unlock(0, &ring->rx_lock);
}

/* On their way out, completions not yet written. A snapshot. */
static inline u32 ksmol_ring_outstanding(const struct ksmol_ring *ring)
{
	return READ_ONCE(ring->done.own) - READ_ONCE(ring->written);
}

/* --- ring.c: life --- */

/* 0, or -EINVAL: nothing of that size and shape. */
int ksmol_ring_check(const struct ksmol_ring_setup *setup);

/**
 * ksmol_ring_create() - a ring for @sk, not yet in use
 * @setup: checked
 *
 * Context: process. Return: the ring with one reference, or an error pointer.
 */
struct ksmol_ring *ksmol_ring_create(struct sock *sk,
				     const struct ksmol_ring_setup *setup);

/* The socket is closed: takes its reference. What a device still has goes on
 * to live until that is done. Process.
 */
void ksmol_ring_close(struct ksmol_ring *ring);

static inline void ksmol_ring_get(struct ksmol_ring *ring)
{
	kref_get(&ring->refs);
}

/* Any context. */
void ksmol_ring_put(struct ksmol_ring *ring);

/* An index made no sense: all ends here, but for completions. Any context. */
void ksmol_ring_stop(struct ksmol_ring *ring);

/* --- ring_rx.c, ring_tx.c: the two ways --- */

/**
 * ksmol_ring_receive() - copy a datagram into a chunk
 * @pb: without its headers
 * @asleep: set to whether the reader sleeps
 *
 * Takes @pb when it returns 0, else a drop reason. Context: BH disabled, RCU.
 */
int ksmol_ring_receive(struct ksmol_sock *ks, struct ksmol_ring *ring,
		       struct ksmol_pbuf *pb, bool *asleep);

/**
 * ksmol_ring_kick() - send what is in the tx ring
 *
 * Context: process. Return: 0 when nothing is left in it, -EAGAIN when
 * completions are to be waited for or read first, -EBADFD once stopped, -EPIPE
 * after shutdown, or an error of the socket.
 */
int ksmol_ring_kick(struct ksmol_sock *ks, struct ksmol_ring *ring);

/* The same for poll(), which as AF_XDP's sends what is there; errors are left
 * for others to report, and a socket without a port stays without one.
 */
void ksmol_ring_poll_kick(struct ksmol_sock *ks, struct ksmol_ring *ring);

/* Is there something to read, is there something to do about sending? */
__poll_t ksmol_ring_poll(struct ksmol_ring *ring);

/* --- ring_opt.c: what the program asks for --- */

int ksmol_ring_setsockopt(struct ksmol_sock *ks, int name, sockptr_t from,
			  unsigned int len);
int ksmol_ring_getsockopt(struct ksmol_sock *ks, int name, char __user *to,
			  int __user *lenp);
/* proto_ops.mmap of UDP sockets. */
int ksmol_ring_mmap(struct file *file, struct socket *sock,
		    struct vm_area_struct *vma);

/* --- ring_show.c --- */

/* debugfs rings. */
int ksmol_rings_show(struct seq_file *m, void *unused);
/* All rings whose sockets are open; @fn is called under a lock. Process. */
void ksmol_ring_for_each(void (*fn)(struct ksmol_ring *ring, void *arg),
			 void *arg);

#endif /* _KSMOL_SOCKET_RING_H */
