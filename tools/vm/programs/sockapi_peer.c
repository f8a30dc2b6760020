// SPDX-License-Identifier: GPL-2.0-only
/*
 * The helper on the other side. It echoes every datagram to its sender, but
 * for those that begin with '!', which ask for something:
 *   !meta              reply "ttl=N tos=N", as the request arrived
 *   !burst N SIZE      reply N datagrams of SIZE bytes, numbered from 0
 *   !later MS TEXT     reply TEXT after so long
 *   !other TEXT        reply TEXT from another port
 *   !mark TTL TOS      reply "marked" with that TTL and TOS
 *   !broadcast TEXT    TEXT to the broadcast address, to the sender's port
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sockapi.h"

struct request {
	int fd;
	struct sockaddr_in from;
	char text[65536];
	ssize_t len;
	int ttl, tos;
};

static struct in_addr broadcast_addr;

static void reply_from(int fd, const struct request *r, const void *data,
		       size_t len)
{
	sendto(fd, data, len, 0, (const void *)&r->from, sizeof(r->from));
}

static void reply(const struct request *r, const char *text)
{
	reply_from(r->fd, r, text, strlen(text));
}

static void burst(const struct request *r, int n, int size)
{
	static char data[65536];
	int i;

	for (i = 0; i < n; i++) {
		memcpy(data, &i, sizeof(i));
		reply_from(r->fd, r, data, size);
	}
}

static void reply_marked(const struct request *r, int ttl, int tos)
{
	int fd = r->fd, old_ttl = 64, old_tos = 0;

	setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
	setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	reply(r, "marked");
	setsockopt(fd, IPPROTO_IP, IP_TTL, &old_ttl, sizeof(ttl));
	setsockopt(fd, IPPROTO_IP, IP_TOS, &old_tos, sizeof(tos));
}

static void broadcast(const struct request *r, const char *text)
{
	struct sockaddr_in to = r->from;

	to.sin_addr = broadcast_addr;
	sendto(r->fd, text, strlen(text), 0, (void *)&to, sizeof(to));
}

static void obey(const struct request *r)
{
	char text[64] = "";
	int a, b, other;

	if (!strcmp(r->text, "!meta")) {
		snprintf(text, sizeof(text), "ttl=%d tos=%d", r->ttl, r->tos);
		reply(r, text);
	} else if (sscanf(r->text, "!burst %d %d", &a, &b) == 2) {
		burst(r, a, b);
	} else if (sscanf(r->text, "!later %d %63s", &a, text) == 2) {
		usleep(a * 1000);
		reply(r, text);
	} else if (sscanf(r->text, "!other %63s", text) == 1) {
		other = socket(AF_INET, SOCK_DGRAM, 0);
		reply_from(other, r, text, strlen(text));
		close(other);
	} else if (sscanf(r->text, "!mark %d %d", &a, &b) == 2) {
		reply_marked(r, a, b);
	} else if (sscanf(r->text, "!broadcast %63s", text) == 1) {
		broadcast(r, text);
	}
}

static bool receive(struct request *r)
{
	char control[256];
	struct iovec iov = { r->text, sizeof(r->text) - 1 };
	struct msghdr msg = {
		.msg_name = &r->from, .msg_namelen = sizeof(r->from),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	int *ttl;
	uint8_t *tos;

	r->len = recvmsg(r->fd, &msg, 0);
	if (r->len < 0)
		return false;
	r->text[r->len] = 0;
	ttl = cmsg_data(&msg, IPPROTO_IP, IP_TTL);
	tos = cmsg_data(&msg, IPPROTO_IP, IP_TOS);
	r->ttl = ttl ? *ttl : -1;
	r->tos = tos ? *tos : -1;
	return true;
}

int serve(uint16_t port, struct in_addr bcast, int idle)
{
	struct sockaddr_in here = addr_of((struct in_addr){ 0 }, port);
	static struct request r;

	broadcast_addr = bcast;
	r.fd = socket(AF_INET, SOCK_DGRAM, 0);
	set_int(r.fd, SOL_SOCKET, SO_BROADCAST, 1);
	set_int(r.fd, IPPROTO_IP, IP_RECVTTL, 1);
	set_int(r.fd, IPPROTO_IP, IP_RECVTOS, 1);
	set_timeout(r.fd, SO_RCVTIMEO, idle * 1000);
	if (bind(r.fd, (void *)&here, sizeof(here)))
		err(1, "bind");
	while (receive(&r)) {
		if (r.text[0] == '!')
			obey(&r);
		else
			reply_from(r.fd, &r, r.text, r.len);
	}
	return 0;
}
