// SPDX-License-Identifier: GPL-2.0-only
/* debugfs: sockets. */

#include <linux/seq_file.h>
#include <net/net_namespace.h>
#include "sock.h"

/* Lines at most; of more sockets only the number is shown. */
#define SHOW_MAX 4096

/* "[v6 address]:port", or "*" for what is not bound to anything. */
#define ENDPOINT_LEN (KSMOL_ADDR_STRLEN + 9)

struct show {
	struct seq_file *m;
	u32 lines;
};

static const char *endpoint_str(const struct ksmol_sock *ks,
				const struct ksmol_addr *addr, __be16 port,
				char buf[ENDPOINT_LEN])
{
	sa_family_t family = ks->inet.sk.sk_family;
	char text[KSMOL_ADDR_STRLEN];

	if (ksmol_addr_any(addr))
		strscpy(text, "*", sizeof(text));
	else
		ksmol_addr_str(family, addr, text);
	if (!port)
		snprintf(buf, ENDPOINT_LEN, "%s:*", text);
	else
		snprintf(buf, ENDPOINT_LEN,
			 strchr(text, ':') ? "[%s]:%u" : "%s:%u", text,
			 ntohs(port));
	return buf;
}

static bool show_one(struct ksmol_sock *ks, void *arg)
{
	char local[ENDPOINT_LEN], remote[ENDPOINT_LEN], rxq[24], tx[24];
	struct sock *sk = &ks->inet.sk;
	struct show *show = arg;

	endpoint_str(ks, &ks->laddr, ks->lport, local);
	endpoint_str(ks, &ks->raddr, ks->rport, remote);
	snprintf(rxq, sizeof(rxq), "%u/%u", ksmol_queue_len(&ks->rxq),
		 ksmol_sock_rx_limit(ks));
	snprintf(tx, sizeof(tx), "%u/%u", atomic_read(&ks->inflight),
		 ksmol_sock_tx_limit(ks));
	seq_printf(show->m, "%-5s %-21s %-21s %11s %11s %10u %10lu %6u %u\n",
		   ks->proto == IPPROTO_UDP ? "udp" : "ping", local, remote,
		   rxq, tx, (u32)atomic_read(&ks->rxq.drops),
		   (unsigned long)sock_i_ino(sk),
		   from_kuid_munged(seq_user_ns(show->m),
				    READ_ONCE(sk->sk_uid)),
		   sock_net(sk)->ns.inum);
	return ++show->lines < SHOW_MAX;
}

/* rxq: pbufs queued / limit. tx: datagrams in flight / limit. */
int ksmol_sockets_show(struct seq_file *m, void *unused)
{
	struct show show = { .m = m };
	u32 total;

	seq_printf(m, "%-5s %-21s %-21s %11s %11s %10s %10s %6s %s\n", "proto",
		   "local", "remote", "rxq", "tx", "drops", "inode", "uid",
		   "netns");
	ksmol_demux_for_each(show_one, &show);
	total = ksmol_demux_count();
	if (show.lines >= SHOW_MAX && total > show.lines)
		seq_printf(m, "# %u of %u shown\n", show.lines, total);
	return 0;
}
