// SPDX-License-Identifier: GPL-2.0-only
/*
 * After every call into the core: what it wants sent is sent, what the program
 * should know is told, and the timer is set.
 */

#include <trace/events/ksmol.h>
#include "tcp_sock.h"

/* --- sending --- */

static void trace_out(const struct ksmol_tcp_sock *ts,
		      const struct ksmol_tcp_out *out)
{
	if (out->kind == KSMOL_TCP_OUT_RETRANS)
		trace_ksmol_tcp_retransmit(ntohs(ts->ks.lport),
					   ntohs(ts->ks.rport), out->h.seq,
					   out->len, ts->tcb.ca);
}

static void run_send(struct ksmol_tcp_sock *ts, u64 now)
{
	struct ksmol_tcb *tcb = &ts->tcb;
	struct ksmol_tcp_out out __uninitialized;
	int err;

	while (ksmol_tcp_next(tcb, now, &out)) {
		if (out.len && unlikely(ksmol_tcp_order_holds(ts, now)))
			return;
		err = ksmol_tcp_transmit(ts, &out);
		if (unlikely(err)) {
			ksmol_tcp_unsent(tcb, now, &out, err);
			return;
		}
		if (trace_ksmol_tcp_retransmit_enabled())
			trace_out(ts, &out);
		ksmol_tcp_sent(tcb, now, &out);
	}
}

/* --- the socket's own fields --- */

/*
 * TIME-WAIT is none of a full socket's states for Linux: there it stands for
 * another kind of struct.
 */
static u8 visible_state(const struct ksmol_tcb *tcb)
{
	return tcb->state == TCP_TIME_WAIT ? TCP_CLOSE : tcb->state;
}

void ksmol_tcp_sync_state(struct ksmol_tcp_sock *ts)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);
	u8 state = visible_state(&ts->tcb);

	if (likely(sk->sk_state == state))
		return;
	trace_ksmol_tcp_state(ntohs(ts->ks.lport), ntohs(ts->ks.rport),
			      sk->sk_state, ts->tcb.state);
	if (state == TCP_CLOSE)
		WRITE_ONCE(sk->sk_shutdown, SHUTDOWN_MASK);
	/* Who sees the new state sees what led to it: sk_err, sk_shutdown. */
	smp_store_release(&sk->sk_state, state);
}

/* The peer sends no more. */
static void run_fin(struct sock *sk)
{
	WRITE_ONCE(sk->sk_shutdown, sk->sk_shutdown | RCV_SHUTDOWN);
	sock_set_flag(sk, SOCK_DONE);
}

static void run_closed(struct ksmol_tcp_sock *ts)
{
	ksmol_demux_disconnect(&ts->ks);
	ksmol_tcp_reclaim_note(ts);
}

/* A mini takes over: TIME-WAIT, or FIN-WAIT-2. */
static void run_timewait(struct ksmol_tcp_sock *ts, u64 now)
{
	struct ksmol_tcb *tcb = &ts->tcb;

	ksmol_tcp_timewait(ts, now);
	tcb->state = TCP_CLOSE;
	ksmol_tcp_release(tcb);
	run_closed(ts);
}

/* --- telling the program --- */

/*
 * Is there enough to be told of (SO_RCVLOWAT)? What a sleeping reader took
 * before is not counted here: he counts himself.
 */
static bool readable_enough(const struct ksmol_tcp_sock *ts,
			    const struct sock *sk)
{
	int lowat = READ_ONCE(sk->sk_rcvlowat);

	return likely(lowat <= 1) || sk->sk_shutdown & RCV_SHUTDOWN ||
	       ts->partial || ts->tcb.urg_data || ksmol_tcp_ready(ts, lowat);
}

/*
 * Some of what readers were told of is unread, and none of them waits: they will
 * look once more before they do. What waits without having looked under the
 * lock, poll(), is content with that much. Those who want to be told of each
 * arrival are in the queue (epoll), or asked for it.
 */
static bool reader_knows(const struct ksmol_tcp_sock *ts, const struct sock *sk)
{
	struct socket_wq *wq = rcu_dereference(sk->sk_wq);

	return ksmol_seq_before(ts->tcb.copied_seq, ts->told) &&
	       READ_ONCE(sk->sk_rcvlowat) <= 1 && !ts->tcb.urg_data &&
	       sk->sk_data_ready == ts->ks.data_ready &&
	       !sock_flag(sk, SOCK_FASYNC) &&
	       /* no barrier: who looked under the lock is seen under it */
	       !(wq && waitqueue_active(&wq->wait));
}

static void notify_reader(struct ksmol_tcp_sock *ts, struct sock *sk)
{
	if (!readable_enough(ts, sk) || reader_knows(ts, sk))
		return;
	ts->told = ts->tcb.rcv_nxt;
	sk->sk_data_ready(sk);
}

static void notify_state(struct sock *sk, u32 events)
{
	bool over = sk->sk_state == TCP_CLOSE ||
		    sk->sk_shutdown == SHUTDOWN_MASK;

	sk->sk_state_change(sk);
	if (events & KSMOL_TCP_EV_ESTABLISHED)
		sk_wake_async(sk, SOCK_WAKE_IO, POLL_OUT);
	if (over)
		sk_wake_async(sk, SOCK_WAKE_WAITD, POLL_HUP);
	else if (events & KSMOL_TCP_EV_FIN)
		sk_wake_async(sk, SOCK_WAKE_WAITD, POLL_IN);
}

static void run_notify(struct ksmol_tcp_sock *ts, u32 events, u8 before)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);

	if (sock_flag(sk, SOCK_DEAD))
		return;
	if (events & KSMOL_TCP_EV_READABLE)
		notify_reader(ts, sk);
	if (events & KSMOL_TCP_EV_WRITABLE)
		ksmol_tcp_write_space(ts);
	if (unlikely(events & KSMOL_TCP_EV_URGENT))
		sk_send_sigurg(sk);
	if (unlikely(events & KSMOL_TCP_EV_ERROR))
		sk_error_report(sk);
	/* FIN-WAIT-2 is no event, but close() may linger for it. */
	if (unlikely(before != sk->sk_state || events & KSMOL_TCP_EV_FIN))
		notify_state(sk, events);
}

static void run_rare(struct ksmol_tcp_sock *ts, u32 events, u64 now)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);

	if (events & KSMOL_TCP_EV_REROUTE)
		ts->dst_gen = atomic_read(&ksmol_route_gen) - 1;
	if (events & KSMOL_TCP_EV_ERROR)
		WRITE_ONCE(sk->sk_err, ts->tcb.err);
	if (events & KSMOL_TCP_EV_FIN)
		run_fin(sk);
	if (events & KSMOL_TCP_EV_TIMEWAIT)
		run_timewait(ts, now);
	else if (events & KSMOL_TCP_EV_CLOSED)
		run_closed(ts);
}

/* Forward progress proves that the neighbor is there. */
static void run_confirm(struct ksmol_tcp_sock *ts)
{
	unsigned long tick = jiffies;

	if (ts->confirmed == tick ||
	    ts->dst_gen != atomic_read(&ksmol_route_gen))
		return;
	ts->confirmed = tick;
	ksmol_neigh_confirm(&ts->last_dst);
}

static void run_events(struct ksmol_tcp_sock *ts, u64 now)
{
	u32 events = ts->tcb.events;
	u8 before = ksmol_tcp_to_sk(ts)->sk_state;

	if (unlikely(events & KSMOL_TCP_EV_ESTABLISHED))
		ts->told = ts->tcb.copied_seq;
	ts->tcb.events = 0;
	if (events & KSMOL_TCP_EV_CONFIRM)
		run_confirm(ts);
	if (unlikely(events & (KSMOL_TCP_EV_REROUTE | KSMOL_TCP_EV_ERROR |
			       KSMOL_TCP_EV_FIN | KSMOL_TCP_EV_TIMEWAIT |
			       KSMOL_TCP_EV_CLOSED)))
		run_rare(ts, events, now);
	ksmol_tcp_sync_state(ts);
	run_notify(ts, events, before);
}

/* --- leaving --- */

/* Only the peer's FIN is awaited, no longer than a TIME-WAIT lasts. */
static bool awaits_fin(const struct ksmol_tcb *tcb)
{
	return tcb->state == TCP_FIN_WAIT2 &&
	       tcb->flags & KSMOL_TCP_F_ORPHAN &&
	       tcb->cfg.linger2 <= KSMOL_TCP_FIN_TIMEOUT;
}

void ksmol_tcp_leave(struct ksmol_tcp_sock *ts)
{
	if (unlikely(awaits_fin(&ts->tcb))) {
		run_timewait(ts, ksmol_tcp_now());
		ksmol_tcp_sync_state(ts);
	}
	if (unlikely(ksmol_tcp_to_sk(ts)->sk_state == TCP_CLOSE))
		ksmol_tcp_finish(ts);
}

/* --- the timer --- */

static void timer_expired(struct timer_list *t)
{
	struct ksmol_tcp_sock *ts = timer_container_of(ts, t, timer);

	ksmol_tcp_defer(ts, KSMOL_TCP_DEFER_TIMER);
	sock_put(ksmol_tcp_to_sk(ts));
}

void ksmol_tcp_timer_init(struct ksmol_tcp_sock *ts)
{
	timer_setup(&ts->timer, timer_expired, 0);
}

/*
 * A timer that will fire earlier than needed is left alone: it finds nothing to
 * do then, and is set anew. So data that flows costs none of them.
 */
static void run_timer(struct ksmol_tcp_sock *ts, u64 now)
{
	u64 due = ksmol_tcp_deadline(&ts->tcb), wait = 0;

	if (!due || (ts->armed <= due && timer_pending(&ts->timer)))
		return;
	if (due > now)
		wait = min_t(u64, due - now, U32_MAX / 2);
	ts->armed = due;
	sk_reset_timer(ksmol_tcp_to_sk(ts), &ts->timer,
		       jiffies + max(usecs_to_jiffies(wait), 1UL));
}

/* --- all of it --- */

void ksmol_tcp_run(struct ksmol_tcp_sock *ts, u64 now)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);

	if (unlikely(sk->sk_state == TCP_LISTEN))
		return;
	if (now != ts->clock) {
		ts->clock = now;
		ts->tick = jiffies;
	}
	rcu_read_lock();
	run_send(ts, now);
	run_events(ts, now);
	run_timer(ts, now);
	/* Who owns it finishes it on release, when its backlog is empty. */
	if (!sock_owned_by_user(sk))
		ksmol_tcp_leave(ts);
	rcu_read_unlock();
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_run);
