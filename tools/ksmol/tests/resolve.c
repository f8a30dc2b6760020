// SPDX-License-Identifier: GPL-2.0-only
/* Resolves a name: glibc opens sockets for that by itself. */

#include <netdb.h>
#include <stdio.h>

int main(void)
{
	const struct addrinfo hints = {
		.ai_flags = AI_ADDRCONFIG,
		.ai_socktype = SOCK_DGRAM,
	};
	struct addrinfo *list;
	int err;

	err = getaddrinfo("localhost", "53", &hints, &list);
	if (!err)
		freeaddrinfo(list);
	/* Nobody answers for .invalid, but servers are asked. */
	err = getaddrinfo("ksmol.invalid", "53", &hints, &list);
	printf("resolver says %s\n", gai_strerror(err));
	return 0;
}
