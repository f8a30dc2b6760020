/* SPDX-License-Identifier: GPL-2.0-only */
/* ksmol's socket, and what the files of this room call of one another. */
#ifndef _KSMOL_SOCKET_SOCK_H
#define _KSMOL_SOCKET_SOCK_H

#include <net/inet_sock.h>
#include <ksmol/compat.h>
#include <ksmol/iface.h>
#include <ksmol/pool.h>
#include "demux.h"
#include "family.h"
#include "queue.h"
#include "ring.h"

struct ksmol_ksock;
struct poll_table_struct;
struct seq_file;

/* SO_RCVBUF and SO_SNDBUF are in bytes; a pbuf counts for so many. */
#define KSMOL_PBUF_SHIFT 10

static inline int ksmol_pbuf_bytes(u32 pbufs)
{
	return min_t(u32, pbufs, INT_MAX >> KSMOL_PBUF_SHIFT) <<
	       KSMOL_PBUF_SHIFT;
}

/* Bits of ksmol_sock.options: options of level IPPROTO_IP that are on. */
#define KSMOL_OPT_PKTINFO	BIT(0)
#define KSMOL_OPT_RECVTTL	BIT(1)
#define KSMOL_OPT_RECVTOS	BIT(2)
#define KSMOL_OPT_RECVOPTS	BIT(3)
#define KSMOL_OPT_RETOPTS	BIT(4)
#define KSMOL_OPT_ORIGDST	BIT(5)
#define KSMOL_OPT_RECVERR	BIT(6)
#define KSMOL_OPT_FREEBIND	BIT(7)
#define KSMOL_OPT_MC_LOOP	BIT(8)
#define KSMOL_OPT_MC_ALL	BIT(9)
#define KSMOL_OPT_HDRINCL	BIT(10)
/* Of level IPPROTO_IPV6. */
#define KSMOL_OPT_PKTINFO6	BIT(11)
#define KSMOL_OPT_RECVHOPS	BIT(12)
#define KSMOL_OPT_RECVTCLASS	BIT(13)
#define KSMOL_OPT_ORIGDST6	BIT(14)
#define KSMOL_OPT_RECVERR6	BIT(15)
#define KSMOL_OPT_MC_LOOP6	BIT(16)
#define KSMOL_OPT_MC_ALL6	BIT(17)
#define KSMOL_OPT_DONTFRAG	BIT(18)
#define KSMOL_OPT_FLOWINFO	BIT(19)
#define KSMOL_OPT_RECVPATHMTU	BIT(20)
#define KSMOL_OPT_RECVHOPOPTS	BIT(21)
#define KSMOL_OPT_RECVDSTOPTS	BIT(22)
#define KSMOL_OPT_RECVRTHDR	BIT(23)

/* Those that show extension headers. */
#define KSMOL_OPT_EXT	(KSMOL_OPT_RECVHOPOPTS | KSMOL_OPT_RECVDSTOPTS | \
			 KSMOL_OPT_RECVRTHDR)

/* Those that make a control message with each datagram. */
#define KSMOL_OPT_CMSG	(KSMOL_OPT_PKTINFO | KSMOL_OPT_RECVTTL | \
			 KSMOL_OPT_RECVTOS | KSMOL_OPT_ORIGDST | \
			 KSMOL_OPT_PKTINFO6 | KSMOL_OPT_RECVHOPS | \
			 KSMOL_OPT_RECVTCLASS | KSMOL_OPT_ORIGDST6 | \
			 KSMOL_OPT_EXT)

/**
 * struct ksmol_opts6 - options of level IPPROTO_IPV6 that are numbers
 * @hops: IPV6_UNICAST_HOPS, or -1 for the namespace's default
 * @mc_hops, @tclass, @pmtudisc: options of these names
 * @prefs: of IPV6_ADDR_PREFERENCES those that Linux keeps: temporary, public,
 *	care-of
 * @autolabel: IPV6_AUTOFLOWLABEL, or -1 for the namespace's default
 * @mc_oif: IPV6_MULTICAST_IF
 * @oif: interface of IPV6_PKTINFO
 * @flowlabel: what connect() was given, with IPV6_FLOWINFO_SEND
 * @pathmtu: what IPV6_RECVPATHMTU has to say next, or NULL; whoever takes it
 *	away frees it
 */
struct ksmol_opts6 {
	s16 hops;
	u8 mc_hops;
	u8 tclass;
	u8 pmtudisc;
	u8 prefs;
	s8 autolabel;
	int mc_oif;
	int oif;
	__be32 flowlabel;
	struct ip6_mtuinfo *pathmtu;
};

/**
 * struct ksmol_sock - a socket of either protocol
 * @inet: Linux's part, first. Its address fields mirror ours, for
 *	getsockname() and other generic code
 * @lookup: link in the lookup table; its bucket's lock
 * @hash: hash @lookup was added under
 * @kind: enum ksmol_bind_kind it was added as
 * @proto: IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP or IPPROTO_RAW; fixed
 * @family: of @laddr, @raddr and @saddr, AF_INET too for an IPv6 socket that is
 *	bound or connected to a mapped address
 * @both: bound to IPv6's wildcard, it takes IPv4, too; port bucket's lock, as
 *	@kind
 * @roving: its port was chosen by connect(), for this connection only: others
 *	that connect elsewhere may have it, too. Port bucket's lock
 * @lport, @rport: ports; @lport is a ping socket's identifier, and a raw
 *	socket's protocol. Socket lock, read without
 * @laddr: address it receives on, or any; @raddr: the peer if connected
 * @port: link in the port table; its bucket's lock
 * @data_ready: what sk_data_ready was at creation
 * @kernel: the in-kernel user who receives by callback, or NULL; set before
 *	it is bound
 * @ring: of a ring socket, which queues nothing in @rxq; else NULL. Set once
 * @rxq: receive queue
 * @options: KSMOL_OPT_*; read without lock
 * @saddr: address it sends from, or any; differs from @laddr when that is a
 *	broadcast or multicast address
 * @inflight: datagrams sent whose buffers are not back yet
 * @tx_wanted: somebody waits for @inflight to go down
 * @ttl: IP_TTL, or -1 for the namespace's default
 * @mc_ttl, @tos, @pmtudisc: options of these names
 * @mc_oif, @mc_saddr: IP_MULTICAST_IF: the interface, and its address if that
 *	was said; socket lock, read without
 * @icmp_filter: ICMP_FILTER of a raw socket
 * @opts6: what an IPv6 socket sends with, where that goes by IPv6
 * @members: groups it has joined, @nr_members of them; changed under RTNL and
 *	the socket lock, readers RCU
 */
struct ksmol_sock {
	struct inet_sock inet;

	struct hlist_nulls_node lookup ____cacheline_aligned_in_smp;
	u32 hash;
	u8 kind;
	u8 proto;
	u8 family;
	bool both;
	bool roving;
	__be16 lport;
	__be16 rport;
	struct ksmol_addr laddr;
	struct ksmol_addr raddr;
	struct hlist_nulls_node port;
	void (*data_ready)(struct sock *sk);
	struct ksmol_ksock *kernel;
	struct ksmol_ring *ring;

	struct ksmol_queue rxq ____cacheline_aligned_in_smp;

	u32 options ____cacheline_aligned_in_smp;
	struct ksmol_addr saddr;
	atomic_t inflight;
	bool tx_wanted;
	s16 ttl;
	u8 mc_ttl;
	u8 tos;
	u8 pmtudisc;
	u16 nr_members;
	u32 icmp_filter;
	int mc_oif;
	struct ksmol_addr mc_saddr;
	struct ksmol_opts6 opts6;
	struct ksmol_member __rcu *members;
};

/* A ping socket, of either protocol? */
static inline bool ksmol_sock_ping(const struct ksmol_sock *ks)
{
	return ks->proto == IPPROTO_ICMP || ks->proto == IPPROTO_ICMPV6;
}

static inline struct ksmol_sock *ksmol_sk(const struct sock *sk)
{
	return (struct ksmol_sock *)sk;
}

/* Its ring, or NULL. It lives as long as the socket. */
static inline struct ksmol_ring *ksmol_sock_ring(const struct ksmol_sock *ks)
{
	return READ_ONCE(ks->ring);	/* by address dependency, as RCU */
}

static inline bool ksmol_sock_opt(const struct ksmol_sock *ks, u32 opt)
{
	return READ_ONCE(ks->options) & opt;
}

/* Ping and raw sockets of IPv6 have nothing to do with IPv4. */
static inline bool ksmol_sock_one_family(const struct ksmol_sock *ks)
{
	return ks->proto != IPPROTO_UDP && ks->proto != IPPROTO_TCP;
}

/* Would it, bound to @laddr of @family, take packets of both? */
static inline bool ksmol_sock_both(const struct ksmol_sock *ks, u8 family,
				   const struct ksmol_addr *laddr)
{
	return family == AF_INET6 && ksmol_addr_any(laddr) &&
	       !ks->inet.sk.sk_ipv6only && !ksmol_sock_one_family(ks);
}

/* Options that either level has, for what goes by @family. */
static inline u8 ksmol_sock_tos(const struct ksmol_sock *ks, u8 family)
{
	return family == AF_INET ? READ_ONCE(ks->tos) :
				   READ_ONCE(ks->opts6.tclass);
}

static inline u8 ksmol_sock_pmtudisc(const struct ksmol_sock *ks, u8 family)
{
	return family == AF_INET ? READ_ONCE(ks->pmtudisc) :
				   READ_ONCE(ks->opts6.pmtudisc);
}

static inline bool ksmol_sock_recverr(const struct ksmol_sock *ks, u8 family)
{
	return ksmol_sock_opt(ks, family == AF_INET ? KSMOL_OPT_RECVERR :
						      KSMOL_OPT_RECVERR6);
}

static inline u32 ksmol_sock_rx_limit(const struct ksmol_sock *ks)
{
	u32 limit = READ_ONCE(ks->inet.sk.sk_rcvbuf) >> KSMOL_PBUF_SHIFT;

	return clamp_t(u32, limit, 1, READ_ONCE(ks->rxq.max));
}

u32 ksmol_sock_tx_limit(const struct ksmol_sock *ks);

/* --- sock.c: life and readiness --- */

void ksmol_sock_init(struct sock *sk, u8 proto);
void ksmol_sock_destroy(struct sock *sk);
void ksmol_sock_close(struct sock *sk, long timeout);
__poll_t ksmol_sock_poll(struct file *file, struct socket *sock,
			 struct poll_table_struct *table);
int ksmol_sock_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg);
/* What no socket of ours knows may still be about interfaces and routes. */
int ksmol_ioctl_other(struct socket *sock, unsigned int cmd, unsigned long arg);

/* Reports an error to whoever uses the socket and wakes it. RCU or a ref. */
void ksmol_sock_fail(struct ksmol_sock *ks, int err);

/* An interface is gone: its sockets fail with ENETDOWN. RTNL. */
void ksmol_sock_gone(struct net *net, int ifindex);

/* --- txroom.c: the right to send --- */

/**
 * ksmol_tx_get() - a TX pbuf charged to the socket
 * @flags: MSG_DONTWAIT doesn't wait for room
 *
 * Context: process. Return: the pbuf, or an error pointer: -EAGAIN, -EPIPE
 * after shutdown, an error of the socket, or what a signal makes.
 */
struct ksmol_pbuf *ksmol_tx_get(struct ksmol_sock *ks, int flags);

/* One of @pool's if there is room now, or NULL. Any context but interrupts. */
struct ksmol_pbuf *ksmol_tx_try(struct ksmol_sock *ks, struct ksmol_pool *pool);

/* A charged pbuf is back; consumes the reference. ksmol_pbuf_sk_done. */
void ksmol_tx_done(struct sock *sk);

/* May a datagram be sent now? If not, a wake-up will follow. Process. */
bool ksmol_tx_writable(struct ksmol_sock *ks);

/* --- sockaddr.c --- */

/**
 * struct ksmol_end - what a sockaddr says
 * @family: of @addr, AF_INET also for a mapped one
 * @scope: interface of an address that needs one, or 0
 * @flowlabel: of an IPv6 address, as on the wire
 */
struct ksmol_end {
	u8 family;
	__be16 port;
	int scope;
	__be32 flowlabel;
	struct ksmol_addr addr;
};

/* What bind(), connect() and sendto() are given: 0, -EINVAL, -EAFNOSUPPORT, or
 * -ENETUNREACH for IPv4 on an IPv6 socket that speaks nothing else.
 * ksmol_sockaddr_dest() also returns 1 for none at all.
 */
int ksmol_sockaddr_bind(const struct ksmol_sock *ks,
			struct sockaddr_unsized *uaddr, int len,
			struct ksmol_end *end);
int ksmol_sockaddr_connect(const struct ksmol_sock *ks,
			   struct sockaddr_unsized *uaddr, int len,
			   struct ksmol_end *end);
int ksmol_sockaddr_dest(const struct ksmol_sock *ks, const struct msghdr *msg,
			struct ksmol_end *end);

/* May it send by @family: 0, -ENETUNREACH, -EAFNOSUPPORT. */
int ksmol_sock_speaks(const struct ksmol_sock *ks, u8 family);

/* The opposite: @end in the form that programs of family @form read; its scope is
 * an interface, whether the address needs one or not. Return: its length.
 */
int ksmol_sockaddr_put(u8 form, const struct ksmol_end *end, void *to);

/* --- address.c --- */

/* May @ks be bound to @end? @group: it is for receiving only. */
int ksmol_bind_check(struct ksmol_sock *ks, const struct ksmol_end *end,
		     bool *group);
/* An address that needs an interface names the socket's: 0 or -EINVAL. The
 * second takes the flow label, too. Socket locked.
 */
int ksmol_bind_scope(struct ksmol_sock *ks, const struct ksmol_end *end);
int ksmol_connect_by(struct ksmol_sock *ks, const struct ksmol_end *end);
/* Takes it for the local end, its port is there. Socket locked. */
void ksmol_bound_to(struct ksmol_sock *ks, const struct ksmol_end *end,
		    bool group);
/* The family of what a socket is bound to when that is nothing. */
static inline u8 ksmol_sock_family(const struct ksmol_sock *ks)
{
	return ks->inet.sk.sk_userlocks & SOCK_BINDADDR_LOCK ?
	       ks->family : ks->inet.sk.sk_family;
}

int ksmol_bind(struct socket *sock, struct sockaddr_unsized *uaddr, int len);
int ksmol_connect(struct socket *sock, struct sockaddr_unsized *uaddr, int len,
		  int flags);
/* Our ends into Linux's own fields, which getsockname() and others read. */
void ksmol_addr_mirror(struct ksmol_sock *ks);
/* Gives an unbound socket a port: 0 or -EAGAIN. Process. */
int ksmol_autobind(struct ksmol_sock *ks);

/* --- port.c --- */

/**
 * ksmol_port_get() - bind to @laddr and @port
 * @port: host order; 0 takes a free one at random (RFC 6056)
 *
 * Context: process, socket locked. Return: 0 or -EADDRINUSE.
 */
int ksmol_port_get(struct ksmol_sock *ks, const struct ksmol_addr *laddr,
		   u16 port);

/* --- send.c --- */

/**
 * struct ksmol_send - one datagram on its way down
 * @flow: for the route
 * @dport: destination port
 * @confirm: the neighbor is known to be there (MSG_CONFIRM)
 * @hlen: bytes of transport header that are put before the program's
 * @whole: the program's bytes begin with the network header (IP_HDRINCL)
 */
struct ksmol_send {
	struct ksmol_flow flow;
	__be16 dport;
	bool confirm;
	u8 hlen;
	bool whole;
};

/* What the socket's options say about a flow to @daddr of @family. */
void ksmol_flow_init(const struct ksmol_sock *ks, struct ksmol_flow *flow,
		     u8 family, const struct ksmol_addr *daddr);
/* What an address says beyond itself: interface and label. */
void ksmol_flow_named(const struct ksmol_sock *ks, struct ksmol_flow *flow,
		      const struct ksmol_end *end);

/**
 * ksmol_send_prepare() - destination, port and control messages
 *
 * Binds the socket if need be. Context: process.
 * Return: 0, -EDESTADDRREQ, -EINVAL, -EAFNOSUPPORT, -EOPNOTSUPP, -EAGAIN.
 */
int ksmol_send_prepare(struct ksmol_sock *ks, struct msghdr *msg,
		       struct ksmol_send *to);

/**
 * ksmol_send_datagram() - copy, route, send
 * @len: bytes to take from @msg
 * @push: adds the transport header in front of a filled pbuf
 * @arg: for @push
 *
 * Context: process, may sleep for room. Return: 0 or a negative errno.
 */
int ksmol_send_datagram(struct ksmol_sock *ks, struct msghdr *msg, u32 len,
			const struct ksmol_send *to,
			void (*push)(struct ksmol_sock *ks,
				     struct ksmol_pbuf *pb,
				     const struct ksmol_send *to,
				     const struct ksmol_addr *saddr,
				     const void *arg),
			const void *arg);

/**
 * ksmol_send_pbuf() - route and send what is filled already; consumes @pb
 * @push, @arg: as above
 *
 * Context: process or softirq. Return: 0 or a negative errno, -ENOBUFS when
 * the device refused it.
 */
int ksmol_send_pbuf(struct ksmol_sock *ks, struct ksmol_pbuf *pb,
		    const struct ksmol_send *to,
		    void (*push)(struct ksmol_sock *ks, struct ksmol_pbuf *pb,
				 const struct ksmol_send *to,
				 const struct ksmol_addr *saddr,
				 const void *arg),
		    const void *arg);

/* --- cmsg.c --- */

/* Control messages of a sendmsg() call: 0, -EINVAL, or -EPERM for extension
 * headers.
 */
int ksmol_cmsg_send(struct msghdr *msg, struct ksmol_flow *flow);
/* One of level IPPROTO_IPV6, likewise. */
int ksmol_cmsg_send6(const struct cmsghdr *cmsg, struct ksmol_flow *flow);
/* The same for a stream, which acts on none. */
int ksmol_cmsg_stream(struct msghdr *msg);
/* Control messages that go with a received datagram. */
void ksmol_cmsg_recv(struct ksmol_sock *ks, struct msghdr *msg,
		     const struct ksmol_pbuf *pb);
/* Those of level IPPROTO_IPV6 among them. */
void ksmol_cmsg_recv6(struct ksmol_sock *ks, struct msghdr *msg,
		      const struct ksmol_pbuf *pb);
/* SO_TIMESTAMP alone, for a stream: when what was read last came. */
void ksmol_cmsg_stamp(struct sock *sk, struct msghdr *msg, ktime_t t);

/* --- pathmtu.c --- */

/* A datagram that must not be fragmented was longer than @mtu: the program is
 * told, if it asked for that (IPV6_RECVPATHMTU). What it was told before and
 * has not read is forgotten. Any context.
 */
void ksmol_pathmtu_note(struct ksmol_sock *ks, const struct ksmol_send *to,
			u32 mtu);
/* recvmsg() of that: 0, or -EAGAIN if there is nothing (any more). */
int ksmol_pathmtu_recv(struct ksmol_sock *ks, struct msghdr *msg);

/* --- exthdr.c --- */

/* ksmol_pbuf_settle(), with its extension headers if @ks wants to see them. */
int ksmol_exthdr_settle(const struct ksmol_sock *ks, struct ksmol_pbuf *pb);
/* Control messages of those. */
void ksmol_exthdr_put(const struct ksmol_sock *ks, struct msghdr *msg,
		      const struct ksmol_pbuf *pb);

/* --- recv.c --- */

int ksmol_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
		  int flags);
/* Fills msg_name, if the caller wants it. */
void ksmol_name_put(const struct ksmol_sock *ks, struct msghdr *msg,
		    const struct ksmol_end *end);

/* --- errqueue.c --- */

/* iface's demux.error. */
bool ksmol_error_input(struct net *net, const struct ksmol_icmp_error *err);
/* Tells one socket of an ICMP error, if it wants to know. BH disabled. */
void ksmol_error_tell(struct ksmol_sock *ks,
		      const struct ksmol_icmp_error *err);
/* A router says that packets are to be smaller. */
bool ksmol_error_is_pmtu(const struct ksmol_icmp_error *err);
/* An error found while sending; queued if IP_RECVERR is on. */
void ksmol_error_local(struct ksmol_sock *ks, int err,
		       const struct ksmol_send *to, u32 info);
/* One from the network, for IP_RECVERR's queue. BH disabled. */
void ksmol_error_queue_icmp(struct ksmol_sock *ks,
			    const struct ksmol_icmp_error *err);
int ksmol_error_recv(struct ksmol_sock *ks, struct msghdr *msg, int len);

/* --- input.c --- */

/* Options that ask when a packet came. */
#define KSMOL_STAMP_FLAGS	(BIT(SOCK_RCVTSTAMP) | BIT(SOCK_TIMESTAMP))
/* Now, unless its driver has said when. */
void ksmol_receive_stamp(struct ksmol_pbuf *pb);

/* iface's demux.input. */
enum ksmol_verdict ksmol_socket_input(struct ksmol_iface *iface, u8 proto,
				      struct ksmol_pbuf *pb,
				      struct ksmol_tx_token *tok);

/**
 * ksmol_sock_receive() - queue a datagram to one socket
 *
 * Takes @pb when it returns KSMOL_DELIVERED. BH disabled, RCU.
 */
enum ksmol_verdict ksmol_sock_receive(struct ksmol_sock *ks,
				      struct ksmol_pbuf *pb);

/* Delivers one more descriptor of the same packet; borrows @pb. */
enum ksmol_verdict ksmol_sock_receive_dup(struct ksmol_sock *ks,
					  const struct ksmol_pbuf *pb);

/* --- filter.c --- */

/* Runs SO_ATTACH_FILTER's program: 0 or KSMOL_DROP_SOCK_FILTER; may cut @pb.
 * The program sees the transport header first. BH disabled, RCU.
 */
int ksmol_filter_run(struct ksmol_sock *ks, struct ksmol_pbuf *pb, u32 hlen);

/* --- udp.c, ping.c --- */

/* What fits behind the largest IPv4 header we send, and behind IPv6's, whose
 * length does not count itself.
 */
#define KSMOL_UDP_PAYLOAD_MAX (65535 - KSMOL_IPV4_HLEN - KSMOL_UDP_HLEN)
#define KSMOL_UDP_PAYLOAD_MAX6 (65535 - KSMOL_UDP_HLEN)

static inline u32 ksmol_udp_payload_max(u8 family)
{
	return family == AF_INET ? KSMOL_UDP_PAYLOAD_MAX :
				   KSMOL_UDP_PAYLOAD_MAX6;
}

int ksmol_udp_init_sock(struct sock *sk);
int ksmol_udp_sendmsg(struct socket *sock, struct msghdr *msg, size_t len);
/* ksmol_send_pbuf() with a UDP header. */
int ksmol_udp_send(struct ksmol_sock *ks, struct ksmol_pbuf *pb,
		   const struct ksmol_send *to);
/* The header in front of a filled pbuf; for ksmol_send_datagram(). */
void ksmol_udp_push(struct ksmol_sock *ks, struct ksmol_pbuf *pb,
		    const struct ksmol_send *to, const struct ksmol_addr *saddr,
		    const void *unused);
/* The same in front of @seg->len bytes of payload elsewhere. */
void ksmol_udp_push_segment(struct ksmol_sock *ks, struct ksmol_tx_segment *seg,
			    const struct ksmol_send *to,
			    const struct ksmol_addr *saddr);
/* Validates and removes the header: 0 or a drop reason. */
int ksmol_udp_input(struct ksmol_pbuf *pb);

int ksmol_ping_init_sock(struct sock *sk);
int ksmol_ping_sendmsg(struct socket *sock, struct msghdr *msg, size_t len);

/* --- sockopt.c --- */

int ksmol_setsockopt(struct socket *sock, int level, int name,
		     sockptr_t val, unsigned int len);
int ksmol_getsockopt(struct socket *sock, int level, int name,
		     char __user *val, int __user *len);

/* --- multicast.c --- */

/* The options that join and leave, and IP_MULTICAST_IF: 0 or an error,
 * -ENOPROTOOPT for others.
 */
int ksmol_mc_setsockopt(struct ksmol_sock *ks, int name, sockptr_t from,
			unsigned int len);
/* Those of level IPPROTO_IPV6 that join and leave, likewise. */
int ksmol_mc_setsockopt6(struct ksmol_sock *ks, int name, sockptr_t from,
			 unsigned int len);

/* Where the pointer to a membership stands; at the list's end if there is none.
 * @ifindex 0: on any interface. These three: RTNL and the socket locked.
 */
struct ksmol_member __rcu **ksmol_mc_find(struct ksmol_sock *ks,
					  const struct ksmol_addr *group,
					  int ifindex);
void ksmol_mc_leave(struct ksmol_sock *ks, struct ksmol_member __rcu **link);
/* @m, a changed copy, takes its place; consumes @m. 0, -ENODEV, -ENOBUFS. */
int ksmol_mc_swap(struct ksmol_member __rcu **link, struct ksmol_member *m);

/* IP_MSFILTER, and MCAST_MSFILTER of either family's level (mc_filter.c). */
int ksmol_mc_set_filter(struct ksmol_sock *ks, u8 family, int name,
			sockptr_t from, unsigned int len);
int ksmol_mc_get_filter(struct ksmol_sock *ks, u8 family, int name,
			char __user *to, int __user *lenp, unsigned int len);

/* Does it take packets to a group from @saddr? RCU. */
bool ksmol_mc_allows(const struct ksmol_sock *ks,
		     const struct ksmol_addr *group,
		     const struct ksmol_addr *saddr, int ifindex);

/* close(): leaves all groups. Process, takes RTNL. */
void ksmol_mc_drop(struct ksmol_sock *ks);

/* --- show.c, tcp_show.c, proto.c --- */

/* Lines at most; of more sockets only the number is shown. */
#define KSMOL_SHOW_MAX 4096

/* "[v6 address]:port", or "*" for what is not bound to anything. */
#define KSMOL_ENDPOINT_LEN (KSMOL_ADDR_STRLEN + 9)

const char *ksmol_endpoint_str(sa_family_t family,
			       const struct ksmol_addr *addr, __be16 port,
			       char buf[KSMOL_ENDPOINT_LEN]);

/* A socket's own; IPv6's wildcard is "[::]" unless it takes IPv4, too. */
const char *ksmol_endpoint_local(const struct ksmol_sock *ks,
				 char buf[KSMOL_ENDPOINT_LEN]);

/* debugfs sockets, tcp_sockets, tcp. */
int ksmol_sockets_show(struct seq_file *m, void *unused);
int ksmol_tcp_sockets_show(struct seq_file *m, void *unused);
int ksmol_tcp_show(struct seq_file *m, void *unused);

int ksmol_proto_register(void);
void ksmol_proto_unregister(void);

#endif /* _KSMOL_SOCKET_SOCK_H */
