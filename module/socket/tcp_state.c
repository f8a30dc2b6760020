// SPDX-License-Identifier: GPL-2.0-only
/* A connection's life, as far as we decide: open, shut down, abort, end. */

#include "tcp_send.h"

/* The least that a path may be said to let through (RFC 791). */
#define PATH_MIN	68U

void ksmol_tcp_init(struct ksmol_tcb *tcb, struct ksmol_pool *pool)
{
	memset(tcb, 0, sizeof(*tcb));
	tcb->state = TCP_CLOSE;
	tcb->pool = pool;
	ksmol_pbuf_list_init(&tcb->sndq);
	ksmol_pbuf_list_init(&tcb->rcvq);
	tcb->ooo = RB_ROOT;
	tcb->recs = RB_ROOT;
	INIT_LIST_HEAD(&tcb->sent);
	INIT_LIST_HEAD(&tcb->losses);
	tcb->cong = &ksmol_tcp_cubic;
	tcb->rto = KSMOL_TCP_RTO_INIT;
	tcb->mss_peer = KSMOL_TCP_MSS_DEFAULT;
	tcb->cfg = (struct ksmol_tcp_config){
		.sack = 1,
		.timestamps = 1,
		.wscaling = 1,
		.keep_idle = 7200ULL * USEC_PER_SEC,
		.keep_intvl = 75ULL * USEC_PER_SEC,
		.keep_cnt = 9,
		.syn_retries = KSMOL_TCP_SYN_RETRIES,
		.rto_max = KSMOL_TCP_RTO_MAX,
		.linger2 = KSMOL_TCP_FIN_TIMEOUT,
	};
	ksmol_tcp_set_path(tcb, ETH_DATA_LEN, KSMOL_IPV4_HLEN);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_init);

/* What a path is known to let through is forgotten with the path. */
void ksmol_tcp_set_path(struct ksmol_tcb *tcb, u32 mtu, u16 net_hlen)
{
	mtu = clamp_t(u32, mtu, PATH_MIN + net_hlen, U16_MAX);
	if (likely(mtu == tcb->route_mtu && net_hlen == tcb->net_hlen))
		return;
	tcb->route_mtu = mtu;
	tcb->net_hlen = net_hlen;
	tcb->mtu = mtu;
	tcb->mtu_at = 0;
	tcb->mtu_probe_low = 0;
	ksmol_tcp_sync_mss(tcb);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_set_path);

/* RFC 9293 3.7.1, RFC 6691: options are taken off what the peer said. */
void ksmol_tcp_sync_mss(struct ksmol_tcb *tcb)
{
	u32 mss = tcb->mtu - tcb->net_hlen - KSMOL_TCP_HLEN;

	mss = min_t(u32, mss, tcb->mss_peer);
	if (tcb->cfg.user_mss)
		mss = min_t(u32, mss, tcb->cfg.user_mss);
	mss = max(mss, KSMOL_TCP_MSS_MIN);
	if (tcb->flags & KSMOL_TCP_F_TS)
		mss -= KSMOL_TCP_TS_LEN;
	tcb->mss = mss;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_sync_mss);

/* --- opening --- */

static void state_numbers(struct ksmol_tcb *tcb, u32 iss)
{
	tcb->iss = iss;
	tcb->snd_una = iss;
	tcb->trimmed = iss;
	tcb->snd_nxt = iss;
	tcb->snd_up = iss;
	tcb->snd_sml = iss;
	tcb->snd_psh = iss;
	tcb->fack = iss;
	tcb->write_seq = iss + 1;
}

void ksmol_tcp_connect(struct ksmol_tcb *tcb, u32 iss, u32 ts_offset, u64 now)
{
	ksmol_tcp_count(ACTIVE_OPENS);
	tcb->state = TCP_SYN_SENT;
	state_numbers(tcb, iss);
	tcb->ts_offset = ts_offset;
	tcb->last_rx = now;
	tcb->mss_peer = ksmol_tcp_mss_default(tcb->net_hlen);
	ksmol_tcp_window_init(&tcb->cfg, tcb->pool, &tcb->rcv_wnd,
			      &tcb->rcv_wscale);
	ksmol_tcp_sync_mss(tcb);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_connect);

static u16 open_flags(const struct ksmol_tcp_open *open)
{
	u16 flags = KSMOL_TCP_F_PASSIVE;

	if (open->opts & KSMOL_TCP_OPT_TS)
		flags |= KSMOL_TCP_F_TS;
	if (open->opts & KSMOL_TCP_OPT_SACK_OK)
		flags |= KSMOL_TCP_F_SACK;
	if (open->opts & KSMOL_TCP_OPT_WSCALE)
		flags |= KSMOL_TCP_F_WSCALE;
	if (open->ecn)
		flags |= KSMOL_TCP_F_ECN;
	return flags;
}

static void opened_receiver(struct ksmol_tcb *tcb,
			    const struct ksmol_tcp_open *open, u64 now)
{
	tcb->irs = open->irs;
	tcb->rcv_nxt = open->irs + 1;
	tcb->rcv_wup = tcb->rcv_nxt;
	tcb->copied_seq = tcb->rcv_nxt;
	tcb->rcv_up = tcb->rcv_nxt;
	tcb->last_ack_sent = tcb->rcv_nxt;
	tcb->rcv_wnd = open->rcv_wnd;
	tcb->ts_recent = open->ts_recent;
	tcb->ts_recent_at = (u32)div_u64(now, USEC_PER_SEC);
}

void ksmol_tcp_opened(struct ksmol_tcb *tcb, const struct ksmol_tcp_open *open,
		      u64 now)
{
	ksmol_tcp_count(PASSIVE_OPENS);
	tcb->flags |= open_flags(open);
	state_numbers(tcb, open->iss);
	tcb->snd_una++;
	tcb->snd_nxt++;
	tcb->fack = tcb->snd_una;
	opened_receiver(tcb, open, now);
	/* The ACK that comes next tells the window, and is newer than these. */
	tcb->snd_wl1 = open->irs;
	tcb->snd_wl2 = open->iss;
	tcb->ts_offset = open->ts_offset;
	if (open->opts & KSMOL_TCP_OPT_WSCALE) {
		tcb->snd_wscale = min_t(u8, open->wscale, KSMOL_TCP_MAX_WSCALE);
		tcb->rcv_wscale = open->rcv_wscale;
	}
	tcb->mss_peer = max_t(u32, open->mss, KSMOL_TCP_MSS_MIN);
	if (open->rtt)
		ksmol_tcp_rtt(tcb, open->rtt, now);
	tcb->retrans_total = open->retrans;
	ksmol_tcp_established(tcb, now);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_opened);

void ksmol_tcp_established(struct ksmol_tcb *tcb, u64 now)
{
	/* A FIN that was asked for before this follows now (3.10.4). */
	tcb->state = tcb->flags & KSMOL_TCP_F_FIN ? TCP_FIN_WAIT1 :
						    TCP_ESTABLISHED;
	tcb->events |= KSMOL_TCP_EV_ESTABLISHED | KSMOL_TCP_EV_WRITABLE;
	tcb->snd_max_wnd = max(tcb->snd_max_wnd, tcb->snd_wnd);
	tcb->backoff = 0;
	tcb->retries = 0;
	tcb->stuck = 0;
	tcb->soft_err = 0;
	tcb->last_rx = now;
	tcb->tune_at = now;
	tcb->tune_seq = tcb->copied_seq;
	/* The handshake's; data may come later than it could. What the SYN's
	 * time stamp began is void: the peer may have none.
	 */
	tcb->rcv_rtt_at = 0;
	tcb->rcv_rtt = tcb->min_rtt;
	tcb->rcv_rtt_least = tcb->min_rtt;
	tcb->rcv_rtt_since = now;
	ksmol_tcp_sync_mss(tcb);
	if (!tcb->rcv_mss)
		tcb->rcv_mss = min(tcb->mss, KSMOL_TCP_MSS_DEFAULT);
	ksmol_tcp_cong_start(tcb);
	ksmol_tcp_keepalive(tcb, now);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_established);

/* --- closing --- */

void ksmol_tcp_shutdown(struct ksmol_tcb *tcb, u64 now)
{
	/* RFC 9293 3.10.4 */
	switch (tcb->state) {
	case TCP_SYN_SENT:
		ksmol_tcp_kill(tcb, 0);
		return;
	case TCP_ESTABLISHED:
		tcb->state = TCP_FIN_WAIT1;
		break;
	case TCP_CLOSE_WAIT:
		tcb->state = TCP_LAST_ACK;
		break;
	case TCP_SYN_RECV:
		/* Queued until established. */
		break;
	default:
		return;
	}
	tcb->flags |= KSMOL_TCP_F_FIN;
	tcb->flags &= ~KSMOL_TCP_F_MORE;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_shutdown);

/*
 * All other states have data or a FIN under way, whose retransmission ends
 * sooner for an orphan (tcp_timer.c).
 */
void ksmol_tcp_orphan(struct ksmol_tcb *tcb, u64 now)
{
	tcb->flags |= KSMOL_TCP_F_ORPHAN;
	if (tcb->state == TCP_SYN_SENT)
		ksmol_tcp_kill(tcb, 0);
	else if (tcb->state == TCP_FIN_WAIT2 && !tcb->cfg.linger2)
		ksmol_tcp_abort(tcb);
	else if (tcb->state == TCP_FIN_WAIT2)
		ksmol_tcp_arm_at(tcb, KSMOL_TCP_T_CLOSE,
				 now + tcb->cfg.linger2);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_orphan);

static void state_close(struct ksmol_tcb *tcb)
{
	if (tcb->state == TCP_SYN_SENT || tcb->state == TCP_SYN_RECV)
		ksmol_tcp_count(FAILED_OPENS);
	tcb->state = TCP_CLOSE;
	tcb->events |= KSMOL_TCP_EV_CLOSED;
	ksmol_tcp_release(tcb);
}

/* States in which the peer believes in a connection (RFC 9293 3.10.5). */
#define RESET_STATES	(TCPF_SYN_RECV | TCPF_ESTABLISHED | TCPF_FIN_WAIT1 | \
			 TCPF_FIN_WAIT2 | TCPF_CLOSE_WAIT)

void ksmol_tcp_abort(struct ksmol_tcb *tcb)
{
	if (1 << tcb->state & RESET_STATES)
		tcb->flags |= KSMOL_TCP_F_RESET;
	state_close(tcb);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_abort);

void ksmol_tcp_kill(struct ksmol_tcb *tcb, int err)
{
	if (err) {
		tcb->err = err;
		tcb->events |= KSMOL_TCP_EV_ERROR;
	}
	state_close(tcb);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_kill);

void ksmol_tcp_release(struct ksmol_tcb *tcb)
{
	memset(tcb->due, 0, sizeof(tcb->due));
	tcb->ack = 0;
	tcb->tlp_due = false;
	ksmol_tcp_recs_purge(tcb);
	ksmol_tcp_sndq_purge(tcb);
	ksmol_tcp_ooo_purge(tcb);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_release);
