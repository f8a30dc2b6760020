// SPDX-License-Identifier: GPL-2.0-only
/* What the suites of connections that come and go share. */

#include <linux/tcp.h>
#include <net/ip.h>
#include <net/tcp.h>
#include "tcp_conn_fixture.h"

/* --- sockets --- */

static struct socket *keep(struct kunit *test, struct socket *sock)
{
	struct socket_fixture *f = test->priv;

	KUNIT_ASSERT_LT(test, f->n, (u32)ARRAY_SIZE(f->socks));
	f->socks[f->n++] = sock;
	return sock;
}

struct socket *tcp_open(struct kunit *test)
{
	struct socket *sock;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_STREAM,
					       ksmol_params.protocol, &sock),
			0);
	return keep(test, sock);
}

struct socket *tcp_listener(struct kunit *test, u16 port, int backlog)
{
	struct socket *sock = tcp_open(test);

	sock_option(test, sock, SO_REUSEADDR, 1);
	KUNIT_ASSERT_EQ(test, sock_bind_to(sock, 0, port), 0);
	KUNIT_ASSERT_EQ(test, kernel_listen(sock, backlog), 0);
	return sock;
}

struct socket *tcp_accepted(struct kunit *test, struct socket *sock)
{
	struct socket *child;

	if (kernel_accept(sock, &child, O_NONBLOCK))
		return NULL;
	return keep(test, child);
}

struct ksmol_tcp_key tcp_key(u16 port)
{
	return (struct ksmol_tcp_key){
		.net = &init_net,
		.laddr = ksmol_addr_v4(US),
		.raddr = ksmol_addr_v4(PEER),
		.lport = htons(OUR_PORT),
		.rport = htons(port),
		.family = AF_INET,
	};
}

/* --- what the peer sends --- */

void tcp_frame(struct kunit *test, u16 sport, u16 dport,
	       const struct ksmol_tcp_header *h, u32 len)
{
	struct socket_fixture *f = test->priv;
	struct ksmol_frame_ends ends = { .saddr = PEER, .daddr = US };
	struct ksmol_tcp_header header = *h;
	u32 hlen = ksmol_tcp_header_len(h), i;
	struct tcphdr *th = (void *)f->buf;

	header.sport = htons(sport);
	header.dport = htons(dport);
	ksmol_tcp_emit(th, &header, 0);
	for (i = 0; i < len; i++)
		f->buf[hlen + i] = i;
	th->check = tcp_v4_check(hlen + len, PEER, US,
				 csum_partial(th, hlen + len, 0));
	ksmol_frame_ipv4(&f->frame, &ends, IPPROTO_TCP, th, hlen + len);
}

void tcp_arrives(struct kunit *test, u16 sport, u16 dport,
		 const struct ksmol_tcp_header *h, u32 len)
{
	tcp_frame(test, sport, dport, h, len);
	frame_arrives(test);
}

void syn_arrives(struct kunit *test, u16 sport)
{
	const struct ksmol_tcp_header h = {
		.seq = PEER_ISS,
		.flags = KSMOL_TCP_SYN,
		.opts = KSMOL_TCP_OPT_MSS | KSMOL_TCP_OPT_WSCALE |
			KSMOL_TCP_OPT_SACK_OK | KSMOL_TCP_OPT_TS,
		.window = 8192,
		.mss = 1400,
		.wscale = 5,
		.tsval = 77,
	};

	tcp_arrives(test, sport, OUR_PORT, &h, 0);
}

void flags_arrive(struct kunit *test, u16 sport, u8 flags, u32 seq, u32 ack,
		  u32 len)
{
	const struct ksmol_tcp_header h = {
		.seq = seq,
		.ack = ack,
		.flags = flags,
		.window = 8192,
	};

	tcp_arrives(test, sport, OUR_PORT, &h, len);
}

void plain_syn_arrives(struct kunit *test, u16 sport, u32 seq)
{
	flags_arrive(test, sport, KSMOL_TCP_SYN, seq, 0, 0);
}

/* --- what it gets --- */

bool tcp_got(struct kunit *test, struct ksmol_tcp_header *h)
{
	struct sk_buff *skb = peer_gets(test);
	int err;

	if (!skb)
		return false;
	err = ksmol_tcp_parse(skb->data + sizeof(struct iphdr),
			      skb->len - sizeof(struct iphdr), h);
	KUNIT_EXPECT_EQ(test, err, 0);
	kfree_skb(skb);
	return true;
}

void expect_silence(struct kunit *test)
{
	struct sk_buff *skb = peer_gets(test);

	KUNIT_EXPECT_NULL(test, skb);
	kfree_skb(skb);
}

void expect_flags(struct kunit *test, u8 flags)
{
	struct ksmol_tcp_header h = {};

	KUNIT_EXPECT_TRUE(test, tcp_got(test, &h));
	KUNIT_EXPECT_EQ(test, h.flags, flags);
	expect_silence(test);
}

u32 expect_synack(struct kunit *test, u32 irs)
{
	struct ksmol_tcp_header h = {};

	KUNIT_EXPECT_TRUE(test, tcp_got(test, &h));
	KUNIT_EXPECT_EQ(test, h.flags & (KSMOL_TCP_SYN | KSMOL_TCP_ACK),
			KSMOL_TCP_SYN | KSMOL_TCP_ACK);
	KUNIT_EXPECT_EQ(test, h.ack, irs + 1);
	return h.seq;
}

u32 handshake(struct kunit *test, u16 sport)
{
	u32 iss;

	plain_syn_arrives(test, sport, PEER_ISS);
	iss = expect_synack(test, PEER_ISS);
	flags_arrive(test, sport, KSMOL_TCP_ACK, PEER_ISS + 1, iss + 1, 0);
	return iss;
}

u64 tcp_counter(enum ksmol_tcp_counter counter)
{
	return ksmol_stats_sum(offsetof(struct ksmol_stats, tcp) +
			       counter * sizeof(u64));
}
