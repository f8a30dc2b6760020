// SPDX-License-Identifier: GPL-2.0-only
/*
 * What to send next. Nothing here moves the connection's numbers: that waits
 * until the segment was handed on (tcp_sent.c), so that asking again gives the
 * same answer.
 */

#include "tcp_send.h"

/* What keeps new data from going out. */
enum output_stop {
	STOP_NONE,	/* nothing to send, or it may go */
	STOP_WINDOW,	/* the peer's window is closed, or too small */
	STOP_CWND,	/* congestion control */
	STOP_HELD,	/* Nagle, cork, pacing */
};

static void output_init(struct ksmol_tcp_out *out, enum ksmol_tcp_out_kind kind)
{
	memset(out, 0, offsetof(struct ksmol_tcp_out, h.sack));
	out->len = 0;
	out->mss = 0;
	out->pb = NULL;
	out->off = 0;
	out->kind = kind;
	out->tlp = false;
	out->ect = false;
	out->rec = NULL;
	out->last = NULL;
}

/*
 * The number of a segment without payload: the next one, as announced, also
 * after a retransmission timeout. A peer that took back its window would not
 * accept that, and gets the last number it may.
 */
static u32 output_seq(const struct ksmol_tcb *tcb)
{
	u32 end = ksmol_tcp_wnd_end(tcb);

	if (!ksmol_seq_after(tcb->snd_nxt, end) ||
	    tcb->snd_nxt - end < 1U << tcb->snd_wscale)
		return tcb->snd_nxt;
	return end;
}

static void output_reset(struct ksmol_tcb *tcb, u64 now,
			 struct ksmol_tcp_out *out)
{
	output_init(out, KSMOL_TCP_OUT_RESET);
	ksmol_tcp_header_fill(tcb, now, out, output_seq(tcb), KSMOL_TCP_RST);
}

static bool output_syn(struct ksmol_tcb *tcb, u64 now,
		       struct ksmol_tcp_out *out, enum ksmol_tcp_out_kind kind)
{
	output_init(out, kind);
	ksmol_tcp_header_syn(tcb, now, out);
	return true;
}

/* Most payload of one ksmol_tcp_out. */
static u32 output_burst(const struct ksmol_tcb *tcb)
{
	u32 max = tcb->gso_max;

	/* Each segment has an urgent pointer of its own. */
	if (unlikely(tcb->flags & KSMOL_TCP_F_URG))
		return tcb->mss;
	if (unlikely(tcb->cfg.pacing))
		max = min_t(u64, max, max_t(u64, 2 * tcb->mss,
					    div_u64(tcb->cfg.pacing, 1000)));
	return max(max, tcb->mss);
}

/* With nothing in flight one segment may always go: nothing else would ever
 * open a window that is smaller than that.
 */
static u32 output_room(const struct ksmol_tcb *tcb)
{
	u32 room = ksmol_tcp_cwnd_room(tcb);

	if (unlikely(room < tcb->mss) && !ksmol_tcp_pipe(tcb))
		return tcb->mss;
	return room;
}

static bool output_paced(struct ksmol_tcb *tcb, u64 now)
{
	if (likely(!tcb->cfg.pacing || now >= tcb->pace_next))
		return false;
	ksmol_tcp_send_at(tcb, tcb->pace_next);
	return true;
}

/*
 * Fills in header and payload of a segment with data or FIN. Fewer bytes may
 * come out than @len: options take room from every segment, and a frame takes
 * only so many pbufs. @flags: FIN, PSH and CWR, for the segment as asked.
 */
static void output_payload(struct ksmol_tcb *tcb, u64 now,
			   struct ksmol_tcp_out *out, u32 seq, u32 len,
			   u8 flags)
{
	u32 mss = tcb->mss, take = len;

	ksmol_tcp_header_fill(tcb, now, out, seq, flags);
	if (unlikely(out->h.nr_sack))
		mss -= 4 + 8 * out->h.nr_sack;
	if (take)
		take = ksmol_tcp_sndq_span(tcb, out->pb, out->off, take,
					   &out->last);
	if (unlikely(take < len || mss < tcb->mss)) {
		if (take > mss)
			take -= take % mss;
		if (take < len)
			out->h.flags &= ~(KSMOL_TCP_FIN | KSMOL_TCP_PSH);
	}
	out->len = take;
	out->mss = mss;
}

/* --- again --- */

/*
 * RFC 9293 3.8.6: what lies beyond a window that shrank waits, but for the
 * first segment, which finds out when it opens again.
 */
static u32 output_again_wnd(const struct ksmol_tcb *tcb, u32 seq)
{
	u32 wnd = ksmol_tcp_wnd_end(tcb) - seq;

	if ((s32)wnd < 0)
		wnd = 0;
	return seq == tcb->snd_una ? max(wnd, tcb->mss) : wnd;
}

/*
 * How much of @rec may go out now; false when nothing may. After a timeout a
 * small segment counts for a full one, or a window of one segment would let a
 * thousand of them go at once (RFC 6298 5.4).
 */
static bool output_again_len(const struct ksmol_tcb *tcb, u32 seq, u32 *len)
{
	u32 need = tcb->ca == KSMOL_TCP_CA_LOSS ? tcb->mss :
						  min(*len, tcb->mss);
	u32 room = output_room(tcb);
	u32 max = output_again_wnd(tcb, seq);

	if (!max || room < need)
		return false;
	max = min3(max, room, output_burst(tcb));
	if (*len > max)
		*len = max < tcb->mss ? max : max - max % tcb->mss;
	return true;
}

/* @rec once more, its first @len bytes of payload. */
static bool output_rec(struct ksmol_tcb *tcb, u64 now,
		       struct ksmol_tcp_out *out, struct ksmol_tcp_rec *rec,
		       u32 seq, u32 len)
{
	u32 end = rec->end - !!(rec->flags & KSMOL_TCP_REC_FIN);
	u8 flags = 0;

	output_init(out, KSMOL_TCP_OUT_RETRANS);
	out->rec = rec;
	if (len) {
		out->pb = ksmol_tcp_sndq_find(tcb, rec->pb, seq, &out->off);
		if (WARN_ON_ONCE(!out->pb))
			return false;
	}
	if (seq + len == end) {
		if (rec->flags & KSMOL_TCP_REC_FIN)
			flags |= KSMOL_TCP_FIN;
		if (end == tcb->write_seq)
			flags |= KSMOL_TCP_PSH;
	}
	output_payload(tcb, now, out, seq, len, flags);
	return true;
}

static bool output_again(struct ksmol_tcb *tcb, u64 now,
			 struct ksmol_tcp_out *out)
{
	struct ksmol_tcp_rec *rec = ksmol_tcp_lost_next(tcb);
	u32 seq, len;

	if (!rec)
		return false;
	if (rec->flags & KSMOL_TCP_REC_SYN) {
		output_syn(tcb, now, out, KSMOL_TCP_OUT_RETRANS);
		out->rec = rec;
		return true;
	}
	seq = rec->seq;
	len = rec->end - seq - !!(rec->flags & KSMOL_TCP_REC_FIN);
	if (output_paced(tcb, now) || !output_again_len(tcb, seq, &len))
		return false;
	return output_rec(tcb, now, out, rec, seq, len);
}

/* --- new data --- */

/* Held back for more to come, so that one full segment goes instead. */
static bool output_corked(struct ksmol_tcb *tcb, u64 now)
{
	if (likely(!tcb->cfg.cork && !(tcb->flags & KSMOL_TCP_F_MORE))) {
		tcb->cork_since = 0;
		return false;
	}
	if (!tcb->cork_since)
		tcb->cork_since = now ?: 1;
	if (now >= tcb->cork_since + KSMOL_TCP_CORK_MAX)
		return false;
	ksmol_tcp_send_at(tcb, tcb->cork_since + KSMOL_TCP_CORK_MAX);
	return true;
}

/*
 * Must a last segment that isn't full wait? Nagle's algorithm (RFC 9293
 * 3.7.4) in Minshall's variant: one small segment may be under way, not two.
 */
static bool output_held(struct ksmol_tcb *tcb, u64 now)
{
	if (tcb->flags & (KSMOL_TCP_F_FIN | KSMOL_TCP_F_URG) ||
	    tcb->ack & KSMOL_TCP_ACK_PROBE)
		return false;
	if (output_corked(tcb, now))
		return true;
	return !tcb->cfg.nodelay && ksmol_tcp_in_flight(tcb) &&
	       ksmol_seq_after(tcb->snd_sml, tcb->snd_una) &&
	       !ksmol_seq_after(tcb->snd_sml, tcb->snd_nxt);
}

/*
 * More may go soon, when the next ACK comes: wait for it, because one large
 * super-segment costs less than several small ones. Not if that ACK could be
 * long in coming.
 */
static bool output_defer(const struct ksmol_tcb *tcb, u64 now, u32 len,
			 u32 burst)
{
	return len < burst && tcb->ca < KSMOL_TCP_CA_RECOVERY &&
	       len < min(tcb->cwnd, tcb->snd_wnd) / 3 &&
	       tcb->snd_nxt - tcb->snd_una > 2 * tcb->mss &&
	       now < tcb->last_tx + USEC_PER_MSEC;
}

/*
 * Sender's silly window avoidance (RFC 9293 3.8.6.2.1): less than a segment
 * goes only if it is all there is, or half of the largest window ever seen, or
 * when the time is up (ACK_PROBE).
 */
static bool output_silly(const struct ksmol_tcb *tcb, u32 usable)
{
	return usable < tcb->snd_max_wnd / 2 &&
	       !(tcb->ack & KSMOL_TCP_ACK_PROBE);
}

/* How much of the @unsent bytes may go now; 0: @stop says why not. */
static u32 output_new_len(struct ksmol_tcb *tcb, u64 now, u32 unsent,
			  enum output_stop *stop)
{
	u32 usable = ksmol_tcp_usable(tcb), room = output_room(tcb);
	u32 burst = output_burst(tcb);
	u32 len = min(min3(unsent, usable, room), burst);

	*stop = room < usable ? STOP_CWND : STOP_WINDOW;
	if (len == unsent) {
		u32 tail = len % tcb->mss;

		if (!tail || !output_held(tcb, now))
			return len;
		*stop = STOP_HELD;
		return len - tail;
	}
	if (len < tcb->mss)
		return room >= usable && !output_silly(tcb, usable) ? len : 0;
	if (output_defer(tcb, now, len, burst))
		return 0;
	return len - len % tcb->mss;
}

/* PSH ends what the program wrote, and half of a large window (RFC 9293
 * 3.9.1.2).
 */
static bool output_push(const struct ksmol_tcb *tcb, u32 end)
{
	return end == tcb->write_seq ||
	       ksmol_seq_after(end, tcb->snd_psh + tcb->snd_max_wnd / 2);
}

/* @len bytes never sent before, and the FIN if it fits behind them. */
static bool output_data(struct ksmol_tcb *tcb, u64 now,
			struct ksmol_tcp_out *out, u32 len)
{
	u32 seq = tcb->snd_nxt;
	u8 flags = 0;

	output_init(out, KSMOL_TCP_OUT_NEW);
	if (len) {
		out->pb = ksmol_tcp_sndq_find(tcb, tcb->snd_cursor, seq,
					      &out->off);
		if (WARN_ON_ONCE(!out->pb))
			return false;
		if (output_push(tcb, seq + len))
			flags |= KSMOL_TCP_PSH;
		if (tcb->flags & KSMOL_TCP_F_ECN) {
			out->ect = true;
			if (tcb->flags & KSMOL_TCP_F_CWR)
				flags |= KSMOL_TCP_CWR;
		}
	}
	if (unlikely(tcb->flags & KSMOL_TCP_F_FIN) &&
	    seq + len == tcb->write_seq && len < ksmol_tcp_usable(tcb))
		flags |= KSMOL_TCP_FIN;
	output_payload(tcb, now, out, seq, len, flags);
	return true;
}

static bool output_new(struct ksmol_tcb *tcb, u64 now,
		       struct ksmol_tcp_out *out, enum output_stop *stop)
{
	u32 unsent = ksmol_tcp_notsent(tcb);
	u32 len;

	*stop = STOP_NONE;
	if (!unsent) {
		/* The FIN waits for the window, but for nothing else. */
		if (likely(!ksmol_tcp_fin_due(tcb)))
			return false;
		*stop = STOP_WINDOW;
		return ksmol_tcp_usable(tcb) && output_data(tcb, now, out, 0);
	}
	if (unlikely(tcb->mtu_at))
		ksmol_tcp_pmtu_age(tcb, now);
	if (!ksmol_tcp_in_flight(tcb))
		ksmol_tcp_cwnd_restart(tcb, now);
	if (unlikely(output_paced(tcb, now))) {
		*stop = STOP_HELD;
		return false;
	}
	len = output_new_len(tcb, now, unsent, stop);
	return len && output_data(tcb, now, out, len);
}

/*
 * Tail loss probe (RFC 8985 7.3): new data though cwnd is full, or the last
 * segment once more.
 */
static bool output_tlp(struct ksmol_tcb *tcb, u64 now,
		       struct ksmol_tcp_out *out)
{
	struct ksmol_tcp_rec *rec = tcb->rec_last;
	u32 len = min3(ksmol_tcp_notsent(tcb), ksmol_tcp_usable(tcb), tcb->mss);
	bool any;

	if (len) {
		any = output_data(tcb, now, out, len);
	} else {
		if (!rec)
			return false;
		len = rec->end - rec->seq - !!(rec->flags & KSMOL_TCP_REC_FIN);
		any = output_rec(tcb, now, out, rec, rec->seq,
				 min(len, tcb->mss));
	}
	out->tlp = true;
	return any;
}

/* --- without data --- */

/*
 * An old number: whoever is there answers with an ACK and its window (RFC 9293
 * 3.8.4, 3.8.6.1).
 */
static bool output_probe(struct ksmol_tcb *tcb, u64 now,
			 struct ksmol_tcp_out *out)
{
	output_init(out, KSMOL_TCP_OUT_PROBE);
	ksmol_tcp_header_fill(tcb, now, out, tcb->snd_una - 1, 0);
	return true;
}

static bool output_ack(struct ksmol_tcb *tcb, u64 now,
		       struct ksmol_tcp_out *out)
{
	/* RFC 9293 3.5, simultaneous open: SYN|ACK acknowledges the SYN. */
	if (tcb->state == TCP_SYN_RECV)
		return output_syn(tcb, now, out, KSMOL_TCP_OUT_ACK);
	output_init(out, KSMOL_TCP_OUT_ACK);
	ksmol_tcp_header_fill(tcb, now, out, output_seq(tcb), 0);
	return true;
}

/* Until our SYN is acknowledged there is nothing else to be sent. */
static bool output_opening(struct ksmol_tcb *tcb, u64 now,
			   struct ksmol_tcp_out *out)
{
	if (tcb->snd_nxt == tcb->iss)
		return output_syn(tcb, now, out, KSMOL_TCP_OUT_NEW);
	if (tcb->lost && output_again(tcb, now, out))
		return true;
	return tcb->state == TCP_SYN_RECV &&
	       tcb->ack & (KSMOL_TCP_ACK_NOW | KSMOL_TCP_ACK_CHALLENGE) &&
	       output_ack(tcb, now, out);
}

/* Nothing more goes out now. Who waits for a window alone must ask for it. */
static bool output_nothing(struct ksmol_tcb *tcb, u64 now,
			   enum output_stop stop)
{
	if (stop == STOP_CWND)
		ksmol_tcp_cwnd_validate(tcb, true, now);
	if (likely(stop != STOP_WINDOW || ksmol_tcp_in_flight(tcb))) {
		ksmol_tcp_persist_off(tcb);
		return false;
	}
	/* RFC 9293 3.8.6.2.1: a window too small is waited for less long. */
	if (ksmol_tcp_usable(tcb))
		tcb->persist = 0;
	ksmol_tcp_persist(tcb, now);
	return false;
}

bool ksmol_tcp_next(struct ksmol_tcb *tcb, u64 now, struct ksmol_tcp_out *out)
{
	enum output_stop stop;

	if (unlikely(tcb->flags & KSMOL_TCP_F_RESET)) {
		output_reset(tcb, now, out);
		return true;
	}
	if (unlikely(tcb->state == TCP_CLOSE))
		return false;
	if (unlikely(tcb->state == TCP_SYN_SENT || tcb->state == TCP_SYN_RECV))
		return output_opening(tcb, now, out);
	if (unlikely(tcb->lost) && output_again(tcb, now, out))
		return true;
	if (unlikely(tcb->tlp_due) && output_tlp(tcb, now, out))
		return true;
	if (output_new(tcb, now, out, &stop))
		return true;
	if (unlikely(tcb->ack & KSMOL_TCP_ACK_PROBE))
		return output_probe(tcb, now, out);
	if (tcb->ack & (KSMOL_TCP_ACK_NOW | KSMOL_TCP_ACK_CHALLENGE))
		return output_ack(tcb, now, out);
	return output_nothing(tcb, now, stop);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_next);
