// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extension headers that came with a datagram (RFC 3542 8 to 10). They lie in
 * front of it, where whoever keeps it need not keep them: it does for a socket
 * that has asked for them.
 */

#include <linux/in6.h>
#include <linux/ipv6.h>
#include "sock.h"

/* From the network header to where @pb begins. */
static u32 exthdr_back(const struct ksmol_sock *ks, const struct ksmol_pbuf *pb)
{
	return KSMOL_IPV6_HLEN + pb->rx.ext +
	       (ks->proto == IPPROTO_UDP ? KSMOL_UDP_HLEN : 0);
}

int ksmol_exthdr_settle(const struct ksmol_sock *ks, struct ksmol_pbuf *pb)
{
	u32 back = exthdr_back(ks, pb);
	int reason;

	if (!ksmol_sock_opt(ks, KSMOL_OPT_EXT) || back > pb->off) {
		pb->rx.ext = 0;
		return ksmol_pbuf_settle(pb);
	}
	pb->off -= back;
	pb->len += back;
	reason = ksmol_pbuf_settle(pb);
	ksmol_pbuf_pull(pb, back);
	return reason;
}

static u32 exthdr_len(u8 type, const u8 *header)
{
	switch (type) {
	case IPPROTO_FRAGMENT:
		return KSMOL_IPV6_FRAG_HLEN;
	case IPPROTO_AH:
		return (header[1] + 2) * 4;
	default:
		return (header[1] + 1) * 8;
	}
}

static void exthdr_put(u32 options, struct msghdr *msg, u8 type,
		       u8 *header, u32 len)
{
	if (type == IPPROTO_HOPOPTS && options & KSMOL_OPT_RECVHOPOPTS)
		put_cmsg(msg, SOL_IPV6, IPV6_HOPOPTS, len, header);
	if (type == IPPROTO_DSTOPTS && options & KSMOL_OPT_RECVDSTOPTS)
		put_cmsg(msg, SOL_IPV6, IPV6_DSTOPTS, len, header);
	if (type == IPPROTO_ROUTING && options & KSMOL_OPT_RECVRTHDR)
		put_cmsg(msg, SOL_IPV6, IPV6_RTHDR, len, header);
}

void ksmol_exthdr_put(const struct ksmol_sock *ks, struct msghdr *msg,
		      const struct ksmol_pbuf *pb)
{
	u32 end = KSMOL_IPV6_HLEN + pb->rx.ext, at = KSMOL_IPV6_HLEN, len;
	u32 options = READ_ONCE(ks->options);
	u8 bytes[KSMOL_IPV6_HEADERS_LEN];
	u8 type;

	if (!pb->rx.ext || end > sizeof(bytes) ||
	    ksmol_pbuf_front(pb, exthdr_back(ks, pb), bytes, end))
		return;
	type = bytes[offsetof(struct ipv6hdr, nexthdr)];
	for (; at + 2 <= end; at += len) {
		len = exthdr_len(type, bytes + at);
		if (len > end - at)
			return;
		exthdr_put(options, msg, type, bytes + at, len);
		type = bytes[at];
	}
}
