// SPDX-License-Identifier: GPL-2.0-only
/* The DHCP client's states by a virtual clock. Pitfall 59. */

#include <kunit/test.h>
#include <ksmol/compat.h>
#include <ksmol/stats.h>
#include "../module/iface/dhcp_fsm.h"
#include "frames.h"

#define US	KSMOL_IP(10, 0, 0, 7)
#define OTHER	KSMOL_IP(10, 0, 0, 8)
#define SERVER	KSMOL_IP(10, 0, 0, 1)
#define SERVER2	KSMOL_IP(10, 0, 0, 2)

/* A time, and what chance says: no deviation from the backoff. */
#define T0	1000000ULL
#define R	1000U
#define SEC	1000ULL
#define HOUR	3600000ULL

static struct ksmol_dhcp msg(const struct ksmol_dhcp_fsm *f, u8 type)
{
	return (struct ksmol_dhcp){
		.type = type,
		.plen = 24,
		.xid = f->xid,
		.yiaddr = US,
		.server = SERVER,
		.lease = 3600,
	};
}

/* What is due, and it is sent. */
static enum ksmol_dhcp_act go(struct ksmol_dhcp_fsm *f, u64 now, u32 random)
{
	enum ksmol_dhcp_act act = ksmol_dhcp_fsm_due(f, now, random);

	if (act)
		ksmol_dhcp_fsm_sent(f, act, f->xid, true, now, random);
	return act;
}

static int in(struct ksmol_dhcp_fsm *f, const struct ksmol_dhcp *m, u64 now)
{
	return ksmol_dhcp_fsm_input(f, m, now, R);
}

static struct ksmol_dhcp_fsm started(void)
{
	struct ksmol_dhcp_fsm f;

	ksmol_dhcp_fsm_stop(&f);
	ksmol_dhcp_fsm_start(&f, T0, R);
	return f;
}

static struct ksmol_dhcp_fsm requesting(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = started();
	struct ksmol_dhcp m;

	KUNIT_EXPECT_EQ(test, go(&f, T0, R), KSMOL_DHCP_SEND_DISCOVER);
	m = msg(&f, KSMOL_DHCP_OFFER);
	KUNIT_EXPECT_EQ(test, in(&f, &m, T0), 0);
	KUNIT_EXPECT_EQ(test, go(&f, T0, R), KSMOL_DHCP_SEND_REQUEST);
	return f;
}

/* A lease of @lease seconds, counted from T0. */
static struct ksmol_dhcp_fsm bound(struct kunit *test, u32 lease)
{
	struct ksmol_dhcp_fsm f = requesting(test);
	struct ksmol_dhcp m = msg(&f, KSMOL_DHCP_ACK);

	m.lease = lease;
	KUNIT_EXPECT_EQ(test, in(&f, &m, T0 + SEC), 0);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_DHCP_CHECKING);
	KUNIT_EXPECT_TRUE(test, ksmol_dhcp_fsm_leased(&f));
	ksmol_dhcp_fsm_checked(&f, true, T0 + 2 * SEC, R);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_DHCP_BOUND);
	return f;
}

/* --- finding a server --- */

static void fsm__stopped(struct kunit *test)
{
	struct ksmol_dhcp_fsm f;

	ksmol_dhcp_fsm_stop(&f);
	KUNIT_EXPECT_EQ(test, go(&f, T0, R), KSMOL_DHCP_NOTHING);
	KUNIT_EXPECT_EQ(test, f.due, KSMOL_DHCP_NEVER);
	KUNIT_EXPECT_FALSE(test, ksmol_dhcp_fsm_leased(&f));
}

static void fsm__begins_within_a_second(struct kunit *test)
{
	struct ksmol_dhcp_fsm f;
	u32 random;

	ksmol_dhcp_fsm_stop(&f);
	for (random = 0; random < 5000; random += 7) {
		ksmol_dhcp_fsm_start(&f, T0, random);
		KUNIT_EXPECT_GE(test, f.due, T0);
		KUNIT_EXPECT_LT(test, f.due, T0 + SEC);
	}
}

/* 4, 8, 16, 32, 64, 64: exactly so if chance says so, else a second off. */
static void discover__backs_off(struct kunit *test)
{
	static const u32 waits[] = { 4, 8, 16, 32, 64, 64, 64 };
	u64 now = T0;
	u32 random;
	int i;

	for (random = 0; random <= 2000; random += 500) {
		struct ksmol_dhcp_fsm f = started();

		now = f.due;
		for (i = 0; i < ARRAY_SIZE(waits); i++) {
			KUNIT_EXPECT_EQ(test, go(&f, now, random),
					KSMOL_DHCP_SEND_DISCOVER);
			KUNIT_EXPECT_EQ(test, f.state, KSMOL_DHCP_SELECTING);
			KUNIT_EXPECT_EQ(test, f.due, now + waits[i] * SEC -
					SEC + random);
			KUNIT_EXPECT_EQ(test, go(&f, f.due - 1, random),
					KSMOL_DHCP_NOTHING);
			now = f.due;
		}
	}
}

/* For a month: the tries are counted no further than they can be. */
static void discover__for_ever(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = started();
	int i;

	for (i = 0; i < 50000; i++) {
		u64 now = f.due;

		KUNIT_ASSERT_EQ(test, go(&f, now, R), KSMOL_DHCP_SEND_DISCOVER);
		KUNIT_ASSERT_GE(test, f.due, now + 3 * SEC);
		KUNIT_ASSERT_LE(test, f.due, now + 65 * SEC);
	}
}

/* Pitfall 5: no buffer, no state; it is tried again soon. */
static void discover__not_sent(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = started();

	KUNIT_EXPECT_EQ(test, ksmol_dhcp_fsm_due(&f, T0, R),
			KSMOL_DHCP_SEND_DISCOVER);
	ksmol_dhcp_fsm_sent(&f, KSMOL_DHCP_SEND_DISCOVER, f.xid, false, T0, R);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_DHCP_INIT);
	KUNIT_EXPECT_EQ(test, f.due, T0 + KSMOL_DHCP_RETRY);
	KUNIT_EXPECT_EQ(test, f.tries, 0);
}

static void discover__message(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = started();
	struct ksmol_dhcp_request req;

	go(&f, T0, R);
	ksmol_dhcp_fsm_request(&f, KSMOL_DHCP_SEND_DISCOVER, T0 + 9 * SEC,
			       &req);
	KUNIT_EXPECT_EQ(test, req.type, KSMOL_DHCP_DISCOVER);
	KUNIT_EXPECT_EQ(test, req.xid, f.xid);
	KUNIT_EXPECT_EQ(test, req.secs, 9);
	KUNIT_EXPECT_EQ(test, req.ciaddr | req.address | req.server, 0U);
}

/* --- offers --- */

static void offer__not_ours(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = started();
	struct ksmol_dhcp m = msg(&f, KSMOL_DHCP_OFFER);

	/* Nobody has asked yet. */
	KUNIT_EXPECT_EQ(test, in(&f, &m, T0), KSMOL_DROP_DHCP_STRAY);
	go(&f, T0, R);
	m.xid++;
	KUNIT_EXPECT_EQ(test, in(&f, &m, T0), KSMOL_DROP_DHCP_STRAY);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_DHCP_SELECTING);
	m.xid--;
	m.type = KSMOL_DHCP_ACK;
	KUNIT_EXPECT_EQ(test, in(&f, &m, T0), KSMOL_DROP_DHCP_STRAY);
	m.type = KSMOL_DHCP_NAK;
	KUNIT_EXPECT_EQ(test, in(&f, &m, T0), KSMOL_DROP_DHCP_STRAY);
}

static void offer__unusable(struct kunit *test)
{
	static const struct { u32 addr; u8 plen; u32 server, lease; } bad[] = {
		{ 0x0a000000, 24, 0x0a000001, 3600 },
		{ 0x0a0000ff, 24, 0x0a000001, 3600 },
		{ 0x7f000001, 24, 0x0a000001, 3600 },
		{ 0xe0000001, 24, 0x0a000001, 3600 },
		{ 0xffffffff, 32, 0x0a000001, 3600 },
		{ 0, 24, 0x0a000001, 3600 },
		{ 0x0a000007, 0, 0x0a000001, 3600 },
		{ 0x0a000007, 24, 0, 3600 },
		{ 0x0a000007, 24, 0xffffffff, 3600 },
		{ 0x0a000007, 24, 0x0a000001, 0 },
		{ 0x0a000007, 24, 0x0a000001, KSMOL_DHCP_LEASE_MIN - 1 },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct ksmol_dhcp_fsm f = started();
		struct ksmol_dhcp m;

		go(&f, T0, R);
		m = msg(&f, KSMOL_DHCP_OFFER);
		m.yiaddr = htonl(bad[i].addr);
		m.plen = bad[i].plen;
		m.server = htonl(bad[i].server);
		m.lease = bad[i].lease;
		KUNIT_EXPECT_EQ_MSG(test, in(&f, &m, T0),
				    KSMOL_DROP_DHCP_UNUSABLE, "no. %d", i);
		KUNIT_EXPECT_EQ(test, f.state, KSMOL_DHCP_SELECTING);
	}
}

static void offer__router_off_link(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = started();
	struct ksmol_dhcp m;

	go(&f, T0, R);
	m = msg(&f, KSMOL_DHCP_OFFER);
	m.nr_routers = 4;
	m.routers[0] = KSMOL_IP(10, 0, 1, 1);
	m.routers[1] = US;
	m.routers[2] = KSMOL_IP(10, 0, 0, 255);
	m.routers[3] = SERVER2;
	KUNIT_EXPECT_EQ(test, in(&f, &m, T0), 0);
	KUNIT_EXPECT_EQ(test, f.lease.router, SERVER2);
	f.state = KSMOL_DHCP_SELECTING;
	m.nr_routers = 3;
	KUNIT_EXPECT_EQ(test, in(&f, &m, T0), 0);
	KUNIT_EXPECT_EQ(test, f.lease.router, 0U);
}

/* --- requests --- */

static void request__message(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = requesting(test);
	struct ksmol_dhcp_request req;

	ksmol_dhcp_fsm_request(&f, KSMOL_DHCP_SEND_REQUEST, T0, &req);
	KUNIT_EXPECT_EQ(test, req.type, KSMOL_DHCP_REQUEST);
	KUNIT_EXPECT_EQ(test, req.address, US);
	KUNIT_EXPECT_EQ(test, req.server, SERVER);
	KUNIT_EXPECT_EQ(test, req.ciaddr, 0U);
	KUNIT_EXPECT_EQ(test, req.xid, f.xid);
}

/* After some tries the server is taken for gone. */
static void request__no_answer(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = requesting(test);
	u32 xid = f.xid;
	int i;

	for (i = 1; i < KSMOL_DHCP_REQUESTS; i++)
		KUNIT_EXPECT_EQ(test, go(&f, f.due, R),
				KSMOL_DHCP_SEND_REQUEST);
	KUNIT_EXPECT_EQ(test, go(&f, f.due, R + 1), KSMOL_DHCP_SEND_DISCOVER);
	KUNIT_EXPECT_NE(test, f.xid, xid);
	KUNIT_EXPECT_EQ(test, f.lease.addr, 0U);
}

static void request__another_server_answers(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = requesting(test);
	struct ksmol_dhcp m = msg(&f, KSMOL_DHCP_ACK);

	m.server = SERVER2;
	KUNIT_EXPECT_EQ(test, in(&f, &m, T0), KSMOL_DROP_DHCP_STRAY);
	m.type = KSMOL_DHCP_NAK;
	KUNIT_EXPECT_EQ(test, in(&f, &m, T0), KSMOL_DROP_DHCP_STRAY);
	m.type = KSMOL_DHCP_OFFER;
	KUNIT_EXPECT_EQ(test, in(&f, &m, T0), KSMOL_DROP_DHCP_STRAY);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_DHCP_REQUESTING);
}

/* A server that offers and takes back is asked less and less often. */
static void request__refused_again_and_again(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = started();
	u64 now, wait = 0;
	int i;

	for (i = 0; i < 20; i++) {
		struct ksmol_dhcp m;

		now = f.due;
		KUNIT_EXPECT_GE(test, now, wait);
		KUNIT_ASSERT_EQ(test, go(&f, now, R), KSMOL_DHCP_SEND_DISCOVER);
		m = msg(&f, KSMOL_DHCP_OFFER);
		KUNIT_ASSERT_EQ(test, in(&f, &m, now), 0);
		KUNIT_ASSERT_EQ(test, go(&f, now, R), KSMOL_DHCP_SEND_REQUEST);
		m = msg(&f, KSMOL_DHCP_NAK);
		KUNIT_ASSERT_EQ(test, in(&f, &m, now), 0);
		KUNIT_ASSERT_EQ(test, f.state, KSMOL_DHCP_INIT);
		wait = now + (SEC << min(i, 6));
	}
	KUNIT_EXPECT_GE(test, f.due, now + 64 * SEC);
}

/* An answer can't come before there was a question. */
static void request__answered_unsent(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = started();
	struct ksmol_dhcp m;

	go(&f, T0, R);
	m = msg(&f, KSMOL_DHCP_OFFER);
	KUNIT_EXPECT_EQ(test, in(&f, &m, T0), 0);
	m.type = KSMOL_DHCP_ACK;
	KUNIT_EXPECT_EQ(test, in(&f, &m, T0), KSMOL_DROP_DHCP_STRAY);
}

/* --- leases --- */

/* They count from the request, not from the answer. */
static void lease__counts_from_the_request(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = bound(test, 3600);

	KUNIT_EXPECT_EQ(test, f.lease.t1, T0 + HOUR / 2);
	KUNIT_EXPECT_EQ(test, f.lease.t2, T0 + HOUR / 8 * 7);
	KUNIT_EXPECT_EQ(test, f.lease.end, T0 + HOUR);
	KUNIT_EXPECT_EQ(test, f.due, f.lease.t1);
}

static void lease__times_of_the_server(struct kunit *test)
{
	static const struct { u32 t1, t2; u64 want1, want2; } tries[] = {
		{ 100, 200, 100, 200 },
		{ 0, 0, 1800, 3150 },
		{ 100, 0, 100, 3150 },
		{ 0, 2000, 1800, 2000 },
		{ 0, 1000, 500, 1000 },
		{ 200, 100, 50, 100 },
		{ 4000, 5000, 1800, 3150 },
		{ 100, 3600, 100, 3150 },
		{ U32_MAX, U32_MAX, 1800, 3150 },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		struct ksmol_dhcp_fsm f = requesting(test);
		struct ksmol_dhcp m = msg(&f, KSMOL_DHCP_ACK);

		m.t1 = tries[i].t1;
		m.t2 = tries[i].t2;
		KUNIT_EXPECT_EQ(test, in(&f, &m, T0), 0);
		KUNIT_EXPECT_EQ(test, f.lease.t1, T0 + tries[i].want1 * SEC);
		KUNIT_EXPECT_EQ(test, f.lease.t2, T0 + tries[i].want2 * SEC);
	}
}

static void lease__infinite(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = bound(test, KSMOL_DHCP_INFINITE);

	KUNIT_EXPECT_EQ(test, f.due, KSMOL_DHCP_NEVER);
	KUNIT_EXPECT_EQ(test, go(&f, T0 + 1000000 * HOUR, R),
			KSMOL_DHCP_NOTHING);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_DHCP_BOUND);
}

static void lease__longest(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = bound(test, KSMOL_DHCP_INFINITE - 1);

	KUNIT_EXPECT_EQ(test, f.lease.end, T0 + (U32_MAX - 1) * SEC);
	KUNIT_EXPECT_EQ(test, go(&f, T0 + 500000 * HOUR, R),
			KSMOL_DHCP_NOTHING);
}

static void bound__nothing_is_heard(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = bound(test, 3600);
	struct ksmol_dhcp m = msg(&f, KSMOL_DHCP_NAK);

	KUNIT_EXPECT_EQ(test, in(&f, &m, T0), KSMOL_DROP_DHCP_STRAY);
	m.type = KSMOL_DHCP_ACK;
	KUNIT_EXPECT_EQ(test, in(&f, &m, T0), KSMOL_DROP_DHCP_STRAY);
	m.type = KSMOL_DHCP_OFFER;
	KUNIT_EXPECT_EQ(test, in(&f, &m, T0), KSMOL_DROP_DHCP_STRAY);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_DHCP_BOUND);
}

static void renew__by_its_server(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = bound(test, 3600);
	struct ksmol_dhcp_request req;
	u64 t1 = f.lease.t1;
	struct ksmol_dhcp m;

	KUNIT_EXPECT_EQ(test, go(&f, t1 - 1, 77), KSMOL_DHCP_NOTHING);
	KUNIT_EXPECT_EQ(test, go(&f, t1, 77), KSMOL_DHCP_SEND_RENEW);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_DHCP_RENEWING);
	ksmol_dhcp_fsm_request(&f, KSMOL_DHCP_SEND_RENEW, t1, &req);
	KUNIT_EXPECT_EQ(test, req.type, KSMOL_DHCP_REQUEST);
	KUNIT_EXPECT_EQ(test, req.ciaddr, US);
	KUNIT_EXPECT_EQ(test, req.address | req.server, 0U);
	KUNIT_EXPECT_EQ(test, req.secs, 0);
	m = msg(&f, KSMOL_DHCP_ACK);
	m.server = SERVER2;
	KUNIT_EXPECT_EQ(test, in(&f, &m, t1), KSMOL_DROP_DHCP_STRAY);
	m.server = SERVER;
	KUNIT_EXPECT_EQ(test, in(&f, &m, t1 + SEC), 0);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_DHCP_BOUND);
	KUNIT_EXPECT_EQ(test, f.lease.end, t1 + HOUR);
}

/* Half of what is left each time, but a minute; then any server will do. */
static void renew__no_answer(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = bound(test, 36000);
	u64 now = f.lease.t1, t2 = f.lease.t2, end = f.lease.end;
	u32 xid, sent = 0;

	for (; now < t2; now = f.due) {
		xid = f.xid;
		KUNIT_ASSERT_EQ(test, go(&f, now, 100 + sent),
				KSMOL_DHCP_SEND_RENEW);
		KUNIT_EXPECT_NE(test, f.xid, xid);
		KUNIT_EXPECT_GE(test, f.due, min(t2, now + 60 * SEC));
		KUNIT_EXPECT_LE(test, f.due, t2);
		sent++;
	}
	KUNIT_EXPECT_LE(test, sent, 12U);
	for (sent = 0; now < end; now = f.due, sent++) {
		KUNIT_ASSERT_EQ(test, go(&f, now, 200 + sent),
				KSMOL_DHCP_SEND_REBIND);
		KUNIT_EXPECT_EQ(test, f.state, KSMOL_DHCP_REBINDING);
		KUNIT_EXPECT_TRUE(test, ksmol_dhcp_fsm_leased(&f));
	}
	KUNIT_EXPECT_LE(test, sent, 12U);
	KUNIT_EXPECT_EQ(test, go(&f, end, R), KSMOL_DHCP_SEND_DISCOVER);
	KUNIT_EXPECT_FALSE(test, ksmol_dhcp_fsm_leased(&f));
}

/* The shortest lease does not loop. */
static void renew__shortest_lease(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = bound(test, KSMOL_DHCP_LEASE_MIN);
	u64 now = f.lease.t1, end = f.lease.end;
	int sent = 0;

	for (; now < end; now = f.due) {
		KUNIT_EXPECT_NE(test, go(&f, now, R + sent),
				KSMOL_DHCP_NOTHING);
		KUNIT_ASSERT_GT(test, f.due, now);
		sent++;
	}
	KUNIT_EXPECT_LE(test, sent, 8);
}

/* Pitfall 5: the request stays due, and the lease counts from when it went. */
static void renew__no_buffer_at_first(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = bound(test, 3600);
	u64 now = f.lease.t1;
	struct ksmol_dhcp m;
	int i;

	for (i = 0; i < 50; i++) {
		KUNIT_EXPECT_EQ(test, ksmol_dhcp_fsm_due(&f, now, R),
				KSMOL_DHCP_SEND_RENEW);
		ksmol_dhcp_fsm_sent(&f, KSMOL_DHCP_SEND_RENEW, f.xid, false,
				    now, R);
		KUNIT_EXPECT_EQ(test, f.due, now + KSMOL_DHCP_RETRY);
		now = f.due;
	}
	KUNIT_EXPECT_EQ(test, go(&f, now, R), KSMOL_DHCP_SEND_RENEW);
	m = msg(&f, KSMOL_DHCP_ACK);
	KUNIT_EXPECT_EQ(test, in(&f, &m, now), 0);
	KUNIT_EXPECT_EQ(test, f.lease.end, now + HOUR);
}

static void renew__refused(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = bound(test, 3600);
	u64 t1 = f.lease.t1;
	struct ksmol_dhcp m;

	go(&f, t1, 77);
	m = msg(&f, KSMOL_DHCP_NAK);
	KUNIT_EXPECT_EQ(test, in(&f, &m, t1), 0);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_DHCP_INIT);
	KUNIT_EXPECT_FALSE(test, ksmol_dhcp_fsm_leased(&f));
	KUNIT_EXPECT_GT(test, f.due, t1);
}

static void rebind__by_another(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = bound(test, 3600);
	u64 t2 = f.lease.t2;
	struct ksmol_dhcp m;

	KUNIT_EXPECT_EQ(test, go(&f, t2, 77), KSMOL_DHCP_SEND_REBIND);
	m = msg(&f, KSMOL_DHCP_ACK);
	m.server = SERVER2;
	KUNIT_EXPECT_EQ(test, in(&f, &m, t2), 0);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_DHCP_BOUND);
	KUNIT_EXPECT_EQ(test, f.lease.server, SERVER2);
}

/* Another address than before has to be checked as the first was. */
static void rebind__another_address(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = bound(test, 3600);
	u64 t2 = f.lease.t2;
	struct ksmol_dhcp m;

	go(&f, t2, 77);
	m = msg(&f, KSMOL_DHCP_ACK);
	m.yiaddr = OTHER;
	KUNIT_EXPECT_EQ(test, in(&f, &m, t2), 0);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_DHCP_CHECKING);
	KUNIT_EXPECT_EQ(test, f.lease.addr, OTHER);
}

/* --- conflicts --- */

static void conflict__declined(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = requesting(test);
	struct ksmol_dhcp m = msg(&f, KSMOL_DHCP_ACK);
	struct ksmol_dhcp_request req;

	in(&f, &m, T0);
	ksmol_dhcp_fsm_checked(&f, false, T0 + 3 * SEC, 99);
	KUNIT_EXPECT_FALSE(test, ksmol_dhcp_fsm_leased(&f));
	KUNIT_EXPECT_EQ(test, ksmol_dhcp_fsm_due(&f, T0 + 3 * SEC, R),
			KSMOL_DHCP_SEND_DECLINE);
	ksmol_dhcp_fsm_request(&f, KSMOL_DHCP_SEND_DECLINE, T0 + 3 * SEC,
			       &req);
	KUNIT_EXPECT_EQ(test, req.type, KSMOL_DHCP_DECLINE);
	KUNIT_EXPECT_EQ(test, req.address, US);
	KUNIT_EXPECT_EQ(test, req.server, SERVER);
	KUNIT_EXPECT_EQ(test, req.ciaddr, 0U);
	ksmol_dhcp_fsm_sent(&f, KSMOL_DHCP_SEND_DECLINE, f.xid, true,
			    T0 + 3 * SEC, R);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_DHCP_INIT);
	/* RFC 2131 3.1: at least ten seconds. */
	KUNIT_EXPECT_GE(test, f.due, T0 + 13 * SEC);
}

/* Nor is a decline that finds no buffer for ever. */
static void conflict__not_sent(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = requesting(test);
	struct ksmol_dhcp m = msg(&f, KSMOL_DHCP_ACK);
	enum ksmol_dhcp_act act;
	int tries = 0;

	in(&f, &m, T0);
	ksmol_dhcp_fsm_checked(&f, false, T0, 99);
	while ((act = ksmol_dhcp_fsm_due(&f, f.due, R)) ==
	       KSMOL_DHCP_SEND_DECLINE && tries++ < 1000)
		ksmol_dhcp_fsm_sent(&f, act, f.xid, false, f.due, R);
	KUNIT_EXPECT_EQ(test, act, KSMOL_DHCP_SEND_DISCOVER);
	KUNIT_EXPECT_EQ(test, tries, 100);
}

static void checking__ends_with_its_lease(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = requesting(test);
	struct ksmol_dhcp m = msg(&f, KSMOL_DHCP_ACK);

	in(&f, &m, T0);
	KUNIT_EXPECT_EQ(test, go(&f, T0 + HOUR - 1, R), KSMOL_DHCP_NOTHING);
	KUNIT_EXPECT_EQ(test, go(&f, T0 + HOUR, R), KSMOL_DHCP_SEND_DISCOVER);
}

static void checking__no_room_for_it(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = requesting(test);
	struct ksmol_dhcp m = msg(&f, KSMOL_DHCP_ACK);

	in(&f, &m, T0);
	ksmol_dhcp_fsm_failed(&f, T0, R);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_DHCP_INIT);
	KUNIT_EXPECT_EQ(test, f.due, T0 + 10 * SEC);
}

/* What was sent before the link went is not recorded after it. */
static void sent__after_a_restart(struct kunit *test)
{
	struct ksmol_dhcp_fsm f = bound(test, 3600);
	u32 xid;

	ksmol_dhcp_fsm_due(&f, f.lease.t1, 77);
	xid = f.xid;
	ksmol_dhcp_fsm_stop(&f);
	ksmol_dhcp_fsm_sent(&f, KSMOL_DHCP_SEND_RENEW, xid, true, T0, R);
	KUNIT_EXPECT_EQ(test, f.due, KSMOL_DHCP_NEVER);
	ksmol_dhcp_fsm_start(&f, T0, R);
	ksmol_dhcp_fsm_sent(&f, KSMOL_DHCP_SEND_DISCOVER, xid, true, T0, R);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_DHCP_INIT);
}

static struct kunit_case fsm_cases[] = {
	KUNIT_CASE(fsm__stopped),
	KUNIT_CASE(fsm__begins_within_a_second),
	KUNIT_CASE(discover__backs_off),
	KUNIT_CASE(discover__for_ever),
	KUNIT_CASE(discover__not_sent),
	KUNIT_CASE(discover__message),
	KUNIT_CASE(offer__not_ours),
	KUNIT_CASE(offer__unusable),
	KUNIT_CASE(offer__router_off_link),
	KUNIT_CASE(request__message),
	KUNIT_CASE(request__no_answer),
	KUNIT_CASE(request__another_server_answers),
	KUNIT_CASE(request__refused_again_and_again),
	KUNIT_CASE(request__answered_unsent),
	KUNIT_CASE(lease__counts_from_the_request),
	KUNIT_CASE(lease__times_of_the_server),
	KUNIT_CASE(lease__infinite),
	KUNIT_CASE(lease__longest),
	KUNIT_CASE(bound__nothing_is_heard),
	KUNIT_CASE(renew__by_its_server),
	KUNIT_CASE(renew__no_answer),
	KUNIT_CASE(renew__shortest_lease),
	KUNIT_CASE(renew__no_buffer_at_first),
	KUNIT_CASE(renew__refused),
	KUNIT_CASE(rebind__by_another),
	KUNIT_CASE(rebind__another_address),
	KUNIT_CASE(conflict__declined),
	KUNIT_CASE(conflict__not_sent),
	KUNIT_CASE(checking__ends_with_its_lease),
	KUNIT_CASE(checking__no_room_for_it),
	KUNIT_CASE(sent__after_a_restart),
	{}
};

static struct kunit_suite fsm_suite = {
	.name = "ksmol_iface_dhcp_fsm",
	.test_cases = fsm_cases,
};

kunit_test_suite(fsm_suite);
