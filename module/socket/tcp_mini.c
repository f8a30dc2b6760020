// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections that need no socket: half-open ones, and those in TIME-WAIT.
 *
 * One table holds both by their two ends. Each kind has a stock that is fixed
 * at load and lists of deadlines with one timer for all. They are counted:
 * the table has one reference, and whoever works on one has another.
 *
 * Lock order: mini, bucket, stock.
 */

#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <net/net_namespace.h>
#include <net/netns/hash.h>
#include "tcp_mini.h"

/* A flood must not keep the CPU in the timer. */
#define MINI_EXPIRE_BUDGET 1024

struct mini_bucket {
	struct hlist_head head;
	spinlock_t lock;	/* @head */
};

/**
 * struct mini_stock - all of one kind
 * @lock: what follows
 * @free: those in nobody's hands, through @node
 * @used: all others
 * @age: in the table, by deadline, one list for each level
 * @timer: for the first deadline
 * @armed: that deadline in core microseconds, 0 = none
 * @all: the memory
 * @size: bytes of one
 * @max: how many there are
 * @class: lock class of its minis
 */
struct mini_stock {
	spinlock_t lock;	/* free list, deadlines, ports */
	struct hlist_head free;
	u32 used;
	struct list_head age[KSMOL_TCP_MINI_LEVELS];
	struct timer_list timer;
	u64 armed;
	void *all;
	size_t size;
	u32 max;
	struct lock_class_key class;
};

static struct mini_stock stocks[2];
static struct mini_bucket *table __read_mostly;
static struct hlist_head *tw_ports __read_mostly;
static u32 table_mask __read_mostly;
static u32 table_seed __read_mostly;

static u32 key_hash(const struct ksmol_tcp_key *key)
{
	return jhash_3words(ksmol_addr_fold(&key->laddr) ^
			    net_hash_mix(key->net),
			    ksmol_addr_fold(&key->raddr),
			    (__force u16)key->lport << 16 |
			    (__force u16)key->rport, table_seed);
}

static struct mini_bucket *key_bucket(const struct ksmol_tcp_key *key)
{
	return &table[key_hash(key) & table_mask];
}

static bool key_equal(const struct ksmol_tcp_key *a,
		      const struct ksmol_tcp_key *b)
{
	return a->lport == b->lport && a->rport == b->rport &&
	       a->family == b->family && a->net == b->net &&
	       a->scope == b->scope &&
	       ksmol_addr_equal(&a->raddr, &b->raddr) &&
	       ksmol_addr_equal(&a->laddr, &b->laddr);
}

static struct hlist_head *port_bucket(__be16 lport)
{
	return &tw_ports[ntohs(lport) & table_mask];
}

/* --- the stock --- */

static struct ksmol_tcp_mini *stock_take(enum ksmol_tcp_mini_kind kind)
{
	struct mini_stock *stock = &stocks[kind];
	struct ksmol_tcp_mini *mini = NULL;

	spin_lock(&stock->lock);
	if (stock->free.first) {
		mini = hlist_entry(stock->free.first, struct ksmol_tcp_mini,
				   node);
		hlist_del(&mini->node);
		stock->used++;
	}
	spin_unlock(&stock->lock);
	if (!mini)
		return NULL;
	memset(mini, 0, stock->size);
	mini->kind = kind;
	spin_lock_init(&mini->lock);
	lockdep_set_class(&mini->lock, &stock->class);
	INIT_LIST_HEAD(&mini->age);
	refcount_set(&mini->refs, 1);
	return mini;
}

/* The first of @level whose deadline is not after @now, with a reference: what
 * stands in a list stands in the table, which has one.
 */
static struct ksmol_tcp_mini *stock_due(struct mini_stock *stock, u8 level,
					u64 now)
{
	struct ksmol_tcp_mini *mini;

	spin_lock(&stock->lock);
	mini = list_first_entry_or_null(&stock->age[level],
					struct ksmol_tcp_mini, age);
	if (mini && mini->due <= now)
		refcount_inc(&mini->refs);
	else
		mini = NULL;
	spin_unlock(&stock->lock);
	return mini;
}

/* What has waited longest, TIME-WAITs first. */
static struct ksmol_tcp_mini *stock_oldest(struct mini_stock *stock)
{
	struct ksmol_tcp_mini *mini = NULL;
	u8 level;

	for (level = 0; level < KSMOL_TCP_MINI_LEVELS && !mini; level++)
		mini = stock_due(stock, level, U64_MAX);
	return mini;
}

struct ksmol_tcp_mini *ksmol_tcp_mini_get(enum ksmol_tcp_mini_kind kind)
{
	struct ksmol_tcp_mini *mini = stock_take(kind), *oldest;

	if (likely(mini) || kind != KSMOL_TCP_MINI_TW)
		return mini;
	oldest = stock_oldest(&stocks[kind]);
	if (!oldest)
		return NULL;
	if (ksmol_tcp_mini_end(oldest))
		ksmol_tcp_count(TIMEWAIT_FULL);
	ksmol_tcp_mini_put(oldest);
	return stock_take(kind);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_mini_get);

void ksmol_tcp_mini_put(struct ksmol_tcp_mini *mini)
{
	struct mini_stock *stock = &stocks[mini->kind];
	struct ksmol_tcp_sock *listener = NULL;

	if (!refcount_dec_and_test(&mini->refs))
		return;
	if (mini->kind == KSMOL_TCP_MINI_REQ)
		listener = ksmol_tcp_mini_req(mini)->listener;
	spin_lock(&stock->lock);
	hlist_add_head(&mini->node, &stock->free);
	stock->used--;
	spin_unlock(&stock->lock);
	if (listener)
		sock_put(ksmol_tcp_to_sk(listener));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_mini_put);

u32 ksmol_tcp_mini_count(enum ksmol_tcp_mini_kind kind)
{
	return READ_ONCE(stocks[kind].used);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_mini_count);

/* --- deadlines --- */

/* The timer fires at @due or a little later. Stock locked. */
static void stock_arm(struct mini_stock *stock, u64 due, u64 now)
{
	u64 wait = due > now ? min_t(u64, due - now, KSMOL_TCP_RTO_MAX) : 0;

	if (stock->armed && stock->armed <= due)
		return;
	stock->armed = due ?: 1;
	mod_timer(&stock->timer, jiffies + usecs_to_jiffies(wait) + 1);
}

static void age_add(struct mini_stock *stock, struct ksmol_tcp_mini *mini,
		    u8 level, u64 due)
{
	mini->due = due;
	list_add_tail(&mini->age, &stock->age[level]);
	if (stock->age[level].next == &mini->age)
		stock_arm(stock, due, ksmol_tcp_now());
}

void ksmol_tcp_mini_arm(struct ksmol_tcp_mini *mini, u8 level, u64 due)
{
	struct mini_stock *stock = &stocks[mini->kind];

	spin_lock(&stock->lock);
	if (!list_empty(&mini->age)) {
		list_del_init(&mini->age);
		age_add(stock, mini, level, due);
	}
	spin_unlock(&stock->lock);
}

static void mini_expire(struct ksmol_tcp_mini *mini, u64 now)
{
	if (mini->kind == KSMOL_TCP_MINI_REQ)
		ksmol_tcp_req_timer(ksmol_tcp_mini_req(mini), now);
	else
		ksmol_tcp_mini_end(mini);
	ksmol_tcp_mini_put(mini);
}

/* Return: whether some may be left. */
static bool stock_expire(struct mini_stock *stock, u64 now)
{
	struct ksmol_tcp_mini *mini;
	u32 budget = MINI_EXPIRE_BUDGET;
	u8 level;

	for (level = 0; level < KSMOL_TCP_MINI_LEVELS; level++)
		while ((mini = stock_due(stock, level, now))) {
			mini_expire(mini, now);
			if (!--budget)
				return true;
		}
	return false;
}

void ksmol_tcp_mini_expire(enum ksmol_tcp_mini_kind kind, u64 now)
{
	while (stock_expire(&stocks[kind], now))
		;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_mini_expire);

static void stock_timer(struct timer_list *t)
{
	struct mini_stock *stock = timer_container_of(stock, t, timer);
	const struct ksmol_tcp_mini *mini;
	u64 now = ksmol_tcp_now();
	u8 level;

	spin_lock(&stock->lock);
	stock->armed = 0;
	spin_unlock(&stock->lock);
	rcu_read_lock();
	stock_expire(stock, now);
	rcu_read_unlock();
	spin_lock(&stock->lock);
	for (level = 0; level < KSMOL_TCP_MINI_LEVELS; level++) {
		mini = list_first_entry_or_null(&stock->age[level],
						struct ksmol_tcp_mini, age);
		if (mini)
			stock_arm(stock, mini->due, now);
	}
	spin_unlock(&stock->lock);
}

/* --- the table --- */

static struct ksmol_tcp_mini *bucket_find(const struct mini_bucket *bucket,
					  const struct ksmol_tcp_key *key)
{
	struct ksmol_tcp_mini *mini;

	hlist_for_each_entry(mini, &bucket->head, node)
		if (key_equal(&mini->key, key))
			return mini;
	return NULL;
}

/*
 * Most segments without a socket find an empty chain: no lock for that. A
 * connection that turns into a TIME-WAIT stands here before it is out of the
 * sockets' table, where the caller has looked already: the barrier pairs with
 * the locks that ksmol_tcp_timewait() takes and drops in that order.
 */
struct ksmol_tcp_mini *ksmol_tcp_mini_find(const struct ksmol_tcp_key *key)
{
	struct mini_bucket *bucket = key_bucket(key);
	struct ksmol_tcp_mini *mini;

	smp_rmb();	/* after the sockets' table */
	if (hlist_empty(&bucket->head))
		return NULL;
	spin_lock(&bucket->lock);
	mini = bucket_find(bucket, key);
	if (mini)
		refcount_inc(&mini->refs);
	spin_unlock(&bucket->lock);
	return mini;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_mini_find);

int ksmol_tcp_mini_add(struct ksmol_tcp_mini *mini, u8 level, u64 due)
{
	struct mini_bucket *bucket = key_bucket(&mini->key);
	struct mini_stock *stock = &stocks[mini->kind];
	int err = -EEXIST;

	spin_lock(&bucket->lock);
	if (!bucket_find(bucket, &mini->key)) {
		refcount_inc(&mini->refs);
		hlist_add_head(&mini->node, &bucket->head);
		spin_lock(&stock->lock);
		if (mini->kind == KSMOL_TCP_MINI_TW)
			hlist_add_head(&ksmol_tcp_mini_tw(mini)->port,
				       port_bucket(mini->key.lport));
		age_add(stock, mini, level, due);
		spin_unlock(&stock->lock);
		err = 0;
	}
	spin_unlock(&bucket->lock);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_mini_add);

bool ksmol_tcp_mini_kill(struct ksmol_tcp_mini *mini)
{
	struct mini_bucket *bucket = key_bucket(&mini->key);
	struct mini_stock *stock = &stocks[mini->kind];

	if (mini->dead)
		return false;
	mini->dead = true;
	spin_lock(&bucket->lock);
	hlist_del_init(&mini->node);
	spin_lock(&stock->lock);
	list_del_init(&mini->age);
	if (mini->kind == KSMOL_TCP_MINI_TW)
		hlist_del_init(&ksmol_tcp_mini_tw(mini)->port);
	spin_unlock(&stock->lock);
	spin_unlock(&bucket->lock);
	if (mini->kind == KSMOL_TCP_MINI_REQ)
		atomic_dec(&ksmol_tcp_mini_req(mini)->listener->listen.nr_reqs);
	refcount_dec(&mini->refs);
	return true;
}

bool ksmol_tcp_mini_end(struct ksmol_tcp_mini *mini)
{
	bool ended;

	spin_lock(&mini->lock);
	ended = ksmol_tcp_mini_kill(mini);
	spin_unlock(&mini->lock);
	return ended;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_mini_end);

bool ksmol_tcp_mini_port(const struct net *net, u8 family,
			 const struct ksmol_addr *laddr, __be16 lport)
{
	struct mini_stock *stock = &stocks[KSMOL_TCP_MINI_TW];
	const struct ksmol_tcp_tw *tw;
	bool found = false;

	spin_lock_bh(&stock->lock);
	hlist_for_each_entry(tw, port_bucket(lport), port) {
		const struct ksmol_tcp_key *key = &tw->mini.key;

		found = key->lport == lport && key->net == net &&
			(family == AF_UNSPEC ||
			 (key->family == family &&
			  (ksmol_addr_any(laddr) ||
			   ksmol_addr_equal(laddr, &key->laddr))));
		if (found)
			break;
	}
	spin_unlock_bh(&stock->lock);
	return found;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_mini_port);

int ksmol_tcp_mini_input(struct ksmol_tcp_mini *mini, struct ksmol_tcp_seg *seg,
			 const struct ksmol_pbuf *pb, bool *reopen)
{
	u64 now = ksmol_tcp_now();
	int verdict;

	if (mini->kind == KSMOL_TCP_MINI_REQ)
		verdict = ksmol_tcp_req_input(ksmol_tcp_mini_req(mini), seg,
					      reopen, now);
	else
		verdict = ksmol_tcp_tw_input(ksmol_tcp_mini_tw(mini), seg, pb,
					     reopen, now);
	ksmol_tcp_mini_put(mini);
	return verdict;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_mini_input);

/* --- all of them --- */

static struct ksmol_tcp_mini *
bucket_match(struct mini_bucket *bucket,
	     bool (*match)(const struct ksmol_tcp_mini *mini, const void *arg),
	     const void *arg)
{
	struct ksmol_tcp_mini *mini, *found = NULL;

	spin_lock(&bucket->lock);
	hlist_for_each_entry(mini, &bucket->head, node)
		if (match(mini, arg)) {
			refcount_inc(&mini->refs);
			found = mini;
			break;
		}
	spin_unlock(&bucket->lock);
	return found;
}

void ksmol_tcp_mini_each(bool (*match)(const struct ksmol_tcp_mini *mini,
				       const void *arg),
			 void (*fn)(struct ksmol_tcp_mini *mini, u64 now),
			 const void *arg)
{
	struct ksmol_tcp_mini *mini;
	u32 slot;

	for (slot = 0; slot <= table_mask; slot++) {
		if (hlist_empty(&table[slot].head))
			continue;
		rcu_read_lock();
		local_bh_disable();
		while ((mini = bucket_match(&table[slot], match, arg))) {
			fn(mini, ksmol_tcp_now());
			ksmol_tcp_mini_end(mini);
			ksmol_tcp_mini_put(mini);
		}
		local_bh_enable();
		rcu_read_unlock();
		cond_resched();
	}
}

void ksmol_tcp_mini_show(enum ksmol_tcp_mini_kind kind,
			 bool (*fn)(const struct ksmol_tcp_mini *mini,
				    void *arg), void *arg)
{
	const struct mini_stock *stock = &stocks[kind];
	const struct ksmol_tcp_mini *mini;
	const struct list_head *next;
	u32 i;

	for (i = 0; i < stock->max; i++) {
		mini = stock->all + i * stock->size;
		next = READ_ONCE(mini->age.next);
		/* What is in the table has a deadline. */
		if (next && next != &mini->age && !fn(mini, arg))
			return;
	}
}

struct purge {
	struct net *net;
	int ifindex;
};

/* Bound to the device, or of an address that is or was the device's. */
static bool purge_match(const struct ksmol_tcp_mini *mini, const void *arg)
{
	const struct ksmol_tcp_key *key = &mini->key;
	const struct purge *purge = arg;

	if (purge->net && key->net != purge->net)
		return false;
	return !purge->ifindex || mini->ifindex == purge->ifindex ||
	       ksmol_addr_is_local(purge->net, purge->ifindex, key->family,
				   &key->laddr) ||
	       !ksmol_addr_is_local(purge->net, 0, key->family, &key->laddr);
}

static void purge_one(struct ksmol_tcp_mini *mini, u64 now)
{
	ksmol_tcp_mini_end(mini);
}

void ksmol_tcp_mini_purge(struct net *net, int ifindex)
{
	const struct purge purge = { .net = net, .ifindex = ifindex };

	ksmol_tcp_mini_each(purge_match, purge_one, &purge);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_mini_purge);

/* --- the room --- */

static void __net_exit mini_net_exit(struct net *net)
{
	ksmol_tcp_mini_purge(net, 0);
}

static struct pernet_operations mini_net_ops = {
	.exit = mini_net_exit,
};

static int stock_init(enum ksmol_tcp_mini_kind kind, u32 max, size_t size)
{
	struct mini_stock *stock = &stocks[kind];
	struct ksmol_tcp_mini *mini;
	u32 i;

	spin_lock_init(&stock->lock);
	timer_setup(&stock->timer, stock_timer, 0);
	INIT_HLIST_HEAD(&stock->free);
	for (i = 0; i < KSMOL_TCP_MINI_LEVELS; i++)
		INIT_LIST_HEAD(&stock->age[i]);
	stock->used = 0;
	stock->armed = 0;
	stock->max = max;
	stock->size = size;
	stock->all = kvcalloc(max, size, GFP_KERNEL);
	if (!stock->all)
		return -ENOMEM;
	for (i = 0; i < max; i++) {
		mini = stock->all + i * size;
		hlist_add_head(&mini->node, &stock->free);
	}
	return 0;
}

static int table_init(u32 buckets)
{
	u32 i;

	table_mask = buckets - 1;
	table_seed = get_random_u32();
	table = kvmalloc_array(buckets, sizeof(*table), GFP_KERNEL);
	tw_ports = kvcalloc(buckets, sizeof(*tw_ports), GFP_KERNEL);
	if (!table || !tw_ports)
		return -ENOMEM;
	for (i = 0; i < buckets; i++) {
		INIT_HLIST_HEAD(&table[i].head);
		spin_lock_init(&table[i].lock);
	}
	return 0;
}

static void mini_free(void)
{
	kvfree(stocks[KSMOL_TCP_MINI_REQ].all);
	kvfree(stocks[KSMOL_TCP_MINI_TW].all);
	kvfree(tw_ports);
	kvfree(table);
	stocks[KSMOL_TCP_MINI_REQ].all = NULL;
	stocks[KSMOL_TCP_MINI_TW].all = NULL;
	tw_ports = NULL;
	table = NULL;
}

int ksmol_tcp_mini_init(u32 buckets, u32 max)
{
	int err;

	err = table_init(buckets);
	if (!err)
		err = stock_init(KSMOL_TCP_MINI_REQ, max,
				 sizeof(struct ksmol_tcp_req));
	if (!err)
		err = stock_init(KSMOL_TCP_MINI_TW, max,
				 sizeof(struct ksmol_tcp_tw));
	if (!err)
		err = register_pernet_subsys(&mini_net_ops);
	if (err)
		mini_free();
	return err;
}

void ksmol_tcp_mini_exit(void)
{
	unregister_pernet_subsys(&mini_net_ops);
	ksmol_tcp_mini_purge(NULL, 0);
	timer_shutdown_sync(&stocks[KSMOL_TCP_MINI_REQ].timer);
	timer_shutdown_sync(&stocks[KSMOL_TCP_MINI_TW].timer);
	mini_free();
}
