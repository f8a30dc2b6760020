// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP sockets of either stack whose peer is no stack but frames: a SYN, and
 * the ACK that follows the answer.
 */

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/in.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include <ksmol/compat.h>

#include "bench.h"

/* Until the answer is there, which may wait for ARP's. */
#define ANSWER_MS	1000

struct socket *bench_listen(enum bench_stack stack)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(BENCH_PORT),
		.sin_addr.s_addr = bench_local(stack),
	};
	int proto = stack == BENCH_KSMOL ? bench_protocol : IPPROTO_TCP;
	struct socket *sock;
	int err;

	err = sock_create_kern(&init_net, AF_INET, SOCK_STREAM, proto, &sock);
	if (err)
		return ERR_PTR(err);
	sock_set_reuseaddr(sock->sk);
	err = kernel_bind(sock, (struct sockaddr_unsized *)&sin, sizeof(sin));
	if (!err)
		err = kernel_listen(sock, BENCH_BATCH);
	if (!err)
		return sock;
	sock_release(sock);
	return ERR_PTR(err);
}

static int send_one(struct bench_frame *frame)
{
	struct sk_buff *skb;
	int err;

	err = bench_skbs(frame, &skb, 1);
	if (!err)
		bench_inject(&skb, 1);
	return err;
}

/* The answer to @end's SYN; those to others came too late. */
static int await_answer(enum bench_stack stack, struct bench_stream *end)
{
	unsigned int ms;
	u32 seq, ack;

	for (ms = 0; ms < ANSWER_MS; ms++) {
		if (bench_syn_sent(stack, &seq, &ack) && ack == end->seq) {
			end->ack = seq;
			return 0;
		}
		usleep_range(1000, 2000);
	}
	return -ETIMEDOUT;
}

struct socket *bench_stream_open(struct socket *listener,
				 enum bench_stack stack, u16 port,
				 struct bench_stream *end)
{
	struct bench_frame frame;
	struct socket *sock;
	int err;

	*end = (struct bench_stream){ .port = port, .seq = port };
	bench_frame_tcp(&frame, stack, 0);
	bench_frame_flags(&frame, end, true);
	err = send_one(&frame);
	if (!err)
		err = await_answer(stack, end);
	if (err)
		return ERR_PTR(err);
	bench_frame_flags(&frame, end, false);
	err = send_one(&frame);
	if (!err)
		err = kernel_accept(listener, &sock, O_NONBLOCK);
	if (err)
		return ERR_PTR(err);
	/* The peer would never answer a FIN. */
	sock_no_linger(sock->sk);
	return sock;
}
