// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP_INFO. Linux counts segments where the core counts bytes: these are given
 * in segments of the present size.
 */

#include <linux/tcp.h>
#include <net/tcp.h>
#include "tcp_sock.h"

static u32 in_segments(const struct ksmol_tcb *tcb, u64 bytes)
{
	return tcb->mss ? div_u64(bytes + tcb->mss - 1, tcb->mss) : 0;
}

/* Milliseconds since @then, 0 if it never was. */
static u32 msec_since(u64 now, u64 then)
{
	return then ? div_u64(now - then, USEC_PER_MSEC) : 0;
}

static u64 info_rate(unsigned long rate)
{
	return rate == ~0UL ? ~0ULL : rate;
}

static u8 info_options(const struct ksmol_tcb *tcb)
{
	return (tcb->flags & KSMOL_TCP_F_TS ? TCPI_OPT_TIMESTAMPS : 0) |
	       (tcb->flags & KSMOL_TCP_F_SACK ? TCPI_OPT_SACK : 0) |
	       (tcb->flags & KSMOL_TCP_F_WSCALE ? TCPI_OPT_WSCALE : 0) |
	       (tcb->flags & KSMOL_TCP_F_ECN ? TCPI_OPT_ECN : 0);
}

/* The largest segment we asked for, without what its timestamps take. */
static u32 info_advmss(const struct ksmol_tcb *tcb)
{
	u32 options = tcb->flags & KSMOL_TCP_F_TS ? TCPOLEN_TSTAMP_ALIGNED : 0;
	u32 headers = tcb->net_hlen + sizeof(struct tcphdr) + options;

	return tcb->mtu > headers ? tcb->mtu - headers : 0;
}

static void info_state(const struct ksmol_tcb *tcb, struct tcp_info *info)
{
	info->tcpi_ca_state = tcb->ca;
	info->tcpi_retransmits = tcb->retries;
	info->tcpi_probes = tcb->probes;
	info->tcpi_backoff = tcb->backoff;
	info->tcpi_options = info_options(tcb);
	if (tcb->flags & KSMOL_TCP_F_WSCALE) {
		info->tcpi_snd_wscale = tcb->snd_wscale;
		info->tcpi_rcv_wscale = tcb->rcv_wscale;
	}
	info->tcpi_snd_mss = tcb->mss;
	info->tcpi_rcv_mss = tcb->rcv_mss;
	info->tcpi_advmss = info_advmss(tcb);
	info->tcpi_pmtu = tcb->mtu;
}

static void info_times(const struct ksmol_tcb *tcb, struct tcp_info *info)
{
	u64 now = ksmol_tcp_now();

	info->tcpi_rto = tcb->rto;
	info->tcpi_ato = tcb->ato;
	info->tcpi_rtt = tcb->srtt8 >> 3;
	info->tcpi_rttvar = tcb->rttvar4 >> 2;
	info->tcpi_min_rtt = tcb->min_rtt;
	info->tcpi_rcv_rtt = tcb->rcv_rtt;
	info->tcpi_last_data_sent = msec_since(now, tcb->last_tx);
	info->tcpi_last_data_recv = msec_since(now, tcb->last_data);
	info->tcpi_last_ack_recv = msec_since(now, tcb->last_rx);
}

static void info_windows(const struct ksmol_tcb *tcb, struct tcp_info *info)
{
	s32 notsent = tcb->write_seq - tcb->snd_nxt;

	info->tcpi_unacked = in_segments(tcb, tcb->snd_nxt - tcb->snd_una);
	info->tcpi_sacked = in_segments(tcb, tcb->sacked);
	info->tcpi_lost = in_segments(tcb, tcb->lost);
	info->tcpi_retrans = in_segments(tcb, tcb->retrans);
	info->tcpi_reordering = in_segments(tcb, tcb->reordering);
	info->tcpi_snd_cwnd = in_segments(tcb, tcb->cwnd);
	/* As Linux: "infinite" stays that. */
	info->tcpi_snd_ssthresh = tcb->ssthresh >= S32_MAX ? S32_MAX :
				  in_segments(tcb, tcb->ssthresh);
	info->tcpi_rcv_ssthresh = tcb->rcv_wnd;
	info->tcpi_rcv_space = tcb->tune_space;
	info->tcpi_snd_wnd = tcb->snd_wnd;
#ifdef KSMOL_HAVE_TCPI_RCV_WND
	info->tcpi_rcv_wnd = tcb->rcv_wnd;
#endif
	info->tcpi_notsent_bytes = max(notsent, 0);
}

static void info_counts(const struct ksmol_tcb *tcb, struct tcp_info *info)
{
	info->tcpi_total_retrans = tcb->retrans_total;
	info->tcpi_bytes_acked = tcb->bytes_acked;
	info->tcpi_bytes_received = tcb->bytes_in;
	info->tcpi_bytes_sent = tcb->bytes_out;
	info->tcpi_bytes_retrans = tcb->bytes_retrans;
	info->tcpi_segs_out = tcb->segs_out;
	info->tcpi_segs_in = tcb->segs_in;
	info->tcpi_data_segs_in = tcb->data_segs_in;
	info->tcpi_data_segs_out = tcb->data_segs_out;
	info->tcpi_delivered = in_segments(tcb, tcb->delivered);
	info->tcpi_dsack_dups = tcb->dsacks_in;
	info->tcpi_reord_seen = tcb->reord_seen;
	info->tcpi_rcv_ooopack = tcb->ooo_in;
}

void ksmol_tcp_info(struct ksmol_tcp_sock *ts, struct tcp_info *info)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);

	memset(info, 0, sizeof(*info));
	info->tcpi_state = inet_sk_state_load(sk);
	info->tcpi_pacing_rate = info_rate(READ_ONCE(sk->sk_pacing_rate));
	info->tcpi_max_pacing_rate =
		info_rate(READ_ONCE(sk->sk_max_pacing_rate));
	if (info->tcpi_state == TCP_LISTEN) {
		/* Linux's other use of these two: waiting for accept(), most. */
		info->tcpi_unacked = READ_ONCE(ts->listen.nr_accept);
		info->tcpi_sacked = READ_ONCE(ts->listen.backlog);
		return;
	}
	lock_sock(sk);
	info_state(&ts->tcb, info);
	info_times(&ts->tcb, info);
	info_windows(&ts->tcb, info);
	info_counts(&ts->tcb, info);
	release_sock(sk);
}
