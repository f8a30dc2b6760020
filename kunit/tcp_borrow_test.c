// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that a stream sends by reference. Mirrors module/pool/borrow.c and what
 * module/socket/tcp_sendmsg.c does of it.
 */

#include <linux/bvec.h>
#include <linux/mm.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include "tcp_conn_fixture.h"

/**
 * struct lender - a connection, and a page to be sent on it
 * @sock: established
 * @page: the test's, bytes 0, 1, 2, ...
 * @next: our next number
 */
struct lender {
	struct socket *sock;
	struct page *page;
	u32 next;
};

/* Small pieces go at once. */
static void set_nodelay(struct socket *sock)
{
	int on = 1;

	sock->ops->setsockopt(sock, SOL_TCP, TCP_NODELAY, KERNEL_SOCKPTR(&on),
			      sizeof(on));
}

static void lend(struct kunit *test, struct lender *l)
{
	struct socket_fixture *f = test->priv;
	struct socket *listener;
	u8 *bytes;
	int i;

	if (!KSMOL_SPLICE_PAGES)
		kunit_skip(test, "this kernel's sendfile() copies");
	f->vdev->dev->features |= NETIF_F_SG | NETIF_F_HW_CSUM;
	listener = tcp_listener(test, OUR_PORT, 5);
	l->next = handshake(test, PEER_PORT) + 1;
	l->sock = tcp_accepted(test, listener);
	KUNIT_ASSERT_NOT_NULL(test, l->sock);
	set_nodelay(l->sock);
	l->page = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, l->page);
	bytes = page_address(l->page);
	for (i = 0; i < PAGE_SIZE; i++)
		bytes[i] = i;
}

/* All references but ours are gone. */
static void lend_end(struct kunit *test, struct lender *l)
{
	KUNIT_EXPECT_EQ(test, page_ref_count(l->page), 1);
	__free_page(l->page);
}

static int splice(struct socket *sock, struct page *page, u32 off, u32 len)
{
	struct bio_vec vec = {
		.bv_page = page,
		.bv_offset = off,
		.bv_len = len,
	};
	struct msghdr msg = { .msg_flags = KSMOL_SPLICE_PAGES | MSG_DONTWAIT };

	iov_iter_bvec(&msg.msg_iter, WRITE, &vec, 1, len);
	return sock_sendmsg(sock, &msg);
}

static struct ksmol_tcb *tcb_of(struct lender *l)
{
	return &ksmol_tcp_sk(l->sock->sk)->tcb;
}

static u64 copied(void)
{
	return ksmol_stats_sum(offsetof(struct ksmol_stats, copy_bytes) +
			       KSMOL_COPY_USER_IN * sizeof(u64));
}

/* Takes what the peer gets, bytes from @first on. Return: how many, all of them
 * in fragments of @page.
 */
static u32 peer_takes(struct kunit *test, const struct page *page, u8 first)
{
	struct sk_buff *skb;
	u32 got = 0, i;

	while ((skb = peer_gets(test))) {
		const struct skb_shared_info *info = skb_shinfo(skb);

		KUNIT_EXPECT_NE(test, info->nr_frags, 0);
		for (i = 0; i < info->nr_frags; i++) {
			const skb_frag_t *frag = &info->frags[i];
			const u8 *bytes = skb_frag_address(frag);

			KUNIT_EXPECT_PTR_EQ(test, skb_frag_page(frag), page);
			KUNIT_EXPECT_EQ(test, bytes[0], (u8)(first + got));
			got += skb_frag_size(frag);
		}
		kfree_skb(skb);
	}
	return got;
}

/* Whatever it is. Return: whether there was something. */
static bool peer_gets_any(struct kunit *test)
{
	struct sk_buff *skb = peer_gets(test);

	kfree_skb(skb);
	return skb;
}

/* The peer has all up to our number @ack. */
static void acknowledge(struct kunit *test, u32 ack)
{
	flags_arrive(test, PEER_PORT, KSMOL_TCP_ACK, PEER_ISS + 1, ack, 0);
}

/* --- pool/borrow.c --- */

static void borrow__page_comes_back(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL), *own;
	struct ksmol_pbuf *pb;

	KUNIT_ASSERT_NOT_NULL(test, page);
	local_bh_disable();
	pb = ksmol_pbuf_alloc_tx(&ksmol_pool, false);
	own = pb->page;
	ksmol_pbuf_borrow(pb, page, 100, 50);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 2);
	KUNIT_EXPECT_PTR_EQ(test, pb->page, page);
	KUNIT_EXPECT_PTR_EQ(test, pb->head + pb->off,
			    (u8 *)page_address(page) + 100);
	KUNIT_EXPECT_EQ(test, pb->len, 50U);
	/* A frame keeps the page: nobody waits for it. */
	get_page(page);
	ksmol_pbuf_retire(pb);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 2);
	KUNIT_EXPECT_EQ(test, pb->owner, KSMOL_OWNER_FREE);
	KUNIT_EXPECT_PTR_EQ(test, pb->page, own);
	KUNIT_EXPECT_PTR_EQ(test, pb->head, (u8 *)page_address(own));
	local_bh_enable();
	put_page(page);
	put_page(page);
}

static void borrow__more_must_follow(struct kunit *test)
{
	struct page *two = alloc_pages(GFP_KERNEL | __GFP_COMP, 1);
	struct page *other = alloc_page(GFP_KERNEL);
	struct ksmol_pbuf *pb;

	local_bh_disable();
	pb = ksmol_pbuf_alloc_tx(&ksmol_pool, false);
	KUNIT_EXPECT_FALSE(test, ksmol_pbuf_borrow_more(pb, two, 0, 10));
	ksmol_pbuf_borrow(pb, two, 0, 1000);
	KUNIT_EXPECT_FALSE(test, ksmol_pbuf_borrow_more(pb, two, 1001, 10));
	KUNIT_EXPECT_FALSE(test, ksmol_pbuf_borrow_more(pb, other, 1000, 10));
	KUNIT_EXPECT_TRUE(test, ksmol_pbuf_borrow_more(pb, two, 1000,
						       PAGE_SIZE - 1000));
	KUNIT_EXPECT_TRUE(test, ksmol_pbuf_borrow_more(pb, two + 1, 0, 10));
	KUNIT_EXPECT_EQ(test, pb->len, (u32)PAGE_SIZE + 10);
	KUNIT_EXPECT_EQ(test, page_ref_count(two), 2);
	ksmol_pbuf_free(pb);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, page_ref_count(two), 1);
	__free_page(other);
	__free_pages(two, 1);
}

/* --- tcp_sendmsg.c --- */

static void splice__by_reference(struct kunit *test)
{
	struct socket_fixture *f = test->priv;
	u64 before = copied();
	struct lender l;

	lend(test, &l);
	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, splice(l.sock, l.page, 8, 1000), 1000);
	KUNIT_EXPECT_EQ(test, peer_takes(test, l.page, 8), 1000U);
	KUNIT_EXPECT_EQ(test, copied(), before);
	/* What may be sent again keeps it. */
	KUNIT_EXPECT_EQ(test, page_ref_count(l.page), 2);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_SOCKET), 1U);
	acknowledge(test, l.next + 1000);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_SOCKET), 0U);
	lend_end(test, &l);
}

static void splice__pieces_join(struct kunit *test)
{
	struct lender l;

	lend(test, &l);
	KUNIT_EXPECT_EQ(test, splice(l.sock, l.page, 0, 600), 600);
	KUNIT_EXPECT_EQ(test, splice(l.sock, l.page, 600, 700), 700);
	KUNIT_EXPECT_EQ(test, tcb_of(&l)->sndq.count, 1U);
	/* Not next to each other. */
	KUNIT_EXPECT_EQ(test, splice(l.sock, l.page, 2000, 300), 300);
	KUNIT_EXPECT_EQ(test, tcb_of(&l)->sndq.count, 2U);
	acknowledge(test, l.next + 1300);
	KUNIT_EXPECT_EQ(test, tcb_of(&l)->sndq.count, 1U);
	acknowledge(test, l.next + 1600);
	KUNIT_EXPECT_EQ(test, tcb_of(&l)->sndq.count, 0U);
	while (peer_gets_any(test))
		;
	lend_end(test, &l);
}

/* What is written after it does not go into the lender's page. */
static void splice__then_bytes(struct kunit *test)
{
	struct lender l;

	lend(test, &l);
	KUNIT_EXPECT_EQ(test, splice(l.sock, l.page, 0, 500), 500);
	KUNIT_EXPECT_EQ(test, sock_send(test, l.sock, 0, 0, 20, 0), 20);
	KUNIT_EXPECT_EQ(test, tcb_of(&l)->sndq.count, 2U);
	KUNIT_EXPECT_EQ(test, ((u8 *)page_address(l.page))[500], 500 % 256);
	acknowledge(test, l.next + 520);
	KUNIT_EXPECT_EQ(test, tcb_of(&l)->sndq.count, 0U);
	while (peer_gets_any(test))
		;
	lend_end(test, &l);
}

static void splice__small_is_copied(struct kunit *test)
{
	u64 before = copied();
	struct lender l;

	lend(test, &l);
	KUNIT_EXPECT_EQ(test, splice(l.sock, l.page, 0, 100), 100);
	KUNIT_EXPECT_EQ(test, copied(), before + 100);
	KUNIT_EXPECT_EQ(test, page_ref_count(l.page), 1);
	acknowledge(test, l.next + 100);
	lend_end(test, &l);
}

/* Nobody can hold slab memory by its page. */
static void splice__slab_is_copied(struct kunit *test)
{
	void *slab = kzalloc(1024, GFP_KERNEL);
	u64 before = copied();
	struct lender l;

	lend(test, &l);
	KUNIT_EXPECT_EQ(test, splice(l.sock, virt_to_page(slab),
				     offset_in_page(slab), 1024), 1024);
	KUNIT_EXPECT_EQ(test, copied(), before + 1024);
	kfree(slab);
	acknowledge(test, l.next + 1024);
	lend_end(test, &l);
}

static void splice__device_without_checksums(struct kunit *test)
{
	struct socket_fixture *f = test->priv;
	u64 before = copied();
	struct lender l;

	lend(test, &l);
	f->vdev->dev->features &= ~NETIF_F_HW_CSUM;
	atomic_inc(&ksmol_route_gen);
	/* The next segment finds the way anew. */
	KUNIT_EXPECT_EQ(test, sock_send(test, l.sock, 0, 0, 1, 0), 1);
	KUNIT_EXPECT_EQ(test, splice(l.sock, l.page, 0, 1000), 1000);
	KUNIT_EXPECT_EQ(test, copied(), before + 1001);
	KUNIT_EXPECT_EQ(test, page_ref_count(l.page), 1);
	acknowledge(test, l.next + 1001);
	lend_end(test, &l);
}

/* As many bytes as SO_SNDBUF, or as the pool has descriptors. */
static void splice__bounded(struct kunit *test)
{
	struct lender l;
	int sent = 0, n;

	lend(test, &l);
	while ((n = splice(l.sock, l.page, 0, 512)) > 0)
		sent += n;
	KUNIT_EXPECT_EQ(test, n, -EAGAIN);
	KUNIT_EXPECT_LE(test, (u32)sent, tcb_of(&l)->cfg.sndbuf);
	KUNIT_EXPECT_EQ(test, tcb_of(&l)->sndq.count, sent / 512);
	while (peer_gets_any(test))
		;
	KUNIT_EXPECT_EQ(test, page_ref_count(l.page), sent / 512 + 1);
	sock_no_linger(l.sock->sk);
	sock_shut(test, l.sock);
	expect_flags(test, KSMOL_TCP_RST | KSMOL_TCP_ACK);
	lend_end(test, &l);
}

static struct kunit_case borrow_cases[] = {
	KUNIT_CASE(borrow__page_comes_back),
	KUNIT_CASE(borrow__more_must_follow),
	KUNIT_CASE(splice__by_reference),
	KUNIT_CASE(splice__pieces_join),
	KUNIT_CASE(splice__then_bytes),
	KUNIT_CASE(splice__small_is_copied),
	KUNIT_CASE(splice__slab_is_copied),
	KUNIT_CASE(splice__device_without_checksums),
	KUNIT_CASE(splice__bounded),
	{}
};

static void borrow_exit(struct kunit *test)
{
	ksmol_tcp_mini_purge(NULL, 0);
	socket_fixture_exit(test);
}

static struct kunit_suite borrow_suite = {
	.name = "ksmol_tcp_borrow",
	.init = socket_fixture_init,
	.exit = borrow_exit,
	.test_cases = borrow_cases,
};

kunit_test_suite(borrow_suite);
