// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the socket API does, one line a check, in words without addresses or
 * ports. The same program runs on Linux's sockets and on ksmol's; the lines
 * shall be the same.
 *
 * sockapi [-p PROTO] [-1 CHECK] DEV LOCAL PEER PORT
 *	PROTO as in socket() (0). DEV with address LOCAL leads to the helper at
 *	PEER. All are in a /24, where .255 is the broadcast address and nobody
 *	has .99. Nothing leads to 192.0.2.1.
 * sockapi peer PORT BROADCAST SECONDS
 *	the helper; it ends when it is idle for so long
 */

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "sockapi.h"

#define PATIENCE	10	/* seconds until a check counts as hanging */

struct setting set;

/* --- the line of a check --- */

void say(const char *fmt, ...)
{
	va_list args;

	putchar(' ');
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
}

void say_err(long result)
{
	say("%s", result >= 0 ? "ok" : strerrorname_np(errno));
}

void say_ret(long result)
{
	if (result < 0)
		say_err(result);
	else
		say("%ld", result);
}

void need(const char *what, long result)
{
	if (result >= 0)
		return;
	say("(%s failed: %s)", what, strerrorname_np(errno));
	putchar('\n');
	fflush(stdout);
	_exit(1);
}

const char *who(struct in_addr ip)
{
	if (ip.s_addr == set.local.s_addr)
		return "LOCAL";
	if (ip.s_addr == set.peer.s_addr)
		return "PEER";
	if (ip.s_addr == set.broadcast.s_addr)
		return "BROADCAST";
	if (ip.s_addr == set.silent.s_addr)
		return "SILENT";
	return inet_ntoa(ip);
}

void say_addr(const struct sockaddr_in *addr, socklen_t len)
{
	const char *port = !addr->sin_port ? "0" :
			   ntohs(addr->sin_port) == set.port ? "PORT" : "some";

	if (len != sizeof(*addr) || addr->sin_family != AF_INET)
		say("family=%d length=%u", addr->sin_family, len);
	else
		say("%s:%s", who(addr->sin_addr), port);
}

/* --- sockets --- */

struct sockaddr_in addr_of(struct in_addr ip, uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr = ip, .sin_port = htons(port),
	};
}

int udp_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, set.proto);

	need("socket", fd);
	return fd;
}

int udp_bound(struct in_addr ip, uint16_t port)
{
	struct sockaddr_in addr = addr_of(ip, port);
	int fd = udp_socket();

	need("bind", bind(fd, (void *)&addr, sizeof(addr)));
	return fd;
}

static int udp_to(uint16_t port)
{
	struct sockaddr_in addr = addr_of(set.peer, port);
	int fd = udp_socket();

	need("connect", connect(fd, (void *)&addr, sizeof(addr)));
	return fd;
}

int udp_helped(void)
{
	return udp_to(set.port);
}

int udp_refused(void)
{
	return udp_to(set.port + 1);
}

uint16_t port_of(int fd)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);

	need("getsockname", getsockname(fd, (void *)&addr, &len));
	return ntohs(addr.sin_port);
}

void set_int(int fd, int level, int name, int value)
{
	need("setsockopt", setsockopt(fd, level, name, &value, sizeof(value)));
}

int get_int(int fd, int level, int name)
{
	socklen_t len = sizeof(int);
	int value = 0;

	need("getsockopt", getsockopt(fd, level, name, &value, &len));
	return value;
}

void set_timeout(int fd, int name, int ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	need("timeout", setsockopt(fd, SOL_SOCKET, name, &tv, sizeof(tv)));
}

void ask(int fd, const char *fmt, ...)
{
	struct sockaddr_in to = addr_of(set.peer, set.port);
	char text[128];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	need("ask", sendto(fd, text, n, 0, (void *)&to, sizeof(to)));
}

int poll_for(int fd, int events, int ms)
{
	struct pollfd p = { fd, events, 0 };

	return poll(&p, 1, ms) > 0 ? p.revents : 0;
}

void arrived(int fd)
{
	errno = ETIMEDOUT;
	need("arrival", poll_for(fd, POLLIN, 2000) & POLLIN ? 0 : -1);
}

void *cmsg_data(struct msghdr *msg, int level, int type)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == level && c->cmsg_type == type)
			return CMSG_DATA(c);
	return NULL;
}

long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* --- running them --- */

static void hang(int sig)
{
	static const char word[] = " (hangs)\n";

	(void)sig;
	fflush(stdout);
	if (write(STDOUT_FILENO, word, sizeof(word) - 1) < 0)
		_exit(2);
	_exit(1);
}

/* Each in a process of its own: nothing of it stays behind. */
static int run_check(const struct check *check)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		signal(SIGALRM, hang);
		alarm(PATIENCE);
		printf("%s:", check->name);
		check->run();
		putchar('\n');
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		printf("%s: (killed by signal %d)\n", check->name,
		       WTERMSIG(status));
	return status;
}

static int run_all(const char *only)
{
	static const struct check * const parts[] = {
		name_checks, data_checks, message_checks, option_checks,
		cmsg_checks, error_checks, wait_checks, share_checks,
	};
	const struct check *check;
	int bad = 0;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (check = parts[i]; check->name; check++)
			if (!only || !strcmp(only, check->name))
				bad |= run_check(check);
	return bad ? 1 : 0;
}

static struct in_addr parse_ip(const char *text)
{
	struct in_addr ip;

	if (!inet_aton(text, &ip))
		errx(2, "not an address: %s", text);
	return ip;
}

static struct in_addr in_subnet(struct in_addr ip, int host)
{
	return (struct in_addr){
		htonl((ntohl(ip.s_addr) & ~0xffU) | host),
	};
}

int main(int argc, char **argv)
{
	const char *only = NULL;
	int c;

	if (argc == 5 && !strcmp(argv[1], "peer"))
		return serve(atoi(argv[2]), parse_ip(argv[3]), atoi(argv[4]));
	while ((c = getopt(argc, argv, "p:1:")) != -1) {
		switch (c) {
		case 'p': set.proto = atoi(optarg); break;
		case '1': only = optarg; break;
		default: exit(2);
		}
	}
	if (argc - optind != 4)
		errx(2, "usage: sockapi [-p PROTO] DEV LOCAL PEER PORT");
	set.dev = argv[optind];
	set.local = parse_ip(argv[optind + 1]);
	set.peer = parse_ip(argv[optind + 2]);
	set.port = atoi(argv[optind + 3]);
	set.broadcast = in_subnet(set.local, 255);
	set.silent = in_subnet(set.local, 99);
	set.unrouted = parse_ip("192.0.2.1");
	return run_all(only);
}
