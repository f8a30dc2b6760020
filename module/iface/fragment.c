// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last step down for a network packet, in fragments where that is needed.
 * It stands below the neighbors' queues, so that a packet waits there whole.
 */
#include <linux/in6.h>
#include <ksmol/compat.h>
#include "fragment.h"
#include "ipv6.h"

/* RFC 791: all but the last carry a multiple of eight bytes. */
#define FRAG_MASK (~7U)

/* A fragment of a packet that has no options: there are none to copy. */
static void fragment_ipv4(const struct ksmol_tx_cut *cut, u8 *to,
			  const u8 *header, u32 off, u32 len, bool more)
{
	struct ksmol_ipv4 ip = {
		.tos = header[1],
		.ttl = header[8],
		.proto = header[9],
		.total = KSMOL_IPV4_HLEN + len,
		.id = get_unaligned_be16(header + 4),
		.frag_off = off,
		.mf = more,
		.saddr = get_unaligned((const __be32 *)(header + 12)),
		.daddr = get_unaligned((const __be32 *)(header + 16)),
	};

	ksmol_ipv4_emit(to, &ip);
}

/* RFC 8200 4.5: the packet's header, which has no extension headers behind it,
 * and a fragment header.
 */
static void fragment_ipv6(const struct ksmol_tx_cut *cut, u8 *to,
			  const u8 *header, u32 off, u32 len, bool more)
{
	struct ksmol_ipv6_frag frag = {
		.next = header[6],
		.off = off,
		.more = more,
		.id = cut->id,
	};

	memcpy(to, header, KSMOL_IPV6_HLEN);
	put_unaligned_be16(KSMOL_IPV6_FRAG_HLEN + len, to + 4);
	to[6] = IPPROTO_FRAGMENT;
	ksmol_ipv6_frag_emit(to + KSMOL_IPV6_HLEN, &frag);
}

/* How the packet's family cuts; room is by MTU. */
static void fragment_cut(const struct ksmol_pbuf *pb, struct ksmol_tx_cut *cut)
{
	cut->skip = ksmol_net_hlen(pb->family);
	cut->hlen = cut->skip;
	if (pb->family == AF_INET) {
		cut->emit = fragment_ipv4;
		return;
	}
	cut->hlen += KSMOL_IPV6_FRAG_HLEN;
	cut->id = ksmol_ipv6_id();
	cut->emit = fragment_ipv6;
}

static noinline int fragment_xmit(struct ksmol_phy *phy, struct ksmol_pbuf *pb,
				  const u8 *mac)
{
	struct ksmol_tx_cut cut = {};
	/* The link may have changed while the packet waited. */
	u32 mtu = min_t(u32, pb->tx.mtu, READ_ONCE(phy->mtu));

	fragment_cut(pb, &cut);
	if (mtu < cut.hlen + 8U) {
		ksmol_tx_dropped(KSMOL_TX_DROP_TOO_BIG, phy->ifindex);
		ksmol_pbuf_free_any(pb);
		return -EMSGSIZE;
	}
	cut.room = (mtu - cut.hlen) & FRAG_MASK;
	return ksmol_phy_xmit_cut(phy, pb, &cut, mac,
				  ksmol_net_proto(pb->family));
}

int ksmol_ip_xmit(struct ksmol_phy *phy, struct ksmol_pbuf *pb, const u8 *mac)
{
	if (unlikely(pb->tx.mtu))
		return fragment_xmit(phy, pb, mac);
	return ksmol_phy_xmit(phy, pb, mac, ksmol_net_proto(pb->family));
}
