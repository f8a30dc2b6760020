/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network device that the suites share: no hardware, no peer. What a
 * stack sends lands on a list; what it shall receive is injected through
 * netif_receive_skb(), the way of every driver.
 */
#ifndef _KSMOL_KUNIT_VDEV_H
#define _KSMOL_KUNIT_VDEV_H

#include <kunit/test.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <ksmol/phy.h>

/**
 * enum ksmol_vdev_mode - what the driver does with a frame
 * @KSMOL_VDEV_TAKE: puts a linear copy on the list, completes at once
 * @KSMOL_VDEV_HOLD: puts the skb itself on the list: a lazy driver
 * @KSMOL_VDEV_SINK: completes at once, the list stays empty
 * @KSMOL_VDEV_LATE: as HOLD, but completes all when it is given one more than
 *	@late, as drivers do that reclaim only while they send
 * @KSMOL_VDEV_REFUSE: frees it and reports NET_XMIT_DROP
 * @KSMOL_VDEV_FULL: as TAKE until @sent has @room frames, then as REFUSE
 */
enum ksmol_vdev_mode {
	KSMOL_VDEV_TAKE,
	KSMOL_VDEV_HOLD,
	KSMOL_VDEV_SINK,
	KSMOL_VDEV_LATE,
	KSMOL_VDEV_REFUSE,
	KSMOL_VDEV_FULL,
};

/**
 * struct ksmol_vdev - a virtual device
 * @dev: registered, up, no carrier needed, no IPv6 of Linux's on it
 * @mode: may be changed at any time
 * @room: frames that fit in FULL mode
 * @late: frames that it keeps in mode LATE
 * @cpu: on which the last frame came
 * @sent: what the driver took, oldest first
 */
struct ksmol_vdev {
	struct net_device *dev;
	enum ksmol_vdev_mode mode;
	u32 room;
	u32 late;
	int cpu;
	struct sk_buff_head sent;
};

/* Link-layer addresses: the device's own and one that isn't anybody's. */
extern const u8 ksmol_vdev_mac[ETH_ALEN];
extern const u8 ksmol_vdev_peer_mac[ETH_ALEN];

/**
 * ksmol_vdev_create() - register a device in the initial namespace
 * @medium: Ethernet, or raw IP as tun does
 * @features: e.g. NETIF_F_SG | NETIF_F_HW_CSUM
 *
 * Return: the device, up, in mode TAKE. The test is aborted if it fails.
 */
struct ksmol_vdev *ksmol_vdev_create(struct kunit *test,
				     enum ksmol_medium medium,
				     netdev_features_t features);

/* Completes what it holds and removes the device; NULL is fine. */
void ksmol_vdev_destroy(struct ksmol_vdev *vdev);

/* IFF_UP set or cleared; takes RTNL. */
void ksmol_vdev_up(struct ksmol_vdev *vdev, bool up);

/* The oldest frame sent, the caller's to free, or NULL. */
struct sk_buff *ksmol_vdev_sent(struct ksmol_vdev *vdev);

/*
 * As if all announcements and reports of the interface that is attached there
 * had been sent and forgotten: however long a case takes, what is sent from now
 * on is an answer to something. Takes RTNL.
 */
void ksmol_vdev_settle(struct ksmol_vdev *vdev);

/* Completes all frames that the driver holds. */
void ksmol_vdev_complete(struct ksmol_vdev *vdev);

/**
 * ksmol_vdev_skb() - an skb as a driver would give it to the stack
 * @frame: from its link-layer header on
 *
 * Data is at the network header, pkt_type and protocol are set.
 */
struct sk_buff *ksmol_vdev_skb(struct kunit *test, struct ksmol_vdev *vdev,
			       const void *frame, u32 len);

/* Frames arrive. The skb is consumed. Process context or BH disabled. */
void ksmol_vdev_inject_skb(struct sk_buff *skb);
void ksmol_vdev_inject(struct kunit *test, struct ksmol_vdev *vdev,
		       const void *frame, u32 len);

/*
 * Every suite's exit: expects the module's pool to be whole, once what is
 * still on its way home (softirqs, grace periods) had time to arrive.
 */
void ksmol_kunit_expect_whole(struct kunit *test);

#endif /* _KSMOL_KUNIT_VDEV_H */
