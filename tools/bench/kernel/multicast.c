// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers of a group: what a datagram costs on its way to one to three sockets
 * that joined it, one of one group or of a hundred, and what each of them pays
 * to read it. What is copied before anybody reads is counted.
 */

#include <linux/err.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/sock.h>

#include <ksmol/compat.h>

#include "bench.h"

#define MC_READERS	3
#define MC_GROUPS	100
#define MC_EACH		20	/* most groups that Linux lets a socket join */
#define MC_SOCKETS	(MC_READERS + MC_GROUPS / MC_EACH)

enum mc_figure { MC_INJECT, MC_RECV, MC_SUM, MC_FIGURES };

/**
 * struct mc_case - readers of a group through one stack
 * @frame: what arrives, for the first of the groups
 * @readers: how many sockets read that group
 * @groups: groups that are joined
 * @socks, @n: sockets that are open; the readers first
 * @copied: payload bytes that were copied before they were read
 * @packets: datagrams so far
 * @series: results, enum mc_figure; each is for one reader's datagram
 */
struct mc_case {
	struct bench_frame frame;
	unsigned int readers;
	unsigned int groups;
	struct socket *socks[MC_SOCKETS];
	unsigned int n;
	u64 copied;
	u64 packets;
	struct bench_series series[MC_FIGURES];
};

static int mc_join(struct mc_case *c, struct socket *sock, unsigned int group)
{
	u8 family = c->frame.family;
	struct group_req req = {
		.gr_interface = bench_device(c->frame.stack)->ifindex,
	};

	bench_end_group(&req.gr_group, family, group, 0);
	return sock->ops->setsockopt(sock,
				     family == AF_INET ? SOL_IP : SOL_IPV6,
				     MCAST_JOIN_GROUP, KERNEL_SOCKPTR(&req),
				     sizeof(req));
}

static int mc_reader(struct mc_case *c, struct socket *sock)
{
	struct sockaddr_storage addr;
	int err, len;

	sock_set_reuseaddr(sock->sk);
	len = bench_end_group(&addr, c->frame.family, 0, BENCH_PORT);
	err = kernel_bind(sock, (struct sockaddr_unsized *)&addr, len);
	return err ?: mc_join(c, sock, 0);
}

/* One of those who read nothing, but joined the other groups. */
static int mc_crowd(struct mc_case *c, struct socket *sock, unsigned int first)
{
	unsigned int group;
	int err = 0;

	for (group = first; !err && group < first + MC_EACH &&
	     group < c->groups; group++)
		err = mc_join(c, sock, group);
	return err;
}

static void mc_close(struct mc_case *c)
{
	while (c->n)
		sock_release(c->socks[--c->n]);
}

static struct socket *mc_socket(struct mc_case *c)
{
	struct socket *sock;
	int err;

	err = bench_socket(c->frame.stack, c->frame.family, &sock);
	if (err)
		return ERR_PTR(err);
	c->socks[c->n++] = sock;
	return sock;
}

static int mc_open(struct mc_case *c)
{
	unsigned int i, group;
	struct socket *sock;
	int err;

	for (i = 0; i < c->readers; i++) {
		sock = mc_socket(c);
		err = IS_ERR(sock) ? PTR_ERR(sock) : mc_reader(c, sock);
		if (err)
			return err;
	}
	for (group = 1; group < c->groups; group += MC_EACH) {
		sock = mc_socket(c);
		err = IS_ERR(sock) ? PTR_ERR(sock) : mc_crowd(c, sock, group);
		if (err)
			return err;
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
	char label[120];

	snprintf(label, sizeof(label),
		 "test=multicast stack=%s ip=%u size=%u groups=%u readers=%u copied=%llu",
		 bench_stack_names[c->frame.stack],
		 c->frame.family == AF_INET ? 4 : 6, c->frame.size, c->groups,
		 c->readers, div64_u64(c->copied, c->packets));
	bench_print(label, c->series, MC_FIGURES);
}

/* Short frames leave the driver's buffer, nothing else is to be copied. */
static int mc_check(const struct mc_case *c)
{
	if (c->frame.size == BENCH_SMALL || !c->copied)
		return 0;
	bench_err("%llu bytes were copied before they were read", c->copied);
	return -EIO;
}

/* Both stacks in turns. The first round warms caches and is not counted. */
static int mc_rounds(struct mc_case *cases, void *buf)
{
	enum bench_stack stack;
	unsigned int round;
	int err = 0;

	for (round = 0; !err && round <= bench_rounds; round++)
		for (stack = BENCH_LINUX; !err && stack < BENCH_NR_STACKS;
		     stack++)
			err = mc_round(&cases[stack], buf, round);
	for (stack = BENCH_LINUX; !err && stack < BENCH_NR_STACKS; stack++) {
		mc_print(&cases[stack]);
		err = mc_check(&cases[stack]);
	}
	return err;
}

static void mc_init(struct mc_case *c, enum bench_stack stack, u8 family,
		    u32 size)
{
	bench_frame_udp(&c->frame, stack, family, size, BENCH_PEER_PORT,
			BENCH_PORT);
	bench_frame_group(&c->frame, 0);
	c->series[MC_INJECT].name = "inject";
	c->series[MC_RECV].name = "recv";
	c->series[MC_SUM].name = "sum";
}

static int mc_measure(struct mc_case *cases, u8 family, u32 size,
		      unsigned int groups, unsigned int readers, void *buf)
{
	enum bench_stack stack;
	int err = 0;

	memset(cases, 0, BENCH_NR_STACKS * sizeof(*cases));
	for (stack = BENCH_LINUX; !err && stack < BENCH_NR_STACKS; stack++) {
		mc_init(&cases[stack], stack, family, size);
		cases[stack].groups = groups;
		cases[stack].readers = readers;
		err = mc_open(&cases[stack]);
	}
	if (!err)
		err = mc_rounds(cases, buf);
	if (err)
		bench_err("%u readers of a group: %d", readers, err);
	for (stack = BENCH_LINUX; stack < BENCH_NR_STACKS; stack++)
		mc_close(&cases[stack]);
	return err;
}

static int mc_size(struct mc_case *cases, u8 family, u32 size, void *buf)
{
	unsigned int readers;
	int err;

	err = mc_measure(cases, family, size, 1, 1, buf);
	for (readers = 1; !err && readers <= MC_READERS; readers++)
		err = mc_measure(cases, family, size, MC_GROUPS, readers, buf);
	return err;
}

int bench_multicast(void)
{
	struct mc_case *cases = kcalloc(BENCH_NR_STACKS, sizeof(*cases),
					GFP_KERNEL);
	void *buf = kmalloc(BENCH_LARGE, GFP_KERNEL);
	int err = -ENOMEM;

	if (cases && buf)
		err = mc_size(cases, AF_INET, BENCH_SMALL, buf) ?:
		      mc_size(cases, AF_INET, BENCH_LARGE, buf) ?:
		      mc_size(cases, AF_INET6, BENCH_SMALL, buf) ?:
		      mc_size(cases, AF_INET6, BENCH_LARGE6, buf);
	kfree(buf);
	kfree(cases);
	return err;
}
