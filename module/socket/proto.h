/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the sockets of both families have in common before Linux: struct proto
 * but for name and size, struct proto_ops but for what getsockname() says.
 */
#ifndef _KSMOL_SOCKET_PROTO_H
#define _KSMOL_SOCKET_PROTO_H

#include <net/inet_common.h>
#include <net/protocol.h>
#include "raw.h"
#include "tcp_sock.h"

/**
 * struct ksmol_number - a protocol number that makes sockets
 * @sw: its protocol is filled in
 * @above: added to protocol=
 */
struct ksmol_number {
	struct inet_protosw *sw;
	unsigned int above;
};

/* Nobody else has these numbers of @family, and their slabs are made: 0 or an
 * error.
 */
int ksmol_numbers_prepare(int family, const struct ksmol_number *numbers,
			  unsigned int n);
/* The slabs go again; no socket is left. */
void ksmol_numbers_forget(const struct ksmol_number *numbers, unsigned int n);

/* proto.unhash: everything is unbound by destroy, which sk_common_release()
 * calls first.
 */
void ksmol_proto_unhash(struct sock *sk);

static inline struct sock *ksmol_proto_accept(struct sock *sk,
					      KSMOL_ACCEPT_ARGS)
{
	return ksmol_tcp_accept(sk, KSMOL_ACCEPT_PASS);
}

#define KSMOL_UDP_PROT					\
	.owner = THIS_MODULE,				\
	.init = ksmol_udp_init_sock,			\
	.destroy = ksmol_sock_destroy,			\
	.unhash = ksmol_proto_unhash,			\
	.close = ksmol_sock_close

#define KSMOL_PING_PROT					\
	.owner = THIS_MODULE,				\
	.init = ksmol_ping_init_sock,			\
	.destroy = ksmol_sock_destroy,			\
	.unhash = ksmol_proto_unhash,			\
	.close = ksmol_sock_close

#define KSMOL_RAW_PROT					\
	.owner = THIS_MODULE,				\
	.init = ksmol_raw_init_sock,			\
	.destroy = ksmol_raw_destroy,			\
	.hash = ksmol_raw_hash,				\
	.unhash = ksmol_proto_unhash,			\
	.close = ksmol_sock_close

#define KSMOL_TCP_PROT					\
	.owner = THIS_MODULE,				\
	.init = ksmol_tcp_init_sock,			\
	.destroy = ksmol_tcp_destroy_sock,		\
	.unhash = ksmol_proto_unhash,			\
	.connect = ksmol_tcp_connect_sk,		\
	.disconnect = ksmol_tcp_disconnect,		\
	.accept = ksmol_proto_accept,			\
	.shutdown = ksmol_tcp_shutdown_sk,		\
	.keepalive = ksmol_tcp_set_keepalive,		\
	.release_cb = ksmol_tcp_release_cb,		\
	.close = ksmol_tcp_close

#define KSMOL_COMMON_OPS				\
	.owner = THIS_MODULE,				\
	.release = inet_release,			\
	.socketpair = sock_no_socketpair,		\
	.gettstamp = sock_gettstamp,			\
	.shutdown = inet_shutdown

#define KSMOL_DGRAM_OPS					\
	KSMOL_COMMON_OPS,				\
	.accept = sock_no_accept,			\
	.poll = ksmol_sock_poll,			\
	.ioctl = ksmol_sock_ioctl,			\
	.listen = sock_no_listen,			\
	.recvmsg = ksmol_recvmsg

#define KSMOL_UDP_OPS					\
	KSMOL_DGRAM_OPS,				\
	.bind = ksmol_bind,				\
	.connect = ksmol_connect,			\
	.setsockopt = ksmol_setsockopt,			\
	.getsockopt = ksmol_getsockopt,			\
	.sendmsg = ksmol_udp_sendmsg,			\
	.mmap = ksmol_ring_mmap

#define KSMOL_PING_OPS					\
	KSMOL_DGRAM_OPS,				\
	.bind = ksmol_bind,				\
	.connect = ksmol_connect,			\
	.setsockopt = ksmol_setsockopt,			\
	.getsockopt = ksmol_getsockopt,			\
	.sendmsg = ksmol_ping_sendmsg,			\
	.mmap = sock_no_mmap

#define KSMOL_RAW_OPS					\
	KSMOL_DGRAM_OPS,				\
	.bind = ksmol_raw_bind,				\
	.connect = ksmol_raw_connect,			\
	.setsockopt = ksmol_raw_setsockopt,		\
	.getsockopt = ksmol_raw_getsockopt,		\
	.sendmsg = ksmol_raw_sendmsg,			\
	.mmap = sock_no_mmap

#define KSMOL_TCP_OPS					\
	KSMOL_COMMON_OPS,				\
	.bind = ksmol_bind,				\
	.connect = inet_stream_connect,			\
	.accept = inet_accept,				\
	.poll = ksmol_tcp_poll,				\
	.ioctl = ksmol_tcp_ioctl,			\
	.listen = ksmol_tcp_listen,			\
	.setsockopt = ksmol_tcp_setsockopt,		\
	.getsockopt = ksmol_tcp_getsockopt,		\
	.sendmsg = ksmol_tcp_sendmsg,			\
	.recvmsg = ksmol_tcp_recvmsg,			\
	.mmap = sock_no_mmap,				\
	.splice_read = ksmol_tcp_splice_read,		\
	.splice_eof = ksmol_tcp_splice_eof,		\
	.set_peek_off = sk_set_peek_off,		\
	.set_rcvlowat = ksmol_tcp_set_rcvlowat

#endif /* _KSMOL_SOCKET_PROTO_H */
