// SPDX-License-Identifier: GPL-2.0-only
/*
 * The three policies of transmit tokens, under loads that never send, that
 * answer each packet from a socket, and that are answered by the stack itself;
 * and what becomes of them when all transmit buffers are in other hands.
 * Linux's stack under the same loads stands beside them.
 */

#include <linux/err.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <ksmol/params.h>
#include <ksmol/pool.h>
#include <ksmol/stats.h>

#include "bench.h"

enum load { LOAD_RECEIVE, LOAD_ECHO, LOAD_PING, LOADS };

enum figure { FIGURE_INJECT, FIGURE_RECV, FIGURE_SEND, FIGURE_SUM, FIGURES };

/**
 * struct policy_case - a policy under a load
 * @stack: who is measured
 * @policy: enum ksmol_tx_policy; nothing to Linux
 * @load: what is done
 * @dry: every transmit buffer of the pool but the reserve is taken
 * @frame: what arrives
 * @sock: who reads it
 * @packets: frames injected
 * @received: of those, read by the socket
 * @replies: frames that the device was given to send
 * @tokens: how tokens ended while this case ran
 * @series: results, enum figure
 */
struct policy_case {
	enum bench_stack stack;
	enum ksmol_tx_policy policy;
	enum load load;
	bool dry;
	struct bench_frame frame;
	struct socket *sock;
	u64 packets;
	u64 received;
	u64 replies;
	u64 tokens[KSMOL_NR_TOKEN_ENDS];
	struct bench_series series[FIGURES];
};

static u64 token_count(enum ksmol_tx_policy policy, unsigned int end)
{
	return ksmol_stats_sum(offsetof(struct ksmol_stats, token) +
			       (policy * KSMOL_NR_TOKEN_ENDS + end) *
			       sizeof(u64));
}

/* Adds the counters to the case, or with @sign -1 subtracts them. */
static void count(struct policy_case *c, int sign)
{
	unsigned int end;

	for (end = 0; end < KSMOL_NR_TOKEN_ENDS; end++)
		c->tokens[end] += sign * token_count(c->policy, end);
	c->replies += sign * bench_sent(c->stack);
}

/* Takes all transmit buffers that ordinary senders can get. */
static void take_all(struct ksmol_pbuf_list *taken)
{
	struct ksmol_pbuf *pb;

	ksmol_pbuf_list_init(taken);
	local_bh_disable();
	while ((pb = ksmol_pbuf_alloc_tx(&ksmol_pool, false))) {
		ksmol_pbuf_own(pb, KSMOL_OWNER_USER);
		ksmol_pbuf_list_add(taken, pb);
	}
	local_bh_enable();
}

static void give_back(struct ksmol_pbuf_list *taken)
{
	local_bh_disable();
	ksmol_pbuf_list_free(taken);
	local_bh_enable();
}

static unsigned int receive_batch(struct policy_case *c, void *buf,
				  struct sockaddr_in *from)
{
	unsigned int n = 0;

	while (n < BENCH_BATCH &&
	       bench_recv(c->sock, buf, BENCH_SMALL, &from[n]) >= 0)
		n++;
	return n;
}

static int policy_batch(struct policy_case *c, u64 *ns)
{
	struct sockaddr_in from[BENCH_BATCH];
	struct sk_buff *skbs[BENCH_BATCH];
	unsigned int i, got = 0;
	u8 buf[BENCH_SMALL];
	u64 t[4];
	int err;

	err = bench_skbs(&c->frame, skbs, BENCH_BATCH);
	if (err)
		return err;
	t[0] = ktime_get_ns();
	bench_inject(skbs, BENCH_BATCH);
	t[1] = ktime_get_ns();
	if (c->load != LOAD_PING)
		got = receive_batch(c, buf, from);
	t[2] = ktime_get_ns();
	if (c->load == LOAD_ECHO)
		for (i = 0; i < got; i++)
			bench_send(c->sock, buf, sizeof(buf), &from[i]);
	t[3] = ktime_get_ns();
	for (i = 0; i < 3; i++)
		ns[i] += t[i + 1] - t[i];
	c->packets += BENCH_BATCH;
	c->received += got;
	return 0;
}

static int policy_batches(struct policy_case *c, u64 *ns)
{
	unsigned int done;
	int err;

	for (done = 0; done < bench_packets / 2; done += BENCH_BATCH) {
		err = policy_batch(c, ns);
		if (err)
			return err;
		cond_resched();
	}
	bench_series_add(&c->series[FIGURE_INJECT], ns[0], done);
	if (c->load != LOAD_PING)
		bench_series_add(&c->series[FIGURE_RECV], ns[1], done);
	if (c->load == LOAD_ECHO)
		bench_series_add(&c->series[FIGURE_SEND], ns[2], done);
	bench_series_add(&c->series[FIGURE_SUM], ns[0] + ns[1] + ns[2], done);
	return 0;
}

static int policy_round(struct policy_case *c)
{
	struct ksmol_pbuf_list taken;
	u64 ns[3] = {};
	int err;

	WRITE_ONCE(ksmol_params.tx_policy, c->policy);
	if (c->dry)
		take_all(&taken);
	count(c, -1);
	err = policy_batches(c, ns);
	count(c, 1);
	if (c->dry)
		give_back(&taken);
	return err;
}

static const char * const loads[LOADS] = {
	[LOAD_RECEIVE] = "receive",
	[LOAD_ECHO] = "echo",
	[LOAD_PING] = "ping",
};

static void policy_print(struct policy_case *c)
{
	bool ksmol = c->stack == BENCH_KSMOL;
	char label[400];
	unsigned int i;
	int at;

	at = scnprintf(label, sizeof(label),
		       "test=policy stack=%s policy=%s load=%s%s packets=%llu received=%llu replies=%llu",
		       bench_stack_names[c->stack],
		       ksmol ? ksmol_policy_names[c->policy] : "none",
		       loads[c->load], c->dry ? "-dry" : "", c->packets,
		       c->received, c->replies);
	for (i = 0; ksmol && i < KSMOL_NR_TOKEN_ENDS; i++)
		at += scnprintf(label + at, sizeof(label) - at, " %s=%llu",
				ksmol_token_end_names[i], c->tokens[i]);
	bench_print(label, c->series, FIGURES);
}

static void policy_case_init(struct policy_case *c, enum load load, bool dry)
{
	c->load = load;
	c->dry = dry;
	if (load == LOAD_PING)
		bench_frame_echo(&c->frame, c->stack, BENCH_SMALL);
	else
		bench_frame_udp(&c->frame, c->stack, BENCH_SMALL,
				BENCH_PEER_PORT, BENCH_PORT);
	c->series[FIGURE_INJECT].name = "inject";
	c->series[FIGURE_RECV].name = "recv";
	c->series[FIGURE_SEND].name = "send";
	c->series[FIGURE_SUM].name = "sum";
}

/* One load: the three policies, and Linux where buffers can't run dry. */
static int policy_load(struct socket **socks, enum load load, bool dry)
{
	unsigned int round, i, n = KSMOL_NR_POLICIES + !dry;
	struct policy_case *variants;
	int err = 0;

	variants = kcalloc(n, sizeof(*variants), GFP_KERNEL);
	if (!variants)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		bool ours = i < KSMOL_NR_POLICIES;

		variants[i].stack = ours ? BENCH_KSMOL : BENCH_LINUX;
		variants[i].policy = ours ? i : KSMOL_POLICY_RESERVE;
		variants[i].sock = socks[variants[i].stack];
		policy_case_init(&variants[i], load, dry);
	}
	for (round = 0; !err && round < bench_rounds; round++)
		for (i = 0; !err && i < n; i++)
			err = policy_round(&variants[i]);
	for (i = 0; !err && i < n; i++)
		policy_print(&variants[i]);
	kfree(variants);
	return err;
}

static int policy_loads(struct socket **socks)
{
	static const struct {
		enum load load;
		bool dry;
	} runs[] = {
		{ LOAD_RECEIVE, false },
		{ LOAD_ECHO, false },
		{ LOAD_PING, false },
		{ LOAD_RECEIVE, true },
		{ LOAD_PING, true },
	};
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < ARRAY_SIZE(runs); i++)
		err = policy_load(socks, runs[i].load, runs[i].dry);
	return err;
}

int bench_policy(void)
{
	struct socket *socks[BENCH_NR_STACKS] = {};
	int err, policy = READ_ONCE(ksmol_params.tx_policy);

	err = bench_open_both(socks);
	if (err)
		return err;
	err = policy_loads(socks);
	WRITE_ONCE(ksmol_params.tx_policy, policy);
	bench_close_both(socks);
	return err;
}
