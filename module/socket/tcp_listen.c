// SPDX-License-Identifier: GPL-2.0-only
/* Listeners: listen(), what arrives at them, and their end. */

#include <net/net_namespace.h>
#include <ksmol/params.h>
#include "tcp_mini.h"

void ksmol_tcp_listen_init(struct ksmol_tcp_sock *ts)
{
	struct ksmol_tcp_listen *listen = &ts->listen;

	memset(listen, 0, sizeof(*listen));
	spin_lock_init(&listen->lock);
	INIT_LIST_HEAD(&listen->accept);
	listen->cookies_until = jiffies;
	INIT_LIST_HEAD(&ts->accept_node);
	ts->parent = NULL;
}

/* --- listen() --- */

static int listen_start(struct ksmol_tcp_sock *ts)
{
	static const struct ksmol_addr any;
	struct ksmol_sock *ks = &ts->ks;
	int err;

	if (!ks->lport) {
		err = ksmol_port_get(ks, &any, 0);
		if (err)
			return err;
		ksmol_addr_mirror(ks);
	}
	ksmol_tcp_sync_options(ts);
	ks->inet.sk.sk_ack_backlog = 0;
	ts->listen.cookies_until = jiffies;
	return ksmol_demux_listen(ks);
}

int ksmol_tcp_listen(struct socket *sock, int backlog)
{
	struct sock *sk = sock->sk;
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sk);
	u32 most = READ_ONCE(sock_net(sk)->core.sysctl_somaxconn);
	int err = -EINVAL;

	lock_sock(sk);
	if (sock->state != SS_UNCONNECTED || sock->type != SOCK_STREAM)
		goto out;
	if (sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_LISTEN)
		goto out;
	/* Called again, it changes the backlog only. */
	WRITE_ONCE(ts->listen.backlog, min_t(u32, backlog, most));
	WRITE_ONCE(sk->sk_max_ack_backlog, ts->listen.backlog);
	err = sk->sk_state == TCP_LISTEN ? 0 : listen_start(ts);
out:
	release_sock(sk);
	return err;
}

/* --- the end --- */

static void child_reset(struct ksmol_tcp_sock *child)
{
	struct sock *sk = ksmol_tcp_to_sk(child);
	struct ksmol_tcp_sock *parent = child->parent;

	sock_hold(sk);
	list_del_init(&child->accept_node);
	child->parent = NULL;
	local_bh_disable();
	bh_lock_sock(sk);
	ksmol_tcp_child_kill(child);
	bh_unlock_sock(sk);
	local_bh_enable();
	sock_put(sk);
	sock_put(ksmol_tcp_to_sk(parent));
}

static bool req_of(const struct ksmol_tcp_mini *mini, const void *arg)
{
	return mini->kind == KSMOL_TCP_MINI_REQ &&
	       container_of(mini, struct ksmol_tcp_req, mini)->listener == arg;
}

void ksmol_tcp_listen_stop(struct ksmol_tcp_sock *ts)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);
	struct ksmol_tcp_sock *child, *next;
	LIST_HEAD(unaccepted);

	ksmol_demux_hide(&ts->ks, ts->ks.family, &ts->ks.laddr);
	spin_lock_bh(&ts->listen.lock);
	WRITE_ONCE(sk->sk_state, TCP_CLOSE);
	list_splice_init(&ts->listen.accept, &unaccepted);
	WRITE_ONCE(ts->listen.nr_accept, 0);
	WRITE_ONCE(sk->sk_ack_backlog, 0);
	spin_unlock_bh(&ts->listen.lock);
	/* Who adds a request from now on sees that we are closed, and who has
	 * added one is seen: pairs with req_start().
	 */
	smp_mb();
	ksmol_tcp_mini_each(req_of, ksmol_tcp_req_reset, ts);
	list_for_each_entry_safe(child, next, &unaccepted, accept_node)
		child_reset(child);
}

/* --- what arrives --- */

/* An ACK out of the blue: it may bear a cookie (RFC 4987 3.6). */
static bool cookie_open(const struct ksmol_tcp_sock *ts,
			const struct ksmol_tcp_key *key,
			const struct ksmol_tcp_seg *seg,
			struct ksmol_tcp_open *open, u64 now)
{
	if (seg->h.flags & KSMOL_TCP_SYN ||
	    time_after(jiffies, READ_ONCE(ts->listen.cookies_until)) ||
	    !ksmol_tcp_cookie_check(key, seg, open, now))
		return false;
	if (!READ_ONCE(ksmol_params.tcp_ecn))
		open->ecn = false;
	ksmol_tcp_window_init(&ts->tcb.cfg, ts->tcb.pool, &open->rcv_wnd,
			      &open->rcv_wscale);
	if (!(open->opts & KSMOL_TCP_OPT_WSCALE))
		open->rcv_wscale = 0;
	return true;
}

/* RFC 9293 3.10.7.2: second, an ACK. */
static int listen_ack(struct ksmol_tcp_sock *ts,
		      const struct ksmol_tcp_key *key,
		      struct ksmol_tcp_seg *seg, u64 now)
{
	struct ksmol_tcp_sock *child;
	struct ksmol_tcp_open open;

	if (!cookie_open(ts, key, seg, &open, now)) {
		ksmol_tcp_refuse(key, seg, 0);
		return KSMOL_DROP_TCP_COOKIE;
	}
	child = ksmol_tcp_child(ts, key, &open, now);
	if (IS_ERR(child))
		return ksmol_tcp_child_reason(PTR_ERR(child));
	ksmol_tcp_count(COOKIES_IN);
	return ksmol_tcp_child_start(ts, child, seg, now);
}

int ksmol_tcp_listen_input(struct ksmol_tcp_sock *ts,
			   const struct ksmol_tcp_key *key,
			   struct ksmol_tcp_seg *seg,
			   const struct ksmol_pbuf *pb)
{
	u64 now = ksmol_tcp_now();
	u8 flags = seg->h.flags;

	/* RFC 9293 3.10.7.2: first, a RST is ignored. */
	if (flags & KSMOL_TCP_RST)
		return KSMOL_DROP_TCP_FLAGS;
	if (flags & KSMOL_TCP_ACK)
		return listen_ack(ts, key, seg, now);
	if (flags & KSMOL_TCP_SYN)
		return ksmol_tcp_req_syn(ts, key, seg, NULL, now);
	return KSMOL_DROP_TCP_FLAGS;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_listen_input);
