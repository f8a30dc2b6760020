// SPDX-License-Identifier: GPL-2.0-only
/* What a stream says when it is asked whether it is ready. */

#include <linux/sockios.h>
#include <net/inet_common.h>
#include <asm/ioctls.h>
#include "poll.h"
#include "tcp_sock.h"

/* --- readiness --- */

/* The window as the peer knows it. */
static u32 window_left(const struct ksmol_tcb *tcb)
{
	s32 left = READ_ONCE(tcb->rcv_wup) + READ_ONCE(tcb->rcv_wnd) -
		   READ_ONCE(tcb->rcv_nxt);

	return max(left, 0);
}

/*
 * Bytes the program could read, if it read all. What came while somebody had
 * still to read is told to nobody (reader_knows()): who sees here that this was
 * read since must see what came, too.
 */
static int bytes_readable(const struct ksmol_tcb *tcb)
{
	u32 copied = smp_load_acquire(&tcb->copied_seq);	/* as the lock's */
	int n = READ_ONCE(tcb->rcv_nxt) - copied;

	return n - !!(READ_ONCE(tcb->flags) & KSMOL_TCP_F_FIN_IN);
}

bool ksmol_tcp_ready(const struct ksmol_tcp_sock *ts, int target)
{
	const struct ksmol_tcb *tcb = &ts->tcb;
	int n = bytes_readable(tcb);

	if (n <= 0)
		return false;
	/* A closed window lets no more in, whatever SO_RCVLOWAT waits for. */
	return n >= target || window_left(tcb) <= READ_ONCE(tcb->rcv_mss);
}

static __poll_t poll_listener(const struct ksmol_tcp_sock *ts)
{
	return READ_ONCE(ts->listen.nr_accept) ? EPOLLIN | EPOLLRDNORM : 0;
}

static __poll_t poll_closing(u8 shutdown, int state)
{
	__poll_t mask = 0;

	if (shutdown == SHUTDOWN_MASK || state == TCP_CLOSE)
		mask |= EPOLLHUP;
	if (shutdown & RCV_SHUTDOWN)
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
	return mask;
}

static __poll_t poll_data(struct ksmol_tcp_sock *ts, u8 shutdown, bool room)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);
	u16 urgent = READ_ONCE(ts->tcb.urg_data);
	int target = sock_rcvlowat(sk, 0, INT_MAX);
	__poll_t mask = 0;

	/* A read passes over the urgent byte: it is none to be read. */
	if (unlikely(urgent) && !sock_flag(sk, SOCK_URGINLINE) &&
	    READ_ONCE(ts->tcb.urg_seq) == READ_ONCE(ts->tcb.copied_seq))
		target++;
	if (ksmol_tcp_ready(ts, target))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (room && (shutdown & SEND_SHUTDOWN || ksmol_tcp_writable(ts)))
		mask |= EPOLLOUT | EPOLLWRNORM;
	if (urgent & KSMOL_TCP_URG_VALID)
		mask |= EPOLLPRI;
	return mask;
}

__poll_t ksmol_tcp_poll(struct file *file, struct socket *sock,
			struct poll_table_struct *table)
{
	struct sock *sk = sock->sk;
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sk);
	__poll_t mask;
	u8 shutdown;
	int state;

	sock_poll_wait(file, sock, table);
	ksmol_poll_wait_room(file, &ts->tcb.pool->tx_wait, table);

	state = inet_sk_state_load(sk);
	if (state == TCP_LISTEN)
		return poll_listener(ts);
	shutdown = READ_ONCE(sk->sk_shutdown);
	mask = poll_closing(shutdown, state);
	if (state != TCP_SYN_SENT && state != TCP_SYN_RECV)
		mask |= poll_data(ts, shutdown, ksmol_polls_room(table));
	/* The error is set before the state that goes with it. */
	smp_rmb();
	if (READ_ONCE(sk->sk_err) ||
	    !skb_queue_empty_lockless(&sk->sk_error_queue))
		mask |= EPOLLERR;
	return mask;
}

/* SO_RCVLOWAT: no more than the receive queue can hold, which grows for it. */
int ksmol_tcp_set_rcvlowat(struct sock *sk, int val)
{
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sk);
	struct ksmol_tcp_config *cfg = &ts->tcb.cfg;

	val = min_t(u32, val, cfg->rcvbuf_max);
	WRITE_ONCE(sk->sk_rcvlowat, val ?: 1);
	if (cfg->rcvbuf < val) {
		WRITE_ONCE(cfg->rcvbuf, val);
		WRITE_ONCE(sk->sk_rcvbuf, 2 * min(val, S32_MAX / 2));
		if (cfg->window_clamp && cfg->window_clamp < val)
			cfg->window_clamp = val;
	}
	/* What is there may be enough now. */
	if (ksmol_tcp_ready(ts, sk->sk_rcvlowat))
		sk->sk_data_ready(sk);
	return 0;
}

/* --- ioctl() --- */

/* Bytes that a read would give: up to the urgent one. */
static int ioctl_inq(struct ksmol_tcp_sock *ts)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);
	const struct ksmol_tcb *tcb = &ts->tcb;
	int n = 0;

	lock_sock(sk);
	if ((1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV))
		n = 0;
	else if (tcb->urg_data && !sock_flag(sk, SOCK_URGINLINE) &&
		 !ksmol_seq_before(tcb->urg_seq, tcb->copied_seq) &&
		 ksmol_seq_before(tcb->urg_seq, tcb->rcv_nxt))
		n = tcb->urg_seq - tcb->copied_seq;
	else
		n = ksmol_tcp_readable(tcb);
	release_sock(sk);
	return n;
}

static int ioctl_value(struct ksmol_tcp_sock *ts, unsigned int cmd)
{
	const struct ksmol_tcb *tcb = &ts->tcb;
	int state = READ_ONCE(ksmol_tcp_to_sk(ts)->sk_state);
	bool opening = state == TCP_SYN_SENT || state == TCP_SYN_RECV;

	if (cmd == SIOCATMARK)
		return READ_ONCE(tcb->urg_data) &&
		       READ_ONCE(tcb->urg_seq) == READ_ONCE(tcb->copied_seq);
	if (state == TCP_LISTEN)
		return -EINVAL;
	if (cmd == SIOCINQ)
		return ioctl_inq(ts);
	if (opening || state == TCP_CLOSE)
		return 0;
	return max_t(s32, cmd == SIOCOUTQ ? ksmol_tcp_unacked(tcb) :
					    ksmol_tcp_notsent(tcb), 0);
}

int ksmol_tcp_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	int value;

	switch (cmd) {
	case SIOCINQ:
	case SIOCOUTQ:
	case SIOCOUTQNSD:
	case SIOCATMARK:
		value = ioctl_value(ksmol_tcp_sk(sock->sk), cmd);
		if (value < 0)
			return value;
		return put_user(value, (int __user *)arg);
	default:
		return ksmol_ioctl_other(sock, cmd, arg);
	}
}
