// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loss recovery: the states from OPEN to LOSS, how much may be sent in each of
 * them, and the way back when it was all a mistake.
 */

#include "tcp_recovery.h"

/* --- entering --- */

/* Congestion was seen for the first time in this window. */
static void cwnd_reduce(struct ksmol_tcb *tcb, u8 ca, u64 now)
{
	tcb->ca = ca;
	tcb->high_seq = tcb->snd_nxt;
	tcb->prior_cwnd = tcb->cwnd;
	tcb->prior_ssthresh = tcb->ssthresh;
	tcb->undo_seq = tcb->snd_una;
	tcb->undo_bytes = tcb->retrans ?: -1;
	tcb->undo_ts = ksmol_tcp_ts(tcb, now);
	tcb->prr_delivered = 0;
	tcb->prr_out = 0;
	tcb->recover_fs = max(tcb->flight, tcb->mss);
	tcb->ssthresh = max(tcb->cong->ssthresh(tcb, now), 2 * tcb->mss);
	/* RFC 3168 6.1.2: whatever it was, the peer is told */
	if (tcb->flags & KSMOL_TCP_F_ECN)
		tcb->flags |= KSMOL_TCP_F_CWR;
}

static void enter_cwr(struct ksmol_tcb *tcb, u64 now)
{
	cwnd_reduce(tcb, KSMOL_TCP_CA_CWR, now);
	/* Nobody guessed: there is nothing to be undone */
	tcb->prior_cwnd = 0;
}

void ksmol_tcp_enter_cwr(struct ksmol_tcb *tcb, u64 now)
{
	if (tcb->ca > KSMOL_TCP_CA_DISORDER)
		return;
	/* A local queue says nothing of paths that take less than this */
	tcb->flight = max(tcb->snd_nxt - tcb->snd_una,
			  ksmol_tcp_initial_window(tcb));
	enter_cwr(tcb, now);
	/* Nothing more at once; from the next ACK on PRR says how much */
	tcb->cwnd = min(tcb->cwnd, max(tcb->ssthresh, ksmol_tcp_pipe(tcb)));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_enter_cwr);

static void enter_recovery(struct ksmol_tcb *tcb, u64 now)
{
	ksmol_tcp_count(FAST_RETRANS);
	tcb->flags &= ~KSMOL_TCP_F_TLP;
	tcb->tlp_due = false;
	if (tcb->ca != KSMOL_TCP_CA_CWR) {
		cwnd_reduce(tcb, KSMOL_TCP_CA_RECOVERY, now);
		return;
	}
	tcb->ca = KSMOL_TCP_CA_RECOVERY;
	tcb->high_seq = tcb->snd_nxt;
}

/* --- how much may be sent --- */

/*
 * RFC 6937: in proportion to what arrives, down to ssthresh; below it the slow
 * start reduction bound, but only while things get better (@safe), as its
 * successor has it, else packets are conserved.
 */
static void prr_update(struct ksmol_tcb *tcb, u32 delivered, bool safe)
{
	u32 pipe = ksmol_tcp_pipe(tcb);
	s64 send;

	if (!delivered && tcb->prr_out)
		return;
	tcb->prr_delivered += delivered;
	if (pipe > tcb->ssthresh) {
		u64 out = (u64)tcb->prr_delivered * tcb->ssthresh +
			  tcb->recover_fs - 1;

		send = (s64)div_u64(out, tcb->recover_fs) - tcb->prr_out;
	} else {
		send = max_t(s64, (s64)tcb->prr_delivered - tcb->prr_out,
			     delivered);
		send += safe ? tcb->mss : 0;
		send = min_t(s64, send, tcb->ssthresh - pipe);
	}
	/* The first retransmission goes out at once (RFC 5681 3.2 step 3) */
	if (!tcb->prr_out && tcb->ca == KSMOL_TCP_CA_RECOVERY)
		send = max_t(s64, send, tcb->mss);
	tcb->cwnd = min_t(u64, pipe + max_t(s64, send, 0), KSMOL_TCP_CWND_MAX);
}

/*
 * RFC 3042's limited transmit needs no rule: each duplicate ACK and each SACK
 * takes what it speaks of out of the pipe.
 */
u32 ksmol_tcp_cwnd_room(const struct ksmol_tcb *tcb)
{
	u32 cwnd = max(tcb->cwnd, tcb->mss);
	u32 pipe = ksmol_tcp_pipe(tcb);

	return cwnd > pipe ? cwnd - pipe : 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_cwnd_room);

/* --- undoing (RFC 3522, RFC 4015, RFC 3708) --- */

static bool undo_wanted(const struct ksmol_tcb *tcb,
			const struct ksmol_tcp_acked *a)
{
	if (!tcb->prior_cwnd)
		return false;
	/* All that was sent again arrived twice */
	if (!tcb->undo_bytes)
		return true;
	if (!a->acked)
		return false;
	/* Acknowledged without any help, or before the help came: Eifel */
	return tcb->undo_bytes < 0 ||
	       (a->ts && ksmol_seq_before(a->tsecr, tcb->undo_ts));
}

static void undo_losses(struct ksmol_tcb *tcb)
{
	struct ksmol_tcp_rec *rec;

	if (!tcb->lost)
		return;
	for (rec = ksmol_tcp_rec_first(tcb); rec;
	     rec = ksmol_tcp_rec_next(rec))
		ksmol_tcp_rec_clear(tcb, rec, KSMOL_TCP_REC_LOST);
}

static void state_open(struct ksmol_tcb *tcb)
{
	tcb->ca = tcb->sacked || tcb->dupacks ? KSMOL_TCP_CA_DISORDER :
						KSMOL_TCP_CA_OPEN;
}

static void recovery_undo(struct ksmol_tcb *tcb)
{
	ksmol_tcp_count(SPURIOUS);
	undo_losses(tcb);
	tcb->cwnd = tcb->cong->undo ? tcb->cong->undo(tcb) :
				      max(tcb->cwnd, tcb->prior_cwnd);
	tcb->ssthresh = max(tcb->ssthresh, tcb->prior_ssthresh);
	tcb->flags &= ~KSMOL_TCP_F_CWR;
	tcb->prior_cwnd = 0;
	state_open(tcb);
}

/* --- leaving --- */

static void recovery_leave(struct ksmol_tcb *tcb)
{
	if (tcb->ca >= KSMOL_TCP_CA_RECOVERY)
		ksmol_tcp_rack_recovered(tcb);
	/* RFC 6937 3.1; after a timeout slow start goes on as it is */
	if (tcb->ca != KSMOL_TCP_CA_LOSS)
		tcb->cwnd = tcb->ssthresh;
	if (!(tcb->flags & KSMOL_TCP_F_SACK)) {
		tcb->sacked = 0;
		tcb->dupacks = 0;
	}
	state_open(tcb);
}

/* Did a DSACK come late, after recovery was over, and is it about that one? */
static bool undo_late(const struct ksmol_tcb *tcb,
		      const struct ksmol_tcp_acked *a)
{
	return a->dsack && tcb->prior_cwnd && !tcb->undo_bytes &&
	       tcb->snd_una - tcb->high_seq <= tcb->prior_cwnd;
}

/* Return: whether the reduction was undone. */
static bool recovery_progress(struct ksmol_tcb *tcb,
			      const struct ksmol_tcp_acked *a)
{
	bool undo;

	if (tcb->ca >= KSMOL_TCP_CA_RECOVERY)
		undo = undo_wanted(tcb, a);
	else
		undo = undo_late(tcb, a);
	if (undo) {
		recovery_undo(tcb);
		return true;
	}
	/* The CWR bit must have reached the peer: above high_seq */
	if (tcb->ca == KSMOL_TCP_CA_CWR ?
	    ksmol_seq_after(tcb->snd_una, tcb->high_seq) :
	    tcb->ca >= KSMOL_TCP_CA_RECOVERY &&
	    !ksmol_seq_before(tcb->snd_una, tcb->high_seq))
		recovery_leave(tcb);
	return false;
}

/* --- NewReno: without SACK (RFC 6582) --- */

/*
 * Duplicate ACKs stand for SACKs: tcb->sacked counts a segment for each, though
 * no record says which. At least one segment is missing.
 */
static void newreno_bound(struct ksmol_tcb *tcb)
{
	u32 flight = tcb->snd_nxt - tcb->snd_una;
	u32 holes = max(tcb->lost, min(tcb->mss, flight));

	tcb->sacked = min(tcb->sacked, flight - holes);
}

static void newreno_ack(struct ksmol_tcb *tcb, struct ksmol_tcp_acked *a)
{
	u32 before = tcb->sacked;
	u32 known;

	if (a->acked) {
		/* In recovery one segment filled the hole, the others had been
		 * told of before
		 */
		known = tcb->sacked;
		if (tcb->ca >= KSMOL_TCP_CA_RECOVERY)
			known = min(known, a->acked - min(a->acked, tcb->mss));
		tcb->sacked -= known;
		known = min(known, a->delivered);
		a->delivered -= known;
		tcb->delivered -= known;
		tcb->dupacks = 0;
		newreno_bound(tcb);
	} else if (a->dup && tcb->snd_una != tcb->snd_nxt) {
		tcb->dupacks++;
		tcb->sacked += tcb->mss;
		newreno_bound(tcb);
		a->delivered += tcb->sacked - before;
		tcb->delivered += tcb->sacked - before;
	}
}

static bool newreno_mark_head(struct ksmol_tcb *tcb)
{
	struct ksmol_tcp_rec *rec = ksmol_tcp_rec_first(tcb);
	bool found;

	if (!rec)
		return false;
	if (rec->mss && ksmol_tcp_rec_len(rec) > rec->mss)
		ksmol_tcp_rec_split(tcb, rec, rec->seq + rec->mss);
	found = ksmol_tcp_rec_lost(tcb, rec);
	newreno_bound(tcb);
	return found;
}

static bool newreno_detect(struct ksmol_tcb *tcb,
			   const struct ksmol_tcp_acked *a)
{
	if (tcb->ca == KSMOL_TCP_CA_LOSS)
		return false;
	/* RFC 6582 3.2 step 3: a partial ACK tells of the next hole */
	if (tcb->ca == KSMOL_TCP_CA_RECOVERY)
		return a->acked && newreno_mark_head(tcb);
	/* Step 1: duplicates of what recovery ended with are its echo */
	if (tcb->dupacks < KSMOL_TCP_DUPTHRESH ||
	    tcb->snd_una == tcb->high_seq)
		return false;
	return newreno_mark_head(tcb);
}

/* --- an ACK --- */

static bool reducing(const struct ksmol_tcb *tcb)
{
	return tcb->ca == KSMOL_TCP_CA_CWR || tcb->ca == KSMOL_TCP_CA_RECOVERY;
}

/* The ACK that ends a reduction is none of those that follow it. */
static void cwnd_update(struct ksmol_tcb *tcb, const struct ksmol_tcp_acked *a,
			bool reduced, bool lost, u64 now)
{
	if (reducing(tcb))
		prr_update(tcb, a->delivered, a->acked && !lost);
	else if (!reduced && a->acked && a->delivered &&
		 ksmol_tcp_cwnd_limited(tcb))
		tcb->cong->avoid(tcb, a->delivered, a->rtt, now);
}

void ksmol_tcp_recover(struct ksmol_tcb *tcb, struct ksmol_tcp_acked *a,
		       u64 now)
{
	bool sack = tcb->flags & KSMOL_TCP_F_SACK;
	bool reduced = reducing(tcb);
	bool lost = false;

	if (!sack)
		newreno_ack(tcb, a);
	if (tcb->flags & KSMOL_TCP_F_TLP && ksmol_tcp_tlp_acked(tcb, a) &&
	    tcb->ca <= KSMOL_TCP_CA_DISORDER)
		enter_cwr(tcb, now);
	if (!recovery_progress(tcb, a))
		lost = sack ? ksmol_tcp_rack_detect(tcb, now) :
			      newreno_detect(tcb, a);
	if (tcb->lost && tcb->ca < KSMOL_TCP_CA_RECOVERY)
		enter_recovery(tcb, now);
	else if (tcb->ca <= KSMOL_TCP_CA_DISORDER)
		state_open(tcb);
	if (a->ece && tcb->ca <= KSMOL_TCP_CA_DISORDER) {
		ksmol_tcp_count(ECN_ECE);
		enter_cwr(tcb, now);
	}
	cwnd_update(tcb, a, reduced, lost, now);
}

void ksmol_tcp_recover_now(struct ksmol_tcb *tcb, u64 now)
{
	if (tcb->ca >= KSMOL_TCP_CA_RECOVERY)
		return;
	tcb->flight = tcb->snd_nxt - tcb->snd_una;
	enter_recovery(tcb, now);
	prr_update(tcb, 0, false);
}

/* --- a timeout --- */

/* The record at una is SACKed, and yet the peer wants it: none is believed any
 * more (RFC 2018 8).
 */
static bool loss_reneged(struct ksmol_tcb *tcb,
			 const struct ksmol_tcp_rec *head)
{
	if (!(head->flags & KSMOL_TCP_REC_SACKED))
		return false;
	ksmol_tcp_count(RENEGED);
	return true;
}

/* RFC 8985 6.3: the first, and what RACK finds overdue; else all of it. */
static void loss_mark(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *head,
		      u64 now)
{
	bool sack = tcb->flags & KSMOL_TCP_F_SACK;
	bool reneged = loss_reneged(tcb, head);
	struct ksmol_tcp_rec *rec;

	if (!sack)
		tcb->sacked = 0;
	tcb->dupacks = 0;
	for (rec = head; rec; rec = ksmol_tcp_rec_next(rec)) {
		if (reneged)
			ksmol_tcp_rec_clear(tcb, rec, KSMOL_TCP_REC_SACKED);
		if (!sack || reneged || rec == head ||
		    ksmol_tcp_rack_overdue(tcb, rec, now))
			ksmol_tcp_rec_lost(tcb, rec);
	}
}

static void enter_loss(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *head,
		       u64 now)
{
	/* RFC 5681 3.1: ssthresh only when this is the first that is heard of
	 * these losses
	 */
	tcb->flight = tcb->snd_nxt - tcb->snd_una;
	if (tcb->ca <= KSMOL_TCP_CA_DISORDER ||
	    !ksmol_seq_after(tcb->high_seq, tcb->snd_una) ||
	    (tcb->ca == KSMOL_TCP_CA_LOSS && tcb->retries == 1))
		cwnd_reduce(tcb, KSMOL_TCP_CA_LOSS, now);
	tcb->ca = KSMOL_TCP_CA_LOSS;
	tcb->high_seq = tcb->snd_nxt;
	loss_mark(tcb, head, now);
	ksmol_tcp_pmtu_blackhole(tcb, now);
	/* The loss window is one segment; what is still on its way apart */
	tcb->cwnd = ksmol_tcp_pipe(tcb) + tcb->mss;
}

void ksmol_tcp_timeout(struct ksmol_tcb *tcb, u64 now)
{
	struct ksmol_tcp_rec *head = ksmol_tcp_rec_first(tcb);

	ksmol_tcp_disarm(tcb, KSMOL_TCP_T_RTO);
	ksmol_tcp_disarm(tcb, KSMOL_TCP_T_TLP);
	ksmol_tcp_disarm(tcb, KSMOL_TCP_T_REO);
	if (!head)
		return;
	ksmol_tcp_count(TIMEOUTS);
	tcb->retries = min(tcb->retries + 1, U8_MAX);
	/* RFC 6298 5.5; beyond this RTO_MAX is reached anyway */
	tcb->backoff = min(tcb->backoff + 1, 16);
	tcb->stuck = tcb->stuck ?: now;
	tcb->flags &= ~KSMOL_TCP_F_TLP;
	tcb->tlp_due = false;
	tcb->events |= KSMOL_TCP_EV_REROUTE;
	/* A lost SYN says nothing of a path's capacity (RFC 6298 5.7). */
	if (head->flags & KSMOL_TCP_REC_SYN)
		ksmol_tcp_rec_lost(tcb, head);
	else
		enter_loss(tcb, head, now);
	ksmol_tcp_arm(tcb, now);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_timeout);

void ksmol_tcp_too_big(struct ksmol_tcb *tcb, u64 now)
{
	struct ksmol_tcp_rec *rec;
	bool found = false;

	for (rec = ksmol_tcp_rec_first(tcb); rec;
	     rec = ksmol_tcp_rec_next(rec))
		if (rec->mss > tcb->mss &&
		    ksmol_tcp_rec_len(rec) > tcb->mss)
			found |= ksmol_tcp_rec_lost(tcb, rec);
	if (!found || tcb->ca == KSMOL_TCP_CA_LOSS)
		return;
	/* LOSS is where losses are repaired and cwnd is nobody's concern */
	tcb->ca = KSMOL_TCP_CA_LOSS;
	tcb->high_seq = tcb->snd_nxt;
	tcb->prior_cwnd = 0;
	if (!(tcb->flags & KSMOL_TCP_F_SACK)) {
		tcb->sacked = 0;
		tcb->dupacks = 0;
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_too_big);
