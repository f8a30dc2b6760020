// SPDX-License-Identifier: GPL-2.0-only
/*
 * Received packets that came in several parts: a fragmented datagram is put
 * together without copying, by linking the pbufs of its fragments. The first
 * stands for the packet. Its @len counts all bytes that are left of it, also
 * when so many were pulled that none of them is its own; @end of each part
 * says where that part's own bytes stop.
 */

#include <linux/uio.h>
#include <net/checksum.h>
#include <ksmol/compat.h>
#include <ksmol/pool.h>
#include "pool.h"

struct ksmol_pbuf *ksmol_pbuf_join(struct ksmol_pbuf_list *parts)
{
	struct ksmol_pbuf *first = parts->first, *pb, *next;
	u32 len = 0;

	for (pb = first; pb; pb = next) {
		next = pb->next;
		len += pb->len;
		pb->end = pb->off + pb->len;
		pb->rest = next ? next - next->pool->pbufs + 1 : 0;
	}
	first->len = len;
	ksmol_pbuf_list_init(parts);
	return first;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_join);

u32 ksmol_pbuf_split(struct ksmol_pbuf *pb, struct ksmol_pbuf *keep)
{
	struct ksmol_pbuf *rest;
	u32 n = 0;

	for (; pb; pb = rest) {
		rest = ksmol_pbuf_rest(pb);
		pb->rest = 0;
		if (pb == keep)
			continue;
		ksmol_pbuf_free(pb);
		n++;
	}
	keep->len = keep->end > keep->off ? keep->end - keep->off : 0;
	return n;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_split);

/*
 * The part that holds the packet's byte @off, which becomes a position in that
 * part, counted as its @off and @end. NULL past the last.
 */
static const struct ksmol_pbuf *part_at(const struct ksmol_pbuf *pb, u32 *off)
{
	u32 at = pb->off + *off;

	while (pb && at >= pb->end) {
		at -= pb->end;
		pb = ksmol_pbuf_rest(pb);
		if (pb)
			at += pb->off;
	}
	*off = at;
	return pb;
}

/* Moves on to the next part. */
static const struct ksmol_pbuf *part_next(const struct ksmol_pbuf *part,
					  u32 *at)
{
	part = ksmol_pbuf_rest(part);
	*at = part ? part->off : 0;
	return part;
}

static bool within(const struct ksmol_pbuf *pb, u32 off, u32 len)
{
	return off <= pb->len && len <= pb->len - off;
}

static int part_to_iter(const struct ksmol_pbuf *part, u32 at,
			struct iov_iter *to, u32 len)
{
	if (part->skb)
		return ksmol_skb_to_iter(part->skb, at, to, len);
	return copy_to_iter(part->head + at, len, to) == len ? 0 : -EFAULT;
}

int ksmol_pbuf_parts_to_iter(const struct ksmol_pbuf *pb, u32 off,
			     struct iov_iter *to, u32 len)
{
	const struct ksmol_pbuf *part;
	int err = 0;
	u32 n;

	if (!within(pb, off, len))
		return -EFAULT;
	part = part_at(pb, &off);
	for (; len && part && !err; part = part_next(part, &off), len -= n) {
		n = min(len, part->end - off);
		err = part_to_iter(part, off, to, n);
	}
	return err ?: len ? -EFAULT : 0;
}

static int part_to_mem(const struct ksmol_pbuf *part, u32 at, void *to, u32 len)
{
	if (part->skb)
		return skb_copy_bits(part->skb, at, to, len);
	memcpy(to, part->head + at, len);
	return 0;
}

int ksmol_pbuf_parts_to_mem(const struct ksmol_pbuf *pb, u32 off, void *to,
			    u32 len)
{
	const struct ksmol_pbuf *part;
	int err = 0;
	u32 n;

	if (!within(pb, off, len))
		return -EFAULT;
	part = part_at(pb, &off);
	for (; len && part && !err; part = part_next(part, &off), len -= n) {
		n = min(len, part->end - off);
		err = part_to_mem(part, off, to, n);
		to += n;
	}
	return err ?: len ? -EFAULT : 0;
}

static __wsum part_csum(const struct ksmol_pbuf *part, u32 at, u32 len)
{
	if (part->skb)
		return skb_checksum(part->skb, at, len, 0);
	return csum_partial(part->head + at, len, 0);
}

/* Parts may be of odd length where a sum begins in the middle of one. */
__wsum ksmol_pbuf_parts_csum(const struct ksmol_pbuf *pb, u32 off, u32 len,
			     __wsum sum)
{
	const struct ksmol_pbuf *part = part_at(pb, &off);
	u32 done = 0, n;

	for (; len && part; part = part_next(part, &off), len -= n) {
		n = min(len, part->end - off);
		sum = csum_block_add(sum, part_csum(part, off, n), done);
		done += n;
	}
	return sum;
}

const void *ksmol_pbuf_parts_header(const struct ksmol_pbuf *pb, u32 off,
				    u32 len, void *buf)
{
	u32 at = off;
	const struct ksmol_pbuf *part = part_at(pb, &at);

	if (!part || len > part->end - at)
		return ksmol_pbuf_parts_to_mem(pb, off, buf, len) ? NULL : buf;
	if (part->skb)
		return skb_header_pointer(part->skb, at, len, buf);
	return part->head + at;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_parts_header);

/* One part alone; positions in it stay as they are. */
static struct ksmol_pbuf *part_dup(const struct ksmol_pbuf *part)
{
	struct ksmol_pbuf *dup = ksmol_pbuf_alloc_rx(part->pool);

	if (!dup)
		return NULL;
	dup->off = part->off;
	dup->len = part->len;
	dup->end = part->end;
	dup->family = part->family;
	dup->tstamp = part->tstamp;
	dup->rx = part->rx;
	if (part->skb) {
		dup->skb = skb_get(part->skb);
		return dup;
	}
	if (dup->home == KSMOL_CLASS_EMERGENCY) {
		ksmol_pbuf_free(dup);
		return NULL;
	}
	memcpy(dup->head, part->head, part->end);
	__ksmol_stat_copy(DUP, part->end - min_t(u32, part->off, part->end));
	return dup;
}

struct ksmol_pbuf *ksmol_pbuf_parts_dup(const struct ksmol_pbuf *pb)
{
	struct ksmol_pbuf *first = NULL, *last = NULL, *dup;

	for (; pb; pb = ksmol_pbuf_rest(pb)) {
		dup = part_dup(pb);
		if (!dup) {
			if (first)
				ksmol_pbuf_free(first);
			return NULL;
		}
		if (last)
			last->rest = dup - dup->pool->pbufs + 1;
		else
			first = dup;
		last = dup;
	}
	return first;
}
