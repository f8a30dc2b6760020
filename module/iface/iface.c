// SPDX-License-Identifier: GPL-2.0-only
/* The network layer: what phy tells it, and its beginning and end. */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <ksmol/compat.h>
#include "address.h"
#include "arp.h"
#include "attach.h"
#include "autoconf.h"
#include "dhcp.h"
#include "icmp.h"
#include "ipv4.h"
#include "ipv6.h"
#include "neighbor.h"
#include "net.h"
#include "pmtu.h"
#include "reass.h"
#include "report.h"

static enum ksmol_verdict iface_input(struct ksmol_phy *phy,
				      struct ksmol_pbuf *pb, __be16 proto,
				      struct ksmol_tx_token *tok)
{
	switch (proto) {
	case htons(ETH_P_IP):
		return ksmol_ipv4_input(phy->iface, pb, tok);
	case htons(ETH_P_ARP):
		if (phy->medium != KSMOL_MEDIUM_ETHERNET)
			return KSMOL_DROP_L2_PROTO;
		return ksmol_arp_input(phy->iface, pb, tok);
	case htons(ETH_P_IPV6):
		if (!phy->iface->ipv6)
			return KSMOL_DROP_IPV6;
		return ksmol_ipv6_input(phy->iface, pb, tok);
	default:
		return KSMOL_DROP_L2_PROTO;
	}
}

static bool iface_claims(struct ksmol_phy *phy, const struct sk_buff *skb,
			 __be16 proto)
{
	switch (proto) {
	case htons(ETH_P_ARP):
		return true;
	case htons(ETH_P_IP):
		return ksmol_ipv4_claims(phy->iface, skb);
	case htons(ETH_P_IPV6):
		return phy->iface->ipv6 && ksmol_ipv6_claims(phy->iface, skb);
	default:
		return false;
	}
}

static void iface_up(struct ksmol_phy *phy)
{
	if (phy->iface->up)
		return;
	WRITE_ONCE(phy->iface->up, true);
	ksmol_iface_addrs_start(phy->iface);
	ksmol_report_start(phy->iface);
	ksmol_autoconf_start(phy->iface);
	ksmol_dhcp_link(phy->iface, true);
}

/* Timers stop by themselves: they look at @up. */
static void iface_down(struct ksmol_phy *phy)
{
	if (!phy->iface->up)
		return;
	WRITE_ONCE(phy->iface->up, false);
	ksmol_routes_changed();
	ksmol_neigh_purge(phy->iface, false);
	ksmol_dhcp_link(phy->iface, false);
}

/* The MTU is read anew for each packet; a new link-layer address must be
 * told to those who know the old one.
 */
static void iface_changed(struct ksmol_phy *phy)
{
	ksmol_routes_changed();
	ksmol_iface_addrs_announce(phy->iface);
}

/* Who caches what a device can do caches it with the route. */
static void iface_features(struct ksmol_phy *phy)
{
	ksmol_routes_changed();
}

static void iface_renamed(struct ksmol_phy *phy)
{
	ksmol_debugfs_remove(phy->iface->debugfs);
	ksmol_iface_debugfs_add(phy->iface);
}

static void iface_gone(struct ksmol_phy *phy)
{
	ksmol_iface_detach(phy->iface);
}

static const struct ksmol_phy_events iface_events = {
	.input = iface_input,
	.claims = iface_claims,
	.up = iface_up,
	.down = iface_down,
	.changed = iface_changed,
	.features = iface_features,
	.renamed = iface_renamed,
	.gone = iface_gone,
};

int ksmol_iface_init(void)
{
	int err;

	ksmol_autoconf_init();
	ksmol_icmp_init();
	ksmol_ipv4_output_init();
	ksmol_ipv6_output_init();
	err = ksmol_neigh_init(ksmol_params.neigh_max);
	if (err)
		return err;
	err = ksmol_pmtu_init(ksmol_params.pmtu_max);
	if (err)
		goto err_neigh;
	err = ksmol_reass_init();
	if (err)
		goto err_pmtu;
	err = ksmol_iface_net_init();
	if (err)
		goto err_reass;
	ksmol_iface_debugfs_init();
	ksmol_phy_set_events(&iface_events);
	return 0;

err_reass:
	ksmol_reass_exit();
err_pmtu:
	ksmol_pmtu_exit();
err_neigh:
	ksmol_neigh_exit();
	return err;
}

void ksmol_iface_exit(void)
{
	ksmol_iface_net_exit();
	ksmol_dhcp_exit();
	ksmol_iface_debugfs_exit();
	/* Senders in an RCU section may still look a neighbor up. */
	synchronize_net();
	ksmol_reass_exit();
	ksmol_pmtu_exit();
	ksmol_neigh_exit();
}
