// SPDX-License-Identifier: GPL-2.0-only
/* debugfs: tcp_sockets and tcp. */

#include <linux/seq_file.h>
#include "tcp_sock.h"

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

/* A snapshot without any lock: the numbers need not fit each other. */
static bool show_one(struct ksmol_sock *ks, void *arg)
{
	char local[KSMOL_ENDPOINT_LEN], remote[KSMOL_ENDPOINT_LEN];
	struct show *show = arg;
	int state;

	if (ks->proto != IPPROTO_TCP)
		return true;
	show->total++;
	if (show->lines >= KSMOL_SHOW_MAX)
		return true;
	show->lines++;
	state = READ_ONCE(ks->inet.sk.sk_state);
	ksmol_endpoint_str(ks, &ks->laddr, ks->lport, local);
	ksmol_endpoint_str(ks, &ks->raddr, ks->rport, remote);
	seq_printf(show->m, "%-21s %-21s %-10s ", local, remote,
		   state_name(state));
	if (state == TCP_LISTEN) {
		show_listener(show->m, ksmol_tcp_sk(&ks->inet.sk));
	} else {
		show_queues(show->m, &ksmol_tcp_sk(&ks->inet.sk)->tcb);
		show_recovery(show->m, &ksmol_tcp_sk(&ks->inet.sk)->tcb);
	}
	seq_putc(show->m, '\n');
	return true;
}

/*
 * One line per socket: its ends, its state as ss names it, then key=value words
 * (bytes, microseconds, counts).
 */
int ksmol_tcp_sockets_show(struct seq_file *m, void *unused)
{
	struct show show = { .m = m };

	seq_printf(m, "%-21s %-21s %-10s %s\n", "local", "remote", "state",
		   "details");
	ksmol_demux_for_each(show_one, &show);
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
