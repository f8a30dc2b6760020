// SPDX-License-Identifier: GPL-2.0-only
/* Room for copied payload. Mirrors module/phy/copy_room.c. */

#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/skbuff.h>
#include <ksmol/compat.h>
#include "../module/phy/phy.h"

#define SIZE		2048U
#define PAGES		16U	/* of a CPU */
#define PER_PAGE	16U	/* fragments */
/* All of a CPU's pages, and what may be left of the one that is filled. */
#define ROUND		((PAGES + 1) * PER_PAGE)

/* @n fragments of SIZE, each filled with its number. */
static void take(struct kunit *test, void **frags, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		frags[i] = ksmol_copy_room(SIZE);
		if (!frags[i])
			KUNIT_FAIL(test, "no fragment");
		else
			memset(frags[i], i, SIZE);
	}
}

static void give(void **frags, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (frags[i])
			skb_free_frag(frags[i]);
}

static void **frags_alloc(struct kunit *test)
{
	void **frags = kunit_kcalloc(test, ROUND, sizeof(*frags), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, frags);
	return frags;
}

static bool among(void **frags, const void *frag)
{
	u32 i;

	for (i = 0; i < PAGES * PER_PAGE; i++)
		if (virt_to_head_page(frags[i]) == virt_to_head_page(frag))
			return true;
	return false;
}

/* What was given back comes again, and nothing else. */
static void copy_room__goes_round(struct kunit *test)
{
	void **first = frags_alloc(test), **again = frags_alloc(test);
	u32 i, others = 0;

	ksmol_copy_room_exit();
	local_bh_disable();
	take(test, first, PAGES * PER_PAGE);
	give(first, PAGES * PER_PAGE);
	take(test, again, PAGES * PER_PAGE);
	for (i = 0; i < PAGES * PER_PAGE; i++)
		others += !among(first, again[i]);
	give(again, PAGES * PER_PAGE);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, others, 0);
}

static void copy_room__fragments_are_apart(struct kunit *test)
{
	void **frags = frags_alloc(test);
	u32 i, spoiled = 0;

	local_bh_disable();
	take(test, frags, ROUND);
	for (i = 0; i < ROUND; i++)
		spoiled += !!memchr_inv(frags[i], i, SIZE);
	give(frags, ROUND);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, spoiled, 0);
}

/* A receiver that does not read has one fragment of each page. */
static void copy_room__kept_ones_are_left_alone(struct kunit *test)
{
	void **kept = frags_alloc(test), **more = frags_alloc(test);
	u32 i, spoiled = 0;

	local_bh_disable();
	take(test, kept, ROUND);
	for (i = 0; i < ROUND; i++)
		if (i % PER_PAGE)
			skb_free_frag(kept[i]);
	take(test, more, ROUND);
	for (i = 0; i < ROUND; i += PER_PAGE) {
		spoiled += !!memchr_inv(kept[i], i, SIZE);
		skb_free_frag(kept[i]);
	}
	give(more, ROUND);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, spoiled, 0);
}

/* With what is out then its last user frees the page. */
static void copy_room__exit_lets_go(struct kunit *test)
{
	void *frag;

	local_bh_disable();
	frag = ksmol_copy_room(SIZE);
	local_bh_enable();
	KUNIT_ASSERT_NOT_NULL(test, frag);
	ksmol_copy_room_exit();
	KUNIT_EXPECT_EQ(test, page_ref_count(virt_to_head_page(frag)), 1);
	skb_free_frag(frag);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(copy_room__goes_round),
	KUNIT_CASE(copy_room__fragments_are_apart),
	KUNIT_CASE(copy_room__kept_ones_are_left_alone),
	KUNIT_CASE(copy_room__exit_lets_go),
	{}
};

static struct kunit_suite suite = {
	.name = "ksmol_phy_copy_room",
	.test_cases = cases,
};

kunit_test_suite(suite);
