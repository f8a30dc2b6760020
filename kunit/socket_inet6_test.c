// SPDX-License-Identifier: GPL-2.0-only
/* Sockets of IPv6: UDP, both families on one, addresses, options, errors. */

#include <linux/errqueue.h>
#include <linux/icmpv6.h>
#include <linux/poll.h>
#include <net/ip.h>
#include <uapi/linux/ksmol.h>
#include "../module/socket/raw.h"
#include "socket6_fixture.h"

/* --- datagrams --- */

static void recvmsg__datagram(struct kunit *test)
{
	static const u32 sizes[] = { 0, 1, 257, 1452 };
	struct socket *sock = udp6_bound(test, "::", OUR_PORT);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		peer6_sends(test, PEER6, US6, OUR_PORT, sizes[i]);
		KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 4096, 0),
				(int)sizes[i]);
		expect_name6(test, PEER6, PEER_PORT, 0);
	}
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_SOCKET), 0U);
}

/* RFC 8200 8.1: also where the device says that the sum is right. */
static void recvmsg__without_checksum(struct kunit *test)
{
	const struct udphdr udp = {
		.source = htons(PEER_PORT),
		.dest = htons(OUR_PORT),
		.len = htons(sizeof(udp)),
	};
	struct socket *sock = udp6_bound(test, "::", OUR_PORT);
	u64 before = verdicts(KSMOL_DROP_UDP_NO_CSUM);
	struct socket_fixture *f = test->priv;
	struct sk_buff *skb;

	packet6_arrives(test, PEER6, US6, IPPROTO_UDP, &udp, sizeof(udp));
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_UDP_NO_CSUM), before + 1);
	skb = ksmol_vdev_skb(test, f->vdev, f->frame.data + ETH_HLEN,
			     f->frame.len - ETH_HLEN);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	ksmol_vdev_inject_skb(skb);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_UDP_NO_CSUM), before + 2);
}

static void sendmsg__datagram(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_DGRAM, 0);

	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, PEER_PORT, 100), 100);
	udp6_got(test, US6, PEER6, PEER_PORT, 100);
	KUNIT_EXPECT_EQ(test, send6(test, sock, NULL, 0, 1), -EDESTADDRREQ);
	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, 0, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, send6(test, sock, "2001:db8::1", 9, 1),
			-ENETUNREACH);
}

static void sendmsg__to_ourselves(struct kunit *test)
{
	struct socket *sock = udp6_bound(test, US6, OUR_PORT);

	KUNIT_EXPECT_EQ(test, send6(test, sock, US6, OUR_PORT, 50), 50);
	sock->sk->sk_rcvtimeo = HZ;
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, MSG_WAITALL), 50);
	expect_name6(test, US6, OUR_PORT, 0);
}

static void connect__one_peer(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_DGRAM, 0);

	KUNIT_ASSERT_EQ(test, connect6(sock, PEER6, PEER_PORT), 0);
	expect_local6(test, sock, US6, ksmol_sk(sock->sk)->lport ?
		      ntohs(ksmol_sk(sock->sk)->lport) : 0);
	expect_remote6(test, sock, PEER6, PEER_PORT);
	KUNIT_EXPECT_EQ(test, send6(test, sock, NULL, 0, 10), 10);
	udp6_got(test, US6, PEER6, PEER_PORT, 10);
	peer6_sends(test, OTHER6, US6, ntohs(ksmol_sk(sock->sk)->lport), 5);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), -EAGAIN);
	peer6_sends(test, PEER6, US6, ntohs(ksmol_sk(sock->sk)->lport), 5);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), 5);
}

/* --- both families --- */

static void both__receives_ipv4_as_mapped(struct kunit *test)
{
	struct socket *sock = udp6_bound(test, "::", OUR_PORT);

	peer_sends(test, US, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), 10);
	expect_name6(test, "::ffff:10.66.0.2", PEER_PORT, 0);
	peer6_sends(test, PEER6, US6, OUR_PORT, 11);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), 11);
}

static void both__not_with_v6only(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_DGRAM, 0);
	u64 nobody = verdicts(KSMOL_DROP_UDP_NO_SOCKET);

	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_V6ONLY, 1), 0);
	KUNIT_ASSERT_EQ(test, bind6(sock, "::", OUR_PORT), 0);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_V6ONLY, 0), -EINVAL);
	peer_sends(test, US, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_UDP_NO_SOCKET), nobody + 1);
	KUNIT_EXPECT_EQ(test, send6(test, sock, "::ffff:10.66.0.2", 9, 1),
			-ENETUNREACH);
	KUNIT_EXPECT_EQ(test, connect6(sock, "::ffff:10.66.0.2", 9),
			-ENETUNREACH);
}

static void expect_sent4(struct kunit *test, u32 len)
{
	struct sk_buff *skb = peer_gets(test);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb->data[0] >> 4, 4);
	KUNIT_EXPECT_EQ(test, ip_hdr(skb)->saddr, US);
	KUNIT_EXPECT_EQ(test, ip_hdr(skb)->daddr, PEER);
	KUNIT_EXPECT_EQ(test, skb->len, 28 + len);
	kfree_skb(skb);
}

static void both__sends_by_either(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_DGRAM, 0);

	KUNIT_EXPECT_EQ(test, send6(test, sock, "::ffff:10.66.0.2", 9, 20), 20);
	expect_sent4(test, 20);
	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, 9, 21), 21);
	udp6_got(test, US6, PEER6, 9, 21);
	/* A datagram socket takes IPv4's own form, too. */
	KUNIT_EXPECT_EQ(test, sock_send(test, sock, PEER, 9, 22, 0), 22);
	expect_sent4(test, 22);
}

static void both__connected_by_ipv4(struct kunit *test)
{
	struct socket *sock = udp6_bound(test, "::", OUR_PORT);
	struct sockaddr_in6 none = { .sin6_family = AF_UNSPEC };

	KUNIT_ASSERT_EQ(test, connect6(sock, "::ffff:10.66.0.2", PEER_PORT), 0);
	expect_local6(test, sock, "::ffff:10.66.0.1", OUR_PORT);
	expect_remote6(test, sock, "::ffff:10.66.0.2", PEER_PORT);
	KUNIT_EXPECT_EQ(test, send6(test, sock, NULL, 0, 10), 10);
	expect_sent4(test, 10);
	peer6_sends(test, PEER6, US6, OUR_PORT, 5);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), -EAGAIN);
	peer_sends(test, US, OUR_PORT, 6);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), 6);
	KUNIT_EXPECT_EQ(test, connect6(sock, PEER6, PEER_PORT), -EAFNOSUPPORT);
	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, 9, 1), -EAFNOSUPPORT);

	KUNIT_EXPECT_EQ(test, sock->ops->connect(sock, (void *)&none,
						 sizeof(none), 0), 0);
	expect_local6(test, sock, "::", OUR_PORT);
	peer6_sends(test, PEER6, US6, OUR_PORT, 7);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), 7);
	peer_sends(test, US, OUR_PORT, 8);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), 8);
}

/* Whoever is IPv4's alone comes first. */
static void both__after_those_of_ipv4(struct kunit *test)
{
	struct socket *six = open6(test, SOCK_DGRAM, 0), *four = udp_open(test);

	sock_option(test, six, SO_REUSEADDR, 1);
	sock_option(test, four, SO_REUSEADDR, 1);
	KUNIT_ASSERT_EQ(test, sock_bind_to(four, 0, OUR_PORT), 0);
	KUNIT_ASSERT_EQ(test, bind6(six, "::", OUR_PORT), 0);
	peer_sends(test, US, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, four, 100, 0), 10);
	peer6_sends(test, PEER6, US6, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, six, 100, 0), 10);
	sock_shut(test, four);
	peer_sends(test, US, OUR_PORT, 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, six, 100, 0), 10);
}

/* --- ports: as Linux's ipv6_rcv_saddr_equal() --- */

static const struct conflict {
	const char *name;
	const char *one, *two;	/* NULL: a socket of IPv4 on any address */
	bool only_one, only_two;
	bool conflict;
} conflicts[] = {
	{ "any_any", "::", "::", false, false, true },
	{ "only_only", "::", "::", true, true, true },
	{ "any_only", "::", "::", false, true, true },
	{ "any_own", "::", US6, false, false, true },
	{ "own_own", US6, US6, false, false, true },
	{ "any_ipv4", "::", NULL, false, false, true },
	{ "ipv4_any", NULL, "::", false, false, true },
	{ "only_ipv4", "::", NULL, true, false, false },
	{ "ipv4_only", NULL, "::", false, true, false },
	{ "own_ipv4", US6, NULL, false, false, false },
	{ "any_mapped", "::", "::ffff:10.66.0.1", false, false, true },
	{ "only_mapped", "::", "::ffff:10.66.0.1", true, false, false },
	{ "own_mapped", US6, "::ffff:10.66.0.1", false, false, false },
	{ "mapped_ipv4", "::ffff:10.66.0.1", NULL, false, false, true },
	{ "any4_only", "::ffff:0.0.0.0", "::", false, true, false },
};

static void conflict_name(const struct conflict *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(conflict, conflicts, conflict_name);

static int conflict_bind(struct kunit *test, const char *addr, bool only,
			 int type)
{
	struct socket *sock;

	if (!addr)
		return type == SOCK_DGRAM ?
		       sock_bind_to(udp_open(test), 0, OUR_PORT) :
		       sock_bind_to(tcp_open(test), 0, OUR_PORT);
	sock = open6(test, type, 0);
	if (only)
		KUNIT_EXPECT_EQ(test, option6(sock, IPV6_V6ONLY, 1), 0);
	return bind6(sock, addr, OUR_PORT);
}

static void bind__conflicts(struct kunit *test)
{
	const struct conflict *c = test->param_value;
	static const int types[] = { SOCK_DGRAM, SOCK_STREAM };
	int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		KUNIT_EXPECT_EQ(test, conflict_bind(test, c->one, c->only_one,
						    types[i]), 0);
		KUNIT_EXPECT_EQ(test, conflict_bind(test, c->two, c->only_two,
						    types[i]),
				c->conflict ? -EADDRINUSE : 0);
	}
}

/* --- addresses --- */

static void bind__addresses(struct kunit *test)
{
	struct sockaddr_in6 sin6 = end6("::", OUR_PORT, 0);
	struct socket *sock = open6(test, SOCK_DGRAM, 0);

	KUNIT_EXPECT_EQ(test, bind6(sock, "fd66::77", 1), -EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, bind6(sock, "::ffff:10.66.0.77", 1),
			-EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, sock_bind_to(sock, 0, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, sock->ops->bind(sock, (void *)&sin6, 23),
			-EINVAL);
	sin6.sin6_family = AF_INET;
	KUNIT_EXPECT_EQ(test, sock->ops->bind(sock, (void *)&sin6,
					      sizeof(sin6)), -EAFNOSUPPORT);
	/* RFC 2133's form, without a scope. */
	sin6.sin6_family = AF_INET6;
	KUNIT_EXPECT_EQ(test, sock->ops->bind(sock, (void *)&sin6, 24), 0);
	KUNIT_EXPECT_EQ(test, bind6(sock, "::", OUR_PORT + 1), -EINVAL);
}

/* fe80:: is one address on each link: it needs an interface. */
static void bind__link_local(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_DGRAM, 0);

	KUNIT_EXPECT_EQ(test, bind6(sock, US6_LINK, OUR_PORT), -EINVAL);
	KUNIT_ASSERT_EQ(test, bind6_on(sock, US6_LINK, OUR_PORT, dev6(test)),
			0);
	KUNIT_EXPECT_EQ(test, sock->sk->sk_bound_dev_if, dev6(test));
	peer6_sends(test, PEER6_LINK, US6_LINK, OUR_PORT, 9);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), 9);
	expect_name6(test, PEER6_LINK, PEER_PORT, dev6(test));
	KUNIT_EXPECT_EQ(test, connect6_on(sock, PEER6_LINK, 9,
					  dev6(test) + 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, connect6(sock, PEER6_LINK, 9), 0);
}

static void connect__link_local(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_DGRAM, 0);

	KUNIT_EXPECT_EQ(test, connect6(sock, PEER6_LINK, 9), -EINVAL);
	KUNIT_ASSERT_EQ(test, connect6_on(sock, PEER6_LINK, 9, dev6(test)), 0);
	expect_local6(test, sock, US6_LINK, ntohs(ksmol_sk(sock->sk)->lport));
}

/* --- control messages and options --- */

static void cmsg__with_each_datagram(struct kunit *test)
{
	struct socket *sock = udp6_bound(test, "::", OUR_PORT);
	struct in6_addr us = ksmol_ip6(US6).v6;
	struct in6_addr mapped = ksmol_ip6("::ffff:10.66.0.1").v6;
	const struct in6_pktinfo *info;
	const int *hops, *tclass;

	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_RECVPKTINFO, 1), 0);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_RECVHOPLIMIT, 1), 0);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_RECVTCLASS, 1), 0);
	peer6_sends(test, PEER6, US6, OUR_PORT, 1);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), 1);
	info = sock_control(test, SOL_IPV6, IPV6_PKTINFO, sizeof(*info));
	hops = sock_control(test, SOL_IPV6, IPV6_HOPLIMIT, sizeof(*hops));
	tclass = sock_control(test, SOL_IPV6, IPV6_TCLASS, sizeof(*tclass));
	KUNIT_ASSERT_TRUE(test, info && hops && tclass);
	KUNIT_EXPECT_MEMEQ(test, &info->ipi6_addr, &us, sizeof(us));
	KUNIT_EXPECT_EQ(test, info->ipi6_ifindex, dev6(test));
	KUNIT_EXPECT_EQ(test, *hops, 33);
	KUNIT_EXPECT_EQ(test, *tclass, 0x28);

	peer_sends(test, US, OUR_PORT, 1);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), 1);
	info = sock_control(test, SOL_IPV6, IPV6_PKTINFO, sizeof(*info));
	KUNIT_ASSERT_NOT_NULL(test, info);
	KUNIT_EXPECT_MEMEQ(test, &info->ipi6_addr, &mapped, sizeof(mapped));
	KUNIT_EXPECT_NULL(test, sock_control(test, SOL_IPV6, IPV6_HOPLIMIT,
					     sizeof(*hops)));
}

static void option__acts_on_what_is_sent(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_DGRAM, 0);
	const struct ipv6hdr *ip;

	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_UNICAST_HOPS, 7), 0);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_TCLASS, 0xa8), 0);
	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, 9, 1), 1);
	ip = peer6_gets(test);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_EQ(test, ip->hop_limit, 7);
	KUNIT_EXPECT_EQ(test, (ntohl(*(__be32 *)ip) >> 20) & 0xff, 0xa8U);
	/* -1 is the namespace's default again. */
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_UNICAST_HOPS, -1), 0);
	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, 9, 1), 1);
	ip = peer6_gets(test);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_EQ(test, ip->hop_limit, 64);
}

static void option__refused(struct kunit *test)
{
	struct socket *sock = open6(test, SOCK_DGRAM, 0);

	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_UNICAST_HOPS, 256), -EINVAL);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_MULTICAST_HOPS, -2), -EINVAL);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_TCLASS, 256), -EINVAL);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_MULTICAST_LOOP, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_MTU_DISCOVER, 6), -EINVAL);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_MULTICAST_IF, 9999), -ENODEV);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_HDRINCL, 1), -ENOPROTOOPT);
	KUNIT_EXPECT_EQ(test, option6(sock, 999, 1), -ENOPROTOOPT);
	KUNIT_EXPECT_EQ(test, sock->ops->setsockopt(sock, SOL_IPV6, IPV6_V6ONLY,
						    KERNEL_SOCKPTR(NULL), 0),
			-EINVAL);
	/* Level IPPROTO_IPV6 is not for sockets of IPv4. */
	KUNIT_EXPECT_EQ(test, option6(udp_open(test), IPV6_UNICAST_HOPS, 1),
			-ENOPROTOOPT);
}

/* --- errors --- */

/* About a datagram of ours from OUR_PORT to port 9. */
static void peer6_objects(struct kunit *test, u8 type, u8 code, u32 rest)
{
	struct ksmol_frame6_ends ours = {
		.saddr = ksmol_ip6(US6),
		.daddr = ksmol_ip6(PEER6),
		.sport = htons(OUR_PORT),
		.dport = htons(9),
	};
	struct ksmol_frame6_ends ends = {
		.saddr = ksmol_ip6(OTHER6),
		.daddr = ksmol_ip6(US6),
	};
	struct socket_fixture *f = test->priv;
	struct ksmol_frame *quote = kunit_kzalloc(test, sizeof(*quote),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, quote);
	ksmol_frame_udp6(quote, &ours, NULL, 20);
	ksmol_frame_icmp6(&f->frame, &ends, type, code, rest,
			  quote->data + ETH_HLEN, quote->len - ETH_HLEN);
	frame_arrives(test);
}

static void error__port_unreachable(struct kunit *test)
{
	struct socket *sock = udp6_bound(test, US6, OUR_PORT);

	peer6_objects(test, ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), -EAGAIN);
	KUNIT_ASSERT_EQ(test, connect6(sock, PEER6, 9), 0);
	peer6_objects(test, ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), -ECONNREFUSED);
}

static void error__queued(struct kunit *test)
{
	struct socket *sock = udp6_bound(test, US6, OUR_PORT);
	const struct {
		struct sock_extended_err ee;
		struct sockaddr_in6 offender;
	} *err;
	struct in6_addr other = ksmol_ip6(OTHER6).v6;

	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_RECVERR, 1), 0);
	peer6_objects(test, ICMPV6_PKT_TOOBIG, 0, 1280);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, MSG_ERRQUEUE), 20);
	expect_name6(test, PEER6, 9, 0);
	err = sock_control(test, SOL_IPV6, IPV6_RECVERR, sizeof(*err));
	KUNIT_ASSERT_NOT_NULL(test, err);
	KUNIT_EXPECT_EQ(test, err->ee.ee_errno, (u32)EMSGSIZE);
	KUNIT_EXPECT_EQ(test, err->ee.ee_origin, SO_EE_ORIGIN_ICMP6);
	KUNIT_EXPECT_EQ(test, err->ee.ee_type, ICMPV6_PKT_TOOBIG);
	KUNIT_EXPECT_EQ(test, err->ee.ee_info, 1280U);
	KUNIT_EXPECT_MEMEQ(test, &err->offender.sin6_addr, &other,
			   sizeof(other));
	/* With the last of them the error is told. */
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), -EAGAIN);
}

/* What IPv4's ICMP says of a mapped peer comes in IPv6's form. */
static void error__of_ipv4(struct kunit *test)
{
	struct socket *sock = udp6_bound(test, "::", OUR_PORT);

	KUNIT_EXPECT_EQ(test, sock_ip_option(sock, IP_RECVERR, 1), 0);
	peer_objects(test, 3, 3, 0, OUR_PORT, PEER, 9, 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, MSG_ERRQUEUE), 10);
	expect_name6(test, "::ffff:10.66.0.2", 9, 0);
	KUNIT_EXPECT_NOT_NULL(test,
			      sock_control(test, SOL_IPV6, IPV6_RECVERR,
					   sizeof(struct sock_extended_err) +
					   sizeof(struct sockaddr_in6)));
}

/* --- ping and raw --- */

static void ping__echo(struct kunit *test)
{
	const struct icmp6hdr echo = { .icmp6_type = ICMPV6_ECHO_REQUEST };
	struct socket *sock = open6(test, SOCK_DGRAM, 1);
	struct socket_fixture *f = test->priv;
	const struct ipv6hdr *ip;
	struct icmp6hdr answer;

	memcpy(f->buf, &echo, sizeof(echo));
	KUNIT_ASSERT_EQ(test, send6(test, sock, PEER6, 0, 64), 64);
	ip = peer6_gets(test);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_EQ(test, ip->nexthdr, IPPROTO_ICMPV6);
	answer = *(const struct icmp6hdr *)(ip + 1);
	KUNIT_EXPECT_EQ(test, answer.icmp6_identifier,
			ksmol_sk(sock->sk)->lport);

	ksmol_frame_icmp6(&f->frame, &(struct ksmol_frame6_ends){
			  .saddr = ksmol_ip6(PEER6), .daddr = ksmol_ip6(US6) },
			  ICMPV6_ECHO_REPLY, 0,
			  ntohs(answer.icmp6_identifier) << 16, NULL, 56);
	frame_arrives(test);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), 64);
	KUNIT_EXPECT_EQ(test, f->buf[0], ICMPV6_ECHO_REPLY);
	f->buf[0] = 8;
	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, 0, 64), -EINVAL);
}

static struct socket *raw6(struct kunit *test, int proto)
{
	struct socket *sock = open6(test, SOCK_RAW, 0);

	KUNIT_ASSERT_EQ(test, sock->ops->setsockopt(sock, SOL_KSMOL,
						    KSMOL_RAW_PROTOCOL,
						    KERNEL_SOCKPTR(&proto),
						    sizeof(proto)), 0);
	return sock;
}

/* RFC 3542 3: without the IPv6 header; 3.2: types that are not wanted. */
static void raw__icmp6(struct kunit *test)
{
	struct socket *sock = raw6(test, IPPROTO_ICMPV6);
	struct socket_fixture *f = test->priv;
	struct icmp6_filter filter = {};
	const struct ipv6hdr *ip;

	peer6_objects(test, ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 1000, 0), 8 + 40 + 8 + 20);
	KUNIT_EXPECT_EQ(test, f->buf[0], ICMPV6_DEST_UNREACH);
	filter.data[0] = BIT(ICMPV6_DEST_UNREACH);
	KUNIT_EXPECT_EQ(test, sock->ops->setsockopt(sock, SOL_ICMPV6,
						    ICMPV6_FILTER,
						    KERNEL_SOCKPTR(&filter),
						    sizeof(filter)), 0);
	peer6_objects(test, ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 1000, 0), -EAGAIN);

	/* The sum is made for it, whatever stood there. */
	memset(f->buf, 0x77, 30);
	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, 0, 30), 30);
	ip = peer6_gets(test);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_EQ(test, ip->nexthdr, IPPROTO_ICMPV6);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_CHECKSUM, 4), -EINVAL);
}

/* RFC 3542 3.1: made and checked where the program says it is. */
static void raw__checksum(struct kunit *test)
{
	struct socket *sock = raw6(test, 200);
	struct socket_fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_CHECKSUM, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_CHECKSUM, 6), 0);
	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, 0, 7), -EINVAL);
	memset(f->buf, 0x55, 20);
	KUNIT_EXPECT_EQ(test, send6(test, sock, PEER6, 0, 20), 20);
	KUNIT_EXPECT_NOT_NULL(test, peer6_gets(test));
	memset(f->buf, 0x55, 20);
	packet6_arrives(test, PEER6, US6, 200, f->buf, 20);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, option6(sock, IPV6_CHECKSUM, -1), 0);
	memset(f->buf, 0x55, 20);
	packet6_arrives(test, PEER6, US6, 200, f->buf, 20);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), 20);
	expect_name6(test, PEER6, 0, 0);
}

static struct kunit_case inet6_cases[] = {
	KUNIT_CASE(recvmsg__datagram),
	KUNIT_CASE(recvmsg__without_checksum),
	KUNIT_CASE(sendmsg__datagram),
	KUNIT_CASE(sendmsg__to_ourselves),
	KUNIT_CASE(connect__one_peer),
	KUNIT_CASE(both__receives_ipv4_as_mapped),
	KUNIT_CASE(both__not_with_v6only),
	KUNIT_CASE(both__sends_by_either),
	KUNIT_CASE(both__connected_by_ipv4),
	KUNIT_CASE(both__after_those_of_ipv4),
	KUNIT_CASE_PARAM(bind__conflicts, conflict_gen_params),
	KUNIT_CASE(bind__addresses),
	KUNIT_CASE(bind__link_local),
	KUNIT_CASE(connect__link_local),
	KUNIT_CASE(cmsg__with_each_datagram),
	KUNIT_CASE(option__acts_on_what_is_sent),
	KUNIT_CASE(option__refused),
	KUNIT_CASE(error__port_unreachable),
	KUNIT_CASE(error__queued),
	KUNIT_CASE(error__of_ipv4),
	KUNIT_CASE(ping__echo),
	KUNIT_CASE(raw__icmp6),
	KUNIT_CASE(raw__checksum),
	{}
};

static struct kunit_suite inet6_suite = {
	.name = "ksmol_socket_inet6",
	.init = socket6_fixture_init,
	.exit = socket_fixture_exit,
	.test_cases = inet6_cases,
};

kunit_test_suite(inet6_suite);
