// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables in which a received packet finds its socket.
 *
 * Every bound socket stands in two: in the port table, where binding looks
 * for conflicts and broadcasts find all their receivers, and in the lookup
 * table under all that it insists on. Lock order: port bucket, lookup bucket.
 */

#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <net/netns/hash.h>
#include "sock.h"

static struct {
	struct ksmol_bucket *lookup;
	struct ksmol_bucket *ports;
	u32 mask;
	u32 seed;
	atomic_t nr[KSMOL_NR_BIND_KINDS];
} table __read_mostly;

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
			    table.seed ^ proto);
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
	       net_eq(sock_net(&ks->inet.sk), key->net) &&
	       ks->inet.sk.sk_family == key->family;
}

/* 0: not for this socket; else the more it insists on, the more. */
static __always_inline int score(const struct ksmol_sock *ks,
				 const struct ksmol_key *key,
				 enum ksmol_bind_kind kind)
{
	int dev = READ_ONCE(ks->inet.sk.sk_bound_dev_if);

	if (!port_match(ks, key) || ks->kind != kind)
		return 0;
	if (dev && dev != key->ifindex)
		return 0;
	if (kind != KSMOL_BIND_ANY && !ksmol_addr_equal(&ks->laddr, key->laddr))
		return 0;
	if (kind == KSMOL_BIND_FLOW &&
	    (ks->rport != key->rport ||
	     !ksmol_addr_equal(&ks->raddr, key->raddr)))
		return 0;
	return dev ? 2 : 1;
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
bucket_find(const struct ksmol_key *key, u32 hash, enum ksmol_bind_kind kind)
{
	u32 slot = hash & table.mask;
	struct hlist_nulls_node *node;
	struct ksmol_sock *ks, *best;
	int points, most, nr;
	u32 flow = 0;

again:
	best = NULL;
	most = 0;
	nr = 0;
	hlist_nulls_for_each_entry_rcu(ks, node, &table.lookup[slot].head,
				       lookup) {
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

struct ksmol_sock *ksmol_demux_lookup(const struct ksmol_key *key)
{
	struct ksmol_sock *ks;

	if (atomic_read(&table.nr[KSMOL_BIND_FLOW])) {
		ks = bucket_find(key, key_flow_hash(key), KSMOL_BIND_FLOW);
		if (ks)
			return ks;
	}
	if (atomic_read(&table.nr[KSMOL_BIND_ADDR])) {
		ks = bucket_find(key, hash_addr(key->net, key->proto,
						key->lport, key->laddr),
				 KSMOL_BIND_ADDR);
		if (ks)
			return ks;
	}
	if (!atomic_read(&table.nr[KSMOL_BIND_ANY]))
		return NULL;
	return bucket_find(key, hash_port(key->net, key->proto, key->lport),
			   KSMOL_BIND_ANY);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_demux_lookup);

static bool broadcast_match(const struct ksmol_sock *ks,
			    const struct ksmol_key *key)
{
	int dev = READ_ONCE(ks->inet.sk.sk_bound_dev_if);

	if (!port_match(ks, key) || (dev && dev != key->ifindex))
		return false;
	/* A connected socket still gets broadcasts of its peer, as in Linux
	 * if it was bound to the wildcard or broadcast address.
	 */
	if (!ksmol_addr_any(&ks->laddr) &&
	    !ksmol_addr_equal(&ks->laddr, key->laddr))
		return false;
	return ks->kind != KSMOL_BIND_FLOW ||
	       (ks->rport == key->rport &&
		ksmol_addr_equal(&ks->raddr, key->raddr));
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
	u32 slot = hash_port(key->net, key->proto, key->lport) & table.mask;
	struct hlist_nulls_head *head = &table.ports[slot].head;

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

static struct ksmol_bucket *port_bucket(const struct ksmol_sock *ks,
					__be16 lport)
{
	u32 hash = hash_port(sock_net(&ks->inet.sk), ks->proto, lport);

	return &table.ports[hash & table.mask];
}

static bool addrs_overlap(const struct ksmol_addr *a,
			  const struct ksmol_addr *b)
{
	return ksmol_addr_any(a) || ksmol_addr_any(b) || ksmol_addr_equal(a, b);
}

/* May both stand although their ports, addresses and devices overlap? */
static bool may_share(const struct sock *sk, const struct sock *other)
{
	if (sk->sk_reuse && other->sk_reuse)
		return true;
	return sk->sk_reuseport && other->sk_reuseport &&
	       uid_eq(READ_ONCE(sk->sk_uid), READ_ONCE(other->sk_uid));
}

static bool conflicts(const struct ksmol_sock *ks,
		      const struct ksmol_sock *other,
		      const struct ksmol_addr *laddr, __be16 lport, bool strict)
{
	const struct sock *sk = &ks->inet.sk, *sk2 = &other->inet.sk;
	int dev = sk->sk_bound_dev_if, dev2 = READ_ONCE(sk2->sk_bound_dev_if);

	if (other->lport != lport || other->proto != ks->proto ||
	    !net_eq(sock_net(sk), sock_net(sk2)))
		return false;
	if (dev && dev2 && dev != dev2)
		return false;
	if (sk->sk_family == sk2->sk_family &&
	    !addrs_overlap(laddr, &other->laddr))
		return false;
	return strict || !may_share(sk, sk2);
}

static bool bucket_conflicts(struct ksmol_bucket *bucket,
			     const struct ksmol_sock *ks,
			     const struct ksmol_addr *laddr, __be16 lport,
			     bool strict)
{
	const struct hlist_nulls_node *node;
	const struct ksmol_sock *other;

	hlist_nulls_for_each_entry(other, node, &bucket->head, port)
		if (conflicts(ks, other, laddr, lport, strict))
			return true;
	return false;
}

/* A ping socket's peer is no part of its identity: Linux's aren't either. */
static enum ksmol_bind_kind bind_kind(const struct ksmol_sock *ks)
{
	if (ks->rport && ks->proto != IPPROTO_ICMP)
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

static void lookup_add(struct ksmol_sock *ks)
{
	struct ksmol_bucket *bucket;

	ks->kind = bind_kind(ks);
	ks->hash = sock_hash(ks);
	bucket = &table.lookup[ks->hash & table.mask];
	spin_lock(&bucket->lock);
	hlist_nulls_add_head_rcu(&ks->lookup, &bucket->head);
	spin_unlock(&bucket->lock);
	atomic_inc(&table.nr[ks->kind]);
}

static void lookup_del(struct ksmol_sock *ks)
{
	struct ksmol_bucket *bucket = &table.lookup[ks->hash & table.mask];

	spin_lock(&bucket->lock);
	hlist_nulls_del_init_rcu(&ks->lookup);
	spin_unlock(&bucket->lock);
	atomic_dec(&table.nr[ks->kind]);
}

int ksmol_demux_bind(struct ksmol_sock *ks, const struct ksmol_addr *laddr,
		     __be16 lport, bool strict)
{
	struct ksmol_bucket *bucket = port_bucket(ks, lport);
	int err = 0;

	spin_lock(&bucket->lock);
	if (bucket_conflicts(bucket, ks, laddr, lport, strict)) {
		err = -EADDRINUSE;
	} else {
		ks->laddr = *laddr;
		ks->lport = lport;
		hlist_nulls_add_head_rcu(&ks->port, &bucket->head);
		lookup_add(ks);
	}
	spin_unlock(&bucket->lock);
	if (!err)
		sock_prot_inuse_add(sock_net(&ks->inet.sk),
				    ks->inet.sk.sk_prot, 1);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_demux_bind);

void ksmol_demux_unbind(struct ksmol_sock *ks)
{
	struct ksmol_bucket *bucket;

	if (hlist_nulls_unhashed(&ks->port))
		return;
	bucket = port_bucket(ks, ks->lport);
	spin_lock(&bucket->lock);
	lookup_del(ks);
	hlist_nulls_del_init_rcu(&ks->port);
	spin_unlock(&bucket->lock);
	sock_prot_inuse_add(sock_net(&ks->inet.sk), ks->inet.sk.sk_prot, -1);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_demux_unbind);

void ksmol_demux_move(struct ksmol_sock *ks, const struct ksmol_addr *laddr,
		      const struct ksmol_addr *raddr, __be16 rport)
{
	struct ksmol_bucket *bucket = port_bucket(ks, ks->lport);

	spin_lock(&bucket->lock);
	lookup_del(ks);
	ks->laddr = *laddr;
	ks->raddr = *raddr;
	ks->rport = rport;
	lookup_add(ks);
	spin_unlock(&bucket->lock);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_demux_move);

/* --- the whole table --- */

void ksmol_demux_for_each(bool (*fn)(struct ksmol_sock *ks, void *arg),
			  void *arg)
{
	struct hlist_nulls_node *node;
	struct ksmol_sock *ks;
	u32 slot;

	for (slot = 0; slot <= table.mask; slot++) {
		rcu_read_lock();
		hlist_nulls_for_each_entry_rcu(ks, node,
					       &table.ports[slot].head, port) {
			if (fn(ks, arg))
				continue;
			rcu_read_unlock();
			return;
		}
		rcu_read_unlock();
	}
}

u32 ksmol_demux_count(void)
{
	u32 kind, n = 0;

	for (kind = 0; kind < KSMOL_NR_BIND_KINDS; kind++)
		n += atomic_read(&table.nr[kind]);
	return n;
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

int ksmol_demux_init(u32 buckets)
{
	/* One is taken inside the other: lockdep must tell them apart. */
	static struct lock_class_key lookup_class, ports_class;

	table.lookup = buckets_alloc(buckets, &lookup_class);
	table.ports = buckets_alloc(buckets, &ports_class);
	if (!table.lookup || !table.ports) {
		ksmol_demux_exit();
		return -ENOMEM;
	}
	table.mask = buckets - 1;
	table.seed = get_random_u32();
	return 0;
}

void ksmol_demux_exit(void)
{
	kvfree(table.lookup);
	kvfree(table.ports);
}
