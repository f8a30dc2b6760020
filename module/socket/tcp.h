/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TCP's pure core: the state of one connection and the functions that decide.
 *
 * The core neither sleeps, nor reads clocks, nor knows skbs, sockets or
 * devices. Time is an argument, @now, in microseconds of a clock that never
 * goes back. What arrives is a struct ksmol_tcp_seg, what is to be sent is a
 * struct ksmol_tcp_out, what somebody should be told of is a bit in
 * tcb->events. Whoever calls it has the connection's lock and has bottom
 * halves disabled.
 *
 * The way of the code through one event:
 *
 *	ksmol_tcp_input() | ksmol_tcp_timer() | ksmol_tcp_push() ...
 *	while (ksmol_tcp_next(tcb, now, &out))
 *		hand it on; ksmol_tcp_sent() if that worked, else
 *		ksmol_tcp_unsent() and stop
 *	look at tcb->events; arm a timer for ksmol_tcp_deadline()
 *
 * State says "sent" only after ksmol_tcp_sent() (promise P5).
 *
 * Sequence numbers are u32 and compared by ksmol_seq_before() and friends;
 * windows, flight sizes, cwnd and ssthresh are bytes; times are microseconds.
 */
#ifndef _KSMOL_SOCKET_TCP_H
#define _KSMOL_SOCKET_TCP_H

#include "tcb.h"

/* --- tcp_state.c: life --- */

/* A closed connection with default choices. @pool: its pbufs' home. */
void ksmol_tcp_init(struct ksmol_tcb *tcb, struct ksmol_pool *pool);

/* Path as the route has it: sets mss. Before connecting, and on change. */
/* What a peer takes that does not say. */
static inline u32 ksmol_tcp_mss_default(u32 net_hlen)
{
	return net_hlen > KSMOL_IPV4_HLEN ? KSMOL_TCP_MSS_DEFAULT6 :
					    KSMOL_TCP_MSS_DEFAULT;
}

void ksmol_tcp_set_path(struct ksmol_tcb *tcb, u32 mtu, u16 net_hlen);

/* Recomputes tcb->mss from mtu, mss_peer, user_mss and negotiated options. */
void ksmol_tcp_sync_mss(struct ksmol_tcb *tcb);

/* Active open (RFC 9293 3.10.1): SYN_SENT; the SYN comes from
 * ksmol_tcp_next(). @ts_offset: secret offset of the timestamp clock.
 */
void ksmol_tcp_connect(struct ksmol_tcb *tcb, u32 iss, u32 ts_offset, u64 now);

/**
 * struct ksmol_tcp_open - what a handshake agreed upon
 * @irs, @iss: initial numbers; SYN and SYN|ACK are acknowledged
 * @opts: KSMOL_TCP_OPT_WSCALE, _SACK_OK, _TS as negotiated
 * @mss: the peer's, or the default; @wscale: the peer's shift; @rcv_wscale:
 *	ours, as announced; @rcv_wnd: window announced in the SYN|ACK
 * @ts_recent, @ts_offset: timestamps
 * @ecn: negotiated
 * @rtt: microseconds from SYN|ACK to ACK, 0 = unknown (was sent twice)
 * @retrans: the SYN|ACK was sent again: initial window is one segment
 */
struct ksmol_tcp_open {
	u32 irs;
	u32 iss;
	u8 opts;
	u8 wscale;
	u8 rcv_wscale;
	u16 mss;
	u32 rcv_wnd;
	u32 ts_recent;
	u32 ts_offset;
	u32 rtt;
	bool ecn;
	bool retrans;
};

/* Passive open done: ESTABLISHED. The ACK that completed it (with whatever
 * it carries) is to be given to ksmol_tcp_input() next.
 */
void ksmol_tcp_opened(struct ksmol_tcb *tcb, const struct ksmol_tcp_open *open,
		      u64 now);

/* Common to both: established just now; cwnd, timers. snd_wnd is set. The state
 * becomes ESTABLISHED, or FIN_WAIT1 if the program has shut down already.
 */
void ksmol_tcp_established(struct ksmol_tcb *tcb, u64 now);

/* The program sends no more (SHUT_WR, close): a FIN follows the data. */
void ksmol_tcp_shutdown(struct ksmol_tcb *tcb, u64 now);

/* The program is gone: orphan rules from now on (linger2, retries). Again when
 * an orphan enters FIN_WAIT2.
 */
void ksmol_tcp_orphan(struct ksmol_tcb *tcb, u64 now);

/* Abort (RFC 9293 3.10.5): state is CLOSE; ksmol_tcp_next() gives the RST
 * first if the state called for one.
 */
void ksmol_tcp_abort(struct ksmol_tcb *tcb);

/* Ends a connection with @err (positive) without a word to the peer. */
void ksmol_tcp_kill(struct ksmol_tcb *tcb, int err);

/* TIME-WAIT entered, or CLOSED: all timers off, what was queued to send and
 * out of order is freed; what is in rcvq stays readable.
 */
void ksmol_tcp_release(struct ksmol_tcb *tcb);

/* --- tcp_input.c --- */

/**
 * ksmol_tcp_input() - a segment arrives (RFC 9293 3.10.7.3 and .4)
 *
 * Return: KSMOL_DELIVERED if it took seg->pb, KSMOL_HANDLED, or the reason
 * why (the payload of) it was dropped; then seg->pb is still the caller's.
 */
int ksmol_tcp_input(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg, u64 now);

/**
 * ksmol_tcp_untimed() - would any time of late do for it as @now?
 *
 * To read a clock costs as much as half of what else is done for a segment in a
 * stream. If that then calls for an answer (tcb->ack), the answer needs one.
 */
bool ksmol_tcp_untimed(const struct ksmol_tcb *tcb,
		       const struct ksmol_tcp_seg *seg);

/* SYN-SENT's part of it (3.10.7.3), and text and FIN of an acceptable segment
 * (3.10.7.4, seventh and eighth), which a SYN|ACK may carry, too.
 */
int ksmol_tcp_input_syn(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg,
			u64 now);
int ksmol_tcp_input_text(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg,
			 u64 now);

/* Needs an answer, within the rate limit of RFC 5961 10: ACK_CHALLENGE. */
void ksmol_tcp_challenge(struct ksmol_tcb *tcb, u64 now);

/**
 * ksmol_tcp_reset_for() - the RST that answers a segment nobody wants
 *	(RFC 9293 3.10.7.1)
 *
 * Return: false for a RST, which is never answered.
 */
bool ksmol_tcp_reset_for(const struct ksmol_tcp_seg *seg,
			 struct ksmol_tcp_out *out);

/* --- tcp_rcvq.c, tcp_delack.c, tcp_window.c, tcp_sack.c, tcp_urgent.c:
 * receiving
 */

/* What is left of the window as announced. */
static inline u32 ksmol_tcp_rcv_room(const struct ksmol_tcb *tcb)
{
	s32 room = tcb->rcv_wup + tcb->rcv_wnd - tcb->rcv_nxt;

	return room > 0 ? room : 0;
}

/* Queues the payload of an acceptable segment (trimmed to the window, with
 * its FIN): in order or not; pulls what became in order out of the
 * out-of-order queue; sets events and ACK needs. Return as ksmol_tcp_input().
 */
int ksmol_tcp_text(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg, u64 now);

/* Frees out-of-order pbufs, highest numbers first, those that were reported
 * in no SACK before those that were; at most @pbufs. Return: how many. Those
 * no longer held are reported no longer.
 */
u32 ksmol_tcp_prune(struct ksmol_tcb *tcb, u32 pbufs);
/* The same, but only those that were reported in no SACK. */
u32 ksmol_tcp_prune_unreported(struct ksmol_tcb *tcb, u32 pbufs);

/* Frees the out-of-order queue: what was in it was not given up, it is no
 * longer wanted (FIN came, connection over).
 */
void ksmol_tcp_ooo_purge(struct ksmol_tcb *tcb);

/* In-order data came: what its size and its time say about segments, pauses
 * and round trips; and when it is acknowledged. @filled: it closed a gap.
 */
void ksmol_tcp_data_in(struct ksmol_tcb *tcb, const struct ksmol_tcp_seg *seg,
		       bool filled, u64 now);
/* The next segments are acknowledged at once: something is out of order. */
void ksmol_tcp_ack_quickly(struct ksmol_tcb *tcb);

/* The window to announce now, in bytes, and in the header's 16 bits. It
 * respects buffer, pool, right edge and SWS (RFC 9293 3.8.6.2.2).
 */
u32 ksmol_tcp_window(struct ksmol_tcb *tcb);
u16 ksmol_tcp_window_field(const struct ksmol_tcb *tcb, u32 window, bool syn);

/* Initial window and scale for our SYN or SYN|ACK. */
void ksmol_tcp_window_init(const struct ksmol_tcp_config *cfg,
			   const struct ksmol_pool *pool, u32 *wnd, u8 *wscale);

/* The receiver's idea of the round-trip time, for tuning. */
void ksmol_tcp_rcv_rtt(struct ksmol_tcb *tcb, const struct ksmol_tcp_seg *seg,
		       u64 now);

/* May @seg be what such a measurement waits for? */
bool ksmol_tcp_rcv_rtt_ends(const struct ksmol_tcb *tcb,
			    const struct ksmol_tcp_seg *seg);

/* For it: a segment with this time stamp was sent. */
void ksmol_tcp_rcv_rtt_sent(struct ksmol_tcb *tcb, u32 tsval, u64 now);

/* The program read up to copied_seq (set already): tune the buffer, and
 * announce a window that opened. Sets ACK_NOW if that is due. @now: that, or, of
 * less than a segment, when the last one came.
 */
void ksmol_tcp_read(struct ksmol_tcb *tcb, u64 now);

/* Bytes in order that the program can read, FIN not counted. */
static inline u32 ksmol_tcp_readable(const struct ksmol_tcb *tcb)
{
	return tcb->rcv_nxt - tcb->copied_seq -
	       !!(tcb->flags & KSMOL_TCP_F_FIN_IN);
}

/* SACK and DSACK blocks for a header that has @room bytes for options. */
void ksmol_tcp_sack_fill(struct ksmol_tcb *tcb, struct ksmol_tcp_header *h,
			 u32 room);
/* The option was sent: a DSACK is reported once. */
void ksmol_tcp_sack_sent(struct ksmol_tcb *tcb, u8 nr);
/* Out-of-order range became known, or everything before rcv_nxt is old. */
void ksmol_tcp_sack_add(struct ksmol_tcb *tcb, u32 start, u32 end);
void ksmol_tcp_sack_trim(struct ksmol_tcb *tcb);
/* What is held no longer, highest numbers first. */
void ksmol_tcp_sack_forget(struct ksmol_tcb *tcb, u32 start, u32 end);
/* These numbers came once more (RFC 2883). */
void ksmol_tcp_dsack(struct ksmol_tcb *tcb, u32 start, u32 end);

/* The URG bit of a segment (RFC 9293 3.10.7.4, RFC 6093). */
void ksmol_tcp_urgent(struct ksmol_tcb *tcb, const struct ksmol_tcp_seg *seg);

/* --- tcp_ack.c and the recovery files: being acknowledged --- */

/**
 * ksmol_tcp_ack() - the ACK field of an acceptable segment (RFC 9293
 *	3.10.7.4, fifth; RFC 5961 5; RFC 5681, 6675, 6298, 8985, 6937, 3168)
 *
 * Advances una, releases records and pbufs, takes RTT samples, marks SACKed
 * and lost, updates cwnd and the send window, re-arms timers. State changes
 * (our FIN acknowledged) are the caller's.
 *
 * Return: 0, or a drop reason: TCP_ACK_UNSENT (acknowledges data never sent,
 * challenged), TCP_ACK_OLD (too old, challenged).
 */
int ksmol_tcp_ack(struct ksmol_tcb *tcb, const struct ksmol_tcp_seg *seg,
		  u64 now);

/* Our FIN has been acknowledged. */
bool ksmol_tcp_fin_acked(const struct ksmol_tcb *tcb);

/* A round trip of @rtt was measured (RFC 6298 2; min_rtt). */
void ksmol_tcp_rtt(struct ksmol_tcb *tcb, u32 rtt, u64 now);

/* RTO expired: RFC 6298 5, RFC 5681 3.1, F-RTO is not used. Marks what was
 * lost, backs off, enters CA_LOSS; ksmol_tcp_next() then retransmits.
 */
void ksmol_tcp_timeout(struct ksmol_tcb *tcb, u64 now);

/* RFC 8985: the reordering timer expired; the probe timer expired (what to
 * send: ksmol_tcp_next()'s first out will be the probe); when to probe.
 */
void ksmol_tcp_rack_timeout(struct ksmol_tcb *tcb, u64 now);
void ksmol_tcp_tlp_timeout(struct ksmol_tcb *tcb, u64 now);

/* Arms T_TLP or T_RTO (whichever is due) for what is in flight, or stops
 * both when nothing is. After sending and after each ACK.
 */
void ksmol_tcp_arm(struct ksmol_tcb *tcb, u64 now);

/* Bytes in flight (RFC 6675 "pipe"): nxt - una - sacked - lost + retrans. */
static inline u32 ksmol_tcp_pipe(const struct ksmol_tcb *tcb)
{
	return tcb->snd_nxt - tcb->snd_una - tcb->sacked - tcb->lost +
	       tcb->retrans;
}

/* Bytes that congestion control lets out now: cwnd - pipe, or as PRR and
 * limited transmit say.
 */
u32 ksmol_tcp_cwnd_room(const struct ksmol_tcb *tcb);

/* The next record that has to be sent again (LOST and not RETRANS), or NULL. */
struct ksmol_tcp_rec *ksmol_tcp_lost_next(struct ksmol_tcb *tcb);

/* @bytes of rec were handed on again (or, without a rec, @out->len new bytes
 * were): PRR, records, counters. ksmol_tcp_sent() calls these two.
 */
void ksmol_tcp_rec_resent(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *rec,
			  u64 now);
void ksmol_tcp_rec_new(struct ksmol_tcb *tcb, const struct ksmol_tcp_out *out,
		       u64 now);

/* A record that is longer than can be sent at once: cut at @seq. Return:
 * false when no record is left in the stock.
 */
bool ksmol_tcp_rec_split(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *rec,
			 u32 seq);

/* A tail loss probe (@out->tlp) was handed on. ksmol_tcp_sent() calls it after
 * ksmol_tcp_rec_new() or ksmol_tcp_rec_resent(), snd_nxt moved.
 */
void ksmol_tcp_tlp_sent(struct ksmol_tcb *tcb, const struct ksmol_tcp_out *out,
			u64 now);

/* tcb->mss shrank for good: records of larger segments are lost, which is no
 * sign of congestion (RFC 1191 6.4, RFC 8201 5.4).
 */
void ksmol_tcp_too_big(struct ksmol_tcb *tcb, u64 now);

/* RTO with its backoff. */
u64 ksmol_tcp_rto(const struct ksmol_tcb *tcb);

/* Frees all records. */
void ksmol_tcp_recs_purge(struct ksmol_tcb *tcb);

/* cwnd after idleness, and its validation when the application was slow
 * (RFC 5681 4.1, RFC 7661 / RFC 2861). Before and after a burst of sending.
 */
void ksmol_tcp_cwnd_restart(struct ksmol_tcb *tcb, u64 now);
void ksmol_tcp_cwnd_validate(struct ksmol_tcb *tcb, bool limited, u64 now);

/* Congestion seen without loss (ECE, local queue): CA_CWR. */
void ksmol_tcp_enter_cwr(struct ksmol_tcb *tcb, u64 now);

/* Initial cwnd and algorithm state. */
void ksmol_tcp_cong_start(struct ksmol_tcb *tcb);

/* The stock of records: @count of them for all connections. Process. */
int ksmol_tcp_recs_init(u32 count);
void ksmol_tcp_recs_exit(void);
/* Records in use, of how many. */
void ksmol_tcp_recs_usage(u32 *used, u32 *count);

/* --- tcp_output.c, tcp_sndq.c, tcp_timer.c: sending --- */

/**
 * ksmol_tcp_next() - the next segment to be sent now
 *
 * Order: RST; lost records; tail loss probe; new data, SYN, FIN as windows,
 * Nagle, SWS avoidance, cork and pacing allow; probe; a bare ACK if one is
 * still owed. Changes nothing that matters: ask again and get the same.
 *
 * Return: false when there is nothing.
 */
bool ksmol_tcp_next(struct ksmol_tcb *tcb, u64 now, struct ksmol_tcp_out *out);

/* @out was handed on (P5): numbers, records, timers and ACK needs move. */
void ksmol_tcp_sent(struct ksmol_tcb *tcb, u64 now,
		    const struct ksmol_tcp_out *out);

/* It could not be: nothing moves but T_SEND, which tries again soon. @err is
 * why: -ENOBUFS from a full local queue also reduces cwnd like ECN.
 */
void ksmol_tcp_unsent(struct ksmol_tcb *tcb, u64 now,
		      const struct ksmol_tcp_out *out, int err);

/**
 * ksmol_tcp_queue() - append a filled or partly filled pbuf to the send queue;
 *	consumes @pb
 *
 * pb->len bytes (may be 0) are there; more may be appended to the last one
 * with ksmol_tcp_queued() as long as it has room.
 */
void ksmol_tcp_queue(struct ksmol_tcb *tcb, struct ksmol_pbuf *pb);

/* @len bytes were appended to the last pbuf of sndq (its len grew already). */
void ksmol_tcp_queued(struct ksmol_tcb *tcb, u32 len);

/* The last byte queued is urgent (MSG_OOB). */
void ksmol_tcp_queue_urgent(struct ksmol_tcb *tcb);

/* Retires pbufs of sndq that lie wholly before snd_una. */
void ksmol_tcp_sndq_trim(struct ksmol_tcb *tcb);

/* una has advanced: what is acknowledged goes home, now or later. */
void ksmol_tcp_sndq_acked(struct ksmol_tcb *tcb);

/* The pbuf that holds @seq, and the byte in it; searched from @from (or the
 * front). NULL if it isn't queued.
 */
struct ksmol_pbuf *ksmol_tcp_sndq_find(const struct ksmol_tcb *tcb,
				       struct ksmol_pbuf *from, u32 seq,
				       u32 *off);

/* Bytes written and not yet acknowledged; of those, not yet sent. */
static inline u32 ksmol_tcp_unacked(const struct ksmol_tcb *tcb)
{
	u32 n = tcb->write_seq - tcb->snd_una;

	return (s32)n > 0 ? n : 0;
}

static inline u32 ksmol_tcp_notsent(const struct ksmol_tcb *tcb)
{
	u32 n = tcb->write_seq - tcb->snd_nxt;

	return (s32)n > 0 ? n : 0;
}

/* Acts on every deadline that has passed. */
void ksmol_tcp_timer(struct ksmol_tcb *tcb, u64 now);

/* The earliest deadline, or 0. */
u64 ksmol_tcp_deadline(const struct ksmol_tcb *tcb);

static inline void ksmol_tcp_arm_at(struct ksmol_tcb *tcb,
				    enum ksmol_tcp_timer timer, u64 when)
{
	tcb->due[timer] = when ?: 1;
}

static inline void ksmol_tcp_disarm(struct ksmol_tcb *tcb,
				    enum ksmol_tcp_timer timer)
{
	tcb->due[timer] = 0;
}

/* Keep-alive was switched, or its times changed. */
void ksmol_tcp_keepalive(struct ksmol_tcb *tcb, u64 now);

/* Our timestamp clock, milliseconds (RFC 7323 5.4). */
static inline u32 ksmol_tcp_ts(const struct ksmol_tcb *tcb, u64 now)
{
	return (u32)div_u64(now, 1000) + tcb->ts_offset;
}

/* --- tcp_pmtu.c --- */

/* ICMP says that a packet we sent (its first number was @seq) must not be
 * larger than @mtu (RFC 1191, 8201, 5927 7.2): checked against what is in
 * flight. What was too big is marked lost without touching cwnd.
 */
void ksmol_tcp_pmtu(struct ksmol_tcb *tcb, u32 seq, u32 mtu, u64 now);

/* Full segments time out again and again: a black hole, try smaller ones
 * (RFC 4821 7.7). Called by ksmol_tcp_timeout().
 */
void ksmol_tcp_pmtu_blackhole(struct ksmol_tcb *tcb, u64 now);

/* ICMP unreachable about @seq (RFC 1122 4.2.3.9, RFC 5927): hard errors end
 * a connection being set up, later they are remembered for a time-out.
 */
void ksmol_tcp_icmp(struct ksmol_tcb *tcb, u32 seq, int err, bool hard);

#endif /* _KSMOL_SOCKET_TCP_H */
