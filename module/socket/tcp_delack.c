// SPDX-License-Identifier: GPL-2.0-only
/*
 * When received data is acknowledged: every second full-sized segment at
 * once, others after a pause (RFC 9293 3.8.6.3, RFC 5681 4.2); at once, too,
 * while the peer is still opening its window and while something is missing.
 */

#include <ksmol/compat.h>
#include "tcp.h"

#define QUICK_MAX	16U	/* segments */

/* Half a window of segments, so that the peer's slow start isn't slowed. */
static u8 quick_start(const struct ksmol_tcb *tcb)
{
	u32 n = tcb->rcv_wnd / (2 * max_t(u32, tcb->rcv_mss, KSMOL_TCP_MSS_MIN));

	return clamp(n, 2U, QUICK_MAX);
}

void ksmol_tcp_ack_quickly(struct ksmol_tcb *tcb)
{
	tcb->quick = max(tcb->quick, quick_start(tcb));
	tcb->pingpong = false;
	tcb->ack |= KSMOL_TCP_ACK_NOW;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_ack_quickly);

/*
 * Larger ones are believed at once, as far as the way here lets them through
 * in one piece; smaller ones when two in a row, without a PSH that would
 * explain it, have the same size. One that ends where the window does may have
 * been cut to fit: until the next shows what the peer would send, it is taken
 * to be all that fits the way, so that the window has room for it.
 */
static void measure_mss(struct ksmol_tcb *tcb, const struct ksmol_tcp_seg *seg)
{
	u32 most = tcb->route_mtu - tcb->net_hlen - KSMOL_TCP_HLEN;
	u16 mss = min_t(u32, seg->mss, most);

	if (!ksmol_tcp_rcv_room(tcb) && mss != tcb->rcv_mss_last)
		tcb->rcv_mss = most;
	else if (mss >= tcb->rcv_mss ||
		 (mss == tcb->rcv_mss_last && mss >= KSMOL_TCP_MSS_MIN &&
		  !(seg->h.flags & KSMOL_TCP_PSH)))
		tcb->rcv_mss = mss;
	tcb->rcv_mss_last = mss;
}

/* The pause follows that between segments: more are likely to come soon. */
static void measure_pause(struct ksmol_tcb *tcb, u64 now)
{
	u64 m = now - tcb->last_data;

	tcb->last_data = now;
	if (unlikely(!tcb->ato)) {
		tcb->ato = KSMOL_TCP_DELACK_MIN;
		tcb->quick = max(tcb->quick, quick_start(tcb));
	} else if (m <= KSMOL_TCP_DELACK_MIN / 2) {
		tcb->ato = tcb->ato / 2 + KSMOL_TCP_DELACK_MIN / 2;
	} else if (m < tcb->ato) {
		tcb->ato = min_t(u32, tcb->ato / 2 + m, tcb->rto);
	} else if (m > tcb->rto) {
		/* Idle for so long that the peer starts slowly again */
		tcb->quick = max(tcb->quick, quick_start(tcb));
	}
}

static void ack_later(struct ksmol_tcb *tcb, u64 now)
{
	u64 pause = clamp_t(u64, tcb->ato, KSMOL_TCP_DELACK_MIN,
			    KSMOL_TCP_DELACK_MAX);
	u64 due;

	/* More than a round trip would only slow the peer down */
	if (tcb->srtt8 && pause > tcb->srtt8 / 8)
		pause = max_t(u64, tcb->srtt8 / 8, KSMOL_TCP_DELACK_MIN);
	due = now + pause;
	if (!tcb->due[KSMOL_TCP_T_DELACK] ||
	    due < tcb->due[KSMOL_TCP_T_DELACK])
		ksmol_tcp_arm_at(tcb, KSMOL_TCP_T_DELACK, due);
	tcb->ack |= KSMOL_TCP_ACK_DELAYED;
}

/* TCP_QUICKACK 0 asks for no haste. */
static bool in_haste(const struct ksmol_tcb *tcb)
{
	return tcb->quick && !tcb->pingpong && !tcb->cfg.quickack_off;
}

/*
 * Every second full-sized segment, as long as the reader keeps up. When it has
 * more than these to read, its next read announces what came meanwhile and the
 * room that it made, in one ACK, as Linux has it: the peer isn't waiting, and an
 * ACK costs as much as a segment. Unless so much came that the peer might wait.
 */
static bool keeps_up(const struct ksmol_tcb *tcb)
{
	return ksmol_tcp_readable(tcb) <= 2 * tcb->rcv_mss;
}

static bool ack_due(const struct ksmol_tcb *tcb)
{
	u32 unacked = tcb->rcv_nxt - tcb->rcv_wup;

	return unacked > tcb->rcv_mss &&
	       (keeps_up(tcb) || unacked > tcb->cfg.rcvbuf / 4);
}

/* The peer can do nothing but wait. */
static bool used_up(const struct ksmol_tcb *tcb)
{
	return ksmol_tcp_rcv_room(tcb) < tcb->rcv_mss && keeps_up(tcb);
}

void ksmol_tcp_data_in(struct ksmol_tcb *tcb, const struct ksmol_tcp_seg *seg,
		       bool filled, u64 now)
{
	bool haste;

	measure_mss(tcb, seg);
	measure_pause(tcb, now);
	ksmol_tcp_rcv_rtt(tcb, seg, now);

	haste = in_haste(tcb);
	tcb->quick -= min_t(u32, tcb->quick, seg->segs);
	/* RFC 5681 4.2: also when it fills all or part of a gap. */
	if (haste || filled || ack_due(tcb) || used_up(tcb))
		tcb->ack |= KSMOL_TCP_ACK_NOW;
	else
		ack_later(tcb, now);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_data_in);
