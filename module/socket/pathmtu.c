// SPDX-License-Identifier: GPL-2.0-only
/*
 * IPV6_RECVPATHMTU (RFC 3542 11.3): a program that fragments by itself learns
 * of the path MTU by a message without data. The latest is kept, as in Linux.
 */

#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/slab.h>
#include "sock.h"

void ksmol_pathmtu_note(struct ksmol_sock *ks, const struct ksmol_send *to,
			u32 mtu)
{
	struct ip6_mtuinfo *info;

	if (!ksmol_sock_opt(ks, KSMOL_OPT_RECVPATHMTU))
		return;
	info = kmalloc_obj(*info, GFP_ATOMIC);
	if (!info)
		return;
	*info = (struct ip6_mtuinfo){
		.ip6m_addr.sin6_family = AF_INET6,
		.ip6m_addr.sin6_addr = to->flow.daddr.v6,
		.ip6m_addr.sin6_scope_id = to->flow.oif,
		.ip6m_mtu = mtu,
	};
	/* whole before it is seen; pairs with the other xchg() */
	kfree(xchg(&ks->opts6.pathmtu, info));
}

int ksmol_pathmtu_recv(struct ksmol_sock *ks, struct msghdr *msg)
{
	struct ip6_mtuinfo *info = xchg(&ks->opts6.pathmtu, NULL);

	if (!info)
		return -EAGAIN;
	if (msg->msg_name) {
		memcpy(msg->msg_name, &info->ip6m_addr,
		       sizeof(info->ip6m_addr));
		msg->msg_namelen = sizeof(info->ip6m_addr);
	}
	put_cmsg(msg, SOL_IPV6, IPV6_PATHMTU, sizeof(*info), info);
	kfree(info);
	return 0;
}
