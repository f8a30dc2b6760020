/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network layer: addresses, routes, neighbors, ICMP; ingress and egress
 * of packets.
 */
#ifndef _KSMOL_IFACE_H
#define _KSMOL_IFACE_H

#include <linux/list.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <ksmol/addr.h>
#include <ksmol/phy.h>
#include <ksmol/pool.h>
#include <ksmol/wire.h>

struct dentry;
struct ksmol_autoconf;
struct ksmol_dhcp_client;
struct ksmol_iface_net;
struct ksmol_member;

/* --- addresses --- */

enum ksmol_addr_state {
	KSMOL_ADDR_UNUSED,
	KSMOL_ADDR_TENTATIVE,	/* being probed (RFC 5227) */
	KSMOL_ADDR_VALID,
	KSMOL_ADDR_CONFLICT,	/* somebody else has it: not used */
	KSMOL_ADDR_FREE,	/* its lifetime is over; others stand behind it */
	KSMOL_ADDR_VACANT,	/* no address yet: room for a leased one */
};

/* Where an address comes from. */
enum ksmol_addr_origin {
	KSMOL_ADDR_GIVEN,	/* attach= */
	KSMOL_ADDR_LINKLOCAL,	/* formed by us (RFC 4862 5.3) */
	KSMOL_ADDR_AUTOCONF,	/* formed in a prefix of a router's (5.5.3) */
	KSMOL_ADDR_TEMPORARY,	/* likewise, at random and for a day (RFC 8981) */
};

/* Addresses of an interface: given, link-local, those that routers make us
 * form, and among them temporary ones.
 */
#define KSMOL_IFACE_ADDRS 32
#define KSMOL_IFACE_TEMPS 16
#define KSMOL_SPEC_ADDRS 8

/* Buckets of an interface's multicast groups. */
#define KSMOL_GROUP_SLOTS 16

/**
 * struct ksmol_querier - what an interface knows of those who ask for groups;
 *	group lock
 * @until: jiffies until which one is there that is a version behind the newest,
 *	or two; 0 = there is none
 * @robustness: how often a change is reported; 0: the default
 */
struct ksmol_querier {
	unsigned long until[2];
	u8 robustness;
};

/**
 * struct ksmol_nd_link - what routers say of a link (RFC 4861 6.3.4)
 * @mtu: largest IPv6 packet, 0 = the device's
 * @hops: hop limit for packets whose sender has none in mind, 0 = the usual
 * @reachable: jiffies that a proof of reachability lasts, 0 = the usual
 * @retrans: jiffies between solicitations, 0 = the usual
 */
struct ksmol_nd_link {
	u32 mtu;
	u8 hops;
	unsigned long reachable;
	unsigned long retrans;
};

/**
 * struct ksmol_ifaddr - an address of an interface
 * @state: enum ksmol_addr_state; published last, read with READ_ONCE()
 * @plen: prefix length in bits
 * @addr: the address; @bcast: IPv4 directed broadcast, 0 if it has none
 *	(prefix 31 or 32)
 * @origin: enum ksmol_addr_origin
 * @tries: times that it was formed anew, because another station had it
 * @deprecated: to be used by what uses it already, not for new flows (RFC 4862)
 * @probes, @announces: still to be sent
 * @reported: a conflict over it has been logged
 * @due: jiffies of the next probe or announcement
 * @defended: jiffies of the last defence (RFC 5227 2.4), 0 = never
 * @valid, @preferred: if it was formed: seconds of ksmol_lifetime_now() at which
 *	it goes, and is deprecated
 * @created, @desync: if it is temporary: when it was formed, and how many
 *	seconds less than others it is preferred
 * @member: of its solicited-node group
 */
struct ksmol_ifaddr {
	u8 state;
	u8 family;
	u8 plen;
	u8 probes;
	u8 announces;
	u8 origin;
	u8 tries;
	bool deprecated;
	bool reported;
	struct ksmol_addr addr;
	__be32 bcast;
	unsigned long due;
	unsigned long defended;
	u64 valid;
	u64 preferred;
	u64 created;
	u32 desync;
	struct ksmol_member *member;
};

/**
 * struct ksmol_iface - an attached interface as the network layer sees it
 * @phy: its device
 * @net: its namespace
 * @pernet: what this room keeps of @net
 * @node: in the namespace's list; RTNL, readers RCU
 * @addrs: written under @lock, read under RCU by state
 * @neighs: neighbor entries on this link; neighbor table's lock
 * @lock: addresses' probing state
 * @groups: multicast groups that it listens to (iface/group.h)
 * @querier: whom it reports them to, by IGMP and by MLD
 * @dhcp: where its IPv4 address comes from, or NULL (iface/dhcp.h)
 * @timer: address probing, neighbor aging, group reports and leases; armed only
 *	while needed
 * @nonce: marks our own probes, should they come back (RFC 7527)
 * @nd: what routers say of the link
 * @autoconf: addresses that form themselves; NULL without IPv6
 * @up: link usable
 * @ipv6: IPv6 is spoken here
 * @dead: detaching: timers must not be armed again
 * @debugfs: ifaces/<name>
 */
struct ksmol_iface {
	struct ksmol_phy *phy;
	struct net *net;
	struct ksmol_iface_net *pernet;
	struct list_head node;
	struct list_head neighs;
	struct ksmol_ifaddr addrs[KSMOL_IFACE_ADDRS];
	spinlock_t lock;
	struct hlist_head groups[KSMOL_GROUP_SLOTS];
	struct ksmol_querier querier[2];
	struct ksmol_dhcp_client *dhcp;
	struct timer_list timer;
	u8 nonce[6];
	struct ksmol_nd_link nd;
	struct ksmol_autoconf *autoconf;
	bool up;
	bool ipv6;
	bool dead;
	struct dentry *debugfs;
	struct rcu_head rcu;
};

/* --- attachment (iface/attach.c) --- */

/**
 * ksmol_attach() - act on one attach= value
 * @spec: "DEV[,ADDR/PLEN]...[,dhcp][,via=GATEWAY]
 *	[,route=PREFIX/PLEN@GATEWAY]...[,slaac][,shared|exclusive]"
 *
 * All or nothing: on error nothing has changed and one log line says why.
 *
 * Context: process, takes RTNL. Return: 0, -EINVAL (syntax, address, gateway
 * outside the prefix, medium), -ENODEV, -EBUSY (rx_handler taken),
 * -EADDRINUSE (already attached, or the address stands on another interface),
 * -ENOSPC (too many addresses or routes), -ENOBUFS (its addresses need more
 * groups than igmp_max), -ENOMEM.
 */
int ksmol_attach(struct net *net, const char *spec);

/* detach=DEV: 0, or -ENODEV when it isn't attached. Process, takes RTNL. */
int ksmol_detach(struct net *net, const char *name);

/* Detaches every interface in every namespace (unload). Process, takes RTNL. */
void ksmol_detach_all(void);

/* --- routes and destinations --- */

enum ksmol_dst_type {
	KSMOL_DST_UNICAST,
	KSMOL_DST_LOCAL,	/* one of our own addresses: looped back */
	KSMOL_DST_BROADCAST,
	KSMOL_DST_MULTICAST,
};

/* Of two addresses of ours that are equally good, which (RFC 5014)? */
enum ksmol_prefer {
	KSMOL_PREFER_DEFAULT,	/* as ipv6_temporary says */
	KSMOL_PREFER_STABLE,
	KSMOL_PREFER_TEMPORARY,
};

/**
 * struct ksmol_flow - what a sender knows
 * @ttl, @tos: or hop limit and traffic class
 * @link_hops: nobody has a hop limit in mind: it is what the link's routers say,
 *	and @ttl only where they say nothing (IPv6)
 * @flowlabel: of IPv6; 0: chosen by the flow's hash (RFC 6437), or none if
 *	@no_label
 * @oif: interface it insists on (SO_BINDTODEVICE, IP_PKTINFO, the scope of a
 *	link-local IPv6 address), 0 = any
 * @saddr: source it insists on, or any
 * @prefer: enum ksmol_prefer, where it doesn't
 * @broadcast: SO_BROADCAST is set
 * @mc_loop: what goes to a group also goes to those of us who listen to it
 * @df: no router may fragment it
 * @frag: we may, where it is larger than the path's MTU; then @df is not set
 * @dontfrag: but we shall not, and the program learns the MTU (IPV6_DONTFRAG)
 * @probe: what is known of the path's MTU does not count, the link's does
 */
struct ksmol_flow {
	struct net *net;
	u8 family;
	u8 proto;
	u8 ttl;
	u8 tos;
	u8 prefer;
	int oif;
	bool link_hops;
	bool broadcast;
	bool mc_loop;
	bool df;
	bool frag;
	bool dontfrag;
	bool probe;
	bool no_label;
	__be32 flowlabel;
	struct ksmol_addr saddr;
	struct ksmol_addr daddr;
};

/**
 * struct ksmol_dst - where a packet goes; valid inside the RCU section
 * @iface: interface it leaves by
 * @saddr: source address
 * @nexthop: gateway or the destination itself
 * @mtu: largest network-layer packet, of the path as far as it is known
 */
struct ksmol_dst {
	struct ksmol_iface *iface;
	struct ksmol_addr saddr;
	struct ksmol_addr nexthop;
	u32 mtu;
	u8 type;
	u8 family;
};

/**
 * ksmol_route() - find the way for a flow
 *
 * Context: RCU read side. Return: 0; -ENETUNREACH (no route), -EACCES
 * (broadcast without permission), -EADDRNOTAVAIL (source isn't ours or not
 * yet usable), -EINVAL (unspecified, loopback or class E destination; a
 * link-local one without @oif where there are several interfaces),
 * -ENETDOWN (interface down), -EAFNOSUPPORT.
 */
int ksmol_route(const struct ksmol_flow *flow, struct ksmol_dst *dst);

/* The TX drop reason that stands for an error of ksmol_route(). */
enum ksmol_tx_drop ksmol_route_reason(int err);

/* Is @addr a usable address of ours in @net (on @oif if not 0)? RCU. */
bool ksmol_addr_is_local(struct net *net, int oif, u8 family,
			 const struct ksmol_addr *addr);

/* Any usable address of ours in @net (on @oif if not 0). RCU. */
bool ksmol_addr_own(struct net *net, int oif, u8 family,
		    struct ksmol_addr *addr);

/* Bumped whenever addresses, routes or interfaces change: sockets that cache
 * a destination compare it.
 */
extern atomic_t ksmol_route_gen;

/* After the change is published: who reads the new number sees what changed. */
static inline void ksmol_routes_changed(void)
{
	/* what changed, then the number; pairs with an acquire of it */
	smp_mb__before_atomic();
	atomic_inc(&ksmol_route_gen);
}

/* May @len bytes of transport go that way, in fragments if need be? */
bool ksmol_ip_fits(const struct ksmol_flow *flow, const struct ksmol_dst *dst,
		   u32 len);

/**
 * ksmol_ip_output() - send a transport segment; consumes @pb
 * @pb: TX pbuf (chain) that begins with the transport header; csum_start and
 *	csum_offset relative to that header's start on entry (csum_offset 0 =
 *	nothing to complete)
 *
 * Pushes the network header, then sends, loops back, or parks the packet
 * until the neighbor answers. A pbuf's tx.sk learns of a failed resolution
 * through the demux's error call (EHOSTUNREACH).
 *
 * Context: RCU read side. Return: 0 if sent or parked, or a negative errno
 * (-EMSGSIZE, -ENOBUFS, -EHOSTUNREACH, -ENETDOWN, -ENOMEM).
 */
int ksmol_ip_output(const struct ksmol_flow *flow, const struct ksmol_dst *dst,
		    struct ksmol_pbuf *pb);

/**
 * ksmol_ip_output_whole() - send a packet whose network header is the caller's
 * @pb: TX pbuf (chain) that begins with it, contiguous; what Linux fills in
 *	with IP_HDRINCL is filled in: length, checksum, and where they are 0
 *	source address and identification. Of IPv6 the length, and where
 *	it is :: the source address
 *
 * Never fragmented. Consumes @pb.
 * Context: RCU read side. Return: as ksmol_ip_output(), or -EINVAL (header).
 */
int ksmol_ip_output_whole(const struct ksmol_flow *flow,
			  const struct ksmol_dst *dst, struct ksmol_pbuf *pb);

/**
 * ksmol_ip_output_segment() - send a segment whose payload stays the caller's
 * @seg: begins with the transport header, whose checksum field holds 0 or
 *	anything: the pseudo-header's sum is put there
 * @ect: ECN codepoint ECT(0) in the network header
 *
 * While the neighbor is being resolved, the first network packet's worth of it
 * is copied into a pbuf and parked. Less may go out than was asked for: see
 * ksmol_phy_xmit_segment().
 *
 * Context: RCU read side, BH disabled. Return: as ksmol_ip_output().
 */
int ksmol_ip_output_segment(const struct ksmol_flow *flow,
			    const struct ksmol_dst *dst,
			    struct ksmol_tx_segment *seg, bool ect);

/**
 * ksmol_ip_output_lease() - send a datagram whose payload lies in leased pages
 * @seg: begins with the transport header, whose checksum field holds the
 *	pseudo-header's sum if @csum_offset says that it is to be completed
 *
 * Context: RCU read side, BH disabled. Return: 0 when the lease was taken (see
 * ksmol_phy_xmit_lease()), -EAGAIN when this packet can't go that way (its
 * neighbor is unknown yet, it is for ourselves or for many, or too long): send
 * it by ksmol_ip_output(). Or another error as from there, counted.
 */
int ksmol_ip_output_lease(const struct ksmol_flow *flow,
			  const struct ksmol_dst *dst,
			  struct ksmol_tx_segment *seg,
			  struct ksmol_tx_lease *lease);

/* Upper layers saw forward progress: the neighbor is confirmed. RCU. */
void ksmol_neigh_confirm(const struct ksmol_dst *dst);

/* --- multicast groups (iface/group.c) --- */

/* Sources that a membership can name. */
#define KSMOL_MEMBER_SOURCES 16

struct ksmol_group;

/**
 * struct ksmol_member - one socket's interest in a group on an interface
 * @next: the socket's list; readers RCU
 * @link: the group's list
 * @group: NULL once its interface is gone; RTNL
 * @ifindex, @family, @addr: which group where
 * @exclude: all sources but those named; else these only
 * @nr: @sources named
 *
 * Once it is joined it never changes: another takes its place.
 */
struct ksmol_member {
	struct ksmol_member __rcu *next;
	struct list_head link;
	struct ksmol_group *group;
	int ifindex;
	u8 family;
	bool exclude;
	u8 nr;
	struct ksmol_addr addr;
	struct rcu_head rcu;
	struct ksmol_addr sources[KSMOL_MEMBER_SOURCES];
};

/* Does it want packets of @source? RCU. */
bool ksmol_member_allows(const struct ksmol_member *m,
			 const struct ksmol_addr *source);

/**
 * ksmol_group_iface() - the interface on which to join or to send
 * @ifindex: or 0, then that of the address @local, or if that is any, the one
 *	that the routes name for @group
 *
 * Context: RTNL or RCU. Return: NULL if there is none.
 */
struct ksmol_iface *ksmol_group_iface(struct net *net, int ifindex, u8 family,
				      const struct ksmol_addr *local,
				      const struct ksmol_addr *group);

/**
 * ksmol_group_join() - count a member in
 * @m: family, addr and filter set; stays the caller's until it has left
 *
 * The first of a group makes the device listen; each changes what is reported.
 * Context: RTNL. Return: 0, -ENOBUFS (igmp_max groups), -ENOMEM.
 */
int ksmol_group_join(struct ksmol_iface *iface, struct ksmol_member *m);

/* @m, a changed copy of a member, is counted in where that is, which stays. Its
 * interface must still be there. RTNL. Return: 0 or -ENOMEM.
 */
int ksmol_group_rejoin(struct ksmol_member *m);

/* The opposite; harmless if its interface is gone. @m may be read until a
 * grace period later. RTNL.
 */
void ksmol_group_leave(struct ksmol_member *m);

/* --- upward: the socket demux --- */

/**
 * struct ksmol_icmp_error - an ICMP error about something we sent
 * @quote: the packet in question, as we sent it
 * @seq: TCP: its sequence number, bytes 4 to 7 of the quoted header
 * @errno_: what it means for a socket, e.g. ECONNREFUSED
 * @fatal: to be reported to the socket even without IP_RECVERR
 * @type, @code: as received; @info: next-hop MTU for fragmentation needed or
 *	packet too big, pointer for parameter problem
 * @origin: SO_EE_ORIGIN_ICMP, SO_EE_ORIGIN_ICMP6 or SO_EE_ORIGIN_LOCAL
 * @offender: who sent it
 * @ifindex: where it came in
 * @payload, @payload_len: the quoted transport payload that was there
 */
struct ksmol_icmp_error {
	struct ksmol_quote quote;
	u32 seq;
	int errno_;
	bool fatal;
	u8 type;
	u8 code;
	u8 origin;
	u32 info;
	struct ksmol_addr offender;
	int ifindex;
	const u8 *payload;
	u32 payload_len;
};

/**
 * struct ksmol_demux - the socket room's entry points
 * @input: a packet for a transport protocol (IPPROTO_UDP, IPPROTO_TCP,
 *	IPPROTO_ICMP or IPPROTO_ICMPV6 for echo replies); @pb begins with the
 *	transport header, addresses and so on are in pb->rx. Takes @pb only
 *	when it returns KSMOL_DELIVERED. For UDP_NO_SOCKET the caller answers
 *	port unreachable.
 * @raw: the packet goes to raw sockets too, if there are any; its network
 *	header are the @hlen bytes in front of it. Borrows @pb. Returns whether
 *	one took it. Called only after ksmol_raw_wanted(); may be NULL else
 * @error: returns false if no socket ever sent such a packet
 * @gone: an interface has been detached: wakes who sleeps on it with
 *	ENETDOWN. Process context, RTNL; may be NULL
 * The first two: BH disabled, RCU, no locks held.
 */
struct ksmol_demux {
	enum ksmol_verdict (*input)(struct ksmol_iface *iface, u8 proto,
				    struct ksmol_pbuf *pb,
				    struct ksmol_tx_token *tok);
	bool (*raw)(struct ksmol_iface *iface, u8 proto, struct ksmol_pbuf *pb,
		    u32 hlen);
	bool (*error)(struct net *net, const struct ksmol_icmp_error *err);
	void (*gone)(struct net *net, int ifindex);
};

/* Are there raw sockets? Then demux.raw is asked for each packet. Any. */
void ksmol_raw_wanted(bool wanted);

/* NULL takes it away again, and waits until nobody is inside. Process. */
void ksmol_iface_set_demux(const struct ksmol_demux *demux);

int ksmol_iface_init(void);
void ksmol_iface_exit(void);

#endif /* _KSMOL_IFACE_H */
