// SPDX-License-Identifier: GPL-2.0-only
/*
 * holder DEV: a tap on DEV that never reads. What passes the device stays in
 * its queue, and the pages of sent packets with it, until SIGTERM.
 */

#include <arpa/inet.h>
#include <err.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
	};
	int fd, bytes = 256 << 20;

	if (argc != 2)
		errx(2, "usage: holder DEV");
	addr.sll_ifindex = if_nametoindex(argv[1]);
	if (!addr.sll_ifindex)
		err(1, "%s", argv[1]);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0)
		err(1, "packet socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		err(1, "SO_RCVBUFFORCE");
	if (bind(fd, (void *)&addr, sizeof(addr)))
		err(1, "bind to %s", argv[1]);
	printf("holding\n");
	fflush(stdout);
	pause();
	return 0;
}
