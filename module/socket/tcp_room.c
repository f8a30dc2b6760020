// SPDX-License-Identifier: GPL-2.0-only
/*
 * Room in a stream's send queue: bytes as SO_SNDBUF allows them, and pages of
 * the pool. Whoever finds none sleeps on the socket's wait queue and on the
 * pool's.
 *
 *	who wants room				an ACK (lock held)
 *	  set SOCK_NOSPACE			  release bytes and pages
 *	  smp_mb		(W)		  smp_mb		(D)
 *	  look for room				  look at SOCK_NOSPACE
 *
 * One of the two sees the other. A stream that holds pages gets more by its own
 * ACKs, and waits for these; one that holds none asks the pool, which has the
 * like for those it had to refuse.
 */

#include <ksmol/compat.h>
#include <ksmol/params.h>
#include "tcp_sock.h"

/* --- bytes --- */

/* Unacknowledged; less than nothing once a FIN is acknowledged. */
static u32 bytes_held(const struct ksmol_tcb *tcb)
{
	s32 n = READ_ONCE(tcb->write_seq) - READ_ONCE(tcb->snd_una);

	return max(n, 0);
}

static u32 bytes_notsent(const struct ksmol_tcb *tcb)
{
	s32 n = READ_ONCE(tcb->write_seq) - READ_ONCE(tcb->snd_nxt);

	return max(n, 0);
}

static u32 notsent_lowat(const struct ksmol_tcb *tcb)
{
	return READ_ONCE(tcb->cfg.notsent_lowat) ?: U32_MAX;
}

u32 ksmol_tcp_room(const struct ksmol_tcp_sock *ts, u32 fresh)
{
	const struct ksmol_tcb *tcb = &ts->tcb;
	u32 held = bytes_held(tcb), sndbuf = READ_ONCE(tcb->cfg.sndbuf);

	if (bytes_notsent(tcb) - fresh >= notsent_lowat(tcb))
		return 0;
	return held < sndbuf ? sndbuf - held : 0;
}

/* Enough of it is free that a program should be woken. */
static bool bytes_writable(const struct ksmol_tcb *tcb)
{
	u32 held = bytes_held(tcb), sndbuf = READ_ONCE(tcb->cfg.sndbuf);

	return held < sndbuf && sndbuf - held >= held / 2 &&
	       bytes_notsent(tcb) < notsent_lowat(tcb) / 2 + 1;
}

/* --- pages --- */

/* As receive queues do: so many times what is left for others. */
static bool share_ok(const struct ksmol_tcb *tcb)
{
	u32 held = READ_ONCE(tcb->sndq.count);

	return !held || held < KSMOL_QUEUE_SHARE *
			       ksmol_pool_stock(tcb->pool, KSMOL_CLASS_TX);
}

/* What is acknowledged may have come home without anybody having looked. */
static noinline bool share_after_reap(const struct ksmol_tcb *tcb)
{
	ksmol_pool_reap(tcb->pool, true);
	return share_ok(tcb);
}

/*
 * What fills at least half of a large buffer goes into one: a frame of many
 * segments has few fragments then, which are few to take and to give back for
 * whoever handles it, the peer on this machine included. And where there is
 * nothing else to be had, one is good for the last byte.
 */
static struct ksmol_pbuf *page_for(struct ksmol_tcb *tcb, u32 want)
{
	bool much = want >= tcb->pool->cfg.stream_size / 2;
	struct ksmol_pool *pool = tcb->pool;
	struct ksmol_pbuf *pb = NULL;

	if (much)
		pb = ksmol_pbuf_alloc_stream(pool, bytes_held(tcb));
	if (!pb && (likely(share_ok(tcb)) || share_after_reap(tcb)))
		pb = ksmol_pbuf_alloc_tx(pool, false);
	if (unlikely(!pb && !much))
		pb = ksmol_pbuf_alloc_stream(pool, bytes_held(tcb));
	return pb;
}

struct ksmol_pbuf *ksmol_tcp_page(struct ksmol_tcp_sock *ts, u32 want)
{
	struct ksmol_pbuf *pb;

	local_bh_disable();
	pb = page_for(&ts->tcb, want);
	local_bh_enable();
	if (unlikely(!pb))
		return NULL;
	/* Headers stand in the skb: all of the page is for payload. */
	pb->off = 0;
	ksmol_pbuf_own(pb, KSMOL_OWNER_SOCKET);
	return pb;
}

/*
 * What was acknowledged may be waiting for the program to write (trim_elsewhere()
 * in tcp_glue.c), which is waiting for room.
 */
static void trim_now(struct ksmol_tcp_sock *ts)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);

	if (READ_ONCE(ts->tcb.trimmed) == READ_ONCE(ts->tcb.snd_una))
		return;
	spin_lock_bh(&sk->sk_lock.slock);
	if (!sock_owned_by_user(sk))
		ksmol_tcp_sndq_trim(&ts->tcb);
	spin_unlock_bh(&sk->sk_lock.slock);
}

/*
 * To ask for a page and give it back is the question that also makes the pool
 * remember who starves.
 */
static bool page_available(struct ksmol_tcp_sock *ts)
{
	struct ksmol_pbuf *pb;

	if (likely(ksmol_pool_stock(ts->tcb.pool, KSMOL_CLASS_TX) &&
		   share_ok(&ts->tcb)))
		return true;
	trim_now(ts);
	pb = ksmol_tcp_page(ts, 0);
	if (!pb)
		return false;
	ksmol_pbuf_free_any(pb);
	return true;
}

/* --- readiness --- */

void ksmol_tcp_nospace(struct sock *sk)
{
	struct socket *sock = sk->sk_socket;

	sk_set_bit(SOCKWQ_ASYNC_NOSPACE, sk);
	if (sock)
		set_bit(SOCK_NOSPACE, &sock->flags);
	smp_mb__after_atomic();	/* (W) */
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_nospace);

bool ksmol_tcp_writable(struct ksmol_tcp_sock *ts)
{
	if (likely(bytes_writable(&ts->tcb) && page_available(ts)))
		return true;
	ksmol_tcp_nospace(ksmol_tcp_to_sk(ts));
	return bytes_writable(&ts->tcb) && page_available(ts);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_writable);

/*
 * A queue of two windows keeps the line busy while the program is on its way
 * (RFC 5681 3.2 inflates the window for as long as recovery lasts). More than
 * that of the peer's would only wait, and out of the CPU's caches.
 */
static void sndbuf_expand(struct ksmol_tcp_sock *ts)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);
	struct ksmol_tcb *tcb = &ts->tcb;
	u32 window = min(tcb->cwnd, tcb->snd_max_wnd);
	u32 want = min_t(u64, 2 * (u64)window,
			 READ_ONCE(ksmol_params.tcp_tx_max));

	if (sk->sk_userlocks & SOCK_SNDBUF_LOCK || tcb->cfg.sndbuf >= want)
		return;
	/* A full congestion window: more in the queue would only wait there. */
	if (ksmol_tcp_pipe(tcb) >= tcb->cwnd)
		return;
	WRITE_ONCE(tcb->cfg.sndbuf, want);
	WRITE_ONCE(sk->sk_sndbuf, want);
}

void ksmol_tcp_write_space(struct ksmol_tcp_sock *ts)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);
	struct socket *sock = sk->sk_socket;

	smp_mb();	/* (D) */
	if (!sock || !test_bit(SOCK_NOSPACE, &sock->flags))
		return;
	sndbuf_expand(ts);
	if (!bytes_writable(&ts->tcb))
		return;
	clear_bit(SOCK_NOSPACE, &sock->flags);
	sk->sk_write_space(sk);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_write_space);

/* --- how much there may be --- */

/*
 * SO_RCVBUF's number is doubled by Linux for what a packet costs beside its
 * payload, and the window is half of it; so it is here. Linux's stack doesn't
 * take the doubling back for SO_SNDBUF, where little of it is lost.
 */
void ksmol_tcp_sync_buffers(struct ksmol_tcp_sock *ts)
{
	struct ksmol_tcp_config *cfg = &ts->tcb.cfg;
	struct sock *sk = ksmol_tcp_to_sk(ts);

	if (sk->sk_userlocks & SOCK_RCVBUF_LOCK) {
		cfg->rcvbuf = READ_ONCE(sk->sk_rcvbuf) / 2;
		cfg->rcvbuf_max = cfg->rcvbuf;
	} else {
		cfg->rcvbuf = max(cfg->rcvbuf, READ_ONCE(ksmol_params.tcp_rx));
		cfg->rcvbuf_max = max(cfg->rcvbuf,
				      READ_ONCE(ksmol_params.tcp_rx_max));
		WRITE_ONCE(sk->sk_rcvbuf, 2 * min_t(u32, cfg->rcvbuf,
						    S32_MAX / 2));
	}
	if (!(sk->sk_userlocks & SOCK_SNDBUF_LOCK)) {
		cfg->sndbuf = max(cfg->sndbuf, READ_ONCE(ksmol_params.tcp_tx));
		WRITE_ONCE(sk->sk_sndbuf, max_t(int, cfg->sndbuf,
						SOCK_MIN_SNDBUF));
	} else {
		WRITE_ONCE(cfg->sndbuf, READ_ONCE(sk->sk_sndbuf));
	}
}

void ksmol_tcp_sync_options(struct ksmol_tcp_sock *ts)
{
	struct ksmol_tcp_config *cfg = &ts->tcb.cfg;
	struct sock *sk = ksmol_tcp_to_sk(ts);
	unsigned long rate = READ_ONCE(sk->sk_max_pacing_rate);

	cfg->oobinline = sock_flag(sk, SOCK_URGINLINE);
	cfg->pacing = rate == ~0UL ? 0 : rate;
	if (READ_ONCE(sk->sk_rcvbuf) / 2 != cfg->rcvbuf ||
	    READ_ONCE(sk->sk_sndbuf) != cfg->sndbuf)
		ksmol_tcp_sync_buffers(ts);
}
