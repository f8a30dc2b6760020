// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksmol-ring-record [-p PROTO] [-g GROUP] [-n COUNT] [-t SECONDS] ADDR PORT FILE
 *
 * Writes the payload of what it receives to FILE, without a copy of its own: a
 * batch of datagrams goes from the ring's chunks into a pipe by reference
 * (vmsplice) and from there to the file (splice). A chunk is given back when
 * the file has it.
 * -p protocol number of the socket (257); -g joins a multicast group; -n ends
 * after so many datagrams; -t ends after so long without one (3).
 */

#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include "address.h"
#include "ksmol_ring.h"

/* A pipe has 16 places, each of which takes a page or a part of one. */
#define BATCH 16

static struct {
	struct kring_options ring;
	const char *group;
	uint64_t count;
	int idle_ms;
} opt = {
	.ring = { .chunk_size = 4096, .chunks = 2048, .rx = 2048, .tx = 1 },
	.idle_ms = 3000,
};

static int out, pipes[2];
static uint64_t received, bytes, truncated;
static volatile sig_atomic_t stopped;

static void on_term(int sig)
{
	(void)sig;
	stopped = 1;
}

/* Moves what is in the pipe to the file. */
static void drain(size_t left)
{
	while (left) {
		ssize_t n = splice(pipes[0], NULL, out, NULL, left,
				   SPLICE_F_MOVE);

		if (n <= 0)
			err(1, "splice");
		left -= n;
	}
}

/* Steps over the first @len bytes. */
static void advance(struct iovec **iov, int *n, size_t len)
{
	while (*n && len >= (*iov)->iov_len) {
		len -= (*iov)->iov_len;
		++*iov;
		--*n;
	}
	if (len) {
		(*iov)->iov_base += len;
		(*iov)->iov_len -= len;
	}
}

/* By reference through the pipe, which may take less than all at once. */
static void put(struct iovec *iov, int n)
{
	while (n) {
		ssize_t len = vmsplice(pipes[1], iov, n, 0);

		if (len <= 0)
			err(1, "vmsplice");
		drain(len);
		advance(&iov, &n, len);
	}
}

/* Up to @n datagrams to the file; an empty one leaves nothing there. */
static void record(struct kring *ring, uint32_t n)
{
	const struct ksmol_ring_rx *rx;
	struct iovec iov[BATCH];
	size_t len = 0;
	int pieces = 0;
	uint32_t i;

	for (i = 0; i < n; i++) {
		rx = kring_rx(ring, i);
		truncated += rx->flags & KSMOL_RING_RX_TRUNCATED;
		if (!rx->len)
			continue;
		iov[pieces++] = (struct iovec){
			kring_data(ring, rx->addr), rx->len
		};
		len += rx->len;
	}
	put(iov, pieces);
	for (i = 0; i < n; i++)
		kring_fill(ring, kring_rx(ring, i)->addr);
	kring_rx_done(ring, n);
	received += n;
	bytes += len;
}

static void run(struct kring *ring)
{
	uint32_t n;
	int events;

	while (!stopped && (!opt.count || received < opt.count)) {
		n = kring_received(ring);
		if (n) {
			record(ring, n < BATCH ? n : BATCH);
			continue;
		}
		events = kring_wait(ring, POLLIN, opt.idle_ms);
		if (!events || events & (POLLERR | POLLHUP))
			break;
	}
}

static void join(int fd)
{
	struct group_req req = {};
	int level = IPPROTO_IP;

	address_parse(opt.group, "0", &req.gr_group);
	if (req.gr_group.ss_family == AF_INET6) {
		level = IPPROTO_IPV6;
		req.gr_interface = ((struct sockaddr_in6 *)&req.gr_group)->sin6_scope_id;
	}
	if (setsockopt(fd, level, MCAST_JOIN_GROUP, &req, sizeof(req)))
		err(1, "joining %s", opt.group);
}

static socklen_t parse(int argc, char **argv, struct sockaddr_storage *to)
{
	int c;

	while ((c = getopt(argc, argv, "p:g:n:t:")) != -1) {
		switch (c) {
		case 'p': opt.ring.protocol = atoi(optarg); break;
		case 'g': opt.group = optarg; break;
		case 'n': opt.count = atoll(optarg); break;
		case 't': opt.idle_ms = atof(optarg) * 1000; break;
		default: exit(2);
		}
	}
	if (argc - optind != 3)
		errx(2, "usage: ksmol-ring-record [OPTION...] ADDR PORT FILE");
	return address_parse(argv[optind], argv[optind + 1], to);
}

int main(int argc, char **argv)
{
	struct sigaction term = { .sa_handler = on_term };
	struct sockaddr_storage addr;
	struct kring *ring;
	socklen_t len;

	sigaction(SIGTERM, &term, NULL);
	len = parse(argc, argv, &addr);
	opt.ring.family = addr.ss_family;
	out = open(argv[argc - 1], O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (out < 0 || pipe(pipes))
		err(1, "%s", argv[argc - 1]);
	ring = kring_open(&opt.ring);
	if (!ring)
		err(1, "ring socket");
	if (opt.group)
		join(ring->fd);
	if (bind(ring->fd, (void *)&addr, len))
		err(1, "bind");
	run(ring);
	printf("received %lu bytes %lu truncated %lu\n", received, bytes,
	       truncated);
	kring_close(ring);
	return 0;
}
