// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receiving: from a frame on the device to a program's memory. Mirrors
 * module/socket/ input, demux, queue, recv.
 */

#include <linux/delay.h>
#include <linux/filter.h>
#include <linux/icmp.h>
#include <linux/poll.h>
#include <linux/udp.h>
#include <net/ip.h>
#include "socket_fixture.h"

/* Bytes 0, 1, 2, ... as the frame builder sends them. */
static void expect_payload(struct kunit *test, u32 len)
{
	struct socket_fixture *f = test->priv;
	u32 i;

	for (i = 0; i < len; i++)
		if (f->buf[i] != (u8)i)
			break;
	KUNIT_EXPECT_EQ(test, i, len);
}

/* --- recvmsg --- */

static void recvmsg__datagram(struct kunit *test)
{
	static const u32 sizes[] = { 1, 64, 255, 256, 257, 1000, 1472 };
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	struct socket_fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		peer_sends(test, US, OUR_PORT, sizes[i]);
		KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 4096, 0),
				(int)sizes[i]);
		expect_payload(test, sizes[i]);
		KUNIT_EXPECT_EQ(test, f->name.sin_addr.s_addr, PEER);
		KUNIT_EXPECT_EQ(test, ntohs(f->name.sin_port), PEER_PORT);
		KUNIT_EXPECT_EQ(test, f->flags & MSG_TRUNC, 0);
	}
	/* Nothing is left to read, so nothing is kept. */
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_SOCKET), 0U);
}

static void recvmsg__zero_length(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);

	peer_sends(test, US, OUR_PORT, 0);
	KUNIT_EXPECT_TRUE(test, sock_events(sock) & EPOLLIN);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), 0);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), -EAGAIN);
}

static void recvmsg__buffer_too_small(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	struct socket_fixture *f = test->priv;

	peer_sends(test, US, OUR_PORT, 100);
	peer_sends(test, US, OUR_PORT, 100);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), 10);
	KUNIT_EXPECT_TRUE(test, f->flags & MSG_TRUNC);
	KUNIT_EXPECT_EQ(test, f->buf[10], 0xee);
	/* MSG_TRUNC as an argument asks for the real length. */
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, MSG_TRUNC), 100);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 10, 0), -EAGAIN);
}

static void recvmsg__peek(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);

	peer_sends(test, US, OUR_PORT, 50);
	peer_sends(test, US, OUR_PORT, 60);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, MSG_PEEK), 50);
	expect_payload(test, 50);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 20, MSG_PEEK | MSG_TRUNC),
			50);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), 50);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), 60);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, MSG_PEEK), -EAGAIN);
}

static void recvmsg__out_of_band(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);

	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 1, MSG_OOB), -EOPNOTSUPP);
}

static void recvmsg__times_out(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);

	sock->sk->sk_rcvtimeo = msecs_to_jiffies(20);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 1, MSG_WAITALL), -EAGAIN);
}

static void send_one(struct kunit *test)
{
	peer_sends(test, US, OUR_PORT, 10);
}

static void recvmsg__woken_by_arrival(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	struct later later;

	sock->sk->sk_rcvtimeo = 10 * HZ;
	later_start(&later, test, 20, send_one);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, MSG_WAITALL), 10);
	later_end(&later);
}

static void recvmsg__after_shutdown(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);

	peer_sends(test, US, OUR_PORT, 10);
	sock->ops->shutdown(sock, SHUT_RD);
	KUNIT_EXPECT_TRUE(test, sock_events(sock) & EPOLLRDHUP);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, MSG_WAITALL), 10);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, MSG_WAITALL), 0);
}

/* More than two batches, read in order, and nothing kept afterwards. */
static void recvmsg__many(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	u32 i;

	for (i = 0; i < 40; i++)
		peer_sends(test, US, OUR_PORT, i);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_SOCKET), 40U);
	for (i = 0; i < 40; i++)
		KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), (int)i);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_SOCKET), 0U);
}

/* --- the queue itself --- */

static struct ksmol_queue *queue_with(struct kunit *test, u32 n)
{
	struct ksmol_queue *queue = kunit_kzalloc(test, sizeof(*queue),
						  GFP_KERNEL);
	bool wake;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, queue);
	ksmol_queue_init(queue, 100);
	local_bh_disable();
	for (i = 0; i < n; i++) {
		struct ksmol_pbuf *pb = ksmol_pbuf_alloc_rx(&ksmol_pool);

		pb->off = 0;
		pb->len = 0;
		ksmol_queue_add(queue, pb, n, NULL, &wake);
	}
	local_bh_enable();
	return queue;
}

/* What is peeked at stays alive although others read it meanwhile. */
static void queue__read_while_peeked(struct kunit *test)
{
	struct ksmol_queue *queue = queue_with(test, 2);
	struct ksmol_pbuf *peeked = ksmol_queue_peek(queue);

	KUNIT_EXPECT_PTR_EQ(test, ksmol_queue_take(queue), peeked);
	ksmol_queue_done(queue, peeked, 0);
	ksmol_queue_done(queue, ksmol_queue_take(queue), 0);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_SOCKET), 2U);
	KUNIT_EXPECT_EQ(test, ksmol_queue_len(queue), 2U);
	KUNIT_EXPECT_TRUE(test, ksmol_queue_empty(queue));
	ksmol_queue_unpeek(queue, 0);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_SOCKET), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_queue_len(queue), 0U);
}

/* A refused pbuf is still the caller's (no silent loss). */
static void queue__refused_stays_the_callers(struct kunit *test)
{
	struct ksmol_queue *queue = queue_with(test, 3);
	struct ksmol_pbuf *pb;
	bool wake;

	local_bh_disable();
	pb = ksmol_pbuf_alloc_rx(&ksmol_pool);
	KUNIT_EXPECT_EQ(test, ksmol_queue_add(queue, pb, 3, NULL, &wake),
			KSMOL_DROP_SOCK_FULL);
	local_bh_enable();
	ksmol_queue_close(queue);
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, ksmol_queue_add(queue, pb, 3, NULL, &wake),
			KSMOL_DROP_SOCK_CLOSED);
	ksmol_pbuf_free(pb);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_SOCKET), 0U);
}

/* --- limits --- */

static void input__queue_full_drops_before_copy(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	u64 copies = ksmol_stats_read(copy[KSMOL_COPY_COPYBREAK_RX]);
	u64 full = verdicts(KSMOL_DROP_SOCK_FULL);
	int i;

	sock->sk->sk_rcvbuf = 4 << KSMOL_PBUF_SHIFT;
	for (i = 0; i < 10; i++)
		peer_sends(test, US, OUR_PORT, 64);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_SOCKET), 4U);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_SOCK_FULL) - full, 6ULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&ksmol_sk(sock->sk)->rxq.drops), 6);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(copy[KSMOL_COPY_COPYBREAK_RX]) -
			copies, 4ULL);
	/* The newest were dropped, and reading makes room. */
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), 64);
	peer_sends(test, US, OUR_PORT, 64);
	KUNIT_EXPECT_EQ(test, ksmol_queue_len(&ksmol_sk(sock->sk)->rxq), 4U);
}

#define SLEEPERS 8U	/* each takes four fifths of what the last one left */

/* All queues together can't take the pbufs that control traffic needs. */
static void input__sockets_leave_the_floor(struct kunit *test)
{
	u64 floor = verdicts(KSMOL_DROP_RX_FLOOR);
	u32 all = ksmol_pool.cfg.count[KSMOL_CLASS_RX] +
		  ksmol_pool.cfg.count[KSMOL_CLASS_SHARED];
	struct socket *sock;
	u32 i, n;

	for (n = 0; n < SLEEPERS; n++) {
		sock = udp_bound(test, 0, OUR_PORT + n);
		sock->sk->sk_rcvbuf = INT_MAX;
		for (i = 0; i < all; i++)
			peer_sends(test, US, OUR_PORT + n, 8);
	}
	KUNIT_EXPECT_GT(test, verdicts(KSMOL_DROP_RX_FLOOR), floor);
	/* And one for each that had nothing. */
	KUNIT_EXPECT_LE(test, owned(KSMOL_OWNER_SOCKET),
			all - ksmol_pool.rx_floor + SLEEPERS);
}

static void input__rcvbuf_beyond_the_pool(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);

	sock->sk->sk_rcvbuf = INT_MAX;
	KUNIT_EXPECT_EQ(test, ksmol_sock_rx_limit(ksmol_sk(sock->sk)),
			ksmol_pool.cfg.count[KSMOL_CLASS_RX]);
	sock->sk->sk_rcvbuf = 0;
	KUNIT_EXPECT_EQ(test, ksmol_sock_rx_limit(ksmol_sk(sock->sk)), 1U);
}

/* --- validation --- */

static struct udphdr *build(struct kunit *test, u32 len)
{
	struct socket_fixture *f = test->priv;
	struct ksmol_frame_ends ends = {
		.saddr = PEER,
		.daddr = US,
		.sport = htons(PEER_PORT),
		.dport = htons(OUR_PORT),
	};

	ksmol_frame_udp(&f->frame, &ends, NULL, len);
	return ksmol_frame_l4(&f->frame);
}

static void input__checksum_wrong(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	u64 before = verdicts(KSMOL_DROP_UDP_CSUM);

	build(test, 11)->check ^= htons(1);
	frame_arrives(test);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_UDP_CSUM) - before, 1ULL);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), -EAGAIN);
}

static void input__checksum_absent(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);

	build(test, 11)->check = 0;
	frame_arrives(test);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), 11);
}

static void input__length_wrong(struct kunit *test)
{
	u64 before = verdicts(KSMOL_DROP_UDP_LEN);

	udp_bound(test, 0, OUR_PORT);
	build(test, 11)->len = htons(20);
	frame_arrives(test);
	build(test, 11)->len = htons(7);
	frame_arrives(test);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_UDP_LEN) - before, 2ULL);
}

/* What lies behind the UDP length is not payload. */
static void input__length_less_than_packet(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	struct udphdr *udp = build(test, 30);

	udp->len = htons(8 + 20);
	udp->check = 0;
	frame_arrives(test);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, 0), 20);
}

/* --- whose is it --- */

static void lookup__connected_first(struct kunit *test)
{
	struct socket *any = udp_bound(test, 0, OUR_PORT + 1);
	struct socket *conn = udp_bound(test, 0, OUR_PORT);

	KUNIT_EXPECT_EQ(test, sock_connect_to(conn, PEER, PEER_PORT), 0);
	peer_sends(test, US, OUR_PORT, 1);
	KUNIT_EXPECT_EQ(test, sock_recv(test, conn, 9, 0), 1);
	KUNIT_EXPECT_EQ(test, sock_recv(test, any, 9, 0), -EAGAIN);
}

static void lookup__connected_hears_its_peer_only(struct kunit *test)
{
	struct socket *conn = udp_bound(test, 0, OUR_PORT);
	u64 before = verdicts(KSMOL_DROP_UDP_NO_SOCKET);

	KUNIT_EXPECT_EQ(test, sock_connect_to(conn, PEER, PEER_PORT), 0);
	peer_sends_from(test, OTHER, PEER_PORT, US, OUR_PORT, 1);
	peer_sends_from(test, PEER, PEER_PORT + 1, US, OUR_PORT, 1);
	KUNIT_EXPECT_EQ(test, sock_recv(test, conn, 9, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_UDP_NO_SOCKET) - before,
			2ULL);
}

static void lookup__strictest_wins(struct kunit *test)
{
	struct socket *any = udp_open(test), *addr = udp_open(test);
	struct socket *conn = udp_open(test);

	any->sk->sk_reuse = SK_CAN_REUSE;
	addr->sk->sk_reuse = SK_CAN_REUSE;
	conn->sk->sk_reuse = SK_CAN_REUSE;
	KUNIT_ASSERT_EQ(test, sock_bind_to(conn, US, OUR_PORT), 0);
	KUNIT_ASSERT_EQ(test, sock_connect_to(conn, PEER, PEER_PORT), 0);
	KUNIT_ASSERT_EQ(test, sock_bind_to(addr, US, OUR_PORT), 0);
	KUNIT_ASSERT_EQ(test, sock_bind_to(any, 0, OUR_PORT), 0);
	peer_sends(test, US, OUR_PORT, 1);
	KUNIT_EXPECT_EQ(test, sock_recv(test, conn, 9, 0), 1);
	peer_sends_from(test, OTHER, PEER_PORT, US, OUR_PORT, 2);
	KUNIT_EXPECT_EQ(test, sock_recv(test, addr, 9, 0), 2);
	sock_shut(test, addr);
	peer_sends_from(test, OTHER, PEER_PORT, US, OUR_PORT, 3);
	KUNIT_EXPECT_EQ(test, sock_recv(test, any, 9, 0), 3);
}

static void lookup__bound_to_device(struct kunit *test)
{
	struct socket_fixture *f = test->priv;
	struct socket *sock = udp_bound(test, 0, OUR_PORT);

	sock->sk->sk_bound_dev_if = f->vdev->dev->ifindex + 1000;
	peer_sends(test, US, OUR_PORT, 1);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 9, 0), -EAGAIN);
	sock->sk->sk_bound_dev_if = f->vdev->dev->ifindex;
	peer_sends(test, US, OUR_PORT, 1);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 9, 0), 1);
}

/* Each of a group gets a share, and a flow goes to the same one always. */
static void lookup__reuseport_spreads(struct kunit *test)
{
	struct socket *group[4];
	u32 i, got, all = 0;

	for (i = 0; i < 4; i++) {
		group[i] = udp_open(test);
		group[i]->sk->sk_reuseport = 1;
		KUNIT_ASSERT_EQ(test, sock_bind_to(group[i], 0, OUR_PORT), 0);
	}
	for (i = 0; i < 64; i++) {
		peer_sends_from(test, PEER, 2000 + i, US, OUR_PORT, 1);
		peer_sends_from(test, PEER, 2000 + i, US, OUR_PORT, 1);
	}
	for (i = 0; i < 4; i++) {
		got = ksmol_queue_len(&ksmol_sk(group[i]->sk)->rxq);
		KUNIT_EXPECT_EQ(test, got % 2, 0U);
		KUNIT_EXPECT_GT(test, got, 0U);
		all += got;
	}
	KUNIT_EXPECT_EQ(test, all, 128U);
}

/* --- broadcast --- */

static void broadcast__every_socket_gets_one(struct kunit *test)
{
	u64 delivered = verdicts(KSMOL_DELIVERED);
	struct socket *sock[3];
	u32 i;

	for (i = 0; i < 3; i++) {
		sock[i] = udp_open(test);
		sock[i]->sk->sk_reuse = SK_CAN_REUSE;
		KUNIT_ASSERT_EQ(test, sock_bind_to(sock[i], 0, OUR_PORT), 0);
	}
	/* This one listens to its peer only. */
	KUNIT_EXPECT_EQ(test, sock_connect_to(sock[2], OTHER, PEER_PORT), 0);
	broadcast_arrives(test, OUR_PORT, 5);
	broadcast_arrives(test, OUR_PORT, 1000);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock[0], 9, 0), 5);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock[1], 9, 0), 5);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock[0], 2000, 0), 1000);
	expect_payload(test, 1000);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock[1], 2000, 0), 1000);
	expect_payload(test, 1000);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock[2], 9, 0), -EAGAIN);
	/* One frame, one verdict. */
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DELIVERED) - delivered, 2ULL);
}

static void broadcast__one_of_them_full(struct kunit *test)
{
	struct socket *full = udp_open(test), *empty = udp_open(test);
	u64 delivered = verdicts(KSMOL_DELIVERED);
	int i;

	full->sk->sk_reuse = SK_CAN_REUSE;
	empty->sk->sk_reuse = SK_CAN_REUSE;
	/* Both ways: the full one asked first, and last. */
	KUNIT_ASSERT_EQ(test, sock_bind_to(full, 0, OUR_PORT), 0);
	KUNIT_ASSERT_EQ(test, sock_bind_to(empty, 0, OUR_PORT), 0);
	for (i = 0; i < 2; i++) {
		full->sk->sk_rcvbuf = 1;
		empty->sk->sk_rcvbuf = 100 << KSMOL_PBUF_SHIFT;
		broadcast_arrives(test, OUR_PORT, 1);
		broadcast_arrives(test, OUR_PORT, 2);
		KUNIT_EXPECT_EQ(test, sock_recv(test, empty, 9, 0), 1);
		KUNIT_EXPECT_EQ(test, sock_recv(test, empty, 9, 0), 2);
		KUNIT_EXPECT_EQ(test, sock_recv(test, full, 9, 0), 1);
		KUNIT_EXPECT_EQ(test, sock_recv(test, full, 9, 0), -EAGAIN);
		swap(full, empty);
	}
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DELIVERED) - delivered, 4ULL);
}

/* --- closed ports --- */

static void input__closed_port_is_answered(struct kunit *test)
{
	struct sk_buff *skb;

	peer_sends(test, US, OUR_PORT, 10);
	skb = peer_gets(test);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, ip_hdr(skb)->protocol, IPPROTO_ICMP);
	KUNIT_EXPECT_EQ(test, skb->data[20], ICMP_DEST_UNREACH);
	KUNIT_EXPECT_EQ(test, skb->data[21], ICMP_PORT_UNREACH);
	kfree_skb(skb);
}

static void input__closed_port_by_broadcast(struct kunit *test)
{
	u64 before = verdicts(KSMOL_DROP_UDP_NO_SOCKET);
	struct socket_fixture *f = test->priv;

	broadcast_arrives(test, OUR_PORT, 10);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(&f->ether->sent));
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_UDP_NO_SOCKET) - before,
			1ULL);
}

/* --- filters --- */

static void filter_run(struct kunit *test, struct socket *sock, u32 keep)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_PORT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, keep),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog_kern prog = {
		.len = ARRAY_SIZE(insns),
		.filter = insns,
	};
	struct sk_filter *filter = kunit_kzalloc(test, sizeof(*filter),
						 GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, filter);
	KUNIT_ASSERT_EQ(test, bpf_prog_create(&filter->prog, &prog), 0);
	rcu_assign_pointer(sock->sk->sk_filter, filter);
	peer_sends(test, US, OUR_PORT, 300);
	RCU_INIT_POINTER(sock->sk->sk_filter, NULL);
	synchronize_rcu();
	bpf_prog_destroy(filter->prog);
}

/* The program sees the UDP header first, and cuts what it returns less of. */
static void filter__cuts(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);

	filter_run(test, sock, 8 + 100);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 400, 0), 100);
	expect_payload(test, 100);
	filter_run(test, sock, 1);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 400, 0), 0);
}

static void filter__refuses(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	u64 before = verdicts(KSMOL_DROP_SOCK_FILTER);

	filter_run(test, sock, 0);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 400, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, verdicts(KSMOL_DROP_SOCK_FILTER) - before, 1ULL);
}

/* --- the end of a socket --- */

static void close__unread_goes_home(struct kunit *test)
{
	struct socket *sock = udp_bound(test, 0, OUR_PORT);
	u64 purged = ksmol_stats_read(purged);
	int n = 5;

	while (n--)
		peer_sends(test, US, OUR_PORT, 1000);
	sock_shut(test, sock);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(purged) - purged, 5ULL);
	KUNIT_EXPECT_EQ(test, owned(KSMOL_OWNER_SOCKET), 0U);
}

static void gone__wakes_the_reader(struct kunit *test)
{
	struct socket *sock = udp_bound(test, US, OUR_PORT);
	struct later later;

	sock->sk->sk_rcvtimeo = 10 * HZ;
	later_start(&later, test, 20, socket_detach);
	KUNIT_EXPECT_EQ(test, sock_recv(test, sock, 100, MSG_WAITALL),
			-ENETDOWN);
	later_end(&later);
}

static struct kunit_case socket_cases[] = {
	KUNIT_CASE(recvmsg__datagram),
	KUNIT_CASE(recvmsg__zero_length),
	KUNIT_CASE(recvmsg__buffer_too_small),
	KUNIT_CASE(recvmsg__peek),
	KUNIT_CASE(recvmsg__out_of_band),
	KUNIT_CASE(recvmsg__times_out),
	KUNIT_CASE(recvmsg__woken_by_arrival),
	KUNIT_CASE(recvmsg__after_shutdown),
	KUNIT_CASE(recvmsg__many),
	KUNIT_CASE(queue__read_while_peeked),
	KUNIT_CASE(queue__refused_stays_the_callers),
	KUNIT_CASE(input__queue_full_drops_before_copy),
	KUNIT_CASE(input__sockets_leave_the_floor),
	KUNIT_CASE(input__rcvbuf_beyond_the_pool),
	KUNIT_CASE(input__checksum_wrong),
	KUNIT_CASE(input__checksum_absent),
	KUNIT_CASE(input__length_wrong),
	KUNIT_CASE(input__length_less_than_packet),
	KUNIT_CASE(lookup__connected_first),
	KUNIT_CASE(lookup__connected_hears_its_peer_only),
	KUNIT_CASE(lookup__strictest_wins),
	KUNIT_CASE(lookup__bound_to_device),
	KUNIT_CASE(lookup__reuseport_spreads),
	KUNIT_CASE(broadcast__every_socket_gets_one),
	KUNIT_CASE(broadcast__one_of_them_full),
	KUNIT_CASE(input__closed_port_is_answered),
	KUNIT_CASE(input__closed_port_by_broadcast),
	KUNIT_CASE(filter__cuts),
	KUNIT_CASE(filter__refuses),
	KUNIT_CASE(close__unread_goes_home),
	KUNIT_CASE(gone__wakes_the_reader),
	{}
};

static struct kunit_suite socket_suite = {
	.name = "ksmol_socket",
	.init = socket_fixture_init,
	.exit = socket_fixture_exit,
	.test_cases = socket_cases,
};

kunit_test_suite(socket_suite);
