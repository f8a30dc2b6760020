/* SPDX-License-Identifier: GPL-2.0-only */
/* What the options of both IP levels share. */
#ifndef _KSMOL_SOCKET_SOCKOPT_H
#define _KSMOL_SOCKET_SOCKOPT_H

#include "sock.h"

/* Level IPPROTO_IPV6, of an IPv6 socket; as setsockopt() and getsockopt(). */
int ksmol_setsockopt6(struct ksmol_sock *ks, int name, sockptr_t from,
		      unsigned int len);
int ksmol_getsockopt6(struct ksmol_sock *ks, int name, char __user *to,
		      int __user *lenp);

/* Turns KSMOL_OPT_* on or off: 0. */
int ksmol_set_switch(struct ksmol_sock *ks, u32 bit, bool on);

/* The way to the peer, valid inside the RCU section: 0 or -ENOTCONN. */
int ksmol_peer_route(const struct ksmol_sock *ks, struct ksmol_dst *dst);

/* IP_MTU, IPV6_MTU: of the way to the peer: 0 or -ENOTCONN. */
int ksmol_peer_mtu(struct ksmol_sock *ks, int *val);

#endif /* _KSMOL_SOCKET_SOCKOPT_H */
