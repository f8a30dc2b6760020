// SPDX-License-Identifier: GPL-2.0-only
/* Headers of what TCP sends: acknowledgment, window, flags and options. */

#include "tcp_send.h"

/* Bytes that options may take in a header (RFC 9293 3.1). */
#define OPTIONS_MAX	(KSMOL_TCP_HLEN_MAX - KSMOL_TCP_HLEN)

/* Once negotiated, in every segment (RFC 7323 3.2). */
static void header_timestamps(struct ksmol_tcb *tcb, u64 now,
			      struct ksmol_tcp_header *h)
{
	h->opts |= KSMOL_TCP_OPT_TS;
	h->tsval = ksmol_tcp_ts(tcb, now);
	h->tsecr = tcb->ts_recent;
}

/*
 * A receiver with holes says so whenever it sends (RFC 2018 4). Payload makes
 * room for it, but no segment shrinks by more than a quarter.
 */
static void header_sack(struct ksmol_tcb *tcb, struct ksmol_tcp_out *out)
{
	u32 room = OPTIONS_MAX;

	if (out->h.opts & KSMOL_TCP_OPT_TS)
		room -= KSMOL_TCP_TS_LEN;
	if (out->kind == KSMOL_TCP_OUT_NEW ||
	    out->kind == KSMOL_TCP_OUT_RETRANS)
		room = min(room, tcb->mss / 4);
	ksmol_tcp_sack_fill(tcb, &out->h, room);
}

/*
 * The pointer counts from this segment; what it can't span yet is said by a
 * later one (RFC 9293 3.8.5).
 */
static void header_urgent(struct ksmol_tcb *tcb, struct ksmol_tcp_header *h)
{
	u32 ahead = tcb->snd_up - h->seq;

	if (!ksmol_seq_after(tcb->snd_up, h->seq))
		return;
	h->flags |= KSMOL_TCP_URG;
	h->urg = min_t(u32, ahead, U16_MAX);
}

void ksmol_tcp_header_fill(struct ksmol_tcb *tcb, u64 now,
			   struct ksmol_tcp_out *out, u32 seq, u8 flags)
{
	struct ksmol_tcp_header *h = &out->h;

	h->seq = seq;
	h->ack = tcb->rcv_nxt;
	h->flags = flags | KSMOL_TCP_ACK;
	if (tcb->flags & KSMOL_TCP_F_TS)
		header_timestamps(tcb, now, h);
	if (likely(out->kind != KSMOL_TCP_OUT_RESET)) {
		h->window = ksmol_tcp_window_field(tcb, ksmol_tcp_window(tcb),
						   false);
		if (tcb->flags & KSMOL_TCP_F_ECE)
			h->flags |= KSMOL_TCP_ECE;	/* RFC 3168 6.1.3 */
		if (unlikely(tcb->flags & KSMOL_TCP_F_URG))
			header_urgent(tcb, h);
		if (unlikely(tcb->flags & KSMOL_TCP_F_SACK &&
			     (tcb->nr_sack ||
			      tcb->dsack.start != tcb->dsack.end)))
			header_sack(tcb, out);
	}
	h->hlen = ksmol_tcp_header_len(h);
}

/* What we can receive, whatever the way to the peer lets through. */
static u16 header_mss(const struct ksmol_tcb *tcb)
{
	u32 mss = tcb->route_mtu - tcb->net_hlen - KSMOL_TCP_HLEN;

	if (tcb->cfg.user_mss)
		mss = min_t(u32, mss, tcb->cfg.user_mss);
	return min_t(u32, mss, U16_MAX);
}

/* What our SYN offers, or our SYN|ACK grants in a simultaneous open. */
static u8 header_syn_opts(const struct ksmol_tcb *tcb)
{
	bool offer = tcb->state == TCP_SYN_SENT;
	u8 opts = KSMOL_TCP_OPT_MSS;

	if (offer ? tcb->cfg.wscaling : !!(tcb->flags & KSMOL_TCP_F_WSCALE))
		opts |= KSMOL_TCP_OPT_WSCALE;
	if (offer ? tcb->cfg.sack : !!(tcb->flags & KSMOL_TCP_F_SACK))
		opts |= KSMOL_TCP_OPT_SACK_OK;
	if (offer ? tcb->cfg.timestamps : !!(tcb->flags & KSMOL_TCP_F_TS))
		opts |= KSMOL_TCP_OPT_TS;
	return opts;
}

/* RFC 3168 6.1.1. A SYN that got no answer is repeated without (6.1.1.1). */
static u8 header_syn_ecn(const struct ksmol_tcb *tcb,
			 const struct ksmol_tcp_out *out)
{
	if (tcb->state == TCP_SYN_RECV)
		return tcb->flags & KSMOL_TCP_F_ECN ? KSMOL_TCP_ECE : 0;
	if (tcb->cfg.ecn && out->kind == KSMOL_TCP_OUT_NEW)
		return KSMOL_TCP_ECE | KSMOL_TCP_CWR;
	return 0;
}

/* The window of a segment with SYN is never scaled (RFC 7323 2.2). */
void ksmol_tcp_header_syn(struct ksmol_tcb *tcb, u64 now,
			  struct ksmol_tcp_out *out)
{
	struct ksmol_tcp_header *h = &out->h;

	h->seq = tcb->iss;
	h->flags = KSMOL_TCP_SYN | header_syn_ecn(tcb, out);
	if (tcb->state == TCP_SYN_RECV) {
		h->flags |= KSMOL_TCP_ACK;
		h->ack = tcb->rcv_nxt;
	}
	h->window = ksmol_tcp_window_field(tcb, tcb->rcv_wnd, true);
	h->opts = header_syn_opts(tcb);
	h->mss = header_mss(tcb);
	h->wscale = tcb->rcv_wscale;
	if (h->opts & KSMOL_TCP_OPT_TS)
		header_timestamps(tcb, now, h);
	h->hlen = ksmol_tcp_header_len(h);
}
