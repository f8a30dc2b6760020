// SPDX-License-Identifier: GPL-2.0-only
/* Pools on pages of other modules. Mirrors module/pool/ register and holder. */

#include <linux/mm.h>
#include "ksock_fixture.h"

#define PAGES 8

/* Pages of our own; the case frees them. */
static struct page **pages_get(struct kunit *test, unsigned int order)
{
	struct page **pages = kunit_kcalloc(test, PAGES, sizeof(*pages),
					    GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, pages);
	for (i = 0; i < PAGES; i++) {
		pages[i] = alloc_pages(GFP_KERNEL | __GFP_COMP, order);
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
	}
	return pages;
}

/* Nobody else has one of them. */
static void pages_put(struct kunit *test, struct page **pages,
		      unsigned int order)
{
	int i;

	for (i = 0; i < PAGES; i++) {
		KUNIT_EXPECT_EQ(test, page_ref_count(pages[i]), 1);
		__free_pages(pages[i], order);
	}
}

static int register_err(const char *name, struct page **pages, u32 n)
{
	struct ksmol_pool *pool = ksmol_pool_register(name, pages, n);

	if (IS_ERR(pool))
		return PTR_ERR(pool);
	ksmol_pool_unregister(pool);
	return 0;
}

static void register__refused(struct kunit *test)
{
	struct page **pages = pages_get(test, 0), *third = pages[3];
	struct page *big = alloc_pages(GFP_KERNEL | __GFP_COMP, 1);

	KUNIT_ASSERT_NOT_NULL(test, big);
	KUNIT_EXPECT_EQ(test, register_err("t", pages, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, register_err("t", NULL, PAGES), -EINVAL);
	KUNIT_EXPECT_EQ(test, register_err("", pages, PAGES), -EINVAL);
	KUNIT_EXPECT_EQ(test, register_err("../t", pages, PAGES), -EINVAL);
	KUNIT_EXPECT_EQ(test, register_err("a/b", pages, PAGES), -EINVAL);
	KUNIT_EXPECT_EQ(test, register_err("a-name-that-is-longer-than-fits-in",
					   pages, PAGES), -EINVAL);
	pages[3] = NULL;
	KUNIT_EXPECT_EQ(test, register_err("t", pages, PAGES), -EINVAL);
	pages[3] = pages[2];
	KUNIT_EXPECT_EQ(test, register_err("t", pages, PAGES), -EINVAL);
	pages[3] = big;
	KUNIT_EXPECT_EQ(test, register_err("t", pages, PAGES), -EINVAL);
	pages[3] = big + 1;
	KUNIT_EXPECT_EQ(test, register_err("t", pages, PAGES), -EINVAL);
	pages[3] = third;
	get_page(third);
	KUNIT_EXPECT_EQ(test, register_err("t", pages, PAGES), -EINVAL);
	put_page(third);
	KUNIT_EXPECT_EQ(test, register_err("t", pages, PAGES), 0);
	__free_pages(big, 1);
	pages_put(test, pages, 0);
}

static void register__buffer_too_large(struct kunit *test)
{
	unsigned int order = get_order(65536) + 1;
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, order);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, register_err("t", &page, 1), -EINVAL);
	__free_pages(page, order);
}

static void register__name_taken(struct kunit *test)
{
	struct page **pages = pages_get(test, 0);
	struct ksmol_pool *pool = ksmol_pool_register("t", pages, PAGES / 2);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pool);
	KUNIT_EXPECT_EQ(test, register_err("t", pages + PAGES / 2, PAGES / 2),
			-EEXIST);
	KUNIT_EXPECT_EQ(test, register_err("u", pages + PAGES / 2, PAGES / 2),
			0);
	KUNIT_EXPECT_EQ(test, ksmol_pool_unregister(pool), 0);
	pages_put(test, pages, 0);
}

/* As many as were brought can be had, neither fewer nor more. */
static void register__all_of_them(struct kunit *test)
{
	struct page **pages = pages_get(test, 1);
	struct ksmol_pool *pool = ksmol_pool_register("t", pages, PAGES);
	struct ksock_seen *seen = ksock_bound(test, 0, 0);
	struct ksmol_pbuf *pbs[PAGES + 1];
	int i;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pool);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_use_pool(seen->ks, pool), 0);
	for (i = 0; i <= PAGES; i++) {
		pbs[i] = ksmol_ksock_alloc(seen->ks);
		if (IS_ERR(pbs[i]))
			break;
		KUNIT_EXPECT_EQ(test, ksmol_pkt_room(pbs[i]),
				(u32)(2 * PAGE_SIZE - KSMOL_HEADROOM));
	}
	KUNIT_EXPECT_EQ(test, i, PAGES);
	KUNIT_EXPECT_PTR_EQ(test, pbs[PAGES], ERR_PTR(-EAGAIN));
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_USER), 0U);
	while (i--)
		ksmol_pkt_release(seen->ks, pbs[i]);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_pool_unregister(pool), 0);
	pages_put(test, pages, 1);
}

static bool among(struct page **pages, const struct page *page)
{
	int i;

	for (i = 0; i < PAGES; i++)
		if (pages[i] == page)
			return true;
	return false;
}

/* The device gets the very page that its owner wrote to. */
static void send__from_own_pages(struct kunit *test)
{
	struct page **pages = pages_get(test, 0);
	struct ksmol_pool *pool = ksmol_pool_register("t", pages, PAGES);
	struct ksock_seen *seen = ksock_bound(test, 0, 0);
	struct socket_fixture *f = test->priv;
	struct sk_buff *skb;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pool);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_use_pool(seen->ks, pool), 0);
	KUNIT_EXPECT_EQ(test, ksock_bind_to(seen->ks, 0, OUR_PORT), 0);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_use_pool(seen->ks, pool), -EBUSY);
	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, ksock_send_to(test, seen->ks, PEER, 9, 1000), 0);
	skb = peer_gets(test);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_EQ(test, skb_shinfo(skb)->nr_frags, 1);
	KUNIT_EXPECT_TRUE(test, among(pages, skb_frag_page(skb_shinfo(skb)->frags)));
	KUNIT_EXPECT_TRUE(test, ksock_counted(skb_frag_address(skb_shinfo(skb)->frags),
					      1000));
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_pool_unregister(pool), 0);
	pages_put(test, pages, 0);
}

static void unregister__while_in_use(struct kunit *test)
{
	struct page **pages = pages_get(test, 0);
	struct ksmol_pool *pool = ksmol_pool_register("t", pages, PAGES);
	struct ksock_seen *seen = ksock_bound(test, 0, 0);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pool);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_use_pool(seen->ks, pool), 0);
	KUNIT_EXPECT_EQ(test, ksmol_pool_unregister(pool), -EBUSY);
	/* What a socket forgot goes home with it. */
	ksock_filled(test, seen->ks, 10);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 1U);
	KUNIT_EXPECT_EQ(test, ksmol_pool_unregister(pool), 0);
	pages_put(test, pages, 0);
}

static void give_back(struct kunit *test)
{
	struct socket_fixture *f = test->priv;

	ksmol_vdev_complete(f->vdev);
}

static void unregister__waits_for_the_device(struct kunit *test)
{
	struct page **pages = pages_get(test, 0);
	struct ksmol_pool *pool = ksmol_pool_register("t", pages, PAGES);
	struct ksock_seen *seen = ksock_bound(test, 0, 0);
	struct socket_fixture *f = test->priv;
	struct later later;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pool);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_use_pool(seen->ks, pool), 0);
	KUNIT_EXPECT_EQ(test, ksock_bind_to(seen->ks, 0, OUR_PORT), 0);
	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, ksock_send_to(test, seen->ks, PEER, 9, 1000), 0);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 0U);
	later_start(&later, test, 100, give_back);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&f->vdev->sent), 1U);
	KUNIT_EXPECT_EQ(test, ksmol_pool_unregister(pool), 0);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&f->vdev->sent), 0U);
	later_end(&later);
	pages_put(test, pages, 0);
}

/* Not even under a name that somebody else holds it by. */
static void release__twice_is_refused(struct kunit *test)
{
	struct page **pages = pages_get(test, 0);
	struct ksmol_pool *pool = ksmol_pool_register("t", pages, PAGES);
	struct ksock_seen *other = ksock_bound(test, 0, 0);
	struct ksock_seen *seen = ksock_bound(test, 0, 0);
	struct ksmol_pbuf *pb;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pool);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_use_pool(seen->ks, pool), 0);
	pb = ksock_filled(test, seen->ks, 10);
	ksmol_pkt_release(other->ks, pb);
	KUNIT_EXPECT_EQ(test, pool->double_free, 1U);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_send(other->ks, pb, NULL, 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, pool->double_free, 2U);
	ksmol_pkt_release(seen->ks, pb);
	KUNIT_EXPECT_EQ(test, pool->double_free, 2U);
	ksmol_pkt_release(seen->ks, pb);
	KUNIT_EXPECT_EQ(test, pool->double_free, 3U);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(seen->ks), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_ksock_close(other->ks), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_pool_unregister(pool), 0);
	pages_put(test, pages, 0);
}

static struct kunit_case register_cases[] = {
	KUNIT_CASE(register__refused),
	KUNIT_CASE(register__buffer_too_large),
	KUNIT_CASE(register__name_taken),
	KUNIT_CASE(register__all_of_them),
	KUNIT_CASE(send__from_own_pages),
	KUNIT_CASE(unregister__while_in_use),
	KUNIT_CASE(unregister__waits_for_the_device),
	KUNIT_CASE(release__twice_is_refused),
	{}
};

static struct kunit_suite register_suite = {
	.name = "ksmol_pool_register",
	.init = socket_fixture_init,
	.exit = socket_fixture_exit,
	.test_cases = register_cases,
};

kunit_test_suite(register_suite);
