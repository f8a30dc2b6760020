// SPDX-License-Identifier: GPL-2.0-only
#include <linux/icmpv6.h>
#include <linux/inet.h>
#include <linux/string.h>
#include <linux/udp.h>
#include <net/ip6_checksum.h>
#include "frames6.h"

struct ksmol_addr ksmol_ip6(const char *text)
{
	struct ksmol_addr addr = {};

	WARN_ON(!in6_pton(text, -1, addr.v6.s6_addr, -1, NULL));
	return addr;
}

static void frame6_fill(struct ksmol_frame *f, const void *from, u32 len)
{
	u8 *at = f->data + f->len;
	u32 i;

	if (WARN_ON_ONCE(len > KSMOL_FRAME_MAX - f->len))
		len = KSMOL_FRAME_MAX - f->len;
	if (from)
		memcpy(at, from, len);
	else
		for (i = 0; i < len; i++)
			at[i] = i;
	f->len += len;
}

void ksmol_frame_ipv6(struct ksmol_frame *f, const struct ksmol_frame6_ends *e,
		      u8 next, const void *payload, u32 len)
{
	struct ipv6hdr ip = {
		.version = 6,
		.priority = e->tclass >> 4,
		.flow_lbl = { (e->tclass & 0xf) << 4 },
		.payload_len = htons(len),
		.nexthdr = next,
		.hop_limit = e->hlim ?: 64,
		.saddr = e->saddr.v6,
		.daddr = e->daddr.v6,
	};

	ksmol_frame_eth(f, e->dmac, e->smac, ETH_P_IPV6);
	frame6_fill(f, &ip, sizeof(ip));
	frame6_fill(f, payload, len);
}

static __sum16 frame6_sum(struct ksmol_frame *f,
			  const struct ksmol_frame6_ends *e, u8 proto, u32 len)
{
	return csum_ipv6_magic(&e->saddr.v6, &e->daddr.v6, len, proto,
			       csum_partial(ksmol_frame_l46(f), len, 0));
}

void ksmol_frame_udp6(struct ksmol_frame *f, const struct ksmol_frame6_ends *e,
		      const void *payload, u32 len)
{
	struct udphdr head = {
		.source = e->sport,
		.dest = e->dport,
		.len = htons(sizeof(head) + len),
	};
	struct udphdr *udp;

	ksmol_frame_ipv6(f, e, IPPROTO_UDP, &head, sizeof(head));
	frame6_fill(f, payload, len);
	len += sizeof(head);
	ksmol_frame_ip6h(f)->payload_len = htons(len);
	udp = ksmol_frame_l46(f);
	udp->check = frame6_sum(f, e, IPPROTO_UDP, len) ?: CSUM_MANGLED_0;
}

void ksmol_frame_icmp6(struct ksmol_frame *f, const struct ksmol_frame6_ends *e,
		       u8 type, u8 code, u32 rest, const void *body, u32 len)
{
	struct icmp6hdr head = {
		.icmp6_type = type,
		.icmp6_code = code,
		.icmp6_dataun.un_data32 = { htonl(rest) },
	};
	struct icmp6hdr *icmp;

	ksmol_frame_ipv6(f, e, IPPROTO_ICMPV6, &head, sizeof(head));
	frame6_fill(f, body, len);
	len += sizeof(head);
	ksmol_frame_ip6h(f)->payload_len = htons(len);
	icmp = ksmol_frame_l46(f);
	icmp->icmp6_cksum = frame6_sum(f, e, IPPROTO_ICMPV6, len);
}

void ksmol_frame_ext6(struct ksmol_frame *f, u8 next, const void *bytes,
		      u32 len)
{
	struct ipv6hdr *ip = ksmol_frame_ip6h(f);
	u8 *at = ksmol_frame_l46(f);

	if (WARN_ON_ONCE(len > KSMOL_FRAME_MAX - f->len))
		return;
	memmove(at + len, at, f->len - ETH_HLEN - sizeof(*ip));
	memcpy(at, bytes, len);
	at[0] = ip->nexthdr;
	ip->nexthdr = next;
	f->len += len;
	ip->payload_len = htons(ntohs(ip->payload_len) + len);
}

struct ipv6hdr *ksmol_frame_ip6h(struct ksmol_frame *f)
{
	return (struct ipv6hdr *)(f->data + ETH_HLEN);
}

void *ksmol_frame_l46(struct ksmol_frame *f)
{
	return f->data + ETH_HLEN + sizeof(struct ipv6hdr);
}
