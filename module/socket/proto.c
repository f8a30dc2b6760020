// SPDX-License-Identifier: GPL-2.0-only
/* Registration of the protocol numbers with Linux's socket layer. */

#define pr_fmt(fmt) "ksmol: " fmt

#include <linux/net.h>
#include <net/inet_common.h>
#include <net/protocol.h>
#include <ksmol/params.h>
#include "sock.h"

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
	.recvmsg = ksmol_recvmsg,			\
	.mmap = sock_no_mmap

static const struct proto_ops udp_ops = {
	DGRAM_OPS,
	.sendmsg = ksmol_udp_sendmsg,
};

static const struct proto_ops ping_ops = {
	DGRAM_OPS,
	.sendmsg = ksmol_ping_sendmsg,
};

static struct inet_protosw udp_sw = {
	.type = SOCK_DGRAM,
	.prot = &udp_prot,
	.ops = &udp_ops,
};

static struct inet_protosw ping_sw = {
	.type = SOCK_DGRAM,
	.prot = &ping_prot,
	.ops = &ping_ops,
};

/*
 * The last registration of a number wins silently, and nothing tells which
 * are taken: try. A number that makes sockets already is somebody else's.
 */
static int number_check(unsigned int protocol)
{
	struct socket *sock;

	if (sock_create_kern(&init_net, PF_INET, SOCK_DGRAM, protocol, &sock))
		return 0;
	sock_release(sock);
	pr_err("protocol number %u is taken by another module, see protocol=\n",
	       protocol);
	return -EBUSY;
}

int ksmol_proto_register(void)
{
	int err;

	err = number_check(ksmol_params.protocol);
	if (!err)
		err = number_check(ksmol_params.protocol + 1);
	if (err)
		return err;
	err = proto_register(&udp_prot, 1);
	if (err)
		return err;
	err = proto_register(&ping_prot, 1);
	if (err) {
		proto_unregister(&udp_prot);
		return err;
	}
	udp_sw.protocol = ksmol_params.protocol;
	ping_sw.protocol = ksmol_params.protocol + 1;
	inet_register_protosw(&udp_sw);
	inet_register_protosw(&ping_sw);
	return 0;
}

void ksmol_proto_unregister(void)
{
	inet_unregister_protosw(&ping_sw);
	inet_unregister_protosw(&udp_sw);
	/* Sockets are freed by RCU callbacks, into these slabs. */
	rcu_barrier();
	proto_unregister(&ping_prot);
	proto_unregister(&udp_prot);
}
