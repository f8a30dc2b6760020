// SPDX-License-Identifier: GPL-2.0-only
/* Counters, their names, debugfs drops and the debugfs tree. */

#include <kunit/test.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <ksmol/stats.h>
#include "../module/stats/stats.h"

static void names_complete(struct kunit *test, const char * const *names,
			   int nr)
{
	int i, j;

	for (i = 0; i < nr; i++) {
		KUNIT_ASSERT_NOT_NULL(test, names[i]);
		KUNIT_EXPECT_NE_MSG(test, *names[i], '\0', "name %d", i);
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, names[i], names[j]);
	}
}

static void names__every_counter_has_its_own(struct kunit *test)
{
	names_complete(test, ksmol_verdict_names, KSMOL_NR_VERDICTS);
	names_complete(test, ksmol_tx_drop_names, KSMOL_NR_TX_DROPS);
	names_complete(test, ksmol_copy_names, KSMOL_NR_COPIES);
	names_complete(test, ksmol_token_end_names, KSMOL_NR_TOKEN_ENDS);
	names_complete(test, ksmol_tcp_counter_names, KSMOL_NR_TCP_COUNTERS);
}

static void names__enums_and_tables_agree(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, ksmol_verdict_names[KSMOL_DELIVERED],
			   "delivered");
	KUNIT_EXPECT_EQ(test, (int)KSMOL_FIRST_DROP,
			(int)KSMOL_DROP_RX_NO_PBUF);
	KUNIT_EXPECT_STREQ(test, ksmol_verdict_names[KSMOL_FIRST_DROP],
			   "rx_no_pbuf");
	KUNIT_EXPECT_STREQ(test,
			   ksmol_tx_drop_names[KSMOL_TX_DROP_LOOP_FULL],
			   "tx_loop_full");
}

static void tx_dropped__counts_its_reason(struct kunit *test)
{
	u64 before = ksmol_stats_read(tx_drop[KSMOL_TX_DROP_SCOPE]);
	u64 other = ksmol_stats_read(tx_drop[KSMOL_TX_DROP_TOO_BIG]);

	ksmol_tx_dropped(KSMOL_TX_DROP_SCOPE, 0);
	ksmol_tx_dropped(KSMOL_TX_DROP_SCOPE, 1);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(tx_drop[KSMOL_TX_DROP_SCOPE]),
			before + 2);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(tx_drop[KSMOL_TX_DROP_TOO_BIG]),
			other);
}

/* The text of debugfs drops; its buffer belongs to the test. */
static const char *drops_text(struct kunit *test)
{
	struct seq_file m = { .size = 2 * PAGE_SIZE };

	m.buf = kunit_kzalloc(test, m.size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m.buf);
	KUNIT_ASSERT_EQ(test, ksmol_drops_show(&m, NULL), 0);
	KUNIT_ASSERT_LT(test, m.count, m.size);
	return m.buf;
}

/* The value behind "key: " at the start of a line; fails where it is not. */
static long long drops_value(struct kunit *test, const char *text,
			     const char *key)
{
	size_t len = strlen(key);
	const char *line;
	long long value;

	for (line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, len) && line[len] == ':' &&
		    sscanf(line + len, ": %lld", &value) == 1)
			return value;
	}
	KUNIT_FAIL(test, "no key %s", key);
	return -1;
}

static void drops__every_reason_has_a_line(struct kunit *test)
{
	const char *text = drops_text(test);
	int i;

	for (i = 0; i < KSMOL_NR_VERDICTS; i++)
		drops_value(test, text, ksmol_verdict_names[i]);
	for (i = 0; i < KSMOL_NR_TX_DROPS; i++)
		drops_value(test, text, ksmol_tx_drop_names[i]);
	drops_value(test, text, "copy_user_in");
	drops_value(test, text, "copy_bytes_bound");
	drops_value(test, text, "purged");
}

static void drops__dropped_is_the_sum_of_reasons(struct kunit *test)
{
	const char *text = drops_text(test);
	long long sum = 0;
	int i;

	for (i = KSMOL_FIRST_DROP; i < KSMOL_NR_VERDICTS; i++)
		sum += drops_value(test, text, ksmol_verdict_names[i]);
	KUNIT_EXPECT_EQ(test, drops_value(test, text, "dropped"), sum);
}

static void drops__balance_is_what_has_no_verdict_yet(struct kunit *test)
{
	const char *text = drops_text(test);
	long long all = drops_value(test, text, "dropped");
	int i;

	for (i = 0; i < KSMOL_FIRST_DROP; i++)
		all += drops_value(test, text, ksmol_verdict_names[i]);
	KUNIT_EXPECT_EQ(test, drops_value(test, text, "balance"),
			drops_value(test, text, "frames_in") - all);
	KUNIT_EXPECT_GE(test, drops_value(test, text, "balance"), 0LL);
}

static int show_nothing(struct seq_file *m, void *data)
{
	return 0;
}

/* The directory the suite may use, or a skipped test without debugfs. */
static struct dentry *test_dir(struct kunit *test)
{
	struct dentry *dir = ksmol_debugfs_dir(NULL, "kunit");

	if (IS_ERR_OR_NULL(dir))
		kunit_skip(test, "no debugfs");
	return dir;
}

static void debugfs__names_are_free_again_after_removal(struct kunit *test)
{
	struct dentry *dir, *sub, *file;
	int round;

	for (round = 0; round < 3; round++) {
		dir = test_dir(test);
		sub = ksmol_debugfs_dir(dir, "sub");
		KUNIT_EXPECT_FALSE(test, IS_ERR_OR_NULL(sub));
		file = ksmol_debugfs_file(sub, "file", show_nothing, NULL);
		KUNIT_EXPECT_FALSE(test, IS_ERR_OR_NULL(file));
		ksmol_debugfs_remove(dir);
	}
}

static void debugfs__one_file_can_go_alone(struct kunit *test)
{
	struct dentry *dir = test_dir(test);
	struct dentry *file;

	file = ksmol_debugfs_file(dir, "file", show_nothing, NULL);
	KUNIT_EXPECT_FALSE(test, IS_ERR_OR_NULL(file));
	ksmol_debugfs_remove(file);
	file = ksmol_debugfs_file(dir, "file", show_nothing, NULL);
	KUNIT_EXPECT_FALSE(test, IS_ERR_OR_NULL(file));
	ksmol_debugfs_remove(dir);
}

/* Where debugfs is missing, callers pass on what they got. */
static void debugfs__a_missing_parent_is_harmless(struct kunit *test)
{
	struct dentry *none = ERR_PTR(-ENODEV);

	KUNIT_EXPECT_TRUE(test, IS_ERR(ksmol_debugfs_dir(none, "kunit")));
	KUNIT_EXPECT_TRUE(test, IS_ERR(ksmol_debugfs_file(none, "kunit",
							  show_nothing, NULL)));
	ksmol_debugfs_remove(none);
	ksmol_debugfs_remove(NULL);
}

/* Each reason has a row, and belongs to one direction. */
static void copies__every_reason_has_a_row(struct kunit *test)
{
	struct seq_file m = { .size = 2 * PAGE_SIZE };
	char row[32];
	int i;

	m.buf = kunit_kzalloc(test, m.size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m.buf);
	KUNIT_ASSERT_EQ(test, ksmol_copies_show(&m, NULL), 0);
	KUNIT_ASSERT_LT(test, m.count, m.size);
	for (i = 0; i < KSMOL_NR_COPIES; i++) {
		snprintf(row, sizeof(row), "\n%-14s %s ", ksmol_copy_names[i],
			 ksmol_copy_sent[i] ? "sent" : "received");
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(m.buf, row), "%s", row);
	}
	KUNIT_EXPECT_TRUE(test, ksmol_copy_sent[KSMOL_COPY_USER_IN]);
	KUNIT_EXPECT_FALSE(test, ksmol_copy_sent[KSMOL_COPY_USER_OUT]);
}

static struct kunit_case stats_cases[] = {
	KUNIT_CASE(names__every_counter_has_its_own),
	KUNIT_CASE(names__enums_and_tables_agree),
	KUNIT_CASE(tx_dropped__counts_its_reason),
	KUNIT_CASE(drops__every_reason_has_a_line),
	KUNIT_CASE(drops__dropped_is_the_sum_of_reasons),
	KUNIT_CASE(drops__balance_is_what_has_no_verdict_yet),
	KUNIT_CASE(copies__every_reason_has_a_row),
	KUNIT_CASE(debugfs__names_are_free_again_after_removal),
	KUNIT_CASE(debugfs__one_file_can_go_alone),
	KUNIT_CASE(debugfs__a_missing_parent_is_harmless),
	{}
};

static struct kunit_suite stats_suite = {
	.name = "ksmol_stats",
	.test_cases = stats_cases,
};

kunit_test_suite(stats_suite);
