// SPDX-License-Identifier: GPL-2.0-only
/* Opens a socket of each kind that matters to the preloaded library. */

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static const struct kind {
	const char *name;
	int family, type, protocol;
} kinds[] = {
	{ "udp0", AF_INET, SOCK_DGRAM, 0 },
	{ "udp", AF_INET, SOCK_DGRAM, IPPROTO_UDP },
	{ "flags", AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0 },
	{ "ping", AF_INET, SOCK_DGRAM, IPPROTO_ICMP },
	{ "tcp0", AF_INET, SOCK_STREAM, 0 },
	{ "tcp", AF_INET, SOCK_STREAM, IPPROTO_TCP },
	{ "tcpflags", AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0 },
	{ "mptcp", AF_INET, SOCK_STREAM, 262 },
	{ "seqpacket", AF_INET, SOCK_SEQPACKET, 0 },
	{ "raw", AF_INET, SOCK_RAW, IPPROTO_ICMP },
	{ "udplite", AF_INET, SOCK_DGRAM, 136 },
	{ "udp6", AF_INET6, SOCK_DGRAM, 0 },
	{ "tcp6", AF_INET6, SOCK_STREAM, IPPROTO_TCP },
	{ "ping6", AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6 },
	{ "raw6", AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 },
	{ "unix", AF_UNIX, SOCK_DGRAM, 0 },
	{ "unixstream", AF_UNIX, SOCK_STREAM, 0 },
	{ "netlink", AF_NETLINK, SOCK_RAW, 0 },
};

int main(void)
{
	size_t i;

	printf("preload %s\n", getenv("LD_PRELOAD"));
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		fprintf(stderr, "%s:\n", kinds[i].name);
		if (socket(kinds[i].family, kinds[i].type,
			   kinds[i].protocol) < 0)
			perror(kinds[i].name);
	}
	return 7;
}
