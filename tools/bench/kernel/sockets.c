// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the cost of a packet depend on the number of sockets? With 1 to 10,000
 * of them open, packets go to one and the same socket among them (what the
 * lookup costs) or to sockets at random (which adds the cache misses of
 * touching that many). The sockets differ in their local port, or share it
 * and are connected to different ports of the peer, or are streams that a
 * listener accepted from these.
 */

#include <linux/err.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "bench.h"

#define SOCKETS_MAX	10000
#define FIRST_PORT	10000

enum kind { KIND_BOUND, KIND_CONNECTED, KIND_STREAM, KINDS };

static const char * const kind_names[KINDS] = {
	[KIND_BOUND] = "bound",
	[KIND_CONNECTED] = "connected",
	[KIND_STREAM] = "stream",
};

enum target { TARGET_SAME, TARGET_RANDOM };

enum figure { FIGURE_INJECT, FIGURE_RECV, FIGURE_SUM, FIGURES };

static const unsigned int counts[] = { 1, 10, 100, 1000, SOCKETS_MAX };

/**
 * struct sockets_case - one stack, one kind of socket
 * @stack: who is measured
 * @kind: what the sockets are
 * @listener: who accepts streams
 * @n: sockets that are open
 * @socks: those
 * @ends: the other ends of streams
 * @frame: what arrives, the ports changing
 * @random: chooses targets; the same sequence in every run
 * @series: results by number of sockets, enum target and enum figure
 */
struct sockets_case {
	enum bench_stack stack;
	enum kind kind;
	struct socket *listener;
	unsigned int n;
	struct socket **socks;
	struct bench_stream *ends;
	struct bench_frame frame;
	struct rnd_state random;
	struct bench_series series[ARRAY_SIZE(counts)][2][FIGURES];
};

static void sockets_close(struct sockets_case *c)
{
	while (c->n) {
		sock_release(c->socks[--c->n]);
		if (c->n % 64 == 0)
			cond_resched();
	}
	if (c->listener)
		sock_release(c->listener);
	c->listener = NULL;
	/* Freed sockets leave the tables and their memory here, not while
	 * something else is being measured.
	 */
	rcu_barrier();
}

static struct socket *open_stream(struct sockets_case *c, unsigned int i)
{
	struct socket *listener;

	if (!c->listener) {
		listener = bench_listen(c->stack);
		if (IS_ERR(listener))
			return listener;
		c->listener = listener;
	}
	return bench_stream_open(c->listener, c->stack, FIRST_PORT + i,
				 &c->ends[i]);
}

static struct socket *open_nth(struct sockets_case *c, unsigned int i)
{
	struct socket *sock;
	int err;

	if (c->kind == KIND_STREAM)
		return open_stream(c, i);
	if (c->kind == KIND_BOUND)
		return bench_open(c->stack, AF_INET, FIRST_PORT + i, false);
	sock = bench_open(c->stack, AF_INET, BENCH_PORT, true);
	if (IS_ERR(sock))
		return sock;
	err = bench_connect(sock, c->stack, FIRST_PORT + i);
	if (!err)
		return sock;
	sock_release(sock);
	return ERR_PTR(err);
}

static int sockets_open(struct sockets_case *c, unsigned int n)
{
	while (c->n < n) {
		struct socket *sock = open_nth(c, c->n);

		if (IS_ERR(sock)) {
			bench_err("%s socket %u of %u: %ld",
				  bench_stack_names[c->stack], c->n, n,
				  PTR_ERR(sock));
			return PTR_ERR(sock);
		}
		c->socks[c->n++] = sock;
		if (c->n % 64 == 0)
			cond_resched();
	}
	return 0;
}

static void aim(struct sockets_case *c, u32 to)
{
	switch (c->kind) {
	case KIND_STREAM:
		bench_frame_segment(&c->frame, &c->ends[to]);
		break;
	case KIND_CONNECTED:
		bench_frame_ports(&c->frame, FIRST_PORT + to, BENCH_PORT);
		break;
	default:
		bench_frame_ports(&c->frame, BENCH_PEER_PORT, FIRST_PORT + to);
	}
}

/* Makes a batch, and notes in @to which socket each frame is for. */
static int aimed_skbs(struct sockets_case *c, enum target target,
		      struct sk_buff **skbs, u32 *to)
{
	unsigned int i;
	int err;

	for (i = 0; i < BENCH_BATCH; i++) {
		to[i] = target == TARGET_SAME ? 0 :
			prandom_u32_state(&c->random) % c->n;
		aim(c, to[i]);
		err = bench_skbs(&c->frame, skbs + i, 1);
		if (err)
			break;
	}
	if (i == BENCH_BATCH)
		return 0;
	while (i--)
		consume_skb(skbs[i]);
	return err;
}

static int aimed_batch(struct sockets_case *c, enum target target, u64 *ns)
{
	struct sk_buff *skbs[BENCH_BATCH];
	u32 to[BENCH_BATCH], i;
	u8 buf[BENCH_SMALL];
	u64 start, middle;
	int err;

	err = aimed_skbs(c, target, skbs, to);
	if (err)
		return err;
	start = ktime_get_ns();
	bench_inject(skbs, BENCH_BATCH);
	middle = ktime_get_ns();
	for (i = 0; i < BENCH_BATCH; i++)
		if (bench_recv(c->socks[to[i]], buf, sizeof(buf), NULL) !=
		    BENCH_SMALL)
			err = -EIO;
	ns[0] += middle - start;
	ns[1] += ktime_get_ns() - middle;
	return err;
}

static int sockets_round(struct sockets_case *c, unsigned int nth,
			 enum target target, bool keep)
{
	struct bench_series *series = c->series[nth][target];
	unsigned int done;
	u64 ns[2] = {};
	int err;

	for (done = 0; done < bench_packets / 4; done += BENCH_BATCH) {
		err = aimed_batch(c, target, ns);
		if (err)
			return err;
		cond_resched();
	}
	if (!keep)
		return 0;
	bench_series_add(&series[FIGURE_INJECT], ns[0], done);
	bench_series_add(&series[FIGURE_RECV], ns[1], done);
	bench_series_add(&series[FIGURE_SUM], ns[0] + ns[1], done);
	return 0;
}

/* Both targets with each number of sockets in turn. */
static int sockets_pass(struct sockets_case *c, bool keep)
{
	unsigned int nth;
	int err = 0;

	for (nth = 0; !err && nth < ARRAY_SIZE(counts); nth++) {
		err = sockets_open(c, counts[nth]);
		if (!err)
			err = sockets_round(c, nth, TARGET_SAME, keep);
		if (!err)
			err = sockets_round(c, nth, TARGET_RANDOM, keep);
	}
	sockets_close(c);
	if (err)
		bench_err("%s, %u %s sockets: %d", bench_stack_names[c->stack],
			  counts[nth - 1], kind_names[c->kind], err);
	return err;
}

static void sockets_print(struct sockets_case *c)
{
	static const char * const targets[] = { "same", "random" };
	char label[96];
	unsigned int nth, t;

	for (nth = 0; nth < ARRAY_SIZE(counts); nth++) {
		for (t = 0; t < ARRAY_SIZE(targets); t++) {
			snprintf(label, sizeof(label),
				 "test=sockets stack=%s kind=%s target=%s count=%u",
				 bench_stack_names[c->stack],
				 kind_names[c->kind],
				 targets[t], counts[nth]);
			bench_print(label, c->series[nth][t], FIGURES);
		}
	}
}

static void sockets_case_free(struct sockets_case *c)
{
	if (!c)
		return;
	kvfree(c->ends);
	kvfree(c->socks);
	kvfree(c);
}

static struct sockets_case *sockets_case_new(enum bench_stack stack,
					     enum kind kind)
{
	struct sockets_case *c;
	unsigned int nth, t;

	c = kvzalloc_obj(*c);
	if (!c)
		return NULL;
	c->socks = kvcalloc(SOCKETS_MAX, sizeof(*c->socks), GFP_KERNEL);
	c->ends = kvcalloc(SOCKETS_MAX, sizeof(*c->ends), GFP_KERNEL);
	if (!c->socks || !c->ends) {
		sockets_case_free(c);
		return NULL;
	}
	c->stack = stack;
	c->kind = kind;
	prandom_seed_state(&c->random, 1);
	if (kind == KIND_STREAM)
		bench_frame_tcp(&c->frame, stack, BENCH_SMALL);
	else
		bench_frame_udp(&c->frame, stack, AF_INET, BENCH_SMALL,
				BENCH_PEER_PORT, BENCH_PORT);
	for (nth = 0; nth < ARRAY_SIZE(counts); nth++) {
		for (t = 0; t < 2; t++) {
			c->series[nth][t][FIGURE_INJECT].name = "inject";
			c->series[nth][t][FIGURE_RECV].name = "recv";
			c->series[nth][t][FIGURE_SUM].name = "sum";
		}
	}
	return c;
}

int bench_sockets(void)
{
	struct sockets_case *cases[2 * KINDS];
	unsigned int round, i;
	int err = -ENOMEM;

	for (i = 0; i < KINDS; i++) {
		cases[2 * i] = sockets_case_new(BENCH_KSMOL, i);
		cases[2 * i + 1] = sockets_case_new(BENCH_LINUX, i);
	}
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		if (!cases[i])
			goto out;
	err = 0;
	for (round = 0; !err && round <= bench_rounds; round++)
		for (i = 0; !err && i < ARRAY_SIZE(cases); i++)
			err = sockets_pass(cases[i], round);
	for (i = 0; !err && i < ARRAY_SIZE(cases); i++)
		sockets_print(cases[i]);
out:
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		sockets_case_free(cases[i]);
	return err;
}
