// SPDX-License-Identifier: GPL-2.0-only
/* Numbers that nobody may foresee: initial sequence numbers (RFC 6528) and
 * the offsets of the timestamp clocks (RFC 7323 5.4).
 */

#include <linux/once.h>
#include <linux/siphash.h>
#include "tcp_mini.h"

/* What the other numbers of a connection are salted with. */
#define SALT_ISN	0
#define SALT_TS		1

u64 ksmol_tcp_hash(const struct ksmol_tcp_key *key, u64 salt)
{
	static siphash_key_t secret;
	struct {
		struct ksmol_addr laddr;
		struct ksmol_addr raddr;
		u64 ports;
		u64 salt;
	} __aligned(SIPHASH_ALIGNMENT) in = {
		.laddr = key->laddr,
		.raddr = key->raddr,
		.ports = (__force u16)key->lport << 16 |
			 (__force u16)key->rport,
		.salt = salt,
	};

	get_random_once(&secret, sizeof(secret));
	return siphash(&in, sizeof(in), &secret);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_hash);

/* RFC 6528 3: a clock of four microseconds plus a keyed hash of both ends. */
u32 ksmol_tcp_isn(const struct ksmol_tcp_key *key, u64 now)
{
	return (u32)(now >> 2) + (u32)ksmol_tcp_hash(key, SALT_ISN);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_isn);

/* Per pair of ends, so that the next connection between them goes on. */
u32 ksmol_tcp_ts_offset(const struct ksmol_tcp_key *key)
{
	return ksmol_tcp_hash(key, SALT_TS);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_ts_offset);
