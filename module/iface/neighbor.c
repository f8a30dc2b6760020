// SPDX-License-Identifier: GPL-2.0-only
/*
 * The neighbor cache. Its entries are allocated when the module loads; a
 * sender finds a known neighbor without a lock. What the state machine wants
 * done is collected under the lock and done after it was dropped.
 */
#include <linux/jhash.h>
#include <linux/log2.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <ksmol/compat.h>
#include "arp.h"
#include "autoconf.h"
#include "fragment.h"
#include "nd.h"
#include "neighbor.h"
#include "timer.h"

struct ksmol_neigh_table ksmol_neigh_table;
EXPORT_SYMBOL_IF_KUNIT(ksmol_neigh_table);

/* Entries one pass of the timer handles before it lets the lock go. */
#define NEIGH_RUN_BATCH 64

/*
 * struct neigh_todo - what is to be done once the lock is dropped
 * @iface, @addr, @family, @mac: the neighbor
 * @acts: KSMOL_NEIGH_ASK_*, KSMOL_NEIGH_FLUSH_*
 * @out: packets to be flushed
 */
struct neigh_todo {
	struct ksmol_iface *iface;
	struct ksmol_addr addr;
	u8 family;
	u8 acts;
	u8 mac[ETH_ALEN] __aligned(2);
	struct ksmol_pbuf_list out;
};

/* --- the table --- */

static struct hlist_head *neigh_bucket(struct ksmol_neigh_table *table,
				       const struct ksmol_iface *iface,
				       const struct ksmol_addr *addr)
{
	u32 hash = jhash_2words(ksmol_addr_fold(addr), iface->phy->ifindex,
				table->seed);

	return &table->bucket[hash >> (32 - table->bits)];
}

static bool neigh_is(const struct ksmol_neigh *n,
		     const struct ksmol_iface *iface, u8 family,
		     const struct ksmol_addr *addr)
{
	return n->iface == iface && n->family == family &&
	       ksmol_addr_equal(&n->addr, addr);
}

static struct ksmol_neigh *neigh_find(struct ksmol_neigh_table *table,
				      const struct ksmol_iface *iface,
				      u8 family, const struct ksmol_addr *addr)
{
	struct ksmol_neigh *n;

	lockdep_assert_held(&table->lock);
	hlist_for_each_entry(n, neigh_bucket(table, iface, addr), hash)
		if (neigh_is(n, iface, family, addr))
			return n;
	return NULL;
}

/* Keeps the lists of evictable entries in step with the state. */
static void neigh_relist(struct ksmol_neigh_table *table,
			 struct ksmol_neigh *n)
{
	bool idle = n->fsm.state == KSMOL_NEIGH_STALE ||
		    n->fsm.state == KSMOL_NEIGH_FAILED;

	if (!idle)
		list_del_init(&n->idle);
	else if (list_empty(&n->idle))
		list_add_tail(&n->idle, &table->idle[n->fsm.ours]);
}

static void neigh_release(struct ksmol_neigh_table *table,
			  struct ksmol_neigh *n)
{
	hlist_del_rcu(&n->hash);
	list_del_init(&n->idle);
	write_seqcount_begin(&n->seq);
	n->iface = NULL;
	n->fsm.state = KSMOL_NEIGH_FREE;
	write_seqcount_end(&n->seq);
	list_move(&n->link, &table->free);
	table->nr_free++;
}

/* Makes room: first of those we have only heard of, and if it is for our own
 * traffic, of those that we no longer talk to.
 */
static bool neigh_evict(struct ksmol_neigh_table *table, unsigned long now,
			bool ours)
{
	struct ksmol_neigh *n;
	int i;

	for (i = 0; i <= ours; i++) {
		n = list_first_entry_or_null(&table->idle[i],
					     struct ksmol_neigh, idle);
		if (n && ksmol_neigh_fsm_evictable(&n->fsm, now)) {
			neigh_release(table, n);
			return true;
		}
	}
	return false;
}

static bool neigh_room(const struct ksmol_neigh_table *table, bool ours)
{
	return table->nr_free > (ours ? 0 : table->nr / 4);
}

/* A link's routers may have times of their own for IPv6. */
static void neigh_start(struct ksmol_neigh *n, unsigned long now)
{
	const struct ksmol_nd_link *link = &n->iface->nd;
	unsigned long base = KSMOL_NEIGH_REACHABLE_TIME;

	if (n->family == AF_INET6)
		base = READ_ONCE(link->reachable) ?: base;
	/* RFC 4861 6.3.2: between half and one and a half of the base. */
	ksmol_neigh_fsm_init(&n->fsm, now, base / 2 + get_random_u32() % base);
	if (n->family == AF_INET6)
		n->fsm.retrans = READ_ONCE(link->retrans) ?: n->fsm.retrans;
}

static struct ksmol_neigh *neigh_new(struct ksmol_neigh_table *table,
				     struct ksmol_iface *iface, u8 family,
				     const struct ksmol_addr *addr, bool ours)
{
	unsigned long now = jiffies;
	struct ksmol_neigh *n;

	if (iface->dead || !READ_ONCE(iface->up))
		return NULL;
	if (!neigh_room(table, ours) && !neigh_evict(table, now, ours))
		return NULL;
	n = list_first_entry(&table->free, struct ksmol_neigh, link);
	table->nr_free--;
	list_move_tail(&n->link, &iface->neighs);
	write_seqcount_begin(&n->seq);
	n->iface = iface;
	n->addr = *addr;
	n->family = family;
	eth_zero_addr(n->mac);
	n->turn = now - 1;
	neigh_start(n, now);
	write_seqcount_end(&n->seq);
	hlist_add_head_rcu(&n->hash, neigh_bucket(table, iface, addr));
	return n;
}

/* --- doing what the state machine says --- */

static void neigh_todo(struct ksmol_neigh_table *table, struct ksmol_neigh *n,
		       u8 acts, struct neigh_todo *todo)
{
	todo->iface = n->iface;
	todo->addr = n->addr;
	todo->family = n->family;
	todo->acts = acts;
	ether_addr_copy(todo->mac, n->mac);
	ksmol_pbuf_list_init(&todo->out);
	if (acts & (KSMOL_NEIGH_FLUSH_OK | KSMOL_NEIGH_FLUSH_FAIL))
		ksmol_neigh_unpark(table, n, &todo->out);
	neigh_relist(table, n);
}

static void neigh_unsent(const struct neigh_todo *todo)
{
	struct ksmol_neigh_table *table = &ksmol_neigh_table;
	struct ksmol_neigh *n;

	spin_lock_bh(&table->lock);
	n = neigh_find(table, todo->iface, todo->family, &todo->addr);
	if (n)
		ksmol_neigh_fsm_unsent(&n->fsm, jiffies);
	spin_unlock_bh(&table->lock);
	ksmol_iface_arm(todo->iface, jiffies + KSMOL_NEIGH_RETRY);
}

static int neigh_ask(const struct neigh_todo *todo)
{
	const u8 *mac = todo->acts & KSMOL_NEIGH_ASK_ONE ? todo->mac : NULL;

	if (todo->family == AF_INET6)
		return ksmol_nd_solicit(todo->iface, &todo->addr, mac);
	return ksmol_arp_solicit(todo->iface, todo->addr.v4, mac);
}

static void neigh_failed(struct neigh_todo *todo)
{
	ksmol_neigh_fail(todo->iface, KSMOL_TX_DROP_NEIGH_FAILED, &todo->out);
	if (todo->family == AF_INET6)
		ksmol_autoconf_failed(todo->iface, &todo->addr);
}

/* RCU, no locks. */
static void neigh_do(struct neigh_todo *todo)
{
	local_bh_disable();
	if (todo->acts & KSMOL_NEIGH_ASK && neigh_ask(todo))
		neigh_unsent(todo);
	if (todo->acts & KSMOL_NEIGH_FLUSH_OK)
		ksmol_neigh_flush(todo->iface, todo->mac, &todo->out);
	if (todo->acts & KSMOL_NEIGH_FLUSH_FAIL)
		neigh_failed(todo);
	local_bh_enable();
}

/* --- sending --- */

/* The address of a neighbor that can be used as it is; no lock. */
static bool neigh_fast(struct ksmol_iface *iface, u8 family,
		       const struct ksmol_addr *addr, u8 *mac)
{
	struct ksmol_neigh_table *table = &ksmol_neigh_table;
	unsigned long now = jiffies;
	struct ksmol_neigh *n;
	unsigned int seq;
	bool ok;

	hlist_for_each_entry_rcu(n, neigh_bucket(table, iface, addr), hash) {
		do {
			seq = read_seqcount_begin(&n->seq);
			ok = neigh_is(n, iface, family, addr) &&
			     ksmol_neigh_fsm_fast(n->fsm.state);
			ether_addr_copy(mac, n->mac);
		} while (read_seqcount_retry(&n->seq, seq));
		if (!ok)
			continue;
		if (READ_ONCE(n->fsm.used) != now)
			WRITE_ONCE(n->fsm.used, now);
		return true;
	}
	return false;
}

static int neigh_refuse(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
			enum ksmol_tx_drop reason, int err)
{
	ksmol_tx_dropped(reason, iface->phy->ifindex);
	ksmol_pbuf_free_any(pb);
	return err;
}

static int neigh_slow(struct ksmol_iface *iface, u8 family,
		      const struct ksmol_addr *addr, struct ksmol_pbuf *pb)
{
	struct ksmol_neigh_table *table = &ksmol_neigh_table;
	struct neigh_todo todo;
	unsigned long due;
	struct ksmol_neigh *n;
	int parked = 0;
	u8 acts;

	spin_lock_bh(&table->lock);
	n = neigh_find(table, iface, family, addr) ?:
	    neigh_new(table, iface, family, addr,
		      !(pb->flags & KSMOL_PB_REPLY));
	if (!n) {
		spin_unlock_bh(&table->lock);
		if (iface->dead || !READ_ONCE(iface->up))
			return neigh_refuse(iface, pb, KSMOL_TX_DROP_DEV_DOWN,
					    -ENETDOWN);
		return neigh_refuse(iface, pb, KSMOL_TX_DROP_NEIGH_TABLE,
				    -EHOSTUNREACH);
	}
	write_seqcount_begin(&n->seq);
	acts = ksmol_neigh_fsm_send(&n->fsm, jiffies);
	write_seqcount_end(&n->seq);
	if (acts & KSMOL_NEIGH_PARK)
		parked = ksmol_neigh_park(table, n, pb);
	neigh_todo(table, n, acts, &todo);
	due = n->fsm.due;
	spin_unlock_bh(&table->lock);

	neigh_do(&todo);
	ksmol_iface_arm(iface, due);
	if (acts & KSMOL_NEIGH_XMIT)
		return ksmol_ip_xmit(iface->phy, pb, todo.mac);
	if (parked)
		return neigh_refuse(iface, pb, -parked, -ENOBUFS);
	return 0;
}

int ksmol_neigh_output(struct ksmol_iface *iface, u8 family,
		       const struct ksmol_addr *addr, struct ksmol_pbuf *pb)
{
	u8 mac[ETH_ALEN] __aligned(2);

	if (likely(neigh_fast(iface, family, addr, mac)))
		return ksmol_ip_xmit(iface->phy, pb, mac);
	return neigh_slow(iface, family, addr, pb);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_neigh_output);

bool ksmol_neigh_resolve(struct ksmol_iface *iface, u8 family,
			 const struct ksmol_addr *addr, u8 *mac)
{
	struct ksmol_neigh_table *table = &ksmol_neigh_table;
	unsigned long due = 0;
	struct ksmol_neigh *n;
	bool known;

	if (likely(neigh_fast(iface, family, addr, mac)))
		return true;
	spin_lock_bh(&table->lock);
	n = neigh_find(table, iface, family, addr);
	known = n && ksmol_neigh_fsm_known(n->fsm.state);
	if (known) {
		write_seqcount_begin(&n->seq);
		ksmol_neigh_fsm_send(&n->fsm, jiffies);
		write_seqcount_end(&n->seq);
		ether_addr_copy(mac, n->mac);
		due = n->fsm.due;
		neigh_relist(table, n);
	}
	spin_unlock_bh(&table->lock);
	if (known)
		ksmol_iface_arm(iface, due);
	return known;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_neigh_resolve);

/* --- hearing --- */

static u8 neigh_news(struct ksmol_neigh *n, unsigned long now, bool changed,
		     u8 news)
{
	if (news & KSMOL_NEIGH_TOLD)
		return ksmol_neigh_fsm_advertised(&n->fsm, now,
						  news & KSMOL_NEIGH_SOLICITED,
						  news & KSMOL_NEIGH_OVERRIDE,
						  changed);
	if (news == KSMOL_NEIGH_ANSWER)
		return KSMOL_NEIGH_TAKE |
		       ksmol_neigh_fsm_answered(&n->fsm, now, changed);
	return KSMOL_NEIGH_TAKE | ksmol_neigh_fsm_heard(&n->fsm, now, changed);
}

bool ksmol_neigh_heard(struct ksmol_iface *iface, u8 family,
		       const struct ksmol_addr *addr, const u8 *mac, u8 news)
{
	struct ksmol_neigh_table *table = &ksmol_neigh_table;
	unsigned long now = jiffies, due;
	struct neigh_todo todo;
	struct ksmol_neigh *n;
	bool changed;
	u8 acts;

	spin_lock_bh(&table->lock);
	n = neigh_find(table, iface, family, addr);
	if (!n && news == KSMOL_NEIGH_CREATE)
		n = neigh_new(table, iface, family, addr, false);
	if (!n || (!mac && !ksmol_neigh_fsm_known(n->fsm.state))) {
		spin_unlock_bh(&table->lock);
		return false;
	}
	changed = mac && !ether_addr_equal(n->mac, mac);
	write_seqcount_begin(&n->seq);
	acts = neigh_news(n, now, changed, news);
	if (acts & KSMOL_NEIGH_TAKE && changed)
		ether_addr_copy(n->mac, mac);
	write_seqcount_end(&n->seq);
	neigh_todo(table, n, acts, &todo);
	due = n->fsm.due;
	spin_unlock_bh(&table->lock);

	neigh_do(&todo);
	ksmol_iface_arm(iface, due);
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_neigh_heard);

/* The common case, a neighbor that is known to be reachable, takes no lock. */
static bool neigh_confirm_fast(struct ksmol_iface *iface, u8 family,
			       const struct ksmol_addr *addr)
{
	struct ksmol_neigh *n;

	hlist_for_each_entry_rcu(n, neigh_bucket(&ksmol_neigh_table, iface,
						 addr), hash)
		if (neigh_is(n, iface, family, addr) &&
		    READ_ONCE(n->fsm.state) == KSMOL_NEIGH_REACHABLE) {
			WRITE_ONCE(n->fsm.confirmed, jiffies);
			return true;
		}
	return false;
}

void ksmol_neigh_confirm(const struct ksmol_dst *dst)
{
	u8 family = dst->family;
	struct ksmol_neigh *n;

	if (dst->type != KSMOL_DST_UNICAST ||
	    dst->iface->phy->medium != KSMOL_MEDIUM_ETHERNET ||
	    neigh_confirm_fast(dst->iface, family, &dst->nexthop))
		return;
	spin_lock_bh(&ksmol_neigh_table.lock);
	n = neigh_find(&ksmol_neigh_table, dst->iface, family, &dst->nexthop);
	if (n) {
		write_seqcount_begin(&n->seq);
		ksmol_neigh_fsm_confirm(&n->fsm, jiffies);
		write_seqcount_end(&n->seq);
		neigh_relist(&ksmol_neigh_table, n);
	}
	spin_unlock_bh(&ksmol_neigh_table.lock);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_neigh_confirm);

/* --- time --- */

/* One entry's turn. Returns whether there is anything left to do without the
 * lock; then @todo says what.
 */
static bool neigh_turn(struct ksmol_neigh_table *table, struct ksmol_neigh *n,
		       unsigned long now, struct neigh_todo *todo)
{
	u8 acts;

	write_seqcount_begin(&n->seq);
	acts = ksmol_neigh_fsm_tick(&n->fsm, now);
	write_seqcount_end(&n->seq);
	if (acts & KSMOL_NEIGH_RELEASE) {
		neigh_release(table, n);
		return false;
	}
	neigh_todo(table, n, acts, todo);
	return acts;
}

/* Each entry has its turn once: those that had it go to the list's end. The
 * lock is let go after every batch, and for every packet sent.
 */
bool ksmol_neigh_run(struct ksmol_iface *iface, unsigned long now,
		     unsigned long *next)
{
	struct ksmol_neigh_table *table = &ksmol_neigh_table;
	unsigned long soonest = now + HZ / 10;
	struct ksmol_neigh *n;
	struct neigh_todo todo;
	u32 turns = 0;
	bool left = false, busy;

	spin_lock_bh(&table->lock);
	while (turns++ < table->nr) {
		n = list_first_entry_or_null(&iface->neighs,
					     struct ksmol_neigh, link);
		if (!n || n->turn == now)
			break;
		n->turn = now;
		list_move_tail(&n->link, &iface->neighs);
		busy = neigh_turn(table, n, now, &todo);
		if (n->iface) {
			if (!left || time_before(n->fsm.due, *next))
				*next = n->fsm.due;
			left = true;
		}
		if (!busy && turns % NEIGH_RUN_BATCH)
			continue;
		spin_unlock_bh(&table->lock);
		if (busy)
			neigh_do(&todo);
		spin_lock_bh(&table->lock);
	}
	spin_unlock_bh(&table->lock);
	if (left && time_before(*next, soonest))
		*next = soonest;
	return left;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_neigh_run);

void ksmol_neigh_purge(struct ksmol_iface *iface, bool dead)
{
	struct ksmol_neigh_table *table = &ksmol_neigh_table;
	struct ksmol_pbuf_list list;
	struct ksmol_neigh *n;

	ksmol_pbuf_list_init(&list);
	spin_lock_bh(&table->lock);
	if (dead)
		iface->dead = true;
	while ((n = list_first_entry_or_null(&iface->neighs,
					     struct ksmol_neigh, link))) {
		ksmol_neigh_unpark(table, n, &list);
		neigh_release(table, n);
	}
	spin_unlock_bh(&table->lock);

	rcu_read_lock();
	local_bh_disable();
	ksmol_neigh_fail(iface, KSMOL_TX_DROP_NEIGH_FLUSHED, &list);
	local_bh_enable();
	rcu_read_unlock();
}

/* --- looking --- */

static const char * const neigh_state_names[KSMOL_NR_NEIGH_STATES] = {
#define KSMOL_ENUM(id, key) \
	[KSMOL_NEIGH_##id] = key,
	KSMOL_NEIGH_STATES(KSMOL_ENUM)
#undef KSMOL_ENUM
};

/* A copy of an entry as of one moment. */
static void neigh_snapshot(const struct ksmol_neigh *n,
			   struct ksmol_neigh *copy)
{
	unsigned int seq;

	do {
		seq = read_seqcount_begin(&n->seq);
		copy->iface = n->iface;
		copy->family = n->family;
		copy->addr = n->addr;
		copy->fsm = n->fsm;
		ether_addr_copy(copy->mac, n->mac);
		copy->parked.count = READ_ONCE(n->parked.count);
	} while (read_seqcount_retry(&n->seq, seq));
}

void ksmol_neigh_show(struct seq_file *m, const struct ksmol_iface *iface)
{
	char text[KSMOL_ADDR_STRLEN];
	struct ksmol_neigh copy;
	u32 i;

	for (i = 0; i < ksmol_neigh_table.nr; i++) {
		neigh_snapshot(&ksmol_neigh_table.entry[i], &copy);
		if (copy.iface != iface)
			continue;
		seq_printf(m, "%-39s %-17pM %-10s %7u %9u\n",
			   ksmol_addr_str(copy.family, &copy.addr, text),
			   copy.mac, neigh_state_names[copy.fsm.state],
			   copy.parked.count,
			   jiffies_to_msecs(jiffies - copy.fsm.used));
	}
}

u8 ksmol_neigh_state(struct ksmol_iface *iface, u8 family,
		     const struct ksmol_addr *addr, u8 *mac)
{
	u8 state = KSMOL_NEIGH_FREE;
	struct ksmol_neigh *n;

	spin_lock_bh(&ksmol_neigh_table.lock);
	n = neigh_find(&ksmol_neigh_table, iface, family, addr);
	if (n) {
		state = n->fsm.state;
		ether_addr_copy(mac, n->mac);
	}
	spin_unlock_bh(&ksmol_neigh_table.lock);
	return state;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_neigh_state);

/* --- life --- */

int ksmol_neigh_init(unsigned int max)
{
	struct ksmol_neigh_table *table = &ksmol_neigh_table;
	u32 i;

	spin_lock_init(&table->lock);
	INIT_LIST_HEAD(&table->free);
	INIT_LIST_HEAD(&table->idle[0]);
	INIT_LIST_HEAD(&table->idle[1]);
	INIT_LIST_HEAD(&table->waiting);
	table->nr = max;
	table->nr_free = max;
	table->seed = get_random_u32();
	table->bits = order_base_2(max) ?: 1;
	table->entry = kvcalloc(max, sizeof(*table->entry), GFP_KERNEL);
	table->bucket = kvcalloc(1UL << table->bits, sizeof(*table->bucket),
				 GFP_KERNEL);
	if (!table->entry || !table->bucket) {
		ksmol_neigh_exit();
		return -ENOMEM;
	}
	for (i = 0; i < max; i++) {
		struct ksmol_neigh *n = &table->entry[i];

		seqcount_spinlock_init(&n->seq, &table->lock);
		INIT_LIST_HEAD(&n->idle);
		INIT_LIST_HEAD(&n->waiting);
		ksmol_pbuf_list_init(&n->parked);
		list_add_tail(&n->link, &table->free);
	}
	ksmol_pool_reclaimer(&ksmol_pool, KSMOL_RECLAIM_NEIGH,
			     ksmol_neigh_reclaim);
	return 0;
}

void ksmol_neigh_exit(void)
{
	ksmol_pool_reclaimer(&ksmol_pool, KSMOL_RECLAIM_NEIGH, NULL);
	kvfree(ksmol_neigh_table.bucket);
	kvfree(ksmol_neigh_table.entry);
	ksmol_neigh_table.bucket = NULL;
	ksmol_neigh_table.entry = NULL;
}
