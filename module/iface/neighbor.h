/* SPDX-License-Identifier: GPL-2.0-only */
/* The neighbor cache: one fixed table for all interfaces. */
#ifndef _KSMOL_NEIGHBOR_H
#define _KSMOL_NEIGHBOR_H

#include <linux/etherdevice.h>
#include <linux/seqlock.h>
#include <ksmol/iface.h>
#include "neighbor_fsm.h"

/**
 * struct ksmol_neigh - an entry; one of a fixed array, recycled freely
 * @hash: in its bucket
 * @link: in the interface's list, or in the list of free entries
 * @idle: in the list of those that may be evicted, by age; else empty
 * @seq: readers without the lock read @iface, @addr, @mac and the state as
 *	of one moment. A reader that was led astray because the entry moved to
 *	another bucket finds nothing and looks again under the lock.
 * @iface: its link, NULL while free
 * @turn: jiffies of its last turn in the timer's run
 * @parked: packets that wait for it
 * @waiting: in the list of those with such packets, first come first
 *
 * Everything is written under the table's lock, but fsm.used and
 * fsm.confirmed, which the fast path stamps.
 */
struct ksmol_neigh {
	struct hlist_node hash;
	struct list_head link;
	struct list_head idle;
	seqcount_spinlock_t seq;
	struct ksmol_iface *iface;
	struct ksmol_addr addr;
	u8 family;
	u8 mac[ETH_ALEN] __aligned(2);
	struct ksmol_neigh_fsm fsm;
	unsigned long turn;
	struct ksmol_pbuf_list parked;
	struct list_head waiting;
};

/**
 * struct ksmol_neigh_table - the cache
 * @lock: everything but lookups. Taken inside no other lock; the pool's is
 *	never taken inside it. Bottom halves disabled
 * @bits: log2 of the number of buckets
 * @seed: of the hash; strangers choose addresses
 * @nr: entries in all, free ones included
 * @nr_free: of those; the last quarter of the table is for neighbors that
 *	our own programs want to talk to, not for those that strangers name
 * @waiting: entries that packets wait for, longest first
 * @idle: evictable entries, oldest first; those only heard of (0) go before
 *	those that we have talked to (1)
 */
struct ksmol_neigh_table {
	spinlock_t lock;
	unsigned int bits;
	u32 seed;
	u32 nr;
	u32 nr_free;
	struct list_head waiting;
	struct list_head free;
	struct list_head idle[2];
	struct hlist_head *bucket;
	struct ksmol_neigh *entry;
};

extern struct ksmol_neigh_table ksmol_neigh_table;

/* What a packet heard says about its sender. */
enum ksmol_neigh_news {
	KSMOL_NEIGH_REFRESH,	/* not for us: existing entries only */
	KSMOL_NEIGH_ANSWER,	/* a reply to us: existing entries only */
	KSMOL_NEIGH_CREATE,	/* a request to us: it will hear from us */
	KSMOL_NEIGH_TOLD = 8,	/* an advertisement, with these flags: */
	KSMOL_NEIGH_SOLICITED = 1,
	KSMOL_NEIGH_OVERRIDE = 2,
};

int ksmol_neigh_init(unsigned int max);
void ksmol_neigh_exit(void);

/**
 * ksmol_neigh_output() - send a packet to a neighbor; consumes @pb
 *
 * Context: RCU. Return: 0 when sent or parked, or a negative errno as
 * ksmol_phy_xmit(), -EHOSTUNREACH (table full), -ENOBUFS (its queue, or all
 * of them together, full).
 */
int ksmol_neigh_output(struct ksmol_iface *iface, u8 family,
		       const struct ksmol_addr *addr, struct ksmol_pbuf *pb);

/**
 * ksmol_neigh_resolve() - the link-layer address of a neighbor, if it is known
 * @mac: set to it
 *
 * As far as the state machine is concerned, a packet is sent to it.
 *
 * Context: RCU, any locks of sockets. Return: false when it is to be asked for,
 * which ksmol_neigh_output() does.
 */
bool ksmol_neigh_resolve(struct ksmol_iface *iface, u8 family,
			 const struct ksmol_addr *addr, u8 *mac);

/**
 * ksmol_neigh_heard() - tell the cache about a station
 * @mac: where it is; NULL: an advertisement that does not say
 * @news: enum ksmol_neigh_news
 *
 * Context: softirq, RCU. Return: is it known now?
 */
bool ksmol_neigh_heard(struct ksmol_iface *iface, u8 family,
		       const struct ksmol_addr *addr, const u8 *mac, u8 news);

/* Timer: does what is due; returns whether anything is left, *@next when. */
bool ksmol_neigh_run(struct ksmol_iface *iface, unsigned long now,
		     unsigned long *next);

/**
 * ksmol_neigh_purge() - forget all neighbors of a link
 * @dead: for good: no entry will be made for @iface any more
 *
 * Packets that wait are dropped (tx_neigh_flushed) and their senders told.
 * Context: process, RTNL.
 */
void ksmol_neigh_purge(struct ksmol_iface *iface, bool dead);

/* One line of debugfs neighbors each. Process. */
void ksmol_neigh_show(struct seq_file *m, const struct ksmol_iface *iface);

/* State and address of an entry, for KUnit; KSMOL_NEIGH_FREE: none. */
u8 ksmol_neigh_state(struct ksmol_iface *iface, u8 family,
		     const struct ksmol_addr *addr, u8 *mac);

/* --- packets that wait (neighbor_queue.c) --- */

/* Adds @pb to @n's queue; takes @pb on success. Table lock. Return: 0 or the
 * TX drop reason, made negative.
 */
int ksmol_neigh_park(struct ksmol_neigh_table *table, struct ksmol_neigh *n,
		     struct ksmol_pbuf *pb);

/* Moves all that wait for @n to @to. Table lock. */
void ksmol_neigh_unpark(struct ksmol_neigh_table *table, struct ksmol_neigh *n,
			struct ksmol_pbuf_list *to);

/* A ksmol_reclaim_fn: drops packets of those that have waited longest
 * (tx_neigh_reclaimed). Replies that strangers provoked go first; then ours,
 * but never a neighbor's only one.
 */
u32 ksmol_neigh_reclaim(struct ksmol_pool *pool, int class, u32 want);

/* Sends them; consumes the list. RCU, BH disabled, no locks. */
void ksmol_neigh_flush(struct ksmol_iface *iface, const u8 *mac,
		       struct ksmol_pbuf_list *list);

/* Drops them and tells their senders; likewise. */
void ksmol_neigh_fail(struct ksmol_iface *iface, enum ksmol_tx_drop reason,
		      struct ksmol_pbuf_list *list);

#endif /* _KSMOL_NEIGHBOR_H */
