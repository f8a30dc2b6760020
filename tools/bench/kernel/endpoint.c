// SPDX-License-Identifier: GPL-2.0-only
/* UDP sockets of either stack, used the same way. */

#include <linux/err.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/socket.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include <ksmol/compat.h>

#include "bench.h"

static int end(struct sockaddr_storage *to, u8 family, __be32 addr,
	       const struct in6_addr *addr6, u16 port)
{
	if (family == AF_INET) {
		*(struct sockaddr_in *)to = (struct sockaddr_in){
			.sin_family = AF_INET,
			.sin_port = htons(port),
			.sin_addr.s_addr = addr,
		};
		return sizeof(struct sockaddr_in);
	}
	*(struct sockaddr_in6 *)to = (struct sockaddr_in6){
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = *addr6,
	};
	return sizeof(struct sockaddr_in6);
}

int bench_end_local(struct sockaddr_storage *to, enum bench_stack stack,
		    u8 family, u16 port)
{
	struct in6_addr addr6 = bench_local6(stack);

	return end(to, family, bench_local(stack), &addr6, port);
}

int bench_end_group(struct sockaddr_storage *to, u8 family, unsigned int n,
		    u16 port)
{
	struct in6_addr addr6 = bench_group6(n);

	return end(to, family, bench_group(n), &addr6, port);
}

int bench_socket(enum bench_stack stack, u8 family, struct socket **sock)
{
	int proto = stack == BENCH_KSMOL ? bench_protocol : IPPROTO_UDP;

	return sock_create_kern(&init_net, family, SOCK_DGRAM, proto, sock);
}

struct socket *bench_open(enum bench_stack stack, u8 family, u16 port,
			  bool reuse)
{
	struct sockaddr_storage local;
	struct socket *sock;
	int err, len;

	err = bench_socket(stack, family, &sock);
	if (err)
		return ERR_PTR(err);
	if (reuse)
		sock_set_reuseaddr(sock->sk);
	len = bench_end_local(&local, stack, family, port);
	err = kernel_bind(sock, (struct sockaddr_unsized *)&local, len);
	if (!err)
		return sock;
	sock_release(sock);
	return ERR_PTR(err);
}

int bench_connect(struct socket *sock, enum bench_stack stack, u16 port)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = bench_peer(stack),
	};

	return kernel_connect(sock, (struct sockaddr_unsized *)&sin,
			      sizeof(sin), 0);
}

int bench_recv(struct socket *sock, void *buf, u32 len,
	       struct sockaddr_in *from)
{
	struct kvec vec = { .iov_base = buf, .iov_len = len };
	struct msghdr msg = { .msg_name = from };

	return kernel_recvmsg(sock, &msg, &vec, 1, len, MSG_DONTWAIT);
}

int bench_send(struct socket *sock, const void *buf, u32 len,
	       struct sockaddr_in *to)
{
	struct kvec vec = { .iov_base = (void *)buf, .iov_len = len };
	struct msghdr msg = {
		.msg_name = to,
		.msg_namelen = sizeof(*to),
		.msg_flags = MSG_DONTWAIT,
	};

	return kernel_sendmsg(sock, &msg, &vec, 1, len);
}

void bench_close_both(struct socket **socks)
{
	enum bench_stack stack;

	for (stack = BENCH_LINUX; stack < BENCH_NR_STACKS; stack++)
		if (!IS_ERR_OR_NULL(socks[stack]))
			sock_release(socks[stack]);
}

int bench_open_both(struct socket **socks, u8 family)
{
	enum bench_stack stack;

	for (stack = BENCH_LINUX; stack < BENCH_NR_STACKS; stack++) {
		int err;

		socks[stack] = bench_open(stack, family, BENCH_PORT, false);
		err = PTR_ERR_OR_ZERO(socks[stack]);
		if (!err)
			continue;
		bench_err("no %s socket: %d", bench_stack_names[stack], err);
		bench_close_both(socks);
		return err;
	}
	return 0;
}
