// SPDX-License-Identifier: GPL-2.0-only
/*
 * Datagrams out of a ring socket's chunks. The entry of the completion ring is
 * reserved before a device has the chunk, so it can't be missing afterwards;
 * that reservation, and the slot that goes with it, also bound what may be on
 * its way out.
 */

#include <linux/sched/signal.h>
#include "sock.h"
#include "ring.h"

/* --- completions --- */

/* A completion entry and what is to be remembered until it is written; NULL if
 * there is none yet, an error pointer if the program's index makes no sense.
 */
static struct ksmol_ring_slot *slot_take(struct ksmol_ring *ring)
{
	struct ksmol_ring_slot *slot = NULL;
	unsigned long flags;
	int room;

	spin_lock_irqsave(&ring->done_lock, flags);
	room = ksmol_ringq_room(&ring->done);
	/* It can't have read what was not written. */
	if (unlikely(room < 0 || ring->written - ring->done.other >
				 ring->done.size)) {
		slot = ERR_PTR(-EBADFD);
	} else if (likely(room && ring->free)) {
		slot = ring->free;
		ring->free = slot->next;
		WRITE_ONCE(ring->done.own, ring->done.own + 1);
	}
	spin_unlock_irqrestore(&ring->done_lock, flags);
	return slot;
}

/* The socket is freed a grace period after it took itself off the ring. */
static void ring_wake(struct ksmol_ring *ring)
{
	struct sock *sk;

	rcu_read_lock();
	sk = READ_ONCE(ring->sk);
	if (sk)
		sk->sk_write_space(sk);
	rcu_read_unlock();
}

/* The chunk is the program's again. Any context; @slot is free afterwards. */
static void ring_complete(struct ksmol_ring_slot *slot, int err, u32 flags)
{
	struct ksmol_ring *ring = slot->ring;
	struct ksmol_ring_completion *to;
	unsigned long irq;

	spin_lock_irqsave(&ring->done_lock, irq);
	to = ksmol_ringq_entry(&ring->done, ring->written, sizeof(*to));
	to->addr = slot->addr;
	to->user = slot->user;
	to->error = err;
	to->flags = flags;
	WRITE_ONCE(ring->written, ring->written + 1);
	smp_store_release(&ring->done.shared->producer, ring->written); /* (A) */
	slot->next = ring->free;
	ring->free = slot;
	spin_unlock_irqrestore(&ring->done_lock, irq);
	smp_mb();	/* (W) written, then look who waits */
	if (unlikely(READ_ONCE(ring->tx_wanted))) {
		WRITE_ONCE(ring->tx_wanted, false);
		ring_wake(ring);
	}
}

/* Module text: ksmol_phy_exit() waits for whoever called it. */
static void ring_lease_done(struct ksmol_tx_lease *lease)
{
	struct ksmol_ring_slot *slot = container_of(lease,
						    struct ksmol_ring_slot,
						    lease);
	struct ksmol_ring *ring = slot->ring;

	ring_complete(slot, 0, 0);
	ksmol_ring_put(ring);
}

/* --- one datagram --- */

static int tx_check(const struct ksmol_ring *ring,
		    const struct ksmol_ring_tx *tx)
{
	u64 room = ring->chunk_mask + 1 - (tx->addr & ring->chunk_mask);

	if (tx->flags || tx->addr >= ring->bytes || tx->len > room)
		return -EINVAL;
	/* The peer of connect() is where it is. */
	return tx->ifindex && !tx->family ? -EINVAL : 0;
}

/* To whom a descriptor says; IPv6 sockets may name IPv4's as mapped ones. */
static int tx_named(const struct ksmol_sock *ks, const struct ksmol_ring_tx *tx,
		    struct ksmol_end *end)
{
	struct in6_addr in6;

	*end = (struct ksmol_end){ .family = tx->family, .port = tx->port };
	switch (tx->family) {
	case AF_INET:
		memcpy(&end->addr.v4, tx->dest, sizeof(end->addr.v4));
		break;
	case AF_INET6:
		if (ks->inet.sk.sk_family != AF_INET6)
			return -EAFNOSUPPORT;
		memcpy(&in6, tx->dest, sizeof(in6));
		end->family = ksmol_addr_from_in6(&in6, &end->addr);
		end->scope = ksmol_addr_scope(end->family, &end->addr,
					      tx->ifindex);
		break;
	default:
		return -EAFNOSUPPORT;
	}
	return ksmol_sock_speaks(ks, end->family);
}

static int tx_destination(const struct ksmol_sock *ks,
			  const struct ksmol_ring_tx *tx,
			  struct ksmol_send *to)
{
	struct ksmol_end end = {
		.family = ks->family,
		.port = ks->rport,
		.addr = ks->raddr,
	};
	int err;

	to->hlen = KSMOL_UDP_HLEN;
	to->whole = false;
	to->confirm = false;
	if (!tx->family) {
		if (ks->inet.sk.sk_state != TCP_ESTABLISHED)
			return -EDESTADDRREQ;
	} else {
		err = tx_named(ks, tx, &end);
		if (err)
			return err;
	}
	if (!end.port)
		return -EINVAL;
	if (unlikely(tx->len > ksmol_udp_payload_max(end.family)))
		return -EMSGSIZE;
	to->dport = end.port;
	ksmol_flow_init(ks, &to->flow, end.family, &end.addr);
	if (tx->family && end.family == AF_INET6)
		ksmol_flow_named(ks, &to->flow, &end);
	return 0;
}

static int tx_route(const struct ksmol_send *to, struct ksmol_dst *dst)
{
	int err = ksmol_route(&to->flow, dst);

	if (unlikely(err))
		ksmol_tx_dropped(ksmol_route_reason(err), to->flow.oif);
	return err;
}

/*
 * Out of the chunk itself. The reference that keeps ring and chunk is taken
 * first: the frame may be gone before the call returns.
 */
static int tx_lease(struct ksmol_sock *ks, struct ksmol_ring_slot *slot,
		    const struct ksmol_send *to, u32 len)
{
	struct ksmol_ring *ring = slot->ring;
	struct ksmol_tx_lease *lease = &slot->lease;
	struct ksmol_tx_segment seg __uninitialized;
	struct ksmol_dst dst;
	int err;

	lease->pages = ring->chunks->pages + (slot->addr >> PAGE_SHIFT);
	lease->off = slot->addr & ~PAGE_MASK;
	lease->data = ring->chunks->data + slot->addr;
	lease->done = ring_lease_done;
	ksmol_segment_init(&seg);
	seg.len = len;
	ksmol_ring_get(ring);
	rcu_read_lock();
	local_bh_disable();
	err = tx_route(to, &dst);
	if (likely(!err)) {
		ksmol_udp_push_segment(ks, &seg, to, &dst.saddr);
		err = ksmol_ip_output_lease(&to->flow, &dst, &seg, lease);
	}
	local_bh_enable();
	rcu_read_unlock();
	if (unlikely(err))
		ksmol_ring_put(ring);
	return err;
}

/* A pbuf with the payload, or an error pointer. */
static struct ksmol_pbuf *tx_pbuf(struct ksmol_sock *ks, const u8 *data,
				  u32 len)
{
	struct ksmol_pbuf *pb = ksmol_tx_get(ks, MSG_DONTWAIT);
	int err;

	if (IS_ERR(pb))
		return pb;
	local_bh_disable();
	err = ksmol_pbuf_from_mem(pb, data, len, false);
	if (err)
		ksmol_pbuf_free(pb);
	else
		__ksmol_stat_copy(RING_TX, len);
	local_bh_enable();
	return err ? ERR_PTR(err) : pb;
}

/* As a copy: where it has to wait for a neighbor, or goes to many or to us. */
static int tx_copy(struct ksmol_sock *ks, struct ksmol_ring *ring, u64 addr,
		   const struct ksmol_send *to, u32 len)
{
	struct ksmol_pbuf *pb = tx_pbuf(ks, ring->chunks->data + addr, len);
	struct ksmol_dst dst;
	int err;

	if (IS_ERR(pb)) {
		ksmol_tx_dropped(KSMOL_TX_DROP_NO_PBUF, to->flow.oif);
		return -ENOBUFS;
	}
	rcu_read_lock();
	err = tx_route(to, &dst);
	if (!err) {
		ksmol_udp_push(ks, pb, to, &dst.saddr, NULL);
		err = ksmol_ip_output(&to->flow, &dst, pb);
		pb = NULL;
	}
	rcu_read_unlock();
	if (pb)
		ksmol_pbuf_free_any(pb);
	return err;
}

/* To a completion in any case, now or when the device is done. */
static void tx_one(struct ksmol_sock *ks, struct ksmol_ring_slot *slot,
		   const struct ksmol_ring_tx *tx)
{
	struct ksmol_ring *ring = slot->ring;
	struct ksmol_send to __uninitialized;
	u32 flags = 0;
	int err;

	slot->addr = tx->addr;
	slot->user = tx->user;
	err = tx_check(ring, tx);
	if (unlikely(err)) {
		ring->stats.tx_bad++;
		goto failed;
	}
	err = tx_destination(ks, tx, &to);
	if (unlikely(err))
		goto failed;
	err = tx_lease(ks, slot, &to, tx->len);
	if (likely(!err)) {
		ring->stats.tx++;
		return;
	}
	if (err == -EAGAIN) {
		err = tx_copy(ks, ring, tx->addr, &to, tx->len);
		flags = KSMOL_RING_TX_COPIED;
	}
	if (err)
		goto failed;
	ring->stats.tx++;
	ring->stats.tx_copied++;
	ring_complete(slot, 0, flags);
	return;

failed:
	ring->stats.tx_failed++;
	ring_complete(slot, err, flags);
}

/* --- all of them --- */

/* Reads the next descriptor, once: the program may write to it meanwhile. */
static void tx_read(struct ksmol_ring *ring, struct ksmol_ring_tx *tx)
{
	memcpy(tx, ksmol_ringq_entry(&ring->tx, ring->tx.own, sizeof(*tx)),
	       sizeof(*tx));
	barrier();	/* never again from there */
	ksmol_ringq_consumed(&ring->tx);
}

static int ring_send(struct ksmol_sock *ks, struct ksmol_ring *ring)
{
	struct ksmol_ring_slot *slot;
	struct ksmol_ring_tx tx;
	u32 i;
	int n;

	/* A program that goes on writing meanwhile has to call again. */
	for (i = 0; i < ring->tx.size; i++) {
		n = ksmol_ringq_waiting(&ring->tx);
		if (n <= 0)
			return n;
		slot = slot_take(ring);
		if (IS_ERR(slot))
			return PTR_ERR(slot);
		if (!slot)
			return -EAGAIN;
		tx_read(ring, &tx);
		tx_one(ks, slot, &tx);
		cond_resched();
	}
	return 0;
}

static int ring_may_send(struct sock *sk, const struct ksmol_ring *ring)
{
	int err;

	if (READ_ONCE(ring->stopped))
		return -EBADFD;
	err = sock_error(sk);
	if (err)
		return err;
	return READ_ONCE(sk->sk_shutdown) & SEND_SHUTDOWN ? -EPIPE : 0;
}

int ksmol_ring_kick(struct ksmol_sock *ks, struct ksmol_ring *ring)
{
	int err = ring_may_send(&ks->inet.sk, ring);

	if (!err && unlikely(!READ_ONCE(ks->lport)))
		err = ksmol_autobind(ks);
	if (err)
		return err;
	if (mutex_lock_interruptible(&ring->tx_lock))
		return -ERESTARTSYS;
	err = ring_send(ks, ring);
	mutex_unlock(&ring->tx_lock);
	if (err == -EBADFD)
		ksmol_ring_stop(ring);
	return err;
}

void ksmol_ring_poll_kick(struct ksmol_sock *ks, struct ksmol_ring *ring)
{
	struct sock *sk = &ks->inet.sk;
	int err;

	if (!READ_ONCE(ks->lport) || READ_ONCE(ring->stopped) ||
	    READ_ONCE(sk->sk_err) || READ_ONCE(sk->sk_shutdown) & SEND_SHUTDOWN)
		return;
	mutex_lock(&ring->tx_lock);
	err = ring_send(ks, ring);
	mutex_unlock(&ring->tx_lock);
	if (unlikely(err == -EBADFD))
		ksmol_ring_stop(ring);
}
