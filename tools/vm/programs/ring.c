// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ring sockets for the scenarios, and what a program may do wrong with them.
 *
 * ring [-p PROTO] [-m anon|memfd|huge] MODE ADDR PORT ...
 *   options ADDR PORT               what is refused, what works; a line per test
 *   flood ADDR PORT COUNT SIZE      send COUNT datagrams to there, count
 *                                   completions
 *   hold ADDR PORT COUNT SIZE       the same, but pause instead of waiting for
 *                                   completions
 *   count ADDR PORT                 bind there, read without system calls until
 *                                   SIGTERM
 *   scribble ADDR PORT SECONDS SEED bind there, send to there, and write
 *                                   nonsense over indices and entries
 * -p protocol number of the socket (257); -m the chunks are memory of its own.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../../ring/ksmol_ring.h"
#include "endpoint.h"

#define CHUNK	2048
#define ENTRIES	256
#define CHUNKS	(4 * ENTRIES)

static struct kring_options options = {
	.chunk_size = CHUNK, .chunks = CHUNKS, .rx = ENTRIES, .tx = ENTRIES,
};

static union endpoint addr;
static volatile sig_atomic_t stopped;

static void on_term(int sig)
{
	(void)sig;
	stopped = 1;
}

static void *own_memory(const char *kind, size_t bytes)
{
	int flags = MAP_SHARED, fd = -1;
	void *at;

	if (!strcmp(kind, "memfd")) {
		fd = memfd_create("ring", 0);
		if (fd < 0 || ftruncate(fd, bytes))
			err(1, "memfd");
	} else {
		flags = MAP_PRIVATE | MAP_ANONYMOUS;
		if (!strcmp(kind, "huge"))
			flags |= MAP_HUGETLB;
	}
	at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (at == MAP_FAILED)
		err(1, "memory of kind %s", kind);
	return at;
}

static struct kring *ring_open(void)
{
	struct kring *ring = kring_open(&options);

	if (!ring)
		err(1, "ring socket");
	return ring;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* --- flood and hold --- */

static void connected(struct kring *ring)
{
	if (connect(ring->fd, &addr.sa, endpoint_len(&addr)))
		err(1, "connect");
}

/* Chunks in turn: one is free again before its turn comes. */
static int flood(uint64_t count, uint32_t size, bool hold)
{
	uint64_t sent = 0, done = 0, failed = 0, copied = 0;
	struct kring *ring = ring_open();
	uint32_t i, n;

	connected(ring);
	memset(ring->area, 0x5a, ring->bytes);
	while (done < count && !stopped) {
		while (sent < count && sent - done < ENTRIES) {
			struct ksmol_ring_tx *tx = kring_tx(ring);

			if (!tx)
				break;
			tx->addr = sent % ENTRIES * CHUNK;
			tx->len = size;
			tx->user = sent++;
		}
		/* Nobody need listen there. */
		if (kring_kick(ring) && errno != EAGAIN &&
		    errno != ECONNREFUSED)
			err(1, "sending");
		if (hold && sent == count) {
			printf("holding %lu\n", sent);
			fflush(stdout);
			pause();
		}
		n = kring_completed(ring);
		if (!n && !kring_wait(ring, POLLOUT, 5000))
			break;
		for (i = 0; i < n; i++) {
			failed += !!kring_completion(ring, i)->error;
			copied += kring_completion(ring, i)->flags &
				  KSMOL_RING_TX_COPIED;
		}
		kring_completion_done(ring, n);
		done += n;
	}
	printf("sent %lu completed %lu failed %lu copied %lu\n", sent, done,
	       failed, copied);
	kring_close(ring);
	return done != count;
}

/* --- count --- */

static int count(void)
{
	struct kring *ring = ring_open();
	uint64_t received = 0, bytes = 0;
	uint32_t i, n;

	if (bind(ring->fd, &addr.sa, endpoint_len(&addr)))
		err(1, "bind");
	while (!stopped) {
		n = kring_received(ring);
		if (!n) {
			kring_wait(ring, POLLIN, 200);
			continue;
		}
		for (i = 0; i < n; i++) {
			bytes += kring_rx(ring, i)->len;
			kring_fill(ring, kring_rx(ring, i)->addr);
		}
		kring_rx_done(ring, n);
		received += n;
	}
	printf("received %lu bytes %lu\n", received, bytes);
	return 0;
}

/* --- scribble --- */

static uint64_t seed;

/* xorshift64 */
static uint64_t chance(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void scribble_entries(struct kring *ring)
{
	uint64_t *words = ring->rings;
	struct kring_queue *q[] = {
		&ring->fill, &ring->rx, &ring->tx, &ring->completion
	};
	uint32_t saved[4][3], i;

	/* Everywhere but in the indices: those would stop it at once. */
	for (i = 0; i < 4; i++) {
		saved[i][0] = *q[i]->producer;
		saved[i][1] = *q[i]->consumer;
	}
	for (i = 0; i < 64; i++) {
		uint64_t at = chance() % (ring->rings_bytes / 8);

		if (at >= 192 / 8)
			words[at] = chance() >> (chance() % 64);
	}
	for (i = 0; i < 4; i++) {
		*q[i]->producer = saved[i][0];
		*q[i]->consumer = saved[i][1];
	}
}

/* One life of a ring: entries first, indices too from some moment on. */
static void scribble_once(double end, struct ksmol_ring_stats *sum)
{
	struct kring *ring = ring_open();
	struct ksmol_ring_stats stats;
	double indices = now() + (chance() % 1000) / 1e3;
	struct kring_queue *q[] = {
		&ring->fill, &ring->rx, &ring->tx, &ring->completion
	};

	if (bind(ring->fd, &addr.sa, endpoint_len(&addr)))
		err(1, "bind");
	while (now() < end && !stopped) {
		scribble_entries(ring);
		*ring->fill.producer = *ring->fill.consumer +
				       chance() % (ENTRIES + 1);
		*ring->tx.producer = *ring->tx.consumer +
				     chance() % (ENTRIES + 1);
		*ring->rx.consumer = *ring->rx.producer;
		*ring->completion.consumer = *ring->completion.producer;
		if (now() > indices) {
			*q[chance() % 4]->producer = chance();
			*q[chance() % 4]->consumer = chance();
		}
		sendto(ring->fd, NULL, 0, MSG_DONTWAIT, NULL, 0);
		if (*ring->tx.flags & KSMOL_RING_STOPPED &&
		    chance() % 16 == 0)
			break;
	}
	kring_stats(ring, &stats);
	sum->rx_bad += stats.rx_bad;
	sum->tx_bad += stats.tx_bad;
	sum->stopped += stats.stopped;
	kring_close(ring);
}

static int scribble(double seconds, uint64_t start)
{
	double end = now() + seconds;
	struct ksmol_ring_stats sum = {};
	unsigned int lives = 0;

	seed = start * 2 + 1;
	while (now() < end && !stopped) {
		scribble_once(end, &sum);
		lives++;
	}
	printf("lives %u stopped %u bad_fill %lu bad_tx %lu\n", lives,
	       sum.stopped, (unsigned long)sum.rx_bad,
	       (unsigned long)sum.tx_bad);
	return 0;
}

/* --- what is refused and what works --- */

static int failures;

static void check(bool good, const char *what)
{
	printf("%s - ring: %s\n", good ? "ok" : "not ok", what);
	failures += !good;
}

static int setup_error(struct ksmol_ring_setup s, socklen_t len)
{
	int fd = socket(AF_INET, SOCK_DGRAM, options.protocol);
	int ret = setsockopt(fd, SOL_KSMOL, KSMOL_RING_SETUP, &s, len);
	int error = ret ? errno : 0;

	close(fd);
	return error;
}

static const struct ksmol_ring_setup good = {
	.chunk_size = 2048, .chunks = 64, .fill = 16, .rx = 16, .tx = 16,
	.completion = 16,
};

/* refused(EXPECTED, FIELD, VALUE): the good setup but for that */
#define refused(error, field, value) do {				\
	struct ksmol_ring_setup s = good;				\
									\
	s.field = value;						\
	check(setup_error(s, sizeof(s)) == (error), #field " = " #value	\
	      " is refused");						\
} while (0)

static void check_setup(void)
{
	check(!setup_error(good, sizeof(good)), "a good one");
	check(setup_error(good, sizeof(good) - 1) == EINVAL, "a short one");
	refused(EINVAL, chunk_size, 0);
	refused(EINVAL, chunk_size, 128);
	refused(EINVAL, chunk_size, 3000);
	refused(EINVAL, chunk_size, 131072);
	refused(EINVAL, chunks, 0);
	refused(EINVAL, chunks, 63);
	refused(EINVAL, chunks, 0x80000000);
	refused(EINVAL, fill, 0);
	refused(EINVAL, rx, 3);
	refused(EINVAL, tx, 131072);
	refused(EINVAL, completion, 0);
	refused(EINVAL, flags, 2);
	refused(EINVAL, reserved, 1);
	refused(EINVAL, addr, 4096);
	refused(EINVAL, flags, KSMOL_RING_OWN_MEMORY);
	refused(ENOBUFS, chunks, 1 << 20);
}

static void check_life(void)
{
	struct ksmol_ring_setup s = good;
	struct kring *ring = ring_open();
	struct msghdr msg = {};
	struct sockaddr_in any = { .sin_family = AF_INET };
	struct ksmol_ring_stats stats;
	int tcp = socket(AF_INET, SOCK_STREAM, options.protocol);
	int udp = socket(AF_INET, SOCK_DGRAM, options.protocol);

	check(setsockopt(ring->fd, SOL_KSMOL, KSMOL_RING_SETUP, &s, sizeof(s)) &&
	      errno == EBUSY, "a second setup is refused");
	check(setsockopt(tcp, SOL_KSMOL, KSMOL_RING_SETUP, &s, sizeof(s)) &&
	      errno == ENOPROTOOPT, "and that of a stream");
	check(!bind(udp, (void *)&any, sizeof(any)) &&
	      setsockopt(udp, SOL_KSMOL, KSMOL_RING_SETUP, &s, sizeof(s)) &&
	      errno == EINVAL, "and that of a bound socket");
	check(mmap(NULL, 4096, PROT_READ, MAP_SHARED, udp, 0) == MAP_FAILED &&
	      errno == ENODEV, "without one there is nothing to map");
	check(mmap(NULL, 1 << 28, PROT_READ, MAP_SHARED, ring->fd, 0) ==
	      MAP_FAILED, "more than there is can not be mapped");
	check(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, ring->fd, 0) ==
	      MAP_FAILED, "nor a copy of it");
	check(recvmsg(ring->fd, &msg, 0) < 0 && errno == EOPNOTSUPP,
	      "recvmsg is refused");
	check(!kring_stats(ring, &stats) && !stats.rx && !stats.stopped,
	      "counters begin at zero");
	check(!kring_kick(ring), "an empty kick does nothing");
	kring_close(ring);
	close(udp);
	close(tcp);
}

/* The child sees the same memory, and its end does nothing to ours. */
static void check_fork(void)
{
	struct kring *ring = ring_open();
	int status = -1;
	pid_t pid;

	ring->area[0] = 1;
	pid = fork();
	if (!pid) {
		ring->area[0]++;
		_exit(0);
	}
	waitpid(pid, &status, 0);
	check(!status && ring->area[0] == 2, "memory is shared across fork");
	munmap(ring->area, 4096);
	kring_fill(ring, CHUNK * 2);
	check(!kring_kick(ring), "and works when a part was unmapped");
	kring_close(ring);
}

/* Descriptors that make no sense come back as errors, one by one. */
static void check_bad(void)
{
	static const struct ksmol_ring_tx bad[] = {
		{ .addr = (uint64_t)CHUNK * CHUNKS, .len = 1 },
		{ .addr = -1ULL, .len = 1 },
		{ .addr = 1, .len = CHUNK },
		{ .addr = 0, .len = -1 },
		{ .flags = 1 },
		{ .ifindex = 1 },
		{ .family = AF_INET6, .port = 7 },
		{ .family = AF_INET },
	};
	uint32_t i, n = sizeof(bad) / sizeof(bad[0]);
	struct kring *ring = ring_open();
	struct ksmol_ring_stats stats;
	bool all = true;

	connected(ring);
	for (i = 0; i < n; i++)
		*kring_tx(ring) = bad[i];
	check(!kring_kick(ring) && kring_completed(ring) == n,
	      "bad descriptors are completed");
	for (i = 0; i < n; i++)
		all &= kring_completion(ring, i)->error < 0 &&
		       kring_completion(ring, i)->addr == bad[i].addr;
	check(all, "each with an error");
	kring_stats(ring, &stats);
	check(stats.tx_bad == 6 && stats.tx_failed == n && !stats.tx,
	      "and counted");
	kring_close(ring);
}

static void check_stop(void)
{
	struct kring *ring = ring_open();
	struct ksmol_ring_stats stats;

	connected(ring);
	*ring->tx.producer = ENTRIES + 1;
	check(sendto(ring->fd, NULL, 0, 0, NULL, 0) < 0 && errno == EBADFD,
	      "an index too far ahead is an error");
	check(*ring->rx.flags & KSMOL_RING_STOPPED, "which stops the rings");
	check(kring_wait(ring, POLLIN, 0) & POLLERR, "as poll says");
	*ring->tx.producer = 0;
	check(sendto(ring->fd, NULL, 0, 0, NULL, 0) < 0 && errno == EBADFD,
	      "for good");
	kring_stats(ring, &stats);
	check(stats.stopped == 1, "and counted");
	kring_close(ring);
}

static int check_all(void)
{
	check_setup();
	check_life();
	check_fork();
	check_bad();
	check_stop();
	return failures > 0;
}

/* --- the command line --- */

static void parse_options(int argc, char **argv)
{
	int c;

	options.protocol = KSMOL_PROTO;
	while ((c = getopt(argc, argv, "p:m:")) != -1) {
		switch (c) {
		case 'p':
			options.protocol = atoi(optarg);
			break;
		case 'm':
			options.memory = own_memory(optarg, CHUNK * CHUNKS);
			break;
		default:
			exit(2);
		}
	}
}

static int run(int n, char **arg)
{
	const char *mode = arg[0];

	endpoint_parse(&addr, arg[1], arg[2]);
	options.family = addr.sa.sa_family;
	if (!strcmp(mode, "options"))
		return check_all();
	if (!strcmp(mode, "count"))
		return count();
	if (!strcmp(mode, "flood") && n == 5)
		return flood(atoll(arg[3]), atoi(arg[4]), false);
	if (!strcmp(mode, "hold") && n == 5)
		return flood(atoll(arg[3]), atoi(arg[4]), true);
	if (!strcmp(mode, "scribble") && n == 5)
		return scribble(atof(arg[3]), atoll(arg[4]));
	errx(2, "unknown mode: %s", mode);
}

int main(int argc, char **argv)
{
	struct sigaction term = { .sa_handler = on_term };

	sigaction(SIGTERM, &term, NULL);
	parse_options(argc, argv);
	if (argc - optind < 3)
		errx(2, "usage: ring [OPTION...] MODE ADDR PORT ...");
	return run(argc - optind, argv + optind);
}
