// SPDX-License-Identifier: GPL-2.0-only
/* The network device that the suites share. */

#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <net/ip_tunnels.h>
#include <ksmol/compat.h>
#include "../module/iface/address.h"
#include "../module/iface/attach.h"
#include "../module/iface/group.h"
#include "vdev.h"

const u8 ksmol_vdev_mac[ETH_ALEN] = { 0x02, 0x6b, 0x73, 0x6d, 0x6f, 0x01 };
const u8 ksmol_vdev_peer_mac[ETH_ALEN] = { 0x02, 0x6b, 0x73, 0x6d, 0x6f, 0x02 };

static void vdev_take(struct ksmol_vdev *vdev, struct sk_buff *skb)
{
	struct sk_buff *copy = skb_copy(skb, GFP_ATOMIC);

	if (copy)
		skb_queue_tail(&vdev->sent, copy);
	consume_skb(skb);
}

static netdev_tx_t vdev_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct ksmol_vdev *vdev = netdev_priv(dev);

	vdev->cpu = smp_processor_id();
	switch (vdev->mode) {
	case KSMOL_VDEV_FULL:
		if (skb_queue_len(&vdev->sent) >= vdev->room) {
			kfree_skb(skb);
			return NET_XMIT_DROP;
		}
		fallthrough;
	case KSMOL_VDEV_TAKE:
		vdev_take(vdev, skb);
		break;
	case KSMOL_VDEV_HOLD:
		skb_queue_tail(&vdev->sent, skb);
		break;
	case KSMOL_VDEV_LATE:
		if (skb_queue_len(&vdev->sent) >= vdev->late)
			ksmol_vdev_complete(vdev);
		skb_queue_tail(&vdev->sent, skb);
		break;
	case KSMOL_VDEV_SINK:
		consume_skb(skb);
		break;
	case KSMOL_VDEV_REFUSE:
		kfree_skb(skb);
		return NET_XMIT_DROP;
	}
	return NETDEV_TX_OK;
}

static const struct net_device_ops vdev_ops = {
	.ndo_start_xmit = vdev_xmit,
	.ndo_set_mac_address = eth_mac_addr,
};

/* No queueing discipline, no multicast, no address of Linux's: silence. */
static void vdev_quiet(struct net_device *dev)
{
	dev->netdev_ops = &vdev_ops;
	dev->priv_flags |= IFF_NO_QUEUE | IFF_NO_ADDRCONF |
			   IFF_LIVE_ADDR_CHANGE;
	dev->flags &= ~IFF_MULTICAST;
}

static void vdev_ether(struct net_device *dev)
{
	ether_setup(dev);
	vdev_quiet(dev);
	dev->min_mtu = 68;
	dev->max_mtu = 65535;
	eth_hw_addr_set(dev, ksmol_vdev_mac);
}

static void vdev_ip(struct net_device *dev)
{
	vdev_quiet(dev);
	dev->header_ops = &ip_tunnel_header_ops;
	dev->type = ARPHRD_NONE;
	dev->flags |= IFF_NOARP | IFF_POINTOPOINT;
	dev->mtu = 1500;
	dev->min_mtu = 68;
	dev->max_mtu = 65535;
}

struct ksmol_vdev *ksmol_vdev_create(struct kunit *test,
				     enum ksmol_medium medium,
				     netdev_features_t features)
{
	struct ksmol_vdev *vdev;
	struct net_device *dev;
	int err;

	dev = alloc_netdev(sizeof(*vdev), "ksmolt%d", NET_NAME_UNKNOWN,
			   medium == KSMOL_MEDIUM_IP ? vdev_ip : vdev_ether);
	KUNIT_ASSERT_NOT_NULL(test, dev);
	vdev = netdev_priv(dev);
	vdev->dev = dev;
	skb_queue_head_init(&vdev->sent);
	dev->features = features;
	dev->hw_features = features;
	err = register_netdev(dev);
	if (err)
		free_netdev(dev);
	KUNIT_ASSERT_EQ(test, err, 0);
	ksmol_vdev_up(vdev, true);
	return vdev;
}

void ksmol_vdev_destroy(struct ksmol_vdev *vdev)
{
	if (!vdev)
		return;
	ksmol_vdev_complete(vdev);
	unregister_netdev(vdev->dev);
	ksmol_vdev_complete(vdev);
	free_netdev(vdev->dev);
}

void ksmol_vdev_up(struct ksmol_vdev *vdev, bool up)
{
	rtnl_lock();
	if (up)
		dev_open(vdev->dev, NULL);
	else
		dev_close(vdev->dev);
	rtnl_unlock();
}

struct sk_buff *ksmol_vdev_sent(struct ksmol_vdev *vdev)
{
	return skb_dequeue(&vdev->sent);
}

void ksmol_vdev_settle(struct ksmol_vdev *vdev)
{
	struct ksmol_iface *iface;
	struct ksmol_ifaddr *ifa;
	struct ksmol_group *g;
	u32 slot;

	rtnl_lock();
	iface = ksmol_iface_find(&init_net, vdev->dev->name);
	spin_lock_bh(&ksmol_group_lock);
	ksmol_for_each_group(g, slot, iface)
		g->changes = 0;
	spin_unlock_bh(&ksmol_group_lock);

	spin_lock_bh(&iface->lock);
	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++)
		if (ifa->state == KSMOL_ADDR_VALID)
			ifa->announces = 0;
	spin_unlock_bh(&iface->lock);
	timer_delete_sync(&iface->timer);
	rtnl_unlock();
	skb_queue_purge(&vdev->sent);
}

void ksmol_vdev_complete(struct ksmol_vdev *vdev)
{
	skb_queue_purge(&vdev->sent);
}

struct sk_buff *ksmol_vdev_skb(struct kunit *test, struct ksmol_vdev *vdev,
			       const void *frame, u32 len)
{
	struct sk_buff *skb = alloc_skb(NET_SKB_PAD + NET_IP_ALIGN + len,
					GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
	skb_put_data(skb, frame, len);
	skb->dev = vdev->dev;
	if (vdev->dev->type == ARPHRD_ETHER) {
		skb->protocol = eth_type_trans(skb, vdev->dev);
	} else {
		skb_reset_mac_header(skb);
		skb->protocol = (*(const u8 *)frame >> 4) == 6 ?
				htons(ETH_P_IPV6) : htons(ETH_P_IP);
	}
	return skb;
}

void ksmol_vdev_inject_skb(struct sk_buff *skb)
{
	local_bh_disable();
	netif_receive_skb(skb);
	local_bh_enable();
}

void ksmol_vdev_inject(struct kunit *test, struct ksmol_vdev *vdev,
		       const void *frame, u32 len)
{
	ksmol_vdev_inject_skb(ksmol_vdev_skb(test, vdev, frame, len));
}
