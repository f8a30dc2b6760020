// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames that wait for a softirq of one CPU, be it that of whoever leaves them
 * or another.
 */

#include <linux/cpumask.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <ksmol/compat.h>
#include "cpu_queue.h"

/* Frames that one CPU keeps at most, and how many one run of it delivers. */
#define QUEUE_MAX	512
#define QUEUE_BUDGET	64

/* Return: how many there were before, QUEUE_MAX when there is no room. */
static u32 queue_push(struct ksmol_cpu_queue *queue, struct sk_buff *skb)
{
	u32 before;

	spin_lock(&queue->frames.lock);
	before = skb_queue_len(&queue->frames);
	if (before < QUEUE_MAX)
		__skb_queue_tail(&queue->frames, skb);
	spin_unlock(&queue->frames.lock);
	return before;
}

static struct sk_buff *queue_pop(struct ksmol_cpu_queue *queue)
{
	struct sk_buff *skb;

	spin_lock(&queue->frames.lock);
	skb = __skb_dequeue(&queue->frames);
	spin_unlock(&queue->frames.lock);
	return skb;
}

/* Return: nothing is left. */
static bool queue_deliver(struct ksmol_cpu_queue *queue, u32 budget)
{
	struct sk_buff *skb;

	for (; budget; budget--) {
		skb = queue_pop(queue);
		if (!skb)
			return true;
		/* Its reference may be its interface's last; RCU keeps that. */
		rcu_read_lock();
		queue->deliver(skb);
		rcu_read_unlock();
	}
	return false;
}

static void queue_run(struct tasklet_struct *t)
{
	struct ksmol_cpu_queue *queue = from_tasklet(queue, t, tasklet);

	if (!queue_deliver(queue, QUEUE_BUDGET))
		tasklet_schedule(&queue->tasklet);
}

static void queue_called(void *info)
{
	struct ksmol_cpu_queue *queue = info;

	ksmol_cpu_called(&queue->call);
	tasklet_schedule(&queue->tasklet);
}

bool ksmol_cpu_queue_add(struct ksmol_cpu_queue __percpu *queues, int cpu,
			 struct sk_buff *skb)
{
	struct ksmol_cpu_queue *queue = per_cpu_ptr(queues, cpu);
	u32 before = queue_push(queue, skb);

	if (unlikely(before == QUEUE_MAX))
		return false;
	if (cpu == smp_processor_id())
		tasklet_schedule(&queue->tasklet);
	else if (!before && unlikely(!ksmol_cpu_call(&queue->call, cpu)))
		queue_deliver(queue, QUEUE_MAX);
	return true;
}

void ksmol_cpu_queues_init(struct ksmol_cpu_queue __percpu *queues,
			   void (*deliver)(struct sk_buff *skb))
{
	struct ksmol_cpu_queue *queue;
	int cpu;

	for_each_possible_cpu(cpu) {
		queue = per_cpu_ptr(queues, cpu);
		skb_queue_head_init(&queue->frames);
		tasklet_setup(&queue->tasklet, queue_run);
		ksmol_cpu_call_init(&queue->call, queue_called, queue);
		queue->deliver = deliver;
	}
}

void ksmol_cpu_queues_exit(struct ksmol_cpu_queue __percpu *queues)
{
	int cpu;

	/* A call for frames that are gone may be on its way to its CPU. */
	kick_all_cpus_sync();
	for_each_possible_cpu(cpu)
		tasklet_kill(&per_cpu_ptr(queues, cpu)->tasklet);
}
