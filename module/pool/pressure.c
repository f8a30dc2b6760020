// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watermarks. Whoever takes from a class's shared list or gives to it compares
 * the count with two bounds under the list's lock; what follows from leaving
 * them stands here. The CPUs' caches know nothing of it.
 */

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/seq_file.h>
#include <ksmol/compat.h>
#include <ksmol/pool.h>
#include <trace/events/ksmol.h>
#include "pool.h"

const char * const ksmol_level_names[KSMOL_NR_LEVELS] = {
#define KSMOL_ENUM(id, key) \
	[KSMOL_LEVEL_##id] = key,
	KSMOL_LEVELS(KSMOL_ENUM)
#undef KSMOL_ENUM
};

void ksmol_pressure_marks(struct ksmol_pressure *p, u32 count)
{
	p->low = count / 4;
	p->critical = count / 8;
	p->slack = max(count / 16, 1U);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pressure_marks);

enum ksmol_level ksmol_pressure_level(const struct ksmol_pressure *p, u32 free)
{
	bool was_critical = p->level == KSMOL_LEVEL_CRITICAL;
	bool was_low = p->level != KSMOL_LEVEL_OK;

	if (free <= p->critical ||
	    (was_critical && free < p->critical + p->slack))
		return KSMOL_LEVEL_CRITICAL;
	if (free <= p->low || (was_low && free < p->low + p->slack))
		return KSMOL_LEVEL_LOW;
	return KSMOL_LEVEL_OK;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pressure_level);

/* The counts at which p->level is left. */
static void set_bounds(struct ksmol_pool_set *set)
{
	const struct ksmol_pressure *p = &set->pressure;

	set->stay_min = 0;
	set->stay_max = U32_MAX;
	if (p->level == KSMOL_LEVEL_OK)
		set->stay_min = p->low + 1;
	else if (p->level == KSMOL_LEVEL_LOW)
		set->stay_min = p->critical + 1;
	if (p->level == KSMOL_LEVEL_LOW)
		set->stay_max = p->low + p->slack - 1;
	else if (p->level == KSMOL_LEVEL_CRITICAL)
		set->stay_max = p->critical + p->slack - 1;
}

static struct ksmol_pool *pool_of(struct ksmol_pool_set *set)
{
	return container_of(set - set->pressure.class, struct ksmol_pool,
			    set[0]);
}

/*
 * The level changes, and is traced, under the lock: each crossing is seen, and
 * in its order. The callers wake who waits for it when the lock is dropped.
 */
bool ksmol_pressure_cross(struct ksmol_pool_set *set)
{
	struct ksmol_pressure *p = &set->pressure;
	u8 level = ksmol_pressure_level(p, set->count);

	if (level == p->level)
		return false;
	trace_ksmol_pressure(p->class, p->level, level, set->count);
	WRITE_ONCE(p->level, level);
	p->crossed[level]++;
	set_bounds(set);
	return true;
}

void ksmol_pressure_tell(struct ksmol_pool_set *set)
{
	struct ksmol_pool *pool = pool_of(set);

	atomic_inc(&pool->pressed);
	if (wq_has_sleeper(&pool->pressed_wait))
		wake_up_interruptible_poll(&pool->pressed_wait,
					   EPOLLIN | EPOLLRDNORM | EPOLLPRI);
}

void ksmol_pressure_init(struct ksmol_pool *pool)
{
	enum ksmol_class class;

	atomic_set(&pool->pressed, 0);
	init_waitqueue_head(&pool->pressed_wait);
	for (class = 0; class < KSMOL_NR_CLASSES; class++) {
		struct ksmol_pool_set *set = &pool->set[class];
		struct ksmol_pressure *p = &set->pressure;

		p->class = class;
		/* Of large buffers streams take what there is: nobody is short. */
		p->watched = class < KSMOL_CLASS_STREAM &&
			     pool->cfg.count[class];
		set->stay_max = U32_MAX;
		if (!p->watched)
			continue;
		ksmol_pressure_marks(p, pool->cfg.count[class]);
		set_bounds(set);
	}
}

void ksmol_pool_reset_marks(struct ksmol_pool *pool)
{
	enum ksmol_class class;
	int i;

	for (class = 0; class < KSMOL_NR_CLASSES; class++) {
		struct ksmol_pool_set *set = &pool->set[class];

		spin_lock_bh(&set->lock);
		set->low = set->count;
		spin_unlock_bh(&set->lock);
	}
	spin_lock_bh(&pool->reap_lock);
	pool->quarantined_max = pool->quarantine.count;
	spin_unlock_bh(&pool->reap_lock);
	for (i = 0; i < KSMOL_NR_CAPS; i++)
		WRITE_ONCE(pool->cap[i].peak, atomic_read(&pool->cap[i].held));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pool_reset_marks);

/* --- debugfs pressure and reset --- */

static void pressure_row(struct seq_file *m, const struct ksmol_pool_set *set)
{
	const struct ksmol_pressure *p = &set->pressure;
	int i;

	seq_printf(m, "%-10s %-9s %9u %9u %9u %9u",
		   ksmol_class_names[p->class],
		   ksmol_level_names[READ_ONCE(p->level)],
		   READ_ONCE(set->count), p->low, p->critical, p->slack);
	for (i = 0; i < KSMOL_NR_LEVELS; i++)
		seq_printf(m, " %11llu", READ_ONCE(p->crossed[i]));
	seq_putc(m, '\n');
}

/* What is told first was not yet crossed: a later crossing polls again. */
static int pressure_show(struct seq_file *m, void *unused)
{
	struct ksmol_pool *pool = m->private;
	enum ksmol_class class;

	m->poll_event = atomic_read(&pool->pressed);
	smp_rmb();	/* events before levels */
	seq_printf(m, "crossings: %u\n\n", m->poll_event);
	seq_printf(m, "%-10s %-9s %9s %9s %9s %9s %11s %11s %11s\n", "class",
		   "level", "free", "low", "critical", "slack", "to_ok",
		   "to_low", "to_critical");
	for (class = 0; class < KSMOL_NR_CLASSES; class++)
		if (pool->set[class].pressure.watched)
			pressure_row(m, &pool->set[class]);
	return 0;
}

static int pressure_open(struct inode *inode, struct file *file)
{
	struct ksmol_pool *pool = inode->i_private;
	int err = single_open(file, pressure_show, pool);
	struct seq_file *m = file->private_data;

	/* Who polls before it reads is told of what comes from now on. */
	if (!err)
		m->poll_event = atomic_read(&pool->pressed);
	return err;
}

static __poll_t pressure_poll(struct file *file, poll_table *wait)
{
	const struct seq_file *m = file->private_data;
	struct ksmol_pool *pool = m->private;

	poll_wait(file, &pool->pressed_wait, wait);
	if (m->poll_event == atomic_read(&pool->pressed))
		return 0;
	return EPOLLIN | EPOLLRDNORM | EPOLLPRI;
}

/* The owner keeps the module, and the pool with it, while a file is open. */
static const struct file_operations pressure_fops = {
	.owner = THIS_MODULE,
	.open = pressure_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.poll = pressure_poll,
	.release = single_release,
};

static ssize_t reset_write(struct file *file, const char __user *buf,
			   size_t len, loff_t *pos)
{
	ksmol_pool_reset_marks(file_inode(file)->i_private);
	return len;
}

static const struct file_operations reset_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = reset_write,
};

void ksmol_pressure_debugfs(struct ksmol_pool *pool)
{
	pool->debugfs[1] = ksmol_debugfs_special(NULL, "pressure", 0444,
						 &pressure_fops, pool);
	pool->debugfs[2] = ksmol_debugfs_special(NULL, "reset", 0200,
						 &reset_fops, pool);
}
