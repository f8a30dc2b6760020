// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source filters as a whole (RFC 3678): IP_MSFILTER and, of either family,
 * MCAST_MSFILTER, which set or read what a socket wants of a group that it has
 * joined.
 */

#include <linux/err.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/sockptr.h>
#include "sock.h"

/**
 * struct mc_filter - what both forms say
 * @family: of the addresses
 * @ifindex: the interface, by its number
 * @local: or by its address
 * @group: the group
 * @exclude: all sources but @sources, else these only
 * @nr: sources; when it is read, those that the program has room for
 * @sources: the sources
 */
struct mc_filter {
	u8 family;
	int ifindex;
	struct ksmol_addr local;
	struct ksmol_addr group;
	bool exclude;
	u32 nr;
	struct ksmol_addr sources[KSMOL_MEMBER_SOURCES];
};

#define MSFILTER_HEAD	offsetof(struct ip_msfilter, imsf_slist)
#define GROUP_HEAD	offsetof(struct group_filter, gf_slist)

/* --- reading the options --- */

static int filter_mode(u32 fmode, struct mc_filter *f)
{
	f->exclude = fmode == MCAST_EXCLUDE;
	return f->exclude || fmode == MCAST_INCLUDE ? 0 : -EINVAL;
}

/* One that is named twice is one. */
static void filter_add(struct mc_filter *f, const struct ksmol_addr *source)
{
	u32 i;

	for (i = 0; i < f->nr; i++)
		if (ksmol_addr_equal(&f->sources[i], source))
			return;
	f->sources[f->nr++] = *source;
}

static int head_msfilter(sockptr_t from, unsigned int len,
			 struct ip_msfilter *head, struct mc_filter *f)
{
	if (len < MSFILTER_HEAD)
		return -EINVAL;
	if (copy_from_sockptr(head, from, MSFILTER_HEAD))
		return -EFAULT;
	f->group = ksmol_addr_v4(head->imsf_multiaddr);
	f->local = ksmol_addr_v4(head->imsf_interface);
	return 0;
}

static int read_msfilter(sockptr_t from, unsigned int len, struct mc_filter *f)
{
	struct ip_msfilter head;
	struct ksmol_addr addr;
	__be32 source;
	u32 i;
	int err;

	err = head_msfilter(from, len, &head, f);
	err = err ?: filter_mode(head.imsf_fmode, f);
	if (err)
		return err;
	if (head.imsf_numsrc > KSMOL_MEMBER_SOURCES)
		return -ENOBUFS;
	if (len < MSFILTER_HEAD + head.imsf_numsrc * sizeof(source))
		return -EINVAL;
	for (i = 0; i < head.imsf_numsrc; i++) {
		if (copy_from_sockptr_offset(&source, from, MSFILTER_HEAD +
					     i * sizeof(source),
					     sizeof(source)))
			return -EFAULT;
		addr = ksmol_addr_v4(source);
		filter_add(f, &addr);
	}
	return 0;
}

static int filter_sockaddr(const struct __kernel_sockaddr_storage *from,
			   u8 family, struct ksmol_addr *addr)
{
	const struct sockaddr_in *sin = (const void *)from;

	if (sin->sin_family != family)
		return -EADDRNOTAVAIL;
	if (family == AF_INET)
		*addr = ksmol_addr_v4(sin->sin_addr.s_addr);
	else
		addr->v6 = ((const struct sockaddr_in6 *)from)->sin6_addr;
	return 0;
}

static void put_sockaddr(struct __kernel_sockaddr_storage *to, u8 family,
			 const struct ksmol_addr *addr)
{
	struct sockaddr_in *sin = (void *)to;

	sin->sin_family = family;
	if (family == AF_INET)
		sin->sin_addr.s_addr = addr->v4;
	else
		((struct sockaddr_in6 *)to)->sin6_addr = addr->v6;
}

static int head_group(sockptr_t from, unsigned int len,
		      struct group_filter *head, struct mc_filter *f)
{
	if (len < GROUP_HEAD)
		return -EINVAL;
	if (copy_from_sockptr(head, from, GROUP_HEAD))
		return -EFAULT;
	f->ifindex = head->gf_interface;
	return filter_sockaddr(&head->gf_group, f->family, &f->group);
}

static int read_group(sockptr_t from, unsigned int len, struct mc_filter *f)
{
	struct __kernel_sockaddr_storage source;
	struct group_filter head;
	struct ksmol_addr addr;
	u32 i;
	int err;

	err = head_group(from, len, &head, f);
	err = err ?: filter_mode(head.gf_fmode, f);
	if (err)
		return err;
	if (head.gf_numsrc > KSMOL_MEMBER_SOURCES)
		return -ENOBUFS;
	if (len < GROUP_HEAD + head.gf_numsrc * sizeof(source))
		return -EINVAL;
	for (i = 0; i < head.gf_numsrc; i++) {
		if (copy_from_sockptr_offset(&source, from, GROUP_HEAD +
					     i * sizeof(source),
					     sizeof(source)))
			return -EFAULT;
		err = filter_sockaddr(&source, f->family, &addr);
		if (err)
			return err;
		filter_add(f, &addr);
	}
	return 0;
}

/* --- RTNL and the socket locked --- */

/* The membership that is meant, and where its pointer stands; NULL if there is
 * none, or -ENODEV if there is no such interface.
 */
static struct ksmol_member *filter_member(struct ksmol_sock *ks,
					  const struct mc_filter *f,
					  struct ksmol_member __rcu ***link)
{
	struct ksmol_iface *iface;

	iface = ksmol_group_iface(sock_net(&ks->inet.sk), f->ifindex, f->family,
				  &f->local, &f->group);
	if (!iface)
		return f->family == AF_INET ? NULL : ERR_PTR(-ENODEV);
	*link = ksmol_mc_find(ks, &f->group, iface->phy->ifindex);
	return rtnl_dereference(**link);
}

static int filter_set(struct ksmol_sock *ks, const struct mc_filter *f)
{
	struct ksmol_member __rcu **link;
	struct ksmol_member *old = filter_member(ks, f, &link), *m;

	if (IS_ERR(old))
		return PTR_ERR(old);
	/* From no source: that is to have left (RFC 3678 4.1.3). */
	if (!f->exclude && !f->nr) {
		if (!old)
			return -EADDRNOTAVAIL;
		ksmol_mc_leave(ks, link);
		return 0;
	}
	if (!old)
		return -EINVAL;
	m = kmemdup(old, sizeof(*m), GFP_KERNEL);
	if (!m)
		return -ENOMEM;
	m->exclude = f->exclude;
	m->nr = f->nr;
	memcpy(m->sources, f->sources, sizeof(m->sources));
	return ksmol_mc_swap(link, m);
}

static int filter_get(struct ksmol_sock *ks, struct mc_filter *f)
{
	struct ksmol_member __rcu **link;
	struct ksmol_member *m = filter_member(ks, f, &link);

	if (IS_ERR_OR_NULL(m))
		return -EADDRNOTAVAIL;
	f->exclude = m->exclude;
	f->nr = m->nr;
	memcpy(f->sources, m->sources, sizeof(f->sources));
	return 0;
}

static int filter_locked(struct ksmol_sock *ks, struct mc_filter *f, bool set)
{
	int err;

	if (!ksmol_addr_is_group(f->family, &f->group))
		return -EINVAL;
	/* Of IPv6 it is merely in no group. */
	if (ks->proto == IPPROTO_TCP && f->family == AF_INET)
		return -EPROTO;
	rtnl_lock();
	lock_sock(&ks->inet.sk);
	err = set ? filter_set(ks, f) : filter_get(ks, f);
	release_sock(&ks->inet.sk);
	rtnl_unlock();
	return err;
}

int ksmol_mc_set_filter(struct ksmol_sock *ks, u8 family, int name,
			sockptr_t from, unsigned int len)
{
	struct mc_filter f = { .family = family };
	int err;

	err = name == IP_MSFILTER ? read_msfilter(from, len, &f) :
				    read_group(from, len, &f);
	return err ?: filter_locked(ks, &f, true);
}

/* --- writing what there is: how many sources, and as many as fit --- */

static int put_msfilter(struct ksmol_sock *ks, char __user *to,
			int __user *lenp, unsigned int len)
{
	struct mc_filter f = { .family = AF_INET };
	struct ip_msfilter head;
	__be32 source;
	u32 i, n;
	int err;

	err = head_msfilter(USER_SOCKPTR(to), len, &head, &f);
	err = err ?: filter_locked(ks, &f, false);
	if (err)
		return err;
	n = min3(f.nr, head.imsf_numsrc,
		 (u32)((len - MSFILTER_HEAD) / sizeof(source)));
	head.imsf_fmode = f.exclude ? MCAST_EXCLUDE : MCAST_INCLUDE;
	head.imsf_numsrc = f.nr;
	if (put_user(MSFILTER_HEAD + n * sizeof(source), lenp) ||
	    copy_to_user(to, &head, MSFILTER_HEAD))
		return -EFAULT;
	for (i = 0; i < n; i++) {
		source = f.sources[i].v4;
		if (copy_to_user(to + MSFILTER_HEAD + i * sizeof(source),
				 &source, sizeof(source)))
			return -EFAULT;
	}
	return 0;
}

static int put_group(struct ksmol_sock *ks, u8 family, char __user *to,
		     int __user *lenp, unsigned int len)
{
	struct __kernel_sockaddr_storage source = {};
	struct mc_filter f = { .family = family };
	struct group_filter head;
	u32 i, n;
	int err;

	err = head_group(USER_SOCKPTR(to), len, &head, &f);
	err = err ?: filter_locked(ks, &f, false);
	if (err)
		return err;
	n = min3(f.nr, head.gf_numsrc,
		 (u32)((len - GROUP_HEAD) / sizeof(source)));
	head.gf_fmode = f.exclude ? MCAST_EXCLUDE : MCAST_INCLUDE;
	head.gf_numsrc = f.nr;
	if (put_user(GROUP_HEAD + n * sizeof(source), lenp) ||
	    copy_to_user(to, &head, GROUP_HEAD))
		return -EFAULT;
	for (i = 0; i < n; i++) {
		put_sockaddr(&source, family, &f.sources[i]);
		if (copy_to_user(to + GROUP_HEAD + i * sizeof(source),
				 &source, sizeof(source)))
			return -EFAULT;
	}
	return 0;
}

int ksmol_mc_get_filter(struct ksmol_sock *ks, u8 family, int name,
			char __user *to, int __user *lenp, unsigned int len)
{
	return name == IP_MSFILTER ? put_msfilter(ks, to, lenp, len) :
				     put_group(ks, family, to, lenp, len);
}
