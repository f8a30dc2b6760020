// SPDX-License-Identifier: GPL-2.0-only
/* A received pbuf and what it pins; reading its bytes, whatever holds them. */

#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/prefetch.h>
#include <linux/uio.h>
#include <net/checksum.h>
#include <ksmol/compat.h>
#include <ksmol/pool.h>
#include "pool.h"

/* Pages of the allocation that @page is part of: a byte of it pins them all. */
static u32 pages_pinned(struct page *page)
{
	return page ? 1U << compound_order(compound_head(page)) : 0;
}

/* Pages that an skb keeps from their driver, counted as if shared by nobody. */
static u32 skb_pages(const struct sk_buff *skb)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);
	const struct sk_buff *frag;
	u32 i, n = 1;

	if (skb->head_frag)
		n = pages_pinned(virt_to_page(skb->head));
	for (i = 0; i < shinfo->nr_frags; i++)
		n += pages_pinned(skb_frag_page(&shinfo->frags[i]));
	skb_walk_frags(skb, frag)
		n += skb_pages(frag);
	return n;
}

/* Adds to this CPU's change, and folds it into the sum when it is large. */
static void pinned_add(atomic64_t *sum, s64 *local, s64 fold, s64 n)
{
	*local += n;
	if (abs(*local) >= fold) {
		atomic64_add(*local, sum);
		*local = 0;
	}
}

/*
 * The limits hold exactly although the CPUs' unfolded parts aren't seen: these
 * are at most a sixteenth of the limit together, and that much is set aside.
 */
static bool over_limit(atomic64_t *sum, s64 local, s64 n, u64 limit)
{
	return atomic64_read(sum) + local + n > (s64)(limit - limit / 16);
}

static int pbuf_charge(struct ksmol_pbuf *pb)
{
	struct ksmol_pool *pool = pb->pool;
	struct ksmol_pool_cpu *cpu = this_cpu_ptr(pool->cpu);
	u32 truesize = pb->skb->truesize;
	u32 pages = min_t(u32, skb_pages(pb->skb), U16_MAX);

	if (over_limit(&pool->bytes, cpu->bytes, truesize, pool->cfg.rx_bytes))
		return KSMOL_DROP_RX_BYTES;
	if (over_limit(&pool->pages, cpu->pages, pages, pool->cfg.rx_pages))
		return KSMOL_DROP_RX_PAGES;
	pb->truesize = truesize;
	pb->pages = pages;
	pinned_add(&pool->bytes, &cpu->bytes, pool->fold_bytes, truesize);
	pinned_add(&pool->pages, &cpu->pages, pool->fold_pages, pages);
	return 0;
}

void ksmol_pbuf_uncharge(struct ksmol_pbuf *pb)
{
	struct ksmol_pool *pool = pb->pool;
	struct ksmol_pool_cpu *cpu = this_cpu_ptr(pool->cpu);

	if (!pb->truesize)
		return;
	pinned_add(&pool->bytes, &cpu->bytes, pool->fold_bytes,
		   -(s64)pb->truesize);
	pinned_add(&pool->pages, &cpu->pages, pool->fold_pages,
		   -(s64)pb->pages);
	pb->truesize = 0;
}

/* Copies the payload into the descriptor's own storage; lets the skb go. */
static int pbuf_copybreak(struct ksmol_pbuf *pb)
{
	const struct sk_buff *skb = pb->skb;

	if (likely(pb->off + pb->len <= skb_headlen(skb)))
		memcpy(pb->head, skb->data + pb->off, pb->len);
	else if (skb_copy_bits(skb, pb->off, pb->head, pb->len))
		return KSMOL_DROP_RX_NO_SKB;
	ksmol_skb_consume(pb->skb);
	pb->skb = NULL;
	pb->off = 0;
	__ksmol_stat_copy(COPYBREAK_RX, pb->len);
	return 0;
}

/* The parts of a duplicate; those of the first were settled one by one. */
static noinline int settle_parts(struct ksmol_pbuf *pb)
{
	int reason = 0;

	for (; pb && !reason; pb = ksmol_pbuf_rest(pb))
		if (pb->skb && !pb->truesize)
			reason = pbuf_charge(pb);
	return reason;
}

int ksmol_pbuf_settle(struct ksmol_pbuf *pb)
{
	struct sk_buff *skb = pb->skb;

	if (unlikely(pb->rest))
		return settle_parts(pb);
	/* Settled before, on an earlier queue. */
	if (!skb || pb->truesize)
		return 0;
	if (pb->len <= pb->pool->copybreak && pb->head)
		return pbuf_copybreak(pb);
	if (unlikely(skb_zcopy(skb))) {
		if (skb_orphan_frags_rx(skb, GFP_ATOMIC))
			return KSMOL_DROP_RX_NO_SKB;
		__ksmol_stat_copy(ORPHAN, pb->len);
	}
	return pbuf_charge(pb);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_settle);

int ksmol_pbuf_front(const struct ksmol_pbuf *pb, u32 back, void *to, u32 len)
{
	if (back > pb->off || len > back)
		return -EFAULT;
	if (pb->skb)
		return skb_copy_bits(pb->skb, pb->off - back, to, len);
	memcpy(to, pb->head + pb->off - back, len);
	return 0;
}

struct ksmol_pbuf *ksmol_pbuf_dup(const struct ksmol_pbuf *pb)
{
	struct ksmol_pbuf *dup;

	if (unlikely(pb->rest))
		return ksmol_pbuf_parts_dup(pb);
	dup = ksmol_pbuf_alloc_rx(pb->pool);
	if (!dup)
		return NULL;
	dup->off = pb->off;
	dup->len = pb->len;
	dup->family = pb->family;
	dup->tstamp = pb->tstamp;
	dup->rx = pb->rx;
	if (pb->skb) {
		dup->skb = skb_get(pb->skb);
		return dup;
	}
	if (dup->home == KSMOL_CLASS_EMERGENCY) {
		ksmol_pbuf_free(dup);
		return NULL;
	}
	memcpy(dup->head, pb->head + pb->off, pb->len);
	dup->off = 0;
	/* Without the headers. */
	dup->rx.ext = 0;
	__ksmol_stat_copy(DUP, pb->len);
	return dup;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_dup);

/*
 * Storage may be a chain: finds the pbuf that holds byte @off, and makes @off
 * relative to it. NULL past the end.
 */
static const struct ksmol_pbuf *chain_at(const struct ksmol_pbuf *pb, u32 *off)
{
	if (!(pb->flags & KSMOL_PB_TX))
		return *off < pb->len ? pb : NULL;
	while (pb && *off >= pb->len) {
		*off -= pb->len;
		pb = pb->chain;
	}
	return pb;
}

static const struct ksmol_pbuf *chain_next(const struct ksmol_pbuf *pb)
{
	return pb->flags & KSMOL_PB_TX ? pb->chain : NULL;
}

#define FETCH_BYTES	512U	/* by then the processor sees where it goes */

/* The first lines of each page that [@at, @at + @len) lies in. */
static void fetch_pages(const u8 *at, u32 len)
{
	const u8 *end = at + len, *page, *line;

	for (page = at; page < end; page = PTR_ALIGN(page + 1, PAGE_SIZE))
		for (line = page; line < min(end, page + FETCH_BYTES);
		     line += L1_CACHE_BYTES)
			prefetch(line);
}

/* What of a piece of an skb is in [@off, @off + @len), counted from there on. */
static void fetch_piece(const u8 *at, u32 size, u32 *off, u32 *len)
{
	u32 skip = min(*off, size), n = min(size - skip, *len);

	if (at)
		fetch_pages(at + skip, n);
	*off -= skip;
	*len -= n;
}

/*
 * Processors fetch ahead of a copy, but not beyond the end of a page, and what
 * another CPU wrote is far away.
 */
static noinline void fetch_skb(const struct sk_buff *skb, u32 off, u32 len)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	const skb_frag_t *frag;

	fetch_piece(skb->data, skb_headlen(skb), &off, &len);
	for (frag = info->frags; frag < info->frags + info->nr_frags; frag++)
		fetch_piece(skb_frag_address_safe(frag), skb_frag_size(frag),
			    &off, &len);
}

int ksmol_skb_to_iter(const struct sk_buff *skb, u32 off, struct iov_iter *to,
		      u32 len)
{
	if (len > PAGE_SIZE)
		fetch_skb(skb, off, len);
	return skb_copy_datagram_iter(skb, off, to, len);
}

int ksmol_pbuf_to_iter(const struct ksmol_pbuf *pb, u32 off,
		       struct iov_iter *to, u32 len)
{
	if (unlikely(pb->rest))
		return ksmol_pbuf_parts_to_iter(pb, off, to, len);
	if (pb->skb) {
		if (off > pb->len || len > pb->len - off)
			return -EFAULT;
		return ksmol_skb_to_iter(pb->skb, pb->off + off, to, len);
	}
	for (pb = chain_at(pb, &off); len && pb; pb = chain_next(pb)) {
		u32 n = min(len, pb->len - off);

		if (copy_to_iter(pb->head + pb->off + off, n, to) != n)
			return -EFAULT;
		len -= n;
		off = 0;
	}
	return len ? -EFAULT : 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_to_iter);

int ksmol_pbuf_to_mem(const struct ksmol_pbuf *pb, u32 off, void *to, u32 len)
{
	if (unlikely(pb->rest))
		return ksmol_pbuf_parts_to_mem(pb, off, to, len);
	if (pb->skb) {
		if (off > pb->len || len > pb->len - off)
			return -EFAULT;
		return skb_copy_bits(pb->skb, pb->off + off, to, len);
	}
	for (pb = chain_at(pb, &off); len && pb; pb = chain_next(pb)) {
		u32 n = min(len, pb->len - off);

		memcpy(to, pb->head + pb->off + off, n);
		to += n;
		len -= n;
		off = 0;
	}
	return len ? -EFAULT : 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_to_mem);

__wsum ksmol_pbuf_csum(const struct ksmol_pbuf *pb, u32 off, u32 len,
		       __wsum sum)
{
	u32 done = 0;

	if (unlikely(pb->rest))
		return ksmol_pbuf_parts_csum(pb, off, len, sum);
	if (pb->skb)
		return skb_checksum(pb->skb, pb->off + off, len, sum);
	for (pb = chain_at(pb, &off); len && pb; pb = chain_next(pb)) {
		u32 n = min(len, pb->len - off);
		__wsum part = csum_partial(pb->head + pb->off + off, n, 0);

		sum = csum_block_add(sum, part, done);
		done += n;
		len -= n;
		off = 0;
	}
	return sum;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_csum);
