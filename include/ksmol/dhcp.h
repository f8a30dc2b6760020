/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DHCP messages (RFC 2131, 2132), the client's side: parse with bounds, emit.
 * Like the rest of wire/ without state, locks or allocation.
 */
#ifndef _KSMOL_DHCP_H
#define _KSMOL_DHCP_H

#include <linux/if_ether.h>
#include <linux/types.h>

#define KSMOL_DHCP_SERVER_PORT 67
#define KSMOL_DHCP_CLIENT_PORT 68

/* Up to and with the magic cookie. */
#define KSMOL_DHCP_HLEN 240
/* What we write. Some servers and relays drop what is shorter (RFC 1542 2.1). */
#define KSMOL_DHCP_EMIT_LEN 300
/* Longest message that is taken in: what one Ethernet frame carries. */
#define KSMOL_DHCP_LEN_MAX 1472

enum ksmol_dhcp_type {
	KSMOL_DHCP_DISCOVER = 1,
	KSMOL_DHCP_OFFER,
	KSMOL_DHCP_REQUEST,
	KSMOL_DHCP_DECLINE,
	KSMOL_DHCP_ACK,
	KSMOL_DHCP_NAK,
	KSMOL_DHCP_RELEASE,
};

/* Options that mean something to us (RFC 2132). */
enum ksmol_dhcp_code {
	KSMOL_DHCP_OPT_PAD = 0,
	KSMOL_DHCP_OPT_MASK = 1,
	KSMOL_DHCP_OPT_ROUTERS = 3,
	KSMOL_DHCP_OPT_DNS = 6,
	KSMOL_DHCP_OPT_DOMAIN = 15,
	KSMOL_DHCP_OPT_ADDRESS = 50,
	KSMOL_DHCP_OPT_LEASE = 51,
	KSMOL_DHCP_OPT_OVERLOAD = 52,
	KSMOL_DHCP_OPT_TYPE = 53,
	KSMOL_DHCP_OPT_SERVER = 54,
	KSMOL_DHCP_OPT_WANTED = 55,
	KSMOL_DHCP_OPT_SIZE = 57,
	KSMOL_DHCP_OPT_T1 = 58,
	KSMOL_DHCP_OPT_T2 = 59,
	KSMOL_DHCP_OPT_CLIENT = 61,
	KSMOL_DHCP_OPT_END = 255,
};

/* A lease that has no end. */
#define KSMOL_DHCP_INFINITE U32_MAX

#define KSMOL_DHCP_ROUTERS 4

/**
 * struct ksmol_dhcp - a message from a server
 * @type: KSMOL_DHCP_OFFER, ACK or NAK
 * @chaddr: for whom
 * @yiaddr: the address that is his
 * @server: who it is from, by option 54; 0 if it doesn't say
 * @plen: by the subnet mask, or by the address's class; 0 without an address
 * @lease, @t1, @t2: seconds; 0: not said
 * @routers: as many as fit
 */
struct ksmol_dhcp {
	u8 type;
	u8 plen;
	u8 nr_routers;
	u8 chaddr[ETH_ALEN] __aligned(2);
	u32 xid;
	__be32 yiaddr;
	__be32 server;
	u32 lease;
	u32 t1;
	u32 t2;
	__be32 routers[KSMOL_DHCP_ROUTERS];
};

/**
 * ksmol_dhcp_parse() - validate a server's message
 * @bytes: @len contiguous bytes
 *
 * Options may go on in the file and name fields (option 52), and one that is
 * given several times is one (RFC 3396).
 *
 * Return: 0; DHCP_SHORT; DHCP_FORMAT (not a reply over Ethernet, no cookie, an
 * option longer than its field, one of those above of an impossible length or
 * value, no type or none that servers send).
 */
int ksmol_dhcp_parse(const u8 *bytes, u32 len, struct ksmol_dhcp *dhcp);

/**
 * ksmol_dhcp_option() - all of an option of a message that was parsed
 * @to: room for @room bytes of it
 *
 * Return: its length, which may be more than @room, or -ENOENT.
 */
int ksmol_dhcp_option(const u8 *bytes, u32 len, u8 code, u8 *to, u32 room);

/**
 * struct ksmol_dhcp_request - a message of ours
 * @type: KSMOL_DHCP_DISCOVER, REQUEST, DECLINE or RELEASE
 * @own_id: an identity of our own, apart from the link-layer address
 * @secs: since we began
 * @size: longest IP packet that we take, 0: don't say
 * @ciaddr: our address, once it is
 * @address, @server: options 50 and 54, 0: without
 */
struct ksmol_dhcp_request {
	u8 type;
	bool own_id;
	u8 chaddr[ETH_ALEN] __aligned(2);
	u16 secs;
	u16 size;
	u32 xid;
	__be32 ciaddr;
	__be32 address;
	__be32 server;
};

/* Writes KSMOL_DHCP_EMIT_LEN bytes, padding included. */
void ksmol_dhcp_emit(u8 *to, const struct ksmol_dhcp_request *req);

#endif /* _KSMOL_DHCP_H */
