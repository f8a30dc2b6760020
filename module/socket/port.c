// SPDX-License-Identifier: GPL-2.0-only
/* Port numbers: those asked for, and those chosen at random. */

#include <linux/random.h>
#include <linux/sched.h>
#include <net/ip.h>
#include "tcp_sock.h"

#define PORT_MAX 65535U

/*
 * RFC 6056 3.2: the whole range above the well-known ports. A ping socket's
 * identifier is no port and knows no well-known ones.
 */
static u32 port_min(const struct ksmol_sock *ks)
{
	return ksmol_sock_ping(ks) ? 1 : 1024;
}

/*
 * RFC 6056 algorithm 1: begin at a random port and take the first that is
 * free of any overlap, however sockets may be willing to share.
 */
static int port_random(struct ksmol_sock *ks, const struct ksmol_addr *laddr)
{
	struct net *net = sock_net(&ks->inet.sk);
	u32 min = port_min(ks), range = PORT_MAX - min + 1;
	u32 start = get_random_u32_below(range), i;

	for (i = 0; i < range; i++) {
		u16 port = min + (start + i) % range;

		if (inet_is_local_reserved_port(net, port))
			continue;
		if (!ksmol_demux_bind(ks, laddr, htons(port), true))
			return 0;
		cond_resched();
	}
	return -EADDRINUSE;
}

int ksmol_port_get(struct ksmol_sock *ks, const struct ksmol_addr *laddr,
		   u16 port)
{
	if (ks->proto == IPPROTO_TCP)
		return ksmol_tcp_port_get(ks, laddr, port);
	if (!port)
		return port_random(ks, laddr);
	return ksmol_demux_bind(ks, laddr, htons(port), false);
}
