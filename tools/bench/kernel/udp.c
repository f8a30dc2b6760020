// SPDX-License-Identifier: GPL-2.0-only
/*
 * UDP receive: injecting frames into a stack and reading them from a socket,
 * for Linux and ksmol in turns; a callback that reads them as they arrive; and
 * the floor under all: a receive handler that does nothing but free the frame.
 */

#include <linux/sched.h>
#include <linux/slab.h>

#include "bench.h"

enum udp_figure { UDP_INJECT, UDP_RECV, UDP_SUM, UDP_FIGURES };

/**
 * struct udp_case - one way of receiving through one stack
 * @frame: what arrives
 * @sock: who reads it; NULL for the floor
 * @callback: or who reads it before it is queued
 * @each: datagrams are read one by one as they arrive, not after the batch;
 *	then only the sum is known, a clock for each would cost too much
 * @series: results, enum udp_figure
 */
struct udp_case {
	struct bench_frame frame;
	struct socket *sock;
	struct bench_callback *callback;
	bool each;
	struct bench_series series[UDP_FIGURES];
};

static int read_batch(struct udp_case *c, unsigned int n, void *buf)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (bench_recv(c->sock, buf, BENCH_LARGE, NULL) !=
		    c->frame.size)
			return -EIO;
	return 0;
}

static int batch_each(struct udp_case *c, struct sk_buff **skbs, void *buf,
		      u64 *ns)
{
	u64 start = ktime_get_ns();
	unsigned int i;
	int err = 0;

	for (i = 0; i < BENCH_BATCH; i++) {
		bench_inject(skbs + i, 1);
		if (read_batch(c, 1, buf))
			err = -EIO;
	}
	ns[0] += ktime_get_ns() - start;
	return err;
}

static int batch_all(struct udp_case *c, struct sk_buff **skbs, void *buf,
		     u64 *ns)
{
	u64 start, middle;
	int err = 0;

	start = ktime_get_ns();
	bench_inject(skbs, BENCH_BATCH);
	middle = ktime_get_ns();
	if (c->sock)
		err = read_batch(c, BENCH_BATCH, buf);
	ns[0] += middle - start;
	ns[1] += ktime_get_ns() - middle;
	return err;
}

/* Is what was read last what was sent? */
static bool read_right(const struct udp_case *c, const void *buf)
{
	if (c->callback)
		buf = c->callback->bytes;
	else if (!c->sock)
		return true;
	return !memcmp(buf, c->frame.bytes + c->frame.payload, c->frame.size);
}

static int udp_round(struct udp_case *c, void *buf, bool keep)
{
	unsigned int before = c->callback ? c->callback->received : 0;
	struct sk_buff *skbs[BENCH_BATCH];
	unsigned int done;
	u64 ns[2] = {};
	int err;

	for (done = 0; done < bench_packets; done += BENCH_BATCH) {
		err = bench_skbs(&c->frame, skbs, BENCH_BATCH);
		if (err)
			return err;
		err = c->each ? batch_each(c, skbs, buf, ns) :
				batch_all(c, skbs, buf, ns);
		if (!err && !read_right(c, buf))
			err = -EILSEQ;
		if (err)
			return err;
		cond_resched();
	}
	if (c->callback && c->callback->received - before != done)
		return -EIO;
	if (!keep)
		return 0;
	if (!c->each)
		bench_series_add(&c->series[UDP_INJECT], ns[0], done);
	if (!c->each && c->sock)
		bench_series_add(&c->series[UDP_RECV], ns[1], done);
	bench_series_add(&c->series[UDP_SUM], ns[0] + ns[1], done);
	return 0;
}

static void udp_print(struct udp_case *c)
{
	char label[80];

	snprintf(label, sizeof(label), "test=udp stack=%s ip=%u size=%u batch=%u",
		 c->callback ? "callback" : bench_stack_names[c->frame.stack],
		 c->frame.family == AF_INET ? 4 : 6, c->frame.size,
		 c->each ? 1 : BENCH_BATCH);
	bench_print(label, c->series, UDP_FIGURES);
}

/**
 * struct udp_load - what all cases of a table's block have in common
 * @family: AF_INET or AF_INET6
 * @size: bytes of payload
 * @socks: the sockets of both stacks
 * @callback: and the one of ksmol's for modules
 */
struct udp_load {
	u8 family;
	u32 size;
	struct socket *socks[BENCH_NR_STACKS];
	struct bench_callback *callback;
};

/* The floor has no socket. */
static void udp_case_init(struct udp_case *c, const struct udp_load *load,
			  enum bench_stack stack, bool each)
{
	bench_frame_udp(&c->frame, stack, load->family, load->size,
			BENCH_PEER_PORT, BENCH_PORT);
	c->sock = load->socks[stack];
	c->each = each;
	c->series[UDP_INJECT].name = "inject";
	c->series[UDP_RECV].name = "recv";
	c->series[UDP_SUM].name = "sum";
}

/* The first round warms caches and is not counted. */
static int udp_rounds(struct udp_case *cases, unsigned int n, void *buf)
{
	unsigned int round, i;
	int err;

	for (round = 0; round <= bench_rounds; round++) {
		for (i = 0; i < n; i++) {
			err = udp_round(&cases[i], buf, round);
			if (!err)
				continue;
			bench_err("udp receive through %s: %d",
				  bench_stack_names[cases[i].frame.stack], err);
			return err;
		}
	}
	for (i = 0; i < n; i++)
		udp_print(&cases[i]);
	return 0;
}

static int udp_load_run(const struct udp_load *load, void *buf)
{
	struct udp_case *cases;
	int err;

	cases = kcalloc(6, sizeof(*cases), GFP_KERNEL);
	if (!cases)
		return -ENOMEM;
	udp_case_init(&cases[0], load, BENCH_FLOOR, false);
	udp_case_init(&cases[1], load, BENCH_LINUX, false);
	udp_case_init(&cases[2], load, BENCH_KSMOL, false);
	udp_case_init(&cases[3], load, BENCH_LINUX, true);
	udp_case_init(&cases[4], load, BENCH_KSMOL, true);
	udp_case_init(&cases[5], load, BENCH_KSMOL, false);
	cases[5].sock = NULL;
	cases[5].callback = load->callback;
	bench_frame_ports(&cases[5].frame, BENCH_PEER_PORT, BENCH_PORT + 1);
	err = udp_rounds(cases, 6, buf);
	kfree(cases);
	return err;
}

static int udp_sizes(struct udp_load *load, void *buf)
{
	int err;

	err = bench_open_both(load->socks, load->family);
	if (err)
		return err;
	load->size = BENCH_SMALL;
	err = udp_load_run(load, buf);
	load->size = load->family == AF_INET ? BENCH_LARGE : BENCH_LARGE6;
	if (!err)
		err = udp_load_run(load, buf);
	bench_close_both(load->socks);
	return err;
}

static int udp_family(struct bench_callback *callback, u8 family, void *buf)
{
	struct udp_load load = { .family = family, .callback = callback };
	int err;

	err = bench_callback_open(callback, family, BENCH_PORT + 1);
	if (err)
		return err;
	err = udp_sizes(&load, buf);
	bench_callback_close(callback);
	return err;
}

int bench_udp(void)
{
	struct bench_callback *callback;
	int err = -ENOMEM;
	void *buf;

	buf = kmalloc(BENCH_LARGE, GFP_KERNEL);
	callback = kmalloc(sizeof(*callback), GFP_KERNEL);
	if (buf && callback)
		err = udp_family(callback, AF_INET, buf) ?:
		      udp_family(callback, AF_INET6, buf);
	kfree(callback);
	kfree(buf);
	return err;
}
