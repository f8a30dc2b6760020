// SPDX-License-Identifier: GPL-2.0-only
/*
 * synflood DEV MAC PORT COUNT ADDR...: SYNs from random addresses and ports
 * (COUNT 0: until SIGTERM), as fast as DEV takes them, to each ADDR in turn,
 * which may be of either family. Prints how many went.
 */

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH	256

/* TCP's options: an MSS of 1460, window scale 7, and padding. */
static const uint8_t options[8] = { 2, 4, 0x05, 0xb4, 1, 3, 3, 7 };

struct segment {
	struct tcphdr tcp;
	uint8_t options[sizeof(options)];
} __attribute__((packed));

struct frame {
	struct ethhdr eth;
	union {
		struct {
			struct iphdr ip;
			struct segment segment;
		} __attribute__((packed)) v4;
		struct {
			struct ip6_hdr ip;
			struct segment segment;
		} __attribute__((packed)) v6;
	};
} __attribute__((packed));

static volatile sig_atomic_t stopped;

static void on_term(int sig)
{
	(void)sig;
	stopped = 1;
}

static uint64_t random64(void)
{
	static uint64_t x = 0x9e3779b97f4a7c15;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

static uint32_t sum(uint32_t total, const void *data, size_t len)
{
	const uint8_t *byte = data;
	size_t i;

	for (i = 0; i < len; i += 2)
		total += byte[i] << 8 | byte[i + 1];
	return total;
}

static uint16_t fold(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return htons(~total);
}

static void segment_init(struct segment *s, const char *port)
{
	s->tcp.dest = htons(atoi(port));
	s->tcp.doff = sizeof(*s) / 4;
	s->tcp.syn = 1;
	s->tcp.window = htons(64240);
	memcpy(s->options, options, sizeof(options));
}

static void frame_init4(struct frame *f, const char *port)
{
	f->eth.h_proto = htons(ETH_P_IP);
	f->v4.ip.version = 4;
	f->v4.ip.ihl = 5;
	f->v4.ip.tot_len = htons(sizeof(f->v4));
	f->v4.ip.ttl = 64;
	f->v4.ip.protocol = IPPROTO_TCP;
	segment_init(&f->v4.segment, port);
}

static void frame_init6(struct frame *f, const char *port)
{
	f->eth.h_proto = htons(ETH_P_IPV6);
	f->v6.ip.ip6_vfc = 6 << 4;
	f->v6.ip.ip6_plen = htons(sizeof(f->v6.segment));
	f->v6.ip.ip6_hlim = 64;
	f->v6.ip.ip6_nxt = IPPROTO_TCP;
	segment_init(&f->v6.segment, port);
}

/* Returns the frame's length. */
static size_t frame_init(struct frame *f, const char *mac, const char *addr,
			 const char *port)
{
	struct ether_addr *to = ether_aton(mac);

	if (!to)
		errx(2, "not a MAC address: %s", mac);
	memcpy(f->eth.h_dest, to, ETH_ALEN);
	f->eth.h_source[0] = 2;
	if (inet_pton(AF_INET, addr, &f->v4.ip.daddr) == 1) {
		frame_init4(f, port);
		return sizeof(f->eth) + sizeof(f->v4);
	}
	if (inet_pton(AF_INET6, addr, &f->v6.ip.ip6_dst) != 1)
		errx(2, "not an address: %s", addr);
	frame_init6(f, port);
	return sizeof(f->eth) + sizeof(f->v6);
}

/* @addrs: source and destination, @len bytes in all. */
static void segment_vary(struct segment *s, const void *addrs, size_t len)
{
	uint64_t x = random64();

	s->tcp.source = htons(1024 + (x >> 32) % 64000);
	s->tcp.seq = x;
	s->tcp.check = 0;
	s->tcp.check = fold(sum(sum(IPPROTO_TCP + sizeof(*s), addrs, len),
				s, sizeof(*s)));
}

/* A new source: 20.0.0.0 to 83.255.255.255, or of 2001:db8::/32. */
static void frame_vary(struct frame *f)
{
	uint64_t x = random64();

	if (f->eth.h_proto == htons(ETH_P_IP)) {
		f->v4.ip.saddr = htonl((20U << 24) + (x & 0x3fffffff));
		f->v4.ip.check = 0;
		f->v4.ip.check = fold(sum(0, &f->v4.ip, sizeof(f->v4.ip)));
		segment_vary(&f->v4.segment, &f->v4.ip.saddr, 8);
		return;
	}
	f->v6.ip.ip6_src.s6_addr32[0] = htonl(0x20010db8);
	memcpy(&f->v6.ip.ip6_src.s6_addr[8], &x, sizeof(x));
	segment_vary(&f->v6.segment, &f->v6.ip.ip6_src, 32);
}

static int open_device(const char *dev)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET };
	int one = 1, fd = socket(AF_PACKET, SOCK_RAW, 0);

	addr.sll_ifindex = if_nametoindex(dev);
	if (!addr.sll_ifindex)
		err(1, "%s", dev);
	if (fd < 0 || bind(fd, (void *)&addr, sizeof(addr)))
		err(1, "packet socket on %s", dev);
	if (setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)))
		warn("PACKET_QDISC_BYPASS");
	return fd;
}

int main(int argc, char **argv)
{
	static struct frame frames[BATCH];
	static struct mmsghdr msg[BATCH];
	static struct iovec iov[BATCH];
	uint64_t count, sent = 0;
	int i, n, fd;

	if (argc < 6)
		errx(2, "usage: synflood DEV MAC PORT COUNT ADDR...");
	signal(SIGTERM, on_term);
	fd = open_device(argv[1]);
	count = strtoull(argv[4], NULL, 10);
	for (i = 0; i < BATCH; i++) {
		iov[i].iov_base = &frames[i];
		iov[i].iov_len = frame_init(&frames[i], argv[2],
					    argv[5 + i % (argc - 5)], argv[3]);
		msg[i].msg_hdr.msg_iov = &iov[i];
		msg[i].msg_hdr.msg_iovlen = 1;
	}
	while (!stopped && (!count || sent < count)) {
		n = count && count - sent < BATCH ? count - sent : BATCH;
		for (i = 0; i < n; i++)
			frame_vary(&frames[i]);
		n = sendmmsg(fd, msg, n, 0);
		if (n < 0 && errno != ENOBUFS && errno != EINTR)
			err(1, "sendmmsg");
		sent += n < 0 ? 0 : n;
	}
	printf("sent %lu\n", sent);
	return 0;
}
