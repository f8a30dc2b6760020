// SPDX-License-Identifier: GPL-2.0-only
/* What the phy suites share: an attached virtual device and an upper layer. */

#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <ksmol/compat.h>
#include "phy_fixture.h"

/* The tests' upper object is the fixture. */
static struct phy_fixture *fixture_of(const struct ksmol_phy *phy)
{
	return (struct phy_fixture *)phy->iface;
}

static void see(struct phy_seen *seen, const struct ksmol_pbuf *pb,
		__be16 proto)
{
	seen->proto = proto;
	seen->len = pb->len;
	ksmol_pbuf_to_mem(pb, 0, seen->bytes,
			  min_t(u32, pb->len, sizeof(seen->bytes)));
	seen->csum_good = csum_fold(ksmol_pbuf_csum(pb, 0, pb->len, 0)) ==
			  csum_fold(pb->rx.csum);
	seen->rx = pb->rx;
	seen->flags = pb->flags;
	seen->home = pb->home;
	seen->tstamp = pb->tstamp;
}

static void reply(struct phy_fixture *f, struct ksmol_tx_token *tok)
{
	struct ksmol_pbuf *pb = ksmol_tx_token_consume(tok, true);

	if (!pb)
		return;
	memset(ksmol_pbuf_push(pb, f->reply), 0xee, f->reply);
	ksmol_phy_xmit(tok->phy, pb, ksmol_vdev_peer_mac, htons(ETH_P_ARP));
}

static enum ksmol_verdict test_input(struct ksmol_phy *phy,
				     struct ksmol_pbuf *pb, __be16 proto,
				     struct ksmol_tx_token *tok)
{
	struct phy_fixture *f = fixture_of(phy);

	if (f->inputs < PHY_SEEN_MAX)
		see(&f->seen[f->inputs], pb, proto);
	f->inputs++;
	if (f->reply)
		reply(f, tok);
	if (f->answer == KSMOL_DELIVERED) {
		ksmol_pbuf_own(pb, KSMOL_OWNER_USER);
		ksmol_pbuf_list_add(&f->kept, pb);
	}
	return f->answer;
}

static bool test_claims(struct ksmol_phy *phy, const struct sk_buff *skb,
			__be16 proto)
{
	return fixture_of(phy)->claim;
}

static void test_up(struct ksmol_phy *phy)
{
	fixture_of(phy)->ups++;
}

static void test_down(struct ksmol_phy *phy)
{
	fixture_of(phy)->downs++;
}

static void test_changed(struct ksmol_phy *phy)
{
	fixture_of(phy)->changes++;
}

static void test_gone(struct ksmol_phy *phy)
{
	struct phy_fixture *f = fixture_of(phy);

	f->gones++;
	f->phy = NULL;
	ksmol_phy_stop(phy);
	ksmol_phy_close(phy);
}

static const struct ksmol_phy_events test_events = {
	.input = test_input,
	.claims = test_claims,
	.up = test_up,
	.down = test_down,
	.changed = test_changed,
	.renamed = test_changed,
	.gone = test_gone,
};

u64 phy_verdict(int verdict)
{
	return ksmol_stats_read(verdict[verdict]);
}

u64 phy_tx_drops(int reason)
{
	return ksmol_stats_read(tx_drop[reason]);
}

static u64 balance(void)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < KSMOL_NR_VERDICTS; i++)
		sum += phy_verdict(i);
	return sum - ksmol_stats_read(frames_in);
}

int phy_fixture_init(struct kunit *test)
{
	struct phy_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	f->answer = KSMOL_HANDLED;
	ksmol_pbuf_list_init(&f->kept);
	ksmol_pbuf_list_init(&f->tx);
	ksmol_pbuf_list_init(&f->rx);
	f->balance = balance();
	test->priv = f;
	return 0;
}

/* Whatever a test did: every frame ended once, every pbuf comes home. */
void phy_fixture_exit(struct kunit *test)
{
	struct phy_fixture *f = test->priv;

	if (!f)
		return;
	local_bh_disable();
	ksmol_pbuf_list_free(&f->kept);
	phy_give(f);
	local_bh_enable();
	phy_detach(f);
	ksmol_vdev_destroy(f->vdev);
	ksmol_kunit_expect_whole(test);
	KUNIT_EXPECT_EQ(test, balance(), f->balance);
}

void phy_attach(struct kunit *test, bool shared)
{
	struct phy_fixture *f = test->priv;
	int err;

	rtnl_lock();
	f->phy = ksmol_phy_open(f->vdev->dev, shared, (struct ksmol_iface *)f);
	if (!IS_ERR(f->phy)) {
		f->phy->events = &test_events;
		err = ksmol_phy_start(f->phy);
	} else {
		err = PTR_ERR(f->phy);
		f->phy = NULL;
	}
	rtnl_unlock();
	KUNIT_ASSERT_EQ(test, err, 0);
}

void phy_detach(struct phy_fixture *f)
{
	if (!f->phy)
		return;
	rtnl_lock();
	ksmol_phy_stop(f->phy);
	ksmol_phy_close(f->phy);
	rtnl_unlock();
	f->phy = NULL;
}

struct phy_fixture *phy_up(struct kunit *test, netdev_features_t features)
{
	struct phy_fixture *f = test->priv;

	f->vdev = ksmol_vdev_create(test, KSMOL_MEDIUM_ETHERNET, features);
	phy_attach(test, false);
	return f;
}

void phy_take_tx(struct phy_fixture *f, bool reserve)
{
	struct ksmol_pbuf *pb;

	while ((pb = ksmol_pbuf_alloc_tx(&ksmol_pool, reserve)))
		ksmol_pbuf_list_add(&f->tx, pb);
}

void phy_take_rx(struct phy_fixture *f, bool emergency)
{
	struct ksmol_pbuf *pb;

	while ((pb = ksmol_pbuf_alloc_rx(&ksmol_pool))) {
		if (pb->home == KSMOL_CLASS_EMERGENCY && !emergency) {
			ksmol_pbuf_free(pb);
			return;
		}
		ksmol_pbuf_list_add(&f->rx, pb);
	}
}

void phy_give(struct phy_fixture *f)
{
	ksmol_pbuf_list_free(&f->tx);
	ksmol_pbuf_list_free(&f->rx);
}

struct ksmol_frame *phy_udp(struct phy_fixture *f, u32 len)
{
	struct ksmol_frame_ends ends = {
		.saddr = KSMOL_IP(10, 0, 0, 2),
		.daddr = KSMOL_IP(10, 0, 0, 1),
		.sport = htons(1000),
		.dport = htons(2000),
	};

	ether_addr_copy(ends.smac, ksmol_vdev_peer_mac);
	ether_addr_copy(ends.dmac, ksmol_vdev_mac);
	ksmol_frame_udp(&f->frame, &ends, NULL, len);
	return &f->frame;
}

struct ksmol_pbuf *phy_pbuf(struct kunit *test, u32 hlen, u32 len)
{
	struct ksmol_pbuf *pb;
	int err = -ENOBUFS;
	u8 *bytes;
	u32 i;

	bytes = kmalloc(len + 1, GFP_ATOMIC);
	KUNIT_ASSERT_NOT_NULL(test, bytes);
	for (i = 0; i < len; i++)
		bytes[i] = i;
	local_bh_disable();
	pb = ksmol_pbuf_alloc_tx(&ksmol_pool, false);
	if (pb)
		err = ksmol_pbuf_from_mem(pb, bytes, len, false);
	if (!err)
		memset(ksmol_pbuf_push(pb, hlen), 0xee, hlen);
	local_bh_enable();
	kfree(bytes);
	KUNIT_ASSERT_EQ(test, err, 0);
	return pb;
}

int phy_send(struct phy_fixture *f, struct ksmol_pbuf *pb)
{
	int err;

	rcu_read_lock();
	err = ksmol_phy_xmit(f->phy, pb, ksmol_vdev_peer_mac, htons(ETH_P_IP));
	rcu_read_unlock();
	return err;
}

u32 phy_owned(enum ksmol_owner owner)
{
	struct ksmol_census census;
	enum ksmol_class class;
	u32 n = 0;

	ksmol_pool_census(&ksmol_pool, &census);
	for (class = 0; class < KSMOL_NR_CLASSES; class++)
		n += census.owner[class][owner];
	return n;
}
