/* SPDX-License-Identifier: GPL-2.0-only */
/* What the suites of IPv6 add to those of the network layer. */
#ifndef _KSMOL_KUNIT_IFACE6_FIXTURE_H
#define _KSMOL_KUNIT_IFACE6_FIXTURE_H

#include "frames6.h"
#include "iface_fixture.h"

/* We, our peers on the link, its gateway, and far away. */
#define US6		"fd77::1"
#define PEER6		"fd77::2"
#define OTHER6		"fd77::3"
#define GATEWAY6	"fd77::fe"
#define FAR6		"2001:db8::9"

#define SPEC6 "fd77::1/64,via=fd77::fe"

/* PEER6 talks to @daddr: fills in the ends of a frame. */
struct ksmol_frame6_ends iface6_ends(const char *daddr);
/* @addr is known and reachable at ksmol_vdev_peer_mac. */
void iface6_know(struct kunit *test, const char *addr);
/* Attached as SPEC6, PEER6 known. */
struct iface_fixture *iface6_attached(struct kunit *test);

/* The flow of a UDP datagram. */
struct ksmol_flow iface6_flow(const char *daddr);

/* An IPv6 packet that went out, copied from its header on; NULL if there is
 * none.
 */
struct ipv6hdr *iface6_sent(struct kunit *test, u8 *dst);

/* A parameter problem went out: @code, about the byte at @pointer. */
void iface6_expect_problem(struct kunit *test, u8 code, u32 pointer);

#endif /* _KSMOL_KUNIT_IFACE6_FIXTURE_H */
