// SPDX-License-Identifier: GPL-2.0-only
/*
 * Local delivery: a packet for one of our own addresses becomes an skb as if
 * it were sent, and comes in again from a tasklet of the same CPU. The queue
 * breaks the recursion: a sender that holds its socket's lock never finds
 * itself in its own receive path.
 */

#include <linux/interrupt.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <ksmol/compat.h>
#include "phy.h"

/* Frames that one CPU keeps at most, and how many one run of it delivers. */
#define LOOP_MAX	512
#define LOOP_BUDGET	64

/**
 * struct ksmol_loop - the local delivery of one CPU
 * @queue: frames on their way; its lock is taken with BH disabled
 * @tasklet: delivers them
 */
struct ksmol_loop {
	struct sk_buff_head queue;
	struct tasklet_struct tasklet;
};

static DEFINE_PER_CPU(struct ksmol_loop, loops);

/* Between queue and delivery: the interface. The skb's ubuf or destructor
 * holds it.
 */
struct loop_cb {
	struct ksmol_phy *phy;
};

static struct loop_cb *loop_cb(const struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct loop_cb) > sizeof(skb->cb));
	return (struct loop_cb *)skb->cb;
}

static bool loop_push(struct ksmol_loop *loop, struct sk_buff *skb)
{
	bool room;

	spin_lock(&loop->queue.lock);
	room = skb_queue_len(&loop->queue) < LOOP_MAX;
	if (room)
		__skb_queue_tail(&loop->queue, skb);
	spin_unlock(&loop->queue.lock);
	return room;
}

static struct sk_buff *loop_pop(struct ksmol_loop *loop)
{
	struct sk_buff *skb;

	spin_lock(&loop->queue.lock);
	skb = __skb_dequeue(&loop->queue);
	spin_unlock(&loop->queue.lock);
	return skb;
}

/* The skb's reference may be the interface's last; RCU keeps its memory. */
static void loop_deliver(struct sk_buff *skb)
{
	rcu_read_lock();
	ksmol_phy_rx(loop_cb(skb)->phy, skb, KSMOL_PB_LOOP);
	rcu_read_unlock();
}

static void loop_run(struct tasklet_struct *t)
{
	struct ksmol_loop *loop = from_tasklet(loop, t, tasklet);
	struct sk_buff *skb;
	int i;

	for (i = 0; i < LOOP_BUDGET; i++) {
		skb = loop_pop(loop);
		if (!skb)
			return;
		loop_deliver(skb);
	}
	tasklet_schedule(&loop->tasklet);
}

int ksmol_loop_queue(struct ksmol_phy *phy, struct sk_buff *skb, __be16 proto,
		     bool csum_ok)
{
	struct ksmol_loop *loop = this_cpu_ptr(&loops);

	skb_reset_mac_header(skb);
	skb->protocol = proto;
	skb->pkt_type = PACKET_HOST;
	/* One that was left to the device is never computed: it can't be bad. */
	skb->ip_summed = csum_ok ? CHECKSUM_UNNECESSARY : CHECKSUM_NONE;
	loop_cb(skb)->phy = phy;
	if (!loop_push(loop, skb)) {
		kfree_skb(skb);
		ksmol_tx_dropped(KSMOL_TX_DROP_LOOP_FULL, phy->ifindex);
		return -ENOBUFS;
	}
	__ksmol_stat_inc(frames_out);
	tasklet_schedule(&loop->tasklet);
	return 0;
}

static int loop_frame(struct ksmol_phy *phy, struct ksmol_pbuf *pb,
		      __be16 proto)
{
	bool csum_ok = pb->tx.csum_offset;
	struct sk_buff *skb;

	if (READ_ONCE(phy->dead))
		return ksmol_tx_refuse(phy, pb, KSMOL_TX_DROP_DEV_DOWN,
				       -ENETDOWN);
	skb = ksmol_tx_skb(phy, pb, ksmol_pbuf_chain_len(pb), 0, true);
	return IS_ERR(skb) ? PTR_ERR(skb) :
			     ksmol_loop_queue(phy, skb, proto, csum_ok);
}

int ksmol_phy_loop(struct ksmol_phy *phy, struct ksmol_pbuf *pb, __be16 proto)
{
	int err;

	local_bh_disable();
	err = loop_frame(phy, pb, proto);
	local_bh_enable();
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_phy_loop);

void ksmol_loop_init(void)
{
	struct ksmol_loop *loop;
	int cpu;

	for_each_possible_cpu(cpu) {
		loop = per_cpu_ptr(&loops, cpu);
		skb_queue_head_init(&loop->queue);
		tasklet_setup(&loop->tasklet, loop_run);
	}
}

/* The queues are empty: every frame in them held an interface. */
void ksmol_loop_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		tasklet_kill(&per_cpu_ptr(&loops, cpu)->tasklet);
}
