// SPDX-License-Identifier: GPL-2.0-only
/* The DHCP client by frames: leases come, are lived by, and go. Pitfall 59. */

#include <linux/delay.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <linux/udp.h>
#include "../module/iface/dhcp.h"
#include "dhcp_message.h"
#include "iface_fixture.h"

#define LEASED	KSMOL_IP(10, 88, 0, 7)
#define SERVER	KSMOL_IP(10, 88, 0, 1)
#define EVERYONE KSMOL_IP(255, 255, 255, 255)

/**
 * struct dhcp_sent - what we said
 * @broadcast: in a frame for everyone
 */
struct dhcp_sent {
	bool broadcast;
	u8 type;
	u32 xid;
	__be32 saddr;
	__be32 daddr;
	__be32 ciaddr;
	__be32 address;
};

static struct ksmol_dhcp_client *client(struct kunit *test)
{
	struct iface_fixture *f = test->priv;

	return f->iface->dhcp;
}

static u8 state(struct kunit *test)
{
	return READ_ONCE(client(test)->fsm.state);
}

/* Is it one of the client's messages? Looks at all that is around it. */
static bool read_sent(struct kunit *test, struct sk_buff *skb,
		      struct dhcp_sent *sent)
{
	struct iphdr *ip = (struct iphdr *)(skb->data + ETH_HLEN);
	struct udphdr *udp = (struct udphdr *)(ip + 1);
	u8 *dhcp = (u8 *)(udp + 1);
	u32 len = skb->len - ETH_HLEN - sizeof(*ip);

	if (((struct ethhdr *)skb->data)->h_proto != htons(ETH_P_IP) ||
	    ip->protocol != IPPROTO_UDP || udp->dest != htons(67))
		return false;
	KUNIT_EXPECT_EQ(test, udp->source, htons(68));
	KUNIT_EXPECT_EQ(test, len, 308U);
	KUNIT_EXPECT_EQ(test, csum_tcpudp_magic(ip->saddr, ip->daddr, len,
						IPPROTO_UDP,
						csum_partial(udp, len, 0)), 0);
	KUNIT_EXPECT_EQ(test, csum_fold(csum_partial(ip, 20, 0)), 0);
	KUNIT_EXPECT_EQ(test, memcmp(dhcp + 28, ksmol_vdev_mac, ETH_ALEN), 0);
	sent->broadcast = is_broadcast_ether_addr(skb->data);
	sent->xid = get_unaligned_be32(dhcp + 4);
	sent->saddr = ip->saddr;
	sent->daddr = ip->daddr;
	memcpy(&sent->ciaddr, dhcp + 12, 4);
	sent->address = 0;
	ksmol_dhcp_option(dhcp, 300, KSMOL_DHCP_OPT_TYPE, &sent->type, 1);
	ksmol_dhcp_option(dhcp, 300, KSMOL_DHCP_OPT_ADDRESS,
			  (u8 *)&sent->address, 4);
	return true;
}

/* The oldest message that went out; what else did is passed over. */
static bool sent(struct kunit *test, struct dhcp_sent *sent)
{
	struct iface_fixture *f = test->priv;
	struct sk_buff *skb;
	bool found = false;

	while (!found && (skb = ksmol_vdev_sent(f->vdev))) {
		KUNIT_EXPECT_EQ(test, skb_linearize(skb), 0);
		found = read_sent(test, skb, sent);
		kfree_skb(skb);
	}
	return found;
}

/* Whatever is next becomes due now, and the timer is the case's alone. */
static void hurry(struct kunit *test)
{
	struct iface_fixture *f = test->priv;
	unsigned long next;

	timer_delete_sync(&f->iface->timer);
	client(test)->fsm.due = 0;
	rcu_read_lock();
	ksmol_dhcp_run(f->iface, &next);
	rcu_read_unlock();
}

/* @m arrives from the server, for @daddr. */
static void says(struct kunit *test, const struct dhcp_message *m,
		 __be32 daddr)
{
	struct iface_fixture *f = test->priv;
	struct ksmol_frame_ends ends = iface_ends(daddr);

	ends.saddr = SERVER;
	ends.sport = htons(67);
	ends.dport = htons(68);
	if (daddr == EVERYONE)
		eth_broadcast_addr(ends.dmac);
	ksmol_frame_udp(&f->frame, &ends, m->bytes, m->len);
	iface_arrives(test);
}

static void grants(struct kunit *test, u8 type, u32 xid, __be32 daddr)
{
	struct dhcp_message *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	dhcp_grant(m, type, xid, ksmol_vdev_mac, LEASED, SERVER, 3600);
	says(test, m, daddr);
	kunit_kfree(test, m);
}

static bool wait_state(struct kunit *test, u8 want)
{
	int tries = 100;

	while (state(test) != want && tries--)
		msleep(20);
	return state(test) == want;
}

/* Waits for the work that makes the interface live by what is granted. */
static bool wait_address(struct kunit *test, __be32 want)
{
	int tries = 100;

	while (READ_ONCE(client(test)->live.addr) != want && tries--)
		msleep(20);
	return READ_ONCE(client(test)->live.addr) == want;
}

static bool is_ours(__be32 v4)
{
	struct ksmol_addr addr = ksmol_addr_v4(v4);
	bool ours;

	rcu_read_lock();
	ours = ksmol_addr_is_local(&init_net, 0, AF_INET, &addr);
	rcu_read_unlock();
	return ours;
}

/* No program listens there. */
static struct iface_fixture *attach(struct kunit *test, const char *words)
{
	struct iface_fixture *f = test->priv;

	f->answer = KSMOL_DROP_UDP_NO_SOCKET;
	return iface_attach(test, words);
}

/* Up to the request that was sent. */
static struct iface_fixture *requested(struct kunit *test, struct dhcp_sent *s)
{
	struct iface_fixture *f = attach(test, "dhcp");

	hurry(test);
	KUNIT_ASSERT_TRUE(test, sent(test, s));
	grants(test, KSMOL_DHCP_OFFER, s->xid, EVERYONE);
	hurry(test);
	KUNIT_ASSERT_TRUE(test, sent(test, s));
	KUNIT_EXPECT_EQ(test, s->type, KSMOL_DHCP_REQUEST);
	return f;
}

static struct iface_fixture *leased(struct kunit *test)
{
	struct iface_fixture *f;
	struct dhcp_sent s;

	f = requested(test, &s);
	grants(test, KSMOL_DHCP_ACK, s.xid, LEASED);
	KUNIT_ASSERT_TRUE(test, wait_state(test, KSMOL_DHCP_BOUND));
	KUNIT_ASSERT_TRUE(test, is_ours(LEASED));
	iface_forget(test);
	return f;
}

static void attach__discovers(struct kunit *test)
{
	struct dhcp_sent s;

	attach(test, "dhcp");
	KUNIT_EXPECT_EQ(test, state(test), KSMOL_DHCP_INIT);
	hurry(test);
	KUNIT_ASSERT_TRUE(test, sent(test, &s));
	KUNIT_EXPECT_EQ(test, s.type, KSMOL_DHCP_DISCOVER);
	KUNIT_EXPECT_TRUE(test, s.broadcast);
	KUNIT_EXPECT_EQ(test, s.saddr, 0U);
	KUNIT_EXPECT_EQ(test, s.daddr, EVERYONE);
	KUNIT_EXPECT_EQ(test, state(test), KSMOL_DHCP_SELECTING);
}

static void attach__with_addresses_of_its_own(struct kunit *test)
{
	struct dhcp_sent s;

	attach(test, SPEC ",dhcp");
	hurry(test);
	KUNIT_ASSERT_TRUE(test, sent(test, &s));
	KUNIT_EXPECT_EQ(test, s.saddr, 0U);
	KUNIT_EXPECT_TRUE(test, is_ours(US));
}

static void attach__no_ethernet(struct kunit *test)
{
	struct iface_fixture *f = test->priv;

	ksmol_vdev_destroy(f->vdev);
	f->vdev = ksmol_vdev_create(test, KSMOL_MEDIUM_IP, 0);
	KUNIT_EXPECT_EQ(test, iface_try(test, "dhcp"), -EINVAL);
	KUNIT_EXPECT_NULL(test, f->iface);
}

/* From offer to use, by broadcast and to the address that isn't ours yet. */
static void lease__is_lived_by(struct kunit *test)
{
	struct ksmol_flow flow = iface_flow(FAR);
	u64 handled = iface_verdict(KSMOL_HANDLED);
	struct ksmol_dst dst;

	leased(test);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_HANDLED), handled + 2);
	KUNIT_ASSERT_EQ(test, iface_route(&flow, &dst), 0);
	KUNIT_EXPECT_EQ(test, dst.nexthop.v4, SERVER);
	KUNIT_EXPECT_EQ(test, dst.saddr.v4, LEASED);
	flow.daddr = ksmol_addr_v4(KSMOL_IP(10, 88, 0, 99));
	KUNIT_ASSERT_EQ(test, iface_route(&flow, &dst), 0);
	KUNIT_EXPECT_EQ(test, dst.nexthop.v4, flow.daddr.v4);
	flow.daddr = ksmol_addr_v4(KSMOL_IP(10, 88, 0, 255));
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -EACCES);
}

/* Routes of the specification stay when those of the lease go. */
static void lease__ends(struct kunit *test)
{
	struct ksmol_flow flow = iface_flow(FAR);
	struct iface_fixture *f = leased(test);
	struct ksmol_dst dst;
	struct dhcp_sent s;

	timer_delete_sync(&f->iface->timer);
	client(test)->fsm.lease.end = 1;
	hurry(test);
	KUNIT_ASSERT_TRUE(test, sent(test, &s));
	KUNIT_EXPECT_EQ(test, s.type, KSMOL_DHCP_DISCOVER);
	KUNIT_ASSERT_TRUE(test, wait_address(test, 0));
	KUNIT_EXPECT_FALSE(test, is_ours(LEASED));
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), -ENETUNREACH);
	/* And another takes its place. */
	grants(test, KSMOL_DHCP_OFFER, client(test)->fsm.xid, EVERYONE);
	hurry(test);
	grants(test, KSMOL_DHCP_ACK, client(test)->fsm.xid, LEASED);
	KUNIT_EXPECT_TRUE(test, wait_state(test, KSMOL_DHCP_BOUND));
	KUNIT_EXPECT_TRUE(test, is_ours(LEASED));
	KUNIT_EXPECT_EQ(test, iface_route(&flow, &dst), 0);
}

/* RFC 2131 4.3.6: to its server from the address, which is asked for first. */
static void renew__unicast(struct kunit *test)
{
	struct iface_fixture *f = leased(test);
	struct dhcp_sent s;

	timer_delete_sync(&f->iface->timer);
	iface_send(test, SERVER, 8);
	iface_arp(test, ksmol_vdev_mac, KSMOL_ARP_REPLY, ksmol_vdev_peer_mac,
		  SERVER, LEASED);
	iface_forget(test);
	client(test)->fsm.lease.t1 = 0;
	hurry(test);
	KUNIT_ASSERT_TRUE(test, sent(test, &s));
	KUNIT_EXPECT_EQ(test, s.type, KSMOL_DHCP_REQUEST);
	KUNIT_EXPECT_FALSE(test, s.broadcast);
	KUNIT_EXPECT_EQ(test, s.saddr, LEASED);
	KUNIT_EXPECT_EQ(test, s.daddr, SERVER);
	KUNIT_EXPECT_EQ(test, s.ciaddr, LEASED);
	KUNIT_EXPECT_EQ(test, s.address, 0U);
	KUNIT_EXPECT_EQ(test, state(test), KSMOL_DHCP_RENEWING);
	grants(test, KSMOL_DHCP_ACK, s.xid, LEASED);
	KUNIT_EXPECT_EQ(test, state(test), KSMOL_DHCP_BOUND);
}

static void rebind__broadcast(struct kunit *test)
{
	struct iface_fixture *f = leased(test);
	struct dhcp_sent s;

	timer_delete_sync(&f->iface->timer);
	client(test)->fsm.lease.t2 = 0;
	hurry(test);
	KUNIT_ASSERT_TRUE(test, sent(test, &s));
	KUNIT_EXPECT_TRUE(test, s.broadcast);
	KUNIT_EXPECT_EQ(test, s.saddr, LEASED);
	KUNIT_EXPECT_EQ(test, s.daddr, EVERYONE);
	KUNIT_EXPECT_EQ(test, s.ciaddr, LEASED);
	KUNIT_EXPECT_EQ(test, state(test), KSMOL_DHCP_REBINDING);
}

/* Pitfall 5. */
static void discover__no_buffer(struct kunit *test)
{
	struct iface_fixture *f = attach(test, "dhcp");
	struct dhcp_sent s;

	iface_take_tx(f, true);
	hurry(test);
	KUNIT_EXPECT_FALSE(test, sent(test, &s));
	KUNIT_EXPECT_EQ(test, state(test), KSMOL_DHCP_INIT);
	iface_give_tx(f);
	hurry(test);
	KUNIT_EXPECT_TRUE(test, sent(test, &s));
}

/* Pitfall 2: what senders took is not missing to it. */
static void discover__senders_took_all(struct kunit *test)
{
	struct iface_fixture *f = attach(test, "dhcp");
	struct dhcp_sent s;

	iface_take_tx(f, false);
	hurry(test);
	KUNIT_EXPECT_TRUE(test, sent(test, &s));
}

static void conflict__declined(struct kunit *test)
{
	struct iface_fixture *f;
	struct dhcp_sent s;
	u32 xid;

	ksmol_params.arp_probe_ms = 10000;
	f = requested(test, &s);
	xid = s.xid;
	grants(test, KSMOL_DHCP_ACK, xid, LEASED);
	KUNIT_ASSERT_TRUE(test, wait_address(test, LEASED));
	KUNIT_EXPECT_EQ(test, state(test), KSMOL_DHCP_CHECKING);
	KUNIT_EXPECT_FALSE(test, is_ours(LEASED));
	iface_arp(test, NULL, KSMOL_ARP_REQUEST, ksmol_vdev_peer_mac, LEASED,
		  OTHER);
	/* Whether by the timer or by us. */
	KUNIT_ASSERT_TRUE(test, wait_address(test, 0));
	hurry(test);
	while (sent(test, &s) && s.type != KSMOL_DHCP_DECLINE)
		;
	KUNIT_EXPECT_EQ(test, s.type, KSMOL_DHCP_DECLINE);
	KUNIT_EXPECT_TRUE(test, s.broadcast);
	KUNIT_EXPECT_EQ(test, s.saddr, 0U);
	KUNIT_EXPECT_EQ(test, s.ciaddr, 0U);
	KUNIT_EXPECT_EQ(test, s.address, LEASED);
	KUNIT_EXPECT_NE(test, s.xid, xid);
	KUNIT_EXPECT_NULL(test, ksmol_iface_addr(f->iface, AF_INET,
						 &(struct ksmol_addr){
							.v4 = LEASED }));
}

/* An address of ours already is no address for a lease. */
static void conflict__with_ourselves(struct kunit *test)
{
	struct dhcp_sent s;

	attach(test, "10.88.0.7/24,dhcp");
	hurry(test);
	KUNIT_ASSERT_TRUE(test, sent(test, &s));
	grants(test, KSMOL_DHCP_OFFER, s.xid, EVERYONE);
	hurry(test);
	KUNIT_ASSERT_TRUE(test, sent(test, &s));
	grants(test, KSMOL_DHCP_ACK, s.xid, EVERYONE);
	KUNIT_EXPECT_TRUE(test, wait_state(test, KSMOL_DHCP_INIT));
	while (sent(test, &s) && s.type != KSMOL_DHCP_DECLINE)
		;
	KUNIT_EXPECT_EQ(test, s.type, KSMOL_DHCP_DECLINE);
	KUNIT_EXPECT_TRUE(test, is_ours(LEASED));
}

static void lease__no_room_for_routes(struct kunit *test)
{
	struct dhcp_sent s;

	requested(test, &s);
	ksmol_params.route_max = 1;
	grants(test, KSMOL_DHCP_ACK, s.xid, LEASED);
	KUNIT_EXPECT_TRUE(test, wait_state(test, KSMOL_DHCP_INIT));
	KUNIT_EXPECT_FALSE(test, is_ours(LEASED));
	KUNIT_EXPECT_EQ(test, client(test)->live.addr, 0U);
}

static void link__down_and_up(struct kunit *test)
{
	struct iface_fixture *f = leased(test);
	struct dhcp_sent s;

	rtnl_lock();
	dev_close(f->vdev->dev);
	KUNIT_EXPECT_EQ(test, client(test)->live.addr, 0U);
	rtnl_unlock();
	KUNIT_EXPECT_FALSE(test, is_ours(LEASED));
	KUNIT_EXPECT_EQ(test, state(test), KSMOL_DHCP_STOPPED);
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_open(f->vdev->dev, NULL), 0);
	rtnl_unlock();
	hurry(test);
	KUNIT_ASSERT_TRUE(test, sent(test, &s));
	KUNIT_EXPECT_EQ(test, s.type, KSMOL_DHCP_DISCOVER);
}

static void detach__releases(struct kunit *test)
{
	struct dhcp_sent s;

	leased(test);
	iface_send(test, SERVER, 8);
	iface_arp(test, ksmol_vdev_mac, KSMOL_ARP_REPLY, ksmol_vdev_peer_mac,
		  SERVER, LEASED);
	iface_forget(test);
	iface_detach(test);
	KUNIT_ASSERT_TRUE(test, sent(test, &s));
	KUNIT_EXPECT_EQ(test, s.type, KSMOL_DHCP_RELEASE);
	KUNIT_EXPECT_EQ(test, s.saddr, LEASED);
	KUNIT_EXPECT_EQ(test, s.daddr, SERVER);
	KUNIT_EXPECT_EQ(test, s.ciaddr, LEASED);
	KUNIT_EXPECT_FALSE(test, s.broadcast);
}

/* Nobody is asked for the server's address any more: all are told. */
static void detach__server_unresolved(struct kunit *test)
{
	struct dhcp_sent s;

	leased(test);
	iface_detach(test);
	KUNIT_ASSERT_TRUE(test, sent(test, &s));
	KUNIT_EXPECT_EQ(test, s.type, KSMOL_DHCP_RELEASE);
	KUNIT_EXPECT_EQ(test, s.ciaddr, LEASED);
	KUNIT_EXPECT_TRUE(test, s.broadcast);
}

/* Nothing waits for a buffer that does not come. */
static void detach__no_buffer(struct kunit *test)
{
	struct iface_fixture *f = leased(test);
	struct dhcp_sent s;

	iface_take_tx(f, true);
	iface_detach(test);
	KUNIT_EXPECT_FALSE(test, sent(test, &s));
}

static void detach__with_a_lease_on_its_way(struct kunit *test)
{
	struct dhcp_sent s;
	int i;

	for (i = 0; i < 20; i++) {
		requested(test, &s);
		grants(test, KSMOL_DHCP_ACK, s.xid, LEASED);
		iface_detach(test);
		KUNIT_EXPECT_FALSE(test, is_ours(LEASED));
	}
}

/* What is not for the client ends as it would without one. */
static void input__not_for_us(struct kunit *test)
{
	u64 stray = iface_verdict(KSMOL_DROP_DHCP_STRAY);
	u64 not_us = iface_verdict(KSMOL_DROP_IP_NOT_US);
	struct dhcp_message *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	u64 format = iface_verdict(KSMOL_DROP_DHCP_FORMAT);
	u64 length = iface_verdict(KSMOL_DROP_DHCP_SHORT);
	struct iface_fixture *f;
	struct dhcp_sent s;

	KUNIT_ASSERT_NOT_NULL(test, m);
	f = requested(test, &s);
	dhcp_grant(m, KSMOL_DHCP_ACK, s.xid, ksmol_vdev_peer_mac, LEASED,
		   SERVER, 3600);
	says(test, m, LEASED);
	grants(test, KSMOL_DHCP_ACK, s.xid + 1, LEASED);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_DHCP_STRAY), stray + 2);
	m->bytes[236]++;
	says(test, m, LEASED);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_DHCP_FORMAT),
			format + 1);
	m->len = 1500;
	says(test, m, LEASED);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_DHCP_FORMAT),
			format + 2);
	m->len = 100;
	says(test, m, LEASED);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_DHCP_SHORT),
			length + 1);
	ksmol_frame_udp(&f->frame, &(struct ksmol_frame_ends){
			.dmac = { 2, 0, 0, 0, 0, 1 }, .smac = { 2, 0, 0, 0, 0, 2 },
			.saddr = SERVER, .daddr = LEASED,
			.sport = htons(67), .dport = htons(69) }, NULL, 300);
	memcpy(f->frame.data, ksmol_vdev_mac, ETH_ALEN);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_IP_NOT_US), not_us + 1);
	KUNIT_EXPECT_EQ(test, state(test), KSMOL_DHCP_REQUESTING);
}

static void input__bad_checksum(struct kunit *test)
{
	u64 drops = iface_verdict(KSMOL_DROP_UDP_CSUM);
	struct iface_fixture *f;
	struct dhcp_sent s;

	f = requested(test, &s);
	grants(test, KSMOL_DHCP_OFFER, s.xid, LEASED);
	f->frame.data[ETH_HLEN + 28 + 100] ^= 1;
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_UDP_CSUM), drops + 1);
}

static void input__no_client(struct kunit *test)
{
	u64 not_us = iface_verdict(KSMOL_DROP_IP_NOT_US);
	struct iface_fixture *f = iface_attach(test, SPEC);

	grants(test, KSMOL_DHCP_OFFER, 1, LEASED);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_IP_NOT_US), not_us + 1);
	grants(test, KSMOL_DHCP_OFFER, 1, EVERYONE);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
}

/* Linux has the rest of the frames, among them what answers its own client. */
static void input__shared(struct kunit *test)
{
	u64 passed = iface_verdict(KSMOL_PASSED);
	struct dhcp_sent s;

	attach(test, "dhcp,shared");
	hurry(test);
	KUNIT_ASSERT_TRUE(test, sent(test, &s));
	grants(test, KSMOL_DHCP_OFFER, s.xid + 1, EVERYONE);
	grants(test, KSMOL_DHCP_OFFER, s.xid + 1, LEASED);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_PASSED), passed + 2);
	grants(test, KSMOL_DHCP_OFFER, s.xid, EVERYONE);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_PASSED), passed + 2);
	KUNIT_EXPECT_EQ(test, state(test), KSMOL_DHCP_REQUESTING);
}

static struct kunit_case dhcp_cases[] = {
	KUNIT_CASE(attach__discovers),
	KUNIT_CASE(attach__with_addresses_of_its_own),
	KUNIT_CASE(attach__no_ethernet),
	KUNIT_CASE(lease__is_lived_by),
	KUNIT_CASE(lease__ends),
	KUNIT_CASE(renew__unicast),
	KUNIT_CASE(rebind__broadcast),
	KUNIT_CASE(discover__no_buffer),
	KUNIT_CASE(discover__senders_took_all),
	KUNIT_CASE(conflict__declined),
	KUNIT_CASE(conflict__with_ourselves),
	KUNIT_CASE(lease__no_room_for_routes),
	KUNIT_CASE(link__down_and_up),
	KUNIT_CASE(detach__releases),
	KUNIT_CASE(detach__server_unresolved),
	KUNIT_CASE(detach__no_buffer),
	KUNIT_CASE(detach__with_a_lease_on_its_way),
	KUNIT_CASE(input__not_for_us),
	KUNIT_CASE(input__bad_checksum),
	KUNIT_CASE(input__no_client),
	KUNIT_CASE(input__shared),
	{}
};

static struct kunit_suite dhcp_suite = {
	.name = "ksmol_iface_dhcp",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = dhcp_cases,
};

kunit_test_suite(dhcp_suite);
