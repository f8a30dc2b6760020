// SPDX-License-Identifier: GPL-2.0-only
/*
 * The size of packets that reach the peer: what routers say of it (RFC 1191,
 * 8201), and what is to be guessed where they keep silent (RFC 4821).
 */

#include "tcp_send.h"

/* No router is believed who says less: for IPv4 as Linux's min_pmtu. */
#define PMTU_MIN_V4	552U
#define PMTU_MIN_V6	1280U	/* RFC 8200 5 */

/* A path may have become better: RFC 1191 6.3, RFC 8201 4. */
#define PMTU_AGE	(600ULL * USEC_PER_SEC)

/* So many timeouts in a row of full-sized segments for each step down, and so
 * many more each time, twice at most, that this was a mistake.
 */
#define HOLE_TIMEOUTS	2
#define HOLE_DOUBTS	2

/* The first black hole is believed in for so long, each other twice as long as
 * the one before, this many times.
 */
#define HOLE_AGE	(60ULL * USEC_PER_SEC)
#define HOLE_DOUBLINGS	6

/* RFC 1191 7: sizes that links have, to guess the next lower one. */
static const u16 pmtu_plateaus[] = {
	32000, 17914, 8166, 4352, 2002, 1492, 1006, 508,
};

static u32 pmtu_lower(u32 mtu)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(pmtu_plateaus); i++)
		if (pmtu_plateaus[i] < mtu)
			return pmtu_plateaus[i];
	return mtu;
}

static u32 pmtu_min(const struct ksmol_tcb *tcb)
{
	return tcb->net_hlen > KSMOL_IPV4_HLEN ? PMTU_MIN_V6 : PMTU_MIN_V4;
}

/* Is @seq a number that somebody on our path could have seen (RFC 5927 4)? */
static bool pmtu_in_flight(const struct ksmol_tcb *tcb, u32 seq)
{
	return tcb->state != TCP_CLOSE &&
	       !ksmol_seq_before(seq, tcb->snd_una) &&
	       ksmol_seq_before(seq, tcb->snd_nxt);
}

/* Return: whether segments become smaller by it. */
static bool pmtu_set(struct ksmol_tcb *tcb, u32 mtu, u64 until)
{
	u32 mss = tcb->mss;

	tcb->mtu = mtu;
	tcb->mtu_at = until;
	ksmol_tcp_sync_mss(tcb);
	/* RFC 5681 3.1 (4), also when they become larger again */
	tcb->ssthresh = max(tcb->ssthresh, 2 * tcb->mss);
	return tcb->mss < mss;
}

void ksmol_tcp_pmtu(struct ksmol_tcb *tcb, u32 seq, u32 mtu, u64 now)
{
	if (!pmtu_in_flight(tcb, seq))
		return;
	/* Routers older than RFC 1191 don't say. */
	if (!mtu)
		mtu = pmtu_lower(tcb->mtu);
	mtu = max(mtu, pmtu_min(tcb));
	if (mtu >= tcb->mtu)
		return;
	tcb->mtu_probe_low = 0;
	ksmol_tcp_count(PMTU);
	if (pmtu_set(tcb, mtu, now + PMTU_AGE))
		ksmol_tcp_too_big(tcb, now);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_pmtu);

/* Is the oldest segment as large as they go, so that its size may matter? */
static bool blackhole_suspected(const struct ksmol_tcb *tcb)
{
	struct rb_node *node = rb_first(&tcb->recs);
	struct ksmol_tcp_rec *rec;

	if (!node || tcb->state == TCP_SYN_SENT || tcb->state == TCP_SYN_RECV)
		return false;
	rec = rb_entry(node, struct ksmol_tcp_rec, node);
	return rec->end - rec->seq >= tcb->mss;
}

/* The packets that we send now, full-sized. */
static u32 blackhole_mtu(const struct ksmol_tcb *tcb)
{
	u32 hlen = tcb->net_hlen + KSMOL_TCP_HLEN;

	if (tcb->flags & KSMOL_TCP_F_TS)
		hlen += KSMOL_TCP_TS_LEN;
	return hlen + tcb->mss;
}

/*
 * Smaller segments get through, but they are timed out as full-sized ones were:
 * this path loses them whatever their size (RFC 4821 7.7 wants such a check).
 */
static bool blackhole_refuted(const struct ksmol_tcb *tcb)
{
	return tcb->mtu_probe_low && ksmol_seq_after(tcb->snd_una, tcb->mtu_una);
}

static void blackhole_forget(struct ksmol_tcb *tcb)
{
	tcb->mtu_probe_low = 0;
	if (tcb->mtu_doubts < HOLE_DOUBTS)
		tcb->mtu_doubts++;
	pmtu_set(tcb, tcb->route_mtu, 0);
}

/*
 * One step down with every second timeout. It may as well be that the peer is
 * away for a while, so the route's MTU gets another chance before long.
 */
void ksmol_tcp_pmtu_blackhole(struct ksmol_tcb *tcb, u64 now)
{
	u32 mtu = blackhole_mtu(tcb), lower = pmtu_lower(mtu);

	if (!tcb->retries ||
	    tcb->retries % (HOLE_TIMEOUTS * (1 + tcb->mtu_doubts)) ||
	    !blackhole_suspected(tcb))
		return;
	if (blackhole_refuted(tcb)) {
		blackhole_forget(tcb);
		return;
	}
	if (tcb->net_hlen > KSMOL_IPV4_HLEN)
		lower = max(lower, PMTU_MIN_V6);
	if (lower >= mtu)
		return;
	ksmol_tcp_count(PMTU_BLACKHOLE);
	tcb->mtu_probe_low = lower;
	tcb->mtu_una = tcb->snd_una;
	if (tcb->mtu == tcb->route_mtu && tcb->mtu_holes <= HOLE_DOUBLINGS)
		tcb->mtu_holes++;
	pmtu_set(tcb, lower, now + (HOLE_AGE << (max(tcb->mtu_holes, 1) - 1)));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_pmtu_blackhole);

void ksmol_tcp_pmtu_age(struct ksmol_tcb *tcb, u64 now)
{
	if (now < tcb->mtu_at)
		return;
	tcb->mtu_probe_low = 0;
	pmtu_set(tcb, tcb->route_mtu, 0);
}

void ksmol_tcp_icmp(struct ksmol_tcb *tcb, u32 seq, int err, bool hard)
{
	if (!pmtu_in_flight(tcb, seq))
		return;
	if (hard && (tcb->state == TCP_SYN_SENT || tcb->state == TCP_SYN_RECV))
		ksmol_tcp_kill(tcb, err);
	else
		tcb->soft_err = err;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_icmp);
