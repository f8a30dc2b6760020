// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fragments that come to nothing, as raw frames at full speed.
 *
 * fragflood DEV MAC SADDR DADDR MODE COUNT, of the addresses' family
 *   tails    first fragments of COUNT datagrams whose tails are lost
 *   heads    last fragments of COUNT datagrams without beginning
 *   overlap  COUNT datagrams with an overlap in them
 *   tiny     first fragments too short for a TCP header
 *   crumbs   datagrams in pieces of eight bytes, each the second of two
 *   many     as tails, each from another source of SADDR's /16 (/112)
 */

#include <arpa/inet.h>
#include <err.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH 64
#define MORE 0x2000

struct frame {
	struct ether_header eth;
	union {
		struct iphdr ip4;
		struct {
			struct ip6_hdr ip6;
			struct ip6_frag frag;
		};
	};
	uint8_t data[1480];
} __attribute__((packed));

/* Of one family: how long its headers are, and what fills a packet. */
static unsigned int hlen, full;
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

static void header4(struct frame *f, uint16_t id, uint8_t proto,
		    unsigned int off, unsigned int len, int more)
{
	f->ip4.id = htons(id);
	f->ip4.protocol = proto;
	f->ip4.frag_off = htons(off / 8 | (more ? MORE : 0));
	f->ip4.tot_len = htons(sizeof(f->ip4) + len);
	f->ip4.check = 0;
	f->ip4.check = checksum(&f->ip4, sizeof(f->ip4));
}

static void header6(struct frame *f, uint32_t id, uint8_t proto,
		    unsigned int off, unsigned int len, int more)
{
	f->ip6.ip6_plen = htons(sizeof(f->frag) + len);
	f->frag.ip6f_nxt = proto;
	f->frag.ip6f_offlg = htons(off | !!more);
	f->frag.ip6f_ident = htonl(id);
}

/* The address that stands so many behind that which ends at @end. */
static void add_source(uint8_t *end, uint32_t source)
{
	uint32_t word;

	memcpy(&word, end - sizeof(word), sizeof(word));
	word = htonl(ntohl(word) + source);
	memcpy(end - sizeof(word), &word, sizeof(word));
}

static void put(const struct frame *like, uint32_t id, uint8_t proto,
		unsigned int off, unsigned int len, int more, uint32_t source)
{
	struct frame *f = &frames[queued];

	*f = *like;
	if (like->eth.ether_type == htons(ETH_P_IP)) {
		add_source((uint8_t *)&f->ip4.daddr, source);
		header4(f, id, proto, off, len, more);
	} else {
		add_source((uint8_t *)&f->ip6.ip6_dst, source);
		header6(f, id, proto, off, len, more);
	}
	iov[queued].iov_base = f;
	iov[queued].iov_len = sizeof(f->eth) + hlen + len;
	msgs[queued].msg_hdr.msg_iov = &iov[queued];
	msgs[queued].msg_hdr.msg_iovlen = 1;
	if (++queued == BATCH)
		flush();
}

static int one(const struct frame *like, const char *mode, unsigned int i)
{
	if (!strcmp(mode, "tails")) {
		put(like, i, IPPROTO_UDP, 0, full, 1, 0);
	} else if (!strcmp(mode, "heads")) {
		put(like, i, IPPROTO_UDP, full, 400, 0, 0);
	} else if (!strcmp(mode, "overlap")) {
		put(like, i, IPPROTO_UDP, 0, full, 1, 0);
		put(like, i, IPPROTO_UDP, full - 8, 800, 0, 0);
	} else if (!strcmp(mode, "tiny")) {
		put(like, i, IPPROTO_TCP, 0, 8, 1, 0);
	} else if (!strcmp(mode, "crumbs")) {
		put(like, i / 2000, IPPROTO_UDP, i % 2000 * 16, 8, 1, 0);
	} else if (!strcmp(mode, "many")) {
		put(like, i, IPPROTO_UDP, 0, full, 1, i % 60000);
	} else {
		return -1;
	}
	return 0;
}

/* What all frames have in common. */
static void frame_init(struct frame *like, const char *from, const char *to)
{
	like->eth.ether_shost[0] = 2;
	if (!strchr(from, ':')) {
		like->eth.ether_type = htons(ETH_P_IP);
		like->ip4.version = 4;
		like->ip4.ihl = 5;
		like->ip4.ttl = 64;
		if (inet_pton(AF_INET, from, &like->ip4.saddr) != 1 ||
		    inet_pton(AF_INET, to, &like->ip4.daddr) != 1)
			errx(2, "address");
		hlen = sizeof(like->ip4);
		full = 1480;
		return;
	}
	like->eth.ether_type = htons(ETH_P_IPV6);
	like->ip6.ip6_vfc = 0x60;
	like->ip6.ip6_nxt = IPPROTO_FRAGMENT;
	like->ip6.ip6_hlim = 64;
	if (inet_pton(AF_INET6, from, &like->ip6.ip6_src) != 1 ||
	    inet_pton(AF_INET6, to, &like->ip6.ip6_dst) != 1)
		errx(2, "address");
	hlen = sizeof(like->ip6) + sizeof(like->frag);
	full = 1448;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	struct frame like = {};
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
	if (!mac)
		errx(2, "address");
	memcpy(like.eth.ether_dhost, mac, ETH_ALEN);
	frame_init(&like, argv[3], argv[4]);
	count = strtoul(argv[6], NULL, 0);
	for (i = 0; i < count; i++)
		if (one(&like, argv[5], i))
			errx(2, "mode %s", argv[5]);
	flush();
	return 0;
}
