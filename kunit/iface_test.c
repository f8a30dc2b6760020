// SPDX-License-Identifier: GPL-2.0-only
/* Attachment, addresses and routes. */

#include <linux/rtnetlink.h>
#include "iface_fixture.h"

/* --- attach= --- */

static void spec_parse__refused(struct kunit *test)
{
	static const struct { const char *text; int err; } bad[] = {
		{ "", -EINVAL },
		{ ",10.0.0.1/24", -EINVAL },
		{ "a-name-that-is-too-long,10.0.0.1/24", -EINVAL },
		{ "e,10.0.0.1", -EINVAL },
		{ "e,10.0.0/24", -EINVAL },
		{ "e,10.0.0.256/24", -EINVAL },
		{ "e,10.0.0.1/33", -EINVAL },
		{ "e,10.0.0.1/", -EINVAL },
		{ "e,10.0.0.1/x", -EINVAL },
		{ "e,10.0.0.1/0", -EINVAL },
		{ "e,10.0.0.0/24", -EINVAL },
		{ "e,10.0.0.255/24", -EINVAL },
		{ "e,127.0.0.1/8", -EINVAL },
		{ "e,0.0.0.1/8", -EINVAL },
		{ "e,224.0.0.1/24", -EINVAL },
		{ "e,255.255.255.255/32", -EINVAL },
		{ "e,10.0.0.1/24,10.0.0.1/16", -EINVAL },
		{ "e,fd00::g/64", -EINVAL },
		{ "e,1::2/129", -EINVAL },
		{ "e,10.0.0.1/24,via=fe80::1", -EINVAL },
		{ "e,10.0.0.1/24,via=10.0.0.2,via=10.0.0.3", -EINVAL },
		{ "e,10.0.0.1/24,route=10.1.0.0/16", -EINVAL },
		{ "e,10.0.0.1/24,route=10.1.0.1/16@10.0.0.2", -EINVAL },
		{ "e,10.0.0.1/24,shared,exclusive", -EINVAL },
		{ "e,10.0.0.1/24,dhcpv4", -EINVAL },
		{ "e,dhcp,dhcp", -EINVAL },
		{ "e,dhcp,via=10.0.0.1", -EINVAL },
		{ "e,10.0.0.1/24,", -EINVAL },
		{ "e,10.0.0.1/24 ,shared", -EINVAL },
	};
	struct ksmol_spec *spec = kunit_kzalloc(test, sizeof(*spec),
						GFP_KERNEL);
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *why = NULL;

		KUNIT_EXPECT_EQ_MSG(test, ksmol_spec_parse(bad[i].text, spec,
							   &why),
				    bad[i].err, "%s", bad[i].text);
		KUNIT_EXPECT_NOT_NULL(test, why);
	}
}

static void spec_parse__too_many_addresses(struct kunit *test)
{
	struct ksmol_spec *spec = kunit_kzalloc(test, sizeof(*spec),
						GFP_KERNEL);
	char text[256] = "e";
	const char *why;
	int i, n = 1;

	for (i = 1; i <= KSMOL_SPEC_ADDRS; i++)
		n += snprintf(text + n, sizeof(text) - n, ",10.%d.0.1/16", i);
	KUNIT_EXPECT_EQ(test, ksmol_spec_parse(text, spec, &why), 0);
	snprintf(text + n, sizeof(text) - n, ",10.%d.0.1/16", i);
	KUNIT_EXPECT_EQ(test, ksmol_spec_parse(text, spec, &why), -ENOSPC);
	strscpy(text + n, ",dhcp", sizeof(text) - n);
	KUNIT_EXPECT_EQ(test, ksmol_spec_parse(text, spec, &why), -ENOSPC);
}

/* Pitfall 31: a gateway must be on the link, and be somebody else. */
static void spec_parse__gateway_off_link(struct kunit *test)
{
	static const char * const bad[] = {
		"e,10.0.0.1/24,via=10.0.1.1",
		"e,10.0.0.1/32,via=10.0.0.2",
		"e,via=10.0.0.1",
		"e,10.0.0.1/24,via=10.0.0.1",
		"e,10.0.0.1/24,via=10.0.0.255",
		"e,10.0.0.1/24,via=10.0.0.0",
		"e,10.0.0.1/24,route=10.1.0.0/16@10.9.0.1",
	};
	struct ksmol_spec *spec = kunit_kzalloc(test, sizeof(*spec),
						GFP_KERNEL);
	const char *why;
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, ksmol_spec_parse(bad[i], spec, &why),
				    -EINVAL, "%s", bad[i]);
}

static void spec_parse__all_words(struct kunit *test)
{
	static const char text[] =
	"eth1,10.0.0.2/24,dhcp,10.9.0.1/31,via=10.0.0.1,route=10.1.0.0/16@10.9.0.0,shared\n";
	struct ksmol_spec *spec = kunit_kzalloc(test, sizeof(*spec),
						GFP_KERNEL);
	const char *why;

	KUNIT_ASSERT_EQ(test, ksmol_spec_parse(text, spec, &why), 0);
	KUNIT_EXPECT_STREQ(test, spec->name, "eth1");
	KUNIT_EXPECT_EQ(test, spec->nr_addrs, 2U);
	KUNIT_EXPECT_TRUE(test, spec->dhcp);
	KUNIT_EXPECT_EQ(test, spec->addrs[1].plen, 31);
	KUNIT_EXPECT_EQ(test, spec->via.v4, KSMOL_IP(10, 0, 0, 1));
	KUNIT_EXPECT_EQ(test, spec->nr_routes, 1U);
	KUNIT_EXPECT_EQ(test, spec->routes[0].plen, 16);
	KUNIT_EXPECT_EQ(test, spec->gateways[0].v4, KSMOL_IP(10, 9, 0, 0));
	KUNIT_EXPECT_EQ(test, spec->mode, 1);
}

static void attach__no_such_device(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ksmol_attach(&init_net, "ksmolnot0,10.0.0.1/24"),
			-ENODEV);
	KUNIT_EXPECT_EQ(test, ksmol_detach(&init_net, "ksmolnot0"), -ENODEV);
}

static void attach__loopback(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ksmol_attach(&init_net, "lo,10.0.0.1/24"),
			-EINVAL);
}

static void attach__twice(struct kunit *test)
{
	iface_attach(test, SPEC);
	KUNIT_EXPECT_EQ(test, iface_try(test, "10.78.0.1/24"), -EADDRINUSE);
}

static void attach__address_on_another(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_vdev *second;
	char spec[64];

	second = ksmol_vdev_create(test, KSMOL_MEDIUM_ETHERNET, 0);
	snprintf(spec, sizeof(spec), "%s,10.77.0.1/16", second->dev->name);
	KUNIT_EXPECT_EQ(test, ksmol_attach(&init_net, spec), -EADDRINUSE);
	snprintf(spec, sizeof(spec), "%s,10.78.0.1/16", second->dev->name);
	KUNIT_EXPECT_EQ(test, ksmol_attach(&init_net, spec), 0);
	/* Removing the device detaches it. */
	ksmol_vdev_destroy(second);
	KUNIT_EXPECT_EQ(test, f->gones, 1U);
}

static rx_handler_result_t other_handler(struct sk_buff **pskb)
{
	return RX_HANDLER_PASS;
}

/* All or nothing: no route, no address, no reference is left behind. */
static void attach__handler_taken(struct kunit *test)
{
	struct iface_fixture *f = test->priv;
	struct ksmol_flow flow = iface_flow(PEER);
	struct ksmol_dst dst;

	rtnl_lock();
	KUNIT_ASSERT_EQ(test, netdev_rx_handler_register(f->vdev->dev,
							 other_handler, f), 0);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, iface_try(test, SPEC), -EBUSY);
	KUNIT_EXPECT_NULL(test, f->iface);
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -ENETUNREACH);
	rtnl_lock();
	netdev_rx_handler_unregister(f->vdev->dev);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, iface_try(test, SPEC), 0);
}

static void attach__more_routes_than_allowed(struct kunit *test)
{
	struct iface_fixture *f = test->priv;

	ksmol_params.route_max = 1;
	KUNIT_EXPECT_EQ(test, iface_try(test, SPEC), -ENOSPC);
	KUNIT_EXPECT_NULL(test, f->iface);
	ksmol_params.route_max = 2;
	KUNIT_EXPECT_EQ(test, iface_try(test, SPEC), 0);
}

/* Pitfall 7: a device that is down takes nothing, and says so. */
static void attach__device_down(struct kunit *test)
{
	struct iface_fixture *f = test->priv;

	ksmol_vdev_up(f->vdev, false);
	iface_attach(test, SPEC);
	KUNIT_EXPECT_EQ(test, iface_send(test, PEER, 8), -ENETDOWN);
	ksmol_vdev_up(f->vdev, true);
	KUNIT_EXPECT_EQ(test, iface_send(test, PEER, 8), 0);
}

/* Pitfall 63: who sleeps on an interface is told that it is gone. */
static void detach__tells_sockets(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	int ifindex = f->vdev->dev->ifindex;

	iface_detach(test);
	KUNIT_EXPECT_EQ(test, f->gones, 1U);
	KUNIT_EXPECT_EQ(test, f->gone_ifindex, ifindex);
}

/* Pitfall 62: so is the removal of the device itself. */
static void detach__device_removed(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_flow flow = iface_flow(PEER);
	struct ksmol_dst dst;

	iface_send(test, PEER, 8);
	f->iface = NULL;
	ksmol_vdev_destroy(f->vdev);
	f->vdev = NULL;
	KUNIT_EXPECT_EQ(test, f->gones, 1U);
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -ENETUNREACH);
}

static void detach__route_generation_moves(struct kunit *test)
{
	int gen = atomic_read(&ksmol_route_gen);

	iface_attach(test, SPEC);
	KUNIT_EXPECT_NE(test, atomic_read(&ksmol_route_gen), gen);
	gen = atomic_read(&ksmol_route_gen);
	iface_detach(test);
	KUNIT_EXPECT_NE(test, atomic_read(&ksmol_route_gen), gen);
}

/* --- the life of an address --- */

/* Pitfall 25: three probes, then use, then two announcements. */
static void ifaddr__probed_then_announced(struct kunit *test)
{
	struct ksmol_ifaddr ifa = {};
	unsigned long now = -5UL;
	int i;

	ksmol_ifaddr_start(&ifa, now, 100, 250);
	KUNIT_EXPECT_EQ(test, ksmol_ifaddr_due(&ifa, now + 49),
			KSMOL_IFADDR_NOTHING);
	now += 50;
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, ksmol_ifaddr_due(&ifa, now),
				KSMOL_IFADDR_PROBE);
		ksmol_ifaddr_sent(&ifa, KSMOL_IFADDR_PROBE, true, now, 100,
				  99);
		KUNIT_EXPECT_EQ(test, ksmol_ifaddr_due(&ifa, now + 198),
				KSMOL_IFADDR_NOTHING);
		KUNIT_EXPECT_EQ(test, ifa.state, KSMOL_ADDR_TENTATIVE);
		now += i < 2 ? 199 : 200;
	}
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, ksmol_ifaddr_due(&ifa, now),
				KSMOL_IFADDR_ANNOUNCE);
		KUNIT_EXPECT_EQ(test, ifa.state, KSMOL_ADDR_VALID);
		ksmol_ifaddr_sent(&ifa, KSMOL_IFADDR_ANNOUNCE, true, now, 100,
				  0);
		now += 200;
	}
	KUNIT_EXPECT_FALSE(test, ksmol_ifaddr_pending(&ifa));
}

/* Pitfall 5: a probe that found no buffer stays due. */
static void ifaddr__probe_not_sent(struct kunit *test)
{
	struct ksmol_ifaddr ifa = {};
	int i;

	ksmol_ifaddr_start(&ifa, 1000, 100, 0);
	for (i = 0; i < 100; i++)
		ksmol_ifaddr_sent(&ifa, KSMOL_IFADDR_PROBE, false, 1000, 100,
				  0);
	KUNIT_EXPECT_EQ(test, ifa.probes, KSMOL_PROBE_NUM);
	KUNIT_EXPECT_EQ(test, ksmol_ifaddr_due(&ifa, 1000 + KSMOL_ADDR_RETRY),
			KSMOL_IFADDR_PROBE);
}

static void ifaddr__conflict_while_probing(struct kunit *test)
{
	struct ksmol_ifaddr ifa = {};

	ksmol_ifaddr_start(&ifa, 1000, 100, 0);
	KUNIT_EXPECT_FALSE(test, ksmol_ifaddr_conflict(&ifa, 1000));
	KUNIT_EXPECT_EQ(test, ifa.state, KSMOL_ADDR_CONFLICT);
	KUNIT_EXPECT_EQ(test, ksmol_ifaddr_due(&ifa, 100000),
			KSMOL_IFADDR_NOTHING);
	/* A probe that was under way meanwhile changes nothing. */
	ksmol_ifaddr_sent(&ifa, KSMOL_IFADDR_PROBE, true, 1001, 100, 0);
	KUNIT_EXPECT_FALSE(test, ksmol_ifaddr_pending(&ifa));
}

static void ifaddr__defended_once_in_ten_seconds(struct kunit *test)
{
	struct ksmol_ifaddr ifa = {};
	unsigned long now = 0;

	ksmol_ifaddr_start(&ifa, now, 0, 0);
	KUNIT_EXPECT_TRUE(test, ksmol_ifaddr_conflict(&ifa, now));
	KUNIT_EXPECT_FALSE(test, ksmol_ifaddr_conflict(&ifa, now + 1));
	KUNIT_EXPECT_FALSE(test, ksmol_ifaddr_conflict(&ifa, now + 10 * HZ));
	KUNIT_EXPECT_TRUE(test, ksmol_ifaddr_conflict(&ifa, now + 10 * HZ + 1));
	KUNIT_EXPECT_EQ(test, ifa.state, KSMOL_ADDR_VALID);
}

/* --- routes --- */

static void route__on_link_and_beyond(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_flow flow = iface_flow(PEER);
	struct ksmol_dst dst;

	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
	KUNIT_EXPECT_PTR_EQ(test, dst.iface, f->iface);
	KUNIT_EXPECT_EQ(test, dst.type, KSMOL_DST_UNICAST);
	KUNIT_EXPECT_EQ(test, dst.nexthop.v4, PEER);
	KUNIT_EXPECT_EQ(test, dst.saddr.v4, US);
	KUNIT_EXPECT_EQ(test, dst.mtu, 1500U);

	flow = iface_flow(FAR);
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
	KUNIT_EXPECT_EQ(test, dst.nexthop.v4, GATEWAY);
	KUNIT_EXPECT_EQ(test, dst.saddr.v4, US);
}

#define R8	",route=192.0.0.0/8@10.77.0.8"
#define R24	",route=192.0.2.0/24@10.77.0.24"
#define R25	",route=192.0.2.0/25@10.77.0.25"

static void route__longest_prefix_wins(struct kunit *test)
{
	struct ksmol_flow flow = iface_flow(KSMOL_IP(192, 0, 2, 9));
	struct ksmol_dst dst;

	iface_attach(test, SPEC R8 R24 R25);
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
	KUNIT_EXPECT_EQ(test, dst.nexthop.v4, KSMOL_IP(10, 77, 0, 25));
	flow.daddr.v4 = KSMOL_IP(192, 0, 2, 200);
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
	KUNIT_EXPECT_EQ(test, dst.nexthop.v4, KSMOL_IP(10, 77, 0, 24));
	flow.daddr.v4 = KSMOL_IP(192, 1, 2, 200);
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
	KUNIT_EXPECT_EQ(test, dst.nexthop.v4, KSMOL_IP(10, 77, 0, 8));
	flow.daddr.v4 = KSMOL_IP(193, 1, 2, 200);
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
	KUNIT_EXPECT_EQ(test, dst.nexthop.v4, GATEWAY);
}

/* Pitfall 7: what can't go out is an error. */
static void route__no_way(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, "10.77.0.1/24");
	struct ksmol_flow flow = iface_flow(FAR);
	struct ksmol_dst dst;

	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -ENETUNREACH);
	flow = iface_flow(PEER);
	flow.oif = f->vdev->dev->ifindex + 1;
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -ENETUNREACH);
	flow.oif = 0;
	ksmol_vdev_up(f->vdev, false);
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -ENETDOWN);
	flow.family = AF_UNSPEC;
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -EAFNOSUPPORT);
}

/* A group is everywhere: the route that covers it, or where we are told. */
static void route__multicast(struct kunit *test)
{
	struct ksmol_flow flow = iface_flow(KSMOL_IP(239, 1, 2, 3));
	struct iface_fixture *f = iface_attach(test, "10.77.0.1/24");
	struct ksmol_dst dst;

	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
	KUNIT_EXPECT_EQ(test, dst.type, KSMOL_DST_MULTICAST);
	KUNIT_EXPECT_EQ(test, dst.saddr.v4, US);
	flow.oif = f->vdev->dev->ifindex + 1;
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -ENETUNREACH);
	flow.oif = f->vdev->dev->ifindex;
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
	ksmol_vdev_up(f->vdev, false);
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -ENETDOWN);
}

/* Pitfall 14: nothing for loopback addresses is ever routed. */
static void route__loopback_destination(struct kunit *test)
{
	static const u32 bad[] = { 0, 1, 0x7f000001, 0x7fffffff, 0xf0000001 };
	struct ksmol_flow flow;
	struct ksmol_dst dst;
	int i;

	iface_attach(test, SPEC);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		flow = iface_flow(htonl(bad[i]));
		KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -EINVAL);
	}
}

/* Pitfall 14: our own address is reached without the wire. */
static void route__own_address(struct kunit *test)
{
	struct ksmol_flow flow = iface_flow(US);
	struct ksmol_dst dst;

	iface_attach(test, SPEC);
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
	KUNIT_EXPECT_EQ(test, dst.type, KSMOL_DST_LOCAL);
	KUNIT_EXPECT_EQ(test, dst.saddr.v4, US);
}

static void route__broadcast_needs_permission(struct kunit *test)
{
	static const u32 to[] = { 0x0a4d00ff, 0xffffffff };
	struct ksmol_flow flow;
	struct ksmol_dst dst;
	int i;

	iface_attach(test, SPEC);
	for (i = 0; i < 2; i++) {
		flow = iface_flow(htonl(to[i]));
		KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -EACCES);
		flow.broadcast = true;
		KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
		KUNIT_EXPECT_EQ(test, dst.type, KSMOL_DST_BROADCAST);
		KUNIT_EXPECT_EQ(test, dst.saddr.v4, US);
	}
}

static void route__source_address(struct kunit *test)
{
	struct ksmol_flow flow = iface_flow(KSMOL_IP(10, 79, 0, 2));
	struct ksmol_dst dst;

	iface_attach(test, "10.77.0.1/24,10.79.0.1/16,10.79.0.9/24");
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
	KUNIT_EXPECT_EQ(test, dst.saddr.v4, KSMOL_IP(10, 79, 0, 9));
	flow.daddr.v4 = KSMOL_IP(10, 79, 1, 2);
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
	KUNIT_EXPECT_EQ(test, dst.saddr.v4, KSMOL_IP(10, 79, 0, 1));
	/* One asked for is taken if it is ours. */
	flow.saddr.v4 = US;
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
	KUNIT_EXPECT_EQ(test, dst.saddr.v4, US);
	flow.saddr.v4 = KSMOL_IP(10, 77, 0, 99);
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -EADDRNOTAVAIL);
}

static void route__tentative_source(struct kunit *test)
{
	struct ksmol_flow flow = iface_flow(PEER);
	struct ksmol_addr us = ksmol_addr_v4(US);
	struct ksmol_dst dst;

	ksmol_params.arp_probe_ms = 100000;
	iface_attach(test, SPEC);
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -EADDRNOTAVAIL);
	flow.saddr = us;
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -EADDRNOTAVAIL);
	rcu_read_lock();
	KUNIT_EXPECT_FALSE(test, ksmol_addr_is_local(&init_net, 0, AF_INET,
						     &us));
	rcu_read_unlock();
}

/* Pitfall 61: the MTU is that of the moment. */
static void route__mtu_changes(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_flow flow = iface_flow(PEER);
	struct ksmol_dst dst;
	int gen = atomic_read(&ksmol_route_gen);

	rtnl_lock();
	dev_set_mtu(f->vdev->dev, 68);
	rtnl_unlock();
	KUNIT_EXPECT_NE(test, atomic_read(&ksmol_route_gen), gen);
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
	KUNIT_EXPECT_EQ(test, dst.mtu, 68U);
	KUNIT_EXPECT_EQ(test, iface_send(test, PEER, 48), 0);
	KUNIT_EXPECT_EQ(test, iface_send(test, PEER, 49), -EMSGSIZE);
}

static struct kunit_case spec_cases[] = {
	KUNIT_CASE(spec_parse__refused),
	KUNIT_CASE(spec_parse__too_many_addresses),
	KUNIT_CASE(spec_parse__gateway_off_link),
	KUNIT_CASE(spec_parse__all_words),
	KUNIT_CASE(ifaddr__probed_then_announced),
	KUNIT_CASE(ifaddr__probe_not_sent),
	KUNIT_CASE(ifaddr__conflict_while_probing),
	KUNIT_CASE(ifaddr__defended_once_in_ten_seconds),
	{}
};

static struct kunit_case iface_cases[] = {
	KUNIT_CASE(attach__no_such_device),
	KUNIT_CASE(attach__loopback),
	KUNIT_CASE(attach__twice),
	KUNIT_CASE(attach__address_on_another),
	KUNIT_CASE(attach__handler_taken),
	KUNIT_CASE(attach__more_routes_than_allowed),
	KUNIT_CASE(attach__device_down),
	KUNIT_CASE(detach__tells_sockets),
	KUNIT_CASE(detach__device_removed),
	KUNIT_CASE(detach__route_generation_moves),
	KUNIT_CASE(route__on_link_and_beyond),
	KUNIT_CASE(route__longest_prefix_wins),
	KUNIT_CASE(route__no_way),
	KUNIT_CASE(route__multicast),
	KUNIT_CASE(route__loopback_destination),
	KUNIT_CASE(route__own_address),
	KUNIT_CASE(route__broadcast_needs_permission),
	KUNIT_CASE(route__source_address),
	KUNIT_CASE(route__tentative_source),
	KUNIT_CASE(route__mtu_changes),
	{}
};

static struct kunit_suite spec_suite = {
	.name = "ksmol_iface_spec",
	.test_cases = spec_cases,
};

static struct kunit_suite iface_suite = {
	.name = "ksmol_iface",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = iface_cases,
};

kunit_test_suites(&spec_suite, &iface_suite);
