// SPDX-License-Identifier: GPL-2.0-only
/* The answer to our SYN (RFC 9293 3.10.7.3), and what it agrees to. */

#include <ksmol/compat.h>
#include "tcp.h"

/* Does the segment acknowledge our SYN (and perhaps data)? */
static bool ack_acceptable(const struct ksmol_tcb *tcb,
			   const struct ksmol_tcp_seg *seg)
{
	return ksmol_seq_after(seg->h.ack, tcb->iss) &&
	       !ksmol_seq_after(seg->h.ack, tcb->snd_nxt);
}

/* RFC 5961 3.2: in SYN-SENT a RST counts if it acknowledges our SYN. */
static int syn_refused(struct ksmol_tcb *tcb, const struct ksmol_tcp_seg *seg)
{
	if (!(seg->h.flags & KSMOL_TCP_ACK))
		return KSMOL_DROP_TCP_FLAGS;
	ksmol_tcp_count(RESETS_IN);
	ksmol_tcp_kill(tcb, ECONNREFUSED);
	return KSMOL_HANDLED;
}

/*
 * RFC 3168 6.1.1: a SYN|ACK grants with ECE alone (both flags would be a
 * header sent back as it was); a SYN that crossed ours asks with both.
 */
static bool ecn_agreed(const struct ksmol_tcb *tcb,
		       const struct ksmol_tcp_header *h)
{
	u8 ecn = h->flags & (KSMOL_TCP_ECE | KSMOL_TCP_CWR);

	if (h->flags & KSMOL_TCP_ACK)
		return tcb->cfg.ecn && ecn == KSMOL_TCP_ECE;
	return ecn == (KSMOL_TCP_ECE | KSMOL_TCP_CWR);
}

static void agree_wscale(struct ksmol_tcb *tcb,
			 const struct ksmol_tcp_header *h)
{
	/* RFC 7323 2.2: both or none; 2.3: at most 14 */
	if (tcb->cfg.wscaling && h->opts & KSMOL_TCP_OPT_WSCALE) {
		tcb->flags |= KSMOL_TCP_F_WSCALE;
		tcb->snd_wscale = min_t(u8, h->wscale, KSMOL_TCP_MAX_WSCALE);
	} else {
		tcb->snd_wscale = 0;
		tcb->rcv_wscale = 0;
	}
}

static void agree_options(struct ksmol_tcb *tcb,
			  const struct ksmol_tcp_header *h, u64 now)
{
	agree_wscale(tcb, h);
	if (tcb->cfg.timestamps && h->opts & KSMOL_TCP_OPT_TS) {
		tcb->flags |= KSMOL_TCP_F_TS;
		tcb->ts_recent = h->tsval;
		tcb->ts_recent_at = (u32)div_u64(now, USEC_PER_SEC);
	}
	if (tcb->cfg.sack && h->opts & KSMOL_TCP_OPT_SACK_OK)
		tcb->flags |= KSMOL_TCP_F_SACK;
	if (ecn_agreed(tcb, h))
		tcb->flags |= KSMOL_TCP_F_ECN;
	/* RFC 9293 3.7.1; without the option the default stays */
	if (h->opts & KSMOL_TCP_OPT_MSS)
		tcb->mss_peer = max_t(u32, h->mss, KSMOL_TCP_MSS_MIN);
	ksmol_tcp_sync_mss(tcb);
}

/* Their numbers begin; the window that our SYN announced begins there, too. */
static void take_irs(struct ksmol_tcb *tcb, u32 irs)
{
	tcb->irs = irs;
	tcb->rcv_nxt = irs + 1;
	tcb->rcv_wup = tcb->rcv_nxt;
	tcb->rcv_up = tcb->rcv_nxt;
	tcb->copied_seq = tcb->rcv_nxt;
	tcb->last_ack_sent = tcb->rcv_nxt;
}

/* What may come with the SYN|ACK goes the way of all text. */
static int syn_text(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg, u64 now)
{
	seg->h.flags &= ~KSMOL_TCP_SYN;
	seg->h.seq++;
	if (seg->h.flags & KSMOL_TCP_URG) {
		seg->h.urg -= !!seg->h.urg;
		ksmol_tcp_urgent(tcb, seg);
	}
	return ksmol_tcp_input_text(tcb, seg, now);
}

static int syn_acked(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg, u64 now)
{
	int reason;

	/* RFC 7323 2.2: its window is not scaled */
	reason = ksmol_tcp_ack(tcb, seg, now);
	if (reason)
		return reason;
	ksmol_tcp_established(tcb, now);
	tcb->ack |= KSMOL_TCP_ACK_NOW;
	return syn_text(tcb, seg, now);
}

/* RFC 9293 3.5: both ends opened at once. Text that came with the SYN will
 * come again.
 */
static int syn_crossed(struct ksmol_tcb *tcb, const struct ksmol_tcp_seg *seg)
{
	tcb->state = TCP_SYN_RECV;
	tcb->snd_wnd = seg->h.window;
	tcb->snd_max_wnd = seg->h.window;
	tcb->snd_wl1 = seg->h.seq;
	tcb->snd_wl2 = tcb->iss;
	/* What it is in this state is a SYN|ACK */
	tcb->ack |= KSMOL_TCP_ACK_NOW;
	return KSMOL_HANDLED;
}

int ksmol_tcp_input_syn(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg,
			u64 now)
{
	/* First the ACK bit */
	if (seg->h.flags & KSMOL_TCP_ACK && !ack_acceptable(tcb, seg)) {
		seg->reset = !(seg->h.flags & KSMOL_TCP_RST);
		return ksmol_seq_after(seg->h.ack, tcb->snd_nxt) ?
		       KSMOL_DROP_TCP_ACK_UNSENT : KSMOL_DROP_TCP_ACK_OLD;
	}
	/* Second the RST bit; third, security, is void */
	if (seg->h.flags & KSMOL_TCP_RST)
		return syn_refused(tcb, seg);
	/* Fourth the SYN bit; fifth, neither: nothing to us */
	if (!(seg->h.flags & KSMOL_TCP_SYN))
		return KSMOL_DROP_TCP_FLAGS;

	tcb->last_rx = now;
	take_irs(tcb, seg->h.seq);
	agree_options(tcb, &seg->h, now);
	if (seg->h.flags & KSMOL_TCP_ACK)
		return syn_acked(tcb, seg, now);
	return syn_crossed(tcb, seg);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_input_syn);
