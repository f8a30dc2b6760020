// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses of interfaces. An address is probed before it is used, announced
 * once it is, and defended as long as it is (RFC 5227; RFC 4862 for IPv6).
 */
#define pr_fmt(fmt) "ksmol: " fmt

#include <linux/jiffies.h>
#include <linux/random.h>
#include <ksmol/compat.h>
#include "address.h"
#include "arp.h"
#include "nd.h"
#include "neighbor.h"
#include "net.h"
#include "timer.h"

/* --- the state machine --- */

static void ifaddr_validate(struct ksmol_ifaddr *ifa, unsigned long now)
{
	ifa->probes = 0;
	ifa->announces = KSMOL_ANNOUNCE_NUM;
	ifa->due = now;
	WRITE_ONCE(ifa->state, KSMOL_ADDR_VALID);
}

void ksmol_ifaddr_start(struct ksmol_ifaddr *ifa, unsigned long now,
			unsigned long base, u32 random)
{
	ifa->defended = 0;
	ifa->reported = false;
	if (!base) {
		ifaddr_validate(ifa, now);
		return;
	}
	ifa->probes = ifa->family == AF_INET6 ? KSMOL_DAD_TRANSMITS :
						KSMOL_PROBE_NUM;
	ifa->announces = 0;
	ifa->due = now + random % base;
	WRITE_ONCE(ifa->state, KSMOL_ADDR_TENTATIVE);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ifaddr_start);

void ksmol_ifaddr_reannounce(struct ksmol_ifaddr *ifa, unsigned long now)
{
	if (ifa->state != KSMOL_ADDR_VALID)
		return;
	ifa->announces = KSMOL_ANNOUNCE_NUM;
	ifa->due = now;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ifaddr_reannounce);

enum ksmol_ifaddr_act ksmol_ifaddr_due(struct ksmol_ifaddr *ifa,
				       unsigned long now)
{
	if (!ksmol_ifaddr_pending(ifa) || time_before(now, ifa->due))
		return KSMOL_IFADDR_NOTHING;
	if (ifa->state == KSMOL_ADDR_TENTATIVE) {
		if (ifa->probes)
			return KSMOL_IFADDR_PROBE;
		/* Nobody objected within ANNOUNCE_WAIT of the last probe. */
		ifaddr_validate(ifa, now);
	}
	return KSMOL_IFADDR_ANNOUNCE;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ifaddr_due);

/* The state may have moved while the packet was sent without the lock. */
static bool ifaddr_still(const struct ksmol_ifaddr *ifa,
			 enum ksmol_ifaddr_act act)
{
	if (act == KSMOL_IFADDR_PROBE)
		return ifa->state == KSMOL_ADDR_TENTATIVE && ifa->probes;
	return ifa->state == KSMOL_ADDR_VALID && ifa->announces;
}

void ksmol_ifaddr_sent(struct ksmol_ifaddr *ifa, enum ksmol_ifaddr_act act,
		       bool sent, unsigned long now, unsigned long base,
		       u32 random)
{
	if (!ifaddr_still(ifa, act))
		return;
	if (!sent) {
		ifa->due = now + KSMOL_ADDR_RETRY;
		return;
	}
	/* Unprobed addresses are announced at the RFC's own interval. */
	base = base ?: HZ;
	if (act == KSMOL_IFADDR_PROBE && --ifa->probes) {
		ifa->due = now + base + random % base;
		return;
	}
	if (act == KSMOL_IFADDR_ANNOUNCE)
		ifa->announces--;
	/* ANNOUNCE_WAIT and ANNOUNCE_INTERVAL, or IPv6's RetransTimer. */
	ifa->due = now + (ifa->family == AF_INET6 ? base : 2 * base);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ifaddr_sent);

bool ksmol_ifaddr_conflict(struct ksmol_ifaddr *ifa, unsigned long now)
{
	if (ifa->state == KSMOL_ADDR_TENTATIVE) {
		WRITE_ONCE(ifa->state, KSMOL_ADDR_CONFLICT);
		return false;
	}
	if (ifa->state != KSMOL_ADDR_VALID)
		return false;
	if (ifa->defended &&
	    time_before(now, ifa->defended + KSMOL_DEFEND_INTERVAL))
		return false;
	ifa->defended = now ?: 1;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ifaddr_conflict);

/* --- lookups --- */

struct ksmol_ifaddr *ksmol_iface_addr(struct ksmol_iface *iface, u8 family,
				      const struct ksmol_addr *addr)
{
	struct ksmol_ifaddr *ifa;

	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++) {
		/* Addresses fill the array from its start. */
		if (READ_ONCE(ifa->state) == KSMOL_ADDR_UNUSED)
			return NULL;
		if (ifa->family == family &&
		    ksmol_addr_equal(&ifa->addr, addr) &&
		    READ_ONCE(ifa->state) != KSMOL_ADDR_FREE)
			return ifa;
	}
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_iface_addr);

struct ksmol_iface *ksmol_addr_find(struct ksmol_iface_net *pernet, u8 family,
				    const struct ksmol_addr *addr)
{
	struct ksmol_iface *iface;

	if (likely(!(READ_ONCE(pernet->filter) & ksmol_iface_net_bit(addr))))
		return NULL;
	ksmol_for_each_iface(iface, pernet) {
		struct ksmol_ifaddr *ifa;

		ifa = ksmol_iface_addr(iface, family, addr);
		if (ifa && READ_ONCE(ifa->state) == KSMOL_ADDR_VALID)
			return iface;
	}
	return NULL;
}

bool ksmol_addr_is_local(struct net *net, int oif, u8 family,
			 const struct ksmol_addr *addr)
{
	struct ksmol_iface *iface;

	iface = ksmol_addr_find(ksmol_iface_net(net), family, addr);
	return iface && (!oif || iface->phy->ifindex == oif);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_addr_is_local);

static const struct ksmol_ifaddr *addr_first(const struct ksmol_iface *iface,
					     u8 family)
{
	const struct ksmol_ifaddr *ifa;

	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++)
		if (READ_ONCE(ifa->state) == KSMOL_ADDR_VALID &&
		    ifa->family == family)
			return ifa;
	return NULL;
}

bool ksmol_addr_own(struct net *net, int oif, u8 family,
		    struct ksmol_addr *addr)
{
	const struct ksmol_ifaddr *ifa;
	struct ksmol_iface *iface;

	ksmol_for_each_iface(iface, ksmol_iface_net(net)) {
		if (oif && iface->phy->ifindex != oif)
			continue;
		ifa = addr_first(iface, family);
		if (ifa) {
			*addr = ifa->addr;
			return true;
		}
	}
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_addr_own);

bool ksmol_addr_is_broadcast(const struct ksmol_iface *iface, __be32 addr)
{
	const struct ksmol_ifaddr *ifa;

	if (iface->phy->medium != KSMOL_MEDIUM_ETHERNET)
		return false;
	if (addr == htonl(INADDR_BROADCAST))
		return true;
	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++) {
		if (READ_ONCE(ifa->state) == KSMOL_ADDR_UNUSED)
			return false;
		if (ifa->bcast && ifa->bcast == addr)
			return true;
	}
	return false;
}

bool ksmol_addr_on_link(const struct ksmol_iface *iface, u8 family,
			const struct ksmol_addr *addr)
{
	const struct ksmol_ifaddr *ifa;

	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++)
		if (READ_ONCE(ifa->state) != KSMOL_ADDR_UNUSED &&
		    READ_ONCE(ifa->state) != KSMOL_ADDR_FREE &&
		    ifa->family == family &&
		    ksmol_addr_prefix_equal(&ifa->addr, addr, ifa->plen))
			return true;
	return false;
}

bool ksmol_addr_select(const struct ksmol_iface *iface, u8 family,
		       const struct ksmol_addr *peer,
		       struct ksmol_addr *saddr)
{
	const struct ksmol_ifaddr *ifa, *best = NULL;
	int best_plen = -1;

	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++) {
		int plen = ifa->plen;

		if (READ_ONCE(ifa->state) != KSMOL_ADDR_VALID ||
		    ifa->family != family)
			continue;
		if (!ksmol_addr_prefix_equal(&ifa->addr, peer, plen))
			plen = 0;
		if (plen > best_plen) {
			best_plen = plen;
			best = ifa;
		}
	}
	if (!best)
		return false;
	*saddr = best->addr;
	return true;
}

/* --- IPv6: which of ours to talk from (RFC 6724 5) --- */

/**
 * struct addr_rank - how well an address of ours suits a destination
 * @ifa: the address
 * @here: it is of the interface by which the packet leaves
 * @liked: it is temporary, or not, as is preferred
 * @scope: its scope
 * @common: bits of its prefix that it has in common with the destination
 */
struct addr_rank {
	const struct ksmol_ifaddr *ifa;
	bool here;
	bool liked;
	u8 scope;
	u8 common;
};

static struct addr_rank addr_rank(const struct ksmol_iface *out,
				  const struct ksmol_iface *iface,
				  const struct ksmol_ifaddr *ifa,
				  const struct ksmol_addr *daddr,
				  bool temporary)
{
	return (struct addr_rank){
		.ifa = ifa,
		.here = iface == out,
		.liked = temporary == (ifa->origin == KSMOL_ADDR_TEMPORARY),
		.scope = ksmol_addr_scope6(&ifa->addr),
		.common = min_t(u8, ifa->plen,
				ksmol_addr_common(&ifa->addr, daddr)),
	};
}

/* Is @b to be preferred to @a? Among equals the first stays. Rule 4 is about
 * addresses that we have none of, rule 6 about labels.
 */
static bool addr_better(const struct addr_rank *a, const struct addr_rank *b,
			const struct ksmol_addr *daddr)
{
	u8 scope = ksmol_addr_scope6(daddr);

	/* Rule 1 */
	if (ksmol_addr_equal(&b->ifa->addr, daddr) ||
	    ksmol_addr_equal(&a->ifa->addr, daddr))
		return ksmol_addr_equal(&b->ifa->addr, daddr);
	/* Rule 2: wide enough, but no wider than needed */
	if (a->scope < b->scope)
		return a->scope < scope;
	if (b->scope < a->scope)
		return b->scope >= scope;
	/* Rule 3 */
	if (a->ifa->deprecated != b->ifa->deprecated)
		return a->ifa->deprecated;
	/* Rule 5 */
	if (a->here != b->here)
		return b->here;
	/* Rule 7 */
	if (a->liked != b->liked)
		return b->liked;
	/* Rule 8 */
	return b->common > a->common;
}

/* A link-local address means nothing on another link (RFC 6724 4). */
static bool addr_is_candidate(const struct ksmol_iface *out,
			      const struct ksmol_iface *iface,
			      const struct ksmol_ifaddr *ifa,
			      const struct ksmol_addr *daddr)
{
	if (READ_ONCE(ifa->state) != KSMOL_ADDR_VALID ||
	    ifa->family != AF_INET6)
		return false;
	return iface == out ||
	       (ksmol_addr_scope6(&ifa->addr) > KSMOL_SCOPE_LINK &&
		ksmol_addr_scope6(daddr) > KSMOL_SCOPE_LINK);
}

static bool addr_prefer_temporary(u8 prefer)
{
	if (prefer == KSMOL_PREFER_DEFAULT)
		return READ_ONCE(ksmol_params.ipv6_temporary) == 2;
	return prefer == KSMOL_PREFER_TEMPORARY;
}

bool ksmol_addr_select6(const struct ksmol_iface *out,
			const struct ksmol_addr *daddr, u8 prefer,
			struct ksmol_addr *saddr)
{
	bool temporary = addr_prefer_temporary(prefer);
	const struct ksmol_ifaddr *ifa;
	struct addr_rank best = {}, rank;
	struct ksmol_iface *iface;

	ksmol_for_each_iface(iface, out->pernet)
		for (ifa = iface->addrs;
		     ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++) {
			if (READ_ONCE(ifa->state) == KSMOL_ADDR_UNUSED)
				break;
			if (!addr_is_candidate(out, iface, ifa, daddr))
				continue;
			rank = addr_rank(out, iface, ifa, daddr, temporary);
			if (!best.ifa || addr_better(&best, &rank, daddr))
				best = rank;
		}
	if (!best.ifa)
		return false;
	*saddr = best.ifa->addr;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_addr_select6);

/* --- glue --- */

static unsigned long addr_base(const struct ksmol_iface *iface)
{
	/* No link layer, nobody to ask. */
	if (iface->phy->medium != KSMOL_MEDIUM_ETHERNET)
		return 0;
	return msecs_to_jiffies(READ_ONCE(ksmol_params.arp_probe_ms));
}

/* iface->lock held. */
static void addr_start(const struct ksmol_iface *iface,
		       struct ksmol_ifaddr *ifa)
{
	ksmol_ifaddr_start(ifa, jiffies, addr_base(iface), get_random_u32());
	if (iface->phy->medium != KSMOL_MEDIUM_ETHERNET)
		ifa->announces = 0;
}

void ksmol_iface_addr_start(struct ksmol_iface *iface, struct ksmol_ifaddr *ifa)
{
	spin_lock_bh(&iface->lock);
	addr_start(iface, ifa);
	spin_unlock_bh(&iface->lock);
	ksmol_routes_changed();
	ksmol_iface_arm(iface, jiffies);
}

void ksmol_iface_addrs_start(struct ksmol_iface *iface)
{
	struct ksmol_ifaddr *ifa;

	spin_lock_bh(&iface->lock);
	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++) {
		if (ifa->state == KSMOL_ADDR_UNUSED)
			break;
		if (ifa->state != KSMOL_ADDR_FREE &&
		    ifa->state != KSMOL_ADDR_VACANT)
			addr_start(iface, ifa);
	}
	spin_unlock_bh(&iface->lock);
	ksmol_routes_changed();
	ksmol_iface_arm(iface, jiffies);
}

void ksmol_iface_addr_fill(struct ksmol_iface *iface, struct ksmol_ifaddr *ifa,
			   __be32 addr, u8 plen)
{
	spin_lock_bh(&iface->lock);
	ifa->plen = plen;
	ifa->addr = ksmol_addr_v4(addr);
	ifa->bcast = plen < 31 ? addr | htonl(~0U >> plen) : 0;
	/* Who sees the family sees the address; lookups compare it first. */
	smp_store_release(&ifa->family, AF_INET);
	ksmol_ifaddr_start(ifa, jiffies, addr_base(iface), get_random_u32());
	spin_unlock_bh(&iface->lock);
	ksmol_iface_net_refilter(iface->pernet);
	ksmol_routes_changed();
	ksmol_iface_arm(iface, jiffies);
}

void ksmol_iface_addr_vacate(struct ksmol_iface *iface,
			     struct ksmol_ifaddr *ifa)
{
	spin_lock_bh(&iface->lock);
	WRITE_ONCE(ifa->state, KSMOL_ADDR_VACANT);
	ifa->bcast = 0;
	WRITE_ONCE(ifa->family, AF_UNSPEC);
	spin_unlock_bh(&iface->lock);
	ksmol_iface_net_refilter(iface->pernet);
	ksmol_routes_changed();
	/* Those who found it have gone before another takes its place. */
	synchronize_net();
	/* What waits for a neighbor bears an address that was ours. */
	ksmol_neigh_purge(iface, false);
}

void ksmol_iface_addrs_announce(struct ksmol_iface *iface)
{
	struct ksmol_ifaddr *ifa;

	if (iface->phy->medium != KSMOL_MEDIUM_ETHERNET)
		return;
	spin_lock_bh(&iface->lock);
	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++)
		ksmol_ifaddr_reannounce(ifa, jiffies);
	spin_unlock_bh(&iface->lock);
	ksmol_iface_arm(iface, jiffies);
}

static int addr_send(struct ksmol_iface *iface, const struct ksmol_ifaddr *ifa,
		     enum ksmol_ifaddr_act act)
{
	bool probe = act == KSMOL_IFADDR_PROBE;

	if (ifa->family == AF_INET6)
		return probe ? ksmol_nd_probe(iface, &ifa->addr) :
			       ksmol_nd_announce(iface, &ifa->addr);
	return probe ? ksmol_arp_probe(iface, ifa->addr.v4) :
		       ksmol_arp_announce(iface, ifa->addr.v4);
}

/* Sends without the lock, then records what became of it. */
static void addr_run_one(struct ksmol_iface *iface, struct ksmol_ifaddr *ifa,
			 unsigned long now)
{
	enum ksmol_ifaddr_act act;
	u8 before;
	int err;

	spin_lock_bh(&iface->lock);
	before = ifa->state;
	act = ksmol_ifaddr_due(ifa, now);
	if (ifa->state != before)
		ksmol_routes_changed();
	spin_unlock_bh(&iface->lock);
	if (act == KSMOL_IFADDR_NOTHING)
		return;

	err = addr_send(iface, ifa, act);

	spin_lock_bh(&iface->lock);
	ksmol_ifaddr_sent(ifa, act, !err, now, addr_base(iface),
			  get_random_u32());
	spin_unlock_bh(&iface->lock);
}

bool ksmol_iface_addrs_run(struct ksmol_iface *iface, unsigned long now,
			   unsigned long *next)
{
	struct ksmol_ifaddr *ifa;
	bool left = false;

	for (ifa = iface->addrs; ifa < iface->addrs + KSMOL_IFACE_ADDRS; ifa++) {
		addr_run_one(iface, ifa, now);
		spin_lock_bh(&iface->lock);
		if (ksmol_ifaddr_pending(ifa)) {
			if (!left || time_before(ifa->due, *next))
				*next = ifa->due;
			left = true;
		}
		spin_unlock_bh(&iface->lock);
	}
	return left;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_iface_addrs_run);
