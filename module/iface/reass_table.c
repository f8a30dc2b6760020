// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contexts of datagrams that are being put together, and who has them.
 * All memory is taken at load. When something runs out, the source that has
 * most of it pays with its oldest datagram: so one that sends beginnings only
 * displaces its own.
 */
#include <linux/jhash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <net/netns/hash.h>
#include <ksmol/compat.h>
#include "reass.h"

static u32 table_slot(const struct ksmol_reass_table *table,
		      const struct ksmol_reass_key *key)
{
	return jhash_3words(ksmol_addr_fold(&key->saddr) ^
			    net_hash_mix(key->net),
			    ksmol_addr_fold(&key->daddr), key->id,
			    table->seed ^ key->proto) & table->mask;
}

static u32 source_slot(const struct ksmol_reass_table *table,
		       const struct ksmol_reass_key *key)
{
	return jhash_2words(ksmol_addr_fold(&key->saddr),
			    net_hash_mix(key->net), table->seed) & table->mask;
}

static bool key_equal(const struct ksmol_reass_key *a,
		      const struct ksmol_reass_key *b)
{
	return a->id == b->id && a->family == b->family &&
	       a->proto == b->proto && a->net == b->net &&
	       ksmol_addr_equal(&a->saddr, &b->saddr) &&
	       ksmol_addr_equal(&a->daddr, &b->daddr);
}

struct ksmol_reass *ksmol_reass_find(struct ksmol_reass_table *table,
				     const struct ksmol_reass_key *key)
{
	struct ksmol_reass *r;

	hlist_for_each_entry(r, &table->hash[table_slot(table, key)], hash)
		if (key_equal(&r->key, key))
			return r;
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_reass_find);

/* --- sources --- */

static struct ksmol_reass_source *
source_find(struct ksmol_reass_table *table, const struct ksmol_reass_key *key)
{
	struct ksmol_reass_source *s;

	hlist_for_each_entry(s, &table->source_hash[source_slot(table, key)],
			     hash)
		if (s->family == key->family && s->net == key->net &&
		    ksmol_addr_equal(&s->addr, &key->saddr))
			return s;
	return NULL;
}

/* There are as many as contexts, and each that is in use has one of those. */
static struct ksmol_reass_source *
source_get(struct ksmol_reass_table *table, const struct ksmol_reass_key *key)
{
	struct ksmol_reass_source *s = source_find(table, key);

	if (s)
		return s;
	s = list_first_entry(&table->free_sources, struct ksmol_reass_source,
			     link);
	list_move_tail(&s->link, &table->sources);
	INIT_LIST_HEAD(&s->contexts);
	s->net = key->net;
	s->addr = key->saddr;
	s->family = key->family;
	s->nr = 0;
	s->pbufs = 0;
	hlist_add_head(&s->hash,
		       &table->source_hash[source_slot(table, key)]);
	return s;
}

static void source_put(struct ksmol_reass_table *table,
		       struct ksmol_reass_source *s)
{
	if (--s->nr)
		return;
	hlist_del(&s->hash);
	list_move(&s->link, &table->free_sources);
}

/* Whoever has most contexts, or fragments; among equals the older. */
static struct ksmol_reass_source *
source_greediest(struct ksmol_reass_table *table, bool by_pbufs)
{
	struct ksmol_reass_source *s, *most = NULL;

	list_for_each_entry(s, &table->sources, link)
		if (!most || (by_pbufs ? s->pbufs > most->pbufs :
					 s->nr > most->nr))
			most = s;
	return most;
}

/* --- contexts --- */

void ksmol_reass_account(struct ksmol_reass_table *table,
			 struct ksmol_reass *r, const struct ksmol_pbuf *pb,
			 int n)
{
	r->source->pbufs += n;
	WRITE_ONCE(table->pbufs, table->pbufs + n);
	WRITE_ONCE(table->bytes, table->bytes + (s64)n * pb->truesize);
	if (!table->cap)
		return;
	/* Nobody else counts against it, and there was room. */
	if (n > 0)
		WARN_ON_ONCE(!ksmol_cap_take(table->cap, n));
	else
		ksmol_cap_give(table->cap, -n);
}

static void parts_go(struct ksmol_reass_table *table, struct ksmol_reass *r,
		     struct ksmol_pbuf_list *gone)
{
	const struct ksmol_pbuf *pb;

	for (pb = r->parts.first; pb; pb = pb->next)
		ksmol_reass_account(table, r, pb, -1);
	ksmol_pbuf_list_splice(gone, &r->parts);
	r->last = NULL;
	r->len = 0;
	r->total = 0;
}

void ksmol_reass_kill(struct ksmol_reass_table *table, struct ksmol_reass *r,
		      u8 reason, struct ksmol_pbuf_list *gone)
{
	parts_go(table, r, gone);
	r->dead = reason;
	table->refused++;
}

void ksmol_reass_close(struct ksmol_reass_table *table, struct ksmol_reass *r,
		       struct ksmol_pbuf_list *gone)
{
	parts_go(table, r, gone);
	hlist_del(&r->hash);
	list_del(&r->link);
	list_move(&r->age, &table->free);
	source_put(table, r->source);
	WRITE_ONCE(table->nr, table->nr - 1);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_reass_close);

struct ksmol_reass *ksmol_reass_open(struct ksmol_reass_table *table,
				     const struct ksmol_reass_key *key,
				     struct ksmol_iface *iface,
				     unsigned long now,
				     struct ksmol_pbuf_list *gone)
{
	struct ksmol_reass *r;

	if (list_empty(&table->free)) {
		r = list_first_entry(&source_greediest(table, false)->contexts,
				     struct ksmol_reass, link);
		ksmol_reass_close(table, r, gone);
		table->evicted++;
	}
	r = list_first_entry(&table->free, struct ksmol_reass, age);
	list_move_tail(&r->age, &table->contexts);
	r->key = *key;
	r->iface = iface;
	r->expires = now + KSMOL_REASS_TIME;
	ksmol_pbuf_list_init(&r->parts);
	r->last = NULL;
	r->len = 0;
	r->total = 0;
	r->hlen = 0;
	r->proto = 0;
	r->ecn = 0;
	r->dead = 0;
	r->source = source_get(table, key);
	r->source->nr++;
	list_add_tail(&r->link, &r->source->contexts);
	hlist_add_head(&r->hash, &table->hash[table_slot(table, key)]);
	WRITE_ONCE(table->nr, table->nr + 1);
	return r;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_reass_open);

static struct ksmol_reass *first_with_parts(struct list_head *contexts)
{
	struct ksmol_reass *r;

	list_for_each_entry(r, contexts, link)
		if (r->parts.count)
			return r;
	return NULL;
}

struct ksmol_reass *ksmol_reass_oldest(struct ksmol_reass_table *table)
{
	struct ksmol_reass *r;

	list_for_each_entry(r, &table->contexts, age)
		if (r->parts.count)
			return r;
	return NULL;
}

static struct ksmol_reass *oldest_but(struct ksmol_reass_table *table,
				      const struct ksmol_reass *but)
{
	struct ksmol_reass *r;

	list_for_each_entry(r, &table->contexts, age)
		if (r->parts.count && r != but)
			return r;
	return NULL;
}

/*
 * One large datagram is more than many that never got beyond their beginning:
 * it may displace them until its source has three quarters of all.
 */
static struct ksmol_reass *room_victim(struct ksmol_reass_table *table,
				       struct ksmol_reass *r)
{
	struct ksmol_reass *victim;

	victim = first_with_parts(&source_greediest(table, true)->contexts);
	if (victim == r && r->source->pbufs < table->pbufs_max / 4 * 3)
		victim = oldest_but(table, r);
	return victim;
}

bool ksmol_reass_room(struct ksmol_reass_table *table, struct ksmol_reass *r,
		      u32 bytes, struct ksmol_pbuf_list *gone)
{
	struct ksmol_reass *victim;

	while (table->pbufs >= table->pbufs_max ||
	       table->bytes + bytes > table->bytes_max) {
		if (!table->pbufs)
			return false;
		victim = room_victim(table, r);
		table->evicted++;
		if (!victim || victim == r)
			return false;
		ksmol_reass_close(table, victim, gone);
	}
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_reass_room);

/* --- all of them --- */

static void table_link(struct ksmol_reass_table *table)
{
	u32 i;

	INIT_LIST_HEAD(&table->contexts);
	INIT_LIST_HEAD(&table->free);
	INIT_LIST_HEAD(&table->sources);
	INIT_LIST_HEAD(&table->free_sources);
	for (i = 0; i < table->max; i++) {
		list_add_tail(&table->context[i].age, &table->free);
		list_add_tail(&table->source[i].link, &table->free_sources);
	}
}

int ksmol_reass_table_init(struct ksmol_reass_table *table, u32 max,
			   u32 pbufs_max, u64 bytes_max)
{
	u32 slots = roundup_pow_of_two(max);

	memset(table, 0, sizeof(*table));
	spin_lock_init(&table->lock);
	table->max = max;
	table->mask = slots - 1;
	table->seed = get_random_u32();
	table->pbufs_max = pbufs_max;
	table->bytes_max = bytes_max;
	table->context = kvcalloc(max, sizeof(*table->context), GFP_KERNEL);
	table->source = kvcalloc(max, sizeof(*table->source), GFP_KERNEL);
	table->hash = kvcalloc(slots, sizeof(*table->hash), GFP_KERNEL);
	table->source_hash = kvcalloc(slots, sizeof(*table->source_hash),
				      GFP_KERNEL);
	if (!table->context || !table->source || !table->hash ||
	    !table->source_hash) {
		ksmol_reass_table_exit(table);
		return -ENOMEM;
	}
	table_link(table);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_reass_table_init);

void ksmol_reass_table_exit(struct ksmol_reass_table *table)
{
	kvfree(table->source_hash);
	kvfree(table->hash);
	kvfree(table->source);
	kvfree(table->context);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_reass_table_exit);
