// SPDX-License-Identifier: GPL-2.0-only
/* What moves when a segment was handed on, or could not be. */

#include "tcp_send.h"

/*
 * A timer that comes late must not slow the sender down, so what was not used
 * of this much time may be made up for.
 */
#define PACE_CREDIT	(10 * USEC_PER_MSEC)

/* How soon a way that isn't there is tried again. */
#define NO_WAY_RETRY	(200 * USEC_PER_MSEC)

static void sent_paced(struct ksmol_tcb *tcb, u64 now, u32 len)
{
	u64 cost = div64_u64((u64)len * USEC_PER_SEC, tcb->cfg.pacing);
	u64 since = now > PACE_CREDIT ? now - PACE_CREDIT : 0;

	tcb->pace_next = max(tcb->pace_next, since) + cost;
}

/* The acknowledgment and window that @out bore are announced. */
static void sent_ack(struct ksmol_tcb *tcb, const struct ksmol_tcp_out *out)
{
	const struct ksmol_tcp_header *h = &out->h;

	if (unlikely(!(h->flags & KSMOL_TCP_ACK)))
		return;
	tcb->rcv_wup = h->ack;
	tcb->rcv_wnd = (u32)h->window <<
		       (h->flags & KSMOL_TCP_SYN ? 0 : tcb->rcv_wscale);
	tcb->last_ack_sent = h->ack;
	tcb->ack &= ~(KSMOL_TCP_ACK_NOW | KSMOL_TCP_ACK_DELAYED |
		      KSMOL_TCP_ACK_CHALLENGE);
	ksmol_tcp_disarm(tcb, KSMOL_TCP_T_DELACK);
	if (unlikely(h->opts & KSMOL_TCP_OPT_SACK))
		ksmol_tcp_sack_sent(tcb, h->nr_sack);
}

/* Payload of @len bytes went out, for the first time or not. */
static void sent_bytes(struct ksmol_tcb *tcb, u64 now,
		       const struct ksmol_tcp_out *out)
{
	u32 segs = out->len > out->mss ? DIV_ROUND_UP(out->len, out->mss) : 1;

	tcb->segs_out += segs;
	if (!out->len)
		return;
	tcb->data_segs_out += segs;
	tcb->bytes_out += out->len;
	tcb->last_tx = now;
	/* An answer to what came just now: the two ends take turns. */
	if (tcb->last_data && now - tcb->last_data < tcb->ato)
		tcb->pingpong = true;
	if (unlikely(tcb->cfg.pacing))
		sent_paced(tcb, now, out->len);
}

static u32 out_end(const struct ksmol_tcp_out *out)
{
	return out->h.seq + out->len + !!(out->h.flags & KSMOL_TCP_SYN) +
	       !!(out->h.flags & KSMOL_TCP_FIN);
}

static void sent_new(struct ksmol_tcb *tcb, u64 now,
		     const struct ksmol_tcp_out *out)
{
	if (!ksmol_tcp_in_flight(tcb))
		tcb->stuck = 0;
	ksmol_tcp_rec_new(tcb, out, now);
	tcb->snd_nxt = out_end(out);
	sent_bytes(tcb, now, out);
	ksmol_tcp_persist_off(tcb);
	tcb->ack &= ~KSMOL_TCP_ACK_PROBE;
	if (out->len) {
		tcb->snd_cursor = out->last;
		tcb->cork_since = 0;
		if (out->len % out->mss)
			tcb->snd_sml = tcb->snd_nxt;
	}
	if (out->h.flags & KSMOL_TCP_PSH)
		tcb->snd_psh = tcb->snd_nxt;
	if (unlikely(out->h.flags & KSMOL_TCP_CWR))
		tcb->flags &= ~KSMOL_TCP_F_CWR;
}

/*
 * Only what went out again is in flight again: the rest of the record becomes
 * one of its own, or, if none is left, follows by partial acknowledgments.
 */
static void sent_again(struct ksmol_tcb *tcb, u64 now,
		       const struct ksmol_tcp_out *out)
{
	struct ksmol_tcp_rec *rec = out->rec;
	u32 end = out_end(out);

	/* RFC 3168 6.1.1.1: a SYN without it was sent, no ECN from here on. */
	if (unlikely(out->h.flags & KSMOL_TCP_SYN))
		tcb->cfg.ecn = 0;
	if (ksmol_seq_after(rec->end, end) &&
	    !ksmol_tcp_rec_split(tcb, rec, end))
		rec->flags |= KSMOL_TCP_REC_PARTIAL;
	if (out->mss)
		rec->mss = out->mss;
	ksmol_tcp_rec_resent(tcb, rec, now);
	sent_bytes(tcb, now, out);
}

/* Whether cwnd lets no other segment follow (RFC 7661 4.3). */
static bool sent_cwnd_limited(const struct ksmol_tcb *tcb)
{
	return tcb->cwnd < ksmol_tcp_pipe(tcb) + tcb->mss;
}

static void sent_data(struct ksmol_tcb *tcb, u64 now,
		      const struct ksmol_tcp_out *out)
{
	if (likely(out->kind == KSMOL_TCP_OUT_NEW))
		sent_new(tcb, now, out);
	else
		sent_again(tcb, now, out);
	if (unlikely(out->tlp))
		ksmol_tcp_tlp_sent(tcb, out, now);
	else if (out->kind == KSMOL_TCP_OUT_NEW)
		ksmol_tcp_cwnd_validate(tcb, sent_cwnd_limited(tcb), now);
	ksmol_tcp_arm(tcb, now);
}

void ksmol_tcp_sent(struct ksmol_tcb *tcb, u64 now,
		    const struct ksmol_tcp_out *out)
{
	ksmol_tcp_count(SEGS_OUT);
	if (out->h.opts & KSMOL_TCP_OPT_TS)
		ksmol_tcp_rcv_rtt_sent(tcb, out->h.tsval, now);
	switch (out->kind) {
	case KSMOL_TCP_OUT_NEW:
	case KSMOL_TCP_OUT_RETRANS:
		sent_data(tcb, now, out);
		sent_ack(tcb, out);
		break;
	case KSMOL_TCP_OUT_ACK:
		tcb->segs_out++;
		sent_ack(tcb, out);
		break;
	case KSMOL_TCP_OUT_PROBE:
		/* The peer doesn't look at what an old segment announces. */
		tcb->segs_out++;
		tcb->ack &= ~KSMOL_TCP_ACK_PROBE;
		break;
	case KSMOL_TCP_OUT_RESET:
		tcb->flags &= ~KSMOL_TCP_F_RESET;
		ksmol_tcp_count(RESETS_OUT);
		break;
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_sent);

void ksmol_tcp_unsent(struct ksmol_tcb *tcb, u64 now,
		      const struct ksmol_tcp_out *out, int err)
{
	u64 retry = KSMOL_TCP_RETRY;

	/* The connection is gone; the peer will ask, and be told then. */
	if (out->kind == KSMOL_TCP_OUT_RESET) {
		tcb->flags &= ~KSMOL_TCP_F_RESET;
		return;
	}
	if (err == -ENOBUFS && out->len)
		ksmol_tcp_enter_cwr(tcb, now);
	else if (err == -ENETDOWN || err == -ENETUNREACH ||
		 err == -EHOSTUNREACH)
		retry = NO_WAY_RETRY;
	/* What never went out has no retransmission timer to end it. */
	if (out->kind == KSMOL_TCP_OUT_NEW && !ksmol_tcp_in_flight(tcb) &&
	    !tcb->stuck)
		tcb->stuck = now ?: 1;
	ksmol_tcp_send_at(tcb, now + retry);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_unsent);
