// SPDX-License-Identifier: GPL-2.0-only
/* Registration of the protocol numbers with Linux's socket layer. */

#define pr_fmt(fmt) "ksmol: " fmt

#include <linux/net.h>
#include <net/inet_common.h>
#include <net/protocol.h>
#include <ksmol/params.h>
#include "raw.h"
#include "tcp_sock.h"

/* Everything is unbound by destroy, which sk_common_release() calls first. */
static void proto_unhash(struct sock *sk)
{
}

static struct proto udp_prot = {
	.name = "KSMOL-UDP",
	.owner = THIS_MODULE,
	.obj_size = sizeof(struct ksmol_sock),
	.init = ksmol_udp_init_sock,
	.destroy = ksmol_sock_destroy,
	.unhash = proto_unhash,
	.close = ksmol_sock_close,
};

static struct proto ping_prot = {
	.name = "KSMOL-PING",
	.owner = THIS_MODULE,
	.obj_size = sizeof(struct ksmol_sock),
	.init = ksmol_ping_init_sock,
	.destroy = ksmol_sock_destroy,
	.unhash = proto_unhash,
	.close = ksmol_sock_close,
};

static struct proto raw_prot = {
	.name = "KSMOL-RAW",
	.owner = THIS_MODULE,
	.obj_size = sizeof(struct ksmol_sock),
	.init = ksmol_raw_init_sock,
	.destroy = ksmol_raw_destroy,
	.hash = ksmol_raw_hash,
	.unhash = proto_unhash,
	.close = ksmol_sock_close,
};

static struct sock *tcp_accept(struct sock *sk, KSMOL_ACCEPT_ARGS)
{
	return ksmol_tcp_accept(sk, KSMOL_ACCEPT_PASS);
}

static struct proto tcp_prot = {
	.name = "KSMOL-TCP",
	.owner = THIS_MODULE,
	.obj_size = sizeof(struct ksmol_tcp_sock),
	.init = ksmol_tcp_init_sock,
	.destroy = ksmol_tcp_destroy_sock,
	.unhash = proto_unhash,
	.connect = ksmol_tcp_connect_sk,
	.disconnect = ksmol_tcp_disconnect,
	.accept = tcp_accept,
	.shutdown = ksmol_tcp_shutdown_sk,
	.keepalive = ksmol_tcp_set_keepalive,
	.release_cb = ksmol_tcp_release_cb,
	.close = ksmol_tcp_close,
};

#define DGRAM_OPS					\
	.family = PF_INET,				\
	.owner = THIS_MODULE,				\
	.release = inet_release,			\
	.bind = ksmol_bind,				\
	.connect = ksmol_connect,			\
	.socketpair = sock_no_socketpair,		\
	.accept = sock_no_accept,			\
	.getname = inet_getname,			\
	.poll = ksmol_sock_poll,			\
	.ioctl = ksmol_sock_ioctl,			\
	.gettstamp = sock_gettstamp,			\
	.listen = sock_no_listen,			\
	.shutdown = inet_shutdown,			\
	.setsockopt = ksmol_setsockopt,			\
	.getsockopt = ksmol_getsockopt,			\
	.recvmsg = ksmol_recvmsg

static const struct proto_ops udp_ops = {
	DGRAM_OPS,
	.sendmsg = ksmol_udp_sendmsg,
	.mmap = ksmol_ring_mmap,
};

static const struct proto_ops ping_ops = {
	DGRAM_OPS,
	.sendmsg = ksmol_ping_sendmsg,
	.mmap = sock_no_mmap,
};

static const struct proto_ops raw_ops = {
	.family = PF_INET,
	.owner = THIS_MODULE,
	.release = inet_release,
	.bind = ksmol_raw_bind,
	.connect = ksmol_raw_connect,
	.socketpair = sock_no_socketpair,
	.accept = sock_no_accept,
	.getname = inet_getname,
	.poll = ksmol_sock_poll,
	.ioctl = ksmol_sock_ioctl,
	.gettstamp = sock_gettstamp,
	.listen = sock_no_listen,
	.shutdown = inet_shutdown,
	.setsockopt = ksmol_raw_setsockopt,
	.getsockopt = ksmol_raw_getsockopt,
	.sendmsg = ksmol_raw_sendmsg,
	.recvmsg = ksmol_recvmsg,
	.mmap = sock_no_mmap,
};

static const struct proto_ops tcp_ops = {
	.family = PF_INET,
	.owner = THIS_MODULE,
	.release = inet_release,
	.bind = ksmol_bind,
	.connect = inet_stream_connect,
	.socketpair = sock_no_socketpair,
	.accept = inet_accept,
	.getname = inet_getname,
	.poll = ksmol_tcp_poll,
	.ioctl = ksmol_tcp_ioctl,
	.gettstamp = sock_gettstamp,
	.listen = ksmol_tcp_listen,
	.shutdown = inet_shutdown,
	.setsockopt = ksmol_tcp_setsockopt,
	.getsockopt = ksmol_tcp_getsockopt,
	.sendmsg = ksmol_tcp_sendmsg,
	.recvmsg = ksmol_tcp_recvmsg,
	.mmap = sock_no_mmap,
	.splice_read = ksmol_tcp_splice_read,
	.splice_eof = ksmol_tcp_splice_eof,
	.set_peek_off = sk_set_peek_off,
	.set_rcvlowat = ksmol_tcp_set_rcvlowat,
};

static struct inet_protosw udp_sw = {
	.type = SOCK_DGRAM,
	.prot = &udp_prot,
	.ops = &udp_ops,
};

static struct inet_protosw tcp_sw = {
	.type = SOCK_STREAM,
	.prot = &tcp_prot,
	.ops = &tcp_ops,
};

static struct inet_protosw ping_sw = {
	.type = SOCK_DGRAM,
	.prot = &ping_prot,
	.ops = &ping_ops,
};

static struct inet_protosw raw_sw = {
	.type = SOCK_RAW,
	.prot = &raw_prot,
	.ops = &raw_ops,
};

/*
 * The last registration of a number wins silently, and nothing tells which
 * are taken: try. A number that makes sockets already is somebody else's.
 */
static int number_check(int type, unsigned int protocol)
{
	struct socket *sock;

	/* Linux's own raw sockets take every number that nobody else has. */
	if (type == SOCK_RAW)
		return 0;
	if (sock_create_kern(&init_net, PF_INET, type, protocol, &sock))
		return 0;
	sock_release(sock);
	pr_err("protocol number %u is taken by another module, see protocol=\n",
	       protocol);
	return -EBUSY;
}

static struct {
	struct inet_protosw *sw;
	unsigned int above;	/* added to protocol= */
} numbers[] = {
	{ &udp_sw, 0 },
	{ &tcp_sw, 0 },
	{ &ping_sw, 1 },
	{ &raw_sw, 0 },
};

static int numbers_check(void)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(numbers) && !err; i++)
		err = number_check(numbers[i].sw->type,
				   ksmol_params.protocol + numbers[i].above);
	return err;
}

/* Their slabs; those of the first @n go again. */
static void protos_unregister(unsigned int n)
{
	while (n--)
		proto_unregister(numbers[n].sw->prot);
}

int ksmol_proto_register(void)
{
	unsigned int i;
	int err;

	err = numbers_check();
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		err = proto_register(numbers[i].sw->prot, 1);
		if (err) {
			protos_unregister(i);
			return err;
		}
	}
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		numbers[i].sw->protocol = ksmol_params.protocol +
					  numbers[i].above;
		inet_register_protosw(numbers[i].sw);
	}
	return 0;
}

void ksmol_proto_unregister(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		inet_unregister_protosw(numbers[i].sw);
	/* Sockets are freed by RCU callbacks, into these slabs. */
	rcu_barrier();
	protos_unregister(ARRAY_SIZE(numbers));
}
