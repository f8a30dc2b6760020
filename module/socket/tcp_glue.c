// SPDX-License-Identifier: GPL-2.0-only
/* From the network layer to the connection that a segment is for. */

#include <linux/if_packet.h>
#include <linux/prefetch.h>
#include <linux/skbuff.h>
#include <net/checksum.h>
#include <net/inet_ecn.h>
#include <trace/events/ksmol.h>
#include "tcp_sock.h"

/* --- the header --- */

int ksmol_tcp_seg_parse(struct ksmol_tcp_seg *seg, const struct ksmol_pbuf *pb)
{
	u8 room[KSMOL_TCP_HLEN_MAX] __uninitialized;
	u32 hlen = KSMOL_TCP_HLEN;
	const u8 *bytes;

	bytes = ksmol_pbuf_header(pb, 0, hlen, room);
	if (unlikely(!bytes))
		return KSMOL_DROP_TCP_SHORT;
	if (likely(bytes[12] >> 4 > KSMOL_TCP_HLEN / 4)) {
		hlen = min_t(u32, (bytes[12] >> 4) * 4, pb->len);
		bytes = ksmol_pbuf_header(pb, 0, hlen, room);
		if (unlikely(!bytes))
			return KSMOL_DROP_TCP_SHORT;
	}
	return ksmol_tcp_parse(bytes, hlen, &seg->h);
}

static void seg_measure(struct ksmol_tcp_seg *seg, struct ksmol_pbuf *pb)
{
	seg->len = pb->len;
	seg->end = seg->h.seq + seg->len +
		   !!(seg->h.flags & KSMOL_TCP_SYN) +
		   !!(seg->h.flags & KSMOL_TCP_FIN);
	seg->pb = seg->len ? pb : NULL;
}

void ksmol_tcp_seg_fill(struct ksmol_tcp_seg *seg, struct ksmol_pbuf *pb)
{
	const struct sk_buff *skb = pb->skb;
	u8 ecn = pb->rx.tos & INET_ECN_MASK;

	ksmol_pbuf_pull(pb, seg->h.hlen);
	seg_measure(seg, pb);
	seg->mss = min_t(u32, seg->len, U16_MAX);
	seg->segs = 1;
	seg->ce = ecn == INET_ECN_CE;
	seg->ect = ecn != INET_ECN_NOT_ECT;
	seg->reset = false;
	if (skb && skb_is_gso(skb)) {
		seg->mss = skb_shinfo(skb)->gso_size;
		/* Who injects frames need not have counted. */
		seg->segs = skb_shinfo(skb)->gso_segs ?:
			    DIV_ROUND_UP(seg->len, seg->mss);
	}
}

/* @pb begins with its header. */
static bool csum_good(const struct ksmol_pbuf *pb)
{
	__wsum pseudo = ksmol_pseudo_sum(pb->family, &pb->rx.saddr,
					 &pb->rx.daddr, pb->len, IPPROTO_TCP);

	if (pb->rx.csum_valid && !csum_fold(csum_add(pseudo, pb->rx.csum)))
		return true;
	return !csum_fold(ksmol_pbuf_csum(pb, 0, pb->len, pseudo));
}

noinline bool ksmol_tcp_csum_check(struct ksmol_pbuf *pb, u32 hlen)
{
	pb->off -= hlen;
	pb->len += hlen;
	pb->rx.csum_ok = csum_good(pb);
	ksmol_pbuf_pull(pb, hlen);
	if (unlikely(!pb->rx.csum_ok))
		ksmol_tcp_count(CSUM_ERRORS);
	return pb->rx.csum_ok;
}

/* Is it a segment at all, and sent to us alone (RFC 9293 3.9.2.3)? */
static int seg_admit(struct ksmol_tcp_seg *seg, struct ksmol_pbuf *pb)
{
	int reason = ksmol_tcp_seg_parse(seg, pb);

	if (unlikely(reason))
		return reason;
	if (unlikely(pb->rx.pkt_type != PACKET_HOST))
		return KSMOL_DROP_TCP_NO_SOCKET;
	ksmol_tcp_seg_fill(seg, pb);
	return 0;
}

/* --- answers to what nobody wants --- */

static void seg_reject(const struct ksmol_tcp_key *key,
		       const struct ksmol_tcp_seg *seg, u8 tos)
{
	struct ksmol_tcp_out out;

	if (ksmol_tcp_reset_for(seg, &out))
		ksmol_tcp_reply(key, 0, tos & ~INET_ECN_MASK, &out,
				KSMOL_PB_REPLY);
}

static void sock_reject(const struct ksmol_tcp_sock *ts,
			const struct ksmol_tcp_seg *seg)
{
	const struct ksmol_sock *ks = &ts->ks;
	struct ksmol_tcp_key key = ksmol_tcp_key(ks);

	key.lport = seg->h.dport;
	key.rport = seg->h.sport;
	seg_reject(&key, seg, ksmol_sock_tos(ks, ks->family));
}

/* --- to a connection --- */

static void segment_trace(const struct ksmol_tcp_sock *ts, u32 cwnd)
{
	const struct ksmol_tcb *tcb = &ts->tcb;

	if (cwnd != tcb->cwnd)
		trace_ksmol_tcp_cwnd(ntohs(ts->ks.lport), ntohs(ts->ks.rport),
				     tcb->cwnd, tcb->ssthresh, tcb->ca);
}

/* What the pool, not the connection, had no room for. */
static bool pool_refused(int verdict)
{
	return verdict == KSMOL_DROP_RX_FLOOR ||
	       verdict == KSMOL_DROP_RX_SHARE ||
	       verdict == KSMOL_DROP_RX_BYTES ||
	       verdict == KSMOL_DROP_RX_PAGES ||
	       verdict == KSMOL_DROP_RX_NO_PBUF;
}

int ksmol_tcp_segment(struct ksmol_tcp_sock *ts, struct ksmol_tcp_seg *seg,
		      u64 now)
{
	struct ksmol_tcb *tcb = &ts->tcb;
	u32 cwnd = tcb->cwnd;
	int verdict;

	verdict = ksmol_tcp_input(tcb, seg, now);
	if (unlikely(seg->reset))
		sock_reject(ts, seg);
	if (unlikely(tcb->ooo_pbufs || !list_empty(&ts->ooo_node)))
		ksmol_tcp_reclaim_note(ts);
	if (unlikely(verdict >= KSMOL_FIRST_DROP) && pool_refused(verdict))
		ksmol_pool_reclaim(tcb->pool, KSMOL_CLASS_RX);
	if (trace_ksmol_tcp_cwnd_enabled())
		segment_trace(ts, cwnd);
	return verdict;
}

/* The program sees the header, and can't cut it off. */
static noinline int sock_filter(struct ksmol_tcp_sock *ts,
				struct ksmol_tcp_seg *seg,
				struct ksmol_pbuf *pb)
{
	int reason;

	if (!ksmol_tcp_csum_ok(pb, seg->h.hlen))
		return KSMOL_DROP_TCP_CSUM;
	reason = ksmol_filter_run(&ts->ks, pb, seg->h.hlen);
	if (!reason && pb->len != seg->len)
		seg_measure(seg, pb);
	return reason;
}

/*
 * A program that writes all the time on another CPU has its pbufs in that one's
 * caches, and takes the next from the stock there: it takes home itself what was
 * acknowledged. Unless somebody might want for pbufs meanwhile.
 */
static bool trim_elsewhere(const struct ksmol_tcp_sock *ts)
{
	const struct ksmol_pool *pool = ts->tcb.pool;
	int own = READ_ONCE(ts->steer.own_cpu);

	return ksmol_tcp_unacked(&ts->tcb) &&
	       jiffies - READ_ONCE(ts->wrote) <= 1 && own >= 0 &&
	       own != smp_processor_id() && !READ_ONCE(pool->starved) &&
	       ksmol_pool_stock(pool, KSMOL_CLASS_TX) >
	       pool->cfg.count[KSMOL_CLASS_TX] / 4;
}

/* A clock is read once a tick at least. */
static bool needs_clock(const struct ksmol_tcp_sock *ts,
			const struct ksmol_tcp_seg *seg)
{
	unsigned long tick = jiffies;

	return !ts->clock || ts->tick != tick ||
	       !ksmol_tcp_untimed(&ts->tcb, seg);
}

static int sock_segment(struct ksmol_tcp_sock *ts, struct ksmol_tcp_seg *seg)
{
	struct ksmol_tcb *tcb = &ts->tcb;
	bool timed = needs_clock(ts, seg);
	u64 now = timed ? ksmol_tcp_now() : ts->clock;
	int verdict;

	tcb->trim_later = trim_elsewhere(ts);
	verdict = ksmol_tcp_segment(ts, seg, now);
	tcb->trim_later = false;
	if (!timed && tcb->ack & ~KSMOL_TCP_ACK_DELAYED)
		now = ksmol_tcp_now();
	ksmol_tcp_run(ts, now);
	return verdict;
}

/* Not this socket's any more. */
#define NO_CONNECTION (-1)

/*
 * Whoever owns the socket verifies what waits for him: his CPU has to fetch the
 * bytes in any case, and this one has enough to do.
 */
static int sock_input(struct ksmol_tcp_sock *ts, struct ksmol_tcp_seg *seg,
		      struct ksmol_pbuf *pb)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);
	int verdict = NO_CONNECTION;

	if (unlikely(rcu_access_pointer(sk->sk_filter))) {
		verdict = sock_filter(ts, seg, pb);
		if (verdict)
			return verdict;
	}
	if (unlikely(READ_ONCE(sk->sk_flags) & KSMOL_STAMP_FLAGS))
		ksmol_receive_stamp(pb);
	if (!READ_ONCE(sk->sk_lock.owned) &&
	    unlikely(!ksmol_tcp_csum_ok(pb, seg->h.hlen)))
		return KSMOL_DROP_TCP_CSUM;
	bh_lock_sock(sk);
	ksmol_tcp_steer_input(&ts->steer, smp_processor_id());
	if (unlikely(sk->sk_state == TCP_CLOSE))
		verdict = NO_CONNECTION;
	else if (unlikely(sock_owned_by_user(sk)))
		verdict = ksmol_tcp_backlog_add(ts, seg, pb);
	else if (unlikely(!ksmol_tcp_csum_ok(pb, seg->h.hlen)))
		verdict = KSMOL_DROP_TCP_CSUM;
	else
		verdict = sock_segment(ts, seg);
	bh_unlock_sock(sk);
	return verdict;
}

static int flow_input(const struct ksmol_key *key, struct ksmol_tcp_seg *seg,
		      struct ksmol_pbuf *pb)
{
	struct ksmol_sock *ks = ksmol_demux_flow(key);

	if (unlikely(!ks))
		return NO_CONNECTION;
	prefetchw(&ks->inet.sk.sk_lock);
	return sock_input(ksmol_tcp_sk(&ks->inet.sk), seg, pb);
}

/* --- to none yet --- */

static int listener_input(const struct ksmol_key *key,
			  const struct ksmol_tcp_key *ends,
			  struct ksmol_tcp_seg *seg, struct ksmol_pbuf *pb)
{
	struct ksmol_sock *ks = ksmol_demux_listener(key);
	struct ksmol_tcp_sock *ts;
	int reason;

	if (!ks) {
		seg_reject(ends, seg, pb->rx.tos);
		return KSMOL_DROP_TCP_NO_SOCKET;
	}
	ts = ksmol_tcp_sk(&ks->inet.sk);
	if (unlikely(rcu_access_pointer(ks->inet.sk.sk_filter))) {
		reason = sock_filter(ts, seg, pb);
		if (reason)
			return reason;
	}
	return ksmol_tcp_listen_input(ts, ends, seg, pb);
}

/* A half-open connection has its listener's filter, a closing one none. */
static int mini_filter(struct ksmol_tcp_mini *mini, struct ksmol_tcp_seg *seg,
		       struct ksmol_pbuf *pb)
{
	struct ksmol_tcp_sock *ts;

	if (mini->kind != KSMOL_TCP_MINI_REQ)
		return 0;
	ts = container_of(mini, struct ksmol_tcp_req, mini)->listener;
	if (likely(!rcu_access_pointer(ksmol_tcp_to_sk(ts)->sk_filter)))
		return 0;
	return sock_filter(ts, seg, pb);
}

/* Consumes the reference on @mini. */
static int mini_input(struct ksmol_tcp_mini *mini, struct ksmol_tcp_seg *seg,
		      struct ksmol_pbuf *pb, bool *again)
{
	int reason = mini_filter(mini, seg, pb);

	if (likely(!reason))
		return ksmol_tcp_mini_input(mini, seg, pb, again);
	ksmol_tcp_mini_put(mini);
	return reason;
}

/*
 * A request becomes a connection between two look-ups, and a TIME-WAIT gives
 * way to a SYN: look again, but not for ever.
 */
#define LOOKUPS 3

static noinline int stranger_input(const struct ksmol_key *key, struct net *net,
				   struct ksmol_tcp_seg *seg,
				   struct ksmol_pbuf *pb)
{
	const struct ksmol_tcp_key ends = {
		.net = net,
		.laddr = *key->laddr,
		.raddr = *key->raddr,
		.lport = key->lport,
		.rport = key->rport,
		.family = key->family,
		.scope = ksmol_addr_scope(key->family, key->raddr,
					  key->ifindex),
	};
	struct ksmol_tcp_mini *mini;
	int i, verdict;

	for (i = 0; i < LOOKUPS; i++) {
		bool again = false;

		mini = ksmol_tcp_mini_find(&ends);
		if (mini) {
			verdict = mini_input(mini, seg, pb, &again);
			if (!again)
				return verdict;
		} else if (i || !(seg->h.flags & KSMOL_TCP_ACK)) {
			break;
		}
		verdict = flow_input(key, seg, pb);
		if (verdict != NO_CONNECTION)
			return verdict;
	}
	return listener_input(key, &ends, seg, pb);
}

enum ksmol_verdict ksmol_tcp_socket_input(struct ksmol_iface *iface,
					  struct ksmol_pbuf *pb)
{
	struct ksmol_key key = {
		.net = iface->net,
		.laddr = &pb->rx.daddr,
		.raddr = &pb->rx.saddr,
		.ifindex = pb->rx.ifindex,
		.family = pb->family,
		.proto = IPPROTO_TCP,
	};
	struct ksmol_tcp_seg seg __uninitialized;
	int verdict;

	ksmol_tcp_count(SEGS_IN);
	verdict = seg_admit(&seg, pb);
	if (unlikely(verdict))
		return verdict;
	key.lport = seg.h.dport;
	key.rport = seg.h.sport;
	verdict = flow_input(&key, &seg, pb);
	if (likely(verdict != NO_CONNECTION))
		return verdict;
	if (unlikely(!ksmol_tcp_csum_ok(pb, seg.h.hlen)))
		return KSMOL_DROP_TCP_CSUM;
	return stranger_input(&key, iface->net, &seg, pb);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_socket_input);
