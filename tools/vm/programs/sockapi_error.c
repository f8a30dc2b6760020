// SPDX-License-Identifier: GPL-2.0-only
/* Errors that come from the network: SO_ERROR, IP_RECVERR, MSG_ERRQUEUE. */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <linux/errqueue.h>
#include <unistd.h>
#include "sockapi.h"

static const struct in_addr any;
static char buf[4096];

/* A datagram for a port where nobody listens, and its answer. */
static void provoke(int fd)
{
	struct sockaddr_in to = addr_of(set.peer, set.port + 1);

	need("send", sendto(fd, "refused", 7, 0, (void *)&to, sizeof(to)));
	usleep(100000);
}

static int recverr_socket(void)
{
	int fd = udp_bound(any, 0);

	set_int(fd, IPPROTO_IP, IP_RECVERR, 1);
	return fd;
}

static void refused_receive(void)
{
	int fd = udp_refused();

	provoke(fd);
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
}

static void refused_send(void)
{
	int fd = udp_refused();

	provoke(fd);
	say_ret(send(fd, "x", 1, 0));
	usleep(100000);
	say_ret(send(fd, "x", 1, 0));
	say_ret(send(fd, "x", 1, 0));
}

static void refused_option(void)
{
	int fd = udp_refused();

	provoke(fd);
	errno = get_int(fd, SOL_SOCKET, SO_ERROR);
	say_err(errno ? -1 : 0);
	say("%d", get_int(fd, SOL_SOCKET, SO_ERROR));
}

static void refused_unconnected(void)
{
	int fd = udp_bound(any, 0);

	provoke(fd);
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
	say("%d", get_int(fd, SOL_SOCKET, SO_ERROR));
}

static void refused_wakes(void)
{
	int fd = udp_refused();

	set_timeout(fd, SO_RCVTIMEO, 3000);
	need("send", send(fd, "x", 1, 0));
	say_ret(recv(fd, buf, sizeof(buf), 0));
}

static void refused_poll(void)
{
	int fd = udp_refused(), events;

	provoke(fd);
	events = poll_for(fd, POLLIN | POLLOUT, 0);
	say("%s%s%s", events & POLLIN ? "in " : "", events & POLLOUT ?
	    "out " : "", events & POLLERR ? "err" : "");
	get_int(fd, SOL_SOCKET, SO_ERROR);
	say("%s", poll_for(fd, POLLIN, 0) & POLLERR ? "err" : "-");
}

static void recverr_makes_it_heard(void)
{
	int fd = recverr_socket();

	provoke(fd);
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
}

/* Reads one entry of the error queue and says all of it. */
static void say_queued(int fd)
{
	char control[256];
	struct sockaddr_in to;
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = {
		.msg_name = &to, .msg_namelen = sizeof(to),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct sock_extended_err *ee;
	ssize_t n = recvmsg(fd, &msg, MSG_ERRQUEUE);

	if (n < 0) {
		say_err(n);
		return;
	}
	say("'%.*s'", (int)n, buf);
	say_addr(&to, msg.msg_namelen);
	say("%s", msg.msg_flags & MSG_ERRQUEUE ? "errqueue" : "-");
	ee = cmsg_data(&msg, IPPROTO_IP, IP_RECVERR);
	if (!ee) {
		say("none");
		return;
	}
	say("%s origin=%u type=%u code=%u info=%u", strerrorname_np(ee->ee_errno),
	    ee->ee_origin, ee->ee_type, ee->ee_code, ee->ee_info);
	to = *(struct sockaddr_in *)SO_EE_OFFENDER(ee);
	say("offender family=%d %s", to.sin_family,
	    to.sin_family == AF_INET ? who(to.sin_addr) : "-");
}

static void queued(void)
{
	int fd = recverr_socket();

	provoke(fd);
	say_queued(fd);
	say_queued(fd);
}

static void queued_connected(void)
{
	int fd = udp_refused();

	set_int(fd, IPPROTO_IP, IP_RECVERR, 1);
	provoke(fd);
	say_queued(fd);
}

/* The next entry stands as the socket's error; the last one clears it. */
static void queued_twice(void)
{
	int fd = recverr_socket();

	provoke(fd);
	need("clear", get_int(fd, SOL_SOCKET, SO_ERROR));
	provoke(fd);
	say_queued(fd);
	say("%d", get_int(fd, SOL_SOCKET, SO_ERROR) == ECONNREFUSED);
	say_queued(fd);
	say("%d", get_int(fd, SOL_SOCKET, SO_ERROR));
	say_queued(fd);
}

static void queued_poll(void)
{
	int fd = recverr_socket(), events;

	provoke(fd);
	need("clear", get_int(fd, SOL_SOCKET, SO_ERROR));
	events = poll_for(fd, POLLIN, 0);
	say("%s%s", events & POLLIN ? "in " : "", events & POLLERR ? "err" : "");
	say_queued(fd);
	say("%s", poll_for(fd, POLLIN, 0) & POLLERR ? "err" : "-");
}

static void queued_short_buffer(void)
{
	struct iovec iov = { buf, 3 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fd = recverr_socket();

	provoke(fd);
	say_ret(recvmsg(fd, &msg, MSG_ERRQUEUE));
	say("%s", msg.msg_flags & MSG_TRUNC ? "truncated" : "-");
	say("%s", msg.msg_flags & MSG_CTRUNC ? "control cut" : "-");
}

static void queue_forgotten(void)
{
	int fd = recverr_socket();

	provoke(fd);
	set_int(fd, IPPROTO_IP, IP_RECVERR, 0);
	say_queued(fd);
}

/* A datagram too long with DF set is an error of our own making. */
static void local_error(void)
{
	static char data[2000];
	struct sockaddr_in to = addr_of(set.peer, set.port);
	int fd = recverr_socket();

	set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
	say_ret(sendto(fd, data, 2000, 0, (void *)&to, sizeof(to)));
	memset(buf, 0, sizeof(buf));
	say_queued(fd);
}

static void silent_host(void)
{
	struct sockaddr_in to = addr_of(set.silent, 9);
	int fd = recverr_socket();

	set_timeout(fd, SO_RCVTIMEO, 8000);
	say_ret(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)));
	say_ret(recv(fd, buf, sizeof(buf), 0));
}

static void data_beside_error(void)
{
	int fd = recverr_socket();

	ask(fd, "good");
	arrived(fd);
	provoke(fd);
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
	say_queued(fd);
}

/* What one socket provoked is not the affair of another. */
static void not_for_others(void)
{
	int one = recverr_socket(), two = recverr_socket();

	provoke(one);
	say_ret(recv(two, buf, sizeof(buf), MSG_DONTWAIT));
	say_queued(two);
}

const struct check error_checks[] = {
	{ "ECONNREFUSED at recv", refused_receive },
	{ "ECONNREFUSED at send", refused_send },
	{ "ECONNREFUSED as SO_ERROR", refused_option },
	{ "ECONNREFUSED unconnected", refused_unconnected },
	{ "ECONNREFUSED wakes a reader", refused_wakes },
	{ "ECONNREFUSED and poll", refused_poll },
	{ "IP_RECVERR unconnected", recverr_makes_it_heard },
	{ "MSG_ERRQUEUE", queued },
	{ "MSG_ERRQUEUE connected", queued_connected },
	{ "MSG_ERRQUEUE with two entries", queued_twice },
	{ "MSG_ERRQUEUE and poll", queued_poll },
	{ "MSG_ERRQUEUE short buffer", queued_short_buffer },
	{ "IP_RECVERR off forgets the queue", queue_forgotten },
	{ "MSG_ERRQUEUE local error", local_error },
	{ "EHOSTUNREACH of a silent host", silent_host },
	{ "data beside an error", data_beside_error },
	{ "error of another socket", not_for_others },
	{}
};
