// SPDX-License-Identifier: GPL-2.0-only
/* ARP (RFC 826) over Ethernet for IPv4. */
#include <linux/etherdevice.h>
#include <ksmol/compat.h>
#include <ksmol/wire.h>

/* Offsets in the packet. */
enum {
	ARP_HTYPE = 0,
	ARP_PTYPE = 2,
	ARP_HLEN = 4,
	ARP_PLEN = 5,
	ARP_OP = 6,
	ARP_SHA = 8,
	ARP_SPA = 14,
	ARP_THA = 18,
	ARP_TPA = 24,
};

#define ARP_HTYPE_ETHERNET 1

static_assert(ARP_TPA + 4 == KSMOL_ARP_LEN);

static bool arp_format_ok(const u8 *bytes)
{
	u16 op = get_unaligned_be16(bytes + ARP_OP);

	return get_unaligned_be16(bytes + ARP_HTYPE) == ARP_HTYPE_ETHERNET &&
	       get_unaligned_be16(bytes + ARP_PTYPE) == ETH_P_IP &&
	       bytes[ARP_HLEN] == ETH_ALEN && bytes[ARP_PLEN] == 4 &&
	       (op == KSMOL_ARP_REQUEST || op == KSMOL_ARP_REPLY);
}

/* A station has a unicast hardware address that isn't zero; 0.0.0.0 as its
 * protocol address makes the packet a probe (RFC 5227 1.1).
 */
static bool arp_sender_ok(const struct ksmol_arp *arp)
{
	return is_valid_ether_addr(arp->sha) &&
	       (!arp->spa || ksmol_ipv4_is_wire_source(arp->spa));
}

int ksmol_arp_parse(const u8 *bytes, u32 len, struct ksmol_arp *arp)
{
	if (len < KSMOL_ARP_LEN)
		return KSMOL_DROP_ARP_SHORT;
	if (!arp_format_ok(bytes))
		return KSMOL_DROP_ARP_FORMAT;

	arp->op = get_unaligned_be16(bytes + ARP_OP);
	memcpy(arp->sha, bytes + ARP_SHA, ETH_ALEN);
	arp->spa = get_unaligned((const __be32 *)(bytes + ARP_SPA));
	memcpy(arp->tha, bytes + ARP_THA, ETH_ALEN);
	arp->tpa = get_unaligned((const __be32 *)(bytes + ARP_TPA));
	return arp_sender_ok(arp) ? 0 : KSMOL_DROP_ARP_ADDR;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_arp_parse);

void ksmol_arp_emit(void *to, const struct ksmol_arp *arp)
{
	u8 *bytes = to;

	put_unaligned_be16(ARP_HTYPE_ETHERNET, bytes + ARP_HTYPE);
	put_unaligned_be16(ETH_P_IP, bytes + ARP_PTYPE);
	bytes[ARP_HLEN] = ETH_ALEN;
	bytes[ARP_PLEN] = 4;
	put_unaligned_be16(arp->op, bytes + ARP_OP);
	memcpy(bytes + ARP_SHA, arp->sha, ETH_ALEN);
	put_unaligned(arp->spa, (__be32 *)(bytes + ARP_SPA));
	memcpy(bytes + ARP_THA, arp->tha, ETH_ALEN);
	put_unaligned(arp->tpa, (__be32 *)(bytes + ARP_TPA));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_arp_emit);
