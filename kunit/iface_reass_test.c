// SPDX-License-Identifier: GPL-2.0-only
/* Fragments in, datagrams up. Pitfall 20. */

#include <linux/icmp.h>
#include <linux/if_packet.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include "../module/iface/reass.h"
#include "iface_fixture.h"

/* Bytes behind the network header of the datagrams that are cut here. */
#define LEN 3008

/* The datagram of a case, whole; the fixture's frame carries its pieces. */
static struct ksmol_frame *datagram(struct kunit *test, __be32 saddr)
{
	struct ksmol_frame *whole = kunit_kzalloc(test, sizeof(*whole),
						  GFP_KERNEL);
	struct ksmol_frame_ends ends = iface_ends(US);

	KUNIT_ASSERT_NOT_NULL(test, whole);
	ends.saddr = saddr;
	ends.tos = 0x2c;
	ksmol_frame_udp(whole, &ends, NULL, LEN - sizeof(struct udphdr));
	return whole;
}

/* Bytes @off to @off + @len of it arrive. */
static void piece_of(struct kunit *test, struct ksmol_frame *whole, u16 id,
		     u32 off, u32 len, bool more)
{
	struct ksmol_frame_ends ends = iface_ends(US);
	struct iface_fixture *f = test->priv;
	struct iphdr *from = ksmol_frame_iph(whole), *ip;

	ends.saddr = from->saddr;
	ends.tos = from->tos;
	ends.ttl = 40 + off / 8 % 100;
	ksmol_frame_ipv4(&f->frame, &ends, from->protocol,
			 (u8 *)ksmol_frame_l4(whole) + off, len);
	ip = ksmol_frame_iph(&f->frame);
	ip->id = htons(id);
	ip->frag_off = htons(off / 8 | (more ? 0x2000 : 0));
	ksmol_frame_fix(&f->frame);
	iface_arrives(test);
}

static void piece(struct kunit *test, struct ksmol_frame *whole, u32 off,
		  u32 len, bool more)
{
	piece_of(test, whole, 77, off, len, more);
}

static void expect_whole(struct kunit *test, struct ksmol_frame *whole,
			 unsigned int inputs)
{
	struct iface_fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, f->inputs, inputs);
	KUNIT_EXPECT_EQ(test, f->len, (u32)LEN);
	KUNIT_EXPECT_EQ(test, memcmp(f->bytes, ksmol_frame_l4(whole), LEN), 0);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 0U);
}

/* Every order in which three pieces, one of them short enough to be copied,
 * may come.
 */
static void reass__any_order(struct kunit *test)
{
	static const u32 at[] = { 0, 1480, 2960, LEN };
	static const u8 order[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
				       { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_frame *whole = datagram(test, PEER);
	u64 delivered = iface_verdict(KSMOL_DELIVERED);
	u32 i, k, n;

	for (i = 0; i < ARRAY_SIZE(order); i++) {
		memset(f->bytes, 0, sizeof(f->bytes));
		for (k = 0; k < 3; k++) {
			n = order[i][k];
			KUNIT_EXPECT_EQ(test, f->inputs, i);
			piece(test, whole, at[n], at[n + 1] - at[n], n < 2);
		}
		expect_whole(test, whole, i + 1);
		/* Its header is fragment 0's. */
		KUNIT_EXPECT_EQ(test, f->rx.ttl, 40);
		KUNIT_EXPECT_EQ(test, f->rx.tos, 0x2c);
		KUNIT_EXPECT_EQ(test, f->rx.saddr.v4, PEER);
		KUNIT_EXPECT_FALSE(test, f->rx.csum_ok);
		KUNIT_EXPECT_FALSE(test, f->rx.csum_valid);
	}
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DELIVERED), delivered + 18);
}

/* What a device says about a fragment says nothing about the datagram. */
static void reass__device_vouches_for_fragments(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_frame *whole = datagram(test, PEER);
	struct sk_buff *skb;
	int i;

	for (i = 0; i < 2; i++) {
		struct ksmol_frame_ends ends = iface_ends(US);
		struct iphdr *ip;

		ksmol_frame_ipv4(&f->frame, &ends, IPPROTO_UDP,
				 (u8 *)ksmol_frame_l4(whole) + i * 1504, 1504);
		ip = ksmol_frame_iph(&f->frame);
		ip->frag_off = htons(i ? 188 : 0x2000);
		ksmol_frame_fix(&f->frame);
		skb = ksmol_vdev_skb(test, f->vdev, f->frame.data,
				     f->frame.len);
		skb->ip_summed = i ? CHECKSUM_COMPLETE : CHECKSUM_UNNECESSARY;
		ksmol_vdev_inject_skb(skb);
	}
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_FALSE(test, f->rx.csum_ok);
	KUNIT_EXPECT_FALSE(test, f->rx.csum_valid);
}

static void reass__several_at_once(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_frame *whole = datagram(test, PEER);
	u16 id;

	/* One of them never ends, and is in nobody's way. */
	for (id = 0; id < 10; id++)
		piece_of(test, whole, id, 0, 1504, true);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 10U);
	for (id = 1; id < 10; id++)
		piece_of(test, whole, id, 1504, LEN - 1504, false);
	KUNIT_EXPECT_EQ(test, f->inputs, 9U);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 1U);
}

/* It arrives and is dropped for @reason. */
static void expect_refused(struct kunit *test, struct ksmol_frame *whole,
			   int reason, u32 off, u32 len, bool more)
{
	u64 drops = iface_verdict(reason);

	piece(test, whole, off, len, more);
	KUNIT_EXPECT_EQ_MSG(test, iface_verdict(reason), drops + 1,
			    "%s at %u+%u", ksmol_verdict_names[reason], off,
			    len);
}

/* RFC 5722: not even what is still to come is taken. */
static void reass__overlap(struct kunit *test)
{
	static const u32 bad[][2] = { { 0, 1488 }, { 1472, 16 }, { 8, 1480 },
				      { 0, 3000 } };
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_frame *whole = datagram(test, PEER);
	u64 purged = ksmol_stats_read(purged);
	u16 id;

	for (id = 0; id < ARRAY_SIZE(bad); id++) {
		u64 drops = iface_verdict(KSMOL_DROP_FRAG_OVERLAP);

		piece_of(test, whole, id, 0, 1480, true);
		piece_of(test, whole, id, bad[id][0], bad[id][1], true);
		KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_FRAG_OVERLAP),
				drops + 1);
		KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 0U);
		piece_of(test, whole, id, 1480, LEN - 1480, false);
		KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_FRAG_OVERLAP),
				drops + 2);
	}
	KUNIT_EXPECT_EQ(test, f->inputs, 0U);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(purged) - purged,
			(u64)ARRAY_SIZE(bad));
}

/* Networks repeat packets; that is no overlap. */
static void reass__repeated(struct kunit *test)
{
	struct ksmol_frame *whole = datagram(test, PEER);

	iface_attach(test, SPEC);
	piece(test, whole, 1504, LEN - 1504, false);
	expect_refused(test, whole, KSMOL_DROP_FRAG_DUP, 1504, LEN - 1504,
		       false);
	piece(test, whole, 0, 1504, true);
	expect_whole(test, whole, 1);
}

/* RFC 1858, RFC 3128 */
static void reass__tiny(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_frame *whole = datagram(test, PEER);

	ksmol_frame_iph(whole)->protocol = IPPROTO_TCP;
	expect_refused(test, whole, KSMOL_DROP_FRAG_TINY, 0, 8, true);
	expect_refused(test, whole, KSMOL_DROP_FRAG_TINY, 0, 16, true);
	expect_refused(test, whole, KSMOL_DROP_FRAG_TINY, 8, 1480, true);
	expect_refused(test, whole, KSMOL_DROP_FRAG_TINY, 16, 1480, false);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 0U);
	piece(test, whole, 0, 24, true);
	piece(test, whole, 24, LEN - 24, false);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->proto, IPPROTO_TCP);
}

static void reass__impossible_length(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_frame *whole = datagram(test, PEER);

	/* No multiple of eight, nothing at all, beyond 65535. */
	expect_refused(test, whole, KSMOL_DROP_FRAG_LEN, 0, 1479, true);
	expect_refused(test, whole, KSMOL_DROP_FRAG_LEN, 8, 0, false);
	ksmol_frame_ipv4(&f->frame, &(struct ksmol_frame_ends){
				 .saddr = PEER, .daddr = US }, IPPROTO_UDP,
			 NULL, 16);
	ether_addr_copy(f->frame.data, f->vdev->dev->dev_addr);
	ksmol_frame_iph(&f->frame)->frag_off = htons(65504 / 8);
	ksmol_frame_fix(&f->frame);
	iface_arrives(test);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 0U);
}

static void reass__last_contradicts(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_frame *whole = datagram(test, PEER);

	piece_of(test, whole, 1, 1504, 1504, false);
	piece_of(test, whole, 1, 3008, 16, true);	/* beyond the end */
	piece_of(test, whole, 2, 1504, 1504, false);
	piece_of(test, whole, 2, 504, 104, false);	/* another end */
	piece_of(test, whole, 3, 1504, 1504, true);
	piece_of(test, whole, 3, 504, 104, false);	/* before others */
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 0U);
	KUNIT_EXPECT_EQ(test, f->inputs, 0U);
}

/* RFC 3168 5.3 */
static void reass__ecn(struct kunit *test)
{
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct ksmol_frame *whole = datagram(test, PEER);

	ksmol_frame_iph(whole)->tos = 0x2e;
	piece(test, whole, 0, 1504, true);
	ksmol_frame_iph(whole)->tos = 0x2f;
	piece(test, whole, 1504, LEN - 1504, false);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
	KUNIT_EXPECT_EQ(test, f->rx.tos, 0x2f);

	ksmol_frame_iph(whole)->tos = 0;
	piece(test, whole, 0, 1504, true);
	ksmol_frame_iph(whole)->tos = 3;
	expect_refused(test, whole, KSMOL_DROP_FRAG_ECN, 1504, LEN - 1504,
		       false);
	KUNIT_EXPECT_EQ(test, f->inputs, 1U);
}

static void run(unsigned long now)
{
	unsigned long next;

	local_bh_disable();
	ksmol_reass_run(now, &next);
	local_bh_enable();
}

/* RFC 1122 3.3.2: told, if the first was there. */
static void reass__time_is_over(struct kunit *test)
{
	struct ksmol_frame *whole = datagram(test, PEER);
	u64 purged = ksmol_stats_read(purged);
	struct iphdr *ip, *quote;
	struct icmphdr *icmp;

	iface_attach(test, SPEC);
	iface_know_peer(test);
	piece_of(test, whole, 1, 0, 1504, true);
	piece_of(test, whole, 2, 1504, LEN - 1504, false);
	run(jiffies + KSMOL_REASS_TIME - HZ);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 2U);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
	run(jiffies + KSMOL_REASS_TIME + 1);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 0U);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(purged) - purged, 2ULL);

	ip = iface_sent_ip(test, NULL);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	KUNIT_EXPECT_EQ(test, ip->daddr, PEER);
	icmp = (struct icmphdr *)(ip + 1);
	KUNIT_EXPECT_EQ(test, icmp->type, ICMP_TIME_EXCEEDED);
	KUNIT_EXPECT_EQ(test, icmp->code, ICMP_EXC_FRAGTIME);
	quote = (struct iphdr *)(icmp + 1);
	KUNIT_EXPECT_EQ(test, quote->saddr, PEER);
	KUNIT_EXPECT_EQ(test, ntohs(quote->id), 1);
	KUNIT_EXPECT_EQ(test, memcmp(quote + 1, ksmol_frame_l4(whole), 8), 0);
	KUNIT_EXPECT_EQ(test, iface_forget(test), 0U);
}

/* One that sends beginnings only displaces its own. */
static void reass__one_source_floods(struct kunit *test)
{
	struct ksmol_frame *mine = datagram(test, OTHER);
	struct ksmol_frame *flood = datagram(test, PEER);
	u32 max = ksmol_params.reass_max;
	u32 id;

	iface_attach(test, SPEC);
	piece(test, mine, 0, 1504, true);
	for (id = 0; id < 20 * max; id++) {
		piece_of(test, flood, id, 0, 1504, true);
		KUNIT_ASSERT_LE(test, iface_owned(KSMOL_OWNER_REASS), max);
	}
	piece(test, mine, 1504, LEN - 1504, false);
	KUNIT_EXPECT_EQ(test, ((struct iface_fixture *)test->priv)->inputs, 1U);
}

/* Many fragments of a few datagrams: bounded likewise. */
static void reass__fragments_are_bounded(struct kunit *test)
{
	u32 max = ksmol_pool.cfg.count[KSMOL_CLASS_RX] / 4;
	struct ksmol_frame *mine = datagram(test, OTHER);
	struct ksmol_frame *flood = datagram(test, PEER);
	u32 id, i;

	iface_attach(test, SPEC);
	piece(test, mine, 0, 1504, true);
	for (id = 0; id < 40; id++)
		for (i = 0; i < 180; i++)
			piece_of(test, flood, id, i * 16, 8, true);
	KUNIT_EXPECT_LE(test, iface_owned(KSMOL_OWNER_REASS), max);
	piece(test, mine, 1504, LEN - 1504, false);
	KUNIT_EXPECT_EQ(test, ((struct iface_fixture *)test->priv)->inputs, 1U);
}

static void reass__too_many_fragments(struct kunit *test)
{
	u64 full = iface_verdict(KSMOL_DROP_FRAG_FULL);
	struct ksmol_frame *whole = datagram(test, PEER);
	u32 i;

	iface_attach(test, SPEC);
	for (i = 0; i <= KSMOL_REASS_FRAGS; i++)
		piece(test, whole, i * 8, 8, true);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_FRAG_FULL), full + 1);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 0U);
}

/* The datagram's verdict is the last fragment's; the others are purged. */
static void reass__nobody_wants_it(struct kunit *test)
{
	u64 none = iface_verdict(KSMOL_DROP_UDP_NO_SOCKET);
	struct ksmol_frame *whole = datagram(test, PEER);
	u64 purged = ksmol_stats_read(purged);
	struct iface_fixture *f = iface_attach(test, SPEC);
	struct icmphdr *icmp;
	struct iphdr *ip;

	iface_know_peer(test);
	f->answer = KSMOL_DROP_UDP_NO_SOCKET;
	piece(test, whole, 1480, 1480, true);
	piece(test, whole, 2960, LEN - 2960, false);
	piece(test, whole, 0, 1480, true);
	KUNIT_EXPECT_EQ(test, iface_verdict(KSMOL_DROP_UDP_NO_SOCKET),
			none + 1);
	KUNIT_EXPECT_EQ(test, ksmol_stats_read(purged) - purged, 2ULL);
	ip = iface_sent_ip(test, NULL);
	KUNIT_ASSERT_NOT_NULL(test, ip);
	icmp = (struct icmphdr *)(ip + 1);
	KUNIT_EXPECT_EQ(test, icmp->type, ICMP_DEST_UNREACH);
	KUNIT_EXPECT_EQ(test, memcmp((u8 *)(icmp + 1) + 20,
				     ksmol_frame_l4(whole), 500), 0);
}

static void reass__drop_oldest(struct kunit *test)
{
	struct ksmol_frame *whole = datagram(test, PEER);
	u32 n[3];
	int i;

	iface_attach(test, SPEC);
	piece_of(test, whole, 1, 0, 1480, true);
	piece_of(test, whole, 1, 1480, 1480, true);
	piece_of(test, whole, 2, 0, 1480, true);
	local_bh_disable();
	for (i = 0; i < 3; i++)
		n[i] = ksmol_reass_drop_oldest();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, n[0], 2U);
	KUNIT_EXPECT_EQ(test, n[1], 1U);
	KUNIT_EXPECT_EQ(test, n[2], 0U);
}

static void reass__no_buffers(struct kunit *test)
{
	struct ksmol_frame *whole = datagram(test, PEER);
	struct ksmol_pbuf_list taken;
	struct ksmol_pbuf *pb;

	iface_attach(test, SPEC);
	piece(test, whole, 0, 1504, true);
	ksmol_pbuf_list_init(&taken);
	local_bh_disable();
	while ((pb = ksmol_pbuf_alloc_rx(&ksmol_pool)))
		ksmol_pbuf_list_add(&taken, pb);
	local_bh_enable();
	/* An emergency descriptor, or none: it can't wait for others. */
	piece_of(test, whole, 2, 0, 1504, true);
	KUNIT_EXPECT_LE(test, iface_owned(KSMOL_OWNER_REASS), 1U);
	local_bh_disable();
	ksmol_pbuf_list_free(&taken);
	local_bh_enable();
}

static void reass__detached_meanwhile(struct kunit *test)
{
	struct ksmol_frame *whole = datagram(test, PEER);

	iface_attach(test, SPEC);
	piece(test, whole, 0, 1504, true);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 1U);
	iface_detach(test);
	KUNIT_EXPECT_EQ(test, iface_owned(KSMOL_OWNER_REASS), 0U);
}

/* Answered although it came in parts, and goes out in parts. */
static void reass__echo(struct kunit *test)
{
	struct ksmol_frame *whole = datagram(test, PEER);
	struct ksmol_frame_ends ends = iface_ends(US);
	u8 *got = kunit_kzalloc(test, LEN, GFP_KERNEL);
	struct iphdr *ip;
	u32 off, n, len = 0;

	KUNIT_ASSERT_NOT_NULL(test, got);
	iface_attach(test, SPEC);
	iface_know_peer(test);
	ksmol_frame_echo(whole, &ends, ICMP_ECHO, 5, 6, NULL, LEN - 8);
	piece(test, whole, 1504, LEN - 1504, false);
	piece(test, whole, 0, 1504, true);
	while ((ip = iface_sent_ip(test, NULL))) {
		KUNIT_EXPECT_EQ(test, ip->protocol, IPPROTO_ICMP);
		off = (ntohs(ip->frag_off) & 0x1fff) * 8;
		n = ntohs(ip->tot_len) - sizeof(*ip);
		KUNIT_ASSERT_LE(test, off + n, (u32)LEN);
		memcpy(got + off, ip + 1, n);
		len += n;
	}
	KUNIT_EXPECT_EQ(test, len, (u32)LEN);
	KUNIT_EXPECT_EQ(test, got[0], ICMP_ECHOREPLY);
	KUNIT_EXPECT_EQ(test, csum_fold(csum_partial(got, LEN, 0)), 0);
	KUNIT_EXPECT_EQ(test, memcmp(got + 4, ksmol_frame_l4(whole) + 4,
				     LEN - 4), 0);
}

static struct kunit_case reass_cases[] = {
	KUNIT_CASE(reass__any_order),
	KUNIT_CASE(reass__device_vouches_for_fragments),
	KUNIT_CASE(reass__several_at_once),
	KUNIT_CASE(reass__overlap),
	KUNIT_CASE(reass__repeated),
	KUNIT_CASE(reass__tiny),
	KUNIT_CASE(reass__impossible_length),
	KUNIT_CASE(reass__last_contradicts),
	KUNIT_CASE(reass__ecn),
	KUNIT_CASE(reass__time_is_over),
	KUNIT_CASE(reass__one_source_floods),
	KUNIT_CASE(reass__fragments_are_bounded),
	KUNIT_CASE(reass__too_many_fragments),
	KUNIT_CASE(reass__nobody_wants_it),
	KUNIT_CASE(reass__drop_oldest),
	KUNIT_CASE(reass__no_buffers),
	KUNIT_CASE(reass__detached_meanwhile),
	KUNIT_CASE(reass__echo),
	{}
};

static struct kunit_suite reass_suite = {
	.name = "ksmol_iface_reass",
	.init = iface_fixture_init,
	.exit = iface_fixture_exit,
	.test_cases = reass_cases,
};

kunit_test_suite(reass_suite);
