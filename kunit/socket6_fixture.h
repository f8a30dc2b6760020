/* SPDX-License-Identifier: GPL-2.0-only */
/* What the suites of IPv6 sockets add to those of sockets. */
#ifndef _KSMOL_KUNIT_SOCKET6_FIXTURE_H
#define _KSMOL_KUNIT_SOCKET6_FIXTURE_H

#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include "frames6.h"
#include "tcp_conn_fixture.h"

/* We and our peers; the same on the link alone. */
#define US6		"fd66::1"
#define PEER6		"fd66::2"
#define OTHER6		"fd66::3"
#define US6_LINK	"fe80::1"
#define PEER6_LINK	"fe80::2"

/* The device is attached as US, US6 and US6_LINK. */
int socket6_fixture_init(struct kunit *test);

/* Opens a socket of SOCK_DGRAM or SOCK_STREAM; it is closed when the case ends.
 * @above: added to the protocol number.
 */
struct socket *open6(struct kunit *test, int type, int above);
/* A UDP socket that is bound to @addr and @port. */
struct socket *udp6_bound(struct kunit *test, const char *addr, u16 port);

/* The device's interface. */
int dev6(struct kunit *test);

struct sockaddr_in6 end6(const char *addr, u16 port, int scope);
int bind6(struct socket *sock, const char *addr, u16 port);
int bind6_on(struct socket *sock, const char *addr, u16 port, int scope);
int connect6(struct socket *sock, const char *addr, u16 port);
int connect6_on(struct socket *sock, const char *addr, u16 port, int scope);
/* @addr NULL: to the peer of connect(). */
int send6(struct kunit *test, struct socket *sock, const char *addr, u16 port,
	  u32 len);
int option6(struct socket *sock, int name, int val);

/* The sender of what was received last, and our ends of a socket. */
void expect_name6(struct kunit *test, const char *addr, u16 port, int scope);
void expect_local6(struct kunit *test, struct socket *sock, const char *addr,
		   u16 port);
void expect_remote6(struct kunit *test, struct socket *sock, const char *addr,
		    u16 port);

/* Frames arrive: a datagram from PEER_PORT of @saddr, any packet. */
void peer6_sends(struct kunit *test, const char *saddr, const char *daddr,
		 u16 port, u32 len);
void packet6_arrives(struct kunit *test, const char *saddr, const char *daddr,
		     u8 proto, const void *payload, u32 len);
/* A segment without options, to OUR_PORT of @daddr. */
void tcp6_arrives(struct kunit *test, const char *saddr, const char *daddr,
		  u16 sport, u8 flags, u32 seq, u32 ack, u32 len);

/* The IPv6 packet that went out last, in the case's memory; NULL: none, or of
 * IPv4. Its transport header and what follows has a right checksum.
 */
const struct ipv6hdr *peer6_gets(struct kunit *test);
/* The UDP header of the next one, which must be of these addresses, to @port,
 * with @len bytes behind it; else the case ends.
 */
const struct udphdr *udp6_got(struct kunit *test, const char *saddr,
			      const char *daddr, u16 port, u32 len);
/* The TCP header of the next one. Return: whether there was one. */
bool tcp6_got(struct kunit *test, struct ksmol_tcp_header *h);

#endif /* _KSMOL_KUNIT_SOCKET6_FIXTURE_H */
