// SPDX-License-Identifier: GPL-2.0-only
/* MLD: what queriers and other hosts say, and what our reports look like. */
#include <linux/etherdevice.h>
#include <linux/in.h>
#include <net/if_inet6.h>
#include <ksmol/compat.h>
#include "nd.h"
#include "report.h"

/* --- in --- */

static int mld_read(const struct ksmol_pbuf *pb, struct ksmol_mld *mld)
{
	u32 avail = min_t(u32, pb->len, KSMOL_MLD_QUERY_HLEN);
	u8 buf[KSMOL_MLD_QUERY_HLEN];
	const u8 *bytes;

	bytes = ksmol_pbuf_header(pb, 0, avail, buf);
	if (!bytes)
		return KSMOL_DROP_MLD_SHORT;
	return ksmol_mld_parse(bytes, avail, pb->len, mld);
}

static void mld_query(struct ksmol_iface *iface, const struct ksmol_mld *mld)
{
	struct ksmol_report_query query = {
		.family = AF_INET6,
		.behind = 2 - mld->version,
		.robustness = mld->robustness,
		.max_resp = msecs_to_jiffies(mld->max_resp),
		.group = mld->group,
	};

	ksmol_report_query(iface, &query);
}

/* RFC 2710 3, RFC 3810 5: from a neighbor, and no farther than the link. */
enum ksmol_verdict ksmol_mld_input(struct ksmol_iface *iface,
				   struct ksmol_pbuf *pb,
				   const struct ksmol_icmp *icmp)
{
	struct ksmol_mld mld;
	int drop;

	drop = mld_read(pb, &mld);
	if (drop)
		return drop;
	if (pb->rx.ttl != 1 || pb->flags & KSMOL_PB_LOOP)
		return KSMOL_DROP_MLD_TYPE;
	switch (icmp->type) {
	case KSMOL_MLD_QUERY:
		if (!ksmol_addr_is_linklocal6(&pb->rx.saddr))
			return KSMOL_DROP_MLD_TYPE;
		mld_query(iface, &mld);
		return KSMOL_HANDLED;
	case KSMOL_MLD_REPORT:
		ksmol_report_heard(iface, AF_INET6, &mld.group);
		return KSMOL_HANDLED;
	default:
		return KSMOL_DROP_MLD_TYPE;
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_mld_input);

/* --- out --- */

#define MLD_NET_HLEN (KSMOL_IPV6_HLEN + KSMOL_MLD_ALERT_LEN)

static int mld_xmit(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
		    const struct ksmol_addr *to)
{
	u8 *icmp = pb->head + pb->off, mac[ETH_ALEN];
	struct ksmol_ipv6 ip = {
		.next = IPPROTO_HOPOPTS,
		.hlim = 1,
		.len = KSMOL_MLD_ALERT_LEN + pb->len,
		.daddr = *to,
	};
	__wsum sum;

	/* RFC 3590: before we have an address, from none. */
	if (!ksmol_addr_linklocal(iface, &ip.saddr))
		memset(&ip.saddr, 0, sizeof(ip.saddr));
	sum = ksmol_pseudo_sum(AF_INET6, &ip.saddr, to, pb->len,
			       IPPROTO_ICMPV6);
	put_unaligned(csum_fold(csum_partial(icmp, pb->len, sum)),
		      (__sum16 *)(icmp + 2));
	ksmol_mld_emit_alert(ksmol_pbuf_push(pb, KSMOL_MLD_ALERT_LEN));
	ksmol_ipv6_emit(ksmol_pbuf_push(pb, KSMOL_IPV6_HLEN), &ip);
	pb->family = AF_INET6;
	ipv6_eth_mc_map(&to->v6, mac);
	return ksmol_phy_xmit(iface->phy, pb, mac, htons(ETH_P_IPV6));
}

static bool mld_older(void *bytes, u8 behind, const struct ksmol_addr *group,
		      bool left, struct ksmol_addr *to)
{
	*to = left ? ksmol_addr_link_group(KSMOL_GROUP_ROUTERS) : *group;
	ksmol_mld_emit(bytes, left ? KSMOL_MLD_DONE : KSMOL_MLD_REPORT, group);
	return true;
}

const struct ksmol_report_wire ksmol_mld_wire = {
	.family = AF_INET6,
	.net_hlen = MLD_NET_HLEN,
	.hlen = KSMOL_MLD_REPORT_HLEN,
	.record_len = KSMOL_MLD_RECORD_LEN,
	.addr_len = 16,
	.older_len = KSMOL_MLD_HLEN,
	.room = KSMOL_IPV6_MTU_MIN,
	.to = { .v6.s6_addr = { 0xff, 2, [15] = KSMOL_GROUP_MLD_ROUTERS } },
	.report = ksmol_mld_emit_report,
	.record = ksmol_mld_emit_record,
	.older = mld_older,
	.xmit = mld_xmit,
};
