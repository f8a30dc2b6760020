// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory shared with a program. It is taken when the program asks for a ring,
 * fixed from then on, and charged to its user's RLIMIT_MEMLOCK as that of
 * AF_XDP is. It outlives the program where a device still has to read it.
 */

#include <linux/capability.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/user.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <ksmol/compat.h>
#include <ksmol/params.h>
#include <ksmol/umem.h>

static atomic64_t umem_bytes;
static struct workqueue_struct *umem_wq;

u64 ksmol_umem_bytes(void)
{
	return atomic64_read(&umem_bytes);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_umem_bytes);

/* --- what may be taken --- */

/* All programs' together, whatever they are privileged to do. */
static int umem_charge_all(u64 bytes)
{
	u64 limit = (u64)READ_ONCE(ksmol_params.ring_memory) << 10;
	s64 sum = atomic64_read(&umem_bytes);

	if (!limit)
		return -EPERM;
	do {
		if (bytes > limit || sum > limit - bytes)
			return -ENOBUFS;
	} while (!atomic64_try_cmpxchg(&umem_bytes, &sum, sum + bytes));
	return 0;
}

static void umem_uncharge_all(u64 bytes)
{
	atomic64_sub(bytes, &umem_bytes);
}

static int umem_charge_user(struct ksmol_umem *umem)
{
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	struct user_struct *user = current_user();
	long sum = atomic_long_read(&user->locked_vm);

	if (capable(CAP_IPC_LOCK))
		return 0;
	do {
		if (umem->nr > limit || sum > limit - umem->nr)
			return -ENOBUFS;
	} while (!atomic_long_try_cmpxchg(&user->locked_vm, &sum,
					  sum + umem->nr));
	umem->user = get_uid(user);
	return 0;
}

static void umem_uncharge_user(struct ksmol_umem *umem)
{
	if (!umem->user)
		return;
	atomic_long_sub(umem->nr, &umem->user->locked_vm);
	free_uid(umem->user);
}

/* --- the end --- */

static void umem_free(struct ksmol_umem *umem)
{
	u64 bytes = (u64)umem->nr << PAGE_SHIFT;

	if (!umem->pinned) {
		vfree(umem->data);
	} else {
		vunmap(umem->data);
		unpin_user_pages_dirty_lock(umem->pages, umem->nr, true);
	}
	kvfree(umem->pages);
	umem_uncharge_user(umem);
	kfree(umem);
	umem_uncharge_all(bytes);
}

static void umem_free_work(struct work_struct *work)
{
	umem_free(container_of(work, struct ksmol_umem, free));
}

static void umem_release(struct kref *refs)
{
	struct ksmol_umem *umem = container_of(refs, struct ksmol_umem, refs);

	queue_work(umem_wq, &umem->free);
}

void ksmol_umem_put(struct ksmol_umem *umem)
{
	if (umem)
		kref_put(&umem->refs, umem_release);
}

int ksmol_umem_init(void)
{
	umem_wq = alloc_workqueue("ksmol_umem", WQ_UNBOUND, 0);
	return umem_wq ? 0 : -ENOMEM;
}

void ksmol_umem_exit(void)
{
	destroy_workqueue(umem_wq);
}

/* --- the beginning --- */

/* An area without pages, but charged for: @nr of them. */
static struct ksmol_umem *umem_new(u64 bytes)
{
	struct ksmol_umem *umem;
	int err;

	err = umem_charge_all(bytes);
	if (err)
		return ERR_PTR(err);
	umem = kzalloc_obj(*umem);
	if (!umem)
		goto err_all;
	kref_init(&umem->refs);
	INIT_WORK(&umem->free, umem_free_work);
	umem->nr = bytes >> PAGE_SHIFT;
	umem->pages = kvcalloc(umem->nr, sizeof(*umem->pages), GFP_KERNEL);
	if (!umem->pages)
		goto err_free;
	err = umem_charge_user(umem);
	if (!err)
		return umem;
	kvfree(umem->pages);
	kfree(umem);
	umem_uncharge_all(bytes);
	return ERR_PTR(err);

err_free:
	kfree(umem);
err_all:
	umem_uncharge_all(bytes);
	return ERR_PTR(-ENOMEM);
}

struct ksmol_umem *ksmol_umem_alloc(u64 bytes)
{
	struct ksmol_umem *umem = umem_new(bytes);
	u32 i;

	if (IS_ERR(umem))
		return umem;
	umem->data = vmalloc_user(bytes);
	if (!umem->data) {
		umem_free(umem);
		return ERR_PTR(-ENOMEM);
	}
	for (i = 0; i < umem->nr; i++)
		umem->pages[i] = vmalloc_to_page(umem->data +
						 ((u64)i << PAGE_SHIFT));
	return umem;
}

/* All or none; a call may pin fewer than asked for. */
static int umem_pin_pages(struct ksmol_umem *umem, u64 addr)
{
	u32 done = 0;
	int n = 0;

	while (done < umem->nr) {
		n = pin_user_pages_fast(addr + ((u64)done << PAGE_SHIFT),
					umem->nr - done,
					FOLL_WRITE | FOLL_LONGTERM,
					umem->pages + done);
		if (n <= 0)
			break;
		done += n;
	}
	if (done == umem->nr)
		return 0;
	unpin_user_pages(umem->pages, done);
	return n ?: -EFAULT;
}

static int umem_pin(struct ksmol_umem *umem, u64 addr)
{
	int err = umem_pin_pages(umem, addr);

	if (err)
		return err;
	umem->data = vmap(umem->pages, umem->nr, VM_MAP, PAGE_KERNEL);
	if (umem->data) {
		umem->pinned = true;
		return 0;
	}
	unpin_user_pages(umem->pages, umem->nr);
	return -ENOMEM;
}

struct ksmol_umem *ksmol_umem_pin(u64 addr, u64 bytes)
{
	struct ksmol_umem *umem = umem_new(bytes);
	int err;

	if (IS_ERR(umem))
		return umem;
	err = umem_pin(umem, addr);
	if (!err)
		return umem;
	umem_free(umem);
	return ERR_PTR(err);
}
