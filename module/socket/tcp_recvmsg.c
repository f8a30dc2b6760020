// SPDX-License-Identifier: GPL-2.0-only
/*
 * recvmsg() on a stream. What a pbuf holds is copied straight to the program;
 * while that goes on the socket is owned and packets wait in its backlog, so
 * nobody else touches the queue, and the copy may fault and sleep.
 */

#include <linux/prefetch.h>
#include <linux/sched/signal.h>
#include <linux/tcp.h>
#include <linux/uio.h>
#include "tcp_sock.h"

/* Pbufs that were read go home so many at a time. */
#define READ_BATCH 4

/**
 * struct recv - one call of recvmsg()
 * @ts: where from
 * @msg: where to
 * @len: bytes still wanted
 * @flags: MSG_*
 * @target: fewer than so many are no reason to return
 * @timeo: how long it may still wait
 * @seq: the next byte to be copied
 * @peek_off: MSG_PEEK: bytes behind copied_seq where it began (SO_PEEK_OFF)
 * @hole: the urgent byte was passed over, it isn't in @copied
 * @copied: bytes given to the program
 * @tstamp: when the last of them that has a time came
 * @cursor: where @seq was found last; not valid after the socket was let go
 * @done: read, to be freed
 */
struct recv {
	struct ksmol_tcp_sock *ts;
	struct msghdr *msg;
	size_t len;
	int flags;
	int target;
	long timeo;
	u32 seq;
	u32 peek_off;
	u32 hole;
	int copied;
	ktime_t tstamp;
	struct ksmol_pbuf *cursor;
	struct ksmol_pbuf_list done;
};

/* --- urgent data --- */

/*
 * MSG_OOB: BSD's semantics: it never blocks, whatever the socket is set to, and
 * its errors are those of BSD.
 */
static int recv_urgent(struct recv *r)
{
	struct sock *sk = ksmol_tcp_to_sk(r->ts);
	struct ksmol_tcb *tcb = &r->ts->tcb;
	char c = tcb->urg_data;

	if (sock_flag(sk, SOCK_URGINLINE) || !tcb->urg_data ||
	    tcb->urg_data == KSMOL_TCP_URG_READ)
		return -EINVAL;
	if (sk->sk_state == TCP_CLOSE && !sock_flag(sk, SOCK_DONE))
		return -ENOTCONN;
	if (!(tcb->urg_data & KSMOL_TCP_URG_VALID))
		return sk->sk_state == TCP_CLOSE ||
		       sk->sk_shutdown & RCV_SHUTDOWN ? 0 : -EAGAIN;

	if (!(r->flags & MSG_PEEK))
		WRITE_ONCE(tcb->urg_data, KSMOL_TCP_URG_READ);
	r->msg->msg_flags |= MSG_OOB;
	if (!r->len) {
		r->msg->msg_flags |= MSG_TRUNC;
		return 0;
	}
	if (!(r->flags & MSG_TRUNC) && memcpy_to_msg(r->msg, &c, 1))
		return -EFAULT;
	return 1;
}

/* The next byte is the urgent one: what stands before it is returned first. */
static bool recv_at_mark(struct recv *r)
{
	const struct ksmol_tcb *tcb = &r->ts->tcb;

	if (likely(!tcb->urg_data) || tcb->urg_seq != r->seq)
		return false;
	if (r->copied)
		return true;
	if (!signal_pending(current))
		return false;
	/* SIGURG: the program is to look before it reads over the mark. */
	r->copied = r->timeo ? sock_intr_errno(r->timeo) : -EAGAIN;
	return true;
}

/*
 * A read ends before the urgent byte, and the next one passes over it, unless
 * SO_OOBINLINE is set. Return: how many of @used bytes from seq on.
 */
static noinline u32 recv_mark(struct recv *r, u32 *off, u32 used)
{
	u32 ahead = r->ts->tcb.urg_seq - r->seq;

	if (ahead >= used)
		return used;
	if (ahead)
		return ahead;
	if (sock_flag(ksmol_tcp_to_sk(r->ts), SOCK_URGINLINE))
		return used;
	r->seq++;
	r->hole++;
	++*off;
	return used - 1;
}

/* --- data --- */

/* The pbuf that holds seq, and the byte in it. */
static struct ksmol_pbuf *recv_find(struct recv *r, u32 *off)
{
	struct ksmol_pbuf *pb = r->cursor ?: r->ts->tcb.rcvq.first;

	for (; pb; pb = pb->next) {
		*off = r->seq - pb->rx.tcp.seq;
		if (likely(*off < pb->len))
			break;
	}
	r->cursor = pb;
	return pb;
}

static void list_free(struct ksmol_pbuf_list *done)
{
	local_bh_disable();
	ksmol_pbuf_list_free(done);
	local_bh_enable();
}

void ksmol_tcp_consume(struct ksmol_tcp_sock *ts, u32 seq,
		       struct ksmol_pbuf_list *done)
{
	struct ksmol_tcb *tcb = &ts->tcb;
	struct ksmol_pbuf *pb;

	WRITE_ONCE(tcb->copied_seq, seq);
	if (unlikely(tcb->urg_data) && ksmol_seq_after(seq, tcb->urg_seq))
		WRITE_ONCE(tcb->urg_data, 0);
	while ((pb = tcb->rcvq.first) && seq - pb->rx.tcp.seq >= pb->len)
		ksmol_pbuf_list_add(done, ksmol_pbuf_list_pop(&tcb->rcvq));
	if (done->count >= READ_BATCH)
		list_free(done);
}

/*
 * What is much counts per round trip, while the buffer may still grow. For the
 * little that those read who ask and answer, when it came is good enough, and
 * needs no clock.
 */
static u64 time_of_read(const struct ksmol_tcb *tcb)
{
	if (tcb->cfg.rcvbuf >= tcb->cfg.rcvbuf_max ||
	    tcb->copied_seq - tcb->tune_seq < tcb->rcv_mss)
		return tcb->last_rx;
	return ksmol_tcp_now();
}

void ksmol_tcp_consumed(struct ksmol_tcp_sock *ts, struct ksmol_pbuf_list *done)
{
	struct ksmol_tcb *tcb = &ts->tcb;
	u64 now;

	if (done->count)
		list_free(done);
	if (!((1 << tcb->state) &
	      (TCPF_ESTABLISHED | TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2)))
		return;
	now = time_of_read(tcb);
	ksmol_tcp_read(tcb, now);
	if (!(tcb->ack & ~KSMOL_TCP_ACK_DELAYED))
		return;
	if (now == tcb->last_rx)
		now = ksmol_tcp_now();
	local_bh_disable();
	ksmol_tcp_run(ts, now);
	local_bh_enable();
}

/*
 * Another CPU wrote these last. While one payload is copied, the next one's
 * way is made: its skb, and the pbuf after it.
 */
static void recv_ahead(const struct ksmol_pbuf *pb)
{
	const struct ksmol_pbuf *next = pb->next;

	if (!next)
		return;
	if (next->skb) {
		prefetch(&next->skb->len);
		prefetch(&next->skb->head);
	}
	prefetchw(next->next);
}

/* Copies from one pbuf: 0 or -EFAULT. */
static int recv_copy(struct recv *r, struct ksmol_pbuf *pb, u32 off)
{
	struct sock *sk = ksmol_tcp_to_sk(r->ts);
	u32 used = min_t(size_t, pb->len - off, r->len);

	if (unlikely(r->ts->tcb.urg_data) && used)
		used = recv_mark(r, &off, used);
	recv_ahead(pb);
	if (!(r->flags & MSG_TRUNC) && used &&
	    ksmol_pbuf_to_iter(pb, off, &r->msg->msg_iter, used))
		return -EFAULT;
	r->seq += used;
	if (unlikely(pb->tstamp))
		r->tstamp = pb->tstamp;
	r->copied += used;
	r->len -= used;
	if (r->flags & MSG_PEEK)
		sk_peek_offset_fwd(sk, used);
	else
		sk_peek_offset_bwd(sk, used);
	if (!(r->flags & MSG_PEEK)) {
		if (off + used == pb->len)
			r->cursor = NULL;
		ksmol_tcp_consume(r->ts, r->seq, &r->done);
	}
	return 0;
}

/* --- waiting --- */

/* The peer's FIN comes before an error that followed it. */
static bool recv_eof(const struct ksmol_tcp_sock *ts)
{
	return READ_ONCE(ts->tcb.flags) & KSMOL_TCP_F_FIN_IN;
}

int ksmol_tcp_may_wait(struct ksmol_tcp_sock *ts, long timeo)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);

	if (recv_eof(ts))
		return 0;
	if (sk->sk_err)
		return sock_error(sk);
	if (sk->sk_shutdown & RCV_SHUTDOWN)
		return 0;
	if (sk->sk_state == TCP_CLOSE)
		return -ENOTCONN;
	if (!timeo)
		return -EAGAIN;
	return signal_pending(current) ? sock_intr_errno(timeo) : 1;
}

/* Something was copied, less than wanted. */
static bool recv_enough(const struct recv *r)
{
	const struct sock *sk = &r->ts->ks.inet.sk;

	return !r->timeo || recv_eof(r->ts) || sk->sk_err ||
	       sk->sk_state == TCP_CLOSE || sk->sk_shutdown & RCV_SHUTDOWN ||
	       signal_pending(current);
}

/* Nothing was. Return: true to stop; then the result is in copied. */
static bool recv_empty(struct recv *r)
{
	int ret = ksmol_tcp_may_wait(r->ts, r->timeo);

	if (ret > 0)
		return false;
	r->copied = ret;
	return true;
}

int ksmol_tcp_wait_data(struct ksmol_tcp_sock *ts, long *timeo)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	struct sock *sk = ksmol_tcp_to_sk(ts);
	u32 seen = ts->tcb.rcv_nxt;
	int rc;

	add_wait_queue(sk_sleep(sk), &wait);
	sk_set_bit(SOCKWQ_ASYNC_WAITDATA, sk);
	rc = sk_wait_event(sk, timeo, READ_ONCE(ts->tcb.rcv_nxt) != seen,
			   &wait);
	sk_clear_bit(SOCKWQ_ASYNC_WAITDATA, sk);
	remove_wait_queue(sk_sleep(sk), &wait);
	return min(rc, 0);
}

static int recv_wait(struct recv *r)
{
	bool partial = r->copied > 0;
	int err;

	r->ts->partial += partial;
	err = ksmol_tcp_wait_data(r->ts, &r->timeo);
	r->ts->partial -= partial;
	return err;
}

/* The queue ran dry. Return: true to stop. */
static bool recv_more(struct recv *r)
{
	struct ksmol_tcb *tcb = &r->ts->tcb;
	bool backlog = READ_ONCE(r->ts->backlog.first);
	int err = 0;

	if (r->copied >= r->target && !backlog)
		return true;
	if (r->copied ? recv_enough(r) : recv_empty(r))
		return true;
	r->cursor = NULL;
	if (backlog) {
		ksmol_tcp_flush(r->ts);
	} else {
		ksmol_tcp_consumed(r->ts, &r->done);
		err = recv_wait(r);
	}
	if (err < 0) {
		r->copied = r->copied ?: err;
		return true;
	}
	/* Urgent data that came may have moved it, and other readers have. */
	if (!(r->flags & MSG_PEEK))
		r->seq = tcb->copied_seq;
	else if (r->seq - r->peek_off - r->copied - r->hole != tcb->copied_seq)
		r->seq = tcb->copied_seq + r->peek_off;
	return false;
}

/* --- the call --- */

static void recv_stream(struct recv *r)
{
	struct ksmol_pbuf *pb;
	u32 off;

	do {
		if (recv_at_mark(r))
			break;
		pb = recv_find(r, &off);
		if (unlikely(!pb)) {
			if (recv_more(r))
				break;
			continue;
		}
		if (unlikely(recv_copy(r, pb, off))) {
			r->copied = r->copied ?: -EFAULT;
			break;
		}
	} while (r->len);
}

static int recv_locked(struct recv *r)
{
	struct sock *sk = ksmol_tcp_to_sk(r->ts);

	if (unlikely(sk->sk_state == TCP_LISTEN))
		return -ENOTCONN;
	if (unlikely(r->flags & MSG_OOB))
		return recv_urgent(r);
	r->timeo = sock_rcvtimeo(sk, r->flags & MSG_DONTWAIT);
	r->target = sock_rcvlowat(sk, r->flags & MSG_WAITALL, r->len);
	r->peek_off = max(sk_peek_offset(sk, r->flags), 0);
	r->seq = r->ts->tcb.copied_seq + r->peek_off;
	recv_stream(r);
	if (!(r->flags & MSG_PEEK) && (r->copied > 0 || r->done.count))
		ksmol_tcp_consumed(r->ts, &r->done);
	if (r->copied > 0 && !(r->flags & MSG_TRUNC))
		ksmol_stat_copy(USER_OUT, r->copied);
	return r->copied;
}

/* TCP_INQ, and io_uring's question: how much is left; 1 at the end of file. */
static int recv_left(const struct ksmol_tcp_sock *ts)
{
	const struct ksmol_tcb *tcb = &ts->tcb;
	int left = READ_ONCE(tcb->rcv_nxt) - READ_ONCE(tcb->copied_seq);

	if (READ_ONCE(tcb->flags) & KSMOL_TCP_F_FIN_IN)
		left--;
	return left <= 0 && recv_eof(ts) ? 1 : max(left, 0);
}

static void recv_inq(const struct ksmol_tcp_sock *ts, struct msghdr *msg)
{
	msg->msg_inq = recv_left(ts);
	if (ts->inq)
		put_cmsg(msg, SOL_TCP, TCP_CM_INQ, sizeof(msg->msg_inq),
			 &msg->msg_inq);
}

int ksmol_tcp_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
		      int flags)
{
	struct sock *sk = sock->sk;
	struct recv r = {
		.ts = ksmol_tcp_sk(sk),
		.msg = msg,
		.len = len,
		.flags = flags,
	};
	int ret;

	if (unlikely(flags & MSG_ERRQUEUE))
		return ksmol_error_recv(&r.ts->ks, msg, len);
	ksmol_pbuf_list_init(&r.done);
	lock_sock(sk);
	ret = recv_locked(&r);
	release_sock(sk);
	if (unlikely(r.tstamp) && ret > 0)
		ksmol_cmsg_stamp(sk, msg, r.tstamp);
	if (unlikely(r.ts->inq || msg->msg_get_inq) && ret >= 0)
		recv_inq(r.ts, msg);
	return ret;
}
