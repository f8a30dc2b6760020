// SPDX-License-Identifier: GPL-2.0-only
/*
 * Half-open connections of a listener: SYN-RECEIVED without a socket.
 *
 * RFC 9293 3.10.7.2 makes them, 3.10.7.4 judges what arrives for them, and
 * RFC 5961 3.2 and 4.2 what might be forged. They end as a socket's child, by
 * a RST, or when the SYN|ACK was repeated often enough.
 */

#include <ksmol/params.h>
#include "tcp_mini.h"

/* --- answers --- */

static int reply_oif(const struct ksmol_tcp_sock *ts)
{
	return READ_ONCE(ts->ks.inet.sk.sk_bound_dev_if);
}

/* The largest segment that we can take: what the way back has room for. */
static u16 synack_mss(const struct ksmol_tcp_sock *ts,
		      const struct ksmol_tcp_key *key, u32 mtu)
{
	u32 hlen = ksmol_net_hlen(key->family) + KSMOL_TCP_HLEN;
	u16 mss = min_t(u32, mtu - hlen, U16_MAX);
	u16 user_mss = READ_ONCE(ts->tcb.cfg.user_mss);

	return user_mss ? min(mss, user_mss) : mss;
}

int ksmol_tcp_synack(const struct ksmol_tcp_sock *ts,
		     const struct ksmol_tcp_key *key,
		     const struct ksmol_tcp_open *open, u8 tos, u32 tsval)
{
	struct ksmol_tcp_out out = {
		.h = {
			.seq = open->iss,
			.ack = open->irs + 1,
			.flags = KSMOL_TCP_SYN | KSMOL_TCP_ACK,
			.opts = KSMOL_TCP_OPT_MSS | open->opts,
			.window = min_t(u32, open->rcv_wnd, U16_MAX),
			.wscale = open->rcv_wscale,
			.tsval = tsval,
			.tsecr = open->ts_recent,
		},
		.kind = KSMOL_TCP_OUT_NEW,
	};
	struct ksmol_tcp_way way;
	int err;

	/* RFC 3168 6.1.1: ECE alone grants what the SYN asked for. */
	if (open->ecn)
		out.h.flags |= KSMOL_TCP_ECE;
	err = ksmol_tcp_reply_way(key, reply_oif(ts), tos, &way);
	if (err)
		return err;
	out.h.mss = synack_mss(ts, key, way.dst.mtu);
	return ksmol_tcp_reply_on(&way, key, &out, KSMOL_PB_REPLY);
}

static u32 req_tsval(const struct ksmol_tcp_open *open, u64 now)
{
	return (u32)div_u64(now, USEC_PER_MSEC) + open->ts_offset;
}

static int req_synack(const struct ksmol_tcp_req *req, u64 now)
{
	return ksmol_tcp_synack(req->listener, &req->mini.key, &req->open,
				req->tos, req_tsval(&req->open, now));
}

/* An ACK that says where we are. */
static void req_ack(const struct ksmol_tcp_req *req, u64 now)
{
	const struct ksmol_tcp_open *open = &req->open;
	const struct ksmol_tcp_out out = {
		.h = {
			.seq = open->iss + 1,
			.ack = open->irs + 1,
			.flags = KSMOL_TCP_ACK,
			.opts = open->opts & KSMOL_TCP_OPT_TS,
			.window = min_t(u32, open->rcv_wnd >> open->rcv_wscale,
					U16_MAX),
			.tsval = req_tsval(open, now),
			.tsecr = open->ts_recent,
		},
		.kind = KSMOL_TCP_OUT_ACK,
	};

	ksmol_tcp_count(CHALLENGES);
	ksmol_tcp_reply(&req->mini.key, reply_oif(req->listener), req->tos,
			&out, KSMOL_PB_REPLY);
}

void ksmol_tcp_refuse(const struct ksmol_tcp_key *key,
		      const struct ksmol_tcp_seg *seg, int oif)
{
	struct ksmol_tcp_out out;

	if (ksmol_tcp_reset_for(seg, &out))
		ksmol_tcp_reply(key, oif, 0, &out, KSMOL_PB_REPLY);
}

/* --- a SYN --- */

/* What both sides can do. */
static void open_agree(struct ksmol_tcp_open *open,
		       const struct ksmol_tcp_sock *ts, u8 family,
		       const struct ksmol_tcp_seg *seg)
{
	const struct ksmol_tcp_config *cfg = &ts->tcb.cfg;
	const struct ksmol_tcp_header *h = &seg->h;
	u8 both = KSMOL_TCP_ECE | KSMOL_TCP_CWR;

	if (cfg->timestamps)
		open->opts |= h->opts & KSMOL_TCP_OPT_TS;
	if (cfg->sack)
		open->opts |= h->opts & KSMOL_TCP_OPT_SACK_OK;
	if (cfg->wscaling)
		open->opts |= h->opts & KSMOL_TCP_OPT_WSCALE;
	/* RFC 7323 2.3: a shift above 14 is taken for 14. */
	if (open->opts & KSMOL_TCP_OPT_WSCALE)
		open->wscale = min_t(u8, h->wscale, KSMOL_TCP_MAX_WSCALE);
	/* RFC 9293 3.7.1: without the option, the default. */
	open->mss = ksmol_tcp_mss_default(ksmol_net_hlen(family));
	if (h->opts & KSMOL_TCP_OPT_MSS)
		open->mss = max_t(u16, h->mss, KSMOL_TCP_MSS_MIN);
	open->ts_recent = h->tsval;
	/* RFC 3168 6.1.1; a SYN that is marked itself can't mean it. */
	open->ecn = (h->flags & both) == both && !seg->ect &&
		    READ_ONCE(ksmol_params.tcp_ecn);
}

static void open_window(struct ksmol_tcp_open *open,
			const struct ksmol_tcp_sock *ts)
{
	ksmol_tcp_window_init(&ts->tcb.cfg, ts->tcb.pool, &open->rcv_wnd,
			      &open->rcv_wscale);
	if (!(open->opts & KSMOL_TCP_OPT_WSCALE))
		open->rcv_wscale = 0;
}

/* Nothing is kept: what doesn't fit into the cookie can't be agreed upon. */
static int syn_cookie(struct ksmol_tcp_sock *ts,
		      const struct ksmol_tcp_key *key,
		      struct ksmol_tcp_open *open, u64 now)
{
	u32 tsval;

	if (!READ_ONCE(ksmol_params.tcp_syncookies))
		return KSMOL_DROP_TCP_SYN_QUEUE;
	if (!(open->opts & KSMOL_TCP_OPT_TS)) {
		open->opts = 0;
		open->ecn = false;
	}
	open_window(open, ts);
	tsval = ksmol_tcp_cookie_make(key, open, now);
	WRITE_ONCE(ts->listen.cookies_until, jiffies + 2 * 60 * HZ);
	if (ksmol_tcp_synack(ts, key, open, ksmol_sock_tos(&ts->ks, key->family),
			     tsval))
		return KSMOL_DROP_TCP_NO_REPLY;
	ksmol_tcp_count(COOKIES_OUT);
	return KSMOL_HANDLED;
}

static struct ksmol_tcp_req *req_new(struct ksmol_tcp_sock *ts,
				     const struct ksmol_tcp_key *key)
{
	struct ksmol_tcp_mini *mini = ksmol_tcp_mini_get(KSMOL_TCP_MINI_REQ);
	struct ksmol_tcp_req *req;

	if (!mini)
		return NULL;
	req = ksmol_tcp_mini_req(mini);
	if (!refcount_inc_not_zero(&ksmol_tcp_to_sk(ts)->sk_refcnt)) {
		ksmol_tcp_mini_put(mini);
		return NULL;
	}
	req->listener = ts;
	req->tos = ksmol_sock_tos(&ts->ks, key->family);
	mini->key = *key;
	mini->ifindex = reply_oif(ts) ?: key->scope;
	return req;
}

/* No answer will ever reach the peer: not that memory is short for a while. */
static bool req_no_way(int err)
{
	return err && err != -ENOBUFS && err != -ENOMEM;
}

static int req_start(struct ksmol_tcp_req *req, u64 now)
{
	struct sock *sk = ksmol_tcp_to_sk(req->listener);
	int err;

	req->sent = now;
	atomic_inc(&req->listener->listen.nr_reqs);
	if (ksmol_tcp_mini_add(&req->mini, 0, now + KSMOL_TCP_RTO_INIT)) {
		/* The same SYN on two CPUs: the other answers it. */
		atomic_dec(&req->listener->listen.nr_reqs);
		return KSMOL_HANDLED;
	}
	/* The listener may have been stopped meanwhile, and have looked for
	 * its requests already: pairs with ksmol_tcp_listen_stop().
	 */
	smp_mb();
	if (READ_ONCE(sk->sk_state) != TCP_LISTEN) {
		ksmol_tcp_mini_end(&req->mini);
		return KSMOL_DROP_TCP_NO_SOCKET;
	}
	err = req_synack(req, now);
	if (unlikely(req_no_way(err))) {
		ksmol_tcp_mini_end(&req->mini);
		return KSMOL_DROP_TCP_NO_REPLY;
	}
	/* An answer that could not be sent is sent again when its time comes. */
	if (err)
		req->resent = true;
	return KSMOL_HANDLED;
}

int ksmol_tcp_req_syn(struct ksmol_tcp_sock *ts,
		      const struct ksmol_tcp_key *key,
		      const struct ksmol_tcp_seg *seg, const u32 *iss, u64 now)
{
	struct ksmol_tcp_open open = {
		.irs = seg->h.seq,
		.ts_offset = ksmol_tcp_ts_offset(key),
	};
	struct ksmol_tcp_req *req = NULL;
	int verdict;

	if (seg->h.flags & KSMOL_TCP_FIN)
		return KSMOL_DROP_TCP_FLAGS;
	if (READ_ONCE(ksmol_tcp_to_sk(ts)->sk_state) != TCP_LISTEN)
		return KSMOL_DROP_TCP_NO_SOCKET;
	if (ksmol_tcp_accept_full(ts))
		return KSMOL_DROP_TCP_ACCEPT_QUEUE;
	open_agree(&open, ts, key->family, seg);
	/* Who gives a number was connected before: no stranger. */
	if (iss || atomic_read(&ts->listen.nr_reqs) <=
		   READ_ONCE(ts->listen.backlog))
		req = req_new(ts, key);
	if (!req)
		return syn_cookie(ts, key, &open, now);
	open.iss = iss ? *iss : ksmol_tcp_isn(key, now);
	open_window(&open, ts);
	req->open = open;
	verdict = req_start(req, now);
	ksmol_tcp_mini_put(&req->mini);
	return verdict;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_req_syn);

/* --- what arrives for it --- */

enum req_action {
	REQ_NOTHING,
	REQ_SYNACK,	/* once more */
	REQ_ACK,	/* where we are */
	REQ_RESET,
	REQ_END,	/* back to LISTEN */
	REQ_CHILD,	/* the handshake is complete */
};

/* An answer to what doesn't fit is due now and then only. */
static bool req_may_answer(struct ksmol_tcp_req *req, u64 now)
{
	if (req->oow_at && now - req->oow_at < KSMOL_TCP_OOW_INTERVAL)
		return false;
	req->oow_at = now ?: 1;
	return true;
}

/* First, sequence number and time stamp: RFC 9293 3.10.7.4, RFC 7323 5.3. */
static int req_check_seq(const struct ksmol_tcp_req *req,
			 const struct ksmol_tcp_seg *seg)
{
	u32 next = req->open.irs + 1, off = seg->h.seq - next;
	u8 both = KSMOL_TCP_OPT_TS & req->open.opts & seg->h.opts;

	/* It begins in the window, or what it has of it is in there. */
	if (off >= req->open.rcv_wnd &&
	    seg->end - 1 - next >= req->open.rcv_wnd)
		return KSMOL_DROP_TCP_SEQ;
	if (both && !(seg->h.flags & KSMOL_TCP_RST) &&
	    ksmol_seq_before(seg->h.tsval, req->open.ts_recent))
		return KSMOL_DROP_TCP_PAWS;
	return 0;
}

/* Seconds after the first SYN|ACK at which one was due @retries times. */
static u32 req_elapsed(u8 retries)
{
	return retries < 7 ? (1U << retries) - 1 : 127 + (retries - 7) * 120;
}

/* TCP_DEFER_ACCEPT: the ACK alone makes no connection yet. */
static bool req_deferred(const struct ksmol_tcp_req *req)
{
	return req_elapsed(req->retries) <
	       READ_ONCE(req->listener->listen.defer);
}

/* Second to fifth: RST, SYN, ACK. */
static enum req_action req_check_flags(struct ksmol_tcp_req *req,
				       const struct ksmol_tcp_seg *seg,
				       int *verdict)
{
	u8 flags = seg->h.flags;

	if (flags & KSMOL_TCP_RST) {
		/* RFC 5961 3.2: only the exact number counts. */
		if (seg->h.seq == req->open.irs + 1) {
			ksmol_tcp_count(RESETS_IN);
			return REQ_END;
		}
		*verdict = KSMOL_DROP_TCP_RST_CHALLENGED;
		return REQ_ACK;
	}
	/* A passive open returns to LISTEN. */
	if (flags & KSMOL_TCP_SYN)
		return REQ_END;
	if (!(flags & KSMOL_TCP_ACK)) {
		*verdict = KSMOL_DROP_TCP_FLAGS;
		return REQ_NOTHING;
	}
	if (seg->h.ack != req->open.iss + 1) {
		*verdict = KSMOL_DROP_TCP_ACK_UNSENT;
		return REQ_RESET;
	}
	if (seg->end == req->open.irs + 1 && req_deferred(req)) {
		req->acked = true;
		*verdict = KSMOL_DROP_TCP_DEFER;
		return REQ_NOTHING;
	}
	return REQ_CHILD;
}

static enum req_action req_judge(struct ksmol_tcp_req *req,
				 const struct ksmol_tcp_seg *seg, int *verdict,
				 u64 now)
{
	const u8 mask = KSMOL_TCP_SYN | KSMOL_TCP_ACK | KSMOL_TCP_RST;
	enum req_action action;

	*verdict = KSMOL_HANDLED;
	/* Our SYN|ACK was lost, or is late. */
	if ((seg->h.flags & mask) == KSMOL_TCP_SYN &&
	    seg->h.seq == req->open.irs) {
		if (!req_may_answer(req, now))
			return REQ_NOTHING;
		req->resent = true;
		return REQ_SYNACK;
	}
	*verdict = req_check_seq(req, seg);
	if (*verdict) {
		action = seg->h.flags & KSMOL_TCP_RST ? REQ_NOTHING : REQ_ACK;
	} else {
		*verdict = KSMOL_HANDLED;
		action = req_check_flags(req, seg, verdict);
	}
	if (action == REQ_ACK && !req_may_answer(req, now)) {
		ksmol_tcp_count(CHALLENGES_LIMITED);
		action = REQ_NOTHING;
	}
	return action;
}

/* The handshake is complete. mini.lock held. */
static struct ksmol_tcp_sock *req_child(struct ksmol_tcp_req *req, u64 now)
{
	struct ksmol_tcp_sock *child;

	req->open.rtt = req->resent ? 0 : max_t(u64, now - req->sent, 1);
	req->open.retrans = req->retries;
	child = ksmol_tcp_child(req->listener, &req->mini.key, &req->open, now);
	if (!IS_ERR(child) || PTR_ERR(child) == -EEXIST ||
	    PTR_ERR(child) == -EPIPE)
		ksmol_tcp_mini_kill(&req->mini);
	else
		req->acked = true;
	return child;
}

static void req_answer(struct ksmol_tcp_req *req, enum req_action action,
		       const struct ksmol_tcp_seg *seg, u64 now)
{
	switch (action) {
	case REQ_SYNACK:
		ksmol_tcp_count(RETRANS);
		req_synack(req, now);
		break;
	case REQ_ACK:
		req_ack(req, now);
		break;
	case REQ_RESET:
		ksmol_tcp_refuse(&req->mini.key, seg, reply_oif(req->listener));
		break;
	default:
		break;
	}
}

int ksmol_tcp_req_input(struct ksmol_tcp_req *req, struct ksmol_tcp_seg *seg,
			bool *reopen, u64 now)
{
	struct ksmol_tcp_sock *child = NULL;
	enum req_action action;
	int verdict;

	spin_lock(&req->mini.lock);
	if (req->mini.dead) {
		/* Another CPU has just made the connection of it. */
		spin_unlock(&req->mini.lock);
		*reopen = true;
		return KSMOL_DROP_TCP_NO_SOCKET;
	}
	action = req_judge(req, seg, &verdict, now);
	if (action == REQ_CHILD)
		child = req_child(req, now);
	else if (action == REQ_END && ksmol_tcp_mini_kill(&req->mini))
		ksmol_tcp_count(FAILED_OPENS);
	spin_unlock(&req->mini.lock);

	if (action != REQ_CHILD) {
		req_answer(req, action, seg, now);
		return verdict;
	}
	if (!IS_ERR(child))
		return ksmol_tcp_child_start(req->listener, child, seg, now);
	*reopen = PTR_ERR(child) == -EEXIST;
	return ksmol_tcp_child_reason(PTR_ERR(child));
}

/* --- when nothing arrives --- */

static u8 req_level(const struct ksmol_tcp_req *req)
{
	return min_t(u8, req->retries, KSMOL_TCP_MINI_LEVELS - 1);
}

/* Return: whether the SYN|ACK is to be sent again. mini.lock held. */
static bool req_expired(struct ksmol_tcp_req *req, u64 now)
{
	bool waits = req->acked && req_deferred(req) && req->retries < U8_MAX;
	u64 wait;

	if (READ_ONCE(ksmol_tcp_to_sk(req->listener)->sk_state) != TCP_LISTEN ||
	    (req->retries >= KSMOL_TCP_SYNACK_RETRIES && !waits)) {
		ksmol_tcp_mini_kill(&req->mini);
		ksmol_tcp_count(FAILED_OPENS);
		return false;
	}
	if (req->retries < U8_MAX)
		req->retries++;
	wait = min_t(u64, KSMOL_TCP_RTO_INIT << req_level(req),
		     KSMOL_TCP_RTO_MAX);
	ksmol_tcp_mini_arm(&req->mini, req_level(req), now + wait);
	/* Who waits for data reminds the peer at the end only. */
	if (req->acked && req_deferred(req))
		return false;
	req->resent = true;
	return true;
}

void ksmol_tcp_req_timer(struct ksmol_tcp_req *req, u64 now)
{
	bool again = false;

	spin_lock(&req->mini.lock);
	if (!req->mini.dead && req->mini.due <= now)
		again = req_expired(req, now);
	spin_unlock(&req->mini.lock);
	if (!again)
		return;
	ksmol_tcp_count(RETRANS);
	if (req_no_way(req_synack(req, now)) &&
	    ksmol_tcp_mini_end(&req->mini))
		ksmol_tcp_count(FAILED_OPENS);
}

void ksmol_tcp_req_reset(struct ksmol_tcp_mini *mini, u64 now)
{
	struct ksmol_tcp_req *req = ksmol_tcp_mini_req(mini);
	const struct ksmol_tcp_out out = {
		.h = {
			.seq = req->open.iss + 1,
			.flags = KSMOL_TCP_RST,
		},
		.kind = KSMOL_TCP_OUT_RESET,
	};

	/* RFC 9293 3.10.4: <SEQ=SND.NXT><CTL=RST> */
	if (ksmol_tcp_mini_end(mini))
		ksmol_tcp_reply(&mini->key, reply_oif(req->listener), req->tos,
				&out, 0);
}
