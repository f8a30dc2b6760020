/* SPDX-License-Identifier: GPL-2.0-only */
/* The socket API's conformance program: what its parts share. */
#ifndef SOCKAPI_H
#define SOCKAPI_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct check {
	const char *name;
	void (*run)(void);
};

/* Each ends with an entry without a name. */
extern const struct check name_checks[], data_checks[], message_checks[],
	option_checks[], cmsg_checks[], error_checks[], wait_checks[],
	share_checks[];

/* What the checks run with; from the command line. */
struct setting {
	int proto;
	const char *dev;
	struct in_addr local, peer, broadcast, silent, unrouted;
	uint16_t port;		/* the peer's helper */
};

extern struct setting set;

/* Adds words to the line of the check that is running. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Says "ok" for a result that is not negative, or the name of errno. */
void say_err(long result);
/* The same with a number: what a call that returns a length gave. */
void say_ret(long result);

/* Ends the check when something that it builds upon fails. */
void need(const char *what, long result);

struct sockaddr_in addr_of(struct in_addr ip, uint16_t port);
/* The text of an address, by its part in the test: LOCAL, PEER... */
const char *who(struct in_addr ip);
void say_addr(const struct sockaddr_in *addr, socklen_t len);

int udp_socket(void);
int udp_bound(struct in_addr ip, uint16_t port);
/* Connected to the peer's helper. */
int udp_helped(void);
/* Connected to a port of the peer where nobody listens. */
int udp_refused(void);
uint16_t port_of(int fd);
void set_int(int fd, int level, int name, int value);
int get_int(int fd, int level, int name);
void set_timeout(int fd, int name, int ms);

/* Asks the peer's helper for something from socket @fd, connected or not. */
void ask(int fd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* poll()s for @events for up to @ms; what poll() saw. */
int poll_for(int fd, int events, int ms);
/* Waits until something can be read. */
void arrived(int fd);
/* The control message of that kind, or NULL. */
void *cmsg_data(struct msghdr *msg, int level, int type);
long now_ms(void);

/* The other side (sockapi peer ...): see sockapi_peer.c. */
int serve(uint16_t port, struct in_addr broadcast, int idle);

#endif /* SOCKAPI_H */
