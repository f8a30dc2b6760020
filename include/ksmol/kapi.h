/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksmol's sockets for other modules: datagrams are received by a callback that
 * reads them where the driver put them, and sent out of the pool's buffers, or
 * out of pages of the module's own. This header is all that such a module
 * needs; tools/samples/ksmol_sink/ is one, and its README says how to build it.
 *
 * A socket of this kind is found by the same tables as those of programs, has
 * the same limits, and stands in the same file of debugfs. It takes no
 * reference on its network namespace: see @gone.
 *
 * Packets are opaque. Those received may only be read: others may look at the
 * same bytes. Unless a comment says otherwise, a function that takes a packet
 * may be called from process context and from softirqs, not from hard ones.
 */
#ifndef _KSMOL_KAPI_H
#define _KSMOL_KAPI_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ktime.h>
#include <linux/net.h>
#include <linux/types.h>

struct ksmol_ksock;
struct ksmol_pbuf;
struct ksmol_pool;
struct net;
struct page;
struct sockaddr;
struct sockaddr_storage;

/**
 * struct ksmol_rx - a datagram in the hands of a receive callback
 * @pb: the datagram, borrowed: it is the stack's again when the callback
 *	returns. ksmol_rx_keep() makes it the callback's own, and clears this
 * @ks: socket it came to
 * @verdict: for ksmol alone
 */
struct ksmol_rx {
	struct ksmol_pbuf *pb;
	struct ksmol_ksock *ks;
	int verdict;
};

/**
 * struct ksmol_ksock_ops - what a socket tells its owner
 *
 * None of them may sleep, nor close, bind or connect the socket; sending is
 * fine. All but @receive may be NULL.
 *
 * @receive: a datagram. Reading it and returning costs neither a copy nor a
 *	buffer, so it goes on when the pool is empty. Softirq, RCU
 * @write_space: there is room again after ksmol_ksock_alloc() said -EAGAIN.
 *	Softirq, no lock is held
 * @error: an error came back for what was sent: -ECONNREFUSED and so on, see
 *	icmp(7). Softirq or process context, RCU
 * @gone: the interface whose address it is bound to, or which it is bound to,
 *	was detached; it works again when the address is attached again. With
 *	@for_good its network namespace ends: from here on everything but
 *	releasing packets and closing it fails with -ENETDOWN. Process context,
 *	RCU
 */
struct ksmol_ksock_ops {
	void (*receive)(struct ksmol_ksock *ks, struct ksmol_rx *rx,
			void *priv);
	void (*write_space)(struct ksmol_ksock *ks, void *priv);
	void (*error)(struct ksmol_ksock *ks, int err, void *priv);
	void (*gone)(struct ksmol_ksock *ks, bool for_good, void *priv);
};

/* --- the socket; process context, may sleep --- */

/**
 * ksmol_ksock_open() - a socket that receives by callback
 * @net: network namespace; must be alive
 * @family: AF_INET, or AF_INET6, which takes IPv4 as well when it is bound to
 *	the wildcard address (but with IPV6_V6ONLY), and sends to either
 * @type: SOCK_DGRAM, which is UDP
 * @priv: for the callbacks
 *
 * Return: the socket, or an error pointer: -EAFNOSUPPORT (also for AF_INET6
 * where Linux's own IPv6 is not there or switched off), -ESOCKTNOSUPPORT,
 * -EINVAL (no receive callback), -ENETDOWN (@net ends), -ENOMEM.
 */
struct ksmol_ksock *ksmol_ksock_open(struct net *net, int family, int type,
				     const struct ksmol_ksock_ops *ops,
				     void *priv);

/**
 * ksmol_ksock_close() - the end of a socket
 *
 * Waits until no callback runs any more. What was sent goes its way. Packets
 * that the owner still holds are taken back: it must not touch them any more.
 * Another context may be releasing packets meanwhile, not doing anything else.
 *
 * Return: how many packets were taken back.
 */
unsigned int ksmol_ksock_close(struct ksmol_ksock *ks);

/**
 * ksmol_ksock_bind() - receive on an address and port
 * @addr: struct sockaddr_in or, for AF_INET6, sockaddr_in6; port 0 takes a free
 *	one
 *
 * Return: 0, -EADDRNOTAVAIL, -EADDRINUSE, -EINVAL (bound already, or @len),
 * -EAFNOSUPPORT, -EACCES, -ENETDOWN.
 */
int ksmol_ksock_bind(struct ksmol_ksock *ks, const struct sockaddr *addr,
		     int len);

/* Receive from and send to one peer; binds it if need be. Return: 0,
 * -ENETUNREACH, -EACCES, -EINVAL, -EAFNOSUPPORT, -ENETDOWN.
 */
int ksmol_ksock_connect(struct ksmol_ksock *ks, const struct sockaddr *addr,
			int len);

/* Our address and port as bound. Return: 0 or -ENETDOWN. */
int ksmol_ksock_name(struct ksmol_ksock *ks, struct sockaddr_storage *name);

/* Options of levels SOL_SOCKET, SOL_IP and SOL_IPV6 whose value is an int, with
 * the meaning and errors that they have for programs.
 */
int ksmol_ksock_option(struct ksmol_ksock *ks, int level, int name, int val);

/**
 * ksmol_ksock_limits() - how many packets it may have
 * @rx: received and kept by ksmol_rx_keep()
 * @tx: being filled, or on their way
 *
 * Until then sock_rx= and sock_tx= of the module. Return: 0, -EINVAL (0) or
 * -ENETDOWN.
 */
int ksmol_ksock_limits(struct ksmol_ksock *ks, u32 rx, u32 tx);

/* --- received packets --- */

/**
 * ksmol_rx_keep() - take a datagram over from the stack
 *
 * For receive callbacks. The packet counts against the socket's limit and
 * against what queues may take of the pool, until ksmol_pkt_release(). One of
 * at most copybreak= bytes is copied, so that it does not pin a driver's page:
 * pointers into it that the callback got before are void.
 *
 * Return: the packet, the caller's; or NULL, and then the frame ends as dropped
 * for the reason that spoke against it, unless the callback has kept it before.
 */
struct ksmol_pbuf *ksmol_rx_keep(struct ksmol_rx *rx);

/* Gives back a kept packet, or one from ksmol_ksock_alloc() that shall not be
 * sent; consumes @pb. A second release is refused and named in the log.
 */
void ksmol_pkt_release(struct ksmol_ksock *ks, struct ksmol_pbuf *pb);

/* Bytes of payload, received or filled in so far. */
u32 ksmol_pkt_len(const struct ksmol_pbuf *pb);

/* Who sent a received packet, and to which address of ours: struct sockaddr_in
 * for a packet of IPv4, whatever the socket, else sockaddr_in6. Return: its
 * length. Together they may be given to ksmol_ksock_send().
 */
int ksmol_pkt_source(const struct ksmol_pbuf *pb,
		     struct sockaddr_storage *addr);
int ksmol_pkt_dest(const struct ksmol_pbuf *pb, struct sockaddr_storage *addr);

/* The interface it came in on. */
int ksmol_pkt_ifindex(const struct ksmol_pbuf *pb);

/* When the device or its driver received it, wall clock; 0 if they didn't say. */
ktime_t ksmol_pkt_time(const struct ksmol_pbuf *pb);

/**
 * ksmol_pkt_walk() - visit the payload where it lies, piece by piece in order
 * @fn: gets each piece; anything but 0 ends the walk. Must not sleep
 *
 * Return: 0, or what @fn returned.
 */
int ksmol_pkt_walk(const struct ksmol_pbuf *pb,
		   int (*fn)(const void *data, u32 len, void *arg), void *arg);

/* Copies payload: 0, or -EFAULT when the packet is shorter. */
int ksmol_pkt_copy(const struct ksmol_pbuf *pb, u32 off, void *to, u32 len);

/* --- sending --- */

/**
 * ksmol_ksock_alloc() - an empty packet to be filled and sent
 *
 * Return: the packet, the caller's until ksmol_ksock_send() or
 * ksmol_pkt_release(); -EAGAIN when the pool or the socket's limit is
 * exhausted: @write_space will be called; -ENETDOWN.
 */
struct ksmol_pbuf *ksmol_ksock_alloc(struct ksmol_ksock *ks);

/* The same, waiting up to @timeout jiffies for room. Process context. Return:
 * also -ERESTARTSYS when a signal came.
 */
struct ksmol_pbuf *ksmol_ksock_alloc_wait(struct ksmol_ksock *ks, long timeout);

/**
 * ksmol_pkt_put() - room for @len more bytes, to be written in place
 *
 * Return: where they belong, or NULL when the buffer has less room than that
 * (ksmol_pkt_room() bytes).
 */
void *ksmol_pkt_put(struct ksmol_pbuf *pb, u32 len);
u32 ksmol_pkt_room(const struct ksmol_pbuf *pb);

/* Append by copying, from memory or from another packet; more buffers are taken
 * as needed. Return: 0; -ENOBUFS when there is none, and -EFAULT when @from is
 * shorter: then @pb is only fit for being released.
 */
int ksmol_pkt_append(struct ksmol_pbuf *pb, const void *from, u32 len);
int ksmol_pkt_append_pkt(struct ksmol_pbuf *pb, const struct ksmol_pbuf *from,
			 u32 off, u32 len);

/**
 * ksmol_ksock_send() - send a packet; consumes @pb, whatever is returned
 * @to: struct sockaddr_in or, for AF_INET6, sockaddr_in6 as well; NULL: to the
 *	peer of connect()
 *
 * The socket must be bound or connected. The device gets the buffer itself.
 *
 * Return: 0 when it is on its way; -EDESTADDRREQ, -ENOTCONN (not bound),
 * -EINVAL (@to, or @pb isn't one of @ks; only then it isn't consumed),
 * -EAFNOSUPPORT, -ENETUNREACH, -EHOSTUNREACH, -EACCES (broadcast), -EMSGSIZE,
 * -ENOBUFS (refused by the device), -ENOMEM, -ENETDOWN.
 */
int ksmol_ksock_send(struct ksmol_ksock *ks, struct ksmol_pbuf *pb,
		     const struct sockaddr *to, int len);

/* --- storage of one's own; process context, may sleep --- */

/**
 * ksmol_pool_register() - make pages a pool to send from
 * @name: shown as debugfs/ksmol/pools/@name
 * @pages: one buffer each: from alloc_pages() with __GFP_COMP if of a higher
 *	order, all of one size up to 64 KiB, none twice, with one reference and
 *	in the kernel's linear map. (Those of vmalloc() are; vmalloc_to_page())
 * @n: how many
 *
 * Descriptors are allocated here, none later. Until ksmol_pool_unregister() has
 * returned the pages must not be freed, and only be written where
 * ksmol_pkt_put() said; ksmol takes no reference to them. A page is used again
 * when its count proves that nobody else has it.
 *
 * Return: the pool, or an error pointer: -EINVAL (no pages, or such pages),
 * -EEXIST (@name), -ENOMEM.
 */
struct ksmol_pool *ksmol_pool_register(const char *name, struct page **pages,
				       u32 n);

/**
 * ksmol_pool_unregister() - get the pages back
 *
 * Waits until every buffer is home, for as long as a device or a tap keeps one,
 * and says every ten seconds who holds how many.
 *
 * Return: 0, or -EBUSY while a socket uses it.
 */
int ksmol_pool_unregister(struct ksmol_pool *pool);

/* From here on @ks sends from @pool; once, before bind and connect. Return: 0,
 * -EBUSY or -ENETDOWN.
 */
int ksmol_ksock_use_pool(struct ksmol_ksock *ks, struct ksmol_pool *pool);

#endif /* _KSMOL_KAPI_H */
