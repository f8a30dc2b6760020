/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An established connection that sends, with a pool of its own and a clock that
 * stands still unless told otherwise. Numbers in these tests count from the
 * first byte of payload, which is 0.
 */
#ifndef _KSMOL_KUNIT_TCP_SEND_FIXTURE_H
#define _KSMOL_KUNIT_TCP_SEND_FIXTURE_H

#include <kunit/test.h>
#include <ksmol/compat.h>
#include "../module/socket/tcp_send.h"

#define SEND_ISS	0xfffff000U	/* so that numbers wrap */
#define SEND_IRS	5000U
#define SEND_MSS	1460U
#define SEND_START	(1000ULL * USEC_PER_SEC)

/**
 * struct send_fixture - what a case has
 * @pool: of 64 TX pages
 * @tcb: ESTABLISHED, no options, mss 1460, both windows 64 KiB, cwnd likewise
 * @out: what came out last
 * @now: the clock
 */
struct send_fixture {
	struct ksmol_pool pool;
	struct ksmol_tcb tcb;
	struct ksmol_tcp_out out;
	u64 now;
};

/*
 * The body of a case, which runs as the core does, with bottom halves disabled:
 * .init and .exit may run in other threads.
 */
#define SEND_CASE(name)							\
static void name ## _body(struct kunit *test);				\
static void name(struct kunit *test)					\
{									\
	local_bh_disable();						\
	name ## _body(test);						\
	local_bh_enable();						\
}									\
static void name ## _body(struct kunit *test)

/* For suites: .init makes the fixture in test->priv, .exit demands that the
 * pool is whole.
 */
int send_fixture_init(struct kunit *test);
void send_fixture_exit(struct kunit *test);

/* The connection anew, with KSMOL_TCP_OPT_* negotiated. */
void send_open(struct kunit *test, u8 opts);

/* The same before its SYN. */
void send_connect(struct kunit *test);

/* The program writes @len bytes, into pages of their own. */
void send_write(struct kunit *test, u32 len);

static inline u32 send_seq(u32 n)
{
	return SEND_ISS + 1 + n;
}

/* An ACK of everything before @n, with @wnd, arrives. */
void send_acked(struct kunit *test, u32 n, u32 wnd);

/* ksmol_tcp_next(), and ksmol_tcp_sent() if there is something. */
bool send_next(struct kunit *test);

/* Sends what there is. Return: how many times something went out. */
u32 send_all(struct kunit *test);

/* The clock moves on; expired timers act. */
void send_wait(struct kunit *test, u64 us);

/* The clock moves to the next deadline, which acts. Return: us that took. */
u64 send_wait_timer(struct kunit *test);

/* The last segment was payload from @n on, @bytes of it. */
void send_expect(struct kunit *test, u32 n, u32 bytes);

#endif /* _KSMOL_KUNIT_TCP_SEND_FIXTURE_H */
