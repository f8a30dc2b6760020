// SPDX-License-Identifier: GPL-2.0-only
/* Active opens: connect() (RFC 9293 3.10.1). */

#include <net/ip.h>
#include "tcp_mini.h"

/**
 * struct ends - a connection that is wanted
 * @key: both ends; lport is set once it is found
 * @bound: bind() fixed the port
 * @iss: our initial number
 */
struct ends {
	struct ksmol_tcp_key key;
	bool bound;
	u32 iss;
};

/* The way there, for the source address. A stream has one peer. */
static int ends_route(const struct ksmol_sock *ks, struct ends *ends)
{
	struct ksmol_flow flow;
	struct ksmol_dst dst;
	int err;

	ksmol_flow_init(ks, &flow, ends->key.family, &ends->key.raddr);
	flow.broadcast = false;
	rcu_read_lock();
	err = ksmol_route(&flow, &dst);
	rcu_read_unlock();
	/* RFC 9293 3.9.2.3: neither broadcast nor multicast, as Linux says it. */
	if (err == -EACCES || (!err && dst.type == KSMOL_DST_MULTICAST))
		return -ENETUNREACH;
	if (!err)
		ends->key.laddr = dst.saddr;
	return err;
}

/* Whoever @end is; unspecified means ourselves, as in Linux. */
static int ends_peer(struct ksmol_sock *ks, const struct ksmol_end *end,
		     struct ends *ends)
{
	struct ksmol_tcp_key *key = &ends->key;
	const struct sock *sk = &ks->inet.sk;
	bool found = true;
	int err;

	if (end->family == AF_INET6 &&
	    ksmol_addr_is_group(AF_INET6, &end->addr))
		return -ENETUNREACH;
	err = ksmol_connect_by(ks, end);
	if (err)
		return err;
	if (!end->port)
		return -EADDRNOTAVAIL;
	key->family = end->family;
	key->raddr = end->addr;
	key->rport = end->port;
	key->scope = ksmol_addr_scope(end->family, &end->addr,
				      sk->sk_bound_dev_if);
	if (!ksmol_addr_any(&key->raddr))
		return 0;
	/* Bound to an address of IPv4, it is that. */
	key->family = ks->family;
	key->raddr = ks->saddr;
	if (ksmol_addr_any(&key->raddr)) {
		rcu_read_lock();
		found = ksmol_addr_own(sock_net(sk), sk->sk_bound_dev_if,
				       key->family, &key->raddr);
		rcu_read_unlock();
	}
	return found ? 0 : -ENETUNREACH;
}

/* These ends, if nobody has them, nor had them a moment ago. */
static int ends_try(struct ksmol_sock *ks, __be16 port, void *arg)
{
	struct ksmol_addr laddr = ks->laddr;
	struct ends *ends = arg;
	u8 family = ks->family;
	struct ksmol_tcp_key *key = &ends->key;
	u64 now = ksmol_tcp_now();
	int err;

	err = ksmol_demux_connect(ks, key->family, &key->laddr, port,
				  &key->raddr, key->rport);
	if (err)
		return err;
	key->lport = port;
	ends->iss = ksmol_tcp_isn(key, now);
	local_bh_disable();
	err = ksmol_tcp_tw_reuse(key, !ends->bound, &ends->iss, now);
	local_bh_enable();
	if (err >= 0)
		return 0;
	if (ends->bound) {
		ksmol_demux_hide(ks, family, &laddr);
	} else {
		ksmol_demux_unbind(ks);
		ks->family = family;
		ks->laddr = laddr;
		ks->lport = 0;
	}
	return err;
}

/* What arrives is found from here on; the SYN leaves after that. */
static int connect_start(struct ksmol_tcp_sock *ts, const struct ends *ends)
{
	u64 now = ksmol_tcp_now();
	int err;

	ts->ks.saddr = ends->key.laddr;
	ksmol_addr_mirror(&ts->ks);
	ksmol_tcp_sync_options(ts);
	rcu_read_lock();
	local_bh_disable();
	err = ksmol_tcp_route(ts);
	if (!err) {
		ksmol_tcp_connect(&ts->tcb, ends->iss,
				  ksmol_tcp_ts_offset(&ends->key), now);
		ksmol_tcp_sync_state(ts);
		ksmol_tcp_run(ts, now);
	}
	local_bh_enable();
	rcu_read_unlock();
	if (err)
		ksmol_demux_disconnect(&ts->ks);
	return err;
}

int ksmol_tcp_connect_sk(struct sock *sk, struct sockaddr_unsized *uaddr,
			 int len)
{
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sk);
	struct ksmol_sock *ks = &ts->ks;
	struct ends ends = {
		.key.net = sock_net(sk),
		.bound = ks->lport,
	};
	struct ksmol_end end;
	int err;

	err = ksmol_sockaddr_connect(ks, uaddr, len, &end);
	if (!err)
		err = ends_peer(ks, &end, &ends);
	if (!err)
		err = ends_route(ks, &ends);
	if (!err)
		err = ends.bound ? ends_try(ks, ks->lport, &ends) :
				   ksmol_tcp_port_search(ks, ends_try, &ends);
	return err ?: connect_start(ts, &ends);
}
