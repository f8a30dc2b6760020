// SPDX-License-Identifier: GPL-2.0-only
/*
 * SYN cookies: when half-open connections are at their limit, the answer to a
 * SYN bears all that we would have to remember (RFC 4987 3.6).
 *
 * The initial number is a keyed hash of both ends, the peer's initial number
 * and the minute; its three lowest bits are mixed with the index of the peer's
 * largest segment. What a SYN offered beyond that goes into the lowest bits of
 * our time stamp, which comes back in every segment; without time stamps it
 * can't be had. A peer that changes those bits cheats nobody but itself.
 */

#include "tcp_mini.h"

/* Minutes run on from SALT_COOKIE, above the other salts. */
#define SALT_COOKIE	BIT_ULL(32)
#define COOKIE_MINUTE	(60 * (u64)USEC_PER_SEC)
#define COOKIE_MSS_MASK	(KSMOL_TCP_COOKIE_MSS - 1)

/* What is common on the net, IPv6's and tunnels' values among them. */
static const u16 cookie_mss[KSMOL_TCP_COOKIE_MSS] = {
	216, 536, 1220, 1340, 1400, 1440, 1460, 8960,
};

/* The time stamp's lowest bits. */
#define TS_WSCALE	0x0f	/* this value: no window scaling */
#define TS_SACK		0x10
#define TS_ECN		0x20
#define TS_MASK		0x3f

static u8 mss_index(u16 mss)
{
	u8 i = KSMOL_TCP_COOKIE_MSS - 1;

	while (i && cookie_mss[i] > mss)
		i--;
	return i;
}

static u32 cookie_hash(const struct ksmol_tcp_key *key, u32 irs, u64 minute)
{
	return ksmol_tcp_hash(key, SALT_COOKIE * (1 + minute) + irs);
}

/* Our clock, and in its lowest bits what was agreed; never ahead of it, lest
 * the connection's later stamps look old.
 */
static u32 ts_encode(const struct ksmol_tcp_open *open, u64 now)
{
	u32 clock = (u32)div_u64(now, USEC_PER_MSEC) + open->ts_offset, ts;
	u32 bits = TS_WSCALE;

	if (open->opts & KSMOL_TCP_OPT_WSCALE)
		bits = open->wscale;
	if (open->opts & KSMOL_TCP_OPT_SACK_OK)
		bits |= TS_SACK;
	if (open->ecn)
		bits |= TS_ECN;
	ts = (clock & ~TS_MASK) | bits;
	return ksmol_seq_after(ts, clock) ? ts - (TS_MASK + 1) : ts;
}

static void ts_decode(struct ksmol_tcp_open *open,
		      const struct ksmol_tcp_header *h)
{
	u8 wscale = h->tsecr & TS_WSCALE;

	open->opts = KSMOL_TCP_OPT_TS;
	open->ts_recent = h->tsval;
	if (wscale != TS_WSCALE) {
		open->opts |= KSMOL_TCP_OPT_WSCALE;
		open->wscale = min_t(u8, wscale, KSMOL_TCP_MAX_WSCALE);
	}
	if (h->tsecr & TS_SACK)
		open->opts |= KSMOL_TCP_OPT_SACK_OK;
	open->ecn = h->tsecr & TS_ECN;
}

u32 ksmol_tcp_cookie_make(const struct ksmol_tcp_key *key,
			  struct ksmol_tcp_open *open, u64 now)
{
	u64 minute = div64_u64(now, COOKIE_MINUTE);
	u8 index = mss_index(open->mss);

	open->mss = cookie_mss[index];
	open->iss = cookie_hash(key, open->irs, minute) ^ index;
	return open->opts & KSMOL_TCP_OPT_TS ? ts_encode(open, now) : 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_cookie_make);

bool ksmol_tcp_cookie_check(const struct ksmol_tcp_key *key,
			    const struct ksmol_tcp_seg *seg,
			    struct ksmol_tcp_open *open, u64 now)
{
	u64 minute = div64_u64(now, COOKIE_MINUTE);
	u32 iss = seg->h.ack - 1, irs = seg->h.seq - 1;
	u32 diff;
	int age;

	for (age = 0; age < 2; age++) {
		diff = iss ^ cookie_hash(key, irs, minute - age);
		if (!(diff & ~COOKIE_MSS_MASK))
			break;
	}
	if (age == 2)
		return false;
	*open = (struct ksmol_tcp_open){
		.irs = irs,
		.iss = iss,
		.mss = cookie_mss[diff],
		.ts_offset = ksmol_tcp_ts_offset(key),
	};
	if (seg->h.opts & KSMOL_TCP_OPT_TS)
		ts_decode(open, &seg->h);
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_cookie_check);
