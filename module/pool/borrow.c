// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that are not the pool's: what a program sends by reference stays where
 * it is, in the page cache or a pipe. A pbuf stands for each such page, so that
 * descriptors bound them as they bound all else; its own page waits unused.
 */

#include <linux/mm.h>
#include <ksmol/compat.h>
#include <ksmol/pool.h>
#include "pool.h"

void ksmol_pbuf_borrow(struct ksmol_pbuf *pb, struct page *page, u32 off,
		       u32 len)
{
	get_page(page);
	pb->tx.own = pb->page;
	pb->page = page;
	pb->head = page_address(page);
	pb->off = off;
	pb->len = len;
	pb->flags |= KSMOL_PB_BORROWED;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_borrow);

bool ksmol_pbuf_borrow_more(struct ksmol_pbuf *pb, struct page *page, u32 off,
			    u32 len)
{
	const u8 *end = pb->head + pb->off + pb->len;

	/* A reference on one page of an allocation keeps all of them. */
	if (!(pb->flags & KSMOL_PB_BORROWED) ||
	    compound_head(page) != compound_head(pb->page) ||
	    end != (u8 *)page_address(page) + off)
		return false;
	pb->len += len;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pbuf_borrow_more);

void ksmol_pbuf_unborrow(struct ksmol_pbuf *pb)
{
	put_page(pb->page);
	pb->page = pb->tx.own;
	pb->head = page_address(pb->page);
	pb->flags &= ~KSMOL_PB_BORROWED;
}
