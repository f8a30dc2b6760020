// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a connection does when nobody speaks. Every state that waits for the
 * peer has a deadline here that ends it (RFC 9293 3.8.3, 3.8.4, 3.8.6.1).
 */

#include "tcp_send.h"

#define PERSIST_MAX	16	/* doublings */

u64 ksmol_tcp_deadline(const struct ksmol_tcb *tcb)
{
	u64 first = U64_MAX;
	int i;

	/* Not armed is 0, and 0 - 1 is later than all others. */
	for (i = 0; i < KSMOL_TCP_NR_TIMERS; i++)
		first = min(first, tcb->due[i] - 1);
	return first + 1;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_deadline);

/* --- giving up --- */

/* What ICMP said of late explains more than that nobody answered. */
void ksmol_tcp_give_up(struct ksmol_tcb *tcb, bool reset)
{
	int err = tcb->soft_err ?: ETIMEDOUT;

	ksmol_tcp_count(ABORT_TIMEOUT);
	if (reset)
		ksmol_tcp_abort(tcb);
	ksmol_tcp_kill(tcb, err);
}

/* What the first and @n doublings of @rto take in all. */
static u64 backoff_time(const struct ksmol_tcb *tcb, u64 rto, u32 n)
{
	u64 sum = 0;

	for (; n + 1; n--) {
		sum += rto;
		rto = min(2 * rto, tcb->cfg.rto_max);
	}
	return sum;
}

/* R2 (RFC 9293 3.8.3), or what the program wants instead (RFC 5482). */
static u64 timer_patience(const struct ksmol_tcb *tcb)
{
	u64 orphan = backoff_time(tcb, KSMOL_TCP_RTO_MIN,
				  KSMOL_TCP_ORPHAN_RETRIES);
	u64 patience = tcb->cfg.user_timeout;

	if (!patience && (tcb->state == TCP_SYN_SENT ||
			  tcb->state == TCP_SYN_RECV))
		patience = backoff_time(tcb, KSMOL_TCP_RTO_INIT,
					tcb->cfg.syn_retries);
	else if (!patience)
		patience = backoff_time(tcb, KSMOL_TCP_RTO_MIN,
					KSMOL_TCP_RETRIES2);
	return tcb->flags & KSMOL_TCP_F_ORPHAN ? min(patience, orphan) :
						 patience;
}

static bool timer_stuck(const struct ksmol_tcb *tcb, u64 now)
{
	return tcb->stuck && now - tcb->stuck >= timer_patience(tcb);
}

/*
 * A peer that answers, but with a window that it shrank to zero, is not dead
 * (RFC 9293 3.8.6.1); nobody waits so long for an orphan. The last answer may
 * be as old as the last transmission.
 */
static bool timer_peer_lives(const struct ksmol_tcb *tcb, u64 now)
{
	return !tcb->snd_wnd && !(tcb->flags & KSMOL_TCP_F_ORPHAN) &&
	       now - tcb->last_rx < 2 * tcb->cfg.rto_max;
}

static bool rto_hopeless(const struct ksmol_tcb *tcb, u64 now)
{
	if (tcb->state == TCP_SYN_SENT || tcb->state == TCP_SYN_RECV)
		return tcb->retries >= tcb->cfg.syn_retries ||
		       (tcb->cfg.user_timeout && timer_stuck(tcb, now));
	return timer_stuck(tcb, now) && !timer_peer_lives(tcb, now);
}

/* --- the timers --- */

static void timer_rto(struct ksmol_tcb *tcb, u64 now)
{
	u64 *due = &tcb->due[KSMOL_TCP_T_RTO];

	if (!ksmol_tcp_in_flight(tcb))
		return;
	if (rto_hopeless(tcb, now)) {
		ksmol_tcp_give_up(tcb, tcb->flags & KSMOL_TCP_F_ORPHAN);
		return;
	}
	ksmol_tcp_timeout(tcb, now);
	ksmol_tcp_arm(tcb, now);
	/* Not later than the program wants to know. */
	if (tcb->cfg.user_timeout && tcb->stuck && *due)
		*due = clamp(*due, now + 1,
			     max(tcb->stuck + tcb->cfg.user_timeout, now + 1));
}

static void timer_tlp(struct ksmol_tcb *tcb, u64 now)
{
	ksmol_tcp_tlp_timeout(tcb, now);
}

static void timer_reo(struct ksmol_tcb *tcb, u64 now)
{
	ksmol_tcp_rack_timeout(tcb, now);
}

/* --- the window is closed --- */

static u64 persist_after(const struct ksmol_tcb *tcb)
{
	u64 rto = max_t(u64, tcb->rto, KSMOL_TCP_RTO_MIN);

	return min(rto << tcb->persist, tcb->cfg.rto_max);
}

void ksmol_tcp_persist(struct ksmol_tcb *tcb, u64 now)
{
	if (!tcb->due[KSMOL_TCP_T_PERSIST])
		ksmol_tcp_arm_at(tcb, KSMOL_TCP_T_PERSIST,
				 now + persist_after(tcb));
}

void ksmol_tcp_persist_off(struct ksmol_tcb *tcb)
{
	if (likely(!tcb->due[KSMOL_TCP_T_PERSIST] && !tcb->persist))
		return;
	ksmol_tcp_disarm(tcb, KSMOL_TCP_T_PERSIST);
	tcb->persist = 0;
	tcb->stuck = 0;
}

/*
 * A peer that answers may keep its window closed for as long as it likes (RFC
 * 9293 3.8.6.1), unless the program, or the lack of one, sets a limit.
 */
static bool persist_hopeless(const struct ksmol_tcb *tcb, u64 now)
{
	if (tcb->cfg.user_timeout || tcb->flags & KSMOL_TCP_F_ORPHAN)
		return timer_stuck(tcb, now);
	return tcb->probes >= KSMOL_TCP_RETRIES2;
}

static void timer_persist(struct ksmol_tcb *tcb, u64 now)
{
	if (ksmol_tcp_in_flight(tcb) ||
	    (!ksmol_tcp_notsent(tcb) && !ksmol_tcp_fin_due(tcb)))
		return;
	if (!tcb->stuck)
		tcb->stuck = now;
	if (persist_hopeless(tcb, now)) {
		ksmol_tcp_give_up(tcb, true);
		return;
	}
	ksmol_tcp_count(PROBES);
	tcb->ack |= KSMOL_TCP_ACK_PROBE;
	tcb->probes++;
	if (tcb->persist < PERSIST_MAX)
		tcb->persist++;
	ksmol_tcp_persist(tcb, now);
}

/* --- acknowledgments, and small things --- */

/* RFC 9293 3.8.6.3: no longer than this. */
static void timer_delack(struct ksmol_tcb *tcb, u64 now)
{
	if (!(tcb->ack & KSMOL_TCP_ACK_DELAYED))
		return;
	/* The answer it waited for did not come, or comes late. */
	if (tcb->pingpong) {
		tcb->pingpong = false;
		tcb->ato = KSMOL_TCP_DELACK_MIN;
	} else {
		tcb->ato = min_t(u64, 2 * tcb->ato, KSMOL_TCP_DELACK_MAX);
	}
	ksmol_tcp_count(ACKS_DELAYED);
	tcb->ack |= KSMOL_TCP_ACK_NOW;
}

/* ksmol_tcp_next() looks again; in vain for how long, when nothing of it ever
 * went out?
 */
static void timer_send(struct ksmol_tcb *tcb, u64 now)
{
	if (!ksmol_tcp_in_flight(tcb) && !tcb->due[KSMOL_TCP_T_PERSIST] &&
	    timer_stuck(tcb, now))
		ksmol_tcp_give_up(tcb, false);
}

/* The peer of an orphan did not send its FIN in time. */
static void timer_close(struct ksmol_tcb *tcb, u64 now)
{
	ksmol_tcp_kill(tcb, 0);
}

/* --- keep-alive, RFC 9293 3.8.4 --- */

static bool keep_wanted(const struct ksmol_tcb *tcb)
{
	return tcb->cfg.keepalive && tcb->state != TCP_CLOSE &&
	       tcb->state != TCP_SYN_SENT && tcb->state != TCP_TIME_WAIT;
}

void ksmol_tcp_keepalive(struct ksmol_tcb *tcb, u64 now)
{
	if (!keep_wanted(tcb)) {
		ksmol_tcp_disarm(tcb, KSMOL_TCP_T_KEEP);
		return;
	}
	ksmol_tcp_arm_at(tcb, KSMOL_TCP_T_KEEP,
			 max(now, tcb->last_rx + tcb->cfg.keep_idle));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_keepalive);

static bool keep_hopeless(const struct ksmol_tcb *tcb, u64 now)
{
	u64 timeout = tcb->cfg.user_timeout;

	if (timeout)
		return tcb->probes && now - tcb->last_rx >= timeout;
	return tcb->probes >= tcb->cfg.keep_cnt;
}

static void timer_keep(struct ksmol_tcb *tcb, u64 now)
{
	u64 idle = now - tcb->last_rx;

	if (!keep_wanted(tcb))
		return;
	/* What was sent is waited for by timers of its own. */
	if (ksmol_tcp_in_flight(tcb) || ksmol_tcp_notsent(tcb)) {
		ksmol_tcp_arm_at(tcb, KSMOL_TCP_T_KEEP,
				 now + tcb->cfg.keep_idle);
		return;
	}
	if (idle < tcb->cfg.keep_idle) {
		tcb->probes = 0;
		ksmol_tcp_keepalive(tcb, now);
		return;
	}
	if (keep_hopeless(tcb, now)) {
		ksmol_tcp_give_up(tcb, true);
		return;
	}
	ksmol_tcp_count(KEEPALIVES);
	tcb->ack |= KSMOL_TCP_ACK_PROBE;
	tcb->probes++;
	ksmol_tcp_arm_at(tcb, KSMOL_TCP_T_KEEP, now + tcb->cfg.keep_intvl);
}

static void (* const timer_fns[])(struct ksmol_tcb *tcb, u64 now) = {
	[KSMOL_TCP_T_RTO] = timer_rto,
	[KSMOL_TCP_T_TLP] = timer_tlp,
	[KSMOL_TCP_T_REO] = timer_reo,
	[KSMOL_TCP_T_PERSIST] = timer_persist,
	[KSMOL_TCP_T_DELACK] = timer_delack,
	[KSMOL_TCP_T_KEEP] = timer_keep,
	[KSMOL_TCP_T_SEND] = timer_send,
	[KSMOL_TCP_T_CLOSE] = timer_close,
};

static_assert(ARRAY_SIZE(timer_fns) == KSMOL_TCP_NR_TIMERS);

void ksmol_tcp_timer(struct ksmol_tcb *tcb, u64 now)
{
	int i;

	if (tcb->trimmed != tcb->snd_una)
		ksmol_tcp_sndq_trim(tcb);
	for (i = 0; i < KSMOL_TCP_NR_TIMERS; i++) {
		u64 due = tcb->due[i];

		/* An end by one of them takes the others with it. */
		if (!due || due > now)
			continue;
		tcb->due[i] = 0;
		timer_fns[i](tcb, now);
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_timer);
