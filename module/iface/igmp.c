// SPDX-License-Identifier: GPL-2.0-only
/* IGMP: what queriers and other hosts say, and what our reports look like. */
#include <linux/etherdevice.h>
#include <linux/igmp.h>
#include <linux/in.h>
#include <net/ip.h>
#include <ksmol/compat.h>
#include "address.h"
#include "igmp.h"
#include "report.h"

/* --- in --- */

static int igmp_read(const struct ksmol_pbuf *pb, struct ksmol_igmp *igmp)
{
	u32 avail = min_t(u32, pb->len, KSMOL_IGMP_QUERY_HLEN);
	u8 buf[KSMOL_IGMP_QUERY_HLEN];
	const u8 *bytes;

	bytes = ksmol_pbuf_header(pb, 0, avail, buf);
	if (!bytes)
		return KSMOL_DROP_IGMP_SHORT;
	if (!pb->rx.csum_ok && csum_fold(ksmol_pbuf_csum(pb, 0, pb->len, 0)))
		return KSMOL_DROP_IGMP_CSUM;
	return ksmol_igmp_parse(bytes, avail, pb->len, igmp);
}

static void igmp_query(struct ksmol_iface *iface, const struct ksmol_igmp *igmp)
{
	struct ksmol_report_query query = {
		.family = AF_INET,
		.behind = 3 - igmp->version,
		.robustness = igmp->robustness,
		/* Tenths of a second. */
		.max_resp = igmp->max_resp * HZ / 10,
		.group = ksmol_addr_v4(igmp->group),
	};

	ksmol_report_query(iface, &query);
}

enum ksmol_verdict ksmol_igmp_input(struct ksmol_iface *iface,
				    struct ksmol_pbuf *pb, u8 ttl)
{
	struct ksmol_addr group;
	struct ksmol_igmp igmp;
	int drop;

	drop = igmp_read(pb, &igmp);
	if (drop)
		return drop;
	/* RFC 3376 4: such messages never pass a router. */
	if (ttl != 1 || pb->flags & KSMOL_PB_LOOP)
		return KSMOL_DROP_IGMP_TYPE;
	switch (igmp.type) {
	case IGMP_HOST_MEMBERSHIP_QUERY:
		igmp_query(iface, &igmp);
		return KSMOL_HANDLED;
	case IGMP_HOST_MEMBERSHIP_REPORT:
	case IGMPV2_HOST_MEMBERSHIP_REPORT:
		group = ksmol_addr_v4(igmp.group);
		ksmol_report_heard(iface, AF_INET, &group);
		return KSMOL_HANDLED;
	default:
		return KSMOL_DROP_IGMP_TYPE;
	}
}

/* --- out --- */

/* RFC 2113: routers are to look at what is not addressed to them. */
static const u8 igmp_router_alert[] = { 148, 4, 0, 0 };

#define IGMP_IP_HLEN (KSMOL_IPV4_HLEN + sizeof(igmp_router_alert))
/* Precedence "internetwork control" (RFC 3376 4.2). */
#define IGMP_TOS 0xc0

/* RFC 3376 4.2.13: before we have an address, from none. */
static __be32 igmp_source(struct ksmol_iface *iface)
{
	struct ksmol_addr own;

	if (!ksmol_addr_own(iface->net, iface->phy->ifindex, AF_INET, &own))
		return 0;
	return own.v4;
}

static int igmp_xmit(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
		     const struct ksmol_addr *to)
{
	u8 *igmp = pb->head + pb->off, mac[ETH_ALEN];
	struct ksmol_ipv4 ip = {
		.tos = IGMP_TOS,
		.ttl = 1,
		.proto = IPPROTO_IGMP,
		.total = IGMP_IP_HLEN + pb->len,
		.df = true,
		.saddr = igmp_source(iface),
		.daddr = to->v4,
	};
	__sum16 csum = csum_fold(csum_partial(igmp, pb->len, 0));

	put_unaligned(csum, (__sum16 *)(igmp + 2));
	ksmol_ipv4_emit_options(ksmol_pbuf_push(pb, IGMP_IP_HLEN), &ip,
				igmp_router_alert, sizeof(igmp_router_alert));
	pb->family = AF_INET;
	ip_eth_mc_map(to->v4, mac);
	return ksmol_phy_xmit(iface->phy, pb, mac, htons(ETH_P_IP));
}

static void igmp_report(void *to, u16 nr)
{
	ksmol_igmp_emit(to, IGMPV3_HOST_MEMBERSHIP_REPORT, 0);
	put_unaligned_be16(nr, (u8 *)to + 6);
}

static void igmp_record(void *to, u8 type, const struct ksmol_addr *group,
			u16 nr)
{
	ksmol_igmp_emit_record(to, type, group->v4, nr);
}

/* Version 1 knows no good-bye. */
static bool igmp_older(void *bytes, u8 behind, const struct ksmol_addr *group,
		       bool left, struct ksmol_addr *to)
{
	u8 type = behind == 2 ? IGMP_HOST_MEMBERSHIP_REPORT :
				IGMPV2_HOST_MEMBERSHIP_REPORT;

	*to = *group;
	if (left && behind == 2)
		return false;
	if (left) {
		type = IGMP_HOST_LEAVE_MESSAGE;
		*to = ksmol_addr_v4(IGMP_ALL_ROUTER);
	}
	ksmol_igmp_emit(bytes, type, group->v4);
	return true;
}

const struct ksmol_report_wire ksmol_igmp_wire = {
	.family = AF_INET,
	.net_hlen = IGMP_IP_HLEN,
	.hlen = KSMOL_IGMP_HLEN,
	.record_len = KSMOL_IGMP_RECORD_LEN,
	.addr_len = 4,
	.older_len = KSMOL_IGMP_HLEN,
	.room = 576,
	.to = { .v4 = IGMPV3_ALL_MCR },
	.report = igmp_report,
	.record = igmp_record,
	.older = igmp_older,
	.xmit = igmp_xmit,
};
