// SPDX-License-Identifier: GPL-2.0-only
/* Reno's congestion avoidance (RFC 5681 3.1), counted in bytes (RFC 3465). */

#include "tcp_recovery.h"

/* @acked: bytes acknowledged since cwnd grew last */
struct reno {
	u32 acked;
};

static_assert(sizeof(struct reno) <= sizeof_field(struct ksmol_tcb, cong_priv));

static struct reno *reno_state(struct ksmol_tcb *tcb)
{
	return (struct reno *)tcb->cong_priv;
}

static void reno_init(struct ksmol_tcb *tcb)
{
	reno_state(tcb)->acked = 0;
}

static u32 reno_ssthresh(struct ksmol_tcb *tcb, u64 now)
{
	/* RFC 5681 equation 4 */
	return max(ksmol_tcp_cong_flight(tcb) / 2, 2 * tcb->mss);
}

static void reno_avoid(struct ksmol_tcb *tcb, u32 acked, u32 rtt, u64 now)
{
	struct reno *reno = reno_state(tcb);

	acked = ksmol_tcp_slow_start(tcb, acked);
	if (!acked)
		return;
	reno->acked += acked;
	if (reno->acked < tcb->cwnd)
		return;
	/* One segment per round trip, however much one ACK covers */
	reno->acked = min(reno->acked - tcb->cwnd, tcb->cwnd);
	tcb->cwnd = min(tcb->cwnd + tcb->mss, KSMOL_TCP_CWND_MAX);
}

const struct ksmol_tcp_cong ksmol_tcp_reno = {
	.name = "reno",
	.init = reno_init,
	.ssthresh = reno_ssthresh,
	.avoid = reno_avoid,
};
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_reno);
