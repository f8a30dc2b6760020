// SPDX-License-Identifier: GPL-2.0-only
/*
 * Congestion control as far as it is the same for all algorithms: the initial
 * window, slow start, and what idleness does to a window.
 */

#include "tcp_recovery.h"

static const struct ksmol_tcp_cong * const algorithms[] = {
	&ksmol_tcp_cubic,
	&ksmol_tcp_reno,
};

const struct ksmol_tcp_cong *ksmol_tcp_cong_find(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(algorithms); i++)
		if (!strcmp(algorithms[i]->name, name))
			return algorithms[i];
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_cong_find);

u32 ksmol_tcp_initial_window(const struct ksmol_tcb *tcb)
{
	return min(KSMOL_TCP_INIT_CWND * tcb->mss,
		   max(2 * tcb->mss, KSMOL_TCP_INIT_CWND * 1460));
}

void ksmol_tcp_cong_start(struct ksmol_tcb *tcb)
{
	if (!tcb->cong)
		tcb->cong = &ksmol_tcp_cubic;
	/* RFC 5681 3.1: one segment if the SYN or its answer was lost */
	tcb->cwnd = tcb->retrans_total ? tcb->mss :
					 ksmol_tcp_initial_window(tcb);
	tcb->ssthresh = KSMOL_TCP_SSTHRESH_INF;
	tcb->ca = KSMOL_TCP_CA_OPEN;
	tcb->reordering = KSMOL_TCP_DUPTHRESH * tcb->mss;
	tcb->rack_wnd_mult = 1;
	tcb->prior_cwnd = 0;
	tcb->high_seq = tcb->snd_una - 1;
	tcb->cwnd_seq = tcb->snd_nxt;
	tcb->cwnd_used = 0;
	tcb->cwnd_peak = 0;
	tcb->flags &= ~KSMOL_TCP_F_CWND_LIMITED;
	/* RFC 6298 5.7: no sample, and the first guess was too short */
	if (tcb->retrans_total && !tcb->srtt8)
		tcb->rto = KSMOL_TCP_RTO_SYN;
	tcb->backoff = 0;
	memset(tcb->cong_priv, 0, sizeof(tcb->cong_priv));
	tcb->cong->init(tcb);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_cong_start);

u32 ksmol_tcp_slow_start(struct ksmol_tcb *tcb, u32 acked)
{
	u32 grow;

	if (tcb->cwnd >= tcb->ssthresh)
		return acked;
	grow = min(acked, tcb->ssthresh - tcb->cwnd);
	tcb->cwnd = min(tcb->cwnd + grow, KSMOL_TCP_CWND_MAX);
	return acked - grow;
}

/* Was ssthresh larger once, its memory is kept (RFC 2861 3.2). */
static void cwnd_remember(struct ksmol_tcb *tcb)
{
	tcb->ssthresh = max(tcb->ssthresh, tcb->cwnd - tcb->cwnd / 4);
}

/* RFC 5681 4.1, but a window for each timeout of idleness (RFC 2861 3.2). */
void ksmol_tcp_cwnd_restart(struct ksmol_tcb *tcb, u64 now)
{
	u64 since = max(tcb->last_tx, tcb->cwnd_stamp);
	u32 rto = tcb->rto ?: KSMOL_TCP_RTO_INIT;
	u32 least;
	u64 idle;

	if (tcb->snd_una != tcb->snd_nxt || now - since <= rto || !since)
		return;
	idle = now - since;
	if (tcb->cong->idle)
		tcb->cong->idle(tcb, idle, now);
	cwnd_remember(tcb);
	least = min(ksmol_tcp_initial_window(tcb), tcb->cwnd);
	for (; idle > rto && tcb->cwnd > least; idle -= rto)
		tcb->cwnd /= 2;
	tcb->cwnd = max(tcb->cwnd, least);
	tcb->cwnd_stamp = now;
	tcb->cwnd_peak = 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_cwnd_restart);

/* RFC 2861 3.2: a window that was not used for long is no longer known. */
static void cwnd_decay(struct ksmol_tcb *tcb, u64 now)
{
	u32 used = max(tcb->cwnd_peak, ksmol_tcp_initial_window(tcb));

	if (tcb->ca == KSMOL_TCP_CA_OPEN && used < tcb->cwnd) {
		cwnd_remember(tcb);
		tcb->cwnd = (tcb->cwnd + used) / 2;
	}
	tcb->cwnd_stamp = now;
	tcb->cwnd_peak = 0;
}

void ksmol_tcp_cwnd_validate(struct ksmol_tcb *tcb, bool limited, u64 now)
{
	bool was = tcb->flags & KSMOL_TCP_F_CWND_LIMITED;
	u32 pipe = ksmol_tcp_pipe(tcb);

	/* The SYN needs no window. */
	if (unlikely(!tcb->cwnd))
		return;
	if (unlikely(!tcb->cwnd_stamp))
		tcb->cwnd_stamp = now;
	if (limited || !ksmol_seq_before(tcb->snd_una, tcb->cwnd_seq) ||
	    (!was && pipe > tcb->cwnd_used)) {
		tcb->cwnd_seq = tcb->snd_nxt;
		tcb->cwnd_used = pipe;
		tcb->flags &= ~KSMOL_TCP_F_CWND_LIMITED;
		if (limited)
			tcb->flags |= KSMOL_TCP_F_CWND_LIMITED;
	}
	tcb->cwnd_peak = max(tcb->cwnd_peak, pipe);
	if (ksmol_tcp_cwnd_limited(tcb)) {
		tcb->cwnd_stamp = now;
		tcb->cwnd_peak = 0;
	} else if (now - tcb->cwnd_stamp >= tcb->rto) {
		cwnd_decay(tcb, now);
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_cwnd_validate);
