// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringbench receive WAY DEV ADDR PORT SIZE SECONDS NETNS
 * ringbench send WAY DEV ADDR PORT SIZE SECONDS
 *
 * Receives or sends datagrams of SIZE bytes for so long, in rounds of some
 * milliseconds, and prints how many they were, and what one of them took in the
 * best round and on average.
 *
 * What is received this program sends itself, as frames from a packet socket on
 * eth0 in namespace NETNS, a batch at a time: so all is done by one processor,
 * nobody sleeps, nothing is lost, and generating takes the same for each way.
 * WAY "floor" receives nothing.
 */

#include <arpa/inet.h>
#include <err.h>
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include "bench.h"

/* Batches of a round. */
#define BATCHES	32

static const struct way receive_floor;

static const struct way *receivers[] = {
	&receive_recvmmsg, &receive_ksmol, &receive_ring, &receive_xdp,
	&receive_xdp_skb, &receive_packet, &receive_floor, NULL
};

static const struct way *senders[] = {
	&send_sendmmsg, &send_zerocopy, &send_ksmol, &send_ring, NULL
};

static volatile sig_atomic_t over;
static uint64_t wrong, sent, received;
static volatile uint8_t seen;

static void on_alarm(int sig)
{
	(void)sig;
	over = 1;
}

void look(const struct job *job, const uint8_t *data, uint32_t len)
{
	if (len != job->size) {
		wrong++;
		return;
	}
	seen ^= data[0] ^ data[len - 1];
}

bool look_frame(const struct job *job, const uint8_t *frame, uint32_t len)
{
	const struct ip *ip = (const void *)(frame + ETH_HLEN);
	const struct udphdr *udp = (const void *)(ip + 1);

	if (len < ETH_HLEN + sizeof(*ip) + sizeof(*udp) ||
	    ip->ip_p != IPPROTO_UDP || udp->dest != job->addr.sin_port)
		return false;
	len = ntohs(udp->len) - sizeof(*udp);
	look(job, (const uint8_t *)(udp + 1), len);
	return true;
}

/* --- what generating alone takes --- */

static void floor_open(const struct job *job)
{
	(void)job;
}

static uint32_t floor_run(const struct job *job)
{
	(void)job;
	return 0;
}

static const struct way receive_floor = {
	.name = "floor", .open = floor_open, .run = floor_run,
};

/* --- measuring --- */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

/* A signal ends it: asking for the time costs a system call here. */
static void start_timer(double length)
{
	struct itimerval timer = {
		.it_value.tv_sec = (time_t)length,
		.it_value.tv_usec = (length - (time_t)length) * 1e6,
	};

	setitimer(ITIMER_REAL, &timer, NULL);
}

/* One batch is sent and read; what only comes with the next one is no loss. */
static uint32_t receive_batch(const struct way *way, const struct job *job)
{
	uint32_t n, left = BATCH;

	generate(job);
	while (left) {
		n = way->run(job);
		received += n;
		if (!n || n >= left)
			break;
		left -= n;
	}
	return BATCH;
}

static uint32_t send_batch(const struct way *way, const struct job *job)
{
	return way->run(job);
}

/* One round: what a packet took, in ns. */
static double take_round(uint32_t (*batch)(const struct way *way,
					   const struct job *job),
			 const struct way *way, const struct job *job)
{
	double start = now();
	uint32_t i, n = 0;

	for (i = 0; i < BATCHES; i++)
		n += batch(way, job);
	sent += n;
	return n ? (now() - start) / n : 1e9;
}

static void measure(const struct way *way, const struct job *job, bool sending)
{
	double ns, sum = 0, least = 1e9;
	uint32_t rounds = 0;

	way->open(job);
	if (!sending)
		generate_open(job);
	/* Caches, neighbors. */
	take_round(sending ? send_batch : receive_batch, way, job);
	sent = 0;
	received = 0;
	start_timer(job->seconds);
	while (!over) {
		ns = take_round(sending ? send_batch : receive_batch, way, job);
		if (over && rounds)
			break;
		least = ns < least ? ns : least;
		sum += ns;
		rounds++;
	}
	if (wrong)
		errx(1, "%s: %lu datagrams of another length", way->name,
		     (unsigned long)wrong);
	if (!sending && way != &receive_floor && received < sent / 100 * 95)
		errx(1, "%s: %lu of %lu received", way->name,
		     (unsigned long)received, (unsigned long)sent);
	printf("packets=%lu ns=%.1f mean=%.1f\n", (unsigned long)sent, least,
	       sum / rounds);
}

static const struct way *find(const struct way **ways, const char *name)
{
	for (; *ways; ways++)
		if (!strcmp((*ways)->name, name))
			return *ways;
	errx(2, "no such way: %s", name);
}

int main(int argc, char **argv)
{
	struct sigaction alarm = { .sa_handler = on_alarm };
	struct job job = { .addr.sin_family = AF_INET };
	bool sending = argc > 1 && !strcmp(argv[1], "send");

	if (argc != (sending ? 8 : 9) ||
	    !inet_pton(AF_INET, argv[4], &job.addr.sin_addr))
		errx(2, "usage: ringbench receive|send WAY DEV ADDR PORT SIZE SECONDS [NETNS]");
	sigaction(SIGALRM, &alarm, NULL);
	job.dev = argv[3];
	job.addr.sin_port = htons(atoi(argv[5]));
	job.size = atoi(argv[6]);
	job.seconds = atof(argv[7]);
	job.netns = argv[8];
	measure(find(sending ? senders : receivers, argv[2]), &job, sending);
	return 0;
}
