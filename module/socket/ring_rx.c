// SPDX-License-Identifier: GPL-2.0-only
/*
 * Datagrams into a ring socket's chunks: one copy, straight from the frame,
 * after which the frame and its pbuf are free again. So a reader that sleeps
 * holds nothing of the pool.
 */

#include <linux/poll.h>
#include "sock.h"
#include "ring.h"

/* Fill entries that name no chunk and are skipped for one datagram. */
#define FILL_BAD_MAX 16

/* A chunk that the program gave, 0; or a drop reason. */
static int ring_chunk(struct ksmol_ring *ring, u64 *addr)
{
	int i, n;

	for (i = 0; i < FILL_BAD_MAX; i++) {
		n = ksmol_ringq_waiting(&ring->fill);
		if (unlikely(n < 0)) {
			ksmol_ring_stop(ring);
			return KSMOL_DROP_RING_STOPPED;
		}
		if (unlikely(!n))
			break;
		*addr = READ_ONCE(*(u64 *)ksmol_ringq_entry(&ring->fill,
							    ring->fill.own,
							    sizeof(u64)));
		ksmol_ringq_consumed(&ring->fill);
		if (likely(*addr < ring->bytes)) {
			*addr &= ~(u64)ring->chunk_mask;
			return 0;
		}
		ring->stats.rx_bad++;
	}
	ring->stats.rx_no_chunk++;
	return KSMOL_DROP_RING_NO_CHUNK;
}

/* The one copy. @pb has all of these bytes, mostly in one piece. */
static void ring_copy(u8 *to, const struct ksmol_pbuf *pb, u32 len)
{
	const struct sk_buff *skb = pb->skb;

	if (likely(skb && pb->off + len <= skb_headlen(skb)))
		memcpy(to, skb->data + pb->off, len);
	else
		ksmol_pbuf_to_mem(pb, 0, to, len);
	__ksmol_stat_copy(RING, len);
}

static void ring_describe(const struct ksmol_sock *ks, struct ksmol_ring *ring,
			  const struct ksmol_pbuf *pb, u64 addr, u32 len)
{
	struct ksmol_ring_rx *rx = ksmol_ringq_entry(&ring->rx, ring->rx.own,
						     sizeof(*rx));

	rx->addr = addr;
	rx->len = len;
	rx->datagram = pb->len;
	rx->tstamp = ktime_to_ns(pb->tstamp);
	rx->flags = 0;
	rx->drops = atomic_read(&ks->rxq.drops);
	rx->ifindex = pb->rx.ifindex;
	rx->port = pb->rx.sport;
	rx->family = pb->family;
	memcpy(rx->source, &pb->rx.saddr, sizeof(rx->source));
	rx->ttl = pb->rx.ttl;
	rx->tos = pb->rx.tos;
	memset(rx->reserved, 0, sizeof(rx->reserved));
	if (unlikely(len < pb->len)) {
		rx->flags = KSMOL_RING_RX_TRUNCATED;
		ring->stats.rx_truncated++;
	}
}

/* Room for what is to be said first, then for the payload: nothing is undone. */
static int ring_deliver(const struct ksmol_sock *ks, struct ksmol_ring *ring,
			const struct ksmol_pbuf *pb)
{
	u32 len = min(pb->len, ring->chunk_mask + 1);
	int reason, room;
	u64 addr;

	if (unlikely(ring->closed))
		return KSMOL_DROP_SOCK_CLOSED;
	if (unlikely(READ_ONCE(ring->stopped)))
		return KSMOL_DROP_RING_STOPPED;
	room = ksmol_ringq_room(&ring->rx);
	if (unlikely(room < 0)) {
		ksmol_ring_stop(ring);
		return KSMOL_DROP_RING_STOPPED;
	}
	if (unlikely(!room)) {
		ring->stats.rx_full++;
		return KSMOL_DROP_RING_FULL;
	}
	reason = ring_chunk(ring, &addr);
	if (unlikely(reason))
		return reason;
	ring_copy(ring->chunks->data + addr, pb, len);
	ring_describe(ks, ring, pb, addr, len);
	ksmol_ringq_produced(&ring->rx);
	ring->stats.rx++;
	return 0;
}

int ksmol_ring_receive(struct ksmol_sock *ks, struct ksmol_ring *ring,
		       struct ksmol_pbuf *pb, bool *asleep)
{
	struct socket_wq *wq;
	int reason;

	ksmol_ring_rx_lock(ring);
	reason = ring_deliver(ks, ring, pb);
	ksmol_ring_rx_unlock(ring);
	if (unlikely(reason))
		return reason;
	ksmol_pbuf_free(pb);
	smp_mb();	/* (P) shown, then look; pairs with sock_poll_wait() */
	wq = rcu_dereference(ks->inet.sk.sk_wq);
	/* after (P) */
	*asleep = wq && waitqueue_active(&wq->wait);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ring_receive);

/* In the order of sock_poll_wait(): on the wait queue first, then look. (P) */
__poll_t ksmol_ring_poll(struct ksmol_ring *ring)
{
	__poll_t mask = 0;
	u32 consumer;

	if (READ_ONCE(ring->rx.own) != READ_ONCE(ring->rx.shared->consumer))
		mask |= EPOLLIN | EPOLLRDNORM;
	consumer = READ_ONCE(ring->done.shared->consumer);
	if (READ_ONCE(ring->written) == consumer &&
	    READ_ONCE(ring->done.own) - consumer >= ring->done.size) {
		WRITE_ONCE(ring->tx_wanted, true);
		smp_mb();	/* (W) pairs with ring_complete() */
		if (READ_ONCE(ring->written) == consumer)
			return mask;
	}
	return mask | EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND;
}
