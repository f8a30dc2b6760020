// SPDX-License-Identifier: GPL-2.0-only
/* MLD (RFC 2710, 3810): the host's side of it. */
#include <linux/in.h>
#include <ksmol/compat.h>
#include <ksmol/wire.h>

/* Where the group stands in queries and in messages of version 1. */
#define MLD_GROUP 8

/* RFC 3810 5.1.3: from 32768 on it is a floating-point number. */
static u32 mld_code_value(u16 code)
{
	if (code < 32768)
		return code;
	return ((code & 0xfff) | 0x1000U) << (((code >> 12) & 7) + 3);
}

int ksmol_mld_parse(const u8 *bytes, u32 avail, u32 len, struct ksmol_mld *mld)
{
	memset(mld, 0, sizeof(*mld));
	if (avail < KSMOL_ICMP_HLEN)
		return KSMOL_DROP_MLD_SHORT;
	mld->type = bytes[0];
	if (mld->type == KSMOL_MLD_REPORT_V2)
		return 0;
	if (avail < KSMOL_MLD_HLEN)
		return KSMOL_DROP_MLD_SHORT;
	memcpy(&mld->group.v6, bytes + MLD_GROUP, sizeof(mld->group.v6));
	mld->version = 1;
	mld->max_resp = get_unaligned_be16(bytes + 4);
	/* RFC 3810 8.1 tells the versions apart; lengths between are none. */
	if (mld->type != KSMOL_MLD_QUERY || len == KSMOL_MLD_HLEN)
		return 0;
	if (avail < KSMOL_MLD_QUERY_HLEN)
		return KSMOL_DROP_MLD_SHORT;
	mld->version = 2;
	mld->max_resp = mld_code_value(mld->max_resp);
	mld->robustness = bytes[24] & 7;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_mld_parse);

void ksmol_mld_emit(void *to, u8 type, const struct ksmol_addr *group)
{
	u8 *bytes = to;

	memset(bytes, 0, KSMOL_MLD_HLEN);
	bytes[0] = type;
	memcpy(bytes + MLD_GROUP, &group->v6, sizeof(group->v6));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_mld_emit);

void ksmol_mld_emit_report(void *to, u16 nr)
{
	u8 *bytes = to;

	memset(bytes, 0, KSMOL_MLD_REPORT_HLEN);
	bytes[0] = KSMOL_MLD_REPORT_V2;
	put_unaligned_be16(nr, bytes + 6);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_mld_emit_report);

void ksmol_mld_emit_record(void *to, u8 type, const struct ksmol_addr *group,
			   u16 nr)
{
	u8 *bytes = to;

	bytes[0] = type;
	bytes[1] = 0;
	put_unaligned_be16(nr, bytes + 2);
	memcpy(bytes + 4, &group->v6, sizeof(group->v6));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_mld_emit_record);

void ksmol_mld_emit_alert(void *to)
{
	/* The option, then one that pads to eight bytes (RFC 2711 2.1). */
	static const u8 alert[KSMOL_MLD_ALERT_LEN] = {
		IPPROTO_ICMPV6, 0, 5, 2, 0, 0, 1, 0,
	};

	memcpy(to, alert, sizeof(alert));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_mld_emit_alert);
