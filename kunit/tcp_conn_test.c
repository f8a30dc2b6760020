// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections without a socket. Mirrors module/socket/ tcp_mini, tcp_timewait.
 */

#include <linux/delay.h>
#include "tcp_conn_fixture.h"

#define SEC	((u64)USEC_PER_SEC)
#define NOW	(1000 * SEC)

/* --- tcp_mini --- */

static struct ksmol_tcp_mini *tw_get(struct kunit *test, u16 port)
{
	struct ksmol_tcp_mini *mini = ksmol_tcp_mini_get(KSMOL_TCP_MINI_TW);

	if (mini)
		mini->key = tcp_key(port);
	return mini;
}

/* One in the table that ends at @due; only the table has a reference. */
static struct ksmol_tcp_tw *tw_add(struct kunit *test, u16 port, u64 due)
{
	struct ksmol_tcp_mini *mini;

	local_bh_disable();
	mini = tw_get(test, port);
	if (mini) {
		KUNIT_EXPECT_EQ(test, ksmol_tcp_mini_add(mini, 0, due), 0);
		ksmol_tcp_mini_put(mini);
	}
	local_bh_enable();
	KUNIT_ASSERT_NOT_NULL(test, mini);
	return ksmol_tcp_mini_tw(mini);
}

static bool tw_there(u16 port)
{
	struct ksmol_tcp_key key = tcp_key(port);
	struct ksmol_tcp_mini *mini;

	local_bh_disable();
	mini = ksmol_tcp_mini_find(&key);
	if (mini)
		ksmol_tcp_mini_put(mini);
	local_bh_enable();
	return mini;
}

static u32 tw_count(void)
{
	return ksmol_tcp_mini_count(KSMOL_TCP_MINI_TW);
}

static void mini__found_until_ended(struct kunit *test)
{
	struct ksmol_tcp_key key = tcp_key(PEER_PORT);
	struct ksmol_tcp_mini *mini;

	tw_add(test, PEER_PORT, ksmol_tcp_now() + 60 * SEC);
	KUNIT_EXPECT_EQ(test, tw_count(), 1U);
	KUNIT_EXPECT_FALSE(test, tw_there(PEER_PORT + 1));
	local_bh_disable();
	mini = ksmol_tcp_mini_find(&key);
	if (mini) {
		KUNIT_EXPECT_TRUE(test, ksmol_tcp_mini_end(mini));
		/* Once only, and not found although somebody has it still. */
		KUNIT_EXPECT_FALSE(test, ksmol_tcp_mini_end(mini));
		KUNIT_EXPECT_EQ(test, tw_count(), 1U);
		KUNIT_EXPECT_FALSE(test, tw_there(PEER_PORT));
		ksmol_tcp_mini_put(mini);
	}
	local_bh_enable();
	KUNIT_EXPECT_NOT_NULL(test, mini);
	KUNIT_EXPECT_EQ(test, tw_count(), 0U);
}

static void mini__no_twin(struct kunit *test)
{
	struct ksmol_tcp_mini *twin;

	tw_add(test, PEER_PORT, ksmol_tcp_now() + 60 * SEC);
	local_bh_disable();
	twin = tw_get(test, PEER_PORT);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_mini_add(twin, 0, U64_MAX), -EEXIST);
	ksmol_tcp_mini_put(twin);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, tw_count(), 1U);
}

static void mini__stock_of_requests_bounded(struct kunit *test)
{
	struct ksmol_tcp_mini *mini, *last = NULL;
	LIST_HEAD(held);
	u32 n = 0;

	local_bh_disable();
	while ((mini = ksmol_tcp_mini_get(KSMOL_TCP_MINI_REQ))) {
		list_add(&mini->age, &held);
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, ksmol_params.tcp_conns);
	while (!list_empty(&held)) {
		last = list_first_entry(&held, struct ksmol_tcp_mini, age);
		list_del_init(&last->age);
		ksmol_tcp_mini_put(last);
	}
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, ksmol_tcp_mini_count(KSMOL_TCP_MINI_REQ), 0U);
}

/* KSMOL_TCP_TIMEWAIT_FULL: the oldest gives way. */
static void mini__oldest_timewait_gives_way(struct kunit *test)
{
	u64 full = tcp_counter(KSMOL_TCP_TIMEWAIT_FULL);
	u64 due = ksmol_tcp_now() + 60 * SEC;
	u32 i;

	for (i = 0; i < ksmol_params.tcp_conns; i++)
		tw_add(test, 1 + i, due);
	KUNIT_EXPECT_EQ(test, tw_count(), ksmol_params.tcp_conns);
	KUNIT_EXPECT_TRUE(test, tw_there(1));
	tw_add(test, 1 + i, due);
	KUNIT_EXPECT_EQ(test, tw_count(), ksmol_params.tcp_conns);
	KUNIT_EXPECT_FALSE(test, tw_there(1));
	KUNIT_EXPECT_TRUE(test, tw_there(2));
	KUNIT_EXPECT_TRUE(test, tw_there(1 + i));
	KUNIT_EXPECT_EQ(test, tcp_counter(KSMOL_TCP_TIMEWAIT_FULL), full + 1);
	ksmol_tcp_mini_purge(NULL, 0);
	KUNIT_EXPECT_EQ(test, tw_count(), 0U);
}

static void mini__expires(struct kunit *test)
{
	u64 now = ksmol_tcp_now();

	tw_add(test, 1, now + 60 * SEC);
	tw_add(test, 2, now + 61 * SEC);
	rcu_read_lock();
	local_bh_disable();
	ksmol_tcp_mini_expire(KSMOL_TCP_MINI_TW, now + 60 * SEC - 1);
	KUNIT_EXPECT_EQ(test, tw_count(), 2U);
	ksmol_tcp_mini_expire(KSMOL_TCP_MINI_TW, now + 60 * SEC);
	KUNIT_EXPECT_FALSE(test, tw_there(1));
	KUNIT_EXPECT_TRUE(test, tw_there(2));
	ksmol_tcp_mini_expire(KSMOL_TCP_MINI_TW, now + 61 * SEC);
	local_bh_enable();
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, tw_count(), 0U);
}

/* The timer does it by itself. */
static void mini__timer(struct kunit *test)
{
	int tries = 100;

	tw_add(test, PEER_PORT, ksmol_tcp_now() + 20 * USEC_PER_MSEC);
	KUNIT_EXPECT_TRUE(test, tw_there(PEER_PORT));
	while (tw_count() && tries--)
		msleep(20);
	KUNIT_EXPECT_EQ(test, tw_count(), 0U);
}

static void mini__purge_by_interface(struct kunit *test)
{
	struct socket_fixture *f = test->priv;
	u64 due = ksmol_tcp_now() + 60 * SEC;

	/* A number that no device has, and no address of ours. */
	tw_add(test, 1, due);
	ksmol_tcp_mini_purge(&init_net, 99999);
	KUNIT_EXPECT_EQ(test, tw_count(), 1U);
	ksmol_tcp_mini_purge(&init_net, f->vdev->dev->ifindex);
	KUNIT_EXPECT_EQ(test, tw_count(), 0U);
}

static void mini__purge_on_detach(struct kunit *test)
{
	tw_add(test, 1, ksmol_tcp_now() + 60 * SEC);
	socket_detach(test);
	KUNIT_EXPECT_EQ(test, tw_count(), 0U);
}

static void mini__port_known(struct kunit *test)
{
	const struct ksmol_addr any = {}, us = ksmol_addr_v4(US);
	const struct ksmol_addr other = ksmol_addr_v4(OTHER);
	__be16 port = htons(OUR_PORT);

	KUNIT_EXPECT_FALSE(test, ksmol_tcp_mini_port(&init_net, AF_INET, &any,
						     port));
	tw_add(test, 1, ksmol_tcp_now() + 60 * SEC);
	KUNIT_EXPECT_TRUE(test, ksmol_tcp_mini_port(&init_net, AF_INET, &any,
						    port));
	KUNIT_EXPECT_TRUE(test, ksmol_tcp_mini_port(&init_net, AF_INET, &us,
						    port));
	KUNIT_EXPECT_FALSE(test, ksmol_tcp_mini_port(&init_net, AF_INET, &other,
						     port));
	KUNIT_EXPECT_FALSE(test, ksmol_tcp_mini_port(&init_net, AF_INET, &any,
						     htons(OUR_PORT + 1)));
}

/* --- tcp_timewait: what arrives --- */

#define TW_RCV_NXT	5000U
#define TW_SND_NXT	7000U
#define TW_TS		800U

static struct ksmol_tcp_tw *tw_state(struct kunit *test, bool ts)
{
	struct ksmol_tcp_tw *tw = tw_add(test, PEER_PORT,
					 ksmol_tcp_now() + 60 * SEC);

	tw->rcv_nxt = TW_RCV_NXT;
	tw->snd_nxt = TW_SND_NXT;
	tw->rcv_wnd = 4096;
	tw->ts = ts;
	tw->ts_recent = TW_TS;
	return tw;
}

static void tw_ack_expected(struct kunit *test)
{
	struct ksmol_tcp_header h = {};

	KUNIT_EXPECT_TRUE(test, tcp_got(test, &h));
	KUNIT_EXPECT_EQ(test, h.flags, KSMOL_TCP_ACK);
	KUNIT_EXPECT_EQ(test, h.seq, TW_SND_NXT);
	KUNIT_EXPECT_EQ(test, h.ack, TW_RCV_NXT);
	KUNIT_EXPECT_EQ(test, h.window, 4096);
	expect_silence(test);
}

/* RFC 9293 3.10.7.4: acknowledged, and the minute begins anew. */
static void timewait__fin_again(struct kunit *test)
{
	struct ksmol_tcp_tw *tw = tw_state(test, false);
	u64 due = tw->mini.due;

	msleep(20);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_FIN | KSMOL_TCP_ACK,
		     TW_RCV_NXT - 1, TW_SND_NXT, 0);
	tw_ack_expected(test);
	KUNIT_EXPECT_GT(test, tw->mini.due, due);
	/* At most twice a second. */
	flags_arrive(test, PEER_PORT, KSMOL_TCP_FIN | KSMOL_TCP_ACK,
		     TW_RCV_NXT - 1, TW_SND_NXT, 0);
	expect_silence(test);
	tw->oow_at -= USEC_PER_SEC;
	flags_arrive(test, PEER_PORT, KSMOL_TCP_FIN | KSMOL_TCP_ACK,
		     TW_RCV_NXT - 1, TW_SND_NXT, 0);
	tw_ack_expected(test);
}

static void timewait__ack_is_silent(struct kunit *test)
{
	struct ksmol_tcp_tw *tw = tw_state(test, false);
	u64 due = tw->mini.due;

	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, TW_RCV_NXT, TW_SND_NXT, 0);
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, tw->mini.due, due);
}

static void timewait__data_is_told(struct kunit *test)
{
	u64 seq = verdicts(KSMOL_DROP_TCP_SEQ);

	tw_state(test, false);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, TW_RCV_NXT, TW_SND_NXT,
		     10);
	tw_ack_expected(test);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_TCP_SEQ), seq + 1);
}

/* RFC 1337 */
static void timewait__rst_ignored(struct kunit *test)
{
	tw_state(test, false);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_RST, TW_RCV_NXT, 0, 0);
	expect_silence(test);
	KUNIT_EXPECT_TRUE(test, tw_there(PEER_PORT));
}

static void timewait__old_stamp(struct kunit *test)
{
	const struct ksmol_tcp_header h = {
		.seq = TW_RCV_NXT,
		.ack = TW_SND_NXT,
		.flags = KSMOL_TCP_ACK,
		.opts = KSMOL_TCP_OPT_TS,
		.tsval = TW_TS - 1,
	};
	u64 paws = verdicts(KSMOL_DROP_TCP_PAWS);

	tw_state(test, true);
	tcp_arrives(test, PEER_PORT, OUR_PORT, &h, 0);
	tw_ack_expected(test);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_TCP_PAWS), paws + 1);
}

/* The new connection's numbers begin beyond those of the old one. */
static void timewait__syn_reopens(struct kunit *test)
{
	u32 iss;

	tw_state(test, false);
	tcp_listener(test, OUR_PORT, 5);
	plain_syn_arrives(test, PEER_PORT, TW_RCV_NXT + 1);
	iss = expect_synack(test, TW_RCV_NXT + 1);
	KUNIT_EXPECT_TRUE(test, ksmol_seq_after(iss, TW_SND_NXT + 65535));
	KUNIT_EXPECT_EQ(test, tw_count(), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_mini_count(KSMOL_TCP_MINI_REQ), 1U);
}

/* RFC 9293 3.10.7.4: an old duplicate gets an ACK. */
static void timewait__old_syn(struct kunit *test)
{
	tw_state(test, false);
	tcp_listener(test, OUR_PORT, 5);
	plain_syn_arrives(test, PEER_PORT, TW_RCV_NXT - 1);
	tw_ack_expected(test);
	KUNIT_EXPECT_TRUE(test, tw_there(PEER_PORT));
}

/* RFC 6191 2: a younger stamp makes up for a lower number. */
static void timewait__syn_by_stamp(struct kunit *test)
{
	struct ksmol_tcp_header h = {
		.seq = TW_RCV_NXT - 1000,
		.flags = KSMOL_TCP_SYN,
		.opts = KSMOL_TCP_OPT_TS,
		.tsval = TW_TS - 1,
	};
	struct ksmol_tcp_tw *tw = tw_state(test, true);

	tcp_listener(test, OUR_PORT, 5);
	tcp_arrives(test, PEER_PORT, OUR_PORT, &h, 0);
	tw_ack_expected(test);
	/* Nor does a higher number make up for an old stamp. */
	tw->oow_at = 0;
	h.seq = TW_RCV_NXT + 1000;
	tcp_arrives(test, PEER_PORT, OUR_PORT, &h, 0);
	tw_ack_expected(test);
	h.seq = TW_RCV_NXT - 1000;
	h.tsval = TW_TS + 1;
	tcp_arrives(test, PEER_PORT, OUR_PORT, &h, 0);
	expect_synack(test, TW_RCV_NXT - 1000);
	KUNIT_EXPECT_EQ(test, tw_count(), 0U);
}

static void timewait__syn_without_listener(struct kunit *test)
{
	tw_state(test, false);
	plain_syn_arrives(test, PEER_PORT, TW_RCV_NXT + 1);
	tw_ack_expected(test);
	KUNIT_EXPECT_TRUE(test, tw_there(PEER_PORT));
}

/* --- tcp_timewait: connect() --- */

static int reuse(u16 port, bool chosen, u32 *iss, u64 now)
{
	struct ksmol_tcp_key key = tcp_key(port);
	int ret;

	local_bh_disable();
	ret = ksmol_tcp_tw_reuse(&key, chosen, iss, now);
	local_bh_enable();
	return ret;
}

static void reuse__nobody(struct kunit *test)
{
	u32 iss = 1;

	KUNIT_EXPECT_EQ(test, reuse(PEER_PORT, true, &iss, NOW), 0);
	KUNIT_EXPECT_EQ(test, iss, 1U);
}

static void reuse__needs_stamps(struct kunit *test)
{
	u32 iss;

	tw_state(test, false);
	KUNIT_EXPECT_EQ(test, reuse(PEER_PORT, true, &iss, NOW),
			-EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, reuse(PEER_PORT, false, &iss, NOW),
			-EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, tw_count(), 1U);
}

static void reuse__clock_must_have_moved(struct kunit *test)
{
	struct ksmol_tcp_tw *tw = tw_state(test, true);
	u32 iss;

	tw->ts_recent_at = NOW / SEC;
	KUNIT_EXPECT_EQ(test, reuse(PEER_PORT, true, &iss, NOW),
			-EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, reuse(PEER_PORT, true, &iss, NOW + 2 * SEC), 1);
	KUNIT_EXPECT_TRUE(test, ksmol_seq_after(iss, TW_SND_NXT + 65535));
	KUNIT_EXPECT_EQ(test, tw_count(), 0U);
}

/* The program insists on the port. */
static void reuse__bound_at_once(struct kunit *test)
{
	struct ksmol_tcp_tw *tw = tw_state(test, true);
	u32 iss;

	tw->ts_recent_at = NOW / SEC;
	KUNIT_EXPECT_EQ(test, reuse(PEER_PORT, false, &iss, NOW), 1);
	KUNIT_EXPECT_EQ(test, tw_count(), 0U);
}

static void reuse__half_open_is_taken(struct kunit *test)
{
	u32 iss;

	tcp_listener(test, OUR_PORT, 5);
	syn_arrives(test, PEER_PORT);
	expect_synack(test, PEER_ISS);
	KUNIT_EXPECT_EQ(test, reuse(PEER_PORT, false, &iss, NOW),
			-EADDRNOTAVAIL);
}

static void conn_exit(struct kunit *test)
{
	ksmol_tcp_mini_purge(NULL, 0);
	socket_fixture_exit(test);
	KUNIT_EXPECT_EQ(test, tw_count(), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_mini_count(KSMOL_TCP_MINI_REQ), 0U);
}

static struct kunit_case conn_cases[] = {
	KUNIT_CASE(mini__found_until_ended),
	KUNIT_CASE(mini__no_twin),
	KUNIT_CASE(mini__stock_of_requests_bounded),
	KUNIT_CASE(mini__oldest_timewait_gives_way),
	KUNIT_CASE(mini__expires),
	KUNIT_CASE(mini__timer),
	KUNIT_CASE(mini__purge_by_interface),
	KUNIT_CASE(mini__purge_on_detach),
	KUNIT_CASE(mini__port_known),
	KUNIT_CASE(timewait__fin_again),
	KUNIT_CASE(timewait__ack_is_silent),
	KUNIT_CASE(timewait__data_is_told),
	KUNIT_CASE(timewait__rst_ignored),
	KUNIT_CASE(timewait__old_stamp),
	KUNIT_CASE(timewait__syn_reopens),
	KUNIT_CASE(timewait__old_syn),
	KUNIT_CASE(timewait__syn_by_stamp),
	KUNIT_CASE(timewait__syn_without_listener),
	KUNIT_CASE(reuse__nobody),
	KUNIT_CASE(reuse__needs_stamps),
	KUNIT_CASE(reuse__clock_must_have_moved),
	KUNIT_CASE(reuse__bound_at_once),
	KUNIT_CASE(reuse__half_open_is_taken),
	{}
};

static struct kunit_suite conn_suite = {
	.name = "ksmol_tcp_conn",
	.init = socket_fixture_init,
	.exit = conn_exit,
	.test_cases = conn_cases,
};

kunit_test_suite(conn_suite);
