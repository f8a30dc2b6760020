/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A function to be called soon on another CPU, by whoever asks first. The
 * kernel's asynchronous calls want their callers one after another; here they
 * may be as many as they like.
 */
#ifndef _KSMOL_CPU_CALL_H
#define _KSMOL_CPU_CALL_H

#include <linux/bitops.h>
#include <linux/smp.h>

/**
 * struct ksmol_cpu_call - a call to one CPU
 * @csd: the kernel's part
 * @asked: bit 0: it is on its way
 *
 *	who asks			the function
 *	  leave something to do		  clear @asked
 *	  set @asked	(full barrier)	  full barrier
 *	  was it clear: call		  look what there is to do
 *
 * Nothing that was left is overlooked.
 */
struct ksmol_cpu_call {
	call_single_data_t csd;
	unsigned long asked;
};

static inline void ksmol_cpu_call_init(struct ksmol_cpu_call *call,
				       smp_call_func_t function, void *info)
{
	INIT_CSD(&call->csd, function, info);
	call->asked = 0;
}

/**
 * ksmol_cpu_call() - have the function called on @cpu
 *
 * Context: any, not preemptible. Return: false if that CPU is offline.
 */
static inline bool ksmol_cpu_call(struct ksmol_cpu_call *call, int cpu)
{
	if (test_and_set_bit(0, &call->asked))
		return true;
	if (likely(!smp_call_function_single_async(cpu, &call->csd)))
		return true;
	clear_bit(0, &call->asked);
	return false;
}

/* What the function, in its hard interrupt, does first. */
static inline void ksmol_cpu_called(struct ksmol_cpu_call *call)
{
	clear_bit(0, &call->asked);
	smp_mb__after_atomic();	/* as above: before looking */
}

#endif /* _KSMOL_CPU_CALL_H */
