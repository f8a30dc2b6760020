// SPDX-License-Identifier: GPL-2.0-only
/*
 * Room for copied payload: what goes into a device that can't gather lies on
 * fragments of pages, as in a driver's received frames. Each CPU goes round a
 * few large pages of its own. By the time that it comes back to one, a receiver
 * on this machine has let go of it, and it is still in this CPU's cache; fresh
 * pages never are. Whoever keeps one for longer is left with it meanwhile.
 */

#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sizes.h>
#include <linux/skbuff.h>
#include <ksmol/compat.h>
#include "phy.h"

#define ROOM_ORDER	get_order(SZ_32K)
#define ROOM_SIZE	((u32)PAGE_SIZE << ROOM_ORDER)
#define ROOM_PAGES	16U
/* References taken at once: more fragments than this are in no page. */
#define ROOM_REFS	(ROOM_SIZE / 64)

/**
 * struct copy_room - one CPU's
 * @page: with one reference of ours, and while it is filled those not yet given
 *	away; NULL: not needed so far
 * @at: which one is filled
 * @used: bytes of it
 * @refs: of its references, how many aren't given away
 */
struct copy_room {
	struct page *page[ROOM_PAGES];
	u32 at;
	u32 used;
	u32 refs;
};

static DEFINE_PER_CPU(struct copy_room, copy_room);

/* The page that is filled is full. */
static void room_leave(struct copy_room *room)
{
	page_ref_sub(room->page[room->at], room->refs);
	room->refs = 0;
	room->at = (room->at + 1) % ROOM_PAGES;
}

/* Has nobody else any of it? */
static bool room_enter(struct copy_room *room)
{
	struct page **page = &room->page[room->at];

	if (unlikely(!*page))
		*page = alloc_pages(GFP_ATOMIC | __GFP_NOWARN | __GFP_NORETRY |
				    __GFP_COMP | __GFP_NOMEMALLOC, ROOM_ORDER);
	if (unlikely(!*page) || page_ref_count(*page) != 1)
		return false;
	page_ref_add(*page, ROOM_REFS);
	room->refs = ROOM_REFS;
	room->used = 0;
	return true;
}

void *ksmol_copy_room(u32 size)
{
	struct copy_room *room = this_cpu_ptr(&copy_room);
	void *data;

	if (room->refs && room->used + size > ROOM_SIZE)
		room_leave(room);
	if (!room->refs && !room_enter(room))
		return napi_alloc_frag(size);
	data = page_address(room->page[room->at]) + room->used;
	room->used += size;
	room->refs--;
	return data;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_copy_room);

void ksmol_copy_room_exit(void)
{
	struct copy_room *room;
	int cpu, i;

	for_each_possible_cpu(cpu) {
		room = per_cpu_ptr(&copy_room, cpu);
		if (room->refs)
			room_leave(room);
		for (i = 0; i < ROOM_PAGES; i++) {
			if (room->page[i])
				put_page(room->page[i]);
			room->page[i] = NULL;
		}
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_copy_room_exit);
