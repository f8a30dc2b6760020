// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a socket of another module: one of ours as sock_create_kern()
 * makes it, and a shell around it that outlives it when its namespace ends.
 *
 * Callbacks and senders find the socket under RCU. Whoever takes it away first
 * makes it unfindable both ways, by packets and by its owner, then waits for a
 * grace period, and only then releases it.
 */

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <net/sock.h>
#include <ksmol/params.h>
#include "ksock.h"
#include "sock.h"

static LIST_HEAD(ksocks);
/*
 * Protects the list and what changes a socket of this kind in process context.
 * Outside the socket lock; never taken under RTNL.
 */
static DEFINE_MUTEX(ksock_lock);

/* --- what the socket tells --- */

/* Detaching fails sockets with ENETDOWN, which no ICMP error stands for. */
static void ksock_error_report(struct sock *sk)
{
	int err = sock_error(sk);
	struct ksmol_ksock *ks;

	rcu_read_lock();
	ks = rcu_dereference_sk_user_data(sk);
	if (!ks || !err)
		goto out;
	if (err == -ENETDOWN) {
		if (ks->ops->gone)
			ks->ops->gone(ks, false, ks->priv);
	} else if (ks->ops->error) {
		ks->ops->error(ks, err, ks->priv);
	}
out:
	rcu_read_unlock();
}

static void ksock_adopt(struct ksmol_ksock *ks, struct sock *sk)
{
	write_lock_bh(&sk->sk_callback_lock);
	rcu_assign_sk_user_data(sk, ks);
	sk->sk_error_report = ksock_error_report;
	sk->sk_write_space = ksmol_ksock_write_space;
	write_unlock_bh(&sk->sk_callback_lock);
	ksmol_sk(sk)->kernel = ks;
	rcu_assign_pointer(ks->sk, sk);
}

/* Nobody finds the socket any more who did not before. ksock_lock. */
static void ksock_hide(struct ksmol_ksock *ks)
{
	struct sock *sk = ks->sock->sk;

	RCU_INIT_POINTER(ks->sk, NULL);
	write_lock_bh(&sk->sk_callback_lock);
	rcu_assign_sk_user_data(sk, NULL);
	write_unlock_bh(&sk->sk_callback_lock);
	lock_sock(sk);
	ksmol_demux_unbind(ksmol_sk(sk));
	release_sock(sk);
}

/* After a grace period. What is under way forgets the socket. */
static void ksock_release(struct ksmol_ksock *ks)
{
	struct socket *sock = ks->sock;

	ks->sock = NULL;
	if (ks->pool != &ksmol_pool)
		ksmol_pool_release_sk(ks->pool, sock->sk);
	sock_release(sock);
}

/* --- opening and closing --- */

static int ksock_create(struct ksmol_ksock *ks, int family, int type)
{
	int err;

	/* One that comes too late would not be told of the end. */
	if (!check_net(ks->net))
		return -ENETDOWN;
	err = sock_create_kern(ks->net, family, type, ksmol_params.protocol,
			       &ks->sock);
	if (err)
		return err;
	ksock_adopt(ks, ks->sock->sk);
	list_add_tail(&ks->node, &ksocks);
	return 0;
}

static int ksock_check(int family, int type, const struct ksmol_ksock_ops *ops)
{
	if (family != AF_INET && family != AF_INET6)
		return -EAFNOSUPPORT;
	if (type != SOCK_DGRAM)
		return -ESOCKTNOSUPPORT;
	return ops && ops->receive ? 0 : -EINVAL;
}

struct ksmol_ksock *ksmol_ksock_open(struct net *net, int family, int type,
				     const struct ksmol_ksock_ops *ops,
				     void *priv)
{
	struct ksmol_ksock *ks;
	int err;

	err = ksock_check(family, type, ops);
	if (err)
		return ERR_PTR(err);
	ks = kzalloc_obj(*ks);
	if (!ks)
		return ERR_PTR(-ENOMEM);
	ks->ops = ops;
	ks->priv = priv;
	ks->net = net;
	ksmol_ksock_room_init(ks);
	mutex_lock(&ksock_lock);
	err = ksock_create(ks, family, type);
	mutex_unlock(&ksock_lock);
	if (!err)
		return ks;
	ksmol_ksock_room_exit(ks);
	kfree(ks);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_GPL(ksmol_ksock_open);

/* Those that are just being given back are waited for. */
static u32 ksock_take_back(struct ksmol_ksock *ks)
{
	u32 n = ksmol_pool_take_back(&ksmol_pool, ks);

	if (ks->pool != &ksmol_pool)
		n += ksmol_pool_take_back(ks->pool, ks);
	ksmol_stat_add(purged, n);
	return n;
}

static bool ksock_ours(const struct ksmol_ksock *ks, u32 taken)
{
	return atomic_read(&ks->kept) + atomic_read(&ks->filling) > (int)taken;
}

unsigned int ksmol_ksock_close(struct ksmol_ksock *ks)
{
	u32 taken;

	mutex_lock(&ksock_lock);
	list_del(&ks->node);
	if (ks->sock)
		ksock_hide(ks);
	/* Callbacks and senders, also those of a namespace that ended. Locked,
	 * or ours could end meanwhile without waiting for the socket.
	 */
	synchronize_rcu();
	if (ks->sock)
		ksock_release(ks);
	mutex_unlock(&ksock_lock);
	ksmol_ksock_room_exit(ks);
	taken = ksock_take_back(ks);
	while (ksock_ours(ks, taken))
		schedule_timeout_uninterruptible(1);
	if (ks->pool != &ksmol_pool)
		ksmol_pool_unuse(ks->pool);
	kfree(ks);
	return taken;
}
EXPORT_SYMBOL_GPL(ksmol_ksock_close);

/* --- calls that go on to the socket --- */

/* NULL once its namespace ends. ksock_lock. */
static struct socket *ksock_socket(const struct ksmol_ksock *ks)
{
	return rcu_access_pointer(ks->sk) ? ks->sock : NULL;
}

int ksmol_ksock_bind(struct ksmol_ksock *ks, const struct sockaddr *addr,
		     int len)
{
	struct socket *sock;
	int err = -ENETDOWN;

	mutex_lock(&ksock_lock);
	sock = ksock_socket(ks);
	if (sock)
		err = ksmol_bind(sock, (struct sockaddr_unsized *)addr, len);
	mutex_unlock(&ksock_lock);
	return err;
}
EXPORT_SYMBOL_GPL(ksmol_ksock_bind);

int ksmol_ksock_connect(struct ksmol_ksock *ks, const struct sockaddr *addr,
			int len)
{
	struct socket *sock;
	int err = -ENETDOWN;

	mutex_lock(&ksock_lock);
	sock = ksock_socket(ks);
	if (sock)
		err = ksmol_connect(sock, (struct sockaddr_unsized *)addr, len,
				    0);
	mutex_unlock(&ksock_lock);
	return err;
}
EXPORT_SYMBOL_GPL(ksmol_ksock_connect);

int ksmol_ksock_name(struct ksmol_ksock *ks, struct sockaddr_storage *name)
{
	struct socket *sock;
	int ret = -ENETDOWN;

	mutex_lock(&ksock_lock);
	sock = ksock_socket(ks);
	if (sock)
		ret = kernel_getsockname(sock, (struct sockaddr *)name);
	mutex_unlock(&ksock_lock);
	return min(ret, 0);
}
EXPORT_SYMBOL_GPL(ksmol_ksock_name);

static int ksock_option(struct socket *sock, int level, int name, int val)
{
	sockptr_t from = KERNEL_SOCKPTR(&val);

	if (level == SOL_SOCKET)
		return sock_setsockopt(sock, level, name, from, sizeof(val));
	return ksmol_setsockopt(sock, level, name, from, sizeof(val));
}

int ksmol_ksock_option(struct ksmol_ksock *ks, int level, int name, int val)
{
	struct socket *sock;
	int err = -ENETDOWN;

	mutex_lock(&ksock_lock);
	sock = ksock_socket(ks);
	if (sock)
		err = ksock_option(sock, level, name, val);
	mutex_unlock(&ksock_lock);
	return err;
}
EXPORT_SYMBOL_GPL(ksmol_ksock_option);

int ksmol_ksock_limits(struct ksmol_ksock *ks, u32 rx, u32 tx)
{
	struct socket *sock;
	int err = -ENETDOWN;

	if (!rx || !tx)
		return -EINVAL;
	mutex_lock(&ksock_lock);
	sock = ksock_socket(ks);
	if (sock) {
		WRITE_ONCE(sock->sk->sk_rcvbuf, ksmol_pbuf_bytes(rx));
		WRITE_ONCE(sock->sk->sk_sndbuf, ksmol_pbuf_bytes(tx));
		err = 0;
	}
	mutex_unlock(&ksock_lock);
	return err;
}
EXPORT_SYMBOL_GPL(ksmol_ksock_limits);

static int use_pool_locked(struct ksmol_ksock *ks, struct ksmol_pool *pool)
{
	int err;

	if (!ksock_socket(ks))
		return -ENETDOWN;
	if (ks->pool != &ksmol_pool || ksmol_sk(ks->sock->sk)->lport ||
	    atomic_read(&ks->filling))
		return -EBUSY;
	err = ksmol_pool_use(pool);
	if (!err)
		ksmol_ksock_room_from(ks, pool);
	return err;
}

int ksmol_ksock_use_pool(struct ksmol_ksock *ks, struct ksmol_pool *pool)
{
	int err;

	mutex_lock(&ksock_lock);
	err = use_pool_locked(ks, pool);
	mutex_unlock(&ksock_lock);
	return err;
}
EXPORT_SYMBOL_GPL(ksmol_ksock_use_pool);

/* --- the end of a namespace --- */

/* Linux waits for a grace period between this and the next. */
static void __net_exit ksock_net_hide(struct net *net)
{
	struct ksmol_ksock *ks;

	mutex_lock(&ksock_lock);
	list_for_each_entry(ks, &ksocks, node) {
		if (!ks->sock || !net_eq(ks->net, net))
			continue;
		ksock_hide(ks);
		wake_up(&ks->waiters);
		rcu_read_lock();
		if (ks->ops->gone)
			ks->ops->gone(ks, true, ks->priv);
		rcu_read_unlock();
	}
	mutex_unlock(&ksock_lock);
}

static void __net_exit ksock_net_release(struct net *net)
{
	struct ksmol_ksock *ks;

	mutex_lock(&ksock_lock);
	list_for_each_entry(ks, &ksocks, node)
		if (ks->sock && net_eq(ks->net, net))
			ksock_release(ks);
	mutex_unlock(&ksock_lock);
}

static struct pernet_operations ksock_net_ops = {
	.pre_exit = ksock_net_hide,
	.exit = ksock_net_release,
};

int ksmol_ksock_init(void)
{
	return register_pernet_subsys(&ksock_net_ops);
}

void ksmol_ksock_exit(void)
{
	unregister_pernet_subsys(&ksock_net_ops);
}
