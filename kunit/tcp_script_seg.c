// SPDX-License-Identifier: GPL-2.0-only
/* Packet scripts: segments, read, compared and shown. */

#include <linux/ctype.h>
#include <linux/string.h>
#include "tcp_script.h"

static const struct {
	char letter;
	u8 flag;
} flag_letters[] = {
	{ 'S', KSMOL_TCP_SYN }, { 'F', KSMOL_TCP_FIN }, { 'R', KSMOL_TCP_RST },
	{ 'P', KSMOL_TCP_PSH }, { '.', KSMOL_TCP_ACK }, { 'U', KSMOL_TCP_URG },
	{ 'E', KSMOL_TCP_ECE }, { 'W', KSMOL_TCP_CWR },
};

static u8 parse_flags(struct tcp_script *s)
{
	u8 flags = 0;
	u32 i, k;

	for (i = 0; i < s->tok_len; i++) {
		for (k = 0; k < ARRAY_SIZE(flag_letters); k++)
			if (s->tok[i] == flag_letters[k].letter)
				break;
		if (k < ARRAY_SIZE(flag_letters))
			flags |= flag_letters[k].flag;
		else if (s->tok[i] != '-')
			script_fail(s, "no such flag: %c", s->tok[i]);
	}
	script_next(s);
	return flags;
}

static void parse_sacks(struct tcp_script *s, struct tcp_script_seg *seg,
			u32 base)
{
	struct ksmol_tcp_range range = { base, base };
	struct ksmol_tcp_header *h = &seg->h;

	h->opts |= KSMOL_TCP_OPT_SACK;
	while (h->nr_sack < KSMOL_TCP_SACKS && script_block(s, &range)) {
		h->sack[h->nr_sack++] = range;
		range.start = base;
		range.end = base;
	}
}

static void parse_option(struct tcp_script *s, struct tcp_script_seg *seg,
			 u32 base)
{
	struct ksmol_tcp_header *h = &seg->h;

	if (script_accept(s, "mss")) {
		h->opts |= KSMOL_TCP_OPT_MSS;
		h->mss = script_number(s);
	} else if (script_accept(s, "sackOK")) {
		h->opts |= KSMOL_TCP_OPT_SACK_OK;
	} else if (script_accept(s, "wscale")) {
		h->opts |= KSMOL_TCP_OPT_WSCALE;
		if (isdigit(*s->tok)) {
			seg->has |= TCP_SCRIPT_HAS_WSCALE;
			h->wscale = script_number(s);
		}
	} else if (script_accept(s, "ts")) {
		h->opts |= KSMOL_TCP_OPT_TS;
	} else if (script_accept(s, "val")) {
		h->opts |= KSMOL_TCP_OPT_TS;
		seg->has |= TCP_SCRIPT_HAS_TSVAL;
		h->tsval = script_number(s);
	} else if (script_accept(s, "ecr")) {
		h->opts |= KSMOL_TCP_OPT_TS;
		seg->has |= TCP_SCRIPT_HAS_TSECR;
		h->tsecr = script_number(s);
	} else if (script_accept(s, "nots")) {
		seg->has |= TCP_SCRIPT_HAS_NOTS;
	} else if (script_accept(s, "sack")) {
		parse_sacks(s, seg, base);
	} else {
		script_fail(s, "no such option: %.*s", (int)s->tok_len, s->tok);
	}
}

static bool parse_mark(struct tcp_script *s, struct tcp_script_seg *seg)
{
	static const struct {
		const char *word;
		u32 has;
		int kind;
	} marks[] = {
		{ "ce", TCP_SCRIPT_HAS_CE | TCP_SCRIPT_HAS_ECT, -1 },
		{ "ect", TCP_SCRIPT_HAS_ECT, -1 },
		{ "noect", TCP_SCRIPT_HAS_NOECT, -1 },
		{ "nopb", TCP_SCRIPT_HAS_NOPB, -1 },
		{ "tlp", TCP_SCRIPT_HAS_TLP, -1 },
		{ "new", 0, KSMOL_TCP_OUT_NEW },
		{ "rexmit", 0, KSMOL_TCP_OUT_RETRANS },
		{ "bare", 0, KSMOL_TCP_OUT_ACK },
		{ "probe", 0, KSMOL_TCP_OUT_PROBE },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(marks); i++) {
		if (!script_accept(s, marks[i].word))
			continue;
		seg->has |= marks[i].has;
		if (marks[i].kind >= 0)
			seg->kind = marks[i].kind;
		return true;
	}
	return false;
}

static void parse_part(struct tcp_script *s, struct tcp_script_seg *seg,
		       u32 ack_base)
{
	if (script_accept(s, "ack")) {
		seg->has |= TCP_SCRIPT_HAS_ACK;
		seg->h.ack = ack_base + (u32)script_number(s);
	} else if (script_accept(s, "win")) {
		seg->has |= TCP_SCRIPT_HAS_WIN;
		script_range(s, &seg->win_lo, &seg->win_hi);
	} else if (script_accept(s, "urg")) {
		seg->has |= TCP_SCRIPT_HAS_URG;
		seg->h.urg = script_number(s);
	} else if (script_accept(s, "segs")) {
		seg->segs = script_number(s);
	} else if (script_accept(s, "<")) {
		seg->has |= TCP_SCRIPT_HAS_OPTS;
		while (script_more(s) && !script_accept(s, ">"))
			parse_option(s, seg, ack_base);
	} else if (!parse_mark(s, seg)) {
		script_fail(s, "can't read '%.*s'", (int)s->tok_len, s->tok);
	}
}

void script_seg_parse(struct tcp_script *s, struct tcp_script_seg *seg,
		      u32 seq_base, u32 ack_base)
{
	*seg = (struct tcp_script_seg){ .kind = -1, .segs = 1 };
	seg->h.flags = parse_flags(s);
	seg->h.seq = seq_base;
	script_seq(s, &seg->h.seq, &seg->len);
	while (script_more(s))
		parse_part(s, seg, ack_base);
}

static bool options_match(const struct tcp_script_seg *seg,
			  const struct ksmol_tcp_header *h)
{
	u8 given = seg->h.opts;

	/* on a SYN all of them are listed, or none */
	if (h->flags & KSMOL_TCP_SYN) {
		if (!(seg->has & TCP_SCRIPT_HAS_OPTS))
			return true;
		if (given != h->opts)
			return false;
	}
	if (given & KSMOL_TCP_OPT_MSS && seg->h.mss != h->mss)
		return false;
	if (seg->has & TCP_SCRIPT_HAS_WSCALE && seg->h.wscale != h->wscale)
		return false;
	if (given & KSMOL_TCP_OPT_TS && !(h->opts & KSMOL_TCP_OPT_TS))
		return false;
	if (seg->has & TCP_SCRIPT_HAS_NOTS && h->opts & KSMOL_TCP_OPT_TS)
		return false;
	if (seg->has & TCP_SCRIPT_HAS_TSVAL && seg->h.tsval != h->tsval)
		return false;
	return !(seg->has & TCP_SCRIPT_HAS_TSECR) || seg->h.tsecr == h->tsecr;
}

static bool sacks_match(const struct ksmol_tcp_header *a,
			const struct ksmol_tcp_header *b)
{
	u32 n = b->opts & KSMOL_TCP_OPT_SACK ? b->nr_sack : 0;

	return a->nr_sack == n &&
	       !memcmp(a->sack, b->sack, n * sizeof(a->sack[0]));
}

static bool marks_match(const struct tcp_script_seg *seg,
			const struct ksmol_tcp_out *out)
{
	if (seg->has & TCP_SCRIPT_HAS_ECT && !out->ect)
		return false;
	if (seg->has & TCP_SCRIPT_HAS_NOECT && out->ect)
		return false;
	if (seg->has & TCP_SCRIPT_HAS_TLP && !out->tlp)
		return false;
	return seg->kind < 0 || seg->kind == out->kind;
}

/* @what: the part that differs. */
bool script_seg_match(struct tcp_script *s, const struct tcp_script_seg *seg,
		      const struct tcp_script_sent *sent, const char **what)
{
	const struct ksmol_tcp_out *out = &sent->out;
	u8 ignored = seg->h.flags & KSMOL_TCP_PSH ? 0 : KSMOL_TCP_PSH;

	*what = NULL;
	if ((seg->h.flags ^ out->h.flags) & ~ignored)
		*what = "flags";
	else if (seg->h.seq != out->h.seq || seg->len != out->len)
		*what = "sequence";
	else if (seg->has & TCP_SCRIPT_HAS_ACK && seg->h.ack != out->h.ack)
		*what = "ack";
	else if (seg->has & TCP_SCRIPT_HAS_WIN &&
		 (out->h.window < seg->win_lo || out->h.window > seg->win_hi))
		*what = "window";
	else if (seg->has & TCP_SCRIPT_HAS_URG && seg->h.urg != out->h.urg)
		*what = "urgent pointer";
	else if (!options_match(seg, &out->h))
		*what = "options";
	else if (!sacks_match(&seg->h, &out->h))
		*what = "SACK";
	else if (!marks_match(seg, out))
		*what = "kind";
	else if (sent->at + s->slack < s->at || sent->at > s->at + s->slack)
		*what = "time";
	return !*what;
}

static int show_options(char *buf, size_t size,
			const struct ksmol_tcp_header *h, u32 base)
{
	int n = 0, i;

	if (!h->opts)
		return 0;
	n += scnprintf(buf + n, size - n, " <");
	if (h->opts & KSMOL_TCP_OPT_MSS)
		n += scnprintf(buf + n, size - n, "mss %u ", h->mss);
	if (h->opts & KSMOL_TCP_OPT_SACK_OK)
		n += scnprintf(buf + n, size - n, "sackOK ");
	if (h->opts & KSMOL_TCP_OPT_WSCALE)
		n += scnprintf(buf + n, size - n, "wscale %u ", h->wscale);
	if (h->opts & KSMOL_TCP_OPT_TS)
		n += scnprintf(buf + n, size - n, "val %u ecr %u ", h->tsval,
			       h->tsecr);
	for (i = 0; h->opts & KSMOL_TCP_OPT_SACK && i < h->nr_sack; i++)
		n += scnprintf(buf + n, size - n, "%s%d-%d ", i ? "" : "sack ",
			       h->sack[i].start - base, h->sack[i].end - base);
	n += scnprintf(buf + n, size - n, ">");
	return n;
}

void script_show(const struct tcp_script *s, char *buf, size_t size,
		 const struct ksmol_tcp_header *h, u32 len, bool in)
{
	u32 seq = h->seq - (in ? s->irs : s->iss);
	u32 base = in ? s->iss : s->irs;
	int n = 0;
	u32 i;

	n += scnprintf(buf + n, size - n, "%s ", in ? "<" : ">");
	for (i = 0; i < ARRAY_SIZE(flag_letters); i++)
		if (h->flags & flag_letters[i].flag)
			n += scnprintf(buf + n, size - n, "%c",
				       flag_letters[i].letter);
	n += scnprintf(buf + n, size - n, " %d:%d(%u)", seq, seq + len, len);
	if (h->flags & KSMOL_TCP_ACK)
		n += scnprintf(buf + n, size - n, " ack %d", h->ack - base);
	n += scnprintf(buf + n, size - n, " win %u", h->window);
	if (h->flags & KSMOL_TCP_URG)
		n += scnprintf(buf + n, size - n, " urg %u", h->urg);
	show_options(buf + n, size - n, h, base);
}
