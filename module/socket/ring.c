// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a socket's ring. The socket has one reference, each chunk that a
 * device has another: a program may be killed at any time, its memory is freed
 * when the last device is done.
 */

#include <linux/list.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include "sock.h"
#include "ring.h"

/* Rings of open sockets, for debugfs. */
static LIST_HEAD(rings);
static DEFINE_MUTEX(rings_lock);

void ksmol_ring_for_each(void (*fn)(struct ksmol_ring *ring, void *arg),
			 void *arg)
{
	struct ksmol_ring *ring;

	mutex_lock(&rings_lock);
	list_for_each_entry(ring, &rings, node)
		fn(ring, arg);
	mutex_unlock(&rings_lock);
}

/* --- sizes --- */

static bool entries_good(u32 n)
{
	return is_power_of_2(n) && n <= KSMOL_RING_ENTRIES_MAX;
}

int ksmol_ring_check(const struct ksmol_ring_setup *setup)
{
	bool own = setup->flags & KSMOL_RING_OWN_MEMORY;
	u64 bytes = (u64)setup->chunks * setup->chunk_size;

	if (setup->flags & ~KSMOL_RING_OWN_MEMORY || setup->reserved)
		return -EINVAL;
	if (!is_power_of_2(setup->chunk_size) ||
	    setup->chunk_size < KSMOL_RING_CHUNK_MIN ||
	    setup->chunk_size > KSMOL_RING_CHUNK_MAX)
		return -EINVAL;
	/* The pages are counted in 32 bits, the area's end must not wrap. */
	if (!bytes || !PAGE_ALIGNED(bytes) || bytes > U32_MAX)
		return -EINVAL;
	if (!own && setup->addr)
		return -EINVAL;
	if (own && (!setup->addr || !PAGE_ALIGNED(setup->addr) ||
		    setup->addr + bytes < setup->addr))
		return -EINVAL;
	return entries_good(setup->fill) && entries_good(setup->rx) &&
	       entries_good(setup->tx) && entries_good(setup->completion) ?
	       0 : -EINVAL;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ring_check);

/* Puts a ring's head and its entries at *@end, which moves behind them. */
static void place(struct ksmol_ring_place *to, u64 *end, u32 entries,
		  size_t bytes)
{
	u64 at = *end;

	to->producer = at + offsetof(struct ksmol_ring_shared, producer);
	to->consumer = at + offsetof(struct ksmol_ring_shared, consumer);
	to->flags = at + offsetof(struct ksmol_ring_shared, flags);
	to->entries = at + sizeof(struct ksmol_ring_shared);
	*end = ALIGN(to->entries + entries * bytes, 64);
}

static void layout_init(struct ksmol_ring_layout *layout,
			const struct ksmol_ring_setup *setup)
{
	u64 end = 0;

	place(&layout->fill, &end, setup->fill, sizeof(u64));
	place(&layout->rx, &end, setup->rx, sizeof(struct ksmol_ring_rx));
	place(&layout->tx, &end, setup->tx, sizeof(struct ksmol_ring_tx));
	place(&layout->completion, &end, setup->completion,
	      sizeof(struct ksmol_ring_completion));
	layout->rings_bytes = PAGE_ALIGN(end);
	if (!(setup->flags & KSMOL_RING_OWN_MEMORY))
		layout->chunks_bytes = (u64)setup->chunks * setup->chunk_size;
}

/* --- beginning --- */

static void queue_init(struct ksmol_ringq *q, const struct ksmol_ring *ring,
		       const struct ksmol_ring_place *place, u32 size)
{
	q->shared = (void *)(ring->rings->data + place->producer);
	q->entries = ring->rings->data + place->entries;
	q->size = size;
}

static void queues_init(struct ksmol_ring *ring,
			const struct ksmol_ring_setup *setup)
{
	queue_init(&ring->fill, ring, &ring->layout.fill, setup->fill);
	queue_init(&ring->rx, ring, &ring->layout.rx, setup->rx);
	queue_init(&ring->tx, ring, &ring->layout.tx, setup->tx);
	queue_init(&ring->done, ring, &ring->layout.completion,
		   setup->completion);
	/* Nobody looks into tx by himself: that takes a program's call. */
	ring->tx.shared->flags = KSMOL_RING_NEED_WAKEUP;
}

static int slots_init(struct ksmol_ring *ring)
{
	struct ksmol_ring_slot *slot;
	u32 i;

	ring->slots = kvcalloc(ring->done.size, sizeof(*ring->slots),
			       GFP_KERNEL_ACCOUNT);
	if (!ring->slots)
		return -ENOMEM;
	for (i = 0; i < ring->done.size; i++) {
		slot = &ring->slots[i];
		slot->ring = ring;
		slot->next = ring->free;
		ring->free = slot;
	}
	return 0;
}

static void ring_free(struct ksmol_ring *ring)
{
	ksmol_umem_put(ring->chunks);
	ksmol_umem_put(ring->rings);
	kvfree(ring->slots);
	kfree(ring);
}

/* Takes @umem over into *@to, or says what is wrong with it. */
static int adopt(struct ksmol_umem **to, struct ksmol_umem *umem)
{
	if (IS_ERR(umem))
		return PTR_ERR(umem);
	*to = umem;
	return 0;
}

static int ring_memory(struct ksmol_ring *ring,
		       const struct ksmol_ring_setup *setup)
{
	int err;

	err = adopt(&ring->rings, ksmol_umem_alloc(ring->layout.rings_bytes));
	if (err)
		return err;
	err = adopt(&ring->chunks, setup->flags & KSMOL_RING_OWN_MEMORY ?
		    ksmol_umem_pin(setup->addr, ring->bytes) :
		    ksmol_umem_alloc(ring->bytes));
	if (err)
		return err;
	queues_init(ring, setup);
	return slots_init(ring);
}

struct ksmol_ring *ksmol_ring_create(struct sock *sk,
				     const struct ksmol_ring_setup *setup)
{
	struct ksmol_ring *ring = kzalloc_obj(*ring);
	int err;

	if (!ring)
		return ERR_PTR(-ENOMEM);
	kref_init(&ring->refs);
	spin_lock_init(&ring->done_lock);
	mutex_init(&ring->tx_lock);
	ring->sk = sk;
	ring->bytes = (u64)setup->chunks * setup->chunk_size;
	ring->chunk_mask = setup->chunk_size - 1;
	layout_init(&ring->layout, setup);
	err = ring_memory(ring, setup);
	if (err) {
		ring_free(ring);
		return ERR_PTR(err);
	}
	mutex_lock(&rings_lock);
	list_add_tail(&ring->node, &rings);
	mutex_unlock(&rings_lock);
	return ring;
}

/* --- end --- */

static void ring_free_rcu(struct rcu_head *rcu)
{
	ring_free(container_of(rcu, struct ksmol_ring, rcu));
}

static void ring_release(struct kref *refs)
{
	struct ksmol_ring *ring = container_of(refs, struct ksmol_ring, refs);

	call_rcu(&ring->rcu, ring_free_rcu);
}

void ksmol_ring_put(struct ksmol_ring *ring)
{
	kref_put(&ring->refs, ring_release);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_ring_put);

void ksmol_ring_close(struct ksmol_ring *ring)
{
	mutex_lock(&rings_lock);
	list_del(&ring->node);
	mutex_unlock(&rings_lock);
	local_bh_disable();
	ksmol_ring_rx_lock(ring);
	ring->closed = true;
	ksmol_ring_rx_unlock(ring);
	local_bh_enable();
	/* The socket is freed a grace period after this, see ring_wake(). */
	WRITE_ONCE(ring->sk, NULL);
	ksmol_ring_put(ring);
}

void ksmol_ring_stop(struct ksmol_ring *ring)
{
	struct sock *sk;

	if (xchg(&ring->stopped, true))
		return;
	WRITE_ONCE(ring->stats.stopped, 1);
	WRITE_ONCE(ring->fill.shared->flags, KSMOL_RING_STOPPED);
	WRITE_ONCE(ring->rx.shared->flags, KSMOL_RING_STOPPED);
	WRITE_ONCE(ring->tx.shared->flags, KSMOL_RING_STOPPED);
	WRITE_ONCE(ring->done.shared->flags, KSMOL_RING_STOPPED);
	rcu_read_lock();
	sk = READ_ONCE(ring->sk);
	if (sk)
		ksmol_sock_fail(ksmol_sk(sk), EBADFD);
	rcu_read_unlock();
}
