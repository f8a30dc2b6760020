// SPDX-License-Identifier: GPL-2.0-only
/* DHCP messages: what is read, what is refused. Pitfall 59. */

#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/random.h>
#include <ksmol/compat.h>
#include <ksmol/dhcp.h>
#include <ksmol/stats.h>
#include "dhcp_message.h"
#include "frames.h"

static const u8 our_mac[] = { 2, 0, 0, 0, 0, 1 };

#define US	KSMOL_IP(10, 0, 0, 7)
#define SERVER	KSMOL_IP(10, 0, 0, 1)
#define XID	0x12345678

static struct dhcp_message *ack(struct kunit *test)
{
	struct dhcp_message *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	dhcp_reply(m, KSMOL_DHCP_ACK, XID, our_mac, US);
	return m;
}

static int parse(const struct dhcp_message *m, struct ksmol_dhcp *dhcp)
{
	return ksmol_dhcp_parse(m->bytes, m->len, dhcp);
}

static void parse__reads_every_field(struct kunit *test)
{
	struct dhcp_message *m = ack(test);
	struct ksmol_dhcp dhcp;

	dhcp_grant(m, KSMOL_DHCP_ACK, XID, our_mac, US, SERVER, 3600);
	m->len--;
	dhcp_put_u32(m, KSMOL_DHCP_OPT_T1, 1000);
	dhcp_put_u32(m, KSMOL_DHCP_OPT_T2, 2000);
	dhcp_end(m);
	KUNIT_ASSERT_EQ(test, parse(m, &dhcp), 0);
	KUNIT_EXPECT_EQ(test, dhcp.type, KSMOL_DHCP_ACK);
	KUNIT_EXPECT_EQ(test, dhcp.xid, XID);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(dhcp.chaddr, our_mac));
	KUNIT_EXPECT_EQ(test, dhcp.yiaddr, US);
	KUNIT_EXPECT_EQ(test, dhcp.server, SERVER);
	KUNIT_EXPECT_EQ(test, dhcp.plen, 24);
	KUNIT_EXPECT_EQ(test, dhcp.lease, 3600U);
	KUNIT_EXPECT_EQ(test, dhcp.t1, 1000U);
	KUNIT_EXPECT_EQ(test, dhcp.t2, 2000U);
	KUNIT_EXPECT_EQ(test, dhcp.nr_routers, 1);
	KUNIT_EXPECT_EQ(test, dhcp.routers[0], SERVER);
}

static void parse__short(struct kunit *test)
{
	struct dhcp_message *m = ack(test);
	struct ksmol_dhcp dhcp;

	for (m->len = 0; m->len < KSMOL_DHCP_HLEN; m->len++)
		KUNIT_EXPECT_EQ(test, parse(m, &dhcp),
				KSMOL_DROP_DHCP_SHORT);
	/* No type. */
	KUNIT_EXPECT_EQ(test, parse(m, &dhcp), KSMOL_DROP_DHCP_FORMAT);
}

/* Each byte of the head that has only one value. */
static void parse__not_a_reply(struct kunit *test)
{
	static const u8 at[] = { 0, 1, 2, 236, 237, 238, 239 };
	struct dhcp_message *m = ack(test);
	struct ksmol_dhcp dhcp;
	int i;

	KUNIT_ASSERT_EQ(test, parse(m, &dhcp), 0);
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		m->bytes[at[i]]++;
		KUNIT_EXPECT_EQ_MSG(test, parse(m, &dhcp),
				    KSMOL_DROP_DHCP_FORMAT, "byte %d", at[i]);
		m->bytes[at[i]]--;
	}
}

static void parse__types(struct kunit *test)
{
	struct dhcp_message *m = ack(test);
	struct ksmol_dhcp dhcp;
	u8 type;

	for (type = 0; type < 20; type++) {
		bool ok = type == KSMOL_DHCP_OFFER || type == KSMOL_DHCP_ACK ||
			  type == KSMOL_DHCP_NAK;

		dhcp_reply(m, type, XID, our_mac, US);
		KUNIT_EXPECT_EQ_MSG(test, parse(m, &dhcp),
				    ok ? 0 : KSMOL_DROP_DHCP_FORMAT,
				    "type %u", type);
	}
}

static void parse__option_beyond_the_end(struct kunit *test)
{
	struct dhcp_message *m = ack(test);
	struct ksmol_dhcp dhcp;
	u32 len;

	dhcp_put_u32(m, KSMOL_DHCP_OPT_LEASE, 60);
	for (len = m->len - 5; len < m->len; len++)
		KUNIT_EXPECT_EQ_MSG(test, ksmol_dhcp_parse(m->bytes, len,
							   &dhcp),
				    KSMOL_DROP_DHCP_FORMAT, "%u bytes", len);
	KUNIT_EXPECT_EQ(test, parse(m, &dhcp), 0);
	/* What stands behind the end is not looked at. */
	dhcp_end(m);
	m->bytes[m->len++] = KSMOL_DHCP_OPT_T1;
	KUNIT_EXPECT_EQ(test, parse(m, &dhcp), 0);
	KUNIT_EXPECT_EQ(test, dhcp.lease, 60U);
}

static void parse__wrong_lengths(struct kunit *test)
{
	static const u8 codes[] = {
		KSMOL_DHCP_OPT_MASK, KSMOL_DHCP_OPT_ROUTERS,
		KSMOL_DHCP_OPT_SERVER, KSMOL_DHCP_OPT_LEASE, KSMOL_DHCP_OPT_T1,
		KSMOL_DHCP_OPT_T2, KSMOL_DHCP_OPT_OVERLOAD,
	};
	static const u8 zeros[8];
	struct dhcp_message *m = ack(test);
	struct ksmol_dhcp dhcp;
	int i, len;

	for (i = 0; i < ARRAY_SIZE(codes); i++)
		for (len = 0; len < 8; len++) {
			if (len == 4 && i < 6)
				continue;
			dhcp_reply(m, KSMOL_DHCP_ACK, XID, our_mac, US);
			dhcp_put(m, codes[i], zeros, len);
			KUNIT_EXPECT_EQ_MSG(test, parse(m, &dhcp),
					    KSMOL_DROP_DHCP_FORMAT,
					    "option %u of %d", codes[i], len);
		}
}

static void parse__masks(struct kunit *test)
{
	static const struct { u32 addr, mask; u8 plen; } tries[] = {
		{ 0x0a000007, 0xffffff00, 24 },
		{ 0x0a000007, 0xffffffff, 32 },
		{ 0x0a000007, 0x80000000, 1 },
		{ 0x0a000007, 0, 8 },
		{ 0xac100007, 0, 16 },
		{ 0xc0a80007, 0, 24 },
		{ 0x0a000007, 0xff00ff00, 0xff },
		{ 0x0a000007, 0x00ffffff, 0xff },
	};
	struct dhcp_message *m = ack(test);
	struct ksmol_dhcp dhcp;
	int i, err;

	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		dhcp_reply(m, KSMOL_DHCP_ACK, XID, our_mac,
			   htonl(tries[i].addr));
		dhcp_put_u32(m, KSMOL_DHCP_OPT_MASK, tries[i].mask);
		err = parse(m, &dhcp);
		if (tries[i].plen == 0xff) {
			KUNIT_EXPECT_EQ(test, err, KSMOL_DROP_DHCP_FORMAT);
			continue;
		}
		KUNIT_EXPECT_EQ(test, err, 0);
		KUNIT_EXPECT_EQ(test, dhcp.plen, tries[i].plen);
	}
}

/* RFC 3396: an option of more than 255 bytes comes in pieces. */
static void option__concatenated(struct kunit *test)
{
	struct dhcp_message *m = ack(test);
	struct ksmol_dhcp dhcp;
	u8 value[400], got[400];
	int i;

	for (i = 0; i < sizeof(value); i++)
		value[i] = i * 7;
	dhcp_put(m, 77, value, 255);
	dhcp_put_u32(m, KSMOL_DHCP_OPT_LEASE, 60);
	dhcp_put(m, 77, value + 255, sizeof(value) - 255);
	dhcp_end(m);
	KUNIT_ASSERT_EQ(test, parse(m, &dhcp), 0);
	KUNIT_EXPECT_EQ(test, dhcp.lease, 60U);
	KUNIT_EXPECT_EQ(test, ksmol_dhcp_option(m->bytes, m->len, 77, got,
						sizeof(got)), 400);
	KUNIT_EXPECT_EQ(test, memcmp(got, value, sizeof(value)), 0);
	/* Less room: its length all the same, and not a byte beyond. */
	memset(got, 0, sizeof(got));
	KUNIT_EXPECT_EQ(test, ksmol_dhcp_option(m->bytes, m->len, 77, got,
						300), 400);
	KUNIT_EXPECT_EQ(test, memcmp(got, value, 300), 0);
	KUNIT_EXPECT_EQ(test, got[300], 0);
	KUNIT_EXPECT_EQ(test, ksmol_dhcp_option(m->bytes, m->len, 78, got,
						sizeof(got)), -ENOENT);
}

/* Options in the file (1), the name (2) or both (3), in that order. */
static void option__overload(struct kunit *test)
{
	static const u8 file[] = { 12, 2, 'a', 'b', 255 };
	static const u8 name[] = { 0, 12, 1, 'c', 255 };
	static const char * const want[] = { "", "ab", "c", "abc" };
	struct dhcp_message *m = ack(test);
	struct ksmol_dhcp dhcp;
	u8 got[4], where;
	int len;

	for (where = 1; where <= 3; where++) {
		dhcp_reply(m, KSMOL_DHCP_ACK, XID, our_mac, US);
		memcpy(m->bytes + 108, file, sizeof(file));
		memcpy(m->bytes + 44, name, sizeof(name));
		dhcp_put(m, KSMOL_DHCP_OPT_OVERLOAD, &where, 1);
		KUNIT_ASSERT_EQ(test, parse(m, &dhcp), 0);
		len = ksmol_dhcp_option(m->bytes, m->len, 12, got, sizeof(got));
		KUNIT_EXPECT_EQ(test, len, strlen(want[where]));
		KUNIT_EXPECT_EQ(test, memcmp(got, want[where], len), 0);
	}
	/* An option there ends with its field. */
	m->bytes[108 + 126] = 12;
	m->bytes[108 + 127] = 1;
	memset(m->bytes + 108, 0, 126);
	KUNIT_EXPECT_EQ(test, parse(m, &dhcp), KSMOL_DROP_DHCP_FORMAT);
	m->bytes[108 + 127] = 0;
	KUNIT_EXPECT_EQ(test, parse(m, &dhcp), 0);
	where = 4;
	dhcp_reply(m, KSMOL_DHCP_ACK, XID, our_mac, US);
	dhcp_put(m, KSMOL_DHCP_OPT_OVERLOAD, &where, 1);
	KUNIT_EXPECT_EQ(test, parse(m, &dhcp), KSMOL_DROP_DHCP_FORMAT);
}

/* Whatever is behind the head: no byte beyond it is read (KASAN looks on). */
static void parse__random(struct kunit *test)
{
	struct ksmol_dhcp dhcp;
	int i;

	for (i = 0; i < 5000; i++) {
		u32 len = KSMOL_DHCP_HLEN + get_random_u32_below(64);
		struct dhcp_message *m = ack(test);
		u8 *exact = kmalloc(len, GFP_KERNEL);

		if (exact) {
			get_random_bytes(m->bytes + 240 + 3, 61);
			memcpy(exact, m->bytes, len);
			ksmol_dhcp_parse(exact, len, &dhcp);
			kfree(exact);
		}
		kunit_kfree(test, m);
		cond_resched();
	}
	KUNIT_SUCCEED(test);
}

static u32 emitted(u8 *bytes, const struct ksmol_dhcp_request *req, u8 code,
		   u8 *value, u32 room)
{
	memset(bytes, 0xaa, KSMOL_DHCP_EMIT_LEN + 1);
	ksmol_dhcp_emit(bytes, req);
	return ksmol_dhcp_option(bytes, KSMOL_DHCP_EMIT_LEN, code, value,
				 room);
}

static void emit__discover(struct kunit *test)
{
	struct ksmol_dhcp_request req = {
		.type = KSMOL_DHCP_DISCOVER,
		.secs = 0x0102,
		.size = 1500,
		.xid = XID,
	};
	u8 bytes[KSMOL_DHCP_EMIT_LEN + 1], value[16];
	static const u8 head[] = { 1, 1, 6, 0, 0x12, 0x34, 0x56, 0x78, 1, 2 };

	ether_addr_copy(req.chaddr, our_mac);
	KUNIT_EXPECT_EQ(test, emitted(bytes, &req, KSMOL_DHCP_OPT_TYPE, value,
				      1), 1);
	KUNIT_EXPECT_EQ(test, value[0], KSMOL_DHCP_DISCOVER);
	KUNIT_EXPECT_EQ(test, memcmp(bytes, head, sizeof(head)), 0);
	KUNIT_EXPECT_EQ(test, memcmp(bytes + 28, our_mac, ETH_ALEN), 0);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(bytes + 236), 0x63825363);
	KUNIT_EXPECT_EQ(test, bytes[KSMOL_DHCP_EMIT_LEN], 0xaa);
	KUNIT_EXPECT_EQ(test, emitted(bytes, &req, KSMOL_DHCP_OPT_SIZE, value,
				      2), 2);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(value), 1500);
	KUNIT_EXPECT_EQ(test, (int)emitted(bytes, &req, KSMOL_DHCP_OPT_CLIENT,
					   value, 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, (int)emitted(bytes, &req, KSMOL_DHCP_OPT_SERVER,
					   value, 4), -ENOENT);
}

/* The longest there is. */
static void emit__request(struct kunit *test)
{
	struct ksmol_dhcp_request req = {
		.type = KSMOL_DHCP_REQUEST,
		.own_id = true,
		.size = 576,
		.ciaddr = US,
		.address = US,
		.server = SERVER,
	};
	u8 bytes[KSMOL_DHCP_EMIT_LEN + 1], value[16];
	__be32 addr;

	ether_addr_copy(req.chaddr, our_mac);
	KUNIT_EXPECT_EQ(test, emitted(bytes, &req, KSMOL_DHCP_OPT_ADDRESS,
				      (u8 *)&addr, 4), 4);
	KUNIT_EXPECT_EQ(test, addr, US);
	KUNIT_EXPECT_EQ(test, emitted(bytes, &req, KSMOL_DHCP_OPT_SERVER,
				      (u8 *)&addr, 4), 4);
	KUNIT_EXPECT_EQ(test, addr, SERVER);
	KUNIT_EXPECT_EQ(test, emitted(bytes, &req, KSMOL_DHCP_OPT_CLIENT,
				      value, sizeof(value)), 12);
	KUNIT_EXPECT_EQ(test, memcmp(value, "\0ksmol", 6), 0);
	KUNIT_EXPECT_EQ(test, memcmp(value + 6, our_mac, ETH_ALEN), 0);
	KUNIT_EXPECT_EQ(test, memcmp(bytes + 12, &req.ciaddr, 4), 0);
	KUNIT_EXPECT_GT(test, emitted(bytes, &req, KSMOL_DHCP_OPT_WANTED,
				      value, sizeof(value)), 4U);
	KUNIT_EXPECT_EQ(test, bytes[KSMOL_DHCP_EMIT_LEN], 0xaa);
}

static struct kunit_case dhcp_cases[] = {
	KUNIT_CASE(parse__reads_every_field),
	KUNIT_CASE(parse__short),
	KUNIT_CASE(parse__not_a_reply),
	KUNIT_CASE(parse__types),
	KUNIT_CASE(parse__option_beyond_the_end),
	KUNIT_CASE(parse__wrong_lengths),
	KUNIT_CASE(parse__masks),
	KUNIT_CASE(option__concatenated),
	KUNIT_CASE(option__overload),
	KUNIT_CASE(parse__random),
	KUNIT_CASE(emit__discover),
	KUNIT_CASE(emit__request),
	{}
};

static struct kunit_suite dhcp_suite = {
	.name = "ksmol_wire_dhcp",
	.test_cases = dhcp_cases,
};

kunit_test_suite(dhcp_suite);
