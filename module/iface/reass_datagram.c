// SPDX-License-Identifier: GPL-2.0-only
/*
 * One datagram and its fragments. They stand by offset and never overlap: a
 * fragment that would is a reason to give the datagram up, all of it (RFC
 * 5722 4, for IPv4 as well), since no honest sender makes such and filters
 * are deceived by them. Only an exact repetition is taken for what networks do.
 */
#include <linux/in.h>
#include <net/inet_ecn.h>
#include <ksmol/compat.h>
#include "reass.h"

/* RFC 791: fragments end at multiples of eight bytes, but for the last. */
#define FRAG_UNIT 8

/* Bytes of a transport header that must not be apart from its ports and
 * flags (RFC 1858 3, RFC 3128 2).
 */
static u32 frag_header_min(u8 proto)
{
	return proto == IPPROTO_TCP ? KSMOL_TCP_HLEN : 8;
}

/* RFC 791, RFC 8200 4.5: no datagram is longer than its length field can say.
 * IPv6's counts neither the header nor what is gone when the datagram is whole.
 */
static u32 frag_overhead(const struct ksmol_frag *frag)
{
	if (frag->key.family == AF_INET)
		return frag->hlen;
	return frag->hlen - KSMOL_IPV6_HLEN - KSMOL_IPV6_FRAG_HLEN;
}

int ksmol_frag_check(const struct ksmol_frag *frag, u32 len)
{
	if (!len || (frag->more && len % FRAG_UNIT))
		return KSMOL_DROP_FRAG_LEN;
	if (frag->off + len + frag_overhead(frag) > KSMOL_REASS_LEN)
		return KSMOL_DROP_FRAG_LEN;
	if (!frag->off && len < frag_header_min(frag->proto))
		return KSMOL_DROP_FRAG_TINY;
	/* It would overwrite, or bring, the flags. */
	if (frag->off && frag->off < frag_header_min(frag->proto))
		return KSMOL_DROP_FRAG_TINY;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_frag_check);

static u32 part_end(const struct ksmol_pbuf *pb)
{
	return pb->rx.frag_off + pb->len;
}

/* Does it agree with what is known of the datagram's end? */
static bool end_agrees(const struct ksmol_reass *r, const struct ksmol_pbuf *pb,
		       bool more)
{
	u32 end = part_end(pb);

	if (r->total)
		return more ? end < r->total : end == r->total;
	return more || !r->last || end >= part_end(r->last);
}

/* The last part that begins before @pb does, NULL if it comes first. */
static struct ksmol_pbuf *part_before(const struct ksmol_reass *r,
				      const struct ksmol_pbuf *pb)
{
	struct ksmol_pbuf *part, *before = NULL;

	/* Most come in order. */
	if (r->last && r->last->rx.frag_off < pb->rx.frag_off)
		return r->last;
	for (part = r->parts.first;
	     part && part->rx.frag_off < pb->rx.frag_off; part = part->next)
		before = part;
	return before;
}

static void part_link(struct ksmol_reass *r, struct ksmol_pbuf *before,
		      struct ksmol_pbuf *pb)
{
	struct ksmol_pbuf **link = before ? &before->next : &r->parts.first;

	pb->next = *link;
	*link = pb;
	if (!pb->next) {
		r->parts.tail = &pb->next;
		r->last = pb;
	}
	r->parts.count++;
	r->len += pb->len;
}

/* RFC 3168 5.3: congestion that one fragment met is the datagram's; among
 * fragments that are no part of ECN, nobody knows what it means.
 */
static bool ecn_agrees(u8 seen)
{
	return !(seen & BIT(INET_ECN_CE)) || !(seen & BIT(INET_ECN_NOT_ECT));
}

int ksmol_reass_insert(struct ksmol_reass *r, struct ksmol_pbuf *pb, bool more)
{
	u8 ecn = r->ecn | BIT(pb->rx.tos & INET_ECN_MASK);
	struct ksmol_pbuf *before, *after;

	before = part_before(r, pb);
	after = before ? before->next : r->parts.first;
	if (after && after->rx.frag_off == pb->rx.frag_off &&
	    after->len == pb->len && more == (part_end(pb) != r->total))
		return KSMOL_DROP_FRAG_DUP;
	if ((before && part_end(before) > pb->rx.frag_off) ||
	    (after && part_end(pb) > after->rx.frag_off))
		return KSMOL_DROP_FRAG_OVERLAP;
	if (!end_agrees(r, pb, more))
		return KSMOL_DROP_FRAG_LAST;
	if (r->parts.count == KSMOL_REASS_FRAGS)
		return KSMOL_DROP_FRAG_FULL;
	if (!ecn_agrees(ecn))
		return KSMOL_DROP_FRAG_ECN;
	part_link(r, before, pb);
	if (!more)
		r->total = part_end(pb);
	r->ecn = ecn;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_reass_insert);

struct ksmol_pbuf *ksmol_reass_finish(struct ksmol_reass *r)
{
	struct ksmol_pbuf *whole = ksmol_pbuf_join(&r->parts);

	/* What the device said was about the fragments. */
	whole->rx.csum_ok = 0;
	whole->rx.csum_valid = 0;
	if (r->ecn & BIT(INET_ECN_CE))
		whole->rx.tos |= INET_ECN_CE;
	r->last = NULL;
	r->len = 0;
	r->total = 0;
	return whole;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_reass_finish);
