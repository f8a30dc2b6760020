// SPDX-License-Identifier: GPL-2.0-only
/* Control messages of level IPPROTO_IPV6, both ways (RFC 3542). */

#include <linux/in6.h>
#include <linux/socket.h>
#include <net/ipv6.h>
#include "sock.h"

/* --- with sendmsg() --- */

static int cmsg_pktinfo6(const struct cmsghdr *cmsg, struct ksmol_flow *flow)
{
	const struct in6_pktinfo *info = CMSG_DATA(cmsg);
	struct ksmol_addr addr;

	if (cmsg->cmsg_len < CMSG_LEN(sizeof(*info)))
		return -EINVAL;
	if (ksmol_addr_from_in6(&info->ipi6_addr, &addr) != flow->family)
		return -EINVAL;
	if (info->ipi6_ifindex)
		flow->oif = info->ipi6_ifindex;
	if (!flow->oif && ksmol_addr_needs_scope(flow->family, &addr))
		return -EINVAL;
	if (!ksmol_addr_any(&addr))
		flow->saddr = addr;
	return 0;
}

/* An int; -1 leaves it to the socket. */
static int cmsg_number(const struct cmsghdr *cmsg, int max, u8 *to)
{
	int val;

	if (cmsg->cmsg_len != CMSG_LEN(sizeof(val)))
		return -EINVAL;
	val = *(int *)CMSG_DATA(cmsg);
	if (val < -1 || val > max)
		return -EINVAL;
	if (val >= 0)
		*to = val;
	return 0;
}

static int cmsg_hops(const struct cmsghdr *cmsg, struct ksmol_flow *flow)
{
	int err = cmsg_number(cmsg, 255, &flow->ttl);

	if (!err && *(int *)CMSG_DATA(cmsg) >= 0)
		flow->link_hops = false;
	return err;
}

static int cmsg_dontfrag(const struct cmsghdr *cmsg, struct ksmol_flow *flow)
{
	u8 val = 0;

	if (cmsg->cmsg_len != CMSG_LEN(sizeof(int)) ||
	    *(int *)CMSG_DATA(cmsg) < 0)
		return -EINVAL;
	if (cmsg_number(cmsg, 1, &val))
		return -EINVAL;
	flow->dontfrag = val;
	return 0;
}

static int cmsg_flowinfo(const struct cmsghdr *cmsg, struct ksmol_flow *flow)
{
	if (cmsg->cmsg_len < CMSG_LEN(sizeof(__be32)))
		return -EINVAL;
	flow->flowlabel = *(__be32 *)CMSG_DATA(cmsg) & IPV6_FLOWLABEL_MASK;
	return 0;
}

/* None is sent, as Linux sends none for who may not (RFC 3542 20). */
static int cmsg_header(const struct cmsghdr *cmsg)
{
	const struct ipv6_opt_hdr *hdr = CMSG_DATA(cmsg);

	if (cmsg->cmsg_len < CMSG_LEN(sizeof(*hdr)) ||
	    cmsg->cmsg_len < CMSG_LEN(ipv6_optlen(hdr)))
		return -EINVAL;
	return -EPERM;
}

int ksmol_cmsg_send6(const struct cmsghdr *cmsg, struct ksmol_flow *flow)
{
	if (cmsg->cmsg_type == IPV6_PKTINFO)
		return cmsg_pktinfo6(cmsg, flow);
	/* The others mean nothing where it goes by IPv4. */
	if (flow->family == AF_INET)
		return 0;
	switch (cmsg->cmsg_type) {
	case IPV6_HOPLIMIT:
		return cmsg_hops(cmsg, flow);
	case IPV6_TCLASS:
		return cmsg_number(cmsg, 255, &flow->tos);
	case IPV6_DONTFRAG:
		return cmsg_dontfrag(cmsg, flow);
	case IPV6_FLOWINFO:
		return cmsg_flowinfo(cmsg, flow);
	case IPV6_HOPOPTS:
	case IPV6_2292HOPOPTS:
	case IPV6_DSTOPTS:
	case IPV6_2292DSTOPTS:
	case IPV6_RTHDRDSTOPTS:
		return cmsg_header(cmsg);
	default:
		return -EINVAL;
	}
}

/* --- with recvmsg() --- */

static void put_pktinfo6(struct msghdr *msg, const struct ksmol_pbuf *pb)
{
	struct in6_pktinfo info = {
		.ipi6_addr = ksmol_addr_in6(pb->family, &pb->rx.daddr),
		.ipi6_ifindex = pb->rx.ifindex,
	};

	put_cmsg(msg, SOL_IPV6, IPV6_PKTINFO, sizeof(info), &info);
}

static void put_orig_dst6(struct msghdr *msg, const struct ksmol_pbuf *pb)
{
	const struct ksmol_end end = {
		.family = AF_INET6,
		.port = pb->rx.dport,
		.scope = pb->rx.ifindex,
		.addr = pb->rx.daddr,
	};
	struct sockaddr_in6 sin6;

	ksmol_sockaddr_put(AF_INET6, &end, &sin6);
	put_cmsg(msg, SOL_IPV6, IPV6_ORIGDSTADDR, sizeof(sin6), &sin6);
}

void ksmol_cmsg_recv6(struct ksmol_sock *ks, struct msghdr *msg,
		      const struct ksmol_pbuf *pb)
{
	u32 options = READ_ONCE(ks->options);
	int hops = pb->rx.ttl, tclass = pb->rx.tos;

	if (options & KSMOL_OPT_PKTINFO6)
		put_pktinfo6(msg, pb);
	if (pb->family == AF_INET)
		return;
	if (options & KSMOL_OPT_RECVHOPS)
		put_cmsg(msg, SOL_IPV6, IPV6_HOPLIMIT, sizeof(hops), &hops);
	if (options & KSMOL_OPT_RECVTCLASS)
		put_cmsg(msg, SOL_IPV6, IPV6_TCLASS, sizeof(tclass), &tclass);
	if (options & KSMOL_OPT_EXT)
		ksmol_exthdr_put(ks, msg, pb);
	if (options & KSMOL_OPT_ORIGDST6)
		put_orig_dst6(msg, pb);
}
