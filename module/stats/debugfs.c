// SPDX-License-Identifier: GPL-2.0-only
/*
 * The debugfs tree. Each entry we make has a record here, because debugfs
 * keeps only one pointer for a file and a file needs two: what fills it, and
 * with what.
 *
 * debugfs is a convenience: where it is missing, or memory is short, an entry
 * is absent and nothing else changes. So nobody needs to look at what these
 * functions return.
 */

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <ksmol/compat.h>
#include <ksmol/stats.h>
#include "stats.h"

/**
 * struct ksmol_debugfs_entry - a file or directory of ours
 * @node: in ksmol_debugfs_entries; ksmol_debugfs_lock
 * @parent: directory it is in
 * @dentry: itself
 * @show: fills the file; NULL for a directory
 * @data: for @show
 */
struct ksmol_debugfs_entry {
	struct list_head node;
	struct dentry *parent;
	struct dentry *dentry;
	ksmol_show_fn show;
	void *data;
};

static LIST_HEAD(ksmol_debugfs_entries);
/* Protects the list. No other lock is taken under it. */
static DEFINE_MUTEX(ksmol_debugfs_lock);
static struct dentry *ksmol_debugfs_root;

static int ksmol_debugfs_show(struct seq_file *m, void *unused)
{
	const struct ksmol_debugfs_entry *entry = m->private;

	return entry->show(m, entry->data);
}

static int ksmol_debugfs_open(struct inode *inode, struct file *file)
{
	return single_open(file, ksmol_debugfs_show, inode->i_private);
}

/* The owner keeps the module's text while a file is open. */
static const struct file_operations ksmol_debugfs_fops = {
	.owner = THIS_MODULE,
	.open = ksmol_debugfs_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

/* NULL stands for our own root, which may be missing: never for debugfs's. */
static struct dentry *ksmol_debugfs_parent(struct dentry *parent)
{
	if (!parent)
		parent = ksmol_debugfs_root;
	return parent ?: ERR_PTR(-ENODEV);
}

static struct ksmol_debugfs_entry *
ksmol_debugfs_entry_new(struct dentry *parent)
{
	struct ksmol_debugfs_entry *entry;

	entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	if (entry)
		entry->parent = parent;
	return entry;
}

/* Keeps the record if its entry was really made. */
static struct dentry *ksmol_debugfs_keep(struct ksmol_debugfs_entry *entry,
					 struct dentry *dentry)
{
	if (IS_ERR_OR_NULL(dentry)) {
		kfree(entry);
		return dentry ?: ERR_PTR(-ENODEV);
	}
	entry->dentry = dentry;
	mutex_lock(&ksmol_debugfs_lock);
	list_add_tail(&entry->node, &ksmol_debugfs_entries);
	mutex_unlock(&ksmol_debugfs_lock);
	return dentry;
}

struct dentry *ksmol_debugfs_dir(struct dentry *parent, const char *name)
{
	struct ksmol_debugfs_entry *entry;

	parent = ksmol_debugfs_parent(parent);
	if (IS_ERR(parent))
		return parent;
	entry = ksmol_debugfs_entry_new(parent);
	if (!entry)
		return ERR_PTR(-ENOMEM);
	return ksmol_debugfs_keep(entry, debugfs_create_dir(name, parent));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_debugfs_dir);

struct dentry *ksmol_debugfs_file(struct dentry *parent, const char *name,
				  ksmol_show_fn show, void *data)
{
	struct ksmol_debugfs_entry *entry;

	parent = ksmol_debugfs_parent(parent);
	if (IS_ERR(parent))
		return parent;
	entry = ksmol_debugfs_entry_new(parent);
	if (!entry)
		return ERR_PTR(-ENOMEM);
	entry->show = show;
	entry->data = data;
	return ksmol_debugfs_keep(entry,
				  debugfs_create_file(name, 0444, parent, entry,
						      &ksmol_debugfs_fops));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_debugfs_file);

struct dentry *ksmol_debugfs_special(struct dentry *parent, const char *name,
				     umode_t mode,
				     const struct file_operations *fops,
				     void *data)
{
	parent = ksmol_debugfs_parent(parent);
	if (IS_ERR(parent))
		return parent;
	return debugfs_create_file(name, mode, parent, data, fops);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_debugfs_special);

/*
 * Moves the records of @root and of all below it to @gone. An entry is made
 * after its directory and the list is in the order of making, so one pass
 * meets each directory before what is in it.
 */
static void ksmol_debugfs_unlist(const struct dentry *root,
				 struct list_head *gone)
{
	struct ksmol_debugfs_entry *entry, *next, *above;

	list_for_each_entry_safe(entry, next, &ksmol_debugfs_entries, node) {
		bool below = entry->dentry == root || entry->parent == root;

		list_for_each_entry(above, gone, node)
			below |= entry->parent == above->dentry;
		if (below)
			list_move_tail(&entry->node, gone);
	}
}

void ksmol_debugfs_remove(struct dentry *dentry)
{
	struct ksmol_debugfs_entry *entry, *next;
	LIST_HEAD(gone);

	if (IS_ERR_OR_NULL(dentry))
		return;
	/* While the dentries live: their addresses are the keys. */
	mutex_lock(&ksmol_debugfs_lock);
	ksmol_debugfs_unlist(dentry, &gone);
	mutex_unlock(&ksmol_debugfs_lock);

	/* Waits for reads under way; later ones fail without an open(). */
	debugfs_remove(dentry);
	list_for_each_entry_safe(entry, next, &gone, node)
		kfree(entry);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_debugfs_remove);

/* Context: process. Return: 0; without debugfs there is just nothing to see. */
int ksmol_stats_init(void)
{
	ksmol_debugfs_root = debugfs_create_dir("ksmol", NULL);
	ksmol_debugfs_file(NULL, "drops", ksmol_drops_show, NULL);
	ksmol_debugfs_file(NULL, "copies", ksmol_copies_show, NULL);
	return 0;
}

/* Removes whatever is left in the tree. */
void ksmol_stats_exit(void)
{
	ksmol_debugfs_remove(ksmol_debugfs_root);
	ksmol_debugfs_root = NULL;
}
