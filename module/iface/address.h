/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses of interfaces: who has one, probing and defending them. */
#ifndef _KSMOL_ADDRESS_H
#define _KSMOL_ADDRESS_H

#include <ksmol/iface.h>

/* RFC 5227 1.1, in multiples of the base interval (its PROBE_MIN). */
#define KSMOL_PROBE_NUM		3
/* RFC 4862 5.1, likewise. */
#define KSMOL_DAD_TRANSMITS	1
#define KSMOL_ANNOUNCE_NUM	2
#define KSMOL_DEFEND_INTERVAL	(10 * HZ)
/* A probe or announcement that got no buffer is tried again so soon. */
#define KSMOL_ADDR_RETRY	(HZ / 10 ?: 1)

/* What an address has to send. */
enum ksmol_ifaddr_act {
	KSMOL_IFADDR_NOTHING,
	KSMOL_IFADDR_PROBE,
	KSMOL_IFADDR_ANNOUNCE,
};

/* --- the state machine: pure, time and chance are given. iface->lock --- */

/**
 * ksmol_ifaddr_start() - (re)start the life of an address
 * @base: base interval in jiffies; 0 makes it valid at once
 * @random: any number; decides the first delay (RFC 5227 2.1.1 PROBE_WAIT)
 */
void ksmol_ifaddr_start(struct ksmol_ifaddr *ifa, unsigned long now,
			unsigned long base, u32 random);

/* Announce a valid address (again): link-layer address or link changed. */
void ksmol_ifaddr_reannounce(struct ksmol_ifaddr *ifa, unsigned long now);

/* What is due at @now? Moves a probed address on to VALID. */
enum ksmol_ifaddr_act ksmol_ifaddr_due(struct ksmol_ifaddr *ifa,
				       unsigned long now);

/* That has been sent (@sent), or could not be and stays due. */
void ksmol_ifaddr_sent(struct ksmol_ifaddr *ifa, enum ksmol_ifaddr_act act,
		       bool sent, unsigned long now, unsigned long base,
		       u32 random);

/**
 * ksmol_ifaddr_conflict() - another station uses this address
 *
 * A tentative address is given up (RFC 5227 2.1.1). A valid one is defended,
 * at most once in ten seconds (2.4 c).
 *
 * Return: true if an announcement is to be sent now, in defence.
 */
bool ksmol_ifaddr_conflict(struct ksmol_ifaddr *ifa, unsigned long now);

static inline bool ksmol_ifaddr_pending(const struct ksmol_ifaddr *ifa)
{
	return ifa->state == KSMOL_ADDR_TENTATIVE ||
	       (ifa->state == KSMOL_ADDR_VALID && ifa->announces);
}

/* --- lookups: RCU read side or RTNL --- */

/* The entry of @addr on @iface whatever its state, or NULL. */
struct ksmol_ifaddr *ksmol_iface_addr(struct ksmol_iface *iface, u8 family,
				      const struct ksmol_addr *addr);

/* The interface on which @addr is valid, or NULL. */
struct ksmol_iface *ksmol_addr_find(struct ksmol_iface_net *pernet, u8 family,
				    const struct ksmol_addr *addr);

/* Is it a broadcast address of @iface, limited or directed? */
bool ksmol_addr_is_broadcast(const struct ksmol_iface *iface, __be32 addr);

/* Does one of the prefixes of @iface cover @addr? */
bool ksmol_addr_on_link(const struct ksmol_iface *iface, u8 family,
			const struct ksmol_addr *addr);

/**
 * ksmol_addr_select() - our address to talk to @peer with
 *
 * The valid address of @iface with the longest prefix that covers @peer, else
 * its first valid one. Return: false if it has none.
 */
bool ksmol_addr_select(const struct ksmol_iface *iface, u8 family,
		       const struct ksmol_addr *peer,
		       struct ksmol_addr *saddr);

/**
 * ksmol_addr_select6() - our IPv6 address to talk to @daddr with
 * @out: the interface by which it leaves
 * @prefer: enum ksmol_prefer
 *
 * As RFC 6724 5 has it: the same address; a scope that reaches; not deprecated;
 * of @out rather than another interface; temporary, or not, as is preferred; the
 * longest common prefix.
 *
 * Return: false if there is none.
 */
bool ksmol_addr_select6(const struct ksmol_iface *out,
			const struct ksmol_addr *daddr, u8 prefer,
			struct ksmol_addr *saddr);

/* --- glue --- */

/* An address is there from now on: probed first. Whoever may read it has seen
 * all of it before (see ksmol_autoconf_addrs()).
 */
void ksmol_iface_addr_start(struct ksmol_iface *iface,
			    struct ksmol_ifaddr *ifa);
/* A vacant entry gets an address, which is probed; or loses it, and nobody
 * sees it there any more. RTNL.
 */
void ksmol_iface_addr_fill(struct ksmol_iface *iface, struct ksmol_ifaddr *ifa,
			   __be32 addr, u8 plen);
void ksmol_iface_addr_vacate(struct ksmol_iface *iface,
			     struct ksmol_ifaddr *ifa);

/* Starts all addresses over (link up), or announces the valid ones. */
void ksmol_iface_addrs_start(struct ksmol_iface *iface);
void ksmol_iface_addrs_announce(struct ksmol_iface *iface);

/* Sends what is due; returns whether anything is left, and *@next when. */
bool ksmol_iface_addrs_run(struct ksmol_iface *iface, unsigned long now,
			   unsigned long *next);

#endif /* _KSMOL_ADDRESS_H */
