// SPDX-License-Identifier: GPL-2.0-only
/* Multicast groups and what routers are told of them. Pitfall 58. */

#include <linux/if_packet.h>
#include <linux/igmp.h>
#include <linux/rtnetlink.h>
#include <net/ip.h>
#include "../module/iface/group.h"
#include "../module/iface/report.h"
#include "iface_fixture.h"

#define GROUP	KSMOL_IP(239, 1, 2, 3)
#define GROUP2	KSMOL_IP(239, 9, 9, 9)
#define ALL_HOSTS KSMOL_IP(224, 0, 0, 1)
#define ALL_ROUTERS KSMOL_IP(224, 0, 0, 2)
#define V3_ROUTERS KSMOL_IP(224, 0, 0, 22)

static struct ksmol_member *member(struct kunit *test, __be32 group,
				   bool exclude, u32 nr, __be32 first)
{
	struct ksmol_member *m = kzalloc_obj(*m);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, m);
	m->family = AF_INET;
	m->addr = ksmol_addr_v4(group);
	m->exclude = exclude;
	m->nr = nr;
	for (i = 0; i < nr; i++)
		m->sources[i] = ksmol_addr_v4(htonl(ntohl(first) + i));
	return m;
}

static int join(struct kunit *test, struct ksmol_member *m)
{
	struct iface_fixture *f = test->priv;
	int err;

	rtnl_lock();
	err = ksmol_group_join(f->iface, m);
	rtnl_unlock();
	/* Cases drive the time themselves. */
	timer_delete_sync(&f->iface->timer);
	return err;
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

static struct ksmol_member *joined(struct kunit *test, __be32 group)
{
	struct ksmol_member *m = member(test, group, true, 0, 0);

	KUNIT_ASSERT_EQ(test, join(test, m), 0);
	return m;
}

/* What is due @ms from now is sent. Return: whether more is left. */
static bool run(struct kunit *test, unsigned int ms)
{
	struct iface_fixture *f = test->priv;
	unsigned long next;
	bool left;

	rcu_read_lock();
	local_bh_disable();
	left = ksmol_report_run(f->iface, jiffies + msecs_to_jiffies(ms), &next);
	local_bh_enable();
	rcu_read_unlock();
	timer_delete_sync(&f->iface->timer);
	return left;
}

/* The IGMP message of the oldest frame, or NULL; checks what is around it. */
static u8 *sent_igmp(struct kunit *test, __be32 daddr)
{
	u8 dst[ETH_ALEN], mac[ETH_ALEN];
	struct iphdr *ip = iface_sent_ip(test, dst);
	u8 *igmp;
	u32 len;

	if (!ip)
		return NULL;
	KUNIT_EXPECT_EQ(test, ip->protocol, IPPROTO_IGMP);
	KUNIT_EXPECT_EQ(test, ip->daddr, daddr);
	KUNIT_EXPECT_EQ(test, ip->saddr, US);
	KUNIT_EXPECT_EQ(test, ip->ttl, 1);
	/* Router alert (RFC 2113). */
	KUNIT_EXPECT_EQ(test, ip->ihl * 4, 24);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(ip + 1), 0x94040000U);
	ip_eth_mc_map(daddr, mac);
	KUNIT_EXPECT_EQ(test, memcmp(dst, mac, ETH_ALEN), 0);
	igmp = (u8 *)ip + 24;
	len = ntohs(ip->tot_len) - 24;
	KUNIT_EXPECT_EQ(test, csum_fold(csum_partial(igmp, len, 0)), 0);
	return igmp;
}

/* A version 3 report with one record of @type for @group and @nr sources. */
static void expect_record(struct kunit *test, u8 type, __be32 group, u16 nr)
{
	u8 *igmp = sent_igmp(test, V3_ROUTERS);

	KUNIT_ASSERT_NOT_NULL(test, igmp);
	KUNIT_EXPECT_EQ(test, igmp[0], IGMPV3_HOST_MEMBERSHIP_REPORT);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(igmp + 6), 1);
	KUNIT_EXPECT_EQ(test, igmp[8], type);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(igmp + 10), nr);
	KUNIT_EXPECT_EQ(test, get_unaligned((__be32 *)(igmp + 12)), group);
}

static void expect_v2(struct kunit *test, u8 type, __be32 to, __be32 group)
{
	u8 *igmp = sent_igmp(test, to);

	KUNIT_ASSERT_NOT_NULL(test, igmp);
	KUNIT_EXPECT_EQ(test, igmp[0], type);
	KUNIT_EXPECT_EQ(test, get_unaligned((__be32 *)(igmp + 4)), group);
}

/* A querier's message of @len bytes. */
static void query(struct kunit *test, u8 code, __be32 group, u32 len, u8 qrv)
{
	struct ksmol_frame_ends ends = iface_ends(group ?: ALL_HOSTS);
	struct iface_fixture *f = test->priv;
	u8 igmp[12] = { IGMP_HOST_MEMBERSHIP_QUERY, code };
	__sum16 csum;

	put_unaligned(group, (__be32 *)(igmp + 4));
	igmp[8] = qrv;
	csum = csum_fold(csum_partial(igmp, len, 0));
	put_unaligned(csum, (__sum16 *)(igmp + 2));
	ends.ttl = 1;
	ip_eth_mc_map(ends.daddr, ends.dmac);
	ksmol_frame_ipv4(&f->frame, &ends, IPPROTO_IGMP, igmp, len);
	iface_arrives(test);
	timer_delete_sync(&f->iface->timer);
}

static u32 heard(struct kunit *test)
{
	struct iface_fixture *f = test->priv;

	return netdev_mc_count(f->vdev->dev);
}

/* Reported as often as routers may need, the device listens meanwhile. */
static void join__reported_twice(struct kunit *test)
{
	struct ksmol_member *m;
	u32 before;

	iface_attach(test, SPEC);
	before = heard(test);
	m = joined(test, GROUP);
	KUNIT_EXPECT_EQ(test, heard(test), before + 1);
	KUNIT_EXPECT_TRUE(test, run(test, 0));
	expect_record(test, IGMPV3_CHANGE_TO_EXCLUDE, GROUP, 0);
	run(test, 0);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	KUNIT_EXPECT_FALSE(test, run(test, 2000));
	expect_record(test, IGMPV3_CHANGE_TO_EXCLUDE, GROUP, 0);
	run(test, 60000);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);

	leave(test, m);
	KUNIT_EXPECT_EQ(test, heard(test), before);
	run(test, 0);
	expect_record(test, IGMPV3_CHANGE_TO_INCLUDE, GROUP, 0);
	KUNIT_EXPECT_FALSE(test, run(test, 2000));
	expect_record(test, IGMPV3_CHANGE_TO_INCLUDE, GROUP, 0);
}

/* Pitfall 5: what got no buffer stays due. */
static void join__no_buffer(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_member *m = joined(test, GROUP);

	iface_take_tx(f, true);
	KUNIT_EXPECT_TRUE(test, run(test, 0));
	iface_give_tx(f);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	KUNIT_EXPECT_TRUE(test, run(test, 200));
	expect_record(test, IGMPV3_CHANGE_TO_EXCLUDE, GROUP, 0);
	run(test, 3000);
	expect_record(test, IGMPV3_CHANGE_TO_EXCLUDE, GROUP, 0);
	leave(test, m);
}

static void join__device_refuses(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_member *m = joined(test, GROUP);

	f->vdev->mode = KSMOL_VDEV_REFUSE;
	KUNIT_EXPECT_TRUE(test, run(test, 0));
	f->vdev->mode = KSMOL_VDEV_TAKE;
	KUNIT_EXPECT_TRUE(test, run(test, 200));
	expect_record(test, IGMPV3_CHANGE_TO_EXCLUDE, GROUP, 0);
	leave(test, m);
}

/* RFC 3376 3.2: what the members want together. */
static void filter__of_several(struct kunit *test)
{
	struct ksmol_group_filter filter;
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_addr addr = ksmol_addr_v4(GROUP);
	struct ksmol_member *a, *b, *c;
	struct ksmol_group *g;

	a = member(test, GROUP, false, 2, KSMOL_IP(1, 0, 0, 1));
	b = member(test, GROUP, false, 2, KSMOL_IP(1, 0, 0, 2));
	c = member(test, GROUP, true, 3, KSMOL_IP(1, 0, 0, 2));
	KUNIT_ASSERT_EQ(test, join(test, a), 0);
	KUNIT_ASSERT_EQ(test, join(test, b), 0);
	rcu_read_lock();
	g = ksmol_group_find(f->iface, AF_INET, &addr);
	rcu_read_unlock();
	KUNIT_ASSERT_NOT_NULL(test, g);
	ksmol_group_filter(g, &filter);
	KUNIT_EXPECT_FALSE(test, filter.exclude);
	KUNIT_EXPECT_EQ(test, filter.nr, 3);
	/* 1.0.0.2 and .3 are wanted by others, .4 by nobody. */
	KUNIT_ASSERT_EQ(test, join(test, c), 0);
	ksmol_group_filter(g, &filter);
	KUNIT_EXPECT_TRUE(test, filter.exclude);
	KUNIT_ASSERT_EQ(test, filter.nr, 1);
	KUNIT_EXPECT_EQ(test, filter.sources[0].v4, KSMOL_IP(1, 0, 0, 4));
	run(test, 0);
	expect_record(test, IGMPV3_CHANGE_TO_EXCLUDE, GROUP, 1);
	leave(test, a);
	leave(test, b);
	leave(test, c);
}

/* --- RFC 3376 5.1: changes of sources --- */

#define SOURCE(n) KSMOL_IP(1, 0, 0, n)

/* The record at @at of @igmp is of @type for GROUP, and names what is given.
 * Return: where it ends.
 */
static u8 *expect_sources(struct kunit *test, u8 *at, u8 type, u16 nr,
			  __be32 first)
{
	u16 i;

	KUNIT_EXPECT_EQ(test, at[0], type);
	KUNIT_ASSERT_EQ(test, get_unaligned_be16(at + 2), nr);
	KUNIT_EXPECT_EQ(test, get_unaligned((__be32 *)(at + 4)), GROUP);
	for (i = 0; i < nr; i++)
		KUNIT_EXPECT_EQ(test, get_unaligned_be32(at + 8 + i * 4),
				ntohl(first) + i);
	return at + 8 + nr * 4;
}

/* A report of one record. */
static void expect_change(struct kunit *test, u8 type, u16 nr, __be32 first)
{
	u8 *igmp = sent_igmp(test, V3_ROUTERS);

	KUNIT_ASSERT_NOT_NULL(test, igmp);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(igmp + 6), 1);
	expect_sources(test, igmp + 8, type, nr, first);
}

/* Another filter takes a member's place, as sockets do it. */
static struct ksmol_member *changed(struct kunit *test, struct ksmol_member *old,
				    bool exclude, u32 nr, __be32 first)
{
	struct ksmol_member *m = member(test, GROUP, exclude, nr, first);

	KUNIT_ASSERT_EQ(test, join(test, m), 0);
	leave(test, old);
	return m;
}

static void sources__difference(struct kunit *test)
{
	struct ksmol_member *m = member(test, GROUP, false, 2, SOURCE(1));
	u8 *igmp, *at;
	int i;

	iface_attach(test, SPEC);
	KUNIT_ASSERT_EQ(test, join(test, m), 0);
	run(test, 0);
	expect_change(test, IGMPV3_ALLOW_NEW_SOURCES, 2, SOURCE(1));
	run(test, 2000);
	expect_change(test, IGMPV3_ALLOW_NEW_SOURCES, 2, SOURCE(1));
	m = changed(test, m, false, 2, SOURCE(2));
	for (i = 0; i < 2; i++) {
		run(test, i * 2000);
		igmp = sent_igmp(test, V3_ROUTERS);
		KUNIT_ASSERT_NOT_NULL(test, igmp);
		KUNIT_EXPECT_EQ(test, get_unaligned_be16(igmp + 6), 2);
		at = expect_sources(test, igmp + 8, IGMPV3_ALLOW_NEW_SOURCES, 1,
				    SOURCE(3));
		expect_sources(test, at, IGMPV3_BLOCK_OLD_SOURCES, 1,
			       SOURCE(1));
	}
	KUNIT_EXPECT_FALSE(test, run(test, 60000));
	leave(test, m);
	run(test, 0);
	expect_change(test, IGMPV3_BLOCK_OLD_SOURCES, 2, SOURCE(2));
	run(test, 2000);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 1U);
}

static void sources__excluded(struct kunit *test)
{
	struct ksmol_member *m;

	iface_attach(test, SPEC);
	m = joined(test, GROUP);
	run(test, 0);
	run(test, 2000);
	iface_forget(test);
	m = changed(test, m, true, 1, SOURCE(1));
	run(test, 0);
	expect_change(test, IGMPV3_BLOCK_OLD_SOURCES, 1, SOURCE(1));
	run(test, 2000);
	iface_forget(test);
	m = changed(test, m, true, 0, 0);
	run(test, 0);
	expect_change(test, IGMPV3_ALLOW_NEW_SOURCES, 1, SOURCE(1));
	run(test, 2000);
	iface_forget(test);
	/* Another mode is told as a whole. */
	m = changed(test, m, false, 1, SOURCE(1));
	run(test, 0);
	expect_change(test, IGMPV3_CHANGE_TO_INCLUDE, 1, SOURCE(1));
	leave(test, m);
}

/* Routers may have heard of the first change, or not: they are told all. */
static void sources__changed_in_between(struct kunit *test)
{
	struct ksmol_member *m = member(test, GROUP, false, 2, SOURCE(1));

	iface_attach(test, SPEC);
	KUNIT_ASSERT_EQ(test, join(test, m), 0);
	run(test, 0);
	expect_change(test, IGMPV3_ALLOW_NEW_SOURCES, 2, SOURCE(1));
	m = changed(test, m, false, 1, SOURCE(1));
	run(test, 0);
	expect_change(test, IGMPV3_CHANGE_TO_INCLUDE, 1, SOURCE(1));
	run(test, 2000);
	expect_change(test, IGMPV3_CHANGE_TO_INCLUDE, 1, SOURCE(1));
	KUNIT_EXPECT_FALSE(test, run(test, 60000));
	/* And differences again from there on. */
	m = changed(test, m, false, 2, SOURCE(1));
	run(test, 0);
	expect_change(test, IGMPV3_ALLOW_NEW_SOURCES, 1, SOURCE(2));
	leave(test, m);
}

static void sources__taken_back_unsaid(struct kunit *test)
{
	struct ksmol_member *m, *other;

	iface_attach(test, SPEC);
	m = joined(test, GROUP);
	leave(test, m);
	KUNIT_EXPECT_FALSE(test, run(test, 0));
	m = joined(test, GROUP);
	run(test, 0);
	run(test, 2000);
	iface_forget(test);
	m = changed(test, m, true, 1, SOURCE(1));
	m = changed(test, m, true, 0, 0);
	KUNIT_EXPECT_FALSE(test, run(test, 60000));
	/* Nor is one more reader who wants the same any news. */
	other = joined(test, GROUP);
	leave(test, other);
	KUNIT_EXPECT_FALSE(test, run(test, 60000));
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	leave(test, m);
}

/* More than one report takes: every source is asked for instead. */
static void sources__too_many(struct kunit *test)
{
	struct ksmol_member *m = member(test, GROUP, false, 16, SOURCE(1));
	struct ksmol_member *n = member(test, GROUP, false, 16, SOURCE(101));

	iface_attach(test, SPEC);
	KUNIT_ASSERT_EQ(test, join(test, m), 0);
	KUNIT_ASSERT_EQ(test, join(test, n), 0);
	run(test, 0);
	expect_change(test, IGMPV3_CHANGE_TO_EXCLUDE, 0, 0);
	leave(test, m);
	leave(test, n);
}

static void query__general(struct kunit *test)
{
	struct ksmol_member *a, *b;
	u8 *igmp;

	iface_attach(test, SPEC);
	a = joined(test, GROUP);
	b = joined(test, GROUP2);
	run(test, 0);
	run(test, 3000);
	iface_forget(test);
	query(test, 100, 0, 12, 3);
	/* Not at once, but within the ten seconds, and all in one. */
	KUNIT_EXPECT_FALSE(test, run(test, 10000));
	igmp = sent_igmp(test, V3_ROUTERS);
	KUNIT_ASSERT_NOT_NULL(test, igmp);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(igmp + 6), 2);
	KUNIT_EXPECT_EQ(test, igmp[8], IGMPV3_MODE_IS_EXCLUDE);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	leave(test, a);
	/* The querier wants changes said three times. */
	run(test, 0);
	run(test, 2000);
	run(test, 4000);
	run(test, 6000);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 3U);
	leave(test, b);
}

static void query__of_a_group(struct kunit *test)
{
	struct ksmol_member *a, *b;

	iface_attach(test, SPEC);
	a = joined(test, GROUP);
	b = joined(test, GROUP2);
	run(test, 0);
	run(test, 3000);
	iface_forget(test);
	query(test, 10, GROUP, 12, 2);
	run(test, 1000);
	expect_record(test, IGMPV3_MODE_IS_EXCLUDE, GROUP, 0);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	leave(test, a);
	leave(test, b);
}

/* RFC 3376 7.2.1: older queriers hear what they understand. */
static void query__version_2(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_member *m = joined(test, GROUP);

	run(test, 0);
	run(test, 3000);
	iface_forget(test);
	query(test, 100, 0, 8, 0);
	KUNIT_EXPECT_EQ(test, ksmol_report_behind(f->iface, AF_INET, jiffies),
			1);
	run(test, 10000);
	expect_v2(test, IGMPV2_HOST_MEMBERSHIP_REPORT, GROUP, GROUP);
	leave(test, m);
	run(test, 0);
	expect_v2(test, IGMP_HOST_LEAVE_MESSAGE, ALL_ROUTERS, GROUP);
	KUNIT_EXPECT_EQ(test, ksmol_report_behind(f->iface, AF_INET, jiffies +
						  KSMOL_REPORT_OLDER + 1), 0);
}

static void query__version_1(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_member *m = joined(test, GROUP);

	run(test, 0);
	run(test, 3000);
	iface_forget(test);
	query(test, 0, 0, 8, 0);
	KUNIT_EXPECT_EQ(test, ksmol_report_behind(f->iface, AF_INET, jiffies),
			2);
	run(test, 10000);
	expect_v2(test, IGMP_HOST_MEMBERSHIP_REPORT, GROUP, GROUP);
	leave(test, m);
	run(test, 0);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* RFC 2236 3: another's report is enough, and he will say good-bye. */
static void query__another_reports(struct kunit *test)
{
	struct ksmol_frame_ends ends = iface_ends(GROUP);
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_member *m = joined(test, GROUP);
	u8 igmp[8] = { IGMPV2_HOST_MEMBERSHIP_REPORT };
	__sum16 csum;

	run(test, 0);
	run(test, 3000);
	iface_forget(test);
	query(test, 100, 0, 8, 0);
	put_unaligned(GROUP, (__be32 *)(igmp + 4));
	csum = csum_fold(csum_partial(igmp, 8, 0));
	put_unaligned(csum, (__sum16 *)(igmp + 2));
	ends.ttl = 1;
	ip_eth_mc_map(GROUP, ends.dmac);
	ksmol_frame_ipv4(&f->frame, &ends, IPPROTO_IGMP, igmp, 8);
	iface_arrives(test);
	run(test, 10000);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	leave(test, m);
	run(test, 0);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

static void query__malformed(struct kunit *test)
{
	u64 csum, cut, type;
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_member *m = joined(test, GROUP);

	run(test, 0);
	run(test, 3000);
	iface_forget(test);
	csum = iface_verdict(KSMOL_DROP_IGMP_CSUM);
	cut = iface_verdict(KSMOL_DROP_IGMP_SHORT);
	type = iface_verdict(KSMOL_DROP_IGMP_TYPE);
	query(test, 100, 0, 10, 0);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_IGMP_SHORT), cut + 1);
	query(test, 100, 0, 8, 0);
	((u8 *)ksmol_frame_l4(&f->frame))[1] ^= 1;
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_IGMP_CSUM), csum + 1);
	/* From beyond a router. */
	query(test, 100, 0, 12, 0);
	ksmol_frame_iph(&f->frame)->ttl = 2;
	ksmol_frame_fix(&f->frame);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_IGMP_TYPE), type + 1);
	timer_delete_sync(&f->iface->timer);
	leave(test, m);
}

/* A link that comes up again may have another router. */
static void link__up_again(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_member *m = joined(test, GROUP);

	run(test, 0);
	run(test, 3000);
	ksmol_vdev_up(f->vdev, false);
	ksmol_vdev_up(f->vdev, true);
	timer_delete_sync(&f->iface->timer);
	iface_forget(test);
	KUNIT_EXPECT_TRUE(test, run(test, 0));
	expect_record(test, IGMPV3_CHANGE_TO_EXCLUDE, GROUP, 0);
	leave(test, m);
}

/* The device is given back as it was; members outlive their interface. */
static void detach__filter_restored(struct kunit *test)
{
	struct iface_fixture *f = test->priv;
	u32 before = heard(test), attached;
	struct ksmol_member *m;

	iface_attach(test, SPEC);
	/* All hosts, unless Linux listens to that already. */
	attached = heard(test);
	KUNIT_EXPECT_GE(test, attached, 1U);
	m = joined(test, GROUP);
	KUNIT_EXPECT_EQ(test, heard(test), attached + 1);
	iface_detach(test);
	KUNIT_EXPECT_EQ(test, heard(test), before);
	KUNIT_EXPECT_NULL(test, m->group);
	KUNIT_EXPECT_NULL(test, f->iface);
	leave(test, m);
}

static void join__bounded(struct kunit *test)
{
	struct ksmol_member *m[8] = {};
	u32 i;

	iface_attach(test, SPEC);
	ksmol_params.igmp_max = 4;
	for (i = 0; i < 8; i++) {
		m[i] = member(test, htonl(0xef000001 + i), true, 0, 0);
		KUNIT_EXPECT_EQ(test, join(test, m[i]), i < 4 ? 0 : -ENOBUFS);
	}
	for (i = 0; i < 8; i++)
		leave(test, m[i]);
}

/* More groups than one report takes. */
static void report__in_several(struct kunit *test)
{
	struct ksmol_member *m[100];
	u32 i, n = 0;
	u8 *igmp;

	iface_attach(test, SPEC);
	for (i = 0; i < 100; i++)
		m[i] = joined(test, htonl(0xef000001 + i));
	run(test, 0);
	while ((igmp = sent_igmp(test, V3_ROUTERS)))
		n += get_unaligned_be16(igmp + 6);
	KUNIT_EXPECT_EQ(test, n, 100U);
	for (i = 0; i < 100; i++)
		leave(test, m[i]);
}

/* Packets to groups of nobody are dropped, others come up once joined. */
static void input__only_when_joined(struct kunit *test)
{
	u64 drops = iface_verdict(KSMOL_DROP_IP_NO_GROUP);
	struct ksmol_frame_ends ends = iface_ends(GROUP);
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_member *m;

	ip_eth_mc_map(GROUP, ends.dmac);
	ksmol_frame_udp(&f->frame, &ends, NULL, 100);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_IP_NO_GROUP), drops + 1);
	m = joined(test, GROUP);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->rx.pkt_type, PACKET_MULTICAST);
	leave(test, m);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
}

static struct kunit_case igmp_cases[] = {
	KUNIT_CASE(join__reported_twice),
	KUNIT_CASE(join__no_buffer),
	KUNIT_CASE(join__device_refuses),
	KUNIT_CASE(filter__of_several),
	KUNIT_CASE(sources__difference),
	KUNIT_CASE(sources__excluded),
	KUNIT_CASE(sources__changed_in_between),
	KUNIT_CASE(sources__taken_back_unsaid),
	KUNIT_CASE(sources__too_many),
	KUNIT_CASE(query__general),
	KUNIT_CASE(query__of_a_group),
	KUNIT_CASE(query__version_2),
	KUNIT_CASE(query__version_1),
	KUNIT_CASE(query__another_reports),
	KUNIT_CASE(query__malformed),
	KUNIT_CASE(link__up_again),
	KUNIT_CASE(detach__filter_restored),
	KUNIT_CASE(join__bounded),
	KUNIT_CASE(report__in_several),
	KUNIT_CASE(input__only_when_joined),
	{}
};

static struct kunit_suite igmp_suite = {
	.name = "ksmol_iface_igmp",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = igmp_cases,
};

kunit_test_suite(igmp_suite);
