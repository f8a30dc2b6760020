// SPDX-License-Identifier: GPL-2.0-only
/* TCP headers and options (RFC 9293 3.1 and 3.2; RFC 2018, RFC 7323). */

#include <linux/string.h>
#include <ksmol/compat.h>
#include <ksmol/wire.h>

/* Kinds and lengths on the wire. */
enum {
	OPT_END = 0,
	OPT_NOP = 1,
	OPT_MSS = 2,
	OPT_WSCALE = 3,
	OPT_SACK_OK = 4,
	OPT_SACK = 5,
	OPT_TS = 8,
};

#define OPT_LEN_MSS	4
#define OPT_LEN_WSCALE	3
#define OPT_LEN_SACK_OK	2
#define OPT_LEN_TS	10
#define OPT_LEN_BLOCK	8

/* What nearly every segment bears: NOP, NOP, timestamps. */
#define TS_ALIGNED	(OPT_NOP << 24 | OPT_NOP << 16 | OPT_TS << 8 | \
			 OPT_LEN_TS)

static void parse_ts(const u8 *body, struct ksmol_tcp_header *tcp)
{
	tcp->opts |= KSMOL_TCP_OPT_TS;
	tcp->tsval = get_unaligned_be32(body);
	tcp->tsecr = get_unaligned_be32(body + 4);
}

static void parse_sack(const u8 *body, u32 len, struct ksmol_tcp_header *tcp)
{
	u32 i, n = len / OPT_LEN_BLOCK;

	if (!n || len % OPT_LEN_BLOCK || n > KSMOL_TCP_SACKS)
		return;
	for (i = 0; i < n; i++, body += OPT_LEN_BLOCK) {
		tcp->sack[i].start = get_unaligned_be32(body);
		tcp->sack[i].end = get_unaligned_be32(body + 4);
	}
	tcp->nr_sack = n;
	tcp->opts |= KSMOL_TCP_OPT_SACK;
}

/* Options of a SYN; elsewhere they mean nothing. */
static void parse_syn_option(u8 kind, u8 len, const u8 *body,
			     struct ksmol_tcp_header *tcp)
{
	if (kind == OPT_MSS && len == OPT_LEN_MSS) {
		tcp->mss = get_unaligned_be16(body);
		tcp->opts |= KSMOL_TCP_OPT_MSS;
	} else if (kind == OPT_WSCALE && len == OPT_LEN_WSCALE) {
		tcp->wscale = *body;
		tcp->opts |= KSMOL_TCP_OPT_WSCALE;
	} else if (kind == OPT_SACK_OK && len == OPT_LEN_SACK_OK) {
		tcp->opts |= KSMOL_TCP_OPT_SACK_OK;
	}
}

static void parse_option(u8 kind, u8 len, const u8 *body,
			 struct ksmol_tcp_header *tcp)
{
	if (kind == OPT_TS && len == OPT_LEN_TS)
		parse_ts(body, tcp);
	else if (kind == OPT_SACK)
		parse_sack(body, len - 2, tcp);
	else if (tcp->flags & KSMOL_TCP_SYN)
		parse_syn_option(kind, len, body, tcp);
}

/* An impossible length ends the list: what follows can't be found. */
static void parse_options(const u8 *opt, u32 left, struct ksmol_tcp_header *tcp)
{
	if (left == KSMOL_TCP_TS_LEN && get_unaligned_be32(opt) == TS_ALIGNED) {
		parse_ts(opt + 4, tcp);
		return;
	}
	while (left && *opt != OPT_END) {
		u32 len = 1;

		if (*opt != OPT_NOP) {
			if (left < 2 || opt[1] < 2 || opt[1] > left)
				return;
			len = opt[1];
			parse_option(opt[0], len, opt + 2, tcp);
		}
		opt += len;
		left -= len;
	}
}

int ksmol_tcp_parse(const u8 *bytes, u32 avail, struct ksmol_tcp_header *tcp)
{
	u8 hlen;

	if (unlikely(avail < KSMOL_TCP_HLEN))
		return KSMOL_DROP_TCP_SHORT;
	hlen = (bytes[12] >> 4) * 4;
	if (unlikely(hlen < KSMOL_TCP_HLEN))
		return KSMOL_DROP_TCP_HDRLEN;
	if (unlikely(hlen > avail))
		return KSMOL_DROP_TCP_SHORT;
	tcp->sport = get_unaligned((__be16 *)bytes);
	tcp->dport = get_unaligned((__be16 *)(bytes + 2));
	tcp->seq = get_unaligned_be32(bytes + 4);
	tcp->ack = get_unaligned_be32(bytes + 8);
	tcp->hlen = hlen;
	tcp->flags = bytes[KSMOL_TCP_FLAGS_AT];
	tcp->window = get_unaligned_be16(bytes + 14);
	tcp->urg = get_unaligned_be16(bytes + 18);
	tcp->opts = 0;
	tcp->nr_sack = 0;
	tcp->mss = 0;
	tcp->wscale = 0;
	tcp->tsval = 0;
	tcp->tsecr = 0;
	if (hlen > KSMOL_TCP_HLEN)
		parse_options(bytes + KSMOL_TCP_HLEN, hlen - KSMOL_TCP_HLEN,
			      tcp);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_parse);

/*
 * Each option takes whole words, filled up with NOPs in front, as receivers'
 * fast paths expect; SACK permitted fits in the timestamps' own filling.
 */
u32 ksmol_tcp_header_len(const struct ksmol_tcp_header *tcp)
{
	u32 len = KSMOL_TCP_HLEN;

	if (tcp->opts & KSMOL_TCP_OPT_MSS)
		len += 4;
	if (tcp->opts & KSMOL_TCP_OPT_TS)
		len += KSMOL_TCP_TS_LEN;
	else if (tcp->opts & KSMOL_TCP_OPT_SACK_OK)
		len += 4;
	if (tcp->opts & KSMOL_TCP_OPT_WSCALE)
		len += 4;
	if (tcp->opts & KSMOL_TCP_OPT_SACK)
		len += 4 + tcp->nr_sack * OPT_LEN_BLOCK;
	return len;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_header_len);

static u8 *emit_word(u8 *to, u8 a, u8 b, u8 c, u8 d)
{
	to[0] = a;
	to[1] = b;
	to[2] = c;
	to[3] = d;
	return to + 4;
}

static u8 *emit_pair(u8 *to, u32 first, u32 second)
{
	put_unaligned_be32(first, to);
	put_unaligned_be32(second, to + 4);
	return to + 8;
}

static u8 *emit_ts(u8 *to, const struct ksmol_tcp_header *tcp)
{
	bool sack_ok = tcp->opts & KSMOL_TCP_OPT_SACK_OK;

	to = emit_word(to, sack_ok ? OPT_SACK_OK : OPT_NOP,
		       sack_ok ? OPT_LEN_SACK_OK : OPT_NOP, OPT_TS, OPT_LEN_TS);
	return emit_pair(to, tcp->tsval, tcp->tsecr);
}

static u8 *emit_sack(u8 *to, const struct ksmol_tcp_header *tcp)
{
	u8 i;

	to = emit_word(to, OPT_NOP, OPT_NOP, OPT_SACK,
		       2 + tcp->nr_sack * OPT_LEN_BLOCK);
	for (i = 0; i < tcp->nr_sack; i++)
		to = emit_pair(to, tcp->sack[i].start, tcp->sack[i].end);
	return to;
}

static void emit_options(u8 *to, const struct ksmol_tcp_header *tcp)
{
	if (tcp->opts & KSMOL_TCP_OPT_MSS)
		to = emit_word(to, OPT_MSS, OPT_LEN_MSS, tcp->mss >> 8,
			       tcp->mss);
	if (tcp->opts & KSMOL_TCP_OPT_TS)
		to = emit_ts(to, tcp);
	else if (tcp->opts & KSMOL_TCP_OPT_SACK_OK)
		to = emit_word(to, OPT_NOP, OPT_NOP, OPT_SACK_OK,
			       OPT_LEN_SACK_OK);
	if (tcp->opts & KSMOL_TCP_OPT_WSCALE)
		to = emit_word(to, OPT_NOP, OPT_WSCALE, OPT_LEN_WSCALE,
			       tcp->wscale);
	if (tcp->opts & KSMOL_TCP_OPT_SACK)
		emit_sack(to, tcp);
}

void ksmol_tcp_emit(void *to, const struct ksmol_tcp_header *tcp, u16 csum)
{
	u32 len = ksmol_tcp_header_len(tcp);
	u8 *bytes = to;

	put_unaligned(tcp->sport, (__be16 *)bytes);
	put_unaligned(tcp->dport, (__be16 *)(bytes + 2));
	put_unaligned_be32(tcp->seq, bytes + 4);
	put_unaligned_be32(tcp->ack, bytes + 8);
	bytes[12] = len / 4 << 4;
	bytes[KSMOL_TCP_FLAGS_AT] = tcp->flags;
	put_unaligned_be16(tcp->window, bytes + 14);
	put_unaligned_be16(csum, bytes + 16);
	put_unaligned_be16(tcp->flags & KSMOL_TCP_URG ? tcp->urg : 0,
			   bytes + 18);
	emit_options(bytes + KSMOL_TCP_HLEN, tcp);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_emit);
