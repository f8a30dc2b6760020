// SPDX-License-Identifier: GPL-2.0-only
/* Frames as a driver hands them up, made outside of what is timed. */

#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/if_inet6.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>

#include "bench.h"

/* Half a page for each frame, as drivers with an MTU of 1500 have it. */
#define BENCH_BUFFER	2048
#define BENCH_PAD	(NET_SKB_PAD + NET_IP_ALIGN)

static void *frame_l3(struct bench_frame *frame)
{
	return frame->bytes + ETH_HLEN;
}

static u32 net_hlen(u8 family)
{
	return family == AF_INET ? sizeof(struct iphdr) :
				   sizeof(struct ipv6hdr);
}

static void *frame_l4(struct bench_frame *frame)
{
	return frame_l3(frame) + net_hlen(frame->family);
}

static void header_ipv4(struct iphdr *ip, enum bench_stack stack, u8 proto,
			u32 l4_len)
{
	ip->version = 4;
	ip->ihl = 5;
	ip->tot_len = htons(sizeof(*ip) + l4_len);
	ip->frag_off = htons(IP_DF);
	ip->ttl = 64;
	ip->protocol = proto;
	ip->saddr = bench_peer(stack);
	ip->daddr = bench_local(stack);
	ip_send_check(ip);
}

static void header_ipv6(struct ipv6hdr *ip, enum bench_stack stack, u8 proto,
			u32 l4_len)
{
	ip->version = 6;
	ip->payload_len = htons(l4_len);
	ip->nexthdr = proto;
	ip->hop_limit = 64;
	ip->saddr = bench_peer6(stack);
	ip->daddr = bench_local6(stack);
}

static void frame_headers(struct bench_frame *frame, enum bench_stack stack,
			  u8 family, u8 proto, u32 l4_len)
{
	struct ethhdr *eth = (struct ethhdr *)frame->bytes;

	memset(frame, 0, sizeof(*frame));
	frame->stack = stack;
	frame->family = family;
	frame->len = ETH_HLEN + net_hlen(family) + l4_len;
	ether_addr_copy(eth->h_dest, bench_device(stack)->dev_addr);
	bench_peer_mac(stack, eth->h_source);
	if (family == AF_INET) {
		eth->h_proto = htons(ETH_P_IP);
		header_ipv4(frame_l3(frame), stack, proto, l4_len);
	} else {
		eth->h_proto = htons(ETH_P_IPV6);
		header_ipv6(frame_l3(frame), stack, proto, l4_len);
	}
}

static void *frame_payload(struct bench_frame *frame, u32 hlen, u32 size)
{
	void *l4 = frame_l4(frame);
	u32 i;

	frame->payload = ETH_HLEN + net_hlen(frame->family) + hlen;
	frame->size = size;
	for (i = 0; i < size; i++)
		frame->bytes[frame->payload + i] = i * 7;
	return l4;
}

/* Of all that stands there. */
static void udp_send_check(struct bench_frame *frame)
{
	struct udphdr *udp = frame_l4(frame);
	const struct ipv6hdr *ip6 = frame_l3(frame);
	const struct iphdr *ip = frame_l3(frame);
	u32 len = ntohs(udp->len);
	__wsum sum;

	udp->check = 0;
	sum = csum_partial(udp, len, 0);
	if (frame->family == AF_INET)
		udp->check = csum_tcpudp_magic(ip->saddr, ip->daddr, len,
					       IPPROTO_UDP, sum);
	else
		udp->check = csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len,
					     IPPROTO_UDP, sum);
}

void bench_frame_udp(struct bench_frame *frame, enum bench_stack stack,
		     u8 family, u32 size, u16 sport, u16 dport)
{
	u32 len = sizeof(struct udphdr) + size;
	struct udphdr *udp;

	frame_headers(frame, stack, family, IPPROTO_UDP, len);
	udp = frame_payload(frame, sizeof(*udp), size);
	udp->source = htons(sport);
	udp->dest = htons(dport);
	udp->len = htons(len);
	udp_send_check(frame);
}

void bench_frame_echo(struct bench_frame *frame, enum bench_stack stack,
		      u32 size)
{
	u32 len = sizeof(struct icmphdr) + size;
	struct icmphdr *icmp;

	frame_headers(frame, stack, AF_INET, IPPROTO_ICMP, len);
	icmp = frame_payload(frame, sizeof(*icmp), size);
	icmp->type = ICMP_ECHO;
	icmp->un.echo.id = htons(1);
	icmp->un.echo.sequence = htons(1);
	icmp->checksum = ip_compute_csum(icmp, len);
}

void bench_frame_group(struct bench_frame *frame, unsigned int n)
{
	struct ipv6hdr *ip6 = frame_l3(frame);
	struct iphdr *ip = frame_l3(frame);

	if (frame->family == AF_INET) {
		ip->daddr = bench_group(n);
		ip_send_check(ip);
		ip_eth_mc_map(ip->daddr, frame->bytes);
	} else {
		ip6->daddr = bench_group6(n);
		ipv6_eth_mc_map(&ip6->daddr, frame->bytes);
	}
	udp_send_check(frame);
}

void bench_frame_ports(struct bench_frame *frame, u16 sport, u16 dport)
{
	struct udphdr *udp = frame_l4(frame);

	csum_replace2(&udp->check, udp->source, htons(sport));
	csum_replace2(&udp->check, udp->dest, htons(dport));
	udp->source = htons(sport);
	udp->dest = htons(dport);
}

void bench_frame_tcp(struct bench_frame *frame, enum bench_stack stack,
		     u32 size)
{
	struct tcphdr *tcp;

	frame_headers(frame, stack, AF_INET, IPPROTO_TCP, sizeof(*tcp) + size);
	tcp = frame_payload(frame, sizeof(*tcp), size);
	tcp->dest = htons(BENCH_PORT);
	tcp->doff = sizeof(*tcp) / 4;
	tcp->window = htons(U16_MAX);
	tcp->ack = 1;
	tcp->psh = !!size;
}

void bench_frame_segment(struct bench_frame *frame, struct bench_stream *end)
{
	struct tcphdr *tcp = frame_l4(frame);

	tcp->source = htons(end->port);
	tcp->seq = htonl(end->seq);
	tcp->ack_seq = htonl(end->ack);
	end->seq += frame->size;
}

void bench_frame_flags(struct bench_frame *frame, struct bench_stream *end,
		       bool syn)
{
	struct tcphdr *tcp = frame_l4(frame);

	bench_frame_segment(frame, end);
	tcp->syn = syn;
	tcp->ack = !syn;
	end->seq += syn;
}

struct sk_buff *bench_skb(const struct bench_frame *frame)
{
	struct sk_buff *skb;
	void *buffer;

	BUILD_BUG_ON(SKB_DATA_ALIGN(BENCH_PAD + BENCH_FRAME_MAX) +
		     SKB_DATA_ALIGN(sizeof(struct skb_shared_info)) >
		     BENCH_BUFFER);
	buffer = napi_alloc_frag(BENCH_BUFFER);
	if (!buffer)
		return NULL;
	skb = napi_build_skb(buffer, BENCH_BUFFER);
	if (!skb) {
		skb_free_frag(buffer);
		return NULL;
	}
	skb_reserve(skb, BENCH_PAD);
	skb_put_data(skb, frame->bytes, frame->len);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->protocol = eth_type_trans(skb, bench_device(frame->stack));
	return skb;
}

int bench_skbs(const struct bench_frame *frame, struct sk_buff **skbs,
	       unsigned int n)
{
	unsigned int i;

	local_bh_disable();
	for (i = 0; i < n; i++) {
		skbs[i] = bench_skb(frame);
		if (!skbs[i])
			break;
	}
	local_bh_enable();
	if (i == n)
		return 0;
	while (i--)
		consume_skb(skbs[i]);
	return -ENOMEM;
}

void bench_inject(struct sk_buff **skbs, unsigned int n)
{
	unsigned int i;

	local_bh_disable();
	for (i = 0; i < n; i++)
		netif_receive_skb(skbs[i]);
	local_bh_enable();
}
