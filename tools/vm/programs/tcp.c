// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP transfers for the scenarios: many connections at once, both directions of
 * each at the same time, and every byte is compared with what it must be.
 *
 * tcp [-p PROTO] [-t SECONDS] [-b BACKLOG] [-w MS] [-m MS] [-h] [-l] MODE ADDR
 *     PORT ...
 *   serve ADDR PORT                   until SIGTERM
 *   load ADDR PORT CONNS UP DOWN      bytes that each connection carries there
 *                                     and back
 * -p protocol number of the socket (0); -t time that a load may take (60); -b
 * of listen (4096); -w pause between bursts; -m longest pause before anything is
 * sent again (TCP_RTO_MAX_MS); -h connect, say "held", and begin with SIGTERM; -l
 * a server closes a connection when all is acknowledged: for what is closed
 * before, Linux does not try as long, and not at all where the client's address
 * does not resolve.
 *
 * On a connection, the client says how much is to come either way, sends its
 * part and a FIN. The server answers with its part, a byte that says whether
 * what it got was right, and a FIN.
 */

#include <err.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "endpoint.h"

#define CHUNK	65536
#define EVENTS	64
#ifndef TCP_RTO_MAX_MS
#define TCP_RTO_MAX_MS 44	/* Linux 6.15 */
#endif
#define MAGIC	0x6b736d6fU	/* of a hello */

/* What a client says first. */
struct hello {
	uint32_t magic;
	uint32_t seed;
	uint64_t up;
	uint64_t down;
};

/* How far a connection is. */
struct conn {
	int fd;
	struct conn **place;	/* in the client's list, or NULL */
	struct conn *next;	/* in the server's of those that end */
	bool server;
	bool greeted;		/* the hello is through */
	bool corrupt;		/* what came is not what was sent */
	bool sent_all;		/* and our last words after it */
	bool judged;		/* the server's verdict has come */
	uint32_t events;	/* that epoll watches */
	struct hello hello;
	uint32_t hello_len;	/* bytes of it that are through */
	uint64_t sent;
	uint64_t received;
};

static struct {
	int proto;
	double limit;
	int backlog;
	unsigned int pause;
	int rto_max;
	bool hold;
	bool linger;
} opt = { .limit = 60, .backlog = 4096 };

static volatile sig_atomic_t stopped;
static uint64_t done, failed, bytes;
static struct conn *ending;
static int epoll;

static void on_term(int sig)
{
	(void)sig;
	stopped = 1;
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* --- the bytes --- */

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

/*
 * The stream's bytes from @pos on, of which each word depends on seed,
 * direction and place. Returns where @pos is in a buffer that the next call
 * overwrites; CHUNK bytes can be read there.
 */
static const uint8_t *pattern(const struct conn *c, bool up, uint64_t pos)
{
	static uint64_t words[CHUNK / 8 + 1];
	uint64_t at = pos / 8 + ((uint64_t)c->hello.seed << 33) +
		      ((uint64_t)up << 32);
	size_t i;

	for (i = 0; i < sizeof(words) / 8; i++)
		words[i] = mix(at + i);
	return (const uint8_t *)words + pos % 8;
}

/* --- a connection's life --- */

static void say(const struct conn *c, const char *what)
{
	fprintf(stderr, "%s: %s: sent %lu received %lu of %lu up %lu down\n",
		c->server ? "server" : "client", what, c->sent, c->received,
		c->hello.up, c->hello.down);
}

/* @why: NULL if all went well. */
static void finish(struct conn *c, const char *why)
{
	if (why && failed++ < 5)
		say(c, why);
	done += !why;
	bytes += c->sent + c->received;
	if (c->place)
		*c->place = NULL;
	close(c->fd);
	free(c);
}

/* All is said and read; the peer may not have it yet. */
static void end(struct conn *c)
{
	if (shutdown(c->fd, SHUT_WR) ||
	    epoll_ctl(epoll, EPOLL_CTL_DEL, c->fd, NULL)) {
		finish(c, strerror(errno));
		return;
	}
	c->next = ending;
	ending = c;
}

/* Closes those that it has. */
static void finish_ended(void)
{
	struct conn *c, **at = &ending;

	while ((c = *at)) {
		socklen_t len = sizeof(struct tcp_info);
		struct tcp_info info = {};
		int error = 0;

		if (getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &len))
			err(1, "TCP_INFO");
		if (info.tcpi_state != TCP_CLOSE) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		len = sizeof(error);
		getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len);
		finish(c, error ? strerror(error) : NULL);
	}
}

static void watch(struct conn *c, uint32_t events, int op)
{
	struct epoll_event ev = { .events = events, .data.ptr = c };

	if (c->events == events)
		return;
	c->events = events;
	if (epoll_ctl(epoll, op, c->fd, &ev))
		err(1, "epoll_ctl");
}

static uint64_t to_send(const struct conn *c)
{
	return c->server ? c->hello.down : c->hello.up;
}

static uint64_t to_receive(const struct conn *c)
{
	return c->server ? c->hello.up : c->hello.down;
}

/* Our last words: the server's verdict, and a FIN. False on error. */
static bool conclude(struct conn *c)
{
	char verdict = c->corrupt ? 'N' : 'Y';

	if (c->server && send(c->fd, &verdict, 1, MSG_NOSIGNAL) != 1)
		return errno == EAGAIN;
	if (!c->server && shutdown(c->fd, SHUT_WR))
		return false;
	c->sent_all = true;
	return true;
}

/* One burst. False on error. */
static bool send_some(struct conn *c)
{
	uint64_t left = to_send(c) - c->sent;
	const uint8_t *from;
	ssize_t n;

	if (!c->server && !c->greeted) {
		n = send(c->fd, &c->hello, sizeof(c->hello), MSG_NOSIGNAL);
		c->greeted = n == sizeof(c->hello);
		return c->greeted || (n < 0 && errno == EAGAIN);
	}
	if (!left) {
		/* The verdict waits for the client's last byte. */
		if (c->sent_all || (c->server && c->received < c->hello.up))
			return true;
		return conclude(c);
	}
	from = pattern(c, !c->server, c->sent);
	n = send(c->fd, from, left < CHUNK ? left : CHUNK, MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN;
	c->sent += n;
	return true;
}

static ssize_t receive_hello(struct conn *c)
{
	ssize_t n = recv(c->fd, (char *)&c->hello + c->hello_len,
			 sizeof(c->hello) - c->hello_len, 0);

	if (n > 0)
		c->hello_len += n;
	c->greeted = c->hello_len == sizeof(c->hello);
	if (c->greeted && c->hello.magic != MAGIC) {
		errno = EPROTO;
		return -1;
	}
	return n;
}

/* Bytes beyond what was agreed are the server's verdict, or too many. */
static void check(struct conn *c, const uint8_t *data, size_t n)
{
	uint64_t left = to_receive(c) - c->received;
	size_t body = n < left ? n : left;

	if (memcmp(data, pattern(c, c->server, c->received), body))
		c->corrupt = true;
	c->received += body;
	if (n > body && (c->server || n > body + 1 || data[body] != 'Y'))
		c->corrupt = true;
	c->judged = n > body;
}

/* Returns bytes, 0 at the end, -1 with errno. */
static ssize_t receive_some(struct conn *c)
{
	static uint8_t data[CHUNK];
	ssize_t n;

	if (c->server && !c->greeted)
		return receive_hello(c);
	n = recv(c->fd, data, sizeof(data), 0);
	if (n > 0)
		check(c, data, n);
	return n;
}

/* Why the connection may not end here; NULL if it may. */
static const char *unfinished(const struct conn *c)
{
	if (c->corrupt)
		return "corrupt";
	if (!c->sent_all || c->received < to_receive(c))
		return "ended early";
	return c->server || c->judged ? NULL : "no verdict";
}

static void update(struct conn *c, bool ended)
{
	bool sending = !c->sent_all && (!c->server || c->greeted);

	if (c->server && c->sent == c->hello.down && c->received < c->hello.up)
		sending = false;
	watch(c, (ended ? 0 : EPOLLIN) | (sending ? EPOLLOUT : 0),
	      EPOLL_CTL_MOD);
}

static void serve_conn(struct conn *c, uint32_t events)
{
	ssize_t n = 1;

	if (events & EPOLLOUT && !send_some(c)) {
		finish(c, strerror(errno));
		return;
	}
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		n = receive_some(c);
	if (n < 0 && errno != EAGAIN) {
		finish(c, strerror(errno));
		return;
	}
	/* A server that has all that comes may still have to answer. */
	if (!n && (!c->server || !c->greeted || c->sent_all ||
		   c->received < c->hello.up)) {
		const char *why = unfinished(c);

		if (c->server && opt.linger && !why)
			end(c);
		else
			finish(c, why);
		return;
	}
	update(c, !n);
}

static void poll_once(int timeout, int listener)
{
	struct epoll_event ev[EVENTS];
	int i, n = epoll_wait(epoll, ev, EVENTS, timeout);

	for (i = 0; i < n; i++) {
		struct conn *c = ev[i].data.ptr;

		if (c) {
			serve_conn(c, ev[i].events);
			continue;
		}
		c = calloc(1, sizeof(*c));
		if (!c)
			err(1, "memory");
		c->server = true;
		c->fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
		if (c->fd < 0) {
			free(c);
			continue;
		}
		watch(c, EPOLLIN, EPOLL_CTL_ADD);
	}
	if (opt.pause)
		usleep(opt.pause * 1000);
}

/* --- modes --- */

static int open_socket(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK, opt.proto);

	if (fd < 0)
		err(1, "socket of protocol %d", opt.proto);
	if (opt.rto_max && setsockopt(fd, IPPROTO_TCP, TCP_RTO_MAX_MS,
				      &opt.rto_max, sizeof(opt.rto_max)))
		err(1, "TCP_RTO_MAX_MS");
	return fd;
}

static int serve(const union endpoint *addr)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int one = 1, fd = open_socket(addr->sa.sa_family);
	double looked = 0;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)))
		err(1, "SO_REUSEADDR");
	if (bind(fd, &addr->sa, endpoint_len(addr)))
		err(1, "bind");
	if (listen(fd, opt.backlog))
		err(1, "listen");
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev))
		err(1, "epoll_ctl");
	while (!stopped) {
		poll_once(ending ? 100 : -1, fd);
		if (ending && seconds() - looked > 0.1) {
			finish_ended();
			looked = seconds();
		}
	}
	printf("done %lu failed %lu bytes %lu\n", done, failed, bytes);
	return failed != 0;
}

static struct conn *dial(const union endpoint *to, uint64_t up,
			 uint64_t down)
{
	static uint32_t seed;
	struct conn *c = calloc(1, sizeof(*c));

	if (!c)
		err(1, "memory");
	c->fd = open_socket(to->sa.sa_family);
	c->hello = (struct hello){ MAGIC, ++seed, up, down };
	if (connect(c->fd, &to->sa, endpoint_len(to)) &&
	    errno != EINPROGRESS) {
		finish(c, strerror(errno));
		return NULL;
	}
	return c;
}

/* Waits until all are connected, says so, and waits for SIGTERM. */
static void hold(struct conn **c, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct epoll_event ev;

		if (!c[i])
			continue;
		watch(c[i], EPOLLOUT, EPOLL_CTL_ADD);
		if (epoll_wait(epoll, &ev, 1, opt.limit * 1000) != 1)
			errx(1, "%u of %u connected", i, n);
		watch(c[i], 0, EPOLL_CTL_MOD);
	}
	printf("held %u\n", n);
	fflush(stdout);
	while (!stopped)
		pause();
	stopped = 0;
}

/* Of one that did not end in time: what its stack says of it. */
static void say_open(const struct conn *c)
{
	union endpoint name = {};	/* both have the port there */
	socklen_t len = sizeof(name);
	struct tcp_info info = {};
	int in = 0, out = 0;

	getsockname(c->fd, (void *)&name, &len);
	len = sizeof(info);
	getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &len);
	ioctl(c->fd, SIOCINQ, &in);
	ioctl(c->fd, SIOCOUTQ, &out);
	say(c, "still open");
	fprintf(stderr, "port %u state %u inq %d outq %d unacked %u "
		"retransmits %u probes %u backoff %u rto %u cwnd %u "
		"ms since: data out %u, data in %u, ack %u\n",
		ntohs(name.v4.sin_port), info.tcpi_state, in, out,
		info.tcpi_unacked, info.tcpi_retransmits, info.tcpi_probes,
		info.tcpi_backoff, info.tcpi_rto, info.tcpi_snd_cwnd,
		info.tcpi_last_data_sent, info.tcpi_last_data_recv,
		info.tcpi_last_ack_recv);
}

static int load(const union endpoint *to, unsigned int n, uint64_t up,
		uint64_t down)
{
	struct conn **c = calloc(n, sizeof(*c));
	double start = seconds(), left = opt.limit;
	unsigned int i;

	for (i = 0; c && i < n; i++)
		c[i] = dial(to, up, down);
	for (i = 0; c && i < n; i++)
		if (c[i])
			c[i]->place = &c[i];
	if (opt.hold) {
		hold(c, n);
		start = seconds();
	}
	for (i = 0; c && i < n; i++)
		if (c[i])
			watch(c[i], EPOLLIN | EPOLLOUT, opt.hold ?
			      EPOLL_CTL_MOD : EPOLL_CTL_ADD);
	while (done + failed < n && left > 0 && !stopped) {
		poll_once(left * 1000 + 1, -1);
		left = opt.limit - (seconds() - start);
	}
	printf("done %lu failed %lu open %lu bytes %lu elapsed_ms %.0f\n", done,
	       failed, n - done - failed, bytes, (seconds() - start) * 1e3);
	for (i = 0; c && i < n; i++)
		if (c[i])
			say_open(c[i]);
	free(c);
	return done != n;
}

static void parse_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "p:t:b:w:m:hl")) != -1) {
		switch (c) {
		case 'p': opt.proto = atoi(optarg); break;
		case 't': opt.limit = atof(optarg); break;
		case 'b': opt.backlog = atoi(optarg); break;
		case 'w': opt.pause = atoi(optarg); break;
		case 'm': opt.rto_max = atoi(optarg); break;
		case 'h': opt.hold = true; break;
		case 'l': opt.linger = true; break;
		default: exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	/* No SA_RESTART: a signal ends the call that waits. */
	struct sigaction term = { .sa_handler = on_term };
	struct rlimit files = { 65536, 65536 };
	union endpoint addr = {};
	char **arg;
	int n;

	sigaction(SIGTERM, &term, NULL);
	setrlimit(RLIMIT_NOFILE, &files);
	parse_options(argc, argv);
	arg = argv + optind;
	n = argc - optind;
	epoll = epoll_create1(0);
	if (n >= 3)
		endpoint_parse(&addr, arg[1], arg[2]);
	if (n == 3 && !strcmp(arg[0], "serve"))
		return serve(&addr);
	if (n == 6 && !strcmp(arg[0], "load"))
		return load(&addr, atoi(arg[3]), atoll(arg[4]), atoll(arg[5]));
	errx(2, "usage: tcp [OPTION...] serve|load ADDR PORT ...");
}
