// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options of level IPPROTO_IPV6, with the ranges and errors of Linux's. What
 * goes by IPv4 from an IPv6 socket follows those of IPPROTO_IP.
 */

#include <linux/bitops.h>
#include <linux/capability.h>
#include <linux/in6.h>
#include <linux/netdevice.h>
#include <linux/sockptr.h>
#include <net/inet_ecn.h>
#include <net/ipv6.h>
#include "inet6.h"
#include "sockopt.h"

static const struct {
	int name;
	u32 bit;
} switches[] = {
	{ IPV6_RECVPKTINFO,	KSMOL_OPT_PKTINFO6 },
	{ IPV6_RECVHOPLIMIT,	KSMOL_OPT_RECVHOPS },
	{ IPV6_RECVTCLASS,	KSMOL_OPT_RECVTCLASS },
	{ IPV6_RECVORIGDSTADDR,	KSMOL_OPT_ORIGDST6 },
	{ IPV6_RECVERR,		KSMOL_OPT_RECVERR6 },
	{ IPV6_MULTICAST_LOOP,	KSMOL_OPT_MC_LOOP6 },
	{ IPV6_MULTICAST_ALL,	KSMOL_OPT_MC_ALL6 },
	{ IPV6_DONTFRAG,	KSMOL_OPT_DONTFRAG },
	{ IPV6_FLOWINFO_SEND,	KSMOL_OPT_FLOWINFO },
	{ IPV6_RECVPATHMTU,	KSMOL_OPT_RECVPATHMTU },
	{ IPV6_RECVHOPOPTS,	KSMOL_OPT_RECVHOPOPTS },
	{ IPV6_RECVDSTOPTS,	KSMOL_OPT_RECVDSTOPTS },
	{ IPV6_RECVRTHDR,	KSMOL_OPT_RECVRTHDR },
	/* One bit for both families, as in Linux. */
	{ IPV6_FREEBIND,	KSMOL_OPT_FREEBIND },
	{ IPV6_HDRINCL,		KSMOL_OPT_HDRINCL },
};

static u32 switch_bit(int name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(switches); i++)
		if (switches[i].name == name)
			return switches[i].bit;
	return 0;
}

static int set_v6only(struct ksmol_sock *ks, int val)
{
	struct sock *sk = &ks->inet.sk;
	int err = -EINVAL;

	lock_sock(sk);
	if (!ks->lport || ks->proto == IPPROTO_RAW) {
		sk->sk_ipv6only = !!val;
		err = 0;
	}
	release_sock(sk);
	return err;
}

static bool is_header(int name)
{
	return name == IPV6_HOPOPTS || name == IPV6_RTHDRDSTOPTS ||
	       name == IPV6_RTHDR || name == IPV6_DSTOPTS;
}

/* Extension headers are sent for nobody: all are told what Linux tells those who
 * may not, or of routing headers whose kind it does not know. There is never
 * one to be taken away.
 */
static int set_header(const struct ksmol_sock *ks, int name, unsigned int len)
{
	struct user_namespace *ns = sock_net(&ks->inet.sk)->user_ns;

	if (name == IPV6_RTHDR)
		return len ? -EINVAL : 0;
	return len || !ns_capable(ns, CAP_NET_RAW) ? -EPERM : 0;
}

static int set_mc_hops(struct ksmol_sock *ks, int val)
{
	if (ks->proto == IPPROTO_TCP)
		return -ENOPROTOOPT;
	if (val < -1 || val > 255)
		return -EINVAL;
	WRITE_ONCE(ks->opts6.mc_hops, val < 0 ? IPV6_DEFAULT_MCASTHOPS : val);
	return 0;
}

static bool is_device(struct net *net, int ifindex)
{
	bool is;

	rcu_read_lock();
	is = dev_get_by_index_rcu(net, ifindex);
	rcu_read_unlock();
	return is;
}

static int set_mc_oif(struct ksmol_sock *ks, int val)
{
	int dev = READ_ONCE(ks->inet.sk.sk_bound_dev_if);

	if (ks->proto == IPPROTO_TCP)
		return -ENOPROTOOPT;
	if (val && !is_device(sock_net(&ks->inet.sk), val))
		return -ENODEV;
	if (val && dev && dev != val)
		return -EINVAL;
	WRITE_ONCE(ks->opts6.mc_oif, val);
	return 0;
}

/* In a stream the two bits of ECN are the protocol's (RFC 3168). */
static int set_tclass(struct ksmol_sock *ks, int val)
{
	if (val < -1 || val > 255)
		return -EINVAL;
	val = max(val, 0);
	if (ks->proto == IPPROTO_TCP)
		val &= ~INET_ECN_MASK;
	WRITE_ONCE(ks->opts6.tclass, val);
	return 0;
}

static int set_hops(struct ksmol_sock *ks, int val)
{
	if (val < -1 || val > 255)
		return -EINVAL;
	WRITE_ONCE(ks->opts6.hops, val);
	return 0;
}

static int set_pmtudisc(struct ksmol_sock *ks, int val)
{
	if (val < IPV6_PMTUDISC_DONT || val > IPV6_PMTUDISC_OMIT)
		return -EINVAL;
	WRITE_ONCE(ks->opts6.pmtudisc, val);
	return 0;
}

static int set_autolabel(struct ksmol_sock *ks, int val)
{
	WRITE_ONCE(ks->opts6.autolabel, !!val);
	return 0;
}

static int get_autolabel(const struct ksmol_sock *ks)
{
	int val = READ_ONCE(ks->opts6.autolabel);

	return val < 0 ? ksmol_inet6_label(sock_net(&ks->inet.sk), val) : val;
}

/* Three questions with two answers each; none may have both (RFC 5014 4). */
#define PREF_TEMPORARY	(IPV6_PREFER_SRC_TMP | IPV6_PREFER_SRC_PUBLIC | \
			 IPV6_PREFER_SRC_PUBTMP_DEFAULT)
#define PREF_HOME	(IPV6_PREFER_SRC_HOME | IPV6_PREFER_SRC_COA)
#define PREF_CGA	(IPV6_PREFER_SRC_CGA | IPV6_PREFER_SRC_NONCGA)

/* What was not asked about is the default again, as in newer Linux. */
static int set_prefs(struct ksmol_sock *ks, int val)
{
	if (hweight32(val & PREF_TEMPORARY) > 1 ||
	    hweight32(val & PREF_HOME) > 1 || hweight32(val & PREF_CGA) > 1)
		return -EINVAL;
	WRITE_ONCE(ks->opts6.prefs, val & (IPV6_PREFER_SRC_TMP |
					   IPV6_PREFER_SRC_PUBLIC |
					   IPV6_PREFER_SRC_COA));
	return 0;
}

static int get_prefs(const struct ksmol_sock *ks)
{
	u8 prefs = READ_ONCE(ks->opts6.prefs);
	int val = prefs & (IPV6_PREFER_SRC_TMP | IPV6_PREFER_SRC_PUBLIC);

	return (val ?: IPV6_PREFER_SRC_PUBTMP_DEFAULT) |
	       (prefs & IPV6_PREFER_SRC_COA ?: IPV6_PREFER_SRC_HOME);
}

static const struct {
	int name;
	int (*set)(struct ksmol_sock *ks, int val);
} setters[] = {
	{ IPV6_V6ONLY,		set_v6only },
	{ IPV6_UNICAST_HOPS,	set_hops },
	{ IPV6_MULTICAST_HOPS,	set_mc_hops },
	{ IPV6_MULTICAST_IF,	set_mc_oif },
	{ IPV6_TCLASS,		set_tclass },
	{ IPV6_MTU_DISCOVER,	set_pmtudisc },
	{ IPV6_ADDR_PREFERENCES, set_prefs },
	{ IPV6_AUTOFLOWLABEL,	set_autolabel },
};

static int set_value(struct ksmol_sock *ks, int name, bool given, int val)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(setters); i++)
		if (setters[i].name == name)
			return given ? setters[i].set(ks, val) : -EINVAL;
	return -ENOPROTOOPT;
}

static int set_switch(struct ksmol_sock *ks, int name, u32 bit, bool given,
		      int val)
{
	if (!given && name != IPV6_DONTFRAG)
		return -EINVAL;
	if (name == IPV6_MULTICAST_LOOP && val != !!val)
		return -EINVAL;
	return ksmol_set_switch(ks, bit, val);
}

/* The interface alone: a socket's source address is bind()'s. */
static int set_pktinfo(struct ksmol_sock *ks, sockptr_t from, unsigned int len)
{
	int dev = READ_ONCE(ks->inet.sk.sk_bound_dev_if);
	struct in6_pktinfo info;

	if (len < sizeof(info))
		return -EINVAL;
	if (copy_from_sockptr(&info, from, sizeof(info)))
		return -EFAULT;
	if (dev && info.ipi6_ifindex && info.ipi6_ifindex != dev)
		return -EINVAL;
	WRITE_ONCE(ks->opts6.oif, info.ipi6_ifindex);
	return 0;
}

int ksmol_setsockopt6(struct ksmol_sock *ks, int name, sockptr_t from,
		      unsigned int len)
{
	bool given = len >= sizeof(int);
	u32 bit = switch_bit(name);
	int val = 0, err;

	if (name == MCAST_MSFILTER)
		return ksmol_mc_set_filter(ks, AF_INET6, name, from, len);
	err = ksmol_mc_setsockopt6(ks, name, from, len);
	if (err != -ENOPROTOOPT)
		return err;
	if (name == IPV6_HDRINCL && ks->proto != IPPROTO_RAW)
		return -ENOPROTOOPT;
	if (name == IPV6_PKTINFO)
		return set_pktinfo(ks, from, len);
	if (is_header(name))
		return set_header(ks, name, len);
	/* Linux takes too little of this one, too. */
	if (name == IPV6_AUTOFLOWLABEL && !given)
		return set_autolabel(ks, 0);
	if (given && copy_from_sockptr(&val, from, sizeof(val)))
		return -EFAULT;
	return bit ? set_switch(ks, name, bit, given, val) :
		     set_value(ks, name, given, val);
}

/* What the routers of the peer's link say; 0: nothing, or there is no peer. */
static int link_hops(const struct ksmol_sock *ks)
{
	struct ksmol_dst dst;
	int hops = 0;

	rcu_read_lock();
	if (ks->family == AF_INET6 && !ksmol_peer_route(ks, &dst))
		hops = READ_ONCE(dst.iface->nd.hops);
	rcu_read_unlock();
	return hops;
}

static int get_hops(const struct ksmol_sock *ks)
{
	int hops = READ_ONCE(ks->opts6.hops);

	if (hops >= 0)
		return hops;
	return link_hops(ks) ?: ksmol_inet6_hops(sock_net(&ks->inet.sk));
}

static int get_value(struct ksmol_sock *ks, int name, int *val)
{
	u32 bit = switch_bit(name);

	if (bit) {
		*val = !!ksmol_sock_opt(ks, bit);
		return 0;
	}
	switch (name) {
	case IPV6_V6ONLY:
		*val = ks->inet.sk.sk_ipv6only;
		return 0;
	case IPV6_UNICAST_HOPS:
		*val = get_hops(ks);
		return 0;
	case IPV6_MULTICAST_HOPS:
		*val = READ_ONCE(ks->opts6.mc_hops);
		return 0;
	case IPV6_MULTICAST_IF:
		*val = READ_ONCE(ks->opts6.mc_oif);
		return 0;
	case IPV6_TCLASS:
		*val = READ_ONCE(ks->opts6.tclass);
		return 0;
	case IPV6_MTU_DISCOVER:
		*val = READ_ONCE(ks->opts6.pmtudisc);
		return 0;
	case IPV6_AUTOFLOWLABEL:
		*val = get_autolabel(ks);
		return 0;
	case IPV6_ADDR_PREFERENCES:
		*val = get_prefs(ks);
		return 0;
	case IPV6_MTU:
		return ksmol_peer_mtu(ks, val);
	default:
		return -ENOPROTOOPT;
	}
}

/* The number, and zeros where an address could be. */
static int get_pathmtu(struct ksmol_sock *ks, char __user *to,
		       int __user *lenp, int len)
{
	struct ip6_mtuinfo info = {};
	int err, mtu;

	if (len < (int)sizeof(info))
		return -EINVAL;
	err = ksmol_peer_mtu(ks, &mtu);
	if (err)
		return err;
	info.ip6m_mtu = mtu;
	if (put_user(sizeof(info), lenp) ||
	    copy_to_user(to, &info, sizeof(info)))
		return -EFAULT;
	return 0;
}

int ksmol_getsockopt6(struct ksmol_sock *ks, int name, char __user *to,
		      int __user *lenp)
{
	int val, len, err;

	if (get_user(len, lenp))
		return -EFAULT;
	if (name == MCAST_MSFILTER)
		return len < 0 ? -EINVAL :
				 ksmol_mc_get_filter(ks, AF_INET6, name, to,
						     lenp, len);
	if (is_header(name))
		return put_user(0, lenp) ? -EFAULT : 0;
	if (name == IPV6_PATHMTU)
		return get_pathmtu(ks, to, lenp, len);
	err = get_value(ks, name, &val);
	if (err)
		return err;
	len = min_t(unsigned int, len, sizeof(val));
	if (put_user(len, lenp) || copy_to_user(to, &val, len))
		return -EFAULT;
	return 0;
}
