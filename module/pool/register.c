// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pools whose storage an in-kernel user brings. They have TX pbufs only, one
 * for each page, and no caches: what their owner counts on is all that he
 * brought.
 */

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <ksmol/compat.h>
#include <ksmol/kapi.h>
#include <ksmol/pool.h>
#include "pool.h"

#define PAGES_MAX	1048576U
#define NAME_MAX_LEN	32
#define BUF_MAX		65536U

/**
 * struct brought - a registered pool
 * @pool: what its owner knows it by
 * @node: in the list of these
 * @users: sockets that send from it; -1 while it is unregistered
 * @name: pool.name
 */
struct brought {
	struct ksmol_pool pool;
	struct list_head node;
	atomic_t users;
	char name[NAME_MAX_LEN];
};

static LIST_HEAD(pools);
/* Protects the list and the debugfs directory. Outermost of this room. */
static DEFINE_MUTEX(pools_lock);

/*
 * The count is to prove that nobody else has the page, so it must have one
 * reference when none has, and a count of its own.
 */
static bool page_fits(struct page *page, unsigned int order)
{
	return page && !PageTail(page) && compound_order(page) == order &&
	       page_ref_count(page) == 1 && !PageHighMem(page) &&
	       !PageSlab(page) && !PageReserved(page);
}

/* Each that fits gets a reference for as long as this takes: so the same one
 * does not fit again.
 */
static int pages_check(struct page **pages, u32 n)
{
	unsigned int order;
	u32 i;

	if (!n || n > PAGES_MAX || !pages || !pages[0] || PageTail(pages[0]))
		return -EINVAL;
	order = compound_order(pages[0]);
	if (PAGE_SIZE << order > BUF_MAX)
		return -EINVAL;
	for (i = 0; i < n && page_fits(pages[i], order); i++)
		get_page(pages[i]);
	for (n -= i; i; i--)
		put_page(pages[i - 1]);
	return n ? -EINVAL : 0;
}

static bool name_fits(const char *name)
{
	size_t len = name ? strlen(name) : 0;

	return len && len < NAME_MAX_LEN && name[0] != '.' &&
	       !strchr(name, '/');
}

static bool name_taken(const char *name)
{
	const struct brought *brought;

	list_for_each_entry(brought, &pools, node)
		if (!strcmp(brought->name, name))
			return true;
	return false;
}

static struct brought *pool_new(const char *name, struct page **pages, u32 n)
{
	struct ksmol_pool_config cfg = {
		.count[KSMOL_CLASS_TX] = n,
		.buf_size = page_size(pages[0]),
		.pages = pages,
	};
	struct brought *brought;
	int err;

	brought = kzalloc_obj(*brought);
	if (!brought)
		return ERR_PTR(-ENOMEM);
	err = ksmol_pool_init(&brought->pool, &cfg);
	if (err) {
		kfree(brought);
		return ERR_PTR(err);
	}
	strscpy(brought->name, name, sizeof(brought->name));
	brought->pool.name = brought->name;
	/* Short frames are cheaper copied, wherever they come from. */
	brought->pool.copybreak = ksmol_pool.copybreak;
	return brought;
}

static struct brought *register_locked(const char *name, struct page **pages,
				       u32 n)
{
	struct brought *brought;

	if (name_taken(name))
		return ERR_PTR(-EEXIST);
	brought = pool_new(name, pages, n);
	if (IS_ERR(brought))
		return brought;
	list_add_tail(&brought->node, &pools);
	ksmol_pool_debugfs(&brought->pool);
	/* One that is forgotten keeps us, and shows. */
	__module_get(THIS_MODULE);
	return brought;
}

struct ksmol_pool *ksmol_pool_register(const char *name, struct page **pages,
				       u32 n)
{
	struct brought *brought;

	if (!name_fits(name) || pages_check(pages, n))
		return ERR_PTR(-EINVAL);
	mutex_lock(&pools_lock);
	brought = register_locked(name, pages, n);
	mutex_unlock(&pools_lock);
	return IS_ERR(brought) ? ERR_CAST(brought) : &brought->pool;
}
EXPORT_SYMBOL_GPL(ksmol_pool_register);

static struct brought *brought_of(struct ksmol_pool *pool)
{
	return container_of(pool, struct brought, pool);
}

int ksmol_pool_unregister(struct ksmol_pool *pool)
{
	struct brought *brought = brought_of(pool);

	if (atomic_cmpxchg(&brought->users, 0, -1))
		return -EBUSY;
	/* Unlocked: others needn't wait for whoever keeps these pages. */
	ksmol_pool_destroy(pool);
	mutex_lock(&pools_lock);
	list_del(&brought->node);
	mutex_unlock(&pools_lock);
	kfree(brought);
	module_put(THIS_MODULE);
	return 0;
}
EXPORT_SYMBOL_GPL(ksmol_pool_unregister);

int ksmol_pool_use(struct ksmol_pool *pool)
{
	return atomic_inc_unless_negative(&brought_of(pool)->users) ? 0 :
								      -EBUSY;
}

void ksmol_pool_unuse(struct ksmol_pool *pool)
{
	atomic_dec(&brought_of(pool)->users);
}
