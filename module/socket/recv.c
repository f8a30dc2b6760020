// SPDX-License-Identifier: GPL-2.0-only
/* recvmsg(), for all but streams. It takes no socket lock. */

#include <linux/sched/signal.h>
#include "sock.h"

void ksmol_name_put(const struct ksmol_sock *ks, struct msghdr *msg,
		    const struct ksmol_end *end)
{
	if (msg->msg_name)
		msg->msg_namelen = ksmol_sockaddr_put(ks->inet.sk.sk_family,
						      end, msg->msg_name);
}

static void name_source(const struct ksmol_sock *ks, struct msghdr *msg,
			const struct ksmol_pbuf *pb)
{
	const struct ksmol_end end = {
		.family = pb->family,
		.port = pb->rx.sport,
		.scope = pb->rx.ifindex,
		.addr = pb->rx.saddr,
	};

	ksmol_name_put(ks, msg, &end);
}

static struct ksmol_pbuf *recv_next(struct ksmol_sock *ks, int flags)
{
	if (unlikely(flags & MSG_PEEK))
		return ksmol_queue_peek(&ks->rxq);
	return ksmol_queue_take(&ks->rxq);
}

/* Sleeps until a datagram comes; NULL after shutdown, which reads as empty. */
static struct ksmol_pbuf *recv_sleep(struct ksmol_sock *ks, int flags,
				     long timeo)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	struct sock *sk = &ks->inet.sk;
	struct ksmol_pbuf *pb;
	int err = 0;

	add_wait_queue(sk_sleep(sk), &wait);
	for (;;) {
		pb = recv_next(ks, flags);
		if (pb || READ_ONCE(sk->sk_shutdown) & RCV_SHUTDOWN)
			break;
		err = sock_error(sk);
		if (!err && !timeo)
			err = -EAGAIN;
		if (!err && signal_pending(current))
			err = sock_intr_errno(timeo);
		if (err)
			break;
		timeo = wait_woken(&wait, TASK_INTERRUPTIBLE, timeo);
	}
	remove_wait_queue(sk_sleep(sk), &wait);
	return err ? ERR_PTR(err) : pb;
}

static struct ksmol_pbuf *recv_wait(struct ksmol_sock *ks, int flags)
{
	struct sock *sk = &ks->inet.sk;
	struct ksmol_pbuf *pb;
	long timeo;
	int err;

	err = sock_error(sk);
	if (unlikely(err))
		return ERR_PTR(err);
	pb = recv_next(ks, flags);
	if (likely(pb))
		return pb;
	timeo = sock_rcvtimeo(sk, flags & MSG_DONTWAIT);
	if (!timeo)
		return ERR_PTR(-EAGAIN);
	return recv_sleep(ks, flags, timeo);
}

#define RECV_CMSG_FLAGS	(BIT(SOCK_RCVTSTAMP) | BIT(SOCK_RXQ_OVFL) | \
			 BIT(SOCK_TIMESTAMP))

/* Copies one datagram. Return: what recvmsg() returns. */
static int recv_datagram(struct ksmol_sock *ks, struct msghdr *msg,
			 const struct ksmol_pbuf *pb, u32 copied, int flags)
{
	int err;

	if (copied < pb->len)
		msg->msg_flags |= MSG_TRUNC;
	err = ksmol_pbuf_to_iter(pb, 0, &msg->msg_iter, copied);
	if (unlikely(err))
		return err;
	if (msg->msg_name)
		name_source(ks, msg, pb);
	if (unlikely(ksmol_sock_opt(ks, KSMOL_OPT_CMSG) ||
		     READ_ONCE(ks->inet.sk.sk_flags) & RECV_CMSG_FLAGS))
		ksmol_cmsg_recv(ks, msg, pb);
	return flags & MSG_TRUNC ? pb->len : copied;
}

int ksmol_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
		  int flags)
{
	struct ksmol_sock *ks = ksmol_sk(sock->sk);
	struct ksmol_pbuf *pb;
	u32 copied;
	int ret;

	if (unlikely(flags & (MSG_OOB | MSG_ERRQUEUE)))
		return flags & MSG_OOB ? -EOPNOTSUPP :
					 ksmol_error_recv(ks, msg, len);
	if (unlikely(ksmol_sock_opt(ks, KSMOL_OPT_RECVPATHMTU) &&
		     READ_ONCE(ks->opts6.pathmtu)))
		return ksmol_pathmtu_recv(ks, msg);
	/* A ring is read without asking us. */
	if (unlikely(ksmol_sock_ring(ks)))
		return -EOPNOTSUPP;
	pb = recv_wait(ks, flags);
	if (IS_ERR_OR_NULL(pb))
		return PTR_ERR_OR_ZERO(pb);

	copied = min_t(size_t, len, pb->len);
	ret = recv_datagram(ks, msg, pb, copied, flags);
	if (unlikely(flags & MSG_PEEK)) {
		ksmol_queue_unpeek(&ks->rxq, copied);
		return ret;
	}
	/* As in Linux, a datagram that could not be copied is lost. */
	if (unlikely(ret < 0))
		atomic_inc(&ks->rxq.drops);
	ksmol_queue_done(&ks->rxq, pb, copied);
	return ret;
}
