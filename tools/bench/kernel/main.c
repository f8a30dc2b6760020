// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing the name of a measurement to the parameter run= runs it, in the
 * context of the writer; the results are lines of the kernel log that begin
 * with "ksmol_bench: test=", times in nanoseconds per packet.
 */

#include <linux/module.h>
#include <linux/moduleparam.h>

#include <ksmol/compat.h>

#include "bench.h"

unsigned int bench_rounds = 9;
module_param_named(rounds, bench_rounds, uint, 0644);
MODULE_PARM_DESC(rounds, "times that each figure is measured");

unsigned int bench_packets = 200000;
module_param_named(packets, bench_packets, uint, 0644);
MODULE_PARM_DESC(packets, "packets in each round");

unsigned int bench_protocol = 257;
module_param_named(protocol, bench_protocol, uint, 0444);
MODULE_PARM_DESC(protocol, "socket protocol number of ksmol");

char *bench_note = "";
module_param_named(note, bench_note, charp, 0644);
MODULE_PARM_DESC(note, "added to each line of results");

static const struct {
	const char *name;
	int (*run)(void);
} tests[] = {
	{ "udp", bench_udp },
	{ "policy", bench_policy },
	{ "exhaustion", bench_exhaustion },
	{ "tokens", bench_tokens },
	{ "alloc", bench_alloc },
	{ "sockets", bench_sockets },
	{ "multicast", bench_multicast },
};

static DEFINE_MUTEX(run_lock);

static int run_locked(int (*run)(void))
{
	int err = -EINVAL;

	mutex_lock(&run_lock);
	if (bench_rounds && bench_rounds <= BENCH_ROUNDS_MAX && bench_packets)
		err = run();
	mutex_unlock(&run_lock);
	return err;
}

static int run_set(const char *val, const struct kernel_param *kp)
{
	unsigned int i;

	if (!bench_device(BENCH_FLOOR))
		return -EAGAIN;
	for (i = 0; i < ARRAY_SIZE(tests); i++)
		if (sysfs_streq(val, tests[i].name))
			return run_locked(tests[i].run);
	return -EINVAL;
}

static const struct kernel_param_ops run_ops = { .set = run_set };
module_param_cb(run, &run_ops, NULL, 0200);
MODULE_PARM_DESC(run, "udp, policy, exhaustion, tokens, alloc, sockets or multicast: measure that now");

static int __init bench_init(void)
{
	return bench_devices_init();
}

static void __exit bench_exit(void)
{
	bench_devices_exit();
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_DESCRIPTION("Benchmarks of ksmol");
MODULE_LICENSE("GPL");
KSMOL_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
