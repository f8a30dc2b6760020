/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A byte ring of records: any CPU reserves, fills and commits; one reader takes
 * them in the order in which they were reserved.
 */
#ifndef _KSMOL_PHY_CAPTURE_RING_H
#define _KSMOL_PHY_CAPTURE_RING_H

#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uio.h>

/**
 * struct ksmol_capture_record - what stands in front of a record's bytes
 * @stride: bytes from here to the next record
 * @len: bytes of it that the reader gets; 0: none, the ring's end was too near
 * @ready: they are complete
 */
struct ksmol_capture_record {
	u32 stride;
	u32 len;
	u32 ready;
	u32 unused;
	u8 bytes[];
};

/**
 * struct ksmol_capture_ring - the ring
 * @lock: @head; reserving. Innermost, BH disabled
 * @bytes: the memory, @size bytes, a power of two
 * @head: bytes ever reserved
 * @tail: bytes ever read; the reader's alone
 * @part: bytes of the record at @tail that were read already
 */
struct ksmol_capture_ring {
	spinlock_t lock;
	u8 *bytes;
	u32 size;
	unsigned long head;
	unsigned long tail;
	u32 part;
};

/* Process. 0 or -ENOMEM. */
int ksmol_capture_ring_init(struct ksmol_capture_ring *ring, u32 size);
void ksmol_capture_ring_free(struct ksmol_capture_ring *ring);

/**
 * ksmol_capture_ring_reserve() - room for a record
 * @len: bytes it may need
 * @spare: so many bytes must stay free besides
 *
 * Context: BH disabled. Return: the record, its @bytes aligned to 8, to be
 * committed soon: the reader waits for it. NULL when the ring is full.
 */
struct ksmol_capture_record *
ksmol_capture_ring_reserve(struct ksmol_capture_ring *ring, u32 len, u32 spare);

/* Its first @len bytes are for the reader. */
void ksmol_capture_ring_commit(struct ksmol_capture_record *record, u32 len);

/* Is there a record for the reader? */
bool ksmol_capture_ring_ready(struct ksmol_capture_ring *ring);

/* Has the reader had all that was ever reserved? */
bool ksmol_capture_ring_drained(struct ksmol_capture_ring *ring);

/**
 * ksmol_capture_ring_read() - take as many bytes as there are and @to takes
 *
 * Context: process, one at a time. Return: bytes, or -EFAULT when there were
 * some and none could be copied.
 */
ssize_t ksmol_capture_ring_read(struct ksmol_capture_ring *ring,
				struct iov_iter *to);

#endif /* _KSMOL_PHY_CAPTURE_RING_H */
