/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* What programs need to use ksmol's sockets by name. */
#ifndef _UAPI_LINUX_KSMOL_H
#define _UAPI_LINUX_KSMOL_H

#include <linux/types.h>

/*
 * The protocol number in socket(AF_INET, SOCK_DGRAM, KSMOL_PROTO), unless the
 * module was loaded with another protocol=. It is above 255, so it can't
 * appear on the wire. One more is for ping sockets.
 */
#define KSMOL_PROTO		257
#define KSMOL_PROTO_PING	(KSMOL_PROTO + 1)

/*
 * Ring sockets
 * ============
 *
 * A UDP socket may have a ring: memory that program and kernel share, through
 * which datagrams pass without a system call (received) and without a copy
 * (sent). Who knows AF_XDP knows this: an area of fixed-size chunks, and four
 * rings of descriptors that say whose a chunk is.
 *
 *	ring		written by	says
 *	fill		program		received payload may go into this chunk
 *	rx		kernel		a datagram is in this chunk
 *	tx		program		send what is in this chunk
 *	completion	kernel		sent: the chunk is the program's again
 *
 * A chunk named in fill or tx is the kernel's until it comes back in rx or
 * completion. A chunk is named by its offset in the area.
 *
 * Each ring has a producer and a consumer index, on cache lines of their own.
 * They run freely through all 32 bits; entry I is at I modulo the ring's size,
 * a power of two; producer - consumer is how many entries wait. Rules for both
 * sides, each pair marked by its letter also in the kernel's sources:
 *
 *	producer				consumer
 *	  load-acquire consumer	(B)		  load-acquire producer	(A)
 *	  write the entry			  read the entry
 *	  store-release producer (A)		  store-release consumer (B)
 *
 * (A): who sees the new producer index sees the entry. (B): who sees the new
 * consumer index may overwrite the entry, its reader is through with it.
 *
 * The kernel keeps indices of its own and takes nothing on trust: what it reads
 * is read once and checked. A descriptor that names no chunk is counted, in tx
 * also completed with an error; a producer that is further ahead than the ring
 * is long stops all of the socket's rings for good (KSMOL_RING_STOPPED, and the
 * error EBADFD for poll and sendto).
 *
 * Receiving takes no system call; poll() sleeps until something is in rx. To
 * send, write to tx and call sendto(fd, NULL, 0, MSG_DONTWAIT, NULL, 0), which
 * takes all that is there: it returns 0, or EAGAIN when something had to stay
 * in tx, or, before it sends anything, an error that came for the socket as
 * every sendto() does. poll() of a bound socket sends what is in tx, too, and
 * says POLLOUT when completions wait to be read or more may be sent. recvmsg()
 * does not work on such a socket (EOPNOTSUPP); sendmsg() with data, bind,
 * connect, filters and the other options do as ever.
 */

/* Level and names for setsockopt() and getsockopt(). */
#define SOL_KSMOL		4257

/*
 * KSMOL_RING_SETUP, set once, before bind() and connect(): makes the ring.
 * EINVAL: a number below is not what it has to be, or the socket is bound;
 * EBUSY: it has a ring; EFAULT: not the program's memory; ENOBUFS: beyond
 * RLIMIT_MEMLOCK or the module's ring_memory; EPERM: ring_memory is 0; ENOMEM;
 * ENOPROTOOPT: not a UDP socket.
 * KSMOL_RING_LAYOUT, get: where what is. KSMOL_RING_STATS, get: counters.
 */
#define KSMOL_RING_SETUP	1
#define KSMOL_RING_LAYOUT	2
#define KSMOL_RING_STATS	3

/* ksmol_ring_setup.flags: the chunks are the program's own memory at addr. */
#define KSMOL_RING_OWN_MEMORY	(1U << 0)

#define KSMOL_RING_CHUNK_MIN	256
#define KSMOL_RING_CHUNK_MAX	65536
#define KSMOL_RING_ENTRIES_MAX	65536

/**
 * struct ksmol_ring_setup - KSMOL_RING_SETUP
 * @flags: KSMOL_RING_OWN_MEMORY or 0
 * @chunk_size: bytes of a chunk, a power of two, KSMOL_RING_CHUNK_MIN to
 *	KSMOL_RING_CHUNK_MAX; longer datagrams are cut
 * @chunks: how many. The area is a multiple of the page size
 * @fill, @rx, @tx, @completion: entries of each ring, powers of two, 1 to
 *	KSMOL_RING_ENTRIES_MAX; @completion bounds what is on its way out
 * @addr: the area, page aligned: anonymous, memfd or hugetlb memory of the
 *	program; 0 without KSMOL_RING_OWN_MEMORY. It is pinned until the socket
 *	is closed and the last device is done with what was sent from it
 */
struct ksmol_ring_setup {
	__u32 flags;
	__u32 chunk_size;
	__u32 chunks;
	__u32 fill;
	__u32 rx;
	__u32 tx;
	__u32 completion;
	__u32 reserved;
	__u64 addr;
};

/* One ring's place, as offsets into the first mapping. */
struct ksmol_ring_place {
	__u64 producer;
	__u64 consumer;
	__u64 flags;
	__u64 entries;
};

/* Offsets for mmap(): the four rings; the chunks, unless they are the program's
 * own. Both are to be mapped MAP_SHARED.
 */
#define KSMOL_RING_PGOFF_RINGS	0ULL
#define KSMOL_RING_PGOFF_CHUNKS	0x100000000ULL

/**
 * struct ksmol_ring_layout - KSMOL_RING_LAYOUT
 * @rings_bytes: length of the first mapping
 * @chunks_bytes: of the second, 0 for the program's own memory
 * @fill, @rx, @tx, @completion: where each ring is
 */
struct ksmol_ring_layout {
	__u64 rings_bytes;
	__u64 chunks_bytes;
	struct ksmol_ring_place fill;
	struct ksmol_ring_place rx;
	struct ksmol_ring_place tx;
	struct ksmol_ring_place completion;
};

/* The flags word of each ring; written by the kernel. */
#define KSMOL_RING_NEED_WAKEUP	(1U << 0)	/* tx: sendto() sends it */
#define KSMOL_RING_STOPPED	(1U << 1)	/* an index made no sense */

/* An entry of the fill ring is the offset of a byte in the chunk, __u64. */

/* ksmol_ring_rx.flags: the datagram was longer than the chunk. */
#define KSMOL_RING_RX_TRUNCATED	(1U << 0)

/**
 * struct ksmol_ring_rx - a received datagram
 * @addr: where its payload begins in the area
 * @len: bytes there
 * @datagram: bytes it had, more than @len if it was cut
 * @tstamp: when it came, ns since 1970, if SO_TIMESTAMPNS or the like is on; 0
 * @flags: KSMOL_RING_RX_*
 * @drops: datagrams that this socket lost so far, of all reasons
 * @ifindex: interface it came in on
 * @port: sender's port, network byte order
 * @family: AF_INET or AF_INET6
 * @source: sender's address; an IPv4 address is in the first four bytes
 * @ttl, @tos: TTL or hop limit, TOS or traffic class
 */
struct ksmol_ring_rx {
	__u64 addr;
	__u32 len;
	__u32 datagram;
	__u64 tstamp;
	__u32 flags;
	__u32 drops;
	__u32 ifindex;
	__be16 port;
	__u16 family;
	__u8 source[16];
	__u8 ttl;
	__u8 tos;
	__u8 reserved[6];
};

/**
 * struct ksmol_ring_tx - a datagram to be sent
 * @addr: where its payload begins in the area
 * @len: bytes, not beyond the end of the chunk
 * @flags: 0
 * @user: comes back with the completion
 * @family: AF_INET, AF_INET6 on an IPv6 socket, or 0: to the peer of connect()
 * @port: destination port, network byte order
 * @ifindex: interface, for destinations that are somebody on one link only
 *	(fe80::/10, and groups of such scope); 0: as the socket's options have it.
 *	Means nothing to others, so that a datagram's may be given with an answer;
 *	0 where @family is
 * @dest: destination; an IPv4 address is in the first four bytes
 */
struct ksmol_ring_tx {
	__u64 addr;
	__u32 len;
	__u32 flags;
	__u64 user;
	__u16 family;
	__be16 port;
	__u32 ifindex;
	__u8 dest[16];
};

/* ksmol_ring_completion.flags: it went out as a copy, see README. */
#define KSMOL_RING_TX_COPIED	(1U << 0)

/**
 * struct ksmol_ring_completion - a chunk that is the program's again
 * @addr, @user: as given
 * @error: 0, or a negative errno: it was not sent. -EINVAL: the descriptor made
 *	no sense
 * @flags: KSMOL_RING_TX_COPIED
 */
struct ksmol_ring_completion {
	__u64 addr;
	__u64 user;
	__s32 error;
	__u32 flags;
};

/**
 * struct ksmol_ring_stats - KSMOL_RING_STATS
 * @rx: datagrams received; @rx_truncated: of those, cut
 * @rx_no_chunk, @rx_full: lost for want of a chunk in fill, an entry in rx
 * @rx_bad: entries of fill that named no chunk
 * @tx: datagrams that went out; @tx_copied: of those, as a copy
 * @tx_failed: completed with an error; @tx_bad: of those, senseless ones
 * @outstanding: on their way out
 * @stopped: 1 once the rings are stopped
 */
struct ksmol_ring_stats {
	__u64 rx;
	__u64 rx_truncated;
	__u64 rx_no_chunk;
	__u64 rx_full;
	__u64 rx_bad;
	__u64 tx;
	__u64 tx_copied;
	__u64 tx_failed;
	__u64 tx_bad;
	__u32 outstanding;
	__u32 stopped;
};

/*
 * Raw sockets
 * ===========
 *
 * KSMOL_RAW_PROTOCOL (int): what a raw socket, socket(AF_INET, SOCK_RAW,
 * KSMOL_PROTO), sends and receives: 1 to 255, to be set once, before it can do
 * anything. 255 sends whole packets and receives none.
 */
#define KSMOL_RAW_PROTOCOL	32

#endif /* _UAPI_LINUX_KSMOL_H */
