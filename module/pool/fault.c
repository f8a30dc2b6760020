// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fault injection on every pbuf allocation: debugfs fail_pbuf/percent and
 * times everywhere, and the kernel's own framework below fail_pbuf/kernel
 * where it is configured.
 */

#include <linux/debugfs.h>
#include <linux/fault-inject.h>
#include <linux/jump_label.h>
#include <linux/random.h>
#include <ksmol/compat.h>
#include <ksmol/pool.h>

struct static_key_false ksmol_fault_key = STATIC_KEY_FALSE_INIT;
EXPORT_SYMBOL_IF_KUNIT(ksmol_fault_key);

static u32 fault_percent;
static atomic_t fault_times = ATOMIC_INIT(INT_MAX);	/* failures left */
static DEFINE_MUTEX(fault_lock);
static struct dentry *fault_dir;

#ifdef CONFIG_FAULT_INJECTION
static DECLARE_FAULT_ATTR(fault_attr);

static bool framework_hit(void)
{
	return READ_ONCE(fault_attr.probability) && should_fail(&fault_attr, 1);
}

/* Its settings are written behind our back: always ask it. */
static void framework_init(void)
{
	static_branch_inc(&ksmol_fault_key);
	fault_create_debugfs_attr("kernel", fault_dir, &fault_attr);
}

static void framework_exit(void)
{
	static_branch_dec(&ksmol_fault_key);
}
#else
static bool framework_hit(void)
{
	return false;
}

static void framework_init(void)
{
}

static void framework_exit(void)
{
}
#endif

bool ksmol_fault_hit(void)
{
	u32 percent = READ_ONCE(fault_percent);

	if (percent && get_random_u32_below(100) < percent &&
	    atomic_dec_if_positive(&fault_times) >= 0)
		return true;
	return framework_hit();
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_fault_hit);

/**
 * ksmol_fault_set() - make pbuf allocations fail
 * @percent: 0 to 100; 0 turns injection off
 * @times: at most so many failures, -1 for no limit
 *
 * Context: process. Return: 0 or -EINVAL.
 */
int ksmol_fault_set(u32 percent, int times)
{
	if (percent > 100 || times < -1)
		return -EINVAL;
	mutex_lock(&fault_lock);
	atomic_set(&fault_times, times < 0 ? INT_MAX : times);
	if (percent && !fault_percent)
		static_branch_inc(&ksmol_fault_key);
	else if (!percent && fault_percent)
		static_branch_dec(&ksmol_fault_key);
	WRITE_ONCE(fault_percent, percent);
	mutex_unlock(&fault_lock);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_fault_set);

static int percent_get(void *data, u64 *val)
{
	*val = READ_ONCE(fault_percent);
	return 0;
}

static int percent_set(void *data, u64 val)
{
	return val > 100 ? -EINVAL : ksmol_fault_set(val, -1);
}
DEFINE_DEBUGFS_ATTRIBUTE(percent_fops, percent_get, percent_set, "%llu\n");

static int times_get(void *data, u64 *val)
{
	*val = max(atomic_read(&fault_times), 0);
	return 0;
}

static int times_set(void *data, u64 val)
{
	return val > INT_MAX ? -EINVAL :
	       ksmol_fault_set(READ_ONCE(fault_percent), val);
}
DEFINE_DEBUGFS_ATTRIBUTE(times_fops, times_get, times_set, "%llu\n");

void ksmol_fault_init(void)
{
	fault_dir = ksmol_debugfs_dir(NULL, "fail_pbuf");
	debugfs_create_file_unsafe("percent", 0644, fault_dir, NULL,
				   &percent_fops);
	debugfs_create_file_unsafe("times", 0644, fault_dir, NULL, &times_fops);
	framework_init();
}

void ksmol_fault_exit(void)
{
	ksmol_fault_set(0, -1);
	framework_exit();
	ksmol_debugfs_remove(fault_dir);
}
