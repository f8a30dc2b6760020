/* SPDX-License-Identifier: GPL-2.0-only */
/* What the iface suites share: an attached Ethernet device, and a demux that
 * remembers what came up to it.
 */
#ifndef _KSMOL_KUNIT_IFACE_FIXTURE_H
#define _KSMOL_KUNIT_IFACE_FIXTURE_H

#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <ksmol/compat.h>
#include <ksmol/iface.h>
#include "../module/iface/address.h"
#include "../module/iface/attach.h"
#include "../module/iface/demux.h"
#include "../module/iface/neighbor.h"
#include "frames.h"
#include "vdev.h"

/* We, our peers on the link, its gateway, its broadcast, and far away. */
#define US		KSMOL_IP(10, 77, 0, 1)
#define PEER		KSMOL_IP(10, 77, 0, 2)
#define OTHER		KSMOL_IP(10, 77, 0, 3)
#define GATEWAY		KSMOL_IP(10, 77, 0, 254)
#define SUBNET_BCAST	KSMOL_IP(10, 77, 0, 255)
#define FAR		KSMOL_IP(192, 0, 2, 9)

#define SPEC "10.77.0.1/24,via=10.77.0.254"

/**
 * struct iface_fixture - what each case begins with
 * @vdev: an Ethernet device, up
 * @iface: attached to it as 10.77.0.1/24 via .254, or NULL
 * @frame: room to build one in
 * @saved: parameters as they were
 * @demux: the socket room's
 * @answer: what our demux answers; DELIVERED frees the pbuf
 * @inputs, @proto, @len, @rx, @bytes: what it has seen
 * @believes: what its error call answers
 * @errors, @error: what that has seen
 * @gones, @gone_ifindex: likewise
 * @tx, @rx_taken: pbufs that a case keeps away from the stack
 */
struct iface_fixture {
	struct ksmol_vdev *vdev;
	struct ksmol_iface *iface;
	struct ksmol_frame frame;
	struct ksmol_params saved;
	const struct ksmol_demux *demux;
	enum ksmol_verdict answer;
	unsigned int inputs;
	u8 proto;
	u32 len;
	struct ksmol_rx_info rx;
	u8 bytes[4096];
	bool believes;
	unsigned int errors;
	struct ksmol_icmp_error error;
	unsigned int gones;
	int gone_ifindex;
	struct ksmol_pbuf_list tx;
};

/* init: a device that isn't attached; probing is off. exit: all is whole. */
int iface_fixture_init(struct kunit *test);
void iface_fixture_exit(struct kunit *test);

/* Attaches the device; @words follow its name, e.g. SPEC. */
int iface_try(struct kunit *test, const char *words);
/* The same, must succeed; forgets the announcements that it sent. */
struct iface_fixture *iface_attach(struct kunit *test, const char *words);
void iface_detach(struct kunit *test);

/* The fixture's frame arrives. */
void iface_arrives(struct kunit *test);
/* An ARP packet of @mac's; @to NULL: broadcast. */
void iface_arp(struct kunit *test, const u8 *to, u16 op, const u8 *mac,
	       __be32 spa, __be32 tpa);
/* PEER talks to @daddr: fills in the ends of a frame. */
struct ksmol_frame_ends iface_ends(__be32 daddr);
/* PEER is known and reachable at ksmol_vdev_peer_mac. */
void iface_know_peer(struct kunit *test);

/* An IPv4 packet of ours with @len bytes of payload, through route and
 * output. Return: what they said.
 */
int iface_send(struct kunit *test, __be32 daddr, u32 len);
/* The flow that uses. */
struct ksmol_flow iface_flow(__be32 daddr);
int iface_route(const struct ksmol_flow *flow, struct ksmol_dst *dst);

/* --- what went out; each takes the oldest frame --- */

/* Forgets everything sent so far. Return: how many. */
unsigned int iface_forget(struct kunit *test);
/* One of type @proto: its bytes behind the link-layer header, in the case's
 * memory, @len of them; NULL if it is of another, or there is none.
 */
u8 *iface_sent(struct kunit *test, u16 proto, u8 *dst, u32 *len);
/* An ARP packet, or false if there is none; @dst: to whom, may be NULL. */
bool iface_sent_arp(struct kunit *test, struct ksmol_arp *arp, u8 *dst);
/* An IPv4 packet, copied from its IP header on; NULL if there is none. */
struct iphdr *iface_sent_ip(struct kunit *test, u8 *dst);

/* Takes everything away from senders; @reserve: control replies too. */
void iface_take_tx(struct iface_fixture *f, bool reserve);
void iface_give_tx(struct iface_fixture *f);

u64 iface_verdict(int verdict);
u64 iface_tx_drop(int reason);
u32 iface_owned(enum ksmol_owner owner);

u8 iface_neigh(struct iface_fixture *f, __be32 addr);
/* Lets the neighbors' time pass: @ms from now. */
void iface_later(struct iface_fixture *f, unsigned int ms);

#endif /* _KSMOL_KUNIT_IFACE_FIXTURE_H */
