// SPDX-License-Identifier: GPL-2.0-only
/*
 * A socket's receive queue: arrivals on one list, readers on another.
 *
 * Readers copy with no lock held, for the copy may fault and sleep. A pbuf
 * that is read is on no list meanwhile. A pbuf that is only peeked at stays
 * on @out, where another reader may take it and be done with it: so while
 * anybody peeks, nothing that was read is given back.
 */

#include <ksmol/compat.h>
#include "queue.h"

/* What a reader gives back after it has left the lock. */
struct batch {
	struct ksmol_pbuf_list pbufs;
	u32 copies;
	u64 copied;
};

void ksmol_queue_init(struct ksmol_queue *queue, u32 max)
{
	spin_lock_init(&queue->lock);
	spin_lock_init(&queue->reader_lock);
	ksmol_pbuf_list_init(&queue->in);
	ksmol_pbuf_list_init(&queue->out);
	ksmol_pbuf_list_init(&queue->done);
	queue->max = max;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_queue_init);

int ksmol_queue_add(struct ksmol_queue *queue, struct ksmol_pbuf *pb,
		    u32 limit, struct wait_queue_head *wait, bool *wake)
{
	int reason = 0;

	spin_lock(&queue->lock);
	if (unlikely(!queue->max)) {
		reason = KSMOL_DROP_SOCK_CLOSED;
	} else if (unlikely(ksmol_queue_full(queue, limit))) {
		reason = KSMOL_DROP_SOCK_FULL;
	} else {
		ksmol_pbuf_own(pb, KSMOL_OWNER_SOCKET);
		ksmol_pbuf_list_add(&queue->in, pb);
		WRITE_ONCE(queue->queued, queue->queued + 1);
		/* A reader looks here again, under the lock, once it waits. */
		*wake = wait && waitqueue_active(wait);
	}
	spin_unlock(&queue->lock);
	return reason;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_queue_add);

/* Takes over all that arrived: one turn with the softirq's lock for many. */
static void queue_fill(struct ksmol_queue *queue)
{
	spin_lock_bh(&queue->lock);
	ksmol_pbuf_list_splice(&queue->out, &queue->in);
	spin_unlock_bh(&queue->lock);
}

/* The first of @out, filled if need be. Under reader_lock. */
static struct ksmol_pbuf *queue_first(struct ksmol_queue *queue)
{
	if (!queue->out.first)
		queue_fill(queue);
	return queue->out.first;
}

bool ksmol_queue_empty(struct ksmol_queue *queue)
{
	bool empty;

	if (READ_ONCE(queue->out.first) || READ_ONCE(queue->in.first))
		return false;
	spin_lock(&queue->reader_lock);
	empty = !queue_first(queue);
	spin_unlock(&queue->reader_lock);
	return empty;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_queue_empty);

struct ksmol_pbuf *ksmol_queue_take(struct ksmol_queue *queue)
{
	struct ksmol_pbuf *pb;

	spin_lock(&queue->reader_lock);
	pb = queue_first(queue);
	if (pb)
		ksmol_pbuf_list_pop(&queue->out);
	spin_unlock(&queue->reader_lock);
	return pb;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_queue_take);

struct ksmol_pbuf *ksmol_queue_peek(struct ksmol_queue *queue)
{
	struct ksmol_pbuf *pb;

	spin_lock(&queue->reader_lock);
	pb = queue_first(queue);
	if (pb)
		queue->peekers++;
	spin_unlock(&queue->reader_lock);
	return pb;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_queue_peek);

static void queue_count(struct ksmol_queue *queue, u32 copied)
{
	queue->copies++;
	queue->copied += copied;
}

/* Under reader_lock. */
static void batch_collect(struct ksmol_queue *queue, struct batch *batch)
{
	ksmol_pbuf_list_init(&batch->pbufs);
	ksmol_pbuf_list_splice(&batch->pbufs, &queue->done);
	batch->copies = queue->copies;
	batch->copied = queue->copied;
	queue->copies = 0;
	queue->copied = 0;
}

static void batch_release(struct batch *batch)
{
	local_bh_disable();
	__ksmol_stat_add(copy[KSMOL_COPY_USER_OUT], batch->copies);
	__ksmol_stat_add(copy_bytes[KSMOL_COPY_USER_OUT], batch->copied);
	ksmol_pbuf_list_free(&batch->pbufs);
	local_bh_enable();
}

/*
 * Is it time to give back what was read? When a batch is full, when there is
 * nothing more to read, and when frames being received need the pbufs.
 */
static bool batch_due(const struct ksmol_queue *queue)
{
	const struct ksmol_pool *pool = queue->done.first->pool;

	return queue->done.count >= KSMOL_QUEUE_BATCH ||
	       (!queue->out.first && !READ_ONCE(queue->in.first)) ||
	       ksmol_pool_stock(pool, KSMOL_CLASS_RX) <= 2 * pool->rx_floor;
}

void ksmol_queue_done(struct ksmol_queue *queue, struct ksmol_pbuf *pb,
		      u32 copied)
{
	struct batch batch;
	bool due = false;

	spin_lock(&queue->reader_lock);
	queue_count(queue, copied);
	ksmol_pbuf_list_add(&queue->done, pb);
	if (unlikely(queue->peekers)) {
		queue->deferred++;
	} else {
		WRITE_ONCE(queue->consumed, queue->consumed + 1);
		due = batch_due(queue);
		if (due)
			batch_collect(queue, &batch);
	}
	spin_unlock(&queue->reader_lock);
	if (due)
		batch_release(&batch);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_queue_done);

void ksmol_queue_unpeek(struct ksmol_queue *queue, u32 copied)
{
	struct batch batch;
	bool last;

	spin_lock(&queue->reader_lock);
	queue_count(queue, copied);
	last = !--queue->peekers;
	if (last) {
		WRITE_ONCE(queue->consumed, queue->consumed + queue->deferred);
		queue->deferred = 0;
		batch_collect(queue, &batch);
	}
	spin_unlock(&queue->reader_lock);
	if (last)
		batch_release(&batch);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_queue_unpeek);

int ksmol_queue_next_len(struct ksmol_queue *queue)
{
	struct ksmol_pbuf *pb;
	int len;

	spin_lock(&queue->reader_lock);
	pb = queue_first(queue);
	len = pb ? (int)pb->len : -1;
	spin_unlock(&queue->reader_lock);
	return len;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_queue_next_len);

void ksmol_queue_close(struct ksmol_queue *queue)
{
	struct batch batch;
	u32 unread;

	spin_lock_bh(&queue->lock);
	queue->max = 0;
	spin_unlock_bh(&queue->lock);

	spin_lock(&queue->reader_lock);
	queue_fill(queue);
	unread = queue->out.count;
	WRITE_ONCE(queue->consumed, queue->consumed + unread);
	ksmol_pbuf_list_splice(&queue->done, &queue->out);
	batch_collect(queue, &batch);
	spin_unlock(&queue->reader_lock);

	ksmol_stat_add(purged, unread);
	batch_release(&batch);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_queue_close);
