// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring of one capture's reader.
 *
 *	writer (BH disabled)			reader
 *	  lock, look at tail	   (T)		  look at head	    (H)
 *	  header: not ready			  look at ready	    (R)
 *	  head += stride	   (H)		  copy
 *	  unlock, fill				  tail += stride    (T)
 *	  ready			   (R)
 *
 * Each pair is a store-release and a load-acquire. Between (H) and (R) a
 * writer can't be preempted, so that the reader waits for microseconds.
 */

#include <linux/align.h>
#include <linux/mm.h>
#include <ksmol/compat.h>
#include "capture_ring.h"

#define RECORD_ALIGN 16

static_assert(sizeof(struct ksmol_capture_record) == RECORD_ALIGN);

int ksmol_capture_ring_init(struct ksmol_capture_ring *ring, u32 size)
{
	spin_lock_init(&ring->lock);
	ring->bytes = kvmalloc(size, GFP_KERNEL_ACCOUNT);
	ring->size = size;
	ring->head = 0;
	ring->tail = 0;
	ring->part = 0;
	return ring->bytes ? 0 : -ENOMEM;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_capture_ring_init);

void ksmol_capture_ring_free(struct ksmol_capture_ring *ring)
{
	kvfree(ring->bytes);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_capture_ring_free);

static struct ksmol_capture_record *record_at(struct ksmol_capture_ring *ring,
					      unsigned long pos)
{
	return (void *)(ring->bytes + (pos & (ring->size - 1)));
}

/* A record is never cut in two: the rest of the ring becomes an empty one. */
static void skip_rest(struct ksmol_capture_ring *ring, u32 rest)
{
	struct ksmol_capture_record *record = record_at(ring, ring->head);

	record->stride = rest;
	record->len = 0;
	record->ready = true;
	smp_store_release(&ring->head, ring->head + rest);	/* (H) */
}

static struct ksmol_capture_record *reserve(struct ksmol_capture_ring *ring,
					    u32 stride, u32 spare)
{
	unsigned long used = ring->head - smp_load_acquire(&ring->tail);	/* (T) */
	u32 rest = ring->size - (ring->head & (ring->size - 1));
	u32 skip = rest < stride ? rest : 0;
	struct ksmol_capture_record *record;

	if (used + skip + stride + spare > ring->size)
		return NULL;
	if (skip)
		skip_rest(ring, skip);
	record = record_at(ring, ring->head);
	record->stride = stride;
	record->ready = false;
	smp_store_release(&ring->head, ring->head + stride);	/* (H) */
	return record;
}

struct ksmol_capture_record *
ksmol_capture_ring_reserve(struct ksmol_capture_ring *ring, u32 len, u32 spare)
{
	struct ksmol_capture_record *record;
	u32 stride = ALIGN(sizeof(*record) + len, RECORD_ALIGN);

	spin_lock(&ring->lock);
	record = reserve(ring, stride, spare);
	spin_unlock(&ring->lock);
	return record;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_capture_ring_reserve);

void ksmol_capture_ring_commit(struct ksmol_capture_record *record, u32 len)
{
	record->len = len;
	smp_store_release(&record->ready, true);	/* (R) */
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_capture_ring_commit);

bool ksmol_capture_ring_drained(struct ksmol_capture_ring *ring)
{
	return smp_load_acquire(&ring->head) == READ_ONCE(ring->tail); /* (H) */
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_capture_ring_drained);

bool ksmol_capture_ring_ready(struct ksmol_capture_ring *ring)
{
	return !ksmol_capture_ring_drained(ring) &&
	       smp_load_acquire(&record_at(ring, ring->tail)->ready); /* (R) */
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_capture_ring_ready);

static void advance(struct ksmol_capture_ring *ring, u32 stride)
{
	ring->part = 0;
	smp_store_release(&ring->tail, ring->tail + stride);	/* (T) */
}

ssize_t ksmol_capture_ring_read(struct ksmol_capture_ring *ring,
				struct iov_iter *to)
{
	struct ksmol_capture_record *record;
	size_t n, left;
	ssize_t got = 0;

	while (iov_iter_count(to) && ksmol_capture_ring_ready(ring)) {
		record = record_at(ring, ring->tail);
		left = record->len - ring->part;
		n = copy_to_iter(record->bytes + ring->part, left, to);
		ring->part += n;
		got += n;
		if (n < left)
			return got ?: -EFAULT;
		advance(ring, record->stride);
	}
	return got;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_capture_ring_read);
