// SPDX-License-Identifier: GPL-2.0-only
/* Groups of IPv6 and what routers are told of them. Pitfall 58. */

#include <linux/igmp.h>
#include <linux/rtnetlink.h>
#include <net/if_inet6.h>
#include "../module/iface/group.h"
#include "nd_fixture.h"

#define GROUP		"ff15::1:2:3"
#define GROUP2		"ff15::9:9:9"
#define ALL_NODES	"ff02::1"
#define ALL_ROUTERS	"ff02::2"
#define MLD_ROUTERS	"ff02::16"

static struct ksmol_member *member(struct kunit *test, const char *group)
{
	struct ksmol_member *m = kzalloc_obj(*m);

	KUNIT_ASSERT_NOT_NULL(test, m);
	m->family = AF_INET6;
	m->addr = ksmol_ip6(group);
	m->exclude = true;
	return m;
}

static struct ksmol_member *joined(struct kunit *test, const char *group)
{
	struct iface_fixture *f = test->priv;
	struct ksmol_member *m = member(test, group);
	int err;

	rtnl_lock();
	err = ksmol_group_join(f->iface, m);
	rtnl_unlock();
	timer_delete_sync(&f->iface->timer);
	KUNIT_ASSERT_EQ(test, err, 0);
	return m;
}

static void leave(struct kunit *test, struct ksmol_member *m)
{
	struct iface_fixture *f = test->priv;

	rtnl_lock();
	ksmol_group_leave(m);
	rtnl_unlock();
	if (f->iface)
		timer_delete_sync(&f->iface->timer);
	kfree_rcu(m, rcu);
}

/* What is due @ms from now is sent. */
static void run(struct kunit *test, unsigned int ms)
{
	struct iface_fixture *f = test->priv;
	unsigned long next;

	rcu_read_lock();
	local_bh_disable();
	ksmol_report_run(f->iface, jiffies + msecs_to_jiffies(ms), &next);
	local_bh_enable();
	rcu_read_unlock();
	timer_delete_sync(&f->iface->timer);
}

/* The MLD message of the oldest frame, or NULL; checks what is around it. */
static u8 *sent_mld(struct kunit *test, const char *to)
{
	struct ksmol_addr addr = ksmol_ip6(to);
	u8 dst[ETH_ALEN], mac[ETH_ALEN], *icmp;
	struct ipv6hdr *ip = nd_sent(test, &icmp, dst);

	if (!ip)
		return NULL;
	ipv6_eth_mc_map(&addr.v6, mac);
	KUNIT_EXPECT_EQ(test, memcmp(dst, mac, ETH_ALEN), 0);
	KUNIT_EXPECT_EQ(test, memcmp(&ip->daddr, &addr, 16), 0);
	/* RFC 3810 5: from a link-local address, not beyond the link, with
	 * router alert.
	 */
	KUNIT_EXPECT_EQ(test, ip->saddr.s6_addr[0], 0xfe);
	KUNIT_EXPECT_EQ(test, ip->hop_limit, 1);
	KUNIT_EXPECT_EQ(test, ip->nexthdr, IPPROTO_HOPOPTS);
	return icmp;
}

/* A report of version 2 with one record of @type for @group. */
static void expect_record(struct kunit *test, u8 type, const char *group)
{
	struct ksmol_addr addr = ksmol_ip6(group);
	u8 *mld = sent_mld(test, MLD_ROUTERS);

	KUNIT_ASSERT_NOT_NULL(test, mld);
	KUNIT_EXPECT_EQ(test, mld[0], 143);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(mld + 6), 1);
	KUNIT_EXPECT_EQ(test, mld[8], type);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(mld + 10), 0);
	KUNIT_EXPECT_EQ(test, memcmp(mld + 12, &addr, 16), 0);
}

static void expect_v1(struct kunit *test, u8 type, const char *to,
		      const char *group)
{
	struct ksmol_addr addr = ksmol_ip6(group);
	u8 *mld = sent_mld(test, to);

	KUNIT_ASSERT_NOT_NULL(test, mld);
	KUNIT_EXPECT_EQ(test, mld[0], type);
	KUNIT_EXPECT_EQ(test, memcmp(mld + 8, &addr, 16), 0);
}

/* A querier's message of version 1 or 2, answered within @ms; group or any. */
static void query(struct kunit *test, u8 version, u16 ms, const char *group)
{
	struct ksmol_addr addr = ksmol_ip6(group ?: "::");
	struct nd_message m;

	nd_begin(&m, 130, version == 1 ? 24 : 28, ROUTER, group ?: ALL_NODES);
	m.hops = 1;
	put_unaligned_be16(ms, m.bytes + 4);
	memcpy(m.bytes + 8, &addr, 16);
	nd_arrives(test, &m);
}

static void join__reported_twice(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, SPEC6);
	u32 before = netdev_mc_count(f->vdev->dev);
	struct ksmol_member *m = joined(test, GROUP);

	KUNIT_EXPECT_EQ(test, netdev_mc_count(f->vdev->dev), before + 1);
	run(test, 0);
	expect_record(test, IGMPV3_CHANGE_TO_EXCLUDE, GROUP);
	run(test, 2000);
	expect_record(test, IGMPV3_CHANGE_TO_EXCLUDE, GROUP);
	run(test, 60000);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	leave(test, m);
	KUNIT_EXPECT_EQ(test, netdev_mc_count(f->vdev->dev), before);
	run(test, 0);
	expect_record(test, IGMPV3_CHANGE_TO_INCLUDE, GROUP);
}

/* Pitfall 5: what got no buffer stays due. */
static void join__no_buffer(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, SPEC6);
	struct ksmol_member *m = joined(test, GROUP);

	iface_take_tx(f, true);
	run(test, 0);
	iface_give_tx(f);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	run(test, 200);
	expect_record(test, IGMPV3_CHANGE_TO_EXCLUDE, GROUP);
	leave(test, m);
}

/* What never leaves this host is nobody's business. */
static void join__of_this_host(struct kunit *test)
{
	struct ksmol_member *m, *all;

	nd_attach(test, SPEC6);
	m = joined(test, "ff01::77");
	all = joined(test, ALL_NODES);
	run(test, 0);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	leave(test, m);
	leave(test, all);
}

static void query__general(struct kunit *test)
{
	struct ksmol_member *a, *b;
	u8 *mld;

	nd_attach(test, SPEC6);
	a = joined(test, GROUP);
	b = joined(test, GROUP2);
	run(test, 0);
	run(test, 3000);
	iface_forget(test);
	query(test, 2, 10000, NULL);
	run(test, 10000);
	mld = sent_mld(test, MLD_ROUTERS);
	KUNIT_ASSERT_NOT_NULL(test, mld);
	/* Both, and where our two addresses are asked for. */
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(mld + 6), 4);
	KUNIT_EXPECT_EQ(test, mld[8], IGMPV3_MODE_IS_EXCLUDE);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	query(test, 2, 1000, GROUP);
	run(test, 1000);
	expect_record(test, IGMPV3_MODE_IS_EXCLUDE, GROUP);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	leave(test, a);
	leave(test, b);
}

/* RFC 3810 8.2.1: an older querier hears what it understands. */
static void query__version_1(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, SPEC6);
	struct ksmol_member *m = joined(test, GROUP);

	run(test, 0);
	run(test, 3000);
	iface_forget(test);
	query(test, 1, 1000, GROUP);
	KUNIT_EXPECT_EQ(test, ksmol_report_behind(f->iface, AF_INET6, jiffies),
			1);
	KUNIT_EXPECT_EQ(test, ksmol_report_behind(f->iface, AF_INET, jiffies),
			0);
	run(test, 1000);
	expect_v1(test, 131, GROUP, GROUP);
	leave(test, m);
	run(test, 0);
	expect_v1(test, 132, ALL_ROUTERS, GROUP);
}

static void query__another_reports(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, SPEC6);
	struct ksmol_member *m = joined(test, GROUP);
	struct ksmol_addr addr = ksmol_ip6(GROUP);
	struct nd_message report;

	run(test, 0);
	run(test, 3000);
	iface_forget(test);
	query(test, 1, 1000, GROUP);
	nd_begin(&report, 131, 24, "fe80::9", GROUP);
	report.hops = 1;
	memcpy(report.bytes + 8, &addr, 16);
	nd_arrives(test, &report);
	run(test, 1000);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	leave(test, m);
	run(test, 0);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	KUNIT_EXPECT_NOT_NULL(test, f->iface);
}

static void query__malformed(struct kunit *test)
{
	u64 brief = iface_verdict(KSMOL_DROP_MLD_SHORT);
	u64 type = iface_verdict(KSMOL_DROP_MLD_TYPE);
	struct nd_message m;

	nd_attach(test, SPEC6);
	nd_begin(&m, 130, 26, ROUTER, ALL_NODES);
	m.hops = 1;
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_MLD_SHORT), brief + 1);
	/* From beyond a router; from who is none; not for hosts. */
	nd_begin(&m, 130, 28, ROUTER, ALL_NODES);
	m.hops = 2;
	nd_arrives(test, &m);
	nd_begin(&m, 130, 28, "fd77::9", ALL_NODES);
	m.hops = 1;
	nd_arrives(test, &m);
	nd_begin(&m, 143, 8, ROUTER, ALL_NODES);
	m.hops = 1;
	nd_arrives(test, &m);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_MLD_TYPE), type + 3);
	run(test, 20000);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

static struct kunit_case mld_cases[] = {
	KUNIT_CASE(join__reported_twice),
	KUNIT_CASE(join__no_buffer),
	KUNIT_CASE(join__of_this_host),
	KUNIT_CASE(query__general),
	KUNIT_CASE(query__version_1),
	KUNIT_CASE(query__another_reports),
	KUNIT_CASE(query__malformed),
	{}
};

static struct kunit_suite mld_suite = {
	.name = "ksmol_iface_mld",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = mld_cases,
};

kunit_test_suite(mld_suite);
