// SPDX-License-Identifier: GPL-2.0-only
/*
 * A socket's receive queue: arrivals on one list, readers on another.
 *
 * An arrival costs no lock: it is pushed onto a list that a reader takes away
 * as a whole and turns round. Readers copy with no lock held, for the copy may
 * fault and sleep. A pbuf that is read is on no list meanwhile. A pbuf that is
 * only peeked at stays on @out, where another reader may take it and be done
 * with it: so while anybody peeks, nothing that was read is given back.
 */

#include <linux/processor.h>	/* which older bit_spinlock.h forgets */
#include <linux/bit_spinlock.h>
#include <ksmol/compat.h>
#include "queue.h"

/* Stands in @in once the queue is closed. */
#define QUEUE_CLOSED ((struct ksmol_pbuf *)1)

/*
 * A bit lock, for it is held for a few instructions and let go once for every
 * datagram: its release is a plain store also where that of a spinlock is a
 * full barrier, as in user mode Linux.
 */
static void reader_lock(struct ksmol_queue *queue)
	__acquires(bitlock)
{
	bit_spin_lock(0, &queue->reader);
}

static void reader_unlock(struct ksmol_queue *queue)
	__releases(bitlock)
{
	__bit_spin_unlock(0, &queue->reader);
}

void ksmol_queue_init(struct ksmol_queue *queue, u32 max)
{
	queue->in = NULL;
	atomic_set(&queue->queued, 0);
	queue->reader = 0;
	ksmol_pbuf_list_init(&queue->out);
	ksmol_pbuf_list_init(&queue->done);
	queue->max = max;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_queue_init);

/* Pushes @pb, unless the queue is closed. */
static bool queue_push(struct ksmol_queue *queue, struct ksmol_pbuf *pb)
{
	struct ksmol_pbuf *first = READ_ONCE(queue->in);

	do {
		if (unlikely(first == QUEUE_CLOSED))
			return false;
		pb->next = first;
	} while (!try_cmpxchg(&queue->in, &first, pb));
	return true;
}

int ksmol_queue_add(struct ksmol_queue *queue, struct ksmol_pbuf *pb,
		    u32 limit, struct wait_queue_head *wait, bool *wake)
{
	u32 queued, parts = ksmol_pbuf_parts(pb);
	int reason = KSMOL_DROP_SOCK_FULL;

	/* Counted first, so that CPUs together don't exceed the limit. */
	queued = atomic_add_return(parts, &queue->queued);
	if (unlikely((s32)(queued - READ_ONCE(queue->consumed)) > (s32)limit))
		goto refuse;
	ksmol_pbuf_own(pb, KSMOL_OWNER_SOCKET);
	reason = KSMOL_DROP_SOCK_CLOSED;
	if (unlikely(!queue_push(queue, pb)))
		goto refuse;
	/* (Q) the push ordered it before this; pairs with queue_arrived() */
	*wake = wait && waitqueue_active(wait);
	return 0;

refuse:
	atomic_sub(parts, &queue->queued);
	return reason;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_queue_add);

/* What has arrived, NULL if nothing. */
static struct ksmol_pbuf *queue_arrived(const struct ksmol_queue *queue)
{
	struct ksmol_pbuf *newest = READ_ONCE(queue->in);

	if (!newest) {
		/* (Q) on the wait queue first, then look: one of us sees */
		smp_mb();
		newest = READ_ONCE(queue->in);
	}
	return newest == QUEUE_CLOSED ? NULL : newest;
}

/* Appends arrivals, newest first, to @out in their order. */
static void queue_append(struct ksmol_queue *queue, struct ksmol_pbuf *newest)
{
	struct ksmol_pbuf_list list = { .tail = &newest->next };
	struct ksmol_pbuf *pb, *older;

	for (pb = newest; pb; pb = older) {
		older = pb->next;
		pb->next = list.first;
		list.first = pb;
		list.count++;
	}
	ksmol_pbuf_list_splice(&queue->out, &list);
}

/* Takes over all that arrived. Under the reader lock. */
static void queue_fill(struct ksmol_queue *queue)
{
	/* What came meanwhile is taken, too; close() needs the lock we have. */
	if (queue_arrived(queue))
		queue_append(queue, xchg(&queue->in, NULL));
}

/* The first of @out, filled if need be. Under the reader lock. */
static struct ksmol_pbuf *queue_first(struct ksmol_queue *queue)
{
	if (!queue->out.first)
		queue_fill(queue);
	return queue->out.first;
}

bool ksmol_queue_empty(struct ksmol_queue *queue)
{
	bool empty;

	if (READ_ONCE(queue->out.first))
		return false;
	/* Somebody may just be carrying arrivals from one list to the other. */
	reader_lock(queue);
	empty = !queue_first(queue);
	reader_unlock(queue);
	return empty;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_queue_empty);

struct ksmol_pbuf *ksmol_queue_take(struct ksmol_queue *queue)
{
	struct ksmol_pbuf *pb;
	u32 parts;

	reader_lock(queue);
	pb = queue_first(queue);
	if (pb) {
		ksmol_pbuf_list_pop(&queue->out);
		parts = ksmol_pbuf_parts(pb);
		if (unlikely(queue->peekers))
			queue->deferred += parts;
		else
			WRITE_ONCE(queue->consumed, queue->consumed + parts);
	}
	reader_unlock(queue);
	return pb;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_queue_take);

struct ksmol_pbuf *ksmol_queue_peek(struct ksmol_queue *queue)
{
	struct ksmol_pbuf *pb;

	reader_lock(queue);
	pb = queue_first(queue);
	if (pb)
		WRITE_ONCE(queue->peekers, queue->peekers + 1);
	reader_unlock(queue);
	return pb;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_queue_peek);

/* Keeps @pb until nobody peeks any more; false if nobody does. */
static noinline bool queue_defer(struct ksmol_queue *queue,
				 struct ksmol_pbuf *pb)
{
	bool peeked;

	reader_lock(queue);
	peeked = queue->peekers;
	if (peeked)
		ksmol_pbuf_list_add(&queue->done, pb);
	reader_unlock(queue);
	return peeked;
}

void ksmol_queue_done(struct ksmol_queue *queue, struct ksmol_pbuf *pb,
		      u32 copied)
{
	bool kept = false;

	/* Whoever peeks at @pb was counted before it was taken. */
	if (unlikely(READ_ONCE(queue->peekers)))
		kept = queue_defer(queue, pb);
	local_bh_disable();
	__ksmol_stat_copy(USER_OUT, copied);
	if (likely(!kept))
		ksmol_pbuf_free(pb);
	local_bh_enable();
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_queue_done);

static void list_release(struct ksmol_pbuf_list *pbufs)
{
	local_bh_disable();
	ksmol_pbuf_list_free(pbufs);
	local_bh_enable();
}

void ksmol_queue_unpeek(struct ksmol_queue *queue, u32 copied)
{
	struct ksmol_pbuf_list pbufs;

	ksmol_stat_copy(USER_OUT, copied);
	ksmol_pbuf_list_init(&pbufs);
	reader_lock(queue);
	WRITE_ONCE(queue->peekers, queue->peekers - 1);
	if (!queue->peekers) {
		WRITE_ONCE(queue->consumed, queue->consumed + queue->deferred);
		queue->deferred = 0;
		ksmol_pbuf_list_splice(&pbufs, &queue->done);
	}
	reader_unlock(queue);
	list_release(&pbufs);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_queue_unpeek);

int ksmol_queue_next_len(struct ksmol_queue *queue)
{
	struct ksmol_pbuf *pb;
	int len;

	reader_lock(queue);
	pb = queue_first(queue);
	len = pb ? (int)pb->len : -1;
	reader_unlock(queue);
	return len;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_queue_next_len);

static u32 list_parts(const struct ksmol_pbuf_list *list)
{
	const struct ksmol_pbuf *pb;
	u32 n = 0;

	for (pb = list->first; pb; pb = pb->next)
		n += ksmol_pbuf_parts(pb);
	return n;
}

void ksmol_queue_close(struct ksmol_queue *queue)
{
	struct ksmol_pbuf_list pbufs;
	struct ksmol_pbuf *newest;
	u32 unread;

	ksmol_pbuf_list_init(&pbufs);
	reader_lock(queue);
	WRITE_ONCE(queue->max, 0);
	newest = xchg(&queue->in, QUEUE_CLOSED);
	if (newest && newest != QUEUE_CLOSED)
		queue_append(queue, newest);
	unread = list_parts(&queue->out);
	WRITE_ONCE(queue->consumed, queue->consumed + unread);
	ksmol_pbuf_list_splice(&pbufs, &queue->done);
	ksmol_pbuf_list_splice(&pbufs, &queue->out);
	reader_unlock(queue);

	ksmol_stat_add(purged, unread);
	list_release(&pbufs);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_queue_close);
