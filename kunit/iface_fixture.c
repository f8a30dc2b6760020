// SPDX-License-Identifier: GPL-2.0-only
/* What the iface suites share. */

#include <linux/delay.h>
#include <linux/rtnetlink.h>
#include "../module/iface/pmtu.h"
#include "iface_fixture.h"

/* The demux has no argument of its own: one case runs at a time. */
static struct iface_fixture *current_fixture;

static enum ksmol_verdict test_input(struct ksmol_iface *iface, u8 proto,
				     struct ksmol_pbuf *pb,
				     struct ksmol_tx_token *tok)
{
	struct iface_fixture *f = current_fixture;

	f->inputs++;
	f->proto = proto;
	f->len = pb->len;
	f->rx = pb->rx;
	ksmol_pbuf_to_mem(pb, 0, f->bytes, min_t(u32, pb->len,
						 sizeof(f->bytes)));
	if (f->answer == KSMOL_DELIVERED)
		ksmol_pbuf_free(pb);
	return f->answer;
}

static bool test_error(struct net *net, const struct ksmol_icmp_error *err)
{
	struct iface_fixture *f = current_fixture;

	f->errors++;
	f->error = *err;
	return f->believes;
}

static void test_gone(struct net *net, int ifindex)
{
	current_fixture->gones++;
	current_fixture->gone_ifindex = ifindex;
}

static const struct ksmol_demux test_demux = {
	.input = test_input,
	.error = test_error,
	.gone = test_gone,
};

int iface_fixture_init(struct kunit *test)
{
	struct iface_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->answer = KSMOL_DELIVERED;
	f->believes = true;
	f->saved = ksmol_params;
	ksmol_params.arp_probe_ms = 0;
	ksmol_params.icmp_rate = 1000;
	ksmol_pbuf_list_init(&f->tx);
	current_fixture = f;
	f->demux = ksmol_iface_get_demux();
	ksmol_iface_set_demux(&test_demux);
	test->priv = f;
	f->vdev = ksmol_vdev_create(test, KSMOL_MEDIUM_ETHERNET, NETIF_F_SG);
	return 0;
}

void iface_fixture_exit(struct kunit *test)
{
	struct ksmol_cap *neigh = &ksmol_pool.cap[KSMOL_CAP_NEIGH];
	struct iface_fixture *f = test->priv;

	if (!f)
		return;
	iface_give_tx(f);
	iface_detach(test);
	ksmol_pmtu_forget(NULL);
	ksmol_vdev_destroy(f->vdev);
	ksmol_iface_set_demux(f->demux);
	ksmol_params = f->saved;
	neigh->max = ksmol_pool.cfg.cap[KSMOL_CAP_NEIGH];
	ksmol_kunit_expect_whole(test);
	KUNIT_EXPECT_EQ(test, atomic_read(&neigh->held), 0);
}

int iface_try(struct kunit *test, const char *words)
{
	struct iface_fixture *f = test->priv;
	char spec[256];
	int err;

	snprintf(spec, sizeof(spec), "%s%s%s", f->vdev->dev->name,
		 *words ? "," : "", words);
	err = ksmol_attach(&init_net, spec);
	rtnl_lock();
	f->iface = ksmol_iface_find(&init_net, f->vdev->dev->name);
	rtnl_unlock();
	return err;
}

struct iface_fixture *iface_attach(struct kunit *test, const char *words)
{
	struct iface_fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, iface_try(test, words), 0);
	ksmol_vdev_settle(f->vdev);
	return f;
}

void iface_detach(struct kunit *test)
{
	struct iface_fixture *f = test->priv;

	if (!f->iface)
		return;
	f->iface = NULL;
	ksmol_detach(&init_net, f->vdev->dev->name);
}

void iface_arrives(struct kunit *test)
{
	struct iface_fixture *f = test->priv;

	ksmol_vdev_inject(test, f->vdev, f->frame.data, f->frame.len);
}

void iface_arp(struct kunit *test, const u8 *to, u16 op, const u8 *mac,
	       __be32 spa, __be32 tpa)
{
	struct iface_fixture *f = test->priv;

	ksmol_frame_arp(&f->frame, to, op, mac, spa,
			op == KSMOL_ARP_REPLY ? ksmol_vdev_mac : NULL, tpa);
	iface_arrives(test);
}

struct ksmol_frame_ends iface_ends(__be32 daddr)
{
	struct ksmol_frame_ends ends = {
		.saddr = PEER,
		.daddr = daddr,
		.sport = htons(1000),
		.dport = htons(2000),
	};

	ether_addr_copy(ends.smac, ksmol_vdev_peer_mac);
	ether_addr_copy(ends.dmac, ksmol_vdev_mac);
	return ends;
}

void iface_know_peer(struct kunit *test)
{
	iface_send(test, PEER, 8);
	iface_arp(test, ksmol_vdev_mac, KSMOL_ARP_REPLY, ksmol_vdev_peer_mac,
		  PEER, US);
	iface_forget(test);
}

struct ksmol_flow iface_flow(__be32 daddr)
{
	return (struct ksmol_flow){
		.net = &init_net,
		.family = AF_INET,
		.proto = IPPROTO_UDP,
		.ttl = 64,
		.df = true,
		.daddr = ksmol_addr_v4(daddr),
	};
}

int iface_route(const struct ksmol_flow *flow, struct ksmol_dst *dst)
{
	int err;

	rcu_read_lock();
	err = ksmol_route(flow, dst);
	rcu_read_unlock();
	return err;
}

/* What a datagram of ours looks like to those who quote it: ports first. */
static struct ksmol_pbuf *datagram(struct kunit *test, u32 len)
{
	struct ksmol_udp udp = {
		.sport = htons(2000),
		.dport = htons(1000),
		.len = len,
	};
	struct ksmol_pbuf *pb;
	u8 *bytes;
	int err = -ENOBUFS;

	bytes = kunit_kzalloc(test, max(len, 8U), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bytes);
	ksmol_udp_emit(bytes, &udp);
	local_bh_disable();
	pb = ksmol_pbuf_alloc_tx(&ksmol_pool, false);
	if (pb)
		err = ksmol_pbuf_from_mem(pb, bytes, len, false);
	local_bh_enable();
	KUNIT_ASSERT_EQ(test, err, 0);
	return pb;
}

int iface_send(struct kunit *test, __be32 daddr, u32 len)
{
	struct ksmol_flow flow = iface_flow(daddr);
	struct ksmol_pbuf *pb = datagram(test, len);
	struct ksmol_dst dst;
	int err;

	rcu_read_lock();
	err = ksmol_route(&flow, &dst);
	if (err)
		ksmol_pbuf_free_any(pb);
	else
		err = ksmol_ip_output(&flow, &dst, pb);
	rcu_read_unlock();
	return err;
}

unsigned int iface_forget(struct kunit *test)
{
	struct iface_fixture *f = test->priv;
	struct sk_buff *skb;
	unsigned int n = 0;

	while ((skb = ksmol_vdev_sent(f->vdev))) {
		kfree_skb(skb);
		n++;
	}
	return n;
}

u8 *iface_sent(struct kunit *test, u16 proto, u8 *dst, u32 *len)
{
	struct iface_fixture *f = test->priv;
	struct sk_buff *skb = ksmol_vdev_sent(f->vdev);
	u8 *bytes;

	if (!skb)
		return NULL;
	bytes = kunit_kzalloc(test, skb->len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bytes);
	skb_copy_bits(skb, 0, bytes, skb->len);
	*len = skb->len - ETH_HLEN;
	kfree_skb(skb);
	if (get_unaligned_be16(bytes + 12) != proto)
		return NULL;
	if (dst)
		ether_addr_copy(dst, bytes);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal_unaligned(bytes + ETH_ALEN,
							   f->vdev->dev->dev_addr));
	return bytes + ETH_HLEN;
}

bool iface_sent_arp(struct kunit *test, struct ksmol_arp *arp, u8 *dst)
{
	u32 len;
	u8 *bytes = iface_sent(test, ETH_P_ARP, dst, &len);

	if (!bytes)
		return false;
	KUNIT_EXPECT_EQ(test, len, KSMOL_ARP_LEN);
	KUNIT_EXPECT_EQ(test, ksmol_arp_parse(bytes, len, arp), 0);
	return true;
}

struct iphdr *iface_sent_ip(struct kunit *test, u8 *dst)
{
	u32 len;
	struct iphdr *ip;

	ip = (struct iphdr *)iface_sent(test, ETH_P_IP, dst, &len);
	if (!ip)
		return NULL;
	KUNIT_EXPECT_EQ(test, len, ntohs(ip->tot_len));
	KUNIT_EXPECT_EQ(test, csum_fold(csum_partial(ip, ip->ihl * 4, 0)), 0);
	return ip;
}

static void take_tx(struct iface_fixture *f, bool reserve)
{
	struct ksmol_pbuf *pb;

	local_bh_disable();
	while ((pb = ksmol_pbuf_alloc_tx(&ksmol_pool, reserve)))
		ksmol_pbuf_list_add(&f->tx, pb);
	local_bh_enable();
}

/* Until nothing more comes: other CPUs are asked for what their caches hold. */
void iface_take_tx(struct iface_fixture *f, bool reserve)
{
	u32 before;

	do {
		before = f->tx.count;
		take_tx(f, false);
		msleep(20);
	} while (f->tx.count != before);
	if (reserve)
		take_tx(f, true);
}

void iface_give_tx(struct iface_fixture *f)
{
	local_bh_disable();
	ksmol_pbuf_list_free(&f->tx);
	local_bh_enable();
}

u64 iface_verdict(int verdict)
{
	return ksmol_stats_read(verdict[verdict]);
}

u64 iface_tx_drop(int reason)
{
	return ksmol_stats_read(tx_drop[reason]);
}

u32 iface_owned(enum ksmol_owner owner)
{
	struct ksmol_census census;
	enum ksmol_class class;
	u32 n = 0;

	ksmol_pool_census(&ksmol_pool, &census);
	for (class = 0; class < KSMOL_NR_CLASSES; class++)
		n += census.owner[class][owner];
	return n;
}

u8 iface_neigh(struct iface_fixture *f, __be32 addr)
{
	struct ksmol_addr a = ksmol_addr_v4(addr);
	u8 mac[ETH_ALEN] __aligned(2);

	return ksmol_neigh_state(f->iface, AF_INET, &a, mac);
}

void iface_later(struct iface_fixture *f, unsigned int ms)
{
	unsigned long next;

	rcu_read_lock();
	ksmol_neigh_run(f->iface, jiffies + msecs_to_jiffies(ms), &next);
	rcu_read_unlock();
}
