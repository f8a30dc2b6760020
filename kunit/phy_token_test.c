// SPDX-License-Identifier: GPL-2.0-only
/* Tokens: mirrors module/phy/token.c. */

#include <ksmol/compat.h>
#include "phy_fixture.h"

enum stock { STOCK_FULL, STOCK_RESERVE, STOCK_NONE };

/* One row of the outcome table: what a token comes to, and what is counted. */
struct outcome {
	const char *name;
	enum ksmol_tx_policy policy;
	enum stock stock;
	bool control;
	bool opens;
	bool gets;
	enum ksmol_token_end end;
};

static const struct outcome outcomes[] = {
	{ "eager_with_stock", KSMOL_POLICY_EAGER, STOCK_FULL, true,
	  true, true, KSMOL_TOKEN_CONSUMED },
	{ "eager_without_stock", KSMOL_POLICY_EAGER, STOCK_RESERVE, true,
	  false, false, KSMOL_TOKEN_REFUSED },
	{ "lazy_with_stock", KSMOL_POLICY_LAZY, STOCK_FULL, true,
	  true, true, KSMOL_TOKEN_CONSUMED },
	{ "lazy_never_takes_the_reserve", KSMOL_POLICY_LAZY, STOCK_RESERVE,
	  true, true, false, KSMOL_TOKEN_FAILED },
	{ "reserve_with_stock", KSMOL_POLICY_RESERVE, STOCK_FULL, true,
	  true, true, KSMOL_TOKEN_CONSUMED },
	{ "reserve_for_control", KSMOL_POLICY_RESERVE, STOCK_RESERVE, true,
	  true, true, KSMOL_TOKEN_RESERVE },
	{ "reserve_not_for_data", KSMOL_POLICY_RESERVE, STOCK_RESERVE, false,
	  true, false, KSMOL_TOKEN_FAILED },
	{ "reserve_exhausted", KSMOL_POLICY_RESERVE, STOCK_NONE, true,
	  true, false, KSMOL_TOKEN_FAILED },
};

static void outcome_name(const struct outcome *o, char *to)
{
	strscpy(to, o->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(outcome, outcomes, outcome_name);

static u64 ends(enum ksmol_tx_policy policy, enum ksmol_token_end end)
{
	return ksmol_stats_read(token[policy][end]);
}

static void token__outcome(struct kunit *test)
{
	const struct outcome *o = test->param_value;
	struct phy_fixture *f = phy_up(test, 0);
	u64 before = ends(o->policy, o->end);
	struct ksmol_tx_token tok = {};
	struct ksmol_pbuf *pb;

	local_bh_disable();
	ksmol_params.tx_policy = o->policy;
	if (o->stock != STOCK_FULL)
		phy_take_tx(f, o->stock == STOCK_NONE);
	KUNIT_EXPECT_EQ(test, ksmol_tx_token_open(&tok, f->phy),
			o->opens ? 0 : -ENOBUFS);
	pb = ksmol_tx_token_consume(&tok, o->control);
	KUNIT_EXPECT_EQ(test, !!pb, o->gets);
	if (pb) {
		KUNIT_EXPECT_EQ(test, pb->owner, KSMOL_OWNER_STACK);
		KUNIT_EXPECT_EQ(test, pb->flags & KSMOL_PB_CONTROL,
				KSMOL_PB_CONTROL);
		ksmol_pbuf_free(pb);
	}
	KUNIT_EXPECT_EQ(test, ends(o->policy, o->end), before + 1);
	phy_give(f);
	local_bh_enable();
}

/* Opens a token under @policy with BH disabled, which the test ends. */
static void token_under(struct kunit *test, struct ksmol_tx_token *tok,
			enum ksmol_tx_policy policy)
{
	struct phy_fixture *f = phy_up(test, 0);

	local_bh_disable();
	ksmol_params.tx_policy = policy;
	KUNIT_EXPECT_EQ(test, ksmol_tx_token_open(tok, f->phy), 0);
}

/* Pitfall 1: a token dropped unused gives its buffer back, once. */
static void token_drop__gives_back_once(struct kunit *test)
{
	u64 returned = ends(KSMOL_POLICY_EAGER, KSMOL_TOKEN_RETURNED);
	u64 dropped = ends(KSMOL_POLICY_EAGER, KSMOL_TOKEN_DROPPED);
	struct ksmol_tx_token tok;

	token_under(test, &tok, KSMOL_POLICY_EAGER);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_TOKEN), 1U);
	ksmol_tx_token_drop(&tok);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_TOKEN), 0U);
	ksmol_tx_token_drop(&tok);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, ends(KSMOL_POLICY_EAGER, KSMOL_TOKEN_DROPPED),
			dropped + 1);
	KUNIT_EXPECT_EQ(test, ends(KSMOL_POLICY_EAGER, KSMOL_TOKEN_RETURNED),
			returned + 1);
}

/* Pitfall 1: one leak in a million would empty any pool one day. */
static void token_drop__a_million_times(struct kunit *test)
{
	u64 returned = ends(KSMOL_POLICY_EAGER, KSMOL_TOKEN_RETURNED);
	struct phy_fixture *f = phy_up(test, 0);
	struct ksmol_tx_token tok;
	u32 i, refused = 0;

	ksmol_params.tx_policy = KSMOL_POLICY_EAGER;
	for (i = 0; i < 1000000; i++) {
		local_bh_disable();
		refused += !!ksmol_tx_token_open(&tok, f->phy);
		ksmol_tx_token_drop(&tok);
		local_bh_enable();
		if (i % 4096 == 0)
			cond_resched();
	}
	KUNIT_EXPECT_EQ(test, refused, 0U);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_TOKEN), 0U);
	KUNIT_EXPECT_EQ(test, ends(KSMOL_POLICY_EAGER, KSMOL_TOKEN_RETURNED),
			returned + 1000000);
}

static void token_drop__promise_holds_nothing(struct kunit *test)
{
	u64 returned = ends(KSMOL_POLICY_LAZY, KSMOL_TOKEN_RETURNED);
	struct ksmol_tx_token tok;

	token_under(test, &tok, KSMOL_POLICY_LAZY);
	KUNIT_EXPECT_PTR_EQ(test, tok.pb, (struct ksmol_pbuf *)NULL);
	ksmol_tx_token_drop(&tok);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, ends(KSMOL_POLICY_LAZY, KSMOL_TOKEN_RETURNED),
			returned);
}

/* Pitfall 1: a consumed token never gives its buffer back as well. */
static void token_drop__after_consume(struct kunit *test)
{
	struct ksmol_tx_token tok;
	struct ksmol_pbuf *pb;

	token_under(test, &tok, KSMOL_POLICY_EAGER);
	pb = ksmol_tx_token_consume(&tok, false);
	ksmol_tx_token_drop(&tok);
	KUNIT_EXPECT_NOT_NULL(test, pb);
	if (pb) {
		KUNIT_EXPECT_EQ(test, pb->owner, KSMOL_OWNER_STACK);
		ksmol_pbuf_free(pb);
	}
	local_bh_enable();
}

static void token_consume__after_drop(struct kunit *test)
{
	struct ksmol_tx_token tok;

	token_under(test, &tok, KSMOL_POLICY_RESERVE);
	ksmol_tx_token_drop(&tok);
	KUNIT_EXPECT_PTR_EQ(test, ksmol_tx_token_consume(&tok, true),
			    (struct ksmol_pbuf *)NULL);
	local_bh_enable();
}

static void token_consume__twice(struct kunit *test)
{
	struct ksmol_tx_token tok;
	struct ksmol_pbuf *pb;

	token_under(test, &tok, KSMOL_POLICY_LAZY);
	pb = ksmol_tx_token_consume(&tok, false);
	KUNIT_EXPECT_PTR_EQ(test, ksmol_tx_token_consume(&tok, false),
			    (struct ksmol_pbuf *)NULL);
	if (pb)
		ksmol_pbuf_free(pb);
	local_bh_enable();
}

/* The policy may be switched while tokens are open: they keep theirs. */
static void token_consume__after_switch(struct kunit *test)
{
	u64 consumed = ends(KSMOL_POLICY_EAGER, KSMOL_TOKEN_CONSUMED);
	struct ksmol_tx_token tok;
	struct ksmol_pbuf *pb;

	token_under(test, &tok, KSMOL_POLICY_EAGER);
	ksmol_params.tx_policy = KSMOL_POLICY_LAZY;
	pb = ksmol_tx_token_consume(&tok, false);
	if (pb)
		ksmol_pbuf_free(pb);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, ends(KSMOL_POLICY_EAGER, KSMOL_TOKEN_CONSUMED),
			consumed + 1);
}

static void scope_exit(struct kunit *test, struct ksmol_phy *phy)
{
	KSMOL_TX_TOKEN(tx);
	KSMOL_RX_TOKEN(rx);

	rx.pb = ksmol_pbuf_alloc_rx(&ksmol_pool);
	KUNIT_EXPECT_NOT_NULL(test, rx.pb);
	KUNIT_EXPECT_EQ(test, ksmol_tx_token_open(&tx, phy), 0);
}

static void token__scope_exit_drops(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);

	local_bh_disable();
	ksmol_params.tx_policy = KSMOL_POLICY_EAGER;
	scope_exit(test, f->phy);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_TOKEN), 0U);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_STACK), 0U);
	local_bh_enable();
}

/* Pitfall 2: with all RX and TX pbufs taken, a control reply still leaves. */
static void token__reply_while_the_pool_is_full(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct sk_buff *skb;

	phy_udp(f, 64);
	f->reply = 28;
	skb = ksmol_vdev_skb(test, f->vdev, f->frame.data, f->frame.len);
	local_bh_disable();
	phy_take_tx(f, false);
	phy_take_rx(f, false);
	netif_receive_skb(skb);
	phy_give(f);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, f->seen[0].home, KSMOL_CLASS_EMERGENCY);
	skb = ksmol_vdev_sent(f->vdev);
	KUNIT_EXPECT_NOT_NULL(test, skb);
	kfree_skb(skb);
}

static int token_test_init(struct kunit *test)
{
	return phy_fixture_init(test);
}

static void token_test_exit(struct kunit *test)
{
	ksmol_params.tx_policy = KSMOL_POLICY_RESERVE;
	phy_fixture_exit(test);
}

static struct kunit_case token_cases[] = {
	KUNIT_CASE_PARAM(token__outcome, outcome_gen_params),
	KUNIT_CASE(token_drop__gives_back_once),
	KUNIT_CASE(token_drop__a_million_times),
	KUNIT_CASE(token_drop__promise_holds_nothing),
	KUNIT_CASE(token_drop__after_consume),
	KUNIT_CASE(token_consume__after_drop),
	KUNIT_CASE(token_consume__twice),
	KUNIT_CASE(token_consume__after_switch),
	KUNIT_CASE(token__scope_exit_drops),
	KUNIT_CASE(token__reply_while_the_pool_is_full),
	{}
};

static struct kunit_suite token_suite = {
	.name = "ksmol_phy_token",
	.init = token_test_init,
	.exit = token_test_exit,
	.test_cases = token_cases,
};

kunit_test_suite(token_suite);
