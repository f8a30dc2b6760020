// SPDX-License-Identifier: GPL-2.0-only
/*
 * What we hold out of order, as the peer is told of it (RFC 2018), and what
 * came twice (RFC 2883). The blocks neither overlap nor touch; the one that
 * changed last stands first.
 */

#include <ksmol/compat.h>
#include "tcp.h"

/* Two NOPs, kind and length; each block. */
#define OPTION_LEN	4
#define BLOCK_LEN	8

static bool touches(const struct ksmol_tcp_range *r, u32 start, u32 end)
{
	return !ksmol_seq_after(r->start, end) &&
	       !ksmol_seq_after(start, r->end);
}

static void extend(struct ksmol_tcp_range *r, u32 start, u32 end)
{
	if (ksmol_seq_before(start, r->start))
		r->start = start;
	if (ksmol_seq_after(end, r->end))
		r->end = end;
}

static void remove_block(struct ksmol_tcb *tcb, u8 i)
{
	tcb->nr_sack--;
	memmove(&tcb->sack[i], &tcb->sack[i + 1],
		(tcb->nr_sack - i) * sizeof(tcb->sack[0]));
}

void ksmol_tcp_sack_add(struct ksmol_tcb *tcb, u32 start, u32 end)
{
	struct ksmol_tcp_range block = { .start = start, .end = end };
	u8 i = 0;

	if (!(tcb->flags & KSMOL_TCP_F_SACK))
		return;
	while (i < tcb->nr_sack) {
		struct ksmol_tcp_range *r = &tcb->sack[i];

		if (touches(r, start, end)) {
			extend(&block, r->start, r->end);
			remove_block(tcb, i);
		} else {
			i++;
		}
	}
	/* RFC 2018 4: the block with the segment that caused this ACK first */
	if (tcb->nr_sack == KSMOL_TCP_SACKS)
		tcb->nr_sack--;
	memmove(&tcb->sack[1], &tcb->sack[0],
		tcb->nr_sack * sizeof(tcb->sack[0]));
	tcb->sack[0] = block;
	tcb->nr_sack++;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_sack_add);

void ksmol_tcp_sack_trim(struct ksmol_tcb *tcb)
{
	u8 i = 0;

	while (i < tcb->nr_sack) {
		struct ksmol_tcp_range *r = &tcb->sack[i];

		if (!ksmol_seq_after(r->end, tcb->rcv_nxt)) {
			remove_block(tcb, i);
			continue;
		}
		if (ksmol_seq_before(r->start, tcb->rcv_nxt))
			r->start = tcb->rcv_nxt;
		i++;
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_sack_trim);

void ksmol_tcp_sack_forget(struct ksmol_tcb *tcb, u32 start, u32 end)
{
	u8 i = 0;

	while (i < tcb->nr_sack) {
		struct ksmol_tcp_range *r = &tcb->sack[i];

		if (!ksmol_seq_before(r->start, end) ||
		    !ksmol_seq_before(start, r->end)) {
			i++;
		} else if (ksmol_seq_before(r->start, start)) {
			/* Whatever of it lay higher is gone already */
			r->end = start;
			i++;
		} else {
			remove_block(tcb, i);
		}
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_sack_forget);

/* The first duplicate since the last report counts, and what adjoins it. */
void ksmol_tcp_dsack(struct ksmol_tcb *tcb, u32 start, u32 end)
{
	struct ksmol_tcp_range *d = &tcb->dsack;

	if (!(tcb->flags & KSMOL_TCP_F_SACK) || start == end)
		return;
	if (d->start == d->end) {
		d->start = start;
		d->end = end;
	} else if (touches(d, start, end)) {
		extend(d, start, end);
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_dsack);

void ksmol_tcp_sack_fill(struct ksmol_tcb *tcb, struct ksmol_tcp_header *h,
			 u32 room)
{
	u32 fit = room > OPTION_LEN ? (room - OPTION_LEN) / BLOCK_LEN : 0;
	u8 i;

	h->nr_sack = 0;
	if (!(tcb->flags & KSMOL_TCP_F_SACK))
		return;
	fit = min_t(u32, fit, KSMOL_TCP_SACKS);
	/* RFC 2883 4: the duplicate first, then the block that it lies in */
	if (fit && tcb->dsack.start != tcb->dsack.end)
		h->sack[h->nr_sack++] = tcb->dsack;
	for (i = 0; i < tcb->nr_sack && h->nr_sack < fit; i++)
		h->sack[h->nr_sack++] = tcb->sack[i];
	if (h->nr_sack)
		h->opts |= KSMOL_TCP_OPT_SACK;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_sack_fill);

void ksmol_tcp_sack_sent(struct ksmol_tcb *tcb, u8 nr)
{
	if (!nr || tcb->dsack.start == tcb->dsack.end)
		return;
	tcb->dsack.start = 0;
	tcb->dsack.end = 0;
	ksmol_tcp_count(DSACK_OUT);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_sack_sent);
