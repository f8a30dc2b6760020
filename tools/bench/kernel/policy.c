// SPDX-License-Identifier: GPL-2.0-only
/*
 * The three policies of transmit tokens, under loads that never send, that
 * answer each packet from a socket, and that are answered by the stack itself;
 * and what becomes of them when all transmit buffers are in other hands.
 * Linux's stack under the same loads stands beside them.
 */

#include <linux/slab.h>

#include <ksmol/params.h>
#include <ksmol/pool.h>

#include "bench.h"

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

static int policy_round(struct bench_load *load, bool dry)
{
	struct ksmol_pbuf_list taken;
	int err;

	if (!dry)
		return bench_load_round(load);
	take_all(&taken);
	err = bench_load_round(load);
	give_back(&taken);
	return err;
}

/* One load: the three policies, and Linux where buffers can't run dry. */
static int policy_load(struct socket **socks, enum bench_load_kind kind,
		       bool dry)
{
	unsigned int round, i, n = KSMOL_NR_POLICIES + !dry;
	struct bench_load *loads;
	int err = 0;

	loads = kcalloc(n, sizeof(*loads), GFP_KERNEL);
	if (!loads)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		bool ours = i < KSMOL_NR_POLICIES;
		enum bench_stack stack = ours ? BENCH_KSMOL : BENCH_LINUX;

		loads[i].policy = ours ? i : KSMOL_POLICY_RESERVE;
		bench_load_init(&loads[i], stack, kind, socks[stack]);
	}
	for (round = 0; !err && round < bench_rounds; round++)
		for (i = 0; !err && i < n; i++)
			err = policy_round(&loads[i], dry);
	for (i = 0; !err && i < n; i++)
		bench_load_print(&loads[i], "policy", dry ? "-dry" : "");
	kfree(loads);
	return err;
}

static int policy_loads(struct socket **socks)
{
	static const struct {
		enum bench_load_kind kind;
		bool dry;
	} runs[] = {
		{ BENCH_LOAD_RECEIVE, false },
		{ BENCH_LOAD_ECHO, false },
		{ BENCH_LOAD_PING, false },
		{ BENCH_LOAD_RECEIVE, true },
		{ BENCH_LOAD_PING, true },
	};
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < ARRAY_SIZE(runs); i++)
		err = policy_load(socks, runs[i].kind, runs[i].dry);
	return err;
}

int bench_policy(void)
{
	struct socket *socks[BENCH_NR_STACKS] = {};
	int err, policy = READ_ONCE(ksmol_params.tx_policy);

	err = bench_open_both(socks, AF_INET);
	if (err)
		return err;
	err = policy_loads(socks);
	WRITE_ONCE(ksmol_params.tx_policy, policy);
	bench_close_both(socks);
	return err;
}
