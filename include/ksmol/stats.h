/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters, drop reasons and the debugfs tree. Every room writes here and
 * nothing here calls back into a room.
 */
#ifndef _KSMOL_STATS_H
#define _KSMOL_STATS_H

#include <linux/percpu.h>
#include <linux/seq_file.h>
#include <linux/types.h>

struct dentry;
struct file_operations;

/*
 * The end of a received frame: exactly one of these, counted in exactly one
 * place (phy/rx.c). The first three are not drops. X(name, text): the name is
 * the key in debugfs drops and the value's name in the tracepoint.
 */
#define KSMOL_VERDICTS(X)						\
	X(DELIVERED,	"delivered",	"queued to at least one socket")	\
	X(HANDLED,	"handled",	"consumed by the stack itself")	\
	X(PASSED,	"passed",	"left to Linux (shared mode)")

#define KSMOL_RX_DROPS(X)						\
	X(RX_NO_PBUF,	"rx_no_pbuf",	"no descriptor in the RX class")	\
	X(RX_NO_TX,	"rx_no_tx",	"eager policy: no TX buffer for a reply") \
	X(RX_BYTES,	"rx_bytes",	"bytes pinned by RX maps at their limit") \
	X(RX_PAGES,	"rx_pages",	"pages pinned by RX maps at their limit") \
	X(RX_FLOOR,	"rx_floor",	"queues may not take the last RX pbufs")	\
	X(RX_SHARE,	"rx_share",	"a queue has its share of the RX pbufs")	\
	X(RX_NO_SKB,	"rx_no_skb",	"unsharing or orphaning the skb failed")	\
	X(RX_PFMEMALLOC, "rx_pfmemalloc", "skb from the system's emergency memory") \
	X(RX_UNREADABLE, "rx_unreadable", "payload in device memory")		\
	X(RX_GSO,	"rx_gso",	"super-frame that can't be segmented")	\
	X(RX_DETACHED,	"rx_detached",	"interface going away")			\
	X(OTHERHOST,	"otherhost",	"another station's link-layer address")	\
	X(L2_PROTO,	"l2_proto",	"EtherType that nobody handles")		\
	X(VLAN,		"vlan",		"VLAN that isn't configured")		\
	X(ARP_SHORT,	"arp_short",	"ARP packet shorter than its format")	\
	X(ARP_FORMAT,	"arp_format",	"ARP hardware or protocol type, length or operation") \
	X(ARP_ADDR,	"arp_addr",	"ARP sender that no station may have")	\
	X(ARP_NOT_US,	"arp_not_us",	"ARP request or reply for others")		\
	X(IP_SHORT,	"ip_short",	"shorter than the IP header or its length says") \
	X(IP_VERSION,	"ip_version",	"IP version")				\
	X(IP_HDRLEN,	"ip_hdrlen",	"IP header length")			\
	X(IP_TOTLEN,	"ip_totlen",	"IP total length")			\
	X(IP_CSUM,	"ip_csum",	"IP header checksum")			\
	X(IP_OPTIONS,	"ip_options",	"malformed IP options")			\
	X(IP_SRCROUTE,	"ip_srcroute",	"source-routed packet")			\
	X(IP_SADDR,	"ip_saddr",	"source address that can't be on the wire") \
	X(IP_DADDR,	"ip_daddr",	"destination address that can't be on the wire") \
	X(IP_NOT_US,	"ip_not_us",	"destination is not an address of ours")	\
	X(IP_NO_GROUP,	"ip_no_group",	"multicast group that nobody joined")	\
	X(IP_L2_BCAST,	"ip_l2_bcast",	"unicast packet in a broadcast frame")	\
	X(FRAG_LEN,	"frag_len",	"fragment of an impossible length or place") \
	X(FRAG_TINY,	"frag_tiny",	"fragment that cuts the transport header")	\
	X(FRAG_DUP,	"frag_dup",	"fragment that is there already")		\
	X(FRAG_OVERLAP,	"frag_overlap",	"fragment that overlaps others: datagram given up") \
	X(FRAG_LAST,	"frag_last",	"fragment that contradicts the last: likewise") \
	X(FRAG_FULL,	"frag_full",	"no room for fragments")			\
	X(FRAG_ECN,	"frag_ecn",	"fragments disagree on ECN: likewise")	\
	X(IP_PROTO,	"ip_proto",	"transport protocol that nobody handles")	\
	X(IPV6,		"ipv6",		"IPv6, where we have no address of it")	\
	X(IPV6_EXT,	"ipv6_ext",	"extension header cut short or out of place") \
	X(IPV6_MANY,	"ipv6_many",	"more extension headers or options than are looked at") \
	X(IPV6_OPTION,	"ipv6_option",	"option malformed, or unknown where it must be known") \
	X(IPV6_JUMBO,	"ipv6_jumbo",	"jumbogram")				\
	X(ICMP_SHORT,	"icmp_short",	"ICMP message shorter than its type needs") \
	X(ICMP_CSUM,	"icmp_csum",	"ICMP checksum")				\
	X(ICMP_TYPE,	"icmp_type",	"ICMP type that is not acted on")		\
	X(ICMP_BCAST,	"icmp_bcast",	"echo request to broadcast or multicast")	\
	X(ICMP_QUOTE,	"icmp_quote",	"ICMP error about nothing we sent")		\
	X(ICMP_NO_BUF,	"icmp_no_buf",	"no buffer for the echo reply")		\
	X(IGMP_SHORT,	"igmp_short",	"IGMP message shorter than its type needs") \
	X(IGMP_CSUM,	"igmp_csum",	"IGMP checksum")				\
	X(IGMP_TYPE,	"igmp_type",	"IGMP message that is not for hosts")	\
	X(ND_FORMAT,	"nd_format",	"neighbor discovery: length, code or option") \
	X(ND_HOPS,	"nd_hops",	"neighbor discovery from beyond a router")	\
	X(ND_ADDR,	"nd_addr",	"neighbor discovery: addresses it may not have") \
	X(ND_NOT_US,	"nd_not_us",	"solicitation or advertisement of others")	\
	X(ND_IGNORED,	"nd_ignored",	"router advertisement or redirect not asked for") \
	X(MLD_SHORT,	"mld_short",	"MLD message shorter than its type needs") \
	X(MLD_TYPE,	"mld_type",	"MLD message that is not for hosts")	\
	X(UDP_SHORT,	"udp_short",	"shorter than the UDP header")		\
	X(UDP_LEN,	"udp_len",	"UDP length")				\
	X(UDP_CSUM,	"udp_csum",	"UDP checksum")				\
	X(UDP_NO_CSUM,	"udp_no_csum",	"UDP over IPv6 without checksum")	\
	X(UDP_NO_SOCKET, "udp_no_socket", "no socket on that port")		\
	X(DHCP_SHORT,	"dhcp_short",	"DHCP message shorter than its header")	\
	X(DHCP_FORMAT,	"dhcp_format",	"DHCP message that makes no sense")	\
	X(DHCP_STRAY,	"dhcp_stray",	"DHCP message that answers nothing of ours") \
	X(DHCP_UNUSABLE, "dhcp_unusable", "DHCP: an address or a time that is of no use") \
	X(TCP_SHORT,	"tcp_short",	"shorter than the TCP header")		\
	X(TCP_HDRLEN,	"tcp_hdrlen",	"TCP data offset")			\
	X(TCP_CSUM,	"tcp_csum",	"TCP checksum")				\
	X(TCP_NO_SOCKET, "tcp_no_socket", "no connection and no listener there") \
	X(TCP_SEQ,	"tcp_seq",	"outside the receive window")		\
	X(TCP_OLD,	"tcp_old",	"all of it was received before")		\
	X(TCP_PAWS,	"tcp_paws",	"timestamp too old (PAWS)")		\
	X(TCP_FLAGS,	"tcp_flags",	"flags that make no sense in this state") \
	X(TCP_ACK_OLD,	"tcp_ack_old",	"acknowledges what is long gone")	\
	X(TCP_ACK_UNSENT, "tcp_ack_unsent", "acknowledges what was never sent") \
	X(TCP_RST_CHALLENGED, "tcp_rst_challenged", "RST in the window, not exact") \
	X(TCP_SYN_CHALLENGED, "tcp_syn_challenged", "SYN on a connection")	\
	X(TCP_CLOSED,	"tcp_closed",	"data after the reader closed")		\
	X(TCP_BACKLOG,	"tcp_backlog",	"too much waits for a busy socket")	\
	X(TCP_WINDOW,	"tcp_window",	"beyond the receive buffer")		\
	X(TCP_OOO_FULL,	"tcp_ooo_full",	"out-of-order queue at its limit")	\
	X(TCP_SYN_QUEUE, "tcp_syn_queue", "listener: half-open connections at their limit") \
	X(TCP_ACCEPT_QUEUE, "tcp_accept_queue", "listener: nobody accepts")	\
	X(TCP_COOKIE,	"tcp_cookie",	"listener: ACK without a valid SYN cookie") \
	X(TCP_NO_CHILD,	"tcp_no_child",	"listener: no memory for the connection") \
	X(TCP_NO_REPLY,	"tcp_no_reply",	"no memory for the answer")		\
	X(TCP_DEFER,	"tcp_defer",	"listener waits for data (TCP_DEFER_ACCEPT)") \
	X(PING_NO_SOCKET, "ping_no_socket", "echo reply that no socket asked for") \
	X(SOCK_FULL,	"sock_full",	"receive queue at its limit")		\
	X(SOCK_FILTER,	"sock_filter",	"socket filter refused it")		\
	X(SOCK_CLOSED,	"sock_closed",	"socket closing")		\
	X(RING_NO_CHUNK, "ring_no_chunk", "ring socket: no chunk in its fill ring") \
	X(RING_FULL,	"ring_full",	"ring socket: rx ring full")		\
	X(RING_STOPPED,	"ring_stopped",	"ring socket: stopped, an index made no sense")

enum ksmol_verdict {
#define KSMOL_ENUM(id, key, text) KSMOL_##id,
	KSMOL_VERDICTS(KSMOL_ENUM)
	KSMOL_FIRST_DROP,
	KSMOL_BEFORE_DROPS = KSMOL_FIRST_DROP - 1,
#undef KSMOL_ENUM
#define KSMOL_ENUM(id, key, text) KSMOL_DROP_##id,
	KSMOL_RX_DROPS(KSMOL_ENUM)
#undef KSMOL_ENUM
	KSMOL_NR_VERDICTS
};

/*
 * The end of a frame we wanted to send and could not. The frames that went
 * out are counted per interface.
 */
#define KSMOL_TX_DROPS(X)						\
	X(NO_PBUF,	"tx_no_pbuf",	"no buffer in the TX class (or reserve)") \
	X(NO_SKB,	"tx_no_skb",	"no skb for the headers")			\
	X(NO_ROUTE,	"tx_no_route",	"no route")				\
	X(NO_SOURCE,	"tx_no_source",	"no usable source address")		\
	X(TOO_BIG,	"tx_too_big",	"larger than the MTU")			\
	X(FRAG_REST,	"tx_frag_rest",	"fragment behind one that could not be sent") \
	X(SCOPE,	"tx_scope",	"loopback address bound for the wire")	\
	X(DEV_DOWN,	"tx_dev_down",	"interface down or detached")		\
	X(DEV_BUSY,	"tx_dev_busy",	"device gives nothing back, copies at their limit") \
	X(DEV_DROP,	"tx_dev_drop",	"queueing discipline or driver refused it") \
	X(NEIGH_TABLE,	"tx_neigh_table", "neighbor table full")		\
	X(NEIGH_QUEUE,	"tx_neigh_queue", "pending queue of the neighbor full")	\
	X(NEIGH_TOTAL,	"tx_neigh_total", "pending packets in all at their limit") \
	X(NEIGH_FAILED,	"tx_neigh_failed", "neighbor did not answer")		\
	X(NEIGH_RECLAIMED, "tx_neigh_reclaimed", "given up while pending: pool empty") \
	X(NEIGH_FLUSHED, "tx_neigh_flushed", "interface went away while pending")	\
	X(ICMP_RATE,	"tx_icmp_rate",	"ICMP error above the rate limit")	\
	X(LOOP_FULL,	"tx_loop_full",	"local delivery queue full")

enum ksmol_tx_drop {
#define KSMOL_ENUM(id, key, text) KSMOL_TX_DROP_##id,
	KSMOL_TX_DROPS(KSMOL_ENUM)
#undef KSMOL_ENUM
	KSMOL_NR_TX_DROPS
};

/* Every copy of payload and its reason (P6). */
#define KSMOL_COPIES(X)							\
	X(USER_IN,	"user_in",	"program to pool, sendmsg")		\
	X(USER_OUT,	"user_out",	"pool or skb to program, recvmsg")	\
	X(KERNEL_IN,	"kernel_in",	"in-kernel user to pool")			\
	X(KERNEL_OUT,	"kernel_out",	"pool or skb to in-kernel user")		\
	X(COPYBREAK_RX,	"copybreak_rx",	"short frame out of a large driver buffer") \
	X(COPYBREAK_TX,	"copybreak_tx",	"short frame into the skb's linear part")	\
	X(NO_SG,	"no_sg",	"to a device that takes no fragments, or not so many") \
	X(RING,		"ring",		"received payload into a ring's chunk")	\
	X(RING_TX,	"ring_tx",	"ring's payload that can't go out of its pages") \
	X(RESERVE,	"reserve",	"out of the reserve, which no device may keep") \
	X(TAP,		"tap",		"sent pages, by a tap or a device that keeps none") \
	X(UNRESOLVED,	"unresolved",	"stream data that waits for a neighbor")	\
	X(ECHO,		"echo",		"echo request into its reply")		\
	X(QUOTE,	"quote",	"packet into the ICMP error about it")	\
	X(GATHER,	"gather",	"short segment behind the one before it") \
	X(SPLICE,	"splice",	"short segments into a page of a pipe")	\
	X(FILTER,	"filter",	"for a program's socket filter")		\
	X(ERRQUEUE,	"errqueue",	"what an ICMP error quotes, for the program") \
	X(DUP,		"dup",		"broadcast to one more socket")		\
	X(ORPHAN,	"orphan",	"a sender's zero-copy pages, before queueing") \
	X(BOUND,	"bound",	"device at its limit of outstanding buffers")

enum ksmol_copy {
#define KSMOL_ENUM(id, key, text) KSMOL_COPY_##id,
	KSMOL_COPIES(KSMOL_ENUM)
#undef KSMOL_ENUM
	KSMOL_NR_COPIES
};

/* What became of TX tokens, kept per policy: one of these for each. */
#define KSMOL_TOKEN_ENDS(X)						\
	X(REFUSED,	"refused",	"not handed out: no buffer (eager)")	\
	X(CONSUMED,	"consumed",	"ended with a buffer from the TX class")	\
	X(RESERVE,	"reserve",	"ended with a buffer from the reserve")	\
	X(FAILED,	"failed",	"wanted a buffer on consume, got none")	\
	X(DROPPED,	"dropped",	"ended unused")				\
	X(RETURNED,	"returned",	"of those, gave a buffer back")

enum ksmol_token_end {
#define KSMOL_ENUM(id, key, text) KSMOL_TOKEN_##id,
	KSMOL_TOKEN_ENDS(KSMOL_ENUM)
#undef KSMOL_ENUM
	KSMOL_NR_TOKEN_ENDS
};

/* TCP's own counters, in debugfs tcp. */
#define KSMOL_TCP_COUNTERS(X)						\
	X(ACTIVE_OPENS,	"active_opens",	"SYNs of our own")			\
	X(PASSIVE_OPENS, "passive_opens", "connections through listeners")	\
	X(FAILED_OPENS,	"failed_opens",	"handshakes that came to nothing")	\
	X(RESETS_IN,	"resets_in",	"connections reset by the peer")		\
	X(RESETS_OUT,	"resets_out",	"RSTs sent")				\
	X(SEGS_IN,	"segs_in",	"segments received, merged ones as one")	\
	X(SEGS_OUT,	"segs_out",	"segments sent, super-segments as one")	\
	X(CSUM_ERRORS,	"csum_errors",	"segments whose checksum was wrong")	\
	X(RETRANS,	"retrans",	"segments sent again")			\
	X(TIMEOUTS,	"timeouts",	"retransmission timeouts")		\
	X(FAST_RETRANS,	"fast_retrans",	"recoveries begun without a timeout")	\
	X(TLP,		"tlp",		"tail loss probes sent")			\
	X(TLP_RECOVERED, "tlp_recovered", "losses that such a probe repaired")	\
	X(SPURIOUS,	"spurious",	"congestion responses undone")		\
	X(HYSTART,	"hystart",	"slow starts that ended before a loss")	\
	X(REORDERING,	"reordering",	"times the reordering degree grew")	\
	X(DSACK_IN,	"dsack_in",	"duplicates reported by peers")		\
	X(DSACK_OUT,	"dsack_out",	"duplicates reported to peers")		\
	X(RENEGED,	"reneged",	"peers that took back a SACK")		\
	X(OOO_QUEUED,	"ooo_queued",	"segments queued out of order")		\
	X(PRUNED,	"pruned",	"pbufs given back out of out-of-order queues") \
	X(ACKS_DELAYED,	"acks_delayed",	"ACKs sent by the delayed-ACK timer")	\
	X(CHALLENGES,	"challenges",	"challenge ACKs sent")			\
	X(CHALLENGES_LIMITED, "challenges_limited", "and not sent: rate limit")	\
	X(PROBES,	"probes",	"zero-window probes")			\
	X(KEEPALIVES,	"keepalives",	"keep-alive probes")			\
	X(ABORT_TIMEOUT, "abort_timeout", "connections given up: no answer")	\
	X(ABORT_DATA,	"abort_data",	"connections closed with unread data")	\
	X(ABORT_LINGER,	"abort_linger",	"connections closed with linger 0")	\
	X(ABORT_MEMORY,	"abort_memory",	"orphans above their limit")		\
	X(COOKIES_OUT,	"cookies_out",	"SYN cookies sent")			\
	X(COOKIES_IN,	"cookies_in",	"SYN cookies that came back right")	\
	X(TIMEWAIT,	"timewait",	"connections that entered TIME-WAIT")	\
	X(TIMEWAIT_REUSED, "timewait_reused", "of those, reopened early")	\
	X(TIMEWAIT_FULL, "timewait_full", "and cut short: table full")		\
	X(PMTU,		"pmtu",		"path MTU reductions by ICMP")		\
	X(PMTU_BLACKHOLE, "pmtu_blackhole", "and by timeouts")			\
	X(ECN_CE,	"ecn_ce",	"segments marked congestion experienced")	\
	X(ECN_ECE,	"ecn_ece",	"cwnd reductions for ECE")		\
	X(NO_RECORD,	"no_record",	"sent data without a record of its own")

enum ksmol_tcp_counter {
#define KSMOL_ENUM(id, key, text) KSMOL_TCP_##id,
	KSMOL_TCP_COUNTERS(KSMOL_ENUM)
#undef KSMOL_ENUM
	KSMOL_NR_TCP_COUNTERS
};

#define KSMOL_NR_POLICIES 3

/**
 * struct ksmol_stats - the counters of one CPU
 * @frames_out: frames given to devices and to local delivery; a super-frame
 *	counts once
 * @frames_in: frames taken from devices and from local delivery; a
 *	super-frame counts once for each datagram in it
 * @verdict: how they ended; sums to @frames_in when quiet
 * @tx_drop: frames that could not be sent, by reason
 * @copy: number of payload copies, by reason
 * @copy_bytes: bytes of those copies
 * @token: token outcomes by policy
 * @tcp: TCP's counters
 * @purged: pbufs that sockets gave back unread on close, segments that waited
 *	for a socket's owner who then refused them, and fragments whose datagram
 *	came to nothing
 */
struct ksmol_stats {
	u64 frames_out;
	u64 frames_in;
	u64 verdict[KSMOL_NR_VERDICTS];
	u64 tx_drop[KSMOL_NR_TX_DROPS];
	u64 copy[KSMOL_NR_COPIES];
	u64 copy_bytes[KSMOL_NR_COPIES];
	u64 token[KSMOL_NR_POLICIES][KSMOL_NR_TOKEN_ENDS];
	u64 tcp[KSMOL_NR_TCP_COUNTERS];
	u64 purged;
};

DECLARE_PER_CPU_ALIGNED(struct ksmol_stats, ksmol_stats);

/*
 * ksmol_stat_inc(field): from any context.
 * __ksmol_stat_inc(field): softirq, or BH disabled; the cheaper one where
 * per-CPU operations are not single instructions.
 */
#define ksmol_stat_inc(field)		this_cpu_inc(ksmol_stats.field)
#define ksmol_stat_add(field, n)	this_cpu_add(ksmol_stats.field, n)
#define __ksmol_stat_inc(field)		__this_cpu_inc(ksmol_stats.field)
#define __ksmol_stat_add(field, n)	__this_cpu_add(ksmol_stats.field, n)

#define ksmol_stat_copy(reason, bytes) do {				\
	ksmol_stat_inc(copy[KSMOL_COPY_##reason]);			\
	ksmol_stat_add(copy_bytes[KSMOL_COPY_##reason], bytes);		\
} while (0)
#define __ksmol_stat_copy(reason, bytes) do {				\
	struct ksmol_stats *__stats = this_cpu_ptr(&ksmol_stats);	\
									\
	__stats->copy[KSMOL_COPY_##reason]++;				\
	__stats->copy_bytes[KSMOL_COPY_##reason] += (bytes);		\
} while (0)

/* TCP's core runs with bottom halves disabled. */
#define ksmol_tcp_count(name)	__ksmol_stat_inc(tcp[KSMOL_TCP_##name])

/* Counts a frame that could not be sent, and traces it. Any context. */
void ksmol_tx_dropped(enum ksmol_tx_drop reason, int ifindex);

/* Sums over all CPUs; @offset is offsetof(struct ksmol_stats, field). */
u64 ksmol_stats_sum(size_t offset);
#define ksmol_stats_read(field) \
	ksmol_stats_sum(offsetof(struct ksmol_stats, field))

extern const char * const ksmol_verdict_names[KSMOL_NR_VERDICTS];
extern const char * const ksmol_tx_drop_names[KSMOL_NR_TX_DROPS];
extern const char * const ksmol_copy_names[KSMOL_NR_COPIES];
/* Is it sent payload that is copied for this reason? */
extern const bool ksmol_copy_sent[KSMOL_NR_COPIES];
extern const char * const ksmol_token_end_names[KSMOL_NR_TOKEN_ENDS];
extern const char * const ksmol_tcp_counter_names[KSMOL_NR_TCP_COUNTERS];

/* TCP's counters as "key: value" lines. Process. */
void ksmol_tcp_counters_show(struct seq_file *m);

/* --- debugfs: the tree is owned by stats/, the rooms add their files --- */

typedef int (*ksmol_show_fn)(struct seq_file *m, void *data);

/**
 * ksmol_debugfs_dir() - make a directory below debugfs/ksmol
 * @parent: a directory made by this function, or NULL for debugfs/ksmol
 *
 * Return: the directory, or an error pointer or NULL where debugfs is not
 * available; either may be passed on as @parent and to the functions below.
 */
struct dentry *ksmol_debugfs_dir(struct dentry *parent, const char *name);

/**
 * ksmol_debugfs_file() - add a read-only file (0444)
 * @show: fills the seq_file from @data; process context, may sleep, takes no
 *	lock that a packet path waits for
 *
 * Return: the file, for ksmol_debugfs_remove(); it must be removed before what
 * @data points at is freed.
 */
struct dentry *ksmol_debugfs_file(struct dentry *parent, const char *name,
				  ksmol_show_fn show, void *data);

/* A file with operations and a mode of its own, and @data as i_private.
 * Otherwise as above.
 */
struct dentry *ksmol_debugfs_special(struct dentry *parent, const char *name,
				     umode_t mode,
				     const struct file_operations *fops,
				     void *data);

/* Removes a file, or a directory and what is in it; waits for open readers to
 * finish their read. NULL and error pointers are fine.
 */
void ksmol_debugfs_remove(struct dentry *dentry);

int ksmol_stats_init(void);
void ksmol_stats_exit(void);

#endif /* _KSMOL_STATS_H */
