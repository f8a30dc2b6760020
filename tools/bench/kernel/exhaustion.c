// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pool that is too small for what is asked of it. Frames arrive as with a
 * driver that polls: a batch of them, and only with the next one comes what was
 * sent in answer to the last one back from the device. Each policy in turn, so
 * that there is also a switch of policy after each round.
 *
 * "receive" is the same without an end to it: how much does a received packet
 * pay for the right to answer it?
 */

#include <linux/slab.h>

#include <ksmol/params.h>

#include "bench.h"

static int rounds(struct bench_load *loads, unsigned int n)
{
	unsigned int round, i;
	int err = 0;

	for (round = 0; !err && round < bench_rounds; round++)
		for (i = 0; !err && i < n; i++)
			err = bench_load_round(&loads[i]);
	return err;
}

/* The policies under one load; @polled: the device completes then. */
static int exhaustion_load(struct socket *sock, enum bench_load_kind kind,
			   const char *test, bool polled)
{
	struct bench_load *loads;
	unsigned int i;
	int err;

	loads = kcalloc(KSMOL_NR_POLICIES, sizeof(*loads), GFP_KERNEL);
	if (!loads)
		return -ENOMEM;
	for (i = 0; i < KSMOL_NR_POLICIES; i++) {
		loads[i].policy = i;
		loads[i].watch = polled;
		bench_load_init(&loads[i], BENCH_KSMOL, kind, sock);
	}
	bench_polled(BENCH_KSMOL, polled);
	err = rounds(loads, KSMOL_NR_POLICIES);
	bench_polled(BENCH_KSMOL, false);
	for (i = 0; !err && i < KSMOL_NR_POLICIES; i++)
		bench_load_print(&loads[i], test, "");
	kfree(loads);
	return err;
}

static int with_socket(int (*run)(struct socket *sock))
{
	int err, policy = READ_ONCE(ksmol_params.tx_policy);
	struct socket *sock;

	sock = bench_open(BENCH_KSMOL, AF_INET, BENCH_PORT, false);
	if (IS_ERR(sock))
		return PTR_ERR(sock);
	err = run(sock);
	WRITE_ONCE(ksmol_params.tx_policy, policy);
	sock_release(sock);
	return err;
}

static int all_loads(struct socket *sock)
{
	enum bench_load_kind kind;
	int err = 0;

	for (kind = 0; !err && kind < BENCH_LOADS; kind++)
		err = exhaustion_load(sock, kind, "exhaustion", true);
	return err;
}

static int receive_load(struct socket *sock)
{
	return exhaustion_load(sock, BENCH_LOAD_RECEIVE, "tokens", false);
}

int bench_exhaustion(void)
{
	return with_socket(all_loads);
}

int bench_tokens(void)
{
	return with_socket(receive_load);
}
