// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups that a socket joins. A membership never changes once it is published:
 * for every change of its source list another takes its place, so that who
 * receives needs no lock.
 */

#include <linux/igmp.h>
#include <linux/in.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/sockptr.h>
#include "sock.h"

enum mc_op {
	MC_JOIN,
	MC_LEAVE,
	MC_JOIN_SOURCE,
	MC_LEAVE_SOURCE,
	MC_BLOCK,
	MC_UNBLOCK,
};

/**
 * struct mc_request - what all forms of these options say
 * @op: what is to be done
 * @family: of the addresses
 * @ifindex: the interface by its number, or 0
 * @local: the interface by its address, or any
 * @group: the group
 * @source: the one source that it is about, if @op has one
 */
struct mc_request {
	enum mc_op op;
	u8 family;
	int ifindex;
	struct ksmol_addr local;
	struct ksmol_addr group;
	struct ksmol_addr source;
};

/* --- reading the options --- */

static int read_mreq(sockptr_t from, unsigned int len, struct mc_request *rq)
{
	struct ip_mreqn mreq = {};

	if (len < sizeof(struct ip_mreq))
		return -EINVAL;
	len = len >= sizeof(mreq) ? sizeof(mreq) : sizeof(struct ip_mreq);
	if (copy_from_sockptr(&mreq, from, len))
		return -EFAULT;
	rq->group = ksmol_addr_v4(mreq.imr_multiaddr.s_addr);
	rq->local = ksmol_addr_v4(mreq.imr_address.s_addr);
	rq->ifindex = mreq.imr_ifindex;
	return 0;
}

static int read_mreq_source(sockptr_t from, unsigned int len,
			    struct mc_request *rq)
{
	struct ip_mreq_source mreq;

	if (len != sizeof(mreq))
		return -EINVAL;
	if (copy_from_sockptr(&mreq, from, sizeof(mreq)))
		return -EFAULT;
	rq->group = ksmol_addr_v4((__force __be32)mreq.imr_multiaddr);
	rq->local = ksmol_addr_v4((__force __be32)mreq.imr_interface);
	rq->source = ksmol_addr_v4((__force __be32)mreq.imr_sourceaddr);
	return 0;
}

static int read_mreq6(sockptr_t from, unsigned int len, struct mc_request *rq)
{
	struct ipv6_mreq mreq;

	if (len < sizeof(mreq))
		return -EINVAL;
	if (copy_from_sockptr(&mreq, from, sizeof(mreq)))
		return -EFAULT;
	rq->group.v6 = mreq.ipv6mr_multiaddr;
	rq->ifindex = mreq.ipv6mr_ifindex;
	return 0;
}

static int read_sockaddr(const struct __kernel_sockaddr_storage *from,
			 u8 family, struct ksmol_addr *addr)
{
	const struct sockaddr_in *sin = (const void *)from;

	if (family == AF_INET6) {
		if (sin->sin_family != AF_INET6)
			return -EADDRNOTAVAIL;
		addr->v6 = ((const struct sockaddr_in6 *)from)->sin6_addr;
		return 0;
	}
	if (sin->sin_family != AF_INET)
		return -EINVAL;
	*addr = ksmol_addr_v4(sin->sin_addr.s_addr);
	return 0;
}

static int read_group(sockptr_t from, unsigned int len, struct mc_request *rq)
{
	struct group_req req;

	if (len < sizeof(req))
		return -EINVAL;
	if (copy_from_sockptr(&req, from, sizeof(req)))
		return -EFAULT;
	rq->ifindex = req.gr_interface;
	return read_sockaddr(&req.gr_group, rq->family, &rq->group);
}

static int read_group_source(sockptr_t from, unsigned int len,
			     struct mc_request *rq)
{
	struct group_source_req req;
	int err;

	if (len != sizeof(req))
		return -EINVAL;
	if (copy_from_sockptr(&req, from, sizeof(req)))
		return -EFAULT;
	rq->ifindex = req.gsr_interface;
	err = read_sockaddr(&req.gsr_group, rq->family, &rq->group);
	return err ?: read_sockaddr(&req.gsr_source, rq->family, &rq->source);
}

struct mc_option {
	int name;
	enum mc_op op;
	int (*read)(sockptr_t from, unsigned int len, struct mc_request *rq);
};

static const struct mc_option mc_options[] = {
	{ IP_ADD_MEMBERSHIP,		MC_JOIN,	 read_mreq },
	{ IP_DROP_MEMBERSHIP,		MC_LEAVE,	 read_mreq },
	{ IP_ADD_SOURCE_MEMBERSHIP,	MC_JOIN_SOURCE,	 read_mreq_source },
	{ IP_DROP_SOURCE_MEMBERSHIP,	MC_LEAVE_SOURCE, read_mreq_source },
	{ IP_BLOCK_SOURCE,		MC_BLOCK,	 read_mreq_source },
	{ IP_UNBLOCK_SOURCE,		MC_UNBLOCK,	 read_mreq_source },
	{ MCAST_JOIN_GROUP,		MC_JOIN,	 read_group },
	{ MCAST_LEAVE_GROUP,		MC_LEAVE,	 read_group },
	{ MCAST_JOIN_SOURCE_GROUP,	MC_JOIN_SOURCE,	 read_group_source },
	{ MCAST_LEAVE_SOURCE_GROUP,	MC_LEAVE_SOURCE, read_group_source },
	{ MCAST_BLOCK_SOURCE,		MC_BLOCK,	 read_group_source },
	{ MCAST_UNBLOCK_SOURCE,		MC_UNBLOCK,	 read_group_source },
};

static const struct mc_option mc_options6[] = {
	{ IPV6_ADD_MEMBERSHIP,		MC_JOIN,	 read_mreq6 },
	{ IPV6_DROP_MEMBERSHIP,		MC_LEAVE,	 read_mreq6 },
	{ MCAST_JOIN_GROUP,		MC_JOIN,	 read_group },
	{ MCAST_LEAVE_GROUP,		MC_LEAVE,	 read_group },
	{ MCAST_JOIN_SOURCE_GROUP,	MC_JOIN_SOURCE,	 read_group_source },
	{ MCAST_LEAVE_SOURCE_GROUP,	MC_LEAVE_SOURCE, read_group_source },
	{ MCAST_BLOCK_SOURCE,		MC_BLOCK,	 read_group_source },
	{ MCAST_UNBLOCK_SOURCE,		MC_UNBLOCK,	 read_group_source },
};

/* --- memberships: RTNL and the socket locked --- */

struct ksmol_member __rcu **ksmol_mc_find(struct ksmol_sock *ks,
					  const struct ksmol_addr *group,
					  int ifindex)
{
	struct ksmol_member __rcu **link = &ks->members;
	struct ksmol_member *m;

	for (; (m = rtnl_dereference(*link)); link = &m->next)
		if (ksmol_addr_equal(&m->addr, group) &&
		    (!ifindex || m->ifindex == ifindex))
			break;
	return link;
}

static struct ksmol_member *member_new(const struct ksmol_sock *ks,
				       const struct mc_request *rq)
{
	struct ksmol_member *m = kzalloc_obj(*m);

	if (!m)
		return NULL;
	m->family = rq->family;
	m->addr = rq->group;
	m->exclude = rq->op == MC_JOIN;
	if (rq->op == MC_JOIN_SOURCE)
		m->sources[m->nr++] = rq->source;
	return m;
}

static int member_join(struct ksmol_sock *ks, struct ksmol_iface *iface,
		       const struct mc_request *rq)
{
	const struct net *net = sock_net(&ks->inet.sk);
	struct ksmol_member *m;
	int err;

	if (!iface)
		return -ENODEV;
	if (ks->nr_members >= READ_ONCE(net->ipv4.sysctl_igmp_max_memberships))
		return -ENOBUFS;
	m = member_new(ks, rq);
	if (!m)
		return -ENOMEM;
	err = ksmol_group_join(iface, m);
	if (err) {
		kfree(m);
		return err;
	}
	RCU_INIT_POINTER(m->next, rtnl_dereference(ks->members));
	rcu_assign_pointer(ks->members, m);
	ks->nr_members++;
	return 0;
}

void ksmol_mc_leave(struct ksmol_sock *ks, struct ksmol_member __rcu **link)
{
	struct ksmol_member *m = rtnl_dereference(*link);

	rcu_assign_pointer(*link, rtnl_dereference(m->next));
	ks->nr_members--;
	ksmol_group_leave(m);
	kfree_rcu(m, rcu);
}

static int source_index(const struct ksmol_member *m,
			const struct ksmol_addr *source)
{
	int i;

	for (i = 0; i < m->nr; i++)
		if (ksmol_addr_equal(&m->sources[i], source))
			return i;
	return -1;
}

/* @m's list with @source in it, or without. 0 or an error as Linux has it. */
static int sources_edit(struct ksmol_member *m, const struct ksmol_addr *source,
			bool add)
{
	int at = source_index(m, source);
	bool there = at >= 0;

	if (add == there)
		return -EADDRNOTAVAIL;
	if (!add) {
		m->sources[at] = m->sources[--m->nr];
		return 0;
	}
	if (m->nr == KSMOL_MEMBER_SOURCES)
		return -ENOBUFS;
	m->sources[m->nr++] = *source;
	return 0;
}

/* The group is never without one of the two. */
int ksmol_mc_swap(struct ksmol_member __rcu **link, struct ksmol_member *m)
{
	struct ksmol_member *old = rtnl_dereference(*link);
	int err = old->group ? ksmol_group_rejoin(m) : -ENODEV;

	if (err) {
		kfree(m);
		return err;
	}
	rcu_assign_pointer(*link, m);
	ksmol_group_leave(old);
	kfree_rcu(old, rcu);
	return 0;
}

static int member_replace(struct ksmol_member __rcu **link,
			  const struct ksmol_addr *source, bool add)
{
	struct ksmol_member *m;
	int err;

	m = kmemdup(rtnl_dereference(*link), sizeof(*m), GFP_KERNEL);
	if (!m)
		return -ENOMEM;
	err = sources_edit(m, source, add);
	if (!err)
		return ksmol_mc_swap(link, m);
	kfree(m);
	return err;
}

static int member_source(struct ksmol_sock *ks,
			 struct ksmol_member __rcu **link,
			 const struct mc_request *rq)
{
	bool block = rq->op == MC_BLOCK || rq->op == MC_UNBLOCK;
	bool add = rq->op == MC_BLOCK || rq->op == MC_JOIN_SOURCE;
	struct ksmol_member *m = rtnl_dereference(*link);

	if (m->exclude != block)
		return -EINVAL;
	/* The last source of such a membership takes it along. */
	if (rq->op == MC_LEAVE_SOURCE && m->nr == 1 &&
	    !source_index(m, &rq->source)) {
		ksmol_mc_leave(ks, link);
		return 0;
	}
	return member_replace(link, &rq->source, add);
}

static int mc_act(struct ksmol_sock *ks, const struct mc_request *rq)
{
	struct net *net = sock_net(&ks->inet.sk);
	struct ksmol_member __rcu **link;
	struct ksmol_iface *iface;
	int ifindex = rq->ifindex;

	iface = ksmol_group_iface(net, rq->ifindex, rq->family, &rq->local,
				  &rq->group);
	if (iface && (rq->op == MC_JOIN || rq->op == MC_JOIN_SOURCE ||
		      !ksmol_addr_any(&rq->local)))
		ifindex = iface->phy->ifindex;
	link = ksmol_mc_find(ks, &rq->group, ifindex);
	switch (rq->op) {
	case MC_JOIN:
		return rtnl_dereference(*link) ? -EADDRINUSE :
						 member_join(ks, iface, rq);
	case MC_LEAVE:
		if (!rtnl_dereference(*link))
			return -EADDRNOTAVAIL;
		ksmol_mc_leave(ks, link);
		return 0;
	case MC_JOIN_SOURCE:
		if (!rtnl_dereference(*link))
			return member_join(ks, iface, rq);
		return member_source(ks, link, rq);
	default:
		if (!rtnl_dereference(*link))
			return rq->op == MC_LEAVE_SOURCE ? -EADDRNOTAVAIL :
							   -EINVAL;
		return member_source(ks, link, rq);
	}
}

/* --- IP_MULTICAST_IF --- */

static int mc_interface(struct ksmol_sock *ks, sockptr_t from, unsigned int len)
{
	struct net *net = sock_net(&ks->inet.sk);
	struct mc_request rq = {};
	struct ksmol_iface *iface;
	struct in_addr addr;
	int err;

	if (len >= sizeof(struct ip_mreq)) {
		err = read_mreq(from, len, &rq);
		if (err)
			return err;
	} else if (len >= sizeof(addr)) {
		if (copy_from_sockptr(&addr, from, sizeof(addr)))
			return -EFAULT;
		rq.local = ksmol_addr_v4(addr.s_addr);
	} else {
		return -EINVAL;
	}
	if (rq.ifindex || !ksmol_addr_any(&rq.local)) {
		iface = ksmol_group_iface(net, rq.ifindex, AF_INET, &rq.local,
					  &rq.local);
		if (!iface)
			return -EADDRNOTAVAIL;
		rq.ifindex = iface->phy->ifindex;
	}
	WRITE_ONCE(ks->mc_oif, rq.ifindex);
	ks->mc_saddr = rq.local;
	return 0;
}

/* --- */

static int mc_read(const struct mc_option *options, unsigned int n, int name,
		   sockptr_t from, unsigned int len, struct mc_request *rq)
{
	unsigned int i;
	int err;

	for (i = 0; i < n; i++) {
		if (options[i].name != name)
			continue;
		rq->op = options[i].op;
		err = options[i].read(from, len, rq);
		if (err)
			return err;
		return ksmol_addr_is_group(rq->family, &rq->group) ? 0 :
								     -EINVAL;
	}
	return -ENOPROTOOPT;
}

int ksmol_mc_setsockopt(struct ksmol_sock *ks, int name, sockptr_t from,
			unsigned int len)
{
	struct mc_request rq = { .family = AF_INET };
	int err = 0;

	if (name != IP_MULTICAST_IF)
		err = mc_read(mc_options, ARRAY_SIZE(mc_options), name, from,
			      len, &rq);
	if (err)
		return err;
	if (ks->proto == IPPROTO_TCP)
		return -EPROTO;
	rtnl_lock();
	lock_sock(&ks->inet.sk);
	err = name == IP_MULTICAST_IF ? mc_interface(ks, from, len) :
					mc_act(ks, &rq);
	release_sock(&ks->inet.sk);
	rtnl_unlock();
	return err;
}

int ksmol_mc_setsockopt6(struct ksmol_sock *ks, int name, sockptr_t from,
			 unsigned int len)
{
	struct mc_request rq = { .family = AF_INET6 };
	int err;

	err = mc_read(mc_options6, ARRAY_SIZE(mc_options6), name, from, len,
		      &rq);
	if (err)
		return err;
	if (ks->proto == IPPROTO_TCP)
		return -EPROTO;
	rtnl_lock();
	lock_sock(&ks->inet.sk);
	err = mc_act(ks, &rq);
	release_sock(&ks->inet.sk);
	rtnl_unlock();
	return err;
}

/* As Linux: who has not joined gets what others joined, if it likes. */
bool ksmol_mc_allows(const struct ksmol_sock *ks,
		     const struct ksmol_addr *group,
		     const struct ksmol_addr *saddr, int ifindex)
{
	const struct ksmol_member *m;

	for (m = rcu_dereference(ks->members); m; m = rcu_dereference(m->next))
		if (ksmol_addr_equal(&m->addr, group) && m->ifindex == ifindex)
			return ksmol_member_allows(m, saddr);
	return ksmol_sock_opt(ks, ipv4_is_multicast(group->v4) ?
				  KSMOL_OPT_MC_ALL : KSMOL_OPT_MC_ALL6);
}

void ksmol_mc_drop(struct ksmol_sock *ks)
{
	if (!rcu_access_pointer(ks->members))
		return;
	rtnl_lock();
	while (rcu_access_pointer(ks->members))
		ksmol_mc_leave(ks, &ks->members);
	rtnl_unlock();
}
