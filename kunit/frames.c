// SPDX-License-Identifier: GPL-2.0-only
#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/if_arp.h>
#include <linux/ip.h>
#include <linux/string.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include "frames.h"

/* The fixed part of ARP is struct arphdr; the addresses follow it. */
struct frame_arp {
	struct arphdr head;
	u8 sha[ETH_ALEN];
	__be32 spa;
	u8 tha[ETH_ALEN];
	__be32 tpa;
} __packed;

/* Appends @len bytes; NULL counts up from zero instead. */
static void *frame_put(struct ksmol_frame *f, const void *from, u32 len)
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
	return at;
}

void ksmol_frame_eth(struct ksmol_frame *f, const u8 *dmac, const u8 *smac,
		     u16 proto)
{
	struct ethhdr eth = { .h_proto = htons(proto) };

	ether_addr_copy(eth.h_dest, dmac);
	ether_addr_copy(eth.h_source, smac);
	f->len = 0;
	frame_put(f, &eth, sizeof(eth));
}

void ksmol_frame_arp(struct ksmol_frame *f, const u8 *dmac, u16 op,
		     const u8 *sha, __be32 spa, const u8 *tha, __be32 tpa)
{
	static const u8 everyone[ETH_ALEN] = { [0 ... ETH_ALEN - 1] = 0xff };
	struct frame_arp arp = {
		.head = {
			.ar_hrd = htons(ARPHRD_ETHER),
			.ar_pro = htons(ETH_P_IP),
			.ar_hln = ETH_ALEN,
			.ar_pln = 4,
			.ar_op = htons(op),
		},
		.spa = spa,
		.tpa = tpa,
	};

	memcpy(arp.sha, sha, ETH_ALEN);
	if (tha)
		memcpy(arp.tha, tha, ETH_ALEN);
	ksmol_frame_eth(f, dmac ?: everyone, sha, ETH_P_ARP);
	frame_put(f, &arp, sizeof(arp));
}

void ksmol_frame_ipv4(struct ksmol_frame *f, const struct ksmol_frame_ends *e,
		      u8 proto, const void *payload, u32 len)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tos = e->tos,
		.tot_len = htons(sizeof(ip) + len),
		.id = htons(1),
		.ttl = e->ttl ?: 64,
		.protocol = proto,
		.saddr = e->saddr,
		.daddr = e->daddr,
	};

	ksmol_frame_eth(f, e->dmac, e->smac, ETH_P_IP);
	frame_put(f, &ip, sizeof(ip));
	ksmol_frame_fix(f);
	frame_put(f, payload, len);
}

void ksmol_frame_udp(struct ksmol_frame *f, const struct ksmol_frame_ends *e,
		     const void *payload, u32 len)
{
	struct udphdr head = {
		.source = e->sport,
		.dest = e->dport,
		.len = htons(sizeof(head) + len),
	};
	struct udphdr *udp;

	ksmol_frame_ipv4(f, e, IPPROTO_UDP, &head, sizeof(head));
	frame_put(f, payload, len);
	ksmol_frame_iph(f)->tot_len = htons(sizeof(struct iphdr) +
					    sizeof(head) + len);
	ksmol_frame_fix(f);

	udp = ksmol_frame_l4(f);
	udp->check = csum_tcpudp_magic(e->saddr, e->daddr, sizeof(head) + len,
				       IPPROTO_UDP,
				       csum_partial(udp, sizeof(head) + len,
						    0));
	if (!udp->check)
		udp->check = CSUM_MANGLED_0;
}

void ksmol_frame_icmp(struct ksmol_frame *f, const struct ksmol_frame_ends *e,
		      u8 type, u8 code, u32 rest, const void *body, u32 len)
{
	struct icmphdr head = {
		.type = type,
		.code = code,
		.un.gateway = htonl(rest),
	};
	struct icmphdr *icmp;

	ksmol_frame_ipv4(f, e, IPPROTO_ICMP, &head, sizeof(head));
	frame_put(f, body, len);
	ksmol_frame_iph(f)->tot_len = htons(sizeof(struct iphdr) +
					    sizeof(head) + len);
	ksmol_frame_fix(f);

	icmp = ksmol_frame_l4(f);
	icmp->checksum = csum_fold(csum_partial(icmp, sizeof(head) + len, 0));
}

void ksmol_frame_echo(struct ksmol_frame *f, const struct ksmol_frame_ends *e,
		      u8 type, u16 id, u16 seq, const void *payload, u32 len)
{
	ksmol_frame_icmp(f, e, type, 0, (u32)id << 16 | seq, payload, len);
}

struct iphdr *ksmol_frame_iph(struct ksmol_frame *f)
{
	return (struct iphdr *)(f->data + ETH_HLEN);
}

void *ksmol_frame_l4(struct ksmol_frame *f)
{
	return f->data + ETH_HLEN + ksmol_frame_iph(f)->ihl * 4;
}

void ksmol_frame_fix(struct ksmol_frame *f)
{
	struct iphdr *ip = ksmol_frame_iph(f);

	ip->check = 0;
	ip->check = csum_fold(csum_partial(ip, ip->ihl * 4, 0));
}

void ksmol_frame_options(struct ksmol_frame *f, const void *options, u32 len)
{
	struct iphdr *ip = ksmol_frame_iph(f);
	u8 *at = f->data + ETH_HLEN + sizeof(*ip);

	memmove(at + len, at, f->len - ETH_HLEN - sizeof(*ip));
	memcpy(at, options, len);
	f->len += len;
	ip->ihl += len / 4;
	ip->tot_len = htons(ntohs(ip->tot_len) + len);
	ksmol_frame_fix(f);
}
