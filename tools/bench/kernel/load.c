// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads: batches of frames that are merely read, echoed by a program or
 * answered by the stack itself, under a policy of transmit tokens, and what
 * becomes of them.
 */

#include <linux/sched.h>

#include <ksmol/params.h>
#include <ksmol/pool.h>
#include <ksmol/stats.h>

#include "bench.h"

static u64 token_count(enum ksmol_tx_policy policy, unsigned int end)
{
	return ksmol_stats_sum(offsetof(struct ksmol_stats, token) +
			       (policy * KSMOL_NR_TOKEN_ENDS + end) *
			       sizeof(u64));
}

/* Adds the counters to the case, or with @sign -1 subtracts them. */
static void count(struct bench_load *load, int sign)
{
	unsigned int end;

	for (end = 0; end < KSMOL_NR_TOKEN_ENDS; end++)
		load->tokens[end] += sign * token_count(load->policy, end);
	load->replies += sign * bench_sent(load->stack);
}

static unsigned int receive_batch(struct bench_load *load, void *buf,
				  struct sockaddr_in *from)
{
	unsigned int n = 0;

	while (n < BENCH_BATCH &&
	       bench_recv(load->sock, buf, BENCH_SMALL, &from[n]) >= 0)
		n++;
	return n;
}

/* Who has what now; not timed. */
static void look(struct bench_load *load)
{
	struct ksmol_census census;
	unsigned int owner, class;

	if (!load->watch)
		return;
	ksmol_pool_census(&ksmol_pool, &census);
	for (owner = 0; owner < KSMOL_NR_OWNERS; owner++) {
		u32 n = 0;

		for (class = 0; class < KSMOL_NR_CLASSES; class++)
			n += census.owner[class][owner];
		load->held[owner] = max(load->held[owner], n);
	}
}

static int load_batch(struct bench_load *load, u64 *ns)
{
	struct sockaddr_in from[BENCH_BATCH];
	struct sk_buff *skbs[BENCH_BATCH];
	unsigned int i, got = 0;
	u8 buf[BENCH_SMALL];
	u64 t[6];
	int err;

	err = bench_skbs(&load->frame, skbs, BENCH_BATCH);
	if (err)
		return err;
	t[0] = ktime_get_ns();
	bench_inject(skbs, BENCH_BATCH);
	t[1] = ktime_get_ns();
	look(load);
	t[2] = ktime_get_ns();
	if (load->kind != BENCH_LOAD_PING)
		got = receive_batch(load, buf, from);
	t[3] = ktime_get_ns();
	if (load->kind == BENCH_LOAD_ECHO)
		for (i = 0; i < got; i++)
			bench_send(load->sock, buf, sizeof(buf), &from[i]);
	t[4] = ktime_get_ns();
	look(load);
	t[5] = ktime_get_ns();
	bench_complete(load->stack);
	ns[0] += t[1] - t[0] + ktime_get_ns() - t[5];
	ns[1] += t[3] - t[2];
	ns[2] += t[4] - t[3];
	load->packets += BENCH_BATCH;
	load->received += got;
	return 0;
}

int bench_load_round(struct bench_load *load)
{
	unsigned int done;
	u64 ns[3] = {};
	int err = 0;

	WRITE_ONCE(ksmol_params.tx_policy, load->policy);
	count(load, -1);
	for (done = 0; !err && done < bench_packets / 2; done += BENCH_BATCH) {
		err = load_batch(load, ns);
		cond_resched();
	}
	count(load, 1);
	if (err)
		return err;
	bench_series_add(&load->series[BENCH_INJECT], ns[0], done);
	if (load->kind != BENCH_LOAD_PING)
		bench_series_add(&load->series[BENCH_RECV], ns[1], done);
	if (load->kind == BENCH_LOAD_ECHO)
		bench_series_add(&load->series[BENCH_SEND], ns[2], done);
	bench_series_add(&load->series[BENCH_SUM], ns[0] + ns[1] + ns[2], done);
	return 0;
}

static const char * const kinds[BENCH_LOADS] = {
	[BENCH_LOAD_RECEIVE] = "receive",
	[BENCH_LOAD_ECHO] = "echo",
	[BENCH_LOAD_PING] = "ping",
};

static int print_tokens(const struct bench_load *load, char *to, size_t room)
{
	unsigned int i;
	int at = 0;

	for (i = 0; i < KSMOL_NR_TOKEN_ENDS; i++)
		at += scnprintf(to + at, room - at, " %s=%llu",
				ksmol_token_end_names[i], load->tokens[i]);
	return at;
}

static int print_held(const struct bench_load *load, char *to, size_t room)
{
	unsigned int i;
	int at = 0;

	for (i = KSMOL_OWNER_FREE + 1; i < KSMOL_NR_OWNERS; i++)
		at += scnprintf(to + at, room - at, " %s=%u",
				ksmol_owner_names[i], load->held[i]);
	return at;
}

void bench_load_print(struct bench_load *load, const char *test,
		      const char *suffix)
{
	bool ksmol = load->stack == BENCH_KSMOL;
	char label[500];
	int at;

	at = scnprintf(label, sizeof(label),
		       "test=%s stack=%s policy=%s load=%s%s packets=%llu received=%llu replies=%llu",
		       test, bench_stack_names[load->stack],
		       ksmol ? ksmol_policy_names[load->policy] : "none",
		       kinds[load->kind], suffix, load->packets,
		       load->received, load->replies);
	if (ksmol)
		at += print_tokens(load, label + at, sizeof(label) - at);
	if (load->watch)
		print_held(load, label + at, sizeof(label) - at);
	bench_print(label, load->series, BENCH_FIGURES);
}

void bench_load_init(struct bench_load *load, enum bench_stack stack,
		     enum bench_load_kind kind, struct socket *sock)
{
	load->stack = stack;
	load->kind = kind;
	load->sock = sock;
	if (kind == BENCH_LOAD_PING)
		bench_frame_echo(&load->frame, stack, BENCH_SMALL);
	else
		bench_frame_udp(&load->frame, stack, AF_INET, BENCH_SMALL,
				BENCH_PEER_PORT, BENCH_PORT);
	load->series[BENCH_INJECT].name = "inject";
	load->series[BENCH_RECV].name = "recv";
	load->series[BENCH_SEND].name = "send";
	load->series[BENCH_SUM].name = "sum";
}
