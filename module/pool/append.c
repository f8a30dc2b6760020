// SPDX-License-Identifier: GPL-2.0-only
/* Filling TX pbufs: the one copy that sent payload sees. */

#include <linux/uio.h>
#include <ksmol/compat.h>
#include <ksmol/pool.h>
#include "pool.h"

static u32 room(const struct ksmol_pbuf *pb)
{
	return ksmol_pbuf_size(pb) - pb->off - pb->len;
}

/* The chain's last pbuf that has room, made if need be. NULL: pool is out. */
static struct ksmol_pbuf *tail_with_room(struct ksmol_pbuf *pb, bool reserve)
{
	while (pb->chain)
		pb = pb->chain;
	if (room(pb))
		return pb;
	pb->chain = ksmol_pbuf_alloc_tx(pb->pool, reserve);
	if (pb->chain)
		pb->chain->off = 0;
	return pb->chain;
}

int ksmol_pbuf_from_mem(struct ksmol_pbuf *pb, const void *from, u32 len,
			bool reserve)
{
	while (len) {
		u32 n;

		pb = tail_with_room(pb, reserve);
		if (!pb)
			return -ENOBUFS;
		n = min(len, room(pb));
		memcpy(pb->head + pb->off + pb->len, from, n);
		pb->len += n;
		from += n;
		len -= n;
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_from_mem);

int ksmol_pbuf_from_pbuf(struct ksmol_pbuf *pb, const struct ksmol_pbuf *from,
			 u32 off, u32 len, bool reserve)
{
	while (len) {
		u32 n;

		pb = tail_with_room(pb, reserve);
		if (!pb)
			return -ENOBUFS;
		n = min(len, room(pb));
		if (ksmol_pbuf_to_mem(from, off, pb->head + pb->off + pb->len,
				      n))
			return -EFAULT;
		pb->len += n;
		off += n;
		len -= n;
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_from_pbuf);

/* Only senders in process context count this, so no softirq can interfere. */
static void count_user_in(u32 len)
{
	preempt_disable();
	__ksmol_stat_copy(USER_IN, len);
	preempt_enable();
}

int ksmol_pbuf_from_iter(struct ksmol_pbuf *pb, struct iov_iter *from,
			 u32 len, bool reserve)
{
	count_user_in(len);
	while (len) {
		u32 n;

		local_bh_disable();
		pb = tail_with_room(pb, reserve);
		local_bh_enable();
		if (!pb)
			return -ENOBUFS;
		n = min(len, room(pb));
		if (!copy_from_iter_full(pb->head + pb->off + pb->len, n, from))
			return -EFAULT;
		pb->len += n;
		len -= n;
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_from_iter);
