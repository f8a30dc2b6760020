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

#include <linux/rbtree.h>
#include <linux/time64.h>
#include <net/tcp_states.h>
#include <ksmol/pool.h>
#include <ksmol/wire.h>

struct ksmol_tcb;

static inline bool ksmol_seq_before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

static inline bool ksmol_seq_after(u32 a, u32 b)
{
	return (s32)(b - a) < 0;
}

/* --- constants --- */

#define KSMOL_TCP_MSS_DEFAULT	536U	/* RFC 9293 3.7.1, IPv4 */
#define KSMOL_TCP_MSS_MIN	48U	/* lower offers are raised to it */
#define KSMOL_TCP_RTO_INIT	(1 * USEC_PER_SEC)	/* RFC 6298 2.1 */
#define KSMOL_TCP_RTO_MIN	(200 * USEC_PER_MSEC)	/* as Linux */
#define KSMOL_TCP_RTO_MAX	(120 * USEC_PER_SEC)
#define KSMOL_TCP_DELACK_MIN	(40 * USEC_PER_MSEC)
#define KSMOL_TCP_DELACK_MAX	(200 * USEC_PER_MSEC)
#define KSMOL_TCP_FIN_TIMEOUT	(60 * USEC_PER_SEC)	/* TIME-WAIT, too */
#define KSMOL_TCP_SYN_RETRIES	7	/* three minutes at least: MUST-23 */
#define KSMOL_TCP_SYNACK_RETRIES 5
#define KSMOL_TCP_RETRIES2	15	/* R2, in backoffs from RTO_MIN */
#define KSMOL_TCP_ORPHAN_RETRIES 8
#define KSMOL_TCP_INIT_CWND	10	/* segments; RFC 6928 */
#define KSMOL_TCP_MAX_WSCALE	14
#define KSMOL_TCP_CHALLENGE_MAX	500	/* per connection and second: RFC 5961 7 */

/* --- what arrived --- */

/**
 * struct ksmol_tcp_seg - a received segment, parsed
 * @h: header and options, host order
 * @len: payload bytes
 * @end: h.seq + @len + SYN + FIN
 * @pb: pbuf whose bytes are the payload (header pulled), or NULL when @len is
 *	0 or it may not be kept; the core takes it only when it returns
 *	KSMOL_DELIVERED
 * @mss: bytes of the largest segment that was on the wire (gso_size of a
 *	merged one, else @len)
 * @segs: segments it was merged of, at least 1
 * @ce: the IP header says congestion experienced; @ect: ECN-capable transport
 * @reset: set by the core: whoever gave it the segment answers it with
 *	ksmol_tcp_reset_for(), whatever becomes of the connection
 */
struct ksmol_tcp_seg {
	struct ksmol_tcp_header h;
	u32 len;
	u32 end;
	struct ksmol_pbuf *pb;
	u16 mss;
	u16 segs;
	bool ce;
	bool ect;
	bool reset;
};

/* --- what is to be sent --- */

enum ksmol_tcp_out_kind {
	KSMOL_TCP_OUT_NEW,	/* SYN, data, FIN never sent before */
	KSMOL_TCP_OUT_RETRANS,	/* again, @rec says what */
	KSMOL_TCP_OUT_ACK,	/* no data, no sequence space */
	KSMOL_TCP_OUT_PROBE,	/* window probe or keep-alive: old number */
	KSMOL_TCP_OUT_RESET,
};

/**
 * struct ksmol_tcp_out - a segment that is to be sent
 * @h: header and options, complete but for ports and checksum
 * @len: payload bytes; more than @mss is to be cut into segments of @mss
 * @mss: payload bytes of each segment
 * @pb: where the payload begins, in tcb->sndq; NULL if @len is 0
 * @off: byte in @pb
 * @kind: enum ksmol_tcp_out_kind
 * @tlp: a tail loss probe
 * @ect: to be marked ECN-capable (RFC 3168 6.1.4, 6.1.5)
 * @rec: KSMOL_TCP_OUT_RETRANS: the record; the core's
 * @last: KSMOL_TCP_OUT_NEW: the pbuf in which the payload ends; the core's
 */
struct ksmol_tcp_out {
	struct ksmol_tcp_header h;
	u32 len;
	u32 mss;
	struct ksmol_pbuf *pb;
	u32 off;
	u8 kind;
	bool tlp;
	bool ect;
	struct ksmol_tcp_rec *rec;
	struct ksmol_pbuf *last;
};

/* --- records of what was sent --- */

#define KSMOL_TCP_REC_SACKED	0x01	/* the peer has it (RFC 6675) */
#define KSMOL_TCP_REC_LOST	0x02	/* to be sent again */
#define KSMOL_TCP_REC_RETRANS	0x04	/* sent again, and that is in flight */
#define KSMOL_TCP_REC_EVER	0x08	/* ever sent again: no RTT from it (Karn) */
#define KSMOL_TCP_REC_SYN	0x10	/* its first number is the SYN's */
#define KSMOL_TCP_REC_FIN	0x20	/* its last number is the FIN's */
#define KSMOL_TCP_REC_LIMITED	0x40	/* sent while the application was slow */
#define KSMOL_TCP_REC_PARTIAL	0x80	/* only its first @mss bytes went out again:
					 * ksmol_tcp_rec_split() had no record
					 */

/**
 * struct ksmol_tcp_rec - one stretch of sequence space that was sent at once
 * @node: in tcb->recs, by @seq; the records cover una to nxt without gaps
 * @time: in tcb->sent, by @xmit, oldest first; not while SACKED or LOST
 * @seq, @end: the stretch, SYN and FIN included
 * @xmit: when it was sent last; @order: how many were sent before that, for a
 *	burst takes no time
 * @pb: pbuf of tcb->sndq that holds @seq (or one before it), NULL for SYN/FIN
 * @mss: payload bytes per segment when it was sent
 * @flags: KSMOL_TCP_REC_*
 *
 * Records come from a stock that is fixed at load (tcp_rec.c). When it is
 * empty, what is sent joins the record before it, and a SACK that would split
 * a record is ignored for it: some knowledge is lost, no data is.
 */
struct ksmol_tcp_rec {
	struct rb_node node;
	struct list_head time;
	u32 seq;
	u32 end;
	u64 xmit;
	struct ksmol_pbuf *pb;
	u32 order;
	u16 mss;
	u8 flags;
};

/* --- timers --- */

/* Slots of tcb->due; 0 means not armed. */
enum ksmol_tcp_timer {
	KSMOL_TCP_T_RTO,	/* retransmission, RFC 6298; SYN and FIN too */
	KSMOL_TCP_T_TLP,	/* tail loss probe, RFC 8985 7 */
	KSMOL_TCP_T_REO,	/* RACK's reordering window, RFC 8985 6.3 */
	KSMOL_TCP_T_PERSIST,	/* zero-window probe, RFC 9293 3.8.6.1 */
	KSMOL_TCP_T_DELACK,	/* delayed ACK */
	KSMOL_TCP_T_KEEP,	/* keep-alive, RFC 9293 3.8.4 */
	KSMOL_TCP_T_SEND,	/* pacing, cork, or try again after no memory */
	KSMOL_TCP_T_CLOSE,	/* FIN-WAIT-2 without a reader; orphans */
	KSMOL_TCP_NR_TIMERS
};

/* --- what somebody should be told of: bits of tcb->events --- */

#define KSMOL_TCP_EV_ESTABLISHED 0x001	/* the handshake is complete */
#define KSMOL_TCP_EV_READABLE	0x002	/* data was added, or RCV is shut */
#define KSMOL_TCP_EV_WRITABLE	0x004	/* acknowledged data was released */
#define KSMOL_TCP_EV_FIN	0x008	/* the peer's FIN is in order */
#define KSMOL_TCP_EV_ERROR	0x010	/* tcb->err is set */
#define KSMOL_TCP_EV_CLOSED	0x020	/* state is CLOSE: nothing more to do */
#define KSMOL_TCP_EV_TIMEWAIT	0x040	/* state is TIME_WAIT: hand over */
#define KSMOL_TCP_EV_URGENT	0x080	/* new urgent data (SIGURG) */
#define KSMOL_TCP_EV_CONFIRM	0x100	/* forward progress: neighbor is alive */
#define KSMOL_TCP_EV_REROUTE	0x200	/* retransmitting: look for another way */

/* --- congestion control --- */

enum ksmol_tcp_ca_state {
	KSMOL_TCP_CA_OPEN,
	KSMOL_TCP_CA_DISORDER,	/* dup ACKs or SACKs, nothing lost yet */
	KSMOL_TCP_CA_CWR,	/* reduced for ECN or a full local queue */
	KSMOL_TCP_CA_RECOVERY,	/* fast recovery, RFC 6675, 6937, 8985 */
	KSMOL_TCP_CA_LOSS,	/* after a retransmission timeout */
};

/**
 * struct ksmol_tcp_cong - a congestion control algorithm
 * @name: as TCP_CONGESTION names it
 * @init: connection established, or algorithm changed
 * @ssthresh: new ssthresh in bytes, when congestion is seen
 * @avoid: @acked bytes were acknowledged while not in recovery and
 *	cwnd-limited: grow cwnd
 * @idle: about to send after @idle microseconds without anything in flight;
 *	may be NULL
 * @undo: the reduction was spurious: cwnd to go back to; may be NULL
 *	(max(cwnd, prior_cwnd))
 */
struct ksmol_tcp_cong {
	const char *name;
	void (*init)(struct ksmol_tcb *tcb);
	u32 (*ssthresh)(struct ksmol_tcb *tcb, u64 now);
	void (*avoid)(struct ksmol_tcb *tcb, u32 acked, u64 now);
	void (*idle)(struct ksmol_tcb *tcb, u64 idle, u64 now);
	u32 (*undo)(struct ksmol_tcb *tcb);
};

extern const struct ksmol_tcp_cong ksmol_tcp_reno;
extern const struct ksmol_tcp_cong ksmol_tcp_cubic;

/* By name, or NULL. */
const struct ksmol_tcp_cong *ksmol_tcp_cong_find(const char *name);

/* --- the connection --- */

/**
 * struct ksmol_tcp_config - what a program or the system chose
 * @nodelay: TCP_NODELAY; @cork: TCP_CORK; @quickack_off: TCP_QUICKACK was
 *	set to 0; @keepalive: SO_KEEPALIVE; @oobinline: SO_OOBINLINE
 * @ecn: ask for ECN in our SYN; a peer's request is always granted
 * @sack, @timestamps, @wscaling: offer and accept these options
 * @user_mss: TCP_MAXSEG, 0 = none
 * @keep_idle, @keep_intvl: microseconds; @keep_cnt: probes
 * @user_timeout: TCP_USER_TIMEOUT in microseconds, 0 = R2 decides
 * @syn_retries: TCP_SYNCNT
 * @linger2: TCP_LINGER2 in microseconds; 0: not in FIN-WAIT-2 at all
 * @window_clamp: TCP_WINDOW_CLAMP, 0 = none
 * @rcvbuf: bytes of payload the receive queue may hold, SO_RCVBUF
 * @rcvbuf_max: it may be tuned up to this; equal to @rcvbuf when the program
 *	set it
 * @sndbuf: bytes of payload the send queue may hold, SO_SNDBUF
 * @notsent_lowat: TCP_NOTSENT_LOWAT
 * @pacing: most bytes per second, SO_MAX_PACING_RATE; 0 = no limit
 */
struct ksmol_tcp_config {
	u8 nodelay:1;
	u8 cork:1;
	u8 quickack_off:1;
	u8 keepalive:1;
	u8 oobinline:1;
	u8 ecn:1;
	u8 sack:1;
	u8 timestamps:1;
	u8 wscaling:1;
	u16 user_mss;
	u8 keep_cnt;
	u8 syn_retries;
	u64 keep_idle;
	u64 keep_intvl;
	u64 user_timeout;
	u64 linger2;
	u32 window_clamp;
	u32 rcvbuf;
	u32 rcvbuf_max;
	u32 sndbuf;
	u32 notsent_lowat;
	u64 pacing;
};

/* Bits of tcb->flags */
#define KSMOL_TCP_F_TS		0x0001	/* timestamps negotiated */
#define KSMOL_TCP_F_SACK	0x0002	/* SACK negotiated */
#define KSMOL_TCP_F_WSCALE	0x0004	/* window scaling negotiated */
#define KSMOL_TCP_F_ECN		0x0008	/* ECN negotiated */
#define KSMOL_TCP_F_ECE		0x0010	/* echo congestion until CWR comes */
#define KSMOL_TCP_F_CWR		0x0020	/* next new data says CWR */
#define KSMOL_TCP_F_FIN		0x0040	/* send a FIN after what is queued */
#define KSMOL_TCP_F_FIN_IN	0x0080	/* the peer's FIN was accepted */
#define KSMOL_TCP_F_ORPHAN	0x0100	/* no program has it any more */
#define KSMOL_TCP_F_RCV_SHUT	0x0200	/* shutdown(SHUT_RD) */
#define KSMOL_TCP_F_MORE	0x0400	/* MSG_MORE: more is to come at once */
#define KSMOL_TCP_F_PASSIVE	0x0800	/* came from a listener */
#define KSMOL_TCP_F_CWND_LIMITED 0x1000	/* cwnd stopped us in this flight */
#define KSMOL_TCP_F_URG		0x2000	/* sending: snd_up is ahead of una */
#define KSMOL_TCP_F_TLP		0x4000	/* a probe is out (RFC 8985 7.4) */
#define KSMOL_TCP_F_RESET	0x8000	/* send a RST and be done */

/* Bits of tcb->ack: does the peer want an ACK */
#define KSMOL_TCP_ACK_NOW	0x01	/* at once */
#define KSMOL_TCP_ACK_DELAYED	0x02	/* T_DELACK is running, or data is owed one */
#define KSMOL_TCP_ACK_PROBE	0x04	/* keep-alive or window probe is due */
#define KSMOL_TCP_ACK_CHALLENGE	0x08	/* at once, rate-limited already */

/**
 * struct ksmol_tcb - transmission control block (RFC 9293 3.3.1)
 * @state: TCP_ESTABLISHED and so on; TCP_TIME_WAIT only until the glue has
 *	acted on KSMOL_TCP_EV_TIMEWAIT; listeners are not here
 * @ack: KSMOL_TCP_ACK_*
 * @flags: KSMOL_TCP_F_*
 * @events: KSMOL_TCP_EV_*, collected for the glue, which clears them
 * @err: positive errno for SO_ERROR; 0 = none
 * @soft_err: what ICMP said of late, the reason should this end by time-out
 * @pool: whence pbufs come
 * @cfg: choices
 * @due: deadlines by enum ksmol_tcp_timer
 *
 * Sending. All sequence numbers from @snd_una to @snd_nxt are covered by
 * records; payload from snd_una to @write_seq is in @sndq.
 * @iss, @snd_una, @snd_nxt, @snd_wnd, @snd_wl1, @snd_wl2, @snd_up: RFC 9293;
 *	snd_wnd in bytes, scaled already
 * @write_seq: end of what the program wrote; a FIN would have this number
 * @snd_max_wnd: largest window the peer ever offered (sender SWS)
 * @snd_sml: end of the last small segment (Nagle as Minshall has it)
 * @snd_psh: what was sent before this number was pushed
 * @cork_since: when a cork first held back the segment that comes next, 0 = not
 * @persist: doublings of the persist timer
 * @snd_wscale, @rcv_wscale: shift for what we receive, for what we announce
 * @mss: payload bytes of a full segment as things are, options of every
 *	segment (timestamps) taken off, SACK blocks not
 * @mss_peer: the peer's MSS option, or the default
 * @mtu: path MTU as known, network header included; @net_hlen: 20 or 40
 * @route_mtu: as the route has it; @mtu_at: when @mtu, which is less, is to be
 *	forgotten, 0 = is not less; @mtu_probe_low: what a black hole made of it;
 *	@mtu_holes: how often there was one
 * @gso_max: most payload bytes of one ksmol_tcp_out, at least @mss when 0
 * @gso_frags: most pbufs that its payload may lie in
 * @sndq: payload, in order; pb->tx.seq numbers its first byte. The first one
 *	may begin before snd_una
 * @snd_cursor: pbuf that holds snd_nxt, or NULL: look from the front
 * @recs, @sent: records by number and by time
 * @losses: records LOST and not sent again, by number (the link is @time)
 * @rec_last: the record that ends at snd_nxt
 * @rec_own, @rec_own_used: one record for this connection alone, so that it can
 *	send whatever the others do to the stock
 * @sacked, @lost, @retrans: bytes of records with these flags (@lost: those
 *	not sent again yet count in full; @retrans: in flight again)
 *
 * Recovery and congestion control.
 * @ca: enum ksmol_tcp_ca_state; @cong: algorithm; @cong_priv: its own
 * @cwnd, @ssthresh: bytes
 * @high_seq: snd_nxt when recovery or loss began
 * @prior_cwnd, @prior_ssthresh, @undo_seq, @undo_bytes: to undo a spurious one
 *	(@prior_cwnd 0: nothing to undo; @undo_seq is una when it began;
 *	@undo_bytes retransmitted since, less those that DSACKs gave back, -1
 *	before the first); @undo_ts: our timestamp clock when the first
 *	retransmission went out (Eifel)
 * @prr_delivered, @prr_out, @recover_fs: RFC 6937
 * @delivered: bytes ever delivered, by ACK or SACK
 * @dupacks: without SACK: in a row
 * @reordering: bytes; how far out of order we saw segments come
 * @fack: highest number known to have been delivered
 * @flight: bytes not acknowledged when the event that may reduce cwnd came, for
 *	cong->ssthresh()
 * @xmit_order: transmissions until now; @rack_order: that of the latest known to
 *	have arrived
 * @rack_xmit, @rack_end, @rack_rtt, @rack_wnd_mult, @rack_wnd_persist,
 *	@rack_reord, @rack_dsack_round: RFC 8985 5.3; @rack_dsack: the round
 *	counts
 * @tlp_due: a probe is to be sent: new data though cwnd is full, or else
 *	@rec_last again (ksmol_tcp_tlp_timeout() has cut it to one segment)
 * @tlp_end: snd_nxt when the probe went out; @tlp_retrans: it was old data
 * @cwnd_stamp: when cwnd was last used in full; @cwnd_peak: most in flight
 *	since; @cwnd_used: most in the present flight, which ends when una
 *	passes @cwnd_seq
 *
 * Round-trip times, all microseconds.
 * @srtt8: eight times the smoothed time, 0 = none yet; @rttvar4: four times
 *	the variation; @rto: without backoff
 * @rtt_dev, @rtt_seq: largest deviation in this round trip, which ends when
 *	una passes rtt_seq: @rttvar4 falls once per round trip only
 * @min_rtt, @min_rtt_stamp: smallest of the last five minutes
 * @backoff: doublings of RTO; @probes: persist or keep-alive probes unanswered
 * @retries: retransmission timeouts in a row
 * @stuck: when the oldest unacknowledged data was first timed out, for R2 and
 *	the user timeout; 0 = not
 * @last_rx, @last_tx: last segment of any kind received, data sent
 * @pace_next: pacing lets nothing out before
 *
 * Receiving. Payload from @copied_seq to @rcv_nxt is in @rcvq.
 * @irs, @rcv_nxt, @rcv_up: RFC 9293
 * @rcv_wup: rcv_nxt as last announced; @rcv_wnd: window announced with it.
 *	The right edge @rcv_wup + @rcv_wnd never goes back
 * @copied_seq: next byte for the program
 * @rcvq: in order; pb->rx.tcp.seq numbers its first byte. The first one may
 *	begin before copied_seq. Read by the glue, which frees what was read
 * @rcvq_pbufs: pbufs in it (also rcvq.count), kept for the pool's question
 * @ooo: out-of-order queue by number, no overlaps; @ooo_bytes, @ooo_pbufs
 * @fin_seq: number of a FIN that came early; valid if @fin_early
 * @sack: blocks to report, latest first; @nr_sack of them
 * @dsack: to be reported once, if start != end
 * @rcv_mss: payload of the segments we get, a guess (RFC 9293 3.8.6.2.2)
 * @rcv_mss_last: that of the last one
 * @rcv_max_wnd: largest window ever announced
 * @rcv_fill: payload that a pbuf of the receive queue holds, smoothed; 0 = not
 *	known yet
 * @ts_recent, @ts_recent_at: RFC 7323 5.3 (seconds); @ts_offset: added to our
 *	clock, per connection; @last_ack_sent: for RTTM
 * @quick: full-sized segments still to be acknowledged at once
 * @pingpong: request and response alternate: delay ACKs to piggyback
 * @ato: how long an ACK is delayed; @last_data: when data came last
 * @urg_seq, @urg_data: out-of-band byte (BSD's reading of the pointer):
 *	number; value, or KSMOL_TCP_URG_*
 * @tune_seq, @tune_at, @tune_space, @rcv_rtt, @rcv_rtt_seq, @rcv_rtt_at:
 *	buffer tuning: what the program read per round trip
 * @challenge_at, @challenges: RFC 5961 10, rate limit
 * @oow_at: last answer to an out-of-window segment
 * @bytes_in, @bytes_out, @segs_in, @segs_out, @retrans_total, @dsacks_in,
 *	@reord_seen: for TCP_INFO
 */
struct ksmol_tcb {
	u8 state;
	u8 ack;
	u16 flags;
	u32 events;
	int err;
	int soft_err;
	struct ksmol_pool *pool;

	/* receiving, header prediction */
	u32 rcv_nxt;
	u32 rcv_wup;
	u32 rcv_wnd;
	u32 copied_seq;
	struct ksmol_pbuf_list rcvq;
	struct rb_root ooo;
	u32 ooo_bytes;
	u32 ooo_pbufs;
	u32 ts_recent;
	u32 last_ack_sent;
	u64 last_data;
	u16 rcv_mss;
	u16 rcv_mss_last;
	u32 rcv_max_wnd;
	u32 rcv_fill;
	u8 rcv_wscale;
	u8 snd_wscale;
	u8 quick;
	bool pingpong;
	bool fin_early;
	u8 nr_sack;

	/* sending */
	u32 snd_una;
	u32 snd_nxt;
	u32 snd_wnd;
	u32 write_seq;
	u32 snd_wl1;
	u32 snd_wl2;
	u32 snd_max_wnd;
	u32 snd_sml;
	u32 snd_psh;
	u32 snd_up;
	u32 mss;
	u32 gso_max;
	u32 gso_frags;
	struct ksmol_pbuf_list sndq;
	struct ksmol_pbuf *snd_cursor;
	struct rb_root recs;
	struct list_head sent;
	struct list_head losses;
	struct ksmol_tcp_rec *rec_last;
	struct ksmol_tcp_rec rec_own;
	bool rec_own_used;
	u32 sacked;
	u32 lost;
	u32 retrans;

	/* congestion */
	u32 cwnd;
	u32 ssthresh;
	u32 high_seq;
	u32 prior_cwnd;
	u32 prior_ssthresh;
	u32 undo_seq;
	s32 undo_bytes;
	u32 undo_ts;
	u32 prr_delivered;
	u32 prr_out;
	u32 recover_fs;
	u32 reordering;
	u32 fack;
	u32 flight;
	u32 dupacks;
	u8 ca;
	u8 backoff;
	u8 retries;
	u8 probes;
	u8 persist;
	u64 delivered;
	u64 rack_xmit;
	u32 rack_order;
	u32 rack_end;
	u32 xmit_order;
	u32 rack_rtt;
	u32 rack_dsack_round;
	u8 rack_wnd_mult;
	u8 rack_wnd_persist;
	bool rack_reord;
	bool rack_dsack;
	u32 tlp_end;
	bool tlp_due;
	bool tlp_retrans;
	u32 cwnd_seq;
	u32 cwnd_used;
	u32 cwnd_peak;
	u64 cwnd_stamp;
	const struct ksmol_tcp_cong *cong;
	u64 cong_priv[8];

	/* round-trip times */
	u32 srtt8;
	u32 rttvar4;
	u32 rto;
	u32 min_rtt;
	u32 rtt_dev;
	u32 rtt_seq;
	u64 min_rtt_stamp;
	u64 stuck;
	u64 last_rx;
	u64 last_tx;
	u64 pace_next;
	u64 cork_since;
	u64 due[KSMOL_TCP_NR_TIMERS];

	/* the rest of receiving */
	u32 irs;
	u32 iss;
	u32 rcv_up;
	u32 fin_seq;
	u32 ts_recent_at;
	u32 ts_offset;
	u32 ato;
	u32 urg_seq;
	u16 urg_data;
	struct ksmol_tcp_range sack[KSMOL_TCP_SACKS];
	struct ksmol_tcp_range dsack;
	u32 tune_seq;
	u32 tune_space;
	u64 tune_at;
	u32 rcv_rtt;
	u32 rcv_rtt_seq;
	u64 rcv_rtt_at;
	u64 challenge_at;
	u32 challenges;
	u64 oow_at;

	/* path and choices */
	u16 mss_peer;
	u16 net_hlen;
	u32 mtu;
	u32 route_mtu;
	u32 mtu_probe_low;
	u8 mtu_holes;
	u64 mtu_at;
	struct ksmol_tcp_config cfg;

	/* for TCP_INFO */
	u64 bytes_in;
	u64 bytes_out;
	u64 bytes_acked;
	u64 bytes_retrans;
	u32 segs_in;
	u32 segs_out;
	u32 data_segs_in;
	u32 data_segs_out;
	u32 retrans_total;
	u32 dsacks_in;
	u32 reord_seen;
	u32 ooo_in;
};

/* Values of tcb->urg_data beside a byte (0 to 255) with KSMOL_TCP_URG_VALID */
#define KSMOL_TCP_URG_VALID	0x0100	/* the byte is here, not yet read */
#define KSMOL_TCP_URG_NOTYET	0x0200	/* announced, not yet arrived */
#define KSMOL_TCP_URG_READ	0x0400	/* was read */

/* --- tcp_state.c: life --- */

/* A closed connection with default choices. @pool: its pbufs' home. */
void ksmol_tcp_init(struct ksmol_tcb *tcb, struct ksmol_pool *pool);

/* Path as the route has it: sets mss. Before connecting, and on change. */
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

/* The program read up to copied_seq (set already): tune the buffer, and
 * announce a window that opened. Sets ACK_NOW if that is due.
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
