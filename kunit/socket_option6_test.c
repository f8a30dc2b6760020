// SPDX-License-Identifier: GPL-2.0-only
/* Options of IPv6 sockets: what they change of packets, and what they tell. */

#include <linux/rtnetlink.h>
#include <net/ip6_checksum.h>
#include "../module/iface/attach.h"
#include "socket6_fixture.h"

/* Room for one control message of a number. */
union control {
	struct cmsghdr cmsg;
	u8 room[CMSG_SPACE(sizeof(int))];
};

/* send6() to PEER6, with an int. */
static int send6_with(struct kunit *test, struct socket *sock, u32 len,
		      int type, int val)
{
	struct sockaddr_in6 sin6 = end6(PEER6, PEER_PORT, 0);
	struct socket_fixture *f = test->priv;
	struct kvec vec = { .iov_base = f->buf, .iov_len = len };
	union control control = {
		.cmsg = {
			.cmsg_level = SOL_IPV6,
			.cmsg_type = type,
			.cmsg_len = CMSG_LEN(sizeof(int)),
		},
	};
	struct msghdr msg = {
		.msg_flags = MSG_DONTWAIT,
		.msg_name = &sin6,
		.msg_namelen = sizeof(sin6),
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	*(int *)CMSG_DATA(&control.cmsg) = val;
	return kernel_sendmsg(sock, &msg, &vec, 1, len);
}

/* --- the hop limit --- */

static void link_says(struct kunit *test, u8 hops)
{
	struct socket_fixture *f = test->priv;
	struct ksmol_iface *iface;

	rtnl_lock();
	iface = ksmol_iface_find(&init_net, f->vdev->dev->name);
	KUNIT_EXPECT_NOT_NULL(test, iface);
	if (iface)
		WRITE_ONCE(iface->nd.hops, hops);
	rtnl_unlock();
}

static int hops_sent(struct kunit *test)
{
	const struct ipv6hdr *ip = peer6_gets(test);

	return ip ? ip->hop_limit : -1;
}

/* RFC 4861 6.3.4: who has nothing else in mind takes the routers' word. */
static void hops__of_the_link(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_DGRAM, 0);

	link_says(test, 17);
	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, 9, 1), 1);
	KUNIT_EXPECT_EQ(test, hops_sent(test), 17);
	KUNIT_EXPECT_EQ(test, send6_with(test, sock, 1, IPV6_HOPLIMIT, 9), 1);
	KUNIT_EXPECT_EQ(test, hops_sent(test), 9);
	KUNIT_EXPECT_EQ(test, send6_with(test, sock, 1, IPV6_HOPLIMIT, -1), 1);
	KUNIT_EXPECT_EQ(test, hops_sent(test), 17);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_UNICAST_HOPS, 5), 0);
	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, 9, 1), 1);
	KUNIT_EXPECT_EQ(test, hops_sent(test), 5);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_UNICAST_HOPS, -1), 0);
	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, 9, 1), 1);
	KUNIT_EXPECT_EQ(test, hops_sent(test), 17);
	/* Groups have a limit of their own. */
	KUNIT_EXPECT_EQ(test, send6(test, sock, "ff0e::9", 9, 1), 1);
	KUNIT_EXPECT_EQ(test, hops_sent(test), 1);
	link_says(test, 0);
	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, 9, 1), 1);
	KUNIT_EXPECT_EQ(test, hops_sent(test), 64);
}

/* What no socket of a program's sends. */
static void hops__of_answers(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_STREAM, 0);

	link_says(test, 18);
	tcp6_arrives(test, PEER6, US6, PEER_PORT, KSMOL_TCP_SYN, 1, 0, 0);
	KUNIT_EXPECT_EQ(test, hops_sent(test), 18);
	KUNIT_ASSERT_EQ(test, bind6(sock, "::", OUR_PORT), 0);
	KUNIT_ASSERT_EQ(test, sock->ops->listen(sock, 1), 0);
	tcp6_arrives(test, PEER6, US6, PEER_PORT, KSMOL_TCP_SYN, 1, 0, 0);
	KUNIT_EXPECT_EQ(test, hops_sent(test), 18);
}

/* --- flow labels --- */

static u32 label_sent(struct kunit *test, struct socket *sock)
{
	const struct ipv6hdr *ip;

	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, 9, 1), 1);
	ip = peer6_gets(test);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	return ntohl(*(const __be32 *)ip) & 0xfffff;
}

static void label__unless_told_otherwise(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_DGRAM, 0);
	u8 *mode = &init_net.ipv6.sysctl.auto_flowlabels;
	u8 before = *mode;

	KUNIT_EXPECT_NE(test, label_sent(test, sock), 0U);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_AUTOFLOWLABEL, 0), 0);
	KUNIT_EXPECT_EQ(test, label_sent(test, sock), 0U);
	WRITE_ONCE(*mode, IP6_AUTO_FLOW_LABEL_FORCED);
	KUNIT_EXPECT_NE(test, label_sent(test, sock), 0U);
	WRITE_ONCE(*mode, IP6_AUTO_FLOW_LABEL_OPTIN);
	KUNIT_EXPECT_EQ(test, label_sent(test, sock), 0U);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_AUTOFLOWLABEL, 1), 0);
	KUNIT_EXPECT_NE(test, label_sent(test, sock), 0U);
	WRITE_ONCE(*mode, IP6_AUTO_FLOW_LABEL_OFF);
	KUNIT_EXPECT_EQ(test, label_sent(test, sock), 0U);
	WRITE_ONCE(*mode, before);
}

/* --- IPV6_DONTFRAG and IPV6_RECVPATHMTU --- */

static unsigned int packets_sent(struct kunit *test)
{
	struct sk_buff *skb;
	unsigned int n = 0;

	while ((skb = peer_gets(test))) {
		kfree_skb(skb);
		n++;
	}
	return n;
}

static void dontfrag__refused(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_DGRAM, 0);

	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, 9, 2000), 2000);
	KUNIT_EXPECT_EQ(test, packets_sent(test), 2U);
	KUNIT_EXPECT_EQ(test, send6_with(test, sock, 2000, IPV6_DONTFRAG, 1),
			-EMSGSIZE);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_DONTFRAG, 1), 0);
	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, 9, 2000), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, packets_sent(test), 0U);
	/* What comes with the datagram counts more, either way. */
	KUNIT_EXPECT_EQ(test, send6_with(test, sock, 2000, IPV6_DONTFRAG, 0),
			2000);
	KUNIT_EXPECT_EQ(test, packets_sent(test), 2U);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), -EAGAIN);
}

static void dontfrag__told_of_the_path(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_DGRAM, 0);
	struct in6_addr peer = ksmol_ip6(PEER6).v6;
	const struct ip6_mtuinfo *info;
	int i;

	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_RECVPATHMTU, 1), 0);
	/* Not of what may not be fragmented for another reason. */
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_MTU_DISCOVER,
				      IPV6_PMTUDISC_DO), 0);
	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, 9, 2000), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_DONTFRAG, 1), 0);
	/* The latest, once. */
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, send6(test, sock, i ? PEER6 : OTHER6, 9,
					    2000), -EMSGSIZE);
	KUNIT_ASSERT_EQ(test, sock_recv(test, sock, 10, 0), 0);
	expect_name6(test, PEER6, 0, 0);
	info = sock_control(test, SOL_IPV6, IPV6_PATHMTU, sizeof(*info));
	KUNIT_ASSERT_NOT_NULL(test, info);
	KUNIT_EXPECT_EQ(test, info->ip6m_mtu, 1500U);
	KUNIT_EXPECT_EQ(test, info->ip6m_addr.sin6_family, AF_INET6);
	KUNIT_EXPECT_MEMEQ(test, &info->ip6m_addr.sin6_addr, &peer,
			   sizeof(peer));
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), -EAGAIN);
	/* One that nobody reads goes with the socket. */
	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, 9, 2000), -EMSGSIZE);
}

/* --- extension headers --- */

static int set_bytes(struct socket *sock, int name, void *bytes, u32 len)
{
	return sock->ops->setsockopt(sock, SOL_IPV6, name,
				     KERNEL_SOCKPTR(bytes), len);
}

static void header__refused(struct kunit *test)
{
	static const int names[] = { IPV6_HOPOPTS, IPV6_RTHDRDSTOPTS,
				     IPV6_DSTOPTS, IPV6_RTHDR };
	struct socket *sock = open6(test, SOCK_DGRAM, 0);
	u8 header[8] = { 0, 0, 1, 4 };
	int i, err;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		err = names[i] == IPV6_RTHDR ? -EINVAL : -EPERM;
		KUNIT_EXPECT_EQ(test, set_bytes(sock, names[i], header, 8),
				err);
		/* There is none to be taken away. */
		KUNIT_EXPECT_EQ(test, set_bytes(sock, names[i], NULL, 0), 0);
		/* Less than a header says of itself. */
		KUNIT_EXPECT_EQ(test, send6_with(test, sock, 1, names[i], 0),
				-EINVAL);
	}
	KUNIT_EXPECT_EQ(test, packets_sent(test), 0U);
}

/* PadN, then the datagram: @len bytes of it. */
static void arrives_with_headers(struct kunit *test, u32 len)
{
	static const u8 headers[] = {
		IPPROTO_DSTOPTS, 0, 1, 4, 1, 1, 1, 1,
		IPPROTO_UDP, 1, 1, 12, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
	};
	struct in6_addr from = ksmol_ip6(PEER6).v6, to = ksmol_ip6(US6).v6;
	u8 *bytes = kunit_kzalloc(test, sizeof(headers) + 8 + len, GFP_KERNEL);
	struct udphdr *udp = (void *)bytes + sizeof(headers);

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	memcpy(bytes, headers, sizeof(headers));
	memset(udp + 1, 'x', len);
	udp->source = htons(PEER_PORT);
	udp->dest = htons(OUR_PORT);
	udp->len = htons(8 + len);
	udp->check = csum_ipv6_magic(&from, &to, 8 + len, IPPROTO_UDP,
				     csum_partial(udp, 8 + len, 0));
	packet6_arrives(test, PEER6, US6, IPPROTO_HOPOPTS, bytes,
			sizeof(headers) + 8 + len);
}

/* Where it is copied, and where the frame is kept. */
static void header__received(struct kunit *test)
{
	struct socket *sock = udp6_bound(test, "::", OUR_PORT);
	static const u32 sizes[] = { 0, 1, 200, 256, 1000 };
	struct socket_fixture *f = test->priv;
	const u8 *hop, *dst;
	int i;

	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_RECVHOPOPTS, 1), 0);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		KUNIT_EXPECT_EQ(test, option6(sock, IPV6_RECVDSTOPTS, i & 1),
				0);
		arrives_with_headers(test, sizes[i]);
		KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 2000, 0),
				(int)sizes[i]);
		if (sizes[i])
			KUNIT_EXPECT_EQ(test, f->buf[sizes[i] - 1], (u8)'x');
		hop = sock_control(test, SOL_IPV6, IPV6_HOPOPTS, 8);
		KUNIT_ASSERT_NOT_NULL(test, hop);
		KUNIT_EXPECT_EQ(test, hop[0], IPPROTO_DSTOPTS);
		KUNIT_EXPECT_EQ(test, hop[7], 1);
		dst = sock_control(test, SOL_IPV6, IPV6_DSTOPTS, 16);
		KUNIT_EXPECT_EQ(test, !!dst, i & 1);
		if (dst)
			KUNIT_EXPECT_EQ(test, dst[15], 2);
	}
	peer6_sends(test, PEER6, US6, OUR_PORT, 5);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 2000, 0), 5);
	KUNIT_EXPECT_EQ(test, f->controllen, (size_t)0);
}

/* One that asks, one that does not, of the same packet; and one too late. */
static void header__for_who_asks(struct kunit *test)
{
	struct socket *sock = udp6_bound(test, "::", OUR_PORT);

	arrives_with_headers(test, 10);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_RECVHOPOPTS, 1), 0);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 2000, 0), 10);
	KUNIT_EXPECT_NULL(test, sock_control(test, SOL_IPV6, IPV6_HOPOPTS, 8));
	arrives_with_headers(test, 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 2000, MSG_PEEK), 10);
	KUNIT_EXPECT_NOT_NULL(test, sock_control(test, SOL_IPV6, IPV6_HOPOPTS,
						 8));
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_RECVHOPOPTS, 0), 0);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 2000, 0), 10);
	KUNIT_EXPECT_NULL(test, sock_control(test, SOL_IPV6, IPV6_HOPOPTS, 8));
}

/* --- addresses --- */

/* RFC 5014 4: contradictions are refused. */
static void prefs__contradictions(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_DGRAM, 0);
	static const int bad[] = {
		IPV6_PREFER_SRC_TMP | IPV6_PREFER_SRC_PUBLIC,
		IPV6_PREFER_SRC_TMP | IPV6_PREFER_SRC_PUBTMP_DEFAULT,
		IPV6_PREFER_SRC_HOME | IPV6_PREFER_SRC_COA,
		IPV6_PREFER_SRC_CGA | IPV6_PREFER_SRC_NONCGA,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ(test, option6(sock, IPV6_ADDR_PREFERENCES,
					      bad[i]), -EINVAL);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_ADDR_PREFERENCES,
				      IPV6_PREFER_SRC_TMP |
				      IPV6_PREFER_SRC_COA), 0);
	KUNIT_EXPECT_EQ(test, ksmol_sk(sock->sk)->opts6.prefs,
			IPV6_PREFER_SRC_TMP | IPV6_PREFER_SRC_COA);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_ADDR_PREFERENCES,
				      IPV6_PREFER_SRC_PUBTMP_DEFAULT |
				      IPV6_PREFER_SRC_HOME), 0);
	KUNIT_EXPECT_EQ(test, ksmol_sk(sock->sk)->opts6.prefs, 0);
}

static struct kunit_case option6_cases[] = {
	KUNIT_CASE(hops__of_the_link),
	KUNIT_CASE(hops__of_answers),
	KUNIT_CASE(label__unless_told_otherwise),
	KUNIT_CASE(dontfrag__refused),
	KUNIT_CASE(dontfrag__told_of_the_path),
	KUNIT_CASE(header__refused),
	KUNIT_CASE(header__received),
	KUNIT_CASE(header__for_who_asks),
	KUNIT_CASE(prefs__contradictions),
	{}
};

static struct kunit_suite option6_suite = {
	.name = "ksmol_socket_option6",
	.init = socket6_fixture_init,
	.exit = socket_fixture_exit,
	.test_cases = option6_cases,
};

kunit_test_suite(option6_suite);
