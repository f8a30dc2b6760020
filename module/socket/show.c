// SPDX-License-Identifier: GPL-2.0-only
/* debugfs: sockets. */

#include <linux/seq_file.h>
#include <net/net_namespace.h>
#include "ksock.h"
#include "tcp_sock.h"

struct show {
	struct seq_file *m;
	u32 lines;
};

const char *ksmol_endpoint_str(sa_family_t family,
			       const struct ksmol_addr *addr, __be16 port,
			       char buf[KSMOL_ENDPOINT_LEN])
{
	char text[KSMOL_ADDR_STRLEN];

	if (ksmol_addr_any(addr))
		strscpy(text, "*", sizeof(text));
	else
		ksmol_addr_str(family, addr, text);
	if (!port)
		snprintf(buf, KSMOL_ENDPOINT_LEN, "%s:*", text);
	else
		snprintf(buf, KSMOL_ENDPOINT_LEN,
			 strchr(text, ':') ? "[%s]:%u" : "%s:%u", text,
			 ntohs(port));
	return buf;
}

const char *ksmol_endpoint_local(const struct ksmol_sock *ks,
				 char buf[KSMOL_ENDPOINT_LEN])
{
	if (ks->family == AF_INET6 && ksmol_addr_any(&ks->laddr) &&
	    ks->lport && !ksmol_sock_both(ks, ks->family, &ks->laddr))
		snprintf(buf, KSMOL_ENDPOINT_LEN, "[::]:%u", ntohs(ks->lport));
	else
		ksmol_endpoint_str(ks->family, &ks->laddr, ks->lport, buf);
	return buf;
}

static const char *proto_name(const struct ksmol_sock *ks)
{
	switch (ks->proto) {
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_RAW:
		return "raw";
	default:
		return "ping";
	}
}

/**
 * struct fill - how full a socket is
 * @rxq: received pbufs
 * @rx_max: their limit
 * @tx: pbufs to be sent, or on their way
 * @tx_max: their limit
 */
struct fill {
	u32 rxq;
	u32 rx_max;
	u32 tx;
	u32 tx_max;
};

static void fill_ring(const struct ksmol_ring *ring, struct fill *fill)
{
	fill->rxq = min(READ_ONCE(ring->rx.own) -
			READ_ONCE(ring->rx.shared->consumer), ring->rx.size);
	fill->rx_max = ring->rx.size;
	fill->tx = ksmol_ring_outstanding(ring);
	fill->tx_max = ring->done.size;
}

static void fill_datagrams(const struct ksmol_sock *ks, struct fill *fill)
{
	const struct ksmol_ring *ring = ksmol_sock_ring(ks);

	if (ring) {
		fill_ring(ring, fill);
		return;
	}
	fill->rxq = ks->kernel ? ksmol_ksock_kept(ks->kernel) :
				 ksmol_queue_len(&ks->rxq);
	fill->rx_max = ksmol_sock_rx_limit(ks);
	fill->tx = atomic_read(&ks->inflight);
	fill->tx_max = ksmol_sock_tx_limit(ks);
}

/* A stream's limits are in bytes, of which a pbuf holds so many at least. */
static void fill_stream(const struct ksmol_sock *ks, struct fill *fill)
{
	const struct ksmol_tcb *tcb = &ksmol_tcp_sk(&ks->inet.sk)->tcb;

	fill->rxq = READ_ONCE(tcb->rcvq.count) + READ_ONCE(tcb->ooo_pbufs);
	fill->rx_max = READ_ONCE(tcb->cfg.rcvbuf) >> KSMOL_PBUF_SHIFT;
	fill->tx = READ_ONCE(tcb->sndq.count);
	fill->tx_max = READ_ONCE(tcb->cfg.sndbuf) >> KSMOL_PBUF_SHIFT;
}

static bool show_one(struct ksmol_sock *ks, void *arg)
{
	char local[KSMOL_ENDPOINT_LEN], remote[KSMOL_ENDPOINT_LEN];
	struct sock *sk = &ks->inet.sk;
	struct show *show = arg;
	char rxq[24], tx[24];
	struct fill fill;

	if (ks->proto == IPPROTO_TCP)
		fill_stream(ks, &fill);
	else
		fill_datagrams(ks, &fill);
	ksmol_endpoint_local(ks, local);
	ksmol_endpoint_str(ks->family, &ks->raddr, ks->rport, remote);
	snprintf(rxq, sizeof(rxq), "%u/%u", fill.rxq, fill.rx_max);
	snprintf(tx, sizeof(tx), "%u/%u", fill.tx, fill.tx_max);
	seq_printf(show->m, "%-5s %-21s %-21s %11s %11s %10u %10lu %6u %u\n",
		   proto_name(ks), local, remote, rxq, tx,
		   (u32)atomic_read(&ks->rxq.drops),
		   (unsigned long)sock_i_ino(sk),
		   from_kuid_munged(seq_user_ns(show->m),
				    READ_ONCE(sk->sk_uid)),
		   sock_net(sk)->ns.inum);
	return ++show->lines < KSMOL_SHOW_MAX;
}

/*
 * rxq: pbufs queued / limit. tx: pbufs in flight / limit. Of ring sockets:
 * datagrams in the rx ring / its size, and chunks on their way out / most of
 * them. What a stream knows beyond that is in tcp_sockets, a ring in rings.
 */
int ksmol_sockets_show(struct seq_file *m, void *unused)
{
	struct show show = { .m = m };
	u32 total;

	seq_printf(m, "%-5s %-21s %-21s %11s %11s %10s %10s %6s %s\n", "proto",
		   "local", "remote", "rxq", "tx", "drops", "inode", "uid",
		   "netns");
	ksmol_demux_for_each(show_one, &show);
	total = ksmol_demux_count();
	if (show.lines >= KSMOL_SHOW_MAX && total > show.lines)
		seq_printf(m, "# %u of %u shown\n", show.lines, total);
	return 0;
}
