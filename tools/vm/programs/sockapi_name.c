// SPDX-License-Identifier: GPL-2.0-only
/* Names of sockets: socket, bind, connect, getsockname, shutdown. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sockapi.h"

static const struct in_addr any;

static void say_names(int fd)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);

	need("getsockname", getsockname(fd, (void *)&addr, &len));
	say_addr(&addr, len);
	len = sizeof(addr);
	if (getpeername(fd, (void *)&addr, &len))
		say_err(-1);
	else
		say_addr(&addr, len);
}

static int try_bind(int fd, struct in_addr ip, uint16_t port)
{
	struct sockaddr_in addr = addr_of(ip, port);

	return bind(fd, (void *)&addr, sizeof(addr));
}

static int try_connect(int fd, struct in_addr ip, uint16_t port)
{
	struct sockaddr_in addr = addr_of(ip, port);

	return connect(fd, (void *)&addr, sizeof(addr));
}

static void disconnect(int fd)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	need("disconnect", connect(fd, &none, sizeof(none)));
}

static void flags(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			set.proto);

	need("socket", fd);
	say("%s %s", fcntl(fd, F_GETFL) & O_NONBLOCK ? "nonblock" : "-",
	    fcntl(fd, F_GETFD) & FD_CLOEXEC ? "cloexec" : "-");
}

static void unbound_names(void)
{
	say_names(udp_socket());
}

static void bind_any(void)
{
	say_names(udp_bound(any, 0));
}

static void bind_local(void)
{
	say_names(udp_bound(set.local, 0));
}

static void bind_twice(void)
{
	say_err(try_bind(udp_bound(any, 0), any, 0));
}

static void bind_foreign(void)
{
	say_err(try_bind(udp_socket(), set.peer, 0));
}

static void bind_length(void)
{
	struct sockaddr_in addr = addr_of(set.local, 0);

	say_err(bind(udp_socket(), (void *)&addr, 8));
}

static void bind_family(void)
{
	struct sockaddr_in addr = addr_of(set.local, 0);

	addr.sin_family = AF_INET6;
	say_err(bind(udp_socket(), (void *)&addr, sizeof(addr)));
}

static void bind_unspec_family(void)
{
	struct sockaddr_in addr = addr_of(any, 0);
	int fd = udp_socket();

	addr.sin_family = AF_UNSPEC;
	say_err(bind(fd, (void *)&addr, sizeof(addr)));
	addr.sin_addr = set.local;
	say_err(bind(udp_socket(), (void *)&addr, sizeof(addr)));
}

static void bind_fault(void)
{
	say_err(bind(udp_socket(), (void *)8, sizeof(struct sockaddr_in)));
}

static void bind_privileged(void)
{
	int fd = udp_socket();

	need("setuid", setuid(65534));
	say_err(try_bind(fd, set.local, 7));
}

static void bind_broadcast(void)
{
	int fd = udp_socket();

	say_err(try_bind(fd, set.broadcast, 0));
	say_names(fd);
}

/* A second socket on the port of the first, each with its address and what of
 * SO_REUSEADDR and SO_REUSEPORT it has.
 */
static void bind_both(struct in_addr a, int reuse_a, struct in_addr b,
		      int reuse_b)
{
	int one = udp_socket(), two = udp_socket();

	if (reuse_a)
		set_int(one, SOL_SOCKET, reuse_a, 1);
	if (reuse_b)
		set_int(two, SOL_SOCKET, reuse_b, 1);
	need("bind", try_bind(one, a, 0));
	say_err(try_bind(two, b, port_of(one)));
}

static void conflict_same(void)
{
	bind_both(set.local, 0, set.local, 0);
}

static void conflict_any_first(void)
{
	bind_both(any, 0, set.local, 0);
}

static void conflict_any_second(void)
{
	bind_both(set.local, 0, any, 0);
}

static void no_conflict_broadcast(void)
{
	bind_both(set.local, 0, set.broadcast, 0);
}

static void reuseaddr_both(void)
{
	bind_both(set.local, SO_REUSEADDR, set.local, SO_REUSEADDR);
}

static void reuseaddr_one(void)
{
	bind_both(set.local, SO_REUSEADDR, set.local, 0);
	bind_both(set.local, 0, set.local, SO_REUSEADDR);
}

static void reuseport_both(void)
{
	bind_both(set.local, SO_REUSEPORT, set.local, SO_REUSEPORT);
}

static void reuseport_one(void)
{
	bind_both(set.local, SO_REUSEPORT, set.local, 0);
	bind_both(set.local, 0, set.local, SO_REUSEPORT);
}

static void reuse_mixed(void)
{
	bind_both(set.local, SO_REUSEADDR, set.local, SO_REUSEPORT);
}

static void reuseport_other_user(void)
{
	int one = udp_socket(), two = udp_socket();

	set_int(one, SOL_SOCKET, SO_REUSEPORT, 1);
	need("bind", try_bind(one, set.local, 0));
	need("setuid", setuid(65534));
	two = udp_socket();
	set_int(two, SOL_SOCKET, SO_REUSEPORT, 1);
	say_err(try_bind(two, set.local, port_of(one)));
}

static void rebind_after_close(void)
{
	int fd = udp_bound(set.local, 0);
	uint16_t port = port_of(fd);

	close(fd);
	say_err(try_bind(udp_socket(), set.local, port));
}

static void ephemeral_ports(void)
{
	static uint8_t seen[65536];
	int i, low = 0, again = 0;

	for (i = 0; i < 200; i++) {
		uint16_t port = port_of(udp_bound(any, 0));

		low += port < 1024;
		again += seen[port]++;
	}
	say("privileged=%d repeated=%d", low, again);
}

/* A port in use under any address is not handed out again. */
static void ephemeral_avoids_bound(void)
{
	int i, hits = 0;
	uint16_t port = port_of(udp_bound(set.local, 0));

	for (i = 0; i < 200; i++)
		hits += port_of(udp_bound(any, 0)) == port;
	say("hits=%d", hits);
}

static void connect_names(void)
{
	say_names(udp_helped());
}

static void connect_again(void)
{
	int fd = udp_helped();
	uint16_t port = port_of(fd);

	say_err(try_connect(fd, set.peer, set.port + 1));
	say_names(fd);
	say("%s", port_of(fd) == port ? "same" : "another");
}

static void connect_unspec(void)
{
	int fd = udp_helped();

	disconnect(fd);
	say_names(fd);
}

static void connect_unspec_bound(void)
{
	int fd = udp_bound(any, 0);
	uint16_t port = port_of(fd);

	/* A port that was asked for by number, not handed out. */
	close(fd);
	fd = udp_bound(any, port);
	need("connect", try_connect(fd, set.peer, set.port));
	say_names(fd);
	disconnect(fd);
	say_names(fd);
	say("%s", port_of(fd) == port ? "same" : "another");
}

static void connect_unspec_local(void)
{
	int fd = udp_bound(set.local, 0);

	need("connect", try_connect(fd, set.peer, set.port));
	disconnect(fd);
	say_names(fd);
}

static void connect_unspec_unconnected(void)
{
	int fd = udp_socket();

	disconnect(fd);
	say_names(fd);
}

static void connect_short(void)
{
	struct sockaddr_in addr = addr_of(set.peer, set.port);

	say_err(connect(udp_socket(), (void *)&addr, 8));
	say_err(connect(udp_socket(), (void *)&addr, 1));
}

static void connect_family(void)
{
	struct sockaddr_in addr = addr_of(set.peer, set.port);

	addr.sin_family = AF_INET6;
	say_err(connect(udp_socket(), (void *)&addr, sizeof(addr)));
}

static void connect_unrouted(void)
{
	int fd = udp_socket();

	say_err(try_connect(fd, set.unrouted, 9));
	say_names(fd);
}

static void connect_broadcast(void)
{
	int fd = udp_socket();

	say_err(try_connect(fd, set.broadcast, 9));
	set_int(fd, SOL_SOCKET, SO_BROADCAST, 1);
	say_err(try_connect(fd, set.broadcast, 9));
	say_names(fd);
}

static void connect_self(void)
{
	int fd = udp_socket();

	say_err(try_connect(fd, set.local, 9));
	say_names(fd);
}

static void not_a_stream(void)
{
	int two[2], fd = udp_bound(any, 0);

	say_err(listen(fd, 1));
	say_err(accept(fd, NULL, NULL));
	say_err(socketpair(AF_INET, SOCK_DGRAM, set.proto, two));
}

static void getsockname_short(void)
{
	struct sockaddr_in addr;
	socklen_t len = 4;
	int fd = udp_bound(set.local, 0);

	memset(&addr, 0xff, sizeof(addr));
	say_err(getsockname(fd, (void *)&addr, &len));
	say("length=%u untouched=%d", len, addr.sin_addr.s_addr == 0xffffffff);
	len = -1;
	say_err(getsockname(fd, (void *)&addr, &len));
}

static void shutdown_unconnected(void)
{
	say_err(shutdown(udp_bound(any, 0), SHUT_RDWR));
}

static void shutdown_how(void)
{
	say_err(shutdown(udp_helped(), 3));
}

static void shutdown_read(void)
{
	char byte;
	int fd = udp_helped();

	say_err(shutdown(fd, SHUT_RD));
	say_ret(recv(fd, &byte, 1, 0));
	say_ret(send(fd, "x", 1, 0));
	say("%s", poll_for(fd, POLLIN | POLLRDHUP, 0) & POLLRDHUP ?
	    "rdhup" : "-");
}

static void shutdown_write(void)
{
	char byte;
	int fd = udp_helped();

	ask(fd, "!later 50 late");
	say_err(shutdown(fd, SHUT_WR));
	say_ret(send(fd, "x", 1, MSG_NOSIGNAL));
	arrived(fd);
	say_ret(recv(fd, &byte, 1, MSG_DONTWAIT));
}

static void shutdown_both(void)
{
	int fd = udp_helped();

	say_err(shutdown(fd, SHUT_RDWR));
	say("%s", poll_for(fd, POLLIN, 0) & POLLHUP ? "hup" : "-");
}

const struct check name_checks[] = {
	{ "flags of socket()", flags },
	{ "names before bind", unbound_names },
	{ "bind any address, port 0", bind_any },
	{ "bind own address, port 0", bind_local },
	{ "bind twice", bind_twice },
	{ "bind foreign address", bind_foreign },
	{ "bind short address", bind_length },
	{ "bind other family", bind_family },
	{ "bind unspecified family", bind_unspec_family },
	{ "bind bad pointer", bind_fault },
	{ "bind privileged port", bind_privileged },
	{ "bind broadcast address", bind_broadcast },
	{ "bind conflict, same address", conflict_same },
	{ "bind conflict, any address first", conflict_any_first },
	{ "bind conflict, any address second", conflict_any_second },
	{ "bind own and broadcast", no_conflict_broadcast },
	{ "SO_REUSEADDR on both", reuseaddr_both },
	{ "SO_REUSEADDR on one", reuseaddr_one },
	{ "SO_REUSEPORT on both", reuseport_both },
	{ "SO_REUSEPORT on one", reuseport_one },
	{ "SO_REUSEADDR and SO_REUSEPORT", reuse_mixed },
	{ "SO_REUSEPORT of another user", reuseport_other_user },
	{ "bind after close", rebind_after_close },
	{ "ephemeral ports", ephemeral_ports },
	{ "ephemeral ports avoid bound ones", ephemeral_avoids_bound },
	{ "names after connect", connect_names },
	{ "connect again", connect_again },
	{ "connect AF_UNSPEC", connect_unspec },
	{ "connect AF_UNSPEC keeps the bound port", connect_unspec_bound },
	{ "connect AF_UNSPEC keeps the bound address", connect_unspec_local },
	{ "connect AF_UNSPEC unconnected", connect_unspec_unconnected },
	{ "connect short address", connect_short },
	{ "connect other family", connect_family },
	{ "connect without route", connect_unrouted },
	{ "connect broadcast", connect_broadcast },
	{ "connect own address", connect_self },
	{ "listen, accept, socketpair", not_a_stream },
	{ "getsockname short length", getsockname_short },
	{ "shutdown unconnected", shutdown_unconnected },
	{ "shutdown bad argument", shutdown_how },
	{ "shutdown read", shutdown_read },
	{ "shutdown write", shutdown_write },
	{ "shutdown both", shutdown_both },
	{}
};
