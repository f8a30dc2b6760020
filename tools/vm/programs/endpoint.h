/* SPDX-License-Identifier: GPL-2.0-only */
/* An address and port of either family, as udp and tcp are told them. */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include <arpa/inet.h>
#include <err.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

union endpoint {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static inline socklen_t endpoint_len(const union endpoint *e)
{
	return e->sa.sa_family == AF_INET6 ? sizeof(e->v6) : sizeof(e->v4);
}

/* "fe80::1%eth0": the interface that the address needs. */
static inline void endpoint_scope(union endpoint *e, char *addr)
{
	char *dev = strchr(addr, '%');

	if (!dev)
		return;
	*dev = '\0';
	e->v6.sin6_scope_id = if_nametoindex(dev + 1);
	if (!e->v6.sin6_scope_id)
		errx(2, "no interface: %s", dev + 1);
}

static inline void endpoint_parse(union endpoint *e, const char *addr,
				  const char *port)
{
	char text[INET6_ADDRSTRLEN + IFNAMSIZ + 1] = "";

	strncpy(text, addr, sizeof(text) - 1);
	memset(e, 0, sizeof(*e));
	endpoint_scope(e, text);
	if (inet_pton(AF_INET, text, &e->v4.sin_addr) == 1) {
		e->v4.sin_family = AF_INET;
		e->v4.sin_port = htons(atoi(port));
	} else if (inet_pton(AF_INET6, text, &e->v6.sin6_addr) == 1) {
		e->v6.sin6_family = AF_INET6;
		e->v6.sin6_port = htons(atoi(port));
	} else {
		errx(2, "not an address: %s", addr);
	}
}

#endif /* ENDPOINT_H */
