// SPDX-License-Identifier: GPL-2.0-only
/* Frames for those who receive: a packet socket at the cable's other end. */

#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "bench.h"

static uint8_t frame[RING_CHUNK];
static struct mmsghdr msgs[BATCH];
static struct iovec iov = { frame, 0 };
static int fd;

static void enter(const char *path)
{
	int ns = open(path, O_RDONLY | O_CLOEXEC);

	if (ns < 0 || setns(ns, CLONE_NEWNET))
		err(1, "namespace %s", path);
	close(ns);
}

/* The socket belongs to the namespace that it was opened in. */
static void open_there(const struct job *job)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET };
	int one = 1;

	enter(job->netns);
	ll.sll_ifindex = if_nametoindex("eth0");
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0 || bind(fd, (const void *)&ll, sizeof(ll)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)))
		err(1, "packet socket");
	enter("/proc/1/ns/net");
}

static uint16_t ip_sum(const void *header)
{
	const uint16_t *word = header;
	uint32_t sum = 0;
	int i;

	for (i = 0; i < 10; i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

static void mac_of(const char *dev, uint8_t *mac)
{
	int any = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq req = {};

	strncpy(req.ifr_name, dev, sizeof(req.ifr_name) - 1);
	if (any < 0 || ioctl(any, SIOCGIFHWADDR, &req))
		err(1, "%s", dev);
	memcpy(mac, req.ifr_hwaddr.sa_data, ETH_ALEN);
	close(any);
}

/* No UDP checksum: half of the ways would not look at it. */
void generate_open(const struct job *job)
{
	struct ether_header *eth = (void *)frame;
	struct ip *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);
	int i;

	open_there(job);
	mac_of(job->dev, eth->ether_dhost);
	eth->ether_shost[0] = 2;
	eth->ether_type = htons(ETHERTYPE_IP);
	ip->ip_v = 4;
	ip->ip_hl = 5;
	ip->ip_ttl = 64;
	ip->ip_p = IPPROTO_UDP;
	ip->ip_len = htons(sizeof(*ip) + sizeof(*udp) + job->size);
	inet_pton(AF_INET, "10.0.0.1", &ip->ip_src);
	ip->ip_dst = job->addr.sin_addr;
	ip->ip_sum = ip_sum(ip);
	udp->source = htons(9);
	udp->dest = job->addr.sin_port;
	udp->len = htons(sizeof(*udp) + job->size);
	iov.iov_len = sizeof(*eth) + sizeof(*ip) + sizeof(*udp) + job->size;
	for (i = 0; i < BATCH; i++)
		msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &iov,
						   .msg_iovlen = 1 };
}

void generate(const struct job *job)
{
	(void)job;
	if (sendmmsg(fd, msgs, BATCH, 0) != BATCH)
		err(1, "generating");
}
