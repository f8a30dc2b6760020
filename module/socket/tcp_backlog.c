// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to a socket while a process owns it: segments wait in a backlog
 * of pbufs, timers and errors as bits. The owner acts on them when it lets go.
 *
 * A segment that waits is delivered as far as its frame is concerned. What the
 * core then drops of them is counted as purged.
 */

#include <linux/prefetch.h>
#include <trace/events/ksmol.h>
#include "tcp_sock.h"

/* --- waiting --- */

/* However small, a segment counts for as much as a pbuf does elsewhere. */
static u32 backlog_cost(const struct ksmol_pbuf *pb)
{
	return max(pb->len, 1U << KSMOL_PBUF_SHIFT);
}

static int backlog_refused(const struct ksmol_tcp_sock *ts,
			   const struct ksmol_pbuf *pb)
{
	const struct ksmol_tcb *tcb = &ts->tcb;
	u64 limit = (u64)READ_ONCE(tcb->cfg.rcvbuf) +
		    READ_ONCE(tcb->cfg.sndbuf);
	u32 held = READ_ONCE(tcb->rcvq.count) + READ_ONCE(tcb->ooo_pbufs) +
		   ts->backlog.count;

	/* One is always welcome, however small the buffers. */
	if (ts->backlog.count &&
	    (u64)ts->backlog_bytes + backlog_cost(pb) > limit)
		return KSMOL_DROP_TCP_BACKLOG;
	return ksmol_pbuf_may_queue(pb, held);
}

/*
 * No pbuf for it, but what has no payload needs none. Of several only the
 * latest is kept: what an ACK says, the next one says again. A RST is kept
 * before all others, for nobody repeats it.
 */
static bool backlog_late(struct ksmol_tcp_sock *ts,
			 const struct ksmol_tcp_seg *seg)
{
	const struct ksmol_tcp_header *late = &ts->late.h;

	if (seg->len || seg->h.flags & (KSMOL_TCP_SYN | KSMOL_TCP_FIN))
		return false;
	if (ts->has_late && !(seg->h.flags & KSMOL_TCP_RST) &&
	    (late->flags & KSMOL_TCP_RST ||
	     ksmol_seq_before(seg->h.ack, late->ack)))
		return false;
	ts->late = *seg;
	ts->has_late = true;
	return true;
}

int ksmol_tcp_backlog_add(struct ksmol_tcp_sock *ts,
			  const struct ksmol_tcp_seg *seg,
			  struct ksmol_pbuf *pb)
{
	int reason = backlog_refused(ts, pb);

	/* With its header, which is read once more when its turn comes. */
	pb->off -= seg->h.hlen;
	pb->len += seg->h.hlen;
	if (likely(!reason))
		reason = ksmol_pbuf_settle(pb);
	if (unlikely(reason)) {
		if (!ksmol_tcp_csum_ok(pb, 0))
			return KSMOL_DROP_TCP_CSUM;
		return backlog_late(ts, seg) ? KSMOL_HANDLED : reason;
	}
	ksmol_pbuf_own(pb, KSMOL_OWNER_SOCKET);
	ts->backlog_bytes += backlog_cost(pb);
	ksmol_pbuf_list_add(&ts->backlog, pb);
	return KSMOL_DELIVERED;
}

void ksmol_tcp_backlog_purge(struct ksmol_tcp_sock *ts)
{
	__ksmol_stat_add(purged, ts->backlog.count);
	ksmol_pbuf_list_free(&ts->backlog);
	ts->backlog_bytes = 0;
	ts->has_late = false;
}

/* --- acting --- */

static void backlog_drop(struct ksmol_pbuf *pb, int verdict)
{
	if (verdict >= KSMOL_FIRST_DROP) {
		trace_ksmol_rx_drop(verdict, pb->rx.ifindex, pb->len);
		__ksmol_stat_inc(purged);
	}
	ksmol_pbuf_free(pb);
}

static void backlog_one(struct ksmol_tcp_sock *ts, struct ksmol_pbuf *pb,
			u64 now)
{
	struct ksmol_tcp_seg seg __uninitialized;
	int verdict = KSMOL_DROP_TCP_CSUM;

	if (likely(ksmol_tcp_csum_ok(pb, 0)))
		/* It was a valid header when it came. */
		verdict = ksmol_tcp_seg_parse(&seg, pb);
	if (likely(!verdict)) {
		ksmol_tcp_seg_fill(&seg, pb);
		verdict = ksmol_tcp_segment(ts, &seg, now);
	}
	if (verdict != KSMOL_DELIVERED)
		backlog_drop(pb, verdict);
}

/* Another CPU wrote these last: the next one's skb, and the pbuf after it. */
static void backlog_ahead(const struct ksmol_pbuf *next)
{
	if (!next)
		return;
	if (next->skb)
		prefetch(&next->skb->head);
	prefetchw(next->next);
}

/*
 * Without SACK each duplicate ACK counts for the peer, so they must all go
 * out; else what the last segment calls for says all that there is to say.
 */
static void backlog_run(struct ksmol_tcp_sock *ts, struct ksmol_pbuf_list *list,
			u64 now)
{
	struct ksmol_tcb *tcb = &ts->tcb;
	struct ksmol_pbuf *pb;

	while (tcb->state != TCP_CLOSE && (pb = ksmol_pbuf_list_pop(list))) {
		backlog_ahead(pb->next);
		backlog_one(ts, pb, now);
		if (tcb->ack & KSMOL_TCP_ACK_NOW &&
		    !(tcb->flags & KSMOL_TCP_F_SACK))
			ksmol_tcp_run(ts, now);
	}
	__ksmol_stat_add(purged, list->count);
	ksmol_pbuf_list_free(list);
}

/* Most pbufs that one connection gives back at a time. */
#define PRUNE_PBUFS 16

static void deferred_run(struct ksmol_tcp_sock *ts, unsigned long what, u64 now)
{
	struct ksmol_tcb *tcb = &ts->tcb;

	if (what & BIT(KSMOL_TCP_DEFER_ABORT))
		ksmol_tcp_kill(tcb, ENETDOWN);
	if (what & BIT(KSMOL_TCP_DEFER_PMTU))
		ksmol_tcp_pmtu(tcb, ts->defer_seq, ts->defer_mtu, now);
	if (what & BIT(KSMOL_TCP_DEFER_ICMP))
		ksmol_tcp_icmp(tcb, ts->defer_seq, ts->defer_err,
			       ts->defer_hard);
	if (what & BIT(KSMOL_TCP_DEFER_PRUNE))
		ksmol_tcp_prune_unreported(tcb, PRUNE_PBUFS);
	if (what & BIT(KSMOL_TCP_DEFER_RENEGE))
		ksmol_tcp_prune(tcb, PRUNE_PBUFS);
	if (what & (BIT(KSMOL_TCP_DEFER_PRUNE) | BIT(KSMOL_TCP_DEFER_RENEGE)))
		ksmol_tcp_reclaim_note(ts);
	if (what & BIT(KSMOL_TCP_DEFER_TIMER))
		ksmol_tcp_timer(tcb, now);
}

/* Without a connection, as listeners and closed sockets are. */
static void take_in_idle(struct ksmol_tcp_sock *ts)
{
	unsigned long what = xchg(&ts->deferred, 0);

	ksmol_tcp_backlog_purge(ts);
	if (what & BIT(KSMOL_TCP_DEFER_ABORT) &&
	    ksmol_tcp_to_sk(ts)->sk_state == TCP_LISTEN)
		ksmol_sock_fail(&ts->ks, ENETDOWN);
}

/*
 * What waits now: taken off, so that more may come while it is acted upon. Mostly
 * nothing does, and having the compiler clear this costs as much as all else
 * that is done then.
 */
struct waiting {
	struct ksmol_pbuf_list backlog;
	struct ksmol_tcp_seg late;
	bool has_late;
	unsigned long deferred;
};

static bool is_waiting(const struct ksmol_tcp_sock *ts)
{
	return READ_ONCE(ts->backlog.first) || READ_ONCE(ts->has_late) ||
	       READ_ONCE(ts->deferred);
}

static void take_off(struct ksmol_tcp_sock *ts, struct waiting *w)
{
	ksmol_pbuf_list_init(&w->backlog);
	ksmol_pbuf_list_splice(&w->backlog, &ts->backlog);
	w->has_late = ts->has_late;
	if (unlikely(w->has_late))
		w->late = ts->late;
	ts->has_late = false;
	w->deferred = ts->deferred ? xchg(&ts->deferred, 0) : 0;
}

static void act_on(struct ksmol_tcp_sock *ts, struct waiting *w)
{
	u64 now = ksmol_tcp_now();

	rcu_read_lock();
	if (w->backlog.first)
		backlog_run(ts, &w->backlog, now);
	if (unlikely(w->has_late) && ts->tcb.state != TCP_CLOSE)
		ksmol_tcp_segment(ts, &w->late, now);
	rcu_read_unlock();
	if (w->deferred && ts->tcb.state != TCP_CLOSE)
		deferred_run(ts, w->deferred, now);
	ksmol_tcp_run(ts, now);
}

/* Whatever waits. Socket spinlock, BH disabled. */
static void take_in(struct ksmol_tcp_sock *ts)
{
	struct waiting w __uninitialized;

	if (likely(!is_waiting(ts)))
		return;
	if (unlikely(ts->tcb.state == TCP_CLOSE)) {
		take_in_idle(ts);
		return;
	}
	take_off(ts, &w);
	act_on(ts, &w);
	ts->backlog_bytes = 0;
}

/*
 * The same for the owner, who needs no spinlock for it: those who bring more
 * find the socket owned, and need not wait until he is done. Not for ever: they
 * may be faster. What has come at last is left to take_in().
 */
#define OWNER_ROUNDS	8

static void owner_take_in(struct ksmol_tcp_sock *ts)
	__must_hold(&ksmol_tcp_to_sk(ts)->sk_lock.slock)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);
	struct waiting w __uninitialized;
	int i;

	for (i = 0; i < OWNER_ROUNDS && is_waiting(ts) &&
	     ts->tcb.state != TCP_CLOSE; i++) {
		take_off(ts, &w);
		spin_unlock(&sk->sk_lock.slock);
		act_on(ts, &w);
		spin_lock(&sk->sk_lock.slock);
	}
	take_in(ts);
	ts->backlog_bytes = 0;
}

void ksmol_tcp_release_cb(struct sock *sk)
{
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sk);

	ksmol_tcp_sync_options(ts);
	ksmol_tcp_steer_own(&ts->steer, smp_processor_id());
	owner_take_in(ts);
	/* Only now, under the spinlock, can nothing more come in. */
	ksmol_tcp_leave(ts);
}

void ksmol_tcp_flush(struct ksmol_tcp_sock *ts)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);

	if (!is_waiting(ts))
		return;
	spin_lock_bh(&sk->sk_lock.slock);
	owner_take_in(ts);
	spin_unlock_bh(&sk->sk_lock.slock);
}

void ksmol_tcp_defer(struct ksmol_tcp_sock *ts, int what)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);

	bh_lock_sock(sk);
	set_bit(what, &ts->deferred);
	if (!sock_owned_by_user(sk))
		take_in(ts);
	bh_unlock_sock(sk);
}
