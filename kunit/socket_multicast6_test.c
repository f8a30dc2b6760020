// SPDX-License-Identifier: GPL-2.0-only
/* IPv6 sockets and groups: who gets what, by source. */

#include <linux/igmp.h>
#include <linux/in6.h>
#include "socket6_fixture.h"

#define GROUP6	"ff0e::1:2"

static int set(struct socket *sock, int name, const void *val, u32 len)
{
	return sock->ops->setsockopt(sock, SOL_IPV6, name,
				     KERNEL_SOCKPTR((void *)val), len);
}

static void put_addr(struct __kernel_sockaddr_storage *to, const char *addr)
{
	struct sockaddr_in6 sin6 = end6(addr, 0, 0);

	memcpy(to, &sin6, sizeof(sin6));
}

static int join(struct kunit *test, struct socket *sock, int name)
{
	struct ipv6_mreq req = {
		.ipv6mr_multiaddr = ksmol_ip6(GROUP6).v6,
		.ipv6mr_ifindex = dev6(test),
	};

	return set(sock, name, &req, sizeof(req));
}

static int source(struct kunit *test, struct socket *sock, int name,
		  const char *addr)
{
	struct group_source_req req = { .gsr_interface = dev6(test) };

	put_addr(&req.gsr_group, GROUP6);
	put_addr(&req.gsr_source, addr);
	return set(sock, name, &req, sizeof(req));
}

/* MCAST_MSFILTER, with up to two sources. */
static int filter(struct kunit *test, struct socket *sock, u32 mode,
		  const char *one, const char *two)
{
	struct group_filter *req = kunit_kzalloc(test, GROUP_FILTER_SIZE(2),
						 GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, req);
	req->gf_interface = dev6(test);
	put_addr(&req->gf_group, GROUP6);
	req->gf_fmode = mode;
	req->gf_numsrc = !!one + !!two;
	if (one)
		put_addr(&req->gf_slist_flex[0], one);
	if (two)
		put_addr(&req->gf_slist_flex[1], two);
	return set(sock, MCAST_MSFILTER, req, GROUP_FILTER_SIZE(2));
}

static struct socket *reader(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_DGRAM, 0);

	sock_option(test, sock, SO_REUSEADDR, 1);
	KUNIT_ASSERT_EQ(test, bind6(sock, "::", OUR_PORT), 0);
	return sock;
}

static void expect_hears(struct kunit *test, struct socket *sock,
			 const char *saddr, bool hears)
{
	peer6_sends(test, saddr, GROUP6, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0),
			hears ? 10 : -EAGAIN);
}

/* Three readers share one packet; who blocked its source gets none. */
static void deliver__to_all_without_a_copy(struct kunit *test)
{
	struct socket_fixture *f = test->priv;
	u64 copies = ksmol_stats_read(copy[KSMOL_COPY_DUP]);
	struct socket *sock[4];
	int i;

	for (i = 0; i < 4; i++) {
		sock[i] = reader(test);
		KUNIT_ASSERT_EQ(test, join(test, sock[i], IPV6_ADD_MEMBERSHIP),
				0);
	}
	KUNIT_EXPECT_EQ(test, source(test, sock[3], MCAST_BLOCK_SOURCE, PEER6),
			0);
	peer6_sends(test, PEER6, GROUP6, OUR_PORT, 1000);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(copy[KSMOL_COPY_DUP]), copies);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_SOCKET), 3U);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, sock_recv(test, sock[i], 2000, 0), 1000);
		KUNIT_EXPECT_EQ(test, f->buf[999], (u8)999);
		expect_name6(test, PEER6, PEER_PORT, 0);
	}
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock[3], 2000, 0), -EAGAIN);
	expect_hears(test, sock[3], OTHER6, true);
}

static void source__one_by_one(struct kunit *test)
{
	struct socket *sock = reader(test);

	KUNIT_EXPECT_EQ(test, source(test, sock, MCAST_LEAVE_SOURCE_GROUP,
				     PEER6), -EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, source(test, sock, MCAST_JOIN_SOURCE_GROUP,
				     PEER6), 0);
	expect_hears(test, sock, PEER6, true);
	expect_hears(test, sock, OTHER6, false);
	KUNIT_EXPECT_EQ(test, source(test, sock, MCAST_JOIN_SOURCE_GROUP,
				     OTHER6), 0);
	expect_hears(test, sock, OTHER6, true);
	KUNIT_EXPECT_EQ(test, source(test, sock, MCAST_BLOCK_SOURCE, OTHER6),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, source(test, sock, MCAST_LEAVE_SOURCE_GROUP,
				     PEER6), 0);
	expect_hears(test, sock, PEER6, false);
	KUNIT_EXPECT_EQ(test, source(test, sock, MCAST_LEAVE_SOURCE_GROUP,
				     OTHER6), 0);
	expect_hears(test, sock, OTHER6, false);
}

static void source__blocked(struct kunit *test)
{
	struct socket *sock = reader(test);

	KUNIT_ASSERT_EQ(test, join(test, sock, IPV6_ADD_MEMBERSHIP), 0);
	KUNIT_EXPECT_EQ(test, source(test, sock, MCAST_BLOCK_SOURCE, PEER6), 0);
	expect_hears(test, sock, PEER6, false);
	KUNIT_EXPECT_EQ(test, source(test, sock, MCAST_UNBLOCK_SOURCE, PEER6),
			0);
	expect_hears(test, sock, PEER6, true);
	KUNIT_EXPECT_EQ(test, source(test, sock, MCAST_UNBLOCK_SOURCE, PEER6),
			-EADDRNOTAVAIL);
}

static void filter__as_a_whole(struct kunit *test)
{
	struct socket *sock = reader(test);

	KUNIT_EXPECT_EQ(test, filter(test, sock, MCAST_EXCLUDE, PEER6, NULL),
			-EINVAL);
	KUNIT_ASSERT_EQ(test, join(test, sock, IPV6_ADD_MEMBERSHIP), 0);
	KUNIT_EXPECT_EQ(test, filter(test, sock, MCAST_EXCLUDE, PEER6, NULL),
			0);
	expect_hears(test, sock, PEER6, false);
	expect_hears(test, sock, OTHER6, true);
	KUNIT_EXPECT_EQ(test, filter(test, sock, MCAST_INCLUDE, PEER6, OTHER6),
			0);
	expect_hears(test, sock, PEER6, true);
	expect_hears(test, sock, OTHER6, true);
	expect_hears(test, sock, "fd66::4", false);
	KUNIT_EXPECT_EQ(test, filter(test, sock, 2, PEER6, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, filter(test, sock, MCAST_INCLUDE, NULL, NULL),
			0);
	KUNIT_EXPECT_EQ(test, filter(test, sock, MCAST_INCLUDE, NULL, NULL),
			-EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, join(test, sock, IPV6_DROP_MEMBERSHIP),
			-EADDRNOTAVAIL);
}

static struct kunit_case multicast6_cases[] = {
	KUNIT_CASE(deliver__to_all_without_a_copy),
	KUNIT_CASE(source__one_by_one),
	KUNIT_CASE(source__blocked),
	KUNIT_CASE(filter__as_a_whole),
	{}
};

static struct kunit_suite multicast6_suite = {
	.name = "ksmol_socket_multicast6",
	.init = socket6_fixture_init,
	.exit = socket_fixture_exit,
	.test_cases = multicast6_cases,
};

kunit_test_suite(multicast6_suite);
