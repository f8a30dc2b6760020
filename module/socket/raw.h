/* SPDX-License-Identifier: GPL-2.0-only */
/* Raw sockets, as the other files of this room see them. */
#ifndef _KSMOL_SOCKET_RAW_H
#define _KSMOL_SOCKET_RAW_H

#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include "sock.h"

#if IS_ENABLED(CONFIG_IPV6)

/**
 * struct ksmol_raw6 - a raw socket of IPv6
 * @filter: ICMP6_FILTER: a bit for each type that is not wanted
 * @csum_at: where in what it sends and gets the checksum is, or -1
 * @np: Linux's part, last
 */
struct ksmol_raw6 {
	struct ksmol_sock ks;
	struct icmp6_filter filter;
	int csum_at;
	struct ipv6_pinfo np;
};

static inline struct ksmol_raw6 *ksmol_raw6(const struct ksmol_sock *ks)
{
	return (struct ksmol_raw6 *)ks;
}

/* It speaks @proto from now on. */
void ksmol_raw6_protocol(struct ksmol_sock *ks, u8 proto);
/* Does it want this packet? @type: of an ICMPv6 message, or -1. */
bool ksmol_raw6_wants(const struct ksmol_sock *ks, u8 proto, int type,
		      const struct ksmol_pbuf *pb);
/* Is there room for the sum in @len bytes? */
bool ksmol_raw6_fits(const struct ksmol_sock *ks, size_t len);
/* Completes it; for ksmol_send_datagram(). */
void ksmol_raw6_push(struct ksmol_sock *ks, struct ksmol_pbuf *pb,
		     const struct ksmol_send *to,
		     const struct ksmol_addr *saddr, const void *unused);
/* Options of their own, -ENOPROTOOPT for others. */
int ksmol_raw6_setsockopt(struct ksmol_sock *ks, u8 proto, int level, int name,
			  sockptr_t from, unsigned int len);
int ksmol_raw6_getsockopt(struct ksmol_sock *ks, u8 proto, int level, int name,
			  char __user *to, int __user *lenp);

#else

static inline void ksmol_raw6_protocol(struct ksmol_sock *ks, u8 proto)
{
}

static inline bool ksmol_raw6_wants(const struct ksmol_sock *ks, u8 proto,
				    int type, const struct ksmol_pbuf *pb)
{
	return false;
}

static inline bool ksmol_raw6_fits(const struct ksmol_sock *ks, size_t len)
{
	return true;
}

static inline void ksmol_raw6_push(struct ksmol_sock *ks, struct ksmol_pbuf *pb,
				   const struct ksmol_send *to,
				   const struct ksmol_addr *saddr,
				   const void *unused)
{
}

static inline int ksmol_raw6_setsockopt(struct ksmol_sock *ks, u8 proto,
					int level, int name, sockptr_t from,
					unsigned int len)
{
	return -ENOPROTOOPT;
}

static inline int ksmol_raw6_getsockopt(struct ksmol_sock *ks, u8 proto,
					int level, int name, char __user *to,
					int __user *lenp)
{
	return -ENOPROTOOPT;
}

#endif

int ksmol_raw_init_sock(struct sock *sk);
int ksmol_raw_hash(struct sock *sk);
void ksmol_raw_destroy(struct sock *sk);
int ksmol_raw_bind(struct socket *sock, struct sockaddr_unsized *uaddr,
		   int len);
int ksmol_raw_connect(struct socket *sock, struct sockaddr_unsized *uaddr,
		      int len, int flags);
int ksmol_raw_sendmsg(struct socket *sock, struct msghdr *msg, size_t len);
int ksmol_raw_setsockopt(struct socket *sock, int level, int name,
			 sockptr_t from, unsigned int len);
int ksmol_raw_getsockopt(struct socket *sock, int level, int name,
			 char __user *to, int __user *lenp);

/* iface's demux.raw. */
bool ksmol_raw_input(struct ksmol_iface *iface, u8 proto, struct ksmol_pbuf *pb,
		     u32 hlen);

/* Tells those that may have sent what @err is about; false if there is none.
 * BH disabled, RCU.
 */
bool ksmol_raw_error(struct net *net, const struct ksmol_icmp_error *err);

#endif /* _KSMOL_SOCKET_RAW_H */
