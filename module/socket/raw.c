// SPDX-License-Identifier: GPL-2.0-only
/*
 * Raw sockets: each gets its own descriptor of every packet of its protocol,
 * IP header included, whatever else becomes of the packet. In the tables they
 * stand as IPPROTO_RAW with their protocol as the port.
 */

#include <linux/icmp.h>
#include <linux/in.h>
#include <linux/sched/task_stack.h>
#include <linux/skbuff.h>
#include <linux/sockptr.h>
#include <net/raw.h>
#include <asm/syscall.h>
#include <uapi/linux/ksmol.h>
#include "raw.h"

static bool raw_is_v6(const struct ksmol_sock *ks)
{
	return ks->inet.sk.sk_family == AF_INET6;
}

/* Which of them are there at all; the network layer looks before it asks. */
static atomic_t raw_bound;

static u8 raw_protocol(const struct ksmol_sock *ks)
{
	return ntohs(READ_ONCE(ks->lport));
}

/* --- life --- */

/*
 * Linux takes our number for socket(AF_INET, SOCK_RAW, 0), too, which has no
 * meaning and fails there without us. Only the system call knows what was asked
 * for. Where it isn't the caller (io_uring), such a socket can do nothing.
 */
static bool raw_was_asked_for(void)
{
	unsigned long args[6];
	struct pt_regs *regs;

	if (current->flags & PF_KTHREAD)
		return true;
	regs = task_pt_regs(current);
	if (syscall_get_nr(current, regs) != __NR_socket)
		return true;
	syscall_get_arguments(current, regs, args);
	return args[2];
}

int ksmol_raw_init_sock(struct sock *sk)
{
	struct ksmol_sock *ks = ksmol_sk(sk);

	if (!sk->sk_kern_sock && !raw_was_asked_for())
		return -EPROTONOSUPPORT;
	ksmol_sock_init(sk, IPPROTO_RAW);
	ks->inet.inet_num = 0;
	ks->inet.inet_sport = 0;
	return 0;
}

int ksmol_raw_hash(struct sock *sk)
{
	return 0;
}

/* KSMOL_RAW_PROTOCOL: once, and from then on packets come. */
static int raw_set_protocol(struct ksmol_sock *ks, int val)
{
	int err;

	if (val < 1 || val > 255)
		return -EPROTONOSUPPORT;
	if (ks->lport)
		return -EALREADY;
	err = ksmol_demux_bind(ks, &ks->laddr, htons(val), false);
	if (err)
		return err;
	/* As in Linux: the number that sends whole packets. */
	if (val == IPPROTO_RAW)
		WRITE_ONCE(ks->options, ks->options | KSMOL_OPT_HDRINCL);
	if (raw_is_v6(ks))
		ksmol_raw6_protocol(ks, val);
	ksmol_addr_mirror(ks);
	atomic_inc(&raw_bound);
	ksmol_raw_wanted(atomic_read(&raw_bound));
	return 0;
}

void ksmol_raw_destroy(struct sock *sk)
{
	struct ksmol_sock *ks = ksmol_sk(sk);

	if (ks->lport) {
		atomic_dec(&raw_bound);
		ksmol_raw_wanted(atomic_read(&raw_bound));
	}
	ksmol_sock_destroy(sk);
}

int ksmol_raw_bind(struct socket *sock, struct sockaddr_unsized *uaddr, int len)
{
	struct ksmol_sock *ks = ksmol_sk(sock->sk);
	struct ksmol_end end;
	bool group;
	int err;

	err = ksmol_sockaddr_bind(ks, uaddr, len, &end);
	if (!err)
		err = ksmol_bind_check(ks, &end, &group);
	if (err)
		return err;
	lock_sock(sock->sk);
	if (!ks->lport || sock->sk->sk_state != TCP_CLOSE)
		err = -EINVAL;
	else
		err = ksmol_bind_scope(ks, &end);
	if (!err) {
		ksmol_demux_move(ks, end.family, &end.addr, &ks->raddr, 0);
		/* Its protocol is not what disconnecting takes away. */
		sock->sk->sk_userlocks |= SOCK_BINDPORT_LOCK;
		ksmol_bound_to(ks, &end, group);
	}
	release_sock(sock->sk);
	return err;
}

int ksmol_raw_connect(struct socket *sock, struct sockaddr_unsized *uaddr,
		      int len, int flags)
{
	struct ksmol_sock *ks = ksmol_sk(sock->sk);

	if (!READ_ONCE(ks->lport))
		return -EPROTONOSUPPORT;
	sock->sk->sk_userlocks |= SOCK_BINDPORT_LOCK;
	return ksmol_connect(sock, uaddr, len, flags);
}

/* --- in --- */

/* ICMP_FILTER: a bit for each type that is not wanted. */
static bool raw_wants(const struct ksmol_sock *ks, u8 proto, int type,
		      const struct ksmol_pbuf *pb)
{
	if (raw_is_v6(ks))
		return ksmol_raw6_wants(ks, proto, type, pb);
	return proto != IPPROTO_ICMP || type < 0 || type >= 32 ||
	       !(READ_ONCE(ks->icmp_filter) & BIT(type));
}

static int icmp_type(const struct ksmol_pbuf *pb)
{
	const u8 *bytes;
	u8 buf;

	bytes = ksmol_pbuf_header(pb, 0, 1, &buf);
	return bytes ? *bytes : -1;
}

bool ksmol_raw_input(struct ksmol_iface *iface, u8 proto, struct ksmol_pbuf *pb,
		     u32 hlen)
{
	struct ksmol_key key = {
		.net = iface->net,
		.laddr = &pb->rx.daddr,
		.raddr = &pb->rx.saddr,
		.lport = htons(proto),
		.ifindex = pb->rx.ifindex,
		.family = pb->family,
		.proto = IPPROTO_RAW,
	};
	struct ksmol_sock *ks = ksmol_demux_first(&key);
	bool delivered = false;
	int type;

	if (!ks || proto == IPPROTO_RAW)
		return false;
	/* Shared from the first duplicate on, so it can't be done later. */
	if (pb->skb && skb_orphan_frags_rx(pb->skb, GFP_ATOMIC))
		return false;
	type = icmp_type(pb);
	pb->rx.sport = 0;
	pb->rx.dport = 0;
	/* RFC 3542 3: IPv6's header is told of by control messages. */
	if (pb->family == AF_INET6)
		hlen = 0;
	pb->off -= hlen;
	pb->len += hlen;
	for (; ks; ks = ksmol_demux_next(ks, &key))
		if (raw_wants(ks, proto, type, pb))
			delivered |= ksmol_sock_receive_dup(ks, pb) ==
				     KSMOL_DELIVERED;
	ksmol_pbuf_pull(pb, hlen);
	return delivered;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_raw_input);

bool ksmol_raw_error(struct net *net, const struct ksmol_icmp_error *err)
{
	const struct ksmol_quote *quote = &err->quote;
	struct ksmol_key key = {
		.net = net,
		.laddr = &quote->saddr,
		.raddr = &quote->daddr,
		.lport = htons(quote->proto),
		.ifindex = err->ifindex,
		.family = quote->family,
		.proto = IPPROTO_RAW,
	};
	struct ksmol_sock *ks = ksmol_demux_first(&key);
	bool found = ks;

	for (; ks; ks = ksmol_demux_next(ks, &key))
		ksmol_error_tell(ks, err);
	return found;
}

/* --- out --- */

/* Without IP_HDRINCL: the program's bytes are the transport, checksums too. */
static void raw_push(struct ksmol_sock *ks, struct ksmol_pbuf *pb,
		     const struct ksmol_send *to,
		     const struct ksmol_addr *saddr, const void *unused)
{
}

int ksmol_raw_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct ksmol_sock *ks = ksmol_sk(sock->sk);
	bool whole = ksmol_sock_opt(ks, KSMOL_OPT_HDRINCL);
	struct ksmol_send to;
	int err;

	if (!READ_ONCE(ks->lport))
		return -EPROTONOSUPPORT;
	if (len > 65535)
		return -EMSGSIZE;
	if (whole ? len < ksmol_net_hlen(ks->inet.sk.sk_family) :
		    raw_is_v6(ks) && !ksmol_raw6_fits(ks, len))
		return -EINVAL;
	err = ksmol_send_prepare(ks, msg, &to);
	if (err)
		return err;
	to.dport = 0;
	to.hlen = 0;
	to.whole = whole;
	to.flow.proto = raw_protocol(ks);
	if (whole) {
		to.flow.df = true;
		to.flow.frag = false;
	}
	err = ksmol_send_datagram(ks, msg, len, &to,
				  raw_is_v6(ks) && !whole ? ksmol_raw6_push :
							    raw_push, NULL);
	return err ?: len;
}

/* --- options --- */

static int int_get(sockptr_t from, unsigned int len, int *val)
{
	if (len < sizeof(*val))
		return -EINVAL;
	return copy_from_sockptr(val, from, sizeof(*val)) ? -EFAULT : 0;
}

static int filter_set(struct ksmol_sock *ks, sockptr_t from, unsigned int len)
{
	struct icmp_filter filter = {};

	if (raw_protocol(ks) != IPPROTO_ICMP)
		return -EOPNOTSUPP;
	len = min_t(unsigned int, len, sizeof(filter));
	if (copy_from_sockptr(&filter, from, len))
		return -EFAULT;
	WRITE_ONCE(ks->icmp_filter, filter.data);
	return 0;
}

int ksmol_raw_setsockopt(struct socket *sock, int level, int name,
			 sockptr_t from, unsigned int len)
{
	struct ksmol_sock *ks = ksmol_sk(sock->sk);
	int val, err;

	if (raw_is_v6(ks)) {
		err = ksmol_raw6_setsockopt(ks, raw_protocol(ks), level, name,
					    from, len);
		if (err != -ENOPROTOOPT)
			return err;
		/* IPv4's options are for those who may speak it. */
		if (level != SOL_KSMOL && level != SOL_IPV6)
			return err;
	}
	if (level == SOL_RAW)
		return name == ICMP_FILTER ? filter_set(ks, from, len) :
					     -ENOPROTOOPT;
	if (level != SOL_KSMOL)
		return ksmol_setsockopt(sock, level, name, from, len);
	if (name != KSMOL_RAW_PROTOCOL)
		return -ENOPROTOOPT;
	err = int_get(from, len, &val);
	if (err)
		return err;
	lock_sock(sock->sk);
	err = raw_set_protocol(ks, val);
	release_sock(sock->sk);
	return err;
}

static int value_put(u32 val, char __user *to, int __user *lenp)
{
	int len;

	if (get_user(len, lenp))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	len = min_t(int, len, sizeof(val));
	if (put_user(len, lenp) || copy_to_user(to, &val, len))
		return -EFAULT;
	return 0;
}

int ksmol_raw_getsockopt(struct socket *sock, int level, int name,
			 char __user *to, int __user *lenp)
{
	struct ksmol_sock *ks = ksmol_sk(sock->sk);
	int err;

	if (raw_is_v6(ks)) {
		err = ksmol_raw6_getsockopt(ks, raw_protocol(ks), level, name,
					    to, lenp);
		if (err != -ENOPROTOOPT)
			return err;
		if (level != SOL_KSMOL && level != SOL_IPV6)
			return err;
	}
	if (level == SOL_RAW) {
		if (name != ICMP_FILTER)
			return -ENOPROTOOPT;
		if (raw_protocol(ks) != IPPROTO_ICMP)
			return -EOPNOTSUPP;
		return value_put(READ_ONCE(ks->icmp_filter), to, lenp);
	}
	if (level != SOL_KSMOL)
		return ksmol_getsockopt(sock, level, name, to, lenp);
	if (name != KSMOL_RAW_PROTOCOL)
		return -ENOPROTOOPT;
	return value_put(raw_protocol(ks), to, lenp);
}
