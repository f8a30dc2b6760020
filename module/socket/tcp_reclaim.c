// SPDX-License-Identifier: GPL-2.0-only
/*
 * Giving out-of-order data back to the pool: two steps of its ladder. When a
 * connection can't take data that is in order, others have pbufs that are worth
 * less: what came too early can be sent again. The oldest go first, a few at a
 * time, and what a peer was told that we have goes last (RFC 2018 8).
 */

#include "tcp_sock.h"

/* Connections asked by one step. */
#define RECLAIM_SOCKS 4

/*
 * Those that hold such data, longest first. The lock is taken inside a
 * socket's; who takes a socket's lock has let go of it.
 */
static LIST_HEAD(holders);
static DEFINE_SPINLOCK(holders_lock);

void ksmol_tcp_reclaim_note(struct ksmol_tcp_sock *ts)
{
	if (!ts->tcb.ooo_pbufs) {
		ksmol_tcp_reclaim_forget(ts);
	} else if (list_empty(&ts->ooo_node)) {
		spin_lock(&holders_lock);
		list_add_tail(&ts->ooo_node, &holders);
		spin_unlock(&holders_lock);
	}
}

void ksmol_tcp_reclaim_forget(struct ksmol_tcp_sock *ts)
{
	if (list_empty(&ts->ooo_node))
		return;
	spin_lock(&holders_lock);
	list_del_init(&ts->ooo_node);
	spin_unlock(&holders_lock);
}

/* The next that is to give, with a reference: whoever is listed lives. */
static struct ksmol_tcp_sock *next_holder(void)
{
	struct ksmol_tcp_sock *ts;

	spin_lock(&holders_lock);
	ts = list_first_entry_or_null(&holders, struct ksmol_tcp_sock,
				      ooo_node);
	if (ts) {
		list_move_tail(&ts->ooo_node, &holders);
		sock_hold(ksmol_tcp_to_sk(ts));
	}
	spin_unlock(&holders_lock);
	return ts;
}

/* A socket in its owner's hands gives later, and is not counted. */
static u32 ask(struct ksmol_tcp_sock *ts, int what)
{
	u32 before = READ_ONCE(ts->tcb.ooo_pbufs), after;

	ksmol_tcp_defer(ts, what);
	after = READ_ONCE(ts->tcb.ooo_pbufs);
	return before > after ? before - after : 0;
}

static u32 reclaim(int class, u32 want, int what)
{
	struct ksmol_tcp_sock *ts;
	u32 got = 0;
	int i;

	/* Senders don't wait for what was received. */
	if (class != KSMOL_CLASS_RX)
		return 0;
	for (i = 0; i < RECLAIM_SOCKS && got < want; i++) {
		ts = next_holder();
		if (!ts)
			break;
		got += ask(ts, what);
		sock_put(ksmol_tcp_to_sk(ts));
	}
	return got;
}

static u32 reclaim_unreported(struct ksmol_pool *pool, int class, u32 want)
{
	return reclaim(class, want, KSMOL_TCP_DEFER_PRUNE);
}

static u32 reclaim_reported(struct ksmol_pool *pool, int class, u32 want)
{
	return reclaim(class, want, KSMOL_TCP_DEFER_RENEGE);
}

void ksmol_tcp_reclaim_init(void)
{
	ksmol_pool_reclaimer(&ksmol_pool, KSMOL_RECLAIM_OOO,
			     reclaim_unreported);
	ksmol_pool_reclaimer(&ksmol_pool, KSMOL_RECLAIM_SACKED,
			     reclaim_reported);
}

void ksmol_tcp_reclaim_exit(void)
{
	ksmol_pool_reclaimer(&ksmol_pool, KSMOL_RECLAIM_SACKED, NULL);
	ksmol_pool_reclaimer(&ksmol_pool, KSMOL_RECLAIM_OOO, NULL);
}
