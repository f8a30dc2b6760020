/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reassembly (RFC 791 3.2, RFC 815, RFC 5722), of either family.
 *
 * The table's and the datagrams' part knows neither clocks nor devices; what
 * connects it to the world is reass.c.
 */
#ifndef _KSMOL_IFACE_REASS_H
#define _KSMOL_IFACE_REASS_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <ksmol/iface.h>

/* RFC 1122 3.3.2 wants 60 to 120 s; RFC 791 began with 15, Linux has 30. */
#define KSMOL_REASS_TIME (30 * HZ)
/* Fragments of one datagram: 64 KiB by links that carry 296 bytes. */
#define KSMOL_REASS_FRAGS 256
/* Bytes of a datagram behind its network header. */
#define KSMOL_REASS_LEN 65535

/**
 * struct ksmol_reass_key - what fragments of one datagram have in common
 * @id: identification: 16 bits in IPv4, 32 in IPv6
 * @proto: IPv4's key has it; 0 in IPv6
 */
struct ksmol_reass_key {
	const struct net *net;
	struct ksmol_addr saddr;
	struct ksmol_addr daddr;
	u32 id;
	u8 family;
	u8 proto;
};

/**
 * struct ksmol_frag - a fragment's header, as its family's parser gives it
 * @off: its first byte's place in the datagram
 * @hlen: bytes of the network header before its payload; when the datagram is
 *	complete, those before fragment 0's
 * @proto: the transport protocol, or in IPv6 what fragment 0's header names:
 *	it may be one more extension header
 * @more: it is not the last
 */
struct ksmol_frag {
	struct ksmol_reass_key key;
	u32 off;
	u16 hlen;
	u8 proto;
	bool more;
};

/**
 * struct ksmol_reass_source - who sends fragments
 * @hash: in the table's @source_hash
 * @link: in the table's @sources, or @free_sources
 * @contexts: its datagrams, oldest first; @nr of them
 * @pbufs: fragments of all of them
 */
struct ksmol_reass_source {
	struct hlist_node hash;
	struct list_head link;
	struct list_head contexts;
	const struct net *net;
	struct ksmol_addr addr;
	u8 family;
	u32 nr;
	u32 pbufs;
};

/**
 * struct ksmol_reass - a datagram of which fragments came
 * @hash: in the table's @hash
 * @age: in the table's @contexts, or @free
 * @link: in its @source's list
 * @iface: where the first of them came in; purged before that is freed
 * @expires: jiffies of the time-out
 * @parts: fragments by offset
 * @last: the one with the highest offset, NULL if there is none
 * @len: bytes that are there
 * @total: bytes there will be, 0 until the last fragment came
 * @hlen, @proto: of fragment 0
 * @ecn: one bit for each ECN codepoint seen
 * @dead: given up: what is still to come of it is dropped, for this reason
 */
struct ksmol_reass {
	struct hlist_node hash;
	struct list_head age;
	struct list_head link;
	struct ksmol_reass_key key;
	struct ksmol_reass_source *source;
	struct ksmol_iface *iface;
	unsigned long expires;
	struct ksmol_pbuf_list parts;
	struct ksmol_pbuf *last;
	u32 len;
	u32 total;
	u16 hlen;
	u8 proto;
	u8 ecn;
	u8 dead;
};

/**
 * struct ksmol_reass_table - all of them, fixed at load
 * @lock: protects all that follows. BH disabled; inside it only the pool's
 * @context, @source: @max of each
 * @contexts: in use, oldest first; @nr of them
 * @sources: in use
 * @pbufs, @bytes: held by all, the latter with what their skbs pin
 * @pbufs_max, @bytes_max: at most
 * @cap: the pool's account of @pbufs, whose limit is @pbufs_max; or NULL
 * @complete: datagrams put together
 * @timeouts: that ran out of time
 * @evicted: that made room for others
 * @refused: given up for what was in them
 */
struct ksmol_reass_table {
	spinlock_t lock;	/* all below; only the pool's are inside */
	struct ksmol_reass *context;
	struct ksmol_reass_source *source;
	struct hlist_head *hash;
	struct hlist_head *source_hash;
	u32 mask;
	u32 seed;
	u32 max;
	u32 nr;
	struct list_head contexts;
	struct list_head free;
	struct list_head sources;
	struct list_head free_sources;
	u32 pbufs;
	u32 pbufs_max;
	u64 bytes;
	u64 bytes_max;
	struct ksmol_cap *cap;
	u64 complete;
	u64 timeouts;
	u64 evicted;
	u64 refused;
};

/* --- reass_table.c: who has which context. Its lock is held --- */

int ksmol_reass_table_init(struct ksmol_reass_table *table, u32 max,
			   u32 pbufs_max, u64 bytes_max);
void ksmol_reass_table_exit(struct ksmol_reass_table *table);

struct ksmol_reass *ksmol_reass_find(struct ksmol_reass_table *table,
				     const struct ksmol_reass_key *key);

/**
 * ksmol_reass_open() - a context for a new datagram
 * @gone: fragments of the one that had to make room
 *
 * When all are in use, the oldest of the source that has most goes.
 */
struct ksmol_reass *ksmol_reass_open(struct ksmol_reass_table *table,
				     const struct ksmol_reass_key *key,
				     struct ksmol_iface *iface,
				     unsigned long now,
				     struct ksmol_pbuf_list *gone);

/* Ends a context; its fragments are appended to @gone. */
void ksmol_reass_close(struct ksmol_reass_table *table, struct ksmol_reass *r,
		       struct ksmol_pbuf_list *gone);

/* Gives a datagram up but remembers it: its fragments go. */
void ksmol_reass_kill(struct ksmol_reass_table *table, struct ksmol_reass *r,
		      u8 reason, struct ksmol_pbuf_list *gone);

/**
 * ksmol_reass_room() - make room for one more fragment of @bytes
 *
 * The oldest datagrams of the source that holds most fragments go; if that is
 * @r itself and its source holds less than three quarters of all, the oldest of
 * others. Return: false if @r is the one to go, or there is no way.
 */
bool ksmol_reass_room(struct ksmol_reass_table *table, struct ksmol_reass *r,
		      u32 bytes, struct ksmol_pbuf_list *gone);

/* The oldest that holds fragments, or NULL. */
struct ksmol_reass *ksmol_reass_oldest(struct ksmol_reass_table *table);

/* Counts what @r was given, or has lost (@n negative). */
void ksmol_reass_account(struct ksmol_reass_table *table,
			 struct ksmol_reass *r, const struct ksmol_pbuf *pb,
			 int n);

/* --- reass_datagram.c: one datagram, no lock of its own --- */

/* What one fragment says by itself: 0, FRAG_LEN, FRAG_TINY. */
int ksmol_frag_check(const struct ksmol_frag *frag, u32 len);

/**
 * ksmol_reass_insert() - put a fragment in its place; takes @pb on success
 * @pb: begins with its payload, rx.frag_off set
 * @more: it is not the last
 *
 * Return: 0, FRAG_DUP (harmless), or why the datagram must be given up:
 * FRAG_OVERLAP, FRAG_LAST, FRAG_FULL (too many fragments), FRAG_ECN.
 */
int ksmol_reass_insert(struct ksmol_reass *r, struct ksmol_pbuf *pb, bool more);

static inline bool ksmol_reass_is_complete(const struct ksmol_reass *r)
{
	return r->total && r->len == r->total;
}

/* The datagram of its fragments, which are all there. Its header information
 * is fragment 0's.
 */
struct ksmol_pbuf *ksmol_reass_finish(struct ksmol_reass *r);

/* --- reass.c --- */

/**
 * ksmol_reass_input() - a fragment came in
 * @pb: from its network header on, addresses and so on described
 * @whole: set to the datagram if this completed it, begins with the transport
 *	header; @pb is one of its parts. Else NULL
 *
 * Context: softirq, RCU. Return: KSMOL_DELIVERED when it took @pb, or why not.
 */
enum ksmol_verdict ksmol_reass_input(struct ksmol_iface *iface,
				     struct ksmol_pbuf *pb,
				     struct ksmol_frag *frag,
				     struct ksmol_pbuf **whole);

/**
 * ksmol_reass_end() - what a datagram came to
 * @pb: its part that came last, whose frame's verdict this is
 *
 * The fragments before it were counted as delivered: those of a datagram that
 * is dropped in the end are counted as purged. Return: @verdict.
 */
enum ksmol_verdict ksmol_reass_end(struct ksmol_pbuf *whole,
				   struct ksmol_pbuf *pb,
				   enum ksmol_verdict verdict);

/**
 * ksmol_reass_drop_oldest() - give up the oldest incomplete datagram
 *
 * For when the pool is short. Context: BH disabled. Return: pbufs that went
 * home, 0 if there is none.
 */
u32 ksmol_reass_drop_oldest(void);

/* Ends those whose time is over at @now, and tells their senders. Softirq.
 * Return: whether any is left, and when the next is due.
 */
bool ksmol_reass_run(unsigned long now, unsigned long *next);

/* @iface goes away: what began there is dropped. Process. */
void ksmol_reass_purge(const struct ksmol_iface *iface);

int ksmol_reass_init(void);
void ksmol_reass_exit(void);

#endif /* _KSMOL_IFACE_REASS_H */
