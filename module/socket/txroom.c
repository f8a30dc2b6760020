// SPDX-License-Identifier: GPL-2.0-only
/*
 * The right to send: a buffer of the pool's TX class, within the socket's own
 * limit of datagrams in flight. Whoever gets none sleeps, until a completion
 * brings one of the two back.
 *
 *	who wants room				ksmol_tx_done()
 *	  tx_wanted = true			  inflight - 1
 *	  smp_mb		(W)		  smp_mb (in it)	(D)
 *	  look at inflight			  look at tx_wanted
 *
 * One of the two sees the other. The pool has the like for its class.
 */

#include <linux/sched/signal.h>
#include "sock.h"

u32 ksmol_sock_tx_limit(const struct ksmol_sock *ks)
{
	u32 limit = READ_ONCE(ks->inet.sk.sk_sndbuf) >> KSMOL_PBUF_SHIFT;

	return clamp_t(u32, limit, 1, ksmol_pool.cfg.count[KSMOL_CLASS_TX]);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_sock_tx_limit);

static bool tx_below_limit(const struct ksmol_sock *ks)
{
	return atomic_read(&ks->inflight) < (int)ksmol_sock_tx_limit(ks);
}

/*
 * Never above the limit, not even for a moment: who else sees the socket full
 * must be sure of a completion that wakes it.
 */
static bool tx_charge(struct ksmol_sock *ks)
{
	int limit = ksmol_sock_tx_limit(ks);
	int n = atomic_read(&ks->inflight);

	do {
		if (n >= limit)
			return false;
	} while (!atomic_try_cmpxchg(&ks->inflight, &n, n + 1));
	return true;
}

struct ksmol_pbuf *ksmol_tx_try(struct ksmol_sock *ks, struct ksmol_pool *pool)
{
	struct ksmol_pbuf *pb;

	if (!tx_below_limit(ks))
		return NULL;
	local_bh_disable();
	pb = ksmol_pbuf_alloc_tx(pool, false);
	if (likely(pb) && tx_charge(ks)) {
		sock_hold(&ks->inet.sk);
		pb->tx.sk = &ks->inet.sk;
	} else if (pb) {
		ksmol_pbuf_free(pb);
		pb = NULL;
	}
	local_bh_enable();
	return pb;
}

/* Why a sender should not go on waiting; 0 if it should. */
static int tx_interrupted(struct sock *sk, long timeo)
{
	int err = sock_error(sk);

	if (err)
		return err;
	if (READ_ONCE(sk->sk_shutdown) & SEND_SHUTDOWN)
		return -EPIPE;
	if (!timeo)
		return -EAGAIN;
	return signal_pending(current) ? sock_intr_errno(timeo) : 0;
}

static struct ksmol_pbuf *tx_wait(struct ksmol_sock *ks, int flags)
{
	struct sock *sk = &ks->inet.sk;
	long timeo = sock_sndtimeo(sk, flags & MSG_DONTWAIT);
	struct wait_queue_entry own, pool;
	struct ksmol_pbuf *pb;
	int err;

	init_waitqueue_entry(&own, current);
	init_waitqueue_entry(&pool, current);
	sk_set_bit(SOCKWQ_ASYNC_NOSPACE, sk);
	add_wait_queue(sk_sleep(sk), &own);
	add_wait_queue(&ksmol_pool.tx_wait, &pool);
	for (;;) {
		WRITE_ONCE(ks->tx_wanted, true);
		set_current_state(TASK_INTERRUPTIBLE);	/* (W) */
		pb = ksmol_tx_try(ks, &ksmol_pool);
		if (pb)
			break;
		err = tx_interrupted(sk, timeo);
		if (err) {
			pb = ERR_PTR(err);
			break;
		}
		timeo = schedule_timeout(timeo);
	}
	__set_current_state(TASK_RUNNING);
	remove_wait_queue(&ksmol_pool.tx_wait, &pool);
	remove_wait_queue(sk_sleep(sk), &own);
	return pb;
}

struct ksmol_pbuf *ksmol_tx_get(struct ksmol_sock *ks, int flags)
{
	struct sock *sk = &ks->inet.sk;
	struct ksmol_pbuf *pb;
	int err;

	/* An error reported since the last call comes before new data. But a raw
	 * socket's peers are many, and one's error is not another's, as in Linux.
	 */
	if (unlikely(READ_ONCE(sk->sk_err)) && ks->proto != IPPROTO_RAW) {
		err = sock_error(sk);
		if (err)
			return ERR_PTR(err);
	}
	if (unlikely(READ_ONCE(sk->sk_shutdown) & SEND_SHUTDOWN))
		return ERR_PTR(-EPIPE);
	pb = ksmol_tx_try(ks, &ksmol_pool);
	return likely(pb) ? pb : tx_wait(ks, flags);
}

void ksmol_tx_done(struct sock *sk)
{
	struct ksmol_sock *ks = ksmol_sk(sk);

	atomic_dec_return(&ks->inflight);	/* (D) */
	if (unlikely(READ_ONCE(ks->tx_wanted))) {
		WRITE_ONCE(ks->tx_wanted, false);
		sk->sk_write_space(sk);
	}
	sock_put(sk);
}

/*
 * Has the pool a buffer? To ask for one and give it back is the question that
 * also makes the pool remember who starves.
 */
static bool pool_has_room(struct ksmol_pool *pool)
{
	struct ksmol_pbuf *pb;

	if (likely(ksmol_pool_stock(pool, KSMOL_CLASS_TX)))
		return true;
	local_bh_disable();
	pb = ksmol_pbuf_alloc_tx(pool, false);
	if (pb)
		ksmol_pbuf_free(pb);
	local_bh_enable();
	return pb;
}

bool ksmol_tx_writable(struct ksmol_sock *ks)
{
	if (unlikely(!tx_below_limit(ks))) {
		sk_set_bit(SOCKWQ_ASYNC_NOSPACE, &ks->inet.sk);
		WRITE_ONCE(ks->tx_wanted, true);
		smp_mb();	/* (W) */
		if (!tx_below_limit(ks))
			return false;
	}
	return pool_has_room(&ksmol_pool);
}
