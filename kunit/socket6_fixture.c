// SPDX-License-Identifier: GPL-2.0-only
/* What the suites of IPv6 sockets add to those of sockets. */

#include <linux/inet.h>
#include <net/ip6_checksum.h>
#include "socket6_fixture.h"

int socket6_fixture_init(struct kunit *test)
{
	return socket_fixture_init_as(test,
				      "10.66.0.1/24,fd66::1/64,fe80::1/64");
}

int dev6(struct kunit *test)
{
	struct socket_fixture *f = test->priv;

	return f->vdev->dev->ifindex;
}

/* --- sockets --- */

struct socket *open6(struct kunit *test, int type, int above)
{
	struct socket_fixture *f = test->priv;
	struct socket *sock;

	KUNIT_ASSERT_LT(test, f->n, (u32)ARRAY_SIZE(f->socks));
	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET6, type,
					       ksmol_params.protocol + above,
					       &sock), 0);
	f->socks[f->n++] = sock;
	return sock;
}

struct socket *udp6_bound(struct kunit *test, const char *addr, u16 port)
{
	struct socket *sock = open6(test, SOCK_DGRAM, 0);

	KUNIT_ASSERT_EQ(test, bind6(sock, addr, port), 0);
	return sock;
}

struct sockaddr_in6 end6(const char *addr, u16 port, int scope)
{
	return (struct sockaddr_in6){
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = ksmol_ip6(addr).v6,
		.sin6_scope_id = scope,
	};
}

int bind6_on(struct socket *sock, const char *addr, u16 port, int scope)
{
	struct sockaddr_in6 sin6 = end6(addr, port, scope);

	return sock->ops->bind(sock, (struct sockaddr_unsized *)&sin6,
			       sizeof(sin6));
}

int bind6(struct socket *sock, const char *addr, u16 port)
{
	return bind6_on(sock, addr, port, 0);
}

int connect6_on(struct socket *sock, const char *addr, u16 port, int scope)
{
	struct sockaddr_in6 sin6 = end6(addr, port, scope);

	return sock->ops->connect(sock, (struct sockaddr_unsized *)&sin6,
				  sizeof(sin6), O_NONBLOCK);
}

int connect6(struct socket *sock, const char *addr, u16 port)
{
	return connect6_on(sock, addr, port, 0);
}

int send6(struct kunit *test, struct socket *sock, const char *addr, u16 port,
	  u32 len)
{
	struct sockaddr_in6 sin6 = end6(addr ?: "::", port, 0);
	struct socket_fixture *f = test->priv;
	struct kvec vec = { .iov_base = f->buf, .iov_len = len };
	struct msghdr msg = {
		.msg_flags = MSG_DONTWAIT,
		.msg_name = addr ? &sin6 : NULL,
		.msg_namelen = addr ? sizeof(sin6) : 0,
	};

	return kernel_sendmsg(sock, &msg, &vec, 1, len);
}

int option6(struct socket *sock, int name, int val)
{
	return sock->ops->setsockopt(sock, SOL_IPV6, name,
				     KERNEL_SOCKPTR(&val), sizeof(val));
}

/* --- names --- */

static void expect_end6(struct kunit *test, const struct sockaddr_in6 *sin6,
			const char *addr, u16 port, int scope)
{
	struct in6_addr want = ksmol_ip6(addr).v6;

	KUNIT_EXPECT_EQ(test, sin6->sin6_family, AF_INET6);
	KUNIT_EXPECT_MEMEQ(test, &sin6->sin6_addr, &want, sizeof(want));
	KUNIT_EXPECT_EQ(test, ntohs(sin6->sin6_port), port);
	KUNIT_EXPECT_EQ(test, sin6->sin6_scope_id, (u32)scope);
}

void expect_name6(struct kunit *test, const char *addr, u16 port, int scope)
{
	struct socket_fixture *f = test->priv;

	expect_end6(test, &f->name6, addr, port, scope);
}

static void expect_getname(struct kunit *test, struct socket *sock, int peer,
			   const char *addr, u16 port)
{
	struct sockaddr_in6 sin6 = {};

	KUNIT_EXPECT_EQ(test, sock->ops->getname(sock, (struct sockaddr *)&sin6,
						 peer), (int)sizeof(sin6));
	expect_end6(test, &sin6, addr, port, sin6.sin6_scope_id);
}

void expect_local6(struct kunit *test, struct socket *sock, const char *addr,
		   u16 port)
{
	expect_getname(test, sock, 0, addr, port);
}

void expect_remote6(struct kunit *test, struct socket *sock, const char *addr,
		    u16 port)
{
	expect_getname(test, sock, 1, addr, port);
}

/* --- the peer --- */

static struct ksmol_frame6_ends ends6(const char *saddr, const char *daddr)
{
	return (struct ksmol_frame6_ends){
		.saddr = ksmol_ip6(saddr),
		.daddr = ksmol_ip6(daddr),
		.tclass = 0x28,
		.hlim = 33,
	};
}

void peer6_sends(struct kunit *test, const char *saddr, const char *daddr,
		 u16 port, u32 len)
{
	struct ksmol_frame6_ends ends = ends6(saddr, daddr);
	struct socket_fixture *f = test->priv;

	ends.sport = htons(PEER_PORT);
	ends.dport = htons(port);
	ksmol_frame_udp6(&f->frame, &ends, NULL, len);
	frame_arrives(test);
}

void packet6_arrives(struct kunit *test, const char *saddr, const char *daddr,
		     u8 proto, const void *payload, u32 len)
{
	struct ksmol_frame6_ends ends = ends6(saddr, daddr);
	struct socket_fixture *f = test->priv;

	ksmol_frame_ipv6(&f->frame, &ends, proto, payload, len);
	frame_arrives(test);
}

void tcp6_arrives(struct kunit *test, const char *saddr, const char *daddr,
		  u16 sport, u8 flags, u32 seq, u32 ack, u32 len)
{
	const struct ksmol_tcp_header h = {
		.sport = htons(sport),
		.dport = htons(OUR_PORT),
		.seq = seq,
		.ack = ack,
		.flags = flags,
		.window = 8192,
	};
	struct in6_addr from = ksmol_ip6(saddr).v6, to = ksmol_ip6(daddr).v6;
	u32 whole = ksmol_tcp_header_len(&h) + len;
	struct socket_fixture *f = test->priv;
	struct tcphdr *th = (void *)f->buf;

	memset(f->buf, 'x', whole);
	ksmol_tcp_emit(th, &h, 0);
	th->check = csum_ipv6_magic(&from, &to, whole, IPPROTO_TCP,
				    csum_partial(th, whole, 0));
	packet6_arrives(test, saddr, daddr, IPPROTO_TCP, th, whole);
}

const struct ipv6hdr *peer6_gets(struct kunit *test)
{
	struct sk_buff *skb = peer_gets(test);
	struct ipv6hdr *ip;
	u32 len;

	if (!skb)
		return NULL;
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		KUNIT_EXPECT_EQ(test, skb_checksum_help(skb), 0);
	ip = kunit_kzalloc(test, skb->len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_EQ(test, skb_copy_bits(skb, 0, ip, skb->len), 0);
	len = skb->len - sizeof(*ip);
	kfree_skb(skb);
	if (ip->version != 6)
		return NULL;
	KUNIT_EXPECT_EQ(test, ntohs(ip->payload_len), len);
	KUNIT_EXPECT_EQ(test, csum_ipv6_magic(&ip->saddr, &ip->daddr, len,
					      ip->nexthdr,
					      csum_partial(ip + 1, len, 0)),
			(__sum16)0);
	return ip;
}

const struct udphdr *udp6_got(struct kunit *test, const char *saddr,
			      const char *daddr, u16 port, u32 len)
{
	struct in6_addr from = ksmol_ip6(saddr).v6, to = ksmol_ip6(daddr).v6;
	const struct ipv6hdr *ip = peer6_gets(test);
	const struct udphdr *udp;

	KUNIT_ASSERT_NOT_NULL(test, ip);
	udp = (const struct udphdr *)(ip + 1);
	KUNIT_EXPECT_MEMEQ(test, &ip->saddr, &from, sizeof(from));
	KUNIT_EXPECT_MEMEQ(test, &ip->daddr, &to, sizeof(to));
	KUNIT_ASSERT_EQ(test, ip->nexthdr, IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, ntohs(udp->dest), port);
	KUNIT_ASSERT_EQ(test, ntohs(udp->len), 8 + len);
	return udp;
}

bool tcp6_got(struct kunit *test, struct ksmol_tcp_header *h)
{
	const struct ipv6hdr *ip = peer6_gets(test);

	if (!ip || ip->nexthdr != IPPROTO_TCP)
		return false;
	KUNIT_EXPECT_EQ(test, ksmol_tcp_parse((const u8 *)(ip + 1),
					      ntohs(ip->payload_len), h), 0);
	return true;
}
