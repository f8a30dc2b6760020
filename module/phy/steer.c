// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames that another CPU shall send.
 *
 * What goes into a device with a peer on this machine, as veth, is received by
 * the peer's stack on the CPU that sent it, and if it is an ACK, so is all that
 * it lets out sent on that CPU. A reader that tells of its window would do both
 * sides' work, and the CPU of the sender wait. A real device's peer has a CPU of
 * its own: its frames leave where they are made.
 */

#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <ksmol/compat.h>
#include "cpu_queue.h"
#include "phy.h"

static DEFINE_PER_CPU(struct ksmol_cpu_queue, steered);

static void steer_send(struct sk_buff *skb)
{
	struct ksmol_phy *phy = skb_shinfo(skb)->destructor_arg;

	if (unlikely(READ_ONCE(phy->dead) ||
		     !(READ_ONCE(phy->dev->flags) & IFF_UP))) {
		ksmol_tx_dropped(KSMOL_TX_DROP_DEV_DOWN, phy->ifindex);
		kfree_skb(skb);
		return;
	}
	ksmol_tx_queue(phy, skb, skb->len - skb_network_offset(skb));
}

bool ksmol_tx_steer(struct ksmol_phy *phy, struct sk_buff *skb, int cpu)
{
	if (!phy->has_peer || cpu == smp_processor_id() || !cpu_online(cpu) ||
	    !ksmol_cpu_queue_add(&steered, cpu, skb))
		return false;
	this_cpu_ptr(phy->stats)->tx_steered++;
	return true;
}

void ksmol_steer_init(void)
{
	ksmol_cpu_queues_init(&steered, steer_send);
}

void ksmol_steer_exit(void)
{
	ksmol_cpu_queues_exit(&steered);
}
