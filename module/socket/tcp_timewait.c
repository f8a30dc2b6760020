// SPDX-License-Identifier: GPL-2.0-only
/*
 * TIME-WAIT (RFC 9293 3.10.7.4): what is left of a connection is small, needs
 * no socket, and answers for a minute.
 *
 * A RST doesn't end it (RFC 1337), a SYN that can't be an old duplicate does
 * (RFC 9293 3.10.7.4 by RFC 6191), and so does connect() when time stamps
 * tell the connections apart.
 *
 * A connection that only waits for the peer's FIN, with no program left to take
 * data, is the same struct before that FIN has come (tcp_finwait.c).
 */

#include "tcp_mini.h"

/* A new connection's numbers begin beyond any window of the old one. */
#define TW_ISS_GAP (65535 + 2)

/* --- entering it --- */

static void tw_fill(struct ksmol_tcp_tw *tw, const struct ksmol_tcp_sock *ts)
{
	const struct ksmol_tcb *tcb = &ts->tcb;
	const struct ksmol_sock *ks = &ts->ks;

	tw->mini.key = ksmol_tcp_key(ks);
	tw->mini.ifindex = READ_ONCE(ks->inet.sk.sk_bound_dev_if);
	tw->rcv_nxt = tcb->rcv_nxt;
	tw->snd_nxt = tcb->snd_nxt;
	tw->rcv_wnd = tcb->rcv_wnd;
	tw->rcv_wscale = tcb->rcv_wscale;
	tw->tos = ksmol_sock_tos(ks, ks->family);
	tw->fin_wait2 = tcb->state == TCP_FIN_WAIT2;
	tw->ts = tcb->flags & KSMOL_TCP_F_TS;
	tw->ts_recent = tcb->ts_recent;
	tw->ts_recent_at = tcb->ts_recent_at;
	tw->ts_offset = tcb->ts_offset;
}

/* When even the oldest can't give way, the connection ends without. */
void ksmol_tcp_timewait(struct ksmol_tcp_sock *ts, u64 now)
{
	struct ksmol_tcp_mini *mini = ksmol_tcp_mini_get(KSMOL_TCP_MINI_TW);
	bool fin_wait2 = ts->tcb.state == TCP_FIN_WAIT2;
	u64 wait = KSMOL_TCP_FIN_TIMEOUT;
	u8 level = 0;

	if (fin_wait2)
		level = ksmol_tcp_finwait_level(ts->tcb.cfg.linger2, &wait);
	else
		ksmol_tcp_count(TIMEWAIT);
	if (mini) {
		tw_fill(ksmol_tcp_mini_tw(mini), ts);
		ksmol_tcp_mini_add(mini, level, now + wait);
		ksmol_tcp_mini_put(mini);
	} else {
		ksmol_tcp_count(TIMEWAIT_FULL);
	}
	/* After the mini stands: see ksmol_tcp_mini_find(). */
	ksmol_demux_disconnect(&ts->ks);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_timewait);

/* --- what arrives --- */

void ksmol_tcp_tw_ack(const struct ksmol_tcp_tw *tw, u64 now)
{
	const struct ksmol_tcp_out out = {
		.h = {
			.seq = tw->snd_nxt,
			.ack = tw->rcv_nxt,
			.flags = KSMOL_TCP_ACK,
			.opts = tw->ts ? KSMOL_TCP_OPT_TS : 0,
			.window = min_t(u32, tw->rcv_wnd >> tw->rcv_wscale,
					U16_MAX),
			.tsval = (u32)div_u64(now, USEC_PER_MSEC) +
				 tw->ts_offset,
			.tsecr = tw->ts_recent,
		},
		.kind = KSMOL_TCP_OUT_ACK,
	};

	ksmol_tcp_reply(&tw->mini.key, tw->mini.ifindex, tw->tos, &out,
			KSMOL_PB_REPLY);
}

/* Once more beyond all numbers that were used, and by the clock if it can be
 * (RFC 6528 3, RFC 9293 3.4.1).
 */
static u32 tw_iss(const struct ksmol_tcp_tw *tw, u64 now)
{
	u32 iss = ksmol_tcp_isn(&tw->mini.key, now);
	u32 least = tw->snd_nxt + TW_ISS_GAP;

	return ksmol_seq_before(iss, least) ? least : iss;
}

/* RFC 6191 2: the SYN is younger than all that we have seen. */
static bool tw_syn_new(const struct ksmol_tcp_tw *tw,
		       const struct ksmol_tcp_header *h)
{
	if (tw->ts && h->opts & KSMOL_TCP_OPT_TS && h->tsval != tw->ts_recent)
		return ksmol_seq_after(h->tsval, tw->ts_recent);
	return ksmol_seq_after(h->seq, tw->rcv_nxt);
}

static struct ksmol_tcp_sock *tw_listener(const struct ksmol_tcp_key *key,
					  int ifindex)
{
	const struct ksmol_key k = {
		.net = key->net,
		.laddr = &key->laddr,
		.raddr = &key->raddr,
		.lport = key->lport,
		.rport = key->rport,
		.ifindex = ifindex,
		.family = key->family,
		.proto = IPPROTO_TCP,
	};
	struct ksmol_sock *ks = ksmol_demux_listener(&k);

	return ks ? ksmol_tcp_sk(&ks->inet.sk) : NULL;
}

/* mini.lock held. Return: 0 when there is nothing against the segment. */
static int tw_check(const struct ksmol_tcp_tw *tw,
		    const struct ksmol_tcp_seg *seg)
{
	if (tw->ts && seg->h.opts & KSMOL_TCP_OPT_TS &&
	    ksmol_seq_before(seg->h.tsval, tw->ts_recent))
		return KSMOL_DROP_TCP_PAWS;
	if (seg->h.flags & KSMOL_TCP_SYN)
		return KSMOL_DROP_TCP_SYN_CHALLENGED;
	if (seg->h.seq != tw->rcv_nxt || seg->end != tw->rcv_nxt)
		return ksmol_seq_after(seg->end, tw->rcv_nxt) ?
		       KSMOL_DROP_TCP_SEQ : KSMOL_DROP_TCP_OLD;
	return 0;
}

bool ksmol_tcp_tw_may_answer(struct ksmol_tcp_tw *tw, u64 now)
{
	if (tw->oow_at && now - tw->oow_at < KSMOL_TCP_OOW_INTERVAL)
		return false;
	tw->oow_at = now ?: 1;
	return true;
}

/* What doesn't fit is told where we are, now and then. mini.lock held. */
static bool tw_judge(struct ksmol_tcp_tw *tw, const struct ksmol_tcp_seg *seg,
		     int *verdict, u64 now)
{
	*verdict = tw_check(tw, seg);
	if (!*verdict) {
		*verdict = KSMOL_HANDLED;
		return false;
	}
	/* Our last ACK was lost: the peer's FIN, and a minute from the start. */
	if (*verdict == KSMOL_DROP_TCP_OLD && seg->h.flags & KSMOL_TCP_FIN &&
	    seg->end == tw->rcv_nxt) {
		*verdict = KSMOL_HANDLED;
		ksmol_tcp_mini_arm(&tw->mini, 0, now + KSMOL_TCP_FIN_TIMEOUT);
	}
	return ksmol_tcp_tw_may_answer(tw, now);
}

/* Return: the listener if the connection has given way to a new one. */
static struct ksmol_tcp_sock *tw_reopen(struct ksmol_tcp_tw *tw,
					const struct ksmol_tcp_seg *seg,
					const struct ksmol_pbuf *pb)
{
	const u8 mask = KSMOL_TCP_SYN | KSMOL_TCP_ACK | KSMOL_TCP_RST;
	struct ksmol_tcp_sock *ts;

	if ((seg->h.flags & mask) != KSMOL_TCP_SYN ||
	    !tw_syn_new(tw, &seg->h))
		return NULL;
	ts = tw_listener(&tw->mini.key, pb->rx.ifindex);
	if (!ts || !ksmol_tcp_mini_kill(&tw->mini))
		return NULL;
	ksmol_tcp_count(TIMEWAIT_REUSED);
	return ts;
}

int ksmol_tcp_tw_input(struct ksmol_tcp_tw *tw, struct ksmol_tcp_seg *seg,
		       const struct ksmol_pbuf *pb, bool *reopen, u64 now)
{
	struct ksmol_tcp_sock *ts = NULL;
	bool answer = false;
	int verdict;
	u32 iss;

	if (ksmol_tcp_finwait_input(tw, seg, &verdict, now))
		return verdict;
	/* RFC 1337 3 (F1): a RST may be as old as anything else. */
	if (seg->h.flags & KSMOL_TCP_RST)
		return KSMOL_DROP_TCP_FLAGS;
	spin_lock(&tw->mini.lock);
	if (tw->mini.dead) {
		spin_unlock(&tw->mini.lock);
		*reopen = true;
		return KSMOL_DROP_TCP_NO_SOCKET;
	}
	ts = tw_reopen(tw, seg, pb);
	if (!ts)
		answer = tw_judge(tw, seg, &verdict, now);
	iss = tw_iss(tw, now);
	spin_unlock(&tw->mini.lock);

	if (ts)
		return ksmol_tcp_req_syn(ts, &tw->mini.key, seg, &iss, now);
	if (answer)
		ksmol_tcp_tw_ack(tw, now);
	return verdict;
}

/* --- connect() --- */

/* A peer that tells old from new by time stamps lets us have it at once when
 * the program insists on the port, else when the clock has surely moved.
 */
static bool tw_may_reuse(const struct ksmol_tcp_tw *tw, bool chosen, u64 now)
{
	u32 second = div_u64(now, USEC_PER_SEC);

	return tw->ts && !tw->fin_wait2 &&
	       (!chosen || second - tw->ts_recent_at > 1);
}

int ksmol_tcp_tw_reuse(const struct ksmol_tcp_key *key, bool chosen, u32 *iss,
		       u64 now)
{
	struct ksmol_tcp_mini *mini = ksmol_tcp_mini_find(key);
	int ret = -EADDRNOTAVAIL;

	if (!mini)
		return 0;
	if (mini->kind == KSMOL_TCP_MINI_TW) {
		struct ksmol_tcp_tw *tw = ksmol_tcp_mini_tw(mini);

		spin_lock(&mini->lock);
		*iss = tw_iss(tw, now);
		if (tw_may_reuse(tw, chosen, now) && ksmol_tcp_mini_kill(mini))
			ret = 1;
		spin_unlock(&mini->lock);
	}
	if (ret == 1)
		ksmol_tcp_count(TIMEWAIT_REUSED);
	ksmol_tcp_mini_put(mini);
	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_tw_reuse);
