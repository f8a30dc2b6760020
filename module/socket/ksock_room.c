// SPDX-License-Identifier: GPL-2.0-only
/*
 * Room to send for sockets of other modules. It comes back with what the socket
 * has in flight, and with what others give back to the pool; both are told by
 * one tasklet, so that write_space() runs under nobody's lock.
 *
 *	who wants room				who makes room
 *	  wanted = true				  makes it
 *	  smp_mb		(W)		  smp_mb (txroom.c, reap.c)
 *	  tries again				  looks at wanted
 */

#include <linux/sched/signal.h>
#include <net/sock.h>
#include "ksock.h"
#include "sock.h"

static void room_again(struct ksmol_ksock *ks)
{
	if (READ_ONCE(ks->wanted))
		tasklet_schedule(&ks->room);
}

static void room_tasklet(struct tasklet_struct *t)
{
	struct ksmol_ksock *ks = from_tasklet(ks, t, room);

	if (!xchg(&ks->wanted, false))
		return;
	wake_up(&ks->waiters);
	if (ks->ops->write_space)
		ks->ops->write_space(ks, ks->priv);
}

/* The pool's queue wakes everybody who is on it, and goes on. */
static int room_in_pool(wait_queue_entry_t *wait, unsigned int mode, int flags,
			void *key)
{
	room_again(container_of(wait, struct ksmol_ksock, pool_wait));
	return 0;
}

void ksmol_ksock_write_space(struct sock *sk)
{
	struct ksmol_ksock *ks;

	rcu_read_lock();
	ks = rcu_dereference_sk_user_data(sk);
	if (ks)
		room_again(ks);
	rcu_read_unlock();
}

void ksmol_ksock_room_init(struct ksmol_ksock *ks)
{
	init_waitqueue_head(&ks->waiters);
	tasklet_setup(&ks->room, room_tasklet);
	init_waitqueue_func_entry(&ks->pool_wait, room_in_pool);
	ks->pool = &ksmol_pool;
	add_wait_queue(&ks->pool->tx_wait, &ks->pool_wait);
}

void ksmol_ksock_room_from(struct ksmol_ksock *ks, struct ksmol_pool *pool)
{
	remove_wait_queue(&ks->pool->tx_wait, &ks->pool_wait);
	ks->pool = pool;
	add_wait_queue(&ks->pool->tx_wait, &ks->pool_wait);
}

void ksmol_ksock_room_exit(struct ksmol_ksock *ks)
{
	remove_wait_queue(&ks->pool->tx_wait, &ks->pool_wait);
	tasklet_kill(&ks->room);
}

/* A pbuf if there is room; if not, somebody will be told. RCU. */
static struct ksmol_pbuf *room_take(struct ksmol_ksock *ks,
				    struct ksmol_sock *sock)
{
	struct ksmol_pbuf *pb = ksmol_tx_try(sock, ks->pool);

	if (likely(pb))
		return pb;
	WRITE_ONCE(ks->wanted, true);
	WRITE_ONCE(sock->tx_wanted, true);
	smp_mb();	/* (W) */
	return ksmol_tx_try(sock, ks->pool);
}

struct ksmol_pbuf *ksmol_ksock_alloc(struct ksmol_ksock *ks)
{
	struct ksmol_pbuf *pb = ERR_PTR(-ENETDOWN);
	struct sock *sk;

	rcu_read_lock();
	sk = rcu_dereference(ks->sk);
	if (likely(sk)) {
		pb = room_take(ks, ksmol_sk(sk));
		if (likely(pb)) {
			atomic_inc(&ks->filling);
			ksmol_pbuf_hold(pb, ks);
		} else {
			pb = ERR_PTR(-EAGAIN);
		}
	}
	rcu_read_unlock();
	return pb;
}
EXPORT_SYMBOL_GPL(ksmol_ksock_alloc);

struct ksmol_pbuf *ksmol_ksock_alloc_wait(struct ksmol_ksock *ks, long timeout)
{
	struct ksmol_pbuf *pb;
	long left;

	left = wait_event_interruptible_timeout(ks->waiters,
						(pb = ksmol_ksock_alloc(ks)) !=
						ERR_PTR(-EAGAIN), timeout);
	return left < 0 ? ERR_PTR(left) : pb;
}
EXPORT_SYMBOL_GPL(ksmol_ksock_alloc_wait);
