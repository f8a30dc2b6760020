// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames that everybody is done with, but that are not freed yet: a reader on
 * another CPU leaves them on a list of the CPU that allocated them, which looks
 * at it when it next receives something. Up to 64 of them, 17 of our pages in
 * each, may lie there for as long as that CPU receives nothing.
 *
 * So whoever needs the pages makes it look: by a NAPI instance for each CPU,
 * whose poll gives the pool's caches back besides, if the CPU was asked to.
 */

#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <ksmol/compat.h>
#include <ksmol/cpu_call.h>
#include "pool.h"

/**
 * struct flush - one CPU's
 * @napi: that it is polled is what counts
 * @call: to the CPU that shall schedule it
 */
struct flush {
	struct napi_struct napi;
	struct ksmol_cpu_call call;
};

static struct flush __percpu *flushes;
static struct net_device *flush_dev;

static int flush_poll(struct napi_struct *napi, int budget)
{
	ksmol_pool_trim_here(&ksmol_pool);
	napi_complete(napi);
	return 0;
}

static void flush_here(void)
{
	napi_schedule(&this_cpu_ptr(flushes)->napi);
}

static void flush_called(void *info)
{
	struct flush *flush = info;

	ksmol_cpu_called(&flush->call);
	flush_here();
}

void ksmol_pool_flush(void)
{
	int cpu;

	local_bh_disable();
	for_each_online_cpu(cpu)
		if (cpu == smp_processor_id())
			flush_here();
		else
			ksmol_cpu_call(&per_cpu_ptr(flushes, cpu)->call, cpu);
	local_bh_enable();
}

int ksmol_pool_flush_init(void)
{
	struct flush *flush;
	int cpu;

	flush_dev = ksmol_netdev_dummy();
	flushes = alloc_percpu(struct flush);
	if (!flush_dev || !flushes) {
		if (flush_dev)
			ksmol_netdev_dummy_free(flush_dev);
		free_percpu(flushes);
		return -ENOMEM;
	}
	for_each_possible_cpu(cpu) {
		flush = per_cpu_ptr(flushes, cpu);
		ksmol_cpu_call_init(&flush->call, flush_called, flush);
		netif_napi_add(flush_dev, &flush->napi, flush_poll);
		napi_enable(&flush->napi);
	}
	return 0;
}

/* Nobody asks any more, but a call may be on its way to its CPU. */
void ksmol_pool_flush_exit(void)
{
	struct flush *flush;
	int cpu;

	kick_all_cpus_sync();
	for_each_possible_cpu(cpu) {
		flush = per_cpu_ptr(flushes, cpu);
		napi_disable(&flush->napi);
		netif_napi_del(&flush->napi);
	}
	free_percpu(flushes);
	ksmol_netdev_dummy_free(flush_dev);
}
