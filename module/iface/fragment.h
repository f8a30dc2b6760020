/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets larger than their path carries. */
#ifndef _KSMOL_IFACE_FRAGMENT_H
#define _KSMOL_IFACE_FRAGMENT_H

#include <ksmol/iface.h>

/**
 * ksmol_ip_xmit() - hand a packet to its device; consumes @pb
 * @pb: begins with its network header; is sent in fragments if its tx.mtu says
 *	so
 * @mac: link-layer destination
 *
 * Context and return as ksmol_phy_xmit().
 */
int ksmol_ip_xmit(struct ksmol_phy *phy, struct ksmol_pbuf *pb, const u8 *mac);

#endif /* _KSMOL_IFACE_FRAGMENT_H */
