// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fragments that come to nothing, as raw frames at full speed.
 *
 * fragflood DEV MAC SADDR DADDR MODE COUNT
 *   tails    first fragments of COUNT datagrams whose tails are lost
 *   heads    last fragments of COUNT datagrams without beginning
 *   overlap  COUNT datagrams with an overlap in them
 *   tiny     first fragments too short for a TCP header
 *   crumbs   datagrams in pieces of eight bytes, each the second of two
 *   many     as tails, each from another source of SADDR's /16
 */

#include <arpa/inet.h>
#include <err.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/ip.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH 64
#define MORE 0x2000

struct frame {
	struct ether_header eth;
	struct iphdr ip;
	uint8_t data[1480];
} __attribute__((packed));

static struct frame frames[BATCH];
static struct iovec iov[BATCH];
static struct mmsghdr msgs[BATCH];
static unsigned int queued;
static int fd;

static void flush(void)
{
	unsigned int done = 0;
	int n;

	while (done < queued) {
		n = sendmmsg(fd, msgs + done, queued - done, 0);
		/* A full queue is no reason to stop. */
		done += n > 0 ? n : 1;
	}
	queued = 0;
}

static uint16_t checksum(const void *from, unsigned int len)
{
	const uint16_t *words = from;
	uint32_t sum = 0;

	for (; len; len -= 2)
		sum += *words++;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static void put(const struct frame *like, uint16_t id, uint8_t proto,
		unsigned int off, unsigned int len, int more, uint32_t source)
{
	struct frame *f = &frames[queued];

	*f = *like;
	f->ip.saddr = htonl(ntohl(like->ip.saddr) + source);
	f->ip.id = htons(id);
	f->ip.protocol = proto;
	f->ip.frag_off = htons(off / 8 | (more ? MORE : 0));
	f->ip.tot_len = htons(sizeof(f->ip) + len);
	f->ip.check = 0;
	f->ip.check = checksum(&f->ip, sizeof(f->ip));
	iov[queued].iov_base = f;
	iov[queued].iov_len = sizeof(f->eth) + sizeof(f->ip) + len;
	msgs[queued].msg_hdr.msg_iov = &iov[queued];
	msgs[queued].msg_hdr.msg_iovlen = 1;
	if (++queued == BATCH)
		flush();
}

static int one(const struct frame *like, const char *mode, unsigned int i)
{
	if (!strcmp(mode, "tails")) {
		put(like, i, IPPROTO_UDP, 0, 1480, 1, 0);
	} else if (!strcmp(mode, "heads")) {
		put(like, i, IPPROTO_UDP, 1480, 400, 0, 0);
	} else if (!strcmp(mode, "overlap")) {
		put(like, i, IPPROTO_UDP, 0, 1480, 1, 0);
		put(like, i, IPPROTO_UDP, 1472, 800, 0, 0);
	} else if (!strcmp(mode, "tiny")) {
		put(like, i, IPPROTO_TCP, 0, 8, 1, 0);
	} else if (!strcmp(mode, "crumbs")) {
		put(like, i / 2000, IPPROTO_UDP, i % 2000 * 16, 8, 1, 0);
	} else if (!strcmp(mode, "many")) {
		put(like, i, IPPROTO_UDP, 0, 1480, 1, i % 60000);
	} else {
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	struct frame like = { .ip = { .version = 4, .ihl = 5, .ttl = 64 } };
	struct ether_addr *mac;
	unsigned int i, count;

	if (argc != 7)
		errx(2, "usage: fragflood DEV MAC SADDR DADDR MODE COUNT");
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	to.sll_ifindex = if_nametoindex(argv[1]);
	if (fd < 0 || !to.sll_ifindex ||
	    bind(fd, (struct sockaddr *)&to, sizeof(to)))
		err(1, "%s", argv[1]);
	mac = ether_aton(argv[2]);
	if (!mac || inet_pton(AF_INET, argv[3], &like.ip.saddr) != 1 ||
	    inet_pton(AF_INET, argv[4], &like.ip.daddr) != 1)
		errx(2, "address");
	memcpy(like.eth.ether_dhost, mac, ETH_ALEN);
	like.eth.ether_shost[0] = 2;
	like.eth.ether_type = htons(ETH_P_IP);
	count = strtoul(argv[6], NULL, 0);
	for (i = 0; i < count; i++)
		if (one(&like, argv[5], i))
			errx(2, "mode %s", argv[5]);
	flush();
	return 0;
}
