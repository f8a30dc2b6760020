// SPDX-License-Identifier: GPL-2.0-only
/*
 * RACK-TLP (RFC 8985): what was sent a while before something that has arrived
 * is lost; and when nothing arrives any more, the tail is probed.
 */

#include "tcp_recovery.h"

/* Recoveries for which an enlarged reordering window is kept (6.2 step 4). */
#define REO_PERSIST	16

/*
 * Was @rec, up to @end, sent before the latest that has arrived (-1), after it
 * (1), or is it that (0)? 6.2 breaks ties of time by number, which errs about a
 * retransmission in the midst of new data: the order of sending does not.
 */
static int rack_compare(const struct ksmol_tcb *tcb,
			const struct ksmol_tcp_rec *rec, u32 end)
{
	s32 diff = rec->order - tcb->rack_order ?: end - tcb->rack_end;

	return (diff > 0) - (diff < 0);
}

/* Step 3: an original that arrives after what was sent later. */
static void rack_reordering(struct ksmol_tcb *tcb,
			    const struct ksmol_tcp_rec *rec, u32 end)
{
	u32 distance;

	if (ksmol_seq_after(end, tcb->fack)) {
		tcb->fack = end;
		return;
	}
	if (end == tcb->fack || rec->flags & KSMOL_TCP_REC_EVER)
		return;
	distance = tcb->fack - rec->seq;
	tcb->rack_reord = true;
	tcb->reord_seen++;
	if (distance > tcb->reordering) {
		tcb->reordering = distance;
		ksmol_tcp_count(REORDERING);
	}
}

/*
 * Step 2: could this be the original's ACK, not the retransmission's? While
 * there are holes the peer echoes what came before them (RFC 7323 4.3), so that
 * a SACK's time stamp says nothing.
 */
static bool rack_ambiguous(const struct ksmol_tcb *tcb,
			   const struct ksmol_tcp_rec *rec, u32 end,
			   const struct ksmol_tcp_acked *a, u32 rtt)
{
	if (!(rec->flags & KSMOL_TCP_REC_EVER))
		return false;
	if (a->ts && !ksmol_seq_after(end, tcb->snd_una) &&
	    ksmol_seq_before(a->tsecr, ksmol_tcp_ts(tcb, rec->xmit)))
		return true;
	return rtt < tcb->min_rtt;
}

void ksmol_tcp_rack_delivered(struct ksmol_tcb *tcb,
			      const struct ksmol_tcp_rec *rec, u32 end,
			      struct ksmol_tcp_acked *a, u64 now)
{
	u32 rtt = min_t(u64, now - rec->xmit, KSMOL_TCP_RTO_MAX);

	rack_reordering(tcb, rec, end);
	if (unlikely(rack_ambiguous(tcb, rec, end, a, rtt)))
		return;
	if (rack_compare(tcb, rec, end) <= 0)
		return;
	tcb->rack_xmit = rec->xmit;
	tcb->rack_order = rec->order;
	tcb->rack_end = end;
	tcb->rack_rtt = rtt;
}

/* --- the reordering window (step 4) --- */

void ksmol_tcp_rack_dsack(struct ksmol_tcb *tcb)
{
	/* Once per round trip: rack_dsack says that one is going on */
	if (tcb->rack_dsack &&
	    ksmol_seq_before(tcb->snd_una, tcb->rack_dsack_round))
		return;
	tcb->rack_dsack = true;
	tcb->rack_dsack_round = tcb->snd_nxt;
	if (tcb->rack_wnd_mult < U8_MAX)
		tcb->rack_wnd_mult++;
	tcb->rack_wnd_persist = REO_PERSIST;
}

void ksmol_tcp_rack_recovered(struct ksmol_tcb *tcb)
{
	if (tcb->rack_wnd_persist && --tcb->rack_wnd_persist)
		return;
	tcb->rack_wnd_mult = 1;
}

static u32 rack_window(const struct ksmol_tcb *tcb)
{
	u32 mult = tcb->rack_wnd_mult ?: 1;

	if (!tcb->rack_reord &&
	    (tcb->ca >= KSMOL_TCP_CA_RECOVERY ||
	     tcb->sacked >= KSMOL_TCP_DUPTHRESH * tcb->mss))
		return 0;
	return min_t(u64, (u64)mult * tcb->min_rtt / 4, tcb->srtt8 / 8);
}

/* Microseconds until @rec is overdue; not positive if it is. */
static s64 rack_remaining(const struct ksmol_tcb *tcb,
			  const struct ksmol_tcp_rec *rec, u32 window, u64 now)
{
	return rec->xmit + tcb->rack_rtt + window - now;
}

bool ksmol_tcp_rack_overdue(const struct ksmol_tcb *tcb,
			    const struct ksmol_tcp_rec *rec, u64 now)
{
	return rack_remaining(tcb, rec, rack_window(tcb), now) <= 0;
}

/* Step 5. The list is in the order of transmission: it is read only as far as
 * what was sent before the latest that arrived.
 */
bool ksmol_tcp_rack_detect(struct ksmol_tcb *tcb, u64 now)
{
	u32 window = rack_window(tcb);
	struct ksmol_tcp_rec *rec, *next;
	s64 remaining, timeout = 0;
	bool found = false;

	ksmol_tcp_disarm(tcb, KSMOL_TCP_T_REO);
	if (RB_EMPTY_ROOT(&tcb->recs))
		return false;
	list_for_each_entry_safe(rec, next, &tcb->sent, time) {
		if (rack_compare(tcb, rec, rec->end) >= 0)
			break;
		remaining = rack_remaining(tcb, rec, window, now);
		if (remaining <= 0)
			found |= ksmol_tcp_rec_lost(tcb, rec);
		else
			timeout = max(timeout, remaining);
	}
	if (timeout)
		ksmol_tcp_arm_at(tcb, KSMOL_TCP_T_REO, now + timeout);
	return found;
}

void ksmol_tcp_rack_timeout(struct ksmol_tcb *tcb, u64 now)
{
	ksmol_tcp_disarm(tcb, KSMOL_TCP_T_REO);
	if (ksmol_tcp_rack_detect(tcb, now))
		ksmol_tcp_recover_now(tcb, now);
	ksmol_tcp_arm(tcb, now);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_rack_timeout);

/* --- tail loss probes (7) --- */

/* 7.2: only while nothing is known to be missing, one probe at a time. */
static bool tlp_wanted(const struct ksmol_tcb *tcb)
{
	return tcb->flags & KSMOL_TCP_F_SACK && tcb->state != TCP_SYN_SENT &&
	       tcb->state != TCP_SYN_RECV &&
	       !(tcb->flags & KSMOL_TCP_F_TLP) && !tcb->sacked &&
	       !tcb->backoff && (tcb->ca == KSMOL_TCP_CA_OPEN ||
				 tcb->ca == KSMOL_TCP_CA_CWR);
}

static u64 tlp_timeout(const struct ksmol_tcb *tcb)
{
	u64 pto;

	if (!tcb->srtt8)
		return KSMOL_TCP_RTO_INIT;
	pto = max_t(u64, tcb->srtt8 / 4, KSMOL_TCP_PTO_MIN);
	/* The ACK of a single segment may be delayed. */
	if (tcb->snd_nxt - tcb->snd_una <= tcb->mss)
		pto += KSMOL_TCP_DELACK_MAX;
	return pto;
}

void ksmol_tcp_arm(struct ksmol_tcb *tcb, u64 now)
{
	u64 pto;

	if (tcb->snd_una == tcb->snd_nxt) {
		ksmol_tcp_disarm(tcb, KSMOL_TCP_T_RTO);
		ksmol_tcp_disarm(tcb, KSMOL_TCP_T_TLP);
		return;
	}
	/* RFC 6298 5.1 */
	if (!tcb->due[KSMOL_TCP_T_RTO])
		ksmol_tcp_arm_at(tcb, KSMOL_TCP_T_RTO,
				 now + ksmol_tcp_rto(tcb));
	if (!tlp_wanted(tcb)) {
		ksmol_tcp_disarm(tcb, KSMOL_TCP_T_TLP);
		return;
	}
	/* What the timeout would do anyway needs no probe. */
	pto = now + tlp_timeout(tcb);
	if (pto < tcb->due[KSMOL_TCP_T_RTO])
		ksmol_tcp_arm_at(tcb, KSMOL_TCP_T_TLP, pto);
	else
		ksmol_tcp_disarm(tcb, KSMOL_TCP_T_TLP);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_arm);

/* 7.3. The probe is new data, or else the last segment once more: it is cut off
 * here, so that there is a record of exactly that.
 */
void ksmol_tcp_tlp_timeout(struct ksmol_tcb *tcb, u64 now)
{
	struct ksmol_tcp_rec *last = tcb->rec_last;

	ksmol_tcp_disarm(tcb, KSMOL_TCP_T_TLP);
	if (!last || !tlp_wanted(tcb))
		return;
	if (last->mss && ksmol_tcp_rec_len(last) > last->mss)
		ksmol_tcp_rec_split(tcb, last, last->end - last->mss);
	tcb->tlp_due = true;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_tlp_timeout);

void ksmol_tcp_tlp_sent(struct ksmol_tcb *tcb, const struct ksmol_tcp_out *out,
			u64 now)
{
	tcb->tlp_due = false;
	tcb->flags |= KSMOL_TCP_F_TLP;
	tcb->tlp_end = tcb->snd_nxt;
	tcb->tlp_retrans = out->kind == KSMOL_TCP_OUT_RETRANS;
	ksmol_tcp_count(TLP);
	/* 7.3: the timeout runs anew from the probe, and no other probe */
	ksmol_tcp_disarm(tcb, KSMOL_TCP_T_RTO);
	ksmol_tcp_arm(tcb, now);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_tlp_sent);

bool ksmol_tcp_tlp_acked(struct ksmol_tcb *tcb,
			 const struct ksmol_tcp_acked *a)
{
	if (ksmol_seq_before(tcb->snd_una, tcb->tlp_end))
		return false;
	/* 7.4.2: new data lost nothing; a DSACK says that both arrived */
	if (!tcb->tlp_retrans || a->dsack) {
		tcb->flags &= ~KSMOL_TCP_F_TLP;
		return false;
	}
	if (ksmol_seq_after(tcb->snd_una, tcb->tlp_end)) {
		tcb->flags &= ~KSMOL_TCP_F_TLP;
		ksmol_tcp_count(TLP_RECOVERED);
		return true;
	}
	if (a->dup && !a->sack)
		tcb->flags &= ~KSMOL_TCP_F_TLP;
	return false;
}
