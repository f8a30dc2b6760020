// SPDX-License-Identifier: GPL-2.0-only
/* The life of a socket, and what it says when asked whether it is ready. */

#include <linux/sockios.h>
#include <net/inet_common.h>
#include <net/ipv6.h>
#include <asm/ioctls.h>
#include <ksmol/params.h>
#include <ksmol/socket.h>
#include "inet6.h"
#include "ksock.h"
#include "poll.h"
#include "raw.h"
#include "tcp_sock.h"

/* --- birth and death --- */

void ksmol_sock_init(struct sock *sk, u8 proto)
{
	struct ksmol_sock *ks = ksmol_sk(sk);

	/* Packets find it under RCU: freed a grace period after close(). */
	sock_set_flag(sk, SOCK_RCU_FREE);
	sk->sk_rcvbuf = ksmol_pbuf_bytes(READ_ONCE(ksmol_params.sock_rx));
	sk->sk_sndbuf = ksmol_pbuf_bytes(READ_ONCE(ksmol_params.sock_tx));
	ks->data_ready = sk->sk_data_ready;
	ks->proto = proto;
	ks->family = sk->sk_family;
	ks->ttl = -1;
	ks->mc_ttl = 1;
	ks->options = KSMOL_OPT_MC_LOOP | KSMOL_OPT_MC_ALL |
		      KSMOL_OPT_MC_LOOP6 | KSMOL_OPT_MC_ALL6;
	ks->opts6.hops = -1;
	ks->opts6.autolabel = -1;
	ks->opts6.mc_hops = IPV6_DEFAULT_MCASTHOPS;
	ks->opts6.pmtudisc = IPV6_PMTUDISC_WANT;
	ks->pmtudisc = READ_ONCE(sock_net(sk)->ipv4.sysctl_ip_no_pmtu_disc) ?
		       IP_PMTUDISC_DONT : IP_PMTUDISC_WANT;
	ksmol_queue_init(&ks->rxq, ksmol_pool.cfg.count[KSMOL_CLASS_RX]);
}

/*
 * Arrivals end with the tables and the closed queue; buffers that a device
 * keeps forget the socket, for a device may keep them for as long as it likes
 * but neither the socket nor its namespace.
 */
void ksmol_sock_destroy(struct sock *sk)
{
	struct ksmol_sock *ks = ksmol_sk(sk);

	ksmol_demux_unbind(ks);
	ksmol_queue_close(&ks->rxq);
	kfree(ks->opts6.pathmtu);
	if (atomic_read(&ks->inflight))
		ksmol_pool_release_sk(&ksmol_pool, sk);
	if (ks->ring)
		ksmol_ring_close(ks->ring);
}

void ksmol_sock_close(struct sock *sk, long timeout)
{
	ksmol_mc_drop(ksmol_sk(sk));
	sk_common_release(sk);
}

/* --- errors from outside --- */

void ksmol_sock_fail(struct ksmol_sock *ks, int err)
{
	WRITE_ONCE(ks->inet.sk.sk_err, err);
	sk_error_report(&ks->inet.sk);
}

struct gone {
	struct net *net;
	int ifindex;
};

/* Bound to the device, or to an address that is or was the device's. */
static bool lives_on(const struct ksmol_sock *ks, const struct gone *gone)
{
	const struct sock *sk = &ks->inet.sk;

	if (!net_eq(sock_net(sk), gone->net))
		return false;
	if (READ_ONCE(sk->sk_bound_dev_if) == gone->ifindex)
		return true;
	if (ksmol_addr_any(&ks->saddr) || ksmol_sock_opt(ks, KSMOL_OPT_FREEBIND))
		return false;
	return ksmol_addr_is_local(gone->net, gone->ifindex, ks->family,
				   &ks->saddr) ||
	       !ksmol_addr_is_local(gone->net, 0, ks->family, &ks->saddr);
}

/* A connection can't go on, whoever has it: it ends at once. */
static bool gone_one(struct ksmol_sock *ks, void *arg)
{
	if (!lives_on(ks, arg))
		return true;
	if (ks->proto != IPPROTO_TCP) {
		ksmol_sock_fail(ks, ENETDOWN);
		return true;
	}
	local_bh_disable();
	ksmol_tcp_defer(ksmol_tcp_sk(&ks->inet.sk), KSMOL_TCP_DEFER_ABORT);
	local_bh_enable();
	return true;
}

void ksmol_sock_gone(struct net *net, int ifindex)
{
	struct gone gone = { .net = net, .ifindex = ifindex };

	ksmol_demux_for_each(gone_one, &gone);
	ksmol_tcp_mini_purge(net, ifindex);
}

/* --- readiness --- */

static __poll_t poll_shutdown(u8 shutdown)
{
	__poll_t mask = 0;

	if (shutdown & RCV_SHUTDOWN)
		mask |= EPOLLRDHUP | EPOLLIN | EPOLLRDNORM;
	if (shutdown == SHUTDOWN_MASK)
		mask |= EPOLLHUP;
	return mask;
}

static __poll_t poll_errors(struct sock *sk)
{
	if (!READ_ONCE(sk->sk_err) &&
	    skb_queue_empty_lockless(&sk->sk_error_queue))
		return 0;
	return EPOLLERR | (sock_flag(sk, SOCK_SELECT_ERR_QUEUE) ? EPOLLPRI : 0);
}

__poll_t ksmol_sock_poll(struct file *file, struct socket *sock,
			 struct poll_table_struct *table)
{
	struct sock *sk = sock->sk;
	struct ksmol_sock *ks = ksmol_sk(sk);
	struct ksmol_ring *ring = ksmol_sock_ring(ks);
	__poll_t mask;

	sock_poll_wait(file, sock, table);
	ksmol_poll_wait_room(file, &ksmol_pool.tx_wait, table);

	if (ring)
		ksmol_ring_poll_kick(ks, ring);
	mask = poll_errors(sk) | poll_shutdown(READ_ONCE(sk->sk_shutdown));
	if (ring)
		return mask | ksmol_ring_poll(ring);
	if (!ksmol_queue_empty(&ks->rxq))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (ksmol_polls_room(table) && ksmol_tx_writable(ks))
		mask |= KSMOL_POLL_ROOM;
	return mask;
}

int ksmol_ioctl_other(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	return sock->sk->sk_family == AF_INET6 ?
	       ksmol_inet6_ioctl(sock, cmd, arg) : inet_ioctl(sock, cmd, arg);
}

/*
 * SIOCINQ: bytes of the next datagram. SIOCOUTQ: what is in flight, in the
 * unit of SO_SNDBUF, where each datagram counts for 1024 bytes.
 */
int ksmol_sock_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	struct ksmol_sock *ks = ksmol_sk(sock->sk);
	int value;

	switch (cmd) {
	case SIOCINQ:
		value = max(ksmol_queue_next_len(&ks->rxq), 0);
		break;
	case SIOCOUTQ:
		value = atomic_read(&ks->inflight) << KSMOL_PBUF_SHIFT;
		break;
	default:
		return ksmol_ioctl_other(sock, cmd, arg);
	}
	return put_user(value, (int __user *)arg);
}

/* --- the room --- */

static const struct ksmol_demux demux = {
	.input = ksmol_socket_input,
	.raw = ksmol_raw_input,
	.error = ksmol_error_input,
	.gone = ksmol_sock_gone,
};

static struct dentry *files[4];

static void files_add(void)
{
	files[0] = ksmol_debugfs_file(NULL, "sockets", ksmol_sockets_show,
				      NULL);
	files[1] = ksmol_debugfs_file(NULL, "tcp_sockets",
				      ksmol_tcp_sockets_show, NULL);
	files[2] = ksmol_debugfs_file(NULL, "tcp", ksmol_tcp_show, NULL);
	files[3] = ksmol_debugfs_file(NULL, "rings", ksmol_rings_show, NULL);
}

static void files_remove(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		ksmol_debugfs_remove(files[i]);
}

int ksmol_socket_init(void)
{
	int err;

	err = ksmol_demux_init(ksmol_params.sock_hash);
	if (err)
		return err;
	err = ksmol_tcp_room_init();
	if (err)
		goto err_demux;
	ksmol_pbuf_sk_done = ksmol_tx_done;
	ksmol_iface_set_demux(&demux);
	err = ksmol_ksock_init();
	if (err)
		goto err_tcp;
	err = ksmol_proto_register();
	if (err)
		goto err_ksock;
	files_add();
	return 0;

err_ksock:
	ksmol_ksock_exit();
err_tcp:
	ksmol_iface_set_demux(NULL);
	ksmol_tcp_room_exit();
err_demux:
	ksmol_demux_exit();
	return err;
}

/* No socket is left: each holds a reference on the module. */
void ksmol_socket_exit(void)
{
	files_remove();
	ksmol_proto_unregister();
	ksmol_ksock_exit();
	ksmol_iface_set_demux(NULL);
	ksmol_tcp_room_exit();
	ksmol_demux_exit();
}
