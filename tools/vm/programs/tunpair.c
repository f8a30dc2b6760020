// SPDX-License-Identifier: GPL-2.0-only
/*
 * tunpair DEV NETNS DEV NETNS SECONDS: makes a tun device (raw IP, no
 * link-layer header) in each of two network namespaces, and carries packets
 * between them for so long. NETNS is a name as in `ip netns`, or - for the
 * current one.
 */

#include <err.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static int netns_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static void enter(int home, const char *netns)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = strcmp(netns, "-") ? netns_open(path) : dup(home);
	if (setns(fd, CLONE_NEWNET))
		err(1, "setns to %s", netns);
	close(fd);
}

static int make_tun(int home, const char *dev, const char *netns)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd;

	enter(home, netns);
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	if (fd < 0)
		err(1, "/dev/net/tun");
	strncpy(ifr.ifr_name, dev, IFNAMSIZ - 1);
	if (ioctl(fd, TUNSETIFF, &ifr))
		err(1, "TUNSETIFF %s", dev);
	return fd;
}

/* A device that is down refuses packets: they are lost, as on a wire. */
static void carry(int from, int to)
{
	static char packet[65536];
	ssize_t n;

	while ((n = read(from, packet, sizeof(packet))) > 0)
		if (write(to, packet, n) < 0)
			return;
}

int main(int argc, char **argv)
{
	struct pollfd p[2];
	time_t end;
	int home;

	if (argc != 6)
		errx(2, "usage: tunpair DEV NETNS DEV NETNS SECONDS");
	home = netns_open("/proc/self/ns/net");
	p[0] = (struct pollfd){
		make_tun(home, argv[1], argv[2]), POLLIN, 0,
	};
	p[1] = (struct pollfd){
		make_tun(home, argv[3], argv[4]), POLLIN, 0,
	};
	end = time(NULL) + atoi(argv[5]);
	while (time(NULL) < end && poll(p, 2, 1000) >= 0) {
		carry(p[0].fd, p[1].fd);
		carry(p[1].fd, p[0].fd);
		if ((p[0].revents | p[1].revents) & (POLLHUP | POLLNVAL))
			break;
	}
	return 0;
}
