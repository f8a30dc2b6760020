// SPDX-License-Identifier: GPL-2.0-only
/* UDP (RFC 768). */
#include <ksmol/compat.h>
#include <ksmol/wire.h>

int ksmol_udp_parse(const u8 *bytes, u32 len, struct ksmol_udp *udp)
{
	if (unlikely(len < KSMOL_UDP_HLEN))
		return KSMOL_DROP_UDP_SHORT;
	udp->sport = get_unaligned((const __be16 *)bytes);
	udp->dport = get_unaligned((const __be16 *)(bytes + 2));
	udp->len = get_unaligned_be16(bytes + 4);
	udp->csum = get_unaligned_be16(bytes + 6);
	if (unlikely(udp->len < KSMOL_UDP_HLEN || udp->len > len))
		return KSMOL_DROP_UDP_LEN;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_udp_parse);

void ksmol_udp_emit(void *to, const struct ksmol_udp *udp)
{
	u8 *bytes = to;

	put_unaligned(udp->sport, (__be16 *)bytes);
	put_unaligned(udp->dport, (__be16 *)(bytes + 2));
	put_unaligned_be16(udp->len, bytes + 4);
	put_unaligned_be16(udp->csum, bytes + 6);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_udp_emit);
