// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses as programs write them. A program of IPv6 names IPv4's as mapped
 * ones, ::ffff:a.b.c.d; in here they are IPv4's, whatever the socket.
 */

#include <linux/in6.h>
#include <net/ipv6.h>
#include "sock.h"

static void get_v4(const struct sockaddr_in *sin, struct ksmol_end *end)
{
	*end = (struct ksmol_end){
		.family = AF_INET,
		.port = sin->sin_port,
		.addr = ksmol_addr_v4(sin->sin_addr.s_addr),
	};
}

/* RFC 2133's shorter form has no scope. */
static void get_v6(const struct sockaddr_in6 *sin6, int len,
		   struct ksmol_end *end)
{
	*end = (struct ksmol_end){
		.port = sin6->sin6_port,
		.flowlabel = sin6->sin6_flowinfo & IPV6_FLOWLABEL_MASK,
	};
	end->family = ksmol_addr_from_in6(&sin6->sin6_addr, &end->addr);
	if (len >= (int)sizeof(*sin6))
		end->scope = ksmol_addr_scope(end->family, &end->addr,
					      sin6->sin6_scope_id);
}

static bool speaks_v4(const struct ksmol_sock *ks)
{
	return ks->inet.sk.sk_family == AF_INET ||
	       !(ks->inet.sk.sk_ipv6only || ksmol_sock_one_family(ks));
}

int ksmol_sock_speaks(const struct ksmol_sock *ks, u8 family)
{
	if (family == AF_INET)
		return speaks_v4(ks) ? 0 : -ENETUNREACH;
	/* Its own end may be IPv4's. */
	return family == AF_INET6 && ks->family == AF_INET6 ? 0 : -EAFNOSUPPORT;
}

/* --- bind() --- */

static int bind_v4(const struct sockaddr_in *sin, int len,
		   struct ksmol_end *end)
{
	if (len < (int)sizeof(*sin))
		return -EINVAL;
	if (sin->sin_family != AF_INET &&
	    !(sin->sin_family == AF_UNSPEC &&
	      sin->sin_addr.s_addr == htonl(INADDR_ANY)))
		return -EAFNOSUPPORT;
	get_v4(sin, end);
	return 0;
}

int ksmol_sockaddr_bind(const struct ksmol_sock *ks,
			struct sockaddr_unsized *uaddr, int len,
			struct ksmol_end *end)
{
	const struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)uaddr;

	if (ks->inet.sk.sk_family == AF_INET)
		return bind_v4((struct sockaddr_in *)uaddr, len, end);
	if (len < SIN6_LEN_RFC2133)
		return -EINVAL;
	if (sin6->sin6_family != AF_INET6)
		return -EAFNOSUPPORT;
	get_v6(sin6, len, end);
	return end->family == AF_INET && ks->inet.sk.sk_ipv6only ? -EINVAL : 0;
}

/* --- connect() and sendto() --- */

/* IPv4's own form; a datagram socket of IPv6 takes it, too. */
static int peer_v4(const struct sockaddr_in *sin, int len,
		   struct ksmol_end *end)
{
	if (len < (int)sizeof(*sin))
		return -EINVAL;
	get_v4(sin, end);
	return 0;
}

static int peer_v6(const struct ksmol_sock *ks, const struct sockaddr_in6 *sin6,
		   int len, struct ksmol_end *end)
{
	if (len < SIN6_LEN_RFC2133)
		return -EINVAL;
	get_v6(sin6, len, end);
	return ksmol_sock_speaks(ks, end->family);
}

int ksmol_sockaddr_connect(const struct ksmol_sock *ks,
			   struct sockaddr_unsized *uaddr, int len,
			   struct ksmol_end *end)
{
	sa_family_t family = ((struct sockaddr *)uaddr)->sa_family;
	bool v6 = ks->inet.sk.sk_family == AF_INET6;

	if (family == AF_INET && (!v6 || ks->proto == IPPROTO_UDP)) {
		if (!speaks_v4(ks))
			return -EAFNOSUPPORT;
		return peer_v4((struct sockaddr_in *)uaddr, len, end);
	}
	if (len < (int)(v6 ? SIN6_LEN_RFC2133 : sizeof(struct sockaddr_in)))
		return -EINVAL;
	if (!v6 || family != AF_INET6)
		return -EAFNOSUPPORT;
	return peer_v6(ks, (struct sockaddr_in6 *)uaddr, len, end);
}

/* An IPv4 socket's destination; it need not say of what family it is. */
static int dest_v4(const struct ksmol_sock *ks, const struct sockaddr_in *sin,
		   int len, struct ksmol_end *end)
{
	if (len < (int)sizeof(*sin))
		return -EINVAL;
	if (unlikely(sin->sin_family != AF_INET) &&
	    (sin->sin_family != AF_UNSPEC || ksmol_sock_ping(ks)))
		return -EAFNOSUPPORT;
	get_v4(sin, end);
	return 0;
}

static int dest_v6(const struct ksmol_sock *ks, const struct sockaddr_in6 *sin6,
		   int len, struct ksmol_end *end)
{
	bool udp = ks->proto == IPPROTO_UDP;

	if (len < (int)offsetofend(struct sockaddr, sa_family))
		return -EINVAL;
	switch (sin6->sin6_family) {
	case AF_INET6:
		return peer_v6(ks, sin6, len, end);
	case AF_INET:
		if (!udp)
			return -EAFNOSUPPORT;
		return peer_v4((const struct sockaddr_in *)sin6, len, end) ?:
		       ksmol_sock_speaks(ks, AF_INET);
	case AF_UNSPEC:
		if (ks->proto == IPPROTO_RAW)
			return peer_v6(ks, sin6, len, end);
		return udp ? 1 : -EAFNOSUPPORT;
	default:
		return udp ? -EINVAL : -EAFNOSUPPORT;
	}
}

int ksmol_sockaddr_dest(const struct ksmol_sock *ks, const struct msghdr *msg,
			struct ksmol_end *end)
{
	if (!msg->msg_name)
		return 1;
	if (likely(ks->inet.sk.sk_family == AF_INET))
		return dest_v4(ks, msg->msg_name, msg->msg_namelen, end);
	return dest_v6(ks, msg->msg_name, msg->msg_namelen, end);
}

/* --- to programs --- */

int ksmol_sockaddr_put(u8 form, const struct ksmol_end *end, void *to)
{
	if (likely(form == AF_INET)) {
		*(struct sockaddr_in *)to = (struct sockaddr_in){
			.sin_family = AF_INET,
			.sin_port = end->port,
			.sin_addr.s_addr = end->addr.v4,
		};
		return sizeof(struct sockaddr_in);
	}
	*(struct sockaddr_in6 *)to = (struct sockaddr_in6){
		.sin6_family = AF_INET6,
		.sin6_port = end->port,
		.sin6_addr = ksmol_addr_in6(end->family, &end->addr),
		.sin6_scope_id = ksmol_addr_scope(end->family, &end->addr,
						  end->scope),
	};
	return sizeof(struct sockaddr_in6);
}
