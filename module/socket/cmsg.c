// SPDX-License-Identifier: GPL-2.0-only
/* Control messages, both ways. */

#include <linux/in.h>
#include <linux/socket.h>
#include "sock.h"

/* --- with sendmsg() --- */

static int cmsg_pktinfo(const struct cmsghdr *cmsg, struct ksmol_flow *flow)
{
	const struct in_pktinfo *info = CMSG_DATA(cmsg);

	if (cmsg->cmsg_len != CMSG_LEN(sizeof(*info)))
		return -EINVAL;
	if (info->ipi_ifindex)
		flow->oif = info->ipi_ifindex;
	if (info->ipi_spec_dst.s_addr)
		flow->saddr = ksmol_addr_v4(info->ipi_spec_dst.s_addr);
	return 0;
}

/* An int; for IP_TOS a byte will do. */
static int cmsg_byte(const struct cmsghdr *cmsg, bool byte_ok, int min, u8 *to)
{
	int val;

	if (cmsg->cmsg_len == CMSG_LEN(sizeof(int)))
		val = *(int *)CMSG_DATA(cmsg);
	else if (byte_ok && cmsg->cmsg_len == CMSG_LEN(sizeof(u8)))
		val = *(u8 *)CMSG_DATA(cmsg);
	else
		return -EINVAL;
	if (val < min || val > 255)
		return -EINVAL;
	*to = val;
	return 0;
}

static int cmsg_ip(const struct cmsghdr *cmsg, struct ksmol_flow *flow)
{
	switch (cmsg->cmsg_type) {
	case IP_PKTINFO:
		return cmsg_pktinfo(cmsg, flow);
	case IP_TTL:
		return cmsg_byte(cmsg, false, 1, &flow->ttl);
	case IP_TOS:
		return cmsg_byte(cmsg, true, 0, &flow->tos);
	default:
		return -EINVAL;
	}
}

int ksmol_cmsg_send(struct msghdr *msg, struct ksmol_flow *flow)
{
	struct cmsghdr *cmsg;
	int err = 0;

	for_each_cmsghdr(cmsg, msg) {
		if (!CMSG_OK(msg, cmsg))
			return -EINVAL;
		if (cmsg->cmsg_level == SOL_IP && flow->family == AF_INET)
			err = cmsg_ip(cmsg, flow);
		else if (cmsg->cmsg_level == SOL_IPV6)
			err = ksmol_cmsg_send6(cmsg, flow);
		else if (cmsg->cmsg_level == SOL_UDP ||
			 (cmsg->cmsg_level == SOL_SOCKET &&
			  cmsg->cmsg_type != SCM_RIGHTS &&
			  cmsg->cmsg_type != SCM_CREDENTIALS))
			err = -EINVAL;
		/* Other levels are none of ours, as in Linux. */
		if (err)
			return err;
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_cmsg_send);

/* A stream takes none for itself; Linux's checks of those for all sockets. */
int ksmol_cmsg_stream(struct msghdr *msg)
{
	struct cmsghdr *cmsg;

	for_each_cmsghdr(cmsg, msg) {
		if (!CMSG_OK(msg, cmsg))
			return -EINVAL;
		if (cmsg->cmsg_level == SOL_SOCKET &&
		    cmsg->cmsg_type != SCM_RIGHTS &&
		    cmsg->cmsg_type != SCM_CREDENTIALS)
			return -EINVAL;
	}
	return 0;
}

/* --- with recvmsg() --- */

/* SO_TIMESTAMP: microseconds; the old form has the program's own long. */
static void put_timeval(const struct sock *sk, struct msghdr *msg, ktime_t t)
{
	struct timespec64 ts = ktime_to_timespec64(t);
	struct __kernel_old_timeval old = {
		.tv_sec = ts.tv_sec,
		.tv_usec = ts.tv_nsec / NSEC_PER_USEC,
	};
	struct __kernel_sock_timeval new = {
		.tv_sec = ts.tv_sec,
		.tv_usec = ts.tv_nsec / NSEC_PER_USEC,
	};

	if (sock_flag(sk, SOCK_TSTAMP_NEW))
		put_cmsg(msg, SOL_SOCKET, SO_TIMESTAMP_NEW, sizeof(new), &new);
	else
		put_cmsg(msg, SOL_SOCKET, SO_TIMESTAMP_OLD, sizeof(old), &old);
}

/* SO_TIMESTAMPNS. */
static void put_timespec(const struct sock *sk, struct msghdr *msg, ktime_t t)
{
	struct timespec64 ts = ktime_to_timespec64(t);
	struct __kernel_old_timespec old = {
		.tv_sec = ts.tv_sec,
		.tv_nsec = ts.tv_nsec,
	};
	struct __kernel_timespec new = {
		.tv_sec = ts.tv_sec,
		.tv_nsec = ts.tv_nsec,
	};

	if (sock_flag(sk, SOCK_TSTAMP_NEW))
		put_cmsg(msg, SOL_SOCKET, SO_TIMESTAMPNS_NEW, sizeof(new),
			 &new);
	else
		put_cmsg(msg, SOL_SOCKET, SO_TIMESTAMPNS_OLD, sizeof(old),
			 &old);
}

static void put_timestamp(struct sock *sk, struct msghdr *msg, ktime_t t)
{
	if (!sock_flag(sk, SOCK_RCVTSTAMP))
		sock_write_timestamp(sk, t);
	else if (sock_flag(sk, SOCK_RCVTSTAMPNS))
		put_timespec(sk, msg, t);
	else
		put_timeval(sk, msg, t);
}

void ksmol_cmsg_stamp(struct sock *sk, struct msghdr *msg, ktime_t t)
{
	if (sock_flag(sk, SOCK_RCVTSTAMP))
		put_timestamp(sk, msg, t);
}

static void put_socket_level(struct ksmol_sock *ks, struct msghdr *msg,
			     const struct ksmol_pbuf *pb)
{
	struct sock *sk = &ks->inet.sk;
	/* Not there: the option was set after the datagram had come. */
	ktime_t t = pb->tstamp ?: ktime_get_real();
	u32 drops = atomic_read(&ks->rxq.drops);

	if (sock_flag(sk, SOCK_RCVTSTAMP) || sock_flag(sk, SOCK_TIMESTAMP))
		put_timestamp(sk, msg, t);
	if (sock_flag(sk, SOCK_RXQ_OVFL) && drops)
		put_cmsg(msg, SOL_SOCKET, SO_RXQ_OVFL, sizeof(drops), &drops);
}

/*
 * ipi_addr is the header's destination; ipi_spec_dst the local address that
 * an answer should bear, which differs for broadcasts.
 */
static void put_pktinfo(const struct ksmol_sock *ks, struct msghdr *msg,
			const struct ksmol_pbuf *pb)
{
	struct ksmol_flow flow = {
		.net = sock_net(&ks->inet.sk),
		.family = AF_INET,
		.oif = pb->rx.ifindex,
		.daddr = pb->rx.saddr,
	};
	struct in_pktinfo info = {
		.ipi_ifindex = pb->rx.ifindex,
		.ipi_spec_dst.s_addr = pb->rx.daddr.v4,
		.ipi_addr.s_addr = pb->rx.daddr.v4,
	};
	struct ksmol_dst dst;

	rcu_read_lock();
	if (!ksmol_addr_is_local(flow.net, 0, flow.family, &pb->rx.daddr) &&
	    !ksmol_route(&flow, &dst))
		info.ipi_spec_dst.s_addr = dst.saddr.v4;
	rcu_read_unlock();
	put_cmsg(msg, SOL_IP, IP_PKTINFO, sizeof(info), &info);
}

static void put_orig_dst(struct msghdr *msg, const struct ksmol_pbuf *pb)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = pb->rx.dport,
		.sin_addr.s_addr = pb->rx.daddr.v4,
	};

	put_cmsg(msg, SOL_IP, IP_ORIGDSTADDR, sizeof(sin), &sin);
}

void ksmol_cmsg_recv(struct ksmol_sock *ks, struct msghdr *msg,
		     const struct ksmol_pbuf *pb)
{
	u32 options = READ_ONCE(ks->options);
	int ttl = pb->rx.ttl;

	put_socket_level(ks, msg, pb);
	if (unlikely(ks->inet.sk.sk_family == AF_INET6))
		ksmol_cmsg_recv6(ks, msg, pb);
	if (unlikely(pb->family != AF_INET))
		return;
	if (options & KSMOL_OPT_PKTINFO)
		put_pktinfo(ks, msg, pb);
	if (options & KSMOL_OPT_RECVTTL)
		put_cmsg(msg, SOL_IP, IP_TTL, sizeof(ttl), &ttl);
	/* A byte, unlike the int that sendmsg() takes: so it is in Linux. */
	if (options & KSMOL_OPT_RECVTOS)
		put_cmsg(msg, SOL_IP, IP_TOS, 1, (void *)&pb->rx.tos);
	if (options & KSMOL_OPT_ORIGDST)
		put_orig_dst(msg, pb);
}
