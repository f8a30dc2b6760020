/* SPDX-License-Identifier: GPL-2.0-only */
/* The DHCP client of an interface: its messages, and what follows of them. */
#ifndef _KSMOL_IFACE_DHCP_H
#define _KSMOL_IFACE_DHCP_H

#include <linux/ip.h>
#include <ksmol/dhcp.h>
#include <ksmol/iface.h>
#include "dhcp_fsm.h"

/**
 * struct ksmol_dhcp_client - of one interface, from attach to detach
 * @node: in the list of all; RTNL
 * @lock: all but @node, @iface and @ifa. BH disabled, innermost
 * @ifa: the entry that is its address's
 * @live: the lease that the interface lives by, address 0: none; changed
 *	under RTNL
 * @ack: what the server said last, @ack_len bytes
 * @in: room for what it says now
 */
struct ksmol_dhcp_client {
	struct list_head node;
	struct ksmol_iface *iface;
	struct ksmol_ifaddr *ifa;
	spinlock_t lock;
	struct ksmol_dhcp_fsm fsm;
	struct ksmol_dhcp_lease live;
	u32 ack_len;
	u8 ack[KSMOL_DHCP_LEN_MAX];
	u8 in[KSMOL_DHCP_LEN_MAX];
	struct rcu_head rcu;
};

/* Milliseconds of a clock that goes on while the machine sleeps. */
static inline u64 ksmol_dhcp_now(void)
{
	return ktime_to_ms(ktime_get_boottime());
}

/* --- attach and detach; RTNL --- */

/* Return: 0, -EINVAL (no such medium), -ENOMEM. */
int ksmol_dhcp_create(struct ksmol_iface *iface);

/* No lease any more; gives one back, as far as that can be done at once. The
 * link is still there, the timer may run.
 */
void ksmol_dhcp_stop(struct ksmol_iface *iface);

/* Nobody comes here any more, but for readers in an RCU section. */
void ksmol_dhcp_destroy(struct ksmol_iface *iface);

/* The link comes or goes. */
void ksmol_dhcp_link(struct ksmol_iface *iface, bool up);

/* All namespaces are gone: waits for what is still to be done. Process. */
void ksmol_dhcp_exit(void);

/* --- packets and time; softirq or BH disabled, RCU --- */

/* Is the packet, which begins with its UDP header, for the client's port? */
bool ksmol_dhcp_wants(struct ksmol_iface *iface, struct ksmol_pbuf *pb);

/* Then that is its verdict. Borrows @pb. */
enum ksmol_verdict ksmol_dhcp_input(struct ksmol_iface *iface,
				    struct ksmol_pbuf *pb);

/* Shared mode: does the packet answer our client? @ip: its header, which may
 * be a copy without options.
 */
bool ksmol_dhcp_claims(const struct ksmol_iface *iface,
		       const struct sk_buff *skb, const struct iphdr *ip);

/* Sends what is due; returns whether anything is left, and *@next when. */
bool ksmol_dhcp_run(struct ksmol_iface *iface, unsigned long *next);

/* Sends a message: to its server, or to all from @saddr or 0. Return: 0 or
 * what the layers below say.
 */
int ksmol_dhcp_send(struct ksmol_iface *iface,
		    const struct ksmol_dhcp_request *req, __be32 saddr,
		    __be32 server);

/* --- leases (dhcp_lease.c) --- */

/* Does the interface live by another lease than it should? @lock held. */
bool ksmol_dhcp_unsettled(const struct ksmol_dhcp_client *client);

/* Makes it so. RTNL, sleeps. */
void ksmol_dhcp_settle(struct ksmol_dhcp_client *client);

/* A ksmol_show_fn for ifaces/<dev>/dhcp; @iface is the struct ksmol_iface. */
int ksmol_dhcp_show(struct seq_file *m, void *iface);

#endif /* _KSMOL_IFACE_DHCP_H */
