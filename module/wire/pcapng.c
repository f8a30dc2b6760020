// SPDX-License-Identifier: GPL-2.0-only
/* Writing pcapng blocks. A block bears its length at both ends. */

#include <linux/align.h>
#include <linux/string.h>
#include <ksmol/compat.h>
#include <ksmol/pcapng.h>

/* Length of a section that is still being written. */
#define LENGTH_UNKNOWN	U64_MAX

static void *take(struct ksmol_pcapng *w, u32 len)
{
	void *at = w->at;

	if (w->full || len > w->end - w->at) {
		w->full = true;
		return NULL;
	}
	w->at += len;
	return at;
}

void ksmol_pcapng_u16(struct ksmol_pcapng *w, u16 value)
{
	void *at = take(w, sizeof(value));

	if (at)
		put_unaligned(value, (u16 *)at);
}

void ksmol_pcapng_u32(struct ksmol_pcapng *w, u32 value)
{
	void *at = take(w, sizeof(value));

	if (at)
		put_unaligned(value, (u32 *)at);
}

void ksmol_pcapng_u64(struct ksmol_pcapng *w, u64 value)
{
	ksmol_pcapng_u32(w, value >> 32);
	ksmol_pcapng_u32(w, value);
}

void ksmol_pcapng_begin(struct ksmol_pcapng *w, void *to, u32 room, u32 type)
{
	w->start = to;
	w->at = to;
	w->end = w->start + room;
	w->full = false;
	ksmol_pcapng_u32(w, type);
	ksmol_pcapng_u32(w, 0);		/* the length, at the end */
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pcapng_begin);

void *ksmol_pcapng_bytes(struct ksmol_pcapng *w, u32 len)
{
	u32 padded = ALIGN(len, 4);
	u8 *at = take(w, padded);

	if (at)
		memset(at + len, 0, padded - len);
	return at;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pcapng_bytes);

void ksmol_pcapng_option(struct ksmol_pcapng *w, u16 code, const void *value,
			 u16 len)
{
	void *at;

	ksmol_pcapng_u16(w, code);
	ksmol_pcapng_u16(w, len);
	at = ksmol_pcapng_bytes(w, len);
	if (at)
		memcpy(at, value, len);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pcapng_option);

void ksmol_pcapng_comment(struct ksmol_pcapng *w, const char *text)
{
	ksmol_pcapng_option(w, KSMOL_PCAPNG_OPT_COMMENT, text, strlen(text));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pcapng_comment);

u32 ksmol_pcapng_end(struct ksmol_pcapng *w)
{
	u32 len;

	ksmol_pcapng_option(w, KSMOL_PCAPNG_OPT_END, NULL, 0);
	len = w->at - w->start + sizeof(len);
	ksmol_pcapng_u32(w, len);
	if (w->full)
		return 0;
	put_unaligned(len, (u32 *)(w->start + 4));
	return len;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pcapng_end);

u32 ksmol_pcapng_section(void *to, u32 room, const char *application,
			 const char *comment)
{
	struct ksmol_pcapng w;

	ksmol_pcapng_begin(&w, to, room, KSMOL_PCAPNG_SECTION);
	ksmol_pcapng_u32(&w, KSMOL_PCAPNG_MAGIC);
	ksmol_pcapng_u16(&w, 1);	/* version 1.0 */
	ksmol_pcapng_u16(&w, 0);
	ksmol_pcapng_u64(&w, LENGTH_UNKNOWN);
	ksmol_pcapng_option(&w, KSMOL_PCAPNG_OPT_APPLICATION, application,
			    strlen(application));
	ksmol_pcapng_comment(&w, comment);
	return ksmol_pcapng_end(&w);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pcapng_section);

u32 ksmol_pcapng_interface(void *to, u32 room, u16 link, u32 snap,
			   const char *name)
{
	const u8 nanoseconds = 9;	/* 10 to the minus 9 */
	struct ksmol_pcapng w;

	ksmol_pcapng_begin(&w, to, room, KSMOL_PCAPNG_INTERFACE);
	ksmol_pcapng_u16(&w, link);
	ksmol_pcapng_u16(&w, 0);
	ksmol_pcapng_u32(&w, snap);
	ksmol_pcapng_option(&w, KSMOL_PCAPNG_OPT_NAME, name, strlen(name));
	ksmol_pcapng_option(&w, KSMOL_PCAPNG_OPT_TSRESOL, &nanoseconds, 1);
	return ksmol_pcapng_end(&w);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pcapng_interface);

/* Unlike times, counters in options are plain 64-bit numbers. */
u32 ksmol_pcapng_stats(void *to, u32 room, u64 time, u64 received, u64 dropped,
		       const char *comment)
{
	struct ksmol_pcapng w;

	ksmol_pcapng_begin(&w, to, room, KSMOL_PCAPNG_STATS);
	ksmol_pcapng_u32(&w, 0);
	ksmol_pcapng_u64(&w, time);
	ksmol_pcapng_option(&w, KSMOL_PCAPNG_OPT_IFRECV, &received,
			    sizeof(received));
	ksmol_pcapng_option(&w, KSMOL_PCAPNG_OPT_IFDROP, &dropped,
			    sizeof(dropped));
	ksmol_pcapng_comment(&w, comment);
	return ksmol_pcapng_end(&w);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pcapng_stats);

void *ksmol_pcapng_packet(struct ksmol_pcapng *w, void *to, u32 room, u64 time,
			  u32 captured, u32 len)
{
	ksmol_pcapng_begin(w, to, room, KSMOL_PCAPNG_PACKET);
	ksmol_pcapng_u32(w, 0);
	ksmol_pcapng_u64(w, time);
	ksmol_pcapng_u32(w, captured);
	ksmol_pcapng_u32(w, len);
	return ksmol_pcapng_bytes(w, captured);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_pcapng_packet);
