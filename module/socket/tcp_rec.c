// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of what was sent, from a stock that is fixed at load.
 *
 * A record is in its connection's tree by number. By its state it is also in
 * one of two lists through @time: SACKED in none, LOST and not yet sent again
 * in tcb->losses, any other in tcb->sent.
 *
 * The stock is a list under a lock, with a stash for each CPU in front of it.
 * What lies in other CPUs' stashes can't be had, so there are more records than
 * were asked for by all that could lie there.
 */

#include <linux/mm.h>
#include "tcp_recovery.h"

/* Most records in a CPU's stash, and how many come and go at once. */
#define STASH_MAX	64
#define STASH_BATCH	32

/* Records grow to this many bytes by joining; see rec_join_new(). */
#define JOIN_MAX	65536

/**
 * struct rec_stash - what one CPU has, touched with BH disabled
 * @free: free records
 * @count: how many
 */
struct rec_stash {
	struct list_head free;
	u32 count;
};

/**
 * struct rec_stock - all records
 * @lock: @free and @count; innermost
 * @free: free records but those in stashes
 * @count: how many
 * @low: from here on records are saved by joining
 * @size: records in all
 * @all: the memory
 */
struct rec_stock {
	spinlock_t lock;	/* @free, @count; innermost */
	struct list_head free;
	u32 count;
	u32 low;
	u32 size;
	struct ksmol_tcp_rec *all;
};

static struct rec_stock stock = {
	.lock = __SPIN_LOCK_UNLOCKED(stock.lock),
	.free = LIST_HEAD_INIT(stock.free),
};

static DEFINE_PER_CPU(struct rec_stash, rec_stash);

int ksmol_tcp_recs_init(u32 count)
{
	u32 size = count + num_possible_cpus() * STASH_MAX;
	int cpu;
	u32 i;

	stock.all = kvcalloc(size, sizeof(*stock.all), GFP_KERNEL);
	if (!stock.all)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		INIT_LIST_HEAD(&per_cpu(rec_stash, cpu).free);
		per_cpu(rec_stash, cpu).count = 0;
	}
	INIT_LIST_HEAD(&stock.free);
	for (i = 0; i < size; i++)
		list_add_tail(&stock.all[i].time, &stock.free);
	stock.count = size;
	stock.size = size;
	stock.low = size / 4;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_recs_init);

void ksmol_tcp_recs_exit(void)
{
	kvfree(stock.all);
	stock.all = NULL;
	stock.size = 0;
	stock.count = 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_recs_exit);

void ksmol_tcp_recs_usage(u32 *used, u32 *count)
{
	u32 free = READ_ONCE(stock.count);
	int cpu;

	for_each_possible_cpu(cpu)
		free += READ_ONCE(per_cpu(rec_stash, cpu).count);
	*count = stock.size;
	/* The sum is taken while records move */
	*used = stock.size - min(free, stock.size);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_recs_usage);

bool ksmol_tcp_recs_scarce(void)
{
	return READ_ONCE(stock.count) < stock.low;
}

static noinline bool stash_fill(struct rec_stash *stash)
{
	u32 i;

	if (!READ_ONCE(stock.count))
		return false;
	spin_lock(&stock.lock);
	for (i = 0; i < STASH_BATCH && stock.count; i++) {
		list_move(stock.free.next, &stash->free);
		WRITE_ONCE(stock.count, stock.count - 1);
		WRITE_ONCE(stash->count, stash->count + 1);
	}
	spin_unlock(&stock.lock);
	return i;
}

static noinline void stash_spill(struct rec_stash *stash)
{
	u32 i;

	spin_lock(&stock.lock);
	for (i = 0; i < STASH_BATCH; i++)
		list_move(stash->free.next, &stock.free);
	WRITE_ONCE(stock.count, stock.count + i);
	WRITE_ONCE(stash->count, stash->count - i);
	spin_unlock(&stock.lock);
}

/* The connection's own record first: who asks and waits needs no other. */
static struct ksmol_tcp_rec *rec_get(struct ksmol_tcb *tcb)
{
	struct rec_stash *stash;
	struct ksmol_tcp_rec *rec;

	if (!tcb->rec_own_used) {
		tcb->rec_own_used = true;
		return &tcb->rec_own;
	}
	stash = this_cpu_ptr(&rec_stash);
	if (unlikely(!stash->count) && !stash_fill(stash))
		return NULL;
	rec = list_first_entry(&stash->free, struct ksmol_tcp_rec, time);
	list_del(&rec->time);
	WRITE_ONCE(stash->count, stash->count - 1);
	return rec;
}

static void rec_put(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *rec)
{
	struct rec_stash *stash;

	if (rec == &tcb->rec_own) {
		tcb->rec_own_used = false;
		return;
	}
	stash = this_cpu_ptr(&rec_stash);
	list_add(&rec->time, &stash->free);
	WRITE_ONCE(stash->count, stash->count + 1);
	if (unlikely(stash->count > STASH_MAX))
		stash_spill(stash);
}

static struct ksmol_tcp_rec *rec_entry(struct rb_node *node)
{
	return rb_entry_safe(node, struct ksmol_tcp_rec, node);
}

struct ksmol_tcp_rec *ksmol_tcp_rec_first(const struct ksmol_tcb *tcb)
{
	return rec_entry(rb_first(&tcb->recs));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_rec_first);

struct ksmol_tcp_rec *ksmol_tcp_rec_next(const struct ksmol_tcp_rec *rec)
{
	return rec_entry(rb_next(&rec->node));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_rec_next);

struct ksmol_tcp_rec *ksmol_tcp_rec_find(const struct ksmol_tcb *tcb, u32 seq)
{
	struct rb_node *node = tcb->recs.rb_node;

	while (node) {
		struct ksmol_tcp_rec *rec = rec_entry(node);

		if (ksmol_seq_before(seq, rec->seq))
			node = node->rb_left;
		else if (!ksmol_seq_before(seq, rec->end))
			node = node->rb_right;
		else
			return rec;
	}
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_rec_find);

/* @rec follows @prev, or is the first of all. */
static void rec_link(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *prev,
		     struct ksmol_tcp_rec *rec)
{
	struct rb_node **link = &tcb->recs.rb_node;
	struct rb_node *parent = NULL;

	if (prev) {
		parent = &prev->node;
		link = &prev->node.rb_right;
		while (*link) {
			parent = *link;
			link = &parent->rb_left;
		}
	}
	rb_link_node(&rec->node, parent, link);
	rb_insert_color(&rec->node, &tcb->recs);
}

void ksmol_tcp_rec_drop(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *rec)
{
	if (!(rec->flags & KSMOL_TCP_REC_SACKED))
		list_del(&rec->time);
	if (rec == tcb->rec_last)
		tcb->rec_last = rec_entry(rb_prev(&rec->node));
	rb_erase(&rec->node, &tcb->recs);
	rec_put(tcb, rec);
}

void ksmol_tcp_recs_purge(struct ksmol_tcb *tcb)
{
	struct ksmol_tcp_rec *rec, *next;

	rbtree_postorder_for_each_entry_safe(rec, next, &tcb->recs, node)
		rec_put(tcb, rec);
	tcb->recs = RB_ROOT;
	INIT_LIST_HEAD(&tcb->sent);
	INIT_LIST_HEAD(&tcb->losses);
	tcb->rec_last = NULL;
	tcb->sacked = 0;
	tcb->lost = 0;
	tcb->retrans = 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_recs_purge);

/* --- what is sent --- */

/* While records are scarce, a burst of small segments shares one. */
static bool rec_join_new(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *last,
			 const struct ksmol_tcp_out *out, u32 end, u64 now)
{
	if (likely(!ksmol_tcp_recs_scarce()))
		return false;
	if (!last || last->flags || last->xmit != now ||
	    last->mss != out->mss || end - last->seq > JOIN_MAX)
		return false;
	last->end = end;
	last->order = ++tcb->xmit_order;
	return true;
}

/*
 * No record is left. What we know of the last one is forgotten, for it must
 * hold for what joins it, too: nothing of it counts as SACKed or lost, and no
 * round trip is taken from it.
 */
static void rec_extend(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *last,
		       const struct ksmol_tcp_out *out, u32 end, u64 now)
{
	u32 len = ksmol_tcp_rec_len(last);

	ksmol_tcp_count(NO_RECORD);
	if (last->flags & KSMOL_TCP_REC_SACKED)
		tcb->sacked -= len;
	else
		list_del(&last->time);
	if (last->flags & KSMOL_TCP_REC_LOST)
		tcb->lost -= len;
	if (last->flags & KSMOL_TCP_REC_RETRANS)
		tcb->retrans -= len;
	last->flags &= KSMOL_TCP_REC_SYN | KSMOL_TCP_REC_LIMITED;
	last->flags |= KSMOL_TCP_REC_EVER;
	last->end = end;
	last->xmit = now;
	last->order = ++tcb->xmit_order;
	last->pb = last->pb ?: out->pb;
	list_add_tail(&last->time, &tcb->sent);
}

static void rec_add(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *rec,
		    const struct ksmol_tcp_out *out, u32 end, u64 now)
{
	rec->seq = out->h.seq;
	rec->end = end;
	rec->xmit = now;
	rec->order = ++tcb->xmit_order;
	rec->pb = out->pb;
	rec->mss = out->mss;
	rec->flags = out->h.flags & KSMOL_TCP_SYN ? KSMOL_TCP_REC_SYN : 0;
	if (RB_EMPTY_ROOT(&tcb->recs)) {
		INIT_LIST_HEAD(&tcb->sent);
		INIT_LIST_HEAD(&tcb->losses);
		tcb->rec_last = NULL;
		tcb->fack = rec->seq;
	}
	rec_link(tcb, tcb->rec_last, rec);
	list_add_tail(&rec->time, &tcb->sent);
	tcb->rec_last = rec;
}

void ksmol_tcp_rec_new(struct ksmol_tcb *tcb, const struct ksmol_tcp_out *out,
		       u64 now)
{
	u32 len = out->len + !!(out->h.flags & KSMOL_TCP_SYN) +
		  !!(out->h.flags & KSMOL_TCP_FIN);
	struct ksmol_tcp_rec *rec = tcb->rec_last;
	u32 end = out->h.seq + len;

	tcb->prr_out += len;
	if (!rec_join_new(tcb, rec, out, end, now)) {
		rec = rec_get(tcb);
		if (likely(rec))
			rec_add(tcb, rec, out, end, now);
		else
			rec_extend(tcb, tcb->rec_last, out, end, now);
	}
	if (out->h.flags & KSMOL_TCP_FIN)
		tcb->rec_last->flags |= KSMOL_TCP_REC_FIN;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_rec_new);

void ksmol_tcp_rec_resent(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *rec,
			  u64 now)
{
	u32 len = ksmol_tcp_rec_len(rec);
	u32 out = len;

	if (unlikely(rec->flags & KSMOL_TCP_REC_PARTIAL))
		out = min_t(u32, len, rec->mss);
	if (!(rec->flags & KSMOL_TCP_REC_RETRANS))
		tcb->retrans += len;
	rec->flags |= KSMOL_TCP_REC_RETRANS | KSMOL_TCP_REC_EVER;
	rec->xmit = now;
	rec->order = ++tcb->xmit_order;
	list_move_tail(&rec->time, &tcb->sent);

	/* What Eifel and DSACKs need to tell whether it was in vain */
	if (tcb->undo_bytes < 0) {
		tcb->undo_bytes = 0;
		tcb->undo_ts = ksmol_tcp_ts(tcb, now);
	}
	tcb->undo_bytes += out;
	tcb->prr_out += out;
	tcb->bytes_retrans += out;
	tcb->retrans_total += rec->mss ? DIV_ROUND_UP(out, rec->mss) : 1;
	ksmol_tcp_count(RETRANS);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_rec_resent);

/* --- splitting and joining --- */

static void rec_split_flags(struct ksmol_tcp_rec *rec,
			    struct ksmol_tcp_rec *tail)
{
	tail->flags = rec->flags & ~(KSMOL_TCP_REC_SYN |
				     KSMOL_TCP_REC_PARTIAL);
	rec->flags &= ~(KSMOL_TCP_REC_FIN | KSMOL_TCP_REC_PARTIAL);
}

bool ksmol_tcp_rec_split(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *rec,
			 u32 seq)
{
	struct ksmol_tcp_rec *tail = rec_get(tcb);
	u32 off;

	if (unlikely(!tail)) {
		ksmol_tcp_count(NO_RECORD);
		return false;
	}
	tail->seq = seq;
	tail->end = rec->end;
	tail->xmit = rec->xmit;
	tail->order = rec->order;
	tail->mss = rec->mss;
	tail->pb = ksmol_tcp_sndq_find(tcb, rec->pb, seq, &off);
	rec_split_flags(rec, tail);
	rec->end = seq;
	rec_link(tcb, rec, tail);
	if (!(rec->flags & KSMOL_TCP_REC_SACKED))
		list_add(&tail->time, &rec->time);
	if (tcb->rec_last == rec)
		tcb->rec_last = tail;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_rec_split);

/* Both are SACKED and @tail follows @rec. */
static void rec_join(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *rec,
		     struct ksmol_tcp_rec *tail)
{
	rec->end = tail->end;
	if ((s32)(tail->order - rec->order) > 0) {
		rec->xmit = tail->xmit;
		rec->order = tail->order;
	}
	rec->mss = max(rec->mss, tail->mss);
	rec->flags |= tail->flags;
	if (tcb->rec_last == tail)
		tcb->rec_last = rec;
	rb_erase(&tail->node, &tcb->recs);
	rec_put(tcb, tail);
}

/*
 * What the peer has, in one piece, is one record: a SACK block that we know
 * already costs one look, and a long list of holes does not empty the stock.
 */
static struct ksmol_tcp_rec *rec_join_sacked(struct ksmol_tcb *tcb,
					     struct ksmol_tcp_rec *rec)
{
	struct ksmol_tcp_rec *prev = rec_entry(rb_prev(&rec->node));
	struct ksmol_tcp_rec *next = rec_entry(rb_next(&rec->node));

	if (next && next->flags & KSMOL_TCP_REC_SACKED)
		rec_join(tcb, rec, next);
	if (!prev || !(prev->flags & KSMOL_TCP_REC_SACKED))
		return rec;
	rec_join(tcb, prev, rec);
	return prev;
}

/* --- states --- */

struct ksmol_tcp_rec *ksmol_tcp_rec_sacked(struct ksmol_tcb *tcb,
					   struct ksmol_tcp_rec *rec)
{
	u32 len = ksmol_tcp_rec_len(rec);

	list_del(&rec->time);
	if (rec->flags & KSMOL_TCP_REC_LOST)
		tcb->lost -= len;
	if (rec->flags & KSMOL_TCP_REC_RETRANS)
		tcb->retrans -= len;
	rec->flags &= ~(KSMOL_TCP_REC_LOST | KSMOL_TCP_REC_RETRANS |
			KSMOL_TCP_REC_PARTIAL);
	rec->flags |= KSMOL_TCP_REC_SACKED;
	tcb->sacked += len;
	return rec_join_sacked(tcb, rec);
}

/* Losses are found in about the order of their numbers. */
static void rec_queue_loss(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *rec)
{
	struct ksmol_tcp_rec *pos;

	pos = list_first_entry_or_null(&tcb->losses, struct ksmol_tcp_rec,
				       time);
	if (!pos || ksmol_seq_before(rec->seq, pos->seq)) {
		list_add(&rec->time, &tcb->losses);
		return;
	}
	list_for_each_entry_reverse(pos, &tcb->losses, time)
		if (ksmol_seq_before(pos->seq, rec->seq))
			break;
	list_add(&rec->time, &pos->time);
}

bool ksmol_tcp_rec_lost(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *rec)
{
	u32 len = ksmol_tcp_rec_len(rec);

	if (rec->flags & KSMOL_TCP_REC_SACKED || ksmol_tcp_rec_waits(rec))
		return false;
	if (rec->flags & KSMOL_TCP_REC_RETRANS)
		tcb->retrans -= len;
	if (!(rec->flags & KSMOL_TCP_REC_LOST))
		tcb->lost += len;
	rec->flags &= ~(KSMOL_TCP_REC_RETRANS | KSMOL_TCP_REC_PARTIAL);
	rec->flags |= KSMOL_TCP_REC_LOST;
	list_del(&rec->time);
	rec_queue_loss(tcb, rec);
	return true;
}

/* Back among those in flight, at its place by time. */
static void rec_queue_sent(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *rec)
{
	struct ksmol_tcp_rec *pos;

	list_for_each_entry(pos, &tcb->sent, time)
		if ((s32)(pos->order - rec->order) > 0)
			break;
	list_add_tail(&rec->time, &pos->time);
}

void ksmol_tcp_rec_clear(struct ksmol_tcb *tcb, struct ksmol_tcp_rec *rec,
			 u8 flag)
{
	u32 len = ksmol_tcp_rec_len(rec);

	if (!(rec->flags & flag))
		return;
	if (flag == KSMOL_TCP_REC_SACKED) {
		tcb->sacked -= len;
		rec_queue_sent(tcb, rec);
	} else {
		tcb->lost -= len;
		if (ksmol_tcp_rec_waits(rec)) {
			list_del(&rec->time);
			rec_queue_sent(tcb, rec);
		}
	}
	rec->flags &= ~flag;
}

struct ksmol_tcp_rec *ksmol_tcp_lost_next(struct ksmol_tcb *tcb)
{
	if (likely(!tcb->lost))
		return NULL;
	return list_first_entry_or_null(&tcb->losses, struct ksmol_tcp_rec,
					time);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_lost_next);
