// SPDX-License-Identifier: GPL-2.0-only
/* Packet scripts: what must hold after each step, whatever the script says. */

#include "tcp_script.h"

static void check_records(struct tcp_script *s)
{
	const struct ksmol_tcb *tcb = &s->tcb;
	u32 sacked = 0, lost = 0, retrans = 0, at = tcb->snd_una;
	const struct ksmol_tcp_rec *rec, *last = NULL;
	u32 timed = 0, listed = 0;
	u64 before = 0;
	struct rb_node *node;

	for (node = rb_first(&tcb->recs); node; node = rb_next(node)) {
		rec = rb_entry(node, struct ksmol_tcp_rec, node);
		if (rec->seq != at || !ksmol_seq_before(rec->seq, rec->end))
			script_fail(s, "record %d..%d, expected to begin at %d",
				    rec->seq - s->iss, rec->end - s->iss,
				    at - s->iss);
		at = rec->end;
		last = rec;
		sacked += rec->flags & KSMOL_TCP_REC_SACKED ? at - rec->seq : 0;
		lost += rec->flags & KSMOL_TCP_REC_LOST ? at - rec->seq : 0;
		retrans += rec->flags & KSMOL_TCP_REC_RETRANS ?
			   at - rec->seq : 0;
		if (!(rec->flags & KSMOL_TCP_REC_SACKED) &&
		    (!(rec->flags & KSMOL_TCP_REC_LOST) ||
		     rec->flags & KSMOL_TCP_REC_RETRANS))
			timed++;
	}
	if (at != tcb->snd_nxt)
		script_fail(s, "records end at %d, nxt is %d", at - s->iss,
			    tcb->snd_nxt - s->iss);
	if (last != tcb->rec_last)
		script_fail(s, "rec_last is not the last record");
	if (!(tcb->flags & KSMOL_TCP_F_SACK))
		sacked = tcb->sacked;	/* stands for duplicate ACKs then */
	if (sacked != tcb->sacked || lost != tcb->lost ||
	    retrans != tcb->retrans)
		script_fail(s, "sacked %u lost %u retrans %u, records have %u %u %u",
			    tcb->sacked, tcb->lost, tcb->retrans, sacked, lost,
			    retrans);
	list_for_each_entry(rec, &tcb->sent, time) {
		if (rec->xmit < before)
			script_fail(s, "records out of order by time");
		before = rec->xmit;
		listed++;
	}
	if (listed != timed)
		script_fail(s, "%u records in flight, %u in the list by time",
			    timed, listed);
}

static void check_send_queue(struct tcp_script *s)
{
	const struct ksmol_tcb *tcb = &s->tcb;
	const struct ksmol_pbuf *pb = tcb->sndq.first;
	u32 end;

	if (ksmol_seq_after(tcb->snd_una, tcb->snd_nxt))
		script_fail(s, "una %d after nxt %d", tcb->snd_una - s->iss,
			    tcb->snd_nxt - s->iss);
	if (ksmol_seq_after(tcb->snd_nxt, tcb->write_seq + 1))
		script_fail(s, "nxt %d beyond what was written, %d",
			    tcb->snd_nxt - s->iss, tcb->write_seq - s->iss);
	if (!pb)
		return;
	if (ksmol_seq_after(pb->tx.seq, tcb->snd_una) &&
	    tcb->snd_una != s->iss)
		script_fail(s, "send queue begins after una");
	for (end = pb->tx.seq; pb; pb = pb->next) {
		if (pb->tx.seq != end)
			script_fail(s, "gap in the send queue at %d",
				    end - s->iss);
		end = pb->tx.seq + pb->len;
	}
	if (end != tcb->write_seq)
		script_fail(s, "send queue ends at %d, written %d",
			    end - s->iss, tcb->write_seq - s->iss);
}

static void check_receive_queue(struct tcp_script *s)
{
	const struct ksmol_tcb *tcb = &s->tcb;
	const struct ksmol_pbuf *pb = tcb->rcvq.first;
	u32 end = tcb->copied_seq, n = 0;

	if (!pb && ksmol_tcp_readable(tcb) &&
	    !(tcb->flags & KSMOL_TCP_F_RCV_SHUT))
		script_fail(s, "%u bytes to be read, queue is empty",
			    ksmol_tcp_readable(tcb));
	if (!pb)
		return;
	if (ksmol_seq_after(pb->rx.tcp.seq, end))
		script_fail(s, "receive queue begins after what was read");
	for (end = pb->rx.tcp.seq; pb; pb = pb->next, n++) {
		if (pb->rx.tcp.seq != end)
			script_fail(s, "gap in the receive queue at %d",
				    end - s->irs);
		if (pb->owner != KSMOL_OWNER_SOCKET)
			script_fail(s, "queued pbuf without owner");
		end = pb->rx.tcp.seq + pb->len;
	}
	if (end != tcb->copied_seq + ksmol_tcp_readable(tcb))
		script_fail(s, "receive queue ends at %d", end - s->irs);
	if (n != tcb->rcvq.count)
		script_fail(s, "receive queue counts wrong");
}

static void check_ooo(struct tcp_script *s)
{
	const struct ksmol_tcb *tcb = &s->tcb;
	u32 bytes = 0, pbufs = 0, end = tcb->rcv_nxt;
	const struct ksmol_pbuf *pb;
	struct rb_node *node;

	for (node = rb_first(&tcb->ooo); node; node = rb_next(node)) {
		pb = rb_entry(node, struct ksmol_pbuf, rx.tcp.node);
		if (ksmol_seq_before(pb->rx.tcp.seq, end))
			script_fail(s, "out-of-order data overlaps at %d",
				    pb->rx.tcp.seq - s->irs);
		end = pb->rx.tcp.seq + pb->len;
		bytes += pb->len;
		pbufs++;
	}
	if (pbufs && ksmol_seq_after(end, tcb->rcv_wup + tcb->rcv_wnd))
		script_fail(s, "out-of-order data beyond the window");
	if (bytes != tcb->ooo_bytes || pbufs != tcb->ooo_pbufs)
		script_fail(s, "ooo %u bytes %u pbufs, there are %u and %u",
			    tcb->ooo_bytes, tcb->ooo_pbufs, bytes, pbufs);
}

/* Every state that waits has a timer that ends it (pitfall 45). */
static void check_timers(struct tcp_script *s)
{
	const struct ksmol_tcb *tcb = &s->tcb;
	const u64 *due = tcb->due;
	bool unsent = ksmol_tcp_notsent(tcb) ||
		      (tcb->flags & KSMOL_TCP_F_FIN &&
		       tcb->snd_nxt == tcb->write_seq);
	u64 first = 0;
	int i;

	for (i = 0; i < KSMOL_TCP_NR_TIMERS; i++)
		if (due[i] && (!first || due[i] < first))
			first = due[i];
	if (ksmol_tcp_deadline(tcb) != first)
		script_fail(s, "deadline is not the earliest timer");
	if (tcb->snd_nxt != tcb->snd_una && !due[KSMOL_TCP_T_RTO] &&
	    !due[KSMOL_TCP_T_TLP] && !due[KSMOL_TCP_T_REO] &&
	    !due[KSMOL_TCP_T_SEND])
		script_fail(s, "data in flight and no timer");
	if (tcb->snd_nxt == tcb->snd_una && unsent &&
	    !due[KSMOL_TCP_T_PERSIST] && !due[KSMOL_TCP_T_SEND] &&
	    !due[KSMOL_TCP_T_RTO])
		script_fail(s, "data to be sent and no timer");
	if (tcb->state == TCP_FIN_WAIT2 && tcb->flags & KSMOL_TCP_F_ORPHAN &&
	    !due[KSMOL_TCP_T_CLOSE])
		script_fail(s, "FIN-WAIT-2 without a reader and no timer");
	if (tcb->ack & KSMOL_TCP_ACK_DELAYED && !due[KSMOL_TCP_T_DELACK] &&
	    !due[KSMOL_TCP_T_SEND])
		script_fail(s, "ACK is delayed and no timer");
}

/* All that was to be sent is gone, and nothing will expire. */
static void check_closed(struct tcp_script *s)
{
	const struct ksmol_tcb *tcb = &s->tcb;

	if (!RB_EMPTY_ROOT(&tcb->recs) || tcb->sndq.count || tcb->ooo_pbufs)
		script_fail(s, "closed, and queues are not empty");
	if (ksmol_tcp_deadline(tcb))
		script_fail(s, "closed, and a timer is armed");
}

void script_check(struct tcp_script *s)
{
	const struct ksmol_tcb *tcb = &s->tcb;

	if (s->failed || !s->opened)
		return;
	check_receive_queue(s);
	check_ooo(s);
	if (tcb->state == TCP_TIME_WAIT)
		return;
	if (tcb->state == TCP_CLOSE) {
		check_closed(s);
		return;
	}
	check_records(s);
	check_send_queue(s);
	check_timers(s);
}

static void check_payload(struct tcp_script *s,
			  const struct ksmol_tcp_out *out)
{
	u32 seq = out->h.seq + !!(out->h.flags & KSMOL_TCP_SYN);
	const struct ksmol_pbuf *pb = out->pb;
	u32 off = out->off, i;

	for (i = 0; i < out->len; i++, off++) {
		while (pb && off == pb->len) {
			pb = pb->next;
			off = 0;
		}
		if (!pb || off > pb->len) {
			script_fail(s, "payload is not in the send queue");
			return;
		}
		if (pb->head[pb->off + off] != script_byte(seq + i)) {
			script_fail(s, "payload differs at %d",
				    seq + i - s->iss);
			return;
		}
	}
}

/* The right edge that the peer reads never goes back (pitfall 41). */
static void check_edge(struct tcp_script *s, const struct ksmol_tcp_header *h)
{
	u32 shift = h->flags & KSMOL_TCP_SYN ? 0 : s->tcb.rcv_wscale;
	u32 edge = h->ack + ((u32)h->window << shift);

	if (s->edged && ksmol_seq_before(edge, s->edge))
		script_fail(s, "right edge goes back from %d to %d",
			    s->edge - s->irs, edge - s->irs);
	s->edge = edge;
	s->edged = true;
}

static void check_timestamps(struct tcp_script *s,
			     const struct ksmol_tcp_header *h)
{
	bool ts = h->opts & KSMOL_TCP_OPT_TS;

	if (s->tcb.flags & KSMOL_TCP_F_TS && !ts)
		script_fail(s, "segment without timestamps");
	if (!(s->tcb.flags & KSMOL_TCP_F_TS) && ts &&
	    !(h->flags & KSMOL_TCP_SYN))
		script_fail(s, "timestamps were not agreed upon");
	if (!ts)
		return;
	if (h->tsval != ksmol_tcp_ts(&s->tcb, s->now))
		script_fail(s, "timestamp %u is not the time", h->tsval);
	if (h->flags & KSMOL_TCP_ACK && h->tsecr != s->tcb.ts_recent)
		script_fail(s, "echoes %u, TS.Recent is %u", h->tsecr,
			    s->tcb.ts_recent);
	s->ts_seen = h->tsval;
}

void script_check_out(struct tcp_script *s, const struct ksmol_tcp_out *out)
{
	const struct ksmol_tcp_header *h = &out->h;
	const struct ksmol_tcb *tcb = &s->tcb;

	check_payload(s, out);
	if (h->opts & KSMOL_TCP_OPT_MSS && !(h->flags & KSMOL_TCP_SYN))
		script_fail(s, "MSS on a segment that is no SYN");
	if (h->opts & KSMOL_TCP_OPT_SACK && !(tcb->flags & KSMOL_TCP_F_SACK))
		script_fail(s, "SACK was not agreed upon");
	if (ksmol_tcp_header_len(h) > KSMOL_TCP_HLEN_MAX)
		script_fail(s, "header of %u bytes", ksmol_tcp_header_len(h));
	if (h->flags & KSMOL_TCP_RST)
		return;
	check_timestamps(s, h);
	if (h->flags & KSMOL_TCP_ACK) {
		if (h->ack != tcb->rcv_nxt)
			script_fail(s, "acknowledges %d, rcv_nxt is %d",
				    h->ack - s->irs, tcb->rcv_nxt - s->irs);
		check_edge(s, h);
	}
	if (out->kind == KSMOL_TCP_OUT_NEW && h->seq != tcb->snd_nxt)
		script_fail(s, "new data is not at nxt");
	if (out->kind == KSMOL_TCP_OUT_ACK && h->seq != tcb->snd_nxt &&
	    !(h->flags & KSMOL_TCP_SYN))
		script_fail(s, "bare ACK is not at nxt");	/* pitfall 48 */
	if (out->kind == KSMOL_TCP_OUT_NEW && out->len &&
	    ksmol_seq_after(h->seq + out->len, tcb->snd_una + tcb->snd_wnd))
		script_fail(s, "beyond the peer's window");
	if (!tcb->gso_max && out->len > out->mss)
		script_fail(s, "%u bytes, mss is %u", out->len, out->mss);
}
