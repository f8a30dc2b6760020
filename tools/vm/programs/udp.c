// SPDX-License-Identifier: GPL-2.0-only
/*
 * UDP traffic for the scenarios, in batches, because a system call costs 60 us
 * in User Mode Linux.
 *
 * udp [-p PROTO] [-t SECONDS] [-l LOCAL] [-w WINDOW] [-n] MODE ADDR PORT ...
 *   echo ADDR PORT                  send back what comes, until idle
 *   load ADDR PORT COUNT MIN MAX    send COUNT datagrams, verify every echo
 *   flood ADDR PORT COUNT SIZE      send, and look at nothing that comes
 *   count ADDR PORT                 read and count, from the first until idle
 *   sink ADDR PORT                  bind, and never read
 * -p protocol number of the socket (0); -t idle time that ends echo and count,
 * and after which load repeats a datagram (3; load 0.5); -l bind there; -w
 * datagrams in flight (64); -n don't block. SIGTERM ends any of them in order.
 */

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "endpoint.h"

#define BATCH	64
#define SIZE	65536
#define TRIES	50

/* A batch for sendmmsg() and recvmmsg(). */
struct batch {
	struct mmsghdr msg[BATCH];
	struct iovec iov[BATCH];
	union endpoint addr[BATCH];
	uint8_t *data;
};

static struct {
	int proto;
	double idle;
	unsigned int window;
	bool nonblock;
	union endpoint local;
} opt = { .window = BATCH };

static volatile sig_atomic_t stopped;

static void on_term(int sig)
{
	(void)sig;
	stopped = 1;
}

static void batch_init(struct batch *b)
{
	int i;

	b->data = calloc(BATCH, SIZE);
	if (!b->data)
		err(1, "memory");
	for (i = 0; i < BATCH; i++) {
		b->iov[i].iov_base = b->data + (size_t)i * SIZE;
		b->msg[i].msg_hdr = (struct msghdr){
			.msg_iov = &b->iov[i], .msg_iovlen = 1,
			.msg_name = &b->addr[i],
		};
	}
}

static void batch_for_receive(struct batch *b)
{
	int i;

	for (i = 0; i < BATCH; i++) {
		b->iov[i].iov_len = SIZE;
		b->msg[i].msg_hdr.msg_namelen = sizeof(b->addr[i]);
	}
}

static void set_idle(int fd, double seconds)
{
	struct timeval tv = {
		.tv_sec = (time_t)seconds,
		.tv_usec = (seconds - (time_t)seconds) * 1e6,
	};

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)))
		err(1, "SO_RCVTIMEO");
}

static int open_socket(const union endpoint *bind_to, int family)
{
	int one = 1, room = 4 << 20;
	int fd = socket(family, SOCK_DGRAM, opt.proto);

	if (fd < 0)
		err(1, "socket of protocol %d", opt.proto);
	if (setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof(one)))
		err(1, "SO_BROADCAST");
	/* A window of datagrams, each with a page of its own, shall fit. */
	if (!opt.proto &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		warn("SO_RCVBUFFORCE");
	if (bind_to->sa.sa_family &&
	    bind(fd, &bind_to->sa, endpoint_len(bind_to)))
		err(1, "bind");
	set_idle(fd, opt.idle);
	return fd;
}

/* Sends messages @from to @n; those that fail are left out. Returns how many
 * went.
 */
static unsigned int send_all(int fd, struct batch *b, unsigned int from,
			     unsigned int n, int flags)
{
	unsigned int sent = 0;

	while (from < n && !stopped) {
		int got = sendmmsg(fd, b->msg + from, n - from, flags);

		if (got > 0)
			sent += got;
		from += got > 0 ? got : 1;
	}
	return sent;
}

/* --- echo, count, sink --- */

static int receive(int fd, struct batch *b)
{
	int n;

	batch_for_receive(b);
	n = recvmmsg(fd, b->msg, BATCH, MSG_WAITFORONE, NULL);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		warn("recvmmsg");
	return n;
}

static int echo(int fd)
{
	uint64_t received = 0, sent = 0;
	struct batch b;
	int i, n;

	batch_init(&b);
	while (!stopped && (n = receive(fd, &b)) > 0) {
		received += n;
		for (i = 0; i < n; i++)
			b.iov[i].iov_len = b.msg[i].msg_len;
		sent += send_all(fd, &b, 0, n, 0);
	}
	printf("received %lu sent %lu\n", received, sent);
	return 0;
}

/* Who sends may take its time to begin. */
#define FIRST_S 60

static int count(int fd)
{
	uint64_t received = 0, bytes = 0;
	struct batch b;
	int i, n;

	batch_init(&b);
	set_idle(fd, FIRST_S);
	while (!stopped && (n = receive(fd, &b)) > 0) {
		if (!received)
			set_idle(fd, opt.idle);
		received += n;
		for (i = 0; i < n; i++)
			bytes += b.msg[i].msg_len;
	}
	printf("received %lu bytes %lu\n", received, bytes);
	return 0;
}

/* --- load --- */

struct load {
	int fd;
	uint32_t min, span;
	struct batch out, in;
	uint64_t sent, received, lost, corrupt, retried, stray;
};

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

static uint32_t size_of(const struct load *l, uint32_t seq)
{
	return l->min + mix(seq) % l->span;
}

/* The number itself, then bytes that depend on it and on their place. */
static void fill(uint8_t *to, uint32_t seq, uint32_t len)
{
	uint64_t x = mix(~(uint64_t)seq);
	uint32_t i;

	for (i = 0; i < len; i += 8) {
		uint64_t word = x + i * 0x0101010101010101;

		memcpy(to + i, &word, len - i < 8 ? len - i : 8);
	}
	memcpy(to, &seq, len < 4 ? len : 4);
}

static bool matches(uint32_t seq, const uint8_t *data, uint32_t len)
{
	static uint8_t want[SIZE + 8];

	fill(want, seq, len);
	return !memcmp(want, data, len);
}

/* Which of the batch's datagrams is this the echo of? -1 if of none. */
static int find(struct load *l, uint32_t base, unsigned int n,
		const bool *done, const uint8_t *data, uint32_t len)
{
	uint32_t seq;
	unsigned int i;

	if (len >= 4) {
		memcpy(&seq, data, 4);
		if (seq - base >= n || done[seq - base])
			return -1;
		if (size_of(l, seq) == len && matches(seq, data, len))
			return seq - base;
		l->corrupt++;
		return -1;
	}
	for (i = 0; i < n; i++)
		if (!done[i] && size_of(l, base + i) == len &&
		    matches(base + i, data, len))
			return i;
	return -1;
}

/* Reads echoes until all have come or none comes for the idle time. */
static unsigned int collect(struct load *l, uint32_t base, unsigned int n,
			    bool *done, unsigned int missing)
{
	while (missing && !stopped) {
		int i, slot, got = receive(l->fd, &l->in);

		if (got <= 0)
			break;
		for (i = 0; i < got; i++) {
			slot = find(l, base, n, done, l->in.iov[i].iov_base,
				    l->in.msg[i].msg_len);
			if (slot < 0) {
				l->stray++;
				continue;
			}
			done[slot] = true;
			missing--;
			l->received++;
		}
	}
	return missing;
}

static void send_missing(struct load *l, uint32_t base, unsigned int n,
			 const bool *done)
{
	unsigned int i, k = 0;

	for (i = 0; i < n; i++) {
		uint32_t len = size_of(l, base + i);

		if (done[i])
			continue;
		fill(l->out.iov[k].iov_base, base + i, len);
		l->out.iov[k++].iov_len = len;
	}
	send_all(l->fd, &l->out, 0, k, 0);
}

static void exchange(struct load *l, uint32_t base, unsigned int n)
{
	unsigned int missing = n, try;
	bool done[BATCH] = {};

	for (try = 0; missing && try < TRIES && !stopped; try++) {
		send_missing(l, base, n, done);
		l->retried += try ? missing : 0;
		missing = collect(l, base, n, done, missing);
	}
	l->sent += n;
	l->lost += missing;
}

static int load(int fd, uint32_t total, uint32_t min, uint32_t max)
{
	struct load l = { .fd = fd, .min = min, .span = max - min + 1 };
	uint32_t base, n;
	int i;

	batch_init(&l.out);
	batch_init(&l.in);
	for (i = 0; i < BATCH; i++) {
		l.out.msg[i].msg_hdr.msg_name = NULL;
		l.out.msg[i].msg_hdr.msg_namelen = 0;
	}
	for (base = 0; base < total && !stopped; base += n) {
		n = total - base < opt.window ? total - base : opt.window;
		exchange(&l, base, n);
	}
	printf("sent %lu received %lu lost %lu corrupt %lu retried %lu stray %lu\n",
	       l.sent, l.received, l.lost, l.corrupt, l.retried, l.stray);
	return l.sent != total || l.lost || l.corrupt || l.stray > l.retried;
}

/* --- flood --- */

static double seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static int flood(int fd, uint64_t total, uint32_t size)
{
	double start = seconds(CLOCK_MONOTONIC);
	uint64_t done, sent = 0;
	struct batch b;
	int i;

	batch_init(&b);
	for (i = 0; i < BATCH; i++) {
		b.iov[i].iov_len = size;
		b.msg[i].msg_hdr.msg_name = NULL;
		b.msg[i].msg_hdr.msg_namelen = 0;
	}
	for (done = 0; done < total && !stopped; done += BATCH)
		sent += send_all(fd, &b, 0, total - done < BATCH ?
				 total - done : BATCH,
				 opt.nonblock ? MSG_DONTWAIT : 0);
	printf("sent %lu failed %lu elapsed_ms %.0f cpu_ms %.0f\n", sent,
	       total - sent, (seconds(CLOCK_MONOTONIC) - start) * 1e3,
	       seconds(CLOCK_PROCESS_CPUTIME_ID) * 1e3);
	return 0;
}

/* --- the command line --- */

static void parse_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "p:t:l:w:n")) != -1) {
		switch (c) {
		case 'p': opt.proto = atoi(optarg); break;
		case 't': opt.idle = atof(optarg); break;
		case 'l': endpoint_parse(&opt.local, optarg, "0"); break;
		case 'w': opt.window = atoi(optarg); break;
		case 'n': opt.nonblock = true; break;
		default: exit(2);
		}
	}
	if (opt.window < 1 || opt.window > BATCH)
		errx(2, "the window is 1 to %d", BATCH);
}

static int connected(const union endpoint *to)
{
	int fd = open_socket(&opt.local, to->sa.sa_family);

	if (connect(fd, &to->sa, endpoint_len(to)))
		err(1, "connect");
	return fd;
}

static int run(const char *mode, int n, char **arg)
{
	union endpoint addr = {};
	int fd;

	endpoint_parse(&addr, arg[0], arg[1]);
	if (!strcmp(mode, "load") && n == 5) {
		opt.idle = opt.idle ?: 0.5;
		return load(connected(&addr), atoi(arg[2]), atoi(arg[3]),
			    atoi(arg[4]));
	}
	if (!strcmp(mode, "flood") && n == 4)
		return flood(connected(&addr), atoll(arg[2]), atoi(arg[3]));
	opt.idle = opt.idle ?: 3;
	fd = open_socket(&addr, addr.sa.sa_family);
	if (!strcmp(mode, "echo"))
		return echo(fd);
	if (!strcmp(mode, "count"))
		return count(fd);
	if (!strcmp(mode, "sink"))
		while (!stopped)
			pause();
	return 0;
}

int main(int argc, char **argv)
{
	/* No SA_RESTART: a signal ends the call that waits. */
	struct sigaction term = { .sa_handler = on_term };

	sigaction(SIGTERM, &term, NULL);
	parse_options(argc, argv);
	if (argc - optind < 3)
		errx(2, "usage: udp [OPTION...] MODE ADDR PORT ...");
	return run(argv[optind], argc - optind - 1, argv + optind + 1);
}
