// SPDX-License-Identifier: GPL-2.0-only
/*
 * HyStart++ (RFC 9406): round trips that became longer say that a queue builds
 * up on the way. Slow start goes on at a quarter of its speed then, and ends if
 * they stay long, before the queue is full and a window of packets is lost.
 *
 * Only what is acknowledged while cwnd is the limit is looked at: nothing else
 * lets a queue grow. How much one ACK may bring is not bounded (L of 4.2): a
 * peer that merges segments acknowledges dozens at once.
 */

#include "tcp_recovery.h"

/* RFC 9406 4.3 */
#define HYSTART_THRESH_MIN	(4 * USEC_PER_MSEC)
#define HYSTART_THRESH_MAX	(16 * USEC_PER_MSEC)
#define HYSTART_THRESH_DIVISOR	8U
#define HYSTART_SAMPLES		8U
#define HYSTART_GROWTH_DIVISOR	4U
#define HYSTART_ROUNDS		5U

/* Is the round trip longer by enough to tell it from noise? */
static bool hystart_longer(const struct ksmol_tcp_hystart *h)
{
	u32 thresh = clamp_t(u32, h->last_min / HYSTART_THRESH_DIVISOR,
			     HYSTART_THRESH_MIN, HYSTART_THRESH_MAX);

	return h->last_min && h->min >= h->last_min + thresh;
}

/* A sample of this round. A jitter that is over ends the conservative part. */
static void hystart_sample(struct ksmol_tcb *tcb, struct ksmol_tcp_hystart *h,
			   u32 rtt)
{
	/* The first of all begins the first round. */
	if (!h->min && !h->last_min)
		h->end = tcb->snd_nxt;
	h->min = h->min ? min(h->min, rtt) : rtt;
	h->samples = min(h->samples + 1U, HYSTART_SAMPLES);
	if (h->samples < HYSTART_SAMPLES)
		return;
	if (!h->baseline && hystart_longer(h)) {
		h->baseline = h->min;
		h->rounds = 0;
	} else if (h->baseline && h->min < h->baseline) {
		h->baseline = 0;
	}
}

static void hystart_round(struct ksmol_tcb *tcb, struct ksmol_tcp_hystart *h)
{
	h->end = tcb->snd_nxt;
	h->last_min = h->min;
	h->min = 0;
	h->samples = 0;
	if (!h->baseline || ++h->rounds < HYSTART_ROUNDS)
		return;
	tcb->ssthresh = tcb->cwnd;
	ksmol_tcp_count(HYSTART);
}

u32 ksmol_tcp_hystart(struct ksmol_tcb *tcb, struct ksmol_tcp_hystart *h,
		      u32 acked, u32 rtt)
{
	if (rtt)
		hystart_sample(tcb, h, rtt);
	if (!ksmol_seq_before(tcb->snd_una, h->end))
		hystart_round(tcb, h);
	if (!h->baseline || tcb->cwnd >= tcb->ssthresh)
		return acked;
	return DIV_ROUND_UP(acked, HYSTART_GROWTH_DIVISOR);
}
