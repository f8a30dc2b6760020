// SPDX-License-Identifier: GPL-2.0-only
/* Neighbors: the state machine by a virtual clock, and the cache around it. */

#include <linux/delay.h>
#include <linux/icmp.h>
#include <linux/rtnetlink.h>
#include "iface_fixture.h"
#include "../module/iface/neighbor.h"

/* --- the state machine --- */

#define SEC ((unsigned long)HZ)

/* Starts just before jiffies wrap around. */
static struct ksmol_neigh_fsm fsm(void)
{
	struct ksmol_neigh_fsm f;

	ksmol_neigh_fsm_init(&f, -SEC, 30 * SEC);
	return f;
}

static struct ksmol_neigh_fsm reachable(void)
{
	struct ksmol_neigh_fsm f = fsm();

	ksmol_neigh_fsm_send(&f, -SEC);
	ksmol_neigh_fsm_answered(&f, 0, true);
	return f;
}

/* Pitfall 32: the first packet waits, and goes out with the answer. */
static void fsm__first_packet_waits(struct kunit *test)
{
	struct ksmol_neigh_fsm f = fsm();

	KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_send(&f, -SEC),
			KSMOL_NEIGH_PARK | KSMOL_NEIGH_ASK_ALL);
	KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_send(&f, -SEC),
			KSMOL_NEIGH_PARK);
	KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_answered(&f, -SEC + 1, true),
			KSMOL_NEIGH_FLUSH_OK);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_NEIGH_REACHABLE);
	KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_send(&f, 0), KSMOL_NEIGH_XMIT);
}

/* Pitfall 30: after three questions, a second apart, it has failed. */
static void fsm__nobody_answers(struct kunit *test)
{
	struct ksmol_neigh_fsm f = fsm();
	int i;

	ksmol_neigh_fsm_send(&f, -SEC);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_tick(&f, i * SEC - 1),
				0);
		KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_tick(&f, i * SEC),
				KSMOL_NEIGH_ASK_ALL);
	}
	KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_tick(&f, 2 * SEC),
			KSMOL_NEIGH_FLUSH_FAIL);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_NEIGH_FAILED);
	/* Strangers may have its place, until it is sent to once more. */
	KUNIT_EXPECT_FALSE(test, f.ours);
	KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_tick(&f, 2 * SEC +
						   KSMOL_NEIGH_FAILED_TIME),
			KSMOL_NEIGH_RELEASE);
}

/* Pitfall 28: never more than one question a second, whatever is sent. */
static void fsm__questions_are_rate_limited(struct kunit *test)
{
	struct ksmol_neigh_fsm f = fsm();
	unsigned long now, last = 0;
	unsigned int asked = 0;
	u8 acts;

	for (now = 1000; now < 1000 + 20 * SEC; now++) {
		acts = ksmol_neigh_fsm_tick(&f, now);
		if (!(acts & KSMOL_NEIGH_ASK))
			acts = ksmol_neigh_fsm_send(&f, now);
		if (!(acts & KSMOL_NEIGH_ASK))
			continue;
		if (asked++)
			KUNIT_EXPECT_GE(test, now - last, SEC);
		last = now;
	}
	KUNIT_EXPECT_LE(test, asked, 20U);
	KUNIT_EXPECT_GE(test, asked, 14U);
}

/* Pitfall 28: nor by being evicted and made again. */
static void fsm__not_evicted_after_a_question(struct kunit *test)
{
	struct ksmol_neigh_fsm f = fsm();
	unsigned long now;

	ksmol_neigh_fsm_send(&f, -SEC);
	KUNIT_EXPECT_FALSE(test, ksmol_neigh_fsm_evictable(&f, 0));
	f = reachable();
	KUNIT_EXPECT_FALSE(test, ksmol_neigh_fsm_evictable(&f, 0));
	/* In whatever state it can be evicted, the question is a second old. */
	f = fsm();
	for (now = -SEC; now != 30 * SEC; now++) {
		ksmol_neigh_fsm_tick(&f, now);
		if (now == -SEC)
			ksmol_neigh_fsm_send(&f, now);
		if (ksmol_neigh_fsm_evictable(&f, now))
			KUNIT_EXPECT_GE(test, now - f.solicited, SEC);
		if (f.state == KSMOL_NEIGH_INCOMPLETE && now == 10)
			ksmol_neigh_fsm_heard(&f, now, true);
	}
}

/* Pitfall 29: in use, it is confirmed while its address goes on being used. */
static void fsm__in_use_never_stalls(struct kunit *test)
{
	struct ksmol_neigh_fsm f = reachable();
	unsigned int asked = 0;
	unsigned long now;
	u8 acts;

	for (now = 1; now < 300 * SEC; now++) {
		acts = ksmol_neigh_fsm_tick(&f, now);
		KUNIT_ASSERT_EQ(test, acts & ~KSMOL_NEIGH_ASK_ONE, 0);
		if (acts) {
			asked++;
			KUNIT_EXPECT_EQ(test, f.state, KSMOL_NEIGH_PROBE);
			KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_answered(&f, now + 1,
								       false),
					0);
		}
		KUNIT_ASSERT_EQ(test, ksmol_neigh_fsm_send(&f, now),
				KSMOL_NEIGH_XMIT);
	}
	KUNIT_EXPECT_GE(test, asked, 9U);
}

/* Pitfall 29: progress of an upper layer saves the question. */
static void fsm__confirmed_from_above(struct kunit *test)
{
	struct ksmol_neigh_fsm f = reachable();
	unsigned long now;

	for (now = 1; now < 100 * SEC; now++) {
		ksmol_neigh_fsm_send(&f, now);
		if (now % SEC == 0)
			ksmol_neigh_fsm_confirm(&f, now);
		KUNIT_ASSERT_EQ(test, ksmol_neigh_fsm_tick(&f, now), 0);
	}
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_NEIGH_REACHABLE);
}

static void fsm__idle_is_forgotten(struct kunit *test)
{
	struct ksmol_neigh_fsm f = reachable();

	f.used = f.confirmed;
	KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_tick(&f, 30 * SEC), 0);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_NEIGH_STALE);
	KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_tick(&f, 30 * SEC +
						   KSMOL_NEIGH_STALE_TIME),
			KSMOL_NEIGH_RELEASE);
}

static void fsm__stale_used_is_proved(struct kunit *test)
{
	struct ksmol_neigh_fsm f = fsm();

	ksmol_neigh_fsm_heard(&f, 0, true);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_NEIGH_STALE);
	KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_send(&f, 0), KSMOL_NEIGH_XMIT);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_NEIGH_DELAY);
	KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_tick(&f, 5 * SEC - 1), 0);
	KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_tick(&f, 5 * SEC),
			KSMOL_NEIGH_ASK_ONE);
	KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_tick(&f, 6 * SEC),
			KSMOL_NEIGH_ASK_ONE);
	KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_tick(&f, 7 * SEC),
			KSMOL_NEIGH_ASK_ONE);
	KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_tick(&f, 8 * SEC),
			KSMOL_NEIGH_FLUSH_FAIL);
}

static void fsm__heard_is_no_proof(struct kunit *test)
{
	struct ksmol_neigh_fsm f = reachable();

	/* The same address again changes nothing, another one is doubtful. */
	ksmol_neigh_fsm_heard(&f, 1, false);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_NEIGH_REACHABLE);
	ksmol_neigh_fsm_answered(&f, 1, true);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_NEIGH_STALE);
	/* One who is waited for may be used at once. */
	f = fsm();
	ksmol_neigh_fsm_send(&f, 0);
	KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_heard(&f, 1, true),
			KSMOL_NEIGH_FLUSH_OK);
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_NEIGH_DELAY);
}

/* Pitfall 5: a question that found no buffer was not asked. */
static void fsm__question_not_sent(struct kunit *test)
{
	struct ksmol_neigh_fsm f = fsm();
	int i;

	ksmol_neigh_fsm_send(&f, 0);
	for (i = 1; i < KSMOL_NEIGH_RETRIES; i++) {
		ksmol_neigh_fsm_unsent(&f, f.due);
		KUNIT_EXPECT_EQ(test, f.tries, 0);
		KUNIT_EXPECT_EQ(test, ksmol_neigh_fsm_tick(&f, f.due),
				KSMOL_NEIGH_ASK_ALL);
	}
	/* But it does not wait for ever. */
	for (i = 0; i < 10 && f.state == KSMOL_NEIGH_INCOMPLETE; i++) {
		ksmol_neigh_fsm_unsent(&f, f.due);
		ksmol_neigh_fsm_tick(&f, f.due);
	}
	KUNIT_EXPECT_EQ(test, f.state, KSMOL_NEIGH_FAILED);
}

/* --- the cache --- */

/* Pitfall 32 */
static void output__first_packet_is_sent_after_the_answer(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	u8 dst[ETH_ALEN] __aligned(2);
	struct ksmol_arp arp;
	struct iphdr *ip;

	KUNIT_EXPECT_EQ(test, iface_send(test, PEER, 100), 0);
	KUNIT_ASSERT_TRUE(test, iface_sent_arp(test, &arp, dst));
	KUNIT_EXPECT_TRUE(test, is_broadcast_ether_addr(dst));
	KUNIT_EXPECT_EQ(test, arp.op, KSMOL_ARP_REQUEST);
	KUNIT_EXPECT_EQ(test, arp.spa, US);
	KUNIT_EXPECT_EQ(test, arp.tpa, PEER);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_NEIGH), 1U);

	iface_arp(test, ksmol_vdev_mac, KSMOL_ARP_REPLY, ksmol_vdev_peer_mac,
		  PEER, US);
	ip = iface_sent_ip(test, dst);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(dst, ksmol_vdev_peer_mac));
	KUNIT_EXPECT_EQ(test, ntohs(ip->tot_len), 120);
	KUNIT_EXPECT_EQ(test, ip->daddr, PEER);
	KUNIT_EXPECT_EQ(test, iface_neigh(f, PEER), KSMOL_NEIGH_REACHABLE);

	KUNIT_EXPECT_EQ(test, iface_send(test, PEER, 100), 0);
	KUNIT_EXPECT_NOT_NULL(test, iface_sent_ip(test, dst));
}

/* Pitfall 4: packets for one neighbor are capped. */
static void output__queue_of_a_neighbor_is_bounded(struct kunit *test)
{
	u64 drops = iface_tx_drop(KSMOL_TX_DROP_NEIGH_QUEUE);
	unsigned int i;

	ksmol_params.neigh_queue = 3;
	iface_attach(test, SPEC);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, iface_send(test, PEER, 8), 0);
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, iface_send(test, PEER, 8), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_NEIGH_QUEUE),
			drops + 5);
	/* One question, three packets. */
	KUNIT_EXPECT_EQ(test, iface_forget(test), 1U);
	iface_arp(test, ksmol_vdev_mac, KSMOL_ARP_REPLY, ksmol_vdev_peer_mac,
		  PEER, US);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 3U);
}

/* Pitfall 4: in all they are capped too, and nobody's packet makes room for
 * another's.
 */
static void output__queues_in_all_are_bounded(struct kunit *test)
{
	u64 drops = iface_tx_drop(KSMOL_TX_DROP_NEIGH_TOTAL);
	unsigned int i;

	ksmol_pool.cap[KSMOL_CAP_NEIGH].max = 16;
	iface_attach(test, SPEC);
	KUNIT_EXPECT_EQ(test, iface_send(test, PEER, 8), 0);
	for (i = 0; i < 20; i++)
		iface_send(test, KSMOL_IP(10, 77, 0, 100 + i), 8);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_NEIGH), 16U);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_NEIGH_TOTAL),
			drops + 5);
	iface_forget(test);
	iface_arp(test, ksmol_vdev_mac, KSMOL_ARP_REPLY, ksmol_vdev_peer_mac,
		  PEER, US);
	KUNIT_EXPECT_NOT_NULL(test, iface_sent_ip(test, NULL));
}

/* As the pool's ladder does it. */
static u32 reclaim(enum ksmol_class class, u32 want)
{
	u32 got;

	local_bh_disable();
	got = ksmol_neigh_reclaim(&ksmol_pool, class, want);
	local_bh_enable();
	return got;
}

/* Nobody loses its only packet to another, and receivers gain nothing. */
static void reclaim__keeps_the_last_of_each(struct kunit *test)
{
	u64 drops = iface_tx_drop(KSMOL_TX_DROP_NEIGH_RECLAIMED);
	unsigned int i;

	iface_attach(test, SPEC);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, iface_send(test, PEER, 8), 0);
	KUNIT_EXPECT_EQ(test, iface_send(test, KSMOL_IP(10, 77, 0, 100), 8), 0);
	KUNIT_EXPECT_EQ(test, reclaim(KSMOL_CLASS_RX, 10), 0U);
	KUNIT_EXPECT_EQ(test, reclaim(KSMOL_CLASS_TX, 1), 1U);
	KUNIT_EXPECT_EQ(test, reclaim(KSMOL_CLASS_TX, 10), 1U);
	KUNIT_EXPECT_EQ(test, reclaim(KSMOL_CLASS_TX, 10), 0U);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_NEIGH), 2U);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_NEIGH_RECLAIMED),
			drops + 2);
	/* The newest is what arrives after the answer. */
	iface_forget(test);
	iface_arp(test, ksmol_vdev_mac, KSMOL_ARP_REPLY, ksmol_vdev_peer_mac,
		  PEER, US);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 1U);
}

/* What a stranger provoked goes before anything of our own, to the last. */
static void reclaim__strangers_replies_first(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_frame_ends ends = iface_ends(US);
	unsigned int i;

	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, iface_send(test, KSMOL_IP(10, 77, 0, 100),
						 8), 0);
	ends.saddr = KSMOL_IP(10, 77, 0, 101);
	ksmol_frame_echo(&f->frame, &ends, ICMP_ECHO, 1, 1, NULL, 56);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_NEIGH), 3U);
	KUNIT_EXPECT_EQ(test, reclaim(KSMOL_CLASS_TX, 1), 1U);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_NEIGH), 2U);
	KUNIT_EXPECT_EQ(test, reclaim(KSMOL_CLASS_TX, 5), 1U);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_NEIGH), 1U);
}

/* Pitfall 3: nor do they ever take a sender's last buffers. */
static void output__parked_packets_leave_some(struct kunit *test)
{
	u64 drops = iface_tx_drop(KSMOL_TX_DROP_NEIGH_TOTAL);
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_pbuf *pb;

	iface_take_tx(f, false);
	local_bh_disable();
	pb = ksmol_pbuf_list_pop(&f->tx);
	ksmol_pbuf_free(pb);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, iface_send(test, PEER, 8), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_NEIGH_TOTAL),
			drops + 1);
	/* It was asked for all the same. */
	KUNIT_EXPECT_EQ(test, iface_neigh(f, PEER), KSMOL_NEIGH_INCOMPLETE);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 1U);
}

/* Pitfall 30: senders are told that nobody answered. */
static void output__failure_is_reported(struct kunit *test)
{
	u64 drops = iface_tx_drop(KSMOL_TX_DROP_NEIGH_FAILED);
	struct iface_fixture *f = iface_attach(test, SPEC);

	iface_send(test, PEER, 20);
	iface_send(test, PEER, 20);
	iface_later(f, 1100);
	iface_later(f, 2200);
	KUNIT_EXPECT_EQ(test, f->errors, 0U);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 3U);
	iface_later(f, 3300);
	KUNIT_EXPECT_EQ(test, f->errors, 2U);
	KUNIT_EXPECT_EQ(test, f->error.errno_, EHOSTUNREACH);
	KUNIT_EXPECT_TRUE(test, f->error.fatal);
	KUNIT_EXPECT_EQ(test, f->error.quote.proto, IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, f->error.quote.saddr.v4, US);
	KUNIT_EXPECT_EQ(test, f->error.quote.daddr.v4, PEER);
	KUNIT_EXPECT_EQ(test, f->error.quote.sport, htons(2000));
	KUNIT_EXPECT_EQ(test, f->error.quote.dport, htons(1000));
	KUNIT_EXPECT_EQ(test, f->error.payload_len, 12U);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_NEIGH_FAILED),
			drops + 2);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_NEIGH), 0U);
	KUNIT_EXPECT_EQ(test, iface_neigh(f, PEER), KSMOL_NEIGH_FAILED);
}

/* Pitfall 8: a neighbor that is silent does not stop another. */
static void output__silent_neighbor_blocks_nobody(struct kunit *test)
{
	unsigned int i;

	iface_attach(test, SPEC);
	iface_know_peer(test);
	for (i = 0; i < 50; i++) {
		iface_send(test, OTHER, 8);
		iface_forget(test);
		KUNIT_EXPECT_EQ(test, iface_send(test, PEER, 8), 0);
		KUNIT_EXPECT_NOT_NULL(test, iface_sent_ip(test, NULL));
	}
}

/* Pitfall 61: packets that wait when the link or the interface goes. */
static void output__link_down_flushes(struct kunit *test)
{
	u64 drops = iface_tx_drop(KSMOL_TX_DROP_NEIGH_FLUSHED);
	struct iface_fixture *f = iface_attach(test, SPEC);

	iface_send(test, PEER, 8);
	ksmol_vdev_up(f->vdev, false);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_NEIGH_FLUSHED),
			drops + 1);
	KUNIT_EXPECT_EQ(test, f->errors, 1U);
	ksmol_vdev_up(f->vdev, true);
	iface_send(test, PEER, 8);
	iface_detach(test);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_NEIGH_FLUSHED),
			drops + 2);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_NEIGH), 0U);
}

/* Pitfall 61: the MTU shrank while a packet waited. */
static void output__mtu_shrank_meanwhile(struct kunit *test)
{
	u64 drops = iface_tx_drop(KSMOL_TX_DROP_TOO_BIG);
	struct iface_fixture *f = iface_attach(test, SPEC);

	iface_send(test, PEER, 1000);
	rtnl_lock();
	dev_set_mtu(f->vdev->dev, 500);
	rtnl_unlock();
	iface_forget(test);
	iface_arp(test, ksmol_vdev_mac, KSMOL_ARP_REPLY, ksmol_vdev_peer_mac,
		  PEER, US);
	KUNIT_EXPECT_NULL(test, iface_sent_ip(test, NULL));
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_TOO_BIG), drops + 1);
}

/* Pitfall 5: the question is asked once there is a buffer for it. */
static void output__question_waits_for_a_buffer(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_flow flow = iface_flow(PEER);
	struct ksmol_dst dst;
	struct ksmol_pbuf *pb;

	iface_take_tx(f, true);
	local_bh_disable();
	pb = ksmol_pbuf_list_pop(&f->tx);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, ksmol_route(&flow, &dst), 0);
	ksmol_ip_output(&flow, &dst, pb);
	rcu_read_unlock();
	/* All but the one that it gave back is still ours. */
	pb = ksmol_pbuf_alloc_tx(&ksmol_pool, true);
	if (pb)
		ksmol_pbuf_list_add(&f->tx, pb);
	local_bh_enable();
	iface_forget(test);
	iface_later(f, 1100);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	KUNIT_EXPECT_EQ(test, iface_neigh(f, PEER), KSMOL_NEIGH_INCOMPLETE);
	iface_give_tx(f);
	iface_later(f, 1300);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 1U);
}

/* Pitfall 29: traffic goes on while the neighbor is asked again. */
static void output__probing_while_in_use(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	u8 dst[ETH_ALEN] __aligned(2);
	struct ksmol_arp arp;

	iface_know_peer(test);
	msleep(20);
	iface_send(test, PEER, 8);
	iface_forget(test);
	iface_later(f, 50000);
	KUNIT_EXPECT_EQ(test, iface_neigh(f, PEER), KSMOL_NEIGH_PROBE);
	KUNIT_ASSERT_TRUE(test, iface_sent_arp(test, &arp, dst));
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(dst, ksmol_vdev_peer_mac));
	iface_send(test, PEER, 8);
	KUNIT_EXPECT_NOT_NULL(test, iface_sent_ip(test, dst));
	iface_arp(test, ksmol_vdev_mac, KSMOL_ARP_REPLY, ksmol_vdev_peer_mac,
		  PEER, US);
	KUNIT_EXPECT_EQ(test, iface_neigh(f, PEER), KSMOL_NEIGH_REACHABLE);
}

/* --- who gets into it --- */

/* @n forged stations ask for our address. */
static void flood(struct kunit *test, unsigned int n)
{
	u8 mac[ETH_ALEN] = { 2, 0xbb };
	unsigned int i;

	for (i = 0; i < n; i++) {
		put_unaligned_be32(i, mac + 2);
		iface_arp(test, NULL, KSMOL_ARP_REQUEST, mac,
			  htonl(0x0a4e0000 + 256 + i), KSMOL_IP(10, 78, 0, 1));
	}
	iface_forget(test);
}

/* Forgets what was sent. Return: whether @addr was asked for; others, who don't
 * answer, may be asked once more meanwhile.
 */
static bool asked_for(struct kunit *test, __be32 addr)
{
	struct ksmol_arp arp;
	bool found = false;

	while (iface_sent_arp(test, &arp, NULL))
		if (arp.op == KSMOL_ARP_REQUEST && arp.tpa == addr)
			found = true;
	return found;
}

/* Pitfall 26: forged senders don't evict who is in use. */
static void heard__flood_of_forged_senders(struct kunit *test)
{
	struct iface_fixture *f;
	unsigned int i;

	f = iface_attach(test, "10.77.0.1/24,10.78.0.1/16");
	iface_know_peer(test);
	iface_send(test, OTHER, 8);
	iface_forget(test);
	flood(test, 3 * ksmol_neigh_table.nr);
	KUNIT_EXPECT_EQ(test, iface_neigh(f, PEER), KSMOL_NEIGH_REACHABLE);
	KUNIT_EXPECT_EQ(test, iface_neigh(f, OTHER), KSMOL_NEIGH_INCOMPLETE);
	/* Nor do they keep us from talking to somebody new. */
	for (i = 10; i < 20; i++) {
		KUNIT_EXPECT_EQ(test, iface_send(test, KSMOL_IP(10, 77, 0, i),
						 8), 0);
		KUNIT_EXPECT_TRUE(test,
				  asked_for(test, KSMOL_IP(10, 77, 0, i)));
	}
}

/* A table full of those who are being asked: an error, and counted. */
static void output__table_full(struct kunit *test)
{
	u64 drops = iface_tx_drop(KSMOL_TX_DROP_NEIGH_TABLE);
	unsigned int i;

	iface_attach(test, "10.78.0.1/16");
	for (i = 0; i < ksmol_neigh_table.nr; i++)
		iface_send(test, htonl(0x0a4e0100 + i), 8);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_NEIGH_TABLE), drops);
	KUNIT_EXPECT_EQ(test, iface_send(test, KSMOL_IP(10, 78, 200, 1), 8),
			-EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_NEIGH_TABLE),
			drops + 1);
}

/* Pitfall 26: what is not for us makes no entry. */
static void heard__requests_for_others(struct kunit *test)
{
	u64 drops = iface_verdict(KSMOL_DROP_ARP_NOT_US);
	struct iface_fixture *f = iface_attach(test, SPEC);

	iface_arp(test, NULL, KSMOL_ARP_REQUEST, ksmol_vdev_peer_mac, PEER,
		  OTHER);
	/* Gratuitous. */
	iface_arp(test, NULL, KSMOL_ARP_REQUEST, ksmol_vdev_peer_mac, PEER,
		  PEER);
	/* A reply to a question that we never asked. */
	iface_arp(test, ksmol_vdev_mac, KSMOL_ARP_REPLY, ksmol_vdev_peer_mac,
		  PEER, US);
	KUNIT_EXPECT_EQ(test, iface_neigh(f, PEER), KSMOL_NEIGH_FREE);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ARP_NOT_US), drops + 3);
	/* From another network, even though it asks for us. */
	iface_arp(test, NULL, KSMOL_ARP_REQUEST, ksmol_vdev_peer_mac, FAR, US);
	KUNIT_EXPECT_EQ(test, iface_neigh(f, FAR), KSMOL_NEIGH_FREE);
	/* From one that will hear from us. */
	iface_arp(test, NULL, KSMOL_ARP_REQUEST, ksmol_vdev_peer_mac, PEER,
		  US);
	KUNIT_EXPECT_EQ(test, iface_neigh(f, PEER), KSMOL_NEIGH_STALE);
}

/* Pitfall 26: but it refreshes those that we know. */
static void heard__gratuitous_moves_a_neighbor(struct kunit *test)
{
	static const u8 moved[ETH_ALEN] __aligned(2) = { 2, 0, 0, 0, 9, 9 };
	u8 dst[ETH_ALEN] __aligned(2);

	iface_attach(test, SPEC);
	iface_know_peer(test);
	iface_arp(test, NULL, KSMOL_ARP_REQUEST, moved, PEER, PEER);
	iface_send(test, PEER, 8);
	KUNIT_EXPECT_NOT_NULL(test, iface_sent_ip(test, dst));
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(dst, moved));
}

/* Pitfall 27: a group is nobody's address. */
static void heard__multicast_answer(struct kunit *test)
{
	static const u8 group[ETH_ALEN] = { 1, 0, 0x5e, 0, 0, 1 };
	u64 drops = iface_verdict(KSMOL_DROP_ARP_ADDR);
	struct iface_fixture *f = iface_attach(test, SPEC);

	iface_send(test, PEER, 8);
	ksmol_frame_arp(&f->frame, ksmol_vdev_mac, KSMOL_ARP_REPLY, group,
			PEER, ksmol_vdev_mac, US);
	ether_addr_copy(f->frame.data + ETH_ALEN, ksmol_vdev_peer_mac);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ARP_ADDR), drops + 1);
	KUNIT_EXPECT_EQ(test, iface_neigh(f, PEER), KSMOL_NEIGH_INCOMPLETE);
}

static struct kunit_case fsm_cases[] = {
	KUNIT_CASE(fsm__first_packet_waits),
	KUNIT_CASE(fsm__nobody_answers),
	KUNIT_CASE(fsm__questions_are_rate_limited),
	KUNIT_CASE(fsm__not_evicted_after_a_question),
	KUNIT_CASE(fsm__in_use_never_stalls),
	KUNIT_CASE(fsm__confirmed_from_above),
	KUNIT_CASE(fsm__idle_is_forgotten),
	KUNIT_CASE(fsm__stale_used_is_proved),
	KUNIT_CASE(fsm__heard_is_no_proof),
	KUNIT_CASE(fsm__question_not_sent),
	{}
};

static struct kunit_case neighbor_cases[] = {
	KUNIT_CASE(output__first_packet_is_sent_after_the_answer),
	KUNIT_CASE(output__queue_of_a_neighbor_is_bounded),
	KUNIT_CASE(output__queues_in_all_are_bounded),
	KUNIT_CASE(reclaim__keeps_the_last_of_each),
	KUNIT_CASE(reclaim__strangers_replies_first),
	KUNIT_CASE(output__parked_packets_leave_some),
	KUNIT_CASE(output__failure_is_reported),
	KUNIT_CASE(output__silent_neighbor_blocks_nobody),
	KUNIT_CASE(output__link_down_flushes),
	KUNIT_CASE(output__mtu_shrank_meanwhile),
	KUNIT_CASE(output__question_waits_for_a_buffer),
	KUNIT_CASE(output__probing_while_in_use),
	KUNIT_CASE(heard__flood_of_forged_senders),
	KUNIT_CASE(output__table_full),
	KUNIT_CASE(heard__requests_for_others),
	KUNIT_CASE(heard__gratuitous_moves_a_neighbor),
	KUNIT_CASE(heard__multicast_answer),
	{}
};

static struct kunit_suite fsm_suite = {
	.name = "ksmol_iface_fsm",
	.test_cases = fsm_cases,
};

static struct kunit_suite neighbor_suite = {
	.name = "ksmol_iface_neighbor",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = neighbor_cases,
};

kunit_test_suites(&fsm_suite, &neighbor_suite);
