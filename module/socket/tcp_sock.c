// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a TCP socket.
 *
 * References: the first one is the connection's and the program's together. It
 * is put by ksmol_tcp_finish(), once the connection is closed and no program
 * has it, whichever comes last. A pending timer holds one; so does whoever is
 * in the middle of a call. The tables hold none: a socket leaves them before
 * its first reference goes, and readers are safe for an RCU section. A child
 * in an accept queue has its first reference and holds one on its listener.
 */

#include <linux/sched/signal.h>
#include <ksmol/params.h>
#include "tcp_sock.h"

static atomic_t orphans;

u32 ksmol_tcp_orphans(void)
{
	return atomic_read(&orphans);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_orphans);

/* --- birth --- */

/* What is neither options nor the connection. */
static void sock_setup(struct ksmol_tcp_sock *ts)
{
	ksmol_tcp_timer_init(ts);
	ts->clock = 0;
	ksmol_pbuf_list_init(&ts->backlog);
	ksmol_tcp_listen_init(ts);
	INIT_LIST_HEAD(&ts->accept_node);
	INIT_LIST_HEAD(&ts->ooo_node);
	ts->dst_gen = atomic_read(&ksmol_route_gen) - 1;
	atomic_set(&ts->tx_out, 0);
	ksmol_tcp_steer_init(&ts->steer);
	ts->tx_cpu = raw_smp_processor_id();
}

static const struct ksmol_tcp_cong *default_cong(void)
{
	return READ_ONCE(ksmol_params.tcp_cubic) ? &ksmol_tcp_cubic :
						   &ksmol_tcp_reno;
}

int ksmol_tcp_init_sock(struct sock *sk)
{
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sk);

	ksmol_sock_init(sk, IPPROTO_TCP);
	sock_setup(ts);
	ksmol_tcp_init(&ts->tcb, &ksmol_pool);
	ts->tcb.cong = default_cong();
	ts->tcb.cfg.ecn = READ_ONCE(ksmol_params.tcp_ecn) == 1;
	ksmol_tcp_sync_options(ts);
	return 0;
}

/* The connection as it was born, with the choices made since. */
static void tcb_renew(struct ksmol_tcb *tcb)
{
	const struct ksmol_tcp_cong *cong = tcb->cong;
	struct ksmol_tcp_config cfg = tcb->cfg;

	ksmol_tcp_init(tcb, &ksmol_pool);
	tcb->cfg = cfg;
	tcb->cong = cong;
}

void ksmol_tcp_child_init(struct ksmol_tcp_sock *child)
{
	struct ksmol_sock *ks = &child->ks;

	ks->inet.sk.sk_state = TCP_SYN_RECV;
	ks->lookup.pprev = NULL;
	ks->port.pprev = NULL;
	ks->roving = false;
	child->armed = 0;
	child->backlog_bytes = 0;
	child->has_late = false;
	child->deferred = 0;
	child->parent = NULL;
	child->tx_held = false;
	child->tx_lazy = 0;
	child->tx_queued = 0;
	child->orphan = false;
	child->finished = false;
	sock_setup(child);
	tcb_renew(&child->tcb);
}

/* --- death --- */

/* Nobody will read it. BH disabled, lock held. */
static void rcvq_purge(struct ksmol_tcb *tcb)
{
	__ksmol_stat_add(purged, tcb->rcvq.count);
	ksmol_pbuf_list_free(&tcb->rcvq);
	WRITE_ONCE(tcb->copied_seq, tcb->copied_seq + ksmol_tcp_readable(tcb));
}

void ksmol_tcp_destroy_sock(struct sock *sk)
{
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sk);

	sk_stop_timer(sk, &ts->timer);
	ksmol_demux_unbind(&ts->ks);
	local_bh_disable();
	ksmol_tcp_reclaim_forget(ts);
	ksmol_tcp_release(&ts->tcb);
	rcvq_purge(&ts->tcb);
	ksmol_tcp_backlog_purge(ts);
	local_bh_enable();
	if (ts->orphan)
		atomic_dec(&orphans);
}

void ksmol_tcp_finish(struct ksmol_tcp_sock *ts)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);

	if (ts->finished || !sock_flag(sk, SOCK_DEAD))
		return;
	ts->finished = true;
	ksmol_tcp_destroy_sock(sk);
	sock_put(sk);
}

void ksmol_tcp_forget(struct ksmol_tcp_sock *ts, u64 now)
{
	struct ksmol_tcb *tcb = &ts->tcb;

	sock_orphan(ksmol_tcp_to_sk(ts));
	rcvq_purge(tcb);
	if (tcb->state == TCP_CLOSE)
		return;
	ts->orphan = true;
	if (atomic_inc_return(&orphans) > (int)ksmol_params.tcp_conns) {
		ksmol_tcp_count(ABORT_MEMORY);
		ksmol_tcp_abort(tcb);
		return;
	}
	ksmol_tcp_orphan(tcb, now);
}

void ksmol_tcp_child_kill(struct ksmol_tcp_sock *child)
{
	u64 now = ksmol_tcp_now();

	ksmol_tcp_abort(&child->tcb);
	ksmol_tcp_forget(child, now);
	ksmol_tcp_run(child, now);
}

/* --- close() --- */

/*
 * RFC 9293 3.10.4, and RFC 2525 2.17: who closes with unread data has lost
 * some, and the peer should know. Linger of 0 asks for the same.
 */
static void close_send(struct ksmol_tcp_sock *ts)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);
	struct ksmol_tcb *tcb = &ts->tcb;
	u64 now = ksmol_tcp_now();

	local_bh_disable();
	if (ksmol_tcp_readable(tcb)) {
		ksmol_tcp_count(ABORT_DATA);
		ksmol_tcp_abort(tcb);
	} else if (sock_flag(sk, SOCK_LINGER) && !sk->sk_lingertime) {
		ksmol_tcp_count(ABORT_LINGER);
		ksmol_tcp_abort(tcb);
	} else {
		ksmol_tcp_shutdown(tcb, now);
	}
	ksmol_tcp_run(ts, now);
	local_bh_enable();
}

static bool closing(const struct sock *sk)
{
	return (1 << READ_ONCE(sk->sk_state)) &
	       (TCPF_FIN_WAIT1 | TCPF_CLOSING | TCPF_LAST_ACK);
}

/* SO_LINGER: until all that was sent, the FIN included, is acknowledged. */
static void close_linger(struct sock *sk, long timeout)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);

	add_wait_queue(sk_sleep(sk), &wait);
	while (timeout && closing(sk) && !signal_pending(current))
		sk_wait_event(sk, &timeout, !closing(sk), &wait);
	remove_wait_queue(sk_sleep(sk), &wait);
}

/* From here on the connection is on its own. */
static void close_orphan(struct ksmol_tcp_sock *ts)
{
	u64 now = ksmol_tcp_now();

	local_bh_disable();
	ksmol_tcp_forget(ts, now);
	ksmol_tcp_run(ts, now);
	local_bh_enable();
}

void ksmol_tcp_close(struct sock *sk, long timeout)
{
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sk);

	lock_sock(sk);
	WRITE_ONCE(sk->sk_shutdown, SHUTDOWN_MASK);
	if (sk->sk_state == TCP_LISTEN) {
		ksmol_tcp_listen_stop(ts);
	} else if (ts->tcb.state != TCP_CLOSE) {
		/* What comes while we linger is refused, as it is later. */
		ts->tcb.flags |= KSMOL_TCP_F_RCV_SHUT;
		close_send(ts);
		close_linger(sk, timeout);
	}
	close_orphan(ts);
	/* Its release may finish it. */
	sock_hold(sk);
	release_sock(sk);
	sock_put(sk);
}

/* --- connect() to AF_UNSPEC, and what undoes a failed one --- */

/* RFC 9293 3.10.5 knows which states owe the peer a RST. */
static bool aborts(const struct ksmol_tcb *tcb)
{
	return (1 << tcb->state) &
	       (TCPF_SYN_SENT | TCPF_SYN_RECV | TCPF_ESTABLISHED |
		TCPF_CLOSE_WAIT | TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2);
}

static void disconnect_abort(struct ksmol_tcp_sock *ts)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);
	bool lost = aborts(&ts->tcb);

	local_bh_disable();
	ksmol_tcp_abort(&ts->tcb);
	ksmol_tcp_run(ts, ksmol_tcp_now());
	local_bh_enable();
	if (lost)
		WRITE_ONCE(sk->sk_err, ECONNRESET);
}

/* Fit for another connect(), with the options of the last. */
static void disconnect_reset(struct ksmol_tcp_sock *ts)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);

	local_bh_disable();
	ksmol_demux_disconnect(&ts->ks);
	ksmol_tcp_release(&ts->tcb);
	rcvq_purge(&ts->tcb);
	tcb_renew(&ts->tcb);
	local_bh_enable();
	ts->ks.raddr = (struct ksmol_addr){};
	ts->ks.rport = 0;
	ksmol_addr_mirror(&ts->ks);
	WRITE_ONCE(sk->sk_shutdown, 0);
	sock_reset_flag(sk, SOCK_DONE);
}

int ksmol_tcp_disconnect(struct sock *sk, int flags)
{
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sk);

	if (sk->sk_state == TCP_LISTEN)
		ksmol_tcp_listen_stop(ts);
	else if (ts->tcb.state != TCP_CLOSE)
		disconnect_abort(ts);
	disconnect_reset(ts);
	sk_error_report(sk);
	return 0;
}

/* --- shutdown() --- */

void ksmol_tcp_shutdown_sk(struct sock *sk, int how)
{
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sk);
	struct ksmol_tcb *tcb = &ts->tcb;
	u64 now = ksmol_tcp_now();

	if (tcb->state == TCP_CLOSE)
		return;
	local_bh_disable();
	if (how & RCV_SHUTDOWN)
		tcb->flags |= KSMOL_TCP_F_RCV_SHUT;
	if (how & SEND_SHUTDOWN)
		ksmol_tcp_shutdown(tcb, now);
	ksmol_tcp_run(ts, now);
	local_bh_enable();
}

/* --- the room --- */

#define RECORD_BYTES 1024U

/* A record for each segment that what is sent can be cut into, more or less. */
static u32 records_wanted(void)
{
	const struct ksmol_pool_config *cfg = &ksmol_pool.cfg;
	u32 pbufs = cfg->count[KSMOL_CLASS_TX] + cfg->count[KSMOL_CLASS_SHARED];
	u32 streams = cfg->count[KSMOL_CLASS_STREAM];

	return ksmol_params.tcp_records ?:
	       max(4 * pbufs + streams * (cfg->stream_size / RECORD_BYTES),
		   1024U);
}

int ksmol_tcp_room_init(void)
{
	int err;

	err = ksmol_tcp_recs_init(records_wanted());
	if (err)
		return err;
	err = ksmol_tcp_mini_init(roundup_pow_of_two(ksmol_params.tcp_conns),
				  ksmol_params.tcp_conns);
	if (err) {
		ksmol_tcp_recs_exit();
		return err;
	}
	ksmol_tcp_order_init();
	ksmol_tcp_reclaim_init();
	return 0;
}

/* No socket is left. */
void ksmol_tcp_room_exit(void)
{
	ksmol_tcp_order_exit();
	ksmol_tcp_reclaim_exit();
	ksmol_tcp_mini_exit();
	ksmol_tcp_recs_exit();
}
