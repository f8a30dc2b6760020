// SPDX-License-Identifier: GPL-2.0-only
/* bind() and connect(). */

#include <net/ip.h>
#include "sock.h"

static const struct ksmol_addr addr_any;

void ksmol_addr_mirror(struct ksmol_sock *ks)
{
	struct inet_sock *inet = &ks->inet;

	inet->inet_rcv_saddr = ks->laddr.v4;
	inet->inet_saddr = ks->saddr.v4;
	inet->inet_num = ntohs(ks->lport);
	inet->inet_sport = ks->lport;
	inet->inet_daddr = ks->raddr.v4;
	inet->inet_dport = ks->rport;
}

int ksmol_sockaddr_get(struct sockaddr_unsized *uaddr, int len, bool bind,
		       struct ksmol_addr *addr, __be16 *port)
{
	const struct sockaddr_in *sin = (struct sockaddr_in *)uaddr;

	if (len < (int)sizeof(*sin))
		return -EINVAL;
	if (sin->sin_family != AF_INET &&
	    !(bind && sin->sin_family == AF_UNSPEC &&
	      sin->sin_addr.s_addr == htonl(INADDR_ANY)))
		return -EAFNOSUPPORT;
	*addr = ksmol_addr_v4(sin->sin_addr.s_addr);
	*port = sin->sin_port;
	return 0;
}

/* Receiving on a group or broadcast address is fine, sending from it isn't. */
static bool is_group(struct net *net, const struct ksmol_addr *addr)
{
	struct ksmol_flow flow = {
		.net = net,
		.family = AF_INET,
		.broadcast = true,
		.daddr = *addr,
	};
	struct ksmol_dst dst;
	bool broadcast;

	if (ipv4_is_multicast(addr->v4) || ipv4_is_lbcast(addr->v4))
		return true;
	rcu_read_lock();
	broadcast = !ksmol_route(&flow, &dst) &&
		    dst.type == KSMOL_DST_BROADCAST;
	rcu_read_unlock();
	return broadcast;
}

static bool is_ours(struct net *net, const struct ksmol_addr *addr)
{
	bool ours;

	rcu_read_lock();
	ours = ksmol_addr_is_local(net, 0, AF_INET, addr);
	rcu_read_unlock();
	return ours;
}

int ksmol_bind_check(struct ksmol_sock *ks, const struct ksmol_addr *addr,
		     u16 port, bool *group)
{
	struct net *net = sock_net(&ks->inet.sk);

	*group = false;
	if (!ksmol_addr_any(addr) && !is_ours(net, addr)) {
		*group = is_group(net, addr);
		if (*group ? ks->proto == IPPROTO_ICMP :
			     !ksmol_sock_opt(ks, KSMOL_OPT_FREEBIND))
			return -EADDRNOTAVAIL;
	}
	if (port && ks->proto != IPPROTO_ICMP &&
	    inet_port_requires_bind_service(net, port) &&
	    !ns_capable(net->user_ns, CAP_NET_BIND_SERVICE))
		return -EACCES;
	return 0;
}

static int bind_locked(struct ksmol_sock *ks, const struct ksmol_addr *addr,
		       u16 port, bool group)
{
	struct sock *sk = &ks->inet.sk;
	int err;

	if (sk->sk_state != TCP_CLOSE || ks->lport)
		return -EINVAL;
	err = ksmol_port_get(ks, addr, port);
	if (err)
		return err;
	ks->saddr = group ? addr_any : *addr;
	if (!ksmol_addr_any(addr))
		sk->sk_userlocks |= SOCK_BINDADDR_LOCK;
	if (port)
		sk->sk_userlocks |= SOCK_BINDPORT_LOCK;
	ksmol_addr_mirror(ks);
	return 0;
}

int ksmol_bind(struct socket *sock, struct sockaddr_unsized *uaddr, int len)
{
	struct ksmol_sock *ks = ksmol_sk(sock->sk);
	struct ksmol_addr addr;
	__be16 port;
	bool group;
	int err;

	err = ksmol_sockaddr_get(uaddr, len, true, &addr, &port);
	if (err)
		return err;
	err = ksmol_bind_check(ks, &addr, ntohs(port), &group);
	if (err)
		return err;
	lock_sock(sock->sk);
	err = bind_locked(ks, &addr, ntohs(port), group);
	release_sock(sock->sk);
	return err;
}

static int autobind_locked(struct ksmol_sock *ks)
{
	if (ks->lport)
		return 0;
	if (ksmol_port_get(ks, &addr_any, 0))
		return -EAGAIN;
	ksmol_addr_mirror(ks);
	return 0;
}

int ksmol_autobind(struct ksmol_sock *ks)
{
	int err;

	lock_sock(&ks->inet.sk);
	err = autobind_locked(ks);
	release_sock(&ks->inet.sk);
	return err;
}

static int connect_locked(struct ksmol_sock *ks, const struct ksmol_addr *raddr,
			  __be16 rport)
{
	struct sock *sk = &ks->inet.sk;
	struct ksmol_flow flow;
	struct ksmol_dst dst;
	int err;

	err = autobind_locked(ks);
	if (err)
		return err;
	ksmol_flow_init(ks, &flow, raddr);
	rcu_read_lock();
	err = ksmol_route(&flow, &dst);
	rcu_read_unlock();
	if (err)
		return err;

	if (ksmol_addr_any(&ks->saddr))
		ks->saddr = dst.saddr;
	ksmol_demux_move(ks, ksmol_addr_any(&ks->laddr) ? &dst.saddr :
							  &ks->laddr,
			 raddr, rport);
	ksmol_addr_mirror(ks);
	sk->sk_state = TCP_ESTABLISHED;
	return 0;
}

/* What bind() did not fix goes back to what it was before connect(). */
static void disconnect_locked(struct ksmol_sock *ks)
{
	struct sock *sk = &ks->inet.sk;
	bool keep_addr = sk->sk_userlocks & SOCK_BINDADDR_LOCK;

	sk->sk_state = TCP_CLOSE;
	WRITE_ONCE(sk->sk_bound_dev_if, 0);
	if (!keep_addr)
		ks->saddr = addr_any;
	if (ks->lport)
		ksmol_demux_move(ks, keep_addr ? &ks->laddr : &addr_any,
				 &addr_any, 0);
	if (!(sk->sk_userlocks & SOCK_BINDPORT_LOCK)) {
		ksmol_demux_unbind(ks);
		ks->lport = 0;
	}
	ksmol_addr_mirror(ks);
}

int ksmol_connect(struct socket *sock, struct sockaddr_unsized *uaddr, int len,
		  int flags)
{
	struct ksmol_sock *ks = ksmol_sk(sock->sk);
	struct ksmol_addr addr;
	__be16 port;
	int err = 0;

	if (len < (int)sizeof(((struct sockaddr *)uaddr)->sa_family))
		return -EINVAL;
	if (((struct sockaddr *)uaddr)->sa_family == AF_UNSPEC) {
		lock_sock(sock->sk);
		disconnect_locked(ks);
		release_sock(sock->sk);
		return 0;
	}
	err = ksmol_sockaddr_get(uaddr, len, false, &addr, &port);
	if (err)
		return err;
	lock_sock(sock->sk);
	err = connect_locked(ks, &addr, port);
	release_sock(sock->sk);
	return err;
}
