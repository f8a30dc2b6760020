// SPDX-License-Identifier: GPL-2.0-only
/*
 * Datagrams for other modules: to the callback, and if it keeps them, until
 * they are released. What it only reads needs neither a limit nor a copy: it is
 * over when the callback returns.
 */

#include <linux/export.h>
#include <linux/preempt.h>
#include <linux/skbuff.h>
#include <net/sock.h>
#include "ksock.h"
#include "sock.h"

enum ksmol_verdict ksmol_ksock_receive(struct ksmol_ksock *ks,
				       struct ksmol_pbuf *pb)
{
	struct ksmol_rx rx = {
		.pb = pb,
		.ks = ks,
		.verdict = KSMOL_DELIVERED,
	};

	ks->ops->receive(ks, &rx, ks->priv);
	if (likely(rx.verdict == KSMOL_DELIVERED)) {
		if (rx.pb)
			ksmol_pbuf_free(rx.pb);
		return KSMOL_DELIVERED;
	}
	return rx.verdict;
}

/* --- keeping --- */

static int keep_settle(struct ksmol_sock *sock, struct ksmol_pbuf *pb, u32 kept)
{
	int reason;

	/* Counted first, so that CPUs together don't exceed the limit. */
	if (unlikely(kept >= ksmol_sock_rx_limit(sock)))
		return KSMOL_DROP_SOCK_FULL;
	reason = ksmol_pbuf_may_queue(pb, kept);
	if (unlikely(reason))
		return reason;
	if (!pb->tstamp && pb->skb)
		pb->tstamp = skb_tstamp(pb->skb);
	return ksmol_pbuf_settle(pb);
}

static int keep(struct ksmol_ksock *ks, struct ksmol_pbuf *pb)
{
	struct sock *sk = rcu_dereference(ks->sk);
	int reason;

	if (unlikely(!sk))
		return KSMOL_DROP_SOCK_CLOSED;
	reason = keep_settle(ksmol_sk(sk), pb,
			     atomic_inc_return(&ks->kept) - 1);
	if (unlikely(reason)) {
		atomic_dec(&ks->kept);
		atomic_inc(&ksmol_sk(sk)->rxq.drops);
	}
	return reason;
}

struct ksmol_pbuf *ksmol_rx_keep(struct ksmol_rx *rx)
{
	struct ksmol_pbuf *pb = rx->pb;
	int reason;

	if (!pb)
		return NULL;
	reason = keep(rx->ks, pb);
	if (unlikely(reason)) {
		rx->verdict = reason;
		return NULL;
	}
	rx->verdict = KSMOL_DELIVERED;
	rx->pb = NULL;
	ksmol_pbuf_hold(pb, rx->ks);
	return pb;
}
EXPORT_SYMBOL_GPL(ksmol_rx_keep);

void ksmol_pkt_release(struct ksmol_ksock *ks, struct ksmol_pbuf *pb)
{
	bool tx = pb->flags & KSMOL_PB_TX;

	if (!ksmol_pbuf_unhold(pb, ks))
		return;
	ksmol_pbuf_free_any(pb);
	/* The last touch: close() may be waiting for it. */
	atomic_dec(tx ? &ks->filling : &ks->kept);
}
EXPORT_SYMBOL_GPL(ksmol_pkt_release);

/* --- reading --- */

u32 ksmol_pkt_len(const struct ksmol_pbuf *pb)
{
	return pb->flags & KSMOL_PB_TX ? ksmol_pbuf_chain_len(pb) : pb->len;
}
EXPORT_SYMBOL_GPL(ksmol_pkt_len);

/* In the packet's own family: the socket may take both. */
static int endpoint(const struct ksmol_pbuf *pb, const struct ksmol_addr *addr,
		    __be16 port, struct sockaddr_storage *to)
{
	const struct ksmol_end end = {
		.family = pb->family,
		.port = port,
		.addr = *addr,
		.scope = pb->rx.ifindex,
	};

	memset(to, 0, sizeof(*to));
	return ksmol_sockaddr_put(pb->family, &end, to);
}

int ksmol_pkt_source(const struct ksmol_pbuf *pb, struct sockaddr_storage *addr)
{
	return endpoint(pb, &pb->rx.saddr, pb->rx.sport, addr);
}
EXPORT_SYMBOL_GPL(ksmol_pkt_source);

int ksmol_pkt_dest(const struct ksmol_pbuf *pb, struct sockaddr_storage *addr)
{
	return endpoint(pb, &pb->rx.daddr, pb->rx.dport, addr);
}
EXPORT_SYMBOL_GPL(ksmol_pkt_dest);

int ksmol_pkt_ifindex(const struct ksmol_pbuf *pb)
{
	return pb->rx.ifindex;
}
EXPORT_SYMBOL_GPL(ksmol_pkt_ifindex);

ktime_t ksmol_pkt_time(const struct ksmol_pbuf *pb)
{
	if (pb->tstamp || !pb->skb)
		return pb->tstamp;
	return skb_tstamp(pb->skb);
}
EXPORT_SYMBOL_GPL(ksmol_pkt_time);

/* An skb's linear part, its fragments, and those of its fragment list. */
static int walk_skb(const struct ksmol_pbuf *pb,
		    int (*fn)(const void *data, u32 len, void *arg), void *arg)
{
	struct skb_seq_state st;
	u32 done = 0, len;
	const u8 *data;
	int ret = 0;

	skb_prepare_seq_read(pb->skb, pb->off, pb->off + pb->len, &st);
	while (!ret && (len = skb_seq_read(done, &data, &st))) {
		/* It gives what the piece has, also beyond the end. */
		len = min(len, pb->len - done);
		ret = fn(data, len, arg);
		done += len;
		if (done == pb->len)
			break;
	}
	skb_abort_seq_read(&st);
	return ret;
}

int ksmol_pkt_walk(const struct ksmol_pbuf *pb,
		   int (*fn)(const void *data, u32 len, void *arg), void *arg)
{
	const struct ksmol_pbuf *part;
	int ret = 0;

	if (!pb->len)
		return 0;
	if (pb->skb)
		return walk_skb(pb, fn, arg);
	if (!(pb->flags & KSMOL_PB_TX))
		return fn(pb->head + pb->off, pb->len, arg);
	for (part = pb; part && !ret; part = part->chain)
		if (part->len)
			ret = fn(part->head + part->off, part->len, arg);
	return ret;
}
EXPORT_SYMBOL_GPL(ksmol_pkt_walk);

int ksmol_pkt_copy(const struct ksmol_pbuf *pb, u32 off, void *to, u32 len)
{
	int err = ksmol_pbuf_to_mem(pb, off, to, len);

	if (unlikely(err))
		return err;
	/* In a callback nobody else counts on this CPU, so what would see to that
	 * is spared: it costs where increments aren't atomic by themselves.
	 */
	if (likely(in_softirq()))
		__ksmol_stat_copy(KERNEL_OUT, len);
	else
		ksmol_stat_copy(KERNEL_OUT, len);
	return 0;
}
EXPORT_SYMBOL_GPL(ksmol_pkt_copy);
