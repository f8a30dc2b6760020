/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Live capture: debugfs ifaces/<dev>/capture is a pcapng stream of the frames
 * that come and go. While nobody reads, a static branch that is not taken is
 * all that it costs.
 */
#ifndef _KSMOL_PHY_CAPTURE_H
#define _KSMOL_PHY_CAPTURE_H

#include <linux/jump_label.h>
#include <linux/uio.h>
#include <ksmol/phy.h>

struct ksmol_capture_record;

/* Readers of one interface, and of all. */
#define KSMOL_CAPTURE_PER_PHY	4
#define KSMOL_CAPTURE_MAX	16

/* Bytes of each reader's ring. */
#define KSMOL_CAPTURE_RING	1048576U

/* Bytes of a frame that are kept: 64 KiB and a link-layer header. */
#define KSMOL_CAPTURE_SNAP	(65536U + 64)

extern struct static_key_false ksmol_capture_key;

/**
 * struct ksmol_capture_frame - a frame under way, as its readers have it
 * @record: the frame in each reader's ring, without its end
 * @bytes: of each, so far
 * @reader: whose it is
 * @nr: of them
 * @out: it is sent, not received
 * @loop: local delivery
 * @partial: its checksum is left to the device
 * @parts: verdicts so far: those of a super-frame's datagrams
 * @dropped: of those, drops
 * @verdict: the first of them, or the first drop
 * @outer: the frame whose way it interrupted on this CPU
 *
 * It lives on the stack of who brings the frame on its way, with BH disabled.
 */
struct ksmol_capture_frame {
	struct ksmol_capture_record *record[KSMOL_CAPTURE_PER_PHY];
	u32 bytes[KSMOL_CAPTURE_PER_PHY];
	struct ksmol_capture *reader[KSMOL_CAPTURE_PER_PHY];
	u8 nr;
	bool out;
	bool loop;
	bool partial;
	u32 parts;
	u32 dropped;
	int verdict;
	struct ksmol_capture_frame *outer;
};

/* Does anybody capture @phy's frames? */
static inline bool ksmol_capture_on(const struct ksmol_phy *phy)
{
	return static_branch_unlikely(&ksmol_capture_key) &&
	       !hlist_empty(&phy->captures);
}

/**
 * ksmol_capture_rx() - copy a received frame, which shall get its verdict
 * @skb: data at the network header; borrowed
 * @flags: KSMOL_PB_LOOP or 0
 *
 * Verdicts counted on this CPU until ksmol_capture_end() are those of @frame.
 *
 * Context: BH disabled until the frame has ended.
 */
void ksmol_capture_rx(struct ksmol_capture_frame *frame,
		      struct ksmol_phy *phy, const struct sk_buff *skb,
		      u8 flags);

/* A datagram of the frame under way on this CPU, if any, got its verdict. */
void ksmol_capture_verdict(int verdict);

/* The received frame is through: its readers may have it. */
void ksmol_capture_end(struct ksmol_capture_frame *frame);

/* Copies a frame that is handed to the device; data at the link layer. */
void ksmol_capture_tx(struct ksmol_capture_frame *frame,
		      struct ksmol_phy *phy, const struct sk_buff *skb);

/* Has the device taken it? */
void ksmol_capture_sent(struct ksmol_capture_frame *frame, bool taken);

/* --- readers --- */

/**
 * ksmol_capture_open() - begin to capture @phy's frames
 *
 * All its memory is taken now. Context: process; @phy is attached.
 * Return: the reader, or ERR_PTR: -EBUSY (too many), -ENODEV, -ENOMEM.
 */
struct ksmol_capture *ksmol_capture_open(struct ksmol_phy *phy);

/* Consumes the reader. Process; waits for a grace period. */
void ksmol_capture_close(struct ksmol_capture *cap);

/**
 * ksmol_capture_read() - read on in the stream
 * @nonblock: don't wait
 *
 * Return: bytes; 0 at the end, which is when the interface is detached; or
 * -EAGAIN, -ERESTARTSYS, -EFAULT. Process.
 */
ssize_t ksmol_capture_read(struct ksmol_capture *cap, struct iov_iter *to,
			   bool nonblock);

/* Is there something to read, or the end? */
bool ksmol_capture_readable(struct ksmol_capture *cap);

#endif /* _KSMOL_PHY_CAPTURE_H */
