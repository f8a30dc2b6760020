// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long TCP takes for little: one byte there and back, or a connection for
 * one byte.
 *
 * tcptime [-p PROTO] pong ADDR PORT          answer each byte, one connection
 *                                            at a time, until SIGTERM
 * tcptime [-p PROTO] rr ADDR PORT COUNT      COUNT bytes on one connection
 * tcptime [-p PROTO] churn ADDR PORT COUNT   COUNT connections
 * -p protocol number of the socket (0).
 */

#include <arpa/inet.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int proto;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static int open_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, proto);

	if (fd < 0)
		err(1, "socket of protocol %d", proto);
	return fd;
}

static int pong(const struct sockaddr_in *addr)
{
	int one = 1, listener = open_socket();
	char buf[64];
	ssize_t n;
	int fd;

	if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)))
		err(1, "SO_REUSEADDR");
	if (bind(listener, (const void *)addr, sizeof(*addr)))
		err(1, "bind");
	if (listen(listener, 64))
		err(1, "listen");
	for (;;) {
		fd = accept(listener, NULL, NULL);
		if (fd < 0)
			continue;
		while ((n = recv(fd, buf, sizeof(buf), 0)) > 0)
			if (send(fd, buf, n, MSG_NOSIGNAL) != n)
				break;
		close(fd);
	}
}

static int dial(const struct sockaddr_in *to)
{
	int fd = open_socket();

	if (connect(fd, (const void *)to, sizeof(*to)))
		err(1, "connect");
	return fd;
}

static void exchange(int fd)
{
	char byte = 'x';

	if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1 ||
	    recv(fd, &byte, 1, 0) != 1 || byte != 'x')
		err(1, "no answer");
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int rr(const struct sockaddr_in *to, unsigned int count)
{
	uint64_t *took = calloc(count, sizeof(*took)), start, total = 0;
	int fd = dial(to);
	unsigned int i;

	if (!took || !count)
		errx(1, "count");
	for (i = 0; i < count / 10; i++)
		exchange(fd);
	for (i = 0; i < count; i++) {
		start = now_ns();
		exchange(fd);
		took[i] = now_ns() - start;
		total += took[i];
	}
	qsort(took, count, sizeof(*took), compare);
	printf("p50=%lu p99=%lu mean=%lu\n", took[count / 2],
	       took[count - 1 - count / 100], total / count);
	return 0;
}

static int churn(const struct sockaddr_in *to, unsigned int count)
{
	uint64_t start = now_ns();
	unsigned int i;

	for (i = 0; i < count; i++) {
		int fd = dial(to);

		exchange(fd);
		close(fd);
	}
	printf("per_second=%.0f\n", count * 1e9 / (now_ns() - start));
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	char **arg = argv + 1;
	int n = argc - 1;

	if (n > 2 && !strcmp(arg[0], "-p")) {
		proto = atoi(arg[1]);
		arg += 2;
		n -= 2;
	}
	if (n < 3 || !inet_pton(AF_INET, arg[1], &addr.sin_addr))
		errx(2, "usage: tcptime [-p PROTO] MODE ADDR PORT [COUNT]");
	addr.sin_port = htons(atoi(arg[2]));
	if (!strcmp(arg[0], "pong"))
		return pong(&addr);
	if (n == 4 && !strcmp(arg[0], "rr"))
		return rr(&addr, atoi(arg[3]));
	if (n == 4 && !strcmp(arg[0], "churn"))
		return churn(&addr, atoi(arg[3]));
	errx(2, "no such mode, or no count: %s", arg[0]);
}
