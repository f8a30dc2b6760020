// SPDX-License-Identifier: GPL-2.0-only
/* The pseudo-header of IPv6 (RFC 8200 8.1). */

#include <net/ip6_checksum.h>
#include <ksmol/compat.h>
#include <ksmol/wire.h>

__wsum ksmol_pseudo_sum_v6(const struct ksmol_addr *saddr,
			   const struct ksmol_addr *daddr, u32 len, u8 proto)
{
	return ~csum_unfold(csum_ipv6_magic(&saddr->v6, &daddr->v6, len, proto,
					    0));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pseudo_sum_v6);
