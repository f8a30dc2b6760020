// SPDX-License-Identifier: GPL-2.0-only
/* Single datagrams: send and recv with their flags and errors. */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/sockios.h>
#include <sys/uio.h>
#include <unistd.h>
#include "sockapi.h"

static char buf[70000];

static int to_unbound(struct in_addr ip, uint16_t port, const void *data,
		      size_t len, int flags)
{
	struct sockaddr_in to = addr_of(ip, port);

	return sendto(udp_socket(), data, len, flags, (void *)&to, sizeof(to));
}

static void pattern(char *to, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		to[i] = 'a' + i * 7 % 23;
}

static void echo_sizes(void)
{
	static const int sizes[] = { 1, 2, 3, 17, 64, 127, 128, 129, 255, 256,
				     257, 511, 1000, 1471, 1472 };
	static char want[2000];
	int fd = udp_helped();
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		pattern(want, sizes[i]);
		need("send", send(fd, want, sizes[i], 0));
		arrived(fd);
		say("%s", recv(fd, buf, sizeof(buf), 0) == sizes[i] &&
		    !memcmp(buf, want, sizes[i]) ? "same" : "different");
	}
}

static void zero_length(void)
{
	int fd = udp_helped();

	say_ret(send(fd, "", 0, 0));
	arrived(fd);
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
}

static void zero_buffer(void)
{
	int fd = udp_helped();

	ask(fd, "text");
	arrived(fd);
	say_ret(recv(fd, buf, 0, MSG_DONTWAIT));
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
}

static void no_destination(void)
{
	say_ret(send(udp_socket(), "x", 1, 0));
	say_ret(send(udp_bound(set.local, 0), "x", 1, 0));
}

static void sendto_connected(void)
{
	struct sockaddr_in to = addr_of(set.peer, set.port);
	int fd = udp_refused();

	say_ret(sendto(fd, "elsewhere", 9, 0, (void *)&to, sizeof(to)));
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
	to.sin_family = AF_UNSPEC;
	say_ret(sendto(fd, "unspec", 6, 0, (void *)&to, sizeof(to)));
}

static void sendto_bad_address(void)
{
	struct sockaddr_in to = addr_of(set.peer, 0);
	int fd = udp_socket();

	say_ret(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)));
	to.sin_port = htons(set.port);
	say_ret(sendto(fd, "x", 1, 0, (void *)&to, 8));
	to.sin_family = AF_INET6;
	say_ret(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)));
}

static void sendto_unrouted(void)
{
	say_ret(to_unbound(set.unrouted, 9, "x", 1, 0));
}

static void sendto_broadcast(void)
{
	struct sockaddr_in to = addr_of(set.broadcast, 9);
	int fd = udp_socket();

	say_ret(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)));
	set_int(fd, SOL_SOCKET, SO_BROADCAST, 1);
	say_ret(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)));
}

static void oob(void)
{
	int fd = udp_helped();

	say_ret(send(fd, "x", 1, MSG_OOB));
	say_ret(recv(fd, buf, 1, MSG_OOB | MSG_DONTWAIT));
}

static void too_long(void)
{
	int fd = udp_helped();

	say_ret(send(fd, buf, 65508, 0));
	say_ret(send(fd, buf, 69000, 0));
}

static void over_mtu(void)
{
	say_ret(send(udp_helped(), buf, 1473, 0));
}

static void over_mtu_df(void)
{
	int fd = udp_helped();

	set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
	say_ret(send(fd, buf, 1473, 0));
	say_ret(send(fd, buf, 1472, 0));
}

static void truncated(void)
{
	struct iovec iov = { buf, 3 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fd = udp_helped();

	ask(fd, "abcdef");
	arrived(fd);
	say_ret(recvmsg(fd, &msg, 0));
	say("%.3s%s", buf, msg.msg_flags & MSG_TRUNC ? " truncated" : "");
	say_ret(recv(fd, buf, 3, MSG_DONTWAIT));
}

static void trunc_flag(void)
{
	struct iovec iov = { buf, 3 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fd = udp_helped();

	ask(fd, "abcdef");
	arrived(fd);
	say_ret(recvmsg(fd, &msg, MSG_TRUNC));
	say("%s", msg.msg_flags & MSG_TRUNC ? "truncated" : "-");
}

static void peek(void)
{
	int fd = udp_helped();

	ask(fd, "abcdef");
	arrived(fd);
	say_ret(recv(fd, buf, 2, MSG_PEEK));
	say_ret(recv(fd, buf, sizeof(buf), MSG_PEEK));
	say_ret(recv(fd, buf, 2, MSG_PEEK | MSG_TRUNC));
	say_ret(recv(fd, buf, sizeof(buf), 0));
	say_ret(recv(fd, buf, sizeof(buf), MSG_PEEK | MSG_DONTWAIT));
}

static void peek_off(void)
{
	int fd = udp_helped();

	say("%d", get_int(fd, SOL_SOCKET, SO_PEEK_OFF));
}

static void waitall(void)
{
	int fd = udp_helped();

	ask(fd, "one");
	ask(fd, "two");
	arrived(fd);
	say_ret(recv(fd, buf, sizeof(buf), MSG_WAITALL));
}

static void dontwait(void)
{
	say_ret(recv(udp_helped(), buf, 1, MSG_DONTWAIT));
}

static void in_order(void)
{
	int i, n, wrong = 0, fd = udp_helped();

	ask(fd, "!burst 50 300");
	for (i = 0; i < 50; i++) {
		arrived(fd);
		need("recv", recv(fd, buf, sizeof(buf), 0));
		memcpy(&n, buf, sizeof(n));
		wrong += n != i;
	}
	say("wrong=%d", wrong);
}

static void scatter_gather(void)
{
	char a[3], b[1], c[40];
	struct iovec out[] = { { "ab", 2 }, { "", 0 }, { "cdefghij", 8 } };
	struct iovec in[] = { { a, 3 }, { b, 1 }, { c, 40 } };
	int fd = udp_helped();

	say_ret(writev(fd, out, 3));
	arrived(fd);
	say_ret(readv(fd, in, 3));
	say("%.3s %.1s %.6s", a, b, c);
}

static void read_write(void)
{
	int fd = udp_helped();

	say_ret(write(fd, "text", 4));
	arrived(fd);
	say_ret(read(fd, buf, sizeof(buf)));
	say("%.4s", buf);
}

static void sender(void)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	int fd = udp_bound(set.local, 0);

	ask(fd, "x");
	arrived(fd);
	say_ret(recvfrom(fd, buf, 1, 0, (void *)&from, &len));
	say_addr(&from, len);
	ask(fd, "x");
	arrived(fd);
	memset(&from, 0xff, sizeof(from));
	len = 4;
	say_ret(recvfrom(fd, buf, 1, 0, (void *)&from, &len));
	say("length=%u untouched=%d", len, from.sin_addr.s_addr == 0xffffffff);
}

static void send_fault(void)
{
	struct iovec iov[] = { { "ab", 2 }, { (void *)8, 100 } };
	int fd = udp_helped();

	say_ret(send(fd, (void *)8, 100, 0));
	say_ret(writev(fd, iov, 2));
	say_ret(send(fd, "good", 4, 0));
	arrived(fd);
	say_ret(recv(fd, buf, sizeof(buf), 0));
}

static void receive_fault(void)
{
	struct iovec iov[] = { { buf, 2 }, { (void *)8, 100 } };
	int fd = udp_helped();

	ask(fd, "one");
	arrived(fd);
	say_ret(recv(fd, (void *)8, 100, 0));
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
	ask(fd, "two");
	arrived(fd);
	say_ret(readv(fd, iov, 2));
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
}

static void fionread(void)
{
	int n = -1, fd = udp_helped();

	say_err(ioctl(fd, FIONREAD, &n));
	say("%d", n);
	ask(fd, "seven77");
	ask(fd, "three");
	usleep(200000);
	say_err(ioctl(fd, FIONREAD, &n));
	say("%d", n);
	need("recv", recv(fd, buf, sizeof(buf), 0));
	say_err(ioctl(fd, FIONREAD, &n));
	say("%d", n);
}

static void siocoutq(void)
{
	int n = -1, fd = udp_helped();

	ask(fd, "x");
	arrived(fd);
	say_err(ioctl(fd, SIOCOUTQ, &n));
	say("%d", n);
	say_err(ioctl(fd, 0x5599, &n));
}

static void other_flags(void)
{
	int fd = udp_helped();

	say_ret(send(fd, "x", 1, MSG_CONFIRM));
	say_ret(send(fd, "x", 1, MSG_DONTROUTE));
	say_ret(send(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL));
}

/* A connected socket hears its peer alone. */
static void connected_filter(void)
{
	int fd = udp_helped();

	ask(fd, "!other stranger");
	ask(fd, "friend");
	arrived(fd);
	usleep(50000);
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
	say("%.6s", buf);
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
}

static void unconnected_hears_all(void)
{
	int fd = udp_bound(set.local, 0);

	ask(fd, "!other stranger");
	arrived(fd);
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
}

static void own_address(void)
{
	struct sockaddr_in to, from;
	socklen_t len = sizeof(from);
	int fd = udp_bound(set.local, 0);

	to = addr_of(set.local, port_of(fd));
	say_ret(to_unbound(set.local, port_of(fd), "inside", 6, 0));
	arrived(fd);
	say_ret(recvfrom(fd, buf, sizeof(buf), 0, (void *)&from, &len));
	say_addr(&from, len);
	say_ret(sendto(fd, "self", 4, 0, (void *)&to, sizeof(to)));
	arrived(fd);
	say_ret(recv(fd, buf, sizeof(buf), 0));
}

const struct check data_checks[] = {
	{ "echo of many sizes", echo_sizes },
	{ "zero-length datagram", zero_length },
	{ "zero-length buffer", zero_buffer },
	{ "send without destination", no_destination },
	{ "sendto on a connected socket", sendto_connected },
	{ "sendto bad addresses", sendto_bad_address },
	{ "sendto without route", sendto_unrouted },
	{ "sendto broadcast", sendto_broadcast },
	{ "MSG_OOB", oob },
	{ "longer than UDP can", too_long },
	{ "longer than the MTU", over_mtu },
	{ "longer than the MTU with DF", over_mtu_df },
	{ "short buffer", truncated },
	{ "MSG_TRUNC", trunc_flag },
	{ "MSG_PEEK", peek },
	{ "SO_PEEK_OFF", peek_off },
	{ "MSG_WAITALL", waitall },
	{ "MSG_DONTWAIT", dontwait },
	{ "order of a burst", in_order },
	{ "scatter and gather", scatter_gather },
	{ "read and write", read_write },
	{ "address of the sender", sender },
	{ "send from bad pointers", send_fault },
	{ "receive to bad pointers", receive_fault },
	{ "FIONREAD", fionread },
	{ "SIOCOUTQ and an unknown ioctl", siocoutq },
	{ "MSG_CONFIRM, MSG_DONTROUTE", other_flags },
	{ "connected socket hears its peer alone", connected_filter },
	{ "unconnected socket hears all", unconnected_hears_all },
	{ "datagram to own address", own_address },
	{}
};
