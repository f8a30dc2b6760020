// SPDX-License-Identifier: GPL-2.0-only
/* Which CPU sends an ACK. */

#include <kunit/test.h>
#include <ksmol/compat.h>
#include "../module/socket/tcp_sock.h"

static void steer__first_to_come(struct kunit *test)
{
	struct ksmol_tcp_steer steer;

	/* nobody's program is known: the handshake came from the peer's */
	ksmol_tcp_steer_init(&steer);
	ksmol_tcp_steer_input(&steer, 3);
	KUNIT_EXPECT_EQ(test, steer.peer_cpu, 3);
	ksmol_tcp_steer_input(&steer, 1);
	KUNIT_EXPECT_EQ(test, steer.peer_cpu, 3);
}

static void steer__what_our_acks_let_out(struct kunit *test)
{
	struct ksmol_tcp_steer steer;

	ksmol_tcp_steer_init(&steer);
	ksmol_tcp_steer_input(&steer, 3);
	ksmol_tcp_steer_own(&steer, 1);
	ksmol_tcp_steer_input(&steer, 1);
	KUNIT_EXPECT_EQ(test, steer.peer_cpu, 3);
	ksmol_tcp_steer_input(&steer, 2);
	KUNIT_EXPECT_EQ(test, steer.peer_cpu, 2);
	/* our program moves, and meets the peer's */
	ksmol_tcp_steer_own(&steer, 2);
	ksmol_tcp_steer_input(&steer, 2);
	KUNIT_EXPECT_EQ(test, steer.peer_cpu, 2);
	ksmol_tcp_steer_input(&steer, 0);
	KUNIT_EXPECT_EQ(test, steer.peer_cpu, 0);
}

static void steer__to_whom_was_idle_for_longer(struct kunit *test)
{
	struct ksmol_tcp_steer steer;

	ksmol_tcp_steer_init(&steer);
	ksmol_tcp_steer_judge(&steer, 1000, 5000);
	ksmol_tcp_steer_judge(&steer, 4000, 7000);
	KUNIT_EXPECT_TRUE(test, steer.on);
	ksmol_tcp_steer_judge(&steer, 4500, 9000);
	KUNIT_EXPECT_FALSE(test, steer.on);
	/* neither was: each call to another CPU would only add to it */
	ksmol_tcp_steer_judge(&steer, 4500, 9000);
	KUNIT_EXPECT_FALSE(test, steer.on);
}

static void steer__nobody_knows(struct kunit *test)
{
	struct ksmol_tcp_steer steer;

	ksmol_tcp_steer_init(&steer);
	ksmol_tcp_steer_judge(&steer, U64_MAX, 5000);
	KUNIT_EXPECT_FALSE(test, steer.on);
	ksmol_tcp_steer_judge(&steer, 5000, U64_MAX);
	KUNIT_EXPECT_FALSE(test, steer.on);
}

static struct kunit_case tcp_steer_cases[] = {
	KUNIT_CASE(steer__first_to_come),
	KUNIT_CASE(steer__what_our_acks_let_out),
	KUNIT_CASE(steer__to_whom_was_idle_for_longer),
	KUNIT_CASE(steer__nobody_knows),
	{}
};

static struct kunit_suite tcp_steer_suite = {
	.name = "ksmol_tcp_steer",
	.test_cases = tcp_steer_cases,
};

kunit_test_suite(tcp_steer_suite);
