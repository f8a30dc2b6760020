// SPDX-License-Identifier: GPL-2.0-only
/*
 * Giving out-of-order data back to the pool. When a connection can't take data
 * that is in order, others have pbufs that are worth less: what came too early
 * can be sent again. The oldest go first, a few at a time.
 */

#include "tcp_sock.h"

/* Connections asked by one refusal. */
#define RECLAIM_SOCKS 4

static void reclaim_run(struct tasklet_struct *tasklet);

/*
 * Those that hold such data, longest first. The lock is taken inside a
 * socket's; who takes a socket's lock has let go of it.
 */
static LIST_HEAD(holders);
static DEFINE_SPINLOCK(holders_lock);
static DECLARE_TASKLET(reclaim_tasklet, reclaim_run);

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

static void reclaim_run(struct tasklet_struct *tasklet)
{
	struct ksmol_tcp_sock *ts;
	int i;

	for (i = 0; i < RECLAIM_SOCKS; i++) {
		ts = next_holder();
		if (!ts)
			return;
		ksmol_tcp_defer(ts, KSMOL_TCP_DEFER_PRUNE);
		sock_put(ksmol_tcp_to_sk(ts));
	}
}

void ksmol_tcp_reclaim(void)
{
	if (!list_empty(&holders))
		tasklet_schedule(&reclaim_tasklet);
}

void ksmol_tcp_reclaim_exit(void)
{
	tasklet_kill(&reclaim_tasklet);
}
