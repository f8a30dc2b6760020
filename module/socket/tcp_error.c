// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP errors about what a connection sent. Anybody can make one up who knows
 * the addresses, so the core looks at the sequence number it quotes (RFC 5927).
 */

#include "tcp_sock.h"

static struct ksmol_tcp_sock *error_connection(struct net *net,
					       const struct ksmol_icmp_error *e)
{
	const struct ksmol_quote *quote = &e->quote;
	struct ksmol_key key = {
		.net = net,
		.laddr = &quote->saddr,
		.raddr = &quote->daddr,
		.lport = quote->sport,
		.rport = quote->dport,
		.ifindex = e->ifindex,
		.family = quote->family,
		.proto = IPPROTO_TCP,
	};

	return (struct ksmol_tcp_sock *)ksmol_demux_flow(&key);
}

/*
 * Half-open and in TIME-WAIT there is nobody to be told: POSIX wants no network
 * errors from accept(), and the timers end what gets no answer.
 */
static bool error_mini(struct net *net, const struct ksmol_icmp_error *err)
{
	struct ksmol_tcp_key key = {
		.net = net,
		.laddr = err->quote.saddr,
		.raddr = err->quote.daddr,
		.lport = err->quote.sport,
		.rport = err->quote.dport,
		.family = err->quote.family,
		.scope = ksmol_addr_scope(err->quote.family, &err->quote.daddr,
					  err->ifindex),
	};
	struct ksmol_tcp_mini *mini = ksmol_tcp_mini_find(&key);

	if (mini)
		ksmol_tcp_mini_put(mini);
	return mini;
}

static bool pmtu_wanted(const struct ksmol_sock *ks)
{
	u8 how = ksmol_sock_pmtudisc(ks, ks->family);

	return how != IP_PMTUDISC_DONT && how != IP_PMTUDISC_INTERFACE &&
	       how != IP_PMTUDISC_OMIT;
}

/* Is it about something that is in flight? Checked again by the core, but a
 * program is told before that. Socket spinlock.
 */
static bool error_credible(const struct ksmol_tcb *tcb, u32 seq)
{
	return tcb->state != TCP_CLOSE &&
	       !ksmol_seq_before(seq, tcb->snd_una) &&
	       !ksmol_seq_after(seq, tcb->snd_nxt);
}

/*
 * While a connection is being set up, any error ends it, as it does elsewhere
 * (RFC 9293 3.9.2.2 and RFC 5461); later it is one that the program hears of
 * only if it asked to (IP_RECVERR), or when the connection times out.
 */
static void error_unreachable(struct ksmol_tcp_sock *ts,
			      const struct ksmol_icmp_error *err)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);
	bool opening = ts->tcb.state == TCP_SYN_SENT ||
		       ts->tcb.state == TCP_SYN_RECV;

	ts->defer_seq = err->seq;
	ts->defer_err = err->errno_;
	ts->defer_hard = opening;
	if (!ksmol_sock_recverr(&ts->ks, ts->ks.family))
		return;
	if (opening)
		ksmol_error_queue_icmp(&ts->ks, err);
	else if (!sock_owned_by_user(sk))
		ksmol_sock_fail(&ts->ks, err->errno_);
}

bool ksmol_tcp_error_input(struct net *net, const struct ksmol_icmp_error *err)
{
	struct ksmol_tcp_sock *ts = error_connection(net, err);
	bool pmtu = ksmol_error_is_pmtu(err);
	struct sock *sk;
	bool act;

	if (!ts)
		return error_mini(net, err);
	sk = ksmol_tcp_to_sk(ts);
	bh_lock_sock(sk);
	act = error_credible(&ts->tcb, err->seq);
	if (act && pmtu) {
		ts->defer_seq = err->seq;
		ts->defer_mtu = err->info;
		act = pmtu_wanted(&ts->ks);
	} else if (act) {
		error_unreachable(ts, err);
	}
	bh_unlock_sock(sk);
	if (act)
		ksmol_tcp_defer(ts, pmtu ? KSMOL_TCP_DEFER_PMTU :
					   KSMOL_TCP_DEFER_ICMP);
	return true;
}
