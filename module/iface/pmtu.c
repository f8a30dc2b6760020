// SPDX-License-Identifier: GPL-2.0-only
/*
 * Path MTUs by destination: a table fixed at load, in sets of four. A new
 * destination takes the place of the one in its set that is nearest its end.
 * While nothing is known, which is nearly always, asking costs one comparison.
 */
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/spinlock.h>
#include <net/netns/hash.h>
#include <ksmol/compat.h>
#include "pmtu.h"

#define PMTU_WAYS 4

struct pmtu_entry {
	const struct net *net;	/* NULL: unused */
	struct ksmol_addr daddr;
	unsigned long expires;
	u32 mtu;
	u8 family;
};

static struct pmtu_entry *pmtu_table;
static struct dentry *pmtu_file;
static u32 pmtu_sets, pmtu_seed, pmtu_used;
static DEFINE_SPINLOCK(pmtu_lock);	/* the entries and pmtu_used */

static struct pmtu_entry *pmtu_set(const struct net *net,
				   const struct ksmol_addr *daddr)
{
	u32 hash = jhash_2words(ksmol_addr_fold(daddr), net_hash_mix(net),
				pmtu_seed);

	return pmtu_table + reciprocal_scale(hash, pmtu_sets) * PMTU_WAYS;
}

static bool pmtu_is(const struct pmtu_entry *e, const struct net *net,
		    u8 family, const struct ksmol_addr *daddr)
{
	return e->net == net && e->family == family &&
	       ksmol_addr_equal(&e->daddr, daddr);
}

static void pmtu_clear(struct pmtu_entry *e)
{
	e->net = NULL;
	WRITE_ONCE(pmtu_used, pmtu_used - 1);
}

static u32 pmtu_find(const struct net *net, u8 family,
		     const struct ksmol_addr *daddr, u32 link)
{
	struct pmtu_entry *set = pmtu_set(net, daddr), *e;

	for (e = set; e < set + PMTU_WAYS; e++) {
		if (!pmtu_is(e, net, family, daddr))
			continue;
		if (time_before(jiffies, e->expires))
			return min(e->mtu, link);
		pmtu_clear(e);
		break;
	}
	return link;
}

u32 ksmol_pmtu_get(const struct net *net, u8 family,
		   const struct ksmol_addr *daddr, u32 link)
{
	if (likely(!READ_ONCE(pmtu_used)))
		return link;
	spin_lock_bh(&pmtu_lock);
	link = pmtu_find(net, family, daddr, link);
	spin_unlock_bh(&pmtu_lock);
	return link;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pmtu_get);

/* The entry of that destination, or the one that gives way. */
static struct pmtu_entry *pmtu_slot(const struct net *net, u8 family,
				    const struct ksmol_addr *daddr)
{
	struct pmtu_entry *set = pmtu_set(net, daddr), *e, *old = set;

	for (e = set; e < set + PMTU_WAYS; e++) {
		if (pmtu_is(e, net, family, daddr))
			return e;
		if (old->net && (!e->net ||
				 time_before(e->expires, old->expires)))
			old = e;
	}
	if (old->net)
		pmtu_clear(old);
	return old;
}

void ksmol_pmtu_update(const struct net *net, u8 family,
		       const struct ksmol_addr *daddr, u32 mtu)
{
	struct pmtu_entry *e;

	mtu = max_t(u32, mtu, family == AF_INET ? KSMOL_PMTU_MIN :
						  KSMOL_PMTU_MIN6);
	spin_lock_bh(&pmtu_lock);
	e = pmtu_slot(net, family, daddr);
	if (!e->net) {
		e->net = net;
		e->family = family;
		e->daddr = *daddr;
		e->mtu = mtu;
		WRITE_ONCE(pmtu_used, pmtu_used + 1);
	}
	/* Nobody's word makes a path wider; only time does. */
	e->mtu = min(e->mtu, mtu);
	e->expires = jiffies + KSMOL_PMTU_TIME;
	spin_unlock_bh(&pmtu_lock);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pmtu_update);

void ksmol_pmtu_forget(const struct net *net)
{
	struct pmtu_entry *e;

	spin_lock_bh(&pmtu_lock);
	for (e = pmtu_table; e < pmtu_table + pmtu_sets * PMTU_WAYS; e++)
		if (e->net && (!net || e->net == net))
			pmtu_clear(e);
	spin_unlock_bh(&pmtu_lock);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pmtu_forget);

static void pmtu_show_entry(struct seq_file *m, const struct pmtu_entry *entry)
{
	char text[KSMOL_ADDR_STRLEN];
	struct pmtu_entry e;
	unsigned int inum;

	/* One by one: a full table must not hold up packets. */
	spin_lock_bh(&pmtu_lock);
	e = *entry;
	inum = e.net ? e.net->ns.inum : 0;
	spin_unlock_bh(&pmtu_lock);
	if (!e.net || time_after_eq(jiffies, e.expires))
		return;
	seq_printf(m, "%-39s %5u %7u %u\n",
		   ksmol_addr_str(e.family, &e.daddr, text), e.mtu,
		   jiffies_to_msecs(e.expires - jiffies) / 1000, inum);
}

static int pmtu_show(struct seq_file *m, void *unused)
{
	const struct pmtu_entry *e;

	seq_printf(m, "%-39s %5s %7s %s\n", "destination", "mtu", "expires",
		   "netns");
	for (e = pmtu_table; e < pmtu_table + pmtu_sets * PMTU_WAYS; e++)
		pmtu_show_entry(m, e);
	return 0;
}

int ksmol_pmtu_init(u32 max)
{
	pmtu_sets = max / PMTU_WAYS;
	pmtu_seed = get_random_u32();
	pmtu_table = kvcalloc(pmtu_sets * PMTU_WAYS, sizeof(*pmtu_table),
			      GFP_KERNEL);
	if (!pmtu_table)
		return -ENOMEM;
	pmtu_file = ksmol_debugfs_file(NULL, "pmtu", pmtu_show, NULL);
	return 0;
}

void ksmol_pmtu_exit(void)
{
	ksmol_debugfs_remove(pmtu_file);
	pmtu_used = 0;
	kvfree(pmtu_table);
}
