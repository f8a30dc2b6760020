// SPDX-License-Identifier: GPL-2.0-only
/*
 * A segment arrives: the steps of RFC 9293 3.10.7.4, one function each, in its
 * order, with the checks of RFC 7323 and RFC 5961; and before all that a short
 * way for what comes as expected.
 */

#include <ksmol/compat.h>
#include "tcp.h"

/* RFC 7323 5.5: a time stamp this old (24 days) says nothing any more. */
#define PAWS_AGE	(24U * 86400)	/* seconds */

/* One answer in so much time to what bears no text (RFC 9293 3.10.7.4). */
#define OOW_PAUSE	(500 * USEC_PER_MSEC)

void ksmol_tcp_challenge(struct ksmol_tcb *tcb, u64 now)
{
	if (!tcb->challenge_at || now - tcb->challenge_at >= USEC_PER_SEC) {
		tcb->challenge_at = now ?: 1;
		tcb->challenges = 0;
	}
	if (tcb->challenges >= KSMOL_TCP_CHALLENGE_MAX) {
		ksmol_tcp_count(CHALLENGES_LIMITED);
		return;
	}
	tcb->challenges++;
	tcb->ack |= KSMOL_TCP_ACK_CHALLENGE;
	ksmol_tcp_count(CHALLENGES);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_challenge);

bool ksmol_tcp_reset_for(const struct ksmol_tcp_seg *seg,
			 struct ksmol_tcp_out *out)
{
	if (seg->h.flags & KSMOL_TCP_RST)
		return false;
	memset(out, 0, sizeof(*out));
	out->kind = KSMOL_TCP_OUT_RESET;
	out->h.hlen = KSMOL_TCP_HLEN;
	out->h.flags = KSMOL_TCP_RST;
	if (seg->h.flags & KSMOL_TCP_ACK) {
		out->h.seq = seg->h.ack;
	} else {
		out->h.flags |= KSMOL_TCP_ACK;
		out->h.ack = seg->end;
	}
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_reset_for);

/* --- first: the sequence number --- */

/*
 * An answer to what is not acceptable. Two ends that disagree must not answer
 * each other's ACKs for ever, so those are answered rarely. Text and FIN make
 * no such loop, and what keep-alives and window probes look like is answered
 * within the limit for challenges.
 */
static void answer_unacceptable(struct ksmol_tcb *tcb,
				const struct ksmol_tcp_seg *seg, u64 now)
{
	if (seg->end != seg->h.seq) {
		ksmol_tcp_ack_quickly(tcb);
	} else if (seg->h.seq == tcb->rcv_nxt - 1) {
		ksmol_tcp_challenge(tcb, now);
	} else if (!tcb->oow_at || now - tcb->oow_at >= OOW_PAUSE) {
		tcb->oow_at = now ?: 1;
		tcb->ack |= KSMOL_TCP_ACK_NOW;
	}
}

/* RFC 2883 4.1: what of it came before. */
static void report_old(struct ksmol_tcb *tcb, const struct ksmol_tcp_seg *seg)
{
	u32 end = seg->end;

	if (ksmol_seq_after(end, tcb->rcv_nxt))
		end = tcb->rcv_nxt;
	if (ksmol_seq_before(seg->h.seq, end))
		ksmol_tcp_dsack(tcb, seg->h.seq, end);
}

static int out_of_window(struct ksmol_tcb *tcb,
			 const struct ksmol_tcp_seg *seg, u64 now)
{
	if (seg->h.flags & KSMOL_TCP_RST)
		return KSMOL_DROP_TCP_SEQ;
	/* RFC 5961 4.2: wherever it lies */
	if (seg->h.flags & KSMOL_TCP_SYN) {
		ksmol_tcp_challenge(tcb, now);
		return KSMOL_DROP_TCP_SYN_CHALLENGED;
	}
	answer_unacceptable(tcb, seg, now);
	report_old(tcb, seg);
	return ksmol_seq_before(seg->h.seq, tcb->rcv_nxt) ?
	       KSMOL_DROP_TCP_OLD : KSMOL_DROP_TCP_SEQ;
}

/*
 * RFC 7323 5.3 R1, and 3.2: a segment without the option that was agreed upon
 * is dropped silently. RSTs are exempt from both.
 */
static int check_timestamp(struct ksmol_tcb *tcb,
			   const struct ksmol_tcp_seg *seg, u64 now)
{
	if (seg->h.flags & KSMOL_TCP_RST)
		return 0;
	if (!(seg->h.opts & KSMOL_TCP_OPT_TS))
		return seg->h.flags & KSMOL_TCP_SYN ? 0 : KSMOL_DROP_TCP_PAWS;
	if (likely(!ksmol_seq_before(seg->h.tsval, tcb->ts_recent)))
		return 0;
	if ((u32)div_u64(now, USEC_PER_SEC) - tcb->ts_recent_at > PAWS_AGE)
		return 0;
	if (seg->h.flags & KSMOL_TCP_SYN)
		ksmol_tcp_challenge(tcb, now);
	else
		answer_unacceptable(tcb, seg, now);
	report_old(tcb, seg);
	return KSMOL_DROP_TCP_PAWS;
}

/*
 * RFC 7323 4.3: what is echoed is what came with the last number ACKed. This
 * waits until the ACK field was found acceptable, too (RFC 5961 5).
 */
static void remember_timestamp(struct ksmol_tcb *tcb,
			       const struct ksmol_tcp_seg *seg, u64 now)
{
	if (!(tcb->flags & KSMOL_TCP_F_TS) ||
	    !(seg->h.opts & KSMOL_TCP_OPT_TS) ||
	    seg->h.tsval == tcb->ts_recent ||
	    ksmol_seq_after(seg->h.seq, tcb->last_ack_sent))
		return;
	tcb->ts_recent = seg->h.tsval;
	tcb->ts_recent_at = (u32)div_u64(now, USEC_PER_SEC);
}

/*
 * A little wider than the RFC has it: what begins just behind the window, or
 * ends among numbers that were received but not acknowledged yet, may have
 * been sent by a peer that does as it should. Its text is cut off later.
 */
static int input_sequence(struct ksmol_tcb *tcb,
			  const struct ksmol_tcp_seg *seg, u64 now)
{
	u32 edge = tcb->rcv_nxt + ksmol_tcp_rcv_room(tcb);
	int reason;

	if (tcb->flags & KSMOL_TCP_F_TS) {
		reason = check_timestamp(tcb, seg, now);
		if (unlikely(reason))
			return reason;
	}
	if (unlikely(ksmol_seq_before(seg->end, tcb->rcv_wup) ||
		     ksmol_seq_after(seg->h.seq, edge)))
		return out_of_window(tcb, seg, now);
	tcb->last_rx = now;
	tcb->probes = 0;
	return 0;
}

/* --- second: RST --- */

static void reset_by_peer(struct ksmol_tcb *tcb)
{
	int err = ECONNRESET;

	if (tcb->state == TCP_SYN_RECV)
		err = ECONNREFUSED;
	else if (tcb->state == TCP_CLOSE_WAIT)
		err = EPIPE;
	else if (tcb->state == TCP_CLOSING || tcb->state == TCP_LAST_ACK)
		err = 0;	/* both ends had said all */
	ksmol_tcp_count(RESETS_IN);
	ksmol_tcp_kill(tcb, err);
}

/* RFC 5961 3.2: only the exact number resets; what is near is challenged. */
static int input_rst(struct ksmol_tcb *tcb, const struct ksmol_tcp_seg *seg,
		     u64 now)
{
	u32 off = seg->h.seq - tcb->rcv_nxt;

	if (off && off >= ksmol_tcp_rcv_room(tcb))
		return KSMOL_DROP_TCP_SEQ;
	if (off) {
		ksmol_tcp_challenge(tcb, now);
		return KSMOL_DROP_TCP_RST_CHALLENGED;
	}
	reset_by_peer(tcb);
	return KSMOL_HANDLED;
}

/* --- third, security, is void; fourth: SYN --- */

/* Both SYNs crossed, and so do the SYN|ACKs (RFC 9293 3.5, figure 8). */
static bool crossed(const struct ksmol_tcb *tcb,
		    const struct ksmol_tcp_seg *seg)
{
	return tcb->state == TCP_SYN_RECV && seg->h.flags & KSMOL_TCP_ACK &&
	       seg->h.seq == tcb->irs && seg->h.ack == tcb->snd_nxt;
}

static int input_syn(struct ksmol_tcb *tcb, const struct ksmol_tcp_seg *seg,
		     u64 now)
{
	if (crossed(tcb, seg))
		return 0;
	ksmol_tcp_challenge(tcb, now);
	return KSMOL_DROP_TCP_SYN_CHALLENGED;
}

/* --- fifth: ACK --- */

static void enter_time_wait(struct ksmol_tcb *tcb)
{
	tcb->state = TCP_TIME_WAIT;
	tcb->events |= KSMOL_TCP_EV_TIMEWAIT;
}

/* Our FIN is acknowledged: what does that end? */
static void fin_acked(struct ksmol_tcb *tcb, u64 now)
{
	switch (tcb->state) {
	case TCP_FIN_WAIT1:
		tcb->state = TCP_FIN_WAIT2;
		tcb->events |= KSMOL_TCP_EV_WRITABLE;
		/* Nobody will read what the peer has to say: not for ever */
		if (tcb->flags & KSMOL_TCP_F_ORPHAN)
			ksmol_tcp_orphan(tcb, now);
		break;
	case TCP_CLOSING:
		enter_time_wait(tcb);
		break;
	case TCP_LAST_ACK:
		ksmol_tcp_kill(tcb, 0);
		break;
	}
}

/* SYN-RECEIVED: is it our SYN that is acknowledged? */
static int check_syn_acked(const struct ksmol_tcb *tcb,
			   struct ksmol_tcp_seg *seg)
{
	if (ksmol_seq_after(seg->h.ack, tcb->snd_una) &&
	    !ksmol_seq_after(seg->h.ack, tcb->snd_nxt))
		return 0;
	seg->reset = true;
	return ksmol_seq_after(seg->h.ack, tcb->snd_nxt) ?
	       KSMOL_DROP_TCP_ACK_UNSENT : KSMOL_DROP_TCP_ACK_OLD;
}

static int input_ack(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg, u64 now)
{
	bool opening = tcb->state == TCP_SYN_RECV;
	int reason;

	if (!(seg->h.flags & KSMOL_TCP_ACK))
		return KSMOL_DROP_TCP_FLAGS;
	if (unlikely(opening)) {
		reason = check_syn_acked(tcb, seg);
		if (reason)
			return reason;
	}
	reason = ksmol_tcp_ack(tcb, seg, now);
	if (unlikely(reason))
		return reason;
	if (unlikely(opening))
		ksmol_tcp_established(tcb, now);
	if (unlikely(tcb->flags & KSMOL_TCP_F_FIN) && ksmol_tcp_fin_acked(tcb))
		fin_acked(tcb, now);
	return 0;
}

/* --- sixth, URG, is ksmol_tcp_urgent(); seventh: text; eighth: FIN --- */

/* RFC 3168 6.1.3: echo until the sender says that it has slowed down. */
static void input_ecn(struct ksmol_tcb *tcb, const struct ksmol_tcp_seg *seg)
{
	if (!seg->len || !ksmol_seq_after(seg->end, tcb->rcv_nxt))
		return;
	if (seg->h.flags & KSMOL_TCP_CWR) {
		tcb->flags &= ~KSMOL_TCP_F_ECE;
		tcb->ack |= KSMOL_TCP_ACK_NOW;
	}
	if (!seg->ce)
		return;
	ksmol_tcp_count(ECN_CE);
	if (!(tcb->flags & KSMOL_TCP_F_ECE))
		ksmol_tcp_ack_quickly(tcb);
	tcb->flags |= KSMOL_TCP_F_ECE;
}

/*
 * Nobody will ever read it: a reset tells the peer so (RFC 9293 3.6.1, RFC
 * 2525 2.17).
 */
static bool text_unwanted(const struct ksmol_tcb *tcb,
			  const struct ksmol_tcp_seg *seg)
{
	if (likely(!(tcb->flags & (KSMOL_TCP_F_ORPHAN |
				   KSMOL_TCP_F_RCV_SHUT))))
		return false;
	if (tcb->flags & KSMOL_TCP_F_FIN_IN || !seg->len ||
	    !ksmol_seq_after(seg->h.seq + seg->len, tcb->rcv_nxt))
		return false;
	return tcb->flags & KSMOL_TCP_F_ORPHAN ||
	       tcb->state == TCP_FIN_WAIT1 || tcb->state == TCP_FIN_WAIT2;
}

/* Their FIN is in order. */
static void input_fin(struct ksmol_tcb *tcb)
{
	switch (tcb->state) {
	case TCP_ESTABLISHED:
		tcb->state = TCP_CLOSE_WAIT;
		break;
	case TCP_FIN_WAIT1:
		/* Had ours been acknowledged, it would be FIN-WAIT-2 */
		tcb->state = TCP_CLOSING;
		break;
	case TCP_FIN_WAIT2:
		enter_time_wait(tcb);
		break;
	}
}

int ksmol_tcp_input_text(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg,
			 u64 now)
{
	bool fin_in = tcb->flags & KSMOL_TCP_F_FIN_IN;
	int verdict;

	if (seg->end == seg->h.seq)
		return KSMOL_HANDLED;
	if (unlikely(text_unwanted(tcb, seg))) {
		ksmol_tcp_count(ABORT_DATA);
		ksmol_tcp_abort(tcb);
		return KSMOL_DROP_TCP_CLOSED;
	}
	if (tcb->flags & KSMOL_TCP_F_ECN)
		input_ecn(tcb, seg);
	verdict = ksmol_tcp_text(tcb, seg, now);
	if (unlikely(tcb->flags & KSMOL_TCP_F_FIN_IN) && !fin_in)
		input_fin(tcb);
	return verdict;
}

/* --- all of them --- */

static int input_steps(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg,
		       u64 now)
{
	int reason;

	reason = input_sequence(tcb, seg, now);
	if (unlikely(reason))
		return reason;
	if (unlikely(seg->h.flags & KSMOL_TCP_RST))
		return input_rst(tcb, seg, now);
	if (unlikely(seg->h.flags & KSMOL_TCP_SYN)) {
		reason = input_syn(tcb, seg, now);
		if (reason)
			return reason;
	}
	reason = input_ack(tcb, seg, now);
	if (unlikely(reason))
		return reason;
	remember_timestamp(tcb, seg, now);
	if (unlikely(tcb->state == TCP_CLOSE || tcb->state == TCP_TIME_WAIT))
		return KSMOL_HANDLED;
	if (unlikely(seg->h.flags & KSMOL_TCP_SYN))
		return KSMOL_HANDLED;	/* what else it bears will come again */
	if (unlikely(seg->h.flags & KSMOL_TCP_URG ||
		     tcb->urg_data == KSMOL_TCP_URG_NOTYET))
		ksmol_tcp_urgent(tcb, seg);
	return ksmol_tcp_input_text(tcb, seg, now);
}

/* 2 MSL have begun; only a repeated FIN can still come (RFC 1337: no RST). */
static int input_time_wait(struct ksmol_tcb *tcb,
			   const struct ksmol_tcp_seg *seg, u64 now)
{
	if (seg->h.flags & KSMOL_TCP_RST)
		return KSMOL_DROP_TCP_SEQ;
	if (seg->end == seg->h.seq)
		return KSMOL_HANDLED;
	return out_of_window(tcb, seg, now);
}

static int input_unusual(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg,
			 u64 now)
{
	switch (tcb->state) {
	case TCP_CLOSE:
		/* RFC 9293 3.10.7.1; unless a reset is on its way anyway */
		seg->reset = !(tcb->flags & KSMOL_TCP_F_RESET);
		return KSMOL_DROP_TCP_NO_SOCKET;
	case TCP_SYN_SENT:
		return ksmol_tcp_input_syn(tcb, seg, now);
	case TCP_TIME_WAIT:
		return input_time_wait(tcb, seg, now);
	default:
		return input_steps(tcb, seg, now);
	}
}

/* --- the short way --- */

/*
 * Header prediction: the next number, ACK with or without PSH, a time stamp
 * that isn't old, no urgent byte awaited. Which of the two common cases it is,
 * and whether data waits out of order, is seen on the way.
 */
static bool predicted(const struct ksmol_tcb *tcb,
		      const struct ksmol_tcp_seg *seg)
{
	if (tcb->state != TCP_ESTABLISHED || seg->h.seq != tcb->rcv_nxt ||
	    (seg->h.flags & ~KSMOL_TCP_PSH) != KSMOL_TCP_ACK ||
	    tcb->flags & (KSMOL_TCP_F_ORPHAN | KSMOL_TCP_F_RCV_SHUT) ||
	    tcb->urg_data == KSMOL_TCP_URG_NOTYET)
		return false;
	return !(tcb->flags & KSMOL_TCP_F_TS) ||
	       (seg->h.opts & KSMOL_TCP_OPT_TS &&
		!ksmol_seq_before(seg->h.tsval, tcb->ts_recent));
}

/* The peer does nothing but send: its ACK field says what the last one did. */
static bool ack_says_nothing(const struct ksmol_tcb *tcb,
			     const struct ksmol_tcp_seg *seg)
{
	return seg->len && seg->h.ack == tcb->snd_nxt &&
	       tcb->snd_una == tcb->snd_nxt &&
	       (u32)seg->h.window << tcb->snd_wscale == tcb->snd_wnd &&
	       !(seg->h.opts & KSMOL_TCP_OPT_SACK);
}

/* --- without a clock --- */

/*
 * The stream goes on, to a reader who is behind. Nothing is acknowledged by it,
 * let out or measured; when it came is of interest to timers of many
 * milliseconds only.
 */
bool ksmol_tcp_untimed(const struct ksmol_tcb *tcb,
		       const struct ksmol_tcp_seg *seg)
{
	return predicted(tcb, seg) && ack_says_nothing(tcb, seg) &&
	       !ksmol_tcp_notsent(tcb) &&
	       ksmol_tcp_readable(tcb) > 2 * tcb->rcv_mss &&
	       !ksmol_tcp_rcv_rtt_ends(tcb, seg);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_untimed);

static int input_predicted(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg,
			   u64 now)
{
	int reason;

	tcb->last_rx = now;
	tcb->probes = 0;
	if (ack_says_nothing(tcb, seg)) {
		tcb->snd_wl1 = seg->h.seq;
	} else {
		reason = ksmol_tcp_ack(tcb, seg, now);
		if (unlikely(reason))
			return reason;
	}
	remember_timestamp(tcb, seg, now);
	if (!seg->len)
		return KSMOL_HANDLED;
	if (unlikely(tcb->flags & KSMOL_TCP_F_ECN))
		input_ecn(tcb, seg);
	reason = ksmol_tcp_text(tcb, seg, now);
	/* One that came early may have been next */
	if (unlikely(tcb->flags & KSMOL_TCP_F_FIN_IN))
		input_fin(tcb);
	return reason;
}

int ksmol_tcp_input(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg, u64 now)
{
	tcb->segs_in += seg->segs;
	if (likely(predicted(tcb, seg)))
		return input_predicted(tcb, seg, now);
	return input_unusual(tcb, seg, now);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_input);
