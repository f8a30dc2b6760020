// SPDX-License-Identifier: GPL-2.0-only
/*
 * Being acknowledged: the ACK field of a segment and its SACK blocks (RFC 9293
 * 3.10.7.4 fifth, RFC 5961 5, RFC 2018, RFC 2883, RFC 6675 3).
 */

#include "tcp_recovery.h"

/* --- ACK: what una passes --- */

/* @rec is acknowledged up to @end: its sums, and what can be learned of it. */
static void acked_part(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *rec,
		       u32 end, struct ksmol_tcp_acked *a, u64 now)
{
	u32 len = end - rec->seq;

	if (unlikely(rec->flags & KSMOL_TCP_REC_SACKED)) {
		tcb->sacked -= len;
		return;
	}
	a->delivered += len;
	if (likely(!(rec->flags & KSMOL_TCP_REC_EVER)))
		a->rtt = max_t(u32, now - rec->xmit, 1);
	ksmol_tcp_rack_delivered(tcb, rec, end, a, now);
	if (rec->flags & KSMOL_TCP_REC_LOST)
		tcb->lost -= len;
	if (rec->flags & KSMOL_TCP_REC_RETRANS)
		tcb->retrans -= len;
}

/* What is left of a record begins at una now. */
static void acked_front(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *rec)
{
	u32 off;

	rec->seq = tcb->snd_una;
	rec->flags &= ~KSMOL_TCP_REC_SYN;
	rec->pb = ksmol_tcp_sndq_find(tcb, rec->pb, rec->seq, &off);
	/* What of it did not fit into its retransmission is due now. */
	if (unlikely(rec->flags & KSMOL_TCP_REC_PARTIAL))
		ksmol_tcp_rec_lost(tcb, rec);
}

static void acked_records(struct ksmol_tcb *tcb, struct ksmol_tcp_acked *a,
			  u64 now)
{
	struct ksmol_tcp_rec *rec = ksmol_tcp_rec_first(tcb);
	struct ksmol_tcp_rec *next;

	for (; rec; rec = next) {
		if (ksmol_seq_after(rec->end, tcb->snd_una)) {
			if (ksmol_seq_before(rec->seq, tcb->snd_una)) {
				acked_part(tcb, rec, tcb->snd_una, a, now);
				acked_front(tcb, rec);
			}
			break;
		}
		next = ksmol_tcp_rec_next(rec);
		acked_part(tcb, rec, rec->end, a, now);
		ksmol_tcp_rec_drop(tcb, rec);
	}
}

static void ack_advance(struct ksmol_tcb *tcb, u32 ack,
			struct ksmol_tcp_acked *a, u64 now)
{
	a->acked = ack - tcb->snd_una;
	tcb->snd_una = ack;
	tcb->bytes_acked += a->acked;
	acked_records(tcb, a, now);
	ksmol_tcp_sndq_acked(tcb);
	tcb->retries = 0;
	tcb->probes = 0;
	tcb->stuck = 0;
	tcb->soft_err = 0;
	tcb->tlp_due = false;
	/* RFC 6298 5.2, 5.3: ksmol_tcp_arm() starts it anew if it must run */
	ksmol_tcp_disarm(tcb, KSMOL_TCP_T_RTO);
	tcb->events |= KSMOL_TCP_EV_CONFIRM;
}

bool ksmol_tcp_fin_acked(const struct ksmol_tcb *tcb)
{
	return tcb->flags & KSMOL_TCP_F_FIN &&
	       ksmol_seq_after(tcb->snd_una, tcb->write_seq);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_fin_acked);

/* --- SACK --- */

/*
 * The part of @rec that the block is about. Peers keep whole segments; one that
 * would have us cut everything to bytes must not empty the stock.
 */
static struct ksmol_tcp_range sack_part(const struct ksmol_tcp_rec *rec,
					const struct ksmol_tcp_range *block)
{
	struct ksmol_tcp_range part = { rec->seq, rec->end };
	u32 unit = rec->mss && ksmol_tcp_recs_scarce() ? rec->mss : 1;

	if (ksmol_seq_after(block->start, rec->seq))
		part.start += roundup(block->start - rec->seq, unit);
	if (ksmol_seq_before(block->end, rec->end))
		part.end = rec->seq + rounddown(block->end - rec->seq, unit);
	return part;
}

/* What of @rec lies in the block is SACKed; splits it at the block's edges.
 * Return: the record that ends where the search goes on, or NULL when the stock
 * is empty: then this block has to come again.
 */
static struct ksmol_tcp_rec *sack_mark(struct ksmol_tcb *tcb,
				       struct ksmol_tcp_rec *rec,
				       const struct ksmol_tcp_range *block,
				       struct ksmol_tcp_acked *a, u64 now)
{
	struct ksmol_tcp_range part = sack_part(rec, block);

	if (!ksmol_seq_before(part.start, part.end))
		return rec;
	if (ksmol_seq_before(rec->seq, part.start)) {
		if (!ksmol_tcp_rec_split(tcb, rec, part.start))
			return NULL;
		rec = ksmol_tcp_rec_next(rec);
	}
	if (ksmol_seq_after(rec->end, part.end) &&
	    !ksmol_tcp_rec_split(tcb, rec, part.end))
		return NULL;
	a->delivered += ksmol_tcp_rec_len(rec);
	if (!(rec->flags & KSMOL_TCP_REC_EVER))
		a->sack_rtt = max_t(u32, now - rec->xmit, 1);
	ksmol_tcp_rack_delivered(tcb, rec, rec->end, a, now);
	return ksmol_tcp_rec_sacked(tcb, rec);
}

static void sack_block(struct ksmol_tcb *tcb,
		       const struct ksmol_tcp_range *block,
		       struct ksmol_tcp_acked *a, u64 now)
{
	struct ksmol_tcp_rec *rec;

	/* In what is in flight, and above una: else it would be an ACK */
	if (!ksmol_seq_before(block->start, block->end) ||
	    !ksmol_seq_after(block->start, tcb->snd_una) ||
	    ksmol_seq_after(block->end, tcb->snd_nxt))
		return;
	rec = ksmol_tcp_rec_find(tcb, block->start);
	while (rec && ksmol_seq_before(rec->seq, block->end)) {
		if (!(rec->flags & KSMOL_TCP_REC_SACKED))
			rec = sack_mark(tcb, rec, block, a, now);
		if (rec)
			rec = ksmol_tcp_rec_next(rec);
	}
}

/* RFC 2883 4: the first block reports a duplicate if it lies below the ACK, or
 * inside the second one.
 */
static bool sack_is_duplicate(const struct ksmol_tcp_header *h)
{
	const struct ksmol_tcp_range *first = &h->sack[0];

	if (!ksmol_seq_before(first->start, first->end))
		return false;
	if (ksmol_seq_before(first->start, h->ack))
		return !ksmol_seq_after(first->end, h->ack);
	return h->nr_sack > 1 &&
	       !ksmol_seq_before(first->start, h->sack[1].start) &&
	       !ksmol_seq_after(first->end, h->sack[1].end);
}

static void sack_duplicate(struct ksmol_tcb *tcb,
			   const struct ksmol_tcp_range *block,
			   struct ksmol_tcp_acked *a)
{
	u32 len = block->end - block->start;

	s32 age = tcb->snd_una - block->start;

	/* Of something that we can have sent lately */
	if (ksmol_seq_after(block->end, tcb->snd_nxt) ||
	    len > max(tcb->snd_max_wnd, tcb->mss) ||
	    age > 2LL * tcb->snd_max_wnd + tcb->mss)
		return;
	a->dsack = true;
	tcb->dsacks_in++;
	ksmol_tcp_count(DSACK_IN);
	ksmol_tcp_rack_dsack(tcb);
	if (tcb->prior_cwnd && tcb->undo_bytes > 0 &&
	    !ksmol_seq_before(block->start, tcb->undo_seq))
		tcb->undo_bytes -= min_t(u32, len, tcb->undo_bytes);
}

static void ack_sack(struct ksmol_tcb *tcb, const struct ksmol_tcp_header *h,
		     struct ksmol_tcp_acked *a, u64 now)
{
	u8 i = 0;

	if (!h->nr_sack)
		return;
	if (sack_is_duplicate(h)) {
		sack_duplicate(tcb, &h->sack[0], a);
		i = 1;
	}
	a->sack = i < h->nr_sack;
	for (; i < h->nr_sack; i++)
		sack_block(tcb, &h->sack[i], a, now);
}

/* --- the rest of the segment --- */

/* RFC 9293 3.10.7.4: the send window; also by an ACK that makes progress on a
 * segment that was overtaken.
 */
static void ack_window(struct ksmol_tcb *tcb, const struct ksmol_tcp_seg *seg,
		       const struct ksmol_tcp_acked *a)
{
	u32 wnd = seg->h.window;

	if (!(seg->h.flags & KSMOL_TCP_SYN))
		wnd <<= tcb->snd_wscale;
	if (!a->acked && !ksmol_seq_before(tcb->snd_wl1, seg->h.seq) &&
	    (tcb->snd_wl1 != seg->h.seq ||
	     ksmol_seq_after(tcb->snd_wl2, seg->h.ack)))
		return;
	tcb->snd_wl1 = seg->h.seq;
	tcb->snd_wl2 = seg->h.ack;
	if (wnd > tcb->snd_wnd) {
		ksmol_tcp_disarm(tcb, KSMOL_TCP_T_PERSIST);
		tcb->probes = 0;
	}
	tcb->snd_wnd = wnd;
	tcb->snd_max_wnd = max(tcb->snd_max_wnd, wnd);
}

/* RFC 5681 2, whether anything is in flight or not. */
static bool ack_is_duplicate(const struct ksmol_tcb *tcb,
			     const struct ksmol_tcp_seg *seg)
{
	return seg->h.ack == tcb->snd_una && !seg->len &&
	       !(seg->h.flags & (KSMOL_TCP_SYN | KSMOL_TCP_FIN)) &&
	       (u32)seg->h.window << tcb->snd_wscale == tcb->snd_wnd;
}

/*
 * Under heavy loss this may be the only valid sample for long: it ends the
 * backoff (RFC 6298 5), of which the timer that runs shall know.
 */
static void sack_rtt(struct ksmol_tcb *tcb, u32 rtt, u64 now)
{
	u64 *due = &tcb->due[KSMOL_TCP_T_RTO];

	ksmol_tcp_rtt(tcb, rtt, now);
	if (*due)
		*due = min(*due, now + ksmol_tcp_rto(tcb));
}

/*
 * One sample per ACK: the newest original that was acknowledged; if all was
 * sent twice (Karn), one that is reported by SACK, as Linux has it, or what the
 * peer echoes of our clock (RFC 7323 4.1).
 */
static void ack_rtt(struct ksmol_tcb *tcb, const struct ksmol_tcp_acked *a,
		    u64 now)
{
	u32 ms;

	if (likely(a->rtt)) {
		ksmol_tcp_rtt(tcb, a->rtt, now);
		return;
	}
	if (a->sack_rtt) {
		sack_rtt(tcb, a->sack_rtt, now);
		return;
	}
	if (!a->acked || !a->delivered || !a->ts)
		return;
	ms = ksmol_tcp_ts(tcb, now) - a->tsecr;
	if (ms < KSMOL_TCP_RTO_MAX / USEC_PER_MSEC)
		ksmol_tcp_rtt(tcb, max(ms, 1U) * USEC_PER_MSEC, now);
}

static void ack_begin(const struct ksmol_tcb *tcb,
		      const struct ksmol_tcp_seg *seg,
		      struct ksmol_tcp_acked *a)
{
	memset(a, 0, sizeof(*a));
	a->una = tcb->snd_una;
	a->tsecr = seg->h.tsecr;
	a->ts = seg->h.opts & KSMOL_TCP_OPT_TS && seg->h.tsecr &&
		tcb->flags & KSMOL_TCP_F_TS;
	a->dup = ack_is_duplicate(tcb, seg);
	a->ece = (seg->h.flags & (KSMOL_TCP_ECE | KSMOL_TCP_SYN)) ==
		 KSMOL_TCP_ECE && tcb->flags & KSMOL_TCP_F_ECN;
}

/* RFC 5961 5: SND.UNA - MAX.SND.WND <= SEG.ACK <= SND.NXT */
static int ack_acceptable(struct ksmol_tcb *tcb, u32 ack, u64 now)
{
	int reason;

	if (unlikely(ksmol_seq_after(ack, tcb->snd_nxt)))
		reason = KSMOL_DROP_TCP_ACK_UNSENT;
	else if (unlikely(ksmol_seq_before(ack, tcb->snd_una -
					   tcb->snd_max_wnd)))
		reason = KSMOL_DROP_TCP_ACK_OLD;
	else
		return 0;
	ksmol_tcp_challenge(tcb, now);
	return reason;
}

/* Progress as it should be: nothing is missing, nothing to be decided. */
static bool ack_is_plain(const struct ksmol_tcb *tcb,
			 const struct ksmol_tcp_acked *a)
{
	return tcb->ca == KSMOL_TCP_CA_OPEN && a->acked && !a->ece &&
	       !a->sack && !a->dsack && !(tcb->flags & KSMOL_TCP_F_TLP) &&
	       !(tcb->sacked | tcb->lost | tcb->retrans | tcb->dupacks);
}

int ksmol_tcp_ack(struct ksmol_tcb *tcb, const struct ksmol_tcp_seg *seg,
		  u64 now)
{
	struct ksmol_tcp_acked a;
	u32 ack = seg->h.ack;
	int reason;

	reason = ack_acceptable(tcb, ack, now);
	if (unlikely(reason))
		return reason;
	ack_begin(tcb, seg, &a);
	tcb->flight = tcb->snd_nxt - tcb->snd_una;
	if (ksmol_seq_after(ack, tcb->snd_una))
		ack_advance(tcb, ack, &a, now);
	if (seg->h.opts & KSMOL_TCP_OPT_SACK && tcb->flags & KSMOL_TCP_F_SACK)
		ack_sack(tcb, &seg->h, &a, now);
	/* An ACK older than una has nothing else to say. */
	if (!ksmol_seq_before(ack, a.una))
		ack_window(tcb, seg, &a);
	if (!tcb->flight && !a.dsack && !(tcb->flags & KSMOL_TCP_F_TLP))
		return 0;
	tcb->delivered += a.delivered;
	ack_rtt(tcb, &a, now);
	if (likely(ack_is_plain(tcb, &a))) {
		if (ksmol_tcp_cwnd_limited(tcb))
			tcb->cong->avoid(tcb, a.delivered, a.rtt, now);
	} else {
		ksmol_tcp_recover(tcb, &a, now);
	}
	ksmol_tcp_arm(tcb, now);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_ack);
