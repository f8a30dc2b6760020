// SPDX-License-Identifier: GPL-2.0-only
/*
 * splice() and sendfile() out of a stream: the pages that packets came in go
 * into the pipe by reference. What copy-break put into the pool's own slots is
 * copied out of them, for a slot goes home with its descriptor.
 *
 * Into a stream they come through sendmsg(), which copies.
 */

#include <linux/fs.h>
#include <linux/sched/signal.h>
#include <linux/splice.h>
#include "tcp_sock.h"

/**
 * struct splice - one call of splice()
 * @ts: where from
 * @pipe: where to
 * @len: bytes still wanted
 * @flags: SPLICE_F_*
 * @done: pbufs that are read, to be freed
 */
struct splice {
	struct ksmol_tcp_sock *ts;
	struct pipe_inode_info *pipe;
	size_t len;
	unsigned int flags;
	struct ksmol_pbuf_list done;
};

/* As many bytes of short packets as one page holds. */
static ssize_t splice_slots(struct splice *s, const struct ksmol_pbuf *pb,
			    u32 off, u32 len)
{
	struct pipe_buffer buf = { .ops = &nosteal_pipe_buf_ops };
	u8 *to;

	buf.page = alloc_page(GFP_KERNEL);
	if (!buf.page)
		return -ENOMEM;
	to = page_address(buf.page);
	len = min_t(u32, len, PAGE_SIZE);
	while (len && pb && (!pb->skb || pb->rest)) {
		u32 n = min(len, pb->len - off);

		ksmol_pbuf_to_mem(pb, off, to + buf.len, n);
		buf.len += n;
		len -= n;
		off = 0;
		pb = pb->next;
	}
	ksmol_stat_copy(SPLICE, buf.len);
	/* It lets the page go if it refuses. */
	return add_to_pipe(s->pipe, &buf);
}

/* What may be taken at once: up to the urgent byte, which splice() stops at. */
static u32 splice_limit(const struct splice *s, u32 seq)
{
	const struct ksmol_tcb *tcb = &s->ts->tcb;
	u32 len = min_t(size_t, s->len, ksmol_tcp_readable(tcb));

	return unlikely(tcb->urg_data) ? min(len, tcb->urg_seq - seq) : len;
}

/* From the first pbuf. Return: bytes, 0 if there are none, or an error. */
static ssize_t splice_first(struct splice *s)
{
	u32 seq = s->ts->tcb.copied_seq, len = splice_limit(s, seq);
	const struct ksmol_pbuf *pb = s->ts->tcb.rcvq.first;
	ssize_t n;
	u32 off;

	if (!pb || !len)
		return 0;
	off = seq - pb->rx.tcp.seq;
	if (pb->skb && !pb->rest)
		n = skb_splice_bits(pb->skb, ksmol_tcp_to_sk(s->ts),
				    pb->off + off, s->pipe,
				    min(len, pb->len - off), s->flags);
	else
		n = splice_slots(s, pb, off, len);
	if (n > 0) {
		s->len -= n;
		ksmol_tcp_consume(s->ts, seq + n, &s->done);
	}
	return n;
}

/* All that is there. Return as splice_first(). */
static ssize_t splice_queue(struct splice *s)
{
	ssize_t n, total = 0;

	while (s->len) {
		n = splice_first(s);
		if (n <= 0)
			return total ?: n;
		total += n;
	}
	return total;
}

/* Return: 1 to go on, 0 at the end of file or at the mark, or an error. */
static int splice_wait(struct splice *s, long *timeo)
{
	int ret = ksmol_tcp_may_wait(s->ts, *timeo);

	if (ret <= 0)
		return ret;
	if (s->ts->tcb.rcvq.first)
		return 0;
	return ksmol_tcp_wait_data(s->ts, timeo) ?: 1;
}

static ssize_t splice_locked(struct splice *s, long timeo)
{
	struct sock *sk = ksmol_tcp_to_sk(s->ts);
	ssize_t n, total = 0;

	while (s->len) {
		n = splice_queue(s);
		if (!n && !total) {
			n = splice_wait(s, &timeo);
			if (n > 0)
				continue;
		}
		if (n <= 0)
			return total ?: n;
		total += n;
		ksmol_tcp_consumed(s->ts, &s->done);
		if (!timeo || signal_pending(current))
			break;
		release_sock(sk);
		lock_sock(sk);
	}
	return total;
}

ssize_t ksmol_tcp_splice_read(struct socket *sock, loff_t *ppos,
			      struct pipe_inode_info *pipe, size_t len,
			      unsigned int flags)
{
	struct sock *sk = sock->sk;
	struct splice s = {
		.ts = ksmol_tcp_sk(sk),
		.pipe = pipe,
		.len = len,
		.flags = flags,
	};
	ssize_t ret = -ENOTCONN;

	if (unlikely(*ppos))
		return -ESPIPE;
	ksmol_pbuf_list_init(&s.done);
	lock_sock(sk);
	if (sk->sk_state != TCP_LISTEN)
		ret = splice_locked(&s, sock_rcvtimeo(sk, sock->file->f_flags &
							  O_NONBLOCK));
	ksmol_tcp_consumed(s.ts, &s.done);
	release_sock(sk);
	return ret;
}
