// SPDX-License-Identifier: GPL-2.0-only
/* ARP and address conflict detection, by frames. */

#include <linux/rtnetlink.h>
#include "iface_fixture.h"

static struct ksmol_ifaddr *our_addr(struct iface_fixture *f)
{
	struct ksmol_addr us = ksmol_addr_v4(US);

	return ksmol_iface_addr(f->iface, AF_INET, &us);
}

/* Lets the addresses' time pass: @ms from now. */
static void addrs_later(struct iface_fixture *f, unsigned int ms)
{
	unsigned long next;

	rcu_read_lock();
	ksmol_iface_addrs_run(f->iface, jiffies + msecs_to_jiffies(ms), &next);
	rcu_read_unlock();
}

static void arp_input__request(struct kunit *test)
{
	u64 handled = iface_verdict(KSMOL_HANDLED);
	u8 dst[ETH_ALEN] __aligned(2);
	struct ksmol_arp arp;

	iface_attach(test, SPEC);
	iface_arp(test, NULL, KSMOL_ARP_REQUEST, ksmol_vdev_peer_mac, PEER,
		  US);
	KUNIT_ASSERT_TRUE(test, iface_sent_arp(test, &arp, dst));
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(dst, ksmol_vdev_peer_mac));
	KUNIT_EXPECT_EQ(test, arp.op, KSMOL_ARP_REPLY);
	KUNIT_EXPECT_EQ(test, arp.spa, US);
	KUNIT_EXPECT_EQ(test, arp.tpa, PEER);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(arp.sha, ksmol_vdev_mac));
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(arp.tha,
						 ksmol_vdev_peer_mac));
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_HANDLED), handled + 1);
}

static void arp_input__request_for_another(struct kunit *test)
{
	iface_attach(test, SPEC);
	iface_arp(test, NULL, KSMOL_ARP_REQUEST, ksmol_vdev_peer_mac, PEER,
		  OTHER);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* Pitfall 2: with every ordinary buffer taken ARP is answered. */
static void arp_input__request_while_senders_took_all(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_arp arp;
	unsigned int i;

	iface_take_tx(f, false);
	for (i = 0; i < 200; i++) {
		iface_arp(test, NULL, KSMOL_ARP_REQUEST, ksmol_vdev_peer_mac,
			  PEER, US);
		KUNIT_ASSERT_TRUE(test, iface_sent_arp(test, &arp, NULL));
	}
}

/* Pitfall 5: with none at all it is counted, and answered when asked again. */
static void arp_input__request_without_any_buffer(struct kunit *test)
{
	u64 drops = iface_tx_drop(KSMOL_TX_DROP_NO_PBUF);
	struct iface_fixture *f = iface_attach(test, SPEC);

	iface_take_tx(f, true);
	iface_arp(test, NULL, KSMOL_ARP_REQUEST, ksmol_vdev_peer_mac, PEER,
		  US);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	KUNIT_EXPECT_EQ(test, iface_tx_drop(KSMOL_TX_DROP_NO_PBUF), drops + 1);
	iface_give_tx(f);
	iface_arp(test, NULL, KSMOL_ARP_REQUEST, ksmol_vdev_peer_mac, PEER,
		  US);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 1U);
}

/* Pitfall 25: a probe for our address is answered: it is taken. */
static void arp_input__probe_for_our_address(struct kunit *test)
{
	struct ksmol_arp arp;

	iface_attach(test, SPEC);
	iface_arp(test, NULL, KSMOL_ARP_REQUEST, ksmol_vdev_peer_mac, 0, US);
	KUNIT_ASSERT_TRUE(test, iface_sent_arp(test, &arp, NULL));
	KUNIT_EXPECT_EQ(test, arp.op, KSMOL_ARP_REPLY);
	KUNIT_EXPECT_EQ(test, arp.spa, US);
	KUNIT_EXPECT_EQ(test, arp.tpa, 0);
}

/* Pitfall 27: what is not Ethernet and IPv4 is refused, and counted. */
static void arp_input__malformed(struct kunit *test)
{
	u64 format = iface_verdict(KSMOL_DROP_ARP_FORMAT);
	u64 brief = iface_verdict(KSMOL_DROP_ARP_SHORT);
	struct iface_fixture *f = iface_attach(test, SPEC);

	ksmol_frame_arp(&f->frame, NULL, 1, ksmol_vdev_peer_mac, PEER, NULL,
			US);
	f->frame.data[ETH_HLEN + 4] = 8;
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ARP_FORMAT),
			format + 1);
	f->frame.len = ETH_HLEN + 27;
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_ARP_SHORT), brief + 1);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* A bond or hub that gives us our own announcement back is no conflict. */
static void arp_input__our_own_frame(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);

	iface_arp(test, NULL, KSMOL_ARP_REQUEST, ksmol_vdev_mac, US, US);
	KUNIT_EXPECT_EQ(test, our_addr(f)->defended, 0UL);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* Pitfall 25: another station uses our address: we say once that it is ours,
 * and go on using it (RFC 5227 2.4 c).
 */
static void arp_input__address_defended(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	u8 dst[ETH_ALEN] __aligned(2);
	struct ksmol_arp arp;
	int i;

	for (i = 0; i < 5; i++)
		iface_arp(test, NULL, KSMOL_ARP_REQUEST, ksmol_vdev_peer_mac,
			  US, US);
	KUNIT_ASSERT_TRUE(test, iface_sent_arp(test, &arp, dst));
	KUNIT_EXPECT_TRUE(test, is_broadcast_ether_addr(dst));
	KUNIT_EXPECT_EQ(test, arp.spa, US);
	KUNIT_EXPECT_EQ(test, arp.tpa, US);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	KUNIT_EXPECT_EQ(test, our_addr(f)->state, KSMOL_ADDR_VALID);
	/* It never becomes a neighbor under our name. */
	KUNIT_EXPECT_EQ(test, iface_neigh(f, US), KSMOL_NEIGH_FREE);
}

/* Pitfall 25: the whole start of an address, as seen on the wire. */
static void address__probed_before_use(struct kunit *test)
{
	struct iface_fixture *f = test->priv;
	u8 dst[ETH_ALEN] __aligned(2);
	struct ksmol_arp arp;
	int i;

	ksmol_params.arp_probe_ms = 100000;
	iface_attach(test, SPEC);
	for (i = 1; i <= 3; i++) {
		KUNIT_EXPECT_EQ(test, our_addr(f)->state,
				KSMOL_ADDR_TENTATIVE);
		addrs_later(f, i * 1000000);
		KUNIT_ASSERT_TRUE(test, iface_sent_arp(test, &arp, dst));
		KUNIT_EXPECT_TRUE(test, is_broadcast_ether_addr(dst));
		KUNIT_EXPECT_EQ(test, arp.op, KSMOL_ARP_REQUEST);
		KUNIT_EXPECT_EQ(test, arp.spa, 0);
		KUNIT_EXPECT_EQ(test, arp.tpa, US);
	}
	/* A request meanwhile is not answered: it is not ours yet. */
	iface_arp(test, NULL, KSMOL_ARP_REQUEST, ksmol_vdev_peer_mac, PEER,
		  US);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	for (i = 4; i <= 5; i++) {
		addrs_later(f, i * 1000000);
		KUNIT_ASSERT_TRUE(test, iface_sent_arp(test, &arp, dst));
		KUNIT_EXPECT_EQ(test, arp.spa, US);
		KUNIT_EXPECT_EQ(test, arp.tpa, US);
		KUNIT_EXPECT_EQ(test, our_addr(f)->state, KSMOL_ADDR_VALID);
	}
	addrs_later(f, 6000000);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* Pitfall 25: somebody has it, or is probing for it as well. */
static void address__conflict_while_probing(struct kunit *test)
{
	struct iface_fixture *f = test->priv;
	int i;

	ksmol_params.arp_probe_ms = 100000;
	for (i = 0; i < 2; i++) {
		iface_attach(test, SPEC);
		if (i)
			iface_arp(test, NULL, KSMOL_ARP_REQUEST,
				  ksmol_vdev_peer_mac, 0, US);
		else
			iface_arp(test, ksmol_vdev_mac, KSMOL_ARP_REPLY,
				  ksmol_vdev_peer_mac, US, 0);
		KUNIT_EXPECT_EQ(test, our_addr(f)->state, KSMOL_ADDR_CONFLICT);
		addrs_later(f, 1000000);
		KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
		KUNIT_EXPECT_EQ(test, iface_send(test, PEER, 8),
				-EADDRNOTAVAIL);
		iface_detach(test);
	}
}

/* Pitfall 61: a link that comes up again may be another one. */
static void address__probed_again_after_link_up(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_arp arp;

	ksmol_params.arp_probe_ms = 100000;
	ksmol_vdev_up(f->vdev, false);
	ksmol_vdev_up(f->vdev, true);
	KUNIT_EXPECT_EQ(test, our_addr(f)->state, KSMOL_ADDR_TENTATIVE);
	addrs_later(f, 1000000);
	KUNIT_ASSERT_TRUE(test, iface_sent_arp(test, &arp, NULL));
	KUNIT_EXPECT_EQ(test, arp.spa, 0);
}

/* Pitfall 61: a new link-layer address is told, and answered with. */
static void address__announced_after_mac_change(struct kunit *test)
{
	static const u8 mac[ETH_ALEN] __aligned(2) = { 2, 0, 0, 0, 7, 7 };
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct sockaddr_storage addr = { .ss_family = f->vdev->dev->type };
	struct ksmol_arp arp;
	int err;

	memcpy(((struct sockaddr *)&addr)->sa_data, mac, ETH_ALEN);
	rtnl_lock();
	err = dev_set_mac_address(f->vdev->dev, (void *)&addr, NULL);
	rtnl_unlock();
	KUNIT_ASSERT_EQ(test, err, 0);
	/* The timer announces it; whether it has done so yet or not. */
	addrs_later(f, 100);
	KUNIT_ASSERT_TRUE(test, iface_sent_arp(test, &arp, NULL));
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(arp.sha, mac));
	KUNIT_EXPECT_EQ(test, arp.spa, US);
	KUNIT_EXPECT_EQ(test, arp.tpa, US);
	iface_forget(test);
	ksmol_frame_arp(&f->frame, NULL, 1, ksmol_vdev_peer_mac, PEER, NULL,
			US);
	iface_arrives(test);
	KUNIT_ASSERT_TRUE(test, iface_sent_arp(test, &arp, NULL));
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(arp.sha, mac));
}

/* Pitfall 5: an announcement without a buffer stays due. */
static void address__announced_once_there_is_a_buffer(struct kunit *test)
{
	struct iface_fixture *f = test->priv;

	iface_take_tx(f, true);
	iface_attach(test, SPEC);
	spin_lock_bh(&f->iface->lock);
	ksmol_ifaddr_reannounce(our_addr(f), jiffies);
	spin_unlock_bh(&f->iface->lock);
	addrs_later(f, 0);
	KUNIT_EXPECT_EQ(test, our_addr(f)->announces, KSMOL_ANNOUNCE_NUM);
	iface_give_tx(f);
	addrs_later(f, 200);
	KUNIT_EXPECT_EQ(test, our_addr(f)->announces, KSMOL_ANNOUNCE_NUM - 1);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 1U);
}

static struct kunit_case arp_cases[] = {
	KUNIT_CASE(arp_input__request),
	KUNIT_CASE(arp_input__request_for_another),
	KUNIT_CASE(arp_input__request_while_senders_took_all),
	KUNIT_CASE(arp_input__request_without_any_buffer),
	KUNIT_CASE(arp_input__probe_for_our_address),
	KUNIT_CASE(arp_input__malformed),
	KUNIT_CASE(arp_input__our_own_frame),
	KUNIT_CASE(arp_input__address_defended),
	KUNIT_CASE(address__probed_before_use),
	KUNIT_CASE(address__conflict_while_probing),
	KUNIT_CASE(address__probed_again_after_link_up),
	KUNIT_CASE(address__announced_after_mac_change),
	KUNIT_CASE(address__announced_once_there_is_a_buffer),
	{}
};

static struct kunit_suite arp_suite = {
	.name = "ksmol_iface_arp",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = arp_cases,
};

kunit_test_suite(arp_suite);
