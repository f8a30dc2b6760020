/* SPDX-License-Identifier: GPL-2.0-only */
/* Raw sockets, as the other files of this room see them. */
#ifndef _KSMOL_SOCKET_RAW_H
#define _KSMOL_SOCKET_RAW_H

#include "sock.h"

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
