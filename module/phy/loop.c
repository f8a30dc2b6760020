// SPDX-License-Identifier: GPL-2.0-only
/*
 * Local delivery: a packet for one of our own addresses becomes an skb as if
 * it were sent, and comes in again from a tasklet of the same CPU. The queue
 * breaks the recursion: a sender that holds its socket's lock never finds
 * itself in its own receive path.
 */

#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <ksmol/compat.h>
#include "cpu_queue.h"
#include "phy.h"

static DEFINE_PER_CPU(struct ksmol_cpu_queue, loops);

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

static void loop_deliver(struct sk_buff *skb)
{
	ksmol_phy_rx(loop_cb(skb)->phy, skb, KSMOL_PB_LOOP);
}

int ksmol_loop_queue(struct ksmol_phy *phy, struct sk_buff *skb, __be16 proto,
		     bool csum_ok)
{
	skb_reset_mac_header(skb);
	skb->protocol = proto;
	skb->pkt_type = PACKET_HOST;
	/* One that was left to the device is never computed: it can't be bad. */
	skb->ip_summed = csum_ok ? CHECKSUM_UNNECESSARY : CHECKSUM_NONE;
	loop_cb(skb)->phy = phy;
	if (!ksmol_cpu_queue_add(&loops, smp_processor_id(), skb)) {
		kfree_skb(skb);
		ksmol_tx_dropped(KSMOL_TX_DROP_LOOP_FULL, phy->ifindex);
		return -ENOBUFS;
	}
	__ksmol_stat_inc(frames_out);
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
	ksmol_cpu_queues_init(&loops, loop_deliver);
}

/* The queues are empty: every frame in them held an interface. */
void ksmol_loop_exit(void)
{
	ksmol_cpu_queues_exit(&loops);
}
