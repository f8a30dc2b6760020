// SPDX-License-Identifier: GPL-2.0-only
/* The DHCP client: from its states to messages, and back. */
#include <linux/etherdevice.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <net/ip.h>
#include <ksmol/compat.h>
#include "address.h"
#include "dhcp.h"
#include "neighbor.h"
#include "net.h"
#include "timer.h"

/* A machine that slept is to see soon that its lease has ended. */
#define DHCP_LOOK_MS 60000

static LIST_HEAD(dhcp_clients);

/* --- time --- */

static void dhcp_work_fn(struct work_struct *work)
{
	struct ksmol_dhcp_client *client;

	rtnl_lock();
	list_for_each_entry(client, &dhcp_clients, node)
		ksmol_dhcp_settle(client);
	rtnl_unlock();
}

static DECLARE_WORK(dhcp_work, dhcp_work_fn);

void ksmol_dhcp_exit(void)
{
	cancel_work_sync(&dhcp_work);
}

/* What has become of the address that is being probed? @lock held. */
static void dhcp_check(struct ksmol_dhcp_client *client, u64 now)
{
	u8 state = READ_ONCE(client->ifa->state);

	if (client->fsm.state != KSMOL_DHCP_CHECKING ||
	    ksmol_dhcp_unsettled(client))
		return;
	if (state == KSMOL_ADDR_VALID || state == KSMOL_ADDR_CONFLICT)
		ksmol_dhcp_fsm_checked(&client->fsm, state == KSMOL_ADDR_VALID,
				       now, get_random_u32());
}

/* Sends without the lock, then records what became of it. What no buffer was
 * left for stays due; nothing else gets better by trying at once.
 */
static void dhcp_act(struct ksmol_dhcp_client *client, enum ksmol_dhcp_act act,
		     struct ksmol_dhcp_request *req, __be32 server)
{
	struct ksmol_iface *iface = client->iface;
	int err;

	req->own_id = iface->phy->shared;
	req->size = clamp_t(u32, READ_ONCE(iface->phy->mtu), 576, 1500);
	ether_addr_copy(req->chaddr, iface->phy->mac);
	err = ksmol_dhcp_send(iface, req, req->ciaddr,
			      act == KSMOL_DHCP_SEND_RENEW ? server : 0);
	spin_lock_bh(&client->lock);
	ksmol_dhcp_fsm_sent(&client->fsm, act, req->xid,
			    err != -ENOBUFS && err != -ENOMEM,
			    ksmol_dhcp_now(), get_random_u32());
	spin_unlock_bh(&client->lock);
}

static bool dhcp_next(const struct ksmol_dhcp_client *client,
		      unsigned long *next)
{
	u64 now = ksmol_dhcp_now(), due = READ_ONCE(client->fsm.due);

	if (due == KSMOL_DHCP_NEVER)
		return false;
	due = due > now ? min_t(u64, due - now, DHCP_LOOK_MS) : 0;
	*next = jiffies + 1 + msecs_to_jiffies(due);
	return true;
}

bool ksmol_dhcp_run(struct ksmol_iface *iface, unsigned long *next)
{
	struct ksmol_dhcp_client *client = iface->dhcp;
	struct ksmol_dhcp_request req;
	enum ksmol_dhcp_act act;
	u64 now = ksmol_dhcp_now();
	__be32 server;
	bool left;

	if (!client)
		return false;
	spin_lock_bh(&client->lock);
	dhcp_check(client, now);
	act = ksmol_dhcp_fsm_due(&client->fsm, now, get_random_u32());
	ksmol_dhcp_fsm_request(&client->fsm, act, now, &req);
	server = client->fsm.lease.server;
	if (ksmol_dhcp_unsettled(client))
		schedule_work(&dhcp_work);
	spin_unlock_bh(&client->lock);
	if (act)
		dhcp_act(client, act, &req, server);
	spin_lock_bh(&client->lock);
	left = dhcp_next(client, next);
	spin_unlock_bh(&client->lock);
	return left;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_dhcp_run);

/* --- in --- */

bool ksmol_dhcp_wants(struct ksmol_iface *iface, struct ksmol_pbuf *pb)
{
	u8 buf[KSMOL_UDP_HLEN];
	const u8 *bytes;

	bytes = ksmol_pbuf_header(pb, 0, KSMOL_UDP_HLEN, buf);
	return bytes &&
	       get_unaligned_be16(bytes + 2) == KSMOL_DHCP_CLIENT_PORT;
}

/* The message behind a sound UDP header; *@len: its length. */
static int dhcp_udp(struct ksmol_pbuf *pb, u32 *len)
{
	u8 buf[KSMOL_UDP_HLEN];
	struct ksmol_udp udp;
	__wsum pseudo;
	int drop;

	drop = ksmol_udp_parse(ksmol_pbuf_header(pb, 0, KSMOL_UDP_HLEN, buf),
			       pb->len, &udp);
	if (drop)
		return drop;
	pseudo = ksmol_pseudo_sum(AF_INET, &pb->rx.saddr, &pb->rx.daddr,
				  udp.len, IPPROTO_UDP);
	if (!pb->rx.csum_ok && udp.csum &&
	    csum_fold(ksmol_pbuf_csum(pb, 0, udp.len, pseudo)))
		return KSMOL_DROP_UDP_CSUM;
	if (udp.sport != htons(KSMOL_DHCP_SERVER_PORT))
		return KSMOL_DROP_DHCP_STRAY;
	*len = udp.len - KSMOL_UDP_HLEN;
	return *len <= KSMOL_DHCP_LEN_MAX ? 0 : KSMOL_DROP_DHCP_FORMAT;
}

/* @lock held. */
static int dhcp_message(struct ksmol_dhcp_client *client, u32 len)
{
	struct ksmol_dhcp msg;
	int drop;

	drop = ksmol_dhcp_parse(client->in, len, &msg);
	if (drop)
		return drop;
	if (!ether_addr_equal(msg.chaddr, client->iface->phy->mac))
		return KSMOL_DROP_DHCP_STRAY;
	drop = ksmol_dhcp_fsm_input(&client->fsm, &msg, ksmol_dhcp_now(),
				    get_random_u32());
	if (!drop && msg.type == KSMOL_DHCP_ACK) {
		memcpy(client->ack, client->in, len);
		client->ack_len = len;
	}
	return drop;
}

enum ksmol_verdict ksmol_dhcp_input(struct ksmol_iface *iface,
				    struct ksmol_pbuf *pb)
{
	struct ksmol_dhcp_client *client = iface->dhcp;
	u32 len;
	int drop;

	drop = dhcp_udp(pb, &len);
	if (drop)
		return drop;
	spin_lock_bh(&client->lock);
	ksmol_pbuf_to_mem(pb, KSMOL_UDP_HLEN, client->in, len);
	drop = dhcp_message(client, len);
	spin_unlock_bh(&client->lock);
	if (drop)
		return drop;
	ksmol_iface_arm(iface, jiffies);
	return KSMOL_HANDLED;
}

bool ksmol_dhcp_claims(const struct ksmol_iface *iface,
		       const struct sk_buff *skb, const struct iphdr *ip)
{
	u8 buf[KSMOL_UDP_HLEN + 8];
	const u8 *bytes;

	if (ip->protocol != IPPROTO_UDP || ip_is_fragment(ip))
		return false;
	bytes = skb_header_pointer(skb, ip->ihl * 4, sizeof(buf), buf);
	return bytes &&
	       get_unaligned_be16(bytes + 2) == KSMOL_DHCP_CLIENT_PORT &&
	       get_unaligned_be32(bytes + KSMOL_UDP_HLEN + 4) ==
	       READ_ONCE(iface->dhcp->fsm.xid);
}

/* --- out --- */

/* The message with its UDP header, or NULL. BH disabled. */
static struct ksmol_pbuf *dhcp_build(struct ksmol_iface *iface,
				     const struct ksmol_dhcp_request *req,
				     __be32 saddr, __be32 daddr)
{
	struct ksmol_addr from = ksmol_addr_v4(saddr), to = ksmol_addr_v4(daddr);
	struct ksmol_udp udp = {
		.sport = htons(KSMOL_DHCP_CLIENT_PORT),
		.dport = htons(KSMOL_DHCP_SERVER_PORT),
		.len = KSMOL_UDP_HLEN + KSMOL_DHCP_EMIT_LEN,
	};
	KSMOL_TX_TOKEN(tok);
	struct ksmol_pbuf *pb;
	__sum16 sum;
	u8 *head;

	if (ksmol_tx_token_open(&tok, iface->phy))
		return NULL;
	pb = ksmol_tx_token_consume(&tok, true);
	if (!pb)
		return NULL;
	ksmol_dhcp_emit(pb->head + pb->off, req);
	pb->len = KSMOL_DHCP_EMIT_LEN;
	head = ksmol_pbuf_push(pb, KSMOL_UDP_HLEN);
	ksmol_udp_emit(head, &udp);
	sum = csum_fold(csum_partial(head, udp.len,
				     ksmol_pseudo_sum(AF_INET, &from, &to,
						      udp.len, IPPROTO_UDP)));
	put_unaligned(sum ?: CSUM_MANGLED_0, (__sum16 *)(head + 6));
	return pb;
}

/* To everybody, by whatever address we have; routes do not matter. */
static int dhcp_broadcast(struct ksmol_iface *iface,
			  const struct ksmol_dhcp_request *req, __be32 saddr)
{
	struct ksmol_ipv4 ip = {
		.ttl = 64,
		.proto = IPPROTO_UDP,
		.df = true,
		.saddr = saddr,
		.daddr = htonl(INADDR_BROADCAST),
	};
	struct ksmol_pbuf *pb;

	pb = dhcp_build(iface, req, ip.saddr, ip.daddr);
	if (!pb)
		return -ENOBUFS;
	ip.total = KSMOL_IPV4_HLEN + pb->len;
	ksmol_ipv4_emit(ksmol_pbuf_push(pb, KSMOL_IPV4_HLEN), &ip);
	pb->family = AF_INET;
	return ksmol_phy_xmit(iface->phy, pb, iface->phy->broadcast,
			      htons(ETH_P_IP));
}

static struct ksmol_flow dhcp_flow(const struct ksmol_iface *iface,
				   __be32 saddr, __be32 server)
{
	return (struct ksmol_flow){
		.net = iface->net,
		.family = AF_INET,
		.proto = IPPROTO_UDP,
		.ttl = 64,
		.frag = true,
		.oif = iface->phy->ifindex,
		.saddr = ksmol_addr_v4(saddr),
		.daddr = ksmol_addr_v4(server),
	};
}

static int dhcp_unicast(struct ksmol_iface *iface,
			const struct ksmol_dhcp_request *req, __be32 server)
{
	struct ksmol_flow flow = dhcp_flow(iface, req->ciaddr, server);
	struct ksmol_pbuf *pb;
	struct ksmol_dst dst;
	int err;

	err = ksmol_route(&flow, &dst);
	if (err) {
		ksmol_tx_dropped(ksmol_route_reason(err), flow.oif);
		return err;
	}
	pb = dhcp_build(iface, req, dst.saddr.v4, server);
	return pb ? ksmol_ip_output(&flow, &dst, pb) : -ENOBUFS;
}

int ksmol_dhcp_send(struct ksmol_iface *iface,
		    const struct ksmol_dhcp_request *req, __be32 saddr,
		    __be32 server)
{
	int err;

	local_bh_disable();
	err = server ? dhcp_unicast(iface, req, server) :
		       dhcp_broadcast(iface, req, saddr);
	local_bh_enable();
	return err;
}

/* Is the way to the server known, so that nothing has to be asked first? */
static bool dhcp_reaches(struct ksmol_iface *iface, __be32 saddr,
			 __be32 server)
{
	struct ksmol_flow flow = dhcp_flow(iface, saddr, server);
	u8 mac[ETH_ALEN] __aligned(2);
	struct ksmol_dst dst;

	return !ksmol_route(&flow, &dst) &&
	       ksmol_neigh_resolve(dst.iface, AF_INET, &dst.nexthop, mac);
}

/* --- attach, link, detach --- */

int ksmol_dhcp_create(struct ksmol_iface *iface)
{
	struct ksmol_ifaddr *ifa = iface->addrs;
	struct ksmol_dhcp_client *client;

	if (iface->phy->medium != KSMOL_MEDIUM_ETHERNET)
		return -EINVAL;
	client = kzalloc_obj(*client);
	if (!client)
		return -ENOMEM;
	/* The specification left one. */
	while (ifa->state != KSMOL_ADDR_UNUSED)
		ifa++;
	ifa->state = KSMOL_ADDR_VACANT;
	client->ifa = ifa;
	client->iface = iface;
	spin_lock_init(&client->lock);
	ksmol_dhcp_fsm_stop(&client->fsm);
	list_add_tail(&client->node, &dhcp_clients);
	iface->dhcp = client;
	return 0;
}

void ksmol_dhcp_link(struct ksmol_iface *iface, bool up)
{
	struct ksmol_dhcp_client *client = iface->dhcp;

	if (!client)
		return;
	spin_lock_bh(&client->lock);
	if (up)
		ksmol_dhcp_fsm_start(&client->fsm, ksmol_dhcp_now(),
				     get_random_u32());
	else
		ksmol_dhcp_fsm_stop(&client->fsm);
	spin_unlock_bh(&client->lock);
	ksmol_dhcp_settle(client);
	ksmol_iface_arm(iface, jiffies);
}

void ksmol_dhcp_stop(struct ksmol_iface *iface)
{
	struct ksmol_dhcp_client *client = iface->dhcp;
	struct ksmol_dhcp_request req = { .type = KSMOL_DHCP_RELEASE };

	if (!client)
		return;
	list_del(&client->node);
	spin_lock_bh(&client->lock);
	req.ciaddr = client->live.addr;
	req.server = client->live.server;
	ksmol_dhcp_fsm_stop(&client->fsm);
	spin_unlock_bh(&client->lock);
	if (!req.ciaddr || !READ_ONCE(iface->up))
		return;
	req.xid = get_random_u32();
	req.own_id = iface->phy->shared;
	ether_addr_copy(req.chaddr, iface->phy->mac);
	rcu_read_lock();
	/* There is no time to ask for its address: then all are told. */
	ksmol_dhcp_send(iface, &req, req.ciaddr,
			dhcp_reaches(iface, req.ciaddr, req.server) ?
			req.server : 0);
	rcu_read_unlock();
}

void ksmol_dhcp_destroy(struct ksmol_iface *iface)
{
	if (iface->dhcp)
		kfree_rcu(iface->dhcp, rcu);
}
