// SPDX-License-Identifier: GPL-2.0-only
#include <linux/if_ether.h>
#include <linux/string.h>
#include <ksmol/compat.h>
#include <ksmol/dhcp.h>
#include "dhcp_message.h"
#include "frames.h"

void dhcp_put(struct dhcp_message *m, u8 code, const void *value, u8 len)
{
	if (WARN_ON_ONCE(m->len + 2 + len > sizeof(m->bytes)))
		return;
	m->bytes[m->len] = code;
	m->bytes[m->len + 1] = len;
	memcpy(m->bytes + m->len + 2, value, len);
	m->len += 2 + len;
}

void dhcp_put_be32(struct dhcp_message *m, u8 code, __be32 value)
{
	dhcp_put(m, code, &value, sizeof(value));
}

void dhcp_put_u32(struct dhcp_message *m, u8 code, u32 value)
{
	dhcp_put_be32(m, code, htonl(value));
}

void dhcp_end(struct dhcp_message *m)
{
	m->bytes[m->len++] = 255;
}

void dhcp_reply(struct dhcp_message *m, u8 type, u32 xid, const u8 *chaddr,
		__be32 yiaddr)
{
	static const u8 head[] = { 2, 1, 6, 0 };
	static const u8 cookie[] = { 99, 130, 83, 99 };

	memset(m, 0, sizeof(*m));
	memcpy(m->bytes, head, sizeof(head));
	put_unaligned_be32(xid, m->bytes + 4);
	memcpy(m->bytes + 16, &yiaddr, sizeof(yiaddr));
	memcpy(m->bytes + 28, chaddr, ETH_ALEN);
	memcpy(m->bytes + 236, cookie, sizeof(cookie));
	m->len = 240;
	dhcp_put(m, KSMOL_DHCP_OPT_TYPE, &type, 1);
}

void dhcp_grant(struct dhcp_message *m, u8 type, u32 xid, const u8 *chaddr,
		__be32 yiaddr, __be32 server, u32 lease)
{
	dhcp_reply(m, type, xid, chaddr, yiaddr);
	dhcp_put_be32(m, KSMOL_DHCP_OPT_SERVER, server);
	dhcp_put_u32(m, KSMOL_DHCP_OPT_LEASE, lease);
	dhcp_put_be32(m, KSMOL_DHCP_OPT_MASK, KSMOL_IP(255, 255, 255, 0));
	dhcp_put_be32(m, KSMOL_DHCP_OPT_ROUTERS, server);
	dhcp_end(m);
}
