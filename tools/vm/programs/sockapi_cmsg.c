// SPDX-License-Identifier: GPL-2.0-only
/* Control messages, in and out. */

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "sockapi.h"

static const struct in_addr any;

/* A datagram with room for what comes with it. */
struct note {
	char data[256];
	char control[256];
	struct sockaddr_in addr;
	struct iovec iov;
	struct msghdr msg;
};

static void note_init(struct note *n, size_t control)
{
	memset(n, 0, sizeof(*n));
	n->iov = (struct iovec){ n->data, sizeof(n->data) };
	n->msg = (struct msghdr){
		.msg_name = &n->addr, .msg_namelen = sizeof(n->addr),
		.msg_iov = &n->iov, .msg_iovlen = 1,
		.msg_control = n->control, .msg_controllen = control,
	};
}

static struct msghdr *receive(struct note *n, int fd)
{
	note_init(n, sizeof(n->control));
	arrived(fd);
	need("recvmsg", recvmsg(fd, &n->msg, 0));
	return &n->msg;
}

/* "!meta" to the helper, with one control message. */
static int send_with(int fd, int level, int type, const void *data, size_t len)
{
	struct sockaddr_in to = addr_of(set.peer, set.port);
	struct cmsghdr *c;
	struct note n;

	note_init(&n, CMSG_SPACE(len));
	strcpy(n.data, "!meta");
	n.iov.iov_len = 5;
	n.addr = to;
	c = CMSG_FIRSTHDR(&n.msg);
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
	return sendmsg(fd, &n.msg, 0);
}

static void say_meta(int fd)
{
	struct note n;

	receive(&n, fd);
	say("%s", n.data);
}

static void timestamp(void)
{
	struct timeval *tv, now;
	struct timespec *ts;
	struct note n;
	int fd = udp_helped();

	set_int(fd, SOL_SOCKET, SO_TIMESTAMP, 1);
	ask(fd, "x");
	tv = cmsg_data(receive(&n, fd), SOL_SOCKET, SCM_TIMESTAMP);
	gettimeofday(&now, NULL);
	say("%s", tv && labs(now.tv_sec - tv->tv_sec) < 3 ? "now" : "-");
	set_int(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	ask(fd, "x");
	ts = cmsg_data(receive(&n, fd), SOL_SOCKET, SCM_TIMESTAMPNS);
	say("%s", ts && labs(now.tv_sec - ts->tv_sec) < 3 ? "now" : "-");
	tv = cmsg_data(&n.msg, SOL_SOCKET, SCM_TIMESTAMP);
	say("%s", tv ? "both" : "one");
}

static void say_pktinfo(struct msghdr *msg)
{
	struct in_pktinfo *info = cmsg_data(msg, IPPROTO_IP, IP_PKTINFO);

	if (!info) {
		say("none");
		return;
	}
	say("%s", info->ipi_ifindex == (int)if_nametoindex(set.dev) ?
	    "dev" : "another");
	say("to %s", who(info->ipi_addr));
	say("answer from %s", who(info->ipi_spec_dst));
}

static void pktinfo_in(void)
{
	struct note n;
	int fd = udp_bound(any, 0);

	set_int(fd, IPPROTO_IP, IP_PKTINFO, 1);
	ask(fd, "x");
	say_pktinfo(receive(&n, fd));
}

static void pktinfo_broadcast(void)
{
	struct note n;
	int fd = udp_bound(any, 0);

	set_int(fd, IPPROTO_IP, IP_PKTINFO, 1);
	ask(fd, "!broadcast x");
	say_pktinfo(receive(&n, fd));
}

static void pktinfo_out(void)
{
	struct in_pktinfo info = { .ipi_spec_dst = set.local };
	int fd = udp_bound(any, 0);

	say_ret(send_with(fd, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info)));
	say_meta(fd);
	info = (struct in_pktinfo){ .ipi_ifindex = if_nametoindex(set.dev) };
	say_ret(send_with(fd, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info)));
	say_meta(fd);
}

static void pktinfo_wrong(void)
{
	struct in_pktinfo foreign = { .ipi_spec_dst = set.peer };
	struct in_pktinfo nosuch = { .ipi_ifindex = 9999 };
	int fd = udp_bound(any, 0);

	say_ret(send_with(fd, IPPROTO_IP, IP_PKTINFO, &foreign,
			  sizeof(foreign)));
	say_ret(send_with(fd, IPPROTO_IP, IP_PKTINFO, &nosuch,
			  sizeof(nosuch)));
	say_ret(send_with(fd, IPPROTO_IP, IP_PKTINFO, &nosuch, 4));
}

static void marks_in(void)
{
	struct note n;
	uint8_t *tos;
	int *ttl, fd = udp_helped();

	set_int(fd, IPPROTO_IP, IP_RECVTTL, 1);
	set_int(fd, IPPROTO_IP, IP_RECVTOS, 1);
	ask(fd, "!mark 33 16");
	ttl = cmsg_data(receive(&n, fd), IPPROTO_IP, IP_TTL);
	tos = cmsg_data(&n.msg, IPPROTO_IP, IP_TOS);
	say("ttl=%d tos=%d", ttl ? *ttl : -1, tos ? *tos : -1);
}

static void marks_out(void)
{
	int fd = udp_helped();

	ask(fd, "!meta");
	say_meta(fd);
	set_int(fd, IPPROTO_IP, IP_TTL, 17);
	set_int(fd, IPPROTO_IP, IP_TOS, 0x10);
	ask(fd, "!meta");
	say_meta(fd);
}

static void marks_per_message(void)
{
	int value = 9, fd = udp_bound(any, 0);

	set_int(fd, IPPROTO_IP, IP_TTL, 17);
	say_ret(send_with(fd, IPPROTO_IP, IP_TTL, &value, sizeof(value)));
	say_meta(fd);
	value = 0x20;
	say_ret(send_with(fd, IPPROTO_IP, IP_TOS, &value, sizeof(value)));
	say_meta(fd);
	ask(fd, "!meta");
	say_meta(fd);
}

static void wrong_out(void)
{
	int value = 0, fd = udp_bound(any, 0);

	say_ret(send_with(fd, IPPROTO_IP, IP_TTL, &value, sizeof(value)));
	value = 300;
	say_ret(send_with(fd, IPPROTO_IP, IP_TTL, &value, sizeof(value)));
	say_ret(send_with(fd, IPPROTO_IP, IP_TTL, &value, 1));
	say_ret(send_with(fd, IPPROTO_IP, IP_TOS, &value, 2));
	say_ret(send_with(fd, IPPROTO_IP, 999, &value, sizeof(value)));
	say_ret(send_with(fd, SOL_SOCKET, 999, &value, sizeof(value)));
	say_ret(send_with(fd, 9999, 1, &value, sizeof(value)));
}

/* What does not fit is cut, and said to be. */
static void no_room(void)
{
	struct note n;
	int fd = udp_helped();

	set_int(fd, IPPROTO_IP, IP_PKTINFO, 1);
	ask(fd, "x");
	arrived(fd);
	note_init(&n, sizeof(struct cmsghdr));
	need("recvmsg", recvmsg(fd, &n.msg, 0));
	say("%s", n.msg.msg_flags & MSG_CTRUNC ? "cut" : "-");
}

static void none_unasked(void)
{
	struct note n;
	int fd = udp_helped();

	ask(fd, "x");
	receive(&n, fd);
	say("length=%zu flags=%d", n.msg.msg_controllen, n.msg.msg_flags);
	say_addr(&n.addr, n.msg.msg_namelen);
}

const struct check cmsg_checks[] = {
	{ "SO_TIMESTAMP and SO_TIMESTAMPNS", timestamp },
	{ "IP_PKTINFO of a datagram", pktinfo_in },
	{ "IP_PKTINFO of a broadcast", pktinfo_broadcast },
	{ "IP_PKTINFO out", pktinfo_out },
	{ "IP_PKTINFO out, wrong", pktinfo_wrong },
	{ "IP_RECVTTL and IP_RECVTOS", marks_in },
	{ "TTL and TOS of a socket", marks_out },
	{ "TTL and TOS of a message", marks_per_message },
	{ "control messages out, wrong", wrong_out },
	{ "control messages without room", no_room },
	{ "no control message unasked", none_unasked },
	{}
};
