/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSMOL_PHY_CPU_QUEUE_H
#define _KSMOL_PHY_CPU_QUEUE_H

#include <linux/interrupt.h>
#include <linux/skbuff.h>
#include <ksmol/cpu_call.h>

/**
 * struct ksmol_cpu_queue - frames that one CPU delivers from a softirq
 * @frames: its lock is taken with BH disabled
 * @tasklet: delivers them
 * @call: from another CPU that left one, when there was none
 * @deliver: consumes one; in softirq, under RCU
 */
struct ksmol_cpu_queue {
	struct sk_buff_head frames;
	struct tasklet_struct tasklet;
	struct ksmol_cpu_call call;
	void (*deliver)(struct sk_buff *skb);
};

void ksmol_cpu_queues_init(struct ksmol_cpu_queue __percpu *queues,
			   void (*deliver)(struct sk_buff *skb));

/* The queues must be empty, and nobody adds to them. Process. */
void ksmol_cpu_queues_exit(struct ksmol_cpu_queue __percpu *queues);

/**
 * ksmol_cpu_queue_add() - leave @skb, which holds its interface, to @cpu
 *
 * Context: BH disabled. Return: false if the queue is full; @skb is still the
 * caller's then.
 */
bool ksmol_cpu_queue_add(struct ksmol_cpu_queue __percpu *queues, int cpu,
			 struct sk_buff *skb);

#endif /* _KSMOL_PHY_CPU_QUEUE_H */
