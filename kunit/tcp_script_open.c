// SPDX-License-Identifier: GPL-2.0-only
/* Packet scripts: connections set up, with or without showing how. */

#include "tcp_script.h"

/**
 * struct opening - what "open" and "connect" are told
 * @opts: what both sides offer, KSMOL_TCP_OPT_*
 * @wscale: the peer's shift
 * @mss: the peer's
 * @win: the peer's first window, as in the header
 * @rtt: microseconds that the handshake takes
 * @cwnd: set when established; 0: as it is
 * @ssthresh: likewise
 * @ecn: both sides want it
 */
struct opening {
	u8 opts;
	u8 wscale;
	u16 mss;
	u32 win;
	u32 rtt;
	u32 cwnd;
	u32 ssthresh;
	bool ecn;
};

static bool parse_limits(struct tcp_script *s)
{
	struct ksmol_tcb *tcb = &s->tcb;

	if (script_accept(s, "iss"))
		s->iss = script_number(s);
	else if (script_accept(s, "irs"))
		s->irs = script_number(s);
	else if (script_accept(s, "mtu"))
		ksmol_tcp_set_path(tcb, script_number(s), 20);
	else if (script_accept(s, "gso"))
		tcb->gso_max = script_number(s);
	else if (script_accept(s, "rcvbuf"))
		tcb->cfg.rcvbuf = script_number(s);
	else if (script_accept(s, "rcvbuf_max"))
		tcb->cfg.rcvbuf_max = script_number(s);
	else if (script_accept(s, "sndbuf"))
		tcb->cfg.sndbuf = script_number(s);
	else if (script_accept(s, "user_mss"))
		tcb->cfg.user_mss = script_number(s);
	else if (script_accept(s, "user_timeout"))
		tcb->cfg.user_timeout = script_number(s);
	else if (script_accept(s, "nodelay"))
		tcb->cfg.nodelay = 1;
	else if (script_accept(s, "cubic"))
		tcb->cong = ksmol_tcp_cong_find("cubic");
	else
		return false;
	return true;
}

static bool parse_wscale(struct tcp_script *s, struct opening *o)
{
	if (!script_accept(s, "wscale"))
		return false;
	o->opts |= KSMOL_TCP_OPT_WSCALE;
	o->wscale = script_number(s);
	return true;
}

static void parse_key(struct tcp_script *s, struct opening *o)
{
	if (script_accept(s, "mss"))
		o->mss = script_number(s);
	else if (script_accept(s, "win"))
		o->win = script_number(s);
	else if (script_accept(s, "rtt"))
		o->rtt = script_number(s);
	else if (script_accept(s, "sack"))
		o->opts |= KSMOL_TCP_OPT_SACK_OK;
	else if (script_accept(s, "ts"))
		o->opts |= KSMOL_TCP_OPT_TS;
	else if (script_accept(s, "ecn"))
		o->ecn = true;
	else if (script_accept(s, "cwnd"))
		o->cwnd = script_number(s);
	else if (script_accept(s, "ssthresh"))
		o->ssthresh = script_number(s);
	else if (!parse_wscale(s, o) && !parse_limits(s))
		script_fail(s, "can't open with '%.*s'", (int)s->tok_len,
			    s->tok);
}

static void begin(struct tcp_script *s, struct opening *o)
{
	struct ksmol_tcb *tcb = &s->tcb;

	*o = (struct opening){
		.mss = 1000, .win = 65535, .rtt = 10 * USEC_PER_MSEC,
	};
	ksmol_tcp_init(tcb, &s->pool);
	tcb->cong = ksmol_tcp_cong_find("reno");
	tcb->gso_max = 0;
	tcb->gso_frags = 17;
	tcb->cfg.rcvbuf = 65535;
	tcb->cfg.rcvbuf_max = 0;
	tcb->cfg.sndbuf = 1 << 20;
	ksmol_tcp_set_path(tcb, 1500, 20);
	while (script_more(s))
		parse_key(s, o);
	tcb->cfg.rcvbuf_max = max(tcb->cfg.rcvbuf_max, tcb->cfg.rcvbuf);
	tcb->cfg.sack = !!(o->opts & KSMOL_TCP_OPT_SACK_OK);
	tcb->cfg.timestamps = !!(o->opts & KSMOL_TCP_OPT_TS);
	tcb->cfg.wscaling = !!(o->opts & KSMOL_TCP_OPT_WSCALE);
	tcb->cfg.ecn = o->ecn;
	s->win = o->win;
	s->opened = true;
}

/* Our timestamps count milliseconds from 1000 when the script begins. */
static u32 ts_offset(const struct tcp_script *s)
{
	return 1000 - (u32)div_u64(s->start, USEC_PER_MSEC);
}

static void connect(struct tcp_script *s)
{
	ksmol_tcp_connect(&s->tcb, s->iss, ts_offset(s), s->now);
	script_pump(s);
}

/* The peer's answer to our SYN, and what we make of it. */
static void handshake(struct tcp_script *s, const struct opening *o)
{
	struct tcp_script_seg seg = {
		.has = TCP_SCRIPT_HAS_WIN,
		.win_lo = o->win,
		.h.seq = s->irs,
		.h.ack = s->iss + 1,
		.h.flags = KSMOL_TCP_SYN | KSMOL_TCP_ACK |
			   (o->ecn ? KSMOL_TCP_ECE : 0),
		.h.opts = o->opts | KSMOL_TCP_OPT_MSS,
		.h.mss = o->mss,
		.h.wscale = o->wscale,
		.segs = 1,
	};

	if (s->boxed != 1 || !(s->box[0].out.h.flags & KSMOL_TCP_SYN))
		script_fail(s, "no SYN was sent");
	s->boxed = 0;
	s->at = s->now + o->rtt;
	script_advance(s);
	script_arrive(s, &seg);
	if (s->boxed != 1 || s->box[0].out.h.flags != KSMOL_TCP_ACK)
		script_fail(s, "no ACK for the SYN|ACK");
	s->boxed = 0;
}

static void passive(struct tcp_script *s, const struct opening *o)
{
	struct ksmol_tcb *tcb = &s->tcb;
	struct ksmol_tcp_open open = {
		.irs = s->irs,
		.iss = s->iss,
		.opts = o->opts,
		.mss = o->mss,
		.wscale = o->wscale,
		.ts_recent = 5000,
		.ts_offset = ts_offset(s),
		.rtt = o->rtt,
		.ecn = o->ecn,
	};

	ksmol_tcp_window_init(&tcb->cfg, &s->pool, &open.rcv_wnd,
			      &open.rcv_wscale);
	open.rcv_wnd = min(open.rcv_wnd, 65535U);
	s->edge = s->irs + 1 + open.rcv_wnd;
	s->edged = true;
	s->ts_seen = 1000;
	s->now += o->rtt;
	ksmol_tcp_opened(tcb, &open, s->now);
}

static void last_ack(struct tcp_script *s, const struct opening *o)
{
	struct tcp_script_seg seg = {
		.has = TCP_SCRIPT_HAS_WIN,
		.win_lo = o->win,
		.h.seq = s->irs + 1,
		.h.ack = s->iss + 1,
		.h.flags = KSMOL_TCP_ACK,
		.segs = 1,
	};

	script_arrive(s, &seg);
	if (s->boxed)
		script_fail(s, "the last ACK was answered");
}

/* Return: false when it is none of these events. */
bool script_open(struct tcp_script *s)
{
	bool open = script_accept(s, "open");
	bool active = open ? script_accept(s, "active") :
			     script_accept(s, "connect");
	struct opening o;

	if (!active && !script_accept(s, open ? "passive" : "accept"))
		return false;
	begin(s, &o);
	if (active)
		connect(s);
	else
		passive(s, &o);
	if (!open)
		return true;
	if (active)
		handshake(s, &o);
	else
		last_ack(s, &o);
	if (s->tcb.state != TCP_ESTABLISHED)
		script_fail(s, "not established");
	if (o.cwnd) {
		s->tcb.cwnd = o.cwnd;
		s->tcb.cwnd_stamp = s->now;
	}
	if (o.ssthresh)
		s->tcb.ssthresh = o.ssthresh;
	s->tcb.events = 0;
	s->base = s->now;
	return true;
}
