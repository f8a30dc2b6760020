// SPDX-License-Identifier: GPL-2.0-only
/* Many datagrams at once, broadcasts, and queues that are full. */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "sockapi.h"

#define MANY 20

static const struct in_addr any;
static char buf[70000];

struct many {
	struct mmsghdr msg[MANY];
	struct iovec iov[MANY];
	char data[MANY][64];
};

static void many_init(struct many *m, size_t len)
{
	int i;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < MANY; i++) {
		snprintf(m->data[i], sizeof(m->data[i]), "message %d", i);
		m->iov[i] = (struct iovec){ m->data[i], len };
		m->msg[i].msg_hdr.msg_iov = &m->iov[i];
		m->msg[i].msg_hdr.msg_iovlen = 1;
	}
}

static void mmsg(void)
{
	static struct many out, in;
	int i, got = 0, wrong = 0, fd = udp_helped();

	many_init(&out, 12);
	many_init(&in, 64);
	say_ret(sendmmsg(fd, out.msg, MANY, 0));
	usleep(300000);
	got = recvmmsg(fd, in.msg, MANY, MSG_DONTWAIT, NULL);
	say_ret(got);
	for (i = 0; i < got; i++)
		wrong += in.msg[i].msg_len != 12 ||
			 memcmp(in.data[i], out.data[i], 12);
	say("wrong=%d", wrong);
	say_ret(recvmmsg(fd, in.msg, MANY, MSG_DONTWAIT, NULL));
}

static void sendmmsg_error(void)
{
	static struct many out;
	int fd = udp_helped();

	many_init(&out, 12);
	set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
	out.iov[3] = (struct iovec){ buf, 2000 };
	say_ret(sendmmsg(fd, out.msg, MANY, 0));
	say_ret(sendmmsg(fd, out.msg + 3, 1, 0));
	say_ret(sendmmsg(fd, out.msg, 0, 0));
}

static void recvmmsg_waitforone(void)
{
	static struct many in;
	int fd = udp_helped();

	many_init(&in, 64);
	ask(fd, "one");
	say_ret(recvmmsg(fd, in.msg, MANY, MSG_WAITFORONE, NULL));
	say("%u", in.msg[0].msg_len);
}

static void recvmmsg_timeout(void)
{
	static struct many in;
	struct timespec ts = { 0, 100000000 };
	int fd = udp_helped();

	many_init(&in, 64);
	ask(fd, "one");
	ask(fd, "!later 300 two");
	say_ret(recvmmsg(fd, in.msg, MANY, 0, &ts));
}

static void broadcast_heard(void)
{
	int bound_any = udp_bound(any, 0);
	struct sockaddr_in from;
	socklen_t len = sizeof(from);

	ask(bound_any, "!broadcast all");
	arrived(bound_any);
	say_ret(recvfrom(bound_any, buf, sizeof(buf), 0, (void *)&from, &len));
	say_addr(&from, len);
}

/* The socket on our own address doesn't hear what one on any address does. */
static void broadcast_by_binding(void)
{
	int one = udp_bound(any, 0), own = udp_socket(), all = udp_socket();
	struct sockaddr_in addr;

	set_int(one, SOL_SOCKET, SO_REUSEADDR, 1);
	set_int(own, SOL_SOCKET, SO_REUSEADDR, 1);
	set_int(all, SOL_SOCKET, SO_REUSEADDR, 1);
	addr = addr_of(set.local, port_of(one));
	say_err(bind(own, (void *)&addr, sizeof(addr)));
	addr.sin_addr = set.broadcast;
	say_err(bind(all, (void *)&addr, sizeof(addr)));
	ask(one, "!broadcast all");
	arrived(one);
	usleep(50000);
	say_ret(recv(one, buf, sizeof(buf), MSG_DONTWAIT));
	say_ret(recv(own, buf, sizeof(buf), MSG_DONTWAIT));
	say_ret(recv(all, buf, sizeof(buf), MSG_DONTWAIT));
}

/* One copy for each. */
static void broadcast_copies(void)
{
	struct sockaddr_in addr;
	int i, fd[3];

	for (i = 0; i < 3; i++) {
		fd[i] = udp_socket();
		set_int(fd[i], SOL_SOCKET, SO_REUSEADDR, 1);
		addr = addr_of(any, i ? port_of(fd[0]) : 0);
		need("bind", bind(fd[i], (void *)&addr, sizeof(addr)));
	}
	ask(fd[0], "!broadcast everybody");
	for (i = 0; i < 3; i++) {
		arrived(fd[i]);
		say_ret(recv(fd[i], buf, sizeof(buf), MSG_DONTWAIT));
	}
}

/* Datagrams to a port shared by SO_REUSEPORT each reach one of the sockets. */
static void reuseport_shares(void)
{
	struct sockaddr_in to;
	int i, n, fd[4], got = 0, busy = 0;

	for (i = 0; i < 4; i++) {
		fd[i] = udp_socket();
		set_int(fd[i], SOL_SOCKET, SO_REUSEPORT, 1);
		to = addr_of(set.local, i ? port_of(fd[0]) : 0);
		need("bind", bind(fd[i], (void *)&to, sizeof(to)));
	}
	for (i = 0; i < 64; i++)
		need("send", sendto(udp_socket(), "x", 1, 0, (void *)&to,
				    sizeof(to)));
	usleep(100000);
	for (i = 0; i < 4; i++) {
		for (n = 0; recv(fd[i], buf, 1, MSG_DONTWAIT) == 1; n++)
			;
		got += n;
		busy += n > 0;
	}
	say("received=%d shared=%d", got, busy > 1);
}

static int drain(int fd)
{
	int n = 0;

	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) >= 0)
		n++;
	return n;
}

static void overflow(void)
{
	int got, fd = udp_helped();

	set_int(fd, SOL_SOCKET, SO_RCVBUF, 4096);
	ask(fd, "!burst 400 1000");
	usleep(500000);
	got = drain(fd);
	say("some=%d all=%d", got > 0, got == 400);
	ask(fd, "again");
	arrived(fd);
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
}

/* SO_RXQ_OVFL counts what was lost before the datagram that bears it. */
static void overflow_counted(void)
{
	char control[64];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	uint32_t *lost;
	int got, fd = udp_helped();

	set_int(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
	set_int(fd, SOL_SOCKET, SO_RCVBUF, 4096);
	ask(fd, "!burst 400 1000");
	usleep(500000);
	got = drain(fd);
	ask(fd, "again");
	arrived(fd);
	need("recvmsg", recvmsg(fd, &msg, 0));
	lost = cmsg_data(&msg, SOL_SOCKET, SO_RXQ_OVFL);
	say("sum=%d", lost ? got + (int)*lost : -1);
}

const struct check message_checks[] = {
	{ "sendmmsg and recvmmsg", mmsg },
	{ "sendmmsg stops at an error", sendmmsg_error },
	{ "recvmmsg MSG_WAITFORONE", recvmmsg_waitforone },
	{ "recvmmsg timeout", recvmmsg_timeout },
	{ "broadcast is heard", broadcast_heard },
	{ "broadcast by what is bound", broadcast_by_binding },
	{ "broadcast to three sockets", broadcast_copies },
	{ "SO_REUSEPORT shares the load", reuseport_shares },
	{ "overflow of the queue", overflow },
	{ "SO_RXQ_OVFL", overflow_counted },
	{}
};
