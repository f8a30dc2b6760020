// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors that come back for what a socket sent, and IP_RECVERR's queue of
 * them. The queue is Linux's own, bounded by SO_RCVBUF.
 */

#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include "raw.h"
#include "tcp_sock.h"

/* As many quoted bytes as an error queue entry keeps. */
#define ERROR_PAYLOAD_MAX 1024U

/**
 * struct error_addrs - what an entry must know beyond Linux's control block;
 *	stands at the head of its skb, before the quoted payload
 * @to: where the datagram was sent
 * @offender: who objects
 */
struct error_addrs {
	struct ksmol_end to;
	struct ksmol_end offender;
};

static void error_queue(struct ksmol_sock *ks,
			const struct sock_extended_err *ee,
			const struct error_addrs *addrs,
			const u8 *payload, u32 len)
{
	struct sk_buff *skb;

	len = min(len, ERROR_PAYLOAD_MAX);
	skb = alloc_skb(sizeof(*addrs) + len, GFP_ATOMIC);
	if (!skb)
		return;
	skb_reserve(skb, sizeof(*addrs));
	memcpy(skb->head, addrs, sizeof(*addrs));
	if (len) {
		skb_put_data(skb, payload, len);
		ksmol_stat_copy(ERRQUEUE, len);
	}
	memset(skb->cb, 0, sizeof(skb->cb));
	SKB_EXT_ERR(skb)->ee = *ee;
	SKB_EXT_ERR(skb)->port = addrs->to.port;
	__net_timestamp(skb);
	if (sock_queue_err_skb(&ks->inet.sk, skb))
		kfree_skb(skb);
}

/* --- from the network --- */

/* The socket that sent what an ICMP error quotes, if there is one. RCU. */
static struct ksmol_sock *error_lookup(struct net *net,
				       const struct ksmol_icmp_error *err)
{
	const struct ksmol_quote *quote = &err->quote;
	bool ping = quote->proto == IPPROTO_ICMP ||
		    quote->proto == IPPROTO_ICMPV6;
	struct ksmol_key key = {
		.net = net,
		.laddr = &quote->saddr,
		.raddr = &quote->daddr,
		.lport = ping ? quote->dport : quote->sport,
		.rport = ping ? 0 : quote->dport,
		.ifindex = err->ifindex,
		.family = quote->family,
		.proto = quote->proto,
	};

	if (quote->proto != IPPROTO_UDP && !ping)
		return NULL;
	return ksmol_demux_lookup(&key);
}

/* A ping program recognizes its request by the header, which stands before
 * the payload in the quote; for a stream Linux gives the header, too.
 */
void ksmol_error_queue_icmp(struct ksmol_sock *ks,
			    const struct ksmol_icmp_error *err)
{
	u32 header = ks->proto != IPPROTO_UDP && err->payload ?
		     KSMOL_ICMP_HLEN : 0;
	struct sock_extended_err ee = {
		.ee_errno = err->errno_,
		.ee_origin = err->origin,
		.ee_type = err->type,
		.ee_code = err->code,
		.ee_info = err->info,
	};
	struct error_addrs addrs = {
		.to = {
			.family = err->quote.family,
			.scope = err->ifindex,
			.addr = err->quote.daddr,
		},
		.offender = {
			.family = err->quote.family,
			.scope = err->ifindex,
			.addr = err->offender,
		},
	};

	if (!ksmol_sock_one_family(ks))
		addrs.to.port = err->quote.dport;

	error_queue(ks, &ee, &addrs, err->payload - header,
		    err->payload_len + header);
}

bool ksmol_error_is_pmtu(const struct ksmol_icmp_error *err)
{
	if (err->origin == SO_EE_ORIGIN_ICMP6)
		return err->type == ICMPV6_PKT_TOOBIG;
	return err->origin == SO_EE_ORIGIN_ICMP &&
	       err->type == ICMP_DEST_UNREACH && err->code == ICMP_FRAG_NEEDED;
}

/* Path MTU errors concern only those who want to know of it. */
static bool error_ignored(const struct ksmol_sock *ks,
			  const struct ksmol_icmp_error *err)
{
	u8 family = err->quote.family;

	return ksmol_error_is_pmtu(err) &&
	       ksmol_sock_pmtudisc(ks, family) == IP_PMTUDISC_DONT;
}

bool ksmol_error_input(struct net *net, const struct ksmol_icmp_error *err)
{
	struct ksmol_sock *ks;
	bool raw;

	raw = ksmol_raw_error(net, err);
	if (err->quote.proto == IPPROTO_TCP)
		return ksmol_tcp_error_input(net, err) || raw;
	ks = error_lookup(net, err);
	if (!ks)
		return raw;
	ksmol_error_tell(ks, err);
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_error_input);

void ksmol_error_tell(struct ksmol_sock *ks, const struct ksmol_icmp_error *err)
{
	if (error_ignored(ks, err))
		return;
	/*
	 * RFC 1122 4.1.3.3: errors are passed up. An unconnected socket could
	 * not tell which of its datagrams an error number is about, and a soft
	 * error may pass by itself, so these need IP_RECVERR.
	 */
	if (ksmol_sock_recverr(ks, err->quote.family))
		ksmol_error_queue_icmp(ks, err);
	else if (!err->fatal || ks->inet.sk.sk_state != TCP_ESTABLISHED)
		return;
	ksmol_sock_fail(ks, err->errno_);
}

/* --- from ourselves --- */

void ksmol_error_local(struct ksmol_sock *ks, int err,
		       const struct ksmol_send *to, u32 info)
{
	struct sock_extended_err ee = {
		.ee_errno = err,
		.ee_origin = SO_EE_ORIGIN_LOCAL,
		.ee_info = info,
	};
	struct error_addrs addrs = {
		.to = {
			.family = to->flow.family,
			.scope = to->flow.oif,
			.addr = to->flow.daddr,
			.port = to->dport,
		},
	};

	if (ksmol_sock_recverr(ks, to->flow.family))
		error_queue(ks, &ee, &addrs, NULL, 0);
}

/* --- to the program --- */

/* Who it was, unless that is ourselves. */
static void offender_put(struct ksmol_sock *ks,
			 const struct sock_extended_err *ee,
			 const struct error_addrs *addrs, void *to)
{
	if (ee->ee_origin == SO_EE_ORIGIN_ICMP ||
	    ee->ee_origin == SO_EE_ORIGIN_ICMP6)
		ksmol_sockaddr_put(ks->inet.sk.sk_family, &addrs->offender, to);
}

static void error_put(struct ksmol_sock *ks, struct msghdr *msg,
		      const struct sk_buff *skb)
{
	const struct error_addrs *addrs = (const void *)skb->head;
	bool v6 = ks->inet.sk.sk_family == AF_INET6;
	struct {
		struct sock_extended_err ee;
		union {
			struct sockaddr_in sin;
			struct sockaddr_in6 sin6;
		} offender;
	} text = { .ee = SKB_EXT_ERR(skb)->ee };
	int len = sizeof(text.ee) + (v6 ? sizeof(text.offender.sin6) :
					  sizeof(text.offender.sin));

	ksmol_name_put(ks, msg, &addrs->to);
	offender_put(ks, &text.ee, addrs, &text.offender);
	put_cmsg(msg, v6 ? SOL_IPV6 : SOL_IP, v6 ? IPV6_RECVERR : IP_RECVERR,
		 len, &text);
	msg->msg_flags |= MSG_ERRQUEUE;
}

int ksmol_error_recv(struct ksmol_sock *ks, struct msghdr *msg, int len)
{
	struct sock *sk = &ks->inet.sk;
	struct sk_buff *skb;
	int copied, err;

	skb = sock_dequeue_err_skb(sk);
	if (!skb)
		return -EAGAIN;
	copied = skb->len;
	if (copied > len) {
		msg->msg_flags |= MSG_TRUNC;
		copied = len;
	}
	err = skb_copy_datagram_msg(skb, 0, msg, copied);
	if (!err) {
		sock_recv_timestamp(msg, sk, skb);
		error_put(ks, msg, skb);
	}
	consume_skb(skb);
	return err ?: copied;
}
