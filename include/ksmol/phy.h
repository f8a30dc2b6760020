/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attachment to a net_device: frames in and out. The only room besides socket/
 * glue that knows net_device and skb. The tokens that stand for the right to
 * do either are in token.h.
 */
#ifndef _KSMOL_PHY_H
#define _KSMOL_PHY_H

#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <linux/refcount.h>
#include <ksmol/params.h>
#include <ksmol/pool.h>
#include <ksmol/token.h>

struct ksmol_iface;
struct ksmol_phy;
struct ksmol_phy_events;
struct sock;

enum ksmol_medium {
	KSMOL_MEDIUM_ETHERNET,	/* 14-byte header, ARP and ND */
	KSMOL_MEDIUM_IP,	/* no link-layer header (tun), no neighbors */
};

/**
 * struct ksmol_phy_stats - per CPU, per interface
 * @rx_frames, @rx_bytes: taken from the device (a super-frame's datagrams
 *	count one by one)
 * @rx_dropped: of those, dropped for whatever reason
 * @tx_frames, @tx_bytes: handed to the device
 * @tx_dropped: refused by the device or its qdisc
 * @tx_copied: sent by copy: out of the reserve, or too much was outstanding
 * @tx_steered: left to another CPU to send
 *
 * Bytes are those from the network header on.
 */
struct ksmol_phy_stats {
	u64 rx_frames;
	u64 rx_bytes;
	u64 rx_dropped;
	u64 tx_frames;
	u64 tx_bytes;
	u64 tx_dropped;
	u64 tx_copied;
	u64 tx_steered;
};

/**
 * struct ksmol_phy - one attached net_device
 * @dev: the device; valid while attached, under RCU or RTNL
 * @tracker: its reference
 * @net: namespace of @dev
 * @iface: the network layer's object above it; set before frames arrive
 * @events: whom it tells; those set when it was opened
 * @medium: how its frames are framed
 * @shared: frames that aren't for us go on to Linux
 * @has_peer: what it sends is received on this machine, by the CPU that sends it
 * @dead: detach has begun; no frame is taken or sent any more
 * @mac: our link-layer address, kept by the notifier
 * @broadcast: the link-layer broadcast address
 * @mtu: largest network-layer packet, kept by the notifier
 * @ifindex, @name: as of attach; the name follows renames
 * @outstanding_max: from this many frames in the hands of a device that gives
 *	none back (see @completed), send by copy; from twice as many no reply
 *	that a stranger provoked, from three times only what sockets send
 * @stats: counters
 * @captures: who reads its frames live (phy/capture_reader.c; RCU)
 * @node: in the list of attached devices (RTNL; readers RCU)
 * @refs: one for being attached, one for each frame the device or the local
 *	delivery queue holds; on a line of its own, because completions write it
 * @completed: jiffies when a frame came back last, or the first went out
 */
struct ksmol_phy {
	struct net_device *dev;
	netdevice_tracker tracker;
	struct net *net;
	struct ksmol_iface *iface;
	const struct ksmol_phy_events *events;
	u8 medium;
	bool shared;
	bool has_peer;
	bool dead;
	u8 mac[ETH_ALEN];
	u8 broadcast[ETH_ALEN];
	u32 mtu;
	int ifindex;
	char name[IFNAMSIZ];
	u32 outstanding_max;
	struct ksmol_phy_stats __percpu *stats;
	struct hlist_head captures;
	struct list_head node;
	struct rcu_head rcu;
	refcount_t refs ____cacheline_aligned_in_smp;
	unsigned long completed;
};

/* Frames the device has not given back yet. */
static inline u32 ksmol_phy_outstanding(const struct ksmol_phy *phy)
{
	u32 refs = refcount_read(&phy->refs);

	return refs ? refs - 1 : 0;
}

void ksmol_phy_get(struct ksmol_phy *phy);
void ksmol_phy_put(struct ksmol_phy *phy);

/**
 * struct ksmol_phy_events - what phy tells the layer above
 *
 * All are called under RTNL, in process context, except @input.
 *
 * @input: a received packet; @pb maps it from its network header on. Returns
 *	KSMOL_DELIVERED if it took @pb, any other verdict leaves @pb with the
 *	caller, which counts the verdict and frees it. Softirq, RCU.
 *	@proto is the EtherType. @tok is the right to send one reply.
 * @claims: shared mode only, before anything is changed: is this packet for
 *	us? @skb's data is at the network header; must not modify it. ARP is
 *	asked too: true for ARP means "both of us".
 * @up, @down: the link may be used or not (IFF_UP)
 * @changed: MTU or link-layer address changed; phy's fields are new already
 * @features: the device's offloads changed; may be NULL
 * @renamed: phy's name is new already
 * @gone: device unregisters or its netns dies: detach without asking
 */
struct ksmol_phy_events {
	enum ksmol_verdict (*input)(struct ksmol_phy *phy,
				    struct ksmol_pbuf *pb, __be16 proto,
				    struct ksmol_tx_token *tok);
	bool (*claims)(struct ksmol_phy *phy, const struct sk_buff *skb,
		       __be16 proto);
	void (*up)(struct ksmol_phy *phy);
	void (*down)(struct ksmol_phy *phy);
	void (*changed)(struct ksmol_phy *phy);
	void (*features)(struct ksmol_phy *phy);
	void (*renamed)(struct ksmol_phy *phy);
	void (*gone)(struct ksmol_phy *phy);
};

/* The upper layer, set once at init before any device is opened. */
void ksmol_phy_set_events(const struct ksmol_phy_events *events);

/**
 * ksmol_phy_open() - prepare a device for attachment
 * @shared: shared mode
 * @iface: the upper object
 *
 * Checks the medium (Ethernet, or IP without link-layer header), takes a
 * reference, but receives nothing yet.
 *
 * Context: RTNL. Return: the phy, or ERR_PTR: -ENOMEM, -EINVAL (medium,
 * loopback device).
 */
struct ksmol_phy *ksmol_phy_open(struct net_device *dev, bool shared,
				 struct ksmol_iface *iface);

/**
 * ksmol_phy_start() - register the rx_handler; frames flow from here on
 *
 * Context: RTNL. Return: 0, or -EBUSY when the device's rx_handler is taken
 * (bridge or bond port, macvlan), logged by name; -EINVAL when it refuses any.
 */
int ksmol_phy_start(struct ksmol_phy *phy);

/* RTNL. After this no frame comes up any more and none goes out. */
void ksmol_phy_stop(struct ksmol_phy *phy);

/* The device takes in frames to the multicast address @mac as well, or no more.
 * Counted, also with what others ask of it. RTNL.
 */
void ksmol_phy_hear(struct ksmol_phy *phy, const u8 *mac, bool on);

/* Drops the device and the attachment's reference; consumes @phy. RTNL. */
void ksmol_phy_close(struct ksmol_phy *phy);

/* The attached device of that name or index in @net, or NULL. RTNL or RCU. */
struct ksmol_phy *ksmol_phy_find(struct net *net, const char *name);
struct ksmol_phy *ksmol_phy_by_index(struct net *net, int ifindex);

/**
 * ksmol_phy_xmit() - send a frame; consumes @pb
 * @pb: TX pbuf (chain) that begins with its network header, tx.hlen bytes of
 *	headers pushed; tx.csum_start/offset set if the checksum is to be
 *	completed here
 * @dst: link-layer destination; ignored on a medium without one
 * @proto: EtherType
 *
 * Adds the link-layer header, builds the skb, hands it to dev_queue_xmit().
 *
 * Context: RCU read side; softirq or process. Return: 0 when the device took
 * it, -ENOBUFS when it or its qdisc refused (counted tx_dev_drop) or it keeps
 * too many copies (tx_dev_busy), -ENOMEM (tx_no_skb), -ENETDOWN
 * (tx_dev_down), -EMSGSIZE (tx_too_big).
 */
int ksmol_phy_xmit(struct ksmol_phy *phy, struct ksmol_pbuf *pb,
		   const u8 *dst, __be16 proto);

/**
 * struct ksmol_tx_cut - how a packet is to be cut
 * @skip: bytes of network header that the packet begins with
 * @hlen: bytes of it that each piece gets
 * @room: payload bytes of each piece but the last
 * @id: what the pieces have in common, for @emit
 * @emit: writes a piece's header of @hlen bytes to @to: the packet's is at
 *	@header, the piece's payload is @len bytes at @off, the last unless @more
 */
struct ksmol_tx_cut {
	u16 skip;
	u16 hlen;
	u16 room;
	u32 id;
	void (*emit)(const struct ksmol_tx_cut *cut, u8 *to, const u8 *header,
		     u32 off, u32 len, bool more);
};

/**
 * ksmol_phy_xmit_cut() - send a packet in several frames; consumes @pb
 *
 * As ksmol_phy_xmit(). The transport checksum is completed first, in software.
 * When one piece can't be sent, those behind it aren't: tx_frag_rest.
 */
int ksmol_phy_xmit_cut(struct ksmol_phy *phy, struct ksmol_pbuf *pb,
		       const struct ksmol_tx_cut *cut, const u8 *dst,
		       __be16 proto);

/**
 * ksmol_phy_loop() - deliver a packet to ourselves; consumes @pb
 *
 * As ksmol_phy_xmit(), but the packet comes back up through @phy from a
 * softirq, marked KSMOL_PB_LOOP. Bounded: -ENOBUFS and tx_loop_full when the
 * queue is full.
 */
int ksmol_phy_loop(struct ksmol_phy *phy, struct ksmol_pbuf *pb,
		   __be16 proto);

/**
 * struct ksmol_tx_segment - a transport segment on its way down
 * @room: where its headers are built, from the end towards the front
 * @off: first header byte in @room
 * @hlen: header bytes so far
 * @pb: payload: borrowed, not consumed. Its pages get references of their own
 *	from the frame, so it must only be freed by ksmol_pbuf_retire()
 * @pb_off: byte in @pb where the payload begins; it goes on in @pb->next
 * @len: payload bytes
 * @gso_size: cut the payload into segments of so many bytes; 0 = one segment
 * @gso_ecn: CWR goes on the first of them only
 * @csum_offset: of the transport checksum from the transport header's start;
 *	the field holds the pseudo-header's sum
 * @thlen: bytes of the transport header
 * @flags: KSMOL_PB_CONTROL, KSMOL_PB_REPLY as for pbufs
 * @more: phy's own: another frame follows, which counts as outstanding for both
 * @cpu: which shall send it if phy sees a use (see phy/steer.c), -1 = this one;
 *	only without payload
 * @sk: socket to be told when the device is done with the last frame, or NULL:
 *	one reference, which goes to ksmol_segment_done(). Cleared when a frame
 *	has taken it over; what is left here is the caller's
 *
 * It lives on its sender's stack for the time of the call. A frame takes no
 * pbuf: headers lie in the skb, payload stays where it is.
 */
struct ksmol_tx_segment {
	u8 room[KSMOL_HEADROOM];
	u16 off;
	u16 hlen;
	const struct ksmol_pbuf *pb;
	u32 pb_off;
	u32 len;
	u16 gso_size;
	bool gso_ecn;
	u8 csum_offset;
	u8 thlen;
	u8 flags;
	bool more;
	int cpu;
	struct sock *sk;
};

/*
 * A device is done with the last frame of a segment; consumes the reference.
 * Set by the socket room at init. Any context in which an skb may be freed,
 * the sender's own call down included.
 */
extern void (*ksmol_segment_done)(struct sock *sk);

static inline void ksmol_segment_init(struct ksmol_tx_segment *seg)
{
	seg->off = KSMOL_HEADROOM;
	seg->hlen = 0;
	seg->pb = NULL;
	seg->pb_off = 0;
	seg->len = 0;
	seg->gso_size = 0;
	seg->gso_ecn = false;
	seg->csum_offset = 0;
	seg->thlen = 0;
	seg->flags = 0;
	seg->more = false;
	seg->cpu = -1;
	seg->sk = NULL;
}

static inline void *ksmol_segment_push(struct ksmol_tx_segment *seg, u16 len)
{
	seg->off -= len;
	seg->hlen += len;
	return seg->room + seg->off;
}

/**
 * ksmol_phy_xmit_segment() - send a segment that begins with its network header
 *
 * Context, errors and counters as ksmol_phy_xmit(). Nothing of @seg is kept:
 * what the device holds are page references, and an skb for the headers.
 * Segments without payload count as outstanding until the device is done with
 * them; above the bound they are refused (-ENOBUFS, tx_dev_busy) in the order
 * that ksmol_phy.outstanding_max says. While the quarantine holds more than
 * half of the TX class (somebody keeps our pages and reads nothing), payload is
 * copied instead.
 *
 * A super-segment that the device can't take is cut here. If it refuses a frame
 * that isn't the first one, the call succeeds, and @seg->len says how much of
 * the payload went out.
 */
int ksmol_phy_xmit_segment(struct ksmol_phy *phy, struct ksmol_tx_segment *seg,
			   const u8 *dst, __be16 proto);

/* The same to ourselves; see ksmol_phy_loop(). */
int ksmol_phy_loop_segment(struct ksmol_phy *phy, struct ksmol_tx_segment *seg,
			   __be16 proto);

/**
 * struct ksmol_tx_lease - payload that goes out of somebody else's pages
 * @ubuf: completion; set here
 * @phy: the device that has it, one reference; set here
 * @pages: from the one that the payload begins in
 * @off: where in the first of them
 * @data: the same bytes in the kernel's address space
 * @done: the last device is done with the pages. Any context in which an skb
 *	may be freed; the lease may be used again from there on
 *
 * It and the pages live until @done. The pages get references of their own
 * from the frame.
 */
struct ksmol_tx_lease {
	struct ubuf_info ubuf;
	struct ksmol_phy *phy;
	struct page **pages;
	u32 off;
	const u8 *data;
	void (*done)(struct ksmol_tx_lease *lease);
};

/**
 * ksmol_phy_xmit_lease() - send a datagram whose payload lies in leased pages
 * @seg: begins with its network header, no @pb; @len and @off are the payload's
 *	length and unused; @csum_offset 0: no transport checksum to complete
 *
 * A device that takes no fragments gets a copy (copy_no_sg), which holds the
 * lease all the same: that is what bounds it.
 *
 * Context: RCU read side, BH disabled. Return: 0 when the lease was taken, which
 * ends with @done, also when the device dropped the frame (tx_dev_drop); else
 * an error as from ksmol_phy_xmit(), and nothing was taken.
 */
int ksmol_phy_xmit_lease(struct ksmol_phy *phy,
			 const struct ksmol_tx_segment *seg,
			 struct ksmol_tx_lease *lease, const u8 *dst,
			 __be16 proto);

/**
 * ksmol_phy_gso() - how much may go down in one segment
 * @frags: set to the pbufs its payload may lie in
 *
 * Return: payload bytes of a super-segment, 0 if none may be any.
 */
u32 ksmol_phy_gso(const struct ksmol_phy *phy, u32 *frags);

/* May a page whose bytes can change be a fragment: is it read once only, by a
 * device that takes fragments and makes the checksum itself?
 */
bool ksmol_phy_takes_pages(const struct ksmol_phy *phy);

void ksmol_phy_stats_sum(const struct ksmol_phy *phy,
			 struct ksmol_phy_stats *sum);

/* A ksmol_show_fn for ifaces/<dev>/stats; @phy is the struct ksmol_phy. */
int ksmol_phy_stats_show(struct seq_file *m, void *phy);

/**
 * ksmol_phy_capture_file() - make file "capture", a live pcapng stream of frames
 * @dir: a directory of ksmol_debugfs_dir(), removed before ksmol_phy_close()
 */
void ksmol_phy_capture_file(struct ksmol_phy *phy, struct dentry *dir);

int ksmol_phy_init(void);
void ksmol_phy_exit(void);

#endif /* _KSMOL_PHY_H */
