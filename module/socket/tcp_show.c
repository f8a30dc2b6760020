// SPDX-License-Identifier: GPL-2.0-only
/* debugfs: tcp_sockets and tcp. */

#include <linux/seq_file.h>
#include "tcp_mini.h"

static const char * const state_names[] = {
	[TCP_ESTABLISHED] = "ESTAB",
	[TCP_SYN_SENT] = "SYN-SENT",
	[TCP_SYN_RECV] = "SYN-RECV",
	[TCP_FIN_WAIT1] = "FIN-WAIT-1",
	[TCP_FIN_WAIT2] = "FIN-WAIT-2",
	[TCP_TIME_WAIT] = "TIME-WAIT",
	[TCP_CLOSE] = "CLOSE",
	[TCP_CLOSE_WAIT] = "CLOSE-WAIT",
	[TCP_LAST_ACK] = "LAST-ACK",
	[TCP_LISTEN] = "LISTEN",
	[TCP_CLOSING] = "CLOSING",
};

static const char * const ca_names[] = {
	[KSMOL_TCP_CA_OPEN] = "open",
	[KSMOL_TCP_CA_DISORDER] = "disorder",
	[KSMOL_TCP_CA_CWR] = "cwr",
	[KSMOL_TCP_CA_RECOVERY] = "recovery",
	[KSMOL_TCP_CA_LOSS] = "loss",
};

struct show {
	struct seq_file *m;
	u32 lines;
	u32 total;
};

static const char *state_name(int state)
{
	const char *name = NULL;

	if (state < ARRAY_SIZE(state_names))
		name = state_names[state];
	return name ?: "CLOSE";
}

/* Microseconds until it ends, or is sent again. */
static u64 mini_timer(const struct ksmol_tcp_mini *mini)
{
	u64 now = ksmol_tcp_now(), due = READ_ONCE(mini->due);

	return due > now ? due - now : 0;
}

static void show_listener(struct seq_file *m, const struct ksmol_tcp_sock *ts)
{
	seq_printf(m, "accept=%u backlog=%u reqs=%d",
		   READ_ONCE(ts->listen.nr_accept),
		   READ_ONCE(ts->listen.backlog),
		   atomic_read(&ts->listen.nr_reqs));
}

static void show_queues(struct seq_file *m, const struct ksmol_tcb *tcb)
{
	seq_printf(m, "sndq=%u sndq_pbufs=%u notsent=%u ",
		   ksmol_tcp_unacked(tcb), tcb->sndq.count,
		   ksmol_tcp_notsent(tcb));
	seq_printf(m, "rcvq=%u rcvq_pbufs=%u ooo=%u ooo_pbufs=%u ",
		   ksmol_tcp_readable(tcb), tcb->rcvq.count, tcb->ooo_bytes,
		   tcb->ooo_pbufs);
	seq_printf(m, "snd_wnd=%u rcv_wnd=%u sndbuf=%u rcvbuf=%u ",
		   tcb->snd_wnd, tcb->rcv_wnd, tcb->cfg.sndbuf,
		   tcb->cfg.rcvbuf);
	seq_printf(m, "rcv_rtt=%u rcv_space=%u ", tcb->rcv_rtt,
		   tcb->tune_space);
}

static void show_recovery(struct seq_file *m, const struct ksmol_tcb *tcb)
{
	const struct ksmol_tcp_cong *cong = READ_ONCE(tcb->cong);
	u8 ca = min_t(u8, READ_ONCE(tcb->ca), KSMOL_TCP_CA_LOSS);

	seq_printf(m, "rtt=%u rttvar=%u rto=%u backoff=%u mss=%u mtu=%u ",
		   tcb->srtt8 / 8, tcb->rttvar4 / 4, tcb->rto, tcb->backoff,
		   tcb->mss, tcb->mtu);
	seq_printf(m, "cwnd=%u ssthresh=%u pipe=%u sacked=%u lost=%u ",
		   tcb->cwnd, tcb->ssthresh, ksmol_tcp_pipe(tcb), tcb->sacked,
		   tcb->lost);
	seq_printf(m, "retrans=%u reordering=%u ca=%s cong=%s",
		   tcb->retrans_total, tcb->reordering, ca_names[ca],
		   cong ? cong->name : "none");
}

/* The first three columns, unless there are lines enough. */
static bool show_line(struct show *show, const char *local, const char *remote,
		      int state)
{
	show->total++;
	if (show->lines >= KSMOL_SHOW_MAX)
		return false;
	show->lines++;
	seq_printf(show->m, "%-21s %-21s %-10s ", local, remote,
		   state_name(state));
	return true;
}

static bool show_ends(struct show *show, const struct ksmol_tcp_key *key,
		      int state)
{
	char local[KSMOL_ENDPOINT_LEN], remote[KSMOL_ENDPOINT_LEN];

	ksmol_endpoint_str(key->family, &key->laddr, key->lport, local);
	ksmol_endpoint_str(key->family, &key->raddr, key->rport, remote);
	return show_line(show, local, remote, state);
}

static bool show_socket(struct show *show, const struct ksmol_sock *ks,
			int state)
{
	char local[KSMOL_ENDPOINT_LEN], remote[KSMOL_ENDPOINT_LEN];

	ksmol_endpoint_local(ks, local);
	ksmol_endpoint_str(ks->family, &ks->raddr, ks->rport, remote);
	return show_line(show, local, remote, state);
}

/* A snapshot without any lock: the numbers need not fit each other. */
static bool show_one(struct ksmol_sock *ks, void *arg)
{
	int state = READ_ONCE(ks->inet.sk.sk_state);
	struct show *show = arg;

	if (ks->proto != IPPROTO_TCP || !show_socket(show, ks, state))
		return true;
	if (state == TCP_LISTEN) {
		show_listener(show->m, ksmol_tcp_sk(&ks->inet.sk));
	} else {
		show_queues(show->m, &ksmol_tcp_sk(&ks->inet.sk)->tcb);
		show_recovery(show->m, &ksmol_tcp_sk(&ks->inet.sk)->tcb);
	}
	seq_putc(show->m, '\n');
	return true;
}

/* Half-open: they wait for an ACK, or for a place in the accept queue. */
static bool show_req(const struct ksmol_tcp_mini *mini, void *arg)
{
	const struct ksmol_tcp_req *req;

	req = container_of(mini, struct ksmol_tcp_req, mini);
	if (show_ends(arg, &mini->key, TCP_SYN_RECV))
		seq_printf(((struct show *)arg)->m,
			   "retries=%u acked=%u timer=%llu mss=%u\n",
			   req->retries, req->acked, mini_timer(mini),
			   req->open.mss);
	return true;
}

static bool show_tw(const struct ksmol_tcp_mini *mini, void *arg)
{
	const struct ksmol_tcp_tw *tw;

	tw = container_of(mini, struct ksmol_tcp_tw, mini);
	if (show_ends(arg, &mini->key,
		      tw->fin_wait2 ? TCP_FIN_WAIT2 : TCP_TIME_WAIT))
		seq_printf(((struct show *)arg)->m, "timer=%llu\n",
			   mini_timer(mini));
	return true;
}

/*
 * One line per socket, or what is a connection without one: its ends, its state
 * as ss names it, then key=value words (bytes, microseconds, counts).
 */
int ksmol_tcp_sockets_show(struct seq_file *m, void *unused)
{
	struct show show = { .m = m };

	seq_printf(m, "%-21s %-21s %-10s %s\n", "local", "remote", "state",
		   "details");
	ksmol_demux_for_each(show_one, &show);
	ksmol_tcp_mini_show(KSMOL_TCP_MINI_REQ, show_req, &show);
	ksmol_tcp_mini_show(KSMOL_TCP_MINI_TW, show_tw, &show);
	if (show.total > show.lines)
		seq_printf(m, "# %u of %u shown\n", show.lines, show.total);
	return 0;
}

int ksmol_tcp_show(struct seq_file *m, void *unused)
{
	u32 used, count;

	ksmol_tcp_counters_show(m);
	ksmol_tcp_recs_usage(&used, &count);
	seq_printf(m, "orphans: %u\n", ksmol_tcp_orphans());
	seq_printf(m, "half_open: %u\n",
		   ksmol_tcp_mini_count(KSMOL_TCP_MINI_REQ));
	seq_printf(m, "in_timewait: %u\n",
		   ksmol_tcp_mini_count(KSMOL_TCP_MINI_TW));
	seq_printf(m, "records_used: %u\n", used);
	seq_printf(m, "records: %u\n", count);
	return 0;
}
