// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringbench receive WAY DEV ADDR PORT SIZE SECONDS
 * ringbench send WAY DEV ADDR PORT SIZE SECONDS
 *
 * Receives or sends datagrams of SIZE bytes for so long, the first of them not
 * counted, and prints how many, in how much time, and what of it this program
 * took of its processor.
 */

#include <err.h>
#include <arpa/inet.h>
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include "bench.h"

static const struct way *receivers[] = {
	&receive_recvmmsg, &receive_ksmol, &receive_ring, &receive_xdp,
	&receive_packet, NULL
};

static const struct way *senders[] = {
	&send_sendmmsg, &send_zerocopy, &send_ksmol, &send_ring, NULL
};

static volatile sig_atomic_t over;
static uint64_t wrong;
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

void sleep_on(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	poll(&pfd, 1, 1000);
}

static double seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
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

static void measure(const struct way *way, const struct job *job)
{
	double wall, cpu;
	uint64_t n = 0;

	way->open(job);
	while (!way->run(job))
		if (over)
			errx(1, "%s: nothing comes", way->name);
	wall = seconds(CLOCK_MONOTONIC);
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	start_timer(job->seconds);
	while (!over)
		n += way->run(job);
	wall = seconds(CLOCK_MONOTONIC) - wall;
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	if (way->close)
		way->close(job);
	if (wrong)
		errx(1, "%s: %lu datagrams of another length", way->name,
		     (unsigned long)wrong);
	printf("packets=%lu ms=%.0f pps=%.0f own=%.0f\n", (unsigned long)n,
	       wall * 1e3, n / wall, n ? cpu * 1e9 / n : 0);
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

	if (argc != 8 || !inet_pton(AF_INET, argv[4], &job.addr.sin_addr))
		errx(2, "usage: ringbench receive|send WAY DEV ADDR PORT SIZE SECONDS");
	sigaction(SIGALRM, &alarm, NULL);
	job.dev = argv[3];
	job.addr.sin_port = htons(atoi(argv[5]));
	job.size = atoi(argv[6]);
	job.seconds = atof(argv[7]);
	/* If nothing comes for so long, nothing will. */
	start_timer(10);
	measure(find(strcmp(argv[1], "send") ? receivers : senders, argv[2]),
		&job);
	return 0;
}
