// SPDX-License-Identifier: GPL-2.0-only
/* Live capture: the stream's format, what it holds, its bounds and its end. */

#include <linux/uio.h>
#include <ksmol/compat.h>
#include <ksmol/pcapng.h>
#include "phy_fixture.h"
#include "../module/phy/capture.h"
#include "../module/phy/capture_ring.h"
#include "../module/phy/phy.h"

#define STREAM_MAX (2U << 20)

/**
 * struct stream - what a reader got
 * @bytes: @len of them
 * @at: the block that next() looks at next
 */
struct stream {
	u8 *bytes;
	u32 len;
	u32 at;
};

static u32 word(const u8 *at)
{
	return get_unaligned((const u32 *)at);
}

/* Reads what there is without waiting. */
static ssize_t drain(struct kunit *test, struct ksmol_capture *cap,
		     struct stream *s)
{
	struct iov_iter iter;
	struct kvec vec;
	ssize_t n;

	if (!s->bytes) {
		s->bytes = kvzalloc(STREAM_MAX, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, s->bytes);
	}
	do {
		vec.iov_base = s->bytes + s->len;
		vec.iov_len = STREAM_MAX - s->len;
		iov_iter_kvec(&iter, ITER_DEST, &vec, 1, vec.iov_len);
		n = ksmol_capture_read(cap, &iter, true);
		if (n > 0)
			s->len += n;
	} while (n > 0);
	return n;
}

static void stream_free(struct stream *s)
{
	kvfree(s->bytes);
}

/* The next block of @type, or NULL; every block on the way is well formed. */
static const u8 *next(struct kunit *test, struct stream *s, u32 type)
{
	while (s->at + 12 <= s->len) {
		const u8 *block = s->bytes + s->at;
		u32 len = word(block + 4);

		KUNIT_ASSERT_GE(test, len, 12U);
		KUNIT_ASSERT_EQ(test, len % 4, 0U);
		KUNIT_ASSERT_LE(test, s->at + len, s->len);
		KUNIT_ASSERT_EQ(test, word(block + len - 4), len);
		s->at += len;
		if (word(block) == type)
			return block;
	}
	KUNIT_EXPECT_EQ(test, s->at, s->len);
	return NULL;
}

static u32 count(struct kunit *test, struct stream *s, u32 type)
{
	u32 n = 0;

	for (s->at = 0; next(test, s, type); n++)
		;
	s->at = 0;
	return n;
}

/* The value of a block's option behind @head bytes; NULL: it has none. */
static const u8 *option(struct kunit *test, const u8 *block, u32 head, u16 code,
			u32 *len)
{
	const u8 *at = block + head, *end = block + word(block + 4) - 4;

	while (at + 4 <= end) {
		u16 has = get_unaligned((const u16 *)at);

		*len = get_unaligned((const u16 *)(at + 2));
		KUNIT_ASSERT_LE(test, 4 + ALIGN(*len, 4), (u32)(end - at));
		if (has == code)
			return at + 4;
		if (has == KSMOL_PCAPNG_OPT_END)
			return NULL;
		at += 4 + ALIGN(*len, 4);
	}
	KUNIT_FAIL(test, "options without an end");
	return NULL;
}

#define PACKET 28	/* where a packet's bytes begin */

static u32 captured(const u8 *packet)
{
	return word(packet + 20);
}

static u32 original(const u8 *packet)
{
	return word(packet + 24);
}

static u32 options_of(const u8 *packet)
{
	return PACKET + ALIGN(captured(packet), 4);
}

static u32 direction(struct kunit *test, const u8 *packet)
{
	u32 len = 0;
	const u8 *flags = option(test, packet, options_of(packet),
				 KSMOL_PCAPNG_OPT_FLAGS, &len);

	KUNIT_ASSERT_EQ(test, len, 4U);
	return word(flags);
}

static void expect_comment(struct kunit *test, const u8 *packet,
			   const char *want)
{
	char got[128] = "";
	u32 len = 0;
	const u8 *text = option(test, packet, options_of(packet),
				KSMOL_PCAPNG_OPT_COMMENT, &len);

	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_ASSERT_LT(test, len, (u32)sizeof(got));
	memcpy(got, text, len);
	KUNIT_EXPECT_STREQ(test, got, want);
}

static struct ksmol_capture *reader(struct kunit *test, struct phy_fixture *f)
{
	struct ksmol_capture *cap = ksmol_capture_open(f->phy);

	KUNIT_ASSERT_FALSE(test, IS_ERR(cap));
	return cap;
}

/* --- the format --- */

static void pcapng__blocks(struct kunit *test)
{
	u8 *block = kunit_kzalloc(test, 512, GFP_KERNEL);
	struct ksmol_pcapng w;
	const u8 *value;
	u32 len, n;
	u8 *bytes;

	KUNIT_ASSERT_NOT_NULL(test, block);
	n = ksmol_pcapng_section(block, 512, "ksmol", "why not");
	KUNIT_EXPECT_EQ(test, word(block), KSMOL_PCAPNG_SECTION);
	KUNIT_EXPECT_EQ(test, word(block + 4), n);
	KUNIT_EXPECT_EQ(test, word(block + n - 4), n);
	KUNIT_EXPECT_EQ(test, word(block + 8), KSMOL_PCAPNG_MAGIC);
	value = option(test, block, 24, KSMOL_PCAPNG_OPT_COMMENT, &len);
	KUNIT_ASSERT_NOT_NULL(test, value);
	KUNIT_EXPECT_EQ(test, len, 7U);
	KUNIT_EXPECT_MEMEQ(test, value, "why not", 7);

	n = ksmol_pcapng_interface(block, 512, KSMOL_PCAPNG_ETHERNET, 1000,
				   "eth1");
	KUNIT_EXPECT_EQ(test, word(block + n - 4), n);
	value = option(test, block, 16, KSMOL_PCAPNG_OPT_NAME, &len);
	KUNIT_ASSERT_NOT_NULL(test, value);
	KUNIT_EXPECT_MEMEQ(test, value, "eth1", 4);
	value = option(test, block, 16, KSMOL_PCAPNG_OPT_TSRESOL, &len);
	KUNIT_ASSERT_NOT_NULL(test, value);
	KUNIT_EXPECT_EQ(test, *value, 9);

	bytes = ksmol_pcapng_packet(&w, block, 512, 0x123456789abcdef0ULL, 5,
				    9);
	KUNIT_ASSERT_NOT_NULL(test, bytes);
	memcpy(bytes, "hello", 5);
	ksmol_pcapng_comment(&w, "x");
	n = ksmol_pcapng_end(&w);
	KUNIT_EXPECT_EQ(test, n, PACKET + 8 + 8 + 4 + 4);
	KUNIT_EXPECT_EQ(test, word(block + 12), 0x12345678U);
	KUNIT_EXPECT_EQ(test, word(block + 16), 0x9abcdef0U);
	KUNIT_EXPECT_EQ(test, captured(block), 5U);
	KUNIT_EXPECT_EQ(test, original(block), 9U);
	KUNIT_EXPECT_MEMEQ(test, block + PACKET, "hello\0\0", 8);
	expect_comment(test, block, "x");
}

/* Nothing is ever written behind the room, and half a block is none. */
static void pcapng__no_room(struct kunit *test)
{
	u8 *block = kunit_kzalloc(test, 512, GFP_KERNEL);
	u32 whole, room;

	KUNIT_ASSERT_NOT_NULL(test, block);
	whole = ksmol_pcapng_section(block, 512, "ksmol", "comment");
	for (room = 0; room < whole; room++) {
		memset(block, 0xa5, 512);
		KUNIT_EXPECT_EQ(test, ksmol_pcapng_section(block, room, "ksmol",
							   "comment"), 0U);
		KUNIT_EXPECT_NULL(test, memchr_inv(block + room, 0xa5,
						   512 - room));
	}
	KUNIT_EXPECT_EQ(test, ksmol_pcapng_section(block, whole, "ksmol",
						   "comment"), whole);
}

/* --- the ring --- */

static void ring__full_wraps_and_is_read(struct kunit *test)
{
	struct ksmol_capture_record *record;
	struct ksmol_capture_ring ring;
	u8 *bytes = kunit_kzalloc(test, 4096, GFP_KERNEL);
	struct iov_iter iter;
	struct kvec vec = { .iov_base = bytes, .iov_len = 4096 };
	u32 i, n;

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	KUNIT_ASSERT_EQ(test, ksmol_capture_ring_init(&ring, 4096), 0);
	for (i = 0; i < 100; i++) {
		for (n = 0; ; n++) {
			local_bh_disable();
			record = ksmol_capture_ring_reserve(&ring, 700, 100);
			local_bh_enable();
			if (!record)
				break;
			memset(record->bytes, i + n, 700);
			ksmol_capture_ring_commit(record, 700 - n);
		}
		KUNIT_EXPECT_GE(test, n, 4U);
		KUNIT_EXPECT_LE(test, n, 5U);
		iov_iter_kvec(&iter, ITER_DEST, &vec, 1, 650);
		/* In pieces that are no records. */
		KUNIT_EXPECT_EQ(test, ksmol_capture_ring_read(&ring, &iter),
				(ssize_t)650);
		KUNIT_EXPECT_EQ(test, bytes[649], (u8)i);
		iov_iter_kvec(&iter, ITER_DEST, &vec, 1, 4096);
		KUNIT_EXPECT_EQ(test, ksmol_capture_ring_read(&ring, &iter),
				(ssize_t)(n * 700 - n * (n - 1) / 2 - 650));
		KUNIT_EXPECT_EQ(test, bytes[0], (u8)i);
		KUNIT_EXPECT_EQ(test, bytes[50], (u8)(i + 1));
		KUNIT_EXPECT_TRUE(test, ksmol_capture_ring_drained(&ring));
	}
	ksmol_capture_ring_free(&ring);
}

/* What comes later waits for what was reserved before it. */
static void ring__order_of_reserving(struct kunit *test)
{
	struct ksmol_capture_record *first, *second;
	struct ksmol_capture_ring ring;

	KUNIT_ASSERT_EQ(test, ksmol_capture_ring_init(&ring, 4096), 0);
	local_bh_disable();
	first = ksmol_capture_ring_reserve(&ring, 100, 0);
	second = ksmol_capture_ring_reserve(&ring, 100, 0);
	ksmol_capture_ring_commit(second, 100);
	KUNIT_EXPECT_FALSE(test, ksmol_capture_ring_ready(&ring));
	KUNIT_EXPECT_FALSE(test, ksmol_capture_ring_drained(&ring));
	ksmol_capture_ring_commit(first, 100);
	KUNIT_EXPECT_TRUE(test, ksmol_capture_ring_ready(&ring));
	local_bh_enable();
	ksmol_capture_ring_free(&ring);
}

/* --- frames --- */

static void capture__nobody_reads(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct ksmol_capture *cap;

	KUNIT_EXPECT_FALSE(test, static_key_enabled(&ksmol_capture_key.key));
	cap = reader(test, f);
	KUNIT_EXPECT_TRUE(test, static_key_enabled(&ksmol_capture_key.key));
	KUNIT_EXPECT_TRUE(test, ksmol_capture_on(f->phy));
	ksmol_capture_close(cap);
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&ksmol_capture_key.key));
	KUNIT_EXPECT_FALSE(test, ksmol_capture_on(f->phy));
}

/* A frame received is whole, from its link-layer header on, with its verdict. */
static void capture__received(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct ksmol_frame *frame = phy_udp(f, 300);
	struct ksmol_capture *cap = reader(test, f);
	struct stream s = {};
	const u8 *packet;

	f->answer = KSMOL_HANDLED;
	ksmol_vdev_inject(test, f->vdev, frame->data, frame->len);
	f->answer = KSMOL_DROP_SOCK_FULL;
	ksmol_vdev_inject(test, f->vdev, frame->data, frame->len);
	KUNIT_EXPECT_EQ(test, drain(test, cap, &s), (ssize_t)-EAGAIN);
	KUNIT_EXPECT_EQ(test, count(test, &s, KSMOL_PCAPNG_SECTION), 1U);
	KUNIT_EXPECT_EQ(test, count(test, &s, KSMOL_PCAPNG_INTERFACE), 1U);
	KUNIT_EXPECT_EQ(test, count(test, &s, KSMOL_PCAPNG_PACKET), 2U);
	packet = next(test, &s, KSMOL_PCAPNG_PACKET);
	KUNIT_ASSERT_NOT_NULL(test, packet);
	KUNIT_EXPECT_EQ(test, captured(packet), frame->len);
	KUNIT_EXPECT_EQ(test, original(packet), frame->len);
	KUNIT_EXPECT_MEMEQ(test, packet + PACKET, frame->data, frame->len);
	KUNIT_EXPECT_EQ(test, direction(test, packet), KSMOL_PCAPNG_IN);
	expect_comment(test, packet, "handled");
	packet = next(test, &s, KSMOL_PCAPNG_PACKET);
	KUNIT_ASSERT_NOT_NULL(test, packet);
	expect_comment(test, packet, "dropped: sock_full");
	ksmol_capture_close(cap);
	stream_free(&s);
}

static void capture__sent(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct ksmol_capture *cap = reader(test, f);
	struct stream s = {};
	const u8 *packet;

	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 1000)), 0);
	f->vdev->mode = KSMOL_VDEV_REFUSE;
	KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 10)), -ENOBUFS);
	f->vdev->mode = KSMOL_VDEV_TAKE;
	drain(test, cap, &s);
	packet = next(test, &s, KSMOL_PCAPNG_PACKET);
	KUNIT_ASSERT_NOT_NULL(test, packet);
	KUNIT_EXPECT_EQ(test, captured(packet), ETH_HLEN + 28 + 1000U);
	KUNIT_EXPECT_MEMEQ(test, packet + PACKET, ksmol_vdev_peer_mac,
			   ETH_ALEN);
	KUNIT_EXPECT_EQ(test, packet[PACKET + ETH_HLEN], 0xee);
	KUNIT_EXPECT_EQ(test, packet[PACKET + ETH_HLEN + 28 + 999], (u8)999);
	KUNIT_EXPECT_EQ(test, direction(test, packet), KSMOL_PCAPNG_OUT);
	expect_comment(test, packet, "sent");
	packet = next(test, &s, KSMOL_PCAPNG_PACKET);
	KUNIT_ASSERT_NOT_NULL(test, packet);
	expect_comment(test, packet, "dropped: tx_dev_drop");
	ksmol_capture_close(cap);
	stream_free(&s);
}

/* The request comes before the reply that it provoked. */
static void capture__in_order(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct ksmol_frame *frame = phy_udp(f, 300);
	struct ksmol_capture *cap = reader(test, f);
	struct stream s = {};
	const u8 *packet;

	f->answer = KSMOL_HANDLED;
	f->reply = 100;
	ksmol_vdev_inject(test, f->vdev, frame->data, frame->len);
	drain(test, cap, &s);
	packet = next(test, &s, KSMOL_PCAPNG_PACKET);
	KUNIT_ASSERT_NOT_NULL(test, packet);
	KUNIT_EXPECT_EQ(test, direction(test, packet), KSMOL_PCAPNG_IN);
	packet = next(test, &s, KSMOL_PCAPNG_PACKET);
	KUNIT_ASSERT_NOT_NULL(test, packet);
	KUNIT_EXPECT_EQ(test, direction(test, packet), KSMOL_PCAPNG_OUT);
	ksmol_capture_close(cap);
	stream_free(&s);
}

/* A reader that sleeps loses frames, is told how many, and nobody else does. */
static void capture__slow_reader(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct ksmol_frame *frame = phy_udp(f, 1400);
	struct ksmol_capture *cap = reader(test, f);
	u64 handled = phy_verdict(KSMOL_HANDLED), lost = 0;
	struct stream s = {};
	const u8 *block, *value;
	u32 i, got, len;

	f->answer = KSMOL_HANDLED;
	for (i = 0; i < 2000; i++)
		ksmol_vdev_inject(test, f->vdev, frame->data, frame->len);
	KUNIT_EXPECT_EQ(test, phy_verdict(KSMOL_HANDLED), handled + 2000);
	drain(test, cap, &s);
	got = count(test, &s, KSMOL_PCAPNG_PACKET);
	KUNIT_EXPECT_GT(test, got, 300U);
	KUNIT_EXPECT_LT(test, got, 2000U);
	KUNIT_EXPECT_EQ(test, count(test, &s, KSMOL_PCAPNG_STATS), 0U);
	/* With room again, the next frame is preceded by what was lost. */
	ksmol_vdev_inject(test, f->vdev, frame->data, frame->len);
	drain(test, cap, &s);
	block = next(test, &s, KSMOL_PCAPNG_STATS);
	KUNIT_ASSERT_NOT_NULL(test, block);
	value = option(test, block, 20, KSMOL_PCAPNG_OPT_IFDROP, &len);
	KUNIT_ASSERT_NOT_NULL(test, value);
	memcpy(&lost, value, sizeof(lost));
	KUNIT_EXPECT_EQ(test, lost, 2000ULL - got);
	value = option(test, block, 20, KSMOL_PCAPNG_OPT_COMMENT, &len);
	KUNIT_ASSERT_NOT_NULL(test, value);
	KUNIT_EXPECT_NOT_NULL(test, next(test, &s, KSMOL_PCAPNG_PACKET));
	KUNIT_EXPECT_NULL(test, next(test, &s, KSMOL_PCAPNG_PACKET));
	ksmol_capture_close(cap);
	stream_free(&s);
}

static void capture__readers_are_bounded(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct ksmol_capture *cap[KSMOL_CAPTURE_PER_PHY];
	struct ksmol_frame *frame = phy_udp(f, 100);
	u32 i;

	for (i = 0; i < KSMOL_CAPTURE_PER_PHY; i++)
		cap[i] = reader(test, f);
	KUNIT_EXPECT_EQ(test, PTR_ERR(ksmol_capture_open(f->phy)), -EBUSY);
	f->answer = KSMOL_HANDLED;
	ksmol_vdev_inject(test, f->vdev, frame->data, frame->len);
	for (i = 0; i < KSMOL_CAPTURE_PER_PHY; i++) {
		struct stream s = {};

		drain(test, cap[i], &s);
		KUNIT_EXPECT_EQ(test, count(test, &s, KSMOL_PCAPNG_PACKET), 1U);
		ksmol_capture_close(cap[i]);
		stream_free(&s);
	}
	cap[0] = reader(test, f);
	ksmol_capture_close(cap[0]);
}

/* The interface goes: the stream ends with its last words, also when full. */
static void capture__detach_ends_it(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct ksmol_frame *frame = phy_udp(f, 1400);
	struct ksmol_capture *cap = reader(test, f);
	struct stream s = {};
	u32 i;

	f->answer = KSMOL_HANDLED;
	for (i = 0; i < 1500; i++)
		ksmol_vdev_inject(test, f->vdev, frame->data, frame->len);
	phy_detach(f);
	KUNIT_EXPECT_TRUE(test, ksmol_capture_readable(cap));
	KUNIT_EXPECT_EQ(test, drain(test, cap, &s), (ssize_t)0);
	KUNIT_EXPECT_EQ(test, count(test, &s, KSMOL_PCAPNG_STATS), 1U);
	KUNIT_EXPECT_EQ(test, drain(test, cap, &s), (ssize_t)0);
	ksmol_capture_close(cap);
	stream_free(&s);
}

/* Of what is captured nothing is kept: the pool is whole with frames unread. */
static void capture__holds_no_pbufs(struct kunit *test)
{
	struct phy_fixture *f = phy_up(test, NETIF_F_SG);
	struct ksmol_frame *frame = phy_udp(f, 1400);
	struct ksmol_capture *cap = reader(test, f);
	u32 i;

	f->answer = KSMOL_HANDLED;
	for (i = 0; i < 100; i++) {
		ksmol_vdev_inject(test, f->vdev, frame->data, frame->len);
		KUNIT_EXPECT_EQ(test, phy_send(f, phy_pbuf(test, 28, 1000)), 0);
	}
	ksmol_kunit_expect_whole(test);
	ksmol_capture_close(cap);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(pcapng__blocks),
	KUNIT_CASE(pcapng__no_room),
	KUNIT_CASE(ring__full_wraps_and_is_read),
	KUNIT_CASE(ring__order_of_reserving),
	KUNIT_CASE(capture__nobody_reads),
	KUNIT_CASE(capture__received),
	KUNIT_CASE(capture__sent),
	KUNIT_CASE(capture__in_order),
	KUNIT_CASE(capture__slow_reader),
	KUNIT_CASE(capture__readers_are_bounded),
	KUNIT_CASE(capture__detach_ends_it),
	KUNIT_CASE(capture__holds_no_pbufs),
	{}
};

static struct kunit_suite suite = {
	.name = "ksmol_phy_capture",
	.init = phy_fixture_init,
	.exit = phy_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
