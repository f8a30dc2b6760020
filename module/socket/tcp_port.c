// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP's ports.
 *
 * bind() fixes a port for an address; those who share it all said so by
 * SO_REUSEADDR, unless one of them listens, or by SO_REUSEPORT. connect()
 * takes one that nobody has bound, but that others may have for connections
 * to elsewhere: the pair of ends is what has to be unique.
 */

#include <linux/random.h>
#include <linux/sched.h>
#include <net/ip.h>
#include "tcp_mini.h"

/* RFC 6056 3.3.1: any port of the range, and from there on. */
int ksmol_tcp_port_search(struct ksmol_sock *ks,
			  int (*try)(struct ksmol_sock *ks, __be16 port,
				     void *arg), void *arg)
{
	struct net *net = sock_net(&ks->inet.sk);
	int low, high, err;
	u32 range, start, i;

	inet_sk_get_local_port_range(&ks->inet.sk, &low, &high);
	range = high - low + 1;
	start = get_random_u32_below(range);
	for (i = 0; i < range; i++) {
		u16 port = low + (start + i) % range;

		if (inet_is_local_reserved_port(net, port))
			continue;
		err = try(ks, htons(port), arg);
		if (err != -EADDRINUSE && err != -EADDRNOTAVAIL)
			return err;
		cond_resched();
	}
	return -EADDRNOTAVAIL;
}

/* What is left of connections blocks, too, unless the program says it knows. */
static bool port_waits(const struct ksmol_sock *ks,
		       const struct ksmol_addr *laddr, __be16 port)
{
	bool both = ksmol_sock_both(ks, ks->family, laddr);

	return ksmol_tcp_mini_count(KSMOL_TCP_MINI_TW) &&
	       ksmol_tcp_mini_port(sock_net(&ks->inet.sk),
				   both ? AF_UNSPEC : ks->family, laddr, port);
}

static int bind_try(struct ksmol_sock *ks, __be16 port, void *arg)
{
	const struct ksmol_addr *laddr = arg;

	if (port_waits(ks, laddr, port))
		return -EADDRINUSE;
	return ksmol_demux_bind(ks, laddr, port, true);
}

int ksmol_tcp_port_get(struct ksmol_sock *ks, const struct ksmol_addr *laddr,
		       u16 port)
{
	const struct sock *sk = &ks->inet.sk;
	struct ksmol_addr addr = *laddr;

	if (!port)
		return ksmol_tcp_port_search(ks, bind_try, &addr) ?
		       -EADDRINUSE : 0;
	if (!sk->sk_reuse && !sk->sk_reuseport &&
	    port_waits(ks, laddr, htons(port)))
		return -EADDRINUSE;
	return ksmol_demux_bind(ks, laddr, htons(port), false);
}
