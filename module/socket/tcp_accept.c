// SPDX-License-Identifier: GPL-2.0-only
/* Children of listeners: made in softirq, waiting in a queue, accepted. */

#include <linux/sched/signal.h>
#include "inet6.h"
#include "tcp_mini.h"

/* --- making one --- */

/* A socket with the listener's options, its spinlock held. */
static struct ksmol_tcp_sock *child_clone(struct ksmol_tcp_sock *ts,
					  const struct ksmol_tcp_key *key)
{
	struct sock *sk = sk_clone_lock(ksmol_tcp_to_sk(ts), GFP_ATOMIC);
	struct ksmol_tcp_sock *child;
	struct ksmol_sock *ks;

	if (!sk)
		return NULL;
	child = ksmol_tcp_sk(sk);
	ks = &child->ks;
	ksmol_tcp_child_init(child);
	ks->family = key->family;
	ks->laddr = key->laddr;
	ks->saddr = key->laddr;
	ks->lport = key->lport;
	ks->raddr = key->raddr;
	ks->rport = key->rport;
	/* Its peer is known on that interface only. */
	if (key->scope)
		WRITE_ONCE(sk->sk_bound_dev_if, key->scope);
	if (sk->sk_family == AF_INET6)
		ksmol_inet6_child(sk);
	ksmol_addr_mirror(ks);
	return child;
}

/* Sparse doesn't know that sk_clone_lock() took it. */
static void child_unlock(struct sock *sk)
{
	__acquire(&sk->sk_lock.slock);
	bh_unlock_sock(sk);
}

/* Nobody has seen it, and the peer isn't told. */
static void child_discard(struct ksmol_tcp_sock *child, u64 now)
{
	struct sock *sk = ksmol_tcp_to_sk(child);

	ksmol_tcp_kill(&child->tcb, 0);
	ksmol_tcp_forget(child, now);
	ksmol_tcp_run(child, now);
	child_unlock(sk);
	sock_put(sk);
}

static int accept_add(struct ksmol_tcp_sock *ts, struct ksmol_tcp_sock *child)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);
	int err = 0;

	spin_lock(&ts->listen.lock);
	if (sk->sk_state != TCP_LISTEN) {
		err = -EPIPE;
	} else if (ksmol_tcp_accept_full(ts)) {
		err = -EAGAIN;
	} else {
		sock_hold(sk);
		child->parent = ts;
		list_add_tail(&child->accept_node, &ts->listen.accept);
		WRITE_ONCE(ts->listen.nr_accept, ts->listen.nr_accept + 1);
		sk_acceptq_added(sk);
	}
	spin_unlock(&ts->listen.lock);
	return err;
}

static int child_open(struct ksmol_tcp_sock *ts, struct ksmol_tcp_sock *child,
		      const struct ksmol_tcp_open *open, u64 now)
{
	int err;

	ksmol_tcp_sync_options(child);
	err = ksmol_tcp_route(child);
	if (err)
		return err;
	ksmol_tcp_opened(&child->tcb, open, now);
	ksmol_tcp_sync_state(child);
	/* The same ACK on two CPUs: one of them makes it. */
	if (ksmol_demux_child(&child->ks))
		return -EEXIST;
	return accept_add(ts, child);
}

struct ksmol_tcp_sock *ksmol_tcp_child(struct ksmol_tcp_sock *ts,
				       const struct ksmol_tcp_key *key,
				       const struct ksmol_tcp_open *open,
				       u64 now)
{
	struct ksmol_tcp_sock *child;
	int err;

	if (ksmol_tcp_accept_full(ts))
		return ERR_PTR(-EAGAIN);
	child = child_clone(ts, key);
	if (!child)
		return ERR_PTR(-ENOMEM);
	err = child_open(ts, child, open, now);
	if (err) {
		child_discard(child, now);
		return ERR_PTR(err);
	}
	return child;
}

int ksmol_tcp_child_start(struct ksmol_tcp_sock *ts,
			  struct ksmol_tcp_sock *child,
			  struct ksmol_tcp_seg *seg, u64 now)
{
	struct sock *sk = ksmol_tcp_to_sk(child);
	struct sock *listener = ksmol_tcp_to_sk(ts);
	int verdict;

	verdict = ksmol_tcp_segment(child, seg, now);
	ksmol_tcp_run(child, now);
	child_unlock(sk);
	/* Only now can accept()'s caller do without waiting for the lock. */
	listener->sk_data_ready(listener);
	sock_put(sk);
	return verdict;
}

int ksmol_tcp_child_reason(long err)
{
	switch (err) {
	case -EAGAIN:
		return KSMOL_DROP_TCP_ACCEPT_QUEUE;
	case -EPIPE:
		return KSMOL_DROP_TCP_NO_SOCKET;
	default:
		return KSMOL_DROP_TCP_NO_CHILD;
	}
}

/* --- accept() --- */

static bool accept_empty(const struct ksmol_tcp_sock *ts)
{
	return !READ_ONCE(ts->listen.nr_accept);
}

static struct ksmol_tcp_sock *accept_take(struct ksmol_tcp_sock *ts)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);
	struct ksmol_tcp_sock *child;

	spin_lock_bh(&ts->listen.lock);
	child = list_first_entry_or_null(&ts->listen.accept,
					 struct ksmol_tcp_sock, accept_node);
	if (child) {
		list_del_init(&child->accept_node);
		child->parent = NULL;
		WRITE_ONCE(ts->listen.nr_accept, ts->listen.nr_accept - 1);
		sk_acceptq_removed(sk);
	}
	spin_unlock_bh(&ts->listen.lock);
	if (child)
		sock_put(sk);
	return child;
}

/* Sleeps once, without the socket. Those who sleep are woken one by one. */
static void accept_sleep(struct ksmol_tcp_sock *ts, long *timeo)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);
	DEFINE_WAIT(wait);

	prepare_to_wait_exclusive(sk_sleep(sk), &wait, TASK_INTERRUPTIBLE);
	release_sock(sk);
	if (accept_empty(ts) && READ_ONCE(sk->sk_state) == TCP_LISTEN)
		*timeo = schedule_timeout(*timeo);
	sched_annotate_sleep();
	lock_sock(sk);
	finish_wait(sk_sleep(sk), &wait);
}

/* Return: 0 when a child waits, or why there is none. Socket owned. */
static int accept_wait(struct ksmol_tcp_sock *ts, long timeo)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);

	for (;;) {
		if (sk->sk_state != TCP_LISTEN)
			return -EINVAL;
		if (!accept_empty(ts))
			return 0;
		if (!timeo)
			return -EAGAIN;
		if (signal_pending(current))
			return sock_intr_errno(timeo);
		accept_sleep(ts, &timeo);
	}
}

struct sock *ksmol_tcp_accept(struct sock *sk, int flags, int *err)
{
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sk), *child = NULL;

	lock_sock(sk);
	*err = accept_wait(ts, sock_rcvtimeo(sk, flags & O_NONBLOCK));
	if (!*err)
		child = accept_take(ts);
	release_sock(sk);
	return child ? ksmol_tcp_to_sk(child) : NULL;
}
