// SPDX-License-Identifier: GPL-2.0-only
/* Attached devices, their events and local delivery: mirrors module/phy/
 * device.c, notifier.c and loop.c.
 */

#include <linux/etherdevice.h>
#include <linux/kthread.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>
#include <ksmol/compat.h>
#include "phy_fixture.h"

static int open_error(struct net_device *dev)
{
	struct ksmol_phy *phy;
	int err = 0;

	rtnl_lock();
	phy = ksmol_phy_open(dev, false, NULL);
	if (IS_ERR(phy))
		err = PTR_ERR(phy);
	else
		ksmol_phy_close(phy);
	rtnl_unlock();
	return err;
}

/* --- device.c --- */

static void device_open__media(struct kunit *test)
{
	struct phy_fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, open_error(init_net.loopback_dev), -EINVAL);
	f->vdev = ksmol_vdev_create(test, KSMOL_MEDIUM_IP, 0);
	KUNIT_EXPECT_EQ(test, open_error(f->vdev->dev), 0);
	ksmol_vdev_destroy(f->vdev);
	f->vdev = ksmol_vdev_create(test, KSMOL_MEDIUM_ETHERNET, 0);
	KUNIT_EXPECT_EQ(test, open_error(f->vdev->dev), 0);
	f->vdev->dev->addr_len = 8;
	KUNIT_EXPECT_EQ(test, open_error(f->vdev->dev), -EINVAL);
	f->vdev->dev->addr_len = ETH_ALEN;
}

static int start_error(struct phy_fixture *f)
{
	struct ksmol_phy *phy;
	int err;

	rtnl_lock();
	phy = ksmol_phy_open(f->vdev->dev, false, NULL);
	err = PTR_ERR_OR_ZERO(phy);
	if (!err) {
		err = ksmol_phy_start(phy);
		ksmol_phy_close(phy);
	}
	rtnl_unlock();
	return err;
}

static void device_start__handler_taken(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);

	KUNIT_EXPECT_EQ(test, start_error(f), -EBUSY);
	/* Closing the one that failed leaves the one that has it alone. */
	phy_udp(f, 10);
	ksmol_vdev_inject(test, f->vdev, f->frame.data, f->frame.len);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
}

static void device_start__no_handler_wanted(struct kunit *test)
{
	struct phy_fixture *f = test->priv;

	f->vdev = ksmol_vdev_create(test, KSMOL_MEDIUM_ETHERNET, 0);
	f->vdev->dev->priv_flags |= IFF_NO_RX_HANDLER;
	KUNIT_EXPECT_EQ(test, start_error(f), -EINVAL);
}

static void device_find__by_name_and_index(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	struct net_device *dev = f->vdev->dev;
	struct ksmol_phy *none = NULL;

	rtnl_lock();
	KUNIT_EXPECT_PTR_EQ(test, ksmol_phy_find(&init_net, dev->name), f->phy);
	KUNIT_EXPECT_PTR_EQ(test, ksmol_phy_find(&init_net, "nosuch"), none);
	KUNIT_EXPECT_PTR_EQ(test, ksmol_phy_by_index(&init_net, dev->ifindex),
			    f->phy);
	ksmol_phy_stop(f->phy);
	KUNIT_EXPECT_PTR_EQ(test, ksmol_phy_find(&init_net, dev->name), none);
	KUNIT_EXPECT_PTR_EQ(test, ksmol_phy_by_index(&init_net, dev->ifindex),
			    none);
	rtnl_unlock();
}

static void device_stop__twice(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);

	rtnl_lock();
	ksmol_phy_stop(f->phy);
	ksmol_phy_stop(f->phy);
	rtnl_unlock();
	phy_udp(f, 10);
	ksmol_vdev_inject(test, f->vdev, f->frame.data, f->frame.len);
	KUNIT_EXPECT_EQ(test, f->inputs, 0U);
}

/* Pitfall 62: what the device still keeps doesn't hold up detach, and its
 * completion finds what it needs.
 */
static void device_close__frames_outstanding(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	int i;

	f->vdev->mode = KSMOL_VDEV_HOLD;
	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 1000)), 0);
	phy_detach(f);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), 10U);
	ksmol_vdev_complete(f->vdev);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), 0U);
}

static void device__many_cycles(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct ksmol_frame *frame = phy_udp(f, 1000);
	int i;

	f->vdev->mode = KSMOL_VDEV_SINK;
	for (i = 0; i < 200; i++) {
		ksmol_vdev_inject(test, f->vdev, frame->data, frame->len);
		phy_send(f, phy_pbuf(test, 28, 1000));
		phy_detach(f);
		ksmol_vdev_inject(test, f->vdev, frame->data, frame->len);
		phy_attach(test, i & 1);
		f->claim = true;
	}
	KUNIT_EXPECT_EQ(test, f->inputs, 200U);
}

static int traffic(void *data)
{
	struct kunit *test = data;
	struct phy_fixture *f = test->priv;

	while (!kthread_should_stop()) {
		ksmol_vdev_inject(test, f->vdev, f->frame.data, f->frame.len);
		cond_resched();
	}
	return 0;
}

/* Pitfall 62: attach and detach while frames arrive on another CPU. */
static void device__cycles_under_load(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct task_struct *task;
	int i;

	phy_udp(f, 100);
	f->reply = 100;
	f->vdev->mode = KSMOL_VDEV_SINK;
	task = kthread_run(traffic, test, "ksmol_traffic");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	for (i = 0; i < 50; i++) {
		schedule_timeout_uninterruptible(1);
		phy_detach(f);
		phy_attach(test, false);
	}
	kthread_stop(task);
	KUNIT_EXPECT_GT(test, f->inputs, 0U);
}

/* --- notifier.c --- */

static void notifier__up_and_down(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);

	ksmol_vdev_up(f->vdev, false);
	KUNIT_EXPECT_EQ(test, f->downs, 1U);
	KUNIT_EXPECT_EQ(test, f->ups, 0U);
	ksmol_vdev_up(f->vdev, true);
	KUNIT_EXPECT_EQ(test, f->ups, 1U);
}

static void notifier__mtu_and_name(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);

	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_set_mtu(f->vdev->dev, 900), 0);
	strscpy(f->vdev->dev->name, "ksmolrenamed", IFNAMSIZ);
	call_netdevice_notifiers(NETDEV_CHANGENAME, f->vdev->dev);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, f->changes, 2U);
	KUNIT_EXPECT_EQ(test, f->phy->mtu, 900U);
	KUNIT_EXPECT_STREQ(test, f->phy->name, "ksmolrenamed");
}

/* Pitfall 62: unregister doesn't wait for what the driver keeps of ours. */
static void notifier__gone_with_frames_outstanding(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct sk_buff_head kept;

	skb_queue_head_init(&kept);
	f->vdev->mode = KSMOL_VDEV_HOLD;
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 1000)), 0);
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 10)), 0);
	skb_queue_splice_init(&f->vdev->sent, &kept);
	ksmol_vdev_destroy(f->vdev);
	f->vdev = NULL;
	KUNIT_EXPECT_EQ(test, f->gones, 1U);
	KUNIT_EXPECT_PTR_EQ(test, f->phy, (struct ksmol_phy *)NULL);
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), 2U);
	skb_queue_purge(&kept);
}

/* UNREGISTER is repeated every second: once is enough. */
static void notifier__unregister_repeated(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);

	rtnl_lock();
	call_netdevice_notifiers(NETDEV_UNREGISTER, f->vdev->dev);
	call_netdevice_notifiers(NETDEV_UNREGISTER, f->vdev->dev);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, f->gones, 1U);
}

/* --- loop.c --- */

static int loop(struct phy_fixture *f, struct ksmol_pbuf *pb)
{
	int err;

	rcu_read_lock();
	err = ksmol_phy_loop(f->phy, pb, htons(ETH_P_IP));
	rcu_read_unlock();
	return err;
}

/* Waits for tasklets; the count of inputs that came of it. */
static u32 looped(struct phy_fixture *f, u32 want)
{
	int tries = 100;

	while (READ_ONCE(f->inputs) < want && tries--)
		schedule_timeout_uninterruptible(1);
	return READ_ONCE(f->inputs);
}

static void loop__comes_back_up(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	u8 bytes[2];

	f->answer = KSMOL_DELIVERED;
	KUNIT_EXPECT_EQ(test, loop(f, phy_pbuf(test, 28, 6000)), 0);
	KUNIT_ASSERT_EQ(test, looped(f, 1), 1U);
	KUNIT_EXPECT_EQ(test, f->seen[0].len, 6028U);
	KUNIT_EXPECT_EQ(test, f->seen[0].proto, htons(ETH_P_IP));
	KUNIT_EXPECT_EQ(test, f->seen[0].flags & KSMOL_PB_LOOP, KSMOL_PB_LOOP);
	KUNIT_EXPECT_EQ(test, f->seen[0].rx.pkt_type, PACKET_HOST);
	KUNIT_EXPECT_EQ(test, f->seen[0].rx.ifindex, f->vdev->dev->ifindex);
	ksmol_pbuf_to_mem(f->kept.first, 26, bytes, 2);
	KUNIT_EXPECT_EQ(test, bytes[1], 0xee);
	ksmol_pbuf_to_mem(f->kept.first, 6026, bytes, 2);
	KUNIT_EXPECT_EQ(test, bytes[1], (u8)5999);
}

/* Only a checksum that was never computed is known to be good. */
static void loop__checksum(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	struct ksmol_pbuf *pb = phy_pbuf(test, 28, 10);

	pb->tx.csum_start = 20;
	pb->tx.csum_offset = 6;
	KUNIT_EXPECT_EQ(test, loop(f, pb), 0);
	KUNIT_ASSERT_EQ(test, looped(f, 1), 1U);
	KUNIT_EXPECT_EQ(test, loop(f, phy_pbuf(test, 28, 10)), 0);
	KUNIT_ASSERT_EQ(test, looped(f, 2), 2U);
	KUNIT_EXPECT_TRUE(test, f->seen[0].rx.csum_ok);
	KUNIT_EXPECT_FALSE(test, f->seen[1].rx.csum_ok);
}

/* Pitfall 12: a local reader that doesn't read keeps no TX buffer. */
static void loop__slow_reader(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	struct ksmol_pbuf *pb;

	f->answer = KSMOL_DELIVERED;
	KUNIT_EXPECT_EQ(test, loop(f, phy_pbuf(test, 28, 3000)), 0);
	KUNIT_ASSERT_EQ(test, looped(f, 1), 1U);
	pb = f->kept.first;
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, ksmol_pbuf_settle(pb), 0);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, phy_owned(KSMOL_OWNER_DEVICE), 0U);
	KUNIT_EXPECT_EQ(test, pb->len, 3028U);
}

/* Bounded: the newest is refused and comes home. */
static void loop__full(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	u64 full = phy_tx_drops(KSMOL_TX_DROP_LOOP_FULL);
	u32 sent = 0, refused = 0;

	/* By copy, or the pool would be at its end before the queue is. */
	f->phy->outstanding_max = 400;
	f->phy->completed -= 2 * HZ;
	local_bh_disable();
	while (sent < 4096 && !refused)
		if (loop(f, phy_pbuf(test, 28, 10)))
			refused++;
		else
			sent++;
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, refused, 1U);
	KUNIT_EXPECT_EQ(test, phy_tx_drops(KSMOL_TX_DROP_LOOP_FULL), full + 1);
	KUNIT_EXPECT_EQ(test, looped(f, sent), sent);
}

/* Detach while frames are on their way: they end as detached, none is lost. */
static void loop__detached(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, 0);
	u64 detached = phy_verdict(KSMOL_DROP_RX_DETACHED);

	local_bh_disable();
	KUNIT_EXPECT_EQ(test, loop(f, phy_pbuf(test, 28, 10)), 0);
	KUNIT_EXPECT_EQ(test, loop(f, phy_pbuf(test, 28, 1000)), 0);
	f->phy->dead = true;
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, phy_verdict(KSMOL_DROP_RX_DETACHED),
			detached + 2);
	KUNIT_EXPECT_EQ(test, loop(f, phy_pbuf(test, 28, 10)), -ENETDOWN);
	f->phy->dead = false;
	KUNIT_EXPECT_EQ(test, f->inputs, 0U);
}

static struct kunit_case device_cases[] = {
	KUNIT_CASE(device_open__media),
	KUNIT_CASE(device_start__handler_taken),
	KUNIT_CASE(device_start__no_handler_wanted),
	KUNIT_CASE(device_find__by_name_and_index),
	KUNIT_CASE(device_stop__twice),
	KUNIT_CASE(device_close__frames_outstanding),
	KUNIT_CASE(device__many_cycles),
	KUNIT_CASE(device__cycles_under_load),
	KUNIT_CASE(notifier__up_and_down),
	KUNIT_CASE(notifier__mtu_and_name),
	KUNIT_CASE(notifier__gone_with_frames_outstanding),
	KUNIT_CASE(notifier__unregister_repeated),
	KUNIT_CASE(loop__comes_back_up),
	KUNIT_CASE(loop__checksum),
	KUNIT_CASE(loop__slow_reader),
	KUNIT_CASE(loop__full),
	KUNIT_CASE(loop__detached),
	{}
};

static struct kunit_suite device_suite = {
	.name = "ksmol_phy_device",
	.init = phy_fixture_init,
	.exit = phy_fixture_exit,
	.test_cases = device_cases,
};

kunit_test_suite(device_suite);
