// SPDX-License-Identifier: GPL-2.0-only
/* A ring socket's options, and its memory for the program. */

#include <linux/mm.h>
#include <linux/sockptr.h>
#include <linux/vmalloc.h>
#include "sock.h"
#include "ring.h"

/* Packets look for the ring without a lock: it is all there when it is shown. */
static int setup_locked(struct ksmol_sock *ks,
			const struct ksmol_ring_setup *setup)
{
	struct ksmol_ring *ring;

	if (ks->ring)
		return -EBUSY;
	/* What a bound socket has queued could not be read any more. */
	if (ks->lport)
		return -EINVAL;
	ring = ksmol_ring_create(&ks->inet.sk, setup);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	smp_store_release(&ks->ring, ring); /* pairs with ksmol_sock_ring() */
	return 0;
}

int ksmol_ring_setsockopt(struct ksmol_sock *ks, int name, sockptr_t from,
			  unsigned int len)
{
	struct ksmol_ring_setup setup;
	int err;

	if (name != KSMOL_RING_SETUP || ks->proto != IPPROTO_UDP)
		return -ENOPROTOOPT;
	if (len != sizeof(setup))
		return -EINVAL;
	if (copy_from_sockptr(&setup, from, sizeof(setup)))
		return -EFAULT;
	err = ksmol_ring_check(&setup);
	if (err)
		return err;
	lock_sock(&ks->inet.sk);
	err = setup_locked(ks, &setup);
	release_sock(&ks->inet.sk);
	return err;
}

static int value_put(const void *value, int size, char __user *to,
		     int __user *lenp)
{
	int len;

	if (get_user(len, lenp))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	len = min(len, size);
	if (put_user(len, lenp) || copy_to_user(to, value, len))
		return -EFAULT;
	return 0;
}

int ksmol_ring_getsockopt(struct ksmol_sock *ks, int name, char __user *to,
			  int __user *lenp)
{
	struct ksmol_ring *ring = ksmol_sock_ring(ks);
	struct ksmol_ring_stats stats;

	if (ks->proto != IPPROTO_UDP)
		return -ENOPROTOOPT;
	if (!ring)
		return -EINVAL;
	switch (name) {
	case KSMOL_RING_LAYOUT:
		return value_put(&ring->layout, sizeof(ring->layout), to, lenp);
	case KSMOL_RING_STATS:
		stats = ring->stats;
		stats.outstanding = ksmol_ring_outstanding(ring);
		return value_put(&stats, sizeof(stats), to, lenp);
	default:
		return -ENOPROTOOPT;
	}
}

/* A mapping holds the file open, and so the ring. */
int ksmol_ring_mmap(struct file *file, struct socket *sock,
		    struct vm_area_struct *vma)
{
	struct ksmol_ring *ring = ksmol_sock_ring(ksmol_sk(sock->sk));
	u64 chunks = KSMOL_RING_PGOFF_CHUNKS >> PAGE_SHIFT;

	if (!ring)
		return -ENODEV;
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (vma->vm_pgoff < chunks)
		return remap_vmalloc_range(vma, ring->rings->data,
					   vma->vm_pgoff);
	/* The program has its own memory mapped already. */
	if (ring->chunks->pinned)
		return -EINVAL;
	return remap_vmalloc_range(vma, ring->chunks->data,
				   vma->vm_pgoff - chunks);
}
