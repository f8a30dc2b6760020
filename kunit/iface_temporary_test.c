// SPDX-License-Identifier: GPL-2.0-only
/* Temporary addresses (RFC 8981), by frames and by a clock of our own. */

#include <linux/rtnetlink.h>
#include "../module/iface/identifier.h"
#include "../module/iface/temporary.h"
#include "nd_fixture.h"

#define FOREVER	0xffffffff
#define DAY	86400

/* The @n-th temporary address, or NULL. */
static struct ksmol_ifaddr *temp(struct iface_fixture *f, unsigned int n)
{
	int i;

	for (i = 0; i < KSMOL_IFACE_ADDRS; i++) {
		struct ksmol_ifaddr *ifa = &f->iface->addrs[i];

		if (ifa->origin == KSMOL_ADDR_TEMPORARY &&
		    ifa->state != KSMOL_ADDR_UNUSED &&
		    ifa->state != KSMOL_ADDR_FREE && !n--)
			return ifa;
	}
	return NULL;
}

static unsigned int temps(struct iface_fixture *f)
{
	unsigned int n = 0;

	while (temp(f, n))
		n++;
	return n;
}

static void advertise(struct kunit *test, const char *prefix, u32 valid,
		      u32 preferred)
{
	struct nd_message m;

	nd_ra(&m, ROUTER, 0, 1800);
	nd_put_prefix(&m, prefix, 64, 0xc0, valid, preferred);
	nd_arrives(test, &m);
	nd_autoconf_later(test, 1000);
}

static struct iface_fixture *temp_attach(struct kunit *test, unsigned int mode)
{
	ksmol_params.ipv6_temporary = mode;
	return nd_attach(test, "slaac");
}

/* What would happen at @now. Return: when something happens next. */
static u64 temp_at(struct kunit *test, u64 now)
{
	struct iface_fixture *f = test->priv;
	u64 next;

	rtnl_lock();
	next = ksmol_autoconf_addrs(f->iface, &f->iface->autoconf->ra, now);
	rtnl_unlock();
	timer_delete_sync(&f->iface->timer);
	return next;
}

static struct ksmol_addr source(struct kunit *test, u8 prefer)
{
	struct ksmol_flow flow = iface6_flow("fd88::5");
	struct ksmol_dst dst = {};

	flow.prefer = prefer;
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
	return dst.saddr;
}

static void expect_source(struct kunit *test, u8 prefer, bool temporary)
{
	struct iface_fixture *f = test->priv;
	struct ksmol_addr addr = source(test, prefer);

	KUNIT_ASSERT_NOT_NULL(test, temp(f, 0));
	KUNIT_EXPECT_EQ(test, ksmol_addr_equal(&addr, &temp(f, 0)->addr),
			temporary);
}

/* --- what one lasts --- */

static void temp_advance__as_long_as_tries_take(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ksmol_temp_advance(0), 2U);
	KUNIT_EXPECT_EQ(test, ksmol_temp_advance(1000), 5U);
	KUNIT_EXPECT_EQ(test, ksmol_temp_advance(UINT_MAX), 3600U);
	/* RFC 8981 3.8: DESYNC_FACTOR leaves something of the lifetime. */
	KUNIT_EXPECT_LT(test, KSMOL_TEMP_DESYNC, KSMOL_TEMP_PREFERRED - 3600);
}

static void temp_renew__the_shorter_of_two(struct kunit *test)
{
	struct ksmol_ifaddr ifa = { .created = 1000, .desync = 400 };
	struct ksmol_ra_prefix p = {
		.valid = KSMOL_RA_NEVER,
		.preferred = KSMOL_RA_NEVER,
	};

	ksmol_temp_renew(&ifa, &p);
	KUNIT_EXPECT_EQ(test, ifa.valid, 1000ULL + 2 * DAY);
	KUNIT_EXPECT_EQ(test, ifa.preferred, 600ULL + DAY);
	p.valid = 5000;
	p.preferred = 3000;
	ksmol_temp_renew(&ifa, &p);
	KUNIT_EXPECT_EQ(test, ifa.valid, 5000ULL);
	KUNIT_EXPECT_EQ(test, ifa.preferred, 3000ULL);
}

static void identifier_random__differs(struct kunit *test)
{
	struct ksmol_addr one = ksmol_ip6("fd88::"), two = one;

	ksmol_identifier_random(&one);
	ksmol_identifier_random(&two);
	KUNIT_EXPECT_FALSE(test, ksmol_addr_equal(&one, &two));
	KUNIT_EXPECT_TRUE(test, ksmol_addr_prefix_equal(&one, &two, 64));
	KUNIT_EXPECT_FALSE(test, ksmol_identifier_reserved(&one));
}

/* --- by frames --- */

static void advert__none_by_default(struct kunit *test)
{
	struct iface_fixture *f = nd_attach(test, "slaac");

	KUNIT_EXPECT_EQ(test, ksmol_params.ipv6_temporary, 0U);
	advertise(test, "fd88::", FOREVER, FOREVER);
	KUNIT_EXPECT_EQ(test, temps(f), 0U);
}

static void advert__formed_and_preferred(struct kunit *test)
{
	struct iface_fixture *f = temp_attach(test, 1);

	advertise(test, "fd88::", FOREVER, FOREVER);
	advertise(test, "fd88::", FOREVER, FOREVER);
	KUNIT_ASSERT_EQ(test, temps(f), 1U);
	KUNIT_EXPECT_EQ(test, temp(f, 0)->state, KSMOL_ADDR_VALID);
	KUNIT_EXPECT_NOT_NULL(test, temp(f, 0)->member);
	expect_source(test, KSMOL_PREFER_DEFAULT, false);
	expect_source(test, KSMOL_PREFER_STABLE, false);
	expect_source(test, KSMOL_PREFER_TEMPORARY, true);
	ksmol_params.ipv6_temporary = 2;
	expect_source(test, KSMOL_PREFER_DEFAULT, true);
	expect_source(test, KSMOL_PREFER_STABLE, false);
	/* RFC 6724: rule 3 comes before rule 7. */
	WRITE_ONCE(temp(f, 0)->deprecated, true);
	expect_source(test, KSMOL_PREFER_TEMPORARY, false);
}

/* RFC 8981 3.4 5: not one that would be deprecated at once. */
static void advert__too_short(struct kunit *test)
{
	struct iface_fixture *f = temp_attach(test, 2);

	advertise(test, "fd88::", FOREVER, 0);
	advertise(test, "fd88::", FOREVER, 2);
	KUNIT_EXPECT_EQ(test, temps(f), 0U);
	advertise(test, "fd88::", FOREVER, 600);
	KUNIT_ASSERT_EQ(test, temps(f), 1U);
	/* Deprecated with its prefix, and not replaced: another would be, too. */
	advertise(test, "fd88::", FOREVER, 0);
	KUNIT_EXPECT_EQ(test, temps(f), 1U);
	KUNIT_EXPECT_TRUE(test, temp(f, 0)->deprecated);
	advertise(test, "fd88::", FOREVER, 600);
	KUNIT_EXPECT_EQ(test, temps(f), 1U);
	KUNIT_EXPECT_FALSE(test, temp(f, 0)->deprecated);
}

/* --- by the clock --- */

static void clock__next_one_in_time(struct kunit *test)
{
	struct iface_fixture *f = temp_attach(test, 2);
	struct ksmol_ifaddr *first, *second;
	u64 created, end;

	advertise(test, "fd88::", FOREVER, FOREVER);
	first = temp(f, 0);
	KUNIT_ASSERT_NOT_NULL(test, first);
	created = first->created;
	end = created + DAY - first->desync;
	KUNIT_EXPECT_LE(test, first->desync, (u32)KSMOL_TEMP_DESYNC);
	/* Probing is off: two seconds before its end. */
	KUNIT_EXPECT_EQ(test, temp_at(test, created + 10), end - 2);
	KUNIT_EXPECT_EQ(test, temps(f), 1U);
	temp_at(test, end - 2);
	KUNIT_ASSERT_EQ(test, temps(f), 2U);
	KUNIT_EXPECT_FALSE(test, first->deprecated);
	KUNIT_EXPECT_EQ(test, temp_at(test, end - 1), end);
	temp_at(test, end);
	KUNIT_EXPECT_TRUE(test, first->deprecated);
	second = temp(f, 1);
	KUNIT_EXPECT_FALSE(test, second->deprecated);
	KUNIT_EXPECT_EQ(test, second->created, end - 2);
	KUNIT_EXPECT_EQ(test, temps(f), 2U);
	/* Another has the place of what has gone. */
	temp_at(test, created + 2 * DAY);
	KUNIT_EXPECT_EQ(test, first->created, created + 2 * DAY);
}

/* The work waits for it, not for the next advertisement. */
static void clock__work_is_due(struct kunit *test)
{
	struct iface_fixture *f = temp_attach(test, 1);
	struct ksmol_autoconf *ac = f->iface->autoconf;

	advertise(test, "fd88::", FOREVER, FOREVER);
	/* The router's own lifetime is shorter. */
	spin_lock_bh(&ac->lock);
	memset(ac->ra.routers, 0, sizeof(ac->ra.routers));
	spin_unlock_bh(&ac->lock);
	ksmol_autoconf_kick(f->iface);
	nd_autoconf_later(test, 1000);
	KUNIT_EXPECT_TRUE(test, ac->waiting);
	KUNIT_EXPECT_TRUE(test, time_before(ac->due, jiffies + DAY * HZ));
	KUNIT_EXPECT_TRUE(test, time_after(ac->due, jiffies + DAY / 2 * HZ));
}

/* However long it goes on, and with however many prefixes. */
static void clock__never_more_than_there_is_room(struct kunit *test)
{
	struct iface_fixture *f = temp_attach(test, 2);
	u64 now = ksmol_lifetime_now();
	unsigned int most = 0;
	char prefix[16];
	int i;

	for (i = 0; i < KSMOL_RA_PREFIXES; i++) {
		snprintf(prefix, sizeof(prefix), "fd%02x::", i + 0x80);
		advertise(test, prefix, FOREVER, FOREVER);
	}
	KUNIT_EXPECT_EQ(test, temps(f), (unsigned int)KSMOL_RA_PREFIXES);
	for (i = 0; i < 40; i++) {
		now += DAY / 4;
		temp_at(test, now);
		most = max(most, temps(f));
		KUNIT_EXPECT_GE(test, temps(f),
				(unsigned int)KSMOL_RA_PREFIXES);
	}
	KUNIT_EXPECT_EQ(test, most, (unsigned int)KSMOL_IFACE_TEMPS);
}

/* Nobody asks for them any more: they end, no others come. */
static void clock__switched_off(struct kunit *test)
{
	struct iface_fixture *f = temp_attach(test, 2);

	advertise(test, "fd88::", FOREVER, FOREVER);
	ksmol_params.ipv6_temporary = 0;
	expect_source(test, KSMOL_PREFER_DEFAULT, false);
	temp_at(test, ksmol_lifetime_now() + DAY);
	KUNIT_EXPECT_EQ(test, temps(f), 1U);
	temp_at(test, ksmol_lifetime_now() + 2 * DAY);
	KUNIT_EXPECT_EQ(test, temps(f), 0U);
}

/* --- taken (RFC 8981 3.4 7) --- */

static void somebody_has(struct kunit *test, const struct ksmol_ifaddr *ifa)
{
	char text[KSMOL_ADDR_STRLEN];
	struct nd_message m;

	ksmol_addr_str(AF_INET6, &ifa->addr, text);
	nd_na(&m, text, "ff02::1", 0x20, text, ksmol_vdev_peer_mac);
	nd_arrives(test, &m);
	nd_autoconf_later(test, 1000);
}

static void conflict__tried_so_often(struct kunit *test)
{
	struct iface_fixture *f = temp_attach(test, 2);
	struct ksmol_addr before;
	struct ksmol_ifaddr *ifa;
	int i;

	ksmol_params.arp_probe_ms = 1000;
	advertise(test, "fd88::", FOREVER, FOREVER);
	ifa = temp(f, 0);
	KUNIT_ASSERT_NOT_NULL(test, ifa);
	for (i = 0; i < KSMOL_AUTOCONF_TRIES; i++) {
		KUNIT_ASSERT_EQ(test, ifa->state, KSMOL_ADDR_TENTATIVE);
		before = ifa->addr;
		somebody_has(test, ifa);
		KUNIT_EXPECT_FALSE(test, ksmol_addr_equal(&ifa->addr, &before));
	}
	somebody_has(test, ifa);
	KUNIT_EXPECT_EQ(test, ifa->state, KSMOL_ADDR_CONFLICT);
	/* That was the last word about this prefix. */
	advertise(test, "fd88::", FOREVER, FOREVER);
	KUNIT_EXPECT_EQ(test, temps(f), 1U);
	temp_at(test, ifa->created + DAY);
	KUNIT_EXPECT_EQ(test, temps(f), 1U);
	/* Others have theirs. */
	advertise(test, "fd89::", FOREVER, FOREVER);
	KUNIT_EXPECT_EQ(test, temps(f), 2U);
}

static struct kunit_case temporary_cases[] = {
	KUNIT_CASE(temp_advance__as_long_as_tries_take),
	KUNIT_CASE(temp_renew__the_shorter_of_two),
	KUNIT_CASE(identifier_random__differs),
	KUNIT_CASE(advert__none_by_default),
	KUNIT_CASE(advert__formed_and_preferred),
	KUNIT_CASE(advert__too_short),
	KUNIT_CASE(clock__next_one_in_time),
	KUNIT_CASE(clock__work_is_due),
	KUNIT_CASE(clock__never_more_than_there_is_room),
	KUNIT_CASE(clock__switched_off),
	KUNIT_CASE(conflict__tried_so_often),
	{}
};

static struct kunit_suite temporary_suite = {
	.name = "ksmol_iface_nd_temporary",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = temporary_cases,
};

kunit_test_suite(temporary_suite);
