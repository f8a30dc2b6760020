// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksmol-ring-echo [-p PROTO] [-m] [-t SECONDS] ADDR PORT
 *
 * Sends each datagram back to where it came from, out of the chunk that it was
 * received into: the program copies nothing and the kernel only on the way in.
 * -p protocol number of the socket (257); -m the chunks are memory of its own
 * (memfd); -t ends after so long without a datagram (3).
 */

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "address.h"
#include "ksmol_ring.h"

#define CHUNKS	1024
#define CHUNK	2048

static struct {
	struct kring_options ring;
	int idle_ms;
} opt = {
	.ring = { .chunk_size = CHUNK, .chunks = CHUNKS, .rx = CHUNKS / 2,
		  .tx = CHUNKS / 2, .keep = CHUNKS / 2 },
	.idle_ms = 3000,
};

static uint64_t received, sent, failed;
static volatile sig_atomic_t stopped;

static void on_term(int sig)
{
	(void)sig;
	stopped = 1;
}

static void *own_memory(size_t bytes)
{
	int fd = memfd_create("ring", 0);
	void *at;

	if (fd < 0 || ftruncate(fd, bytes))
		err(1, "memfd");
	at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		err(1, "mmap");
	close(fd);
	return at;
}

/* Chunks that came back go where datagrams are received into. */
static void take_back(struct kring *ring)
{
	uint32_t i, n = kring_completed(ring);

	for (i = 0; i < n; i++) {
		const struct ksmol_ring_completion *c =
			kring_completion(ring, i);

		if (c->error)
			failed++;
		else
			sent++;
		kring_fill(ring, c->addr);
	}
	kring_completion_done(ring, n);
	kring_flush(ring);
}

static void send_back(const struct ksmol_ring_rx *rx, struct ksmol_ring_tx *tx)
{
	tx->addr = rx->addr;
	tx->len = rx->len;
	tx->family = rx->family;
	tx->port = rx->port;
	/* Where the sender is somebody on one link only, it says which. */
	tx->ifindex = rx->ifindex;
	memcpy(tx->dest, rx->source, sizeof(tx->dest));
}

/* What finds no room in the tx ring stays in the rx ring. */
static uint32_t answer(struct kring *ring)
{
	uint32_t i, n = kring_received(ring);

	for (i = 0; i < n; i++) {
		struct ksmol_ring_tx *tx = kring_tx(ring);

		if (!tx)
			break;
		send_back(kring_rx(ring, i), tx);
	}
	kring_rx_done(ring, i);
	received += i;
	return i;
}

static void run(struct kring *ring)
{
	uint32_t n;
	int events;

	while (!stopped) {
		take_back(ring);
		n = answer(ring);
		if (kring_kick(ring) && errno != EAGAIN)
			err(1, "sending");
		if (n)
			continue;
		events = kring_wait(ring, POLLIN, opt.idle_ms);
		if (!events || events & (POLLERR | POLLHUP))
			break;
	}
}

static void finish(struct kring *ring)
{
	int tries;

	for (tries = 0; sent + failed < received && tries < 20; tries++) {
		take_back(ring);
		kring_kick(ring);
		usleep(10000);
	}
	printf("received %lu sent %lu failed %lu\n", received, sent, failed);
}

static socklen_t parse(int argc, char **argv, struct sockaddr_storage *to)
{
	int c;

	while ((c = getopt(argc, argv, "p:mt:")) != -1) {
		switch (c) {
		case 'p': opt.ring.protocol = atoi(optarg); break;
		case 'm': opt.ring.memory = own_memory(CHUNKS * CHUNK); break;
		case 't': opt.idle_ms = atof(optarg) * 1000; break;
		default: exit(2);
		}
	}
	if (argc - optind != 2)
		errx(2, "usage: ksmol-ring-echo [-p PROTO] [-m] [-t SECONDS] ADDR PORT");
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
	ring = kring_open(&opt.ring);
	if (!ring)
		err(1, "ring socket");
	if (bind(ring->fd, (void *)&addr, len))
		err(1, "bind");
	run(ring);
	finish(ring);
	kring_close(ring);
	return 0;
}
