// SPDX-License-Identifier: GPL-2.0-only
/*
 * IPv6 sockets before Linux: their protocol numbers, and the fields of Linux's
 * that getsockname() and others read. Linux's IPv6 need not be there, or may be
 * switched off at boot: then there are no AF_INET6 sockets, nor any of ours.
 */

#define pr_fmt(fmt) "ksmol: " fmt

#include <linux/ipv6.h>
#include <net/ipv6.h>
#include <net/transp_v6.h>
#include "inet6.h"
#include "proto.h"

#if IS_ENABLED(CONFIG_IPV6)

/* Where there is no field that says so, Linux takes the end of the object for
 * its own part: no padding may follow.
 */
#ifdef KSMOL_HAVE_PINFO_OFFSET
#define PINFO(type)						\
	.obj_size = offsetofend(type, np),			\
	.ipv6_pinfo_offset = offsetof(type, np)
#else
#define PINFO(type)						\
	.obj_size = offsetofend(type, np)
#endif

struct dgram6 {
	struct ksmol_sock ks;
	struct ipv6_pinfo np;
};

struct stream6 {
	struct ksmol_tcp_sock ts;
	struct ipv6_pinfo np;
};

static struct proto udp_prot = {
	KSMOL_UDP_PROT,
	PINFO(struct dgram6),
	.name = "KSMOL-UDPv6",
};

static struct proto ping_prot = {
	KSMOL_PING_PROT,
	PINFO(struct dgram6),
	.name = "KSMOL-PINGv6",
};

static struct proto raw_prot = {
	KSMOL_RAW_PROT,
	PINFO(struct ksmol_raw6),
	.name = "KSMOL-RAWv6",
};

static struct proto tcp_prot = {
	KSMOL_TCP_PROT,
	PINFO(struct stream6),
	.name = "KSMOL-TCPv6",
};

static const struct proto_ops udp_ops = {
	KSMOL_UDP_OPS,
	.family = PF_INET6,
	.getname = inet6_getname,
};

static const struct proto_ops ping_ops = {
	KSMOL_PING_OPS,
	.family = PF_INET6,
	.getname = inet6_getname,
};

static const struct proto_ops raw_ops = {
	KSMOL_RAW_OPS,
	.family = PF_INET6,
	.getname = inet6_getname,
};

static const struct proto_ops tcp_ops = {
	KSMOL_TCP_OPS,
	.family = PF_INET6,
	.getname = inet6_getname,
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

static bool registered;

/* Those of the first @n numbers. */
static void unregister(unsigned int n)
{
	while (n--)
		inet6_unregister_protosw(numbers[n].sw);
	/* Sockets are freed by RCU callbacks, into these slabs. */
	rcu_barrier();
	ksmol_numbers_forget(numbers, ARRAY_SIZE(numbers));
}

int ksmol_inet6_register(void)
{
	unsigned int i;
	int err;

	if (!ipv6_mod_enabled()) {
		pr_info("Linux's IPv6 is switched off: no AF_INET6 sockets\n");
		return 0;
	}
	err = ksmol_numbers_prepare(PF_INET6, numbers, ARRAY_SIZE(numbers));
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		err = inet6_register_protosw(numbers[i].sw);
		if (err) {
			unregister(i);
			return err;
		}
	}
	registered = true;
	return 0;
}

void ksmol_inet6_unregister(void)
{
	if (registered)
		unregister(ARRAY_SIZE(numbers));
}

/* A clone's pointer still leads into what it was cloned from. */
void ksmol_inet6_child(struct sock *sk)
{
	struct stream6 *child = (struct stream6 *)sk;

	inet_sk(sk)->pinet6 = &child->np;
}

void ksmol_inet6_mirror(struct ksmol_sock *ks)
{
	struct sock *sk = &ks->inet.sk;

	sk->sk_v6_rcv_saddr = ksmol_addr_in6(ks->family, &ks->laddr);
	sk->sk_v6_daddr = ksmol_addr_in6(ks->family, &ks->raddr);
	inet6_sk(sk)->saddr = ksmol_addr_in6(ks->family, &ks->saddr);
}

/* A namespace has none where IPv6 is switched off. */
u8 ksmol_inet6_hops(const struct net *net)
{
	const struct ipv6_devconf *conf = READ_ONCE(net->ipv6.devconf_all);

	return conf ? READ_ONCE(conf->hop_limit) : IPV6_DEFAULT_HOPLIMIT;
}

bool ksmol_inet6_label(const struct net *net, int wanted)
{
	u8 mode = READ_ONCE(net->ipv6.sysctl.auto_flowlabels);

	if (mode == IP6_AUTO_FLOW_LABEL_OFF)
		return false;
	if (wanted < 0)
		return mode != IP6_AUTO_FLOW_LABEL_OPTIN;
	return wanted || mode == IP6_AUTO_FLOW_LABEL_FORCED;
}

int ksmol_inet6_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	return inet6_ioctl(sock, cmd, arg);
}

#else

int ksmol_inet6_register(void)
{
	pr_info("this kernel has no IPv6: no AF_INET6 sockets\n");
	return 0;
}

#endif /* CONFIG_IPV6 */
