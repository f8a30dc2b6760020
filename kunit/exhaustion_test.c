// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways to run out of buffers that concern more than one room. Those of one room
 * stand with its other cases; tools/vm/README.md has the map of all.
 */

#include <linux/preempt.h>
#include "../module/socket/tcp_sock.h"
#include "tcp_conn_fixture.h"

/* Takes every received pbuf that this CPU can get, but not the emergency one;
 * migration stays disabled until they are given back.
 */
static void take_rx(struct ksmol_pbuf_list *taken)
{
	struct ksmol_pbuf *pb;

	ksmol_pbuf_list_init(taken);
	migrate_disable();
	local_bh_disable();
	while ((pb = ksmol_pbuf_alloc_rx(&ksmol_pool))) {
		if (pb->home == KSMOL_CLASS_EMERGENCY) {
			ksmol_pbuf_free(pb);
			break;
		}
		ksmol_pbuf_own(pb, KSMOL_OWNER_USER);
		ksmol_pbuf_list_add(taken, pb);
	}
	local_bh_enable();
}

static void give_rx(struct ksmol_pbuf_list *taken)
{
	local_bh_disable();
	ksmol_pbuf_list_free(taken);
	local_bh_enable();
	migrate_enable();
}

static void forget_sent(struct kunit *test)
{
	struct sk_buff *skb;

	while ((skb = peer_gets(test)))
		kfree_skb(skb);
}

static u32 unacknowledged(const struct socket *sock)
{
	const struct ksmol_tcb *tcb = &ksmol_tcp_sk(sock->sk)->tcb;

	return tcb->snd_nxt - tcb->snd_una;
}

/*
 * Received frames hold every pbuf, and TCP waits for an acknowledgment: it is
 * taken in, also from a segment whose data finds no room, and what it covers
 * gives its pbufs back.
 */
static void ack__received_frames_hold_every_pbuf(struct kunit *test)
{
	struct socket *sock = tcp_listener(test, OUR_PORT, 1), *child;
	u32 iss = handshake(test, PEER_PORT);
	struct ksmol_pbuf_list taken;

	child = tcp_accepted(test, sock);
	KUNIT_ASSERT_NOT_NULL(test, child);
	KUNIT_EXPECT_EQ(test, sock_send(test, child, 0, 0, 400, 0), 400);
	forget_sent(test);
	KUNIT_EXPECT_EQ(test, unacknowledged(child), 400U);
	take_rx(&taken);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, PEER_ISS + 1, iss + 401,
		     1000);
	KUNIT_EXPECT_EQ(test, unacknowledged(child), 0U);
	give_rx(&taken);
	KUNIT_EXPECT_EQ(test, sock_recv(test, child, 1000, 0), -EAGAIN);
	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, PEER_ISS + 1, iss + 401,
		     1000);
	KUNIT_EXPECT_EQ(test, sock_recv(test, child, 1000, 0), 1000);
}

/* Received frames hold every pbuf: a stranger's SYN is still answered. */
static void syn__received_frames_hold_every_pbuf(struct kunit *test)
{
	struct ksmol_pbuf_list taken;

	tcp_listener(test, OUR_PORT, 1);
	take_rx(&taken);
	handshake(test, PEER_PORT);
	give_rx(&taken);
}

static struct kunit_case exhaustion_cases[] = {
	KUNIT_CASE(ack__received_frames_hold_every_pbuf),
	KUNIT_CASE(syn__received_frames_hold_every_pbuf),
	{}
};

static struct kunit_suite exhaustion_suite = {
	.name = "ksmol_exhaustion",
	.init = socket_fixture_init,
	.exit = socket_fixture_exit,
	.test_cases = exhaustion_cases,
};

kunit_test_suite(exhaustion_suite);
