// SPDX-License-Identifier: GPL-2.0-only
/* Registration of the protocol numbers with Linux's socket layer. */

#define pr_fmt(fmt) "ksmol: " fmt

#include <linux/net.h>
#include <ksmol/params.h>
#include "inet6.h"
#include "proto.h"

void ksmol_proto_unhash(struct sock *sk)
{
}

static struct proto udp_prot = {
	KSMOL_UDP_PROT,
	.name = "KSMOL-UDP",
	.obj_size = sizeof(struct ksmol_sock),
};

static struct proto ping_prot = {
	KSMOL_PING_PROT,
	.name = "KSMOL-PING",
	.obj_size = sizeof(struct ksmol_sock),
};

static struct proto raw_prot = {
	KSMOL_RAW_PROT,
	.name = "KSMOL-RAW",
	.obj_size = sizeof(struct ksmol_sock),
};

static struct proto tcp_prot = {
	KSMOL_TCP_PROT,
	.name = "KSMOL-TCP",
	.obj_size = sizeof(struct ksmol_tcp_sock),
};

static const struct proto_ops udp_ops = {
	KSMOL_UDP_OPS,
	.family = PF_INET,
	.getname = inet_getname,
};

static const struct proto_ops ping_ops = {
	KSMOL_PING_OPS,
	.family = PF_INET,
	.getname = inet_getname,
};

static const struct proto_ops raw_ops = {
	KSMOL_RAW_OPS,
	.family = PF_INET,
	.getname = inet_getname,
};

static const struct proto_ops tcp_ops = {
	KSMOL_TCP_OPS,
	.family = PF_INET,
	.getname = inet_getname,
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

static const struct ksmol_number numbers[] = {
	{ &udp_sw, 0 },
	{ &tcp_sw, 0 },
	{ &ping_sw, 1 },
	{ &raw_sw, 0 },
};

/* --- for either family --- */

/*
 * The last registration of a number wins silently, and nothing tells which
 * are taken: try. A number that makes sockets already is somebody else's.
 */
static int number_check(int family, int type, unsigned int protocol)
{
	struct socket *sock;

	/* Linux's own raw sockets take every number that nobody else has. */
	if (type == SOCK_RAW)
		return 0;
	if (sock_create_kern(&init_net, family, type, protocol, &sock))
		return 0;
	sock_release(sock);
	pr_err("protocol number %u is taken by another module, see protocol=\n",
	       protocol);
	return -EBUSY;
}

int ksmol_numbers_prepare(int family, const struct ksmol_number *numbers,
			  unsigned int n)
{
	struct inet_protosw *sw;
	unsigned int i;
	int err;

	for (i = 0; i < n; i++) {
		sw = numbers[i].sw;
		sw->protocol = ksmol_params.protocol + numbers[i].above;
		err = number_check(family, sw->type, sw->protocol);
		if (err)
			return err;
	}
	for (i = 0; i < n; i++) {
		err = proto_register(numbers[i].sw->prot, 1);
		if (err) {
			ksmol_numbers_forget(numbers, i);
			return err;
		}
	}
	return 0;
}

void ksmol_numbers_forget(const struct ksmol_number *numbers, unsigned int n)
{
	while (n--)
		proto_unregister(numbers[n].sw->prot);
}

/* --- */

static void inet_unregister(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		inet_unregister_protosw(numbers[i].sw);
	/* Sockets are freed by RCU callbacks, into these slabs. */
	rcu_barrier();
	ksmol_numbers_forget(numbers, ARRAY_SIZE(numbers));
}

int ksmol_proto_register(void)
{
	unsigned int i;
	int err;

	err = ksmol_numbers_prepare(PF_INET, numbers, ARRAY_SIZE(numbers));
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		inet_register_protosw(numbers[i].sw);
	err = ksmol_inet6_register();
	if (err)
		inet_unregister();
	return err;
}

void ksmol_proto_unregister(void)
{
	ksmol_inet6_unregister();
	inet_unregister();
}
