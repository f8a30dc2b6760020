/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Headers: parse with bounds into host-order structs, emit. No state, no
 * locks, no allocation, no skb. Each parser returns 0 or the drop reason
 * (enum ksmol_verdict) that names what was wrong; after it nobody reads the
 * raw bytes again.
 */
#ifndef _KSMOL_WIRE_H
#define _KSMOL_WIRE_H

#include <linux/if_ether.h>
#include <linux/types.h>
#include <net/checksum.h>
#include <ksmol/addr.h>
#include <ksmol/stats.h>

/* --- Ethernet --- */

#define KSMOL_ETH_HLEN 14

/* Writes a 14-byte Ethernet header. */
void ksmol_eth_emit(void *to, const u8 *dst, const u8 *src, __be16 proto);

/* --- ARP (RFC 826) over Ethernet for IPv4 --- */

#define KSMOL_ARP_LEN 28
#define KSMOL_ARP_REQUEST 1
#define KSMOL_ARP_REPLY 2

struct ksmol_arp {
	u16 op;
	u8 sha[ETH_ALEN] __aligned(2);
	u8 tha[ETH_ALEN] __aligned(2);
	__be32 spa;
	__be32 tpa;
};

/* @bytes: @len bytes available from the ARP header on. ARP_SHORT, ARP_FORMAT
 * (hardware type, protocol type, lengths, operation), ARP_ADDR (multicast or
 * zero sender hardware address; sender protocol address multicast, loopback,
 * broadcast or class E - 0.0.0.0 is a probe and fine).
 */
int ksmol_arp_parse(const u8 *bytes, u32 len, struct ksmol_arp *arp);
void ksmol_arp_emit(void *to, const struct ksmol_arp *arp);

/* --- IPv4 (RFC 791) --- */

#define KSMOL_IPV4_HLEN 20
#define KSMOL_IPV4_HLEN_MAX 60

struct ksmol_ipv4 {
	u8 hlen;		/* header bytes, options included */
	u8 tos;
	u8 ttl;
	u8 proto;
	u16 total;		/* total length, header included */
	u16 id;
	u16 frag_off;		/* bytes */
	bool df;
	bool mf;
	__be32 saddr;
	__be32 daddr;
};

/**
 * ksmol_ipv4_parse() - validate an IPv4 header (RFC 1122 3.2.1)
 * @bytes: the header, at least @avail bytes contiguous
 * @avail: contiguous bytes, at most KSMOL_IPV4_HLEN_MAX are looked at
 * @len: bytes in the whole packet, link-layer padding included
 *
 * Return: 0; IP_SHORT, IP_VERSION, IP_HDRLEN, IP_TOTLEN, IP_CSUM, IP_OPTIONS,
 * IP_SRCROUTE; IP_SADDR / IP_DADDR for addresses that can't be on any wire
 * (0/8, 127/8, class E, multicast or broadcast as source; 0/8, 127/8, class E
 * except 255.255.255.255 as destination).
 */
int ksmol_ipv4_parse(const u8 *bytes, u32 avail, u32 len,
		     struct ksmol_ipv4 *ip);

/* Writes a 20-byte header with its checksum. */
void ksmol_ipv4_emit(void *to, const struct ksmol_ipv4 *ip);

/* The same with @len bytes of options, a multiple of four. */
void ksmol_ipv4_emit_options(void *to, const struct ksmol_ipv4 *ip,
			     const void *options, u32 len);

/* --- what the families have in common --- */

#define KSMOL_IPV6_HLEN 40
/* No payload length says more. */
#define KSMOL_IPV6_LEN_MAX 65535

/* Bytes of the network header that we put in front of a packet. */
static inline u32 ksmol_net_hlen(u8 family)
{
	return family == AF_INET ? KSMOL_IPV4_HLEN : KSMOL_IPV6_HLEN;
}

/* What the link layer calls the family. */
static inline __be16 ksmol_net_proto(u8 family)
{
	return family == AF_INET ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
}

__wsum ksmol_pseudo_sum_v6(const struct ksmol_addr *saddr,
			   const struct ksmol_addr *daddr, u32 len, u8 proto);

/* The sum that the pseudo-header begins (RFC 768, RFC 8200 8.1); not folded. */
static inline __wsum ksmol_pseudo_sum(u8 family, const struct ksmol_addr *saddr,
				      const struct ksmol_addr *daddr, u32 len,
				      u8 proto)
{
	if (family == AF_INET)
		return csum_tcpudp_nofold(saddr->v4, daddr->v4, len, proto, 0);
	return ksmol_pseudo_sum_v6(saddr, daddr, len, proto);
}

/* The longest packet: IPv4's length counts its header, IPv6's does not. */
static inline u32 ksmol_net_total_max(u8 family)
{
	return family == AF_INET ? 65535 :
				   KSMOL_IPV6_HLEN + KSMOL_IPV6_LEN_MAX;
}

/* --- IPv6 (RFC 8200) --- */

#define KSMOL_IPV6_FRAG_HLEN 8
/* No link carries less. */
#define KSMOL_IPV6_MTU_MIN 1280

struct ksmol_ipv6 {
	u8 tclass;
	u8 next;		/* next header */
	u8 hlim;
	u16 len;		/* payload length */
	__be32 flowlabel;	/* its 20 bits */
	struct ksmol_addr saddr;
	struct ksmol_addr daddr;
};

/**
 * ksmol_ipv6_parse() - validate an IPv6 header
 * @bytes: the header, 40 bytes
 * @len: bytes in the whole packet, link-layer padding included
 *
 * Return: 0; IP_SHORT, IP_VERSION; IP_SADDR / IP_DADDR for addresses that
 * can't be on any wire (::1, ::ffff:0:0/96; multicast as source; :: and
 * multicast of scope 0 as destination). A source of :: passes.
 */
int ksmol_ipv6_parse(const u8 *bytes, u32 len, struct ksmol_ipv6 *ip);
/* Writes 40 bytes. */
void ksmol_ipv6_emit(void *to, const struct ksmol_ipv6 *ip);

struct ksmol_ipv6_frag {
	u8 next;
	u16 off;		/* bytes */
	bool more;
	u32 id;
};

/* The eight bytes of a fragment header. */
void ksmol_ipv6_frag_parse(const u8 *bytes, struct ksmol_ipv6_frag *frag);
void ksmol_ipv6_frag_emit(void *to, const struct ksmol_ipv6_frag *frag);

/* Most bytes of network and extension headers that are looked at, most
 * extension headers, and most options in one of them, padding not counted
 * (RFC 8504 5.3).
 */
#define KSMOL_IPV6_HEADERS_LEN 512
#define KSMOL_IPV6_HEADERS_MAX 8
#define KSMOL_IPV6_OPTIONS_MAX 8

/* What the sender of a packet that can't be processed is told. */
enum ksmol_ipv6_answer {
	KSMOL_IPV6_SILENT,
	KSMOL_IPV6_PARAM,	/* parameter problem, unless it went to many */
	KSMOL_IPV6_PARAM_ANY,	/* parameter problem even then */
};

/**
 * struct ksmol_ipv6_chain - the way along a packet's extension headers
 * @next: what stands at @at
 * @named_at: where the field is that said so
 * @at: offset from the beginning of the packet
 * @alert: a Router Alert option was there
 * @answer: enum ksmol_ipv6_answer, when walking failed: parameter problem of
 *	@code, about the byte at @pointer
 */
struct ksmol_ipv6_chain {
	u8 next;
	u8 code;
	u8 answer;
	bool alert;
	u16 named_at;
	u16 at;
	u16 pointer;
};

/* Before the first extension header. */
static inline void ksmol_ipv6_chain_init(struct ksmol_ipv6_chain *chain, u8 next)
{
	*chain = (struct ksmol_ipv6_chain){
		.next = next,
		.named_at = 6,
		.at = KSMOL_IPV6_HLEN,
	};
}

/**
 * ksmol_ipv6_walk() - process extension headers (RFC 8200 4)
 * @bytes: the packet, @avail bytes of it contiguous
 * @len: bytes in the whole packet
 * @chain: where to begin; moved on
 *
 * Stops at the first header that is not hop-by-hop options, destination
 * options or routing: a transport's, a fragment header, no next header, or
 * something that nobody knows.
 *
 * Return: 0; IPV6_EXT (cut short, or hop-by-hop options where they may not be),
 * IPV6_MANY (more than is looked at), IPV6_OPTION (malformed, or unknown and to
 * be known), IPV6_JUMBO, IP_SRCROUTE.
 */
int ksmol_ipv6_walk(const u8 *bytes, u32 avail, u32 len,
		    struct ksmol_ipv6_chain *chain);

/**
 * ksmol_ipv6_skip() - find the transport header of a packet not meant for us
 *
 * As above, but nothing is acted on, and a first fragment's header is passed.
 * Return: 0, or IPV6_EXT: it is not in these @avail bytes.
 */
int ksmol_ipv6_skip(const u8 *bytes, u32 avail, struct ksmol_ipv6_chain *chain);

/* --- IGMP (RFC 1112, 2236, 3376) --- */

#define KSMOL_IGMP_HLEN 8
#define KSMOL_IGMP_QUERY_HLEN 12
#define KSMOL_IGMP_RECORD_LEN 8

/**
 * struct ksmol_igmp - a message for hosts
 * @type: as on the wire
 * @version: of a query: 1, 2 or 3
 * @robustness: QRV of a query of version 3, 0 when it does not say
 * @max_resp: of a query: most tenths of a second until it is answered
 * @group: or 0
 */
struct ksmol_igmp {
	u8 type;
	u8 version;
	u8 robustness;
	u32 max_resp;
	__be32 group;
};

/* @avail: contiguous bytes, 12 are looked at; @len: of the message.
 * 0 or IGMP_SHORT.
 */
int ksmol_igmp_parse(const u8 *bytes, u32 avail, u32 len,
		     struct ksmol_igmp *igmp);
/* Writes 8 bytes with a zero checksum: the caller sums the message. */
void ksmol_igmp_emit(void *to, u8 type, __be32 group);
/* Writes the 8 bytes before the @nr sources of a group record. */
void ksmol_igmp_emit_record(void *to, u8 type, __be32 group, u16 nr);

/* --- ICMPv4 (RFC 792) --- */

#define KSMOL_ICMP_HLEN 8

struct ksmol_icmp {
	u8 type;
	u8 code;
	u16 csum;
	u32 rest;	/* bytes 4 to 7: identifier and sequence, or MTU, ... */
};

int ksmol_icmp_parse(const u8 *bytes, u32 len, struct ksmol_icmp *icmp);
/* Writes 8 bytes with a zero checksum: the caller sums the message. */
void ksmol_icmp_emit(void *to, const struct ksmol_icmp *icmp);

/**
 * struct ksmol_quote - the packet that an ICMP error is about
 * @sport, @dport: first four bytes of the transport header; for echo @sport
 *	is 0 and @dport the identifier
 */
struct ksmol_quote {
	u8 family;
	u8 proto;
	struct ksmol_addr saddr;
	struct ksmol_addr daddr;
	__be16 sport;
	__be16 dport;
	u16 l4_off;
};

/* Parses the quoted packet: IP header (may have options), then at least 8
 * bytes of transport. 0, or ICMP_SHORT / ICMP_QUOTE.
 */
int ksmol_quote_parse(const u8 *bytes, u32 len, struct ksmol_quote *quote);

/* --- ICMPv6 (RFC 4443): the same header --- */

#define KSMOL_ICMP6_DEST_UNREACH	1
#define KSMOL_ICMP6_PACKET_TOO_BIG	2
#define KSMOL_ICMP6_TIME_EXCEEDED	3
#define KSMOL_ICMP6_PARAM_PROBLEM	4
#define KSMOL_ICMP6_ECHO		128
#define KSMOL_ICMP6_ECHO_REPLY		129
#define KSMOL_MLD_QUERY			130
#define KSMOL_MLD_REPORT		131
#define KSMOL_MLD_DONE			132
#define KSMOL_ND_RS			133
#define KSMOL_ND_RA			134
#define KSMOL_ND_NS			135
#define KSMOL_ND_NA			136
#define KSMOL_ND_REDIRECT		137
#define KSMOL_MLD_REPORT_V2		143

/* Codes of destination unreachable, time exceeded, parameter problem. */
#define KSMOL_ICMP6_PORT_UNREACH	4
#define KSMOL_ICMP6_FRAGTIME		1
#define KSMOL_ICMP6_HDR_FIELD		0
#define KSMOL_ICMP6_UNK_NEXTHDR		1
#define KSMOL_ICMP6_UNK_OPTION		2
#define KSMOL_ICMP6_HDR_INCOMP		3	/* RFC 7112 5 */

/* The quoted packet of an ICMPv6 error, likewise. */
int ksmol_quote6_parse(const u8 *bytes, u32 len, struct ksmol_quote *quote);

/* --- neighbor discovery (RFC 4861, 4191, 8106), in ICMPv6 --- */

/* The hop limit that proves that no router passed it on. */
#define KSMOL_ND_HOPS 255

/* Bytes of a message before its options: the most, and of each that we send. */
#define KSMOL_ND_HLEN_MAX	40
#define KSMOL_ND_RS_HLEN	8
#define KSMOL_ND_NS_HLEN	24
/* A link-layer address option, and a nonce (RFC 3971 5.3.2). */
#define KSMOL_ND_LLADDR_LEN	8
#define KSMOL_ND_NONCE_LEN	8
/* Bytes of an option that are looked at, if it has so many. */
#define KSMOL_ND_OPTION_MAX	56

/* Flags of an advertisement: from a router, an answer, the news that counts. */
#define KSMOL_ND_ROUTER		0x80
#define KSMOL_ND_SOLICITED	0x40
#define KSMOL_ND_OVERRIDE	0x20

/* Most of each kind that one router advertisement is believed. */
#define KSMOL_ND_PREFIXES	8
#define KSMOL_ND_ROUTES		4
#define KSMOL_ND_SERVERS	3

/* A lifetime without an end. */
#define KSMOL_ND_FOREVER	U32_MAX

/**
 * struct ksmol_nd_prefix - prefix information (RFC 4861 4.6.2)
 * @onlink: its addresses are neighbors; @autonomous: form an address in it
 * @valid, @preferred: seconds
 */
struct ksmol_nd_prefix {
	u8 plen;
	bool onlink;
	bool autonomous;
	u32 valid;
	u32 preferred;
	struct ksmol_addr prefix;
};

/**
 * struct ksmol_nd_route - route information (RFC 4191 2.3)
 * @pref: 1 high, 0 medium, -1 low
 * @lifetime: seconds
 */
struct ksmol_nd_route {
	u8 plen;
	s8 pref;
	u32 lifetime;
	struct ksmol_addr prefix;
};

/* A resolver (RFC 8106 5.1); @lifetime in seconds. */
struct ksmol_nd_server {
	u32 lifetime;
	struct ksmol_addr addr;
};

/**
 * struct ksmol_nd_router - what a router advertisement says
 * @hops: hop limit for packets, 0: unspecified
 * @pref: of this router as a default one: 1 high, 0 medium, -1 low
 * @lifetime: seconds that it is one, 0: it is none
 * @reachable, @retrans: ms, 0: unspecified
 */
struct ksmol_nd_router {
	u8 hops;
	s8 pref;
	u8 nr_prefixes;
	u8 nr_routes;
	u8 nr_servers;
	u16 lifetime;
	u32 reachable;
	u32 retrans;
	struct ksmol_nd_prefix prefixes[KSMOL_ND_PREFIXES];
	struct ksmol_nd_route routes[KSMOL_ND_ROUTES];
	struct ksmol_nd_server servers[KSMOL_ND_SERVERS];
};

/**
 * struct ksmol_nd - a message of neighbor discovery
 * @type: as on the wire
 * @flags: of an advertisement: KSMOL_ND_ROUTER and so on
 * @has_source, @has_target: it has that link-layer address option
 * @has_nonce: it has @nonce (RFC 7527)
 * @hlen: bytes before its options
 * @mtu: of the link, 0: it does not say
 * @source, @target_mac: those link-layer addresses
 * @target: NS, NA, redirect: whom it is about; redirect: the better next hop
 * @dest: redirect: for whom
 * @ra: of a router advertisement
 */
struct ksmol_nd {
	u8 type;
	u8 flags;
	bool has_source;
	bool has_target;
	bool has_nonce;
	u8 hlen;
	u32 mtu;
	u8 source[ETH_ALEN] __aligned(2);
	u8 target_mac[ETH_ALEN] __aligned(2);
	u8 nonce[6];
	struct ksmol_addr target;
	struct ksmol_addr dest;
	struct ksmol_nd_router ra;
};

/**
 * ksmol_nd_parse() - read a message up to its options
 * @bytes: the message from its ICMPv6 header on, @avail of it contiguous, of
 *	which KSMOL_ND_HLEN_MAX are looked at
 *
 * Return: 0 or ND_FORMAT (too short, a code other than 0).
 */
int ksmol_nd_parse(const u8 *bytes, u32 avail, struct ksmol_nd *nd);

/**
 * ksmol_nd_parse_option() - read one option
 * @bytes: the option, @avail of it contiguous: KSMOL_ND_OPTION_MAX, or what is
 *	left of the message
 * @left: bytes of the message from here on
 *
 * What is unknown, or has a length that its type doesn't, is skipped.
 *
 * Return: the bytes it takes, or -ND_FORMAT: its length is 0 or it doesn't
 * fit, and then nothing of the message counts (RFC 4861 4.6).
 */
int ksmol_nd_parse_option(const u8 *bytes, u32 avail, u32 left,
			  struct ksmol_nd *nd);

/* Write KSMOL_ND_NS_HLEN bytes with a zero checksum: the caller sums. */
void ksmol_nd_emit_ns(void *to, const struct ksmol_addr *target);
void ksmol_nd_emit_na(void *to, const struct ksmol_addr *target, u8 flags);
/* Writes KSMOL_ND_RS_HLEN bytes likewise. */
void ksmol_nd_emit_rs(void *to);
/* Writes KSMOL_ND_LLADDR_LEN bytes: our address, as source or as target. */
void ksmol_nd_emit_lladdr(void *to, const u8 *mac, bool target);
/* Writes KSMOL_ND_NONCE_LEN bytes. */
void ksmol_nd_emit_nonce(void *to, const u8 *nonce);

/* --- MLD (RFC 2710, 3810), in ICMPv6 --- */

#define KSMOL_MLD_HLEN		24
#define KSMOL_MLD_QUERY_HLEN	28
#define KSMOL_MLD_REPORT_HLEN	8
#define KSMOL_MLD_RECORD_LEN	20
/* A hop-by-hop header with a router alert (RFC 2711). */
#define KSMOL_MLD_ALERT_LEN	8

/**
 * struct ksmol_mld - a message for hosts
 * @type: as on the wire
 * @version: of a query: 1 or 2
 * @robustness: QRV of a query of version 2, 0 when it does not say
 * @max_resp: of a query: most milliseconds until it is answered
 * @group: or any
 */
struct ksmol_mld {
	u8 type;
	u8 version;
	u8 robustness;
	u32 max_resp;
	struct ksmol_addr group;
};

/* @avail: contiguous bytes, 28 are looked at; @len: of the message.
 * 0 or MLD_SHORT.
 */
int ksmol_mld_parse(const u8 *bytes, u32 avail, u32 len,
		    struct ksmol_mld *mld);
/* Writes 24 bytes, a report or good-bye of version 1, with a zero checksum. */
void ksmol_mld_emit(void *to, u8 type, const struct ksmol_addr *group);
/* Writes the 8 bytes before the @nr records of a report of version 2. */
void ksmol_mld_emit_report(void *to, u16 nr);
/* Writes the 20 bytes before the @nr sources of a record. */
void ksmol_mld_emit_record(void *to, u8 type, const struct ksmol_addr *group,
			   u16 nr);
/* Writes the hop-by-hop header that goes before each of them. */
void ksmol_mld_emit_alert(void *to);

/* --- UDP (RFC 768) --- */

#define KSMOL_UDP_HLEN 8

struct ksmol_udp {
	__be16 sport;
	__be16 dport;
	u16 len;
	u16 csum;	/* as on the wire, host order; 0 = none */
};

/* @len: bytes in the transport part. UDP_SHORT, UDP_LEN. */
int ksmol_udp_parse(const u8 *bytes, u32 len, struct ksmol_udp *udp);
/* Writes 8 bytes with the checksum field as given. */
void ksmol_udp_emit(void *to, const struct ksmol_udp *udp);

/* --- TCP (RFC 9293) --- */

#define KSMOL_TCP_HLEN 20
#define KSMOL_TCP_HLEN_MAX 60
#define KSMOL_TCP_SACKS 4
/* Where in the header the flags stand. */
#define KSMOL_TCP_FLAGS_AT 13

#define KSMOL_TCP_FIN	0x01
#define KSMOL_TCP_SYN	0x02
#define KSMOL_TCP_RST	0x04
#define KSMOL_TCP_PSH	0x08
#define KSMOL_TCP_ACK	0x10
#define KSMOL_TCP_URG	0x20
#define KSMOL_TCP_ECE	0x40
#define KSMOL_TCP_CWR	0x80

/* Bits of ksmol_tcp_header.opts: options that are there. */
#define KSMOL_TCP_OPT_MSS	0x01
#define KSMOL_TCP_OPT_WSCALE	0x02
#define KSMOL_TCP_OPT_SACK_OK	0x04
#define KSMOL_TCP_OPT_TS	0x08
#define KSMOL_TCP_OPT_SACK	0x10

/* Bytes of the timestamps option as we send it, padding included. */
#define KSMOL_TCP_TS_LEN 12

/**
 * struct ksmol_tcp_range - sequence numbers from @start up to, not with, @end
 */
struct ksmol_tcp_range {
	u32 start;
	u32 end;
};

/**
 * struct ksmol_tcp_header - a TCP header with its options, in host order
 * @hlen: header bytes, options included (set by parse, and by emit's caller
 *	through ksmol_tcp_header_len())
 * @flags: KSMOL_TCP_FIN and so on
 * @opts: KSMOL_TCP_OPT_*
 * @window: as on the wire, not scaled
 * @wscale: shift count as on the wire (above 14 is for the reader to cut)
 * @nr_sack: blocks in @sack, in the order of the wire
 */
struct ksmol_tcp_header {
	__be16 sport;
	__be16 dport;
	u32 seq;
	u32 ack;
	u8 hlen;
	u8 flags;
	u8 opts;
	u8 nr_sack;
	u16 window;
	u16 urg;
	u16 mss;
	u8 wscale;
	u32 tsval;
	u32 tsecr;
	struct ksmol_tcp_range sack[KSMOL_TCP_SACKS];
};

/**
 * ksmol_tcp_parse() - validate a TCP header and its options (RFC 9293 3.1,
 *	3.2; RFC 2018, 7323)
 * @bytes: the header, @avail bytes of it contiguous
 * @avail: at least the header's length, or it is TCP_SHORT
 *
 * Unknown options are skipped; one whose length is impossible ends the list
 * (what stood before it counts). MSS, window scale and SACK permitted count
 * on a SYN only. The fields of options that aren't there are 0, but for the
 * array of SACK blocks, which isn't touched behind @nr_sack.
 *
 * Return: 0, TCP_SHORT (shorter than its offset says), TCP_HDRLEN (offset
 * below 20).
 */
int ksmol_tcp_parse(const u8 *bytes, u32 avail, struct ksmol_tcp_header *tcp);

/* Bytes that @tcp takes with the options in @opts, at most 60. */
u32 ksmol_tcp_header_len(const struct ksmol_tcp_header *tcp);

/* Writes ksmol_tcp_header_len() bytes, the checksum field as given. */
void ksmol_tcp_emit(void *to, const struct ksmol_tcp_header *tcp, u16 csum);

/**
 * struct ksmol_tcp_cut - one of the pieces that a TCP packet is cut into
 * @whole: payload bytes of the packet
 * @off: payload bytes before this piece; @len: in it
 * @index: pieces before it
 */
struct ksmol_tcp_cut {
	u32 whole;
	u32 off;
	u32 len;
	u16 index;
};

/**
 * ksmol_tcp_cut() - turn the headers of a whole packet into those of a piece
 * @net: the packet's headers from the network header on (IPv4, or IPv6 without
 *	extension headers); the TCP checksum's field holds the sum of the
 *	pseudo-header, before and after
 * @hlen: bytes of the network header
 *
 * Lengths, sequence number, IPv4 identification and checksum; FIN and PSH stay
 * with the last piece, CWR with the first.
 */
void ksmol_tcp_cut(u8 *net, u32 hlen, const struct ksmol_tcp_cut *cut);

/* --- address classes --- */

/* May @a be the source of a packet from the wire (unicast, not ours to judge)? */
bool ksmol_ipv4_is_wire_source(__be32 a);

#endif /* _KSMOL_WIRE_H */
