// SPDX-License-Identifier: GPL-2.0-only
/* IGMP (RFC 1112, 2236, 3376): the host's side of it. */
#include <linux/igmp.h>
#include <ksmol/compat.h>
#include <ksmol/wire.h>

/* RFC 3376 4.1.1: above 127 it is a floating-point number. */
static u32 igmp_code_value(u8 code)
{
	if (code < 128)
		return code;
	return ((code & 0xf) | 0x10) << (((code >> 4) & 7) + 3);
}

int ksmol_igmp_parse(const u8 *bytes, u32 avail, u32 len,
		     struct ksmol_igmp *igmp)
{
	if (avail < KSMOL_IGMP_HLEN)
		return KSMOL_DROP_IGMP_SHORT;
	igmp->type = bytes[0];
	igmp->group = get_unaligned((const __be32 *)(bytes + 4));
	igmp->version = 2;
	igmp->max_resp = bytes[1];
	igmp->robustness = 0;
	if (igmp->type != IGMP_HOST_MEMBERSHIP_QUERY)
		return 0;
	/* RFC 3376 7.1 tells the versions apart; lengths between are none. */
	if (len == KSMOL_IGMP_HLEN) {
		igmp->version = bytes[1] ? 2 : 1;
		igmp->max_resp = bytes[1] ?: 100;
		return 0;
	}
	if (len < KSMOL_IGMP_QUERY_HLEN || avail < KSMOL_IGMP_QUERY_HLEN)
		return KSMOL_DROP_IGMP_SHORT;
	igmp->version = 3;
	igmp->max_resp = igmp_code_value(bytes[1]);
	igmp->robustness = bytes[8] & 7;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_igmp_parse);

void ksmol_igmp_emit(void *to, u8 type, __be32 group)
{
	u8 *bytes = to;

	memset(bytes, 0, KSMOL_IGMP_HLEN);
	bytes[0] = type;
	put_unaligned(group, (__be32 *)(bytes + 4));
}

void ksmol_igmp_emit_record(void *to, u8 type, __be32 group, u16 nr)
{
	u8 *bytes = to;

	bytes[0] = type;
	bytes[1] = 0;
	put_unaligned_be16(nr, bytes + 2);
	put_unaligned(group, (__be32 *)(bytes + 4));
}
