/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files about acknowledgment, loss and recovery share. */
#ifndef _KSMOL_SOCKET_TCP_RECOVERY_H
#define _KSMOL_SOCKET_TCP_RECOVERY_H

#include <linux/math64.h>
#include <ksmol/compat.h>
#include "tcp.h"

#define KSMOL_TCP_DUPTHRESH	3U		/* RFC 5681 3.2 */
#define KSMOL_TCP_CWND_MAX	0x40000000U	/* the largest window there is */
#define KSMOL_TCP_SSTHRESH_INF	0x7fffffffU	/* no congestion seen yet */
#define KSMOL_TCP_PTO_MIN	(10 * USEC_PER_MSEC) /* timers come late */
#define KSMOL_TCP_RTO_SYN	(3 * USEC_PER_SEC)	/* RFC 6298 5.7 */
#define KSMOL_TCP_MIN_RTT_AGE	(300 * USEC_PER_SEC)

/**
 * struct ksmol_tcp_acked - what one ACK brought
 * @una: snd_una before it
 * @acked: bytes by which una advanced
 * @delivered: bytes newly known to have arrived, by ACK or SACK
 * @rtt: round trip of the newest original acknowledged, 0 = none
 * @sack_rtt: of the newest original SACKed
 * @tsecr: the peer's echo of our timestamp clock, if @ts
 * @dup: a duplicate ACK (RFC 5681 2) if anything was in flight
 * @sack: it has SACK blocks; @dsack: one of them reports a duplicate
 * @ece: the peer echoes congestion (RFC 3168 6.1.2)
 */
struct ksmol_tcp_acked {
	u32 una;
	u32 acked;
	u32 delivered;
	u32 rtt;
	u32 sack_rtt;
	u32 tsecr;
	bool ts;
	bool dup;
	bool sack;
	bool dsack;
	bool ece;
};

/* --- tcp_rec.c --- */

static inline u32 ksmol_tcp_rec_len(const struct ksmol_tcp_rec *rec)
{
	return rec->end - rec->seq;
}

/* Is it linked through @time in tcb->losses (true), or in tcb->sent? */
static inline bool ksmol_tcp_rec_waits(const struct ksmol_tcp_rec *rec)
{
	return (rec->flags & (KSMOL_TCP_REC_LOST | KSMOL_TCP_REC_RETRANS)) ==
	       KSMOL_TCP_REC_LOST;
}

/* Are records so few that they have to be saved? */
bool ksmol_tcp_recs_scarce(void);

/* The record at una, and the one after @rec; NULL if there is none. */
struct ksmol_tcp_rec *ksmol_tcp_rec_first(const struct ksmol_tcb *tcb);
struct ksmol_tcp_rec *ksmol_tcp_rec_next(const struct ksmol_tcp_rec *rec);

/* The record that @seq is in, or NULL. */
struct ksmol_tcp_rec *ksmol_tcp_rec_find(const struct ksmol_tcb *tcb, u32 seq);

/* Forgets a record, whose bytes are in none of tcb's sums any more. */
void ksmol_tcp_rec_drop(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *rec);

/* The peer has all of it; joins its neighbours if it has those, too. Return:
 * the record it is in now.
 */
struct ksmol_tcp_rec *ksmol_tcp_rec_sacked(struct ksmol_tcb *tcb,
					   struct ksmol_tcp_rec *rec);

/* It (or its retransmission) is lost. Return: whether that is news. */
bool ksmol_tcp_rec_lost(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *rec);

/* It is neither lost nor SACKed after all: in flight as it was. */
void ksmol_tcp_rec_clear(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *rec,
			 u8 flag);

/* --- tcp_rtt.c --- */

void ksmol_tcp_min_rtt(struct ksmol_tcb *tcb, u32 rtt, u64 now);

/* --- tcp_rack.c: RFC 8985 --- */

/* @rec, up to @end, has arrived (6.2 steps 2 and 3). */
void ksmol_tcp_rack_delivered(struct ksmol_tcb *tcb,
			      const struct ksmol_tcp_rec *rec, u32 end,
			      struct ksmol_tcp_acked *a, u64 now);

/* Marks what is lost, arms T_REO for what may be (6.2 steps 4 and 5). Return:
 * whether anything was marked.
 */
bool ksmol_tcp_rack_detect(struct ksmol_tcb *tcb, u64 now);

/* Is @rec overdue, judged by RACK (6.3)? */
bool ksmol_tcp_rack_overdue(const struct ksmol_tcb *tcb,
			    const struct ksmol_tcp_rec *rec, u64 now);

/* A DSACK came; recovery ended: the reordering window adapts (6.2 step 4). */
void ksmol_tcp_rack_dsack(struct ksmol_tcb *tcb);
void ksmol_tcp_rack_recovered(struct ksmol_tcb *tcb);

/* An ACK while a probe is out (7.4). Return: whether the probe repaired a loss
 * to which congestion control must respond.
 */
bool ksmol_tcp_tlp_acked(struct ksmol_tcb *tcb,
			 const struct ksmol_tcp_acked *a);

/* --- tcp_recovery.c --- */

/* Losses, states and cwnd, for ACKs that are not plain progress in OPEN. */
void ksmol_tcp_recover(struct ksmol_tcb *tcb, struct ksmol_tcp_acked *a,
		       u64 now);

/* The reordering timer found losses: recovery without an ACK. */
void ksmol_tcp_recover_now(struct ksmol_tcb *tcb, u64 now);

/* --- tcp_cong.c --- */

/* Did cwnd, and not the program or the peer's window, limit this flight? */
static inline bool ksmol_tcp_cwnd_limited(const struct ksmol_tcb *tcb)
{
	/* Slow start may use what it will have twice over (RFC 7661 4.3) */
	if (tcb->cwnd < tcb->ssthresh)
		return tcb->cwnd < 2 * tcb->cwnd_used;
	return tcb->flags & KSMOL_TCP_F_CWND_LIMITED;
}

/* RFC 6928 2: bytes of the initial window. */
u32 ksmol_tcp_initial_window(const struct ksmol_tcb *tcb);

/* Slow start by bytes acknowledged (RFC 3465). Return: those of @acked that
 * went beyond ssthresh and are congestion avoidance's.
 */
u32 ksmol_tcp_slow_start(struct ksmol_tcb *tcb, u32 acked);

/* What was in flight by cwnd's leave when congestion was seen: what limited
 * transmit added to it is not counted (RFC 5681 3.2 step 2).
 */
static inline u32 ksmol_tcp_cong_flight(const struct ksmol_tcb *tcb)
{
	return min(tcb->flight, tcb->cwnd);
}

/* --- tcp_hystart.c: RFC 9406 --- */

/**
 * struct ksmol_tcp_hystart - the first slow start, in rounds of a window each
 * @end: the round ends when this is acknowledged
 * @last_min, @min: shortest round trip of the round before, of this one, in
 *	microseconds; 0 = none yet
 * @baseline: @min when it was found to have grown; 0 = plain slow start
 * @samples: round trips seen in this round, up to as many as it takes
 * @rounds: begun since there is a baseline
 */
struct ksmol_tcp_hystart {
	u32 end;
	u32 last_min;
	u32 min;
	u32 baseline;
	u8 samples;
	u8 rounds;
};

/* @acked bytes while cwnd is the limit, @rtt as in struct ksmol_tcp_cong. May
 * end slow start (ssthresh). Return: how many bytes of growth they are worth.
 */
u32 ksmol_tcp_hystart(struct ksmol_tcb *tcb, struct ksmol_tcp_hystart *h,
		      u32 acked, u32 rtt);

#endif /* _KSMOL_SOCKET_TCP_RECOVERY_H */
