/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fixed pool: pbuf descriptors, their storage, classes and reserve.
 *
 * Ownership words used in every comment: a function "consumes @pb" when the
 * caller must not touch it afterwards whatever is returned, "borrows @pb" when
 * it stays the caller's, and "takes @pb on success" when only a return of 0
 * moves it.
 *
 * Context: unless a comment says otherwise, pbuf functions want bottom halves
 * disabled (softirq, or process context inside local_bh_disable()).
 */
#ifndef _KSMOL_POOL_H
#define _KSMOL_POOL_H

#include <linux/cache.h>
#include <linux/interrupt.h>
#include <linux/llist.h>
#include <linux/rbtree.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <ksmol/addr.h>
#include <ksmol/pressure.h>
#include <ksmol/stats.h>

struct dentry;
struct iov_iter;
struct seq_file;
struct sock;
struct ksmol_phy;
struct ksmol_pool;

/* In whose hands a pbuf is. One byte in the pbuf; the census counts them. */
#define KSMOL_OWNERS(X)							\
	X(FREE,		"free")		/* in the pool */		\
	X(STACK,	"stack")	/* being received or built */	\
	X(TOKEN,	"token")	/* held by an unused TX token */	\
	X(SOCKET,	"socket")	/* in a socket's queue */		\
	X(NEIGH,	"neighbor")	/* waiting for a link-layer address */ \
	X(REASS,	"reassembly")	/* fragment of an incomplete datagram */ \
	X(DEVICE,	"device")	/* sent, not yet completed */	\
	X(USER,		"user")		/* held by an in-kernel user */

enum ksmol_owner {
#define KSMOL_ENUM(id, key) KSMOL_OWNER_##id,
	KSMOL_OWNERS(KSMOL_ENUM)
#undef KSMOL_ENUM
	KSMOL_NR_OWNERS
};

extern const char * const ksmol_owner_names[KSMOL_NR_OWNERS];

/*
 * The set a pbuf was made for and returns to. RX and TX have their guaranteed
 * share each, SHARED serves whichever runs out first, RESERVE is seen only by
 * control replies, STREAM has large buffers for those who send much at once, and
 * EMERGENCY holds one descriptor per CPU with which a frame can be processed,
 * though not queued, when everything else is gone.
 */
#define KSMOL_CLASSES(X)						\
	X(RX,		"rx")						\
	X(TX,		"tx")						\
	X(SHARED,	"shared")					\
	X(RESERVE,	"reserve")					\
	X(STREAM,	"stream")					\
	X(EMERGENCY,	"emergency")

enum ksmol_class {
#define KSMOL_ENUM(id, key) KSMOL_CLASS_##id,
	KSMOL_CLASSES(KSMOL_ENUM)
#undef KSMOL_ENUM
	KSMOL_NR_CLASSES
};

/**
 * struct ksmol_rx_info - what the layers learned about a received packet
 * @saddr, @daddr: network-layer addresses, family in the pbuf
 * @tcp: once a stream has the packet, in their place: its link in the
 *	out-of-order queue, and the sequence number of its first byte
 * @sport, @dport: transport ports (for an echo reply @dport is the identifier)
 * @ifindex: the interface it came in on
 * @frag_off: while its datagram is incomplete: its first byte's place there
 * @ttl, @tos: TTL or hop limit, TOS or traffic class
 * @pkt_type: PACKET_HOST, PACKET_BROADCAST, PACKET_MULTICAST, PACKET_OTHERHOST
 * @ext: bytes of extension headers between IPv6's header and the transport's;
 *	in a socket's queue 0 unless they, too, were kept in front of it
 * @csum_ok: the transport checksum is known to be good
 * @csum: CHECKSUM_COMPLETE's sum over the pbuf's bytes, if @csum_valid
 */
struct ksmol_rx_info {
	union {
		struct {
			struct ksmol_addr saddr;
			struct ksmol_addr daddr;
		};
		struct {
			struct rb_node node;
			u32 seq;
		} tcp;
	};
	__be16 sport;
	__be16 dport;
	int ifindex;
	u16 frag_off;
	u8 ttl;
	u8 tos;
	u8 pkt_type;
	u8 csum_ok:1;
	u8 csum_valid:1;
	u16 ext;
	__wsum csum;
};

/**
 * struct ksmol_tx_info - what a frame needs on its way out
 * @sk: socket to be woken when it is back, one reference; taken with xchg()
 *	so that completion and close() can't both put it. It shares its place
 *	with a received pbuf's time stamp, which no pointer can equal
 * @ubuf: completion; its flags and reference count are set by phy/tx
 * @seq: in a stream's send queue, in the ubuf's place: the sequence number of
 *	its first byte
 * @own: there too, while it borrows another page: the pool's, unused
 * @phy: device that holds the frame, one reference; NULL when none does
 * @csum_start, @csum_offset: where the device or phy/tx completes the
 *	transport checksum, relative to the frame's network header; 0 = none
 * @hlen: bytes at the front that are headers: they go into the skb's linear
 *	part, the rest goes out as page fragments
 * @mtu: to be sent in fragments of at most so many bytes; 0 = whole
 */
struct ksmol_tx_info {
	struct sock *sk;
	union {
		struct ubuf_info ubuf;
		struct {
			u32 seq;
			struct page *own;
		};
	};
	struct ksmol_phy *phy;
	u16 csum_start;
	u16 csum_offset;
	u16 hlen;
	u16 mtu;
};

/**
 * struct ksmol_pbuf - descriptor of one frame, or of a part of one
 * @next: link of whatever list its owner keeps
 * @holder: in its place while an in-kernel user holds it (owner USER), which
 *	is the proof that he does
 * @node: link of the completion list (any context)
 * @chain: more payload of the same frame (TX only), or NULL
 * @skb: map: the skb it holds; NULL for storage
 * @pool: home
 * @page: the pool's page (TX, shared and reserve classes), or NULL; while it
 *	borrows one, that
 * @head: start of its storage: the page's memory, or the small slot of an RX
 *	descriptor
 * @off: first valid byte, from skb->data or from @head
 * @len: valid bytes of this pbuf; a chain's total is ksmol_pbuf_chain_len()
 * @truesize: bytes charged against the RX bytes limit while it maps an skb
 * @batch: in its place while it is the first of a batch on the shared list: the
 *	next batch's first, as 1 + its number in @pool; 0 if there is none
 * @pages: pages charged likewise
 * @owner: enum ksmol_owner; changed only through ksmol_pbuf_own()
 * @home: enum ksmol_class
 * @family: AF_INET or AF_INET6 once the network header is parsed
 * @flags: KSMOL_PB_*
 * @end: a received packet in several parts: behind the last byte of this one,
 *	counted as @off
 * @rest: the next part, as 1 + its number in @pool; 0 if there is none. The
 *	first part's @len is the whole packet's, see pool/parts.c
 * @tstamp: receive time in ns, 0 when not taken
 * @rx, @tx: by direction
 */
struct ksmol_pbuf {
	union {
		struct ksmol_pbuf *next;
		const void *holder;
	};
	struct sk_buff *skb;
	u8 *head;
	u32 off;
	u32 len;
	union {
		u32 truesize;
		u32 batch;
	};
	u16 pages;
	u8 owner;
	u8 home;
	u8 family;
	u8 flags;
	u16 end;
	u32 rest;
	struct ksmol_pool *pool;
	struct page *page;
	union {
		struct {
			ktime_t tstamp;
			struct ksmol_rx_info rx;
		};
		struct {
			struct ksmol_tx_info tx;
			struct ksmol_pbuf *chain;
			struct llist_node node;
		};
	};
} __aligned(L1_CACHE_BYTES);

static_assert(sizeof(struct ksmol_pbuf) <= 2 * L1_CACHE_BYTES ||
	      L1_CACHE_BYTES < 64);

#define KSMOL_PB_CONTROL	0x01	/* a control reply: reserve allowed */
#define KSMOL_PB_TX		0x02	/* the tx half of the union is in use */
#define KSMOL_PB_LOOP		0x04	/* received from ourselves */
#define KSMOL_PB_REPLY		0x08	/* provoked by a stranger's packet */
#define KSMOL_PB_BORROWED	0x10	/* its bytes are in somebody's page */

/* A singly linked FIFO of pbufs through @next; no lock of its own. */
struct ksmol_pbuf_list {
	struct ksmol_pbuf *first;
	struct ksmol_pbuf **tail;
	u32 count;
};

static inline void ksmol_pbuf_list_init(struct ksmol_pbuf_list *list)
{
	list->first = NULL;
	list->tail = &list->first;
	list->count = 0;
}

static inline void ksmol_pbuf_list_add(struct ksmol_pbuf_list *list,
				       struct ksmol_pbuf *pb)
{
	pb->next = NULL;
	*list->tail = pb;
	list->tail = &pb->next;
	list->count++;
}

static inline struct ksmol_pbuf *
ksmol_pbuf_list_pop(struct ksmol_pbuf_list *list)
{
	struct ksmol_pbuf *pb = list->first;

	if (!pb)
		return NULL;
	list->first = pb->next;
	if (!list->first)
		list->tail = &list->first;
	list->count--;
	return pb;
}

/* Moves all of @from to the end of @to. */
static inline void ksmol_pbuf_list_splice(struct ksmol_pbuf_list *to,
					  struct ksmol_pbuf_list *from)
{
	if (!from->first)
		return;
	*to->tail = from->first;
	to->tail = from->tail;
	to->count += from->count;
	ksmol_pbuf_list_init(from);
}

/**
 * struct ksmol_pool_config - sizes, fixed for the life of the pool
 * @count: pbufs of each class; EMERGENCY is set by the pool (one per CPU)
 * @buf_size: bytes of page storage per TX, shared and reserve pbuf: PAGE_SIZE
 *	times a power of two, at most 64 KiB
 * @stream_size: likewise per STREAM pbuf, if there are any; more than @buf_size
 * @copybreak: bytes of the small slot of each RX pbuf; 0 turns copying off
 * @rx_bytes: most bytes of skb truesize that RX maps may pin
 * @rx_pages: most pages that RX maps may pin
 * @pages: of an in-kernel user, who brings one for each of @count's TX pbufs,
 *	and there are no others; NULL: the pool makes its own
 * @cap: pbufs that owners of a kind may hold in all, 0: no limit
 */
struct ksmol_pool_config {
	u32 count[KSMOL_NR_CLASSES];
	u32 buf_size;
	u32 stream_size;
	u32 copybreak;
	u64 rx_bytes;
	u64 rx_pages;
	struct page **pages;
	u32 cap[KSMOL_NR_CAPS];
};

/*
 * Per-CPU stash of a class: touched by its CPU with BH disabled, no lock. It
 * exchanges whole batches with the shared list, so that neither side walks over
 * descriptors that another CPU wrote last, and keeps two, so that taking and
 * giving at a batch's edge needs no exchange. What
 * the other CPUs' stashes hold can't be reached when the shared list is empty,
 * so each class is made larger than configured by all that could be stranded
 * there: an allocation that fails proves that the configured number is in use.
 * A NAPI poll takes 64 descriptors before a reader gives any back; where each
 * comes with a page, fewer have to do.
 */
#define KSMOL_CACHE_MAX		128
#define KSMOL_CACHE_MAX_PAGES	32

/**
 * struct ksmol_pool_cache - one CPU's stash of a class
 * @first: the list that is taken from and given to, @count of them
 * @full: a whole batch beside it, or NULL
 */
struct ksmol_pool_cache {
	struct ksmol_pbuf *first;
	u32 count;
	struct ksmol_pbuf *full;
};

/**
 * struct ksmol_pool_cpu - what one CPU keeps of a pool
 * @cache: LIFO stashes; RESERVE, STREAM and EMERGENCY have none
 * @emergency: this CPU's emergency descriptor, or NULL while it is in use
 * @trim: set by others: give the stashes to the shared lists
 * @bytes, @pages: change of the pinned sums not yet folded into the pool's
 * @alloc_fail: allocations refused by class asked for
 * @injected: allocations refused by fault injection
 * @stream_short: STREAM pbufs that were asked for and not to be had
 */
struct ksmol_pool_cpu {
	struct ksmol_pool_cache cache[KSMOL_NR_CLASSES];
	struct ksmol_pbuf *emergency;
	bool trim;
	s64 bytes;
	s64 pages;
	u64 alloc_fail[KSMOL_NR_CLASSES];
	u64 injected;
	u64 stream_short;
};

/**
 * struct ksmol_pool_set - the shared list of one class
 * @lock: protects @first, @full and @count. Innermost lock of the stack; BH
 *	disabled
 * @first: free pbufs, LIFO
 * @count: how many there are, in batches or not; read without the lock as a
 *	hint
 * @size: pbufs of the class, stranded ones included
 * @full: whole batches, LIFO: the first's first pbuf as 1 + its number
 * @batch: pbufs of a batch; one CPU's cache keeps at most two of them. 0 for
 *	small pools, where every operation goes to the shared list
 * @low: fewest free seen on the shared list since load or the last reset
 * @stay_min, @stay_max: counts between which the pressure stays what it is
 * @pressure: how short the class is; what it means stands in pressure.h
 */
struct ksmol_pool_set {
	spinlock_t lock;	/* the lists, @count, @pressure; innermost */
	struct ksmol_pbuf *first;
	u32 count;
	u32 full;
	u32 size;
	u32 batch;
	u32 low;
	u32 stay_min;
	u32 stay_max;
	struct ksmol_pressure pressure;
} ____cacheline_aligned;

/**
 * struct ksmol_pool - a pool of pbufs
 * @set: the classes
 * @cpu: per-CPU caches
 * @pbufs: all descriptors, in class order; @nr of them
 * @slots: RX small slots, @slot_size bytes each
 * @cfg: as configured
 * @rx_floor: sockets and other queues may take a received pbuf only while
 *	more than this many are free on the RX and shared lists; half as many if
 *	they hold none yet
 * @rx_unsure: the floor and what CPUs' caches may take of these two lists
 * @tx_floor: ordinary senders' parked packets likewise
 * @copybreak: received packets up to this many bytes are copied
 * @fold_bytes, @fold_pages: a CPU's change is folded into the sums from here
 * @bytes, @pages: pinned by RX maps, less what the CPUs have not folded
 * @memory: bytes taken at load
 * @returned: completed TX pbufs, not yet proven free of references
 * @quarantine: proven not yet free: page still referenced; under @reap_lock
 * @quarantined: length of @quarantine
 * @kept: those in it that somebody could want for: all but STREAM pbufs
 * @starved: somebody waits for TX room: completion must kick @reap
 * @quarantined_max: the longest it has been
 * @double_free: frees of a free pbuf that were refused; each is a bug
 * @closing: being destroyed
 * @foreign: the storage is an in-kernel user's, who brought it
 * @name: of a foreign pool, its owner's; NULL for others
 * @reap, @reap_timer: reap on behalf of those who wait
 * @tx_wait: those who wait, woken when room is back
 * @pressed, @pressed_wait: crossings in all, and who waits for the next
 * @reclaim: the ladder
 * @cap: what owners may hold of it in all
 * @debugfs: its files: pool, pressure and reset
 */
struct ksmol_pool {
	struct ksmol_pool_set set[KSMOL_NR_CLASSES];
	struct ksmol_pool_cpu __percpu *cpu;
	struct ksmol_pbuf *pbufs;
	u8 *slots;
	u32 nr;
	u32 rx_floor;
	u32 rx_unsure;
	u32 tx_floor;
	u32 copybreak;
	u32 slot_size;
	s64 fold_bytes;
	s64 fold_pages;
	struct ksmol_pool_config cfg;
	u64 memory;
	atomic64_t bytes ____cacheline_aligned;
	atomic64_t pages;
	struct llist_head returned ____cacheline_aligned;
	spinlock_t reap_lock;	/* @quarantine; outside the sets' locks */
	struct ksmol_pbuf_list quarantine;
	u32 quarantined;
	u32 kept;
	u32 quarantined_max;
	u32 double_free;
	bool starved;
	bool closing;
	bool foreign;
	const char *name;
	struct tasklet_struct reap;
	struct timer_list reap_timer;
	wait_queue_head_t tx_wait;
	atomic_t pressed;
	wait_queue_head_t pressed_wait;
	struct ksmol_reclaim reclaim;
	struct ksmol_cap cap[KSMOL_NR_CAPS];
	struct dentry *debugfs[3];
};

/* The module's pool. KUnit makes others. */
extern struct ksmol_pool ksmol_pool;

/**
 * ksmol_pool_check() - validate a configuration
 * @why: set to a sentence for the log when it is refused
 *
 * Return: 0 or -EINVAL. The bytes it will take are ksmol_pool_memory().
 */
int ksmol_pool_check(const struct ksmol_pool_config *cfg, const char **why);
u64 ksmol_pool_memory(const struct ksmol_pool_config *cfg);

/* Process context. 0, -EINVAL or -ENOMEM; nothing is kept on failure. */
int ksmol_pool_init(struct ksmol_pool *pool,
		    const struct ksmol_pool_config *cfg);

/**
 * ksmol_pool_destroy() - wait until every pbuf is home, then free the memory
 *
 * Context: process; may sleep for as long as a device keeps a buffer, and
 * says every ten seconds who holds how many.
 */
void ksmol_pool_destroy(struct ksmol_pool *pool);

/**
 * ksmol_pbuf_alloc_rx() - a descriptor for a received frame, owner STACK
 *
 * Falls back from RX to SHARED to this CPU's EMERGENCY descriptor. An
 * emergency pbuf can be processed but not queued: ksmol_pbuf_may_queue()
 * says no.
 *
 * Return: the pbuf, or NULL (also by fault injection).
 */
struct ksmol_pbuf *ksmol_pbuf_alloc_rx(struct ksmol_pool *pool);

/**
 * ksmol_pbuf_alloc_tx() - a buffer with page storage, owner STACK
 * @reserve: may fall back to the reserve (control replies only)
 *
 * @off stands at KSMOL_HEADROOM and @len is 0: append payload, then push
 * headers in front of it.
 *
 * Return: the pbuf, or NULL; then pool->starved is set, so that the next
 * completion wakes pool->tx_wait.
 */
struct ksmol_pbuf *ksmol_pbuf_alloc_tx(struct ksmol_pool *pool, bool reserve);

/**
 * ksmol_pbuf_alloc_stream() - a large buffer, or NULL; nobody depends on it
 * @held: bytes that the asker's queue holds already: no more than
 *	KSMOL_QUEUE_SHARE times what is free, or it gets none
 */
struct ksmol_pbuf *ksmol_pbuf_alloc_stream(struct ksmol_pool *pool, u32 held);

/* Bytes of a TX pbuf's page storage. */
static inline u32 ksmol_pbuf_size(const struct ksmol_pbuf *pb)
{
	const struct ksmol_pool_config *cfg = &pb->pool->cfg;

	return unlikely(pb->home == KSMOL_CLASS_STREAM) ? cfg->stream_size :
							  cfg->buf_size;
}

/* Bytes in front of TX payload for link, network and transport headers. */
#define KSMOL_HEADROOM 128

/**
 * ksmol_pbuf_free() - give a pbuf (and its chain) back; consumes @pb
 *
 * Drops the skb of a map. A second free of the same pbuf is refused, counted
 * and named in the log, and loses nothing else.
 */
void ksmol_pbuf_free(struct ksmol_pbuf *pb);

/* Frees a whole list; consumes all of it. BH disabled like the others. */
void ksmol_pbuf_list_free(struct ksmol_pbuf_list *list);

/* The same from process context with bottom halves enabled. */
void ksmol_pbuf_free_any(struct ksmol_pbuf *pb);

/**
 * ksmol_pbuf_complete() - a sent pbuf comes back from a device; consumes @pb
 *
 * Any context in which an skb may be freed. Only links it to the completion
 * list and kicks if somebody waits: that the page is free is proven later, in
 * ksmol_pool_reap().
 */
void ksmol_pbuf_complete(struct ksmol_pbuf *pb);

/**
 * ksmol_pbuf_retire() - a stream's sent data is acknowledged; consumes @pb
 *
 * Frees it, or, while a device or another holder still has its page, lets it
 * wait in quarantine until the page count proves that nobody has.
 *
 * @pb: one TX pbuf, no chain
 */
void ksmol_pbuf_retire(struct ksmol_pbuf *pb);

/**
 * ksmol_pbuf_borrow() - let a sender's page stand for a TX pbuf's own
 * @pb: empty, for a stream's send queue; no other bytes may be appended
 * @page: readable where it is (no highmem), and fit for a frame's fragments
 * @off: first byte in it; @len: how many
 *
 * Takes a reference on @page, which goes when @pb is freed: frames have their
 * own, so that nobody waits for them. The bytes are the sender's: they may
 * change at any time.
 */
void ksmol_pbuf_borrow(struct ksmol_pbuf *pb, struct page *page, u32 off,
		       u32 len);

/**
 * ksmol_pbuf_borrow_more() - bytes that follow what @pb has borrowed
 *
 * Return: false when they do not, or are in another allocation.
 */
bool ksmol_pbuf_borrow_more(struct ksmol_pbuf *pb, struct page *page, u32 off,
			    u32 len);

/**
 * ksmol_pool_reap() - move proven completions to their free lists
 * @quarantine: look again at more of those that were not proven before
 *
 * Context: BH disabled. Return: pbufs that came home.
 */
unsigned int ksmol_pool_reap(struct ksmol_pool *pool, bool quarantine);

/* The next part of a received packet, or NULL. */
static inline struct ksmol_pbuf *ksmol_pbuf_rest(const struct ksmol_pbuf *pb);

/* pbufs that a received packet takes. */
static inline u32 ksmol_pbuf_parts(const struct ksmol_pbuf *pb)
{
	u32 n = 1;

	if (likely(!pb->rest))
		return 1;
	while ((pb = ksmol_pbuf_rest(pb)))
		n++;
	return n;
}

/* The one place where a pbuf changes hands; its parts go with it. */
static inline void ksmol_pbuf_own(struct ksmol_pbuf *pb, enum ksmol_owner owner)
{
	WRITE_ONCE(pb->owner, owner);
	while (unlikely(pb->rest)) {
		pb = ksmol_pbuf_rest(pb);
		WRITE_ONCE(pb->owner, owner);
	}
}

/**
 * ksmol_pbuf_join() - make one received packet of its parts
 * @parts: settled, in the order of their bytes; empty afterwards
 *
 * Nothing is copied. From here on the first stands for all: its length is the
 * sum, and it is read, duplicated, owned and freed as any other pbuf.
 *
 * Return: the first.
 */
struct ksmol_pbuf *ksmol_pbuf_join(struct ksmol_pbuf_list *parts);

/**
 * ksmol_pbuf_split() - take a joined packet apart
 * @keep: the part that remains, the caller's as if it had never been joined
 *
 * Context: BH disabled. Return: parts that went home.
 */
u32 ksmol_pbuf_split(struct ksmol_pbuf *pb, struct ksmol_pbuf *keep);

/**
 * ksmol_pbuf_map() - let an RX descriptor hold an skb; takes @skb
 * @skb: not shared, data at the network header, readable, not pfmemalloc
 */
static inline void ksmol_pbuf_map(struct ksmol_pbuf *pb, struct sk_buff *skb)
{
	pb->skb = skb;
	pb->off = 0;
	pb->len = skb->len;
}

/**
 * ksmol_pbuf_settle() - make a received pbuf fit to be kept
 *
 * To be called before a pbuf is queued. A short frame is copied into the
 * descriptor's own slot and its skb freed (copy-break). Any other keeps its
 * skb: zero-copy pages of the sender are made our own first, and what it pins
 * is charged against the limits until the pbuf is freed. Settling it again
 * does nothing.
 *
 * Return: 0, or KSMOL_DROP_RX_NO_SKB, KSMOL_DROP_RX_BYTES,
 * KSMOL_DROP_RX_PAGES; @pb stays the caller's either way.
 */
int ksmol_pbuf_settle(struct ksmol_pbuf *pb);

/**
 * ksmol_pbuf_may_queue() - may a queue keep this received pbuf
 * @held: pbufs that the queue holds already
 *
 * A floor of the free stock is kept for the frames being processed. Above it,
 * a queue may grow to KSMOL_QUEUE_SHARE times of what is still free: one whose
 * reader sleeps takes at most four fifths, the next four fifths of the rest,
 * and there is always some left for those who read (dynamic thresholds, as
 * shared-memory switches have them). Many that sleep may still come down to the
 * floor together. Whoever holds nothing may then take one from its upper half:
 * else a stream could be refused so often that its peer gives up.
 *
 * Free is what is configured and in nobody's hands, wherever it lies: what CPUs'
 * caches hold counts, what is there only because they may strand as many doesn't.
 *
 * Return: 0, or KSMOL_DROP_RX_NO_PBUF for an emergency descriptor,
 * KSMOL_DROP_RX_FLOOR, or KSMOL_DROP_RX_SHARE.
 */
static inline int ksmol_pbuf_may_queue(const struct ksmol_pbuf *pb, u32 held);

/* The same, counted, where the lists alone don't tell: 0, KSMOL_DROP_RX_FLOOR or
 * KSMOL_DROP_RX_SHARE. Any context.
 */
int ksmol_pool_may_queue(const struct ksmol_pool *pool, u32 held);

#define KSMOL_QUEUE_SHARE 4

/* May @pb be parked (neighbor queue): free TX stock above the floor. */
static inline bool ksmol_pbuf_may_park(const struct ksmol_pbuf *pb);

/**
 * ksmol_pbuf_dup() - one more descriptor on the same received packet
 *
 * A map shares the skb (both only read it), a settled one is copied.
 * Return: the new pbuf, owner STACK, or NULL.
 */
struct ksmol_pbuf *ksmol_pbuf_dup(const struct ksmol_pbuf *pb);

/* --- reading and writing payload; offsets count from @off --- */

/**
 * ksmol_pbuf_header() - bytes at @off as one piece
 * @buf: @len bytes of room, used when they are not contiguous
 *
 * Return: pointer to the bytes, or NULL when the pbuf is shorter. Valid until
 * the pbuf is settled or freed.
 */
static inline const void *ksmol_pbuf_header(const struct ksmol_pbuf *pb,
					    u32 off, u32 len, void *buf);

/* The same for a packet in several parts. */
const void *ksmol_pbuf_parts_header(const struct ksmol_pbuf *pb, u32 off,
				    u32 len, void *buf);

/* Copies to a program's memory, chain followed: 0 or -EFAULT. May sleep. */
int ksmol_pbuf_to_iter(const struct ksmol_pbuf *pb, u32 off,
		       struct iov_iter *to, u32 len);

/* Copies @len bytes from @back before where the packet begins by now, which are
 * headers of the first part's: 0 or -EFAULT.
 */
int ksmol_pbuf_front(const struct ksmol_pbuf *pb, u32 back, void *to, u32 len);

/* Copies to kernel memory: 0 or -EFAULT when shorter. */
int ksmol_pbuf_to_mem(const struct ksmol_pbuf *pb, u32 off, void *to, u32 len);

/* Internet checksum over a range, added to @sum. */
__wsum ksmol_pbuf_csum(const struct ksmol_pbuf *pb, u32 off, u32 len,
		       __wsum sum);

/**
 * ksmol_pbuf_from_iter() - append a program's bytes to a TX chain
 * @len: bytes; more pbufs are chained as needed
 * @reserve: passed to ksmol_pbuf_alloc_tx()
 *
 * Context: process, BH enabled; may sleep. Return: 0, -EFAULT, or -ENOBUFS
 * when the TX class ran out; @pb stays the caller's, chain included.
 */
int ksmol_pbuf_from_iter(struct ksmol_pbuf *pb, struct iov_iter *from,
			 u32 len, bool reserve);

/* Append from kernel memory or another pbuf: 0 or -ENOBUFS. BH disabled. */
int ksmol_pbuf_from_mem(struct ksmol_pbuf *pb, const void *from, u32 len,
			bool reserve);
int ksmol_pbuf_from_pbuf(struct ksmol_pbuf *pb, const struct ksmol_pbuf *from,
			 u32 off, u32 len, bool reserve);

/* Room for @len header bytes in front; they count into tx.hlen. The first
 * pbuf has KSMOL_HEADROOM of it, which is enough for all our headers.
 */
static inline void *ksmol_pbuf_push(struct ksmol_pbuf *pb, u16 len)
{
	pb->off -= len;
	pb->len += len;
	pb->tx.hlen += len;
	return pb->head + pb->off;
}

/* Drops @len bytes from the front of a received pbuf. */
static inline void ksmol_pbuf_pull(struct ksmol_pbuf *pb, u32 len)
{
	pb->off += len;
	pb->len -= len;
}

/* Cuts a received pbuf to @len bytes (link-layer padding). */
static inline void ksmol_pbuf_trim(struct ksmol_pbuf *pb, u32 len)
{
	if (len < pb->len)
		pb->len = len;
}

static inline u32 ksmol_pbuf_chain_len(const struct ksmol_pbuf *pb)
{
	u32 len = 0;

	for (; pb; pb = pb->chain)
		len += pb->len;
	return len;
}

static inline unsigned int ksmol_pbuf_chain_count(const struct ksmol_pbuf *pb)
{
	unsigned int n = 0;

	for (; pb; pb = pb->chain)
		n++;
	return n;
}

/*
 * Called when a TX pbuf that was charged to @sk is back; consumes the
 * reference. Set by the socket room at init. Any context in which an skb may
 * be freed.
 */
extern void (*ksmol_pbuf_sk_done)(struct sock *sk);

/* Takes a TX pbuf's socket reference away and gives it to
 * ksmol_pbuf_sk_done(); harmless if somebody else was faster.
 */
void ksmol_pbuf_sk_release(struct ksmol_pbuf *pb);

/* close(): take back the references of all pbufs charged to @sk. Process. */
void ksmol_pool_release_sk(struct ksmol_pool *pool, struct sock *sk);

/* --- in the hands of in-kernel users (pool/holder.c) --- */

/* Owner USER from here on; @holder: any object of his own. Chain included. */
void ksmol_pbuf_hold(struct ksmol_pbuf *pb, const void *holder);

/* Is @pb the holder's? Then it is no more, and is the caller's, owner STACK. If
 * not, that is a bug of the holder's: counted as double free, and logged. Any
 * context; only one of several callers at once gets it.
 */
bool ksmol_pbuf_unhold(struct ksmol_pbuf *pb, const void *holder);

/* Frees all that @holder holds, though he may be giving it back meanwhile.
 * Return: how many. Process.
 */
u32 ksmol_pool_take_back(struct ksmol_pool *pool, const void *holder);

/* A socket begins and ceases to send from a registered pool: 0, or -EBUSY when
 * that is being unregistered.
 */
int ksmol_pool_use(struct ksmol_pool *pool);
void ksmol_pool_unuse(struct ksmol_pool *pool);

/* For all pools: before the first and after the last of them. Process. */
int ksmol_pool_flush_init(void);
void ksmol_pool_flush_exit(void);

/* --- the audit --- */

/**
 * struct ksmol_census - who has what
 * @owner: pbufs of each class by owner, counted by walking all descriptors
 * @listed: pbufs found on the free lists and caches of each class
 * @exact: nothing moved while counting, and FREE equals @listed in each class
 */
struct ksmol_census {
	u32 owner[KSMOL_NR_CLASSES][KSMOL_NR_OWNERS];
	u32 listed[KSMOL_NR_CLASSES];
	bool exact;
};

/* Process context. Takes no lock that a packet path waits for. */
void ksmol_pool_census(struct ksmol_pool *pool, struct ksmol_census *census);

/* pbufs of a class on its shared list and in all caches, a hint. Any context. */
u32 ksmol_pool_free(const struct ksmol_pool *pool, enum ksmol_class class);

/* Shows @pool as debugfs/ksmol/pool, a foreign one as pools/NAME. */
void ksmol_pool_debugfs(struct ksmol_pool *pool);

/* --- fault injection (pool/fault.c) --- */

extern struct static_key_false ksmol_fault_key;
bool ksmol_fault_hit(void);

/* Should this pbuf allocation fail? Costs nothing while injection is off. */
static inline bool ksmol_fault(void)
{
	return static_branch_unlikely(&ksmol_fault_key) && ksmol_fault_hit();
}

int ksmol_fault_set(u32 percent, int times);
void ksmol_fault_init(void);
void ksmol_fault_exit(void);

/* --- inline bodies --- */

static inline struct ksmol_pbuf *ksmol_pbuf_rest(const struct ksmol_pbuf *pb)
{
	return pb->rest ? &pb->pool->pbufs[pb->rest - 1] : NULL;
}

static inline u32 ksmol_pool_stock(const struct ksmol_pool *pool,
				   enum ksmol_class class)
{
	return READ_ONCE(pool->set[class].count) +
	       READ_ONCE(pool->set[KSMOL_CLASS_SHARED].count);
}

/* What queues may share out however full the CPUs' caches are: pbufs of the RX
 * and shared lists above the floor, and above what caches may yet take.
 */
static inline u32 ksmol_pool_sure(const struct ksmol_pool *pool)
{
	u32 stock = ksmol_pool_stock(pool, KSMOL_CLASS_RX);

	return stock > pool->rx_unsure ? stock - pool->rx_unsure : 0;
}

static inline int ksmol_pbuf_may_queue(const struct ksmol_pbuf *pb, u32 held)
{
	u32 sure = ksmol_pool_sure(pb->pool);

	if (unlikely(pb->home == KSMOL_CLASS_EMERGENCY))
		return KSMOL_DROP_RX_NO_PBUF;
	if (likely(held < KSMOL_QUEUE_SHARE * sure))
		return 0;
	return ksmol_pool_may_queue(pb->pool, held);
}

static inline bool ksmol_pbuf_may_park(const struct ksmol_pbuf *pb)
{
	const struct ksmol_pool *pool = pb->pool;

	return pb->home != KSMOL_CLASS_RESERVE &&
	       ksmol_pool_stock(pool, KSMOL_CLASS_TX) > pool->tx_floor;
}

static inline const void *ksmol_pbuf_header(const struct ksmol_pbuf *pb,
					    u32 off, u32 len, void *buf)
{
	if (unlikely(off > pb->len || len > pb->len - off))
		return NULL;
	if (unlikely(pb->rest))
		return ksmol_pbuf_parts_header(pb, off, len, buf);
	if (pb->skb)
		return skb_header_pointer(pb->skb, pb->off + off, len, buf);
	return pb->head + pb->off + off;
}

#endif /* _KSMOL_POOL_H */
