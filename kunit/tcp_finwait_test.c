// SPDX-License-Identifier: GPL-2.0-only
/* FIN-WAIT-2 without a program. Mirrors module/socket/tcp_finwait.c. */

#include <linux/delay.h>
#include <linux/tcp.h>
#include "tcp_conn_fixture.h"

#define SEC	((u64)USEC_PER_SEC)
#define THEIRS	(PEER_ISS + 1)	/* the peer's next number */

static u32 small_ones(void)
{
	return ksmol_tcp_mini_count(KSMOL_TCP_MINI_TW);
}

/* The program has closed, and the peer has acknowledged that. Return: our next
 * number.
 */
static u32 closed_here(struct kunit *test, int linger2)
{
	struct socket *sock = tcp_listener(test, OUR_PORT, 5), *child;
	u32 next = handshake(test, PEER_PORT) + 1;

	child = tcp_accepted(test, sock);
	KUNIT_ASSERT_NOT_NULL(test, child);
	if (linger2)
		child->ops->setsockopt(child, SOL_TCP, TCP_LINGER2,
				       KERNEL_SOCKPTR(&linger2),
				       sizeof(linger2));
	sock_shut(test, child);
	expect_flags(test, KSMOL_TCP_FIN | KSMOL_TCP_ACK);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_orphans(), 1U);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, THEIRS, next + 1, 0);
	return next + 1;
}

/* What the peer sent was answered by a segment with @flags and where we are. */
static void expect_answer(struct kunit *test, u8 flags, u32 seq, u32 ack)
{
	struct ksmol_tcp_header h = {};

	KUNIT_EXPECT_TRUE(test, tcp_got(test, &h));
	KUNIT_EXPECT_EQ(test, h.flags, flags);
	KUNIT_EXPECT_EQ(test, h.seq, seq);
	KUNIT_EXPECT_EQ(test, h.ack, ack);
	expect_silence(test);
}

static struct ksmol_tcp_tw *small_one(struct kunit *test)
{
	struct ksmol_tcp_key key = tcp_key(PEER_PORT);
	struct ksmol_tcp_mini *mini;

	local_bh_disable();
	mini = ksmol_tcp_mini_find(&key);
	if (mini)
		ksmol_tcp_mini_put(mini);
	local_bh_enable();
	KUNIT_ASSERT_NOT_NULL(test, mini);
	return ksmol_tcp_mini_tw(mini);
}

static void finwait__needs_no_socket(struct kunit *test)
{
	u64 timewait = tcp_counter(KSMOL_TCP_TIMEWAIT);
	struct ksmol_tcp_tw *tw;

	closed_here(test, 0);
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_orphans(), 0U);
	KUNIT_EXPECT_EQ(test, small_ones(), 1U);
	KUNIT_EXPECT_EQ(test, tcp_counter(KSMOL_TCP_TIMEWAIT), timewait);
	tw = small_one(test);
	KUNIT_EXPECT_TRUE(test, tw->fin_wait2);
	KUNIT_EXPECT_GT(test, tw->mini.due, ksmol_tcp_now() + 50 * SEC);
}

/* It closes when the FIN has been acknowledged already. */
static void finwait__closed_late(struct kunit *test)
{
	struct socket *sock = tcp_listener(test, OUR_PORT, 5), *child;
	u32 next = handshake(test, PEER_PORT) + 1;

	child = tcp_accepted(test, sock);
	KUNIT_ASSERT_NOT_NULL(test, child);
	KUNIT_EXPECT_EQ(test, kernel_sock_shutdown(child, SHUT_WR), 0);
	expect_flags(test, KSMOL_TCP_FIN | KSMOL_TCP_ACK);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, THEIRS, next + 1, 0);
	/* A program may still read. */
	KUNIT_EXPECT_EQ(test, small_ones(), 0U);
	KUNIT_EXPECT_EQ(test, child->sk->sk_state, TCP_FIN_WAIT2);
	sock_shut(test, child);
	KUNIT_EXPECT_EQ(test, small_ones(), 1U);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_orphans(), 0U);
}

static void finwait__fin_is_timewait(struct kunit *test)
{
	u64 timewait = tcp_counter(KSMOL_TCP_TIMEWAIT);
	u32 next = closed_here(test, 3);
	struct ksmol_tcp_tw *tw = small_one(test);

	KUNIT_EXPECT_LE(test, tw->mini.due, ksmol_tcp_now() + 4 * SEC);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_FIN | KSMOL_TCP_ACK, THEIRS,
		     next, 0);
	expect_answer(test, KSMOL_TCP_ACK, next, THEIRS + 1);
	KUNIT_EXPECT_FALSE(test, tw->fin_wait2);
	KUNIT_EXPECT_EQ(test, tcp_counter(KSMOL_TCP_TIMEWAIT), timewait + 1);
	KUNIT_EXPECT_GT(test, tw->mini.due, ksmol_tcp_now() + 50 * SEC);
	/* RFC 1337: it ignores a RST now. */
	flags_arrive(test, PEER_PORT, KSMOL_TCP_RST, THEIRS + 1, 0, 0);
	KUNIT_EXPECT_EQ(test, small_ones(), 1U);
}

/* RFC 1122 4.2.2.13 */
static void finwait__data_is_reset(struct kunit *test)
{
	u64 closed = verdicts(KSMOL_DROP_TCP_CLOSED);
	u32 next = closed_here(test, 0);

	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, THEIRS, next, 10);
	expect_answer(test, KSMOL_TCP_RST | KSMOL_TCP_ACK, next, THEIRS);
	KUNIT_EXPECT_EQ(test, small_ones(), 0U);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_TCP_CLOSED), closed + 1);
}

static void finwait__repeated_data_is_told(struct kunit *test)
{
	u64 old = verdicts(KSMOL_DROP_TCP_OLD);
	u32 next = closed_here(test, 0);

	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, THEIRS - 10, next, 10);
	expect_answer(test, KSMOL_TCP_ACK, next, THEIRS);
	/* At most twice a second. */
	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, THEIRS - 10, next, 10);
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_TCP_OLD), old + 2);
	KUNIT_EXPECT_EQ(test, small_ones(), 1U);
}

/* RFC 5961 3.2, 4.2 */
static void finwait__challenges(struct kunit *test)
{
	u32 next = closed_here(test, 0);
	struct ksmol_tcp_tw *tw = small_one(test);

	flags_arrive(test, PEER_PORT, KSMOL_TCP_RST, THEIRS + 5, 0, 0);
	expect_answer(test, KSMOL_TCP_ACK, next, THEIRS);
	tw->oow_at = 0;
	flags_arrive(test, PEER_PORT, KSMOL_TCP_SYN, THEIRS + 5, 0, 0);
	expect_answer(test, KSMOL_TCP_ACK, next, THEIRS);
	/* Outside the window it is no RST. */
	tw->oow_at = 0;
	flags_arrive(test, PEER_PORT, KSMOL_TCP_RST, THEIRS - 5, 0, 0);
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, small_ones(), 1U);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_RST, THEIRS, 0, 0);
	expect_silence(test);
	KUNIT_EXPECT_EQ(test, small_ones(), 0U);
}

static void finwait__pure_ack_is_silent(struct kunit *test)
{
	u32 next = closed_here(test, 0);

	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, THEIRS, next, 0);
	flags_arrive(test, PEER_PORT, 0, THEIRS, 0, 0);
	expect_silence(test);
	KUNIT_EXPECT_TRUE(test, small_one(test)->fin_wait2);
}

static void finwait__time_is_over(struct kunit *test)
{
	u32 next = closed_here(test, 1);

	local_bh_disable();
	rcu_read_lock();
	ksmol_tcp_mini_expire(KSMOL_TCP_MINI_TW, ksmol_tcp_now() + 2 * SEC);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, small_ones(), 0U);
	/* Nobody remembers it. */
	flags_arrive(test, PEER_PORT, KSMOL_TCP_FIN | KSMOL_TCP_ACK, THEIRS,
		     next, 0);
	expect_flags(test, KSMOL_TCP_RST);
}

/* Longer than a TIME-WAIT lasts: it stays a socket. */
static void finwait__for_long(struct kunit *test)
{
	u32 next = closed_here(test, 90);

	KUNIT_EXPECT_EQ(test, small_ones(), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_orphans(), 1U);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_RST, THEIRS, next, 0);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_orphans(), 0U);
}

static void finwait__levels(struct kunit *test)
{
	static const struct { u32 ms; u8 level; u32 seconds; } want[] = {
		{ 1, 1, 1 }, { 1000, 1, 1 }, { 1001, 2, 2 }, { 3000, 3, 4 },
		{ 32000, 6, 32 }, { 33000, 7, 60 }, { 60000, 7, 60 },
	};
	u64 wait;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		KUNIT_EXPECT_EQ(test, ksmol_tcp_finwait_level(want[i].ms *
							      1000ULL, &wait),
				want[i].level);
		KUNIT_EXPECT_EQ(test, wait, want[i].seconds * SEC);
	}
}

static void finwait_exit(struct kunit *test)
{
	ksmol_tcp_mini_purge(NULL, 0);
	socket_fixture_exit(test);
	KUNIT_EXPECT_EQ(test, small_ones(), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_tcp_orphans(), 0U);
}

static struct kunit_case finwait_cases[] = {
	KUNIT_CASE(finwait__needs_no_socket),
	KUNIT_CASE(finwait__closed_late),
	KUNIT_CASE(finwait__fin_is_timewait),
	KUNIT_CASE(finwait__data_is_reset),
	KUNIT_CASE(finwait__repeated_data_is_told),
	KUNIT_CASE(finwait__challenges),
	KUNIT_CASE(finwait__pure_ack_is_silent),
	KUNIT_CASE(finwait__time_is_over),
	KUNIT_CASE(finwait__for_long),
	KUNIT_CASE(finwait__levels),
	{}
};

static struct kunit_suite finwait_suite = {
	.name = "ksmol_tcp_finwait",
	.init = socket_fixture_init,
	.exit = finwait_exit,
	.test_cases = finwait_cases,
};

kunit_test_suite(finwait_suite);
