// SPDX-License-Identifier: GPL-2.0-only
/*
 * The send queue: payload from the oldest unacknowledged byte to the last one
 * written, in pbufs that stay here until they are acknowledged. A device
 * borrows their pages; a byte, once written, never changes.
 */

#include <linux/prefetch.h>
#include "tcp_send.h"

void ksmol_tcp_queue(struct ksmol_tcb *tcb, struct ksmol_pbuf *pb)
{
	ksmol_pbuf_own(pb, KSMOL_OWNER_SOCKET);
	pb->tx.seq = tcb->write_seq;
	tcb->write_seq += pb->len;
	ksmol_pbuf_list_add(&tcb->sndq, pb);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_queue);

void ksmol_tcp_queued(struct ksmol_tcb *tcb, u32 len)
{
	tcb->write_seq += len;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_queued);

/*
 * The pointer names the byte after the urgent one, as all implementations have
 * it (RFC 6093 3.1). A window that is closed does not keep the news from the
 * peer (RFC 9293 3.8.5).
 */
void ksmol_tcp_queue_urgent(struct ksmol_tcb *tcb)
{
	tcb->snd_up = tcb->write_seq;
	tcb->flags |= KSMOL_TCP_F_URG;
	if (!ksmol_tcp_usable(tcb))
		tcb->ack |= KSMOL_TCP_ACK_NOW;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_queue_urgent);

/* The one rule of what goes home: nothing of it can be asked for again. */
static bool sndq_is_acked(const struct ksmol_tcb *tcb,
			  const struct ksmol_pbuf *pb)
{
	return !ksmol_seq_after(pb->tx.seq + pb->len, tcb->snd_una);
}

/*
 * Whoever points into the queue points at what is not acknowledged, or at a
 * pbuf that is acknowledged to its last byte, waiting for more to be appended:
 * records are cut at snd_una, so that only the cursor can be the latter.
 */
void ksmol_tcp_sndq_trim(struct ksmol_tcb *tcb)
{
	struct ksmol_pbuf *pb;

	tcb->trimmed = tcb->snd_una;
	while ((pb = tcb->sndq.first) && sndq_is_acked(tcb, pb)) {
		ksmol_pbuf_list_pop(&tcb->sndq);
		if (pb == tcb->snd_cursor)
			tcb->snd_cursor = NULL;
		ksmol_pbuf_retire(pb);
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_sndq_trim);

/*
 * What is not acknowledged is in flight, so that another ACK comes, or waits for
 * a window, and both have a timer: nothing stays for good. And not more than half
 * of what there may be.
 */
static bool may_trim_later(const struct ksmol_tcb *tcb)
{
	return tcb->trim_later &&
	       ksmol_seq_before(tcb->snd_una, tcb->write_seq) &&
	       tcb->snd_una - tcb->trimmed < tcb->cfg.sndbuf / 2;
}

void ksmol_tcp_sndq_acked(struct ksmol_tcb *tcb)
{
	if (unlikely(tcb->flags & KSMOL_TCP_F_URG) &&
	    !ksmol_seq_after(tcb->snd_up, tcb->snd_una))
		tcb->flags &= ~KSMOL_TCP_F_URG;
	if (!may_trim_later(tcb))
		ksmol_tcp_sndq_trim(tcb);
	tcb->events |= KSMOL_TCP_EV_WRITABLE;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_sndq_acked);

void ksmol_tcp_sndq_purge(struct ksmol_tcb *tcb)
{
	struct ksmol_pbuf *pb;

	tcb->snd_cursor = NULL;
	while ((pb = ksmol_pbuf_list_pop(&tcb->sndq)))
		ksmol_pbuf_retire(pb);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_sndq_purge);

struct ksmol_pbuf *ksmol_tcp_sndq_find(const struct ksmol_tcb *tcb,
				       struct ksmol_pbuf *from, u32 seq,
				       u32 *off)
{
	struct ksmol_pbuf *pb = from ?: tcb->sndq.first;

	if (pb && unlikely(ksmol_seq_before(seq, pb->tx.seq)))
		pb = tcb->sndq.first;
	for (; pb; pb = pb->next) {
		*off = seq - pb->tx.seq;
		if (*off < pb->len)
			return pb;
	}
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_sndq_find);

/*
 * How much of @len bytes from @off in @pb on lies in no more pbufs than a
 * frame may have fragments. @last: the pbuf where that ends.
 */
u32 ksmol_tcp_sndq_span(const struct ksmol_tcb *tcb, struct ksmol_pbuf *pb,
			u32 off, u32 len, struct ksmol_pbuf **last)
{
	u32 frags = tcb->gso_frags ?: U32_MAX;
	u32 span = 0;

	for (;;) {
		/* A frame will hold it in a moment. */
		prefetchw(pb->page);
		span += pb->len - off;
		*last = pb;
		if (span >= len)
			return len;
		off = 0;
		pb = pb->next;
		if (!pb || !--frags)
			return span;
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_sndq_span);
