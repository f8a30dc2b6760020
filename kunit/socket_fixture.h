/* SPDX-License-Identifier: GPL-2.0-only */
/* What the socket suites share: an attached device, and sockets on it. */
#ifndef _KSMOL_KUNIT_SOCKET_FIXTURE_H
#define _KSMOL_KUNIT_SOCKET_FIXTURE_H

#include <kunit/test.h>
#include <linux/net.h>
#include <linux/workqueue.h>
#include <net/sock.h>
#include <ksmol/compat.h>
#include <ksmol/iface.h>
#include <ksmol/params.h>
#include <ksmol/pool.h>
#include "../module/socket/sock.h"
#include "frames.h"
#include "vdev.h"

/* We, our peer, who else is on the link, and the prefix's broadcast. */
#define US		KSMOL_IP(10, 66, 0, 1)
#define PEER		KSMOL_IP(10, 66, 0, 2)
#define OTHER		KSMOL_IP(10, 66, 0, 3)
#define ETHER_US	KSMOL_IP(10, 67, 0, 1)
#define ETHER_PEER	KSMOL_IP(10, 67, 0, 2)
#define OUR_PORT	5000
#define PEER_PORT	6000

/**
 * struct socket_fixture - what each case begins with
 * @vdev: a raw IP device, attached as 10.66.0.1/24: no neighbors to resolve
 * @ether: an Ethernet device, attached as 10.67.0.1/24 by the first broadcast
 * @socks: sockets to be closed at the end, @n of them
 * @frame: room to build one in
 * @buf, @control: where recv puts data and control messages
 * @name, @name6: sender of the datagram received last
 * @flags: its msg_flags
 * @controllen: bytes of control messages that came with it
 * @attached: @vdev still is
 * @probe_ms: the parameter as it was
 */
struct socket_fixture {
	struct ksmol_vdev *vdev;
	struct ksmol_vdev *ether;
	struct socket *socks[512];
	u32 n;
	struct ksmol_frame frame;
	u8 buf[4096];
	u8 control[512];
	union {
		struct sockaddr_in name;
		struct sockaddr_in6 name6;
	};
	int flags;
	size_t controllen;
	bool attached;
	unsigned int probe_ms;
};

int socket_fixture_init(struct kunit *test);
/* With @vdev attached as these addresses instead. */
int socket_fixture_init_as(struct kunit *test, const char *addrs);
void socket_fixture_exit(struct kunit *test);
void socket_detach(struct kunit *test);

/* Opens a socket; it is closed when the case ends. */
struct socket *udp_open(struct kunit *test);
struct socket *ping_open(struct kunit *test);
/* Closes it now. */
void sock_shut(struct kunit *test, struct socket *sock);

int sock_bind_to(struct socket *sock, __be32 addr, u16 port);
int sock_connect_to(struct socket *sock, __be32 addr, u16 port);
/* A UDP socket bound to @addr and @port; aborts the case if that fails. */
struct socket *udp_bound(struct kunit *test, __be32 addr, u16 port);
/* Our port, host order. */
u16 sock_port(struct socket *sock);

/* @addr 0: to the peer of connect(). Payload is the fixture's buf. */
int sock_send(struct kunit *test, struct socket *sock, __be32 addr, u16 port,
	      u32 len, int flags);
/* With MSG_DONTWAIT, unless @flags has MSG_WAITALL. */
int sock_recv(struct kunit *test, struct socket *sock, u32 len, int flags);
/* The control message of that kind which came with it, or NULL. */
const void *sock_control(struct kunit *test, int level, int type, u32 len);
int sock_ip_option(struct socket *sock, int name, int val);
void sock_option(struct kunit *test, struct socket *sock, int name, int val);
__poll_t sock_events(struct socket *sock);

/* UDP datagrams arrive, PEER_PORT to @port of @daddr; bytes 0, 1, 2, ... */
void peer_sends(struct kunit *test, __be32 daddr, u16 port, u32 len);
void peer_sends_from(struct kunit *test, __be32 saddr, u16 sport,
		     __be32 daddr, u16 port, u32 len);
/* The same to everybody on the Ethernet, from ETHER_PEER. */
void broadcast_arrives(struct kunit *test, u16 port, u32 len);
/* The fixture's frame arrives. */
void frame_arrives(struct kunit *test);
/* An ICMP error about a UDP datagram of ours with @len quoted bytes. */
void peer_objects(struct kunit *test, u8 type, u8 code, u32 rest,
		  u16 sport, __be32 daddr, u16 dport, u32 len);

/* The oldest packet sent, the caller's, or NULL. */
struct sk_buff *peer_gets(struct kunit *test);

u64 verdicts(int verdict);
u32 owned(enum ksmol_owner owner);

/**
 * struct later - something that happens while the case sleeps
 * @fn: what, with @test
 */
struct later {
	struct delayed_work work;
	void (*fn)(struct kunit *test);
	struct kunit *test;
};

void later_start(struct later *later, struct kunit *test, unsigned int ms,
		 void (*fn)(struct kunit *test));
void later_end(struct later *later);

#endif /* _KSMOL_KUNIT_SOCKET_FIXTURE_H */
