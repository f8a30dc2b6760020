/* SPDX-License-Identifier: GPL-2.0-only */
/* An address and port of either family, as the examples are told them. */
#ifndef _KSMOL_RING_ADDRESS_H
#define _KSMOL_RING_ADDRESS_H

#include <err.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

/* "10.0.0.2", "::" or "fe80::1%eth0". Returns the length. */
static inline socklen_t address_parse(const char *addr, const char *port,
				      struct sockaddr_storage *to)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_DGRAM,
	};
	struct addrinfo *found;
	socklen_t len;

	if (getaddrinfo(addr, port, &hints, &found))
		errx(2, "not an address and port: %s %s", addr, port);
	len = found->ai_addrlen;
	memcpy(to, found->ai_addr, len);
	freeaddrinfo(found);
	return len;
}

#endif /* _KSMOL_RING_ADDRESS_H */
