/* SPDX-License-Identifier: GPL-2.0-only */
/* DHCP replies for the suites, built byte by byte. */
#ifndef _KSMOL_KUNIT_DHCP_MESSAGE_H
#define _KSMOL_KUNIT_DHCP_MESSAGE_H

#include <linux/types.h>

/**
 * struct dhcp_message - a server's reply
 * @len: bytes in use
 */
struct dhcp_message {
	u32 len;
	u8 bytes[1600];
};

/* Begins a reply to @chaddr with its type as first option. */
void dhcp_reply(struct dhcp_message *m, u8 type, u32 xid, const u8 *chaddr,
		__be32 yiaddr);

/* Appends an option. */
void dhcp_put(struct dhcp_message *m, u8 code, const void *value, u8 len);
void dhcp_put_be32(struct dhcp_message *m, u8 code, __be32 value);
void dhcp_put_u32(struct dhcp_message *m, u8 code, u32 value);

/* Appends the end. */
void dhcp_end(struct dhcp_message *m);

/* All that a lease needs: server and router @server, /24, times in seconds. */
void dhcp_grant(struct dhcp_message *m, u8 type, u32 xid, const u8 *chaddr,
		__be32 yiaddr, __be32 server, u32 lease);

#endif /* _KSMOL_KUNIT_DHCP_MESSAGE_H */
