// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attached devices: open, start, stop, close, and the life of struct ksmol_phy.
 *
 * A phy lives as long as it is attached or a frame of it is under way; its
 * device only as long as it is attached, so no frame that some driver keeps
 * ever makes unregister wait. Who finds a phy under RCU and sees it not dead
 * may use its device until the end of the RCU section: stop sets "dead" and
 * waits for a grace period before close lets go of the device.
 */

#define pr_fmt(fmt) "ksmol: " fmt

#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <ksmol/compat.h>
#include "phy.h"

LIST_HEAD(ksmol_phys);

static const struct ksmol_phy_events *phy_events;

/* Phys that exist, and who waits for there to be none. */
static atomic_t phys_alive = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(phys_none);

void ksmol_phy_set_events(const struct ksmol_phy_events *events)
{
	phy_events = events;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_phy_set_events);

void ksmol_phy_get(struct ksmol_phy *phy)
{
	refcount_inc(&phy->refs);
}

static void phy_free(struct rcu_head *rcu)
{
	struct ksmol_phy *phy = container_of(rcu, struct ksmol_phy, rcu);

	free_percpu(phy->stats);
	kfree(phy);
	if (atomic_dec_and_test(&phys_alive))
		wake_up(&phys_none);
}

void ksmol_phy_put(struct ksmol_phy *phy)
{
	if (refcount_dec_and_test(&phy->refs))
		call_rcu(&phy->rcu, phy_free);
}

/* Return: enum ksmol_medium, or -EINVAL for a device we can't drive. */
static int phy_medium(const struct net_device *dev)
{
	bool framed = dev->header_ops && dev->header_ops->create;

	if (dev->flags & IFF_LOOPBACK)
		return -EINVAL;
	if (dev->type == ARPHRD_ETHER && dev->addr_len == ETH_ALEN && framed)
		return KSMOL_MEDIUM_ETHERNET;
	if ((dev->type == ARPHRD_NONE || dev->type == ARPHRD_RAWIP) &&
	    !dev->hard_header_len && !framed)
		return KSMOL_MEDIUM_IP;
	return -EINVAL;
}

/* Three quarters of what senders have: a device that keeps all it is given
 * leaves a quarter to the others.
 */
static u32 phy_outstanding_max(void)
{
	const u32 *count = ksmol_pool.cfg.count;
	u32 senders = count[KSMOL_CLASS_TX] + count[KSMOL_CLASS_SHARED];

	return max(1U, senders / 4 * 3);
}

static void phy_setup(struct ksmol_phy *phy, struct net_device *dev)
{
	phy->dev = dev;
	phy->net = dev_net(dev);
	phy->events = phy_events;
	phy->has_peer = dev->netdev_ops->ndo_get_peer_dev;
	phy->mtu = dev->mtu;
	phy->ifindex = dev->ifindex;
	phy->outstanding_max = phy_outstanding_max();
	phy->completed = jiffies;
	strscpy(phy->name, dev->name, sizeof(phy->name));
	if (phy->medium == KSMOL_MEDIUM_ETHERNET) {
		ether_addr_copy(phy->mac, dev->dev_addr);
		ether_addr_copy(phy->broadcast, dev->broadcast);
	}
	refcount_set(&phy->refs, 1);
	INIT_LIST_HEAD(&phy->node);
	INIT_HLIST_HEAD(&phy->captures);
	netdev_hold(dev, &phy->tracker, GFP_KERNEL);
}

struct ksmol_phy *ksmol_phy_open(struct net_device *dev, bool shared,
				 struct ksmol_iface *iface)
{
	int medium = phy_medium(dev);
	struct ksmol_phy *phy;

	ASSERT_RTNL();
	if (medium < 0)
		return ERR_PTR(medium);
	phy = kzalloc_obj(*phy);
	if (!phy)
		return ERR_PTR(-ENOMEM);
	phy->stats = alloc_percpu(struct ksmol_phy_stats);
	if (!phy->stats) {
		kfree(phy);
		return ERR_PTR(-ENOMEM);
	}
	phy->medium = medium;
	phy->shared = shared;
	phy->iface = iface;
	phy_setup(phy, dev);
	atomic_inc(&phys_alive);
	return phy;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_phy_open);

static void phy_log_busy(const struct ksmol_phy *phy)
{
	struct net_device *master = netdev_master_upper_dev_get(phy->dev);

	if (master)
		pr_err("%s: its frames already go to %s\n", phy->name,
		       master->name);
	else
		pr_err("%s: its frames already go to another driver\n",
		       phy->name);
}

int ksmol_phy_start(struct ksmol_phy *phy)
{
	int err;

	ASSERT_RTNL();
	err = netdev_rx_handler_register(phy->dev, ksmol_phy_handler, phy);
	if (err == -EBUSY)
		phy_log_busy(phy);
	else if (err)
		pr_err("%s: the device lets nobody take its frames\n",
		       phy->name);
	else
		list_add_tail_rcu(&phy->node, &ksmol_phys);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_phy_start);

void ksmol_phy_stop(struct ksmol_phy *phy)
{
	ASSERT_RTNL();
	if (phy->dead)
		return;
	WRITE_ONCE(phy->dead, true);
	if (rtnl_dereference(phy->dev->rx_handler_data) != phy) {
		synchronize_net();
		return;
	}
	list_del_rcu(&phy->node);
	/* Waits for a grace period, for those who send as well. */
	netdev_rx_handler_unregister(phy->dev);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_phy_stop);

void ksmol_phy_close(struct ksmol_phy *phy)
{
	ksmol_phy_stop(phy);
	ksmol_capture_stop(phy);
	netdev_put(phy->dev, &phy->tracker);
	ksmol_phy_put(phy);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_phy_close);

/* The device's own address lock is all that these take, in all kernels. */
void ksmol_phy_hear(struct ksmol_phy *phy, const u8 *mac, bool on)
{
	int err = on ? dev_mc_add(phy->dev, mac) : dev_mc_del(phy->dev, mac);

	if (err)
		pr_warn("%s: multicast filter %pM: error %d\n", phy->name, mac,
			err);
}

struct ksmol_phy *ksmol_phy_find(struct net *net, const char *name)
{
	struct ksmol_phy *phy;

	list_for_each_entry_rcu(phy, &ksmol_phys, node, lockdep_rtnl_is_held())
		if (net_eq(phy->net, net) && !strcmp(phy->name, name))
			return phy;
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_phy_find);

struct ksmol_phy *ksmol_phy_by_index(struct net *net, int ifindex)
{
	struct ksmol_phy *phy;

	list_for_each_entry_rcu(phy, &ksmol_phys, node, lockdep_rtnl_is_held())
		if (net_eq(phy->net, net) && phy->ifindex == ifindex)
			return phy;
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_phy_by_index);

void ksmol_phy_stats_sum(const struct ksmol_phy *phy,
			 struct ksmol_phy_stats *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct ksmol_phy_stats *s = per_cpu_ptr(phy->stats, cpu);

		sum->rx_frames += READ_ONCE(s->rx_frames);
		sum->rx_bytes += READ_ONCE(s->rx_bytes);
		sum->rx_dropped += READ_ONCE(s->rx_dropped);
		sum->tx_frames += READ_ONCE(s->tx_frames);
		sum->tx_bytes += READ_ONCE(s->tx_bytes);
		sum->tx_dropped += READ_ONCE(s->tx_dropped);
		sum->tx_copied += READ_ONCE(s->tx_copied);
		sum->tx_steered += READ_ONCE(s->tx_steered);
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_phy_stats_sum);

int ksmol_phy_stats_show(struct seq_file *m, void *data)
{
	const struct ksmol_phy *phy = data;
	struct ksmol_phy_stats sum;

	ksmol_phy_stats_sum(phy, &sum);
	seq_printf(m, "rx_frames: %llu\n", sum.rx_frames);
	seq_printf(m, "rx_bytes: %llu\n", sum.rx_bytes);
	seq_printf(m, "rx_dropped: %llu\n", sum.rx_dropped);
	seq_printf(m, "tx_frames: %llu\n", sum.tx_frames);
	seq_printf(m, "tx_bytes: %llu\n", sum.tx_bytes);
	seq_printf(m, "tx_dropped: %llu\n", sum.tx_dropped);
	seq_printf(m, "tx_copied: %llu\n", sum.tx_copied);
	seq_printf(m, "tx_steered: %llu\n", sum.tx_steered);
	seq_printf(m, "outstanding: %u\n", ksmol_phy_outstanding(phy));
	seq_printf(m, "outstanding_max: %u\n", phy->outstanding_max);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_phy_stats_show);

bool ksmol_phy_takes_pages(const struct ksmol_phy *phy)
{
	netdev_features_t features = phy->dev->features;

	return features & NETIF_F_SG && features & NETIF_F_CSUM_MASK;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_phy_takes_pages);

int ksmol_phy_init(void)
{
	int err;

	ksmol_loop_init();
	ksmol_steer_init();
	err = ksmol_notifier_init();
	if (err)
		return err;
	ksmol_debugfs_file(NULL, "tokens", ksmol_tokens_show, NULL);
	return 0;
}

/*
 * Each frame that a driver still keeps holds its phy, and its completion runs
 * our text. So wait until the last phy is freed; then for the callback that
 * freed it (rcu_barrier), and for a completion that was preempted on its last
 * instructions after it had put its reference (synchronize_rcu_tasks).
 */
void ksmol_phy_exit(void)
{
	ksmol_notifier_exit();
	while (!wait_event_timeout(phys_none, !atomic_read(&phys_alive),
				   10 * HZ))
		pr_warn("waiting for frames that drivers of %d detached interfaces still keep\n",
			atomic_read(&phys_alive));
	ksmol_loop_exit();
	ksmol_steer_exit();
	ksmol_copy_room_exit();
	rcu_barrier();
	synchronize_rcu_tasks();
}
