// SPDX-License-Identifier: GPL-2.0-only
/*
 * CUBIC (RFC 9438) in integers. Windows are bytes, times milliseconds:
 *
 *	W(t) = C (t - K)^3 + W_max,	C = 0.4 segments per second^3
 *	K = cbrt((W_max - cwnd) / C)
 *
 * The division by cwnd for each ACK is spared: from time to time it is worked
 * out how many bytes must be acknowledged for cwnd to grow by a segment.
 */

#include "tcp_recovery.h"

/* 1 / C for milliseconds^3 and segments, times 1000^3: 1 / 0.4 * 10^9 */
#define CUBIC_C_INV	2500000000ULL
/* |t - K| in milliseconds beyond this exceeds any window */
#define CUBIC_T_MAX	500000U

/**
 * struct cubic - state of a connection, in cong_priv
 * @epoch: when this avoidance stage began, microseconds; 0 = has not yet
 * @w_max: window before the last reduction, fast convergence considered
 * @origin: the plateau, W_max of the formula
 * @k: milliseconds from @epoch until W(t) reaches @origin
 * @w_est: what Reno would have by now
 * @est_acked: ninths of bytes towards its next segment
 * @per_mss: bytes to be acknowledged for one segment
 * @acked: of those, acknowledged
 * @updated: low 32 bits of when @per_mss was worked out, milliseconds
 * @prior_w_max: to undo a reduction
 * @prior_cwnd: window before the last reduction, as it was
 * @timeout: the last reduction was for a timeout
 * @hystart: before there was any
 */
struct cubic {
	u64 epoch;
	u32 w_max;
	u32 origin;
	u32 k;
	u32 w_est;
	u64 est_acked;
	u32 per_mss;
	u32 acked;
	u32 updated;
	u32 prior_w_max;
	u32 prior_cwnd;
	bool timeout;
	struct ksmol_tcp_hystart hystart;
};

static_assert(sizeof(struct cubic) <=
	      sizeof_field(struct ksmol_tcb, cong_priv));

static struct cubic *cubic_state(struct ksmol_tcb *tcb)
{
	return (struct cubic *)tcb->cong_priv;
}

static void cubic_init(struct ksmol_tcb *tcb)
{
	memset(tcb->cong_priv, 0, sizeof(tcb->cong_priv));
}

/* Floor of the cube root: a bit at a time, seldom. */
static u32 cubic_root(u64 x)
{
	u64 root = 0;
	int bit;

	for (bit = 20; bit >= 0; bit--) {
		u64 next = root | 1U << bit;

		if (next * next * next <= x)
			root = next;
	}
	return root;
}

/* C * t^3 in bytes. The shift keeps t^3 times a segment inside 64 bits. */
static u64 cubic_grown(u32 t, u32 mss)
{
	u64 cube = (u64)t * t * t;

	return div_u64((cube >> 10) * mss, CUBIC_C_INV >> 10);
}

static u32 cubic_window(const struct cubic *cubic, u32 t, u32 mss)
{
	u64 grown;

	if (t < cubic->k) {
		grown = cubic_grown(min(cubic->k - t, CUBIC_T_MAX), mss);
		return grown < cubic->origin ? cubic->origin - grown : 0;
	}
	grown = cubic_grown(min(t - cubic->k, CUBIC_T_MAX), mss);
	return min_t(u64, cubic->origin + grown, KSMOL_TCP_CWND_MAX);
}

/* Congestion avoidance begins (4.2, 4.8 after a timeout). */
static void cubic_begin(struct ksmol_tcb *tcb, struct cubic *cubic, u64 now)
{
	u32 below = 0;

	cubic->epoch = now;
	cubic->w_est = tcb->cwnd;
	cubic->est_acked = 0;
	cubic->acked = 0;
	cubic->per_mss = 0;
	if (!cubic->timeout && tcb->cwnd < cubic->w_max)
		below = cubic->w_max - tcb->cwnd;
	cubic->timeout = false;
	cubic->origin = tcb->cwnd + below;
	cubic->k = cubic_root(div_u64(below * CUBIC_C_INV, tcb->mss));
}

/* 4.4, 4.5: where the cubic is one round trip from now, and how fast to go. */
static void cubic_update(struct ksmol_tcb *tcb, struct cubic *cubic, u64 now)
{
	u64 t = now - cubic->epoch + tcb->srtt8 / 8;
	u32 cwnd = tcb->cwnd;
	u64 per_mss, target;

	t = min_t(u64, div_u64(t, USEC_PER_MSEC), U32_MAX);
	target = cubic_window(cubic, t, tcb->mss);
	target = min_t(u64, target, cwnd + cwnd / 2);
	if (target > cwnd)
		per_mss = div_u64((u64)cwnd * tcb->mss, target - cwnd);
	else
		per_mss = 100ULL * cwnd;
	cubic->per_mss = clamp_t(u64, per_mss, tcb->mss, U32_MAX / 2);
}

/* 4.3: alpha is 3 (1 - beta) / (1 + beta) = 9/17 until the old window is
 * reached, and 1 from there on.
 */
static void cubic_friendly(struct ksmol_tcb *tcb, struct cubic *cubic,
			   u32 acked)
{
	bool slow = cubic->w_est < cubic->prior_cwnd;
	u64 step = (u64)tcb->cwnd * (slow ? 17 : 9);

	cubic->est_acked += 9ULL * acked;
	if (cubic->est_acked < step)
		return;
	cubic->est_acked = min(cubic->est_acked - step, step);
	cubic->w_est = min(cubic->w_est + tcb->mss, KSMOL_TCP_CWND_MAX);
	tcb->cwnd = max(tcb->cwnd, cubic->w_est);
}

static void cubic_avoid(struct ksmol_tcb *tcb, u32 acked, u32 rtt, u64 now)
{
	struct cubic *cubic = cubic_state(tcb);
	u32 ms;

	/* 4.10: the first slow start alone, whose end nothing is known of */
	if (tcb->ssthresh == KSMOL_TCP_SSTHRESH_INF)
		acked = ksmol_tcp_hystart(tcb, &cubic->hystart, acked, rtt);
	acked = ksmol_tcp_slow_start(tcb, acked);
	if (!acked)
		return;
	if (unlikely(!cubic->epoch))
		cubic_begin(tcb, cubic, now);
	ms = div_u64(now, USEC_PER_MSEC);
	if (ms != cubic->updated || !cubic->per_mss) {
		cubic_update(tcb, cubic, now);
		cubic->updated = ms;
	}
	cubic->acked += min(acked, U32_MAX / 2);
	while (cubic->acked >= cubic->per_mss) {
		cubic->acked -= cubic->per_mss;
		tcb->cwnd = min(tcb->cwnd + tcb->mss, KSMOL_TCP_CWND_MAX);
	}
	cubic_friendly(tcb, cubic, acked);
}

static u32 cubic_ssthresh(struct ksmol_tcb *tcb, u64 now)
{
	struct cubic *cubic = cubic_state(tcb);
	u32 cwnd = ksmol_tcp_cong_flight(tcb);

	cubic->epoch = 0;
	cubic->prior_w_max = cubic->w_max;
	cubic->prior_cwnd = cwnd;
	cubic->timeout = tcb->ca == KSMOL_TCP_CA_LOSS;
	/* 4.7, fast convergence: others come, leave them some: (1 + beta) / 2 */
	if (cwnd < cubic->w_max)
		cubic->w_max = cwnd - cwnd * 3 / 20;
	else
		cubic->w_max = cwnd;
	/* 4.6: beta is 0.7 */
	return max(cwnd - cwnd * 3 / 10, 2 * tcb->mss);
}

/* 4.2: time without data in flight is none in which W(t) could grow. */
static void cubic_idle(struct ksmol_tcb *tcb, u64 idle, u64 now)
{
	struct cubic *cubic = cubic_state(tcb);

	if (cubic->epoch)
		cubic->epoch = min(cubic->epoch + idle, now);
}

/* 4.9 */
static u32 cubic_undo(struct ksmol_tcb *tcb)
{
	struct cubic *cubic = cubic_state(tcb);

	cubic->w_max = cubic->prior_w_max;
	cubic->epoch = 0;
	cubic->timeout = false;
	return max(tcb->cwnd, tcb->prior_cwnd);
}

const struct ksmol_tcp_cong ksmol_tcp_cubic = {
	.name = "cubic",
	.init = cubic_init,
	.ssthresh = cubic_ssthresh,
	.avoid = cubic_avoid,
	.idle = cubic_idle,
	.undo = cubic_undo,
};
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_cubic);
