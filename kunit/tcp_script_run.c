// SPDX-License-Identifier: GPL-2.0-only
/* Packet scripts: the clock, what arrives, what is sent. */

#include <linux/skbuff.h>
#include <linux/string.h>
#include "tcp_script.h"

/* Whatever is read or sent must have the bytes that its numbers say. */
u8 script_byte(u32 seq)
{
	return (u8)(seq * 31 + (seq >> 8) * 7 + (seq >> 16));
}

void script_keep(struct tcp_script *s, const struct ksmol_tcp_out *out)
{
	char show[200];

	script_show(s, show, sizeof(show), &out->h, out->len, false);
	script_log(s, "%s", show);
	if (s->skipping)
		return;
	if (s->boxed == TCP_SCRIPT_BOX) {
		script_fail(s, "sends and sends: %s", show);
		return;
	}
	s->box[s->boxed].out = *out;
	s->box[s->boxed++].at = s->now;
}

/* ksmol_tcp_next() must not change what it decides about. */
static bool same_out(const struct ksmol_tcp_out *a,
		     const struct ksmol_tcp_out *b)
{
	return a->h.seq == b->h.seq && a->h.ack == b->h.ack &&
	       a->h.flags == b->h.flags && a->h.opts == b->h.opts &&
	       a->h.window == b->h.window && a->h.nr_sack == b->h.nr_sack &&
	       a->len == b->len && a->pb == b->pb && a->off == b->off &&
	       a->kind == b->kind && a->rec == b->rec && a->tlp == b->tlp;
}

/* Sends what the core wants sent, as the glue does. */
void script_pump(struct tcp_script *s)
{
	struct ksmol_tcp_out out, again;

	while (!s->failed && ksmol_tcp_next(&s->tcb, s->now, &out)) {
		if (!ksmol_tcp_next(&s->tcb, s->now, &again) ||
		    !same_out(&out, &again))
			script_fail(s, "asked again, the answer differs");
		if (s->fails) {
			s->fails--;
			script_log(s, "(a send fails)");
			ksmol_tcp_unsent(&s->tcb, s->now, &out, s->fail_err);
			break;
		}
		script_check_out(s, &out);
		ksmol_tcp_sent(&s->tcb, s->now, &out);
		script_keep(s, &out);
	}
	script_check(s);
}

/* The clock runs to s->at, or to where something is sent. */
void script_advance(struct tcp_script *s)
{
	u32 turns = 0;

	while (!s->failed && !s->boxed) {
		u64 due = ksmol_tcp_deadline(&s->tcb);

		if (!due || due > s->at)
			break;
		s->now = max(s->now, due);
		ksmol_tcp_timer(&s->tcb, s->now);
		script_pump(s);
		if (++turns > 10000)
			script_fail(s, "a timer expires again and again");
	}
	if (!s->boxed)
		s->now = max(s->now, s->at);
}

/* Payload in the descriptor's slot; in an skb if it is large or there is no
 * slot.
 */
static struct ksmol_pbuf *payload(struct tcp_script *s, u32 seq, u32 len)
{
	struct ksmol_pbuf *pb = ksmol_pbuf_alloc_rx(&s->pool);
	struct sk_buff *skb;
	u8 *to;
	u32 i;

	if (!pb)
		return NULL;
	if (pb->head && len <= s->pool.cfg.copybreak) {
		to = pb->head;
		pb->off = 0;
		pb->len = len;
	} else {
		skb = alloc_skb(len, GFP_ATOMIC);
		if (!skb) {
			ksmol_pbuf_free(pb);
			return NULL;
		}
		to = skb_put(skb, len);
		ksmol_pbuf_map(pb, skb);
	}
	for (i = 0; i < len; i++)
		to[i] = script_byte(seq + i);
	return pb;
}

/* Timestamps as an ordinary peer has them, unless the script says otherwise:
 * its clock counts milliseconds from 5000, ours from 1000.
 */
static void add_timestamps(struct tcp_script *s,
			   const struct tcp_script_seg *from,
			   struct ksmol_tcp_header *h)
{
	if (from->has & TCP_SCRIPT_HAS_NOTS || h->flags & KSMOL_TCP_RST)
		return;
	if (s->tcb.flags & KSMOL_TCP_F_TS)
		h->opts |= KSMOL_TCP_OPT_TS;
	if (!(h->opts & KSMOL_TCP_OPT_TS))
		return;
	if (!(from->has & TCP_SCRIPT_HAS_TSVAL))
		h->tsval = 5000 + (u32)div_u64(s->now - s->start,
					       USEC_PER_MSEC);
	if (!(from->has & TCP_SCRIPT_HAS_TSECR))
		h->tsecr = h->flags & KSMOL_TCP_ACK ? s->ts_seen : 0;
}

/* @keep: the payload comes in a pbuf. */
void script_input(struct tcp_script *s, struct ksmol_tcp_seg *seg, bool keep)
{
	struct ksmol_tcp_out reset = {};
	char show[200];

	script_show(s, show, sizeof(show), &seg->h, seg->len, true);
	if (seg->len && keep)
		seg->pb = payload(s, seg->h.seq +
				  !!(seg->h.flags & KSMOL_TCP_SYN), seg->len);
	s->verdict = ksmol_tcp_input(&s->tcb, seg, s->now);
	if (seg->pb && s->verdict != KSMOL_DELIVERED)
		ksmol_pbuf_free(seg->pb);
	script_log(s, "%s: %s", show, ksmol_verdict_names[s->verdict]);
	if (seg->reset && ksmol_tcp_reset_for(seg, &reset))
		script_keep(s, &reset);
}

void script_arrive(struct tcp_script *s, const struct tcp_script_seg *from)
{
	struct ksmol_tcp_seg seg = {
		.h = from->h,
		.len = from->len,
		.end = from->h.seq + from->len +
		       !!(from->h.flags & KSMOL_TCP_SYN) +
		       !!(from->h.flags & KSMOL_TCP_FIN),
		.mss = from->len / max_t(u16, from->segs, 1),
		.segs = from->segs,
		.ce = from->has & TCP_SCRIPT_HAS_CE,
		.ect = from->has & TCP_SCRIPT_HAS_ECT,
	};

	if (from->has & TCP_SCRIPT_HAS_WIN)
		s->win = from->win_lo;
	seg.h.window = s->win;
	add_timestamps(s, from, &seg.h);
	seg.h.hlen = ksmol_tcp_header_len(&seg.h);
	script_input(s, &seg, !(from->has & TCP_SCRIPT_HAS_NOPB));
	script_pump(s);
}

static void unexpected(struct tcp_script *s, const char *wanted,
		       const char *what)
{
	char show[200];

	script_show(s, show, sizeof(show), &s->box[0].out.h, s->box[0].out.len,
		    false);
	script_fail(s, "expected %s, sent at %lld us from then: %s%s%s", wanted,
		    (s64)(s->box[0].at - s->at), show, what ? ", differs in " :
		    "", what ?: "");
}

/* A line that begins with ">". */
void script_expect(struct tcp_script *s)
{
	bool any = script_accept(s, "*");
	const char *first = NULL, *what;
	struct tcp_script_seg seg;
	char show[200];
	u32 i;

	script_seg_parse(s, &seg, s->iss, s->irs);
	s->at += s->slack;
	script_advance(s);
	s->at -= s->slack;
	for (i = 0; i < s->boxed && !s->failed; i++) {
		if (script_seg_match(s, &seg, &s->box[i], &what))
			break;
		first = first ?: what;
		if (!any)
			i = s->boxed;
	}
	if (s->failed)
		return;
	script_show(s, show, sizeof(show), &seg.h, seg.len, false);
	if (!s->boxed) {
		script_fail(s, "nothing was sent, expected %s", show);
	} else if (i >= s->boxed) {
		unexpected(s, show, first);
	} else {
		s->base = s->box[i].at;
		s->boxed--;
		memmove(&s->box[i], &s->box[i + 1],
			(s->boxed - i) * sizeof(s->box[0]));
	}
}
