/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What TCP's pure core works on: the transmission control block, segments in
 * and out, records of what was sent. The functions are in tcp.h.
 */
#ifndef _KSMOL_SOCKET_TCB_H
#define _KSMOL_SOCKET_TCB_H

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
#define KSMOL_TCP_MSS_DEFAULT6	1220U	/* and IPv6 */
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
 *	cwnd-limited: grow cwnd; @rtt: round trip of the newest of them in
 *	microseconds, 0 = not known
 * @idle: about to send after @idle microseconds without anything in flight;
 *	may be NULL
 * @undo: the reduction was spurious: cwnd to go back to; may be NULL
 *	(max(cwnd, prior_cwnd))
 */
struct ksmol_tcp_cong {
	const char *name;
	void (*init)(struct ksmol_tcb *tcb);
	u32 (*ssthresh)(struct ksmol_tcb *tcb, u64 now);
	void (*avoid)(struct ksmol_tcb *tcb, u32 acked, u32 rtt, u64 now);
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
 * @rto_max: TCP_RTO_MAX_MS in microseconds: longest pause before anything is sent
 *	again
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
	u64 rto_max;
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
 *	@mtu_holes: how often there was one; @mtu_una: snd_una when it was
 *	believed in; @mtu_doubts: how often that was a mistake
 * @gso_max: most payload bytes of one ksmol_tcp_out, at least @mss when 0
 * @gso_frags: most pbufs that its payload may lie in
 * @sndq: payload, in order; pb->tx.seq numbers its first byte. It may begin before
 *	snd_una
 * @trimmed: una when pbufs last went home from @sndq; @trim_later: those that are
 *	acknowledged now may stay a while
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
 * @tune_seq, @tune_at, @tune_space, @rcv_rtt: buffer tuning: what the program
 *	read per round trip
 * @rcv_rtt_seq, @rcv_rtt_at: what ends the measurement under way (a time stamp of
 *	ours, or without them a number of the peer's), and when it began;
 *	@rcv_rtt_ts: time stamp sent last; @rcv_rtt_least, @rcv_rtt_since: of the
 *	period that began then
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
	u32 trimmed;
	bool trim_later;
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
	u64 cong_priv[10];

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
	u64 rcv_rtt_since;
	u32 rcv_rtt_least;
	u32 rcv_rtt_ts;
	u64 challenge_at;
	u32 challenges;
	u64 oow_at;

	/* path and choices */
	u16 mss_peer;
	u16 net_hlen;
	u32 mtu;
	u32 route_mtu;
	u32 mtu_probe_low;
	u32 mtu_una;
	u8 mtu_holes;
	u8 mtu_doubts;
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

#endif /* _KSMOL_SOCKET_TCB_H */
