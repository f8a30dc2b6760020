// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksmol_sink: what a module does with ksmol's sockets. It receives UDP on a
 * port, counts packets, bytes and the sum of the bytes where they lie, and
 * sends them back if it is asked to, out of pages of its own.
 */

#define pr_fmt(fmt) "ksmol_sink: " fmt

#include <linux/debugfs.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <ksmol/kapi.h>

static ushort port = 7;
module_param(port, ushort, 0444);
MODULE_PARM_DESC(port, "UDP port to receive on (7)");

static bool ipv6;
module_param(ipv6, bool, 0444);
MODULE_PARM_DESC(ipv6, "receive by IPv6 as well as IPv4 (N)");

static bool echo;
module_param(echo, bool, 0644);
MODULE_PARM_DESC(echo, "send everything back (N)");

static uint hoard;
module_param(hoard, uint, 0644);
MODULE_PARM_DESC(hoard, "keep so many packets, of which none is given back until it is 0 (0)");

static uint limit = 64;
module_param(limit, uint, 0444);
MODULE_PARM_DESC(limit, "most packets kept, and most on their way (64)");

static uint own_pages;
module_param(own_pages, uint, 0444);
MODULE_PARM_DESC(own_pages, "send from so many pages of our own (0: ksmol's)");

#define HOARD_MAX 65536U

/* --- what we count, on each CPU --- */

struct counters {
	u64 packets;
	u64 bytes;
	u64 sum;	/* of all bytes */
	u64 pieces;
	u64 echoed;
	u64 no_room;	/* not sent back: no buffer */
	u64 failed;	/* not sent back: refused */
	u64 refused;	/* not kept: at the limit */
};

static DEFINE_PER_CPU(struct counters, counters);
static atomic_t room_events, gones;

static struct ksmol_ksock *sock;

/* --- packets that we keep --- */

static DEFINE_SPINLOCK(hoard_lock);
static struct ksmol_pbuf **hoarded;	/* HOARD_MAX; hoard_lock */
static unsigned int nr_hoarded;		/* hoard_lock */

static void hoard_one(struct ksmol_rx *rx)
{
	spin_lock(&hoard_lock);
	if (nr_hoarded < min(READ_ONCE(hoard), HOARD_MAX)) {
		hoarded[nr_hoarded] = ksmol_rx_keep(rx);
		if (hoarded[nr_hoarded])
			nr_hoarded++;
		else
			this_cpu_inc(counters.refused);
	}
	spin_unlock(&hoard_lock);
}

static void hoard_release(void)
{
	spin_lock_bh(&hoard_lock);
	while (nr_hoarded)
		ksmol_pkt_release(sock, hoarded[--nr_hoarded]);
	spin_unlock_bh(&hoard_lock);
}

/* --- the callbacks --- */

/* A piece of a packet: bytes as the driver received them. */
static int count_piece(const void *data, u32 len, void *arg)
{
	struct counters *here = arg;
	const u8 *bytes = data;
	u32 i;

	for (i = 0; i < len; i++)
		here->sum += bytes[i];
	here->pieces++;
	return 0;
}

static void send_back(struct ksmol_ksock *ks, const struct ksmol_pbuf *from)
{
	struct sockaddr_storage peer;
	struct ksmol_pbuf *pb;
	int len;

	pb = ksmol_ksock_alloc(ks);
	if (IS_ERR(pb)) {
		this_cpu_inc(counters.no_room);
		return;
	}
	if (ksmol_pkt_append_pkt(pb, from, 0, ksmol_pkt_len(from))) {
		this_cpu_inc(counters.no_room);
		ksmol_pkt_release(ks, pb);
		return;
	}
	len = ksmol_pkt_source(from, &peer);
	if (ksmol_ksock_send(ks, pb, (struct sockaddr *)&peer, len))
		this_cpu_inc(counters.failed);
	else
		this_cpu_inc(counters.echoed);
}

static void on_receive(struct ksmol_ksock *ks, struct ksmol_rx *rx, void *priv)
{
	struct counters *here = this_cpu_ptr(&counters);

	ksmol_pkt_walk(rx->pb, count_piece, here);
	here->packets++;
	here->bytes += ksmol_pkt_len(rx->pb);
	if (READ_ONCE(echo))
		send_back(ks, rx->pb);
	/* The last thing: a packet that is kept may be gone at any time. */
	if (READ_ONCE(hoard))
		hoard_one(rx);
	else if (READ_ONCE(nr_hoarded))
		hoard_release();
}

/* Echoes that found no room are lost; others would be sent from here. */
static void on_write_space(struct ksmol_ksock *ks, void *priv)
{
	atomic_inc(&room_events);
}

static void on_gone(struct ksmol_ksock *ks, bool for_good, void *priv)
{
	atomic_inc(&gones);
	pr_info("%s\n", for_good ? "the namespace ends" :
				   "the interface is detached");
}

static const struct ksmol_ksock_ops sock_ops = {
	.receive = on_receive,
	.write_space = on_write_space,
	.gone = on_gone,
};

/* --- debugfs ksmol_sink --- */

static struct dentry *file;

static u64 sum_of(size_t offset)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += *(u64 *)((u8 *)per_cpu_ptr(&counters, cpu) + offset);
	return sum;
}

#define show(m, field) \
	seq_printf(m, #field ": %llu\n", \
		   sum_of(offsetof(struct counters, field)))

static int sink_show(struct seq_file *m, void *unused)
{
	show(m, packets);
	show(m, bytes);
	show(m, sum);
	show(m, pieces);
	show(m, echoed);
	show(m, no_room);
	show(m, failed);
	show(m, refused);
	seq_printf(m, "hoarded: %u\n", READ_ONCE(nr_hoarded));
	seq_printf(m, "room_events: %d\n", atomic_read(&room_events));
	seq_printf(m, "gones: %d\n", atomic_read(&gones));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(sink);

/* --- pages of our own --- */

static struct page **pages;
static struct ksmol_pool *pool;

static void pages_free(void)
{
	unsigned int i;

	for (i = 0; pages && i < own_pages; i++)
		if (pages[i])
			__free_page(pages[i]);
	kvfree(pages);
}

static int pages_alloc(void)
{
	unsigned int i;

	pages = kvcalloc(own_pages, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	for (i = 0; i < own_pages; i++) {
		pages[i] = alloc_page(GFP_KERNEL);
		if (!pages[i])
			return -ENOMEM;
	}
	return 0;
}

static int pool_open(void)
{
	int err;

	if (!own_pages)
		return 0;
	err = pages_alloc();
	if (!err) {
		pool = ksmol_pool_register("ksmol_sink", pages, own_pages);
		err = PTR_ERR_OR_ZERO(pool);
	}
	if (err) {
		pool = NULL;
		pages_free();
	}
	return err;
}

/* The socket is closed, so this waits for devices alone. */
static void pool_close(void)
{
	if (pool)
		ksmol_pool_unregister(pool);
	pages_free();
}

/* --- begin and end --- */

static int sock_bind(void)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};
	struct sockaddr_in6 sin6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
	};

	if (ipv6)
		return ksmol_ksock_bind(sock, (struct sockaddr *)&sin6,
					sizeof(sin6));
	return ksmol_ksock_bind(sock, (struct sockaddr *)&sin, sizeof(sin));
}

static int sock_start(void)
{
	int err;

	err = ksmol_ksock_limits(sock, limit, limit);
	if (!err && pool)
		err = ksmol_ksock_use_pool(sock, pool);
	return err ?: sock_bind();
}

/* In the network namespace of whoever loads us. */
static int sock_open(void)
{
	int err;

	sock = ksmol_ksock_open(current->nsproxy->net_ns,
				ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM,
				&sock_ops, NULL);
	if (IS_ERR(sock))
		return PTR_ERR(sock);
	err = sock_start();
	if (err)
		ksmol_ksock_close(sock);
	return err;
}

static int __init sink_init(void)
{
	int err;

	hoarded = kvcalloc(HOARD_MAX, sizeof(*hoarded), GFP_KERNEL);
	if (!hoarded)
		return -ENOMEM;
	err = pool_open();
	if (err)
		goto err_hoarded;
	err = sock_open();
	if (err)
		goto err_pool;
	file = debugfs_create_file("ksmol_sink", 0444, NULL, NULL, &sink_fops);
	return 0;

err_pool:
	pool_close();
err_hoarded:
	kvfree(hoarded);
	return err;
}

/* What we still keep is taken back. */
static void __exit sink_exit(void)
{
	unsigned int taken;

	debugfs_remove(file);
	taken = ksmol_ksock_close(sock);
	if (taken)
		pr_info("%u packets taken back\n", taken);
	pool_close();
	kvfree(hoarded);
}

module_init(sink_init);
module_exit(sink_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The ksmol authors");
MODULE_DESCRIPTION("Receives UDP through ksmol without a copy: a sample");
