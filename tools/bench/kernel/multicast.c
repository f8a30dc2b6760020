// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers of a group: what a datagram costs on its way to one or three sockets
 * that joined it, and what each of them pays to read it. What is copied before
 * anybody reads is counted.
 */

#include <linux/err.h>
#include <linux/igmp.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/sock.h>

#include <ksmol/compat.h>

#include "bench.h"

#define MC_READERS	3
#define MC_GROUP	cpu_to_be32(0xefff0007)

enum mc_figure { MC_INJECT, MC_RECV, MC_SUM, MC_FIGURES };

/**
 * struct mc_case - readers of a group through one stack
 * @frame: what arrives
 * @readers: how many of @socks have joined
 * @socks: the readers
 * @copied: payload bytes that were copied before they were read
 * @packets: datagrams so far
 * @series: results, enum mc_figure; each is for one reader's datagram
 */
struct mc_case {
	struct bench_frame frame;
	unsigned int readers;
	struct socket *socks[MC_READERS];
	u64 copied;
	u64 packets;
	struct bench_series series[MC_FIGURES];
};

static int mc_join(struct socket *sock, enum bench_stack stack)
{
	struct ip_mreqn mreq = {
		.imr_multiaddr.s_addr = MC_GROUP,
		.imr_ifindex = bench_device(stack)->ifindex,
	};
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(BENCH_PORT),
		.sin_addr.s_addr = MC_GROUP,
	};
	int err;

	sock_set_reuseaddr(sock->sk);
	err = kernel_bind(sock, (struct sockaddr_unsized *)&sin, sizeof(sin));
	if (err)
		return err;
	return sock->ops->setsockopt(sock, SOL_IP, IP_ADD_MEMBERSHIP,
				     KERNEL_SOCKPTR(&mreq), sizeof(mreq));
}

static void mc_close(struct mc_case *c)
{
	while (c->readers--)
		sock_release(c->socks[c->readers]);
}

static int mc_open(struct mc_case *c, enum bench_stack stack,
		   unsigned int readers, u32 size)
{
	int proto = stack == BENCH_KSMOL ? bench_protocol : IPPROTO_UDP;
	struct socket *sock;
	int err;

	bench_frame_udp(&c->frame, stack, size, BENCH_PEER_PORT, BENCH_PORT);
	bench_frame_group(&c->frame, MC_GROUP);
	c->series[MC_INJECT].name = "inject";
	c->series[MC_RECV].name = "recv";
	c->series[MC_SUM].name = "sum";
	while (c->readers < readers) {
		err = sock_create_kern(&init_net, AF_INET, SOCK_DGRAM, proto,
				       &sock);
		if (!err) {
			c->socks[c->readers++] = sock;
			err = mc_join(sock, stack);
		}
		if (err) {
			bench_err("no %s reader: %d", bench_stack_names[stack],
				  err);
			mc_close(c);
			return err;
		}
	}
	return 0;
}

/* Received payload that was copied otherwise than by its readers. */
static u64 mc_copied(void)
{
	return ksmol_stats_read(copy_bytes[KSMOL_COPY_COPYBREAK_RX]) +
	       ksmol_stats_read(copy_bytes[KSMOL_COPY_DUP]) +
	       ksmol_stats_read(copy_bytes[KSMOL_COPY_ORPHAN]) +
	       ksmol_stats_read(copy_bytes[KSMOL_COPY_FILTER]);
}

/* Each reader has each datagram, and it is what was sent. */
static int mc_read(struct mc_case *c, struct socket *sock, void *buf)
{
	unsigned int i;

	memset(buf, 0, c->frame.size);
	for (i = 0; i < BENCH_BATCH; i++)
		if (bench_recv(sock, buf, BENCH_LARGE, NULL) != c->frame.size)
			return -EIO;
	return memcmp(buf, c->frame.bytes + c->frame.payload, c->frame.size) ?
	       -EILSEQ : 0;
}

static int mc_batch(struct mc_case *c, void *buf, u64 *ns)
{
	struct sk_buff *skbs[BENCH_BATCH];
	u64 start, middle, copied;
	unsigned int i;
	int err;

	err = bench_skbs(&c->frame, skbs, BENCH_BATCH);
	if (err)
		return err;
	copied = mc_copied();
	start = ktime_get_ns();
	bench_inject(skbs, BENCH_BATCH);
	middle = ktime_get_ns();
	if (c->frame.stack == BENCH_KSMOL)
		c->copied += mc_copied() - copied;
	ns[0] += middle - start;
	middle = ktime_get_ns();
	for (i = 0; !err && i < c->readers; i++)
		err = mc_read(c, c->socks[i], buf);
	ns[1] += ktime_get_ns() - middle;
	c->packets += BENCH_BATCH;
	return err;
}

static int mc_round(struct mc_case *c, void *buf, bool keep)
{
	unsigned int done;
	u64 ns[2] = {};
	int err;

	for (done = 0; done < bench_packets; done += BENCH_BATCH) {
		err = mc_batch(c, buf, ns);
		if (err)
			return err;
		cond_resched();
	}
	if (!keep)
		return 0;
	done *= c->readers;
	bench_series_add(&c->series[MC_INJECT], ns[0], done);
	bench_series_add(&c->series[MC_RECV], ns[1], done);
	bench_series_add(&c->series[MC_SUM], ns[0] + ns[1], done);
	return 0;
}

static void mc_print(struct mc_case *c)
{
	char label[100];

	snprintf(label, sizeof(label),
		 "test=multicast stack=%s size=%u readers=%u copied=%llu",
		 bench_stack_names[c->frame.stack], c->frame.size, c->readers,
		 div64_u64(c->copied, c->packets));
	bench_print(label, c->series, MC_FIGURES);
}

/* One stack at a time has readers: both would get what is sent to either. */
static int mc_measure(struct mc_case *c, enum bench_stack stack,
		      unsigned int readers, u32 size, void *buf)
{
	unsigned int round;
	int err;

	memset(c, 0, sizeof(*c));
	err = mc_open(c, stack, readers, size);
	if (err)
		return err;
	/* The first round warms caches and is not counted. */
	for (round = 0; !err && round <= bench_rounds; round++)
		err = mc_round(c, buf, round);
	if (err)
		bench_err("%u readers of a group through %s: %d", readers,
			  bench_stack_names[stack], err);
	else
		mc_print(c);
	/* Short frames leave the driver's buffer, nothing else is to be copied. */
	if (!err && size == BENCH_LARGE && c->copied) {
		bench_err("%llu bytes were copied before they were read",
			  c->copied);
		err = -EIO;
	}
	mc_close(c);
	return err;
}

int bench_multicast(void)
{
	static const u32 sizes[] = { BENCH_SMALL, BENCH_LARGE };
	struct mc_case *c = kmalloc(sizeof(*c), GFP_KERNEL);
	void *buf = kmalloc(BENCH_LARGE, GFP_KERNEL);
	int i, err = c && buf ? 0 : -ENOMEM;
	enum bench_stack stack;

	for (i = 0; !err && i < 2 * ARRAY_SIZE(sizes); i++)
		for (stack = BENCH_LINUX; !err && stack < BENCH_NR_STACKS;
		     stack++)
			err = mc_measure(c, stack, i % 2 ? MC_READERS : 1,
					 sizes[i / 2], buf);
	kfree(buf);
	kfree(c);
	return err;
}
