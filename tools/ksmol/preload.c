// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library that `ksmol run` preloads: it asks for ksmol's protocol where a
 * program asks for a kind of socket that ksmol serves. Only socket() is
 * wrapped. Everything else works on the descriptor, which is an ordinary one.
 *
 * Name resolution stays with Linux: glibc's resolver, NSS modules in libc and
 * getaddrinfo()'s choice among addresses call socket() by its internal name
 * (__socket), which never passes the PLT, so it can't be wrapped by accident.
 * Local sockets, netlink and the rest do pass here and match no row.
 *
 * A raw socket is told by an option which protocol the program had asked for.
 */

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <netinet/in.h>
#include <unistd.h>
#include <linux/ksmol.h>

/**
 * struct redirect - a kind of socket that ksmol serves
 * @add: its number is this much above the first
 */
struct redirect {
	int family;
	int type;
	int protocol;
	int add;
};

/* Any but 0; told to the socket by an option. */
#define ANY_PROTOCOL (-1)

static const struct redirect redirects[] = {
	{ AF_INET, SOCK_DGRAM, 0, 0 },
	{ AF_INET, SOCK_DGRAM, IPPROTO_UDP, 0 },
	{ AF_INET, SOCK_DGRAM, IPPROTO_ICMP, KSMOL_PROTO_PING - KSMOL_PROTO },
	{ AF_INET, SOCK_STREAM, 0, 0 },
	{ AF_INET, SOCK_STREAM, IPPROTO_TCP, 0 },
	{ AF_INET, SOCK_RAW, ANY_PROTOCOL, 0 },
	{ AF_INET6, SOCK_DGRAM, 0, 0 },
	{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP, 0 },
	{ AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6, KSMOL_PROTO_PING - KSMOL_PROTO },
	{ AF_INET6, SOCK_STREAM, 0, 0 },
	{ AF_INET6, SOCK_STREAM, IPPROTO_TCP, 0 },
	{ AF_INET6, SOCK_RAW, ANY_PROTOCOL, 0 },
};

typedef int (*socket_fn)(int family, int type, int protocol);

static int ksmol_proto = KSMOL_PROTO;
static int debug;
static socket_fn next_socket;

/* Read once, at the start: programs may clear their environment later. */
__attribute__((constructor)) static void setup(void)
{
	const char *value = getenv("KSMOL_PROTOCOL");
	long proto;
	char *end;

	next_socket = (socket_fn)dlsym(RTLD_NEXT, "socket");
	if (value) {
		proto = strtol(value, &end, 10);
		if (end != value && !*end && proto > 0 && proto < 65536)
			ksmol_proto = proto;
	}
	value = getenv("KSMOL_DEBUG");
	debug = value && strcmp(value, "0") != 0 && *value;
}

static int call_socket(int family, int type, int protocol)
{
	/* Another library's constructor may have been faster than ours. */
	if (!next_socket)
		next_socket = (socket_fn)dlsym(RTLD_NEXT, "socket");
	if (!next_socket)
		return syscall(SYS_socket, family, type, protocol);
	return next_socket(family, type, protocol);
}

static const struct redirect *find(int family, int type, int protocol)
{
	size_t i;

	type &= ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
	for (i = 0; i < sizeof(redirects) / sizeof(*redirects); i++)
		if (redirects[i].family == family &&
		    redirects[i].type == type &&
		    (redirects[i].protocol == protocol ||
		     (redirects[i].protocol == ANY_PROTOCOL && protocol)))
			return &redirects[i];
	return NULL;
}

/* A raw socket's number says what it is, not what it speaks. */
static int speak(int fd, int protocol)
{
	int err;

	if (!setsockopt(fd, SOL_KSMOL, KSMOL_RAW_PROTOCOL, &protocol,
			sizeof(protocol)))
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

static void report(int family, int type, int protocol, int new, int fd)
{
	int err = errno;

	dprintf(STDERR_FILENO,
		"ksmol: socket(%d, 0x%x, %d) redirected to protocol %d: ",
		family, type, protocol, new);
	if (fd < 0)
		dprintf(STDERR_FILENO, "%s\n", strerror(err));
	else
		dprintf(STDERR_FILENO, "fd %d\n", fd);
	errno = err;
}

/*
 * An error is the program's to handle: falling back to Linux's stack would
 * hide that ksmol isn't there.
 */
__attribute__((visibility("default")))
int socket(int family, int type, int protocol)
{
	const struct redirect *to = find(family, type, protocol);
	int fd;

	if (!to)
		return call_socket(family, type, protocol);
	fd = call_socket(family, type, ksmol_proto + to->add);
	if (fd >= 0 && to->protocol == ANY_PROTOCOL)
		fd = speak(fd, protocol);
	if (debug)
		report(family, type, protocol, ksmol_proto + to->add, fd);
	return fd;
}
