// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ethernet devices without hardware: frames are injected by frames.c, and what
 * a stack sends is counted and freed. Behind each is a peer that does no more
 * than answer ARP requests.
 */

#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <linux/tcp.h>
#include <net/arp.h>

#include "bench.h"

/**
 * struct bench_priv - private part of a device
 * @napi: never polled; building skbs as a driver does wants one
 * @stack: which of the devices this is
 * @sent: IP frames given to us, written by the one CPU that measures
 * @syn: the last SYN of them, if @has_syn
 * @polled: frames are kept until bench_complete()
 * @kept: those
 */
struct bench_priv {
	struct napi_struct napi;
	enum bench_stack stack;
	u64 sent;
	struct tcphdr syn;
	bool has_syn;
	bool polled;
	struct sk_buff_head kept;
};

const char * const bench_stack_names[BENCH_NR_STACKS] = {
	[BENCH_FLOOR] = "floor",
	[BENCH_LINUX] = "linux",
	[BENCH_KSMOL] = "ksmol",
};

static struct net_device *devices[BENCH_NR_STACKS];

struct net_device *bench_device(enum bench_stack stack)
{
	return devices[stack];
}

/* 10.77.0.0/24 is the floor's, 10.77.1.0/24 Linux's, 10.77.2.0/24 ksmol's. */
__be32 bench_local(enum bench_stack stack)
{
	return htonl(0x0a4d0001 | stack << 8);
}

__be32 bench_peer(enum bench_stack stack)
{
	return htonl(0x0a4d0002 | stack << 8);
}

/* fd00:77:STACK::1 and ::2, as above. */
static struct in6_addr address6(enum bench_stack stack, u16 host)
{
	return (struct in6_addr){
		.s6_addr16 = {
			htons(0xfd00), htons(0x77), htons(stack),
			[7] = htons(host),
		},
	};
}

struct in6_addr bench_local6(enum bench_stack stack)
{
	return address6(stack, 1);
}

struct in6_addr bench_peer6(enum bench_stack stack)
{
	return address6(stack, 2);
}

__be32 bench_group(unsigned int n)
{
	return htonl(0xefff0007 | n << 8);
}

struct in6_addr bench_group6(unsigned int n)
{
	return (struct in6_addr){
		.s6_addr16 = {
			htons(0xff05), [6] = htons(0x77), htons(n),
		},
	};
}

static void local_mac(enum bench_stack stack, u8 mac[ETH_ALEN])
{
	static const u8 base[ETH_ALEN] = { 0x02, 0, 0, 0, 0x77, 0 };

	ether_addr_copy(mac, base);
	mac[5] = stack;
}

void bench_peer_mac(enum bench_stack stack, u8 mac[ETH_ALEN])
{
	local_mac(stack, mac);
	mac[4]++;
}

u64 bench_sent(enum bench_stack stack)
{
	struct bench_priv *priv = netdev_priv(devices[stack]);

	return priv->sent;
}

void bench_polled(enum bench_stack stack, bool polled)
{
	struct bench_priv *priv = netdev_priv(devices[stack]);

	WRITE_ONCE(priv->polled, polled);
	if (!polled)
		bench_complete(stack);
}

void bench_complete(enum bench_stack stack)
{
	struct bench_priv *priv = netdev_priv(devices[stack]);
	struct sk_buff *skb;

	while (!skb_queue_empty_lockless(&priv->kept)) {
		skb = skb_dequeue(&priv->kept);
		if (skb)
			consume_skb(skb);
	}
}

/* The answer to an ARP request about the peer; others stay unanswered. */
static void answer_arp(struct net_device *dev, const struct sk_buff *request)
{
	struct bench_priv *priv = netdev_priv(dev);
	__be32 local = bench_local(priv->stack);
	__be32 peer = bench_peer(priv->stack);
	u8 mac[ETH_ALEN], arp[ETH_HLEN + 28];
	struct sk_buff *skb;

	if (skb_copy_bits(request, 0, arp, sizeof(arp)) ||
	    arp[ETH_HLEN + 7] != ARPOP_REQUEST ||
	    memcmp(arp + ETH_HLEN + 24, &peer, sizeof(peer)))
		return;
	bench_peer_mac(priv->stack, mac);
	skb = arp_create(ARPOP_REPLY, ETH_P_ARP, local, dev, peer,
			 dev->dev_addr, mac, dev->dev_addr);
	if (!skb)
		return;
	skb_pull(skb, skb_network_offset(skb));
	skb_push(skb, ETH_HLEN);
	skb->protocol = eth_type_trans(skb, dev);
	netif_rx(skb);
}

/* Connections are opened one after the other. */
static void note_syn(struct bench_priv *priv, const struct sk_buff *skb)
{
	struct tcphdr tcp;
	struct iphdr ip;

	if (skb_copy_bits(skb, ETH_HLEN, &ip, sizeof(ip)) ||
	    ip.protocol != IPPROTO_TCP ||
	    skb_copy_bits(skb, ETH_HLEN + sizeof(ip), &tcp, sizeof(tcp)) ||
	    !tcp.syn)
		return;
	priv->syn = tcp;
	/* the header, then that it is there: pairs with bench_syn_sent() */
	smp_store_release(&priv->has_syn, true);
}

bool bench_syn_sent(enum bench_stack stack, u32 *seq, u32 *ack)
{
	struct bench_priv *priv = netdev_priv(devices[stack]);

	/* pairs with note_syn(): the header, then that it is there */
	if (!smp_load_acquire(&priv->has_syn))
		return false;
	*seq = ntohl(priv->syn.seq) + 1;
	*ack = ntohl(priv->syn.ack_seq);
	priv->has_syn = false;
	return true;
}

static netdev_tx_t bench_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct bench_priv *priv = netdev_priv(dev);

	if (skb->protocol == htons(ETH_P_ARP)) {
		answer_arp(dev, skb);
	} else if (skb->protocol == htons(ETH_P_IP)) {
		note_syn(priv, skb);
		priv->sent++;
	}
	if (READ_ONCE(priv->polled))
		skb_queue_tail(&priv->kept, skb);
	else
		consume_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops bench_ops = {
	.ndo_start_xmit = bench_xmit,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_set_mac_address = eth_mac_addr,
};

static int bench_poll(struct napi_struct *napi, int budget)
{
	return 0;
}

static void bench_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &bench_ops;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_HIGHDMA;
	dev->hw_features = dev->features;
}

static struct net_device *bench_create(enum bench_stack stack)
{
	struct bench_priv *priv;
	struct net_device *dev;
	u8 mac[ETH_ALEN];
	int err;

	dev = alloc_netdev(sizeof(*priv), "bench%d", NET_NAME_ENUM,
			   bench_setup);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	snprintf(dev->name, sizeof(dev->name), "bench-%s",
		 bench_stack_names[stack]);
	local_mac(stack, mac);
	eth_hw_addr_set(dev, mac);
	priv = netdev_priv(dev);
	priv->stack = stack;
	skb_queue_head_init(&priv->kept);
	netif_napi_add(dev, &priv->napi, bench_poll);
	err = register_netdev(dev);
	if (!err)
		return dev;
	netif_napi_del(&priv->napi);
	free_netdev(dev);
	return ERR_PTR(err);
}

static rx_handler_result_t floor_handler(struct sk_buff **pskb)
{
	consume_skb(*pskb);
	return RX_HANDLER_CONSUMED;
}

static int floor_init(struct net_device *dev)
{
	int err;

	rtnl_lock();
	err = netdev_rx_handler_register(dev, floor_handler, NULL);
	if (!err)
		err = dev_change_flags(dev, dev->flags | IFF_UP, NULL);
	rtnl_unlock();
	return err;
}

static void floor_exit(struct net_device *dev)
{
	rtnl_lock();
	if (netdev_is_rx_handler_busy(dev))
		netdev_rx_handler_unregister(dev);
	rtnl_unlock();
}

void bench_devices_exit(void)
{
	enum bench_stack stack;

	if (devices[BENCH_FLOOR])
		floor_exit(devices[BENCH_FLOOR]);
	for (stack = 0; stack < BENCH_NR_STACKS; stack++) {
		struct bench_priv *priv;

		if (!devices[stack])
			continue;
		priv = netdev_priv(devices[stack]);
		unregister_netdev(devices[stack]);
		netif_napi_del(&priv->napi);
		free_netdev(devices[stack]);
		devices[stack] = NULL;
	}
}

int bench_devices_init(void)
{
	enum bench_stack stack;
	int err;

	for (stack = 0; stack < BENCH_NR_STACKS; stack++) {
		struct net_device *dev = bench_create(stack);

		if (IS_ERR(dev)) {
			err = PTR_ERR(dev);
			goto err_devices;
		}
		devices[stack] = dev;
	}
	err = floor_init(devices[BENCH_FLOOR]);
	if (err)
		goto err_devices;
	return 0;

err_devices:
	bench_devices_exit();
	return err;
}
