// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frames of a connection leave in one order, though any CPU may be the one
 * that sends: a program does on its own, an acknowledgment where it came in.
 * Devices may have a queue for each CPU (veth and loopback do), and then what
 * the second CPU sends overtakes what waits in the first one's queue; the peer
 * asks again for what was merely late.
 *
 * So another CPU takes over only when all that was sent is out of the device's
 * hands. Else it leaves the sending to the first one, which goes on as soon as
 * it gets the last of those frames back.
 */

#include <linux/interrupt.h>
#include <linux/percpu.h>
#include "tcp_send.h"
#include "tcp_sock.h"

/*
 * Frames don't wait for longer than this in a CPU's queue. A device that keeps
 * them for reasons of its own must not stop the connection: it is left alone
 * for a while.
 */
#define ORDER_PATIENCE	(10 * USEC_PER_MSEC)
#define ORDER_PAUSE	USEC_PER_SEC

/**
 * struct order_queue - connections that may go on sending, of one CPU
 * @list: linked by ksmol_tcp_sock.tx_node, one reference each
 * @tasklet: lets them
 */
struct order_queue {
	struct llist_head list;
	struct tasklet_struct tasklet;
};

static DEFINE_PER_CPU(struct order_queue, order_queues);

/* Is there something that could be overtaken? */
static bool order_matters(struct ksmol_tcp_sock *ts, u64 now)
{
	if (!atomic_read(&ts->tx_out) || now < ts->tx_lazy)
		return false;
	if (now < ts->tcb.last_tx + ORDER_PATIENCE)
		return true;
	ts->tx_lazy = now + ORDER_PAUSE;
	return false;
}

bool ksmol_tcp_order_holds(struct ksmol_tcp_sock *ts, u64 now)
{
	int cpu = smp_processor_id();

	if (likely(ts->tx_cpu == cpu))
		return false;
	if (order_matters(ts, now)) {
		WRITE_ONCE(ts->tx_held, true);
		/* (A) held, then out; pairs with (B): one of us sees the other */
		smp_mb();
		if (atomic_read(&ts->tx_out)) {
			ksmol_tcp_send_at(&ts->tcb,
					  ts->tcb.last_tx + ORDER_PATIENCE);
			return true;
		}
	}
	ts->tx_cpu = cpu;
	return false;
}

struct sock *ksmol_tcp_order_charge(struct ksmol_tcp_sock *ts)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);

	atomic_inc(&ts->tx_out);
	sock_hold(sk);
	return sk;
}

/* Where the last of its frames came back, for that is where they were. */
static void order_queue(struct ksmol_tcp_sock *ts)
{
	struct order_queue *queue;
	unsigned long flags;

	local_irq_save(flags);
	queue = this_cpu_ptr(&order_queues);
	if (llist_add(&ts->tx_node, &queue->list))
		tasklet_schedule(&queue->tasklet);
	local_irq_restore(flags);
}

void ksmol_tcp_order_done(struct sock *sk)
{
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sk);

	/* (B) out, then held: a full barrier; pairs with (A) */
	if (!atomic_dec_return(&ts->tx_out) && READ_ONCE(ts->tx_held) &&
	    !test_and_set_bit(0, &ts->tx_queued))
		order_queue(ts);
	else
		sock_put(sk);
}

static void order_run(struct tasklet_struct *t)
{
	struct order_queue *queue = from_tasklet(queue, t, tasklet);
	struct llist_node *list = llist_del_all(&queue->list);
	struct ksmol_tcp_sock *ts, *next;

	llist_for_each_entry_safe(ts, next, list, tx_node) {
		WRITE_ONCE(ts->tx_held, false);
		clear_bit(0, &ts->tx_queued);
		ksmol_tcp_defer(ts, KSMOL_TCP_DEFER_SEND);
		sock_put(ksmol_tcp_to_sk(ts));
	}
}

void ksmol_tcp_order_init(void)
{
	struct order_queue *queue;
	int cpu;

	for_each_possible_cpu(cpu) {
		queue = per_cpu_ptr(&order_queues, cpu);
		init_llist_head(&queue->list);
		tasklet_setup(&queue->tasklet, order_run);
	}
	ksmol_segment_done = ksmol_tcp_order_done;
}

/* No socket is left, so no list has any. */
void ksmol_tcp_order_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		tasklet_kill(&per_cpu_ptr(&order_queues, cpu)->tasklet);
}
