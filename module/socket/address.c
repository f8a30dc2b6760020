// SPDX-License-Identifier: GPL-2.0-only
/* bind() and connect(). */

#include <net/ip.h>
#include "inet6.h"
#include "sock.h"

static const struct ksmol_addr addr_any;

void ksmol_addr_mirror(struct ksmol_sock *ks)
{
	bool v4 = ks->family == AF_INET;
	struct inet_sock *inet = &ks->inet;

	inet->inet_rcv_saddr = v4 ? ks->laddr.v4 : 0;
	inet->inet_saddr = v4 ? ks->saddr.v4 : 0;
	inet->inet_num = ntohs(ks->lport);
	inet->inet_sport = ks->lport;
	inet->inet_daddr = v4 ? ks->raddr.v4 : 0;
	inet->inet_dport = ks->rport;
	if (unlikely(inet->sk.sk_family == AF_INET6))
		ksmol_inet6_mirror(ks);
}

/* --- bind() --- */

/* Receiving on a group or broadcast address is fine, sending from it isn't. */
static bool is_group(struct net *net, const struct ksmol_end *end)
{
	struct ksmol_flow flow = {
		.net = net,
		.family = AF_INET,
		.broadcast = true,
		.daddr = end->addr,
	};
	struct ksmol_dst dst;
	bool broadcast;

	if (ksmol_addr_is_group(end->family, &end->addr))
		return true;
	if (end->family != AF_INET)
		return false;
	if (ipv4_is_lbcast(end->addr.v4))
		return true;
	rcu_read_lock();
	broadcast = !ksmol_route(&flow, &dst) &&
		    dst.type == KSMOL_DST_BROADCAST;
	rcu_read_unlock();
	return broadcast;
}

/* The interface of @end, if it needs one: its own word, or the socket's. */
static int end_ifindex(const struct ksmol_sock *ks, const struct ksmol_end *end)
{
	int dev = READ_ONCE(ks->inet.sk.sk_bound_dev_if);

	return end->scope ?: ksmol_addr_scope(end->family, &end->addr, dev);
}

static bool is_ours(const struct ksmol_sock *ks, const struct ksmol_end *end)
{
	bool ours;

	rcu_read_lock();
	ours = ksmol_addr_is_local(sock_net(&ks->inet.sk),
				   end_ifindex(ks, end), end->family,
				   &end->addr);
	rcu_read_unlock();
	return ours;
}

int ksmol_bind_check(struct ksmol_sock *ks, const struct ksmol_end *end,
		     bool *group)
{
	struct net *net = sock_net(&ks->inet.sk);
	u16 port = ntohs(end->port);
	bool ping = ksmol_sock_ping(ks);

	*group = false;
	/* Only UDP and TCP speak both. */
	if (end->family != ks->inet.sk.sk_family && ksmol_sock_one_family(ks))
		return ping ? -EINVAL : -EADDRNOTAVAIL;
	if (ksmol_addr_needs_scope(end->family, &end->addr) &&
	    !end_ifindex(ks, end))
		return -EINVAL;
	if (!ksmol_addr_any(&end->addr) && !is_ours(ks, end)) {
		*group = is_group(net, end);
		if (*group && end->family == AF_INET6 &&
		    (ping || ks->proto == IPPROTO_TCP))
			return -EINVAL;
		if (*group ? ping : !ksmol_sock_opt(ks, KSMOL_OPT_FREEBIND))
			return -EADDRNOTAVAIL;
	}
	if (port && !ping && ks->proto != IPPROTO_RAW &&
	    inet_port_requires_bind_service(net, port) &&
	    !ns_capable(net->user_ns, CAP_NET_BIND_SERVICE))
		return -EACCES;
	return 0;
}

int ksmol_bind_scope(struct ksmol_sock *ks, const struct ksmol_end *end)
{
	struct sock *sk = &ks->inet.sk;

	if (end->scope)
		WRITE_ONCE(sk->sk_bound_dev_if, end->scope);
	return !ksmol_addr_needs_scope(end->family, &end->addr) ||
	       sk->sk_bound_dev_if ? 0 : -EINVAL;
}

void ksmol_bound_to(struct ksmol_sock *ks, const struct ksmol_end *end,
		    bool group)
{
	struct sock *sk = &ks->inet.sk;

	ks->saddr = group ? addr_any : end->addr;
	if (!ksmol_addr_any(&end->addr) || end->family != sk->sk_family)
		sk->sk_userlocks |= SOCK_BINDADDR_LOCK;
	/* An address of one family rules the other out. */
	if (!ksmol_addr_any(&end->addr) && end->family == AF_INET6)
		sk->sk_ipv6only = 1;
	ksmol_addr_mirror(ks);
}

static int bind_locked(struct ksmol_sock *ks, const struct ksmol_end *end,
		       bool group)
{
	struct sock *sk = &ks->inet.sk;
	u16 port = ntohs(end->port);
	int err;

	if (sk->sk_state != TCP_CLOSE || ks->lport)
		return -EINVAL;
	err = ksmol_bind_scope(ks, end);
	if (err)
		return err;
	/* It stands in no table yet. */
	ks->family = end->family;
	err = ksmol_port_get(ks, &end->addr, port);
	if (err) {
		ks->family = sk->sk_family;
		return err;
	}
	if (port)
		sk->sk_userlocks |= SOCK_BINDPORT_LOCK;
	ksmol_bound_to(ks, end, group);
	return 0;
}

int ksmol_bind(struct socket *sock, struct sockaddr_unsized *uaddr, int len)
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
	err = bind_locked(ks, &end, group);
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

/* --- connect() --- */

int ksmol_connect_by(struct ksmol_sock *ks, const struct ksmol_end *end)
{
	struct sock *sk = &ks->inet.sk;
	int dev = sk->sk_bound_dev_if;

	ks->opts6.flowlabel = ksmol_sock_opt(ks, KSMOL_OPT_FLOWINFO) ?
			      end->flowlabel : 0;
	if (!ksmol_addr_needs_scope(end->family, &end->addr))
		return 0;
	if (end->scope && dev && end->scope != dev)
		return -EINVAL;
	dev = end->scope ?: dev;
	if (!dev && ksmol_addr_is_group(end->family, &end->addr))
		dev = ks->opts6.mc_oif;
	if (!dev)
		return -EINVAL;
	WRITE_ONCE(sk->sk_bound_dev_if, dev);
	return 0;
}

static int connect_locked(struct ksmol_sock *ks, const struct ksmol_end *end)
{
	struct sock *sk = &ks->inet.sk;
	struct ksmol_flow flow;
	struct ksmol_dst dst;
	bool keep;
	int err;

	err = autobind_locked(ks);
	if (!err)
		err = ksmol_connect_by(ks, end);
	if (err)
		return err;
	ksmol_flow_init(ks, &flow, end->family, &end->addr);
	rcu_read_lock();
	err = ksmol_route(&flow, &dst);
	rcu_read_unlock();
	if (err)
		return err;

	/* What was IPv6's for nobody in particular is for this peer now. */
	keep = ks->family == end->family;
	if (!keep || ksmol_addr_any(&ks->saddr))
		ks->saddr = dst.saddr;
	keep = keep && !ksmol_addr_any(&ks->laddr);
	ksmol_demux_move(ks, end->family, keep ? &ks->laddr : &dst.saddr,
			 &end->addr, end->port);
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
		ksmol_demux_move(ks, ksmol_sock_family(ks),
				 keep_addr ? &ks->laddr : &addr_any,
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
	struct ksmol_end end;
	int err = 0;

	if (len < (int)sizeof(((struct sockaddr *)uaddr)->sa_family))
		return -EINVAL;
	lock_sock(sock->sk);
	if (((struct sockaddr *)uaddr)->sa_family == AF_UNSPEC)
		disconnect_locked(ks);
	else
		err = ksmol_sockaddr_connect(ks, uaddr, len, &end) ?:
		      connect_locked(ks, &end);
	release_sock(sock->sk);
	return err;
}
