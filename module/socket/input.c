// SPDX-License-Identifier: GPL-2.0-only
/* From the network layer to a socket's receive queue. */

#include <linux/skbuff.h>
#include "ksock.h"
#include "tcp_sock.h"

/*
 * Anybody asleep was seen under the queue's lock. Others want to be told of
 * each arrival: who asked for SIGIO, and kernel code with its own callback.
 */
static void receive_notify(struct ksmol_sock *ks, bool asleep)
{
	struct sock *sk = &ks->inet.sk;

	if (unlikely(asleep || sk->sk_data_ready != ks->data_ready ||
		     sock_flag(sk, SOCK_FASYNC)))
		sk->sk_data_ready(sk);
}

noinline void ksmol_receive_stamp(struct ksmol_pbuf *pb)
{
	if (!pb->tstamp && pb->skb)
		pb->tstamp = skb_tstamp(pb->skb);
	if (!pb->tstamp)
		pb->tstamp = ktime_get_real();
}

/* What speaks against queueing, found before anything is copied. */
static int receive_refused(const struct ksmol_sock *ks,
			   const struct ksmol_pbuf *pb, u32 limit)
{
	if (unlikely(ksmol_queue_full(&ks->rxq, limit)))
		return limit ? KSMOL_DROP_SOCK_FULL : KSMOL_DROP_SOCK_CLOSED;
	return ksmol_pbuf_may_queue(pb, ksmol_queue_len(&ks->rxq));
}

static int receive_queue(struct ksmol_sock *ks, struct ksmol_pbuf *pb,
			 bool *asleep)
{
	u32 hlen = ks->proto == IPPROTO_UDP ? KSMOL_UDP_HLEN : 0;
	struct sock *sk = &ks->inet.sk;
	struct ksmol_ring *ring = ksmol_sock_ring(ks);
	struct socket_wq *wq;
	int reason = 0;
	u32 limit = 0;

	if (!ring) {
		limit = ksmol_sock_rx_limit(ks);
		reason = receive_refused(ks, pb, limit);
	}
	if (unlikely(reason))
		return reason;
	if (unlikely(rcu_access_pointer(sk->sk_filter))) {
		reason = ksmol_filter_run(ks, pb, hlen);
		if (reason)
			return reason;
	}
	if (unlikely(READ_ONCE(sk->sk_flags) & KSMOL_STAMP_FLAGS))
		ksmol_receive_stamp(pb);
	if (ring)
		return ksmol_ring_receive(ks, ring, pb, asleep);
	reason = unlikely(pb->rx.ext) ? ksmol_exthdr_settle(ks, pb) :
					ksmol_pbuf_settle(pb);
	if (unlikely(reason))
		return reason;
	wq = rcu_dereference(sk->sk_wq);
	reason = ksmol_queue_add(&ks->rxq, pb, limit, wq ? &wq->wait : NULL,
				 asleep);
	if (unlikely(reason))
		ksmol_pbuf_own(pb, KSMOL_OWNER_STACK);
	return reason;
}

enum ksmol_verdict ksmol_sock_receive(struct ksmol_sock *ks,
				      struct ksmol_pbuf *pb)
{
	bool asleep;
	int reason;

	if (unlikely(ks->kernel))
		return ksmol_ksock_receive(ks->kernel, pb);
	reason = receive_queue(ks, pb, &asleep);
	if (unlikely(reason)) {
		atomic_inc(&ks->rxq.drops);
		return reason;
	}
	receive_notify(ks, asleep);
	return KSMOL_DELIVERED;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_sock_receive);

enum ksmol_verdict ksmol_sock_receive_dup(struct ksmol_sock *ks,
					  const struct ksmol_pbuf *pb)
{
	enum ksmol_verdict verdict = KSMOL_DROP_RX_NO_PBUF;
	struct ksmol_pbuf *dup;

	/* A full queue must not even cost the descriptor. */
	if (ksmol_queue_full(&ks->rxq, ksmol_sock_rx_limit(ks))) {
		atomic_inc(&ks->rxq.drops);
		return KSMOL_DROP_SOCK_FULL;
	}
	dup = ksmol_pbuf_dup(pb);
	if (!dup) {
		atomic_inc(&ks->rxq.drops);
		return verdict;
	}
	verdict = ksmol_sock_receive(ks, dup);
	if (verdict != KSMOL_DELIVERED)
		ksmol_pbuf_free(dup);
	return verdict;
}

/*
 * To every socket that matches: all but the last get a duplicate. The frame
 * ends as delivered if one of them took it.
 */
static enum ksmol_verdict input_broadcast(const struct ksmol_key *key,
					  struct ksmol_pbuf *pb)
{
	enum ksmol_verdict verdict = KSMOL_DROP_UDP_NO_SOCKET;
	struct ksmol_sock *ks = ksmol_demux_first(key), *next;
	bool delivered = false;

	/* Shared from the first duplicate on, so it can't be done later. */
	if (ks && pb->skb && skb_orphan_frags_rx(pb->skb, GFP_ATOMIC))
		return KSMOL_DROP_RX_NO_SKB;
	for (; ks; ks = next) {
		next = ksmol_demux_next(ks, key);
		verdict = next ? ksmol_sock_receive_dup(ks, pb) :
				 ksmol_sock_receive(ks, pb);
		delivered |= verdict == KSMOL_DELIVERED;
	}
	if (delivered && verdict != KSMOL_DELIVERED) {
		ksmol_pbuf_free(pb);
		verdict = KSMOL_DELIVERED;
	}
	return verdict;
}

/* A packet for many, by its frame, or by its address on media without. */
static bool is_broadcast(const struct ksmol_pbuf *pb)
{
	return pb->rx.pkt_type == PACKET_BROADCAST ||
	       pb->rx.pkt_type == PACKET_MULTICAST ||
	       ksmol_addr_is_group(pb->family, &pb->rx.daddr) ||
	       (pb->family == AF_INET && ipv4_is_lbcast(pb->rx.daddr.v4));
}

enum ksmol_verdict ksmol_socket_input(struct ksmol_iface *iface, u8 proto,
				      struct ksmol_pbuf *pb,
				      struct ksmol_tx_token *tok)
{
	struct ksmol_key key = {
		.net = iface->net,
		.laddr = &pb->rx.daddr,
		.raddr = &pb->rx.saddr,
		.ifindex = pb->rx.ifindex,
		.family = pb->family,
		.proto = proto,
	};
	struct ksmol_sock *ks;
	int reason;

	if (proto == IPPROTO_TCP)
		return ksmol_tcp_socket_input(iface, pb);
	if (likely(proto == IPPROTO_UDP)) {
		reason = ksmol_udp_input(pb);
		if (unlikely(reason))
			return reason;
	}
	key.lport = pb->rx.dport;
	key.rport = pb->rx.sport;
	if (unlikely(is_broadcast(pb)) && proto == IPPROTO_UDP)
		return input_broadcast(&key, pb);
	ks = ksmol_demux_lookup(&key);
	if (likely(ks))
		return ksmol_sock_receive(ks, pb);
	return proto == IPPROTO_UDP ? KSMOL_DROP_UDP_NO_SOCKET :
				      KSMOL_DROP_PING_NO_SOCKET;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_socket_input);
