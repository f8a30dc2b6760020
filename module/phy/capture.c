// SPDX-License-Identifier: GPL-2.0-only
/*
 * What capture does with a frame: its bytes are copied into each reader's ring
 * when it comes, and its verdict is written behind them when it is known. Of
 * skbs and pbufs nothing is kept.
 */

#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <ksmol/compat.h>
#include <ksmol/pcapng.h>
#include <ksmol/wire.h>
#include "capture.h"
#include "capture_reader.h"
#include "phy.h"

/* Room for a packet's options: flags, two comments, the end. */
#define OPTIONS_ROOM	320

/* Each reader is told of the pool with every so many frames. */
#define CENSUS_EVERY	256

/* What is under way on this CPU and may get verdicts. */
static DEFINE_PER_CPU(struct ksmol_capture_frame *, capture_current);

/* --- the bytes --- */

/**
 * struct shape - what a frame looks like on the wire
 * @link: link-layer header to be put in front, if it has none (any more)
 * @link_len: its bytes
 * @off: where in the skb, from its data, the rest begins; at most 0
 * @len: bytes with the link-layer header
 */
struct shape {
	u8 link[ETH_HLEN + VLAN_HLEN];
	u32 link_len;
	int off;
	u32 len;
};

static void shape_ethernet(struct shape *s, const u8 *dst, const u8 *src,
			   __be16 proto)
{
	ksmol_eth_emit(s->link, dst, src, proto);
	s->link_len = ETH_HLEN;
}

/* A tag that the device took off goes back to where it was. */
static void shape_tag(struct shape *s, const struct sk_buff *skb)
{
	const u8 *mac = skb_mac_header(skb);
	__be16 tag[2] = { skb->vlan_proto, htons(skb_vlan_tag_get(skb)) };

	memcpy(s->link, mac, 2 * ETH_ALEN);
	memcpy(s->link + 2 * ETH_ALEN, tag, VLAN_HLEN);
	memcpy(s->link + 2 * ETH_ALEN + VLAN_HLEN, mac + 2 * ETH_ALEN, 2);
	s->link_len = ETH_HLEN + VLAN_HLEN;
}

static void shape_rx(struct shape *s, const struct ksmol_phy *phy,
		     const struct sk_buff *skb, u8 flags)
{
	u32 header = skb_mac_header_was_set(skb) ? -skb_mac_offset(skb) : 0;

	s->link_len = 0;
	s->off = 0;
	if (phy->medium == KSMOL_MEDIUM_ETHERNET) {
		if (flags & KSMOL_PB_LOOP || header < ETH_HLEN)
			shape_ethernet(s, phy->mac, phy->mac, skb->protocol);
		else if (skb_vlan_tag_present(skb))
			shape_tag(s, skb);
		else
			s->off = -(int)header;
	}
	s->len = s->link_len + skb->len - s->off;
}

static u32 shape_captured(const struct shape *s, const struct sk_buff *skb)
{
	u32 len = min(s->len, KSMOL_CAPTURE_SNAP);

	/* The rest lies in the memory of some other device. */
	if (!ksmol_skb_readable(skb))
		len = min(len, s->link_len + skb_headlen(skb) - s->off);
	return len;
}

static void shape_copy(const struct shape *s, const struct sk_buff *skb,
		       u8 *to, u32 len)
{
	u32 link = min(len, s->link_len);

	memcpy(to, s->link, link);
	if (skb_copy_bits(skb, s->off, to + link, len - link))
		memset(to + link, 0, len - link);
}

/* --- in and out of the rings --- */

static void frame_begin(struct ksmol_capture_frame *frame,
			struct ksmol_phy *phy, const struct shape *s,
			const struct sk_buff *skb)
{
	u32 captured = shape_captured(s, skb);
	u32 room = KSMOL_PCAPNG_PACKET_HEAD + captured + OPTIONS_ROOM;
	u64 now = ktime_get_real_ns();
	struct ksmol_capture *cap;
	struct ksmol_pcapng w;
	void *to;

	frame->nr = 0;
	frame->parts = 0;
	frame->dropped = 0;
	frame->loop = false;
	frame->partial = skb->ip_summed == CHECKSUM_PARTIAL;
	hlist_for_each_entry_rcu(cap, &phy->captures, node,
				 rcu_read_lock_any_held()) {
		struct ksmol_capture_record *record;

		/* One that goes may be seen beside one that comes. */
		if (frame->nr == KSMOL_CAPTURE_PER_PHY)
			break;
		record = ksmol_capture_reserve(cap, room, now);
		if (!record)
			continue;
		to = ksmol_pcapng_packet(&w, record->bytes, room, now,
					 captured, s->len);
		shape_copy(s, skb, to, captured);
		frame->record[frame->nr] = record;
		frame->bytes[frame->nr] = w.at - w.start;
		frame->reader[frame->nr++] = cap;
	}
}

static void frame_options(struct ksmol_pcapng *w, struct ksmol_capture *cap,
			  bool out, const char *comment)
{
	u32 flags = out ? KSMOL_PCAPNG_OUT : KSMOL_PCAPNG_IN;
	char census[KSMOL_CAPTURE_CENSUS];

	ksmol_pcapng_option(w, KSMOL_PCAPNG_OPT_FLAGS, &flags, sizeof(flags));
	ksmol_pcapng_comment(w, comment);
	if (ksmol_capture_count(cap) % CENSUS_EVERY)
		return;
	ksmol_capture_census(census, sizeof(census));
	ksmol_pcapng_comment(w, census);
}

/* Puts the options behind each copy and lets its reader have it. */
static void frame_commit(struct ksmol_capture_frame *frame, const char *comment)
{
	struct ksmol_pcapng w;
	u32 i;

	for (i = 0; i < frame->nr; i++) {
		w.start = frame->record[i]->bytes;
		w.at = w.start + frame->bytes[i];
		w.end = w.at + OPTIONS_ROOM;
		w.full = false;
		frame_options(&w, frame->reader[i], frame->out, comment);
		ksmol_capture_commit(frame->reader[i], frame->record[i],
				     ksmol_pcapng_end(&w));
	}
}

/* --- received --- */

void ksmol_capture_rx(struct ksmol_capture_frame *frame, struct ksmol_phy *phy,
		      const struct sk_buff *skb, u8 flags)
{
	struct shape s;

	shape_rx(&s, phy, skb, flags);
	frame->out = false;
	frame_begin(frame, phy, &s, skb);
	frame->loop = flags & KSMOL_PB_LOOP;
	frame->outer = this_cpu_read(capture_current);
	this_cpu_write(capture_current, frame);
}

void ksmol_capture_verdict(int verdict)
{
	struct ksmol_capture_frame *frame = this_cpu_read(capture_current);
	bool drop = verdict >= KSMOL_FIRST_DROP;

	if (!frame)
		return;
	if (!frame->parts || (drop && !frame->dropped))
		frame->verdict = verdict;
	frame->parts++;
	frame->dropped += drop;
}

static void verdict_text(const struct ksmol_capture_frame *frame, char *text,
			 size_t len)
{
	const char *name = frame->parts ? ksmol_verdict_names[frame->verdict] :
					  "gone";
	const char *loop = frame->loop ? "local delivery, " : "";

	if (frame->parts > 1)
		snprintf(text, len, "%s%u datagrams, %u dropped%s%s", loop,
			 frame->parts, frame->dropped,
			 frame->dropped ? ": " : "",
			 frame->dropped ? name : "");
	else
		snprintf(text, len, "%s%s%s", loop,
			 frame->dropped ? "dropped: " : "", name);
}

void ksmol_capture_end(struct ksmol_capture_frame *frame)
{
	char text[96];

	this_cpu_write(capture_current, frame->outer);
	verdict_text(frame, text, sizeof(text));
	frame_commit(frame, text);
}

/* --- sent --- */

void ksmol_capture_tx(struct ksmol_capture_frame *frame, struct ksmol_phy *phy,
		      const struct sk_buff *skb)
{
	struct shape s = { .len = skb->len };

	frame->out = true;
	frame_begin(frame, phy, &s, skb);
}

void ksmol_capture_sent(struct ksmol_capture_frame *frame, bool taken)
{
	char text[96];

	snprintf(text, sizeof(text), "%s%s%s", taken ? "sent" : "dropped: ",
		 taken ? "" : ksmol_tx_drop_names[KSMOL_TX_DROP_DEV_DROP],
		 frame->partial ? ", checksum left to the device" : "");
	frame_commit(frame, text);
}
