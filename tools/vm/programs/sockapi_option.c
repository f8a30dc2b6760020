// SPDX-License-Identifier: GPL-2.0-only
/* Socket options that are set and read; control messages are elsewhere. */

#include <errno.h>
#include <linux/filter.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>
#include "sockapi.h"

#ifndef SOL_UDP
#define SOL_UDP 17
#endif

static char buf[4096];

/* Sets @value and says what can be read then. */
static void roundtrip(int fd, int level, int name, int value)
{
	int got = 0;
	socklen_t len = sizeof(got);

	if (setsockopt(fd, level, name, &value, sizeof(value))) {
		say_err(-1);
		return;
	}
	need("getsockopt", getsockopt(fd, level, name, &got, &len));
	say("%d", got);
}

static void flags(void)
{
	static const int names[] = { SO_REUSEADDR, SO_REUSEPORT, SO_BROADCAST,
				     SO_TIMESTAMP, SO_TIMESTAMPNS, SO_RXQ_OVFL,
				     SO_DONTROUTE, SO_KEEPALIVE };
	int fd = udp_socket();
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		say("%d", get_int(fd, SOL_SOCKET, names[i]));
		roundtrip(fd, SOL_SOCKET, names[i], 1);
		roundtrip(fd, SOL_SOCKET, names[i], 0);
	}
}

static void ip_flags(void)
{
	static const int names[] = { IP_PKTINFO, IP_RECVTTL, IP_RECVTOS,
				     IP_RECVERR };
	int fd = udp_socket();
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		say("%d", get_int(fd, IPPROTO_IP, names[i]));
		roundtrip(fd, IPPROTO_IP, names[i], 1);
		roundtrip(fd, IPPROTO_IP, names[i], 0);
	}
}

static void read_only(void)
{
	int fd = udp_socket();

	say("type=%d domain=%d listening=%d error=%d protocol=%s",
	    get_int(fd, SOL_SOCKET, SO_TYPE),
	    get_int(fd, SOL_SOCKET, SO_DOMAIN),
	    get_int(fd, SOL_SOCKET, SO_ACCEPTCONN),
	    get_int(fd, SOL_SOCKET, SO_ERROR),
	    get_int(fd, SOL_SOCKET, SO_PROTOCOL) ==
	    (set.proto ?: IPPROTO_UDP) ? "same" : "another");
}

static void ttl(void)
{
	int fd = udp_socket();

	say("%d", get_int(fd, IPPROTO_IP, IP_TTL));
	roundtrip(fd, IPPROTO_IP, IP_TTL, 1);
	roundtrip(fd, IPPROTO_IP, IP_TTL, 255);
	roundtrip(fd, IPPROTO_IP, IP_TTL, 0);
	roundtrip(fd, IPPROTO_IP, IP_TTL, 256);
	roundtrip(fd, IPPROTO_IP, IP_TTL, -1);
}

static void tos(void)
{
	int fd = udp_socket();

	say("%d", get_int(fd, IPPROTO_IP, IP_TOS));
	roundtrip(fd, IPPROTO_IP, IP_TOS, 0x10);
	roundtrip(fd, IPPROTO_IP, IP_TOS, 0xb8);
	roundtrip(fd, IPPROTO_IP, IP_TOS, 0);
}

static void mtu_discover(void)
{
	int value, fd = udp_socket();

	for (value = IP_PMTUDISC_DONT; value <= IP_PMTUDISC_OMIT; value++)
		roundtrip(fd, IPPROTO_IP, IP_MTU_DISCOVER, value);
	roundtrip(fd, IPPROTO_IP, IP_MTU_DISCOVER, 6);
	roundtrip(fd, IPPROTO_IP, IP_MTU_DISCOVER, -1);
}

static void mtu(void)
{
	int value;
	socklen_t len = sizeof(value);

	say_err(getsockopt(udp_socket(), IPPROTO_IP, IP_MTU, &value, &len));
	say("%d", get_int(udp_helped(), IPPROTO_IP, IP_MTU));
}

/* Sizes are counted in other units, but more is more. */
static void buffers(void)
{
	static const int names[] = { SO_RCVBUF, SO_SNDBUF };
	int i, before, after, fd = udp_socket();

	for (i = 0; i < 2; i++) {
		set_int(fd, SOL_SOCKET, names[i], 8192);
		before = get_int(fd, SOL_SOCKET, names[i]);
		set_int(fd, SOL_SOCKET, names[i], 65536);
		after = get_int(fd, SOL_SOCKET, names[i]);
		say("%s", after > before ? "more" : "not more");
		set_int(fd, SOL_SOCKET, names[i], 1);
		say("%s", get_int(fd, SOL_SOCKET, names[i]) > 0 ?
		    "at least one" : "none");
		set_int(fd, SOL_SOCKET, names[i], 1 << 30);
		say("%s", get_int(fd, SOL_SOCKET, names[i]) < 1 << 30 ?
		    "bounded" : "unbounded");
	}
}

static void bind_to_device(void)
{
	char name[IFNAMSIZ] = "";
	socklen_t len = sizeof(name);
	int fd = udp_helped();

	say_err(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "nosuch", 6));
	say_err(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, set.dev,
			   strlen(set.dev)));
	say_err(getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &len));
	say("%s", strcmp(name, set.dev) ? "another" : "same");
	say_ret(send(fd, "x", 1, 0));
	arrived(fd);
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
	say_err(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "", 0));
}

/* Bound to another device, it neither sends nor hears. */
static void bind_to_other_device(void)
{
	int fd = udp_bound((struct in_addr){ 0 }, 0);

	ask(fd, "!later 100 text");
	say_err(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2));
	usleep(300000);
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
}

static void receive_timeout(void)
{
	struct timeval tv = { 0, 123000 };
	socklen_t len = sizeof(tv);
	long before, took;
	int fd = udp_helped();

	set_timeout(fd, SO_RCVTIMEO, 200);
	before = now_ms();
	say_ret(recv(fd, buf, 1, 0));
	took = now_ms() - before;
	say("%s", took < 190 ? "early" : took > 1000 ? "late" : "in time");
	need("get", getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, &len));
	say("%ld.%06ld", (long)tv.tv_sec, (long)tv.tv_usec);
}

static void send_timeout(void)
{
	struct timeval tv = { 2, 1000000 };
	socklen_t len = sizeof(tv);
	int fd = udp_helped();

	say_err(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	say_err(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, 4));
	set_timeout(fd, SO_SNDTIMEO, 300);
	need("get", getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, &len));
	say("%ld.%06ld", (long)tv.tv_sec, (long)tv.tv_usec);
}

static void unknown(void)
{
	int value = 1, fd = udp_socket();
	socklen_t len = sizeof(value);

	say_err(setsockopt(fd, SOL_SOCKET, 999, &value, sizeof(value)));
	say_err(getsockopt(fd, SOL_SOCKET, 999, &value, &len));
	say_err(setsockopt(fd, IPPROTO_IP, 999, &value, sizeof(value)));
	say_err(getsockopt(fd, IPPROTO_IP, 999, &value, &len));
	say_err(setsockopt(fd, SOL_UDP, 999, &value, sizeof(value)));
	say_err(getsockopt(fd, SOL_UDP, 999, &value, &len));
	say_err(setsockopt(fd, 9999, 1, &value, sizeof(value)));
	say_err(getsockopt(fd, 9999, 1, &value, &len));
}

static void lengths(void)
{
	int value = -1, fd = udp_socket();
	socklen_t len;

	say_err(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &value, 3));
	say_err(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, (void *)8, 4));
	set_int(fd, IPPROTO_IP, IP_TTL, 77);
	value = -1;
	len = 1;
	say_err(getsockopt(fd, IPPROTO_IP, IP_TTL, &value, &len));
	say("length=%u value=%d", len, value & 0xff);
	len = 0;
	say_err(getsockopt(fd, IPPROTO_IP, IP_TTL, &value, &len));
	say("length=%u", len);
	len = -1;
	say_err(getsockopt(fd, IPPROTO_IP, IP_TTL, &value, &len));
	value = 88;
	say_err(setsockopt(fd, IPPROTO_IP, IP_TTL, &value, 1));
	say("%d", get_int(fd, IPPROTO_IP, IP_TTL));
}

static void filter(void)
{
	/* Accepts what is longer than 8 bytes of UDP header and 3 of text. */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 11, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = { 4, code };
	int fd = udp_helped();

	say_err(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
			   sizeof(prog)));
	ask(fd, "abc");
	ask(fd, "abcd");
	arrived(fd);
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
	say_ret(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
	say_err(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &prog, 4));
}

static void nonblock_ioctl(void)
{
	int one = 1, fd = udp_helped();

	say_err(ioctl(fd, FIONBIO, &one));
	say_ret(recv(fd, buf, 1, 0));
}

const struct check option_checks[] = {
	{ "flags of SOL_SOCKET", flags },
	{ "flags of IPPROTO_IP", ip_flags },
	{ "options that are read only", read_only },
	{ "IP_TTL", ttl },
	{ "IP_TOS", tos },
	{ "IP_MTU_DISCOVER", mtu_discover },
	{ "IP_MTU", mtu },
	{ "SO_RCVBUF and SO_SNDBUF", buffers },
	{ "SO_BINDTODEVICE", bind_to_device },
	{ "SO_BINDTODEVICE elsewhere", bind_to_other_device },
	{ "SO_RCVTIMEO", receive_timeout },
	{ "SO_SNDTIMEO", send_timeout },
	{ "unknown options and levels", unknown },
	{ "lengths and pointers of options", lengths },
	{ "SO_ATTACH_FILTER", filter },
	{ "FIONBIO", nonblock_ioctl },
	{}
};
