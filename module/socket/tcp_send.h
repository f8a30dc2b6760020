/* SPDX-License-Identifier: GPL-2.0-only */
/* What the sending files of TCP's core share among themselves. */
#ifndef _KSMOL_SOCKET_TCP_SEND_H
#define _KSMOL_SOCKET_TCP_SEND_H

#include <ksmol/compat.h>
#include "tcp.h"

/* How long a cork, or MSG_MORE without more, holds data back: as Linux. */
#define KSMOL_TCP_CORK_MAX	(200 * USEC_PER_MSEC)

/* A segment that could not be handed on is tried again so soon. */
#define KSMOL_TCP_RETRY		(10 * USEC_PER_MSEC)

/* Number behind the last byte that the peer is ready to take. */
static inline u32 ksmol_tcp_wnd_end(const struct ksmol_tcb *tcb)
{
	return tcb->snd_una + tcb->snd_wnd;
}

/* Usable window (RFC 9293 3.8.6.2.1); 0 also when the peer shrank it. */
static inline u32 ksmol_tcp_usable(const struct ksmol_tcb *tcb)
{
	u32 n = ksmol_tcp_wnd_end(tcb) - tcb->snd_nxt;

	return (s32)n > 0 ? n : 0;
}

/* Something waits for an acknowledgment. */
static inline bool ksmol_tcp_in_flight(const struct ksmol_tcb *tcb)
{
	return tcb->snd_una != tcb->snd_nxt;
}

/* A FIN is due that was never sent. */
static inline bool ksmol_tcp_fin_due(const struct ksmol_tcb *tcb)
{
	return tcb->flags & KSMOL_TCP_F_FIN &&
	       !ksmol_seq_after(tcb->snd_nxt, tcb->write_seq);
}

/* The earliest of several reasons to look again. */
static inline void ksmol_tcp_send_at(struct ksmol_tcb *tcb, u64 when)
{
	if (!tcb->due[KSMOL_TCP_T_SEND] || when < tcb->due[KSMOL_TCP_T_SEND])
		ksmol_tcp_arm_at(tcb, KSMOL_TCP_T_SEND, when);
}

/* tcp_sndq.c */
void ksmol_tcp_sndq_purge(struct ksmol_tcb *tcb);
u32 ksmol_tcp_sndq_span(const struct ksmol_tcb *tcb, struct ksmol_pbuf *pb,
			u32 off, u32 len, struct ksmol_pbuf **last);

/* tcp_header.c: @out's header, options included; @seq is the first number. */
void ksmol_tcp_header_fill(struct ksmol_tcb *tcb, u64 now,
			   struct ksmol_tcp_out *out, u32 seq, u8 flags);
void ksmol_tcp_header_syn(struct ksmol_tcb *tcb, u64 now,
			  struct ksmol_tcp_out *out);

/* tcp_timer.c: nobody answers: the end, with a RST if @reset. */
void ksmol_tcp_give_up(struct ksmol_tcb *tcb, bool reset);

/* Zero window (or one too small): a probe will come. Or no more. */
void ksmol_tcp_persist(struct ksmol_tcb *tcb, u64 now);
void ksmol_tcp_persist_off(struct ksmol_tcb *tcb);

/* tcp_pmtu.c: is it time to believe in the route's MTU again? */
void ksmol_tcp_pmtu_age(struct ksmol_tcb *tcb, u64 now);

#endif /* _KSMOL_SOCKET_TCP_SEND_H */
