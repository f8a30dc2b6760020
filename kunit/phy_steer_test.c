// SPDX-License-Identifier: GPL-2.0-only
/* Frames that another CPU shall send. */

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/smp.h>
#include <linux/tcp.h>
#include <ksmol/compat.h>
#include <ksmol/phy.h>
#include "phy_fixture.h"

#define HEADERS	(20 + 20)
#define QUEUE	512	/* as phy/cpu_queue.c has it */

/* Has this CPU, until steer_end(). */
static struct phy_fixture *steer_up(struct kunit *test)
{
	struct phy_fixture *f;

	if (num_online_cpus() < 2)
		kunit_skip(test, "needs two CPUs");
	f = phy_up(test, NETIF_F_SG | NETIF_F_HW_CSUM);
	f->phy->has_peer = true;
	f->phy->outstanding_max = QUEUE;
	migrate_disable();
	return f;
}

static int other_cpu(void)
{
	return cpumask_any_but(cpu_online_mask, smp_processor_id());
}

static void ack(struct kunit *test, struct phy_fixture *f, int cpu)
{
	struct ksmol_tx_segment seg;
	int err;

	ksmol_segment_init(&seg);
	memset(ksmol_segment_push(&seg, HEADERS), 0, HEADERS);
	seg.thlen = 20;
	seg.csum_offset = offsetof(struct tcphdr, check);
	seg.cpu = cpu;
	rcu_read_lock();
	local_bh_disable();
	err = ksmol_phy_xmit_segment(f->phy, &seg, ksmol_vdev_peer_mac,
				     htons(ETH_P_IP));
	local_bh_enable();
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, err, 0);
}

/* All that was steered has ended. */
static bool quiet(const struct phy_fixture *f)
{
	int i;

	for (i = 0; i < 1000 && ksmol_phy_outstanding(f->phy); i++)
		msleep(20);
	return !ksmol_phy_outstanding(f->phy);
}

static void steer_end(struct kunit *test, struct phy_fixture *f, u64 steered,
		      u64 sent)
{
	struct ksmol_phy_stats sum;

	migrate_enable();
	KUNIT_EXPECT_TRUE(test, quiet(f));
	ksmol_phy_stats_sum(f->phy, &sum);
	KUNIT_EXPECT_EQ(test, sum.tx_steered, steered);
	KUNIT_EXPECT_EQ(test, sum.tx_frames, sent);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&f->vdev->sent), sent);
}

/* The other CPU does nothing until it is let go. */
struct busy {
	bool is;
	bool until;
};

static void be_busy(void *info)
{
	struct busy *busy = info;

	WRITE_ONCE(busy->is, true);
	while (!READ_ONCE(busy->until))
		cpu_relax();
}

static void make_busy(struct busy *busy)
{
	smp_call_function_single(other_cpu(), be_busy, busy, 0);
	while (!READ_ONCE(busy->is))
		cpu_relax();
}

static void let_go(struct busy *busy)
{
	WRITE_ONCE(busy->until, true);
}

static void steer__leaves_on_the_other_cpu(struct kunit *test)
{
	struct phy_fixture *f = steer_up(test);
	int cpu = other_cpu();

	ack(test, f, cpu);
	steer_end(test, f, 1, 1);
	KUNIT_EXPECT_EQ(test, f->vdev->cpu, cpu);
}

static void steer__stays_without_a_peer(struct kunit *test)
{
	struct phy_fixture *f = steer_up(test);
	int cpu = smp_processor_id();

	f->phy->has_peer = false;
	ack(test, f, other_cpu());
	KUNIT_EXPECT_EQ(test, f->vdev->cpu, cpu);
	steer_end(test, f, 0, 1);
}

static void steer__stays_where_it_is_meant_to_go(struct kunit *test)
{
	struct phy_fixture *f = steer_up(test);
	int cpu = smp_processor_id();

	ack(test, f, cpu);
	ack(test, f, -1);
	KUNIT_EXPECT_EQ(test, f->vdev->cpu, cpu);
	steer_end(test, f, 0, 2);
}

/* Nothing waits without bound, nor is anything lost by that. */
static void steer__full(struct kunit *test)
{
	struct phy_fixture *f = steer_up(test);
	struct busy busy = {};
	int i;

	make_busy(&busy);
	for (i = 0; i < QUEUE; i++)
		ack(test, f, other_cpu());
	KUNIT_EXPECT_EQ(test, skb_queue_len(&f->vdev->sent), 0U);
	ack(test, f, other_cpu());
	KUNIT_EXPECT_EQ(test, skb_queue_len(&f->vdev->sent), 1U);
	let_go(&busy);
	steer_end(test, f, QUEUE, QUEUE + 1);
}

static void steer__device_down_meanwhile(struct kunit *test)
{
	u64 dropped = phy_tx_drops(KSMOL_TX_DROP_DEV_DOWN);
	struct phy_fixture *f = steer_up(test);
	struct busy busy = {};
	int i;

	make_busy(&busy);
	for (i = 0; i < 3; i++)
		ack(test, f, other_cpu());
	f->vdev->dev->flags &= ~IFF_UP;
	let_go(&busy);
	KUNIT_EXPECT_TRUE(test, quiet(f));
	f->vdev->dev->flags |= IFF_UP;
	steer_end(test, f, 3, 0);
	KUNIT_EXPECT_EQ(test, phy_tx_drops(KSMOL_TX_DROP_DEV_DOWN),
			dropped + 3);
}

/* What is on its way when the device goes is freed, and nobody waits for it. */
static void steer__detached_meanwhile(struct kunit *test)
{
	u64 dropped = phy_tx_drops(KSMOL_TX_DROP_DEV_DOWN);
	struct phy_fixture *f = steer_up(test);
	int i, round, patience = 250;

	for (round = 0; round < 50; round++) {
		for (i = 0; i < 20; i++)
			ack(test, f, other_cpu());
		phy_detach(f);
		phy_attach(test, false);
		f->phy->has_peer = true;
	}
	migrate_enable();
	/* The other CPU may be late. */
	while (skb_queue_len(&f->vdev->sent) +
	       phy_tx_drops(KSMOL_TX_DROP_DEV_DOWN) < 1000 + dropped &&
	       patience--)
		msleep(20);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&f->vdev->sent) +
			phy_tx_drops(KSMOL_TX_DROP_DEV_DOWN), 1000 + dropped);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(steer__leaves_on_the_other_cpu),
	KUNIT_CASE(steer__stays_without_a_peer),
	KUNIT_CASE(steer__stays_where_it_is_meant_to_go),
	KUNIT_CASE(steer__full),
	KUNIT_CASE(steer__device_down_meanwhile),
	KUNIT_CASE(steer__detached_meanwhile),
	{}
};

static struct kunit_suite phy_steer_suite = {
	.name = "ksmol_phy_steer",
	.init = phy_fixture_init,
	.exit = phy_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(phy_steer_suite);
