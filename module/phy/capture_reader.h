/* SPDX-License-Identifier: GPL-2.0-only */
/* A reader of captured frames, between the files that write and read. */
#ifndef _KSMOL_PHY_CAPTURE_READER_H
#define _KSMOL_PHY_CAPTURE_READER_H

#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/wait.h>
#include "capture_ring.h"

struct ksmol_phy;

/**
 * struct ksmol_capture - an open capture file
 * @node: in its interface's list; readers of the list are under RCU
 * @phy: the interface, NULL when that is gone; capture_lock
 * @ring: what was captured and not read
 * @wait: for more
 * @reading: one at a time
 * @lost_lock: @lost and @told
 * @frames: frames captured or lost
 * @lost: frames for which the ring had no room
 * @told: of those, what the stream has told of
 * @ended: nothing will come any more
 */
struct ksmol_capture {
	struct hlist_node node;
	struct ksmol_phy *phy;
	struct ksmol_capture_ring ring;
	wait_queue_head_t wait;
	struct mutex reading;
	spinlock_t lost_lock;	/* outside @ring's */
	atomic64_t frames;
	u64 lost;
	u64 told;
	bool ended;
};

/* Room for a record of @len bytes; frames that find none are counted, and the
 * next that finds some is preceded by how many. BH disabled.
 */
struct ksmol_capture_record *ksmol_capture_reserve(struct ksmol_capture *cap,
						   u32 len, u64 now);

/* The record is complete: the reader wakes. BH disabled. */
void ksmol_capture_commit(struct ksmol_capture *cap,
			  struct ksmol_capture_record *record, u32 len);

/* Frames seen so far, from 1 on. */
static inline u64 ksmol_capture_count(struct ksmol_capture *cap)
{
	return atomic64_read(&cap->frames);
}

/* Free and all pbufs of each class, as text. */
#define KSMOL_CAPTURE_CENSUS 128
void ksmol_capture_census(char *text, size_t len);

#endif /* _KSMOL_PHY_CAPTURE_READER_H */
