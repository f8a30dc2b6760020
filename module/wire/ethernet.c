// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>
#include <ksmol/compat.h>
#include <ksmol/wire.h>

void ksmol_eth_emit(void *to, const u8 *dst, const u8 *src, __be16 proto)
{
	u8 *bytes = to;

	memcpy(bytes, dst, ETH_ALEN);
	memcpy(bytes + ETH_ALEN, src, ETH_ALEN);
	put_unaligned(proto, (__be16 *)(bytes + 2 * ETH_ALEN));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_eth_emit);
