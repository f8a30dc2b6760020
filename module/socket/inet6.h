/* SPDX-License-Identifier: GPL-2.0-only */
/* IPv6 sockets, as far as Linux's own structures are concerned. */
#ifndef _KSMOL_SOCKET_INET6_H
#define _KSMOL_SOCKET_INET6_H

#include <net/inet_common.h>
#include <net/ipv6.h>
#include "sock.h"

/* AF_INET6, unless Linux has none or has it switched off, which the log says:
 * 0 or an error.
 */
int ksmol_inet6_register(void);

#if IS_ENABLED(CONFIG_IPV6)

void ksmol_inet6_unregister(void);
/* A clone's part of it is its own. */
void ksmol_inet6_child(struct sock *sk);
/* IPv6's part of ksmol_addr_mirror(). */
void ksmol_inet6_mirror(struct ksmol_sock *ks);
/* Hop limit of a packet when nobody says more. */
u8 ksmol_inet6_hops(const struct net *net);
/* Is a flow label made for what has none (IPV6_AUTOFLOWLABEL, net.ipv6's
 * auto_flowlabels)? @wanted: -1: the socket has not said.
 */
bool ksmol_inet6_label(const struct net *net, int wanted);
/* Requests that are none of ours. */
int ksmol_inet6_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg);

#else

static inline void ksmol_inet6_unregister(void)
{
}

static inline void ksmol_inet6_child(struct sock *sk)
{
}

static inline void ksmol_inet6_mirror(struct ksmol_sock *ks)
{
}

static inline u8 ksmol_inet6_hops(const struct net *net)
{
	return IPV6_DEFAULT_HOPLIMIT;
}

static inline bool ksmol_inet6_label(const struct net *net, int wanted)
{
	return wanted;
}

static inline int ksmol_inet6_ioctl(struct socket *sock, unsigned int cmd,
				    unsigned long arg)
{
	return inet_ioctl(sock, cmd, arg);
}

#endif

#endif /* _KSMOL_SOCKET_INET6_H */
