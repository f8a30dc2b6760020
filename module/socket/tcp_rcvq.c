// SPDX-License-Identifier: GPL-2.0-only
/*
 * Received payload: the queue that the program reads from, and what waits
 * beside it for a gap to be filled. Pbufs are kept as they came, trimmed at
 * both ends; only short ones are gathered in one that is storage anyway.
 */

#include <ksmol/compat.h>
#include "tcp.h"

static struct ksmol_pbuf *ooo_pbuf(const struct rb_node *node)
{
	return rb_entry_safe(node, struct ksmol_pbuf, rx.tcp.node);
}

static u32 pbuf_end(const struct ksmol_pbuf *pb)
{
	return pb->rx.tcp.seq + pb->len;
}

/* --- what may be kept --- */

/* Gives up one pbuf that waits out of order, in exchange for another. */
static bool give_one(struct ksmol_tcb *tcb)
{
	return ksmol_tcp_prune(tcb, 1);
}

/* Memory is freed at our own cost; the descriptor's limits were asked before. */
static int settle(struct ksmol_tcb *tcb, struct ksmol_pbuf *pb)
{
	int reason;

	do {
		reason = ksmol_pbuf_settle(pb);
	} while (unlikely(reason) && reason != KSMOL_DROP_RX_NO_SKB &&
		 give_one(tcb));
	return reason;
}

/*
 * May @pb be kept, and made fit for it? When the pool says no, data that is
 * in order (or before other data that isn't: @spare) takes the place of what
 * waits with the highest numbers: the free stock is none the smaller for that.
 */
static int keep(struct ksmol_tcb *tcb, struct ksmol_pbuf *pb, u32 held,
		bool spare)
{
	int reason = ksmol_pbuf_may_queue(pb, held);

	if (unlikely(reason)) {
		if (!spare || !give_one(tcb) ||
		    pb->home == KSMOL_CLASS_EMERGENCY)
			return reason;
	}
	reason = settle(tcb, pb);
	if (likely(!reason))
		ksmol_pbuf_own(pb, KSMOL_OWNER_SOCKET);
	return reason;
}

static u32 storage_size(const struct ksmol_pbuf *pb)
{
	return pb->page ? pb->pool->cfg.buf_size : pb->pool->slot_size;
}

/* A short one whose bytes fit behind those of @last: one descriptor is
 * enough. Consumes @pb if so.
 */
static bool append(struct ksmol_pbuf *last, struct ksmol_pbuf *pb)
{
	u32 end, len = pb->len;

	if (likely(!last || last->skb || last->rest ||
		   len > pb->pool->copybreak))
		return false;
	end = last->off + last->len;
	if (end + len > storage_size(last) ||
	    ksmol_pbuf_to_mem(pb, 0, last->head + end, len))
		return false;
	last->len += len;
	/* As Linux: what came last tells the time of all */
	last->tstamp = pb->tstamp ?: last->tstamp;
	if (pb->skb)
		__ksmol_stat_copy(COPYBREAK_RX, len);
	else
		__ksmol_stat_copy(GATHER, len);
	ksmol_pbuf_free(pb);
	return true;
}

/* --- in order --- */

static struct ksmol_pbuf *rcvq_last(const struct ksmol_tcb *tcb)
{
	if (!tcb->rcvq.first)
		return NULL;
	return container_of(tcb->rcvq.tail, struct ksmol_pbuf, next);
}

/* For the window's guess at what so many pbufs can hold. */
static void measure_fill(struct ksmol_tcb *tcb, u32 len)
{
	if (unlikely(!tcb->rcv_fill))
		tcb->rcv_fill = len;
	else
		tcb->rcv_fill += (s32)(len - tcb->rcv_fill) / 8;
}

static void rcvq_add(struct ksmol_tcb *tcb, struct ksmol_pbuf *pb)
{
	measure_fill(tcb, pb->len);
	ksmol_pbuf_list_add(&tcb->rcvq, pb);
}

/*
 * Announced windows are rounded up (tcp_window.c), so that a peer that sends
 * a few bytes at a time may get beyond the buffer; this is where it ends.
 */
static bool overrun(const struct ksmol_tcb *tcb, u32 len)
{
	u32 bound = tcb->cfg.rcvbuf + (1U << tcb->rcv_wscale) +
		    max(tcb->rcv_max_wnd, tcb->rcv_wnd);

	return ksmol_tcp_readable(tcb) + len > bound;
}

static int queue_in_order(struct ksmol_tcb *tcb, struct ksmol_pbuf *pb)
{
	int reason;

	if (unlikely(overrun(tcb, pb->len)))
		return KSMOL_DROP_TCP_WINDOW;
	if (append(rcvq_last(tcb), pb))
		return 0;
	reason = keep(tcb, pb, tcb->rcvq.count + tcb->ooo_pbufs, true);
	if (unlikely(reason))
		return reason;
	pb->rx.tcp.seq = tcb->rcv_nxt;
	rcvq_add(tcb, pb);
	return 0;
}

/* --- out of order --- */

static struct ksmol_cap *ooo_cap(const struct ksmol_tcb *tcb)
{
	return &tcb->pool->cap[KSMOL_CAP_OOO];
}

static void ooo_unlink(struct ksmol_tcb *tcb, struct ksmol_pbuf *pb)
{
	ksmol_cap_give(ooo_cap(tcb), 1);
	rb_erase(&pb->rx.tcp.node, &tcb->ooo);
	tcb->ooo_pbufs--;
	tcb->ooo_bytes -= pb->len;
}

void ksmol_tcp_ooo_purge(struct ksmol_tcb *tcb)
{
	struct ksmol_pbuf *pb, *next;

	rbtree_postorder_for_each_entry_safe(pb, next, &tcb->ooo, rx.tcp.node)
		ksmol_pbuf_free(pb);
	ksmol_cap_give(ooo_cap(tcb), tcb->ooo_pbufs);
	tcb->ooo = RB_ROOT;
	tcb->ooo_pbufs = 0;
	tcb->ooo_bytes = 0;
	tcb->nr_sack = 0;
	tcb->fin_early = false;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_ooo_purge);

/* The last one that begins at @seq or before it, or NULL. */
static struct ksmol_pbuf *ooo_before(const struct ksmol_tcb *tcb, u32 seq)
{
	struct rb_node *node = tcb->ooo.rb_node;
	struct ksmol_pbuf *best = NULL;

	while (node) {
		struct ksmol_pbuf *pb = ooo_pbuf(node);

		if (ksmol_seq_after(pb->rx.tcp.seq, seq)) {
			node = node->rb_left;
		} else {
			best = pb;
			node = node->rb_right;
		}
	}
	return best;
}

static void ooo_link(struct ksmol_tcb *tcb, struct ksmol_pbuf *pb)
{
	struct rb_node **link = &tcb->ooo.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		if (ksmol_seq_before(pb->rx.tcp.seq,
				     ooo_pbuf(parent)->rx.tcp.seq))
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&pb->rx.tcp.node, parent, link);
	rb_insert_color(&pb->rx.tcp.node, &tcb->ooo);
	tcb->ooo_pbufs++;
	tcb->ooo_bytes += pb->len;
}

/* Cuts off what is queued already from @pb's front. Return: false when
 * nothing is left.
 */
static bool ooo_cut_front(struct ksmol_tcb *tcb, struct ksmol_pbuf *pb,
			  u32 *seq)
{
	struct ksmol_pbuf *queued = ooo_before(tcb, *seq);
	u32 end = *seq + pb->len;

	while (queued && !ksmol_seq_after(queued->rx.tcp.seq, *seq) &&
	       ksmol_seq_after(pbuf_end(queued), *seq)) {
		if (!ksmol_seq_before(pbuf_end(queued), end)) {
			ksmol_tcp_dsack(tcb, *seq, end);
			return false;
		}
		ksmol_tcp_dsack(tcb, *seq, pbuf_end(queued));
		ksmol_pbuf_pull(pb, pbuf_end(queued) - *seq);
		*seq = pbuf_end(queued);
		queued = ooo_pbuf(rb_next(&queued->rx.tcp.node));
	}
	return true;
}

/* Settles what overlaps behind @pb: the covered go, else its own end does. */
static void ooo_cut_back(struct ksmol_tcb *tcb, struct ksmol_pbuf *pb)
{
	struct ksmol_pbuf *next;

	while ((next = ooo_pbuf(rb_next(&pb->rx.tcp.node)))) {
		u32 seq = next->rx.tcp.seq, over = pbuf_end(pb) - seq;

		if (!ksmol_seq_after(pbuf_end(pb), seq))
			return;
		if (over < next->len) {
			ksmol_tcp_dsack(tcb, seq, seq + over);
			ksmol_pbuf_trim(pb, pb->len - over);
			tcb->ooo_bytes -= over;
			return;
		}
		ksmol_tcp_dsack(tcb, seq, pbuf_end(next));
		ooo_unlink(tcb, next);
		ksmol_pbuf_free(next);
	}
}

/* Gathers a short one behind its neighbor, unless it reaches the next. */
static bool ooo_append(struct ksmol_tcb *tcb, struct ksmol_pbuf *pb, u32 seq)
{
	struct ksmol_pbuf *prev = ooo_before(tcb, seq), *next;
	u32 len = pb->len;

	if (!prev || pbuf_end(prev) != seq)
		return false;
	next = ooo_pbuf(rb_next(&prev->rx.tcp.node));
	if (next && ksmol_seq_after(seq + len, next->rx.tcp.seq))
		return false;
	if (!append(prev, pb))
		return false;
	tcb->ooo_bytes += len;
	return true;
}

static int ooo_refused(int reason)
{
	return reason == KSMOL_DROP_RX_SHARE ? KSMOL_DROP_TCP_OOO_FULL :
					       reason;
}

/* As keep(), and all connections together have a cap. */
static int ooo_keep(struct ksmol_tcb *tcb, struct ksmol_pbuf *pb, u32 held,
		    bool spare)
{
	int reason;

	if (unlikely(!ksmol_cap_take(ooo_cap(tcb), 1)))
		return KSMOL_DROP_TCP_OOO_FULL;
	reason = keep(tcb, pb, held, spare);
	if (unlikely(reason))
		ksmol_cap_give(ooo_cap(tcb), 1);
	return reason;
}

/* As much as in order: it may be the rest of a window that was announced. The gap
 * takes the place of what waits, if it must.
 */
static int queue_ooo(struct ksmol_tcb *tcb, struct ksmol_pbuf *pb, u32 seq)
{
	u32 held = tcb->rcvq.count + tcb->ooo_pbufs;
	u32 start = seq, end = seq + pb->len;
	struct ksmol_pbuf *last;
	int reason;

	if (!ooo_cut_front(tcb, pb, &seq)) {
		/* RFC 2883 4: the block that it lies in is reported with it */
		ksmol_tcp_sack_add(tcb, start, end);
		return KSMOL_DROP_TCP_OLD;
	}
	if (!ooo_append(tcb, pb, seq)) {
		last = ooo_pbuf(rb_last(&tcb->ooo));
		reason = ooo_keep(tcb, pb, held,
				  last && ksmol_seq_before(seq,
							   last->rx.tcp.seq));
		if (unlikely(reason))
			return ooo_refused(reason);
		pb->rx.tcp.seq = seq;
		ooo_link(tcb, pb);
		ooo_cut_back(tcb, pb);
	}
	ksmol_tcp_sack_add(tcb, start, end);
	ksmol_tcp_count(OOO_QUEUED);
	return 0;
}

/* Moves over what has become in order. */
static void ooo_advance(struct ksmol_tcb *tcb)
{
	struct ksmol_pbuf *pb;

	while ((pb = ooo_pbuf(rb_first(&tcb->ooo)))) {
		u32 seq = pb->rx.tcp.seq, end = pbuf_end(pb), len;

		if (ksmol_seq_after(seq, tcb->rcv_nxt))
			break;
		ooo_unlink(tcb, pb);
		if (!ksmol_seq_after(end, tcb->rcv_nxt)) {
			ksmol_tcp_dsack(tcb, seq, end);
			ksmol_pbuf_free(pb);
			continue;
		}
		ksmol_tcp_dsack(tcb, seq, tcb->rcv_nxt);
		ksmol_pbuf_pull(pb, tcb->rcv_nxt - seq);
		pb->rx.tcp.seq = tcb->rcv_nxt;
		len = pb->len;
		if (!append(rcvq_last(tcb), pb))
			rcvq_add(tcb, pb);
		tcb->rcv_nxt += len;
	}
	ksmol_tcp_sack_trim(tcb);
}

/* --- giving back --- */

static bool reported(const struct ksmol_tcb *tcb, const struct ksmol_pbuf *pb)
{
	u8 i;

	for (i = 0; i < tcb->nr_sack; i++)
		if (ksmol_seq_before(pb->rx.tcp.seq, tcb->sack[i].end) &&
		    ksmol_seq_before(tcb->sack[i].start, pbuf_end(pb)))
			return true;
	return false;
}

/* As a rule all of it is reported; then nobody need look for the rest. */
static bool all_reported(const struct ksmol_tcb *tcb)
{
	u32 bytes = 0;
	u8 i;

	for (i = 0; i < tcb->nr_sack; i++)
		bytes += tcb->sack[i].end - tcb->sack[i].start;
	return bytes >= tcb->ooo_bytes;
}

static u32 prune(struct ksmol_tcb *tcb, u32 pbufs, bool even_reported)
{
	struct ksmol_pbuf *pb = ooo_pbuf(rb_last(&tcb->ooo)), *prev;
	u32 n = 0;

	for (; pb && n < pbufs; pb = prev) {
		prev = ooo_pbuf(rb_prev(&pb->rx.tcp.node));
		if (!even_reported && reported(tcb, pb))
			continue;
		ksmol_tcp_sack_forget(tcb, pb->rx.tcp.seq, pbuf_end(pb));
		ooo_unlink(tcb, pb);
		ksmol_pbuf_free(pb);
		ksmol_tcp_count(PRUNED);
		n++;
	}
	return n;
}

u32 ksmol_tcp_prune_unreported(struct ksmol_tcb *tcb, u32 pbufs)
{
	return all_reported(tcb) ? 0 : prune(tcb, pbufs, false);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_prune_unreported);

u32 ksmol_tcp_prune(struct ksmol_tcb *tcb, u32 pbufs)
{
	u32 n = ksmol_tcp_prune_unreported(tcb, pbufs);

	/* RFC 2018 8: even data that was reported may be given up */
	return n + prune(tcb, pbufs - n, true);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_prune);

/* --- the text of a segment --- */

/* All numbers before the FIN's are here. Nothing can follow it. */
static void fin_in_order(struct ksmol_tcb *tcb)
{
	tcb->rcv_nxt++;
	tcb->flags |= KSMOL_TCP_F_FIN_IN;
	tcb->events |= KSMOL_TCP_EV_FIN | KSMOL_TCP_EV_READABLE;
	tcb->ack |= KSMOL_TCP_ACK_NOW;
	ksmol_tcp_ooo_purge(tcb);
}

/* Remembered until the gap is filled; what came with higher numbers can't be
 * the stream's.
 */
static void fin_out_of_order(struct ksmol_tcb *tcb, u32 seq)
{
	struct ksmol_pbuf *last;

	tcb->fin_early = true;
	tcb->fin_seq = seq;
	while ((last = ooo_pbuf(rb_last(&tcb->ooo))) &&
	       ksmol_seq_after(pbuf_end(last), seq)) {
		ksmol_tcp_sack_forget(tcb, last->rx.tcp.seq, pbuf_end(last));
		ooo_unlink(tcb, last);
		ksmol_pbuf_free(last);
	}
}

/* RFC 5681 4.2: a duplicate or a gap is answered at once. */
static int text_old(struct ksmol_tcb *tcb, u32 seq, u32 end)
{
	ksmol_tcp_dsack(tcb, seq, end);
	ksmol_tcp_ack_quickly(tcb);
	return KSMOL_DROP_TCP_OLD;
}

static int text_refused(struct ksmol_tcb *tcb, int reason)
{
	tcb->ack |= KSMOL_TCP_ACK_NOW;
	return reason;
}

/**
 * struct text - what of a segment's text is new and inside the window
 * @seq: its first number
 * @len: payload bytes; the pbuf is cut accordingly
 * @fin: a FIN follows them
 */
struct text {
	u32 seq;
	u32 len;
	bool fin;
};

static int text_in_order(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg,
			 const struct text *t, u64 now)
{
	bool filled = !RB_EMPTY_ROOT(&tcb->ooo);
	u32 before = tcb->rcv_nxt;
	int reason;

	if (likely(t->len)) {
		reason = queue_in_order(tcb, seg->pb);
		if (unlikely(reason))
			return text_refused(tcb, reason);
		tcb->rcv_nxt += t->len;
		tcb->events |= KSMOL_TCP_EV_READABLE;
		if (unlikely(filled))
			ooo_advance(tcb);
		tcb->bytes_in += tcb->rcv_nxt - before;
		ksmol_tcp_data_in(tcb, seg, filled, now);
	}
	if (unlikely(t->fin ||
		     (tcb->fin_early && tcb->fin_seq == tcb->rcv_nxt)))
		fin_in_order(tcb);
	return t->len ? KSMOL_DELIVERED : KSMOL_HANDLED;
}

static int text_out_of_order(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg,
			     const struct text *t)
{
	int reason;

	tcb->ooo_in += seg->segs;
	ksmol_tcp_ack_quickly(tcb);
	if (t->fin && !tcb->fin_early)
		fin_out_of_order(tcb, t->seq + t->len);
	if (!t->len)
		return KSMOL_HANDLED;
	reason = queue_ooo(tcb, seg->pb, t->seq);
	return reason ?: KSMOL_DELIVERED;
}

/* Cuts off what was received before. */
static void cut_front(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg,
		      struct text *t)
{
	u32 old = min(tcb->rcv_nxt - t->seq, t->len);

	ksmol_tcp_dsack(tcb, t->seq, t->seq + old);
	tcb->ack |= KSMOL_TCP_ACK_NOW;
	if (seg->pb)
		ksmol_pbuf_pull(seg->pb, old);
	t->seq += old;
	t->len -= old;
}

/* And what pretends to follow a FIN that came early. */
static int cut_at_fin(const struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg,
		      struct text *t)
{
	if (!ksmol_seq_after(t->seq + t->len, tcb->fin_seq))
		return 0;
	if (!ksmol_seq_before(t->seq, tcb->fin_seq))
		return KSMOL_DROP_TCP_SEQ;
	t->fin = false;
	t->len = tcb->fin_seq - t->seq;
	if (seg->pb)
		ksmol_pbuf_trim(seg->pb, t->len);
	return 0;
}

/*
 * And what lies beyond the window; a FIN counts as its last byte. As in Linux,
 * a bare FIN is taken even by a window that is closed: it needs no room.
 */
static int cut_back(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg,
		    struct text *t)
{
	s32 room = tcb->rcv_nxt + ksmol_tcp_rcv_room(tcb) - t->seq;

	if (likely(room > 0 && t->len + t->fin <= room))
		return 0;
	if (!t->len && t->seq == tcb->rcv_nxt)
		return 0;
	if (room <= 0)
		return KSMOL_DROP_TCP_WINDOW;
	tcb->ack |= KSMOL_TCP_ACK_NOW;
	t->fin = false;
	t->len = min_t(u32, t->len, room);
	if (seg->pb)
		ksmol_pbuf_trim(seg->pb, t->len);
	return 0;
}

int ksmol_tcp_text(struct ksmol_tcb *tcb, struct ksmol_tcp_seg *seg, u64 now)
{
	struct text t = {
		.seq = seg->h.seq,
		.len = seg->len,
		.fin = seg->h.flags & KSMOL_TCP_FIN,
	};
	u32 end = t.seq + t.len + t.fin;
	int reason;

	if (unlikely(!ksmol_seq_after(end, tcb->rcv_nxt)))
		return end == t.seq ? KSMOL_HANDLED :
				      text_old(tcb, t.seq, end);
	if (unlikely(tcb->flags & KSMOL_TCP_F_FIN_IN))
		return text_refused(tcb, KSMOL_DROP_TCP_SEQ);
	if (unlikely(ksmol_seq_before(t.seq, tcb->rcv_nxt)))
		cut_front(tcb, seg, &t);
	reason = cut_back(tcb, seg, &t);
	if (unlikely(tcb->fin_early) && !reason)
		reason = cut_at_fin(tcb, seg, &t);
	if (unlikely(!reason && t.len && !seg->pb))
		reason = KSMOL_DROP_RX_NO_PBUF;
	if (unlikely(reason))
		return text_refused(tcb, reason);

	tcb->data_segs_in += seg->segs;
	if (likely(t.seq == tcb->rcv_nxt))
		return text_in_order(tcb, seg, &t, now);
	return text_out_of_order(tcb, seg, &t);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_text);
