// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ping sockets: programs send ICMP echo requests without being able to send
 * anything else. The socket's port is the identifier of its requests, which
 * no program can choose for a single one of them.
 */

#include <linux/cred.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/checksum.h>
#include "sock.h"

static bool group_in_range(kgid_t gid, const kgid_t range[2])
{
	return gid_lte(range[0], gid) && gid_lte(gid, range[1]);
}

/*
 * Linux's net.ipv4.ping_group_range. Whoever may send raw packets may also
 * ping: where Linux's default range is empty, root would otherwise have no
 * way to.
 */
static bool may_ping(struct net *net)
{
	struct group_info *groups;
	kgid_t range[2];
	unsigned int seq;
	bool may;
	int i;

	do {
		seq = read_seqbegin(&net->ipv4.ping_group_range.lock);
		memcpy(range, net->ipv4.ping_group_range.range, sizeof(range));
	} while (read_seqretry(&net->ipv4.ping_group_range.lock, seq));

	may = group_in_range(current_egid(), range);
	groups = get_current_groups();
	for (i = 0; i < groups->ngroups && !may; i++)
		may = group_in_range(groups->gid[i], range);
	put_group_info(groups);
	return may || ns_capable(net->user_ns, CAP_NET_RAW);
}

int ksmol_ping_init_sock(struct sock *sk)
{
	ksmol_sock_init(sk, sk->sk_family == AF_INET6 ? IPPROTO_ICMPV6 :
							IPPROTO_ICMP);
	return sk->sk_kern_sock || may_ping(sock_net(sk)) ? 0 : -EACCES;
}

/* RFC 4443 2.3: over a pseudo-header, too, which ICMP for IPv4 has not. */
static __wsum ping_pseudo(const struct ksmol_send *to,
			  const struct ksmol_addr *saddr, u32 len)
{
	return to->flow.family == AF_INET ? 0 :
	       ksmol_pseudo_sum(AF_INET6, saddr, &to->flow.daddr, len,
				IPPROTO_ICMPV6);
}

/*
 * Completed here: some peers look at an ICMP checksum that Linux, seeing it
 * left to the device, would take for granted. The two protocols' echo requests
 * differ by their type alone.
 */
static void ping_push(struct ksmol_sock *ks, struct ksmol_pbuf *pb,
		      const struct ksmol_send *to,
		      const struct ksmol_addr *saddr, const void *header)
{
	u32 len = ksmol_pbuf_chain_len(pb) + KSMOL_ICMP_HLEN;
	struct icmphdr icmp = *(const struct icmphdr *)header;

	icmp.checksum = 0;
	icmp.un.echo.id = ks->lport;
	memcpy(ksmol_pbuf_push(pb, KSMOL_ICMP_HLEN), &icmp, sizeof(icmp));
	icmp.checksum = csum_fold(ksmol_pbuf_csum(pb, 0, len,
						  ping_pseudo(to, saddr, len)));
	memcpy(pb->head + pb->off, &icmp, sizeof(icmp));
}

int ksmol_ping_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct ksmol_sock *ks = ksmol_sk(sock->sk);
	struct ksmol_send to;
	bool v6 = sock->sk->sk_family == AF_INET6;
	struct icmphdr icmp;
	int err;

	if (len > (v6 ? 65535 : 65535 - KSMOL_IPV4_HLEN))
		return -EMSGSIZE;
	if (len < sizeof(icmp))
		return -EINVAL;
	if (memcpy_from_msg(&icmp, msg, sizeof(icmp)))
		return -EFAULT;
	if (icmp.type != (v6 ? ICMPV6_ECHO_REQUEST : ICMP_ECHO) || icmp.code)
		return -EINVAL;
	err = ksmol_send_prepare(ks, msg, &to);
	if (!err)
		err = ksmol_send_datagram(ks, msg, len - sizeof(icmp), &to,
					  ping_push, &icmp);
	return err ?: len;
}
