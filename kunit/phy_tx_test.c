// SPDX-License-Identifier: GPL-2.0-only
/* Frames out and their way home: mirrors module/phy/tx.c. */

#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/udp.h>
#include <linux/wait.h>
#include <net/checksum.h>
#include <ksmol/compat.h>
#include "phy_fixture.h"

#define UDP_HLEN (sizeof(struct iphdr) + sizeof(struct udphdr))

/* The oldest frame sent; the test ends if there is none. */
static struct sk_buff *sent(struct kunit *test)
{
	struct phy_fixture *f = test->priv;
	struct sk_buff *skb = ksmol_vdev_sent(f->vdev);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	return skb;
}

/* The frame is link header, @hlen bytes 0xee, then bytes 0, 1, 2, ... */
static void expect_frame(struct kunit *test, struct sk_buff *skb, u32 hlen,
			 u32 len)
{
	u32 i, bad = 0;
	u8 *bytes;

	KUNIT_ASSERT_EQ(test, skb->len, ETH_HLEN + hlen + len);
	bytes = kunit_kmalloc(test, skb->len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bytes);
	skb_copy_bits(skb, 0, bytes, skb->len);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(bytes, ksmol_vdev_peer_mac));
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(bytes + 6, ksmol_vdev_mac));
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(bytes + 12), ETH_P_IP);
	for (i = 0; i < hlen; i++)
		bad += bytes[ETH_HLEN + i] != 0xee;
	for (i = 0; i < len; i++)
		bad += bytes[ETH_HLEN + hlen + i] != (u8)i;
	KUNIT_EXPECT_EQ(test, bad, 0U);
}

/* --- how the skb is made --- */

static void tx_skb__payload_goes_as_pages(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct ksmol_pbuf *pb = phy_pbuf(test, 28, 1000);
	struct page *page = pb->page;
	struct sk_buff *skb;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, phy_send(f, pb), 0);
	skb = sent(test);
	KUNIT_EXPECT_EQ(test, skb_headlen(skb), ETH_HLEN + 28U);
	KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->nr_frags, 1);
	KUNIT_EXPECT_PTR_EQ(test, skb_frag_page(&skb_shinfo(skb)->frags[0]),
			    page);
	expect_frame(test, skb, 28, 1000);
	KUNIT_EXPECT_EQ(test, pb->owner, KSMOL_OWNER_DEVICE);
	kfree_skb(skb);
}

static void tx_skb__chain(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	u32 len = 2 * ksmol_pool.cfg.buf_size + 77;
	struct sk_buff *skb;

	f->phy->mtu = 65535;
	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, len)), 0);
	skb = sent(test);
	KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->nr_frags, 3);
	expect_frame(test, skb, 28, len);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), 3U);
	kfree_skb(skb);
}

/* A short frame takes no fragment; its pbuf waits for the completion all the
 * same, for that is what bounds the frames under way.
 */
static void tx_skb__short_frame(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	u64 copies = ksmol_stats_read(copy[KSMOL_COPY_COPYBREAK_TX]);
	struct sk_buff *skb;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 50)), 0);
	skb = sent(test);
	KUNIT_EXPECT_FALSE(test, skb_is_nonlinear(skb));
	expect_frame(test, skb, 28, 50);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), 1U);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(copy[KSMOL_COPY_COPYBREAK_TX]),
			copies + 1);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), 0U);
}

static void tx_skb__device_without_fragments(struct kunit *test)
{
	u64 bytes = ksmol_stats_read(copy_bytes[KSMOL_COPY_NO_SG]);
	struct phy_fixture *f = phy_up(test, 0);
	struct sk_buff *skb;

	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 1400)), 0);
	skb = sent(test);
	expect_frame(test, skb, 28, 1400);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(copy_bytes[KSMOL_COPY_NO_SG]),
			bytes + 1400);
}

/* Pitfall 12: a device that gives nothing back gets copies from the bound on;
 * one that is merely slow does not.
 */
static void tx_skb__stalled_device(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	u64 copies = ksmol_stats_read(copy[KSMOL_COPY_BOUND]);
	u64 busy = phy_tx_drops(KSMOL_TX_DROP_DEV_BUSY);
	struct ksmol_phy_stats sum;
	struct ksmol_pbuf *pb;
	struct sk_buff *skb;
	int i;

	f->phy->outstanding_max = 2;
	f->vdev->mode = KSMOL_VDEV_HOLD;
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 900)), 0);
	KUNIT_EXPECT_EQ(test, ksmol_phy_outstanding(f->phy), 3U);
	f->phy->completed -= 2 * HZ;
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 900)), 0);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), 3U);
	KUNIT_EXPECT_EQ(test, ksmol_phy_outstanding(f->phy), 4U);
	ksmol_phy_stats_sum(f->phy, &sum);
	KUNIT_EXPECT_EQ(test, sum.tx_copied, 1ULL);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(copy[KSMOL_COPY_BOUND]),
			copies + 1);
	KUNIT_EXPECT_EQ(test, sum.tx_frames, 4ULL);
	/* Copies that nobody is charged with have a bound too. */
	pb = phy_pbuf(test, 28, 900);
	pb->flags |= KSMOL_PB_REPLY;
	KUNIT_EXPECT_EQ(test, phy_send(f, pb), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, phy_tx_drops(KSMOL_TX_DROP_DEV_BUSY), busy + 1);
	for (i = 0; i < 4; i++) {
		skb = sent(test);
		expect_frame(test, skb, 28, 900);
		kfree_skb(skb);
	}
	KUNIT_EXPECT_EQ(test, ksmol_phy_outstanding(f->phy), 0U);
}

/* After an idle time the first frames don't make the device look stalled. */
static void tx_skb__idle_is_not_stalled(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);

	f->phy->outstanding_max = 1;
	f->phy->completed = jiffies - 100 * HZ;
	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 900)), 0);
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 900)), 0);
	KUNIT_EXPECT_EQ(test, ksmol_phy_outstanding(f->phy), 2U);
}

/* No device may pin the reserve. */
static void tx_skb__reserve_is_never_held(struct kunit *test)
{
	u64 copies = ksmol_stats_read(copy[KSMOL_COPY_RESERVE]);
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct ksmol_pbuf *pb;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	local_bh_disable();
	phy_take_tx(f, false);
	pb = ksmol_pbuf_alloc_tx(&ksmol_pool, true);
	phy_give(f);
	local_bh_enable();
	KUNIT_ASSERT_NOT_NULL(test, pb);
	KUNIT_EXPECT_EQ(test, pb->home, KSMOL_CLASS_RESERVE);
	memset(ksmol_pbuf_push(pb, 28), 0xee, 28);
	KUNIT_EXPECT_EQ(test, phy_send(f, pb), 0);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(copy[KSMOL_COPY_RESERVE]),
			copies + 1);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), 0U);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&f->vdev->sent), 1U);
	KUNIT_EXPECT_EQ(test, ksmol_phy_outstanding(f->phy), 1U);
	ksmol_vdev_complete(f->vdev);
	KUNIT_EXPECT_EQ(test, ksmol_phy_outstanding(f->phy), 0U);
}

/* Everything that senders can get, sent to the peer. Return: how many. */
static u32 send_all(struct phy_fixture *f)
{
	struct ksmol_pbuf *pb;
	u32 n = 0;

	while ((pb = ksmol_pbuf_alloc_tx(&ksmol_pool, false))) {
		memset(ksmol_pbuf_push(pb, 28), 0xee, 28);
		n += !phy_send(f, pb);
	}
	return n;
}

/* A control reply, as phy_pbuf() but out of the reserve if need be. */
static int reply_with(struct phy_fixture *f)
{
	struct ksmol_pbuf *pb = ksmol_pbuf_alloc_tx(&ksmol_pool, true);

	if (!pb)
		return -ENOBUFS;
	pb->flags |= KSMOL_PB_CONTROL | KSMOL_PB_REPLY;
	memset(ksmol_pbuf_push(pb, 28), 0xee, 28);
	return phy_send(f, pb);
}

/*
 * Pitfall 12: a driver that gives sent frames back only while it sends, as
 * virtio_net's used to. Senders have filled it and find no buffer to make it
 * go on; replies still leave, and what they push out is what comes back.
 */
static void tx_skb__completes_only_while_sending(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	u32 n, i, failed = 0;

	f->vdev->mode = KSMOL_VDEV_LATE;
	f->vdev->late = U32_MAX;
	local_bh_disable();
	n = send_all(f);
	f->vdev->late = n + 100;
	KUNIT_EXPECT_GE(test, n, ksmol_pool.cfg.count[KSMOL_CLASS_TX]);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), n);
	for (i = 0; i < 100; i++)
		failed += !!reply_with(f);
	KUNIT_EXPECT_EQ(test, failed, 0U);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), n);
	KUNIT_EXPECT_EQ(test, send_all(f), 0U);
	KUNIT_EXPECT_EQ(test, reply_with(f), 0);
	KUNIT_EXPECT_EQ(test, ksmol_phy_outstanding(f->phy), 1U);
	KUNIT_EXPECT_GE(test, send_all(f), 100U);
	local_bh_enable();
	ksmol_vdev_complete(f->vdev);
}

/* --- the way home --- */

static void tx_complete__comes_home(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);

	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 1000)), 0);
	KUNIT_EXPECT_EQ(test, ksmol_phy_outstanding(f->phy), 1U);
	ksmol_vdev_complete(f->vdev);
	KUNIT_EXPECT_EQ(test, ksmol_phy_outstanding(f->phy), 0U);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), 0U);
}

/* Pitfall 12: a tap's clone keeps the frame as much as the driver does. */
static void tx_complete__clone_outlives_the_driver(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct sk_buff *skb, *tap;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 1000)), 0);
	skb = sent(test);
	tap = skb_clone(skb, GFP_KERNEL);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), 1U);
	expect_frame(test, tap, 28, 1000);
	kfree_skb(tap);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), 0U);
}

/* A tap takes copies of its own: the pages come home, and it is counted. */
static void tx_complete__tap_copies(struct kunit *test)
{
	u64 bytes = ksmol_stats_read(copy_bytes[KSMOL_COPY_TAP]);
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct sk_buff *skb;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 1000)), 0);
	skb = sent(test);
	KUNIT_ASSERT_EQ(test, skb_copy_ubufs(skb, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(copy_bytes[KSMOL_COPY_TAP]),
			bytes + 1000);
	expect_frame(test, skb, 28, 1000);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(copy_bytes[KSMOL_COPY_TAP]),
			bytes + 1000);
	/* Short ones lie in the skb already. */
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 10)), 0);
	skb = sent(test);
	KUNIT_ASSERT_EQ(test, skb_copy_ubufs(skb, GFP_KERNEL), 0);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(copy_bytes[KSMOL_COPY_TAP]),
			bytes + 1000);
}

/* A copy of the head shares the pages: completion comes once for each. */
static void tx_complete__private_head(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct sk_buff *skb, *copy;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 1000)), 0);
	skb = sent(test);
	copy = skb_clone(skb, GFP_KERNEL);
	KUNIT_ASSERT_EQ(test, pskb_expand_head(copy, 64, 0, GFP_KERNEL), 0);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, ksmol_phy_outstanding(f->phy), 1U);
	expect_frame(test, copy, 28, 1000);
	kfree_skb(copy);
	KUNIT_EXPECT_EQ(test, ksmol_phy_outstanding(f->phy), 0U);
}

/* Completed without an skb, and before the last reference is put. */
static void tx_complete__several_times(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct sk_buff *skb;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 1000)), 0);
	skb = sent(test);
	net_zcopy_get(skb_zcopy(skb));
	net_zcopy_get(skb_zcopy(skb));
	net_zcopy_put(skb_zcopy(skb));
	net_zcopy_put(skb_zcopy(skb));
	KUNIT_EXPECT_EQ(test, ksmol_phy_outstanding(f->phy), 1U);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, ksmol_phy_outstanding(f->phy), 0U);
}

/* The event is the completion, the proof is the page count. */
static void tx_complete__page_still_used(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct ksmol_pbuf *pb = phy_pbuf(test, 28, 1000);
	struct page *page = pb->page;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, phy_send(f, pb), 0);
	get_page(page);
	ksmol_vdev_complete(f->vdev);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), 1U);
	KUNIT_EXPECT_EQ(test, ksmol_pool.quarantined, 1U);
	put_page(page);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_pool.quarantined, 0U);
}

struct waiter {
	struct wait_queue_entry entry;
	u32 woken;
};

static int waiter_wake(struct wait_queue_entry *entry, unsigned int mode,
		       int flags, void *key)
{
	container_of(entry, struct waiter, entry)->woken++;
	return 0;
}

/* Pitfall 6: out of transmit room is an event with a wake-up. */
static void tx_complete__wakes_who_waits_for_room(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct waiter waiter = {};
	int tries = 100;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 1000)), 0);
	init_waitqueue_func_entry(&waiter.entry, waiter_wake);
	add_wait_queue(&ksmol_pool.tx_wait, &waiter.entry);
	local_bh_disable();
	phy_take_tx(f, false);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, waiter.woken, 0U);
	ksmol_vdev_complete(f->vdev);
	while (!READ_ONCE(waiter.woken) && tries--)
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_GT(test, waiter.woken, 0U);
	remove_wait_queue(&ksmol_pool.tx_wait, &waiter.entry);
}

/* --- refusals: pitfall 7, a send that can't go out is an error --- */

static void expect_refused(struct kunit *test, u32 len, int err, int reason)
{
	struct phy_fixture *f = test->priv;
	u64 drops = phy_tx_drops(reason);

	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, len)), err);
	KUNIT_EXPECT_EQ(test, phy_tx_drops(reason), drops + 1);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&f->vdev->sent), 0U);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), 0U);
}

static void tx_frame__larger_than_mtu(struct kunit *test)
{
	phy_up(test, NETIF_F_SG);
	expect_refused(test, 1473, -EMSGSIZE, KSMOL_TX_DROP_TOO_BIG);
}

/* Pitfall 61: the MTU in force is today's. */
static void tx_frame__mtu_lowered(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);

	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_set_mtu(f->vdev->dev, 68), 0);
	rtnl_unlock();
	expect_refused(test, 41, -EMSGSIZE, KSMOL_TX_DROP_TOO_BIG);
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 40)), 0);
	kfree_skb(sent(test));
}

static void tx_frame__device_down(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);

	ksmol_vdev_up(f->vdev, false);
	expect_refused(test, 100, -ENETDOWN, KSMOL_TX_DROP_DEV_DOWN);
}

static void tx_frame__detaching(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);

	rtnl_lock();
	ksmol_phy_stop(f->phy);
	rtnl_unlock();
	expect_refused(test, 100, -ENETDOWN, KSMOL_TX_DROP_DEV_DOWN);
}

/* Pitfall 11: what the queue refuses comes home. */
static void tx_frame__device_refuses(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct ksmol_phy_stats sum;

	f->vdev->mode = KSMOL_VDEV_REFUSE;
	expect_refused(test, 1000, -ENOBUFS, KSMOL_TX_DROP_DEV_DROP);
	expect_refused(test, 10, -ENOBUFS, KSMOL_TX_DROP_DEV_DROP);
	ksmol_phy_stats_sum(f->phy, &sum);
	KUNIT_EXPECT_EQ(test, sum.tx_dropped, 2ULL);
	KUNIT_EXPECT_EQ(test, sum.tx_frames, 0ULL);
}

/* Pitfall 61: a new MAC address is the source of the next frame. */
static void tx_frame__mac_changed(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct sockaddr_storage ss = {};
	struct sockaddr *sa = (struct sockaddr *)&ss;
	struct sk_buff *skb;

	sa->sa_family = f->vdev->dev->type;
	ether_addr_copy(sa->sa_data, ksmol_vdev_mac);
	sa->sa_data[5] = 0x77;
	rtnl_lock();
	eth_mac_addr(f->vdev->dev, sa);
	call_netdevice_notifiers(NETDEV_CHANGEADDR, f->vdev->dev);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, f->changes, 1U);
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 10)), 0);
	skb = sent(test);
	KUNIT_EXPECT_EQ(test, skb->data[11], 0x77);
	kfree_skb(skb);
}

static void tx_frame__raw_ip_has_no_link_header(struct kunit *test)
{
	struct phy_fixture *f = test->priv;
	struct sk_buff *skb;

	f->vdev = ksmol_vdev_create(test, KSMOL_MEDIUM_IP, NETIF_F_SG);
	phy_attach(test, false);
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 10)), 0);
	skb = sent(test);
	KUNIT_EXPECT_EQ(test, skb->len, 38U);
	KUNIT_EXPECT_EQ(test, skb->protocol, htons(ETH_P_IP));
	KUNIT_EXPECT_EQ(test, skb->data[0], 0xee);
	kfree_skb(skb);
}

/* --- checksums: pitfalls 55 and 57 --- */

/*
 * A datagram from 10.0.0.1 to 10.0.0.2 whose checksum field holds the sum of
 * the pseudo-header, payload random.
 */
static struct ksmol_pbuf *udp_pbuf(struct kunit *test, u32 len)
{
	struct ksmol_pbuf *pb = phy_pbuf(test, UDP_HLEN, len);
	struct udphdr *uh = (void *)(pb->head + pb->off + sizeof(struct iphdr));
	struct ksmol_pbuf *part;

	get_random_bytes(pb->head + pb->off + UDP_HLEN, pb->len - UDP_HLEN);
	for (part = pb->chain; part; part = part->chain)
		get_random_bytes(part->head + part->off, part->len);
	uh->len = htons(sizeof(*uh) + len);
	uh->check = ~csum_tcpudp_magic(KSMOL_IP(10, 0, 0, 1),
				       KSMOL_IP(10, 0, 0, 2),
				       sizeof(*uh) + len, IPPROTO_UDP, 0);
	pb->tx.csum_start = sizeof(struct iphdr);
	pb->tx.csum_offset = offsetof(struct udphdr, check);
	return pb;
}

/* Is the checksum in the frame right, as a receiver computes it? */
static bool udp_good(const struct sk_buff *skb)
{
	u32 start = ETH_HLEN + sizeof(struct iphdr);
	u32 len = skb->len - start;

	return !csum_tcpudp_magic(KSMOL_IP(10, 0, 0, 1), KSMOL_IP(10, 0, 0, 2),
				  len, IPPROTO_UDP,
				  skb_checksum(skb, start, len, 0));
}

/* Any length, any split into buffers: the software sum is right. */
static void tx_csum__software(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct sk_buff *skb;
	u32 i, len;

	f->phy->mtu = 65535;
	f->vdev->mode = KSMOL_VDEV_HOLD;
	for (i = 0; i < 200; i++) {
		len = i < 64 ? i : get_random_u32_below(9000);
		KUNIT_EXPECT_EQ(test, phy_send(f, udp_pbuf(test, len)), 0);
		skb = sent(test);
		KUNIT_EXPECT_EQ(test, (int)skb->ip_summed, CHECKSUM_NONE);
		KUNIT_EXPECT_TRUE(test, udp_good(skb));
		kfree_skb(skb);
	}
}

/* Zero means "none" in UDP: it is sent as 0xffff. */
static void tx_csum__zero(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct ksmol_pbuf *pb = udp_pbuf(test, 2);
	u8 *bytes = pb->head + pb->off;
	struct udphdr *uh = (void *)(bytes + sizeof(struct iphdr));
	struct sk_buff *skb;
	__sum16 sum;

	/* The last word makes the sum of all words 0xffff. */
	put_unaligned(0, (u16 *)(bytes + UDP_HLEN));
	sum = csum_fold(csum_partial(uh, sizeof(*uh) + 2, 0));
	put_unaligned((__force u16)sum, (u16 *)(bytes + UDP_HLEN));
	KUNIT_EXPECT_EQ(test, phy_send(f, pb), 0);
	skb = sent(test);
	uh = (void *)(skb->data + ETH_HLEN + sizeof(struct iphdr));
	KUNIT_EXPECT_EQ(test, (__force u16)uh->check, 0xffff);
	KUNIT_EXPECT_TRUE(test, udp_good(skb));
	kfree_skb(skb);
}

static const struct offload {
	const char *name;
	netdev_features_t features;
	u16 csum_offset;
	bool partial;
} offloads[] = {
	{ "none", NETIF_F_SG, 6, false },
	{ "any", NETIF_F_SG | NETIF_F_HW_CSUM, 6, true },
	{ "any_icmp", NETIF_F_SG | NETIF_F_HW_CSUM, 2, true },
	{ "ipv4_udp", NETIF_F_SG | NETIF_F_IP_CSUM, 6, true },
	{ "ipv4_icmp", NETIF_F_SG | NETIF_F_IP_CSUM, 2, false },
	{ "ipv6_only", NETIF_F_SG | NETIF_F_IPV6_CSUM, 6, false },
};

static void offload_name(const struct offload *o, char *to)
{
	strscpy(to, o->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(offload, offloads, offload_name);

static void tx_csum__left_to_the_device(struct kunit *test)
{
	const struct offload *o = test->param_value;
	struct phy_fixture *f = phy_up(test, o->features);
	struct ksmol_pbuf *pb = udp_pbuf(test, 700);
	struct sk_buff *skb;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	pb->tx.csum_offset = o->csum_offset;
	KUNIT_EXPECT_EQ(test, phy_send(f, pb), 0);
	skb = sent(test);
	KUNIT_EXPECT_EQ(test, (int)skb->ip_summed,
			o->partial ? CHECKSUM_PARTIAL : CHECKSUM_NONE);
	if (o->partial) {
		KUNIT_EXPECT_EQ(test, skb_checksum_start_offset(skb),
				(int)(ETH_HLEN + sizeof(struct iphdr)));
		KUNIT_EXPECT_EQ(test, skb->csum_offset, o->csum_offset);
		KUNIT_EXPECT_EQ(test, skb_checksum_help(skb), 0);
	}
	if (o->csum_offset == 6)
		KUNIT_EXPECT_TRUE(test, udp_good(skb));
	kfree_skb(skb);
}

/* Pitfall 56: what nobody asked to be completed isn't touched. */
static void tx_csum__not_asked_for(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG | NETIF_F_HW_CSUM);
	struct sk_buff *skb;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 700)), 0);
	skb = sent(test);
	KUNIT_EXPECT_EQ(test, (int)skb->ip_summed, CHECKSUM_NONE);
	expect_frame(test, skb, 28, 700);
	kfree_skb(skb);
}

static struct kunit_case tx_cases[] = {
	KUNIT_CASE(tx_skb__payload_goes_as_pages),
	KUNIT_CASE(tx_skb__chain),
	KUNIT_CASE(tx_skb__short_frame),
	KUNIT_CASE(tx_skb__device_without_fragments),
	KUNIT_CASE(tx_skb__stalled_device),
	KUNIT_CASE(tx_skb__idle_is_not_stalled),
	KUNIT_CASE(tx_skb__reserve_is_never_held),
	KUNIT_CASE(tx_skb__completes_only_while_sending),
	KUNIT_CASE(tx_complete__comes_home),
	KUNIT_CASE(tx_complete__clone_outlives_the_driver),
	KUNIT_CASE(tx_complete__tap_copies),
	KUNIT_CASE(tx_complete__private_head),
	KUNIT_CASE(tx_complete__several_times),
	KUNIT_CASE(tx_complete__page_still_used),
	KUNIT_CASE(tx_complete__wakes_who_waits_for_room),
	KUNIT_CASE(tx_frame__larger_than_mtu),
	KUNIT_CASE(tx_frame__mtu_lowered),
	KUNIT_CASE(tx_frame__device_down),
	KUNIT_CASE(tx_frame__detaching),
	KUNIT_CASE(tx_frame__device_refuses),
	KUNIT_CASE(tx_frame__mac_changed),
	KUNIT_CASE(tx_frame__raw_ip_has_no_link_header),
	KUNIT_CASE(tx_csum__software),
	KUNIT_CASE(tx_csum__zero),
	KUNIT_CASE_PARAM(tx_csum__left_to_the_device, offload_gen_params),
	KUNIT_CASE(tx_csum__not_asked_for),
	{}
};

static struct kunit_suite tx_suite = {
	.name = "ksmol_phy_tx",
	.init = phy_fixture_init,
	.exit = phy_fixture_exit,
	.test_cases = tx_cases,
};

kunit_test_suite(tx_suite);
