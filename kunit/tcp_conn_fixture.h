/* SPDX-License-Identifier: GPL-2.0-only */
/* What the suites of connections that come and go share: segments that arrive
 * from the peer, and segments that it gets.
 */
#ifndef _KSMOL_KUNIT_TCP_CONN_FIXTURE_H
#define _KSMOL_KUNIT_TCP_CONN_FIXTURE_H

#include "../module/socket/tcp_mini.h"
#include "socket_fixture.h"

#define PEER_ISS 1000U

/* Opens a stream; it is closed when the case ends. */
struct socket *tcp_open(struct kunit *test);
/* One with SO_REUSEADDR that is bound to @port of any address, and listens. */
struct socket *tcp_listener(struct kunit *test, u16 port, int backlog);
/* Accepts without waiting; the child is closed when the case ends. */
struct socket *tcp_accepted(struct kunit *test, struct socket *sock);

/* Both ends, PEER's @port and OUR_PORT. */
struct ksmol_tcp_key tcp_key(u16 port);

/**
 * tcp_arrives() - a segment from @sport of PEER to @dport
 * @h: header, ports aside
 * @len: payload bytes 0, 1, 2, ...
 */
void tcp_arrives(struct kunit *test, u16 sport, u16 dport,
		 const struct ksmol_tcp_header *h, u32 len);

/* The same, but it only becomes the fixture's frame. */
void tcp_frame(struct kunit *test, u16 sport, u16 dport,
	       const struct ksmol_tcp_header *h, u32 len);

/* A SYN with PEER_ISS and all options to OUR_PORT; one without any. */
void syn_arrives(struct kunit *test, u16 sport);
void plain_syn_arrives(struct kunit *test, u16 sport, u32 seq);
/* Flags, numbers, no options, to OUR_PORT. */
void flags_arrive(struct kunit *test, u16 sport, u8 flags, u32 seq, u32 ack,
		  u32 len);

/* The oldest segment that the peer got. Return: whether there was one. */
bool tcp_got(struct kunit *test, struct ksmol_tcp_header *h);
/* It got none. */
void expect_silence(struct kunit *test);
/* It got a SYN|ACK for @irs. Return: its number. */
u32 expect_synack(struct kunit *test, u32 irs);
/* It got these flags and nothing else. */
void expect_flags(struct kunit *test, u8 flags);

/* A handshake, at the end of which a child waits to be accepted. Return: our
 * initial number.
 */
u32 handshake(struct kunit *test, u16 sport);

u64 tcp_counter(enum ksmol_tcp_counter counter);

#endif /* _KSMOL_KUNIT_TCP_CONN_FIXTURE_H */
