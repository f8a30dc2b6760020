// SPDX-License-Identifier: GPL-2.0-only
/*
 * FIN-WAIT-2 without a program (RFC 9293 3.10.7.4): our FIN is acknowledged,
 * theirs is to come, and nobody takes data any more. As small as a TIME-WAIT,
 * which it becomes by that FIN; data is answered by a reset (RFC 1122
 * 4.2.2.13), and the time that TCP_LINGER2 gives ends it without a word.
 */

#include <linux/log2.h>
#include "tcp_mini.h"

/* Levels 1 to 6 are for 1 to 32 seconds, the last one for a minute. */
u8 ksmol_tcp_finwait_level(u64 linger2, u64 *wait)
{
	u32 seconds = div_u64(linger2 + USEC_PER_SEC - 1, USEC_PER_SEC);
	u8 level = order_base_2(max(seconds, 1U)) + 1;

	if (level >= KSMOL_TCP_MINI_LEVELS - 1) {
		*wait = KSMOL_TCP_FIN_TIMEOUT;
		return KSMOL_TCP_MINI_LEVELS - 1;
	}
	*wait = USEC_PER_SEC << (level - 1);
	return level;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_finwait_level);

enum finwait_action {
	FINWAIT_NOTHING,
	FINWAIT_ACK,	/* where we are, now and then */
	FINWAIT_FIN,	/* TIME-WAIT begins */
	FINWAIT_RESET,	/* the end, and the peer should know */
	FINWAIT_END,	/* the end */
};

static void finwait_reset(const struct ksmol_tcp_tw *tw)
{
	const struct ksmol_tcp_out out = {
		.h = {
			.seq = tw->snd_nxt,
			.ack = tw->rcv_nxt,
			.flags = KSMOL_TCP_RST | KSMOL_TCP_ACK,
		},
		.kind = KSMOL_TCP_OUT_RESET,
	};

	ksmol_tcp_reply(&tw->mini.key, tw->mini.ifindex, tw->tos, &out,
			KSMOL_PB_REPLY);
}

/* First, sequence number and time stamp: it begins in the window, or what it has
 * of it is in there.
 */
static int finwait_check(const struct ksmol_tcp_tw *tw,
			 const struct ksmol_tcp_seg *seg)
{
	u32 off = seg->h.seq - tw->rcv_nxt;

	if (tw->ts && seg->h.opts & KSMOL_TCP_OPT_TS &&
	    !(seg->h.flags & KSMOL_TCP_RST) &&
	    ksmol_seq_before(seg->h.tsval, tw->ts_recent))
		return KSMOL_DROP_TCP_PAWS;
	if (off && off >= tw->rcv_wnd &&
	    seg->end - 1 - tw->rcv_nxt >= tw->rcv_wnd)
		return ksmol_seq_after(seg->end, tw->rcv_nxt) ?
		       KSMOL_DROP_TCP_SEQ : KSMOL_DROP_TCP_OLD;
	return 0;
}

/* Second and fourth: RST and SYN, by RFC 5961 3.2 and 4.2. */
static enum finwait_action finwait_flags(const struct ksmol_tcp_tw *tw,
					 const struct ksmol_tcp_seg *seg,
					 int *verdict)
{
	if (seg->h.flags & KSMOL_TCP_RST) {
		if (seg->h.seq == tw->rcv_nxt) {
			*verdict = KSMOL_HANDLED;
			return FINWAIT_END;
		}
		*verdict = KSMOL_DROP_TCP_RST_CHALLENGED;
		return FINWAIT_ACK;
	}
	if (seg->h.flags & KSMOL_TCP_SYN) {
		*verdict = KSMOL_DROP_TCP_SYN_CHALLENGED;
		return FINWAIT_ACK;
	}
	*verdict = KSMOL_DROP_TCP_FLAGS;
	return FINWAIT_NOTHING;
}

static enum finwait_action finwait_judge(const struct ksmol_tcp_tw *tw,
					 const struct ksmol_tcp_seg *seg,
					 int *verdict)
{
	const u8 odd = KSMOL_TCP_RST | KSMOL_TCP_SYN;
	u32 end = seg->h.seq + seg->len;

	*verdict = finwait_check(tw, seg);
	if (*verdict)
		return seg->h.flags & KSMOL_TCP_RST ? FINWAIT_NOTHING :
						      FINWAIT_ACK;
	if (seg->h.flags & odd || !(seg->h.flags & KSMOL_TCP_ACK))
		return finwait_flags(tw, seg, verdict);
	*verdict = KSMOL_HANDLED;
	/* Seventh: nobody reads it. */
	if (seg->len && ksmol_seq_after(end, tw->rcv_nxt)) {
		*verdict = KSMOL_DROP_TCP_CLOSED;
		return FINWAIT_RESET;
	}
	if (seg->h.flags & KSMOL_TCP_FIN && end == tw->rcv_nxt)
		return FINWAIT_FIN;
	return FINWAIT_NOTHING;
}

/* Eighth: all that follows is TIME-WAIT's. mini.lock held. */
static void finwait_fin(struct ksmol_tcp_tw *tw,
			const struct ksmol_tcp_seg *seg, u64 now)
{
	ksmol_tcp_count(TIMEWAIT);
	tw->fin_wait2 = false;
	tw->rcv_nxt = seg->end;
	if (tw->ts && seg->h.opts & KSMOL_TCP_OPT_TS) {
		tw->ts_recent = seg->h.tsval;
		tw->ts_recent_at = (u32)div_u64(now, USEC_PER_SEC);
	}
	ksmol_tcp_mini_arm(&tw->mini, 0, now + KSMOL_TCP_FIN_TIMEOUT);
}

/* The state's part of it. mini.lock held. Return: what is left to do. */
static enum finwait_action finwait_act(struct ksmol_tcp_tw *tw,
				       enum finwait_action action,
				       const struct ksmol_tcp_seg *seg,
				       u64 now)
{
	switch (action) {
	case FINWAIT_FIN:
		finwait_fin(tw, seg, now);
		break;
	case FINWAIT_END:
		ksmol_tcp_count(RESETS_IN);
		ksmol_tcp_mini_kill(&tw->mini);
		break;
	case FINWAIT_RESET:
		ksmol_tcp_count(ABORT_DATA);
		ksmol_tcp_mini_kill(&tw->mini);
		break;
	case FINWAIT_ACK:
		if (!ksmol_tcp_tw_may_answer(tw, now))
			return FINWAIT_NOTHING;
		break;
	default:
		break;
	}
	return action;
}

bool ksmol_tcp_finwait_input(struct ksmol_tcp_tw *tw,
			     const struct ksmol_tcp_seg *seg, int *verdict,
			     u64 now)
{
	enum finwait_action action;
	bool ours;

	spin_lock(&tw->mini.lock);
	ours = tw->fin_wait2 && !tw->mini.dead;
	if (ours) {
		action = finwait_judge(tw, seg, verdict);
		action = finwait_act(tw, action, seg, now);
	}
	spin_unlock(&tw->mini.lock);
	if (!ours)
		return false;

	if (action == FINWAIT_RESET)
		finwait_reset(tw);
	else if (action == FINWAIT_ACK || action == FINWAIT_FIN)
		ksmol_tcp_tw_ack(tw, now);
	return true;
}
