/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the phy room only. */
#ifndef _KSMOL_PHY_PHY_H
#define _KSMOL_PHY_PHY_H

#include <ksmol/phy.h>

/* Attached devices: written under RTNL, read under RTNL or RCU. */
extern struct list_head ksmol_phys;

/**
 * ksmol_phy_rx() - give a frame its way up and count how it ends
 * @skb: data at the network header; consumed
 * @flags: KSMOL_PB_LOOP for a frame of our own, or 0
 *
 * Context: softirq or BH disabled, RCU read side.
 */
void ksmol_phy_rx(struct ksmol_phy *phy, struct sk_buff *skb, u8 flags);

rx_handler_result_t ksmol_phy_handler(struct sk_buff **pskb);

/**
 * ksmol_tx_skb() - build the skb of a frame; consumes @pb
 * @len: of the whole chain
 * @headroom: for the link layer
 * @sg: page fragments are welcome
 *
 * The pbuf belongs to the skb until its completion, or is home already when
 * the frame goes by copy.
 *
 * Context: BH disabled. Return: the skb, data at the network header; -ENOMEM
 * or -ENOBUFS (the device keeps too many), counted.
 */
struct sk_buff *ksmol_tx_skb(struct ksmol_phy *phy, struct ksmol_pbuf *pb,
			     u32 len, u32 headroom, bool sg);

/* Puts the link-layer header in front, if the medium has one; false when the
 * device can't say what it is.
 */
bool ksmol_tx_link_header(struct ksmol_phy *phy, struct sk_buff *skb,
			  const u8 *dst, __be16 proto);

/* Completes the transport checksum of @pb, @len bytes, in software. */
void ksmol_tx_csum(struct ksmol_pbuf *pb, u32 len);

/**
 * ksmol_tx_hold_pieces() - a completion that several frames of @pb share
 * @copy: set when none of them may keep its pages
 *
 * It counts one user, the caller, until ksmol_tx_pieces_done(); each skb that
 * gets it counts one more. @pb stays readable for as long.
 *
 * Context: BH disabled. Return: the completion, or -ENOBUFS or -ENOMEM; then
 * @pb is gone, and counted.
 */
struct ubuf_info *ksmol_tx_hold_pieces(struct ksmol_phy *phy,
				       struct ksmol_pbuf *pb, bool *copy);
void ksmol_tx_pieces_done(struct ksmol_pbuf *pb, struct ubuf_info *ubuf,
			  bool copy);

/* Hands a finished frame of @len bytes to the device, counts what it said;
 * consumes @skb. BH disabled. Return: 0 or -ENOBUFS.
 */
int ksmol_tx_queue(struct ksmol_phy *phy, struct sk_buff *skb, u32 len);

/* Can the device complete a TCP or UDP checksum of this EtherType itself? */
bool ksmol_tx_csum_capable(const struct net_device *dev, __be16 proto);

/* Frees @pb, counts why, returns @err. BH disabled. */
int ksmol_tx_refuse(const struct ksmol_phy *phy, struct ksmol_pbuf *pb,
		    enum ksmol_tx_drop reason, int err);

/* Local delivery of a built frame that holds @phy; consumes @skb.
 * @csum_ok: its transport checksum needs no look. BH disabled.
 */
int ksmol_loop_queue(struct ksmol_phy *phy, struct sk_buff *skb, __be16 proto,
		     bool csum_ok);

/* Ends the streams of all who read @phy's frames; no file of it can be opened
 * any more. Process.
 */
void ksmol_capture_stop(struct ksmol_phy *phy);

void ksmol_loop_init(void);
void ksmol_loop_exit(void);

/**
 * ksmol_tx_steer() - have @cpu send a finished frame
 * @skb: holds @phy by its destructor; consumed if so
 *
 * Context: BH disabled. Return: false if it is to be sent here: there is no use,
 * or no room.
 */
bool ksmol_tx_steer(struct ksmol_phy *phy, struct sk_buff *skb, int cpu);

/* @size bytes, at most a page, for an skb's data; freed as a page fragment; or
 * NULL. BH disabled.
 */
void *ksmol_copy_room(u32 size);
/* No CPU takes any more. */
void ksmol_copy_room_exit(void);

void ksmol_steer_init(void);
void ksmol_steer_exit(void);

int ksmol_notifier_init(void);
void ksmol_notifier_exit(void);

int ksmol_tokens_show(struct seq_file *m, void *unused);

#endif /* _KSMOL_PHY_PHY_H */
