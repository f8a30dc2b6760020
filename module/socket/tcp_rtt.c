// SPDX-License-Identifier: GPL-2.0-only
/* Round-trip times and the retransmission timeout (RFC 6298), in integers. */

#include "tcp_recovery.h"

void ksmol_tcp_min_rtt(struct ksmol_tcb *tcb, u32 rtt, u64 now)
{
	if (tcb->min_rtt && rtt > tcb->min_rtt &&
	    now - tcb->min_rtt_stamp < KSMOL_TCP_MIN_RTT_AGE)
		return;
	tcb->min_rtt = rtt;
	tcb->min_rtt_stamp = now;
}

/*
 * RFC 6298 2.3 was made for one sample per round trip. There are many now, and
 * they would have the variation forget a slow one before its like can come
 * again: it grows with each sample, but falls only once per round trip, and
 * then towards the largest deviation that was seen in it.
 */
static void rtt_variation(struct ksmol_tcb *tcb, u32 dev)
{
	tcb->rtt_dev = max(tcb->rtt_dev, dev);
	if (dev > tcb->rttvar4 / 4)
		tcb->rttvar4 += dev - tcb->rttvar4 / 4;
	if (!ksmol_seq_after(tcb->snd_una, tcb->rtt_seq))
		return;
	if (tcb->rtt_dev < tcb->rttvar4 / 4)
		tcb->rttvar4 -= tcb->rttvar4 / 4 - tcb->rtt_dev;
	tcb->rtt_dev = 0;
	tcb->rtt_seq = tcb->snd_nxt;
}

static void rtt_smooth(struct ksmol_tcb *tcb, u32 rtt)
{
	u32 srtt = tcb->srtt8 / 8;
	u32 dev = rtt > srtt ? rtt - srtt : srtt - rtt;

	/* A path that became faster is no reason to wait longer */
	if (rtt < srtt && dev > tcb->rttvar4 / 4)
		dev = max(dev / 8, tcb->rttvar4 / 4);
	rtt_variation(tcb, dev);
	tcb->srtt8 = tcb->srtt8 - srtt + rtt;
}

/*
 * The minimum stands for the variation, as in Linux, and not for the sum: the
 * peer may delay its ACK by so much whatever the path's round trip is.
 */
static void rtt_timeout(struct ksmol_tcb *tcb)
{
	u32 rto = tcb->srtt8 / 8 + max_t(u32, tcb->rttvar4, KSMOL_TCP_RTO_MIN);

	tcb->rto = min_t(u64, rto, tcb->cfg.rto_max);
}

void ksmol_tcp_rtt(struct ksmol_tcb *tcb, u32 rtt, u64 now)
{
	rtt = clamp_t(u32, rtt, 1, KSMOL_TCP_RTO_MAX);
	ksmol_tcp_min_rtt(tcb, rtt, now);
	if (unlikely(!tcb->srtt8)) {
		/* RFC 6298 2.2 */
		tcb->srtt8 = 8 * rtt;
		tcb->rttvar4 = 2 * rtt;
		tcb->rtt_dev = 0;
		tcb->rtt_seq = tcb->snd_nxt;
	} else {
		rtt_smooth(tcb, rtt);
	}
	rtt_timeout(tcb);
	/* RFC 6298 5: the backed-off timeout was good until a valid sample */
	tcb->backoff = 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_rtt);

u64 ksmol_tcp_rto(const struct ksmol_tcb *tcb)
{
	u64 rto = (u64)(tcb->rto ?: KSMOL_TCP_RTO_INIT) << tcb->backoff;

	return min(rto, tcb->cfg.rto_max);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_rto);
