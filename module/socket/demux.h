/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables in which a received packet finds its socket. */
#ifndef _KSMOL_SOCKET_DEMUX_H
#define _KSMOL_SOCKET_DEMUX_H

#include <linux/list_nulls.h>
#include <linux/rculist_nulls.h>
#include <linux/spinlock.h>
#include <ksmol/addr.h>

struct ksmol_sock;
struct net;

/*
 * How much a socket insists on; a packet is looked up by the strictest first,
 * and kinds of which no socket exists cost nothing.
 */
enum ksmol_bind_kind {
	KSMOL_BIND_FLOW,	/* connected: both addresses and ports */
	KSMOL_BIND_ADDR,	/* one local address and port */
	KSMOL_BIND_ANY,		/* a port on any address */
	KSMOL_NR_BIND_KINDS
};

/**
 * struct ksmol_bucket - one chain of a table
 * @head: sockets; readers under RCU. The nulls value is the bucket's number:
 *	a reader that was carried off to another chain by a socket that moved
 *	sees it at the end, and starts over
 * @lock: writers, any context: listeners make connections in softirq
 */
struct ksmol_bucket {
	struct hlist_nulls_head head;
	spinlock_t lock;	/* writers */
};

/**
 * struct ksmol_key - what a packet is looked up by
 * @laddr, @lport: our end; @raddr, @rport: the other; all network order
 * @ifindex: interface it came in on
 * @proto: IPPROTO_UDP, IPPROTO_TCP, or IPPROTO_ICMP and IPPROTO_ICMPV6 for ping
 *	sockets, whose identifier is @lport
 */
struct ksmol_key {
	const struct net *net;
	const struct ksmol_addr *laddr;
	const struct ksmol_addr *raddr;
	__be16 lport;
	__be16 rport;
	int ifindex;
	u8 family;
	u8 proto;
};

int ksmol_demux_init(u32 buckets);
void ksmol_demux_exit(void);

/**
 * ksmol_demux_lookup() - the socket a unicast datagram is for
 *
 * Among sockets that share a port by SO_REUSEPORT, the flow decides.
 * Context: RCU read side. Return: the socket, valid in that section, or NULL.
 */
struct ksmol_sock *ksmol_demux_lookup(const struct ksmol_key *key);

/**
 * ksmol_demux_first() - the first socket a broadcast packet is for
 * ksmol_demux_next() - the one after @ks, or NULL
 *
 * Context: RCU read side. A socket bound meanwhile may be missed.
 */
struct ksmol_sock *ksmol_demux_first(const struct ksmol_key *key);
struct ksmol_sock *ksmol_demux_next(struct ksmol_sock *ks,
				    const struct ksmol_key *key);

/*
 * Streams have tables of their own, and are found as what they are only: bound
 * ones not at all, listeners by the second function, connections by the first.
 */

/**
 * ksmol_demux_flow() - the connection a segment belongs to
 *
 * Context: RCU read side. Return: the socket, valid in that section, or NULL.
 */
struct ksmol_sock *ksmol_demux_flow(const struct ksmol_key *key);

/**
 * ksmol_demux_listener() - the listener a segment without connection is for
 *
 * Strictest first; among those that share a port by SO_REUSEPORT, the flow
 * decides. Context and return as above.
 */
struct ksmol_sock *ksmol_demux_listener(const struct ksmol_key *key);

/**
 * ksmol_demux_bind() - give a socket its local address and port
 * @laddr: of @ks->family
 * @strict: refuse a port that overlaps any other binding, although
 *	SO_REUSEADDR or SO_REUSEPORT would allow it (ephemeral ports)
 *
 * Context: process, socket locked. Return: 0 or -EADDRINUSE.
 */
int ksmol_demux_bind(struct ksmol_sock *ks, const struct ksmol_addr *laddr,
		     __be16 lport, bool strict);

/**
 * ksmol_demux_listen() - a bound stream becomes a listener
 *
 * Sets sk_state to TCP_LISTEN at the moment at which it can be found.
 * Context: process, socket locked. Return: 0 or -EADDRINUSE.
 */
int ksmol_demux_listen(struct ksmol_sock *ks);

/**
 * ksmol_demux_connect() - a stream becomes known by both its ends
 * @lport: its port; when it wasn't bound before, one that nobody has bound,
 *	but other connections may use
 *
 * Sets addresses and ports, or leaves all as it was.
 * Context: process, socket locked. Return: 0, -EADDRINUSE (somebody has bound
 * @lport), -EADDRNOTAVAIL (there is such a connection already).
 */
int ksmol_demux_connect(struct ksmol_sock *ks, u8 family,
			const struct ksmol_addr *laddr, __be16 lport,
			const struct ksmol_addr *raddr, __be16 rport);

/**
 * ksmol_demux_child() - a listener's child becomes known by both its ends
 *
 * Its addresses and ports are set; it stands in no table.
 * Context: BH disabled. Return: as ksmol_demux_connect(); -EADDRNOTAVAIL: its
 * twin was faster.
 */
int ksmol_demux_child(struct ksmol_sock *ks);

/* A stream is found no more; its port and @laddr remain. Any context. */
void ksmol_demux_hide(struct ksmol_sock *ks, u8 family,
		      const struct ksmol_addr *laddr);

/* A connection ends: what bind() did not fix goes back to what it was before,
 * and if no program has the socket, all of it. The peer's end stays readable.
 * Harmless if it stands in no table. Any context, socket locked.
 */
void ksmol_demux_disconnect(struct ksmol_sock *ks);

/* Takes it out of all tables; harmless if it is in none. Any context. */
void ksmol_demux_unbind(struct ksmol_sock *ks);

/* Changes the addresses of a bound datagram socket, its port stays.
 * Process, locked.
 * @raddr any and @rport 0: connected to nobody.
 */
void ksmol_demux_move(struct ksmol_sock *ks, u8 family,
		      const struct ksmol_addr *laddr,
		      const struct ksmol_addr *raddr, __be16 rport);

/* Calls @fn for every bound socket, until it returns false. Process. */
void ksmol_demux_for_each(bool (*fn)(struct ksmol_sock *ks, void *arg),
			  void *arg);

/* Sockets in the tables, for the tests and debugfs. */
u32 ksmol_demux_count(void);

#endif /* _KSMOL_SOCKET_DEMUX_H */
