// SPDX-License-Identifier: GPL-2.0-only
/* Finding the way: destination, next hop, interface and source address. */
#include <linux/in.h>
#include <ksmol/compat.h>
#include "address.h"
#include "net.h"
#include "pmtu.h"
#include "route.h"

atomic_t ksmol_route_gen = ATOMIC_INIT(0);
EXPORT_SYMBOL_IF_KUNIT(ksmol_route_gen);

/* What no packet may be addressed to, whatever the routes say. */
static int route_check_v4(__be32 daddr)
{
	u32 net = ntohl(daddr) >> 24;

	if (daddr == htonl(INADDR_BROADCAST))
		return 0;
	if (net == 0 || net == IN_LOOPBACKNET || net >= 240)
		return -EINVAL;
	return 0;
}

static int route_check_v6(const struct ksmol_addr *daddr)
{
	if (ksmol_addr_any(daddr) || ksmol_addr_is_loopback6(daddr) ||
	    ksmol_addr_is_mapped(daddr) || !ksmol_addr_scope6(daddr))
		return -EINVAL;
	return 0;
}

static int route_check_daddr(const struct ksmol_flow *flow)
{
	if (likely(flow->family == AF_INET))
		return route_check_v4(flow->daddr.v4);
	if (flow->family == AF_INET6)
		return route_check_v6(&flow->daddr);
	return -EAFNOSUPPORT;
}

static bool route_to_group(const struct ksmol_flow *flow)
{
	if (likely(flow->family == AF_INET))
		return ipv4_is_multicast(flow->daddr.v4);
	return ksmol_addr_is_multicast6(&flow->daddr);
}

/* Does the address say nothing without an interface? */
static bool route_is_scoped(const struct ksmol_flow *flow)
{
	return flow->family == AF_INET6 &&
	       ksmol_addr_scope6(&flow->daddr) <= KSMOL_SCOPE_LINK;
}

static void route_fill(const struct ksmol_flow *flow, struct ksmol_dst *dst,
		       struct ksmol_iface *iface, u8 type,
		       const struct ksmol_addr *nexthop)
{
	dst->family = flow->family;
	dst->iface = iface;
	dst->type = type;
	dst->nexthop = *nexthop;
	dst->mtu = READ_ONCE(iface->phy->mtu);
	/* Routers may say that the link carries less. */
	if (flow->family == AF_INET6 && READ_ONCE(iface->nd.mtu))
		dst->mtu = min(dst->mtu, READ_ONCE(iface->nd.mtu));
}

static int route_source(const struct ksmol_flow *flow, struct ksmol_dst *dst)
{
	bool ok;

	if (!ksmol_addr_any(&flow->saddr)) {
		dst->saddr = flow->saddr;
		return 0;
	}
	if (likely(flow->family == AF_INET))
		ok = ksmol_addr_select(dst->iface, AF_INET, &dst->nexthop,
				       &dst->saddr);
	else
		ok = ksmol_addr_select6(dst->iface, &flow->daddr, flow->prefer,
					&dst->saddr);
	return ok ? 0 : -EADDRNOTAVAIL;
}

/* To ourselves: the packet never touches a wire (RFC 1122 3.3.4). */
static int route_local(const struct ksmol_flow *flow, struct ksmol_dst *dst,
		       struct ksmol_iface *iface)
{
	if (!READ_ONCE(iface->up))
		return -ENETDOWN;
	route_fill(flow, dst, iface, KSMOL_DST_LOCAL, &flow->daddr);
	dst->saddr = ksmol_addr_any(&flow->saddr) ? flow->daddr : flow->saddr;
	return 0;
}

/* 255.255.255.255 is on every link: the interface asked for, else that of the
 * source asked for, else the first that can do it.
 */
static int route_limited(const struct ksmol_flow *flow, struct ksmol_dst *dst,
			 struct ksmol_iface_net *pernet)
{
	struct ksmol_iface *iface;
	bool down = false;

	if (!flow->broadcast)
		return -EACCES;
	ksmol_for_each_iface(iface, pernet) {
		if (iface->phy->medium != KSMOL_MEDIUM_ETHERNET)
			continue;
		if (flow->oif ? iface->phy->ifindex != flow->oif :
		    !ksmol_addr_any(&flow->saddr) &&
		    !ksmol_iface_addr(iface, flow->family, &flow->saddr))
			continue;
		if (!READ_ONCE(iface->up)) {
			down = true;
			continue;
		}
		route_fill(flow, dst, iface, KSMOL_DST_BROADCAST, &flow->daddr);
		return route_source(flow, dst);
	}
	return down ? -ENETDOWN : -ENETUNREACH;
}

static int route_wire(const struct ksmol_flow *flow, struct ksmol_dst *dst,
		      struct ksmol_iface_net *pernet)
{
	const struct ksmol_route_entry *rt;
	bool down = false;

	rt = ksmol_route_lookup(rcu_dereference(pernet->routes), flow->family,
				flow->oif, &flow->daddr, &down);
	if (!rt)
		return down ? -ENETDOWN : -ENETUNREACH;
	if (rt->bcast && rt->bcast == flow->daddr.v4) {
		if (!flow->broadcast)
			return -EACCES;
		route_fill(flow, dst, rt->iface, KSMOL_DST_BROADCAST, &flow->daddr);
	} else {
		route_fill(flow, dst, rt->iface, KSMOL_DST_UNICAST,
			   ksmol_addr_any(&rt->gateway) ? &flow->daddr :
							  &rt->gateway);
		if (!flow->probe)
			dst->mtu = ksmol_pmtu_get(flow->net, flow->family,
						  &flow->daddr, dst->mtu);
	}
	return route_source(flow, dst);
}

/* The route that covers the group, else the first interface that is up. */
struct ksmol_iface *ksmol_route_group(struct ksmol_iface_net *pernet, u8 family,
				      const struct ksmol_addr *group)
{
	const struct ksmol_route_entry *rt;
	struct ksmol_iface *iface, *first = NULL;
	bool down;

	rt = ksmol_route_lookup(rcu_dereference_check(pernet->routes,
						      lockdep_rtnl_is_held()),
				family, 0, group, &down);
	if (rt)
		return rt->iface;
	ksmol_for_each_iface(iface, pernet) {
		if (READ_ONCE(iface->up))
			return iface;
		first = first ?: iface;
	}
	return first;
}

static int route_multicast(const struct ksmol_flow *flow,
			   struct ksmol_dst *dst)
{
	struct ksmol_iface *iface;

	iface = ksmol_group_iface(flow->net, flow->oif, flow->family,
				  &flow->saddr, &flow->daddr);
	if (!iface)
		return -ENETUNREACH;
	if (!READ_ONCE(iface->up))
		return -ENETDOWN;
	route_fill(flow, dst, iface, KSMOL_DST_MULTICAST, &flow->daddr);
	return route_source(flow, dst);
}

/* The one interface that a link-local address can be meant on, or NULL: that
 * asked for, that of the source asked for, or there is but one.
 */
static struct ksmol_iface *route_scope(const struct ksmol_flow *flow,
				       struct ksmol_iface_net *pernet)
{
	struct ksmol_iface *iface, *found = NULL;

	if (!flow->oif && !ksmol_addr_any(&flow->saddr))
		return ksmol_addr_find(pernet, AF_INET6, &flow->saddr);
	ksmol_for_each_iface(iface, pernet) {
		if (flow->oif ? iface->phy->ifindex != flow->oif : !iface->ipv6)
			continue;
		if (found)
			return NULL;
		found = iface;
	}
	return found;
}

/* Does a source that was asked for mean something on that link? */
static bool route_source_reaches(const struct ksmol_flow *flow,
				 struct ksmol_iface *iface)
{
	return ksmol_addr_any(&flow->saddr) ||
	       !ksmol_addr_is_linklocal6(&flow->saddr) ||
	       ksmol_iface_addr(iface, AF_INET6, &flow->saddr);
}

/* A link-local destination: all of fe80::/10 is a neighbor (RFC 4861 5.2). */
static int route_link(const struct ksmol_flow *flow, struct ksmol_dst *dst,
		      struct ksmol_iface_net *pernet)
{
	struct ksmol_iface *iface = route_scope(flow, pernet);
	const struct ksmol_ifaddr *ifa;
	u8 type = KSMOL_DST_UNICAST;

	if (!iface)
		return flow->oif ? -ENETUNREACH : -EINVAL;
	if (!READ_ONCE(iface->up))
		return -ENETDOWN;
	if (!route_source_reaches(flow, iface))
		return -EADDRNOTAVAIL;
	ifa = ksmol_iface_addr(iface, flow->family, &flow->daddr);
	if (ifa && READ_ONCE(ifa->state) == KSMOL_ADDR_VALID)
		return route_local(flow, dst, iface);
	if (route_to_group(flow))
		type = KSMOL_DST_MULTICAST;
	route_fill(flow, dst, iface, type, &flow->daddr);
	return route_source(flow, dst);
}

int ksmol_route(const struct ksmol_flow *flow, struct ksmol_dst *dst)
{
	struct ksmol_iface_net *pernet;
	struct ksmol_iface *iface;
	int err;

	err = route_check_daddr(flow);
	if (err)
		return err;
	pernet = ksmol_iface_net(flow->net);
	if (!ksmol_addr_any(&flow->saddr) &&
	    !ksmol_addr_find(pernet, flow->family, &flow->saddr))
		return -EADDRNOTAVAIL;
	if (unlikely(route_is_scoped(flow)))
		return route_link(flow, dst, pernet);
	if (route_to_group(flow))
		return route_multicast(flow, dst);
	iface = ksmol_addr_find(pernet, flow->family, &flow->daddr);
	if (iface)
		return route_local(flow, dst, iface);
	if (flow->family == AF_INET &&
	    flow->daddr.v4 == htonl(INADDR_BROADCAST))
		return route_limited(flow, dst, pernet);
	return route_wire(flow, dst, pernet);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_route);

enum ksmol_tx_drop ksmol_route_reason(int err)
{
	switch (err) {
	case -EADDRNOTAVAIL:
		return KSMOL_TX_DROP_NO_SOURCE;
	case -EINVAL:
		return KSMOL_TX_DROP_SCOPE;
	case -ENETDOWN:
		return KSMOL_TX_DROP_DEV_DOWN;
	default:
		return KSMOL_TX_DROP_NO_ROUTE;
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_route_reason);
