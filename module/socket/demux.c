// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables in which a received packet finds its socket.
 *
 * Every bound socket stands in two: in the port table, where binding looks
 * for conflicts and broadcasts find all their receivers, and in the lookup
 * table under all that it insists on; streams only once they listen or
 * connect. Datagrams and streams have a pair each, so that many connections
 * don't make a datagram's way longer. Lock order: port bucket, lookup bucket.
 */

#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <net/netns/hash.h>
#include "demux_table.h"

/**
 * struct table_pair - the two tables of datagrams, or of streams
 * @lookup: by what sockets insist on
 * @ports: by port
 * @bound: sockets in @ports
 * @nr: sockets in @lookup by kind
 */
struct table_pair {
	struct ksmol_bucket *lookup;
	struct ksmol_bucket *ports;
	atomic_t bound ____cacheline_aligned_in_smp;
	atomic_t nr[KSMOL_NR_BIND_KINDS];
};

static struct table_pair datagrams, streams;
static u32 table_mask __read_mostly;
static u32 table_seed __read_mostly;

static struct table_pair *pair_of(const struct ksmol_sock *ks)
{
	return ks->proto == IPPROTO_TCP ? &streams : &datagrams;
}

/* Ports are spread already, and no peer chooses ours: nothing to hide. */
static u32 hash_port(const struct net *net, u8 proto, __be16 lport)
{
	return ntohs(lport) + net_hash_mix(net) + proto;
}

static u32 hash_addr(const struct net *net, u8 proto, __be16 lport,
		     const struct ksmol_addr *laddr)
{
	return hash_port(net, proto, lport) +
	       hash_32(ksmol_addr_fold(laddr), 16);
}

/* A peer has a hand in these. */
static u32 hash_flow(const struct net *net, u8 proto,
		     const struct ksmol_addr *laddr, __be16 lport,
		     const struct ksmol_addr *raddr, __be16 rport)
{
	return jhash_3words(ksmol_addr_fold(laddr) ^ net_hash_mix(net),
			    ksmol_addr_fold(raddr),
			    (__force u16)lport << 16 | (__force u16)rport,
			    table_seed ^ proto);
}

static u32 key_flow_hash(const struct ksmol_key *key)
{
	return hash_flow(key->net, key->proto, key->laddr, key->lport,
			 key->raddr, key->rport);
}

/* --- lookup --- */

static bool port_match(const struct ksmol_sock *ks, const struct ksmol_key *key)
{
	return ks->lport == key->lport && ks->proto == key->proto &&
	       net_eq(sock_net(&ks->inet.sk), key->net);
}

/* 0: not for this socket; else the more it insists on, the more. IPv6's
 * wildcard for both families is the least, and only a wildcard.
 */
static __always_inline int score(const struct ksmol_sock *ks,
				 const struct ksmol_key *key,
				 enum ksmol_bind_kind kind)
{
	int dev = READ_ONCE(ks->inet.sk.sk_bound_dev_if);
	bool foreign = ks->family != key->family;

	if (!port_match(ks, key) || ks->kind != kind)
		return 0;
	if (unlikely(foreign) && !(ks->both && key->family == AF_INET))
		return 0;
	if (dev && dev != key->ifindex)
		return 0;
	if (kind != KSMOL_BIND_ANY && !ksmol_addr_equal(&ks->laddr, key->laddr))
		return 0;
	if (kind == KSMOL_BIND_FLOW &&
	    (ks->rport != key->rport ||
	     !ksmol_addr_equal(&ks->raddr, key->raddr)))
		return 0;
	return (dev ? 4 : 2) - foreign;
}

/*
 * Of the sockets that share a port, the @nr-th takes the place of the one
 * before with probability 1/@nr: each gets its share, a flow always the same.
 */
static bool share_wins(const struct ksmol_sock *ks, u32 *hash, int nr)
{
	*hash = jhash_1word(*hash, nr);
	return ks->inet.sk.sk_reuseport && !reciprocal_scale(*hash, nr);
}

static __always_inline struct ksmol_sock *
bucket_find(const struct ksmol_bucket *lookup, const struct ksmol_key *key,
	    u32 hash, enum ksmol_bind_kind kind)
{
	u32 slot = hash & table_mask;
	struct hlist_nulls_node *node;
	struct ksmol_sock *ks, *best;
	int points, most, nr;
	u32 flow = 0;

again:
	best = NULL;
	most = 0;
	nr = 0;
	hlist_nulls_for_each_entry_rcu(ks, node, &lookup[slot].head, lookup) {
		points = score(ks, key, kind);
		if (points > most) {
			best = ks;
			most = points;
			nr = 1;
		} else if (points && points == most) {
			if (nr == 1)
				flow = key_flow_hash(key);
			if (share_wins(ks, &flow, ++nr))
				best = ks;
		}
	}
	if (unlikely(get_nulls_value(node) != slot))
		goto again;
	return best;
}

/* Those that are bound, but connected to nobody. */
static __always_inline struct ksmol_sock *
pair_find_bound(const struct table_pair *pair, const struct ksmol_key *key)
{
	struct ksmol_sock *ks;

	if (atomic_read(&pair->nr[KSMOL_BIND_ADDR])) {
		ks = bucket_find(pair->lookup, key,
				 hash_addr(key->net, key->proto, key->lport,
					   key->laddr), KSMOL_BIND_ADDR);
		if (ks)
			return ks;
	}
	if (!atomic_read(&pair->nr[KSMOL_BIND_ANY]))
		return NULL;
	return bucket_find(pair->lookup, key,
			   hash_port(key->net, key->proto, key->lport),
			   KSMOL_BIND_ANY);
}

struct ksmol_sock *ksmol_demux_lookup(const struct ksmol_key *key)
{
	struct ksmol_sock *ks;

	if (atomic_read(&datagrams.nr[KSMOL_BIND_FLOW])) {
		ks = bucket_find(datagrams.lookup, key, key_flow_hash(key),
				 KSMOL_BIND_FLOW);
		if (ks)
			return ks;
	}
	return pair_find_bound(&datagrams, key);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_demux_lookup);

struct ksmol_sock *ksmol_demux_listener(const struct ksmol_key *key)
{
	return pair_find_bound(&streams, key);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_demux_listener);

/* There is at most one such connection: the first is the best. */
struct ksmol_sock *ksmol_demux_flow(const struct ksmol_key *key)
{
	u32 slot = key_flow_hash(key) & table_mask;
	struct hlist_nulls_node *node;
	struct ksmol_sock *ks;

again:
	hlist_nulls_for_each_entry_rcu(ks, node, &streams.lookup[slot].head,
				       lookup)
		if (ks->rport == key->rport && score(ks, key, KSMOL_BIND_FLOW))
			return ks;
	if (unlikely(get_nulls_value(node) != slot))
		goto again;
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_demux_flow);

static bool broadcast_match(const struct ksmol_sock *ks,
			    const struct ksmol_key *key)
{
	int dev = READ_ONCE(ks->inet.sk.sk_bound_dev_if);

	if (!port_match(ks, key) || (dev && dev != key->ifindex))
		return false;
	if (ks->family != key->family && !(ks->both && key->family == AF_INET))
		return false;
	/* A connected socket still gets broadcasts of its peer, as in Linux
	 * if it was bound to the wildcard or broadcast address.
	 */
	if (!ksmol_addr_any(&ks->laddr) &&
	    !ksmol_addr_equal(&ks->laddr, key->laddr))
		return false;
	if (ks->proto == IPPROTO_RAW && !ksmol_addr_any(&ks->raddr) &&
	    !ksmol_addr_equal(&ks->raddr, key->raddr))
		return false;
	if (ks->kind == KSMOL_BIND_FLOW &&
	    (ks->rport != key->rport ||
	     !ksmol_addr_equal(&ks->raddr, key->raddr)))
		return false;
	return !ksmol_addr_is_group(key->family, key->laddr) ||
	       ksmol_mc_allows(ks, key->laddr, key->raddr, key->ifindex);
}

static struct ksmol_sock *chain_match(struct hlist_nulls_node *node,
				      const struct ksmol_key *key)
{
	struct ksmol_sock *ks;

	for (; !is_a_nulls(node);
	     node = rcu_dereference_raw(hlist_nulls_next_rcu(node))) {
		ks = hlist_nulls_entry(node, struct ksmol_sock, port);
		if (broadcast_match(ks, key))
			return ks;
	}
	return NULL;
}

struct ksmol_sock *ksmol_demux_first(const struct ksmol_key *key)
{
	u32 slot = hash_port(key->net, key->proto, key->lport) & table_mask;
	struct hlist_nulls_head *head = &datagrams.ports[slot].head;

	return chain_match(rcu_dereference_raw(hlist_nulls_first_rcu(head)),
			   key);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_demux_first);

struct ksmol_sock *ksmol_demux_next(struct ksmol_sock *ks,
				    const struct ksmol_key *key)
{
	struct hlist_nulls_node *node = &ks->port;

	return chain_match(rcu_dereference_raw(hlist_nulls_next_rcu(node)),
			   key);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_demux_next);

/* --- binding --- */

struct ksmol_bucket *ksmol_demux_port_bucket(const struct ksmol_sock *ks,
					     __be16 lport)
{
	u32 hash = hash_port(sock_net(&ks->inet.sk), ks->proto, lport);

	return &pair_of(ks)->ports[hash & table_mask];
}

/* Of different families only IPv6's wildcard for both reaches over. */
static bool addrs_overlap(const struct ksmol_sock *ks,
			  const struct ksmol_addr *laddr,
			  const struct ksmol_sock *other)
{
	if (ks->family != other->family)
		return ksmol_sock_both(ks, ks->family, laddr) ||
		       ksmol_sock_both(other, other->family, &other->laddr);
	return ksmol_addr_any(laddr) || ksmol_addr_any(&other->laddr) ||
	       ksmol_addr_equal(laddr, &other->laddr);
}

/* May both stand although their ports, addresses and devices overlap? A
 * listener shares with nobody but those who share the work.
 */
static bool may_share(const struct sock *sk, const struct sock *other)
{
	if (sk->sk_reuse && other->sk_reuse &&
	    READ_ONCE(other->sk_state) != TCP_LISTEN)
		return true;
	return sk->sk_reuseport && other->sk_reuseport &&
	       uid_eq(READ_ONCE(sk->sk_uid), READ_ONCE(other->sk_uid));
}

bool ksmol_demux_overlap(const struct ksmol_sock *ks,
			 const struct ksmol_sock *other,
			 const struct ksmol_addr *laddr, __be16 lport,
			 bool strict)
{
	const struct sock *sk = &ks->inet.sk, *sk2 = &other->inet.sk;
	int dev = sk->sk_bound_dev_if, dev2 = READ_ONCE(sk2->sk_bound_dev_if);

	/* Any number of raw sockets may have a protocol. */
	if (ks->proto == IPPROTO_RAW)
		return false;
	if (other == ks || other->lport != lport || other->proto != ks->proto ||
	    !net_eq(sock_net(sk), sock_net(sk2)))
		return false;
	if (dev && dev2 && dev != dev2)
		return false;
	if (!addrs_overlap(ks, laddr, other))
		return false;
	return strict || !may_share(sk, sk2);
}

bool ksmol_demux_conflict(struct ksmol_bucket *bucket,
			  const struct ksmol_sock *ks,
			  const struct ksmol_addr *laddr, __be16 lport,
			  bool strict)
{
	const struct hlist_nulls_node *node;
	const struct ksmol_sock *other;

	hlist_nulls_for_each_entry(other, node, &bucket->head, port)
		if (ksmol_demux_overlap(ks, other, laddr, lport, strict))
			return true;
	return false;
}

/* A ping socket's peer is no part of its identity: Linux's aren't either. */
static enum ksmol_bind_kind bind_kind(const struct ksmol_sock *ks)
{
	if (ks->rport && !ksmol_sock_ping(ks))
		return KSMOL_BIND_FLOW;
	return ksmol_addr_any(&ks->laddr) ? KSMOL_BIND_ANY : KSMOL_BIND_ADDR;
}

static u32 sock_hash(const struct ksmol_sock *ks)
{
	const struct net *net = sock_net(&ks->inet.sk);

	switch (ks->kind) {
	case KSMOL_BIND_FLOW:
		return hash_flow(net, ks->proto, &ks->laddr, ks->lport,
				 &ks->raddr, ks->rport);
	case KSMOL_BIND_ADDR:
		return hash_addr(net, ks->proto, ks->lport, &ks->laddr);
	default:
		return hash_port(net, ks->proto, ks->lport);
	}
}

/* The interface that its peer's address needs to mean anything. */
static int peer_scope(const struct ksmol_sock *ks)
{
	return ksmol_addr_scope(ks->family, &ks->raddr,
				READ_ONCE(ks->inet.sk.sk_bound_dev_if));
}

/* Is there such a connection already? Bucket locked. */
static bool flow_taken(struct ksmol_bucket *bucket, const struct ksmol_sock *ks)
{
	const struct hlist_nulls_node *node;
	const struct ksmol_sock *other;

	hlist_nulls_for_each_entry(other, node, &bucket->head, lookup)
		if (other->kind == KSMOL_BIND_FLOW && other->hash == ks->hash &&
		    other->lport == ks->lport && other->rport == ks->rport &&
		    other->family == ks->family &&
		    peer_scope(other) == peer_scope(ks) &&
		    ksmol_addr_equal(&other->raddr, &ks->raddr) &&
		    ksmol_addr_equal(&other->laddr, &ks->laddr) &&
		    net_eq(sock_net(&other->inet.sk), sock_net(&ks->inet.sk)))
			return true;
	return false;
}

/* Datagram sockets may be connected to the same peer, streams may not. */
bool ksmol_demux_lookup_add(struct ksmol_sock *ks)
{
	struct table_pair *pair = pair_of(ks);
	struct ksmol_bucket *bucket;
	bool taken;

	ks->kind = bind_kind(ks);
	ks->both = ks->kind == KSMOL_BIND_ANY &&
		   ksmol_sock_both(ks, ks->family, &ks->laddr);
	ks->hash = sock_hash(ks);
	bucket = &pair->lookup[ks->hash & table_mask];
	spin_lock(&bucket->lock);
	taken = pair == &streams && ks->kind == KSMOL_BIND_FLOW &&
		flow_taken(bucket, ks);
	if (!taken)
		hlist_nulls_add_head_rcu(&ks->lookup, &bucket->head);
	spin_unlock(&bucket->lock);
	if (!taken)
		atomic_inc(&pair->nr[ks->kind]);
	return !taken;
}

void ksmol_demux_lookup_del(struct ksmol_sock *ks)
{
	struct table_pair *pair = pair_of(ks);
	struct ksmol_bucket *bucket;

	if (hlist_nulls_unhashed(&ks->lookup))
		return;
	bucket = &pair->lookup[ks->hash & table_mask];
	spin_lock(&bucket->lock);
	hlist_nulls_del_init_rcu(&ks->lookup);
	spin_unlock(&bucket->lock);
	atomic_dec(&pair->nr[ks->kind]);
}

void ksmol_demux_port_add(struct ksmol_sock *ks, struct ksmol_bucket *bucket)
{
	hlist_nulls_add_head_rcu(&ks->port, &bucket->head);
	atomic_inc(&pair_of(ks)->bound);
	sock_prot_inuse_add(sock_net(&ks->inet.sk), ks->inet.sk.sk_prot, 1);
}

int ksmol_demux_bind(struct ksmol_sock *ks, const struct ksmol_addr *laddr,
		     __be16 lport, bool strict)
{
	struct ksmol_bucket *bucket = ksmol_demux_port_bucket(ks, lport);
	int err = 0;

	spin_lock_bh(&bucket->lock);
	if (ksmol_demux_conflict(bucket, ks, laddr, lport, strict)) {
		err = -EADDRINUSE;
	} else {
		ks->laddr = *laddr;
		ks->lport = lport;
		ks->roving = false;
		ksmol_demux_port_add(ks, bucket);
		if (ks->proto != IPPROTO_TCP)
			ksmol_demux_lookup_add(ks);
	}
	spin_unlock_bh(&bucket->lock);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_demux_bind);

void ksmol_demux_unbind(struct ksmol_sock *ks)
{
	struct ksmol_bucket *bucket;

	if (hlist_nulls_unhashed(&ks->port))
		return;
	bucket = ksmol_demux_port_bucket(ks, ks->lport);
	spin_lock_bh(&bucket->lock);
	ksmol_demux_lookup_del(ks);
	hlist_nulls_del_init_rcu(&ks->port);
	spin_unlock_bh(&bucket->lock);
	atomic_dec(&pair_of(ks)->bound);
	sock_prot_inuse_add(sock_net(&ks->inet.sk), ks->inet.sk.sk_prot, -1);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_demux_unbind);

void ksmol_demux_move(struct ksmol_sock *ks, u8 family,
		      const struct ksmol_addr *laddr,
		      const struct ksmol_addr *raddr, __be16 rport)
{
	struct ksmol_bucket *bucket = ksmol_demux_port_bucket(ks, ks->lport);

	spin_lock_bh(&bucket->lock);
	ksmol_demux_lookup_del(ks);
	ks->family = family;
	ks->laddr = *laddr;
	ks->raddr = *raddr;
	ks->rport = rport;
	ksmol_demux_lookup_add(ks);
	spin_unlock_bh(&bucket->lock);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_demux_move);

/* --- all tables --- */

static bool bucket_each(struct ksmol_bucket *bucket,
			bool (*fn)(struct ksmol_sock *ks, void *arg), void *arg)
{
	struct hlist_nulls_node *node;
	struct ksmol_sock *ks;
	bool on = true;

	rcu_read_lock();
	hlist_nulls_for_each_entry_rcu(ks, node, &bucket->head, port) {
		on = fn(ks, arg);
		if (!on)
			break;
	}
	rcu_read_unlock();
	return on;
}

void ksmol_demux_for_each(bool (*fn)(struct ksmol_sock *ks, void *arg),
			  void *arg)
{
	u32 slot;

	for (slot = 0; slot <= table_mask; slot++)
		if (!bucket_each(&datagrams.ports[slot], fn, arg) ||
		    !bucket_each(&streams.ports[slot], fn, arg))
			return;
}

u32 ksmol_demux_count(void)
{
	return atomic_read(&datagrams.bound) + atomic_read(&streams.bound);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_demux_count);

static struct ksmol_bucket *buckets_alloc(u32 n, struct lock_class_key *class)
{
	struct ksmol_bucket *buckets;
	u32 i;

	buckets = kvmalloc_array(n, sizeof(*buckets), GFP_KERNEL);
	if (!buckets)
		return NULL;
	for (i = 0; i < n; i++) {
		INIT_HLIST_NULLS_HEAD(&buckets[i].head, i);
		spin_lock_init(&buckets[i].lock);
		lockdep_set_class(&buckets[i].lock, class);
	}
	return buckets;
}

static void pair_free(struct table_pair *pair)
{
	kvfree(pair->lookup);
	kvfree(pair->ports);
	pair->lookup = NULL;
	pair->ports = NULL;
}

static int pair_alloc(struct table_pair *pair, u32 buckets)
{
	/* One is taken inside the other: lockdep must tell them apart. */
	static struct lock_class_key lookup_class, ports_class;

	pair->lookup = buckets_alloc(buckets, &lookup_class);
	pair->ports = buckets_alloc(buckets, &ports_class);
	return pair->lookup && pair->ports ? 0 : -ENOMEM;
}

int ksmol_demux_init(u32 buckets)
{
	int err;

	table_mask = buckets - 1;
	table_seed = get_random_u32();
	err = pair_alloc(&datagrams, buckets);
	if (!err)
		err = pair_alloc(&streams, buckets);
	if (err)
		ksmol_demux_exit();
	return err;
}

void ksmol_demux_exit(void)
{
	pair_free(&streams);
	pair_free(&datagrams);
}
