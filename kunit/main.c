// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksmol_kunit.ko: the suites of all rooms. Each file brings its own
 * kunit_test_suite(); what they have in common stands here.
 */

#include <linux/delay.h>
#include <linux/module.h>
#include <ksmol/compat.h>
#include "vdev.h"

/* What is not free, of all classes; census says by itself if it is exact. */
static u32 pool_missing(struct ksmol_census *census)
{
	enum ksmol_class class;
	enum ksmol_owner owner;
	u32 missing = 0;

	ksmol_pool_census(&ksmol_pool, census);
	for (class = 0; class < KSMOL_NR_CLASSES; class++)
		for (owner = 0; owner < KSMOL_NR_OWNERS; owner++)
			if (owner != KSMOL_OWNER_FREE)
				missing += census->owner[class][owner];
	return missing;
}

void ksmol_kunit_expect_whole(struct kunit *test)
{
	struct ksmol_census census;
	int tries = 50;

	while ((pool_missing(&census) || !census.exact) && tries--)
		msleep(20);
	KUNIT_EXPECT_TRUE(test, census.exact);
	KUNIT_EXPECT_EQ(test, pool_missing(&census), 0U);
	KUNIT_EXPECT_EQ(test, READ_ONCE(ksmol_pool.double_free), 0U);
}

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The ksmol authors");
MODULE_DESCRIPTION("KUnit suites of ksmol");
KSMOL_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
