/* SPDX-License-Identifier: GPL-2.0-only */
/* What the phy suites share: an attached virtual device and an upper layer. */
#ifndef _KSMOL_KUNIT_PHY_FIXTURE_H
#define _KSMOL_KUNIT_PHY_FIXTURE_H

#include <kunit/test.h>
#include <ksmol/phy.h>
#include "frames.h"
#include "vdev.h"

/**
 * struct phy_seen - one call of the upper layer's input
 * @proto: EtherType
 * @len: of the pbuf
 * @bytes: its first bytes
 * @csum_good: the sum over all of its bytes equals rx.csum
 * @rx, @flags, @tstamp, @home: from the pbuf
 */
struct phy_seen {
	__be16 proto;
	u32 len;
	u8 bytes[64];
	bool csum_good;
	struct ksmol_rx_info rx;
	u8 flags;
	u8 home;
	ktime_t tstamp;
};

#define PHY_SEEN_MAX 64

/**
 * struct phy_fixture - the upper layer that a test plays
 * @answer: the verdict of input; DELIVERED keeps the pbuf in @kept
 * @reply: input consumes its token for a control reply of this many bytes
 * @claim: answer of claims
 * @seen, @inputs: what input was called with
 * @ups, @downs, @changes, @gones: events
 * @tx: buffers taken from the pool to starve it
 * @balance: verdicts minus frames when the test began
 */
struct phy_fixture {
	struct ksmol_vdev *vdev;
	struct ksmol_phy *phy;
	enum ksmol_verdict answer;
	u32 reply;
	bool claim;
	struct phy_seen seen[PHY_SEEN_MAX];
	u32 inputs;
	struct ksmol_pbuf_list kept;
	u32 ups;
	u32 downs;
	u32 changes;
	u32 gones;
	struct ksmol_pbuf_list tx;
	struct ksmol_pbuf_list rx;
	struct ksmol_frame frame;
	u64 balance;
};

int phy_fixture_init(struct kunit *test);
void phy_fixture_exit(struct kunit *test);

/* Opens and starts @f->vdev with @f as its upper layer. */
void phy_attach(struct kunit *test, bool shared);
void phy_detach(struct phy_fixture *f);

/* Creates the device and attaches it, exclusively. */
struct phy_fixture *phy_up(struct kunit *test, netdev_features_t features);

/* Takes every TX or RX pbuf that this CPU can get, and gives them back. BH
 * disabled from take to give: an emergency pbuf never leaves its CPU.
 */
void phy_take_tx(struct phy_fixture *f, bool reserve);
void phy_take_rx(struct phy_fixture *f, bool emergency);
void phy_give(struct phy_fixture *f);

/* A UDP datagram of @len payload bytes 0, 1, 2, ... for us. */
struct ksmol_frame *phy_udp(struct phy_fixture *f, u32 len);

/* How often a verdict was counted. */
u64 phy_verdict(int verdict);
u64 phy_tx_drops(int reason);

/* A TX pbuf: @hlen header bytes 0xee in front of @len payload bytes 0, 1, ... */
struct ksmol_pbuf *phy_pbuf(struct kunit *test, u32 hlen, u32 len);

/* Sends it to the peer as IPv4. */
int phy_send(struct phy_fixture *f, struct ksmol_pbuf *pb);

/* pbufs of all classes in @owner's hands. */
u32 phy_owned(enum ksmol_owner owner);

#endif /* _KSMOL_KUNIT_PHY_FIXTURE_H */
