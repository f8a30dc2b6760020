// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options of level IPPROTO_IP, kept in fields of our own: where Linux keeps
 * them differs between its versions. SOL_SOCKET is Linux's own business.
 */

#include <linux/in.h>
#include <linux/skbuff.h>
#include <linux/sockptr.h>
#include "sockopt.h"
#include "tcp_sock.h"

static const struct {
	int name;
	u32 bit;
} switches[] = {
	{ IP_PKTINFO,		KSMOL_OPT_PKTINFO },
	{ IP_RECVTTL,		KSMOL_OPT_RECVTTL },
	{ IP_RECVTOS,		KSMOL_OPT_RECVTOS },
	/* Accepted, but there is never an option to report: none is kept. */
	{ IP_RECVOPTS,		KSMOL_OPT_RECVOPTS },
	{ IP_RETOPTS,		KSMOL_OPT_RETOPTS },
	{ IP_RECVORIGDSTADDR,	KSMOL_OPT_ORIGDST },
	{ IP_RECVERR,		KSMOL_OPT_RECVERR },
	{ IP_FREEBIND,		KSMOL_OPT_FREEBIND },
	{ IP_MULTICAST_LOOP,	KSMOL_OPT_MC_LOOP },
	{ IP_MULTICAST_ALL,	KSMOL_OPT_MC_ALL },
	{ IP_HDRINCL,		KSMOL_OPT_HDRINCL },
};

static u32 switch_bit(int name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(switches); i++)
		if (switches[i].name == name)
			return switches[i].bit;
	return 0;
}

/* An int, or as Linux takes it a byte; nothing at all is 0. */
static int value_get(sockptr_t from, unsigned int len, int *val)
{
	u8 byte;

	*val = 0;
	if (len >= sizeof(*val))
		return copy_from_sockptr(val, from, sizeof(*val)) ? -EFAULT : 0;
	if (!len)
		return 0;
	if (copy_from_sockptr(&byte, from, sizeof(byte)))
		return -EFAULT;
	*val = byte;
	return 0;
}

int ksmol_set_switch(struct ksmol_sock *ks, u32 bit, bool on)
{
	struct sock *sk = &ks->inet.sk;

	lock_sock(sk);
	WRITE_ONCE(ks->options, on ? ks->options | bit : ks->options & ~bit);
	release_sock(sk);
	if (bit & (KSMOL_OPT_RECVERR | KSMOL_OPT_RECVERR6) && !on)
		skb_queue_purge(&sk->sk_error_queue);
	return 0;
}

static int set_value(struct ksmol_sock *ks, int name, int val)
{
	switch (name) {
	case IP_TTL:
		if (val != -1 && (val < 1 || val > 255))
			return -EINVAL;
		WRITE_ONCE(ks->ttl, val);
		return 0;
	case IP_MULTICAST_TTL:
		if (val < -1 || val > 255)
			return -EINVAL;
		WRITE_ONCE(ks->mc_ttl, val == -1 ? 1 : val);
		return 0;
	case IP_TOS:
		WRITE_ONCE(ks->tos, val);
		return 0;
	case IP_MTU_DISCOVER:
		if (val < IP_PMTUDISC_DONT || val > IP_PMTUDISC_OMIT)
			return -EINVAL;
		WRITE_ONCE(ks->pmtudisc, val);
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

int ksmol_setsockopt(struct socket *sock, int level, int name,
		     sockptr_t from, unsigned int len)
{
	struct ksmol_sock *ks = ksmol_sk(sock->sk);
	u32 bit = switch_bit(name);
	int val, err;

	if (level == SOL_KSMOL)
		return ksmol_ring_setsockopt(ks, name, from, len);
	if (level == SOL_IPV6 && sock->sk->sk_family == AF_INET6)
		return ksmol_setsockopt6(ks, name, from, len);
	if (level != SOL_IP)
		return -ENOPROTOOPT;
	if (name == IP_MSFILTER || name == MCAST_MSFILTER)
		return ksmol_mc_set_filter(ks, AF_INET, name, from, len);
	err = ksmol_mc_setsockopt(ks, name, from, len);
	if (err != -ENOPROTOOPT)
		return err;
	if (name == IP_HDRINCL && ks->proto != IPPROTO_RAW)
		return -ENOPROTOOPT;
	err = value_get(from, len, &val);
	if (err)
		return err;
	return bit ? ksmol_set_switch(ks, bit, val) : set_value(ks, name, val);
}

/* The way to the peer, valid inside the RCU section: 0 or -ENOTCONN. */
int ksmol_peer_route(const struct ksmol_sock *ks, struct ksmol_dst *dst)
{
	struct ksmol_flow flow;

	if (ks->inet.sk.sk_state != TCP_ESTABLISHED)
		return -ENOTCONN;
	ksmol_flow_init(ks, &flow, ks->family, &ks->raddr);
	return ksmol_route(&flow, dst) ? -ENOTCONN : 0;
}

/* There must be a peer. */
int ksmol_peer_mtu(struct ksmol_sock *ks, int *val)
{
	struct ksmol_dst dst;
	int err;

	if (ks->proto == IPPROTO_TCP) {
		/* What the connection knows is more than the route does. */
		*val = READ_ONCE(ksmol_tcp_sk(&ks->inet.sk)->tcb.mtu);
		return ksmol_addr_any(&ks->raddr) ? -ENOTCONN : 0;
	}
	rcu_read_lock();
	err = ksmol_peer_route(ks, &dst);
	rcu_read_unlock();
	if (!err)
		*val = dst.mtu;
	return err;
}

static int get_value(struct ksmol_sock *ks, int name, int *val)
{
	struct net *net = sock_net(&ks->inet.sk);
	u32 bit = switch_bit(name);

	if (bit) {
		*val = !!ksmol_sock_opt(ks, bit);
		return 0;
	}
	switch (name) {
	case IP_TTL:
		*val = READ_ONCE(ks->ttl);
		if (*val < 0)
			*val = READ_ONCE(net->ipv4.sysctl_ip_default_ttl);
		return 0;
	case IP_MULTICAST_TTL:
		*val = READ_ONCE(ks->mc_ttl);
		return 0;
	case IP_MULTICAST_IF:
		*val = (__force int)READ_ONCE(ks->mc_saddr.v4);
		return 0;
	case IP_TOS:
		*val = READ_ONCE(ks->tos);
		return 0;
	case IP_MTU_DISCOVER:
		*val = READ_ONCE(ks->pmtudisc);
		return 0;
	case IP_MTU:
		return ksmol_peer_mtu(ks, val);
	default:
		return -ENOPROTOOPT;
	}
}

/* Linux gives a byte to who has room for no more, if the value is one. */
static int value_put(int val, char __user *to, int __user *lenp, int len)
{
	u8 byte = val;

	if (len > 0 && len < (int)sizeof(val) && val >= 0 && val <= 255) {
		if (put_user(1, lenp) || copy_to_user(to, &byte, 1))
			return -EFAULT;
		return 0;
	}
	len = min_t(int, len, sizeof(val));
	if (put_user(len, lenp) || copy_to_user(to, &val, len))
		return -EFAULT;
	return 0;
}

int ksmol_getsockopt(struct socket *sock, int level, int name,
		     char __user *to, int __user *lenp)
{
	struct ksmol_sock *ks = ksmol_sk(sock->sk);
	int val, len, err;

	if (level == SOL_KSMOL)
		return ksmol_ring_getsockopt(ks, name, to, lenp);
	if (level == SOL_IPV6 && sock->sk->sk_family == AF_INET6)
		return ksmol_getsockopt6(ks, name, to, lenp);
	if (level != SOL_IP)
		return -ENOPROTOOPT;
	if (get_user(len, lenp))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	if (name == IP_MSFILTER || name == MCAST_MSFILTER)
		return ksmol_mc_get_filter(ks, AF_INET, name, to, lenp,
					   len);
	err = get_value(ks, name, &val);
	return err ?: value_put(val, to, lenp, len);
}
