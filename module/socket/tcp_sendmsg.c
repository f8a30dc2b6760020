// SPDX-License-Identifier: GPL-2.0-only
/*
 * sendmsg() on a stream. The program's bytes are copied once, into the pages
 * that the devices send from. A page that is partly filled is filled up while
 * its first bytes may be in a device's hands already. What sendfile() and
 * splice() send stays in its own pages (MSG_SPLICE_PAGES).
 */

#include <linux/sched/signal.h>
#include <linux/uio.h>
#include <ksmol/compat.h>
#include "tcp_sock.h"

/* So many queued bytes are worth a call down where no device takes more. */
#define SEND_GOAL 16384U

/* A borrowed page costs a pbuf and a fragment: not for less than so many bytes. */
#define BORROW_MIN 256U

/**
 * struct send - one call of sendmsg()
 * @ts: where to
 * @msg: where from
 * @page: a page taken from the pool and not yet used, or NULL
 * @room: bytes that may be queued
 * @timeo: how long it may still wait
 * @unpushed: bytes queued since the core was last asked to send
 * @copied: bytes queued
 * @borrowed: of those, the ones that were not copied
 * @borrows: pages are sent as they are
 */
struct send {
	struct ksmol_tcp_sock *ts;
	struct msghdr *msg;
	struct ksmol_pbuf *page;
	u32 room;
	u32 unpushed;
	long timeo;
	size_t copied;
	size_t borrowed;
	bool borrows;
};

/* --- room --- */

static u32 page_room(const struct ksmol_pbuf *pb)
{
	if (unlikely(pb->flags & KSMOL_PB_BORROWED))
		return 0;
	return ksmol_pbuf_size(pb) - pb->off - pb->len;
}

/* Bytes that can be taken at once; of pages, only those of one stretch. */
static u32 send_want(const struct send *s)
{
	size_t left = s->borrows ? iov_iter_single_seg_count(&s->msg->msg_iter) :
				   msg_data_left(s->msg);

	return min_t(size_t, s->room, left);
}

/* The last page of the queue, if it isn't full. */
static struct ksmol_pbuf *send_last(const struct ksmol_tcb *tcb)
{
	if (!tcb->sndq.count)
		return NULL;
	return container_of(tcb->sndq.tail, struct ksmol_pbuf, next);
}

static struct ksmol_pbuf *send_tail(const struct ksmol_tcb *tcb)
{
	struct ksmol_pbuf *pb = send_last(tcb);

	return pb && page_room(pb) ? pb : NULL;
}

/* What was acknowledged since, on another CPU. */
static noinline void send_trim(struct ksmol_tcb *tcb)
{
	local_bh_disable();
	ksmol_tcp_sndq_trim(tcb);
	local_bh_enable();
}

/* Can something be queued now? If not, and the caller said before that it is
 * waiting, a wake-up follows.
 */
static bool send_room(struct send *s)
{
	struct ksmol_tcb *tcb = &s->ts->tcb;

	if (unlikely(tcb->trimmed != tcb->snd_una))
		send_trim(tcb);
	s->room = ksmol_tcp_room(s->ts, s->unpushed);
	if (unlikely(!s->room))
		return false;
	if (s->page || (!s->borrows && send_tail(tcb)))
		return true;
	s->page = ksmol_tcp_page(s->ts, s->borrows ? 0 : send_want(s));
	return s->page;
}

/* Why nothing more can be sent on this connection, ever: 0 or -EPIPE. */
static int send_closed(const struct sock *sk)
{
	if (unlikely(READ_ONCE(sk->sk_err) ||
		     READ_ONCE(sk->sk_shutdown) & SEND_SHUTDOWN))
		return -EPIPE;
	return (1 << READ_ONCE(sk->sk_state)) &
	       (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT) ? 0 : -EPIPE;
}

/* --- copying --- */

static void send_queue(struct send *s, struct ksmol_pbuf *pb, u32 len)
{
	struct ksmol_tcb *tcb = &s->ts->tcb;

	local_bh_disable();
	pb->len += len;
	if (pb == s->page) {
		s->page = NULL;
		ksmol_tcp_queue(tcb, pb);
	} else {
		ksmol_tcp_queued(tcb, len);
	}
	local_bh_enable();
	s->unpushed += len;
	s->copied += len;
}

/* Fills what is left of one page: 0 or -EFAULT, and what had been copied before
 * the fault is kept. May sleep: the socket is owned, packets wait.
 */
static int send_fill(struct send *s)
{
	struct ksmol_pbuf *pb = send_tail(&s->ts->tcb) ?: s->page;
	u32 want, len;

	want = min(page_room(pb), send_want(s));
	len = copy_from_iter(pb->head + pb->off + pb->len, want,
			     &s->msg->msg_iter);
	if (likely(len))
		send_queue(s, pb, len);
	return likely(len == want) ? 0 : -EFAULT;
}

/* --- borrowing --- */

/* As Linux has it: no slab memory, for nobody would hold it by its page. */
static bool page_lends(struct page *page)
{
	return sendpage_ok(page) && !PageHighMem(page);
}

static void borrow_queue(struct send *s, struct page *page, u32 off, u32 len)
{
	struct ksmol_tcb *tcb = &s->ts->tcb;
	struct ksmol_pbuf *last = send_last(tcb);

	local_bh_disable();
	if (last && ksmol_pbuf_borrow_more(last, page, off, len)) {
		ksmol_tcp_queued(tcb, len);
	} else {
		ksmol_pbuf_borrow(s->page, page, off, len);
		ksmol_tcp_queue(tcb, s->page);
		s->page = NULL;
	}
	local_bh_enable();
	s->unpushed += len;
	s->copied += len;
	s->borrowed += len;
}

/* Return: whether a page went into the queue as it is; if not, it is copied. */
static bool send_borrow(struct send *s)
{
	struct iov_iter *from = &s->msg->msg_iter;
	struct page *page = NULL;
	size_t off = 0;
	ssize_t len;

	if (!s->borrows || send_want(s) < BORROW_MIN)
		return false;
	len = ksmol_iter_page(from, &page, send_want(s), &off);
	if (len <= 0)
		return false;
	if (unlikely(!page_lends(page))) {
		iov_iter_revert(from, len);
		return false;
	}
	borrow_queue(s, page, off, len);
	return true;
}

/* --- pushing --- */

static void send_push(struct send *s, bool more)
{
	struct ksmol_tcb *tcb = &s->ts->tcb;

	local_bh_disable();
	if (more)
		tcb->flags |= KSMOL_TCP_F_MORE;
	else
		tcb->flags &= ~KSMOL_TCP_F_MORE;
	ksmol_tcp_run(s->ts, ksmol_tcp_now());
	local_bh_enable();
	s->unpushed = 0;
}

static bool send_enough(const struct send *s)
{
	return s->unpushed >= max(s->ts->tcb.gso_max, SEND_GOAL);
}

/* --- waiting --- */

/* Why a sender should not go on waiting; 0 if it should. */
static int send_interrupted(const struct send *s)
{
	int err = send_closed(ksmol_tcp_to_sk(s->ts));

	if (err)
		return err;
	if (!s->timeo)
		return -EAGAIN;
	return signal_pending(current) ? sock_intr_errno(s->timeo) : 0;
}

/*
 * Until there is room. The socket is let go meanwhile, so that backlog and
 * timers run. For the waits' pairing see tcp_room.c.
 */
static int send_sleep(struct send *s)
{
	struct sock *sk = ksmol_tcp_to_sk(s->ts);
	struct wait_queue_entry own, pool;
	int err = 0;

	init_waitqueue_entry(&own, current);
	init_waitqueue_entry(&pool, current);
	add_wait_queue(sk_sleep(sk), &own);
	add_wait_queue(&s->ts->tcb.pool->tx_wait, &pool);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		ksmol_tcp_nospace(sk);
		if (send_room(s))
			break;
		err = send_interrupted(s);
		if (err)
			break;
		release_sock(sk);
		s->timeo = schedule_timeout(s->timeo);
		lock_sock(sk);
	}
	__set_current_state(TASK_RUNNING);
	remove_wait_queue(&s->ts->tcb.pool->tx_wait, &pool);
	remove_wait_queue(sk_sleep(sk), &own);
	return err;
}

/* Sends what is queued, to the last byte: nothing follows soon. */
static int send_wait(struct send *s)
{
	if (s->unpushed)
		send_push(s, false);
	ksmol_tcp_flush(s->ts);
	return send_sleep(s);
}

/* --- the call --- */

static int send_bytes(struct send *s)
{
	struct sock *sk = ksmol_tcp_to_sk(s->ts);
	int err;

	while (msg_data_left(s->msg)) {
		err = send_closed(sk);
		if (err)
			return err;
		if (unlikely(!send_room(s))) {
			err = send_wait(s);
			if (err)
				return err;
			continue;
		}
		if (!send_borrow(s)) {
			err = send_fill(s);
			if (err)
				return err;
		}
		if (send_enough(s) && msg_data_left(s->msg)) {
			send_push(s, true);
			/* The ACKs that came meanwhile let more out. */
			ksmol_tcp_flush(s->ts);
		}
	}
	return 0;
}

/* A connection in progress is waited for, any other state is no good. */
static int send_begin(struct send *s)
{
	struct sock *sk = ksmol_tcp_to_sk(s->ts);

	if (unlikely(s->msg->msg_flags & MSG_FASTOPEN))
		return -EOPNOTSUPP;
	s->timeo = sock_sndtimeo(sk, s->msg->msg_flags & MSG_DONTWAIT);
	if (unlikely((1 << sk->sk_state) &
		     ~(TCPF_ESTABLISHED | TCPF_CLOSE_WAIT))) {
		int err = sk_stream_wait_connect(sk, &s->timeo);

		if (err)
			return err;
	}
	if (unlikely(s->msg->msg_controllen)) {
		int err = ksmol_cmsg_stream(s->msg);

		if (err)
			return err;
	}
	WRITE_ONCE(s->ts->wrote, jiffies);
	s->borrows = s->msg->msg_flags & KSMOL_SPLICE_PAGES &&
		     iov_iter_is_bvec(&s->msg->msg_iter) && s->ts->takes_pages;
	return send_closed(sk);
}

static void send_end(struct send *s)
{
	int flags = s->msg->msg_flags;

	if (s->page)
		ksmol_pbuf_free_any(s->page);
	if (!s->copied)
		return;
	ksmol_stat_copy(USER_IN, s->copied - s->borrowed);
	if (unlikely(send_closed(ksmol_tcp_to_sk(s->ts))))
		return;
	if (unlikely(flags & MSG_OOB))
		ksmol_tcp_queue_urgent(&s->ts->tcb);
	send_push(s, flags & MSG_MORE);
}

int ksmol_tcp_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct sock *sk = sock->sk;
	struct send s = { .ts = ksmol_tcp_sk(sk), .msg = msg };
	int err;

	lock_sock(sk);
	err = send_begin(&s);
	if (likely(!err)) {
		err = send_bytes(&s);
		send_end(&s);
	}
	if (likely(s.copied))
		err = s.copied;
	else if (err)
		err = sk_stream_error(sk, msg->msg_flags, err);
	release_sock(sk);
	return err;
}

/* The end of a splice() or sendfile() whose last part said that more follows. */
void ksmol_tcp_splice_eof(struct socket *sock)
{
	struct send s = { .ts = ksmol_tcp_sk(sock->sk) };

	lock_sock(sock->sk);
	if (s.ts->tcb.flags & KSMOL_TCP_F_MORE)
		send_push(&s, false);
	release_sock(sock->sk);
}
