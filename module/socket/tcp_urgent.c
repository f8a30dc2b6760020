// SPDX-License-Identifier: GPL-2.0-only
/*
 * Urgent data as BSD and Linux read the pointer (RFC 6093 2.2 and 3.3): it
 * points behind the one urgent byte, which is delivered out of band.
 */

#include <ksmol/compat.h>
#include "tcp.h"

/*
 * An urgent byte stays in the queue and is skipped by the read that comes upon
 * it. If the program stands just before the last one and another is announced,
 * nothing would remember that it isn't ordinary data: it is skipped now.
 */
static void skip_last(struct ksmol_tcb *tcb)
{
	struct ksmol_pbuf *pb = tcb->rcvq.first;

	if (!tcb->urg_data || tcb->urg_seq != tcb->copied_seq ||
	    tcb->cfg.oobinline || tcb->copied_seq == tcb->rcv_nxt)
		return;
	tcb->copied_seq++;
	if (pb && !ksmol_seq_after(pb->rx.tcp.seq + pb->len, tcb->copied_seq))
		ksmol_pbuf_free(ksmol_pbuf_list_pop(&tcb->rcvq));
}

/* A pointer ahead of what was read, received and announced is news. */
static void announced(struct ksmol_tcb *tcb, const struct ksmol_tcp_seg *seg)
{
	u32 up = seg->h.seq + seg->h.urg - 1;

	if (ksmol_seq_before(up, tcb->copied_seq) ||
	    ksmol_seq_before(up, tcb->rcv_nxt))
		return;
	if (tcb->urg_data && !ksmol_seq_after(up, tcb->urg_seq))
		return;
	skip_last(tcb);
	tcb->rcv_up = up;
	tcb->urg_seq = up;
	tcb->urg_data = KSMOL_TCP_URG_NOTYET;
	tcb->events |= KSMOL_TCP_EV_URGENT;
}

void ksmol_tcp_urgent(struct ksmol_tcb *tcb, const struct ksmol_tcp_seg *seg)
{
	u32 off;
	u8 byte;

	if (tcb->flags & KSMOL_TCP_F_FIN_IN)
		return;
	if (seg->h.flags & KSMOL_TCP_URG)
		announced(tcb, seg);
	if (tcb->urg_data != KSMOL_TCP_URG_NOTYET || !seg->pb)
		return;
	off = tcb->urg_seq - seg->h.seq;
	if (off >= seg->len || ksmol_pbuf_to_mem(seg->pb, off, &byte, 1))
		return;
	tcb->urg_data = KSMOL_TCP_URG_VALID | byte;
	tcb->events |= KSMOL_TCP_EV_READABLE;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_urgent);
