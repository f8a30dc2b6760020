/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that a program shares with the kernel: its own, or lent to it. */
#ifndef _KSMOL_UMEM_H
#define _KSMOL_UMEM_H

#include <linux/kref.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct page;
struct user_struct;

/**
 * struct ksmol_umem - an area of pages with an address in the kernel
 * @refs: one for whoever made it, one for each device that may still read it
 * @free: gives it back, from a workqueue: the last reference may be put in a
 *	softirq, and unpinning sleeps
 * @data: where the area begins in the kernel
 * @pages: its pages, @nr of them
 * @user: whose RLIMIT_MEMLOCK they were charged to, or NULL (CAP_IPC_LOCK)
 * @pinned: the pages are the program's own, pinned; else they are ours
 */
struct ksmol_umem {
	struct kref refs;
	struct work_struct free;
	u8 *data;
	struct page **pages;
	u32 nr;
	struct user_struct *user;
	bool pinned;
};

/**
 * ksmol_umem_alloc() - zeroed pages of ours, for mmap()
 * @bytes: a multiple of the page size
 *
 * Context: process. Return: the area with one reference, or an error pointer:
 * -ENOMEM, -ENOBUFS (beyond RLIMIT_MEMLOCK or ring_memory), -EPERM (ring_memory
 * is 0).
 */
struct ksmol_umem *ksmol_umem_alloc(u64 bytes);

/**
 * ksmol_umem_pin() - memory of the calling program, pinned for long
 * @addr: where it begins, page aligned
 *
 * Return: as ksmol_umem_alloc(), and -EFAULT, or what else pinning says of
 * memory that can't be kept for long (a file's).
 */
struct ksmol_umem *ksmol_umem_pin(u64 addr, u64 bytes);

static inline void ksmol_umem_get(struct ksmol_umem *umem)
{
	kref_get(&umem->refs);
}

/* Any context; NULL is fine. The last one frees the pages, a little later. */
void ksmol_umem_put(struct ksmol_umem *umem);

/* Bytes that all areas take together, those being freed included. */
u64 ksmol_umem_bytes(void);

/* Exit waits until the last area is freed: all references are put by then. */
int ksmol_umem_init(void);
void ksmol_umem_exit(void);

#endif /* _KSMOL_UMEM_H */
