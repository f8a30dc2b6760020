// SPDX-License-Identifier: GPL-2.0-only
#include <linux/if_ether.h>
#include <linux/random.h>
#include <linux/string.h>
#include <ksmol/compat.h>
#include "identifier.h"

bool ksmol_identifier_reserved(const struct ksmol_addr *addr)
{
	u32 high = ntohl((__force __be32)addr->w[2]);
	u32 low = ntohl((__force __be32)addr->w[3]);

	if (!high)
		return !low;
	if (high == 0x02005eff)
		return low >> 24 == 0xfe;
	return high == 0xfdffffff && low >= 0xffffff80;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_identifier_reserved);

void ksmol_identifier_stable(struct ksmol_addr *addr, const u8 *mac, u8 tries,
			     const siphash_key_t *key)
{
	u64 prefix = get_unaligned_be64(addr->w);
	u64 station = (u64)get_unaligned_be32(mac) << 32 |
		      get_unaligned_be16(mac + 4) << 16 | tries;
	u64 id;

	do {
		id = siphash_2u64(prefix, station, key);
		addr->w[2] = (__force u32)htonl(id >> 32);
		addr->w[3] = (__force u32)htonl(id);
		/* Beside the number of tries. */
		station += 1 << 8;
	} while (ksmol_identifier_reserved(addr));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_identifier_stable);

void ksmol_identifier_random(struct ksmol_addr *addr)
{
	do {
		get_random_bytes(&addr->w[2], 2 * sizeof(addr->w[2]));
	} while (ksmol_identifier_reserved(addr));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_identifier_random);

void ksmol_identifier_eui64(struct ksmol_addr *addr, const u8 *mac)
{
	u8 *id = addr->v6.s6_addr + 8;

	memcpy(id, mac, 3);
	id[0] ^= 2;
	id[3] = 0xff;
	id[4] = 0xfe;
	memcpy(id + 5, mac + 3, 3);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_identifier_eui64);
